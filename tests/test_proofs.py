"""A notebook's claims are run after its cells, in its kernel: what is not so turns it red, and nothing else changes."""

import re

import pytest

WRITE = "import tensorflow as tf\nv = tf.Variable([1.0, 2.0])\nv.assign([3.0, 4.0])\nv.numpy()"

CELLS = {  # what is false: (cell, its claim, what the red test says)
    "a value": (WRITE, "# > It is 3.\nassert v.numpy()[0] == 9", r"notebook.py:\d+: assert v.numpy\(\)\[0\] == 9"),
    "a displayed value": ("v.numpy()", "assert _[0] == 9", "the claim about `cell-1` does not hold"),
    "a name": ("v.shape", "assert w", "NameError: name 'w' is not defined"),
    "the error": ("1 / 0", "# raises ValueError: zero", "`cell-3`: it raised ZeroDivisionError"),
    "the message": ("1 / 0", "# raises ZeroDivisionError: by one", "declares ZeroDivisionError: by one"),
    "that it raises": ("v", "# raises ValueError: Shape mismatch", "`cell-5`: it raised nothing"),
    "that it does not": ("1 / 0", "assert True", "`cell-6`: it raised .*; its claim declares no error"),
    "that it has a claim": ("v", None, "`cell-7` shows something and has no claim: add `# %% cell-7` to tests/claims"),
    "that it proves": ("v", "x = v", "the claim `cell-8` proves nothing"),
    "that it quotes": ("v", "# > It is red.\nassert v is v", "the claim `cell-9` quotes what no longer stands"),
}


@pytest.fixture(scope="module")
def red(run_notebook_once):
    """What the run of all these cells says."""
    claims = "\n\n".join(f"# %% cell-{i}\n{claim}" for i, (_, claim, _) in enumerate(CELLS.values()) if claim)
    return run_notebook_once(*(cell for cell, _, _ in CELLS.values()), claims=claims, tags=["raises-exception"]).error


@pytest.mark.parametrize("name", CELLS)
def test_what_is_false_turns_the_notebook_red(name, red):
    assert re.search(CELLS[name][2], red.trace), red.trace
    assert "> It is 3." in red.trace, "a failed proof shows the sentences that it proves"


def test_a_page_without_claims_is_red(run_notebook):
    assert "tests/claims/notebook.py is missing: it must prove" in run_notebook("1 + 1", claims="").error.trace


def test_a_proof_leaves_no_name_and_no_count_behind(run_notebook):
    """Its writes are not counted, its names do not leak, and the next cell has its usual number."""
    spare = "# %% cell-0\nspare = tf.Variable(1.0)\nassert spare.assign(2.0).numpy() == 2"
    counted = "# %% cell-1\nassert get_ipython().assignlab_audit.audit.tally.assigns == 1"
    result = run_notebook(WRITE, "print('spare' in globals())", claims=f"{spare}\n\n{counted}")
    assert result.error is None, result.error.trace
    assert result.nb.cells[1].outputs[0].text == "False\n"
    assert result.nb.cells[1].execution_count == 2


def test_a_declared_error_is_matched_in_pieces(run_notebook):
    claims = "# %% cell-0\n# raises ValueError: Shape mismatch ... (2,)"
    cell = "import tensorflow as tf\ntf.Variable([1.0, 2.0]).assign([1.0])"
    result = run_notebook(cell, claims=claims, tags=["raises-exception"])
    assert result.error is None, result.error.trace
