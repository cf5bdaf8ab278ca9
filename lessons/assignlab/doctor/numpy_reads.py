"""Where a value leaves TensorFlow for NumPy or Python: noted in a run, or found by a trace."""

import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass

import tensorflow as tf
from tensorflow.python.framework import func_graph, ops
from tensorflow.python.ops import script_ops

from assignlab.doctor import source


@dataclass
class NumpyRead:
    """A tensor whose value went to Python: `tensor` is its id, `way` a value of WAYS or the function that took it."""

    tensor: int
    way: str
    place: source.Place | None
    value: object = None


WAYS = {
    "numpy": "numpy", "__array__": "numpy", "__float__": "float", "__int__": "int", "__index__": "int",
    "__complex__": "complex", "__bool__": "bool",
}  # fmt: skip


@contextmanager
def noted(reads, steps):
    """Note each value that Python takes from an eager tensor, but for those that NumPy takes by itself.

    reads, steps : the lists of NumPy reads, which grows here, and of operations, which grow as they run
    """
    kind, thread = ops._EagerTensorBase, threading.get_ident()
    methods = {name: getattr(kind, name) for name in WAYS if name in vars(kind)}
    call, call_body = script_ops.py_func_common, script_ops.EagerFunc._call

    def noting(name, method):
        def read(self, *args, **kwargs):
            value = method(self, *args, **kwargs)
            if threading.get_ident() == thread:
                reads.append(NumpyRead(self._id, WAYS[name], source.here(), value))
            return value

        return read

    def noting_call(func, inp, *args, **kwargs):
        given = [tf.convert_to_tensor(one) for one in (inp if isinstance(inp, list | tuple) else [inp])]
        reads.extend(NumpyRead(one._id, "numpy_function", source.here()) for one in given if hasattr(one, "_id"))
        return call(func, given, *args, **kwargs)

    def noting_body(self, device, args):
        before = len(steps)
        returned = call_body(self, device, args)
        for step in steps[before:]:
            step.in_py_function = True
        given, made = ([one for one in tf.nest.flatten(those) if hasattr(one, "_id")] for those in (args, returned))
        if threading.get_ident() == thread and not _leads(steps[before:], given, made):
            reads.extend(NumpyRead(one._id, "py_function", source.here()) for one in given)
        return returned

    for name, method in methods.items():
        setattr(kind, name, noting(name, method))
    script_ops.py_func_common, script_ops.EagerFunc._call = noting_call, noting_body
    try:
        yield
    finally:
        script_ops.py_func_common, script_ops.EagerFunc._call = call, call_body
        for name, method in methods.items():
            setattr(kind, name, method)


@contextmanager
def altered(place):
    """Change what Python takes from an eager tensor at this place, not its sign: a mask of the positive ones stays."""
    kind = ops._EagerTensorBase
    methods = {name: getattr(kind, name) for name in ("numpy", "__array__", "__float__") if name in vars(kind)}

    def altering(method):
        def read(self, *args, **kwargs):
            value = method(self, *args, **kwargs)
            return value * 1.75 if self.dtype.is_floating and source.here() == place else value

        return read

    for name, method in methods.items():
        setattr(kind, name, altering(method))
    try:
        yield
    finally:
        for name, method in methods.items():
            setattr(kind, name, method)


def _leads(steps, given, made):
    """Whether operations lead from the arguments of a py_function to what it returns."""
    touched = {tensor._id for tensor in given}
    for step in steps:
        if any(tensor._id in touched for tensor in step.operands):
            touched.update(tensor._id for tensor in step.results)
    return any(tensor._id in touched for tensor in made)


def place_that_leaves_tensorflow(loss, decisions):
    """Trace the loss: the line that asks a symbolic tensor for its values, None where none does.

    decisions : what each `if` on a tensor came to in the run, which a trace does not know

    Raises whatever else keeps the loss from being traced. NumPy reads an eager tensor through its buffer, of which no
    Python function hears; a symbolic one has no values, and the line raises.
    """
    ask, decided = tf.Tensor.__bool__, iter(decisions)
    tf.Tensor.__bool__ = lambda tensor: bool(next(decided)) if tf.is_symbolic_tensor(tensor) else ask(tensor)
    try:
        func_graph.func_graph_from_py_func("doctor", lambda: (loss(), tf.constant(0))[1], (), {})
    except Exception as error:
        if not re.search(r"numpy|not 'SymbolicTensor'|passed to SymbolicTensor", str(error), re.IGNORECASE):
            raise
        return source.of_traceback(error.__traceback__)
    finally:
        tf.Tensor.__bool__ = ask
    return None
