"""Sphinx extension: a search that takes a pasted error message, and its box on top of the page of error messages."""

from docutils import nodes

PAGE = "book/errors"
BOX = """<form class="paste-box" action="../search.html" method="get" role="search">
<label for="pasted">Paste your message, or the whole traceback:</label>
<textarea id="pasted" name="q" rows="3" spellcheck="false" autocapitalize="off" required></textarea>
<button type="submit">Find its section</button>
</form>"""


def add_box(app, doctree):
    """Put the box under the page's first paragraph."""
    if app.env.docname == PAGE:
        first = next(doctree.findall(nodes.paragraph))
        first.parent.insert(first.parent.index(first) + 1, nodes.raw("", BOX, format="html"))


def add_script(app, page, template, context, doctree):
    """The search page needs the script to search, the others to shorten what is too long for an address."""
    app.add_js_file("paste_search.js", loading_method="defer")


def setup(app):
    """Connect to the build."""
    app.connect("doctree-read", add_box)
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True}
