"""Exercises whose answer is used in short programs; what counts is the result that each of them ends with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from assignlab import guard
from assignlab.exercises.diagnosing import advice_for, error_text
from assignlab.exercises.keeps_variables import end_of, same_end
from assignlab.exercises.model import Exercise, Mistake, Run
from assignlab.exercises.showing import show


@dataclass(frozen=True, kw_only=True)
class InPrograms(Exercise):
    """The answer is used in programs, and each must end with the result that it has with the `reference`.

    cases are the lines of Python, with np, tf and the answer under its name, that use it and keep what it did as
    `result`: numbers or arrays. The example comes first. They run anew for each answer. A mistake's `gives` is a wrong
    answer, called like the reference.
    """

    reference: Callable
    cases: Sequence[str]
    mistakes: Sequence[Mistake] = ()

    def verify(self, answer):
        return self.verified(len(self.verify_each(answer, self.cases)))

    def verified(self, count):
        """The sentence that says what was verified in so many programs."""
        raise NotImplementedError

    @property
    def variable_name(self):
        return self.parameters[0] if self.parameters else "the variable"

    def sample(self):
        return self.cases[0], end_of(self.outcome(self.reference, self.cases[0])).replace("returned ", "result = ", 1)

    def verify_case(self, answer, lines, passed):
        """Raise `Wrong` unless these lines find what they find with the reference; `passed`: those that did."""
        names, wanted = {}, {}
        outcome, expected = self.outcome(answer, lines, names), self.outcome(self.reference, lines, wanted)
        run = Run(lines, answer, outcome.value, outcome.printed)
        for name, array in names.items() if outcome.error is None else ():
            if name != "result" and isinstance(array, np.ndarray) and not np.array_equal(array, wanted[name]):
                advice = f"{name} belongs to the caller, who has edited it here. Read it, and write into the variable."
                raise run.wrong("argument changed", advice, show(array, f"{name} = "), show(wanted[name], f"{name} = "))
        if outcome.error is None and same_end(outcome, expected):
            for variable in names.values():
                if isinstance(variable, tf.Variable):
                    self.verify_gradient(variable, run)
            return
        known = self.mistake_in(outcome, lines, passed, run)
        if outcome.error is not None:
            found = advice_for(outcome.error, self.all_messages(), run.reading, self.variable_name)
            raise run.wrong(*(known or found if found[0] == "raised" else found), error_text(outcome), "no exception")
        found = known or (
            "values",
            f"Run the lines under `called` in a cell, and look at {self.function} call by call.",
        )
        if passed and not known:
            found = ("example only", f"Right for {len(passed)} programs, and wrong for this one. {found[1]}")
        got, wanted = (end_of(one).replace("returned ", "result = ", 1) for one in (outcome, expected))
        raise run.wrong(*found, got, wanted)

    def outcome(self, answer, lines, names=None):
        """The guard's outcome of running these lines with an answer; its value is their `result`."""

        def program():
            names.update({"np": np, "tf": tf, self.function: answer})
            exec(compile(lines, guard.__file__, "exec"), names)  # a file of this package: the answer's line is its own
            if tf.config.functions_run_eagerly():
                raise RuntimeError("functions run eagerly, in the whole program")
            return [_numbers(one) for one in names["result"]]

        names = {} if names is None else names
        return guard.call(program)

    def all_messages(self):
        """Those of the exercise, then those of its kind."""
        return self.messages

    def mistake_in(self, outcome, lines, passed, run):
        """(diagnosis, advice) of the mistake that does the same here and where the answer passed."""
        here = [
            mistake
            for mistake in self.mistakes
            if (mistake.when is None or mistake.when(run.reading))
            and same_end(self.outcome(mistake.gives, lines), outcome)
            and all(self.alike(mistake, run.answer, other) for other in passed)
        ]
        everywhere = (one for one in here if all(self.alike(one, run.answer, other) for other in self.cases))
        known = next(everywhere, None) if len(here) > 1 else None
        known = known or next(iter(here), None)
        return known and (known.diagnosis, known.advice)

    def alike(self, mistake, answer, lines):
        return same_end(self.outcome(mistake.gives, lines), self.outcome(answer, lines))


def _numbers(result):
    """A number or nested lists of numbers, integers as such."""
    array = np.asarray(result)
    return (array if array.dtype.kind in "iub" else array.astype(np.float64)).tolist()
