"""Claims of the solutions of lesson 14, what a write costs."""

import tracemalloc

SIZE = 2**20

# free: The worked answers of [the lesson](../lessons/14_what_it_costs.ipynb).
# free: Try each exercise there first: an answer is worth more when you have one of your own to hold beside it.


def arrays_at_once(run):
    """How many arrays of SIZE float32 NumPy holds at once, at most."""
    run()
    tracemalloc.start()
    run()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(most / (4 * SIZE))


def shipped(v, factor, limit):
    values = v.numpy() * factor
    v.assign(np.clip(values, -limit, limit))


def without_a_name(v, factor, limit):
    v.assign(np.clip(v.numpy() * factor, -limit, limit))


def operations(function):
    """The types of the operations in a traced function."""
    graph = tf.function(function, autograph=False).get_concrete_function().graph
    return {operation.type for operation in graph.get_operations()}


# %% exercise-14-1
# > The product goes from `v`'s own memory into `buffer`, and clipping writes where it reads.
# > In the shipped lines three arrays were alive at the end: the product, which had a name, what `np.clip` returned, and
# > `assign`'s copy of that.
#
# > [Lesson: Know what a write costs](../lessons/14_what_it_costs.ipynb)
v, buffer = tf.Variable(tf.fill((SIZE,), 8.0)), np.empty(SIZE, "float32")
assert arrays_at_once(lambda: decay(v, 0.5, 1.0, buffer)) == 1
np.testing.assert_array_equal(buffer, v.numpy())
assert arrays_at_once(lambda: shipped(v, 0.5, 1.0)) == 3 and arrays_at_once(lambda: without_a_name(v, 0.5, 1.0)) == 2

# %% exercise-14-1-others
# > TensorFlow needs no array at all, and its last tensor is not copied.
v = tf.Variable(tf.fill((SIZE,), 8.0))
assert arrays_at_once(lambda: decay_in_tensorflow(v, 0.5, 1.0, None)) == 0
tensor = tf.clip_by_value(v * 0.5, -1.0, 1.0)
v.assign(tensor)
assert np.shares_memory(np.asarray(tensor), np.asarray(v.value()))

# %% exercise-14-2
# > `max` and `min` walk over the view and make one number each.
# > `np.abs(view)` would make an array, and `np.abs(view, out=view)` write into the variable, where the view is not
# > locked.
v = tf.Variable(tf.range(SIZE, dtype=tf.float32) - 7)
view = np.asarray(v.value())
assert arrays_at_once(lambda: largest(v)) == 0 and largest(v) == SIZE - 8
assert np.ndim(view.max()) == np.ndim(view.min()) == 0
assert arrays_at_once(lambda: np.abs(view)) == 1
unlocked = tf.Variable([-1.0, 2.0], dtype=tf.bfloat16)
view = np.asarray(unlocked.value())
np.abs(view, out=view)
np.testing.assert_array_equal(unlocked.numpy().astype("float32"), [1, 2])

# %% exercise-14-2-others
# > TensorFlow's reductions read the variable, too; or take the view row by row, and each array is small.
v = tf.Variable(tf.reshape(tf.range(SIZE, dtype=tf.float32), (1024, -1)))
assert arrays_at_once(lambda: largest_in_tensorflow(v)) == arrays_at_once(lambda: largest_by_rows(v)) == 0
assert largest_in_tensorflow(v) == largest_by_rows(v) == SIZE - 1

# %% exercise-14-3
# > `tf.gather` reads the rows of one block and no others, and the scatter writes these.
# > `min` ends the last block with the table.
table, index = tf.Variable(tf.ones((5, 4))), np.array([1, 2])
assert "ResourceGather" in operations(lambda: tf.gather(table, index))
assert "ReadVariableOp" not in operations(lambda: tf.gather(table, index))
block = tf.gather(table, index).numpy()
table.scatter_nd_update(index[:, None], block * 3)
np.testing.assert_array_equal(table.numpy()[:, 0], [1, 3, 3, 1, 1])
lengths = [min(start + 2, 5) - start for start in range(0, 5, 2)]
assert lengths == [2, 2, 1]

# %% exercise-14-3-others
# > `tf.IndexedSlices` takes the row numbers in a flat list.
# > Slices pass the check, too, and are much slower on a large table: once a part has been written, each slice reads the
# > whole first.
table = tf.Variable(tf.ones((5, 4)))
table.scatter_update(tf.IndexedSlices(tf.zeros((2, 4)), [0, 4]))
np.testing.assert_array_equal(table.numpy()[:, 0], [0, 1, 1, 1, 0])
assert not np.shares_memory(np.asarray(table.value()), np.asarray(table.value()))  # so each read copies the whole,
assert "ReadVariableOp" in operations(lambda: table[1:3] * 1)  # and a slice reads it
