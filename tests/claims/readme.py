"""Claims of README.md."""

import re
import tomllib

import keras
import numpy as np
import tensorflow as tf

import make_env
from assignlab import environment
from course import ROOT, exercise_cells, lessons

README = (ROOT / "README.md").read_text(encoding="utf8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf8")


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
given = [cell.lesson for cell in exercise_cells("lessons").values()]
assert all(given.count(lesson.stem) >= 2 for lesson in lessons())
runner = (ROOT / "conftest.py").read_text(encoding="utf8")
assert "--InteractiveShellApp.extra_extensions=assignlab" in runner and "audit_problem(" in runner
assert "claims.problems_of_run(" in runner and rule("book")[0] == ["notebooks", "site"]

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
assert "jupyterlab" in rule("lab")[1] and "lessons" in rule("lab")[1]
assert "##" in rule("help")[1] and re.search(r"^lab:.*  ## ", MAKEFILE, re.MULTILINE)
assert "py book/workshop/make_env.py" in README
status, said = environment.check_package(("not-installed",), {"not-installed": "1.0"})
assert status == "FAIL" and said.endswith("To install it: python -m pip install not-installed==1.0")

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
import assignlab

assert all((ROOT / folder).is_dir() for folder in re.findall(r"\[`[\w/]+`\]\(([\w/]+)\)", README))
assert all(callable(getattr(assignlab, name)) for name in ("check", "draw", "verify_gradient"))
named = lambda folder: {path.name for path in (ROOT / folder).glob("[0-9]*.ipynb")}  # noqa: E731
assert named("lessons") == named("solutions")
published = (ROOT / "_config.yml").read_text(encoding="utf8")
assert "- book/workshop/*" in published and "notebook_store: book/workshop" in published
