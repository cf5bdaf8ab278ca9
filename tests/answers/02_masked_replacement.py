"""Answers to the exercises of lesson 02, masked replacement."""

import math

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
wrong("2.1", "fixed numbers", lambda v, limit, value: v.assign(np.where(v.numpy() > 6, -1, v.numpy())))
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


wrong("2.1", "cut to integers", lambda v, limit, value: v.assign(np.where(v.numpy() > int(limit), value, v.numpy())))
wrong("2.1", "cut to integers", lambda v, limit, value: v.assign(np.where(v.numpy() > limit, int(value), v.numpy())))
wrong(
    "2.1",
    "cut to integers",
    lambda v, limit, value: v.assign(np.where(v.numpy() > limit, value, v.numpy()).astype(int)),
)
wrong(
    "2.1",
    "added to the old values",
    lambda v, limit, value: v.assign_add(np.where(v.numpy() > limit, value, v.numpy())),
)
wrong("2.1", "others lost", lambda v, limit, value: v.assign(np.where(v.numpy() > limit, value, 0)))
wrong("2.1", "wrong sign", lambda v, limit, value: v.assign(np.where(v.numpy() > limit, -value, v.numpy())))
wrong("2.1", "all replaced", lambda v, limit, value: v.assign(np.where(v.numpy() > value, value, v.numpy())))
wrong("2.1", "number of arguments", lambda v, limit, value: v.assign(np.where(v.numpy() > limit, value)))
right("2.1", lambda v, limit, value: v.assign(np.where(v > limit, value, v)))
right("2.1", lambda v, limit, value: v.assign(tf.where(v > limit, value, v)))
wrong("2.1", "shape", lambda v, limit, value: v.assign(np.where(v.numpy() > limit, value, v.numpy()).T))
wrong("2.1", "shape", lambda v, limit, value: v.assign(v.numpy()[v.numpy() > limit]))
wrong("2.1", "all replaced", lambda v, limit, value: v.assign(np.clip(v.numpy(), -np.inf, value)))
wrong("2.1", "ambiguous truth value", lambda v, limit, value: v.assign(max(v.numpy(), limit)))
wrong("2.1", "ambiguous truth value", lambda v, limit, value: v.assign([value if x > limit else x for x in v.numpy()]))
wrong("2.1", "unknown method", lambda v, limit, value: v.assign(v.numpy().replace(limit, value)))


@wrong("2.1", "old values assigned")
def _(v, limit, value):
    a = v.numpy()
    mask = a > limit
    mask = value
    v.assign(a)


@wrong("2.1", "compared, not stored")
def _(v, limit, value):
    a = v.numpy()
    a[a > limit] == value  # noqa: B015
    v.assign(a)


@wrong("2.1", "index out of range")
def _(v, limit, value):
    a = v.numpy()
    a[np.argmax(a > limit)] = value
    v.assign(a)


@wrong("2.1", "too few axes")
def _(v, limit, value):
    a = v.numpy()
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] > limit:
                a[i, j] = value
    v.assign(a)


@wrong("2.1", "old values assigned")
def _(v, limit, value):
    a = v.numpy()
    for row in a:
        for x in row:
            if x > limit:
                x = value
    v.assign(a)


@wrong("2.1", "too many entries")
def _(v, limit, value):
    a = v.numpy()
    for i, row in enumerate(a):
        if (row > limit).any():
            a[i] = value
    v.assign(a)


@wrong("2.1", "brackets missing")
def _(v, limit, value):
    a = v.numpy
    a[a > limit] = value
    v.assign(a)


@wrong("2.1", "added")
def _(v, limit, value):
    a = v.numpy()
    a[a > limit] += value
    v.assign(a)


@wrong("2.1", "assigned too early")
def _(v, limit, value):
    a = v.numpy()
    v.assign(a)
    a[a > limit] = value


@wrong("2.1", "rebound")
def _(v, limit, value):
    a = v.numpy().copy()
    np.place(a, a > limit, [value])
    v = a


@wrong("2.1", "None assigned")
def _(v, limit, value):
    v.assign(np.copyto(v.numpy(), value, where=v.numpy() > limit))


@wrong("2.1", "no values in a tf.function")
@tf.function
def _(v, limit, value):
    v.assign(np.where(v > limit, value, v))


@right("2.1")
def _(v, limit, value):
    a = v.numpy()
    m = a > limit
    np.copyto(a, value, where=m, casting="unsafe")
    v.assign(a)


@right("2.1")
def _(v, limit, value):
    a = v.numpy()
    v.assign(np.select([a > limit], [value], a))


@right("2.1")
def _(v, limit, value):
    a = v.numpy()
    v.assign(np.choose((a > limit).astype(int), [a, value]))


@right("2.1")
def _(v, limit, value):
    m = v.numpy() > limit
    v.assign(v.numpy() * ~m + value * m)


@right("2.1")
def _(v, limit, value):
    v.assign(np.vectorize(lambda x: float(value) if x > limit else x, otypes=[float])(v.numpy()))


@right("2.1")
@tf.function
def _(v, limit, value):
    v.assign(tf.where(v > tf.cast(limit, v.dtype), tf.cast(value, v.dtype), v))


@right("2.1")
def _(v, limit, value):
    a = v.numpy()
    a.ravel()[a.ravel() > limit] = value
    v.assign(a)


wrong("2.1", "values", lambda v, limit, value: v.assign(np.where(v.numpy() > limit, v.numpy() - value, v.numpy())))
wrong("2.1", "too few entries", lambda v, limit, value: v.assign(np.where(v.numpy() > limit + 1, value, v.numpy())))
wrong("2.1", "values", lambda v, limit, value: v.assign(np.where(v.numpy() > limit, value * v.numpy(), v.numpy())))
wrong("2.1", "argument not used", lambda v, limit, value: v.assign(np.where(v.numpy() > limit, None, v.numpy())))


@wrong("2.1", "item assignment")
def _(v, limit, value):
    values = v.numpy()
    values = values[values > limit] = value
    v.assign(values)


@wrong("2.1", "mask inverted")
def _(v, limit, value):
    values = v.numpy()
    mask = values > limit
    values = np.where(mask, values, value)
    v.assign(values)


@wrong("2.1", "too many indices")
def _(v, limit, value):
    values = v.numpy()
    values[:, values > limit] = value
    v.assign(values)


@wrong("2.1", "too slow")
def _(v, limit, value):
    values = v.numpy()
    while (values > limit).any():
        values[values > limit] = value
    v.assign(values)


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
wrong(
    "2.2", "fixed numbers", lambda v, low, high: v.assign(np.where((v.numpy() >= 3) & (v.numpy() <= 6), 0, v.numpy()))
)


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


wrong(
    "2.2",
    "cut to integers",
    lambda v, low, high: v.assign(np.where((v.numpy() >= int(low)) & (v.numpy() <= int(high)), 0, v.numpy())),
)
wrong(
    "2.2",
    "mask inverted",
    lambda v, low, high: v.assign(np.where((v.numpy() >= low) ^ (v.numpy() <= high), 0, v.numpy())),
)
wrong(
    "2.2",
    "other entries",
    lambda v, low, high: v.assign(np.where(~(v.numpy() >= low) & (v.numpy() <= high), 0, v.numpy())),
)
wrong(
    "2.2",
    "brackets missing",
    lambda v, low, high: v.assign(np.where(v.numpy() >= low & v.numpy() <= high, 0, v.numpy())),
)
wrong(
    "2.2",
    "old values assigned",
    lambda v, low, high: v.assign(np.where((v.numpy() >= high) & (v.numpy() <= low), 0, v.numpy())),
)
wrong(
    "2.2",
    "too many entries",
    lambda v, low, high: v.assign(np.where((np.abs(v.numpy()) >= low) & (np.abs(v.numpy()) <= high), 0, v.numpy())),
)
wrong("2.2", "mask stored", lambda v, low, high: v.assign(np.where((v.numpy() >= low) & (v.numpy() <= high), 0, 1)))
wrong(
    "2.2",
    "mask inverted",
    lambda v, low, high: v.assign(np.where((v.numpy() >= low) & (v.numpy() <= high), v.numpy(), 0)),
)
wrong(
    "2.2",
    "too few entries",
    lambda v, low, high: v.assign(np.where(np.isin(v.numpy(), range(int(low), int(high) + 1)), 0, v.numpy())),
)
wrong(
    "2.2",
    "NaN made",
    lambda v, low, high: v.assign(np.where((v.numpy() >= low) & (v.numpy() <= high), np.nan, v.numpy())),
)
wrong("2.2", "not an index", lambda v, low, high: v[low:high].assign(0))
wrong("2.2", "shape", lambda v, low, high: v.assign(v.numpy()[(v.numpy() < low) | (v.numpy() > high)]))


@wrong("2.2", "or instead of and")
def _(v, low, high):
    a = v.numpy()
    a[a >= low] = 0
    a[a <= high] = 0
    v.assign(a)


@wrong("2.2", "brackets missing")
def _(v, low, high):
    a = v.numpy()
    a[a >= low & a <= high] = 0
    v.assign(a)


@wrong("2.2", "old values assigned")
def _(v, low, high):
    a = v.numpy()
    a[int(low) : int(high)] = 0
    v.assign(a)


@wrong("2.2", "two masks")
def _(v, low, high):
    a = v.numpy()
    a[a >= low][a <= high] = 0
    v.assign(a)


@wrong("2.2", "copy edited")
def _(v, low, high):
    for x in np.nditer(v.numpy()):
        if low <= x <= high:
            x = 0


@wrong("2.2", "ends only")
def _(v, low, high):
    a = v.numpy()
    a[a == low] = 0
    a[a == high] = 0
    v.assign(a)


@right("2.2")
def _(v, low, high):
    a = v.numpy()
    with np.nditer(a, op_flags=["readwrite"]) as it:
        for x in it:
            if low <= x <= high:
                x[...] = 0
    v.assign(a)


@right("2.2")
def _(v, low, high):
    a = v.numpy()
    a[~((a < low) | (a > high))] = 0
    v.assign(a)


@right("2.2")
def _(v, low, high):
    a = v.numpy()
    a[np.nonzero((a >= low) * (a <= high))] = 0
    v.assign(a)


wrong(
    "2.2",
    "or instead of and",
    lambda v, low, high: v.assign(np.where((v.numpy() >= low) + (v.numpy() <= high), 0, v.numpy())),
)
wrong(
    "2.2",
    "too many entries",
    lambda v, low, high: v.assign(np.where((v.numpy() > low - 1) & (v.numpy() < high + 1), 0, v.numpy())),
)
wrong(
    "2.2",
    "brackets missing",
    lambda v, low, high: v.assign(np.where(v.numpy() >= low, 0, v.numpy()) & np.where(v.numpy() <= high, 0, v.numpy())),
)
wrong(
    "2.2", "values", lambda v, low, high: v.assign(np.where((v.numpy() >= low) & (v.numpy() <= high), low, v.numpy()))
)
wrong("2.2", "too many entries", lambda v, low, high: v.assign(v.numpy() - np.clip(v.numpy(), low, high)))
wrong(
    "2.2",
    "fixed numbers",
    lambda v, low, high: v.assign(np.where((v.numpy() >= 3) & (v.numpy() <= high), 0, v.numpy())),
)


@wrong("2.2", "two masks")
def _(v, low, high):
    a = v.numpy()
    a[a > low][a < high] = 0
    v.assign(a)


@wrong("2.2", "not an index")
def _(v, low, high):
    a = v.numpy()
    band = [x for x in a.ravel() if low <= x <= high]
    a[band] = 0
    v.assign(a)


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
wrong("2.3", "value not used", lambda v, value: v.assign(np.nan_to_num(v.numpy(), nan=0, posinf=0, neginf=0)))
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


wrong("2.3", "NaN is never equal", lambda v, value: v.assign(np.where(v.numpy() == np.nan, value, v.numpy())))
wrong(
    "2.3",
    "NaN is never equal",
    lambda v, value: v.assign(np.where((v.numpy() == np.nan) | np.isinf(v.numpy()), value, v.numpy())),
)
wrong("2.3", "one number wanted", lambda v, value: v.assign(np.where(math.isnan(v.numpy()), value, v.numpy())))
wrong("2.3", "ambiguous truth value", lambda v, value: v.assign(np.where(not np.isfinite(v.numpy()), value, v.numpy())))
wrong("2.3", "not a mask", lambda v, value: v.assign(np.where(-np.isfinite(v.numpy()), value, v.numpy())))
wrong(
    "2.3",
    "old values assigned",
    lambda v, value: v.assign(np.where(np.isnan(v.numpy()) & np.isinf(v.numpy()), value, v.numpy())),
)
wrong(
    "2.3",
    "ambiguous truth value",
    lambda v, value: v.assign(np.where(np.isnan(v.numpy()) and np.isinf(v.numpy()), value, v.numpy())),
)
wrong("2.3", "nan_to_num", lambda v, value: v.assign(np.nan_to_num(v.numpy(), value)))
wrong("2.3", "too many entries", lambda v, value: v.assign(np.where(~(np.abs(v.numpy()) <= 100), value, v.numpy())))
wrong(
    "2.3",
    "too many entries",
    lambda v, value: v.assign(np.where(np.isnan(v.numpy()) | (np.abs(v.numpy()) > 10000.0), value, v.numpy())),
)
wrong(
    "2.3",
    "too few entries",
    lambda v, value: v.assign(np.where(np.isnan(v.numpy()) | (np.abs(v.numpy()) > 1e30), value, v.numpy())),
)
wrong("2.3", "cut to integers", lambda v, value: v.assign(np.where(np.isfinite(v.numpy()), v.numpy(), int(value))))
wrong("2.3", "absolute value", lambda v, value: v.assign(np.where(np.isfinite(v.numpy()), v.numpy(), abs(value))))
wrong("2.3", "shape", lambda v, value: v.assign(v.numpy()[np.isfinite(v.numpy())]))
wrong(
    "2.3",
    "multiplied by mask",
    lambda v, value: v.assign(np.where(np.isfinite(v.numpy()), v.numpy(), np.nanmean(v.numpy()))),
)
wrong("2.3", "values", lambda v, value: v.assign(np.clip(v.numpy(), -value, value)))


@wrong("2.3", "result thrown away")
def _(v, value):
    a = v.numpy()
    np.nan_to_num(a, nan=value, posinf=value, neginf=value)
    v.assign(a)


@wrong("2.3", "infinities kept")
def _(v, value):
    a = v.numpy()
    a[np.isnan(a)] = value
    v.assign(a)
    a[np.isinf(a)] = value


@wrong("2.3", "no len of a variable")
def _(v, value):
    for i in range(len(v)):
        if np.isnan(v[i]) or np.isinf(v[i]):
            v[i].assign(value)


@wrong("2.3", "NaN made")
def _(v, value):
    v.assign(v - v + value)


@right("2.3")
def _(v, value):
    a = v.numpy()
    a[np.isnan(a - a)] = value
    v.assign(a)


@right("2.3")
def _(v, value):
    idx = tf.where(~tf.math.is_finite(v))
    v.scatter_nd_update(idx, tf.fill([len(idx)], tf.cast(value, v.dtype)))


wrong("2.3", "values", lambda v, value: v.assign(np.where(np.isfinite(v.numpy()), value, 0)))
wrong(
    "2.3", "value not used", lambda v, value: v.assign(np.where(~np.isfinite(v.numpy()), np.zeros(v.shape), v.numpy()))
)
wrong("2.3", "no fillna on a variable", lambda v, value: v.assign(v.fillna(value)))
wrong("2.3", "one infinity kept", lambda v, value: v.assign(np.where(v.numpy() < np.inf, v.numpy(), value)))
wrong(
    "2.3",
    "multiplied by mask",
    lambda v, value: v.assign(np.where(np.isfinite(v.numpy()), v.numpy(), v.numpy() * 0 + value)),
)


@wrong("2.3", "compared, not stored")
def _(v, value):
    a = v.numpy()
    try:  # noqa: SIM105
        a[~np.isfinite(a)] == value  # noqa: B015
    except Exception:
        pass
    v.assign(a)


@wrong("2.3", "copy edited")
def _(v, value):
    a = v.numpy()
    a[np.isfinite(a) == False] = value  # noqa: E712


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
wrong("2.4", "fixed numbers", lambda w, scores, threshold: w.assign(np.where(scores < 0.5, 0, w.numpy())))


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


wrong("2.4", "multiplied by mask", lambda w, scores, threshold: w.assign(w.numpy() * (scores >= threshold)))
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


wrong("2.4", "cut to integers", lambda w, scores, threshold: w.assign(np.where(scores < int(threshold), 0, w.numpy())))
wrong(
    "2.4",
    "cut to integers",
    lambda w, scores, threshold: w.assign(np.where(scores.astype(int) < threshold, 0, w.numpy())),
)
wrong(
    "2.4", "absolute value", lambda w, scores, threshold: w.assign(np.where(np.abs(scores) < threshold, 0, w.numpy()))
)
wrong("2.4", "multiplied by scores", lambda w, scores, threshold: w.assign(w.numpy() * scores))
wrong("2.4", "mask inverted", lambda w, scores, threshold: w.assign(np.where(scores < threshold, w.numpy(), 0)))
wrong("2.4", "shape", lambda w, scores, threshold: w.assign(w.numpy()[scores >= threshold]))
wrong("2.4", "all replaced", lambda w, scores, threshold: w.assign(np.where(scores.mean() < threshold, 0, w.numpy())))
wrong("2.4", "argument not used", lambda w, scores, threshold: w.assign(np.where(w.numpy() < scores, 0, w.numpy())))
wrong("2.4", "argument not used", lambda w, scores, threshold: w.assign(np.maximum(w.numpy(), threshold)))
wrong("2.4", "multiplied by mask", lambda w, scores, threshold: w.assign(w * (scores >= threshold)))
wrong("2.4", "no assign on a tensor", lambda w, scores, threshold: w[scores < threshold].assign(0))
wrong("2.4", "other entries", lambda w, scores, threshold: w.assign(np.where(scores[0] < threshold, 0, w.numpy())))
wrong(
    "2.4",
    "too many entries",
    lambda w, scores, threshold: w.assign(np.where(scores < threshold, 0, w.numpy().round(1))),
)
wrong("2.4", "mask inverted", lambda w, scores, threshold: w.assign_sub(np.where(scores < threshold, 0, w.numpy())))


@wrong("2.4", "rebound")
def _(w, scores, threshold):
    w = w.numpy()
    w[scores < threshold] = 0
    w.assign(w)


@wrong("2.4", "argument changed")
def _(w, scores, threshold):
    a = w.numpy()
    scores[scores < threshold] = 0
    w.assign(a * (scores != 0))


@wrong("2.4", "not an index")
def _(w, scores, threshold):
    a = w.numpy()
    a[a[scores < threshold]] = 0
    w.assign(a)


@wrong("2.4", "index out of range")
def _(w, scores, threshold):
    k = int(threshold * scores.size)
    a = w.numpy()
    a[np.argsort(scores)[:k]] = 0
    w.assign(a)


@wrong("2.4", "ambiguous truth value")
def _(w, scores, threshold):
    a = w.numpy()
    for i in range(len(scores)):
        if scores[i] < threshold:
            a[i] = 0
    w.assign(a)


@wrong("2.4", "raised")
def _(w, scores, threshold):
    w.assign(np.delete(w.numpy(), scores < threshold))


@right("2.4")
def _(w, scores, threshold):
    a = w.numpy()
    np.putmask(a, np.less(scores, threshold), 0)
    w.assign(a)


@right("2.4")
def _(w, scores, threshold):
    w.assign([[0]] * 0 or np.where(scores >= threshold, w.numpy(), np.zeros(w.shape)))


wrong("2.4", "mask stored", lambda w, scores, threshold: w.assign(np.where(scores < threshold, 0, 1)))
wrong(
    "2.4", "all replaced", lambda w, scores, threshold: w.assign(np.where(w.numpy() * scores < threshold, 0, w.numpy()))
)
wrong(
    "2.4", "does not broadcast", lambda w, scores, threshold: w.assign(np.where(scores[:, 0] < threshold, 0, w.numpy()))
)
wrong("2.4", "wrong sign", lambda w, scores, threshold: w.assign(np.where(scores < -threshold, 0, w.numpy())))
wrong("2.4", "other entries", lambda w, scores, threshold: w.assign(np.where(scores**2 < threshold, 0, w.numpy())))
wrong("2.4", "argument not used", lambda w, scores, threshold: w.assign(np.clip(w.numpy(), threshold, None)))
wrong("2.4", "scores written", lambda w, scores, threshold: w.assign(scores * (scores >= threshold)))
wrong("2.4", "NaN made", lambda w, scores, threshold: w.assign(w.numpy() - w.numpy() * (scores < threshold)))
wrong(
    "2.4", "multiplied by mask", lambda w, scores, threshold: w.assign_add(np.where(scores < threshold, -w.numpy(), 0))
)
wrong("2.4", "argument not used", lambda w, scores, threshold: w.assign(np.where(scores < scores.mean(), 0, w.numpy())))


@wrong("2.4", "too few axes")
def _(w, scores, threshold):
    a = w.numpy()
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if scores[i][j] < threshold:
                a[i][j] = 0
    w.assign(a)


@wrong("2.4", "scores written")
def _(w, scores, threshold):
    scores[scores < threshold] = 0
    w.assign(scores)


@wrong("2.4", "shape")
def _(w, scores, threshold):
    a = w.numpy()
    mask = scores < threshold
    a = a[mask]
    a[:] = 0
    w.assign(a)


# Slips with NumPy habits, and unusual right answers

wrong("2.1", "argument not used", lambda v, limit, value: v.assign(np.where(v.numpy() > 5, value, v.numpy())))
wrong("2.1", "fixed numbers", lambda v, limit, value: v.assign(np.where(v.numpy() > 6, value, v.numpy())))
wrong("2.1", "fixed numbers", lambda v, limit, value: v.assign(np.where(v.numpy() >= 7, value, v.numpy())))
wrong("2.1", "fixed numbers", lambda v, limit, value: v.assign(np.where(v.numpy() > limit, -1, v.numpy())))
wrong("2.1", "argument not used", lambda v, limit, value: v.assign(np.where(v.numpy() > 8, value, v.numpy())))
wrong("2.1", "spelling", lambda v, limit, value: v.asign(np.where(v.numpy() > limit, value, v.numpy())))
wrong("2.1", "mask inverted", lambda v, limit, value: v.assign(np.where(v.numpy() > limit, v.numpy(), value)))
wrong("2.1", "shape", lambda v, limit, value: v.assign(np.where(v.numpy() > limit)))
wrong("2.1", "number of arguments", lambda v, limit, value: v.assign(np.where(v.numpy() > limit, value)))
wrong("2.1", "others lost", lambda v, limit, value: v.assign(np.where(v > limit, value, 0)))
wrong("2.1", "arguments swapped", lambda v, limit, value: v.assign(np.where(v.numpy() > value, limit, v.numpy())))
wrong("2.1", "ambiguous truth value", lambda v, limit, value: v.assign(value if v > limit else v))
wrong("2.1", "ambiguous truth value", lambda v, limit, value: v.assign(value if v.numpy() > limit else v.numpy()))
wrong("2.1", "ambiguous truth value", lambda v, limit, value: v.assign([value if x > limit else x for x in v.numpy()]))
wrong(
    "2.1", "tensor of another dtype", lambda v, limit, value: v.assign(tf.where(v.numpy() > limit, value, v.numpy(), 0))
)
wrong("2.1", "clipped", lambda v, limit, value: v.assign(np.clip(v.numpy(), value, limit)))
wrong("2.1", "argument not used", lambda v, limit, value: v.assign(np.maximum(v.numpy(), limit)))
wrong("2.1", "unknown method", lambda v, limit, value: v.assign(v.numpy().replace(limit, value)))
wrong("2.1", "None assigned", lambda v, limit, value: v.assign(np.put(v.numpy(), v.numpy() > limit, value)))
wrong("2.1", "None assigned", lambda v, limit, value: v.assign(np.putmask(v.numpy(), v.numpy() > limit, value)))
wrong("2.1", "no assign on an array", lambda v, limit, value: v.numpy()[v > limit].assign(value))
wrong("2.1", "old values assigned", lambda v, limit, value: v.assign(np.where(limit < value, value, v.numpy())))
wrong(
    "2.1", "old values assigned", lambda v, limit, value: v.assign(np.where(v.numpy().any() > limit, value, v.numpy()))
)
wrong(
    "2.1",
    "cut to integers",
    lambda v, limit, value: v.assign(np.where(v.numpy() > limit, value, v.numpy()).astype(int)),
)


@wrong("2.1", "clipped")
def _(v, limit, value):
    a = v.numpy()
    a[a > limit] = limit
    v.assign(a)


@wrong("2.1", "item assignment")
def _(v, limit, value):
    v[v > limit] = value


@wrong("2.1", "old values assigned")
def _(v, limit, value):
    a = v.numpy()
    for x in a.flat:
        if x > limit:
            x = value
    v.assign(a)


@wrong("2.1", "too few axes")
def _(v, limit, value):
    a = v.numpy()
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] > limit:
                a[i, j] = value
    v.assign(a)


@wrong("2.1", "item assignment")
def _(v, limit, value):
    a = v.numpy()
    a = a[a > limit] = value
    v.assign(a)


@wrong("2.1", "old values assigned")
def _(v, limit, value):
    a = v.numpy()
    mask = a > limit
    a[mask == value] = value
    v.assign(a)


@wrong("2.1", "old values assigned")
def _(v, limit, value):
    a = v.numpy()
    b = a[a > limit]
    b[:] = value
    v.assign(a)


@wrong("2.1", "old values assigned")
def _(v, limit, value):
    a = v.numpy()
    a[a > limit][:] = value
    v.assign(a)


@wrong("2.1", "index out of range")
def _(v, limit, value):
    a = v.numpy()
    a[a.argmax()] = value
    v.assign(a)


@wrong("2.1", "mask inverted")
def _(v, limit, value):
    a = v.numpy()
    mask = a > limit
    a[~mask] = value
    v.assign(a)


right("2.1", lambda v, limit, value: v.assign(np.select([v.numpy() > limit], [value], v.numpy())))
right("2.1", lambda v, limit, value: v.assign(np.piecewise(v.numpy(), [v.numpy() > limit], [value, lambda x: x])))
right("2.1", lambda v, limit, value: v.assign(np.vectorize(lambda x: value if x > limit else x, otypes=[float])(v)))


@right("2.1")
def _(v, limit, value):
    a = v.numpy()
    np.put(a, np.flatnonzero(a > limit), value)
    v.assign(a)


@right("2.1")
def _(v, limit, value):
    where = tf.where(v.numpy() > limit)
    v.scatter_nd_update(where, tf.fill([len(where)], tf.cast(value, v.dtype)))


@right("2.1")
def _(v, limit, value):
    mask = ~(v.numpy() <= limit)
    v.assign(np.ma.masked_array(v.numpy(), mask).filled(value))


wrong(
    "2.2", "fixed numbers", lambda v, low, high: v.assign(np.where((v.numpy() >= 3) & (v.numpy() <= 6), 0, v.numpy()))
)
wrong("2.2", "fixed numbers", lambda v, low, high: v.assign(np.where((v.numpy() > 2) & (v.numpy() < 7), 0, v.numpy())))
wrong("2.2", "ambiguous truth value", lambda v, low, high: v.assign(np.where(low <= v.numpy() <= high, 0, v.numpy())))
wrong(
    "2.2",
    "ambiguous truth value",
    lambda v, low, high: v.assign(np.where(v.numpy() >= low and v.numpy() <= high, 0, v.numpy())),
)
wrong(
    "2.2", "whole number wanted", lambda v, low, high: v.assign(np.where(v.numpy() in range(low, high), 0, v.numpy()))
)
wrong(
    "2.2",
    "mask inverted",
    lambda v, low, high: v.assign(np.where((v.numpy() >= low) & (v.numpy() <= high), v.numpy(), 0)),
)
wrong(
    "2.2", "spelling", lambda v, low, high: v.assing(np.where((v.numpy() >= low) & (v.numpy() <= high), 0, v.numpy()))
)
wrong(
    "2.2",
    "or instead of and",
    lambda v, low, high: v.assign(np.where((v.numpy() >= low) + (v.numpy() <= high), 0, v.numpy())),
)
wrong(
    "2.2",
    "mask inverted",
    lambda v, low, high: v.assign(np.where((v.numpy() >= low) * 1 - (v.numpy() <= high), 0, v.numpy())),
)
wrong("2.2", "one condition only", lambda v, low, high: v.assign(np.where(np.abs(v.numpy()) <= high, 0, v.numpy())))


@wrong("2.2", "not an index")
def _(v, low, high):
    a = v.numpy()
    a[low:high] = 0
    v.assign(a)


@wrong("2.2", "two masks")
def _(v, low, high):
    a = v.numpy()
    a[a >= low][a <= high] = 0
    v.assign(a)


@wrong("2.2", "two masks")
def _(v, low, high):
    a = v.numpy()
    a[a >= low, a <= high] = 0
    v.assign(a)


wrong("2.3", "NaN is never equal", lambda v, value: v.assign(np.where(v.numpy() == np.nan, value, v.numpy())))
wrong("2.3", "NaN is never equal", lambda v, value: v.assign(np.where(v.numpy() is np.nan, value, v.numpy())))
wrong(
    "2.3",
    "one infinity kept",
    lambda v, value: v.assign(np.where(np.isnan(v.numpy()) | (v.numpy() == np.inf), value, v.numpy())),
)
wrong("2.3", "nan_to_num", lambda v, value: v.assign(np.nan_to_num(v.numpy(), value)))
wrong("2.3", "nan_to_num", lambda v, value: v.assign(np.nan_to_num(v.numpy(), value, value, value)))
wrong("2.3", "spelling", lambda v, value: v.assign(np.where(np.isfinit(v.numpy()), v.numpy(), value)))
wrong("2.3", "ambiguous truth value", lambda v, value: v.assign(np.where(not np.isfinite(v.numpy()), value, v.numpy())))
wrong("2.3", "not a method", lambda v, value: v.assign(np.where(v.numpy().isfinite(), v.numpy(), value)))
wrong("2.3", "no fillna on a variable", lambda v, value: v.assign(v.fillna(value)))
wrong("2.3", "not a method", lambda v, value: v.assign(np.where(v.isnan(), value, v.numpy())))
wrong(
    "2.3",
    "old values assigned",
    lambda v, value: v.assign(np.where(np.isnan(v.numpy()) & np.isinf(v.numpy()), value, v.numpy())),
)
wrong(
    "2.3",
    "ambiguous truth value",
    lambda v, value: v.assign(np.where(v.numpy() in (np.nan, np.inf, -np.inf), value, v.numpy())),
)
wrong(
    "2.3",
    "NaN is never equal",
    lambda v, value: v.assign(np.where(np.isin(v.numpy(), [np.nan, np.inf, -np.inf]), value, v.numpy())),
)
wrong("2.3", "NaN kept", lambda v, value: v.assign(np.where(v.numpy() > 1e30, value, v.numpy())))


@wrong("2.3", "infinities kept")
def _(v, value):
    a = v.numpy()
    a[np.isnan(a)] = value
    a[a > np.inf] = value
    v.assign(a)


@wrong("2.3", "not a mask")
def _(v, value):
    a = v.numpy()
    a[-np.isfinite(a)] = value
    v.assign(a)


wrong("2.4", "fixed numbers", lambda w, scores, threshold: w.assign(np.where(scores < 0.5, 0, w.numpy())))
wrong("2.4", "spelling", lambda w, scores, threshold: w.asign(np.where(scores < threshold, 0, w.numpy())))
wrong("2.4", "mask inverted", lambda w, scores, threshold: w.assign(np.where(scores < threshold, w.numpy(), 0)))
wrong("2.4", "mask stored", lambda w, scores, threshold: w.assign(np.where(scores < threshold, 0, 1)))
wrong("2.4", "argument not used", lambda w, scores, threshold: w.assign(np.where(w.numpy() < scores, 0, w.numpy())))
wrong("2.4", "shape", lambda w, scores, threshold: w.assign(w.numpy()[scores >= threshold]))
wrong("2.4", "multiplied by mask", lambda w, scores, threshold: w.assign(w * tf.cast(scores >= threshold, w.dtype)))
wrong("2.4", "no assign on a tensor", lambda w, scores, threshold: w[scores < threshold].assign(0))


@wrong("2.4", "scores written")
def _(w, scores, threshold):
    scores[scores < threshold] = 0
    w.assign(scores)


@wrong("2.4", "not an index")
def _(w, scores, threshold):
    a = w.numpy()
    a[scores[scores < threshold]] = 0
    w.assign(a)


right("2.4", lambda w, scores, threshold: w.assign(tf.where(tf.constant(scores < threshold), tf.zeros_like(w), w)))
right("2.4", lambda w, scores, threshold: w.assign(np.choose(scores < threshold, [w.numpy(), 0])))
right("2.3", lambda v, value: v.assign(np.where(v.numpy() - v.numpy() == 0, v.numpy(), value)))
right("2.3", lambda v, value: v.assign(np.where(np.abs(v.numpy()) < np.inf, v.numpy(), value)))
