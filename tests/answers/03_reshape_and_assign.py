"""Answers to the exercises of lesson 03, reshape and assign."""

import numpy as np
import tensorflow as tf

from answers import right, wrong

# 3.1 scale_seen_as

wrong("3.1", "shape", lambda v, shape, factors: v.assign(v.numpy().reshape(shape) * factors))
wrong("3.1", "returned", lambda v, shape, factors: (v.numpy().reshape(shape) * factors).reshape(v.shape))
wrong(
    "3.1", "column order", lambda v, s, f: v.assign((v.numpy().reshape(s, order="F") * f).reshape(v.shape, order="F"))
)
wrong("3.1", "transposed", lambda v, shape, factors: v.assign((v.numpy().T.reshape(shape) * factors).reshape(v.shape)))
wrong("3.1", "does not broadcast", lambda v, shape, factors: v.assign(v.numpy() * factors))
wrong(
    "3.1",
    "example only",
    lambda v, shape, factors: (
        v.assign((v.numpy().reshape(2, 8) * np.arange(1, 9)).reshape(4, 4)) if v.shape == (4, 4) else v.assign(v * 3)
    ),
)
wrong(
    "3.1",
    "tensor of another dtype",
    lambda v, shape, factors: v.assign(tf.constant((v.numpy().reshape(shape) * factors).reshape(v.shape))),
)
wrong("3.1", "shape", lambda v, shape, factors: v.set_shape(shape))
wrong("3.1", "no reshape on a variable", lambda v, shape, factors: v.reshape(shape))


@wrong("3.1", "copy edited")
def _(v, shape, factors):
    seen = v.numpy().reshape(shape)
    seen *= factors.astype(seen.dtype)


@wrong("3.1", "rebound")
def _(v, shape, factors):
    v = tf.reshape(v, shape) * factors


right("3.1", lambda v, shape, factors: v.assign((v.numpy().reshape(shape) * factors).reshape(v.shape)))
right("3.1", lambda v, shape, factors: v.assign(tf.reshape(tf.reshape(v, shape) * factors, v.shape)))
right("3.1", lambda v, shape, factors: v.assign(v.numpy() * np.broadcast_to(factors, shape).reshape(v.shape)))


@right("3.1")
def _(v, shape, factors):
    values = v.numpy()
    seen = values.reshape(shape)
    seen[...] = seen * factors
    v.assign(values)


@right("3.1")
def _(v, shape, factors):
    flat = v.numpy().ravel()
    flat = flat * np.resize(factors, flat.shape) if np.ndim(factors) == 1 else (flat.reshape(shape) * factors).ravel()
    v.assign(flat.reshape(v.shape))


wrong("3.1", "added", lambda v, shape, factors: v.assign((v.numpy().reshape(shape) + factors).reshape(v.shape)))
wrong("3.1", "example only", lambda v, shape, factors: v.assign(v.numpy() * np.resize(factors, v.shape)))
wrong("3.1", "transposed", lambda v, shape, factors: v.assign((v.numpy().reshape(shape) * factors).T.reshape(v.shape)))

# 3.2 store_transposed

wrong("3.2", "reshaped", lambda v, matrix: v.assign(matrix.reshape(v.shape)))
wrong("3.2", "reshaped", lambda v, matrix: v.assign(tf.reshape(tf.cast(matrix, v.dtype), v.shape)))
wrong("3.2", "shape", lambda v, matrix: v.assign(matrix))
wrong("3.2", "returned", lambda v, matrix: matrix.T)
wrong("3.2", "tensor of another dtype", lambda v, matrix: v.assign(tf.transpose(matrix)))
wrong(
    "3.2",
    "example only",
    lambda v, matrix: v.assign([[0, 3], [1, 4], [2, 5]]) if v.shape == (3, 2) else v.assign(v + 1),
)
wrong("3.2", "rotated", lambda v, matrix: v.assign(np.rot90(matrix)))


@wrong("3.2", "rebound")
def _(v, matrix):
    v = matrix.T


@wrong("3.2", "copy edited")
def _(v, matrix):
    v.numpy()[:] = matrix.T


@wrong("3.2", "new variable")
def _(v, matrix):
    w = tf.Variable(matrix.T)
    w.assign_add(w)


right("3.2", lambda v, matrix: v.assign(matrix.T))
right("3.2", lambda v, matrix: v.assign(np.swapaxes(matrix, 0, 1)))
right("3.2", lambda v, matrix: v.assign(tf.cast(tf.transpose(matrix), v.dtype)))
right("3.2", lambda v, matrix: v.assign(np.column_stack(list(matrix))))
right("3.2", lambda v, matrix: v.assign([list(column) for column in zip(*matrix, strict=True)]))


@right("3.2")
def _(v, matrix):
    for i in range(matrix.shape[0]):
        v[:, i].assign(matrix[i])


# 3.3 center_filters

wrong("3.3", "one mean for all", lambda kernel: kernel.assign(kernel.numpy() - kernel.numpy().mean()))
wrong("3.3", "wrong axis", lambda kernel: kernel.assign(kernel.numpy() - kernel.numpy().mean(axis=-1, keepdims=True)))
wrong("3.3", "wrong axis", lambda kernel: kernel.assign(kernel.numpy() - kernel.numpy().mean(axis=0)))
wrong("3.3", "returned", lambda kernel: kernel.numpy() - kernel.numpy().mean(axis=(0, 1, 2)))
wrong(
    "3.3", "mean kept", lambda kernel: kernel.assign(np.broadcast_to(kernel.numpy().mean(axis=(0, 1, 2)), kernel.shape))
)
wrong("3.3", "mean added", lambda kernel: kernel.assign(kernel.numpy() + kernel.numpy().mean(axis=(0, 1, 2))))
wrong(
    "3.3",
    "example only",
    lambda kernel: (
        kernel.assign(kernel.numpy() - kernel.numpy().reshape(4, 2).mean(axis=0))
        if kernel.shape == (2, 2, 1, 2)
        else kernel.assign(kernel * 2)
    ),
)


@wrong("3.3", "rows instead of columns")
def _(kernel):
    filters = kernel.numpy().reshape(kernel.shape[-1], -1)
    kernel.assign((filters - filters.mean(axis=1, keepdims=True)).reshape(kernel.shape))


@wrong("3.3", "shape")
def _(kernel):
    filters = kernel.numpy().reshape(-1, kernel.shape[-1])
    kernel.assign(filters - filters.mean(axis=0))


@wrong("3.3", "copy edited")
def _(kernel):
    filters = kernel.numpy().reshape(-1, kernel.shape[-1])
    filters -= filters.mean(axis=0)


@wrong("3.3", "rebound")
def _(kernel):
    kernel = kernel - tf.reduce_mean(kernel, axis=(0, 1, 2))


@wrong("3.3", "standardised")
def _(kernel):
    values = kernel.numpy()
    deviations = values.std(axis=(0, 1, 2))
    kernel.assign((values - values.mean(axis=(0, 1, 2))) / np.where(deviations > 0, deviations, 1))


right("3.3", lambda kernel: kernel.assign(kernel.numpy() - kernel.numpy().mean(axis=(0, 1, 2))))
right("3.3", lambda kernel: kernel.assign(kernel - tf.reduce_mean(kernel, axis=[0, 1, 2])))
right("3.3", lambda kernel: kernel.assign_sub(tf.zeros_like(kernel) + tf.reduce_mean(kernel, axis=[0, 1, 2])))


@right("3.3")
def _(kernel):
    for k in range(kernel.shape[-1]):
        kernel[..., k].assign(kernel[..., k] - tf.reduce_mean(kernel[..., k]))


@right("3.3")
def _(kernel):
    filters = kernel.numpy().reshape(-1, kernel.shape[-1]).T
    filters = filters - filters.mean(axis=1, keepdims=True)
    kernel.assign(filters.T.reshape(kernel.shape))


# 3.4 make_resizable

wrong("3.4", "fixed shape", lambda values: tf.Variable(values, dtype=tf.float32))
wrong("3.4", "fixed shape", lambda values: tf.Variable(values, dtype=tf.float32, shape=None))
wrong("3.4", "fixed rank", lambda values: tf.Variable(values, dtype=tf.float32, shape=[None] * values.ndim))
wrong("3.4", "dtype", lambda values: tf.Variable(values, shape=tf.TensorShape(None)))
wrong(
    "3.4",
    "not trainable",
    lambda values: tf.Variable(values, dtype=tf.float32, shape=tf.TensorShape(None), trainable=False),
)
wrong("3.4", "not a variable", lambda values: tf.constant(values, dtype=tf.float32))
wrong("3.4", "values", lambda values: tf.Variable(values * 0, dtype=tf.float32, shape=tf.TensorShape(None)))
wrong("3.4", "dtype", lambda values: tf.Variable(values, dtype=tf.float64, shape=tf.TensorShape(None)))
wrong("3.4", "fixed shape", lambda values: tf.Variable(values, dtype=tf.float32, validate_shape=False))


@wrong("3.4", "not a variable")
def _(values):
    tf.Variable(values, dtype=tf.float32, shape=tf.TensorShape(None)).assign(values)


right("3.4", lambda values: tf.Variable(values, dtype=tf.float32, shape=tf.TensorShape(None)))
right("3.4", lambda values: tf.Variable(values.astype("float32"), shape=tf.TensorShape(None)))
right("3.4", lambda values: tf.Variable(tf.cast(values, tf.float32), shape=tf.TensorShape(None), name="buffer"))


@right("3.4")
def _(values):
    v = tf.Variable(0.0, shape=tf.TensorShape(None))
    v.assign(values)
    return v


_kept = []


@wrong("3.4", "same variable")
def _(values):
    if not _kept:
        _kept.append(tf.Variable(values, dtype=tf.float32, shape=tf.TensorShape(None)))
    _kept[0].assign(values)
    return _kept[0]


@wrong("3.4", "argument changed")
def _(values):
    v = tf.Variable(values, dtype=tf.float32, shape=tf.TensorShape(None))
    values[...] = -7
    return v


@wrong("3.4", "assign replaced")
def _(values):
    v = tf.Variable(values, dtype=tf.float32)
    v.assign = lambda value: v
    return v
