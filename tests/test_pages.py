"""How the pages read and look (cell sizes, anatomy, figures), and that the prose pages' code runs."""

import re
import statistics

import nbformat
import numpy as np
import pytest
import tensorflow as tf

from course import ROOT, cells, lessons, notebooks

LESSONS = lessons()
PAGES = [path for path in notebooks() if path.parent.name != "book"]
name = lambda path: f"{path.parent.name}/{path.stem}"  # noqa: E731


@pytest.mark.parametrize("path", notebooks(), ids=name)
def test_notebooks_land_clean(path):
    notebook = nbformat.read(path, 4)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(
        re.fullmatch(r"[a-z0-9-]{3,64}", cell_id) and not re.fullmatch(r"[0-9a-f]{8}", cell_id) for cell_id in ids
    ), "cell ids are words, not random"
    assert all(
        cell.outputs == [] and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code"
    )
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata) == {"kernelspec", "language_info"}  # no `execution: allow_errors`
    tags = {tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])}
    assert tags <= {"raises-exception", "remove-output", "hide-cell"}


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_lessons_have_the_same_anatomy(path):
    prose = cells(path, "markdown")
    title = prose[0]
    assert re.match(r"# [A-Z][^\n]+\n\n!\[[^\]]{20,}\]\(\.\./book/assets/figures/" + path.stem + r"\.svg\)", title)
    assert re.search(r"You will do:.*You will learn:.*You need:.*⏱ 15–20 minutes", title, re.S)
    headings = re.findall(r"^(#+) (.+)$", "\n".join(prose), re.M)
    sections = [text for mark, text in headings if mark == "##"]
    assert sections[0] == "Setup"
    assert sections[-2:] == ["Summary", "Next"]
    assert "The gradient is still there" in [text for _, text in headings]
    assert sum(mark == "#" for mark, _ in headings) == 1
    assert max(len(mark) for mark, _ in headings) <= 3
    assert "assert report" in "\n".join(cells(path, "code"))  # the proof, of the gradient on a real loss
    assert any("Predict, then run" in text for text in prose)


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_lessons_are_short_breathed(path):
    notebook = nbformat.read(path, 4)
    assert len(notebook.cells) <= 40
    lines = sorted(sum(bool(line.strip()) for line in code.splitlines()) for code in cells(path, "code"))
    assert statistics.median(lines) <= 4
    assert lines[int(0.9 * (len(lines) - 1))] <= 8
    assert lines[-1] <= 15
    runs = "".join("c" if cell.cell_type == "code" else " " for cell in notebook.cells).split()
    assert max(map(len, runs)) <= 2
    words = sum(len(re.findall(r"\w+", text)) for text in cells(path, "markdown"))
    assert 20 <= words / len(lines) <= 45


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_prose_does_not_belittle(path):
    for text in cells(path, "markdown"):
        assert not re.search(r"\b(simply|obviously|easy|easily|just)\b", text, re.I), text


@pytest.mark.parametrize("path", notebooks(), ids=name)
def test_an_error_that_is_shown_is_proven_in_the_next_cell(path):
    code = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    for cell, following in zip(code, [*code[1:], None], strict=True):
        if "raises-exception" in cell.metadata.get("tags", []):
            assert "sys.last_value" in following.source


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_every_assign_is_proven_in_its_cell_or_the_next(path):
    code = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    for cell, following in zip(code, [*code[1:], None], strict=True):
        if (
            re.search(r"\.assign(_add|_sub)?\(", cell.source)
            and "def " not in cell.source
            and "raises-exception" not in cell.metadata.get("tags", [])
        ):
            assert "assert" in cell.source + (following.source if following else ""), cell.source


@pytest.mark.parametrize("path", sorted((ROOT / "solutions").glob("*.ipynb")), ids=name)
def test_every_check_in_a_solution_must_hold(path):
    calls = [line for code in cells(path, "code") for line in code.splitlines() if "check(" in line]
    assert calls
    assert all(re.match(r'assert check\("[\d.]+", \w+\)$', line) for line in calls)


def test_teaching_cells_use_the_toolkit_only_to_check_draw_and_verify():
    for path in LESSONS:
        for code in cells(path, "code"):
            assert set(re.findall(r"from assignlab import (.+)", code)) <= {"check, hint, verify_gradient"}
            assert not re.search(r"assignlab\.|op_callbacks|_handle\b|load_ext", code)


def test_the_answer_on_the_first_page_works():
    code = re.search(r"```python\n(.+?)```", (ROOT / "book" / "index.md").read_text(encoding="utf8"), re.S)[1]
    v = tf.Variable(np.arange(10, dtype="float32").reshape(2, 5))
    exec(code, {"v": v})
    np.testing.assert_array_equal(v, [[0, 1, 2, 3, 4], [5, -1, -1, -1, -1]])
    w = tf.Variable(np.arange(10, dtype="float32"))
    lines = code.splitlines()
    exec("\n".join(lines[:2]), {"v": w})  # the trap: without line 3
    np.testing.assert_array_equal(w, np.arange(10))


def test_figures_show_what_tensorflow_computes():
    from draw_figures import DRAWN, FIGURES

    assert {path.stem for path in FIGURES.glob("*.svg")} == set(DRAWN)
    for figure, draw in DRAWN.items():
        assert (FIGURES / f"{figure}.svg").read_text(encoding="utf8") == draw().svg, "run `make figures`"


def test_the_alt_text_of_a_figure_is_the_same_on_the_page():
    from draw_figures import DRAWN

    for path in LESSONS:
        assert f"![{DRAWN[path.stem]().alt}]" in cells(path, "markdown")[0]
