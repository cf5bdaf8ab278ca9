"""Claims of lesson 03, reshape and assign."""

from contextlib import suppress

import keras
import numpy as np
import pytest
import tensorflow as tf

from assignlab.audit import AuditError

DTYPES = ("float16", "float32", "float64", "bfloat16", "float8_e4m3fn", "int32", "int64", "bool", "complex64")


def variable(shape, dtype="float32"):
    """A variable of zeros; float8 has no zeros of its own in TensorFlow."""
    return tf.Variable(tf.cast(tf.zeros(shape), dtype))


def unknown_in_the_trace(variable, value):
    """Assign `value` inside a tf.function that does not know its shape while it is traced."""

    @tf.function(input_signature=[tf.TensorSpec(None, variable.dtype)])
    def write(x):
        variable.assign(x)

    write(value)


# free: **You will do:** edit a variable in another shape, and bring a kernel over from PyTorch.
# free: **You will learn:** what a variable's shape allows, and what a shape that may change costs.
# free: **You need:** [lesson 1](01_broadcast_scaling.ipynb).
# free: Write `center_filters`: subtract from each filter its own mean.
# free: Use the matrix.

# %% setup
# > The usual imports and Keras.
#
# > You load weights that another library saved: every number is right, every shape fits, and the model talks nonsense.
weight = np.random.default_rng(0).normal(size=(4, 4, 3, 3)).astype("float32")  # outputs, inputs, height, width
image = np.random.default_rng(1).normal(size=(1, 6, 6, 4)).astype("float32")
layer = keras.layers.Conv2D(4, 3, use_bias=False)
layer.build(image.shape)
layer.kernel.assign(weight.transpose(2, 3, 1, 0))
right = layer(image).numpy()
for wrong in (weight.T, weight.reshape(3, 3, 4, 4)):
    layer.kernel.assign(wrong)
    np.testing.assert_array_equal(np.sort(layer.kernel.numpy(), axis=None), np.sort(weight, axis=None))
    assert np.abs(layer(image).numpy() - right).max() > 1

# %% seen
# > `reshape` reads the numbers row by row: the (4, 4) snapshot becomes (2, 8).
np.testing.assert_array_equal(_, [2 * np.arange(8), 2 * np.arange(8, 16)])
for turned in (v.numpy(), v.numpy().T):  # the order of the rows as they are seen, not as they lie in memory
    np.testing.assert_array_equal(turned.reshape(2, 8).ravel(), [x for row in turned for x in row])

# %% refused
# raises ValueError: Shape mismatch.The variable shape (4, 4), and the assigned value shape (2, 8) are incompatible
# > No, twice.
#
# > `doubled` has sixteen numbers, and so has the variable.
#
# > A variable's shape is fixed when it is made, and after the error the variable holds what it held before.
#
# > That `assign` "changes the shape as well" is a myth.
#
# > In eager mode another shape raises `ValueError`, and nothing is written.
assert doubled.size == v.numpy().size == 16
np.testing.assert_array_equal(v, np.arange(16).reshape(4, 4))
assert v.shape == (4, 4)
for value in (
    doubled,
    tf.constant(doubled),
    doubled.tolist(),
    doubled.ravel(),
    1.0,
    np.zeros((0, 4)),
    np.zeros((1, 4, 4)),
):
    for target in (tf.Variable(tf.ones((4, 4))), keras.Variable(np.ones((4, 4), "float32"))):
        with pytest.raises(ValueError):
            target.assign(value)
        np.testing.assert_array_equal(target.numpy(), np.ones((4, 4)))
for dtype in DTYPES:
    fixed = variable((4, 4), dtype)
    with pytest.raises(ValueError):
        fixed.assign(doubled)
    assert fixed.shape == (4, 4)

# %% back
# > Work in any shape, and return to the variable's own before `assign`.
#
# > Reshape, edit, reshape back: `v.assign(edited.reshape(v.shape))`.
np.testing.assert_array_equal(_, 2 * np.arange(16).reshape(4, 4))
np.testing.assert_array_equal(v, _)

# %% view
# > `reshape` of a snapshot is a *view*, a second array on the same memory.
# > An edit through it is an edit of `values`, which has the variable's shape all along.
np.testing.assert_array_equal(v, [[0] * 4, [0] * 4, [16, 18, 20, 22], [24, 26, 28, 30]])
np.testing.assert_array_equal(v, values)
assert values.shape == v.shape
for snapshot in (*(variable((4, 4), dtype).numpy() for dtype in DTYPES), keras.Variable(np.zeros((4, 4))).numpy()):
    assert np.shares_memory(snapshot, snapshot.reshape(2, 8))
    snapshot.reshape(2, 8)[0] = 1
    assert (snapshot == [[1] * 4, [1] * 4, [0] * 4, [0] * 4]).all()

# %% exercise-3-1
# > Seen as (2, 8), a variable has eight columns, and each may have its own factor.
seen = np.arange(16).reshape(4, 4).reshape(2, 8)
np.testing.assert_array_equal((seen * np.arange(8))[:, 3], seen[:, 3] * 3)

# %% transpose
# > `reshape` keeps the reading order, `.T` turns rows into columns.
#
# > `reshape` keeps the reading order, `np.transpose` moves axes.
np.testing.assert_array_equal(_, [[0, 1], [2, 3], [4, 5]])
for shape in ((6, 1), (3, 2), (1, 2, 3), (6,)):
    np.testing.assert_array_equal(matrix.reshape(shape).ravel(), matrix.ravel())
for row in range(2):
    np.testing.assert_array_equal(matrix.T[:, row], matrix[row])

# %% turned
# > `assign` compares shapes, not meanings: the wrong one of the two raises no error, and the model talks nonsense.
np.testing.assert_array_equal(_, [[0, 3], [1, 4], [2, 5]])
np.testing.assert_array_equal(_, np.transpose(matrix))
for target in (tf.Variable(tf.zeros((3, 2))), keras.Variable(np.zeros((3, 2)))):
    for value in (matrix.T, matrix.reshape(3, 2)):
        target.assign(value)
        np.testing.assert_array_equal(target.numpy(), value)
assert not np.allclose([1, 2, 3] @ matrix.T, [1, 2, 3] @ matrix.reshape(3, 2))

# %% axes
# > With more axes, you name their new order.
#
# > To turn `(height, width, colours)` into `(colours, height, width)`, take axis 2 first, then axes 0 and 1.
# > (Or write `picture.transpose(2, 0, 1)`.)
assert _[0] == (3, 2, 4)
for colour in range(3):
    np.testing.assert_array_equal(colours_first[colour], picture[:, :, colour])
np.testing.assert_array_equal(picture.transpose(2, 0, 1), colours_first)

# %% exercise-3-2
# > PyTorch stores the weight of a convolution as `(outputs, inputs, height, width)`, Keras as `(height, width, inputs,
# > outputs)`.
#
# > (A PyTorch `Linear` weight needs only its transpose.)
layer = keras.layers.Conv2D(filters=5, kernel_size=(3, 2))  # PyTorch's side: the documentation of torch.nn.Conv2d
layer.build((None, 8, 8, 4))
assert layer.kernel.shape == (3, 2, 4, 5)
# PyTorch's side, of torch.nn.Linear: the weight is (outputs, inputs), the output x @ weight.T + bias
stored, added = np.arange(15, dtype="float32").reshape(5, 3), np.arange(5, dtype="float32")
dense = keras.layers.Dense(5)
dense.build((None, 3))
dense.set_weights([stored.T, added])
inputs = np.random.default_rng(3).normal(size=(4, 3)).astype("float32")
np.testing.assert_allclose(dense(inputs), [stored @ row + added for row in inputs], rtol=1e-4, atol=1e-5)

# %% kernel
# > A *filter* is what makes one output: `kernel[..., k]`.
# > Outputs come last, so `reshape(-1, outputs)` gives a matrix with one filter per column; NumPy works out the -1.
#
# > `reshape(-1, outputs)` shows a kernel as a matrix, one filter per column.
assert _[0] == matrix.shape == (12, 2)
for shape in ((2, 2, 3, 2), (3, 3, 1, 1), (1, 5, 2, 7)):
    random = np.random.default_rng(2).normal(size=shape).astype("float32")
    image = tf.random.stateless_normal((1, 6, 6, shape[2]), seed=(1, 2))
    outputs = tf.nn.conv2d(image, random, strides=1, padding="SAME")
    assert random.reshape(-1, shape[-1]).shape == (np.prod(shape[:3]), shape[-1])
    for k in range(shape[-1]):
        np.testing.assert_array_equal(random.reshape(-1, shape[-1])[:, k], random[..., k].ravel())
        alone = tf.nn.conv2d(image, random[..., k : k + 1], strides=1, padding="SAME")
        np.testing.assert_allclose(outputs[..., k], alone[..., 0], rtol=1e-4, atol=1e-5)

# %% resizable
# > Made with `shape=tf.TensorShape(None)`, a variable promises no shape.
# > `u.shape` is the *static shape* ([glossary](../book/glossary.md)): what TensorFlow knows without looking at the
# > values.
assert _[0].rank is None and _[1] == (2, 8)
assert str(u.shape) == "<unknown>"
for shape in ((16,), (0, 3), (1, 2, 3, 4)):
    u.assign(np.zeros(shape, "float32"))
    assert u.shape.rank is None and u.numpy().shape == shape
u.assign(doubled)

# %% cost-scalar
# > Not a word, and the matrix is gone: the freedom has its price.
#
# > `shape=tf.TensorShape(None)` lets the shape change, and takes the protection away.
assert u.numpy() == 5 and u.numpy().shape == () and u.shape.rank is None

# %% rank
# > Once: the graph knows no lengths.
#
# > `tf.function` makes a Python function into a *graph*, code that TensorFlow compiles.
# > It runs the Python code, a *trace*, for each new kind of arguments, and otherwise the graph.
#
# > (In eager mode, outside a `tf.function`, `m` insists on two axes.)
assert _ == 16 and total.experimental_get_tracing_count() == 1
assert "Sum" in {operation.type for operation in total.get_concrete_function().graph.get_operations()}
for wrong in (1.0, tf.ones(16), tf.ones((1, 2, 8))):
    with pytest.raises(ValueError):
        m.assign(wrong)
table = tf.Variable(tf.zeros((4, 4)), shape=[None, None])
for shape in ((2, 8), (0, 3), (1, 1)):
    table.assign(np.zeros(shape, "float32"))
for shape in ((), (16,), (1, 4, 4)):
    with pytest.raises(ValueError):
        table.assign(np.zeros(shape, "float32"))
assert table.numpy().shape == (1, 1)


def traces(*arguments):
    """How often a tf.function's Python code runs when it is called with each of the arguments."""
    runs = []
    function = tf.function(lambda x: runs.append(x))
    for argument in arguments:
        function(argument)
    return len(runs)


assert traces(1.0, 2.0, 3.0, 1.0) == 3  # Python numbers: each is a kind
assert traces(np.zeros(2), np.ones(2), np.zeros(3), np.ones(3)) == 2  # arrays: their shape and dtype
assert traces(tf.zeros(2), tf.ones(2), tf.zeros(2, tf.int32)) == 2

# %% optimizer
# raises ValueError: must be fully-defined ... shape=(None, None) for variable path= ... _momentum'
# > But Adam keeps two *slot variables* for each weight, in its shape, called `…_momentum` and `…_velocity`.
# > `build` makes them (`fit` calls it), and needs every length.
#
# > Keep resizable variables for growing data.
for shape in ([None, 4], [None, None], tf.TensorShape(None)):
    with pytest.raises(ValueError):
        keras.optimizers.Adam().build([tf.Variable(tf.zeros((4, 4)), shape=shape)])
adam = keras.optimizers.Adam()
shapes = [(4, 4), (3,)]
before = len(adam.variables)
adam.build([variable(shape) for shape in shapes])
assert sorted(tuple(slot.shape) for slot in adam.variables[before:]) == sorted(shapes + shapes)
assert [slot.name.rpartition("_")[2] for slot in adam.variables[before:]] == ["momentum", "velocity"] * 2
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
assert not model.optimizer.built
model.fit(np.zeros((4, 2)), np.zeros((4, 1)), verbose=0)
assert model.optimizer.built
table = tf.Variable(tf.zeros((0, 2)), shape=[None, 2])
for row in ([1.0, 2.0], [3.0, 4.0]):
    table.assign(np.vstack([table.numpy(), row]))
np.testing.assert_array_equal(table, [[1, 2], [3, 4]])

# %% exercise-3-4
# > *Trainable*, the default, means that a gradient tape watches the variable by itself.
for made in (lambda **kind: tf.Variable([1.0], **kind), lambda **kind: keras.Variable(np.ones(1, "float32"), **kind)):
    for kind, watched in (({}, True), ({"trainable": True}, True), ({"trainable": False}, False)):
        weight = made(**kind)
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(weight**2)
        assert weight.trainable == watched
        assert (tape.gradient(loss, weight) is not None) == watched

# %% gradient
# since keras 3.10: a keras.Variable made of a tf.Variable of an open shape is refused
# > `v` was edited in another shape.
# > Its gradient has its own, and agrees with the measured one.
#
# > [The snapshot pitfall](04_numpy_snapshot_pitfall.ipynb): the edit that changes nothing.
#
# > `.numpy()` raises an error inside a `tf.function`: [edit
# > there](../book/recipes.ipynb#edit-weights-inside-tffunction) with TensorFlow.
#
# > A shape unknown while tracing is checked in the run (`InvalidArgumentError`), with `[None, None]` not at all.
#
# > A Keras weight is never resizable.
# > For another size, make another layer and [copy what
# > overlaps](../book/recipes.ipynb#change-the-size-of-a-layer).
with tf.GradientTape() as tape:
    loss = tf.reduce_mean((x @ v - y) ** 2)
gradient = tape.gradient(loss, v)
np.testing.assert_allclose(gradient, 2 * x.T @ (x @ v.numpy() - y) / y.size, rtol=1e-4, atol=1e-5)
v.numpy()[:] = -1
np.testing.assert_array_equal(v, values)
weight = keras.Variable(np.zeros(2, "float32"))
for read in (lambda: v.numpy(), lambda: weight.numpy()):
    with pytest.raises(NotImplementedError):
        tf.function(read)()
with pytest.raises(AttributeError):
    tf.function(lambda: (v * 2).numpy())()
inside = tf.Variable(tf.ones((4, 4)))
tf.function(lambda: inside.assign(tf.reshape(tf.reshape(inside, (2, 8)) * 2, (4, 4))))()
np.testing.assert_array_equal(inside, np.full((4, 4), 2))
for fixed in (tf.Variable(tf.zeros((4, 4))), tf.Variable(0.0)):
    with pytest.raises(tf.errors.InvalidArgumentError):
        unknown_in_the_trace(fixed, tf.ones((2, 8)))
    assert not fixed.numpy().any()
unchecked = tf.Variable(tf.zeros((4, 4)), shape=[None, None])
for shape in ((2, 8), (16,), ()):
    with suppress(AuditError):  # the audit says it; TensorFlow does not
        unknown_in_the_trace(unchecked, tf.ones(shape))
    assert unchecked.numpy().shape == shape
for shape in ((None, 4), (None, None), tf.TensorShape(None)):
    with pytest.raises(ValueError):
        keras.layers.Layer().add_weight(shape=shape)
    with pytest.raises(ValueError):
        keras.Variable(tf.Variable(tf.zeros((4, 4)), shape=shape))
dense, wider = keras.layers.Dense(2), keras.layers.Dense(3)
dense.build((None, 4))
wider.build((None, 4))
with pytest.raises(ValueError):
    dense.kernel.assign(wider.kernel)
