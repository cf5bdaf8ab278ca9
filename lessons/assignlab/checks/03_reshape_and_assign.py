"""Checks of lesson 03, reshape and assign."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from assignlab.exercise import (
    Exercise,
    InPlace,
    Mistake,
    Wrong,
    arrays,
    generated,
    same_values,
    shapes,
    show,
    verify_gradient_alive,
)

SIXTEEN = np.arange(16.0).reshape(4, 4)


def _seen_as_cases():
    rng = np.random.default_rng(31)
    yield SIXTEEN, (2, 8), np.arange(1.0, 9.0)
    yield np.arange(6.0).reshape(2, 3), (3, 2), np.array([10.0, 1.0])
    yield np.arange(6.0), (2, 3), np.array([1.0, 0.0, -1.0])
    yield rng.normal(size=(2, 3, 4)), (6, 4), np.array([1.0, 2.0, 3.0, 4.0])
    yield np.arange(8.0).reshape(4, 2), (2, 2, 2), np.array([2.0, 0.5])
    yield np.arange(6.0).reshape(3, 2), (2, 3), np.array([[2.0], [0.5]])


def _center_cases():
    rng = np.random.default_rng(32)
    yield (np.arange(8.0).reshape(2, 2, 1, 2),)
    yield (rng.integers(-9, 9, size=(1, 2, 2, 4)).astype(float),)
    yield (rng.integers(-9, 9, size=(1, 2, 3, 3)).astype(float),)
    yield (rng.integers(-9, 9, size=(3, 1, 1, 1)).astype(float),)


def _transposed_cases():
    rng = np.random.default_rng(33)
    yield np.zeros((3, 2)), np.arange(6.0, dtype="float32").reshape(2, 3)
    yield np.zeros((2, 2)), np.array([[1.0, 2.0], [3.0, 4.0]])
    yield np.ones((4, 1)), np.array([[1.0, 2.0, 3.0, 4.0]])
    yield rng.normal(size=(5, 3)), rng.normal(size=(3, 5))


@dataclass(frozen=True, kw_only=True)
class MakesVariable(Exercise):
    """The answer returns a new variable. cases() yields the values it starts with; `property_of` raises Wrong or returns None for the variable made."""

    cases: Callable
    family: SearchStrategy
    property_of: Callable

    def verify(self, answer):
        made_from, made_before = [], []
        for values in [*self.cases(), *generated(self.family)]:
            called = self.called(values)
            given = values.copy()
            made = self.call(answer, [given], called)
            if not np.array_equal(given, values):
                raise Wrong(
                    "argument changed",
                    "values belongs to the caller: make the variable from it and leave it as it is.",
                    called,
                )
            if any(made is other for other in made_before):
                raise Wrong(
                    "same variable",
                    "Two calls returned one and the same variable. Make a new one in each call.",
                    called,
                )
            made_before.append(made)
            if not isinstance(made, tf.Variable):
                raise Wrong(
                    "not a variable",
                    "Return the variable that you made: return tf.Variable(...)",
                    called,
                    show(made),
                    "a tf.Variable",
                )
            if not same_values(made.numpy(), values, np.float32):
                raise Wrong(
                    "values", "The variable must start with the given values.", called, show(made.numpy()), show(values)
                )
            self.property_of(made, called)
            verify_gradient_alive(made, called)
            made_from.append(values.shape)
        return f"start values, dtype float32, trainable, other shapes accepted in {len(made_from)} variables; gradient alive"


def _resizable_cases():
    yield SIXTEEN.astype("float32")
    yield np.arange(3.0)
    yield np.array([[1, 2], [3, 4]])


def _is_resizable(variable, called):
    if variable.dtype != tf.float32:
        advice = (
            "NumPy numbers are float64 or int64 by default, and the variable takes their dtype. Say dtype=tf.float32."
        )
        raise Wrong("dtype", advice, called, f"a {variable.dtype.name} variable", "a float32 variable")
    if not variable.trainable:
        raise Wrong(
            "not trainable", "Leave `trainable` at its default, True.", called, "trainable = False", "trainable = True"
        )
    for shape in ((2, 8), (16,), (3, 1, 5)):
        try:
            variable.assign(np.ones(shape, "float32"))
        except ValueError:
            fixed = variable.shape.rank is not None and variable.shape.is_fully_defined()
            advice = (
                "Its shape is fixed. Note that shape=None means: take the shape of the values. Say shape=tf.TensorShape(None)."
                if fixed
                else "Its number of axes is fixed. shape=tf.TensorShape(None) leaves that open too."
            )
            name = "fixed shape" if fixed else "fixed rank"
            raise Wrong(
                name,
                advice,
                called,
                f"a variable of shape {variable.shape}, which refuses {shape}",
                f"one that takes {shape}",
            ) from None
        if variable.read_value().shape != shape:
            raise Wrong(
                "assign replaced", "assign did not take the value. Leave the variable's methods as they are.", called
            )


EXERCISES = [
    InPlace(
        number="3.1",
        function="scale_seen_as",
        parameters=("v", "shape", "factors"),
        reference=lambda values, shape, factors: (values.reshape(shape) * factors).reshape(values.shape),
        cases=_seen_as_cases,
        family=st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3)).flatmap(
            lambda n: st.tuples(arrays((n[0] * n[1], n[2])), st.just((n[0], n[1] * n[2])), arrays(n[1] * n[2]))
        ),
        mistakes=(
            Mistake(
                "column order",
                lambda values, shape, factors: (values.reshape(shape, order="F") * factors).reshape(
                    values.shape, order="F"
                ),
                "The entries were read down the columns. Leave out order='F': reshape reads row by row.",
            ),
            Mistake(
                "transposed",
                lambda values, shape, factors: (values.T.reshape(shape) * factors).reshape(values.shape),
                "The entries are in transposed order. Reshape alone, without .T, keeps the reading order.",
            ),
            Mistake(
                "not reshaped",
                lambda values, shape, factors: values * factors,
                "The factors met the variable's own shape. Reshape the snapshot to `shape` before multiplying.",
            ),
            Mistake(
                "column order",
                lambda values, shape, factors: (values.reshape(shape) * factors).reshape(values.shape, order="F"),
                "On the way back the entries were laid down the columns. Leave out order='F'.",
            ),
            Mistake(
                "transposed",
                lambda values, shape, factors: (values.reshape(shape) * factors).T.reshape(values.shape),
                "The entries came back in transposed order. Leave out .T: reshape alone keeps the reading order.",
            ),
            Mistake(
                "added",
                lambda values, shape, factors: (values.reshape(shape) + factors).reshape(values.shape),
                "The factors were added. Multiply by them.",
            ),
            Mistake(
                "twice",
                lambda values, shape, factors: (values.reshape(shape) * factors**2).reshape(values.shape),
                "The factors were applied twice. Multiply once, assign once.",
            ),
            Mistake(
                "replaced",
                lambda values, shape, factors: np.broadcast_to(factors, shape).reshape(values.shape),
                "The factors themselves were stored. Multiply the old values by them.",
            ),
        ),
        hints=(
            "Reshape, edit, reshape back, assign: four steps, and only NumPy sees the other shape.",
            "The array that you assign must have v's own shape again: .reshape(v.shape).",
            "Take v.numpy().reshape(shape), multiply by factors, .reshape(v.shape), and give that to v.assign.",
        ),
        why="reshape keeps the reading order, so reshaping there and back returns every entry to its own place; assign sees v's own shape.",
        practice="The same four steps let you treat a weight as blocks, as heads of attention, or as one long vector for an optimizer from SciPy.",
    ),
    InPlace(
        number="3.2",
        function="store_transposed",
        parameters=("v", "matrix"),
        reference=lambda values, matrix: np.asarray(matrix).T,
        cases=_transposed_cases,
        family=shapes(2, 2).flatmap(lambda s: st.tuples(arrays(s), arrays(s[::-1]))),
        mistakes=(
            Mistake(
                "reshaped",
                lambda values, matrix: np.asarray(matrix).reshape(values.shape),
                "The shape fits, the entries are in the wrong places: reshape is not transpose. Use matrix.T.",
            ),
            Mistake(
                "rotated",
                lambda values, matrix: np.rot90(matrix),
                "The matrix was rotated. Rows must become columns in the same order: matrix.T.",
            ),
            Mistake(
                "not transposed",
                lambda values, matrix: matrix,
                "The matrix was stored as it is. Rows must become columns: matrix.T.",
            ),
            Mistake(
                "transposed twice",
                lambda values, matrix: np.asarray(matrix).T.reshape(values.T.shape).T,
                "The entries were reordered once too often. matrix.T alone is enough.",
            ),
        ),
        hints=(
            "Rows must become columns. Which attribute of a NumPy array does that?",
            "matrix.reshape(v.shape) has the right shape and the wrong order. Compare it with matrix.T for the example.",
            "Give matrix.T to v.assign.",
        ),
        why="matrix.T[j, i] is matrix[i, j]: the entries move. reshape leaves them in reading order, so only the shape would fit.",
        practice="PyTorch stores a Linear weight as (outputs, inputs), Keras as (inputs, outputs): such weights must be transposed, and a square one raises no error when they are not.",
    ),
    InPlace(
        number="3.3",
        function="center_filters",
        parameters=("kernel",),
        reference=lambda kernel: kernel - kernel.mean(axis=(0, 1, 2)),
        cases=_center_cases,
        family=shapes(4, 4).flatmap(lambda s: st.tuples(arrays(s))),
        dtypes=("float32", "float64"),
        rounding=20.0,
        mistakes=(
            Mistake(
                "one mean for all",
                lambda kernel: kernel - kernel.mean(),
                "One mean of the whole kernel was subtracted. Each filter is a column of the matrix: take the mean along axis 0.",
            ),
            Mistake(
                "wrong axis",
                lambda kernel: kernel - kernel.mean(axis=-1, keepdims=True),
                "The mean ran over the filters (axis 1 of the matrix). Each filter is a column: take the mean along axis 0.",
            ),
            Mistake(
                "wrong axis",
                lambda kernel: kernel - kernel.mean(axis=0),
                "The mean ran over the height only. Reshape to a matrix first, with one column per filter.",
            ),
            Mistake(
                "rows instead of columns",
                lambda kernel: (
                    kernel.reshape(kernel.shape[-1], -1)
                    - kernel.reshape(kernel.shape[-1], -1).mean(axis=1, keepdims=True)
                ).reshape(kernel.shape),
                "The rows of kernel.reshape(outputs, -1) are not filters: reshape is not transpose. The output axis comes last: reshape(-1, outputs).",
            ),
            Mistake(
                "standardised",
                lambda kernel: (
                    (kernel - kernel.mean(axis=(0, 1, 2)))
                    / np.where(kernel.std(axis=(0, 1, 2)) > 0, kernel.std(axis=(0, 1, 2)), 1)
                ),
                "The filters were also divided by their deviation. Subtract the mean, nothing else.",
            ),
            Mistake(
                "mean kept",
                lambda kernel: kernel * 0 + kernel.mean(axis=(0, 1, 2)),
                "The means themselves were stored. Subtract them from the kernel.",
            ),
            Mistake(
                "mean added",
                lambda kernel: kernel + kernel.mean(axis=(0, 1, 2)),
                "The means were added. Subtract them.",
            ),
        ),
        hints=(
            "A kernel has shape (height, width, inputs, outputs). As a matrix with outputs columns, each column is one filter.",
            "kernel.numpy().reshape(-1, outputs) is that matrix, with outputs = kernel.shape[-1]. Its column means are .mean(axis=0).",
            "Subtract the column means from the matrix, reshape it back to kernel.shape, assign.",
        ),
        why="The output axis is the last one, so reshape(-1, outputs) leaves it as the columns, and reshaping back returns every number to its place.",
        practice="Filters with mean 0 ignore a constant brightness; the same view is used to orthogonalise or to measure filters.",
    ),
    MakesVariable(
        number="3.4",
        function="make_resizable",
        parameters=("values",),
        cases=_resizable_cases,
        family=shapes().flatmap(arrays),
        property_of=_is_resizable,
        hints=(
            "The shape of a variable is decided when it is made, by an argument of tf.Variable.",
            "shape=None is not enough: it means the shape of the values. The lesson used an object for a shape that is not known.",
            "Return tf.Variable with the values, dtype=tf.float32 and shape=tf.TensorShape(None).",
        ),
        why="shape=tf.TensorShape(None) promises nothing about the shape, so assign has nothing to refuse.",
        practice="Keep it for buffers. Optimizers with slot variables, such as Adam, refuse a variable of unknown shape.",
    ),
]
