"""Run every notebook as a test, once, with every write to a variable audited.

nbmake runs the notebooks. Here its kernel gets the audit (`assignlab.audit`) from outside, so that no line of a lesson asks for it and none can switch it
off; a notebook that passed unchanged is not run again (`book/workshop/notebook_store.py`).
"""

import json
import os
import tempfile
from pathlib import Path

import nbformat
import nbmake.nb_run
import nbmake.pytest_items
import pytest
from nbclient import NotebookClient
from nbmake.nb_result import NotebookError

from course import ROOT, notebooks
from notebook_store import KERNEL_ENVIRONMENT, NotebookStore


class AuditedClient(NotebookClient):
    """A notebook client whose kernel audits every write and leaves a tally in `report`."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("extra_arguments", ["--InteractiveShellApp.extra_extensions=assignlab"])
        super().__init__(*args, shutdown_kernel="immediate", **kwargs)

    async def async_start_new_kernel(self, **kwargs):
        environment = {**os.environ, **KERNEL_ENVIRONMENT, "ASSIGNLAB_AUDIT_REPORT": str(self.report)}
        await super().async_start_new_kernel(**kwargs, env=environment)


class RunOnce(nbmake.nb_run.NotebookRun):
    """Run a notebook with the audit, unless it has passed with exactly this code."""

    def execute(self):
        path = Path(self.filename)
        store = NotebookStore() if path in notebooks() else None
        if store and store.tally(path):
            return nbmake.nb_run.NotebookResult(nb=None, error=None)
        with tempfile.TemporaryDirectory() as folder:
            AuditedClient.report = Path(folder) / "audit.json"
            result = super().execute()
            problem, tally = audit_problem(AuditedClient.report, result.nb)
        if result.error is None and problem:
            result.error = NotebookError(summary=problem, trace=problem, failing_cell_index=0)
        if result.error is None and store:
            store.keep(path, result.nb, tally)
        return result


def audit_problem(report, notebook):
    """(what the audit found wrong or None, its tally) for a notebook that ran."""
    try:
        tally = json.loads(report.read_text(encoding="utf8"))
    except FileNotFoundError:
        return "audit: it did not start in this notebook's kernel", {}
    cells = sum(cell.cell_type == "code" and bool(cell.source.strip()) for cell in notebook.cells)
    if tally["failures"]:
        return f"audit: {tally['failures'][0]}", tally
    if tally["cells"] != cells:
        return f"audit: it saw {tally['cells']} of {cells} cells; it was switched off in this notebook", tally
    return None, tally


nbmake.nb_run.NotebookClient = AuditedClient
nbmake.pytest_items.NotebookRun = RunOnce


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        NotebookStore()  # made here, so that its database is there before any worker asks
    os.environ.update({name: os.environ.get(name, value) for name, value in KERNEL_ENVIRONMENT.items()})


def pytest_collection_modifyitems(items):
    """The longest notebooks first, so that no core waits for the last one."""
    items.sort(
        key=lambda item: -Path(item.path).stat().st_size if isinstance(item, nbmake.pytest_items.NotebookItem) else 0
    )


@pytest.fixture(scope="session")
def root():
    """The project's top folder."""
    return ROOT


@pytest.fixture
def run_notebook(tmp_path):
    """Run code cells as an audited notebook, the way `make test` runs a lesson; returns nbmake's result (`error` is None when it passes)."""

    def run(*cells):
        path = tmp_path / "notebook.ipynb"
        made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        nbformat.write(made, path)
        return RunOnce(path, 120).execute()

    return run
