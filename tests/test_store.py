"""The store gives back what was put in and nothing else: what is damaged or forged is dropped, with a line."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import notebook_store
from claims import Claims
from course import ROOT, notebooks
from notebook_store import NotebookStore, stamp

TALLY = {"assigns": 2, "preserved": 2, "integers": 0}
PAGES = ("01_first", "02_second")


def notebook(name, shown=None):
    """A notebook of one cell; `shown` is what it printed when it ran."""
    cell = new_code_cell(f"print('{name}')", id="shows")
    if shown:
        cell.outputs, cell.execution_count = [new_output("stream", name="stdout", text=shown)], 1
        cell.metadata.execution = {"iopub.status.busy": "2026-01-01"}  # as a run adds it
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"}}
    return new_notebook(cells=[new_markdown_cell(f"# Page {name}\n\nA sentence.", id="text"), cell], metadata=kernel)


@pytest.fixture
def project(tmp_path):
    """A small project: two lessons with claims, and the code that runs them."""
    for page in PAGES:
        for file in (f"lessons/{page}.ipynb", f"tests/claims/{page}.py"):
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook(page), tmp_path / f"lessons/{page}.ipynb")
        (tmp_path / f"tests/claims/{page}.py").write_text("# %% shows\nassert True\n")
    for file in ("lessons/assignlab/audit.py", *notebook_store.RUNNER):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("1\n")
    return tmp_path


@pytest.fixture
def page(project):
    return project / "lessons" / "01_first.ipynb"


@pytest.fixture
def store(project):
    """The store of the small project, in which both lessons have passed."""
    store = NotebookStore(project)
    for name in PAGES:
        store.keep(project / "lessons" / f"{name}.ipynb", notebook(name, f"the output of {name}\n"), TALLY)
    return store


def file_of(store):
    """The file of the first lesson."""
    return store.folder / "lessons-01_first.json"


def changed(store, change):
    """Edit the entry of the first lesson by hand."""
    entry = json.loads(file_of(store).read_text())
    change(entry)
    file_of(store).write_text(json.dumps(entry))


def test_what_passed_comes_back(store, page):
    assert NotebookStore(store.root).tally(page) == TALLY
    shown = NotebookStore(store.root).outputs(page)
    assert shown.cells[1].outputs[0].text == "the output of 01_first\n"
    assert not shown.cells[1].metadata, "with the timings of the run, the book would not know the cell"
    assert shown.cells[0].source == "# Page 01_first\n\nA sentence."


CLAIM = """import re

# %% shows
# raises ValueError: not enough
# since keras 3.4: it says so
# > It prints.
assert "# %% shows" != '''
# within a string'''
"""
EDITS = {  # of the notebook or of its claims: (old, new, whether it has to run again)
    "a sentence": ("A sentence.", "Another.", False),
    "the title": ("# Page", "# Leaf", True),
    "a cell's code": ("print(", "print(1 + ", True),
    "a cell's id": ('"id": "shows"', '"id": "prints"', True),
    "a cell's tags": ('"metadata": {},\n   "outputs"', '"metadata": {"tags": ["hide-cell"]},\n   "outputs"', True),
    "the kernel": ('"name": "python3"', '"name": "python4"', True),
    "what is no notebook": ('{\n "cells"', '\n "cells"', True),
    "what is JSON of another kind": ('"cells"', '"leaves"', True),
    "a quote": ("# > It prints.", "# > It says.", False),
    "a comment": ("import re\n", "import re  # for later\n", False),
    "an assert": ("!=", "is not", True),
    "what begins like a comment in a string": ("# within", "# in", True),
    "what is imported before": ("import re", "import sys", True),
    "what it raises": ("not enough", "too many", True),
    "since when it holds": ("keras 3.4", "keras 3.5", True),
    "what is no Python": ("import re", "import", True),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_runs_and_has_changed_has_not_passed(store, page, edit):
    claims, (old, new, runs) = store.root / "tests/claims/01_first.py", EDITS[edit]
    claims.write_text(CLAIM)
    store.keep(page, notebook("01_first", "1"), TALLY)
    assert NotebookStore(store.root).tally(page) == TALLY
    texts = {path: path.read_text() for path in (page, claims)}
    (edited,) = (path for path in texts if old in texts[path])
    edited.write_text(texts[edited].replace(old, new))
    assert NotebookStore(store.root).tally(page) == (None if runs else TALLY)
    edited.write_text(texts[edited])
    assert NotebookStore(store.root).tally(page) == TALLY


READING = '# %% shows\nassert cells(ROOT / "02_second.ipynb", "{}")\n'
NAMING = '# %% shows\nassert title(ROOT / "02_second.ipynb")\n'


@pytest.mark.parametrize(
    ("claim", "edited", "runs"),
    [
        (READING.format("code"), "print", True),
        (READING.format("code"), "sentence", False),
        (READING.format("markdown"), "sentence", True),
        (NAMING, "sentence", False),
        (NAMING, "Page", True),
    ],
)
def test_what_a_claim_reads_of_another_notebook_counts_as_well(store, page, claim, edited, runs):
    (store.root / "tests/claims/01_first.py").write_text(claim)
    store.keep(page, notebook("01_first", "1"), TALLY)
    assert store.tally(page) == TALLY
    other = store.root / "lessons/02_second.ipynb"
    other.write_text(other.read_text().replace(edited, "input"))
    assert store.tally(page) == (None if runs else TALLY)


def test_a_claim_of_a_notebook_reads_prose_where_the_store_sees_it():
    """With `cells(page, "markdown")`: what it read in another way could change, and nothing would run again."""
    texts = {claims.name: claims.text for claims in map(Claims, notebooks())}
    assert not [name for name, text in texts.items() if "markdown" in text.replace('"markdown")', "")]
    reading = [re.findall(r"^.*nbformat\.read\(ROOT.*$", text, re.MULTILINE) for text in texts.values()]
    assert all("cell.id ==" in line for lines in reading for line in lines)


def test_a_page_that_is_saved_while_it_runs_has_not_passed(project, page):
    store = NotebookStore(project)
    assert store.tally(page) is None
    nbformat.write(notebook("saved meanwhile"), page)
    store.keep(page, notebook("01_first", "old"), TALLY)
    assert store.tally(page) is None


# Damage and mistakes ------------------------------------------------------------------------------------------------


def forge_output(entry):
    entry["notebook"]["cells"][1]["outputs"][0]["text"] = "FORGED"


DAMAGE = {
    "another output": lambda store: changed(store, forge_output),
    "another tally": lambda store: changed(store, lambda entry: entry["tally"].update(assigns=10**6, preserved=10**6)),
    "a tally without a key": lambda store: changed(store, lambda entry: entry["tally"].pop("integers")),
    "without a tally": lambda store: changed(store, lambda entry: entry.pop("tally")),
    "without outputs": lambda store: changed(store, lambda entry: entry.pop("notebook")),
    "without a cell": lambda store: changed(store, lambda entry: entry["notebook"]["cells"].pop()),
    "said to be of another text": lambda store: changed(store, lambda entry: entry.update(passed_as="0" * 12)),
    "without its hash": lambda store: changed(store, lambda entry: entry.pop("seal")),
    "cut short": lambda store: file_of(store).write_bytes(file_of(store).read_bytes()[:300]),
    "empty": lambda store: file_of(store).write_text(""),
    "bytes of another kind": lambda store: file_of(store).write_bytes(b"SQLite format 3\0\xff\xfe" * 20),
    "JSON of another kind": lambda store: file_of(store).write_text('["seal"]'),
    "nothing": lambda store: file_of(store).write_text("null"),
    "deep brackets": lambda store: file_of(store).write_text("[" * 10**6),
    "a folder": lambda store: (file_of(store).unlink(), (file_of(store) / "base.ipynb").mkdir(parents=True)),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_damaged_is_dropped_with_a_line(store, page, damage, capsys):
    DAMAGE[damage](store)
    again = NotebookStore(store.root)
    line = "store: dropped lessons-01_first.json, which is not what was kept; its notebook runs again\n"
    assert capsys.readouterr().err == line
    assert again.tally(page) is None
    assert again.outputs(page) is None
    assert not file_of(store).exists()
    assert again.tally(page.with_name("02_second.ipynb")) == TALLY, "the other stays"
    again.keep(page, notebook("01_first", "again"), TALLY)
    assert NotebookStore(store.root).tally(page) == TALLY
    assert not capsys.readouterr().err


@pytest.mark.parametrize("ask", [NotebookStore.tally, NotebookStore.outputs])
def test_damage_that_happens_later_is_noticed_on_reading(store, page, ask, capsys):
    DAMAGE["another output"](store)
    assert ask(store, page) is None
    assert "store: dropped lessons-01_first.json" in capsys.readouterr().err


def test_an_entry_that_is_missing_needs_no_line(store, page, capsys):
    file_of(store).unlink()
    assert NotebookStore(store.root).tally(page) is None
    assert not capsys.readouterr().err


def test_an_entry_of_other_code_does_not_count(store, page, capsys):
    (store.root / "conftest.py").write_text("2\n")
    shutil.copytree(store.folder, NotebookStore(store.root).folder, dirs_exist_ok=True)
    assert NotebookStore(store.root).tally(page) is None
    assert capsys.readouterr().err.count("store: dropped") == len(PAGES)


# What decides a result ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["lessons/assignlab/audit.py", *notebook_store.RUNNER])
def test_the_stamp_knows_the_code(project, file):
    before = stamp(project)
    (project / file).write_text("2\n")
    assert stamp(project) != before


def test_the_stamp_knows_every_package_and_flag(project, tmp_path_factory, monkeypatch):
    stamps, packages = [stamp(project)], tmp_path_factory.mktemp("packages")
    monkeypatch.syspath_prepend(packages)
    for version in ("1.0", "1.1"):
        (packages / f"ml_dtypes-{version}.dist-info").mkdir()
        stamps.append(stamp(project))
    for flag, value in {"TF_XLA_FLAGS": "1", "KERAS_BACKEND": "jax", "XLA_FLAGS": "1"}.items():
        monkeypatch.setenv(flag, value)
        stamps.append(stamp(project))
    assert len(set(stamps)) == len(stamps) == 6
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    assert stamp(project) == stamps[-1], "the kernels set this one themselves"


def test_all_files_of_the_runner_are_there():
    assert all((ROOT / file).is_file() for file in notebook_store.RUNNER)


def test_the_stamp_is_the_same_in_another_process():
    ask = "import notebook_store; print(notebook_store.stamp())"
    said = subprocess.run([sys.executable, "-c", ask], cwd=ROOT / "book/workshop", capture_output=True, text=True)
    assert said.stdout.strip() == stamp(), said.stderr


def test_that_nothing_changed_is_said_without_a_run(store, page, capsys):
    assert notebook_store.main(store.root) == 0
    assert "The 2 notebooks have passed as they are" in capsys.readouterr().out
    nbformat.write(notebook("01_first, edited"), page)
    assert notebook_store.main(store.root) == 1
    assert capsys.readouterr().out == ""


def test_finding_out_that_nothing_changed_imports_nothing_large():
    ask = "import sys, notebook_store; print({'nbformat', 'jupyter_cache', 'pytest', 'tensorflow'} & {*sys.modules})"
    said = subprocess.run([sys.executable, "-c", ask], cwd=ROOT / "book/workshop", capture_output=True, text=True)
    assert said.stdout.strip() == "set()", said.stderr


def test_of_older_stamps_the_last_two_stay(store):
    for age, name in enumerate(["present-but-one", "before", "long-ago", "longer-ago"]):
        (store.folder.with_name(name) / "executed").mkdir(parents=True)
        os.utime(store.folder.with_name(name), (time.time() - 100 - age,) * 2)
    os.utime(store.folder, (0, 0))
    NotebookStore(store.root)
    left = {folder.name for folder in store.folder.parent.iterdir()}
    assert left == {store.folder.name, "present-but-one", "before"}
    assert store.folder.stat().st_mtime > time.time() - 60, "it was used now, so it is the last to go"
    assert len(list(store.folder.iterdir())) == len(PAGES)


# Two runs at once ---------------------------------------------------------------------------------------------------

WRITER = """
import sys; from pathlib import Path; sys.path[:0] = sys.argv[2:]
from test_store import TALLY, notebook; from notebook_store import NotebookStore
page = Path(sys.argv[1]) / "lessons" / "01_first.ipynb"
for i in range(60):
    NotebookStore(page.parents[1]).keep(page, notebook("01_first", "the same output " * 1000), TALLY)
    assert NotebookStore(page.parents[1]).tally(page) == TALLY, i
"""


def test_two_processes_can_write_the_same_entry_at_once(project, page):
    search = [str(ROOT / "tests"), str(ROOT / "book" / "workshop")]
    command = [sys.executable, "-c", WRITER, str(project), *search]
    runs = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [run.communicate(timeout=60)[1] for run in runs]
    assert said == ["", ""]
    assert [file.name for file in NotebookStore(project).folder.iterdir()] == ["lessons-01_first.json"]


def test_many_threads_can_begin_a_store_at_once(project, page):
    failed = []

    def begin():
        try:
            for _ in range(10):
                NotebookStore(project).keep(page, notebook("01_first", "1"), TALLY)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert NotebookStore(project).tally(page) == TALLY


def test_a_file_that_is_open_elsewhere_is_waited_for(store, page, monkeypatch):
    """Windows refuses to replace a file while another process reads it."""
    replace, refused = Path.replace, []

    def refusing(path, target):
        if len(refused) < 3:
            refused.append(path)
            raise PermissionError(13, "Access is denied")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refusing)
    store.keep(page, notebook("01_first", "later"), TALLY)
    assert len(refused) == 3
    assert store.outputs(page).cells[1].outputs[0].text == "later"
    assert len(list(store.folder.iterdir())) == len(PAGES), "nothing is left lying about"


# The book -----------------------------------------------------------------------------------------------------------


def build(project):
    """(what a small book shows of the first lesson, what its build said); a warning is an error, as in `make site`."""
    (project / "index.md").write_text("# Index\n\n```{toctree}\nlessons/01_first\nlessons/02_second\n```\n")
    extensions, left_out = "extensions=myst_nb,notebook_store", "exclude_patterns=tests,_build"
    settings = ["-C", "-D", extensions, "-D", left_out, "-D", "nb_execution_mode=cache"]
    command = [sys.executable, "-m", "sphinx", "-q", "-W", *settings, str(project), str(project / "_build" / "site")]
    env = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(ROOT / "book" / "workshop"), os.environ.get("PYTHONPATH", "")])
    }
    run = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    return (project / "_build" / "site" / "lessons" / "01_first.html").read_text(encoding="utf8"), run.stderr


def test_the_book_shows_what_passed(store):
    shown, said = build(store.root)
    assert "the output of 01_first" in shown
    assert not said


def test_the_book_executes_a_notebook_whose_entry_is_damaged(store):
    DAMAGE["another output"](store)
    shown, said = build(store.root)
    assert "FORGED" not in shown
    assert "<span></span>01_first" in shown, "the book executed it"
    assert said.count("store: dropped lessons-01_first.json") == 1
    assert "Traceback" not in said


def test_the_book_makes_its_own_database(store):
    """What lies where it makes one (here: damage in an older build) does not matter."""
    for file in ("global.db", "executed"):
        (store.root / "_build/site/.doctrees/outputs").mkdir(parents=True, exist_ok=True)
        (store.root / "_build/site/.doctrees/outputs" / file).write_text("garbage")
    (store.folder / "global.db").write_text("garbage")
    assert "the output of 01_first" in build(store.root)[0]
