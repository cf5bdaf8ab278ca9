"""Claims of lesson 09, inside a tf.function."""

import tempfile
import threading

import keras
import numpy as np
import pytest
import tensorflow as tf

from assignlab.exercises import find
from own_process import alone

FLOATS = ("float16", "bfloat16", "float32", "float64")


def traces(*arguments, **options):
    """How many traces these calls of one tf.function make."""
    traced = tf.function(lambda x: tf.reduce_sum(tf.cast(x, tf.float32)), **options)
    for argument in arguments:
        traced(argument)
    return traced.experimental_get_tracing_count()


# free: You put `@tf.function` above a training step, and it runs faster.
# free: **You will do:** mend a function that froze an array, compile one that is traced once, count calls.
# free: **You will learn:** what Python does, what TensorFlow does, and what each of them sees.
# free: **You need:** [lesson 5](05_keep_the_same_variable.ipynb).
# free: Three calls.
# free: Six calls.
# free: Make it outside, once.
# free: [Who else writes this weight?](10_layers_and_optimizers.ipynb): slots, constraints, averages, and where your own
#       write belongs.

# %% setup
# > Then you change a mask, and the step goes on with the old one.
#
# > Keras brings an optimizer.
mask, weights = np.array([1.0, 0.0]), tf.Variable([1.0, 1.0])
masked = tf.function(lambda: weights.assign(weights * mask))
masked()
mask[:] = 0
masked()
np.testing.assert_array_equal(weights, [1, 0])
assert keras.optimizers.Adam

# %% trace
# > The first call *traces*: Python runs the lines, and TensorFlow writes down the operations.
# > All three calls run these operations; `print` is none of them (`tf.print` is).
#
# > While it traces, nothing has a value yet:
assert printed == "Python runs\n"
np.testing.assert_array_equal(_, [4, 5])
assert step.experimental_get_tracing_count() == 1
names = {op.type for op in step.get_concrete_function().graph.get_operations()}
assert "AssignAddVariableOp" in names and "PrintV2" not in names
told = tf.function(lambda: [tf.print("told", output_stream="file:///dev/null"), v * 1][1], autograph=False)
assert "PrintV2" in {op.type for op in told.get_concrete_function().graph.get_operations()}

# %% values
# raises NotImplementedError: numpy() is only available when eager execution is enabled.
# > With TensorFlow's own `tf.sqrt(v)` it works.
# > Keras traces as well: `fit` does not run the Python of `train_step` for each batch, unless `compile` is told
# > `run_eagerly=True`.
for dtype in FLOATS:
    for make in (tf.Variable, keras.Variable):
        one = make(tf.cast([4, 9], dtype), dtype=dtype)
        for ask in (lambda one: one.numpy(), np.sqrt, np.asarray, lambda one: (one * 1).numpy()):
            with pytest.raises((NotImplementedError, AttributeError)):
                tf.function(lambda one=one, ask=ask: ask(one) is None, autograph=False)()
        inner = getattr(one, "value", one) if make is keras.Variable else one
        tf.function(lambda inner=inner: inner.assign(tf.sqrt(inner)), autograph=False)()
        np.testing.assert_array_equal(tf.cast(inner, tf.float32), [2, 3])


class Counting(keras.Sequential):
    runs = 0

    def train_step(self, data):
        Counting.runs += 1
        return super().train_step(data)


for eagerly in (False, True):
    model, Counting.runs = Counting([keras.Input((2,)), keras.layers.Dense(1)]), 0
    model.compile("sgd", "mse", run_eagerly=eagerly)
    model.fit(np.ones((20, 2)), np.ones((20, 1)), batch_size=2, verbose=0)
    assert Counting.runs == 10 if eagerly else 0 < Counting.runs < 5

# %% frozen
# > `double` uses an array and a variable.
# > Both change.
#
# > That of the variable.
# > The array became a constant while `double` was traced.
# > So does a Python number, and what `np.random` gave: each call repeats it.
# > A variable is read at each call.
np.testing.assert_array_equal(first, [2, 4])
np.testing.assert_array_equal(_, [6, 8])
assert "Const" in {op.type for op in double.get_concrete_function().graph.get_operations()}
rate = 2.0
times = tf.function(lambda: v * rate)
chance = tf.function(lambda: v * np.random.normal(size=2))
np.testing.assert_array_equal(times(), [6, 8])
before, rate = chance(), 10.0
np.testing.assert_array_equal(times(), [6, 8])
np.testing.assert_array_equal(chance(), before)

# %% exercise-9-1
# > The caller edits `scale` between calls.
# > `step` goes on with its first values.
one, factors = tf.Variable([1.0, 2.0]), np.array([2.0, 2.0])
shipped = find("9.1").shipped(one, factors)
shipped()
factors[:] = 100
shipped()
np.testing.assert_array_equal(one, [4, 8])

# %% arguments
# > Of an array, shape and dtype count, not the values.
# > It comes in as a tensor: float64 stays float64, and `assign` refuses that, so cast it, `tf.cast(x, v.dtype)`.
# > Of a Python number the value itself counts.
# > A thousand learning rates are a thousand traces.
# > `input_signature` says beforehand what comes in.
assert _ == [1, 1, 2, 3, 4, 5]
for dtype in ("float32", "float64", "int32", "bool"):
    assert traces(*(np.array([i, 1]).astype(dtype) for i in range(4))) == 1
    assert traces(*(np.array(i).astype(dtype)[()] for i in range(4))) == 1  # NumPy's own numbers are arrays here
assert traces(*range(20)) == 20 == traces(*(i / 7 for i in range(20)))
assert traces(*(i / 7 for i in range(20)), input_signature=[tf.TensorSpec([], tf.float32)]) == 1
assert traces(*(tf.constant(i / 7) for i in range(20))) == 1
one = tf.Variable([1.0, 2.0])
with pytest.raises(ValueError, match="Tensor conversion requested dtype float32 for Tensor with dtype float64"):
    tf.function(lambda x: one.assign(x), autograph=False)(np.array([5.0, 6.0]))
tf.function(lambda x: one.assign(tf.cast(x, one.dtype)), autograph=False)(np.array([5.0, 6.0]))
np.testing.assert_array_equal(one, [5, 6])

# %% exercise-9-2
# > With `v = [8, 16]`, the calls `decay(0.5)`, `decay(0.25)` and `decay(0.125)` leave `[0.125, 0.25]`, after one trace.
assert find("9.2").outcome(find("9.2").reference, find("9.2").cases[0]).value == [0.125, 0.25, 1]
assert "(0.5, 0.25, 0.125)" in find("9.2").cases[0] and "[8.0, 16.0]" in find("9.2").cases[0]

# %% order
# > Nothing connects these operations but the variable.
#
# > Reads and writes of a variable keep the order of the lines, and a write runs even if nothing uses it.
# > (What a `tf.py_function` writes inside has no place in that order: let it return the array, and assign outside.)
# > In a graph built by hand, under `tf.compat.v1`, `tf.control_dependencies` must say so.
#
# > A Python loop is unrolled while it is traced, a `tf.range` stays a loop.
# > (So with `if`: on a Python value it is decided while tracing, on a tensor at each call.)
np.testing.assert_array_equal(_[0], [1, 2])
np.testing.assert_array_equal(_[1], [5, 6])
for compiled in (False, True):
    for dtype in FLOATS:
        one = tf.Variable(tf.cast([1, 2], dtype))

        @tf.function(jit_compile=compiled)
        def several(one=one):
            found = [one.read_value()]
            for k in range(3, 8):
                one.assign(tf.cast([k, k], one.dtype))
                found.append(one * 1)
            one.assign_add(tf.ones_like(one))
            return found

        values = [tensor.numpy()[0] for tensor in several()]
        assert values == [1, 3, 4, 5, 6, 7] and one.numpy()[0] == 8
inside = tf.Variable([0.0])


@tf.function
def hidden_write():
    tf.py_function(lambda: inside.assign([1.0]), [], tf.float32)
    return inside * 1


@tf.function
def outside_write():
    inside.assign(tf.numpy_function(lambda: np.float32([5]), [], tf.float32))
    return inside * 1


(read,) = (op for op in hidden_write.get_concrete_function().graph.get_operations() if op.type == "ReadVariableOp")
assert not read.control_inputs  # it waits for nothing
assert outside_write().numpy() == 5
with tf.Graph().as_default():
    by_hand = tf.compat.v1.get_variable("w", initializer=[1.0, 2.0], use_resource=True)
    written = by_hand.assign([5.0, 6.0], read_value=False)
    assert not by_hand.read_value().op.inputs[0].op.control_inputs
    with tf.control_dependencies([written]):
        after = by_hand.read_value()
    with tf.compat.v1.Session() as session:
        session.run(by_hand.initializer)
        np.testing.assert_array_equal(session.run(after), [5, 6])

# %% loops
assert _[1] - _[0] == 990 * (_[0] // 10) and _[2] < 40
assert operations(tf.range(10)) == _[2]
one, add = tf.Variable([1.0, 2.0]), True


@tf.function
def decide():
    if add:
        one.assign_add([1.0, 1.0])
    if tf.reduce_sum(one) > 6:
        one.assign([0.0, 0.0])


for expected in ([2, 3], [0, 0], [1, 1]):
    decide()
    np.testing.assert_array_equal(one, expected)
    add = False if expected == [2, 3] else add  # not seen
assert decide.experimental_get_tracing_count() == 1

# %% create
# raises ValueError: tf.function only supports singleton tf.Variables created on the first call.
# > A variable made inside would be another at each trace:
#
# > An optimizer makes its slot variables at its first step: `optimizer.build([v])` makes them before, so that the trace
# > finds them.
late = keras.optimizers.Adam(0.5)
assert len(late.variables) == 2
late.build([v])
assert len(late.variables) == 4

# %% optimizer
np.testing.assert_allclose(_, [0.5, 1.5], rtol=1e-5)

# %% exercise-9-3
# > The calls of what it returns give 1, 2, 3; a second counter begins with 1 again.
# > They count inside another `tf.function` as well.
counter, second = find("9.3").reference(), find("9.3").reference()
assert [int(counter()) for _call in range(3)] == [1, 2, 3] and int(second()) == 1
assert int(tf.function(lambda: counter() * 10)()) == 40

# %% numpy
# > `tf.numpy_function` calls Python at each call, with arrays:
#
# > No gradient passes through it, [XLA](../book/recipes.ipynb#compile-an-update-with-xla) (`jit_compile=True`) refuses
# > it, and a saved model does not take it along.
np.testing.assert_array_equal(_, [3, 4])
calls = []


def noting(array):
    calls.append(type(array))
    return array


noted = tf.function(lambda: tf.numpy_function(noting, [v], v.dtype))
for _call in range(3):
    noted()
assert calls == [np.ndarray] * 3 and noted.experimental_get_tracing_count() == 1
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(tf.numpy_function(np.square, [v], v.dtype))
assert tape.gradient(loss, v) is None
with pytest.raises(tf.errors.InvalidArgumentError, match="unsupported operations"):
    tf.function(lambda: tf.numpy_function(np.sort, [v], v.dtype), jit_compile=True)()
module = tf.Module()
module.sorts = tf.function(lambda x: tf.numpy_function(np.sort, [x], tf.float32), input_signature=[tf.TensorSpec([2])])
with tempfile.TemporaryDirectory() as folder:
    tf.saved_model.save(module, folder)
    load = f"tf.saved_model.load({folder!r}).sorts(tf.constant([2.0, 1.0]))"
    assert "Could not find callback" in alone(load, fails=True)

# %% gradient
# > `v` was written by traced code; a traced loss has its gradient.
#
# > Several threads may write to one variable.
# > Of a `tf.Variable`, no `assign_add` is lost; of `v.assign(v.numpy() + 1)`, which reads first and writes later, some
# > are.
# > Put a `threading.Lock` around it, [in Python](../book/recipes.ipynb#write-from-several-threads): inside a
# > `tf.function` it is taken while that traces, and not again.
# > `keras.Variable.assign_add` reads first as well; that of its `.value` does not.
#
# > Python runs while TensorFlow traces; the calls run operations.
#
# > Arrays and numbers from outside are frozen, variables are read.
#
# > Arrays as arguments: one trace for a shape and dtype.
#
# > Reads and writes keep their order.
#
# > Variables and slots are made once, outside.
assert _.verdict == "verified"


def in_threads(work, times=500, counted=None):
    """What a variable holds after four threads have done some work this many times each."""
    counted = tf.Variable(0.0) if counted is None else counted
    threads = [threading.Thread(target=lambda: [work(counted) for _call in range(times)]) for _thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counted.numpy()


lock, meeting = threading.Lock(), threading.Barrier(4)


def read_then_write(counted):
    value = counted.numpy()
    meeting.wait(60)  # all have read
    counted.assign(value + 1)
    meeting.wait(60)


def with_lock(counted):
    with lock:
        counted.assign(counted.numpy() + 1)


assert in_threads(lambda counted: counted.assign_add(1.0)) == 2000 == in_threads(with_lock)
assert in_threads(read_then_write, 3) == 3  # of 12


class Meeting(keras.Variable):
    """Writes when all four threads are about to."""

    def _direct_assign(self, value):
        meeting.wait(60)
        super()._direct_assign(value)
        meeting.wait(60)


assert in_threads(lambda counted: counted.assign_add(1.0), 3, Meeting(0.0)) == 3
assert in_threads(lambda counted: counted.value.assign_add(1.0), counted=Meeting(0.0)) == 2000


class Counted:
    """A lock that counts how often it is taken."""

    taken = 0

    def __enter__(self):
        self.taken += 1

    def __exit__(self, *raised):
        pass


counts_itself = Counted()


@tf.function
def locked():
    with counts_itself:
        v.assign_add([1.0, 1.0])


for _call in range(3):
    locked()
assert counts_itself.taken == 1
