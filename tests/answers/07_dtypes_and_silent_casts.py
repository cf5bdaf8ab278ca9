"""Answers to the exercises of lesson 07, dtypes and silent casts."""

import numpy as np
import tensorflow as tf

from answers import right, wrong

# 7.1 correct

wrong("7.1", "tensor of another dtype", lambda v, correction: v.assign_add(tf.convert_to_tensor(correction)))
wrong("7.1", "tensor of another dtype", lambda v, correction: v.assign(v + tf.constant(correction)))
wrong("7.1", "tensor of another dtype", lambda v, correction: v.assign_add(tf.cast(correction, tf.float64)))
wrong("7.1", "replaced", lambda v, correction: v.assign(correction))
wrong("7.1", "replaced", lambda v, correction: v.assign(tf.cast(correction, v.dtype)))
wrong("7.1", "subtracted", lambda v, correction: v.assign_sub(correction))
wrong("7.1", "cut to integers", lambda v, correction: v.assign_add(correction.astype(int)))
wrong("7.1", "added twice", lambda v, correction: v.assign_add(2 * correction))
wrong("7.1", "multiplied", lambda v, correction: v.assign(v * correction))
wrong("7.1", "in-place operator", lambda v, correction: exec("v += correction", {}, {"v": v, "correction": correction}))


@wrong("7.1", "tensor of another dtype")
def _(v, correction):
    v.assign_add(tf.constant(correction, tf.float32))  # right for float32 only


@wrong("7.1", "rebound")
def _(v, correction):
    v = v + correction


@wrong("7.1", "returned")
def _(v, correction):
    return v + correction


@wrong("7.1", "copy edited")
def _(v, correction):
    values = v.numpy()
    values += correction


@wrong("7.1", "new variable")
def _(v, correction):
    other = tf.Variable(v)
    other.assign_add(correction)


right("7.1", lambda v, correction: v.assign_add(correction))
right("7.1", lambda v, correction: v.assign(v + correction))
right("7.1", lambda v, correction: v.assign(v.numpy() + correction))
right("7.1", lambda v, correction: v.assign_add(tf.constant(correction, v.dtype)))
right("7.1", lambda v, correction: v.assign_add(tf.cast(tf.constant(correction), v.dtype)))
right("7.1", lambda v, correction: v.assign_add(correction.astype(v.dtype.as_numpy_dtype)))
right("7.1", lambda v, correction: v.assign_sub(-correction))
right("7.1", lambda v, correction: v.assign_add(correction.tolist()))


@right("7.1")
def _(v, correction):
    values = v.numpy().astype(np.float64)
    values += correction
    v.assign(values)


# 7.2 store_pixels

wrong("7.2", "neither rounded nor clipped", lambda image, values: image.assign(values))
wrong("7.2", "not rounded", lambda image, values: image.assign(np.clip(values, 0, 255)))
wrong("7.2", "not rounded", lambda image, values: image.assign(tf.saturate_cast(values, tf.uint8)))
wrong("7.2", "not clipped", lambda image, values: image.assign(np.rint(values)))
wrong("7.2", "not clipped", lambda image, values: image.assign(tf.cast(tf.round(values), tf.uint8)))
wrong("7.2", "clipped too late", lambda image, values: image.assign(np.clip(np.rint(values).astype("uint8"), 0, 255)))
wrong("7.2", "only the upper end", lambda image, values: image.assign(np.minimum(np.rint(values), 255)))
wrong("7.2", "only the lower end", lambda image, values: image.assign(np.maximum(np.rint(values), 0)))
wrong("7.2", "halves rounded up", lambda image, values: image.assign(np.clip(np.floor(values + 0.5), 0, 255)))
wrong("7.2", "rounded up", lambda image, values: image.assign(np.clip(np.ceil(values), 0, 255)))
wrong("7.2", "clipped at 256", lambda image, values: image.assign(np.clip(np.rint(values), 0, 256)))
wrong("7.2", "absolute value", lambda image, values: image.assign(np.minimum(np.rint(np.abs(values)), 255)))
wrong("7.2", "clipped to 1", lambda image, values: image.assign(np.clip(np.rint(values), 0, 1)))
wrong("7.2", "not clipped", lambda image, values: image.assign(np.rint(values) % 256))
wrong("7.2", "tensor of another dtype", lambda image, values: image.assign(tf.clip_by_value(tf.round(values), 0, 255)))
wrong("7.2", "returned", lambda image, values: np.clip(np.rint(values), 0, 255).astype("uint8"))


@wrong("7.2", "rebound")
def _(image, values):
    image = np.clip(np.rint(values), 0, 255).astype("uint8")


@wrong("7.2", "argument changed")
def _(image, values):
    np.rint(values, out=values)
    np.clip(values, 0, 255, out=values)
    image.assign(values)


right("7.2", lambda image, values: image.assign(np.clip(np.rint(values), 0, 255)))
right("7.2", lambda image, values: image.assign(np.rint(np.clip(values, 0, 255))))
right("7.2", lambda image, values: image.assign(np.clip(np.round(values), 0, 255).astype(np.uint8)))
right("7.2", lambda image, values: image.assign(tf.saturate_cast(tf.round(values), image.dtype)))
right("7.2", lambda image, values: image.assign(tf.cast(tf.clip_by_value(tf.round(values), 0, 255), tf.uint8)))


@wrong("7.2", "out of range set to 0")
def _(image, values):
    rounded = np.rint(values)
    image.assign(np.where((rounded < 0) | (rounded > 255), 0, rounded))


@wrong("7.2", "out of range set to 0")
def _(image, values):
    image.assign(np.where((values >= 0) & (values <= 255), np.rint(values), 0))


@right("7.2")
def _(image, values):
    rounded = np.rint(values)
    rounded[rounded < 0] = 0
    rounded[rounded > 255] = 255
    image.assign(rounded)


# 7.3 fits


def cast(v, values):
    with np.errstate(all="ignore"):
        return values.astype(v.dtype.as_numpy_dtype)


wrong("7.3", "dtypes compared", lambda v, values: values.dtype == v.dtype)
wrong("7.3", "dtypes compared", lambda v, values: bool(np.can_cast(values.dtype, v.dtype.as_numpy_dtype)))
wrong("7.3", "dtypes compared", lambda v, values: np.can_cast(values.dtype, v.numpy().dtype, casting="same_kind"))
wrong("7.3", "nearly", lambda v, values: np.allclose(cast(v, values), values, equal_nan=True))
wrong("7.3", "NaN unequal", lambda v, values: np.array_equal(cast(v, values), values))
wrong("7.3", "NaN unequal", lambda v, values: bool((cast(v, values) == values).all()))
wrong("7.3", "turned round", lambda v, values: not np.array_equal(cast(v, values), values, equal_nan=True))
wrong("7.3", "one for each", lambda v, values: cast(v, values) == values)
wrong("7.3", "one is enough", lambda v, values: bool((cast(v, values) == values).any()))
wrong("7.3", "values of v compared", lambda v, values: np.array_equal(v.numpy(), values))
wrong("7.3", "one answer for all", lambda v, values: True)
wrong("7.3", "one answer for all", lambda v, values: False)
wrong("7.3", "dtype of TensorFlow", lambda v, values: np.array_equal(values.astype(v.dtype), values, equal_nan=True))


@wrong("7.3", "assigned")
def _(v, values):
    v.assign(values)
    return np.array_equal(v.numpy(), values, equal_nan=True)


@wrong("7.3", "sign lost")
def _(v, values):
    with np.errstate(all="ignore"):
        back = values.astype(v.dtype.as_numpy_dtype).astype(values.dtype)
    return np.array_equal(back, values, equal_nan=True)


@wrong("7.3", "range alone")
def _(v, values):
    with np.errstate(all="ignore"):
        return bool(((values >= v.dtype.min) & (values <= v.dtype.max)).all())


right("7.3", lambda v, values: np.array_equal(cast(v, values), values, equal_nan=True))
right("7.3", lambda v, values: bool(np.all((cast(v, values) == values) | np.isnan(cast(v, values)) & np.isnan(values))))


@wrong("7.3", "no error to wait for")
def _(v, values):
    try:
        v.assign(values)
    except (TypeError, ValueError):
        return False
    return True


@wrong("7.3", "no error to wait for")
def _(v, values):
    before = v.numpy()
    try:
        v.assign(values)
        return True
    except (TypeError, ValueError):
        return False
    finally:
        v.assign(before)


@wrong("7.3", "no error to wait for")
def _(v, values):
    try:
        tf.constant(values.tolist(), v.dtype)
    except (TypeError, ValueError):
        return False
    return True


wrong("7.3", "whole numbers", lambda v, values: np.array_equal(np.rint(values), values))
wrong(
    "7.3",
    "a number",
    lambda v, values: int(np.array_equal(values.astype(v.dtype.as_numpy_dtype), values, equal_nan=True)),
)


@right("7.3")
def _(v, values):
    other = tf.Variable(v)
    other.assign(values)
    return np.array_equal(other.numpy(), values, equal_nan=True)


@right("7.3")
def _(v, values):
    old = v.numpy()
    try:
        v.assign(values)
        return np.array_equal(v, values, equal_nan=True)
    finally:
        v.assign(old)


@right("7.3")
def _(v, values):
    stored = cast(v, values)
    for one, other in zip(stored.ravel(), values.ravel(), strict=True):
        if one != other and not (one != one and other != other):
            return False
    return True
