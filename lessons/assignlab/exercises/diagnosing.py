"""Why an answer failed: the advice for an exception, and for a variable that was left as it was."""

import inspect
import re

import numpy as np

from assignlab import guard
from assignlab.checks.messages import MESSAGES
from assignlab.exercises.comparing import same_returned

STOPPED = (  # (type of the exception, diagnosis, advice)
    (
        guard.TimeLimit,
        "too slow",
        "It ran too long and was stopped. Is there an endless loop? NumPy edits a whole array in one expression.",
    ),
    (
        guard.NoInput,
        "waits for input",
        "A check calls the function many times, with nobody to type. Leave out input(): the values come as arguments.",
    ),
    (KeyboardInterrupt, "interrupted", "It was interrupted. Run the cell again when you are ready."),
    (SystemExit, "exit", "It tried to leave Python. End the function with return, or let it reach its last line."),
    (RecursionError, "recursion", "It calls itself without end. No recursion is needed here."),
    (MemoryError, "memory", "It asked for more memory than there is. Work on arrays of the variable's own shape."),
)


# Exceptions ---------------------------------------------------------------------------------------------------------


def advice_for(error, messages, reading, name):
    """(diagnosis, advice) for an exception. `messages` come before those of all exercises; `name`: of the variable."""
    for kind, diagnosis, advice in STOPPED:
        if isinstance(error, kind):
            return diagnosis, advice
    text = _text_of(error)
    for message in [*messages, *MESSAGES]:
        found = re.search(message.piece, text)
        if found and (message.when is None or message.when(reading)):
            return tuple(_filled(words, found, text, name) for words in (message.diagnosis, message.advice))
    return (
        "raised",
        "The lines above say what failed, and where. Paste the lines under `called` into a new cell, and below them "
        "the lines of your function, one by one.",
    )


def _filled(advice, found, text, name):
    advice = advice.replace("{v}", name).replace("{shapes}", _shapes_advice(text, name))
    for i, group in enumerate(found.groups(), 1):
        advice = advice.replace(f"{{{i}}}", (group or "").split(".")[-1])
    return advice


SHAPES = re.compile(r"variable shape (\([\d, ]*\)), and the assigned value shape (\([\d, ]*\))")


def _shapes_advice(text, name):
    """How an array of the wrong shape can be made to fit the variable."""
    found = SHAPES.search(text)
    if not found:
        return "Print both shapes."
    wanted, given = map(_as_shape, found.groups())
    if given == wanted[::-1] and len(set(wanted)) > 1:
        return f"The array has {name}'s shape the other way round: is it transposed, or is a transpose missing?"
    if np.prod(given, dtype=int) == np.prod(wanted, dtype=int):
        return f"It has as many entries as {name}: bring it back to {name}'s own shape first, .reshape({name}.shape)"
    both = f"{name} has shape {wanted}, the array {given}"
    try:
        np.broadcast_to(np.empty(given), wanted)
    except ValueError:
        return f"{both}: print the shape after each step, and see where it changes."
    return (
        f"{both}. Should it be repeated? np.broadcast_to(..., {name}.shape) does that. "
        "Or did a step lose an axis: a sum, a mean, @, an index, a mask?"
    )


def _as_shape(text):
    return tuple(map(int, re.findall(r"\d+", text)))


def shape_refused(text):
    """The shape of the array that assign refused, by the text of its error; None for other texts."""
    found = SHAPES.search(text)
    return found and _as_shape(found[2])


def _text_of(error):
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # an answer may raise an exception of its own that cannot be printed
        return type(error).__name__


def error_text(outcome):
    """What was raised and in which line of the answer, in two lines at most."""
    if isinstance(outcome.error, guard.TimeLimit):
        return str(outcome.error)
    text = _text_of(outcome.error)
    message, line = _of_traced_code(text) or (text, outcome.error_line())
    message = re.sub(r"\{\{function_node [^}]*\}\} ?", "", message).strip().split("\n")[0].split(": <tf.Tensor")[0]
    return message[:220] + (f"\nin the line: {line}" if line else "")


def _of_traced_code(text):
    """(innermost message, the answer's own line) of an error inside a tf.function, which TensorFlow wraps; or None."""
    if "in user code:" not in text:
        return None
    lines = [line.strip() for line in text.splitlines()]
    places = [i for i, line in enumerate(lines[:-1]) if line.startswith('File "')]
    own = [i for i in places if "site-packages" not in lines[i]]
    after = [line for line in lines[places[-1] + 2 :] if line] if places else lines[1:]
    return (after[0] if after else text), (lines[own[-1] + 1] if own else "")


# A variable left as it was ------------------------------------------------------------------------------------------


def why_unchanged(reading, name, returned, expected):
    """(diagnosis, advice) for an answer that left its variable, called `name`, as it was."""
    for rule in (_not_run, _returned, _nan_compared, _not_written, _elsewhere):
        found = rule(reading, name, returned, expected)
        if found:
            return found
    return "unchanged", f"Nothing was written to {name}. Compute the new values and write them: {name}.assign(...)"


def _not_run(reading, name, returned, expected):
    if isinstance(returned, map | filter | zip):
        return "not run", "map, filter and zip run nothing until something loops over them. Write a for loop."
    if not (inspect.isgenerator(returned) or inspect.iscoroutine(returned)):
        return None
    returned.close()
    return (
        "not run",
        "Calling this function runs none of its lines, because it contains yield or begins with async. Leave both out.",
    )


def _returned(reading, name, returned, expected):
    if not same_returned(returned, expected):
        return None
    return (
        "returned",
        f"The right values were returned, and {name} still has the old ones. Write them: {name}.assign(...)",
    )


FINDS_NAN = ("isnan", "isfinite", "nan_to_num", "is_nan", "is_finite")
NAN_ADVICE = (
    "x == np.nan is False everywhere: NaN equals nothing, not even itself. np.isnan finds it; np.isfinite is False for "
    "NaN and for infinities."
)


def compares_with_nan(reading):
    """Whether an answer names NaN and no function that finds it."""
    return ("nan" in reading.names or "nan" in reading.constants) and not reading.uses(*FINDS_NAN)


def _nan_compared(reading, name, returned, expected):
    if reading.uses("assign") and compares_with_nan(reading):
        return "NaN is never equal", NAN_ADVICE
    return None


def _not_written(reading, name, returned, expected):
    """An answer that names assign, and wrote nothing with it."""
    if reading.set_attributes:
        attribute = min(reading.set_attributes)
        advice = f"`.{attribute} = ...` replaces an attribute and writes no values. Call assign: {name}.assign(...)"
        return "attribute replaced", advice
    if reading.write_not_called:
        return (
            "not called",
            f"`{name}.assign` without brackets names the method and does not call it: {name}.assign(...)",
        )
    if not reading.uses("assign") or reading.uses("Variable"):
        return None
    if reading.edits_after_write:
        return (
            "assigned too early",
            f"The array was edited after {name}.assign(...), which stores what it holds at that moment. Assign last.",
        )
    if reading.comparison_dropped:
        return "compared, not stored", "`==` compares and stores nothing. Write one = to store."
    return "old values assigned", (
        "assign was called, and what it got still holds the old values. Either the edit went into another array "
        "(a * b, np.where, np.clip, np.nan_to_num make new ones), or the mask chose nothing. Print both before assign."
    )


def _elsewhere(reading, name, returned, expected):
    """An answer whose values went into another object."""
    if name in reading.bound:
        return "rebound", (
            f"`{name} = ...` gives the name to a new object; the caller's variable keeps its values. "
            f"Write into it: {name}.assign(...)"
        )
    if reading.uses("Variable"):
        return (
            "new variable",
            f"The values went into a new variable. Write them into the one that was given: {name}.assign(...)",
        )
    if reading.uses("numpy", "asarray", "array"):
        return (
            "copy edited",
            f"{name}.numpy() returns a copy: editing it changes nothing. Put the edited copy back: {name}.assign(...)",
        )
    return None
