"""Answers to the exercises of lesson 04, the NumPy snapshot pitfall."""

import numpy as np
import tensorflow as tf

from answers import right, wrong

# 4.1 zero_negatives

wrong("4.1", "returned", lambda v: np.maximum(v.numpy(), 0))
wrong("4.1", "returned", lambda v: tf.nn.relu(v))
wrong("4.1", "mask inverted", lambda v: v.assign(np.minimum(v.numpy(), 0)))
wrong("4.1", "absolute value", lambda v: v.assign(np.abs(v.numpy())))
wrong("4.1", "all replaced", lambda v: v.assign(v.numpy() * 0))
wrong("4.1", "example only", lambda v: v.assign([[1, 0], [0, 4]]))
wrong("4.1", "shape", lambda v: v.assign(v.numpy()[v.numpy() > 0]))
wrong("4.1", "old values assigned", lambda v: v.assign(v.numpy()))
wrong("4.1", "read-only view", lambda v: np.maximum(v.numpy(), 0, out=np.asarray(v.value())))


@wrong("4.1", "copy edited")
def _(v):
    v.numpy()[v.numpy() < 0] = 0


@wrong("4.1", "copy edited")
def _(v):
    values = np.asarray(v)
    values[values < 0] = 0


@wrong("4.1", "new variable")
def _(v):
    w = tf.Variable(v)
    w.assign(tf.nn.relu(v))


@wrong("4.1", "rebound")
def _(v):
    v = v.numpy()
    v[v < 0] = 0


@wrong("4.1", "item assignment")
def _(v):
    v[v < 0] = 0


right("4.1", lambda v: v.assign(np.maximum(v.numpy(), 0)))
right("4.1", lambda v: v.assign(tf.nn.relu(v)))
right("4.1", lambda v: v.assign(np.where(v.numpy() < 0, 0, v.numpy())))
right("4.1", lambda v: v.assign_sub(tf.minimum(v, 0)))
right("4.1", lambda v: v.assign((v.numpy() + np.abs(v.numpy())) / 2))


@right("4.1")
def _(v):
    indices = tf.where(v < 0)
    v.scatter_nd_update(indices, tf.zeros(tf.shape(indices)[0], v.dtype))


# 4.2 clipped_step


def gradient(w, x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    return tape.gradient(loss, w)


@wrong("4.2", "never clipped")
def _(w, x, y, learning_rate, limit):
    w.assign_sub(learning_rate * gradient(w, x, y))
    np.clip(w.numpy(), -limit, limit)


@wrong("4.2", "never clipped")
def _(w, x, y, learning_rate, limit):
    w.assign_sub(learning_rate * gradient(w, x, y))
    values = w.numpy()
    values[values > limit] = limit
    values[values < -limit] = -limit


@wrong("4.2", "clipped before the step")
def _(w, x, y, learning_rate, limit):
    w.assign(np.clip(w.numpy(), -limit, limit))
    w.assign_sub(learning_rate * gradient(w, x, y))


@wrong("4.2", "gradient clipped")
def _(w, x, y, learning_rate, limit):
    w.assign_sub(learning_rate * tf.clip_by_value(gradient(w, x, y), -limit, limit))


@wrong("4.2", "no step")
def _(w, x, y, learning_rate, limit):
    gradient(w, x, y)
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "uphill")
def _(w, x, y, learning_rate, limit):
    w.assign_add(learning_rate * gradient(w, x, y))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "no learning rate")
def _(w, x, y, learning_rate, limit):
    w.assign_sub(gradient(w, x, y))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "sum instead of mean")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum((x @ w - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "one side only")
def _(w, x, y, learning_rate, limit):
    w.assign_sub(learning_rate * gradient(w, x, y))
    w.assign(np.minimum(w.numpy(), limit))


@wrong("4.2", "gradient is None")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w.numpy() - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@wrong("4.2", "rebound")
def _(w, x, y, learning_rate, limit):
    w = tf.clip_by_value(w - learning_rate * gradient(w, x, y), -limit, limit)


@right("4.2")
def _(w, x, y, learning_rate, limit):
    w.assign(np.clip(w.numpy() - learning_rate * gradient(w, x, y).numpy(), -limit, limit))


@right("4.2")
def _(w, x, y, learning_rate, limit):
    w.assign(tf.clip_by_value(w - learning_rate * gradient(w, x, y), -limit, limit))


@right("4.2")
def _(w, x, y, learning_rate, limit):
    by_hand = 2 * x.T @ (x @ w.numpy() - y) / len(y)
    w.assign(np.clip(w.numpy() - learning_rate * by_hand, -limit, limit))


@right("4.2")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(tf.matmul(x, w) - y))
    (slope,) = tape.gradient(loss, [w])
    w.assign_sub(slope * learning_rate)
    values = w.numpy()
    values[values > limit] = limit
    values[values < -limit] = -limit
    w.assign(values)


@wrong("4.2", "gradient is None")
def _(w, x, y, learning_rate, limit):
    values = w.numpy()
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ values - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, values))


@wrong("4.2", "factor 2 missing")
def _(w, x, y, learning_rate, limit):
    slope = x.T @ (x @ w.numpy() - y) / len(y)
    w.assign(np.clip(w.numpy() - learning_rate * slope, -limit, limit))


# 4.3 scale_layer

wrong("4.3", "returned", lambda layer, factor: [factor * w for w in layer.get_weights()])
wrong("4.3", "added", lambda layer, factor: layer.set_weights([w + factor for w in layer.get_weights()]))
wrong("4.3", "divided", lambda layer, factor: layer.set_weights([w / factor for w in layer.get_weights()]))
wrong(
    "4.3",
    "resource changed",
    lambda layer, factor: [
        layer.set_weights([factor * w for w in layer.get_weights()]),
        setattr(layer, "trainable", False),
    ],
)

wrong("4.3", "only some weights", lambda layer, factor: layer.kernel.assign(layer.kernel * factor))
wrong(
    "4.3",
    "twice",
    lambda layer, factor: [layer.set_weights([factor * w for w in layer.get_weights()]) for _ in range(2)],
)
wrong(
    "4.3",
    "replaced by the factor",
    lambda layer, factor: layer.set_weights([w * 0 + factor for w in layer.get_weights()]),
)
wrong("4.3", "replaced", lambda layer, factor: setattr(layer, "_kernel", factor * layer.kernel.numpy()))
wrong("4.3", "list of arrays", lambda layer, factor: layer.set_weights(layer.get_weights() * 2))
wrong("4.3", "copy edited", lambda layer, factor: [factor * w for w in layer.get_weights()] and None)
wrong("4.3", "example only", lambda layer, factor: layer.set_weights([0.5 * w for w in layer.get_weights()]))
wrong(
    "4.3",
    "example only",
    lambda layer, factor: (
        layer.kernel.assign(factor * layer.kernel),
        layer.use_bias and layer.bias.assign(factor * layer.bias),
    ),
)


@wrong("4.3", "copy edited")
def _(layer, factor):
    for weight in layer.get_weights():
        weight *= factor


@wrong("4.3", "copy edited")
def _(layer, factor):
    for weight in layer.weights:
        weight.numpy()[...] *= factor


@wrong("4.3", "rebound")
def _(layer, factor):
    for weight in layer.weights:
        weight *= factor


@wrong("4.3", "old values assigned")
def _(layer, factor):
    weights = layer.get_weights()
    for weight in weights:
        weight = weight * factor
    layer.set_weights(weights)


@wrong("4.3", "no setter")
def _(layer, factor):
    layer.kernel = factor * layer.kernel.numpy()


right("4.3", lambda layer, factor: layer.set_weights([factor * w for w in layer.get_weights()]))
right("4.3", lambda layer, factor: [w.assign(factor * w) for w in layer.weights])
right("4.3", lambda layer, factor: [w.assign(factor * w.numpy()) for w in layer.trainable_variables])


@right("4.3")
def _(layer, factor):
    weights = layer.get_weights()
    for weight in weights:
        weight *= factor
    layer.set_weights(weights)
