"""Claims of the page on how to use the course."""

import ast
import colorsys
import contextlib
import inspect
import io
import re

import nbformat
import numpy as np
import pytest
import tensorflow as tf

from assignlab import checker, look, verify_gradient
from assignlab.checker import check, examine, hint
from assignlab.exercises import InPlace, exercises
from course import ROOT, cells, exercise_cells, lessons

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf8")
STUBS, SOLUTIONS = exercise_cells("lessons"), exercise_cells("solutions")


def called_with(number):
    """The variable's values in each call that a check makes, seen by a right answer."""
    right, seen = SOLUTIONS[number].function(), []

    def answer(v, factors):
        seen.append(v.numpy())
        return right(v, factors)

    assert examine(number, answer)
    return seen


# free: Each runs from top to bottom as it is, with its exercises unsolved.
# free: Where a page says **Predict, then run**, decide what you expect before you run the cell.
# free: An exercise is a short function.
# free: The last exercise of a lesson is worth solving for what comes after it.
# free: Beside each proven output stands a small sign, **✓ proven**.
# free: Its measure is as fine as the numbers that it sees.

# %% top
# > Each lesson says at its top what it needs and how long it takes.
for lesson in lessons():
    assert re.search(r"\*\*You need:\*\* .+⏱ [\d–]+ minutes", cells(lesson, "markdown")[0], re.DOTALL), lesson.name

# %% cells
# > Cells are plain TensorFlow and NumPy: copy them into your own program.
for lesson in lessons():
    for code in cells(lesson, "code"):
        if not re.search(r"^from assignlab import|^report = verify_gradient\(|^check\(|draw\(", code, re.MULTILINE):
            assert "assignlab" not in code and not re.search(r"\b(check|hint|verify_gradient)\(", code), code
    names = [
        name for code in cells(lesson, "code") for name in re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE)
    ]
    assert set(names) <= {"assignlab", "keras", "matplotlib", "numpy", "tensorflow", "sys"}

# %% exercises
# > Most wait to be written: replace the `...` and run the cell. Some are written already, and ask to be mended.
waiting = [
    number
    for number, stub in STUBS.items()
    if [ast.unparse(part) for part in stub.node.body[1:]] == ["..."] and ast.get_docstring(stub.node)
]
written = set(STUBS) - set(waiting)
assert len(waiting) > len(written) >= 1
assert written == {number for number, exercise in exercises().items() if exercise.shipped}
example = re.search(r"```python\n(.+?)```", (ROOT / "book/how_to_use.md").read_text(encoding="utf8"), re.DOTALL)[1]
assert example.strip() == STUBS["1.1"].source.strip(), (
    "book/how_to_use.md: its example is exercise 1.1 as lesson 1 has it"
)

# %% target
# > Until you have solved it, an exercise that writes into a `tf.Variable` shows its target: the variable before, the
# > arguments, and the variable after, with the changed entries framed.
# > An unsolved exercise is no error; the lesson runs on.
for number, exercise in exercises().items():
    with contextlib.redirect_stdout(io.StringIO()):
        result = check(number, STUBS[number].function())
    assert result.status == "not attempted" and not result
    if isinstance(exercise, InPlace):
        before, arguments, after = exercise.example()
        assert f"{exercise.parameters[0]} before" in result.picture.svg
        assert f"{exercise.parameters[0]} after" in result.picture.svg
        assert all(name in result.picture.svg for name in arguments)
        framed = result.picture.svg.count(look.CHANGED[1])
        assert framed == np.sum(~np.isclose(before, after, rtol=0, atol=0, equal_nan=True)) > 0

# %% cases
# > `check` calls your function with the example and with other values, and as a rule with other shapes and dtypes
# > ([how the checks work](checks.md)).
others = []
for exercise in exercises().values():
    if isinstance(exercise, InPlace):
        values = [np.asarray(case[0]) for case in exercise.cases()]
        assert len({array.tobytes() for array in values}) > 1
        others.append(len({array.shape for array in values}) > 1 and len(exercise.dtypes) > 1)
assert sum(others) > len(exercises()) / 2
seen = called_with("1.1")
np.testing.assert_array_equal(seen[0], exercises()["1.1"].example()[0])
assert len({array.shape for array in seen}) > 1 and len({array.dtype for array in seen}) > 1

# %% result
# > A wrong answer gets a name, such as *copy edited*, which heads the result. Below it stand what was called, what came
# > back, what was expected, and what to try next.


def edits_a_copy(v, factors):
    v.numpy()[:] *= factors[:, None]


result = examine("1.1", edits_a_copy)
assert str(result).splitlines()[0].endswith("Exercise 1.1: copy edited") and "copy edited</strong>" in result.html()
assert [label for label, _ in result.lines] == ["called", "got", "expected", "try"]

# %% hints
# > `hint("1.1")` gives a hint. Call it again for the next one: there are three, from a nudge to the shape of the
# > answer.
assert {len(exercise.hints) for exercise in exercises().values()} == {3}
checker._hints_given.clear()
with contextlib.redirect_stdout(io.StringIO()) as said:
    for _ in range(4):
        hint("1.1")
shown = said.getvalue().splitlines()
for count, line in enumerate(shown[:3]):
    assert line.startswith(f"Hint {count + 1} of 3 for exercise 1.1: {exercises()['1.1'].hints[count]}")
assert "they begin again" in shown[3]
checker._hints_given.clear()

# %% progress
# > `progress()`, imported from `assignlab`, shows what you have solved and what is next.
import tempfile
from pathlib import Path

from assignlab import progress
from assignlab.exercises import lesson_done
from assignlab.learner_progress import record

patch = pytest.MonkeyPatch()
with tempfile.TemporaryDirectory() as folder:
    patch.setenv("ASSIGNLAB_PROGRESS", "on")
    patch.chdir(folder)
    record("1.1")
    assert re.search(r"\[x\] 1\.1 .*\n.*\[ \] 2\.1 ", str(progress()))
    assert "1 of" in progress().summary() and "Next: exercise 1.2" in progress().summary()
    first = [number for number in exercises() if number.startswith("1.")]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        for number in first:
            check(number, SOLUTIONS[number].function())
    patch.undo()
assert lesson_done(1) in said.getvalue(), "the last exercise of a lesson ends with its line"
assert said.getvalue().count(lesson_done(1)) == 1

# %% solutions
# > The [solutions](../solutions/01_broadcast_scaling.ipynb) stay folded until you open them; each comes with its reason
# > and with other ways to write it.
for number, solution in SOLUTIONS.items():
    answer, others = (f"exercise-{number.replace('.', '-')}{ending}" for ending in ("", "-others"))
    notebook = nbformat.read(ROOT / "solutions" / f"{solution.lesson}.ipynb", 4)
    by_id = {cell.id: cell for cell in notebook.cells}
    assert all("hide-cell" in by_id[cell].metadata.tags for cell in (answer, others)), number
    assert by_id[f"{answer}-why"].cell_type == "markdown", number

# %% proofs
# > It opens the proof: lines that ran right after the cell, in the same notebook. Had one of them failed,
# > `make book` would have stopped before this page.
# > What a page says about TensorFlow, NumPy and Keras is tied to such lines sentence by sentence: a test lists every
# > sentence that none of them quotes, and every quote that the page no longer says.
from claims import Claims
from proof_signs import OPENED

assert "✓ proven" in OPENED and OPENED.startswith("<details")
assert re.search(r"^book: notebooks site ", MAKEFILE, re.MULTILINE)  # the site is built after every notebook has passed
tests = (ROOT / "tests/test_claims.py").read_text(encoding="utf8")
assert "Claims(page).problems()" in tests and "claims.unquoted()" in tests
assert all(hasattr(Claims, name) for name in ("prove", "unquoted", "problems", "problems_of_run"))

# %% gradient
# > Near its end each lesson calls `verify_gradient(loss, variable)`.
# > It moves the entries one by one (at most 256 of them, evenly spread), measures how the loss answers, and compares
# > that with TensorFlow's gradient.
# > It takes a function that returns one number, and a float16, float32 or float64 variable of any shape.
# > When the two differ it says where; when the gradient is `None` it says why that is likely.
for lesson in lessons():
    code = cells(lesson, "code")
    assert any("verify_gradient(" in cell for cell in code[len(code) // 2 :]), lesson.name
assert inspect.signature(verify_gradient).parameters["max_entries"].default == 256
for dtype in ("float16", "float32", "float64"):
    for shape in ((), (3,), (2, 0), (2, 3), (1, 2, 1, 2)):
        v = tf.Variable(tf.ones(shape, dtype))
        assert verify_gradient(lambda v=v: tf.reduce_sum(v**2), v)
with pytest.raises(TypeError, match="bfloat16"):
    verify_gradient(lambda: 1.0, tf.Variable([1.0], dtype=tf.bfloat16))
with pytest.raises(ValueError, match="one number"):
    verify_gradient(lambda: v**2, v)
moved = []
long = tf.Variable(tf.zeros(1000))
report = verify_gradient(lambda: moved.append(np.flatnonzero(long)) or tf.reduce_sum(long**2), long)
entries = {int(one) for found in moved for one in found}
assert report and report.differences.shape == (256,) and all(len(found) <= 1 for found in moved)
assert len(entries) == 256 and min(entries) == 0 and max(entries) == 999
assert set(np.diff(sorted(entries))) <= {3, 4}
v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
halved = tf.constant([[1.0, 1.0], [0.0, 1.0]])
report = verify_gradient(lambda: tf.reduce_sum(v * tf.stop_gradient(v) * (1 - halved) + v**2 * halved), v)
assert not report and "Most at (1, 0)" in str(report)
report = verify_gradient(lambda: tf.reduce_sum(tf.constant(v.numpy() ** 2)), v)
assert not report and "The gradient is None. Likely reason: " in str(report)

# %% gradient-limits
# > A large constant in the loss, such as an offset of a million in float32, swallows small changes, and then a wrong
# > gradient passes as verified.
# > Of a larger variable it sees the measured entries only.
v = tf.Variable([1.0, 2.0, 3.0, 4.0])
half = lambda: tf.reduce_sum(tf.stop_gradient(v) * v)  # noqa: E731  its gradient is half the true one
assert not verify_gradient(half, v)
assert verify_gradient(lambda: 1e6 + half(), v)
long = tf.Variable(tf.ones(1000))
unseen = next(entry for entry in range(1000) if entry not in np.linspace(0, 999, 256).astype(int))
once = tf.one_hot(unseen, 1000)
assert verify_gradient(lambda: tf.reduce_sum(long**2 * (1 - once)) + tf.reduce_sum(tf.stop_gradient(long) * once), long)

# %% colours
# > Blue is a variable's memory. Orange is a NumPy copy. A changed entry has a thick red frame and bold type.
from assignlab.picture import Panel, draw


def hue(colour):
    """The colour of a frame as an angle, red at 0, green at 120, blue at 240."""
    return 360 * colorsys.rgb_to_hsv(*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))[0]


assert 190 < hue(look.COLOURS["variable"][1]) < 250
assert 30 < hue(look.COLOURS["copy"][1]) < 50
assert hue(look.CHANGED[1]) < 25
before, after = (draw(Panel([1.0], "v", changed=[changed]), alt="one").svg for changed in (False, True))
assert look.CHANGED[1] in after and look.CHANGED[1] not in before
width = lambda svg: float(re.search(r'stroke-width="([\d.]+)"', svg)[1])  # noqa: E731
assert width(after) >= 2 * width(before)
assert 'font-weight="700"' in after and 'font-weight="700"' not in before

# %% instructors
# > `make test` runs every lesson and every solution, and audits each write to a variable: the same object, the same
# > dtype, the same `trainable`, a fitting shape, and the exact gradient of a probe at the new value
# > ([what that is](setup.md#in-your-own-notebook)).
# > The last line says how many assigns there were, and how many preserve gradients. Every output on this site comes
# > from a run that passed.
import audit_report
from assignlab.audit import Audit

needs, recipe = re.search(r"^test:(.*?)##.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE).groups()
assert "notebooks" in needs.split() and recipe.strip().splitlines()[-1].endswith("audit_report.py")
assert re.search(r"^PAGES := lessons solutions book$", MAKEFILE, re.MULTILINE)
assert "result.error is None and store:" in (ROOT / "conftest.py").read_text(encoding="utf8")  # only these are kept
assert re.fullmatch(r"audit: \d+ assigns in \d+ notebooks, \d+ preserve gradients.*", audit_report.report()[0])
looks_at = inspect.getsource(Audit.what_is_wrong)
assert all(part in looks_at for part in ("handle", "dtype", "trainable", "shape"))
assert "## In your own notebook" in (ROOT / "book/setup.md").read_text(encoding="utf8")
