"""Claims of the page on how to use the course."""

import ast
import colorsys
import contextlib
import inspect
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import conftest
import nbformat
import numpy as np
import pytest
import tensorflow as tf

from assignlab import checker, look, verify_gradient
from assignlab.checker import check, examine, hint
from assignlab.exercises import InPlace, KeepsVariables, exercises
from claims import Claims
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


def run(folder, *cells):
    """(result, tallies of what was kept for the site) of a notebook of (cell, its claim), run as `make test` does."""
    kept, root = [], Path(folder).resolve()
    store = SimpleNamespace(tally=lambda path: None, keep=lambda path, notebook, tally, memory: kept.append(tally))
    claims = "\n".join(f"# %% cell-{number}\n{claim}" for number, (_, claim) in enumerate(cells))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conftest, "NotebookStore", lambda: store)
        patch.setattr(conftest, "notebooks", lambda: [root / "lessons" / "notebook.ipynb"])
        patch.setattr(conftest, "Claims", lambda page, root=root: Claims(page, root))
        return conftest.notebook_runner(root)(*(cell for cell, _ in cells), claims=claims), kept


# free: Each runs from top to bottom as it is, with its exercises unsolved.
# free: Where a page says **Predict, then run**, decide what you expect before you run the cell.
# free: An exercise is a short function.
# free: The last exercise of a lesson is worth solving for what comes after it.
# free: Beside each proven output stands a small sign, **✓ proven**.

# %% top
# > Each lesson says at its top what it needs and how long it takes.
for lesson in lessons():
    assert re.search(r"\*\*You need:\*\* .+\*\*Time:\*\* [\d–]+ minutes", cells(lesson, "markdown")[0], re.DOTALL), (
        lesson.name
    )

# %% cells
# > Cells are plain TensorFlow and NumPy: copy them into your own program.
for lesson in lessons():
    for code in cells(lesson, "code"):
        if not re.search(r"^from assignlab import|^report = verify_gradient\(|^check\(|draw\(", code, re.MULTILINE):
            assert "assignlab" not in code and not re.search(r"\b(check|hint|verify_gradient)\(", code), code
    names = [
        name for code in cells(lesson, "code") for name in re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE)
    ]
    standard = {"copy", "faulthandler", "importlib", "json", "os", "socket", "subprocess", "sys", "tempfile", "time"}
    standard |= {"tracemalloc"}
    assert set(names) <= {"assignlab", "keras", "matplotlib", "numpy", "scipy", "sklearn", "tensorflow", *standard}

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
# > Of a large array it shows the beginning. An unsolved exercise is no error; the lesson runs on.
from assignlab.picture import Panel

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
        changed = ~np.isclose(before, after, rtol=0, atol=0, equal_nan=True)
        shown = [flag for row in Panel(after, "v", changed=changed).grid() for _, flag in row]
        assert framed == sum(shown) > 0 and (after.size > 16 or len(shown) == after.size), number
first = [row[:2] for row in Panel(np.arange(400).reshape(20, 20), "v").grid()[:2]]
assert [text for row in first for text, _ in row] == ["0", "1", "20", "21"]
assert len(Panel(np.arange(400).reshape(20, 20), "v").grid()) < 20

# %% cases
# > `check` calls your function with the example and with other values, and as a rule with other shapes and dtypes
# > ([how the checks work](checks.md)).
others = []
for exercise in exercises().values():
    if isinstance(exercise, InPlace):
        values = [np.asarray(case[0]) for case in exercise.cases()]
        assert len({array.tobytes() for array in values}) > 1
        others.append(len({array.shape for array in values}) > 1 and len(exercise.dtypes) > 1)
    elif isinstance(exercise, KeepsVariables):
        given = []
        for lines in exercise.cases:
            with exercise.made(lines) as arguments:
                given += [np.asarray(one) for one in arguments if hasattr(one, "dtype")]
                given += [variable.numpy() for one in arguments if isinstance(one, dict) for variable in one.values()]
        others.append(len({array.shape for array in given}) > 1 and len({array.dtype for array in given}) > 1)
assert sum(others) > 0.7 * len(others) and len(others) > len(exercises()) / 2
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
from docutils import nodes, utils

import test_claims
from proof_signs import add_signs

# The sign, as the site's builder makes it of a cell that shows something.
page = lessons()[1]
claims, ids = Claims(page), [cell.id for cell in nbformat.read(page, 4).cells]
proven = next(cell for cell in ids if cell in claims.by_id)
cell = nodes.container("", nodes.container(nb_element="cell_code_output"), nb_element="cell_code")
cell["cell_index"], document = ids.index(proven), utils.new_document("page")
document += cell
env = SimpleNamespace(docname="page", doc2path=lambda name: str(page), note_dependency=lambda file: None)
add_signs(SimpleNamespace(env=env, srcdir=str(ROOT)), document)
_, opens, proof, closes = document.children
assert opens.astext().startswith("<details") and "✓ proven" in opens.astext() and closes.astext() == "</details>"
assert proof.astext() == claims.by_id[proven].code.strip()

# The lines run right after their cell, before the next one, and in its notebook; one that fails turns it red.
with tempfile.TemporaryDirectory() as folder:
    result, kept = run(
        folder,
        ("values = [1]\nvalues", "assert values == [1] and _ is values"),
        ("values.append(2)\nvalues", "assert values == [1]"),
    )
    assert "the claim about `cell-1` does not hold" in result.error.trace and "`cell-0`" not in result.error.trace
    assert not kept
    if shutil.which("make") and os.name == "posix":  # and then `make book` builds no page
        stand_in = Path(folder) / ".venv" / "bin" / "python"
        for file in (stand_in, stand_in.with_name("jupyter-book"), Path(folder) / "book/workshop/make_env.py"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("#!/bin/sh\necho $0 $* >> ran\nexit 1\n" if file.suffix != ".py" else "")
            file.chmod(0o755)
        shutil.copy(ROOT / "Makefile", folder)
        env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
        assert subprocess.run(["make", "book"], cwd=folder, env=env, capture_output=True).returncode != 0
        ran = (Path(folder) / "ran").read_text()
        assert "--nbmake" in ran and "jupyter-book" not in ran

# The test, on a page with a sentence that nothing quotes, and with a quote of what the page no longer says.
with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
    text, proofs = Path(folder) / "book/page.md", Path(folder) / "tests/claims/page.py"
    for file in (text, proofs):
        file.parent.mkdir(parents=True)
    text.write_text("# Page\n\nIt is 2. It is new.\n")
    proofs.write_text("# %% all\n# > It is 2.\n#\n# > It is old.\nassert 1 + 1 == 2\n")
    patch.setattr(test_claims, "Claims", lambda page: Claims(page, Path(folder).resolve()))
    with pytest.raises(pytest.fail.Exception, match="It is new"):
        test_claims.test_every_sentence_is_proven(text)
    with pytest.raises(pytest.fail.Exception, match=r'no longer stands on the page.*"It is old\."'):
        test_claims.test_the_claims_fit_their_page(text)
assert {*lessons(), ROOT / "book/how_to_use.md", ROOT / "book/recipes.ipynb"} <= {*test_claims.PAGES}

# %% gradient
# > Near its end each lesson calls `verify_gradient(loss, variable)`.
# > It moves entries a little up and down, measures how the loss answers, and compares that with TensorFlow's gradient.
# > Where few entries move the loss too little to be seen, or there are more than 256, several move together; each takes
# > part.
# > It takes a function that returns one number, and a float16, bfloat16, float32 or float64 variable of any shape.
# > When the two differ it says where; when the gradient is `None` it says why that is likely.
for lesson in lessons():
    code = cells(lesson, "code")
    assert any("verify_gradient(" in cell for cell in code[len(code) // 2 :]), lesson.name
assert inspect.signature(verify_gradient).parameters["max_entries"].default == 256
for dtype in ("float16", "bfloat16", "float32", "float64"):
    for shape in ((), (3,), (2, 0), (2, 3), (1, 2, 1, 2)):
        v = tf.Variable(tf.ones(shape, dtype))
        assert verify_gradient(lambda v=v: tf.reduce_sum(v**2), v)
with pytest.raises(TypeError, match="int32"):
    verify_gradient(lambda: 1.0, tf.Variable([1]))
with pytest.raises(ValueError, match="one number"):
    verify_gradient(lambda: v**2, v)
for size, together in ((200, 1), (1000, 4)):
    long, moved = tf.Variable(tf.ones(size, tf.float64)), set()

    def loss(v, moved=moved):
        now = np.flatnonzero(v != 1)
        moved.update(now if now.size < 10 else [])  # not with all others
        return tf.reduce_sum(v**2)

    report = verify_gradient(loss, long)
    assert report and report.differences.size == (size if together == 1 else 256)
    assert moved == set(range(size))
faint = tf.Variable(tf.ones(100))
report = verify_gradient(lambda: tf.reduce_sum(1e-5 * faint) + 10, faint)  # float32 near 10 has steps of 1e-6
assert report.differences.size < 100
v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
halved = tf.constant([[1.0, 1.0], [0.0, 1.0]])
report = verify_gradient(lambda: tf.reduce_sum(v * tf.stop_gradient(v) * (1 - halved) + v**2 * halved), v)
assert not report and "Most at (1, 0)" in str(report)
report = verify_gradient(lambda: tf.reduce_sum(tf.constant(v.numpy() ** 2)), v)
assert not report and "The gradient is None. Likely reason: " in str(report)

# %% gradient-limits
# > Its measure is as fine as the numbers that it sees.
# > A large constant in the loss, such as an offset of a hundred million in float32, swallows small changes, and so do
# > layers of 16 bits; the operations of the loss are then carried out again in float64, and the report says so.
# > Where they cannot be, since a value leaves TensorFlow on the way, and the differences are not exact to 5 % of the
# > gradient, there is a third answer: it **cannot tell**, and it says what helps.
# > The measure is that of the whole gradient: among many entries a single one can be wrong by less than that and pass.
v = tf.Variable([1.0, 2.0, 3.0, 4.0])
half = lambda: tf.reduce_sum(tf.stop_gradient(v) * v)  # noqa: E731  its gradient is half the true one
assert verify_gradient(half, v).verdict == "differs"
square, leaving = lambda: tf.reduce_sum(v**2), lambda: 0 * float(tf.reduce_sum(v))
in_bfloat16 = lambda: tf.reduce_sum(tf.cast(tf.sin(tf.cast(v, tf.bfloat16) * 9), tf.float32)) + 1e4  # noqa: E731
for loss, verdict in ((square, "verified"), (half, "differs")):
    report = verify_gradient(lambda loss=loss: 1e8 + loss(), v)
    assert report.verdict == verdict and "carried out" in str(report) and "in float64" in str(report)
assert "carried out again in float64" in str(verify_gradient(in_bfloat16, v))
report = verify_gradient(lambda: 1e8 + half() + leaving(), v)
assert report.verdict == "cannot tell" and "Cannot tell: " in str(report) and "Use float64" in str(report)
many = tf.Variable(tf.ones(100))
one = tf.one_hot(7, 100)
slightly = lambda part: tf.reduce_sum(many**2 * (1 - part * one) + 2 * part * tf.stop_gradient(many) * many * one)  # noqa: E731
assert verify_gradient(lambda: slightly(0.0005), many).verdict == "verified"  # at one entry 0.05 % off
assert verify_gradient(lambda: slightly(0.1), many).verdict == "differs"

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
# > dtype, the same `trainable`, a fitting shape, and a read that carries the gradient unchanged
# > ([what that is](toolkit.ipynb#audit-every-write)).
# > The last line says how many assigns there were, and how many preserve gradients; [this build](this_build.md) has the
# > same numbers, page by page. Every output on this site comes from a run that passed.
import runpy

from assignlab import audit

needs, recipe = re.search(r"^test:(.*?)##.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE).groups()
assert "notebooks" in needs.split() and recipe.strip().splitlines()[-1].endswith("audit_report.py")
assert re.search(r"^PAGES := lessons solutions book$", MAKEFILE, re.MULTILINE)
assert re.search(r"^notebooks:.*\n(?:\t.*\n)*\t.*--nbmake .*\$\(PAGES\)", MAKEFILE, re.MULTILINE)

# Each part of the audit: a write after which this part is another is an error.
other = tf.Variable([7.0, 8.0])
SPOIL = {
    "no longer owns the resource": lambda v: setattr(v, "_handle", other.handle),
    "dtype was": lambda v: setattr(v, "_dtype", tf.float64),
    "trainable was": lambda v: setattr(v, "_trainable", False),
    "static shape was": lambda v: setattr(v, "_shape", tf.TensorShape(None)),
    "is not the one that was sent": lambda v: setattr(v, "__class__", Doubled),
}


class Doubled(type(other)):
    """A variable whose reads give another gradient."""

    def value(self):
        return super().value() * 2


running = audit.start()
try:
    honest = tf.Variable([1.0, 2.0])
    honest.assign([3.0, 4.0])
    assert running.tally.assigns == running.tally.preserved == 1
    for reason, spoil in SPOIL.items():
        v = tf.Variable([1.0, 2.0])
        handle = v.handle
        spoil(v)
        with pytest.raises(audit.AuditError, match=reason):
            tf.raw_ops.AssignVariableOp(resource=handle, value=[3.0, 4.0])
    assert len(running.tally.failures) == len(SPOIL)
finally:
    audit.stop()

# What passed is kept for the site, with its count; what did not is not (the section on the proofs).
with tempfile.TemporaryDirectory() as folder:
    writes = "import tensorflow as tf\nv = tf.Variable([1.0])\nv.assign([2.0])\nv.assign_add([1.0])\nv.numpy()"
    result, kept = run(folder, (writes, "assert _ == [3]"))
    assert result.error is None and [(one["assigns"], one["preserved"]) for one in kept] == [(2, 2)]
with pytest.raises(SystemExit), contextlib.redirect_stdout(io.StringIO()) as said:
    runpy.run_path(str(ROOT / "book/workshop/audit_report.py"), run_name="__main__")
last = said.getvalue().splitlines()[-1]
assert re.fullmatch(r"audit: \d+ assigns in \d+ notebooks, \d+ preserve gradients.*", last)
import this_build

assert last in this_build.text(ROOT) and "(/lessons/01_broadcast_scaling)" in this_build.table(ROOT)
