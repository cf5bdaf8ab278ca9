"""Claims of the page of error messages."""

import copy
import importlib.util
import json
import numbers
import operator
import re
import subprocess
import sys
import tempfile
import time
import warnings
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path

import keras
import ml_dtypes
import numpy as np
import tensorflow as tf
from pytest import raises, warns

from assignlab import environment
from course import ROOT
from own_process import alone

# What versions said that this course does not run, as their sources have it:
# free: (Keras 2 said `The optimizer cannot recognize variable`.)
# free: (Older versions said `tf.function-decorated function tried to create variables on non-first call`.)

FLOATS = [tf.float16, tf.bfloat16, tf.float32, tf.float64]
SMALL = ("float8_e4m3fn", "float8_e5m2", "float4_e2m1fn", "int4", "uint4", "int2", "uint2")
FOREIGN = [tf.bfloat16]  # NumPy has them from ml_dtypes; which there are depends on TensorFlow's version
FOREIGN += [getattr(tf.dtypes.experimental, name) for name in SMALL if hasattr(tf.dtypes.experimental, name)]
PLAIN = [
    tf.float16,
    tf.float32,
    tf.float64,
    tf.int8,
    tf.int32,
    tf.int64,
    tf.uint8,
    tf.bool,
    tf.complex64,
    tf.complex128,
]
KINDS = (tf.Variable, keras.Variable)
InvalidArgument = tf.errors.InvalidArgumentError


def some(kind=tf.Variable, dtype=tf.float32):
    """A variable of its own for a proof: [[1, 2], [3, 4]]."""
    return kind([[1, 2], [3, 4]], dtype=dtype if kind is tf.Variable else tf.as_dtype(dtype).name)


def same(actual, expected):
    """True for equal values and shapes, also of a variable; else NumPy's AssertionError, with the difference."""
    actual = actual.numpy() if hasattr(actual, "numpy") else np.asarray(actual)
    np.testing.assert_array_equal(actual, expected)
    return actual.shape == np.shape(expected)


@contextmanager
def silence():
    """Nothing warns in here."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def function(call, *fixed):
    """A `tf.function` of call(*fixed, ...): its first arguments stay what they are, the others become tensors."""
    return tf.function(lambda *inputs: call(*fixed, *inputs), autograph=False)


@contextmanager
def module_of(code):
    """A module of this code, whose source AutoGraph can read."""
    with tempfile.TemporaryDirectory() as place:
        (path := Path(place) / "proof.py").write_text(f"import keras\nimport tensorflow as tf\n{code}", encoding="utf8")
        specified = importlib.util.spec_from_file_location("proof", path)
        sys.modules["proof"] = module = importlib.util.module_from_spec(specified)  # it looks for a lambda there
        specified.loader.exec_module(module)
        try:
            yield module
        finally:
            del sys.modules["proof"]


def gradient_of(loss, *sources):
    """The gradients of loss() as a tape takes them."""
    with tf.GradientTape() as tape:
        value = loss()
    return tape.gradient(value, sources)


@contextmanager
def unlogged():
    """TensorFlow logs nothing on the page."""
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel("CRITICAL")
    try:
        yield
    finally:
        logger.setLevel(level)


def holding(inner, kind=keras.Model):
    """A model, or a layer, of its own class that calls a layer."""

    class Holding(kind):
        def __init__(self):
            super().__init__()
            self.inner = inner

        def call(self, x):
            return self.inner(x)

    return Holding()


def fitted(layer):
    """Train one step of rate 0 with the layer in a model that is not built yet."""
    net = keras.Sequential([layer])
    net.compile(keras.optimizers.SGD(0.0), "mse")
    net.fit(np.ones((1, 1)), np.ones((1, 1)), verbose=0)


# How a layer is first called: where what its `build` assigns is lost, and where it is kept.
LOSES = {
    "fit": fitted,
    "predict": lambda layer: keras.Sequential([layer]).predict(np.ones((1, 1)), verbose=0),
    "function": lambda layer: tf.function(lambda x: layer(x))(tf.ones((1, 1))),
    "layer": lambda layer: holding(layer, keras.layers.Layer)(np.ones((1, 1))),
    "model": lambda layer: holding(layer)(np.ones((1, 1))),
}
KEEPS = {
    "itself": lambda layer: layer(np.ones((1, 1))),
    "input": lambda layer: keras.Sequential([keras.Input((1,)), layer]),
    "list": lambda layer: keras.Sequential([layer])(np.ones((1, 1))),
}


def made_of_its_own(build):
    """A model of its own class, built by its `build`."""

    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.out = keras.layers.Dense(1)

        def call(self, inputs):
            return self.out(inputs)

    Net.build = build
    net = Net()
    net.build((None, 2))
    return net


def dense(*units, **settings):
    """A compiled model of Dense layers that begin with ones, for one input."""
    layers = [keras.layers.Dense(n, use_bias=False, kernel_initializer="ones") for n in units]
    model = keras.Sequential([keras.Input((1,)), *layers])
    model.compile(settings.pop("optimizer", "sgd"), "mse", **settings)
    return model


def fit(model, epochs=10):
    """Train on four equal rows. Some epochs, or TensorFlow counts the models and warns of retracing on the page."""
    model.fit(np.ones((4, 1)), np.zeros((4, 1)), epochs=epochs, verbose=0)
    return [weights.copy() for weights in model.get_weights()]


# free: See [Recipes](recipes.ipynb) for a task rather than an error.
# free: The examples share these lines.
# free: What else has no `assign`:
# free: See [Write to every copy](../lessons/15_many_devices.ipynb).
# free: Look at both shapes first: that of the variable, and that of what you give it.
# free: Look at both dtypes first: that of the variable, and that of what you give it.
# free: See also [Keep the same variable](../lessons/05_keep_the_same_variable.ipynb).
# free: See also [Reshape, edit, assign](../lessons/03_reshape_and_assign.ipynb).
# free: See the recipe [Try a change, and take it back](recipes.ipynb#try-a-change-and-take-it-back).
# free: See the recipes [Edit weights inside tf.function](recipes.ipynb#edit-weights-inside-tffunction) and [Use
#       NumPy inside a loss or a tf.function](recipes.ipynb#use-numpy-inside-a-loss-or-a-tffunction).
# free: See the recipe [Compile an update with XLA](recipes.ipynb#compile-an-update-with-xla).
# free: See the recipes [Compile an update with XLA](recipes.ipynb#compile-an-update-with-xla) and [Let the shape
#       itself change](recipes.ipynb#let-the-shape-itself-change).
# free: For other updates, see the recipe [Write from several threads](recipes.ipynb#write-from-several-threads).
# free: See [other causes](#no-error-but-the-gradient-is-none).
# free: See the recipe [Change one entry, a slice or some
#       rows](recipes.ipynb#change-one-entry-a-slice-or-some-rows).
# free: See also the recipe [Differentiate through a new
#       value](recipes.ipynb#differentiate-through-a-new-value-where-assign-cannot-help).
# free: See the recipe [Save and load edited weights](recipes.ipynb#save-and-load-edited-weights).
# free: See the recipe [Change a model whose code is gone](recipes.ipynb#change-a-model-whose-code-is-gone).
# free: See the recipe [Keep a count in a layer](recipes.ipynb#keep-a-count-in-a-layer).
# free: See the recipe [Keep entries frozen during training](recipes.ipynb#keep-entries-frozen-during-training).
# free: See the recipe [Reset a layer, and the optimizer's memory of
#       it](recipes.ipynb#reset-a-layer-and-the-optimizers-memory-of-it).
# free: See also the recipe [Reset a layer, and the optimizer's memory of
#       it](recipes.ipynb#reset-a-layer-and-the-optimizers-memory-of-it).
# free: See the recipe [Change the learning rate](recipes.ipynb#change-the-learning-rate).
# free: See the recipe [Change weights that the optimizer
#       averages](recipes.ipynb#change-weights-that-the-optimizer-averages).
# free: See the recipe [Clip or mask after every training
#       step](recipes.ipynb#clip-or-mask-after-every-training-step).

# %% setup
# > Look at `v.numpy()` after an edit: here no message says that it went wrong.
#
# > Each section shows a message, then the reason, then what to write.
# > It needs the setup and nothing from the other sections.
# > Where the message needs a longer preparation, that code is folded, and the reason stands above it.
# > The last group, [Nothing is raised](#nothing-is-raised), is for a wrong result without a message.
#
# > The messages are those of TensorFlow 2.21 and Keras 3.15 on a CPU.
#
# > Paste your message into the search as it is, or the whole traceback: the first result is its section.
#
# > `%xmode Minimal` leaves out the traceback.
# > A *snapshot* is the copy that `v.numpy()` returns; see the [glossary](glossary.md).
assert tf.Variable(matrix).numpy().flags.owndata
assert get_ipython().InteractiveTB.mode == "Minimal"
assert environment.pins()["tensorflow"].startswith("2.21.") and environment.pins()["keras"].startswith("3.15.")
assert not tf.config.list_physical_devices("GPU")
pages = (ROOT / "tests/test_pages.py").read_text("utf8")
for name in ("section_of_a_reference_page_needs_no_other", "section_of_the_errors_page_shows_its_message_first"):
    assert f"def test_a_{name}" in pages
assert "test_every_message_of_the_errors_page_leads_to_its_section" in (ROOT / "tests/test_search.py").read_text("utf8")

# %% error-item-assignment-code
# raises TypeError: 'ResourceVariable' object does not support item assignment
# > Square brackets on the left of `=` cannot write into a variable.
#
# > An index that a variable refuses may suit NumPy: then edit a snapshot and assign it.
for index in (matrix > 2, np.array([0, 1]), ([0, 1], [1, 0])):
    with raises(TypeError):
        some()[index] = 9
    values = some().numpy()
    values[index] = 9
    other = some()
    other.assign(values)
    assert same(other, values) and (values == 9).sum() >= 2
for kind in KINDS:
    for dtype in [*FLOATS, tf.int32]:
        other = some(kind, dtype)
        for index in (0, (0, 0), slice(1), [0, 1], ()):
            with raises(TypeError, match=r"'(Resource)?Variable' object does not support item assignment"):
                other[index] = 9
        assert same(other, matrix)


@tf.function
def traced():
    other[0] = 9


with raises(TypeError, match="'Variable' object does not support item assignment"):
    traced()

# %% error-item-assignment-code-2
# > Assign to the entry, or, for more than a few entries, edit a snapshot and assign that.
assert same(_, [[9, 0], [3, 0]])
assert same(v, _)

# %% error-item-assignment-code-4
# raises TypeError: tensorflow.python.framework.ops.EagerTensor' object does not support item assignment
# > A tensor refuses as well.
# > The message names its class with the module in front.
assert same(t, matrix)

# %% error-item-assignment-code-5
# > A tensor's entries have no `assign` either.
# > Make a new tensor instead.
# > (Of a whole column, with its gradient: `tf.where([True, False], tf.sigmoid(t), t)`.)
watched = tf.Variable(matrix)
slope = gradient_of(lambda: tf.reduce_sum(tf.where([True, False], tf.sigmoid(watched), watched)), watched)[0].numpy()
sigmoid = 1 / (1 + np.exp(-matrix[:, 0]))
np.testing.assert_allclose(slope, np.stack([sigmoid * (1 - sigmoid), [1, 1]], 1), rtol=1e-5)
np.testing.assert_allclose(tf.where([True, False], tf.sigmoid(t), t)[:, 0], sigmoid, rtol=1e-6)
assert same(tf.where([True, False], tf.sigmoid(t), t)[:, 1], [2, 4])
assert same(_, [[9, 2], [3, 4]])
assert same(t, matrix)
assert not hasattr(t[0, 0], "assign") and not hasattr(t, "assign")

# %% error-scalar-item-code
# raises TypeError: 'numpy.float32' object does not support item assignment
# > The snapshot of a variable with shape `()` is a NumPy number, not an array, and a number has no entries.
for kind in KINDS:
    for dtype in FLOATS:
        number = kind(1.0, dtype=dtype.name).numpy()
        assert not isinstance(number, np.ndarray) and number.dtype == dtype.as_numpy_dtype
        for index in (..., 0, ()):
            with raises(TypeError, match="does not support item assignment"):
                number[index] = 5

# %% error-scalar-item-code-2
# > Assign the new number.
assert _ == 5 == scale.numpy()

# %% error-no-assign-code
# raises AttributeError: EagerTensor' object has no attribute 'assign'
# > You are holding a tensor.
#
# > A variable is neither a NumPy array nor a number.
for kind in KINDS:
    for value in (matrix, 1.0, 1):
        assert not isinstance(kind(value), np.ndarray | numbers.Number)
#
# > `v[mask]` and `v * 2` make new tensors; so does `v = v * 2`, which also gives the variable's name away.
for kind in KINDS:
    other = some(kind)
    for made in (other[matrix > 2], other * 2):
        assert tf.is_tensor(made) and not isinstance(made, KINDS) and not hasattr(made, "assign")
    name = other
    name = name * 2
    assert not isinstance(name, KINDS)
    assert same(other, matrix)

# %% error-no-assign-code-2
# > Use the mask on the snapshot, with `np.where` for example.
#
# > In a `tf.function`, a name that is bound in a loop over `tf.range`, or in an `if` or `while` on a tensor, becomes a
# > tensor, as in `v = v[0].assign(1)`: leave out `v =`. A Keras variable that is the argument of a `tf.function` is a
# > tensor inside: pass its `.value`.
#
# > `'numpy.ndarray' object has no attribute 'assign'`: you are holding an array. Give it to the variable's `assign`.
#
# > If it was the learning rate, the optimizer [was made with a schedule](#hence-its-learning-rate-is-not-settable),
# > or, where it is `'function' object has no attribute 'assign'`, with [a
# > function](#should-be-float-or-an-instance-of-learningrateschedule).
#
# > `module 'tensorflow' has no attribute 'assign'`: the advice is for TensorFlow 1. Write `v.assign(values)`.
#
# > `'KerasTensor' object has no attribute 'assign'`: there [are no values
# > yet](#a-kerastensor-cannot-be-used-as-input-to-a-tensorflow-function).
with raises(AttributeError, match="'KerasTensor' object has no attribute 'assign'"):
    keras.Input((2,)).assign([[1, 2]])
planned = keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.5, 10, 0.9))
with raises(AttributeError, match="object has no attribute 'assign'"):
    planned.learning_rate.assign(0.1)
with raises(AttributeError, match="module 'tensorflow' has no attribute 'assign'"):
    tf.assign
first = some()
tf.compat.v1.assign(first, matrix * 2)  # what TensorFlow 1 called tf.assign
second = some()
second.assign(matrix * 2)
assert same(first, second.numpy())
with raises(AttributeError, match=r"'numpy.ndarray' object has no attribute 'assign'"):
    v.numpy().assign(matrix)
assert same(_, [[1, 2], [0, 0]])
double, given = tf.function(lambda one: one.assign(one * 2)), some(keras.Variable)
with raises(AttributeError, match="object has no attribute 'assign'"):
    double(given)
double(given.value)
assert same(given, matrix * 2)
BOUND = """
def in_a_loop(v):
    for i in tf.range(2):
        v = v[0].assign([i, i])
def in_an_if(v):
    if tf.reduce_sum(v) > 0:
        v = v.assign_add([[1, 1], [1, 1]])
    v.assign(v)
def in_a_while(v):
    i = tf.constant(0)
    while i < 2:
        v, i = v.assign(v * 2), i + 1
def unbound(v):
    for i in tf.range(2):
        v[0].assign([9, 9])
"""
with module_of(BOUND) as bound:
    for function in (bound.in_a_loop, bound.in_an_if, bound.in_a_while):
        with raises(AttributeError, match="object has no attribute 'assign'"):
            tf.function(function)(tf.Variable([[1, 2], [3, 4]]))
    tf.function(bound.unbound)(kept := tf.Variable([[1, 2], [3, 4]]))
    assert same(kept, [[9, 9], [3, 4]])


# %% error-no-assign-add-code
# raises AttributeError: EagerTensor' object has no attribute 'assign_add'
# > A slice of a variable has `assign` and no other writing method.
# > (If it was `v` itself, the name holds a tensor: see [the section above](#object-has-no-attribute-assign). Among the
# > loop variables of a `tf.while_loop` a variable arrives as a tensor: leave it out of them, and write to it from the
# > body.)
def adding(i, given):
    given.assign_add([[1, 1], [1, 1]])


def outside(i):
    written.assign_add([[1, 1], [1, 1]])
    return [i + 1]


for run in (lambda call: call(), lambda call: tf.function(call, autograph=False)()):
    for kind in KINDS:
        written = some(kind)
        with raises(AttributeError, match="object has no attribute 'assign_add'"):
            run(partial(tf.while_loop, lambda i, given: i < 3, adding, [0, tf.convert_to_tensor(written)]))
        run(lambda: tf.while_loop(lambda i: i < 3, outside, [tf.constant(0)]))
        assert same(written, matrix + 3)
    with raises(AttributeError, match="object has no attribute 'assign_add'"):
        run(lambda: tf.while_loop(lambda i, given: i < 3, adding, [0, some()]))
for kind in KINDS:
    for part in (some(kind)[0], some(kind)[0, 0], some(kind)[:, 1:]):
        assert [name for name in dir(part) if name.startswith(("assign", "scatter"))] == ["assign"]

# %% error-no-assign-add-code-2
# > Add first, then assign the sum to the slice.
assert same(_, [[11, 12], [3, 4]])

# %% error-indices-code
# raises TypeError: Only integers, slices
# > A variable cannot be indexed by an array of positions.
# > (A list alone, `v[[0, 1]]`, is taken, and [means something else](#no-error-but-only-one-entry-changed); beside a
# > slice, as in `v[:, [0, 1]]`, it ends in this message too.)
for kind in KINDS:
    for positions in (np.array([0]), np.array([1, 0], dtype="int32"), tf.constant([0, 1])):
        with raises(TypeError, match="Only integers, slices"):
            some(kind)[positions]
    with raises(InvalidArgument, match="1D equal size tensors"):
        some(kind)[np.array([[0, 1]])]
    assert some(kind)[[0, 1]].numpy() == 2
    for place in ((slice(None), [0, 1]), ([0, 1], slice(None)), (0, [0, 1])):
        with raises(TypeError, match="Only integers, slices"):
            some(kind)[place]

# %% error-indices-code-2
# > Let NumPy index the snapshot, or read rows with `tf.gather`, columns with `axis=1`, and entries with
# > `tf.gather_nd(v, [[0, 1], [1, 0]])`.
assert same(_, [[3, 4], [1, 2]])
for kind in KINDS:
    assert same(tf.gather_nd(some(kind), [[0, 1], [1, 0]]), [2, 3])
    assert same(tf.gather(some(kind), [1, 0], axis=1), [[2, 1], [4, 3]])
assert same(v.numpy()[[1, 0]], _)

# %% error-indices-code-3
# > Write rows with `scatter_nd_update`, one position in brackets for each row.
# > (Without the brackets [only one row is written](#no-error-but-only-one-row-was-written).)
assert same(_, [[7, 8], [5, 6]])

# %% error-scalar-slice-code
# raises InvalidArgumentError: Attempting to slice scalar input
# > A variable with shape `()` holds one number, and has no entry 0.
# > (`scale[:]` says the same.
# > If the message speaks of `pfor`, a variable is written in `tf.vectorized_map`: take `tf.map_fn`, which makes one
# > write after the other.)
total = tf.Variable(0.0)
with unlogged(), raises(ValueError, match=r"(?s)Attempting to slice scalar input.*pfor"):
    tf.vectorized_map(lambda number: total.assign_add(number), tf.constant([1.0, 2.0, 3.0]))
assert same(tf.map_fn(lambda number: total.assign_add(number), tf.constant([1.0, 2.0, 3.0])), [1, 3, 6])
#
# > For an entry 0, create it from a list: `tf.Variable([3.0])`.
for kind in KINDS:
    for dtype in [*FLOATS, tf.int32]:
        number = kind(3, dtype=dtype.name)
        assert number.shape == ()
        for index in (0, -1, slice(None), slice(1)):
            with raises(InvalidArgument, match="Attempting to slice scalar input"):
                number[index]
            with raises(ValueError, match="Attempting to slice scalar input"):
                function(lambda number, index: number[index], number, index)()
assert tf.Variable([3.0])[0].numpy() == 3

# %% error-scalar-slice-code-2
# > Read and assign it as a whole.
assert _ == 5

# %% error-scatter-range-code
# raises InvalidArgumentError: indices[1] = [-1] does not index into shape [2,2]
# > One position lies outside the variable: negative ones do not count from the end.
for position in (-1, -2, 2):
    with raises(InvalidArgument, match="does not index into shape"):
        some().scatter_nd_update([[position]], [[8, 8]])

# %% error-scatter-range-code-2
# since tensorflow 2.18: a scatter goes on after a place that is not there
# > The other rows have been written all the same, also those after the bad one.
# > (Of a slice outside the variable, [another message](#slice-index-5-of-dimension-0-out-of-bounds) speaks.)
# TensorFlow 2.16.2 and 2.17.1 stopped at the bad row; 2.18.1 and later did not.
assert same(_, [[9, 9], [7, 7]])
many = tf.Variable(np.zeros((4000, 2), dtype="float32"))
with raises(InvalidArgument):
    many.scatter_nd_update([[-1 if i == 1000 else i] for i in range(4000)], np.ones((4000, 2)))
assert same(np.flatnonzero(many.numpy()[:, 0] == 0), [1000])
for kind in KINDS:
    for attempt in (lambda one: one[5], lambda one: one[5].assign([1, 2])):
        with raises(InvalidArgument, match="slice index 5 of dimension 0 out of bounds"):
            attempt(some(kind))

# %% error-scatter-range-code-3
# > Count from the start.
assert same(_, [[9, 9], [8, 8]])

# %% error-scatter-shape-code
# raises InvalidArgumentError: must match dimensions
# > A place with one number is a row, and takes a whole row: nothing is repeated.
# > (If the message speaks of `indices`, there are more places than values, or fewer.)
for places, values in (
    *(([[0], [1]], values) for values in (5, [5, 6], [[5], [6]], [[5, 6]])),
    *(([[0], [1]], np.ones((count, 2))) for count in (1, 3)),
    *(([[0, 0], [1, 1]], values) for values in (5, [5], [5, 6, 7], [[5, 6], [7, 8]])),
):
    other = some()
    with raises(InvalidArgument, match="must match dimensions") as refused:
        other.scatter_nd_update(places, values)
    assert ("of indices" in str(refused.value)) == (np.shape(values)[:1] != (len(places),))
    with raises(ValueError, match=r"must match dimensions|must be|rank"):
        function(lambda other, places, values: other.scatter_nd_update(places, values), other, places, values)()
    assert same(other, matrix)

# %% error-scatter-shape-code-2
# > Give each row in full, or name entries, by two numbers each.
assert same(_, [[5, 7], [8, 6]])

# %% error-slices-shape-code
# raises InvalidArgumentError: Must have updates.shape = indices.shape + params.shape[1:]
# > (`` Argument `sparse_delta` must be a `tf.IndexedSlices` ``: rows and indices came as two arguments, as in
# > TensorFlow 1.)
# > An `IndexedSlices` holds one row for each index, and here are numbers in the place of rows.
# > **Of the rows only the axes are counted:** in eager mode a row that is too long runs into the next one, without an
# > error.
# > `scatter_nd_update` compares the lengths.
with raises(TypeError, match="Argument `sparse_delta` must be"):
    some().scatter_update([0], [[5.0, 6.0]])
three, long = tf.Variable(np.zeros((3, 2), dtype="float32")), tf.constant([[5.0, 6.0, 7.0]])
three.scatter_update(tf.IndexedSlices(long, [0]))  # never of the last row: it would run out of the variable
assert same(three, [[5, 6], [7, 0], [0, 0]])
with raises(ValueError, match="must be equal"):
    function(lambda three: three.scatter_update(tf.IndexedSlices(long, [0])), three)()
with raises(InvalidArgument, match="must match dimensions"):
    three.scatter_nd_update([[0]], long)

# %% error-slices-shape-code-2
assert same(_, [[5, 5], [6, 6]])

# %% error-slice-range-code
# raises InvalidArgumentError: slice index 5 of dimension 0 out of bounds
# > There is no row 5: this variable has two, 0 and 1, or -2 and -1.
# > (A slice such as `v[5:]` raises nothing: it is empty, and what is assigned to it is lost.
# > A loop over a Keras variable, `for row in k`, asks for one row too many, with this message: loop over `k.numpy()`
# > or, for gradients, `tf.unstack(k)`.)
for dtype in (*FLOATS, tf.int32):
    looped = some(keras.Variable, dtype)
    with raises(InvalidArgument, match="slice index 2 of dimension 0 out of bounds"):
        for row in looped:
            assert row.shape == (2,)
    for way in (list, enumerate, lambda k: zip(k, range(5), strict=False)):
        with raises(InvalidArgument, match="slice index 2 of dimension 0 out of bounds"):
            list(way(looped))
    for rows in (looped.numpy(), tf.unstack(looped)):
        assert same(np.array([np.asarray(row) for row in rows]), looped.numpy())
looped = some(keras.Variable)
with tf.GradientTape() as tape:
    first, second = tf.unstack(looped)
    loss = tf.reduce_sum(first * second)
assert same(tape.gradient(loss, looped), [[3, 4], [1, 2]])
for kind in KINDS:
    for index in (5, 2, -3):
        for attempt in (lambda one, index: one[index], lambda one, index: one[index].assign([1, 2])):
            with raises(InvalidArgument, match=r"slice index -?[0-9] of dimension 0 out of bounds"):
                attempt(some(kind), index)
            with raises(ValueError, match=r"slice index -?[0-9] of dimension 0 out of bounds"):
                function(attempt, some(kind), index)()
    for index in (0, 1, -1, -2):
        other = some(kind)
        other[index].assign([9, 9])
        assert (other.numpy()[index] == 9).all()
    other[5:].assign([9, 9])
    assert other[5:].shape == (0, 2) and (other.numpy() == 9).sum() == 2

# %% error-slice-range-code-2
assert same(_, [[1, 2], [9, 9]])

# %% error-axis-range-code
# raises IndexError: index 2 is out of bounds for axis 1 with size 2
# > NumPy says so of the snapshot: axis 1, the columns, has the size 2, and its indices are 0 and 1.
# > Count from 0, or from the end with -1.
assert values.shape[1] == 2

# %% error-axis-range-code-2
assert same(_, [[1, 0], [3, 0]])

# %% error-many-indices-code
# raises IndexError: too many indices for array: array is 2-dimensional, but 3 were indexed
# > Each index takes one axis, and the snapshot has two.
# > (A variable says `Index out of range using input dim 2`.)
assert values.ndim == 2
for kind in KINDS:
    with raises(InvalidArgument, match="Index out of range using input dim 2"):
        some(kind)[0, 0, 0]
    with raises(ValueError, match="Index out of range using input dim 2"):
        function(lambda one: one[0, 0, 0], some(kind))()

# %% error-many-indices-code-2
# > Give one index for each axis, or make the axis that is missing.
assert same(_, [[9, 2], [3, 4]])
deeper = matrix[..., None].copy()
deeper[0, 0, 0] = 9
assert same(deeper[..., 0], _)

# %% error-float-index-code
# raises IndexError: only integers, slices ... integer or boolean arrays are valid indices
# > A number with a fraction is no index, even 1.0, and `/` always gives one.
# > (A tensor of decimals ends in the same words, and one of integers is taken; an array of decimals says `arrays used
# > as indices must be of integer (or boolean) type`.)
for index in (tf.constant(1), tf.Variable(1), tf.constant([1, 0]), tf.constant([False, True])):
    assert same(matrix[index], matrix[index.numpy()])
for index in (1.0, 0.5, np.float32(1), tf.constant([0.0, 1.0]), 2 / 2):
    with raises(IndexError, match="integer or boolean arrays are valid indices"):
        matrix[index]
with raises(IndexError, match="arrays used as indices must be of integer"):
    matrix[np.array([0.0, 1.0])]
for dividend in (2, np.int64(2), True, np.float32(2)):
    assert isinstance(dividend / 2, float | np.floating)

# %% error-float-index-code-2
# > Divide by `//`.
assert same(_, [[1, 2], [0, 0]])

# %% error-keras-scatter-code
# raises AttributeError: 'Variable' object has no attribute 'scatter_nd_update'
# > A Keras variable, such as a layer's kernel, is not a `tf.Variable`; it holds one, in `.value`.
# > (`'Variable' object has no attribute 'get_shape'`, `'read_value'`, `'device'` or `'ref'` is of the same kind.)
for name in ("get_shape", "read_value", "device", "ref"):
    with raises(AttributeError, match=f"'Variable' object has no attribute '{name}'"):
        getattr(k, name)
    assert hasattr(k.value, name)
layer = keras.layers.Dense(2)
layer.build((None, 2))
for other in (k, layer.kernel):
    assert isinstance(other.value, tf.Variable) and not isinstance(other, tf.Variable)
    assert isinstance(other.value, tf.Variable)

# %% error-keras-scatter-code-2
# > Call the method on that one.
assert same(_, [[9, 9], [3, 4]])

# %% error-callable-code
# raises TypeError: 'ResourceVariable' object is not callable
# > The `value` of a Keras variable is the `tf.Variable` that it holds, and round brackets call what stands before them.
# > Of a `tf.Variable`, `value` is a method: there `v.value()` is right, and `v.value.numpy()` says `'function' object
# > has no attribute 'numpy'`.
assert isinstance(k.value, tf.Variable)
v = some()
assert same(v.value(), matrix) and tf.is_tensor(v.value())
with raises(AttributeError, match="'function' object has no attribute 'numpy'"):
    v.value.numpy()
#
# > (Round brackets in the place of square ones, as in `v(0, 1)`, end in the same words.
# > After `v.assign = values`, which nothing refuses, `v.assign(values)` says `'numpy.ndarray' object is not callable`;
# > `del v.assign` gives the method back.)
for dtype in [*FLOATS, tf.int32]:
    with raises(TypeError, match="'ResourceVariable' object is not callable"):
        some(dtype=dtype)(0, 1)
with raises(TypeError, match="'Variable' object is not callable"):
    k(0, 1)
for kind in KINDS:
    v = some(kind)
    v.assign = matrix
    with raises(TypeError, match=r"'numpy.ndarray' object is not callable"):
        v.assign(matrix * 2)
    del v.assign
    v.assign(matrix * 2)
    assert same(v, matrix * 2)

# %% error-callable-code-2
# > With both kinds, `numpy()` reads and square brackets choose.
assert same(_[0], matrix) and same(_[1], matrix) and _[2] == 2
for kind in KINDS:
    assert same(some(kind), matrix) and some(kind)[0, 1].numpy() == 2

# %% error-array-methods-code
# raises AttributeError: 'ResourceVariable' object has no attribute 'reshape'
# > A variable is not a NumPy array: it has no `reshape`, `T`, `copy` or `astype`.
# > The snapshot has them all.
for kind in KINDS:
    for name in ("reshape", "T", "copy", "astype"):
        assert not hasattr(some(kind), name) and hasattr(some(kind).numpy(), name)

# %% error-array-methods-code-2
assert same(_, [1, 2, 3, 4])

# %% error-numpy-related-code
# raises AttributeError: EagerTensor object has no attribute 'reshape' ... If you are looking for numpy-related methods
# > A tensor is not a NumPy array: it has no `reshape`, `T`, `astype` or `clip`.
for kind in KINDS:
    for tensor in (some(kind) * 2, some(kind)[0], tf.constant(matrix), some(kind, tf.bfloat16) * 2):
        assert not isinstance(tensor, np.ndarray)
        for name in ("reshape", "T", "astype", "clip"):
            with raises(AttributeError, match=f"no attribute '{name}'(.|\n)+If you are looking for numpy-related"):
                getattr(tensor, name)

# %% error-numpy-related-code-2
# > You can do without what the message advises.
# > (After it, an array on the right of a variable keeps its own dtype: the product with an array of float64 no longer
# > fits into a variable of float32.)
# > Take the tensor's array, or use TensorFlow's function.
assert same(_, [2, 4, 6, 8])
for numpy_behavior in (False, True):
    lines = f"""
if {numpy_behavior}:
    tf.experimental.numpy.experimental_enable_numpy_behavior()
v = tf.Variable([1.0, 2.0])
v.assign(v * np.array([1.0, 2.0]))
"""
    assert numpy_behavior == ("requested dtype float32 for Tensor" in alone(lines, fails=numpy_behavior))

# %% error-numpy-related-code-3
assert same(_, [2, 4, 6, 8])

# %% error-array-numpy-code
# raises AttributeError: 'numpy.ndarray' object has no attribute 'numpy'
# > This is an array already.
# > `get_weights`, `predict` and `v.numpy()` return arrays, and so does a NumPy function of a variable, such as
# > `np.sqrt(v)`.
model = dense(2)
arrays = [*layer.get_weights(), *model.get_weights(), model.predict(np.ones((1, 1)), verbose=0)]
for kind in KINDS:
    arrays += [some(kind).numpy(), np.sqrt(some(kind)), np.where(some(kind) > 1, some(kind), 0)]
for array in arrays:
    assert isinstance(array, np.ndarray)
    with raises(AttributeError, match=r"'numpy.ndarray' object has no attribute 'numpy'"):
        array.numpy()
#
# > (`np.sum(v)` returns a number, and the message is `'numpy.float32' object has no attribute 'numpy'`.
# > If a layer's bias says so, an array [has displaced it](#no-error-but-the-new-bias-is-not-trained).)
# > (`'list' object has no attribute 'numpy'`: `layer.weights` and `model.trainable_variables` are lists.
# > Ask each: `{w.path: w.numpy() for w in layer.weights}`.)
listed = dense(2)
for several in (listed.layers[0].weights, listed.trainable_variables):
    with raises(AttributeError, match="'list' object has no attribute 'numpy'"):
        several.numpy()
by_path = {w.path: w.numpy() for w in listed.layers[0].weights}
assert len(by_path) == 1 and all(isinstance(array, np.ndarray) for array in by_path.values())
for kind in KINDS:
    with raises(AttributeError, match=r"'numpy.float32' object has no attribute 'numpy'"):
        np.sum(some(kind)).numpy()
spoilt = keras.layers.Dense(2)
spoilt.build((None, 2))
spoilt.bias = np.ones(2)
with raises(AttributeError, match=r"'numpy.ndarray' object has no attribute 'numpy'"):
    spoilt.bias.numpy()

# %% error-array-numpy-code-2
# > Leave `.numpy()` away, or ask the variable.
assert same(_[0], np.ones((2, 2))) and same(_[1], _[0])

# %% error-copyto-code
# since numpy 2.1: messages say `must be a numpy.ndarray`, with an article
# raises TypeError: copyto() argument 1 must be a numpy.ndarray, not ResourceVariable
# > `np.copyto` writes into an array, and a variable is no array.
# > (`np.place` and `np.put` say `argument 1 must be numpy.ndarray`, `np.putmask` says `first argument must be an
# > array`, `np.fill_diagonal` says `has no attribute 'ndim'`, and a NumPy function with `out=v` says `return arrays
# > must be of ArrayType`.)
with raises(AttributeError, match="has no attribute 'ndim'"):
    np.fill_diagonal(v, 0)
for other in (v, some(keras.Variable)):
    assert not isinstance(other, np.ndarray)
    for write, words in [
        (lambda v: np.copyto(v, 0), "argument 1 must be a numpy.ndarray"),
        (lambda v: np.place(v, matrix > 2, [0]), "argument 1 must be numpy.ndarray"),
        (lambda v: np.put(v, [0], 9), "argument 1 must be numpy.ndarray"),
        (lambda v: np.putmask(v, matrix > 2, 0), "first argument must be an array"),
        (lambda v: np.multiply(matrix, 2, out=v), "return arrays must be of ArrayType"),
        (lambda v: np.clip(matrix, 0, 1, out=v), "return arrays must be of ArrayType"),
    ]:
        with raises(TypeError, match=words):
            write(other)
    assert same(other, matrix)

# %% error-copyto-code-2
# > Let NumPy write into the snapshot.
assert same(_, [[1, 2], [0, 0]])

# %% error-len-code
# raises TypeError: object of type 'ResourceVariable' has no len()
# > Neither a `tf.Variable` nor a Keras variable has a length.
for kind in KINDS:
    for value in (matrix, 1.0, [1.0, 2.0]):
        with raises(TypeError, match=r"has no len\(\)"):
            len(kind(value))

# %% error-len-code-2
# > Its shape has the number of rows, and its snapshot has a length as well.
# > (To shuffle rows ends in these words too: assign `rng.permutation(v.numpy())`.)
assert _ == (2, 2)
for kind in KINDS:
    assert kind(np.ones((3, 2))).shape[0] == len(kind(np.ones((3, 2))).numpy()) == 3

# %% error-len-code-3
# > A loop over a `tf.Variable` gives its rows.
# > A loop over a Keras variable gives its rows too, and then [`slice index 2 of dimension 0 out of
# > bounds`](#slice-index-5-of-dimension-0-out-of-bounds).
# > Loop over the snapshot.
assert _ == [3, 7]
assert [row.numpy().tolist() for row in some()] == matrix.tolist()
rows = []
with raises(InvalidArgument, match="slice index 2 of dimension 0 out of bounds"):
    for row in some(keras.Variable):
        rows.append(row.numpy().tolist())
assert rows == matrix.tolist()

# %% error-setter-code
# raises AttributeError: property 'trainable' of 'ResourceVariable' object has no setter
# > A `tf.Variable` keeps the `trainable`, the shape and the dtype with which it was created.
assert v.trainable is True
for attribute, value in (("trainable", True), ("shape", (4,)), ("dtype", tf.float64), ("name", "w")):
    with raises(AttributeError, match=f"property '{attribute}' of 'ResourceVariable' object has no setter"):
        setattr(v, attribute, value)
assert v.shape == (2, 2) and v.dtype == tf.float32

# %% error-setter-code-2
# > Create another one from its snapshot.
#
# > A Keras variable takes `k.trainable = False`, and [a tape watches it as
# > before](myths.ipynb#trainable--false-stops-the-gradient).
assert _ == (False, (4,), tf.float64)
assert same(fixed, matrix) and same(flat, [1, 2, 3, 4])
k = keras.Variable(matrix)
k.trainable = False
assert same(gradient_of(lambda: tf.reduce_sum(tf.square(k)), k)[0], matrix * 2)

# %% error-eager-code
# raises RuntimeError: This property is not supported when eager execution is enabled.
# > Of `v.eval()` it says the same; both belong to TensorFlow 1.
with raises(RuntimeError, match="is not supported when eager execution is enabled"):
    v.eval()

# %% error-eager-code-2
# > A `tf.Variable` does not remember what it began with.
# > Keep a snapshot, and assign it.
assert same(_, matrix) and v.initializer is None

# %% error-module-code
# raises AttributeError: module 'tensorflow' has no attribute 'global_variables_initializer'
# > The advice is for TensorFlow 1: [what to write now](old_code.md).
# > `Session`, `get_variable` and `placeholder` are gone as well, and nothing takes their place: a variable has its
# > values once it is made, and `v.assign` writes at once.
assert not any(hasattr(tf, name) for name in ("Session", "get_variable", "placeholder", "assign", "scatter_update"))

# %% error-module-code-2
assert same(_, matrix * 2)

# %% error-scalar-code
# since numpy 2.4: no Python number is made of an array that has an axis
# raises TypeError: only 0-dimensional arrays can be converted to Python scalars
# > `float` takes a variable of shape `()`; this one has the shape `(1,)`.
# > (So it is with a tensor and an array, since NumPy 2.4.)
assert float(tf.Variable(1.5)) == float(keras.Variable(1.5)) == 1.5
for one in (tf.constant([1.5]), np.array([1.5]), keras.Variable([1.5])):
    with raises(TypeError, match="arrays can be converted to Python scalars"):
        float(one)

# %% error-scalar-code-2
# > Name the entry.
assert _ == (1.5, 1.5)

# %% error-format-code
# raises TypeError: unsupported format string passed to ResourceVariable.__format__
# > A variable takes no format such as `.2f`, and nor does an array with axes.
# > A NumPy number does.
# > (`json.dumps` takes none of them: give it `v.numpy().tolist()`.
# > To print all entries of a large one, `tf.print(v, summarize=-1)`, or print `v.numpy()` under
# > `np.printoptions(threshold=np.inf)`.)
with tempfile.TemporaryDirectory() as place:
    many, said = tf.Variable(tf.range(5000)), Path(place, "said.txt")
    for options, whole in (({}, False), ({"summarize": -1}, True)):
        tf.print(many, output_stream=f"file://{said}", **options)
        assert ("4321" in said.read_text(encoding="utf8")) == whole
    assert "4321" not in str(many.numpy())
    with np.printoptions(threshold=np.inf):
        assert "4321" in str(many.numpy())
for one in (keras.Variable(1.5), np.array([1.5])):
    with raises(TypeError, match="unsupported format string passed to"):
        f"{one:.2f}"
for one in (tf.Variable([1.5]), np.array([1.5]), np.float32(1.5)):
    with raises(TypeError, match="is not JSON serializable"):
        json.dumps(one)
assert json.dumps(tf.Variable(matrix).numpy().tolist()) == "[[1.0, 2.0], [3.0, 4.0]]"

# %% error-format-code-2
assert printed == "1.50\n"

# %% error-integer-code
# raises TypeError: 'ResourceVariable' object cannot be interpreted as an integer
# > A variable is not a Python integer, though it holds one.
# > (A list says `list indices must be integers or slices`; where the index is traced, read from `tf.stack(variables)`.)
held = [tf.Variable(1.0), tf.Variable(2.0)]
with raises(TypeError, match="list indices must be integers or slices, not SymbolicTensor"):
    tf.function(lambda i: held[i] * 1, autograph=False)(tf.constant(1))
assert tf.function(lambda i: tf.stack(held)[i], autograph=False)(tf.constant(1)).numpy() == 2
for one in (steps, keras.Variable(3, dtype="int32")):
    with raises(TypeError, match="cannot be interpreted as an integer"):
        range(one)
    with raises(TypeError, match="list indices must be integers or slices"):
        [1, 2, 3, 4][one]

# %% error-integer-code-2
# > Convert it.
# > In a `tf.function`, write `tf.range(steps)`.
assert _ == [0, 1, 2]
assert same(tf.function(lambda: tf.range(steps) + 1)(), [1, 2, 3])

# %% error-avoid-copy-code
# since numpy 2.0: copy=False forbids a copy
# raises ValueError: Unable to avoid copy while creating an array as requested.
# > An array made of a variable is a copy, and since NumPy 2 `copy=False` forbids one.
# > Leave it away.
# > (`np.array(v)` and `np.copy(v)` may warn that the `__array__ implementation doesn't accept a copy keyword`.
# > The values are right; `v.numpy()` and `np.asarray(v)` do not warn.)
# > To change the variable, assign.
for kind in KINDS:
    for make in (np.array, np.asarray):
        with raises(ValueError, match="Unable to avoid copy"):
            make(some(kind), copy=False)
    for make in (np.array, np.copy):
        words = "__array__ implementation doesn't accept a copy keyword"
        tells = np.lib.NumpyVersion(np.__version__) >= "2.1.0"
        with warns(DeprecationWarning, match=words) if tells else nullcontext():
            assert same(make(some(kind)), matrix)
    with silence():
        assert same(np.asarray(some(kind)), matrix) and same(some(kind).numpy(), matrix)

# %% error-avoid-copy-code-2
assert same(_, matrix)
_[0, 0] = 9
assert same(v, matrix)

# %% error-array-index-code
# raises TypeError: only integer scalar arrays can be converted to a scalar index
# > Square brackets cannot write into a variable, and when a mask or an array of positions stands in them, this is how
# > it is said.
for kind in KINDS:
    for dtype in (*FLOATS, tf.int32):
        other = some(kind, dtype)
        for index in (matrix > 2, np.array([0, 1]), tf.constant([0, 1]), tf.constant(matrix > 2)):
            with raises(TypeError, match="only integer scalar arrays can be converted to a scalar index"):
                other[index] = 0
        assert same(other, matrix)

# %% error-array-index-code-2
# > Use the mask on a snapshot.
assert same(_, [[1, 2], [0, 0]])

# %% error-shape-code
# since keras 3.13: errors inside a tf.function tell the shapes and the names
# raises ValueError: Shape mismatch.The variable shape (2, 2), and the assigned value shape (2,) are incompatible.
# > `assign` of a whole variable wants exactly the variable's shape and does not broadcast.
# > The message shows both shapes, the variable's first.
for dtype in FLOATS:
    for value in (5, [5, 6], [[5], [6]], [[5, 6]], [[[5, 6], [7, 8]]]):
        for kind in KINDS:
            other = some(kind, dtype)
            with raises(ValueError, match=r"Shape mismatch|must match"):
                other.assign(value)
            with raises(ValueError, match=r"Shape mismatch|must match"):
                function(lambda other, value: other.assign(value), other, value)()
            assert same(other, matrix)
with raises(ValueError, match="Shape mismatch"):
    tf.Variable(5.0).assign([5.0])  # one entry, and still another shape

# %% error-shape-code-2
# > Broadcast or reshape in NumPy, then assign.
assert same(_, [[7, 8], [7, 8]])

# %% error-shape-code-3
# > A `tf.function` that does not know the value's shape while it is traced finds out when it runs.
# > The error is then an `InvalidArgumentError`, with the words `Trying to assign to variable with tensor with wrong
# > shape`; the variable keeps its values.
assert same(_, [[1, 2], [3, 4]])
for shape in (None, [None, 2], [None, None]):
    for kind in KINDS if shape else (tf.Variable,):
        other = some(kind)
        store = function(lambda other, value: other.assign(value), other)
        store = store.get_concrete_function(tf.TensorSpec(shape))
        with raises(InvalidArgument, match="Trying to assign to variable with tensor with wrong shape"):
            store(tf.ones((3, 2)))
        assert same(other, matrix)
        store(tf.constant(matrix * 2))
        assert same(other, matrix * 2)

# %% error-keras-shape-code
# raises ValueError: The shape of the target variable and the shape of the target value ... (2, 2), Received: ... (2,)
# > The same error from a Keras variable, such as a layer's kernel: first the variable's shape, then the shape that it
# > received.
#
# > (After the words `objects could not be loaded`, it is [a file that does not fit](#objects-could-not-be-loaded).)
with tempfile.TemporaryDirectory() as folder:
    dense(2).save_weights(f"{folder}/two.weights.h5")
    with raises(ValueError, match=r"objects could not be loaded(.|\n)+The shape of the target variable and the"):
        dense(3).load_weights(f"{folder}/two.weights.h5")
layer = keras.layers.Dense(2)
layer.build((None, 2))
with raises(ValueError, match=r"The shape of the target variable and .*\(2, 2\), Received: value.shape=\(2,\)"):
    layer.kernel.assign([7, 8])

# %% error-keras-shape-code-2
# > The remedy is the same.
assert same(_, [[7, 8], [7, 8]])

# %% error-slice-shape-code
# raises InvalidArgumentError: Cannot broadcast input shape [3] into final shape [2]
# > Unlike a whole variable, a slice does broadcast, but this value does not fit: it has 3 numbers, the slice 2.
# > (Where XLA compiles, a slice takes its own shape only: `Automatic broadcasting not yet implemented`.)
for kind in KINDS:
    for value in (5, [5], [5, 5], [[5, 5]]):
        other = some(kind)
        other[0:2].assign(value)
        assert same(other, [[5, 5], [5, 5]])
    with raises(InvalidArgument, match="Cannot broadcast input shape"):
        other[0].assign([1, 2, 3])
for value in (5.0, [5.0], [[5.0, 5.0]], [5.0, 5.0, 5.0], [5.0, 5.0]):
    by_xla = tf.function(lambda value=value: (v[0].assign(value), 0)[1], autograph=False, jit_compile=True)
    if np.shape(value) == (2,):
        by_xla()
        assert same(v[0], value)
    else:
        with raises(tf.errors.UnimplementedError, match="Automatic broadcasting not yet implemented"):
            by_xla()

# %% error-slice-shape-code-2
# > Give the slice its own shape, or one number.
assert same(_, [[7, 8], [0, 0]])

# %% error-add-shape-code
# raises InvalidArgumentError: Cannot update variable with shape [2,2] ... shapes must be equal
# > `assign_add` and `assign_sub` of a `tf.Variable` do not broadcast, not even one number.
# > (Those of a Keras variable do.)
for dtype in FLOATS:
    for value in (1, [1, 1], [[1], [1]]):
        for method in ("assign_add", "assign_sub"):
            with raises(InvalidArgument, match="shapes must be equal"):
                getattr(some(dtype=dtype), method)(value)
            other = some(keras.Variable, dtype)
            getattr(other, method)(value)
            assert same(other, matrix + (1 if method == "assign_add" else -1))

# %% error-add-shape-code-2
# > Add first and assign the sum, or add an array of the full shape.
assert same(_, [[12, 13], [14, 15]])

# %% error-validate-shape-code
# raises TypeError: got an unexpected keyword argument 'validate_shape'
# > `assign` does not have it.
#
# > Older advice uses this argument to change a variable's shape.
with raises(TypeError, match="validate_shape"):
    some(keras.Variable).assign([7, 8], validate_shape=False)
assert "validate_shape" in tf.compat.v1.assign.__doc__  # where that advice comes from

# %% error-validate-shape-code-2
# > Choose when the variable is created: this one takes every shape.
assert same(_, [7, 8])
free = tf.Variable(matrix, shape=tf.TensorShape(None))
for value in (5, [[[1.0]]], np.zeros((3, 0)), np.ones((4, 4))):
    free.assign(value)
    assert free.numpy().shape == np.shape(value)

# %% error-as-list-code
# raises ValueError: as_list() is not defined on an unknown TensorShape
# > Adam keeps arrays of the weight's shape, and this variable has no fixed shape.
# > (With a shape that is partly known, such as `[None, 2]`, it says `Shapes used to initialize variables must be
# > fully-defined`.
# > A Keras layer says it of what a `tf.numpy_function` returned: give that its shape by `tf.ensure_shape(result,
# > v.shape)`.)
rows, reader = some(), keras.layers.Dense(1)
reader.build((2, 2))
for wrap in (tf.numpy_function, tf.py_function):

    def sorts(shaped, wrap=wrap):
        result = wrap(np.sort, [rows], tf.float32)
        return (reader if shaped else keras.layers.Dense(1))(tf.ensure_shape(result, rows.shape) if shaped else result)

    with raises(ValueError, match=r"as_list\(\) is not defined on an unknown TensorShape"):
        tf.function(sorts, autograph=False)(False)
    assert tf.function(lambda: sorts(True), autograph=False)().shape == (2, 1)
adam, weight = keras.optimizers.Adam(), some()
adam.build([weight])
assert [part.shape for part in adam.variables].count((2, 2)) == 2
for shape in ([None, 2], [None, None]):
    with raises(ValueError, match="Shapes used to initialize variables must be fully-defined"):
        keras.optimizers.Adam().build([tf.Variable(matrix, shape=tf.TensorShape(shape))])

# %% error-as-list-code-2
# > Create the variable with a fixed shape.
np.testing.assert_allclose(_, matrix - 0.001, rtol=1e-6)

# %% error-as-list-code-3
# > Plain SGD keeps no such arrays, and accepts the variable as it is.
assert same(_, matrix - 1)
sgd = keras.optimizers.SGD()
sgd.build([v])
assert [part.shape for part in sgd.variables] == [(), ()]  # steps taken and learning rate

# %% error-operands-code
# raises ValueError: operands could not be broadcast together with shapes (2,3) (2,)
# > The error comes before the `assign`, so the variable keeps its values.
#
# > NumPy lines two shapes up from the right: 3 meets 2, and neither is 1.
#
# > (TensorFlow's own words, for `v * factors`, are [`Incompatible shapes`](#incompatible-shapes).)
with raises(InvalidArgument, match=r"Incompatible shapes: \[2,3\] vs. \[2\]"):
    v * factors
assert same(v, np.ones((2, 3)))
assert np.broadcast_shapes((2, 3), (3,)) == np.broadcast_shapes((2, 3), (1,)) == (2, 3)

# %% error-operands-code-2
# > For one factor a row, make a column of the factors.
assert same(_, [[10] * 3, [100] * 3])

# %% error-incompatible-code
# raises InvalidArgumentError: Incompatible shapes: [2,3] vs. [2]
# > TensorFlow lines two shapes up from the right: 3 meets 2, and neither is 1.
# > The variable keeps its values.
#
# > (If `apply_gradients` raises it, a gradient has another shape than its variable.)
assert same(v, np.ones((2, 3)))
for kind in KINDS:
    for dtype in FLOATS:
        wide = kind(np.ones((2, 3)), dtype=dtype.name)
        for value in (factors.astype(dtype.as_numpy_dtype), tf.cast(factors, dtype)):
            for operate in (operator.mul, operator.add, operator.sub, operator.truediv):
                with raises(InvalidArgument, match=r"Incompatible shapes: \[2,3\] vs. \[2\]"):
                    operate(wide, value)
        for fits in (np.ones(3), np.ones(1), np.ones((2, 1)), np.ones((1, 3))):
            assert (wide * tf.cast(fits, dtype)).shape == (2, 3)
for make in (keras.optimizers.Adam, keras.optimizers.RMSprop, lambda: keras.optimizers.SGD(0.1, momentum=0.9)):
    with raises(InvalidArgument, match="Incompatible shapes"):
        make().apply_gradients([(tf.ones((3, 2)), some())])
    make().apply_gradients([(tf.ones((2, 2)), some())])

# %% error-incompatible-code-2
# > For one factor a row, make a column of the factors.
assert same(_, [[10] * 3, [100] * 3])

# %% error-matmul-code
# raises ValueError: matmul: Input operand 1 has a mismatch in its core dimension 0 ... (size 3 is different from 2)
# > In a product of two matrices the last length of the first is the first length of the second.
# > Here 2 met 3, as the end of the message says.
# > (TensorFlow's own words are `Matrix size-incompatible`.)
for first, second in (((4, 2), (2, 5)), ((1, 3), (3, 1))):
    assert (np.ones(first) @ np.ones(second)).shape == (first[0], second[1])
    for wrong in (first[::-1], (first[0], first[1] + 1)):
        with raises(ValueError, match="Input operand 1 has a mismatch"):
            np.ones(wrong) @ np.ones(second)
        with raises(InvalidArgument, match="Matrix size-incompatible"):
            tf.matmul(np.ones(wrong), tf.Variable(np.ones(second)))

# %% error-matmul-code-2
# > Look at both shapes, and transpose the one that lies across.
assert same(_, np.full((4, 3), 2))

# %% error-matmul-rank-code
# since keras 3.5: a keras.Variable times a vector is a matrix product
# raises InvalidArgumentError: In[0] and In[1] has different ndims: [2,2] vs. [2]
# > NumPy and Keras variables multiply a matrix by a vector; a `tf.Variable` and TensorFlow's `tf.matmul` want a matrix
# > on both sides.
vector = np.array([1, 0], dtype="float32")
for product in (matrix @ vector, some(keras.Variable) @ vector, keras.ops.matmul(some(keras.Variable), vector)):
    assert same(product, [1, 3])
for call in (lambda: v @ vector, lambda: vector @ v, lambda: tf.matmul(v, vector), lambda: v @ tf.constant(vector)):
    with raises(InvalidArgument, match="has different ndims"):
        call()

# %% error-matmul-rank-code-2
# > For a vector there is `tf.linalg.matvec`.
assert same(_, [1, 3])

# %% error-input-array-code
# raises ValueError: could not broadcast input array from shape (3,) into shape (2,)
# > The value does not fit its place in the array: it has 3 numbers, the row 2.
# > The message shows both shapes, the value's first.
assert same(v, matrix) and same(values, matrix)
for kind in KINDS:
    for dtype in [*FLOATS, tf.int32]:
        array = some(kind, dtype).numpy()
        for index, place in ((0, "2,"), ((slice(None), 1), "2,"), (slice(None), "2,2"), (..., "2,2")):
            for value in ([1, 2, 3], np.ones(3), tf.ones(3)):
                with raises(ValueError, match=rf"input array from shape \(3,\) into shape \({place}\)"):
                    array[index] = value
        assert same(array.astype("float32"), matrix)

# %% error-input-array-code-2
# > Give the row its own shape, or one number.
assert same(_, [[7, 8], [0, 0]])

# %% error-input-array-code-3
# > For one number a row, give a column.
assert same(_, [[7, 7], [8, 8]])

# %% error-reshape-size-code
# raises ValueError: cannot reshape array of size 4 into shape (3,2)
# > Reshaping keeps the number of entries: here 4, and the new shape has 6.
for shape in ((3,), (3, 2), (1, 1), (-1, 3)):
    with raises(ValueError, match="cannot reshape array of size 4"):
        matrix.reshape(shape)
for shape in ((4,), (1, 4), (4, 1), (2, 1, 2)):
    assert matrix.reshape(shape).size == 4

# %% error-reshape-size-code-2
# > Let NumPy compute one of the lengths: -1 stands for it.
assert same(_, matrix)
assert matrix.reshape(-1).shape == (4,) and matrix.reshape(1, -1).shape == (1, 4)

# %% error-axes-code
# raises ValueError: axes don't match array
# > `transpose` wants each axis of the array once.
# > Four axes belong to the kernel of a `Conv2D`, and this array has two.
# > (`tf.transpose` says `transpose expects a vector of size 2`.)
kernel = keras.layers.Conv2D(5, (2, 3))
kernel.build((None, 9, 9, 4))
assert kernel.kernel.numpy().transpose(2, 3, 1, 0).shape == (4, 5, 3, 2)
for axes in ((0,), (0, 1, 2)):
    with raises(ValueError, match="axes don't match array"):
        matrix.transpose(axes)
with raises(ValueError, match="repeated axis"):
    matrix.transpose(0, 0)
with raises(InvalidArgument, match="transpose expects a vector of size 2"):
    tf.transpose(v, [2, 3, 1, 0])

# %% error-axes-code-2
# > A matrix has `T`.
assert same(_, [[1, 3], [2, 4]])

# %% error-mask-count-code
# raises ValueError: NumPy boolean array indexing assignment cannot assign 3 input values to the 2 output values
# > The mask picks 2 entries, and 3 numbers were given for them.
assert (values > 2).sum() == 2 and same(values, matrix)

# %% error-mask-count-code-2
# > Give one number for all, or one for each entry in order.
assert same(_, [[1, 2], [7, 8]])
array = matrix.copy()
array[array > 2] = 5
assert same(array, [[1, 2], [5, 5]])

# %% error-mask-shape-code
# since numpy 2.0: messages speak of an axis, not of a dimension
# raises IndexError: boolean index did not match indexed array along axis 0; size of axis is 2
# > A mask picks from the array whose shape it has.
# > A mask of 3 belongs to 3 rows, and there are 2.
assert same(matrix[matrix > 2], [3, 4])
assert same(np.eye(3)[np.array([True, False, True])], [[1, 0, 0], [0, 0, 1]])

# %% error-mask-shape-code-2
# > Compute the mask from the snapshot itself; to choose rows or columns, make one `True` or `False` for each.
assert same(_, [[1, 0], [3, 0]])
assert same(matrix[matrix[:, 0] > 1], [[3, 4]])

# %% error-sequence-code
# raises ValueError: setting an array element with a sequence
# > (It is also the message when one entry is to hold a list, as in `values[0, 0] = [1, 2]`, of
# > `np.array(model.get_weights())`: [compute array by array](#cant-multiply-sequence-by-non-int-of-type-float), and of
# > `np.save(file, model.get_weights())`: [keep several arrays by
# > `np.savez`](recipes.ipynb#save-and-load-edited-weights).)
for rows_, units in ((2, 2), (2, 3), (1, 1)):
    with raises(ValueError, match="setting an array element with a sequence"):
        np.array(keras.Sequential([keras.Input((rows_,)), keras.layers.Dense(units)]).get_weights())
with tempfile.TemporaryDirectory() as place, raises(ValueError, match="setting an array element with a sequence"):
    np.save(f"{place}/all.npy", keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)]).get_weights())
values = matrix.copy()
with raises(ValueError, match="setting an array element with a sequence"):
    values[0, 0] = [1, 2]

# %% error-sequence-code-2
# raises ValueError: Can't convert non-rectangular Python sequence to Tensor
# > The rows have different lengths, so they make no rectangle.
#
# > Given to `assign`, such rows raise another error.
assert same(v, matrix)

# %% error-sequence-code-3
# > Write the rows into an array that has the shape already.
assert same(_, [[1, 2], [3, 0]])

# %% error-ragged-code
# raises ValueError: object of type 'RaggedTensor' has no len()
# > A variable is a full block of entries.
# > It can be neither ragged nor sparse.
# > (Of a `tf.SparseTensor` it says `Attempt to convert a value (SparseTensor`.)
sparse = tf.sparse.from_dense([[0.0, 1.0], [2.0, 0.0]])
for kind in KINDS:
    for make in (kind, some(kind).assign):
        with raises(ValueError, match="'RaggedTensor' has no len"):
            make(ragged)
    with raises(ValueError, match=r"Attempt to convert a value \(SparseTensor"):
        kind(sparse)

# %% error-ragged-code-2
# > Keep the numbers in a variable and build the tensor from them; the gradient reaches the variable.
assert same(_, [2, 4, 6])
sparse = tf.sparse.from_dense([[0.0, 1.0], [2.0, 0.0]])
numbers = tf.Variable(sparse.values)
product = gradient_of(
    lambda: tf.reduce_sum(tf.sparse.sparse_dense_matmul(sparse.with_values(numbers), matrix)), numbers
)
assert same(product[0], [7, 3])

# %% error-integer-range-code
# raises ValueError: Can't convert Python sequence with out-of-range integer to Tensor.
# > The number does not fit into int64, which ends at `2**63 - 1`.
# > With an array, and inside a `tf.function`, a larger one says `Python int too large to convert to C long`.
assert np.iinfo("int64").max == 2**63 - 1 and same(keys, [0, 0])
keys.assign([7, 2**63 - 1])
assert keys.numpy()[1] == 2**63 - 1
for dtype in (tf.int32, tf.int64, tf.uint8):
    for kind in KINDS:
        with raises(ValueError, match="out-of-range integer"):
            some(kind, dtype).assign([[1, 2], [3, 2**63]])
for call in (keys.assign, function(keys.assign, [7, 2**70])):
    with raises(OverflowError, match="Python int too large to convert to C long"):
        call(*([np.array([7, 2**70])] if call == keys.assign else []))
#
# > (A number that fits into int64, but not into the variable's dtype, raises nothing: [it wraps
# > round](#no-error-but-the-integers-are-wrong), as 300 does in int8.)
for dtype, number, held in (("int8", 300, 44), ("uint8", -1, 255), ("int16", 70000, 4464), ("int32", 2**40, 0)):
    for kind in KINDS:
        for value in (number, np.array(number)):
            small = kind(0, dtype=dtype)
            with silence():
                small.assign(value)
            assert small.numpy() == held

# %% error-integer-range-code-2
# > A variable of uint64 holds twice as many.
assert same(_, np.array([7, 2**63], dtype="uint64"))
assert np.iinfo("uint64").max == 2 * np.iinfo("int64").max + 1

# %% error-mixed-types-code
# since keras 3.8: a keras.Variable takes the dtype of what it is made of, and converts as a tf.Variable does
# raises ValueError: Can't convert Python sequence with mixed types to Tensor.
# > The list begins with a number, and what comes later is none: `None`, text or a list.
# > (Where `None` comes first, the words are [`Attempt to convert a value
# > (None)`](#attempt-to-convert-a-value-none-with-an-unsupported-type).
# > `tf.Variable([True, 1])` ends in the words above, though `assign` takes this list.)
assert same(v, [1, 2])
for kind in KINDS:
    for make in (tf.constant, kind, kind([1.0, 2.0]).assign):
        for late in (None, "a", "5", [5.0]):
            with raises(ValueError, match="Can't convert Python sequence with mixed types"):
                make([5.0, late])
        with raises(ValueError, match=r"Attempt to convert a value \(None\)"):
            make([None, 5.0])
    with raises(ValueError, match="Can't convert Python sequence with mixed types"):
        kind([True, 1])
    other = kind([1.0, 2.0])
    other.assign([True, 1])
    assert same(other, [1, 1])

# %% error-mixed-types-code-2
# > An array of float32 holds NaN for `None`.
# > Choose what is to stand there.
assert same(_, [5, 2])
for dtype in ("float16", "float32", "float64"):
    assert same(np.isnan(np.array([5.0, None], dtype=dtype)), [False, True])
with raises(TypeError, match="expected number, got NoneType"):
    np.array([5.0, None], dtype=tf.bfloat16.as_numpy_dtype)

# %% error-object-code
# since keras 3.8: a keras.Variable takes the dtype of what it is made of, and converts as a tf.Variable does
# raises ValueError: Failed to convert a NumPy array to a Tensor (Unsupported object type float).
# > An array with `None` in it has the dtype `object`, and TensorFlow finds no dtype for that.
# > The message ends with what one of its entries is, such as `float`, `int` or `list`.
# > An `assign` of this array finds the dtype of its variable: into float32 it writes NaN for `None`, without an error.
# > (A model's `fit` says `Invalid dtype: object`.)
assert values.dtype == object
for make in (tf.constant, *KINDS):
    for entries in ([1.5, None], [1, None], [[1.0, 2.0], None], [None, 1.0]):
        array = np.empty(2, dtype=object)
        array[:] = entries
        with raises(ValueError, match=rf"Unsupported object type {type(entries[0]).__name__}\)"):
            make(array)
for kind in KINDS:
    for dtype in ("float16", "float32", "float64"):
        other = kind([1.0, 2.0], dtype=dtype)
        with silence():
            other.assign(values)
        assert same(np.isnan(other.numpy()), [False, True])
    for dtype in ("int32", "bfloat16"):
        with raises((TypeError, ValueError), match=r"NoneType|Unsupported object type"):
            kind([1, 2], dtype=dtype).assign(values)
with raises(ValueError, match="Invalid dtype: object"):
    dense(1).fit(values[:, None], np.ones((2, 1)), verbose=0)

# %% error-object-code-2
# > Give the array a dtype first.
assert same(_, [5, 0]) and v.dtype == tf.float32

# %% error-none-value-code
# raises ValueError: Attempt to convert a value (None) with an unsupported type
# > `np.putmask` edits its array and returns `None`, as `values.sort()` and `np.copyto` do.
assert same(v, matrix) and same(values, [[1, 2], [0, 0]])
array = matrix.copy()
assert np.putmask(array, array > 3, 0) is array.sort() is np.copyto(array, 5) is None

# %% error-none-value-code-2
# > Call it first, then assign the array.
# > (`v == None` and `v in (None,)` say it, too: write `v is None`. Of a generator, a `map` or a set the message is the
# > same, with its own name for `None`: make a list of it.
# > If the value was computed from a gradient, the gradient is `None`: see [its
# > causes](#no-error-but-the-gradient-is-none).
# > In a `tf.function` the words are `None values not supported`.)
for write in (lambda: v.assign_sub(None), lambda: v.assign(None), lambda: tf.clip_by_value(None, 0, 1)):
    with raises(ValueError, match="None values not supported"):
        tf.function(write, autograph=False)()
for kind in KINDS:
    for compare in (lambda v: v == None, lambda v: v != None, lambda v: v in (None,)):  # noqa: E711
        with raises(ValueError, match=r"Attempt to convert a value \(None\)"):
            compare(some(kind))
    assert some(kind) is not None
for rows in ((row for row in matrix), map(list, matrix), {1.0, 2.0}):
    with raises(ValueError, match=r"Attempt to convert a value .* with an unsupported type"):
        v.assign(rows)
assert same(_, [[1, 2], [0, 0]])
lost = gradient_of(lambda: tf.reduce_sum(np.square(v)), v)[0]
with raises(ValueError, match=r"Attempt to convert a value \(None\) with an unsupported type"):
    v.assign_sub(lost)

# %% error-plus-equals-code
# raises RuntimeError: `variable += value` with `tf.Variable`s is not supported
# > `+=` would give the variable's name to a new tensor, so TensorFlow refuses it, and `-=`, `*=`, `/=` and `**=` with
# > it. (`//=` is [not refused](#no-error-but--left-the-keras-variable-unchanged).)
for dtype in (*FLOATS, tf.int32):
    for sign in ("+", "-", "*", "/", "**"):
        with raises(RuntimeError, match=r"value` with `tf.Variable`s is not supported"):
            exec(f"name {sign}= 1", {"name": some(dtype=dtype)})
    names = {"name": some(dtype=dtype)}
    exec("name //= 1", names)
    assert not isinstance(names["name"], tf.Variable)

# %% error-plus-equals-code-2
# > Assign the new value.
assert same(_, matrix + 1)

# %% error-unhashable-code
# raises TypeError: Variable is unhashable. Instead, use variable.ref() as the key.
# > A variable cannot be the key of a dictionary or a member of a set.
for kind in KINDS:
    for attempt in (lambda one: {one: 1}, lambda one: {one}, hash):
        with raises(TypeError, match="unhashable"):
            attempt(some(kind))

# %% error-unhashable-code-2
# > `v.ref()` can, and stays the same key after an `assign`.
assert _ == "kernel" and v.ref() in {v.ref()} and tf.Variable(matrix).ref() not in names

# %% error-unhashable-code-3
# raises TypeError: unhashable type: 'Variable'
# > A Keras variable says it more briefly.
with raises(TypeError) as brief:
    hash(k)
with raises(TypeError) as longer:
    hash(v)
assert len(str(brief.value)) < len(str(longer.value))

# %% error-unhashable-code-4
# > It has no `ref()`.
# > The `tf.Variable` that it holds has.
assert _ == "kernel" and not hasattr(k, "ref")
k.assign(k)
assert names[k.value.ref()] == "kernel"

# %% error-truth-value-code
# raises ValueError: The truth value of an array with more than one element is ambiguous
# > Variables are compared entry by entry, so `in`, `if` and `and` meet a whole array of answers where they want one.
for kind in KINDS:
    one, two = some(kind), some(kind)
    assert same(one == two, [[True, True], [True, True]])
    with raises(ValueError, match="truth value"):
        assert one in [two, one]
    for attempt in (lambda answer: 1 if answer else 0, lambda answer: answer and 1, bool):
        with raises(ValueError, match="truth value"):
            attempt(one == two)

# %% error-truth-value-code-2
# since keras 3.5: Keras variables of different shapes raise an error under `==`
# > (A Keras variable after `if` says `cannot be used as a boolean`.
# > Two lists of arrays, such as `get_weights` returns, say the same under `==`.
# > Keras variables of different shapes say `Incompatible shapes`.
# > Of one entry, `in` asks for the value, without an error: another variable with the same number is found.)
for kind in KINDS:
    assert kind(1.0) in [kind(1.0)] and kind([1.0]) in [kind([1.0])]
with raises(InvalidArgument, match="Incompatible shapes"):
    assert keras.Variable(np.ones((2, 2))) in [keras.Variable(np.ones((3, 2)))]
assert tf.Variable(np.ones((2, 2))) not in [tf.Variable(np.ones((3, 2)))]
# > Ask for the same object with `is`, or for all entries with `all`.
with raises(TypeError, match="cannot be used as a boolean"):
    bool(some(keras.Variable))
with raises(ValueError, match="truth value"):
    bool(some())
with raises(ValueError, match="truth value"):
    bool(dense(2).get_weights() == dense(2).get_weights())
assert _ is True and not any(v is one for one in [tf.Variable(matrix)])

# %% error-truth-value-code-3
assert (v.numpy() > 0).all() and not (v.numpy() > 1).all()

# %% error-truth-value-code-4
# > Two conditions of one mask are joined by `&`, each in brackets of its own.
# > Without the brackets NumPy says that `ufunc 'bitwise_and' not supported for the input types`.
assert same(_, [[False, True], [True, False]])
with raises(TypeError, match="ufunc 'bitwise_and' not supported for the input types"):
    bool(values > 1 & values < 4)

# %% error-read-only-code
# raises ValueError: assignment destination is read-only
# > `v.value()` is a tensor, and this array shows TensorFlow's own memory of it; NumPy protects that memory ([not
# > always](#no-error-but-a-variable-changed-without-assign)).
# > What `np.broadcast_to` returns is protected too.
with raises(ValueError, match="assignment destination is read-only"):
    np.broadcast_to([1, 2], (2, 2))[0, 0] = 9
assert tf.is_tensor(v.value()) and not isinstance(v.value(), tf.Variable)
for dtype in PLAIN:
    straight = np.asarray(tf.Variable(tf.cast(matrix, dtype)).value())
    assert not straight.flags.owndata and not straight.flags.writeable
    with raises(ValueError, match="assignment destination is read-only"):
        straight[0, 0] = 0
assert same(v, matrix)

# %% error-read-only-code-2
# > `v.numpy()` is a copy, which you may edit.
assert same(_, [[9, 2], [3, 4]])
for dtype in PLAIN:
    assert tf.Variable(tf.cast(matrix, dtype)).numpy().flags.owndata
    assert tf.Variable(tf.cast(matrix, dtype)).numpy().flags.writeable

# %% error-dtype-code
# raises ValueError: Tensor conversion requested dtype float32 for Tensor with dtype float64
# > A `tf.Variable` casts an array that is assigned to it, but not a tensor of another dtype.
# > Here `tf.constant` made the tensor from a float64 array.
# > (For a variable of another dtype it says `Incompatible type conversion requested`.
# > A `tf.function` with an `input_signature` says `Binding inputs to tf.function failed`.)
signed = tf.function(lambda x: x, input_signature=[tf.TensorSpec((2, 2), tf.float32)], autograph=False)
with raises(TypeError, match=r"Binding inputs to tf\.function failed"):
    signed(tf.constant(wide))
assert same(signed(wide), wide.astype("float32"))
assert wide.dtype == tf.constant(wide).dtype == tf.float64
for dtype in (*FLOATS, tf.int32):
    for source in (tf.float32, tf.bfloat16, tf.float64, tf.int32, tf.int64):
        other = some(dtype=dtype)
        other.assign(tf.cast(matrix * 2, source).numpy())
        assert same(other, matrix * 2)
        if source != dtype:
            with raises(ValueError, match="Tensor conversion requested dtype"):
                other.assign(tf.cast(matrix, source))
            with raises(ValueError, match="Incompatible type conversion requested"):
                other.assign(some(dtype=source))
            with raises(ValueError, match="conversion requested"):
                other[0].assign(tf.cast(matrix[0], source))
            assert same(other, matrix * 2)

# %% error-dtype-code-2
# > Give `assign` the array itself, or cast the tensor.
assert same(_, [[1, 2], [3, 4]])

# %% error-dtype-code-3
# > Of integers, `/` makes decimals: with an int32 or int64 variable, `whole / 2` is a tensor of float64.
# > Divide by `//`, which rounds down, or cast the quotient, which cuts off.
assert printed == "<dtype: 'float64'> [-1  2]\n"
assert same(_, [-2, 2])
for dtype in (tf.int32, tf.int64):
    other = tf.Variable([-3, 4], dtype=dtype)
    for half in (lambda other=other: other / 2, tf.function(lambda other=other: other / 2)):
        assert half().dtype == tf.float64
        with raises(ValueError, match=f"requested dtype {dtype.name} for Tensor with dtype float64"):
            other.assign(half())
    other.assign(tf.cast(other / 2, dtype))
    assert same(other, [-1, 2])

# %% error-int-list-code
# raises TypeError: Cannot convert [[1.5, 2], [3, 4]] to EagerTensor of dtype int32
# > A list with decimals was assigned to a variable of integers; `2.0` counts as one.
# > So does a number: `whole * 0.5` ends in the same words.
# > (With `dtype float` at the end the value may be text or a complex number, with `dtype bool` a number.)
for kind, value, end in (
    (tf.float32, "12", "float"),
    (tf.float32, [["1", "2"], ["3", "4"]], "float"),
    (tf.float32, [[1j, 2], [3, 4]], "float"),
    (tf.bool, [[1, 0], [0, 1]], "bool"),
    (tf.bool, [[1.0, 0.0], [0.0, 1.0]], "bool"),
):
    with raises(TypeError, match=f"to EagerTensor of dtype {end}$"):
        tf.Variable(tf.cast(matrix, kind)).assign(value)
with raises(TypeError, match=r"Cannot convert 0.5 to EagerTensor of dtype int32"):
    whole * 0.5
for dtype in (tf.int8, tf.int32, tf.int64, tf.uint8):
    for value in ([[1.5, 2], [3, 4]], [[1, 2.0], [3, 4]]):
        with raises(TypeError, match=f"to EagerTensor of dtype {dtype.name}"):
            some(dtype=dtype).assign(value)

# %% error-int-list-code-2
# raises TypeError: Cannot convert [1.5, 2] to EagerTensor of dtype int64
# > Made from a list such as `[1, 2]`, a variable is int32; made from a NumPy array of whole numbers, it is int64.
assert tf.Variable([1, 2]).dtype == tf.int32
assert tf.Variable(np.arange(3)).dtype == tf.Variable(np.array([1, 2])).dtype == tf.int64

# %% error-int-list-code-3
# > Give the variable a float dtype when you create it.
assert same(_, [[1.5, 2], [3, 4]])

# %% error-ufunc-code
# raises UFuncTypeError: Cannot cast ufunc 'multiply' output from dtype('float64') to dtype('int32')
# > The snapshot holds integers, and `*=` cannot put decimals into it.
# > (`UFuncTypeError` is a kind of `TypeError`.)
assert values.dtype == "int32"
with raises(TypeError, match="Cannot cast ufunc 'multiply' output"):
    values.copy().__imul__(0.5)

# %% error-ufunc-code-2
# > Make a new array.
# > To store its decimals, the variable must be of a float dtype.
assert same(_, matrix / 2)
whole = some(dtype=tf.int32)
whole.assign(_)
assert same(whole, [[0, 1], [1, 2]])

# %% error-astype-code
# raises TypeError: Cannot interpret 'tf.float32' as a data type
# > NumPy does not know TensorFlow's dtype objects.
for dtype in PLAIN:
    with raises(TypeError, match="Cannot interpret"):
        np.dtype(dtype)

# %% error-astype-code-2
# > Ask for NumPy's own.
assert _.dtype == "float32"
assert same(_, [0, 1, 2, 3])

# %% error-inexact-code
# raises ValueError: data type <class 'ml_dtypes.bfloat16'> not inexact
# > NumPy does not count bfloat16 among its floats: `np.issubdtype(values.dtype, np.floating)` is `False` as well.
assert not np.issubdtype(v.numpy().dtype, np.floating)

# %% error-inexact-code-2
# > Ask TensorFlow's dtype.
# > (`ml_dtypes.finfo` knows more.)
assert _[0] and float(_[1]) == float(ml_dtypes.finfo(ml_dtypes.bfloat16).max) > 3e38
assert float(ml_dtypes.finfo(ml_dtypes.bfloat16).eps) == 2**-7
for dtype in FLOATS:
    assert tf.as_dtype(dtype).is_floating and tf.as_dtype(dtype).max > 6e4
assert not tf.int32.is_floating

# %% error-double-code
# raises InvalidArgumentError: was expected to be a float tensor but is a double tensor
# > A `tf.Variable` or tensor of float32 ("float") does not meet one of float64 ("double"), nor the other way round
# > (`was expected to be a double tensor but is a float tensor`).
with raises(InvalidArgument, match="was expected to be a double tensor but is a float tensor"):
    wide + v
# > NumPy's decimals are float64 unless told otherwise, and a variable made from them is as well.
# > Inside a `tf.function` the message is `has type float64 that does not match type float32`.
assert wide.dtype == tf.float64
for made in (np.array([0.5]), np.random.default_rng(0).normal(size=2), np.zeros(2), np.linspace(0, 1, 3), np.eye(2)):
    assert made.dtype == "float64" and tf.Variable(made).dtype == tf.float64
for narrow in (v, tf.constant(matrix)):
    for other in (wide, tf.constant(wide.numpy())):
        for meet in (tf.multiply, tf.add, tf.matmul):
            with raises(InvalidArgument, match="was expected to be a float tensor but is a double tensor"):
                meet(narrow, other)
            with raises(TypeError, match="has type float64 that does not match type float32"):
                tf.function(meet)(narrow, other)

# %% error-double-code-2
# > Make the variable with the dtype of the others.
assert same(_, [[1, 4], [9, 16]])

# %% error-attr-t-code
# raises InvalidArgumentError: Value for attr 'T' of bool is not in the list of allowed values: float
# > TensorFlow's function does not take this dtype: the message names the dtype, then those that it takes.
# > Here a mask was to be added up, and a mask is of dtype bool.
# > (`tf.sqrt` says the same of integers.
# > Inside a `tf.function` the words are `has DataType bool not in list of allowed values`.)
for kind in KINDS:
    for dtype in [*FLOATS, tf.int32]:
        mask = some(kind, dtype) > 2
        assert mask.dtype == tf.bool
        for add in (tf.reduce_sum, tf.reduce_mean):
            with raises(InvalidArgument, match="Value for attr 'T' of bool is not in the list of allowed values: "):
                add(mask)
            with raises(TypeError, match="has DataType bool not in list of allowed values"):
                function(add)(mask)
    for dtype in (tf.int32, tf.int64, tf.uint8):
        with raises(InvalidArgument, match=f"Value for attr 'T' of {dtype.name} is not in the list of allowed"):
            tf.sqrt(some(kind, dtype))

# %% error-attr-t-code-2
# > Cast first.
assert _.numpy() == 2

# %% error-attr-t-code-3
# > Or let NumPy count: it takes `True` for 1.
assert _ == 2 == True + True

# %% error-kernel-code
# raises InvalidArgumentError: No OpKernel was registered to support Op 'AssignAddVariableOp' ... [dtype=DT_BOOL]
# > TensorFlow cannot carry out this operation with this dtype on this device.
# > The message names the operation, then the dtype: here `DT_BOOL`.
# > (Other operations say `Could not find device for node`, such as a product of two uint8 matrices.)
assert same(seen, [False, True])
number = tf.Variable([[1, 0], [0, 1]], dtype=tf.uint8)
with raises(tf.errors.NotFoundError, match=r"Could not find device for node: \{\{node MatMul\}\} = MatMul\[T=DT_UINT8"):
    tf.matmul(number, number)
small = tf.Variable(tf.constant(np.ones(2), tf.dtypes.experimental.float8_e5m2))
with raises(InvalidArgument, match=r"No OpKernel was registered .* 'AssignAddVariableOp' .*DT_FLOAT8_E5M2"):
    small.assign_add(small)

# %% error-kernel-code-2
# > Compute the new value by an operation that exists, and assign it.
assert same(_, [True, True])

# %% error-numpy-in-function-code-2
# raises NotImplementedError: in user code: ... halve ... numpy() is only available when eager execution is enabled
# > If a message is long, read its last line first.
#
# > The last line is the message.
# > "In user code" and what follows it lead to your own line; of a notebook's cell, the file is a temporary one.
# > (`__deepcopy__() is only available when eager execution is enabled` has the same cause: to keep the old value, read
# > it with `tf.identity(v)`.)
#
# > A `tf.function` is traced before it runs, and while it is traced there are no values to give to NumPy.
with raises(NotImplementedError) as error:
    halve()
first, *path, last = str(error.value).strip().splitlines()
assert first == "in user code:" and "    v.assign(v.numpy() / 2)" in "\n".join(path)
assert last.strip() == "NotImplementedError: numpy() is only available when eager execution is enabled."
assert "ipykernel" in "".join(path)  # the temporary file of the cell
with raises(NotImplementedError, match=r"__deepcopy__\(\) is only available when eager"):
    tf.function(lambda: copy.deepcopy(v), autograph=False)()
number = tf.Variable(1.0)
assert same(tf.function(lambda: [tf.identity(number), number.assign(3.0)], autograph=False)(), [1, 3])
assert same(v, matrix)
for other in (some(keras.Variable), some(dtype=tf.bfloat16)):
    with raises(NotImplementedError, match="only available when eager"):
        function(type(other).numpy, other)()
old, late = v.assign(v), keras.layers.Dense(2)
for words, call, *inputs in (
    ("only available when eager execution is enabled", lambda: v.numpy()),
    ("'SymbolicTensor' object has no attribute 'numpy'", lambda: (v * 2).numpy()),
    ("Cannot convert a symbolic tf.Tensor", lambda: np.sqrt(v * 2)),
    ("only supports singleton tf.Variables", lambda: tf.Variable(matrix)),
    ("Creating variables on a non-first call", lambda late_too: late(matrix) if late_too else v * 2, False, True),
    ("Can not convert a NoneType into a Tensor", lambda: old * 2),
):
    traced = tf.function(call)
    with raises((AttributeError, NotImplementedError, TypeError, ValueError)) as error:
        for value in inputs or [None]:
            traced(*[value][: len(inputs)])
    lines = str(error.value).strip().splitlines()
    assert words in lines[-1] and words not in "".join(lines[:-1])
    assert len(lines) > 4 or inputs

# %% error-numpy-in-function-code-3
# > Use TensorFlow's operations inside the function, or NumPy outside it.
assert same(_, matrix / 2)

# %% error-symbolic-code-2
# raises AttributeError: 'SymbolicTensor' object has no attribute 'numpy'
# > While a `tf.function` is traced, a tensor has no values and no `numpy`: here it is `v * 2`.
assert not function(lambda: hasattr(v * 2, "numpy"))().numpy()
assert same((v * 2).numpy(), matrix * 2)  # outside, it has the method

# %% error-symbolic-code-3
# > Return the tensor, and take its NumPy value outside.
assert same(_, matrix * 2)

# %% error-symbolic-code-5
# raises AttributeError: 'SymbolicTensor' object has no attribute 'numpy'
# > Keras traces too: in `fit`, a loss that calls `.numpy()` fails with the same message.
assert model.optimizer.iterations.numpy() == 0  # no step was taken

# %% error-symbolic-code-6
# > Write the loss with TensorFlow or `keras.ops`.
assert _ == {"loss": [1.0]}
with_tensorflow = dense(1)
with_tensorflow.compile("sgd", loss=lambda y, outputs: tf.square(outputs - y))
assert with_tensorflow.evaluate(x, y, verbose=0) == 1.0

# %% error-symbolic-numpy-code-2
# raises NotImplementedError: Cannot convert a symbolic tf.Tensor ... to a numpy array
# > A NumPy function was called on a tensor while the `tf.function` was traced.
for numpys in (np.square, np.abs, np.asarray, np.mean, np.sort):
    with raises(NotImplementedError, match="Cannot convert a symbolic"):
        function(lambda numpys: numpys(v * 2), numpys)()

# %% error-symbolic-numpy-code-3
# > Use TensorFlow's own function.
np.testing.assert_allclose(_, np.sqrt(matrix * 2), rtol=1e-6)


# %% error-symbolic-bool-code-2
# raises OperatorNotAllowedInGraphError: Using a symbolic `tf.Tensor` as a Python `bool` is not allowed
# > While it is traced, Python's `max` asks which tensor is larger, and there are no values yet.
# > `sorted`, `any`, `in`, `assert` and a condition in a list comprehension ask as well.
def asserting():
    assert v[0] > 0
    return v * 1


for asks in (
    lambda: sorted([v[0], v[1]]),
    lambda: any([v[0] > 0, v[1] > 0]),
    lambda: 1.0 in [v[0], v[1]],
    lambda: [number for number in range(3) if v[0] > number],
    lambda: min(v[0], v[1]),
    asserting,
):
    with raises(TypeError, match="as a Python `bool`"):
        tf.function(asks)()

# %% error-symbolic-bool-code-3
# > Use TensorFlow's operation.
assert _.numpy() == 4

# %% error-symbolic-bool-code-4
# since keras 3.15: a constraint may be a plain function
# > An `if` or `while` on a tensor, with `and`, `or` and `not`, is translated by `tf.function`, where it can read the
# > source: not in code made by `exec`, not in one of two lambdas on a line that take the same arguments, not with
# > `autograph=False`, and not in what Keras calls, such as a layer's `call`, a loss, a metric, a constraint or
# > `train_step`.
# > Write `tf.cond` or `tf.where` there, or `keras.ops.cond` or `keras.ops.where`.
LAMBDAS = """
one = tf.function(lambda x: 1.0 if x > 0 else 2.0)
two, three = tf.function(lambda x: 1.0 if x > 0 else 2.0), tf.function(lambda x: 3.0 if x > 0 else 4.0)
"""
with module_of(LAMBDAS) as made, unlogged():
    assert made.one(tf.constant(-1.0)).numpy() == 2
    for each in (made.two, made.three):
        with raises(TypeError, match="as a Python `bool`"):
            each(tf.constant(-1.0))
KERAS = """
import keras
import tensorflow as tf

switch = tf.Variable(1.0)
def pick(chosen, one, other):
    if chosen:
        return one
    return other
class Picks(keras.layers.Layer):
    def __init__(self, pick):
        super().__init__()
        self.pick = pick
    def call(self, x):
        return self.pick(keras.ops.max(x) > 5, x * 2, x)
class Counts(keras.metrics.Metric):
    def __init__(self, pick):
        super().__init__()
        self.pick, self.total = pick, self.add_weight(name="total", initializer="zeros")
    def update_state(self, y, p, sample_weight=None):
        self.total.assign(self.pick(switch > 0, self.total + 1, self.total * 1))
    def result(self):
        return self.total + 0
class Steps(keras.Model):
    def __init__(self, pick):
        super().__init__()
        self.pick, self.out = pick, keras.layers.Dense(1)
    def call(self, x):
        return self.out(x)
    def train_step(self, data):
        return {"loss": self.pick(switch > 0, switch * 1, switch * 2)}
def net(*layers):
    return keras.Sequential([keras.Input((2,)), *layers, keras.layers.Dense(1)])
def fits(model, loss="mse", metrics=()):
    model.compile("sgd", loss, metrics=list(metrics) or None)
    model.fit(tf.ones((4, 2)), tf.ones((4, 1)), verbose=0)
def constrained(pick):
    model = net()
    model.layers[-1].kernel.constraint = lambda weight: pick(keras.ops.max(weight) > 5, weight * 2, weight * 1)
    return model
WAYS = [
    lambda pick: fits(net(Picks(pick))),
    lambda pick: fits(net(), lambda y, p: pick(switch > 0, keras.ops.mean(y - p), keras.ops.mean(p - y))),
    lambda pick: fits(net(), metrics=[Counts(pick)]),
    lambda pick: fits(constrained(pick)),
    lambda pick: fits(Steps(pick), loss=None),
]
"""
with module_of(KERAS) as in_keras:
    for way in in_keras.WAYS:
        with raises(Exception, match="as a Python `bool`"):
            way(in_keras.pick)
        way(keras.ops.where)
        way(lambda chosen, one, other: keras.ops.cond(chosen, lambda: one, lambda: other))
    assert tf.function(in_keras.pick)(in_keras.switch > 0, 1, 2).numpy() == 1  # the source can be read
assert same(_, [1.5, 2])
w = tf.Variable(1.0)
SOURCE = """
def change(w):
    while w < 20 and not w < 0:
        w.assign(w * 3)
    if w > 100 or w < 30:
        w.assign(-w)
"""
made = {"tf": tf}
exec(SOURCE, made)
for options in ({}, {"autograph": False}):
    with raises(TypeError, match="as a Python `bool`"):
        tf.function(made["change"], **options)(w)
with module_of(SOURCE) as module:
    with raises(TypeError, match="as a Python `bool`"):
        tf.function(module.change, autograph=False)(w)
    change = tf.function(module.change)
    for start, end in ((1.0, -27.0), (50.0, 50.0), (200.0, -200.0)):
        w.assign(start)
        change(w)
        assert w.numpy() == end
assert change.experimental_get_tracing_count() == 1
tf.function(lambda: tf.cond(w < 0, lambda: w.assign(-w), lambda: w), autograph=False)()
assert w.numpy() == 200

# %% error-singleton-code-2
# raises ValueError: tf.function only supports singleton tf.Variables created on the first call
# > The function creates a variable each time it is traced.
#
# > (An optimizer creates variables at its first step.
# > One that a later trace meets for the first time, such as a second Adam, raises this error too, unless you call
# > `optimizer.build(variables)` before.)
pair = keras.optimizers.Adam(), keras.optimizers.Adam()
both = tf.function(lambda: [one.apply([tf.ones(())], [tf_weight]) for one in pair], autograph=False)
tf_weight = tf.Variable(0.0)
both()  # two in the first trace are no error
assert [one.iterations.numpy() for one in pair] == [1, 1]
weight, ones = some(), tf.ones((2, 2))
step = tf.function(lambda optimizer: optimizer.apply_gradients([(ones, weight)]), autograph=False)
new = keras.optimizers.Adam()
before = len(new.variables)
step(new)
assert len(new.variables) > before
with raises(ValueError, match="only supports singleton"):
    step(keras.optimizers.Adam())
built = keras.optimizers.Adam(learning_rate=1.0)
built.build([weight])
step(built)
assert built.iterations.numpy() == 1

# %% error-singleton-code-3
# > Create the variable once, outside, and assign to it inside.
assert same(_, matrix * 2)
assert same(store, matrix)

# %% error-none-type-code-2
# raises TypeError: Can not convert a NoneType into a Tensor or Operation
# > The `tf.function` uses the object that an earlier `assign` returned.
assert returned is not v and isinstance(returned, tf.Variable)

# %% error-none-type-code-3
# > Call `assign` as a statement, and keep using the variable.
assert same(_, matrix * 20)

# %% error-non-first-code
# raises ValueError: Creating variables on a non-first call to a function decorated with tf.function
# > A variable may be created while the function's first call is traced, and not by a later trace.
#
# > Here the second call is the first to use the layer, which then makes its weights.
fresh = keras.layers.Dense(2)
first = tf.function(lambda x: fresh(x), autograph=False)
first(matrix)
first(matrix[:1])  # a later trace that makes nothing
assert fresh.built and first.experimental_get_tracing_count() >= 2


@tf.function
def step(train):
    if train:
        momentum.apply_gradients([(tf.ones((2, 2)), weight)])


for build in (False, True):
    momentum, weight = keras.optimizers.SGD(0.5, momentum=0.5), some()
    step = tf.function(step.python_function)
    step(False)
    if build:
        momentum.build([weight])
        step(True)
        assert same(weight, matrix - 0.5)
    else:
        with raises(ValueError, match="Creating variables on a non-first call"):
            step(True)

# %% error-non-first-code-3
# > Build layers and optimizers before the first call.
# > (The layer that failed is spoilt; this is a new one. A new optimizer [under the old name is not
# > seen](#no-error-but-tffunction-uses-the-old-mask).)
assert same(_, [[3, 3], [7, 7]])
spoilt = keras.layers.Dense(2)
other = tf.function(lambda x, use: spoilt(x) if use else x, autograph=False)
other(matrix, False)
with raises(ValueError, match="non-first call"):
    other(matrix, True)
with raises(ValueError, match="already built"):
    spoilt.build((None, 2))

# %% error-unsupported-code-2
# raises InvalidArgumentError: Detected unsupported operations when trying to compile graph
# > XLA cannot compile what the message names, here `PyFunc`: the call of NumPy.
# > The same goes for `tf.py_function` and, on a CPU, for `tf.print`.
unsupported = {
    "PyFunc": lambda: tf.numpy_function(np.sort, [v], v.dtype),
    "EagerPyFunc": lambda: tf.py_function(tf.sort, [v], v.dtype),
    "StringFormat": lambda: [tf.print(v, output_stream="file:///dev/null"), v * 1][1],
}
for named, call in unsupported.items():
    tf.function(call, autograph=False)()
    with raises(tf.errors.InvalidArgumentError, match=rf"unsupported operations[\s\S]*\b{named}\b"):
        tf.function(call, autograph=False, jit_compile=True)()
assert same(v, matrix)

# %% error-unsupported-code-3
# > Use TensorFlow's operation, or leave `jit_compile=True` away; in a model, say `compile(..., jit_compile=False)`.
assert same(_, matrix[:, ::-1])


def loss(targets, outputs):
    return tf.reduce_mean(tf.numpy_function(lambda y: y * 2, [targets], targets.dtype) * tf.square(outputs))


for compiled in (True, False):
    model = dense(1)
    model.compile("sgd", loss, jit_compile=compiled)
    if compiled:
        with raises(tf.errors.InvalidArgumentError, match="unsupported operations"):
            fit(model)
    else:
        fit(model)

# %% error-xla-slice-code-2
# raises UnimplementedError: Automatic broadcasting not yet implemented
# > Elsewhere a number fills the slice.
# > Compiled with XLA, the value must have the shape of the slice.
for dtype in (tf.float16, tf.bfloat16, tf.float32, tf.float64, tf.int32):
    w = tf.Variable(matrix, dtype=dtype)
    for narrow in (0, [0], [[0]], np.zeros((), "float32")):
        fill = lambda: w[0].assign(tf.cast(narrow, w.dtype))  # noqa: B023, E731
        with raises(tf.errors.UnimplementedError, match="sliced l-value shape"):
            tf.function(fill, autograph=False, jit_compile=True)()
        assert same(w, matrix)
    for write in (fill, lambda: w[1].assign(tf.cast([5, 6], w.dtype))):  # noqa: B023
        tf.function(write, autograph=False, jit_compile=write is not fill)()
    assert same(w, [[0, 0], [5, 6]])

# %% error-xla-slice-code-3
assert same(_, [[0, 0], [3, 4]])

# %% error-xla-shape-code-2
# raises InvalidArgumentError: cannot be changed after initialization
# > XLA compiles for the shape that the variable has at the call, and a compiled `assign` keeps it.
# > Let the shape change outside of what is compiled.
assert same(v, matrix)
double = tf.function(lambda: v.assign(v * 2), autograph=False, jit_compile=True)
double()
assert same(v, matrix * 2)
v.assign([1.0, 2.0, 3.0])
double()
assert same(v, [2, 4, 6]) and double.experimental_get_tracing_count() == 1
v.assign(matrix)

# %% error-xla-shape-code-3
assert same(_, [1, 2])

# %% error-must-build-code
# raises AttributeError: You must build the layer before accessing `kernel`
# > A new layer has no kernel yet: it makes its weights when it is built or first called.
# > (Of a new layer's bias it says `'Dense' object has no attribute 'bias'`.)
with raises(AttributeError, match="'Dense' object has no attribute 'bias'"):
    keras.layers.Dense(2).bias
for other in (keras.layers.Dense(2), keras.layers.Conv1D(2, 1), keras.layers.EinsumDense("ab,bc->ac", 2)):
    with raises(AttributeError, match="You must build the layer before accessing `kernel`"):
        other.kernel
    assert not other.weights
built, called = keras.layers.Dense(2), keras.layers.Dense(2)
built.build((None, 2))
called(matrix)
assert built.kernel.shape == called.kernel.shape == (2, 2)

# %% error-must-build-code-2
# > Build it first, here for 2 inputs.
assert same(_, matrix)

# %% error-none-assign-code
# since keras 3.5: what a BatchNormalization is made without is None
# raises AttributeError: 'NoneType' object has no attribute 'assign'
# > What stands before `.assign` is `None`: this layer was made without a bias, as a BatchNormalization may be without
# > `gamma` or `beta`.
# > (Of a `tf.Variable`, `assign` with `read_value=False` returns `None` as well.
# > So do `load_weights`, `set_weights` and `compile`: after `model = model.load_weights(path)` it is `'NoneType' object
# > has no attribute 'predict'`, or `'expect_partial'`.)
assert layer.bias is None
for make in (keras.layers.BatchNormalization, keras.layers.LayerNormalization):
    bare = make(scale=False, center=False)
    bare.build((None, 2))
    assert bare.gamma is bare.beta is None
assert some().assign(matrix, read_value=False) is None
other = dense(2)
assert other.set_weights(other.get_weights()) is other.compile("sgd", "mse") is None
with tempfile.TemporaryDirectory() as place:
    other.save_weights(f"{place}/saved.weights.h5")
    nothing = other.load_weights(f"{place}/saved.weights.h5")
for name in ("predict", "expect_partial"):
    with raises(AttributeError, match=f"'NoneType' object has no attribute '{name}'"):
        getattr(nothing, name)

# %% error-none-assign-code-2
# > A layer keeps the variables with which it was built.
# > Make another one, and give it the kernel.
assert same(_, [1, 1]) and same(other.kernel, layer.kernel.numpy())
layer.use_bias = True
with raises(ValueError, match="cannot add new elements of state"):
    layer.build((None, 2))

# %% error-set-weights-code-2
# raises ValueError: Layer small weight shape (2,) is not compatible with provided weight shape (3,)
# > One of the arrays has the wrong shape: here the bias, with 3 numbers for 2.
assert layer.bias.shape == (2,)

# %% error-set-weights-code-3
# > The kernel came first and has already been written.
# > (Arrays of all `trainable_weights`, then of all `non_trainable_weights`, have another order, which fits by chance
# > where layers are alike: statistics of a BatchNormalization land in another one's gamma and beta.
# > Give each variable its array by `assign`.)
norms = keras.Sequential([keras.Input((2,)), *(keras.layers.BatchNormalization() for _ in range(2))])
norms.layers[0].moving_variance.assign([7, 8])
ordered = norms.trainable_weights + norms.non_trainable_weights
arrays = [weight.numpy() for weight in ordered]
norms.set_weights(arrays)
assert same(norms.layers[1].gamma, [0, 0]) and same(norms.layers[1].beta, [7, 8])
# > (An array in the place of the list is taken for a list of its rows.
# > `takes 2 positional arguments but 3 were given`: put them into one list.)
with raises(ValueError, match=r"weight shape \(2, 2\) is not compatible with provided weight shape \(2,\)"):
    layer.set_weights(matrix)
with raises(ValueError, match="with a weight list of length 3"):
    layer.set_weights(np.ones((3, 2)))
with raises(TypeError, match="takes 2 positional arguments but 3 were given"):
    layer.set_weights(matrix, np.zeros(2))
layer.set_weights([matrix, np.zeros(2)])
assert same(_, matrix)

# %% error-set-weights-code-4
# > Compare the shapes before you call `set_weights`.
assert _ == [(2, 2), (2,)]

# %% error-weights-list-code
# raises AttributeError: 'list' object has no attribute 'shape'
# > `set_weights` takes a list of arrays, and these are lists of numbers.
with raises(AttributeError, match="'list' object has no attribute 'shape'"):
    layer.set_weights([matrix, [0, 0]])
layer.set_weights([tf.constant(matrix), np.zeros(2)])

# %% error-weights-list-code-2
# > Make arrays of them.
assert same(_, [[1, 2], [3, 4]])

# %% error-zero-weights-code
# raises ValueError: with a weight list of length 2, but the layer was expecting 0 weights
# > The layer has not seen an input yet, so its weights do not exist.
#
# > Build layers and optimizers before you change their weights.
late, adam = keras.layers.Dense(2), keras.optimizers.Adam()
assert not late.weights and len(adam.variables) < 3
late.build((None, 2))
adam.build(late.weights)
late.kernel.assign(matrix)
for part in adam.variables[2:]:
    part.assign(np.ones(part.shape))
assert same(late.kernel, matrix) and len(adam.variables) > 3
assert not new.built and new.weights == []

# %% error-zero-weights-code-3
# > Build it first.
assert same(_, matrix)

# %% error-weights-length-code
# raises ValueError: with a weight list of length 1, but the layer was expecting 2 weights
# > `set_weights` wants as many arrays as `get_weights` returns, in that order: of this layer the kernel and the bias.
# > (If the layer was expecting 0 weights, [it is not built](#but-the-layer-was-expecting-0-weights).)
assert [weight.name for weight in layer.weights] == ["kernel", "bias"]
assert [array.shape for array in layer.get_weights()] == [(2, 2), (2,)]
for arrays in ([], [matrix, np.zeros(2), np.zeros(2)]):
    with raises(ValueError, match="with a weight list of length"):
        layer.set_weights(arrays)

# %% error-weights-length-code-2
# > Begin with the list that is there.
#
# > For one weight, `layer.kernel.assign(matrix)` does as well.
assert same(_, matrix)
layer.kernel.assign(matrix * 2)
assert same(layer.get_weights()[0], matrix * 2)

# %% error-loaded-code-2
# raises ValueError: A total of 1 objects could not be loaded ... Layer 'out' expected 1 variables, but received 2
# > The file was saved from a model with other layers.
#
# > Here the file holds a kernel and a bias, and the model's layer has no bias.
# > Layers that do fit have been loaded all the same.
assert [weight.name for weight in saved.weights] == ["kernel", "bias"] and len(layer.weights) == 1
for wrong in range(3):
    layers = [keras.layers.Dense(2, use_bias=place == wrong) for place in range(3)]
    other = keras.Sequential([keras.Input((1,)), *layers])
    numbered = dense(2, 2, 2)
    numbered.set_weights([np.full(array.shape, 7) for array in numbered.get_weights()])
    with tempfile.TemporaryDirectory() as place:
        numbered.save_weights(f"{place}/numbered.weights.h5")
        with raises(ValueError, match="A total of 1 objects could not be loaded"):
            other.load_weights(f"{place}/numbered.weights.h5")
    assert [(layer.kernel.numpy() == 7).all() for layer in layers] == [place != wrong for place in range(3)]


# %% error-loaded-code-3
# > Load into a model made by the same code.
# > (Where the code is the same, layers of the saved model had no weights yet: call a model once on data before you save
# > it. Its `build` [may build no layer](#no-error-but-load_weights-loaded-nothing).
# > Where it `received 0 variables`, the file has nothing at the layer's place: in a class of your own, that may be the
# > name of the attribute; in a model within a model, it is one level deeper.)
def unbuilt():
    """A model of its own class; its `build` builds nothing."""
    return made_of_its_own(lambda net, shape: None)


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    unbuilt().save_weights(f"{folder.name}/unbuilt.weights.h5")
target = unbuilt()
target(np.ones((1, 2)))
with raises(ValueError, match="objects could not be loaded"):
    target.load_weights(f"{folder.name}/unbuilt.weights.h5")
called = unbuilt()
called(np.ones((1, 2)))
called.save_weights(f"{folder.name}/called.weights.h5")
target.load_weights(f"{folder.name}/called.weights.h5")
assert same(target.get_weights()[0], called.get_weights()[0])


def of_attribute(name, label):
    """A model of its own class whose Dense is this attribute."""
    net = type("Net", (keras.Model,), {"call": lambda net, inputs: getattr(net, name)(inputs)})()
    setattr(net, name, keras.layers.Dense(1, name=label))
    net(np.ones((1, 2)))
    return net


def nested():
    within = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    return keras.Sequential([keras.Input((2,)), within])


of_attribute("body", "same").save_weights(f"{folder.name}/place.weights.h5")
of_attribute("body", "another").load_weights(f"{folder.name}/place.weights.h5")
for other in (of_attribute("head", "same"), nested()):
    with raises(ValueError, match="expected 2 variables, but received 0 variables"):
        other.load_weights(f"{folder.name}/place.weights.h5")
of_attribute("one", "same").save_weights(f"{folder.name}/late.weights.h5")
of_attribute("two", "same").load_weights(f"{folder.name}/late.weights.h5")  # after "layers" in the alphabet: numbered
keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save_weights(f"{folder.name}/flat.weights.h5")
with raises(ValueError, match="expected 2 variables, but received 0 variables"):
    nested().load_weights(f"{folder.name}/flat.weights.h5")
assert _.all()
assert same(model.get_weights()[1], saved.get_weights()[1])

# %% error-by-name-code-2
# since keras 3.11: load_weights names by_name in its message
# raises ValueError: `by_name` only supports loading legacy ... files.
# > The file was saved by Keras 3.
#
# > A file of Keras 2, ending in `.h5`, can be read by the names of layers, still today.
# > Keras 3 does not load a `.weights.h5` file by names: it numbers the layers, kind by kind.
import h5py

layers = [keras.layers.Dense(2, name=name) for name in ("one", "two")]
keras.Sequential([keras.Input((2,)), *layers, keras.layers.BatchNormalization(name="three")]).save_weights(
    f"{folder.name}/other.weights.h5"
)
with h5py.File(f"{folder.name}/other.weights.h5") as file:
    assert list(file["layers"]) == ["batch_normalization", "dense", "dense_1"]
with unlogged():
    saved.save(f"{folder.name}/legacy.h5")  # Keras 3 writes this format of Keras 2, too
layers = [keras.layers.Dense(3, name="first"), keras.layers.Dense(2, name="out")]
other = keras.Sequential([keras.Input((2,)), layers[1], layers[0]])
other.load_weights(f"{folder.name}/legacy.h5", by_name=True)
assert same(layers[1].kernel, saved.get_weights()[0])

# %% error-by-name-code-3
# > Leave `by_name` out; the names of the two models may differ then.
#
# > To go by names, see the recipe [Load what fits of another
# > model](recipes.ipynb#load-what-fits-of-another-model).
assert _.all()
other = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, name="another")], name="elsewhere")
other.load_weights(f"{folder.name}/saved.weights.h5")
assert same(other.get_weights()[0], saved.get_weights()[0])

# %% error-no-setter-code
# raises AttributeError: property 'kernel' of 'Dense' object has no setter
# > A Dense layer's kernel cannot be replaced, by an array or, with the words `You cannot add new elements of state`, by
# > a new Keras variable. (Its bias can be, by an array, which is [worse](#no-error-but-the-new-bias-is-not-trained).)
other = keras.layers.Dense(2)
other.build((None, 2))
for value in (matrix, tf.constant(matrix), [[1, 2], [3, 4]]):
    with raises(AttributeError, match="has no setter"):
        other.kernel = value
with raises(ValueError, match="You cannot add new elements of state"):
    other.kernel = keras.Variable(matrix)
other.bias = np.ones(2)
assert isinstance(other.bias, np.ndarray)

# %% error-no-setter-code-2
# > Assign to the variable that is there.
# > (To compute with another kernel for one call, and learn through it, see the recipe [Try other weights without
# > assigning them](recipes.ipynb#try-other-weights-without-assigning-them): its scope may stand in a layer's `call`,
# > too.)
assert same(_, matrix)


class Signed(keras.layers.Dense):
    def call(self, inputs):
        with keras.StatelessScope([(self.kernel, self.kernel.value * 2)]):
            return super().call(inputs)


signed = Signed(1, use_bias=False, kernel_initializer="ones")
other = keras.Sequential([keras.Input((1,)), signed])
other.compile("sgd", "mse")
assert same(other(np.ones((1, 1))), [[2]]) and same(signed.kernel, [[1]])
other.fit(np.ones((4, 1)), np.zeros((4, 1)), verbose=0)
np.testing.assert_allclose(signed.kernel, [[1 - 0.01 * 2 * 2 * 2]], rtol=1e-5)

# %% error-weights-setter-code
# raises AttributeError: property 'weights' of 'Dense' object has no setter
# > `weights` is a list that the layer makes of its variables whenever it is asked.
# > (So are `trainable_weights` and `variables`; a class of your own cannot use these names for anything else.
# > `layer.weights[0] = matrix` raises nothing, and changes that list alone.)
kept = layer.get_weights()
for name in ("weights", "trainable_weights", "variables"):
    assert getattr(layer, name) is not getattr(layer, name)
    assert [id(one) for one in getattr(layer, name)] == [id(layer.kernel), id(layer.bias)]
    for base in (keras.layers.Layer, keras.Model):

        class Own(base):
            def __init__(self, taken):
                super().__init__()
                setattr(self, taken, [1])

        with raises(AttributeError, match=f"property '{name}' of 'Own' object has no setter"):
            Own(name)
layer.weights[0] = matrix * 5
assert layer.weights[0] is layer.kernel and same(layer.kernel, kept[0])

# %% error-weights-setter-code-2
# > Write the values into the variables.
assert same(_, matrix * 10)


# %% error-new-state-code-2
# raises ValueError: You cannot add new elements of state (variables or sub-layers) to a layer that is already built.
# > A layer makes its variables and its layers in `__init__` or in `build`, for `call` runs many times.
# > (An assignment of a new variable, of another layer's or of a layer, to an attribute of a layer that is built says
# > the same; to share a weight, see [the recipe](recipes.ipynb#share-one-weight-between-two-layers).
one_layer, two_layer = keras.layers.Dense(2), keras.layers.Dense(2)
for each in (one_layer, two_layer):
    each.build((None, 2))
with raises(ValueError, match="You cannot add new elements of state"):
    one_layer.borrowed = two_layer.kernel


# > Of a `keras.Variable` made in `call` a model says `attempting to create a variable while in a stateless scope`,
# > where it has an `Input`.)
class Local(keras.layers.Layer):
    def call(self, inputs):
        return inputs * keras.Variable(1.0)


class Held(keras.layers.Layer):
    def call(self, inputs):
        self.held = keras.Variable(1.0)
        return inputs * self.held


for kind in (Local, Held):
    with raises((ValueError, RuntimeError), match="attempting to create a variable while in a stateless scope"):
        keras.Sequential([keras.Input((1,)), kind()])
    with raises((ValueError, RuntimeError), match="attempting to create a variable while in a stateless scope"):
        kind()(keras.Input((1,)))
ready = keras.layers.Dense(2)
ready.build((None, 2))
for new in (keras.Variable(1.0), keras.layers.Dense(1)):
    with raises(ValueError, match="You cannot add new elements of state"):
        ready.extra = new


class Late(keras.layers.Layer):
    def call(self, inputs):
        self.inner = keras.layers.Dense(1)
        return self.inner(inputs)


with raises(ValueError, match="You cannot add new elements of state"):
    Late()(np.ones((1, 1)))

# %% error-new-state-code-3
assert same(_, [[1]])

# %% error-keyword-code-2
# since keras 3.14: add_weight says that the name must be passed as a keyword argument
# raises ValueError: `name` must be passed as a keyword argument. Received: add_weight('scale', ...)
# > The layer was written for Keras 2.
#
# > In Keras 2 the name came first; in Keras 3 the shape does.
# > Name both.
np.testing.assert_array_equal(keras.layers.Layer().add_weight((2,), "ones"), [1, 1])

# %% error-keyword-code-3
# > (Before Keras 3.14 the message is `got multiple values for argument 'shape'`.
# > Of `use_resource` and `synchronization` it is `got an unexpected keyword argument`: leave them out.
# > Of `aggregation=tf.VariableAggregation.MEAN` it is `Invalid value for argument`: write `"mean"`.
# > Of `shape=2` it is `Cannot convert '2' to a shape`: write `(2,)`.)
assert _ == 1
old = tuple(map(int, keras.__version__.split(".")[:2])) < (3, 14)
words = "got multiple values for argument 'shape'" if old else "`name` must be passed as a keyword argument"
for options, message in (
    ({"synchronization": tf.VariableSynchronization.AUTO}, "got an unexpected keyword argument 'synchronization'"),
    ({"use_resource": True}, "got an unexpected keyword argument 'use_resource'"),
    ({"aggregation": tf.VariableAggregation.MEAN}, "for argument `aggregation`"),
    ({"shape": 2}, "Cannot convert '2' to a shape"),
):
    with raises((TypeError, ValueError), match=message):
        layer.add_weight(**{"shape": (2,), "name": "w", **options})
with raises((TypeError, ValueError), match=words):
    layer.add_weight("scale", shape=())
assert layer.add_weight(shape=(2,), name="w", aggregation="mean").shape == (2,)

# %% error-cell-code
# raises AttributeError: 'LSTM' object has no attribute 'kernel'
# > The weights belong to the layer's cell: `kernel`, `recurrent_kernel` and `bias`.
# > Their columns are blocks of `units`: input gate, forget gate, candidate, output gate.
assert [weight.name for weight in layer.cell.weights] == ["kernel", "recurrent_kernel", "bias"]
assert same(layer.cell.bias, [0, 0, 1, 1, 0, 0, 0, 0])  # Keras begins with an open forget gate
gates = keras.layers.LSTM(2)
gates.build((None, 1, 1))
sigmoid, steps = lambda x: 1 / (1 + np.exp(-x)), np.array([[[0.5]]], dtype="float32")
gates.cell.kernel.assign([[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]])
i, f, c, o = np.split(0.5 * gates.cell.kernel.numpy()[0] + gates.cell.bias.numpy(), 4)
np.testing.assert_allclose(gates(steps)[0], sigmoid(o) * np.tanh(sigmoid(i) * np.tanh(c)), rtol=1e-5)

# %% error-cell-code-2
# > Here the bias of the forget gate becomes 5.
# > (A GRU has a cell, too.
# > Bidirectional has two layers, `forward_layer` and `backward_layer`; an Embedding calls its table `embeddings`.
# > A MultiHeadAttention has four layers: `query_dense`, `key_dense` and `value_dense` with kernels of shape (inputs,
# > heads, size), and `output_dense` with one of shape (heads, size, outputs), where `kernel[1].assign(...)` with zeros
# > switches head 1 off.
# > `'Dense' object has no attribute 'W'`: the names are `kernel` and `bias`.)
heads = keras.layers.MultiHeadAttention(2, key_dim=3, value_dim=4, output_shape=6)
inputs = np.random.default_rng(0).normal(size=(1, 2, 5)).astype("float32")
heads(inputs, inputs)
for part, shape in (("query", (5, 2, 3)), ("key", (5, 2, 3)), ("value", (5, 2, 4)), ("output", (2, 4, 6))):
    assert getattr(heads, f"{part}_dense").kernel.shape == shape
heads.output_dense.kernel[1].assign(np.zeros((4, 6)))
first_alone = heads(inputs, inputs).numpy()
for part in ("query", "key", "value"):
    changed = getattr(heads, f"{part}_dense").kernel
    changed.assign(changed.numpy() * [[[1], [9]]])  # head 1 has nothing to say
assert same(heads(inputs, inputs), first_alone) and first_alone.any()
heads.query_dense.kernel.assign(heads.query_dense.kernel.numpy() * [[[-9], [1]]])
assert (heads(inputs, inputs).numpy() != first_alone).any()
assert same(_, [0, 0, 5, 5, 0, 0, 0, 0])
plain = keras.layers.Dense(2)
plain.build((None, 2))
for name in ("W", "b"):
    with raises(AttributeError, match=f"'Dense' object has no attribute '{name}'"):
        getattr(plain, name)
assert plain.weights == [plain.kernel, plain.bias]
around = keras.layers.Bidirectional(keras.layers.GRU(2))
around.build((None, 3, 1))
assert around.forward_layer.cell.kernel.shape == around.backward_layer.cell.kernel.shape == (1, 6)
table = keras.layers.Embedding(3, 2)
table.build()
assert table.weights == [table.embeddings] and not hasattr(table, "kernel")

# %% error-reset-states-code
# raises AttributeError: 'Sequential' object has no attribute 'reset_states'
# > Models had it in Keras 2.
# > In Keras 3 the layers have it.
# > (A model within the model has not: loop over its layers, too.
# > `reset_states() got an unexpected keyword argument 'states'`: it sets the states to 0 only.
# > To others, [assign](recipes.ipynb#read-and-set-the-states-of-an-lstm).)
with raises(TypeError, match=r"reset_states\(\) got an unexpected keyword argument 'states'"):
    layer.reset_states(states=[np.ones((1, 2)), np.ones((1, 2))])
for state in layer.states:
    state.assign(np.ones((1, 2)))
    assert same(state, np.ones((1, 2)))
layer.reset_states()
assert all(same(state, np.zeros((1, 2))) for state in layer.states)
inner = keras.layers.LSTM(2, stateful=True)
within = keras.Sequential([keras.Input(batch_shape=(1, 3, 1)), inner])
outer = keras.Sequential([keras.Input(batch_shape=(1, 3, 1)), within])
outer(np.ones((1, 3, 1)))
assert not any(hasattr(one, "reset_states") for one in outer.layers) and inner.states[0].numpy().any()
for one in within.layers:
    one.reset_states()
assert not inner.states[0].numpy().any()
assert hasattr(layer, "reset_states")

# %% error-reset-states-code-2
assert all(same(state, np.zeros((1, 2))) for state in _) and len(_) == 2

# %% error-keywords-code
# raises ValueError: Unrecognized keyword arguments passed to Dense: {'weights':
# > A layer is given its first values by initializers.
# > (An Embedding alone still takes `weights`.)
table = keras.layers.Embedding(2, 2, weights=[matrix])
table.build()
assert same(table.embeddings, matrix)
for make in (lambda **more: keras.layers.LSTM(2, **more), lambda **more: keras.layers.Conv1D(2, 1, **more)):
    with raises(ValueError, match="Unrecognized keyword arguments"):
        make(weights=[matrix])

# %% error-keywords-code-2
# > Or build the layer, and set them.
assert same(_, matrix)
#
# > See the recipe [Give a layer initial weights made with
# > NumPy](recipes.ipynb#give-a-layer-initial-weights-made-with-numpy).

# %% error-layer-code-2
# raises ValueError: No such layer: inner. Existing layers are: ['base'
# > A model lists the layers it was made of, not the layers inside these.
# > (By number, ask `get_layer(index=0)`: `No such layer: 0` looks for a name.
# > `model.layers["base"]` says `list indices must be integers or slices, not str`.)
# > Ask one after the other.
with raises(ValueError, match="No such layer: 0"):
    model.get_layer(0)
with raises(TypeError, match="list indices must be integers or slices, not str"):
    model.layers["base"]
assert model.get_layer(index=0) is base is model.get_layer("base")
assert model.layers[0] is base and len(model.layers) == 2

# %% error-layer-code-3
assert same(_[1], matrix) and same(base.layers[0].kernel, matrix)

# %% error-unknown-variable-code-2
# raises ValueError: Unknown variable: ... This optimizer can only be called for the variables it was originally built
# > An optimizer prepares itself for the variables of its first step.
#
# > (Not where a `tf.function` takes the variable as its argument: a second one of the same shape and dtype then steps
# > with the slots of the first, without an error.)
# > Make a new optimizer for the new variable.
heavy, one, two = keras.optimizers.SGD(1.0, momentum=0.5), tf.Variable(0.0), tf.Variable(0.0)
step = tf.function(lambda w: heavy.apply([tf.constant(1.0)], [w]), autograph=False)
for weight, value in ((one, -1), (two, -1.5), (two, -3.25)):
    step(weight)
    assert weight.numpy() == value
for make in (keras.optimizers.SGD, keras.optimizers.Adam):
    one, two = tf.Variable(matrix, name="w"), tf.Variable(matrix, name="w")  # equal in all, and yet another
    prepared = make()
    assert not prepared.built
    prepared.apply_gradients([(tf.ones((2, 2)), one)])
    assert prepared.built
    with raises(ValueError, match="Unknown variable"):
        prepared.apply_gradients([(tf.ones((2, 2)), two)])
    make().apply_gradients([(tf.ones((2, 2)), two)])

# %% error-unknown-variable-code-3
# since keras 3.13: errors inside a tf.function tell the shapes and the names
# > To keep the optimizer, keep the variable: change its value with `assign`.
#
# > A model that was loaded from an `.h5` file says so at its first step: of its optimizer the file gives back the step
# > counter alone.
# > Compile it again, and save as `.keras` from now on.
# > A layer that was frozen during the first step is new to the optimizer, too: see the recipe [Unfreeze a layer, and
# > train on](recipes.ipynb#unfreeze-a-layer-and-train-on).
# > So is a whole model if `optimizer.build(model.trainable_variables)` came before its first call, when that list was
# > empty.
early, late = keras.Sequential([keras.layers.Dense(1)]), keras.optimizers.SGD()
assert early.trainable_variables == []
late.build(early.trainable_variables)
early(np.ones((1, 1)))
with raises(ValueError, match="Unknown variable"):
    late.apply([tf.ones((1, 1)), tf.ones(1)], early.trainable_variables)
late = keras.optimizers.SGD()
late.build(early.trainable_variables)
late.apply([tf.ones((1, 1)), tf.ones(1)], early.trainable_variables)
assert same(_, matrix * 10 - 0.5)
with tempfile.TemporaryDirectory() as place, unlogged():
    kept = dense(1)
    kept.compile("adam", keras.losses.MeanSquaredError())
    kept.fit(np.ones((4, 1)), np.ones((4, 1)), verbose=0)
    for name in ("kept.keras", "kept.h5"):
        kept.save(f"{place}/{name}")
        loaded = keras.models.load_model(f"{place}/{name}")
        assert loaded.optimizer.iterations == 1
        if name == "kept.h5":
            assert len(loaded.optimizer.variables) == 2  # the counter and the rate
            with raises(ValueError, match="Unknown variable"):
                loaded.fit(np.ones((4, 1)), np.ones((4, 1)), verbose=0)
            loaded.compile("adam", "mse")
        else:
            assert len(loaded.optimizer.variables) == len(kept.optimizer.variables)
        loaded.fit(np.ones((4, 1)), np.ones((4, 1)), verbose=0)
frozen = keras.layers.Dense(1, trainable=False)
thawed = keras.Sequential([keras.Input((1,)), frozen, keras.layers.Dense(1)])
thawed.compile("adam", "mse")
thawed.fit(np.ones((4, 1)), np.ones((4, 1)), verbose=0)
frozen.trainable = True
thawed.compile(thawed.optimizer, "mse")
with raises(ValueError, match="Unknown variable"):
    thawed.fit(np.ones((4, 1)), np.ones((4, 1)), verbose=0)

# %% error-unique-id-code
# raises AttributeError: EagerTensor' object has no attribute '_unique_id'
# > An optimizer moves variables, and got something else: here a tensor, to which `v = v * 2` gave the name.
# > Keep the variable, and assign to it.
# > (If the message begins with `'numpy.ndarray'`, it was an array, such as a snapshot; if with `'SymbolicTensor'`,
# > perhaps a Keras variable that a `tf.function` was given as an argument: use it from outside.
# > If both lists hold what they should, look at their order: `apply_gradients` wants pairs of a gradient and its
# > variable.)
assert tf.is_tensor(v) and not isinstance(v, tf.Variable)
for make in (keras.optimizers.SGD, keras.optimizers.Adam):
    with raises(AttributeError, match=r"'numpy.ndarray' object has no attribute '_unique_id'"):
        make().apply([tf.ones((2, 2))], [some().numpy()])
    with raises(AttributeError, match="EagerTensor' object has no attribute '_unique_id'"):
        make().apply_gradients([(some(), tf.ones((2, 2)))])
    weight = some(keras.Variable)
    with raises(AttributeError, match="'SymbolicTensor' object has no attribute '_unique_id'"):
        function(lambda k: make().apply([tf.ones((2, 2))], [k]))(weight)  # noqa: B023
    optimizer = make(1.0)
    function(lambda: optimizer.apply([tf.ones((2, 2))], [weight]))()  # noqa: B023
    np.testing.assert_allclose(weight, matrix - 1, atol=1e-4)

# %% error-unique-id-code-2
assert same(_, matrix * 2 - 1)

# %% error-minimize-code
# raises AttributeError: 'SGD' object has no attribute 'minimize'
# > The advice is for Keras 2.
# > Optimizers of Keras 3 have neither `minimize` nor `compute_gradients`, `get_gradients` or `get_updates`.
for make in (keras.optimizers.SGD, keras.optimizers.Adam, keras.optimizers.RMSprop):
    for name in ("minimize", "compute_gradients", "get_gradients", "get_updates", "get_weights", "lr"):
        assert not hasattr(make(), name)

# %% error-minimize-code-2
# > Take the gradient from a tape, then apply it.
assert same(_, matrix / 2)

# %% error-positional-code
# raises TypeError: apply_gradients() takes 2 positional arguments but 3 were given
# > `apply_gradients` takes one list, of pairs.
# > `apply` takes two.
assert same(v, matrix)

# %% error-positional-code-2
assert same(_, matrix - 2)

# %% error-get-weights-code
# raises AttributeError: 'Adam' object has no attribute 'get_weights'
# > What an optimizer of Keras 3 remembers is in its list of variables, whose values `set_weights` takes back.
# > The learning rate is one of them.
# > (`set_weights` compares shapes and does not count: a list that is too short sets the first variables, and where one
# > array does not fit, those before it are set already.
# > `variables` is a list now: `optimizer.variables()` says `'list' object is not callable`.
# > Of `object has no attribute 'get_slot'` the recipe below tells.
# > For `'_decayed_lr'` write `learning_rate`: with a schedule, too, it is the rate of the next step.)
falling, moved = keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.5, 1, 0.5)), tf.Variable(0.0)
for name in ("get_slot", "_decayed_lr"):
    with raises(AttributeError, match=f"'SGD' object has no attribute '{name}'"):
        getattr(falling, name)
for _step in range(3):
    rate, start = falling.learning_rate.numpy(), moved.numpy()
    falling.apply([tf.constant(-1.0)], [moved])
    assert moved.numpy() == start + rate and falling.learning_rate.numpy() == rate / 2
assert keras.optimizers.SGD(0.5).learning_rate.numpy() == 0.5
half = keras.optimizers.Adam(0.5)
half.build([tf.Variable(matrix)])
assert half.variables[1] is half.learning_rate
half.set_weights([np.array(3), np.array(0.25)])
assert [part.numpy() for part in half.variables[:2]] == [3, 0.25]
with raises(ValueError, match="not compatible with provided weight shape"):
    half.set_weights([np.array(4), np.array(0.125), matrix, np.ones(5)])
assert [part.numpy() for part in half.variables[:2]] == [4, 0.125] and same(half.variables[2], matrix)
half.set_weights([np.array(5), np.array(0.5), matrix, matrix, np.ones(7)])  # nor one that is too long
assert half.iterations.numpy() == 5
with raises(TypeError, match="'list' object is not callable"):
    keras.optimizers.Adam().variables()
first, second, other = tf.Variable(matrix), tf.Variable(matrix), tf.Variable(matrix)
one, two = keras.optimizers.Adam(0.1), keras.optimizers.Adam(0.1)
for _step in range(5):
    one.apply([tf.ones((2, 2))], [first])
second.assign(first)
two.build([second])
two.set_weights([part.numpy() for part in one.variables])
one.apply([tf.zeros((2, 2))], [first])
two.apply([tf.zeros((2, 2))], [second])
assert same(first, second.numpy())

# %% error-get-weights-code-2
assert _[:2] == ["iteration", "learning_rate"] and [name.split("_")[-1] for name in _[2:]] == ["momentum", "velocity"]
assert all(same(part, value) for part, value in zip(optimizer.variables, kept, strict=True))

# %% error-not-built-code
# since keras 3.7: save_weights refuses a model that is not built
# raises ValueError: `set_weights()` on an optimizer that has not yet been built
# > The optimizer has not made its slot variables yet.
# > It makes them for the variables of its first step, or of `build`.
# > (Of a model it says `You are loading weights into a model that has not yet been built`, or `saving`: call the model
# > once.
# free: Older versions said `was never built and thus it doesn't have any variables`.
# > A Sequential model may be built instead; a class of your own only [if its `build` builds its
# > layers](#no-error-but-load_weights-loaded-nothing).)
with raises(ValueError, match="was never built and thus it doesn't have any variables"):
    keras.layers.Dense(2).load_own_variables({"0": matrix, "1": np.zeros(2)})
assert not made_of_its_own(lambda net, shape: None).weights
assert len(made_of_its_own(lambda net, shape: net.out.build(shape)).weights) == 2
assert len(optimizer.variables) == 2
with tempfile.TemporaryDirectory() as folder:
    for prepare in (lambda model: model.build((None, 2)), lambda model: model(matrix)):
        new = keras.Sequential([keras.layers.Dense(2)])
        with raises(ValueError, match="You are saving a model that has not yet been built"):
            new.save_weights(f"{folder}/new.weights.h5")
        prepare(new)
        new.save_weights(f"{folder}/new.weights.h5")
        other = keras.Sequential([keras.layers.Dense(2)])
        with raises(ValueError, match="You are loading weights into a model that has not yet been built"):
            other.load_weights(f"{folder}/new.weights.h5")
        prepare(other)
        other.load_weights(f"{folder}/new.weights.h5")
        assert same(other.get_weights()[0], new.get_weights()[0])
for prepare in (lambda optimizer: optimizer.build([some()]), lambda one: one.apply([tf.ones((2, 2))], [some()])):
    prepared = keras.optimizers.Adam()
    prepare(prepared)
    assert len(prepared.variables) == 4

# %% error-not-built-code-2
assert _[0] == 1 and same(_[1], matrix)

# %% error-weights-name-code
# raises ValueError: The filename must end in `.weights.h5`. Received: filepath=edited.h5
# > `save_weights` writes one format, and wants to see it in the name.
# > (A `ModelCheckpoint` with `save_weights_only=True` says `the filepath provided must end in`, and
# > `model.save("edited")` says `Invalid filepath extension for saving`: a whole model is saved as `.keras`.)
for name in ("edited", "edited.ckpt", "edited.keras", "edited.weights", "edited.hdf5"):
    with raises(ValueError, match=r"The filename must end in `.weights.h5`"):
        model.save_weights(name)
with raises(ValueError, match=r"the filepath provided must end in `.weights.h5`"):
    keras.callbacks.ModelCheckpoint("edited.h5", save_weights_only=True)
with raises(ValueError, match="Invalid filepath extension for saving"):
    model.save("edited")
with tempfile.TemporaryDirectory() as place:
    model.save(f"{place}/edited.keras")
    assert same(keras.models.load_model(f"{place}/edited.keras").get_weights()[0], model.get_weights()[0])

# %% error-weights-name-code-2
# > Write the ending.
with tempfile.TemporaryDirectory() as place:
    model.save_weights(f"{place}/edited.weights.h5")
    kept = model.get_weights()
    model.set_weights([matrix, np.zeros(2)])
    model.load_weights(f"{place}/edited.weights.h5")
    assert same(model.get_weights()[0], kept[0])

# %% error-trackable-code
# raises ValueError: was expecting v to be a trackable object (an object derived from `Trackable`), got [[1.
# > A checkpoint keeps what holds values, such as a variable, a module or a layer, and an array, a tensor or a number is
# > only a value.
for value in (matrix, tf.constant(matrix), 1.0, 0, None, np.float32(1)):
    with raises(ValueError, match="to be a trackable object"):
        tf.train.Checkpoint(v=value)
for holder in (v, keras.Variable(matrix), tf.Module(), keras.layers.Dense(2), [v], {"v": v}):
    tf.train.Checkpoint(v=holder)
#
# > (As an attribute of a module, or in a list, an array raises nothing, and what was saved does not come back into it.)
with tempfile.TemporaryDirectory() as place:
    module, rows = tf.Module(), [matrix.copy()]
    module.rows = matrix.copy()
    saved = tf.train.Checkpoint(module=module, rows=rows).write(f"{place}/saved")
    module.rows[:] = rows[0][:] = 0
    held = module.rows
    tf.train.Checkpoint(module=module, rows=rows).read(saved).expect_partial()
    assert same(held, matrix * 0) and same(rows[0], matrix * 0)

# %% error-trackable-code-2
# > Give it the variable.
# > For a number, make one: `tf.Variable(0)`.
assert same(_, matrix)
with tempfile.TemporaryDirectory() as place:
    step = tf.Variable(0)
    saved = tf.train.Checkpoint(step=step).write(f"{place}/saved")
    step.assign(5)
    tf.train.Checkpoint(step=step).read(saved)
    assert step.numpy() == 0

# %% error-received-code-2
# raises ValueError: Received incompatible tensor with shape (2, 2) ... variable with shape (2, 3)
# > A checkpoint goes by attributes, a Keras file by layers, an `.npz` by names.
# > (For `objects could not be loaded`, see [Keras](#objects-could-not-be-loaded).)
#
# > The checkpoint has two columns, the variable three.
# > A checkpoint restores whole variables, and others may have been restored before the error.
assert not v.numpy().any()
one, two = some(), tf.Variable(np.zeros((2, 3), "float32"))
pair = tf.train.Checkpoint(one=some(), two=some()).write(f"{folder.name}/pair")
one.assign(0 * matrix)
with raises(ValueError, match="Received incompatible tensor"):
    tf.train.Checkpoint(one=one, two=two).read(pair)
assert same(one, matrix) and same(two, np.zeros((2, 3)))
for kept in (some(keras.Variable), tf.Variable([1.0, 2.0]), tf.Variable(0.0)):
    shaped = tf.train.Checkpoint(kept=tf.Variable(np.zeros((2, 5), "float32"))).write(f"{folder.name}/shaped")
    with raises(ValueError, match="Received incompatible tensor"):
        tf.train.Checkpoint(kept=kept).read(shaped)

# %% error-received-code-3
# > Read the array, and copy what fits.
assert same(_, [[1, 2, 0], [3, 4, 0]])

# %% error-original-dtype-code-2
# raises InvalidArgumentError: does not equal original dtype
# > The file is float32, the variable float64, and a checkpoint casts nothing.
for saved in PLAIN:
    file = tf.train.Checkpoint(v=tf.Variable(tf.zeros(2, saved))).write(f"{folder.name}/one")
    for wanted in PLAIN:
        one = tf.Variable(tf.zeros(2, wanted))
        if saved == wanted:
            tf.train.Checkpoint(v=one).read(file).assert_consumed()
        else:
            with raises(InvalidArgument, match="does not equal original dtype"):
                tf.train.Checkpoint(v=one).read(file)

# %% error-original-dtype-code-3
# > `assign` does, where it is given an array.
# > (Keras's `load_weights` casts by itself, without a word.)
assert _ == "float64" and same(v, matrix)
for saved, wanted in (("float32", "float64"), ("float64", "float32"), ("float64", "float16"), ("float32", "bfloat16")):
    models = []
    for dtype in (saved, wanted):
        models.append(keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, dtype=dtype)]))
    models[0].layers[0].kernel.assign(matrix)
    models[0].save_weights(f"{folder.name}/cast.weights.h5")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        models[1].load_weights(f"{folder.name}/cast.weights.h5")
    assert models[1].layers[0].kernel.dtype == wanted and same(models[1].layers[0].kernel, matrix)

# %% error-not-bound-code-2
# raises AssertionError: Found 1 Python objects that were not bound to checkpointed values
# > The values were saved under another attribute, so a variable here got nothing; the message shows it.
# > If it is the `save_counter`, the file was made by `write`, and is read by `read`.
assert not v.numpy().any()
mended = tf.train.Checkpoint(weights=v)
with raises(AssertionError, match=r"not bound to checkpointed values.*save_counter:0"):
    mended.restore(path).assert_existing_objects_matched()
tf.train.Checkpoint(weights=v).read(path).assert_consumed()
v.assign(0 * v)

# %% error-not-bound-code-3
# > `list_variables` shows what the file calls its values.
assert same(_, matrix) and "('weights/.ATTRIBUTES/VARIABLE_VALUE', [2, 2])" in printed

# %% error-unresolved-code-2
# raises AssertionError: Unresolved object in checkpoint (root).b
# > The file holds more than the program has, and `assert_consumed` wants a place for each value of the file: of an
# > optimizer that is not built yet, this holds after its first step, or after
# > `optimizer.build(model.trainable_variables)` before the restore.
# > A model of your own class that was not called yet has no place either: call it first, or [the restore
# > waits](#no-error-but-the-restore-changed-nothing).
saved_one, waiting_one = (holding(keras.layers.Dense(2)) for _ in range(2))
saved_one(np.ones((1, 2)))
place = tf.train.Checkpoint(model=saved_one).write(f"{folder.name}/whole")
with raises(AssertionError, match="Unresolved object in checkpoint"):
    tf.train.Checkpoint(model=waiting_one).read(place).assert_consumed()
waiting_one(np.ones((1, 2)))
tf.train.Checkpoint(model=waiting_one).read(place).assert_consumed()
# > (Without the assertion, a warning may come at the end of the program: `Value in checkpoint could not be found in the
# > restored object`, or `is being deleted with unrestored values`.)
FORGOTTEN = """
import sys
path = sys.argv[1]
tf.train.Checkpoint(v=tf.Variable(1.0)).read(path)
"""
ended = subprocess.run(
    [sys.executable, "-c", f"import tensorflow as tf\n{FORGOTTEN}", path], capture_output=True, text=True
)
assert "Value in checkpoint could not be found in the restored object" in ended.stderr
assert "is being deleted with unrestored values" in ended.stderr
for kind in (keras.optimizers.Adam, lambda: keras.optimizers.SGD(momentum=0.9)):
    one, optimizer = tf.Variable(matrix), kind()
    optimizer.apply([tf.ones((2, 2))], [one])
    file = tf.train.Checkpoint(one=one, optimizer=optimizer).write(f"{folder.name}/trained")
    fresh = kind()
    status = tf.train.Checkpoint(one=one, optimizer=fresh).read(file)
    with raises(AssertionError, match="Unresolved object in checkpoint"):
        status.assert_consumed()
    fresh.apply([tf.ones((2, 2))], [one])
    status.assert_consumed()
    ready = kind()
    ready.build([one])
    tf.train.Checkpoint(one=one, optimizer=ready).read(file).assert_consumed()

# %% error-unresolved-code-3
# > If the rest is not wanted, ask for less.
assert same(_, matrix)


# %% error-list-code-2
# raises ValueError: Unable to save the object ListWrapper ... tracking is exclusively for append-only data structures
# > A variable in a list was replaced by another one.
#
# > A list that is an attribute of a `tf.Module` or a checkpoint may grow and nothing else, for a checkpoint finds its
# > variables by their places: an entry was replaced, removed or moved.
def refused(change, holder):
    holder.steps = [tf.Variable(1.0), tf.Variable(2.0)]
    change(holder.steps)
    try:
        path = tf.train.Checkpoint(holder=holder).write(f"{folder.name}/other")
    except ValueError as error:
        return "Unable to save the object ListWrapper" in str(error)
    assert any("steps/0/" in name for name, shape in tf.train.list_variables(path))
    return False


def replace(steps):
    steps[0] = tf.Variable(5.0)


for holder in (tf.Module, tf.train.Checkpoint):
    for change in (replace, lambda steps: steps.pop(), lambda steps: steps.reverse()):
        assert refused(change, holder())
    assert not refused(lambda steps: steps.append(tf.Variable(3.0)), holder())

# %% error-list-code-3
# > Keep the variable, and assign.
# > To let it grow, call `module.steps.append`, not that of the list that you gave it: it holds the same variables then,
# > and is not saved any more.
# > (Is it too late for that, make the attribute a new list.
# > In a dictionary, and in a list of a Keras layer, an entry may be replaced.)
assert _ == 5
given, growing = [tf.Variable(1.0)], tf.Module()
growing.steps = given
growing.steps.append(tf.Variable(2.0))
assert growing.steps is not given and tf.train.Checkpoint(holder=growing).write(f"{folder.name}/grown")
growing.steps = given = [tf.Variable(1.0)]
given.append(tf.Variable(2.0))
assert len(growing.steps) == len(growing.variables) == 2
with raises(ValueError, match="Unable to save the object ListWrapper"):
    tf.train.Checkpoint(holder=growing).write(f"{folder.name}/grown")


def replace(steps, key=0):
    steps[key] = tf.Variable(7.0)
    return steps


holder = tf.Module()
holder.steps = [tf.Variable(1.0), tf.Variable(2.0)]
replace(holder.steps)
holder.steps = list(holder.steps)
holder.named = {"first": tf.Variable(1.0)}
replace(holder.named, "first")


class Steps(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.steps = [self.add_weight(), self.add_weight()]

    def call(self, inputs):
        return inputs


layer = Steps()
layer.steps[0] = layer.add_weight()
other = keras.Sequential([keras.Input((1,)), layer])
assert tf.train.Checkpoint(holder=holder).write(f"{folder.name}/changed")
assert tf.train.Checkpoint(other=other).write(f"{folder.name}/changed")

# %% error-no-files-code
# raises NotFoundError: Failed to find any matching files for nowhere/saved
# > The path is what `write` or `save` returned, which is no file: the files are called `saved.index` and
# > `saved.data-00000-of-00001`, and `save` puts a number into the name, `saved-1`.
# > `tf.train.latest_checkpoint(folder)` gives the path of the newest that `save` made.
# > (`not an sstable (bad magic number)`, or `file is too short to be an sstable`: the path is that of a file, with
# > `.meta` or `.data-00000-of-00001`.
# > Leave the ending out.)
with tempfile.TemporaryDirectory() as place, tf.Graph().as_default(), tf.compat.v1.Session() as session:
    w = tf.compat.v1.get_variable("w", initializer=[1.0])
    session.run(w.initializer)
    saver = tf.compat.v1.train.Saver().save(session, f"{place}/model.ckpt")
    assert tf.train.load_checkpoint(saver).get_tensor("w") == [1]
    for ending, words in ((".meta", "not an sstable"), (".data-00000-of-00001", "file is too short to be an sstable")):
        with raises(tf.errors.DataLossError, match=words):
            tf.train.load_checkpoint(saver + ending)
with tempfile.TemporaryDirectory() as place:
    whole = tf.train.Checkpoint(v=v).write(f"{place}/saved")
    with raises(tf.errors.DataLossError, match=r"not an sstable \(bad magic number\)"):
        tf.train.Checkpoint(v=v).read(f"{whole}.data-00000-of-00001")
with tempfile.TemporaryDirectory() as place:
    checkpoint = tf.train.Checkpoint(v=v)
    assert checkpoint.write(f"{place}/saved") == f"{place}/saved"
    assert {file.name for file in Path(place).iterdir()} == {"saved.index", "saved.data-00000-of-00001"}
    assert tf.train.latest_checkpoint(place) is None
    assert [checkpoint.save(f"{place}/saved") for _ in range(2)] == [f"{place}/saved-1", f"{place}/saved-2"]
    assert tf.train.latest_checkpoint(place) == f"{place}/saved-2"

# %% error-no-checkpoint-code
# raises AssertionError: No checkpoint specified (save_path=None); nothing is being restored.
# > There is no checkpoint in that folder, or it was made by `write`, which keeps no account: `latest_checkpoint`
# > returned `None`.
# > (Nor does it find files of Keras, such as those of a `ModelCheckpoint`: to load these, name the file.)
# > Without the assertion, `restore(None)` restores nothing and raises nothing.
assert path is None
with tempfile.TemporaryDirectory() as place:
    for name in ("epoch1.keras", "epoch1.weights.h5"):
        keeper = keras.callbacks.ModelCheckpoint(f"{place}/{name}", save_weights_only="weights" in name)
        kept = dense(1)
        kept.fit(np.ones((4, 1)), np.ones((4, 1)), callbacks=[keeper], verbose=0)
        dense(1).load_weights(f"{place}/{name}")
    assert tf.train.latest_checkpoint(place) is None
for method in ("read", "restore"):
    getattr(tf.train.Checkpoint(v=v), method)(None)
    assert same(v, matrix)

# %% error-no-checkpoint-code-2
# > Ask before.
assert printed == "begins from the start\n"

# %% error-not-in-checkpoint-code-2
# raises NotFoundError: Key v not found in checkpoint
# > The key is the way by attributes, with an ending.
held = tf.train.Checkpoint(model=tf.train.Checkpoint(layers=[some()])).write(f"{folder.name}/held")
assert "model/layers/0/.ATTRIBUTES/VARIABLE_VALUE" in dict(tf.train.list_variables(held))

# %% error-not-in-checkpoint-code-3
assert same(_, matrix)

# %% error-no-cast-code-2
# raises ValueError: No cast function available
# > The array comes from a file of NumPy's, and was bfloat16.
#
# > NumPy's files do not know that dtype: the array comes back with the dtype `V2`, two bytes without a meaning.
assert array.dtype == "V2" and array.tobytes() == v.numpy().tobytes()

# %% error-no-cast-code-3
# > Give them their meaning back.
assert same(_, [1, 2]) and _.dtype == tf.bfloat16.as_numpy_dtype

# %% error-file-format-code
assert "Assets written to" in printed  # TensorFlow's word, not Keras's

# %% error-file-format-code-2
# raises ValueError: File format not supported: filepath= ... Keras 3 only supports V3 `.keras` files
# > The path does not end in `.keras`: here it is that of a SavedModel, a folder.
# > (A name without its ending says the same, even where nothing is there.
# > So does a checkpoint of TensorFlow, which `tf.train.Checkpoint(model=model).read(path)` reads; [of one by Keras 2 it
# > reads nothing](#no-error-but-a-checkpoint-of-keras-2-changed-nothing).)
with tempfile.TemporaryDirectory() as place:
    kept = dense(2)
    kept.save(f"{place}/kept.keras")
    Path(f"{place}/kept.keras").rename(f"{place}/kept")
    for name in ("kept", "nothing"):
        with raises(ValueError, match="File format not supported"):
            keras.models.load_model(f"{place}/{name}")
#
# > `export` and `tf.saved_model.save` write a SavedModel, a folder.
# > It comes back as functions and variables, not as a Keras model: [they can be changed,
# > too](recipes.ipynb#change-a-model-whose-code-is-gone).
# > For layers, save with `model.save("model.keras")`.
assert Path(f"{folder.name}/exported/saved_model.pb").is_file()
written = tf.train.Checkpoint(model=model).write(f"{folder.name}/ckpt")
with raises(ValueError, match="File format not supported"):
    model.load_weights(written)
kept = model.get_weights()
model.set_weights([weight * 0 + 5 for weight in kept])
tf.train.Checkpoint(model=model).read(written).assert_existing_objects_matched()
assert same(model.get_weights()[0], kept[0])
tf.saved_model.save(model, f"{folder.name}/again")
assert Path(f"{folder.name}/again/saved_model.pb").is_file()
with raises(ValueError, match="File format not supported"):
    keras.models.load_model(f"{folder.name}/again")
model.save(f"{folder.name}/model.keras")
assert same(keras.models.load_model(f"{folder.name}/model.keras").layers[0].kernel, model.layers[0].kernel.numpy())

# %% error-file-format-code-3
assert tuple(_[0]) == (1, 1) and _[1] == 2
assert not isinstance(loaded, keras.Model) and not hasattr(loaded, "layers")

# %% error-untracked-code-2
# raises AssertionError: Tried to export a function which references an 'untracked' resource.
# > The function uses a variable, and the module that is saved does not hold that variable.
#
# > A SavedModel takes along what it finds by attributes, from the object that is saved.
# > The message names the variable that is missing.
named, lone = tf.Variable(matrix, name="missing_table"), tf.Module()
lone.double = tf.function(lambda: named * 2, input_signature=[])
with raises(AssertionError, match=r"references an 'untracked' resource(.|\n)*missing_table"):
    tf.saved_model.save(lone, f"{folder.name}/lone")
other, layer = tf.Module(), keras.layers.Dense(2)
layer.build((None, 2))
other.run = tf.function(lambda: layer(matrix), input_signature=[])
with raises(AssertionError, match=r"references an 'untracked' resource"):
    tf.saved_model.save(other, f"{folder.name}/other")
other.layer = layer
tf.saved_model.save(other, f"{folder.name}/other")
again = tf.saved_model.load(f"{folder.name}/other")
assert np.allclose(again.run(), layer(matrix))

# %% error-untracked-code-3
# > Make it an attribute, or a member of one: a layer and a list hold theirs.
assert same(_, matrix * 20)
listed = tf.Module()
listed.double, listed.parts = tf.function(lambda: v * 2, input_signature=[]), [v]
tf.saved_model.save(listed, f"{folder.name}/listed")
again = tf.saved_model.load(f"{folder.name}/listed")
assert same(again.double(), matrix * 2)

# %% error-deleted-code
assert "Assets written to" in printed

# %% error-deleted-code-2
# raises AssertionError: Called a function referencing variables which have been deleted
# > A SavedModel was loaded, and only its function was kept.

# %% error-deleted-code-3
# > The loaded object holds the variables: keep it as long as you call its functions.
assert tuple(_) == (1, 1)
kept = loaded.serve
assert tuple(kept(np.ones((1, 2), "float32")).shape) == (1, 1)

# %% error-no-gradients-code-2
# raises ValueError: No gradients provided for any variable
# > A tape follows TensorFlow's operations on the variable itself, not NumPy's on a copy.
for kind in KINDS:
    other = some(kind)
    with tf.GradientTape(persistent=True) as tape:
        on_itself = tf.reduce_sum(tf.square(other))
        by_numpy = tf.reduce_sum(np.square(other))
        of_a_copy = tf.reduce_sum(tf.square(other.numpy()))
    assert same(tape.gradient(on_itself, other), matrix * 2)
    assert tape.gradient(by_numpy, other) is None and tape.gradient(of_a_copy, other) is None
#
# > Every gradient is `None`: the loss was not computed from the variable, as far as TensorFlow can tell.
# > Here NumPy computed it.
assert gradient is None and isinstance(np.square(v), np.ndarray)

# %% error-no-gradients-code-3
# > Use TensorFlow or `keras.ops`.
assert same(_, 2 * matrix)
assert same(gradient_of(lambda: keras.ops.sum(keras.ops.square(v)), v)[0], 2 * matrix)

# %% error-rate-schedule-code-2
# raises TypeError: hence its learning rate is not settable
# > The optimizer was created with a schedule, which computes the rate at every step.
weight = some()
rates = []
for _step in range(3):
    rates.append(float(optimizer.learning_rate))
    optimizer.apply_gradients([(tf.zeros((2, 2)), weight)])
np.testing.assert_allclose(rates, 0.5 * 0.9 ** (np.arange(3) / 10), rtol=1e-6)

# %% error-rate-schedule-code-3
# > Create the optimizer with a number.
# > (`ReduceLROnPlateau` wants one, too.
# > In the middle of a training, give it another schedule in the same way, and compile again with the same optimizer: it
# > keeps what it remembers.)
assert _ == 0.25
rows = np.ones((4, 1))
scheduled = dense(1, optimizer=keras.optimizers.Adam(schedule))
plateau = keras.callbacks.ReduceLROnPlateau("loss", patience=1, min_delta=100.0)
with raises(TypeError, match="hence its learning rate is not settable"):
    scheduled.fit(rows, rows * 0, epochs=4, verbose=0, callbacks=[plateau])
remembered = [slot.numpy() for slot in scheduled.optimizer.variables]
scheduled.optimizer.learning_rate = keras.optimizers.schedules.PiecewiseConstantDecay([0], [0.0, 0.0])
scheduled.compile(scheduled.optimizer, "mse")
kept = scheduled.get_weights()[0]
assert all(same(slot, old) for slot, old in zip(scheduled.optimizer.variables, remembered, strict=True))
scheduled.fit(rows, rows * 0, verbose=0)
assert same(scheduled.get_weights()[0], kept) and remembered[1:]

# %% error-rate-variable-code
# raises ValueError: Argument `learning_rate` should be float, or an instance of LearningRateSchedule
# > An optimizer makes a variable of its own for the rate, and takes a Python float for it: no variable, no tensor or
# > array, no `np.float32`, and not the integer 1.
for make in (keras.optimizers.SGD, keras.optimizers.Adam):
    for rate in (tf.Variable(0.5), keras.Variable(0.5), tf.constant(0.5), np.array(0.5), np.float32(0.5), 1):
        with raises(ValueError, match="should be float, or an instance of LearningRateSchedule"):
            make(rate)
    assert isinstance(make(0.5).learning_rate.value, tf.Variable)
#
# > (A rate that two optimizers share is a variable that a function returns, `SGD(lambda: rate)`: they ask for it at
# > every step. A number that it returns is asked for once in each trace.
number, weight = [1.0], tf.Variable(0.0)
asking = keras.optimizers.SGD(lambda: number[0])
asking.build([weight])
step = function(asking.apply, [tf.constant(-1.0)], [weight])
step()
number[0] = 10.0
step()
assert weight.numpy() == 2
tf.function(step.python_function, autograph=False)()
assert weight.numpy() == 12
with raises(AttributeError, match="'function' object has no attribute 'assign'"):
    asking.learning_rate = 0.1
#
# > A function for `LearningRateScheduler` is told ``The output of the `schedule` function should be a float`` if it
# > returns a tensor, an array, or the integer 1: return `float(rate * tf.exp(-0.1))`.)
scheduled = dense(1, optimizer=keras.optimizers.SGD(0.5))
for schedule in (
    lambda epoch, rate: rate * tf.exp(-0.1),
    lambda epoch, rate: np.array(rate),
    lambda epoch, rate: 1,
    lambda epoch, rate: float(rate * tf.exp(-0.1)),
):
    scheduler = keras.callbacks.LearningRateScheduler(schedule)
    scheduler.set_model(scheduled)
    if isinstance(schedule(0, 0.5), float):
        scheduler.on_epoch_begin(0)
        np.testing.assert_allclose(scheduled.optimizer.learning_rate, 0.5 * np.exp(-0.1), rtol=1e-5)
    else:
        with raises(ValueError, match="The output of the `schedule` function should be a float"):
            scheduler.on_epoch_begin(0)
rate, first, second = tf.Variable(0.5), tf.Variable(0.0), tf.Variable(0.0)
shared = [keras.optimizers.SGD(lambda: rate), keras.optimizers.SGD(lambda: rate)]
for optimizer, weight in zip(shared, (first, second), strict=True):
    optimizer.build([weight])
    step = function(optimizer.apply, [tf.constant(-1.0)], [weight])
    step()
    rate.assign(8.0)
    step()
    rate.assign(0.5)
    assert weight.numpy() == 8.5
model = dense(1, optimizer=keras.optimizers.SGD(lambda: rate))
assert fit(model)[0] != 1
rate.assign(0.0)
assert same(*(fit(model)[0] for time in range(2)))

# %% error-rate-variable-code-2
# > Give it the number, and assign to the variable that the optimizer has made.
assert _ == 0.25
one = tf.Variable(1.0)
optimizer.apply([tf.constant(1.0)], [one])
assert one.numpy() == 0.75

# %% error-lr-code
# raises AttributeError: 'SGD' object has no attribute 'lr'
# > `lr` is the name that Keras 2 used.
# > (`SGD(lr=0.1)` says `Argument(s) not recognized`.
# > Setting `optimizer.lr` says nothing, and [changes nothing](#no-error-but-the-learning-rate-is-the-old-one).)
for make in (keras.optimizers.SGD, keras.optimizers.Adam):
    assert not hasattr(make(), "lr")
    with raises(ValueError, match=r"Argument\(s\) not recognized: {'lr': 0.1}"):
        make(lr=0.1)
    with silence():
        one = make(0.5)
        one.lr = 0.1
    assert one.learning_rate.numpy() == 0.5

# %% error-lr-code-2
# > Write the whole word.
assert _ == 0.5

# %% error-set-value-code
# since keras 3.10: messages call the module keras.backend, not keras.api.backend
# raises AttributeError: module 'keras.backend' has no attribute 'set_value'
# > `get_value`, `batch_set_value` and `batch_get_value` are gone as well; so is `get_session`, for which there is
# > nothing to write.
# > (`tf.keras.backend` still has the first four, but its `set_value` fails on a layer's weight: `'str' object has no
# > attribute 'name'`.)
for place in (keras.backend, tf.keras.backend):
    assert not hasattr(place, "get_session")
for name in ("set_value", "get_value", "batch_set_value", "batch_get_value"):
    assert not hasattr(keras.backend, name) and hasattr(tf.keras.backend, name)
layer = keras.layers.Dense(2)
layer.build((None, 2))
before = layer.kernel.numpy()
with raises(AttributeError, match="'str' object has no attribute 'name'"):
    tf.keras.backend.set_value(layer.kernel, matrix)
assert same(layer.kernel, before)

# %% error-set-value-code-2
# > A variable of either kind has `assign` and `numpy`.
assert same(_, matrix * 2)
k = some(keras.Variable)
k.assign(matrix * 2)
assert same(k.numpy(), matrix * 2)

# %% error-kerastensor-code
# raises ValueError: A KerasTensor cannot be used as input to a TensorFlow function
# > What `keras.Input` returns has a shape and no values.
# > NumPy refuses it too, with the words `A KerasTensor is symbolic`, and it has no `numpy()`.
# > (`'KerasTensor' object does not support item assignment`, and it has no `assign`: to replace entries, compute
# > another, as in `keras.ops.where(inputs > 2, 0.0, inputs)`.)
assert inputs.shape == (None, 2) and not hasattr(inputs, "numpy") and not hasattr(inputs, "assign")
with raises(TypeError, match="'KerasTensor' object does not support item assignment"):
    inputs[:, 0] = 0
replaced = keras.Model(inputs, keras.ops.where(inputs > 2, 0.0, inputs))
assert same(replaced(matrix), [[1, 2], [0, 0]])
for call in (np.square, np.array, lambda x: np.ones(2) * x):
    with warnings.catch_warnings(), raises(ValueError, match="A KerasTensor is symbolic"):
        warnings.simplefilter("ignore")
        call(inputs)

# %% error-kerastensor-code-2
# > Use `keras.ops`, or write TensorFlow in a layer's `call`.
#
# > A variable that meets a KerasTensor takes part in the model, and [the model does not train
# > it](#no-error-but-fit-does-not-train-my-variable).
assert same(_, [[1, 4], [9, 16]])


class Square(keras.layers.Layer):
    def call(self, inputs):
        return tf.square(inputs)


assert same(keras.Model(inputs, Square()(inputs))(matrix), [[1, 4], [9, 16]])
for kind in KINDS:
    factor, layer = kind([1.0, 2.0]), keras.layers.Dense(1)
    other = keras.Model(inputs, layer(keras.ops.multiply(inputs, factor)))
    assert [weight is one for weight, one in zip(other.weights, layer.weights, strict=True)] == [True, True]
    other.compile("sgd", "mse")
    other.fit(np.ones((4, 2)), np.ones((4, 1)), epochs=2, verbose=0)
    assert same(factor, [1, 2])
    kernel, bias = layer.get_weights()
    np.testing.assert_allclose(other(np.ones((1, 2))), np.array([[1, 2]]) @ kernel + bias, rtol=1e-5)

# %% error-scope-code
# accused computes with another object as its count
# > The layer counts its calls with `self.count += 1`.
assert len(model.layers[0].weights) == 1

# %% error-scope-code-2
# raises TypeError: is out of scope and cannot be used here
# > `+=` makes a tensor, which `self.count` now stands for.
# > It was made while `call` was traced for one function, and the next trace may not use it.
# > (So ends the next operation with any tensor that a `tf.function` leaves outside.
# > What it returns is safe.)
counting = model.layers[0]
assert tf.is_tensor(counting.count) and not isinstance(counting.count, keras.Variable)
assert counting.weights[0].numpy() == 0
left = []
leaves = tf.function(lambda t: left.append(t * 2), autograph=False)
leaves(tf.constant(1.0))
for use in (lambda: left[0] + 1, lambda: tf.function(lambda: left[0] + 1, autograph=False)()):
    with raises(TypeError, match="is out of scope and cannot be used here"):
        use()

# %% error-scope-code-4
# > Assign to the weight.
assert _ == 4

# %% error-id-code
# raises AttributeError: object has no attribute '_id'
# > The loss is a NumPy number, and a tape knows tensors only.
# > (A gradient by an array, such as a snapshot, ends the same way.
# > `model.predict` returns an array, too: call `model(x)`.)
assert isinstance(loss, np.float32)
predicting = dense(1)
for call, ends in ((lambda x: predicting.predict(x, verbose=0), True), (predicting, False)):
    with raises(AttributeError, match="no attribute '_id'") if ends else nullcontext():
        with tf.GradientTape() as other:
            guess = call(np.ones((2, 1)))
        other.gradient(guess, predicting.weights[0].value)
snapshot = v.numpy()
with raises(AttributeError, match=r"'numpy.ndarray' object has no attribute '_id'"):
    gradient_of(lambda: tf.reduce_sum(v * snapshot), snapshot)

# %% error-id-code-2
# > Compute the loss with TensorFlow.
assert same(_, matrix * 2)

# %% error-none-numpy-code
# raises AttributeError: 'NoneType' object has no attribute 'numpy'
# > What stands before `.numpy()` is `None`, here the gradient.
# > The loss was computed from a snapshot, which the tape takes for a constant.
for kind in KINDS:
    for dtype in FLOATS:
        other = some(kind, dtype)
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(other.numpy() ** 2)
        assert tape.gradient(loss, other) is None

# %% error-none-numpy-code-2
# > Compute it from the variable.
assert same(_, matrix * 2)

# %% error-none-times-code
# raises TypeError: unsupported operand type(s) for *: 'float' and 'NoneType'
# > The gradient is `None`, here because NumPy computed the loss, and `None` times 0.1 is nothing.
# > (Without the factor, `v.assign_sub(None)` says [`Attempt to convert a value
# > (None)`](#attempt-to-convert-a-value-none-with-an-unsupported-type), in eager mode.)
for kind in KINDS:
    other = some(kind)
    assert gradient_of(lambda other=other: tf.reduce_sum(np.square(other)), other)[0] is None
    with raises(ValueError, match=r"Attempt to convert a value \(None\) with an unsupported type"):
        other.assign_sub(None)
    assert same(other, matrix)

# %% error-none-times-code-2
assert same(_, matrix / 2)

# %% error-tape-twice-code
# raises RuntimeError: A non-persistent GradientTape can only be used to compute one set of gradients
# > A tape gives up what it has recorded with its first `gradient`.
#
# > In a notebook, running the cell of the gradient a second time is a second call as well: run the cell of the tape
# > again.
with raises(RuntimeError, match="A non-persistent GradientTape"):
    tape.gradient(loss, v)

# %% error-tape-twice-code-2
# > Ask for all gradients in one call, or open the tape with `persistent=True`.
assert all(same(one, matrix) for one in _)
with tf.GradientTape(persistent=True) as tape:
    loss = tf.reduce_sum(v * w)
assert same(tape.gradient(loss, v), matrix) and same(tape.gradient(loss, w), matrix)

# %% error-slices-numpy-code
# raises AttributeError: 'IndexedSlices' object has no attribute 'numpy'
# > `tf.gather` of rows, and with it an embedding, gives a gradient of rows and their places.
by_columns = some()
assert tf.is_tensor(gradient_of(lambda: tf.reduce_sum(tf.gather(by_columns, [0], axis=1)), by_columns)[0])
# > It takes no index and no factor either: `0.1 * gradient` says `unsupported operand type(s) for *: 'float' and
# > 'IndexedSlices'`.
#
# > (Optimizers take it as it is, unless they have a `loss_scale_factor`; one that clips [clips before it
# > adds](recipes.ipynb#clip-the-gradients).)
assert isinstance(gradient, tf.IndexedSlices)
for more, works in (({}, True), ({"clipnorm": 1.0}, True), ({"loss_scale_factor": 2.0}, False)):
    with nullcontext() if works else raises(TypeError, match="IndexedSlices"):
        keras.optimizers.SGD(0.1, **more).apply([gradient], [v])
v.assign(matrix)
layer = keras.layers.Embedding(4, 2)
layer.build()
looked_up = gradient_of(lambda: tf.reduce_sum(layer(np.array([1, 3]))), layer.embeddings)[0]
assert (
    isinstance(looked_up, tf.IndexedSlices)
    and same(looked_up.indices, [1, 3])
    and same(looked_up.values, np.ones((2, 2)))
)
with raises(TypeError, match="'float' and 'IndexedSlices'"):
    0.1 * gradient
with raises(TypeError, match="'IndexedSlices' object is not subscriptable"):
    gradient[0]
other = tf.Variable(matrix)
keras.optimizers.SGD(1.0).apply([gradient], [other])
assert same(other, [[-1, 0], [3, 4]])

# %% error-slices-numpy-code-2
# > Make it dense.
np.testing.assert_allclose(_, [[0.2, 0.2], [0, 0]], rtol=1e-6)

# %% error-grad-fn-code
# raises TypeError: @tf.custom_gradient grad_fn must accept keyword argument 'variables'
# > The function under `tf.custom_gradient` reads a variable that is trainable, and its gradient function says nothing
# > about that.
for kind in KINDS:
    read = kind(2.0)
    with raises(TypeError, match="must accept keyword argument 'variables'"):
        tf.custom_gradient(lambda x: (x * read, lambda upstream: upstream * read))(tf.constant(3.0))  # noqa: B023
frozen = tf.Variable(2.0, trainable=False)
assert tf.custom_gradient(lambda x: (x * frozen, lambda upstream: upstream))(tf.constant(3.0)).numpy() == 6

# %% error-grad-fn-code-2
# > Give the variable as an argument (of a Keras variable, its `.value`), and return a gradient for each argument.
# > (Or accept `variables=None`, and return two lists: for the arguments, and for the variables.)
# > Give the arguments by their position.
# > If all of them are named, TensorFlow's own gradient takes the place of yours, without an error; if some are, too, or
# > it says `expected to return 1 gradients, but returned 2 instead`, as it does for too many or too few.
# > (A `tf.function` refuses names: `currently supports keywords arguments only when eager execution is enabled`.)
assert _ == 3
own = tf.custom_gradient(lambda x, y: (x * y, lambda upstream: (upstream * 100, upstream * 100)))
few = tf.custom_gradient(lambda x, y: (x * y, lambda upstream: upstream))
two, fixed = tf.Variable(5.0), tf.constant(5.0)
for call, expected in (
    (lambda: own(two, v), 100),
    (lambda: own(x=two, y=v), 5),
    (lambda: own(fixed, y=v), 5),
):
    assert gradient_of(call, two, v)[1].numpy() == expected
with raises(ValueError, match="supports keywords arguments only when eager execution is enabled"):
    tf.function(lambda: own(two, y=v), autograph=False)()
for call, words in ((lambda: own(two, y=v), "1 gradients, but returned 2"), (lambda: few(two, v), "2 gradients, but")):
    with raises(ValueError, match=f"expected to return {words}"):
        gradient_of(call, two)


@tf.custom_gradient
def listing(x):
    return x * v, lambda upstream, variables=None: ([upstream * v], [upstream * x * 100])


x = tf.constant(3.0)
with tf.GradientTape() as other:
    other.watch(x)
    loss = listing(x)
assert [gradient.numpy() for gradient in other.gradient(loss, [x, v])] == [2, 300]
given = keras.Variable(2.0)
with raises(TypeError, match="must accept keyword argument 'variables'"):
    scaled(x, given)
assert scaled(x, given.value).numpy() == 6

# %% error-virtual-code
# raises RuntimeError: Virtual devices cannot be modified after being initialized
# > Devices are divided before TensorFlow's first operation, and here a variable was there already.
# > Restart the kernel, and run the two lines before all others.
#
# > Under `tf.distribute`, a variable has a copy on each device.
assert len(tf.config.list_logical_devices("CPU")) == 1
alone("""
cpu, = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
assert len(tf.config.list_logical_devices("CPU")) == 2
with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    assert [copy.device[-1] for copy in tf.Variable(1.0).values] == ["0", "1"]
""")

# %% error-mixing-code
# raises RuntimeError: Mixing different tf.distribute.Strategy objects: ... is not

# %% error-mixing-code-2
# > A variable belongs to the strategy in whose scope it was made.
# > Make one strategy in a program, and use that.
# > (Where the message names a `_DefaultDistributionStrategy`, there is one, and the model or its optimizer was made
# > outside its scope.
# > In `fit`, such a model also says `Need to be inside "with strategy.scope()"`, or that `` `colocate_vars_with` must
# > only be passed a variable `` of the scope.
# > Make the model and its optimizer in the scope, and compile there.)
# > Two would also number alike what their replicas add up: where the shapes differ, that ends in `Shape mismatch in the
# > collective instance`.
assert _ == 2
with raises(RuntimeError, match="Mixing different"), second.scope():
    v.assign(3.0)


def fit_in(made, compiled, fitted, optimizer):
    """Fit a model; say for each step whether it is done in the scope."""
    places = [first.scope() if inside else nullcontext() for inside in (made, compiled, fitted)]
    optimizer = optimizer() if callable(optimizer) else optimizer
    with places[0]:
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    with places[1]:
        model.compile(optimizer, "mse")
    with places[2]:
        model.fit(np.ones((4, 1)), np.ones((4, 1)), verbose=0)
    return model


default = "Mixing different [\\s\\S]*_DefaultDistributionStrategy"
for made, compiled, fitted, optimizer, words in (
    (True, True, True, keras.optimizers.Adam, default),  # the optimizer alone
    (True, False, False, "adam", default),
    (False, False, True, "adam", default),
    (False, True, False, "adam", r'Need to be inside "with strategy\.scope\(\)"'),
    (False, True, True, "adam", "`colocate_vars_with` must only be passed a variable created in this"),
):
    with raises((RuntimeError, ValueError), match=words):
        fit_in(made, compiled, fitted, optimizer)
for optimizer in ("adam", "sgd"):
    assert all(fit_in(True, True, fitted, optimizer) for fitted in (True, False))
with first.scope():
    inside = keras.optimizers.Adam()
assert fit_in(True, True, False, inside)
alone("""
cpu, = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
total = lambda values: tf.distribute.get_replica_context().all_reduce("SUM", tf.constant(values))
for values in ([1.0, 2.0], [1.0, 2.0, 3.0]):
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    try:
        strategy.run(lambda: total(values))
    except tf.errors.InvalidArgumentError as error:
        assert "Shape mismatch in the collective instance" in str(error) and len(values) == 3
    else:
        assert len(values) == 2
""")
alone("""
cpu, = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
for values in ([1.0, 2.0], [1.0, 2.0, 3.0]):
    strategy.run(lambda: tf.distribute.get_replica_context().all_reduce("SUM", tf.constant(values)))
""")

# %% error-aggregation-code
# raises ValueError: Could not convert from `tf.VariableAggregation` VariableAggregation.NONE

# %% error-aggregation-code-2
# > What is put together when it is read needs an aggregation, which says how.
assert _ == 0
for aggregation in (tf.VariableAggregation.SUM, tf.VariableAggregation.ONLY_FIRST_REPLICA):
    with strategy.scope():
        one = tf.Variable(7, synchronization=on_read, aggregation=aggregation)
    assert one.numpy() == 7

# %% error-silent-unchanged-code
# > `v.numpy()` is a copy.
# > Editing it changes the copy and nothing else.
assert same(_, matrix)
for kind in KINDS:
    for dtype in FLOATS:
        other = some(kind, dtype)
        other.numpy()[0, 0] = 9
        assert same(other, matrix)

# %% error-silent-unchanged-code-2
# > Give the copy a name, edit it, assign it.
# > (A loop such as `for w in weights: w = w * 2` changes nothing either: it makes tensors.
# > Write `w.assign(w * 2)`.)
assert same(_, [[9, 2], [3, 4]])
weights = [some(kind) for kind in KINDS]
for w in weights:
    w = w * 2
    assert tf.is_tensor(w) and not isinstance(w, KINDS)
for w in weights:
    assert same(w, matrix)
    w.assign(w * 2)
    assert same(w, matrix * 2)

# %% error-silent-unchanged-code-5
# > `assign` copies too: an edit that comes after it is not stored.
# > Assign once more.
assert same(_, [[9, 2], [3, 4]])
for kind in KINDS:
    for shape in ((2, 2), (1024, 1024)):
        other, array = kind(np.zeros(shape, dtype="float32")), np.ones(shape, dtype="float32")
        other.assign(array)
        array[:] = 5
        assert (other.numpy() == 1).all()
        other.assign(array)
        assert (other.numpy() == 5).all()

# %% error-silent-unchanged-code-3
# > `get_weights` returns copies as well, and `layer.weights[0] = matrix` changes a list that is thrown away.
# > Write the arrays back with `set_weights`.
assert same(_, matrix)
for dtype in ("float32", "bfloat16"):
    other = keras.layers.Dense(2, kernel_initializer="ones", dtype=dtype)
    other.build((None, 2))
    other.get_weights()[0][:] = 0
    other.weights[0] = matrix
    assert same(other.kernel, np.ones((2, 2)))

# %% error-silent-unchanged-code-4
# > Two indices in a row are a trap in NumPy itself: reading with a mask makes a copy, and the second index edits that
# > copy.
assert same(_, [[9, 2], [3, 4]])
assert not np.shares_memory(values, values[values > 2])

# %% error-silent-unchanged-code-6
# > Write with one index.
assert same(_, [[0, 2], [0, 0]])

# %% error-silent-swap-code
# > `values[0]` is a view of the first row, not its numbers: when the second row is written, the first has already been
# > overwritten.
assert same(_, [[3, 4], [3, 4]])
assert np.shares_memory(values[0], values)

# %% error-silent-swap-code-2
# > Swap by a list of rows, which NumPy copies before it writes.
#
# > The rows of the variable can be swapped so, since they are tensors: `v.assign(tf.gather(v, [1, 0]))`.
# > Two variables are swapped by the numbers of one: `kept = v.numpy()`, then `v.assign(w)` and `w.assign(kept)`.
# > (With `kept = v` both end as `w`.)
for kind in KINDS:
    for keep, ends in ((lambda one: one.numpy(), matrix), (lambda one: one, matrix * 2)):
        one, two = some(kind), kind(matrix * 2)
        kept = keep(one)
        one.assign(two)
        two.assign(kept)
        assert same(one, matrix * 2) and same(two, ends)
assert same(_, [[3, 4], [1, 2]])
assert not np.shares_memory(values[[1, 0]], values)
for kind in KINDS:
    other = some(kind)
    other.assign(tf.gather(other, [1, 0]))
    assert same(other, [[3, 4], [1, 2]])

# %% error-silent-twice-code
assert same(_, [1, 0, 0])
for sign in (operator.iadd, operator.isub, operator.imul):
    once, twice = np.ones(2), np.ones(2)
    once[[0]], twice[[0, 0]] = sign(once[[0]], 3), sign(twice[[0, 0]], 3)
    assert same(once, twice)

# %% error-silent-twice-code-2
# > NumPy reads entry 0 twice, adds 1 to what it read, and writes it twice.
# > `np.add.at` adds each time, and so does `scatter_nd_add`.
# > (Of `tf.tensor_scatter_nd_update`, each of the two new values has a gradient, though one of them was overwritten:
# > give each place once.)
assert same(_[0], [3, 0, 0]) and same(_[1], [2, 0, 0])
new = tf.Variable([10.0, 20.0])
scattered = gradient_of(lambda: tf.reduce_sum(tf.tensor_scatter_nd_update([1.0, 2.0], [[0], [0]], new) ** 2), new)
assert same(scattered[0], [40, 40])

# %% error-silent-keras-plus-code
# > On a Keras variable, `+=` makes a tensor and gives it the name.
# > The variable keeps its value.
# > Inside a layer, `self.w += 1` replaces the attribute in the same way.
assert same(_, np.ones((2, 2)))
assert tf.is_tensor(kernel) and not isinstance(kernel, KINDS)
for sign in ("+", "-", "*", "/", "**", "//", "%"):
    for dtype in (*FLOATS, tf.int32):
        names = {"name": some(keras.Variable, dtype)}
        other = names["name"]
        exec(f"name {sign}= 2", names)
        assert tf.is_tensor(names["name"]) and not isinstance(names["name"], KINDS)
        assert same(other, matrix)


class Counter(keras.layers.Layer):
    def build(self, shape):
        self.w = self.add_weight(shape=(), initializer="zeros")

    def call(self, x):
        self.w += 1
        return x * self.w


counter = Counter()
counter(np.ones(2))
assert not isinstance(counter.w, KINDS) and counter.get_weights() == [0]

# %% error-silent-keras-plus-code-2
# > Use `assign_add`, or assign the sum.
assert same(_, np.full((2, 2), 2))
layer.kernel.assign(layer.kernel + 1)
assert same(layer.kernel, np.full((2, 2), 3))

# %% error-silent-keras-plus-code-3
# > A `tf.Variable` refuses `+=`, but `//=`, `%=` and `@=` give its name away without an error, and so do `&=`, `|=` and
# > `^=` on integers.
assert _ is False
for dtype in (*FLOATS, tf.int32):
    for edit in ("name //= 2", "name %= 2", "name @= name", *(f"name {sign}= 1" for sign in "&|^" if dtype.is_integer)):
        names = {"name": some(dtype=dtype)}
        other = names["name"]
        with silence():
            exec(edit, names)
        assert tf.is_tensor(names["name"]) and not isinstance(names["name"], KINDS), edit
        assert same(other, matrix)

# %% error-silent-list-index-code
# > To a variable, `v[[0, 1]]` means the one entry in row 0, column 1.
assert same(_, [[0, -1, 2, 3, 4], [5, 6, 7, 8, 9]])
for kind in KINDS:
    assert some(kind)[[0, 1]].numpy() == some(kind)[0, 1].numpy() == 2

# %% error-silent-list-index-code-2
# > A list in square brackets means rows to NumPy.
#
# > Let NumPy read the list.
assert same(_, np.full((2, 5), -1))

# %% error-silent-flat-scatter-code
# > Two rows were given, and row 1 alone was written.
# > In eager mode `scatter_nd_update` takes the first position of a flat list with the first row, and drops the others.
# > (Inside a `tf.function` it raises `ValueError`.)
assert same(_, [[0, 0], [1, 2], [0, 0], [0, 0]])
for dtype in ("float32", "float64", "bfloat16", "int32"):
    for shape in ((4,), (4, 1), (4, 2), (4, 4), (4, 2, 3)):
        for positions in ([1, 2], [3, 0, 1], np.array([2, 1]), tf.constant([2, 1, 0, 3])):
            given = np.arange(1, len(positions) * np.prod(shape[1:], dtype=int) + 1).reshape(-1, *shape[1:])
            expected = np.zeros(shape)
            expected[int(positions[0])] = given[0]
            with silence():
                other = tf.Variable(np.zeros(shape), dtype=dtype)
                other.scatter_nd_update(positions, given)
            assert same(other.numpy().astype("float64"), expected)
            with raises(ValueError, match="Dimensions"):
                function(other.scatter_nd_update, positions, tf.cast(given, dtype))()

# %% error-silent-flat-scatter-code-2
# > Put each position in brackets of its own; of an array of positions, `positions[:, None]` does so.
assert same(_, [[0, 0], [1, 2], [3, 4], [0, 0]])
other, positions = tf.Variable(np.zeros((4, 2), dtype="float32")), np.array([1, 2])
other.scatter_nd_update(positions[:, None], matrix)
assert same(other, _)

# %% error-silent-any-shape-code
# > A variable created with `shape=tf.TensorShape(None)` takes every shape, so one number replaces the whole matrix.
assert _ == () and v.numpy() == 0

# %% error-silent-any-shape-code-2
# > Assign an array of the shape you want, or fix the shape when you create the variable.
assert _ == (2, 2)
with raises(ValueError, match="Shape mismatch"):
    some().assign(0)

# %% error-silent-transpose-code
# > A square matrix fits a kernel both ways.
# > This one holds one row per output; a `Dense` kernel holds one column per output.
assert same(_[0], [1, 3])
assert same(_[1], [1, 2])
other = keras.layers.Dense(3)
other.build((None, 2))
assert other.kernel.shape == (2, 3)

# %% error-silent-transpose-code-2
# > Assign the transpose, and compare outputs.
#
# > Behind a `Flatten` the order of the channels differs as well, and in a GRU that of the gates: see [Move and resize
# > weights](../lessons/12_move_and_resize_weights.ipynb).
assert same(_[0], _[1])
channels = np.arange(8).reshape(1, 2, 2, 2)
assert np.array(keras.layers.Flatten()(channels.transpose(0, 2, 3, 1)))[0].tolist() != channels.ravel().tolist()

# %% error-silent-decimals-code
# since keras 3.7: a keras.Variable casts a list, too, and without a word
# > An array, or a NumPy number, is cast to the variable's dtype; an integer dtype cuts the decimals off.
# > (A float dtype drops the imaginary part of complex numbers, with a `ComplexWarning`.)
# > So is a list of tensors.
# > A list of numbers, a Python number or one tensor raises an error, unless the variable is Keras's own: that one cuts
# > off everything.
assert same(_, [1, -1])
with warns(np.exceptions.ComplexWarning):
    assert same(tf.Variable([0.0]).assign(np.array([1 + 2j])), [1])
for dtype in ("int8", "int32", "int64"):
    pair, one = (lambda kind, dtype=dtype: kind([1, 2], dtype=dtype)), (lambda kind, dtype=dtype: kind(1, dtype=dtype))
    silent = [(pair, np.array([1.9, -1.9])), (pair, np.array([1.9, -1.9], dtype="float32"))]
    silent += [(one, np.float64(1.9)), (one, np.float32(1.9)), (pair, [tf.constant(1.9), tf.constant(-1.9)])]
    loud = [(pair, [1.9, -1.9]), (pair, (1.9, -1.9)), (pair, [np.float64(1.9), np.float64(-1.9)]), (one, 1.9)]
    loud += [(pair, tf.constant([1.9, -1.9])), (pair, tf.Variable([1.9, -1.9])), (pair, [1.0, -1.0])]
    for make, value in silent:
        other = make(tf.Variable)
        with silence():
            other.assign(value)
        assert same(other, [1, -1] if make is pair else 1)
    for make, value in loud:
        with raises((TypeError, ValueError)):
            make(tf.Variable).assign(value)
    for make, value in silent + loud:
        other = make(keras.Variable)
        with silence():
            other.assign(value)
        assert same(other, [1, -1] if make is pair else 1)

# %% error-silent-decimals-code-2
# since keras 3.7: a keras.Variable casts a list, too, and without a word
assert same(_, [1, -1])

# %% error-silent-decimals-code-4
# > When a NumPy number meets a `tf.Variable` in a product, it is cast as well: 2.7 becomes 2.
assert same(_, [2, 4])
for number in (np.float64(2.7), np.float32(2.7), np.array(2.7)):
    assert same(tf.Variable([1, 2]) * number, [2, 4])
    assert same(number * tf.Variable([1, 2]), [2, 4])
with raises(TypeError):
    tf.Variable([1, 2]) * 2.7  # Python's own number is refused

# %% error-silent-decimals-code-3
# > Create the variable with a float dtype.
np.testing.assert_allclose(_, [2.7, 5.4], rtol=1e-6)

# %% error-silent-gradient-none-code
# since keras 3.5: assign of a keras.Variable returns the new value
# > First cause: what an earlier `assign` returned was used in place of the variable.
# > It is another object, and a tape that opens afterwards does not watch it, in a `tf.function` neither.
# > (A tape that was open during the `assign` of a `tf.Variable` has both gradients.)
assert returned is not v and gradient_of(lambda: tf.reduce_sum(returned**2), v) == (None,)
assert same(returned, v.numpy())


def both(other):
    """The gradients by a variable and by what its assign returned, before the tape."""
    late = other.assign(matrix * 10)
    assert late is not other
    return gradient_of(lambda: tf.reduce_sum(late**2), other if isinstance(other, tf.Variable) else other.value, late)


for kind in KINDS:
    other = some(kind)
    assert both(other) == (None, None)
    assert function(both, other)() == (None, None)
for dtype in (tf.bfloat16, tf.float64):
    other = some(dtype=dtype)
    late = other.assign(matrix)
    assert gradient_of(lambda late=late: tf.reduce_sum(late**2), other) == (None,)
for dtype in FLOATS:
    other = some(dtype=dtype)

    def during(other=other):
        with tf.GradientTape() as tape:
            late = other.assign(matrix * 10)
            loss = tf.reduce_sum(late * late)
        return tape.gradient(loss, [late, other])

    for found in (during(), function(during)()):
        for one in found:
            assert same(tf.cast(one, tf.float32), matrix * 20)

# %% error-silent-gradient-none-code-2
# > Use the variable.
assert same(_, matrix * 20)

# %% error-silent-gradient-none-code-7
# > After `w = w.assign(...)` the variable may have no name left.
# > Make a new one of what you hold.
# > The old optimizer does not know it, so make a new optimizer too.
assert same(_, matrix * 20) and type(w) is type(tf.Variable(matrix))
for dtype in FLOATS:
    for make in (keras.optimizers.SGD, keras.optimizers.Adam):
        held, old = some(dtype=dtype), make()
        old.build([held])
        held = held.assign(matrix * 10)
        assert gradient_of(lambda: tf.reduce_sum(held * held), held) == (None,)  # noqa: B023
        held = tf.Variable(held)
        assert held.dtype == dtype and held.trainable and same(held, matrix * 10)
        found = gradient_of(lambda: tf.reduce_sum(held * held), held)  # noqa: B023
        assert same(found[0], matrix * 20)
        with raises(ValueError, match="Unknown variable"):
            old.apply_gradients([(found[0], held)])
        make(0.5).apply_gradients([(found[0], held)])
        assert dtype == tf.bfloat16 or (held.numpy() < matrix * 10).all()  # in bfloat16 Adam's step rounds to 0 here

# %% error-silent-gradient-none-code-3
# > Second cause: a NumPy function inside the tape.
# > Its result is an array, which the tape takes for a constant.
# > Use `tf.square`.
assert isinstance(np.square(v), np.ndarray)
assert gradient_of(lambda: tf.reduce_sum(np.square(v)), v) == (None,)
assert same(gradient_of(lambda: tf.reduce_sum(tf.square(v)), v)[0], matrix * 20)

# %% error-silent-gradient-none-code-4
# > Write `w.assign(w * 2)`.
#
# > Third cause: the name no longer stands for the variable.
assert tf.is_tensor(w) and not isinstance(w, tf.Variable)
other = some()
other.assign(other * 2)
assert same(gradient_of(lambda: tf.reduce_sum(other**2), other)[0], matrix * 4)

# %% error-silent-gradient-none-code-5
# > (So it is with a variable made of variables: of `tf.Variable([[a, b], [b, a]])`, neither has a gradient.
# > Write `tf.convert_to_tensor([[a, b], [b, a]])` inside the tape; of Keras variables, [put the `value`
# > in](#str-object-has-no-attribute-base_dtype).)
k1, k2 = keras.Variable(1.0), keras.Variable(2.0)
with raises(AttributeError, match="'str' object has no attribute 'base_dtype'"):
    tf.convert_to_tensor([[k1, k2], [k2, k1]])
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(tf.convert_to_tensor([[k1.value, k2.value], [k2.value, k1.value]]) ** 2)
assert [float(gradient) for gradient in tape.gradient(loss, [k1, k2])] == [4, 8]
one, two = tf.Variable(1.0), tf.Variable(2.0)
found = gradient_of(lambda: tf.reduce_sum(tf.Variable([[one, two], [two, one]]) ** 2), one, two)
assert list(found) == [None, None]
found = gradient_of(lambda: tf.reduce_sum(tf.convert_to_tensor([[one, two], [two, one]]) ** 2), one, two)
assert [float(gradient) for gradient in found] == [4, 8]
#
# > Fourth cause: the value went through `assign`.
# > The gradient reaches the variable, and stops there.
other = some()


def through():
    other.assign(scale * matrix)
    return tf.reduce_sum(other)


to_scale, to_variable = gradient_of(through, scale, other)
assert to_scale is None
assert same(to_variable, np.ones((2, 2)))

# %% error-silent-gradient-none-code-6
# since keras 3.5: assign of a keras.Variable returns the new value
# > Keep the value as a tensor.
# > (To store it as well, assign it, and go on with the tensor; `tf.grad_pass_through(scale.assign)(x)` does both.)
assert _ == 10
for kind in KINDS:
    source, stored = tf.Variable(3.0), kind(0.0)
    with tf.GradientTape(persistent=True) as other:
        new = source**2
        stored.assign(new)
        tensor = new * 2
        passed = tf.grad_pass_through(stored.assign)(source**2) * 2
    assert other.gradient(tensor, source).numpy() == other.gradient(passed, source).numpy() == 12
    assert stored.numpy() == 9

# %% error-silent-gradient-none-code-8
# > Fifth cause: the gradient was asked for a part.
# > `v[0]` makes a new tensor, from which the loss was not computed.
# > Ask for the variable, and take the part of its gradient.
assert printed == "None\n"
assert same(_, v.numpy()[0] * 2)
assert tf.is_tensor(v[0]) and v[0] is not v[0]
for kind in KINDS:
    other = some(kind)
    assert gradient_of(lambda other=other: tf.reduce_sum(tf.square(other)), other[0], other)[0] is None

# %% error-silent-gradient-none-code-9
# > Sixth cause: the loss was computed before the tape opened, or after it closed.
# > Compute it in the tape's block.
# > So it is with a part of the loss, such as a scale `tf.exp(v)` that an `__init__` or a distribution of TensorFlow
# > Probability has computed once: to the tape it is a constant, and it does not follow an `assign`.
assert printed == "None\n"
for kind in KINDS:
    other = some(kind)
    scale = tf.exp(other)
    assert gradient_of(lambda scale=scale: tf.reduce_sum(scale * 2.0), other)[0] is None
    assert gradient_of(lambda other=other: tf.reduce_sum(tf.exp(other) * 2.0), other)[0] is not None
    other.assign(matrix * 0)
    assert np.allclose(scale, np.exp(matrix))
for kind in KINDS:
    other = some(kind)
    with tf.GradientTape() as tape:
        inside = tf.reduce_sum(tf.square(other))
    after = tf.reduce_sum(tf.square(other))
    assert tape.gradient(after, other) is None
    with tf.GradientTape() as tape:
        inside = tf.reduce_sum(tf.square(other))
    assert same(tape.gradient(inside, other), matrix * 2)

# %% error-silent-gradient-none-code-10
# > Seventh cause: an operation that has no gradient, such as a comparison, `tf.round`, `tf.argmax`, `//` or a cast to
# > integers.
# > Nor does a variable of integers have one.
# > Compute with decimals, or [give the operation a gradient of its own](../lessons/06_gradients_and_assign.ipynb).
assert printed == "None\n"
for operation in (
    lambda v: tf.cast(v >= 2, tf.float32),
    tf.round,
    tf.argmax,
    lambda v: v // 2,
    lambda v: tf.cast(tf.cast(v, tf.int32), tf.float32),
):
    assert gradient_of(lambda operation=operation: tf.reduce_sum(operation(v)), v)[0] is None
whole, halves = tf.Variable([1, 2]), tf.Variable([1.0, 2.0])
assert gradient_of(lambda: tf.reduce_sum(whole * whole), whole)[0] is None
assert same(gradient_of(lambda: tf.reduce_sum(halves * halves), halves)[0], [2, 4])


@tf.custom_gradient
def rounded(x):
    return tf.round(x), lambda upstream: upstream


assert same(gradient_of(lambda: tf.reduce_sum(rounded(halves)), halves)[0], [1, 1])

# %% error-silent-gradient-none-code-11
# > Eighth cause: a tape watches trainable variables.
# > A tensor, and a variable made with `trainable=False`, it watches when `tape.watch` says so.
# > (Of a Keras variable made so, give it the `value`.)
#
# > Ninth cause: a Keras variable was given, as an argument, to a `tf.function` with the tape in it.
# > It arrives as a tensor, which the tape does not watch.
# > Use it from outside, or give its `value`.
# > A tenth cause has [its own section](#no-error-but-an-array-times-a-keras-variable-has-no-gradient).
# > Where the loss is not to use a variable, `tape.gradient(loss, variables, unconnected_gradients="zero")` gives zeros
# > in place of `None`.
# > (Of Keras variables, ask for each one's `.value`, or it may say `'str' object has no attribute '_type_enum'`.)
# > They are not the same to an optimizer: a 0 lets momentum and weight decay act, and `None` does not.
assert same(_, matrix * 2)
used, unused = tf.Variable(1.0), tf.Variable(1.0)
with tf.GradientTape() as other:
    loss = used * 2
assert [one.numpy() for one in other.gradient(loss, [used, unused], unconnected_gradients="zero")] == [2, 0]
pair = [keras.Variable(1.0), keras.Variable(1.0)]
for values in (False, True):
    asked = [one.value for one in pair] if values else pair
    with tf.GradientTape() as other:
        loss = pair[0] * 2
    if values:
        assert [one.numpy() for one in other.gradient(loss, asked, unconnected_gradients="zero")] == [2, 0]
    else:
        with raises(AttributeError, match="'str' object has no attribute '_type_enum'"):
            other.gradient(loss, asked, unconnected_gradients="zero")
for heavy in (keras.optimizers.SGD(0.1, momentum=0.9), keras.optimizers.SGD(0.1, weight_decay=0.5)):
    unused.assign(1.0)
    heavy.apply([tf.constant(1.0), tf.constant(1.0)], [used, unused])
    for gradient, moves in ((None, False), (tf.constant(0.0), True)):
        kept = unused.numpy()
        with silence() if moves else warns(UserWarning, match="Gradients do not exist"):
            heavy.apply([tf.constant(1.0), gradient], [used, unused])
        assert (unused.numpy() != kept) == moves
for source in (tf.constant(matrix), tf.Variable(matrix, trainable=False), keras.Variable(matrix, trainable=False)):
    inner = source.value if isinstance(source, keras.Variable) else source
    for asked in (False, True):
        with tf.GradientTape() as tape:
            if asked:
                tape.watch(inner)
            loss = tf.reduce_sum(tf.square(source))
        assert (tape.gradient(loss, source) is not None) == asked


def inside(source, *arguments):
    """The gradient by the argument, else by the source, as a function finds it."""
    given = arguments[0] if arguments else source
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(given))
    return [tape.gradient(loss, given), tf.is_tensor(given) and not isinstance(given, tf.Variable)]


for kind in KINDS:
    other = some(kind)
    found = [tf.function(partial(inside, other), autograph=False)(other), function(inside, other)()]
    assert (found[0][0] is None) == (kind is keras.Variable) == bool(found[0][1])
    assert same(found[1][0], matrix * 2)
    if kind is keras.Variable:
        assert same(function(inside, other)(other.value)[0], matrix * 2)
with tf.GradientTape() as tape, raises((AttributeError, ValueError, TypeError)):
    tape.watch(keras.Variable(matrix, trainable=False))

# %% error-silent-left-code
# since keras 3.4: an error while a layer's shape is inferred keeps its type
# > When an array or a NumPy number stands on the left, NumPy computes, from a copy of the Keras variable, and the tape
# > takes the result for a constant.
# > So do `+`, `-`, `/`, `**` and `@`.
# > (In a `tf.function`, and so in `fit`, [an error](#numpy-is-only-available-when-eager-execution-is-enabled) says so.)
assert printed == "None\n"
operators = (operator.mul, operator.add, operator.sub, operator.truediv, operator.pow, operator.matmul)
numbers = (np.float32(3), np.float64(3), np.array(3.0))
for dtype in ("float16", "bfloat16", "float32", "float64"):
    k = keras.Variable(matrix, dtype=dtype)
    for combine in operators:
        for left in (matrix, matrix.astype("float64"), *(numbers if combine is not operator.matmul else ())):
            assert isinstance(combine(left, k), np.ndarray | np.generic)
            assert gradient_of(lambda c=combine, left=left, k=k: tf.reduce_sum(c(left, k)), k)[0] is None
            with raises(NotImplementedError, match="numpy\\(\\) is only available when eager execution is enabled"):
                function(combine, left, k)()


class Scaled(keras.layers.Layer):
    def build(self, shape):
        self.weight = self.add_weight(shape=(2,), initializer="ones")

    def call(self, inputs):
        return inputs * (np.array([3, 5], dtype="float32") * self.weight)


model = keras.Sequential([keras.Input((2,)), Scaled()])
model.compile("sgd", "mse")
with raises(NotImplementedError, match="numpy\\(\\) is only available when eager execution is enabled"):
    model.fit(matrix, matrix, verbose=0)

# %% error-silent-left-code-2
# > Put the variable on the left, or take its `value`.
#
# > With a `tf.Variable` the operators keep the gradient on both sides.
# > A NumPy *function*, such as `np.multiply`, loses it with either kind, whatever stands first.
assert all(same(one, matrix) for one in _)
for combine in (operator.mul, operator.add, operator.sub, operator.truediv, operator.pow, operator.matmul):
    v, k = some(), some(keras.Variable)
    for left, right, source in [(k, matrix, k), (matrix, k.value, k), (v, matrix, v), (matrix, v, v)]:
        assert gradient_of(lambda c=combine, a=left, b=right: tf.reduce_sum(c(a, b)), source)[0] is not None
for kind in KINDS:
    source = some(kind)
    for compute in (np.multiply, np.add, np.matmul):
        for left, right in [(source, matrix), (matrix, source)]:
            assert gradient_of(lambda f=compute, a=left, b=right: tf.reduce_sum(f(a, b)), source)[0] is None

# %% error-silent-old-gradient-code
# > The tape keeps the value that the loss was computed from.
# > An `assign` between the loss and the gradient does not reach it.
assert same(_, matrix * 2)
for kind in KINDS:
    for write in (
        lambda one: one.assign(matrix * 10),
        lambda one: one[0].assign([9, 9]),
        lambda one: one.assign_add(matrix),
    ):
        other = some(kind)
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(other**2)
        write(other)
        assert same(tape.gradient(loss, other), matrix * 2)

# %% error-silent-old-gradient-code-2
# > Assign before the tape opens, or after the gradient.
assert same(_, matrix * 20)

# %% error-silent-where-code
# > `tf.where` computes both branches and sends a gradient into both: into the logarithm of 0 it sends 0 times infinity,
# > and that is NaN.
np.testing.assert_allclose(_[0], np.log(4), rtol=1e-6)
assert np.isnan(_[1][0]) and _[1][1] == 0.25


def logarithm(x):
    x = tf.convert_to_tensor(x)
    return tf.reduce_sum(tf.where(x > 0, tf.math.log(x), tf.cast(0, x.dtype)))


for dtype in FLOATS:
    for kind in KINDS:
        other = kind([0.0, 4.0], dtype=dtype.name)
        assert np.isnan(gradient_of(lambda other=other: logarithm(other), other)[0].numpy()[0])

# %% error-silent-where-code-2
# > Keep the bad value out of the logarithm, too.
np.testing.assert_allclose(_[0], np.log(4), rtol=1e-6)
assert same(_[1], [0, 0.25])

# %% error-silent-pairs-code
# > Gradients and variables are paired in order, and what is left over is dropped.
# > Without the `None`, the gradient of the second variable went to the first.
assert same(_[0], matrix - 1) and same(_[1], matrix)
for make in (keras.optimizers.SGD, keras.optimizers.Adam):
    one, two = some(), some()
    with silence():
        make(1.0).apply([tf.ones((2, 2))], [one, two])
    assert not np.array_equal(one, matrix) and same(two, matrix)

# %% error-silent-pairs-code-2
# > Remove pairs, not gradients.
# > (Or leave the `None` where it is: the optimizer passes that variable over, and warns.)
assert same(_[0], matrix) and same(_[1], matrix - 1)
one, two = some(), some()
with warns(UserWarning, match="Gradients do not exist for variables"):
    keras.optimizers.SGD(1.0).apply(gradients, [one, two])
assert same(one, matrix) and same(two, matrix - 1)

# %% error-silent-zeros-code
# > An entry set to 0 is an ordinary weight, and the next step moves it.
# > Here its gradient was 0 as well, and still it moved: the optimizer's momentum is left from the step before.
masked = tf.where(mask, gradient, 0)
assert _[0, 0] == 0.25 and same(masked, [[0, -1], [-1, -1]])
ordinary = some()
ordinary.assign(np.where(mask, ordinary.numpy(), 0))
keras.optimizers.SGD(0.5).apply_gradients([(gradient, ordinary)])
assert ordinary.numpy()[0, 0] == 0.5
held, fresh = some(), keras.optimizers.SGD(0.5, momentum=0.5)
held.assign(np.where(mask, held.numpy(), 0))
fresh.apply_gradients([(masked, held)])  # no step before, no momentum
assert held.numpy()[0, 0] == 0

# %% error-silent-zeros-code-2
# since numpy 2.0: np.where keeps bfloat16 beside a Python number
# > Apply the mask after every step. `np.where` sets to 0 whatever stands there; a product with 0 leaves a NaN in its
# > place.
assert _[0, 0] == 0 and (_[mask] > 2).all()
for kind in KINDS:
    for dtype in FLOATS:
        for bad in (np.nan, np.inf, -np.inf):
            broken = some(kind, dtype)
            broken.assign([[bad, 2], [3, 4]])
            with np.errstate(invalid="ignore"):  # infinity times 0: NumPy warns
                assert np.isnan((broken.numpy() * mask)[0, 0]) and np.isnan(tf.cast(broken * mask, tf.float32)[0, 0])
            broken.assign(np.where(mask, broken.numpy(), 0))
            assert same(tf.cast(broken, tf.float32), [[0, 2], [3, 4]])

# %% error-silent-branches-code
# since keras 3.5: assign of a keras.Variable returns the new value
# > Both arguments are computed before `tf.where` sees them, and each of them writes.
# > So it is with `np.where` and `keras.ops.where`, and in a `tf.function`.
assert _ == 3
for choose in (tf.where, np.where, keras.ops.where):
    for kind in KINDS:
        for condition in (True, False):
            number = kind(0.0)
            choose(condition, number.assign_add(1), number.assign_add(2))
            assert number.numpy() == 3
number = tf.Variable(0.0)
function(lambda condition: tf.where(condition, number.assign_add(1), number.assign_add(2)))(tf.constant(True))
assert number.numpy() == 3

# %% error-silent-branches-code-2
# > `tf.cond` takes two functions and calls one of them.
# > Or choose the value, and assign once.
assert _ == 11
for kind in KINDS:
    for condition, expected in ((True, 1), (False, 2)):
        number = kind(0.0)
        branches = [partial(number.assign_add, 1), partial(number.assign_add, 2)]
        tf.cond(condition, *branches)
        assert number.numpy() == expected
        function(lambda condition, branches=branches: tf.cond(condition, *branches))(tf.constant(condition))
        assert number.numpy() == 2 * expected

# %% error-silent-drift-code
# > `assign` changes the weight, not what the optimizer remembers.
# > Adam goes on in its old direction though the gradient is now 0.
assert (_ < -0.05).all()
weight, other = some(), keras.optimizers.Adam()
other.apply_gradients([(tf.ones((2, 2)), weight)])
before = [part.numpy() for part in other.variables]
weight.assign(np.zeros((2, 2)))
for part, old in zip(other.variables, before, strict=True):
    assert same(part, old)

# %% error-silent-drift-code-2
# > Start again with a new optimizer.
assert same(_, np.zeros((2, 2)))

# %% error-silent-rows-code
# > The second step looks up row 1, and row 0 moves on: Adam's momentum is kept for all rows, and acts on all of them.
# > SGD and RMSprop with momentum do the same, and so does Lion; without momentum and weight decay, SGD, RMSprop and
# > Adagrad move only the rows looked up.
# > (`mask_zero=True` does not freeze row 0, nor set it to 0: layers that read the mask skip it, and after a layer that
# > drops the mask, such as Flatten, it is trained.)
first, second = (np.array(line.strip("[]").split(), float) for line in printed.splitlines())
assert second[0] < first[0] < 0 and second[1] < 0 == first[1] == second[2]


def row_0_moves(optimizer):
    """Whether the step of row 1 moves row 0, once row 0 has been looked up."""
    table, after = keras.layers.Embedding(3, 1), []
    table.build()
    for looked_up in (0, 1):
        step = gradient_of(lambda at=looked_up: tf.reduce_sum(table(np.array([at]))), table.embeddings)
        optimizer.apply(step, [table.embeddings])
        after.append(table.embeddings.numpy()[0].item())
    return after[0] != after[1]


for make in (
    keras.optimizers.Adam(0.1),
    keras.optimizers.AdamW(0.1),
    keras.optimizers.Lion(0.1),
    keras.optimizers.SGD(0.1, momentum=0.5),
    keras.optimizers.RMSprop(0.1, momentum=0.5),
    keras.optimizers.SGD(0.1, weight_decay=0.1),
):
    assert row_0_moves(make)
for make in (keras.optimizers.SGD(0.1), keras.optimizers.RMSprop(0.1), keras.optimizers.Adagrad(0.1)):
    assert not row_0_moves(make)
for after, moves in ((keras.layers.Flatten(), True), (keras.layers.GlobalAveragePooling1D(), False)):
    masking = keras.layers.Embedding(3, 1, mask_zero=True)
    model = keras.Sequential([keras.Input((2,)), masking, after, keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    start = masking.embeddings.numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(np.array([[0, 1]]), np.full((1, 1), 9), verbose=0)
    assert start[0] != 0 and (masking.embeddings.numpy()[0] != start[0]) == moves

# %% error-silent-rows-code-2
# > Put the rows back after the step.
assert same(_, [[True], [False], [True]])

# %% error-silent-nan-code
# > Multiplying by a mask cannot remove NaN: NaN times 0 is NaN.
assert np.isnan(_[0, 1])
for factor in (0, 0.0, False, np.float32(0)):
    assert np.isnan(np.float32(np.nan) * factor)
assert np.isnan((tf.constant(np.nan) * 0.0).numpy())

# %% error-silent-nan-code-4
# > Let `np.where` choose.
assert same(_, [[1, 0], [3, 4]])

# %% error-silent-nan-code-2
# > After a NaN gradient, Adam remembers NaN, and its next step brings it back.
# > RMSprop and SGD with momentum do so as well; plain SGD remembers nothing.
assert np.isnan(_[0, 1]) and np.isfinite(_).sum() == 3
for other, comes_back in [
    (keras.optimizers.Adam(), True),
    (keras.optimizers.RMSprop(), True),
    (keras.optimizers.SGD(0.1, momentum=0.9), True),
    (keras.optimizers.SGD(0.1), False),
]:
    weight = some()
    other.apply_gradients([(tf.constant(damaged), weight)])
    assert np.isnan(weight.numpy()[0, 1])
    assert any(np.isnan(part.numpy()).any() for part in other.variables) == comes_back
    weight.assign(np.where(np.isfinite(weight.numpy()), weight.numpy(), 0))
    other.apply_gradients([(tf.ones((2, 2)), weight)])
    assert np.isnan(weight.numpy()[0, 1]) == comes_back

# %% error-silent-nan-code-3
# since numpy 2.0: np.where keeps bfloat16 beside a Python number
# > Clean the optimizer's variables too, or make a new optimizer.
# > `np.nan_to_num` is not the tool: it turns an infinity into the largest number, which Adam's next step carries into
# > the weight, and on bfloat16 it does nothing at all.
assert np.isfinite(_).all() and (np.abs(_) < 5).all()


def weight_after(bad, clean, renew=False):
    """A weight whose gradient was bad, then cleaned, then trained one clean step."""
    weight, other = some(), keras.optimizers.Adam(learning_rate=0.1)
    other.apply_gradients([(tf.constant([[1, bad], [1, 1]]), weight)])
    other = keras.optimizers.Adam(learning_rate=0.1) if renew else other
    for part in [weight, *other.variables]:
        part.assign(clean(part.numpy()))
    other.apply_gradients([(tf.ones((2, 2)), weight)])
    return weight.numpy()


for bad in (np.nan, np.inf, -np.inf):
    for renew in (False, True):
        assert (np.abs(weight_after(bad, lambda a: np.where(np.isfinite(a), a, 0), renew)) < 5).all()
assert np.nan_to_num(np.float32(np.inf)) == np.finfo("float32").max
for bad in (np.inf, -np.inf):
    assert abs(weight_after(bad, np.nan_to_num)[0, 1]) > 1e15
half = np.array([1, np.nan, np.inf]).astype(tf.bfloat16.as_numpy_dtype)
assert np.isfinite(np.nan_to_num(half)).sum() == 1
assert same(np.where(np.isfinite(half), half, 0).astype("float32"), [1, 0, 0])

# %% error-silent-reset-code
# > A Keras initializer gives the same numbers at every call, made without a seed or with a number as its seed.
# > (Made with a `keras.random.SeedGenerator`, it gives new ones.
# > Two layers that share an initializer object begin alike, too.)
for initializer, alike in ((keras.initializers.HeNormal(), True), ("he_normal", False)):
    pair = [keras.layers.Dense(3, kernel_initializer=initializer) for _number in range(2)]
    for one in pair:
        one.build((None, 3))
    assert (pair[0].kernel.numpy() == pair[1].kernel.numpy()).all() == alike
assert _.all()
for name in (
    "GlorotUniform",
    "HeNormal",
    "LecunUniform",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "Orthogonal",
):
    make = getattr(keras.initializers, name)
    for initializer in (make(), make(seed=3)):
        assert same(initializer((2, 2)), initializer((2, 2)).numpy())
    initializer = make(seed=keras.random.SeedGenerator(1))
    assert (initializer((2, 2)).numpy() != initializer((2, 2)).numpy()).any()

# %% error-silent-reset-code-2
# > Create a new initializer.
assert not _.all()

# %% error-silent-frozen-mask-code
# > An array from outside is read once, when the function is traced.
# > Later changes to it are not seen.
# > (Nor is a new variable that takes a place in a list or an attribute: the function goes on with the old one.
# > Assign to that.
# > Of an optimizer that was replaced, too, the old one goes on: trace anew, `train =
# > tf.function(train.python_function)`, or let the optimizer be an argument, and build each before its first step.)
assert same(_, [[0, 2], [3, 4]])
weight, optimizers = tf.Variable(0.0), [keras.optimizers.SGD(1.0)]
train = tf.function(lambda: optimizers[0].apply([tf.ones(())], [weight]), autograph=False)
train()
optimizers[0] = keras.optimizers.SGD(100.0)
optimizers[0].build([weight])
train()
assert weight.numpy() == -2 and optimizers[0].iterations == 0
train = tf.function(train.python_function, autograph=False)
train()
assert weight.numpy() == -102 and optimizers[0].iterations == 1
given = tf.function(lambda optimizer: optimizer.apply([tf.ones(())], [weight]), autograph=False)
for rate, built in ((1.0, True), (10.0, True), (100.0, False)):
    weight.assign(0.0)
    taken = keras.optimizers.SGD(rate, momentum=0.5)
    if built:
        taken.build([weight])
        given(taken)
        assert weight.numpy() == -rate and taken.iterations == 1
    else:
        with raises(ValueError, match="Creating variables on a non-first call"):
            given(taken)
held = [tf.Variable(1.0), tf.Variable(2.0)]
holder = tf.Module()
holder.w = held[0]
total = tf.function(lambda: held[0] + held[1] + holder.w, autograph=False)
assert total().numpy() == 4
held[0].assign(5.0)
assert total().numpy() == 12
held[0] = holder.w = tf.Variable(100.0)
assert total().numpy() == 12
assert mask[1, 1] == 0 and apply_mask.experimental_get_tracing_count() == 1

# %% error-silent-frozen-mask-code-2
# > Pass the mask as an argument, with the dtype bool: as an argument the array becomes a tensor, and `tf.where` takes
# > no tensor of numbers for a condition.
assert same(_, [[0, 2], [3, 0]])
for kind in KINDS:
    for dtype in [*FLOATS, tf.int32]:
        other = some(kind, dtype)
        choose = function(lambda other, mask: other.assign(tf.where(mask, other, 0)), other)
        choose(np.array([[True, True], [True, False]]))
        choose(mask)  # the same trace, another mask
        assert choose.experimental_get_tracing_count() == 1
        assert same(tf.cast(other, tf.float32), [[0, 2], [3, 0]])
for dtype in ("float32", "float64", "int64", "uint8"):
    numbers = mask.astype(dtype)
    with raises(TypeError, match="condition"):
        function(lambda mask: tf.where(mask, v, 0))(numbers)
    with raises(tf.errors.InvalidArgumentError, match="expected to be a bool tensor"):
        tf.where(tf.constant(numbers), v, 0)

# %% error-silent-noise-code
# > NumPy drew once, while the function was traced, and what it drew is a constant.
# > A generator of NumPy's and `time.time()` repeat themselves in the same way.
assert same(_[0], _[1]) and same(_[1], _[2])
generator = np.random.default_rng(0)
for draw in (generator.normal, time.time, np.random.rand, lambda: generator.integers(10**9)):
    drawn = function(lambda: tf.constant(draw()))  # noqa: B023
    assert drawn() == drawn() == drawn()

# %% error-silent-noise-code-2
# > `tf.random` draws at each call.
# > (For numbers that belong to a step, give it as an argument:
# > `tf.random.stateless_normal([2], seed=tf.stack([7, step]))` draws the same ones again for the same step.)
stateless = tf.function(lambda step: tf.random.stateless_normal([2], seed=tf.stack([7, step])))
one_draw, two_draw, again = (stateless(tf.constant(step)).numpy() for step in (0, 1, 0))
assert same(one_draw, again) and (one_draw != two_draw).all() and stateless.experimental_get_tracing_count() == 1
assert len({tuple(drawn) for drawn in _}) == 3

# %% error-silent-number-code
# > Called in the other order, or in eager mode, `2.0` raises.
# > A Python number is part of a trace, and to Python 2.0 equals 2, so the trace of 2 runs again.
# > (So does the trace of 1 for `True`.)
assert same(_, [2, 4, 6]) and _.dtype == tf.int32 and times.experimental_get_tracing_count() == 1
times(1), times(True)
assert times.experimental_get_tracing_count() == 2
with raises(TypeError, match="to EagerTensor of dtype int32"):
    tf.constant([1, 2, 3]) * 2.0
with raises(TypeError, match="int32"):
    tf.function(lambda x: tf.constant([1, 2, 3]) * x)(2.0)

# %% error-silent-number-code-2
assert _ == ["int32", "float32", "float32"]

# %% error-silent-number-code-3
# > Pass a tensor or a NumPy number: its dtype decides which trace runs, and its value none.
assert _ == 2
for number in (tf.constant(5), tf.constant(7.0), np.float32(9), np.array(1, "int32")):
    as_tensor(number)
assert as_tensor.experimental_get_tracing_count() == 2

# %% error-silent-retracing-code
# > The result is right, and each of the five calls was traced: a Python number is a constant of the trace, and another
# > number is another trace.
# > So is another shape, and a `tf.function` that is made in a loop is traced each time.
import logging

assert _ == 5 and same(v, matrix * 120)


@contextmanager
def logged():
    """What TensorFlow's logger says."""
    said, logger, handler = [], tf.get_logger(), logging.Handler()
    handler.emit, level = lambda record: said.append(record.getMessage()), logger.level
    logger.addHandler(handler)
    logger.setLevel("WARNING")
    yield said
    logger.setLevel(level)
    logger.removeHandler(handler)


def doubled(values):
    return values * 2


with logged() as said:
    traced = tf.function(lambda number: v * number, autograph=False)
    for number in range(5):
        traced(number)
assert "5 out of the last 5 calls to" in said[0] and "triggered tf.function retracing" in said[0]
shapes = tf.function(doubled, autograph=False)
for size in range(4):
    shapes(tf.ones(size))
assert shapes.experimental_get_tracing_count() == 4
with logged() as said:
    for _ in range(6):
        made = tf.function(doubled, autograph=False)
        made(tf.ones(2))
        assert made.experimental_get_tracing_count() == 1
assert "triggered tf.function retracing" in said[0]

# %% error-silent-retracing-code-2
# > Make the function once, and give it tensors.
assert _ == 1

# %% error-silent-threads-code-2
# > Both threads read 0, then both wrote 1.
# > (The barrier sees to it here; elsewhere it happens by chance.)
assert _ == 1

# %% error-silent-threads-code-3
# > `assign_add` reads and writes in one operation.
assert _ == 3


# %% error-silent-untracked-code-2
# since keras 3.10: a keras.Variable made of a tf.Variable holds that very variable
# > The first did not move.
# > A Keras layer lists Keras variables only: a `tf.Variable` stored as an attribute is not among its weights, so `fit`
# > does not train it and `get_weights` does not return it.
# > Make the layer's variables with `add_weight`.
# > (The variables of a `tf.Module` are not listed either.
# > Hand each over: `self.w = keras.Variable(self.module.w)` holds that very variable.)
class Inside(tf.Module):
    def __init__(self):
        super().__init__()
        self.w = tf.Variable(3.0)


class Around(keras.layers.Layer):
    def __init__(self, handed):
        super().__init__()
        self.module = Inside()
        if handed:
            self.w = keras.Variable(self.module.w)

    def call(self, x):
        return x * self.module.w


for handed in (False, True):
    around = Around(handed)
    net = keras.Sequential([keras.Input((1,)), around, keras.layers.Dense(1)])
    net.compile("sgd", "mse")
    fit(net, epochs=1)
    assert len(around.trainable_weights) == handed and (around.module.w.numpy() != 3) == handed
# > (Nor does a model look into a formula such as `inputs * v`, a Lambda layer or its loss: a variable of either kind
# > that stands there is not trained.
# > Make it a Keras variable and an attribute of the model, `model.v = v`, before `compile`: then it is trained, and
# > `save_weights` saves it.
# > (A `.keras` file of such a model does not load by itself, `expected 0 variables, but received 1`: build the model by
# > its code, and let `load_weights` read the file.)
with tempfile.TemporaryDirectory() as place:
    given_one, taken_one = (keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]) for _ in range(2))
    given_one.v, taken_one.v = keras.Variable(5.0), keras.Variable(0.0)
    given_one.save(f"{place}/own.keras")
    with raises(ValueError, match="expected 0 variables, but received 1"):
        keras.models.load_model(f"{place}/own.keras")
    taken_one.load_weights(f"{place}/own.keras")
    assert taken_one.v.numpy() == 5
# > Nor is a layer trained that is made in a Lambda layer; write a class in its place.
# > Keras 2 warned: `but are not present in its tracked objects`.)
for make in (lambda inputs: keras.layers.Dense(1)(inputs), lambda inputs: inputs * keras.Variable(1.0)):
    with silence():
        assert not keras.Sequential([keras.Input((1,)), keras.layers.Lambda(make)]).weights


def in_a_formula(v):
    inputs = keras.Input((1,))
    return keras.Model(inputs, keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")(inputs) * v), "mse"


def in_a_lambda(v):
    layers = [keras.Input((1,)), keras.layers.Lambda(lambda inputs: inputs * v), *dense(1).layers]
    return keras.Sequential(layers), "mse"


def in_a_loss(v):
    return dense(1), lambda y, outputs: v * keras.ops.mean((y - outputs) ** 2, axis=-1)


for make in (in_a_formula, in_a_lambda, in_a_loss):
    for kind in KINDS:
        for is_attribute in (False, True):
            part = kind(1.0)
            other, loss = make(part)
            if is_attribute:
                other.v = part
            other.compile("sgd", loss)
            other.fit(np.ones((4, 1)), np.zeros((4, 1)), verbose=0)
            listed = is_attribute and kind is keras.Variable
            assert (part.numpy() < 1) == listed and len(other.weights) == 1 + listed, (make, kind)
            if listed:
                with tempfile.TemporaryDirectory() as place:
                    kept = part.numpy()
                    other.save_weights(f"{place}/v.weights.h5")
                    part.assign(7.0)
                    other.load_weights(f"{place}/v.weights.h5")
                    assert part.numpy() == kept
assert _[0] == 1 and _[1] < 1
assert scale.weights == [scale.tracked] and len(scale.get_weights()) == 1
assert all(isinstance(weight.value, tf.Variable) for weight in model.trainable_variables)

# %% error-silent-saved-code-2
# > Keras saves the variables that a layer lists, and it [lists Keras variables
# > only](#no-error-but-fit-does-not-train-my-variable): the `tf.Variable` is in no `.weights.h5` file and in no
# > `.keras` file. (A checkpoint of the model has it.)
assert _ == (0, 5) and [id(one) for one in scale.weights] == [id(scale.kept)]
with tempfile.TemporaryDirectory() as place:
    scale.lost.assign(5)
    model.save(f"{place}/saved.keras")
    again = keras.models.load_model(f"{place}/saved.keras", custom_objects={"Scale": Scale}).layers[0]
    assert (again.lost.numpy(), again.kept.numpy()) == (1, 5)
    path = tf.train.Checkpoint(model=model).write(f"{place}/saved")
    scale.lost.assign(0), scale.kept.assign(0)
    tf.train.Checkpoint(model=model).read(path)
    assert (scale.lost.numpy(), scale.kept.numpy()) == (5, 5)

# %% error-silent-saved-code-4
# > Make it with `add_weight`; `trainable=False` keeps it out of the training, and in the file.
assert _ == 5 and not scale.trainable_weights and scale.weights[0] is scale.level

# %% error-silent-module-code
# > A `tf.Module` finds variables and modules of TensorFlow among its attributes; since Keras 3 a layer, a model and a
# > Keras variable are none of these.
assert _ == ["scale:0"]
inner, outer = tf.Module(), tf.Module()
inner.one, outer.inner, outer.list = tf.Variable(1.0), inner, [tf.Variable(2.0), keras.Variable(3.0)]
outer.model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
assert sorted(variable.numpy() for variable in outer.trainable_variables) == [1, 2]
for thing in (keras.layers.Dense(1), outer.model, keras.Variable(1.0)):
    assert not isinstance(thing, tf.Module | tf.Variable)

# %% error-silent-module-code-2
# > A step with this list leaves the layer as it is.
# > Add the layer's own list.
assert _ == ["scale:0", "kernel", "bias"]
before = net.layer.get_weights()
for listed in (net.trainable_variables, variables):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(net.scale * net.layer(np.ones((1, 1))) - 5)
    keras.optimizers.SGD(0.1).apply(tape.gradient(loss, listed), listed)
    moved = [not np.array_equal(*pair) for pair in zip(before, net.layer.get_weights(), strict=True)]
    assert all(moved) == any(moved) == (listed is variables)

# %% error-silent-empty-code
# > The layer has no weights yet: it makes them when it is built or first called, and so does a model without
# > `keras.Input`.
#
# > (A model of a class of your own is [called once](#no-error-but-load_weights-loaded-nothing) instead.
# > Flatten, ReLU and Dropout have no weights at any time.)
assert _ == []
for build in (lambda one: one.build((None, 2)), lambda one: one(matrix)):
    for new in (keras.layers.Dense(2), keras.Sequential([keras.layers.Dense(2)])):
        assert new.get_weights() == []
        build(new)
        assert len(new.get_weights()) == 2
assert len(keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)]).get_weights()) == 2
for plain in (keras.layers.Flatten(), keras.layers.ReLU(), keras.layers.Dropout(0.5)):
    plain(matrix)
    assert plain.built and plain.get_weights() == []

# %% error-silent-empty-code-2
# > Build it.
assert _ == [(2, 2), (2,)]

# %% error-silent-nothing-code-3
# > `build` of a model of your own, without a `build` method in its class, marks it as built and builds none of its
# > layers; it warns.
other = Net()
with warns(UserWarning, match=r"`build\(\)` was called on layer"):
    other.build((None, 1))
assert other.built and not other.weights and not other.out.built

# %% error-silent-nothing-code-4
# > The 100 is in the file, and not in the model.
#
# > Nothing was there to load into.
assert same(_, [[1]])

# %% error-silent-nothing-code-5
# > Call the model once, then load.
assert same(_, [[100]])

# %% error-silent-layers-code
# > `model.layers` is a list that the model makes when it is asked; `model.layers.pop()` shortens that list alone.
assert _ == (None, 1) and model.layers is not model.layers
model.layers.pop()
assert len(model.layers) == 2

# %% error-silent-layers-code-2
# > A Sequential model has `pop` and `add` of its own.
# > Otherwise, make a new model around the layers that stay: they keep their weights.
assert _ == ((None, 5), (None, 5), True)

# %% error-silent-rate-code
# > Keras 3 knows no `lr`, so Python makes an attribute that nobody reads.
# > A name that is written wrong ends in the same way.
assert _ == 0.5 and optimizer.lr == 0.25
one, optimizer.learnign_rate = tf.Variable(1.0), 0.25
optimizer.apply([tf.constant(1.0)], [one])
assert one.numpy() == 0.5

# %% error-silent-rate-code-2
# > The rate is called `learning_rate`.
assert _ == 0.25
one = tf.Variable(1.0)
fresh = keras.optimizers.SGD(0.5)
fresh.learning_rate = 0.25
fresh.apply([tf.constant(1.0)], [one])
assert one.numpy() == 0.75

# %% error-silent-data-code
# > One element was taken, and eight were made: `shuffle` fills its buffer first.
# > `prefetch` and a parallel `map` run ahead as well.
assert _ == 8 and 1 <= first.numpy() <= 8
for ahead in (
    lambda step: tf.data.Dataset.range(50).map(step).prefetch(10),
    lambda step: tf.data.Dataset.range(50).map(step, num_parallel_calls=8),
):
    seen = tf.Variable(0)
    elements = iter(ahead(lambda x, seen=seen: seen.assign_add(1)))
    next(elements)
    deadline = time.monotonic() + 20
    while seen.numpy() < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert seen.numpy() >= 3

# %% error-silent-data-code-2
# > So a variable in `map` is neither written nor read at the moment when its element is used.
# > Keep it out of the pipeline.
# > (For a running number there is `enumerate()`, and for what each element changes, `scan`: both begin anew with each
# > pass.)
assert _ == 3
start = tf.constant(0, tf.int64)
totals = tf.data.Dataset.range(1, 5).scan(start, lambda total, x: (total + x, total + x))
numbered = tf.data.Dataset.range(5, 7).enumerate()
for _pass in range(2):
    assert [int(total) for total in totals] == [1, 3, 6, 10]
    assert [(int(i), int(x)) for i, x in numbered] == [(0, 5), (1, 6)]
factor = tf.Variable(1, dtype=tf.int64)
elements = iter(tf.data.Dataset.range(1, 9).map(lambda x: factor * 0 + factor).shuffle(8))
next(elements)
factor.assign(100)
assert next(elements).numpy() == 1

# %% error-silent-slices-code
# > The dataset was made of the values that the variable had at that moment.
# > (It copies an array, too.)
assert _ == [1, 2]
whole = tf.data.Dataset.from_tensors(v)
array = np.array([1.0, 2.0])
copied = tf.data.Dataset.from_tensor_slices(array)
array[:] = 5
assert same(next(iter(whole)), [10, 20]) and [row.numpy() for row in copied] == [1, 2]

# %% error-silent-slices-code-2
# > Let the dataset read the variable, for each element anew.
# > A `cache()` behind it keeps what its first pass has read.
assert _ == ([10, 20], [100, 200])
cached = rows.cache()
assert [row.numpy() for row in cached] == [100, 200]
v.assign([5.0, 5.0])
assert [row.numpy() for row in rows] == [5, 5] and [row.numpy() for row in cached] == [100, 200]

# %% error-silent-bias-code
# accused computes with another object as its bias (ndarray)
# > The attribute is now an array.
# > The layer computes with it, while `get_weights` returns the variable that it has displaced.
# > In `fit` the array never changes, and Keras warns that `Gradients do not exist for variables`.
# > A BatchNormalization layer's `gamma` and `beta` are lost in the same way; a Dense layer's `kernel` [raises an
# > error](#property-kernel-of-dense-object-has-no-setter).
assert isinstance(layer.bias, np.ndarray)
assert same(_[0], [[1, 1]])
assert same(_[1], [0, 0])
other = keras.layers.Dense(1)
model = keras.Sequential([keras.Input((1,)), other])
with silence():
    other.bias = np.ones(1, dtype="float32")
model.compile("sgd", "mse")
with warns(UserWarning, match="Gradients do not exist for variables"):
    fit(model)
assert same(other.bias, [1])
assert same(other.get_weights()[1], [0])
for name in ("gamma", "beta"):
    norm = keras.layers.BatchNormalization()
    norm.build((None, 2))
    old = norm.get_weights()
    with silence():
        setattr(norm, name, np.full(2, 7, dtype="float32"))
    assert same(norm(np.zeros((1, 2))), [[7, 7]] if name == "beta" else [[0, 0]])
    for array, kept in zip(norm.get_weights(), old, strict=True):
        assert same(array, kept)
with raises(AttributeError, match="has no setter"):
    other.kernel = np.ones((1, 1))

# %% error-silent-bias-code-2
# > Put the variable back, and assign to it.
assert same(_, [1, 1])
assert layer.bias is layer.weights[1]

# %% error-silent-compared-code
# > The model was trained, and `before` lists its variables: they hold the new values, as `after` does.
assert all(_) and layer.kernel.numpy() != 1
#
# > A list to which a callback appends `layer.kernel` ends in the same way, full of one variable.
kept, copies = [], []
callback = keras.callbacks.LambdaCallback(
    on_epoch_end=lambda epoch, logs: kept.append(layer.kernel) or copies.append(layer.kernel.numpy().item())
)
model.fit(np.ones((4, 1)), np.zeros((4, 1)), epochs=3, verbose=0, callbacks=[callback])
assert all(one is layer.kernel for one in kept) and len(set(copies)) == 3

# %% error-silent-compared-code-2
# > (Some entries may be the same: where an input is 0 in each row, as at the rim of a picture, its row of the
# > first kernel has the gradient 0.)
# > Keep values: `get_weights`, or `.numpy()` of each.
# > (`get_weights` goes with `model.weights`.
# > Paired with `trainable_weights`, it is off by two after the first `BatchNormalization`: say `strict=True` in `zip`.)
normed = keras.Sequential([keras.Input((2,)), keras.layers.BatchNormalization(), keras.layers.Dense(3)])
assert all(map(same, normed.get_weights(), normed.weights)) and len(normed.trainable_weights) == len(normed.weights) - 2
assert normed.weights[4] is normed.trainable_weights[2] is normed.layers[1].kernel
with raises(ValueError, match="shorter"):
    [*zip(normed.get_weights(), normed.trainable_weights, strict=True)]
# > (`np.array_equal` of two lists is `False` where their arrays have several shapes, even for equal ones: compare array
# > by array.)
for shapes, answer in ((((2, 1), (1,)), False), (((2, 2), (2,)), False), (((2, 2), (2, 2)), True)):
    arrays = [np.ones(shape) for shape in shapes]
    assert np.array_equal(arrays, arrays) == answer and all(map(np.array_equal, arrays, arrays))
dark = keras.layers.Dense(1, kernel_initializer="ones")
for optimizer in ("sgd", "adam"):
    other = keras.Sequential([keras.Input((2,)), dark, keras.layers.Dense(1)])
    other.compile(optimizer, "mse")
    inputs = np.array([[0.0, 1.0], [0.0, 2.0]])
    (gradient,) = gradient_of(lambda inputs=inputs, other=other: tf.reduce_sum(other(inputs) ** 2), dark.kernel)
    assert gradient[0] == 0 and gradient[1] != 0
    moved = dark.kernel.numpy()[1]
    other.fit(inputs, np.full((2, 1), 9.0), epochs=10, verbose=0)
    assert dark.kernel.numpy()[0] == 1 and dark.kernel.numpy()[1] != moved
assert all(_)


# %% error-silent-unused-code
# > The warning names weights that the loss was not computed from: of an output without a loss, of a layer that `call`
# > does not use, or cut off by NumPy or an integer.
# > (Or the model was [restored before its first call](#no-error-but-the-restore-changed-nothing).)
# > The others are trained, these stay.
class Cut(keras.layers.Layer):
    def __init__(self, cut):
        super().__init__()
        self.first, self.second, self.cut = keras.layers.Dense(1), keras.layers.Dense(1), cut

    def build(self, shape):
        self.first.build(shape)
        self.second.build(shape)

    def call(self, inputs):
        return self.second(inputs) + self.cut(self.first, inputs)


def unused(layer, inputs):
    return 0.0


def cast(layer, inputs):
    return keras.ops.cast(keras.ops.cast(layer(inputs), "int32"), "float32")


def through_numpy(layer, inputs):
    result = tf.numpy_function(np.square, [layer(inputs)], tf.float32)
    result.set_shape((None, 1))
    return result


x, y = np.ones((4, 1)), np.zeros((4, 1))
for cut in (unused, cast, through_numpy):
    holder = Cut(cut)
    other = keras.Sequential([keras.Input((1,)), holder])
    other.compile("sgd", "mse")
    kept = holder.first.kernel.numpy(), holder.second.kernel.numpy()
    with warns(UserWarning, match="Gradients do not exist for variables"):
        other.fit(x, y, verbose=0)
    assert same(holder.first.kernel, kept[0]) and (holder.second.kernel.numpy() != kept[1]).all()
    holder.first.trainable = False
    other.compile("sgd", "mse")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        other.fit(x, y, verbose=0)
    assert not [one for one in said if "Gradients do not" in str(one.message)]

# %% error-silent-unused-code-2
# > If they are to be trained, let them reach the loss; if not, freeze them, and the warning is gone.
assert _ == ["used/kernel", "used/bias"]

# %% error-silent-alias-code
# accused its values changed without a write: an alias of its memory was edited
# > `np.asarray` of this tensor shows TensorFlow's own memory.
# > With most dtypes it is [protected](#assignment-destination-is-read-only); with a dtype that NumPy itself does not
# > have, such as bfloat16, float8 or int4, it is not, and an edit changes a variable, or even a constant.
assert same(_, [[9, 2], [3, 4]])
for dtype in FOREIGN:
    assert hasattr(ml_dtypes, dtype.name) and not hasattr(np, dtype.name)
    for other in (tf.Variable(tf.constant(np.zeros(2), dtype)), tf.constant(np.zeros(2), dtype)):
        straight = np.asarray(other.value() if isinstance(other, tf.Variable) else other)
        with silence():
            straight[0] = 1
        assert same(other.numpy().astype("float32"), [1, 0])
for dtype in PLAIN:
    assert not np.asarray(tf.Variable(tf.cast([0, 1], dtype)).value()).flags.writeable
    assert not np.asarray(tf.cast([0, 1], dtype)).flags.writeable

# %% error-silent-alias-code-2
# > Take `v.numpy()`, which is a copy with these dtypes as well.
assert same(_, [[9, 2], [3, 4]])
for dtype in FOREIGN:
    other = tf.Variable(tf.constant(np.zeros(2), dtype))
    other.numpy()[0] = 1
    assert same(other.numpy().astype("float32"), [0, 0])

# %% error-silent-shared-code
# since keras 3.10: a keras.Variable made of a tf.Variable holds that very variable
# > A `keras.Variable` made of a `tf.Variable`, without another dtype, is no copy: it holds that very variable.
assert same(_, matrix * 10) and k.value is v
for dtype in (*FLOATS, tf.int32, tf.bool):
    for trainable in (True, False):
        other = tf.Variable(tf.cast(matrix, dtype), trainable=trainable)
        assert keras.Variable(other).value is keras.Variable(other, dtype=other.dtype.name).value is other
assert keras.Variable(v, dtype="float16").value is not v and keras.Variable(keras.Variable(v)).value is not v

# %% error-silent-shared-code-2
# since keras 3.10: a keras.Variable made of a tf.Variable holds that very variable
# > Make it of the snapshot.
# > (A `tf.Variable` made of another variable is always new, and so is what `copy.deepcopy` returns; `copy.copy(v)` is
# > `v` itself, and so is `w` after `w = v`.
# > Of a list of arrays, such as `get_weights` returns, `weights[:]` holds the same arrays, and `+=` on one is seen in
# > both lists: use `copy.deepcopy`.)
weights = dense(2).get_weights()
for child, seen in ((weights[:], True), (copy.deepcopy(weights), False)):
    parent = weights[0].copy()
    child[0] += 1
    assert (weights[0] != parent).all() == seen
assert copy.copy(v) is v
assert same(_, matrix * 10) and same(k, matrix)
for kind in KINDS:
    old = some(kind)
    for new in (tf.Variable(old), copy.deepcopy(old)):
        new.assign(matrix + 5)
        assert new is not old and same(old, matrix)

# %% error-silent-overflow-code
# since keras 3.7: a keras.Variable casts a list, too, and without a word
# > uint8 ends at 255, and what lies outside wraps round: 300 becomes 44.
# > NaN and infinity become some integer or other; NumPy then warns of an `invalid value encountered in cast`, a Keras
# > variable does not.
assert same(_, [44, 255])
for kind in KINDS:
    other = kind([1, 2], dtype="uint8")
    with silence():
        other.assign([300, -1])  # a list as well
    assert same(other, [44, 255])
for dtype in ("int32", "int64", "uint8"):
    with warns(RuntimeWarning, match="invalid value encountered in cast"):
        tf.Variable([1, 2], dtype=dtype).assign(np.array([np.nan, np.inf]))
    other = keras.Variable([1, 2], dtype=dtype)
    with silence():
        other.assign(np.array([np.nan, np.inf]))
    assert other.numpy().dtype == dtype

# %% error-silent-overflow-code-2
# > Clip to the dtype's range, or choose a wider dtype.
assert same(_, [255, 0])
wider = tf.Variable([1, 2], dtype=tf.int16)
wider.assign(np.array([300, -1]))
assert same(wider, [300, -1])

# %% error-silent-sum-code
# since numpy 2.1: a bfloat16 number times a Python number is a bfloat16 number
# > NumPy adds these thousand ones in bfloat16, where 256 + 1 is 256 again.
assert float(_[0]) == 256 and 0.25 < float(_[1]) < 0.26
one = values[0]
assert one * 256 + one == one * 256 and one * 128 + one != one * 128

# %% error-silent-sum-code-2
# > Give the snapshot a wider dtype first, or let TensorFlow take the mean.
assert _ == (1000, 1, 1)
assert values.sum(dtype="float32") == 1000 and values.mean(dtype="float32") == 1

# %% error-silent-average-code-2
# > The learning rate is 0, and still 100 became 50.
# > With `use_ema` the optimizer keeps a running average of the weights, and at the end of `fit` it writes the average
# > over them: here half the 0 from before, half the 100. (With `ema_overwrite_frequency=n` it does so after every n
# > steps, too.)
assert same(_, [[50]])
averaging = keras.optimizers.SGD(0.0, use_ema=True, ema_momentum=0.5)
weight = some()
averaging.apply_gradients([(tf.ones((2, 2)), weight)])
weight.assign(matrix * 10)
averaging.apply_gradients([(tf.ones((2, 2)), weight)])
assert same(weight, matrix * 10)  # not yet
averaging.finalize_variable_values([weight])  # what `fit` calls at its end
assert same(weight, matrix * 5.5)
often = keras.optimizers.SGD(0.0, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2)
one, seen = keras.Variable([0.0]), []
for value in (0.0, 100.0, 200.0, 100.0):
    one.assign([value])
    often.apply([tf.zeros(1)], [one])
    seen.append(one.numpy().item())
assert seen == [0, 50, 200, 112.5]  # of every second step

# %% error-silent-average-code-3
# > Compile with a new optimizer after the `assign`; its average begins, at the first step, with the assigned values.
assert same(_, [[100]])

# %% error-silent-accumulation-code
# since keras 3.6: iterations counts the moves, not the steps
# > With `gradient_accumulation_steps=2` every second step moves the weight, by the mean of two gradients: here 8, from
# > before the `assign`, and 0.
# > (`iterations` counts the moves.
# > What an epoch leaves over waits for the next one: with fewer batches than steps, the first moves nothing.)
waiting = dense(1, optimizer=keras.optimizers.SGD(0.1, gradient_accumulation_steps=4))
ends = []
for _epoch in range(3):
    waiting.fit(np.ones((6, 1)), np.zeros((6, 1)), batch_size=2, verbose=0)
    ends.append((waiting.get_weights()[0].item(), waiting.optimizer.iterations.numpy()))
assert ends[0] == (1, 0) and ends[1][0] < 1 and [count for _kernel, count in ends] == [0, 1, 2]
assert _ == 96
one, gathering = tf.Variable(0.0), keras.optimizers.SGD(1.0, gradient_accumulation_steps=3)
for gradient, expected in ((3.0, 0), (0.0, 0), (0.0, -1), (6.0, -1)):
    gathering.apply([tf.constant(gradient)], [one])
    assert one.numpy() == expected

# %% error-silent-accumulation-code-2
# > Set what was gathered to 0 when you assign.
assert _ == 100

# %% error-silent-skipped-code
# > A gradient with a NaN or an infinity makes this optimizer leave the weights as they are and halve its scale;
# > `iterations` does not count the step.
assert _ == (0, 0, 2)
for bad in (np.nan, -np.inf):
    one, two = tf.Variable(5.0), tf.Variable([5.0, 5.0])
    wary = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(1.0), initial_scale=8.0)
    wary.apply([tf.constant(1.0), tf.constant([1.0, bad])], [one, two])
    assert one.numpy() == 5 and same(two, [5, 5]) and wary.iterations == 0 and wary.dynamic_scale == 4

# %% error-silent-skipped-code-2
# since keras 3.9: the steps of a LossScaleOptimizer are counted in its own iterations
# > Where the policy `mixed_float16` is set for all layers, `compile` puts it around your optimizer: that is then its
# > `inner_optimizer`, which has the slots.
# > (A layer with the policy of its own gets none: compile with it yourself.)
# > (In a loop of your own, take the gradient of `optimizer.scale_loss(loss)`; `apply` divides it by the scale.
# > `'LossScaleOptimizer' object has no attribute 'get_scaled_loss'`: that was the name in Keras 2.
# > Leave out `get_unscaled_gradients`.)
# > Look at `dynamic_scale`: while it falls at every step, none is taken.
assert _ == (-1, 1, 2)
one, scaling = tf.Variable(1.0), keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(1.0))
with raises(AttributeError, match="'LossScaleOptimizer' object has no attribute 'get_scaled_loss'"):
    scaling.get_scaled_loss(1.0)
assert not hasattr(scaling, "get_unscaled_gradients")
scaling.build([one])
with tf.GradientTape() as tape:
    loss = scaling.scale_loss(2 * one)
scaling.apply([tape.gradient(loss, one)], [one])
assert one.numpy() == -1
for scale in (1, 0.5, 0.25):
    optimizer.apply([tf.constant(np.nan)], [w])
    assert (w.numpy(), optimizer.iterations.numpy(), optimizer.dynamic_scale.numpy()) == (-1, 1, scale)
policy = keras.config.dtype_policy()
keras.config.set_dtype_policy("mixed_float16")
try:
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(inside := keras.optimizers.Adam(0.5), "mse")
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
finally:
    keras.config.set_dtype_policy(policy)
model.optimizer.build(model.trainable_variables)
assert model.optimizer.inner_optimizer is inside and model.optimizer.learning_rate.numpy() == 0.5
assert len(inside.variables) == 6 == len(model.optimizer.variables) - 4
single = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, dtype="mixed_float16")])
single.compile(keras.optimizers.Adam(), "mse")
assert isinstance(single.optimizer, keras.optimizers.Adam)

# %% error-silent-ftrl-code
# > The gradient is 0, and 100 is gone.
# > Ftrl computes a weight anew at each step, from its slots.
# > They take up a part of an assigned value, the larger the greater the gradient, and nothing of it where the gradient
# > is 0.
assert _ == 0
parts = []
for gradient in (0.0, 0.1, 1.0, 10.0):
    one, two, prepared = tf.Variable(0.0), tf.Variable(0.0), keras.optimizers.Ftrl(0.1)
    prepared.apply([tf.constant(1.0)] * 2, [one, two])
    two.assign_add(100.0)
    prepared.apply([tf.constant(gradient)] * 2, [one, two])
    parts.append(two.numpy() - one.numpy())
assert parts[0] == 0 and parts == sorted(set(parts)) and parts[-1] < 100

# %% error-silent-ftrl-code-2
# > It is no optimizer for assigned, loaded or pruned weights.
# > Adagrad steps in a similar way, and begins where the weight is.
assert _ == 100
kernel = keras.Variable(np.ones((2, 2)))
prepared = keras.optimizers.Ftrl(0.1)
prepared.apply([tf.ones((2, 2))], [kernel])
kernel.assign(np.zeros((2, 2)))
prepared.apply([tf.zeros((2, 2))], [kernel])
assert (kernel.numpy() != 0).all()
one, stepping = tf.Variable(5.0), keras.optimizers.Adagrad(0.1)
for gradient, accumulated in ((2.0, 4.1), (1.0, 5.1)):
    before = one.numpy()
    stepping.apply([tf.constant(gradient)], [one])
    np.testing.assert_allclose(one.numpy(), before - 0.1 * gradient / np.sqrt(accumulated), rtol=1e-6)

# %% error-silent-two-steps-code
# > The two models share a layer, so its kernel stands twice in the list, and was moved twice.
# > (Within one model, `weights` lists a shared weight once.)
assert same(_, [[-2]])
assert [weight is shared.kernel for weight in weights] == [True, True]
within = keras.Sequential([keras.Input((1,)), shared, keras.layers.ReLU(), shared])
assert len(within.weights) == len(within.trainable_weights) == 1

# %% error-silent-two-steps-code-2
# > Take each weight once; `id` tells weights apart whatever their values.
assert same(_, [[-1]]) and len(weights) == 1
alike = [tf.Variable(1.0), tf.Variable(1.0)]
assert len({id(one): one for one in alike * 3}) == 2

# %% error-silent-trainable-code-2
# since keras 3.8: train_on_batch goes on after a change of trainable
# > `fit` looks at `trainable` when it traces its training step: at the first call, and again where data of another
# > shape or dtype need a new trace.
# > Until then a change is ignored.
# > Compile after it.
# > (For the discriminator of a GAN, which is frozen in one model and trained in the other, see [its own
# > section](#no-error-but-the-discriminator-of-my-gan-is-not-trained).)
many = dense(1, 1)


def rows(number):
    return np.ones((number, 1)), np.zeros((number, 1))


many.fit(*rows(64), verbose=0)
many.layers[0].trainable = False
for number, moves in ((64, True), (96, True), (40, False)):  # 32 rows a batch; 40 leave one of 8, so the length is open
    kept = many.layers[0].kernel.numpy()
    many.fit(*rows(number), verbose=0)
    assert (many.layers[0].kernel.numpy() != kept) == moves
with unlogged():  # it warns of so many traces
    typed = dense(1)
    typed.train_on_batch(np.ones((4, 1)), np.zeros((4, 1)))
    typed.trainable = False
    for dtype, moves in (("float64", True), ("float32", False)):
        kept = typed.get_weights()[0]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras says that nothing is to be trained
            typed.train_on_batch(np.ones((4, 1), dtype), np.zeros((4, 1)))
        assert (typed.get_weights()[0] != kept) == moves

# %% error-silent-trainable-code-3
assert same(*_)

# %% error-silent-unfrozen-code
# > The model was trainable already, and an attribute that gets the value it has is not set again: the layers never hear
# > of it.
assert _ is False
inputs = keras.Input((1,))
for other in (keras.Sequential([keras.Input((1,)), frozen]), keras.Model(inputs, frozen(inputs))):
    other.trainable = True
    assert other.trainable and not frozen.trainable
    other.trainable = False
    other.trainable = True
    assert frozen.trainable
    frozen.trainable = False

# %% error-silent-unfrozen-code-2
# > Set `trainable` of the layer.
#
# > After the change, compile.
# > See the recipe [Unfreeze a layer, and train on](recipes.ipynb#unfreeze-a-layer-and-train-on).
assert _ == ["kernel", "bias"]

# %% error-silent-parent-code
# > The head's weights can be trained, but a model that is itself frozen trains none, and `fit` warns
# > `The model does not
# > have any trainable weights`.
assert _ == 0 and len(head.trainable_weights) == 2
model.compile("sgd", "mse")
kept = head.kernel.numpy()
with warns(UserWarning, match="The model does not have any trainable weights"):
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
assert same(head.kernel, kept)

# %% error-silent-parent-code-2
# > Freeze the layers, and not the model.
# > (Inside another model that is trainable, a frozen model does train the layers in it that were unfrozen afterwards.)
assert _ == ["kernel", "bias"] and not base.trainable_weights
model.trainable = False
head.trainable = True
outer = keras.Sequential([keras.Input((2,)), model, keras.layers.Dense(1)])
assert len(outer.trainable_weights) == 4 and not model.trainable_weights
outer.compile("sgd", "mse")
kept = head.kernel.numpy(), base.kernel.numpy()
outer.fit(np.ones((4, 2)), np.ones((4, 1)), epochs=3, verbose=0)
assert (head.kernel.numpy() != kept[0]).any() and same(base.kernel, kept[1])

# %% error-silent-attribute-code-2
# > `predict`, `evaluate` and `fit` trace the model at their first call, and a Python number is a constant of the trace:
# > the `rate` of a Dropout as well, and which `activation` a layer has.
# > `model(x)` computes anew.
# > (A batch of another size may be traced again, and computed with the new number: one `predict` can return both.)
assert same(_[0], [1]) and same(_[1], [5])
assert model.predict(x[:1], verbose=0)[0] == 5 and model.predict(x, verbose=0)[0] == 1
gain.factor, long = 1.0, np.ones((64, 1), dtype="float32")
model.compile("sgd", "mse")
model.predict(long, verbose=0)
gain.factor = 5.0
assert {number.item() for number in model.predict(long[:40], verbose=0)[:, 0]} == {1, 5}
model.compile("sgd", "mse")
assert model.predict(x, verbose=0)[0] == 5
for act in (model.evaluate, lambda *data, verbose: model.fit(*data, verbose=0).history["loss"][0]):
    model.compile(keras.optimizers.SGD(0.0), "mse")
    gain.factor = 1.0
    assert act(x, x, verbose=0) == 0
    gain.factor = 5.0
    assert act(x, x, verbose=0) == 0
drop, wide = keras.layers.Dropout(0.001), np.ones((8, 500), dtype="float32")
model = keras.Sequential([keras.Input((500,)), drop])
model.compile(keras.optimizers.SGD(0.0), "mse")
first = model.train_on_batch(wide, wide)
drop.rate = 0.9
assert model.train_on_batch(wide, wide) < 0.1
assert (model(wide, training=True).numpy() == 0).mean() > 0.5
model.compile(keras.optimizers.SGD(0.0), "mse")
assert model.train_on_batch(wide, wide) > 1
model = dense(1)
assert model.predict(-x, verbose=0)[0] == -1
model.layers[0].activation = keras.activations.relu
assert model.predict(-x, verbose=0)[0] == -1 and model(-x).numpy()[0] == 0

# %% error-silent-attribute-code-4
# > Compile after the change, or make the number a weight: that is read at each call.
assert same(_, [5])
model.compile("sgd", "mse")
assert model.evaluate(x, x, verbose=0) == 16
gain.factor.assign(1.0)
assert model.evaluate(x, x, verbose=0) == 0

# %% error-silent-regularizer-code
# > The kernel fits, and its penalty of 0.5 is missing.
# > A layer hands its regularizer to the kernel when it is built, and it is built already.
# > (A constraint is handed over in the same way.)
assert _ == 0 and layer.built and layer.kernel.regularizer is None
early = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
early.kernel_regularizer, early.kernel_constraint = keras.regularizers.L2(0.5), keras.constraints.NonNeg()
early.build((None, 1))
assert early.kernel.regularizer is early.kernel_regularizer and early.kernel.constraint is early.kernel_constraint
layer.kernel_constraint = keras.constraints.NonNeg()
assert layer.kernel.constraint is None

# %% error-silent-regularizer-code-2
# > Give it to the kernel, and compile: what is traced keeps the old one.
assert _ == 0.5
layer.kernel.regularizer = keras.regularizers.L2(8.0)
assert model.evaluate(x, x, verbose=0) == 0.5
model.compile("sgd", "mse")
assert model.evaluate(x, x, verbose=0) == 8

# %% error-silent-normalization-code
# > With the mean 5 it would be 0.
# > The layer computes with two tensors, `mean` and `variance`, which it makes of its weights in `finalize_state()`.
# > `adapt` and a model's `load_weights` call that; `set_weights`, an `assign` and a checkpoint do not.
assert _ == 3 and tf.is_tensor(layer.mean) and tf.is_tensor(layer.variance)
layer.weights[0].assign([4.0])
five = np.array([[5.0]], dtype="float32")
assert layer(five).numpy() == 3
with tempfile.TemporaryDirectory() as place:
    adapted = keras.Sequential([keras.Input((1,)), keras.layers.Normalization()])
    adapted.layers[0].adapt(np.array([[1.0], [3.0]]))
    adapted.save_weights(f"{place}/saved.weights.h5")
    path = tf.train.Checkpoint(model=adapted).write(f"{place}/saved")
    loaded, restored = (keras.Sequential([keras.Input((1,)), keras.layers.Normalization()]) for time in range(2))
    loaded.load_weights(f"{place}/saved.weights.h5")
    tf.train.Checkpoint(model=restored).read(path)
    assert loaded(five).numpy() == 3 and restored(five).numpy() == 5
    assert restored.layers[0].weights[0].numpy() == 2
layer.set_weights([np.array([5.0]), np.array([1.0]), np.array(0)])

# %% error-silent-normalization-code-2
# > Call it.
# > (`layer.mean = 5` would hold until the model is saved: a file keeps the weights.)
with tempfile.TemporaryDirectory() as place:
    shifted = keras.Sequential([keras.Input((1,)), keras.layers.Normalization()])
    shifted.layers[0].adapt(np.array([[1.0], [3.0]]))
    shifted.layers[0].mean = tf.constant([[5.0]])
    shifted.save(f"{place}/shifted.keras")
    again = keras.models.load_model(f"{place}/shifted.keras")
    assert (shifted(np.array([[5.0]])).numpy(), again(np.array([[5.0]])).numpy()) == (0, 3)
# > A model that has predicted before is to be compiled again: the tensors are constants of its trace.
assert _ == 0
five = np.array([[5.0]], dtype="float32")
model = keras.Sequential([keras.Input((1,)), layer])
assert model.predict(five, verbose=0) == 0
layer.set_weights([np.array([4.0]), np.array([1.0]), np.array(0)])
layer.finalize_state()
assert model.predict(five, verbose=0) == 0 and model(five).numpy() == 1
model.compile()
assert model.predict(five, verbose=0) == 1

# %% error-silent-loop-code
# > `fit` calls a model with `training=True`, and a call of your own has `training=False`: the layer normalizes by the
# > statistics that it has, and does not move them.
# > Dropout drops nothing.
assert same(_, [0])
seen = []


class Mode(keras.layers.Layer):
    def call(self, inputs, training=None):
        seen.append(training)
        return inputs


mode = keras.Sequential([keras.Input((1,)), Mode(), keras.layers.Dense(1)])
seen.clear()
mode(np.ones((4, 1)))
assert not any(seen)
mode.compile("sgd", "mse")
seen.clear()
mode.fit(np.ones((4, 1)), np.ones((4, 1)), verbose=0)
assert seen and all(seen)
drop = keras.layers.Dropout(0.99)
assert same(drop(np.ones((4, 9))), np.ones((4, 9))) and (drop(np.ones((40, 9)), training=True).numpy() == 0).any()

# %% error-silent-loop-code-2
# > Say in which mode you call.
# > (In an outer model, say it to that one; it passes it on.)
assert same(_, [7])
outer = keras.Sequential([keras.Input((1,)), keras.Sequential([keras.Input((1,)), layer])])
outer(np.full((4, 1), 9.0), training=True)
assert layer.moving_mean.numpy() == 8

# %% error-silent-history-code-2
# > The loss of that step is 16.
# > Keras reports its own metric called `loss`, into which this `train_step` writes nothing.
assert _ == {"loss": [0.0]} and net.out.kernel.numpy() != 1
assert [metric.name for metric in net.metrics] == ["loss"]
again = Net()
again(x)
assert np.mean((again(x).numpy() - y) ** 2) == 16

# %% error-silent-history-code-4
# > Give the model a metric, under another name if Keras's is not wanted.
assert _ == {"mean_loss": [16.0]}

# %% error-silent-metric-code-2
# > Four batches were counted as one: `fit` runs a trace of `update_state`, and Python counts while that is made.
assert _ == [1, 1]

# %% error-silent-metric-code-4
# > What a metric keeps is a variable.
# > `add_variable` makes one, which Keras sets to 0 before each epoch.
assert _ == [4, 4]

# %% error-silent-loading-code-2
assert same(model.get_weights()[0], trained.get_weights()[0])

# %% error-silent-loading-code-3
# > The weights of the model are loaded, the optimizer's memory of five steps is not: this optimizer has no slots yet,
# > so it has fewer variables than the file.
# > So has another kind of optimizer, such as SGD.
# > So has the plain one that a `.keras` file of mixed precision gets where the policy is not set before loading.
policy, outcomes = keras.config.dtype_policy(), []
try:
    keras.config.set_dtype_policy("mixed_float16")
    mixed = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    mixed.compile("adam", "mse")
    mixed.fit(x, y, epochs=3, verbose=0)
    mixed.save(f"{folder.name}/mixed.keras")
    for name in ("mixed_float16", "float32"):
        keras.config.set_dtype_policy(name)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            loaded = keras.models.load_model(f"{folder.name}/mixed.keras")
        skipped = any("Skipping variable loading for optimizer" in str(one.message) for one in said)
        outcomes.append((type(loaded.optimizer).__name__, skipped))
finally:
    keras.config.set_dtype_policy(policy)
assert outcomes == [("LossScaleOptimizer", False), ("Adam", True)]
assert _ == 0 and same(model.get_weights()[0], trained.get_weights()[0])
other = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
for fresh, built in ((keras.optimizers.Adam(), False), (keras.optimizers.SGD(), True)):
    other.compile(fresh, "mse")
    if built:
        fresh.build(other.trainable_variables)
    assert len(fresh.variables) == 2 < len(trained.optimizer.variables)
    with warns(UserWarning, match=r"Skipping variable loading for optimizer '\w+', because it has 2 variables"):
        other.load_weights(f"{folder.name}/trained.weights.h5")
    assert fresh.iterations.numpy() == 0

# %% error-silent-loading-code-4
# > Build it first.
# > (Of two kinds with as many slots, one takes the other's memory without a warning, and its learning rate.
# > `copy.deepcopy` and `pickle` of an optimizer lose its memory with this warning; of its model, they keep it.
# > To copy the optimizer alone: `other = keras.optimizers.Adam.from_config(adam.get_config())`, `other.build(weights)`,
# > then `assign` each of its `variables`.)
adam, weights, twins = keras.optimizers.Adam(0.1), [some()], [some()]
for slope in (3.0, -1.0, 2.0):
    adam.apply([slope * matrix.astype("float32")], weights)
twins[0].assign(weights[0])
other = keras.optimizers.Adam.from_config(adam.get_config())
other.build(twins)
for mine, theirs in zip(other.variables, adam.variables, strict=True):
    mine.assign(theirs)
for optimizer, moved in ((adam, weights), (other, twins)):
    optimizer.apply([tf.ones((2, 2))], moved)
assert same(twins[0], weights[0].numpy())
import pickle

for way in (copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))):
    with warns(UserWarning, match="Skipping variable loading for optimizer"):
        assert way(trained.optimizer).iterations.numpy() == 0
    for mine, theirs in zip(way(trained).optimizer.variables, trained.optimizer.variables, strict=True):
        assert same(mine, theirs.numpy())
assert _ == 5
for mine, theirs in zip(model.optimizer.variables, trained.optimizer.variables, strict=True):
    assert same(mine, theirs)
one, two = (keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]) for time in range(2))
one.compile(keras.optimizers.RMSprop(0.25), "mse")
one.fit(x, y, verbose=0)
one.save_weights(f"{folder.name}/one.weights.h5")
two.compile(keras.optimizers.SGD(0.5, momentum=0.9), "mse")
two.optimizer.build(two.trainable_variables)
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    two.load_weights(f"{folder.name}/one.weights.h5")
assert not [one for one in said if "Skipping" in str(one.message)]
assert two.optimizer.learning_rate.numpy() == 0.25
assert same(two.optimizer.variables[2], one.optimizer.variables[2])

# %% error-silent-batches-code-2
# since keras 3.11: a callback is told the last of several batches that run in one call, not the first
# > `steps_per_execution=4` runs four batches in one call of TensorFlow, and a callback gets its turn between calls:
# > here after the fourth batch and the eighth.
# > (Of ten batches the last call has the number 11, as if it had been full.)
assert model.optimizer.iterations.numpy() == 8
seen = []
spy = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
for steps, turns in ((1, 8), (2, 4), (4, 2), (8, 1)):
    other = dense(1, steps_per_execution=steps)
    seen.clear()
    other.fit(x, x, batch_size=1, epochs=10, verbose=0, callbacks=[spy])
    assert len(seen) == turns * 10 and seen[-1] == 7
seen.clear()
dense(1, steps_per_execution=4).fit(np.ones((10, 1)), np.ones((10, 1)), batch_size=1, verbose=0, callbacks=[spy])
assert seen == [3, 7, 11]

# %% error-silent-batches-code-3
# since keras 3.15: a constraint may be a plain function
# > Leave `steps_per_execution` at 1, or write the edit as a constraint, which acts at every step.
assert same(_, [[0]])
acted = tf.Variable(0)


def count(kernel):
    acted.assign_add(1)
    return kernel


layer = keras.layers.Dense(1, kernel_constraint=count)
other = keras.Sequential([keras.Input((1,)), layer])
other.compile("sgd", "mse", steps_per_execution=4)
other.fit(x, x, batch_size=1, epochs=10, verbose=0)
assert acted.numpy() == 80

# %% error-silent-autocast-code-2
# > The weight is float32, and still 1.0001 became 1: under a mixed precision policy `call` reads weights as float16,
# > and the sum was computed in that.
# > `assign_add` does the same.
assert _[0] == "float32" and _[1] == 1
assert np.float16(1) + np.float16(1e-4) == 1 != np.float32(1) + np.float32(1e-4)
read = []


class Reading(Slow):
    def call(self, inputs):
        read.append(tf.convert_to_tensor(self.level).dtype)
        self.level.assign_add(1e-4)
        return inputs


for policy, dtype in (("mixed_float16", tf.float16), ("mixed_bfloat16", tf.bfloat16)):
    reading = Reading(dtype=policy)
    reading(np.ones((1, 1)))
    assert read.pop() == dtype and reading.level.numpy() == 1

# %% error-silent-autocast-code-3
# > Make such a weight with `autocast=False`. (Outside of `call` it is read as float32.)
assert _ == np.float32(1.0001)
assert tf.convert_to_tensor(slow.level).dtype == tf.float32
slow.level.assign(slow.level + 1e-4)
assert slow.level.numpy() == np.float32(1.0001)


# %% error-silent-restore-code-2
# > The file calls it `weights`, and was asked for `kernel`.
# > Other ways to the same silence: `restore(None)`, which is what `latest_checkpoint` gives for an empty folder, and a
# > path that ends in `.index`.
# > Ask the status, `status.assert_existing_objects_matched()`, and it raises an error in each of these cases.
# > It knows of the variables that are there: a model of your own class that was not called yet has none, passes, and
# > may keep a random kernel.
# > Call it, then restore.
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.second = keras.layers.Dense(2), keras.layers.Dense(1)

    def call(self, inputs):
        return self.second(self.first(inputs))


with tempfile.TemporaryDirectory() as place:
    written = Net()
    written(matrix)
    file = tf.train.Checkpoint(model=written).write(f"{place}/net")
    for called in (False, True):
        restored = Net()
        if called:
            restored(matrix)
        said = tf.train.Checkpoint(model=restored).read(file)
        said.assert_existing_objects_matched()
        restored(matrix)
        kernels = restored.first.kernel.numpy(), written.first.kernel.numpy()
        assert np.array_equal(*kernels) == called
        assert same(restored.second.kernel, written.second.kernel.numpy())
        restored.compile("sgd", "mse")
        with nullcontext() if called else warns(UserWarning, match="Gradients do not exist for variables"):
            restored.fit(matrix, np.ones((2, 1)), verbose=0)
assert same(_, 0 * matrix)
asked = [status]
with tempfile.TemporaryDirectory() as place:
    assert tf.train.latest_checkpoint(place) is None
asked.append(tf.train.Checkpoint(weights=v).restore(None))
asked.append(tf.train.Checkpoint(weights=v).read(f"{path}.index"))
assert same(v, 0 * matrix)
for one in asked:
    with raises(AssertionError):
        one.assert_existing_objects_matched()

# %% error-silent-restore-code-3
# > Here the attribute is to be mended.
assert same(_, matrix)


# %% error-ref-dtype-code
# raises AttributeError: 'str' object has no attribute '_is_ref_dtype'
# > The function is one of TensorFlow 1, and wants a `tf.Variable`.
# > A layer's weight is a `keras.Variable`: use its method.
# > (Where there is no such method, give the function `k.value`, the `tf.Variable` that is in it.)
#
# > For other old names, see [Old code, and what to write now](old_code.md).
assert isinstance(k.value, tf.Variable)
tf.compat.v1.assign(k.value, matrix * 3)
assert same(k, matrix * 3)
assert "_is_ref_dtype" in (ROOT / "book/old_code.md").read_text(encoding="utf8")

# %% error-ref-dtype-code-2
assert same(_, matrix * 2)


# %% error-infer-code-2
# since keras 3.4: an error while a layer's shape is inferred keeps its type
# raises NotImplementedError: Could not automatically infer the output shape / dtype of
# > Keras runs `call` on an input without values, to find the shape of the output, and `call` failed: why stands below
# > `Error encountered:`.
# > Here NumPy asks for the values.
# > (Of a `Lambda` it says `We could not automatically infer the shape of the Lambda's output`, without the reason.)
with raises(NotImplementedError, match=r"Error encountered:\s+Cannot convert a symbolic tf.Tensor .* to a numpy array"):
    Doubled()(keras.Input((2,)))
with raises(NotImplementedError, match="could not automatically infer the shape of the Lambda's output") as told:
    keras.layers.Lambda(lambda x: np.asarray(x) * 2)(keras.Input((2,)))
assert "numpy" not in str(told.value)

# %% error-infer-code-3
# > Compute with the operations of TensorFlow or of `keras.ops`.
#
# > If it has to be NumPy, see the recipe [Use NumPy inside a loss or a
# > tf.function](recipes.ipynb#use-numpy-inside-a-loss-or-a-tffunction).
assert same(_, matrix * 2)
assert same(keras.layers.Lambda(lambda x: tf.multiply(x, 2))(matrix), matrix * 2)


# %% error-callback-model-code-2
# raises AttributeError: property 'model' of 'Keeper' object has no setter
# > `fit` tells the callback its model, and `self.model` reads it.
#
# > (A second model, such as a target network, needs another name.)
class Named(keras.callbacks.Callback):
    def __init__(self, target):
        super().__init__()
        self.target = target


assert Named(5).target == 5

# %% error-callback-model-code-3
# > Leave the line out.
assert _ == [(2, 1), (1,)] and keeper.model is model
assert all(same(weight, array) for weight, array in zip(model.weights, keeper.kept, strict=True))


# %% error-clone-code-2
# since keras 3.12: clone_model asks for a get_config
# raises TypeError: could not be deserialized properly
# > A model of a class of your own, such as this one, has no clone.
#
# > `clone_model` passes what `get_config` returns to the class, and this class takes no arguments.
# free: (Keras 2 said ``Expected `model` argument to be a functional `Model` instance``.
# > If it takes some, Keras asks for a `get_config`: `non-serializable argument values`, or `must override
# > get_config()`.)
class Sized(Net):
    def __init__(self, units):
        super().__init__()


class Given(Net):
    def __init__(self, out):
        super().__init__()


for sized in (Sized(2), Given(keras.layers.Dense(2))):
    with raises(NotImplementedError, match=r"non-serializable argument values(.|\n)*must override `get_config\(\)`"):
        keras.models.clone_model(sized)
with raises(TypeError, match="unexpected keyword argument"):
    Net(**Net().get_config())


class Takes(Net):
    def __init__(self, **kwargs):
        keras.Model.__init__(self, **kwargs)
        self.out = keras.layers.Dense(2)


assert isinstance(keras.models.clone_model(Takes()), Takes)  # "such as this one": a class that takes them has one

# %% error-clone-code-3
# > Call the class again, and copy the weights.
#
# > See the recipe [Copy or blend one model into another](recipes.ipynb#copy-or-blend-one-model-into-another).
assert _


# %% error-silent-no-trainable-code-2
# > All layers are frozen: `fit` runs, and changes no weight.
model.compile("sgd", "mse")
with warns(UserWarning, match=r"The model does not have any trainable weights\."):
    model.fit(matrix, np.ones((2, 1)), verbose=0)
assert all(same(array, old) for array, old in zip(model.get_weights(), before, strict=True))
assert model.optimizer.iterations.numpy() == 0

# %% error-silent-no-trainable-code-3
# > To freeze all but the last layer, set the layers one by one, then compile.
assert _ == [False, False, True, True]


# %% error-method-code-2
# raises AttributeError: 'NoneType' object has no attribute 'v'
# > Here an object was made for its method alone.
#
# > A method under `@tf.function` does not keep its object: once nothing else holds it, `self` is `None`.
with raises(AttributeError, match="'NoneType' object has no attribute 'v'"):
    Counter().step()


class Counting(tf.Module):
    __init__, step = Counter.__init__, Counter.__dict__["step"]


with raises(AttributeError, match="'NoneType' object has no attribute 'v'"):
    Counting().step()

# %% error-method-code-3
# > Give the object a name.
assert _ == 2


# %% error-silent-watched-code
from tensorflow.python.platform import tf_logging

tf_logging._log_counter_per_token.clear()  # it is said five times at most, and the page has other such tapes
said, logger = [], tf.get_logger()
level = logger.level
logger.setLevel("WARNING")
logger.addFilter(keep := lambda record: said.append(record.getMessage()))  # None: and it is not logged
with tf.GradientTape() as again:
    again.watch(tf.Variable([3]))
logger.removeFilter(keep)
logger.setLevel(level)
assert len(said) == 1 and said[0].startswith("The dtype of the watched tensor must be floating")

# %% error-silent-watched-code-2
assert printed == "None\n"

# %% error-silent-watched-code-3
# > A variable that begins with whole numbers has the dtype int32, and integers have no gradient.
# > Write decimals, or name the dtype.
assert same(_, [2, 4])
assert tf.Variable([1, 2]).dtype == tf.int32 and tf.Variable([1.0, 2]).dtype == tf.float32


# %% error-replica-code-2
# raises AttributeError: 'PerReplica' object has no attribute 'numpy'
# > With two devices, `strategy.run` returned a value for each.
# > This page has one device, so its value is made by hand.
#
# > `strategy.experimental_local_results(results)` lists the values, and `strategy.reduce("MEAN", results, axis=None)`
# > makes one number of them.
# > Assign that: `v.assign(results)` gives each copy of the variable its own value, without an error.
TWO = """
[cpu] = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
replica = tf.distribute.get_replica_context
results = strategy.run(lambda: tf.cast(replica().replica_id_in_sync_group * 10 + 10, tf.float32))
assert type(results).__name__ == "PerReplica" and not hasattr(results, "numpy")
assert [one.numpy() for one in strategy.experimental_local_results(results)] == [10, 20]
for aggregation in (tf.VariableAggregation.NONE, tf.VariableAggregation.MEAN):
    with strategy.scope():
        v = tf.Variable(0.0, aggregation=aggregation)
    v.assign(results)
    assert [copy.numpy() for copy in v.values] == [10, 20]
    v.assign(strategy.reduce("MEAN", results, axis=None))
    assert [copy.numpy() for copy in v.values] == [15, 15]
"""
alone(TWO)

# %% error-replica-code-3
assert _ == [10, 20]


# %% error-silent-decorated-code-2
# > `@tf.function` above `call`, or above a method that it calls, loses what is assigned to the layer's weights in it:
# > Keras first calls `call` to find the shapes, and the trace that is made then writes nothing.
assert _ == 0


class Helped(Counts):
    @tf.function
    def helper(self):
        self.count.assign_add(1.0)

    def call(self, x):
        self.helper()
        return x


helped = Helped()
keras.Sequential([keras.Input((2,)), helped]).predict(np.ones((4, 2)), batch_size=1, verbose=0)
assert helped.count.numpy() == 0
alone = Counts()
for _call in range(3):
    alone(np.ones((4, 2)))  # never called for its shapes: the trace writes
assert alone.count.numpy() == 3

# %% error-silent-decorated-code-3
# > Leave it out, for `fit` and `predict` compile the layer.
assert _ == 4


# %% error-local-code-2
# raises UnboundLocalError: cannot access local variable 'v'
# > `v += 1`, and `v = v + 1` as well, makes `v` a name of the function's own, which holds nothing yet.
# > (With `global v`, `v += 1` is [the error above](#variable--value-with-tfvariables-is-not-supported), and `v = v + 1`
# > raises nothing: it gives the name to a tensor.)
names = {"v": v}
exec("def grow():\n    global v\n    v = v + 1\ngrow()", names)
assert tf.is_tensor(names["v"]) and not isinstance(names["v"], tf.Variable) and same(v, matrix)


def rebinds():
    v = v + 1


def augments():
    global v
    v += 1


for wrap in (lambda f: f, tf.function):
    with raises(UnboundLocalError, match="cannot access local variable 'v'"):
        wrap(rebinds)()
with raises(RuntimeError, match=r"`variable \+= value` with `tf.Variable`s is not supported"):
    augments()

# %% error-local-code-3
# > `assign_add` binds no name.
assert same(_, matrix + 1)


# %% error-initializer-code
# raises TypeError: missing 1 required positional argument: 'shape'
# > An initializer is a function of a shape, and `tf.Variable` takes values.
#
# > (With `shape=` and no values, `tf.Variable` says that the `initial_value` arg `must be specified`.
# > A `keras.Variable` takes an initializer and `shape=`.)
with raises(ValueError, match=r"`initial_value` arg to `tf\.Variable` must be specified"):
    tf.Variable(shape=(2, 2), dtype=tf.float32)
assert keras.Variable(keras.initializers.GlorotUniform(), shape=(2, 3)).numpy().any()

# %% error-initializer-code-2
# > Call it with the shape.
assert _ == (2, 3) and v.numpy().any()


# %% error-count-code
assert "HDF5 file" in printed  # Keras's advice to save as `.keras`

# %% error-count-code-2
# raises ValueError: Layer count mismatch when loading weights from file. Model expected 1 layers, found 2 saved layers.
# > The file is one of Keras 2, which ends in `.h5`.
# > Such a file is read layer by layer, in their order.
#
# > The model has fewer layers than the file.
# > (`Model expected 0 layers`: it is not built, so call it on data once.
# > `found 0 saved layers`: Keras 3 wrote the file, and its name must end in `.weights.h5`.
# > `Weight count mismatch for layer` and `Shape mismatch in layer`: a layer differs, in its bias or its size.)
other = keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(1)])
with raises(ValueError, match="Model expected 0 layers, found 2 saved layers"):
    other.load_weights(f"{folder.name}/old.h5")
other(np.ones((1, 2)))
other.load_weights(f"{folder.name}/old.h5")  # by their order: the names differ
assert same(other.layers[0].kernel, saved.layers[0].kernel.numpy())
saved.save_weights(f"{folder.name}/new.weights.h5")
Path(f"{folder.name}/new.h5").write_bytes(Path(f"{folder.name}/new.weights.h5").read_bytes())
with raises(ValueError, match="Model expected 2 layers, found 0 saved layers"):
    saved.load_weights(f"{folder.name}/new.h5")
saved.load_weights(f"{folder.name}/new.weights.h5")
shapes = r"Shape mismatch in layer|The shape of the target variable"  # the second, before Keras 3.6
for words, options in (("Weight count mismatch for layer", {"use_bias": False}), (shapes, {})):
    layers = [keras.layers.Dense(3), keras.layers.Dense(1 if options else 2, **options)]
    with raises(ValueError, match=words):
        keras.Sequential([keras.Input((2,)), *layers]).load_weights(f"{folder.name}/old.h5")

# %% error-count-code-3
# > Load into the same layers, or by their names, and only what fits.
assert _
layers = [keras.layers.Dense(3, name="body"), keras.layers.Dense(2, name="head")]
other = keras.Sequential([keras.Input((2,)), *layers])
kept = layers[1].kernel.numpy()
with warns(UserWarning, match="Skipping loading weights for layer #1"):
    other.load_weights(f"{folder.name}/old.h5", by_name=True, skip_mismatch=True)
assert same(layers[0].kernel, saved.layers[0].kernel.numpy()) and same(layers[1].kernel, kept)

# %% error-locate-code-2
# since keras 3.11: the words about a lambda in a file
# raises TypeError: Could not locate class 'Net'
# > A class of your own is in the file by its name only.
#
# > Keras wants to be told what the name stands for, even where the class is defined in the same program.
# > `copy.deepcopy` and `pickle` of such a model say so, too.
# > (For a layer in a Sequential model the words are `could not be deserialized properly`; for a loss or metric, `Could
# > not locate function`.
# > An `.h5` file of a model compiled with `"mse"` says `Could not deserialize 'keras.metrics.mse'`.
# > Load these with `compile=False`, and compile.
# > Of a lambda it says `` Requested the deserialization of a `Lambda` layer ``: load a file of your own with
# > `safe_mode=False`.)
import pickle

for way in (copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))):
    with raises(TypeError, match="Could not locate class 'Net'"):
        way(net)


class Plain(keras.layers.Layer):
    def call(self, x):
        return x


keras.Sequential([keras.Input((2,)), Plain()]).save(f"{folder.name}/layer.keras")
with raises(TypeError, match="could not be deserialized properly"):
    keras.models.load_model(f"{folder.name}/layer.keras")
keras.models.load_model(f"{folder.name}/layer.keras", custom_objects={"Plain": Plain})


def gap(y, prediction):
    return keras.ops.mean(keras.ops.abs(y - prediction))


twice = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1), keras.layers.Lambda(lambda x: 2 * x)])
twice.save(f"{folder.name}/lambda.keras")
with raises(ValueError, match="Requested the deserialization of a `Lambda` layer"):
    keras.models.load_model(f"{folder.name}/lambda.keras")
safe = keras.models.load_model(f"{folder.name}/lambda.keras", safe_mode=False)
assert same(safe(np.ones((1, 2))), twice(np.ones((1, 2))).numpy())


def compiled_and_saved(name, **options):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", **options)
    model.fit(np.ones((2, 2)), np.ones((2, 1)), verbose=0)
    with unlogged():
        model.save(f"{folder.name}/{name}")
    return model


for name, options, words in (
    ("loss.keras", {"loss": gap}, "Could not locate function 'gap'"),
    ("metric.keras", {"loss": "mse", "metrics": [gap]}, "Could not locate function 'gap'"),
    ("mse.h5", {"loss": "mse"}, r"Could not deserialize 'keras\.metrics\.mse'|Could not locate function 'mse'"),
):
    other = compiled_and_saved(name, **options)
    with raises((TypeError, ValueError), match=words):
        keras.models.load_model(f"{folder.name}/{name}")
    again = keras.models.load_model(f"{folder.name}/{name}", compile=False)
    assert same(again.get_weights()[0], other.get_weights()[0])
    again.compile("sgd", "mse")
    again.fit(np.ones((2, 2)), np.ones((2, 1)), verbose=0)

# %% error-locate-code-3
# > Tell it.
#
# > `@keras.saving.register_keras_serializable()` above the class, in the program that saves and in the one that loads,
# > makes `custom_objects` unnecessary.
# > For the weights alone, make the model by its code, call it once, and let `load_weights` read the `.keras` file.
assert _
other = Net()
other(matrix)
other.load_weights(f"{folder.name}/net.keras")
assert same(other.out.kernel, net.out.kernel.numpy())
registered = keras.saving.register_keras_serializable()(type("Registered", (Net,), {}))
known = registered()
known(matrix)
known.save(f"{folder.name}/known.keras")
assert same(keras.models.load_model(f"{folder.name}/known.keras").out.kernel, known.out.kernel.numpy())
assert same(copy.deepcopy(known).out.kernel, known.out.kernel.numpy())
keras.saving.get_custom_objects().pop("Custom>Registered")

# %% error-signature-code-2
# raises OSError: file signature not found
# > The file came from a repository on the web.
#
# > The file is of another kind than its name says: here the note that Git leaves in the place of a large file.
# > It may be a web page, too, or a save that was cut off.
# > Look how it begins.
# > (`No such file or directory`: nothing is at this path.
# > `File not found: filepath=`, of a `.keras` file: either.
# > `No model config found in the file`: it holds weights alone, so make the model by its code and call `load_weights`.)
model.save_weights(f"{folder.name}/whole.weights.h5")
whole = Path(f"{folder.name}/whole.weights.h5").read_bytes()
for content in (b"<html>", b"", whole[: len(whole) // 2]):
    Path(f"{folder.name}/other.weights.h5").write_bytes(content)
    with raises(OSError, match=r"signature not found|truncated file"):
        model.load_weights(f"{folder.name}/other.weights.h5")
with raises(FileNotFoundError, match="No such file or directory"):
    model.load_weights(f"{folder.name}/nothing.weights.h5")
Path(f"{folder.name}/page.keras").write_bytes(b"<html>")
for name in ("page", "nothing"):
    with raises(ValueError, match="File not found: filepath="):
        keras.models.load_model(f"{folder.name}/{name}.keras")
with raises(ValueError, match="No model config found in the file"):
    keras.models.load_model(f"{folder.name}/whole.weights.h5")
model.load_weights(f"{folder.name}/whole.weights.h5")

# %% error-signature-code-3
# > An `.h5` file begins with `b'\x89HDF'`, a `.keras` file with `b'PK'`.
assert printed == "b'version https://git-'\n"
assert Path(f"{folder.name}/whole.weights.h5").read_bytes()[:4] == b"\x89HDF"
model.save(f"{folder.name}/whole.keras")
assert Path(f"{folder.name}/whole.keras").read_bytes()[:2] == b"PK"


# %% error-silent-second-code
# > A tape records what its block computes, and the first gradient was computed after the block of the outer tape.
assert printed == "None\n" and slope.numpy() == 27

# %% error-silent-second-code-2
# > Move the line into it.
#
# > It stays `None` where the slope does not contain the variable, as in a loss that is linear in it;
# > `unconnected_gradients="zero"` then gives 0 (of a Keras variable, ask for its `.value`).
# > A network of ReLUs is made of straight pieces: by its *input* its second derivative is 0, and the equation of a PINN
# > wants an activation that bends, such as `tanh`.
# > (A gradient penalty, by input and weights, trains it.)
# > (Of a vector `outer.gradient(slope, v)` adds up the rows of the Hessian; `outer.jacobian(slope, v)` gives them, and
# > `tf.linalg.diag_part` of that the diagonal; for several variables, join their slopes in the outer tape,
# > `tf.concat([tf.reshape(one, [-1]) for one in slopes], 0)`, and ask `jacobian` for that.
# > `Tape is still recording`: a tape that is open cannot be opened again, so make a second one.)
assert _ == 18


def second(of, at, take=lambda tape, slope, at: tape.gradient(slope, at)):
    with tf.GradientTape(persistent=True) as outer:
        with tf.GradientTape() as inner:
            loss = of(at)
        slope = inner.gradient(loss, at)
    return take(outer, slope, at)


for kind in KINDS:
    at = kind(3.0)
    at = getattr(at, "value", at) if kind is keras.Variable else at
    assert second(lambda v: v * 3.0, at) is None
    assert second(lambda v: v * 3.0, at, lambda t, s, v: t.gradient(s, v, unconnected_gradients="zero")).numpy() == 0
    for bends, activation in (
        (False, tf.nn.relu),
        (False, tf.nn.leaky_relu),
        (False, keras.activations.relu),
        (True, tf.tanh),
    ):
        assert (second(lambda v, f=activation: f(v * 0.1), at).numpy() != 0) == bends
at = tf.Variable([1.0, 2.0])
assert same(second(lambda v: v[0] ** 2 * v[1], at, lambda t, s, v: t.jacobian(s, v)), [[4, 2], [2, 0]])
assert same(second(lambda v: v[0] ** 2 * v[1], at), [6, 2])
assert same(tf.linalg.diag_part(second(lambda v: v[0] ** 2 * v[1], at, lambda t, s, v: t.jacobian(s, v))), [4, 0])
weight, entry = tf.Variable(2.0), tf.Variable(3.0)
with tf.GradientTape() as outer_tape:
    with tf.GradientTape() as inner_tape:
        output = tf.nn.relu(entry * weight)
    penalty = (inner_tape.gradient(output, entry) - 1) ** 2
assert outer_tape.gradient(penalty, weight).numpy() == 2
of_two = [tf.Variable([1.0, 2.0]), tf.Variable([[3.0]])]
with tf.GradientTape() as outer_tape:
    with tf.GradientTape() as inner_tape:
        loss = tf.reduce_sum(of_two[0] ** 2) * of_two[1][0, 0]
    slopes = inner_tape.gradient(loss, of_two)
    joined = tf.concat([tf.reshape(one, [-1]) for one in slopes], 0)
first, last = outer_tape.jacobian(joined, of_two)
assert same(first, [[6, 0], [0, 6], [2, 4]]) and same(tf.reshape(last, [-1]), [2, 4, 0])
with tf.GradientTape() as tape, raises(ValueError, match="Tape is still recording"), tape:
    pass


# %% error-silent-h5-code
assert "HDF5 file" in printed  # Keras's advice to save as `.keras`

# %% error-silent-h5-code-2
# > Saving to `.h5` takes the optimizer out of what the model knows of its `compile`, and a `.keras` file that is
# > written afterwards has none: RMSprop takes its place, with empty memory.
# > (Of a trained model, loading warns: `Skipping variable loading for optimizer 'rm_sprop'`.)
assert _ == "RMSprop" and "optimizer" not in model.get_compile_config()
other = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
other.compile("adam", "mse")
other.fit(np.ones((2, 2)), np.ones((2, 1)), verbose=0)
with unlogged():
    other.save(f"{folder.name}/other.h5")
other.save(f"{folder.name}/other.keras")
with warns(UserWarning, match=r"Skipping variable loading for optimizer 'rm_?sprop"):
    loaded = keras.models.load_model(f"{folder.name}/other.keras")
assert loaded.optimizer.iterations == 0 and other.optimizer.iterations == 1

# %% error-silent-h5-code-3
# > Compile the model again with its own optimizer, which keeps its memory, before you save.
assert _ == "Adam"
other = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
other.compile("adam", "mse")
other.fit(np.ones((2, 2)), np.ones((2, 1)), verbose=0)
with unlogged():
    other.save(f"{folder.name}/other.h5")
other.compile(other.optimizer, "mse")
other.save(f"{folder.name}/other.keras")
loaded = keras.models.load_model(f"{folder.name}/other.keras")
assert loaded.optimizer.iterations == 1 and len(loaded.optimizer.variables) == len(other.optimizer.variables)


# %% error-watch-code-2
# raises ValueError: not tf.Tensor or tf.Variable or ExtensionType
# > `watch` takes tensors and variables of TensorFlow's, and this variable is Keras's own.
net = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), keras.layers.Dense(1)])
for given, kind in ((net.trainable_variables, "Variable"), (matrix, "ndarray"), (net.layers[0].output, "KerasTensor")):
    with tf.GradientTape() as other, raises(ValueError, match=f"of type '{kind}', not tf.Tensor or tf.Variable or"):
        other.watch(given)
with tf.GradientTape() as other:
    other.watch([tf.constant(matrix), tf.Variable(matrix)])

# %% error-watch-code-3
# > Give it the `.value`.
# > A trainable weight is watched without a word: leave `tape.watch(model.trainable_variables)` out.
# > (The message names the type. Of an `ndarray`, make a tensor before the tape opens.
# > A `KerasTensor`, such as `layer.output`, has no values: let a model return it, `keras.Model(inputs, [layer.output,
# > outputs])`, and take the gradient by what that returns.)
assert same(_, matrix * 2)
net = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), keras.layers.Dense(1)])
x = tf.constant(matrix)
both = keras.Model(net.inputs, [net.layers[0].output, net.outputs[0]])
with tf.GradientTape(persistent=True) as other:
    other.watch(x)
    inner, outer = both(x)
    loss = tf.reduce_sum(outer)
assert all(gradient is not None for gradient in other.gradient(loss, [*net.trainable_variables, x]))
assert same(other.gradient(loss, inner), np.repeat(net.layers[1].kernel.numpy().T, 2, axis=0))

# %% error-registry-code
# raises LookupError: gradient registry has no entry for: Unique
# > TensorFlow has no rule for the gradient of this operation, nor of `tf.linalg.lu` and `tf.linalg.logm`, nor of
# > `keras.ops.slice_update` (`XlaDynamicUpdateSlice`).
with raises(LookupError, match="gradient registry has no entry for: XlaDynamicUpdateSlice"):
    gradient_of(lambda: tf.reduce_sum(keras.ops.slice_update(v, [0], tf.constant([1.0]))), v)
# > (For others, such as `tf.round`, the rule says that there is none, and the gradient is
# > [`None`](#no-error-but-the-gradient-is-none).)
for of in (lambda w: tf.linalg.lu(w)[0], lambda w: tf.linalg.logm(tf.cast(w, tf.complex64))):
    with raises(LookupError, match="gradient registry has no entry for"):
        gradient_of(lambda of=of: tf.reduce_sum(tf.abs(of(square))), square := tf.Variable(matrix))
assert gradient_of(lambda: tf.reduce_sum(tf.round(v)), v)[0] is None

# %% error-registry-code-2
# > Where no gradient is needed through it, say so with `tf.stop_gradient`.
# > Where one is, use other operations, or give this one a gradient with `tf.custom_gradient`.
assert same(_, [2, 3])
distinct = tf.custom_gradient(lambda x: (tf.unique(x)[0], lambda upstream: upstream * 7))
assert same(gradient_of(lambda: tf.reduce_sum(distinct(tf.convert_to_tensor(v))), v)[0], [7, 7])


# %% error-scope-code-5
# > A Python list that is filled in a loop of `tf.range` says it, too: what the loop computes exists in the loop only.
# > (Older versions say `cannot be accessed here: it is defined in another function or code block`, or `An op outside of
# > the function building code is being passed a "Graph" tensor`.)
# > Collect the results in a `tf.TensorArray`.
assert same(_, [2, 4])
assert same(gradient_of(lambda: tf.reduce_sum(doubled() ** 2), v)[0], [8, 16])

COLLECTING = """
def collect(v):
    out = []
    for i in tf.range(2):
        out.append(v[i] * 2)
    return tf.stack(out)
"""
with module_of(COLLECTING) as module, raises(ValueError, match="is out of scope"):
    tf.function(module.collect)(v)


# %% error-iterating-code-2
# raises OperatorNotAllowedInGraphError: Iterating over a symbolic `tf.Tensor` is not allowed
# > `*`, `a, b = v * 2`, `list` and a comprehension go through a tensor in Python, and while a function is traced the
# > tensor has no entries yet.
# > (A `for` statement is translated by `tf.function`, where it can read the source.
# > It is not in what Keras calls, such as a layer's `call`, where `for i in tf.range(2)` ends so.
# > Older versions say `iterating over tf.Tensor is not allowed`.)
THROUGH = """
def unpacked(v):
    a, b = v * 2
    return a + b

def listed(v):
    return list(v * 2)

def comprehended(v):
    return [entry for entry in v * 2]

def summed(v):
    total = 0.0
    for entry in v * 2:
        total += entry
    return total

class Repeating(keras.layers.Layer):
    def call(self, inputs):
        for _turn in tf.range(2):
            inputs = inputs * 2
        return inputs
"""
with module_of(THROUGH) as module:
    for go_through in (module.unpacked, module.listed, module.comprehended):
        with raises(TypeError, match="Iterating over a symbolic"):
            tf.function(go_through)(v)
    assert tf.function(module.summed)(v).numpy() == 14
    with raises(TypeError, match="Iterating over a symbolic"):
        tf.function(module.summed, autograph=False)(v)
    repeating = keras.Sequential([module.Repeating()])
    repeating.compile("sgd", "mse")
    assert same(module.Repeating()(tf.constant(matrix)), matrix * 4)
    with raises(Exception, match="Iterating over a symbolic"):
        repeating.predict(matrix, verbose=0)

# %% error-iterating-code-3
# > Unpack with `tf.unstack`.
# > For the lengths of the axes take `v.shape`, which holds Python's numbers, in place of `tf.shape(v)`.
assert _.numpy() == 2


def axes(of):
    rows, columns = of(other)
    return rows * 10 + columns


other = tf.Variable(matrix)
with raises(TypeError, match="Iterating over a symbolic"):
    tf.function(axes)(tf.shape)
assert tf.function(axes)(lambda w: w.shape).numpy() == 22 and isinstance(other.shape[0], int)

# %% error-branch-code-2
# raises ValueError: 'half' must also be initialized in the else branch
# > An `if` on a tensor becomes one operation with two branches, and here the name `half` gets a value in one of them.
#
# > Give the name a value before, of the same dtype and shape.
# > (Its relatives: `the else branch must also have a return statement` wants a `return` on both ways.
# > `has dtype float32 in the main branch, but dtype int32 in the else branch`: begin with `0.0`, not with `0`.
# > `has shape (0,) before the loop, but shape (1,) after one iteration`, or of `tf.while_loop`, `enters the loop with
# > shape`: a tensor that grows in a loop needs `shape_invariants`, in `tf.while_loop` or by
# > `tf.autograph.experimental.set_loop_options`, and under XLA it may not grow.
# > Or collect in a [`tf.TensorArray`](#is-out-of-scope).)
assert v.numpy() == -4
GROWING = """
def grown():
    x = tf.zeros([1])
    for _ in tf.range(3):
        tf.autograph.experimental.set_loop_options(shape_invariants=[(x, tf.TensorShape([None]))])
        x = tf.concat([x, [1.0]], 0)
    return x
"""
with module_of(GROWING) as made:
    assert same(tf.function(made.grown)(), [0, 1, 1, 1])
    with raises(Exception, match="shapes of loop body do not match"):
        tf.function(made.grown, jit_compile=True)()
told = {"shape_invariants": [tf.TensorShape([None])], "maximum_iterations": 2}
assert same(tf.while_loop(lambda x: True, lambda x: [tf.concat([x, [1.0]], 0)], [tf.zeros([1])], **told)[0], [0, 1, 1])
with raises(ValueError, match="enters the loop with shape"):
    longer = tf.function(lambda grown: tf.concat([grown, [1.0]], 0), autograph=False)
    tf.function(lambda: tf.while_loop(lambda x: True, longer, [tf.zeros([0])]), autograph=False)()
WAYS = """
def with_a_value(v):
    half = v * 1.0
    if v > 0:
        half = v / 2
    return half

def early(v):
    if v > 0:
        return
    v.assign_add(0.0)

def both_ways(v):
    if v > 0:
        return v * 1.0
    return v / 2

def from_zero(v):
    half = 0
    if v < 0:
        half = v / 2
    return half

def from_a_decimal(v):
    half = 0.0
    if v < 0:
        half = v / 2
    return half

def growing(v):
    grown = tf.zeros([0])
    for _turn in tf.range(2):
        grown = tf.concat([grown, [v * 1.0]], 0)
    return grown
"""
with module_of(WAYS) as module:
    for way, result in ((module.with_a_value, -4), (module.both_ways, -2), (module.from_a_decimal, -2)):
        assert tf.function(way)(v).numpy() == result
    for way, words in (
        (module.early, "the else branch must also have a return statement"),
        (module.from_zero, "has dtype float32 in the main branch, but dtype int32 in the else branch"),
        (module.growing, r"has shape \(0,\) before the loop, but shape \(1,\) after one iteration"),
    ):
        with raises((ValueError, TypeError), match=words):
            tf.function(way)(v)

# %% error-branch-code-3
# > A branch that only writes to a variable needs no other.
assert _ == -4
v.assign(4.0)
halve_positive()
assert v.numpy() == 2
v.assign(-4.0)


# %% error-silent-flat-code
# > The path from the variable to the loss is whole, and it is flat: a clipped number stays where it is when the entry
# > moves a little, so no step brings the entry back.
# > A ReLU below 0 is flat, too, as are `tf.sign` and a sigmoid far from 0; and two layers in a row whose weights are
# > all 0 stay at 0.
# > (To binarize, `tf.where(w < 0, -1.0, 1.0)`, since `tf.sign(0.0)` is 0; with `c = tf.clip_by_value(w, -1.0, 1.0)`, `c
# > + tf.stop_gradient(tf.where(w < 0, -1.0, 1.0) - c)` is that, with a gradient of 1 inside of -1 and 1.)
binary = tf.Variable([-2.0, -0.5, 0.0, 0.5, 2.0])


def straight_through(w):
    c = tf.clip_by_value(w, -1.0, 1.0)
    return c + tf.stop_gradient(tf.where(w < 0, -1.0, 1.0) - c)


assert tf.sign(0.0).numpy() == 0 and same(straight_through(binary), [-1, -1, 1, 1, 1])
assert same(gradient_of(lambda: tf.reduce_sum(straight_through(binary)), binary)[0], [0, 1, 1, 1, 0])
# > Clip on the way forward only, or [clip the variable after each
# > step](recipes.ipynb#clip-or-mask-after-every-training-step).
# > Begin with random weights.
assert same(_, [0, 1, 0])
for kind in KINDS:
    for flat, at in ((tf.nn.relu, -1.0), (tf.sign, 0.5), (tf.sigmoid, 200.0)):
        other = kind(at)
        assert gradient_of(lambda flat=flat, other=other: flat(tf.convert_to_tensor(other)), other)[0].numpy() == 0
for activation in ("relu", "tanh", None):
    layers = [keras.layers.Dense(2, activation, kernel_initializer="zeros", use_bias=False) for _layer in range(2)]
    other = keras.Sequential([keras.Input((2,)), *layers])
    gradients = gradient_of(lambda other=other: tf.reduce_sum((other(np.ones((1, 2))) - 1.0) ** 2), *other.weights)
    assert not any(gradient.numpy().any() for gradient in gradients)

# %% error-silent-flat-code-2
# > `explain_gradient` of [the toolkit](toolkit.ipynb) names the line where it becomes 0.
assert same(_[0], [0, 1, 2]) and same(_[1], [1, 1, 1])
from assignlab import explain_gradient

told = explain_gradient(lambda: tf.reduce_sum(tf.clip_by_value(v, 9.0, 10.0)), v)
assert told.verdict == "zero" and "clip_by_value" in told.line


# %% error-silent-where-code-3
# > A root does it without `tf.where`: at 0 its slope is infinite.
# > So `tf.norm` of zeros, the distance of equal points and `tf.math.reduce_std` of equal numbers have a gradient of
# > NaN.
# > (`tf.where(x > 0, tf.sqrt(x), 0.0)` is NaN under XLA alone, for `tf.sqrt` sends a 0 on as 0 elsewhere.)
# > Add a small number under the root.
rooted = tf.Variable([0.0, 4.0])


def slope():
    return gradient_of(lambda: tf.reduce_sum(tf.where(rooted > 0, tf.sqrt(rooted), 0.0)), rooted)[0]


assert same(slope(), [0, 0.25]) and same(tf.function(slope)(), [0, 0.25])
assert same(tf.function(slope, jit_compile=True)(), [np.nan, 0.25])
# > (`tf.debugging.enable_check_numerics()`, called before, stops at the operation that makes a NaN or an infinity, and
# > names it.)
assert same(_, [0, 0])
for of in (
    tf.norm,
    lambda w: tf.sqrt(tf.reduce_sum((w - [0.0, 0.0]) ** 2)),
    lambda w: tf.math.reduce_std(w + 3.0),
):
    assert np.isnan(gradient_of(lambda of=of: of(v), v)[0].numpy()).all()
assert np.isinf(gradient_of(lambda: tf.reduce_sum(tf.sqrt(v)), v)[0].numpy()).all()
checking = """
tf.debugging.enable_check_numerics()
v = tf.Variable([0.0, 4.0])
try:
    tf.reduce_sum(tf.math.log(v))
except tf.errors.InvalidArgumentError as error:
    print(error.message)
"""
found = alone(checking)
assert 'eagerly-executing op "Log"' in found and "Infinity" in found


# %% error-silent-np-where-code
# > `np.where` gives the numbers of all rows, then those of all columns, and `scatter_nd_update` wants a pair for each
# > place.
# > Two places in a matrix are two by two numbers, which fit both ways.
# > (Of another count of places it says [`must match dimensions`](#must-match-dimensions).)
assert same(_, [[1, 0], [3, 0]])
for least, count in ((1, 3), (3, 1)):
    with raises((ValueError, tf.errors.InvalidArgumentError), match="must match dimensions"):
        some().scatter_nd_update(np.where(matrix > least), [0.0] * count)

# %% error-silent-np-where-code-2
# > `np.argwhere` and `tf.where` give pairs.
assert same(_, [[1, 2], [0, 0]])
other = some()
other.scatter_nd_update(tf.where(matrix > 2), [0, 0])
assert same(other, [[1, 2], [0, 0]])

# %% error-silent-complex-code
# since keras 3.15: the optimizer Muon takes a tf.Variable
# > The aim is `3j`, and the step went along the other axis.
# > Adam divides by the root of the squared gradient, and the square of an imaginary number is negative.
# > AdamW, Nadam, RMSprop, Adagrad, Adadelta and Muon turn the step as well; SGD and Lion do not; Adamax, Adafactor and
# > Ftrl raise an error, and so does an SGD that clips.
# > Train two variables of real numbers, and make the complex ones of them inside the tape.
assert abs(_ - 0.1) < 1e-4


def first_step(name, **options):
    z = tf.Variable(0j, dtype=tf.complex64)
    getattr(keras.optimizers, name)(0.1, **options).apply([tf.constant(-6j, tf.complex64)], [z])
    return z.numpy()


for name in ("Adam", "AdamW", "Nadam", "RMSprop", "Adagrad", "Adadelta", "Muon"):
    step = first_step(name)
    assert step.real > 0 and step.real > 1000 * abs(step.imag)
for clips in ("clipnorm", "clipvalue", "global_clipnorm"):
    with raises(tf.errors.InvalidArgumentError):
        first_step("SGD", **{clips: 1.0})
for name in ("SGD", "Lion"):
    step = first_step(name)
    assert step.imag > 0 and step.real == 0
for name in ("Adamax", "Adafactor", "Ftrl"):
    with raises(Exception, match=r"Maximum|Minimum"):
        first_step(name)

# %% error-silent-complex-code-2
# since keras 3.6: a keras.Variable may be complex
assert abs(_[0]) < 1e-6 and abs(_[1] - 0.1) < 1e-4


# %% error-silent-seed-code
# > Keras draws with a seed of its own, and `np.random.seed` and `tf.random.set_seed` do not set it.
assert not _
np.random.seed(1)
one = drawn()
np.random.seed(1)
assert not np.array_equal(drawn(), one)

# %% error-silent-seed-code-2
# > One call sets all: Python's, NumPy's, TensorFlow's and Keras's.
import random

assert _
rounds = []
for _round in range(2):
    keras.utils.set_random_seed(1)
    rounds.append((random.random(), np.random.random(), float(tf.random.uniform(())), drawn().tolist()))
assert rounds[0] == rounds[1]

# %% error-silent-seed-code-3
# > A `tf.function` takes the seed when it is traced, and one that is set later only starts its numbers again.
# > For numbers that can be repeated at any time, make `g = tf.random.Generator.from_seed(1)` outside, draw with
# > `g.normal`, and call `g.reset_from_seed(1)`.
assert _
traced = tf.function(lambda: tf.random.normal([2]))
tf.random.set_seed(1)
one, two = traced().numpy(), traced().numpy()
tf.random.set_seed(2)
assert same(traced(), one) and same(traced(), two) and not np.array_equal(two, one)

# %% error-silent-array-code
# > `write` returns the array that has the new entry, and here it is thrown away.
# > (In eager mode the entry is there all the same.)
assert same(_, [0, 0])


def unrolled():
    out = tf.TensorArray(tf.float32, size=2)
    kept = [out.write(i, v[i] * 2) for i in range(2)]
    assert all(one.dtype == tf.float32 for one in kept)  # TensorFlow complains of results that nobody uses
    return out.stack()


assert same(unrolled(), [2, 4]) and same(tf.function(unrolled, autograph=False)(), [0, 0])

# %% error-silent-array-code-2
# since tensorflow 2.17: XLA leaves an array that would grow empty, without an error
# > Keep it.
# > Under XLA an array does not grow: one of `size=0` with `dynamic_size=True` stays empty, so give `size` its last
# > length.
assert same(_, [2, 4])

GROWING = """
def growing(v, size, grows):
    out = tf.TensorArray(tf.float32, size=size, dynamic_size=grows)
    for i in tf.range(2):
        out = out.write(i, v[i] * 2)
    return out.stack()
"""
with module_of(GROWING) as module:
    for size, grows, expected in ((0, True, []), (2, True, [2, 4]), (2, False, [2, 4])):
        assert same(tf.function(module.growing, jit_compile=True)(v, size, grows), expected)
    assert same(tf.function(module.growing)(v, 0, True), [2, 4])


# %% error-multiply-code-2
# raises TypeError: can't multiply sequence by non-int of type 'float'
# > `get_weights` returns a list of arrays, and a list does not compute.
# > (With `-` and `/` it says `unsupported operand type(s) for -: 'list' and 'list'`, or `/: 'list' and 'int'`, and with
# > `+ 0.5`, `can only concatenate list`.
# > `* 2` repeats the list, and `+` joins two: [too many weights](#with-a-weight-list-of-length).
# > `np.array(weights)` says [`setting an array element with a
# > sequence`](#setting-an-array-element-with-a-sequence); with `dtype=object` it may say `could not broadcast input
# > array`.)
assert type(weights) is list and all(type(array) is np.ndarray for array in weights)
for compute, words in (
    (lambda: weights - weights, r"unsupported operand type\(s\) for -: 'list' and 'list'"),
    (lambda: weights / 2, r"unsupported operand type\(s\) for /: 'list' and 'int'"),
    (lambda: weights + 0.5, "can only concatenate list"),
    (lambda: np.float32(0.5) * weights, "can't multiply sequence by non-int of type 'numpy.float32'"),
):
    with raises(TypeError, match=words):
        compute()
for many in (weights * 2, weights + weights):
    assert len(many) == 4
    with raises(ValueError, match="with a weight list of length 4, but the layer was expecting 2 weights"):
        layer.set_weights(many)
with raises(ValueError, match="setting an array element with a sequence"):
    np.array(weights)
with raises(ValueError, match="could not broadcast input array"):
    np.array(weights, dtype=object)
assert np.array([np.ones((3, 2)), np.ones(2)], dtype=object).shape == (2,)

# %% error-multiply-code-3
# > Compute array by array.
#
# > For two models, pair their lists, as in `[a - b for a, b in zip(one, other, strict=True)]`.
# > See the recipe [Copy or blend one model into
# > another](recipes.ipynb#copy-or-blend-one-model-into-another).
np.testing.assert_allclose(_, np.full((2, 2), 0.5))
one, other = layer.get_weights(), weights
for gap, old in zip([a - b for a, b in zip(one, other, strict=True)], weights, strict=True):
    np.testing.assert_allclose(gap, old * -0.5)


# %% error-unpack-code-2
# raises ValueError: not enough values to unpack (expected 2, got 0)
# > A layer returns as many arrays as it has weights.
# > A ReLU or Flatten has none, nor has a layer that [is not
# > built](#no-error-but-get_weights-returns-an-empty-list).
# > A Dense without bias has one; an LSTM has three and a BatchNormalization four: `too many values to unpack`.
# > (`layer.get_weights()[0]` says `list index out of range`.
# > `apply_gradients` says the same of an empty list of pairs, as when `model.trainable_variables` was taken before the
# > model was built.)
assert layer is model.layers[1]
with raises(IndexError, match="list index out of range"):
    layer.get_weights()[0]
for other, shape, number in (
    (keras.layers.ReLU(), (None, 2), 0),
    (keras.layers.Flatten(), (None, 2), 0),
    (keras.layers.Dense(2), None, 0),
    (keras.layers.Dense(2, use_bias=False), (None, 2), 1),
    (keras.layers.LSTM(2), (None, 3, 1), 3),
    (keras.layers.BatchNormalization(), (None, 2), 4),
):
    if shape:
        other.build(shape)
    assert len(other.get_weights()) == len(other.weights) == number
    words = "too many values to unpack" if number > 2 else rf"not enough values to unpack \(expected 2, got {number}"
    with raises(ValueError, match=words):
        _one, _two = other.get_weights()
other = keras.Sequential([keras.layers.Dense(1)])
early = other.trainable_variables
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(other(matrix))
with raises(ValueError, match=r"not enough values to unpack \(expected 2, got 0\)"):
    keras.optimizers.SGD().apply_gradients(zip(tape.gradient(loss, early), early, strict=True))

# %% error-unpack-code-3
# > Ask for weights by their names.
assert _ == [(2, 3), (3, 1)]


# %% error-base-dtype-code
# raises AttributeError: 'str' object has no attribute 'base_dtype'
# > TensorFlow makes a tensor of a list of `tf.Variable`s, and not of a list of Keras variables.
# > (The same with `tf.convert_to_tensor([a, b])`, `tf.Variable([a, b])`, `v.assign([a, b])` and
# > `keras.ops.stack([a, b])`.
# > `tf.add_n` and `tf.concat` take them.
# > `tf.train.ExponentialMovingAverage(0.9).apply([a])` takes `[a.value]`, too.)
for make in (lambda value: keras.Variable(value), lambda value: keras.Variable([value], dtype="bfloat16")):
    one, two = make(1.0), make(2.0)
    pair = [one.value, two.value]
    whole = tf.Variable(tf.stack(pair)), keras.Variable(tf.stack(pair), dtype=pair[0].dtype.name)
    ways = tf.stack, tf.convert_to_tensor, tf.Variable, keras.ops.stack
    for way in (*ways, whole[0].assign, whole[1].assign):
        with raises(AttributeError, match="'str' object has no attribute 'base_dtype'"):
            way([one, two])
    for made in (way(pair) for way in ways):
        assert same(tf.cast(made, tf.float32), np.reshape([1, 2], (2, *one.shape)))
    for variable in whole:
        variable.assign(tf.zeros_like(tf.stack(pair)))
        variable.assign(pair)
        assert same(tf.cast(tf.convert_to_tensor(variable), tf.float32), np.reshape([1, 2], (2, *one.shape)))
    for way in (tf.stack, keras.ops.stack):
        with raises(AttributeError, match="'str' object has no attribute 'base_dtype'"):
            function(way, [one, two])()
    assert tf.add_n([one, two]).numpy() == 3
assert same(tf.concat([keras.Variable([1.0]), keras.Variable([2.0])], 0), [1, 2])
with raises(AttributeError, match="'str' object has no attribute 'base_dtype'"):
    tf.train.ExponentialMovingAverage(0.9).apply([a])
average = tf.train.ExponentialMovingAverage(0.9)
average.apply([a.value])
assert average.average(a.value).numpy() == 1

# %% error-base-dtype-code-2
# > Give it their values.
# > The gradients reach the variables.
assert _ == [2, 4]


# %% error-silent-gan-code-2
# since keras 3.8: train_on_batch goes on after a change of trainable
# > The code is that of many tutorials: it compiles the discriminator, freezes it, and compiles the whole.
#
# > Keras warns that the model does not have any trainable weights.
# > A step reads `trainable` when it is traced, at its first call, and then the discriminator is frozen.
# > (Keras 2 read it in `compile`, and warned of a `Discrepancy between trainable weights and collected trainable
# > weights`.)
discriminator.compile("sgd", "mse")  # frozen still
with warns(UserWarning, match=r"The model does not have any trainable weights\."):
    discriminator.train_on_batch(x, y)
discriminator.trainable = True
discriminator.train_on_batch(x, y)  # the trace was of a frozen one
assert all(same(new, old) for new, old in zip(discriminator.get_weights(), before, strict=True))
discriminator.trainable = False

# %% error-silent-gan-code-3
assert _ == [False, False]

# %% error-silent-gan-code-4
# since keras 3.8: train_on_batch goes on after a change of trainable
# > Set `trainable` before every step of either, and compile the discriminator again if it was traced frozen, as here.
assert _ == [True, True]
with unlogged():  # it warns of so many traces
    generator, discriminator = dense(1), dense(1)
    both = keras.Sequential([keras.Input((1,)), generator, discriminator])
    both.compile("sgd", "mse")
    for number, dtype in ((16, "float64"), (8, "float32"), (16, "float32"), (5, "float64")):
        x, y = (np.full((number, 1), value, dtype) for value in (1, 5))
        for model, trains, moved in ((discriminator, True, [False, True]), (both, False, [True, False])):
            discriminator.trainable = trains
            kept = both.get_weights()
            model.train_on_batch(x, y)
            assert [(one != two).any() for one, two in zip(both.get_weights(), kept, strict=True)] == moved


# %% error-compile-code-3
# raises TypeError: 'NoneType' object is not callable
# > `compile` throws away the traced step, which `fit` still needs.
# > (Without `compile` nothing is raised, and the layer stays frozen.)
assert same(layer.kernel, [[1]])


def unfreezing(name, and_compile):
    """Two layers in a fit with a callback that unfreezes the first one; its kernel."""
    other = dense(1, 1)
    other.layers[0].trainable = False
    other.compile("sgd", "mse")

    def act(*_args, **_options):
        other.layers[0].trainable = True
        if and_compile:
            other.compile("sgd", "mse")

    watcher = keras.callbacks.Callback()
    setattr(watcher, name, act)
    other.fit(np.ones((4, 1)), np.zeros((4, 1)), epochs=3, verbose=0, callbacks=[watcher])
    return other.layers[0].kernel.numpy()


for name in ("on_epoch_begin", "on_epoch_end", "on_train_batch_begin", "on_train_batch_end"):
    with raises(TypeError, match="'NoneType' object is not callable"):
        unfreezing(name, True)
for name in ("on_epoch_end", "on_train_batch_end"):
    assert unfreezing(name, False) == 1

# %% error-compile-code-4
# > Call `fit` twice, and compile in between.
#
# > For a change within one `fit`, see the recipe [Unfreeze a layer, and train
# > on](recipes.ipynb#unfreeze-a-layer-and-train-on).
assert same(_, [[True]])


# %% error-silent-momentum-code-2
# > Without momentum, 0.8 of the kernel would be left.
# > Of an optimizer's numbers the learning rate is a variable.
# > `momentum`, `beta_1`, `weight_decay` and `clipnorm` are constants of the traced step, and so is the optimizer:
# > `model.optimizer = ...` is ignored, too.
np.testing.assert_allclose(_, [[0.675]], rtol=1e-4)


def second(make, change, compiles):
    """What a kernel is after two fits with one change in between."""
    other = dense(1, optimizer=make())
    fit(other, 1)
    change(other)
    if compiles:
        other.compile(other.optimizer, "mse")
    return fit(other, 1)[0].item()


SGD, Adam, AdamW = keras.optimizers.SGD, keras.optimizers.Adam, keras.optimizers.AdamW
for make, name, value in (
    (partial(SGD, 0.1, momentum=0.5), "momentum", 0.0),
    (partial(Adam, 0.1), "beta_1", 0.0),
    (partial(AdamW, 0.1, weight_decay=0.0), "weight_decay", 5.0),
    (partial(SGD, 0.1), "clipnorm", 0.01),
    (partial(SGD, 0.1), "learning_rate", 1.0),
):
    kept, silent, compiled = (
        second(make, change, compiles)
        for change, compiles in (
            (lambda other: None, False),
            (lambda other: setattr(other.optimizer, name, value), False),  # noqa: B023
            (lambda other: setattr(other.optimizer, name, value), True),  # noqa: B023
        )
    )
    assert (silent == kept) == (name != "learning_rate") and compiled != kept, name
still = SGD(0.0)
for compiles in (False, True):
    end = second(partial(SGD, 0.1), lambda other: setattr(other, "optimizer", still), compiles)
    np.testing.assert_allclose(end, 0.8 if compiles else 0.64, rtol=1e-4)
    assert still.iterations.numpy() == compiles

# %% error-silent-momentum-code-3
# > Compile after the change.
# > The optimizer keeps what it remembers.
# > (An SGD without momentum remembers nothing: with a momentum set later it says `list index out of range`.
# > Compile with a new one.)
np.testing.assert_allclose(_, [[0.8]], rtol=1e-4)
kept = [variable.numpy() for variable in model.optimizer.variables]
model.compile(model.optimizer, "mse")
assert len(kept) == 3
assert all(same(variable, old) for variable, old in zip(model.optimizer.variables, kept, strict=True))
other = dense(1, optimizer=keras.optimizers.SGD(0.1))
fit(other, 1)
other.optimizer.momentum = 0.9
other.compile(other.optimizer, "mse")
with raises(IndexError, match="list index out of range"):
    fit(other, 1)
other.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")
fit(other, 1)


# %% error-silent-add-loss-code-2
# > The penalty of 0.5 is missing: each step begins with an empty list of losses, and counts what `call` adds.
# > (A function says `` `add_loss()` can only be called from inside `build()` or `call()` ``.
# > A functional model says `NotImplementedError`, without a word.)
assert _ == 0 and not model.losses
for owner, eager in ((model, False), (layer, False), (model, True), (layer, True)):
    model.compile("sgd", "mse", run_eagerly=eager)
    owner.add_loss(0.5 * tf.reduce_sum(layer.kernel**2))
    assert float(model.losses[0]) == 0.5
    for step in (model.train_on_batch, model.evaluate):
        options = {"verbose": 0} if step == model.evaluate else {}
        assert step(x, x, **options) == 0
    assert layer.kernel.numpy() == 1
    with raises(ValueError, match=r"`add_loss\(\)` can only be called from inside `build\(\)` or `call\(\)`"):
        owner.add_loss(lambda: tf.reduce_sum(layer.kernel**2))
inputs = keras.Input((1,))
functional = keras.Model(inputs, keras.layers.Dense(1)(inputs))
with raises(NotImplementedError) as caught:
    functional.add_loss(tf.reduce_sum(functional.weights[0] ** 2))
assert str(caught.value) == ""

# %% error-silent-add-loss-code-4
# > Give the kernel [a regularizer](#no-error-but-the-new-regularizer-has-no-effect), or add the loss in a `call`.
assert _ == 0.5
model.compile(keras.optimizers.SGD(0.1), "mse")
model.fit(x, x, verbose=0)
np.testing.assert_allclose(layer.kernel, [[0.9]], rtol=1e-6)
other = dense(1)
other.layers[0].kernel.regularizer = keras.regularizers.L2(0.5)
other.compile("sgd", "mse")
assert other.evaluate(x, x, verbose=0) == 0.5


# %% error-half-code
# raises InvalidArgumentError: was expected to be a half tensor but is a float tensor
# > A layer of the policy `mixed_float16` casts the decimals that it is given to float16 ("half"), and a `tf.Variable`
# > or a constant stays float32 ("float").
# > (In `fit` the message is `has type float32 that does not match type float16`.
# > The policy `mixed_bfloat16` says `bfloat16`.)


def scaled(by, policy):
    return keras.layers.Lambda(lambda inputs: inputs * by, dtype=policy)


for policy, name, short in (("mixed_float16", "float16", "half"), ("mixed_bfloat16", "bfloat16", "bfloat16")):
    assert scaled(2.0, policy)(matrix).dtype == name
    for by in (gain, tf.constant(2.0)):
        with raises(InvalidArgument, match=f"was expected to be a {short} tensor but is a float tensor"):
            scaled(by, policy)(matrix)
        model = keras.Sequential([scaled(by, policy)])
        model.compile("sgd", "mse")
        with raises(TypeError, match=f"has type float32 that does not match type {name}"):
            model.fit(matrix, matrix, verbose=0)

# %% error-half-code-2
# > Cast the variable.
# > In a layer of your own, make the weight with `add_weight`: it stays float32, and inside `call` it is cast by itself.
assert same(_, matrix * 2) and _.dtype == "float16"


class Gain(keras.layers.Layer):
    def build(self, shape):
        self.gain = self.add_weight(shape=(), initializer="ones")

    def call(self, inputs):
        return inputs * self.gain


for policy in ("mixed_float16", "mixed_bfloat16"):
    layer = Gain(dtype=policy)
    model = keras.Sequential([layer])
    model.compile("sgd", "mse")
    model.fit(matrix, matrix * 0, verbose=0)
    assert layer.gain.dtype == "float32" and layer.gain.numpy() < 1
    assert layer(matrix).dtype == policy.removeprefix("mixed_")


# %% error-update-code-2
# raises AttributeError: 'Counter' object has no attribute 'add_update'
# > This layer counts its calls in the way of Keras 2.
#
# > Write the line without `add_update`.
assert not hasattr(keras.layers.Layer, "add_update") and not hasattr(keras.Model, "add_update")

# %% error-update-code-3
# > In Keras 3 the `assign` alone is enough: in `call` it runs with each step of `fit`, and with each batch of
# > `predict`.
assert _ == 1
for eagerly in (False, True):
    other = Counting()
    model = keras.Sequential([keras.Input((1,)), other, keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=eagerly)
    x, y = np.ones((8, 1)), np.ones((8, 1))
    model.fit(x, y, batch_size=2, epochs=3, verbose=0)
    assert other.count.numpy() == 12
    model.predict(x, batch_size=4, verbose=0)
    assert other.count.numpy() == 14
other = Counting()
tf.function(lambda x: [other(x), other(x)], autograph=False)(np.ones((1, 1)))
assert other.count.numpy() == 2


# %% error-legacy-code
# raises ImportError: `keras.optimizers.legacy` is not supported in Keras 3.
# > The optimizers of Keras 2 are gone, also from `tf.keras.optimizers.legacy`.
# > (`module 'keras.optimizers' has no attribute 'experimental'`: so is that place.)
# > Those of Keras 3 have the same names.
for name in ("SGD", "Adam", "RMSprop", "Adagrad", "Ftrl"):
    for place in (keras.optimizers.legacy, tf.keras.optimizers.legacy):
        with raises(ImportError, match="is not supported in Keras 3"):
            getattr(place, name)()
    assert issubclass(getattr(keras.optimizers, name), keras.optimizers.Optimizer)
with raises(AttributeError, match=r"optimizers' has no attribute 'experimental'"):
    keras.optimizers.experimental

# %% error-legacy-code-2
# > What else has another name is in [Old code, and what to write now](old_code.md).
np.testing.assert_allclose(_, 0.1, rtol=1e-6)
assert "## Layers, models and optimizers of Keras 2" in (ROOT / "book" / "old_code.md").read_text(encoding="utf8")

# %% error-own-rule-code
# raises TypeError: __init__() missing 1 required positional argument: 'learning_rate'
# > An optimizer of your own for Keras 2 has other methods.
#
# > (The other words: `object has no attribute '_set_hyper'` or `'add_slot'`; with the name as first argument, [`should
# > be float`](#should-be-float-or-an-instance-of-learningrateschedule); with `_resource_apply_dense` alone,
# > `NotImplementedError` without a reason.)
for name in ("_set_hyper", "add_slot"):
    for optimizer in (keras.optimizers.SGD(), keras.optimizers.Adam()):
        with raises(AttributeError, match=f"object has no attribute '{name}'"):
            getattr(optimizer, name)
with raises(ValueError, match="should be float, or an instance of LearningRateSchedule"):
    keras.optimizers.Optimizer("sign")


class Resource(keras.optimizers.Optimizer):
    def _resource_apply_dense(self, gradient, variable):
        variable.assign_sub(gradient)


with raises(NotImplementedError) as caught:
    Resource(0.1).apply([tf.constant(1.0)], [tf.Variable(1.0)])
assert not str(caught.value)


# %% error-own-rule-code-2
# > Now the base takes the rate, as its first argument, `build` makes the slots, and `update_step` moves one weight.
#
# > Clipping, weight decay and averages are the base's: `SignMomentum(0.5, clipnorm=1.0)`.
# > Of the others, `fit` calls `apply_gradients` and `apply`.
# > A `minimize`, `get_gradients` or `_compute_gradients` of your own it never calls, silently: to change the gradients,
# > as by a mask, override `apply(self, gradients, variables=None)`.
class Told(keras.optimizers.SGD):
    def apply_gradients(self, *arguments, **named):
        told.append("apply_gradients")
        return super().apply_gradients(*arguments, **named)

    def apply(self, gradients, variables=None):
        told.append("apply")
        return super().apply([gradient * 0 for gradient in gradients], variables)


for name in ("minimize", "get_gradients", "_compute_gradients"):
    setattr(Told, name, lambda self, *arguments, name=name: told.append(name))
told, held = [], dense(1, optimizer=Told(0.5))
first = held.get_weights()
held.fit(np.ones((2, 1)), np.zeros((2, 1)), verbose=0)
assert set(told) == {"apply_gradients", "apply"} and all(map(same, held.get_weights(), first))
assert same(_, matrix - 0.5)
assert same(optimizer.slots[0], np.full((2, 2), 0.1, "float32")) and len(optimizer.variables) == 3
for kind in KINDS:
    weights, optimizer = [some(kind), kind([0.0])], SignMomentum(0.5)
    optimizer.build(weights)
    step = function(optimizer.apply, [tf.ones((2, 2)), tf.constant([-1.0])], weights)
    step()
    step()
    assert same(weights[0], matrix - 1) and same(weights[1], [1]) and len(optimizer.slots) == 2
clipped, one = SignMomentum(0.5, clipnorm=1.0), tf.Variable([0.0, 0.0])
clipped.apply([tf.constant([3.0, 4.0])], [one])
np.testing.assert_allclose(clipped.slots[0], [0.06, 0.08], rtol=1e-5)
decayed, one = SignMomentum(0.5, weight_decay=0.1), tf.Variable(2.0)
decayed.apply([tf.constant(1.0)], [one])
np.testing.assert_allclose(one, 2 - 2 * 0.5 * 0.1 - 0.5, rtol=1e-5)
averaged, one = SignMomentum(0.5, use_ema=True), tf.Variable(2.0)
averaged.apply([tf.constant(1.0)], [one])
assert "average" in " ".join(part.name for part in averaged.variables)
model = dense(1, optimizer=SignMomentum(0.25))
np.testing.assert_allclose(fit(model, 3)[0], [[0.25]])


# %% error-silent-folds-code
# > A layer holds its weights, and the three models are made of one layer: they share a kernel.
# > (So do `keras.Sequential(model.layers)` and `keras.Model(model.inputs, model.outputs)` with `model`.)
starts = [float(number) for number in re.findall(r"[\d.]+", printed)]
assert starts[0] == 1 and starts[0] > starts[1] > starts[2]
for other in (keras.Sequential(model.layers), keras.Model(model.inputs, model.outputs)):
    other(np.ones((1, 1)))
    assert len(other.weights) == 1 and other.weights[0] is model.weights[0] is layers[0].kernel

# %% error-silent-folds-code-2
# since keras 3.9: the clone of a compiled model is compiled
# > For each model, as for each fold of a cross-validation, make the layers anew, in a function; or take
# > `keras.models.clone_model(model)`, whose weights are drawn anew, unless an initializer has a seed of its own.
# > (The clone of a compiled model is compiled, with an optimizer at its beginning.)
seeded = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, kernel_initializer=keras.initializers.HeNormal(1))])
assert same(keras.models.clone_model(seeded).get_weights()[0], seeded.get_weights()[0])
trained_one = dense(1, optimizer=keras.optimizers.Adam(0.25))
fit(trained_one, epochs=2)
clone = keras.models.clone_model(trained_one)
assert clone.compiled and clone.optimizer is not trained_one.optimizer and clone.optimizer.iterations.numpy() == 0
assert same(_[0][0], [[1]]) and same(_[1][0], [[1]]) and model.get_weights()[0] < 1
other = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
assert (keras.models.clone_model(other).get_weights()[0] != other.get_weights()[0]).all()


# %% error-stateful-code-2
# since keras 3.15: a stateful RNN compares the batch sizes
# raises ValueError: If an RNN is stateful, the batch size of the input sequences must be the same as the batch size
# > The layer keeps a state for each sequence of a batch, here four.
# free: (Before Keras 3.15 one row ended in four, without an error.)
# > For more rows, say `batch_size=4`.
# > (`Incompatible shapes`: the last batch is smaller.
# > `the batch size must be static`: the `Input` needs a `batch_shape`.)
assert all(state.shape == (4, 2) for state in layer.states) and len(layer.states) == 2
for kind in (keras.layers.LSTM, keras.layers.GRU, keras.layers.SimpleRNN):
    other = keras.Sequential([keras.Input(batch_shape=(4, 3, 1)), kind(2, stateful=True)])
    with raises(ValueError, match="If an RNN is stateful, the batch size of the input"):
        other.predict(np.ones((8, 3, 1)), verbose=0)
    assert other.predict(np.ones((8, 3, 1)), batch_size=4, verbose=0).shape == (8, 2)
    with raises(InvalidArgument, match="Incompatible shapes"):
        other.predict(np.ones((6, 3, 1)), batch_size=4, verbose=0)
    with raises(ValueError, match="the batch size must be static"):
        keras.Sequential([keras.Input((3, 1)), kind(2, stateful=True)])

# %% error-stateful-code-3
# > For another number, make the model for it, and copy the weights, which are the same for each.
model.layers[0].reset_states()
np.testing.assert_allclose(model.predict(np.ones((4, 3, 1)), verbose=0)[:1], _, rtol=1e-5)


# free: (Keras 2 warned: `The initializer HeNormal is unseeded and being called multiple times`.

# %% error-silent-alike-code
# > Both layers use one initializer, which gives the same numbers again.
assert _.all()

# %% error-silent-alike-code-2
# > Give each layer its own: the name `"he_normal"`, a new object, or `initializer.clone()`.
# > With a number as its seed, these give the same again.
assert not _.any()


def alike(make):
    both = [keras.layers.Dense(2, kernel_initializer=make()) for _layer in range(2)]
    for one in both:
        one.build((None, 2))
    return (both[0].kernel.numpy() == both[1].kernel.numpy()).all()


seeded = keras.initializers.HeNormal(seed=1)
assert alike(lambda: initializer) and not alike(lambda: "he_normal")
assert not alike(keras.initializers.HeNormal) and not alike(initializer.clone)
assert alike(lambda: keras.initializers.HeNormal(seed=1)) and alike(seeded.clone)
#
# > The members of an ensemble begin alike, too, if the function that makes one calls `keras.utils.set_random_seed` with
# > one number.)
code = """
def member():
    keras.utils.set_random_seed(1)
    layer = keras.layers.Dense(2)
    layer.build((None, 2))
    return layer.kernel.numpy()
assert (member() == member()).all()
"""
alone(code)


# %% error-silent-gathered-code
# > When the list was made the layer had no weights yet, as a model of a class of your own has none in its `__init__`.
# > A `zip` with the empty list passes over each gradient.
assert _ == [] and len(layer.trainable_variables) == 1
assert list(zip(gathered, [tf.ones((1, 1))], strict=False)) == []


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.out = keras.layers.Dense(1)
        self.found = len(self.trainable_variables)


assert Net().found == 0

# %% error-silent-gathered-code-2
# > Make the list once the weights are there.
# > (Often `gradient_accumulation_steps=2`, an option of Keras's optimizers, does the same.)
np.testing.assert_allclose(_, [[1 - 0.1 * (2 + 8) / 2]], rtol=1e-5)
assert same(gathered[0], [[0]])
for name in ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Nadam", "Adamax", "Adadelta", "Ftrl", "Lion", "Adafactor"):
    optimizer = getattr(keras.optimizers, name)(gradient_accumulation_steps=2)
    assert optimizer.gradient_accumulation_steps == 2
one, optimizer = keras.Variable([[1.0]]), keras.optimizers.SGD(0.1, gradient_accumulation_steps=2)
for gradient in (2.0, 8.0):
    optimizer.apply([tf.constant([[gradient]])], [one])
np.testing.assert_allclose(one, layer.kernel)
table = keras.layers.Embedding(3, 1)  # its gradient is a list of rows, and is added all the same
table.build()
total = tf.Variable(tf.zeros((3, 1)))
total.assign_add(gradient_of(lambda: tf.reduce_sum(table(np.array([1, 1]))), table.embeddings)[0])
assert same(total, [[0], [2], [0]])


# %% error-defined-code
# raises ValueError: Shapes used to initialize variables must be fully-defined (no `None` dimensions).
# > The shape of a weight needs numbers, and here the input does not tell how many rows the kernel has.
# > (`Flatten` of an input with `None` ends in the same words, and so does `add_weight(shape=(None, 2))`.)
for make in (
    lambda: keras.Sequential([keras.Input((None, 3)), keras.layers.Flatten(), keras.layers.Dense(2)]),
    lambda: keras.layers.Layer().add_weight(shape=(None, 2)),
    lambda: keras.layers.Dense(2).build((None, None)),
    lambda: keras.Variable("zeros", shape=(None, 2), dtype="float32"),
):
    with raises(ValueError, match="Shapes used to initialize variables must be fully-defined"):
        make()

# %% error-defined-code-2
# > Give the number, or let `None` stand for an axis that no weight has, such as the time of a sequence.
assert _ == (3, 2)
for length in (1, 5):
    assert model(np.ones((1, length, 3))).shape == (1, length, 2)
assert keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).layers[0].kernel.shape == (3, 2)


# %% error-silent-keras2-code-2
# > The file holds what `model.save_weights("ckpt")` of Keras 2 put into one.
#
# > Keras 2 called the values `layer_with_weights-0/kernel`, and Keras 3 looks for its own names.
# > (In a class of your own, Keras 2 took the attributes, such as `out/kernel`, and of a Dense,
# > `tf.train.Checkpoint(model)` restores the bias alone.
# > `tf.train.list_variables(path)` shows the names.)
# Seen in files of tf_keras 2.21, which is not among the requirements: Sequential, functional, a class of one's own.
layout = {f"layer_with_weights-0/{name}/.ATTRIBUTES/VARIABLE_VALUE" for name in ("bias", "kernel")}
assert {name for name, _ in tf.train.list_variables(path)} - {"_CHECKPOINTABLE_OBJECT_GRAPH"} == layout
assert same(_, [0]) and (layer.kernel.numpy() != kernel.numpy()).all()
with raises(AssertionError, match="not bound to checkpointed values"):
    status.assert_existing_objects_matched()
own = made_of_its_own(lambda net, shape: net.out.build(shape))
held = tf.train.Checkpoint(out=tf.train.Checkpoint(kernel=kernel, bias=bias)).write(f"{folder.name}/own")
before = own.out.kernel.numpy()
for root, restored in ((tf.train.Checkpoint(model=own), 0), (tf.train.Checkpoint(own), 7)):
    root.read(held).expect_partial()
    assert same(own.out.bias, [restored]) and same(own.out.kernel, before)

# %% error-silent-keras2-code-3
# > Read the arrays, and assign them.
# > The optimizer's memory stays behind.
assert same(_, [7]) and same(layer.kernel, [[5], [6]])
two = keras.Sequential([keras.Input((2,)), keras.layers.Dropout(0.5), keras.layers.Dense(1)])
assert [one for one in two.layers if one.weights] == two.layers[1:]


# %% error-user-object-code
assert "Assets written to" in printed  # TensorFlow's word, not Keras's

# %% error-user-object-code-2
# raises TypeError: '_UserObject' object is not callable
# > The model comes from a SavedModel, a folder.
#
# > What `tf.saved_model.load` returns is no Keras model.
# > (So it says `'_UserObject' object has no attribute 'predict'`, `'summary'` or `'set_weights'`.)
for name in ("predict", "summary", "set_weights"):
    with raises(AttributeError, match=f"'_UserObject' object has no attribute '{name}'"):
        getattr(loaded, name)
assert not isinstance(loaded, keras.Model)

# %% error-user-object-code-3
# > Call one of its functions, and assign to its `variables`.
# > (Without a `serve`, it is `loaded.signatures["serving_default"]`, which returns a dictionary.
# > What `model.export` did not write, such as a `tf.Module`, has no `variables` either, `'_UserObject' object has no
# > attribute 'variables'`: its signature has them, `loaded.signatures["serving_default"].variables`.)
assert same(_, [[3 + bias.numpy().item()]])
served = loaded.signatures["serving_default"](tf.ones((1, 2)))
assert isinstance(served, dict) and same(*served.values(), _)
plain = tf.Module()
plain.v = tf.Variable(2.0)
plain.times = tf.function(lambda x: x * plain.v, input_signature=[tf.TensorSpec([])], autograph=False)
tf.saved_model.save(plain, f"{folder.name}/plain", signatures=plain.times)
other = tf.saved_model.load(f"{folder.name}/plain")
assert not hasattr(other, "serve")
assert [value.numpy() for value in other.signatures["serving_default"](tf.constant(3.0)).values()] == [6]
with raises(AttributeError, match="'_UserObject' object has no attribute 'variables'"):
    other.variables
other.signatures["serving_default"].variables[0].assign(5.0)
assert other.v.numpy() == 5
assert [value.numpy() for value in other.signatures["serving_default"](tf.constant(3.0)).values()] == [15]


# %% error-h5py-code-2
# raises KeyError: Unable to synchronously open object (object 'out' doesn't exist)
# > The file is one of Keras 3, opened with h5py.
#
# > The file has no such name: Keras 3 numbers layers and weights, and `file.visit(print)` shows how.
# > (`name already exists`: write into the dataset, by `[...]`.
# > `no write intent on file`: open it with `"r+"`.
# > `Can't broadcast`: the file keeps its shapes.
# > `identifier is not of specified type`: the file is closed; copy by `[...]` before that.)
names = []
file.visit(names.append)
assert {"layers/dense/vars/0", "layers/dense/vars/1"} <= {*names} and not any("out" in name for name in names)
with raises(OSError, match="name already exists"):
    file["layers/dense/vars/0"] = np.ones((2, 1))
with raises(TypeError, match="Can't broadcast"):
    file["layers/dense/vars/0"][...] = np.ones((2, 2))
dense(2).save_weights(f"{folder.name}/other.weights.h5")
with h5py.File(f"{folder.name}/other.weights.h5") as other:
    taken, kept = other["layers/dense/vars/0"], other["layers/dense/vars/0"][...]
    with raises(OSError, match="no write intent on file"):
        taken[...] = np.ones((1, 2))
with raises(RuntimeError, match="identifier is not of specified type"):
    taken[...]
assert same(kept, [[1, 1]])

# %% error-h5py-code-3
# > See the recipe [Edit a weights file without its
# > model](recipes.ipynb#edit-a-weights-file-without-its-model).
assert same(_, [[1], [2]])
file.close()
model.load_weights(f"{folder.name}/saved.weights.h5")
assert same(model.layers[0].kernel, [[1], [2]])


# %% error-silent-different-code-2
# > The file numbers the layers of a kind in the order of `model.layers`, and this model has another order.
assert same(_, [[2]]) and same(model.get_layer("two").kernel, [[1]])
for one, names in ((saved, ["one", "two"]), (model, ["two", "one"])):
    assert [layer.name for layer in one.layers[1:3]] == names

# %% error-silent-different-code-3
# > Build it by the same code, or copy by names.
#
# > Elsewhere, compare `model(x)` before saving and after loading.
# > Where it is equal, look at the data, as at the order of the class names.
# > Where not, perhaps [the model was not built](#no-error-but-load_weights-loaded-nothing), [a variable was not
# > saved](#no-error-but-my-layers-variable-was-not-saved), or [a layer was half
# > loaded](recipes.ipynb#load-what-fits-of-another-model).
assert same(_, [[1]]) and same(model.get_layer("two").kernel, [[2]])
again = branches("one", "two")
with tempfile.TemporaryDirectory() as place:
    saved.save_weights(f"{place}/saved.weights.h5")
    again.load_weights(f"{place}/saved.weights.h5")
assert same(again(np.ones((1, 1))), saved(np.ones((1, 1))).numpy())


# %% error-larger-code
# raises ValueError: Cannot create a tensor proto whose content is larger than 2GB
# > An array from outside becomes a constant of the graph, and a constant has less than 2 GB.
# > (This one only looks large: it is one number in memory.)
def constants(call, *inputs):
    """The numbers of entries of the constants in the graph of this call."""
    traced = tf.function(call, autograph=False).get_concrete_function(*inputs)
    kept = [operation for operation in traced.graph.get_operations() if operation.type == "Const"]
    return [int(np.prod(operation.outputs[0].shape)) for operation in kept]


piece = np.ascontiguousarray(table[:1000])
assert 1000 in constants(lambda: tf.gather(piece, [0, 1]))
assert table.strides == (0,) and table.nbytes > 2**31
assert 5 in constants(lambda: tf.constant(table[:5]))
with raises(ValueError, match="larger than 2GB"):
    constants(lambda: tf.constant(table))
#
# > Make a variable of the array first, or pass it as an argument.
for kind in KINDS:
    other = kind(piece)
    assert 1000 not in constants(lambda: tf.gather(tf.convert_to_tensor(other), [0, 1]))  # noqa: B023
assert 1000 not in constants(lambda array: tf.gather(array, [0, 1]), piece)

# %% error-larger-code-2
# > Here a piece of it is enough.
assert same(_, [1, 1])


# %% error-substring-code-2
# raises ValueError: substring not found
# > A counter in a checkpoint was raised by `checkpoint.step = checkpoint.step.assign_add(1)`.
#
# > What `assign_add` returned has taken the place of the variable, and cannot be saved.
# > (`tf.saved_model.save`, `copy.deepcopy` and `pickle` of such an object say the same.)
import pickle

module = tf.Module()
module.v = tf.Variable(1.0)
module.v = module.v.assign(2.0)
for keep in (copy.deepcopy, pickle.dumps, lambda held: tf.saved_model.save(held, f"{folder.name}/module")):
    with raises(ValueError, match="substring not found"):
        keep(module)

# %% error-substring-code-3
# > Make a variable of it once more, and write `assign_add` as a line of its own.
assert _ == 2
read = tf.train.Checkpoint(step=tf.Variable(0))
read.read(path).assert_consumed()
assert read.step.numpy() == 2


# %% error-silent-stale-code
assert _ == 2 and module.variables == ()

# %% error-silent-stale-code-2
# > `module.v` is a tensor now, and the variable that it was is still what a checkpoint finds at this place.
# > (So it is where the attribute becomes a number, an array or `None`.
# > Another `tf.Variable` does take its place.)
assert _ == 1
for value, expected in ((5.0, 1), (matrix, 1), (None, 1), (tf.Variable(5.0), 5)):
    holder = tf.Module()
    holder.v = tf.Variable(1.0)
    holder.v = value
    with tempfile.TemporaryDirectory() as place:
        other = tf.train.Checkpoint(holder=holder).write(f"{place}/other")
        assert tf.train.load_variable(other, "holder/v/.ATTRIBUTES/VARIABLE_VALUE") == expected

# %% error-silent-stale-code-3
# > Keep the variable, and assign.
assert _ == 2


# %% error-silent-method-code
# > The tensor in `self.x` was read when the method was traced, and is a constant of the function; and `self.x = ...` is
# > a line of Python, which runs in the trace alone.
# > (So it is with a count such as `self.n += 1`.)
assert _ == [[1, 1]] * 3 and tf.is_symbolic_tensor(solver.x)
COUNTING = """
class Counting:
    n = 0

    @tf.function
    def step(self):
        self.n += 1
        return tf.constant(self.n)
"""
with module_of(COUNTING) as module:
    counting = module.Counting()
    assert [counting.step().numpy() for _step in range(3)] == [1, 1, 1] and counting.n == 1

# %% error-silent-method-code-2
# > What is to last from call to call is a variable.
assert _ == [[1, 1], [2, 2], [3, 3]]


# %% error-gather-range-code
# raises InvalidArgumentError: indices[1] = 2 is not in [0, 2)
# > A lookup asks for a row that is not there: two rows have the numbers 0 and 1.
# > An Embedding says so for a token that is as large as its `input_dim`.
# > (Under XLA, with `jit_compile=True`, nothing is said: the nearest row is read.)
for kind in KINDS:
    for bad in ([0, 2], [-1]):
        with raises(InvalidArgument, match=r"is not in \[0, 2\)"):
            tf.gather(tf.convert_to_tensor(some(kind)), bad)
with raises(InvalidArgument, match=r"is not in \[0, 2\)"):
    keras.layers.Embedding(2, 3)(np.array([2]))
compiled = tf.function(lambda rows: tf.gather(v, rows), jit_compile=True, autograph=False)
assert same(compiled(tf.constant([7, -1])), [[3, 4], [1, 2]])

# %% error-gather-range-code-2
# > Look at the smallest and the largest number before, and make the table as large as it must be.
assert same(_, matrix)


# %% error-silent-memory-code-2
# > A model that was compiled and fitted leaves memory behind: some megabytes for its compiled step, and as much as its
# > weights and the optimizer's slots.
# > `keras.utils.clear_session()` does not bring it back, nor do `del` and `gc.collect()`.
# > (`predict` leaves nothing.)
# > Make one model, compile it once, and assign its first state before each fold, the optimizer's too.
# > Or run each fold in [a process of its own](recipes.ipynb#write-from-several-threads).
assert printed.split() == ["[[1.]]"] * 3 and model.get_weights()[0] < 1
moved = [v for v, value in zip(variables, first, strict=True) if (v.numpy() != value).any()]
assert len(moved) == 4 and moved[0] is model.weights[0]  # it, the step counter and two slots
if sys.platform == "linux":
    grown = alone("""
import gc, psutil


def made(entries):
    layers = [keras.layers.Dense(entries), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((entries,)), *layers])
    model.compile("adam", "mse")
    return model


def used(model, entries, way="fit"):
    given = [np.ones((8, entries)), np.ones((8, 1))]
    model.fit(*given, verbose=0) if way == "fit" else model.predict(given[0], verbose=0)


def grown(turn, turns=3):
    before = 0
    for count in range(2 + turns):
        if count == 2:
            before = psutil.Process().memory_info().rss
        turn()
        keras.utils.clear_session()
    gc.collect()
    return (psutil.Process().memory_info().rss - before) / turns / 1e6


kept = made(1000)
for turn in (
    lambda: used(made(1), 1),
    lambda: used(made(1000), 1000),
    lambda: used(kept, 1000),
    lambda: used(made(1000), 1000, "predict"),
):
    print(grown(turn))
""")
    small, large, one_model, predicting = map(float, grown.split())
    assert small > 0.5 and large > small + 4  # a million weights: 4 MB, and 8 MB of slots
    assert max(one_model, predicting) < large / 3  # memory is taken by whole pages, now and then some megabytes


# %% error-silent-build-code
# > `predict` called the layer for the first time while it traced its step, and `fit` would too.
# > What `build` assigns there is part of the trace; the weight outside keeps the value of its initializer.
# > So it is in a `tf.function`, and at the first call of a model or layer of your own class that holds this one.
# > (Called by itself, or behind a `keras.Input`, the layer keeps the 7.)
assert same(_, [[0]])
for ways, expected in ((LOSES, 0), (KEEPS, 7)):
    for way in ways.values():
        way(layer := Scale())
        assert same(layer.w, [expected])


# %% error-silent-build-code-2
# > Let the initializer give the value.
#
# > Or assign once the model is built.
# > (A tensor that `build` keeps, such as a random mask, is drawn anew in a loaded model: make it such a weight, with
# > `trainable=False`.)
@keras.saving.register_keras_serializable("claims")
class Masked(keras.layers.Layer):
    def build(self, shape):
        draw = keras.initializers.RandomUniform(0, 1)
        self.kept = self.add_weight(shape=(50,), initializer=draw, trainable=False)
        self.drawn = keras.random.uniform((50,))

    def call(self, x):
        return x * self.kept


with tempfile.TemporaryDirectory() as place:
    masked = keras.Sequential([keras.Input((50,)), Masked()])
    masked.save(f"{place}/masked.keras")
    again = keras.models.load_model(f"{place}/masked.keras")
    assert same(again.layers[0].kept, masked.layers[0].kept.numpy())
    assert (again.layers[0].drawn.numpy() != masked.layers[0].drawn.numpy()).any()
# > For an array see the recipe
# > [Give a layer initial weights made with NumPy](recipes.ipynb#give-a-layer-initial-weights-made-with-numpy).
# > What an optimizer's `build` assigns to its slots is lost in `fit` as well: `add_variable_from_reference(v, "slow",
# > initializer=lambda shape, dtype=None, v=v: v + 0)` begins at the weight.
assert same(_, [[7]])
for way in [*LOSES.values(), *KEEPS.values()]:
    way(layer := Scale())
    assert same(layer.w, [7])
model.layers[0].w.assign([8])
fitted(model.layers[0])
assert same(model.layers[0].w, [8])


class Slow(keras.optimizers.SGD):
    def build(self, variables):
        super().build(variables)
        first = {"initializer": lambda shape, dtype=None, v=variables[0]: v + 0} if self.name == "first" else {}
        self.slow = self.add_variable_from_reference(variables[0], "slow", **first)
        if not first:
            self.slow.assign(variables[0])


for name, begins in (("first", [[5]]), ("assigned", [[0]])):
    net = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    net.set_weights([np.array([[5]])])
    net.compile(Slow(0.0, name=name), "mse")
    net.fit(np.ones((1, 1)), np.ones((1, 1)), verbose=0)
    assert same(net.optimizer.slow, begins)


# %% error-pickle-code
# raises ValueError: Object arrays cannot be loaded when allow_pickle=False
# > A dictionary in an `.npy` file, such as `vgg16.npy`, is a pickle, and loading one may run any code: do it with files
# > that you trust.
# free: such as `vgg16.npy`
import pickletools

lines = Path(folder.name, "layers.npy").read_bytes()
assert any("_reconstruct" in str(argument) for _code, argument, _at in pickletools.genops(lines[128:]))

# %% error-pickle-code-2
# > It is then an array of one object: `item()` takes the dictionary out.
# > (A file written by Python 2 wants `encoding="latin1"` besides, or it says `UnicodeDecodeError('ascii'`.)
#
# > `np.savez(path, **layers)` stores arrays by name, without pickles.
# > See the recipe [Save and load edited weights](recipes.ipynb#save-and-load-edited-weights).
assert same(_, matrix)
assert np.load(f"{folder.name}/layers.npy", allow_pickle=True).shape == ()
of_python2 = (
    Path(folder.name, "layers.npy").read_bytes()[:128] + b"\x80\x02]U\x01\xe9a."
)  # ["\xe9"], as Python 2 writes it
Path(folder.name, "two.npy").write_bytes(of_python2)
with raises(UnicodeError, match=r"Unpickling a python object failed: UnicodeDecodeError\('ascii'"):
    np.load(f"{folder.name}/two.npy", allow_pickle=True)
assert np.load(f"{folder.name}/two.npy", allow_pickle=True, encoding="latin1") == ["\xe9"]
np.savez(f"{folder.name}/layers.npz", **layers)
assert same(np.load(f"{folder.name}/layers.npz")["kernel"], matrix)


# %% error-silent-same-code
# > A cast to the dtype that `v` has already returns `v` itself, and `old` follows it, in a `tf.function` too.
# > So do `keras.ops.convert_to_tensor(k)` and `keras.ops.array(k)` of a Keras variable, and `keras.ops.cast(v,
# > "float32")` of a `tf.Variable`.
assert same(_, np.zeros((2, 2))) and old is v


def difference(keep, variable):
    kept = keep(variable)
    variable.assign(matrix * 10)
    return variable - kept


def moved(keep, variable, wrap):
    return wrap(lambda: difference(keep, variable))()


for wrap in (lambda f: f, tf.function):
    for kind, keep in (
        (tf.Variable, lambda v: tf.cast(v, v.dtype)),
        (tf.Variable, lambda v: keras.ops.cast(v, "float32")),
        (keras.Variable, keras.ops.convert_to_tensor),
        (keras.Variable, keras.ops.array),
    ):
        other = some(kind)
        assert keep(other) is other
        assert same(moved(keep, other, wrap), np.zeros((2, 2)))
    for kind, keep in (
        (tf.Variable, tf.identity),
        (tf.Variable, tf.convert_to_tensor),
        (tf.Variable, lambda v: v.value()),
        (tf.Variable, lambda v: tf.cast(tf.cast(v, tf.float64), tf.float32)),
        (keras.Variable, tf.identity),
        (keras.Variable, keras.ops.copy),
    ):
        assert same(moved(keep, some(kind), wrap), matrix * 9)

# %% error-silent-same-code-2
# > Keep the values by `tf.identity`, or by `.numpy()`.
assert same(_, matrix * 9)
snapshot = v.numpy()
v.assign(matrix)
assert same(snapshot, matrix * 10)


# %% error-silent-place-code-2
# > The head has the 7 of the base.
# > At its end, `fit` writes the averages of `use_ema` over the weights that are trained, and pairs them by place; this
# > optimizer was built for both layers, so its first average is the base's.
# > (`finalize_variable_values` in a loop of your own does the same with weights that are not those of the first step,
# > in their order.)
assert same(_, [[7]]) and same(base.kernel, [[7]])
for given, expected in (("uv", (1, 2)), ("vu", (2, 1)), ("v", (1, 1))):
    pair = {"u": tf.Variable(1.0), "v": tf.Variable(2.0)}
    averaging = keras.optimizers.SGD(0.0, use_ema=True)
    averaging.apply([tf.constant(0.0)] * 2, [*pair.values()])
    averaging.finalize_variable_values([pair[name] for name in given])
    assert tuple(one.numpy() for one in pair.values()) == expected

# %% error-silent-place-code-3
# > Freeze first, and compile with an optimizer that is not built.
assert same(_, [[3]]) and same(base.kernel, [[7]])


# %% error-silent-digits-code
# > `tf.cast` makes a tensor of a Python number first, in float32, and so does `keras.ops.cast`.
# > (`tf.cast(16777217.0, tf.int64)` is 16777216.)
assert _ == np.float64(np.float32(0.2)) != 0.2
for value in (0.2, np.pi):
    for cast in (lambda value: tf.cast(value, tf.float64), lambda value: keras.ops.cast(value, "float64")):
        assert cast(value).numpy() == np.float64(np.float32(value)) != value
assert tf.cast(16777217.0, tf.int64).numpy() == 16777216

# %% error-silent-digits-code-2
# > Give `assign` the number itself, or name the dtype when the tensor is made: `tf.constant(0.2, w.dtype)`.
assert _ == 0.2 == tf.constant(0.2, w.dtype).numpy()
