"""What a check asks the doctor: the one cut of one variable, or nothing where it is not sure."""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from assignlab.doctor import causes, none, numpy_reads
from assignlab.doctor.diagnosis import Diagnosis
from assignlab.doctor.recording import record_loss
from assignlab.doctor.source import Place
from assignlab.doctor.undo import apart

LOST = ("none", "zero", "nan")
MOST = 5  # reads that are tried
NO_CUT = (causes.NEVER_READ, causes.UNUSED, causes.BRANCH, causes.FLAT)


@dataclass(frozen=True)
class Cut:
    """A cause, and the line at which it is."""

    cause: causes.Cause
    place: Place


def cut_of(loss, variable, parts=False):
    """The `Cut` at which the gradient of a loss by a tf.Variable is None, 0, NaN or infinite; None where there is none.

    loss : callable of no argument, which gives the same at each call
    parts : also the one at which a part of the loss is cut, while the others have a gradient
    """
    return apart(lambda: _cut(loss, variable, parts))


def _cut(loss, variable, parts):
    run = record_loss(loss)
    if not run.result:
        return None
    judge = Diagnosis(loss, run, [variable])
    flow, finding = judge.flows[id(variable)], judge.judge(variable, judge.gradients[0])
    found = []
    if finding.cause is causes.NUMPY:
        found = _reads(judge, flow) or [Cut(causes.NUMPY, finding.place)]
    elif finding.verdict in LOST and finding.cause and finding.cause not in NO_CUT:
        found = [Cut(finding.cause, finding.place)]
    elif finding.verdict == "healthy" and parts:
        found = [*_reads(judge, flow), *_stopped(flow)] or _traced(judge)
    told = {cut.place: cut for cut in found if cut.place and cut.place.line}
    sure = [cut for cut in list(told.values())[:MOST] if cut.cause is not causes.NUMPY or _reaches(judge, cut.place)]
    return sure[0] if len(sure) == 1 and len(told) <= MOST else None  # of several, which one is meant?


def _reads(judge, flow):
    """Where NumPy or Python takes a value of the variable."""
    return [Cut(none._way_out(read), read.place) for read in none._carrying(judge, flow)]


def _stopped(flow):
    """The operations on the way to the loss that pass no gradient on."""
    blocking = (step for step in flow.steps if step.op in causes.NEVER_PASSES and not step.inside)
    return [Cut(causes.NEVER_PASSES[step.op], step.place) for step in blocking]


def _traced(judge):
    """Where NumPy takes it without a word to Python."""
    try:
        place = numpy_reads.place_that_leaves_tensorflow(judge.loss, [])
    except Exception:  # not to be traced
        return []
    return [Cut(causes.NUMPY, place)] if place else []


def _reaches(judge, place):
    """Whether the loss depends on what is read at this place.

    A read that is noted is tried with another value: a mask or a printed number leaves the loss as it is. One that is
    not (a trace found it) stands.
    """
    if all(read.place != place for read in judge.run.numpy_reads):
        return True
    with numpy_reads.altered(place):
        again = judge.loss()
    pairs = zip(tf.nest.flatten(judge.run.result), tf.nest.flatten(again), strict=True)
    return not all(np.array_equal(one, other, equal_nan=True) for one, other in pairs)
