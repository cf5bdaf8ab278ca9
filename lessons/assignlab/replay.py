"""A loss carried out again in float64: the operations between a variable and the loss, recorded and replayed.

Where layers compute in 16 bits, or large sums in float32, rounding hides what a variable does to the loss. The same
operations in float64 show it, and what TensorFlow's gradient should be.
"""

import numpy as np
import tensorflow as tf
from tensorflow.python.eager import backprop, context, execute
from tensorflow.python.framework import op_def_registry

from assignlab.doctor.numpy_reads import place_that_leaves_tensorflow
from assignlab.doctor.path import Flow, tensors
from assignlab.doctor.recording import record_loss
from assignlab.doctor.undo import apart

READS = {"ReadVariableOp", "ResourceGather", "ResourceGatherNd"}
# What has a gradient by the tape's word only: the values pass as they are.
PASSES = {"StopGradient", "PreventGradient"}
# What a replay cannot carry out: what Python or chance computes, and what no recording looks into.
NOT_REPLAYED = ("PyFunc", "Random", "Multinomial", "RngRead", "Collective")


class Replay:
    """The operations from a variable to the loss. Call it with a value of the variable: it returns the loss.

    Raises ValueError where a replay would not be the loss: a value leaves TensorFlow, is written, or left to chance.
    """

    def __init__(self, evaluate, variable):
        run = apart(lambda: record_loss(evaluate))
        flow, loss = Flow(run, variable), tensors(run.result)
        taken = {read.tensor for read in run.numpy_reads if read.way != "bool"}
        decisions = [read.value for read in run.numpy_reads if read.way == "bool"]
        if taken & flow.touched or apart(lambda: place_that_leaves_tensorflow(evaluate, decisions)):
            raise ValueError("a value leaves TensorFlow")
        for step in flow.steps:
            writes = any(one.dtype == tf.resource for one in step.inputs) and step.op not in READS
            if writes or step.is_function() or any(name in step.op for name in NOT_REPLAYED):
                raise ValueError(f"{step.op} cannot be carried out again")
        if len(loss) != 1:
            raise ValueError(f"the loss is {len(loss)} tensors")
        self.steps, self.loss = flow.steps, loss[0]._id
        self.as_recorded = set()  # the steps that float64 has no kernel for

    def __call__(self, value, exact=True):
        """The loss, float64; in the dtypes of the recording where `exact` is False.

        value : what the variable holds, as a tensor of float64, or of its own dtype
        """
        now = {}
        for step in self.steps:
            if step.op in PASSES:
                results = [now.get(step.inputs[0]._id, step.inputs[0])]
            elif step.op == "ReadVariableOp":
                results = [value]
            elif step.op in READS:
                gather = tf.gather if step.op == "ResourceGather" else tf.gather_nd
                results = [gather(value, now.get(step.inputs[1]._id, step.inputs[1]))]
            else:
                results = self._carried_out(step, [now.get(one._id, one) for one in step.inputs], exact)
            now.update((made._id, result) for made, result in zip(step.outputs, results, strict=True))
        return now[self.loss]

    def _carried_out(self, step, inputs, exact):
        if exact and step not in self.as_recorded:
            try:
                return _execute(step, [_exact(one) for one in inputs], _attributes(step, True))
            except (tf.errors.OpError, TypeError):  # no such kernel
                self.as_recorded.add(step)
        given = [_cast(one, recorded.dtype) for one, recorded in zip(inputs, step.inputs, strict=True)]
        results = _execute(step, given, _attributes(step, False))
        return [_exact(one) for one in results] if exact else results

    def gradient(self, value, exact=True):
        """The gradient of the replayed loss at a value: a flat float64 array."""
        with tf.GradientTape() as tape:
            tape.watch(value)
            loss = self(value, exact)
        found = tape.gradient(loss, value)
        if found is None:
            raise ValueError("its operations have no gradient")
        return tf.convert_to_tensor(found).numpy().astype(np.float64).reshape(-1)


def _execute(step, inputs, attributes):
    """One operation, recorded by tapes."""
    results = execute.quick_execute(step.op, len(step.outputs), inputs, attributes, context.context())
    backprop.record_gradient(step.op, inputs, attributes, results)
    return results


def _attributes(step, exact):
    """The attributes (name, value, name, value, as they were recorded), with float64 for each floating type."""
    kinds = {attribute.name: attribute.type for attribute in op_def_registry.get(step.op).attr}
    found = []
    for name, value in zip(step.attributes[::2], step.attributes[1::2], strict=True):
        if kinds[name] == "type" and exact:
            value = _exact_type(value)
        elif kinds[name].startswith("list("):  # None stands for an empty one
            value = [_exact_type(one) if kinds[name] == "list(type)" and exact else one for one in value or ()]
        found += [name, value]
    return tuple(found)


def _exact_type(value):
    return tf.float64 if tf.as_dtype(value).is_floating else tf.as_dtype(value)


def _exact(tensor):
    return _cast(tensor, tf.float64) if tensor.dtype.is_floating else tensor


def _cast(tensor, dtype):
    return tensor if tensor.dtype == dtype else tf.cast(tensor, dtype)
