"""Exercises whose answer must do with little memory: how many arrays NumPy holds at once is counted, not timed."""

import tracemalloc
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from tensorflow.python import pywrap_tfe
from tensorflow.python.eager import record

from assignlab.exercises.in_place import InPlace
from assignlab.exercises.keeps_variables import KeepsVariables
from assignlab.exercises.model import Exercise


@dataclass(frozen=True)
class Spent:
    """The advice for an answer that held more arrays than it should, where `when`, of its `Reading`, says it fits."""

    diagnosis: str
    advice: str
    when: Callable | None = None


@dataclass(frozen=True, kw_only=True)
class Sparing(Exercise):
    """What is asked of it, and while it runs NumPy holds `arrays` arrays of the variable's size at once, at most.

    large: the lines of Python, with np and tf, that give the parameters their arguments, the variable a large value.
    spent: the advice for answers that hold more; the last one fits all. block: the parameter that says how much to take
    at a time, if there is one.
    """

    large: str
    arrays: int
    spent: Sequence[Spent]
    block: str = ""

    def verify(self, answer):
        said = super().verify(answer)
        self.verify_memory(answer)
        return f"{said}; of a large one, {_in_words(self.arrays)}"

    def verify_memory(self, answer):
        """Raise `Wrong` if NumPy holds more at once while the answer runs. Tracemalloc hears of each array."""
        names = {"np": np, "tf": tf}
        exec(self.large, names)
        arguments = [names[parameter] for parameter in self.parameters]
        variable = arguments[0]
        variable.assign(variable.read_value())  # what watches writes, where something does, has its arrays by then
        called = f"{self.large}\n{self.function}({', '.join(self.parameters)})"
        tracing = tracemalloc.is_tracing()
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            with record.stop_recording() if _a_tape_is_open() else nullcontext():
                run = self.run_answer(answer, arguments, called)
            still, (_, most) = tracemalloc.is_tracing(), tracemalloc.get_traced_memory()
        finally:
            if not tracing:
                tracemalloc.stop()
        if not still:
            advice = "tracemalloc.stop() ends the check's own counting. Measure in a cell of its own."
            raise run.wrong("counting stopped", advice)
        held = round((most - before) / (variable.dtype.size * variable.shape.num_elements()))
        if held > self.arrays:
            found = next(one for one in self.spent if one.when is None or one.when(run.reading))
            raise run.wrong(found.diagnosis, found.advice, _in_words(held), _in_words(self.arrays))
        if self.block in run.reading.unused:
            advice = (
                f"{self.block} is never read: everything is taken at once, and a tensor needs memory as an array does."
            )
            raise run.wrong("all at once", advice)


def _a_tape_is_open():
    """Whether an earlier cell left a tape open: it would keep the arrays of each step, for a gradient."""
    return not pywrap_tfe.TFE_Py_TapeSetIsEmpty()


def _in_words(count):
    if not count:
        return "NumPy never held an array as large as the variable"
    return f"NumPy held {count} array{'s' * (count > 1)} as large as the variable at once"


@dataclass(frozen=True, kw_only=True)
class SparingInPlace(Sparing, InPlace):
    """The answer writes into its first argument. `scratch`: a parameter that it may fill, an array of the same kind."""

    scratch: str = ""

    def case(self, values, arguments, dtype):
        if self.scratch:
            arguments = [*arguments, np.full(np.shape(values), 7, dtype)]
        return super().case(values, arguments, dtype)

    def verify_arguments(self, run, case, given):
        kept = [array if name != self.scratch else before for name, before, array in self.pairs(case, given)]
        super().verify_arguments(run, case, kept)

    def pairs(self, case, given):
        """(name, argument before, argument after) of all but the variable."""
        return zip(self.parameters[1:], case.arguments, given, strict=True)


@dataclass(frozen=True, kw_only=True)
class SparingReader(Sparing, KeepsVariables):
    """The answer returns what it read, and leaves the variable as it was."""
