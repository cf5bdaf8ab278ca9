"""The built site: every page and link leads somewhere, nothing comes from a third party, pictures are described."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
import yaml

from course import ROOT, notebooks
from notebook_store import NotebookStore

SITE = ROOT / "_build" / "html"


class Page(HTMLParser):
    """Ids, links, assets and pictures of one page."""

    def __init__(self, path):
        super().__init__()
        self.path, self.ids, self.links, self.assets, self.images, self.text = path, set(), [], [], [], []
        self.feed(path.read_text(encoding="utf8"))

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        self.ids.add(a.get("id"))
        if tag == "a" and a.get("href"):
            self.links.append(a["href"])
        if tag in ("script", "img", "iframe", "link") and (a.get("src") or a.get("href")):
            self.assets.append(a.get("src") or a["href"])
        if tag == "img":
            self.images.append(a)

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def pages():
    if not SITE.exists():
        pytest.fail("The site is not built. Run `make book` first; `make test` does it by itself.")
    return {path: Page(path) for path in SITE.rglob("*.html")}


def test_every_page_of_the_table_of_contents_is_built(pages):
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8"))
    files = [contents["root"], *(chapter["file"] for part in contents["parts"] for chapter in part["chapters"])]
    assert {SITE / f"{name}.html" for name in files} <= set(pages)
    assert {path.relative_to(ROOT).with_suffix("").as_posix() for path in notebooks()} <= set(files)


def test_every_link_leads_to_a_page_and_an_anchor(pages):
    broken = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or link.startswith("#"):
                target = path
                if parts.scheme:
                    continue
            else:
                target = (path.parent / unquote(parts.path)).resolve()
            if not target.exists() or (
                parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids
            ):
                broken.append(f"{path.relative_to(SITE)} -> {link}")
    assert not broken


def test_nothing_is_loaded_from_a_third_party(pages):
    outside = {asset for page in pages.values() for asset in page.assets if urlsplit(asset).netloc}
    assert not outside
    styles = "".join(path.read_text(encoding="utf8") for path in (ROOT / "book" / "assets").glob("*.css"))
    assert "url(http" not in styles


def test_every_picture_is_described_in_words(pages):
    undescribed = [
        (path.name, image.get("src"))
        for path, page in pages.items()
        for image in page.images
        if len(image.get("alt") or "") < 20 and "logo" not in str(image)
    ]
    assert not undescribed
    assert not [image for page in pages.values() for image in page.images if re.search(r"\.(png|svg)$", image["alt"])]


def test_the_pages_show_the_outputs_that_passed(pages):
    """Each stored text output of a notebook stands on its page."""
    store, seen = NotebookStore(), 0
    for path in notebooks():
        stored = store.cache.get_cache_bundle(store.cache.match_cache_notebook(nbformat.read(path, 4)).pk).nb
        shown = re.sub(r"\s+", "", "".join(pages[SITE / path.relative_to(ROOT).with_suffix(".html")].text))
        for cell in stored.cells:
            if cell.cell_type == "code" and "remove-output" not in cell.metadata.get("tags", []):
                for output in cell.outputs:
                    text = (
                        output.get("text")
                        or ("text/html" not in output.get("data", {}) and output.get("data", {}).get("text/plain"))
                        or ""
                    )
                    if "Figure size" not in text:
                        assert re.sub(r"\s+", "", text) in shown, (path.name, text)
                        seen += bool(text)
    assert seen > 50


def test_the_build_ran_no_notebook_itself():
    """What the book shows was put into the store by the tests: each notebook's tally lies beside it."""
    store = NotebookStore()
    assert all(store.tally(path) for path in notebooks())


@pytest.mark.parametrize("kind", ["lessons", "solutions"])
def test_no_page_shows_a_warning_or_a_log_line(pages, kind):
    for path in (SITE / kind).glob("*.html"):
        text = "".join(pages[path].text)
        assert not re.search(r"Traceback|Warning:|oneDNN|All log messages", text), path.name
