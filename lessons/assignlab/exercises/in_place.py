"""Exercises whose answer writes new values into a variable that it is given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from hypothesis.strategies import SearchStrategy

from assignlab.exercises.bytecode import read
from assignlab.exercises.case import Case, Seen
from assignlab.exercises.comparing import identical, same_values
from assignlab.exercises.detecting import detect, first_difference, fixed_numbers
from assignlab.exercises.diagnosing import ABOUT_SHAPES, reshape_refused, shape_refused, why_unchanged
from assignlab.exercises.families import generated
from assignlab.exercises.features import in_this_case
from assignlab.exercises.losing import lost_at
from assignlab.exercises.model import Exercise, Mistake, Wrong
from assignlab.exercises.showing import call_lines, show, show_both


@dataclass(frozen=True, kw_only=True)
class InPlace(Exercise):
    """The answer writes new values into its first argument, a `tf.Variable`.

    reference(values, *arguments) returns the values that the variable must have afterwards. cases() yields
    (values, *arguments), the example first. family is a Hypothesis strategy of such tuples: what a hard-coded answer
    cannot foresee. rounding is how many times the usual error a right answer may have: more where it sums.
    """

    reference: Callable
    cases: Callable
    family: SearchStrategy
    mistakes: Sequence[Mistake] = ()
    dtypes: Sequence[str] = ("float32", "float64", "float16")
    rounding: float = 1.0

    def verify(self, answer):
        passed = self.verify_each(answer, self.all_cases())
        count = len(passed) - len(generated(self.family))
        tried = ", ".join(map(str, dict.fromkeys(case.before.shape for case in passed[:count])))
        return (
            f"values in {count} calls with shapes {tried} and dtypes {', '.join(self.dtypes)}, "
            f"and in {len(passed) - count} generated ones; the same variable, its inputs untouched"
            + (", its gradient alive and exact" if tf.as_dtype(self.dtypes[0]).is_floating else "")
        )

    def all_cases(self):
        """The written cases in every dtype, then the generated ones in the first."""
        for values, *arguments in self.cases():
            for dtype in self.dtypes:
                yield self.case(values, arguments, dtype)
        for values, *arguments in generated(self.family):
            yield self.case(values, arguments, self.dtypes[0])

    def case(self, values, arguments, dtype):
        """A call with these arguments, and what must come of it."""
        with np.errstate(all="ignore"):
            before = np.asarray(values, dtype)
            after = self.reference(before.astype(np.float64), *arguments)
            return Case(before, tuple(arguments), np.array(after).astype(dtype))

    def example(self):
        case = next(self.all_cases())
        return case.before, dict(zip(self.parameters[1:], case.arguments, strict=True)), case.expected

    def verify_case(self, answer, case, passed):
        """Raise `Wrong` unless the answer is right in this case; `passed` are those in which it was."""
        try:
            self.verify_call(answer, case, passed)
        except Wrong as wrong:
            if read(answer).uses("gradient"):
                cuts_part = any(mistake.cuts_part for mistake in self.mistakes if mistake.diagnosis == wrong.diagnosis)
                wrong.lost = lost_at(answer, tf.Variable(case.before), case.copies(), cuts_part)
            raise

    def verify_call(self, answer, case, passed):
        """The same, without the line at which the answer loses a gradient."""
        variable, given = tf.Variable(case.before), case.copies()
        identity = identity_of(variable)
        called = call_lines(self.function, self.named(case), self.parameters[0])
        try:
            run = self.run_answer(answer, [variable, *given], called)
        except Wrong as wrong:
            if passed:
                self.add_what_is_special(wrong, case, passed)
            raise
        if identity_of(variable) != identity:
            advice = f"Leave the variable itself alone and write its values with {self.variable_name}.assign(...)"
            raise run.wrong("resource changed", advice)
        got = variable.read_value().numpy()
        if not same_values(got, case.expected, got.dtype, self.rounding):
            texts = show_both(self.parameters[0], got, case.expected)
            raise run.wrong(*self.diagnose(run, case, got, passed), *texts, (case.before, case.expected, got))
        self.verify_arguments(run, case, given)
        self.verify_gradient(variable, run)

    def diagnose(self, run, case, got, passed):
        """(diagnosis, advice) for wrong values."""
        unused = self.unused_arguments(run.reading)
        seen = Seen(case, got, self.parameters, self.reference, passed, self.rounding, unused)
        if identical(got, case.before):
            unchanged = why_unchanged(run.reading, self.variable_name, run.returned, case.expected)
            if unchanged[0] == "old values assigned":
                unchanged = self.mistake_in(seen, run.reading) or unchanged
            if not passed or unchanged[0] in ("returned", "not run"):
                return unchanged
        known = fixed_numbers(seen) or self.mistake_in(seen, run.reading) or detect(seen)
        if known:
            return known
        if passed:
            return "example only", f"{self.special(case, passed)} {first_difference(seen)}"
        advice = (
            f"Something was written, but not these values. {first_difference(seen)} Print the array after each step."
        )
        return "values", advice

    def mistake_in(self, seen, reading):
        """(diagnosis, advice) of the first of the exercise's own mistakes that explains these values, or None."""
        for mistake in self.mistakes:
            fits = mistake.when is None or mistake.when(reading)
            if fits and seen.explained_by(lambda case, gives=mistake.gives: gives(case.before, *case.arguments)):
                return mistake.diagnosis, mistake.advice
        return None

    def named(self, case):
        """The arguments by name."""
        return dict(zip(self.parameters, (case.before, *case.arguments), strict=True))

    def special(self, case, passed, only_shapes=False):
        """A sentence that says what this case has that those before had not."""
        return in_this_case(self.named(case), list(map(self.named, passed)), only_shapes)

    def add_what_is_special(self, wrong, case, passed):
        """Say of an exception that the first example passed, and what is different here."""
        first = passed[0].before.shape
        if reshape_refused(wrong.got) in _shapes(passed[0]) and reshape_refused(wrong.got) not in _shapes(case):
            wrong.diagnosis = "fixed numbers"
            wrong.advice = (
                f"{reshape_refused(wrong.got)} is a shape of the first example, and here are others. "
                f"Take lengths and numbers from {self.variable_name} and the arguments."
            )
        elif shape_refused(wrong.got) == first != case.before.shape:
            wrong.diagnosis = "fixed numbers"
            wrong.advice = (
                f"The array has the shape of the first example, {first}, and {self.variable_name} has another one. "
                f"Take lengths and numbers from {self.variable_name} and the arguments."
            )
        else:
            special = self.special(case, passed, wrong.diagnosis in ABOUT_SHAPES)
            wrong.advice = f"{wrong.advice}{'' if wrong.advice.endswith('.') else '.'} {special}"

    def verify_arguments(self, run, case, given):
        """Raise `Wrong` if the answer edited an array that belongs to its caller."""
        for name, before, after in zip(self.parameters[1:], case.arguments, given, strict=True):
            if isinstance(before, np.ndarray) and not identical(before, after):
                advice = (
                    f"{name} belongs to the caller. Make a new array, for example with np.where or {name}.copy(), "
                    "instead of editing it."
                )
                raise run.wrong("argument changed", advice, show(after, f"{name} = "), show(before, f"{name} = "))


def _shapes(case):
    """The shape of the variable and those of the arguments, and the arguments that are shapes."""
    arrays = [array.shape for array in (case.before, *case.arguments) if isinstance(array, np.ndarray)]
    return [*arrays, *(argument for argument in case.arguments if isinstance(argument, tuple))]


def identity_of(variable):
    """What assign leaves as it is: the resource, trainable, the dtype, the shape."""
    try:
        return id(variable.handle), variable.trainable, variable.dtype, variable.read_value().shape
    except Exception:  # an answer may have emptied the object
        return None
