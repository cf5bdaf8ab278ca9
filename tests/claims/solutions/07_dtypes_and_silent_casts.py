"""Claims of the solutions of lesson 07, dtypes and silent casts."""

import numpy as np
import pytest
import tensorflow as tf

# free: The worked answers of [the lesson](../lessons/07_dtypes_and_silent_casts.ipynb).
# free: Try each exercise there first: an answer is worth more when you have one of your own to hold beside it.

# %% exercise-7-1
# > An array has no dtype that TensorFlow must keep, so `assign_add` casts it to the variable's.
# > `tf.constant` had made it a float64 tensor, and tensors are not cast.
for dtype in ("float16", "bfloat16", "float32", "float64"):
    variable = tf.Variable(tf.ones(2, dtype))
    correct(variable, np.array([0.5, 1.0]))
    np.testing.assert_array_equal(variable.numpy(), [1.5, 2])
    assert variable.dtype == dtype
with pytest.raises(ValueError, match="Tensor conversion requested dtype"):
    tf.Variable([1.0]).assign_add(tf.constant(np.array([0.5])))

# %% exercise-7-1-others
# > Say the dtype where the tensor is made, or cast it afterwards.
# > Or add in NumPy, in float64, and round once.
for function in (correct_with_a_tensor, correct_with_a_cast, correct_in_numpy):
    variable = tf.Variable([1.0, 2.0])
    function(variable, np.array([0.5, 1.0]))
    np.testing.assert_array_equal(variable, [1.5, 3])
assert (tf.Variable([1.0]).numpy() + np.array([0.5])).dtype == np.float64

# %% exercise-7-2
# > After `np.rint` and `np.clip` every value is a whole number that a byte can hold, so the cast in `assign` changes
# > nothing.
values = np.linspace(-300, 600, 9001)
prepared = np.clip(np.rint(values), 0, 255)
image = tf.Variable(tf.zeros(9001, tf.uint8))
np.testing.assert_array_equal(image.assign(prepared).numpy(), prepared)
store_pixels(image, values)
np.testing.assert_array_equal(image, prepared)

# %% exercise-7-2-others
# > Clip first and round then: the ends are whole numbers.
# > `tf.saturate_cast` clips while it casts, but cuts fractions off, so round before.
for function in (store_pixels_clipped_first, store_pixels_in_tensorflow):
    values, image = np.linspace(-300, 600, 9001), tf.Variable(tf.zeros(9001, tf.uint8))
    function(image, values)
    np.testing.assert_array_equal(image, np.clip(np.rint(values), 0, 255))
np.testing.assert_array_equal(tf.saturate_cast(np.array([99.7, -3.0, 300.0]), tf.uint8), [99, 0, 255])

# %% exercise-7-3
# > `astype` does what `assign` does to an array, on a copy.
# > Where the cast changed a value, the two arrays differ.
# > `equal_nan` lets a NaN equal the NaN that it became.
# > NumPy compares the two in a dtype that holds both, but for integers over 2**53 beside floats: those it compares as
# > float64.
for dtype in ("float16", "bfloat16", "float32", "float64", "int32", "uint8"):
    variable = tf.Variable(tf.zeros(3, dtype))
    given = np.array([0.1, 1.7, 200.0])
    cast = given.astype(variable.dtype.as_numpy_dtype)
    assert variable.assign(given).numpy().tobytes() == cast.tobytes()
    assert fits(variable, given) == (dtype == "float64") and fits(variable, cast)
    np.testing.assert_array_equal(given, [0.1, 1.7, 200])
assert not np.array_equal([np.nan], [np.nan]) and np.array_equal([np.nan], [np.nan], equal_nan=True)
assert np.array([2**24 + 1]) != np.array([2**24], "float32") and np.array([-1], "int8") != np.array([255], "uint8")
assert np.array([2**53 + 1]) == np.array([2.0**53])

# %% exercise-7-3-others
# > Cast there and back, and compare with the start; then −1 from int8 through uint8 comes back as −1, so ask for the
# > signs too.
#
# > [Lesson: Watch the dtype](../lessons/07_dtypes_and_silent_casts.ipynb)
assert np.array([-1], "int8").astype("uint8").astype("int8") == -1
byte = tf.Variable([1, 2], dtype=tf.uint8)
for function in (fits, fits_there_and_back):
    assert not function(byte, np.array([-1, 0], "int8")) and function(byte, np.array([1, 0], "int8"))
    assert function(tf.Variable([0.0]), np.array([np.nan])) and not function(tf.Variable([0.0]), np.array([0.1]))
