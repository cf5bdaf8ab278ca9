"""Sphinx extension: a notebook downloaded from the site works alone, wherever it is opened.

Its pictures and links lead to the site. Where the site's address is not known (published_at.py), the pictures are in
the notebook, and of a link its words are left. A new first code cell installs what is missing; assignlab comes from the
site too, as a wheel.
"""

import base64
import re
import subprocess
import sys
from pathlib import Path
from posixpath import dirname, join, normpath, splitext

import nbformat

from assignlab.environment import pins
from course import notebooks

FOLDER = "downloads"  # of the site: the wheel lies there
CELL = "install-what-is-missing"  # the id of the new cell
LIBRARIES = ("tensorflow", "keras", "numpy", "scipy", "sklearn", "matplotlib", "hypothesis")
DISTRIBUTIONS = {"sklearn": "scikit-learn"}  # {what is imported: what is installed, where they differ}
OF_ASSIGNLAB = {"tensorflow", "keras", "numpy", "hypothesis"}  # what it imports itself
LINK = re.compile(
    r"(?P<code>`+).*?(?P=code)|(?P<picture>!?)\[(?P<words>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<to>[^)\s]+)\)", re.DOTALL
)


def build_wheel(root, folder):
    """Build assignlab's wheel into a folder, without network, and return its path; one of an earlier build goes."""
    for old in folder.glob("assignlab-*.whl"):
        old.unlink()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder.resolve())]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"The wheel of assignlab was not built:\n{done.stdout}{done.stderr}")
    (wheel,) = folder.glob("assignlab-*.whl")
    return wheel


def pinned(name, versions):
    """What pip is asked for, such as "scikit-learn==1.9.1", for the library that is imported by this name."""
    package = DISTRIBUTIONS.get(name, name)
    return f"{package}=={versions[package]}"


def install_cell(code, versions, wheel, address=""):
    """The source of the cell that installs what `code` imports and does not find; it asks pip for nothing else.

    versions: {package: version}; wheel: the name of assignlab's file; address: of the site, "" where it is not known.
    """
    imported = {*re.findall(r"^ *(?:import|from) (\w+)", code, re.MULTILINE)}
    own = "assignlab" in imported
    if own:
        imported |= OF_ASSIGNLAB
    needs = ", ".join(f'"{name}": "{pinned(name, versions)}"' for name in LIBRARIES if name in imported)
    lines = [
        "# Installs what is missing here, and nothing where all is there.",
        "from importlib.util import find_spec",
        "from os.path import exists" if own and not address else None,
        "",
        f"needs = {{{needs}}}",
        "missing = [pinned for name, pinned in needs.items() if not find_spec(name)]",
        'if not find_spec("assignlab"):' if own else None,
        f'    missing.append("{address or "./"}{FOLDER + "/" if address else ""}{wheel}")' if own else None,
        f'    assert exists(missing[-1]), "{put_beside(wheel)}"' if own and not address else None,
        "if missing:",
        '    %pip install --quiet {" ".join(missing)}',
    ]
    return "\n".join(line for line in lines if line is not None)


def put_beside(wheel):
    """What a reader is told who has the notebook from a site without an address, and not its toolkit."""
    return f"assignlab is missing: put {wheel}, from the course's page Set up, beside this notebook."


def relinked(text, page, site, address=""):
    """A Markdown cell's text with its pictures and links as they work outside the course's folder.

    page: the notebook's path in the project, such as "lessons/01_broadcast_scaling.ipynb"; site: the folder of the
    built site, whose pages say which heading an anchor means.
    """

    def lead(link):
        if link["code"] or "://" in link["to"] or link["to"].startswith(("mailto:", "data:")):
            return link[0]
        path, _, anchor = link["to"].partition("#")
        target = normpath(join(dirname(page), path)) if path else page
        if link["picture"]:
            return f"![{link['words']}]({_picture(site, target, address)})"
        if not address:
            return link["words"]
        target = splitext(target)[0] + ".html"
        return f"[{link['words']}]({address}{target}{_anchor(site / target, anchor)})"

    return LINK.sub(lead, text)


def _picture(site, target, address):
    """The address of a picture of `book/assets/`, or all of it: Jupyter shows no attachment that is an SVG."""
    published = target.replace("book/assets/", "_static/", 1)
    if address:
        return address + published
    return f"data:image/svg+xml;base64,{base64.b64encode((site / published).read_bytes()).decode()}"


def _anchor(page, anchor):
    """ "#ID" of the heading that a Markdown anchor means: MyST has exercise-11-, and the page's id is exercise-1-1-."""
    ids = re.findall(r'<section [^>]*id="([^"]+)"', page.read_text(encoding="utf8")) if anchor else []
    return next((f"#{known}" for known in ids if _letters(known) == _letters(anchor)), "")


def _letters(name):
    return re.sub(r"[\W_]", "", name)


def standalone(path, root, site, wheel, address=""):
    """The notebook at `path` as it is downloaded."""
    notebook, page = nbformat.read(path, 4), path.relative_to(root).as_posix()
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = relinked(cell.source, page, site, address)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if code:
        sources = "\n".join(cell.source for cell in code)
        install = install_cell(sources, pins(root / "requirements.txt"), wheel, address)
        notebook.cells.insert(notebook.cells.index(code[0]), nbformat.v4.new_code_cell(install, id=CELL))
    return notebook


def publish(root, site, address=""):
    """Put the wheel and the notebooks that work alone into a built site."""
    wheel = build_wheel(root, site / FOLDER).name
    for path in notebooks(root):
        download = site / "_sources" / path.relative_to(root)
        if download.exists():
            nbformat.write(standalone(path, root, site, wheel, address), download)


def setup(app):
    """Connect to the build."""

    def finish(app, exception):
        if exception is None and app.builder.name == "html":
            publish(Path(app.srcdir), Path(app.outdir), app.config.html_baseurl)

    app.connect("build-finished", finish)
    return {"parallel_read_safe": True}
