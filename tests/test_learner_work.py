"""A learner's work is safe: progress survives crashes, a copy is never overwritten, an update keeps every answer."""

import json
import os
import shutil
import subprocess
import sys

import nbformat
import pytest

from answers import answers
from assignlab import __main__, checker, copy_lessons, learner_progress
from assignlab.exercises import exercises, lesson_done
from course import ROOT, exercise_cells, lessons

NUMBERS = list(exercises())
RIGHT = {answer.number: answer.function for answer in answers() if not answer.diagnosis}
LESSONS = [path.name for path in lessons()]
SOLUTIONS = exercise_cells("solutions")


@pytest.fixture(autouse=True)
def recording(monkeypatch, tmp_path):
    monkeypatch.delenv(learner_progress.SWITCH, raising=False)
    monkeypatch.chdir(tmp_path)


# Progress


def test_a_right_answer_is_recorded_and_a_wrong_one_takes_nothing_back(capsys):
    checker.check("1.1", RIGHT["1.1"])
    assert f"1 of {len(NUMBERS)} exercises solved. Next: exercise 1.2." in capsys.readouterr().out
    checker.check("1.1", lambda v, factors: v)
    assert learner_progress.progress().solved == ("1.1",)
    assert set(json.loads((learner_progress.Path.cwd() / learner_progress.NAME).read_text())["solved"]) == {"1.1"}


def test_progress_is_shown_as_text_and_as_a_picture_that_needs_no_colour():
    learner_progress.record("1.1")
    shown = learner_progress.progress()
    assert "[x] 1.1" in str(shown)
    assert "[ ] 1.2" in str(shown)
    assert "✓ 1.1" in shown.svg()
    assert f"<title>{shown.summary()}</title>" in shown._repr_html_()


def test_when_all_is_done_it_says_so():
    for number in NUMBERS:
        learner_progress.record(number)
    assert learner_progress.progress().summary().startswith(f"{len(NUMBERS)} of {len(NUMBERS)} exercises solved. All")


def test_next_is_the_next_of_the_lesson_at_hand():
    lessons = learner_progress.progress().lessons()
    first, second = ([number for number, _ in lessons[lesson]] for lesson in list(lessons)[:2])
    assert learner_progress.record(second[0]).next == second[1]
    assert learner_progress.record(second[-1]).next == second[1]  # what was left out in this lesson
    for number in second:
        now = learner_progress.record(number)
    assert now.next == NUMBERS[NUMBERS.index(second[-1]) + 1]
    assert learner_progress.progress().next == first[0]  # no exercise at hand


def test_the_last_exercise_of_a_lesson_is_praised_once(capsys):
    numbers = [number for number, _ in learner_progress.progress().lessons()["1"]]
    shown = [checker.check(number, RIGHT[number]) for number in [*numbers, numbers[-1]]]
    praised = [result for result in shown if lesson_done(1) in str(result)]
    assert praised == [shown[len(numbers) - 1]]
    assert "smile" in praised[0].html()
    assert not checker.check("1.1", RIGHT["1.1"]).picture


def test_a_damaged_file_is_set_aside_not_lost(tmp_path):
    (tmp_path / learner_progress.NAME).write_text('{"solved": {"1.1"')
    assert "set aside" in learner_progress.progress().note
    assert (tmp_path / f"{learner_progress.NAME}.damaged").read_text() == '{"solved": {"1.1"'
    assert learner_progress.record("1.2").solved == ("1.2",)


def test_a_crash_while_writing_leaves_the_old_file(monkeypatch):
    learner_progress.record("1.1")
    monkeypatch.setattr(os, "replace", lambda *paths: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        learner_progress.record("1.2")
    assert learner_progress.progress().solved == ("1.1",)
    assert os.listdir() == [learner_progress.NAME]


@pytest.mark.skipif(os.name != "posix", reason="Windows does not remove a folder that is in use")
def test_a_folder_that_is_gone_spoils_no_right_answer(tmp_path):
    (tmp_path / "gone").mkdir()
    os.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert checker.check("1.1", RIGHT["1.1"])


def test_a_folder_that_cannot_be_written_spoils_no_right_answer(monkeypatch):
    monkeypatch.setattr(learner_progress, "_write", lambda *a: (_ for _ in ()).throw(PermissionError))
    assert checker.check("1.1", RIGHT["1.1"])


def test_nothing_is_recorded_in_the_solutions_or_when_switched_off(tmp_path, monkeypatch):
    (tmp_path / "solutions").mkdir()
    assert learner_progress.record("1.1", tmp_path / "solutions") is None
    monkeypatch.setenv(learner_progress.SWITCH, "off")
    assert learner_progress.record("1.1") is None
    assert os.listdir(tmp_path) == ["solutions"]


def test_reset_keeps_the_old_file(capsys):
    learner_progress.record("1.1")
    assert __main__.main(["progress", "--reset"]) == 0
    assert f"0 of {len(NUMBERS)}" in capsys.readouterr().out
    assert "1.1" in (learner_progress.Path.cwd() / f"{learner_progress.NAME}.old").read_text()


def test_progress_is_never_committed():
    ignored = subprocess.run(
        ["git", "check-ignore", f"lessons/{learner_progress.NAME}", "my_lessons/x"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert len(ignored.stdout.splitlines()) == 2


# A copy of one's own


def test_start_copies_what_is_missing_and_touches_nothing_else(tmp_path, capsys):
    assert __main__.main(["start", "mine"]) == 0
    edited = tmp_path / "mine" / LESSONS[0]
    edited.write_text("my work")
    (tmp_path / "mine" / LESSONS[1]).unlink()
    _, copied, kept = copy_lessons.copy_lessons("mine")
    assert copied == [LESSONS[1]]
    assert kept == [LESSONS[0], *LESSONS[2:]]
    assert edited.read_text() == "my work"


def test_the_links_of_a_copy_lead_to_the_course(tmp_path):
    copy_lessons.copy_lessons(tmp_path / "a" / "b")
    title = nbformat.read(tmp_path / "a" / "b" / LESSONS[0], 4).cells[0].source
    picture = title.split("](")[1].split(")")[0]
    assert (tmp_path / "a" / "b" / picture).resolve().is_file()


def test_start_into_a_file_says_what_to_do(tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    assert __main__.main(["start", "file"]) == 1
    assert "is a file. Name a folder" in capsys.readouterr().err


# An update of the course


def git(*arguments, cwd):
    identity = ["-c", "user.name=Learner", "-c", "user.email=learner@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True)


def solutions(lesson):
    """{number: ExerciseCell} of one lesson: functions of two lessons may have the same name."""
    return {number: solution for number, solution in SOLUTIONS.items() if solution.lesson == lesson}


def answered(notebook, lesson):
    """Write the official answer into every exercise, and fill outputs and counts as a run does."""
    for number, cell in enumerate(cell for cell in notebook.cells if cell.cell_type == "code"):
        cell.execution_count = number + 1
        cell.outputs = [nbformat.v4.new_output("stream", text=f"output of run {number}\n")]
        for solution in solutions(lesson).values():
            if f"def {solution.node.name}(" in cell.source:
                cell.source = (
                    solution.source.replace("assert check", "check") + f"\n# my own note on {solution.node.name}"
                )
    return notebook


def updated(notebook):
    """A new release: prose, code and docstrings changed, cells added, moved and removed between the exercises."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("the", "that", 1) + "\n\nA sentence of the new release."
        elif "check(" in cell.source:
            cell.source = cell.source.replace('"""\n    ...', 'A line of the new release.\n    """\n    ...')
        else:
            cell.source = "# new release\n" + cell.source
    notebook.cells.insert(3, nbformat.v4.new_markdown_cell("A new cell.", id="new-cell"))
    del notebook.cells[6]
    return notebook


@pytest.fixture
def course(tmp_path):
    """An upstream repository with the lessons, and a learner's clone of it."""
    upstream = tmp_path / "upstream"
    (upstream / "lessons").mkdir(parents=True)
    for name in LESSONS:
        shutil.copy(ROOT / "lessons" / name, upstream / "lessons")
    git("init", "-q", "-b", "main", cwd=upstream)
    git("add", ".", cwd=upstream)
    git("commit", "-qm", "first release", cwd=upstream)
    git("clone", "-q", str(upstream), str(tmp_path / "learner"), cwd=tmp_path)
    return upstream, tmp_path / "learner"


def rewrite(folder, change):
    for name in LESSONS:
        path = folder / "lessons" / name
        nbformat.write(change(nbformat.read(path, 4), path.stem), path)


def test_an_update_keeps_every_answer(course, monkeypatch):
    """nbgitpuller itself merges the new release over the learner's edited lessons."""
    upstream, learner = course
    rewrite(learner, answered)
    rewrite(upstream, lambda notebook, lesson: updated(notebook))
    git("commit", "-qam", "second release", cwd=upstream)
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Learner")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "learner@example.org")
    done = subprocess.run(
        [sys.executable, "-c", "from nbgitpuller.pull import main; main()", str(upstream), "main", str(learner)],
        capture_output=True,
        text=True,
        cwd=learner.parent,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for name in LESSONS:
        notebook = nbformat.read(learner / "lessons" / name, 4)  # still a readable notebook
        code = "\n".join(cell.source for cell in notebook.cells)
        for solution in solutions(name.removesuffix(".ipynb")).values():
            assert f"# my own note on {solution.node.name}" in code
        assert "A sentence of the new release." in code


def test_cell_ids_stay_between_releases():
    """A released cell keeps its id: by it an update finds a learner's cell."""
    released, faults = json.loads((ROOT / "tests" / "cell_ids.json").read_text(encoding="utf8")), []
    for name in LESSONS:
        ids = [cell.id for cell in nbformat.read(ROOT / "lessons" / name, 4).cells]
        new = [cell_id for cell_id in ids if cell_id not in released.get(name, [])]
        gone = [cell_id for cell_id in released.get(name, []) if cell_id not in ids]
        if new:
            faults.append(f'tests/cell_ids.json: add to "{name}" the ids of its new cells: {json.dumps(new)}')
        if gone:
            faults.append(
                f"lessons/{name}: the cells {json.dumps(gone)} are gone, or have another id. A released cell keeps "
                "its id; take one out of tests/cell_ids.json only with its cell"
            )
    faults += [f'tests/cell_ids.json: there is no lesson "{name}"' for name in released if name not in LESSONS]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def test_cell_ids_of_the_exercises_stay_what_they_are():
    """An update finds an exercise by its cell's id: it is made from the number alone."""
    faults = []
    for name in LESSONS:
        for cell in nbformat.read(ROOT / "lessons" / name, 4).cells:
            for number, solution in solutions(name.removesuffix(".ipynb")).items():
                wanted = f"exercise-{number.replace('.', '-')}"
                if cell.cell_type == "code" and f"def {solution.node.name}(" in cell.source and cell.id != wanted:
                    faults.append(f"lessons/{name}: the cell of exercise {number} has the id {cell.id}, not {wanted}")
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)
