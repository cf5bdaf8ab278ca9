"""Answers to the exercises of lesson 09, inside a tf.function."""

import numpy as np
import tensorflow as tf

from answers import right, wrong

# 9.1 make_scaler


@wrong("9.1", "frozen")
def _(v, scale):
    return tf.function(lambda: v.assign(v * scale))


@wrong("9.1", "frozen")
def _(v, scale):
    @tf.function
    def step():
        factors = tf.constant(scale, v.dtype)
        v.assign(v * factors)

    return step


@wrong("9.1", "frozen")
def _(v, scale):
    @tf.function
    def step():
        v.assign(v * np.array(scale))

    return lambda: step()


@wrong("9.1", "copied too early")
def _(v, scale):
    factors = tf.constant(scale, v.dtype)

    @tf.function
    def step(given):
        v.assign(v * given)

    return lambda: step(factors)


@wrong("9.1", "copied too early")
def _(v, scale):
    factors = tf.Variable(scale, dtype=v.dtype)
    return tf.function(lambda: v.assign(v * factors))


@wrong("9.1", "nothing returned")
def _(v, scale):
    @tf.function
    def step():
        v.assign(v * scale)


@wrong("9.1", "called already")
def _(v, scale):
    def step():
        v.assign(v * scale)
        return v

    return step()


wrong("9.1", "replaced", lambda v, scale: lambda: v.assign(scale))
wrong("9.1", "added", lambda v, scale: lambda: v.assign_add(scale))
wrong("9.1", "not written", lambda v, scale: lambda: v * scale)


@wrong("9.1", "tensor of another dtype")
def _(v, scale):
    @tf.function
    def step(factors):
        v.assign(factors * tf.cast(v, factors.dtype))

    return lambda: step(scale)


@wrong("9.1", "no values in a tf.function")
def _(v, scale):
    @tf.function
    def step(factors):
        v.assign(v.numpy() * factors)

    return lambda: step(scale)


@wrong("9.1", "wants an argument")
def _(v, scale):
    @tf.function
    def step(factors):
        v.assign(v * tf.cast(factors, v.dtype))

    return step


wrong("9.1", "wants an argument", lambda v, scale: lambda factors: v.assign(v * factors))


@wrong("9.1", "everything runs eagerly")
def _(v, scale):
    tf.config.run_functions_eagerly(True)

    @tf.function
    def step():
        v.assign(v * scale)

    return step


@wrong("9.1", "argument changed")
def _(v, scale):
    def step():
        v.assign(v.numpy() * scale)
        scale[:] = 1

    return step


@right("9.1")
def _(v, scale):
    @tf.function
    def step(factors):
        v.assign(v * tf.cast(factors, v.dtype))

    return lambda: step(scale)


@right("9.1")
def _(v, scale):
    step = tf.function(lambda factors: v.assign(v * factors))
    return lambda: step(tf.constant(scale, v.dtype))


@right("9.1")
def _(v, scale):
    factors = tf.Variable(scale, dtype=v.dtype)
    step = tf.function(lambda: v.assign(v * factors))

    def call():
        factors.assign(scale)
        step()

    return call


@right("9.1")
def _(v, scale):
    def step():
        v.assign(v.numpy() * scale)

    return step


@right("9.1")
def _(v, scale):
    @tf.function
    def step():
        v.assign(v * tf.numpy_function(lambda: scale.astype(v.dtype.as_numpy_dtype), [], v.dtype))

    return step


# 9.2 make_decay


@wrong("9.2", "retraced")
def _(v):
    @tf.function
    def decay(rate):
        v.assign(v * rate)

    return decay


@wrong("9.2", "retraced")
def _(v):
    return tf.function(lambda rate: v.assign(v * rate), reduce_retracing=True)


@wrong("9.2", "retraced")
def _(v):
    @tf.function
    def decay(rate):
        v.assign(v * tf.cast(rate, v.dtype))

    return decay


@wrong("9.2", "not compiled")
def _(v):
    step = tf.function(lambda rate: v.assign(v * rate))
    return lambda rate: step(tf.constant(rate, v.dtype))


@wrong("9.2", "not compiled")
def _(v):
    def decay(rate):
        v.assign(v * rate)

    return decay


@wrong("9.2", "nothing returned")
def _(v):
    @tf.function(input_signature=[tf.TensorSpec([], v.dtype)])
    def decay(rate):
        v.assign(v * rate)


@wrong("9.2", "subtracted")
def _(v):
    return tf.function(lambda rate: v.assign_sub(v * rate), input_signature=[tf.TensorSpec([], tf.float32)])


@wrong("9.2", "added")
def _(v):
    return tf.function(lambda rate: v.assign_add(v * rate), input_signature=[tf.TensorSpec([], tf.float32)])


@wrong("9.2", "a fixed number")
def _(v):
    return tf.function(lambda rate: v.assign(v * 0.5))


@wrong("9.2", "started anew")
def _(v):
    values = v.numpy()
    return tf.function(lambda rate: v.assign(values * rate), input_signature=[tf.TensorSpec([], tf.float32)])


@wrong("9.2", "shape of the signature")
def _(v):
    return tf.function(lambda rate: v.assign(v * rate), input_signature=[tf.TensorSpec([1], v.dtype)])


@wrong("9.2", "dtype of the signature")
def _(v):
    return tf.function(lambda rate: v.assign(v * rate), input_signature=[tf.TensorSpec([], tf.float32)])


@wrong("9.2", "not written")
def _(v):
    return tf.function(lambda rate: v * rate, input_signature=[tf.TensorSpec([], v.dtype)])


@wrong("9.2", "retraced")
def _(v):
    decay = tf.function(lambda rate: v.assign(v * rate))
    decay.get_concrete_function(tf.TensorSpec([], v.dtype))
    return decay


@wrong("9.2", "not compiled")
def _(v):
    return tf.function(lambda rate: v.assign(v * rate)).get_concrete_function(tf.TensorSpec([], v.dtype))


@right("9.2")
def _(v):
    @tf.function(input_signature=[tf.TensorSpec([], v.dtype)])
    def decay(rate):
        v.assign(v * rate)

    return decay


@right("9.2")
def _(v):
    return tf.function(lambda rate: v.assign(v * rate), input_signature=(tf.TensorSpec(shape=(), dtype=v.dtype),))


@right("9.2")
def _(v):
    @tf.function(input_signature=[tf.TensorSpec([], tf.float64)])
    def decay(rate):
        v.assign(v * tf.cast(rate, v.dtype))

    return decay


# 9.3 make_counter


@wrong("9.3", "Python counts traces")
def _():
    count = [0]

    @tf.function
    def counter():
        count[0] += 1
        return tf.constant(count[0])

    return counter


@wrong("9.3", "Python counts traces")
def _():
    class Counter:
        count = 0

        @tf.function
        def __call__(self):
            self.count += 1
            return tf.constant(self.count)

    return Counter()


@wrong("9.3", "variable in each call")
def _():
    @tf.function
    def counter():
        count = tf.Variable(0)
        return count.assign_add(1)

    return counter


@wrong("9.3", "from zero")
def _():
    count = tf.Variable(0)

    @tf.function
    def counter():
        before = count.read_value()
        count.assign_add(1)
        return before

    return counter


@wrong("9.3", "no number")
def _():
    count = tf.Variable(0)

    @tf.function
    def counter():
        count.assign_add(1)

    return counter


@wrong("9.3", "nothing returned")
def _():
    count = tf.Variable(0)

    @tf.function
    def counter():
        return count.assign_add(1)


COUNT = []


@wrong("9.3", "example only")
def _():
    if not COUNT:
        COUNT.append(tf.Variable(0))

    @tf.function
    def counter():
        return COUNT[0].assign_add(1)

    return counter


@wrong("9.3", "Python counts traces")
def _():
    @tf.function
    def counter():
        return tf.constant(0) + 1

    return counter


@wrong("9.3", "Python counts traces")
def _():
    count = 0

    def counter():
        nonlocal count
        count += 1
        return count

    return counter


@wrong("9.3", "read too late")
def _():
    count = tf.Variable(0)
    return lambda: count.assign_add(1)


@wrong("9.3", "read too late")
def _():
    count = tf.Variable(0)

    def counter():
        count.assign_add(1)
        return count

    return counter


@wrong("9.3", "no values in a tf.function")
def _():
    count = tf.Variable(0)
    return lambda: count.assign_add(1).numpy()


@wrong("9.3", "not written")
def _():
    count = tf.Variable(0)
    return tf.function(lambda: count + 1)


@right("9.3")
def _():
    count = tf.Variable(0)

    def counter():
        count.assign_add(1)
        return count.read_value()

    return counter


@right("9.3")
def _():
    count = tf.Variable(0)

    @tf.function
    def counter():
        return count.assign_add(1)

    return counter


@right("9.3")
def _():
    count = tf.Variable(0, dtype=tf.int64, trainable=False)

    @tf.function
    def counter():
        count.assign(count + 1)
        return count.read_value()

    return counter


@right("9.3")
def _():
    class Counter(tf.Module):
        def __init__(self):
            super().__init__()
            self.count = tf.Variable(0.0)

        @tf.function
        def __call__(self):
            return tf.cast(self.count.assign_add(1.0), tf.int32)

    return Counter()
