"""Run a loss once, and note every operation with its line, and every read through NumPy.

The loss runs eagerly, also where it is a tf.function: the operations then come one by one, with their values, and no
function is traced.
"""

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import tensorflow as tf
from tensorflow.python import pywrap_tfe
from tensorflow.python.framework import op_callbacks
from tensorflow.python.ops import custom_gradient

from assignlab.doctor import numpy_reads, source


@dataclass(eq=False)
class Step:
    """An operation that ran: its type, tensors and place.

    recorded : whether tapes were told to record
    custom : whether its results are those of a tf.custom_gradient, which has a gradient of its own
    inside : whether it ran within one, so that its own gradient does not count
    in_py_function : whether it ran within a tf.py_function

    An operation is equal to itself only: tensors are compared entry by entry.
    """

    op: str
    inputs: list
    outputs: list
    place: source.Place | None
    recorded: bool
    attributes: tuple = ()
    custom: bool = False
    inside: bool = False
    in_py_function: bool = False

    def is_function(self):
        """Whether it is a traced function; TensorFlow names it __forward_loss_317 or so."""
        return self.op.startswith("__") or self.op in ("PartitionedCall", "StatefulPartitionedCall")

    @property
    def results(self):
        """What it gives a value to: its outputs, or the resources that it writes."""
        return self.outputs or [tensor for tensor in self.inputs if tensor.dtype == tf.resource]

    @property
    def operands(self):
        """What it computes with."""
        return self.inputs if self.outputs else [t for t in self.inputs if t.dtype != tf.resource] or self.inputs


@dataclass
class Recording:
    """A run of the loss: what it returned, its steps, its NumPy reads, and the tape that watched."""

    result: object = None
    steps: list = field(default_factory=list)
    numpy_reads: list = field(default_factory=list)
    tape: tf.GradientTape | None = None


def record_loss(loss):
    """The `Recording` of one run of `loss`."""
    run = Recording()

    def callback(op_type, inputs, attributes, outputs, op_name=None, graph=None):
        if graph is None:
            op = op_type.decode() if isinstance(op_type, bytes) else op_type
            recorded = not pywrap_tfe.TFE_Py_TapeSetIsStopped()
            run.steps.append(Step(op, list(inputs), list(outputs), source.here(), recorded, attributes))

    with ExitStack() as stack:
        run.tape = stack.enter_context(tf.GradientTape(persistent=True))
        stack.enter_context(numpy_reads.noted(run.numpy_reads, run.steps))
        stack.enter_context(_custom_gradients_marked(run.steps))
        op_callbacks.add_op_callback(callback)
        stack.callback(op_callbacks.remove_op_callback, callback)
        run.result = tf.nest.map_structure(_as_tensor, loss())
    return run


@contextmanager
def _custom_gradients_marked(steps):
    """Mark the operations that run within a tf.custom_gradient, and those that hand its results out."""
    call = custom_gradient._eager_mode_decorator

    def marking(*args, **kwargs):
        before = len(steps)
        results = call(*args, **kwargs)
        handed = {tensor._id for tensor in tf.nest.flatten(results) if hasattr(tensor, "_id")}
        for step in steps[before:]:
            step.custom = any(tensor._id in handed for tensor in step.outputs)
            step.inside = not step.custom
        return results

    custom_gradient._eager_mode_decorator = marking
    try:
        yield
    finally:
        custom_gradient._eager_mode_decorator = call


def _as_tensor(result):
    """A variable that the loss returned is read while the tapes watch."""
    inner = getattr(result, "value", None)
    variable = inner if isinstance(inner, tf.Variable) else result  # keras.Variable -> tf.Variable
    return tf.convert_to_tensor(variable) if isinstance(variable, tf.Variable) else result
