"""Keras's own objects: the variable in a keras.Variable, and the attributes under which a layer keeps its variables."""

import functools
import gc
import weakref
from typing import ClassVar

import keras
import numpy as np


def _home(kind, name):
    """The class that defines a method."""
    return next(base for base in kind.__mro__ if name in vars(base))


VARIABLE = _home(keras.Variable, "_initialize")  # before Keras 3.7, keras.Variable is a subclass of what layers make


class KerasWatch:
    """Remembers what each keras.Variable holds, and which attribute of a layer holds it."""

    WAYS: ClassVar = {
        "value": lambda k: k.value if isinstance(k, VARIABLE) else k,
        "k * 2": lambda k: k * 2.0,
        "2 - k": lambda k: 2.0 - k,
        "k + 2": lambda k: k + 2.0,
        "k @ w": lambda k: k @ [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
        "keras.ops.add": lambda k: keras.ops.add(k, 2.0),
        "keras.ops.sum": lambda k: keras.ops.sum(k),
        "keras.ops.transpose": lambda k: keras.ops.transpose(k),
        "keras.ops.convert_to_tensor": lambda k: keras.ops.convert_to_tensor(k),
        "keras.ops.multiply": lambda k: keras.ops.multiply(k, 2.0),
        "keras.ops.matmul": lambda k: keras.ops.matmul(k, [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
        "keras.ops.take": lambda k: keras.ops.take(k, [1, 0, 1], axis=0),
    }

    def __init__(self):
        self.inside = {}  # id(keras.Variable) -> (it, the tf.Variable in it), as weak references
        self.attributes = {}  # (id(layer), name) -> (layer, keras.Variable), as weak references
        for thing in gc.get_objects():
            if isinstance(thing, VARIABLE):
                self.remember(thing)
        self.original = [(kind, name, vars(kind)[name]) for kind, name in PLACES]
        for kind, name, method in self.original:
            setattr(kind, name, PLACES[kind, name](self, method))

    def stop(self):
        """Put Keras's own methods back."""
        for kind, name, method in self.original:
            setattr(kind, name, method)

    def remember(self, variable):
        """Note which tf.Variable is in a keras.Variable."""
        if variable._value is not None:
            self.inside[id(variable)] = weakref.ref(variable), weakref.ref(variable._value)

    def remember_attribute(self, layer, name, value):
        """Note that a layer keeps a keras.Variable under this name."""
        if isinstance(value, VARIABLE):
            self.attributes[id(layer), name] = weakref.ref(layer), weakref.ref(value)

    def owner_of(self, variable):
        """The keras.Variable around a tf.Variable, or None."""
        return next((owner() for owner, inner in list(self.inside.values()) if inner() is variable), None)

    def accept(self):
        """Take what every Keras variable and layer holds now for what it should hold."""
        for owner, _ in list(self.inside.values()):
            if owner() is not None:
                self.remember(owner())
        for (_, name), (layer, variable) in list(self.attributes.items()):
            if layer() is not None and layer().__dict__.get(name) is not variable():
                del self.attributes[id(layer()), name]

    def problem(self):
        """What no longer is where Keras put it, or None."""
        for owner, inner in list(self.inside.values()):
            if owner() is not None and owner()._value is not inner():
                return f"the Keras variable {owner().path!r} holds another variable than the one it was made with"
        for (_, name), (layer, variable) in list(self.attributes.items()):
            if layer() is None or variable() is None or self.holds(layer(), variable()):
                continue
            kept = [*layer()._trainable_variables, *layer()._non_trainable_variables]
            if any(variable() is other for other in kept):
                found = type(layer().__dict__.get(name)).__name__
                return (
                    f"the layer {layer().name!r} computes with another object as its {name} ({found}), and trains and "
                    f"saves the old variable {variable().path!r}; write into the variable with assign"
                )
        return None

    def holds(self, layer, variable):
        """Whether any attribute of a layer that once held a variable still does."""
        names = [name for (number, name) in self.attributes if number == id(layer)]
        return any(layer.__dict__.get(name) is variable for name in names)

    def namespaces(self):
        """What the names of Keras's functions and methods of reading stand for now."""
        return [tuple(map(id, vars(place).values())) for place in (keras.ops, *keras.Variable.__mro__[:-1])]

    def make(self):
        """A Keras variable to test the ways of reading on, with a name of its own: the lesson's numbering goes on."""
        return keras.Variable(np.array([[1, 0, -2], [0, 3, 0.5]], "float32"), name="assignlab")


def _remembering_value(watch, method):
    @functools.wraps(method)
    def _initialize(self, value):
        method(self, value)
        watch.remember(self)

    return _initialize


def _remembering_attribute(watch, method):
    @functools.wraps(method)
    def __setattr__(self, name, value):
        method(self, name, value)
        watch.remember_attribute(self, name, value)

    return __setattr__


MAKING = ("_initialize", "_initialize_with_initializer")  # before Keras 3.8, the second does not call the first
PLACES = {
    **{(VARIABLE, name): _remembering_value for name in MAKING if name in vars(VARIABLE)},
    (_home(keras.Layer, "__setattr__"), "__setattr__"): _remembering_attribute,
}
