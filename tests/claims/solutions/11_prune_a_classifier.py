"""Claims of the solutions of lesson 11, prune a classifier."""

import tensorflow as tf

# free: The worked answers of [the lesson](../lessons/11_prune_a_classifier.ipynb).
# free: Try each exercise there first: an answer is worth more when you have one of your own to hold beside it.

# %% exercise-11-1
# > `order` holds places, the smallest magnitude first; `values.flat` takes places that count through the whole array,
# > whatever its shape.
# > A stable sort leaves equals in their order.
#
# > [Lesson: Prune a classifier](../lessons/11_prune_a_classifier.ipynb)
v = tf.Variable([[[1.0, -1.0]], [[1.0, -0.5]]])
prune(v, 2)
np.testing.assert_array_equal(v, [[[0, -1]], [[1, 0]]])

# %% exercise-11-1-others
# > A mask of ones, flat at first, then in the shape of the variable.
v = tf.Variable([[1.0, -1.0], [1.0, -0.5]])
prune_by_a_mask(v, 2)
np.testing.assert_array_equal(v, [[0, -1], [1, 0]])

# %% exercise-11-2
# > The compiled step reads a variable each time, and an array only once, when it is traced.
# > What is 0 already comes first in the order, so the counts need no adding up.
array, variable = np.ones(1, "float32"), tf.Variable([1.0])
frozen = tf.function(lambda: (tf.constant(2.0) * array, tf.constant(2.0) * variable))
frozen()
array[0] = 0
variable.assign([0.0])
assert [part.numpy()[0] for part in frozen()] == [2, 0]
np.testing.assert_array_equal(np.argsort(np.abs([3.0, 0.0, -2.0, 0.0]), kind="stable")[:2], [1, 3])

# %% exercise-11-2-others
# since keras 3.15: a constraint may be a plain function
# > Whatever is 0 when the epoch begins may be held: then the kernel says which.
layer = keras.layers.Dense(1, use_bias=False)
layer.build((None, 3))
layer.kernel.assign([[3.0], [0.0], [-2.0]])
gradually_by_the_zeros(layer, [1]).on_epoch_begin(0, None)
np.testing.assert_array_equal(layer.kernel.constraint(tf.ones((3, 1))), [[1], [0], [1]])

# %% exercise-11-3
# since keras 3.15: a constraint may be a plain function
# > In sorted order, the entry with the number `count` is the smallest that stays.
# > `mask=mask` gives each constraint its own: without it all of them would find the mask of the last layer, since a
# > function looks a name up when it is called.
assert np.sort([5, 1, 3])[1] == 3
late, own = [], []
for mask in (1, 2):
    late.append(lambda: mask)  # noqa: B023
    own.append(lambda mask=mask: mask)
assert [function() for function in late] == [2, 2] and [function() for function in own] == [1, 2]

# %% exercise-11-3-others
# since keras 3.15: a constraint may be a plain function
# > A class keeps its mask, and can be applied at once.
layer = keras.layers.Dense(2, use_bias=False)
layer.build((None, 2))
layer.kernel.assign([[3.0, -1.0], [0.5, 2.0]])
prune_together_with_a_class([layer], 2)
np.testing.assert_array_equal(layer.kernel, [[3, 0], [0, 2]])
