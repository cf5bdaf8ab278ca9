"""The audit sees every kind of write, passes honest ones, and turns red when a variable is tampered with."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from assignlab import audit

SETUP = """
import numpy as np
import tensorflow as tf
v = tf.Variable(np.ones((2, 2), "float32"), name="v")
other = tf.Variable(np.zeros((2, 2), "float32"))
"""

SABOTAGE = {
    "swapped resource": ("v._handle = other.handle\nv.assign(np.zeros((2, 2)))", "no longer owns the resource"),
    "lost dtype": (
        "v._dtype = tf.float64\ntf.raw_ops.AssignVariableOp(resource=v.handle, value=tf.zeros((2, 2)))",
        "dtype was float32 and is now float64",
    ),
    "no longer trainable": ("v._trainable = False\nv.assign(np.zeros((2, 2)))", "trainable was True and is now False"),
    "gradient cut on read": (
        "read = type(v).value\ntype(v).value = lambda self: tf.stop_gradient(read(self))\n"
        "v.assign(np.zeros((2, 2)) + 3)",
        "the gradient of",
    ),
    "gradient None on read": (
        "type(v).value = lambda self: tf.zeros((2, 2))\ntype(v).read_value = type(v).value\n"
        "v.assign(np.ones((2, 2)) + 3)",
        "the gradient with respect to it is None",
    ),
    "lost shape": ("v._shape = tf.TensorShape(None)\nv.assign(np.zeros(7))", "static shape was (2, 2)"),
    "swapped without a write": ("v._handle = other.handle", "no longer owns the resource"),
    "hidden in try": (
        "try:\n    v._trainable = False\n    v.assign(np.zeros((2, 2)))\nexcept BaseException:\n    pass",
        "trainable was True",
    ),
    "written by a function": (
        "v._trainable = False\n@tf.function\ndef write():\n    v.assign_add(tf.ones((2, 2)))\nwrite()",
        "trainable was True and is now False",
    ),
    "callback removed": (
        "from tensorflow.python.framework import op_callbacks\nop_callbacks.clear_op_callbacks()\n"
        "v.assign(np.zeros((2, 2)))",
        "the audit was switched off",
    ),
    "events removed": (
        "shell = get_ipython()\nshell.events.unregister('post_run_cell', shell.assignlab_audit.after_cell)",
        "the audit: it saw".removeprefix("the "),
    ),
    "extension unloaded": ("%unload_ext assignlab", "cannot be switched off"),
}


@pytest.mark.parametrize("name", SABOTAGE)
def test_a_sabotaged_notebook_turns_red(name, run_notebook):
    code, reason = SABOTAGE[name]
    result = run_notebook(SETUP, code, "print('later')")
    assert result.error is not None
    assert reason in result.error.trace + result.error.summary


def test_an_honest_notebook_passes(run_notebook):
    assert run_notebook(SETUP, "v.assign(v.numpy() * 2)\nv[0].assign([1.0, 2.0])").error is None


@pytest.fixture
def tally():
    """The tally of an audit that runs during this test only."""
    running = audit.start()
    yield running.tally
    audit.stop()


def counted(tally, write):
    before = tally.assigns
    write()
    assert not tally.failures
    assert tally.preserved == tally.assigns
    return tally.assigns - before


V = lambda: tf.Variable(np.arange(4, dtype="float32").reshape(2, 2))  # noqa: E731

WRITES = {
    "assign": lambda v: v.assign(np.ones((2, 2))),
    "assign_add": lambda v: v.assign_add(np.ones((2, 2))),
    "assign_sub": lambda v: v.assign_sub(np.ones((2, 2))),
    "slice assign": lambda v: v[0].assign([5.0, 6.0]),
    "scatter_nd_update": lambda v: v.scatter_nd_update([[0, 0]], [9.0]),
    "scatter_update": lambda v: v.scatter_update(tf.IndexedSlices([[1.0, 2.0]], [1])),
    "scatter_mul": lambda v: v.scatter_mul(tf.IndexedSlices([[1.0, 2.0]], [1])),
    "batch_scatter_update": lambda v: v.batch_scatter_update(tf.IndexedSlices([[1.0], [2.0]], [[0], [1]])),
    "raw op": lambda v: tf.raw_ops.AssignVariableOp(resource=v.handle, value=tf.zeros((2, 2))),
    "tf.function": lambda v: tf.function(lambda: v.assign_add(v))(),
    "tf.function, XLA": lambda v: tf.function(lambda: v.assign(v * 2), jit_compile=True)(),
    "tf.function, inside a cond": lambda v: tf.function(
        lambda x: tf.cond(x > 0, lambda: v.assign_add(v) * 1, lambda: v * 1)
    )(tf.constant(1)),
    "tf.function, inside a loop": lambda v: tf.function(
        lambda: tf.while_loop(lambda i: i < 3, lambda i: (v.assign_add(v), i + 1)[1:], [0])
    )(),
    "optimizer": lambda v: keras.optimizers.SGD(0.1).apply_gradients([(tf.ones((2, 2)), v)]),
    "what assign returned": lambda v: v.assign(v.numpy()).assign(np.ones((2, 2))),
    "py_function": lambda v: tf.function(
        lambda: tf.py_function(lambda: float(v.assign(v * 2)[0, 0] * 0), [], tf.float32)
    )(),
}
TWICE = {"what assign returned"}


@pytest.mark.parametrize("name", WRITES)
def test_every_kind_of_write_is_seen(name, tally):
    v = V()
    assert counted(tally, lambda: WRITES[name](v)) == (2 if name in TWICE else 1)


def test_a_keras_variable_is_seen(tally):
    k = keras.Variable([1.0, 2.0])
    assert counted(tally, lambda: k.assign([3.0, 4.0])) == 1


def test_another_thread_is_seen(tally):
    import threading

    v = V()
    thread = threading.Thread(target=lambda: v.assign(np.ones((2, 2))))
    assert counted(tally, lambda: (thread.start(), thread.join())) == 1


def test_fit_is_seen_with_its_slots(tally):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")
    writes = counted(tally, lambda: model.fit(np.ones((4, 2)), np.ones((4, 1)), batch_size=2, verbose=0))
    assert writes >= 8  # kernel, bias and their momenta, in two steps


def test_reading_is_no_write(tally):
    v = V()
    assert counted(tally, lambda: (v.numpy(), v[0], tf.function(lambda: v * 2)(), np.asarray(v))) == 0


def test_integers_are_counted_apart(tally):
    counter = tf.Variable(1)
    before = tally.integers
    assert counted(tally, lambda: counter.assign_add(1)) == 0
    assert tally.integers == before + 1


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64", "complex64"])
def test_every_floating_dtype_passes_with_special_values(dtype, tally):
    v = tf.Variable(tf.zeros(5, dtype))
    assert counted(tally, lambda: v.assign(tf.cast([0.5, np.nan, np.inf, -np.inf, -3], dtype))) == 1


def test_freezing_a_layer_is_lawful(tally):
    layer = keras.layers.Dense(1)
    layer.build((None, 2))
    layer.trainable = False
    assert counted(tally, lambda: layer.kernel.assign(np.ones((2, 1)))) == 1


def test_a_lesson_s_own_tape_sees_nothing_of_the_audit():
    def watched(write):
        with tf.GradientTape() as tape:
            write()
        return len(tape.watched_variables())

    v = V()
    raw = {"resource": v.handle, "value": tf.zeros((2, 2))}
    audit.start()
    try:
        assert watched(lambda: tf.raw_ops.AssignVariableOp(**raw)) == 0  # the audit's own reads would be watched
    finally:
        audit.stop()


def test_variables_made_before_the_audit_are_known():
    v = V()
    running = audit.start()
    try:
        v._trainable = False
        with pytest.raises(audit.AuditError, match="trainable was True and is now False"):
            v.assign(np.ones((2, 2)))
    finally:
        audit.stop()
    assert running.tally.failures


def test_the_report_is_red_without_assigns(tmp_path):
    import nbformat

    from audit_report import report

    (tmp_path / "lessons" / "assignlab").mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "lessons" / "01_nothing.ipynb")
    line, problems = report(tmp_path)
    assert "audit: 0 assigns" in line
    assert "no assign was audited in any notebook" in problems
