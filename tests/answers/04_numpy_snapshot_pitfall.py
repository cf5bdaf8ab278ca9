"""Answers to the exercises of lesson 04, the NumPy snapshot pitfall."""

import keras
import numpy as np
import tensorflow as tf

from answers import right, wrong

# 4.1 tidy

wrong("4.1", "returned", lambda v, low, high: np.clip(np.nan_to_num(v.numpy()), low, high))
wrong("4.1", "NaN kept", lambda v, low, high: v.assign(np.clip(v.numpy(), low, high)))
wrong("4.1", "NaN kept", lambda v, low, high: v.assign(tf.clip_by_value(v, low, high)))
wrong("4.1", "clipped first", lambda v, low, high: v.assign(np.nan_to_num(np.clip(v.numpy(), low, high))))
wrong("4.1", "not clipped", lambda v, low, high: v.assign(np.where(np.isnan(v.numpy()), 0, v.numpy())))
wrong(
    "4.1",
    "infinities replaced",
    lambda v, low, high: v.assign(np.clip(np.nan_to_num(v.numpy(), posinf=0, neginf=0), low, high)),
)
wrong(
    "4.1",
    "infinities replaced",
    lambda v, low, high: v.assign(np.clip(np.where(np.isfinite(v.numpy()), v.numpy(), 0), low, high)),
)
wrong("4.1", "one side only", lambda v, low, high: v.assign(np.minimum(np.nan_to_num(v.numpy()), high)))
wrong(
    "4.1",
    "one side only",
    lambda v, low, high: v.assign(np.maximum(np.where(np.isnan(v.numpy()), 0, v.numpy()), low)),
)
wrong("4.1", "fixed numbers", lambda v, low, high: v.assign(np.clip(np.nan_to_num(v.numpy()), 0.5, 2.0)))
wrong("4.1", "shape", lambda v, low, high: v.assign(v.numpy()[~np.isnan(v.numpy())]))
wrong("4.1", "old values assigned", lambda v, low, high: v.assign(v.numpy()))
wrong("4.1", "read-only view", lambda v, low, high: np.clip(v.numpy(), low, high, out=np.asarray(v.value())))
wrong("4.1", "arguments swapped", lambda v, low, high: v.assign(np.clip(np.nan_to_num(v.numpy()), high, low)))


@wrong("4.1", "assigned too early")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    v.assign(values)
    values = np.clip(values, low, high)
    values[:] = values


@wrong("4.1", "result thrown away")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    np.clip(values, low, high)
    v.assign(values)


@wrong("4.1", "assigned too early")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    v.assign(values)
    values = np.clip(values, low, high)


@wrong("4.1", "assigned too early")
def _(v, low, high):
    values = v.numpy()
    v.assign(values)
    values[np.isnan(values)] = 0
    values[values < low] = low
    values[values > high] = high


@wrong("4.1", "assigned too early")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    values[values < low] = low
    v.assign(values)
    values[values > high] = high


@wrong("4.1", "NaN kept")
def _(v, low, high):
    values = v.numpy()
    np.nan_to_num(values)
    values[values < low] = low
    values[values > high] = high
    v.assign(values)


@wrong("4.1", "NaN is never equal")
def _(v, low, high):
    values = v.numpy()
    values[values == np.nan] = 0
    values[values < low] = low
    values[values > high] = high
    v.assign(values)


@wrong("4.1", "clipped first")
def _(v, low, high):
    values = v.numpy()
    values[values < low] = low
    values[values > high] = high
    values[np.isnan(values)] = 0
    v.assign(values)


@wrong("4.1", "copy edited")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    values[values < low] = low
    values[values > high] = high


@wrong("4.1", "copy edited")
def _(v, low, high):
    values = np.asarray(v)
    np.clip(np.nan_to_num(values), low, high, out=values)


@wrong("4.1", "new variable")
def _(v, low, high):
    w = tf.Variable(v)
    w.assign(tf.clip_by_value(w, low, high))


@wrong("4.1", "rebound")
def _(v, low, high):
    v = v.numpy()
    v[np.isnan(v)] = 0


@wrong("4.1", "item assignment")
def _(v, low, high):
    v[np.isnan(v)] = 0


@wrong("4.1", "not called")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    v.assign  # noqa: B018


@wrong("4.1", "cleared, not clipped")
def _(v, low, high):
    values = v.numpy()
    v.assign(np.where((values >= low) & (values <= high), values, 0))


@wrong("4.1", "sides swapped")
def _(v, low, high):
    values = np.nan_to_num(v.numpy())
    v.assign(np.where(values < low, high, np.where(values > high, low, values)))


right("4.1", lambda v, low, high: v.assign(np.clip(np.where(np.isnan(v.numpy()), 0, v.numpy()), low, high)))
right("4.1", lambda v, low, high: v.assign(np.clip(np.nan_to_num(v.numpy()), low, high)))
right("4.1", lambda v, low, high: v.assign(np.fmin(np.fmax(np.where(v == v, v, 0), low), high)))
right(
    "4.1", lambda v, low, high: v.assign(tf.clip_by_value(tf.where(tf.math.is_nan(v), tf.zeros_like(v), v), low, high))
)


@right("4.1")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    v.assign(values)
    values[values < low] = low
    values[values > high] = high
    v.assign(values)


@right("4.1")
def _(v, low, high):
    values = v.numpy()
    np.nan_to_num(values, copy=False)
    np.clip(values, low, high, out=values)
    v.assign(values)


@right("4.1")
def _(v, low, high):
    for index in np.ndindex(tuple(v.shape)):
        x = v[index].numpy()
        v[index].assign(min(max(0 if x != x else x, low), high))


wrong("4.1", "cut to integers", lambda v, low, high: v.assign(np.clip(np.nan_to_num(v.numpy()), int(low), int(high))))
wrong("4.1", "NaN became a limit", lambda v, low, high: v.assign(np.clip(np.nan_to_num(v.numpy(), nan=low), low, high)))
wrong("4.1", "argument not used", lambda v, low, high: v.assign(np.clip(np.nan_to_num(v.numpy()), -high, high)))
wrong("4.1", "added to the old values", lambda v, low, high: v.assign_add(np.clip(np.nan_to_num(v.numpy()), low, high)))
wrong("4.1", "absolute value", lambda v, low, high: v.assign(np.clip(np.abs(np.nan_to_num(v.numpy())), low, high)))
wrong(
    "4.1",
    "infinities replaced",
    lambda v, low, high: v.assign(tf.clip_by_value(tf.where(tf.math.is_finite(v), v, 0.0), low, high)),
)
wrong("4.1", "argument not used", lambda v, low, high: v.assign(np.clip(np.nan_to_num(v.numpy()), 0, 10)))
wrong("4.1", "example only", lambda v, low, high: v.assign(np.clip(np.nan_to_num(v.numpy()), low, min(high, 100))))
wrong(
    "4.1", "too many entries", lambda v, low, high: v.assign(np.round(np.clip(np.nan_to_num(v.numpy()), low, high), 1))
)
wrong("4.1", "number of arguments", lambda v, low, high: v.assign(np.clip(np.nan_to_num(v.numpy()), low)))


@wrong("4.1", "shape")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    v.assign(values)
    v.assign(values[values < low])


@wrong("4.1", "no assign on an array")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    v.assign(values)
    values[values < low] = low
    values[values > high] = high
    values.assign(v)


@wrong("4.1", "NaN is never equal")
def _(v, low, high):
    values = v.numpy()
    values[values == np.nan] = 0
    v.assign(np.clip(values, low, high))


@wrong("4.1", "sides swapped")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    values[values < low] = high
    values[values > high] = low
    v.assign(values)


@wrong("4.1", "cleared, not clipped")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    values[values <= low] = 0
    values[values >= high] = 0
    v.assign(values)


@wrong("4.1", "used before it has a value")
def _(v, low, high):
    v.assign(values)  # noqa: F821
    values = v.numpy()


@right("4.1")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    v.assign(values)
    v.assign(np.clip(v.numpy(), low, high))


@right("4.1")
def _(v, low, high):
    v.assign(tf.where(v != v, tf.zeros_like(v), v))
    v.assign(tf.maximum(tf.minimum(v, tf.cast(high, v.dtype)), tf.cast(low, v.dtype)))


@right("4.1")
def _(v, low, high):
    v.assign(np.median([np.nan_to_num(v.numpy().astype(float)), np.full(v.shape, low), np.full(v.shape, high)], axis=0))


wrong(
    "4.1",
    "NaN is never equal",
    lambda v, low, high: v.assign(np.clip(np.where(v.numpy() == np.nan, 0, v.numpy()), low, high)),
)
wrong(
    "4.1",
    "clipped first",
    lambda v, low, high: v.assign(np.where(np.isnan(v.numpy()), 0, np.clip(v.numpy(), low, high))),
)
wrong(
    "4.1", "arguments swapped", lambda v, low, high: v.assign(np.clip(np.nan_to_num(v.numpy()), a_min=high, a_max=low))
)
wrong("4.1", "cut to integers", lambda v, low, high: v.assign(np.clip(np.nan_to_num(v.numpy()), low, high).astype(int)))
wrong("4.1", "out is no array", lambda v, low, high: v.assign(np.clip(np.nan_to_num(v), low, high, v)))
wrong("4.1", "no clip_by_value on a variable", lambda v, low, high: v.clip_by_value(low, high))


@wrong("4.1", "item assignment")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    v.assign(values)
    v[v < low] = low
    v[v > high] = high


@wrong("4.1", "result thrown away")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    v.assign(values)
    np.clip(v.numpy(), low, high)


@wrong("4.1", "rebound")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    values[values < low] = low
    values[values > high] = high
    v = values


@wrong("4.1", "added to the old values")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    values[values < low] = low
    values[values > high] = high
    v.assign_add(values)


@wrong("4.1", "ambiguous truth value")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    values[values < low or values > high] = high
    v.assign(values)


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


@wrong("4.2", "stale snapshot")
def _(w, x, y, learning_rate, limit):
    values = w.numpy()
    w.assign_sub(learning_rate * gradient(w, x, y))
    w.assign(np.clip(values, -limit, limit))


@wrong("4.2", "loss outside the tape")
def _(w, x, y, learning_rate, limit):
    loss = tf.reduce_mean((x @ w - y) ** 2)
    with tf.GradientTape() as tape:
        pass
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@wrong("4.2", "gradient is None")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        p = x @ w
    loss = tf.reduce_mean((p - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "rebound")
def _(w, x, y, learning_rate, limit):
    w = w - learning_rate * gradient(w, x, y)
    w = np.clip(w, -limit, limit)


@wrong("4.2", "in-place operator")
def _(w, x, y, learning_rate, limit):
    w -= learning_rate * gradient(w, x, y)
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "shapes broadcast")
def _(w, x, y, learning_rate, limit):
    w.assign_sub(learning_rate * gradient(w, x, y.ravel()))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "absolute error")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.abs(x @ w - y))
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "wrong divisor")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum((x @ w - y) ** 2) / x.shape[1]
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "mean before the square")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(x @ w - y) ** 2
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "sum instead of mean")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = (x @ w - y) ** 2
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "loss of NumPy")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = np.mean((x @ w - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "shape")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(learning_rate * loss)
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "only the step stored")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "limits swapped")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), limit, -limit))


@wrong("4.2", "does not broadcast")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x * w - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "matrix product")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((w @ x - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "never clipped")
def _(w, x, y, learning_rate, limit):
    g = 2 * x.T @ (x @ w.numpy() - y) / len(y)
    w.assign_sub(learning_rate * g)
    np.clip(w, -limit, limit)


@wrong("4.2", "wrong divisor")
def _(w, x, y, learning_rate, limit):
    g = 2 * x.T @ (x @ w.numpy() - y) / len(x.T)
    w.assign(np.clip(w.numpy() - learning_rate * g, -limit, limit))


@wrong("4.2", "clipped before the step")
def _(w, x, y, learning_rate, limit):
    g = gradient(w, x, y)
    w.assign(np.clip(w.numpy(), -limit, limit) - learning_rate * g.numpy())


@wrong("4.2", "two steps")
def _(w, x, y, learning_rate, limit):
    for _ in range(2):
        w.assign_sub(learning_rate * gradient(w, x, y))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "fixed numbers")
def _(w, x, y, learning_rate, limit):
    w.assign_sub(learning_rate * gradient(w, x, y))
    w.assign(np.clip(w.numpy(), -1, 1))


@wrong("4.2", "argument not used")
def _(w, x, y, learning_rate, limit):
    w.assign_sub(0.1 * gradient(w, x, y))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "values")
def _(w, x, y, learning_rate, limit):
    w.assign_sub(learning_rate * gradient(w, x, y))
    w.assign(tf.clip_by_norm(w, limit))


@wrong("4.2", "item assignment")
def _(w, x, y, learning_rate, limit):
    values = w.numpy() - learning_rate * gradient(w, x, y)
    w.assign(values)
    values[values > limit] = limit


@wrong("4.2", "sum instead of mean")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.keras.losses.mse(y, x @ w)
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "no clip on a variable")
def _(w, x, y, learning_rate, limit):
    w.assign_sub(learning_rate * gradient(w, x, y))
    w.assign(w.clip(-limit, limit))


@wrong("4.2", "new variable")
def _(w, x, y, learning_rate, limit):
    v = tf.Variable(w)
    v.assign_sub(learning_rate * gradient(v, x, y))
    v.assign(np.clip(v.numpy(), -limit, limit))


@right("4.2")
def _(w, x, y, learning_rate, limit):
    opt = keras.optimizers.SGD(learning_rate)
    opt.apply_gradients([(gradient(w, x, y), w)])
    w.assign(np.clip(w.numpy(), -limit, limit))


@right("4.2")
def _(w, x, y, learning_rate, limit):

    @tf.function
    def step():
        w.assign_sub(learning_rate * gradient(w, x, y))
        w.assign(tf.clip_by_value(w, -limit, limit))

    step()


@right("4.2")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.keras.losses.mse(y, x @ w))
    w.assign(tf.minimum(tf.maximum(w - learning_rate * tape.gradient(loss, w), -limit), limit))


@wrong("4.2", "limits swapped")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    g = tape.gradient(loss, w)
    w.assign(np.clip(w.numpy() - learning_rate * loss, -limit, limit))


@wrong("4.2", "uphill")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((y - x @ w) ** 2)
    w.assign_add(learning_rate * tape.gradient(loss, w))
    w.assign(tf.clip_by_value(w, -limit, limit))


@wrong("4.2", "divided by the learning rate")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(tape.gradient(loss, w) / learning_rate)
    w.assign(tf.clip_by_value(w, -limit, limit))


@wrong("4.2", "number of arguments")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(tf.clip_by_value(w, limit))


@wrong("4.2", "gradient clipped")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    g = tape.gradient(loss, w)
    g = np.clip(g, -limit, limit)
    w.assign_sub(learning_rate * g)


@wrong("4.2", "tape used twice")
def _(w, x, y, learning_rate, limit):
    tape = tf.GradientTape()
    loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(tf.clip_by_value(w, -limit, limit))


@wrong("4.2", "list of gradients")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, [w]))
    w.assign(tf.clip_by_value(w, -limit, limit))


@wrong("4.2", "sign lost")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.where(np.abs(w.numpy()) > limit, limit, w.numpy()))


@wrong("4.2", "cleared, not clipped")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.where(np.abs(w.numpy()) > limit, 0, w.numpy()))


@wrong("4.2", "too slow")
def _(w, x, y, learning_rate, limit):
    while True:
        g = gradient(w, x, y)
        if np.abs(g).max() < 0.001:
            break
        w.assign_sub(learning_rate * g)
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "does not broadcast")
def _(w, x, y, learning_rate, limit):
    g = 2 / len(y) * x * (x @ w.numpy() - y)
    w.assign(np.clip(w.numpy() - learning_rate * g, -limit, limit))


@wrong("4.2", "gradient clipped")
def _(w, x, y, learning_rate, limit):
    w.assign_sub(np.clip(learning_rate * gradient(w, x, y), -limit, limit))


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
wrong("4.3", "fixed numbers", lambda layer, factor: layer.set_weights([0.25 * w for w in layer.get_weights()]))
wrong(
    "4.3",
    "not every layer has it",
    lambda layer, factor: (
        layer.kernel.assign(factor * layer.kernel),
        layer.use_bias and layer.bias.assign(factor * layer.bias),
    ),
)


@wrong("4.3", "copy edited")
def _(layer, factor):
    for weight in layer.get_weights():
        weight *= factor


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
right("4.3", lambda layer, factor: [w.assign(factor * w.numpy()) for w in layer.variables])
wrong("4.3", "trainable weights only", lambda layer, factor: [w.assign(factor * w) for w in layer.trainable_variables])
wrong("4.3", "trainable weights only", lambda layer, factor: [w.assign(factor * w) for w in layer.trainable_weights])


@right("4.3")
def _(layer, factor):
    weights = layer.get_weights()
    for weight in weights:
        weight *= factor
    layer.set_weights(weights)


wrong("4.3", "copies have no assign", lambda layer, factor: [w.assign(w * factor) for w in layer.get_weights()])
wrong("4.3", "trainable weights only", lambda layer, factor: [w.assign(w * factor) for w in layer.trainable_weights])
wrong(
    "4.3",
    "ambiguous truth value",
    lambda layer, factor: layer.kernel.assign(layer.kernel * factor) and layer.bias.assign(layer.bias * factor),
)
wrong("4.3", "list of arrays", lambda layer, factor: layer.set_weights(np.array(layer.get_weights()) * factor))
wrong("4.3", "cut to integers", lambda layer, factor: layer.set_weights([int(factor) * w for w in layer.get_weights()]))
wrong(
    "4.3",
    "cut to integers",
    lambda layer, factor: layer.set_weights([(factor * w).astype(int) for w in layer.get_weights()]),
)
wrong("4.3", "absolute value", lambda layer, factor: layer.set_weights([abs(factor) * w for w in layer.get_weights()]))
wrong("4.3", "argument not used", lambda layer, factor: layer.set_weights([w * w for w in layer.get_weights()]))
wrong("4.3", "the layer multiplied", lambda layer, factor: layer * factor)
wrong("4.3", "added to the old values", lambda layer, factor: [w.assign_add(w * factor) for w in layer.weights])
wrong("4.3", "old values assigned", lambda layer, factor: layer.set_weights(layer.weights))
wrong("4.3", "not of a layer", lambda layer, factor: layer.assign(layer.weights * factor))
wrong("4.3", "not run", lambda layer, factor: map(lambda w: w.assign(factor * w), layer.weights))


@wrong("4.3", "rebound")
def _(layer, factor):
    for w in layer.weights:
        w = w * factor


@wrong("4.3", "no setter")
def _(layer, factor):
    for w in layer.weights:
        w.value = w.value * factor


@wrong("4.3", "only some weights")
def _(layer, factor):
    ws = layer.get_weights()
    ws[0] *= factor
    layer.set_weights(ws)


@wrong("4.3", "only some weights")
def _(layer, factor):
    ws = layer.get_weights()
    ws[0] *= factor
    if len(ws) > 1:
        ws[1] *= factor
    layer.set_weights(ws)


@wrong("4.3", "not every layer has it")
def _(layer, factor):
    kernel, bias = layer.get_weights()
    layer.set_weights([kernel * factor, bias * factor])


@wrong("4.3", "not called")
def _(layer, factor):
    for w in layer.weights:
        w.assign  # noqa: B018


@wrong("4.3", "replaced")
def _(layer, factor):
    for w in layer.weights:
        layer.add_weight(shape=w.shape)


@wrong("4.3", "replaced")
def _(layer, factor):
    layer.bias = layer.bias * factor


@wrong("4.3", "no setter")
def _(layer, factor):
    layer.kernel = layer.kernel * factor


@wrong("4.3", "not every layer has it")
def _(layer, factor):
    for w in layer.weights:
        if w.name in ("kernel", "bias"):
            w.assign(w * factor)


@wrong("4.3", "no values in a tf.function")
@tf.function
def _(layer, factor):
    layer.set_weights([factor * w for w in layer.get_weights()])


@right("4.3")
@tf.function
def _(layer, factor):
    for w in layer.weights:
        w.assign(factor * w)


@right("4.3")
def _(layer, factor):
    for w in layer.variables:
        w.value.assign(w.value * factor)


@right("4.3")
def _(layer, factor):
    for w in layer.weights:
        w.assign_add(w * (factor - 1))


@right("4.3")
def _(layer, factor):
    ws = layer.get_weights()
    for i in range(len(ws)):
        ws[i] = ws[i] * factor
    layer.set_weights(ws)


@right("4.3")
def _(layer, factor):
    for t, w in zip(layer.weights, layer.get_weights()):  # noqa: B905
        t.assign(np.multiply(w, factor))


@right("4.3")
def _(layer, factor):
    for w in layer.trainable_weights + layer.non_trainable_weights:
        w.assign(factor * w)


right("4.3", lambda layer, factor: layer.set_weights([w.assign(w * factor) for w in layer.weights]) and None)
wrong("4.3", "returned", lambda layer, factor: [w.numpy() * factor for w in layer.weights])
wrong("4.3", "argument not used", lambda layer, factor: layer.set_weights([w * 2 for w in layer.get_weights()]))
wrong(
    "4.3",
    "added to the old values",
    lambda layer, factor: layer.set_weights([w + w * factor for w in layer.get_weights()]),
)
wrong(
    "4.3",
    "off by a factor",
    lambda layer, factor: layer.set_weights([w * np.sqrt(abs(factor)) for w in layer.get_weights()]),
)
wrong("4.3", "number of arguments", lambda layer, factor: layer.set_weights(layer.get_weights(), factor))
wrong(
    "4.3",
    "replaced by the factor",
    lambda layer, factor: layer.set_weights([np.full(w.shape, factor) for w in layer.get_weights()]),
)
wrong(
    "4.3",
    "replaced by the factor",
    lambda layer, factor: layer.set_weights([np.ones_like(w) * factor for w in layer.weights]),
)
wrong(
    "4.3",
    "shape",
    lambda layer, factor: [layer.weights[i].assign(layer.weights[0] * factor) for i in range(len(layer.weights))],
)
wrong("4.3", "divided", lambda layer, factor: [w.assign(w / factor) for w in layer.weights])
wrong("4.3", "subtracted from the old values", lambda layer, factor: [w.assign_sub(w * factor) for w in layer.weights])
wrong("4.3", "not of a layer", lambda layer, factor: layer.load_weights([w * factor for w in layer.get_weights()]))
wrong("4.3", "raised", lambda layer, factor: layer.build(layer.kernel * factor))
wrong("4.3", "copies have no assign", lambda layer, factor: layer.get_weights()[0].assign(0))


@wrong("4.3", "not a function")
def _(layer, factor):
    for w in layer.weights:
        w.assign(w.value() * factor)


@wrong("4.3", "no len of a variable")
def _(layer, factor):
    for w in layer.weights:
        for i in range(len(w)):
            w[i] = w[i] * factor


# Slips with NumPy habits, and unusual right answers


@wrong("4.1", "assigned too early")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    values[values < low] = low
    v.assign(values)
    values[values > high] = high


@wrong("4.1", "assigned too early")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    values[values > high] = high
    v.assign(values)
    values = np.maximum(values, low)


@wrong("4.1", "assigned too early")
def _(v, low, high):
    values = v.numpy()
    v.assign(values)
    values[np.isnan(values)] = 0
    values[values < low] = low
    values[values > high] = high


@wrong("4.1", "assigned too early")
def _(v, low, high):
    values = v.numpy()
    values[values < low] = low
    values[values > high] = high
    v.assign(values)
    values[np.isnan(values)] = 0


@wrong("4.1", "assigned too early")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    v.assign(values)
    values = v.numpy()
    values[values < low] = low
    v.assign(values)
    values[values > high] = high


@wrong("4.1", "assigned too early")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    v.assign(np.clip(values, low, None))
    values[values > high] = high


@wrong("4.1", "result thrown away")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    np.clip(values, low, high)
    v.assign(values)


@wrong("4.1", "item assignment")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    v.assign(values)
    v[v < low] = low
    v[v > high] = high


@wrong("4.1", "assigned too early")
def _(v, low, high):
    v.assign(np.nan_to_num(v.numpy()))
    v.numpy()[v.numpy() < low] = low
    v.numpy()[v.numpy() > high] = high


@wrong("4.1", "spelling")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    values[values < low] = low
    values[values > high] = high
    v.asign(values)


@wrong("4.1", "rebound")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    values[values < low] = low
    values[values > high] = high
    v = values


@wrong("4.1", "not called")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    values[values < low] = low
    values[values > high] = high
    v.assign  # noqa: B018


@wrong("4.1", "sides swapped")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    values[values < low] = high
    values[values > high] = low
    v.assign(values)


@wrong("4.1", "comparisons turned around")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    values[values > low] = low
    values[values < high] = high
    v.assign(values)


@wrong("4.1", "NaN is never equal")
def _(v, low, high):
    values = v.numpy()
    values[values == np.nan] = 0
    values[values < low] = low
    values[values > high] = high
    v.assign(values)


@wrong("4.1", "NaN became a limit")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = low
    values[values < low] = low
    values[values > high] = high
    v.assign(values)


@wrong("4.1", "not clipped")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    values[(values < low) & (values > high)] = high
    v.assign(values)


@wrong("4.1", "returned")
def _(v, low, high):
    values = v.numpy()
    v.assign(values)
    return np.clip(np.nan_to_num(values, posinf=np.inf, neginf=-np.inf), low, high)


wrong("4.1", "number of arguments", lambda v, low, high: v.assign(np.clip(np.nan_to_num(v.numpy()), low)))
wrong("4.1", "no clip on a variable", lambda v, low, high: v.assign(v.clip(low, high)))
wrong("4.1", "unknown function", lambda v, low, high: v.assign(np.nanclip(v.numpy(), low, high)))
wrong(
    "4.1",
    "NaN became a limit",
    lambda v, low, high: v.assign(np.clip(np.where(v.numpy() != v.numpy(), low, v.numpy()), low, high)),
)
right("4.1", lambda v, low, high: v.assign(np.clip(np.where(v.numpy() == v.numpy(), v.numpy(), 0), low, high)))
right("4.1", lambda v, low, high: v.assign(np.fmin(np.fmax(np.where(np.isnan(v.numpy()), 0, v.numpy()), low), high)))
right(
    "4.1",
    lambda v, low, high: v.assign(tf.clip_by_value(tf.math.multiply_no_nan(v, tf.cast(v == v, v.dtype)), low, high)),
)


@right("4.1")
def _(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    v.assign(values)
    values[values < low] = low
    v.assign(values)
    values[values > high] = high
    v.assign(values)


def _loss_step(loss):
    def answer(w, x, y, learning_rate, limit):
        with tf.GradientTape() as tape:
            value = loss(w, x, y)
        w.assign_sub(learning_rate * tape.gradient(value, w))
        w.assign(np.clip(w.numpy(), -limit, limit))

    return answer


@wrong("4.2", "no mean on a tensor")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = ((x @ w - y) ** 2).mean()
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "no mean on a tensor")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.square(x @ w - y).mean()
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "loss of NumPy")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = np.mean((x @ w - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "loss of NumPy")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = np.mean((x @ w.numpy() - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "gradient is None")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w.numpy() - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "loss of NumPy")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = np.square(np.matmul(x, w) - y).mean()
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "gradient is None")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(np.square(x @ w - y))
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "gradient is None")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((np.dot(x, w) - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "arguments swapped")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(w, loss))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "arguments swapped")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    g = tape.gradient(w, loss)
    w.assign(np.clip(w.numpy() - learning_rate * g, -limit, limit))


@wrong("4.2", "number of arguments")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    g = tape.gradient(loss)
    w.assign(np.clip(w.numpy() - learning_rate * g, -limit, limit))


@wrong("4.2", "spelling")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    g = tape.gradients(loss, w)
    w.assign(np.clip(w.numpy() - learning_rate * g, -limit, limit))


@wrong("4.2", "gradient is None")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    g = tape.gradient(loss, x)
    w.assign(np.clip(w.numpy() - learning_rate * g, -limit, limit))


@wrong("4.2", "brackets missing")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "unknown function")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.mean((x @ w - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "fixed numbers")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(0.15 * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "argument not used")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(0.05 * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "argument not used")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(0.3 * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "argument not used")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(0.01 * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "values")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(0.1 * learning_rate * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "arguments swapped")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(limit * tape.gradient(loss, w))
    w.assign(np.clip(w.numpy(), -learning_rate, learning_rate))


@wrong("4.2", "number of arguments")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    g = tape.gradient(loss, w)
    w.assign_sub(learning_rate * g)
    w.assign(np.clip(w, limit))


@wrong("4.2", "spelling")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    g = tape.gradient(loss, w)
    w.asign_sub(learning_rate * g)
    w.assign(np.clip(w, -limit, limit))


@wrong("4.2", "never clipped")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    g = tape.gradient(loss, w)
    w.assign_sub(learning_rate * g)
    values = w.numpy()
    values[values > limit] = limit
    values[values < -limit] = -limit


@wrong("4.2", "rebound")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    g = tape.gradient(loss, w)
    w = w - learning_rate * g
    w.assign(np.clip(w, -limit, limit))


@wrong("4.2", "does not broadcast")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x * w - y) ** 2)
    g = tape.gradient(loss, w)
    w.assign(np.clip(w.numpy() - learning_rate * g, -limit, limit))


@wrong("4.2", "gradient is None")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x.dot(w) - y) ** 2)
    g = tape.gradient(loss, w)
    w.assign(np.clip(w.numpy() - learning_rate * g, -limit, limit))


@wrong("4.2", "mean before the square")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(x @ w - y) ** 2
    g = tape.gradient(loss, w)
    w.assign(np.clip(w.numpy() - learning_rate * g, -limit, limit))


@wrong("4.2", "factor 2 / m missing")
def _(w, x, y, learning_rate, limit):
    g = x.T @ (x @ w - y)
    w.assign(np.clip(w.numpy() - learning_rate * g, -limit, limit))


@wrong("4.2", "fixed numbers")
def _(w, x, y, learning_rate, limit):
    g = 2 * x.T @ (x @ w.numpy() - y) / 4
    w.assign(np.clip(w.numpy() - learning_rate * g, -limit, limit))


@wrong("4.2", "fixed numbers")
def _(w, x, y, learning_rate, limit):
    w.assign_sub(learning_rate * gradient(w, x, y))
    w.assign(np.clip(w.numpy(), -1.0, 1.0))


@wrong("4.2", "another optimizer")
def _(w, x, y, learning_rate, limit):
    optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.apply_gradients([(gradient(w, x, y), w)])
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "argument not used")
def _(w, x, y, learning_rate, limit):
    optimizer = keras.optimizers.SGD()
    optimizer.apply_gradients([(gradient(w, x, y), w)])
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "clipped before the step")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        w.assign(np.clip(w.numpy(), -limit, limit))
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@wrong("4.2", "no gradient on a tensor")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(learning_rate * loss.gradient(w))
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "no backward on a tensor")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    loss.backward()
    w.assign_sub(learning_rate * w.grad)
    w.assign(np.clip(w.numpy(), -limit, limit))


@wrong("4.2", "gradient is None")
def _(w, x, y, learning_rate, limit):
    w2 = w.assign(w.numpy())
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w2 - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w2))
    w.assign(np.clip(w.numpy(), -limit, limit))


right("4.2", _loss_step(lambda w, x, y: tf.reduce_mean(tf.math.squared_difference(tf.linalg.matmul(x, w), y))))
right("4.2", _loss_step(lambda w, x, y: tf.reduce_sum((x @ w - y) ** 2) / len(y)))
right("4.2", _loss_step(lambda w, x, y: tf.reduce_mean((tf.tensordot(x, w, 1) - y) ** 2)))


@right("4.2")
def _(w, x, y, learning_rate, limit):
    g = 2 * np.mean(x * (x @ w.numpy() - y), axis=0)[:, None]
    w.assign((w.numpy() - learning_rate * g).clip(-limit, limit))


@right("4.2")
def _(w, x, y, learning_rate, limit):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(w)
        loss = tf.reduce_mean((x @ w - y) ** 2)
    [g] = tape.gradient(loss, [w])
    w.assign(w - learning_rate * g)
    w.assign(keras.ops.clip(w, -limit, limit))


@wrong("4.3", "assigned too early")
def _(layer, factor):
    weights = layer.get_weights()
    layer.set_weights(weights)
    for w in weights:
        w *= factor


@wrong("4.3", "assigned too early")
def _(layer, factor):
    weights = layer.get_weights()
    layer.set_weights(weights)
    for i in range(len(weights)):
        weights[i] = weights[i] * factor


@wrong("4.3", "assigned too early")
def _(layer, factor):
    weights = layer.get_weights()
    weights[0] *= factor
    layer.set_weights(weights)
    weights[1] *= factor


@wrong("4.3", "assigned too early")
def _(layer, factor):
    weights = layer.get_weights()
    layer.set_weights(weights)
    weights[0] *= factor
    weights[1] *= factor


@wrong("4.3", "old values assigned")
def _(layer, factor):
    weights = layer.get_weights()
    for w in weights:
        w = w * factor
    layer.set_weights(weights)


@wrong("4.3", "spelling")
def _(layer, factor):
    for w in layer.weights:
        w.asign(w * factor)


@wrong("4.3", "spelling")
def _(layer, factor):
    layer.set_weigths([w * factor for w in layer.get_weights()])


@wrong("4.3", "not a function")
def _(layer, factor):
    layer.set_weights([w * factor for w in layer.weights()])


@wrong("4.3", "number of arguments")
def _(layer, factor):
    layer.set_weights(*[w * factor for w in layer.get_weights()])


@wrong("4.3", "list of arrays")
def _(layer, factor):
    for w in layer.get_weights():
        layer.set_weights(w * factor)


@wrong("4.3", "list of arrays")
def _(layer, factor):
    for w in layer.get_weights():
        layer.set_weights([w * factor])


@wrong("4.3", "no setter")
def _(layer, factor):
    layer.weights = [w * factor for w in layer.weights]


@wrong("4.3", "no setter")
def _(layer, factor):
    layer.kernel *= factor


@wrong("4.3", "copy edited")
def _(layer, factor):
    for w in layer.weights:
        w.numpy()[:] = w.numpy() * factor


@wrong("4.3", "added to the old values")
def _(layer, factor):
    for w in layer.weights:
        w = w.assign(w.numpy() + w.numpy() * factor)


@wrong("4.3", "rebound")
def _(layer, factor):
    for i in range(len(layer.weights)):
        layer.weights[i] = layer.weights[i] * factor


@wrong("4.3", "only some weights")
def _(layer, factor):
    layer.weights[0].assign(layer.weights[0] * factor)


@wrong("4.3", "not every layer has it")
def _(layer, factor):
    layer.weights[0].assign(layer.weights[0] * factor)
    layer.weights[1].assign(layer.weights[1] * factor)


@wrong("4.3", "not every layer has it")
def _(layer, factor):
    w, b = layer.weights
    w.assign(w * factor)
    b.assign(b * factor)


@wrong("4.3", "cut to integers")
def _(layer, factor):
    layer.set_weights([np.array(w, int) * factor for w in layer.get_weights()])


@wrong("4.3", "list of arrays")
def _(layer, factor):
    layer.set_weights([w * factor for w in layer.get_weights()][::-1])


@wrong("4.3", "fixed numbers")
def _(layer, factor):
    layer.set_weights([w * 0.25 for w in layer.get_weights()])


@wrong("4.3", "only some weights")
def _(layer, factor):
    layer.set_weights([w * factor if w.ndim > 1 else w for w in layer.get_weights()])


right("4.3", lambda layer, factor: layer.set_weights(list(map(lambda w: w * factor, layer.get_weights()))))
right("4.3", lambda layer, factor: [w.assign_sub((1 - factor) * w) for w in layer.weights] and None)
right("4.3", lambda layer, factor: layer.set_weights([keras.ops.multiply(w, factor) for w in layer.weights]))
