"""Claims of CONTRIBUTING.md."""

import inspect
import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import conftest
import nbformat
import numpy as np
import pytest
import yaml

import downloads
import imprint
import lighthouse
import new_lesson
import published_at
import serve
import test_downloads
import test_learner_work
from answers import answers
from assignlab import environment
from assignlab.exercises import exercises
from claims import Claims, Prose, prove_here
from course import ROOT, lessons

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf8")


def claims_of(text, page, folder):
    """The `Claims` with this text for a copy of `page`, in a project of its own below `folder`."""
    copy = Path(folder).resolve() / page.relative_to(ROOT)
    file = Path(folder).resolve() / "tests/claims" / f"{page.stem.lower()}.py"
    for path in (copy, file):
        path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(page, copy)
    file.write_text(text, encoding="utf8")
    return Claims(copy, Path(folder).resolve())


# free: To report a problem, open an issue with the cell, what you expected, and what this prints:
# free: To change something, run the tests before and after.
# free: What is red names a file and says what to do there.
# free: A change with one subject, and one reason for it, is read soonest.
# free: What a page still lacks, ready to paste:
# free: The word TODO marks each place where something of your own belongs, and the tests list these places.
# free: A new cell gets words as its id: open the file as text and write them there.
# free: Time it with a person.
# free: variable
# free: for example
# free: what it gives
# free: `https://example.org/course/`
# free: `https://github.com/owner/name`
# free: `main`
# free: `https://hub.example.org`
# free: `gh-pages`
# free: Once released, a cell keeps its id: by it an update finds a learner's answer.

# %% tests
# > The first `make test` makes the environment in `.venv`, which takes some minutes.
#
# > On Windows, or without `make`, the commands are those of the step "Test, without make" in
# > `.github/workflows/test.yml`.
makefile = (ROOT / "Makefile").read_text(encoding="utf8")
needs = {rule: names.split() for rule, names in re.findall(r"^([a-z]+):([^#\n]*)", makefile, re.MULTILINE)}
assert needs["test"][0] == "check" and needs["check"] == ["environment"]
workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf8"))
(step,) = [step for step in workflow["jobs"]["test"]["steps"] if step.get("name") == "Test, without make"]
for command in ("make_env.py", "--nbmake", "jupyter-book build .", "-q tests", "audit_report.py"):
    assert command in step["run"] and command.split()[-1] in makefile, command

# %% example
# > A claim stands in the file of its page, under the id of the cell that it follows. It quotes a sentence of the page
# > and proves it, with the names of the notebook; the odd cases that the page does not show are tried there.
#
# > `# raises TYPE: MESSAGE` says which error the cell must raise. Of the message, a part of twelve characters is
# > enough; ` ... ` in it stands for anything.
#
# > `# accused PIECE` says that the cell shows what the audit refuses, such as an edit behind TensorFlow's back: the
# > audit must fail it, with this piece in its reason.
example = re.search(r"```python\n(# %% .+?)```", PAGE, re.DOTALL)[1]
lesson = next(lesson for lesson in lessons() if lesson.stem == "02_masked_replacement")
with tempfile.TemporaryDirectory() as folder:
    claims = claims_of(f"import numpy as np\n\n{example}", lesson, folder)
    assert list(claims.problems()) == [] and claims.quotes  # each quote stands on the page, and each id is a cell's
    sources = {cell.id: cell.source for cell in nbformat.read(lesson, 4).cells}
    *statements, last = sources["replace"].splitlines()
    names = {}
    exec("\n".join([sources["setup"].replace("%xmode", "#"), sources["mask"], *statements]), names)
    names["_"] = eval(last, names)
    assert [claims.prove(cell, names) for cell in ("replace", "same-index")] == [None, None]
    spoiled = names | {"_": names["_"] + 1}
    assert "the claim about `replace` does not hold" in claims.prove("replace", spoiled)
    with pytest.raises(AttributeError) as raised:
        exec(sources["same-index"], names)
    error = nbformat.v4.new_output("error", ename="AttributeError", evalue=str(raised.value))
    claim = claims.by_id["same-index"]
    assert claim.problem_with(error) is None and claim.problem_with(None)
    assert claim.problem_with(nbformat.v4.new_output("error", ename="TypeError", evalue=error.evalue))
    claim.raises = ("AttributeError", "EagerTensor' object ... 'assign'")
    assert claim.problem_with(error) is None
    claim.raises = ("AttributeError", "EagerTensor' object ... 'assigned'")
    assert claim.problem_with(error)
    for part, enough in (("no attribute", True), ("o attribute", False)):  # 12 characters, 11
        claim.raises = ("AttributeError", part)
        assert claim.problem_with(error) is None and (list(claims.problems()) == []) == enough

with tempfile.TemporaryDirectory() as folder:
    shown = claims_of("# %% replace\n# accused an alias of its memory", lesson, folder)
    assert shown.by_id["replace"].accused == "an alias of its memory" and list(shown.problems()) == []

# %% since
# > `# since keras 3.12: WHY` says from which version of tensorflow, keras or numpy on the claim holds.
# > With an older one the cell may raise and is not proven, and the page of versions lists it.
lesson = next(lesson for lesson in lessons() if lesson.stem == "02_masked_replacement")
with tempfile.TemporaryDirectory() as folder:
    later = claims_of("# %% replace\n# since numpy 99.0: later\nassert 0 > len('it')", lesson, folder)
    assert later.by_id["replace"].unmet() == [("numpy", "99.0", "later")] and later.prove("replace", {}) is None
    now = claims_of("# %% replace\n# since numpy 1.26: now\nassert 0 > len('it')", lesson, folder)
    assert now.by_id["replace"].unmet() == [] and "does not hold" in now.prove("replace", {})

# %% versions
# > `make versions` runs everything with other versions of TensorFlow, each with the Keras and the NumPy of its time, by
# > nox; what passed is kept in `book/workshop/versions.json`, from which the page of versions is filled in.
# > `PRE=1 make versions` tries the newest pre-release.
# > `LOCKED=1 make book` installs only files whose hashes `requirements.lock` knows, and `make lock` writes that file
# > anew.
import make_env
import versions

assert versions.FILE == ROOT / "book/workshop/versions.json"
makefile, sessions = ((ROOT / name).read_text(encoding="utf8") for name in ("Makefile", "noxfile.py"))
assert "-m nox $(if $(PRE),-s prerelease)" in makefile and "-m nox -s lock" in makefile
assert all(f"def {name}(session" in sessions for name in ("versions", "prerelease", "lock"))
with pytest.MonkeyPatch.context() as patch:
    patch.setenv("LOCKED", "1")
    assert make_env.steps()[0] == ["--require-hashes", "-r", "requirements.lock"]

# %% words
# > `# %% ID` begins the claim of the cell ID. It runs right after this cell, in a copy of the notebook's names: a name
# > that it binds is gone afterwards, but an object that it changes stays changed.
#
# > `_` is the value that the cell displayed, `printed` the text that it printed.
#
# > What stands before the first `# %%`, such as imports, runs before each claim.
cells = {
    "values = [1]\nprint('said')\nvalues": "assert _ is values and printed == 'said\\n'\nname = values.append(2)",
    "'name' in globals(), list(values)": "assert _ == (False, [1, 2]) and printed == '' and before(2) == 3",
    "values[:] = [7]": "assert values == [7] and before(1) == 2",
}
text = "".join(f"\n# %% cell-{number}\n{claim}\n" for number, claim in enumerate(cells.values()))
with tempfile.TemporaryDirectory() as folder:
    run = conftest.notebook_runner(Path(folder).resolve())
    result = run(*cells, claims=f"def before(number):\n    return number + 1\n{text}")
assert result.error is None, result.error.trace

# %% quotes
# > `# > SENTENCE` is a quote, word for word; a long one goes on in the next `# >` line, and a bare `#` parts two of
# > them.
#
# > `# free: SENTENCE`, at the top of the file, names a sentence that claims nothing: an aim, a greeting, the task of an
# > exercise.
#
# > On a page without cells, such as this one, the ids are names of your choice.
with tempfile.TemporaryDirectory() as folder:
    page = ROOT / "CONTRIBUTING.md"
    first, second, *others = Prose(page).claiming()
    words = second.split()
    quoted = f"# > {' '.join(words[:3])}\n# > {' '.join(words[3:])}\n#\n# > {others[0]}\nassert len('a name')\n"
    claims = claims_of(f"# free: {first}\n\n# %% any name\n{quoted}", page, folder)
    assert claims.quotes == [second, others[0]] and claims.free == [first]
    assert claims.unquoted() == others[1:] and list(claims.problems()) == []
    changed = claims_of(f"# free: {first}!\n\n# %% any name\n{quoted.replace(words[0], 'Not')}", page, folder)
    assert len(list(changed.problems())) == 2

# %% add-a-lesson
# > `make lesson NAME=06_slices` makes the files of steps 2 to 6 from a template that runs.
# (That it runs: tests/test_new_lesson.py.)
#
# > **The lesson**, `lessons/06_slices.ipynb`: one idea, at most 40 cells, two exercises or more where they belong
# > in the flow.
#
# > **The checks**, `lessons/assignlab/checks/06_slices.py`: per exercise its cases, a family of arrays,
# > the typical mistakes with the advice that their author needs, and three hints, from a nudge to the shape
# > of the answer.
#
# > **The solutions**, `solutions/06_slices.ipynb`: the same stubs, answered; why it works; other ways.
#
# > **The proofs**: `tests/answers/06_slices.py`, with six wrong and three right answers per exercise at least;
# > `tests/claims/06_slices.py` and `tests/claims/solutions/06_slices.py`, with what the pages show and say.
#
# > **The figures**: a function for each in `book/workshop/draw_figures.py`, then `make figures`.
#
# > **The links**: the end of the lesson before, a row in `book/index.md`, the recipes that the lesson explains, a line
# > in `CHANGELOG.md`; the ids of new cells in `tests/cell_ids.json` (a red test says which).
#
# > Then `make format` and `make test`.
steps = PAGE.partition("## Add a lesson")[2]
named = set(re.findall(r"`([\w/]+\.\w+)`", steps))
made = {path.relative_to(ROOT).as_posix() for path in new_lesson.changes("06_slices")}
assert {pattern.format("06_slices") for pattern in new_lesson.FILES} <= named & made
assert all((ROOT / file).exists() for file in named - made), named - made
assert all(len(exercise.hints) == 3 for exercise in exercises().values())
kept = [(answer.number, bool(answer.diagnosis)) for answer in answers()]
assert all(kept.count((n, True)) >= 6 and kept.count((n, False)) >= 3 for n in exercises())
given = [number.partition(".")[0] for number in exercises()]
for lesson in lessons():
    assert len(nbformat.read(lesson, 4).cells) <= 40 and given.count(str(int(lesson.stem[:2]))) >= 2, lesson.name
with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
    released = json.loads((ROOT / "tests/cell_ids.json").read_text(encoding="utf8"))
    new = released[lessons()[0].name].pop()
    (Path(folder) / "tests").mkdir()
    (Path(folder) / "tests/cell_ids.json").write_text(json.dumps(released))
    shutil.copytree(ROOT / "lessons", Path(folder) / "lessons", ignore=shutil.ignore_patterns("assignlab", ".*"))
    patch.setattr(test_learner_work, "ROOT", Path(folder))
    with pytest.raises(pytest.fail.Exception, match=re.escape(json.dumps([new]))):
        test_learner_work.test_cell_ids_stay_between_releases()

# %% publish
# > `make book` leaves the site in `_build/html`; `.github/workflows/publish.yml` puts it on GitHub Pages.
#
# > Where it will stand is read from the environment while it is built.
#
# > What is not known is not offered.
#
# > `BOOK_URL`
#
# > pictures and links in downloaded notebooks, whose first cell installs `assignlab` from there; canonical addresses,
# > a site map, what a shared link shows
#
# > `BOOK_REPOSITORY`
#
# > the buttons of the repository, and of Binder; in a GitHub workflow it is known
#
# > `BOOK_BRANCH`
#
# > the branch that these buttons lead to
#
# > `BOOK_HUB`
#
# > the button of a JupyterHub with nbgitpuller
#
# > `BOOK_COLAB_BRANCH`
#
# > the button of Colab, which opens files on GitHub only: the branch that holds the built site
# (The addresses of the buttons, and the notebooks, which run: tests/test_downloads.py.)
workflow = (ROOT / ".github/workflows/publish.yml").read_text(encoding="utf8")
for part in ("run: make book", "path: _build/html", "actions/deploy-pages"):
    assert part in workflow
example = dict(re.findall(r"^\| `(BOOK_\w+)` \| `(.+?)`", PAGE, re.MULTILINE))
read = set(re.findall(r'"(BOOK_\w+)"', inspect.getsource(published_at)))
assert {*example} == read, "the table and published_at.py name other variables"
assert published_at.theme_options({}) == {} and published_at.with_slash("") == ""
with tempfile.TemporaryDirectory() as site:
    moved = downloads.relinked(
        "[a](b.ipynb) ![c](../book/assets/c.svg)", "lessons/a.ipynb", Path(site), example["BOOK_URL"]
    )
assert moved == "[a](https://example.org/course/lessons/b.html) ![c](https://example.org/course/_static/c.svg)"
cell = downloads.install_cell("import assignlab", environment.pins(), "a.whl", example["BOOK_URL"])
assert test_downloads.pip_calls(cell, ["assignlab"]) == [["https://example.org/course/downloads/a.whl"]]
with pytest.MonkeyPatch.context() as patch:
    config, buttons = test_downloads.context_of_a_page(example | {"BOOK_BRANCH": "next"}, patch)
assert config.html_baseurl == example["BOOK_URL"]
assert {*buttons} == {"Binder", "JupyterHub", "Colab"} and config.html_theme_options["use_issues_button"]
assert "/owner/name/next?" in buttons["Binder"] and buttons["JupyterHub"].endswith("branch=next")
assert buttons["JupyterHub"].startswith("https://hub.example.org/hub/user-redirect/git-pull")
assert "/owner/name/blob/gh-pages/_sources/" in buttons["Colab"]
assert published_at.repository(test_downloads.ON_GITHUB)[0] == "https://github.com/owner/fork"
tell = SimpleNamespace(html_baseurl=example["BOOK_URL"])
imprint.tell_address(None, tell)
assert (tell.ogp_site_url, tell.notfound_urls_prefix) == (example["BOOK_URL"], "/course/")
with tempfile.TemporaryDirectory() as site:
    built = SimpleNamespace(config=tell, builder=SimpleNamespace(name="html"), outdir=site)
    built.env = SimpleNamespace(found_docs={"book/index"})
    imprint.write_site_map(built, None)
    assert "<loc>https://example.org/course/book/index.html</loc>" in Path(site, "sitemap.xml").read_text(
        encoding="utf8"
    )

# %% policy
# > The pages have no inline script or style and load nothing from elsewhere, so a host can send the strict policy with
# > which `make serve` shows them:
#
# > `make pdf` prints the book as one PDF and links it from each page.
#
# > `make lighthouse` prints Lighthouse's scores of three pages.
# (That the pages work under it: tests/test_reading.py. What the PDF holds: tests/test_site.py.)
assert re.search(r"Content-Security-Policy: (.+)", PAGE)[1] == serve.POLICY and "unsafe" not in serve.POLICY
rules = (ROOT / "Makefile").read_text(encoding="utf8")
for name in ("serve", "pdf", "lighthouse"):
    assert re.search(rf"^{name}:.*\n(\t.*\n)*\t@\$\(RUN\) book/workshop/{name}\.py", rules, re.MULTILINE)
assert len(lighthouse.PAGES) == 3
