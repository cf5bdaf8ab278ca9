"""A loss carried out again in float64: the same operations, their values, their gradient, and what is refused."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from assignlab import verify_gradient
from assignlab.differences import Measurement, MovedLoss
from assignlab.replay import Replay

IMAGES = np.random.default_rng(0).normal(size=(2, 6, 6, 2)).astype("float32")
WORDS = np.random.default_rng(1).integers(0, 4, (3, 5))
LABELS = np.array([1, 0, 3, 2])


def pieces(v):
    """Operations with lists: split, concat, stack, einsum."""
    left, right = tf.split(v, 2, axis=1)
    joined = tf.concat([left * 2, tf.stack([right[0], left[1], right[2], left[3]])], axis=0)
    return tf.reduce_sum(tf.einsum("ij,kj->ik", joined, joined))


# A loss of a (4, 4) variable
LOSSES = {
    "a mean of squares": lambda v: tf.reduce_mean(v**2),
    "matmul and softmax": lambda v: tf.reduce_sum(tf.nn.softmax(v @ tf.transpose(v)) ** 2),
    "rows of an embedding": lambda v: tf.reduce_sum(tf.gather(v, WORDS) ** 3),
    "entries by their index": lambda v: tf.reduce_sum(tf.gather_nd(v, [[0, 1], [2, 3], [0, 1]]) ** 2),
    "lists of tensors": pieces,
    "a convolution": lambda v: tf.reduce_mean(tf.nn.conv2d(IMAGES, tf.reshape(v, [2, 2, 2, 2]), 1, "SAME") ** 2),
    "cross-entropy": lambda v: tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(LABELS, v)),
    "the largest, and sorted": lambda v: tf.reduce_sum(tf.math.top_k(v, 2)[0]) + tf.sort(tf.reshape(v, [-1]))[3],
    "tf.where and a slice": lambda v: tf.reduce_sum(tf.where(v > 0, v, 0.125 * v)[1:, ::2]),
    "16 bits on the way": lambda v: tf.reduce_sum(tf.cast(tf.tanh(tf.cast(v, "bfloat16") * 3), tf.float32)),
    "a stopped gradient": lambda v: tf.reduce_sum(v * tf.stop_gradient(v)),
    "an if": lambda v: tf.reduce_sum(v**2) if tf.reduce_sum(tf.abs(v)) > 0 else tf.reduce_sum(v),
}


@pytest.fixture
def variable():
    return tf.Variable(np.random.default_rng(2).normal(size=(4, 4)).astype("float32"))


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("graph", [False, True], ids=["eager", "tf.function"])
def test_the_operations_give_the_loss(name, graph, variable):
    loss = lambda: LOSSES[name](variable)  # noqa: E731
    replay = Replay(tf.function(loss, autograph=False) if graph and name != "an if" else loss, variable)
    for shift in (0.0, 0.03):
        variable.assign_add(tf.fill([4, 4], shift))
        np.testing.assert_array_equal(replay(tf.convert_to_tensor(variable), exact=False), loss())


@pytest.mark.parametrize("name", LOSSES)
def test_float64_is_what_the_same_loss_gives_there(name, variable, monkeypatch):
    replay = Replay(lambda: LOSSES[name](variable), variable)
    exact = tf.cast(variable, tf.float64)
    monkeypatch.setitem(globals(), "IMAGES", IMAGES.astype(np.float64))
    with tf.GradientTape() as tape:
        tape.watch(exact)
        expected = LOSSES[name](exact) if name != "16 bits on the way" else tf.reduce_sum(tf.tanh(exact * 3))
    assert replay(exact).dtype == tf.float64
    np.testing.assert_allclose(replay(exact), expected, rtol=1e-12)
    if name != "a stopped gradient":  # the derivative, not what a tape would say
        gradient = tf.convert_to_tensor(tape.gradient(expected, exact)).numpy()
        np.testing.assert_allclose(replay.gradient(exact), gradient.reshape(-1), rtol=1e-7, atol=1e-12)


def written(v):
    other = tf.Variable(v)
    other.assign(v * 2)
    return tf.reduce_sum(other)


# Their operations are not the whole loss
REFUSED = {
    "NumPy, by name": lambda v: tf.reduce_sum(v * np.sign(tf.identity(v).numpy())),
    "NumPy, by the buffer": lambda v: tf.reduce_sum(v * np.sign(tf.identity(v))),
    "a Python number": lambda v: tf.reduce_sum(v) * float(tf.reduce_sum(v)),
    "numpy_function": lambda v: tf.reduce_sum(tf.numpy_function(np.square, [v], tf.float32)),
    "py_function": lambda v: tf.reduce_sum(tf.py_function(tf.square, [v], tf.float32)),
    "another variable": written,
    "two results": lambda v: (tf.reduce_sum(v), tf.reduce_sum(v)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_leaves_tensorflow_is_refused(name, variable):
    with pytest.raises(ValueError):
        Replay(lambda: REFUSED[name](variable), variable)


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
def test_layers_of_16_bits_are_verified(dtype):
    keras.utils.set_random_seed(3)
    policy = keras.dtype_policies.DTypePolicy(dtype)
    layers = [keras.layers.Dense(16, "relu6", dtype=policy), keras.layers.Dense(4, dtype=policy)]
    model = keras.Sequential([keras.Input((8,)), *layers])
    x = np.random.default_rng(4).normal(size=(4, 8)).astype("float32")

    def loss():
        return tf.reduce_mean(tf.cast(model(x), tf.float32) ** 2)

    @tf.custom_gradient
    def planted(kernel):
        return tf.zeros([]), lambda upstream: upstream * tf.constant(wrong)

    for kernel in model.trainable_variables[::2]:
        with tf.GradientTape() as tape:
            value = loss()
        right = tape.gradient(value, kernel.value).numpy()
        wrong = np.random.default_rng(5).normal(size=right.shape).astype("float32")
        wrong *= 0.1 * np.linalg.norm(right) / np.linalg.norm(wrong)
        assert verify_gradient(loss, kernel, 16).verdict == "verified"
        mistaken = lambda kernel=kernel: loss() + planted(tf.convert_to_tensor(kernel))  # noqa: E731
        assert verify_gradient(mistaken, kernel, 16).verdict == "differs"


def test_only_the_loss_itself_is_carried_out_again():
    v = tf.Variable([1.0, 2.0])
    loss = lambda: tf.reduce_sum(v**2) + 1e6  # noqa: E731
    m = Measurement(MovedLoss(loss, v, v.numpy()), 2)
    assert m.is_the_loss(lambda: tf.reduce_sum(v * v) + 1e6)
    assert not m.is_the_loss(lambda: tf.reduce_sum(v * v) + 1e6 + 10)
    assert not m.is_the_loss(lambda: tf.reduce_sum(10 * v * v) + 1e6 - 45), "they agree here, and not beside it"


def test_carrying_out_leaves_the_variable_and_the_audit_as_they_were():
    v = tf.Variable([1.0, 2.0])
    before, name = v.numpy().tobytes(), v.name
    assert "float64" in verify_gradient(lambda: tf.reduce_sum(v**2) + 1e8, v).message
    assert (v.numpy().tobytes(), v.name) == (before, name)


def test_rounding_that_leaves_no_gradient_is_not_verified():
    v = tf.Variable(np.linspace(1, 2, 20).astype("float32"))
    waves = lambda: tf.reduce_sum(tf.cast(tf.sin(tf.cast(v, tf.bfloat16) * 90), tf.float32))  # noqa: E731
    report = verify_gradient(lambda: waves() + 1e4, v)
    assert report.verdict == "cannot tell"
    assert "rounding within the loss moves its gradient by" in report.message
