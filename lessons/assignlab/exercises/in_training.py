"""Exercises whose answer prepares a training, or edits its state half-way; what counts is where the training ends."""

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
    """Lines of Python, with np, tf and keras: `before` makes the arguments, `after` trains with what was `returned`.

    Every layer and variable gets a name: Keras numbers those without, and the notebook's own would go on from there.
    """

    before: str
    after: str


@dataclass(frozen=True)
class End:
    """Where a training ended: {name: values} of what is watched, and the last call's `Outcome`."""

    outcome: guard.Outcome
    values: dict = field(default_factory=dict)

    def wrong(self, expected):
        """The names of what ended elsewhere."""
        return [name for name, value in expected.values.items() if not _same(self.values.get(name), value)]

    def same_as(self, other):
        """Whether both came to an end, and to the same."""
        return self.outcome.error is None and other.outcome.error is None and not self.wrong(other)


@dataclass(frozen=True, kw_only=True)
class InTraining(Exercise):
    """The answer is called before a training, or between its two parts; it must end as with `reference`.

    watched: the names, in the lines of each case, of the variables and arrays that are compared at the end, the
    variable of the exercise first. A mistake's `gives` is a wrong answer, called like the reference.
    """

    reference: Callable
    cases: Sequence[Training]
    watched: Sequence[str]
    mistakes: Sequence[Mistake] = ()

    @property
    def variable_name(self):
        return self.watched[0]

    def verify(self, answer):
        passed = self.verify_each(answer, self.cases)
        kept = "the same variables, gradient alive and exact"
        return f"{', '.join(self.watched)} at the end of {len(passed)} trainings; {kept}"

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
        kept = {name: _inner(names[name]) for name in self.watched if _inner(names[name]) is not None}
        identities = {name: identity_of(variable) for name, variable in kept.items()}
        before = {name: _values(names[name]) for name in self.watched}
        end = _train(answer, self.parameters, self.watched, case, names)
        run = Run(self.call_text(case), answer, names.get("returned"), end.outcome.printed)
        if end.outcome.error is not None:
            found = advice_for(end.outcome.error, self.messages, run.reading, self.variable_name)
            raise run.wrong(*found, error_text(end.outcome), "no exception")
        for name, variable in kept.items():
            if _inner(names[name]) is not variable or identity_of(variable) != identities[name]:
                advice = f"Leave {name} itself alone, and write its values with {name}.assign(...)"
                raise run.wrong("resource changed", advice)
        wrong = end.wrong(expected)
        if wrong:
            got, wanted = end.values[wrong[0]], expected.values[wrong[0]]
            picture = (before[wrong[0]], wanted, got) if np.shape(got) == np.shape(wanted) else None
            found = self.diagnose(run, end, expected, case, passed, before)
            raise run.wrong(*found, *show_both(wrong[0], got, wanted), picture)
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
        if all(identical(end.values[name], before[name]) for name in wrong):
            return "unchanged", f"At the end as at the beginning: {', '.join(wrong)}. Run the lines one by one."
        if passed:
            return "example only", "Right in the first training, not in this one. Compare the lines of both."
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
    if outcome.error is not None:
        return End(outcome)
    names["returned"] = outcome.value
    lines = compile(case.after, guard.__file__, "exec")  # a file of this package: an error's line is the answer's own
    training = guard.call(exec, lines, names)
    if training.error is not None:
        return End(training)
    return End(training, {name: _values(names[name]) for name in watched})


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
