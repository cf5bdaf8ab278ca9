"""What `explain_gradient` is called with: the loss, the variables, a Keras model and its batch."""

import inspect
import sys
from dataclasses import dataclass, replace

import numpy as np
import tensorflow as tf

NAMELESS, LONGEST = ("the variable", "the tensor", "the array"), 30


@dataclass(frozen=True)
class Subject:
    """One of the things asked about: its name, the tf.Variable in it, or None where it holds a tensor or array."""

    name: str
    given: object
    variable: tf.Variable | None

    def __str__(self):
        return f"{self.name}, shape {self.given.shape}, {np.dtype(self.dtype).name if self.array else self.dtype.name}"

    def named(self, written):
        """With the name that the reader gave it, where TensorFlow has none that tells."""
        telling = written and len(written) <= LONGEST and self.name in NAMELESS
        return replace(self, name=written) if telling else self

    @property
    def array(self):
        return isinstance(self.given, np.ndarray | np.generic)

    @property
    def dtype(self):
        return self.variable.dtype if self.variable is not None else self.given.dtype


def is_model(thing):
    keras = sys.modules.get("keras")
    return bool(keras) and isinstance(thing, keras.Model)


def subjects(variable):
    """The `Subject` of each thing asked about, and whether they were given as several."""
    if is_model(variable):
        if not variable.built:
            raise ValueError(
                "The model has no weights yet: call it on a batch first, or give explain_gradient a batch."
            )
        if not variable.trainable_weights:
            raise ValueError(
                "All weights of this model are frozen, so nothing trains them: set trainable to True for the model and "
                "its layers, or ask about one of its variables."
            )
        return [_subject(one) for one in variable.trainable_weights], True
    if isinstance(variable, list | tuple):
        if not variable:
            raise TypeError("explain_gradient needs a variable to ask about; the list is empty.")
        return [_subject(one) for one in variable], True
    return [_subject(variable)], False


def _subject(given):
    inner = getattr(given, "value", None)
    target = inner if isinstance(inner, tf.Variable) else given  # keras.Variable -> tf.Variable
    if isinstance(target, tf.Variable):
        try:
            target.handle  # noqa: B018  a tape asks for it
        except ValueError:
            raise RuntimeError("The variable has replicas: call explain_gradient outside strategy.scope().") from None
        name = getattr(given, "path", None) or given.name.removesuffix(":0")
        nameless = name.lower().startswith(("variable", "unreadvariable"))
        return Subject("the variable" if nameless else name, given, target)
    if isinstance(given, tf.Tensor | np.ndarray | np.generic):
        return Subject("the array" if not isinstance(given, tf.Tensor) else "the tensor", given, None)
    raise TypeError(
        "explain_gradient needs a tf.Variable, a keras.Variable, a list of them or a Keras model as its second "
        f"argument, not {type(given).__name__}."
    )


def of_model(model, batch):
    """The loss of a compiled Keras model on a batch (x, y)."""
    if not isinstance(batch, list | tuple) or len(batch) not in (2, 3):
        raise TypeError(
            f"With a Keras model, explain_gradient needs a batch as its second argument: (x, y), not "
            f"{type(batch).__name__}. For a loss of your own, write: explain_gradient(lambda: loss, model)"
        )
    if not model.compiled:
        raise ValueError(
            "The model has no loss yet: call model.compile(loss=...), or give explain_gradient a function."
        )
    if model.loss is None and steps_by_itself(model):
        raise ValueError(
            "The model's own train_step computes its loss, and compile was given none: give explain_gradient that loss "
            "as a function, explain_gradient(lambda: loss, model)."
        )
    x, y, *weights = tf.nest.map_structure(tf.convert_to_tensor, tuple(batch))
    if not model.built:
        model(x)
    weights = weights[0] if weights else None
    takes = inspect.signature(model.compute_loss).parameters
    told = {"training": True} if "training" in takes else {}  # since Keras 3.4
    return lambda: model.compute_loss(x, y, model(x, training=True), weights, **told)


def steps_by_itself(model):
    """Whether `fit` runs a train_step that the model's own class brings along."""
    return type(model).train_step is not sys.modules["keras"].Model.train_step


def check_result(result):
    """A loss is made of numbers."""
    if result is None:
        raise TypeError("The loss returned None. It may lack a return.")
    for one in tf.nest.flatten(result, expand_composites=True):
        dtype = getattr(one, "dtype", None)
        if isinstance(one, str | bytes) or one is None or dtype == tf.string or (dtype is None and not _is_number(one)):
            raise TypeError(f"The loss must return numbers; it returned {type(one).__name__}.")


def _is_number(thing):
    return isinstance(thing, int | float | complex)
