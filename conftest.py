"""Run every notebook as a test, once, with every write to a variable audited and every cell's claim proven.

This file swaps nbmake's client and runner (of the pinned version; these two names are all that is replaced, at the end
of the classes below). The kernel gets the audit (`assignlab.audit`) from outside, so that no line of a lesson asks for
it and none can switch it off; after each cell the client runs the cell's proof (`book/workshop/claims.py`); a notebook
that passed unchanged, with unchanged claims, is not run again (`book/workshop/notebook_store.py`).
"""

import ast
import json
import os
import tempfile
from itertools import pairwise
from pathlib import Path

import nbformat
import nbmake.nb_run
import nbmake.pytest_items
import pytest
from nbclient import NotebookClient
from nbmake.nb_result import NotebookError

import versions
from claims import Claims
from course import ROOT, notebooks
from forked_kernels import ForkedKernels
from notebook_store import KERNEL_ENVIRONMENT, NotebookStore

WORKSHOP = Path(__file__).parent / "book" / "workshop"


class ProvingClient(NotebookClient):
    """A notebook client whose kernel audits every write, with a tally in `report`, and runs `claims` after the cells.

    to_the_end: after an error, go on. `problems` lists the claims that do not hold, as (cell index, text); `memory` is
    the most that the kernel held until its last cell, in MB.
    """

    to_the_end, memory = False, None

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("extra_arguments", ["--InteractiveShellApp.extra_extensions=assignlab"])
        kwargs["allow_errors"] = kwargs.get("allow_errors", False) or self.to_the_end
        super().__init__(*args, shutdown_kernel="immediate", kernel_manager_class=ForkedKernels, **kwargs)

    async def async_start_new_kernel(self, **kwargs):
        path = os.pathsep.join([str(WORKSHOP), *filter(None, [os.environ.get("PYTHONPATH")])])
        audited = {"ASSIGNLAB_AUDIT_REPORT": str(self.report), "PYTHONPATH": path}
        audited["TMPDIR"] = str(self.report.parent)  # what a kernel that is ended at once leaves goes with this folder
        await super().async_start_new_kernel(**kwargs, env={**os.environ, **KERNEL_ENVIRONMENT, **audited})

    async def async_execute_cell(self, cell, cell_index, **kwargs):
        claim = self.claims and cell.cell_type == "code" and self.claims.by_id.get(cell.id)
        if claim and claim.unmet():  # it came later than these packages: it may raise, and is not proven
            cell.metadata["tags"], claim = [*cell.metadata.get("tags", []), "raises-exception"], None
        if claim and claim.accused:
            await self.ask(f"get_ipython().assignlab_audit.expect({claim.accused!r})", cell)
        ran = await super().async_execute_cell(cell, cell_index, **kwargs)
        if claim:
            kinds = {output.output_type: output for output in cell.outputs}
            printed = "".join(output.text for output in cell.outputs if output.output_type == "stream")
            where = (str(self.claims.page), cell.id, str(self.claims.root), "execute_result" in kinds, printed)
            problem = await self.ask(f"__import__('claims').prove_here{where}", cell)
            if problem:
                self.problems.append((cell_index, problem))
        if cell is self.nb.cells[-1]:
            ProvingClient.memory = await self.ask("__import__('own_process').peak_memory()", cell)
        return ran

    async def ask(self, expression, cell):
        """The value of an expression in the kernel, silently: no cell runs, and the audit counts none."""
        request = self.kc.execute("", silent=True, store_history=False, user_expressions={"asked": expression})
        reply = await self.async_wait_for_reply(request, cell)
        said = reply["content"]["user_expressions"]["asked"]
        return ast.literal_eval(said["data"]["text/plain"]) if said["status"] == "ok" else "\n".join(said["traceback"])


class RunOnce(nbmake.nb_run.NotebookRun):
    """Run a notebook with the audit and its claims, unless it has passed with exactly this code and these claims."""

    claims = None

    def execute(self):
        path = Path(self.filename)
        ours = path in notebooks()
        store = NotebookStore() if ours and not versions.RESULTS else None
        if store and store.tally(path):
            return nbmake.nb_run.NotebookResult(nb=None, error=None)
        claims = Claims(path) if ours else self.claims
        ProvingClient.claims, ProvingClient.problems = claims, []
        ProvingClient.to_the_end = ours and bool(versions.RESULTS)
        with tempfile.TemporaryDirectory() as folder:
            ProvingClient.report = Path(folder) / "audit.json"
            result = super().execute()
            problem, tally = audit_problem(ProvingClient.report, result.nb)
        if result.error is None and problem:
            result.error = NotebookError(summary=problem, trace=problem, failing_cell_index=0)
        elif result.error and "SystemExit" in result.error.trace:
            result.error.summary = "a cell called sys.exit(): a notebook must run to its end, so raise an error instead"
            result.error.trace += f"\n{result.error.summary}\n"
        if claims:
            result.error = with_claims(result, claims, ProvingClient.problems)
        if versions.RESULTS and ours:
            versions.note(path, result, claims, ProvingClient.problems)
        if result.error is None and store:
            store.keep(path, result.nb, tally, ProvingClient.memory)
        return result


def with_claims(result, claims, problems):
    """The error of a run, with the claims that do not hold before what else went wrong; None when all is well."""
    found = [text for _, text in problems]
    if result.error is None:
        found += [*claims.problems(), *claims.problems_of_run(result.nb)]
    if not found:
        return result.error
    trace = "\n\n".join([*found, *([result.error.trace] if result.error else [])])
    return NotebookError(summary=found[0], trace=trace, failing_cell_index=problems[0][0] if problems else 0)


def audit_problem(report, notebook):
    """(what the audit found wrong or None, its tally) for a notebook that ran.

    The report has a line for each cell, each with the tally until then; what was once reported stays reported.
    """
    if not report.exists():
        return "audit: it did not start in this notebook's kernel", {}
    lines = [json.loads(line) for line in report.read_text(encoding="utf8").splitlines()]
    failures = [failure for line in lines for failure in line.pop("failures")]
    seen = len({cell for line in lines for cell in line.pop("cells")})
    cells = sum(cell.cell_type == "code" and bool(cell.source.strip()) for cell in notebook.cells)
    problem = failures[0] if failures else None
    if not problem and seen != cells:
        problem = f"it saw {seen} of {cells} cells; it was switched off in this notebook"
    if not problem and any(before[name] > after[name] for before, after in pairwise(lines) for name in after):
        problem = "its count went back; it was started anew in this notebook"
    return problem and f"audit: {problem}", lines[-1]


nbmake.nb_run.NotebookClient = ProvingClient
nbmake.pytest_items.NotebookRun = RunOnce


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        NotebookStore()  # made here, so that what it drops is said once
    os.environ.update({name: os.environ.get(name, value) for name, value in KERNEL_ENVIRONMENT.items()})


def pytest_collect_file(file_path):
    """Before the first module of tests is imported: its tests may check the exercises of lesson 15."""
    if file_path.suffix == ".py":
        import logical_cpus  # imports TensorFlow, which a run of notebooks alone needs not

        logical_cpus.two()


def pytest_collection_modifyitems(items):
    """The longest notebooks first, so that no core waits for the last one."""
    items.sort(
        key=lambda item: -Path(item.path).stat().st_size if isinstance(item, nbmake.pytest_items.NotebookItem) else 0
    )


@pytest.fixture(scope="session")
def root():
    """The project's top folder."""
    return ROOT


def notebook_runner(folder):
    """A function that runs cells as an audited notebook in `folder`, as `make test` runs a lesson.

    It returns nbmake's result; its `error` is None if all is well. claims: the text of a claims file; the cells' ids
    are cell-0, cell-1 and so on.
    """

    def run(*cells, claims=None, tags=()):
        made = [
            nbformat.v4.new_code_cell(cell, id=f"cell-{i}", metadata={"tags": tags}) for i, cell in enumerate(cells)
        ]
        path, file = folder / "lessons" / "notebook.ipynb", folder / "tests" / "claims" / "notebook.py"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=made), path)
        runner = RunOnce(path, 120)
        if claims is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(claims, encoding="utf8")
            runner.claims = Claims(path, folder)
        return runner.execute()

    return run


@pytest.fixture
def run_notebook(tmp_path):
    """`notebook_runner` in a folder of the test's own."""
    return notebook_runner(tmp_path)


@pytest.fixture(scope="module")
def run_notebook_once(tmp_path_factory):
    """`notebook_runner` for a result that several tests look at."""
    return notebook_runner(tmp_path_factory.mktemp("notebook"))
