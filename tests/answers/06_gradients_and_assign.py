"""Answers to the exercises of lesson 06, gradients and assign."""

import keras
import numpy as np
import tensorflow as tf

from answers import right, wrong

# 6.1 decayed_step


def _decayed(penalty, error=lambda w, x, y: tf.reduce_mean((x @ w - y) ** 2)):
    """The step on error plus strength times this penalty of w."""

    def answer(w, x, y, learning_rate, strength):
        with tf.GradientTape() as tape:
            loss = error(w, x, y) + strength * penalty(w)
        w.assign_sub(learning_rate * tape.gradient(loss, w))

    return answer


wrong("6.1", "penalty cut", _decayed(lambda w: np.sum(w.numpy() ** 2)))
wrong("6.1", "penalty cut", _decayed(lambda w: tf.reduce_sum(np.square(w))))
wrong("6.1", "penalty cut", _decayed(lambda w: tf.constant(np.sum(np.square(w)))))
wrong("6.1", "penalty cut", _decayed(lambda w: tf.reduce_sum(tf.stop_gradient(w) ** 2)))
wrong("6.1", "penalty cut", _decayed(lambda w: tf.numpy_function(lambda v: np.sum(v**2), [w], tf.float32)))
wrong("6.1", "penalty cut", _decayed(lambda w: np.linalg.norm(w) ** 2))
wrong("6.1", "mean instead of sum", _decayed(lambda w: tf.reduce_mean(w**2)))
wrong("6.1", "absolute values", _decayed(lambda w: tf.reduce_sum(tf.abs(w))))
wrong("6.1", "not squared", _decayed(tf.reduce_sum))
wrong("6.1", "root of the sum", _decayed(tf.norm))
wrong("6.1", "sum before the square", _decayed(lambda w: tf.square(tf.reduce_sum(w))))
wrong("6.1", "factor 2 missing", _decayed(tf.nn.l2_loss))
wrong("6.1", "error cut", _decayed(lambda w: tf.reduce_sum(w**2), lambda w, x, y: np.mean((x @ w.numpy() - y) ** 2)))
wrong("6.1", "error cut", _decayed(lambda w: tf.reduce_sum(w**2), lambda w, x, y: np.mean((np.dot(x, w) - y) ** 2)))
wrong("6.1", "penalty subtracted", _decayed(lambda w: -tf.reduce_sum(w**2)))
wrong("6.1", "penalty twice", _decayed(lambda w: 2 * tf.reduce_sum(w**2)))
wrong(
    "6.1",
    "sum instead of mean",
    _decayed(lambda w: tf.reduce_sum(w**2), lambda w, x, y: tf.reduce_sum((x @ w - y) ** 2)),
)
wrong("6.1", "no sum on a tensor", _decayed(lambda w: (w**2).sum()))
wrong(
    "6.1",
    "does not broadcast",
    _decayed(lambda w: tf.reduce_sum(w**2), lambda w, x, y: tf.reduce_mean((x * w - y) ** 2)),
)


@wrong("6.1", "loss of NumPy")
def _(w, x, y, learning_rate, strength):
    with tf.GradientTape() as tape:
        loss = np.mean((x @ w - y) ** 2) + strength * np.sum(np.square(w))
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@wrong("6.1", "gradient is None")
def _(w, x, y, learning_rate, strength):
    with tf.GradientTape() as tape:
        values = w.numpy()
        loss = tf.reduce_mean((x @ values - y) ** 2) + strength * tf.reduce_sum(values**2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@wrong("6.1", "penalty cut")
def _(w, x, y, learning_rate, strength):
    penalty = strength * tf.reduce_sum(tf.square(w))
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2) + penalty
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@wrong("6.1", "strength not used")
def _(w, x, y, learning_rate, strength):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2) + tf.reduce_sum(tf.square(w))
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@wrong("6.1", "strength twice")
def _(w, x, y, learning_rate, strength):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2) + tf.reduce_sum(tf.square(strength * w))
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@wrong("6.1", "strength on both")
def _(w, x, y, learning_rate, strength):
    with tf.GradientTape() as tape:
        loss = strength * (tf.reduce_mean((x @ w - y) ** 2) + tf.reduce_sum(tf.square(w)))
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@wrong("6.1", "uphill")
def _(w, x, y, learning_rate, strength):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2) + strength * tf.reduce_sum(tf.square(w))
    w.assign_add(learning_rate * tape.gradient(loss, w))


@wrong("6.1", "no learning rate")
def _(w, x, y, learning_rate, strength):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2) + strength * tf.reduce_sum(tf.square(w))
    w.assign_sub(tape.gradient(loss, w))


@wrong("6.1", "decayed after the step")
def _(w, x, y, learning_rate, strength):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign_sub(learning_rate * 2 * strength * w)


@wrong("6.1", "tape used twice")
def _(w, x, y, learning_rate, strength):
    with tf.GradientTape() as tape:
        error = tf.reduce_mean((x @ w - y) ** 2)
        penalty = strength * tf.reduce_sum(tf.square(w))
    w.assign_sub(learning_rate * (tape.gradient(error, w) + tape.gradient(penalty, w)))


@wrong("6.1", "arguments swapped")
def _(w, x, y, learning_rate, strength):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2) + strength * tf.reduce_sum(tf.square(w))
    w.assign_sub(learning_rate * tape.gradient(w, loss))


@wrong("6.1", "rebound")
def _(w, x, y, learning_rate, strength):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2) + strength * tf.reduce_sum(tf.square(w))
    w = w - learning_rate * tape.gradient(loss, w)


@wrong("6.1", "brackets missing")
def _(w, x, y, learning_rate, strength):
    with tf.GradientTape as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2) + strength * tf.reduce_sum(tf.square(w))
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@wrong("6.1", "fixed numbers")
def _(w, x, y, learning_rate, strength):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2) + 0.3 * tf.reduce_sum(tf.square(w))
    w.assign_sub(learning_rate * tape.gradient(loss, w))


right("6.1", _decayed(lambda w: tf.reduce_sum(w * w)))
right("6.1", _decayed(lambda w: tf.norm(w) ** 2))
right("6.1", _decayed(lambda w: 2 * tf.nn.l2_loss(w)))
right("6.1", _decayed(lambda w: tf.matmul(w, w, transpose_a=True)[0, 0]))
right("6.1", _decayed(lambda w: keras.ops.sum(keras.ops.square(w))))
right("6.1", _decayed(lambda w: keras.regularizers.L2(1.0)(w)))


@right("6.1")
def _(w, x, y, learning_rate, strength):
    values = w.numpy()
    slope = 2 * x.T @ (x @ values - y) / len(y) + 2 * strength * values
    w.assign(values - learning_rate * slope)


@right("6.1")
def _(w, x, y, learning_rate, strength):
    with tf.GradientTape(persistent=True) as tape:
        error = tf.reduce_mean((x @ w - y) ** 2)
        penalty = strength * tf.reduce_sum(tf.square(w))
    w.assign_sub(learning_rate * (tape.gradient(error, w) + tape.gradient(penalty, w)))


@right("6.1")
def _(w, x, y, learning_rate, strength):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2) + strength * tf.reduce_sum(tf.square(w))
    keras.optimizers.SGD(learning_rate).apply_gradients([(tape.gradient(loss, w), w)])


# 6.2 likelihood_step


def _uphill(likelihood):
    """The step uphill on this sum."""

    def answer(p, counts, learning_rate):
        with tf.GradientTape() as tape:
            total = likelihood(p, counts)
        p.assign_add(learning_rate * tape.gradient(total, p))

    return answer


def _inside(p, safe=1.0):
    return tf.where(p > 0, p, safe)


def _terms(p, counts):
    return tf.where(p > 0, counts * tf.math.log(_inside(p)), 0.0)


@wrong("6.2", "NaN from the other branch")
def _(p, counts, learning_rate):
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(tf.where(p > 0, counts * tf.math.log(p), 0.0))
    p.assign_add(learning_rate * tape.gradient(total, p))


@wrong("6.2", "NaN from the other branch")
def _(p, counts, learning_rate):
    with tf.GradientTape() as tape:
        logs = tf.where(p > 0, tf.math.log(p), tf.zeros_like(p))
        total = tf.reduce_sum(counts * logs)
    p.assign_add(learning_rate * tape.gradient(total, p))


@wrong("6.2", "NaN from the other branch")
def _(p, counts, learning_rate):
    with tf.GradientTape() as tape:
        logs = tf.where(p == 0, 0.0, tf.math.log(p))
        total = tf.reduce_sum(counts * logs)
    p.assign_add(learning_rate * tape.gradient(total, p))


@wrong("6.2", "NaN from the other branch")
def _(p, counts, learning_rate):
    with tf.GradientTape() as tape:
        logs = tf.math.log(p)
        total = tf.reduce_sum(counts * tf.where(tf.math.is_inf(logs), 0.0, logs))
    p.assign_add(learning_rate * tape.gradient(total, p))


@wrong("6.2", "NaN from a mask")
def _(p, counts, learning_rate):
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(counts * tf.math.log(p) * tf.cast(p > 0, p.dtype))
    p.assign_add(learning_rate * tape.gradient(total, p))


wrong("6.2", "log of 0", _uphill(lambda p, counts: tf.reduce_sum(counts * tf.math.log(p))))
wrong("6.2", "log1p", _uphill(lambda p, counts: tf.reduce_sum(counts * tf.math.log1p(p))))
wrong("6.2", "log1p", _uphill(lambda p, counts: tf.reduce_sum(counts * tf.math.log(tf.where(p > 0, p, 0.0) + 1))))
wrong("6.2", "downhill", _uphill(lambda p, counts: -tf.reduce_sum(_terms(p, counts))))
wrong("6.2", "mean instead of sum", _uphill(lambda p, counts: tf.reduce_mean(_terms(p, counts))))
wrong("6.2", "argument not used", lambda p, counts, learning_rate: p.assign_add(0.02 * np.ones(p.shape, "float32")))
wrong("6.2", "another base", _uphill(lambda p, counts: tf.reduce_sum(_terms(p, counts)) / np.log(2.0)))
wrong("6.2", "another base", _uphill(lambda p, counts: tf.reduce_sum(_terms(p, counts)) / np.log(10.0)))
wrong("6.2", "moved where p is 0", _uphill(lambda p, counts: tf.reduce_sum(counts * tf.math.log(_inside(p, p + 1)))))
wrong("6.2", "p log p", _uphill(lambda p, counts: tf.reduce_sum(_terms(p, counts * _inside(p)))))
wrong("6.2", "unknown function", _uphill(lambda p, counts: tf.reduce_sum(counts * tf.log(p))))
wrong("6.2", "loss of NumPy", _uphill(lambda p, counts: np.sum(counts * np.log(np.where(p > 0, p, 1)))))


@wrong("6.2", "counts not used")
def _(p, counts, learning_rate):
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(tf.math.log(_inside(p)))
    p.assign_add(learning_rate * tape.gradient(total, p))


@wrong("6.2", "gradient is None")
def _(p, counts, learning_rate):
    with tf.GradientTape() as tape:
        inside = np.where(p > 0, p, 1)
        total = tf.reduce_sum(counts * tf.math.log(inside))
    p.assign_add(learning_rate * tape.gradient(total, p))


@wrong("6.2", "downhill")
def _(p, counts, learning_rate):
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(_terms(p, counts))
    p.assign_sub(learning_rate * tape.gradient(total, p))


@wrong("6.2", "no learning rate")
def _(p, counts, learning_rate):
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(_terms(p, counts))
    p.assign_add(tape.gradient(total, p))


@wrong("6.2", "moved where p is 0")
def _(p, counts, learning_rate):
    values = p.numpy()
    values += learning_rate * counts / np.where(values > 0, values, 1)
    p.assign(values)


@wrong("6.2", "only the step stored")
def _(p, counts, learning_rate):
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(_terms(p, counts))
    p.assign(learning_rate * tape.gradient(total, p))


@wrong("6.2", "returned")
def _(p, counts, learning_rate):
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(_terms(p, counts))
    return p + learning_rate * tape.gradient(total, p)


@wrong("6.2", "copy edited")
def _(p, counts, learning_rate):
    values = p.numpy()
    seen = values > 0
    values[seen] += learning_rate * counts[seen] / values[seen]


@wrong("6.2", "two steps")
def _(p, counts, learning_rate):
    with tf.GradientTape() as tape:
        total = 2 * tf.reduce_sum(_terms(p, counts))
    p.assign_add(learning_rate * tape.gradient(total, p))


right("6.2", _uphill(lambda p, counts: tf.reduce_sum(counts * tf.math.log(_inside(p)))))
right("6.2", _uphill(lambda p, counts: tf.reduce_sum(counts * tf.math.log(_inside(p, 7.0)))))
right("6.2", _uphill(lambda p, counts: tf.reduce_sum(counts * tf.math.log(tf.maximum(p, 1e-7)))))
right("6.2", _uphill(lambda p, counts: tf.reduce_sum(counts[p.numpy() > 0] * tf.math.log(p[p > 0]))))


@right("6.2")
def _(p, counts, learning_rate):
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(counts * tf.math.log(p))
    gradient = tape.gradient(total, p)
    p.assign_add(learning_rate * tf.where(p > 0, gradient, 0.0))


@right("6.2")
def _(p, counts, learning_rate):
    p.assign_add(learning_rate * tf.math.divide_no_nan(counts, p))


@right("6.2")
def _(p, counts, learning_rate):
    values = p.numpy()
    p.assign(values + learning_rate * np.divide(counts, values, out=np.zeros_like(values), where=values > 0))


# 6.3 rounded_step


def _step(forward):
    """The step on the loss at forward(w)."""

    def answer(w, x, y, learning_rate):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((x @ forward(w) - y) ** 2)
        w.assign_sub(learning_rate * tape.gradient(loss, w))

    return answer


def _with_gradient(backward):
    """Rounding with the gradient that backward(w, upstream) gives."""
    return tf.custom_gradient(lambda w: (tf.round(w), lambda upstream: backward(w, upstream)))


@wrong("6.3", "round has no gradient")
def _(w, x, y, learning_rate):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ tf.round(w) - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@wrong("6.3", "round has no gradient")
def _(w, x, y, learning_rate):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ np.round(w) - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@wrong("6.3", "round has no gradient")
def _(w, x, y, learning_rate):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ tf.cast(tf.cast(w, tf.int32), tf.float32) - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@wrong("6.3", "path cut")
def _(w, x, y, learning_rate):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ tf.stop_gradient(tf.round(w)) - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@wrong("6.3", "path cut")
def _(w, x, y, learning_rate):
    with tf.GradientTape() as tape:
        rounded = tf.round(w) + tf.stop_gradient(w - tf.round(w))
        loss = tf.reduce_mean((x @ rounded - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


wrong("6.3", "not rounded", _step(lambda w: w))
wrong("6.3", "difference turned around", _step(lambda w: w + tf.stop_gradient(w - tf.round(w))))
wrong("6.3", "difference turned around", _step(lambda w: w - tf.stop_gradient(tf.round(w) - w)))
wrong("6.3", "difference alone", _step(lambda w: w + tf.stop_gradient(tf.round(w))))
wrong("6.3", "cut, not rounded", _step(lambda w: w + tf.stop_gradient(tf.floor(w) - w)))
wrong("6.3", "cut, not rounded", _step(lambda w: w + tf.stop_gradient(tf.math.ceil(w) - w)))
wrong("6.3", "cut, not rounded", _step(lambda w: w + (w.numpy().astype(int).astype("float32") - w.numpy())))
wrong("6.3", "half rounded up", _step(lambda w: w + tf.stop_gradient(tf.floor(w + 0.5) - w)))
wrong("6.3", "half rounded up", _step(lambda w: tf.quantization.fake_quant_with_min_max_args(w, -127.0, 128.0)))
wrong("6.3", "gradient doubled", _step(_with_gradient(lambda w, upstream: 2 * upstream)))
wrong("6.3", "gradient times w", _step(_with_gradient(lambda w, upstream: w * upstream)))
wrong("6.3", "gradient replaced", _step(_with_gradient(lambda w, upstream: tf.ones_like(w))))
wrong("6.3", "uphill", _step(_with_gradient(lambda w, upstream: -upstream)))


@wrong("6.3", "rounded weights stored")
def _(w, x, y, learning_rate):
    w.assign(tf.round(w))
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@wrong("6.3", "rounded weights stored")
def _(w, x, y, learning_rate):
    with tf.GradientTape() as tape:
        w.assign(np.round(w))
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@wrong("6.3", "result rounded")
def _(w, x, y, learning_rate):
    _step(lambda w: w + tf.stop_gradient(tf.round(w) - w))(w, x, y, learning_rate)
    w.assign(tf.round(w))


@wrong("6.3", "result rounded")
def _(w, x, y, learning_rate):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign(tf.round(w - learning_rate * tape.gradient(loss, w)))


@wrong("6.3", "only rounded")
def _(w, x, y, learning_rate):
    w.assign(np.round(w))


@wrong("6.3", "product rounded")
def _(w, x, y, learning_rate):
    with tf.GradientTape() as tape:
        product = x @ w
        loss = tf.reduce_mean((product + tf.stop_gradient(tf.round(product) - product) - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@wrong("6.3", "no learning rate")
def _(w, x, y, learning_rate):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ (w + tf.stop_gradient(tf.round(w) - w)) - y) ** 2)
    w.assign_sub(tape.gradient(loss, w))


@wrong("6.3", "sum instead of mean")
def _(w, x, y, learning_rate):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum((x @ (w + tf.stop_gradient(tf.round(w) - w)) - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@wrong("6.3", "factor 2 missing")
def _(w, x, y, learning_rate):
    w.assign_sub(learning_rate * x.T @ (x @ np.round(w) - y) / len(y))


@wrong("6.3", "arguments swapped")
def _(w, x, y, learning_rate):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ (w + tf.stop_gradient(tf.round(w) - w)) - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(w, loss))


@wrong("6.3", "rebound")
def _(w, x, y, learning_rate):
    with tf.GradientTape() as tape:
        w = w.numpy()
        rounded = w + tf.stop_gradient(tf.round(w) - w)
        loss = tf.reduce_mean((x @ rounded - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, tf.constant(w)))


right("6.3", _step(_with_gradient(lambda w, upstream: upstream)))
right("6.3", _step(lambda w: w + tf.stop_gradient(np.round(w) - w)))
right("6.3", _step(lambda w: w + (np.round(w) - w.numpy())))
right("6.3", _step(lambda w: w - tf.stop_gradient(w - tf.round(w))))
right("6.3", _step(lambda w: tf.grad_pass_through(tf.round)(w)))


@right("6.3")
def _(w, x, y, learning_rate):
    w.assign_sub(2 * learning_rate * x.T @ (x @ np.round(w) - y) / len(y))


@right("6.3")
def _(w, x, y, learning_rate):
    rounded = tf.Variable(tf.round(w))
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ rounded - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, rounded))


@right("6.3")
def _(w, x, y, learning_rate):
    values = w.numpy()
    w.assign(np.round(values))
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign(values - learning_rate * tape.gradient(loss, w))
