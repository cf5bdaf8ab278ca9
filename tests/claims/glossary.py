"""Claims of the glossary. Each section runs alone; `v` and `a` are what the definitions call so."""

import functools
import tempfile
import warnings
from contextlib import nullcontext

import keras
import ml_dtypes
import numpy as np
import tensorflow as tf
from pytest import raises, warns

from assignlab import audit, verify_gradient
from own_process import alone

FLOATS = [tf.float16, tf.bfloat16, tf.float32, tf.float64]
TINY = [tf.dtypes.experimental.float8_e4m3fn, tf.dtypes.experimental.float8_e5m2]
PLAIN = [tf.float16, tf.float32, tf.float64, tf.int8, tf.int32, tf.int64, tf.bool, tf.complex64]
KINDS = (tf.Variable, keras.Variable)
InvalidArgument = tf.errors.InvalidArgumentError

a = np.array([[1, 2], [3, 4]], dtype="float32")
v = tf.Variable(a)


def some(kind, dtype=tf.float32):
    """A variable of its own for a proof: [[1, 2], [3, 4]]."""
    return kind([[1, 2], [3, 4]], dtype=dtype.name)


def dense(*units):
    """A compiled model of Dense layers that begin with ones, for two inputs."""
    layers = [keras.layers.Dense(n, use_bias=False, kernel_initializer="ones") for n in units]
    model = keras.Sequential([keras.Input((2,)), *layers])
    model.compile("sgd", "mse")
    return model


# free: An array of your own that is filled again and again is called so, too.
# free: Weights, counts and averages are kept in variables; data and results are tensors or arrays.


def on_two_devices(code):
    """Run `code` in a process of its own whose CPU is divided, with a strategy and replica(); what it printed."""
    return alone(f"""
cpu, = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
replica = lambda: tf.distribute.get_replica_context().replica_id_in_sync_group
{code}""")


# free: graph The operations that a trace has recorded.
# free: trainable Two things in one word.

# %% aggregation
# > aggregation What all copies of a variable get of the values that the replicas assign: their sum, their mean, or that
# > of the first.
# > Without one, each replica writes its own copy.
assert not on_two_devices("""
found = {}
for aggregation in tf.VariableAggregation:
    with strategy.scope():
        one = tf.Variable(0.0, aggregation=aggregation)
    strategy.run(lambda: one.assign(1.0 + tf.cast(replica(), tf.float32)))
    found[aggregation.name] = [copy.numpy() for copy in one.values]
assert found == {"NONE": [1, 2], "SUM": [3, 3], "MEAN": [1.5, 1.5], "ONLY_FIRST_REPLICA": [1, 1]}
""")

# %% alias
# > alias Another array, or another name, for the same memory: what is written through one shows in the other.
other_name, other_array = a, a[0]
a[0, 0] = 9
assert other_name[0, 0] == other_array[0] == 9
assert np.shares_memory(a, other_array) and not np.shares_memory(a, a.copy())

# %% assign
# > assign The method of a variable that replaces its values: `v.assign(x)`.
# > `x` must have the variable's shape.
# > An array is copied and cast to the variable's dtype; a tensor must already have it.
# > (A Keras variable casts tensors too.)
for kind in KINDS:
    for dtype in FLOATS:
        one, array = some(kind, dtype), np.full((2, 2), 7.0)
        one.assign(array)
        array[:] = 8
        np.testing.assert_array_equal(one.numpy(), np.full((2, 2), 7))
        for shape in ((), (2,), (1, 2), (4,), (1, 2, 2)):
            with raises(ValueError, match=r"[Ss]hape"):
                one.assign(np.ones(shape))
        for source in (tf.float16, tf.bfloat16, tf.float32, tf.float64, tf.int32):
            tensor = tf.cast([[1, 2], [3, 4]], source)
            if kind is tf.Variable and source != dtype:
                with raises(ValueError, match="conversion requested"):
                    one.assign(tensor)
            else:
                one.assign(tensor)
                np.testing.assert_array_equal(one.numpy(), [[1, 2], [3, 4]])

# %% audit
# > audit The part of this course's tests that follows TensorFlow's writes to variables.
# > After each it verifies that the variable is still the same one, and that a known gradient, sent into a read of it,
# > arrives unchanged.
running = audit.start()
try:
    v.assign(v)
    assert running.tally.line() == "1 assigns, 1 preserve gradients"
    running.known[id(v.handle)].trainable = False
    with raises(audit.AuditError, match="trainable was False and is now True"):
        v.assign(v)
    cut = tf.Variable(a)
    cut.value = lambda: tf.stop_gradient(tf.Variable.value(cut))
    cut._dense_var_to_tensor = lambda *args, **kwargs: tf.stop_gradient(v.value())
    with raises(audit.AuditError, match="the gradient with respect to it is None"):
        cut.assign(a)
finally:
    audit.stop()

# %% autodiff
# > autodiff Automatic differentiation: the operations that lead to a loss are recorded, and the gradient is computed
# > from their rules, without any approximation but rounding.
wide = tf.Variable(np.array([0.1, 0.2, 0.7]))
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(tf.sin(wide**2) * tf.exp(wide))
x = wide.numpy()
exact = np.exp(x) * (np.sin(x**2) + 2 * x * np.cos(x**2))
np.testing.assert_allclose(tape.gradient(loss, wide), exact, rtol=1e-14)

# %% autograph
# > AutoGraph The part of `tf.function` that translates an `if`, `while` or `for` over tensors, with `and`, `or` and
# > `not`, into operations of the graph.
# > Over Python values they run once, while it traces.
# > It needs the source of the function.
# > What Keras calls, such as a layer's `call` or a loss, is not translated.
for where in ({"loss": lambda y, p: keras.ops.mean(y - p) if keras.ops.max(p) > 5 else keras.ops.mean(p - y)}, {}):
    net = dense(1)
    net.compile("sgd", **({"loss": "mse"} | where))
    with raises(Exception, match="as a Python `bool`") if where else nullcontext():
        net.fit(np.ones((2, 2)), np.ones((2, 1)), verbose=0)
one, ran = tf.Variable(1.0), []


@tf.function
def translated(numbers):
    if (one > 0 and not one > 50) or one < -50:
        one.assign(one * 10)
    while one < 100:
        one.assign_add(7.0)
    for number in numbers:
        ran.append(number)
        one.assign_add(tf.cast(number, tf.float32))


translated(tf.range(3))
assert one.numpy() == 101 + 3 and len(ran) == 1 and tf.is_symbolic_tensor(ran[0])
ran.clear()
for _call in range(2):
    translated((1, 2, 3))
assert ran == [1, 2, 3] and one.numpy() == 104 + 12
without_source = {"one": one}
exec("def condition():\n    return 1 if one > 0 else 2", without_source)
for unread in (tf.function(without_source["condition"]), tf.function(lambda: not one, autograph=False)):
    with raises(TypeError, match="as a Python `bool`"):
        unread()

# %% broadcasting
# > broadcasting NumPy's rule for arrays of different shapes: line the shapes up from the right; lengths are equal, or
# > one is 1 (or missing) and is repeated.
# > `assign` does not broadcast to a whole variable; to a slice it does, unless XLA compiles.
assert (
    np.broadcast_shapes((2, 3), (3,))
    == np.broadcast_shapes((2, 1), (1, 3))
    == np.broadcast_shapes((2, 3), ())
    == (2, 3)
)
with raises(ValueError, match="shape mismatch"):
    np.broadcast_shapes((2, 3), (2,))
np.testing.assert_array_equal(a + np.array([10, 20]), [[11, 22], [13, 24]])
for kind in KINDS:
    for value in (5, [5, 5], [[5], [5]]):
        one = some(kind)
        with raises(ValueError, match=r"[Ss]hape"):
            one.assign(value)
        one[0:2].assign(value)
        np.testing.assert_array_equal(one.numpy(), [[5, 5], [5, 5]])
        write = functools.partial(lambda one, value: [one[0:2].assign(value), 0][1], one, value)
        by_xla = tf.function(lambda write=write: write(), jit_compile=True, autograph=False)
        with raises(tf.errors.UnimplementedError, match="broadcasting not yet implemented"):
            by_xla()

# %% buffer
# > buffer The memory that holds a variable's values.
straight = np.asarray(v.value())
assert straight.nbytes == a.nbytes and not straight.flags.owndata
np.testing.assert_array_equal(straight, v)

# %% callback
# > callback An object whose methods `fit` calls while it trains, such as `on_train_batch_end` after a batch.
# > They run outside the compiled step, so they may use NumPy.
called = []


class Noted(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        kernel = self.model.layers[0].kernel
        kernel.assign(np.clip(kernel.numpy(), -0.5, 0.5))
        called.append(tf.executing_eagerly())


model = dense(1)
model.fit(np.ones((4, 2)), np.ones((4, 1)), batch_size=2, verbose=0, callbacks=[Noted()])
assert called == [True, True] and np.abs(model.layers[0].kernel).max() <= 0.5
assert len([method for method in dir(keras.callbacks.Callback) if method.startswith("on_train")]) > 2

# %% central differences
# > central differences A gradient that is measured: move one entry a little up, then a little down, and divide the
# > difference of the two losses by the distance.
# > `verify_gradient` compares it with autodiff.
step, losses = 0.125, []
for sign in (1, -1):
    moved = tf.Variable([[1 + sign * step, 2.0], [3.0, 4.0]])
    losses.append(tf.reduce_sum(moved**2).numpy())
assert (losses[0] - losses[1]) / (2 * step) == 2.0  # the derivative of x**2 at 1
report = verify_gradient(lambda: tf.reduce_sum(v**2), v)
assert report
np.testing.assert_allclose(report.differences, (2 * a).ravel(), rtol=1e-3)
np.testing.assert_allclose(report.autodiff, (2 * a).ravel(), rtol=1e-3)  # along the step that float32 could make

# %% checkpoint
# > checkpoint A file of the values of variables, found again by the attributes that lead to each:
# > `tf.train.Checkpoint(weights=v)`.
# > Restoring writes into the variable that is there.
with tempfile.TemporaryDirectory() as folder:
    path = tf.train.Checkpoint(weights=v).write(f"{folder}/saved")
    assert "weights/.ATTRIBUTES/VARIABLE_VALUE" in dict(tf.train.list_variables(path))
    handle, before = v.handle, v.numpy()
    v.assign(0 * v)
    tf.train.Checkpoint(weights=v).read(path).assert_consumed()
assert v.handle is handle
np.testing.assert_array_equal(v, before)

# %% constraint
# > constraint A function that an optimizer applies to a weight after each step that trains it: what it returns is the
# > weight's new value.
# > `assign` does not apply it.
given = []


def five(weight):
    given.append(1)
    return weight * 0 + 5


for make in (keras.optimizers.SGD, keras.optimizers.Adam):
    layer = keras.layers.Dense(1, kernel_constraint=five)
    layer.build((None, 2))
    for weight in (layer.kernel, tf.Variable([1.0, 2.0], constraint=five)):
        given.clear()
        optimizer = make()
        for step in (1, 2):
            weight.assign(weight * 0 + 3)
            assert (weight.numpy() == 3).all()
            optimizer.apply([tf.ones(weight.shape)], [weight])
            assert (weight.numpy() == 5).all() and len(given) == step
two = tf.Variable([1.0, 2.0], constraint=five), tf.Variable([1.0, 2.0])
with warns(UserWarning, match="Gradients do not exist"):
    keras.optimizers.SGD().apply_gradients([(None, two[0]), (tf.ones(2), two[1])])
np.testing.assert_array_equal(two[0], [1, 2])

# %% copy
# > copy An array with memory of its own.
# > `v.numpy()`, `np.asarray(v)` and `layer.get_weights()` return copies.
for dtype in [*PLAIN, tf.bfloat16, *TINY]:
    one = tf.Variable(tf.cast([0, 1], dtype) if dtype not in TINY else tf.cast([0.0, 1.0], dtype))
    for copy in (one.numpy(), np.asarray(one)):
        assert copy.flags.owndata and not np.shares_memory(copy, np.asarray(one.value()))
for dtype in ("float32", "bfloat16"):
    layer = keras.layers.Dense(2, dtype=dtype)
    layer.build((None, 2))
    for copies in (layer.get_weights(), [layer.kernel.numpy()], [np.asarray(layer.kernel)]):
        assert copies[0].flags.owndata
        assert not np.shares_memory(copies[0], np.asarray(layer.kernel.value.value()))

# %% dtype
# > dtype The type of an array's entries, such as float32.
# > A variable's dtype is fixed when it is made.
assert a.dtype == "float32" and v.dtype == tf.float32
v.assign(a.astype("float64"))
assert v.dtype == tf.float32
for one in (v, some(keras.Variable)):
    with raises(AttributeError):
        one.dtype = tf.float64

# %% eager
# > eager The way TensorFlow runs outside a `tf.function`: each operation at once.
seen = []


@tf.function
def inside():
    seen.append(tf.executing_eagerly())
    return v * 2


inside()
assert seen == [False] and tf.executing_eagerly()
assert (v * 2).numpy()[0, 0] == 2

# %% filter
# > filter The part of a convolution kernel that makes one output channel: `kernel[..., k]`.
layer, k = keras.layers.Conv2D(3, 2), 1
layer.build((None, 4, 4, 5))
image = np.random.default_rng(0).normal(size=(1, 4, 4, 5)).astype("float32")
before, kernel = layer(image).numpy(), layer.kernel.numpy()
assert kernel[..., k].shape == (2, 2, 5)
kernel[..., k] = 0
layer.kernel.assign(kernel)
changed = (layer(image).numpy() != before).any(axis=(0, 1, 2))
np.testing.assert_array_equal(changed, [False, True, False])

# %% gate
# > gate One part of a recurrent layer, such as an LSTM, with weights of its own: what it lets through of the old state
# > or of the input.
# > All gates of a layer stand in one matrix, in an order that no shape shows.
layer = keras.layers.LSTM(2, recurrent_activation="linear", activation="linear")
layer.build((None, None, 1))
kernel, state, bias = layer.get_weights()
assert kernel.shape == (1, 4 * 2) and state.shape == (2, 4 * 2)
once = np.ones((1, 1, 1))
layer.set_weights([kernel, state, np.array([1, 1, 0, 0, 5, 5, 1, 1]) - kernel[0]])  # input gate 1, output gate 1
np.testing.assert_allclose(layer(once), [[5, 5]], rtol=1e-5)
layer.set_weights([kernel, state, np.array([0, 1, 0, 0, 5, 5, 1, 1]) - kernel[0]])  # closed for the first unit
np.testing.assert_allclose(layer(once), [[0, 5]], rtol=1e-5, atol=1e-5)

# %% gradient
# > gradient How a loss answers to a small change of each entry of a variable.
# > A `tf.GradientTape` computes it.
# > Of a loss that is several numbers it is the gradient of their sum; `tape.jacobian` gives each its own.
pair = tf.Variable([1.0, 2.0])
with tf.GradientTape(persistent=True) as several:
    squares = pair**2
np.testing.assert_array_equal(several.gradient(squares, pair), [2, 4])
np.testing.assert_array_equal(several.jacobian(squares, pair), [[2, 0], [0, 4]])
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(v**3)
gradient = tape.gradient(loss, v).numpy()
for index in np.ndindex(2, 2):
    small = np.zeros((2, 2))
    small[index] = 1e-6
    change = np.sum((a + small) ** 3) - np.sum(a.astype("float64") ** 3)
    np.testing.assert_allclose(change / 1e-6, gradient[index], rtol=1e-4)

# %% graph
# > The operations that a trace has recorded.
# > Each call of the `tf.function` runs them.
double = tf.function(lambda: v.assign(v * 2), autograph=False)
for _call in range(3):
    double()
assert double.experimental_get_tracing_count() == 1
np.testing.assert_array_equal(v, a * 8)
operations = [operation.type for operation in double.get_concrete_function().graph.get_operations()]
assert "Mul" in operations and "AssignVariableOp" in operations

# %% handle
# > handle `v.handle`: the tensor by which operations find the variable's resource.
# > `assign` keeps it.
handle = v.handle
assert tf.is_tensor(handle) and handle.dtype == tf.resource
np.testing.assert_array_equal(tf.raw_ops.ReadVariableOp(resource=handle, dtype=v.dtype), a)
for write in (lambda: v.assign(a * 2), lambda: v[0].assign([0, 0]), lambda: v.assign_add(a)):
    write()
    assert v.handle is handle

# %% identity
# > identity Which object something is, whatever its value.
# > Python asks for it with `is`.
# > `assign` keeps a variable's identity; after `v = v * 2` the name stands for another object.
# > Optimizers know their variables by identity.
for kind in KINDS:
    one, twin = some(kind), some(kind)
    assert one is not twin and np.array_equal(one.numpy(), twin.numpy())
    name = one
    name.assign(a * 2)
    assert name is one
    name = name * 2
    assert name is not one and not isinstance(name, KINDS)
for make in (keras.optimizers.SGD, keras.optimizers.Adam):
    one, twin = tf.Variable(a, name="w"), tf.Variable(a, name="w")
    optimizer = make()
    optimizer.apply_gradients([(tf.ones((2, 2)), one)])
    one.assign(a * 100)  # another value, the same object
    optimizer.apply_gradients([(tf.ones((2, 2)), one)])
    with raises(ValueError, match="Unknown variable"):
        optimizer.apply_gradients([(tf.ones((2, 2)), twin)])

# %% in place
# > in place By changing the array or variable that is there, instead of making a new one: `a *= 2`, `a[mask] = 0`,
# > `v.assign(x)`.
array, variable = a, v
a *= 2
a[a > 4] = 0
v.assign(a)
assert array is a and variable is v
np.testing.assert_array_equal(array, [[2, 4], [0, 0]])
np.testing.assert_array_equal(variable, array)

# %% IndexedSlices
# > IndexedSlices Rows of an array, and their places: `tf.IndexedSlices(rows, places)`.
# > A lookup of rows has such a gradient.
# > A place may come twice: `tf.convert_to_tensor` adds its rows up.
rows = tf.IndexedSlices(tf.ones((3, 2)), tf.constant([1, 1, 3]), tf.constant([4, 2]))
np.testing.assert_array_equal(tf.convert_to_tensor(rows), [[0, 0], [2, 2], [0, 0], [1, 1]])
table = tf.Variable(tf.zeros((4, 2)))
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(tf.gather(table, [1, 1, 3]))
gradient = tape.gradient(loss, table)
assert isinstance(gradient, tf.IndexedSlices)
np.testing.assert_array_equal(gradient.values, rows.values)
np.testing.assert_array_equal(gradient.indices, rows.indices)

# %% kernel
# > kernel The first weight of a Dense layer, of shape `(inputs, outputs)`, or of a Conv2D layer, `(height, width,
# > inputs, outputs)`.
for layer, inputs, shape in [
    (keras.layers.Dense(3), (None, 2), (2, 3)),
    (keras.layers.Conv2D(7, (2, 3)), (None, 9, 9, 5), (2, 3, 5, 7)),
]:
    layer.build(inputs)
    assert layer.weights[0] is layer.kernel and layer.kernel.shape == shape

# %% mask
# > mask An array of `True` and `False` that picks entries of another array of the same shape.
mask = a > 2
assert mask.dtype == bool and mask.shape == a.shape
np.testing.assert_array_equal(a[mask], [3, 4])

# %% momentum
# > momentum What an optimizer remembers of earlier gradients and adds to the next step.
# > It moves a weight although the gradient is now 0.
for make in (lambda: keras.optimizers.SGD(0.1, momentum=0.9), lambda: keras.optimizers.Adam(0.1)):
    optimizer, weight = make(), tf.Variable(a)
    optimizer.apply_gradients([(tf.ones((2, 2)), weight)])
    before = weight.numpy()
    optimizer.apply_gradients([(tf.zeros((2, 2)), weight)])
    assert (weight.numpy() < before - 0.01).all()
    optimizer, weight = make(), tf.Variable(a)
    optimizer.apply_gradients([(tf.zeros((2, 2)), weight)])  # nothing to remember
    np.testing.assert_array_equal(weight, a)

# %% moving average
# > moving average of the weights What an optimizer made with `use_ema=True` keeps of each weight, in a slot variable.
# > At the end of `fit` it becomes the weight; with `ema_overwrite_frequency=n`, every n steps as well.
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5), "mse")
model.fit(np.ones((8, 2)), np.ones((8, 1)), batch_size=1, verbose=0)
averages = [slot for slot in model.optimizer.variables if slot.name.endswith("_average")]
assert len(averages) == len(model.weights) == 2
for slot, weight in zip(averages, model.weights, strict=True):
    np.testing.assert_array_equal(slot, weight)
often = keras.optimizers.SGD(0.0, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2)
weight, seen = keras.Variable([0.0]), []
for value in (0.0, 100.0, 200.0):
    weight.assign([value])
    often.apply([tf.zeros(1)], [weight])
    seen.append(weight.numpy().item())
assert seen == [0, 50, 200]

# %% NaN
# > NaN "Not a number": the result of `np.inf * 0`, for example.
# > It equals nothing, not even itself; `np.isnan` finds it.
assert np.isnan(np.inf * 0)
for dtype in FLOATS:
    nan = np.array([np.nan, 1.0]).astype(dtype.as_numpy_dtype)
    np.testing.assert_array_equal(nan == nan, [False, True])
    np.testing.assert_array_equal(nan == np.nan, [False, False])
    np.testing.assert_array_equal(np.isnan(nan), [True, False])
assert np.nan != np.nan

# %% optimizer
# > optimizer The object that moves weights in training, each by its gradient: `keras.optimizers.Adam()`, for example.
# > It refuses variables that were not in its first step, with [one exception](errors.ipynb#unknown-variable).
for make in (keras.optimizers.SGD, keras.optimizers.Adam, keras.optimizers.AdamW, keras.optimizers.RMSprop):
    first, second, late, optimizer = tf.Variable(a), some(keras.Variable), tf.Variable(a), make()
    optimizer.apply_gradients([(tf.ones((2, 2)), first), (-tf.ones((2, 2)), second)])
    assert (first.numpy() < a).all() and (second.numpy() > a - 1e-3).all()
    with raises(ValueError, match="Unknown variable"):
        optimizer.apply_gradients([(tf.ones((2, 2)), late)])

# %% replica
# > replica One of the calls into which `strategy.run` divides a step, each on a device of its own.
# > In it, a variable stands for its copy there.
assert not on_two_devices("""
with strategy.scope():
    one = tf.Variable(1.0)
one.values[1].assign(2.0)
calls = []
read = strategy.run(lambda: (calls.append(0), one.read_value())[1])
assert len(calls) == 2 and [each.numpy() for each in read.values] == [1, 2]
assert [each.device[-5:] for each in read.values] == ["CPU:0", "CPU:1"]
""")

# %% resizable variable
# > resizable variable A variable made with `shape=tf.TensorShape(None)`, whose shape may change.
# > Made with `[None, 2]`, only its first length may, in eager mode.
# > (A `tf.function` that does not know a value's shape while it is traced stores a value of any shape.)
traced = tf.Variable(a, shape=tf.TensorShape([None, 2]))
store = tf.function(lambda value: traced.assign(value)).get_concrete_function(tf.TensorSpec(None))
for shape in ((3,), (), (2, 5), (1, 2, 3)):
    store(tf.ones(shape))
    assert traced.numpy().shape == shape
free = tf.Variable(a, shape=tf.TensorShape(None))
rows = tf.Variable(a, shape=tf.TensorShape([None, 2]))
for shape in ((), (5,), (3, 3), (1, 2, 3)):
    free.assign(np.ones(shape))
    assert free.numpy().shape == shape
    with raises(ValueError, match=r"[Ss]hape"):
        rows.assign(np.ones(shape))
for count in (0, 1, 5):
    rows.assign(np.ones((count, 2)))
    assert rows.numpy().shape == (count, 2)

# %% resource
# > resource TensorFlow's name for the thing that owns a variable's buffer.
# > `assign` keeps it.
handle, before = v.handle, np.asarray(v.value())
v.assign(a * 2)
assert v.handle is handle and handle.dtype == tf.resource
np.testing.assert_array_equal(tf.raw_ops.ReadVariableOp(resource=handle, dtype=v.dtype), a * 2)
np.testing.assert_array_equal(before, a)  # the buffer of the old values is another

# %% SavedModel
# > SavedModel A folder with the functions and the variables of a model, which loads without its code:
# > `tf.saved_model.load`.
# > The variables can be assigned.
with tempfile.TemporaryDirectory() as folder:
    dense(1).export(f"{folder}/saved")
    loaded = tf.saved_model.load(f"{folder}/saved")
for variable in loaded.variables:
    variable.assign(tf.ones_like(variable))
np.testing.assert_array_equal(
    loaded.serve(np.ones((1, 2), "float32")), [[sum(v.shape.num_elements() for v in loaded.variables)]]
)

# %% scatter
# > scatter To write to places that lie anyhow: `v.scatter_nd_update(places, values)`, where each place is a list of
# > indices.
# > Of `scatter_nd_add`, all numbers for one place add up.
one = tf.Variable(a)
one.scatter_nd_update([[0, 1], [1, 0]], [20, 30])
np.testing.assert_array_equal(one, [[a[0, 0], 20], [30, a[1, 1]]])
one.scatter_nd_add([[0, 1], [0, 1], [0, 1]], [1, 2, 4])
assert one[0, 1].numpy() == 27

# %% slot variable
# > slot variable A variable that an optimizer keeps for each weight, such as Adam's momentum.
# > Assigning to the weight does not change it.
optimizer, weights = keras.optimizers.Adam(), [tf.Variable(a), tf.Variable(a[0])]
optimizer.build(weights)
momenta = [slot for slot in optimizer.variables if "momentum" in slot.path]
assert [slot.shape for slot in momenta] == [weight.shape for weight in weights]
optimizer.apply_gradients([(tf.ones(weight.shape), weight) for weight in weights])
before = [slot.numpy() for slot in optimizer.variables]
assert momenta[0].numpy().any()
for weight in weights:
    weight.assign(weight * 100)
for slot, old in zip(optimizer.variables, before, strict=True):
    np.testing.assert_array_equal(slot.numpy(), old)

# %% snapshot
# > snapshot What `v.numpy()` returns: a copy of the values at this moment.
for kind in KINDS:
    for dtype in FLOATS:
        one = some(kind, dtype)
        snapshot = one.numpy()
        one.assign(a * 2)
        np.testing.assert_array_equal(snapshot, a)
        snapshot[:] = 0
        np.testing.assert_array_equal(one.numpy(), a * 2)

# %% static shape
# > static shape The shape that TensorFlow knows without running anything: `v.shape`.
# > It may be partly or wholly unknown.
seen = []


@tf.function
def traced():
    seen.extend([v.shape, rows.shape, free.shape])


rows, free = tf.Variable(a, shape=tf.TensorShape([None, 2])), tf.Variable(a, shape=tf.TensorShape(None))
traced.get_concrete_function()  # traced, not run
assert [str(shape) for shape in seen] == ["(2, 2)", "(None, 2)", "<unknown>"]
assert str(rows.shape) == "(None, 2)" and str(free.shape) == "<unknown>"  # outside as well

# %% steps_per_execution
# > steps_per_execution An argument of `compile`: how many batches `fit` runs in one call of its compiled step.
# > A callback has its turn between the calls.
model, turns = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]), []
model.compile("sgd", "mse", steps_per_execution=4)
steps = model.optimizer.iterations
note = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: turns.append(int(steps)))
model.fit(np.ones((8, 2)), np.ones((8, 1)), batch_size=1, verbose=0, callbacks=[note])
assert turns == [4, 8]

# %% strategy
# > strategy An object of `tf.distribute` that lets several devices train one model.
# > In its scope, a variable is made with a copy on each device.
assert not on_two_devices("""
with strategy.scope():
    one, own = tf.Variable(1.0), keras.Variable(1.0)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
for variable in (one, own.value):
    assert [copy.device[-5:] for copy in variable.values] == ["CPU:0", "CPU:1"]
before = model.get_weights()[0]
model.fit(np.ones((4, 1)), np.ones((4, 1)), verbose=0)
first, second = (copy.numpy() for copy in model.weights[0].value.values)
assert first == second != before
""")

# %% tape
# > tape `tf.GradientTape`: it records what is computed from trainable variables, and from all that `tape.watch` is
# > given, so that gradients can be taken.
for source, watched_anyway in [
    (v, True),
    (some(keras.Variable), True),
    (tf.constant(a), False),
    (tf.Variable(a, trainable=False), False),
]:
    for asked in (False, True):
        with tf.GradientTape() as tape:
            if asked:
                tape.watch(source.value if isinstance(source, keras.Variable) else source)
            loss = tf.reduce_sum(tf.square(source))
        gradient = tape.gradient(loss, source)
        assert (gradient is not None) == (watched_anyway or asked)
        assert gradient is None or np.array_equal(gradient, a * 2)

# %% tensor
# > tensor An array of TensorFlow's.
# > It has no `assign`, and square brackets cannot write into it: make a new one instead.
for dtype in PLAIN + FLOATS:
    tensor = tf.cast([[0, 1], [1, 0]], dtype)
    assert not [name for name in dir(tensor) if name.startswith(("assign", "scatter"))]
    for index in (0, (0, 0), ...):
        with raises(TypeError, match="does not support item assignment"):
            tensor[index] = 1

# %% tf.function
# > tf.function What makes a Python function into code that TensorFlow compiles: a graph.
# > Inside it there are no values yet, and `.numpy()` raises an error.
compiled = tf.function(lambda x: x * 2 + v)
assert {"Mul", "AddV2"} <= {one.type for one in compiled.get_concrete_function(a).graph.get_operations()}
np.testing.assert_array_equal(compiled(a), a * 3)
for one in (v, some(keras.Variable)):
    with raises(NotImplementedError, match="only available when eager execution is enabled"):
        tf.function(one.numpy, autograph=False)()
with raises(AttributeError, match="numpy"):
    tf.function(lambda: (v * 1).numpy())()

# %% tied weights
# > tied weights One variable that two layers use, such as an embedding that also scores the tokens.
# > `assign` changes both, and the gradient is the sum of both.
shared = some(tf.Variable)
uses = (lambda: tf.reduce_sum(tf.gather(shared, [1])), lambda: tf.reduce_sum(a @ tf.transpose(shared)))
with tf.GradientTape(persistent=True) as tape:
    first, second = uses[0](), uses[1]()
    total = first + second
apart = [tf.convert_to_tensor(tape.gradient(one, shared)).numpy() for one in (first, second, total)]
np.testing.assert_allclose(apart[0] + apart[1], apart[2])
before = [use().numpy() for use in uses]
shared.assign(shared * 2)
np.testing.assert_allclose([use().numpy() for use in uses], 2 * np.array(before))

# %% trace
# > trace One run of a `tf.function`'s Python code, which records a graph.
# > Later calls with the same kind of arguments run the graph.
runs = []


@tf.function
def halve(x):
    runs.append(x)
    return x / 2


for value in (a, a + 1, tf.constant(a)):
    np.testing.assert_array_equal(halve(value), value / 2)
assert len(runs) == 1
halve(a[0])  # another shape
halve(a.astype("float64"))  # another dtype
assert len(runs) == 3

# %% trainable
# > A variable made with `trainable=False` is not watched by a tape, unless `tape.watch` asks for it.
# > `layer.trainable = False` speaks to Keras alone: the layer's weights leave `trainable_weights`, and `fit` passes
# > them over once the model is compiled again, but a tape still watches them.
for kind in KINDS:
    fixed = kind(a, trainable=False)
    for asked in (False, True):
        with tf.GradientTape() as tape:
            if asked:
                tape.watch(fixed.value if kind is keras.Variable else fixed)
            loss = tf.reduce_sum(tf.square(fixed))
        assert (tape.gradient(loss, fixed) is not None) == asked
model = dense(2, 1)
rows, targets = np.ones((4, 2)), np.zeros((4, 1))
model.fit(rows, targets, verbose=0)
frozen = model.layers[0]
frozen.trainable = False
assert frozen.trainable_weights == [] and frozen.weights == [frozen.kernel]
assert frozen.kernel.trainable is False and frozen.kernel.value.trainable is True
before = frozen.kernel.numpy()
model.fit(rows, targets, epochs=10, verbose=0)
assert (frozen.kernel.numpy() != before).any()
before = frozen.kernel.numpy()
model.compile("sgd", "mse")
model.fit(rows, targets, epochs=10, verbose=0)
np.testing.assert_array_equal(frozen.kernel.numpy(), before)
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(model(rows))
assert frozen.kernel.value.ref() in {variable.ref() for variable in tape.watched_variables()}
assert tape.gradient(loss, frozen.kernel) is not None

# %% UnreadVariable
# > UnreadVariable The name under which the object that `v.assign(x)` returns is printed.
# > It is another object for the same values, which a tape that opens later does not watch: go on with `v`.
for write in (v.assign, v.assign_add, v.assign_sub):
    returned = write(a)
    assert "UnreadVariable" in repr(returned) and returned is not v
    np.testing.assert_array_equal(returned, v)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(returned * 2)
    assert tape.gradient(loss, [returned, v]) == [None, None]

# %% variable
# > variable `tf.Variable`: an object with a fixed dtype and, as a rule, a fixed shape, whose values change by `assign`.
# > A layer's weight is a `keras.Variable`, which holds a `tf.Variable`.
# > A constant, `tf.constant(x)`, is a tensor: it has no `assign`, no tape watches it by itself, and no checkpoint takes
# > it.
constant = tf.constant(a)
assert tf.is_tensor(constant) and not hasattr(constant, "assign")
with tf.GradientTape(persistent=True) as tape:
    loss = tf.reduce_sum(constant * v)
assert tape.gradient(loss, constant) is None and tape.gradient(loss, v) is not None
with raises(ValueError, match="to be a trackable object"):
    tf.train.Checkpoint(x=constant)
v.assign(a * 2)
np.testing.assert_array_equal(v, a * 2)
assert v.shape == (2, 2) and v.dtype == tf.float32
with raises(ValueError, match="Shape mismatch"):
    v.assign([1.0])
for layer, inputs in ((keras.layers.Dense(2), (None, 2)), (keras.layers.BatchNormalization(), (None, 2))):
    layer.build(inputs)
    for weight in layer.weights:
        assert isinstance(weight, keras.Variable) and not isinstance(weight, tf.Variable)
        assert isinstance(weight.value, tf.Variable)

# %% view
# > view An array that shows another array's memory, such as `a.T` or `a[0]`.
# > `np.asarray(v.value())` is a view of TensorFlow's memory: read-only, but writable with a dtype that NumPy itself
# > does not have, such as bfloat16, float8 or int4.
for view in (a.T, a[0], a.reshape(4), a[:, 1:]):
    assert np.shares_memory(a, view) and not view.flags.owndata
known = vars(tf.dtypes.experimental)  # some since TensorFlow 2.21
small = [known[name] for name in ("float4_e2m1fn", "int4", "uint4", "int2", "uint2") if name in known]
for dtype in [*PLAIN, tf.bfloat16, *TINY, *small]:
    one = tf.Variable(tf.constant(np.zeros(2), dtype))
    view = np.asarray(one.value())
    assert not view.flags.owndata
    assert view.flags.writeable == hasattr(ml_dtypes, dtype.name) == (not hasattr(np, dtype.name))
    if view.flags.writeable:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            view[0] = 1
        np.testing.assert_array_equal(one.numpy().astype("float32"), [1, 0])
    else:
        with raises(ValueError, match="read-only"):
            view[0] = 1

# %% weight
# > weight A variable that belongs to a layer, such as its kernel or bias: one of `layer.weights`.
layer = keras.layers.Dense(2)
layer.build((None, 2))
assert [weight is own for weight, own in zip(layer.weights, [layer.kernel, layer.bias], strict=True)] == [True, True]

# %% XLA
# > XLA A compiler that makes one program of many operations.
# > `jit_compile=True`, in `tf.function` or in a model's `compile`, asks for it.
# > It cannot compile a call of NumPy, such as `tf.numpy_function`.
program = tf.function(lambda x: tf.sin(x) * 2 + 1, jit_compile=True)
assert program.experimental_get_compiler_ir(a)(stage="hlo").startswith("HloModule")
np.testing.assert_allclose(program(a), np.sin(a) * 2 + 1, rtol=1e-5)


def by_numpy(truth, prediction):
    weight = tf.numpy_function(np.ones_like, [truth], tf.float32)
    return tf.reduce_mean(weight * (truth - prediction) ** 2)


with raises(InvalidArgument, match="unsupported operations"):
    tf.function(by_numpy, jit_compile=True)(a, a)
model = dense(1)
for wanted in (False, True):
    model.compile("sgd", by_numpy, jit_compile=wanted)
    assert model.jit_compile is wanted
    if wanted:
        with raises(InvalidArgument, match="unsupported operations"):
            model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    else:
        model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
