"""Claims of lesson 05, keeping the same variable."""

import copy
import inspect
import operator
import tempfile
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from assignlab.exercises import find

FLOATS = ("float16", "bfloat16", "float32", "float64")
REFUSED = (operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ipow)
MORE = (*FLOATS, "int32", "int64", "bool", "complex64")


def each(dtypes, *values):
    """(dtype, values) of the odd cases, and one number; not of bfloat16, since np.asarray cannot take such a tensor."""
    return [(dtype, value) for dtype in dtypes for value in (*values, 1) if dtype != "bfloat16" or np.ndim(value)]


def gradients(read, *sources):
    """The gradients of sum(read() ** 2), of a tape that opens now."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(read()))
    return tape.gradient(loss, list(sources))


def same(values, other):
    """Whether two arrays have the same bits."""
    return np.asarray(values).tobytes() == np.asarray(other).tobytes()


# free: **You will do:** mend a function that loses its variable, tell one variable from two, change one and go back.
# free: **You will learn:** which lines keep the variable, which make another, and who notices.
# free: **You need:** [lesson 4](04_numpy_snapshot_pitfall.ipynb).
# free: Write `same_variable`.
# free: Write `with_change`.
# free: [What assign cuts, and what it keeps](06_gradients_and_assign.ipynb): where a gradient passes and where it is
#       lost.

# %% setup
# > You write `v = v * 2`, print `v`, and it is doubled.
# > The optimizer goes on with the old values.
#
# > `copy` is Python's own; Keras brings layers and optimizers.
assert Path(inspect.getfile(copy)).parent == Path(inspect.getfile(tempfile)).parent
assert keras.layers and keras.optimizers
for make in (tf.Variable, keras.Variable):
    v = held = make([1.0, 2.0])
    optimizer = keras.optimizers.SGD(1.0)
    optimizer.build([held])
    v = v * 2
    np.testing.assert_array_equal(v, [2, 4])
    optimizer.apply([tf.ones(2)])
    np.testing.assert_array_equal(held, [0, 1])  # one step from the old values

# %% names
# > One variable, two names.
# > One line assigns, one computes.
#
# > `b` shows what was assigned.
# > `v * 2` is a new tensor, and `v = ...` gave it the name.
# > The variable kept its values; whoever holds it, an optimizer or a layer, has those.
np.testing.assert_array_equal(_[0], [3, 4])
assert _[1] == "EagerTensor" and isinstance(b, tf.Variable)
np.testing.assert_array_equal(v, [6, 8])
for dtype, values in each(FLOATS, [1, 2]):
    name = held = tf.Variable(tf.cast(values, dtype))
    before, handle = held.numpy(), held.handle
    name = name * 2
    assert tf.is_tensor(name) and not isinstance(name, tf.Variable)
    assert same(held.numpy(), before) and held.handle is handle
layer = keras.layers.Dense(1)
layer.build((None, 2))
kernel = layer.kernel
before = kernel.numpy()
kernel = kernel * 2
np.testing.assert_array_equal(layer.kernel, before)


@tf.function
def inside(variable):
    name = variable
    name = name * 2
    assert not isinstance(name, tf.Variable)
    return name


held = tf.Variable([1.0, 2.0])
np.testing.assert_array_equal(inside(held), [2, 4])
np.testing.assert_array_equal(held, [1, 2])

# %% tape
# > The tensor has no `assign`, and a tape that opens afterwards does not watch it:
assert _ == [None, None] and not hasattr(v, "assign")
np.testing.assert_array_equal(gradients(lambda: b, b)[0], [6, 8])

# %% refused
# raises RuntimeError: `variable += value` with `tf.Variable`s is not supported.
# > For an array, `+=` is an edit in place.
# > A `tf.Variable` refuses it:
#
# > `-=`, `*=`, `/=` and `**=` are refused as well.
# > `//=`, `%=` and `@=` are not: they give the name to a tensor.
array = second = np.ones(2)
array += 1
assert second is array and second[0] == 2
np.testing.assert_array_equal(w, [1, 2])
for dtype, values in each(FLOATS, [[1, 2], [3, 4]]):
    for make in (tf.Variable, lambda values: copy.copy(tf.Variable(values))):
        for edit in REFUSED:
            one = make(tf.cast(values, dtype))
            with pytest.raises(RuntimeError, match="is not supported"):
                edit(one, one * 0 + 2)
            with pytest.raises(RuntimeError, match="is not supported"):
                tf.function(lambda one=one, edit=edit: edit(one, one * 0 + 2), autograph=False)()
            np.testing.assert_array_equal(one.numpy(), values)
        for edit in (operator.ifloordiv, operator.imod, operator.imatmul)[: 3 if np.ndim(values) else 2]:
            one = make(tf.cast(values, dtype))
            given = edit(one, one * 0 + 2)
            assert tf.is_tensor(given) and not isinstance(given, tf.Variable)
            np.testing.assert_array_equal(one.numpy(), values)

# %% keras
# > A layer's weights are Keras variables.
#
# > It gives the name to a tensor, without an error.
# > `layer.bias *= 2` is the same trap: a Dense layer then computes with the tensor, and the bias in `layer.weights`
# > gets no gradient any more.
# > Write `assign` or `assign_add`.
assert _[0] == "EagerTensor"
np.testing.assert_array_equal(_[1], [1, 2])
for dtype in FLOATS:
    for edit in (*REFUSED, operator.ifloordiv, operator.imod):
        one = keras.Variable([1, 2], dtype=dtype)
        given = edit(one, 2)
        assert tf.is_tensor(given) and not isinstance(given, tf.Variable | keras.Variable)
        np.testing.assert_array_equal(one.numpy(), [1, 2])
    one.assign_add([1, 1])
    one.assign(one * 2)
    np.testing.assert_array_equal(one.numpy(), [4, 6])
layer = keras.layers.Dense(1, kernel_initializer="zeros", bias_initializer="ones")
layer.build((None, 2))
bias, inputs = layer.bias, np.zeros((1, 2), "float32")
assert all(isinstance(weight.value, tf.Variable) for weight in layer.weights)
assert gradients(lambda: layer(inputs), bias)[0] is not None
layer.bias *= 2
assert tf.is_tensor(layer.bias) and layer.weights[1] is bias
np.testing.assert_array_equal(layer(inputs), [[2]])
np.testing.assert_array_equal(bias, [1])
assert gradients(lambda: layer(inputs), bias) == [None]

# %% exercise-5-1
# > `follow` runs without an error, and the caller's variable stays where it is.
moving = tf.Variable([1.0, 2.0])
assert tf.is_tensor(follow(moving, np.array([3.0, 4.0]), 0.5))
np.testing.assert_array_equal(moving, [1, 2])

# %% returned
# since keras 3.5: assign of a keras.Variable returns the new value
# > Not the variable:
#
# > The first two are stand-ins for the whole of `w`: they show its values, also later ones, but a tape that opens
# > afterwards does not watch them.
# > The third is a tensor and stays as it is.
assert _ == ["_UnreadVariable", "_UnreadVariable", "EagerTensor"]
for one in returned[:2]:
    assert isinstance(one, tf.Variable) and one is not w and one.handle is w.handle
    np.testing.assert_array_equal(one, [4, 7, 8])
    assert gradients(lambda one=one: one, one, w) == [None, None]
w.assign([9.0, 9.0, 9.0])
k.assign([9.0, 9.0, 9.0])
np.testing.assert_array_equal([one.numpy() for one in returned], [[9, 9, 9], [9, 9, 9], [4, 5, 6]])
for dtype, values in each(FLOATS, [1, 2]):
    one = tf.Variable(tf.cast(values, dtype))
    for given in (one.assign(one), one.assign_add(one), one.assign_sub(one)):
        assert type(given).__name__ == "_UnreadVariable" and given.handle is one.handle
        assert gradients(lambda given=given: given, given, one) == [None, None]
    assert one.assign(one, read_value=False) is None
    of_keras = keras.Variable(values, dtype=dtype)
    for given in (of_keras.assign(values), of_keras.assign_add(of_keras * 0)):
        assert tf.is_tensor(given) and not isinstance(given, tf.Variable)

# %% loop
# raises TypeError: unsupported operand type(s) for *: 'float' and 'NoneType'
# > In a training loop, the second step fails:
#
# > The gradient was `None`.
# > Leave out `w =`, and the loop runs.
lines = printed.splitlines()
assert lines[0].startswith("0 5.0 tf.Tensor([2. 4.]") and lines[1].startswith("1 3.2") and lines[1].endswith("None")
assert gradient is None and type(w).__name__ == "_UnreadVariable"
np.testing.assert_allclose(w, [0.8, 1.6])  # one step was made
kept = tf.Variable([1.0, 2.0])
for _ in range(2):
    kept.assign_sub(0.1 * gradients(lambda: kept, kept)[0])
np.testing.assert_allclose(kept, [0.64, 1.28])

# %% handle
# > Operations find a variable by its *handle*, and `assign` keeps that.
# > Two variables can have one name.
#
# > One handle, one variable: name and values prove nothing.
assert _ == (True, False, True)
np.testing.assert_array_equal(tf.raw_ops.ReadVariableOp(resource=v.handle, dtype=tf.float32), [3, 4])
np.testing.assert_array_equal(namesake, [1, 2])
for dtype in MORE:
    one = tf.Variable(tf.cast([1, 0], dtype))
    handle = one.handle
    for write in (
        lambda one: one.assign(one.numpy()[::-1]),
        lambda one: one[:1].assign(one[1:]),
        lambda one: one.scatter_nd_update([[0]], one[:1]),
        lambda one: tf.function(lambda: one.assign(tf.reverse(one, [0])), autograph=False)(),
    ):
        write(one)
        assert one.handle is handle
    twin = tf.Variable(one)
    assert same(twin.numpy(), one.numpy()) and twin.handle is not one.handle
of_keras = keras.Variable([1.0, 2.0])
handle = of_keras.value.handle
of_keras.assign([3.0, 4.0])
assert of_keras.value.handle is handle

# %% twins
# > Six ways to keep `v`.
#
# > The first two.
# > `copy.copy` of a `tf.Variable` gives back the variable itself (of a Keras variable, another object that shares its
# > values).
# > `copy.deepcopy` and `tf.Variable(v)` make another variable.
# > The last two hold values: they are snapshots.
#
# > `layer.weights` is a new list of the same variables.
# > `weights[0] = ...` changes the list; `weights[0].assign(...)` changes the layer.
assert _ == [[7, 8], [7, 8], [3, 4], [3, 4], [3, 4], [3, 4]] and len(kept) == 6
for dtype, values in each(MORE, [1, 0]):
    one = tf.Variable(tf.cast(values, dtype))
    before = one.numpy()
    assert copy.copy(one) is one
    others = [copy.deepcopy(one), tf.Variable(one)]
    assert all(other.handle is not one.handle and isinstance(other, tf.Variable) for other in others)
    snapshots = [tf.identity(one), one.numpy(), np.asarray(one), one.value(), tf.convert_to_tensor(one)]
    for write in (
        lambda one: one.assign(tf.zeros_like(one)),
        lambda one: one[...].assign(tf.ones_like(one)),
        lambda one: tf.function(lambda: one.assign(tf.zeros_like(one)), autograph=False)(),
    ):
        write(one)
        assert all(same(snapshot, before) for snapshot in snapshots)
        assert all(same(other.numpy(), before) for other in others)
of_keras = keras.Variable([1.0, 2.0])
shallow, deep = copy.copy(of_keras), copy.deepcopy(of_keras)
assert shallow is not of_keras and shallow.value is of_keras.value and deep.value.handle is not of_keras.value.handle
of_keras.assign([3.0, 4.0])
np.testing.assert_array_equal(shallow, [3, 4])
np.testing.assert_array_equal(deep, [1, 2])
layer = keras.layers.Dense(1)
layer.build((None, 2))
assert layer.weights is not layer.weights
assert [one is other for one, other in zip(layer.weights, layer.weights, strict=True)] == [True, True]
weights, before = layer.weights, layer.kernel.numpy()
weights[0].assign([[5.0], [6.0]])
np.testing.assert_array_equal(layer.kernel, [[5], [6]])
weights[0] = weights[0] * 2
np.testing.assert_array_equal(layer.kernel, [[5], [6]])
assert layer.weights[0] is layer.kernel

# %% exercise-5-2
# > For `b = a`, and for what `a.assign(...)` returned, it is `True`; for a namesake with equal values, `False`.
asked = find("5.2").reference
a = tf.Variable([1.0, 2.0], name="kernel")
assert asked(a, a) is asked(a, a.assign([1.0, 2.0])) is True
assert asked(a, tf.Variable([1.0, 2.0], name="kernel")) is False

# %% slots
# > An optimizer keeps slot variables, such as momentum, for each variable that it has met.
# > Here the second gradient is 0.
#
# > The momentum outlived `assign`, and moved the new values.
np.testing.assert_allclose(_, [4.91, 4.91])
(momentum,) = [slot for slot in optimizer.variables if "momentum" in slot.path]
np.testing.assert_allclose(momentum.numpy(), [-0.09, -0.09])
for make in (tf.Variable, keras.Variable):
    one, two = make([1.0, 2.0]), make([[1.0]])
    adam = keras.optimizers.Adam()
    adam.build([one, two])
    shapes = [tuple(slot.shape) for slot in adam.variables if "momentum" in slot.path or "velocity" in slot.path]
    assert sorted(shapes) == [(1, 1), (1, 1), (2,), (2,)]

# %% newcomer
# raises ValueError: Unknown variable: <tf.Variable
# > With a new variable under the old name, the optimizer stops you:
for make in (tf.Variable, keras.Variable):
    for optimizer in (keras.optimizers.SGD(), keras.optimizers.Adam()):
        optimizer.apply([tf.ones(2)], [make([1.0, 2.0])])
        with pytest.raises(ValueError, match="Unknown variable"):
            optimizer.apply([tf.ones(2)], [make([1.0, 2.0])])

# %% trace
# > A `tf.function` says nothing.
#
# > The first one.
# > A trace holds the variable that it found; only a new trace looks the name up again.
# > So does `tf.train.Checkpoint(rate=rate)`: it restores the variable that it was given.
#
# > Optimizers, traces and checkpoints know the variable, not its name.
assert _ == [20, 30, 30] and rate.numpy() == 4
looked_up = tf.Variable(2.0)
times = tf.function(lambda x: looked_up * x, autograph=False)
assert times(tf.constant(10.0)).numpy() == 20
looked_up = tf.Variable(4.0)
assert times(tf.constant(5.0)).numpy() == 10 and times.experimental_get_tracing_count() == 1
assert times(tf.constant([5.0])).numpy() == [20] and times.experimental_get_tracing_count() == 2
assert times(tf.constant(5.0)).numpy() == 10
with tempfile.TemporaryDirectory() as folder:
    rate = given = tf.Variable(2.0)
    checkpoint = tf.train.Checkpoint(rate=rate)
    path = checkpoint.write(f"{folder}/rate")
    rate.assign(3.0)
    rate = tf.Variable(4.0)
    checkpoint.read(path)
assert given.numpy() == 2 and rate.numpy() == 4

# %% restore
# > Change a weight, and take the change back.
#
# > Nearly.
# > Each sum was rounded.
assert repr(_) == "array([0.09999999, 2.        ], dtype=float32)" and _[0] != np.float32(0.1)
there = np.float32(0.1) + np.float32(0.3)
assert float(there) != float(np.float32(0.1)) + float(np.float32(0.3)) and there - np.float32(0.3) == _[0]

# %% finally
# > A snapshot has every bit, of NaN and −0.0 too, and `finally` writes it back even if the lines above raise.
#
# > For a moment: `old = v.numpy()`, and `v.assign(old)` under `finally`.
assert _ is True
BITS = {"float16": "uint16", "bfloat16": "uint16", "float32": "uint32", "float64": "uint64"}
for dtype, integer in BITS.items():
    drawn = np.random.default_rng(0).integers(0, 2 ** (8 * np.dtype(integer).itemsize), 4096, dtype=integer)
    drawn[:2] = 0, 2 ** (8 * np.dtype(integer).itemsize - 1)  # 0.0 and -0.0; of the others, some are NaN
    values = drawn.view(tf.as_dtype(dtype).as_numpy_dtype)
    assert np.isnan(values).any()
    for one in (tf.Variable(tf.constant(values)), keras.Variable(values, dtype=dtype)):
        snapshot = one.numpy()
        with pytest.raises(ZeroDivisionError):
            try:
                one.assign(one * 0)
                assert not same(one.numpy(), values)
                1 / 0
            finally:
                one.assign(snapshot)
        assert same(one.numpy(), values)

# %% exercise-5-3
# > With `v = [1, 2]` and `change = [0.5, 0]`, `measure` finds `[1.5, 2]` in `v`; afterwards `v` is `[1, 2]`, even if
# > `measure` raises.
asked, one = find("5.3").reference, tf.Variable([1.0, 2.0])
np.testing.assert_array_equal(asked(one, np.array([0.5, 0.0]), one.numpy), [1.5, 2])
np.testing.assert_array_equal(one, [1, 2])
with pytest.raises(ZeroDivisionError):
    asked(one, np.array([0.5, 0.0]), lambda: 1 / 0)
np.testing.assert_array_equal(one, [1, 2])

# %% gradient
# > `v` was changed and restored; its gradient agrees with the measured one.
#
# > Inside a `tf.function`, `.numpy()` raises an error: `tf.identity(v)` is the snapshot there.
# > Another shape needs another variable, and another optimizer, or [one whose shape may
# > change](03_reshape_and_assign.ipynb).
#
# > `assign` keeps the variable.
# > `v = ...` gives the name away, and `+=` does that or raises.
#
# > Do not bind what `assign` returns.
np.testing.assert_allclose(report.autodiff, 2 * v.numpy(), rtol=1e-3)
with pytest.raises(NotImplementedError):
    tf.function(v.numpy, autograph=False)()


@tf.function
def doubled(variable):
    old = tf.identity(variable)
    variable.assign(variable * 2)
    loss = tf.reduce_sum(variable)
    variable.assign(old)
    return loss


for dtype in FLOATS:
    one = tf.Variable([0.1, -0.0, np.inf], dtype=dtype)
    before = one.numpy()
    assert doubled(one).numpy() == np.inf and same(one.numpy(), before)
one = tf.Variable([1.0, 2.0])
with pytest.raises(ValueError, match=r"[Ss]hape"):
    one.assign([1.0, 2.0, 3.0])
optimizer = keras.optimizers.SGD()
optimizer.apply([tf.ones(2)], [one])
with pytest.raises(ValueError, match="Unknown variable"):
    optimizer.apply([tf.ones(3)], [tf.Variable([1.0, 2.0, 3.0])])
resizable = tf.Variable([1.0, 2.0], shape=tf.TensorShape(None))
resizable.assign([1.0, 2.0, 3.0])
assert resizable.numpy().shape == (3,)
