"""The page of versions: what a run with other versions notes, and how a claim says since when it holds."""

import json

import pytest

import claims
import versions
from claims import Claims

RUNS = json.loads(versions.FILE.read_text(encoding="utf8"))


@pytest.mark.parametrize("run", RUNS, ids=lambda run: f"{run['tensorflow']} on {run['python']}")
def test_a_run_that_is_published_passed(run):
    assert not run["failed"], "run it again: make versions"
    assert run["notebooks"] > 30 and run["claims"] > 900 and run["tests"] > 500


def test_an_older_version_was_run():
    own = claims.release(claims.installed("tensorflow"))
    assert [run for run in RUNS if claims.release(run["tensorflow"]) < own]


@pytest.mark.parametrize("since", ["# since numpy 99.0: np.later\n", "# since numpy 1.0: np.later\n", ""])
def test_a_claim_of_a_later_version_is_not_proven(run_notebook, since):
    later = "99.0" in since
    made = run_notebook(
        "import numpy as np\nnp.later",
        "1 + 1",
        claims=f"# %% cell-0\n{since}assert 0 > len('it')\n# %% cell-1\nassert _ == 2\n",
    )
    assert (made.error is None) == later, made.error
    ran = [cell for cell in made.nb.cells if cell.get("execution_count")]
    assert len(ran) == (2 if later else 1)


def test_a_line_that_is_not_understood_is_told(tmp_path):
    page, file = tmp_path / "book" / "page.md", tmp_path / "tests" / "claims" / "page.py"
    for path, text in ((page, "It is so.\n"), (file, "# %% so\n# since pandas 3.0: why\n# > It is so.\nassert [1]\n")):
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf8")
    assert "has a `# since` line that is not like" in "\n".join(Claims(page, tmp_path).problems())


def test_what_came_later_is_told_by_page(tmp_path):
    for name, since in (("one", "keras 3.5: A"), ("two", "keras 3.12: B"), ("six", "keras 3.5: A")):
        for path, text in (
            (tmp_path / "book" / f"{name}.md", "It is so.\n"),
            (tmp_path / "tests" / "claims" / f"{name}.py", f"# %% so\n# since {since}\n# > It is so.\nassert [1]\n"),
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf8")
    told = list(versions.differences(tmp_path))
    assert told[0] == "**Since Keras 3.12**\n" and told[1] == "- B: [](/book/two) (1)"
    assert "- A: [](/book/one) (1), [](/book/six) (1)" in told
