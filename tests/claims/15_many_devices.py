"""Claims of lesson 15, many devices."""

import re
import subprocess
import sys
import time

import keras
import nbformat
import numpy as np
import psutil
import pytest
import tensorflow as tf

from assignlab import audit
from assignlab.exercises import find
from course import ROOT
from own_process import alone

Aggregation, ON_READ = tf.VariableAggregation, tf.VariableSynchronization.ON_READ
DTYPES = ("float16", "bfloat16", "float32", "float64", "int32", "int64", "uint8", "complex64", "bool")
# Not by collectives: TensorFlow numbers those of each strategy alike, and these would meet the lesson's.
apart = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"], cross_device_ops=tf.distribute.ReductionToOneDevice())


def made(values, **options):
    """A variable with two copies."""
    with apart.scope():
        return tf.Variable(values, **options)


def copies(variable):
    """What the copies hold, as lists."""
    inner = variable if callable(variable.value) else variable.value  # of a Keras variable, a property
    return [copy.numpy().tolist() for copy in inner.values]


def equal(variable):
    """Whether the copies hold the same."""
    first, second = copies(variable)
    return first == second


# free: **You will do:** mend such a write, let replicas agree, keep a total, run two processes as one.
# free: **You will learn:** which copies a write reaches, and from where.
# free: `zero_rows` is right on one device.
# free: Mend it for several.
# free: Here is one, as text:
# free: [Recipes](../book/recipes.ipynb) for the task that you came with.

# %% made
# > On several devices, a variable has a copy on every one.
# > Your slice assign reaches one of them, and `numpy()` does not show it.
#
# > **You need:** [lesson 8](08_slices_and_scatter.ipynb).
#
# > One CPU becomes two *logical* ones.
# > TensorFlow takes that before its first operation only, so this comes first in a fresh kernel.
#
# > A variable that is made in the strategy's scope has a *copy* on each of its devices.
assert copies(_) == [[1, 2, 3], [1, 2, 3]] and type(_).__name__ == "MirroredVariable"
assert [copy.device[-5:] for copy in _.values] == ["CPU:0", "CPU:1"] and isinstance(_, tf.Variable)
assert strategy.num_replicas_in_sync == 2 and len(tf.config.list_logical_devices("CPU")) == 2
assert not hasattr(tf.Variable(1.0), "values")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)  # the cell, run again
divide = """
[cpu] = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
"""
assert "Virtual devices cannot be modified after being initialized" in alone("tf.zeros(())" + divide, fails=True)

# %% assign
# > Called from your program, `assign` writes every copy, in the scope or outside of it.
assert copies(v) == [[4, 5, 6], [4, 5, 6]] and _ is v
for dtype in DTYPES:
    for shape in ((), (0,), (3,), (2, 3)):
        one, given = made(tf.zeros(shape, dtype)), np.ones(shape)
        one.assign(given)
        assert equal(one) and copies(one)[0] == given.astype(one.dtype.as_numpy_dtype).tolist()
one = made([1.0, 2.0])
with apart.scope():
    one.assign(np.array([3.0, 4.0]))
    assert copies(one) == [[3, 4], [3, 4]]
tf.function(lambda: (one.assign([5.0, 6.0]), 0)[1], autograph=False)()
assert copies(one) == [[5, 6], [5, 6]]
one.assign_add([1.0, 1.0])
one.assign_sub([2.0, 2.0])
assert copies(one) == [[4, 5], [4, 5]]
for aggregation in Aggregation:
    one = made([1.0, 2.0], aggregation=aggregation)
    one.assign(np.array([7.0, 8.0]))
    assert copies(one) == [[7, 8], [7, 8]]

# %% slice
# > Two entries become 0.
np.testing.assert_array_equal(_, [4, 0, 0])

# %% copies
assert copies(_) == [[4, 0, 0], [4, 5, 6]] and _ is v
for dtype in DTYPES:
    for index in (0, slice(1, None), slice(None), ..., slice(None, None, -1)):
        one = made(tf.cast([1, 1], dtype))
        one[index].assign(tf.zeros_like(one[index]))
        assert copies(one)[1] == tf.cast([1, 1], dtype).numpy().tolist() != copies(one)[0]
one = made([1.0, 2.0])
tf.function(lambda: (one[0].assign(9.0), 0)[1], autograph=False)()
assert copies(one) == [[9, 2], [1, 2]]

# %% whole
# since keras 3.5: the optimizer moves each copy of a mirrored weight from where it is
# > A slice is taken from the first copy, and so is what `numpy()` reads: nothing looks wrong.
# > But the devices now compute with different numbers, and training, which moves both copies by the same steps, keeps
# > it so.
# > Edit a NumPy copy and assign all of it.
# > (Here `scatter_update` writes rows in every copy; `scatter_nd_update` refuses.)
assert copies(_) == [[4, 0, 0], [4, 0, 0]]
one = made([1.0, 2.0])
one.values[1].assign([8.0, 9.0])
np.testing.assert_array_equal(one.numpy(), [1, 2])
np.testing.assert_array_equal(one[0:], [1, 2])
one.scatter_update(tf.IndexedSlices([5.0], [0]))
assert copies(one) == [[5, 2], [5, 9]]
for refused in (
    lambda: one.scatter_nd_update([[0]], [1.0]),
    lambda: one.scatter_nd_add([[0]], [1.0]),
    lambda: one.batch_scatter_update(tf.IndexedSlices([1.0], [0])),
):
    with pytest.raises(NotImplementedError):
        refused()
with apart.scope():
    dense = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((1,)), dense])
    model.compile(keras.optimizers.SGD(0.1), "mse")
dense.kernel[0].assign([5.0])
assert copies(dense.kernel) == [[[5]], [[1]]]
assert apart.run(lambda: model(np.ones((1, 1)))[0, 0]).values[1].numpy() == 1  # and the first replica computes 5
model.fit(np.ones((8, 1)), np.zeros((8, 1)), batch_size=4, epochs=3, verbose=0)
first, second = copies(dense.kernel)
assert first[0][0] < 5 and abs(first[0][0] - second[0][0] - 4) < 1e-5

# %% keras
# > The weights of a Keras model that is made in the scope are such variables.
# > `assign` and `set_weights` write every copy.
layer = model.layers[0]
assert copies(layer.kernel) == [[[7, 8]], [[7, 8]]] and type(_).__name__ == "MirroredVariable"
layer.set_weights([np.array([[3.0, 4.0]]), np.array([1.0, 2.0])])
assert copies(layer.kernel) == [[[3, 4]], [[3, 4]]] and copies(layer.bias) == [[1, 2], [1, 2]]
model.set_weights([np.array([[7.0, 8.0]]), np.array([0.0, 0.0])])
assert copies(layer.kernel) == [[[7, 8]], [[7, 8]]]
with strategy.scope():
    layers = keras.layers.BatchNormalization(), keras.layers.LSTM(2), keras.layers.Conv1D(2, 1)
    for each in layers:
        each.build((None, 3, 2))
for weight in [weight for each in layers for weight in each.weights]:
    weight.assign(np.full(weight.shape, 2.0))
    assert equal(weight) and type(weight.value).__name__ == "MirroredVariable"

# %% exercise-15-1
only, both = tf.Variable(tf.ones((2, 2))), made(tf.ones((2, 2)))
for table in (only, both):
    zero_rows(table, np.array([0]))
np.testing.assert_array_equal(only, [[0, 0], [1, 1]])
assert copies(both) == [[[0, 0], [1, 1]], [[1, 1], [1, 1]]]

# %% number
# > `strategy.run(f)` calls `f` once for each device.
# > In such a *replica*, a variable stands for its copy there.
# > `number` tells the replicas apart:
assert [each.numpy() for each in _.values] == [10, 20]
one, calls = made(1.0), []
one.values[1].assign(2.0)
read = apart.run(lambda: (calls.append(0), one.read_value())[1])
assert [each.numpy() for each in read.values] == [1, 2] and len(calls) == 2

# %% diverge
# > Each replica assigns its number to the same variable.
assert copies(w) == [10, 20] and w.numpy() == 10

# %% aggregation
# > Two numbers, and no error.
# > An *aggregation*, chosen when a variable is made, says what all copies get of such values:
assert found == {"NONE": [10, 20], "SUM": [30, 30], "MEAN": [15, 15], "ONLY_FIRST_REPLICA": [10, 10]}
for aggregation in Aggregation:
    for compiled in (False, True):
        one = made(0.0, aggregation=aggregation)
        run = lambda one=one: apart.run(lambda: (one.assign(number()), 0)[1])  # noqa: E731
        (tf.function(run, autograph=False) if compiled else run)()
        assert copies(one) == found[aggregation.name]

# %% exercise-15-2
# > `NONE` is the default, and what Keras's layers take.
# > A slice in a replica asks no aggregation: it writes the copy there.
# > With one, give `assign` in a replica a tensor of the variable's dtype: some refuse arrays.
#
# > Without an aggregation, replicas can agree before they write: `all_reduce` of the replica context gives each of them
# > the sum of what all have, or the mean.
assert made(1.0).aggregation == Aggregation.NONE
with strategy.scope():
    layers = [keras.layers.Dense(2), keras.layers.BatchNormalization(), keras.layers.LSTM(2), keras.layers.Conv1D(2, 1)]
    for each in layers:
        each.build((None, 3, 2))
assert {weight.value.aggregation for each in layers for weight in each.weights} == {Aggregation.NONE}
for aggregation in Aggregation:
    one = made([0.0, 0.0], aggregation=aggregation)
    apart.run(lambda one=one: (one[1:].assign([number()]), 0)[1])
    assert copies(one) == [[0, 10], [0, 20]]
given = np.array([1.0, 2.0])
for aggregation in (Aggregation.SUM, Aggregation.ONLY_FIRST_REPLICA):
    one = made([0.0, 0.0], aggregation=aggregation)
    with pytest.raises(ValueError):
        apart.run(lambda one=one: one.assign(given))
    apart.run(lambda one=one: (one.assign(tf.constant(given, tf.float32)), 0)[1])
    assert equal(one)
one = made([0.0, 0.0])
apart.run(lambda: (one.assign(given), 0)[1])
assert copies(one) == [[1, 2], [1, 2]]
for how, expected in (("SUM", 30), ("MEAN", 15)):
    reduced = apart.run(lambda how=how: tf.distribute.get_replica_context().all_reduce(how, number()))
    assert [each.numpy() for each in reduced.values] == [expected] * 2

# %% total
# > A count need not make replicas wait for each other.
# > With `ON_READ` each writes the copy on its device, and reading adds them.
assert _[0] == 30 and copies(total) == [10, 20]
one = made(0, synchronization=ON_READ, aggregation=Aggregation.SUM)
alone_in_it = apart.run(
    lambda: one.assign_add(5) * 0 if tf.distribute.get_replica_context().replica_id_in_sync_group == 1 else 0
)
assert copies(one) == [0, 5] and one.numpy() == 5  # one replica alone, which with an aggregation on writing is refused
one = made(0, aggregation=Aggregation.SUM)
with pytest.raises(RuntimeError, match="different number of"):
    apart.run(lambda: one.assign_add(5) * 0 if tf.distribute.get_replica_context().replica_id_in_sync_group == 1 else 0)

# %% total-assign
# > Your program assigns 7.
assert _[0] == 6 and copies(total) == [3, 3]

# %% exercise-15-3
# > Each copy got its share, 7 / 2, and an integer drops the half.
# > The number that a total is made with is not shared: it goes into every copy, so that made with 7 it reads 14.
#
# > (A restored checkpoint [has the same
# > trouble](../book/recipes.ipynb#restore-a-total-that-several-devices-keep).)
#
# > What is added on reading is shared out on assigning: integers lose the rest.
for dtype in ("int32", "int64"):
    for given in range(-5, 6):
        one = made(tf.constant(0, dtype), synchronization=ON_READ, aggregation=Aggregation.SUM)
        one.assign(given)
        assert copies(one) == [int(given / 2)] * 2 and one.numpy() == 2 * int(given / 2)
one = made(0.0, synchronization=ON_READ, aggregation=Aggregation.SUM)
one.assign(7.0)
assert copies(one) == [3.5, 3.5] and one.numpy() == 7
for start in (7, 7.0):
    one = made(start, synchronization=ON_READ, aggregation=Aggregation.SUM)
    assert copies(one) == [7, 7] and one.numpy() == 14

# %% worker
compile(WORKER, "worker", "exec")
assert "v.assign(" in WORKER  # what that writes is printed by the cell `run`

# %% run
# > Beyond one machine, every process runs the same program and has copies of its own.
#
# > `TF_CONFIG` tells a process the addresses of all, and which of them it is.
# > Both run on this machine, so two free ports will do.
#
# > One worker is started with 1, the other with 2.
#
# > Once one has failed, the cell waits no longer, and a worker that hangs ends itself after 270 seconds.
# > When the cell ends, both have ended.
logged = re.compile(r"^(?:[IWE]\d{4} |WARNING: All \w+ messages before).*\n", re.MULTILINE)  # before TensorFlow 2.21
said = [" ".join(part.split()) for part in logged.sub("", printed).strip().split("\n\n")]
assert said == [
    "made with 1 holds 1.0 assigned: 10.0 agreed on: 15.0",
    "made with 2 holds 1.0 assigned: 20.0 agreed on: 15.0",
]
assert [worker.returncode for worker in workers] == [0, 0] and len(set(addresses)) == 2
assert not [worker.pid for worker in workers if psutil.pid_exists(worker.pid)]
children = psutil.Process().children(recursive=True)
assert not [child for child in children if child.status() != psutil.STATUS_ZOMBIE and WORKER in child.cmdline()]
for address in addresses:
    host, port = address.split(":")
    with socket.create_server((host, int(port))):  # free again
        pass
    with pytest.raises(OSError):
        socket.create_connection((host, int(port)), timeout=1)
lost = start(0)  # its peer never comes: a wait that is bounded, then the end
try:
    with pytest.raises(subprocess.TimeoutExpired):
        lost.communicate(timeout=2)
finally:
    lost.kill()
    lost.wait()
assert not psutil.pid_exists(lost.pid)
cell = next(cell.source for cell in nbformat.read(ROOT / "lessons/15_many_devices.ipynb", 4).cells if cell.id == "run")
LIVES = "import time; print('alive', flush=True); time.sleep(100)"
FAILS = "import time; time.sleep(3); sys.exit('no port')"
pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
scope = {"time": time, "print": lambda words: said.append(words)}
for codes in ((LIVES, FAILS), (FAILS, LIVES)):
    said.clear()
    commands = [[sys.executable, "-c", f"import sys; {code}"] for code in codes]
    scope["start"] = lambda index, commands=commands: subprocess.Popen(commands[index], **pipe)
    exec(cell, scope)
    assert sorted(said) == ["alive\n", "no port\n"]
    assert not [worker.pid for worker in scope["workers"] if psutil.pid_exists(worker.pid)]
assert "faulthandler.dump_traceback_later(270, exit=True)" in WORKER
ends = "import faulthandler, time; faulthandler.dump_traceback_later(0.5, exit=True); time.sleep(60)"
assert subprocess.run([sys.executable, "-c", ends], capture_output=True, timeout=50).returncode == 1

# %% slopes
# > Both begin with the first worker's number.
# > Then no `assign` from a program reaches the other process, and two of them leave two models.
# > What depends on the process, such as a random number of its own, needs an agreement before it is written.
#
# > In a replica, a tape sees the copy there, and its gradient is that of the replica's own loss.
#
# > Another process hears of no `assign` from your program.
np.testing.assert_array_equal(_.values[0], [80, 0, 0])
np.testing.assert_array_equal(_.values[1], [160, 0, 0])
one = made([1.0, 2.0])
one.values[1].assign([3.0, 4.0])


def slope_of_one():
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(one**2)
    return tape.gradient(loss, one)


assert [each.numpy().tolist() for each in apart.run(slope_of_one).values] == [[2, 4], [6, 8]]

# %% gradient
# > From your program, autodiff and measurement agree.
#
# > All of this ran on CPUs.
# > BatchNormalization [keeps other statistics on each
# > device](../book/recipes.ipynb#make-the-copies-of-a-batchnormalization-equal), and a checkpoint has those of the
# > first.
# > The course's audit follows the writes of the notebook, not those of the two workers.
#
# > From your program, `assign` writes every copy, a slice the first one, which is also what `numpy()` reads.
#
# > In a replica, each writes its own copy, unless the variable has an aggregation or the replicas agree first.
assert report.verdict == "verified" and report and copies(v) == [[4, 0, 0], [4, 0, 0]]
counted = audit.current().tally.assigns
subprocess.run([sys.executable, "-c", "import tensorflow as tf; tf.Variable(1.0).assign(2.0)"], check=True)
assert audit.current().tally.assigns == counted
assert all(device.device_type == "CPU" for device in tf.config.list_logical_devices())
one = made([1.0, 2.0])
one.values[1].assign([3.0, 4.0])
assert verify_gradient(lambda: tf.reduce_sum(one**2), one)
assert copies(one) == [[1, 2], [3, 4]]  # each copy as it was
