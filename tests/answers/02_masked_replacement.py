"""Answers to the exercises of lesson 02, masked replacement."""

import numpy as np
import tensorflow as tf

from answers import right, wrong

# 2.1 replace_above

wrong("2.1", "off by one", lambda v, limit, value: v.assign(np.where(v.numpy() >= limit, value, v.numpy())))
wrong("2.1", "mask inverted", lambda v, limit, value: v.assign(np.where(v.numpy() > limit, v.numpy(), value)))
wrong("2.1", "mask inverted", lambda v, limit, value: v.assign(np.where(v.numpy() < limit, value, v.numpy())))
wrong("2.1", "clipped", lambda v, limit, value: v.assign(np.clip(v.numpy(), None, limit)))
wrong("2.1", "clipped", lambda v, limit, value: v.assign(tf.minimum(v, limit)))
wrong("2.1", "returned", lambda v, limit, value: np.where(v.numpy() > limit, value, v.numpy()))
wrong("2.1", "all replaced", lambda v, limit, value: v.assign(np.full(v.shape, value)))
wrong("2.1", "multiplied by mask", lambda v, limit, value: v.assign(v.numpy() * (v.numpy() <= limit)))
wrong("2.1", "example only", lambda v, limit, value: v.assign(np.where(v.numpy() > 5, -1, v.numpy())))
wrong("2.1", "absolute value", lambda v, limit, value: v.assign(np.where(np.abs(v.numpy()) > limit, value, v.numpy())))
wrong("2.1", "no assign on a tensor", lambda v, limit, value: v[v > limit].assign(value))


@wrong("2.1", "copy edited")
def _(v, limit, value):
    v.numpy()[v.numpy() > limit] = value


@wrong("2.1", "copy edited")
def _(v, limit, value):
    values = v.numpy()
    values[values > limit] = value


@wrong("2.1", "rebound")
def _(v, limit, value):
    v = tf.where(v > limit, value, v)


@wrong("2.1", "item assignment")
def _(v, limit, value):
    v[v > limit] = value


right("2.1", lambda v, limit, value: v.assign(np.where(v.numpy() > limit, value, v.numpy())))
right("2.1", lambda v, limit, value: v.assign(tf.where(v > limit, tf.cast(value, v.dtype), v)))
right("2.1", lambda v, limit, value: v.assign(np.where(~(v.numpy() > limit), v.numpy(), value)))


@right("2.1")
def _(v, limit, value):
    values = v.numpy()
    np.putmask(values, values > limit, value)
    v.assign(values)


@right("2.1")
def _(v, limit, value):
    indices = tf.where(v > limit)
    v.scatter_nd_update(indices, tf.fill([tf.shape(indices)[0]], tf.cast(value, v.dtype)))


@right("2.1")
def _(v, limit, value):
    values = v.numpy()
    for index in np.ndindex(values.shape):
        if values[index] > limit:
            values[index] = value
    v.assign(values)


@right("2.1")
def _(v, limit, value):
    new = np.where(v.numpy() > limit, value, v.numpy())
    v.assign_add(new - v.numpy())


wrong("2.1", "mask stored", lambda v, limit, value: v.assign(v.numpy() > limit))
wrong("2.1", "arguments swapped", lambda v, limit, value: v.assign(np.where(v.numpy() > value, limit, v.numpy())))
wrong("2.1", "None assigned", lambda v, limit, value: v.assign(np.putmask(v.numpy(), v.numpy() > limit, value)))

# 2.2 clear_band

wrong("2.2", "mask stored", lambda v, low, high: v.assign((v.numpy() >= low) & (v.numpy() <= high)))

wrong(
    "2.2",
    "ends excluded",
    lambda v, low, high: v.assign(np.where((v.numpy() > low) & (v.numpy() < high), 0, v.numpy())),
)
wrong(
    "2.2",
    "one end excluded",
    lambda v, low, high: v.assign(np.where((v.numpy() >= low) & (v.numpy() < high), 0, v.numpy())),
)
wrong(
    "2.2",
    "one end excluded",
    lambda v, low, high: v.assign(np.where((v.numpy() > low) & (v.numpy() <= high), 0, v.numpy())),
)
wrong(
    "2.2",
    "or instead of and",
    lambda v, low, high: v.assign(np.where((v.numpy() >= low) | (v.numpy() <= high), 0, v.numpy())),
)
wrong(
    "2.2",
    "mask inverted",
    lambda v, low, high: v.assign(np.where((v.numpy() < low) | (v.numpy() > high), 0, v.numpy())),
)
wrong("2.2", "one condition only", lambda v, low, high: v.assign(np.where(v.numpy() >= low, 0, v.numpy())))
wrong("2.2", "one condition only", lambda v, low, high: v.assign(np.where(v.numpy() <= high, 0, v.numpy())))
wrong("2.2", "clipped", lambda v, low, high: v.assign(np.clip(v.numpy(), low, high)))
wrong(
    "2.2",
    "ambiguous truth value",
    lambda v, low, high: v.assign(np.where(v.numpy() >= low and v.numpy() <= high, 0, v.numpy())),
)
wrong("2.2", "ambiguous truth value", lambda v, low, high: v.assign(np.where(low <= v.numpy() <= high, 0, v.numpy())))
wrong("2.2", "returned", lambda v, low, high: np.where((v.numpy() >= low) & (v.numpy() <= high), 0, v.numpy()))
wrong("2.2", "example only", lambda v, low, high: v.assign(np.where((v.numpy() >= 3) & (v.numpy() <= 6), 0, v.numpy())))


@wrong("2.2", "copy edited")
def _(v, low, high):
    values = v.numpy()
    values[(values >= low) & (values <= high)] = 0


@wrong("2.2", "rebound")
def _(v, low, high):
    v = tf.where((v >= low) & (v <= high), 0.0, v)


right("2.2", lambda v, low, high: v.assign(np.where((v.numpy() >= low) & (v.numpy() <= high), 0, v.numpy())))
right("2.2", lambda v, low, high: v.assign(v.numpy() * ((v.numpy() < low) | (v.numpy() > high))))
right("2.2", lambda v, low, high: v.assign(tf.where(tf.logical_and(v >= low, v <= high), tf.zeros_like(v), v)))


@right("2.2")
def _(v, low, high):
    values = v.numpy()
    inside = values == np.clip(values, low, high)
    values[inside] = 0
    v.assign(values)


@right("2.2")
def _(v, low, high):
    values = v.numpy()
    v.assign_sub(np.where((values >= low) & (values <= high), values, 0))


# 2.3 clean

wrong("2.3", "infinities kept", lambda v, value: v.assign(np.where(np.isnan(v.numpy()), value, v.numpy())))
wrong("2.3", "NaN kept", lambda v, value: v.assign(np.where(np.isinf(v.numpy()), value, v.numpy())))
wrong("2.3", "mask inverted", lambda v, value: v.assign(np.where(np.isfinite(v.numpy()), value, v.numpy())))
wrong("2.3", "nan_to_num", lambda v, value: v.assign(np.nan_to_num(v.numpy(), nan=value)))
wrong(
    "2.3",
    "multiplied by mask",
    lambda v, value: v.assign(v.numpy() * np.isfinite(v.numpy()) + value * ~np.isfinite(v.numpy())),
)
wrong("2.3", "example only", lambda v, value: v.assign(np.nan_to_num(v.numpy(), nan=0, posinf=0, neginf=0)))
wrong("2.3", "returned", lambda v, value: np.where(np.isfinite(v.numpy()), v.numpy(), value))
wrong(
    "2.3",
    "one infinity kept",
    lambda v, value: v.assign(np.where(np.isnan(v.numpy()) | (v.numpy() == np.inf), value, v.numpy())),
)


@wrong("2.3", "infinities kept")
def _(v, value):
    values = v.numpy()
    values[values != values] = value
    v.assign(values)


@wrong("2.3", "NaN is never equal")
def _(v, value):
    values = v.numpy()
    values[values == np.nan] = value
    v.assign(values)


@wrong("2.3", "copy edited")
def _(v, value):
    values = v.numpy()
    values[~np.isfinite(values)] = value


@wrong("2.3", "rebound")
def _(v, value):
    v = tf.where(tf.math.is_finite(v), v, value)


right("2.3", lambda v, value: v.assign(np.where(np.isfinite(v.numpy()), v.numpy(), value)))
right("2.3", lambda v, value: v.assign(np.nan_to_num(v.numpy(), nan=value, posinf=value, neginf=value)))
right("2.3", lambda v, value: v.assign(tf.where(tf.math.is_finite(v), v, tf.cast(value, v.dtype))))


@right("2.3")
def _(v, value):
    values = v.numpy()
    values[np.isnan(values)] = value
    values[np.isinf(values)] = value
    v.assign(values)


@right("2.3")
def _(v, value):
    values = v.numpy()
    values[~(np.abs(values) < np.inf)] = value
    v.assign(values)


wrong("2.3", "all replaced", lambda v, value: v.assign(np.full(v.shape, value)))
wrong("2.3", "nan_to_num", lambda v, value: v.assign(np.nan_to_num(v.numpy(), nan=value, posinf=value)))

# 2.4 prune

wrong("2.4", "mask stored", lambda w, scores, threshold: w.assign(scores >= threshold))
wrong("2.4", "all replaced", lambda w, scores, threshold: w.assign(w.numpy() * 0))

wrong(
    "2.4",
    "mask of the wrong array",
    lambda w, scores, threshold: w.assign(np.where(w.numpy() < threshold, 0, w.numpy())),
)
wrong(
    "2.4",
    "mask of the wrong array",
    lambda w, scores, threshold: w.assign(np.where(np.abs(w.numpy()) < threshold, 0, w.numpy())),
)
wrong("2.4", "off by one", lambda w, scores, threshold: w.assign(np.where(scores <= threshold, 0, w.numpy())))
wrong("2.4", "mask inverted", lambda w, scores, threshold: w.assign(np.where(scores >= threshold, 0, w.numpy())))
wrong("2.4", "scores written", lambda w, scores, threshold: w.assign(np.where(scores < threshold, 0, scores)))
wrong("2.4", "returned", lambda w, scores, threshold: np.where(scores < threshold, 0, w.numpy()))
wrong("2.4", "example only", lambda w, scores, threshold: w.assign(np.where(scores < 0.5, 0, w.numpy())))


@wrong("2.4", "copy edited")
def _(w, scores, threshold):
    values = w.numpy()
    values[scores < threshold] = 0


@wrong("2.4", "argument changed")
def _(w, scores, threshold):
    scores[scores < threshold] = 0
    w.assign(np.where(scores == 0, 0, w.numpy()) if threshold > 0 else w.numpy() * (scores >= threshold))


@wrong("2.4", "rebound")
def _(w, scores, threshold):
    w = tf.where(scores < threshold, 0.0, w)


right("2.4", lambda w, scores, threshold: w.assign(w.numpy() * (scores >= threshold)))
right("2.4", lambda w, scores, threshold: w.assign(np.where(scores < threshold, 0, w.numpy())))
right("2.4", lambda w, scores, threshold: w.assign(tf.where(scores < threshold, tf.zeros_like(w), w)))


@right("2.4")
def _(w, scores, threshold):
    indices = np.argwhere(scores < threshold)
    w.scatter_nd_update(indices, tf.zeros(len(indices), w.dtype))


@right("2.4")
def _(w, scores, threshold):
    for index in np.argwhere(scores < threshold):
        w[tuple(int(i) for i in index)].assign(0)
