"""Exercises whose answer fills variables from a file."""

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass

from assignlab.exercises.keeps_variables import KeepsVariables
from assignlab.exercises.showing import show_both


@dataclass(frozen=True, kw_only=True)
class FillsVariables(KeepsVariables):
    """The answer leaves in each variable what `reference` does, bit for bit, and raises what that raises.

    returns: whether what comes back counts too. The lines of a case know an empty temporary folder, `folder.name`, into
    which they write files.
    """

    returns: bool = False

    def verify(self, answer):
        super().verify(answer)
        return (
            f"every bit of the variables in {len(self.cases)} calls, each with a file of its own; "
            "every variable the same one, its gradient alive and exact"
        )

    @contextmanager
    def made(self, lines, **names):
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)  # Windows keeps a file that an answer has open
        with folder, super().made(lines, folder=folder, **names) as arguments:
            yield arguments

    def same(self, effect, expected):
        if self.returns:
            return super().same(effect, expected)
        return effect.bits == expected.bits and type(effect.error) is type(expected.error)

    def sample(self):
        called, expected = super().sample()
        return called, expected if self.returns else expected.partition("\n")[2]

    def texts(self, effect, expected, values):
        for name, got, wanted in _wrong(values, expected):
            return tuple(f"{text} afterwards" for text in show_both(name, got, wanted))
        return super().texts(effect, expected, ())

    def diagnose_rest(self, effect, expected, values):
        if expected.error is not None and effect.error is None:
            kind = type(expected.error).__name__
            return "no error", f"The caller should hear of it: here an error ({kind}) is raised, and none came."
        wrong = ", ".join(name for name, _, _ in _wrong(values, expected))
        if not wrong:
            return "returned", "The variables are right. What came back is not what was asked for."
        if all(before.tobytes() == now.tobytes() for _, before, now in values):
            advice = "A variable changes by assign, or where a checkpoint was given the variable itself."
            return "unchanged", f"Nothing was written, and {wrong} should have other values. {advice}"
        return "values", f"{wrong}: not the values asked for. Print what the file holds, and what you write."


def _wrong(values, expected):
    """(name, values, expected values) of each variable that is not as it should be."""
    pairs = zip(values, expected.values, strict=True)
    return [(name, now, wanted) for (name, _, now), wanted in pairs if now.tobytes() != wanted.tobytes()]
