"""How the pages read and look (cell sizes, anatomy, figures), and that the prose pages' code runs."""

import ast
import builtins
import re
import statistics

import nbformat
import numpy as np
import pytest
import tensorflow as tf
import yaml

from claims import Claims
from course import FOLDERS, ROOT, cells, lessons, notebooks

LESSONS = lessons()
PAGES = [path for path in notebooks() if path.parent.name != "book"]
# What a lesson may use beside TensorFlow and NumPy.
TOOLKIT = {"check", "draw", "explain_gradient", "hint", "progress", "verify_gradient"}
STUCK = r"Stuck\? .*`hint\(\"{number}\"\)`.*\(\.\./solutions/{lesson}\.ipynb[)#]"
name = lambda path: f"{path.parent.name}/{path.stem}"  # noqa: E731


def verdict(path, faults):
    """Red with all the faults of a file at once, one a line."""
    if faults:
        pytest.fail("\n".join(f"{path.relative_to(ROOT).as_posix()}: {fault}" for fault in faults), pytrace=False)


def lines_of(source):
    """How many lines of a cell are not blank."""
    return sum(bool(line.strip()) for line in source.splitlines())


@pytest.mark.parametrize("path", notebooks(), ids=name)
def test_notebooks_land_clean(path):
    notebook, faults = nbformat.read(path, 4), []
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    for cell in notebook.cells:
        if not re.fullmatch(r"[a-z0-9-]{3,64}", cell.id) or re.fullmatch(r"[0-9a-f-]+", cell.id):
            faults.append(
                f'the cell that begins "{cell.source[:40]}" has the id `{cell.id}`; an id is words, such as '
                "`slices-text`: open the file as text and write them there"
            )
        if ids.count(cell.id) > 1:
            faults.append(f"there are two cells with the id `{cell.id}`; give one of them another")
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None):
            faults.append(
                f"the cell `{cell.id}` holds an output; clear all outputs and save (the book runs every cell)"
            )
        unknown = set(cell.metadata.get("tags", [])) - {"raises-exception", "remove-output", "hide-cell", "hide-output"}
        if unknown:
            faults.append(f"the cell `{cell.id}` has a tag that nothing here uses: {', '.join(unknown)}")
    if set(notebook.metadata) != {"kernelspec", "language_info"}:  # no `execution: allow_errors`
        faults.append(f"its metadata holds {sorted(notebook.metadata)}; only kernelspec and language_info belong there")
    elif notebook.metadata.kernelspec.name != "python3":
        faults.append(f"its kernel is {notebook.metadata.kernelspec.name}; choose Python 3 (ipykernel)")
    verdict(path, faults)


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_lessons_have_the_same_anatomy(path):
    prose, code = cells(path, "markdown"), cells(path, "code")
    title = prose[0]
    lead = re.sub(
        r"^(#|!|[-*] ).*$|\*\*Time:.*$", "", title, flags=re.MULTILINE
    )  # what remains is the sentence of motive
    headings = re.findall(r"^(#+) (.+)$", "\n".join(prose), re.MULTILINE)
    sections = [text for mark, text in headings if mark == "##"]
    figure = rf"!\[[^\]]{{20,}}\]\(\.\./book/assets/figures/{path.stem}\.svg\)"
    rules = {
        "the title cell begins with `# ` and a capital letter": re.match(r"# [A-Z]", title),
        f"the title cell shows ../book/assets/figures/{path.stem}.svg, with alternative text": re.search(figure, title),
        "the title cell has one sentence of motive: a situation that a person has been in": len(lead.split()) >= 6,
        "the title cell lists **You will do:**, **You will learn:** and **You need:**, in this order": re.search(
            r"You will do:.*You will learn:.*You need:", title, re.DOTALL
        ),
        "the title cell states the time: **Time:** 15–20 minutes": re.search(r"\*\*Time:\*\* \d+–\d+ minutes", title),
        "the first section is ## Setup": sections[:1] == ["Setup"],
        "the last two sections are ## Summary and ## Next": sections[-2:] == ["Summary", "Next"],
        "a section is called The gradient is still there": "The gradient is still there" in sections,
        "that section ends with `assert report` and `report`": any("assert report" in source for source in code),
        "there is one heading with one #": [mark for mark, _ in headings].count("#") == 1,
        "no heading has more than three #": max(len(mark) for mark, _ in headings) <= 3,
        "the reader is asked at least once: **Predict, then run.**": any("Predict, then run" in text for text in prose),
    }
    verdict(path, [f"wanted: {rule}" for rule, holds in rules.items() if not holds])


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_help_stands_under_the_exercise(path):
    """A link to the solution above the stub, or in its first line, is an answer before the question."""
    notebook, faults = nbformat.read(path, 4), []
    for cell, following in zip(notebook.cells, [*notebook.cells[1:], None], strict=True):
        exercise = re.fullmatch(r"exercise-(\d+)-(\d+)", cell.id)
        if exercise and cell.cell_type == "code":
            number = ".".join(exercise.groups())
            wish = re.compile(STUCK.format(number=re.escape(number), lesson=path.stem), re.DOTALL)
            if not following or following.cell_type == "code" or not wish.search(following.source):
                faults.append(
                    f"the cell under exercise {number} must say: "
                    f'Stuck? `hint("{number}")` gives a nudge. [Solution](../solutions/{path.name})'
                )
    verdict(path, faults)


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_lessons_are_short_breathed(path):
    notebook, faults = nbformat.read(path, 4), []
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    lines = sorted(lines_of(cell.source) for cell in code)
    if len(notebook.cells) > 40:
        faults.append(f"it has {len(notebook.cells)} cells; at most 40 (two lessons, perhaps?)")
    if statistics.median(lines) > 4:
        faults.append(f"the median code cell has {statistics.median(lines)} lines; at most 4: split some")
    if lines[int(0.9 * (len(lines) - 1))] > 8:
        long = [f"`{cell.id}` ({lines_of(cell.source)})" for cell in code if lines_of(cell.source) > 8]
        faults.append(f"more than a tenth of the code cells are longer than 8 lines: {', '.join(long)}")
    faults += [
        f"the code cell `{cell.id}` has {lines_of(cell.source)} lines; at most 15"
        for cell in code
        if lines_of(cell.source) > 15
    ]
    for first, second, third in zip(notebook.cells, notebook.cells[1:], notebook.cells[2:], strict=False):
        if first.cell_type == second.cell_type == third.cell_type == "code":
            faults.append(f"three code cells in a row, the last of them `{third.id}`; put a sentence between them")
    prose = (re.sub(r"\*\*Time:.*", "", text.partition("## Next")[0]) for text in cells(path, "markdown"))
    words = sum(len(re.findall(r"\w+", text)) for text in prose) / len(code)
    if not 20 <= words <= 45:
        wish = "say less, or show more" if words > 45 else "say more about what the cells show"
        faults.append(f"it has {words:.0f} words of prose for each code cell; 20 to 45 read well: {wish}")
    verdict(path, faults)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_prose_does_not_belittle(path):
    pattern = re.compile(r"[^.\n]*\b(?:simply|obviously|easy|easily|just)\b[^.\n]*", re.IGNORECASE)
    found = [match.strip() for text in cells(path, "markdown") for match in pattern.findall(text)]
    verdict(path, [f'say it without "simply", "obviously", "easy" or "just": {sentence}' for sentence in found])


@pytest.mark.parametrize("path", sorted((ROOT / "solutions").glob("*.ipynb")), ids=name)
def test_every_check_in_a_solution_must_hold(path):
    calls = [line for code in cells(path, "code") for line in code.splitlines() if "check(" in line]
    faults = [] if calls else ["it checks nothing: each answer ends with assert check(NUMBER, FUNCTION)"]
    faults += [
        f'write `assert check("N.M", function)` and nothing else in this line: {line}'
        for line in calls
        if not re.match(r'assert check\("[\d.]+", \w+\)$', line)
    ]
    verdict(path, faults)


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_teaching_cells_use_the_toolkit_only_to_check_draw_verify_and_explain(path):
    faults = []
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code":
            imported = re.findall(r"^from assignlab import (.+)$", cell.source, re.MULTILINE)
            others = {word.strip() for line in imported for word in line.split(",")} - TOOLKIT
            if others or re.search(r"assignlab\.|op_callbacks|_handle\b|load_ext", cell.source):
                faults.append(
                    f"the cell `{cell.id}` uses more of the toolkit than `from assignlab import "
                    f"{', '.join(sorted(TOOLKIT))}`; a reader must be able to copy it into a program of their own"
                )
    verdict(path, faults)


@pytest.mark.parametrize("path", LESSONS, ids=name)
def test_a_lesson_leads_to_the_next_and_is_linked_from_the_first_page(path):
    faults, last = [], cells(path, "markdown")[-1]
    following = next((lesson for lesson in LESSONS if lesson.stem > path.stem), None)
    if following and f"]({following.name})" not in last:
        faults.append(f"its ## Next must link to the next lesson: [its title]({following.name})")
    if f"(../lessons/{path.name}" not in (ROOT / "book" / "index.md").read_text(encoding="utf8"):
        faults.append("no row of the table in book/index.md links to it")
    verdict(path, faults)


def names(tree, kind):
    """The names below a node that are read (ast.Load) or bound (ast.Store)."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, kind)}


def own(tree):
    """The names that a statement binds before it reads them: parameters, loop variables, `with ... as`."""
    nodes = list(ast.walk(tree))
    bound = {node.arg for node in nodes if isinstance(node, ast.arg)}
    inner = [node.target for node in nodes if isinstance(node, ast.comprehension)]
    return bound.union(*(names(target, ast.Store) for target in (inner if isinstance(tree, ast.Assign) else [tree])))


def made(statement):
    """The names that a statement leaves behind."""
    imported = {alias.name for alias in getattr(statement, "names", [])}
    return names(statement, ast.Store) | imported | {getattr(statement, "name", "")}


@pytest.mark.parametrize(("page", "section", "shared"), [("errors", "### ", {"matrix"}), ("recipes", "## ", set())])
def test_a_section_of_a_reference_page_needs_no_other(page, section, shared):
    known, faults = {*dir(builtins), "keras", "np", "tf", *shared}, []
    path, here = ROOT / "book" / f"{page}.ipynb", known
    for cell in nbformat.read(path, 4).cells:
        here = set(known) if cell.source.startswith(section) else here
        for statement in ast.parse(cell.source).body if cell.cell_type == "code" and cell.id != "setup" else []:
            missing = names(statement, ast.Load) - here - own(statement)
            faults += [f"the cell `{cell.id}` takes {', '.join(missing)} from another section"] if missing else []
            here |= made(statement)
    verdict(path, faults)


def test_the_list_above_the_recipes_names_each_in_order():
    page = nbformat.read(ROOT / "book" / "recipes.ipynb", 4).cells
    headings = [line for cell in page for line in re.findall("^## (.+)", cell.source) if cell.cell_type == "markdown"]
    anchors = [re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings]
    assert re.findall(r"\]\(#(.+?)\)", page[0].source) == anchors[1:]
    assert {link for cell in page for link in re.findall(r"\]\(#(.+?)\)", cell.source)} <= set(anchors)


def test_a_section_of_the_errors_page_shows_its_message_first():
    """The message of the heading, raised before a word explains it; what prepares it is folded if it is long."""
    path = ROOT / "book" / "errors.ipynb"
    cells, claims, message, group = nbformat.read(path, 4).cells, Claims(path).by_id, None, None
    for cell in cells[[cell.id for cell in cells].index("setup") + 1 :]:
        first, tags = cell.source.splitlines()[0], cell.metadata.get("tags", [])
        if first.startswith("## "):
            group = first[3:]
        elif first.startswith("### "):
            assert message is None, f"no cell raises the message `{message}`"
            quoted = re.fullmatch(r"(?:`(?P<one>[^`]+)`|`` (?P<two>.+) ``)|No error, but .+", first[4:])
            assert quoted[0].startswith("No error") == (group == "Nothing is raised"), cell.id
            message, reason, folded = quoted["one"] or quoted["two"], len(cell.source.splitlines()) > 1, False
        elif cell.cell_type == "markdown":
            assert not message, f"{cell.id} stands before the message `{message}` has been shown"
        elif "raises-exception" in tags:
            assert not cell.id.startswith("error-silent"), "these sections have no message"
            parts = claims[cell.id].raises[1].split(" ... ")  # the runner finds these in what the cell raises
            assert message is None or any(message in part for part in parts), (cell.id, message)
            assert not message or folded == reason, f"{cell.id}: a folded preparation, and its reason in the heading"
            message = None  # the first message of a section is the one of its heading
        elif message:
            folded = "hide-cell" in tags
            assert folded == (len(cell.source.splitlines()) > 4), f"{cell.id}: fold more than four lines, no fewer"
        if message is None:
            assert "hide-cell" not in tags, cell.id
    assert message is None, f"no cell raises the message `{message}`"


def outside_contents(root):
    """What would be a page (in the folders of pages, at any depth) and is not in the table of contents, sorted."""

    def listed(entry):
        for key, value in entry.items() if isinstance(entry, dict) else enumerate(entry):
            if key in ("root", "file"):
                yield value
            elif isinstance(value, dict | list):
                yield from listed(value)

    known = set(listed(yaml.safe_load((root / "_toc.yml").read_text(encoding="utf8"))))
    files = [path.relative_to(root) for folder in FOLDERS for path in (root / folder).rglob("*")]
    written = [path for path in files if path.suffix in (".ipynb", ".md", ".rst") and not re.search(r"/\.", f"/{path}")]
    return sorted(path.as_posix() for path in written if path.with_suffix("").as_posix() not in known)


def test_every_page_is_in_the_contents():
    faults = [
        f"{page} is not in the table of contents; add to _toc.yml: - file: {page.rpartition('.')[0]}"
        for page in outside_contents(ROOT)
    ]
    verdict(ROOT / "_toc.yml", faults)


def test_a_page_outside_the_contents_is_found(tmp_path):
    inside = ["book/index.md", "lessons/01_a.ipynb", "lessons/more/02_b.ipynb", "solutions/01_a.md"]
    outside = ["book/c.md", "book/d.ipynb", "lessons/e.md", "lessons/f.ipynb", "lessons/more/g.md", "solutions/h.ipynb"]
    other = ["README.md", "tests/i.md", "book/assets/j.svg", "lessons/.ipynb_checkpoints/k.ipynb", "lessons/l.py"]
    for file in [*inside, *outside, *other]:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    chapters = [{"file": "lessons/01_a", "sections": [{"file": "lessons/more/02_b"}]}, {"file": "solutions/01_a"}]
    contents = {"format": "jb-book", "root": "book/index", "parts": [{"caption": "c", "chapters": chapters}]}
    (tmp_path / "_toc.yml").write_text(yaml.safe_dump(contents))
    assert outside_contents(tmp_path) == outside


WRITTEN = [
    *PAGES,
    *sorted((ROOT / "book").glob("*.md")),
    *sorted((ROOT / "lessons" / "assignlab" / "checks").glob("[0-9]*.py")),
    *sorted((ROOT / "tests" / "answers").glob("[0-9]*.py")),
    *sorted((ROOT / "tests" / "claims").rglob("[0-9]*.py")),
    ROOT / "book" / "workshop" / "draw_figures.py",
]


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_is_left_to_do(path):
    """What `make lesson` makes says at each place what belongs there, after the word TODO."""
    if path.suffix == ".ipynb":
        places = [(f"the cell `{cell.id}`", cell.source) for cell in nbformat.read(path, 4).cells]
    else:
        places = [(f"line {n}", line) for n, line in enumerate(path.read_text(encoding="utf8").splitlines(), 1)]
    todo = [(where, line) for where, text in places for line in text.splitlines() if "TODO" in line]
    verdict(path, [f"{where} still says: {line.strip()}" for where, line in todo])


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
    from draw_figures import FIGURES, files

    drawn, found = files(), {path.name: path.read_text(encoding="utf8") for path in FIGURES.glob("*.svg")}
    faults = [
        f'it draws no {name}: write its function under @figure("{name.removesuffix(".svg")}"), or delete the file'
        for name in found.keys() - drawn.keys()
    ]
    stale = [name for name, text in drawn.items() if found.get(name) != text]
    faults += [f"{name} is missing, or is not what it draws: make figures" for name in stale]
    verdict(ROOT / "book/workshop/draw_figures.py", faults)


@pytest.mark.parametrize("path", notebooks(), ids=name)
def test_the_alt_text_of_a_figure_is_the_same_on_the_page(path):
    from draw_figures import DRAWN

    faults = []
    for alt, figure in re.findall(r"!\[([^\]]*)\]\(\S*/figures/(\w+)\.svg\)", "\n".join(cells(path, "markdown"))):
        if figure not in DRAWN:
            faults.append(f'it shows {figure}.svg; draw it in book/workshop/draw_figures.py under @figure("{figure}")')
        elif alt != DRAWN[figure]().alt:
            faults.append(
                f'the alternative text of {figure}.svg must be that of draw_figures.py: "{DRAWN[figure]().alt}"'
            )
    verdict(path, faults)


def test_every_figure_is_shown():
    from draw_figures import DRAWN

    shown = "\n".join(path.read_text(encoding="utf8") for path in [*notebooks(), *(ROOT / "book").glob("*.md")])
    unused = [figure for figure in DRAWN if f"/figures/{figure}.svg" not in shown]
    verdict(ROOT / "book/workshop/draw_figures.py", [f"no page shows {figure}.svg" for figure in unused])
