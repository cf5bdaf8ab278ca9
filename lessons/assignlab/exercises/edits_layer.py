"""Exercises whose answer edits the weights of a Keras layer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from assignlab.exercises.case import Case, Seen
from assignlab.exercises.comparing import identical, same_list_returned, same_values
from assignlab.exercises.detecting import detect, first_difference, fixed_numbers
from assignlab.exercises.diagnosing import why_unchanged
from assignlab.exercises.model import Exercise, Mistake, Wrong
from assignlab.exercises.showing import argument_lines, show_both

TOO_EARLY = (
    "The arrays were edited after they had been written: set_weights and assign copy what an array holds at that "
    "moment. Multiply first, write last."
)


@dataclass(frozen=True)
class LayerCase:
    """A layer of `keras.layers` by name, its options, the shape that it is built for, and the other arguments."""

    layer: str
    options: dict
    built_for: tuple
    arguments: tuple

    def build(self):
        """The layer with weights of both signs, none of them 0; float32, whatever the dtype policy of the notebook."""
        import keras  # takes a second: only for these exercises

        layer = getattr(keras.layers, self.layer)(**self.options, dtype="float32")
        layer.build(self.built_for)
        rng = np.random.default_rng(len(layer.weights))
        drawn = [np.round(rng.uniform(0.2, 4.9, w.shape) * rng.choice([-1, 1], w.shape), 2) for w in layer.weights]
        layer.set_weights(drawn)
        return layer

    def lines(self, weights):
        """The lines of Python that make the same layer."""
        options = ", ".join([*(f"{name}={value!r}" for name, value in self.options.items()), 'dtype="float32"'])
        arrays = argument_lines({f"w{i}": weight for i, weight in enumerate(weights)})
        return [
            f"layer = keras.layers.{self.layer}({options})",
            f"layer.build({self.built_for})",
            *arrays,
            f"layer.set_weights([{', '.join(f'w{i}' for i in range(len(weights)))}])",
        ]


class Before:
    """A layer's variables and values as they were before the answer was called."""

    def __init__(self, layer):
        self.layer, self.weights, self.values = layer, list(layer.weights), layer.get_weights()
        self.inner = [(weight.value, weight.trainable) for weight in self.weights]
        self.held = {
            name: value for name, value in vars(layer).items() if any(value is weight for weight in self.weights)
        }

    def found(self, case, reference):
        """What the weights are now, beside what `reference` makes of the old ones."""
        with np.errstate(all="ignore"):
            expected = [np.array(reference(values, *case.arguments)).astype(values.dtype) for values in self.values]
        now = [weight.numpy() for weight in self.weights]
        names, trainable = [w.name for w in self.weights], [w.trainable for w in self.weights]
        return Found(case, names, trainable, self.values, now, expected)

    def same_objects(self):
        """Whether the layer still holds its variables, and no others."""
        now = vars(self.layer)
        return all(now.get(name) is value for name, value in self.held.items()) and (
            list(map(id, self.layer.weights)) == list(map(id, self.weights))
        )

    def same_variables(self):
        """Whether these still hold the same TensorFlow variables, as trainable as they were."""
        now = [(weight.value, weight.trainable) for weight in self.weights]
        return all(a is b and x == y for (a, x), (b, y) in zip(now, self.inner, strict=True))


@dataclass(frozen=True)
class Found:
    """Names and values of all weights of a layer: before the call, after it, and as they should be."""

    case: LayerCase
    names: Sequence[str]
    trainable: Sequence[bool]
    before: Sequence[np.ndarray]
    now: Sequence[np.ndarray]
    expected: Sequence[np.ndarray]

    @property
    def wrong(self):
        """The indices of the weights that are not as they should be."""
        pairs = enumerate(zip(self.now, self.expected, strict=True))
        return [i for i, (now, expected) in pairs if not same_values(now, expected, now.dtype)]

    @property
    def first(self):
        """The first weight as a `Case`."""
        return Case(self.before[0], self.case.arguments, self.expected[0])

    @property
    def unchanged(self):
        """Whether every weight is as it was."""
        return all(map(identical, self.now, self.before))


@dataclass(frozen=True, kw_only=True)
class EditsLayer(Exercise):
    """The answer edits every weight of a layer. reference(weight, *arguments) gives the new values of one weight."""

    reference: Callable
    cases: Sequence[LayerCase]
    mistakes: Sequence[Mistake] = ()

    variable_name = "weight"

    def verify(self, answer):
        passed = []
        for case in self.cases:
            passed.append(self.verify_case(answer, case, passed))
        kinds = ", ".join(dict.fromkeys(case.layer for case in self.cases))
        return f"every weight of {len(passed)} layers ({kinds}); the same variables, gradient alive and exact"

    def verify_case(self, answer, case, passed):
        """Raise `Wrong` unless the answer is right for this layer, else return what was `Found`; `passed` in others."""
        layer = case.build()
        before = Before(layer)
        try:
            run = self.run_answer(answer, [layer, *case.arguments], self.call_text(case, before))
        except Wrong as wrong:
            if passed:
                wrong.advice += f" It was right for a layer of the class {passed[0].case.layer}."
            raise
        self.verify_objects(run, before)
        found = before.found(case, self.reference)
        if found.wrong:
            first = found.wrong[0]
            texts = show_both(found.names[first], found.now[first], found.expected[first])
            raise run.wrong(*self.diagnose(run, found, passed), *texts)
        for weight in before.weights:
            self.verify_gradient(weight.value, run)
        return found

    def call_text(self, case, before):
        """The lines that make the layer and call the answer."""
        arguments = dict(zip(self.parameters[1:], case.arguments, strict=True))
        lines = [*case.lines(before.values), *argument_lines(arguments)]
        return "\n".join([*lines, f"{self.function}({', '.join(self.parameters)})"])

    def verify_objects(self, run, before):
        """Raise `Wrong` unless the layer still holds its own variables."""
        if not before.same_objects():
            advice = (
                "The layer holds another object now. Keep its variables and write into them: layer.kernel.assign(...)"
            )
            raise run.wrong("replaced", advice)
        if not before.same_variables():
            advice = "Leave the layer's variables themselves alone, and write their values with assign or set_weights."
            raise run.wrong("resource changed", advice)

    def diagnose(self, run, found, passed):
        """(diagnosis, advice) for wrong values."""
        reading = run.reading
        if found.unchanged and not passed:
            return _why_unchanged(run, found)
        if reading.edits_after_write and reading.uses("get_weights") and not passed:
            return "assigned too early", TOO_EARLY
        for mistake in self.mistakes:
            gives = [mistake.gives(weight, *found.case.arguments) for weight in found.before]
            if all(same_values(now, g, now.dtype) for now, g in zip(found.now, gives, strict=True)):
                return mistake.diagnosis, mistake.advice
        if len(found.wrong) < len(found.names):
            return _only_some(found)
        if found.unchanged:
            advice = (
                f"Nothing was written to this layer. Its weights are called {', '.join(found.names)}: "
                "go through layer.weights, whatever they are called."
            )
            return "not every layer has it", advice
        names = (found.names[0], *self.parameters[1:])
        earlier, unused = [other.first for other in passed], self.unused_arguments(reading)
        seen = Seen(found.first, found.now[0], names, self.reference, earlier, unused=unused)
        detected = fixed_numbers(seen) or detect(seen)
        if detected:
            return detected
        if passed:
            return "example only", f"{_special(found.case, passed[0].case)} {first_difference(seen)}"
        advice = (
            f"Something was written, but not these values. {first_difference(seen)} Print the arrays before and after."
        )
        return "values", advice


def _special(case, first):
    """A sentence that says what a case has that the first one had not."""
    if case.layer != first.layer:
        return f"Right for {first.layer}, and this layer is {case.layer}: go through layer.weights, whatever they are."
    new = [f"{name}={value!r}" for name, value in case.options.items() if first.options.get(name) != value]
    return f"Right for the first layer. What is different here: {', '.join([*new, f'arguments {case.arguments}'])}."


def _why_unchanged(run, found):
    """(diagnosis, advice) for an answer that left every weight as it was."""
    if same_list_returned(run.returned, found.expected):
        return (
            "returned",
            "The right values came back as a list, and the layer still has the old ones: layer.set_weights(...)",
        )
    reading = run.reading
    if reading.edits_after_write and reading.uses("get_weights"):
        return "assigned too early", TOO_EARLY
    if reading.uses("get_weights") and reading.uses("set_weights"):
        return (
            "old values assigned",
            "The list that went back still holds the old arrays: `w = w * f` names a new array. Build a new list.",
        )
    if reading.uses("set_weights"):
        return "old values assigned", "set_weights got the old values back. Multiply each array before it goes in."
    if reading.uses("get_weights"):
        advice = "get_weights() returns copies: editing them changes nothing. Give them back: layer.set_weights(...)"
        return "copy edited", advice
    if reading.uses("numpy", "asarray", "array") and not reading.uses("assign"):
        return (
            "copy edited",
            "weight.numpy() returns a copy: editing it changes nothing. Put the edited copy back: weight.assign(...)",
        )
    diagnosis, advice = why_unchanged(reading, "weight", run.returned, found.expected[0])
    if diagnosis in ("unchanged", "rebound"):
        advice = (
            "`weight = ...`, `weight *= ...` and `weights[i] = ...` give a name or a place in a list to a new tensor; "
            "the variable keeps its values. Write into it: weight.assign(...)"
        )
        return "rebound", advice
    return diagnosis, advice


def _only_some(found):
    """(diagnosis, advice) for a layer of which some weights are right."""
    left = [found.names[i] for i in found.wrong]
    right = [name for i, name in enumerate(found.names) if i not in found.wrong]
    listed = f"Right: {', '.join(right)}. Not: {', '.join(left)}."
    if found.wrong == [i for i, trainable in enumerate(found.trainable) if not trainable]:
        return (
            "trainable weights only",
            f"{listed} trainable_variables and trainable_weights leave out what is not trained. layer.weights are all.",
        )
    return "only some weights", f"{listed} Do the same for every one of layer.weights."
