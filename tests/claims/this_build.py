"""Claims of the page of this build."""

import keras
import numpy as np
import tensorflow as tf

from assignlab import audit


def tally_of(act):
    """What the audit counts while `act` runs."""
    running = audit.start()
    try:
        act()
        running.inspect_all()
    finally:
        audit.stop()
    return running.tally


# free: Here is what that run counted.

# %% run
# > Every page of this site was run before it was published.
# The line of each notebook is missing, and the report red, until it has passed as it is now.
from audit_report import report
from course import notebooks

line, problems = report()
assert len(problems) + int(line.split(" notebooks")[0].split()[-1]) >= len(notebooks())

# %% columns
# > **Sentences proven** are those that a proof beside the tests quotes.
#
# > The others ask, greet or set a task; they are listed there too, as free.
from claims import Claims
from course import ROOT

page = Claims(ROOT / "book" / "this_build.md")
assert all(any(s in quote for quote in page.quotes) for s in page.proven())
assert page.unquoted() == [] and "Here is what that run counted." in page.free
assert "Here is what that run counted." not in page.proven()

# %% assigns
# > **Gradients preserved** counts assigns, that is, writes to floating-point and complex variables: by `assign` and its
# > kin, by an optimizer, by loading weights.
v, z = tf.Variable([1.0, 2.0]), tf.Variable([1j, 2])
assert tally_of(lambda: (v.assign(v * 2), v.assign_add(v), v[0].assign(3.0), z.assign(z * 2))).assigns == 4
assert tally_of(lambda: keras.optimizers.SGD(0.1).apply_gradients([(tf.ones(2), v)])).assigns == 1
layer = keras.layers.Dense(2)
layer.build((None, 2))
assert tally_of(lambda: layer.set_weights(layer.get_weights())).assigns == 2

# %% functions
# > A call of a `tf.function` counts as many writes as its graph has; a loop or a branch in it counts as one for each
# > variable.
v, w = tf.Variable(1.0), tf.Variable(1.0)
assert tally_of(tf.function(lambda: (v.assign(2.0), v.assign_add(1.0), w.assign(3.0)))).assigns == 3


@tf.function
def loop():
    for _ in tf.range(5):
        v.assign_add(1.0)
        w.assign_add(1.0)


assert tally_of(loop).assigns == 2

# %% verified
# > After each write the audit verifies that the variable is the same one, and that a known gradient, sent into a read
# > of it, arrives unchanged at every entry ([how](toolkit.ipynb#audit-every-write)).
from pytest import raises

v = tf.Variable([1.0, 0.0])
tally = tally_of(lambda: v.assign([4.0, 0.0]))
assert (tally.assigns, tally.preserved) == (1, 1)
read = v._read_variable_op
v._read_variable_op = lambda *args: tf.where(read(*args) == 0, tf.stop_gradient(read(*args)), read(*args))  # cut at 0
with raises(audit.AuditError, match="the gradient that arrives is not the one that was sent"):
    tally_of(lambda: v.assign([5.0, 0.0]))
w = tf.Variable(1.0)
running = audit.start()
w._trainable = False
try:
    with raises(audit.AuditError, match="trainable was True"):
        w.assign(2.0)
finally:
    audit.stop()

# %% apart
from pytest import raises

# > **No gradient** counts the writes to integer variables and to float8 variables, which a tape does not watch.
# > They are verified as well, but for the gradient.
count, tiny = tf.Variable(1), tf.Variable(tf.cast([1.0], "float8_e4m3fn"))
tally = tally_of(lambda: (count.assign(2), tiny.assign(tiny)))
assert (tally.assigns, tally.integers, tally.unprobed) == (0, 1, 1)
running = audit.start()
count._trainable = False
with raises(audit.AuditError, match="trainable was True"):
    count.assign(3)
audit.stop()
for variable in (count, tiny):
    with tf.GradientTape() as tape:
        read = tf.cast(variable, "float32")
    assert tape.gradient(read, variable) is None

# %% seconds
# > **Seconds** is how long the cells of the page took, with their proofs and the audit, while other pages ran
# > beside it.
from datetime import datetime, timedelta

import nbformat

from notebook_store import run_time

start = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
ran = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("a"), *map(nbformat.v4.new_code_cell, "bc")])
assert run_time(ran) is None
for cell, (begun, ended) in zip(ran.cells[1:], ((0, 2), (3, 7)), strict=True):
    times = {"iopub.execute_input": begun, "shell.execute_reply": ended}
    cell.metadata.execution = {name: (start + timedelta(seconds=at)).isoformat() for name, at in times.items()}
assert run_time(ran) == 7

# %% memory
# > **MB** is the most memory that its Python held, TensorFlow included.
from own_process import alone

held = alone("""
from own_process import peak_memory
before = peak_memory()
np.ones(50_000_000)  # 400 MB
print(before, peak_memory() - before)
""")
before, more = map(float, held.split())
assert 100 < before < 2000 and 300 < more < 500

# %% ingredients
# > Every package that is installed where this site was built, with the licence that it states.
# > `assignlab` is the course's own.
from importlib.metadata import distributions

from course import ROOT
from this_build import ingredients, licence

shown = ingredients()
for package in distributions():
    assert licence(package), f"{package.name} states no licence"
    assert f"| {package.name} | {package.version} | {licence(package)} |" in shown
assert "| assignlab | 1.0.0 | MIT |" in shown
assert (ROOT / "LICENSE").read_text(encoding="utf8").startswith("MIT License")
