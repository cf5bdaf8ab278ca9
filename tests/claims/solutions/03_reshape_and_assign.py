"""Claims of the solutions of lesson 03, reshape and assign."""

import keras
import numpy as np
import pytest
import tensorflow as tf

# free: The worked answers of [the lesson](../lessons/03_reshape_and_assign.ipynb).
# free: Try each exercise there first: an answer is worth more when you have one of your own to hold beside it.

# %% exercise-3-1
# > `reshape` keeps the reading order, so the way there and the way back cancel out, and every number is in its old
# > place when `assign` sees `v`'s own shape.
#
# > [Lesson: Reshape, edit, assign](../lessons/03_reshape_and_assign.ipynb)
for shape, seen_as in (((4, 4), (2, 8)), ((2, 3, 4), (6, 4)), ((6,), (2, 3)), ((1, 6), (6, 1))):
    array = np.random.default_rng(0).normal(size=shape)
    np.testing.assert_array_equal(array.reshape(seen_as).reshape(shape), array)
    np.testing.assert_array_equal(array.reshape(seen_as).ravel(), array.ravel())

# %% exercise-3-1-others
# > Multiply in place through the view: `values` has had the right shape all along.
# > (Take the view of the snapshot itself. After `.T`, `reshape` may be a copy, and the edit is lost.)
# > Or leave NumPy out: `tf.reshape` has the same reading order.
snapshot = tf.Variable(np.arange(16, dtype="float32").reshape(4, 4)).numpy()
assert np.shares_memory(snapshot, snapshot.reshape(2, 8))
snapshot.T.reshape(2, 8)[:] = 0
np.testing.assert_array_equal(snapshot, np.arange(16).reshape(4, 4))
np.testing.assert_array_equal(tf.reshape(snapshot, (2, 8)), snapshot.reshape(2, 8))
np.testing.assert_array_equal(tf.reshape(snapshot.T, (2, 8)), snapshot.T.reshape(2, 8))

# %% exercise-3-2
# > The numbers say where each axis of the result comes from: height is axis 2 of `weight`, width axis 3, inputs axis 1,
# > outputs axis 0.
#
# > The tempting answer is `weight.T`.
# > It turns the whole order around and gives `(width, height, inputs, outputs)`.
# > For a square kernel that fits, no error is raised, and every filter is mirrored along its diagonal.
weight = np.random.default_rng(1).normal(size=(5, 4, 3, 2)).astype("float32")  # outputs, inputs, height, width
assert weight.transpose(2, 3, 1, 0).shape == (3, 2, 4, 5) and weight.T.shape == (2, 3, 4, 5)
image = np.random.default_rng(2).normal(size=(1, 6, 6, 4)).astype("float32")
expected = [  # the convolution of PyTorch's layout, written out
    [[np.sum(w * image[0, r : r + 3, c : c + 2].transpose(2, 0, 1)) for w in weight] for c in range(5)]
    for r in range(4)
]
kernel = tf.Variable(tf.zeros((3, 2, 4, 5)))
store_conv_weight(kernel, weight)
np.testing.assert_allclose(tf.nn.conv2d(image, kernel, strides=1, padding="VALID")[0], expected, rtol=1e-4, atol=1e-4)
square = np.random.default_rng(3).normal(size=(5, 4, 3, 3)).astype("float32")
right, tempting = tf.Variable(tf.zeros((3, 3, 4, 5))), tf.Variable(tf.zeros((3, 3, 4, 5)))
store_conv_weight(right, square)
tempting.assign(square.T)
np.testing.assert_array_equal(tempting, np.swapaxes(right.numpy(), 0, 1))
assert not np.array_equal(tempting, right)

# %% exercise-3-2-others
# > `np.einsum` spells out which axis becomes which.
# > `tf.transpose` takes the same order, but what it returns is a tensor, and that must have the kernel's dtype.
weight = np.random.default_rng(1).normal(size=(5, 4, 3, 2))  # float64
np.testing.assert_array_equal(np.einsum("oihw->hwio", weight), weight.transpose(2, 3, 1, 0))
kernel = tf.Variable(tf.zeros((3, 2, 4, 5)))
turned = tf.transpose(weight, [2, 3, 1, 0])
assert tf.is_tensor(turned) and turned.dtype == tf.float64
with pytest.raises(ValueError):
    kernel.assign(turned)
kernel.assign(tf.cast(turned, kernel.dtype))
np.testing.assert_array_equal(kernel, weight.transpose(2, 3, 1, 0).astype("float32"))

# %% exercise-3-3
# > The output axis is the last one, so `reshape(-1, outputs)` leaves it as the columns: one filter per column.
# > The column means have shape `(outputs,)` and broadcast over the rows.
values = np.random.default_rng(4).normal(size=(3, 2, 4, 5)).astype("float32")
matrix = values.reshape(-1, 5)
for k in range(5):
    np.testing.assert_array_equal(matrix[:, k], values[..., k].ravel())
assert matrix.mean(axis=0).shape == (5,) and (matrix - matrix.mean(axis=0)).shape == matrix.shape
kernel = tf.Variable(values)
center_filters(kernel)
np.testing.assert_allclose(kernel.numpy().mean(axis=(0, 1, 2)), 0, atol=1e-6)

# %% exercise-3-3-others
# > A mean over the first three axes needs no matrix at all.
# > Or go filter by filter in the snapshot, with one `assign` at the end.
values = np.random.default_rng(4).normal(size=(3, 2, 4, 5)).astype("float32")
for center in (center_without_reshape, center_filter_by_filter):
    kernel = tf.Variable(values)
    center(kernel)
    np.testing.assert_allclose(kernel.numpy().mean(axis=(0, 1, 2)), 0, atol=1e-6)

# %% exercise-3-4
# > `tf.TensorShape(None)` is a shape of which nothing is known, not even the number of axes.
# > `shape=None` would mean something else, the shape of `values`.
# > The dtype is named because NumPy's own defaults are float64 and int64.
assert tf.TensorShape(None).rank is None
assert tf.Variable(np.zeros((2, 3)), shape=None).shape == (2, 3)
assert keras.Variable(np.zeros((2, 3)), shape=None).shape == (2, 3)
assert np.array([1.5]).dtype == "float64" and np.array([1]).dtype == "int64"
assert tf.Variable(np.array([1.5])).dtype == tf.float64 and tf.Variable(np.array([1])).dtype == tf.int64

# %% exercise-3-4-others
# > Cast first: the variable takes the tensor's dtype.
for dtype in (tf.float16, tf.float32, tf.bfloat16):
    assert tf.Variable(tf.cast(np.array([1, 2]), dtype), shape=tf.TensorShape(None)).dtype == dtype
