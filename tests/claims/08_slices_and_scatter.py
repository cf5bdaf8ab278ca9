"""Claims of lesson 08, slices and scatter."""

import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from assignlab.exercises import find
from own_process import alone

InvalidArgument = tf.errors.InvalidArgumentError
DTYPES = ("float16", "bfloat16", "float32", "float64", "int8", "int32", "int64", "uint8", "complex64")
ROWS = np.array([[1.0, 2.0], [3.0, 4.0]], "float32")
EACH = slice(None)

WRITES = (
    lambda one: one[0].assign(one[0]),
    lambda one: one[9:].assign(one[9:]),
    lambda one: one.scatter_nd_update([[0]], one[:1]),
    lambda one: one.scatter_nd_add([[0]], one[:1]),
    lambda one: one.scatter_update(tf.IndexedSlices(one[:1], [0])),
)


def both(values, dtype="float32"):
    """A variable of TensorFlow and one of Keras with these values."""
    return tf.Variable(tf.cast(values, dtype)), keras.Variable(np.asarray(values), dtype=dtype)


def same(variable, expected):
    """Fail unless the variable holds these values."""
    np.testing.assert_array_equal(np.asarray(variable.numpy()).astype("complex128"), expected)


def modes(write, *arguments):
    """The same write, in eager mode and in a `tf.function`, each to be called."""
    return (lambda: write(*arguments)), tf.function(lambda: (write(*arguments), 0)[1], autograph=False)


def compiled(write, *tensors):
    """Run a write in a `tf.function` that XLA compiles."""
    return tf.function(lambda *given: (write(*given), 0)[1], autograph=False, jit_compile=True)(*tensors)


def operations(call, *tensors):
    """The names of the operations of which a `tf.function` of this call consists."""
    graph = tf.function(lambda *given: (call(*given), 0)[1], autograph=False).get_concrete_function(*tensors).graph
    return [operation.type for operation in graph.get_operations()]


# free: **You will do:** paste a patch, set one entry in each row, add vectors to rows.
# free: **You will learn:** what slices and scatters take, and what becomes of an index that comes twice or lies
#       outside.
# free: **You need:** [lesson 2](02_masked_replacement.ipynb).
# free: One vector of a large embedding is wrong.
# free: You copy the whole table out, change a row, and copy it back.
# free: Leave it out yourself.
# free: [Inside a tf.function](09_inside_tf_function.ipynb): what Python does, and what TensorFlow does.

# %% setup
# > `matrix` counts from 0 to 11.
np.testing.assert_array_equal(matrix, [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]])

# %% item
# since keras 3.6: a keras.Variable may be complex
# raises TypeError: 'ResourceVariable' object does not support item assignment
# > An array takes `a[0, 0] = 50`.
# > A variable does not.
#
# > Python looks for `__setitem__`, and a variable has none.
array = matrix.copy()
array[0, 0] = 50
assert array[0, 0] == 50
same(v, matrix)
assert not hasattr(tf.Variable, "__setitem__") and not hasattr(keras.Variable, "__setitem__")
for dtype in DTYPES:
    for one in both(matrix, dtype):
        for index in (0, (0, 0), EACH, ..., [0, 1], np.array([0, 1]), matrix > 5):
            with pytest.raises(TypeError):
                one[index] = 50
        same(one, matrix)

# %% slice
# since keras 3.6: a keras.Variable may be complex
# > Write `assign` behind the brackets: these entries change, and no others.
#
# > Whole numbers, steps, `...` and `tf.newaxis` mean what they mean in NumPy.
# > One pair of brackets, on the variable itself: `v[1][2]` is cut from a tensor and has no `assign`.
np.testing.assert_array_equal(_, [[50, 1, 2, 0], [4, 3, 2, 0], [8, 9, 10, 0]])
INDICES = (
    *(0, -1, np.int64(1), (2, 3), (-3, -4), ..., (), EACH, (..., 0), (0, ...), (EACH, 1), (EACH, -2)),
    *(slice(1, 3), slice(-2, None), slice(None, None, 2), slice(None, None, -1), (slice(2, 0, -1), slice(3, None, -3))),
    *((slice(1, 9), 0), slice(9, None), (slice(2, 2), 1), tf.newaxis, (0, tf.newaxis), (EACH, tf.newaxis, 1)),
)
for dtype in DTYPES:
    for one in both(matrix, dtype):
        expected, handle = matrix.astype("complex128"), getattr(one, "value", one)
        for number, index in enumerate(INDICES, 50):
            expected[index] = number
            one[index].assign(tf.cast(number, dtype))
            same(one, expected)
one = tf.Variable(matrix)
for index in INDICES:
    for call in modes(lambda one, index: one[index].assign(7.0), one, index):
        expected, handle = matrix.copy(), one.handle
        one.assign(matrix)
        expected[index] = 7
        call()
        same(one, expected)
        assert one.handle is handle
assert hasattr(one[1], "assign") and tf.is_tensor(one[1])
for tensor in (one[1][2], one[0:2][0], one.value()[0], tf.identity(one)[0], (one * 1)[0], next(iter(one))):
    assert tf.is_tensor(tensor) and not hasattr(tensor, "assign")
for one in both(matrix):
    assert not hasattr(one[1][2], "assign")

# %% broadcast
# > A slice repeats what it is given, as NumPy does.
# > (A whole variable does not.)
#
# > A slice broadcasts; a list in the brackets is one entry.
np.testing.assert_array_equal(_, [[1, 2, 3, 4], [1, 2, 3, 4], [9, 9, 9, 9]])
SHAPES = [(), (1,), (3,), (4,), (1, 1), (1, 3), (1, 4), (3, 1), (4, 1), (3, 4), (2, 4), (4, 3), (12,), (1, 1, 4)]
WINDOWS = (EACH, slice(1, 3), 1, (EACH, 1), (EACH, slice(1, 2)), (slice(None, None, 2), slice(None, None, -1)), ...)
for index in WINDOWS:
    for shape in SHAPES:
        given = np.arange(20, 20 + np.prod(shape, dtype=int), dtype="float32").reshape(shape)
        expected = matrix.copy()
        try:
            expected[index] = given
        except ValueError:
            expected = None
        for one in both(matrix):
            for call in modes(lambda one, index, given: one[index].assign(given), one, index, given):
                one.assign(matrix)
                if expected is None:
                    with pytest.raises(InvalidArgument, match="Cannot broadcast input shape"):
                        call()
                    same(one, matrix)
                else:
                    call()
                    same(one, expected)
for one in both(matrix):
    for given in (9.0, [1.0, 2, 3, 4], [[1.0], [2], [3]], np.ones((1, 3, 4))):
        with pytest.raises(ValueError, match=r"[Ss]hape"):
            one.assign(given)

# %% column
# raises InvalidArgumentError: Cannot broadcast input shape [3,1] into final shape [3]
# > No.
# > A number among the indices takes its axis away: `v[:, 1]` has the shape `(3,)`, and `(3, 1)` does not fit.
with pytest.raises(ValueError, match="could not broadcast"):
    matrix.copy()[:, 1] = np.array([[7], [8], [9]])  # in NumPy neither
same(v, [[1, 2, 3, 4], [1, 2, 3, 4], [9, 9, 9, 9]])

# %% column-kept
# > A slice keeps the axis.
np.testing.assert_array_equal(_[0], [[1, 7, 3, 4], [1, 8, 3, 4], [9, 9, 9, 9]])
assert _[1:] == ((3,), (3, 1)) and v[1].shape == (4,) and v[1:2].shape == (1, 4)
v[:, 1].assign([7, 8, 9])  # without the axis, three numbers do

# %% exercise-8-1
# > A slice ends at the edge: `v[1:9]` has two rows.
# > `v[9:]` has none, and what is assigned to it is lost without a word; `v[9]` raises.
#
# > What sticks out is cut off.
assert v[1:9].shape == (2, 4) and v[9:].shape == (0, 4)
for one in both(matrix):
    for given in (7.0, [1.0, 2, 3, 4], np.ones((3, 4)), np.ones((0, 4)), np.ones(3)):
        for call in modes(lambda one, given: one[9:].assign(given), one, given):
            call()
        same(one, matrix)
    for outside in (9, 3, -4, (0, 4)):
        with pytest.raises(InvalidArgument, match=r"slice index -?\d of dimension \d out of bounds"):
            one[outside].assign(7.0)
        with pytest.raises(ValueError, match="out of bounds"):
            tf.function(lambda one=one, outside=outside: one[outside].assign(7.0), autograph=False)()
before, arguments, after = find("8.1").example()
assert arguments["row"] + len(arguments["patch"]) == 4 > len(before)
np.testing.assert_array_equal(after[1:, 2:], arguments["patch"][:2])

# %% list
# > To NumPy, `[0, 2]` means two rows.
#
# > One entry: `v[[0, 2]]` is `v[0, 2]`.
# > `v[np.array([0, 2])]` raises `Only integers, slices`, and `v[mask]` has no `assign`.
np.testing.assert_array_equal(_, [[0, 1, -1, 3], [4, 5, 6, 7], [8, 9, 10, 11]])
assert matrix[[0, 2]].shape == (2, 4)
for one in both(matrix):
    assert one[[0, 2]].numpy() == one[0, 2].numpy() == 2
    for array in (np.array([0, 2]), np.array([0]), tf.constant([0, 2])):
        with pytest.raises(TypeError, match="Only integers, slices"):
            one[array]
    for mask in (matrix > 5, np.array([True, False, True]), tf.constant(matrix > 5)):
        assert tf.is_tensor(one[mask]) and not hasattr(one[mask], "assign")

# %% scatter
# > `scatter_nd_update` takes places and what belongs there.
# > Each place is a list: one number for a row, two for an entry.
#
# > Nothing is repeated: a row comes in full.
# > Of a flat `[0, 2]`, eager mode writes the first row alone, without a word.
#
# > `scatter_nd_update` takes places, each a list, and repeats nothing.
np.testing.assert_array_equal(_, [[1, 1, 1, 30], [4, 40, 6, 7], [2, 2, 2, 2]])
for dtype in DTYPES:
    one, handle = tf.Variable(tf.cast(matrix, dtype)), v.handle
    one.scatter_nd_update([[2], [0]], [[1, 2, 3, 4], [5, 6, 7, 8]])
    same(one, [[5, 6, 7, 8], [4, 5, 6, 7], [1, 2, 3, 4]])
    one.scatter_nd_update([[1, 1], [0, 0], [2, 3]], [9, 10, 11])
    same(one, [[10, 6, 7, 8], [4, 9, 6, 7], [1, 2, 3, 11]])
one = tf.Variable(matrix)
for places, given in (
    *(([[0], [2]], given) for given in (1.0, [1.0, 2.0], [1.0, 2, 3, 4], [[1.0], [2.0]], [[1.0, 2, 3, 4]])),
    *(([[0, 1], [2, 3]], given) for given in (1.0, [1.0], [[1.0, 2.0]])),
):
    for call in modes(lambda one, places, given: one.scatter_nd_update(places, given), one, places, given):
        with pytest.raises((InvalidArgument, ValueError)):
            call()
same(one, matrix)
one.scatter_nd_update([0, 2], [[1, 1, 1, 1], [2, 2, 2, 2]])
same(one, [[1, 1, 1, 1], [4, 5, 6, 7], [8, 9, 10, 11]])
with pytest.raises(ValueError):
    tf.function(lambda: one.scatter_nd_update([0, 2], [[1, 1, 1, 1], [2, 2, 2, 2]]), autograph=False)()

# %% mask
# > `np.argwhere` makes places of a mask; `tf.where` does so in TensorFlow.
np.testing.assert_array_equal(_, [[1, 1, 1, 5], [4, 5, 5, 5], [2, 2, 2, 2]])
for mask in (matrix > 5, matrix % 2 == 0, np.array([True, False, True]), matrix > 99, np.ones((2, 2, 2), bool)):
    np.testing.assert_array_equal(np.argwhere(mask), tf.where(mask))
    for places in (np.argwhere(mask), tf.where(mask)):
        one = tf.Variable(tf.zeros(mask.shape))
        one.scatter_nd_update(places, np.full(len(places), 1))
        same(one, mask)

# %% exercise-8-2
# > Slices and scatters cast as `assign` does: arrays and lists, not tensors.
# > Places are int32 or int64.


def outcome(write, one):
    """The values after a write, or the class of what it raised."""
    try:
        write(one)
    except Exception as error:
        return type(error).__name__
    return one.numpy().tolist()


for dtype in ("float16", "bfloat16", "float32", "float64", "int32", "int64", "uint8", "bool", "complex64"):
    for given in (
        *([2.5, 1.0], [2, 1], [True, False], np.array([2.5, 1.0]), np.array([2, 1]), np.array([True, False])),
        *(tf.constant([2.5, 1.0]), tf.constant([2, 1]), tf.constant([2.0, 1.0], tf.float64), tf.Variable([2.5, 1.0])),
    ):
        found = [
            outcome(write, tf.Variable(tf.cast([0, 0], dtype)))
            for write in (
                lambda one, given=given: one.assign(given),
                lambda one, given=given: one[:].assign(given),
                lambda one, given=given: one.scatter_nd_update([[0], [1]], given),
            )
        ]
        assert found[0] == found[1] == found[2], (dtype, given, found)
        if tf.is_tensor(given):
            assert isinstance(found[0], list) == (given.dtype == dtype)
        elif isinstance(given, np.ndarray):
            assert isinstance(found[0], list)
for dtype in ("int32", "int64", "int8", "int16", "uint8", "bool", "float32"):
    one = tf.Variable([0.0, 0.0])
    if dtype in ("int32", "int64"):
        one.scatter_nd_update(np.array([[1]], dtype), [5])
        same(one, [0, 5])
    else:
        with pytest.raises(InvalidArgument, match="Tindices"):
            one.scatter_nd_update(np.array([[1]], dtype), [5])

# %% twice
# > Entry 1 comes twice, and then entry 2 does.
#
# > Of two updates one stays: here the last, but TensorFlow promises no order.
# > `scatter_nd_add` adds them all, as `np.add.at` does and `a[[2, 2]] += ...` does not.
# > There are `scatter_nd_sub`, `_max` and `_min` too.
#
# > Twice in one place: `update` keeps one, `add` adds all.
np.testing.assert_array_equal(_, [0, 4, 7])
assert "nondeterministic if `indices` contains duplicates" in tf.tensor_scatter_nd_update.__doc__.replace("\n  >  ", "")
assert "for each value is undefined" in tf.compat.v1.scatter_update.__doc__
for function in (tf.tensor_scatter_nd_update, tf.compat.v1.scatter_update, tf.Variable.scatter_nd_update):
    assert "in order" not in function.__doc__ and "last one wins" not in function.__doc__
array = np.zeros(3)
array[[2, 2]] += [3, 4]
np.testing.assert_array_equal(array, [0, 0, 4])
np.add.at(array, [1, 1], [3, 4])
np.testing.assert_array_equal(array, [0, 7, 4])
for dtype in DTYPES:
    for name, expected in (("add", 22), ("sub", -2), ("max", 10), ("min", 4), ("update", None)):
        if (dtype, name) in (("uint8", "sub"), ("complex64", "max"), ("complex64", "min")):
            continue  # 10 - 12 is no uint8, and complex numbers have no order
        one = tf.Variable(tf.cast([0, 10, 0], dtype))
        given = [5, 7] if name != "min" else [7, 4]
        for call in modes(getattr(one, f"scatter_nd_{name}"), [[1], [1]], given):
            one.assign(tf.cast([0, 10, 0], dtype))
            call()
            if name == "update":
                assert one.numpy()[1] in given
            else:
                same(one, [0, expected, 0])

# %% outside
# raises InvalidArgumentError: indices[1] = [-1] does not index into shape [3]
# > NumPy counts `-1` from the end.
# > A scatter does not.
assert np.arange(3)[-1] == 2

# %% outside-after
# since tensorflow 2.18: a scatter goes on after a place that is not there
# > An error, and the other places were written all the same.
# > Elsewhere, silence: XLA (`jit_compile=True`) ignores the place; so does a GPU, says the
# > [documentation](https://www.tensorflow.org/api_docs/python/tf/tensor_scatter_nd_update) of the same write to a
# > tensor.
#
# > Outside: an error, or silence.
np.testing.assert_array_equal(_, [5, 4, 7])
told = " ".join(tf.tensor_scatter_nd_update.__doc__.replace(">", "").split())
assert "If an out of bound index is found on CPU, an error is returned." in told
assert (
    "some GPU specific semantics for this operation. - If an out of bound index is found, the index is ignored." in told
)
for name in ("update", "add", "sub", "max", "min"):
    for bad in (-1, 4, 99):
        one, places = tf.Variable(np.zeros((4, 2), "float32")), tf.constant([[0], [bad], [1]])
        given = tf.constant([[9.0, 9.0], [8.0, 8.0], [7.0, 7.0]]) * (-1 if name == "min" else 1)
        write = getattr(one, f"scatter_nd_{name}")
        for call in modes(write, places, given):
            with pytest.raises(InvalidArgument, match="does not index into shape"):
                call()
            assert one.numpy()[:2].all() and not one.numpy()[2:].any()
            one.assign(np.zeros((4, 2)))
        if name in ("max", "min"):
            continue  # XLA does not know these two
        compiled(write, places, given)
        assert one.numpy()[:2].all() and not one.numpy()[2:].any()

# %% exercise-8-3
before, arguments, after = find("8.3").example()
assert (arguments["ids"] < 0).any() and len(set(arguments["ids"])) < len(arguments["ids"])

# %% embedding
# > It is a Keras variable: that has slices, and no scatter.
# > The `tf.Variable` in its `.value` has both.
np.testing.assert_array_equal(_, [[1, 1, 1], [0, 0, 0], [2, 3, 4], [0, 0, 0]])
assert not isinstance(layer.embeddings, tf.Variable) and isinstance(layer.embeddings.value, tf.Variable)
assert not [name for name in dir(keras.Variable) if "scatter" in name]
for name in ("update", "add", "sub", "max", "min"):
    one = keras.Variable(np.zeros((2, 2)))
    getattr(one.value, f"scatter_nd_{name}")([[1]], [[5.0, -5.0]])
    assert one.numpy()[1].any()
    one.value[0].assign([1, 2])
    same(one[0], [1, 2])

# %% rows
# > The gradient of a lookup is an `IndexedSlices`: some rows, and their places.
#
# > Row 0 has a gradient in the first step, row 3 in the second.
#
# > With plain SGD row 3 alone: it scatters.
# > With Adam row 0 as well, by its momentum.
lines = [np.array(line.split("[")[1].rstrip("]").split(), float) for line in printed.splitlines()]
np.testing.assert_allclose(lines[:2], [[0.9, 1, 1, 1], [0.9, 1, 1, 0.9]])
np.testing.assert_allclose(lines[2], [0.9, 1, 1, 1], rtol=1e-5)
assert lines[3][0] < 0.85 and lines[3][3] < 0.95 and (lines[3][1:3] == 1).all()
with tf.GradientTape(persistent=True) as tape:
    looked_up = tf.reduce_sum(layer(np.array([1, 1, 3])))
    gathered = tf.reduce_sum(tf.gather(v, [0, 2]))
for gradient, places in ((tape.gradient(looked_up, layer.embeddings), [1, 1, 3]), (tape.gradient(gathered, v), [0, 2])):
    assert isinstance(gradient, tf.IndexedSlices)
    np.testing.assert_array_equal(tf.reshape(gradient.indices, [-1]), places)
    assert len(gradient.values) == len(places)


def graph_of_step(optimizer):
    """The operations of one step with a gradient of rows."""
    one = tf.Variable(tf.ones((4, 1)))
    optimizer.build([one])
    gradient = tf.IndexedSlices(tf.ones((1, 1)), tf.constant([0]), tf.constant([4, 1]))
    return operations(lambda: optimizer.apply([gradient], [one]))


assert {"ResourceScatterAdd", "ResourceScatterSub"} & set(graph_of_step(keras.optimizers.SGD(0.1)))
for optimizer in (keras.optimizers.SGD(0.1, momentum=0.9), keras.optimizers.Adam(0.1, beta_1=0.0)):
    one, found = tf.Variable(tf.ones((4, 1))), []
    for row in (0, 3):
        optimizer.apply([tf.IndexedSlices(tf.ones((1, 1)), [row], [4, 1])], [one])
        found.append(one.numpy()[0, 0])
    without_momentum = isinstance(optimizer, keras.optimizers.Adam)
    assert np.isclose(found[0], found[1]) == without_momentum

# %% cost
# > The round trip copies the whole variable out and in.
# > A scatter writes where its entries lie; a slice reads the variable first.
#
# > Before, yes.
# > Once a part has been written, each read of the whole copies it (on a CPU, without XLA), and no `assign` ends that.
# > `tf.gather` of a `tf.Variable` reads rows alone; a Keras `Embedding`, the whole at every lookup.
# > To correct a layer once, the round trip costs less in the end.
#
# > Scatter into what `tf.gather` reads; correct a layer by the round trip.
assert _ == (True, False)
for dtype in (*DTYPES, "bool"):
    for write in WRITES[: 5 if dtype != "bool" else 3]:
        one = tf.Variable(tf.zeros((3, 4), dtype))
        one.assign(tf.zeros((3, 4), dtype))
        write(one)
        one.assign(tf.ones((3, 4), dtype))
        assert not np.shares_memory(np.asarray(one.value()), np.asarray(one.value()))
one = tf.Variable(matrix)
assert "ReadVariableOp" in operations(lambda: one[0].assign(1.0))
assert "ReadVariableOp" not in operations(lambda: one.scatter_nd_update([[0]], [[1.0, 1, 1, 1]]))
assert "ReadVariableOp" not in operations(lambda: tf.gather(one, [0]))
assert "ReadVariableOp" in operations(lambda: layer(np.array([0])))
if sys.platform == "linux":  # how much a call needs, in sizes of the variable, read from the kernel's account
    alone("""
from pathlib import Path

def needed(call):
    def account(name):
        line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
        return int(line.split()[1]) / 1024 / 40  # megabytes, of 40
    call()
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark begins anew
    before = account("VmRSS")
    call()
    return account("VmHWM") - before

def round_trip(v):
    values = v.numpy()
    values[0] = 1
    v.assign(values)

row, ids = np.ones((1, 10), "float32"), tf.constant([0, 5])
def table():
    return tf.Variable(tf.zeros((2**20, 10)))
def lookups(layer):
    return (lambda: layer(ids)), tf.function(lambda: layer(ids))

whole, part = table(), table()
assert needed(lambda: round_trip(whole)) > 1.8
assert needed(lambda: part.scatter_nd_update([[0]], row)) < 0.1
assert needed(lambda: part[0].assign(row[0])) > 0.9
for read in (lambda v: tf.reduce_sum(v), lambda v: v.value(), lambda v: tf.ones((1, 2**20)) @ v):
    assert needed(lambda: read(whole)) < 0.2 < 0.9 < needed(lambda: read(part))
part.assign(whole)
assert needed(tf.function(lambda: tf.reduce_sum(part))) > 0.9
assert needed(lambda: tf.gather(part, [0, 5])) < 0.1
assert needed(tf.function(lambda: tf.reduce_sum(part), jit_compile=True)) < 0.1
once, scattered = (keras.layers.Embedding(2**20, 10) for _ in range(2))
for layer in once, scattered:
    layer.build()
round_trip(once.embeddings)
scattered.embeddings.value.scatter_nd_update([[0]], row)
for cheap, dear in zip(lookups(once), lookups(scattered)):
    assert needed(cheap) < 0.1 < 0.9 < needed(dear)
""")

# %% gradient
# > A part was written; the gradient agrees with the measured one.
# > (What a partial write returns is [a stand-in](05_keep_the_same_variable.ipynb): leave it.)
#
# > Where XLA compiles, a slice does not broadcast, and one with a step may fail.
# > Under a `MirroredStrategy` it [reaches one copy alone](15_many_devices.ipynb).
# > A gradient through a written part needs a tensor: `tf.tensor_scatter_nd_update`.
np.testing.assert_allclose(report.autodiff, 2 * v.numpy().ravel(), rtol=1e-3)
for write in (*WRITES, lambda one: one.scatter_nd_max([[0]], one[:1])):
    one = tf.Variable(matrix)
    returned = write(one)
    assert type(returned).__name__ == "_UnreadVariable" and returned.handle is one.handle
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(returned**2)
    assert tape.gradient(loss, [returned, one]) == [None, None]
alone("""
cpu, = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    v = tf.Variable([0.0, 0.0])
v[0].assign(9.0)
assert [copy.numpy().tolist() for copy in v.values] == [[9, 0], [0, 0]]
""")
one = tf.Variable(matrix)
compiled(lambda given: one[1].assign(given), tf.constant([1.0, 2, 3, 4]))
same(one[1], [1, 2, 3, 4])
for index, given in ((1, 9.0), (EACH, [1.0, 2, 3, 4]), (1, [[1.0, 2, 3, 4]]), ((EACH, slice(0, 1)), [1.0])):
    with pytest.raises(tf.errors.UnimplementedError, match="broadcasting not yet implemented"):
        compiled(lambda index=index, given=given: one[index].assign(given))
for step in (2, 3, -1, -2):
    with pytest.raises((tf.errors.UnimplementedError, tf.errors.InternalError)):
        compiled(lambda step=step: one[1, ::step].assign(tf.zeros(one[1, ::step].shape)))
source = tf.Variable([[3.0, 4.0, 5.0, 6.0]])
for write in (
    lambda: one[0].assign(source[0]),
    lambda: one.scatter_nd_update([[0]], source),
    lambda: one.scatter_nd_add([[0]], source),
):
    with tf.GradientTape() as tape:
        write()
        loss = tf.reduce_sum(one**2)
    of_source, of_variable = tape.gradient(loss, [source, one])
    assert of_source is None
    np.testing.assert_array_equal(of_variable, 2 * one.numpy())
with tf.GradientTape() as tape:
    kept = tf.tensor_scatter_nd_update(one, [[0]], source)
    loss = tf.reduce_sum(kept**2)
of_source, of_variable = tape.gradient(loss, [source, one])
np.testing.assert_array_equal(of_source, 2 * source.numpy())
np.testing.assert_array_equal(of_variable, [[0] * 4, *(2 * one.numpy()[1:])])
