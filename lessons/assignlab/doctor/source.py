"""Where in the reader's source something happens: the frame, the line, the cell, the statement that bound a name."""

import ast
import inspect
import linecache
import os
import sys
import sysconfig
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import tensorflow as tf
from tensorflow.python.autograph.pyct import origin_info
from tensorflow.python.ops import resource_variable_ops as rvo

# Files in these folders are not the reader's.
LIBRARIES = tuple(
    os.path.join(os.path.realpath(folder), "")
    for folder in {
        *(sysconfig.get_paths()[kind] for kind in ("stdlib", "purelib", "platlib")),
        *(os.path.dirname(os.path.dirname(module.__file__)) for module in (np, tf)),
        os.path.dirname(os.path.dirname(__file__)),  # assignlab
    }
)
LAYER = os.path.join("keras", "src", "layers", "layer.py")


@dataclass(frozen=True)
class Place:
    """A line of the reader's source; `layer` is the name of the Keras layer that was at work there, or None.

    file is "" where Keras was at work and no line is the reader's.
    """

    file: str
    number: int
    layer: str | None = None
    stand_in: bool = False  # within a read of what assign returned

    @property
    def line(self):
        """The text of the line, or None where there is no source, as at an interactive prompt."""
        return linecache.getline(self.file, self.number).strip() or None

    @property
    def where(self):
        """The cell of a notebook, or the file, and the number of the line; the layer alone where there is no file."""
        if not self.file:
            return f"the layer {self.layer!r}"
        return f"{_cell(self.file) or os.path.basename(self.file)}:{self.number}"


@lru_cache(maxsize=4096)
def is_readers(file):
    """Whether code in this file is the reader's own. NumPy's compiled code names a .pyx file."""
    return (
        not file.startswith("<frozen")
        and not file.endswith(".pyx")
        and not os.path.realpath(file).startswith(LIBRARIES)
    )


def readers_frame():
    """The innermost frame of the reader's code, or None."""
    frame = sys._getframe(1)
    while frame and not is_readers(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def here():
    """The `Place` that is being executed, or None where no frame is the reader's, nor that of a Keras layer."""
    frame, layer, stand_in = sys._getframe(1), None, False
    while frame and not is_readers(frame.f_code.co_filename):
        code = frame.f_code
        if layer is None and code.co_name == "__call__" and code.co_filename.endswith(LAYER):
            layer = getattr(frame.f_locals.get("self"), "name", None)
        stand_in |= code in STAND_IN
        frame = frame.f_back
    while frame:
        file, number = _as_written(frame, frame.f_lineno)
        if is_readers(file):
            return Place(file, number, layer, stand_in)
        frame = frame.f_back
    return Place("", 0, layer) if layer else None


STAND_IN = {getattr(rvo._UnreadVariable, name).__code__ for name in ("value", "read_value", "_read_variable_op")}


def _as_written(frame, number):
    """File and line as the reader wrote them: AutoGraph runs a rewritten copy, and knows what each line was."""
    file, outer = frame.f_code.co_filename, frame
    while "__autograph_generated_file" in file and outer:
        lines = getattr(outer.f_locals.get("converted_f"), "ag_source_map", {})
        written = lines.get(origin_info.LineLocation(file, number))
        if written:
            return written.loc.filename, written.loc.lineno
        outer = outer.f_back
    return file, number


def of_traceback(traceback):
    """The innermost `Place` of a traceback, or None."""
    found = None
    while traceback:
        if is_readers(traceback.tb_frame.f_code.co_filename):
            file, number = _as_written(traceback.tb_frame, traceback.tb_lineno)
            found = Place(file, number) if is_readers(file) else found
        traceback = traceback.tb_next
    return found


def of_function(function):
    """The `Place` where the reader wrote a function, or None for one that is not written in Python."""
    function = inspect.unwrap(function)
    function = inspect.unwrap(getattr(function, "python_function", function))  # of a tf.function
    if not inspect.isroutine(function):  # an object that is called
        function = type(function).__call__
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    return Place(code.co_filename, code.co_firstlineno) if code and is_readers(code.co_filename) else None


def as_passed(caller, position=None):
    """How the variable is written in the call of `explain_gradient` that this frame is at, or None.

    position : its index in the list that is passed, None where it is passed by itself
    """
    return caller and _passed(_tree(caller.f_code.co_filename), caller.f_lineno, position)


def where_bound(caller, name):
    """The `Place` of the statement that last gave a value to `name`, seen from a frame, or None."""
    if caller is None or name is None:
        return None
    file = caller.f_code.co_filename
    for other, last in [(file, caller.f_lineno), *((cell, sys.maxsize) for cell in _earlier_cells(file))]:
        found = _last_binding(_tree(other), name, last)
        if found:
            return Place(other, found)
    return None


def _tree(file):
    return _parsed("".join(linecache.getlines(file)))


@lru_cache(maxsize=8)
def _parsed(text):
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):  # a cell with a magic command, say
        return ast.Module([], [])


def _passed(tree, number, position):
    """How the second argument of the call at this line is written."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not call.lineno <= number <= call.end_lineno:
            continue
        if not ast.unparse(call.func).endswith("explain_gradient"):
            continue
        given = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "variable")]
        if given and position is not None:
            given = given[0].elts[position : position + 1] if isinstance(given[0], ast.List | ast.Tuple) else []
        named = given and isinstance(given[0], ast.Name | ast.Attribute | ast.Subscript)
        return ast.unparse(given[0]) if named else None
    return None


def _last_binding(tree, name, last):
    """The line of the last assignment to `name` above the line `last`; the function around that line comes first."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    around = [node for node in functions if node.lineno <= last <= node.end_lineno]
    for scope in [*sorted(around, key=lambda node: -node.lineno), tree]:
        lines = [node.lineno for node in ast.walk(scope) if name in _targets(node) and node.lineno < last]
        if lines:
            return max(lines)
    return None


def _targets(node):
    if isinstance(node, ast.AugAssign | ast.AnnAssign | ast.NamedExpr):
        return [ast.unparse(node.target)]
    if not isinstance(node, ast.Assign):
        return []
    return [ast.unparse(part) for target in node.targets for part in getattr(target, "elts", [target])]


def _earlier_cells(file):
    """The files of the notebook's other cells, the newest first."""
    cells = [other for other in linecache.cache if _is_cell(other) and other != file]
    return cells[::-1] if _is_cell(file) else []


def _is_cell(file):
    return "ipykernel_" in file or file.startswith("<ipython-input")


def _cell(file):
    """The name that IPython gives to the cell in this file, such as "Cell In[3]", or None."""
    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    named = shell and shell.compile.format_code_name(file)
    return " ".join(named) if named else None
