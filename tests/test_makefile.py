"""What the commands of the Makefile run, what they leave alone, and what they say where something is missing."""

import os
import re
import shutil
import subprocess

import pytest

from course import ROOT

MAKE = shutil.which("make")
COMMANDS = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf8"), re.MULTILINE)
pytestmark = pytest.mark.skipif(not MAKE or os.name == "nt", reason="without make, the README gives other commands")


def make(*arguments, folder, path=None):
    """Run make as a person would, without what an outer make (`make test`) passes on; `path` holds all programs."""
    outer = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "PYTHON", "PORT", "JOBS", "NAME"}
    env = {name: value for name, value in os.environ.items() if name not in outer}
    env["PATH"] = str(path) if path else env["PATH"]
    return subprocess.run([MAKE, *arguments], cwd=folder, env=env, capture_output=True, text=True, timeout=60)


@pytest.fixture
def project(tmp_path):
    """A folder, with a space and an apostrophe in its name, with the Makefile and a stand-in for make_env.py."""
    folder = tmp_path / "Assign, Don't Mutate"
    (folder / "book" / "workshop").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "book" / "workshop" / "make_env.py").write_text("import sys\nprint('environment', sys.argv[1:])\n")
    return folder


def program(path, text):
    """An executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_help_lists_every_command(project):
    for arguments in ((), ("help",)):
        run = make(*arguments, folder=project)
        assert re.findall(r"make ([a-z-]+)", run.stdout.replace("make lesson NAME", "")) == COMMANDS, run.stderr


@pytest.mark.parametrize("command", sorted({*COMMANDS} - {"help", "serve", "clean", "clean-cache"}))
def test_a_command_asks_for_a_sound_environment_first(project, command):
    steps = make("-n", command, folder=project).stdout.splitlines()
    assert "make_env.py --quiet" in steps[0]


def test_the_python_that_is_asked_for_is_handed_on(project):
    assert make("environment", folder=project).stdout == "environment ['--quiet', '--python=']\n"
    run = make("environment", "PYTHON=/my tools/python3.12", folder=project)
    assert run.stdout == "environment ['--quiet', '--python=/my tools/python3.12']\n"


def test_a_python_that_does_not_run_is_passed_over(project, tmp_path):
    program(tmp_path / "bin" / "python3", "echo 'pyenv: python3: command not found' >&2; exit 127")
    program(tmp_path / "bin" / "python3.12", 'case "$*" in "-c f\\"\\"") ;; *) echo "this one: $*";; esac')
    run = make("environment", folder=project, path=tmp_path / "bin")
    assert run.stdout == "this one: book/workshop/make_env.py --quiet --python=\n", run.stderr


def test_without_any_python_it_says_which_to_get(project, tmp_path):
    run = make("book", folder=project, path=tmp_path)
    assert run.returncode != 0
    assert "No Python runs here. The course needs 3.11, 3.12 or 3.13" in run.stderr


def test_nothing_goes_on_in_a_broken_environment(project):
    (project / "book/workshop/make_env.py").write_text("import sys; sys.exit('Installing did not finish')")
    run = make("book", folder=project)
    assert run.returncode != 0
    assert "Installing did not finish" in run.stderr
    assert "Running" not in run.stdout


def test_the_site_is_built_from_nothing_and_a_warning_stops(project):
    """Sphinx would keep old static files, and would not repeat the warnings of pages that it does not build again."""
    for old in ("_build/html/_static/old.css", "_build/.doctrees/page.doctree", "_build/executed/kept"):
        (project / old).parent.mkdir(parents=True, exist_ok=True)
        (project / old).touch()
    program(project / ".venv/bin/jupyter-book", 'ls -d _build/html _build/.doctrees; echo "$*" > asked; exit 1')
    run = make("site", folder=project)
    assert run.returncode != 0
    assert not (project / "_build/html").exists()
    assert not (project / "_build/.doctrees").exists()
    assert (project / "_build/executed/kept").exists(), "the notebooks need not run again"
    assert "-W -n --keep-going" in (project / "asked").read_text()


def test_serve_says_what_is_missing(project):
    run = make("serve", folder=project)
    assert run.returncode != 0
    assert "There is no site yet: make book" in run.stdout


@pytest.mark.parametrize("command", ["clean", "clean-cache"])
def test_clean_keeps_the_work_of_a_learner(project, command):
    made = ["_build/html/index.html", "lessons/assignlab/__pycache__/x.pyc", ".ruff_cache/x", ".venv/bin/python"]
    kept = [
        "lessons/01 mine.ipynb",
        "lessons/.ipynb_checkpoints/01.ipynb",
        "lessons/.assignlab-progress.json",
        "my_lessons/01.ipynb",
        "solutions/01.ipynb",
        "book/notes.md",
        "tests/mine.py",
    ]
    for file in made + kept:
        (project / file).parent.mkdir(parents=True, exist_ok=True)
        (project / file).touch()
    assert make(command, folder=project).returncode == 0
    left = {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}
    environment = set() if command == "clean" else {".venv/bin/python"}
    assert left == {*kept, *environment, "Makefile", "book/workshop/make_env.py"}


def test_the_makefile_can_be_read_side_by_side():
    long = [line for line in (ROOT / "Makefile").read_text(encoding="utf8").splitlines() if len(line) > 100]
    assert not long, f"Makefile: over 100 columns: {long}"
