"""Claims of the page of popular answers."""

import platform
import signal
import subprocess
import sys

import keras
import ml_dtypes
import numpy as np
import tensorflow as tf
from pytest import raises

from assignlab import environment
from own_process import alone

FLOATS = [tf.float16, tf.bfloat16, tf.float32, tf.float64]
DTYPES = [*FLOATS, tf.int8, tf.int32, tf.int64, tf.uint8, tf.bool, tf.complex64, tf.complex128]
TINY = [tf.dtypes.experimental.float8_e4m3fn, tf.dtypes.experimental.float8_e5m2]


def gradient_of(loss, sources):
    """The gradient of loss() as a tape takes it."""
    with tf.GradientTape() as tape:
        value = loss()
    return tape.gradient(value, sources)


# free: Each heading below is a sentence that people pass on, in the words that they use.
# free: The line under the heading says how much of it holds, and the cells run it.
# free: Every section uses these imports.
# free: Explained in [Scale a variable by broadcasting](../lessons/01_broadcast_scaling.ipynb) and in the
#       [glossary](glossary.md).
# free: Explained in the [glossary](glossary.md), under *trainable*.
# free: What copies less, and is safe, stands in [Know what a write costs](../lessons/14_what_it_costs.ipynb).
# free: What ends it stands in [Know what a write costs](../lessons/14_what_it_costs.ipynb#block-by-block).
# free: See TensorFlow's guides to [variables](https://www.tensorflow.org/guide/variable),
#       [tensors](https://www.tensorflow.org/guide/tensor) and [automatic
#       differentiation](https://www.tensorflow.org/guide/autodiff), and [NumPy's
#       documentation](https://numpy.org/doc/stable/) with its pages on
#       [broadcasting](https://numpy.org/doc/stable/user/basics.broadcasting.html) and on [copies and
#       views](https://numpy.org/doc/stable/user/basics.copies.html).

# %% setup
# > What ran is TensorFlow 2.21 with Keras 3.15 and NumPy 2.4, on a CPU.
#
# > `%xmode Minimal` keeps error messages short.
pinned = environment.pins()  # the published page is made with exactly these
assert [pinned[name].rpartition(".")[0] for name in ("tensorflow", "keras", "numpy")] == ["2.21", "3.15", "2.4"]
assert not tf.config.list_physical_devices("GPU")
assert get_ipython().InteractiveTB.mode == "Minimal"

# %% myth-edit
# since keras 3.8: a keras.Variable takes the dtype of what it is made of, and converts as a tf.Variable does
# > **False.** It breaks nothing, because it does nothing: `.numpy()` returns a copy.
# > Here the copy is emptied between the loss and its gradient, and neither the gradient nor the variable hears of it.
np.testing.assert_array_equal(_[0], [2, 4, 6])
np.testing.assert_array_equal(_[1], [1, 2, 3])
for dtype in FLOATS:
    for kind in (tf.Variable, keras.Variable):
        other = kind(tf.constant([1, 2], dtype))
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(other))
            other.numpy()[:] = 0  # inside the tape as well
        other.numpy()[:] = 0
        np.testing.assert_array_equal(tape.gradient(loss, other), [2, 4])
        np.testing.assert_array_equal(other.numpy(), [1, 2])

# %% myth-memory
# > **False**, with TensorFlow 2.16 to 2.21, each of which was tried.
# > `np.asarray(v.value())` looks straight at TensorFlow's memory; what `.numpy()` returns lies elsewhere.
# Tried by these lines with 2.16.2, 2.17.1, 2.18.1, 2.19.1 and 2.20.0; here with the one that is installed.
assert _ is False
assert tf.__version__.rpartition(".")[0] in {"2.16", "2.17", "2.18", "2.19", "2.20", "2.21"}
for dtype in DTYPES:
    other = tf.Variable(tf.cast([0, 1], dtype))
    straight = np.asarray(other.value())
    assert not straight.flags.owndata
    assert other.numpy().flags.owndata and not np.shares_memory(other.numpy(), straight)
constant = tf.constant([1.0, 2.0])
assert not np.shares_memory(constant.numpy(), np.asarray(constant))
alias = np.asarray(tf.Variable([1.0, 2.0], dtype=tf.bfloat16).value())
alias[0] = 7  # where NumPy may write, it writes into the tensor: the memory is TensorFlow's own
half = tf.constant([1.0, 2.0], dtype=tf.bfloat16)
np.asarray(half)[0] = 7
assert half.numpy()[0] == 7

# %% myth-memory-back
# since keras 3.8: a keras.Variable takes the dtype of what it is made of, and converts as a tf.Variable does
# > The way back copies too.
# > `assign` does not keep the array that it was given, so emptying that array afterwards does no harm.
np.testing.assert_array_equal(_, [5, 6])
for dtype in FLOATS:
    for size in (2, 64, 2**20):
        for kind in (tf.Variable, keras.Variable):
            given = np.ones(size, dtype.as_numpy_dtype)
            other = kind(tf.zeros(size, dtype))
            other.assign(given)
            given[:] = 0
            assert (other.numpy() == 1).all()

# %% myth-dlpack
# accused its values changed without a write: an alias of its memory was edited
# > **It does, and the protection with it.** After `from_dlpack`, array and variable are one memory: an edit of the
# > array is a write that no `assign` made.
#
# > With an array that begins elsewhere, the next operation may end Python itself: `Check failed: IsAligned()`.
np.testing.assert_array_equal(_, [7, 0, 0, 0])
assert np.shares_memory(array, np.asarray(v.value()))
copied = tf.Variable(tf.zeros(4))
copied.assign(array)
assert not np.shares_memory(array, np.asarray(copied.value()))
program = """
import numpy as np, tensorflow as tf
room = np.zeros(128, "uint8")
array = room[-room.ctypes.data % 64 + 4 :][:16].view("float32")
v = tf.Variable(tf.zeros(4))
v.assign(tf.experimental.dlpack.from_dlpack(array.__dlpack__()))
v.assign_add(tf.ones(4))
print("went on")
"""
ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
assert ended.returncode < 0 or "went on" in ended.stdout or sys.platform == "win32"
if sys.platform == "linux" and platform.machine() == "x86_64":
    assert ended.returncode == -signal.SIGABRT and "Check failed: IsAligned()" in ended.stderr

# %% myth-tensor
# > **True for most dtypes.**
# > NumPy's view of a tensor's memory, `np.asarray(t)`, refuses every edit, unless the dtype is one that NumPy itself
# > does not have, such as bfloat16 or float8.
# > Then the view can be written to, and the tensor changes.
np.testing.assert_array_equal(_, [9, 2])
for dtype in [*DTYPES, *TINY, tf.dtypes.experimental.int4]:
    tensor = tf.constant(np.zeros(2), dtype)
    view, foreign = np.asarray(tensor), hasattr(ml_dtypes, dtype.name)
    assert not view.flags.owndata and view.flags.writeable == foreign
    if foreign:
        view[0] = 1
        assert tensor.numpy()[0] == 1
    else:
        for edit, arguments in ((view.__setitem__, (0, 1)), (view.fill, (1,)), (view.setflags, (True,))):
            with raises(ValueError):
                edit(*arguments)

# %% myth-tensor-other
# raises ValueError: assignment destination is read-only
# > A constant has changed, without a word. The same line on a float32 constant raises.
# > `.numpy()` copies for every dtype: edit what it returns, and nothing else.
for dtype in [*DTYPES, *TINY, tf.dtypes.experimental.int4]:
    tensor = tf.constant(np.zeros(2), dtype)
    copy = tensor.numpy()
    copy[0] = 1
    assert copy.flags.owndata and tensor.numpy()[0] == 0

# %% myth-mutable
# > **Loose.** A variable is an object that owns values, and `assign` replaces them.
# > Reading it gives a tensor.
# > That tensor keeps what it read, whatever is assigned to the variable later.
assert _[0] is False
np.testing.assert_array_equal(_[1], [1, 2])
np.testing.assert_array_equal(_[2], [5, 6])
for dtype in FLOATS:
    other = tf.Variable(tf.cast([1, 2], dtype))
    reads = [tf.convert_to_tensor(other), other.value(), other.read_value(), tf.identity(other)]
    assert all(isinstance(one, tf.Tensor) for one in reads)
    other.assign([3, 3])
    other.assign_add([1, 1])
    other[0].assign(9)
    other.scatter_nd_update([[1]], [8])
    assert all(one.numpy().tolist() == [1, 2] for one in reads)
    assert other.numpy().tolist() == [9, 8]

# %% myth-graph
# raises AttributeError: Tensor.graph is undefined when eager execution is enabled.
# > **Nothing to preserve.** In eager mode each operation runs at once and no graph is kept.
# > Ask for it, and TensorFlow says so.
assert tf.executing_eagerly()
with raises(AttributeError, match="undefined when eager execution"):
    v.graph

# %% myth-graph-kept
# > What `assign` preserves is the variable: the same object, with the same handle to its memory.
# > Whoever knew it before, a layer or an optimizer, knows it still.
assert _ is True
layer = keras.layers.Dense(1, use_bias=False)
layer.build((None, 2))
kernel, inner, resource = layer.kernel, layer.kernel.value, layer.kernel.value.handle
optimizer = keras.optimizers.Adam(0.5)
optimizer.build([kernel])
kernel.assign([[3.0], [4.0]])
assert layer.kernel is kernel and kernel.value is inner and inner.handle is resource
np.testing.assert_array_equal(layer(np.ones((1, 2))), [[7]])
optimizer.apply_gradients([(tf.ones((2, 1)), kernel)])
np.testing.assert_allclose(kernel, [[2.5], [3.5]], rtol=1e-5)

# %% myth-graph-function
# > A `tf.function` does have a graph, recorded when it is first called.
# > The graph reads the variable anew at each call, so it stays right after an `assign` and is not recorded again: the
# > word is printed once.
assert _ == (30, 7)
assert isinstance(total.get_concrete_function().graph, tf.Graph)
assert total.experimental_get_tracing_count() == 1
fresh = tf.function(lambda: tf.reduce_sum(v))
assert fresh.experimental_get_tracing_count() == 0
fresh()
assert fresh.experimental_get_tracing_count() == 1
(node,) = [op for op in total.get_concrete_function().graph.get_operations() if op.type == "ReadVariableOp"]

# %% myth-shape
# raises ValueError: Shape mismatch.The variable shape (4, 4), and the assigned value shape (2, 8) are incompatible
# > **False.** `tf.Variable(values)` makes a variable of a fixed shape.
# > A value of another shape is refused, also when it has as many entries, and the variable stays as it was.
np.testing.assert_array_equal(v, np.arange(16).reshape(4, 4))
for value in (1.0, [1.0], np.zeros((4, 1)), np.zeros((1, 4, 4)), tf.zeros((2, 8), tf.float64)):
    with raises(ValueError):
        v.assign(value)
np.testing.assert_array_equal(v, np.arange(16).reshape(4, 4))
for other in (tf.Variable(1.0), tf.Variable([1.0]), tf.Variable([[1.0, 2.0]])):
    assert other.shape.is_fully_defined()

# %% myth-shape-back
# > Edit in whatever shape you like, and reshape back to `v.shape` before you assign.
np.testing.assert_array_equal(_, np.arange(16).reshape(4, 4) * 2)
assert v.shape == (4, 4)

# %% myth-validate
# raises TypeError: got an unexpected keyword argument 'validate_shape'
# > **Out of date.** `assign` has no such argument.
# > `tf.Variable` still accepts it, and fixes the shape all the same.
assert v.shape == (4, 4)
with raises(ValueError, match="Shape mismatch"):
    v.assign(np.zeros((2, 8)))
with raises(TypeError):
    keras.Variable([1.0]).assign([1.0], validate_shape=False)

# %% myth-validate-free
# > A variable made with `shape=tf.TensorShape(None)` takes every shape.
# > That includes the wrong ones, and Adam does not train it.
assert _ == (2, 8)
for value in (5.0, [], np.zeros((2, 3, 4))):
    free.assign(value)
    assert free.numpy().shape == np.shape(value)
with raises(ValueError):
    keras.optimizers.Adam().apply_gradients([(tf.zeros_like(free), free)])

# %% myth-constant
# raises ValueError: Tensor conversion requested dtype float32 for Tensor with dtype float64
# > **Not needed**, and it can break. `assign` takes the array itself and casts it to the variable's dtype.
# > A tensor is not cast by a `tf.Variable`, and NumPy turns Python's decimals into float64.
assert np.array([0.1, 0.2]).dtype == np.float64
for mine in DTYPES:
    for given in DTYPES:
        target = tf.Variable(tf.cast([0, 0], mine))
        if mine is not given:
            with raises((ValueError, TypeError)):
                target.assign(tf.cast([1, 0], given))
for given in ("float16", "float32", "float64", "int32", "bool"):
    for mine in FLOATS:
        target = tf.Variable(tf.cast([0, 0], mine))
        target.assign(np.array([1, 0], given))
        assert target.dtype == mine and target.numpy().tolist() == [1, 0]

# %% myth-constant-array
assert _.dtype == np.float32
np.testing.assert_array_equal(_, np.float32([0.1, 0.2]))

# %% myth-constant-convert
# raises ValueError: Tensor conversion requested dtype float32 for Tensor with dtype float64
# > `tf.convert_to_tensor` with a `dtype` casts an array, so it works here and is not needed either.
# > It refuses a tensor of another dtype.
# > For a tensor there is `tf.cast`.
target = tf.Variable([0.0, 0.0])
target.assign(tf.convert_to_tensor(wide, dtype=tf.float32))
np.testing.assert_array_equal(target, np.float32(wide))
for dtype in DTYPES:
    if dtype is not tf.float64:
        with raises((ValueError, TypeError)):
            tf.convert_to_tensor(tf.constant(wide), dtype=dtype)
target.assign(tf.cast(tf.constant(wide), tf.float32))
np.testing.assert_array_equal(target, np.float32(wide))

# %% myth-rename
# since keras 3.5: assign of a keras.Variable returns the new value
# > **Half of it works.** The values are stored.
# > But the name now belongs to what `assign` returned, and a tape that opens afterwards does not watch that.
# > Nothing raises: here the gradients are `None`, for the new object and for the variable.
# > A `tf.function` changes nothing in this.
# > (Had the tape been open during the `assign`, both gradients would be there.)
assert _ == [None, None]
for dtype in FLOATS:
    other, new = tf.Variable(tf.cast([1, 2], dtype)), tf.cast([3, 4], dtype)

    def afterwards(other=other, new=new):
        late = other.assign(new)
        return gradient_of(lambda: tf.reduce_sum(late * late), [late, other])

    def during(other=other, new=new):
        with tf.GradientTape() as tape:
            late = other.assign(new)
            loss = tf.reduce_sum(late * late)
        return tape.gradient(loss, [late, other])

    for run in (lambda call: call(), lambda call: tf.function(lambda: call(), autograph=False)()):
        assert run(afterwards) == [None, None]
        np.testing.assert_array_equal(tf.cast(run(during), tf.float32), [[6, 8], [6, 8]])
np.testing.assert_array_equal(v, [3, 4])
assert returned is not v
for write in (lambda: v.assign_add([1.0, 1.0]), lambda: v[0].assign(1.0), lambda: v.scatter_nd_update([[0]], [1.0])):
    other = write()
    assert gradient_of(lambda other=other: tf.reduce_sum(other * other), [other, v]) == [None, None]
k = keras.Variable([1.0, 2.0])
other = k.assign([3.0, 4.0])
assert gradient_of(lambda: tf.reduce_sum(other * other), [k]) == [None]

# %% myth-differentiable
# > Write `v.assign(x)` on a line of its own, and keep the name that you have.
#
# > **False.** Whatever the new value was computed from gets no gradient.
# > The variable itself does, taken at its new value.
assert _[0] is None and _[1].numpy() == 12
pair = tf.Variable([0.0, 1.0])
k = keras.Variable([0.0, 1.0])
writes = {
    "assign": (pair, lambda: pair.assign([scale * 2, scale])),
    "assign_add": (pair, lambda: pair.assign_add([scale, scale])),
    "slice": (pair, lambda: pair[0].assign(scale * 2)),
    "scatter": (pair, lambda: pair.scatter_nd_update([[0]], [scale * 2])),
    "keras": (k, lambda: k.assign([scale * 2, scale])),
}
for target, write in writes.values():
    with tf.GradientTape() as tape:
        write()
        loss = tf.reduce_sum(target * target)
    to_scale, to_target = tape.gradient(loss, [scale, target])
    assert to_scale is None
    np.testing.assert_array_equal(to_target, 2 * target.numpy())

with tf.Graph().as_default() as graph:  # in a graph as well: no gradient to the source
    source, sink = tf.Variable(3.0), tf.Variable(0.0)
    with tf.GradientTape(persistent=True) as tape:
        sink.assign(source * 2)
        loss = sink**2
    assert tape.gradient(loss, source) is None and tape.gradient(loss, sink) is not None

# %% myth-differentiable-self
# > `v.assign(2 * v)` inside a tape is no exception.
# > Twice the new value, 6, is 12; that the 6 came from doubling is forgotten.
# > With `loss = (2 * v) ** 2` and no `assign` it would be 24.
assert _ == 12 and v.numpy() == 6
u = tf.Variable(3.0)
assert gradient_of(lambda: (2 * u) ** 2, u).numpy() == 24

# %% myth-left
# > **The same value, and not always the same gradient.** With the array on the left of a Keras variable, such as a
# > layer's kernel, NumPy computes the product, and the gradient is `None`.
#
# > A `tf.Variable` has its gradient both ways.
assert _[0] is None
np.testing.assert_array_equal(_[1], array)
assert isinstance(array * kernel, np.ndarray) and tf.is_tensor(kernel * array)
np.testing.assert_array_equal(array * kernel, kernel * array)
layer = keras.layers.Dense(2)
layer.build((None, 1))
assert gradient_of(lambda: tf.reduce_sum(array * layer.kernel), layer.kernel) is None
w = tf.Variable([1.0, 2.0])
for product in (lambda: array * w, lambda: w * array):
    np.testing.assert_array_equal(gradient_of(lambda product=product: tf.reduce_sum(product()), w), array)

# %% myth-where
# > **Out of the value only.** Both branches are computed, and both are sent a gradient: what `1 / v` makes of it at 0
# > is NaN.
assert _[0] == 0.5 and np.isnan(_[1][0]) and _[1][1] == -0.25

# %% myth-where-twice
# > A second `tf.where` keeps the 0 from being divided by.
assert _[0] == 0.5
np.testing.assert_array_equal(_[1], [0, -0.25])

# %% myth-nan
# > **False.** NaN times 0 is NaN, and so is infinity times 0.
# > The mask must choose, not multiply.
assert np.isnan(_[1:3]).all() and _[0] == 1 and _[3] == 4
for bad in (np.nan, np.inf, -np.inf):
    for dtype in FLOATS:
        assert tf.math.is_nan(tf.constant(bad, dtype) * tf.constant(0, dtype))
    with np.errstate(invalid="ignore"):
        assert np.isnan(np.float32(bad) * 0) and np.isnan(np.array([bad]) * np.array([False])).all()

# %% myth-nan-where
np.testing.assert_array_equal(_, [1, 0, 0, 4])
np.testing.assert_array_equal(tf.where(good, multiplied, 0.0), [1, 0, 0, 4])

# %% myth-broadcast
# > **A wrong word.** With equal shapes each entry meets its own partner, and nothing is broadcast.
# > Broadcasting repeats what is missing, and the strides (steps in bytes) show it: 0 bytes to the next row means that
# > one row is read again.
assert _ == ((16, 8), (0, 8))
repeated = np.broadcast_to(row, (2, 2))
assert np.shares_memory(repeated[0], repeated[1]) and np.shares_memory(repeated, row)
full = np.broadcast_to(matrix, (2, 2))
assert full.strides == matrix.strides and not np.shares_memory(full[0], full[1])
np.testing.assert_array_equal(matrix * [[1, 2], [3, 4]], [[0.5, 1], [1.5, 2]])

# %% myth-part
# > **Half of it.** `scatter_nd_update` writes its entries and nothing else.
# > But once a part has been written, each read of the whole variable makes a copy, on a CPU, where two reads showed one
# > memory before.
# > No later `assign` ends that.
assert _ == (True, False)
np.testing.assert_array_equal(v, [[1, 1], [0, 0], [0, 0], [0, 0]])
for dtype in ("float16", "bfloat16", "float32", "float64", "int32"):
    for write in (
        lambda one: one.scatter_nd_update([[0]], one[:1]),
        lambda one: one.scatter_nd_add([[0]], one[:1]),
        lambda one: one[0].assign(one[1]),
    ):
        one = tf.Variable(tf.zeros((4, 2), dtype))
        assert one_memory(one)
        write(one)
        one.assign(tf.ones((4, 2), dtype))
        assert not one_memory(one)

# %% myth-trainable
# > **Two flags have this name.** `layer.trainable = False` is for Keras: `fit` leaves the layer alone.
# > A tape watches the kernel as before, so a loop of your own that names the kernel gets its gradient, and trains it.
# > (One that takes `trainable_weights` leaves it alone.)
assert _[0] == []
np.testing.assert_array_equal(_[1], [[1], [1]])
assert any(layer.kernel.value is one for one in tape.watched_variables())
assert layer.kernel.trainable is False and layer.kernel.value.trainable is True
frozen, free = keras.layers.Dense(2), keras.layers.Dense(1)
model = keras.Sequential([keras.Input((2,)), frozen, free])
frozen.trainable = False
model.compile("sgd", "mse")
before = [frozen.kernel.numpy(), free.kernel.numpy()]
model.fit(np.ones((4, 2)), np.full((4, 1), 9), verbose=0)
np.testing.assert_array_equal(frozen.kernel, before[0])
assert not np.array_equal(free.kernel, before[1])
with tf.GradientTape() as tape:
    loss = tf.reduce_mean((model(np.ones((4, 2))) - 9) ** 2)
for variable, gradient in zip(tape.watched_variables(), tape.gradient(loss, tape.watched_variables()), strict=True):
    variable.assign_sub(0.1 * gradient)
assert not np.array_equal(frozen.kernel, before[0])

# %% myth-trainable-made
# > A variable that was *made* with `trainable=False` is not watched by itself.
# > There the gradient is `None`.
assert gradient_of(lambda: tf.reduce_sum(fixed**2), fixed) is None
k = keras.Variable([1.0, 2.0], trainable=False)
assert gradient_of(lambda: tf.reduce_sum(k * k), k) is None
with tf.GradientTape() as tape:  # "by itself": asked to, a tape does watch it
    tape.watch(fixed)
    loss = tf.reduce_sum(fixed**2)
np.testing.assert_array_equal(tape.gradient(loss, fixed), [2, 4])

# %% myth-freeze
# > **True with Adam, from the first step on.**
# > The second entry never gets a gradient, and it is still 1 after twenty steps.
assert _[1] == 1 and _[0] < 0
assert twenty_steps(keras.optimizers.SGD(0.1, momentum=0.9))[1] == 1

# %% myth-freeze-decay
# > Weight decay moves it all the same.
# > So does momentum that the optimizer had gathered before the gradient was zeroed.
assert _[1] < 0.9
for optimizer in (keras.optimizers.Adam(0.1), keras.optimizers.SGD(0.1, momentum=0.9)):
    late = tf.Variable([1.0, 1.0])
    optimizer.apply([tf.ones(2)], [late])
    held = late.numpy()[1]
    optimizer.apply([tf.constant([1.0, 0.0])], [late])
    assert late.numpy()[1] != held

# %% myth-layer
# > **False.** Keras 3 keeps account of its own variables.
# > A `tf.Variable` takes part in the layer's computation and stands in no list of weights, so `fit` does not train it
# > and `get_weights` does not return it.
assert _ == []
gain = Gain()
gain.gain.assign(3.0)
assert gain(tf.constant([2.0])).numpy() == 6
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1), gain])
model.compile("sgd", "mse")
kernel = model.layers[0].kernel.numpy()
model.fit(np.ones((4, 1)), np.full((4, 1), 9), verbose=0)
assert gain.gain.numpy() == 3 and not np.array_equal(kernel, model.layers[0].kernel)
lists = [gain.weights, gain.trainable_weights, gain.non_trainable_weights, gain.variables, gain.get_weights()]
assert lists == [[], [], [], [], []] and len(model.get_weights()) == 2

# %% myth-layer-weight
# > Let the layer make the variable, with `add_weight`, and the list has it.
assert _ == ["gain"]
trained = TrainedGain()
model = keras.Sequential([keras.Input((1,)), trained])
model.compile("sgd", "mse")
model.fit(np.ones((4, 1)), np.full((4, 1), 9), verbose=0)
assert trained.gain.numpy() != 1

# %% myth-afresh
# > **Half of it is new.** `set_weights` writes the weights, and the optimizer keeps what it remembers.
# > The first step from the same start, on the same data, goes elsewhere.
#
# > To start afresh, compile with a new optimizer as well.
np.testing.assert_allclose([_["first"], _["second"]], [0.8, 0.62], rtol=1e-5)
assert model.optimizer.iterations.numpy() == 2
before = [variable.numpy() for variable in model.optimizer.variables]
model.set_weights(start)
assert [variable.numpy() for variable in model.optimizer.variables] == before
model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")
model.fit(np.ones((4, 1)), np.zeros((4, 1)), verbose=0)
np.testing.assert_allclose(layer.kernel, [[0.8]], rtol=1e-5)

# %% myth-compile
# since keras 3.15: a constraint may be a plain function
# > **Not needed.** `fit`, `evaluate` and `predict` read a layer's weights in every step, so they see what was assigned
# > since, also after their first call.
# > (`Normalization` computes with a copy of its statistics: call `finalize_state()` after you set them, and compile
# > again.)
#
# > `compile` leaves the weights as they are.
# > It is needed after a change of what a traced step has taken as a constant: `trainable`, a weight's constraint or
# > regularizer, an activation, the optimizer, its `momentum`.
assert _[0] == 1 and _[1] == 5
x, y = np.ones((4, 1)), np.zeros((4, 1))
model.compile(keras.optimizers.SGD(0.0), "mse")
assert model.get_weights()[0] == 5
for value in (2, 3):
    model.set_weights([np.array([[value]])])
    assert model.evaluate(x, y, verbose=0) == model.fit(x, y, verbose=0).history["loss"][0] == value**2
model.compile(keras.optimizers.SGD(0.1), "mse")
model.fit(x, y, epochs=3, verbose=0)
for change in (
    lambda: setattr(layer, "trainable", False),
    lambda: (setattr(layer, "trainable", True), setattr(layer.kernel, "constraint", lambda weight: weight * 0 + 7)),
):
    change()
    model.set_weights([np.array([[2]])])
    model.fit(x, y, verbose=0)
    ignored = layer.kernel.numpy().item()
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.set_weights([np.array([[2]])])
    model.fit(x, y, verbose=0)
    assert ignored != layer.kernel.numpy().item() and layer.kernel.numpy() in (2, 7)
for change in (
    lambda model: setattr(model.layers[0].kernel, "regularizer", keras.regularizers.L2(1.0)),
    lambda model: setattr(model.layers[0], "activation", keras.activations.tanh),
    lambda model: setattr(model, "optimizer", keras.optimizers.SGD(0.0)),
    lambda model: setattr(model.optimizer, "momentum", 0.0),
):
    ends = []
    for changes, compiles in ((False, False), (True, False), (True, True)):
        one = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
        changed = keras.Sequential([keras.Input((1,)), one])
        changed.compile(keras.optimizers.SGD(0.1, momentum=0.5), "mse")
        changed.fit(x, y, verbose=0)
        if changes:
            change(changed)
        if compiles:
            changed.compile(changed.optimizer, "mse")
        changed.fit(x, y, verbose=0)
        ends.append(one.kernel.numpy().item())
    assert ends[0] == ends[1] != ends[2]
scale = keras.layers.Normalization()
model = keras.Sequential([keras.Input((1,)), scale])
model.predict(np.full((1, 1), 9), verbose=0)
scale.set_weights([np.array([1]), np.array([4]), np.array(0)])  # mean, variance, count
outputs = [model.predict(np.full((1, 1), 9), verbose=0).item(), scale(np.full((1, 1), 9)).numpy().item()]
scale.finalize_state()
outputs += [model.predict(np.full((1, 1), 9), verbose=0).item(), scale(np.full((1, 1), 9)).numpy().item()]
model.compile()
assert [*outputs, model.predict(np.full((1, 1), 9), verbose=0).item()] == [9, 9, 9, 4, 4]

# %% myth-clone
# > **The layers, not the values.** The clone has weights of its own, which its initializers draw anew,
# > unless they have a seed of their own.
seeded = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, kernel_initializer=keras.initializers.HeNormal(1))])
np.testing.assert_array_equal(keras.models.clone_model(seeded).get_weights()[0], seeded.get_weights()[0])
assert not _.any()
assert clone.layers[0] is not model.layers[0] and clone.layers[0].get_config() == model.layers[0].get_config()

# %% myth-clone-values
assert _.all()
model.layers[0].kernel.assign(np.zeros((2, 2)))
assert clone.get_weights()[0].any()

# %% myth-shapes-fit
# > **False.** A shape says how many numbers there are and not which is which.
# > A picture with its channels first, as PyTorch has it, is flattened in another order than one with its channels last.
# > A matrix behind it fits both.
#
# > Compare outputs with those of the source.
# > Explained in [Move and resize weights](../lessons/12_move_and_resize_weights.ipynb).
first, last = _
assert first.tolist() == list(range(8)) and last.tolist() == [0, 4, 1, 5, 2, 6, 3, 7]
matrix = np.random.default_rng(0).normal(size=(8, 3))
dense = keras.layers.Dense(3, use_bias=False)
dense.build((None, 8))
dense.set_weights([matrix])
assert np.abs(dense(flat).numpy()[0] - first @ matrix).max() > 0.1

# %% myth-checkpoint
# > **False.** That was `tf.compat.v1.train.Saver`, whose files a `tf.train.Checkpoint` still reads by the names of a
# > `tf.Variable` (of a Keras weight, by that of its `value`).
# > In its own files it goes by attributes: here the names differ, the attribute is the same, and the values come back.
np.testing.assert_array_equal(_, [1, 2])
assert (old.name, new.name) == ("kernel:0", "w:0")
with tempfile.TemporaryDirectory() as place:
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        former = tf.compat.v1.get_variable("kernel", initializer=[1.0, 2.0])
        session.run(former.initializer)
        by_name = tf.compat.v1.train.Saver([former]).save(session, f"{place}/saved")
    assert tf.train.list_variables(by_name) == [("kernel", [2])]
    for name, values in (("kernel", [1, 2]), ("another", [0, 0])):
        given = tf.Variable([0.0, 0.0], name=name)
        logger = tf.get_logger()
        level = logger.level
        logger.setLevel("ERROR")  # it says that this is old
        tf.train.Checkpoint(another=given).read(by_name)
        logger.setLevel(level)
        np.testing.assert_array_equal(given, values)
        weight = keras.Variable([0.0, 0.0], name=name)
        for holder, expected in ((weight, [0, 0]), (weight.value, values)):
            logger.setLevel("ERROR")
            tf.train.Checkpoint(another=holder).read(by_name).expect_partial()
            logger.setLevel(level)
            np.testing.assert_array_equal(weight, expected)
    path = tf.train.Checkpoint(weights=old).write(f"{place}/other")
    namesake = tf.Variable([0.0, 0.0], name="kernel")
    tf.train.Checkpoint(kernel=namesake).read(path).expect_partial()
    np.testing.assert_array_equal(namesake, [0, 0])

# %% myth-replica
# > **With a MirroredStrategy no error comes.**
# > (`You must specify an aggregation method to update a MirroredVariable in Replica Context` is of older versions.)
# > In `strategy.run` each replica writes its own copy of the variable.
# > Where the devices are several and the values differ, so do the copies from then on, and `numpy()` shows the first.
assert _.numpy() == 1 and v.aggregation == tf.VariableAggregation.NONE
alone("""
cpu, = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    v = tf.Variable(0)
strategy.run(lambda: v.assign(tf.distribute.get_replica_context().replica_id_in_sync_group + 7))
assert [copy.numpy() for copy in v.values] == [7, 8] and v.numpy() == 7
v.assign_add(1)
assert [copy.numpy() for copy in v.values] == [8, 9]
""")
