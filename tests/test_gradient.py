"""verify_gradient agrees with right gradients, says what differs in wrong ones, and gives a reason for None."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from assignlab import verify_gradient

START = [[0.5, 1.0], [1.5, -2.0]]


@tf.custom_gradient
def half_gradient_square(x):
    return x**2, lambda upstream: upstream * x  # the right one is 2 x


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("shape", [(), (4,), (2, 2), (1, 2, 2)])
def test_agrees_and_leaves_the_variable_as_it_was(dtype, shape):
    v = tf.Variable(np.resize(START, shape).astype(dtype))
    before = v.numpy()
    report = verify_gradient(lambda: tf.reduce_sum(v**3 + tf.sin(v)), v)
    assert report, report
    np.testing.assert_array_equal(v, before)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_says_where_it_differs(dtype):
    v = tf.Variable(np.array(START, dtype))
    report = verify_gradient(lambda: tf.reduce_sum(half_gradient_square(v)), v)
    assert not report
    assert "4 of 4 entries" in report.message
    assert "(1, 1)" in report.message


def test_takes_a_loss_of_the_variable_and_a_keras_variable():
    v = tf.Variable([1.0, 2.0])
    assert verify_gradient(lambda w: tf.reduce_sum(w**2), v)
    layer = keras.layers.Dense(2)
    layer.build((None, 3))
    assert verify_gradient(lambda: tf.reduce_mean(layer(np.ones((2, 3), "float32")) ** 2), layer.kernel)


def test_measures_a_large_variable_at_some_entries():
    v = tf.Variable(np.linspace(-1, 1, 1000))
    assert "20 of 1000 entries" in verify_gradient(lambda: tf.reduce_sum(v**2), v, max_entries=20).message


NONE = {
    "not trainable": (lambda: tf.Variable([1.0, 2.0], trainable=False), lambda v: tf.reduce_sum(v**2)),
    "does not change with this variable": (lambda: tf.Variable([1.0, 2.0]), lambda v: tf.reduce_sum(tf.ones(3))),
    "on a path that the tape does not see": (
        lambda: tf.Variable([1.0, 2.0]),
        lambda v: tf.constant(np.sum(v.numpy() ** 2)),
    ),
}


@pytest.mark.parametrize("reason", NONE)
def test_gives_a_reason_for_none(reason):
    make, loss = NONE[reason]
    v = make()
    report = verify_gradient(lambda: loss(v), v)
    assert not report
    assert "The gradient is None" in report.message
    assert reason in report.message


BAD = {
    "needs a tf.Variable": (TypeError, lambda: verify_gradient(lambda: 1.0, tf.constant([1.0]))),
    "measures float16, float32 and float64": (TypeError, lambda: verify_gradient(lambda: 1.0, tf.Variable([1]))),
    "needs a function": (TypeError, lambda: verify_gradient(3.0, tf.Variable([1.0]))),
    "must be one number": (ValueError, lambda: verify_gradient(lambda v: v * 2, tf.Variable([1.0, 2.0]))),
    "nothing to compare": (ValueError, lambda: verify_gradient(lambda v: tf.math.log(v), tf.Variable(-1.0))),
    "Fix its random numbers": (
        ValueError,
        lambda: verify_gradient(lambda v: v * tf.random.uniform(()), tf.Variable(1.0)),
    ),
}


@pytest.mark.parametrize("message", BAD)
def test_bad_input_says_what_to_do(message):
    error, attempt = BAD[message]
    with pytest.raises(error, match=message):
        attempt()


def test_restores_after_a_loss_that_raises():
    v, calls = tf.Variable([1.0, 2.0]), []

    def loss():
        calls.append(1)
        if len(calls) > 4:
            raise RuntimeError("a loss of the reader's")
        return tf.reduce_sum(v)

    with pytest.raises(RuntimeError):
        verify_gradient(loss, v)
    np.testing.assert_array_equal(v, [1, 2])
