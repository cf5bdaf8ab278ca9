"""The names of modules and classes, which an answer could bind to something else, and how they are bound again."""

import builtins
import sys
import types
from operator import is_
from pathlib import Path

import numpy.testing  # noqa: F401  NumPy loads it when it is first used, which would be in an answer
import tensorflow as tf
from tensorflow.python.framework import ops
from tensorflow.python.ops import resource_variable_ops as rvo

# Where Python looks up print, len, vars for the functions below: an answer that breaks those does not break these.
__builtins__ = dict(vars(builtins))

PUBLIC = (  # what an answer could break for the check that called it: put back after every call
    *("numpy", "numpy.random", "numpy.linalg", "numpy.testing", "tensorflow", "tensorflow._api.v2.math"),
    *("tensorflow._api.v2.nn", "tensorflow._api.v2.random", "keras", "keras.ops", "keras.layers", "keras.config"),
)
HERE = Path(__file__).parent
OWN = [".".join(path.relative_to(HERE.parent).with_suffix("").parts) for path in HERE.rglob("*.py")]


def names_of(owners, functions_only=False):
    """A function that binds every name of these modules and classes again to what it is bound to now.

    functions_only: bool, only functions, classes and properties return, and new names stay; of this package, all names.
    Elsewhere other values change lawfully, such as a module's counters.
    """
    before = [(owner, type(owner), vars(owner), dict(vars(owner))) for owner in owners]

    def put_back():
        failed = []
        for owner, kind, now, names in before:
            if type(owner) is not kind and issubclass(kind, types.ModuleType):
                object.__setattr__(owner, "__class__", kind)
            if len(now) != len(names) or not all(map(is_, now.values(), names.values())):
                failed += _rebind(owner, dict(now), names, functions_only and not _is_own(owner))
        if failed:
            raise AttributeError(", ".join(failed))

    return put_back


def _rebind(owner, now, names, functions_only):
    """The names that could not be bound again."""
    failed = []
    for name in names.keys() | now.keys():
        try:
            if name not in names:
                if not functions_only and not isinstance(now[name], types.ModuleType):  # which is a part, loaded late
                    delattr(owner, name)
            elif now.get(name, now) is not names[name] and (_is_function(names[name]) or not functions_only):
                setattr(owner, name, names[name])
        except Exception:
            failed.append(name)
    return failed


def _is_own(owner):
    """Whether a module or class belongs to this package."""
    return (owner.__name__ if isinstance(owner, types.ModuleType) else owner.__module__).startswith("assignlab.")


def _is_function(value):
    return callable(value) or isinstance(value, property)


def public_owners():
    """The modules of PUBLIC that are loaded, and the classes behind variables, tensors and layers."""
    keras = sys.modules.get("keras")
    made = [rvo.ResourceVariable, rvo._UnreadVariable, ops.EagerTensor, tf.GradientTape, tf.TensorShape, tf.DType]
    if keras:
        made += [keras.Variable, keras.layers.Dense, keras.layers.Embedding, keras.layers.BatchNormalization]
    classes = dict.fromkeys(kind for one in made for kind in one.__mro__ if kind is not object)
    return [*loaded(PUBLIC), *classes]


def all_owners():
    """Every loaded module but the notebook itself, and the classes of this package."""
    modules = loaded([name for name in sys.modules if name != "__main__"])
    values = [value for module in own_modules() for value in vars(module).values()]
    return [*modules, *{value for value in values if type(value) is type and value.__module__.startswith("assignlab")}]


def own_modules():
    """The modules of this package that are loaded."""
    return loaded(OWN)


def loaded(names):
    """The modules of these names that are loaded."""
    return [sys.modules[name] for name in names if isinstance(sys.modules.get(name), types.ModuleType)]
