"""Compare TensorFlow's gradient with one that uses no calculus: central differences."""

import inspect
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from assignlab import audit


@dataclass(frozen=True)
class GradientReport:
    """The outcome of `verify_gradient`. True when autodiff and central differences agree.

    autodiff and differences hold one float64 number per measured entry (autodiff is None when TensorFlow gave None).
    """

    agrees: bool
    message: str
    autodiff: np.ndarray | None
    differences: np.ndarray

    def __bool__(self):
        return self.agrees

    def __repr__(self):
        return self.message


def verify_gradient(loss, variable, max_entries=256):
    """Verify d(loss)/d(variable) at the variable's current value.

    Parameters
    ----------
    loss : callable
        Returns a scalar tensor. Takes no argument, or the variable as its only one.
    variable : tf.Variable or keras.Variable
        float16, float32 or float64, of any shape. Its entries are moved one by one, then restored bit for bit.
    max_entries : int
        Larger variables are measured at this many entries, evenly spread.

    Returns
    -------
    GradientReport
        True when the two gradients agree to within the error of the differences. Prints as a sentence.

    Raises
    ------
    TypeError
        `variable` is not a floating-point variable, or `loss` is not callable.
    ValueError
        `loss` does not return one finite number, or returns a different one at each call.
    """
    target = _floating_variable(variable)
    evaluate = _no_argument(loss, variable)
    start = target.numpy()
    first, again = _scalar(evaluate()), _scalar(evaluate())
    if first != again:
        raise ValueError(
            f"The loss gave {first} and then {again} for the same value. "
            "Fix its random numbers or switch dropout off, then compare again."
        )

    with tf.GradientTape() as tape:
        value = evaluate()
    gradient = tape.gradient(value, variable)

    entries = (
        np.unique(np.linspace(0, start.size - 1, min(start.size, max_entries)).astype(int))
        if start.size
        else np.array([], int)
    )
    differences, error = _central_differences(evaluate, target, start, entries)
    of_what = f"shape {start.shape}, {target.dtype.name}"
    if gradient is None:
        return GradientReport(False, _why_none(target, differences, error), None, differences)

    autodiff = tf.convert_to_tensor(gradient).numpy().astype(np.float64).reshape(-1)[entries]
    gap = np.abs(autodiff - differences)
    wrong = ~(gap <= error)  # a NaN gap is wrong too
    if not wrong.any():
        message = (
            f"autodiff and central differences agree at {entries.size} of {start.size} entries of {of_what} "
            f"(largest gap {gap.max(initial=0):.1e})."
        )
        return GradientReport(True, f"Gradient verified: {message}", autodiff, differences)
    i = int(np.flatnonzero(wrong)[np.nan_to_num(gap[wrong], nan=np.inf).argmax()])
    index = tuple(int(k) for k in np.unravel_index(entries[i], start.shape))
    message = (
        f"Gradient differs at {int(wrong.sum())} of {entries.size} entries of {of_what}. "
        f"Most at {index}: autodiff says {autodiff[i]:.6g}, central differences say {differences[i]:.6g}. "
        "The loss computes something that the tape does not record as it is (NumPy, a py_function, a custom gradient), "
        "or it is not smooth here."
    )
    return GradientReport(False, message, autodiff, differences)


def _floating_variable(variable):
    target = (
        variable.value if hasattr(variable, "value") and not callable(variable.value) else variable
    )  # keras.Variable -> tf.Variable
    if not isinstance(target, tf.Variable):
        raise TypeError(
            "verify_gradient needs a tf.Variable or keras.Variable as its second argument, "
            f"not {type(variable).__name__}."
        )
    if target.dtype not in (tf.float16, tf.float32, tf.float64):
        raise TypeError(
            f"verify_gradient measures float16, float32 and float64 variables; this one is {target.dtype.name}."
        )
    return target


def _no_argument(loss, variable):
    if not callable(loss):
        raise TypeError(
            f"verify_gradient needs a function as its first argument, not {type(loss).__name__}. "
            "Write: lambda: tf.reduce_sum(v ** 2)"
        )
    required = [
        p
        for p in inspect.signature(loss).parameters.values()
        if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    return (lambda: loss(variable)) if required else loss


def _scalar(value):
    value = np.asarray(value, dtype=np.float64)
    if value.size != 1:
        raise ValueError(f"The loss must be one number; it has shape {value.shape}. Sum it: tf.reduce_sum(...)")
    if not np.isfinite(value).all():
        raise ValueError(
            f"The loss is {value.item()} at the current value of the variable, so there is nothing to compare."
        )
    return value.item()


def _central_differences(evaluate, target, start, entries):
    """(f(x + h) - f(x - h)) / 2h for each entry, and a bound of its error.

    Truncation is estimated from a second step, rounding from the dtype.
    """
    eps = float(np.finfo(start.dtype).eps)
    flat = start.reshape(-1)
    slopes, errors = np.zeros(entries.size), np.zeros(entries.size)

    def slope(entry, step):
        ends, values = [], []
        for sign in (1, -1):
            moved = flat.copy()
            moved[entry] = np.float64(flat[entry]) + sign * step
            target.assign(moved.reshape(start.shape))
            ends.append(np.float64(moved[entry]))
            values.append(_scalar(evaluate()))
        width = ends[0] - ends[1]  # what the dtype made of 2 * step
        return (values[0] - values[1]) / width, 4 * eps * max(map(abs, values)) / width

    running = audit.current()
    try:
        with running.measuring() if running else nullcontext():
            for k, entry in enumerate(entries):
                step = eps ** (1 / 3) * max(1.0, abs(np.float64(flat[entry])))
                slopes[k], rounding = slope(entry, step)
                wider, _ = slope(entry, 2 * step)
                errors[k] = 2 * abs(wider - slopes[k]) + 2 * rounding + 10 * eps ** (2 / 3) * abs(slopes[k])
    finally:
        with running.measuring() if running else nullcontext():
            target.assign(start)
    return slopes, errors


def _why_none(target, differences, error):
    if not target.trainable:
        reason = (
            "the variable is not trainable, so a tape does not watch it by itself: "
            "call tape.watch(variable), or create it trainable"
        )
    elif np.all(np.abs(differences) <= error):
        reason = (
            "the loss does not change with this variable: "
            "it reads another object (a rebound name, a copy, what assign returned)"
        )
    else:
        reason = (
            "the loss does change with the variable, but on a path that the tape does not see: "
            "NumPy, .numpy() or tf.numpy_function inside the loss"
        )
    return f"The gradient is None. Likely reason: {reason}."
