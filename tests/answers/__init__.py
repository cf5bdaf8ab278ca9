"""Answers that people write, as data: wrong ones with the diagnosis that each must get, right ones in other styles.

One file a lesson, named like it. The tests run every one of them through its check. A wrong answer that passes, or gets
another's diagnosis, is a red test; so is a right one refused.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from assignlab.exercises.bytecode import code_of


@dataclass(frozen=True)
class Answer:
    """An answer to an exercise. `diagnosis` is the mistake that its check must name, or "" for a right answer."""

    number: str
    diagnosis: str
    function: Callable

    @property
    def place(self):
        """File and line."""
        code = code_of(self.function)
        return f"{Path(code.co_filename).name}:{code.co_firstlineno}"

    def __str__(self):
        return f"{self.number} {self.diagnosis or 'right'}, line {code_of(self.function).co_firstlineno}"


_collected = []


def wrong(number, diagnosis, function=None):
    """Add a wrong answer. Also a decorator: `@wrong("1.1", "rebound")`."""
    if function is None:
        return lambda decorated: wrong(number, diagnosis, decorated)
    _collected.append(Answer(number, diagnosis, function))
    return function


def right(number, function=None):
    """Add a right answer. Also a decorator: `@right("1.1")`."""
    return wrong(number, "", function)


@cache
def answers():
    """All answers of all lessons."""
    for path in sorted(Path(__file__).parent.glob("[0-9]*.py")):
        import_module(f"answers.{path.stem}")
    return tuple(_collected)
