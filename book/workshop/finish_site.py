"""Sphinx extension: when the pages are written, makes them light, valid, accessible, and fit for a strict policy.

The policy (Content-Security-Policy) allows neither inline scripts nor inline styles: both move to files of the site.
"""

import hashlib
import re
import shutil
from pathlib import Path

from bs4 import BeautifulSoup, Comment

from icon_font import keep_used_icons
from imprint import footer
from unused_styles import drop_unused

NOT_NEEDED = ("fontawesome.js",)  # the web font draws the icons
NEVER_LOADED = ("**/*.map", "locales", "webpack-macros.html", "scripts/fontawesome.js*")
INK = {"n", "nn", "nv", "p", "w"}  # classes of tokens, such as names and brackets, that have the colour of text
MAY_SCROLL = '"pre",".nboutput > .output_area",".cell_output > .output",".jp-RenderedHTMLCommon",'  # in the theme
CODE = re.compile("<pre>.*?</pre>|<code .*?</code>", re.DOTALL)
TOKEN = re.compile(r'<span(?: class="(?P<kinds>[^"]+)")?>(?P<code>[^<]*)</span>')
PAGE_NAME = "DOCUMENTATION_OPTIONS.pagename"  # for the theme's choice of versions, which this site does not have

TO_FIRST_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Assign, Don't Mutate</title>
<meta http-equiv="refresh" content="0; url=book/index.html"><link rel="canonical" href="book/index.html"></head>
<body><p><a href="book/index.html">Assign, Don't Mutate</a></p></body></html>
"""


class InlineParts:
    """What pages had inline, as files: a script each, and one style sheet of a class for each style attribute."""

    def __init__(self, folder):
        self.folder = folder
        self.rules = {}

    def script(self, code):
        """The name of a file with this script."""
        name = f"inline-{_digest(code)}.js"
        (self.folder / name).write_text(code, encoding="utf-8")
        return name

    def style(self, declarations):
        """A class with these declarations, which win over the theme's as those of an attribute would."""
        name = f"style-{_digest(declarations)}"
        important = (f"{part.strip()} !important" for part in declarations.split(";") if part.strip())
        self.rules[name] = f".{name} {{ {'; '.join(important)} }}\n"
        return name

    def write(self):
        """Add the rules to the book's own style sheet, which every page loads."""
        with (self.folder / "course.css").open("a", encoding="utf-8") as sheet:
            sheet.writelines(self.rules[name] for name in sorted(self.rules))


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def make_light(soup):
    """Drop what no page needs, and let scripts wait until the page is read."""
    for script in soup.find_all("script", src=True):
        if any(name in script["src"] for name in NOT_NEEDED):
            script.decompose()
        elif "theme_mode.js" not in script["src"]:
            script["defer"] = ""
    for element in soup.select(
        "link[rel=preload], .pst-async-banner-revealer, #ethical-ad-placement, footer.bd-footer"
    ):
        element.decompose()
    index = soup.find("script", src=re.compile(r"searchindex\.js"))
    if index:  # with it the search begins, which this script changes
        index.insert_before(soup.find("script", src=re.compile(r"paste_search\.js")).extract())
    for section in soup.select(".bd-article section section section:not(:last-child)"):
        if len(section.select(".cell")) <= 4:  # the browser may take its height for granted until it is in sight
            section["class"] = [*section.get("class", []), "brief"]
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()


def join_plain_code(page, colours):
    """The HTML of a page, where a token of code without a colour has no element: half of a long page's elements.

    This works on the text, so that no time is lost on parsing them.
    """

    def has_colour(token):
        return not colours.isdisjoint((token["kinds"] or "").split())

    def joined(block):
        return TOKEN.sub(lambda token: token[0] if has_colour(token) else token["code"], block[0])

    return CODE.sub(joined, page)


def move_inline_parts(soup, parts, static):
    """Move inline scripts and styles to files below `static`, the address of the folder of static files."""
    for script in soup.find_all("script", src=False):
        code = script.string or ""
        if PAGE_NAME in code or not code.strip():
            script.decompose()
        elif "dataset.theme" in code:  # before anything is drawn, or a dark page flashes white
            script.replace_with(soup.new_tag("script", src=f"{static}/theme_mode.js"))
        else:
            moved = soup.new_tag("script", src=f"{static}/{parts.script(code)}")
            moved["defer"] = ""
            script.replace_with(moved)
    for style in soup.find_all("style"):  # there is one, for browsers without scripts
        style.replace_with(soup.new_tag("link", rel="stylesheet", href=f"{static}/no_script.css"))
    for element in soup.find_all(style=True):
        if "overflow-x" in element["style"]:  # it may scroll, by keyboard too
            element["tabindex"] = "0"
        element["class"] = [*element.get("class", []), parts.style(element.attrs.pop("style"))]
    for element in soup.find_all(onclick=True):  # course.js listens for these
        del element["onclick"]


def mend(soup):
    """Mend what validators and screen readers stumble over in the theme's pages."""
    for extra in soup.find_all("meta", attrs={"name": "viewport"})[1:]:
        extra.decompose()
    page, _, site = soup.title.get_text().rpartition(" — ") if soup.title else ("", "", "")
    if page and page.replace("’", "'").casefold() == site.casefold():  # the first page is named like the site
        soup.title.string = site
    for name in ("docsearch:language", "docsearch:version"):
        for meta in soup.find_all("meta", attrs={"name": name}):
            meta.decompose()
    for summary in soup.find_all("summary"):
        summary.attrs.pop("aria-label", None)  # it hid what the summary says
        for paragraph in summary.find_all("p"):
            paragraph.name = "span"
    for sidebar in soup.select("#pst-primary-sidebar"):
        sidebar.attrs |= {"role": "complementary", "aria-label": "Contents of the course"}
    for icon in soup.find_all("i"):
        icon["aria-hidden"] = "true"
    for title in soup.select("a.logo p"):
        title.name = "span"
    for toggle in soup.select(".sidebar-toggle"):
        toggle["aria-label"] = toggle.get("title", "")
    for printed in soup.select("#jb-print-docs-body"):  # the title and contents once more, on paper only
        printed.decompose()
    for link in soup.select("a.btn-download-source-button"):
        link["download"] = ""
        del link["target"]
    for box in soup.select(".assignlab > div:has(> svg)"):  # wider than a phone: it scrolls, by keyboard too
        box["tabindex"] = "0"


def fit_phones(soup, static, to_static):
    """Say above which column each cell of a table stands, and offer the figures in rows: both for narrow screens."""
    for table in soup.select(".bd-article table:has(thead)"):
        heads = [head.get_text(" ", strip=True) for head in table.select("thead th")]
        table["class"] = [*table.get("class", []), "stacked"]
        for row in table.select("tbody tr"):
            for cell, head in zip(row.find_all("td"), heads, strict=False):
                cell["data-column"] = head
                if not cell.get_text(strip=True):
                    cell["class"] = [*cell.get("class", []), "nothing"]
    for image in soup.select('.bd-article img[src$=".svg"]'):
        narrow = static / "figures" / f"{Path(image['src']).stem}_narrow.svg"
        if narrow.exists():
            image.wrap(soup.new_tag("picture"))
            offer = {"media": "(max-width: 600px)", "srcset": f"{to_static}/figures/{narrow.name}"}
            image.insert_before(soup.new_tag("source", attrs=offer | _size(narrow)))
            image.attrs |= _size(narrow.with_name(narrow.name.replace("_narrow", "")))


def _size(svg):
    """The width and height of an SVG, which keep its place on a page until it is there."""
    size = re.search(r'width="(?P<width>\d+)" height="(?P<height>\d+)"', svg.read_text(encoding="utf-8"))
    return size.groupdict()


def number_lessons(soup, name):
    """Put the number of each lesson before its name in the contents; `name` is the page's own."""
    for link in soup.select("nav.bd-docs-nav a"):
        lesson = re.fullmatch(r"(\d\d)_\w+", Path(link["href"]).stem if link["href"] != "#" else name)
        if lesson:
            link.insert(0, f"{int(lesson[1])}. ")


def ask_for_no_widths(static):
    """Keep the theme from asking each block of code for its width, which lays out all of a page: none scrolls here."""
    script = static / "scripts" / "pydata-sphinx-theme.js"
    text = script.read_text(encoding="utf-8")
    if MAY_SCROLL not in text:
        raise RuntimeError(f"{script.name} is not the one that this was written for: look for scrollWidth in it")
    script.write_text(text.replace(MAY_SCROLL, ""), encoding="utf-8")


def finish(app, exception):
    """Rewrite the pages of the site, then the files beside them."""
    if exception or app.builder.format != "html":
        return
    site, static = Path(app.outdir), Path(app.outdir, "_static")
    for path in {path for pattern in NEVER_LOADED for path in static.glob(pattern)}:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    parts, texts = InlineParts(static), []
    colours = {*re.findall(r"\.highlight \.(\w+) ", (static / "pygments.css").read_text(encoding="utf-8"))} - INK
    for page in (page for page in site.rglob("*.html") if static not in page.parents):
        if page == site / "index.html":
            page.write_text(TO_FIRST_PAGE, encoding="utf-8")
            continue
        soup = BeautifulSoup(join_plain_code(page.read_text(encoding="utf-8"), colours), "html.parser")
        to_root = "../" * (len(page.relative_to(site).parts) - 1)
        if page.name == "404.html":  # it is shown at any address
            to_root = app.config.notfound_urls_prefix
        to_static = f"{to_root}_static"
        make_light(soup)
        move_inline_parts(soup, parts, to_static)
        mend(soup)
        fit_phones(soup, static, to_static)
        number_lessons(soup, page.stem)
        for inner in soup.select(".bd-footer-content__inner"):
            inner.clear()
            inner.append(BeautifulSoup(footer(app.srcdir, to_root), "html.parser"))
        texts.append(str(soup))
        page.write_text(texts[-1], encoding="utf-8")
    parts.write()
    ask_for_no_widths(static)
    drop_unused(static, texts)
    keep_used_icons(static)


def setup(app):
    """Connect to the build."""
    app.connect("build-finished", finish, priority=900)  # after all that write pages
    return {"parallel_read_safe": True}
