"""What breaks a variable, a read of it or the audit itself turns a notebook red; nothing else does."""

import ctypes
from contextlib import suppress

import keras
import nbformat
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.ops import resource_variable_ops as rvo

from assignlab import audit
from audit_report import MOST_MEMORY, report
from notebook_store import NotebookStore

PLACES = [
    tf,
    tf.Tensor,
    keras.ops,
    tf.Variable,
    rvo.BaseResourceVariable,
    rvo.ResourceVariable,
    keras.Variable,
    keras.Variable.__mro__[1],
]
VALUE = "rvo.BaseResourceVariable.value"


def changed(function, result):
    """Code that makes a function return `result`, an expression in what it returned, x."""
    return f"before = {function}\n{function} = lambda *a, **k: (lambda x: {result})(before(*a, **k))\n"


CUT = "tf.stop_gradient(x)"
READS = {
    "value()": changed(VALUE, CUT),
    "value() where it is 0": changed(VALUE, f"tf.where(x == 0, {CUT}, x)"),
    "half of value()": changed(VALUE, "x / 2 + tf.stop_gradient(x / 2)"),
    "value(), doubled where it is 0": changed(VALUE, "tf.where(x == 0, 2 * x, x)"),
    "value() in a tf.function": changed(VALUE, f"x if tf.executing_eagerly() else {CUT}"),
    "value() of large variables": changed(VALUE, f"x if len(x) < 300 else {CUT}")
    + "w = tf.Variable(tf.zeros((300, 300)))\nw.assign(w)",
    "value() in bfloat16": changed(VALUE, f"{CUT} if x.dtype == tf.bfloat16 else x")
    + "w = tf.Variable(tf.zeros(3, tf.bfloat16))\nw.assign(w)",
    "read_value()": changed("rvo.BaseResourceVariable.read_value", CUT),
    "read_value() of this variable": "v.read_value = lambda: tf.zeros((2, 3))",
    "v * w": changed("tf.Variable.__mul__", CUT),
    "v - w": changed("tf.Variable.__sub__", CUT),
    "v @ w": changed("tf.Variable.__matmul__", CUT),
    "w @ v": changed("tf.Variable.__rmatmul__", CUT),
    "tf.reduce_sum": changed("tf.reduce_sum", CUT),
    "keras.ops.sum": changed("keras.ops.sum", CUT),
    "v[...]": changed("tf.Variable.__getitem__", CUT),
    "v[...], a tensor's too": changed("tf.Tensor.__getitem__", CUT),
    "-v": changed("tf.Variable.__neg__", CUT),
    "keras.ops.multiply": changed("keras.ops.multiply", CUT),
    "tf.gather": changed("tf.gather", CUT),
    "tf.matmul": changed("tf.matmul", CUT),
    "numpy()": "rvo.BaseResourceVariable.numpy = lambda self: np.zeros(self.shape)",
    "keras.Variable.value": (
        "inner = type(keras.Variable(1.0)).value.fget\n"
        "keras.Variable.value = property(lambda self: tf.stop_gradient(inner(self)))"
    ),
}
VARIABLES = {
    "swapped resource": "v._handle = other.handle",
    "lost dtype": "v._dtype = tf.float64",
    "no longer trainable": "v._trainable = False",
    "lost shape": "v._shape = tf.TensorShape(None)\nv.assign(np.zeros(7))",
    "hidden in try": "try:\n    v._trainable = False\n    v.assign(v)\nexcept BaseException:\n    pass",
    "written by a function": "v._trainable = False\ntf.function(lambda: v.assign_add(tf.ones((2, 3))))()",
    "an alias of bfloat16": "b = tf.Variable(tf.ones(3, tf.bfloat16))\nnp.asarray(b.value())[0] = 7",
    "an alias, then a write": (
        "b = tf.Variable(tf.ones(3, tf.bfloat16))\nnp.asarray(b.value())[0] = 7\nb.assign_add(tf.ones(3, tf.bfloat16))"
    ),
    "an alias of an integer": (
        "b = tf.Variable(tf.cast([1, 2], tf.dtypes.experimental.int4))\nnp.asarray(b.value())[0] = 7"
    ),
    "ufunc.at": "np.add.at(np.asarray(v.value()), (0, 0), 5.0)",
    "an alias of a Keras variable": (
        "k = keras.Variable(np.ones(3), dtype='bfloat16')\nnp.asarray(k.value.value())[0] = 7"
    ),
    "raw memory": (
        "address = np.asarray(v.value()).__array_interface__['data'][0]\n"
        "ctypes.c_float.from_address(address).value = 9.0"
    ),
    "inside a keras.Variable": "k = keras.Variable(np.ones(2))\nk._value = tf.Variable(np.ones(2, 'float32'))",
    "a layer's bias": "d = keras.layers.Dense(2)\nd.build((None, 2))\nd.bias = np.ones(2)",
    "a layer's kernel": "d = keras.layers.Dense(2)\nd.build((None, 2))\nd._kernel = np.ones((2, 2))",
    "an optimizer's slot": (
        "o = keras.optimizers.Adam()\no.build([v])\no._momentums[0]._value = tf.Variable(np.ones((2, 3), 'float32'))"
    ),
}
SABOTAGE = {**{f"read by {name}": code for name, code in READS.items()}, **VARIABLES}


@pytest.fixture
def running():
    """An audit that runs during this test only; what the test replaces in TensorFlow and Keras is put back."""
    before = [(place, dict(vars(place))) for place in PLACES]
    yield audit.start()
    audit.stop()
    for place, names in before:
        for name in set(vars(place)) - set(names):
            delattr(place, name)
        for name, value in names.items():
            if vars(place)[name] is not value:
                setattr(place, name, value)


def cell(running, code):
    """The failures after code ran as a cell does: what the audit raises is caught, then every variable is inspected."""
    v = tf.Variable(np.array([[1, 0, -2], [0, 3, 0.5]], "float32"), name="v")
    names = {"tf": tf, "np": np, "keras": keras, "rvo": rvo, "ctypes": ctypes}
    names |= {"v": v, "other": tf.Variable(np.zeros((2, 3), "float32"))}
    with suppress(audit.AuditError, tf.errors.InvalidArgumentError):
        exec(code, names)
    with suppress(audit.AuditError):
        running.inspect_all()
    return running.tally.failures


@pytest.mark.parametrize("name", SABOTAGE)
def test_sabotage_is_noticed(name, running):
    running.inspect_all()
    assert cell(running, f"{SABOTAGE[name]}\nv.assign(v.numpy())")


def test_without_sabotage_nothing_is_noticed(running):
    running.inspect_all()
    assert cell(running, "v.assign(v.numpy())") == []


def test_a_failure_is_said_once(running):
    """A cell that does not touch the broken variable again does not fail again."""
    v = tf.Variable([1.0, 2.0])
    v._trainable = False
    with pytest.raises(audit.AuditError, match="trainable was True"):
        running.inspect_all()
    running.inspect_all()
    with pytest.raises(audit.AuditError, match="trainable was True"):
        v.assign([3.0, 4.0])


# In a notebook ------------------------------------------------------------------------------------------------------

SETUP = "import numpy as np\nimport tensorflow as tf\nv = tf.Variable(np.ones((2, 2), 'float32'), name='v')"
RED = {  # a cell: what the red test says
    "v._trainable = False\nv.assign(np.zeros((2, 2)))": "trainable was True and is now False",
    "shell = get_ipython()\nshell.events.unregister('post_run_cell', shell.assignlab_audit.after_cell)": "it saw 1 of",
    "from assignlab import audit\naudit.stop()": "the audit was switched off",
    "from assignlab import audit\naudit.stop()\naudit.start()": "the audit was switched off",
    "get_ipython().assignlab_audit.audit.tally.cells.clear()\nv.assign(v)": None,
    "v.assign(v)\nget_ipython().assignlab_audit.write_report()\n"
    "get_ipython().assignlab_audit.audit.tally.assigns = 0": "its count went back",
    "import sys\nsys.exit()": "a cell called sys.exit()",
}
GREEN = (
    "v.assign(v.numpy() * 2)\nv[0].assign([1.0, 2.0])",
    "%%capture\nv.assign(v.numpy() * 2)",
    "get_ipython().run_cell('v.assign(v)')",
    "%reload_ext assignlab",
    "%unload_ext assignlab",
    "with tf.GradientTape() as tape:\n    loss = v * 1.0\nassert tape.gradient(loss, v[0]) is None",
    "import threading\nthread = threading.Thread(target=tf.function(lambda: v.assign_add(v)))\n"
    "thread.start()\nthread.join()",
)


@pytest.mark.parametrize("code", RED)
def test_a_sabotaged_notebook_turns_red(code, run_notebook):
    error = run_notebook(SETUP, code, "print('later')").error
    if RED[code] is None:
        assert error is None, "what has left the process stays reported"
    else:
        assert RED[code] in error.trace + error.summary


def test_an_honest_notebook_passes(run_notebook):
    assert run_notebook(SETUP, *GREEN).error is None


ALIAS = "b = tf.Variable(tf.ones(3, tf.bfloat16))\nnp.asarray(b.value())[0] = 7"
ACCUSED = "# %% cell-1\n# accused an alias of its memory was edited"


def test_a_page_can_show_what_the_audit_refuses(run_notebook):
    assert run_notebook(SETUP, ALIAS, "v = v.assign(v)", claims=ACCUSED).error is None


def test_an_accusation_that_does_not_come_turns_red(run_notebook):
    trace = run_notebook(SETUP, "v.assign(v)", claims=ACCUSED).error.trace
    assert (
        "the audit should have failed this cell, saying 'an alias of its memory was edited'; it said nothing" in trace
    )


def test_what_a_reader_sees():
    """Without a report to write, the audit prints its line, and which gradients were None."""
    from IPython.testing.globalipapp import start_ipython
    from IPython.utils.capture import capture_output

    shell = start_ipython() or get_ipython()  # noqa: F821
    audit.load(shell)
    try:
        with capture_output() as said:
            shell.run_cell("import tensorflow as tf\nv = tf.Variable(1.0, name='v')\nv.assign(2.0)")
            shell.run_cell("w = tf.Variable(1.0, trainable=False, name='w')\nw.assign(2.0)")
            shell.run_cell("with tf.GradientTape() as tape:\n    loss = v * 2.0\ntape.gradient(loss, w)")
    finally:
        audit.unload(shell)
    lines = said.stdout.splitlines()
    assert "audit: 1 assigns, 1 preserve gradients" in lines
    assert any(
        "2 assigns" in line and "1 of them to variables that a tape sees only when told" in line for line in lines
    )
    assert lines[-1] == "audit: in this cell a tape gave None for 'w:0': the loss was not computed from it"


# The audit itself ---------------------------------------------------------------------------------------------------


def test_a_lesson_s_own_tape_sees_nothing_of_the_audit(running):
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        tf.raw_ops.AssignVariableOp(resource=v.handle, value=[3.0, 4.0])  # the audit's own reads would be watched
    assert tape.watched_variables() == ()


def test_variables_made_before_the_audit_are_known():
    v = tf.Variable([1.0, 2.0])
    running = audit.start()
    try:
        v._trainable = False
        with pytest.raises(audit.AuditError, match="trainable was True and is now False"):
            v.assign([3.0, 4.0])
    finally:
        audit.stop()
    assert running.tally.failures


def test_the_report_is_red_without_assigns(tmp_path):
    (tmp_path / "lessons" / "assignlab").mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "lessons" / "01_nothing.ipynb")
    line, problems = report(tmp_path)
    assert "audit: 0 assigns" in line
    assert "no assign was audited in any notebook" in problems


def test_the_report_is_red_where_a_page_needs_too_much_memory(tmp_path):
    (tmp_path / "lessons" / "assignlab").mkdir(parents=True)
    page, empty = tmp_path / "lessons" / "01_large.ipynb", nbformat.v4.new_notebook()
    nbformat.write(empty, page)
    for memory, told in ((MOST_MEMORY, False), (MOST_MEMORY + 1, True)):
        NotebookStore(tmp_path).keep(page, empty, {}, memory)
        assert any("01_large.ipynb: held" in problem for problem in report(tmp_path)[1]) == told
