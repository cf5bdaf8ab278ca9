"""Claims of the solutions of lesson 08, slices and scatter."""

import inspect

import numpy as np
import pytest
import tensorflow as tf

V = np.arange(12, dtype="float32").reshape(3, 4)

# free: The worked answers of [the lesson](../lessons/08_slices_and_scatter.ipynb).
# free: Try each exercise there first: an answer is worth more when you have one of your own to hold beside it.

# %% exercise-8-1
# > The slice ends at the edge, and its shape tells how much of the patch is inside.
# > `part` holds the old values, like any tensor, and it remembers where it was cut: its `assign` writes there, and is
# > there until the next pair of brackets.
#
# > [Lesson: Write only a part](../lessons/08_slices_and_scatter.ipynb)
v = tf.Variable(V)
part = v[1:4, 2:6]
assert part.shape == (2, 2)
part.assign([[20.0, 30.0], [40.0, 50.0]])
np.testing.assert_array_equal(part, V[1:, 2:])
np.testing.assert_array_equal(v[1:, 2:], [[20, 30], [40, 50]])
part.assign(0)  # again
np.testing.assert_array_equal(v[1:, 2:], [[0, 0], [0, 0]])
assert not hasattr(part[:1], "assign")

# %% exercise-8-1-others
# > A part of a NumPy copy is a view: writing into it edits the copy, which goes back whole.
# > Or count how far it is to the edge.
copy = tf.Variable(V).numpy()
assert np.shares_memory(copy, copy[1:4, 2:6])
assert "v.shape[0] - row" in inspect.getsource(paste_counting)

# %% exercise-8-2
# > Each line of `places` is a row and a column.
# > `%` takes the sign of its right side, so that `-1 % m` is `m - 1`: the last column, counted from the start.
np.testing.assert_array_equal(np.stack([np.arange(3), np.array([1, -1, 0]) % 4], axis=1), [[0, 1], [1, 3], [2, 0]])
for m in range(1, 9):
    assert -1 % m == m - 1
    for column in range(-m, m):
        assert np.array(column) % m == np.arange(m)[column]

# %% exercise-8-2-others
# > NumPy's brackets take two arrays as pairs, negative numbers included.
# > In TensorFlow, a mask of the chosen entries and `tf.where`: this one works where XLA compiles, too.
np.testing.assert_array_equal(V[np.arange(3), np.array([1, -1, 0])], [V[0, 1], V[1, 3], V[2, 0]])
v = tf.Variable(V)
compiled = tf.function(lambda columns, values: set_by_mask(v, columns, values), autograph=False, jit_compile=True)
compiled(tf.constant([1, -1, 0]), tf.constant([50.0, 60.0, 70.0]))
np.testing.assert_array_equal(v, [[0, 50, 2, 3], [4, 5, 6, 60], [70, 9, 10, 11]])

# %% exercise-8-3
# > `[:, None]` gives each id a list of its own, a place with one number: a row.
# > One mask takes the padding out of both arrays, so that they still belong together.
# > `scatter_nd_add` adds every vector, also to a row that has had one.
ids, vectors = np.array([2, -1, 0, 2]), np.array([[1, 1], [2, 2], [3, 3], [4, 4]], "float32")
np.testing.assert_array_equal(ids[ids >= 0][:, None], [[2], [0], [2]])
np.testing.assert_array_equal(vectors[ids >= 0], [[1, 1], [3, 3], [4, 4]])
table = tf.Variable(np.zeros((3, 2), "float32"))
add_to_rows(table, ids, vectors)
np.testing.assert_array_equal(table, [[3, 3], [0, 0], [5, 5]])

# %% exercise-8-3-others
# > `scatter_add` takes the flat ids, in an `IndexedSlices`; but in eager mode it does not look at how long a row is,
# > and `scatter_nd_add` does.
# > In NumPy, `np.add.at`: `copy[ids[keep]] += vectors[keep]` would add the last vector of each row only.
table, long = tf.Variable(np.zeros((3, 2), "float32")), np.array([[5, 6, 7]], "float32")
table.scatter_add(tf.IndexedSlices(long, [1]))  # three numbers for a row of two
assert table.numpy()[1].any()
with pytest.raises(tf.errors.InvalidArgumentError, match="must match dimensions"):
    table.scatter_nd_add([[1]], long)
with pytest.raises(ValueError, match="must be equal"):
    tf.function(lambda: table.scatter_add(tf.IndexedSlices(long, [1])), autograph=False)()
copy, keep = np.zeros((3, 2)), np.array([2, -1, 0, 2]) >= 0
copy[np.array([2, -1, 0, 2])[keep]] += np.array([[1, 1], [2, 2], [3, 3], [4, 4]])[keep]
np.testing.assert_array_equal(copy, [[3, 3], [0, 0], [4, 4]])
