"""Claims of the page on the toolkit.

That its signatures and its errors are those of the code: tests/test_toolkit.py.
"""

import contextlib
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

import assignlab
from assignlab import (
    Panel,
    check,
    draw,
    environment,
    explain_gradient,
    hint,
    learner_progress,
    progress,
    verify_gradient,
)
from course import ROOT

FLOATS = ("float16", "bfloat16", "float32", "float64")


def of_every_kind(values):
    """The values as variables of TensorFlow and of Keras, of each dtype that has a gradient."""
    made = lambda kind, dtype: kind(np.asarray(values), dtype=dtype)  # noqa: E731
    return [made(kind, dtype) for kind in (tf.Variable, keras.Variable) for dtype in FLOATS]


def shows(thing, *pieces):
    """Whether a notebook shows a thing as a picture, and its text has these pieces."""
    html = thing._repr_svg_() if hasattr(thing, "_repr_svg_") else thing._repr_html_()
    return "<svg" in html and all(piece in repr(thing) for piece in pieces)


def squares(variable, moved=None):
    """The sum of the squares; `moved` notes the bits of the variable at each call."""
    if moved is not None:
        moved.append(np.asarray(variable).tobytes())
    return tf.reduce_sum(tf.convert_to_tensor(variable) ** 2)


def outside(code, folder, package=None):
    """What a program of its own prints, which has the package alone: not this folder, nor this audit."""
    env = {name: value for name, value in os.environ.items() if name != "ASSIGNLAB_AUDIT_REPORT"}
    env["PYTHONPATH"] = str(package or ROOT / "lessons")
    command = [sys.executable, "-W", "ignore", *([code] if code.startswith("-m") else ["-c", code])]
    command = [*command[:-1], *command[-1].split()] if code.startswith("-m") else command
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, encoding="utf8")


# free: name
# free: what it answers
# free: command
# free: what it does
# free: Save [the file of the toolkit](setup.md#one-lesson-alone), and in its folder run:
# free: **Raises**
# free: [Set up](setup.md), to work through the course itself.

# %% setup
# > The lessons use the package `assignlab` to check answers, to draw and to verify gradients.
# > It works without them, in any notebook, script or test of yours that uses TensorFlow.
#
# > The docstrings say the same: `help(verify_gradient)`.
#
# > Without `[tensorflow]`, the TensorFlow that is there stays, and none is installed.
# > From a copy of the course, `python -m pip install -e path/to/its/folder` installs the same.
#
# > The toolkit uses parts of TensorFlow that are not public.
# > It is tested with TensorFlow 2.21, Keras 3.15 and NumPy 2.4.
# > `import assignlab` does not import TensorFlow; the first name that needs it does.
#
# > In a script or a test there are no cells:
#
# > **Raises** an `audit.AuditError`, at the write that fails; `running.inspect_all()` raises one for memory that has
# > changed without a write.
#
# > `start` needs a copy of the course: from the file alone it copies nothing, and says why.
import inspect
import tomllib

import downloads
from course import cells

text = "\n\n".join(cells(ROOT / "book/toolkit.ipynb", "markdown"))
for one in (verify_gradient, explain_gradient, check, hint, progress, draw, Panel):
    assert all(re.search(rf"\b{name}( :|, \w+ :)", one.__doc__) for name in inspect.signature(one).parameters), one
assert "from tensorflow.python" in (ROOT / "lessons/assignlab/replay.py").read_text(encoding="utf8")
minor = {name: version.rpartition(".")[0] for name, version in environment.pins().items()}
assert [minor[name] for name in ("tensorflow", "keras", "numpy")] == ["2.21", "3.15", "2.4"]
project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
assert not any("tensorflow" in need for need in project["dependencies"])
assert [need.split(">")[0] for need in project["optional-dependencies"]["tensorflow"]] == ["tensorflow"]
assert metadata.distribution("assignlab").metadata["Name"] == project["name"] == "assignlab"
(script,) = [code for code in re.findall(r"```python\n(.+?)```", text, re.DOTALL) if "audit.start()" in code]
ALONE = f"""
import sys
import assignlab
assert "tensorflow" not in sys.modules
from assignlab import progress, verify_gradient
assert "tensorflow" in sys.modules
import numpy as np, tensorflow as tf
v = tf.Variable([1.0, 2.0])
{script}
assert verify_gradient(lambda: tf.reduce_sum(v**2), v)
running = audit.start()
low, shrunk = tf.Variable(tf.ones(2, tf.bfloat16)), tf.Variable([1.0, 2.0])
low.assign(tf.zeros(2, tf.bfloat16))
shrunk._shape = tf.TensorShape(None)
for act in (lambda: shrunk.assign([3.0, 4.0]), lambda: None):
    try:
        act()
        np.asarray(low.value())[0] = 5
        running.inspect_all()
    except audit.AuditError as error:
        print(error)
print(assignlab.__file__)
"""
with tempfile.TemporaryDirectory() as folder:
    wheel = downloads.build_wheel(ROOT, Path(folder))
    assert wheel.name in text
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target"]
    subprocess.run([*pip, f"{folder}/package", str(wheel)], check=True, capture_output=True)
    ran = outside(ALONE, folder, Path(folder, "package"))
    lines = ran.stdout.splitlines()
    assert len(lines) == 4, ran.stderr
    assert lines[0] == "1 assigns, 1 preserve gradients" and "its static shape was" in lines[1]
    assert "an alias of its memory was edited" in lines[2] and Path(lines[3]).is_relative_to(Path(folder).resolve())
    started = outside("-m assignlab start mine", folder, Path(folder, "package"))
    assert started.returncode == 1 and "not beside the installed package" in started.stderr
    assert not list(Path(folder).rglob("*.ipynb"))

# %% verify
# > Moves entries of the variable a little up and down, and compares how the loss answers with TensorFlow's gradient
# > ([how fine that measure is](how_to_use.md#the-gradient-proof)).
#
# > `loss`: a function that returns one real number.
# > It takes no argument, or the variable as its only one.
#
# > `variable`: a `tf.Variable` or `keras.Variable` of float16, bfloat16, float32 or float64, of any shape.
# > Its entries are moved, then restored bit for bit.
#
# > `max_entries`: a variable with more entries is measured in this many blocks of entries, or in fewer.
#
# > **Returns** a `GradientReport`, which prints as a sentence and is true when the gradient is verified: `assert
# > verify_gradient(loss, v)` is a test.
# > Its `verdict` is `"verified"`, `"differs"` or `"cannot tell"`, and its `message` the sentence.
# > `autodiff` and `differences` hold the two slopes, one for each finite entry or block, in float64; `autodiff` is
# > `None` when the gradient is.
#
# > `TypeError`: `variable` is not a floating-point variable, `loss` is not a function of none or one argument, its
# > result is not a real number, or `max_entries` is not an integer.
#
# > `ValueError`: `max_entries` is below 1; `loss` does not return one finite number, gives a different one at each
# > call, or writes to the variable.
#
# > `RuntimeError`: It is called inside a `tf.function`, or inside `strategy.scope()` for a variable that has replicas.
#
# > Here a gradient of one's own has lost its 3.
assert _.verdict == "differs" and not _ and repr(_) == _.message and type(_).__name__ == "GradientReport"
np.testing.assert_allclose(_.differences / _.autodiff, [3, 3], rtol=1e-3)
assert _.autodiff.dtype == _.differences.dtype == np.float64
for values in (2.0, [1.0, 2.0], [[1.0], [2.0]], np.zeros((0, 3))):
    for one in of_every_kind(values):
        before, moved = np.asarray(one).tobytes(), []
        report = verify_gradient(lambda v, moved=moved: squares(v, moved), one)
        assert report and report.verdict == "verified" and report.autodiff.size == np.size(values)
        assert np.asarray(one).tobytes() == before and (np.size(values) == 0 or len({*moved}) > 1)
assert verify_gradient(lambda v: tf.reduce_sum(v**2), v)
many = tf.Variable(np.arange(1.0, 11.0, dtype="float32"))
assert verify_gradient(lambda: tf.reduce_sum(many**2), many, max_entries=3).differences.size <= 3
assert verify_gradient(lambda: tf.reduce_sum(many[1:] ** 2), many).differences.size == 10
holed = tf.Variable([1.0, np.nan, 2.0])
assert verify_gradient(lambda: tf.reduce_sum(tf.gather(holed, [0, 2]) ** 2), holed).autodiff.size == 2
assert verify_gradient(lambda: np.sum(np.square(v)), v).autodiff is None
assert verify_gradient(lambda: 1e8 + tf.reduce_sum(v**2), v).verdict == "verified"
leaving = lambda: 1e8 + tf.reduce_sum(v**2) + 0 * float(tf.reduce_sum(v))  # noqa: E731
assert verify_gradient(leaving, v).verdict == "cannot tell"
whole, number = tf.Variable([1, 2]), lambda: tf.reduce_sum(v**2)
for wrong in (
    (number, whole),
    (number, v.numpy()),
    (2.0, v),
    (lambda v, other: number(), v),
    (lambda: "two", v),
    (lambda: tf.complex(1.0, 2.0), v),
    (number, v, 2.5),
):
    with pytest.raises(TypeError):
        verify_gradient(*wrong)
written = lambda: (v.assign_add([1.0, 1.0]), number())[1]  # noqa: E731
differing = iter(range(1000))
for wrong in (
    (number, v, 0),
    (lambda: v**2, v),
    (lambda: np.nan * number(), v),
    (lambda: number() * next(differing), v),
    (written, v),
):
    with pytest.raises(ValueError):
        verify_gradient(*wrong)
np.testing.assert_array_equal(v, [1, 2])
for function in (verify_gradient, explain_gradient):
    with pytest.raises(RuntimeError, match="Call it outside"):
        tf.function(lambda function=function: function(number, v))()
    with tf.distribute.MirroredStrategy([one.name for one in tf.config.list_logical_devices("CPU")]).scope():
        replicated = tf.Variable([1.0])
        with pytest.raises(RuntimeError, match=r"outside strategy\.scope"):
            function(squares, replicated)

# %% explain
# > Runs the loss once, and names the cause, the line of your code at which the path from the variable ends, and the
# > mend.
#
# > `loss`: what your tape records, a function of no argument or of what you give as `variable`.
# > It returns numbers or tensors of any shape, whose sum is differentiated.
# > It may be a `tf.function`, or a compiled Keras model, which stands for its own loss.
#
# > `variable`: a `tf.Variable` or `keras.Variable` of any shape and dtype, a list or tuple of them, or a Keras model,
# > which stands for its trainable weights.
# > When `loss` is a model, a batch: `explain_gradient(model, (x, y))`.
# > A tensor or array that took the variable's name is told as such.
#
# > **Returns** a `GradientExplanation`, which is true when the gradient is healthy; of several variables, when all are.
# > It prints as text, and in a notebook it draws the path, with the cut marked.
# > Its `verdict` is `"healthy"`, `"none"`, `"zero"`, `"nan"` or `"cannot tell"`.
# > `cause` is a short name, `line` and `where` are the line as text and as `file:line`, `mend` is one sentence,
# > `message` all of it.
# > `each` holds an explanation for each of several variables.
#
# > `TypeError`: `variable` is nothing that has a gradient or had one, `loss` is not a function of none or one argument,
# > or what it returns is not made of numbers.
#
# > `ValueError`: The model has no loss, no weights yet, or none that is trained.
#
# > An exception of the loss itself passes through as it is.
#
# > What the loss writes to variables is put back, and so are the global random states of TensorFlow, NumPy and Python;
# > an `np.random.Generator` of your own goes on.
# > Where NumPy hides what the loss reads, TensorFlow traces it, too.
# (Fifty broken and fifty healthy losses: tests/test_doctor.py.)
assert (_.verdict, _.cause, _.line) == ("none", "numpy read", "doubled = v.numpy() * 2") and not _
assert shows(_, _.message, _.line, _.where, _.mend, "✂") and re.fullmatch(r".+:\d+", _.where)
assert type(_).__name__ == "GradientExplanation" and _.mend.endswith(".") and _.mend.count(". ") == 0
v, k = tf.Variable([1.0, 2.0]), keras.Variable([1.0, 2.0])
own = np.random.default_rng(0)
began = own.bit_generator.state
explain_gradient(lambda: tf.reduce_sum(v * own.random()), v)
assert own.bit_generator.state != began
calls, random_states = [], (random.getstate(), np.random.get_state()[1].tolist())


def busy():
    calls.append(1)
    v.assign_add([1.0, 1.0])
    return tf.reduce_sum(v * k.value * random.random() * np.random.rand() * tf.random.uniform(()))


assert explain_gradient(busy, v) and len(calls) == 1 and v.numpy().tolist() == [1, 2]
assert (random.getstate(), np.random.get_state()[1].tolist()) == random_states
tf.random.set_seed(1)
wanted = tf.random.uniform(()).numpy()
tf.random.set_seed(1)
explain_gradient(busy, v)
assert tf.random.uniform(()).numpy() == wanted
for asked in ([v, k], (v, k)):
    both = explain_gradient(lambda _: v * k.value, asked)
    assert both and len(both.each) == 2 and all(both.each)
    half = explain_gradient(lambda: v * 2.0, asked)
    assert not half and [bool(one) for one in half.each] == [True, False] and half.verdict == "none"
assert explain_gradient(lambda v: v**2, v) and explain_gradient(tf.function(lambda: v**2), v)
assert explain_gradient(lambda: [v**2, tf.reduce_sum(v)], v) and explain_gradient(lambda: 2.0, v).cause == "never read"
for one in (*of_every_kind(2.0), *of_every_kind([[1.0], [2.0]])):
    assert explain_gradient(lambda one=one: tf.convert_to_tensor(one) ** 2, one)
assert explain_gradient(lambda: 2 * tf.Variable(1), tf.Variable([1, 2])).cause == "integer dtype"
verdicts = [explain_gradient(loss, v).verdict for loss in (lambda: v * 0.0, lambda: tf.sqrt(v * 0.0))]
assert verdicts == ["zero", "nan"]
inner = keras.Input((2,))
model = keras.Model(inner, keras.layers.Dense(1)(inner))
x, y = np.ones((4, 2), "float32"), np.ones((4, 1), "float32")
with pytest.raises(ValueError, match="no loss yet"):
    explain_gradient(model, (x, y))
frozen = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
frozen.trainable = False
with pytest.raises(ValueError, match="All weights of this model are frozen"):
    explain_gradient(lambda: frozen(np.ones((1, 1))), frozen)
with pytest.raises(ValueError, match="no weights yet"):
    explain_gradient(lambda: 1.0, keras.Sequential([keras.layers.Dense(1)]))
model.compile("sgd", "mse")
assert len(explain_gradient(model, (x, y)).each) == 2 == len(explain_gradient(lambda: model(x), model).each)
for gone in (v * 2, v.numpy()):
    assert explain_gradient(lambda: v**2, gone).cause == "rebound name"
for wrong in ((lambda: v**2, "v"), (lambda: v**2, []), (2.0, v), (lambda v, other: v, v), (lambda: "two", v)):
    with pytest.raises(TypeError):
        explain_gradient(*wrong)
with pytest.raises(ZeroDivisionError):
    explain_gradient(lambda: 1 // 0, v)
traced = []
assert not explain_gradient(lambda: (traced.append(tf.inside_function()), tf.reduce_sum(np.square(v)))[1], v)
assert traced == [False, True]

# %% check
# > Run this line in a notebook before you make your variables.
# > From then on, each cell that writes a variable ends with a line; the count runs on from cell to cell.
#
# > A write after which the variable has another resource, dtype, `trainable` or static shape, or whose reads no
# > longer carry the gradient, fails the cell, with the reason.
# > So does a change that is no write: an edit of a bfloat16 variable's memory through an alias, or an array put in the
# > place of a layer's variable.
#
# > The audit does not know your loss, but where your own tape gave `None` for a variable, a line says so.
# > Writes to variables that are not trainable, and to integer and float8 variables, are named apart.
# > And it looks at variables, not at names: it does not notice `v = v.assign(...)`.
# > Nor does it follow another process that your code starts.
#
# > To verify the gradient the audit sends a known one into a read of the variable; it must arrive unchanged at every
# > entry.
#
# > It guards against mistakes, not against intent: it lives in the same process as your code.
# > `%unload_ext assignlab` ends it.
#
# > Calls the answer to an exercise many times, looks at what it did, and shows what was found ([how](checks.md)).
# > The exercises come with the toolkit.
#
# > `number`: a string such as `"2.1"`.
#
# > `answer`: the function itself, without brackets.
#
# > **Returns** a `Result`, which is true when the answer is right.
# > `status` is `"right"`, `"wrong"` or `"not attempted"`, `diagnosis` is the name of the mistake, and `lines` are the
# > pairs of label and text that are shown.
#
# > `ValueError`: There is no exercise with this number.
made = "v = tf.Variable([1.0, 2.0]); fixed = tf.Variable([1.0], trainable=False)"
ASSIGNS = "import tensorflow as tf\ntf.Variable(1.0).assign(2.0)"
CELLS = [
    "%load_ext assignlab",
    f"import numpy as np, keras, tensorflow as tf\n{made}",
    "for _ in range(3):\n    v.assign([3.0, 4.0])",
    f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {ASSIGNS!r}], check=True)",
    "fixed.assign([2.0])",
    "v = v.assign([5.0, 6.0])",
    f"{made}\nv._dtype = tf.float64\ntf.raw_ops.AssignVariableOp(resource=v.handle, value=[1.0, 2.0])",
    f"{made}\nv._trainable = False\nv.assign([1.0, 2.0])",
    f"{made}\nv._shape = tf.TensorShape(None)\nv.assign([1.0, 2.0])",
    f"{made}\nother = tf.Variable([1.0, 2.0])\nv._handle = other.handle\nv.assign([1.0, 2.0])",
    *(
        f"{made}\nread = v._read_variable_op\nv._read_variable_op = lambda *a: {cut}\nv.assign([0.0, 2.0])"
        for cut in (
            "tf.zeros(2)",
            "tf.stop_gradient(read(*a)) + 0.0",
            "tf.where([True, False], tf.stop_gradient(read(*a)), read(*a))",
            "read(*a) / 2 + tf.stop_gradient(read(*a) / 2)",
        )
    ),
    "b = tf.Variable(tf.ones(2, tf.bfloat16))\nnp.asarray(b.value())[0] = 5",
    "d = keras.layers.Dense(2)\nd.build((None, 2))\nd.bias = np.ones(2)",
    f"{made}\nwith tf.GradientTape() as tape:\n    y = tf.reduce_sum(v.numpy())\ntape.gradient(y, v)",
    "tf.Variable(1).assign(2)\ntf.Variable(tf.cast(1.0, 'float8_e5m2')).assign(tf.cast(2.0, 'float8_e5m2'))",
    "from assignlab import audit\naudit.current().tally.failures.clear(); print(audit.current().tally.failures)",
    "%unload_ext assignlab",
    f"{made}\nv.assign([1.0, 2.0])",
]
NOTEBOOK = f"""
import contextlib, io, json
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
shell, said = InteractiveShell(config=Config({{"HistoryManager": {{"enabled": False}}}})), []
for cell in {CELLS!r}:
    with contextlib.redirect_stdout(io.StringIO()) as text:
        result = shell.run_cell(cell)
    said.append([text.getvalue(), str(result.error_in_exec or "")])
print(json.dumps(said))
"""
with tempfile.TemporaryDirectory() as folder:
    ran = outside(NOTEBOOK, folder)
said = json.loads(ran.stdout)
aside = "; 1 of them to variables that a tape sees only when told to watch (not trainable)"
assert "audit: on." in said[0][0] and said[2] == ["audit: 3 assigns, 3 preserve gradients\n", ""]
assert "audit" not in said[3][0] and said[4][0].endswith(f"audit: 4 assigns, 4 preserve gradients{aside}\n")
assert said[5] == [f"audit: 5 assigns, 5 preserve gradients{aside}\n", ""]
reasons = ("dtype was", "trainable was", "static shape was", "no longer owns the resource", *["gradient"] * 4)
reasons += ("an alias of its memory was edited", "computes with another object as its bias")
for (text, error), reason in zip(said[6:16], reasons, strict=True):
    assert reason in error, (text, error)
assert "audit: in this cell a tape gave None for " in said[16][0]
assert "1 writes to integer variables" in said[17][0] and "1 writes to float8 variables" in said[17][0]
assert said[18][0].startswith("[]") and "audit" not in said[20][0] and said[20][1] == ""  # the same process
calls = []
with contextlib.redirect_stdout(io.StringIO()) as text:
    results = [check("2.1", answer) for answer in (replace_above, lambda *given: (calls.append(1), ...)[1])]
    results.append(check("1.1", lambda v, factors: v.assign(v.numpy() * factors[:, None])))
assert [bool(one) for one in results] == [False, False, True] and results[2].status == "right" and calls
assert (results[0].status, results[0].diagnosis) == ("wrong", "copy edited")
assert type(results[0]).__name__ == "Result" and all(str(said) in str(results[0]) for _, said in results[0].lines[-1:])
assert all(len(line) == 2 and all(isinstance(part, str) for part in line) for one in results for line in one.lines)


def scale_rows(v, factors): ...


assert check("1.1", scale_rows).status == "not attempted"
for function in (lambda: check("9.9", scale_rows), lambda: hint("9.9")):
    with pytest.raises(ValueError, match=r"There is no exercise '9\.9'"):
        function()

# %% hint
# > Prints the next hint of an exercise; after the last one they begin again.
# > It returns `None`.
from assignlab.exercises import find

with contextlib.redirect_stdout(io.StringIO()) as text:
    assert [hint("1.1") for _ in range(4)] == [None] * 4
lines, hints = text.getvalue().splitlines(), find("1.1").hints
assert [given in line for line, given in zip(lines, [*hints, hints[0]], strict=True)] == [True] * 4
assert printed.startswith("Hint 1 of 3 for exercise 2.1") and "begin again" in lines[3]

# %% progress
# > Says which exercises are solved, as right answers to `check` have noted it in `folder`, a string or a `Path`.
# > A folder that does not exist holds no solved exercise.
#
# > **Returns** a `Progress`, which prints as a table and in a notebook shows itself as a picture.
# > `numbers` and `solved` are tuples of strings; `next` is the number of the next unsolved exercise, or `None`.
# > It raises no error of its own.
import inspect

from assignlab.exercises import exercises

numbers = tuple(exercises())
assert shows(_, "lesson 1  [ ] 1.1", "exercises solved") and _.numbers == numbers and type(_).__name__ == "Progress"
with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
    patch.setenv(learner_progress.SWITCH, "on")
    patch.chdir(folder)
    assert progress().solved == progress(Path(folder, "none")).solved == ()
    with contextlib.redirect_stdout(io.StringIO()):
        assert check("1.1", lambda v, factors: v.assign(v.numpy() * factors[:, None]))
    assert progress(folder).solved == progress(Path(folder)).solved == progress().solved == ("1.1",)
    assert progress().next == "1.2" == numbers[1]
    for number in numbers:
        learner_progress.record(number)
    assert progress().solved == numbers and progress().next is None
assert "raise" not in inspect.getsource(progress)

# %% draw
# > Draws panels from left to right, as an SVG that can be read on a light and on a dark page.
#
# > `parts`: each a `Panel`, or a string, which labels an arrow to the next panel.
#
# > `alt`: what is seen, in words, for those who do not see it.
#
# > `width`: in pixels; a panel that would end beyond it starts a new row.
# > Without it there is one row.
#
# > **Returns** a `Picture`, which shows itself in a notebook.
# > Its `svg` is text, to be written to a file.
#
# > `TypeError`: A part is neither a Panel nor a string.
#
# > `ValueError`: There is no Panel, the kind of one is not known, or its `changed` does not broadcast to its values.
#
# > `values`: an array, tensor, variable or list of any shape and dtype, shown as a matrix; of more than 8 rows or
# > columns, the beginning.
#
# > `title`: a string.
#
# > `kind`: `"variable"`, `"copy"`, `"tensor"` or `"gradient"`; each has its colour.
#
# > `changed`: which entries are bold and framed, an array of bools that broadcasts to the values.
from xml.etree import ElementTree

from assignlab.look import COLOURS, PAPER

assert type(_).__name__ == "Picture" and shows(_, _.alt) and f"<title>{_.alt}</title>" in _.svg
places = {
    node.text: float(node.get("x")) for node in ElementTree.fromstring(_.svg).iter() if node.tag.endswith("}text")
}
assert places["before"] < places["np.clip"] < places["after"]
assert f'fill="{PAPER}"' in _.svg  # a card of its own, on any page
assert _.svg.count('font-weight="700"') == _.svg.count('stroke-width="2.5"') == 1
height = lambda picture: float(ElementTree.fromstring(picture.svg).get("height"))  # noqa: E731
assert (
    height(draw(*panels, alt="two", width=150)) > height(draw(*panels, alt="two")) == height(draw(panels[0], alt="one"))
)
kinds = ("variable", "copy", "tensor", "gradient")
assert kinds == tuple(COLOURS) and len({draw(Panel([1], "v", kind), alt="one").svg for kind in kinds}) == 4
for values in (1.0, [], [1], [[1, 2]], np.zeros((2, 3, 4)), np.zeros((0, 3)), np.zeros((3, 0)), [True], ["a"], [1j]):
    assert draw(Panel(values, "v"), alt="one").svg.startswith("<svg")
for one in (*of_every_kind([1.0, 2.5]), tf.constant([1.0, 2.5])):
    assert ">2.5<" in draw(Panel(one, "v", changed=True), alt="one").svg
fits, large = (draw(Panel(np.full((size, size), 7), "v"), alt="one").svg for size in (8, 9))
assert fits.count(">7<") == 64 and "…" not in fits and large.count(">7<") == 49 and "…" in large
for wrong, error in (
    ([np.zeros(3)], TypeError),
    ([2.0, panels[0]], TypeError),
    ([], ValueError),
    (["arrow"], ValueError),
    ([Panel([1], "v", "array")], ValueError),
    ([Panel([1, 2], "v", changed=[True, False, True])], ValueError),
):
    with pytest.raises(error):
        draw(*wrong, alt="wrong")

# The commands
# > `python -m assignlab`
#
# > prints a line for each thing that the course needs, and what to do where something is wrong
#
# > `python -m assignlab progress [folder]`
#
# > prints what is solved in a folder, and what is next
#
# > `python -m assignlab progress [folder] --reset`
#
# > starts anew, and keeps the old file beside the new one
#
# > `python -m assignlab start [folder]`
#
# > copies the lessons to a folder of your own; a lesson that is there is never overwritten
#
# > A folder that you leave out is the one you are in; for `start`, it is `my_lessons` beside `lessons`.
#
# > The exit status is 1 where something that the course needs is missing, or where `start` failed.
from unittest import mock

from assignlab import __main__ as commands
from assignlab import copy_lessons


def run(*arguments):
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()):
        status = commands.main(list(arguments))
    return status, out.getvalue()


quick = mock.patch.object(environment, "check_tensorflow", lambda: ("OK", "assign: not run here"))
with quick:
    _status, said = run()
    assert len(re.findall(r"^\[", said, re.MULTILINE)) == len(environment.PACKAGES) + 3
with quick, mock.patch.object(environment, "_version", lambda name: None):
    status, said = run()
    assert status == 1 and "To install it: python -m pip install" in said
with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
    patch.setenv(learner_progress.SWITCH, "on")
    patch.chdir(folder)
    learner_progress.record("1.1")
    for asked in ((), (folder,)):
        status, said = run("progress", *asked)
        assert status == 0 and "[x] 1.1" in said and "Next: exercise 1.2" in said
    _status, said = run("progress", "--reset")
    assert "[ ] 1.1" in said and Path(folder, f"{learner_progress.NAME}.old").exists()
    mine = Path(folder, "mine")
    assert run("start", str(mine))[0] == 0
    copied = sorted(mine.glob("*.ipynb"))
    assert copied and [one.name for one in copied] == [one.name for one in sorted((ROOT / "lessons").glob("*.ipynb"))]
    patch.setattr(copy_lessons, "LESSONS", mine)
    assert run("start")[0] == 0 and sorted(Path(folder, "my_lessons").glob("*.ipynb"))
    copied[0].write_text("mine")
    assert run("start", str(mine))[0] == 0 and copied[0].read_text() == "mine"
    assert run("start", str(copied[0]))[0] == 1  # a file, not a folder
