"""From a recorded run of the loss to a `Finding` about each variable."""

from dataclasses import replace

import numpy as np
import tensorflow as tf

from assignlab.doctor import none, not_finite, zero
from assignlab.doctor.finding import Finding
from assignlab.doctor.path import Flow, alone, can_have_gradient, is_finite, is_zero, tensors, values


class Diagnosis:
    """Judges the variables of one `Recording`."""

    def __init__(self, loss, run, variables):
        self.loss, self.run = loss, run
        self.targets = [tensor for tensor in tensors(run.result) if can_have_gradient(tensor)]
        self.flows = {id(v): Flow(run, v) for v in variables}
        self.error, self._judged = None, {}  # the error is that of the backward pass
        self._once = any(step.op == "EagerPyFunc" for step in run.steps)  # its gradient can be asked for once
        on_the_way = self._on_the_way(variables) if self._once else {}
        found = self._gradients([*variables, *on_the_way.values()])
        self.gradients, rest = found[: len(variables)], found[len(variables) :]
        ill = [v for v, gradient in zip(variables, self.gradients, strict=True) if not is_healthy(gradient)]
        if ill and not self._once:
            on_the_way = self._on_the_way(ill)
            rest = self._gradients(list(on_the_way.values()))
        self.at = dict(zip(on_the_way, rest, strict=True))  # id of a tensor -> the gradient that arrives there

    def _on_the_way(self, variables):
        """The tensors between these variables and the loss, by their ids."""
        return {key: tensor for v in variables for key, tensor in self.flows[id(v)].floating().items()}

    def _gradients(self, sources):
        able = [can_have_gradient(one) for one in sources]
        found = ()
        if self.targets and any(able):
            try:
                found = self.run.tape.gradient(self.targets, [s for s, can in zip(sources, able, strict=True) if can])
            except Exception as error:
                self.error = error
        found = iter(found)
        return [next(found, None) if can else None for can in able]

    def judge(self, variable, gradient):
        """The `Finding` about one variable and the gradient that a tape gives for it."""
        flow = self.flows[id(variable)]
        if gradient is None:
            return none.unwatched(self, variable, flow) or none.lost(self, variable, flow)
        if not is_finite(gradient):
            return not_finite.explain(self, variable, flow)
        if not self.loss_is_finite():
            return replace(not_finite.of_loss(self, flow), head="loss")
        if is_zero(gradient):
            return zero.explain(self, flow)
        note = _health(gradient, len(flow.steps))
        return zero.but_for_rounding(self, flow, gradient) or Finding("healthy", None, links=flow.to_loss(), note=note)

    def loss_is_finite(self):
        """Whether all that the loss returned is."""
        return all(map(is_finite, self.targets))

    def arriving_at(self, flow):
        """The gradients at the tensors on the path of a variable, by their ids; none where they cannot be asked for."""
        if self._once:
            return {}
        on_the_way = flow.floating()
        return dict(zip(on_the_way, self._gradients(list(on_the_way.values())), strict=True))

    def watches(self, variable):
        """Whether a tape sees this variable read."""
        return any(variable is watched for watched in self.run.tape.watched_variables())

    def numpy_inside(self):
        """Whether a py_function computes with NumPy inside."""
        return any(read.way == "py_function" for read in self.run.numpy_reads)

    def suspects(self, flow, lost):
        """Where the gradient begins to be lost: pairs of a `Link`, and whether its step loses it by itself.

        lost : callable of a gradient: whether it is 0, or not finite

        A sum of several ways may be 0, too, or NaN because of one of them.
        """
        ends = flow.ends(lambda key: self.at.get(key) is not None and not self._is(lost, key))
        judged = [(end, self._loses(end.step, flow, lost)) for end in ends if end.step.outputs]
        return [(end, loses) for end, loses in judged if loses is not None]

    def _is(self, lost, key):
        """Whether the gradient at a tensor is lost. The ways of all variables lead through the same tensors."""
        if (lost, key) not in self._judged:
            self._judged[lost, key] = lost(self.at[key])
        return self._judged[lost, key]

    def _loses(self, step, flow, lost):
        """Whether a step loses what arrives at it; None where nothing that is lost passes it."""
        if step.custom or step.op == "EagerPyFunc":
            return True
        if any(tensor._id == flow.source for tensor in step.inputs):  # a read passes on what it gets
            return False
        keys = [tensor._id for tensor in flow.from_variable(step)]
        gone = [key for key in keys if self.at.get(key) is not None and self._is(lost, key)]
        try:
            left = alone(step, [self.at.get(tensor._id) for tensor in step.outputs])
        except Exception:  # a rule that is not for one operation by itself
            return None
        left = [g for tensor, g in zip(step.inputs, left, strict=True) if tensor._id in gone and g is not None]
        return (all if lost is is_zero else any)(map(lost, left)) if left else None


ELSEWHERE = "\nA tape that gives None here did not see this loss: it must be computed within `with tf.GradientTape()`."


def is_healthy(gradient):
    return gradient is not None and is_finite(gradient) and not is_zero(gradient)


def _health(gradient, count):
    entries = values(gradient).astype("float64" if gradient.dtype.is_floating else "complex128")
    sparse = f" in {len(entries)} rows (IndexedSlices)" if isinstance(gradient, tf.IndexedSlices) else ""
    nonzero, size = np.count_nonzero(entries), entries.size
    some = "" if nonzero == size else f", and {size - nonzero} of its {size} entries are 0"
    norm = f"its norm is {np.linalg.norm(entries):.3g}{some}"
    return f"It is finite{sparse}, {norm}; the path has {count} operations.{ELSEWHERE}"
