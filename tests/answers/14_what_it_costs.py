"""Answers to the exercises of lesson 14, what a write costs."""

import numpy as np
import tensorflow as tf

from answers import right, wrong

# 14.1 decay

wrong(
    "14.1",
    "buffer not used",
    lambda v, factor, limit, buffer: v.assign(np.clip(v.numpy() * factor, -limit, limit)),
)
wrong(
    "14.1",
    "buffer not used",
    lambda v, factor, limit, buffer: v.assign(np.clip(np.asarray(v.value()) * factor, -limit, limit)),
)


@wrong("14.1", "buffer not used")
def _(v, factor, limit, buffer):
    values = v.numpy()
    values *= factor
    np.clip(values, -limit, limit, out=values)
    v.assign(values)


@wrong("14.1", "buffer rebound")
def _(v, factor, limit, buffer):
    buffer = np.multiply(np.asarray(v.value()), factor)
    buffer = np.clip(buffer, -limit, limit)
    v.assign(buffer)


@wrong("14.1", "buffer rebound")
def _(v, factor, limit, buffer):
    buffer = v.numpy() * factor
    np.clip(buffer, -limit, limit, out=buffer)
    v.assign(buffer)


@wrong("14.1", "a new array")
def _(v, factor, limit, buffer):
    np.multiply(np.asarray(v.value()), factor, out=buffer)
    v.assign(np.clip(buffer, -limit, limit))


@wrong("14.1", "a new array")
def _(v, factor, limit, buffer):
    values = v.numpy()
    np.multiply(values, factor, out=buffer)
    np.clip(buffer, -limit, limit, out=buffer)
    v.assign(buffer)


@wrong("14.1", "a new array")
def _(v, factor, limit, buffer):
    np.multiply(v.numpy(), factor, out=buffer)
    v.assign(np.minimum(np.maximum(buffer, -limit), limit))


@wrong("14.1", "into the view")
def _(v, factor, limit, buffer):
    view = np.asarray(v.value())
    np.multiply(view, factor, out=view)
    v.assign(view)


@wrong("14.1", "into the view")
def _(v, factor, limit, buffer):
    view = np.asarray(v.value())
    view[:] = np.clip(view * factor, -limit, limit)


@wrong("14.1", "out is an array")
def _(v, factor, limit, buffer):
    np.multiply(np.asarray(v.value()), factor, out=v)


@wrong("14.1", "copy edited")
def _(v, factor, limit, buffer):
    np.multiply(np.asarray(v.value()), factor, out=buffer)
    np.clip(buffer, -limit, limit, out=buffer)


@wrong("14.1", "clipped first")
def _(v, factor, limit, buffer):
    np.clip(np.asarray(v.value()), -limit, limit, out=buffer)
    buffer *= factor
    v.assign(buffer)


@wrong("14.1", "one limit only")
def _(v, factor, limit, buffer):
    np.multiply(np.asarray(v.value()), factor, out=buffer)
    np.minimum(buffer, limit, out=buffer)
    v.assign(buffer)


@wrong("14.1", "not clipped")
def _(v, factor, limit, buffer):
    np.multiply(np.asarray(v.value()), factor, out=buffer)
    np.clip(buffer, -limit, limit)
    v.assign(buffer)


@wrong("14.1", "not multiplied")
def _(v, factor, limit, buffer):
    np.clip(np.asarray(v.value()), -limit, limit, out=buffer)
    v.assign(buffer)


@wrong("14.1", "buffer not filled")
def _(v, factor, limit, buffer):
    buffer *= factor
    v.assign(np.clip(buffer, -limit, limit, out=buffer))


@wrong("14.1", "buffer not filled")
def _(v, factor, limit, buffer):
    np.clip(np.asarray(v.value()) * factor, -limit, limit)
    v.assign(buffer)


@right("14.1")
def _(v, factor, limit, buffer):
    np.multiply(np.asarray(v.value()), factor, out=buffer)
    np.clip(buffer, -limit, limit, out=buffer)
    v.assign(buffer)


@right("14.1")
def _(v, factor, limit, buffer):
    buffer[...] = np.asarray(v.value())
    buffer *= factor
    buffer.clip(-limit, limit, out=buffer)
    v.assign(buffer)


@right("14.1")
def _(v, factor, limit, buffer):
    """The copy of v is gone before assign makes its own."""
    np.copyto(buffer, v.numpy())
    np.multiply(buffer, factor, buffer)
    np.minimum(np.maximum(buffer, -limit, buffer), limit, buffer)
    v.assign(buffer)


@right("14.1")
def _(v, factor, limit, buffer):
    """TensorFlow's tensors are no arrays of NumPy."""
    v.assign(tf.clip_by_value(v * factor, -limit, limit))


@right("14.1")
def _(v, factor, limit, buffer):
    @tf.function
    def write():
        v.assign(tf.clip_by_value(v * factor, -limit, limit))

    write()


# 14.2 largest

wrong("14.2", "copied", lambda v: float(np.abs(v.numpy()).max()))
wrong("14.2", "copied", lambda v: max(float(v.numpy().max()), -float(v.numpy().min())))
wrong("14.2", "copied", lambda v: float(np.abs(np.array(v.value())).max()))
wrong("14.2", "variable given to NumPy", lambda v: max(float(np.max(v)), -float(np.min(v))))
wrong("14.2", "variable given to NumPy", lambda v: float(np.max(np.abs(v))))
wrong("14.2", "variable given to NumPy", lambda v: max(float(np.asarray(v).max()), -float(np.asarray(v).min())))
wrong("14.2", "a new array", lambda v: float(np.abs(np.asarray(v.value())).max()))
wrong("14.2", "a new array", lambda v: np.max(abs(np.asarray(v.value()))))
wrong("14.2", "into the view", lambda v: float(np.abs(np.asarray(v.value()), out=np.asarray(v.value())).max()))
wrong("14.2", "sign not dropped", lambda v: float(np.asarray(v.value()).max()))
wrong("14.2", "smallest entry only", lambda v: float(-np.asarray(v.value()).min()))
wrong("14.2", "largest entry only", lambda v: abs(float(tf.reduce_max(v))))
wrong("14.2", "smaller of both", lambda v: min(float(tf.reduce_max(v)), -float(tf.reduce_min(v))))
wrong("14.2", "sum", lambda v: float(tf.reduce_sum(tf.abs(v))))
wrong("14.2", "asked of the tensor", lambda v: max(v.value().max(), -v.value().min()))


@wrong("14.2", "nothing returned")
def _(v):
    view = np.asarray(v.value())
    print(max(view.max(), -view.min()))


@right("14.2")
def _(v):
    view = np.asarray(v.value())
    return max(float(view.max()), -float(view.min()))


@right("14.2")
def _(v):
    view = np.asarray(memoryview(v.value())) if v.dtype != tf.bfloat16 else np.asarray(v.value())
    return max(view.max(), -view.min())


@right("14.2")
def _(v):
    return float(tf.reduce_max(tf.abs(v)))


@right("14.2")
def _(v):
    """Row by row: each array is small."""
    return max(float(np.abs(row).max()) for row in np.asarray(v.value()))


@right("14.2")
def _(v):
    low, high = (float(function(v)) for function in (tf.reduce_min, tf.reduce_max))
    return high if high > -low else -low


# 14.3 centre_rows


def blocks(v, rows):
    """The row numbers of each block."""
    for start in range(0, v.shape[0], rows):
        yield np.arange(start, min(start + rows, v.shape[0]))


def centred(block):
    return block - block.mean(axis=1, keepdims=True)


wrong("14.3", "whole copy", lambda v, rows: v.assign(centred(v.numpy())))


@wrong("14.3", "whole copy")
def _(v, rows):
    values = v.numpy()
    for start in range(0, len(values), rows):
        values[start : start + rows] = centred(values[start : start + rows])
    v.assign(values)


@wrong("14.3", "whole copy")
def _(v, rows):
    for start in range(0, v.shape[0], rows):
        v[start : start + rows].assign(centred(v.numpy()[start : start + rows]))


@wrong("14.3", "whole copy")
def _(v, rows):
    values = v.numpy()
    for index in blocks(v, rows):
        v.scatter_nd_update(index[:, None], centred(values[index]))


@wrong("14.3", "a whole array")
def _(v, rows):
    parts = [centred(tf.gather(v, index).numpy()) for index in blocks(v, rows)]
    v.assign(np.concatenate(parts))


@wrong("14.3", "all at once")
def _(v, rows):
    v.assign(v - tf.reduce_mean(v, axis=1, keepdims=True))


@wrong("14.3", "past the last row")
def _(v, rows):
    for start in range(0, v.shape[0], rows):
        index = np.arange(start, start + rows)
        v.scatter_nd_update(index[:, None], centred(tf.gather(v, index).numpy()))


@wrong("14.3", "last rows left")
def _(v, rows):
    for start in range(0, v.shape[0] // rows * rows, rows):
        v[start : start + rows].assign(centred(v[start : start + rows].numpy()))


@wrong("14.3", "first block only")
def _(v, rows):
    v[:rows].assign(centred(v[:rows].numpy()))


@wrong("14.3", "means of columns")
def _(v, rows):
    for index in blocks(v, rows):
        block = tf.gather(v, index).numpy()
        v.scatter_nd_update(index[:, None], block - block.mean(axis=0))


@wrong("14.3", "one mean for a block")
def _(v, rows):
    for index in blocks(v, rows):
        block = tf.gather(v, index).numpy()
        v.scatter_nd_update(index[:, None], block - block.mean())


@wrong("14.3", "means written")
def _(v, rows):
    for start in range(0, v.shape[0], rows):
        v[start : start + rows].assign(v[start : start + rows].numpy().mean(axis=1, keepdims=True))


@wrong("14.3", "added")
def _(v, rows):
    for index in blocks(v, rows):
        block = tf.gather(v, index).numpy()
        v.scatter_nd_update(index[:, None], block + block.mean(axis=1, keepdims=True))


@wrong("14.3", "sums")
def _(v, rows):
    for index in blocks(v, rows):
        block = tf.gather(v, index).numpy()
        v.scatter_nd_update(index[:, None], block - block.sum(axis=1, keepdims=True))


@wrong("14.3", "first row of each block")
def _(v, rows):
    for start in range(0, v.shape[0], rows):
        v[start].assign(v[start] - tf.reduce_mean(v[start]))


@wrong("14.3", "axis of the mean lost")
def _(v, rows):
    for index in blocks(v, rows):
        block = tf.gather(v, index).numpy()
        v.scatter_nd_update(index[:, None], block - block.mean(axis=1))


@wrong("14.3", "places and rows do not fit")
def _(v, rows):
    for index in blocks(v, rows):
        v.scatter_nd_update(index[None], centred(tf.gather(v, index).numpy()))


@wrong("14.3", "copy edited")
def _(v, rows):
    for index in blocks(v, rows):
        block = tf.gather(v, index).numpy()
        block -= block.mean(axis=1, keepdims=True)


@right("14.3")
def _(v, rows):
    for start in range(0, v.shape[0], rows):
        index = np.arange(start, min(start + rows, v.shape[0]))
        block = tf.gather(v, index).numpy()
        block -= block.mean(axis=1, keepdims=True)
        v.scatter_nd_update(index[:, None], block)


@right("14.3")
def _(v, rows):
    for start in range(0, v.shape[0], rows):
        v[start : start + rows].assign(centred(v[start : start + rows].numpy()))


@right("14.3")
def _(v, rows):
    for index in tf.split(tf.range(v.shape[0]), [len(one) for one in blocks(v, rows)]):
        block = tf.gather(v, index)
        v.scatter_update(tf.IndexedSlices(block - tf.reduce_mean(block, axis=1, keepdims=True), index))


@right("14.3")
def _(v, rows):
    for index in np.array_split(np.arange(v.shape[0]), -(-v.shape[0] // rows)):
        means = tf.gather(v, index).numpy().mean(axis=1, keepdims=True)
        v.scatter_nd_sub(index[:, None], np.broadcast_to(means, (len(index), v.shape[1])))


@right("14.3")
def _(v, rows):
    """The view is read and not copied; what is written makes the variable leave it behind."""
    for start in range(0, v.shape[0], rows):
        view = np.asarray(v.value())[start : start + rows]
        v[start : start + rows].assign(centred(view))
