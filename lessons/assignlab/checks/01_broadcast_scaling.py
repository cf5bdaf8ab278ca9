"""Checks of lesson 01, broadcast scaling."""

import numpy as np
from hypothesis import strategies as st

from assignlab.exercises import InPlace, Message, Mistake, arrays, irregular, shapes

LESSON_DONE = (
    "Lesson 1 is done. Rows, columns, channels: every factor found its own axis, and none broadcast out of turn."
)

SMALL = [[1.0, 2.0], [3.0, 4.0]]


def _row_cases():
    yield SMALL, np.array([10.0, 100.0], "float32")
    yield irregular(17, 2, 3), np.array([2.0, 0.5])
    yield irregular(11, 3, 3), np.array([1.0, -2.0, 0.0])
    yield irregular(12, 4, 1), irregular(13, 4)
    yield irregular(14, 1, 5), np.array([3])
    yield irregular(15, 2, 2), irregular(16, 2)


def _fill_cases():
    yield SMALL, np.array([7.0, 8.0], "float32")
    yield irregular(21, 3, 3), np.array([1.0, 2.0, 3.0])
    yield irregular(22, 4, 3), np.array([5, -6, 8])
    yield irregular(23, 1, 3), irregular(24, 3)
    yield irregular(25, 3, 1), np.array([0.25])


def _channel_cases():
    yield np.arange(1.0, 17.0).reshape(2, 2, 2, 2), np.array([10.0, 100.0], "float32")
    yield irregular(31, 1, 2, 3, 3), irregular(32, 3)
    yield irregular(33, 2, 1, 2, 4), np.array([2, -3])
    yield irregular(34, 1, 5, 4, 1), np.array([1.0, 0.0, -1.0, 2.0])


EXERCISES = [
    InPlace(
        number="1.1",
        function="scale_rows",
        parameters=("v", "factors"),
        reference=lambda values, factors: values * factors[:, None],
        cases=_row_cases,
        family=shapes(2, 2).flatmap(lambda s: st.tuples(arrays(s), arrays(s[:1]))),
        mistakes=(
            Mistake(
                "wrong axis",
                lambda values, factors: values * factors,
                "These are the columns, scaled. factors has one number per row: give it a second axis, factors[:, None], so that it becomes a column.",
            ),
            Mistake(
                "one factor for all",
                lambda values, factors: values * factors[0],
                "Every row was scaled by the first factor. Use all of factors at once, as a column: factors[:, None].",
            ),
            Mistake(
                "one factor for all",
                lambda values, factors: values * factors.sum(),
                "Every row was scaled by the sum of the factors. Use them one by one, as a column: factors[:, None].",
            ),
            Mistake(
                "added", lambda values, factors: values + factors[:, None], "The factors were added. Multiply by them."
            ),
            Mistake(
                "divided",
                lambda values, factors: values / factors[:, None],
                "The rows were divided by the factors. Multiply.",
            ),
            Mistake(
                "replaced",
                lambda values, factors: values * 0 + factors[:, None],
                "The rows hold the factors themselves. Multiply the old values by them before assign.",
            ),
            Mistake(
                "diagonal only",
                lambda values, factors: values * np.diag(factors),
                "Only the diagonal is left: np.diag(factors) is 0 elsewhere, and * multiplies entry by entry. Multiply by the column factors[:, None].",
            ),
            Mistake(
                "twice",
                lambda values, factors: values * factors[:, None] ** 2,
                "Each row was scaled twice. Multiply once, assign once.",
            ),
        ),
        messages=(
            Message(
                r"be broadcast|Incompatible shapes",
                "does not broadcast",
                "factors has one number per row, and shapes are lined up from the right, where the columns are. Make it a column: factors[:, None]",
            ),
            Message(
                r"Shape mismatch",
                "shape",
                "v takes an array of its own shape, {shape}, and this one has the shape {given}. All of v.numpy(), times a column of factors, has v's shape. With @ or np.dot an axis is summed away; v.numpy()[i] is one row, for v[i].assign(...)",
            ),
        ),
        hints=(
            "Three steps, as in the lesson: take a snapshot, do the arithmetic in NumPy, assign the result.",
            "factors has shape (m,). NumPy lines it up with the last axis, the columns. Give it a second axis of length 1.",
            "Multiply v.numpy() by factors[:, None], and give the product to v.assign.",
        ),
        why="Row i met factors[i] and nothing else. As a column of shape (m, 1), factors would be repeated n times by NumPy, so that no loop is needed.",
        practice="The same step scales each example of a batch, each row of an embedding, or each input of a Dense kernel.",
    ),
    InPlace(
        number="1.2",
        function="fill_rows",
        parameters=("v", "row"),
        reference=lambda values, row: np.broadcast_to(row, values.shape),
        cases=_fill_cases,
        family=shapes(2, 2).flatmap(lambda s: st.tuples(arrays(s), arrays(s[1:]))),
        mistakes=(
            Mistake(
                "first row only",
                lambda values, row: np.vstack([row, values[1:]]),
                "The first row is right, the others are old. Every row must become `row`.",
            ),
            Mistake(
                "last row only",
                lambda values, row: np.vstack([values[:-1], row]),
                "The last row is right, the others are old. Every row must become `row`.",
            ),
            Mistake(
                "wrong axis",
                lambda values, row: np.broadcast_to(np.asarray(row)[:, None], values.shape),
                "`row` went down the columns. Let NumPy repeat it as it is: np.broadcast_to(row, v.shape).",
            ),
            Mistake(
                "first column only",
                lambda values, row: np.column_stack([row, values[:, 1:]]),
                "`row` went into the first column. It belongs into every row.",
            ),
            Mistake(
                "multiplied",
                lambda values, row: values * row,
                "The rows were multiplied by `row`. They must become equal to it.",
            ),
            Mistake(
                "added", lambda values, row: values + row, "`row` was added to the rows. They must become equal to it."
            ),
            Mistake(
                "one number for all",
                lambda values, row: np.full(values.shape, row[0]),
                "The first number of `row` stands everywhere. Each column has its own number.",
            ),
        ),
        messages=(
            Message(
                r"variable shape \(\d+, (\d+)\), and the assigned value shape \(\1,\)",
                "shape",
                "The whole of v takes an array of v's own shape, and `row` is one row of it. Repeat it first: np.broadcast_to(row, v.shape)",
            ),
            Message(
                r"Shape mismatch",
                "shape",
                "v takes an array of its own shape, {shape}, and this one has the shape {given}. It needs as many rows as v has, v.shape[0], and each of them is `row`: np.broadcast_to(row, v.shape)",
            ),
        ),
        hints=(
            "v.assign repeats nothing, so the array that you give it must already have v's shape.",
            "NumPy can repeat a row without a loop; the lesson used a function whose name says so.",
            "np.broadcast_to takes the row and the shape that you want. Assign what it returns.",
        ),
        why="assign compares shapes and refuses (n,) for the whole of an (m, n) variable. What reached v had one row for every row of v.",
        practice="This is how a whole table is set to one default row, such as a start embedding or a bias pattern.",
    ),
    InPlace(
        number="1.3",
        function="scale_input_channels",
        parameters=("kernel", "gains"),
        reference=lambda kernel, gains: kernel * gains[:, None],
        cases=_channel_cases,
        family=shapes(4, 4, longest=3).flatmap(lambda s: st.tuples(arrays(s), arrays(s[2:3]))),
        mistakes=(
            Mistake(
                "output channels",
                lambda kernel, gains: kernel * gains,
                "These are the output channels, scaled: they are the last axis. The input channels are the last axis but one, so gains needs one axis behind it.",
            ),
            Mistake(
                "wrong axis",
                lambda kernel, gains: kernel * gains[:, None, None],
                "The gains went along the width of the kernel. Only one axis, the output channels, stands behind the input channels.",
            ),
            Mistake(
                "wrong axis",
                lambda kernel, gains: kernel * gains[:, None, None, None],
                "The gains went along the height of the kernel, its first axis, which a reshape does not change. The input channels are the last axis but one: gains[:, None]",
            ),
            Mistake(
                "divided",
                lambda kernel, gains: kernel / gains[:, None],
                "The kernel was divided by the gains. Multiply.",
            ),
            Mistake("added", lambda kernel, gains: kernel + gains[:, None], "The gains were added. Multiply by them."),
            Mistake(
                "twice",
                lambda kernel, gains: kernel * gains[:, None] ** 2,
                "The kernel was scaled twice. Multiply once, assign once.",
            ),
            Mistake(
                "one gain for all",
                lambda kernel, gains: kernel * gains[0],
                "Every channel got the first gain. Use all of gains, as a column: gains[:, None].",
            ),
            Mistake(
                "replaced",
                lambda kernel, gains: kernel * 0 + gains[:, None],
                "The kernel holds the gains themselves. Multiply the old values by them.",
            ),
        ),
        messages=(
            Message(
                r"be broadcast|Incompatible shapes",
                "does not broadcast",
                "Shapes are lined up from the right, where the output channels are. One axis must stand behind the gains: gains[:, None]",
            ),
            Message(
                r"Shape mismatch",
                "shape",
                "kernel takes an array of its own shape, {shape}, and this one has the shape {given}. All of kernel.numpy(), times gains[:, None], keeps that shape. Does a step sum an axis away (@, tensordot, einsum), drop one by an index, or turn them (.T)?",
            ),
        ),
        hints=(
            "Write the kernel's shape down and put gains under the axis that it belongs to: (height, width, inputs, outputs).",
            "Shapes are lined up from the right. The input channels are the second axis from the right, so gains must have the shape (inputs, 1).",
            "Multiply kernel.numpy() by gains[:, None], and assign.",
        ),
        why="The input channels are the last axis but one. A gain of shape (inputs, 1) is repeated over the outputs behind it, and over height and width, which it does not have.",
        practice="Rescaling input channels undoes a change of units in the data (0 to 255 becomes 0 to 1) without touching the training code.",
    ),
]
