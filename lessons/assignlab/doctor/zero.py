"""Why a gradient is 0: an operation is flat, or the loss has no slope at this point."""

import numpy as np
import tensorflow as tf

from assignlab.doctor import causes
from assignlab.doctor.finding import Finding
from assignlab.doctor.path import can_have_gradient, is_zero, values


def explain(judge, flow):
    """The `Finding` about a variable whose gradient is 0; a cut only where every way to the loss has one."""
    suspects = judge.suspects(flow, is_zero)
    if not suspects or not all(loses for _, loses in suspects):
        return Finding("zero", causes.FLAT, suspects[0][0].step.place if suspects else None, flow.to_loss())
    end = suspects[0][0]
    step, cause = end.step, _flattens(judge, end.step, flow)
    words = {"op": step.op, "dtype": step.inputs[0].dtype.name if step.inputs else ""}
    return Finding("zero", cause, step.place, flow.to_loss(end), None if cause is causes.FLAT else step, words)


def _flattens(judge, step, flow):
    if step.custom:
        return causes.CUSTOM_ZERO
    if step.op == "EagerPyFunc":
        return causes.PY_FUNCTION if judge.numpy_inside() else causes.FLAT
    cause = causes.FLATTENS.get(step.op)
    if cause is causes.SATURATED:
        return cause if np.isin(values(step.outputs[0]), (-1, 0, 1)).all() else causes.FLAT
    if cause:
        return cause
    others = [tensor for tensor in step.inputs if tensor._id not in flow.touched]
    if step.op in causes.PRODUCTS and any(can_have_gradient(one) and is_zero(one) for one in others):
        return causes.TIMES_ZERO
    if step.op == "Cast" and step.inputs[0].dtype in (tf.float16, tf.bfloat16):
        return causes.UNDERFLOW
    return causes.FLAT
