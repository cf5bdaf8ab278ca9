"""What an exercise is, and how an answer to it is verified."""

import dis
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
import tensorflow as tf
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from hypothesis.strategies import SearchStrategy

from assignlab import guard

CHECKS = Path(__file__).parent / "checks"


EXAMPLE_ONLY = (
    "example only",
    "Right for the first example, wrong for other values or shapes: use the arguments, no fixed numbers.",
)


class Wrong(Exception):
    """An answer that does not pass: a short name of the mistake, and what a person needs to mend it."""

    def __init__(self, diagnosis, advice, called="", got="", expected="", picture=None):
        super().__init__(diagnosis)
        self.diagnosis, self.advice, self.called, self.got, self.expected, self.picture = (
            diagnosis,
            advice,
            called,
            got,
            expected,
            picture,
        )

    def in_a_later_case(self):
        """The first example passed: an exception about shapes or names then says that the answer fits the example only."""
        self.advice += " It worked for the first example: use the arguments, no fixed numbers."
        if self.diagnosis in ("raised", "shape", "does not broadcast"):
            self.diagnosis = "example only"


@dataclass(frozen=True)
class Mistake:
    """A typical wrong answer: its short name, the values it would leave behind, and the advice that its author needs."""

    diagnosis: str
    gives: Callable  # same arguments as the reference; returns the wrong values, or raises where the mistake cannot be made
    advice: str


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise. `parameters` are those of the stub; `hints` go from a nudge to the shape of the answer; `why` follows success."""

    number: str
    function: str
    parameters: Sequence[str]
    hints: Sequence[str]
    why: str
    practice: str

    def verify(self, answer):
        """Raise `Wrong` if `answer` is not right; return a sentence that says what was verified."""
        raise NotImplementedError

    def called(self, *shown):
        """The call as a person would write it, with the values of its arguments."""
        named = "\n".join(f"{name} = {show(value)}" for name, value in zip(self.parameters, shown, strict=True))
        return f"{self.function}({', '.join(self.parameters)}) with\n{named}"

    def call(self, answer, arguments, called):
        """Call the answer under guard; an exception becomes `Wrong`."""
        outcome = guard.call(answer, *arguments)
        if outcome.error is None:
            return outcome.value
        raise Wrong(*_advice_for(outcome), called=called, got=_error_text(outcome), expected="no exception")


@dataclass(frozen=True, kw_only=True)
class InPlace(Exercise):
    """The answer writes new values into its first argument, a `tf.Variable`.

    reference(values, *arguments) returns the values that the variable must have afterwards. cases() yields (values, *arguments), the example first.
    family is a hypothesis strategy of such tuples: what a hard-coded answer cannot foresee.
    """

    reference: Callable
    cases: Callable
    family: SearchStrategy
    mistakes: Sequence[Mistake] = ()
    dtypes: Sequence[str] = ("float32", "float64", "float16")
    rounding: float = (
        1.0  # how many times the usual rounding error a right answer may have: more where it sums or subtracts
    )

    def verify(self, answer):
        tried, count = [], 0
        for values, *arguments in self.cases():
            for dtype in self.dtypes:
                self.verify_case(answer, np.asarray(values, dtype), arguments, example=count == 0)
                count += 1
            tried.append(np.shape(values))
        drawn = generated(self.family)
        for values, *arguments in drawn:
            self.verify_case(answer, np.asarray(values, self.dtypes[0]), arguments, example=False)
        distinct = list(dict.fromkeys(tried))
        return (
            f"values in {count} calls with shapes {', '.join(map(str, distinct))} and dtypes {', '.join(self.dtypes)}, and in {len(drawn)} generated ones; "
            "the same variable, its inputs untouched, its gradient alive and exact"
        )

    def verify_case(self, answer, values, arguments, example):
        variable = tf.Variable(values)
        handle, trainable, dtype = variable.handle, variable.trainable, variable.dtype
        given = [np.array(a, copy=True) if isinstance(a, np.ndarray) else a for a in arguments]
        called = self.called(values, *arguments)
        try:
            returned = self.call(answer, [variable, *given], called)
        except Wrong as wrong:
            if not example:
                wrong.in_a_later_case()
            raise
        if variable.handle is not handle or variable.trainable != trainable or variable.dtype != dtype:
            raise Wrong(
                "resource changed", "Leave the variable itself alone and write its values with v.assign(...).", called
            )
        got = variable.read_value().numpy()
        expected = np.asarray(self.reference(np.array(values, np.float64), *arguments)).astype(values.dtype)
        if not same_values(got, expected, values.dtype, self.rounding):
            self.explain(answer, called, values, arguments, returned, got, expected, example)
        for name, before, after in zip(self.parameters[1:], arguments, given, strict=True):
            if isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=True):
                advice = f"{name} belongs to the caller: make a new array (for example with np.where or {name}.copy()) instead of editing it."
                raise Wrong("argument changed", advice, called, f"{name} = {show(after)}", f"{name} as it was")
        verify_gradient_alive(variable, called)

    def explain(self, answer, called, values, arguments, returned, got, expected, example):
        """Raise the `Wrong` that fits the values found."""
        wrong = dict(
            called=called,
            got=f"{self.parameters[0]} = {show(got)}",
            expected=f"{self.parameters[0]} = {show(expected)}",
        )
        wrong["picture"] = (values, expected, got)
        if np.array_equal(got, values, equal_nan=True):
            why = why_unchanged(answer, self.parameters[0], returned, expected)
            if not example and why[0] == "old values assigned":
                raise Wrong(*EXAMPLE_ONLY, **wrong)
            raise Wrong(*why, **wrong)
        for mistake in self.mistakes:
            try:
                with np.errstate(all="ignore"):
                    gives = np.asarray(mistake.gives(np.array(values, np.float64), *arguments))
            except Exception:  # this mistake cannot be made with these arguments
                continue
            if same_values(got, gives, values.dtype, self.rounding):
                raise Wrong(mistake.diagnosis, mistake.advice, **wrong)
        if not example:
            raise Wrong(*EXAMPLE_ONLY, **wrong)
        where = np.argwhere(~np.isclose(got, expected, equal_nan=True)) if got.shape == expected.shape else []
        first = f" The first entry that differs is {tuple(int(i) for i in where[0])}." if len(where) else ""
        raise Wrong(
            "values",
            f"Something was written, but not these values.{first} Print each intermediate array, with its shape.",
            **wrong,
        )


# Families of arrays -------------------------------------------------------------------------------------------------------------------------------------

GENERATED = 20  # cases drawn from a family, always the same ones
quarters = st.integers(-40, 40).map(lambda i: i / 4)  # exact in every floating dtype


def arrays(shape, elements=quarters):
    """A strategy of float64 arrays whose entries are multiples of 1/4 between -10 and 10."""
    return hnp.arrays("float64", shape, elements=elements)


def shapes(least=1, most=3):
    """A strategy of shapes with `least` to `most` axes of lengths 1 to 5."""
    return hnp.array_shapes(min_dims=least, max_dims=most, max_side=5)


@cache
def generated(family):
    """The cases drawn from a family: small ones first, the same in every run."""
    found = []

    @settings(
        max_examples=GENERATED,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(family)
    def collect(case):
        found.append(case)

    collect()
    return sorted(found, key=lambda case: np.size(case[0]))


# Pieces that every kind of exercise uses ---------------------------------------------------------------------------------------------------------------


def same_values(got, expected, dtype, rounding=1.0):
    """Equal up to `rounding` times the usual error of `dtype`, NaN equal to NaN, shapes equal."""
    got, expected = np.asarray(got), np.asarray(expected)
    if got.shape != expected.shape:
        return False
    eps = float(np.finfo(dtype).eps)
    with np.errstate(all="ignore"):
        got, expected = got.astype(np.float64), expected.astype(dtype).astype(np.float64)
    scale = np.abs(expected[np.isfinite(expected)]).max(initial=1.0)
    return np.allclose(got, expected, rtol=16 * eps * rounding, atol=4 * eps * scale * rounding, equal_nan=True)


def verify_gradient_alive(variable, called):
    """Raise `Wrong` unless the gradient of sum(v * v) is 2 v."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(variable * variable)
    gradient = tape.gradient(loss, variable)
    if gradient is None or not np.allclose(gradient.numpy(), 2 * variable.numpy(), equal_nan=True):
        raise Wrong(
            "gradient cut",
            "The variable is no longer seen by a tape. Change its values with v.assign(...) and nothing else about it.",
            called,
        )


def why_unchanged(answer, name, returned, expected):
    """(diagnosis, advice) for an answer that left its variable as it was."""
    if inspect.isgenerator(returned) or inspect.iscoroutine(returned):
        returned.close()
        return (
            "not run",
            "Calling this function runs none of its lines, because it contains yield or begins with async. Leave both out.",
        )
    steps = list(dis.get_instructions(answer)) if hasattr(answer, "__code__") else []
    names = {s.argval for s in steps if s.opname.startswith(("LOAD_ATTR", "LOAD_METHOD", "LOAD_GLOBAL"))}
    if returned is not None and same_returned(returned, expected):
        return (
            "returned",
            f"The right values came back as a return value, but {name} still has the old ones. Write them: {name}.assign(...)",
        )
    if "assign" in names and "nan" in names and not names & {"isnan", "isfinite", "nan_to_num"}:
        return (
            "NaN is never equal",
            "x == np.nan is False everywhere: NaN equals nothing, not even itself. np.isfinite finds it.",
        )
    if "assign" in names and "Variable" not in names:
        advice = "assign was called, but what it got still holds the old values: the edit went into another array, or the mask chose nothing."
        return "old values assigned", f"{advice} Print the mask, and the array right before {name}.assign(...)"
    if any(s.opname.startswith("STORE_FAST") and name in np.atleast_1d(s.argval) for s in steps):
        return (
            "rebound",
            f"`{name} = ...` gives the name to a new object; the caller's variable keeps its values. Write into it: {name}.assign(...)",
        )
    if "Variable" in names:
        return (
            "new variable",
            f"The values went into a new variable. Write them into the one that was given: {name}.assign(...)",
        )
    if names & {"numpy", "asarray", "array"}:
        return (
            "copy edited",
            f"{name}.numpy() returns a copy: editing it changes nothing. Put the edited copy back: {name}.assign(...)",
        )
    return "unchanged", f"Nothing was written to {name}. Compute the new values and write them: {name}.assign(...)"


def same_returned(returned, expected):
    """Whether a returned array or tensor holds the expected values, in whatever shape."""
    try:
        return same_values(np.ravel(np.asarray(returned)), np.ravel(expected), np.float16)
    except (TypeError, ValueError):
        return False


STOPPED = (  # (type of the exception, diagnosis, advice)
    (
        guard.TimeLimit,
        "too slow",
        "It ran too long and was stopped. Is there a loop that never ends? NumPy edits a whole array in one expression.",
    ),
    (KeyboardInterrupt, "interrupted", "It was interrupted. Run the cell again when you are ready."),
    (SystemExit, "exit", "It tried to leave Python. End the function with return, or let it reach its last line."),
    (RecursionError, "recursion", "It calls itself without end. No recursion is needed here."),
    (MemoryError, "memory", "It asked for more memory than there is. Work on arrays of the variable's own shape."),
)
MESSAGES = (  # (piece of the message, diagnosis, advice)
    (
        "Tensor conversion requested dtype",
        "tensor of another dtype",
        "A tensor is never cast. Give assign a NumPy array, or a tensor of v.dtype.",
    ),
    (
        "Shape mismatch",
        "shape",
        "assign takes exactly the variable's shape and never broadcasts. Print the shape of what you assign beside the variable's.",
    ),
    ("Cannot broadcast input shape", "shape", "What you assign does not fit the slice. Print both shapes."),
    (
        "are incompatible",
        "shape",
        "The shapes do not fit. Print the shape of each array that takes part, beside the variable's.",
    ),
    (
        "be broadcast",
        "does not broadcast",
        "NumPy lines shapes up from the right. Write both shapes one under the other, and see which lengths differ.",
    ),
    (
        "Incompatible shapes",
        "does not broadcast",
        "Shapes are lined up from the right. Write both shapes one under the other, and see which lengths differ.",
    ),
    (
        "does not support item assignment",
        "item assignment",
        "A variable has no item assignment. Edit a NumPy copy and assign it back.",
    ),
    (
        "only integer scalar arrays",
        "item assignment",
        "A variable does not take a mask as an index on the left. Edit a NumPy copy and assign it back.",
    ),
    (
        "with `tf.Variable`s is not supported",
        "in-place operator",
        "A variable has no += or *=. Compute the new values, then call assign.",
    ),
    (
        "'NoneType' object has no attribute 'assign'",
        "no bias",
        "This layer has no bias. Go through layer.weights: they are all that the layer has.",
    ),
    (
        "has no attribute 'assign'",
        "no assign on a tensor",
        "A tensor has no assign, and a mask index gives a tensor. Use the mask on the NumPy copy, then assign that to the variable.",
    ),
    (
        "truth value of an array",
        "ambiguous truth value",
        "and, or, not, if and a <= x <= b want one truth value. Join masks with &, | and ~, each comparison in brackets.",
    ),
    (
        "bitwise_and' not supported",
        "brackets missing",
        "& came before the comparison: put each comparison in brackets.",
    ),
    (
        "Attempt to convert a value (None)",
        "None assigned",
        "The value is None: np.putmask and other in-place functions return nothing. Assign the array that they edited.",
    ),
    ("no attribute 'reshape'", "no reshape on a variable", "A variable has no reshape. Reshape its NumPy copy."),
    (
        "assignment destination is read-only",
        "read-only view",
        "This array is a read-only view of a tensor. Take .numpy(): it is a copy that you may edit.",
    ),
    (
        "output array is read-only",
        "read-only view",
        "This array is a read-only view of a tensor. Take .numpy(): it is a copy that you may edit.",
    ),
    (
        "has no attribute '_id'",
        "gradient is None",
        "A tape gives gradients with respect to variables and tensors. This is a NumPy array: use w itself, not w.numpy().",
    ),
    (
        "add new elements of state",
        "replaced",
        "A built layer keeps its variables. Write into them: layer.kernel.assign(...), or layer.set_weights(...)",
    ),
    (
        "with wrong shape",
        "shape",
        "A variable's shape is fixed when it is made. Work in the other shape in NumPy, then return to the variable's own.",
    ),
    (
        "'NoneType'",
        "gradient is None",
        "Something is None. A gradient is None when the loss was computed from w.numpy(): inside the tape use w itself.",
    ),
    ("no setter", "no setter", "layer.kernel cannot be replaced. Write into it: layer.kernel.assign(...)"),
    (
        "inhomogeneous shape",
        "list of arrays",
        "get_weights() is a list of arrays of different shapes. Multiply each one.",
    ),
    ("can't multiply sequence", "list of arrays", "get_weights() is a list. Multiply each array in it."),
    (
        "weight list of length",
        "list of arrays",
        "The list has another length than the layer's weights. Multiply each array, not the list.",
    ),
    (
        "Cannot cast ufunc",
        "in-place dtype",
        "An in-place operation keeps the array's dtype. Write values = values * factors instead of *=.",
    ),
    (
        "Shapes (",
        "shape",
        "A variable's shape is fixed when it is made. Work in the other shape in NumPy, then return to the variable's own.",
    ),
)


def _advice_for(outcome):
    error = outcome.error
    for kind, diagnosis, advice in STOPPED:
        if isinstance(error, kind):
            return diagnosis, advice
    text = _message_of(error)
    for piece, diagnosis, advice in MESSAGES:
        if piece in text:
            return diagnosis, advice
    return (
        "raised",
        "The line above says what failed. Set the arguments to the values shown under `called`, and run the lines of your function one by one.",
    )


def _message_of(error):
    try:
        return str(error)
    except Exception:  # an answer may raise an exception of its own that cannot be printed
        return ""


def _error_text(outcome):
    if isinstance(outcome.error, guard.TimeLimit):
        return str(outcome.error)
    text = _message_of(outcome.error).strip().split("\n")[0].split(": <tf.Tensor")[0]
    line = outcome.error_line()
    return f"{type(outcome.error).__name__}: {text[:200]}" + (f"\nin the line: {line}" if line else "")


def show(value):
    """A value as short text: dtype and shape where it has them, then the values."""
    if isinstance(value, tf.Tensor | tf.Variable):
        value = value.numpy()
    if isinstance(value, np.ndarray):
        values = np.array2string(value, precision=4, threshold=24, edgeitems=2, separator=", ", suppress_small=True)
        return f"{' '.join(values.split())} ({value.dtype}, shape {value.shape})"
    text = repr(value)
    return text if len(text) < 200 else text[:200] + "…"


def is_stub(answer):
    """Whether the function is still the stub: a docstring and `...`."""
    code = getattr(answer, "__code__", None)
    if code is None:
        return False
    operations = {step.opname for step in dis.get_instructions(code)}
    return operations <= {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"} and set(code.co_consts) <= {
        None,
        answer.__doc__,
        Ellipsis,
    }


def takes(answer, count):
    """Whether a callable can be called with `count` arguments (True where Python cannot tell), and its signature as text."""
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):
        return True, ""
    try:
        signature.bind(*range(count))
    except TypeError:
        return False, str(signature)
    return True, str(signature)


@cache
def exercises():
    """All exercises by number: every file of `checks/` lists those of its lesson."""
    found = [
        e for path in sorted(CHECKS.glob("[0-9]*.py")) for e in import_module(f"assignlab.checks.{path.stem}").EXERCISES
    ]
    return {e.number: e for e in found}


def find(number):
    """The exercise with this number.

    Raises
    ------
    ValueError
        There is none; the message lists those that there are.
    """
    key = str(number).strip()
    if key not in exercises():
        raise ValueError(f"There is no exercise {number!r}. The numbers are {', '.join(exercises())}.")
    return exercises()[key]
