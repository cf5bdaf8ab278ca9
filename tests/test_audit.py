"""The audit sees every kind of write, passes lawful code, and turns red when a variable is tampered with."""

import ctypes
import threading
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.ops import resource_variable_ops as rvo

from assignlab import audit

PLACES = [tf, tf.Variable, rvo.BaseResourceVariable, rvo.ResourceVariable, keras.Variable, keras.Variable.__mro__[1]]


@pytest.fixture
def running():
    """An audit that runs during this test only; what the test replaces in TensorFlow is put back."""
    before = [(place, dict(vars(place))) for place in PLACES]
    running = audit.start()
    yield running
    audit.stop()
    for place, names in before:
        for name in set(vars(place)) - set(names):
            delattr(place, name)
        for name, value in names.items():
            if vars(place)[name] is not value:
                setattr(place, name, value)


def cell(running, code, names):
    """Run code as a cell does: what it raises is caught, then every variable is inspected. Returns the new failures."""
    before = len(running.tally.failures)
    try:
        exec(code, names) if isinstance(code, str) else code(**names)
    except Exception:
        pass
    try:
        running.inspect_all()
    except audit.AuditError:
        pass
    return running.tally.failures[before:]


def names():
    v = tf.Variable(np.array([[1, 0, -2], [0, 3, 0.5]], "float32"), name="v")
    return {"tf": tf, "np": np, "keras": keras, "rvo": rvo, "v": v, "other": tf.Variable(np.zeros((2, 3), "float32")), "ctypes": ctypes}


SABOTAGE = {
    "a read is cut": "read = rvo.BaseResourceVariable.value\nrvo.BaseResourceVariable.value = lambda self: tf.stop_gradient(read(self))",
    "a read is cut where the value is 0": (
        "read = rvo.BaseResourceVariable.value\ndef value(self):\n    x = read(self)\n"
        "    return tf.where(x == 0, tf.stop_gradient(x), x)\nrvo.BaseResourceVariable.value = value"
    ),
    "half of a read is cut": (
        "read = rvo.BaseResourceVariable.value\ndef value(self):\n    x = read(self)\n"
        "    return x / 2 + tf.stop_gradient(x / 2)\nrvo.BaseResourceVariable.value = value"
    ),
    "a gradient is doubled where the value is 0": (
        "read = rvo.BaseResourceVariable.value\ndef value(self):\n    x = read(self)\n"
        "    return tf.where(x == 0, 2 * x, x)\nrvo.BaseResourceVariable.value = value"
    ),
    "read_value is cut": "read = rvo.BaseResourceVariable.read_value\nrvo.BaseResourceVariable.read_value = lambda self: tf.stop_gradient(read(self))",
    "a read of this variable is cut": "v.read_value = lambda: tf.zeros((2, 3))",
    "a read is cut inside a tf.function": (
        "read = rvo.BaseResourceVariable.value\ndef value(self):\n    x = read(self)\n"
        "    return x if tf.executing_eagerly() else tf.stop_gradient(x)\nrvo.BaseResourceVariable.value = value"
    ),
    "v * w is cut": "times = tf.Variable.__mul__\ntf.Variable.__mul__ = lambda self, w: tf.stop_gradient(times(self, w))",
    "v - w is cut": "minus = tf.Variable.__sub__\ntf.Variable.__sub__ = lambda self, w: tf.stop_gradient(minus(self, w))",
    "v[...] is cut": "item = tf.Variable.__getitem__\ntf.Variable.__getitem__ = lambda self, i: tf.stop_gradient(item(self, i))",
    "tf.gather is cut": "gather = tf.gather\ntf.gather = lambda v, *a, **k: tf.stop_gradient(gather(v, *a, **k))",
    "tf.matmul is cut": "matmul = tf.matmul\ntf.matmul = lambda v, *a, **k: tf.stop_gradient(matmul(v, *a, **k))",
    "numpy() gives other values": "rvo.BaseResourceVariable.numpy = lambda self: np.zeros(self.shape)",
    "keras.Variable.value is cut": (
        "inner = type(keras.Variable(1.0)).value.fget\n"
        "keras.Variable.value = property(lambda self: tf.stop_gradient(inner(self)))"
    ),
    "swapped resource": "v._handle = other.handle",
    "lost dtype": "v._dtype = tf.float64",
    "no longer trainable": "v._trainable = False",
    "lost shape": "v._shape = tf.TensorShape(None)\nv.assign(np.zeros(7))",
    "hidden in try": "try:\n    v._trainable = False\n    v.assign(np.zeros((2, 3)))\nexcept BaseException:\n    pass",
    "written by a function": "v._trainable = False\ntf.function(lambda: v.assign_add(tf.ones((2, 3))))()",
    "an alias of bfloat16 is edited": "b = tf.Variable(tf.ones(3, tf.bfloat16))\nnp.asarray(b.value())[0] = 7",
    "an alias of bfloat16 is edited before a write": (
        "b = tf.Variable(tf.ones(3, tf.bfloat16))\nnp.asarray(b.value())[0] = 7\nb.assign_add(tf.ones(3, tf.bfloat16))"
    ),
    "raw memory": (
        "address = np.asarray(v.value()).__array_interface__['data'][0]\nctypes.c_float.from_address(address).value = 9.0"
    ),
    "a keras.Variable holds another variable": "k = keras.Variable(np.ones(2))\nk._value = tf.Variable(np.ones(2, 'float32'))",
    "a layer holds an array": "d = keras.layers.Dense(2)\nd.build((None, 2))\nd.bias = np.ones(2)",
    "a layer's kernel is an array": "d = keras.layers.Dense(2)\nd.build((None, 2))\nd._kernel = np.ones((2, 2))",
    "a slot holds another variable": (
        "o = keras.optimizers.Adam()\no.build([v])\no._momentums[0]._value = tf.Variable(np.ones((2, 3), 'float32'))"
    ),
}


@pytest.mark.parametrize("name", SABOTAGE)
def test_sabotage_is_noticed(name, running):
    running.inspect_all()
    assert cell(running, SABOTAGE[name] + "\nv.assign(v.numpy())", names())


def small_model(**compiled):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(**{"optimizer": keras.optimizers.SGD(0.1, momentum=0.9), "loss": "mse", **compiled})
    return model


X, Y = np.ones((4, 2), "float32"), np.ones((4, 1), "float32")


def fit(**compiled):
    model = small_model(**compiled)
    return lambda: model.fit(X, Y, batch_size=2, verbose=0)


def in_thread(run):
    def started():
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()

    return started


def variable(dtype="float32"):
    return tf.Variable(tf.cast(np.arange(4, dtype="float32").reshape(2, 2), dtype))


def write(act, dtype="float32"):
    """A lawful act on a variable that is there before the act."""
    v = variable(dtype)
    return lambda: act(v)


ONES = np.ones((2, 2), "float32")


def traced(body, **options):
    def make():
        v = variable()
        return tf.function(lambda: body(v), autograph=False, **options)

    return make


def loaded_weights(tmp_path):
    model, other = small_model(), small_model()
    model.save_weights(tmp_path / "w.weights.h5")
    return lambda: other.load_weights(tmp_path / "w.weights.h5")


def restored_checkpoint(tmp_path):
    v = variable()
    checkpoint = tf.train.Checkpoint(v=v)
    path = checkpoint.save(str(tmp_path / "c"))
    return lambda: checkpoint.restore(path)


def map_that_writes():
    v = variable()
    data = tf.data.Dataset.range(3).map(lambda i: (v.assign_add(ONES), i)[1])
    return lambda: list(data)


def map_that_reads():
    v = variable()
    data = tf.data.Dataset.range(3).map(lambda i: v * 1)
    return lambda: list(data)


def conditional(taken):
    v = variable()
    step = tf.function(lambda x: tf.cond(x > 0, lambda: v.assign_add(ONES) * 1, lambda: v * 1))
    return lambda: step(tf.constant(1 if taken else -1))


def mirrored(act):
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        v = variable()
    return lambda: act(strategy, v)


def two_writes(v):
    v.assign_add(ONES)
    v.assign(v * 2)


# kind: (make the act, writes to floating variables that it is counted as)
LAWFUL = {
    "assign": (lambda: write(lambda v: v.assign(ONES)), 1),
    "assign the same values": (lambda: write(lambda v: v.assign(v.numpy())), 1),
    "assign_add": (lambda: write(lambda v: v.assign_add(ONES)), 1),
    "assign_sub": (lambda: write(lambda v: v.assign_sub(ONES)), 1),
    "what assign returned": (lambda: write(lambda v: v.assign(ONES).assign(2 * ONES)), 2),
    "slice": (lambda: write(lambda v: v[0].assign([5.0, 6.0])), 1),
    "slice, broadcast": (lambda: write(lambda v: v[0:2].assign(1.0)), 1),
    "scatter_nd_update": (lambda: write(lambda v: v.scatter_nd_update([[0, 0]], [9.0])), 1),
    "scatter_update": (lambda: write(lambda v: v.scatter_update(tf.IndexedSlices([[1.0, 2.0]], [1]))), 1),
    "scatter_mul": (lambda: write(lambda v: v.scatter_mul(tf.IndexedSlices([[1.0, 2.0]], [1]))), 1),
    "batch_scatter_update": (
        lambda: write(lambda v: v.batch_scatter_update(tf.IndexedSlices([[1.0], [2.0]], [[0], [1]]))), 1,
    ),
    "a scatter that fails half-way": (lambda: write(lambda v: v.scatter_nd_update([[0], [-1]], [[9, 9], [8, 8]])), 1),
    "an assign that is refused": (lambda: write(lambda v: v.assign([1.0, 2.0, 3.0])), 0),
    "raw op": (lambda: write(lambda v: tf.raw_ops.AssignVariableOp(resource=v.handle, value=ONES)), 1),
    "raw identity of the handle": (lambda: write(lambda v: tf.raw_ops.Identity(input=v.handle)), 0),
    "reading": (lambda: write(lambda v: (v.numpy(), v[0], v * 2, np.asarray(v), tf.gather(v, [0]))), 0),
    "reading in a tf.function": (traced(lambda v: v * 2), 0),
    "tf.function": (traced(lambda v: v.assign_add(v)), 1),
    "tf.function, XLA": (traced(lambda v: v.assign(v * 2), jit_compile=True), 1),
    "tf.function, two writes": (traced(two_writes), 2),
    "tf.function in a tf.function": (traced(lambda v: tf.function(lambda: v.assign_add(v))()), 1),
    "tf.cond, taken": (lambda: conditional(True), 1),
    "tf.cond, not taken": (lambda: conditional(False), 0),
    "tf.while_loop": (
        traced(lambda v: tf.while_loop(lambda i: i < 3, lambda i: (v.assign_add(ONES), i + 1)[1:], [0])), 1,
    ),
    "py_function": (traced(lambda v: tf.py_function(lambda: float(v.assign(v * 2)[0, 0] * 0), [], tf.float32)), 1),
    "numpy_function": (
        traced(lambda v: tf.numpy_function(lambda: np.float32(v.assign(v * 2)[0, 0] * 0), [], tf.float32)), 1,
    ),
    "another thread": (lambda: in_thread(write(lambda v: v.assign(ONES))), 1),
    "a raw op in another thread": (
        lambda: in_thread(write(lambda v: tf.raw_ops.AssignVariableOp(resource=v.handle, value=ONES))), 1,
    ),
    "a tf.function in another thread": (lambda: in_thread(traced(lambda v: v.assign_add(v))()), 1),
    "an executor": (lambda: write(lambda v: ThreadPoolExecutor(2).submit(v.assign, ONES).result()), 1),
    "two executors at once": (
        lambda: write(lambda v: list(ThreadPoolExecutor(2).map(lambda i: v.assign_add(ONES), range(8)))), 8,
    ),
    "a data set that writes": (map_that_writes, 1),
    "a data set that reads": (map_that_reads, 0),
    "inside a tape": (lambda: write(lambda v: in_tape(v)), 1),
    "an integer": (lambda: write(lambda v: v.assign_add(np.ones((2, 2))), "int32"), 0),
    "float16": (lambda: write(lambda v: v.assign([[np.nan, np.inf], [-np.inf, 65504]]), "float16"), 1),
    "bfloat16": (lambda: write(lambda v: v.assign([[np.nan, np.inf], [0, -3]]), "bfloat16"), 1),
    "float64, denormal": (lambda: write(lambda v: v.assign([[5e-324, -0.0], [0, 1]]), "float64"), 1),
    "complex64": (lambda: write(lambda v: v.assign([[1 + 2j, np.inf], [np.nan, 0]]), "complex64"), 1),
    "float8": (lambda: write(lambda v: v.assign(tf.cast(ONES, "float8_e4m3fn")), "float8_e4m3fn"), 0),
    "shape=None": (lambda: resized(), 2),
    "zero entries": (lambda: emptied(), 1),
    "a scalar": (lambda: scalar(), 1),
    "a Keras variable": (lambda: (lambda k: lambda: k.assign([3.0, 4.0]))(keras.Variable([1.0, 2.0])), 1),
    "set_weights": (lambda: (lambda m: lambda: m.set_weights(m.get_weights()))(small_model()), 2),
    "load_weights": (loaded_weights, 3),
    "a checkpoint": (restored_checkpoint, 1),
    "an optimizer": (lambda: write(lambda v: keras.optimizers.SGD(0.1).apply_gradients([(tf.ones((2, 2)), v)])), 1),
    "fit": (fit, 16),
    "fit, XLA": (lambda: fit(jit_compile=True), 16),
    "fit, eager": (lambda: fit(run_eagerly=True), 14),
    "fit, steps_per_execution": (lambda: fit(steps_per_execution=2), 10),
    "fit, use_ema": (lambda: fit(optimizer=keras.optimizers.SGD(0.1, use_ema=True)), None),
    "fit, accumulated gradients": (lambda: fit(optimizer=keras.optimizers.SGD(0.1, gradient_accumulation_steps=2)), None),
    "fit, mixed precision": (lambda: mixed(), None),
    "fit, batch norm": (lambda: batch_norm(), None),
    "freezing a layer, then writing": (lambda: frozen(), 1),
    "thawing": (lambda: thawed(), 1),
    "LoRA": (lambda: lora(), None),
    "int8 quantization": (lambda: quantized(), None),
    "MirroredStrategy, assign": (lambda: mirrored(lambda strategy, v: v.assign(ONES)), 1),
    "MirroredStrategy, run": (lambda: mirrored(lambda strategy, v: strategy.run(lambda: v.assign_add(ONES))), 1),
    "deepcopy": (lambda: write(lambda v: __import__("copy").deepcopy(v).assign(ONES)), None),
    "a new layer attribute": (lambda: attribute(), 0),
}


def in_tape(v):
    with tf.GradientTape() as tape:
        v.assign(ONES)
        loss = tf.reduce_sum(v * v)
    assert tape.gradient(loss, v)[0, 0] == 2


def resized():
    v = tf.Variable(ONES, shape=tf.TensorShape(None))
    return lambda: (v.assign(np.ones(3)), v.assign(1.0))


def emptied():
    v = tf.Variable(np.zeros((0, 3), "float32"))
    return lambda: v.assign(np.zeros((0, 3)))


def scalar():
    v = tf.Variable(1.0)
    return lambda: v.assign(2.0)


def built(layer, shape=(None, 2)):
    layer.build(shape)
    return layer


def mixed():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, dtype="mixed_float16")])
    model.compile(keras.optimizers.Adam(), "mse")
    return lambda: model.fit(X, Y, batch_size=2, verbose=0)


def batch_norm():
    model = keras.Sequential([keras.Input((2,)), keras.layers.BatchNormalization(), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return lambda: model.fit(X, Y, batch_size=2, verbose=0)


def frozen():
    layer = built(keras.layers.Dense(1))
    layer.trainable = False
    return lambda: layer.kernel.assign(np.ones((2, 1)))


def thawed():
    layer = built(keras.layers.Dense(1))
    layer.trainable = False

    def act():
        layer.trainable = True
        layer.kernel.assign(np.ones((2, 1)))

    return act


def lora():
    layer = built(keras.layers.Dense(3))

    def act():
        layer.enable_lora(1)
        layer.lora_kernel_a.assign(np.ones((2, 1)))

    return act


def quantized():
    layer = built(keras.layers.Dense(3))
    return lambda: layer.quantize("int8")


def attribute():
    layer = built(keras.layers.Dense(3))
    return lambda: setattr(layer, "note", np.ones(3))


@pytest.mark.parametrize("name", LAWFUL)
def test_lawful_code_is_counted_and_never_accused(name, running, tmp_path):
    make, expected = LAWFUL[name]
    act = make(tmp_path) if make in (loaded_weights, restored_checkpoint) else make()
    running.inspect_all()
    before = running.tally.assigns
    try:
        act()
    except (tf.errors.InvalidArgumentError, ValueError):
        assert "fails" in name or "refused" in name
    running.inspect_all()
    assert running.tally.failures == []
    assert running.tally.preserved == running.tally.assigns
    if expected is not None:
        assert running.tally.assigns - before == expected
