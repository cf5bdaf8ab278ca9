"""Exercises whose answer makes and returns a new variable."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from hypothesis.strategies import SearchStrategy

from assignlab.exercises.comparing import identical, same_values
from assignlab.exercises.families import generated
from assignlab.exercises.model import Exercise
from assignlab.exercises.showing import call_lines, show, show_both


@dataclass(frozen=True, kw_only=True)
class MakesVariable(Exercise):
    """The answer returns a new trainable variable of `dtype`, which later takes a value of each shape of `takes`.

    cases() yields the values that it starts with, and so does the Hypothesis strategy `family`.
    """

    cases: Callable
    family: SearchStrategy
    dtype: str = "float32"
    takes: Sequence[tuple] = ()

    def verify(self, answer):
        made = []
        for values in [*self.cases(), *generated(self.family)]:
            given = values.copy()
            run = self.run_answer(answer, [given], call_lines(self.function, {self.parameters[0]: values}))
            self.verify_made(run, values, given, made)
            self.verify_properties(run, run.returned)
            self.verify_shapes(run, run.returned)
            self.verify_gradient(run.returned, run)
            made.append(run.returned)
        return (
            f"start values, dtype {self.dtype}, trainable, other shapes taken in {len(made)} variables; gradient alive"
        )

    def verify_made(self, run, values, given, earlier):
        """Raise `Wrong` unless a new variable with these values came back, and the array given is as it was."""
        made = run.returned
        if not isinstance(made, tf.Variable):
            advice = "Return the variable that you made: return tf.Variable(...)"
            if isinstance(getattr(made, "value", None), tf.Variable):
                advice = "This is a variable of Keras, whose shape is fixed. Make one of TensorFlow: tf.Variable(...)"
            raise run.wrong("not a variable", advice, show(made), "a tf.Variable")
        if type(made).__name__ == "_UnreadVariable":
            advice = "assign returns a stand-in, which no tape watches. Give the variable a name, and return that."
            raise run.wrong("what assign returns", advice, "what assign returned", "the variable itself")
        if not identical(given, values):
            advice = f"{self.parameters[0]} belongs to the caller: make the variable from it and leave it as it is."
            raise run.wrong("argument changed", advice, show(given), show(values))
        if any(made is other for other in earlier):
            advice = "Two calls returned one and the same variable. Make a new one in each call."
            raise run.wrong("same variable", advice)
        if not same_values(made.numpy(), values, self.dtype):
            advice = "The variable must start with the given values."
            raise run.wrong("values", advice, *show_both("the variable", made.numpy(), np.asarray(values)))

    def verify_properties(self, run, made):
        """Raise `Wrong` unless dtype and trainable are as asked."""
        if made.dtype.name != self.dtype:
            advice = (
                f"The variable takes the dtype of what it is made of, and NumPy makes float64 and int64 by default. "
                f"Say it by name: dtype=tf.{self.dtype}"
            )
            if run.reading.uses("constant", "convert_to_tensor"):
                advice = (
                    "tf.constant and tf.convert_to_tensor keep the dtype of the array, and tf.Variable casts no "
                    f"tensor. Give tf.Variable the array itself, and dtype=tf.{self.dtype}"
                )
            raise run.wrong("dtype", advice, f"a {made.dtype.name} variable", f"a {self.dtype} variable")
        if not made.trainable:
            advice = "Leave `trainable`, the second argument, at its default: name the others, dtype=... and shape=..."
            raise run.wrong("not trainable", advice, "trainable = False", "trainable = True")

    def verify_shapes(self, run, made):
        """Raise `Wrong` unless the variable takes a value of each shape."""
        for shape in self.takes:
            try:
                made.assign(np.ones(shape, self.dtype))
            except ValueError:
                raise run.wrong(*_why_fixed(made, shape)) from None
            if made.read_value().shape != shape:
                advice = "assign did not take the value. Leave the variable's methods as they are."
                raise run.wrong("assign replaced", advice)


def _why_fixed(made, refused):
    """What to raise for a variable that refuses a shape."""
    got, expected = f"a variable of shape {made.shape}, which refuses {refused}", f"one that takes {refused}"
    if made.shape.rank is not None and made.shape.is_fully_defined():
        advice = "Its shape is fixed. shape=None means: take the shape of the values. Say shape=tf.TensorShape(None)"
        return "fixed shape", advice, got, expected
    if made.shape.rank is not None:
        advice = "The number of its axes is fixed. shape=tf.TensorShape(None) leaves that open too."
        return "fixed rank", advice, got, expected
    return (
        "assign replaced",
        "assign did not take the value. Leave the variable as tf.Variable makes it.",
        got,
        expected,
    )
