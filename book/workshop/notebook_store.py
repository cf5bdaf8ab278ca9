"""Keep what each notebook printed when it last passed, so that tests and book run it once.

The store is a folder below `_build/executed/`, named by what decides a result besides the page's code and the code of
its claims: Python and every installed package, TensorFlow's and Keras's environment variables, the code of assignlab
and of the runner.
(A person's own settings of IPython, Keras or Matplotlib are not in the name; after a change there: make clean-cache.)
It holds one file a notebook: the outputs, the audit's tally, and a hash over both. The tests put passed notebooks in;
the book (this file is also its Sphinx extension) takes them out. A notebook that is not in the store is executed by
the book itself.

A file that is not what was written (damaged, cut short, edited by hand) is dropped with a line that says so, and its
notebook runs again. The hash guards against damage and mistakes, not against a person who has this code.

`python book/workshop/notebook_store.py` exits with 0 where every notebook has passed as it is. What takes long to
import (nbformat, and what reads it) is imported where it is needed, so that this is found out at once.
"""

import hashlib
import json
import os
import shutil
import sys
import time
import uuid
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from assignlab.environment import QUIET
from claims import Claims
from course import ROOT, lessons, notebooks

KERNEL_ENVIRONMENT = {**QUIET, "ASSIGNLAB_PROGRESS": "off"}  # a solution that passes is no learner's progress
FLAGS = ("TF_", "KERAS_", "XLA_")  # how the names begin of environment variables that can change a result
RUNNER = (
    "conftest.py",
    *(f"book/workshop/{name}.py" for name in ("claims", "course", "forked_kernels", "notebook_store", "own_process")),
)
OLDER = 2  # stamps whose results stay beside the present one, for a person who goes back and forth


def fingerprint(*parts):
    """A short hash of some texts, in this order."""
    return hashlib.sha256("\0".join(parts).encode("utf8", "surrogatepass")).hexdigest()[:12]


def stamp(root=ROOT):
    """A short hash of what decides a notebook's result besides the notebook and its claims."""
    packages = {info.name for folder in sys.path for info in Path(folder).glob("*.dist-info")}  # numpy-2.4.6.dist-info
    flags = {name: value for name, value in os.environ.items() if name.startswith(FLAGS)} | KERNEL_ENVIRONMENT
    code = [*sorted((root / "lessons" / "assignlab").rglob("*.py")), *(root / name for name in RUNNER)]
    texts = [f"{path.relative_to(root)}\n{path.read_text(encoding='utf8')}" for path in code if path.exists()]
    return fingerprint(sys.version, *sorted(packages), *(f"{flag}={flags[flag]}" for flag in sorted(flags)), *texts)


class NotebookStore:
    """The notebooks that passed, with their outputs and the tallies of the audit."""

    def __init__(self, root=ROOT):
        self.root = Path(root)
        self.folder = self.root / "_build" / "executed" / stamp(self.root)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.asked = {}
        self._drop_older()
        self.entries()  # what is damaged is said now; later, in a test, it would not be seen

    def tally(self, path):
        """The audit's tally of a notebook that passed exactly as it and its claims are now, or None."""
        passed_as = self.asked[path] = self.as_it_is(path)
        entry = self._read(self._file(path))
        return entry["tally"] if entry and entry["passed_as"] == passed_as else None

    def seconds(self, path):
        """How long the cells of a notebook took when it last passed; None where that is not known."""
        entry = self._read(self._file(path))
        return entry and entry.get("seconds")

    def memory(self, path):
        """The most MB that the kernel of a notebook held when it last passed; None where that is not known."""
        entry = self._read(self._file(path))
        return entry and entry.get("memory")

    def outputs(self, path):
        """The notebook with its outputs, as it was when it last passed, or None."""
        import nbformat

        entry = self._read(self._file(path))
        return nbformat.from_dict(entry["notebook"]) if entry else None

    def keep(self, path, executed, tally, memory=None):
        """Store the outputs of `executed`, a passed run of the notebook at `path`, its tally (JSON values), its MB."""
        import nbformat

        passed_as = self.as_it_is(path)
        if passed_as != self.asked.get(path, passed_as):
            return  # saved while it ran: as it is now, it has not passed
        notebook = nbformat.read(path, 4)
        for cell, ran in zip(notebook.cells, executed.cells, strict=True):
            if cell.cell_type == "code":  # not ran.metadata: the run adds timings, and the book would not know the cell
                cell.outputs, cell.execution_count = ran.outputs, ran.execution_count
        used = {"seconds": run_time(executed), "memory": memory}
        entry = json.loads(json.dumps({"passed_as": passed_as, "tally": tally, **used, "notebook": notebook}))
        self._write(self._file(path), json.dumps({"seal": self._seal(entry), **entry}))

    def entries(self):
        """All entries that are what was written, as dictionaries; the others are dropped."""
        return [entry for file in sorted(self.folder.glob("*.json")) if (entry := self._read(file))]

    def as_it_is(self, path):
        """A hash of what runs: a notebook's code, that of its claims, and the notebooks that the claims name.

        Prose and what a claim quotes of it are not run, so they do not count: `tests/test_claims.py` compares the two.
        They count where a claim reads them, as "markdown".
        """
        claims = Claims(path, self.root)
        read = [page for page in notebooks(self.root) if f'{page.name}"' in claims.text]
        read += lessons(self.root) if "lessons()" in claims.text else []
        whole = '"markdown"' in claims.text
        try:
            return fingerprint(claims.code(), code_of(Path(path)), *(code_of(page, whole) for page in read))
        except (ValueError, SyntaxError, KeyError, TypeError):  # no notebook, or no Python: the run will say so
            return fingerprint(claims.text, Path(path).read_text(encoding="utf8"))

    def _file(self, path):
        return self.folder / f"{Path(path).parent.name}-{Path(path).stem}.json"

    def _seal(self, entry):
        """The hash over an entry; in another folder, or under another stamp, it is another."""
        return hashlib.sha256(json.dumps([self.folder.name, entry], sort_keys=True).encode()).hexdigest()

    def _read(self, file):
        """The entry in a file, or None. A file that is not what was written there is removed."""
        try:
            entry = json.loads(file.read_text(encoding="utf8"))
            if entry.pop("seal") == self._seal(entry):
                return entry
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            pass  # unreadable, cut short, or JSON of another kind
        _remove(file)
        print(f"store: dropped {file.name}, which is not what was kept; its notebook runs again", file=sys.stderr)
        return None

    def _write(self, file, text):
        """All or nothing, also where two runs write the same file at once."""
        self.folder.mkdir(parents=True, exist_ok=True)
        new = file.with_suffix(f".{uuid.uuid4().hex}")
        new.write_text(text, encoding="utf8")
        for _ in range(20):
            with suppress(PermissionError):  # Windows replaces no file that another run has open at the moment
                return new.replace(file)
            time.sleep(0.05)
        new.unlink()  # it will run again

    def _drop_older(self):
        """Remove what earlier code and packages left, but for the last few stamps."""
        os.utime(self.folder)
        ages = {}
        for folder in self.folder.parent.iterdir():
            with suppress(FileNotFoundError):  # another run removed it first
                ages[folder] = folder.stat().st_mtime
        others = sorted({*ages} - {self.folder}, key=ages.get, reverse=True)
        for folder in others[OLDER:]:
            _remove(folder)


def code_of(page, whole=False):
    """What runs of a notebook, and its title; or the whole of it. As text."""
    text = page.read_text(encoding="utf8")
    if whole:
        return text
    notebook = json.loads(text)
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    texts = ("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    return json.dumps([notebook["metadata"], next(texts, "").partition("\n")[0], code], sort_keys=True)


def run_time(executed):
    """Seconds from the first cell's start to the last one's end in a notebook that nbclient ran, or None."""
    times = [cell.metadata.get("execution", {}) for cell in executed.cells]
    begun, ended = ([at[name] for at in times if name in at] for name in ("iopub.execute_input", "shell.execute_reply"))
    if not begun or not ended:
        return None
    return (datetime.fromisoformat(ended[-1]) - datetime.fromisoformat(begun[0])).total_seconds()


def _remove(path):
    """Remove a file, or a folder with all that is in it, if that can be done."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def setup(app):
    """Sphinx extension: the book takes its outputs from the store.

    It reads a copy of what the store vouches for, made for this build alone in jupyter-cache's format, which myst-nb
    reads. So another build, or a run of the tests, can go on at the same time.
    """

    import nbformat
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn

    def use_store(app, config):
        os.environ.update({name: os.environ.get(name, value) for name, value in KERNEL_ENVIRONMENT.items()})
        copy = Path(app.doctreedir) / "outputs"
        shutil.rmtree(copy, ignore_errors=True)
        cache = get_cache(copy)
        for entry in NotebookStore(Path(app.srcdir)).entries():
            bundle = CacheBundleIn(nbformat.from_dict(entry["notebook"]), "from the store")
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
        config.nb_execution_cache_path = str(copy)

    app.connect("config-inited", use_store)
    return {"parallel_read_safe": True}


def main(root=ROOT):
    """Say that nothing is to be run, if so, and return the exit code."""
    store, pages = NotebookStore(root), notebooks(root)
    if not all(store.tally(page) for page in pages):
        return 1
    print(f"The {len(pages)} notebooks have passed as they are: none runs again.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
