"""Sphinx extension: beside each proven output of a page a small sign, which opens the proof (`tests/claims/`)."""

from pathlib import Path

import nbformat
from docutils import nodes

from claims import Claims

SIGN = '<details class="proof"><summary title="This output was proven when the page was built. Open the proof.">'
OPENED = f"{SIGN}✓ proven</summary>"


def parts(node, kind):
    """The containers of one kind below a node: "cell_code" is a cell, "cell_code_output" what it shows."""
    return [part for part in node.findall(nodes.container) if part.get("nb_element") == kind]


def add_signs(app, doctree):
    """Put the folded proof under each code cell that shows something and has a claim."""
    page = Path(app.env.doc2path(app.env.docname))
    if page.suffix != ".ipynb":
        return
    claims, cells = Claims(page, Path(app.srcdir)), nbformat.read(page, 4).cells
    app.env.note_dependency(str(claims.path))  # another claim: this page is built again
    for cell in parts(doctree, "cell_code"):
        claim = claims.by_id.get(cells[cell["cell_index"]].id)
        if claim and parts(cell, "cell_code_output"):
            code = claim.code.strip()
            proof = nodes.literal_block(code, code, language="text")  # colours would double the page
            at = cell.parent.index(cell) + 1
            folded = [nodes.raw("", OPENED, format="html"), proof, nodes.raw("", "</details>", format="html")]
            cell.parent.insert(at, folded)


def setup(app):
    """Connect to the build."""
    app.connect("doctree-read", add_signs)
    return {"parallel_read_safe": True}
