"""Exercises whose answer stands between two blocks of lines, such as those of a training; what counts is the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

import keras
import numpy as np
import tensorflow as tf

from assignlab import guard
from assignlab.exercises.comparing import identical, same_values
from assignlab.exercises.diagnosing import advice_for, error_text
from assignlab.exercises.in_place import identity_of
from assignlab.exercises.model import Exercise, Mistake, Run
from assignlab.exercises.showing import show, show_both

ROUNDING = 200.0  # times the usual error of a dtype: a training adds up


@dataclass(frozen=True)
class Training:
    """Lines of Python, with np, tf and keras: `before` makes the arguments, `after` goes on with what was `returned`.

    Every layer and variable gets a name: Keras numbers those without, and the notebook's own would go on from there.
    """

    before: str
    after: str


@dataclass(frozen=True)
class End:
    """Where a training ended, if only in an exception: {name: values} of what is watched, and the last `Outcome`."""

    outcome: guard.Outcome
    values: dict = field(default_factory=dict)

    def wrong(self, expected):
        """The names of what ended elsewhere."""
        return [name for name, value in expected.values.items() if not self.has(name, value)]

    def has(self, name, value):
        """Whether the watched thing of this name ended with this value."""
        return name in self.values and _same(self.values[name], value)

    def same_as(self, other):
        """Whether both came to the same end."""
        return other.raised_as(self) and not self.wrong(other)

    def raised_as(self, other):
        """Whether the exception is of the other's type, or a subclass; or neither has one."""
        return isinstance(self.outcome.error, type(other.outcome.error))

    def error(self):
        """What was raised, as text."""
        return "no exception" if self.outcome.error is None else f"a {type(self.outcome.error).__name__}"


@dataclass(frozen=True, kw_only=True)
class InTraining(Exercise):
    """The answer is called before a training, or between its two parts; it must end as with `reference`.

    Where the reference raises, the answer must, and the lines `after` do not run. watched: the names, in the lines of
    each case, of the variables and arrays that are compared at the end, the variable of the exercise first. `each` is
    what a case is called. A mistake's `gives` is a wrong answer, called like the reference.
    """

    reference: Callable
    cases: Sequence[Training]
    watched: Sequence[str]
    mistakes: Sequence[Mistake] = ()
    each: str = "training"

    @property
    def variable_name(self):
        return self.watched[0]

    def verify(self, answer):
        passed = self.verify_each(answer, self.cases)
        kept = "the same variables, gradient alive and exact"
        return f"{', '.join(self.watched)} at the end of {len(passed)} {self.each}s; {kept}"

    def example(self):
        case, name = self.cases[0], self.variable_name
        names, after = _names(case.before), self.end(self.reference, case).values[name]
        arguments = {p: names[p] for p in self.parameters if isinstance(names[p], int | float | np.ndarray)}
        return _values(names[name]), arguments, after

    def sample(self):
        case = self.cases[0]
        values = self.end(self.reference, case).values
        return self.call_text(case), "\n".join(show(value, f"{name} = ") for name, value in values.items())

    def call_text(self, case):
        """The lines that prepare, call the answer, and train."""
        kept = "returned = " if "returned" in case.after else ""
        return f"{case.before}\n{kept}{self.function}({', '.join(self.parameters)})\n{case.after}"

    def end(self, function, case):
        """The `End` with one of the exercise's own functions in the place of the answer."""
        return _end(function, tuple(self.parameters), tuple(self.watched), case)

    def verify_case(self, answer, case, passed):
        """Raise `Wrong` unless the training ends as it should; `passed` are those in which it did."""
        names, expected = _names(case.before), self.end(self.reference, case)
        kept = {name: _inner(thing) for name, thing in names.items() if _inner(thing) is not None}
        identities = {name: identity_of(variable) for name, variable in kept.items()}
        before = {name: _values(names[name]) for name in self.watched}
        given = {name: names[name].copy() for name in self.parameters if isinstance(names[name], np.ndarray)}
        end = _train(answer, self.parameters, self.watched, case, names)
        run = Run(self.call_text(case), answer, names.get("returned"), end.outcome.printed)
        if end.outcome.error is not None and not end.raised_as(expected):
            found = advice_for(end.outcome.error, self.messages, run.reading, self.variable_name)
            if found[0] == "raised" and expected.outcome.error is not None:
                found = "another error", f"Here {self.function} should raise {expected.error()}."
            raise run.wrong(*found, error_text(end.outcome), expected.error())
        for name, variable in kept.items():
            if _inner(names[name]) is not variable:
                advice = f"Another object stands in the place of {name}. Keep the variable: {name}.assign(...)"
                raise run.wrong("replaced", advice)
            if identity_of(variable) != identities[name]:
                advice = f"Leave {name} itself alone, and write its values with {name}.assign(...)"
                raise run.wrong("resource changed", advice)
        for name, array in given.items():
            if not identical(names[name], array):
                advice = f"{name} belongs to the caller. Make a new array instead of editing it: {name}.copy()"
                raise run.wrong("argument changed", advice, show(names[name], f"{name} = "), show(array, f"{name} = "))
        wrong = end.wrong(expected)
        if wrong:
            got, wanted = end.values.get(wrong[0]), expected.values[wrong[0]]
            picture = (before[wrong[0]], wanted, got) if getattr(got, "shape", None) == wanted.shape else None
            found = self.diagnose(run, end, expected, case, passed, before)
            raise run.wrong(*found, *show_both(wrong[0], got, wanted), picture)
        if not end.raised_as(expected):
            raise run.wrong(*self.diagnose(run, end, expected, case, passed, before), end.error(), expected.error())
        for variable in kept.values():
            if variable.dtype.is_floating:
                self.verify_gradient(variable, run)

    def diagnose(self, run, end, expected, case, passed, before):
        """(diagnosis, advice) for a training that ended elsewhere."""
        for mistake in self.mistakes:
            fits = mistake.when is None or mistake.when(run.reading)
            if fits and self.end(mistake.gives, case).same_as(end) and self.right(mistake.gives, passed):
                return mistake.diagnosis, mistake.advice
        wrong = end.wrong(expected)
        if not end.raised_as(expected):
            return "no error", f"Here {self.function} should raise {expected.error()}, before anything is written."
        if all(identical(end.values.get(name), before[name]) for name in wrong):
            return "unchanged", f"At the end as at the beginning: {', '.join(wrong)}. Run the lines one by one."
        if passed:
            return "example only", f"Right in the first {self.each}, not in this one. Compare the lines of both."
        return (
            "values",
            f"{' and '.join(wrong)} should end elsewhere. Run the lines one by one, and print it after each.",
        )

    def right(self, function, cases):
        """Whether a function is right in these cases."""
        return all(self.end(function, case).same_as(self.end(self.reference, case)) for case in cases)


def _names(lines):
    """What the lines give names to."""
    names = {"np": np, "tf": tf, "keras": keras}
    exec(lines, names)
    return names


def _train(function, parameters, watched, case, names):
    """The `End` of a training with a function; `names`, those of the lines before, then hold what it `returned`."""
    outcome = guard.call(function, *(names[parameter] for parameter in parameters))
    if outcome.error is None:
        names["returned"] = outcome.value
        lines = compile(case.after, guard.__file__, "exec")  # in a file of ours: the line of an error is the answer's
        outcome = guard.call(exec, lines, names)
    values = guard.call(lambda: {name: _values(names[name]) for name in watched}).value
    return End(outcome, values or {})


@cache
def _end(function, parameters, watched, case):
    """The `End` with a function of the checks: the same each time, and a training takes a while."""
    return _train(function, parameters, watched, case, _names(case.before))


def _inner(thing):
    """The tf.Variable that this is, or that is in it; None where there is none."""
    inner = getattr(thing, "value", None)
    return thing if isinstance(thing, tf.Variable) else inner if isinstance(inner, tf.Variable) else None


def _values(thing):
    return thing.numpy() if _inner(thing) is not None else np.array(thing)


def _same(got, expected):
    if expected.dtype.kind != "f":
        return identical(got, expected)
    return same_values(got, expected, expected.dtype, ROUNDING)
