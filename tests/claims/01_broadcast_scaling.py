"""Claims of lesson 01, broadcast scaling."""

import ast
import itertools
import sys
import warnings

import keras
import ml_dtypes
import numpy as np
import tensorflow as tf
from pytest import raises

from assignlab.checker import examine
from course import ROOT, cells, title

LESSON = ROOT / "lessons" / "01_broadcast_scaling.ipynb"
DTYPES = (tf.float16, tf.float32, tf.float64, tf.bfloat16, tf.int8, tf.int64, tf.complex64)


def variables():
    """One of every dtype, a scalar, an empty one, one of four axes, two of Keras."""
    yield from (tf.Variable(tf.cast([[1, 2], [3, 4]], dtype)) for dtype in DTYPES)
    yield from (tf.Variable(3.0), tf.Variable(np.zeros((0, 2))), tf.Variable(np.ones((2, 1, 3, 2), "float32")))
    yield keras.Variable([[1.0, 2.0], [3.0, 4.0]])
    layer = keras.layers.Dense(2)
    layer.build((None, 2))
    yield layer.kernel


def of_tensorflow(v):
    """The tf.Variable in a Keras variable; a tf.Variable itself."""
    return v if isinstance(v, tf.Variable) else v.value


# free: Your network learned from pixels between 0 and 255; a new camera sends 0 to 1.
# free: **You will do:** scale a variable, its rows, its columns, its channels.
# free: **You will learn:** which shapes NumPy and `assign` accept; where float64 sneaks in.
# free: **You need:** NumPy arrays, gradients, at the end convolutions.
# free: Write `fill_rows`: each row becomes `row`.
# free: The camera again: multiply each *input* channel by its own gain.

# %% setup
# > Do not train again: multiply the first layer's kernel, the weights that meet the pixels, by 255.
#
# > `check`, `hint` and `verify_gradient` belong to this course, all else to TensorFlow and NumPy.
#
# > `%xmode Minimal` shortens error messages.
pixels = np.random.default_rng(0).integers(0, 256, size=(2, 6, 6, 3)).astype("float32")
for first in (keras.layers.Conv2D(4, 3), keras.layers.Dense(4)):
    network = keras.Sequential([keras.Input(pixels.shape[1:]), first, keras.layers.ReLU(), keras.layers.Dense(1)])
    first.bias.assign([0.5, -2.0, 30.0, 4.0])
    learned = network(pixels)
    first.kernel.assign(first.kernel.numpy() * 255)
    np.testing.assert_allclose(network(pixels / 255), learned, rtol=1e-4, atol=1e-2)
    assert not np.allclose(network(pixels), learned, rtol=0.5)

code = "\n".join(cells(LESSON, "code")).replace("%xmode Minimal", "")
imports = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Import | ast.ImportFrom)]
modules = {name.name for node in imports if isinstance(node, ast.Import) for name in node.names}
assert modules == {"numpy", "tensorflow"}
(own,) = (node for node in imports if isinstance(node, ast.ImportFrom))
assert own.module == "assignlab"
assert {name.name for name in own.names} == {"check", "hint", "verify_gradient"}

shown = get_ipython().InteractiveTB
assert shown.mode == "Minimal"
try:
    np.ones(2) * np.ones(3)
except ValueError:
    raised = sys.exc_info()
short = "".join(shown.structured_traceback(*raised))
shown.set_mode("Context")
try:
    assert len(short) < len("".join(shown.structured_traceback(*raised))) / 3
finally:
    shown.set_mode("Minimal")

# %% snapshot
# > `v.numpy()` takes a snapshot, a NumPy copy of the values.
#
# > The arithmetic happens on the copy.
for some in variables():
    taken = some.numpy()
    before = taken.copy()
    assert isinstance(taken, np.ndarray | np.generic)
    if taken.size and taken.ndim:
        taken[...] = 7
        assert taken.flags.owndata
    np.testing.assert_array_equal(some.numpy(), before)
assert type(halved) is np.ndarray and halved.dtype == "float32"
np.testing.assert_array_equal(_, [[0.5, 1], [1.5, 2]])

# %% predict
# > `halved` holds the new values.
#
# > The old ones: the variable learns of the new ones from `assign`.
np.testing.assert_array_equal(_, [[1, 2], [3, 4]])
np.testing.assert_array_equal(halved, [[0.5, 1], [1.5, 2]])
for some in variables():
    old = some.numpy()
    new = old * 0 + 3
    np.testing.assert_array_equal(some.numpy(), old)
    some.assign(new)
    np.testing.assert_array_equal(some.numpy(), new)

# %% assign
# > It replaces the values.
# > The object stays, with its dtype, its shape and its *handle*, by which TensorFlow finds its memory
# > ([glossary](../book/glossary.md)).
np.testing.assert_array_equal(_, [[0.5, 1], [1.5, 2]])
for some in variables():
    inner = of_tensorflow(some)
    had = (id(inner), inner.handle, inner.dtype, inner.shape)
    some.assign(some.numpy() * 0 + 3)
    assert (id(inner), inner.dtype, inner.shape) == (had[0], had[2], had[3])
    assert of_tensorflow(some) is inner and inner.handle is had[1]
    assert inner.handle.dtype == tf.resource
    found = tf.raw_ops.ReadVariableOp(resource=inner.handle, dtype=inner.dtype)
    np.testing.assert_array_equal(found.numpy(), some.numpy())

some = tf.Variable([1.0, 2.0])
kept = some.handle
tf.function(lambda: some.assign([3.0, 4.0]))()
assert some.handle is kept and some.numpy().tolist() == [3, 4]

# %% row
# > `assign` copies, too: editing `halved` now would not change `v`.
#
# > NumPy repeats what is missing, and calls this *broadcasting*: the 0.5 reached every entry, and a row of shape `(2,)`
# > is laid over each row, so it scales the columns.
np.testing.assert_array_equal(_, [[0.5, 100], [1.5, 200]])
np.testing.assert_array_equal(_, v.numpy() * np.array([[1, 100], [1, 100]]))
np.testing.assert_array_equal(np.array([[1, 2], [3, 4]]) * 0.5, halved)
for size in (1, 2, 4, 64, 4096, 2**18):
    for dtype in ("float32", "float64", "int32", ml_dtypes.bfloat16):
        raw = np.zeros(size + 64, dtype)
        start = -raw.ctypes.data % 64 // raw.itemsize
        for given in (np.zeros(size, dtype), raw[start : start + size]):  # the second begins at a multiple of 64 bytes
            target = tf.Variable(np.ones(size, dtype))
            target.assign(given)
            given[:] = 9
            assert not target.numpy().any()
given = np.zeros(4, "float32")
of_keras, slot = keras.Variable(np.ones(4, "float32")), tf.Variable(np.ones((2, 4), "float32"))
of_keras.assign(given)
slot[0].assign(given)
given[:] = 9
assert not of_keras.numpy().any() and not slot.numpy()[0].any()

# %% column
# > `[:, None]` adds an axis at the end: shape `(2,)` becomes `(2, 1)`, a column.
#
# > It is repeated to the right, so it scales the rows.
assert row.shape == (2,) and row[:, None].shape == (2, 1)
np.testing.assert_array_equal(np.broadcast_to(row[:, None], (2, 2)), [[1, 1], [100, 100]])
np.testing.assert_array_equal(_, [[0.5, 1], [150, 200]])

# %% exercise-1-1
# > *In place* means that afterwards `v` itself holds the new values; the function returns nothing.
#
# > `progress()`, from `assignlab` too, shows what you have solved.
import os
import tempfile
from unittest.mock import patch

from assignlab import hint, progress
from assignlab.learner_progress import record

with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, ASSIGNLAB_PROGRESS="on"):
    record("1.1", folder)
    record("1.3", folder)
    shown = str(progress(folder))
assert all(f"[{mark}] {number}" in shown for number, mark in (("1.1", "x"), ("1.2", " "), ("1.3", "x"), ("2.1", " ")))
assert hint.__module__.startswith("assignlab")

some = tf.Variable([[1.0, 2.0], [3.0, 4.0]])


def in_place(v, factors):
    v.assign(v.numpy() * factors[:, None])


assert examine("1.1", in_place)
assert not examine("1.1", lambda v, factors: v.numpy() * factors[:, None])
assert in_place(some, np.array([1, 10])) is None
np.testing.assert_array_equal(some, [[1, 2], [30, 40]])

# %% not-broadcast
# raises ValueError: operands could not be broadcast together with shapes (2,2) (3,)
# > NumPy lines shapes up from the right, and two lengths fit when they are equal or one is 1.
#
# > Here 2 meets 3.
shapes = [shape for axes in range(4) for shape in itertools.product((1, 2, 3), repeat=axes)]
for one, other in itertools.product(shapes, shapes):
    pairs = zip(one[::-1], other[::-1], strict=False)
    fits = all(a == b or 1 in (a, b) for a, b in pairs)
    try:
        accepted = (np.ones(one) * np.ones(other)).size > 0
    except ValueError:
        accepted = False
    assert fits == accepted
assert v.shape[-1] == 2

# %% assign-never
# raises ValueError: Shape mismatch ... (2, 2) ... (2,)
# > No.
#
# > A row can be multiplied with the variable's values.
np.testing.assert_array_equal(v.numpy() * [7.0, 8.0], [[3.5, 8], [10.5, 16]])

# %% broadcast-to
# > `assign` to a whole variable never broadcasts, not even one number, and after the error the variable is what it was.
#
# > `np.broadcast_to` makes the full shape first.
np.testing.assert_array_equal(_, [[7, 8], [7, 8]])
assert np.broadcast_to([7.0, 8.0], (2, 2)).shape == (2, 2)
for some in variables():
    old, shape = some.numpy(), tuple(some.shape)
    for narrow in {(), shape[1:], (1, *shape[1:]), (*shape[:-1], 1), (1, *shape)} - {shape}:
        with raises(ValueError, match=r"(?i)shape"):
            some.assign(np.ones(narrow))
        np.testing.assert_array_equal(some.numpy(), old)
in_graph = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
for narrow in (1.0, [7.0, 8.0], [[7.0], [8.0]]):
    with raises(ValueError, match="Shape mismatch"):
        tf.function(lambda value=narrow: in_graph.assign(value))()
free = tf.Variable([[1.0, 2.0], [3.0, 4.0]], shape=tf.TensorShape(None))
assert free.assign([7.0, 8.0]).numpy().shape == (2,)  # it takes another shape, and repeats nothing

# %% slice
# > To a slice, `assign` does broadcast.
np.testing.assert_array_equal(_, [[1, 1], [7, 8]])
for some in (tf.Variable(np.zeros((3, 2), "float32")), keras.Variable(np.zeros((3, 2), "float32"))):
    some[0:2].assign(1.0)
    np.testing.assert_array_equal(some.numpy(), [[1, 1], [1, 1], [0, 0]])
    some[1:].assign([5.0, 6.0])
    np.testing.assert_array_equal(some.numpy(), [[1, 1], [5, 6], [5, 6]])
    some[:, :].assign([[1.0], [2.0], [3.0]])
    np.testing.assert_array_equal(some.numpy(), [[1, 1], [2, 2], [3, 3]])

# %% float64
# since numpy 2.0: a number of NumPy's has a dtype that counts beside an array
# > The variable is float32, and so is its snapshot.
#
# > A Python float leaves it so; an array made without `dtype=` is often float64, and so is the product.
#
# > (In NumPy 2 one number like `np.sqrt(4.0)` is enough.)
assert v.dtype == tf.float32 and v.numpy().dtype == "float32"
assert _ == (np.dtype("float32"), np.dtype("float64"))
for made in (np.array([0.1, 10.0]), np.ones(2), np.zeros(2), np.linspace(0, 1, 2), np.random.default_rng(0).random(2)):
    assert made.dtype == (v.numpy() * made).dtype == "float64"
for number in (0.1, 1e300, float("nan")):
    with np.errstate(over="ignore"):
        assert (v.numpy() * number).dtype == (v.numpy() + number).dtype == "float32"
assert (v.numpy() * np.sqrt(4.0)).dtype == ("float64" if np.__version__ >= "2" else "float32")

# %% cast
# > `assign` casts an array to the variable's dtype, and what is lost raises no error.
#
# > To float32 it rounds, and 1e300 becomes infinity.
#
# > Integers lose the fraction, and NaN becomes some number.
#
# > (An integer `tf.Variable` refuses a *list* of floats: `TypeError`.)
shown, integers = _
assert shown == "float32" and integers.tolist() == [1, 2]
assert "tf.Variable([0, 0])" in next(code for code in cells(LESSON, "code") if code.startswith("v.assign(wide)"))
for dtype in (tf.int8, tf.uint8, tf.int16, tf.int32, tf.int64):
    whole = tf.Variable(tf.cast([5, 6], dtype))
    for floats in ([1.7, 2.7], [1.0, 2.0], (1.7, 2.7), [np.float32(1.7), 2], [float("nan"), 1.0], [1e300, 0.0]):
        with raises(TypeError):
            whole.assign(floats)
        with raises(TypeError):
            tf.function(lambda: whole.assign(floats))()  # noqa: B023
    assert whole.numpy().tolist() == [5, 6]
with warnings.catch_warnings(), np.errstate(all="ignore"):
    warnings.simplefilter("ignore")
    lossy = np.array([[0.1, 1e300], [np.nan, -1.7]])
    for some in variables():
        if tuple(some.shape) == (2, 2):
            for given in (lossy, lossy + 1j, lossy.astype("float16"), np.array([[2**40 + 5, -1], [300, 0]])):
                some.assign(given)
    f = tf.Variable([0.0, 0.0])
    f.assign(np.array([0.1, 1e300]))
    assert f.numpy()[0] == np.float32(0.1) and float(f.numpy()[0]) > 0.1 and np.isinf(f.numpy()[1])
    i = tf.Variable([0, 0, 0])
    i.assign(np.array([1.7, -1.7, np.nan]))
    assert i.numpy()[:2].tolist() == [1, -1] and i.dtype == tf.int32

# %% constant
# raises ValueError: Tensor conversion requested dtype float32 for Tensor with dtype float64
# > Popular recipes wrap the array in `tf.constant` first.
#
# > That is not needed, and here it breaks what worked: a `tf.Variable` casts an array and refuses a tensor of another
# > dtype.
#
# > (So does `tf.convert_to_tensor(..., dtype=tf.float32)`.)
v.assign(wide)
assert tf.convert_to_tensor(wide, dtype=tf.float32).dtype == tf.float32
with raises(ValueError, match="requested dtype float32 for Tensor with dtype float64"):
    tf.convert_to_tensor(tf.constant(wide), dtype=tf.float32)
for some in variables():
    for dtype in DTYPES:
        tensor = tf.cast(tf.constant(some.numpy()), dtype)
        if isinstance(some, tf.Variable) and tensor.dtype != some.dtype:
            for refused in (tensor, tf.Variable(tensor)):
                with raises(ValueError, match="conversion requested"):
                    some.assign(refused)

# %% channels
# > A convolution kernel has shape `(height, width, inputs, outputs)`.
#
# > Each output channel has a norm, the root of its sum of squares: shape `(4,)`, which lines up with the last axis.
# > Divided by it, each channel has norm 1.
layer = keras.layers.Conv2D(4, (3, 5))
layer.build((None, 8, 8, 2))
assert tuple(layer.kernel.shape) == (3, 5, 2, 4)
assert norms.shape == (4,) == kernel.shape[-1:]
np.testing.assert_allclose(_, 1, rtol=1e-6)
start = np.random.default_rng(1).normal(size=(3, 3, 2, 4))
np.testing.assert_allclose(norms, [np.linalg.norm(start[..., k]) for k in range(4)], rtol=1e-6)

# %% gradient
# > NumPy rewrote the kernel; it can still be trained.
#
# > `verify_gradient` measures a gradient twice: by TensorFlow's *autodiff* (automatic differentiation: the chain rule
# > through every operation), and by *central differences*, which move an entry a little up and down and see how the
# > loss answers.
#
# > Inside a `tf.function` (code that TensorFlow compiles) and in `fit`'s compiled step there are no values yet:
# > `.numpy()` raises an error.
#
# > TensorFlow's own arithmetic broadcasts like NumPy's and [works
# > there](../book/recipes.ipynb#edit-weights-inside-tffunction).
#
# > Snapshot, arithmetic, assign: `v.assign(v.numpy() * factors)`.
#
# > A row scales columns; `[:, None]` makes a column, which scales rows.
#
# > `assign` to a whole variable never broadcasts; `np.broadcast_to` does.
#
# > Give `assign` the array itself: it casts an array, not a tensor.
#
# > The object stays; its next gradient is that of the new values.
#
# > [Replace entries by a mask](02_masked_replacement.ipynb)
assert title(LESSON.with_name("02_masked_replacement.ipynb")) == "Replace entries by a mask"
assert report and "autodiff" in str(report) and "central differences" in str(report)

# the two ways, by hand: one entry is enough to see that they are what the sentence says
start, step = kernel.numpy(), 1e-2
trained = tf.Variable(start)
answers = []
for sign in (1, -1):
    moved = start.copy()
    moved[0, 0, 0, 0] += sign * step
    trained.assign(moved)
    answers.append(float(tf.reduce_mean(tf.nn.conv2d(images, trained, 1, "SAME") ** 2)))
with tf.GradientTape() as tape:
    value = loss()
gradient = tape.gradient(value, kernel)
np.testing.assert_allclose((answers[0] - answers[1]) / (2 * step), gradient[0, 0, 0, 0], rtol=1e-2)
trained.assign(start)
keras.optimizers.SGD(0.1).apply_gradients([(gradient, trained)])
assert tf.reduce_mean(tf.nn.conv2d(images, trained, 1, "SAME") ** 2) < value

some = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
seen = some
for factors in (np.array([1, 10]), np.array([1, 10])[:, None], 0.5):
    old = some.numpy()
    some.assign(some.numpy() * factors)
    np.testing.assert_array_equal(some, old * factors)
    with tf.GradientTape() as tape:
        value = tf.reduce_sum(some**2)
    np.testing.assert_allclose(tape.gradient(value, seen), 2 * old * factors)
np.testing.assert_array_equal(np.ones((2, 2)) * [1, 10], [[1, 10], [1, 10]])
np.testing.assert_array_equal(np.ones((2, 2)) * np.array([1, 10])[:, None], [[1, 1], [10, 10]])


class TakesASnapshot(keras.layers.Layer):
    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1],), initializer="ones")

    def call(self, x):
        return x * float(self.w.numpy()[0])


with raises(NotImplementedError, match="only available when eager execution is enabled"):
    tf.function(some.numpy)()
with raises(NotImplementedError, match="only available when eager execution is enabled"):
    tf.function(of_tensorflow(keras.Variable([1.0])).numpy)()
with raises(AttributeError, match="numpy"):
    tf.function(lambda: (some * 1).numpy())()
network = keras.Sequential([TakesASnapshot()])
network.compile("sgd", "mse")
with raises(Exception, match="only available when eager execution is enabled"):
    network.fit(np.ones((4, 2)), np.ones((4, 2)), verbose=0)

assert tf.function(lambda: some * 2).get_concrete_function().graph.get_operations()  # what it has been compiled to
row = tf.constant([1.0, 10.0])
for factors in (row, row[:, None], 0.5):
    before = some.numpy()
    tf.function(lambda by=factors: some.assign(some * by))()
    np.testing.assert_array_equal(some, before * np.asarray(factors))
shapes = [shape for axes in range(4) for shape in itertools.product((1, 2), repeat=axes)]
for one, other in itertools.product(shapes, shapes):
    np.testing.assert_array_equal((tf.ones(one) * tf.ones(other)).shape, (np.ones(one) * np.ones(other)).shape)
with raises(tf.errors.InvalidArgumentError):
    tf.ones((2, 2)) * tf.ones(3)
