"""Claims of lesson 04, the NumPy snapshot pitfall."""

import warnings
from contextlib import nullcontext
from types import SimpleNamespace

import keras
import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf

LOCKED = ("float16", "float32", "float64", "int8", "uint8", "int32", "int64", "bool", "complex64")
SMALL = ("float8_e4m3fn", "float8_e5m2", "float4_e2m1fn", "int4", "uint4", "int2", "uint2")
UNLOCKED = (
    "bfloat16",
    *(name for name in SMALL if hasattr(tf.dtypes.experimental, name)),
)
assert all(hasattr(ml_dtypes, name) and not hasattr(np, name) for name in UNLOCKED)


def zeros(dtype, shape=(4,)):
    """A variable of zeros; of some dtypes TensorFlow has no zeros of its own."""
    return tf.Variable(tf.constant(np.zeros(shape), dtype))


def gradients(assign_first, compiled):
    """The gradients of `renamed` and v, of a tape that begins after the assign or before, eager or in a tf.function."""
    v = tf.Variable([1.0, 2.0])

    def step():
        renamed = v.assign([3.0, 4.0]) if assign_first else None
        with tf.GradientTape() as tape:
            renamed = renamed if assign_first else v.assign([3.0, 4.0])
            loss = tf.reduce_sum(renamed**2)
        return tape.gradient(loss, [renamed, v])

    return (tf.function(step) if compiled else step)()


# free: **You will do:** find and mend edits that change nothing, in an array, a training loop, a layer.
# free: **You will learn:** what is a copy, what a read-only view, and how to catch the mistake.
# free: **You need:** [lesson 2](02_masked_replacement.ipynb).
# free: Find the line that stands in the wrong place.
# free: Write `clipped_step`, one round of that loop: the gradient step first, then the clipping.
# free: Write `scale_layer`, for any number of weights.
# free: Or compare before and after.

# %% setup
# > Keras brings a layer, Matplotlib a drawing.
#
# > You set the bad weights to 0, print the array to be sure, and there are the zeros.
# > The model answers as before.
assert keras.layers and plt.figure
inputs = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
model.set_weights([np.array([[1, -2], [-3, 4], [0.5, -6]]), np.zeros(2)])
for read in (lambda kernel: kernel.numpy(), np.asarray, lambda kernel: model.get_weights()[0]):
    before, array = model(inputs).numpy(), read(model.layers[0].kernel)
    bad = array > 0
    array[bad] = 0
    assert not array[bad].any() and bad.any()
    np.testing.assert_array_equal(model(inputs), before)

# %% lost
# > The first.
#
# > One edit stands before `assign`, one after it.
#
# > `.numpy()` copies out, `assign` copies in, and otherwise array and variable know nothing of each other.
# > That editing the array "breaks the gradients" is a myth: it changes nothing in the variable.
#
# > `assign` and `set_weights` copy the array too: what is edited later stays in it.
np.testing.assert_array_equal(values, [10, 20, 3])
np.testing.assert_array_equal(v, [10, 2, 3])
for size in (1, 4, 2**16):
    for dtype in ("float32", "float64"):
        for write in (
            lambda target, array: target.assign(array),
            lambda target, array: tf.function(target.assign)(array.astype("float32")),
        ):
            array = np.ones(size, dtype)
            for target in (tf.Variable(tf.zeros(size)), keras.Variable(np.zeros(size, "float32"))):
                write(target, array)
                array[:] = 9
                assert (target.numpy() == 1).all()
                target.numpy()[:] = 7
                assert (target.numpy() == 1).all()
                target.assign(target.numpy() * 2)
                assert (array == 9).all()
                array[:] = 1
layer = keras.layers.Dense(1)
layer.build((None, 2))
given = [np.ones((2, 1), "float32"), np.ones(1, "float32")]
layer.set_weights(given)
given[0][:] = 9
np.testing.assert_array_equal(layer.kernel, [[1], [1]])
watched = tf.Variable([1.0, 2.0])
array = watched.numpy()
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(watched**3)
    array[:] = 100
array[0] = -100
np.testing.assert_array_equal(tape.gradient(loss, watched), [3, 12])
np.testing.assert_array_equal(watched, [1, 2])

# %% one-line
# > On one line the copy has not even a name: it is made, edited and thrown away.
# > No error, no warning, no effect.
np.testing.assert_array_equal(_, [10, 2, 3])
np.testing.assert_array_equal(v, _)
with warnings.catch_warnings():
    warnings.simplefilter("error")
    for dtype in (*LOCKED, *UNLOCKED):
        untouched = zeros(dtype)
        untouched.numpy()[untouched.numpy() == 0] = 1
        assert not untouched.numpy().astype("complex64").any()

# %% differ
# > Compare array and variable after each line.
# > A line that makes them differ needs an `assign` after it.
# > (`equal_nan=True` lets NaN equal NaN.)
np.testing.assert_array_equal(v, [1, 5, 3])
np.testing.assert_array_equal(values, v)
holes = tf.Variable([np.nan, 1.0])
assert np.array_equal(holes.numpy(), holes, equal_nan=True) and not np.array_equal(holes.numpy(), holes)

# %% exercise-4-1
# > `tidy` has been written already.
# > It runs without an error, and a part of its work is lost.
damaged = tf.Variable([np.nan, 5.0, -5.0])
assert tidy(damaged, -1.0, 1.0) is None
np.testing.assert_array_equal(damaged, [0, 5, -5])  # NaN is gone, the clipping is lost

# %% loop
# > The data come from weights 3 and -2, and the loop should keep every weight within 1.
np.testing.assert_allclose(np.linalg.lstsq(x, y)[0], [[3], [-2]], rtol=1e-4)

# %% train
# > `clip` is what follows each step.
order = []
train(tf.Variable(tf.zeros((2, 1))), lambda w: order.append(w.numpy()), steps=2)
assert len(order) == 2 and (order[0] != 0).all()

# %% clip
# > One version clips the array that `.numpy()` returns, the other assigns what `np.clip` returns.
#
# > The broken loop finds 3 and -2: it never clipped anything.
# > The mended loop stops at 1 and -1.
np.testing.assert_allclose(edited, [[3], [-2]], atol=0.01)
np.testing.assert_array_equal(assigned, [[1], [-1]])
without = tf.Variable(tf.zeros((2, 1)))
assert train(without, lambda w: None) == edited_losses
np.testing.assert_array_equal(without, edited)
array = np.array([5.0, -5.0, 0.5])
clip_array(SimpleNamespace(numpy=lambda: array))
np.testing.assert_array_equal(array, [1, -1, 0.5])  # it does clip the array

# %% curves
# > The loss curves show why nobody notices.
# > The broken one looks *better*: it falls to 0, since nothing holds it back.
# > A falling loss does not prove that an edit took place.
#
# > A falling loss proves no edit: assert it.
assert (np.diff(edited_losses) < 0).all() and edited_losses[-1] < 0.01
assert 3.5 < assigned_losses[-1] < 4.5
drawn = {line.get_label(): line.get_ydata() for line in axes.lines}
np.testing.assert_array_equal(drawn["broken: edits the copy"], edited_losses)
np.testing.assert_array_equal(drawn["mended: assigns"], assigned_losses)

# %% copies
# raises ValueError: assignment destination is read-only
# > `v.numpy()` and `np.asarray(v)` copy.
# > `v.value()` is a tensor, and `np.asarray` of that is a *view*: it shows TensorFlow's own memory, locked.
#
# > An error at the right line: better than silence.
# > **But dtypes that NumPy itself does not have (bfloat16, float8, int4 …) have no lock:** there an edit of the view
# > can change the variable itself, behind TensorFlow's back.
# > To edit, take `v.numpy()`, which copies every dtype.
#
# > `.numpy()`, `np.asarray(v)` and `get_weights()` copy.
# > Editing a copy changes nothing, silently.
#
# > `np.asarray(v.value())` is a view, read-only for NumPy's own dtypes.
np.testing.assert_array_equal(v, [1, 5, 3])
for dtype in (*LOCKED, *UNLOCKED):
    owner = zeros(dtype)
    for copy in (owner.numpy(), np.asarray(owner)):
        assert copy.flags.owndata and copy.flags.writeable
        copy[0] = 1
        assert owner.numpy()[0] == 0
    assert tf.is_tensor(owner.value()) and not isinstance(owner.value(), tf.Variable)
    shown = np.asarray(owner.value())
    assert np.shares_memory(shown, np.asarray(owner.value())) and not shown.flags.owndata
    assert shown.flags.writeable == (dtype in UNLOCKED)
    with pytest.raises(ValueError) if dtype in LOCKED else nullcontext():
        shown[0] = 1
    assert (owner.numpy()[0] == 1) == (dtype in UNLOCKED)
weight = keras.Variable(np.zeros(4, "float32"))
assert weight.numpy().flags.owndata and np.asarray(weight).flags.owndata

# %% layer
# > `get_weights` of a Keras layer returns copies.
# > Editing one is silent again.
np.testing.assert_array_equal(_, [[1, 1], [1, 1]])
for dtype in ("float32", "float16", "bfloat16"):
    other = keras.layers.Dense(2, kernel_initializer="ones", dtype=dtype)
    other.build((None, 2))
    for array in other.get_weights():
        assert array.flags.owndata
        array[:] = 5
    assert (other.kernel.numpy() == 1).all() and (other.bias.numpy() == 0).all()

# %% layer-set
# > `set_weights` takes them back, in the same order.
# > `layer.weights` lists the variables themselves; each has `assign`.
assert list(_) == ["kernel", "bias"]
np.testing.assert_array_equal(layer.kernel, [[0, 0], [0, 0]])
np.testing.assert_array_equal(layer.bias, [1, 1])
assert layer.weights[0] is layer.kernel and layer.weights[1] is layer.bias
other = keras.layers.BatchNormalization()
other.build((None, 2))
for place, weight in enumerate(other.weights):
    weight.assign(np.full(2, place))
np.testing.assert_array_equal(other.get_weights(), [[place] * 2 for place in range(4)])
other.set_weights(other.get_weights()[::-1])
np.testing.assert_array_equal([weight.numpy() for weight in other.weights], [[place] * 2 for place in (3, 2, 1, 0)])

# %% rebind
# > "`.numpy()` may share memory": on a CPU it was a copy in every run, with TensorFlow 2.16 to 2.21.
#
# > "Write `v = v.assign(x)`": the values are stored, but `v` is now what `assign` returns, an `_UnreadVariable`.
# > It shows the same values, but a tape that opens afterwards does not notice when it is read.
#
# > `None` for both, and no error.
# > Call `assign` as a statement and keep the old name.
#
# > Do not bind what `assign` returns.
assert _ == ("_UnreadVariable", [None, None])
np.testing.assert_array_equal(renamed, v)
for dtype in (*LOCKED, *UNLOCKED):  # this release; the others are in the notes of the course's probes
    for shape in ((1,), (4,), (2**16,)):
        owner = zeros(dtype, shape)
        assert owner.numpy().flags.owndata
        assert not np.shares_memory(owner.numpy(), np.asarray(owner.value()))
name = keep = tf.Variable([1.0, 2.0])
name = name.assign([3.0, 4.0])
np.testing.assert_array_equal(name, [3, 4])
np.testing.assert_array_equal(keep, [3, 4])
assert name is not keep
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(name**2)
assert tape.watched_variables() == () and tape.gradient(loss, [name, keep]) == [None, None]
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(keep**2)
np.testing.assert_array_equal(tape.gradient(loss, keep), [6, 8])
for compiled in (False, True):
    assert gradients(assign_first=True, compiled=compiled) == [None, None]
    for gradient in gradients(assign_first=False, compiled=compiled):
        np.testing.assert_array_equal(gradient, [6, 8])

# %% catch
# raises ValueError: assignment destination is read-only
# > Lock the snapshot, and an edit in place raises, at its own line.
# > (A view taken before still writes; so does `.at` of NumPy's functions: `np.add.at`.)
np.testing.assert_array_equal(snapshot, [5, 6, 7])
locked = np.ones(4)
early = locked.reshape(2, 2)
locked.setflags(write=False)


def multiply(array):
    array *= 2


edits = (
    multiply,
    lambda a: a.fill(0),
    lambda a: a.sort(),
    lambda a: a.reshape(2, 2).__setitem__(0, 0),
    lambda a: np.clip(a, 0, 0, out=a),
    lambda a: np.putmask(a, a > 0, 0),
    lambda a: np.copyto(a, 0),
    lambda a: np.nan_to_num(a, copy=False),
)
for edit in edits:
    with pytest.raises(ValueError, match="read-only"):
        edit(locked)
np.testing.assert_array_equal(locked, 1)
early[0, 0] = 5
np.add.at(locked, [3], 1)
np.testing.assert_array_equal(locked, [5, 1, 1, 2])
tried = set()
for ufunc in {ufunc for ufunc in vars(np).values() if isinstance(ufunc, np.ufunc)}:
    for array in (np.array([0.25, 3.0]), np.array([6, 3]), np.array([True, True])):
        more = [array[1:]] * (ufunc.nin - 1)
        try:
            free, closed = array.copy(), array.copy()
            closed.setflags(write=False)
            with np.errstate(all="ignore"):
                ufunc.at(free, [0], *more)
        except (TypeError, ValueError):  # it has no `.at` for this dtype
            continue
        with np.errstate(all="ignore"):
            ufunc.at(closed, [0], *more)
        np.testing.assert_array_equal(closed, free)
        tried |= {ufunc.__name__} if not np.array_equal(closed, array, equal_nan=True) else set()
assert {"add", "multiply", "sqrt", "negative", "minimum", "bitwise_and", "logical_not"} <= tried and len(tried) > 50

# %% compare
# > Without `equal_nan=True`, one NaN would let the `assert` pass though nothing had changed.
np.testing.assert_array_equal(w, [5, 6, 0])
unchanged = tf.Variable([np.nan, 1.0])
before = unchanged.numpy()
assert not np.array_equal(unchanged, before)
with pytest.raises(AssertionError):
    assert not np.array_equal(unchanged, before, equal_nan=True)

# %% gradient
# > The mended weights were assigned forty times; their gradient on the training loss agrees with the measured one.
#
# > `.numpy()` raises an error inside a `tf.function` (code that TensorFlow compiles) or a compiled `fit` step: [edit
# > there](../book/recipes.ipynb#edit-weights-inside-tffunction) with TensorFlow, or [after every
# > step](../book/recipes.ipynb#clip-or-mask-after-every-training-step).
#
# > [Keep the same variable](05_keep_the_same_variable.ipynb): the lines that lose it, and who notices.
assert len(assigned_losses) == 40
np.testing.assert_allclose(report.autodiff, 2 * (x.T @ (x @ assigned.numpy() - y)).ravel() / y.size, rtol=1e-4)
with pytest.raises(NotImplementedError):
    tf.function(lambda: assigned.numpy())()


class Clipped(keras.layers.Dense):
    def call(self, inputs):
        self.kernel.assign(np.clip(self.kernel.numpy(), -1, 1))
        return super().call(inputs)


model = keras.Sequential([Clipped(1)])
model.compile("sgd", "mse")
with pytest.raises(NotImplementedError):
    model.fit(x, y, verbose=0)
inside = tf.Variable([5.0, -5.0, 0.5])
tf.function(lambda: inside.assign(tf.clip_by_value(inside, -1, 1)))()
np.testing.assert_array_equal(inside, [1, -1, 0.5])
