"""Claims of the solutions of lesson 04, the NumPy snapshot pitfall."""

import ast
import inspect

import keras
import numpy as np
import tensorflow as tf


def built(layer):
    """The layer with its weights, for inputs of two features."""
    layer.build((None, 2))
    return layer


# free: The worked answers of [the lesson](../lessons/04_numpy_snapshot_pitfall.ipynb).
# free: Try each exercise there first: an answer is worth more when you have one of your own to hold beside it.

# %% exercise-4-1
# > `assign` copies what `values` holds at that moment.
# > An edit made afterwards stays in the array, and the two clipping lines stood below it, so `assign` moves to the end.
#
# > [Lesson: Edit the copy, lose the edit](../lessons/04_numpy_snapshot_pitfall.ipynb)
for target in (tf.Variable([0.0, 0.0]), keras.Variable(np.zeros(2, "float32"))):
    array = np.ones(2, "float32")
    target.assign(array)
    array[0] = 9
    np.testing.assert_array_equal(target.numpy(), [1, 1])
lines = inspect.getsource(tidy).splitlines()
last = [line.strip() for line in lines if line.strip()][-1]
assert last == "v.assign(values)"

# %% exercise-4-1-others
# > `np.where` and `np.clip` return new arrays, which go straight into `assign`: where no array is edited, no edit is
# > lost.
# > TensorFlow has the same two tools.
values = np.array([np.nan, 5, -5], dtype="float32")
for new in (np.where(np.isnan(values), 0, values), np.clip(values, -1, 1)):
    assert not np.shares_memory(new, values)
for function in (tidy_with_clip, tidy_in_tensorflow):
    v = tf.Variable(values)
    function(v, -1.0, 1.0)
    np.testing.assert_array_equal(v, [0, 1, -1])

# %% exercise-4-2
# > Two writes, in this order: the step may leave the limits, and the clipping brings the weights back.
# > Both come after the tape, which records the loss and nothing else.
recorded = next(node for node in ast.walk(ast.parse(inspect.getsource(clipped_step))) if isinstance(node, ast.With))
assert [ast.unparse(line) for line in recorded.body] == ["loss = tf.reduce_mean((x @ w - y) ** 2)"]
x, y = np.ones((1, 1), "float32"), np.full((1, 1), 9, "float32")
w = tf.Variable([[0.9]])
with tf.GradientTape() as tape:
    loss = tf.reduce_mean((x @ w - y) ** 2)
w.assign_sub(0.1 * tape.gradient(loss, w))
assert w.numpy() > 1  # the step left the limits
w.assign([[0.9]])
clipped_step(w, x, y, 0.1, 1.0)
np.testing.assert_array_equal(w, [[1]])

# %% exercise-4-2-others
# > Compute the new value as a tensor, and write once.
assert inspect.getsource(clipped_step_in_tensorflow).count("w.assign") == 1
x, y = np.ones((1, 1), "float32"), np.full((1, 1), 9, "float32")
w = tf.Variable([[0.9]])
clipped_step_in_tensorflow(w, x, y, 0.1, 1.0)
np.testing.assert_array_equal(w, [[1]])

# %% exercise-4-3
# > `get_weights` copies every weight out, `set_weights` copies the list back in, in the same order.
# > The variables stay the same objects, so an optimizer that knows them still does.
for layer in (keras.layers.Dense(3), keras.layers.BatchNormalization(), keras.layers.Dense(1, use_bias=False)):
    before, weights = built(layer).get_weights(), list(layer.weights)
    adam = keras.optimizers.Adam()
    adam.build(layer.trainable_variables)
    scale_layer(layer, 3.0)
    for weight, kept, old in zip(layer.weights, weights, before, strict=True):
        assert weight is kept
        np.testing.assert_array_equal(weight.numpy(), 3 * old)
    adam.apply([tf.ones_like(variable.value) for variable in layer.trainable_variables], layer.trainable_variables)
    outside = layer.get_weights()
    layer.set_weights(outside)
    for array in outside:
        array[:] = 100
    assert not any((weight.numpy() == 100).any() for weight in layer.weights)

# %% exercise-4-3-others
# > Weight by weight, with `assign`.
layer = built(keras.layers.BatchNormalization())
before = layer.get_weights()
scale_each_weight(layer, 3.0)
for weight, old in zip(layer.weights, before, strict=True):
    np.testing.assert_array_equal(weight.numpy(), 3 * old)
