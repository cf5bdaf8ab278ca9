"""Claims of lesson 14, what a write costs."""

import contextlib
import inspect
import io
import json
import os
import platform
import sys
import tempfile
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.eager import context
from tensorflow.python.framework import constant_op, ops

from assignlab.exercises import find
from course import ROOT

DTYPES = ("float16", "bfloat16", "float32", "float64", "int32", "uint8", "bool", "complex64")
LARGEST, SMALLEST = 2**24, 2**10


def memory_of(variable):
    return np.asarray(variable.value())


def takes_over(variable, tensor):
    """Whether a variable, after `assign` of a tensor, is the tensor's memory."""
    variable.assign(tensor)
    return np.shares_memory(np.asarray(tensor), memory_of(variable))


def operations(write):
    """The types of the operations in a traced function."""

    def traced():
        write()

    graph = tf.function(traced, autograph=False).get_concrete_function().graph
    return {operation.type for operation in graph.get_operations()}


def begins_at(offset):
    """An array of 16 numbers that begins as many bytes behind a multiple of 64."""
    room = np.zeros(256, "uint8")
    return room[-room.ctypes.data % 64 + offset :][:64].view("float32")


# free: You scale a large weight by a line of NumPy, and the step takes twice as long, and more memory than there is.
# free: **You will do:** write with one buffer, read without a copy, change a large table block by block.
# free: **You will learn:** which lines copy, what a copy costs, and when that does not matter.
# free: **You need:** [lesson 8](08_slices_and_scatter.ipynb).
# free: Three ways to read.
# free: Let it hold one beside `buffer`.
# free: For a small variable, write what reads best.
# free: Where TensorFlow has the operation, let it do the work.
# free: The view is for looking.
# free: Small: any line will do.
# free: Large: count the copies.
# free: Look through the view; do not keep it, do not edit it.
# free: Write `largest`, as for a look at the weights after each step.
# free: Write `centre_rows`, as one does with embeddings.

# %% setup
# > `v` holds a million numbers (2 to the power of 20), 4 MB.
assert v.shape == (2**20,) and 10**6 <= 2**20 < 1.05 * 10**6 and v.numpy().nbytes == 4 * 2**20

# %% reads
# > The last: NumPy's view of the tensor `v.value()`.
# > The others copy.
assert _ == [False, False, True]
for dtype in DTYPES:
    other = tf.Variable(tf.cast([0, 1], dtype))
    assert np.shares_memory(memory_of(other), memory_of(other))
    assert not np.shares_memory(memory_of(other), other.numpy())
    assert not np.shares_memory(memory_of(other), np.asarray(other))

# %% writes
# > A tensor never changes, so `v` takes its memory over.
# > An array can be edited later: `assign` has it copied, once by NumPy, and by TensorFlow once more where that copy
# > does not begin at a multiple of 64 bytes.
#
# > `assign` takes a tensor's memory over, and has an array copied.
assert _ == (True, False)
for dtype in DTYPES:
    for shape in ((3,), (2, 3), (5000,)):
        other, tensor = tf.Variable(tf.zeros(shape, dtype)), tf.cast(tf.ones(shape), dtype)
        assert takes_over(other, tensor)
        array = other.numpy()
        other.assign(array)
        assert not np.shares_memory(array, memory_of(other))
of_keras, tensor = keras.Variable(np.zeros(3, "float32")), tf.ones(3)
of_keras.assign(tensor)
assert np.shares_memory(np.asarray(tensor), memory_of(of_keras.value))
assert "value = value.copy()" in inspect.getsource(constant_op.convert_to_eager_tensor)
for offset in (0, 4, 16, 32, 64):  # what TensorFlow makes of that copy
    array = begins_at(offset)
    made = ops.EagerTensor(array, context.context().device_name, None)
    assert np.shares_memory(np.asarray(made), array) == (offset % 64 == 0)
    other = tf.Variable(tf.zeros(16))  # and `assign`, of the array itself
    other.assign(array)
    array[:] = 5
    assert not other.numpy().any()

# %% counted
# since numpy 2.0: a number of NumPy's has a dtype that counts beside an array
# > NumPy tells `tracemalloc` of each array that it makes.
#
# > The product, and the copy that `assign` makes of it; a tensor is no array of NumPy.
# > (With a NumPy float64 it is five: [both](07_dtypes_and_silent_casts.ipynb) are twice as large, and the cast makes
# > one more.)
assert _ == (2, 0)
assert arrays_at_once(lambda: np.empty(2**20, "float32")) == 1
assert arrays_at_once(lambda: tf.ones(2**20) * 2) == 0
assert arrays_at_once(lambda: v.assign(v.numpy())) == 2 and arrays_at_once(lambda: v.numpy()) == 1
assert arrays_at_once(lambda: np.asarray(v.value())) == 0
assert arrays_at_once(lambda: v.assign(v.numpy() * np.float64(0.999))) == 5 == 2 + 2 + 1
assert (v.numpy() * np.float64(0.999)).dtype == np.float64

# %% buffer
# > A round trip needs no more than one: it reads from the view, and writes into an array that is there, `out=`.
#
# > That one is `assign`'s own, and it is why you may fill the buffer again afterwards: `v` does not look at it.
#
# > One array in NumPy: from the view `np.asarray(v.value())`, by `out=`, through one buffer, to `assign`.
assert _ == 1
before = v.numpy()
for kept in (buffer, begins_at(0)):
    other = tf.Variable(tf.zeros(kept.shape))
    other.assign(kept)
    held = other.numpy()
    kept += 1
    np.testing.assert_array_equal(other, held)
np.testing.assert_array_equal(v, before)

# %% exercise-14-1
# > `decay` is right, and holds three arrays.
values = np.linspace(-3, 3, 2**20, dtype="float32")
other = tf.Variable(values)
decay(other, 0.5, 1.0, None)
np.testing.assert_array_equal(other, np.clip(values * np.float32(0.5), -1, 1))
assert arrays_at_once(lambda: decay(other, 0.5, 1.0, None)) == 3
task = find("14.1")
assert task.arrays == 1

# %% ways
# > The measure is a copy of as many bytes.
# > Five lines scale `v`; `traced` and `compiled` are `v.assign(v * s)` in a `tf.function`.
# > Two write a single row into a table of as many numbers.
assert next(iter(ways)) == "copy" and len(ways) == len(colours) == len(styles) == 1 + 5 + 2

# %% clock
# > A process of its own measures them, where nothing else runs.
# > This is its program, and what a line costs there: its fastest turn of five.
assert "min(timer.repeat(5, turns))" in clock
# The program here, instead of in a process of its own, to look at what it works on.
made, environment = {}, dict(os.environ)
with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
    patch.setattr(sys, "argv", ["-c", json.dumps([ways, [2**10], "-1", "0"])])
    exec("def cost(timer, n):\n    return 0.0\n" + program, made)
os.environ.clear()
os.environ.update(environment)
assert made["w"].shape.num_elements() == made["v"].shape.num_elements() == made["array"].size == made["buffer"].size
assert made["array"].nbytes == made["v"].numpy().nbytes
for line in list(ways.values())[1:6]:
    made["v"].assign(tf.ones(2**10))
    exec(line, made)
    np.testing.assert_allclose(made["v"], np.full(2**10, 0.999), rtol=1e-6)
for line in list(ways.values())[6:]:
    made["w"].assign(tf.zeros((4, 256)))
    exec(line, made)
    np.testing.assert_array_equal(made["w"].numpy().sum(axis=1), [256, 0, 0, 0])
assert [function._jit_compile for function in (made["traced"], made["compiled"])] == [None, True]

# %% plot
# > It takes some seconds.
# > (oneDNN, which `make` switches off for this course, is on here.) Each time is divided by that of the copy, the black
# > line:
assert "TF_ENABLE_ONEDNN_OPTS := 0" in (ROOT / "Makefile").read_text(encoding="utf8")
assert inspect.signature(run).parameters["onednn"].default == "1"
assert list(times) == [(way, n) for n in sizes for way in ways] and min(times.values()) > 0
black = next(line for line in axes.lines if line.get_color() == "black")
assert black.get_label() == "copy" and (black.get_ydata() == 1).all()

# %% ratios
# > These are the right ends, on the machine that built this page; yours will have others.
#
# > Three things do not depend on it:
#
# > Left, the call costs more than the numbers.
#
# > Right, it is the copies that are paid.
#
# > The scatter does not care how large its table is.
# > The slice does: it reads the table first.
# The margins are wide: on two busy cores the ratios were over 150, over 50, under 0.02.
assert list(_) == list(ways) and _["copy"] == 1
small, large = ({way: times[way, n] for way in ways} for n in (SMALLEST, LARGEST))
assert all(small[way] > 10 * small["copy"] for way in ways if way != "copy")
assert all(large[way] > 5 * small[way] for way in ways if way != "row, scatter")
assert large["row, scatter"] < large["copy"] / 5
table, row = tf.Variable(tf.ones((4, 256))), np.ones((1, 256))
assert "ReadVariableOp" in operations(lambda: table[0].assign(row[0]))
assert "ReadVariableOp" not in operations(lambda: table.scatter_nd_update([[0]], row))

# %% run-mark
# > What TensorFlow allocates, `tracemalloc` does not see.
# > Linux keeps the highest mark of a process, and sets it back when it is asked to.
#
# > NumPy needs its arrays and TensorFlow's copy of the last one; TensorFlow the product alone.
# > (With oneDNN, it keeps what it freed for the next tensor, and no mark would show it.)
assert arrays_at_once(lambda: tf.ones(2**20)) == 0
if sys.platform == "linux":
    expected = {"copy": 0, "NumPy": 3, "NumPy, one buffer": 2, "TensorFlow": 1, "tf.function": 1, "XLA": 1}
    expected |= {"row, slice": 1, "row, scatter": 0}
    assert {way: round(count) for way, count in _.items()} == expected
    if platform.machine() == "x86_64":
        kept = run(mark, [LARGEST], onednn="1")
        assert kept["TensorFlow", LARGEST] < 0.5 and kept["tf.function", LARGEST] < 0.5
else:
    assert not Path("/proc/self/clear_refs").exists() and "only Linux" in _

# %% late
# > It is not for keeping, as a write leaves it behind:
#
# > Old numbers, and their 4 MB stay as long as `view` does.
assert _ == (1, 2, False)
for write in (
    lambda one: one.assign(tf.zeros(2**20)),
    lambda one: one.assign(np.zeros(2**20)),
    lambda one: one.assign_sub(tf.ones(2**20)),
    lambda one: one[:5].assign(tf.zeros(5)),
    lambda one: one.scatter_nd_update([[0]], [0.0]),
):
    one = tf.Variable(tf.ones(2**20))
    kept = memory_of(one)
    write(one)
    assert kept.all() and one.numpy()[0] == 0
del one
assert kept.all()

# %% exercise-14-2
# > It is not for editing, either: where NumPy does not know the dtype, as with bfloat16, [no lock protects the
# > variable](../book/errors.ipynb#no-error-but-a-variable-changed-without-assign).
# > (Even the way in has a form without a copy, [which protects
# > nothing](../book/myths.ipynb#dlpack-saves-the-copy-into-a-variable).)
for dtype in ("float16", "float32", "float64", "int32", "bool", "complex64"):
    assert not memory_of(tf.Variable(tf.cast([0, 1], dtype))).flags.writeable
for dtype in ("bfloat16", "float8_e5m2"):
    assert memory_of(tf.Variable(tf.cast([0.0, 1.0], dtype))).flags.writeable
shared = begins_at(0)
other = tf.Variable(tf.zeros(16))
other.assign(tf.experimental.dlpack.from_dlpack(shared.__dlpack__()))
assert np.shares_memory(shared, memory_of(other))

# %% blocks
# > A table that fills half of the memory has no room for a second one.
# > `tf.gather` reads rows alone, and `scatter_nd_update` writes them.
# > Afterwards [each read of the whole copies](08_slices_and_scatter.ipynb#what-a-part-costs), and so does each `assign`
# > of a tensor, until this ends it:
#
# > Saving a checkpoint ends it, too.
#
# > Too large for a second one: `tf.gather`, `scatter_nd_update`, block by block.
assert _
assert "ResourceGather" in operations(lambda: tf.gather(table, [0])) and "ReadVariableOp" not in operations(
    lambda: tf.gather(table, [0])
)
one = tf.Variable(tf.ones((4, 4)))
one.scatter_nd_update([[0]], tf.zeros((1, 4)))
assert not takes_over(one, tf.ones((4, 4)))
tf.raw_ops.DisableCopyOnRead(resource=one.handle)
assert takes_over(one, tf.ones((4, 4)))
for write in (lambda: one[0].assign(tf.zeros(4)), lambda: one.scatter_nd_add([[0]], tf.ones((1, 4)))):
    write()
    assert not np.shares_memory(memory_of(one), memory_of(one))
    with tempfile.TemporaryDirectory() as folder:
        tf.train.Checkpoint(one=one).save(f"{folder}/saved")
    assert np.shares_memory(memory_of(one), memory_of(one))

# %% gpu
# > Where there is one, this measures the same lines on it:
#
# > There even the view is a copy: the tensor [has to be transferred to the CPU
# > first](https://www.tensorflow.org/api_docs/python/tf/Tensor#numpy), says TensorFlow.
if not gpus:
    assert "no GPU" in _
    on_it = run(clock, [SMALLEST], gpu="0")  # the same program: TensorFlow finds no GPU, and waits for none
    assert list(on_it) == [(way, SMALLEST) for way in ways]
told = " ".join(type(tf.constant(1.0)).numpy.__doc__.split())
assert "`memoryview` is only zero-copy for Tensors on CPU" in told
assert "If a Tensor is on GPU, it will have to be transferred to CPU first" in told

# %% gradient
# > Also of a variable that has a tensor's memory from the start, the gradient agrees with the measured one.
#
# > [Write to every copy](15_many_devices.ipynb): one variable on several devices.
assert report.verdict == "verified"
tensor = tf.constant([1.0, 2.0, 3.0]) * 2
taken = tf.Variable(tensor)
assert np.shares_memory(np.asarray(tensor), memory_of(taken))
for variable in (taken, w):
    variable.assign(tf.constant([1.0, 2.0, 3.0]) * 1)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(variable**2)
    np.testing.assert_array_equal(tape.gradient(loss, variable), [2, 4, 6])
