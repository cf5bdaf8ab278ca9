"""Answers to the exercises of lesson 08, slices and scatter."""

import numpy as np
import tensorflow as tf

from answers import right, wrong

# 8.1 paste


def inside(v, patch, row, column):
    """The part of the patch that is inside v."""
    return patch[: v.shape[0] - row, : v.shape[1] - column]


def window(v, patch, row, column):
    """The slice of v that the patch covers."""
    return v[row : row + patch.shape[0], column : column + patch.shape[1]]


wrong("8.1", "the patch sticks out", lambda v, patch, row, column: window(v, patch, row, column).assign(patch))
wrong("8.1", "one number", lambda v, patch, row, column: window(v, patch, row, column).assign(patch[0, 0]))
wrong(
    "8.1",
    "one row repeated",
    lambda v, patch, row, column: window(v, patch, row, column).assign(inside(v, patch, row, column)[0]),
)
wrong(
    "8.1",
    "one column repeated",
    lambda v, patch, row, column: window(v, patch, row, column).assign(inside(v, patch, row, column)[:, :1]),
)


@wrong("8.1", "the patch sticks out")
def _(v, patch, row, column):
    values = v.numpy()
    values[row : row + patch.shape[0], column : column + patch.shape[1]] = patch
    v.assign(values)


@wrong("8.1", "the patch sticks out")
def _(v, patch, row, column):
    for i in range(patch.shape[0]):
        for j in range(patch.shape[1]):
            v[row + i, column + j].assign(patch[i, j])


@wrong("8.1", "the patch sticks out")
def _(v, patch, row, column):
    values = v.numpy()
    for i in range(patch.shape[0]):
        for j in range(patch.shape[1]):
            values[row + i, column + j] = patch[i, j]
    v.assign(values)


@wrong("8.1", "item assignment")
def _(v, patch, row, column):
    v[row : row + patch.shape[0], column : column + patch.shape[1]] = patch


@wrong("8.1", "corner swapped")
def _(v, patch, row, column):
    part = v[column : column + patch.shape[0], row : row + patch.shape[1]]
    part.assign(patch[: part.shape[0], : part.shape[1]])


@wrong("8.1", "the patch's other end")
def _(v, patch, row, column):
    part = window(v, patch, row, column)
    part.assign(patch[-part.shape[0] :, -part.shape[1] :])


@wrong("8.1", "moved inwards")
def _(v, patch, row, column):
    (n, m), (height, width) = v.shape, patch.shape
    row, column = max(0, min(row, n - height)), max(0, min(column, m - width))
    v[row : row + height, column : column + width].assign(patch[:n, :m])


@wrong("8.1", "wrapped round")
def _(v, patch, row, column):
    values = v.numpy()
    for (i, j), x in np.ndenumerate(patch):
        values[(row + i) % len(values), (column + j) % values.shape[1]] = x
    v.assign(values)


@wrong("8.1", "added")
def _(v, patch, row, column):
    values = v.numpy()
    part = values[row : row + patch.shape[0], column : column + patch.shape[1]]
    part += patch[: part.shape[0], : part.shape[1]]
    v.assign(values)


@wrong("8.1", "counted from 1")
def _(v, patch, row, column):
    part = v[row - 1 : row - 1 + patch.shape[0], column - 1 : column - 1 + patch.shape[1]]
    part.assign(patch[: part.shape[0], : part.shape[1]])


@wrong("8.1", "corner at the origin")
def _(v, patch, row, column):
    part = v[: patch.shape[0], : patch.shape[1]]
    part.assign(patch[: part.shape[0], : part.shape[1]])


@wrong("8.1", "rest emptied")
def _(v, patch, row, column):
    values = np.zeros(v.shape)
    part = values[row : row + patch.shape[0], column : column + patch.shape[1]]
    part[:] = patch[: part.shape[0], : part.shape[1]]
    v.assign(values)


@wrong("8.1", "one row short")
def _(v, patch, row, column):
    part = v[row : row + patch.shape[0] - 1, column : column + patch.shape[1] - 1]
    part.assign(patch[: part.shape[0], : part.shape[1]])


@wrong("8.1", "first row only")
def _(v, patch, row, column):
    part = v[row, column : column + patch.shape[1]]
    part.assign(patch[0, : part.shape[0]])


@wrong("8.1", "brackets twice")
def _(v, patch, row, column):
    part = v[row : row + patch.shape[0]][:, column : column + patch.shape[1]]
    part.assign(patch[: part.shape[0], : part.shape[1]])


@wrong("8.1", "rebound")
def _(v, patch, row, column):
    v = v[row : row + patch.shape[0], column : column + patch.shape[1]]
    v = v + patch[: v.shape[0], : v.shape[1]]
    v.assign(patch)


@wrong("8.1", "copy edited")
def _(v, patch, row, column):
    part = v.numpy()[row : row + patch.shape[0], column : column + patch.shape[1]]
    part[:] = patch[: part.shape[0], : part.shape[1]]


@wrong("8.1", "only if it fits")
def _(v, patch, row, column):
    height, width = patch.shape
    if row + height <= v.shape[0] and column + width <= v.shape[1]:
        v[row : row + height, column : column + width].assign(patch)


@right("8.1")
def _(v, patch, row, column):
    part = v[row : row + patch.shape[0], column : column + patch.shape[1]]
    part.assign(patch[: part.shape[0], : part.shape[1]])


@right("8.1")
def _(v, patch, row, column):
    v[row : row + patch.shape[0], column : column + patch.shape[1]].assign(inside(v, patch, row, column))


@right("8.1")
def _(v, patch, row, column):
    values = v.numpy()
    part = values[row : row + patch.shape[0], column : column + patch.shape[1]]
    part[:] = patch[: part.shape[0], : part.shape[1]]
    v.assign(values)


@right("8.1")
def _(v, patch, row, column):
    kept = inside(v, patch, row, column)
    places = np.argwhere(np.ones(kept.shape)) + np.array([row, column])
    v.scatter_nd_update(places, kept.ravel())


@right("8.1")
def _(v, patch, row, column):
    for i, line in enumerate(inside(v, patch, row, column)):
        v[row + i, column : column + len(line)].assign(line)


# 8.2 set_one_per_row


def pairs(v, columns):
    """A row and a column in each line."""
    return np.stack([np.arange(v.shape[0]), columns % v.shape[1]], axis=1)


wrong("8.2", "array as an index", lambda v, columns, values: v[np.arange(len(values)), columns].assign(values))
wrong(
    "8.2",
    "negative columns",
    lambda v, columns, values: v.scatter_nd_update(np.stack([np.arange(len(values)), columns], axis=1), values),
)
wrong(
    "8.2",
    "places and values do not fit",
    lambda v, columns, values: v.scatter_nd_update(
        np.stack([np.arange(len(values)), columns % v.shape[1]], axis=0), values
    ),
)
wrong(
    "8.2",
    "places and values do not fit",
    lambda v, columns, values: v.scatter_nd_update((columns % v.shape[1])[:, None], values),
)
wrong("8.2", "places and values do not fit", lambda v, columns, values: v.scatter_nd_update(columns, values))
wrong("8.2", "added", lambda v, columns, values: v.scatter_nd_add(pairs(v, columns), values))
wrong("8.2", "a larger entry kept", lambda v, columns, values: v.scatter_nd_max(pairs(v, columns), values))
wrong(
    "8.2",
    "sign dropped",
    lambda v, columns, values: v.scatter_nd_update(pairs(v, np.abs(columns)), values),
)
wrong(
    "8.2",
    "negative made 0",
    lambda v, columns, values: v.scatter_nd_update(pairs(v, np.maximum(columns, 0)), values),
)
wrong("8.2", "counted from 1", lambda v, columns, values: v.scatter_nd_update(pairs(v, columns - 1), values))
wrong(
    "8.2",
    "first value everywhere",
    lambda v, columns, values: v.scatter_nd_update(pairs(v, columns), np.full(len(values), values[0])),
)
wrong(
    "8.2", "places are whole numbers", lambda v, columns, values: v.scatter_nd_update(pairs(v, columns) * 1.0, values)
)


@wrong("8.2", "item assignment")
def _(v, columns, values):
    v[np.arange(len(values)), columns] = values


@wrong("8.2", "rows and columns swapped")
def _(v, columns, values):
    data = v.numpy()
    data[columns, np.arange(len(values))] = values
    v.assign(data)


@wrong("8.2", "whole columns")
def _(v, columns, values):
    for column, x in zip(columns, values, strict=True):
        v[:, column].assign(x)


@wrong("8.2", "whole columns")
def _(v, columns, values):
    data = v.numpy()
    data[:, columns] = values
    v.assign(data)


@wrong("8.2", "whole rows")
def _(v, columns, values):
    for i, x in enumerate(values):
        v[i].assign(x)


@wrong("8.2", "negative passed over")
def _(v, columns, values):
    for i, column in enumerate(columns):
        if column >= 0:
            v[i, column].assign(values[i])


@wrong("8.2", "end counted from -2")
def _(v, columns, values):
    for i, column in enumerate(columns):
        v[i, column if column >= 0 else v.shape[1] + column - 1].assign(values[i])


@wrong("8.2", "rest emptied")
def _(v, columns, values):
    data = np.zeros(v.shape)
    data[np.arange(len(values)), columns] = values
    v.assign(data)


@wrong("8.2", "one row only")
def _(v, columns, values):
    v[0, columns[0]].assign(values[0])


@wrong("8.2", "copy edited")
def _(v, columns, values):
    v.numpy()[np.arange(len(values)), columns] = values


@wrong("8.2", "returned")
def _(v, columns, values):
    return tf.tensor_scatter_nd_update(v, pairs(v, columns), tf.cast(values, v.dtype))


right("8.2", lambda v, columns, values: v.scatter_nd_update(pairs(v, columns), values))


@right("8.2")
def _(v, columns, values):
    data = v.numpy()
    data[np.arange(len(values)), columns] = values
    v.assign(data)


@right("8.2")
def _(v, columns, values):
    for i, (column, x) in enumerate(zip(columns, values, strict=True)):
        v[i, column].assign(x)


@right("8.2")
def _(v, columns, values):
    chosen = tf.one_hot(columns % v.shape[1], v.shape[1], True, False)
    v.assign(tf.where(chosen, tf.cast(values, v.dtype)[:, None], v))


@right("8.2")
def _(v, columns, values):
    v.assign(tf.tensor_scatter_nd_update(v, pairs(v, columns), tf.cast(values, v.dtype)))


@right("8.2")
def _(v, columns, values):
    data = v.numpy()
    np.put_along_axis(data, (columns % v.shape[1])[:, None], values[:, None], axis=1)
    v.assign(data)


# 8.3 add_to_rows

wrong("8.3", "padding", lambda table, ids, vectors: table.scatter_nd_add(ids[:, None], vectors))
wrong("8.3", "padding", lambda table, ids, vectors: table.scatter_add(tf.IndexedSlices(vectors, ids)))
wrong(
    "8.3",
    "one row only",
    lambda table, ids, vectors: table.scatter_nd_add(ids[ids >= 0], vectors[ids >= 0]),
)
wrong("8.3", "replaced", lambda table, ids, vectors: table.scatter_nd_update(ids[ids >= 0][:, None], vectors[ids >= 0]))
wrong("8.3", "subtracted", lambda table, ids, vectors: table.scatter_nd_sub(ids[ids >= 0][:, None], vectors[ids >= 0]))
wrong(
    "8.3",
    "places and values do not fit",
    lambda table, ids, vectors: table.scatter_nd_add(ids[ids >= 0][:, None], vectors),
)
wrong(
    "8.3",
    "padding to row 0",
    lambda table, ids, vectors: table.scatter_nd_add(np.maximum(ids, 0)[:, None], vectors),
)
wrong(
    "8.3",
    "padding to other rows",
    lambda table, ids, vectors: table.scatter_nd_add((np.abs(ids) % table.shape[0])[:, None], vectors),
)
wrong(
    "8.3",
    "vectors not left out",
    lambda table, ids, vectors: table.scatter_nd_add(ids[ids >= 0][:, None], vectors[: (ids >= 0).sum()]),
)
wrong(
    "8.3",
    "no IndexedSlices",
    lambda table, ids, vectors: table.scatter_add(vectors[ids >= 0]),
)
wrong("8.3", "array as an index", lambda table, ids, vectors: table[ids].assign(table[ids] + vectors))
wrong("8.3", "brackets twice", lambda table, ids, vectors: table[0].assign_add(vectors[0]))
wrong("8.3", "added to every row", lambda table, ids, vectors: table.assign(table + vectors[ids >= 0].sum(axis=0)))


@wrong("8.3", "added once")
def _(table, ids, vectors):
    values, keep = table.numpy(), ids >= 0
    values[ids[keep]] += vectors[keep]
    table.assign(values)


@wrong("8.3", "added once, padding to the last rows")
def _(table, ids, vectors):
    values = table.numpy()
    values[ids] += vectors
    table.assign(values)


@wrong("8.3", "padding to the last rows")
def _(table, ids, vectors):
    values = table.numpy()
    np.add.at(values, ids, vectors)
    table.assign(values)


@wrong("8.3", "padding to the last rows")
def _(table, ids, vectors):
    for i, vector in zip(ids, vectors, strict=True):
        table[i].assign(table[i] + vector)


@wrong("8.3", "replaced")
def _(table, ids, vectors):
    for i, vector in zip(ids, vectors, strict=True):
        if i >= 0:
            table[i].assign(vector)


@wrong("8.3", "old values gone")
def _(table, ids, vectors):
    values = table.numpy()
    for i in set(ids[ids >= 0]):
        values[i] = vectors[ids == i].sum(axis=0)
    table.assign(values)


@wrong("8.3", "averaged")
def _(table, ids, vectors):
    values = table.numpy()
    for i in set(ids[ids >= 0]):
        values[i] += vectors[ids == i].mean(axis=0)
    table.assign(values)


@wrong("8.3", "added once")
def _(table, ids, vectors):
    kept, first = np.unique(ids, return_index=True)
    first = first[kept >= 0]
    table.scatter_nd_add(ids[first][:, None], vectors[first])


@wrong("8.3", "vectors not left out")
def _(table, ids, vectors):
    values = table.numpy()
    values[ids[ids >= 0]] += vectors
    table.assign(values)


@wrong("8.3", "copy edited")
def _(table, ids, vectors):
    np.add.at(table.numpy(), ids[ids >= 0], vectors[ids >= 0])


@wrong("8.3", "item assignment")
def _(table, ids, vectors):
    for i, vector in zip(ids, vectors, strict=True):
        if i >= 0:
            table[i] += vector


wrong(
    "8.3", "row 0 left out", lambda table, ids, vectors: table.scatter_nd_add(ids[ids > 0][:, None], vectors[ids > 0])
)
right("8.3", lambda table, ids, vectors: table.scatter_nd_add(ids[ids >= 0][:, None], vectors[ids >= 0]))
right("8.3", lambda table, ids, vectors: table.scatter_add(tf.IndexedSlices(vectors[ids >= 0], ids[ids >= 0])))


@right("8.3")
def _(table, ids, vectors):
    values, keep = table.numpy(), ids >= 0
    np.add.at(values, ids[keep], vectors[keep])
    table.assign(values)


@right("8.3")
def _(table, ids, vectors):
    for i, vector in zip(ids, vectors, strict=True):
        if i >= 0:
            table[i].assign(table[i] + vector)


@right("8.3")
def _(table, ids, vectors):
    chosen = (ids[:, None] == np.arange(table.shape[0])).astype(vectors.dtype)
    table.assign(table.numpy() + chosen.T @ vectors)


@right("8.3")
def _(table, ids, vectors):
    keep = ids >= 0
    sums = tf.math.unsorted_segment_sum(vectors[keep], ids[keep], table.shape[0])
    table.assign_add(tf.cast(sums, table.dtype))
