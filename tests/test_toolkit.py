"""The page of the toolkit says of each function what the code says: its signature, and the errors that it raises."""

import ast
import inspect
import re

import pytest

import assignlab
from course import ROOT, cells

PAGE = "\n".join(cells(ROOT / "book" / "toolkit.ipynb", "markdown"))
PUBLIC = [name for name in assignlab.__all__ if name != "__version__"]
WRITTEN = {  # name: its signature as the page gives it, and what follows it
    found[2]: (found[1], found[3])
    for found in re.finditer(
        r"```python\n((\w+)\([^\n]*\))\n```\n(.*?)(?=\n```python\n\w+\(|\n## |\Z)", PAGE, re.DOTALL
    )
}


def signature_of(function):
    """A function's signature without its annotations, as the page writes it."""
    signature = inspect.signature(function)
    plain = [one.replace(annotation=inspect.Parameter.empty) for one in signature.parameters.values()]
    return signature.replace(parameters=plain, return_annotation=inspect.Signature.empty)


def alike(text):
    """Python without what is a matter of taste: quotes, spaces."""
    return ast.unparse(ast.parse(text))


def raises_of(function):
    """{error: when it is raised}, as the docstring has it."""
    section = re.search(r"\nRaises\n-+\n(.*?)(\n\n|\Z)", inspect.getdoc(function), re.DOTALL)
    entries = re.findall(r"^(\w+)\n((?:    .*\n?)+)", section[1] if section else "", re.MULTILINE)
    return {error: " ".join(when.split()) for error, when in entries}


def raises_on_page(text):
    """{error: when it is raised}, as the page has it."""
    return dict(re.findall(r"^- `(\w+Error)`: (.+)$", text, re.MULTILINE))


@pytest.mark.parametrize("name", PUBLIC)
def test_the_page_has_the_signature(name):
    wanted = f"{name}{signature_of(getattr(assignlab, name))}"
    assert name in WRITTEN, f"book/toolkit.ipynb does not document {name}: put {wanted} in a fence of its own"
    assert alike(WRITTEN[name][0]) == alike(wanted), f"book/toolkit.ipynb: the signature is {wanted}"


@pytest.mark.parametrize("name", PUBLIC)
def test_the_page_has_the_errors(name):
    wanted = raises_of(getattr(assignlab, name))
    assert raises_on_page(WRITTEN[name][1]) == wanted, (
        f"book/toolkit.ipynb: the errors of {name} are not those of its docstring, word for word"
    )


@pytest.mark.parametrize("name", PUBLIC)
def test_the_page_names_each_parameter(name):
    parameters = inspect.signature(getattr(assignlab, name)).parameters
    missing = [one for one in parameters if f"`{one}`" not in WRITTEN[name][1]]
    if name not in ("hint",):  # its number is that of check, which stands above it
        assert not missing, f"book/toolkit.ipynb: what is {', '.join(missing)} of {name}?"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("verify_gradient", "TypeError"),
        ("explain_gradient", "RuntimeError"),
        ("check", "ValueError"),
        ("draw", "ValueError"),
    ],
)
def test_a_docstring_is_read(name, error):
    """Otherwise a page without errors would agree with docstrings that nobody could read."""
    assert error in raises_of(getattr(assignlab, name))
