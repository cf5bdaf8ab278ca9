"""Sphinx extension: fills in the page of this build: what was proven and audited, and what it is made with."""

import platform
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path

from audit_report import report, tallies
from claims import Claims, Prose, pages
from notebook_store import NotebookStore

MARK, INGREDIENTS = "<!-- this build -->", "<!-- ingredients -->"
PACKAGES = ("tensorflow", "tensorflow-cpu", "keras", "numpy", "jupyter-book", "nbmake")


def table(root):
    """A Markdown table: each page with its proven sentences and, where it runs, its writes."""
    audited, store = tallies(root), NotebookStore(root)
    lines = [
        "| page | sentences proven | gradients preserved | no gradient | seconds | MB |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for page in (page for page in pages(root) if page.parent != root):
        name = page.relative_to(root)
        tally = audited.get(name)
        kept, none = "not run" if name in audited else "–", "–"
        if tally:
            kept, none = f"{tally.preserved} of {tally.assigns}", tally.integers + tally.unprobed
        proven = f"{len(Claims(page, root).proven())} of {len(Prose(page).claiming())}"
        used = (store.seconds(page), store.memory(page)) if page.suffix == ".ipynb" else (None, None)
        ran = " | ".join("–" if number is None else f"{number:.0f}" for number in used)
        lines.append(f"| [](/{name.with_suffix('').as_posix()}) | {proven} | {kept} | {none} | {ran} |")
    return "\n".join(lines)


def versions():
    """What this build was made with, as words."""
    installed = {found.name.replace("_", "-"): found.version for found in distributions()}
    return ", ".join(f"{name} {installed[name]}" for name in PACKAGES if name in installed)


def licence(package):
    """The licence that an installed package states: in its metadata, else the line of its file that names one."""
    about = package.metadata
    named = [line.split(" :: ")[-1] for line in about.get_all("Classifier") or [] if line.startswith("License")]
    stated = about.get("License-Expression") or ", ".join(named) or about.get("License") or ""
    for file in () if stated.strip() else package.files or ():
        if "LICENSE" in file.name.upper():
            stated = file.read_text(encoding="utf8")
    lines = [line.strip(" ,.") for line in stated.splitlines() if line.strip()]
    return next((line for line in lines if "licen" in line.lower()), lines[0] if lines else "")


def ingredients():
    """A Markdown table: each installed package, its version and its licence."""
    found = sorted({package.name.lower(): package for package in distributions()}.items())
    lines = (f"| {package.name} | {package.version} | {licence(package)} |" for _, package in found)
    return "\n".join(["| package | version | licence |", "|---|---|---|", *lines])


def text(root):
    """What the page says, as Markdown."""
    line, problems = report(root)
    made = f"Python {platform.python_version()} on {platform.system()}, {versions()}"
    parts = [
        f"Made on {datetime.now(UTC):%Y-%m-%d} with {made}.",
        table(root),
        f"The last line of `make test`:\n\n> {line}",
    ]
    return "\n\n".join([*parts, *(f"- {problem}" for problem in problems)])


def fill_in(app, name, source):
    """Put the text where the page has its mark."""
    if MARK in source[0]:
        source[0] = source[0].replace(MARK, text(Path(app.srcdir))).replace(INGREDIENTS, ingredients())


def setup(app):
    """Connect to the build."""
    app.connect("source-read", fill_in)
    return {"parallel_read_safe": True}
