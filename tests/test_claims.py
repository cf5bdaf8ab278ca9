"""Every page is proven: it has claims, they fit it and hold, and no sentence of it is left out.

`tests/test_proofs.py` tries what a kernel has a part in; notebooks prove their cells when they run (`make notebooks`).
"""

import re

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from claims import EXERCISE, Claims, pages
from course import ROOT, lessons

PAGES = pages()
TEXTS = [page for page in PAGES if page.suffix == ".md"]
SECTIONS = [(page, claim) for page in TEXTS for claim in Claims(page).by_id]
WRITES = re.compile(r"\.(assign|assign_add|assign_sub|set_weights|scatter_\w+)\(")


def name(page):
    """A page as a person names it: its path in the project."""
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_has_claims(page):
    claims = Claims(page)
    assert claims.text, f"{claims.name} is missing. It must prove {name(page)}: CONTRIBUTING.md says how"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_claims_fit_their_page(page):
    problems = list(Claims(page).problems())
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_sentence_is_proven(page):
    claims = Claims(page)
    missing = "\n".join(f"# > {sentence}" for sentence in claims.unquoted())
    if missing:
        remedy = "give each of these sentences to the claim that proves it, or say less on the page"
        pytest.fail(f"{claims.name}: {remedy}:\n{missing}", pytrace=False)


@pytest.mark.parametrize(("page", "claim"), SECTIONS, ids=[f"{name(page)}:{claim}" for page, claim in SECTIONS])
def test_what_a_text_page_says_is_so(page, claim, monkeypatch):
    monkeypatch.chdir(ROOT)
    problem = Claims(page).prove(claim, {})
    if problem:
        pytest.fail(problem, pytrace=False)


def test_no_claims_are_about_nothing():
    proven = {Claims(page).path for page in PAGES}
    idle = [path.relative_to(ROOT).as_posix() for path in (ROOT / "tests/claims").rglob("*.py") if path not in proven]
    assert not idle, f"no page belongs to {', '.join(idle)}: rename it like its page, or delete it"


@pytest.mark.parametrize("lesson", lessons(), ids=name)
def test_what_a_lesson_writes_is_proven_at_once(lesson):
    claims = Claims(lesson)
    code = [cell for cell in nbformat.read(lesson, 4).cells if cell.cell_type == "code"]
    for cell, after in zip(code, [*code[1:], None], strict=True):
        if WRITES.search(cell.source) and not EXERCISE.fullmatch(cell.id):
            assert {cell.id, after and after.id} & set(claims.by_id), (
                f"{name(lesson)}: the cell `{cell.id}` writes a variable. Prove its new value in {claims.name}, "
                f"under `# %% {cell.id}` or under the code cell after it"
            )


# The mechanism, on a small page ------------------------------------------------------------------------------------

TEXT = """# Title

**Why.** `v.assign(x)` writes. It keeps the
dtype of v. Does `v` move? See `x`.

| task | tool |
|---|---|
| fill a variable | `np.full` and [more](page.md) |

1. An array is copied.
"""
FREE = "# free: See `x`.\n# free: task\n# free: tool\n"
QUOTES = """# > **Why.** `v.assign(x)` writes.
#
# > It keeps the
# > dtype of v.
#
# > fill a variable
#
# > `np.full` and [more](page.md)
#
# > An array is copied.
"""


@pytest.fixture
def proven(tmp_path):
    """The `Claims` of a page in a folder of its own; the page is a text, or a list of a notebook's cells."""

    def make(page, claims=None):
        path = tmp_path / ("book/page.md" if isinstance(page, str) else "lessons/page.ipynb")
        path.parent.mkdir()
        if isinstance(page, str):
            path.write_text(page, encoding="utf8")
        else:
            nbformat.write(new_notebook(cells=page), path)
        (tmp_path / "tests/claims").mkdir(parents=True)
        if claims is not None:
            (tmp_path / "tests/claims/page.py").write_text(claims, encoding="utf8")
        return Claims(path, tmp_path)

    return make


def shown(source="v.numpy()", error=None):
    """A code cell with the id `shown` that has run, and shows a value or an error (its type, its message)."""
    output = new_output("execute_result", {"text/plain": "2"})
    if error:
        output = new_output("error", ename=error[0], evalue=error[1], traceback=[])
    return new_code_cell(source, id="shown", outputs=[output])


def problems_of(claims, cells):
    """All that is said about a notebook that ran: by its file of claims, and by its run."""
    return [*claims.problems(), *claims.problems_of_run(new_notebook(cells=cells))]


RAISES = "# %% shown\n# raises ValueError: shape (2,) ... (3,)\n"
MISMATCH = ("ValueError", "the shape (2,)\nis not (3,)")
RED = {  # cells, claims, what is said
    "another type of error": ([shown(error=("TypeError", "no"))], RAISES, "`shown`: it raised TypeError: no"),
    "another message": ([shown(error=("ValueError", "no"))], RAISES, "its claim declares ValueError: shape (2,)"),
    "no error": ([shown()], RAISES, "`shown`: it raised nothing; its claim declares"),
    "an error without a word": ([shown(error=MISMATCH)], "# %% shown\nassert v", "its claim declares no error"),
    "a value without a claim": ([shown()], "# none yet", "add `# %% shown` to tests/claims/page.py"),
    "no cell of this id": ([shown()], "# %% shown\nassert v\n# %% gone\nassert v", "`gone` belongs to no code cell"),
    "a short message": ([shown(error=MISMATCH)], "# %% shown\n# raises ValueError: shape", "too little of the message"),
    "no assert": ([shown()], "# %% shown\nv == 2", "`shown` proves nothing: give it an assert"),
    "two of one id": ([shown()], "# %% shown\nassert v\n# %% shown\nassert v", "two claims about `shown`"),
    "no file": ([shown()], None, "tests/claims/page.py is missing"),
    "another sentence": (
        [new_markdown_cell("It is 3."), shown()],
        "# %% shown\n# > It is 2.\nassert v",
        'Read its proof again: "It is 2."',
    ),
}


@pytest.mark.parametrize("case", RED)
def test_what_does_not_fit_is_named_with_its_file_and_a_remedy(case, proven):
    cells, text, says = RED[case]
    (problem,) = problems_of(proven(cells, text), cells)
    assert says in problem
    assert "tests/claims/page.py" in problem


def test_what_fits_is_not_named(proven):
    cells = [
        new_markdown_cell("It raises."),
        shown(error=MISMATCH),
        new_code_cell('check("1.2", f)', id="exercise-1-2", outputs=[new_output("stream")]),
        new_code_cell("import keras", id="setup", outputs=[new_output("stream")], metadata={"tags": ["remove-output"]}),
    ]
    assert problems_of(proven(cells, f"{RAISES}# > It raises."), cells) == []


def test_a_false_claim_names_its_line_its_difference_and_its_sentence(proven):
    claims = proven(TEXT, "import numpy as np\n\n# %% x\n# > An array is copied.\n\nnp.testing.assert_equal(v, [1, 3])")
    problem = claims.prove("x", {"v": np.array([1, 2])})
    assert "the claim about `x` does not hold" in problem
    assert "tests/claims/page.py:6: np.testing.assert_equal(v, [1, 3])" in problem
    assert "> An array is copied." in problem
    assert "Mismatched elements: 1 / 2" in problem
    assert claims.prove("x", {"v": np.array([1, 3])}) is None


def test_each_claim_has_the_prelude_and_names_of_its_own(proven):
    claims = proven(
        TEXT, "import numpy as np\n# %% a\nv = np.ones(2)\nassert v.all()\n# %% b\nassert 'v' not in globals()"
    )
    names = {}
    assert [claims.prove(claim, names) for claim in claims.by_id] == [None, None]
    assert names == {}


def test_every_sentence_without_a_quote_is_named(proven):
    sentences = [
        "**Why.**",
        "`v.assign(x)` writes.",
        "It keeps the dtype of v.",
        "See `x`.",
        "task",
        "tool",
        "fill a variable",
        "`np.full` and [more](page.md)",
        "An array is copied.",
    ]
    assert proven(TEXT, "# none yet").unquoted() == sentences


@pytest.mark.parametrize("proof", ["assert True", "assert (v, 'a tuple')", "'assert v'", "v = 2"])
def test_a_proof_that_cannot_fail_is_none(proof, proven):
    assert any("proves nothing" in problem for problem in proven(TEXT, f"# %% all\n{proof}").problems())


def test_a_sentence_that_claims_nothing_is_written_down_as_free(proven):
    claims = proven(TEXT, f"{FREE}# free: It is gone.\n# %% all\n{QUOTES}assert len('x')")
    (problem,) = claims.problems()
    assert "`# free: It is gone.` no longer stands on the page" in problem
    assert claims.unquoted() == []


def test_a_quote_may_be_broken_into_lines_and_must_stand_on_the_page(proven):
    claims = proven(TEXT, f"{FREE}# %% all\n{QUOTES}assert len('x')")
    assert claims.unquoted() == []
    assert list(claims.problems()) == []


@pytest.mark.parametrize("changed", ["`v.assign(x)` reads.", "It keeps the shape of v.", "fill a tensor"])
def test_a_changed_sentence_asks_for_its_proof_and_for_a_new_quote(changed, proven):
    before = {"reads": "writes", "shape": "dtype", "tensor": "variable"}
    text = TEXT
    for new, old in before.items():
        if new in changed:
            text = text.replace(old, new)
    claims = proven(text, f"{FREE}# %% all\n{QUOTES}assert len('x')")
    (problem,) = claims.problems()
    assert "tests/claims/page.py: the claim `all` quotes what no longer stands on the page" in problem
    assert claims.unquoted() == [changed]
