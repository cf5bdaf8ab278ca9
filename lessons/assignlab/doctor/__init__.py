"""The doctor for lost gradients: `explain_gradient`. Why is it None, 0 or NaN, and at which line?

One module each: the arguments (`arguments`); one run of the loss (`recording`), its reads through NumPy (`numpy_reads`)
and what is put back after it (`undo`); the reader's lines (`source`); the path from a variable to the loss (`path`) and
what ends it (`diagnosis`, then `none`, `zero`, `not_finite`, in the words of `causes`); the answer (`explanation`,
`drawing`), or the one line that a check asks for (`asking`).
"""

from assignlab.doctor.explain import explain_gradient
from assignlab.doctor.explanation import GradientExplanation

__all__ = ["GradientExplanation", "explain_gradient"]
