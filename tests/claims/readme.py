"""Claims of README.md."""

import contextlib
import importlib.util
import io
import os
import re
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path

import conftest
import keras
import numpy as np
import pytest
import tensorflow as tf
import yaml

import make_env
from assignlab import __main__ as commands
from assignlab import environment
from assignlab.checker import examine
from claims import Claims, pages
from course import ROOT, exercise_cells, lessons

README = (ROOT / "README.md").read_text(encoding="utf8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf8")
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8"))
STUBS, SOLUTIONS = exercise_cells("lessons"), exercise_cells("solutions")


def rule(name):
    """(what a rule of the Makefile needs, its recipe)."""
    needs, recipe = re.search(rf"^{name}:(.*)\n((?:\t.*\n|    .*\n)*)", MAKEFILE, re.MULTILINE).groups()
    return needs.split("##")[0].split(), recipe


# free: folder
# free: what is in it
# free: one solution per lesson, with the same name
# free: what proves all of it
# free: To mend a page or add a lesson: [CONTRIBUTING.md](CONTRIBUTING.md).
# free: What changed: [CHANGELOG.md](CHANGELOG.md).
# free: Code: [MIT](LICENSE).
# free: Text and pictures: [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/).

# %% course
# > A short course, in runnable notebooks, on changing the values of a `tf.Variable` with NumPy so that it stays the
# > same variable, keeps its shape and can still be trained. Every lesson has exercises that check themselves. Every
# > write to a variable is audited. Every cell runs before it is published, and what a page shows and says is proven
# > beside it.
v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
optimizer, handle = keras.optimizers.Adam(0.5), v.handle
optimizer.build([v])
v.assign(v.numpy() * 0.5)
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(v**2)
gradient = tape.gradient(loss, v)
np.testing.assert_array_equal(gradient, [[1, 2], [3, 4]])
optimizer.apply([gradient], [v])
np.testing.assert_allclose(v, [[0, 0.5], [1, 1.5]], atol=1e-5)
assert v.handle is handle and v.shape == (2, 2)
# Each lesson has exercises, whose checks tell a right answer from what the learner finds, and from a wrong one.
for lesson in lessons():
    numbers = [number for number, cell in STUBS.items() if cell.lesson == lesson.stem]
    assert len(numbers) >= 2
    assert not examine(numbers[0], STUBS[numbers[0]].function())
    assert not examine(numbers[0], lambda *arguments: None)
    assert examine(numbers[0], SOLUTIONS[numbers[0]].function())
# A notebook is red by a write that spoils its variable, and by a proof that fails; and then no page is built.
with tempfile.TemporaryDirectory() as folder:
    spoiled = "import tensorflow as tf\nv = tf.Variable([1.0])\nv._trainable = False\nv.assign([2.0])"
    run = conftest.notebook_runner(Path(folder).resolve())
    trace = run("1 + 1", spoiled, claims="# %% cell-0\nassert _ == 3").error.trace
    assert "trainable was True and is now False" in trace and "the claim about `cell-0` does not hold" in trace
assert rule("book")[0] == ["notebooks", "site"] and "--nbmake" in rule("notebooks")[1]
assert all(Claims(page).text for page in pages())

# %% start
# > With Python 3.11, 3.12 or 3.13 and `make` (Linux, macOS):
#
# > `make lab` opens the lessons in JupyterLab; `make help` lists the rest. On Windows, or without `make`:
#
# > `python -m assignlab` says what is missing in an environment, and how to get it.
assert make_env.SUITABLE == ("3.11", "3.12", "3.13")
project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
assert project["requires-python"] == ">=3.11,<3.14"
assert (environment.OLDEST, environment.NEWEST) == ((3, 11), (3, 13))
assert "-m jupyterlab --config=book/workshop/lab/config.py" in rule("lab")[1]  # tests/test_lab.py opens it
if shutil.which("make") and os.name == "posix":
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    listed = re.findall(r"make ([a-z-]+)", subprocess.check_output(["make", "help"], cwd=ROOT, env=env, text=True))
    assert {"lab", "book", "test", "help"} < {*listed}
    assert {*listed} - {"lesson"} == {*re.findall(r"^([a-z-]+):.*  ## ", MAKEFILE, re.MULTILINE)} - {"lesson"}
for command in re.findall(r"```powershell\n(.+?)```", README, re.DOTALL)[0].splitlines():
    file = re.match(r"py (\S+)|\.venv\\Scripts\\(?:python -m )?([\w-]+)", command)
    assert (ROOT / file[1]).is_file() if file[1] else importlib.util.find_spec(file[2].replace("-", "_")), command
with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as said:
    real = environment._version
    patch.setattr(environment, "_version", lambda name: None if name == "keras" else real(name))
    patch.setattr(environment, "check_tensorflow", lambda: ("OK", "assign: not run here"))
    assert commands.main([]) == 1
wanted = environment.pins()["keras"]
assert f"[FAIL] keras: not installed. To install it: python -m pip install keras=={wanted}\n" in said.getvalue()

# %% map
# > [`lessons/`](lessons)
#
# > the notebooks to work through; [`lessons/assignlab/`](lessons/assignlab) checks answers, draws, and verifies
# > gradients
#
# > [`solutions/`](solutions)
#
# > [`book/`](book)
#
# > the other pages of the site, and its pictures; [`book/workshop/`](book/workshop) builds it
#
# > [`tests/`](tests)
from assignlab import draw, verify_gradient
from assignlab.picture import Panel

assert all((ROOT / folder).is_dir() for folder in re.findall(r"\[`[\w/]+`\]\(([\w/]+)\)", README))
assert examine("1.1", SOLUTIONS["1.1"].function())
assert draw(Panel([1.0], "v"), alt="one").svg.startswith("<svg")
v = tf.Variable([1.0, 2.0])
assert verify_gradient(lambda: tf.reduce_sum(v**2), v)
assert not verify_gradient(lambda: tf.reduce_sum(v * tf.stop_gradient(v)), v)
named = lambda folder: {path.name for path in (ROOT / folder).glob("[0-9]*.ipynb")}  # noqa: E731
assert named("lessons") == named("solutions") == {lesson.name for lesson in lessons()}
contents = {entry["file"] for part in TOC["parts"] for entry in part["chapters"]} | {TOC["root"]}
others = {f"book/{path.stem}" for path in (ROOT / "book").iterdir() if path.suffix in (".md", ".ipynb")}
assert others == {file for file in contents if file.startswith("book/")}
config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf8"))
for module, folder in config["sphinx"]["local_extensions"].items():
    assert folder == "book/workshop" and (ROOT / folder / f"{module}.py").is_file()
