"""Checks of lesson 11, prune a classifier."""

import keras
import numpy as np
from hypothesis import strategies as st

from assignlab.exercises import InPlace, InTraining, Message, Mistake, Training, arrays, irregular, shapes

LESSON_DONE = "Lesson 11 is done. Nine weights of ten are gone, and nobody misses them."


# 11.1 ---------------------------------------------------------------------------------------------------------------


def _prune_cases():
    yield [[0.5, -2.0], [1.0, -1.0], [1.0, -1.5], [-1.0, 4.0], [3.0, -5.0]], 3  # two of four equals
    yield [[1.0, -1.0, 2.0], [1.0, -1.0, 0.5]], 3  # equals at the threshold
    yield irregular(111, 4, 5), 7
    yield irregular(112, 6), 0
    yield irregular(113, 2, 2, 3), 12
    yield np.round(irregular(114, 8, 8)), 40
    yield [-3.0, 0.0, 0.0, 2.0, 0.0], 2  # pruned before


def _order(values, kind="stable"):
    return np.argsort(values, axis=None, kind=kind)


def _pruned(values, places):
    values = np.array(values)
    values.flat[places] = 0
    return values


def _prune(values, count):
    return _pruned(values, _order(np.abs(values))[:count])


def _threshold(values, count):
    """The largest magnitude that goes; of none, what index -1 finds."""
    return np.sort(np.abs(values), axis=None)[count - 1]


def _next(values, count):
    """The smallest magnitude that is kept; the largest where none is."""
    return np.sort(np.abs(values), axis=None)[min(count, values.size - 1)]


# 11.2 ---------------------------------------------------------------------------------------------------------------

KERNEL = [[0.5, -1.5, 0.25], [2.0, -0.75, 1.25], [-0.125, 1.0, -1.75], [0.875, 0.375, -0.625]]
GROWING = f"""\
layer = keras.layers.Dense(3, name="dense")
model = keras.Sequential([keras.Input((4,)), layer], name="model")
kernel, bias, counts, zeros = layer.kernel, layer.bias, {{counts}}, []
kernel.assign({KERNEL})
x, y = np.array([[1.0, 2.0, -1.0, 0.5], [0.5, -1.0, 2.0, 1.0]] * 2), np.full((4, 3), 3.0)"""
GROW = """\
model.compile({optimizer}, "mse"{more})
watch = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: zeros.append(np.sum(kernel.numpy() == 0)))
model.fit(x, y, epochs={epochs}, batch_size=1, shuffle=False, callbacks=[returned, watch], verbose=0)"""


def _growing(counts, optimizer, more=""):
    return Training(
        GROWING.format(counts=counts), GROW.format(optimizer=optimizer, more=more, epochs=counts.count(",") + 1)
    )


def _callback(tighten, when="on_epoch_begin"):
    return keras.callbacks.LambdaCallback(**{when: lambda epoch, logs: tighten(epoch)})


def _shipped_gradually(layer, counts):
    mask = np.ones(layer.kernel.shape, "float32")
    layer.kernel.constraint = lambda weight: weight * mask

    def tighten(epoch, logs):
        order = np.argsort(np.abs(layer.kernel.numpy()), axis=None)
        mask.flat[order[: counts[epoch]]] = 0
        layer.kernel.assign(layer.kernel * mask)

    return keras.callbacks.LambdaCallback(on_epoch_begin=tighten)


def _gradually(layer, counts, assigns=True, masks=True, constrains=True, when="on_epoch_begin", count=None, key=np.abs):
    keep = keras.Variable(np.ones(layer.kernel.shape), trainable=False)
    if constrains:
        layer.kernel.constraint = lambda weight: weight * keep

    def tighten(epoch):
        chosen = count(counts, epoch) if count else counts[epoch]
        mask = keep.numpy()
        mask.flat[_order(key(layer.kernel.numpy()))[:chosen]] = 0
        if masks:
            keep.assign(mask)
        if assigns:
            layer.kernel.assign(layer.kernel * mask)

    return _callback(tighten, when)


def _after_each_call(layer, counts):
    """The zeros put back by a callback, after each call of the compiled step."""
    mask = np.ones(layer.kernel.shape, "float32")

    def tighten(epoch, logs):
        mask.flat[_order(np.abs(layer.kernel.numpy()))[: counts[epoch]]] = 0
        again()

    def again(batch=None, logs=None):
        layer.kernel.assign(layer.kernel * mask)

    return keras.callbacks.LambdaCallback(on_epoch_begin=tighten, on_train_batch_end=again)


def _grows(**how):
    """A mistake in when or how the mask is tightened."""
    return lambda layer, counts: _gradually(layer, counts, **how)


# 11.3 ---------------------------------------------------------------------------------------------------------------

LAYERS = """\
first, last = keras.layers.Dense(3, name="first"), keras.layers.Dense({units}, name="last")
model = keras.Sequential([keras.Input((3,)), first, last], name="model")
first.kernel.assign([[0.1, -0.9, 0.45], [0.8, 0.15, -0.35], [-0.05, 0.7, 0.6]])
last.kernel.assign(np.array({last}))
first.bias.assign([0.01, 0.02, 0.03])
first_kernel, last_kernel, first_bias = first.kernel, last.kernel, first.bias
layers, count = {layers}, {count}
x, y = np.array([[1.0, 2.0, 0.5], [0.5, -1.0, -1.0]]), np.ones((2, {units}))"""
TWO = {"units": 2, "last": [[0.4, -1.1], [1.3, 0.95], [-0.2, 1.6]], "layers": "[first, last]"}
SQUARE = {
    "units": 3,
    "last": [[0.4, -1.1, 0.3], [1.3, 0.95, 0.55], [-0.2, 1.6, 2.0]],
    "layers": "[first, last]",
}
FIT = """\
model.compile({optimizer}, "mse"{more})
model.fit(x, y, epochs=3, batch_size=1, shuffle=False, verbose=0)"""
MOMENTUM = FIT.format(optimizer="keras.optimizers.SGD(0.01, momentum=0.9)", more="")
STEPS = """\
weights = first.weights + last.weights
optimizer = keras.optimizers.Adam(0.01)
for _ in range(3):
    optimizer.apply([1.0 + weight for weight in weights], weights)"""


def _masks(layers, count, key=np.abs):
    """A mask for each kernel: False at the count smallest of all."""
    kernels = [layer.kernel.numpy() for layer in layers]
    flat = np.ones(sum(kernel.size for kernel in kernels), bool)
    flat[_order(key(np.concatenate(kernels, axis=None)))[:count]] = False
    parts = np.split(flat, np.cumsum([kernel.size for kernel in kernels])[:-1])
    return [part.reshape(kernel.shape) for part, kernel in zip(parts, kernels, strict=True)]


def _each(layers, count, key=np.abs):
    """The count smallest of each kernel."""
    return [mask for layer in layers for mask in _masks([layer], count, key)]


def _share(layers, count):
    """A part of each kernel, in proportion to its size."""
    size = sum(layer.kernel.numpy().size for layer in layers)
    return [_masks([layer], round(count * layer.kernel.numpy().size / size))[0] for layer in layers]


def _with_biases(layers, count):
    """The count smallest of kernels and biases; for the kernels."""
    everything = np.sort(np.abs(np.concatenate([w.numpy() for layer in layers for w in layer.weights], axis=None)))
    return [np.abs(layer.kernel.numpy()) > everything[count - 1] for layer in layers]


def _hold(layers, masks, writes=True, constrains=True, late=False):
    for layer, mask in zip(layers, masks, strict=True):
        if constrains:
            held = masks[-1] if late else mask
            layer.kernel.constraint = lambda weight, held=held: keras.ops.where(held, weight, 0.0)
        if writes:
            layer.kernel.assign(layer.kernel * mask.astype("float32"))


def _together(layers, count, masks=_masks, biases=False, **how):
    chosen = masks(layers, count)
    if biases:
        everything = np.abs(np.concatenate([w.numpy() for layer in layers for w in layer.weights], axis=None))
        for layer in layers:
            layer.bias.assign(layer.bias.numpy() * (np.abs(layer.bias.numpy()) > np.sort(everything)[count - 1]))
    _hold(layers, chosen, **how)


def _prunes(masks=_masks, **how):
    """A mistake in what is chosen or how it is held."""
    return lambda layers, count: _together(layers, count, masks, **how)


def _biases_too(layers, count):
    """All weights of the layers in one order, zeroed and held."""
    weights = [weight for layer in layers for weight in layer.weights]
    limit = np.sort(np.abs(np.concatenate([weight.numpy() for weight in weights], axis=None)))[count]
    for weight in weights:
        mask = np.abs(weight.numpy()) >= limit
        weight.assign(weight.numpy() * mask)
        weight.constraint = lambda values, mask=mask: keras.ops.where(mask, values, 0.0)


def _threshold_held(layers, count):
    """A constraint that compares with the threshold in every step."""
    limit = np.sort(np.abs(np.concatenate([layer.kernel.numpy() for layer in layers], axis=None)))[count]
    for layer in layers:
        layer.kernel.assign(layer.kernel.numpy() * (np.abs(layer.kernel.numpy()) >= limit))
        layer.kernel.constraint = lambda values: keras.ops.where(keras.ops.abs(values) >= limit, values, 0.0)


NOT_HELD = "The zeros were there, and the training moved them. Something must put them back after every step: layer.kernel.constraint = lambda weight: weight * mask, for each layer its own mask."

EXERCISES = [
    InPlace(
        number="11.1",
        function="prune",
        parameters=("w", "count"),
        reference=_prune,
        cases=_prune_cases,
        family=shapes().flatmap(lambda shape: st.tuples(arrays(shape), st.integers(0, int(np.prod(shape))))),
        mistakes=(
            Mistake(
                "no absolute value",
                lambda values, count: _pruned(values, _order(values)[:count]),
                "The lowest numbers went, large negative ones first. The smallest in absolute value should: np.abs.",
            ),
            Mistake(
                "largest",
                lambda values, count: _pruned(values, _order(-np.abs(values))[:count]),
                "The largest went. Sorted upwards, the smallest stand at the beginning: [:count]",
            ),
            Mistake(
                "largest",
                lambda values, count: _pruned(values, _order(np.abs(values))[values.size - count :]),
                "The largest went. Sorted upwards, the smallest stand at the beginning: [:count]",
            ),
            Mistake(
                "kept so many",
                lambda values, count: _pruned(values, _order(np.abs(values))[: values.size - count]),
                "count entries were kept, and all others went. count of them should go.",
            ),
            Mistake(
                "the others",
                lambda values, count: _pruned(values, _order(np.abs(values))[count:]),
                "The count smallest stayed, and all others went. Those places become 0 that come first: [:count]",
            ),
            Mistake(
                "one too few",
                lambda values, count: _pruned(values, _order(np.abs(values))[: max(count - 1, 0)]),
                "One entry too few went: [:count] are count places.",
            ),
            Mistake(
                "one too few",
                lambda values, count: _pruned(values, _order(np.abs(values))[: count - 1]),
                "One entry too few went: [:count] are count places. (And [:-1] are all but the last.)",
            ),
            Mistake(
                "one too many",
                lambda values, count: _pruned(values, _order(np.abs(values))[: count + 1]),
                "One entry too many went: [:count] are count places, from 0 on.",
            ),
            Mistake(
                "equals as well",
                lambda values, count: np.where(np.abs(values) <= _threshold(values, count), 0, values),
                "A threshold takes all that equal it, so more went than count, and with count 0 the largest is no threshold. Choose places, not values: np.argsort.",
            ),
            Mistake(
                "equals as well",
                lambda values, count: (
                    np.where(np.abs(values) <= _threshold(values, count), 0, values) if count else values
                ),
                "A threshold takes all that equal it, so more went than count. Choose places, not values: np.argsort.",
            ),
            Mistake(
                "equals kept",
                lambda values, count: np.where(np.abs(values) < _next(values, count), 0, values),
                "A threshold spares all that equal it, so fewer went than count. Choose places, not values: np.argsort.",
            ),
            Mistake(
                "later ones first",
                lambda values, count: _pruned(values, values.size - 1 - _order(np.abs(values).ravel()[::-1])[:count]),
                'Of equal entries the later went. A stable sort leaves them in their order: kind="stable"',
            ),
            Mistake(
                "not stable",
                lambda values, count: _pruned(values, _order(np.abs(values), None)[:count]),
                'Of equal entries not the earlier went: NumPy\'s usual sort may change their order. kind="stable"',
            ),
            Mistake(
                "not stable",
                lambda values, count: _pruned(
                    values, np.argpartition(np.abs(values), min(count, values.size - 1), axis=None)[:count]
                ),
                'Of equal entries not the earlier went: argpartition keeps no order. np.argsort with kind="stable" does.',
            ),
            Mistake(
                "rows",
                lambda values, count: _pruned(values, np.argsort(np.abs(values), kind="stable").ravel()[:count]),
                "Without axis=None np.argsort sorts each row by itself. With it, the places count through the whole array.",
            ),
            Mistake(
                "magnitudes written",
                lambda values, count: _prune(np.abs(values), count),
                "The absolute values were stored. They choose what becomes 0; the rest keeps its sign.",
            ),
            Mistake(
                "all replaced",
                lambda values, count: values * 0,
                "Every entry became 0: the first count of the order should.",
            ),
            Mistake(
                "in order of place",
                lambda values, count: _pruned(values, np.arange(count)),
                "The first count entries went. Those should that come first in the order of absolute values.",
            ),
        ),
        messages=(
            Message(
                r"index -?\d+ is out of bounds for axis",
                "places of the flat array",
                "With axis=None the places count through the whole array, row by row. values.flat[places] = 0 uses them so.",
            ),
        ),
        hints=(
            "A threshold cannot choose between equals. What numbers the entries from the smallest to the largest?",
            'np.argsort(np.abs(values), axis=None, kind="stable") gives places, the smallest first. values.flat takes such places.',
            "values = w.numpy(); values.flat[...[:count]] = 0; then assign.",
        ),
        why="Exactly count entries are 0, whatever is equal to what: places were chosen, and places differ where values do not.",
        practice="Weights of few bits, and those pruned before, have many equals. So a target of 90 % is met, not passed.",
    ),
    InTraining(
        number="11.2",
        function="gradually",
        parameters=("layer", "counts"),
        watched=("kernel", "bias", "zeros"),
        shipped=_shipped_gradually,
        reference=_gradually,
        cases=(
            _growing("[2, 5, 8]", "keras.optimizers.SGD(0.05)", ", steps_per_execution=2"),
            _growing("[0, 6]", "keras.optimizers.SGD(0.02, momentum=0.9)", ", run_eagerly=True"),
            _growing("[3, 12]", "keras.optimizers.Adam(0.05)", ", run_eagerly=True"),
        ),
        mistakes=(
            Mistake(
                "mask frozen",
                _shipped_gradually,
                "The compiled step still multiplies by the mask of the first epoch: what it was compiled with stays, an array as a constant, a variable as this one. Make one variable before, keep = keras.Variable(..., trainable=False), and in each epoch keep.assign(...).",
            ),
            Mistake(
                "mask never tightened",
                _grows(masks=False),
                "The constraint's mask is still what it was made as, so the next step moves the zeros. Assign the new one: keep.assign(...)",
                lambda reading: "constraint" in reading.set_attributes,
            ),
            Mistake(
                "nothing held",
                _grows(constrains=False),
                "The zeros are moved by the next step. The constraint must multiply by the mask, in each step: layer.kernel.constraint = lambda weight: weight * keep",
            ),
            Mistake(
                "kernel not written",
                _grows(assigns=False),
                "The mask was tightened, and the kernel not: the first step of the epoch still computed with the old weights. Assign to the kernel, too.",
            ),
            Mistake(
                "at the end of the epoch",
                _grows(when="on_epoch_end"),
                "The entries went when the epoch had ended. They should go when it begins: on_epoch_begin.",
            ),
            Mistake(
                "counts added up",
                _grows(count=lambda counts, epoch: sum(counts[: epoch + 1])),
                "Too many went. counts[i] is how many are 0 in all, and those of before are among them: they are the smallest now.",
            ),
            Mistake(
                "last count at once",
                _grows(count=lambda counts, epoch: counts[-1]),
                "All went in the first epoch. In epoch i it should be counts[i].",
            ),
            Mistake(
                "first count only",
                _grows(count=lambda counts, epoch: counts[0]),
                "In every epoch counts[0] were taken. In epoch i it should be counts[i].",
            ),
            Mistake(
                "one epoch late",
                _grows(count=lambda counts, epoch: counts[epoch - 1] if epoch else 0),
                "The counts came one epoch late: epoch counts from 0, like the list.",
            ),
            Mistake(
                "no absolute value",
                _grows(key=np.array),
                "The lowest numbers went, large negative ones first. The smallest in absolute value should: np.abs.",
            ),
            Mistake(
                "largest",
                _grows(key=lambda kernel: -np.abs(kernel)),
                "The largest went. Sorted upwards, the smallest stand at the beginning.",
            ),
            Mistake(
                "after the call",
                _after_each_call,
                "The zeros came back when a call of the compiled step had ended, and with steps_per_execution=2 a call is two steps. A constraint acts in each step: layer.kernel.constraint = lambda weight: weight * keep",
            ),
            Mistake(
                "never pruned",
                lambda layer, counts: keras.callbacks.Callback(),
                "Nothing became 0. fit calls on_epoch_begin of the callback that you return; there the kernel must be written, with the new mask. (An edit of keep.numpy() is one of a copy, until it is assigned.)",
            ),
        ),
        messages=(
            Message(
                r"has no attribute 'numpy'|numpy\(\) is only available|Cannot convert a symbolic|symbolic tf\.Tensor",
                "NumPy in the step",
                "The constraint runs inside the compiled step, where there are no values for NumPy. Choose the entries in the callback, and multiply in the constraint.",
            ),
            Message(
                r"'NoneType' object has no attribute '(?:set_|on_)",
                "callback not returned",
                "gradually returned nothing, and fit needs the callback: return it.",
            ),
            Message(
                r"'function' object has no attribute '(?:set_|on_)",
                "not a callback",
                "fit takes callbacks, and this is a function: keras.callbacks.LambdaCallback(on_epoch_begin=...)",
            ),
            Message(
                r"has no attribute 'flat'|does not support item assignment",
                "variable edited as an array",
                "A variable has no places to write into as an array has. Edit a snapshot of the mask, keep.numpy(), and assign it.",
            ),
        ),
        hints=(
            "fit compiles the constraint once, in the first epoch. What does a compiled step freeze, and what does it read anew?",
            "It reads variables. keep = keras.Variable(np.ones(...), trainable=False) can be the mask; the callback assigns to it.",
            "lambda weight: weight * keep; in tighten: mask = keep.numpy(), the edit of mask.flat, keep.assign(mask), layer.kernel.assign(layer.kernel * keep).",
        ),
        why="The compiled step reads the mask's variable, so what the callback assigned held from the next step on, and every zero stayed.",
        practice="Schedules of pruning work so: many epochs, a little more in each, without another compile.",
    ),
    InTraining(
        number="11.3",
        function="prune_together",
        parameters=("layers", "count"),
        watched=("first_kernel", "last_kernel", "first_bias"),
        reference=_together,
        cases=(
            Training(LAYERS.format(**TWO, count=6), MOMENTUM),
            Training(LAYERS.format(**SQUARE, count=9), STEPS),
            Training(LAYERS.format(**{**SQUARE, "layers": "[last, first]"}, count=5), STEPS),
        ),
        mistakes=(
            Mistake("not held", _prunes(constrains=False), NOT_HELD),
            Mistake(
                "nothing done",
                lambda layers, count: None,
                "No kernel was pruned, and none is held: layer.kernel.assign(...), and layer.kernel.constraint = ...",
            ),
            Mistake(
                "not written",
                _prunes(writes=False),
                "The constraint acts after a step, so the first one still computed with the old weights. Assign the zeros as well.",
            ),
            Mistake(
                "last mask for all",
                _prunes(late=True),
                "All constraints use the mask of the last layer: a function made in a loop looks up `mask` when it is called. Give it one of its own: lambda weight, mask=mask: ...",
            ),
            Mistake(
                "count of each layer",
                _prunes(_each),
                "count entries of each kernel went. They should be chosen among all kernels together: one order of all absolute values.",
            ),
            Mistake(
                "share of each layer",
                _prunes(_share),
                "Each kernel lost the same part. Chosen among all together, a kernel of small weights loses more: one threshold for all.",
            ),
            Mistake(
                "no absolute value",
                _prunes(lambda layers, count: _masks(layers, count, np.array)),
                "The lowest numbers went, large negative ones first. The smallest in absolute value should: np.abs.",
            ),
            Mistake(
                "largest",
                _prunes(lambda layers, count: _masks(layers, count, lambda kernels: -np.abs(kernels))),
                "The largest went. Sorted upwards, the smallest stand at the beginning.",
            ),
            Mistake(
                "biases counted",
                _prunes(_with_biases),
                "Biases were among those sorted, so fewer entries of the kernels went. Sort the kernels alone.",
            ),
            Mistake(
                "biases pruned",
                _prunes(_with_biases, biases=True),
                "Biases were pruned, too. Only kernels should be: layer.kernel, not layer.weights.",
            ),
            Mistake(
                "biases pruned",
                _biases_too,
                "Biases were pruned, too, and held. Only kernels should be: layer.kernel, not layer.weights.",
            ),
            Mistake(
                "threshold again and again",
                _threshold_held,
                "The constraint compares with the threshold in each step, so weights go that have moved below it, and zeros stay only because they are small. Compare once, and hold that mask.",
            ),
            Mistake(
                "mask turned round",
                _prunes(lambda layers, count: [~mask for mask in _masks(layers, count)]),
                "The smallest were kept, and all others became 0. The mask should be True where an entry stays.",
            ),
            Mistake(
                "one too many",
                _prunes(lambda layers, count: _masks(layers, count + 1)),
                "One entry too many went. sorted[count] is the smallest that stays: keep magnitudes >= sorted[count].",
            ),
            Mistake(
                "one too few",
                _prunes(lambda layers, count: _masks(layers, count - 1)),
                "One entry too few went: with count of them gone, sorted[count] is the smallest that stays.",
            ),
            Mistake(
                "whole layers frozen",
                lambda layers, count: _prune_and_freeze(layers, count),
                "The zeros hold, and nothing is trained any more. `trainable` is for whole weights; for entries it takes a constraint.",
            ),
        ),
        messages=(
            Message(
                r"has no attribute 'numpy'|numpy\(\) is only available|Cannot convert a symbolic|symbolic tf\.Tensor",
                "NumPy in the step",
                "The constraint runs inside the compiled step, where there are no values for NumPy. Make the masks before, and multiply in the constraint.",
            ),
            Message(
                r"Incompatible shapes|not broadcastable|must be equal|Dimensions must be|could not be broadcast|not compatible for broadcasting",
                "last mask for all",
                "A kernel met the mask of another: a function made in a loop looks up `mask` when it is called. Give it one of its own: lambda weight, mask=mask: ...",
            ),
            Message(
                r"all the input array dimensions|all the input arrays must have same number|inhomogeneous",
                "kernels of other shapes",
                "The kernels have other shapes. Flatten them: np.concatenate(kernels, axis=None).",
            ),
        ),
        hints=(
            "One order for all kernels gives one threshold. After that, each layer gets its zeros, and something that holds them.",
            "np.sort(np.abs(np.concatenate(kernels, axis=None)))[count] is the smallest magnitude that stays. A constraint holds the zeros of one kernel.",
            "for each layer: mask = np.abs(kernel) >= limit; layer.kernel.assign(kernel * mask); layer.kernel.constraint = lambda weight, mask=mask: weight * mask",
        ),
        why="One threshold chose among all kernels, and each kernel's constraint put its own zeros back after every step.",
        practice="So a budget of weights goes where they count most. Look that no layer loses all of its own.",
    ),
]


def _prune_and_freeze(layers, count):
    _hold(layers, _masks(layers, count), constrains=False)
    for layer in layers:
        layer.trainable = False
