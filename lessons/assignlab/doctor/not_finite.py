"""Why a gradient is NaN or infinite: the variable, the loss, or one operation on the way back."""

import numpy as np

from assignlab.doctor import causes
from assignlab.doctor.finding import Finding
from assignlab.doctor.path import HALF, is_finite, is_not_finite, values


def explain(judge, variable, flow):
    if not is_finite(variable.read_value()):
        return Finding("nan", causes.NAN_VARIABLE)
    if not judge.loss_is_finite():
        return of_loss(judge, flow)
    ends = [end for end, loses in judge.suspects(flow, is_not_finite) if loses]
    if not ends:
        return Finding("cannot tell", None, note="Its gradient is not finite, and each of the operations' own is.")
    end = min(ends, key=lambda end: end.step.custom)  # what is known before what is supposed
    step, after = end.step, flow.steps[flow.steps.index(end.step) + 1 :]
    arriving = [judge.at[tensor._id] for tensor in step.outputs if judge.at.get(tensor._id) is not None]
    hidden = any(not values(gradient).all() for gradient in arriving) and any(s.op in causes.MASKS for s in after)
    cause = causes.CUSTOM_NAN if step.custom else causes.MASKED_NAN if hidden else causes.INFINITE
    words = {"op": step.op, "dtype": step.inputs[0].dtype.name}
    if step.op == "Cast" and step.inputs[0].dtype in HALF:  # on the way back it casts to that
        cause = causes.OVERFLOW
    return Finding("nan", cause, step.place, flow.to_loss(end), step, words)


def of_loss(judge, flow):
    """The `Finding` about a variable whose loss is not finite: the first operation that makes it so."""
    bad, origin = {tensor._id for tensor in judge.targets if not is_finite(tensor)}, None
    for step in reversed(flow.steps):
        if any(tensor._id in bad for tensor in step.outputs):
            before = {tensor._id for tensor in flow.from_variable(step) if not is_finite(tensor)}
            bad |= before
            origin = origin if before else step
    if origin is None:
        return Finding(
            "cannot tell", None, note="The loss is not finite, and none of the variable's steps makes it so."
        )
    masked = next((step for step in flow.steps if _all_masked(step)), None)
    if masked:
        return Finding("nan", causes.ALL_MASKED, masked.place, flow.chain_to(masked), masked)
    clean = all(is_finite(tensor) for tensor in origin.inputs)
    cause = causes.NAN_DATA if not clean else causes.TOO_LARGE if origin.op in causes.GROWS else causes.NAN_LOSS
    words = {"op": origin.op, "dtype": origin.outputs[0].dtype.name}
    return Finding("nan", cause, origin.place, flow.chain_to(origin), origin, words)


def _all_masked(step):
    """Whether this is a softmax of which a row is minus infinity throughout."""
    return step.op in causes.SOFTMAX and bool(np.isneginf(values(step.inputs[0])).all(axis=-1).any())
