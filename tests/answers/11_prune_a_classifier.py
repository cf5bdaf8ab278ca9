"""Answers to the exercises of lesson 11, prune a classifier."""

import keras
import numpy as np
import tensorflow as tf

from answers import right, wrong

# 11.1 prune


def zeroed(choose):
    """The answer that sets the places which choose(values, count) gives to 0."""

    def answer(w, count):
        values = w.numpy()
        values.flat[choose(values, count)] = 0
        w.assign(values)

    return answer


def order(values):
    return np.argsort(np.abs(values), axis=None, kind="stable")


wrong("11.1", "largest", zeroed(lambda values, count: np.argsort(-np.abs(values), axis=None, kind="stable")[:count]))
wrong("11.1", "no absolute value", zeroed(lambda values, count: np.argsort(values, axis=None, kind="stable")[:count]))
wrong("11.1", "kept so many", zeroed(lambda values, count: order(values)[: values.size - count]))
wrong("11.1", "rows", zeroed(lambda values, count: np.argsort(np.abs(values), kind="stable").ravel()[:count]))
wrong("11.1", "the others", zeroed(lambda values, count: order(values)[count:]))
wrong("11.1", "one too few", zeroed(lambda values, count: order(values)[: count - 1]))
wrong("11.1", "one too few", zeroed(lambda values, count: order(values)[: count - 1] if count else []))
wrong("11.1", "one too many", zeroed(lambda values, count: order(values)[: count + 1]))
wrong("11.1", "in order of place", zeroed(lambda values, count: np.arange(count)))
wrong("11.1", "later ones first", zeroed(lambda values, count: values.size - 1 - order(values.ravel()[::-1])[:count]))


@wrong("11.1", "equals as well")
def _(w, count):
    magnitudes = np.abs(w.numpy())
    w.assign(np.where(magnitudes <= np.sort(magnitudes, axis=None)[count - 1], 0, w.numpy()))


@wrong("11.1", "equals as well")
def _(w, count):
    values = w.numpy()
    if count:
        values[np.abs(values) <= np.sort(np.abs(values).ravel())[count - 1]] = 0
    w.assign(values)


@wrong("11.1", "magnitudes written")
def _(w, count):
    values = np.abs(w.numpy())
    values.flat[order(values)[:count]] = 0
    w.assign(values)


@wrong("11.1", "all replaced")
def _(w, count):
    w.assign(np.zeros(w.shape))


@wrong("11.1", "copy edited")
def _(w, count):
    values = w.numpy()
    values.flat[order(values)[:count]] = 0


right("11.1", zeroed(lambda values, count: order(values)[:count]))


@right("11.1")
def _(w, count):
    keep = np.ones(w.numpy().size)
    keep[order(w.numpy())[:count]] = 0
    w.assign(w.numpy() * keep.reshape(w.shape))


@right("11.1")
def _(w, count):
    flat = tf.reshape(w, [-1])
    places = tf.argsort(tf.abs(flat), stable=True)[:count]
    flat = tf.tensor_scatter_nd_update(flat, places[:, None], tf.zeros(count, flat.dtype))
    w.assign(tf.reshape(flat, w.shape))


@right("11.1")
def _(w, count):
    values = w.numpy()
    ranked = sorted(range(values.size), key=lambda place: abs(values.flat[place]))
    for place in ranked[:count]:
        values.flat[place] = 0
    w.assign(values)


# 11.2 gradually

LambdaCallback = keras.callbacks.LambdaCallback


def growing(tighten, when="on_epoch_begin", constrain=True):
    """The answer whose callback calls tighten(layer, keep, counts, epoch); keep is the constraint's variable."""

    def answer(layer, counts):
        keep = keras.Variable(np.ones(layer.kernel.shape), trainable=False)
        if constrain:
            layer.kernel.constraint = lambda weight: weight * keep
        return LambdaCallback(**{when: lambda epoch, logs: tighten(layer, keep, counts, epoch)})

    return answer


def tighten(layer, keep, count, key=np.abs):
    mask = keep.numpy()
    mask.flat[np.argsort(key(layer.kernel.numpy()), axis=None)[:count]] = 0
    keep.assign(mask)
    layer.kernel.assign(layer.kernel * keep)


def with_count(count, **how):
    return growing(lambda layer, keep, counts, epoch: tighten(layer, keep, count(counts, epoch)), **how)


def of_epoch(counts, epoch):
    return counts[epoch]


@wrong("11.2", "nothing held")
def _(layer, counts):
    def prune(epoch, logs):
        values = layer.kernel.numpy()
        values.flat[np.argsort(np.abs(values), axis=None)[: counts[epoch]]] = 0
        layer.kernel.assign(values)

    return LambdaCallback(on_epoch_begin=prune)


wrong("11.2", "at the end of the epoch", with_count(of_epoch, when="on_epoch_end"))
wrong("11.2", "counts added up", with_count(lambda counts, epoch: sum(counts[: epoch + 1])))
wrong("11.2", "last count at once", with_count(lambda counts, epoch: counts[-1]))
wrong("11.2", "first count only", with_count(lambda counts, epoch: counts[0]))
wrong("11.2", "no absolute value", growing(lambda a, keep, counts, epoch: tighten(a, keep, counts[epoch], np.array)))
wrong("11.2", "largest", growing(lambda a, keep, counts, epoch: tighten(a, keep, counts[epoch], lambda k: -abs(k))))


@wrong("11.2", "after the call")
def _(layer, counts):
    keep = np.ones(layer.kernel.shape)

    def prune(epoch, logs):
        keep.flat[np.argsort(np.abs(layer.kernel.numpy()), axis=None)[: counts[epoch]]] = 0
        layer.kernel.assign(layer.kernel.numpy() * keep)

    def again(batch, logs):
        layer.kernel.assign(np.where(keep, layer.kernel.numpy(), 0))

    return LambdaCallback(on_epoch_begin=prune, on_train_batch_end=again)


@wrong("11.2", "mask frozen")
def _(layer, counts):
    def tighten(epoch, logs):
        mask = np.ones(layer.kernel.shape)
        mask.flat[np.argsort(np.abs(layer.kernel.numpy()), axis=None)[: counts[epoch]]] = 0
        keep = keras.Variable(mask, trainable=False)
        layer.kernel.constraint = lambda weight: weight * keep
        layer.kernel.assign(layer.kernel * keep)

    return LambdaCallback(on_epoch_begin=tighten)


@wrong("11.2", "never pruned")
def _(layer, counts):
    keep = keras.Variable(np.ones(layer.kernel.shape), trainable=False)
    layer.kernel.constraint = lambda weight: weight * keep

    def tighten(epoch, logs):
        keep.numpy().flat[np.argsort(np.abs(layer.kernel.numpy()), axis=None)[: counts[epoch]]] = 0
        layer.kernel.assign(layer.kernel * keep)

    return LambdaCallback(on_epoch_begin=tighten)


@wrong("11.2", "mask frozen")
def _(layer, counts):
    mask = np.ones(layer.kernel.shape)
    layer.kernel.constraint = lambda weight: keras.ops.where(mask > 0, weight, 0.0)

    def tighten(epoch, logs):
        mask.flat[np.argsort(np.abs(layer.kernel.numpy()), axis=None)[: counts[epoch]]] = 0
        layer.kernel.assign(layer.kernel.numpy() * mask)

    return LambdaCallback(on_epoch_begin=tighten)


@wrong("11.2", "mask never tightened")
def _(layer, counts):
    keep = keras.Variable(np.ones(layer.kernel.shape), trainable=False)
    layer.kernel.constraint = lambda weight: weight * keep

    def tighten(epoch, logs):
        mask = keep.numpy()
        mask.flat[np.argsort(np.abs(layer.kernel.numpy()), axis=None)[: counts[epoch]]] = 0
        layer.kernel.assign(layer.kernel * mask)

    return LambdaCallback(on_epoch_begin=tighten)


@wrong("11.2", "kernel not written")
def _(layer, counts):
    keep = tf.Variable(tf.ones(layer.kernel.shape))
    layer.kernel.constraint = lambda weight: weight * keep

    def tighten(epoch, logs):
        mask = keep.numpy()
        mask.flat[np.argsort(np.abs(layer.kernel.numpy()), axis=None)[: counts[epoch]]] = 0
        keep.assign(mask)

    return LambdaCallback(on_epoch_begin=tighten)


@wrong("11.2", "NumPy in the step")
def _(layer, counts):
    layer.kernel.constraint = lambda weight: weight * (np.abs(weight.numpy()) > 0)
    return LambdaCallback()


@wrong("11.2", "callback not returned")
def _(layer, counts):
    with_count(of_epoch)(layer, counts)


right("11.2", with_count(of_epoch))


@right("11.2")
def _(layer, counts):
    keep = tf.Variable(tf.ones(layer.kernel.shape, tf.bool))
    layer.kernel.constraint = lambda weight: tf.where(keep, weight, 0.0)

    class Tighten(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            magnitudes = np.abs(layer.kernel.numpy())
            limit = np.sort(magnitudes, axis=None)[counts[epoch] :]
            keep.assign(magnitudes >= (limit[0] if limit.size else np.inf))
            layer.kernel.assign(np.where(keep, layer.kernel, 0))

    return Tighten()


@right("11.2")
def _(layer, counts):
    """What is 0 stays 0."""
    held = keras.Variable(np.zeros(layer.kernel.shape), trainable=False)
    layer.kernel.constraint = lambda weight: keras.ops.where(held, 0.0, weight)

    def tighten(epoch, logs):
        values = layer.kernel.numpy()
        values.flat[np.argsort(np.abs(values), axis=None)[: counts[epoch]]] = 0
        layer.kernel.assign(values)
        held.assign(values == 0)

    return LambdaCallback(on_epoch_begin=tighten)


# 11.3 prune_together


def masks_of(kernels, count, key=np.abs):
    limit = np.sort(key(np.concatenate(kernels, axis=None)))[count]
    return [key(kernel) >= limit for kernel in kernels]


def zeros_of(kernel, count):
    mask = np.ones(kernel.shape, bool)
    mask.flat[order(kernel)[:count]] = False
    return mask


def together(masks, write=True, constrain=True):
    """The answer that takes masks(kernels, count), writes the zeros and holds them."""

    def answer(layers, count):
        kernels = [layer.kernel.numpy() for layer in layers]
        for layer, kernel, mask in zip(layers, kernels, masks(kernels, count), strict=True):
            if write:
                layer.kernel.assign(np.where(mask, kernel, 0))
            if constrain:
                layer.kernel.constraint = lambda weight, mask=mask: weight * mask.astype("float32")

    return answer


@wrong("11.3", "biases pruned")
def _(layers, count):
    weights = [weight for layer in layers for weight in layer.weights]
    for weight, mask in zip(weights, masks_of([weight.numpy() for weight in weights], count), strict=True):
        weight.assign(np.where(mask, weight.numpy(), 0))
        weight.constraint = lambda values, mask=mask: values * mask.astype("float32")


@wrong("11.3", "threshold again and again")
def _(layers, count):
    limit = np.sort(np.abs(np.concatenate([layer.kernel.numpy() for layer in layers], axis=None)))[count]
    for layer in layers:
        layer.kernel.assign(np.where(np.abs(layer.kernel.numpy()) >= limit, layer.kernel.numpy(), 0))
        layer.kernel.constraint = lambda weight: weight * keras.ops.cast(keras.ops.abs(weight) >= limit, "float32")


wrong("11.3", "not held", together(masks_of, constrain=False))
wrong("11.3", "not written", together(masks_of, write=False))
wrong("11.3", "count of each layer", together(lambda kernels, count: [zeros_of(k, count) for k in kernels]))
wrong("11.3", "no absolute value", together(lambda kernels, count: masks_of(kernels, count, np.array)))
wrong("11.3", "largest", together(lambda kernels, count: masks_of(kernels, count, lambda k: -np.abs(k))))
wrong("11.3", "mask turned round", together(lambda kernels, count: [~mask for mask in masks_of(kernels, count)]))
wrong("11.3", "one too many", together(lambda kernels, count: masks_of(kernels, count + 1)))
wrong("11.3", "one too few", together(lambda kernels, count: masks_of(kernels, count - 1)))
wrong("11.3", "nothing done", lambda layers, count: together(masks_of, False, False)(layers, count))
wrong(
    "11.3",
    "share of each layer",
    together(lambda ks, n: [masks_of([k], round(n * k.size / sum(k.size for k in ks)))[0] for k in ks]),
)


@wrong("11.3", "last mask for all")
def _(layers, count):
    limit = np.sort(np.abs(np.concatenate([layer.kernel.numpy() for layer in layers], axis=None)))[count]
    for layer in layers:
        mask = (np.abs(layer.kernel.numpy()) >= limit).astype("float32")
        layer.kernel.assign(layer.kernel * mask)
        layer.kernel.constraint = lambda weight: weight * mask  # noqa: B023


@wrong("11.3", "biases pruned")
def _(layers, count):
    weights = [w for layer in layers for w in layer.weights]
    limit = np.sort(np.abs(np.concatenate([w.numpy() for w in weights], axis=None)))[count]
    for weight in weights:
        mask = (np.abs(weight.numpy()) >= limit).astype("float32")
        weight.assign(weight * mask)
        if len(weight.shape) == 2:
            weight.constraint = lambda values, mask=mask: values * mask


@wrong("11.3", "whole layers frozen")
def _(layers, count):
    together(masks_of, constrain=False)(layers, count)
    for layer in layers:
        layer.trainable = False


@wrong("11.3", "kernels of other shapes")
def _(layers, count):
    together(lambda kernels, count: masks_of([np.concatenate(kernels)], count))(layers, count)


right("11.3", together(masks_of))


class Keep(keras.constraints.Constraint):
    def __init__(self, mask):
        self.mask = mask

    def __call__(self, weight):
        return keras.ops.where(self.mask, weight, 0)


@right("11.3")
def _(layers, count):
    kernels = [layer.kernel for layer in layers]
    limit = np.partition(np.abs(np.concatenate([k.numpy() for k in kernels], axis=None)), count)[count]
    for kernel in kernels:
        kernel.constraint = Keep(np.abs(kernel.numpy()) >= limit)
        kernel.assign(kernel.constraint(kernel))


@right("11.3")
def _(layers, count):
    kernels = [layer.kernel.numpy() for layer in layers]
    flat = np.concatenate(kernels, axis=None)
    flat[np.argsort(np.abs(flat))[:count]] = 0
    for layer, part in zip(layers, np.split(flat, np.cumsum([k.size for k in kernels])[:-1]), strict=True):
        layer.kernel.assign(part.reshape(layer.kernel.shape))
        keep = keras.Variable(layer.kernel.numpy() != 0, trainable=False)
        layer.kernel.constraint = lambda weight, keep=keep: keras.ops.where(keep, weight, 0.0)
