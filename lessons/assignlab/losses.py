"""What `verify_gradient` and `explain_gradient` both ask of the loss that they are given."""

import functools
import inspect


def no_argument(loss, variable, caller):
    """The loss as a function of no argument; `caller` is the name of the function that was given it.

    Raises TypeError where it is no function, or one that needs more than the variable.
    """
    if not callable(loss):
        raise TypeError(
            f"{caller} needs a function as its first argument, not {type(loss).__name__}. "
            "Write: lambda: tf.reduce_sum(v ** 2)"
        )
    try:
        parameters = inspect.signature(loss).parameters.values()
    except (TypeError, ValueError):  # Python cannot tell
        return loss
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    required = [p for p in parameters if p.default is p.empty and p.kind in positional]
    if len(required) > 1:
        raise TypeError(
            f"The loss takes {len(required)} arguments; it may take the variable alone, or nothing. "
            "Write: lambda: loss(v, other)"
        )
    return functools.wraps(loss)(lambda: loss(variable)) if required else loss
