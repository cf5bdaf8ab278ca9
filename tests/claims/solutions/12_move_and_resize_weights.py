"""Claims of the solutions of lesson 12, move and resize weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf

# free: The worked answers of [the lesson](../lessons/12_move_and_resize_weights.ipynb).
# free: Try each exercise there first: an answer is worth more when you have one of your own to hold beside it.

# %% exercise-12-1
# > `np.split` cuts the rows into three gates, which are joined in the order of Keras; `.T` then puts them side by side.
# > A bias has the same gates, one number for each row.
# > A bias of one row raises an error, and so does a missing `.T`, but for a square matrix; gates in another order raise
# > none.
#
# > [Lesson: Move and resize weights](../lessons/12_move_and_resize_weights.ipynb)
rng = np.random.default_rng(12)


def drawn(units, inputs):
    """A layer, and arrays as PyTorch has them."""
    layer = keras.layers.GRU(units, return_sequences=True)
    layer.build((None, None, inputs))
    shapes = [(3 * units, inputs), (3 * units, units), (3 * units,), (3 * units,)]
    return layer, [rng.normal(size=shape) for shape in shapes]


x = rng.normal(size=(2, 4, 3)).astype("float32")
layer, arrays = drawn(2, 3)
store_gru(layer, *arrays)
right = layer(x).numpy()
np.testing.assert_array_equal(np.split(layer.get_weights()[0], 3, axis=1)[0], np.float32(arrays[0][2:4].T))
assert [len(part) for part in np.split(arrays[2], 3)] == [2, 2, 2] and arrays[2].shape == arrays[0].shape[:1]
layer.set_weights([arrays[0].T, arrays[1].T, np.stack(arrays[2:])])  # no gate moved, and no error
assert np.abs(layer(x).numpy() - right).max() > 0.01
layer.set_weights([arrays[0].T, arrays[1].T, np.stack(arrays[:1:-1])])  # the other order of the biases: no error
for matrix, bias in ((arrays[0], np.stack(arrays[2:])), (arrays[0].T, arrays[2] + arrays[3])):
    with pytest.raises(ValueError, match="not compatible"):
        layer.set_weights([matrix, arrays[1].T, bias])
square, arrays = drawn(1, 3)
square.set_weights([arrays[0], arrays[1].T, np.stack(arrays[2:])])

# %% exercise-12-1-others
# > One index for all four arrays: the columns in the order of Keras.
x = np.random.default_rng(12).normal(size=(2, 4, 3)).astype("float32")
rng, outputs = np.random.default_rng(13), []
arrays = [rng.normal(size=shape) for shape in [(6, 3), (6, 2), (6,), (6,)]]
for store in (store_gru, store_gru_by_index):
    layer = keras.layers.GRU(2)
    layer.build((None, None, 3))
    store(layer, *arrays)
    outputs.append(layer.get_weights())
assert all(a.tobytes() == b.tobytes() for a, b in zip(*outputs, strict=True))

# %% exercise-12-2
# > `np.split` cuts a vector of any length.
# > What is too much ends up in the last part, where `reshape` raises when the others have been written.
# > The sizes are known before, so the question is asked before.
for vector in (np.arange(5.0), np.arange(7.0)):
    first, *_, last = np.split(vector, [4])
    assert first.size == 4 and last.size == vector.size - 4
    with pytest.raises(ValueError, match="cannot reshape"):
        last.reshape(2)
    variables = [tf.Variable(tf.ones((2, 2))), tf.Variable([1.0, 1.0])]
    with pytest.raises(ValueError, match=f"{vector.size} entries for 6"):
        restore(variables, vector)
    assert all((v.numpy() == 1).all() for v in variables)

# %% exercise-12-2-others
# > First all parts in their shapes, which raises where it must; then the writing.
for vector in (np.arange(5.0), np.arange(7.0)):
    variables = [tf.Variable(tf.ones((2, 2))), tf.Variable([1.0, 1.0])]
    with pytest.raises(ValueError, match="cannot reshape"):
        restore_in_two_rounds(variables, vector)
    assert all((v.numpy() == 1).all() for v in variables)
restore_in_two_rounds(variables, np.arange(6.0))
np.testing.assert_array_equal(variables[1], [4, 5])

# %% exercise-12-3
# > The snapshot has the new shape already.
# > The mean along axis 0 is one row, and broadcasting repeats it in all rows that are left, however many.
old = np.array([[1.0, 2.0], [3.0, 6.0]], "float32")
for rows in (2, 3, 7):
    table = tf.Variable(tf.zeros((rows, 2)))
    grow_into(table, old)
    np.testing.assert_array_equal(table, [*old.tolist(), *[[2, 4]] * (rows - 2)])
assert table.numpy().shape == (7, 2) and old.mean(axis=0).shape == (2,)

# %% exercise-12-3-others
# > `np.pad` has a mode for it: along the first axis it adds the means of the columns.
old = np.array([[1.0, 2.0], [3.0, 6.0]], "float32")
np.testing.assert_array_equal(np.pad(old, [(0, 1), (0, 0)], mode="mean"), [[1, 2], [3, 6], [2, 4]])
