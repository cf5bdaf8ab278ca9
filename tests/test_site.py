"""The built site: every page and link leads somewhere, nothing comes from a third party, pictures are described."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest
import tinycss2
import yaml
from bs4 import BeautifulSoup
from pygments.lexers import JavascriptLexer
from pygments.token import String

import pdf
from course import ROOT, notebooks
from notebook_store import NotebookStore

SITE = ROOT / "_build" / "html"


class Page(HTMLParser):
    """Ids, links and pictures of one page."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.images, self.text = set(), [], [], []
        self.feed(path.read_text(encoding="utf8"))

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        self.ids.add(a.get("id"))
        if tag == "a" and a.get("href"):
            self.links.append(a["href"])
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
    ours = {page for page in pages if page.relative_to(SITE).parts[0] in ("book", "lessons", "solutions")}
    assert ours == {SITE / f"{name}.html" for name in files}, "a page that the contents do not lead to"


def test_every_link_leads_to_a_page_and_an_anchor(pages):
    broken = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or link.startswith("#"):
                target = path
                if parts.scheme:
                    continue
            else:  # one from the root, on the page for missing addresses
                folder = SITE if parts.path.startswith("/") else path.parent
                target = (folder / unquote(parts.path).lstrip("/")).resolve()
            if not target.exists() or (
                parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids
            ):
                broken.append(f"{path.relative_to(SITE)} -> {link}")
    assert not broken


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
        stored = store.outputs(path)
        assert stored, f"{path.relative_to(ROOT)} has not passed: make notebooks"
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
    assert not [path.relative_to(ROOT).as_posix() for path in notebooks() if not store.tally(path)]


@pytest.mark.parametrize("kind", ["lessons", "solutions"])
def test_no_page_shows_a_warning_or_a_log_line(pages, kind):
    for path in (SITE / kind).glob("*.html"):
        text = "".join(pages[path].text)
        assert not re.search(r"Traceback|Warning:|oneDNN custom operations|All log messages", text), path.name


# What a browser would fetch from elsewhere ---------------------------------------------------------------------------

NAMES = {  # addresses that name a language and are never fetched
    "http://www.w3.org/1998/Math/MathML",
    "http://www.w3.org/1999/xhtml",
    "http://www.w3.org/1999/xlink",
    "http://www.w3.org/2000/svg",
}
ELSEWHERE = re.compile(r"(https?|wss?|ftp):|//[\w\[]", re.IGNORECASE)
WORDS = {"action", "alt", "aria-label", "cite", "content", "formaction", "placeholder", "title"}  # read, or clicked
FOLLOWED = {"alternate", "author", "canonical", "help", "license", "next", "prev", "search"}  # rel of such a <link>


def external_content(text, kind="html"):
    """The addresses on other hosts that a browser fetches, unasked, for a text; its kind is html (svg), css or js.

    Links that a reader clicks do not count. In JavaScript, any string that is such an address does.
    """
    return {"html": _in_html, "svg": _in_html, "css": _in_css, "js": _in_js}[kind](text)


def _addresses(*values):
    """Those of the values that lead to another host, as a browser reads them."""
    read = [re.sub(r"[\t\r\n]", "", value).strip().replace("\\", "/") for value in values]
    return [value for value in read if ELSEWHERE.match(value) and value not in NAMES]


def _in_html(text):
    parser = _Loads()
    parser.feed(text)
    parser.handle_data(parser.rawdata)  # a <style> at the end need not be closed
    parser.handle_endtag("html")
    return parser.found


def _in_css(text):
    def values(nodes):
        for node in nodes:
            if node.type in ("string", "url"):
                yield node.value
            yield from values(getattr(node, "arguments", None) or getattr(node, "content", None) or [])

    return _addresses(*values(tinycss2.parse_component_value_list(text)))


def _in_js(text):
    tokens = [token for kind, token in JavascriptLexer().get_tokens(text) if kind in String and kind != String.Regex]
    strings = [re.sub(r"\\(.)", r"\1", token.strip("\"'`")) for token in tokens]
    markup = [found for string in strings if "<" in string for found in _in_html(string)]
    styles = [found for string in strings if "url(" in string for found in _in_css(string)]
    return [*_addresses(*strings), *markup, *styles]


class _Loads(HTMLParser):
    """Collects what a page loads: every attribute counts, but those that are known to load nothing."""

    def __init__(self):
        super().__init__()
        self.found, self.inside, self.code = [], None, ""

    def handle_starttag(self, tag, attributes):
        a = {name: value or "" for name, value in attributes}
        self.inside = tag
        for name, value in a.items():
            clicked = tag in ("a", "area") and name in ("href", "xlink:href")
            followed = tag == "link" and name == "href" and {*a.get("rel", "-").lower().split()} <= FOLLOWED
            if tag == "meta" and a.get("http-equiv", "").lower() == "refresh":
                self.found += _addresses(re.sub(r".*?url=['\"]?", "", value, flags=re.IGNORECASE))
            elif name == "style" or "url(" in value:
                self.found += _in_css(value)
            elif name.startswith("on"):
                self.found += _in_js(value)
            elif name == "srcdoc":
                self.found += _in_html(value)
            elif "srcset" in name or name == "ping":
                words = [word for word in value.split() if not word.startswith("data:")]
                self.found += _addresses(*(piece for word in words for piece in word.split(",")))
            elif not (clicked or followed or name in WORDS or name.startswith("xmlns")):
                self.found += _addresses(value)

    def handle_data(self, data):
        if self.inside in ("script", "style"):
            self.code += data  # it comes in pieces where the code holds a "</"

    def handle_endtag(self, tag):
        self.found += external_content(self.code, "js" if self.inside == "script" else "css")
        self.inside, self.code = None, ""


LOADED = {
    "html": """
        <script src="https://x.org/a.js"></script>
        <script src=//x.org/a.js></script>
        <SCRIPT SRC="HTTPS://x.org/a.js"></SCRIPT>
        <script src="\\\\x.org\\a.js"></script>
        <script type="module">import {a} from "https://x.org/a.js"</script>
        <script type="importmap">{"imports": {"a": "https:\\/\\/x.org\\/a.js"}}</script>
        <script>fetch('https://x.org/a.json')</script>
        <script>fetch(`https://x.org/${page}.json`)</script>
        <script>import("//x.org/a.js")</script>
        <script>const r = new XMLHttpRequest(); r.open("GET", "https://x.org/a"); r.send()</script>
        <script>a = "</b>"; fetch("https://x.org/a.json")</script>
        <script>new Image().src = '//x.org/a.gif'</script>
        <script>new WebSocket("wss://x.org/")</script>
        <script>document.write('<img src="https://x.org/a.png">')</script>
        <script>document.body.style = "background: url(//x.org/a.png)"</script>
        <link rel="stylesheet" href="https://x.org/a.css">
        <link rel="alternate stylesheet" href="//x.org/a.css">
        <link rel="preconnect" href="https://x.org">
        <link rel="icon" href="https://x.org/a.ico">
        <link rel="preload" as="image" href="a.png" imagesrcset="https://x.org/a.png 2x">
        <img src="https://x.org/a.png" alt="">
        <img src="a.png" srcset="a.png 1x, https://x.org/a.png 2x">
        <img src="a.png" srcset="a.png 1x,https://x.org/a.png 2x">
        <img src="a.png" onerror="this.src = 'https://x.org/a.png'">
        <img src="a.png" data-src="https://x.org/a.png">
        <picture><source srcset="//x.org/a.webp"><img src="a.png"></picture>
        <video src="https://x.org/a.mp4"></video>
        <video poster="https://x.org/a.png"></video>
        <video><source src="https://x.org/a.mp4"><track src="a.vtt"></video>
        <audio src="https://x.org/a.mp3"></audio>
        <object data="https://x.org/a.svg"></object>
        <object><param name="movie" value="https://x.org/a"></object>
        <embed src="https://x.org/a.svg">
        <iframe src="https://x.org/"></iframe>
        <iframe src="
            https://x.org/"></iframe>
        <iframe srcdoc="&lt;img src='https://x.org/a.png'&gt;"></iframe>
        <input type="image" src="https://x.org/a.png">
        <body background="https://x.org/a.png">
        <base href="https://x.org/">
        <meta http-equiv="refresh" content="0; url=https://x.org/">
        <a href="a.html" ping="https://x.org/">A</a>
        <p style="background: url(https://x.org/a.png)">A</p>
        <p style="background: url('//x.org/a.png')">A</p>
        <style>@import "https://x.org/a.css";</style>
        <style>a { background: url(https://x.org/a.png) }
        <svg><image href="https://x.org/a.png"/></svg>
        <svg><image xlink:href="https://x.org/a.png"/></svg>
        <svg><use href="https://x.org/a.svg#b"/></svg>
        <svg><rect fill="url(https://x.org/a.svg#b)"/></svg>
        <noscript><img src="https://x.org/a.png"></noscript>
    """,
    "css": """
        @import "https://x.org/a.css";
        @import '//x.org/a.css' screen;
        @import url(https://x.org/a.css);
        @IMPORT URL("https://x.org/a.css") layer(b);
        a { background: url(https://x.org/a.png) }
        a { background: red url( '//x.org/a.png' ) no-repeat }
        a { background: image-set("https://x.org/a.png" 1x, "a.png" 2x) }
        a { background: u\\72l(https\\3a //x.org/a.png) }
        a { cursor: url("a.cur"), url("https://x.org/a.cur"), auto }
        @font-face { font-family: A; src: local("A"), url("https://x.org/a.woff2") format("woff2") }
        @media print { @supports (color: red) { a { --b: url(https://x.org/a.png) } } }
    """,
    "js": """
        import a from "https://x.org/a.js"
        export * from '//x.org/a.js'
        importScripts("https://x.org/a.js")
        navigator.sendBeacon("https://x.org/", data)
        new EventSource(`https://x.org/`)
        $.get("http:" + "//x.org/a")
    """,
}
HARMLESS = {
    "html": """
        <a href="https://x.org/">A</a> <p>See https://x.org/ and //x.org.</p> <code>url(https://x.org/)</code>
        <link rel="canonical" href="https://x.org/"> <link rel="license" href="https://x.org/">
        <link rel="stylesheet" href="../_static/a.css"> <script src="a.js"></script> <iframe src="a.html"></iframe>
        <blockquote cite="https://x.org/">A</blockquote> <form action="https://x.org/search"><input></form>
        <meta property="og:image" content="https://x.org/a.png"> <meta http-equiv="Refresh" content="0; url=a.html">
        <svg xmlns="http://www.w3.org/2000/svg" xmlns:dc="http://purl.org/dc/elements/1.1/"><use xlink:href="#a"/></svg>
        <img src="data:image/png;base64,//8A" srcset="data:image/png;base64,//8A 2x" alt="https://x.org/ in a browser">
        <script>// https://x.org/\n/* "https://x.org/" */ fetch("a.json"); const half = a // b</script>
        <script>document.createElementNS("http://www.w3.org/2000/svg", "svg"); say("see https://x.org/")</script>
        <script>page.innerHTML = '<a href="https://x.org/">A</a>'</script>
        <a href="mailto:a@x.org">A</a> <p style="color: red; background: url(a.png)">A</p> <p title="//x.org">A</p>
    """,
    "css": """
        /* https://x.org/ @import "https://x.org/a.css"; */
        @charset "utf-8"; @import "a.css"; @namespace svg url(http://www.w3.org/2000/svg);
        a[href^="mailto:"] { background: url(data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E) }
        a { background: url("data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>") }
        a::after { content: " (see https://x.org/)" }
    """,
    "js": """
        // https://x.org/
        /* fetch("https://x.org/") */
        console.log("see https://x.org/")
        fetch("a.json"); "a//b".split("//"); y = 4 // 2
        if (page.match(/\\/index\\/$/)) quoted = page.replace("a", '\\\\$&') + "\\\\a"
    """,
}


@pytest.mark.parametrize(
    ("kind", "text"),
    [(kind, line.strip()) for kind, text in LOADED.items() for line in re.split("\n {8}(?! )", text)[1:]],
)
def test_external_content_is_found(kind, text):
    assert external_content(text, kind), text


@pytest.mark.parametrize("kind", HARMLESS)
def test_what_is_harmless_is_no_external_content(kind):
    assert external_content(HARMLESS[kind], kind) == []


def test_nothing_is_loaded_from_a_third_party(pages):
    found = [
        f"{path.relative_to(SITE).as_posix()} loads {address}"
        for path in sorted(SITE.rglob("*"))
        if path.suffix in (".html", ".css", ".js", ".svg")
        for address in external_content(path.read_text(encoding="utf8"), path.suffix[1:])
    ]
    assert not found


def test_the_pdf_holds_every_page_and_its_links_lead_within():
    whole = BeautifulSoup(pdf.all_in_one(), "html.parser")
    ids = [element["id"] for element in whole.find_all(id=True)]
    assert {name.replace("/", "-") for name in pdf.names()} <= {*ids}
    assert len(ids) == len({*ids})
    links = [link["href"] for link in whole.find_all("a", href=True) if "headerlink" not in link.get("class", [])]
    within = [link for link in links if link.startswith("#")]
    assert len(within) > 200
    assert not [link for link in within if link[1:] not in ids]
    assert not [part for part in whole.find_all("details") if not part.has_attr("open")]
