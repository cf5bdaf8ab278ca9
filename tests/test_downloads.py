"""A notebook downloaded from the site works alone: its first cell installs what it needs, its links lead somewhere."""

import functools
import importlib.util
import os
import re
import shutil
import threading
import zipfile
from email.parser import Parser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from unittest import mock

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from packaging.requirements import Requirement
from traitlets.config import Config

import downloads
import published_at
from assignlab import environment
from course import ROOT, exercise_cells, lessons, notebooks

BUILT = ROOT / "_build" / "html"
LESSON = lessons()[0].relative_to(ROOT)
EVERYTHING = [*downloads.LIBRARIES, "assignlab"]
WHERE = "import assignlab\nprint(assignlab.__file__)"
LINK = re.compile(r"(?<!`)\]\(([^)\s]+)\)")


def pip_calls(source, missing=()):
    """What each `%pip install` of the cell asks for, where the `missing` packages are not found and all others are."""
    shell, asked = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}})), []
    shell.register_magic_function(lambda line: asked.append(line.split()), magic_name="pip")
    found = SimpleNamespace()
    with mock.patch.object(importlib.util, "find_spec", lambda name: None if name in missing else found):
        result = shell.run_cell(source)
    shell.restore_sys_module_state()
    result.raise_error()
    assert all(line[:2] == ["install", "--quiet"] for line in asked)
    return [line[2:] for line in asked]


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A copy of the built site, without most of its static files."""
    if not BUILT.exists():
        pytest.fail("The site is not built. Run `make book` first; `make test` does it by itself.")
    site = tmp_path_factory.mktemp("copy") / "html"
    shutil.copytree(BUILT, site, ignore=lambda folder, names: set(names) - {"figures"} if "_static" in folder else ())
    shutil.copytree(BUILT / "_static" / "figures", site / "_static" / "figures", dirs_exist_ok=True)
    return site


@pytest.fixture(scope="module")
def published(built):
    """(folder, address) of a site that is served, and whose notebooks know the address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Silent, directory=built)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        downloads.publish(ROOT, built, address)
        yield built, address
        server.shutdown()


@pytest.fixture(scope="module")
def local(built, tmp_path_factory):
    """A site whose address is not known."""
    site = tmp_path_factory.mktemp("local") / "html"
    shutil.copytree(built, site)
    downloads.publish(ROOT, site)
    return site


@pytest.fixture
def elsewhere(tmp_path):
    """run(notebook): in a new folder, by a Python that finds all packages but assignlab; pip has no package index.

    pip puts what it installs into a folder of this test (`--target`), never into the environment.
    """
    installed, hook, work = (tmp_path / name for name in ("installed", "hook", "work"))
    for folder in (installed, hook, work):
        folder.mkdir()
    hide = "import pathlib, sys\nsys.path[:] = [p for p in sys.path if not pathlib.Path(p, 'assignlab').is_dir()]\n"
    (hook / "sitecustomize.py").write_text(hide)  # this runs when the links of `pip install -e` have been followed
    pip = {"PIP_TARGET": str(installed), "PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    env = {**os.environ, **pip, "PYTHONPATH": os.pathsep.join((str(hook), str(installed))), "PYTHONSAFEPATH": "1"}

    def run(notebook):
        client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": work}})
        return client.execute(env=env)

    return SimpleNamespace(run=run, installed=installed, work=work)


def test_the_built_site_has_what_is_downloaded():
    (wheel,) = (BUILT / downloads.FOLDER).iterdir()
    for path in notebooks():
        cells = nbformat.read(BUILT / "_sources" / path.relative_to(ROOT), 4).cells
        assert next(cell for cell in cells if cell.cell_type == "code").id == downloads.CELL, path.name
        page = (BUILT / path.relative_to(ROOT).with_suffix(".html")).read_text(encoding="utf8")
        button = re.search(rf'<a [^>]*href="[^"]*_sources/[^"]*{path.name}"[^>]*>', page)[0]
        assert "download" in button and "target" not in button, "it does not save the notebook"
    assert f'href="../{downloads.FOLDER}/{wheel.name}"' in (BUILT / "book/setup.html").read_text(encoding="utf8")


def test_the_wheel_holds_all_of_assignlab_and_is_the_same_each_time(tmp_path):
    one, two = (downloads.build_wheel(ROOT, tmp_path / name) for name in ("one", "two"))
    assert one.name == two.name and one.read_bytes() == two.read_bytes()
    files = (path for path in (ROOT / "lessons/assignlab").rglob("*.*") if "__pycache__" not in path.parts)
    sources = {path.relative_to(ROOT / "lessons").as_posix() for path in files}
    with zipfile.ZipFile(one) as wheel:
        assert {name for name in wheel.namelist() if ".dist-info/" not in name} == sources
        (metadata,) = (wheel.read(name).decode() for name in wheel.namelist() if name.endswith("/METADATA"))
    needs = [Requirement(line) for line in Parser().parsestr(metadata).get_all("Requires-Dist")]
    assert {need.name for need in needs if not need.marker} == {"hypothesis", "ipython", "numpy"}
    assert not any(need.specifier for need in needs if not need.marker), "a bound would change what is installed"
    assert [need.name for need in needs if need.marker] == ["tensorflow"], "pip would add it to tensorflow-cpu"


def test_a_lesson_installs_assignlab_from_its_site_and_runs(published, elsewhere):
    site, _ = published
    notebook = nbformat.read(site / "_sources" / LESSON, 4)
    names = [cell.id for cell in notebook.cells]
    notebook.cells[names.index("exercise-1-1")].source = exercise_cells("solutions")["1.1"].source
    notebook.cells.append(nbformat.v4.new_code_cell(WHERE, id="where"))
    ran = {cell.id: cell for cell in elsewhere.run(notebook).cells if cell.cell_type == "code"}
    assert "Exercise 1.1: right" in str(ran["exercise-1-1"].outputs)
    assert "Exercise 1.2: not attempted" in str(ran["exercise-1-2"].outputs)
    assert "verified" in str(ran["gradient"].outputs)
    assert ran["where"].outputs[0].text.strip() == str(elsewhere.installed / "assignlab" / "__init__.py")


def test_without_an_address_the_cell_says_what_to_put_where(local, elsewhere):
    source = nbformat.read(local / "_sources" / LESSON, 4)
    cells = [next(cell for cell in source.cells if cell.id == downloads.CELL)]
    cells.append(nbformat.v4.new_code_cell(WHERE))
    (wheel,) = (local / downloads.FOLDER).iterdir()
    with pytest.raises(CellExecutionError, match=re.escape(downloads.put_beside(wheel.name))):
        elsewhere.run(nbformat.v4.new_notebook(cells=cells))
    shutil.copy(wheel, elsewhere.work)
    ran = elsewhere.run(nbformat.v4.new_notebook(cells=cells))
    assert ran.cells[1].outputs[0].text.strip() == str(elsewhere.installed / "assignlab" / "__init__.py")


@pytest.mark.parametrize("address", ["", "https://example.org/course/"])
@pytest.mark.parametrize("path", notebooks(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_cell_asks_for_what_is_missing_and_for_nothing_else(path, address, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.whl").touch()
    code = "\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code")
    source = downloads.install_cell(code, environment.pins(), "a.whl", address)
    assert pip_calls(source) == []
    wheel = f"{address}downloads/a.whl" if address else "./a.whl"
    wanted = {name: downloads.pinned(name, environment.pins()) for name in downloads.LIBRARIES} | {"assignlab": wheel}
    assert "sklearn" not in code or wanted["sklearn"].startswith("scikit-learn==")
    needed = [name for name in wanted if re.search(rf"^ *(import|from) {name}\b", code, re.MULTILINE)]
    for name in needed:
        assert pip_calls(source, [name]) == [[wanted[name]]]
    (asked,) = pip_calls(source, EVERYTHING)
    assert {wanted[name] for name in needed} <= {*asked}
    assert ("assignlab" in needed) == (wheel in asked) == (wanted["hypothesis"] in asked)
    assert address == "" or len([line for line in source.splitlines() if line]) <= 8


def links(folder):
    """(notebook, address) of each link and picture of the downloaded notebooks of a site."""
    for path in sorted((folder / "_sources").rglob("*.ipynb")):
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "markdown":
                yield from ((path.name, link) for link in LINK.findall(cell.source))


def test_every_link_leads_to_a_page_of_the_site(published):
    site, address = published
    found = list(links(site))
    assert len(found) > 100 and not [link for link in found if not link[1].startswith("http")]
    for name, link in found:
        if link.startswith(address):
            path, _, anchor = link.removeprefix(address).partition("#")
            assert (site / path).is_file(), (name, link)
            assert not anchor or f'id="{anchor}"' in (site / path).read_text(encoding="utf8"), (name, link)


def test_no_link_lost_its_anchor(published):
    cells = [cell for path in notebooks() for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown"]
    given = [link for cell in cells for link in LINK.findall(cell.source)]
    kept = [link for _, link in links(published[0])]
    assert sum("#" in link for link in kept) == sum("#" in link for link in given) > 20


def test_without_an_address_no_link_is_left_and_the_pictures_are_inside(local):
    elsewhere = {link for _, link in links(local) if not link.startswith("data:image/svg+xml;base64,")}
    assert all(link.startswith("https://") for link in elsewhere)
    pictures = [link for _, link in links(local) if link.startswith("data:")]
    assert len(pictures) >= len(lessons())


@pytest.mark.parametrize(
    ("text", "known", "unknown"),
    [
        ("see [it](02.ipynb).", "see [it](https://x.org/lessons/02.html).", "see it."),
        ("[`v[0]`](../book/a.md)", "[`v[0]`](https://x.org/book/a.html)", "`v[0]`"),
        ("`f[0](x)` [a](b.md)", "`f[0](x)` [a](https://x.org/lessons/b.html)", "`f[0](x)` a"),
        ("[a](https://y.org/b)", "[a](https://y.org/b)", "[a](https://y.org/b)"),
        ("```\n[a](b.md)\n```", "```\n[a](b.md)\n```", "```\n[a](b.md)\n```"),
    ],
)
def test_links_are_led_to_the_site_and_code_is_left(text, known, unknown, tmp_path):
    assert downloads.relinked(text, "lessons/01.ipynb", tmp_path, "https://x.org/") == known
    assert downloads.relinked(text, "lessons/01.ipynb", tmp_path) == unknown


def test_the_wheel_of_an_earlier_version_goes(tmp_path):
    (tmp_path / "assignlab-0.9.0-py3-none-any.whl").touch()
    wheel = downloads.build_wheel(ROOT, tmp_path)
    assert list(tmp_path.iterdir()) == [wheel]


def test_a_wheel_that_cannot_be_built_fails_the_build(tmp_path):
    with pytest.raises(RuntimeError, match="was not built"):
        downloads.build_wheel(tmp_path, tmp_path)


def test_other_builders_and_failed_builds_make_no_downloads():
    connected = {}
    downloads.setup(SimpleNamespace(connect=lambda event, do: connected.update({event: do})))
    with mock.patch.object(downloads, "publish") as publish:
        for name, exception in (("html", ValueError()), ("latex", None), ("linkcheck", None)):
            connected["build-finished"](SimpleNamespace(builder=SimpleNamespace(name=name)), exception)
    publish.assert_not_called()


# --- where the book is published ---

REPOSITORY = {"BOOK_REPOSITORY": "https://github.com/owner/name"}
ON_GITHUB = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "owner/fork", "GITHUB_REF_TYPE": "branch"}
ON_GITHUB["GITHUB_REF_NAME"] = "next"


@pytest.mark.parametrize(
    ("given", "address"),
    [("", ""), ("https://x.org/course", "https://x.org/course/"), (" https://x.org/a// ", "https://x.org/a/")],
)
def test_the_address_of_the_site_ends_with_a_slash(given, address):
    assert published_at.with_slash(given) == address


@pytest.mark.parametrize(
    ("environ", "known"),
    [
        ({}, ("", "")),
        ({"BOOK_BRANCH": "next"}, ("", "")),
        (REPOSITORY, ("https://github.com/owner/name", "main")),
        ({"BOOK_REPOSITORY": "https://github.com/owner/name.git/"}, ("https://github.com/owner/name", "main")),
        (REPOSITORY | {"BOOK_BRANCH": "next"}, ("https://github.com/owner/name", "next")),
        (ON_GITHUB, ("https://github.com/owner/fork", "next")),
        (ON_GITHUB | {"GITHUB_REF_TYPE": "tag"}, ("https://github.com/owner/fork", "main")),
        (ON_GITHUB | REPOSITORY, ("https://github.com/owner/name", "main")),
    ],
)
def test_the_repository_is_what_is_given_or_that_of_the_workflow(environ, known):
    assert published_at.repository(environ) == known


def test_what_is_not_known_is_not_offered():
    assert published_at.theme_options({"BOOK_HUB": "https://hub.org", "BOOK_COLAB_BRANCH": "site"}) == {}
    options = published_at.theme_options(REPOSITORY)
    assert options["use_edit_page_button"] and options["use_issues_button"] and options["use_repository_button"]
    assert options["launch_buttons"]["binderhub_url"] == published_at.BINDER
    assert not options["launch_buttons"]["jupyterhub_url"] and "colab_url" not in options["launch_buttons"]
    more = published_at.theme_options(REPOSITORY | {"BOOK_HUB": "https://hub.org", "BOOK_COLAB_BRANCH": "site"})
    assert more["launch_buttons"]["jupyterhub_url"] == "https://hub.org"
    assert more["launch_buttons"]["colab_url"] == published_at.COLAB


def context_of_a_page(environ, monkeypatch, page="lessons/01_broadcast_scaling"):
    """(config, the theme's buttons of a page as {name: address}) of a build in this environment."""
    from sphinx_book_theme import header_buttons
    from sphinx_book_theme.header_buttons import launch

    for name in [name for name in os.environ if name.startswith(("BOOK_", "GITHUB_"))]:
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    connected = {}
    published_at.setup(SimpleNamespace(connect=lambda event, do, priority=500: connected.update({event: do})))
    options = {"path_to_docs": "", "logo": {"text": "A"}}
    config = mock.MagicMock(html_theme_options=options, html_baseurl="", html_context={})
    connected["config-inited"](None, config)
    config.__getitem__ = lambda self, name: getattr(self, name)
    app = SimpleNamespace(config=config, builder=None, env=mock.MagicMock())
    app.env.doc2path, app.env.metadata = (lambda name: f"{name}.ipynb"), {page: {"kernelspec": {}}}
    header_buttons.update_context_with_repository_info(app)
    context = {**config.html_context, "pagename": page, "sourcename": f"{page}.ipynb", "header_buttons": []}
    launch.add_launch_buttons(app, page, "page.html", context, None)
    connected["html-page-context"](app, page, "page.html", context, None)
    return config, {b["text"]: b["url"] for group in context["header_buttons"] for b in group["buttons"]}


def test_the_themes_buttons_lead_to_what_is_given(monkeypatch):
    config, buttons = context_of_a_page({}, monkeypatch)
    assert buttons == {} and config.html_baseurl == "" and config.html_theme_options["logo"] == {"text": "A"}
    variables = {"BOOK_URL": "https://x.org/course", "BOOK_HUB": "https://hub.org", "BOOK_COLAB_BRANCH": "site"}
    config, buttons = context_of_a_page(REPOSITORY | variables, monkeypatch)
    file = "lessons/01_broadcast_scaling.ipynb"
    assert config.html_baseurl == "https://x.org/course/" and config.html_theme_options["logo"] == {"text": "A"}
    assert buttons["Binder"] == f"https://mybinder.org/v2/gh/owner/name/main?urlpath=lab/tree/{file}"
    assert buttons["JupyterHub"].startswith(
        "https://hub.org/hub/user-redirect/git-pull?repo=https%3A//github.com/owner"
    )
    assert buttons["Colab"] == f"https://colab.research.google.com/github/owner/name/blob/site/_sources/{file}"
