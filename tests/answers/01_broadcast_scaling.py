"""Answers to the exercises of lesson 01, broadcast scaling."""

import functools

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
wrong("1.1", "fixed numbers", lambda v, factors: v.assign(v.numpy() * np.array([[10], [100]])))
wrong("1.1", "fixed numbers", lambda v, factors: v.assign([[10, 20], [300, 400]]))
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


right("1.1", functools.partial(lambda k, v, factors: v.assign(v * factors[:, None] * k), 1))


@wrong("1.1", "added to the old values")
def _(v, factors):
    v.assign_add(v.numpy() * factors[:, None])


@wrong("1.1", "subtracted from the old values")
def _(v, factors):
    v.assign_sub(v.numpy() * factors[:, None])


@wrong("1.1", "cut to integers")
def _(v, factors):
    v.assign((v.numpy() * factors[:, None]).astype(int))


@wrong("1.1", "cut to integers")
def _(v, factors):
    v.assign(v.numpy() * factors[:, None].astype(int))


@wrong("1.1", "only some rows")
def _(v, factors):
    for i in range(len(factors) - 1):
        v[i].assign(v[i] * factors[i])


@wrong("1.1", "index out of range")
def _(v, factors):
    for i in range(v.shape[1]):
        v[i].assign(v[i] * factors[i])


@wrong("1.1", "only some rows")
def _(v, factors):
    a = v.numpy()
    for i in range(len(factors)):
        a[i] = a[i] * factors[i]
        return v.assign(a)


@wrong("1.1", "transposed")
def _(v, factors):
    v.assign((v.numpy() * factors[:, None]).T)


@wrong("1.1", "reversed")
def _(v, factors):
    v.assign(v.numpy() * factors[::-1, None])


@wrong("1.1", "precision lost")
def _(v, factors):
    v.assign((v.numpy() * factors[:, None]).astype("float16"))


@wrong("1.1", "precision lost")
def _(v, factors):
    v.assign((v.numpy() * factors[:, None]).astype("float32"))


@wrong("1.1", "shape")
def _(v, factors):
    v.assign(v.numpy() @ factors)


@wrong("1.1", "shape")
def _(v, factors):
    v.assign(factors @ v.numpy())


@wrong("1.1", "tensor of another dtype")
@tf.function
def _(v, factors):
    v.assign(v * factors[:, None])


@wrong("1.1", "no values in a tf.function")
@tf.function
def _(v, factors):
    v.assign(v.numpy() * factors[:, None])


@right("1.1")
def _(v, factors):

    @tf.function
    def g():
        v.assign(v * factors[:, None])

    g()


@wrong("1.1", "rounded")
def _(v, factors):
    v.assign(np.round(v.numpy() * factors[:, None]))


@wrong("1.1", "argument not used")
def _(v, factors):
    v.assign(np.zeros_like(v.numpy()))


@wrong("1.1", "in-place operator")
def _(v, factors):
    v *= factors[:, None]


@wrong("1.1", "attribute replaced")
def _(v, factors):
    v.numpy = v.numpy() * factors[:, None]


@wrong("1.1", "attribute replaced")
def _(v, factors):
    v.assign = v.numpy() * factors[:, None]


@wrong("1.1", "not called")
def _(v, factors):
    v.assign  # noqa: B018


@wrong("1.1", "brackets missing")
def _(v, factors):
    v.assign(v.numpy * factors[:, None])


@wrong("1.1", "unknown name")
def _(v, factors):
    v.assign(v.numpy() * factor[:, None])  # noqa: F821


@wrong("1.1", "unknown name")
def _(v, factors):
    v.assign(v.numpy() * factors[:, none])  # noqa: F821


@wrong("1.1", "divided")
def _(v, factors):
    v.assign(v.numpy() / factors[:, None])


@wrong("1.1", "absolute value")
def _(v, factors):
    v.assign(v.numpy() * np.abs(factors)[:, None])


@wrong("1.1", "cut to integers")
def _(v, factors):
    out = np.empty(v.shape, dtype=int)
    for i in range(v.shape[0]):
        out[i] = v.numpy()[i] * factors[i]
    v.assign(out)


@wrong("1.1", "copy edited")
def _(v, factors):
    for row, f in zip(v.numpy(), factors):  # noqa: B905
        row *= f


@wrong("1.1", "only some columns")
def _(v, factors):
    for i in range(len(factors)):
        for j in range(len(factors)):
            v[i, j].assign(v[i, j] * factors[i])


@right("1.1")
def _(v, factors):
    v.assign([v[i].numpy() * factors[i] for i in range(len(factors))])


@right("1.1")
def _(v, factors):
    v.assign(np.vstack([row * f for row, f in zip(v.numpy(), factors)]))  # noqa: B905


@right("1.1")
def _(v, factors):
    v.assign(np.multiply(v.numpy(), np.expand_dims(factors, -1)))


@right("1.1")
def _(v, factors):
    v = v.assign(v.numpy() * factors[:, None])


@right("1.1")
@tf.function
def _(v, factors):
    v.assign(v * tf.cast(factors, v.dtype)[:, None])


@right("1.1")
def _(v, factors):
    for i in range(v.shape[0]):
        for j in range(v.shape[1]):
            v[i, j].assign(v[i, j] * factors[i])


@right("1.1")
def _(v, factors):
    v.scatter_nd_update([[i] for i in range(len(factors))], v.numpy() * factors[:, None])


wrong("1.1", "wrong axis", lambda v, factors: v[:].assign(v[:] * factors))
wrong("1.1", "does not broadcast", lambda v, factors: v.assign(v.numpy() * np.repeat(factors, 2).reshape(2, 2)))
wrong("1.1", "dtype", lambda v, factors: v.assign(np.multiply(v.numpy(), factors[:, None], dtype=int)))
wrong("1.1", "brackets missing", lambda v, factors: v.assign(v.value * factors[:, None]))
wrong(
    "1.1",
    "transposed",
    lambda v, factors: v.assign(np.array([v.numpy()[i] * factors[i] for i in range(len(factors))]).T),
)
wrong("1.1", "values", lambda v, factors: v.assign(v.numpy() ** factors[:, None]))


@wrong("1.1", "unchanged")
def _(v, factors):
    for row in v:
        row = row * factors


@wrong("1.1", "rebound")
def _(v, factors):
    result = []
    for i in range(len(factors)):
        result.append(v[i] * factors[i])
    v = tf.stack(result)


# 1.2 fill_rows

wrong("1.2", "shape", lambda v, row: v.assign(row))
wrong("1.2", "shape", lambda v, row: v.assign(row[None, :]))
wrong("1.2", "returned", lambda v, row: np.broadcast_to(row, v.shape))
wrong("1.2", "first row only", lambda v, row: v[0].assign(row))
wrong("1.2", "wrong axis", lambda v, row: v.assign(np.broadcast_to(row[:, None], v.shape)))
wrong("1.2", "multiplied", lambda v, row: v.assign(v.numpy() * row))
wrong("1.2", "added", lambda v, row: v.assign(v.numpy() + row))
wrong("1.2", "fixed numbers", lambda v, row: v.assign([[7, 8], [7, 8]]))
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


@wrong("1.2", "first row only")
def _(v, row):
    for i in range(v.shape[0] - 1):
        v[i].assign(row)


@wrong("1.2", "only some rows")
def _(v, row):
    for i in range(len(row)):
        v[i].assign(row)


@wrong("1.2", "last row only")
def _(v, row):
    for i in range(1, v.shape[0]):
        v[i].assign(row)


@wrong("1.2", "added")
def _(v, row):
    v.assign_add(np.broadcast_to(row, v.shape))


@wrong("1.2", "wrong axis")
def _(v, row):
    v.assign(np.repeat(row, v.shape[0]).reshape(v.shape))


@wrong("1.2", "wrong axis")
def _(v, row):
    v.assign(np.resize(row, v.shape).T)


@wrong("1.2", "one number for all")
def _(v, row):
    v.assign(np.full(v.shape, row.mean()))


@wrong("1.2", "cut to integers")
def _(v, row):
    v.assign(np.full(v.shape, row, dtype=int))


@wrong("1.2", "reversed")
def _(v, row):
    v.assign(np.broadcast_to(row[::-1], v.shape))


@wrong("1.2", "not a shape")
def _(v, row):
    v.assign(np.broadcast_to(v.shape, row))


@wrong("1.2", "read-only view")
def _(v, row):
    a = np.broadcast_to(v.numpy(), v.shape)
    a[:] = row
    v.assign(a)


@wrong("1.2", "last row only")
def _(v, row):
    v[-1].assign(row)


@wrong("1.2", "first column only")
def _(v, row):
    v[:, 0].assign(row)


@wrong("1.2", "one number wanted")
def _(v, row):
    v.assign(v.numpy().fill(row))


@wrong("1.2", "one value everywhere")
def _(v, row):
    v.assign(np.zeros(v.shape) * row)


@wrong("1.2", "only some rows")
def _(v, row):
    v[0:2].assign(np.broadcast_to(row, (2, len(row))))


@right("1.2")
def _(v, row):
    v[:].assign(np.asarray(row, v.dtype.as_numpy_dtype))


@right("1.2")
def _(v, row):
    for i in range(v.shape[0]):
        v[i].assign(row)


@right("1.2")
def _(v, row):
    v.assign(np.stack([row] * v.shape[0]))


@right("1.2")
def _(v, row):
    v.assign(np.outer(np.ones(v.shape[0]), row))


@right("1.2")
def _(v, row):
    v.assign_sub(v - tf.cast(row, v.dtype))


@right("1.2")
def _(v, row):
    v.assign(np.full(v.shape, row))


@right("1.2")
def _(v, row):
    v.assign(np.resize(row, v.shape))


wrong("1.2", "does not broadcast", lambda v, row: v.assign(np.broadcast_to(row, (2, 2))))
wrong("1.2", "ambiguous truth value", lambda v, row: v.assign(np.broadcast_to(row, v)))
wrong("1.2", "cut to integers", lambda v, row: v.assign(np.ones_like(v.numpy(), dtype=int) * row.astype(int)))
wrong("1.2", "one value everywhere", lambda v, row: v.assign(np.where(v.numpy() == row, v.numpy(), 0)))
wrong("1.2", "wrong places", lambda v, row: v.assign(np.sort(np.tile(row, (v.shape[0], 1)), axis=1)))
wrong("1.2", "values", lambda v, row: v.assign(np.broadcast_to(row, v.shape) / v.shape[0]))
wrong("1.2", "ambiguous truth value", lambda v, row: v[0].assign(row) and v[1].assign(row))


@wrong("1.2", "only some rows")
def _(v, row):
    for i in range(2):
        v[i].assign(row)


@wrong("1.2", "no assign on a tensor")
def _(v, row):
    for r_ in v:
        r_.assign(row)


@wrong("1.2", "rebound")
def _(v, row):
    a = v.numpy()
    for i in range(len(a)):
        a[i] = row
    v = tf.Variable(a)


# 1.3 scale_input_channels

wrong("1.3", "output channels", lambda kernel, gains: kernel.assign(kernel.numpy() * gains))
wrong("1.3", "wrong axis", lambda kernel, gains: kernel.assign(kernel.numpy() * gains[:, None, None]))
wrong("1.3", "wrong axis", lambda kernel, gains: kernel.assign(kernel.numpy() * gains[:, None, None, None]))
wrong("1.3", "returned", lambda kernel, gains: kernel.numpy() * gains[:, None])
wrong("1.3", "divided", lambda kernel, gains: kernel.assign(kernel.numpy() / gains[:, None]))
wrong(
    "1.3",
    "argument not used",
    lambda kernel, gains: kernel.assign(np.broadcast_to([[10, 10], [100, 100]], kernel.shape)),
)
wrong("1.3", "too few entries", lambda kernel, gains: kernel[0, 0].assign(kernel[0, 0] * gains[:, None]))
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


@wrong("1.3", "wrong axis")
def _(kernel, gains):
    for i in range(len(gains)):
        kernel[:, i].assign(kernel[:, i] * gains[i])


@wrong("1.3", "only some slices")
def _(kernel, gains):
    for i in range(1):
        kernel[:, :, i].assign(kernel[:, :, i] * gains[i])


@right("1.3")
def _(kernel, gains):
    kernel.assign(kernel.numpy() * gains[None, :, None])


@wrong("1.3", "output channels")
def _(kernel, gains):
    kernel.assign(np.einsum("hwio,o->hwio", kernel.numpy(), gains))


@wrong("1.3", "shape")
def _(kernel, gains):
    kernel.assign(np.einsum("hwio,i->hwo", kernel.numpy(), gains))


@wrong("1.3", "output channels")
def _(kernel, gains):
    kernel.assign(kernel.numpy() @ np.diag(gains))


@wrong("1.3", "added to the old values")
def _(kernel, gains):
    kernel.assign_add(kernel.numpy() * gains[:, None])


@wrong("1.3", "twice")
def _(kernel, gains):
    kernel.assign(kernel.numpy() * gains[:, None] ** 2)


@wrong("1.3", "reversed")
def _(kernel, gains):
    kernel.assign(kernel.numpy() * gains[::-1, None])


@wrong("1.3", "cut to integers")
def _(kernel, gains):
    kernel.assign(kernel.numpy() * gains[:, None].astype("int32"))


@right("1.3")
def _(kernel, gains):
    a = kernel.numpy()
    a *= gains[:, None]
    kernel.assign(a)


@right("1.3")
def _(kernel, gains):
    kernel.assign(np.moveaxis(np.moveaxis(kernel.numpy(), 2, -1) * gains, 2, -1))


@right("1.3")
def _(kernel, gains):
    kernel.assign(np.transpose(np.transpose(kernel.numpy(), (0, 1, 3, 2)) * gains, (0, 1, 3, 2)))


@right("1.3")
def _(kernel, gains):
    kernel.assign(np.diag(gains) @ kernel.numpy())


@right("1.3")
def _(kernel, gains):
    kernel.assign(kernel * tf.reshape(tf.cast(gains, kernel.dtype), [-1, 1]))


wrong("1.3", "one number for all", lambda kernel, gains: kernel.assign(kernel.numpy() * gains.mean()))
wrong("1.3", "one number for all", lambda kernel, gains: kernel.assign(kernel.numpy() * np.sum(gains)))
wrong("1.3", "transposed", lambda kernel, gains: kernel.assign(kernel.numpy().transpose(0, 1, 3, 2) * gains))
wrong("1.3", "shape", lambda kernel, gains: kernel.assign(np.tensordot(kernel.numpy(), gains, axes=(2, 0))))
wrong("1.3", "added", lambda kernel, gains: kernel.assign(kernel.numpy() + gains[:, None]))
wrong("1.3", "only some slices", lambda kernel, gains: kernel[:, :, 0, :].assign(kernel[:, :, 0, :] * gains[0]))


@wrong("1.3", "values")
def _(kernel, gains):
    k = kernel.numpy()
    for i in range(len(gains)):
        k[:, :, i] = k[:, :, 0] * gains[i]
    kernel.assign(k)


@wrong("1.3", "item assignment")
def _(kernel, gains):
    for i, g in enumerate(gains):
        kernel[:, :, i] *= g


# Slips with NumPy habits, and unusual right answers

wrong("1.1", "spelling", lambda v, factors: v.asign(v.numpy() * factors[:, None]))
wrong("1.1", "spelling", lambda v, factors: v.assign(v.nunpy() * factors[:, None]))
wrong("1.1", "spelling", lambda v, factors: v.assign(v.numpy() * factors.reshap(-1, 1)))
wrong("1.1", "spelling", lambda v, factors: v.Assign(v.numpy() * factors[:, None]))
wrong("1.1", "no update on a variable", lambda v, factors: v.update(v.numpy() * factors[:, None]))
wrong("1.1", "no set_value on a variable", lambda v, factors: v.set_value(v.numpy() * factors[:, None]))
wrong("1.1", "spelling", lambda v, factors: v.assign(np.mutiply(v.numpy(), factors[:, None])))
wrong("1.1", "shape", lambda v, factors: v.assign(tf.matmul(v, factors[:, None])))
wrong("1.1", "shape", lambda v, factors: v.assign(v.numpy() @ factors[:, None]))
wrong("1.1", "shape", lambda v, factors: v.assign(np.dot(factors, v.numpy())))
wrong("1.1", "wrong axis", lambda v, factors: v.assign(v.numpy() * factors[None, :]))
wrong("1.1", "wrong axis", lambda v, factors: v.assign(v.numpy() * factors.T))
wrong("1.1", "shape", lambda v, factors: v.assign(factors[:, None]))
wrong("1.1", "added to the old values", lambda v, factors: v.assign_add(v.numpy() * factors[:, None]))
wrong("1.1", "diagonal only", lambda v, factors: v.assign(np.diag(factors) * v.numpy()))
wrong("1.1", "shape", lambda v, factors: v.assign(np.outer(factors, v.numpy())))
wrong("1.1", "cut to integers", lambda v, factors: v.assign(v.numpy() * factors[:, np.newaxis].astype(int)))
wrong("1.1", "returned", lambda v, factors: np.multiply(v.numpy(), factors[:, None], out=v.numpy()))
wrong("1.1", "copy edited", lambda v, factors: np.copyto(v.numpy(), v.numpy() * factors[:, None]))


@wrong("1.1", "copy edited")
def _(v, factors):
    for i in range(len(factors)):
        v.numpy()[i] *= factors[i]


@wrong("1.1", "no assign on a tensor")
def _(v, factors):
    for row, factor in zip(v, factors):  # noqa: B905
        row.assign(row * factor)


@wrong("1.1", "shape")
def _(v, factors):
    for i, f in enumerate(factors):
        v.assign(v.numpy()[i] * f)


@wrong("1.1", "item assignment")
def _(v, factors):
    v[:] = v.numpy() * factors[:, None]


@wrong("1.1", "brackets missing")
def _(v, factors):
    values = v.numpy
    v.assign(values * factors[:, None])


@wrong("1.1", "unknown name")
def _(v, factors):
    factors = factors.reshape(-1, 1)
    v.assign(v.numpy() * factor)  # noqa: F821


@wrong("1.1", "attribute replaced")
def _(v, factors):
    factors = factors[:, None]
    v.assign = v.numpy() * factors


@wrong("1.1", "only some rows")
def _(v, factors):
    for i in range(v.shape[0]):
        v[i].assign(v[i] * factors[i])
        return


@wrong("1.1", "index out of range")
def _(v, factors):
    for i in range(v.shape[1]):
        v[i].assign(v.numpy()[i] * factors[i])


@wrong("1.1", "only some columns")
def _(v, factors):
    values = v.numpy()
    for i in range(len(values)):
        for j in range(len(values)):
            values[i, j] *= factors[i]
    v.assign(values)


@wrong("1.1", "no assgin on a tensor")
def _(v, factors):
    k2 = v.assign(v.numpy() * factors[:, None])
    k2[0].assgin(0)


right("1.1", lambda v, factors: v.assign((v.numpy().T * factors).T))
right("1.1", lambda v, factors: [v[i].assign(float(f) * v[i]) for i, f in enumerate(factors)])
right("1.1", lambda v, factors: v.assign(np.einsum("ij,i->ij", v, factors)))
right("1.1", lambda v, factors: v.assign([[x * f for x in row] for row, f in zip(v.numpy(), factors, strict=True)]))
right("1.1", lambda v, factors: v.assign_add(v.numpy() * (factors[:, None] - 1)))

wrong("1.2", "shape", lambda v, row: v.assign(row))
wrong("1.2", "shape", lambda v, row: v.assign(np.tile(row, v.shape)))
wrong("1.2", "shape", lambda v, row: v.assign(np.tile(row, v.shape[0])))
wrong("1.2", "shape", lambda v, row: v.assign(np.repeat(row, v.shape[0])))
wrong("1.2", "wrong axis", lambda v, row: v.assign(np.repeat(row, v.shape[0]).reshape(v.shape)))
wrong("1.2", "shape", lambda v, row: v.assign(np.resize(row, v.shape[::-1])))
wrong("1.2", "shape", lambda v, row: v.assign([row, row]))
wrong("1.2", "shape", lambda v, row: v.assign([row] * v.shape[1]))
wrong("1.2", "shape", lambda v, row: v.assign(row[None]))
wrong("1.2", "not a shape", lambda v, row: v.assign(np.broadcast_to(v.shape, row)))
wrong("1.2", "raised", lambda v, row: v.assign(np.broadcast(row, v.shape)))
wrong("1.2", "spelling", lambda v, row: v.assign(np.brodcast_to(row, v.shape)))
wrong("1.2", "no fill on a variable", lambda v, row: v.fill(row))
wrong("1.2", "shape", lambda v, row: v.assign(np.full(v.shape[1], row)))
wrong("1.2", "not a shape", lambda v, row: v.assign(np.full(row, v.shape)))
wrong("1.2", "wrong axis", lambda v, row: v.assign(np.ones(v.shape) * row[:, None]))
wrong("1.2", "added", lambda v, row: v.assign_add(np.broadcast_to(row, v.shape)))
wrong("1.2", "one number for all", lambda v, row: v.assign(np.zeros(v.shape)[:] + row[0]))
wrong("1.2", "shape", lambda v, row: v.assign(np.vstack([row for _ in v.shape])))
wrong("1.2", "shape", lambda v, row: v.assign(np.meshgrid(row, row)[0]))
wrong("1.2", "shape", lambda v, row: v.assign(np.concatenate([row] * v.shape[0])))
wrong("1.2", "wrong places", lambda v, row: v.assign(v.numpy() * 0 + np.sort(row)))
wrong("1.2", "no assign on a tensor", lambda v, row: [r.assign(row) for r in v])
wrong("1.2", "one number wanted", lambda v, row: v.numpy().fill(row))


@wrong("1.2", "copy edited")
def _(v, row):
    for r in v.numpy():
        r[:] = row


@wrong("1.2", "old values assigned")
def _(v, row):
    values = v.numpy()
    for r in values:
        r = row
    v.assign(values)


@wrong("1.2", "only some rows")
def _(v, row):
    for i in range(len(row)):
        v[i].assign(row)


@wrong("1.2", "shape")
def _(v, row):
    values = v.numpy()
    values = row
    v.assign(values)


@wrong("1.2", "compared, not stored")
def _(v, row):
    values = v.numpy()
    values[:] == row  # noqa: B015
    v.assign(values)


right("1.2", lambda v, row: v.assign(np.tile(row, (v.shape[0], 1))))
right("1.2", lambda v, row: v.assign([row] * len(v.numpy())))
right("1.2", lambda v, row: v.assign(np.outer(np.ones(v.shape[0]), row)))
right("1.2", lambda v, row: [v[:, j].assign([x] * v.shape[0]) for j, x in enumerate(row)] and None)

wrong("1.3", "output channels", lambda kernel, gains: kernel.assign(kernel.numpy() * gains[None, None, None, :]))
wrong("1.3", "wrong axis", lambda kernel, gains: kernel.assign(kernel.numpy() * gains[:, None, None]))
wrong("1.3", "shape", lambda kernel, gains: kernel.assign(kernel.numpy()[..., 0, :] * gains))
wrong("1.3", "output channels", lambda kernel, gains: kernel.assign(kernel.numpy() * gains.reshape(1, 1, 1, -1)))
wrong("1.3", "wrong axis", lambda kernel, gains: kernel.assign(kernel.numpy() * gains.reshape(1, -1, 1, 1)))
wrong("1.3", "transposed", lambda kernel, gains: kernel.assign(kernel.numpy().transpose(0, 1, 3, 2) * gains))
wrong("1.3", "argument stored", lambda kernel, gains: kernel[..., None, :].assign(gains))
wrong("1.3", "spelling", lambda kernel, gains: kernel.asign(kernel.numpy() * gains[:, None]))
wrong("1.3", "unknown name", lambda kernel, gains: kernel.assign(kernel.numpy() * gain[:, None]))  # noqa: F821
wrong("1.3", "output channels", lambda kernel, gains: kernel.assign(kernel.numpy() * gains[..., None, :]))
wrong("1.3", "shape", lambda kernel, gains: kernel.assign(np.tensordot(kernel.numpy(), gains, 1)))
wrong("1.3", "shape", lambda kernel, gains: kernel.assign(np.einsum("hwio,i->hwo", kernel, gains)))
wrong("1.3", "output channels", lambda kernel, gains: kernel.assign(np.einsum("hwio,o->hwio", kernel, gains)))
wrong("1.3", "one number for all", lambda kernel, gains: kernel.assign(kernel.numpy() * gains.mean()))
wrong("1.3", "values", lambda kernel, gains: kernel.assign(kernel.numpy().T * gains))


@wrong("1.3", "output channels")
def _(kernel, gains):
    for i, g in enumerate(gains):
        kernel[..., i].assign(kernel[..., i] * float(g))


@wrong("1.3", "wrong axis")
def _(kernel, gains):
    values = kernel.numpy()
    for i, g in enumerate(gains):
        values[i] *= g
    kernel.assign(values)


@wrong("1.3", "only some slices")
def _(kernel, gains):
    values = kernel.numpy()
    for i, g in enumerate(gains):
        values[:, :, i] *= g
        kernel = kernel.assign(values)
        break


@wrong("1.3", "replaced")
def _(kernel, gains):
    values = kernel.numpy()
    for i, g in enumerate(gains):
        values[:, :, i] = g
    kernel.assign(values)


@wrong("1.3", "wrong axis")
def _(kernel, gains):
    h, w, i, o = kernel.shape
    values = kernel.numpy().reshape(i, -1) * gains[:, None]
    kernel.assign(values.reshape(h, w, i, o))


right("1.3", lambda kernel, gains: kernel.assign(np.einsum("hwio,i->hwio", kernel.numpy(), gains)))
right("1.3", lambda kernel, gains: kernel.assign(np.swapaxes(np.swapaxes(kernel.numpy(), 2, 3) * gains, 2, 3)))
right("1.3", lambda kernel, gains: kernel.assign(np.diag(gains) @ kernel.numpy()))


@right("1.3")
def _(kernel, gains):
    for i, gain in enumerate(gains):
        kernel[:, :, i].assign(kernel[:, :, i] * float(gain))
