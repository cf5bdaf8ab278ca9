"""Claims of the recipes."""

import copy
import io
import json
import pickle
import subprocess
import sys
import tempfile
import threading
import tracemalloc
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, redirect_stdout
from importlib.metadata import version

import keras
import numpy as np
import pytest
import tensorflow as tf

from course import ROOT
from own_process import alone

DTYPES = ("float16", "float32", "float64", "bfloat16", "int32", "int64")
FLOATS = ("float16", "float32", "float64", "bfloat16")
MIXED = ("mixed_float16", "mixed_bfloat16")
InvalidArgumentError = tf.errors.InvalidArgumentError


def built(layer, inputs=2):
    """The layer, built for so many inputs (an embedding needs none)."""
    layer.build((None, inputs))
    return layer


def built_for_steps(layer, inputs=3):
    """The recurrent layer, built for so many inputs at each step."""
    layer.build((None, None, inputs))
    return layer


def built_for_pictures(channels, filters=2):
    """A convolution of 3 by 3 pixels, built for pictures of so many channels."""
    layer = keras.layers.Conv2D(filters, 3)
    layer.build((None, 5, 5, channels))
    return layer


def both(values, dtype="float32"):
    """A tf.Variable and a Keras variable with these values."""
    return tf.Variable(tf.cast(values, dtype)), keras.Variable(np.asarray(values), dtype=dtype)


def compiled(*layers, inputs=2, optimizer="sgd", loss="mse", **kwargs):
    """A compiled model of these layers."""
    model = keras.Sequential([keras.Input((inputs,)), *layers])
    model.compile(optimizer, loss, **kwargs)
    return model


def functional(name):
    """A functional model of one layer, "hidden"."""
    inputs = keras.Input((2,))
    return keras.Model(inputs, keras.layers.Dense(2, name="hidden")(inputs), name=name)


def side_by_side():
    """Two of them in one model."""
    return keras.Sequential([keras.Input((2,)), functional("one"), functional("other")])


def dense(**kwargs):
    """A Dense(1) without bias, its kernel full of ones."""
    return keras.layers.Dense(1, use_bias=False, kernel_initializer="ones", **kwargs)


def fit(model, target=10, batch_size=8, **kwargs):
    """Fit 8 examples of ones; returns the losses."""
    inputs = np.ones((8, model.input_shape[-1]))
    history = model.fit(inputs, np.full((8, 1), target), batch_size=batch_size, verbose=0, **kwargs)
    return history.history["loss"]


def loaded(model, **kwargs):
    """The model, saved and loaded again."""
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/model.keras")
        return keras.models.load_model(f"{folder}/model.keras", **kwargs)


def spectral(inside, shape=(None, 2), **kwargs):
    """A layer and its SpectralNormalization, built."""
    outer = keras.layers.SpectralNormalization(inside, **kwargs)
    outer.build(shape)
    return inside, outer


def one_memory(variable):
    """Whether two reads of a tf.Variable show the same memory."""
    return np.shares_memory(np.asarray(variable.value()), np.asarray(variable.value()))


def reads_whole(call):
    """Whether a `tf.function` of this call reads a variable as a whole."""
    graph = tf.function(lambda: (call(), 0)[1], autograph=False).get_concrete_function().graph
    return "ReadVariableOp" in [operation.type for operation in graph.get_operations()]


def through_weights(layer):
    """Write 4, 5, 6 into row 1 of an embedding by way of its weights."""
    weights = layer.get_weights()
    weights[0][1] = [4, 5, 6]
    layer.set_weights(weights)


TWO_DEVICES = """
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    v = tf.Variable([0.0, 0.0])
    mean = tf.Variable([0.0, 0.0], aggregation=tf.VariableAggregation.MEAN)
    layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    layer.build((None, 1))
copies = lambda v: [copy.numpy().tolist() for copy in v.values]
"""


def in_threads(work, calls=200):
    """Call `work` so many times from four threads."""
    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(work) for _call in range(calls)]:
            future.result()


# free: You come with a task: find its line.
# free: See [Error messages, and what they mean](errors.ipynb).
# free: See the [glossary](glossary.md).
# free: The recipes share these three imports.
# free: For many changes, collect them and write once.

# %% setup
# > Each recipe stands on its own: it needs the imports below, nothing from the other recipes.
#
# > **Values:** [scale](#scale-everything-a-row-or-a-column) · [fill](#fill-with-one-value-or-one-row) ·
# > [replace by a mask](#replace-entries-by-a-mask) · [clip, clamp](#clip-to-a-range) ·
# > [remove NaN](#remove-nan-and-infinity) · [prune](#set-the-smallest-entries-to-0) · [noise](#add-noise) ·
# > [try, take back](#try-a-change-and-take-it-back) · [guard a cast](#refuse-a-cast-that-changes-a-value) ·
# > [strings](#change-a-variable-of-strings)
#
# > **Parts:** [an entry, a slice, some rows](#change-one-entry-a-slice-or-some-rows) ·
# > [a column, a window, a diagonal](#change-a-column-a-window-or-a-diagonal) ·
# > [a few entries of a large variable](#change-a-few-entries-of-a-large-variable) ·
# > [one buffer](#change-a-large-variable-through-one-buffer)
#
# > **Shapes:** [reshape](#work-in-another-shape) · [transpose](#store-a-matrix-transposed) ·
# > [a shape that changes](#let-the-shape-itself-change)
#
# > **Keras layers:** [weights](#change-a-keras-layers-weights) · [by name](#find-a-weight-by-its-name) ·
# > [initial weights](#give-a-layer-initial-weights-made-with-numpy) ·
# > [a row of an embedding](#set-one-row-of-an-embedding) · [tie two layers](#share-one-weight-between-two-layers) ·
# > [the size](#change-the-size-of-a-layer) · [fewer units](#remove-units-of-a-layer) ·
# > [the dtype](#give-a-layer-another-dtype) · [a count](#keep-a-count-in-a-layer) ·
# > [batch statistics](#set-the-statistics-of-a-batchnormalization) ·
# > [a low-rank adapter](#merge-a-low-rank-adapter-into-its-kernel) ·
# > [spectral normalization](#set-a-kernel-under-spectral-normalization) ·
# > [int8](#change-the-kernel-of-a-quantized-layer) ·
# > [the states of an LSTM](#read-and-set-the-states-of-an-lstm)
#
# > **Training:** [learning rate](#change-the-learning-rate) ·
# > [after every step](#clip-or-mask-after-every-training-step) ·
# > [frozen entries](#keep-entries-frozen-during-training) · [unfreeze](#unfreeze-a-layer-and-train-on) ·
# > [two rates](#train-some-layers-with-another-rate) · [clip gradients](#clip-the-gradients) ·
# > [no weight decay](#leave-weights-out-of-the-weight-decay) ·
# > [reset](#reset-a-layer-and-the-optimizers-memory-of-it) ·
# > [averaged weights](#change-weights-that-the-optimizer-averages) ·
# > [a tf.Variable beside a model](#train-a-tfvariable-beside-a-model) ·
# > [beside Keras's callbacks](#edit-weights-beside-kerass-callbacks) ·
# > [a Python value](#change-a-python-value-during-fit)
#
# > **Between models:** [copy, blend](#copy-or-blend-one-model-into-another) ·
# > [a target network](#let-a-target-network-follow) ·
# > [flatten](#flatten-all-weights-to-a-vector-and-back) · [save, load](#save-and-load-edited-weights)
#
# > **Files:** [edit a file](#edit-a-weights-file-without-its-model) · [go on with a
# > training](#stop-a-training-and-go-on-with-it) · [go back](#go-back-to-an-earlier-state-of-a-training) ·
# > [load what fits](#load-what-fits-of-another-model) ·
# > [layers from PyTorch](#bring-layers-from-pytorch-that-differ-in-more-than-the-order) ·
# > [change a model whose code is gone](#change-a-model-whose-code-is-gone)
#
# > **Inside functions:** [tf.function](#edit-weights-inside-tffunction) ·
# > [one of two writes](#make-only-one-of-two-writes) ·
# > [NumPy in a loss](#use-numpy-inside-a-loss-or-a-tffunction) · [XLA](#compile-an-update-with-xla) ·
# > [threads](#write-from-several-threads)
#
# > **Gradients:** [through a new value](#differentiate-through-a-new-value-where-assign-cannot-help) ·
# > [other weights](#try-other-weights-without-assigning-them)
#
# > **Several devices:** [assign](#assign-on-several-devices) · [move](#move-a-variable-to-another-device) ·
# > [batch statistics](#make-the-copies-of-a-batchnormalization-equal) ·
# > [a total](#restore-a-total-that-several-devices-keep)
pages = (ROOT / "tests/test_pages.py").read_text("utf8")
for name in ("a_section_of_a_reference_page_needs_no_other", "the_list_above_the_recipes_names_each_in_order"):
    assert f"def test_{name}" in pages

# %% recipe-scale-code-2
# > Multiply the snapshot, the copy that `v.numpy()` makes, then assign it.
# > A number reaches every entry; an index picks one row or one column.
# > Here everything is doubled, then the first row is multiplied by 10 and the second column by 100.
#
# > To give each row the length 1, divide by `np.linalg.norm(values, axis=1, keepdims=True)`; a row of zeros has none,
# > and becomes NaN.
lengths = np.array([[3.0, 4.0], [0.0, 0.0]])
with np.errstate(invalid="ignore"):
    np.testing.assert_array_equal(
        lengths / np.linalg.norm(lengths, axis=1, keepdims=True), [[0.6, 0.8], [np.nan, np.nan]]
    )
np.testing.assert_array_equal(_, [[20, 4000], [6, 800]])
np.testing.assert_array_equal(v, [[20, 4000], [6, 800]])
for dtype in DTYPES:
    for variable in both([[1, 2], [3, 4]], dtype):
        copy = variable.numpy()
        copy[:] = 0
        scaled = variable.numpy() * 2
        np.testing.assert_array_equal(scaled, [[2, 4], [6, 8]])
        scaled[0] *= 10
        np.testing.assert_array_equal(scaled, [[20, 40], [6, 8]])
        scaled[:, 1] *= 4
        variable.assign(scaled)
        np.testing.assert_array_equal(variable.numpy(), [[20, 160], [6, 32]])
number = tf.Variable(3.0)
number.assign(number.numpy() * 2)
assert number.numpy() == 6

# %% recipe-fill-code
# > `assign` of a whole variable does not broadcast, so NumPy makes an array of the full shape first:
# > `np.full` repeats one value, `np.broadcast_to` repeats one row. Here the variable is filled with 7.
np.testing.assert_array_equal(_, [[7, 7], [7, 7]])
for dtype in DTYPES:
    for variable in both([[1, 2], [3, 4]], dtype):
        for value in (7, [7], [7, 7], [[7, 7]], [[7], [7]]):
            for one in (value, np.array(value), tf.cast(value, dtype)):
                with pytest.raises(ValueError, match=r"(?i)shape"):
                    variable.assign(one)
        variable.assign(np.full(variable.shape, 7))
        np.testing.assert_array_equal(variable.numpy(), [[7, 7], [7, 7]])
        variable.assign(np.broadcast_to([8, 9], variable.shape))
        np.testing.assert_array_equal(variable.numpy(), [[8, 9], [8, 9]])

# %% recipe-fill-code-2
# > The row 8, 9 goes into both rows.
#
# > (A slice does broadcast: `v[:].assign([8, 9])` would do the same.)
np.testing.assert_array_equal(_, [[8, 9], [8, 9]])
for dtype in DTYPES:
    for variable in both([[1, 2], [3, 4]], dtype):
        variable[:].assign([8, 9])
        np.testing.assert_array_equal(variable.numpy(), [[8, 9], [8, 9]])

# %% recipe-mask-code-2
# > Take a snapshot, overwrite the entries where the mask is `True`, assign the snapshot.
# > Here every entry over 5 becomes -1.
np.testing.assert_array_equal(_, [[0, 1, 2, 3, 4], [5, -1, -1, -1, -1]])
for dtype in DTYPES:
    for variable in both(np.arange(10).reshape(2, 5), dtype):
        snapshot = variable.numpy()
        snapshot[snapshot > 5] = -1
        variable.assign(snapshot)
        np.testing.assert_array_equal(variable.numpy(), _)

# %% recipe-mask-code-3
# > In TensorFlow, `tf.where` does the same without a snapshot: the new value where the condition holds, the old one
# > elsewhere. Here the negative entries become 0. (For a variable that is not float32, write the 0 as
# > `tf.cast(0, v.dtype)`.)
np.testing.assert_array_equal(_, [[0, 1, 2, 3, 4], [5, 0, 0, 0, 0]])
for dtype in DTYPES:
    for variable in both([1, -2, 0, -3], dtype):
        if dtype == "float32":
            variable.assign(tf.where(variable < 0, 0.0, variable))
        elif isinstance(variable, keras.Variable):
            with pytest.raises(ValueError, match="to type float32"):
                variable.assign(tf.where(variable < 0, 0.0, variable))
        variable.assign(tf.where(variable < 0, tf.cast(0, variable.dtype), variable))
        np.testing.assert_array_equal(variable.numpy(), [1, 0, 0, 0])

# %% recipe-clip-code
# > Here the range is 2 to 6.
#
# > To clamp a variable, clip its snapshot: `np.clip` moves entries outside a range to its nearer end.
#
# > `v.assign(tf.clip_by_value(v, 2, 6))` does the same without a snapshot.
np.testing.assert_array_equal(_, [[2, 2, 2, 3, 4], [5, 6, 6, 6, 6]])
for dtype in DTYPES:
    for variable in both(np.arange(10).reshape(2, 5), dtype):
        for clip in (lambda v: np.clip(v.numpy(), 2, 6), lambda v: tf.clip_by_value(v, 2, 6)):
            variable.assign(np.arange(10).reshape(2, 5))
            variable.assign(clip(variable))
            np.testing.assert_array_equal(variable.numpy(), _)
number = tf.Variable(9.0)
number.assign(np.clip(number.numpy(), 2, 6))
assert number.numpy() == 6

# %% recipe-clip-code-2
# > `None` stands for an end that has no limit: here nothing may be below 4.
# > NaN stays NaN.
# > Of a bfloat16 snapshot, `np.clip` with two limits makes float32, which `assign` casts back.
#
# > To clip while a model trains, see [Clip or mask after every training step](#clip-or-mask-after-every-training-step).
np.testing.assert_array_equal(_, [[4, 4, 4, 4, 4], [5, 6, 6, 6, 6]])
np.testing.assert_array_equal(np.clip(np.arange(4), None, 2), [0, 1, 2, 2])
for dtype in FLOATS:
    for variable in both([np.nan, 1, np.inf], dtype):
        clipped = np.clip(variable.numpy(), 2, 6)
        assert clipped.dtype == ("float32" if dtype == "bfloat16" else dtype)
        variable.assign(clipped)
        np.testing.assert_array_equal(variable.numpy().astype("float64"), [np.nan, 2, 6])
        assert variable.numpy().dtype == dtype

# %% recipe-nan-code
# since numpy 2.0: np.where keeps bfloat16 beside a Python number
# > `np.isfinite` marks the good entries; `np.where` keeps them and puts 0 in place of the others.
# > Multiplying by a mask would not do, since NaN times 0 is NaN.
np.testing.assert_array_equal(_, [[1, 0], [0, 4]])
for dtype in FLOATS:
    for variable in both([1, np.nan, np.inf, -np.inf, -4], dtype):
        snapshot = variable.numpy()
        good = np.isfinite(snapshot)
        with np.errstate(invalid="ignore"):
            np.testing.assert_array_equal((snapshot * good).astype("float64"), [1, np.nan, np.nan, np.nan, -4])
        variable.assign(np.where(good, snapshot, 0))
        np.testing.assert_array_equal(variable.numpy(), [1, 0, 0, 0, -4])

# %% recipe-nan-code-2
# > `np.nan_to_num` is shorter, but it turns NaN alone into 0. An infinity becomes the largest number of the dtype, here
# > about 3.4e38, unless you name a value for it; and a bfloat16 snapshot comes back as it was, NaN and all, without a
# > word.
largest = np.finfo("float32").max
np.testing.assert_array_equal(_, [[1, 0], [-largest, 4]])
assert largest == pytest.approx(3.4e38, rel=0.01)
for dtype in ("float16", "float32", "float64"):
    largest = np.finfo(dtype).max
    for variable in both([1, np.nan, np.inf, -np.inf], dtype):
        np.testing.assert_array_equal(np.nan_to_num(variable.numpy()), [1, 0, largest, -largest])
for variable in both([1, np.nan, np.inf, -np.inf], "bfloat16"):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for same in (np.nan_to_num(variable.numpy()), np.nan_to_num(variable.numpy(), nan=0, posinf=0, neginf=0)):
            np.testing.assert_array_equal(same.astype("float32"), [1, np.nan, np.inf, -np.inf])

# %% recipe-nan-code-3
# > An optimizer may hold NaN as well: see [Error messages, and what they mean](errors.ipynb).
#
# > Which weights of a model hold such an entry is told by `[w.path for w in model.weights if not
# > np.isfinite(w.numpy()).all()]`.
model = compiled(dense(name="good"), dense(name="bad"), inputs=1)
model.layers[1].kernel.assign([[np.inf]])
(path,) = [w.path for w in model.weights if not np.isfinite(w.numpy()).all()]
assert path.endswith("bad/kernel")
np.testing.assert_array_equal(_, [[1, 0], [0, 4]])
weight, adam = tf.Variable(1.0), keras.optimizers.Adam()
adam.apply_gradients([(tf.constant(np.nan), weight)])
assert any(np.isnan(slot.numpy()).any() for slot in adam.variables)

# %% recipe-smallest-code
# since numpy 2.0: np.where keeps bfloat16 beside a Python number
# > To prune a variable, find a limit with `np.quantile`: here half of the absolute values are below it.
# > `np.where` keeps the others.
#
# > The weights of a model are also biases, and the statistics of a BatchNormalization: take those for which
# > `w.name.endswith("kernel")`. (To zero a given number of entries, sort their places:
# > `values.flat[np.argsort(np.abs(values), axis=None)[:3]] = 0`. Without `axis=None` each row is sorted by itself, and
# > `values[...]` takes these numbers for whole rows.) Training brings the zeros to life again: see [Clip or mask after
# > every training step](#clip-or-mask-after-every-training-step).
np.testing.assert_array_equal(_, np.array([[0, -2, 0], [4, 0, 6]], dtype="float32"))
values = np.array([[5.0, 1, 7], [2, 6, 3], [9, 8, 4]])
whole, sorted_rows = values.copy(), np.argsort(np.abs(values))
values.flat[np.argsort(np.abs(values), axis=None)[:3]] = 0
np.testing.assert_array_equal(values, [[5, 0, 7], [0, 6, 0], [9, 8, 4]])
np.testing.assert_array_equal(sorted_rows, [[1, 0, 2], [0, 2, 1], [2, 1, 0]])
whole[sorted_rows[:1]] = 0
np.testing.assert_array_equal(whole, np.zeros((3, 3)))
for dtype in FLOATS:
    for variable in both([[0.125, -2, 0.25], [4, -0.5, 6]], dtype):
        snapshot = variable.numpy()
        variable.assign(np.where(np.abs(snapshot) < np.quantile(np.abs(snapshot), 0.5), 0, snapshot))
        np.testing.assert_array_equal(variable.numpy(), [[0, -2, 0], [4, 0, 6]])
pruned = dense()
model = compiled(pruned)
pruned.kernel.assign([[1], [0]])
fit(model)
assert pruned.kernel.numpy()[1] != 0
mixed_one = keras.Sequential(
    [keras.Input((3, 2)), keras.layers.LSTM(2), keras.layers.BatchNormalization(), keras.layers.Dense(1)]
)
kernels = [w.path.split("/")[-2:] for w in mixed_one.weights if w.name.endswith("kernel")]
assert [name for _layer, name in kernels] == ["kernel", "recurrent_kernel", "kernel"]
others = [w.name for w in mixed_one.weights if not w.name.endswith("kernel")]
assert {*others} == {"bias", "gamma", "beta", "moving_mean", "moving_variance", "seed_generator_state"} & {*others}
assert {"bias", "gamma", "moving_variance"} <= {*others}


# %% recipe-noise-code
# > `assign_add` takes an array of the variable's shape.
# > A NumPy generator draws it, and draws the same one again from the same seed.
#
# > For noise after each batch of a `fit`, put the line into [a callback](#clip-or-mask-after-every-training-step); it
# > adds up, and a snapshot that is put back there undoes the step as well.
# > For new noise in each step and none in the weights, see [Try other weights without assigning
# > them](#try-other-weights-without-assigning-them).
# > Outside of `fit`, to be rid of the noise, do not subtract it: see [Try a change, and take it
# > back](#try-a-change-and-take-it-back).
class Back(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        self.kept = self.model.get_weights()

    def on_train_batch_end(self, batch, logs=None):
        self.model.set_weights(self.kept)


model = compiled(keras.layers.Dense(1))
kept = model.get_weights()
model.fit(np.ones((4, 2)), np.full((4, 1), 9.0), verbose=0, callbacks=[Back()])
assert all(np.array_equal(*pair) for pair in zip(kept, model.get_weights(), strict=True))
model.fit(np.ones((4, 2)), np.full((4, 1), 9.0), verbose=0)
assert not any(np.array_equal(*pair) for pair in zip(kept, model.get_weights(), strict=True))
noise = np.random.default_rng(seed=0).normal(scale=0.1, size=(2, 2))
np.testing.assert_array_equal(_, np.array([[1, 2], [3, 4]], "float32") + noise.astype("float32"))
for dtype in FLOATS:
    for variable in both([[1, 2], [3, 4]], dtype):
        variable.assign_add(np.random.default_rng(seed=0).normal(scale=0.1, size=variable.shape))
        np.testing.assert_allclose(variable.numpy().astype("float64"), _, rtol=0.01)

# %% recipe-try-code
# > Keep a snapshot, and assign it afterwards.
# > Under `finally` it is assigned even if the lines in between raise.
# > (To subtract what was added is not the same: each sum is rounded.)
#
# > For a whole model, the snapshot is `model.get_weights()`, and `model.set_weights(old)` the way back.
start = np.array([0.1, 2.0], dtype="float32")
np.testing.assert_array_equal(_, start)
assert printed == "210.0\n"
for variable in both([0.1, 2.0]):
    kept = variable.numpy()
    with pytest.raises(ZeroDivisionError):
        try:
            variable.assign(kept * 100)
            1 / 0
        finally:
            variable.assign(kept)
    assert variable.numpy().tobytes() == start.tobytes()
    variable.assign_add([0.3, -1.0])
    variable.assign_sub([0.3, -1.0])
    assert variable.numpy().tobytes() != start.tobytes()
model = compiled(keras.layers.Dense(2), keras.layers.Dense(1))
kept = model.get_weights()
fit(model)
model.set_weights(kept)
assert all(np.array_equal(*pair) for pair in zip(kept, model.get_weights(), strict=True))

# %% recipe-guard-code-2
# > `assign` casts an array without a word.
# > Cast a copy there and back first, and compare both: where a digit, a fraction or a value out of range would be lost,
# > this raises. (To NumPy, the int64 2**53 + 1 equals the float 2**53: there the way back tells.)
# > A masked array is refused, since `assign` would take what lies under the mask.
np.testing.assert_array_equal(_, [3, -4])
lost = {"int32": [1.5, 2.0**31, np.nan], "uint8": [300, -1, 0.5], "float32": [0.1, 1e39, 16777217]}
lost |= {"float16": [0.1, 70000, 1e-8, 2049], "bfloat16": [1.001, 257], "int8": [128, -129], "float64": []}
kept = {"int32": [2.0**31 - 1, -1], "uint8": [255, 0], "float32": [np.nan, np.inf, 0.5], "float16": [65504, np.nan]}
kept |= {"bfloat16": [1.5, 256], "int8": [127, -128], "float64": [0.1, np.nan, 1e300]}
for dtype in lost:
    for value in lost[dtype]:
        one = tf.Variable(tf.ones(2, dtype))
        with pytest.raises(ValueError, match=f"^{dtype} cannot hold these float64 values$"):
            assign_exactly(one, np.array([1.0, value]))
        np.testing.assert_array_equal(one.numpy(), [1, 1])
    for value in kept[dtype]:
        one = tf.Variable(tf.ones(2, dtype))
        assign_exactly(one, np.array([1.0, value]))
        np.testing.assert_array_equal(one.numpy().astype("float64"), [1, value])
with pytest.raises(ValueError):
    assign_exactly(tf.Variable([0, 0], dtype=tf.uint8), np.array([-1, 0], "int8"))
large = np.array([2**53 + 1, 2])
assert np.array_equal(large, large.astype("float64"))
for dtype in ("float32", "float64"):
    with pytest.raises(ValueError, match=f"^{dtype} cannot hold these int64 values$"):
        assign_exactly(tf.Variable(tf.ones(2, dtype)), large)
    assign_exactly(one := tf.Variable(tf.ones(2, dtype)), large - 1)
    assert one.numpy()[0] == 2**53
for dtype, bad in (("uint64", np.array([-1, 0])), ("int64", np.array([2**64 - 1, 0], "uint64"))):
    with pytest.raises(ValueError, match=f"^{dtype} cannot hold"):
        assign_exactly(tf.Variable(tf.ones(2, dtype)), bad)
masked = np.ma.masked_array([1.0, 999.0], mask=[False, True])
with pytest.raises(ValueError, match=r"^fill the masked entries first$"):
    assign_exactly(one := tf.Variable([0.0, 0.0]), masked)
assert not one.numpy().any()
one.assign(masked)
np.testing.assert_array_equal(one, [1, 999])
for filled in (masked.filled(5), np.ma.masked_array([1.0, 5.0])):
    assign_exactly(one, filled)
    np.testing.assert_array_equal(one, [1, 5])

# %% recipe-guard-code-3
# raises ValueError: int32 cannot hold these float64 values
# > A variable of bool takes 0 and 1, and refuses the rest.
# > Of a Keras variable, give the `value`.
# > To allow the digits that every float loses, compare with `np.allclose` instead.
np.testing.assert_array_equal(counts, [3, -4])
truth, keras_counts = tf.Variable([False, False]), keras.Variable([0, 0], dtype="int32")
for fits in ([1, 0], [0.0, 1.0], [True, False]):
    assign_exactly(truth, np.array(fits))
    np.testing.assert_array_equal(truth, np.array(fits, bool))
for bad in ([2, 0], [0.5, 0], [np.nan, 0], [-1, 0]):
    with pytest.raises(ValueError, match=r"^bool cannot hold"):
        assign_exactly(truth, np.array(bad))
with pytest.raises(AttributeError):
    assign_exactly(keras_counts, [1, 2])
assign_exactly(keras_counts.value, [1, 2])
np.testing.assert_array_equal(keras_counts, [1, 2])
assert np.allclose(np.array([0.1, 2.0], "float32"), [0.1, 2.0]) and not np.allclose(np.array([4]), [4.5])

# %% recipe-strings-code
# > `assign` takes `str` or `bytes`, in a list or in a NumPy array.
# > What comes back is an array of `bytes`, in UTF-8: compare with `bytes`, for `names == "cat"` finds nothing and does
# > not raise.
#
# > Slices, `scatter_nd_update` and `tf.where` work as with numbers.
# > `assign_add` does not: write `v.assign(v + "!")`.
# > A number, `None` or NaN raises, also among strings.
assert list(_) == ["käfer".encode(), b"dog"]
for given in (["ü", "b"], ["ü".encode(), b"b"], ["ü", b"b"]):
    arrays = [np.array(given, object)]
    arrays += [np.array(given)] if len({type(one) for one in given}) == 1 else []
    for value in (given, *arrays):
        one = tf.Variable(["", ""])
        one.assign(value)
        back = one.numpy()
        assert list(back) == ["ü".encode(), b"b"] and {type(entry) for entry in back} == {bytes}
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert not (back == "b").any() and list(back == b"b") == [False, True]
        back[0] = b"edited"
        assert list(one.numpy()) == ["ü".encode(), b"b"]
        for wrong in (1, 1.5, None, np.nan, True):
            for values in ([wrong, wrong], ["a", wrong], np.array(["a", wrong], object)):
                with pytest.raises((TypeError, ValueError)):
                    one.assign(values)
        with pytest.raises(ValueError, match="Failed to convert a NumPy array to a Tensor"):
            one.assign(np.array([1, 2]))
one = tf.Variable(["a", "b"])
one[0].assign("c")
one.scatter_nd_update([[1]], ["d"])
assert list(one.numpy()) == [b"c", b"d"]
one.assign(tf.where(one == "c", "e", one))
assert list(one.numpy()) == [b"e", b"d"]
with pytest.raises(InvalidArgumentError, match="No OpKernel was registered"):
    one.assign_add(["!", "!"])
one.assign(one + "!")
assert list(one.numpy()) == [b"e!", b"d!"]

# %% recipe-strings-code-2
assert _ == ["käfer", "dog"]

# %% recipe-part-code
# > A variable takes `assign` on one entry or on a slice, and only those entries change. One number fills a slice.
# > (The place of the largest entry is `np.unravel_index(values.argmax(), values.shape)`, which both `values` and `v`
# > take as an index.)
for variable in both([[1, 9], [3, 4]]):
    largest = np.unravel_index(variable.numpy().argmax(), variable.shape)
    assert variable.numpy()[largest] == variable[largest].numpy() == 9
    variable[largest].assign(0)
    np.testing.assert_array_equal(variable.numpy(), [[1, 0], [3, 4]])
np.testing.assert_array_equal(_, [[50, 1, 2, 3, 4], [5, 6, -1, -2, 9]])
for dtype in DTYPES:
    for variable in both(np.arange(10).reshape(2, 5), dtype):
        expected = np.arange(10).reshape(2, 5)
        for part in ((0, 0), 1, (slice(None), 3), (slice(None), slice(None, None, 2)), -1, ...):
            variable[part].assign(7)
            expected[part] = 7
            np.testing.assert_array_equal(variable.numpy(), expected)
        variable[1, 2:4].assign([1, 2])
        np.testing.assert_array_equal(variable.numpy()[1], [7, 7, 1, 2, 7])

# %% recipe-part-code-2
# > A list of rows is not a slice: TensorFlow reads `w[[0, 3]]` as `w[0, 3]`. Use the snapshot, where NumPy takes such
# > a list.
np.testing.assert_array_equal(_, [[-1, -1, -1, -1], [4, 5, 6, 7], [8, 9, 10, 11], [-1, -1, -1, -1]])
for variable in both(np.arange(16).reshape(4, 4)):
    assert variable[[0, 3]].numpy() == variable[0, 3].numpy() == 3
    variable[[0, 3]].assign(50)
    np.testing.assert_array_equal(np.argwhere(variable.numpy() == 50), [[0, 3]])

# %% recipe-part-code-3
# > `scatter_nd_update` writes rows without a snapshot. Each row comes in full, and each index stands in a list of its
# > own: of a flat `[1, 2]` row 1 alone is written, without an error. A Keras variable has this method on its `value`,
# > as in `layer.kernel.value.scatter_nd_update(...)`.
#
# > Under a `tf.distribute.MirroredStrategy` with several devices a slice reaches the first copy alone, silently.
# > Assign the whole variable there, as in [Write to every copy](../lessons/15_many_devices.ipynb).
np.testing.assert_array_equal(_, [[-1, -1, -1, -1], [1, 1, 1, 1], [2, 2, 2, 2], [-1, -1, -1, -1]])
for updates in ([[5], [6]], [[5, 5, 5], [6, 6, 6]], [5, 6], 5):
    with pytest.raises(InvalidArgumentError, match="Dimensions"):
        w.scatter_nd_update([[1], [2]], updates)
np.testing.assert_array_equal(w, _)
for dtype in DTYPES:
    for rows in ([1, 2], [2, 1], [3, 0, 2]):
        flat = tf.Variable(tf.zeros((4, 4), dtype))
        flat.scatter_nd_update(rows, [[7] * 4] * len(rows))
        np.testing.assert_array_equal(flat.numpy().any(axis=1), np.arange(4) == rows[0])
layer = built(keras.layers.Dense(3, kernel_initializer="zeros"))
assert not hasattr(layer.kernel, "scatter_nd_update")
layer.kernel.value.scatter_nd_update([[1]], [[1, 2, 3]])
np.testing.assert_array_equal(layer.kernel, [[0, 0, 0], [1, 2, 3]])
alone("""
cpu, = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    v = tf.Variable([0.0, 0.0])
v[0].assign(9.0)
assert [copy.numpy().tolist() for copy in v.values] == [[9, 0], [0, 0]]
v.assign([8.0, 0.0])
assert [copy.numpy().tolist() for copy in v.values] == [[8, 0], [8, 0]]
""")

# %% recipe-diagonal-code
# > With `:` for all rows, `v[:, 1]` is a column: it takes one number for each row, or one for all.
# > A window is a slice of rows and a slice of columns.
np.testing.assert_array_equal(_, [[0, 1, 4, 5], [0, 2, 6, 7], [0, 3, 0, 0]])
for dtype in DTYPES:
    for variable in both(np.zeros((3, 4)), dtype):
        for given in ([1, 2, 3], 7):
            variable[:, 1].assign(given)
            np.testing.assert_array_equal(variable.numpy()[:, 1], np.broadcast_to(given, 3))
        variable[0:2, 2:4].assign([[4, 5], [6, 7]])
        np.testing.assert_array_equal(variable.numpy(), [[0, 7, 4, 5], [0, 7, 6, 7], [0, 7, 0, 0]])

# %% recipe-diagonal-code-2
# > Several columns, or rows and columns anyhow, are chosen in a snapshot: `values[:, [0, 2]] = 5`, then
# > `v.assign(values)`.
# > A diagonal is no slice.
# > `tf.linalg.set_diag` gives a tensor that has another one; assign it.
# > In NumPy, `np.fill_diagonal` edits a snapshot, and `np.tril` and `np.triu` return an array with zeros above or below
# > the diagonal.
#
# > Entries that lie anyhow go in by `scatter_nd_update`, with a row and a column for each.
np.testing.assert_array_equal(_, [[7, 1, 4, 5], [0, 8, 6, 7], [0, 3, 9, 0]])
columns = tf.Variable(_)
values = columns.numpy()
values[:, [0, 2]] = 5
columns.assign(values)
np.testing.assert_array_equal(columns, [[5, 1, 5, 5], [5, 8, 5, 7], [5, 3, 5, 0]])
np.testing.assert_array_equal(np.tril(_), [[7, 0, 0, 0], [0, 8, 0, 0], [0, 3, 9, 0]])
np.testing.assert_array_equal(np.triu(_), [[7, 1, 4, 5], [0, 8, 6, 7], [0, 0, 9, 0]])
for dtype in DTYPES:
    for variable in both(np.zeros((3, 3)), dtype):
        tensor = tf.linalg.set_diag(variable, [7, 8, 9])
        assert tf.is_tensor(tensor) and not variable.numpy().any()
        variable.assign(tensor)
        np.testing.assert_array_equal(variable.numpy(), np.diag([7, 8, 9]))
        snapshot = variable.numpy()
        assert np.fill_diagonal(snapshot, [4, 5, 6]) is None
        variable.assign(snapshot)
        np.testing.assert_array_equal(variable.numpy(), np.diag([4, 5, 6]))
        raw = variable.value if isinstance(variable, keras.Variable) else variable
        raw.scatter_nd_update([[0, 2], [2, 1]], [1, 2])
        np.testing.assert_array_equal(variable.numpy(), [[4, 0, 1], [0, 5, 0], [0, 2, 6]])

# %% recipe-few-code
# > Each round trip copies the whole variable twice, out of TensorFlow and in again, whether one entry changed or all of
# > them. For a few entries, write a slice or use `scatter_nd_update`, which need no snapshot. (For the slice,
# > TensorFlow reads the whole variable; `scatter_nd_update` does not.) `tf.where` finds their positions.
np.testing.assert_array_equal(_, [[1, 3], [1, 4]])
alone("""
import tracemalloc

def copied(edit):
    tracemalloc.start()
    edit()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 8e6  # in sizes of the variable

for v in tf.Variable(np.zeros((1000, 1000))), keras.Variable(np.zeros((1000, 1000)), dtype="float64"):
    values = v.numpy()
    assert 1 <= copied(v.numpy) < 1.1 and not np.shares_memory(values, v.numpy())  # out
    values[0, 0] = 1
    v.assign(values)
    values[:] = 2
    assert v.numpy().sum() == 1  # in: the variable holds a copy of its own
    assert 2 <= copied(lambda: v.assign(v.numpy())) < 2.1
    assert copied(lambda: v[3].assign(np.ones(1000))) < 0.1
    raw = v.value if isinstance(v, keras.Variable) else v
    assert copied(lambda: raw.scatter_nd_update(tf.where(raw > 1), [])) < 0.1
    assert copied(lambda: raw.scatter_nd_update(tf.where(raw > 0), np.full(1001, 7))) < 0.1
""")

# %% recipe-few-code-2
np.testing.assert_array_equal(_, [[0, 1, 2, 3, 4], [5, 6, 7, -1, -1]])
for dtype in DTYPES:
    for variable in both(np.arange(10).reshape(2, 5), dtype):
        raw = variable.value if isinstance(variable, keras.Variable) else variable
        found = tf.where(raw > 7)
        raw.scatter_nd_update(found, np.full(len(found), -1))
        np.testing.assert_array_equal(variable.numpy(), _)

assert reads_whole(lambda: v[0].assign(1.0)) and not reads_whole(lambda: v.scatter_nd_update([[0, 0]], [1.0]))

# %% recipe-buffer-code
# > A round trip makes an array at each step of the arithmetic.
# > Make one, once, and let every step write into it, with `out=`.
# > `np.asarray(v.value())` shows the variable's numbers without a copy: read from it, do not edit it.
# > (Of a Keras variable, take the `tf.Variable` inside, `layer.kernel.value`.)
np.testing.assert_array_equal(_, [[0.5, -1], [2, 2]])
assert _ is buffer and buffer.dtype == v.dtype
for dtype in DTYPES:
    for variable in both([[1, 2], [3, 4]], dtype):
        raw = variable.value if isinstance(variable, keras.Variable) else variable
        assert np.shares_memory(np.asarray(raw.value()), np.asarray(raw.value()))

# %% recipe-buffer-code-2
# > `assign` copies the buffer, so the next turn may fill it again.
# > Where TensorFlow has the operations, it needs no array at all: `v.assign(tf.clip_by_value(v * 0.5, -1, 2))`.
# > Explained in [Know what a write costs](../lessons/14_what_it_costs.ipynb), which measures both.
np.testing.assert_array_equal(_, [[0.5, -1], [2, 2]])
buffer[:] = 9
np.testing.assert_array_equal(v, _)
alone("""
import tracemalloc

v, buffer = tf.Variable(tf.fill((1000, 1000), 2.0)), np.empty((1000, 1000), "float32")

def arrays(edit):
    edit()
    tracemalloc.start()
    edit()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(peak / buffer.nbytes)

def by_buffer():
    np.multiply(np.asarray(v.value()), 0.5, out=buffer)
    np.clip(buffer, -1, 2, out=buffer)
    v.assign(buffer)

def in_steps():
    product = v.numpy() * 0.5
    clipped = np.clip(product, -1, 2)
    v.assign(clipped)

assert arrays(by_buffer) == 1 and arrays(in_steps) == 3
assert arrays(lambda: v.assign(tf.clip_by_value(v * 0.5, -1, 2))) == 0
""")

# %% recipe-reshape-code-2
# > Here 16 numbers are edited as 2 rows of 8: the first number of each becomes -1.
#
# > A loop of small writes pays for an operation each time.
#
# > Once a part has been written, each read of the whole variable makes a copy, on a CPU.
# > Where a single correction is followed by many reads, the round trip costs less.
#
# > Reshape the snapshot, edit it, reshape it back to `v.shape`, assign.
for dtype in DTYPES:
    for write, shared in (
        (lambda one: one[0].assign(one[1]), False),
        (lambda one: one.scatter_nd_update([[0]], one[:1]), False),
        (lambda one: one.assign(one.numpy()), True),
    ):
        one = tf.Variable(tf.zeros((2, 5), dtype))
        assert one_memory(one)
        write(one)
        one.assign(tf.ones((2, 5), dtype))
        assert one_memory(one) is shared
np.testing.assert_array_equal(_, [[-1, 1, 2, 3], [4, 5, 6, 7], [-1, 9, 10, 11], [12, 13, 14, 15]])
for dtype in DTYPES:
    for variable in both(np.arange(16).reshape(4, 4), dtype):
        snapshot = variable.numpy().reshape(2, 8)
        snapshot[:, 0] = -1
        variable.assign(snapshot.reshape(variable.shape))
        np.testing.assert_array_equal(variable.numpy(), _)

# %% recipe-transpose-code
# > A PyTorch `Linear` keeps its weight with one row per output, a Keras `Dense` its kernel with one column per output.
# > So assign the transpose; the bias goes over as it is.
# > A square matrix fits either way and raises no error.
# PyTorch's side, of torch.nn.Linear: weight (outputs, inputs), bias (outputs,), output x @ weight.T + bias
np.testing.assert_array_equal(_, [[1, 3], [2, 4]])
np.testing.assert_array_equal(layer.bias, [10, 20])
rectangle = built(keras.layers.Dense(5), inputs=3)
assert rectangle.kernel.shape == (3, 5) and rectangle.bias.shape == (5,)
stored, added = np.arange(15.0).reshape(5, 3), np.arange(5.0)
rectangle.set_weights([stored.T, added])
rows = np.random.default_rng(0).normal(size=(4, 3))
np.testing.assert_allclose(rectangle(rows), rows @ stored.T + added, rtol=1e-4, atol=1e-4)
square = built(keras.layers.Dense(2))
square.set_weights([weight, bias])
assert not np.array_equal(square(np.eye(2)), layer(np.eye(2)))

# %% recipe-transpose-code-2
# > So compare outputs, not shapes: here those of the layer and of `weight @ x + bias`, for the input 1, 0.
#
# > A convolution kernel that was stored as (outputs, inputs, height, width), as in PyTorch, fits a Keras `Conv2D` after
# > `transpose(2, 3, 1, 0)`.
# > Behind a `Flatten`, and in an LSTM or a GRU, more must move: see [Move and resize
# > weights](../lessons/12_move_and_resize_weights.ipynb).
for recurrent, biases in ((keras.layers.LSTM(2), (8,)), (keras.layers.GRU(2), (2, 6))):
    assert built_for_steps(recurrent).get_weights()[2].shape == biases  # and PyTorch has two, of one axis
channels = np.arange(8).reshape(1, 2, 2, 2)
assert np.array(keras.layers.Flatten()(channels.transpose(0, 2, 3, 1)))[0].tolist() != channels.ravel().tolist()
outputs, expected = _
np.testing.assert_array_equal(outputs, [11, 23])
np.testing.assert_array_equal(expected, [11, 23])
stored = np.random.default_rng(0).normal(size=(4, 3, 2, 2)).astype("float32")
image = np.random.default_rng(1).normal(size=(2, 2, 3)).astype("float32")  # height, width, channels: one position
convolution = keras.layers.Conv2D(4, 2, use_bias=False)
convolution.build((None, 2, 2, 3))
convolution.kernel.assign(stored.transpose(2, 3, 1, 0))
by_hand = [(one * image.transpose(2, 0, 1)).sum() for one in stored]
np.testing.assert_allclose(convolution(image[None])[0, 0, 0], by_hand, rtol=1e-4)

# %% recipe-shape-code
# > A variable keeps the shape that it was created with.
# > Created with `shape=tf.TensorShape(None)`, it takes values of any shape: here (2, 5), then (5, 2).
assert _[0].rank is None and _[1] == (5, 2)
for variable in both(np.zeros((2, 5))):
    for value in (0.0, np.zeros(10), np.zeros((5, 2)), np.zeros((2, 5, 1))):
        with pytest.raises(ValueError, match=r"(?i)shape"):
            variable.assign(value)
    assert variable.numpy().shape == (2, 5)
for shape in ((), (0, 4), (7,), (2, 2, 2)):
    free = tf.Variable(np.zeros((2, 5)), shape=tf.TensorShape(None))
    free.assign(np.ones(shape))
    assert free.numpy().shape == shape

# %% recipe-shape-code-2
# > Any shape means that a wrong one is taken too.
# > With `shape=[None, 5]`, in eager mode, only the number of rows is free.
# > `np.vstack` appends a row.
# > (`tf.Variable(v)` and `copy.deepcopy(v)` make copies whose shape is fixed; `tf.Variable(v, shape=v.shape,
# > trainable=v.trainable)` keeps both.)
#
# > Adam refuses such a variable: see [Error messages, and what they mean](errors.ipynb).
# > For the weights of a layer, see [Change the size of a layer](#change-the-size-of-a-layer).
assert _ == (3, 5)
np.testing.assert_array_equal(rows, [[0] * 5, [0] * 5, [1] * 5])
some = tf.Variable(np.zeros((2, 5)), shape=[None, 5])
for shape in ((), (5,), (3, 4), (1, 3, 5)):
    with pytest.raises(ValueError, match="Shape mismatch"):
        some.assign(np.zeros(shape))
for shape in ((0, 5), (9, 5)):
    some.assign(np.zeros(shape))
    assert some.numpy().shape == shape
for trainable in (True, False):
    original = tf.Variable(np.zeros((2, 5)), shape=[None, 5], trainable=trainable)
    for fixed in (tf.Variable(original), copy.deepcopy(original)):
        with pytest.raises(ValueError, match="Shape mismatch"):
            fixed.assign(np.zeros((3, 5)))
    twin = tf.Variable(original, shape=original.shape, trainable=original.trainable)
    twin.assign(np.zeros((3, 5)))
    assert twin.trainable == trainable and twin.handle is not original.handle and original.numpy().shape == (2, 5)

for shape in (None, [None, 5]):
    resizable = tf.Variable(np.zeros((2, 5), "float32"), shape=tf.TensorShape(shape))
    with pytest.raises(ValueError):
        keras.optimizers.Adam().apply_gradients([(tf.zeros((2, 5)), resizable)])

# %% recipe-layer-code
# > Each weight of a built layer has `assign`. It casts, and it wants the weight's shape. Under a mixed precision policy
# > the weights stay float32, and nothing below is different.
np.testing.assert_array_equal(_, [[1, 2], [3, 4]])
for dtype in ("float32", "float64", "bfloat16", "float16", *MIXED):
    one = built(keras.layers.Dense(2, dtype=dtype))
    held = "float32" if dtype in MIXED else dtype
    for value in (np.ones((2, 2), "int64"), np.ones((2, 2)), [[1, 1], [1, 1]], tf.ones((2, 2), tf.float64)):
        one.kernel.assign(value)
        assert one.kernel.numpy().dtype == held and one.kernel.numpy().sum() == 4
    for value in (1, [1, 1], np.ones((1, 2)), np.ones((2, 2, 1))):
        with pytest.raises(ValueError, match="shape"):
            one.kernel.assign(value)
    assert all(hasattr(weight, "assign") for weight in built(keras.layers.BatchNormalization(dtype=dtype)).weights)
    kernel, bias = one.get_weights()
    one.set_weights([kernel * 10, bias + 1])
    np.testing.assert_array_equal(one.kernel.numpy(), [[10, 10], [10, 10]])
    assert {array.dtype for array in one.get_weights()} == {np.dtype(held)}

# %% recipe-layer-code-2
# > `set_weights` takes a list with an array for each weight, in the order of `get_weights`: here kernel, then bias.
# > (That is the order of `weights`: layer by layer, and of a layer's own weights first those that were made to be
# > trained.)


class Counting(keras.layers.Layer):
    def build(self, shape):
        self.count = self.add_weight(shape=(), trainable=False, name="count")
        self.scale = self.add_weight(shape=(), name="scale")

    def call(self, inputs):
        return inputs


counting = keras.Sequential([keras.Input((2,)), Counting(), keras.layers.BatchNormalization(), keras.layers.Dense(1)])
order = ["scale", "count", "gamma", "beta", "moving_mean", "moving_variance", "kernel", "bias"]
assert [weight.name for weight in counting.weights] == order
for part in counting.layers:
    part.trainable = False
assert [weight.name for weight in counting.weights] == order
for weight, array in zip(counting.weights, counting.get_weights(), strict=True):
    np.testing.assert_array_equal(weight, array)
np.testing.assert_array_equal(_[0], [[10, 20], [30, 40]])
np.testing.assert_array_equal(_[1], [1, 1])
assert [weight.name for weight in layer.weights] == ["kernel", "bias"]
for wrong in ([kernel], [bias, kernel], [kernel, bias, bias]):
    with pytest.raises(ValueError):
        layer.set_weights(wrong)

# %% recipe-path-code
# > Each weight has a `path`: here, the names of the model, the layer and the weight.
# > (In a functional model, in a loaded one and in a layer that was built before, the model's name is missing.)
# > A dictionary finds a weight by it, where no two are the same.
assert _ == [f"net/{layer}/{weight}" for layer in ("hidden", "out") for weight in ("kernel", "bias")]
assert [w.path for w in functional("net").weights] == ["hidden/kernel", "hidden/bias"]
assert [w.path for w in loaded(model).weights] == [path.removeprefix("net/") for path in _]
before = keras.layers.Dense(1, name="out")
before.build((None, 2))
assert keras.Sequential([before], name="net").weights[0].path == "out/kernel"
assert [w.path for w in side_by_side().weights] == ["hidden/kernel", "hidden/bias"] * 2

# %% recipe-path-code-2
# > What it finds is the weight itself, so `assign` reaches the model.
# > A layer is found by `get_layer`.
#
# > Choose the names yourself.
# > Those that Keras chooses have a number that counts up with each new layer of the program.
# > The `name` of a Keras weight is its own alone, such as `kernel`: `if "hidden" in weight.name` finds nothing, where
# > `weight.path` does.
# > The `name` of a `tf.Variable` finds nothing: several variables may have the same.
assert [weight.name for weight in model.weights] == ["kernel", "bias"] * 2
assert [weight for weight in model.weights if "hidden" in weight.path] == model.layers[0].weights
for named in (functional("net"), loaded(model), side_by_side()):
    assert not any("hidden" in weight.name for weight in named.weights)
    assert any("hidden" in weight.path for weight in named.weights)
np.testing.assert_array_equal(_, [[1, 2], [3, 4]])
np.testing.assert_array_equal(model.get_weights()[0], [[1, 2], [3, 4]])
first, second = keras.layers.Dense(1), keras.layers.Dense(1)
numbers = [int(layer.name.removeprefix("dense").lstrip("_") or 0) for layer in (first, second)]
assert numbers[1] == numbers[0] + 1
one, other = tf.Variable(1.0, name="w"), tf.Variable(2.0, name="w")
assert one.name == other.name and one is not other

# %% recipe-initial-code
# since keras 3.5: a layer keeps its shape when an initializer returns another one
# > An initializer may be a function of your own.
#
# > Keras calls it with the shape and the dtype, and casts the array that it returns. Return the shape that you were
# > given, for Keras does not check it.
np.testing.assert_array_equal(_, np.eye(3))
noted = []


def sevens(shape, dtype):
    noted.append((tuple(shape), dtype))
    return np.full(shape, 7)


for dtype in ("float32", "bfloat16", *MIXED):
    noted.clear()
    one = built(keras.layers.Dense(4, dtype=dtype, kernel_initializer=sevens), inputs=3)
    held = "float32" if dtype in MIXED else dtype
    assert noted == [((3, 4), held)] and one.kernel.numpy().dtype == held and (one.kernel.numpy() == 7).all()
unchecked = built(keras.layers.Dense(4, kernel_initializer=lambda shape, dtype: np.ones((4, 3))), inputs=3)
assert unchecked.kernel.shape == (3, 4) and unchecked.kernel.numpy().shape == (4, 3)

# %% recipe-initial-code-2
# > Numbers that you have already, such as word vectors, go into a `Constant`.
# > It wants their shape, or one that broadcasts to it.
#
# > A saved model with a `Constant` holds the array and loads as it is. With a function it loads only by
# > `keras.models.load_model(file, custom_objects={"diagonal": diagonal})`. Assigning after `build` (not [inside
# > it](errors.ipynb#no-error-but-what-build-assigned-is-gone)) needs neither: see
# > [Change a Keras layer's weights](#change-a-keras-layers-weights).
np.testing.assert_array_equal(_, [[0, 1], [2, 3], [4, 5]])
np.testing.assert_array_equal(layer.embeddings, _)
for value, fits in ((7, True), ([1, 2], True), ([[1], [2], [3]], True), (np.ones((2, 3)), False), (range(6), False)):
    one = keras.layers.Dense(2, kernel_initializer=keras.initializers.Constant(np.array(value)))
    if fits:
        np.testing.assert_array_equal(built(one, inputs=3).kernel, np.broadcast_to(value, (3, 2)))
    else:
        with pytest.raises(InvalidArgumentError):
            built(one, inputs=3)


def diagonal(shape, dtype=None):
    return np.eye(*shape)


constant = keras.layers.Dense(2, kernel_initializer=keras.initializers.Constant(np.arange(6).reshape(3, 2)))
again = loaded(compiled(constant, inputs=3)).layers[0]
np.testing.assert_array_equal(again.kernel_initializer((3, 2)), [[0, 1], [2, 3], [4, 5]])
by_function = compiled(keras.layers.Dense(3, kernel_initializer=diagonal), inputs=3)
with pytest.raises(TypeError):
    loaded(by_function)
np.testing.assert_array_equal(loaded(by_function, custom_objects={"diagonal": diagonal}).layers[0].kernel, np.eye(3))
assigned = compiled(keras.layers.Dense(2), inputs=3)
assigned.layers[0].kernel.assign([[0, 1], [2, 3], [4, 5]])
np.testing.assert_array_equal(loaded(assigned).layers[0].kernel, [[0, 1], [2, 3], [4, 5]])

# %% recipe-embedding-code
# > Row 2 is the vector of token 2.
#
# > The layer's `embeddings` are a variable, and a row of a variable has `assign`.
np.testing.assert_array_equal(_, [[1, 2, 3]])
for dtype in ("float32", "bfloat16", *MIXED):
    one = keras.layers.Embedding(4, 3, embeddings_initializer="zeros", dtype=dtype)
    one.build()
    assert isinstance(one.embeddings.value, tf.Variable)
    for row in (0, 2, -1):
        one.embeddings[row].assign(np.array([1, 2, 3]))
        np.testing.assert_array_equal(one.embeddings.numpy()[row], [1, 2, 3])
    np.testing.assert_array_equal(one.embeddings.numpy()[1], [0, 0, 0])

# %% recipe-embedding-code-2
# > Several rows are written together:
#
# > This works on the variable, whether it comes from `layer.embeddings` or from `layer.weights`, and on a
# > `tf.Variable`. It does not work on copies: rows of `layer.get_weights()[0]` or of `layer.embeddings.numpy()` are
# > arrays, which have no `assign`.
#
# > From then on each lookup of the layer copies the table, on a CPU.
# > If the table is large, and one correction is all, edit what `layer.get_weights()` returns and give it to
# > `layer.set_weights`.
np.testing.assert_array_equal(_, [[7, 7, 7], [0, 0, 0], [1, 2, 3], [8, 8, 8]])
one = keras.layers.Embedding(4, 3)
one.build()
for table in (one.embeddings, one.weights[0], tf.Variable(np.zeros((4, 3)))):
    table[1].assign([4, 5, 6])
    np.testing.assert_array_equal(table.numpy()[1], [4, 5, 6])
for table in (one.get_weights()[0], one.embeddings.numpy()):
    assert isinstance(table[1], np.ndarray) and not hasattr(table[1], "assign")
    table[1] = 9
np.testing.assert_array_equal(one.embeddings.numpy()[1], [4, 5, 6])
for edit, shared in ((lambda one: one.embeddings[1].assign([4, 5, 6]), False), (through_weights, True)):
    one = keras.layers.Embedding(4, 3)
    one.build()
    edit(one)
    np.testing.assert_array_equal(one.embeddings.numpy()[1], [4, 5, 6])
    assert one_memory(one.embeddings.value) is shared
assert reads_whole(lambda: one(np.array([0])))

# %% recipe-tie-code-2
# > To *tie* two layers, let both compute with one variable.
# > (After `b.assign(a)` there are two, equal until the next step of training.)
# > Here the second layer multiplies by the transpose of the first one's table.
assert _ == ["words/embeddings"]
first, second = dense(), dense()
two = compiled(first, second)
second.kernel.assign([[5]])
first.kernel.assign(np.full((2, 1), 5))
fit(two)
assert not np.array_equal(first.kernel.numpy()[:1], second.kernel)


# %% recipe-tie-code-3
# since keras 3.12: keras.layers.ReversibleEmbedding
# > The model has one weight, which is trained by both uses; what is assigned to it reaches both.
#
# > `keras.layers.ReversibleEmbedding` is such a pair in one layer.
# > It can be saved with the model and cloned, and stays tied; a model with `Scores` saves its weights alone.
# > (Transpose in `call`: a transpose kept in `build` is a tensor, and holds the first values for good.
# > A layer that is called twice is shared as well, and saved so.)
class Once(keras.layers.Layer):
    def __init__(self, other):
        super().__init__()
        self.other = other

    def build(self, shape):
        self.turned = keras.ops.transpose(self.other.kernel)

    def call(self, inputs):
        return inputs @ self.turned


first = built(keras.layers.Dense(3, use_bias=False))
stuck = Once(first)
stuck.build((None, 3))
before = first.kernel.numpy().T
first.kernel.assign(first.kernel + 1)
np.testing.assert_array_equal(stuck(np.eye(3, dtype="float32")), before)
pair, twice = keras.layers.ReversibleEmbedding(3, 2), keras.layers.Dense(2, use_bias=False)
there = keras.Input((), dtype="int32")
pairs = keras.Model(there, pair(pair(there), reverse=True))
again = keras.Input((2,))
twices = keras.Model(again, twice(twice(again)))
with tempfile.TemporaryDirectory() as place:
    for one in (pairs, twices):
        one.save(f"{place}/one.keras")
        for other in (keras.models.load_model(f"{place}/one.keras"), keras.models.clone_model(one)):
            assert len(one.weights) == len(other.weights) == 1
    with pytest.raises(NotImplementedError):
        model.save(f"{place}/tied.keras")
    model.save_weights(f"{place}/tied.weights.h5")
    model.load_weights(f"{place}/tied.weights.h5")
np.testing.assert_array_equal(_, [[1, 0, 3], [0, 4, 0]])


def scores(table, other):
    return tf.reduce_sum(tf.gather(table, [0, 1]) @ tf.transpose(other) * np.arange(6).reshape(2, 3))


with tf.GradientTape() as tape:
    loss = tf.reduce_sum(model(np.array([0, 1])) * np.arange(6).reshape(2, 3))
both_uses = tf.convert_to_tensor(tape.gradient(loss, words.embeddings))
table, other = tf.Variable(words.embeddings.numpy()), tf.Variable(words.embeddings.numpy())
with tf.GradientTape() as tape:
    loss = scores(table, other)
parts = [tf.convert_to_tensor(part).numpy() for part in tape.gradient(loss, [table, other])]
assert all(part.any() for part in parts)
np.testing.assert_allclose(both_uses, sum(parts))
pair = keras.layers.ReversibleEmbedding(3, 2)
pair(np.array([0, 1]))
pair.embeddings.assign(words.embeddings)
np.testing.assert_array_equal(pair(pair(np.array([0, 1])), reverse=True), _)
assert len(pair.weights) == 1

# %% recipe-size-code-3
# > A built layer's weights keep their shapes, so make a new layer and copy the part that both have. Here two outputs
# > become three, and the bias grows along with the kernel.
#
# > The first two outputs are the old ones; the third starts as the new layer's initializer made it.
#
# > To add a class to a trained classifier, let its output layer grow: the probabilities of the old classes keep their
# > ratios under `softmax`.
ratios = [keras.ops.softmax(one(np.array([[1.0, 2.0]])))[0].numpy() for one in (small, large)]
np.testing.assert_allclose(ratios[1][0] / ratios[1][1], ratios[0][0] / ratios[0][1], rtol=1e-4)
# > An embedding grows in the same way, by rows, and a convolution's inputs along axis 2 of its kernel.
three, four = built_for_pictures(3), built_for_pictures(4)
kernel, bias = three.get_weights()
four.set_weights([np.pad(kernel, [(0, 0), (0, 0), (0, 1), (0, 0)]), bias])
pictures = np.random.default_rng(0).normal(size=(1, 5, 5, 4)).astype("float32")
np.testing.assert_allclose(four(pictures), three(pictures[..., :3]), atol=1e-5)
# > The new layers need a new model and a new optimizer, since an old optimizer knows only the old weights.
# > What it remembers can grow as well: see [Move and resize weights](../lessons/12_move_and_resize_weights.ipynb).
assert _[0].shape == (1, 2) and _[1].shape == (1, 3)
np.testing.assert_array_equal(_[1][:, :2], _[0])
with pytest.raises(ValueError, match="shape"):
    small.kernel.assign(large.kernel)
with pytest.raises(ValueError, match="shape"):
    small.set_weights(large.get_weights())
assert large.kernel.numpy()[:, 2].any() and large.bias.numpy()[2] == 0  # glorot_uniform and zeros
few, many = keras.layers.Embedding(3, 2), keras.layers.Embedding(5, 2)
few.build()
many.build()
(table,) = many.get_weights()
table[:3] = few.get_weights()[0]
many.set_weights([table])
np.testing.assert_array_equal(many(np.arange(3)), few(np.arange(3)))
adam = keras.optimizers.Adam()
adam.build(small.trainable_variables)
with pytest.raises(ValueError, match="Unknown variable"):
    adam.apply([tf.zeros(weight.shape) for weight in large.trainable_variables], large.trainable_variables)

# %% recipe-size-code-5
# > The next layer needs a larger kernel as well: one row more for each new output.
# > With zeros in those rows, the two layers together compute what they did before.
# > `np.pad` adds the zeros.
np.testing.assert_allclose(_[1], _[0], rtol=1e-6)
np.testing.assert_array_equal(new_next.kernel, [*old_next.kernel.numpy(), [0]])
inputs = np.random.default_rng(0).normal(size=(5, 2))
np.testing.assert_allclose(new_next(large(inputs)), old_next(small(inputs)), rtol=1e-5)
with pytest.raises(ValueError):
    keras.Sequential([keras.Input((2,)), large, old_next])
for more, units in ((1, 1), (3, 2)):
    narrow, wide = built(keras.layers.Dense(4)), built(keras.layers.Dense(4 + more))
    following = built(keras.layers.Dense(units), 4), built(keras.layers.Dense(units), 4 + more)
    part, part_bias = wide.get_weights()
    part[:, :4], part_bias[:4] = narrow.get_weights()
    wide.set_weights([part, part_bias])
    matrix, vector = following[0].get_weights()
    following[1].set_weights([np.pad(matrix, [(0, more), (0, 0)]), vector])
    np.testing.assert_allclose(following[1](wide(inputs)), following[0](narrow(inputs)), rtol=1e-4, atol=1e-6)

# %% recipe-count-code-2
# > State that no step should train is a weight with `trainable=False`; `call` assigns to it.
# > Here the layer counts the rows that it was trained with.
#
# > Without `if training`, `predict` and `evaluate` count too. With `@tf.function` above `call`, [nothing is
# > counted](errors.ipynb#no-error-but-the-count-of-a-layer-stays-0). (`self.rows += 1` [raises in
# > `fit`](errors.ipynb#is-out-of-scope), and a Python number counts traces.)
#
# > The count is saved with the weights; to begin anew, assign.
assert _ == 16 and counted.trainable_weights == []
with tempfile.TemporaryDirectory() as place:
    model.save_weights(f"{place}/counted.weights.h5")
    counted.rows.assign(5)
    model.load_weights(f"{place}/counted.weights.h5")
assert counted.rows.numpy() == 16


class Always(Counted):
    """Counts what it is called with; `traces` in Python."""

    traces = 0

    def call(self, inputs):
        self.traces += 1
        return super().call(inputs, training=True)


class Added(Counted):
    def call(self, inputs):
        self.rows += 1
        return inputs


always = Always()
other = compiled(always, keras.layers.Dense(1), inputs=1)
fit(other, epochs=5)
ones = np.ones((8, 1))
for use in (lambda: other.predict(ones, verbose=0), lambda: other.evaluate(ones, ones, verbose=0)):
    before = always.rows.numpy()
    use()
    assert always.rows.numpy() == before + 8
model.evaluate(ones, ones, verbose=0)
assert counted.rows.numpy() == 16
before = always.traces
fit(other, epochs=50)
assert always.traces == before and always.rows.numpy() == 8 * 57
with pytest.raises(TypeError, match="is out of scope and cannot be used here"):
    fit(compiled(Added(), keras.layers.Dense(1), inputs=1))


# %% recipe-count-code-3
# > Rows of a state, as of the centers in a center loss, move by `self.centers.value.scatter_nd_add(ids[:, None],
# > steps)`, which counts an `id` that comes twice; `keras.ops.scatter_update` keeps one of the two.
class Centers(keras.layers.Layer):
    def build(self, *shapes):
        self.centers = self.add_weight(shape=(4, 1), initializer="zeros", trainable=False)

    def call(self, ids):
        self.centers.value.scatter_nd_add(ids[:, None], tf.ones((3, 1)))
        return ids


for wrap in (lambda f: f, tf.function, lambda f: tf.function(f, jit_compile=True)):
    (centers := Centers()).build()
    wrap(lambda ids, centers=centers: centers(ids))(tf.constant([1, 1, 3]))
    np.testing.assert_array_equal(centers.centers.numpy()[:, 0], [0, 2, 0, 1])
kept_once = keras.ops.scatter_update(np.zeros((4, 1), "float32"), [[1], [1], [3]], np.ones((3, 1), "float32"))
np.testing.assert_array_equal(np.array(kept_once)[:, 0], [0, 1, 0, 1])
# > Under a mixed precision policy, give state of floats `autocast=False`, or [its small updates are
# > lost](errors.ipynb#no-error-but-the-small-update-is-lost).
assert _ == 0


class Level(keras.layers.Layer):
    def build(self, shape):
        self.exact = self.add_weight(shape=(), initializer="ones", trainable=False, autocast=False)
        self.cast = self.add_weight(shape=(), initializer="ones", trainable=False)

    def call(self, inputs):
        for weight in self.weights:
            weight.assign_add(1e-4)
        return inputs


for policy in MIXED:
    level = Level(dtype=policy)
    level(np.ones((1, 1)))
    assert level.exact.numpy() == np.float32(1.0001) and level.cast.numpy() == 1
plain = Level()
plain(np.ones((1, 1)))
assert plain.cast.numpy() == plain.exact.numpy() == np.float32(1.0001)

# %% recipe-statistics-code
# since keras 3.6: a BatchNormalization takes integers
# > `moving_mean` and `moving_variance` are weights that are not trained: assign to them.
# > Outside of training the layer takes them for the mean and the variance of its input.
np.testing.assert_allclose(_, [[0], [2]], atol=1e-6)
assert [weight.name for weight in norm.non_trainable_weights] == ["moving_mean", "moving_variance"]
np.testing.assert_allclose(norm(np.array([[10], [14]])), [[0], [2]], atol=1e-6)
np.testing.assert_allclose(norm(np.array([[10], [14]]), training=False), [[0], [2]], atol=1e-6)

# %% recipe-statistics-code-2
# since keras 3.6: a BatchNormalization takes integers
# > In `fit` the layer normalizes by the batch, and moves its statistics towards those of the batch: here half the way,
# > from 10 and 4 to 2 and 1, though the rate is 0.
np.testing.assert_allclose(_, [[6], [2.5]], rtol=1e-6)
assert np.mean(x) == 2 and np.var(x) == 1
another = keras.layers.BatchNormalization(momentum=0.5, epsilon=0)
np.testing.assert_allclose(another(x, training=True), [[-1], [1]], rtol=1e-6)

# %% recipe-statistics-code-3
# > To keep them, freeze the layer and compile: with `trainable = False` it uses its statistics in `fit`, too, and
# > leaves them.
# > To train gamma and beta all the same, set `norm.gamma.trainable = norm.beta.trainable = True` after it.
# > (`norm(x, training=False)` in a functional model does not: `fit` says otherwise.)
partly = keras.layers.BatchNormalization(momentum=0.5)
trained = compiled(partly, dense(), inputs=1)
partly.moving_mean.assign([5])
partly.moving_variance.assign([4])
partly.trainable = False
partly.gamma.trainable = partly.beta.trainable = True
trained.compile("sgd", "mse")
outputs = trained(np.array([[1.0], [3.0]]), training=True).numpy()
np.testing.assert_allclose(outputs, trained(np.array([[1.0], [3.0]])), rtol=1e-5)
trained.fit(np.array([[1.0], [3.0]]), np.array([[1.0], [3.0]]), epochs=2, verbose=0)
assert (partly.moving_mean.numpy(), partly.moving_variance.numpy()) == (5, 4)
assert partly.gamma.numpy() != 1 and partly.beta.numpy() != 0
#
# > In `get_weights` and `set_weights` the statistics come last: gamma, beta, mean, variance.
# > With `scale=False` there is no gamma, with `center=False` no beta.
np.testing.assert_allclose(_, [[6], [2.5]], rtol=1e-6)
np.testing.assert_allclose(norm(np.array([[6.0]]), training=True), [[0]], atol=1e-6)
inputs, told = keras.Input((2,)), keras.layers.BatchNormalization()
fixed = keras.Model(inputs, keras.layers.Dense(1)(told(inputs, training=False)))
fixed.compile("sgd", "mse")
fixed.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
assert told.moving_mean.numpy().all()
for options in ({}, {"scale": False}, {"center": False}, {"scale": False, "center": False}):
    one = built(keras.layers.BatchNormalization(**options))
    names = [name for name, flag in (("gamma", "scale"), ("beta", "center")) if options.get(flag, True)]
    assert [weight.name for weight in one.weights] == [*names, "moving_mean", "moving_variance"]
    one.set_weights([np.full(2, k + 1) for k in range(len(one.get_weights()))])
    assert [array[0] for array in one.get_weights()] == [k + 1 for k in range(len(names) + 2)]
    assert one.moving_variance.numpy()[0] == len(names) + 2

# %% recipe-statistics-code-4
# > If the weights before the layer have changed, as after averaging models, compute its statistics anew.
# > With the momentum 0 it takes those of one batch, so call the model once with all inputs.
# > (A `Dropout` is active in that call.
# > For many batches, set `norm.momentum = i / (i + 1)` before batch number `i`, counted from 0, and call the model on
# > it, not in `fit`: the statistics become the mean over the batches.)
np.testing.assert_allclose(_, [[2], [1]], rtol=1e-6)
batches = np.random.default_rng(1).normal(size=(5, 8, 2)).astype("float32")
gathering = keras.layers.BatchNormalization()
alone_in_it = keras.Sequential([keras.Input((2,)), gathering])
for i, batch in enumerate(batches):
    gathering.momentum = i / (i + 1)
    alone_in_it(batch, training=True)
np.testing.assert_allclose(gathering.moving_mean, batches.mean(axis=(0, 1)), atol=1e-6)
np.testing.assert_allclose(gathering.moving_variance, batches.var(axis=1).mean(axis=0), atol=1e-5)
rows = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")
first, second = (keras.layers.BatchNormalization(momentum=0.0) for _half in range(2))  # also one behind another
deep = keras.Sequential([keras.Input((2,)), first, keras.layers.Dense(3, "relu"), second, keras.layers.Dropout(0.5)])
outputs = deep(rows, training=True).numpy()
assert (outputs == 0).any()
hidden = deep.layers[1](first(rows)).numpy()
np.testing.assert_allclose(first.moving_mean, rows.mean(axis=0), atol=1e-5)
np.testing.assert_allclose(second.moving_mean, hidden.mean(axis=0), atol=1e-4)
np.testing.assert_allclose(second.moving_variance, hidden.var(axis=0), rtol=1e-3)

# %% recipe-lora-code
# > `enable_lora` freezes the kernel of a Dense layer and adds the product of two thin matrices.
# > From then on `layer.kernel` is the sum: a tensor, which has no `assign`.
# > The frozen kernel is still the first of `layer.weights`.
assert _ == ["kernel", "bias", "lora_kernel_a", "lora_kernel_b"]
assert [w.trainable for w in layer.weights] == [False, True, True, True]
assert tf.is_tensor(layer.kernel) and not hasattr(layer.kernel, "assign")
assert [tuple(w.shape) for w in layer.weights[2:]] == [(4, 2), (2, 3)]

# %% recipe-lora-code-2
# > A stand-in for training: `lora_kernel_b` begins with zeros, and here becomes 1.
fresh = built(keras.layers.Dense(3), 4)
fresh.enable_lora(2)
assert not fresh.lora_kernel_b.numpy().any() and fresh.lora_kernel_a.numpy().any()
total = layer.weights[0].numpy() + layer.lora_kernel_a.numpy() @ layer.lora_kernel_b.numpy()
np.testing.assert_allclose(layer.kernel, total, rtol=1e-5)

# %% recipe-lora-code-3
# since keras 3.10: enable_lora takes lora_alpha
# > To merge, write the sum into the frozen kernel *and* set `lora_kernel_b` to 0.
# > With one of the two alone the layer computes something else.
# > The outputs stay as they were, up to rounding, and the adapter can learn the next thing.
#
# > For a layer without an adapter, build a plain one and give it the sum:
# > `plain.set_weights([layer.kernel, layer.bias])`.
# > A `.weights.h5` file holds the sum, too, and loads into a plain model.
# > (`Cannot enable lora on a layer that isn't yet built`: build it, or call the model.
# > `lora is already enabled`: a layer takes one adapter; merge it, and go on with it.)
with pytest.raises(ValueError, match="Cannot enable lora on a layer that isn't yet built"):
    keras.layers.Dense(3).enable_lora(2)
with pytest.raises(ValueError, match="lora is already enabled"):
    layer.enable_lora(2)
carrier, plain = (keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]) for _model in range(2))
carrier.layers[0].enable_lora(2)
carrier.layers[0].lora_kernel_b.assign(np.ones((2, 3)))
with tempfile.TemporaryDirectory() as folder:
    carrier.save_weights(f"{folder}/adapted.weights.h5")
    plain.load_weights(f"{folder}/adapted.weights.h5")
assert len(plain.weights) == 2 and carrier.layers[0].lora_kernel_b.numpy().all()
np.testing.assert_allclose(plain(x), carrier(x), rtol=1e-5)
# > `enable_lora(rank, lora_alpha=...)` multiplies the product by `lora_alpha / rank`, which is 1 unless you say more;
# > `layer.kernel` has that in it.
np.testing.assert_allclose(_[1], _[0], rtol=1e-5)
inputs = np.random.default_rng(1).normal(size=(5, 4))
for options, factor in (({}, 1), ({"lora_alpha": 8}, 4)):
    outputs = []
    for parts in ("both", "kernel", "adapter"):
        other = built(keras.layers.Dense(3), 4)
        other.enable_lora(2, **options)
        drawn = np.random.default_rng(0)
        for weight in other.weights:
            weight.assign(drawn.normal(size=weight.shape))
        base, _bias, first, second = other.get_weights()
        np.testing.assert_allclose(other.kernel, base + factor * first @ second, rtol=1e-4, atol=1e-5)
        before, summed = other(inputs).numpy(), np.array(other.kernel)
        plain = built(keras.layers.Dense(3), 4)
        plain.set_weights([other.kernel, other.bias])
        np.testing.assert_allclose(plain(inputs), before, rtol=1e-4, atol=1e-5)
        if parts != "adapter":
            other.weights[0].assign(summed)
        if parts != "kernel":
            other.lora_kernel_b.assign(np.zeros((2, 3)))
        gap = np.abs(other(inputs).numpy() - before).max()
        assert gap < 1e-4 if parts == "both" else gap > 0.1
assert other.lora_kernel_a.trainable and other.lora_kernel_b.trainable

# %% recipe-spectral-code
# > In training, this wrapper divides the kernel of its layer by the kernel's largest singular value, and assigns the
# > quotient.
# > So an assigned kernel keeps its size until the next step of training: `predict` takes it as it is.
np.testing.assert_array_equal(_, [[3, 4]])


rng = np.random.default_rng(0)
for shape in ((2, 2), (4, 3)):
    inside, outer = spectral(keras.layers.Dense(shape[1], use_bias=False), (None, shape[0]), power_iterations=300)
    values = rng.normal(size=shape)
    inside.kernel.assign(values)
    outer(np.ones((1, shape[0])))
    np.testing.assert_array_equal(inside.kernel, values.astype("float32"))
    outer(np.ones((1, shape[0])), training=True)
    np.testing.assert_allclose(inside.kernel, values / np.linalg.norm(values, 2), rtol=1e-3, atol=1e-4)

# %% recipe-spectral-code-2
# > The rate is 0, and the kernel is divided by 4 all the same.
#
# > A smaller kernel is scaled up to the same, and a kernel of zeros is left alone.
# > With one power iteration, the default, the divisor is an estimate that gets better over several steps.
# > `wrapper.trainable = False` does not stop the scaling; to keep the size, build the model with `inner` itself.
# > The step takes the gradient as if nothing had been divided.
# > To learn through the division, give `inner` the quotient in a `keras.StatelessScope` instead: `kernel /
# > tf.linalg.svd(kernel, compute_uv=False)[0]`.
inside, outer = spectral(keras.layers.Dense(2, use_bias=False), power_iterations=30)
inside.kernel.assign(start := np.array([[3, 1], [0, 4]], "float32"))
ones = np.ones((1, 2), "float32")
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(outer(ones, training=True) ** 2)
by_wrapper = tape.gradient(loss, inside.kernel.value)
inside.kernel.assign(start)
with tf.GradientTape() as tape:
    kernel = inside.kernel.value
    with keras.StatelessScope([(inside.kernel, kernel / tf.linalg.svd(kernel, compute_uv=False)[0])]):
        through = tf.reduce_sum(inside(ones) ** 2)
by_division = tape.gradient(through, inside.kernel.value)
np.testing.assert_allclose(loss, through, rtol=1e-3)


def divided(kernel):
    return (((ones @ kernel) / np.linalg.norm(kernel, 2)) ** 2).sum()


for place in np.ndindex(2, 2):
    nudge = np.zeros((2, 2))
    nudge[place] = 1e-4
    slope = (divided(start.astype("float64") + nudge) - divided(start.astype("float64") - nudge)) / 2e-4
    np.testing.assert_allclose(by_division[place], slope, rtol=1e-3, atol=1e-4)
assert np.abs(by_wrapper - by_division).max() > 0.1
np.testing.assert_allclose(_, [[0.75, 0], [0, 1]], atol=2e-3)
inner.kernel.assign([[0.3, 0], [0, 0.4]])
wrapper(np.ones((1, 2)), training=True)
np.testing.assert_allclose(inner.kernel, [[0.75, 0], [0, 1]], atol=2e-3)
inner.kernel.assign(np.zeros((2, 2)))
wrapper(np.ones((1, 2)), training=True)
np.testing.assert_array_equal(inner.kernel, np.zeros((2, 2)))
wrapper.trainable = False
model.compile(keras.optimizers.SGD(0.0), "mse")
inner.kernel.assign([[30, 0], [0, 40]])
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    model.fit(np.ones((1, 2)), np.ones((1, 2)), verbose=0)
np.testing.assert_allclose(inner.kernel, [[0.75, 0], [0, 1]], atol=2e-3)
inside, outer = spectral(keras.layers.Dense(2, use_bias=False))
assert outer.power_iterations == 1
inside.kernel.assign([[3, 0], [0, 4]])
outer.vector_u.assign([[1, 1]])
errors = []
for _step in range(5):
    outer(np.ones((1, 2)), training=True)
    errors.append(abs(np.linalg.norm(inside.kernel.numpy(), 2) - 1))
assert errors[0] > 0.01 and errors == sorted(errors, reverse=True) and errors[-1] < errors[0] / 5
plain = keras.Sequential([keras.Input((2,)), inner])
plain.compile(keras.optimizers.SGD(0.0), "mse")
inner.kernel.assign([[30, 0], [0, 40]])
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    plain.fit(np.ones((1, 2)), np.ones((1, 2)), verbose=0)
np.testing.assert_array_equal(inner.kernel, [[30, 0], [0, 40]])

# %% recipe-quantized-code
# > `quantize("int8")` keeps a kernel as integers, and a scale for each column: the kernel is the integers divided by
# > the
# > scale.
assert _ == [("kernel", "int8"), ("kernel_scale", "float32")] and layer.kernel_scale.shape == (2,)
first = keras.layers.Dense(2, use_bias=False)
first.build((None, 3))
before = first.kernel.numpy()
first.quantize("int8")
np.testing.assert_allclose(first.kernel.numpy() / first.kernel_scale.numpy(), before, atol=np.abs(before).max() / 127)

# %% recipe-quantized-code-2
# > A value that is assigned to `kernel` alone is read with the old scale, and its decimals are cut off.
# > Assign both.
# > (The bias of a quantized layer comes first in its `weights`.)
biased = built(keras.layers.Dense(2))
biased.quantize("int8")
assert [weight.name for weight in biased.weights] == ["bias", "kernel", "kernel_scale"]
#
# > The numbers differ by what an integer cannot hold; inputs are rounded in the same way.
# > Where the float kernel is still there, assign to it and quantize afterwards: that is less to go wrong.
np.testing.assert_allclose(_[0], _[1], atol=0.1)
assert (_[0] != _[1]).any()
alone = keras.layers.Dense(2, use_bias=False, kernel_initializer="ones")
alone.build((None, 3))
alone.quantize("int8")
alone.kernel.assign(np.full((3, 2), 2.75))
assert (alone.kernel.numpy() == 2).all() and (alone(x).numpy() < 0.2).all()
early = keras.layers.Dense(2, use_bias=False)
early.build((None, 3))
early.kernel.assign(new)
early.quantize("int8")
np.testing.assert_allclose(early(x), layer(x), atol=0.02)

# %% recipe-states-code
# > With `stateful=True` an LSTM goes on where its last call ended.
# > What it carries over are two variables, `layer.states`: its last output and its cell.
assert not np.allclose(first, second)
assert len(layer.states) == 2 and all(isinstance(state.value, tf.Variable) for state in layer.states)
np.testing.assert_array_equal(layer.states[0].numpy(), second)
assert not np.allclose(layer.states[1].numpy(), second)
long = keras.Sequential([keras.Input(batch_shape=(1, 6, 1)), keras.layers.LSTM(2)])
long.set_weights(model.get_weights())
np.testing.assert_allclose(long.predict(np.ones((1, 6, 1)), verbose=0), second, rtol=1e-4)

# %% recipe-states-code-2
# > Assign them, and the model is back between the two.
# > `reset_states` makes them 0, as at the start.
#
# > The states are no weights: `get_weights`, `.weights.h5` and `.keras` files leave them out; a `tf.train.Checkpoint`
# > has them.
# > Nothing resets them between two epochs, nor between `fit` and `predict`.
# > Give `fit` the model's `batch_size`, here 1, and a number of rows that it divides: [otherwise it
# > raises](errors.ipynb#if-an-rnn-is-stateful-the-batch-size-of-the-input-sequences-must-be-the-same).
# > `layer.states = [...]` replaces the variables by what you give, so assign.
# > A GRU has one state.
assert _ == (True, True)


def stateful():
    inner = keras.layers.LSTM(2, stateful=True)
    return keras.Sequential([keras.Input(batch_shape=(1, 3, 1)), inner]), inner


one, inner = stateful()
assert not any(state.numpy().any() for state in inner.states)
assert len(one.get_weights()) == len(one.weights) == 3
own = {id(variable) for variable in (*one.variables, *inner.variables)}
assert not own & {id(state) for state in inner.states}
seven = np.array([[7, 8]])
with tempfile.TemporaryDirectory() as folder:
    inner.states[0].assign(seven)
    one.save(f"{folder}/one.keras")
    assert not keras.models.load_model(f"{folder}/one.keras").layers[-1].states[0].numpy().any()
    one.save_weights(f"{folder}/one.weights.h5")
    path = tf.train.Checkpoint(model=one).write(f"{folder}/one")
    inner.reset_states()
    one.load_weights(f"{folder}/one.weights.h5")
    assert not inner.states[0].numpy().any()
    tf.train.Checkpoint(model=one).read(path).expect_partial()
    np.testing.assert_array_equal(inner.states[0], seven)
begins = []


class Begin(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        begins.append(inner.states[0].numpy())


inner.reset_states()
one.compile(keras.optimizers.SGD(0.0), "mse")
one.fit(np.ones((1, 3, 1)), np.ones((1, 2)), batch_size=1, epochs=3, verbose=0, callbacks=[Begin()])
assert not begins[0].any() and begins[1].any() and begins[2].any() and not np.array_equal(begins[1], begins[2])
after = [state.numpy() for state in inner.states]
inner.reset_states()
fresh = one.predict(np.ones((1, 3, 1)), verbose=0)
for state, array in zip(inner.states, after, strict=True):
    state.assign(array)
assert not np.allclose(one.predict(np.ones((1, 3, 1)), verbose=0), fresh)
for other in ({}, {"batch_size": 2}):
    for rows in (1, 2):
        another, _layer = stateful()
        another.compile("sgd", "mse")
        with pytest.raises(ValueError, match=r"(?i)shape|batch size"):
            another.fit(np.ones((rows, 3, 1)), np.ones((rows, 2)), verbose=0, **other)
another.fit(np.ones((3, 3, 1)), np.ones((3, 2)), batch_size=1, verbose=0)
four = keras.Sequential([keras.Input(batch_shape=(4, 3, 1)), keras.layers.LSTM(2, stateful=True)])
four.compile("sgd", "mse")
four.fit(np.ones((8, 3, 1)), np.ones((8, 2)), batch_size=4, verbose=0)
with pytest.raises(InvalidArgumentError, match="Incompatible shapes"):
    four.fit(np.ones((6, 3, 1)), np.ones((6, 2)), batch_size=4, verbose=0)
inner.states = [np.ones((1, 2)), np.ones((1, 2))]
assert type(inner.states[0]) is np.ndarray
gru = keras.layers.GRU(2, stateful=True)
keras.Sequential([keras.Input(batch_shape=(1, 3, 1)), gru])
assert len(gru.states) == 1

# %% recipe-rate-code-2
# > An optimizer that was given a number as its learning rate keeps it in a variable, so assign to that.
# > First, one traced step with the rate 0.5 and a gradient of 1.
np.testing.assert_array_equal(_, [0.5, 1.5])
for kind in (keras.optimizers.SGD, keras.optimizers.Adam, keras.optimizers.AdamW, keras.optimizers.RMSprop):
    assert isinstance(kind(0.5).learning_rate.value, tf.Variable)

# %% recipe-rate-code-3
# > The step that was traced with the old rate uses the new one: it moves the weights by 0.25.
np.testing.assert_array_equal(_, [0.25, 1.25])
assert step.experimental_get_tracing_count() == 1

# %% recipe-rate-code-4
# > A compiled model has its optimizer as `model.optimizer`.
# > Setting the attribute to a number assigns to the same variable. (A schedule that is set after a `fit` may be
# > ignored, silently, until you compile again with the same optimizer.
# > So may [a new momentum](errors.ipynb#no-error-but-the-new-momentum-has-no-effect).)
assert _ == 0.125
assert isinstance(model.optimizer, keras.optimizers.Optimizer)
assert model.optimizer.learning_rate is rate
for again, moved in ((False, False), (True, True)):
    late = keras.optimizers.SGD(0.0)
    one = compiled(dense(), inputs=1, optimizer=late)
    fit(one)
    late.learning_rate = keras.optimizers.schedules.ExponentialDecay(0.5, 10, 0.9)
    if again:
        one.compile(late, "mse")
    before = one.get_weights()[0]
    fit(one)
    assert (one.get_weights()[0] != before).all() == moved
for again, left in ((False, 0.54), (True, 0.64)):
    late = keras.optimizers.SGD(0.1, momentum=0.5)
    one = compiled(dense(), inputs=1, optimizer=late)
    one.fit(np.ones((4, 1)), np.zeros((4, 1)), verbose=0)
    late.momentum = 0.0
    if again:
        one.compile(late, "mse")
    one.fit(np.ones((4, 1)), np.zeros((4, 1)), verbose=0)
    np.testing.assert_allclose(one.get_weights()[0], [[left]], rtol=1e-4)
for rows, moved in ((64, False), (40, True)):  # 40 leave a batch of 8, which is traced anew
    late = keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.0, 10, 0.9))
    one = compiled(dense(), inputs=1, optimizer=late)
    one.fit(np.ones((64, 1)), np.zeros((64, 1)), verbose=0)
    late.learning_rate = keras.optimizers.schedules.ExponentialDecay(0.5, 10, 0.9)
    one.fit(np.ones((rows, 1)), np.zeros((rows, 1)), verbose=0)
    assert (one.get_weights()[0] != 1) == moved

# %% recipe-every-step-code-2
# since keras 3.15: a constraint may be a plain function
# > A constraint is what the optimizer applies to each weight that it trains, after each step. It uses Keras
# > operations, since `fit` traces the step. This one keeps a weight between -0.5 and 0.5, and it is registered, so that
# > a saved model finds it again.
#
# > Keras has some ready, such as `NonNeg()`, `UnitNorm(axis=0)` and `MaxNorm(2)` in `keras.constraints`.
# > `assign` does not apply the constraint; the next step does.
# > (A `tf.Variable` takes it as `constraint=`, and Keras's optimizers apply that as well.)
# > Since Keras 3.15 a plain function is taken too, but a model saved with one loads only with `custom_objects`.
for ready, becomes in (
    (keras.constraints.NonNeg(), [[0.0], [4.0]]),
    (keras.constraints.UnitNorm(axis=0), [[-0.6], [0.8]]),
    (keras.constraints.MaxNorm(2), [[-1.2], [1.6]]),
):
    ready_made = keras.Variable([[-3.0], [4.0]])
    ready_made.constraint = ready
    keras.optimizers.SGD(0.1).apply([tf.zeros((2, 1))], [ready_made])
    np.testing.assert_allclose(ready_made, becomes, rtol=1e-5)
constrained = tf.Variable([-1.0, 2.0], constraint=tf.nn.relu)
constrained.assign([-3.0, 2.0])
np.testing.assert_array_equal(constrained, [-3, 2])
keras.optimizers.SGD(0.1).apply([tf.zeros(2)], [constrained])
np.testing.assert_array_equal(constrained, [0, 2])
np.testing.assert_array_equal(_, [[0.5], [0.5]])
assert isinstance(loaded(model).layers[0].kernel_constraint, Clip)


class Unregistered(keras.constraints.Constraint):
    def __call__(self, weight):
        return keras.ops.clip(weight, -0.5, 0.5)


class InNumpy(keras.constraints.Constraint):
    def __call__(self, weight):
        return np.clip(weight.numpy(), -0.5, 0.5)


def clip(weight):
    return keras.ops.clip(weight, -0.5, 0.5)


with pytest.raises(TypeError):
    loaded(compiled(keras.layers.Dense(1, kernel_constraint=Unregistered())))
with pytest.raises(NotImplementedError, match="eager"):
    fit(compiled(keras.layers.Dense(1, kernel_constraint=InNumpy())))
frozen = keras.layers.Dense(2, kernel_constraint=Clip(), trainable=False)
model = keras.Sequential([keras.Input((2,)), frozen, keras.layers.Dense(1, kernel_constraint=Clip())])
model.compile("sgd", "mse")
model.set_weights([np.full(weight.shape, 3) for weight in model.weights])
fit(model)
assert (frozen.kernel.numpy() == 3).all() and (model.layers[1].kernel.numpy() <= 0.5).all()
constrained = dense(kernel_constraint=Clip())
one = compiled(constrained)
fit(one, target=100)
constrained.kernel.assign([[3], [3]])
np.testing.assert_array_equal(constrained.kernel, [[3], [3]])
keras.optimizers.SGD(0.0).apply([tf.zeros((2, 1))], [constrained.kernel])
np.testing.assert_array_equal(constrained.kernel, [[0.5], [0.5]])
if tuple(map(int, version("keras").split(".")[:2])) < (3, 15):
    with pytest.raises(ValueError, match="Constraint"):
        dense(kernel_constraint=clip)
else:
    plain = dense(kernel_constraint=clip)
    by_function = compiled(plain)
    fit(by_function, target=100)
    np.testing.assert_array_equal(plain.kernel, [[0.5], [0.5]])
    with pytest.raises(TypeError):
        loaded(by_function)
    assert loaded(by_function, custom_objects={"clip": clip}).layers[0].kernel_constraint is clip

# %% recipe-every-step-code-4
# > A callback may use NumPy. This one sets the second weight to 0 after every batch; with `steps_per_execution=4` it
# > would run after every fourth batch only.
# > It copies the kernel to NumPy and back, as `get_weights` and `set_weights` copy the whole model;
# > `layer.kernel.assign(layer.kernel * mask)` does not.
np.testing.assert_array_equal(_, [[0.5], [0]])
masked = dense()
masked.build((None, 1))
masked.kernel.assign([[7]])
masked.kernel.assign(masked.kernel * tf.constant([[0.0]]))
assert not masked.kernel.numpy().any()
large, keep = keras.Variable(np.ones((500, 500))), np.ones((500, 500), bool)
large_model = keras.Sequential([keras.Input((500,)), keras.layers.Dense(500, use_bias=False)])
mask = tf.constant(keep, tf.float32)
for write, copies in (
    (lambda: large.assign(np.where(keep, large.numpy(), 0)), True),
    (lambda: large_model.set_weights(large_model.get_weights()), True),
    (lambda: large.assign(large * mask), False),
):
    write()
    tracemalloc.start()
    write()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (peak >= 1e6) == copies  # bytes that NumPy takes: the kernel has a million
runs = []


class Counted(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        kernel = self.model.layers[0].kernel
        runs.append(kernel.numpy()[1, 0])
        kernel.assign(np.where([[True], [False]], kernel.numpy(), 0))


for steps, expected in ((1, 8), (4, 2)):
    runs.clear()
    one = compiled(dense(), steps_per_execution=steps)
    fit(one, batch_size=1, callbacks=[Counted()])
    assert len(runs) == expected and all(runs) and one.layers[0].kernel.numpy()[1, 0] == 0

# %% recipe-every-step-code-6
# > A mask may be known only once the model is trained, as in pruning.
# > Then give a constraint to the variable itself, and compile again.
# > (`layer.kernel_constraint = ...` is ignored, silently, once the layer is built.)
# > Here the first weight becomes 0 and stays 0.
#
# > A model that is saved and loaded has lost a constraint that was set so; set it again. With `use_ema=True` the zeros
# > of a constraint and of a callback are lost when `fit` ends, since the optimizer writes
# > [its averages](#change-weights-that-the-optimizer-averages) over them: mask once more afterwards.
assert _[0, 0] == 0 != _[1, 0]
second = [[True], [False]]


class Zeros(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        kernel = self.model.layers[0].kernel
        kernel.assign(np.where(second, kernel.numpy(), 0))


def pruned(optimizer="sgd", to_layer=False, to_variable=False, again=True, callbacks=(), dtype="float32"):
    """The model and the two weights of its layer: fitted, then masked in these ways and fitted once more."""
    layer = dense(dtype=dtype)
    model = compiled(layer, optimizer=optimizer)
    fit(model, batch_size=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "__array__")
        if to_layer:
            layer.kernel_constraint = Keep(second)
        if to_variable:
            layer.kernel.constraint = Keep(second)
        if again:
            model.compile(model.optimizer.__class__.from_config(model.optimizer.get_config()), "mse")
        fit(model, epochs=3, batch_size=2, callbacks=list(callbacks))
    return model, layer.kernel.numpy().ravel().tolist()


for optimizer, dtype in (("sgd", "float32"), ("sgd", "bfloat16"), ("adam", "mixed_float16")):
    kept, masked = pruned(optimizer, to_variable=True, dtype=dtype)[1]
    assert masked == 0 != kept
assert pruned(to_variable=True, again=False)[1][1] != 0  # the compiled step knows nothing of it
assert pruned(to_layer=True)[1][1] != 0
assert pruned(callbacks=[Zeros()])[1][1] == 0
again = loaded(pruned(to_variable=True)[0]).layers[0]
assert again.kernel.constraint is None and again.kernel_constraint is None
again.kernel.constraint = Keep(second)
for frequency in (None, 1):
    averaging = keras.optimizers.SGD(0.01, use_ema=True, ema_overwrite_frequency=frequency)
    for masking in ({"to_variable": True}, {"callbacks": [Zeros()]}):
        model_of_it, weights = pruned(averaging.from_config(averaging.get_config()), **masking)
        assert weights[1] != 0
        averages = [one for one in model_of_it.optimizer.variables if one.name.endswith("kernel_average")]
        np.testing.assert_array_equal(np.ravel(averages[0]), weights)

# %% recipe-freeze-code-2
# > Keep the values to hold, and put them back after every step.
# > Here AdamW trains all entries with a gradient of 1, and after each step the 3 gets its old value back.
assert _[1, 0] == 3 and (_[free] < start[free]).all()

# %% recipe-freeze-code-3
# > Masking the gradient instead is enough for Adam, or for SGD with momentum, when it is masked from the first step on.
# > Begun later, it lets the momentum of the earlier steps move the entry though its gradient is 0. Weight decay, as in
# > AdamW, pulls it towards 0 in any case.
# > (In a loss of your own, `tf.where(free, w, tf.stop_gradient(w))` in the place of `w` masks the gradient.)
assert _[1, 0] < 2.95
for variable in both([[1, 2], [3, 4]]):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.where(free, variable, tf.stop_gradient(variable)) ** 2)
    np.testing.assert_array_equal(tape.gradient(loss, variable), [[2, 4], [0, 8]])
SGD, Adam, AdamW = keras.optimizers.SGD, keras.optimizers.Adam, keras.optimizers.AdamW


def moved(optimizer, before=0, value=3.0, steps=20):
    """How far ten masked steps move an entry, after so many steps with its gradient of 1."""
    weight = tf.Variable([1.0, value])
    for _ in range(before):
        optimizer.apply_gradients([(tf.ones(2), weight)])
    held = weight.numpy()[1]
    for _ in range(steps):
        optimizer.apply_gradients([(tf.constant([1.0, 0.0]), weight)])
    return weight.numpy()[1] - held


for make in (lambda: Adam(0.1), lambda: Adam(0.1, amsgrad=True), lambda: SGD(0.1, momentum=0.9)):
    assert moved(make()) == 0
    assert moved(make(), before=1) < 0 and moved(make(), before=5) < -0.5
for make in (lambda: AdamW(0.1), lambda: Adam(0.1, weight_decay=0.004), lambda: SGD(0.1, weight_decay=0.004)):
    assert -0.1 < moved(make()) < -0.01 and 0.01 < moved(make(), value=-3.0) < 0.1

# %% recipe-freeze-code-4
# > To freeze a whole layer, set `trainable` before the first `fit`. After a `fit` it [may be
# > ignored](errors.ipynb#no-error-but-the-frozen-layer-is-trained), silently, until you compile again. `assign` works
# > on a frozen layer.
#
# > Inside `fit`, put the values back in a constraint or a callback: see
# > [Clip or mask after every training step](#clip-or-mask-after-every-training-step).
assert _[0] == []
np.testing.assert_array_equal(_[1], [[1, 2], [3, 4]])


def trains(freeze):
    """Whether `fit` changes the second layer, which `freeze(model, layer)` should freeze."""
    layer = dense()
    model = compiled(keras.layers.Dense(1), layer)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "__array__")
        freeze(model, layer)
        held = layer.kernel.numpy()
        fit(model)
    return not np.array_equal(held, layer.kernel)


def after_fit(model, layer):
    fit(model)
    layer.trainable = False


def compiled_again(model, layer):
    after_fit(model, layer)
    model.compile("sgd", "mse")


assert not trains(lambda model, layer: setattr(layer, "trainable", False))
assert trains(after_fit)
assert not trains(compiled_again)


class PutBack(keras.constraints.Constraint):
    def __call__(self, weight):
        return tf.where([[True], [False]], weight, 3.0)


class PutBackAfterwards(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        kernel = self.model.layers[0].kernel
        kernel.assign(np.where([[True], [False]], kernel.numpy(), 3))


for kwargs, callbacks in (({"kernel_constraint": PutBack()}, []), ({}, [PutBackAfterwards()])):
    one = dense(**kwargs)
    model_of_one = compiled(one)
    one.kernel.assign([[3], [3]])
    fit(model_of_one, epochs=3, callbacks=callbacks)
    assert one.kernel.numpy()[1, 0] == 3 != one.kernel.numpy()[0, 0]

# %% recipe-unfreeze-code-2
# > First only the head is trained.
# > An optimizer takes on the variables of its first step and [no others](errors.ipynb#unknown-variable), so build it
# > while all are trainable, and freeze then.
# > (Not with `use_ema`, whose averages [go by
# > place](errors.ipynb#no-error-but-fit-gave-a-layer-another-layers-weights).)
averaged, parts = keras.optimizers.SGD(0.0, use_ema=True), (dense(), dense())
both_parts = compiled(*parts, inputs=1)
both_parts.set_weights([np.array([[7]]), np.array([[3]])])
averaged.build(both_parts.trainable_variables)
parts[0].trainable = False
both_parts.compile(averaged, "mse")
fit(both_parts)
assert [part.kernel.numpy().item() for part in parts] == [7, 7]
assert _[0] == 1 and _[1] != 1
assert len(model.trainable_weights) == 1 and len(optimizer.variables) == 4

# %% recipe-unfreeze-code-3
# > Then all of it, with a smaller rate.
# > The optimizer keeps what it remembers of the head.
# > Compile again, or `fit` goes on as before.
assert _[0] != 1 and optimizer.iterations.numpy() == 6
base.trainable = False
before, head_before = base.kernel.numpy(), head.kernel.numpy()
model.fit(x, y, verbose=0)
assert base.kernel.numpy() != before
model.compile(optimizer, "mse")
before, head_before = base.kernel.numpy(), head.kernel.numpy()
model.fit(x, y, verbose=0)
assert base.kernel.numpy() == before and head.kernel.numpy() != head_before


#
# > If that memory does not matter, compile with a new optimizer; it need not be built.
# > If the optimizer was built for the head alone, build a new one for all weights, and give each of its variables the
# > value of the old one's variable of the same `name`: the rate comes along.
# > Within one `fit`, a callback may set `trainable` and call `self.model.make_train_function(force=True)`, which has
# > the step traced anew; the optimizer is built as above.
# > For several layers, set each one's `trainable`: `model.trainable = True` [does
# > nothing](errors.ipynb#no-error-but-modeltrainable--true-unfroze-nothing) on a model that is trainable, and after
# > `model.trainable = False` it unfreezes all.
# > A frozen `BatchNormalization` keeps its averages, too: set `trainable = False` on each that is to keep them when the
# > others train. (`base(x, training=False)` in a functional model does not stop them in `fit`.)
# > One weight alone is frozen by `layer.kernel.trainable = False`: `fit` leaves it as it is, and a saved model does not
# > know of it.
# > Of whole layers, a Sequential or functional model knows it after `.keras`, `.h5` and `clone_model`; a model of your
# > own class forgets it, a `.weights.h5` file holds values alone, and
# > [TFSMLayer](#change-a-model-whose-code-is-gone) trains them all.
for held in (True, False):
    inner_norm = keras.layers.BatchNormalization()
    whole_base = keras.Sequential([keras.Input((1,)), inner_norm])
    inner_norm.trainable = not held
    given = keras.Input((1,))
    tuned = keras.Model(given, dense()(whole_base(given, training=False)))
    tuned.compile("sgd", "mse")
    tuned.fit(np.ones((4, 1)), np.zeros((4, 1)), verbose=0)
    assert (inner_norm.moving_mean.numpy() == 0).all() == held


class Turn(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.seen = [*getattr(self, "seen", []), self.model.layers[0].kernel.numpy().item()]
        if epoch == 2:
            self.model.layers[0].trainable = not self.model.layers[0].trainable
            self.model.make_train_function(force=True)


for start in (True, False):
    turned, turn, rate = compiled(dense(), dense(), inputs=1), Turn(), keras.optimizers.SGD(0.1, momentum=0.5)
    rate.build(turned.trainable_variables)
    turned.layers[0].trainable = start
    turned.compile(rate, "mse")
    turned.fit(x, y, epochs=4, verbose=0, callbacks=[turn])
    last = turned.layers[0].kernel.numpy().item()
    assert (turn.seen[0] != turn.seen[1], turn.seen[1] != turn.seen[2]) == (start, start)
    assert (turn.seen[2] != turn.seen[3], turn.seen[3] != last) == (not start, not start)
unbuilt = compiled(dense(), dense(), inputs=1)
unbuilt.layers[0].trainable = False
unbuilt.compile("sgd", "mse")
with pytest.raises((ValueError, NotImplementedError)):  # Unknown variable; older Keras stumbles over its own message
    unbuilt.fit(x, y, epochs=4, verbose=0, callbacks=[Turn()])
base.trainable = True
model.compile(keras.optimizers.Adam(0.1), "mse")
model.fit(x, y, verbose=0)
assert base.kernel.numpy() != before
base.trainable = False
model.trainable = True
assert not base.trainable
model.trainable = False
model.trainable = True
assert base.trainable and head.trainable
average = keras.layers.BatchNormalization(trainable=False)
average(np.full((4, 1), 5.0), training=True)
assert average.moving_mean.numpy() == 0
base.kernel.trainable = False
model.compile("sgd", "mse")
before, head_before = base.kernel.numpy(), head.kernel.numpy()
model.fit(x, y, verbose=0)
assert base.kernel.numpy() == before and head.kernel.numpy() != head_before
with tempfile.TemporaryDirectory() as place:
    model.save(f"{place}/saved.keras")
    assert keras.models.load_model(f"{place}/saved.keras").layers[0].kernel.trainable


@keras.saving.register_keras_serializable("course")
class OfItsOwn(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first, self.second = dense(), dense()

    def call(self, inputs):
        return self.second(self.first(inputs))

    @property
    def flags(self):
        return self.first.trainable, self.second.trainable


flags = lambda one: tuple(layer.trainable for layer in one.layers if layer.weights)  # noqa: E731
inputs, parts = keras.Input((1,)), (dense(), dense())
functional_one = keras.Model(inputs, parts[1](parts[0](inputs)))
with tempfile.TemporaryDirectory() as place:
    for one in (keras.Sequential([keras.Input((1,)), dense(), dense()]), functional_one):
        one.layers[-2].trainable = False
        one.compile("sgd", "mse")
        copies = [keras.models.clone_model(one)]
        for ending in ("keras", "h5"):
            one.save(f"{place}/one.{ending}")
            copies.append(keras.models.load_model(f"{place}/one.{ending}", compile=False))
        assert [flags(copy) for copy in copies] == [(False, True)] * 3
        one.save_weights(f"{place}/one.weights.h5")
        copies[0].layers[-2].trainable = True
        copies[0].load_weights(f"{place}/one.weights.h5")
        assert flags(copies[0]) == (True, True)
    with redirect_stdout(io.StringIO()):  # Keras tells where it saved it
        one.export(f"{place}/exported")
    whole = keras.layers.TFSMLayer(f"{place}/exported", call_endpoint="serve")
    assert len(whole.trainable_weights) == 2 and len(one.trainable_weights) == 1
    own_one = OfItsOwn()
    own_one(x)
    own_one.first.trainable = False
    own_one.save(f"{place}/own.keras")
    assert (own_one.flags, keras.models.load_model(f"{place}/own.keras").flags) == ((False, True), (True, True))
grown = compiled(dense(), dense(), inputs=1)
grown.layers[0].trainable = False
old_one = keras.optimizers.Adam(0.25)
grown.compile(old_one, "mse")
grown.fit(x, y, epochs=3, verbose=0)
grown.layers[0].trainable = True
new_one = keras.optimizers.Adam(0.01)
new_one.build(grown.trainable_variables)
values = {part.name: part.numpy() for part in old_one.variables}
assert len(values) == len(old_one.variables) == 4
taken = [part for part in new_one.variables if part.name in values]
assert len(taken) == 4 and len(new_one.variables) == 6
for part in taken:
    part.assign(values[part.name])
assert new_one.iterations.numpy() == 3 and new_one.learning_rate.numpy() == 0.25
grown.compile(new_one, "mse")
kernel = grown.layers[0].kernel.numpy()
grown.fit(x, y, verbose=0)
assert grown.layers[0].kernel.numpy() != kernel and new_one.iterations.numpy() == 4

# %% recipe-rates-code-2
# > Give these layers an optimizer of their own, and let `train_step` call both.
# > To multiply the gradient by 0.1 instead is the same for SGD alone: Adam divides by the size of the gradients, and
# > steps as far as before.
# > (Without `use_ema` in the one that `compile` gets: its averages [go by
# > place](errors.ipynb#no-error-but-fit-gave-a-layer-another-layers-weights).)
slow.kernel.assign([[7]])
fast.kernel.assign([[3]])
model.compile(keras.optimizers.SGD(0.0, use_ema=True), "mse")
model.slow_optimizer = keras.optimizers.SGD(0.0)
model.fit(np.ones((4, 1)), np.zeros((4, 1)), verbose=0)
assert (slow.kernel.numpy().item(), fast.kernel.numpy().item()) == (3, 3)
np.testing.assert_allclose(_[0], 0.99, rtol=1e-5)
np.testing.assert_allclose(_[1], 0.9, rtol=1e-5)
for kind, moved in ((keras.optimizers.SGD, 0.1), (keras.optimizers.Adam, 1)):
    one, two = tf.Variable(0.0), tf.Variable(0.0)
    kind(0.1).apply([tf.constant(5.0)], [one])
    kind(0.1).apply([tf.constant(0.5)], [two])
    np.testing.assert_allclose(two.numpy(), moved * one.numpy(), rtol=1e-5)

# %% recipe-gradients-code
# > An optimizer clips them before its step: `clipnorm` shortens the gradient of each weight, `global_clipnorm` all
# > together, `clipvalue` limits each entry.
# > It takes one of the three.
assert printed.split("\n")[:2] == ["{'clipnorm': 1.0} [-0.6 -0.8]", "{'clipvalue': 1.0} [-1. -1.]"]
pair = tf.Variable([0.0, 0.0]), tf.Variable(0.0)
keras.optimizers.SGD(1.0, global_clipnorm=1.0).apply([tf.constant([3.0, 4.0]), tf.constant(12.0)], pair)
np.testing.assert_allclose(pair[0], [-3 / 13, -4 / 13], rtol=1e-5)
np.testing.assert_allclose(pair[1], -12 / 13, rtol=1e-5)
with pytest.raises(ValueError, match="Only one of"):
    keras.optimizers.SGD(1.0, clipnorm=1.0, clipvalue=1.0)

# %% recipe-gradients-code-2
# > NaN passes through each of them, and `clipnorm` spreads it: one NaN in a gradient makes the whole weight NaN.
assert np.isnan(_).all()
for setting, spreads in (("clipnorm", True), ("global_clipnorm", True), ("clipvalue", False)):
    one = tf.Variable([0.0, 0.0])
    keras.optimizers.SGD(1.0, **{setting: 1.0}).apply([tf.constant([np.nan, 4.0])], [one])
    np.testing.assert_array_equal(np.isnan(one.numpy()), [True, spreads])


#
# > To edit the gradients themselves in `fit`, take them in a `train_step`, as in [Train some layers with another
# > rate](#train-some-layers-with-another-rate), and write `gradients[0] *= mask` before the optimizer applies them. Of
# > a row that was looked up twice, an embedding's gradient has two parts, which are clipped before they are added: make
# > it dense first, `tf.convert_to_tensor(gradient)`. To limit the weights, see [Clip or mask after every training
# > step](#clip-or-mask-after-every-training-step).
for setting, parts, whole in (({"clipvalue": 1.0}, -4, -1), ({"clipnorm": 1.0}, -(2**0.5), -(0.5**0.5))):
    for is_dense, expected in ((False, parts), (True, whole)):
        table = tf.Variable(tf.zeros((4, 2)))
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.gather(table, [1, 1, 1, 1]))
        rows = tape.gradient(loss, table)
        rows = tf.convert_to_tensor(rows) if is_dense else rows
        keras.optimizers.SGD(1.0, **setting).apply([rows], [table])
        np.testing.assert_allclose(table[1], [expected] * 2, rtol=1e-5)


class Masking(keras.Sequential):
    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = self.compute_loss(data[0], data[1], self(data[0], training=True))
        gradients = tape.gradient(loss, self.trainable_weights)
        gradients[0] *= mask
        self.optimizer.apply(gradients, self.trainable_weights)
        return {"step_loss": loss}


mask = np.array([[1.0], [0.0]], dtype="float32")
masked = Masking([keras.Input((2,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")])
masked.compile(keras.optimizers.Adam(0.1), "mse")
masked.fit(np.ones((4, 2)), np.zeros((4, 1)), epochs=5, verbose=0)
assert masked.layers[0].kernel[1, 0] == 1 and masked.layers[0].kernel[0, 0] < 0.6
# > To find where the NaN begins, see [the gradient is NaN and the loss is
# > not](errors.ipynb#no-error-but-the-gradient-is-nan-and-the-loss-is-not).

# %% recipe-decay-code
# > With `weight_decay` an optimizer pulls every weight that it trains towards 0, biases and the scales of a
# > normalization as well.
# > Name those to leave out; a part of the name is enough.
np.testing.assert_allclose(_[0], 0.95)
assert _[1] == 1
decayed = keras.Sequential(
    [keras.Input((1,)), keras.layers.Dense(1, bias_initializer="ones"), keras.layers.LayerNormalization()]
)
weights, all_of_them = decayed.trainable_weights, keras.optimizers.AdamW(0.1, weight_decay=0.5)
before = [weight.numpy() for weight in weights]
all_of_them.apply([tf.zeros(weight.shape) for weight in weights], weights)
for weight, old in zip(weights, before, strict=True):
    np.testing.assert_allclose(weight, 0.95 * old, rtol=1e-5)
part, named = keras.optimizers.SGD(0.1, weight_decay=0.5), keras.Variable(1.0, name="some_bias_name")
part.exclude_from_weight_decay(var_names=["bias"])
part.apply([tf.constant(0.0)], [named])
assert named.numpy() == 1

# %% recipe-reset-code
# > Here is a model that has trained for five steps. Adam remembers two slot variables for each weight.
assert _ == 5
assert len(model.optimizer.variables) == 2 + 2 * len(model.trainable_variables)

# %% recipe-reset-code-2
# > Draw new weights from a *new* initializer: the layer's own gives the old numbers again, as
# > [Error messages, and what they mean](errors.ipynb) shows.
# > (The bias of an LSTM begins with ones for its forget gate: take it from a clone, as below.)
gates = built_for_steps(keras.layers.LSTM(2))
np.testing.assert_array_equal(gates.cell.bias, [0, 0, 1, 1, 0, 0, 0, 0])
np.testing.assert_array_equal(gates.cell.bias_initializer((8,)), np.zeros(8))
np.testing.assert_array_equal(hidden.kernel, new)
fresh = built(keras.layers.Dense(2))
np.testing.assert_array_equal(fresh.kernel_initializer(fresh.kernel.shape), fresh.kernel)
assert not np.array_equal(keras.initializers.GlorotUniform()(fresh.kernel.shape), fresh.kernel)

# %% recipe-reset-code-3
# > A slot's name is the path of its weight, with `_` for `/`, and what Adam keeps there. Compare whole names: by its
# > beginning, `hidden` would also match the slots of a layer called `hidden_kernel`. Where two paths are the same, as
# > in functional models side by side, so are the names of their slots.
assert len(_) == 4 and all(name.startswith("small_hidden_") for name in _)
assert all(slot.numpy().any() for slot in slots)
other = keras.layers.Dense(2, name="hidden_kernel")
twins = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, name="hidden"), other], name="small")
adam = keras.optimizers.Adam()
adam.build(twins.trainable_variables)
stems = tuple(path + "_" for path in paths)
assert len([slot for slot in adam.variables if slot.name.startswith(stems)]) == 8
assert len([slot for slot in adam.variables if slot.name in names]) == 4
adam = keras.optimizers.Adam()
adam.build(side_by_side().trainable_variables)
assert [slot.name for slot in adam.variables].count("hidden_kernel_momentum") == 2

# %% recipe-reset-code-4
# since keras 3.10: an optimizer lists its slots first, and names Adagrad's accumulator by its weight
# > Set the slots to 0, and the step counter as well: Adam reads from it how much its slots are still too small. (With
# > `gradient_accumulation_steps` `iterations` has no `assign`: take `optimizer.variables[0]`.) Left at 2000, the
# > counter makes the next steps up to six learning rates long, under a steady gradient.
# > (0 is where Adam's slots begin. An accumulator of Adagrad begins at 0.1, and Nadam has a product that begins at 1.)
#
# > The price: the counter belongs to all layers. After a long training the others take shorter steps for a while, and a
# > learning rate schedule starts again. To forget everything, compile with a new optimizer; the weights stay.
assert _[0] == 0 and not any(slot.numpy().any() for slot in slots)
gathering = keras.optimizers.Adam(gradient_accumulation_steps=2)
gathering.build([tf.Variable(5.0)])
with pytest.raises(AttributeError, match="object has no attribute 'assign'"):
    gathering.iterations.assign(0)
assert gathering.variables[0].name == "iteration" and gathering.variables[0].assign(3).numpy() == 3
for kind, begin in (
    (keras.optimizers.Adam, [0, 0]),
    (keras.optimizers.Adagrad, [0.1]),
    (keras.optimizers.Nadam, [0, 0, 1]),
):
    fresh = kind()
    fresh.build([tf.Variable(5.0)])
    np.testing.assert_allclose([one.numpy() for one in fresh.variables[2:]], begin)
reset, kept = tf.Variable(0.0), tf.Variable(0.0)


def steps_after(trained, counter):
    """The next 20 steps of both weights, in learning rates, after a reset of the first one's slots."""
    adam = keras.optimizers.Adam(0.01)
    adam.build([reset, kept])

    @tf.function
    def train(steps):
        for _ in tf.range(steps):
            adam.apply([tf.ones(()), tf.ones(())], [reset, kept])

    train(tf.constant(trained))
    for slot in adam.variables[2:4]:
        slot.assign(0)
    if counter == 0:
        adam.iterations.assign(0)
    places = [(reset.numpy(), kept.numpy())]
    for _ in range(20):
        train(tf.constant(1))
        places.append((reset.numpy(), kept.numpy()))
    return -np.diff(places, axis=0).T / 0.01


mine, others = steps_after(2000, counter=0)
np.testing.assert_allclose(mine, 1, atol=0.01)
assert others.max() < 0.5
mine, others = steps_after(2000, counter=2000)
assert 6 < mine.max() < 6.2
np.testing.assert_allclose(others, 1, atol=0.01)
scheduled = keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(1.0, 1, 0.5))
scheduled.apply([tf.ones(())], [reset])
assert scheduled.learning_rate.numpy() == 0.5
scheduled.iterations.assign(0)
assert scheduled.learning_rate.numpy() == 1
one = compiled(dense(), optimizer="adam")
fit(one)
weights, counted = one.get_weights(), one.optimizer.iterations.numpy()
one.compile("adam", "mse")
np.testing.assert_array_equal(one.get_weights(), weights)
assert counted == 1 and one.optimizer.iterations.numpy() == 0

# %% recipe-reset-code-5
# > To draw a whole model anew, take the weights of a clone: `clone_model` copies the layers and not their values.
# > An initializer with a number as its seed gives its old values here too.
assert not _
first = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
clones = [keras.models.clone_model(first).get_weights()[0] for _ in range(3)]
assert len({kernel.tobytes() for kernel in [*clones, first.get_weights()[0]]}) == 4
seeded = keras.layers.Dense(3, kernel_initializer=keras.initializers.GlorotUniform(seed=7))
first = keras.Sequential([keras.Input((2,)), seeded])
np.testing.assert_array_equal(keras.models.clone_model(first).get_weights()[0], first.get_weights()[0])

# %% recipe-average-code-2
# > Here the rate is 0, so that nothing else moves it.
#
# > With `use_ema=True` an optimizer keeps a moving average of each weight that it trains, and at the end of `fit` it
# > writes the average into the weight. (`ema_overwrite_frequency=n` writes it after every n steps as well; a loop of
# > your own calls `optimizer.finalize_variable_values(weights)`, with the weights of its first step: it [goes by
# > place](errors.ipynb#no-error-but-fit-gave-a-layer-another-layers-weights). To test with the averages and train on
# > without them, copy the weights before this call and assign them after the test. The statistics of a
# > BatchNormalization stay those of the raw weights; see [how they are made
# > anew](#set-the-statistics-of-a-batchnormalization).)
normed = compiled(keras.layers.BatchNormalization(), dense(), optimizer=keras.optimizers.SGD(0.1, use_ema=True))
fit(normed)
assert len([v for v in normed.optimizer.variables if v.name.endswith("_average")]) == 3 == len(normed.weights) - 2
#
# > The assigned 100 is gone.
np.testing.assert_allclose(_, [[0.99 * 1 + 0.01 * 100]], rtol=1e-4)
for kind in (keras.optimizers.SGD, keras.optimizers.Adam):
    for use_ema, expected in ((False, 100), (True, 1.99)):
        one = compiled(dense(), inputs=1, optimizer=kind(0.0, use_ema=use_ema))
        fit(one)
        one.layers[0].kernel.assign([[100]])
        fit(one)
        np.testing.assert_allclose(one.layers[0].kernel, [[expected]], rtol=1e-4)
for every, written in ((None, []), (2, [2, 4]), (3, [3])):
    averaging = keras.optimizers.SGD(0.0, use_ema=True, ema_overwrite_frequency=every)
    weight, changed = keras.Variable([0.0]), []
    averaging.apply([tf.zeros(1)], [weight])
    for step in (2, 3, 4):
        weight.assign([100.0])
        averaging.apply([tf.zeros(1)], [weight])
        changed += [step] * (weight.numpy() != 100).item()
    assert changed == written, changed
    averaging.finalize_variable_values([weight])
    assert weight.numpy() < 100
ends = []
for tests in (False, True):
    averaging, weight = keras.optimizers.Adam(0.1, use_ema=True, ema_momentum=0.5), keras.Variable([1.0])
    for _step in range(4):
        averaging.apply([tf.constant([1.0])], [weight])
        if tests:
            raw = weight.numpy()
            averaging.finalize_variable_values([weight])
            assert ((weight.numpy() > raw).all() and (weight.numpy() < 1).all()) or _step == 0
            weight.assign(raw)
    ends.append([weight.numpy(), *(one.numpy() for one in averaging.variables)])
assert len(ends[0]) > 4 and all(map(np.array_equal, *ends))

# %% recipe-average-code-3
# > The average is a variable of the optimizer: assign to it as well, and 100 stays.
# > (To validate with the averages during `fit`, give it `keras.callbacks.SwapEMAWeights()`, which puts them into the
# > weights for the validation and back. To save the averages, put `SwapEMAWeights(swap_on_epoch=True)` before
# > `ModelCheckpoint` in the list; and before `EarlyStopping` with `restore_best_weights=True`, which at the end puts
# > weights without averages over them. Before the first `fit` the weight alone is enough, since the average starts from
# > it at the first step. Until then the average is 0, and a `fit` that takes no step, as where a `LossScaleOptimizer`
# > skips all, writes zeros.)
np.testing.assert_array_equal(_, layer.kernel)
for names, expected in (("", 0.5128), ("stop", 0.4096), ("swap stop", 0.5128), ("stop swap", 0.4096)):
    callbacks = {
        "swap": keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
        "stop": keras.callbacks.EarlyStopping("loss", restore_best_weights=True),
    }
    best = compiled(dense(), inputs=1, optimizer=keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5))
    chosen = [callbacks[name] for name in names.split()]
    best.fit(np.ones((4, 1)), np.zeros((4, 1)), epochs=4, verbose=0, callbacks=chosen)
    np.testing.assert_allclose(best.layers[0].kernel, [[expected]], rtol=1e-5)
wary = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1, use_ema=True))
skipped = compiled(dense(), inputs=1, optimizer=wary)
skipped.fit(np.full((4, 1), np.inf), np.zeros((4, 1)), verbose=0)
assert wary.iterations.numpy() == 0
np.testing.assert_array_equal(skipped.layers[0].kernel, [[0]])
with tempfile.TemporaryDirectory() as place:
    file = f"{place}/best.weights.h5"
    for turn, expected in ((1, 0.5128), (-1, 0.4096)):
        pair = (
            keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
            keras.callbacks.ModelCheckpoint(file, save_weights_only=True),
        )
        saved = compiled(dense(), inputs=1, optimizer=keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5))
        saved.fit(np.ones((4, 1)), np.zeros((4, 1)), epochs=4, verbose=0, callbacks=[*pair[::turn]])
        saved.load_weights(file)
        np.testing.assert_allclose(saved.layers[0].kernel, [[expected]], rtol=1e-5)
swapped = compiled(dense(), inputs=1, optimizer=keras.optimizers.SGD(0.25, use_ema=True, ema_momentum=0.5))
tested, trained, x, y = [], [], np.ones((4, 1)), np.zeros((4, 1))


class Watching(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        trained.append(self.model.layers[0].kernel.numpy().item())

    def on_test_begin(self, logs=None):
        tested.append((self.model.layers[0].kernel.numpy().item(), self.model.optimizer.variables[2].numpy().item()))


callbacks = [keras.callbacks.SwapEMAWeights(), Watching()]
swapped.fit(x, y, epochs=4, validation_data=(x, y), callbacks=callbacks, verbose=0)
assert trained == [0.5, 0.25, 0.125, 0.0625]  # each step begins where the one before ended
assert tested == [(0.5, 0.5), (0.375, 0.25), (0.25, 0.125), (0.15625, 0.0625)]  # they have changed places
one = compiled(dense(), inputs=1, optimizer=keras.optimizers.SGD(0.0, use_ema=True))
one.layers[0].kernel.assign([[100]])
for _ in range(2):
    fit(one, epochs=2)
    np.testing.assert_array_equal(one.layers[0].kernel, [[100]])

# %% recipe-average-code-4
np.testing.assert_array_equal(_, [[100]])
np.testing.assert_array_equal(average, [[100]])

# %% recipe-beside-code-2
# since keras 3.13: Muon takes a tf.Variable
# > An optimizer takes variables of TensorFlow and of Keras in one list. (Muon takes those of Keras alone.)
# > Give it all of them in its first step: [it learns of no others](errors.ipynb#unknown-variable).
np.testing.assert_allclose(_[0], [[0.9]], rtol=1e-5)
np.testing.assert_allclose(_[1], 1.9, rtol=1e-5)
with pytest.raises(AttributeError, match="has no attribute 'path'"):
    keras.optimizers.Muon(0.1).apply([tf.ones((2, 2))], [tf.Variable(tf.ones((2, 2)))])
keras.optimizers.Muon(0.1).apply([tf.ones((2, 2))], [keras.Variable(np.ones((2, 2), "float32"))])
for kind in (keras.optimizers.SGD, keras.optimizers.RMSprop, keras.optimizers.AdamW):
    raw, own = both([1.0, 2.0])
    together = kind(0.1)
    together.apply([tf.ones(2)] * 2, [raw, own])
    np.testing.assert_array_equal(raw, own)
    assert (raw.numpy() < [1, 2]).all()
    with pytest.raises(ValueError, match="Unknown variable"):
        together.apply([tf.ones(2)] * 3, [raw, own, tf.Variable([1.0, 2.0])])

# %% recipe-beside-code-3
# > The slots of a `tf.Variable` are called after its name, `scale:0`, with `_` for `:`.
# > A `fit` would not train `scale`, since no layer lists it; a layer that makes it with `add_weight` does.
assert _[2:] == ["scaled_out_kernel_momentum", "scaled_out_kernel_velocity", "scale_0_momentum", "scale_0_velocity"]
assert scale.name == "scale:0"


class Scaled(keras.layers.Layer):
    def build(self, shape):
        self.raw, self.made = tf.Variable(2.0), self.add_weight(shape=(), initializer="ones")

    def call(self, inputs):
        return inputs * self.raw * self.made


scaled = Scaled()
fit(compiled(scaled, inputs=1), epochs=5)
assert scaled.raw.numpy() == 2 and scaled.made.numpy() != 1

# %% recipe-callbacks-code-3
# > Callbacks run in the order of their list.
# > `EarlyStopping` keeps the best weights at the end of an epoch; with `restore_best_weights=True` it assigns them when
# > `fit` ends, stopped early or not.
# > (The optimizer's memory stays that of the last epoch: to train on from the best, compile with a new optimizer.
# > The best `val_loss` is what `evaluate` gives for them. A best `loss` is not: it is a mean over batches, each taken
# > before its own step.)
# > So edit before it.
ramp = np.linspace(-1, 1, 8)[:, None]
for watched, agrees in (("loss", False), ("val_loss", True)):
    one = compiled(dense(), inputs=1, optimizer=keras.optimizers.SGD(0.3))
    one.set_weights([np.zeros((1, 1))])
    keep_best = keras.callbacks.EarlyStopping(watched, restore_best_weights=True)
    history = one.fit(
        ramp, ramp, batch_size=4, epochs=3, verbose=0, validation_data=(ramp, ramp), callbacks=[keep_best]
    ).history
    assert np.isclose(min(history[watched]), one.evaluate(ramp, ramp, verbose=0), rtol=1e-4) is np.bool_(agrees)
# > Here the rate is 0, and `Edit` makes the weight 10.
np.testing.assert_array_equal(_, [[10]])
for callbacks, kept in (([Edit(), stop], 10), ([stop, Edit()], 1)):
    for patience, ran in ((0, 2), (9, 4)):
        stop.patience = patience
        layer.kernel.assign([[1]])
        history = model.fit(x, y, epochs=4, verbose=0, callbacks=callbacks).history["loss"]
        assert layer.kernel.numpy() == kept and len(history) == ran
calls = []
heavy = compiled(dense(), inputs=1, optimizer=keras.optimizers.SGD(0.6, momentum=0.9))
best = keras.callbacks.EarlyStopping("loss", patience=9, restore_best_weights=True)
losses = heavy.fit(x, y * 0, epochs=4, verbose=0, callbacks=[best]).history["loss"]
assert np.argmin(losses) < 3 and heavy.optimizer.iterations == 4 and heavy.optimizer.variables[2].numpy().any()
speak = [keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs, k=k: calls.append(k)) for k in range(4)]
model.fit(x, y, verbose=0, callbacks=speak)
assert calls == [0, 1, 2, 3]

# %% recipe-callbacks-code-4
# since keras 3.5: float takes a keras.Variable
# > Behind it, the edit comes too late: what was kept, and comes back, is the weight before it.
#
# > The loss by which the best epoch is chosen is measured before the edit of `on_epoch_end`, in either order.
# > What `on_train_end` edits must stand behind `EarlyStopping`.
# > `ModelCheckpoint` and `BackupAndRestore` save an edit that stands before them in the list.
# > Where `BackupAndRestore` finds a backup, it assigns that, and weights that you assigned before `fit` are lost.
# > Each later `fit` of that model, too, begins with the epoch after the backup: if `epochs` is no larger, it trains
# > nothing, silently.
# > `LearningRateScheduler` assigns the learning rate when each epoch begins: yours lasts until then.
np.testing.assert_array_equal(_, [[1]])
for order in ([Edit(), stop], [stop, Edit()]):
    layer.kernel.assign([[1]])
    stop.patience = 0
    assert model.fit(x, y, epochs=2, verbose=0, callbacks=order).history["loss"] == [0, 81]
    assert stop.best_epoch == 0 and stop.best == 0
last = keras.callbacks.LambdaCallback(on_train_end=lambda logs: layer.kernel.assign([[77]]))
for order, kept in (([last, stop], 1), ([stop, last], 77)):
    layer.kernel.assign([[1]])
    model.fit(x, y, epochs=2, verbose=0, callbacks=order)
    assert layer.kernel.numpy() == kept


class Stopped(Exception):
    pass


class Stop(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            raise Stopped


for edit_first, saved in ((True, 10), (False, 1)):
    with tempfile.TemporaryDirectory() as folder:
        file, backup = f"{folder}/one.weights.h5", keras.callbacks.BackupAndRestore(f"{folder}/backup")
        savers = [keras.callbacks.ModelCheckpoint(file, save_weights_only=True), backup]
        model = compiled(layer, inputs=1, optimizer=keras.optimizers.SGD(0.0))
        layer.kernel.assign([[1]])
        with pytest.raises(Stopped):
            order = [Edit(), *savers] if edit_first else [*savers, Edit()]
            model.fit(x, y, epochs=2, verbose=0, callbacks=[*order, Stop()])
        assert layer.kernel.numpy() == 10
        model.load_weights(file)
        assert layer.kernel.numpy() == saved
        layer.kernel.assign([[500]])
        model.fit(x, y, epochs=2, verbose=0, callbacks=[keras.callbacks.BackupAndRestore(f"{folder}/backup")])
        assert layer.kernel.numpy() == saved
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert [model.fit(x, y, epochs=epochs, verbose=0).epoch for epochs in (3, 2, 1)] == [[1, 2], [1], []]
model = compiled(layer, inputs=1)
rates = []


class Rate(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        rates.append(float(self.model.optimizer.learning_rate))

    def on_epoch_end(self, epoch, logs=None):
        self.model.optimizer.learning_rate.assign(3)


model.fit(x, y, epochs=3, verbose=0, callbacks=[keras.callbacks.LearningRateScheduler(lambda epoch: 0.5), Rate()])
assert rates == [0.5, 0.5, 0.5] and model.optimizer.learning_rate.numpy() == 3

# %% recipe-python-code-3
# > `fit` traces its step, and a Python number is frozen in it.
# > Hold the number in a variable, and assign.
# > Here a callback sets the weight of a loss.
assert _ == [0, 1, 2]
number = 1.0


def by_number(y_true, y_pred):
    return number * keras.ops.mean((y_true - y_pred) ** 2)


model.compile(keras.optimizers.SGD(0.0), by_number)
assert model.fit(x, y, verbose=0).history["loss"] == [1]
number = 5.0
assert model.fit(x, y, verbose=0).history["loss"] == [1]

# %% recipe-python-code-4
# since keras 3.7: loss_weights may be variables
# > The numbers in the list `loss_weights` of `compile` may be variables, too.
# > The rate of a `Dropout` may not.
# > Set after a `fit`, it may be ignored, silently, until you compile again, with the same optimizer.
# > Here each entry is first made 0 or 2, so that its squared error is 1.
assert _ == [1]
np.testing.assert_array_equal(np.unique(drop(np.ones((1, 5)), training=True)), [1])  # outside of `fit` it holds
fresh = keras.layers.Dropout(0.5)(np.ones((1, 200)), training=True)
np.testing.assert_array_equal(np.unique(fresh), [0, 2])
for make in (tf.Variable, keras.Variable):
    inputs, part = keras.Input((1,)), make(1.0)
    two = keras.Model(inputs, [dense()(inputs), dense()(inputs)])
    two.compile(keras.optimizers.SGD(0.0), ["mse", "mse"], loss_weights=[part, 1.0])
    assert two.fit(x, [y, y], verbose=0).history["loss"] == [2]
    part.assign(5.0)
    assert two.fit(x, [y, y], verbose=0).history["loss"] == [6]
    refused = compiled(keras.layers.Dropout(make(0.5)), dense(), inputs=1)
    with pytest.raises(tf.errors.OperatorNotAllowedInGraphError):
        fit(refused)

# %% recipe-python-code-5
# > A `Dropout` made with the rate 0 has no seed, and raises in training when its rate is raised.
# > With `run_eagerly=True` in `compile` each step reads Python's values anew, slowly.
assert _ == [0]
seedless = keras.layers.Dropout(0.0)
seedless.rate = 0.5
with pytest.raises(AttributeError, match="has no attribute 'seed_generator'"):
    seedless(np.ones((1, 2)), training=True)
adam = compiled(dense(), optimizer="adam")
fit(adam)
kept, weights = [slot.numpy() for slot in adam.optimizer.variables], adam.get_weights()
adam.compile(adam.optimizer, "mse")
for one, other in zip([*kept, *weights], [*adam.optimizer.variables, *adam.get_weights()], strict=True):
    np.testing.assert_array_equal(one, other)
fit(adam)
assert adam.optimizer.iterations.numpy() == 2
number = 1.0
slow = compiled(dense(), inputs=1, loss=lambda y_true, y_pred: number * keras.ops.mean(y_pred), run_eagerly=True)
slow.optimizer.learning_rate.assign(0)
assert fit(slow) == [1]
number = 5.0
assert fit(slow) == [5]


# %% recipe-copy-code
# > `set_weights` copies all weights at once, what is not trained too, such as the averages of `BatchNormalization`.
# > (After it, a `Normalization` [needs
# > `finalize_state()`](errors.ipynb#no-error-but-a-normalization-layer-uses-the-old-mean).) The copy is independent:
# > changing one model later leaves the other as it is.
# > (`copy.deepcopy(model)` copies a compiled model with its optimizer's memory.
# > A layer of your own has to be registered for that, by `keras.saving.register_keras_serializable`.)
class Doubled(keras.layers.Dense):
    pass


x, y = np.ones((4, 2)), np.zeros((4, 1))
for kind, works in ((keras.layers.Dense, True), (Doubled, False)):
    deep = keras.Sequential([keras.Input((2,)), kind(1)])
    deep.compile("adam", "mse")
    deep.fit(x, y, verbose=0)
    with nullcontext() if works else pytest.raises(TypeError):
        copied = copy.deepcopy(deep)
        assert copied.optimizer is not deep.optimizer
        for mine, theirs in zip(
            copied.variables + copied.optimizer.variables, deep.variables + deep.optimizer.variables, strict=True
        ):
            assert mine is not theirs
            np.testing.assert_array_equal(mine, theirs)
keras.saving.register_keras_serializable("claims")(Doubled)
copied = copy.deepcopy(deep)
copied.layers[0].kernel.assign([[100], [100]])
assert (deep.layers[0].kernel.numpy() < 10).all() and copied.optimizer.iterations.numpy() == 1
del keras.saving.get_custom_objects()["claims>Doubled"]  # and nothing that the page has registered
np.testing.assert_array_equal(_, [[1, 2], [3, 4]])
first = keras.Sequential([keras.Input((2,)), keras.layers.BatchNormalization(), keras.layers.Dense(1)])
second = keras.models.clone_model(first)
first(np.full((4, 2), 9.0), training=True)
assert first.layers[0].moving_mean.numpy().any()
second.set_weights(first.get_weights())
np.testing.assert_array_equal(second.layers[0].moving_mean, first.layers[0].moving_mean)
held = second.get_weights()
for weight in first.weights:
    weight.assign(weight + 1)
for mine, before in zip(second.get_weights(), held, strict=True):
    np.testing.assert_array_equal(mine, before)
adapted, scale = keras.layers.Normalization(), keras.layers.Normalization()
adapted.adapt(np.array([[1.0], [5.0]]))
scale.build((None, 1))
scale.set_weights(adapted.get_weights())
assert scale(np.array([[5.0]])).numpy() == 5
scale.finalize_state()
assert scale(np.array([[5.0]])).numpy() == adapted(np.array([[5.0]])).numpy() == 1

# %% recipe-copy-code-2
# > To blend, pair the weights of the two models and assign a mixture: here 0.9 of the old value and 0.1 of the new one.
# > The loop may stand in a `tf.function`.
np.testing.assert_allclose(_, [[2, 3], [4, 5]], rtol=1e-6)
olds, news = both(np.zeros(2)), both(np.full(2, 10))


@tf.function(autograph=False)
def blend():
    for old, new in zip(olds, news, strict=True):
        old.assign(0.9 * old + 0.1 * new)


blend()
blend()
for old in olds:
    np.testing.assert_allclose(old.numpy(), [1.9, 1.9], rtol=1e-6)

# %% recipe-copy-code-3
# > To average several models, let NumPy take the mean over their lists of arrays.
# > (Weighted, as in federated averaging, by the rows that each has seen: `np.average(arrays, axis=0, weights=[10,
# > 30])`.
# > A weight of integers loses its fraction.
# > The statistics of a BatchNormalization then belong to none of the models: [compute them
# > anew](#set-the-statistics-of-a-batchnormalization).)
clients = [compiled(keras.layers.Dense(2), keras.layers.BatchNormalization(), inputs=2) for _model in range(2)]
held = [client.get_weights() for client in clients]
clients[0].set_weights([np.average(arrays, axis=0, weights=[10, 30]) for arrays in zip(*held, strict=True)])
for mean, one, other in zip(clients[0].get_weights(), *held, strict=True):
    np.testing.assert_allclose(mean, 0.25 * one + 0.75 * other, rtol=1e-5, atol=1e-7)
norms = [built(keras.layers.BatchNormalization()) for _model in range(2)]
for norm, mean in zip(norms, (0.0, 10.0), strict=True):
    norm.moving_mean.assign([mean, mean])
averaged = np.mean([norm.moving_mean.numpy() for norm in norms], axis=0)
assert all((norm.moving_mean.numpy() != averaged).all() for norm in norms)
whole = keras.Variable(0, dtype="int32")
whole.assign(np.mean([1, 2]))
assert whole.numpy() == 1
np.testing.assert_allclose(_, np.mean([[[11, 12], [13, 14]], [[2, 3], [4, 5]]], axis=0), rtol=1e-6)

# %% recipe-devices-code
# > A `tf.distribute.MirroredStrategy` keeps a copy of each variable on each of its devices: here there is one.
# > Outside of `strategy.run`, `assign` and `set_weights` write all copies, and `numpy()` reads the first.
assert len(_) == 1
np.testing.assert_array_equal(_[0], [1, 2])
alone(
    TWO_DEVICES
    + """
v.assign(np.array([1, 2]))
assert copies(v) == [[1, 2], [1, 2]]
layer.set_weights([np.array([[5]])])
layer.kernel.assign(layer.kernel + 1)
assert copies(layer.kernel.value) == [[[6]], [[6]]]
v.values[1].assign([8.0, 9.0])
assert v.numpy().tolist() == [1, 2]
"""
)

# %% recipe-devices-code-2
# since tensorflow 2.18: an array that is assigned in a replica becomes a tensor
# since keras 3.9: a weight is joined as its aggregation says
# > Two writes reach one copy alone, without an error: a slice, everywhere, and any `assign` inside of `strategy.run`,
# > where each device writes its own.
# > (What `strategy.run` returned [is a value for each device](errors.ipynb#perreplica-object-has-no-attribute-numpy),
# > too.)
# > So assign the whole variable.
# > For the writes inside, say how to join them when you create it, and assign a tensor of its dtype.
# > (A layer that assigns in `call` makes such a weight by `add_weight(..., aggregation="mean")`.)
#
# > A Keras model and its optimizer are made in the scope, too, and compiled there.
# > One that was made before ends in `fit` with [one of several
# > errors](errors.ipynb#mixing-different-tfdistributestrategy-objects), or, with SGD, in an `AssertionError` without a
# > text.
np.testing.assert_array_equal(_, [3, 4])
before = keras.Sequential([keras.Input((1,)), dense()])
with strategy.scope():
    inside = keras.Sequential([keras.Input((1,)), dense()])
    before.compile("sgd", "mse")
inside.compile("sgd", "mse")
fit(inside)
with pytest.raises(AssertionError) as ended:
    fit(before)
assert not str(ended.value)
outside = keras.Sequential([keras.Input((1,)), dense()])
with strategy.scope():
    outside.compile("adam", "mse")
with pytest.raises(RuntimeError, match="Need to be inside"):
    fit(outside)
alone(
    TWO_DEVICES
    + """
v[0].assign(9.0)
layer.kernel[0].assign([9.0])
assert copies(v) == [[9, 0], [0, 0]] and copies(layer.kernel.value) == [[[9]], [[1]]]


def write():
    number = tf.cast(tf.distribute.get_replica_context().replica_id_in_sync_group, tf.float32)
    v.assign(tf.stack([1 + number, 0]))
    mean.assign(tf.stack([1 + number, 0]))
    layer.kernel.assign([[1 + number]])


tf.function(lambda: strategy.run(write))()
assert copies(v) == [[1, 0], [2, 0]] and copies(mean) == [[1.5, 0], [1.5, 0]]
assert copies(layer.kernel.value) == [[[1]], [[2]]]
try:
    strategy.run(lambda: mean.assign(np.array([3.0, 4.0])))
    raise AssertionError("an array of float64 was taken")
except ValueError as error:
    assert "Tensor conversion requested dtype float32 for Tensor with dtype float64" in str(error)


class Total(keras.layers.Layer):
    def __init__(self, **joined):
        super().__init__()
        self.total = self.add_weight(shape=(), initializer="zeros", trainable=False, **joined)

    def call(self, inputs):
        self.total.assign(self.total + keras.ops.sum(inputs))
        return inputs


for joined, held in (({}, [10, 18]), ({"aggregation": "mean"}, [14, 14])):
    with strategy.scope():
        adding = Total(**joined)
        summed = keras.Sequential([keras.Input((1,)), adding, keras.layers.Dense(1)])
        summed.compile("sgd", "mse")
    adding.total.assign(0.0)
    rows = np.array([[1.0], [2], [3], [4], [3], [4], [5], [6]])
    summed.fit(rows, np.ones((8, 1)), batch_size=8, shuffle=False, verbose=0)
    assert copies(adding.total.value) == held
"""
)

# %% recipe-target-code-3
# > A target network follows another by a small part of the way, after each step.
# > In a `tf.function` the whole model moves in one call.
# > Give the rate as a tensor: a Python number would be traced anew for each value.
#
# > `weights` rather than `trainable_weights`: the averages of a `BatchNormalization` follow too.
# > (A weight of integers, such as a count, cannot go a part of the way: `assign` it, under `if "float" not in
# > goal.dtype`.)
# > A copy now and then instead is `target.set_weights(online.get_weights())`.
# > Explained in [Keep the same variable](../lessons/05_keep_the_same_variable.ipynb).
np.testing.assert_allclose(_, [10 - 10 * 0.9 * 0.9 * 0.5], rtol=1e-6)
assert follow.experimental_get_tracing_count() == 1
count, counted = keras.Variable(0, dtype="int32"), keras.Variable(7, dtype="int32")
with pytest.raises(tf.errors.InvalidArgumentError):
    count.assign_add(tf.constant(0.5) * (counted - count))
assert "float" not in count.dtype and "float" in keras.Variable(0.0, dtype="bfloat16").dtype
for number in (0.25, 0.125):
    follow(number)
assert follow.experimental_get_tracing_count() == 3
layer = built(keras.layers.BatchNormalization(), 2)
assert {w.name for w in layer.weights} - {w.name for w in layer.trainable_weights} == {
    "moving_mean",
    "moving_variance",
}
target.set_weights(online.get_weights())
assert all(a.numpy().tobytes() == b.numpy().tobytes() for a, b in zip(target.weights, online.weights, strict=True))

# %% recipe-flatten-code
# > To search over all weights at once, make them one vector: `ravel` flattens each variable, `np.concatenate` joins the
# > parts in the order of the list.
np.testing.assert_array_equal(_, [1, 2, 3, 4, 5, 6])

# %% recipe-flatten-code-3
# > The way back cuts the vector where each variable ends, and gives each part its variable's shape.
#
# > A vector of another length leaves some variables new and some old.
# > How SciPy's L-BFGS trains a model through such a vector: see [Move and resize
# > weights](../lessons/12_move_and_resize_weights.ipynb).
for longer in (np.zeros(5), np.zeros(7)):
    pair = [tf.Variable(tf.ones((2, 2))), tf.Variable(tf.ones(2))]
    with pytest.raises(ValueError, match="reshape"):
        for one, part in zip(pair, np.split(longer, [4]), strict=True):
            one.assign(part.reshape(one.shape))
    assert not pair[0].numpy().any() and pair[1].numpy().all()
np.testing.assert_array_equal(_[0], [[10, 20], [30, 40]])
np.testing.assert_array_equal(_[1], [50, 60])
several = [tf.Variable(3.0), *both([[1, 2, 3], [4, 5, 6]], "bfloat16"), *both(np.ones((2, 1, 2)), "float64")]
flat = np.concatenate([one.numpy().ravel() for one in several])
cuts = np.cumsum([one.numpy().size for one in several])
for one, part in zip(several, np.split(flat * 2, cuts[:-1]), strict=True):
    before = one.numpy()
    one.assign(part.reshape(one.shape))
    np.testing.assert_array_equal(one.numpy(), before * 2)

# %% recipe-save-code-2
# > `save_weights` writes the values of this moment, so save after the edit. The file's name must end in `.weights.h5`.
#
# > `load_weights` assigns: the assigned values are back, in the same variables. The file of a compiled model holds its
# > optimizer too, and an optimizer that is built gets the saved state: set a learning rate *after* loading.
np.testing.assert_array_equal(_, [[1, 2], [3, 4]])
with pytest.raises(ValueError, match=r"must end in `\.weights\.h5`"):
    model.save_weights(f"{folder.name}/edited.h5")
for dtype in ("float32", "bfloat16", *MIXED):
    one = built(keras.layers.Dense(2, dtype=dtype))
    small = compiled(one)
    one.kernel.assign([[5, 6], [7, 8]])
    kernel, file = one.kernel, f"{folder.name}/{dtype}.weights.h5"
    small.save_weights(file)
    for _ in range(2):
        one.kernel.assign([[0, 0], [0, 0]])
        small.load_weights(file)
        assert one.kernel is kernel
        np.testing.assert_array_equal(one.kernel.numpy(), [[5, 6], [7, 8]])
trained = compiled(dense(), inputs=1, optimizer=keras.optimizers.SGD(0.5, momentum=0.9))
fit(trained)
trained.save_weights(f"{folder.name}/trained.weights.h5")
for ready, rate in ((True, 0.5), (False, 0.25)):
    other = compiled(dense(), inputs=1, optimizer=keras.optimizers.SGD(0.25, momentum=0.9))
    if ready:
        other.optimizer.build(other.trainable_variables)
        other.load_weights(f"{folder.name}/trained.weights.h5")
    else:
        with pytest.warns(UserWarning, match="Skipping variable loading for optimizer"):
            other.load_weights(f"{folder.name}/trained.weights.h5")
    assert other.optimizer.learning_rate.numpy() == rate and bool(other.optimizer.iterations.numpy()) == ready

# %% recipe-save-code-3
# > For a variable of your own, `np.save` and `np.load` do.
# > (`pickle` takes a variable, and a Keras model of registered classes with its optimizer: to hand them to [another
# > process](#write-from-several-threads).)
# > `json.dumps` says `Object of type ndarray is not JSON serializable`: write `array.tolist()`, and make arrays of what
# > comes back.
# > A bfloat16 snapshot does not survive `np.save`: save it as float32, by `v.numpy().astype("float32")`.
with pytest.raises(TypeError, match="Object of type ndarray is not JSON serializable"):
    json.dumps(model.get_weights())
written = json.dumps([array.tolist() for array in model.get_weights()])
kept = model.get_weights()
model.set_weights([np.array(array) for array in json.loads(written)])
np.testing.assert_array_equal(model.get_weights()[0], kept[0])
np.testing.assert_array_equal(_, [10, 20])
for variable in both([1, 2]):
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(variable)), [1, 2])
pickled = compiled(dense(), inputs=1, optimizer="adam")
fit(pickled)
again = pickle.loads(pickle.dumps(pickled))
np.testing.assert_array_equal(again.weights[0], pickled.weights[0])
for mine, theirs in zip(again.optimizer.variables, pickled.optimizer.variables, strict=True):
    np.testing.assert_array_equal(mine, theirs)


class Unknown(keras.layers.Dense):
    pass


with pytest.raises(TypeError):
    pickle.loads(pickle.dumps(compiled(Unknown(1), inputs=1)))
for dtype in DTYPES:
    for variable in both([1, 2], dtype):
        snapshot = variable.numpy()
        if dtype == "bfloat16":
            np.save(f"{folder.name}/lost.npy", snapshot)
            with pytest.raises(ValueError):
                variable.assign(np.load(f"{folder.name}/lost.npy"))
            snapshot = variable.numpy().astype("float32")
        np.save(f"{folder.name}/kept.npy", snapshot)
        variable.assign([0, 0])
        variable.assign(np.load(f"{folder.name}/kept.npy"))
        np.testing.assert_array_equal(variable.numpy(), [1, 2])

# %% recipe-file-code-2
# since keras 3.6: a weights file holds the names of layers
# > A `.weights.h5` file is one of HDF5, so h5py opens it.
# > It numbers the layers kind by kind, `dense`, `dense_1`, and the weights of each in the order of `layer.weights`.
# > (The name that you gave a layer is `file["layers/dense/vars"].attrs["name"]`.
# > A `.keras` file is a zip archive, with such a file inside.)
#
# > `kernel[...]` reads the whole array and writes into the file; the file keeps shape and dtype.
# > Keep a copy: nothing is asked before.
import zipfile

np.testing.assert_array_equal(_, [[10], [10]])
with h5py.File(path, "r+") as file:
    assert file["layers/dense/vars"].attrs["name"] == "hidden"
    kernel, bias = (file[f"layers/dense_1/vars/{place}"] for place in (0, 1))
    np.testing.assert_array_equal(kernel[...], model.layers[1].weights[0])
    np.testing.assert_array_equal(bias[...], model.layers[1].weights[1])
    bias[...] = np.array([2.5], dtype="float64")
    assert bias.dtype == np.float32 and bias[...] == 2.5
    for value in (np.ones(2), np.ones((2, 1))):
        with pytest.raises(TypeError):
            bias[...] = value
model.load_weights(path)
assert model.layers[1].bias.numpy() == 2.5
model.save(f"{folder.name}/saved.keras")
with zipfile.ZipFile(f"{folder.name}/saved.keras") as archive:
    assert "model.weights.h5" in archive.namelist()
    archive.extract("model.weights.h5", folder.name)
with h5py.File(f"{folder.name}/model.weights.h5") as file:
    np.testing.assert_array_equal(file["layers/dense/vars/0"][...], [[10], [10]])

# %% recipe-resume-code-2
# > A second `fit` goes on where the first one ended, with the weights and the optimizer that the model has; only a new
# > optimizer begins anew.
# > A checkpoint of a compiled model holds its weights and its optimizer's memory. A `CheckpointManager` numbers the
# > files, and keeps the last ones.
going = compiled(dense(), inputs=1, optimizer="adam")
for count in (1, 2):
    fit(going)
    assert going.optimizer.iterations.numpy() == count
kept = going.get_weights()[0]
going.compile(going.optimizer, "mse")
assert going.optimizer.iterations.numpy() == 2 and going.get_weights()[0] == kept != 1
going.compile("adam", "mse")
assert going.optimizer.iterations.numpy() == 0 and going.get_weights()[0] == kept
assert saved == f"{folder.name}/ckpt-1" and len(manager.checkpoints) == 1
held = [key for key, _ in tf.train.list_variables(saved)]
assert sum(key.startswith("model/optimizer/_variables") for key in held) == 4  # two of Adam for each weight
numbered = tf.train.CheckpointManager(tf.train.Checkpoint(v=tf.Variable(0.0)), f"{folder.name}/n", max_to_keep=2)
assert [numbered.save() for _ in range(3)] == [f"{folder.name}/n/ckpt-{i}" for i in (1, 2, 3)]
assert numbered.checkpoints == [f"{folder.name}/n/ckpt-{i}" for i in (2, 3)]

# %% recipe-resume-code-3
# > The next program begins with the same lines. `restore_or_initialize` restores the newest file and returns its path;
# > from an empty folder it returns `None`, and nothing was restored.
#
# > The second `fit` is undone, and so is its step in the optimizer.
# > (Weights alone do not resume a training: the optimizer begins anew, and the loss may jump.
# > Where files of your own hold what `get_weights` gives, let them hold `[v.numpy() for v in
# > model.optimizer.variables]` as well.
# > The next program compiles, calls `model.optimizer.build(model.trainable_variables)`, and gives both back:
# > `model.set_weights(weights)`, `model.optimizer.set_weights(memory)`.)
whole_run = compiled(dense(), inputs=1, optimizer=keras.optimizers.Adam(0.1))
fit(whole_run, epochs=4)
weights, memory = whole_run.get_weights(), [v.numpy() for v in whole_run.optimizer.variables]
fit(whole_run)
ends = {}
for resumed in (True, False):
    next_run = compiled(dense(), inputs=1, optimizer=keras.optimizers.Adam(0.1))
    next_run.optimizer.build(next_run.trainable_variables)
    next_run.set_weights(weights)
    if resumed:
        next_run.optimizer.set_weights(memory)
    fit(next_run)
    ends[resumed] = (next_run.get_weights()[0] == whole_run.get_weights()[0]).all()
assert ends == {True: True, False: False}
assert _ == (True, 1)
program = """
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.1), "mse")
first = model.layers[0].kernel.numpy().tobytes()
checkpoint = tf.train.Checkpoint(model=model)
empty = tf.train.CheckpointManager(checkpoint, folder + "/empty", max_to_keep=2)
print(empty.restore_or_initialize(), model.layers[0].kernel.numpy().tobytes() == first)
tf.train.CheckpointManager(checkpoint, folder, max_to_keep=2).restore_or_initialize()
model.optimizer.build(model.trainable_variables)
print(*[one.numpy().tobytes().hex() for one in [*model.weights, *model.optimizer.variables]])
"""
there = alone(f"folder = {folder.name!r}\n{program}").split()
assert there[:2] == ["None", "True"]
assert there[2:] == [one.numpy().tobytes().hex() for one in [*model.weights, *model.optimizer.variables]]

# %% recipe-fits-code-3
# since keras 3.8: `by_name=True` loads an `.h5` file whose model has no weights of its own
# > `load_weights(..., skip_mismatch=True)` goes by the class and the place of a layer, warns, and may leave a layer
# > half loaded: the weights before the one that does not fit are the file's. To go by the names of layers, and by whole
# > layers, load the old model and copy.
# > (From an `.h5` file, as of Keras 2, `by_name=True` still does.)
with tempfile.TemporaryDirectory() as place, warnings.catch_warnings():
    warnings.simplefilter("ignore")
    older = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2), keras.layers.Dense(2, name="named")])
    older.save(f"{place}/old.h5")
    newer = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, name="named"), keras.layers.Dense(3)])
    newer.load_weights(f"{place}/old.h5", by_name=True)
np.testing.assert_array_equal(newer.layers[0].kernel, older.layers[1].kernel)
#
# > What was left keeps its first weights; to keep what the old head knew, [let it grow](#change-the-size-of-a-layer).
# > Layers inside layers are not looked into.
assert _ == ["head"]
np.testing.assert_array_equal(model.layers[0].kernel, old.layers[0].kernel)


class Pair(keras.layers.Layer):
    """Two weights, the second of so many entries."""

    def __init__(self, entries):
        super().__init__()
        self.first = self.add_weight(shape=(2,), initializer="zeros", name="first")
        self.second = self.add_weight(shape=(entries,), initializer="zeros", name="second")

    def call(self, inputs):
        return inputs


with tempfile.TemporaryDirectory() as place:
    pairs = [keras.Sequential([keras.Input((2,)), Pair(entries)]) for entries in (2, 3)]
    pairs[0].set_weights([np.ones(2), np.ones(2)])
    pairs[0].save_weights(f"{place}/pair.weights.h5")
    with pytest.warns(UserWarning, match="A total of 1 objects could not be loaded"):
        pairs[1].load_weights(f"{place}/pair.weights.h5", skip_mismatch=True)
np.testing.assert_array_equal(pairs[1].layers[0].first, [1, 1])
np.testing.assert_array_equal(pairs[1].layers[0].second, [0, 0, 0])
inner = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, name="deep")], name="inner")
assert "deep" not in [layer.name for layer in keras.Sequential([keras.Input((2,)), inner]).layers]

# %% recipe-exported-code
assert "Assets written to" in printed  # TensorFlow's word, not Keras's

# %% recipe-exported-code-2
assert "Assets written to" in printed

# %% recipe-exported-code-3
# since keras 3.10: a model around a `TFSMLayer` can be trained
# > A SavedModel, as `model.export` writes it, needs no code: its variables are there, can be assigned, and can be saved
# > again.
np.testing.assert_array_equal(_, [[20]])
np.testing.assert_array_equal(layer.kernel, [[1], [1]])
np.testing.assert_array_equal(tf.saved_model.load(f"{folder.name}/old").variables[0], [[1], [1]])
#
# > As a layer of a Keras model, `keras.layers.TFSMLayer(folder, call_endpoint="serve")` holds the same variables: they
# > are in `layer.weights`, can be assigned, and are trained by `fit`, those too that were frozen.
# > An export, or a file for TFLite, has the values of its moment: after a change of the model, export again.
exported = keras.layers.TFSMLayer(f"{folder.name}/new", call_endpoint="serve")
around = keras.Sequential([keras.Input((2,)), exported])
(held,) = around.weights
assert held is exported.weights[0]
np.testing.assert_array_equal(held, [[10], [10]])
held.assign([[7], [0]])
np.testing.assert_array_equal(around.predict(np.ones((1, 2)), verbose=0), [[7]])
around.compile("sgd", "mse")
fit(around)
assert (held.numpy() != [[7], [0]]).all()
cold = compiled(dense())
cold.trainable = False
cold.export(f"{folder.name}/cold")
thawed = keras.Sequential([keras.Input((2,)), keras.layers.TFSMLayer(f"{folder.name}/cold", call_endpoint="serve")])
thawed.compile("sgd", "mse")
fit(thawed)
assert (thawed.weights[0].numpy() != 1).all() and not cold.trainable_weights
of_now = compiled(dense())
of_now.export(f"{folder.name}/now")
lite = tf.lite.TFLiteConverter.from_saved_model(f"{folder.name}/now").convert()
first = tf.saved_model.load(f"{folder.name}/now")
of_now.layers[0].kernel.assign([[3], [4]])


def of_lite(content):
    """What the TFLite model makes of ones."""
    runs = tf.lite.Interpreter(model_content=content)
    runs.allocate_tensors()
    runs.set_tensor(runs.get_input_details()[0]["index"], np.ones((1, 2), "float32"))
    runs.invoke()
    return runs.get_tensor(runs.get_output_details()[0]["index"])


np.testing.assert_array_equal(of_lite(lite), [[2]])
np.testing.assert_array_equal(first.serve(tf.ones((1, 2))), [[2]])
of_now.export(f"{folder.name}/later")
later = tf.saved_model.load(f"{folder.name}/later")
np.testing.assert_array_equal(later.serve(tf.ones((1, 2))), [[7]])

# %% recipe-function-code-2
# > While TensorFlow traces a function there are no values, so there is no snapshot. Use TensorFlow operations there.
# > Pass limits and masks as arguments: an array taken from outside is frozen when the function is traced.
np.testing.assert_array_equal(_, [[0, 1, 2, 3, 4], [5, -1, -1, -1, -1]])
for variable in both([1, 2]):
    with pytest.raises(NotImplementedError, match="eager"):
        tf.function(variable.numpy, autograph=False)()
outside, inside = np.zeros(2, "float32"), tf.Variable([1.0, 1.0])
frozen = tf.function(lambda: inside.assign(inside * outside), autograph=False)
passed = tf.function(lambda mask: inside.assign(inside * mask), autograph=False)
frozen()
inside.assign([1, 1])
outside[:] = 5
frozen()
np.testing.assert_array_equal(inside, [0, 0])
inside.assign([1, 1])
passed(outside)
np.testing.assert_array_equal(inside, [5, 5])

# %% recipe-function-code-3
# > An argument should be a tensor of the variable's dtype, such as `tf.constant(5.0)`: then the next limit needs no new
# > trace. A Python number retraces for each new value. A NumPy array becomes a tensor of its own dtype, and a float32
# > variable refuses a float64 mask: pass `mask.astype("float32")`. A `tf.Variable` can be an argument as well: one
# > trace serves all of one shape and dtype, and a call writes to the one that it was given.
#
# > For a variable that is not float32, write the -1 as `tf.cast(-1, v.dtype)`. What fails there is shown in
# > [Error messages, and what they mean](errors.ipynb).
np.testing.assert_array_equal(_[0], [[0, 1, 2, 3, -1], [-1, -1, -1, -1, -1]])
assert _[1] == 1
w = tf.Variable(np.arange(10, dtype="float32").reshape(2, 5))


def traced():
    """A new function like that of the page, without AutoGraph."""
    return tf.function(lambda limit: w.assign(tf.where(w > limit, -1.0, w)), autograph=False)


for limits, traces in (((tf.constant(5.0), tf.constant(3.0)), 1), ((5.0, 4.0, 3.0), 3), ((5, 4), 2)):
    function = traced()
    for limit in limits:
        function(limit)
    assert function.experimental_get_tracing_count() == traces
for wrong in (np.float64(5), np.full((2, 5), 5.0), np.full((2, 5), 5)):
    with pytest.raises(TypeError, match="does not match type float32"):
        traced()(wrong)
half = tf.function(lambda given: given.assign(given / 2), autograph=False)
several = [tf.Variable([k + 1.0, 4.0]) for k in range(3)]
for k, given in enumerate(several):
    half(given)
    np.testing.assert_array_equal(given, [(k + 1) / 2, 2])
np.testing.assert_array_equal([one[0] for one in several], [0.5, 1, 1.5])
assert half.experimental_get_tracing_count() == 1
half(tf.Variable([1.0]))
half(tf.Variable([1.0, 2.0], dtype="float64"))
assert half.experimental_get_tracing_count() == 3
multiply = tf.function(lambda mask: w.assign(w * mask), autograph=False)
multiply(np.ones((2, 5), "float32"))
for dtype in ("float64", "int64", "bool"):
    tf.function(lambda: w.assign(w * np.ones((2, 5), dtype)), autograph=False)()  # noqa: B023 (as a closure it is cast)
    with pytest.raises((TypeError, ValueError), match="type"):
        multiply(np.ones((2, 5), dtype))
    multiply(np.ones((2, 5), dtype).astype("float32"))
for dtype in ("float16", "float64", "bfloat16", "int32"):
    variable = tf.Variable(tf.cast([1, 2], dtype))
    with pytest.raises(TypeError, match="float32"):
        tf.function(lambda one: one.assign(tf.where(one > 1, -1.0, one)), autograph=False)(variable)
    tf.function(lambda one: one.assign(tf.where(one > 1, tf.cast(-1, one.dtype), one)), autograph=False)(variable)
    np.testing.assert_array_equal(variable.numpy(), [1, -1])

# %% recipe-function-code-6
# > A whole training step, with its clipping, fits into one function: the tape, the optimizer's step, then the clip.
# > Build the optimizer before.
# > For a model, take `model.trainable_variables` in place of `[w]`, and clip a layer's kernel with the kernel's own
# > `assign`.
#
# > The data ask for the weights 3 and -2.
# > The loss stays above 0, since the limits hold.
np.testing.assert_array_equal(_[0], [[1], [-1]])
assert _[1] == 2.5 and train_step.experimental_get_tracing_count() == 1
np.testing.assert_allclose(np.linalg.solve(x, y), [[3], [-2]])
assert np.abs(w).max() == 1 and min(losses) > 0
for make in (keras.optimizers.SGD, keras.optimizers.Adam):
    clipped = keras.layers.Dense(1)
    whole = keras.Sequential([keras.Input((2,)), clipped])
    stepper = make(0.5)
    stepper.build(whole.trainable_variables)

    @tf.function(autograph=False)
    def model_step():
        with tf.GradientTape() as tape:
            error = tf.reduce_mean((whole(x) - 10 * y) ** 2)  # noqa: B023
        slopes = tape.gradient(error, whole.trainable_variables)  # noqa: B023
        stepper.apply_gradients(zip(slopes, whole.trainable_variables, strict=True))  # noqa: B023
        clipped.kernel.assign(tf.clip_by_value(clipped.kernel, -1, 1))  # noqa: B023

    for _step in range(20):
        model_step()
        assert np.abs(clipped.kernel).max() <= 1
    np.testing.assert_array_equal(clipped.kernel, [[1], [-1]])

# %% recipe-cond-code
# since keras 3.5: assign of a keras.Variable returns the new value
# > `tf.cond` runs one of two functions, so only that one writes.
#
# > Inside a `tf.function`, `if value > 5:` becomes a `tf.cond`.
# > In what Keras calls, such as a layer's `call`, a loss or `train_step`, it raises; write `keras.ops.cond` there, and
# > give each function a variable of its own: two that add to the same one raise, too.
# > The condition is a single boolean, and both functions must return as many tensors: where one has nothing to write,
# > let it return `v.read_value()`, or in a layer `0.0`.
assert _ == (0, 1)


def by_cond(test, one, other):
    tf.cond(test, lambda: one.assign_add(1.0), lambda: other.assign_add(1.0))


def by_if(test, one, other):
    if test:
        one.assign_add(1.0)
    else:
        other.assign_add(1.0)


for make in (tf.Variable, keras.Variable):
    for write in (by_cond, by_if):
        for wrap in (lambda f: f, tf.function, lambda f: tf.function(f, jit_compile=True)):
            for test, found in ((True, (1, 0)), (False, (0, 1))):
                pair = make(0.0), make(0.0)
                wrap(lambda test: write(test, *pair))(tf.constant(test))  # noqa: B023
                assert (pair[0].numpy(), pair[1].numpy()) == found
floats = tf.Variable(0.0), tf.Variable(0.0)
graph = tf.function(lambda test: by_if(test, *floats)).get_concrete_function(tf.TensorSpec((), tf.bool)).graph
assert {operation.type for operation in graph.get_operations()} & {"If", "StatelessIf"}


class Large(keras.layers.Layer):
    def __init__(self, by_cond, same=False):
        super().__init__()
        self.by_cond = by_cond
        self.large = self.add_weight(initializer="zeros", trainable=False)
        self.small = self.large if same else self.add_weight(initializer="zeros", trainable=False)

    def call(self, inputs):
        large = keras.ops.max(inputs) > 5
        if self.by_cond:
            keras.ops.cond(large, lambda: self.large.assign_add(1.0), lambda: self.small.assign_add(1.0))
        elif large:
            self.large.assign_add(1.0)
        return inputs


large = Large(by_cond=True)
steps = compiled(large, dense(), inputs=1)
steps.fit(np.arange(6.0)[:, None] + 1, np.ones((6, 1)), batch_size=2, verbose=0, shuffle=False)
assert (large.large.numpy(), large.small.numpy()) == (1, 2)


class Counts(keras.layers.Layer):
    def build(self, shape):
        self.count = self.add_weight(initializer="zeros", trainable=False)

    def call(self, inputs):
        keras.ops.cond(keras.ops.max(inputs) > 5, lambda: self.count.assign_add(1.0), lambda: 0.0)
        return inputs


counts = compiled(Counts(), dense(), inputs=1)
counts.fit(np.arange(6.0)[:, None] + 1, np.ones((6, 1)), batch_size=2, verbose=0, shuffle=False)
assert counts.layers[0].count.numpy() == 1
with pytest.raises(Exception, match="is accessed from false_fn"):
    compiled(Large(by_cond=True, same=True), dense())
with pytest.raises(Exception, match="as a Python `bool`"):
    fit(compiled(Large(by_cond=False), dense()))
one = tf.Variable(0.0)
for other in (one.read_value, lambda: None):
    only = tf.function(lambda test: (tf.cond(test, lambda: one.assign(5.0), other), None)[1], autograph=False)  # noqa: B023
    if other == one.read_value:
        only(tf.constant(False))
        assert one.numpy() == 0
        only(tf.constant(True))
        assert one.numpy() == 5
    else:
        with pytest.raises(ValueError, match="Lengths of branch outputs of cond must match"):
            only(tf.constant(True))
with pytest.raises(InvalidArgumentError, match="must be a scalar"):
    tf.function(lambda test: tf.cond(test, lambda: 1, lambda: 2))(tf.constant([True, False]))
with pytest.raises(ValueError, match="truth value"):
    tf.cond(tf.constant([True, False]), lambda: 1, lambda: 2)

# %% recipe-cond-code-2
# since keras 3.5: assign of a keras.Variable returns the new value
# > `tf.where` chooses between two results: by then both writes have happened.
#
# > To write a variable or leave it, `v.assign(tf.where(condition, new, v))` is enough.
assert _ == (1, 2)
for make in (tf.Variable, keras.Variable):
    for wrap in (lambda f: f, tf.function, lambda f: tf.function(f, jit_compile=True)):
        pair = make(0.0), make(0.0)
        wrap(lambda: (tf.where(True, pair[0].assign_add(1.0), pair[1].assign_add(1.0)), None)[1])()  # noqa: B023
        assert (pair[0].numpy(), pair[1].numpy()) == (1, 1)
    one = make([1.0, 2.0])
    for condition, found in ((False, [1, 2]), (True, [5, 6])):
        one.assign(tf.where(condition, [5.0, 6.0], one))
        np.testing.assert_array_equal(one, found)

# %% recipe-numpy-function-code-2
# since numpy 2.0: a number of NumPy's has a dtype that counts beside an array
# > `tf.numpy_function` calls NumPy each time that the traced function runs. Name the dtype that comes back: with
# > another it says `is int64, but expects float`. (Its shape is unknown: where a layer needs it,
# > `tf.ensure_shape(result, v.shape)`.) The array that goes in may be the variable's own memory, so return a new one
# > and leave that one as it is.
with pytest.raises(InvalidArgumentError, match="is int64, but expects float"):
    tf.function(lambda: tf.numpy_function(np.argsort, [v], tf.float32))()
shapes = []
tf.function(lambda: shapes.append(tf.numpy_function(np.sort, [v], tf.float32).shape))()
assert shapes == [tf.TensorShape(None)]
np.testing.assert_array_equal(_, [[1, 2, 3], [4, 5, 6]])
runs, w = [], tf.Variable([3.0, 1.0, 2.0])


def counted(values):
    runs.append(type(values))
    return np.sort(values)


@tf.function
def sort():
    w.assign(tf.numpy_function(counted, [w], tf.float32))


for _ in range(3):
    w.assign([3, 1, 2])
    sort()
    np.testing.assert_array_equal(w, [1, 2, 3])
assert runs == [np.ndarray] * 3 and sort.experimental_get_tracing_count() == 1
with pytest.raises(InvalidArgumentError, match="expects float"):
    tf.function(lambda: tf.numpy_function(lambda a: a * np.float64(1), [w], tf.float32), autograph=False)()


def in_place(values):
    values[0] = 99
    return np.float32(0)


tf.function(lambda: tf.numpy_function(in_place, [w], tf.float32), autograph=False)()
assert w.numpy()[0] == 99

# %% recipe-numpy-function-code-3
# > Gradients do not pass through NumPy. `tf.numpy_function` gives `None`. `tf.py_function` hands over tensors, and
# > gradients pass through TensorFlow operations in it to what is in its list, here `[v]`. A variable that it reads by
# > itself gets none, without a word; NumPy in it gives a gradient of 0, which is wrong, without a word.
two, half = tf.constant([3.0, 4.0]), tf.Variable([1.0, 2.0])
for listed, expected in (((), [11, 11]), ((half,), [20, 23])):
    with tf.GradientTape() as tape:
        inside = tf.py_function(lambda x, w=half: tf.reduce_sum(x * w), [two, *listed], tf.float32)
        loss = tf.reduce_sum(half) * inside
    np.testing.assert_array_equal(tape.gradient(loss, half), expected)
with tf.GradientTape() as tape:
    loss = tf.py_function(lambda x: tf.reduce_sum(x * half), [two], tf.float32)
assert tape.gradient(loss, half) is None
assert _[0] is None and _[2].numpy() == 0 and _[2].shape == ()
np.testing.assert_array_equal(_[1], np.ones((2, 3)))
w = tf.Variable([1.0, 2.0])


def gradient(loss):
    with tf.GradientTape() as tape:
        value = loss(w)
    return tape.gradient(value, w)


LOSSES = {
    "py_function, TensorFlow": lambda v: tf.py_function(lambda t: tf.reduce_sum(t * t), [v], tf.float32),
    "py_function, NumPy": lambda v: tf.py_function(lambda t: np.sum(t.numpy() ** 2), [v], tf.float32),
    "numpy_function": lambda v: tf.numpy_function(lambda a: np.sum(a * a), [v], tf.float32),
    "NumPy alone": lambda v: tf.constant(np.sum(v.numpy() ** 2)),
}
eager = {name: gradient(loss) for name, loss in LOSSES.items()}
del LOSSES["NumPy alone"]
graph = {name: tf.function(lambda: gradient(loss), autograph=False)() for name, loss in LOSSES.items()}  # noqa: B023
for found in (eager, graph):
    np.testing.assert_array_equal(found["py_function, TensorFlow"], [2, 4])
    assert found["py_function, NumPy"].numpy() == 0
    assert found["numpy_function"] is None
assert eager["NumPy alone"] is None

# %% recipe-numpy-function-code-5
# > In a loss, NumPy may therefore make what needs no gradient, such as weights for the samples. (Or write the gradient
# > yourself, as `cube` below does.) XLA cannot compile NumPy, so say `jit_compile=False`.
#
# > With `run_eagerly=True` in `compile`, a metric may be NumPy altogether. So may a loss, but then `fit` raises
# > `No gradients provided for any variable`.
#
# > A saved model does not take your Python code along: in another process, such a function raises
# > `Could not find callback with key`.
assert _[0] == 200 and _[0] > _[1] > _[2]  # 10 is over 5, so each error of 100 counts twice


def squared(y_true, y_pred):
    return np.mean((y_true.numpy() - y_pred.numpy()) ** 2)


@tf.custom_gradient
def by_hand(y_true, y_pred):
    mean = tf.numpy_function(lambda a, b: np.mean((a - b) ** 2), [y_true, y_pred], tf.float32)
    error = (y_pred - y_true) / tf.cast(tf.size(y_pred), tf.float32)
    return tf.ensure_shape(mean, ()), lambda upstream: (None, upstream * 2 * error)


by_keras = dense()
np.testing.assert_allclose(fit(compiled(by_keras)), 64)
own = dense()
np.testing.assert_allclose(fit(compiled(own, loss=by_hand)), 64)
np.testing.assert_allclose(own.kernel, by_keras.kernel, rtol=1e-6)
with pytest.raises(InvalidArgumentError, match="unsupported operations"):
    fit(compiled(dense(), loss=weighted, jit_compile=True))
measured = compiled(dense(), metrics=[squared], run_eagerly=True)
assert measured.fit(np.ones((8, 2)), np.full((8, 1), 10), verbose=0).history["squared"] == [64]
with pytest.raises(AttributeError, match="has no attribute 'numpy'"):
    fit(compiled(dense(), metrics=[squared]))
with pytest.raises(ValueError, match="No gradients provided for any variable"):
    fit(compiled(dense(), loss=squared, run_eagerly=True))
module = tf.Module()
module.sort = tf.function(lambda x: tf.numpy_function(np.sort, [x], x.dtype), input_signature=[tf.TensorSpec([2])])
with tempfile.TemporaryDirectory() as folder:
    tf.saved_model.save(module, folder)
    load = f"tf.saved_model.load({folder!r}).sort(tf.constant([2.0, 1.0]))"
    assert "Could not find callback with key" in alone(load, fails=True)

# %% recipe-xla-code-2
# > `jit_compile=True` makes one program of the whole function.
# > `assign`, `tf.where`, slices and scatter compile, and the variable stays the same one.
np.testing.assert_array_equal(_, [[0, 1, 2, 3, 4], [5, -1, -1, -1, -1]])
assert "HloModule" in replace_above.experimental_get_compiler_ir(tf.constant(5.0))(stage="hlo")
for dtype in DTYPES:
    for one in both([1, 2, 3], dtype):
        inner = one.value if isinstance(one, keras.Variable) else one
        for write, expected in (
            (lambda: one.assign(one * 2), [2, 4, 6]),  # noqa: B023
            (lambda: one.assign_add(tf.ones_like(one)), [3, 5, 7]),  # noqa: B023
            (lambda: one.assign(tf.where(one > 3, tf.zeros_like(one), one)), [3, 0, 0]),  # noqa: B023
            (lambda: inner[1:].assign(tf.cast([8, 9], inner.dtype)), [3, 8, 9]),  # noqa: B023
            (lambda: inner[1].assign(tf.cast(5, inner.dtype)), [3, 5, 9]),  # noqa: B023
            (lambda: inner.scatter_nd_update([[2]], tf.cast([7], inner.dtype)), [3, 5, 7]),  # noqa: B023
        ):
            tf.function(lambda: [write(), None][1], autograph=False, jit_compile=True)()  # noqa: B023
            np.testing.assert_array_equal(one.numpy().astype("float64"), expected)
            assert inner is getattr(one, "value", one) if isinstance(one, keras.Variable) else inner is one
        if "float" in dtype:
            with tf.GradientTape() as tape:
                squares = tf.function(lambda: tf.reduce_sum(inner**2), autograph=False, jit_compile=True)()  # noqa: B023
            np.testing.assert_array_equal(tf.cast(tape.gradient(squares, inner), tf.float64), [6, 10, 14])

# %% recipe-xla-code-3
# since tensorflow 2.20: XLA ends Python where a length that it cannot know is used
# > Compiled code checks less.
# > There is no row 7: nothing is written, and nothing is raised.
#
# > Nor do `tf.debugging.assert_less` and `tf.debugging.check_numerics` stop anything there.
# > Check rows and values before the call.
# > Where a length depends on values, as in `v.assign(tf.boolean_mask(v, v > 5))`, what `v` then holds is not defined,
# > and Python itself may end (`Check failed: size == kUnboundedSize`): use `tf.where`.
ended = alone(
    """
for _try in range(2000):  # in eight runs it took six of them at most
    v = tf.Variable(np.arange(8.0))
    keep = tf.function(lambda: v.assign(tf.boolean_mask(v, v > 5)), autograph=False, jit_compile=True)
    keep()
    keep()
raise SystemExit("it did not end")
""",
    fails=True,
)
assert "Check failed: size == kUnboundedSize" in ended
chosen = tf.Variable(np.arange(8, dtype="float32"))
set_zero = tf.function(lambda: chosen.assign(tf.where(chosen > 5, chosen, 0)), autograph=False, jit_compile=True)
set_zero()
np.testing.assert_array_equal(chosen, [0] * 6 + [6, 7])
#
# > NumPy [does not compile](errors.ipynb#detected-unsupported-operations-when-trying-to-compile-graph), a number
# > [does not fill a slice](errors.ipynb#automatic-broadcasting-not-yet-implemented), a shape
# > [does not change](errors.ipynb#cannot-be-changed-after-initialization).
np.testing.assert_array_equal(_, [[0, 1, 2, 3, 4], [5, -1, -1, -1, -1]])
zero_row(tf.constant(1))
np.testing.assert_array_equal(v, [[0, 1, 2, 3, 4], [0, 0, 0, 0, 0]])
for row in (2, 7, -1, -3):
    zero_row(tf.constant(row))
    np.testing.assert_array_equal(v, [[0, 1, 2, 3, 4], [0, 0, 0, 0, 0]])
    with pytest.raises(InvalidArgumentError, match="does not index into shape"):
        tf.function(zero_row.python_function, autograph=False)(tf.constant(row))


def below_zero():
    tf.debugging.assert_less(v, 0.0)
    return v * 1


for unchecked in (below_zero, lambda: tf.debugging.check_numerics(v / 0, "divided")):
    with pytest.raises(InvalidArgumentError):
        tf.function(unchecked, autograph=False)()
    tf.function(unchecked, autograph=False, jit_compile=True)()

# %% recipe-threads-code
# > `assign_add` reads and writes in one operation, so no addition is lost.
assert _ == 400


for dtype in DTYPES:
    for size in (1, 10_000):
        one = tf.Variable(tf.zeros(size, dtype))
        in_threads(lambda: one.assign_add(tf.ones_like(one)))  # noqa: B023
        np.testing.assert_array_equal(tf.cast(one, tf.float64), np.full(size, 200))

# %% recipe-threads-code-2
# > Processes are another matter.
# > Once TensorFlow has computed, a forked one, as `multiprocessing` makes it on Linux before Python 3.14, has its locks
# > and not its threads: `model.predict` waits in it for ever.
# > Start it with `multiprocessing.get_context("spawn")`, make the model in it, and pass arrays; what it assigns, the
# > others do not see.
FORKING = """
import multiprocessing
if multiprocessing.get_start_method() == "fork":
    model, x = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]), np.ones((1, 1))
    model.predict(x, verbose=0)
    child = multiprocessing.get_context("fork").Process(target=model.predict, args=(x,))
    child.start()
    child.join(timeout=3)
    assert child.is_alive()
    child.kill()
    child.join()
"""
SPAWNED = """
import keras
import numpy as np


def work(weights, x):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([weights * 2])
    return model.predict(x, verbose=0)
"""
SPAWNING = """
import multiprocessing
import worker
weights = tf.Variable([[3.0]])
with multiprocessing.get_context("spawn").Pool(1) as pool:
    assert pool.apply(worker.work, (weights.numpy(), np.ones((1, 1)))) == 6
assert weights.numpy() == 3
"""
asked = [sys.executable, "-c", "import multiprocessing; print(multiprocessing.get_start_method())"]
forks = "fork" in subprocess.run(asked, capture_output=True, text=True).stdout.split()
assert forks == (sys.platform == "linux" and sys.version_info < (3, 14))
EARLY = """
import multiprocessing
if multiprocessing.get_start_method() == "fork":
    def work():
        keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]).predict(np.ones((1, 1)), verbose=0)
    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    child.join()
    assert child.exitcode == 0
"""
alone(FORKING)
alone(EARLY)  # before TensorFlow has computed
with tempfile.TemporaryDirectory() as place:
    with open(f"{place}/worker.py", "w", encoding="utf8") as file:
        file.write(SPAWNED)
    alone(f"import sys\nsys.path.insert(0, {place!r})\n{SPAWNING}")

# %% recipe-threads-code-3
# > What reads first and writes later can lose what another thread writes in between: `v.assign(v + 1)`, and the
# > `assign_add` of a `keras.Variable` too (its `value.assign_add` does not).
# > `use_locking=True` does not help.
# > Hold a lock around both.
#
# > Hold it around the call of a `tf.function`, not inside: inside, it is taken while the function is traced, and not at
# > the calls.
# > Reading one variable needs no lock where it is assigned whole: `v.numpy()` returns the values before or after.
# > Of a slice, as in `v[:].assign(x)`, it can see a part written; there, hold the lock to read as well.
# > A model has several: `set_weights` writes one after the other, and a call in between computes with new weights and
# > old ones.
# > Hold the lock around `set_weights` and around each call, or load into a second model and exchange the two: `model =
# > new`.
chain = keras.Sequential([keras.Input((1,)), dense(), dense()])
computed, last = tf.function(chain), chain.layers[1].kernel
assert computed(tf.ones((1, 1))) == 1
assign, answers, held = last.assign, [], Lock()


def between(value):
    """Another thread asks before the second weight is written: with the lock it waits, and asks when all is done."""
    asking = threading.Thread(target=ask)
    asking.start()
    if not locked:
        asking.join(60)
    askers.append(asking)
    return assign(value)


def ask():
    with held if locked else nullcontext():
        answers.append(computed(tf.ones((1, 1))).numpy().item())


last.assign, askers = between, []
for locked, after in ((False, 2), (True, 6)):  # 1 * 1, then 2 * 1, then 2 * 3
    chain.layers[0].kernel.assign([[1]])
    assign([[1]])
    with held if locked else nullcontext():
        chain.set_weights([np.array([[2]]), np.array([[3]])])
    askers[-1].join(60)
    assert answers[-1] == after
assert _ == 600
meeting = threading.Barrier(4)


def met(value):
    meeting.wait(60)  # all four have read what they add to
    return value


class Meeting(keras.Variable):
    def assign(self, value):
        return super().assign(met(value))


for make, work, left in (
    (tf.Variable, lambda one: one.assign(met(one + 1)), 1),
    (tf.Variable, lambda one: one.assign(met(one + 1), use_locking=True), 1),
    (Meeting, lambda one: one.assign_add(1.0), 1),
    (Meeting, lambda one: one.value.assign_add(1.0), 4),
):
    one = make(0.0)
    in_threads(lambda: work(one), 4)  # noqa: B023
    assert one.numpy() == left


class Counted:
    taken = 0

    def __enter__(self):
        self.taken += 1

    def __exit__(self, *_error):
        return False


counted, one = Counted(), tf.Variable(0.0)


def add_inside():
    with counted:
        one.assign(one + 1)


inside = tf.function(add_inside)
for _call in range(5):
    inside()
assert one.numpy() == 5 and counted.taken == 1

large, ones, stop = tf.Variable(tf.zeros(1_000_000)), np.ones(1_000_000, "float32"), threading.Event()


def mixed(write, reads):
    """How many reads it took to see a mixture, while another thread writes; None if `reads` were not enough."""

    def writing():
        number = 0
        while not stop.is_set():
            number += 1
            write(ones * number)

    stop.clear()
    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(writing)
        try:
            return next((k for k in range(reads) if len({*(seen := large.numpy())[:: len(seen) // 100]}) > 1), None)
        finally:
            stop.set()
            writer.result()


for whole in (large.assign, large.assign_add):
    assert mixed(whole, 100) is None
assert mixed(large[:].assign, 20_000) is not None

# %% recipe-differentiate-code
# > `assign` cuts the path to the numbers that the new value was computed from.
# > To differentiate with respect to those, keep the new value as a tensor and compute with it.
assert _ == 10
for variable in both([[0, 0], [0, 0]]):
    with tf.GradientTape(persistent=True) as cut:
        variable.assign(scale * w)
        total = tf.reduce_sum(variable * 1.0)
    assert cut.gradient(total, scale) is None
    np.testing.assert_array_equal(cut.gradient(total, variable), [[1, 1], [1, 1]])

# %% recipe-differentiate-code-2
# > A Keras model takes tensors in place of its weights through `stateless_call`. Its arguments are the trainable
# > variables, the non-trainable variables and the input; it returns the outputs and the new non-trainable values. Not
# > weights: the seed of a `Dropout` is a variable and no weight, and without it the call raises `ValueError`.
#
# > Why `assign` gives no gradient there: see [Error messages, and what they mean](errors.ipynb).
assert _ == 10
outputs, values = called
np.testing.assert_array_equal(outputs, [[8, 12]])
assert [value.shape for value in values] == [one.shape for one in model.non_trainable_variables]
assert len(model.non_trainable_variables) == 1 and model.non_trainable_weights == []
assert "seed" in model.non_trainable_variables[0].path
with pytest.raises(ValueError, match="Received list with length 0, but expected 1 variables"):
    model.stateless_call(model.trainable_weights, model.non_trainable_weights, np.ones((1, 2)))

# %% recipe-stateless-code
# > In a `keras.StatelessScope` a model computes with the values that you give for its weights.
# > The weights keep their own.
assert _ == (30, 2)
np.testing.assert_array_equal(layer.kernel, [[1], [1]])

# %% recipe-stateless-code-2
# > The gradient reaches what the values were computed from: here, how far to go in a direction.
# > (The loss is the square of 2 + 3 `far`.)
#
# > Values are cast to the weight's dtype; another shape raises.
# > What is assigned inside ends with the scope, also what a `BatchNormalization` assigns in training.
# > Call the model itself there: a `predict` or a `tf.function` that is traced in the scope keeps the tried values after
# > it, silently.
# > To give values for all variables of a model at once, see
# > [`stateless_call`](#differentiate-through-a-new-value-where-assign-cannot-help).
assert _ == 12
for value in (0.0, 1.0, -2.0):
    far.assign(value)
    with keras.StatelessScope([(layer.kernel, layer.kernel + far * direction)]):
        assert tf.reduce_sum(model(x) ** 2).numpy() == (2 + 3 * value) ** 2
tens = np.array([[10.0], [20.0]])
for value in (tens, tens.tolist(), tens.astype("int64"), tf.constant(tens, tf.float16), tf.Variable(tens)):
    with keras.StatelessScope([(layer.kernel, value)]):
        assert model(x).numpy() == 30 and layer.kernel.value.dtype == tf.float32
for value in (tens.T, 1.0, np.ones((3, 1))):
    with pytest.raises(ValueError, match="a shape that matches the corresponding variable shape"):
        keras.StatelessScope([(layer.kernel, value)])
with keras.StatelessScope():
    layer.kernel.assign(tens)
    assert model(x).numpy() == 30
assert model(x).numpy() == 2
norm = built(keras.layers.BatchNormalization(), 1)
with keras.StatelessScope():
    norm(np.full((4, 1), 5.0), training=True)
    assert norm.moving_mean.numpy() != 0
np.testing.assert_array_equal(norm.moving_mean, [0])
called, fresh = tf.function(lambda: model(x)), tf.function(lambda: model(x))
assert called().numpy() == 2
with warnings.catch_warnings():
    warnings.simplefilter("error")
    with keras.StatelessScope([(layer.kernel, tens)]):
        assert model.predict(x, verbose=0) == 30 and fresh().numpy() == 30
    assert model.predict(x, verbose=0) == 30 and fresh().numpy() == 30
    assert model(x).numpy() == 2 and called().numpy() == 2
    layer.kernel.assign([[5], [5]])
    assert model.predict(x, verbose=0) == 30 and fresh().numpy() == 30
    layer.kernel.assign([[1], [1]])

# %% recipe-copies-code-2
# > Under a `MirroredStrategy`, a `BatchNormalization` moves its statistics on each device by what that device saw.
# > `numpy()` gives those of the first, and so do a checkpoint and a saved model.
# > Assign the mean of all before you save. (Here is one device; the lines are the same for several.)
np.testing.assert_array_equal(_, [1, 1])
alone("""
import tempfile
cpu, = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
x = np.arange(8.0).reshape(4, 2)
def trained(**options):
    with strategy.scope():
        norm = keras.layers.BatchNormalization(momentum=0.5, **options)
        model = keras.Sequential([keras.Input((2,)), norm])
        model.compile("sgd", "mse")
    model.fit(x, x, batch_size=4, shuffle=False, verbose=0)
    return norm, model, [copy.numpy() for copy in norm.moving_mean.value.values]
norm, model, (first, second) = trained()
np.testing.assert_allclose(first, x[:2].mean(axis=0) / 2, rtol=1e-5)
np.testing.assert_allclose(second, x[2:].mean(axis=0) / 2, rtol=1e-5)
np.testing.assert_array_equal(norm.moving_mean.numpy(), first)
with tempfile.TemporaryDirectory() as folder:
    path = tf.train.Checkpoint(norm=norm.moving_mean.value).write(f"{folder}/norm")
    np.testing.assert_array_equal(tf.train.load_variable(path, "norm/.ATTRIBUTES/VARIABLE_VALUE"), first)
    model.save(f"{folder}/model.keras")
    loaded = keras.models.load_model(f"{folder}/model.keras")
    np.testing.assert_array_equal(loaded.layers[0].moving_mean, first)
for weight in (norm.moving_mean, norm.moving_variance):
    copies = [copy.numpy() for copy in weight.value.values]
    weight.assign(np.mean(copies, axis=0))
for copy in norm.moving_mean.value.values:
    np.testing.assert_allclose(copy, (first + second) / 2)
norm, model, (first, second) = trained(synchronized=True)
np.testing.assert_allclose(first, x.mean(axis=0) / 2, rtol=1e-5)
np.testing.assert_array_equal(first, second)
""")

# %% recipe-total-code
# > `BatchNormalization(synchronized=True)` needs no such lines: it normalizes by what all devices see, and keeps the
# > same statistics on each.
assert total.numpy() == 0

# %% recipe-total-code-3
# > A total that is added when it is read (`ON_READ`, `SUM`) is saved as one number.
# > Restoring shares that out, and integers lose the rest: of 5, two devices get 2 each.
# > Read the number, and give it to one copy.
# > First, a total and its checkpoint.
#
# > Then, in the program that restores:
assert _ == 5 == saved
alone("""
import tempfile
cpu, = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
options = tf.VariableSynchronization.ON_READ, tf.VariableAggregation.SUM
with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    total = tf.Variable(0, synchronization=options[0], aggregation=options[1])
total.values[1].assign(5)
with tempfile.TemporaryDirectory() as folder:
    path = tf.train.Checkpoint(total=total).write(f"{folder}/total")
    saved = tf.train.load_variable(path, "total/.ATTRIBUTES/VARIABLE_VALUE")
    tf.train.Checkpoint(total=total).read(path)
assert saved == 5 and [copy.numpy() for copy in total.values] == [2, 2] and total.numpy() == 4
for copy in total.values:
    copy.assign(0)
total.values[0].assign(saved)
assert total.numpy() == 5
""")


# %% recipe-pytorch-code
# > A `BatchNorm` has the four arrays of a BatchNormalization, in the same order.
# > The number that it adds to the variance is another, 1e-5; leave `num_batches_tracked` out.
# > PyTorch gives 9.995 and 5.0:
#
# > To train on, PyTorch's `momentum=0.1` is `momentum=0.9` here.
# > (The running variance then differs a little: PyTorch divides by one less than the number of values.)
PYTORCH = [[9.995003700256348, 4.999995231628418]]  # torch.nn.BatchNorm2d(2).eval(), PyTorch 2.14.1
np.testing.assert_allclose(_, PYTORCH, rtol=1e-6)
assert [weight.name for weight in norm.weights] == ["gamma", "beta", "moving_mean", "moving_variance"]
assert keras.layers.BatchNormalization().epsilon == 0.001
other = built(keras.layers.BatchNormalization())
other.set_weights(norm.get_weights())
assert abs(other(np.array([[2.0, 6.0]])).numpy() - PYTORCH).max() > 0.4
trained = built(keras.layers.BatchNormalization(momentum=0.9), 1)
trained(np.array([[1.0], [3.0]]), training=True)
np.testing.assert_allclose(trained.moving_mean, [0.2], rtol=1e-6)  # PyTorch: running_mean 0.2, running_var 1.1
np.testing.assert_allclose(trained.moving_variance, [0.9 + 0.1 * np.var([1, 3])], rtol=1e-6)
np.testing.assert_allclose(1.1, 0.9 + 0.1 * np.var([1, 3], ddof=1))

# %% recipe-pytorch-code-2
# > A `Conv2d` with `padding=1` pads all four sides.
# > `padding="same"` pads what it needs, which is another thing where `strides` is 2: put a `ZeroPadding2D` before.
# > PyTorch gives 73 and 154, 279 and 438:
#
# > [Lesson 12](../lessons/12_move_and_resize_weights.ipynb) takes over linear layers, convolutions and an LSTM.
# > Four need more than a transpose.
# > The outputs to reach are PyTorch's own, of version 2.14, for the first three.
PYTORCH = [[73, 154], [279, 438]]  # torch.nn.Conv2d(1, 1, 3, stride=2, padding=1, bias=False), PyTorch 2.14.1
np.testing.assert_array_equal(_, PYTORCH)


def outputs(strides, *layers, **options):
    """The outputs of that kernel for the same input, in a model of its own."""
    one = keras.layers.Conv2D(1, 3, strides=strides, use_bias=False, **options)
    alone = keras.Sequential([keras.Input((4, 4, 1)), *layers, one])
    one.set_weights([kernel.transpose(2, 3, 1, 0)])
    return alone(np.arange(16).reshape(1, 4, 4, 1)).numpy()[0, :, :, 0]


assert (outputs(2, padding="same") != PYTORCH).all()
np.testing.assert_array_equal(outputs(1, padding="same"), outputs(1, keras.layers.ZeroPadding2D(1)))

# %% recipe-pytorch-code-3
# > A depthwise convolution is a `Conv2d` with as many `groups` as channels.
# > Its kernels stand channel by channel, here two for each.
# > PyTorch gives 14, 38, 214 and 302:
#
# > Other groups take the transpose of a plain convolution, and so does a `ConvTranspose2d`.
# > Its `padding=p, output_padding=q` is `padding="valid"` and a `Cropping2D(((p, p - q), (p, p - q)))` after it.
# > A bidirectional LSTM takes the three arrays of [lesson 12](../lessons/12_move_and_resize_weights.ipynb) twice, those
# > with `_reverse` in their names last; without `return_sequences` it returns what PyTorch calls `h_n`, which is not
# > `output[:, -1]`.
turns = np.random.default_rng(0)
way = lambda: [turns.normal(size=shape).astype("float32") for shape in ((3, 8), (2, 8), (8,))]  # noqa: E731
forth, back, words = way(), way(), turns.normal(size=(1, 4, 3)).astype("float32")


def by_hand(arrays, words):
    """All states of an LSTM by PyTorch's formulas: gates i, f, g, o."""
    state, memory, states = np.zeros(2), np.zeros(2), []
    for word in words[0]:
        i, f, g, o = np.split(word @ arrays[0] + state @ arrays[1] + arrays[2], 4)
        memory = memory / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
        state = np.tanh(memory) / (1 + np.exp(-o))
        states.append(state)
    return np.array(states)


states, reverse = by_hand(forth, words), by_hand(back, words[:, ::-1])
output, h_n = np.concatenate([states, reverse[::-1]], 1), np.concatenate([states[-1], reverse[-1]])
for sequences, expected in ((True, output), (False, h_n)):
    both_ways = keras.layers.Bidirectional(keras.layers.LSTM(2, return_sequences=sequences))
    both_ways.build((None, 4, 3))
    both_ways.set_weights([*forth, *back])
    np.testing.assert_allclose(both_ways(words)[0], expected, rtol=1e-4, atol=1e-6)
assert not np.allclose(h_n, output[-1], atol=0.01)
np.testing.assert_array_equal(_, [14, 38, 214, 302])  # torch.nn.Conv2d(2, 4, 2, groups=2, bias=False), PyTorch 2.14.1


def moved(layer, shape, inputs):
    """The layer's outputs, channels first, with PyTorch's kernel arange(...).reshape(shape), transposed."""
    layer.build(inputs.shape)
    layer.set_weights([np.arange(np.prod(shape)).reshape(shape).transpose(2, 3, 1, 0)])
    return layer(inputs).numpy()[0].transpose(2, 0, 1)


grouped = keras.layers.Conv2D(4, 1, groups=2, use_bias=False)  # torch.nn.Conv2d(4, 4, 1, groups=2, bias=False)
found = moved(grouped, (4, 2, 1, 1), np.arange(4.0).reshape(1, 1, 1, 4))
np.testing.assert_array_equal(found.ravel(), [1, 3, 23, 33])
plain = keras.layers.Conv2DTranspose(2, 2, strides=2, use_bias=False)  # torch.nn.ConvTranspose2d(1, 2, 2, stride=2)
found = moved(plain, (1, 2, 2, 2), np.arange(2.0).reshape(1, 1, 2, 1))
np.testing.assert_array_equal(found, [[[0, 0, 0, 1], [0, 0, 2, 3]], [[0, 0, 4, 5], [0, 0, 6, 7]]])
padded = keras.layers.Conv2DTranspose(1, 3, strides=2, padding="valid", use_bias=False)
found = moved(padded, (1, 1, 3, 3), np.arange(1.0, 5).reshape(1, 2, 2, 1))
p, q = 1, 1  # torch.nn.ConvTranspose2d(1, 1, 3, stride=2, padding=1, output_padding=1, bias=False)
cropped = keras.layers.Cropping2D(((p, p - q), (p, p - q)))(found[0][None, :, :, None]).numpy()[0, :, :, 0]
np.testing.assert_array_equal(cropped, [[4, 11, 8, 10], [10, 26, 18, 24], [12, 27, 16, 20], [21, 48, 28, 32]])


# %% recipe-rewind-code
# > A training goes on from its weights and from what the optimizer keeps: its slots, its step counter, its learning
# > rate.
# > Take a copy of all these variables.
assert [v.name for v in model.optimizer.variables[:2]] == ["iteration", "learning_rate"]
assert len(model.optimizer.variables) == 2 + 2 * len(model.trainable_weights)
assert len({id(v) for v in variables}) == len(variables)


# %% recipe-rewind-code-3
# > The way back assigns them all.
# > The same steps then give the same weights, to the bit.
#
# > `model.variables` rather than `model.weights`: it holds the state of the `Dropout`'s random numbers, too.
# > (All rows are one batch here.
# > Where `fit` shuffles several, their order is drawn anew: `shuffle=False`, or `keras.utils.set_random_seed` before
# > both.)
# > Before the first `fit` there are no slots to copy: call `model.optimizer.build(model.trainable_variables)`.
# > For the weights alone, `get_weights` and `set_weights` are enough.
early = compiled(dense(), inputs=1, optimizer="adam")
assert len(early.optimizer.variables) == 2
early.optimizer.build(early.trainable_variables)
assert len(early.optimizer.variables) == 4


# > To keep it in a file, see [Stop a training, and go on with it](#stop-a-training-and-go-on-with-it).
# > (No file of Keras and no checkpoint of a model holds the state of its random numbers, and `copy.deepcopy` begins
# > them anew. Name it: `tf.train.Checkpoint(model=model, seeds=[v.value for v in model.variables if "seed_generator" in
# > v.path])`.)
def dropping():
    one = compiled(dense(), keras.layers.Dropout(0.5, seed=3), inputs=1)
    return one, [v.value for v in one.variables if "seed_generator" in v.path]


(dropped, seeds), (fresh, begun) = dropping(), dropping()
fit(dropped, epochs=3)
assert len(seeds) == 1 and (seeds[0].numpy() != begun[0].numpy()).any()
with tempfile.TemporaryDirectory() as place:
    dropped.save(f"{place}/one.keras")
    dropped.save_weights(f"{place}/one.weights.h5")
    path = tf.train.Checkpoint(model=dropped).write(f"{place}/plain")
    named = tf.train.Checkpoint(model=dropped, seeds=seeds).write(f"{place}/named")
    assert not any("seed" in key for key, _shape in tf.train.list_variables(path))
    (weights_loaded, by_weights), (restored, by_restore) = dropping(), dropping()
    weights_loaded.load_weights(f"{place}/one.weights.h5")
    tf.train.Checkpoint(model=restored).read(path)
    loaded_again = keras.models.load_model(f"{place}/one.keras")
    others = [v.value for one in (loaded_again, copy.deepcopy(dropped)) for v in one.variables if "seed" in v.path]
    for state in (*by_weights, *by_restore, *others):
        assert (state.numpy() != seeds[0].numpy()).any()
    tf.train.Checkpoint(model=fresh, seeds=begun).read(named)
    np.testing.assert_array_equal(begun[0], seeds[0])
assert all(_)
assert len(model.variables) == len(model.weights) + 1 and len(x) <= 32
rows = np.random.default_rng(0).normal(size=(8, 2))


def steps(keep=(), seed=None, **options):
    """The weights after three epochs of single rows from the kept state, without those variables that keep names."""
    for v, value in zip(variables, kept, strict=True):
        if v.name not in keep:
            v.assign(value)
    if seed is not None:
        keras.utils.set_random_seed(seed)
    model.fit(rows, rows[:, :1], epochs=3, batch_size=1, verbose=0, **options)
    return np.concatenate([array.ravel() for array in model.get_weights()])


ordered = steps(shuffle=False)
assert (steps(shuffle=False) == ordered).all()
assert (steps(keep=("seed_generator_state",), shuffle=False) != ordered).any()
assert (steps(keep=("iteration",), shuffle=False) != ordered).any()
assert (steps() != steps()).any() and (steps(seed=1) == steps(seed=1)).all()


# %% recipe-save-code-4
# > Without Keras's files, `np.savez` keeps a list of arrays, in their order.
several = keras.Sequential([keras.Input((2,))] + [keras.layers.Dense(k + 1) for k in range(8)])
np.savez(f"{folder.name}/several.npz", *several.get_weights())
with np.load(f"{folder.name}/several.npz") as arrays:
    read = [arrays[name] for name in arrays.files]
for array, other in zip(several.get_weights(), read, strict=True):
    np.testing.assert_array_equal(array, other)
np.testing.assert_array_equal(_, [[1, 2], [3, 4]])

# %% recipe-move-code
# > A variable stays on the device on which it was made.
# > No `assign` moves it, under `tf.device` or of a tensor from elsewhere: the values are copied to where it is.
#
# > To have it elsewhere, make another one there, such as under `tf.device("GPU:0")`.
#
# > A layer is built under `tf.device`, too, and `layer.kernel.value.device` tells where its kernel is.
assert _.endswith("CPU:0")
TWO = """
[cpu] = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
with tf.device("CPU:0"):
    v = tf.Variable([1.0, 2.0])
with tf.device("CPU:1"):
    v.assign([3.0, 4.0])
    elsewhere = tf.constant([5.0, 6.0])
    moved, layer = tf.Variable(v), keras.layers.Dense(2)
    layer.build((None, 2))
v.assign(elsewhere)
assert v.device.endswith("CPU:0") and v.numpy().tolist() == [5, 6]
assert moved.device.endswith("CPU:1") and layer.kernel.value.device.endswith("CPU:1")
"""
alone(TWO)

# %% recipe-move-code-2
# > It is another variable: an optimizer that knows the first one [does not know it](errors.ipynb#unknown-variable).
assert _[0].tolist() == [3, 4] and moved is not v
optimizer = keras.optimizers.SGD()
optimizer.build([v])
with pytest.raises(ValueError, match="Unknown variable"):
    optimizer.apply([tf.ones(2)], [moved])


# %% recipe-remove-code-2
# > A pruned unit still takes its time.
# > To be rid of it, make a smaller layer.
# > Of its kernel keep the columns that stay, of its bias their entries, and of the next layer's kernel the rows of the
# > same numbers.
#
# > The small model computes what the large one would with zeros in the other rows of the next kernel.
# > Of a convolution, the filters that stay are `kernel[..., keep]`, and the next layer's inputs `kernel[:, :, keep]`.
# > (Of a BatchNormalization in between, keep the same entries of each of its four arrays.)
# > To take other inputs, such as grey pictures in place of coloured ones, sum over that axis: `kernel.sum(axis=2,
# > keepdims=True)` does what the old kernel did with three equal channels.
assert _ == (9, 17) and len(keep) == 2
x = np.random.default_rng(0).normal(size=(8, 2)).astype("float32")
emptied = next_kernel.copy()
emptied[np.setdiff1d(np.arange(4), keep)] = 0
large = keras.models.clone_model(model)
large.set_weights([kernel, bias, emptied, next_bias])
np.testing.assert_allclose(small(x), large(x), atol=1e-6)
between = keras.layers.BatchNormalization()
whole = keras.Sequential([keras.Input((2,)), keras.layers.Dense(4), between, keras.layers.Dense(1)])
whole.set_weights([np.random.default_rng(2).uniform(0.5, 2, size=w.shape) for w in whole.get_weights()])
w0, b0, *four, w1, b1 = whole.get_weights()
emptied = w1.copy()
emptied[np.setdiff1d(np.arange(4), keep)] = 0
whole.set_weights([w0, b0, *four, emptied, b1])
part = keras.Sequential(
    [keras.Input((2,)), keras.layers.Dense(2), keras.layers.BatchNormalization(), keras.layers.Dense(1)]
)
part.set_weights([w0[:, keep], b0[keep], *(array[keep] for array in four), w1[keep], b1])
np.testing.assert_allclose(part(x), whole(x), rtol=1e-4, atol=1e-5)
first, second = built_for_pictures(3, 4), built_for_pictures(4)
pictures = np.random.default_rng(0).normal(size=(1, 7, 7, 3)).astype("float32")
less, after = built_for_pictures(3, 2), built_for_pictures(2)
less.set_weights([first.kernel.numpy()[..., keep], first.bias.numpy()[keep]])
after.set_weights([second.kernel.numpy()[:, :, keep], second.bias.numpy()])
cut = first(pictures).numpy()
cut[..., np.setdiff1d(np.arange(4), keep)] = 0
np.testing.assert_allclose(after(less(pictures)), second(cut), atol=1e-5)
grey = built_for_pictures(1, 4)
grey.set_weights([first.kernel.numpy().sum(axis=2, keepdims=True), first.bias.numpy()])
one = pictures[..., :1]
np.testing.assert_allclose(grey(one), first(np.repeat(one, 3, axis=-1)), atol=1e-5)

# %% recipe-dtype-code
# > `set_weights` casts to the layer's dtype, and never changes that.
# > Make the layer anew with the other dtype, and give it the arrays.
#
# > Of a whole model, `keras.models.clone_model` does that with a `clone_function` which returns
# > `type(layer).from_config({**layer.get_config(), "dtype": "float16"})`; then `set_weights`.
# > To train in 16 bits, keep the weights in float32 and compute in the other: `dtype="mixed_bfloat16"`.
assert _ == ("float16", 8, 16)
whole = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "relu"), keras.layers.Dense(1)])
halved = keras.models.clone_model(
    whole, clone_function=lambda layer: type(layer).from_config({**layer.get_config(), "dtype": "float16"})
)
halved.set_weights(whole.get_weights())
assert {weight.dtype for weight in halved.weights} == {"float16"}
np.testing.assert_allclose(halved(np.ones((1, 2))), whole(np.ones((1, 2))), atol=1e-2)
full.set_weights(half.get_weights())
assert full.kernel.dtype == "float32"
np.testing.assert_array_equal(full.kernel.numpy(), half.kernel.numpy())
mixed = built(keras.layers.Dense(2, dtype="mixed_bfloat16"))
assert (mixed.kernel.dtype, mixed(np.ones((1, 2))).dtype) == ("float32", tf.bfloat16)


# %% recipe-stateless-code-4
# > In a `train_step`, the loss may be computed with noise in the weights, while the step moves the weights that have
# > none.
# > Here the rate is 0, to show that the noise does not stay.
# > (Called `loss`, the result would be [0 in the
# > history](errors.ipynb#no-error-but-the-history-says-that-the-loss-is-0).)
assert len({float(noisy) for noisy in _[0]}) == 3
np.testing.assert_array_equal(_[1], [[1], [1]])
inputs = keras.Input((1,))
other = Noisy(inputs, keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")(inputs))
other.compile(keras.optimizers.SGD(0.1), "mse")
other.fit(np.ones((4, 1)), np.zeros((4, 1)), epochs=30, verbose=0)
assert abs(other.get_weights()[0].item()) < 0.3  # noise that stayed would make it larger, at some time
still = Noisy(inputs, keras.layers.Dense(1)(inputs))
still.compile(keras.optimizers.SGD(0.0), "mse", run_eagerly=True)
kept = still.get_weights()


class Called(keras.Model):
    def train_step(self, data):
        return {"loss": Noisy.train_step(self, data)["noisy_loss"]}


called = Called(inputs, keras.layers.Dense(1)(inputs))
called.compile(keras.optimizers.SGD(0.0), "mse")
assert called.fit(np.ones((4, 1)), np.full((4, 1), 9.0), verbose=0).history["loss"] == [0]
still.fit(np.ones((4, 1)), np.zeros((4, 1)), epochs=3, verbose=0)
assert all(np.array_equal(*pair) for pair in zip(kept, still.get_weights(), strict=True))


# %% recipe-copy-code-5
# > To average one model over the epochs of its training, as SWA and Polyak's average do, let a callback keep its
# > weights, and write their mean at the end.
# > (`self.lists[-5:]` takes the last five epochs alone.
# > Of a large model, keep the sum instead.)
np.testing.assert_allclose(*_, rtol=1e-5)


class Factor(keras.layers.Layer):
    def build(self, shape):
        self.factor = self.add_weight(shape=(), initializer="ones", name="factor")

    def call(self, inputs):
        return inputs * self.factor


drawn = np.random.default_rng(0).normal(size=(8, 2))
for last in (4, 2):
    average = Average()
    inner = [keras.layers.Dense(2), keras.layers.BatchNormalization(), Factor(), keras.layers.Dense(1)]
    other = keras.Sequential(inner)  # `fit` builds it
    other.compile("sgd", "mse")
    other.fit(drawn, np.ones((8, 1)), epochs=4, verbose=0, callbacks=[average])
    if last == 2:
        average.lists = average.lists[-2:]
        average.on_train_end()
    for mine, *arrays in zip(other.get_weights(), *average.lists, strict=True):
        assert len(arrays) == last and (mine != arrays[-1]).any()
        np.testing.assert_allclose(mine, sum(arrays) / last, rtol=1e-4, atol=1e-6)


# %% recipe-pytorch-code-4
# > scikit-learn keeps a kernel as Keras does in an `MLPRegressor`, in `coefs_` and `intercepts_`, and transposed in a
# > `LogisticRegression`, in `coef_`.
from sklearn.neural_network import MLPRegressor

assert abs(_).max() < 1e-5
rows = np.random.default_rng(0).normal(size=(50, 3))
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    net = MLPRegressor(hidden_layer_sizes=(4, 5), max_iter=20).fit(rows, rows.sum(axis=1))
copied = keras.Sequential([keras.Input((3,)), *[keras.layers.Dense(n, "relu") for n in (4, 5)], keras.layers.Dense(1)])
copied.set_weights([array for pair in zip(net.coefs_, net.intercepts_, strict=True) for array in pair])
np.testing.assert_allclose(copied(rows).numpy()[:, 0], net.predict(rows), atol=1e-5)
classes = LogisticRegression().fit(rows, np.digitize(rows.sum(axis=1), [-1, 1]))
soft = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, "softmax")])
soft.set_weights([classes.coef_.T, classes.intercept_])
np.testing.assert_allclose(soft(rows), classes.predict_proba(rows), atol=1e-5)


# %% recipe-stateless-code-5
# > Many sets at once, as of a population: stack the values of each weight, and call the model for each entry.
# > Here the kernels are 1 and 1, 2 and 2, 3 and 3.
# > (Where one set after the other is assigned, call `model(x)`, or a `tf.function` of it, between two.
# > `predict` prepares a loop over batches, with its callbacks, each time.)
np.testing.assert_array_equal(_, [2, 4, 6])
np.testing.assert_array_equal(stacked[0][:, :, 0], [[1, 1], [2, 2], [3, 3]])
begun, told = [], keras.callbacks.LambdaCallback()
told.on_predict_begin = begun.append
for n in (1, 2, 3):
    model.set_weights([np.full((2, 1), n)])
    np.testing.assert_array_equal(model(x), [[2 * n]])
    np.testing.assert_array_equal(model.predict(x, verbose=0, callbacks=[told]), [[2 * n]])
assert len(begun) == 3
rows = np.random.default_rng(0).normal(size=(4, 2)).astype("float32")
several = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "tanh"), keras.layers.Dense(1)])
sets = [[array + 0.1 * k for array in several.get_weights()] for k in range(5)]
stacked = tuple(tf.constant(np.stack(arrays)) for arrays in zip(*sets, strict=True))
kept = several.get_weights()
found = tf.vectorized_map(lambda values: several.stateless_call(list(values), [], rows)[0], stacked)
assert all(map(np.array_equal, kept, several.get_weights()))
for weights, each in zip(sets, found, strict=True):
    several.set_weights(weights)
    np.testing.assert_allclose(each, several(rows), rtol=1e-5, atol=1e-6)


# %% recipe-differentiate-code-3
# > A step of gradient descent is such a value, too, as in meta-learning (MAML).
# > Keep it as a tensor, and compute the inner gradient inside the outer tape.
np.testing.assert_allclose(_, [2 * 0.64, 4 * 0.64], rtol=1e-6)  # of (0.8 x) ** 2


# %% recipe-embedding-code-3
# since keras 3.15: a constraint may be a plain function
# > To train some rows and hold the others in `fit`, give the table a constraint, before `compile`.
# > Here row 2 is trained.
np.testing.assert_array_equal(_[[0, 1, 3]], [[7, 7, 7], [0, 0, 0], [8, 8, 8]])
assert (_[2] != [1, 2, 3]).all()
model.fit(np.array([[0, 2], [2, 3]]), np.ones((2, 1)), epochs=5, verbose=0)
np.testing.assert_array_equal(layer.embeddings.numpy()[[0, 1, 3]], [[7, 7, 7], [0, 0, 0], [8, 8, 8]])


# %% recipe-target-code-5
# > With Lookahead the weights themselves go back, every few batches, to a point between slow weights and their own,
# > where the slow ones then are as well.
# > It goes beside any optimizer:
class Watch(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        seen.append(self.model.get_weights()[0].item())


for kind in (keras.optimizers.SGD, keras.optimizers.Adam):
    seen = []
    one = compiled(dense(), inputs=1, optimizer=kind(0.01))
    one.set_weights([np.array([[4]])])
    one.fit(np.ones((10, 1)), np.zeros((10, 1)), batch_size=1, verbose=0, callbacks=[Watch(), Lookahead(), Watch()])
    before, after = seen[::2], seen[1::2]
    middle = (4 + before[4]) / 2
    np.testing.assert_allclose([after[4], after[9]], [middle, (middle + before[9]) / 2], rtol=1e-6)
    assert before[:4] == after[:4] and before[5:9] == after[5:9]


# %% recipe-pytorch-code-5
# > A `MultiheadAttention` keeps query, key and value in one `in_proj_weight`, and one matrix for all heads.
# > Here are 2 heads for 4 features. (Outputs as by PyTorch's formula.)
def heads(values):
    """PyTorch's order: the columns of one head stand side by side."""
    return values.reshape(3, 2, 2).transpose(1, 0, 2)


query, key, value = (
    heads(words[0] @ kernel.T + bias)
    for kernel, bias in zip(np.split(state["in_proj_weight"], 3), np.split(state["in_proj_bias"], 3), strict=True)
)
scores = np.exp(query @ key.transpose(0, 2, 1) / np.sqrt(2))
looked_at = (scores / scores.sum(axis=-1, keepdims=True) @ value).transpose(1, 0, 2).reshape(3, 4)
np.testing.assert_allclose(_[0], looked_at @ state["out_proj.weight"].T + state["out_proj.bias"], atol=2e-3)


# %% recipe-gradients-code-4
# > To log how large they are, let an optimizer keep their norm, and a callback put it into the history.
# > (No callback is given the gradients, and the `TensorBoard` of Keras 3 has no `write_grads`.)
#
# > It is that of the last batch, before any clipping.
np.testing.assert_allclose(_[0], np.sqrt(8), rtol=1e-5)  # the slopes of (kernel + bias) ** 2 are 2 and 2
assert len(_) == 3 and _[0] > _[1] > _[2]
with pytest.raises(TypeError, match="write_grads"):
    keras.callbacks.TensorBoard(write_grads=True)
clipping = compiled(dense(), inputs=1, optimizer=Telling(0.0, clipnorm=0.5))
rows = np.array([[1.0], [2.0], [3.0]])
clipping.fit(rows, rows * 0, batch_size=1, shuffle=False, verbose=0)
np.testing.assert_allclose(norm, 2 * 3 * 3, rtol=1e-5)


# %% recipe-numpy-function-code-6
np.testing.assert_allclose(_, 3 * v.numpy() ** 2)
cubed = compiled(keras.layers.Dense(1, use_bias=False, kernel_initializer="ones", activation=cube), inputs=1)
cubed.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=False)
cubed.fit(np.ones((4, 1)), np.zeros((4, 1)), verbose=0)
np.testing.assert_allclose(cubed.layers[0].kernel, [[1 - 0.1 * 2 * 3]], rtol=1e-5)
