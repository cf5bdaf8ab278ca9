"""Why an answer failed: the advice for an exception, and for a variable that was left as it was."""

import inspect
import re
from difflib import get_close_matches
from types import ModuleType

import numpy as np
import tensorflow as tf

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
    (
        guard.NestedCheck,
        "check inside the function",
        "check stands inside the function that it checks, so that each check would start another. Move that line out, "
        "to the left edge of the cell.",
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
    spelling = spelling_of(error, reading, name)
    if spelling:
        return spelling
    for message in [*messages, *MESSAGES]:
        found = re.search(message.piece, text)
        if found and (message.when is None or message.when(reading)):
            if reading.dropped and message.diagnosis in ABOUT_SHAPES:
                return "result thrown away", _thrown_away(reading)
            return tuple(_filled(words, found, text, name) for words in (message.diagnosis, message.advice))
    return (
        "raised",
        "The lines above say what failed, and where. Paste the lines under `called` into a new cell, and below them "
        "the lines of your function, one by one.",
    )


ABOUT_SHAPES = ("shape", "does not broadcast", "reshape", "matrix product")
NEAR = 0.8  # of 1: how alike two names must be for one to be taken for the other, misspelt
FUNCTIONS = {name for name, kind in vars(np).items() if type(kind) in (np.ufunc, type(np.where))} - {*dir(np.ndarray)}
OTHER_NAMES = frozenset(dir(np.ndarray)) | frozenset(dir(np)) | frozenset(dir(tf.Tensor)) | frozenset(dir(tf.Variable))


def spelling_of(error, reading, variable):
    """(diagnosis, advice) for a name that resembles one of those at hand, or is a function of NumPy; else None.

    Other names that arrays, tensors or variables have are spelled well, and asked of the wrong object: that is for the
    messages. `variable`: the name of the variable.
    """
    kind, name = type(error), getattr(error, "name", None)
    if not isinstance(name, str) or name.startswith("_"):
        return None
    if kind is NameError:
        near = _nearest(name, {*reading.parameters, *reading.bound, "np", "tf", "keras"})
        return near and ("unknown name", f"Nothing is called {name} here. Is it {near} that you mean?")
    if kind is not AttributeError:
        return None
    owner = error.obj
    if name in FUNCTIONS and type(owner) is np.ndarray:
        return "not a method", f"{name} is a function of NumPy and no method of an array. Write np.{name}(...)"
    if name in FUNCTIONS and isinstance(owner, tf.Variable):
        advice = f"{name} is a function of NumPy and no method of a variable. Write np.{name}({variable}.numpy())"
        return "not a method", advice
    if name in OTHER_NAMES:
        return None
    names = vars(owner) if isinstance(owner, ModuleType) else dir(type(owner))
    near = _nearest(name, {known for known in names if not known.startswith("_")})
    return near and (
        "spelling",
        f"Nothing is called {name} here. The nearest name is {near}: is it the one that you mean?",
    )


def _nearest(name, names):
    lower = {known.lower(): known for known in sorted(names)}
    alike = [known for known in lower if known[:1] == name[:1].lower()]  # the first letter is seldom mistyped
    found = get_close_matches(name.lower(), alike, 1, NEAR)
    turned = [known for known in lower if sorted(known) == sorted(name.lower())]  # two letters changed places
    return next((lower[known] for known in [*turned, *found]), None)


def _filled(advice, found, text, name):
    advice = advice.replace("{v}", name).replace("{shapes}", _shapes_advice(text, name))
    shapes = SHAPES.search(text)
    if shapes:
        advice = advice.replace("{shape}", shapes[1]).replace("{given}", shapes[2])
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


def reshape_refused(text):
    """The shape that a reshape could not give, by the text of its error; None for other texts."""
    found = re.search(r"cannot reshape array of size \d+ into shape (\([\d, ]*\))", text)
    return found and _as_shape(found[1])


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
    message = re.sub(r"\{\{function_node [^}]*\}\} ?", "", message).strip().split("\n")[0]
    message = re.sub(r"<tf\.Tensor [^>]*> is out of scope", "<tf.Tensor …> is out of scope", message)
    message = re.sub(r": <tf\.Tensor(?! …).*", "", message)
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
    if not reading.uses("assign") or reading.uses("Variable", "deepcopy"):
        return None
    if reading.edits_after_write:
        return (
            "assigned too early",
            f"The array was edited after {name}.assign(...), which stores what it holds at that moment. Assign last.",
        )
    if reading.comparison_dropped:
        return "compared, not stored", "`==` compares and stores nothing. Write one = to store."
    if reading.loop_names:
        row = min(reading.loop_names)
        return "old values assigned", (
            f"`{row} = ...` in a loop gives the name {row} to something new and leaves the array alone. Write into the "
            "array, values[i] = ..., or change it as a whole."
        )
    if reading.dropped:
        return "result thrown away", _thrown_away(reading)
    return "old values assigned", (
        "assign was called, and what it got still holds the old values. Either the edit went into another array "
        "(a * b, a[mask], np.where, np.clip make new ones), or the mask chose nothing. Print both before assign."
    )


def _thrown_away(reading):
    return (
        f"{' and '.join(sorted(reading.dropped))}: what this gives is thrown away. It leaves its array as it is and "
        "returns another one. Give the result a name, and go on with that."
    )


def _elsewhere(reading, name, returned, expected):
    """An answer whose values went into another object."""
    if name in reading.bound:
        return "rebound", (
            f"`{name} = ...` gives the name to a new object; the caller's variable keeps its values. "
            f"Write into it: {name}.assign(...)"
        )
    if reading.uses("Variable", "deepcopy"):
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
