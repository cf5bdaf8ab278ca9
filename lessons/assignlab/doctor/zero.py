"""Why a gradient is 0: an operation is flat, or the loss has no slope at this point."""

import ml_dtypes
import numpy as np

from assignlab.doctor import causes
from assignlab.doctor.finding import Finding
from assignlab.doctor.path import HALF, alone, can_have_gradient, is_zero, values

SMALL = 1e-4  # a gradient below it may be what rounding left
ROUNDED = 32  # times the dtype's epsilon: what is left of gradients that cancel
TINY = 1e-4  # what arrives in 16 bits, below it, may be lost in the next product


def explain(judge, flow):
    """The `Finding` about a variable whose gradient is 0; a cut only where every way to the loss has one."""
    suspects = judge.suspects(flow, is_zero)
    if not suspects or not all(loses for _, loses in suspects):
        place = suspects[0][0].step.place if suspects else None
        return _level(flow) or Finding("zero", causes.FLAT, place, flow.to_loss())
    end = suspects[0][0]
    step, cause = end.step, _flattens(judge, end.step, flow)
    if cause is causes.NOT_TAKEN and step.op in causes.JOINS:  # joined to others, and lost where these go on
        chain = flow.to_loss(end)
        after = chain[chain.index(end) + 1 :]
        end = next((link for link in after if link.step.op not in causes.JOINS), end)
        step, cause = end.step, _of_a_part(end.step)
    if cause is causes.FLAT and (found := _level(flow)):
        return found
    words = {"op": step.op, "dtype": step.inputs[0].dtype.name if step.inputs else ""}
    return Finding("zero", cause, step.place, flow.to_loss(end), None if cause is causes.FLAT else step, words)


def _flattens(judge, step, flow):
    if step.custom:
        return causes.CUSTOM_ZERO
    if step.op == "EagerPyFunc":
        return causes.PY_FUNCTION if judge.numpy_inside() else causes.FLAT
    if _of_one_class(step):
        return causes.ONE_CLASS
    cause = causes.FLATTENS.get(step.op)
    if cause is causes.SATURATED:
        return cause if np.isin(values(step.outputs[0]), (-1, 0, 1)).all() else causes.FLAT
    if cause:
        return cause
    if _times_zero(step, flow):
        return causes.TIMES_ZERO
    arriving = [judge.at[one._id] for one in step.outputs if judge.at.get(one._id) is not None]
    if step.op == "Cast" and step.inputs[0].dtype in HALF:
        return causes.UNDERFLOW
    if any(g.dtype in HALF and 0 < np.abs(values(g)).max(initial=0) < TINY for g in arriving):
        return causes.UNDERFLOW
    return causes.FLAT


def _of_a_part(step):
    """Why a step passes a gradient on to some entries, and none to those of the variable."""
    cause = causes.FLATTENS.get(step.op, causes.TIMES_ZERO if step.op in causes.PRODUCTS else causes.FLAT)
    return causes.FLAT if cause is causes.SATURATED else cause


def _of_one_class(step):
    return step.op in causes.SOFTMAX and step.outputs[0].shape[-1] == 1


def _times_zero(step, flow):
    others = [tensor for tensor in step.inputs if tensor._id not in flow.touched]
    return step.op in causes.PRODUCTS and any(can_have_gradient(one) and is_zero(one) for one in others)


def _level(flow):
    """The `Finding` about a loss that is flat, where a step on the way tells why; None where none does."""
    found = _blocked(flow)
    if not found and (step := next((step for step in flow.reached if _minus_itself(step, flow)), None)):
        found = Finding("zero", causes.MINUS_ITSELF, step.place, flow.chain_to(step), step)
    return found or of_second_derivative(flow, "zero")


def of_second_derivative(flow, verdict):
    """The `Finding` about a loss that takes the slope of a ReLU's slope, for which TensorFlow gives zeros; or None."""
    slopes = (step for step in flow.reached if step.op in causes.RELU_SLOPE)
    step = next((step for step in slopes if any(tensor._id in flow.made_zero for tensor in step.inputs)), None)
    return step and Finding(verdict, causes.STRAIGHT, step.place, flow.chain_to(step), step)


def _minus_itself(step, flow):
    """Whether it is part of a variance, with a mean over a single entry: the entry itself."""
    if step.op != "SquaredDifference":
        return False
    makers = [flow.maker(tensor._id) for tensor in flow.from_variable(step)]
    makers = [flow.maker(one.inputs[0]._id) if one and one.op == "StopGradient" else one for one in makers]
    means = [one for one in makers if one and one.op == "Mean"]
    return any(one.inputs[0].shape.num_elements() == one.outputs[0].shape.num_elements() for one in means)


def _blocked(flow):
    """Where each way to the loss leads through a step that no value of the variable can change."""

    def blocks(step, leaves_by):
        return (leaves_by.shape.num_elements() == 0) or _times_zero(step, flow)

    ends = flow.ends(lambda key: False, blocks=blocks)
    if not ends or not all(end.cuts for end in ends):
        return None
    link = ends[0].cuts[0]
    cause = causes.NOTHING_LEFT if link.leaves_by.shape.num_elements() == 0 else causes.TIMES_ZERO
    return Finding("zero", cause, link.step.place, flow.to_loss(link), link.step, {"op": link.step.op})


def but_for_rounding(judge, flow, gradient):
    """The `Finding` about a small gradient that only rounding makes: each way leads through a softmax that cancels."""
    softmaxes = [step for step in flow.steps if step.op in causes.SOFTMAX]
    small = np.abs(values(gradient)).max(initial=0) <= SMALL
    if not softmaxes or not (small or any(map(_of_one_class, softmaxes))):
        return None
    at = judge.arriving_at(flow)

    def largest(gradients):
        return max((np.abs(values(one)).max(initial=0) for one in gradients if one is not None), default=0)

    def cancels(step, leaves_by):
        if step.op not in causes.SOFTMAX or step.inside or step.custom:
            return False
        arriving = [at.get(tensor._id) for tensor in step.outputs]
        left = largest(alone(step, arriving)) if any(one is not None for one in arriving) else 0
        return left <= ROUNDED * ml_dtypes.finfo(leaves_by.dtype.as_numpy_dtype).eps * largest(arriving)

    ends = flow.ends(lambda key: False, blocks=cancels)
    if not ends or not all(end.cuts for end in ends):
        return None
    link = ends[0].cuts[0]
    cause = causes.ONE_CLASS if _of_one_class(link.step) else causes.CANCELS
    return Finding("zero", cause, link.step.place, flow.to_loss(link), link.step, {"op": link.step.op}, head="rounding")
