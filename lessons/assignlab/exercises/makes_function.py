"""Exercises whose answer returns a function, which is then called again and again."""

from dataclasses import dataclass

from assignlab.exercises.in_programs import InPrograms
from assignlab.exercises.message import Message


@dataclass(frozen=True, kw_only=True)
class MakesFunction(InPrograms):
    """The answer returns a function that does, call after call, what that of the `reference` does."""

    def verified(self, count):
        kept = "; its gradient alive and exact" if self.parameters else ""
        return f"what the function did in {count} programs, call after call{kept}"

    def all_messages(self):
        """Those of the exercise, then what is said where the answer returned no function that these lines can call."""
        inner = "Return the inner function itself, without brackets behind its name."
        return (
            *self.messages,
            Message("'NoneType' object is not callable", "nothing returned", f"{self.function} returned None. {inner}"),
            Message("is not callable", "called already", f"What came back is no function. {inner}"),
            Message(
                "functions run eagerly, in",
                "everything runs eagerly",
                "tf.config.run_functions_eagerly(True) holds for the whole program: nothing is traced then, and all "
                "other functions get slow. Mend the one function.",
            ),
        )
