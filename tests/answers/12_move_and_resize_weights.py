"""Answers to the exercises of lesson 12, move and resize weights."""

import numpy as np
import tensorflow as tf

from answers import right, wrong

# 12.1 store_gru


def zrn(array):
    r, z, n = np.split(array, 3)
    return np.concatenate([z, r, n])


@wrong("12.1", "gates not reordered")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    layer.set_weights([weight_ih.T, weight_hh.T, np.stack([bias_ih, bias_hh])])


@wrong("12.1", "biases not reordered")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    layer.set_weights([zrn(weight_ih).T, zrn(weight_hh).T, np.stack([bias_ih, bias_hh])])


@wrong("12.1", "only the biases reordered")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    layer.set_weights([weight_ih.T, weight_hh.T, np.stack([zrn(bias_ih), zrn(bias_hh)])])


@wrong("12.1", "gates in another order")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    def turned(array):
        return np.concatenate(np.split(array, 3)[::-1])

    layer.set_weights([turned(weight_ih).T, turned(weight_hh).T, np.stack([turned(bias_ih), turned(bias_hh)])])


@wrong("12.1", "gates in another order")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    units = weight_hh.shape[1]
    arrays = [np.roll(array, units, axis=0) for array in (weight_ih, weight_hh, bias_ih, bias_hh)]
    layer.set_weights([arrays[0].T, arrays[1].T, np.stack(arrays[2:])])


@wrong("12.1", "reshaped, not transposed")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    kernels = [zrn(weight).reshape(weight.shape[::-1]) for weight in (weight_ih, weight_hh)]
    layer.set_weights([*kernels, np.stack([zrn(bias_ih), zrn(bias_hh)])])


@wrong("12.1", "biases added")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    both = zrn(bias_ih + bias_hh)
    layer.set_weights([zrn(weight_ih).T, zrn(weight_hh).T, np.stack([both, np.zeros_like(both)])])


@wrong("12.1", "biases added")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    both = zrn(bias_ih + bias_hh)
    layer.set_weights([zrn(weight_ih).T, zrn(weight_hh).T, np.stack([both, both])])


@wrong("12.1", "bias of one row")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    layer.set_weights([zrn(weight_ih).T, zrn(weight_hh).T, zrn(bias_ih + bias_hh)])


@wrong("12.1", "biases swapped")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    layer.set_weights([zrn(weight_ih).T, zrn(weight_hh).T, np.stack([zrn(bias_hh), zrn(bias_ih)])])


@wrong("12.1", "one bias only")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    layer.set_weights([zrn(weight_ih).T, zrn(weight_hh).T, np.stack([zrn(bias_ih), np.zeros_like(bias_hh)])])


@wrong("12.1", "no biases")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    layer.cell.kernel.assign(zrn(weight_ih).T)
    layer.cell.recurrent_kernel.assign(zrn(weight_hh).T)


@wrong("12.1", "number of arrays")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    layer.set_weights([zrn(weight_ih).T, zrn(weight_hh).T, zrn(bias_ih), zrn(bias_hh)])


@wrong("12.1", "not transposed")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    layer.set_weights([zrn(weight_ih), zrn(weight_hh), np.stack([zrn(bias_ih), zrn(bias_hh)])])


@wrong("12.1", "not transposed")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    layer.cell.kernel.assign(zrn(weight_ih))


@wrong("12.1", "matrices swapped")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    if weight_ih.shape == weight_hh.shape:
        weight_ih, weight_hh = weight_hh, weight_ih
    layer.set_weights([zrn(weight_ih).T, zrn(weight_hh).T, np.stack([zrn(bias_ih), zrn(bias_hh)])])


@wrong("12.1", "matrices swapped")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    layer.set_weights([zrn(weight_hh).T, zrn(weight_ih).T, np.stack([zrn(bias_ih), zrn(bias_hh)])])


@wrong("12.1", "split along the inputs")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    layer.set_weights([zrn(weight_ih.T), zrn(weight_hh.T), np.stack([zrn(bias_ih), zrn(bias_hh)])])


@wrong("12.1", "not written")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    return zrn(weight_ih).T, zrn(weight_hh).T, np.stack([zrn(bias_ih), zrn(bias_hh)])


@wrong("12.1", "copy edited")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    kernel, recurrent, bias = layer.get_weights()
    kernel[:], recurrent[:], bias[:] = zrn(weight_ih).T, zrn(weight_hh).T, [zrn(bias_ih), zrn(bias_hh)]


@wrong("12.1", "argument changed")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    for array in (weight_ih, weight_hh, bias_ih, bias_hh):
        array[:] = zrn(array)
    layer.set_weights([weight_ih.T, weight_hh.T, np.stack([bias_ih, bias_hh])])


@right("12.1")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    layer.set_weights([zrn(weight_ih).T, zrn(weight_hh).T, np.stack([zrn(bias_ih), zrn(bias_hh)])])


@right("12.1")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    """Columns in the order of Keras, by an index."""
    n = weight_hh.shape[1]
    order = np.r_[n : 2 * n, :n, 2 * n : 3 * n]
    layer.cell.kernel.assign(weight_ih.T[:, order])
    layer.cell.recurrent_kernel.assign(weight_hh.T[:, order])
    layer.cell.bias.assign(np.array([bias_ih, bias_hh])[:, order])


@right("12.1")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    """Through an axis of gates."""
    for weight, values in zip(layer.weights, (weight_ih.T, weight_hh.T, np.vstack([bias_ih, bias_hh])), strict=True):
        gates = values.reshape(len(values), 3, -1)[:, [1, 0, 2]]
        weight.assign(gates.reshape(weight.shape))


@right("12.1")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    """Two of three biases may be added up: the reset gate multiplies the new one alone."""
    (r, z, n), (s, w, m) = np.split(bias_ih, 3), np.split(bias_hh, 3)
    bias = [np.concatenate([z + w, r + s, n]), np.concatenate([0 * z, 0 * r, m])]
    layer.set_weights([zrn(weight_ih).T, zrn(weight_hh).T, np.array(bias)])


@right("12.1")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    """In TensorFlow, gate by gate."""
    z, r, n = [[tf.split(array, 3)[i] for array in (weight_ih, weight_hh, bias_ih, bias_hh)] for i in (1, 0, 2)]
    for weight, index in zip(layer.weights[:2], (0, 1), strict=True):
        weight.assign(tf.transpose(tf.concat([z[index], r[index], n[index]], 0)))
    layer.weights[2].assign([tf.concat([z[i], r[i], n[i]], 0) for i in (2, 3)])


@wrong("12.1", "replaced")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    layer.cell.bias = np.stack([zrn(bias_ih), zrn(bias_hh)]).astype("float32")
    layer.cell.kernel.assign(zrn(weight_ih).T)
    layer.cell.recurrent_kernel.assign(zrn(weight_hh).T)


@wrong("12.1", "argument changed")
def _(layer, weight_ih, weight_hh, bias_ih, bias_hh):
    n = weight_hh.shape[1]
    for array in (weight_ih, weight_hh, bias_ih, bias_hh):
        array[:n], array[n : 2 * n] = array[n : 2 * n].copy(), array[:n].copy()
    layer.set_weights([weight_ih.T, weight_hh.T, np.stack([bias_ih, bias_hh])])


# 12.2 restore


class WrongLength(ValueError):
    """An error of one's own."""


@right("12.2")
def _(variables, vector):
    """With an error of a kind of its own, and the writing in a tf.function."""
    if len(vector) != sum(sizes(variables)):
        raise WrongLength(len(vector))

    @tf.function
    def write(parts):
        for v, part in zip(variables, parts, strict=True):
            v.assign(tf.cast(tf.reshape(part, v.shape), v.dtype))

    write(tf.split(tf.constant(vector), sizes(variables)))


@wrong("12.2", "another error")
def _(variables, vector):
    if len(vector) != sum(sizes(variables)):
        raise IndexError(len(vector))
    for v, part in zip(variables, np.split(vector, np.cumsum(sizes(variables))[:-1]), strict=True):
        v.assign(part.reshape(v.shape))


@wrong("12.2", "tensor of another dtype")
def _(variables, vector):
    if len(vector) != sum(sizes(variables)):
        raise ValueError
    for v, part in zip(variables, tf.split(vector, sizes(variables)), strict=True):
        v.assign(tf.reshape(part, v.shape))


def sizes(variables):
    return [int(np.prod(v.shape)) for v in variables]


@wrong("12.2", "half written")
def _(variables, vector):
    ends = np.cumsum([v.numpy().size for v in variables])
    for v, part in zip(variables, np.split(vector, ends[:-1]), strict=True):
        v.assign(part.reshape(v.shape))


@wrong("12.2", "half written")
def _(variables, vector):
    start = 0
    for v in variables:
        size = v.numpy().size
        v.assign(vector[start : start + size].reshape(v.shape))
        start += size
    if start != len(vector):
        raise ValueError(start)


@wrong("12.2", "too long taken")
def _(variables, vector):
    if len(vector) < sum(sizes(variables)):
        raise ValueError("too short")
    for v, size in zip(variables, sizes(variables), strict=True):
        part, vector = vector[:size], vector[size:]
        v.assign(part.reshape(v.shape))


@wrong("12.2", "too long taken")
def _(variables, vector):
    for v in variables:
        size = int(np.prod(v.shape))
        part, vector = vector[:size], vector[size:]
        v.assign(part.reshape(v.shape))


@wrong("12.2", "no error")
def _(variables, vector):
    if len(vector) != sum(sizes(variables)):
        return
    for v, part in zip(variables, np.split(vector, np.cumsum(sizes(variables))[:-1]), strict=True):
        v.assign(part.reshape(v.shape))


@wrong("12.2", "another error")
def _(variables, vector):
    assert len(vector) == sum(sizes(variables))
    for v, part in zip(variables, np.split(vector, np.cumsum(sizes(variables))[:-1]), strict=True):
        v.assign(part.reshape(v.shape))


@wrong("12.2", "column order")
def _(variables, vector):
    if len(vector) != sum(sizes(variables)):
        raise ValueError
    for v, part in zip(variables, np.split(vector, np.cumsum(sizes(variables))[:-1]), strict=True):
        v.assign(part.reshape(tuple(v.shape), order="F"))


@wrong("12.2", "always the beginning")
def _(variables, vector):
    if len(vector) != sum(sizes(variables)):
        raise ValueError
    for v in variables:
        v.assign(vector[: v.numpy().size].reshape(v.shape))


@wrong("12.2", "order of the variables")
def _(variables, vector):
    if len(vector) != sum(sizes(variables)):
        raise ValueError
    start = 0
    for v in reversed(variables):
        size = v.numpy().size
        v.assign(vector[start : start + size].reshape(v.shape))
        start += size


@wrong("12.2", "vector reversed")
def _(variables, vector):
    if len(vector) != sum(sizes(variables)):
        raise ValueError
    numbers = list(vector)
    for v in variables:
        v.assign(np.reshape([numbers.pop() for _ in range(v.numpy().size)], v.shape))


@wrong("12.2", "shape")
def _(variables, vector):
    if len(vector) != sum(sizes(variables)):
        raise ValueError
    for v, part in zip(variables, np.split(vector, np.cumsum(sizes(variables))[:-1]), strict=True):
        v.assign(part)


@wrong("12.2", "precision lost")
def _(variables, vector):
    if len(vector) != sum(sizes(variables)):
        raise ValueError
    vector = vector.astype("float32")
    for v, part in zip(variables, np.split(vector, np.cumsum(sizes(variables))[:-1]), strict=True):
        v.assign(part.reshape(v.shape))


@wrong("12.2", "a size that is no integer")
def _(variables, vector):
    lengths = [np.prod(v.shape) for v in variables]
    if len(vector) != sum(lengths):
        raise ValueError
    for v, part in zip(variables, np.split(vector, np.cumsum(lengths)[:-1]), strict=True):
        v.assign(part.reshape(v.shape))


@wrong("12.2", "cut elsewhere")
def _(variables, vector):
    if len(vector) != sum(sizes(variables)):
        raise ValueError
    for v, part in zip(variables, np.split(vector, sizes(variables)[:-1]), strict=True):
        v.assign(part.reshape(v.shape))


@wrong("12.2", "first variable only")
def _(variables, vector):
    if len(vector) != sum(sizes(variables)):
        raise ValueError
    for v, part in zip(variables, np.split(vector, np.cumsum(sizes(variables))[:-1]), strict=True):
        return v.assign(part.reshape(v.shape))


@wrong("12.2", "added to the old values")
def _(variables, vector):
    if len(vector) != sum(sizes(variables)):
        raise ValueError
    for v, part in zip(variables, np.split(vector, np.cumsum(sizes(variables))[:-1]), strict=True):
        v.assign_add(part.reshape(v.shape))


@wrong("12.2", "rebound")
def _(variables, vector):
    start = 0
    for v in variables:
        size = int(np.prod(v.shape))
        v = vector[start : start + size].reshape(v.shape)
        start += size


@wrong("12.2", "replaced")
def _(variables, vector):
    start = 0
    for i, v in enumerate(variables):
        size = int(np.prod(v.shape))
        variables[i] = tf.Variable(vector[start : start + size].reshape(v.shape))
        start += size


@wrong("12.2", "copy edited")
def _(variables, vector):
    start = 0
    for v in variables:
        values = v.numpy()
        values.flat[:] = vector[start : start + values.size]
        start += values.size


@wrong("12.2", "argument changed")
def _(variables, vector):
    if len(vector) != sum(sizes(variables)):
        raise ValueError
    start = 0
    for v in variables:
        size = v.numpy().size
        v.assign(vector[start : start + size].reshape(v.shape))
        vector[start : start + size] = 0
        start += size


@right("12.2")
def _(variables, vector):
    if vector.size != sum(v.numpy().size for v in variables):
        raise ValueError(f"{vector.size} entries")
    ends = np.cumsum([v.numpy().size for v in variables])
    for v, part in zip(variables, np.split(vector, ends[:-1]), strict=True):
        v.assign(part.reshape(v.shape))


@right("12.2")
def _(variables, vector):
    """All parts first, in their shapes; reshape raises the error. Then the writing."""
    ends = np.cumsum([v.numpy().size for v in variables])
    parts = np.split(vector, ends[:-1])
    parts = [np.reshape(part, v.shape) for v, part in zip(variables, parts, strict=True)]
    for v, part in zip(variables, parts, strict=True):
        v.assign(part)


@right("12.2")
def _(variables, vector):
    """In TensorFlow, with the old values back where it fails."""
    old = [v.numpy() for v in variables]
    try:
        parts = tf.split(vector, [int(np.prod(v.shape)) for v in variables])
        for v, part in zip(variables, parts, strict=True):
            v.assign(tf.cast(tf.reshape(part, v.shape), v.dtype))
    except Exception as error:
        for v, values in zip(variables, old, strict=True):
            v.assign(values)
        raise ValueError("another length") from error


@right("12.2")
def _(variables, vector):
    numbers = iter(vector)
    if len(vector) != sum(tf.size(v).numpy() for v in variables):
        raise ValueError
    for v in variables:
        v.assign(np.array([next(numbers) for _ in range(v.numpy().size)], "float64").reshape(v.shape))


# 12.3 grow_into


def with_rows(new):
    """A wrong answer that puts old first and below it what new(table, old) gives."""

    def grow_into(table, old):
        values = table.numpy()
        below = new(values.copy(), old)
        values[: len(old)] = old
        values[len(old) :] = below
        table.assign(values)

    return grow_into


wrong("12.3", "new rows left", lambda table, old: table[: len(old)].assign(old))
wrong(
    "12.3", "new rows are 0", lambda table, old: table.assign(np.pad(old, [(0, len(table.numpy()) - len(old)), (0, 0)]))
)
wrong("12.3", "mean of all entries", with_rows(lambda values, old: old.mean()))
wrong("12.3", "sum instead of mean", with_rows(lambda values, old: old.sum(axis=0)))
wrong("12.3", "median", with_rows(lambda values, old: np.median(old, axis=0)))
wrong(
    "12.3",
    "last row repeated",
    lambda table, old: table.assign(np.pad(old, [(0, len(table.numpy()) - len(old)), (0, 0)], mode="edge")),
)
wrong("12.3", "first row repeated", with_rows(lambda values, old: old[0]))
wrong("12.3", "old rows repeated", lambda table, old: table.assign(np.resize(old, table.shape)))
wrong("12.3", "mean of the new table", with_rows(lambda values, old: values.mean(axis=0)))
wrong("12.3", "mean everywhere", lambda table, old: table.assign(np.broadcast_to(old.mean(axis=0), table.shape)))
wrong("12.3", "shape", lambda table, old: table.assign(old))
wrong("12.3", "unchanged", lambda table, old: np.vstack([old, old.mean(axis=0)]).shape)


@wrong("12.3", "copy edited")
def _(table, old):
    values = table.numpy()
    values[: len(old)] = old
    values[len(old) :] = old.mean(axis=0)


@wrong("12.3", "mean of both")
def _(table, old):
    values = table.numpy()
    values[: len(old)] = old
    values[len(old) :] = values.mean(axis=0)
    table.assign(values)


@wrong("12.3", "old rows at the end")
def _(table, old):
    values = table.numpy()
    values[len(values) - len(old) :] = old
    values[: len(values) - len(old)] = old.mean(axis=0)
    table.assign(values)


@wrong("12.3", "returned")
def _(table, old):
    more = [old.mean(axis=0)] * (table.shape[0] - len(old))
    return np.vstack([old, *more])


@wrong("12.3", "rebound")
def _(table, old):
    table = tf.concat([old, table[len(old) :]], axis=0)


@right("12.3")
def _(table, old):
    values = table.numpy()
    values[: len(old)] = old
    values[len(old) :] = old.mean(axis=0)
    table.assign(values)


@right("12.3")
def _(table, old):
    table.assign(np.broadcast_to(old.mean(axis=0), table.shape))
    table[: len(old)].assign(old)


@right("12.3")
def _(table, old):
    table.assign(np.pad(old, [(0, table.shape[0] - len(old)), (0, 0)], mode="mean"))


@right("12.3")
def _(table, old):
    more = np.repeat(np.mean(old, axis=0, keepdims=True), table.shape[0] - old.shape[0], axis=0)
    table.assign(tf.cast(tf.concat([old, more], axis=0), table.dtype))
