"""Print the built site as one PDF, in the order of its contents (`make pdf`): a browser of this machine, no network.

All pages are put into one, so that the links between them lead to pages of the PDF. The site offers it from then on.
"""

import re
import sys
import threading
from pathlib import Path

import yaml
from bs4 import BeautifulSoup
from playwright.sync_api import Error, sync_playwright

import browsers
import serve

ROOT, SITE = serve.SITE.parents[1], serve.SITE
NAME, ALL = "assign-dont-mutate.pdf", "all-pages.html"
MARGIN = {side: "18mm" for side in ("top", "bottom", "left", "right")}
NUMBER = '<p style="width:100%;text-align:center;font-size:8px"><span class="pageNumber"></span></p>'


def names():
    """The pages of the book, as the contents have them."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [contents["root"], *(chapter["file"] for part in contents["parts"] for chapter in part["chapters"])]


def soup_of(name):
    return BeautifulSoup((SITE / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def all_in_one():
    """One page, with the head of the first and the articles of all; ids and links carry the name of their page."""
    whole = soup_of(names()[0])
    bodies = [article_of(name) for name in names()]
    whole.body.clear()
    whole.body["class"] = ["bd-article-container"]
    for body in bodies:
        whole.body.append(body)
    for script in whole.find_all("script"):
        script.decompose()
    whole.html.attrs |= {"data-theme": "light", "data-mode": "light"}
    return str(whole)


def article_of(name):
    """The article of a page, opened and without what paper cannot do."""
    article = soup_of(name).select_one("article.bd-article")
    for element in article.select("details.proof, .paste-box, .stepper"):
        element.decompose()
    for still in article.select("noscript"):
        still.unwrap()
    for part in article.find_all("details"):
        part["open"] = ""
    for element in article.find_all(id=True):
        element["id"] = f"{name}#{element['id']}".replace("/", "-").replace("#", "--")
    for link in article.find_all("a", href=True):
        link["href"] = _within(name, link["href"])
    article["id"] = name.replace("/", "-")
    article["style"] = "break-before: page"
    return article


def _within(name, href):
    """Where a link of a page leads in the PDF; one that leaves the book stays."""
    to, _, anchor = href.partition("#")
    target = name if not to else str((SITE / name).parent.joinpath(to).resolve().relative_to(SITE.resolve()))
    target = target.removesuffix(".html")
    if "://" in href or target not in names():
        return href
    return "#" + target.replace("/", "-") + (f"--{anchor}" if anchor else "")


def print_site():
    """Write the PDF into the site and return its path."""
    page_file = SITE / "book" / ALL
    page_file.write_text(all_in_one(), encoding="utf-8")
    server = serve.server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with sync_playwright() as playwright:
            browser = browsers.start(playwright)
            page = browser.new_page(color_scheme="light", bypass_csp=True)
            page.goto(f"http://127.0.0.1:{server.server_port}/book/{ALL}", wait_until="networkidle")
            page.pdf(
                path=SITE / NAME,
                format="A4",
                margin=MARGIN,
                outline=True,
                tagged=True,
                display_header_footer=True,
                header_template="<p></p>",
                footer_template=NUMBER,
            )
            browser.close()
    except Error as error:
        sys.exit(f"No Chromium or Chrome could print the book. On Debian: apt install chromium\n{error.message[:300]}")
    finally:
        server.shutdown()
        page_file.unlink()
    return SITE / NAME


def link_it():
    """Let the download menu of each page offer the PDF."""
    for page in SITE.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        to_root = "../" * (len(page.relative_to(SITE).parts) - 1)
        entry = f'<li><a class="btn btn-sm dropdown-item" href="{to_root}{NAME}" download>The book as a PDF</a></li>'
        menu = re.compile(r'(dropdown-download-buttons">.*?<ul class="dropdown-menu">)', re.DOTALL)
        if NAME not in text:
            page.write_text(menu.sub(lambda found, entry=entry: found[1] + entry, text, count=1), encoding="utf-8")


if __name__ == "__main__":
    pdf = print_site()
    link_it()
    print(f"The book is printed: {pdf.relative_to(Path.cwd())} ({pdf.stat().st_size / 1e6:.1f} MB)")
