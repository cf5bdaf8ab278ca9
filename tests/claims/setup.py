"""Claims of the page on setting up."""

import contextlib
import inspect
import io
import re
import tomllib
from unittest import mock

import numpy as np
import tensorflow as tf
from IPython.core.interactiveshell import InteractiveShell
from packaging.requirements import Requirement
from traitlets.config import Config

import make_env
from assignlab import __main__ as commands
from assignlab import audit, environment
from course import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf8")
REQUIREMENTS = (ROOT / "requirements.txt").read_text(encoding="utf8")
PAGE = (ROOT / "book/setup.md").read_text(encoding="utf8")
PINS = environment.pins()


def rule(name):
    """(what a rule of the Makefile needs, its recipe)."""
    needs, recipe = re.search(rf"^{name}:(.*)\n((?:\t.*\n|    .*\n)*)", MAKEFILE, re.MULTILINE).groups()
    return needs.split("##")[0].split(), recipe


def printed(*cells):
    """What each cell prints in a notebook of its own, its error's message included."""
    shell, texts = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}})), []
    for cell in cells:
        with contextlib.redirect_stdout(io.StringIO()) as text:
            result = shell.run_cell(cell)
            if not result.success:
                print(result.error_in_exec)
        texts.append(text.getvalue())
    shell.restore_sys_module_state()  # a shell takes the place of the module __main__
    return texts


# free: Other versions are not promised.
# free: In the folder of the course:

# %% versions
# > The course is made with TensorFlow 2.21, Keras 3.15 and NumPy 2.4: exactly the versions in `requirements.txt`, which
# > the commands below install.
#
# > You need Python 3.11, 3.12 or 3.13, about 2 GB of disk, and no GPU.
versions = {"tensorflow": "2.21", "tensorflow-cpu": "2.21", "keras": "3.15", "numpy": "2.4"}
assert {name: PINS[name].rpartition(".")[0] for name in versions} == versions
assert '"-r", "requirements.txt"' in inspect.getsource(make_env.install) and REQUIREMENTS in make_env.wanted()
project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
assert project["requires-python"] == ">=3.11,<3.14" and make_env.SUITABLE == ("3.11", "3.12", "3.13")
assert "2 GB" in inspect.getsource(make_env.install)

# %% systems
# > TensorFlow 2.21 exists for Linux, for Macs with Apple silicon, and for 64-bit Windows on Intel and AMD. It does
# > not exist for Intel Macs or for Windows on Arm.
# The package index has such files of 2.21.0, and none for Intel Macs and Windows on Arm (looked up in 2026). Here: what
# is pinned has a line for each of the three, and these are the systems of the workflow.
lines = [Requirement(line.split(" #")[0]) for line in REQUIREMENTS.splitlines() if line.startswith("tensorflow")]
for system, machine in (("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"), ("Windows", "AMD64")):
    chosen = [one for one in lines if one.marker.evaluate({"platform_system": system, "platform_machine": machine})]
    assert [str(one.specifier) for one in chosen] == ["==2.21.0"]
workflow = (ROOT / ".github/workflows/test.yml").read_text(encoding="utf8")
assert all(f"{system}-latest" in workflow for system in ("ubuntu", "macos", "windows"))

# %% make
# > This makes an environment in `.venv`, installs what the course needs, and opens JupyterLab in `lessons/`.
# > `make book` runs every lesson and builds this site on your machine.
needs, recipe = rule("lab")
assert needs == ["environment"] and "jupyterlab" in recipe and "/lab/tree/lessons" in recipe
assert "make_env.py" in rule("environment")[1] and make_env.VENV == (ROOT / ".venv").resolve()
assert rule("book")[0] == ["notebooks", "site"]
assert "-m pytest --nbmake" in rule("notebooks")[1] and re.search(r"^PAGES := lessons ", MAKEFILE, re.MULTILINE)
assert "jupyter-book build" in rule("site")[1]

# %% without-make
# > The first line makes `.venv` and installs the same versions.
# > Without `py`, on Linux for example, it is `python3 book/workshop/make_env.py`.
assert "> py book/workshop/make_env.py" in PAGE and "make_env.py" in rule("environment")[1]
assert make_env.ROOT == ROOT and callable(make_env.install)
with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.suppress(SystemExit):
    make_env.main(["--help"])
assert "--python" in said.getvalue()

# %% in-place
# > (on Windows `.venv\Scripts\python -m assignlab`) prints one line for each thing that the course needs, and what to
# > do where something is wrong:
#
# > Another version of a package is a warning, not an error: the line says which one the course is tested with.
quick = mock.patch.object(environment, "check_tensorflow", lambda: ("OK", "assign: not run here"))
with quick, contextlib.redirect_stdout(io.StringIO()) as said:
    commands.main([])
lines = said.getvalue().splitlines()
assert len([line for line in lines if line.startswith("[")]) == len(environment.PACKAGES) + 3
for shown in re.findall(r"^\[ OK \] (\w+) ([\d.]+)$", PAGE, re.MULTILINE):
    assert PINS[shown[0]] == shown[1], f"book/setup.md shows {shown}; requirements.txt says {PINS[shown[0]]}"
with mock.patch.object(environment, "_version", lambda name: "0.0.1"):
    level, said = environment.check_package(("numpy",), PINS)
assert level == "WARN" and f"the course is tested with {PINS['numpy']}" in said
with mock.patch.object(environment, "_version", lambda name: None):
    level, said = environment.check_package(("numpy",), PINS)
assert level == "FAIL" and f"To install it: python -m pip install numpy=={PINS['numpy']}" in said

# %% audit
# > The audit that runs over this book's pages works in any notebook.
# > Install the toolkit there with `python -m pip install -e path/to/this/folder`, and run one line before you make your
# > variables:
#
# > From then on, each cell that writes a variable ends with a line such as `audit: 3 assigns, 3 preserve gradients`;
# > the count runs on from cell to cell.
# > A write after which the variable has another resource, dtype, `trainable` or static shape, or no exact gradient,
# > fails the cell, with the reason.
#
# > It probes a variable that is not trainable as well, and counts it.
# > And it looks at variables, not at names: it does not notice `v = v.assign(...)`.
#
# > `%unload_ext assignlab` ends it.
assert tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]["name"] == "assignlab"
made = "v = tf.Variable([1.0, 2.0]); fixed = tf.Variable([1.0], trainable=False)"
said = printed(
    "%load_ext assignlab",
    f"import tensorflow as tf\n{made}",
    "for _ in range(3):\n    v.assign([3.0, 4.0])",
    "v.numpy()",
    "fixed.assign([2.0])",
    "v = v.assign([5.0, 6.0])",
    f"{made}\nv._dtype = tf.float64\ntf.raw_ops.AssignVariableOp(resource=v.handle, value=[1.0, 2.0])",
    f"{made}\nv._trainable = False\nv.assign([1.0, 2.0])",
    f"{made}\nv._shape = tf.TensorShape(None)\nv.assign([1.0, 2.0])",
    f"{made}\nv._handle = fixed.handle\nv.assign([1.0, 2.0])",
    "%unload_ext assignlab",
    f"{made}\nv.assign([1.0, 2.0])",
)
assert said[2] == "audit: 3 assigns, 3 preserve gradients\n" and "audit" not in said[3]
assert said[4].endswith("audit: 4 assigns, 4 preserve gradients\n")
assert said[5] == "audit: 5 assigns, 5 preserve gradients\n"
for text, reason in zip(said[6:10], ("dtype was", "trainable was", "static shape was", "resource"), strict=True):
    assert reason in text, text
assert "audit" not in said[11]

# %% probe
# > The gradient in question is that of a probe: the audit takes half the sum of the squares of the new values, whose
# > gradient must be those values. It does not know your loss.
v = tf.Variable([1.0, 2.0])
with tf.GradientTape() as tape:
    half = 0.5 * tf.reduce_sum(v * v)
np.testing.assert_array_equal(tape.gradient(half, v), v)
running = audit.start()
try:
    other = tf.Variable([1.0, 2.0])
    other.assign([3.0, 4.0])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(other.numpy())  # a loss of the page's own that lost its gradient: not the audit's business
    assert tape.gradient(loss, other) is None
finally:
    audit.stop()
assert running.tally.assigns == running.tally.preserved == 1 and not running.tally.failures
cut = audit.Known(None, other.handle, other.dtype, True, other.shape)
with mock.patch.object(type(other), "value", lambda self: tf.stop_gradient([5.0, 6.0])):
    assert "0.5 * sum(v * v)" in audit.probe(other, cut, True)
