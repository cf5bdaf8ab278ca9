"""`make lesson` makes a lesson that runs, and leaves red only what says TODO; or it refuses, and touches nothing."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
import yaml

import new_lesson
from course import ROOT, cells, lessons

NUMBER = int(lessons()[-1].name[:2]) + 1
NAME, LATER = f"{NUMBER:02}_made_by_a_test", f"{NUMBER + 1:02}_made_before_it"
MADE = [pattern.format(NAME) for pattern in new_lesson.FILES]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "_build", "__pycache__", ".*_cache", ".ipynb_checkpoints")


def run(folder, *command):
    """Run Python in a copy of the project, with the toolkit of the copy."""
    env = {**os.environ, "PYTHONPATH": str(folder / "lessons"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, *command], cwd=folder, env=env, capture_output=True, text=True, timeout=400)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project in which two lessons were begun, the later one first."""
    folder = tmp_path_factory.mktemp("lesson") / "project"
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    new_lesson.begin(LATER, folder)
    done = run(folder, "book/workshop/new_lesson.py", NAME)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.parametrize("file", MADE)
def test_every_file_is_made(project, file):
    text = (project / file).read_text(encoding="utf8")
    assert "TODO" in text
    assert not re.search(r"\$\{?[A-Z]", text), "a word of the template was not filled in"
    if file.endswith(".py"):
        ast.parse(text)
    else:
        nbformat.validate(nbformat.reads(text, 4))


def test_its_figure_is_drawn(project):
    assert (project / f"book/assets/figures/{NAME}.svg").read_text(encoding="utf8").startswith("<svg")


def test_it_is_entered_in_the_contents_in_order(project):
    contents = yaml.safe_load((project / "_toc.yml").read_text(encoding="utf8"))
    files = [chapter["file"] for part in contents["parts"] for chapter in part["chapters"]]
    for folder in ("lessons", "solutions"):
        entered = [file for file in files if file.startswith(f"{folder}/")]
        assert entered == [f"{folder}/{path.stem}" for path in lessons(project)]


def test_each_lesson_leads_to_the_next(project):
    for path, following in zip(lessons(project), lessons(project)[1:], strict=False):
        assert f"]({following.name})" in cells(path, "markdown")[-1]
    assert cells(lessons(project)[-1], "markdown")[-1].endswith(new_lesson.LAST)


def test_its_cell_ids_are_entered(project):
    released = json.loads((project / "tests/cell_ids.json").read_text(encoding="utf8"))
    for name in (NAME, LATER):
        notebook = nbformat.read(project / f"lessons/{name}.ipynb", 4)
        assert released[f"{name}.ipynb"] == [cell.id for cell in notebook.cells]
    assert list(released) == [path.name for path in lessons(project)]


def test_nothing_else_is_changed(project):
    changed = {f"lessons/{lessons()[-1].name}", "_toc.yml", "tests/cell_ids.json", new_lesson.DRAW_FIGURES}
    for path in project.rglob("*"):
        file = path.relative_to(project).as_posix()
        if path.is_file() and (ROOT / file).is_file() and file not in changed:
            assert path.read_bytes() == (ROOT / file).read_bytes(), file


def test_its_style_is_in_order(project):
    ruff = ["-m", "ruff", "format", "--check", "-q", "--no-cache"]
    for pattern, width in (("*.py", 120), ("*.ipynb", 100)):
        files = [file for file in [*MADE, new_lesson.DRAW_FIGURES] if file.endswith(pattern[1:])]
        settings = ["--config", f'include=["{pattern}"]', "--config", f"line-length={width}"]
        assert run(project, *ruff, *settings, *files).returncode == 0
        style = run(project, "-m", "ruff", "check", "-q", "--no-cache", *settings, *files)
        assert style.returncode == 0, style.stdout


def test_it_runs_and_only_what_says_todo_is_red(project):
    """Its notebooks, checks, answers, claims and pages, tested in the copy: one run, for it takes long."""
    subjects = [f"tests/test_{subject}.py" for subject in ("answers", "exercises", "claims", "pages")]
    notebooks = [f"{folder}/{NAME}.ipynb" for folder in ("lessons", "solutions")]
    chosen = f"{NAME} or [{NUMBER}. or draw_figures"
    command = ["-m", "pytest", "--nbmake", "-q", "-rfp", "--color=no", "-k", chosen, *notebooks, *subjects]
    said = run(project, *command).stdout
    green, red = (set(re.findall(rf"^{word} (\S+)", said, re.MULTILINE)) for word in ("PASSED", "FAILED"))

    todo = {f"tests/test_pages.py::test_nothing_is_left_to_do[{file}]" for file in [*MADE, new_lesson.DRAW_FIGURES]}
    links = "tests/test_pages.py::test_a_lesson_leads_to_the_next_and_is_linked_from_the_first_page"
    said_of = "tests/test_claims.py::test_every_sentence_is_proven"
    wanted = {*todo, f"{links}[lessons/{NAME}]", *(f"{said_of}[{notebook}]" for notebook in notebooks)}
    assert red == wanted, f"red: {red - wanted}, green: {wanted - red}"
    assert f"lessons/{NAME}.ipynb: the cell `title` still says: # TODO: a verb or an idea" in said
    assert f"tests/answers/{NAME}.py: line" in said
    assert f"lessons/{NAME}.ipynb: no row of the table in book/index.md links to it" in said

    waits = {f"tests/test_exercises.py::test_the_stub_is_not_attempted[{NUMBER}.{n}]" for n in (1, 2)}
    assert {*waits, *(f"{notebook}::{NAME}.ipynb" for notebook in notebooks)} <= green


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "such as make lesson NAME=06_slices"),
        ("slices", "such as make lesson NAME=06_slices"),
        (f"{NUMBER}-slices", "such as make lesson NAME=06_slices"),
        (f"{NUMBER + 2:02}_Slices", "such as make lesson NAME=06_slices"),
        ("../x", "such as make lesson NAME=06_slices"),
        ("01_again", f"lessons/{lessons()[0].name}. The next number is {NUMBER + 2:02}"),
        (f"{NUMBER + 2:02}_class", "would be called `class`, which has a meaning"),
        (f"{NUMBER + 2:02}_draw", "would be called `draw`, which has a meaning"),
        (f"{NUMBER + 2:02}_masked_replacement", "would be called `masked_replacement`"),
        (f"{NUMBER + 2:02}_taken", f"tests/answers/{NUMBER + 2:02}_taken.py is there already"),
    ],
)
def test_a_name_that_cannot_be_is_refused_and_nothing_is_touched(project, name, said):
    taken = project / f"tests/answers/{NUMBER + 2:02}_taken.py"
    taken.touch()
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    with pytest.raises(SystemExit, match=re.escape(said)):
        new_lesson.begin(name, project)
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == before
    taken.unlink()
