"""The report on a measurement: the verdict on a gradient, and in a sentence why."""

from dataclasses import dataclass, replace

import numpy as np
from tensorflow.python.ops import resource_variable_ops as rvo

from assignlab.differences import MOST_ERROR

UNRECORDED = (
    "The loss computes something that the tape does not record as it is: NumPy, a py_function, a custom gradient, "
    "stop_gradient."
)


@dataclass(frozen=True)
class GradientReport:
    """The outcome of `verify_gradient`: `verdict` is "verified", "differs" or "cannot tell". True when verified.

    autodiff and differences hold float64 slopes of the loss: one per finite entry, in the order of the flattened
    variable; or one per block of entries, along a step of length 1 in it. autodiff is None when TensorFlow gave None.
    """

    verdict: str
    message: str
    autodiff: np.ndarray | None
    differences: np.ndarray

    def __bool__(self):
        return self.verdict == "verified"

    def __repr__(self):
        return self.message


def report_of(m):
    """The `GradientReport` of a `Measurement`."""
    if not m.movable.size:
        return _nothing_to_move(m)
    if not np.isfinite(m.gradient[m.movable]).all():
        return _broken_gradient(m)
    if not m.prepare():
        return _no_slope(m)
    changes = m.measure()
    if not m.had_gradient:
        return _none(m, changes)
    wrong, changes = m.check_gaps(changes)
    if wrong:
        entry, seen = m.worst_entry(wrong)
        if seen == m.gradient[entry]:  # no entry differs by itself: somewhere on the way the loss jumps
            unsure = [replace(wrong, error=abs(wrong.gap))]
            return _verdict(m, "cannot tell", _why_not(m, unsure), changes)
        return _verdict(m, "differs", _where_it_differs(m, entry, seen, changes), changes)
    changes = m.refine(changes)
    if m.share(changes) <= MOST_ERROR:
        return _verdict(m, "verified", _what_agrees(m, changes), changes)
    return _verdict(m, "cannot tell", _why_not(m, changes), changes)


def _verdict(m, verdict, message, changes=()):
    """A `GradientReport` with the slopes along each block."""
    lengths = np.array([change.block.length for change in changes])
    promised, seen = (np.array([getattr(c, of) for c in changes]) / lengths for of in ("promised", "seen"))
    return GradientReport(verdict, message, promised if m.had_gradient else None, seen)


def of_what(m):
    return f"shape {m.loss.start.shape}, {m.loss.target.dtype.name}"


def index_of(m, entry):
    return tuple(int(k) for k in np.unravel_index(entry, m.loss.start.shape))


def _what_agrees(m, changes):
    """What was compared, and how exactly."""
    count, blocks, left_out = m.movable.size, len(m.blocks), m.loss.flat.size - m.movable.size
    how = f"each of {count} entries" if blocks == count else f"{count} entries, moved in {blocks} blocks"
    gap = max(abs(change.gap) / change.block.length for change in changes)
    faint = sum(MOST_ERROR * change.weight < change.error for change in changes if change.weight)
    asides = f"; at {faint} of these the gradient is too small beside the others to be measured alone" if faint else ""
    asides += f"; entries that are NaN or infinite were left out: {left_out}" if left_out else ""
    return (
        f"Gradient verified: autodiff and central differences agree at {how}, of {of_what(m)} "
        f"(largest gap {gap:.1e}; all together exact to {100 * m.share(changes):.1g} % of the gradient){asides}."
    )


def _where_it_differs(m, entry, seen, changes):
    """How many blocks differ, and the entry that differs most: autodiff, and what is seen."""
    count = sum(change.differs for change in changes) or 1
    parts = "entries" if len(m.blocks) == m.movable.size else "blocks of entries"
    return (
        f"Gradient differs at {count} of {len(m.blocks)} {parts} of {of_what(m)}. Most at {index_of(m, entry)}: "
        f"autodiff says {m.gradient[entry]:.6g}, central differences say {seen:.6g}. {UNRECORDED}"
    )


def _why_not(m, changes):
    """What keeps the differences from being exact, and what helps."""
    share = m.share(changes)
    noise = np.linalg.norm([2 * m.noise / change.size for change in changes])
    if not np.isfinite(share):
        reason = "the loss is not finite where the entries are moved to"
        remedy = "Choose a point further inside (log and sqrt near 0 are such)"
    elif noise > 0.3 * np.linalg.norm([change.error for change in changes]):
        reason = f"the loss is {m.value:.6g}, of which rounding hides changes below {m.noise:.1g}"
        remedy = "Use float64, leave out what the loss adds to the part of this variable, or sum over fewer entries"
    else:
        reason = "the loss bends or jumps within every step that it can show"
        remedy = "Choose a smoother point, or float64, which allows smaller steps"
    exact = f"exact to {100 * share:.1f} % of the gradient only" if np.isfinite(share) else "not exact at all"
    return f"Cannot tell: the differences are {exact} ({of_what(m)}), because {reason}. {remedy}."


def _nothing_to_move(m):
    """The report of a variable without a finite entry."""
    if m.loss.flat.size:
        message = "Cannot tell: every entry of the variable is NaN or infinite. Give it finite values."
        return _verdict(m, "cannot tell", message)
    return _verdict(m, "verified", f"Gradient verified: a variable of {of_what(m)} has no entry that could differ.")


def _no_slope(m):
    """The report where neither the gradient nor the loss shows a slope."""
    if not m.had_gradient:
        return _none(m, [])
    message = "Gradient verified: it is 0 but for rounding, and the loss has no slope wherever the variable is moved"
    return _verdict(m, "verified", f"{message} ({of_what(m)}).")


def _broken_gradient(m):
    """The report of a gradient that is NaN or infinite at a finite entry."""
    broken = m.movable[~np.isfinite(m.gradient[m.movable])]
    slope = m.slope_beside(broken[0])
    where = f"{index_of(m, broken[0])} of {of_what(m)}: autodiff says {m.gradient[broken[0]]}"
    if slope is None:
        message = f"Cannot tell: at {where}, and the loss is not finite beside it. Choose a point further inside."
        return _verdict(m, "cannot tell", message)
    return _verdict(
        m,
        "differs",
        f"Gradient differs at {broken.size} of {m.movable.size} entries. First at {where}, central differences say "
        f"{slope:.6g}. The backward pass divides by 0 or overflows: give tf.where, sqrt, log or a division safe "
        "values also where their result is not used.",
    )


def _none(m, changes):
    """The report where TensorFlow returned None."""
    if isinstance(m.loss.target, rvo._UnreadVariable):
        reason = (
            "this is what assign returned, a stand-in that a tape does not watch: "
            "keep the variable itself, v.assign(...) on a line of its own"
        )
    elif not m.loss.target.trainable:
        reason = (
            "the variable is not trainable, so a tape does not watch it by itself: "
            "call tape.watch(variable), or create it trainable"
        )
    elif any(change.differs for change in changes):
        reason = (
            "the loss does change with the variable, but on a path that the tape does not see: "
            "NumPy, .numpy() or tf.numpy_function inside the loss"
        )
    elif m.ever_changed:
        reason = (
            "the loss changes with the variable in jumps, or only far from its current value: "
            "argmax, round, a comparison or a cast to integers has no gradient"
        )
    else:
        reason = (
            "the loss does not change with this variable: "
            "it reads another object (a rebound name, a copy, what assign returned)"
        )
    return _verdict(m, "differs", f"The gradient is None. Likely reason: {reason}.", changes)
