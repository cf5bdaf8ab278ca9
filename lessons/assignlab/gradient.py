"""Verify TensorFlow's gradient of a loss: compare it with central differences, and say what came of it."""

import operator
from contextlib import nullcontext

import numpy as np
import tensorflow as tf

from assignlab import audit
from assignlab.differences import LEAST_ROUNDING, MOST_ERROR, Measurement, MovedLoss
from assignlab.gradient_report import UNRECORDED, GradientReport, index_of, of_what, report_of
from assignlab.losses import no_argument
from assignlab.replay import Replay

MOST_REPLAYED = 64  # blocks, which float64 measures exactly, whatever the size of a gradient
MOST_OWN_ROUNDING = 0.3  # of a gradient, that its operations may lose in their dtypes: what is left is no gradient
MEASURABLE = (tf.float16, tf.bfloat16, tf.float32, tf.float64)


def verify_gradient(loss, variable, max_entries=256):
    """Verify d(loss)/d(variable) at the variable's current value.

    Parameters
    ----------
    loss : callable
        Returns one real number. Takes no argument, or the variable as its only one.
    variable : tf.Variable or keras.Variable
        float16, bfloat16, float32 or float64, of any shape. Its entries are moved, then restored bit for bit.
    max_entries : int
        A variable with more entries is measured in this many blocks, which together hold all of them; in fewer where
        rounding hides what so few entries do to the loss.

    Returns
    -------
    GradientReport
        Prints as a sentence. True when the two gradients agree and the differences are exact enough to say so. Where
        rounding hides the slope, as in layers of 16 bits, the operations are carried out again in float64 to see it.

    Raises
    ------
    TypeError
        `variable` is not a floating-point variable, `loss` is not a function of none or one argument, its result is not
        a real number, or `max_entries` is not an integer.
    ValueError
        `max_entries` is below 1; `loss` does not return one finite number, gives a different one at each call, or
        writes to the variable.
    RuntimeError
        It is called inside a `tf.function`, or inside `strategy.scope()` for a variable that has replicas.
    """
    target = _floating_variable(variable)
    evaluate = no_argument(loss, variable, "verify_gradient")
    blocks = _at_least_one(max_entries)
    start, running = target.numpy(), audit.current()
    kept = [(copy, copy.numpy()) for copy in getattr(target, "values", [target])]  # replicas may hold different values
    with running.counting_as("numerical") if running else nullcontext():
        try:
            m = Measurement(MovedLoss(evaluate, target, start), blocks)
            report = report_of(m)
            again = _in_float64(m) if report.verdict == "cannot tell" and m.had_gradient else None
            return again if again is not None else report
        finally:
            for copy, values in kept:
                copy.assign(values)


def _in_float64(m):
    """The `GradientReport` by the same operations carried out in float64; None where these do not tell either."""
    start = m.loss.start
    try:
        m.loss.target.assign(start)
        replay = Replay(m.loss.evaluate, m.loss.target)
        if not m.is_the_loss(lambda: replay(tf.convert_to_tensor(m.loss.target), exact=False)):
            return None
        twin = tf.Variable(start.astype(np.float64))
        exact = Measurement(MovedLoss(lambda: replay(tf.convert_to_tensor(twin)), twin, twin.numpy()), MOST_REPLAYED)
        recorded = replay.gradient(tf.convert_to_tensor(start), exact=False)
        report = report_of(exact)
    except Exception:  # what cannot be recorded, or has no float64, is not carried out again: the differences stand
        return None
    return _beside(m, exact, recorded, report.differences) if report else None


def _beside(m, exact, recorded, differences):
    """The gradient beside that of the same operations: in float64, and as rounding makes it in the loss's own dtypes.

    exact : the `Measurement` in float64
    recorded : the gradient in the dtypes of the loss
    """
    g, g64, rounded = ((each * m.scale)[m.movable] for each in (m.gradient, exact.gradient, recorded))
    gap, own = g - g64, rounded - g64
    nearest = min(gap, g - rounded, key=np.linalg.norm)
    off, rounding = (np.linalg.norm(each) / np.linalg.norm(g64) for each in (nearest, own))
    if not np.isfinite([off, rounding]).all():
        return None
    rms = lambda values: np.sqrt(np.mean(values**2))  # noqa: E731
    excess = np.abs(gap) - (MOST_ERROR * np.abs(g64) + 3 * np.abs(own) + 3 * rms(own) + LEAST_ROUNDING * rms(g64))
    worst, entries = m.movable[np.argmax(excess)], f"{m.movable.size} entries of {of_what(m)}"
    if excess.max() > 0 or off > max(MOST_ERROR, 1.5 * rounding):
        verdict = "differs"
        message = (
            f"Gradient differs at {(excess > 0).sum() or 'all'} of {entries}. Most at {index_of(m, worst)}: "
            f"autodiff says {m.gradient[worst]:.6g}, central differences of the same operations, carried out in "
            f"float64, say {exact.slope_beside(worst):.6g}. {UNRECORDED}"
        )
    elif off <= MOST_ERROR and rounding <= MOST_OWN_ROUNDING:
        verdict = "verified"
        message = (
            "Gradient verified: rounding hides the slope of the loss, so its operations were carried out again in "
            f"float64, where autodiff and central differences agree. At {entries}, the gradient is that of these "
            f"operations but for {100 * off:.2g} %; rounding in their dtypes moves it by {100 * rounding:.2g} %."
        )
    else:
        verdict = "cannot tell"
        message = (
            f"Cannot tell: rounding within the loss moves its gradient by {100 * rounding:.0f} % ({of_what(m)}), "
            "as the same operations show in float64. Compute the loss in float32 or float64."
        )
    promised = np.array([m.gradient[block.entries] @ block.step / block.length for block in exact.blocks])
    return GradientReport(verdict, message, promised, differences)


def _floating_variable(variable):
    if not tf.executing_eagerly():
        raise RuntimeError("verify_gradient measures values, which a tf.function has none of yet. Call it outside.")
    inner = getattr(variable, "value", None)
    target = inner if isinstance(inner, tf.Variable) else variable  # keras.Variable -> tf.Variable
    if not isinstance(target, tf.Variable):
        raise TypeError(
            "verify_gradient needs a tf.Variable or keras.Variable as its second argument, "
            f"not {type(variable).__name__}."
        )
    if target.dtype not in MEASURABLE:
        names = ", ".join(dtype.name for dtype in MEASURABLE)
        raise TypeError(f"verify_gradient measures variables of {names}; this one is {target.dtype.name}.")
    try:
        target.handle  # noqa: B018  a tape asks for it
    except ValueError:
        raise RuntimeError("The variable has replicas: call verify_gradient outside strategy.scope().") from None
    return target


def _at_least_one(max_entries):
    try:
        number = operator.index(max_entries)
    except TypeError:
        raise TypeError(f"max_entries must be an integer, 1 or more; it is {max_entries!r}.") from None
    if number < 1:
        raise ValueError(f"max_entries must be 1 or more; it is {number}.")
    return number
