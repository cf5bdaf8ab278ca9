"""One call of an answer in numbers: what it starts from and what it must arrive at, and what it arrived at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from assignlab.exercises.comparing import same_values


@dataclass(frozen=True)
class Case:
    """The values of a variable before a call, the other arguments, and the values that it must have afterwards."""

    before: np.ndarray
    arguments: Sequence
    expected: np.ndarray

    def copies(self):
        """The arguments as an answer gets them: its own."""
        return [np.array(a, copy=True) if isinstance(a, np.ndarray) else a for a in self.arguments]

    def altered(self, index):
        """Variants of this case in which one argument, a number or an array of numbers, has other values."""
        argument = self.arguments[index]
        if isinstance(argument, int | float | np.ndarray):
            for value in (argument + 1.25, -1.25 - argument, argument * 0):
                arguments = [*self.arguments[:index], value, *self.arguments[index + 1 :]]
                yield Case(self.before, tuple(arguments), self.expected)

    def wide(self):
        """The same in float64, to compute with."""
        return Case(self.before.astype(np.float64), self.arguments, self.expected.astype(np.float64))


@dataclass(frozen=True)
class Seen:
    """A wrong answer's values `got`, of the shape of case.before.

    names are those of the variable and of the other arguments; reference(values, *arguments) gives the expected values;
    passed are the cases in which the answer was right, in the order in which they were tried; unused are the indices of
    the arguments that it never reads.
    """

    case: Case
    got: np.ndarray
    names: Sequence[str]
    reference: Callable
    passed: Sequence[Case] = ()
    rounding: float = 1.0
    unused: Sequence[int] = ()

    @property
    def name(self):
        """Of the variable."""
        return self.names[0]

    def explained_by(self, gives):
        """Whether gives(case), a wrong computation, gives the values found, and right ones where those were right."""
        try:
            with np.errstate(all="ignore"):
                return (
                    self.got_is(gives(self.case.wide()))
                    and all(
                        same_values(gives(case.wide()), case.expected, case.expected.dtype, self.rounding)
                        for case in self.passed
                    )
                    and not any(self._depends(gives, index) for index in self.unused)
                )
        except Exception:  # shapes that do not fit: this mistake cannot be made here
            return False

    def _depends(self, gives, index):
        """Whether gives(case) changes with an argument. Then it is no way in which an answer without that can work."""
        case, dtype = self.case.wide(), self.got.dtype
        return not all(same_values(gives(other), gives(case), dtype, self.rounding) for other in case.altered(index))

    def got_is(self, values):
        """Whether the variable holds these values."""
        values = np.asarray(values)
        return values.dtype.kind in "biuf" and same_values(self.got, values, self.got.dtype, self.rounding)
