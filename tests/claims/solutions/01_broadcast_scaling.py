"""Claims of the solutions 01, broadcast scaling."""

import itertools

import numpy as np
import tensorflow as tf
from pytest import raises

from course import ROOT, title

FLOATS = (tf.float16, tf.float32, tf.float64, tf.bfloat16)

# free: The worked answers of [the lesson](../lessons/01_broadcast_scaling.ipynb).
# free: Try each exercise there first; open an answer here when you want to compare.
# free: All four axes written out: longer, and hard to misread.

# %% exercise-1-1
# > `factors[:, None]` has shape `(m, 1)`.
#
# > NumPy repeats it to the right, so that each row meets its own factor, and the product has the shape that `assign`
# > wants.
#
# > The plain `factors` would scale the columns of a square variable, without an error.
for m, n in itertools.product((1, 2, 3), repeat=2):
    values, factors = np.arange(1.0, 1 + m * n).reshape(m, n), np.arange(2.0, 2 + m)
    assert factors[:, None].shape == (m, 1)
    product = values * factors[:, None]
    np.testing.assert_array_equal(product, [[factors[i] * values[i, j] for j in range(n)] for i in range(m)])
    v = tf.Variable(values)
    scale_rows(v, factors)
    np.testing.assert_array_equal(v, product)
square = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
square.assign(square.numpy() * np.array([10, 100]))
np.testing.assert_array_equal(square, [[10, 200], [30, 400]])

# %% exercise-1-1-others
# > Transposed, the rows are columns, and `factors` lines up with them as it is.
#
# > `np.einsum` names the axes instead: `m` are the rows in both arrays, so there is no added axis to forget.
for way in (scale_rows_by_transpose, scale_rows_with_einsum):
    v = tf.Variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    way(v, np.array([10, 100]))
    np.testing.assert_array_equal(v, [[10, 20, 30], [400, 500, 600]])
assert v.numpy().T.shape == (3, 2)
assert "None" not in str(scale_rows_with_einsum.__code__.co_consts[1:])

# %% exercise-1-2
# > `assign` takes a value of exactly `v`'s shape.
#
# > `np.broadcast_to` shows the row as an `(m, n)` array without copying it `m` times, and `assign` reads it like any
# > other array.
row = np.array([7.0, 8.0])
shown = np.broadcast_to(row, (3, 2))
assert shown.shape == (3, 2) and shown.strides[0] == 0 and np.shares_memory(shown, row)
for dtype in FLOATS:
    v = tf.Variable(tf.zeros((3, 2), dtype))
    v.assign(shown)
    np.testing.assert_array_equal(v.numpy().astype("float64"), np.vstack([row] * 3))
    for narrow in (7.0, row, row[None], row[:, None], np.ones((1, 3, 2))):
        with raises(ValueError, match="Shape mismatch"):
            v.assign(narrow)

# %% exercise-1-2-others
# > `np.tile` makes a real array with the row repeated.
#
# > A slice assign, unlike `assign` to the whole variable, does broadcast, and `v[:]` is the slice of everything.
tiled = np.tile(np.array([7.0, 8.0]), (3, 1))
assert tiled.shape == (3, 2) and 0 not in tiled.strides and tiled.tolist() == [[7, 8]] * 3
v = tf.Variable(tf.zeros((3, 2)))
with raises(ValueError, match="Shape mismatch"):
    v.assign([7.0, 8.0])
v[:].assign([7.0, 8.0])
np.testing.assert_array_equal(v, tiled)
v[:].assign(1.0)
np.testing.assert_array_equal(v, np.ones((3, 2)))

# %% exercise-1-3
# > The shapes line up from the right: `(height, width, inputs, outputs)` with `(inputs, 1)`.
#
# > The 1 stretches over the outputs, the two missing axes over height and width.
gains = np.array([2.0, 3.0, 5.0])
stretched = np.broadcast_to(gains[:, None], (2, 4, 3, 6))
for h, w, i, o in itertools.product(range(2), range(4), range(3), range(6)):
    assert stretched[h, w, i, o] == gains[i]
kernel = tf.Variable(tf.ones((2, 4, 3, 6)))
scale_input_channels(kernel, gains)
np.testing.assert_array_equal(kernel, stretched)

# %% exercise-1-3-others
# > TensorFlow broadcasts by the same rules, and a variable times an array is a tensor of the variable's dtype, which
# > `assign` accepts.
#
# > [Lesson: Scale a variable by broadcasting](../lessons/01_broadcast_scaling.ipynb)
lesson = ROOT / "lessons" / "01_broadcast_scaling.ipynb"
assert title(lesson) == "Scale a variable by broadcasting"
shapes = [shape for axes in range(4) for shape in itertools.product((1, 2), repeat=axes)]
for one, other in itertools.product(shapes, shapes):
    product = tf.Variable(np.ones(one, "float32")) * np.ones(other)
    assert product.shape == np.broadcast_shapes(one, other)
for dtype in (*FLOATS, tf.int32, tf.complex64):
    for made in ("float64", "float32", "int64", "bool"):
        v = tf.Variable(tf.cast([1, 2], dtype))
        product = v * np.ones(2, made)
        assert tf.is_tensor(product) and product.dtype == dtype
        v.assign(product)
