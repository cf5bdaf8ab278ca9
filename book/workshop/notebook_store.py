"""Keep what each notebook printed when it last passed, so that tests and book run it once.

The store is a jupyter-cache below `_build/executed/`, in a folder named by everything besides the notebook that decides
its output: the versions of Python, TensorFlow, Keras, NumPy and Matplotlib, the code of assignlab and of the runner.
Beside the outputs lies the audit's tally, under a name made of the notebook and its claims. The tests put passed
notebooks in; the book (this file is also its Sphinx extension) takes them out. A notebook that is not in the store is
executed by the book itself.
"""

import hashlib
import json
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn

from assignlab.environment import QUIET
from claims import Claims
from course import ROOT

KERNEL_ENVIRONMENT = {**QUIET, "ASSIGNLAB_PROGRESS": "off"}  # a solution that passes is no learner's progress


def stamp(root=ROOT):
    """A short hash of what decides a notebook's output besides its own code."""
    parts = [sys.version.split()[0]]
    for package in ("tensorflow-cpu", "tensorflow", "keras", "numpy", "matplotlib", "ipykernel"):
        try:
            parts.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    runner = [root / "conftest.py", *((root / "book" / "workshop" / name) for name in ("claims.py", "course.py"))]
    code = [*sorted((root / "lessons" / "assignlab").rglob("*.py")), *(path for path in runner if path.exists())]
    parts += [path.read_text(encoding="utf8") for path in code]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


class NotebookStore:
    """The notebooks that passed, with their outputs and the tallies of the audit."""

    def __init__(self, root=ROOT):
        self.root = Path(root)
        self.folder = self.root / "_build" / "executed" / stamp(root)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.cache = get_cache(self.folder)
        _ = self.cache.db  # made now: two workers that make it at once fail

    def key(self, notebook):
        """The hash of a notebook's code and metadata."""
        return self.cache.create_hashed_notebook(notebook)[1]

    def tally_file(self, path, notebook):
        """Where the tally of a notebook lies that passed with exactly this code, this prose and these claims.

        Proofs read the prose as well: that a heading stands in a message, that a link leads somewhere.
        """
        said = Claims(path, self.root).text + Path(path).read_text(encoding="utf8")
        return self.folder / "audit" / f"{self.key(notebook)}-{hashlib.sha256(said.encode()).hexdigest()[:12]}.json"

    def tally(self, path):
        """The audit's tally of a notebook that passed with exactly this code and these claims, or None."""
        notebook = nbformat.read(path, 4)
        try:
            self.cache.match_cache_notebook(notebook)
            return json.loads(self.tally_file(path, notebook).read_text(encoding="utf8"))
        except (KeyError, FileNotFoundError, json.JSONDecodeError):
            return None

    def keep(self, path, executed, tally):
        """Store the outputs of `executed`, a passed run of the notebook at `path`."""
        notebook = nbformat.read(path, 4)
        for cell, ran in zip(notebook.cells, executed.cells, strict=True):
            if cell.cell_type == "code":  # not ran.metadata: the run adds timings, and they would change the key
                cell.outputs, cell.execution_count = ran.outputs, ran.execution_count
        self.cache.cache_notebook_bundle(CacheBundleIn(notebook, str(path)), check_validity=False, overwrite=True)
        file = self.tally_file(path, notebook)
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(tally), encoding="utf8")


def setup(app):
    """Sphinx extension: the book takes its outputs from the store."""

    def use_store(app, config):
        os.environ.update({name: os.environ.get(name, value) for name, value in KERNEL_ENVIRONMENT.items()})
        config.nb_execution_cache_path = str(NotebookStore(Path(app.srcdir)).folder)

    app.connect("config-inited", use_store)
    return {"parallel_read_safe": True}
