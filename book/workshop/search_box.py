"""Sphinx extension: on top of the page of error messages, a box for one (book/assets/paste_search.js finds it)."""

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


def setup(app):
    """Connect to the build."""
    app.connect("doctree-read", add_box)
    return {"parallel_read_safe": True}
