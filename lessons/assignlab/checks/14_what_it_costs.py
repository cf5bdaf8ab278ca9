"""Checks of lesson 14, what a write costs."""

import numpy as np
import tensorflow as tf
from hypothesis import strategies as st

from assignlab.exercises import (
    Message,
    Mistake,
    SparingInPlace,
    SparingReader,
    Spent,
    arrays,
    irregular,
    shapes,
)

LESSON_DONE = "Lesson 14 is done. You know now what a line costs, and when that does not matter at all."

LOCKED = Message(
    r"output array is read-only|destination is read-only",
    "into the view",
    "np.asarray(v.value()) shows TensorFlow's own memory, and is locked. Read from it, and let the result go elsewhere.",
)


# 14.1 ---------------------------------------------------------------------------------------------------------------


def _shipped_decay(v, factor, limit, buffer):
    values = v.numpy() * factor
    v.assign(np.clip(values, -limit, limit))


def _decay_cases():
    yield [[1.0, -2.0, 8.0], [-12.0, 3.0, 0.0]], 0.5, 2.0
    yield irregular(141, 5), 0.75, 1.5
    yield irregular(142, 2, 3, 2), -2.0, 3.0
    yield irregular(143, 1, 1), 3.0, 0.25
    yield irregular(144, 4, 3), 0.25, 100.0


# 14.2 ---------------------------------------------------------------------------------------------------------------

VARIABLES = (
    "v = tf.Variable([1.5, -4.0, 2.0])",
    "v = tf.Variable([[0.25, 8.0], [-0.5, 3.0]])",
    "v = tf.Variable([[-1.0], [-2.5]])",
    "v = tf.Variable([-0.5, 0.25, 0.0], dtype=tf.bfloat16)",
    "v = tf.Variable([1.5, 60000.0], dtype=tf.float16)",
    "v = tf.Variable([3e38, -1e-30], dtype=tf.float64, trainable=False)",
    "v = tf.Variable([[1.0, 2.0], [3.0, -9.0]])\nv[0].assign([5.0, 5.0])",
)


def _view(v):
    return np.asarray(v.value())


def _largest(v):
    return max(float(_view(v).max()), -float(_view(v).min()))


# 14.3 ---------------------------------------------------------------------------------------------------------------


def _centred(values, rows, mean=None, until=None):
    """The values with what mean(rows of a block) gives taken from each block; `until`: the row where this ends."""
    after, mean = values.copy(), mean or (lambda block: block.mean(axis=1, keepdims=True))
    for start in range(0, len(values) if until is None else until, rows):
        after[start : start + rows] -= mean(values[start : start + rows])
    return after


def _centre_cases():
    yield [[1.0, 2.0, 6.0], [4.0, 6.0, 11.0], [0.0, -1.0, 4.0], [2.0, 2.0, 5.0], [7.0, 3.0, 2.0]], 2
    yield irregular(145, 5, 2), 1
    yield irregular(146, 4, 3), 2
    yield irregular(147, 7, 4), 3
    yield irregular(148, 2, 5), 9
    yield irregular(149, 6, 1), 4


LENGTHS = st.integers(1, 6)
TABLES = st.tuples(LENGTHS, LENGTHS).flatmap(lambda shape: st.tuples(arrays(shape), st.integers(1, 7)))


EXERCISES = [
    SparingInPlace(
        number="14.1",
        function="decay",
        parameters=("v", "factor", "limit", "buffer"),
        scratch="buffer",
        shipped=_shipped_decay,
        reference=lambda values, factor, limit, buffer: np.clip(values * factor, -limit, limit),
        cases=_decay_cases,
        family=st.tuples(
            shapes().flatmap(arrays), st.sampled_from([0.5, 0.25, -1.5, 2.0]), st.sampled_from([0.5, 1.0, 4.0])
        ),
        large="v, buffer = tf.Variable(tf.fill((1024, 1024), 2.0)), np.full((1024, 1024), 7, dtype='float32')\n"
        "factor, limit = 0.5, 0.75",
        arrays=1,
        spent=(
            Spent(
                "buffer rebound",
                "`buffer = ...` gives the name to a new array. The operation must write into the one that was given: np.multiply(..., factor, out=buffer)",
                lambda reading: "buffer" in reading.bound,
            ),
            Spent(
                "buffer not used",
                "Each operation makes an array for its result, and assign makes one of its own. Let the results go into buffer: np.multiply(..., factor, out=buffer)",
                lambda reading: "buffer" in reading.unused,
            ),
            Spent(
                "a new array",
                "buffer is used, and yet an operation made an array of its own, beside the one that assign makes. Give each operation out=buffer, and read v by np.asarray(v.value()).",
            ),
        ),
        mistakes=(
            Mistake(
                "clipped first",
                lambda v, factor, limit, buffer: np.clip(v, -limit, limit) * factor,
                "It was clipped before it was multiplied. Multiply into buffer first, then clip buffer into itself.",
            ),
            Mistake(
                "one limit only",
                lambda v, factor, limit, buffer: np.minimum(v * factor, limit),
                "Only the upper limit was kept. Clip from -limit to limit: np.clip(buffer, -limit, limit, out=buffer)",
            ),
            Mistake(
                "one limit only",
                lambda v, factor, limit, buffer: np.maximum(v * factor, -limit),
                "Only the lower limit was kept. Clip from -limit to limit: np.clip(buffer, -limit, limit, out=buffer)",
            ),
            Mistake(
                "one limit only",
                lambda v, factor, limit, buffer: np.clip(v * factor, 0, limit),
                "What is negative became 0. Clip from -limit to limit: np.clip(buffer, -limit, limit, out=buffer)",
            ),
            Mistake(
                "not clipped",
                lambda v, factor, limit, buffer: v * factor,
                "It was multiplied and not clipped. np.clip returns a new array, unless out= says where the result belongs: np.clip(buffer, -limit, limit, out=buffer)",
            ),
            Mistake(
                "not multiplied",
                lambda v, factor, limit, buffer: np.clip(v, -limit, limit),
                "It was clipped and not multiplied. np.multiply(np.asarray(v.value()), factor, out=buffer) comes first.",
            ),
            Mistake(
                "buffer not filled",
                lambda v, factor, limit, buffer: np.clip(buffer * factor, -limit, limit),
                "buffer holds old numbers (here 7) until you fill it: np.multiply(np.asarray(v.value()), factor, out=buffer) writes the product of v into it.",
            ),
            Mistake(
                "buffer not filled",
                lambda v, factor, limit, buffer: buffer,
                "buffer was assigned as it was given, with old numbers in it (here 7). Let the results go into it: out=buffer",
            ),
        ),
        messages=(
            LOCKED,
            Message(
                r"return arrays must be of ArrayType",
                "out is an array",
                "out= takes a NumPy array, and a variable or a tensor is none. Write out=buffer, then v.assign(buffer).",
            ),
            Message(
                r"[Cc]annot cast ufunc .* output|Cannot cast ufunc '\w+' output",
                "dtype of buffer",
                "The result has another dtype than buffer. Where does it come from? buffer has the dtype of v.",
            ),
        ),
        hints=(
            "Which arrays are there at the moment of assign? Each name keeps one alive, and assign makes another.",
            "np.multiply and np.clip take out=, an array into which the result is written: buffer. A product of the view np.asarray(v.value()) needs no copy of v.",
            "np.multiply(np.asarray(v.value()), factor, out=buffer); np.clip(buffer, -limit, limit, out=buffer); v.assign(buffer)",
        ),
        why="Every result went into memory that was there, and the one array that NumPy made is the one that assign makes.",
        practice="A loop that writes a large variable often keeps one buffer for all its turns. (For once, write what reads best.)",
    ),
    SparingReader(
        number="14.2",
        function="largest",
        parameters=("v",),
        reference=_largest,
        cases=VARIABLES,
        large="v = tf.Variable(tf.random.stateless_normal((1024, 1024), (14, 2)))",
        arrays=0,
        spent=(
            Spent(
                "copied",
                ".numpy() copies the whole variable. np.asarray(v.value()) shows the same numbers, and copies nothing.",
                lambda reading: reading.uses("numpy"),
            ),
            Spent(
                "copied",
                "np.array and .copy() copy, as their names say. np.asarray(v.value()) shows the numbers where they lie.",
                lambda reading: reading.uses("array", "copy"),
            ),
            Spent(
                "variable given to NumPy",
                "A NumPy function that gets the variable itself copies it first, and so does np.asarray(v). Give it the tensor: np.asarray(v.value())",
                lambda reading: not reading.uses("value", "read_value", "identity", "convert_to_tensor"),
            ),
            Spent(
                "a new array",
                "The view copies nothing, but an operation on it, such as np.abs, makes an array as large as v. The largest and the smallest entry know enough: the larger of high and -low.",
            ),
        ),
        mistakes=(
            Mistake(
                "sign not dropped",
                lambda v: float(_view(v).max()),
                "That is the largest entry. One far below 0 has a larger absolute value: look at the smallest as well.",
            ),
            Mistake(
                "smallest entry only",
                lambda v: -float(_view(v).min()),
                "That looks at the smallest entry alone. The larger of high and -low is asked for.",
            ),
            Mistake(
                "largest entry only",
                lambda v: abs(float(_view(v).max())),
                "The absolute value was taken too late: of the largest entry. One far below 0 was passed over before.",
            ),
            Mistake(
                "smallest entry only",
                lambda v: abs(float(_view(v).min())),
                "The absolute value was taken too late: of the smallest entry. The larger of high and -low is asked for.",
            ),
            Mistake(
                "sign kept",
                lambda v: min(float(_view(v).min()), -float(_view(v).max())),
                "Its sign is wrong: an absolute value is never below 0.",
            ),
            Mistake(
                "smaller of both",
                lambda v: min(float(_view(v).max()), -float(_view(v).min())),
                "That is the smaller of high and -low. Take the larger: max",
            ),
            Mistake(
                "sum",
                lambda v: float(tf.norm(tf.cast(v, tf.float64), 1)),
                "That is the sum of the absolute values. The largest one is asked for.",
            ),
        ),
        messages=(
            LOCKED,
            Message(
                r"object has no attribute '(max|min)'",
                "asked of the tensor",
                "A variable and a tensor have no {1}. NumPy's view has: np.asarray(v.value()).{1}()",
            ),
        ),
        hints=(
            "What shows a variable's numbers without a copy? And which function of NumPy makes no array?",
            "view = np.asarray(v.value()) copies nothing, and view.max() and view.min() return one number each. np.abs(view) would make an array.",
            "view = np.asarray(v.value()); return max(float(view.max()), -float(view.min()))",
        ),
        why="The numbers were read where they lie, and only single numbers were made of them.",
        practice="Watching weights during training (a maximum, a NaN, a norm) needs no copy of them, as long as you only look.",
    ),
    SparingInPlace(
        number="14.3",
        function="centre_rows",
        parameters=("v", "rows"),
        block="rows",
        reference=_centred,
        cases=_centre_cases,
        family=TABLES,
        rounding=4.0,
        large="v, rows = tf.Variable(tf.random.stateless_normal((1024, 1024), (14, 3))), 100",
        arrays=0,
        spent=(
            Spent(
                "whole copy",
                ".numpy() of the variable itself copies all of it, before any row is chosen. Choose in TensorFlow: tf.gather(v, index).numpy(), or v[a:b].numpy()",
                lambda reading: not reading.uses("gather", "scatter_nd_update", "IndexedSlices", "scatter_nd_sub"),
            ),
            Spent(
                "whole copy",
                "The blocks were written one by one, but an array as large as v was made before. Read each block by itself: tf.gather(v, index).numpy()",
                lambda reading: not reading.uses("gather"),
            ),
            Spent(
                "a whole array",
                "An array as large as v was made: for the result, perhaps, or for assign. Write each block where it belongs: v.scatter_nd_update(index[:, None], block)",
            ),
        ),
        mistakes=(
            Mistake(
                "last rows left",
                lambda values, rows: _centred(values, rows, until=len(values) // rows * rows),
                "The last rows were passed over: they are fewer than a block. Let the loop run to the end, and the last block be shorter.",
            ),
            Mistake(
                "first block only",
                lambda values, rows: _centred(values, rows, until=1),
                "Only the first block was written. A loop takes them all: for start in range(0, v.shape[0], rows)",
            ),
            Mistake(
                "means of columns",
                lambda values, rows: _centred(values, rows, lambda block: block.mean(axis=0)),
                "Each block lost the means of its columns. The mean of a row runs along axis 1: block.mean(axis=1, keepdims=True)",
            ),
            Mistake(
                "one mean for a block",
                lambda values, rows: _centred(values, rows, lambda block: block.mean()),
                "Each block lost one mean, that of all its entries. Each row has its own: block.mean(axis=1, keepdims=True)",
            ),
            Mistake(
                "means written",
                lambda values, rows: _centred(values, rows, lambda block: block - block.mean(axis=1, keepdims=True)),
                "The rows hold their means now. Subtract these from the block, and write what remains.",
            ),
            Mistake(
                "added",
                lambda values, rows: _centred(values, rows, lambda block: -block.mean(axis=1, keepdims=True)),
                "The mean was added. Subtract it.",
            ),
            Mistake(
                "sums",
                lambda values, rows: _centred(values, rows, lambda block: block.sum(axis=1, keepdims=True)),
                "The sum of each row was taken from it. The mean is asked for.",
            ),
            Mistake(
                "first row of each block",
                lambda values, rows: _centred(
                    values,
                    rows,
                    lambda block: np.where(np.arange(len(block)) == 0, block.mean(axis=1), 0)[:, None],
                ),
                "Only the first row of each block was written. A block has `rows` of them: index = np.arange(start, stop)",
            ),
        ),
        messages=(
            Message(
                r"indices\[\d+\] = \[?\d+\]? (?:is not in|does not index)",
                "past the last row",
                "The last block reaches past the last row. It ends with v: np.arange(start, min(start + rows, v.shape[0]))",
            ),
            Message(
                r"could not be broadcast together|Incompatible shapes",
                "axis of the mean lost",
                "A mean over axis 1 has one axis less, and is not lined up with the rows. Keep it: mean(axis=1, keepdims=True)",
            ),
            Message(
                r"must match .* of updates|updates\.shape|indices\[shape=",
                "places and rows do not fit",
                "scatter_nd_update takes places, each a list: one row number in each, index[:, None], and as many rows as places.",
            ),
        ),
        hints=(
            "Which read takes some rows and no others, and which write? The lesson has just compared them with a slice.",
            "index = np.arange(start, min(start + rows, v.shape[0])) names the rows of a block. tf.gather(v, index) reads them; scatter_nd_update wants each number in a list of its own.",
            "for start in range(0, v.shape[0], rows): block = tf.gather(v, index).numpy(); block -= block.mean(axis=1, keepdims=True); v.scatter_nd_update(index[:, None], block)",
        ),
        why="At no time was there more than a block of new numbers, however many rows the variable has.",
        practice="Tables that fill half of the memory can be changed so: embeddings, codebooks, caches. A slice would do, but it reads the whole table for each block.",
    ),
]
