"""The path from a variable to the loss: the operations on it, the gradient at each, and where that ends."""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from tensorflow.python.eager import backprop

from assignlab.doctor.recording import Recording, Step

# They tell the shape of a tensor and nothing of its values.
SHAPE_ONLY = {"Shape", "ShapeN", "Size", "Rank", "ZerosLike", "OnesLike", "VariableShape", "VarIsInitializedOp"}

MOST = 8  # cuts that are told apart at one place
HALF = (tf.float16, tf.bfloat16)


@dataclass(eq=False)
class Link:
    """A step on a chain from the variable, the tensor by which the chain leaves it, and the link before.

    cuts : the links that block every chain from the variable to here, the first on each; none where a chain is open
    """

    step: Step
    leaves_by: tf.Tensor
    before: "Link | None"
    length: int
    cuts: tuple = ()

    def chain(self):
        """The links from the variable up to this one."""
        links, link = [], self
        while link:
            links.append(link)
            link = link.before
        return links[::-1]


class Flow:
    """What a variable's value flows into.

    touched : the ids of all tensors and resources that its value has reached
    reached : the operations on these, in the order in which they ran
    steps : those of them through which it reaches the loss
    made_zero : the ids of all tensors of which the loss makes zeros of the same shape
    read : the first operation that reads the variable, if possible before a tape; None for none
    """

    def __init__(self, run: Recording, variable):
        self.source, self.loss = variable.handle._id, {tensor._id for tensor in tensors(run.result)}
        self.touched, self.reached, self.read = {self.source}, [], None
        self.made_zero = {tensor._id for step in run.steps if step.op == "ZerosLike" for tensor in step.inputs}
        for step in run.steps:
            if not any(tensor._id in self.touched for tensor in step.operands):
                continue
            if step.outputs and any(tensor._id == self.source for tensor in step.inputs):
                self.read = self.read if self.read and self.read.recorded else step
            if step.op not in SHAPE_ONLY:
                self.touched.update(tensor._id for tensor in step.results)
                self.reached.append(step)
        steps, needed = [], set(self.loss)
        for step in reversed(self.reached):
            results = {tensor._id for tensor in step.results}
            if results & needed and results != {self.source}:
                steps.append(step)
                needed.update(tensor._id for tensor in step.operands)
        self.steps = steps[::-1]

    def floating(self):
        """The tensors on the path that can have a gradient, by their ids."""
        found = {tensor._id: tensor for step in self.steps for tensor in (*step.inputs, *step.outputs)}
        return {key: tensor for key, tensor in found.items() if key in self.touched and can_have_gradient(tensor)}

    def from_variable(self, step):
        """The inputs of a step that carry what was computed from the variable."""
        return [tensor for tensor in step.inputs if tensor._id in self.touched]

    def ends(self, passes, steps=None, start=None, blocks=lambda step, leaves_by: False):
        """The last `Link` of each chain along which no tensor passes, up to one that does, a write or the loss.

        passes : callable of the id of a tensor: whether its gradient is as it should be
        blocks : callable of a step and one of its results: whether no gradient passes there. Of the chains to a step,
            an open one counts, and of those the shortest
        steps : where chains are looked for; those that reach the loss by default
        start : the link where they begin; the variable by default
        """
        behind, ends = {start.leaves_by._id if start else self.source: start}, []
        for step in self.steps if steps is None else steps:
            before = [behind[tensor._id] for tensor in step.operands if tensor._id in behind]
            if not before:
                continue
            best = min(before, key=lambda link: (bool(link.cuts), link.length) if link else (False, 0))
            cuts = (
                tuple(dict.fromkeys(cut for link in before for cut in link.cuts))[:MOST] if best and best.cuts else ()
            )
            links = [Link(step, one, best, best.length + 1 if best else 1, cuts) for one in step.results]
            for link in links:
                if not cuts and blocks(step, link.leaves_by):
                    link.cuts = (link,)
            last = [
                link for link in links
                if not step.outputs or passes(link.leaves_by._id) or link.leaves_by._id in self.loss
            ]  # fmt: skip
            ends += last[:1]
            behind.update((link.leaves_by._id, link) for link in links if link not in last)
        return ends

    def to_loss(self, link=None):
        """The links of a shortest chain from the variable to the loss, by way of this link."""
        if link and link.leaves_by._id in self.loss:
            return link.chain()
        after = self.steps[self.steps.index(link.step) + 1 :] if link else None
        ends = self.ends(lambda key: False, after, link)
        return min((end.chain() for end in ends if end.step.outputs), key=len, default=link.chain() if link else [])

    def chain_to(self, step):
        """The links from the variable to an operation that its value has reached."""
        wanted = {tensor._id for tensor in step.outputs}
        return next((end.chain() for end in self.ends(wanted.__contains__, self.reached) if end.step is step), [])

    def maker(self, tensor_id):
        """The operation on the path of the variable that made this tensor, or None."""
        made = (step for step in self.reached if any(tensor._id == tensor_id for tensor in step.outputs))
        return next(made, None)


def alone(step, arriving):
    """What one operation makes of the gradients that arrive at its outputs: a list with one gradient for each input."""
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch([tensor for tensor in step.inputs if can_have_gradient(tensor)])
        backprop.record_gradient(step.op, step.inputs, step.attributes, step.outputs)
    sources = [tensor if can_have_gradient(tensor) else None for tensor in step.inputs]
    if len(arriving) > 1:  # a rule for several outputs wants each of them, as a tape gives it
        pairs = zip(step.outputs, arriving, strict=True)
        arriving = [tf.zeros_like(one) if g is None and can_have_gradient(one) else g for one, g in pairs]
    found = iter(tape.gradient(step.outputs, [one for one in sources if one is not None], arriving))
    return [None if one is None else next(found) for one in sources]


def tensors(result):
    """The eager tensors in what a loss returned."""
    return [one for one in tf.nest.flatten(result, expand_composites=True) if hasattr(one, "_id")]


def can_have_gradient(tensor):
    return tensor.dtype.is_floating or tensor.dtype.is_complex


def values(gradient):
    """The entries of a gradient or tensor as an array that `np.isfinite` understands; of IndexedSlices, its rows."""
    entries = gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient
    if entries.dtype.is_floating and entries.dtype not in (tf.float32, tf.float64):
        entries = tf.cast(entries, tf.float32)
    return np.asarray(entries)


def is_finite(tensor):
    return not can_have_gradient(tensor) or bool(np.isfinite(values(tensor)).all())


def is_not_finite(gradient):
    return not is_finite(gradient)


def is_zero(gradient):
    return not values(gradient).any()
