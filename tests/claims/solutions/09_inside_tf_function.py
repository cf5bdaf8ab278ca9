"""Claims of the solutions of lesson 09, inside a tf.function."""

import numpy as np
import tensorflow as tf

# free: The worked answers of [the lesson](../lessons/09_inside_tf_function.ipynb).
# free: Try each exercise there first: an answer is worth more when you have one of your own to hold beside it.

# %% exercise-9-1
# > The lambda runs in Python at each call and hands over the array with its present values.
# > They come in as a tensor of the same shape and dtype, so there is one trace.
#
# > [Lesson: Inside a tf.function](../lessons/09_inside_tf_function.ipynb)
variable, scale, traced = tf.Variable([1.0, 2.0]), np.array([2.0, 2.0]), []
original = tf.cast
tf.cast = lambda value, dtype: traced.append(value) or original(value, dtype)
try:
    step = make_scaler(variable, scale)
    for factor in (2, 5, 10):
        scale[:] = factor
        step()
finally:
    tf.cast = original
assert len(traced) == 1 and tf.is_symbolic_tensor(traced[0])
np.testing.assert_array_equal(variable, [100, 200])

# %% exercise-9-1-others
# > A variable for the factors, assigned before each step.
# > Or no `tf.function` at all.
for make in (make_scaler_with_a_variable, make_scaler_without_a_trace):
    variable, scale = tf.Variable([1.0, 2.0]), np.array([2.0, 2.0])
    step = make(variable, scale)
    step()
    scale[:] = 10
    step()
    np.testing.assert_array_equal(variable, [20, 40])

# %% exercise-9-2
# > The signature says that `rate` is a tensor without axes, of the dtype of `v`.
# > A Python number is made such a tensor before it comes in, so all numbers look alike to the trace.
variable = tf.Variable([8.0, 16.0])
decay = make_decay(variable)
for number in (0.5, 2, 0.25, 4.0):
    decay(number)
assert decay.experimental_get_tracing_count() == 1
assert decay.input_signature == (tf.TensorSpec([], tf.float32),)
np.testing.assert_array_equal(variable, [8, 16])

# %% exercise-9-2-others
# > `reduce_retracing=True` does not help here: it relaxes shapes, and a Python number has none.
# > The caller can write `decay(tf.constant(0.5))`, with a plain `tf.function`; then each caller must know.
for options, values, count in (
    ({"reduce_retracing": True}, [0.5, 0.25, 2.0, 4.0], 4),
    ({"reduce_retracing": True}, [np.ones(n) for n in range(1, 6)], 2),
    ({}, [tf.constant(number) for number in (0.5, 0.25, 2.0)], 1),
    ({}, [0.5, 0.25, 2.0], 3),
):
    times = tf.function(lambda rate: rate * 2, **options)
    for value in values:
        times(value)
    assert times.experimental_get_tracing_count() == count

# %% exercise-9-3
# > `make_counter` runs in Python and makes one variable for each counter.
# > The traced function holds it, and adds 1 at each call.
# > A Python `count += 1` would run once, while it is traced.
first, second = make_counter(), make_counter()
assert [int(one()) for one in (first, second, first)] == [1, 1, 2] and first.experimental_get_tracing_count() == 1
count = [0]


@tf.function
def python_counter():
    count[0] += 1
    return tf.constant(count[0])


assert [int(python_counter()) for _call in range(3)] == [1, 1, 1]

# %% exercise-9-3-others
# > A class with a variable as attribute.
# > Or make the variable at the first call, if there is none yet; TensorFlow allows this, and then traces twice.
one = make_counter_of_a_class()
assert [int(one()) for _call in range(3)] == [1, 2, 3]
assert one.__call__.experimental_get_tracing_count() == 2
