"""What `explain_gradient` answers with: a verdict, its cause and line, as text and with a picture."""

from dataclasses import dataclass

from assignlab.doctor import drawing


@dataclass(frozen=True)
class GradientExplanation:
    """The outcome of `explain_gradient`. True when the gradient is healthy.

    verdict : "healthy", "none", "zero", "nan" (or infinite, be it the loss alone) or "cannot tell"
    cause : a short stable name such as "numpy read" or "stop_gradient", each in `causes`; None for a healthy gradient
    line, where : the line of the reader's source at which the path is cut, as text and as "file:line"; None where there
        is no such line
    mend : one sentence, None for a healthy gradient
    message : the whole answer, as it prints
    path : the boxes of the picture, from the variable to the loss
    each : of several variables, a GradientExplanation for each; the other fields are those of the gravest
    """

    verdict: str
    cause: str | None
    line: str | None
    where: str | None
    mend: str | None
    message: str
    path: tuple = ()
    each: tuple = ()

    def __bool__(self):
        return self.verdict == "healthy"

    def __repr__(self):
        return self.message

    def _repr_html_(self):
        return drawing.html(self.message, self.path)
