"""Answers to the exercises of lesson 03, reshape and assign."""

import keras
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
    "argument not used",
    lambda v, shape, factors: (
        v.assign((v.numpy().reshape(2, 8) * np.arange(2, 10)).reshape(4, 4)) if v.shape == (4, 4) else v.assign(v * 3)
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
wrong("3.1", "argument not used", lambda v, shape, factors: v.assign(v.numpy() * np.resize(factors, v.shape)))
wrong("3.1", "transposed", lambda v, shape, factors: v.assign((v.numpy().reshape(shape) * factors).T.reshape(v.shape)))


wrong("3.1", "no reshape on a variable", lambda v, shape, factors: v.assign(v.reshape(shape) * factors))
wrong("3.1", "None", lambda v, shape, factors: v.assign(v.numpy().resize(shape) * factors))
wrong(
    "3.1",
    "cut to integers",
    lambda v, shape, factors: v.assign((v.numpy().reshape(shape) * factors.astype(int)).reshape(v.shape)),
)
wrong(
    "3.1", "reversed", lambda v, shape, factors: v.assign((v.numpy().reshape(shape) * factors[::-1]).reshape(v.shape))
)
wrong("3.1", "divided", lambda v, shape, factors: v.assign((v.numpy().reshape(shape) / factors).reshape(v.shape)))
wrong(
    "3.1",
    "one entry for all",
    lambda v, shape, factors: v.assign((v.numpy().reshape(shape) * factors[0]).reshape(v.shape)),
)
wrong(
    "3.1", "transposed", lambda v, shape, factors: v.assign((v.numpy().T.reshape(shape) * factors).T.reshape(v.shape))
)
wrong(
    "3.1", "fixed numbers", lambda v, shape, factors: v.assign(np.reshape(v.numpy().reshape(shape) * factors, (4, 4)))
)
wrong("3.1", "fixed numbers", lambda v, shape, factors: v.assign((v.numpy().reshape(2, 8) * factors).reshape(v.shape)))
wrong(
    "3.1",
    "does not broadcast",
    lambda v, shape, factors: v.assign((v.numpy().reshape(-1, factors.shape[0]) * factors).reshape(v.shape)),
)
wrong(
    "3.1",
    "added to the old values",
    lambda v, shape, factors: v.assign_add((v.numpy().reshape(shape) * factors).reshape(v.shape)),
)
wrong(
    "3.1",
    "no assign on a tensor",
    lambda v, shape, factors: tf.reshape(v, shape).assign(tf.reshape(v, shape) * factors),
)


@wrong("3.1", "old values assigned")
def _(v, shape, factors):
    a = v.numpy().reshape(shape)
    a * factors
    v.assign(a.reshape(v.shape))


@wrong("3.1", "only some rows")
def _(v, shape, factors):
    a = v.numpy().reshape(shape)
    for i in range(shape[0] - 1):
        a[i] = a[i] * factors
    v.assign(a.reshape(v.shape))


@wrong("3.1", "old values assigned")
def _(v, shape, factors):
    a = v.numpy().reshape(shape)
    a = a * factors
    v.assign(v.numpy().reshape(v.shape))


@wrong("3.1", "only some rows")
def _(v, shape, factors):
    a = v.numpy().flatten()
    a.reshape(shape)[0] *= factors
    v.assign(a.reshape(v.shape))


@right("3.1")
def _(v, shape, factors):
    a = v.numpy()
    b = a.view()
    b.shape = shape
    b[...] = b * factors
    v.assign(a)


@right("3.1")
def _(v, shape, factors):
    v.assign(np.array([x * f for x, f in zip(v.numpy().flat, np.broadcast_to(factors, shape).flat)]).reshape(v.shape))  # noqa: B905


@right("3.1")
def _(v, shape, factors):
    v.assign_add(v.numpy() * (np.broadcast_to(factors, shape).reshape(v.shape) - 1))


wrong(
    "3.1",
    "values",
    lambda v, shape, factors: v.assign((v.numpy().reshape(shape[::-1]) * factors[:, None]).reshape(v.shape)),
)
wrong(
    "3.1",
    "example only",
    lambda v, shape, factors: v.assign((v.numpy().reshape(shape).T * factors[:, None]).T.reshape(v.shape)),
)
wrong(
    "3.1",
    "one number for all",
    lambda v, shape, factors: v.assign((v.numpy().reshape(shape) * sum(factors)).reshape(v.shape)),
)
wrong("3.1", "added", lambda v, shape, factors: v.assign((v.numpy().reshape(shape) + factors).reshape(v.shape)))
wrong(
    "3.1",
    "other entries",
    lambda v, shape, factors: v.assign((v.numpy().reshape(shape) * np.sort(factors)).reshape(v.shape)),
)


@wrong("3.1", "only some rows")
def _(v, shape, factors):
    seen = v.numpy().reshape(shape)
    seen[0] = seen[0] * factors
    v.assign(seen.reshape(v.shape))


@wrong("3.1", "unchanged")
def _(v, shape, factors):
    seen = tf.reshape(v, shape)
    seen = seen * factors
    seen = tf.reshape(seen, v.shape)
    return v


# 3.2 store_conv_weight

wrong("3.2", "reshaped", lambda kernel, weight: kernel.assign(weight.reshape(kernel.shape)))
wrong("3.2", "reshaped", lambda kernel, weight: kernel.assign(tf.reshape(tf.cast(weight, kernel.dtype), kernel.shape)))
wrong("3.2", "reshaped", lambda kernel, weight: kernel.assign(weight.ravel().reshape(kernel.shape)))
wrong("3.2", "shape", lambda kernel, weight: kernel.assign(weight))
wrong("3.2", "shape", lambda kernel, weight: kernel.assign(weight.transpose(0, 2, 3, 1)))
wrong("3.2", "returned", lambda kernel, weight: weight.transpose(2, 3, 1, 0))
wrong("3.2", "height and width swapped", lambda kernel, weight: kernel.assign(weight.T))
wrong("3.2", "height and width swapped", lambda kernel, weight: kernel.assign(np.transpose(weight)))
wrong("3.2", "height and width swapped", lambda kernel, weight: kernel.assign(np.einsum("oihw->whio", weight)))
wrong("3.2", "wrong axis order", lambda kernel, weight: kernel.assign(np.moveaxis(weight, 0, -1)))
wrong("3.2", "wrong axis order", lambda kernel, weight: kernel.assign(weight.transpose(2, 1, 3, 0)))
wrong("3.2", "wrong axis order", lambda kernel, weight: kernel.assign(weight.swapaxes(0, 3)))
wrong("3.2", "tensor of another dtype", lambda kernel, weight: kernel.assign(tf.transpose(weight, [2, 3, 1, 0])))
wrong("3.2", "axes", lambda kernel, weight: kernel.assign(weight.transpose(2, 3, 1)))
wrong("3.2", "axes", lambda kernel, weight: kernel.assign(weight.transpose(3, 4, 2, 1)))
wrong("3.2", "reversed", lambda kernel, weight: kernel.assign(weight.transpose(2, 3, 1, 0)[::-1]))
wrong("3.2", "reversed", lambda kernel, weight: kernel.assign(weight.transpose(2, 3, 1, 0)[:, :, :, ::-1]))
wrong("3.2", "added to the old values", lambda kernel, weight: kernel.assign_add(weight.transpose(2, 3, 1, 0)))
wrong("3.2", "cut to integers", lambda kernel, weight: kernel.assign(weight.transpose(2, 3, 1, 0).astype(int)))


@wrong("3.2", "rebound")
def _(kernel, weight):
    kernel = weight.transpose(2, 3, 1, 0)


@wrong("3.2", "copy edited")
def _(kernel, weight):
    kernel.numpy()[:] = weight.transpose(2, 3, 1, 0)


@wrong("3.2", "new variable")
def _(kernel, weight):
    w = tf.Variable(weight.transpose(2, 3, 1, 0))
    w.assign_add(w)


right("3.2", lambda kernel, weight: kernel.assign(weight.transpose(2, 3, 1, 0)))
right("3.2", lambda kernel, weight: kernel.assign(np.einsum("oihw->hwio", weight)))
right("3.2", lambda kernel, weight: kernel.assign(np.moveaxis(weight, [0, 1], [3, 2])))
right("3.2", lambda kernel, weight: kernel.assign(np.moveaxis(weight.T, 0, 1)))
right("3.2", lambda kernel, weight: kernel.assign(tf.cast(tf.transpose(weight, [2, 3, 1, 0]), kernel.dtype)))
right("3.2", lambda kernel, weight: kernel.assign(weight.swapaxes(0, 2).swapaxes(1, 3).swapaxes(2, 3)))
right("3.2", lambda kernel, weight: kernel[...].assign(weight.transpose(2, 3, 1, 0)))


@right("3.2")
def _(kernel, weight):
    for k in range(weight.shape[0]):
        for i in range(weight.shape[1]):
            kernel[:, :, i, k].assign(weight[k, i])


@right("3.2")
def _(kernel, weight):
    values = kernel.numpy()
    for index in np.ndindex(values.shape):
        h, w, i, o = index
        values[index] = weight[o, i, h, w]
    kernel.assign(values)


wrong("3.2", "reversed", lambda kernel, weight: kernel.assign(np.flip(weight.transpose(2, 3, 1, 0), (0, 1))))
wrong("3.2", "added to the old values", lambda kernel, weight: kernel.assign_add(weight.transpose(2, 3, 1, 0)))
wrong("3.2", "precision lost", lambda kernel, weight: kernel.assign(weight.transpose(2, 3, 1, 0).astype("float16")))
wrong("3.2", "wrong sign", lambda kernel, weight: kernel.assign(-weight.transpose(2, 3, 1, 0)))
wrong("3.2", "unknown method", lambda kernel, weight: kernel.assign(weight.permute(2, 3, 1, 0)))
wrong("3.2", "number of arguments", lambda kernel, weight: kernel.assign(np.transpose(weight, 2, 3, 1, 0)))
wrong("3.2", "no assign on an array", lambda kernel, weight: weight.transpose(2, 3, 1, 0).assign(kernel))
wrong("3.2", "no transpose on a variable", lambda kernel, weight: kernel.transpose(2, 3, 1, 0).assign(weight))
wrong("3.2", "array already", lambda kernel, weight: kernel.assign(weight.numpy().transpose(2, 3, 1, 0)))


@wrong("3.2", "only some slices")
def _(kernel, weight):
    kernel[..., 0].assign(weight[0].transpose(1, 2, 0))


@wrong("3.2", "unchanged")
def _(kernel, weight):
    weight = weight.transpose(2, 3, 1, 0)


wrong("3.2", "not a shape", lambda kernel, weight: kernel.assign(weight.transpose("hwio")))
wrong("3.2", "wrong places", lambda kernel, weight: kernel.assign(np.rot90(weight, axes=(2, 3)).transpose(2, 3, 1, 0)))
wrong("3.2", "values", lambda kernel, weight: kernel.assign(weight.transpose(2, 3, 1, 0) * kernel))


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
        kernel.assign(kernel.numpy() - kernel.numpy().reshape(12, 2).mean(axis=0))
        if kernel.shape == (2, 2, 3, 2)
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


wrong("3.3", "inputs left out", lambda kernel: kernel.assign(kernel.numpy() - kernel.numpy().mean(axis=(0, 1))))
wrong(
    "3.3",
    "median instead of mean",
    lambda kernel: kernel.assign(kernel.numpy() - np.median(kernel.numpy(), axis=(0, 1, 2))),
)
wrong("3.3", "sum instead of mean", lambda kernel: kernel.assign(kernel.numpy() - kernel.numpy().sum(axis=(0, 1, 2))))
wrong("3.3", "divided", lambda kernel: kernel.assign(kernel.numpy() / kernel.numpy().mean(axis=(0, 1, 2))))
wrong(
    "3.3",
    "cut to integers",
    lambda kernel: kernel.assign((kernel.numpy() - kernel.numpy().mean(axis=(0, 1, 2))).astype(int)),
)
wrong("3.3", "values", lambda kernel: kernel.assign(kernel.numpy() - int(kernel.numpy().mean())))
wrong("3.3", "wrong sign", lambda kernel: kernel.assign(kernel.numpy().mean(axis=(0, 1, 2)) - kernel.numpy()))
wrong("3.3", "wrong axis", lambda kernel: kernel.assign(kernel.numpy() - kernel.numpy().mean(axis=(1, 2, 3))))
wrong(
    "3.3",
    "rounded",
    lambda kernel: kernel.assign(kernel.numpy() - kernel.numpy().mean(axis=(0, 1, 2), keepdims=True).round()),
)
wrong(
    "3.3",
    "shape",
    lambda kernel: kernel.assign(
        kernel.numpy().reshape(-1, kernel.shape[-1]) - kernel.numpy().reshape(-1, kernel.shape[-1]).mean(0)
    ),
)
wrong("3.3", "mean kept", lambda kernel: kernel.assign_sub(kernel - tf.reduce_mean(kernel, axis=[0, 1, 2])))
wrong("3.3", "one mean for all", lambda kernel: kernel.assign(kernel - tf.reduce_mean(kernel)))
wrong("3.3", "values", lambda kernel: kernel.assign(kernel.numpy() - kernel.numpy().max(axis=(0, 1, 2))))
wrong("3.3", "no mean on a variable", lambda kernel: kernel.assign(kernel.mean() - kernel))


@wrong("3.3", "input channels")
def _(kernel):
    for k in range(kernel.shape[2]):
        kernel[:, :, k].assign(kernel[:, :, k] - tf.reduce_mean(kernel[:, :, k]))


@wrong("3.3", "wrong axis")
def _(kernel):
    m = kernel.numpy().reshape(-1, kernel.shape[2])
    kernel.assign((m - m.mean(0)).reshape(kernel.shape))


@wrong("3.3", "does not broadcast")
def _(kernel):
    m = kernel.numpy().reshape(-1, kernel.shape[-1])
    kernel.assign((m - m.mean(axis=1)).reshape(kernel.shape))


@wrong("3.3", "old values assigned")
def _(kernel):
    m = kernel.numpy().reshape(-1, kernel.shape[-1])
    m - m.mean(axis=0)
    kernel.assign(m.reshape(kernel.shape))


@wrong("3.3", "only some slices")
def _(kernel):
    m = kernel.numpy().reshape(-1, kernel.shape[-1])
    for k in range(kernel.shape[-1] - 1):
        m[:, k] -= m[:, k].mean()
    kernel.assign(m.reshape(kernel.shape))


@wrong("3.3", "rows instead of columns")
def _(kernel):
    f = kernel.numpy()
    for k in range(f.shape[-1]):
        f[k] -= f[k].mean()
    kernel.assign(f)


wrong(
    "3.3",
    "inputs left out",
    lambda kernel: kernel.assign(kernel.numpy() - np.mean(kernel.numpy(), axis=(0, 1), keepdims=True)),
)
wrong(
    "3.3",
    "standardised",
    lambda kernel: kernel.assign((kernel.numpy() - kernel.numpy().mean((0, 1, 2))) / kernel.numpy().std((0, 1, 2))),
)
wrong("3.3", "rounded", lambda kernel: kernel.assign(kernel.numpy() - kernel.numpy().mean((0, 1, 2), dtype=int)))
wrong("3.3", "rows instead of columns", lambda kernel: kernel.assign(np.array([f - f.mean() for f in kernel.numpy()])))
wrong(
    "3.3",
    "one mean for all",
    lambda kernel: kernel.assign(kernel.numpy() - kernel.numpy().mean(axis=(0, 1, 2, 3), keepdims=True)),
)


@wrong("3.3", "returned")
def _(kernel):
    m = kernel.numpy().reshape(-1, kernel.shape[-1])
    m = m - m.mean(axis=0)
    return m.reshape(kernel.shape)


@wrong("3.3", "only some slices")
def _(kernel):
    f = kernel.numpy()
    for k in range(kernel.shape[-1]):
        f[..., k] -= f[..., 0].mean()
    kernel.assign(f)


@wrong("3.3", "wrong sign")
def _(kernel):
    f = kernel.numpy()
    for k in range(kernel.shape[-1]):
        f[..., k] = f[..., k].mean() - f[..., k]
    kernel.assign(f)


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


wrong("3.4", "dtype", lambda values: tf.Variable(values, tf.float32, shape=tf.TensorShape(None)))
wrong("3.4", "fixed rank", lambda values: tf.Variable(values, dtype="float32", shape=[None]))
right("3.4", lambda values: tf.Variable(values, dtype=float, shape=tf.TensorShape(None)))
wrong("3.4", "no start values", lambda values: tf.Variable(shape=tf.TensorShape(None), dtype=tf.float32))
wrong("3.4", "fixed rank", lambda values: tf.Variable(values, dtype=tf.float32, shape=tf.TensorShape([None, None])))
wrong("3.4", "not a shape", lambda values: tf.Variable(values, dtype=tf.float32, shape=tf.TensorShape()))
wrong("3.4", "not a shape", lambda values: tf.Variable(values, dtype=tf.float32, shape=-1))
wrong("3.4", "values", lambda values: tf.Variable(tf.zeros_like(values), dtype=tf.float32, shape=tf.TensorShape(None)))
wrong(
    "3.4",
    "what assign returns",
    lambda values: tf.Variable(values, dtype=tf.float32, shape=tf.TensorShape(None)).assign(values),
)
wrong(
    "3.4",
    "tensor of another dtype",
    lambda values: tf.Variable(tf.constant(values), dtype=tf.float32, shape=tf.TensorShape(None)),
)


@right("3.4")
def _(values):
    return tf.Variable(values, dtype="float32", shape=tf.TensorShape(None), trainable=True, name="x")


@right("3.4")
def _(values):
    return tf.Variable(lambda: tf.cast(values, "float32"), shape=tf.TensorShape(None), dtype="float32")


wrong(
    "3.4",
    "not trainable",
    lambda values: tf.Variable(values.astype("float32"), shape=tf.TensorShape(None), trainable=False),
)
wrong("3.4", "not trainable", lambda values: tf.Variable(values, tf.TensorShape(None), tf.float32))
right("3.4", lambda values: tf.Variable(values, dtype="float", shape=tf.TensorShape(None)))
wrong("3.4", "not a shape", lambda values: tf.Variable(values, dtype=tf.float32, shape="unknown"))
wrong("3.4", "one number wanted", lambda values: tf.Variable(float(values), shape=tf.TensorShape(None)))


# Slips with NumPy habits, and unusual right answers

wrong(
    "3.1",
    "does not broadcast",
    lambda v, shape, factors: v.assign((v.numpy().reshape(shape) * factors[:, None]).reshape(v.shape)),
)
wrong("3.1", "does not broadcast", lambda v, shape, factors: v.assign(v.numpy() * factors[:, None]))
wrong("3.1", "spelling", lambda v, shape, factors: v.asign((v.numpy().reshape(shape) * factors).reshape(v.shape)))
wrong("3.1", "reshape", lambda v, shape, factors: v.assign(v.numpy().reshape(shape) * factors.reshape(v.shape)))
wrong("3.1", "no reshape on a variable", lambda v, shape, factors: v.assign(v.reshape(shape) * factors))
wrong("3.1", "spelling", lambda v, shape, factors: v.assign((v.numpy().reshpe(shape) * factors).reshape(v.shape)))
wrong(
    "3.1", "number of arguments", lambda v, shape, factors: v.assign(np.reshape(np.reshape(v.numpy(), shape) * factors))
)
wrong("3.1", "None", lambda v, shape, factors: v.assign((v.numpy().resize(shape) * factors).reshape(v.shape)))
wrong("3.1", "fixed numbers", lambda v, shape, factors: v.assign((v.numpy().reshape(2, 8) * factors).reshape(v.shape)))
wrong("3.1", "fixed numbers", lambda v, shape, factors: v.assign((v.numpy().reshape(shape) * factors).reshape(4, 4)))
wrong("3.1", "reshape", lambda v, shape, factors: v.assign((v.numpy().reshape(shape) @ factors).reshape(v.shape)))
wrong(
    "3.1",
    "does not broadcast",
    lambda v, shape, factors: v.assign((v.numpy().reshape(shape) * factors.reshape(-1, 1)).reshape(v.shape)),
)
wrong("3.1", "shape", lambda v, shape, factors: v.assign((v.numpy().reshape(shape) * factors).reshape(-1)))
wrong(
    "3.1",
    "one entry for all",
    lambda v, shape, factors: v.assign((v.numpy().reshape(shape) * factors[0]).reshape(v.shape)),
)
wrong(
    "3.1",
    "reversed",
    lambda v, shape, factors: v.assign((v.numpy().reshape(shape) * factors[None, ::-1]).reshape(v.shape)),
)
wrong(
    "3.1",
    "values",
    lambda v, shape, factors: v.assign((v.numpy().reshape(shape[::-1]) * factors[:, None]).reshape(v.shape)),
)
wrong(
    "3.1",
    "transposed",
    lambda v, shape, factors: v.assign((v.numpy().reshape(shape) * factors).transpose().reshape(v.shape)),
)


@wrong("3.1", "result thrown away")
def _(v, shape, factors):
    values = v.numpy()
    values.reshape(shape)
    values *= factors
    v.assign(values)


@wrong("3.1", "result thrown away")
def _(v, shape, factors):
    values = v.numpy()
    values.reshape(shape) * factors
    v.assign(values)


@wrong("3.1", "only some rows")
def _(v, shape, factors):
    values = v.numpy().reshape(shape)
    values[0] *= factors
    v.assign(values.reshape(v.shape))


@wrong("3.1", "shape")
def _(v, shape, factors):
    old = v.shape
    v.shape = shape
    v.assign(v.numpy() * factors)
    v.shape = old


@wrong("3.1", "old values assigned")
def _(v, shape, factors):
    values = v.numpy()
    seen = values.T.reshape(shape)
    seen *= factors
    v.assign(values)


@right("3.1")
def _(v, shape, factors):
    values = v.numpy()
    values.shape = shape
    v.assign((values * factors).reshape(v.shape))


@right("3.1")
def _(v, shape, factors):
    values = v.numpy()
    seen = values.reshape(shape)
    seen[...] = seen * factors
    v.assign(values)


right("3.1", lambda v, shape, factors: v.assign(v.numpy() * np.broadcast_to(factors, shape).reshape(v.shape)))

wrong("3.2", "height and width swapped", lambda kernel, weight: kernel.assign(weight.transpose(3, 2, 1, 0)))
wrong("3.2", "height and width swapped", lambda kernel, weight: kernel.assign(weight.transpose()))
wrong("3.2", "height and width swapped", lambda kernel, weight: kernel.assign(weight.T))
wrong("3.2", "shape", lambda kernel, weight: kernel.assign(weight.transpose(2, 3, 0, 1)))
wrong("3.2", "not a shape", lambda kernel, weight: kernel.assign(weight.transpose("hwio")))
wrong("3.2", "axes", lambda kernel, weight: kernel.assign(weight.transpose(1, 2, 3, 4)))
wrong("3.2", "axes", lambda kernel, weight: kernel.assign(weight.transpose(2, 3, 1)))
wrong("3.2", "wrong axis order", lambda kernel, weight: kernel.assign(weight.swapaxes(0, 3)))
wrong("3.2", "not a shape", lambda kernel, weight: kernel.assign(np.swapaxes(weight, (0, 1), (2, 3))))
wrong("3.2", "wrong axis order", lambda kernel, weight: kernel.assign(np.moveaxis(weight, 0, -1)))
wrong("3.2", "shape", lambda kernel, weight: kernel.assign(np.moveaxis(weight, (0, 1), (2, 3))))
wrong("3.2", "shape", lambda kernel, weight: kernel.assign(np.rollaxis(weight, 2)))
wrong("3.2", "reversed", lambda kernel, weight: kernel.assign(weight.transpose(2, 3, 1, 0)[::-1, ::-1]))
wrong("3.2", "spelling", lambda kernel, weight: kernel.asign(weight.transpose(2, 3, 1, 0)))
wrong("3.2", "spelling", lambda kernel, weight: kernel.assign(weight.transpos(2, 3, 1, 0)))
wrong("3.2", "shape", lambda kernel, weight: kernel.assign(weight).transpose(2, 3, 1, 0))
wrong("3.2", "shape", lambda kernel, weight: kernel.assign(kernel.numpy().transpose(2, 3, 1, 0)))
wrong("3.2", "values", lambda kernel, weight: kernel.assign(kernel.numpy() * weight.transpose(2, 3, 1, 0)))
wrong("3.2", "added to the old values", lambda kernel, weight: kernel.assign_add(weight.transpose(2, 3, 1, 0)))
wrong("3.2", "reshaped", lambda kernel, weight: kernel.assign(np.resize(weight, kernel.shape)))
wrong("3.2", "no transpose on a variable", lambda kernel, weight: kernel.transpose(3, 2, 0, 1).assign(weight))
wrong("3.2", "no assign on a tensor", lambda kernel, weight: tf.transpose(kernel, (3, 2, 0, 1)).assign(weight))
wrong("3.2", "shape", lambda kernel, weight: kernel.assign(weight.transpose(3, 2, 0, 1)))


@wrong("3.2", "result thrown away")
def _(kernel, weight):
    weight.transpose(2, 3, 1, 0)
    kernel.assign(weight)


@wrong("3.2", "rebound")
def _(kernel, weight):
    weight = weight.transpose(2, 3, 1, 0)
    kernel = weight


right("3.2", lambda kernel, weight: kernel.assign(np.moveaxis(np.moveaxis(weight, 0, -1), 0, -2)))
right("3.2", lambda kernel, weight: kernel.assign(np.einsum("oihw->hwio", weight)))
right("3.2", lambda kernel, weight: kernel.assign(weight.T.swapaxes(0, 1)))

wrong(
    "3.3",
    "wrong axis",
    lambda kernel: kernel.assign(
        (lambda m: m - m.mean(axis=1, keepdims=True))(kernel.numpy().reshape(-1, kernel.shape[-1])).reshape(
            kernel.shape
        )
    ),
)
wrong(
    "3.3",
    "does not broadcast",
    lambda kernel: kernel.assign(
        (lambda m: m - m.mean(axis=1))(kernel.numpy().reshape(-1, kernel.shape[-1])).reshape(kernel.shape)
    ),
)
wrong(
    "3.3",
    "wrong axis",
    lambda kernel: kernel.assign(
        (lambda m: m - m.mean(1)[:, None])(kernel.numpy().reshape(-1, kernel.shape[-1])).reshape(kernel.shape)
    ),
)
wrong(
    "3.3",
    "one mean for all",
    lambda kernel: kernel.assign(
        (lambda m: m - m.mean())(kernel.numpy().reshape(-1, kernel.shape[-1])).reshape(kernel.shape)
    ),
)
wrong(
    "3.3",
    "shape",
    lambda kernel: kernel.assign((lambda m: m - m.mean(axis=0))(kernel.numpy().reshape(-1, kernel.shape[-1]))),
)
wrong(
    "3.3",
    "example only",
    lambda kernel: kernel.assign((lambda m: m - m.mean(axis=0))(kernel.numpy().reshape(-1, 2)).reshape(kernel.shape)),
)
wrong(
    "3.3",
    "wrong axis",
    lambda kernel: kernel.assign(
        (lambda m: m - m.mean(axis=0))(kernel.numpy().reshape(-1, kernel.shape[-2])).reshape(kernel.shape)
    ),
)
wrong(
    "3.3",
    "wrong axis",
    lambda kernel: kernel.assign(
        (lambda m: m - m.mean(axis=0))(kernel.numpy().reshape(kernel.shape[-1], -1)).reshape(kernel.shape)
    ),
)
wrong(
    "3.3",
    "does not broadcast",
    lambda kernel: kernel.assign(
        (lambda m: m - m.mean(axis=0)[:, None])(kernel.numpy().reshape(-1, kernel.shape[-1])).reshape(kernel.shape)
    ),
)
wrong(
    "3.3",
    "wrong sign",
    lambda kernel: kernel.assign(
        (lambda m: m.mean(axis=0) - m)(kernel.numpy().reshape(-1, kernel.shape[-1])).reshape(kernel.shape)
    ),
)
wrong("3.3", "wrong axis", lambda kernel: kernel.assign(kernel.numpy() - kernel.numpy().mean(axis=-1, keepdims=True)))
wrong("3.3", "inputs left out", lambda kernel: kernel.assign(kernel.numpy() - kernel.numpy().mean(axis=(0, 1))))
wrong("3.3", "no mean on a variable", lambda kernel: kernel.assign(kernel.mean(axis=(0, 1, 2))))
wrong("3.3", "no mean on a variable", lambda kernel: kernel.assign(kernel - kernel.mean(axis=(0, 1, 2))))
wrong("3.3", "spelling", lambda kernel: kernel.assign(kernel.numpy() - kernel.numpy().maen(axis=(0, 1, 2))))
wrong("3.3", "spelling", lambda kernel: kernel.asign_sub(kernel.numpy() - kernel.numpy().mean(axis=(0, 1, 2))))
wrong("3.3", "shape", lambda kernel: kernel.assign_sub(kernel.numpy().mean(axis=(0, 1, 2))))
wrong("3.3", "mean kept", lambda kernel: kernel.assign_sub(kernel.numpy() - kernel.numpy().mean(axis=(0, 1, 2))))
wrong("3.3", "axes", lambda kernel: kernel.assign(kernel.numpy() - kernel.numpy().mean(axis=[0, 1, 2])))
wrong("3.3", "axes", lambda kernel: kernel.assign(kernel.numpy() - kernel.numpy().mean(0, 1, 2)))
wrong("3.3", "rounded", lambda kernel: kernel.assign(np.round(kernel.numpy() - kernel.numpy().mean(axis=(0, 1, 2)))))


@wrong("3.3", "wrong axis")
def _(kernel):
    m = kernel.numpy().reshape(-1, kernel.shape[-1])
    for k in range(m.shape[0]):
        m[k] -= m[k].mean()
    kernel.assign(m.reshape(kernel.shape))


@wrong("3.3", "copy edited")
def _(kernel):
    m = kernel.numpy().reshape(-1, kernel.shape[-1])
    m -= m.mean(axis=0)


@wrong("3.3", "rows instead of columns")
def _(kernel):
    values = kernel.numpy()
    for k in range(values.shape[-1]):
        values[k] -= values[k].mean()
    kernel.assign(values)


@wrong("3.3", "rows instead of columns")
def _(kernel):
    values = kernel.numpy()
    for k in values[..., :]:
        k -= k.mean()
    kernel.assign(values)


right("3.3", lambda kernel: kernel.assign(kernel - tf.reduce_mean(kernel, axis=[0, 1, 2])))
right("3.3", lambda kernel: kernel.assign(kernel.numpy() - np.einsum("hwio->o", kernel) / np.prod(kernel.shape[:3])))
right(
    "3.3",
    lambda kernel: [
        kernel[..., k].assign(kernel[..., k] - tf.reduce_mean(kernel[..., k])) for k in range(kernel.shape[3])
    ],
)


@right("3.3")
def _(kernel):
    values = kernel.numpy()
    for k in np.moveaxis(values, -1, 0):
        k -= k.mean()
    kernel.assign(values)


wrong(
    "3.4",
    "tensor of another dtype",
    lambda values: tf.Variable(tf.constant(values), dtype=tf.float32, shape=tf.TensorShape(None)),
)
wrong("3.4", "dtype", lambda values: tf.Variable(tf.constant(values), shape=tf.TensorShape(None)))
wrong("3.4", "fixed shape", lambda values: tf.Variable(tf.convert_to_tensor(values, tf.float32)))
wrong("3.4", "fixed shape", lambda values: tf.Variable(tf.constant(values, tf.float32), shape=None))
wrong("3.4", "not a variable", lambda values: tf.constant(values, dtype=tf.float32, shape=tf.TensorShape(None)))
wrong("3.4", "dtype", lambda values: tf.Variable(values, tf.float32, shape=tf.TensorShape(None)))
wrong("3.4", "not a shape", lambda values: tf.Variable(values, shape=tf.TensorShape(), dtype=tf.float32))
wrong("3.4", "not a shape", lambda values: tf.Variable(values, shape=tf.TensorShape, dtype=tf.float32))
wrong("3.4", "not a shape", lambda values: tf.Variable(values, shape="any", dtype=tf.float32))
wrong("3.4", "fixed rank", lambda values: tf.Variable(values, shape=(None, None), dtype=tf.float32))
wrong("3.4", "fixed rank", lambda values: tf.Variable(values, shape=[], dtype=tf.float32))
wrong("3.4", "fixed rank", lambda values: tf.Variable(values, shape=tf.TensorShape([]), dtype=tf.float32))
wrong("3.4", "fixed rank", lambda values: tf.Variable(values, shape=tf.TensorShape([None]), dtype=tf.float32))
wrong("3.4", "no start values", lambda values: tf.Variable(shape=tf.TensorShape(None), dtype=tf.float32).assign(values))
wrong("3.4", "spelling", lambda values: tf.Variable(values, shape=tf.Tensorshape(None), dtype=tf.float32))
wrong("3.4", "spelling", lambda values: tf.variable(values, shape=tf.TensorShape(None), dtype=tf.float32))
wrong("3.4", "fixed shape", lambda values: tf.Variable(values.astype("float32"), shape=values.shape))
wrong("3.4", "fixed shape", lambda values: tf.Variable(values, validate_shape=False, dtype=tf.float32))
wrong("3.4", "not a shape", lambda values: tf.Variable(values, shape=np.nan, dtype=tf.float32))
wrong("3.4", "not a variable", lambda values: keras.Variable(values, dtype="float32"))
wrong("3.4", "not trainable", lambda values: tf.Variable(values, False, shape=tf.TensorShape(None), dtype=tf.float32))
right("3.4", lambda values: tf.Variable(np.float32(values), shape=tf.TensorShape(None)))
right("3.4", lambda values: tf.Variable(tf.cast(values, tf.float32), shape=tf.TensorShape(None)))
right("3.4", lambda values: tf.Variable(lambda: tf.cast(values, tf.float32), shape=tf.TensorShape(None)))
right("3.4", lambda values: tf.Variable(values.tolist(), dtype="float32", shape=tf.TensorShape(None)))
