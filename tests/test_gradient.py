"""verify_gradient: three verdicts, each where it is due; bad input told in a sentence; the variable left as it was."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from assignlab import verify_gradient

RANDOM = np.random.default_rng(0)


def times(factor):
    """A read of the variable whose gradient is wrong by a factor, one for all entries or one for each."""

    @tf.custom_gradient
    def read(value):
        return tf.identity(value), lambda upstream: upstream * tf.cast(factor, upstream.dtype)

    return lambda v: read(tf.convert_to_tensor(v))


def some_times(factor, which, size):
    factors = np.ones(size)
    factors[which] = factor
    return times(factors)


def sum_of_squares(x):
    return tf.reduce_sum(x**2)


def mean_square(x):
    return tf.reduce_mean(x**2)


def with_offset(offset):
    return lambda x: tf.reduce_sum(x**2) + offset


def unseen(x):
    """0, by a value that leaves TensorFlow: what keeps a loss from being carried out again in float64."""
    return 0 * float(tf.reduce_sum(x))


def through(dtype):
    return lambda x: tf.reduce_sum(tf.cast(tf.cast(x, dtype) ** 2, tf.float32))


# ---- wrong gradients: what is read, the loss of it, the number of entries, the dtype and the verdict
WRONG = {
    "of 4 entries, times 2": (times(2.0), sum_of_squares, 4, "float32", "differs"),
    "of 4 entries, times 0": (times(0.0), sum_of_squares, 4, "float32", "differs"),
    "of 4 entries, times -1": (times(-1.0), sum_of_squares, 4, "float32", "differs"),
    "of 4 entries, times 1.05": (times(1.05), mean_square, 4, "float32", "differs"),
    "of 400 entries, times 1.1": (times(1.1), mean_square, 400, "float32", "differs"),
    "float16, times 1.1": (times(1.1), sum_of_squares, 20, "float16", "differs"),
    "bfloat16, times 2": (times(2.0), sum_of_squares, 20, "bfloat16", "differs"),
    "float64, times 1.001": (times(1.001), sum_of_squares, 20, "float64", "differs"),
    "an offset of 1e6, times 2": (times(2.0), with_offset(1e6), 4, "float32", "differs"),
    "an offset of 1e8, times 2": (times(2.0), with_offset(1e8), 4, "float32", "differs"),
    "an offset of 1e6 in float64, times 2": (times(2.0), with_offset(1e6), 4, "float64", "differs"),
    "every odd entry of 511": (some_times(2.0, slice(1, None, 2), 511), sum_of_squares, 511, "float32", "differs"),
    "one entry of 400": (some_times(0.0, 123, 400), sum_of_squares, 400, "float32", "differs"),
    "100000 entries, times 2": (times(2.0), sum_of_squares, 100_000, "float32", "differs"),
    "10000 entries, times 0": (times(0.0), sum_of_squares, 10_000, "float32", "differs"),
    "10000 entries, times -1": (times(-1.0), sum_of_squares, 10_000, "float32", "differs"),
    "10 % of 100000 entries": (
        some_times(2.0, RANDOM.random(100_000) < 0.1, 100_000), sum_of_squares, 100_000, "float32", "differs",
    ),
    "one entry of 100000": (some_times(-1.0, 77_777, 100_000), mean_square, 100_000, "float64", "differs"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_gradients_are_not_verified(name):
    read, loss, count, dtype, verdict = WRONG[name]
    v = tf.Variable(tf.cast(np.random.default_rng(1).normal(size=count), dtype))
    report = verify_gradient(lambda: loss(read(v)), v)
    assert report.verdict == verdict, report
    assert not report


# ---- right gradients: the values and the loss of them
RIGHT = {
    "float32": (RANDOM.normal(size=(5, 4)).astype("float32"), sum_of_squares),
    "a scalar": (np.float32(0.5), lambda x: x**3 + tf.sin(x)),
    "float16": (RANDOM.normal(size=20).astype("float16"), sum_of_squares),
    "float64, four axes": (RANDOM.normal(size=(1, 2, 2, 3)), mean_square),
    "cast to float16": (RANDOM.normal(size=20).astype("float32"), through("float16")),
    "cast to bfloat16": (RANDOM.normal(size=20).astype("float32"), through("bfloat16")),
    "an offset of 1e4": (np.float32([1, 2, 3]), with_offset(1e4)),
    "ReLU near its kink": (np.float32([1e-4, -1e-4, 1, -1]), lambda x: tf.reduce_sum(tf.nn.relu(x))),
    "ReLU at its kink": (np.float32([0, 1, -1]), lambda x: tf.reduce_sum(tf.nn.relu(x) * 3)),
    "abs, half of it 0": (np.float32([0, 1, 0, -2]), lambda x: tf.reduce_sum(tf.abs(x) + x**2)),
    "log near 0": (np.float32([1e-3, 1, 2]), lambda x: tf.reduce_sum(tf.math.log(x))),
    "sqrt near 0": (np.float32([1e-3, 1, 2]), lambda x: tf.reduce_sum(tf.sqrt(x))),
    "NaN in an unused entry": (np.float32([np.nan, 1, 2]), lambda x: tf.reduce_sum(x[1:] ** 2)),
    "zeros": (np.zeros(10, "float32"), sum_of_squares),
    "at the minimum": (np.ones(10, "float32"), lambda x: tf.reduce_sum((x - 1) ** 2)),
    "no slope": (np.ones(10, "float32"), lambda x: 3.0 + 0 * tf.reduce_sum(x)),
    "no entry": (np.ones((2, 0), "float32"), sum_of_squares),
    "300000 entries": (RANDOM.normal(size=300_000).astype("float32"), mean_square),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_gradients_are_verified(name):
    values, loss = RIGHT[name]
    v = tf.Variable(values)
    report = verify_gradient(lambda: loss(v), v)
    assert report.verdict == "verified", report
    np.testing.assert_array_equal(v, values)


def test_measures_a_bfloat16_variable():
    v = tf.Variable(tf.constant(RANDOM.normal(size=20), tf.bfloat16))
    report = verify_gradient(lambda: tf.reduce_sum(tf.cast(v, tf.float32) ** 2), v)
    assert report, report


@pytest.mark.parametrize("kind", ["dense", "conv"])
def test_kinks_of_relu_nets_are_no_alarm(kind):
    keras.utils.set_random_seed(4)
    hidden = [keras.layers.Conv2D(4, 3, activation="relu"), keras.layers.Flatten()]
    if kind == "dense":
        hidden = [keras.layers.Flatten(), keras.layers.Dense(6, activation="relu")]
    model = keras.Sequential([keras.Input((5, 5, 1)), *hidden, keras.layers.Dense(8, "relu"), keras.layers.Dense(1)])
    images, wanted = RANDOM.normal(size=(16, 5, 5, 1)).astype("float32"), RANDOM.normal(size=(16, 1)).astype("float32")
    for variable in model.trainable_variables[:2]:  # a layer's kernel and bias are a keras.Variable each
        report = verify_gradient(lambda: tf.reduce_mean((model(images) - wanted) ** 2), variable)
        assert report, (variable.path, report)


def test_takes_a_loss_of_the_variable_and_a_variable_of_keras():
    v = keras.Variable([1.0, 2.0])
    assert verify_gradient(lambda w: tf.reduce_sum(w**2), v)
    assert verify_gradient(tf.function(lambda: tf.reduce_sum(v**2)), v)
    assert not verify_gradient(lambda w: tf.reduce_sum(times(2.0)(w.value) ** 2), v)


def test_says_where_it_differs():
    v = tf.Variable([[0.5, 1.0], [1.5, -2.0]])
    report = verify_gradient(lambda: sum_of_squares(some_times(2.0, (1, 1), (2, 2))(v)), v)
    assert re.match(
        r"Gradient differs at 1 of 4 entries of shape \(2, 2\), float32. "
        r"Most at \(1, 1\): autodiff says -8, central differences say -(3\.99|4)",
        report.message,
    )


def test_every_entry_takes_part_in_a_large_variable():
    v = tf.Variable(np.linspace(-1, 1, 1000))
    report = verify_gradient(lambda: tf.reduce_sum(v**2), v, max_entries=20)
    assert "agree at 1000 entries, moved in 20 blocks" in report.message
    assert report.differences.shape == (20,)
    for entry in (0, 499, 999):
        wrong = some_times(-1.0, entry, 1000)
        report = verify_gradient(lambda wrong=wrong: sum_of_squares(wrong(v)), v, max_entries=20)
        assert report.verdict == "differs" or "too small beside the others" in report.message, report


def test_each_entry_is_moved_in_a_block():
    v, moved = tf.Variable(tf.ones(1000, tf.float64)), set()

    def loss():
        now = np.flatnonzero(v != 1)
        moved.update(now if now.size < 10 else [])  # not with all others
        return tf.reduce_sum(v**2)

    assert verify_gradient(loss, v)
    assert moved == set(range(1000))


@pytest.mark.parametrize(("count", "offset"), [(400, 3e7), (2000, 1e8), (10_000, 1e8)])
def test_the_bound_is_that_of_single_entries(count, offset):
    """Among many that move together, one wrong entry hides: small beside their sum, and large beside their norm."""
    v, wrong = tf.Variable(np.linspace(1, 2, count).astype("float32")), some_times(-1.0, count // 2, count)
    loss = lambda: tf.reduce_sum(wrong(v) ** 2) + offset  # noqa: E731
    assert verify_gradient(lambda: loss() + unseen(v), v).verdict == "cannot tell"
    report = verify_gradient(loss, v)
    assert report.verdict == "differs"
    assert f"at 1 of {count} entries" in report.message
    assert f"Most at ({count // 2},)" in report.message


def test_a_bound_above_5_percent_is_never_verified():
    v = tf.Variable([1.0, 2.0, 3.0, 4.0])
    verdicts = []
    for offset in 10.0 ** np.arange(3, 10):
        report = verify_gradient(lambda offset=offset: tf.reduce_sum(times(1.3)(v) ** 2) + offset + unseen(v), v)
        verdicts.append(report.verdict)
    assert verdicts[0] == "differs"
    assert verdicts[-1] == "cannot tell"
    assert "verified" not in verdicts


NONE = "The gradient is None. Likely reason: the "
REASONS = {
    "an offset of 1e8": ([1.0, 2.0], lambda x: with_offset(1e8)(x) + unseen(x), "Cannot tell: ", "Use float64"),
    "nothing finite": ([np.nan, np.inf], lambda x: tf.reduce_sum(x[:0]), "Cannot tell: ", "Give it finite values"),
    "sqrt at 0": ([0.0, 1.0], lambda x: tf.reduce_sum(tf.sqrt(x)), "Cannot tell: ", "not finite beside it"),
    "1 / 0 in tf.where": (
        [0.0, 1.0],
        lambda x: tf.reduce_sum(tf.where(x > 0.5, 1 / x, x)),
        "Gradient differs at 1 of 2 entries. First at (0,) of shape (2,), float32: autodiff says nan",
        "divides by 0",
    ),
    "not on the tape": ([1.0, 2.0], lambda v: np.sum(v.numpy() ** 2), NONE, "that the tape does not see"),
    "a Python number": ([1.0, 2.0], lambda v: float(tf.reduce_sum(v**2)), NONE, "that the tape does not see"),
    "another object": ([1.0, 2.0], lambda v: tf.reduce_sum(tf.ones(3)), NONE, "does not change with this variable"),
    "an integer": ([1.0, 2.0], lambda v: tf.argmax(v), NONE, "in jumps"),
}


@pytest.mark.parametrize("name", REASONS)
def test_gives_the_reason(name):
    values, loss, beginning, reason = REASONS[name]
    v = tf.Variable(values)
    report = verify_gradient(lambda: loss(v), v)
    assert not report
    assert report.message.startswith(beginning)
    assert reason in report.message


def test_what_assign_returns_has_a_reason():
    v = tf.Variable([1.0, 2.0])
    returned = v.assign([3.0, 4.0])
    assert "this is what assign returned" in verify_gradient(lambda: tf.reduce_sum(returned**2), returned).message


def test_a_variable_that_is_not_trainable_has_a_reason():
    v = tf.Variable([1.0, 2.0], trainable=False)
    assert "not trainable" in verify_gradient(lambda: tf.reduce_sum(v**2), v).message


# ---- noise
def noisy_at_every(number):
    calls = []

    def loss(v):
        calls.append(0)
        return tf.reduce_sum(v**2) + (0.1 if len(calls) % number == 0 else 0.0)

    return loss


NOISE = {
    "random numbers": lambda v: tf.reduce_sum(v) * tf.random.uniform(()),
    "dropout of two entries": lambda v: tf.reduce_sum(tf.nn.dropout(v, 0.5)),
    "every third call": noisy_at_every(3),
    "every seventh call": noisy_at_every(7),
    "away from the start": lambda v: tf.reduce_sum(v**2) + (0 if all(v == [1, 2]) else 0.1 * tf.random.uniform(())),
}


@pytest.mark.parametrize("name", NOISE)
def test_noise_is_found(name):
    with pytest.raises(ValueError, match="Fix its random numbers or switch dropout off"):
        verify_gradient(NOISE[name], tf.Variable([1.0, 2.0]))


# ---- clumsy input: what is given, and the one sentence in return
BAD_LOSS = {
    "needs a function as its first argument, not float": (TypeError, 3.0),
    "needs a function as its first argument, not NoneType": (TypeError, None),
    "The loss takes 2 arguments": (TypeError, lambda v, other: v),
    "The loss returned None": (TypeError, lambda: None),
    "one real number; it is a str": (TypeError, lambda: "3"),
    "one real number; it is a list": (TypeError, lambda: [3.0]),
    "one real number; it is a complex": (TypeError, lambda: 1j),
    "one real number; it is of dtype complex64": (TypeError, lambda: tf.complex(1.0, 1.0)),
    "one real number; it is of dtype string": (TypeError, lambda: tf.constant("a")),
    r"must be one number; it has shape \(2,\)": (ValueError, lambda v: v * 2),
    "The loss is nan at the variable's current value": (ValueError, lambda v: tf.reduce_sum(tf.math.log(-v))),
    "The loss writes to the variable": (ValueError, lambda v: tf.reduce_sum(v.assign_add([1.0, 1.0]))),
}


@pytest.mark.parametrize("message", BAD_LOSS)
def test_a_bad_loss_is_told_in_one_sentence(message):
    error, loss = BAD_LOSS[message]
    v = tf.Variable([1.0, 2.0])
    with pytest.raises(error, match=message):
        verify_gradient(loss, v)
    np.testing.assert_array_equal(v, [1, 2])


@pytest.mark.parametrize("bad", [0, -1, 2.5, "many", None])
def test_max_entries_is_a_number_of_blocks(bad):
    with pytest.raises((TypeError, ValueError), match=r"^max_entries must be"):
        verify_gradient(lambda v: tf.reduce_sum(v**2), tf.Variable([1.0]), max_entries=bad)


@pytest.mark.parametrize("bad", [tf.constant([1.0]), np.ones(2), None, [1.0], tf.Variable([1]), tf.Variable([1j])])
def test_a_bad_variable_is_told_in_one_sentence(bad):
    with pytest.raises(TypeError, match=r"^verify_gradient (needs a tf.Variable|measures variables of)"):
        verify_gradient(lambda: 1.0, bad)


def test_inside_a_function_or_a_strategy_is_refused():
    v = tf.Variable([1.0])
    with pytest.raises(RuntimeError, match="Call it outside"):
        tf.function(lambda: verify_gradient(lambda: tf.reduce_sum(v), v))()
    devices = tf.config.list_logical_devices("CPU")
    with tf.distribute.MirroredStrategy([device.name for device in devices]).scope():
        replicated = tf.Variable([1.0])
        with pytest.raises(RuntimeError, match=r"outside strategy\.scope"):
            verify_gradient(lambda: tf.reduce_sum(replicated), replicated)


# ---- the variable is left as it was, bit for bit
def test_copies_that_differ_are_left_as_they_were():
    names = [device.name for device in tf.config.list_logical_devices("CPU")]
    assert len(names) == 2
    with tf.distribute.MirroredStrategy(names).scope():
        v, k = tf.Variable([1.0, 2.0]), keras.Variable([1.0, 2.0])
    for variable, copies in ((v, v.values), (k, k.value.values)):
        copies[1].assign([5.0, -0.0])
        assert verify_gradient(lambda variable=variable: tf.reduce_sum(variable**2), variable)
        assert [copy.numpy().tobytes() for copy in copies] == [
            np.array(values, "float32").tobytes() for values in ([1, 2], [5, -0.0])
        ]


ODD_BITS = np.array([-0.0, 0.0, 1e-45, -1e-40, np.nan, np.inf, 1.5, -2.0], "float32")


def raises(error, at):
    calls = []

    def loss(v):
        calls.append(0)
        if len(calls) > at:
            raise error("the reader's own")
        return tf.reduce_sum(tf.where(tf.math.is_finite(v), v, 0.0))

    return loss


def writes_and_raises(v):
    v.assign(tf.zeros_like(v))
    raise KeyError("the reader's own")


RESTORED = {
    "after a measurement": (None, lambda v: tf.reduce_sum(v[6:] ** 2)),
    "an exception at the first call": (KeyError, raises(KeyError, at=0)),
    "an exception midway": (KeyError, raises(KeyError, at=60)),
    "Ctrl-C midway": (KeyboardInterrupt, raises(KeyboardInterrupt, at=60)),
    "a loss that writes": (ValueError, lambda v: tf.reduce_sum(v.assign(tf.zeros_like(v)))),
    "a loss that writes and raises": (KeyError, writes_and_raises),
    "a loss that writes at random": (ValueError, lambda v: tf.reduce_sum(v.assign(tf.random.normal((8,))))),
}


@pytest.mark.parametrize("name", RESTORED)
def test_the_variable_is_restored_bit_for_bit(name):
    error, loss = RESTORED[name]
    v = tf.Variable(ODD_BITS)
    if error is None:
        assert verify_gradient(loss, v)
    else:
        with pytest.raises(error):
            verify_gradient(loss, v)
    assert v.numpy().tobytes() == ODD_BITS.tobytes()
