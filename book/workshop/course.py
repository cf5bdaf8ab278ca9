"""Where the parts of the course lie, and the exercises as its notebooks hold them.

Shared by the tests, the benchmark, the mutants and the build of the book.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("lessons", "solutions", "book")  # those that hold notebooks, in reading order
CHECK_CALL = re.compile(r'check\("([\d.]+)", (\w+)\)')


def notebooks(root=ROOT):
    """Every notebook of the project, in reading order of its folders."""
    return [path for folder in FOLDERS for path in sorted((root / folder).glob("*.ipynb"))]


def lessons(root=ROOT):
    """The lessons' notebooks, in order."""
    return sorted((root / "lessons").glob("[0-9]*.ipynb"))


def cells(path, kind):
    """The sources of a notebook's cells of one kind, "code" or "markdown"."""
    import nbformat  # here: see notebook_store

    return [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == kind]


def title(path):
    """The title of a notebook: its first line, without the mark of a heading."""
    return cells(path, "markdown")[0].splitlines()[0].removeprefix("# ")


@dataclass(frozen=True)
class ExerciseCell:
    """The function that a notebook's cell gives for an exercise: a lesson's stub or a solution."""

    number: str
    lesson: str  # the notebook's name without its ending
    node: ast.FunctionDef
    source: str  # of the whole cell

    def function(self):
        """The function itself, as Python runs it."""
        import keras
        import numpy as np
        import tensorflow as tf

        names = {"np": np, "tf": tf, "keras": keras}
        exec(compile(ast.Module([self.node], []), f"<exercise {self.number}>", "exec"), names)
        return names[self.node.name]


def exercise_cells(folder, root=ROOT):
    """{number: ExerciseCell} of the first answer to each exercise in a folder's notebooks: "lessons" or "solutions"."""
    found = {}
    for path in sorted((root / folder).glob("*.ipynb")):
        for source in cells(path, "code"):
            for number, name in CHECK_CALL.findall(source):
                functions = [n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.name == name]
                if functions:
                    found.setdefault(number, ExerciseCell(number, path.stem, functions[0], source))
    return found
