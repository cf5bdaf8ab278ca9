"""Why a gradient is None: the tape does not watch the variable, or no way of its operations leads to the loss."""

import functools
import re

import numpy as np
from tensorflow.python.ops import resource_variable_ops as rvo

from assignlab.doctor import causes, source
from assignlab.doctor.finding import Finding
from assignlab.doctor.numpy_reads import place_that_leaves_tensorflow
from assignlab.doctor.path import can_have_gradient, tensors, values
from assignlab.doctor.zero import of_second_derivative

MOST = 3  # other places that are named
WAYS = {
    "numpy": "a NumPy array", "float": "a Python float", "int": "a Python int", "complex": "a Python complex",
}  # fmt: skip


def unwatched(judge, variable, flow):
    """Where the tape does not watch the variable at all."""
    if not can_have_gradient(variable):
        return Finding("none", causes.INTEGER, words={"dtype": variable.dtype.name})
    if isinstance(variable, rvo._UnreadVariable):
        return Finding("none", causes.ASSIGN_RESULT)
    if not variable.trainable:
        return Finding("none", causes.NOT_TRAINABLE)
    if flow.read and flow.read.recorded and not judge.watches(variable):
        links = flow.chain_to(flow.read)
        place = flow.read.place
        return Finding("none", causes.READ_BY_STAND_IN if place and place.stand_in else causes.UNWATCHED, place, links)
    return None


def lost(judge, variable, flow):
    """Where the tape watches it: the operation that ends the gradient, or how the value leaves the tape."""
    if not flow.read and judge.watches(variable):
        return Finding("cannot tell", None, note="The loss reads it, and not by an operation of this thread.")
    if not flow.read:
        return _never_read(judge, variable)
    if judge.error:
        return _no_backward_pass(judge, flow)
    blocks = functools.partial(_blocks, flow)
    ends = flow.ends(lambda key: judge.at.get(key) is not None, blocks=blocks)
    if not ends:
        return _leaves_tensorflow(judge, flow)
    cuts = [
        (blocks(link.step, link.leaves_by) or _ends_none(link.step), link)
        for end in ends
        for link in end.cuts or (end,)
    ]
    cause, link = min(cuts, key=lambda cut: cut[0] is causes.STOP)  # most tf.stop_gradient are meant
    words = {"op": link.step.op, "out": link.leaves_by.dtype.name}
    places = {(cause.name, link.step.place): None for cause, link in cuts}
    places |= {(_way_out(read).name, read.place): None for read in _carrying(judge, flow)}
    note = _elsewhere([(name, place) for name, place in places if place and place != link.step.place])
    return Finding("none", cause, link.step.place, flow.to_loss(link), link.step, words, note)


def _elsewhere(cuts):
    named = ", ".join(f"{name} at {place.where}" for name, place in cuts[:MOST])
    return f"Beside it, the path is cut at other places: {named}." if named else ""


def _no_backward_pass(judge, flow):
    """Where TensorFlow could not compute any gradient of this loss: it has no rule for an operation, or fails."""
    for step in flow.steps:
        if isinstance(judge.error, LookupError) and step.op in str(judge.error).split():
            return Finding("none", causes.UNKNOWN_NONE, step.place, flow.chain_to(step), step, {"op": step.op})
        if step.op == "EagerPyFunc" and judge.numpy_inside():  # a 0 of another shape comes back
            return Finding("none", causes.PY_FUNCTION, step.place, flow.chain_to(step), step)
    return Finding("cannot tell", None, note=f"The backward pass fails: {_short(judge.error)}", links=flow.to_loss())


def _blocks(flow, step, leaves_by):
    """The cause, where a step ends every gradient, whatever follows it; None where it does not."""
    if step.inside:
        return None
    if "Dataset" in step.op:
        return causes.DATASET
    if step.op in causes.NEVER_PASSES:
        return causes.NEVER_PASSES[step.op]
    if not step.recorded and can_have_gradient(leaves_by) and not (step.is_function() or step.op == "ReadVariableOp"):
        return causes.UNRECORDED
    if not step.outputs:
        return causes.ASSIGN
    if not can_have_gradient(leaves_by) and any(can_have_gradient(tensor) for tensor in flow.from_variable(step)):
        return causes.TO_INTEGERS.get(step.op, causes.UNKNOWN_NONE)
    return None


def _ends_none(step):
    """The cause of a step that took in no gradient though one arrived at it."""
    if step.custom:
        return causes.CUSTOM_NONE
    return causes.TRACED if step.is_function() else causes.UNKNOWN_NONE


def _never_read(judge, variable):
    watched = judge.run.tape.watched_variables()
    telling = not variable.name.lower().startswith("variable")
    seen = [f"{v.name.removesuffix(':0')!r} of shape {v.shape}" for v in watched[:3]]
    if telling and variable.name in [v.name for v in watched]:  # names alone would say that it does read it
        seen = ["another object of the same name"]
    instead = f" (it reads {', '.join(seen)})" if seen else ""
    return Finding("none", causes.NEVER_READ, source.of_function(judge.loss), words={"instead": instead})


def _reads(judge, flow):
    """Where Python takes a value that was computed from the variable."""
    return [read for read in judge.run.numpy_reads if read.tensor in flow.touched and read.place]


def _carrying(judge, flow):
    """Those of these reads that may go into the loss."""
    reads = [read for read in _reads(judge, flow) if read.way not in ("bool", "py_function")]
    return [read for read in reads if not _only_tells(read.place.line)]


def _way_out(read):
    return causes.NUMPY_FUNCTION if read.way == "numpy_function" else causes.NUMPY


def _leaves_tensorflow(judge, flow):
    """The variable is read, and none of TensorFlow's operations carries it to the loss."""
    reads, carrying = _reads(judge, flow), _carrying(judge, flow)
    if carrying:
        maker = flow.maker(carrying[-1].tensor)
        links = flow.chain_to(maker) if maker else []
        words = {"way": WAYS.get(carrying[-1].way)}
        return Finding("none", _way_out(carrying[-1]), carrying[-1].place, links, "NumPy", words)
    last, deciding = flow.reached[-1], [read for read in reads if read.way == "bool"]
    links = flow.chain_to(last)
    try:
        decisions = [read.value for read in judge.run.numpy_reads if read.way == "bool"]
        place = place_that_leaves_tensorflow(judge.loss, decisions)
    except Exception as error:
        looked = f"The last of {len(flow.reached)} operations on the variable runs here"
        note = f"{looked}, and a trace of the loss ends with: {_short(error)}"
        return Finding("cannot tell", None, last.place, links, note=note)
    if place or not tensors(judge.run.result):
        place = last.place if place is None or _prints(place.line) else place
        return Finding("none", causes.NUMPY, place, links, "NumPy", {"way": WAYS["numpy"]})
    if deciding:
        return Finding("none", causes.BRANCH, deciding[-1].place, links, "if")
    if last.in_py_function:
        return Finding("none", causes.PY_CAPTURED, last.place, links, last)
    came_back = next((step for step in flow.reached[::-1] if _comes_back(step, judge.run.result)), None)
    if came_back:
        return Finding("none", causes.NUMPY, came_back.place, flow.chain_to(came_back), "NumPy", {"way": WAYS["numpy"]})
    return of_second_derivative(flow, "none") or Finding("none", causes.UNUSED, last.place, links)


def _comes_back(step, result):
    """Whether the loss returns the very numbers of this step, by a way that no tape sees."""
    made = [values(tensor) for tensor in step.outputs if can_have_gradient(tensor)]
    made = [numbers for numbers in made if not np.isin(numbers, (0, 1)).all()]
    return any(np.array_equal(numbers, values(tensor)) for numbers in made for tensor in tensors(result))


def _only_tells(line):
    """Whether a line prints, logs, checks or keeps a value, and computes nothing with it."""
    return _prints(line) or bool(re.match(r"[\w.]+\.append\(", line or ""))


def _prints(line):
    return bool(re.match(r"(tf\.)?print\(|assert\b|log\w*\.|warnings\.", line or ""))


def _short(error):
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:120]}{'…' if len(text) > 120 else ''}"
