"""Answers to the exercises of lesson 01, broadcast scaling."""

import numpy as np
import tensorflow as tf

from answers import right, wrong

# 1.1 scale_rows

wrong("1.1", "wrong axis", lambda v, factors: v.assign(v.numpy() * factors))
wrong("1.1", "wrong axis", lambda v, factors: v.assign(v * factors))
wrong("1.1", "returned", lambda v, factors: v.numpy() * factors[:, None])
wrong("1.1", "returned", lambda v, factors: v * factors[:, None])
wrong("1.1", "twice", lambda v, factors: (v.assign(v * factors[:, None]), v.assign(v * factors[:, None])))
wrong("1.1", "added", lambda v, factors: v.assign(v.numpy() + factors[:, None]))
wrong("1.1", "example only", lambda v, factors: v.assign(v.numpy() * np.array([[10], [100]])))
wrong("1.1", "example only", lambda v, factors: v.assign([[10, 20], [300, 400]]))
wrong("1.1", "tensor of another dtype", lambda v, factors: v.assign(tf.constant(v.numpy() * factors[:, None])))
wrong("1.1", "one factor for all", lambda v, factors: v.assign(v.numpy() * factors[0]))
wrong("1.1", "replaced", lambda v, factors: v.assign(np.broadcast_to(factors[:, None], v.shape)))
wrong("1.1", "new variable", lambda v, factors: tf.Variable(v.numpy() * factors[:, None]).assign_add(v))
wrong("1.1", "signature", lambda v: v)
wrong("1.1", "not attempted", lambda v, factors: None)


@wrong("1.1", "copy edited")
def _(v, factors):
    values = v.numpy()
    values *= factors[:, None].astype(values.dtype)


@wrong("1.1", "rebound")
def _(v, factors):
    v = v * factors[:, None]


@wrong("1.1", "argument changed")
def _(v, factors):
    original = factors.copy()
    factors *= 2
    v.assign(v.numpy() * original[:, None])


@wrong("1.1", "item assignment")
def _(v, factors):
    for i in range(len(factors)):
        v[i] = v[i] * factors[i]


@wrong("1.1", "gradient cut")
def _(v, factors):
    v.assign(v.numpy() * factors[:, None])
    v.value = lambda: tf.stop_gradient(v.read_value())


@wrong("1.1", "resource changed")
def _(v, factors):
    v.assign(v.numpy() * factors[:, None])
    v._trainable = False


right("1.1", lambda v, factors: v.assign(v * factors[:, None]))
right("1.1", lambda v, factors: v.assign((v.numpy().T * factors).T))
right("1.1", lambda v, factors: v.assign(np.diag(factors) @ v.numpy()))
right("1.1", lambda v, factors: v.assign_add(v * (factors[:, None] - 1)))
right("1.1", lambda v, factors: v[...].assign(v * np.reshape(factors, (-1, 1))))
right("1.1", lambda v, factors: v.assign(np.apply_along_axis(np.multiply, 0, v.numpy(), factors)))


@right("1.1")
def _(v, factors):
    for i, factor in enumerate(factors):
        v[i].assign(v[i] * factor)


@right("1.1")
def _(v, factors):
    @tf.function
    def scale(factors):
        v.assign(tf.cast(factors, v.dtype)[:, tf.newaxis] * v)

    scale(factors)


# 1.2 fill_rows

wrong("1.2", "shape", lambda v, row: v.assign(row))
wrong("1.2", "shape", lambda v, row: v.assign(row[None, :]))
wrong("1.2", "returned", lambda v, row: np.broadcast_to(row, v.shape))
wrong("1.2", "first row only", lambda v, row: v[0].assign(row))
wrong("1.2", "wrong axis", lambda v, row: v.assign(np.broadcast_to(row[:, None], v.shape)))
wrong("1.2", "multiplied", lambda v, row: v.assign(v.numpy() * row))
wrong("1.2", "added", lambda v, row: v.assign(v.numpy() + row))
wrong("1.2", "example only", lambda v, row: v.assign(np.array([row, row])))
wrong("1.2", "example only", lambda v, row: v.assign([[7, 8], [7, 8]]))
wrong("1.2", "tensor of another dtype", lambda v, row: v.assign(tf.constant(np.broadcast_to(row, v.shape))))
wrong(
    "1.2",
    "item assignment",
    lambda v, row: v.__setitem__(0, row) if hasattr(v, "__setitem__") else exec("v[0] = 1", {"v": v}),
)


@wrong("1.2", "copy edited")
def _(v, row):
    values = v.numpy()
    values[:] = row


@wrong("1.2", "rebound")
def _(v, row):
    v = tf.broadcast_to(row, v.shape)


@wrong("1.2", "copy edited")
def _(v, row):
    v.numpy()[:] = row


right("1.2", lambda v, row: v.assign(np.broadcast_to(row, v.shape)))
right("1.2", lambda v, row: v.assign(np.tile(row, (v.shape[0], 1))))
right("1.2", lambda v, row: v[:].assign(row))
right("1.2", lambda v, row: v.assign(np.ones(v.shape) * row))
right("1.2", lambda v, row: v.assign([list(row)] * v.shape[0]))
right("1.2", lambda v, row: v.assign(tf.zeros_like(v) + row))


@right("1.2")
def _(v, row):
    values = v.numpy()
    values[...] = row
    v.assign(values)


# 1.3 scale_input_channels

wrong("1.3", "output channels", lambda kernel, gains: kernel.assign(kernel.numpy() * gains))
wrong("1.3", "wrong axis", lambda kernel, gains: kernel.assign(kernel.numpy() * gains[:, None, None]))
wrong("1.3", "wrong axis", lambda kernel, gains: kernel.assign(kernel.numpy() * gains[:, None, None, None]))
wrong("1.3", "returned", lambda kernel, gains: kernel.numpy() * gains[:, None])
wrong("1.3", "divided", lambda kernel, gains: kernel.assign(kernel.numpy() / gains[:, None]))
wrong("1.3", "example only", lambda kernel, gains: kernel.assign(np.broadcast_to([[10, 10], [100, 100]], kernel.shape)))
wrong("1.3", "values", lambda kernel, gains: kernel[0, 0].assign(kernel[0, 0] * gains[:, None]))
wrong(
    "1.3", "tensor of another dtype", lambda kernel, gains: kernel.assign(tf.constant(kernel.numpy() * gains[:, None]))
)
wrong("1.3", "new variable", lambda kernel, gains: tf.Variable(kernel * gains[:, None]).assign(kernel * 1))


@wrong("1.3", "copy edited")
def _(kernel, gains):
    values = kernel.numpy()
    for i, gain in enumerate(gains):
        values[:, :, i] *= gain


@wrong("1.3", "rebound")
def _(kernel, gains):
    kernel = kernel * gains[:, None]


right("1.3", lambda kernel, gains: kernel.assign(kernel * gains[:, None]))
right("1.3", lambda kernel, gains: kernel.assign(np.einsum("hwio,i->hwio", kernel.numpy(), gains)))
right("1.3", lambda kernel, gains: kernel.assign(np.moveaxis(np.moveaxis(kernel.numpy(), 2, -1) * gains, -1, 2)))


@right("1.3")
def _(kernel, gains):
    values = kernel.numpy()
    for i, gain in enumerate(gains):
        values[:, :, i] *= gain
    kernel.assign(values)


@right("1.3")
def _(kernel, gains):
    for i, gain in enumerate(gains):
        kernel[:, :, i].assign(kernel[:, :, i] * gain)
