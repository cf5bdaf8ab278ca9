"""Checks of lesson 04, the NumPy snapshot pitfall."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from assignlab.exercise import (
    Exercise,
    InPlace,
    Mistake,
    Wrong,
    arrays,
    same_returned,
    same_values,
    shapes,
    show,
    verify_gradient_alive,
    why_unchanged,
)


def _negative_cases():
    rng = np.random.default_rng(41)
    yield ([[1.0, -2.0], [-3.0, 4.0]],)
    yield ([-1.0, 0.0, 2.5],)
    yield (rng.normal(size=(3, 5)),)
    yield ([[1.0, 2.0]],)
    yield (-np.ones((2, 1, 3)),)


def _gradient(w, x, y):
    return 2.0 * x.T @ (x @ w - y) / y.size


def _step_cases():
    rng = np.random.default_rng(42)
    x = np.array([[1.0, 0.0], [0.0, 1.0]], "float32")
    yield [[2.0], [0.0]], x, np.array([[4.0], [-1.0]], "float32"), 0.25, 1.0  # every mistake gives another result here
    x, y = rng.normal(size=(8, 3)).astype("float32"), rng.normal(size=(8, 1)).astype("float32")
    yield rng.normal(size=(3, 1)), x, 5 * y, 0.3, 0.5
    yield rng.normal(size=(3, 1)), x, y, 0.1, 10.0
    yield np.full((3, 1), 2.0), x, y, 0.1, 1.0


small = st.integers(-8, 8).map(lambda i: i / 4)


def _clip(values, limit):
    return np.clip(values, -limit, limit)


@dataclass(frozen=True, kw_only=True)
class EditsLayer(Exercise):
    """The answer edits the weights of a Keras layer. reference(weight, *arguments) is applied to every weight; cases() yields (layer, *arguments)."""

    reference: Callable
    cases: Callable
    mistakes: Sequence[Mistake] = ()

    def verify(self, answer):
        described = []
        for count, (layer, *arguments) in enumerate(self.cases()):
            before = layer.get_weights()
            owned = list(layer.weights)
            inner = [(weight.value, weight.trainable) for weight in owned]
            shapes_of = ", ".join(f"{w.name} {tuple(w.shape)}" for w in owned)
            called = f"{self.function}(layer, {', '.join(show(a) for a in arguments)}) on a {type(layer).__name__} layer with {shapes_of}"
            held = {name: value for name, value in vars(layer).items() if any(value is weight for weight in owned)}
            try:
                returned = self.call(answer, [layer, *arguments], called)
            except Wrong as wrong:
                if count:
                    wrong.in_a_later_case()
                raise
            if any(vars(layer).get(name) is not value for name, value in held.items()) or [
                id(w) for w in layer.weights
            ] != [id(w) for w in owned]:
                raise Wrong(
                    "replaced",
                    "The layer holds another object now. Keep its variables and write into them: layer.kernel.assign(...)",
                    called,
                )
            if any(
                weight.value is not variable or weight.trainable != trainable
                for weight, (variable, trainable) in zip(owned, inner, strict=True)
            ):
                raise Wrong(
                    "resource changed",
                    "Leave the layer's variables themselves alone, and write their values with assign or set_weights.",
                    called,
                )
            self.verify_weights(answer, layer, owned, before, arguments, returned, called, example=count == 0)
            described.append(shapes_of)
        return f"every weight of layers with {'; with '.join(described)}; the same variables, gradient alive"

    def verify_weights(self, answer, layer, owned, before, arguments, returned, called, example):
        now = [w.numpy() for w in owned]
        expected = [self.reference(b, *arguments) for b in before]
        for weight, got, want in zip(owned, now, expected, strict=True):
            if same_values(got, want, np.float32):
                continue
            text = dict(
                called=called,
                got=f"{weight.name} = {show(got)}",
                expected=f"{weight.name} = {show(want.astype(got.dtype))}",
            )
            if all(np.array_equal(g, b) for g, b in zip(now, before, strict=True)):
                diagnosis, advice = why_unchanged(answer, self.parameters[0], returned, want)
                names = set(answer.__code__.co_names) if hasattr(answer, "__code__") else set()
                if (
                    isinstance(returned, list)
                    and len(returned) == len(expected)
                    and all(map(same_returned, returned, expected))
                ):
                    diagnosis, advice = (
                        "returned",
                        "The right values came back as a list, but the layer still has the old ones: layer.set_weights(...)",
                    )
                elif {"get_weights", "set_weights"} <= names:
                    diagnosis, advice = (
                        "old values assigned",
                        "The list that went back still holds the old arrays: `w = w * f` names a new array. Build a new list.",
                    )
                elif "get_weights" in names:
                    diagnosis = "copy edited"
                    advice = "layer.get_weights() returns copies: editing them changes nothing. Give them back with layer.set_weights(...), or use assign."
                elif diagnosis == "unchanged":
                    diagnosis = "rebound"
                    advice = "`weight *= factor` gives the name a new tensor; the variable keeps its values. Write into it: weight.assign(...)"
                raise Wrong(diagnosis, advice, **text)
            for mistake in self.mistakes:
                if all(
                    same_values(g, mistake.gives(b, *arguments), np.float32) for g, b in zip(now, before, strict=True)
                ):
                    raise Wrong(mistake.diagnosis, mistake.advice, **text)
            if sum(same_values(g, w, np.float32) for g, w in zip(now, expected, strict=True)):
                raise Wrong(
                    "only some weights",
                    f"Other weights of the layer are right, {weight.name} is not. Do the same for every one of layer.weights.",
                    **text,
                )
            if not example:
                raise Wrong(
                    "example only",
                    "Right for the first layer, wrong for this one: use the arguments, and every weight of the layer.",
                    **text,
                )
            raise Wrong(
                "values", "Something was written, but not these values. Print the arrays before and after.", **text
            )
        for weight in owned:
            verify_gradient_alive(weight.value, called)


def _layer_cases():
    import keras  # takes a second to import: only for this exercise

    for units, use_bias, factor in ((2, True, 0.5), (3, False, -2.0), (1, True, 10.0)):
        layer = keras.layers.Dense(units, use_bias=use_bias, bias_initializer="ones")
        layer.build((None, 3))
        yield layer, factor
    embedding = keras.layers.Embedding(4, 2)
    embedding.build()
    yield embedding, 3.0


EXERCISES = [
    InPlace(
        number="4.1",
        function="zero_negatives",
        parameters=("v",),
        reference=lambda values: np.maximum(values, 0.0),
        cases=_negative_cases,
        family=st.tuples(shapes().flatmap(arrays)),
        mistakes=(
            Mistake(
                "mask inverted",
                lambda values: np.minimum(values, 0.0),
                "The positive entries were replaced. Zero those below 0.",
            ),
            Mistake("absolute value", np.abs, "The negative entries changed their sign. They must become 0."),
            Mistake("all replaced", lambda values: values * 0, "Every entry became 0. Only the negative ones should."),
            Mistake(
                "mask stored",
                lambda values: values < 0,
                "The mask itself was stored, as 0 and 1. Use it to choose what becomes 0.",
            ),
            Mistake(
                "mask stored",
                lambda values: values > 0,
                "The mask itself was stored, as 0 and 1. Use it to choose what becomes 0.",
            ),
            Mistake("mask stored", np.sign, "The signs were stored. The positive entries must keep their values."),
        ),
        hints=(
            "v.numpy() makes a new copy each time it is called. Give one copy a name.",
            "Edit the named copy with a mask, then put it back into v.",
            "a = v.numpy(), a[a < 0] = 0, then give a to v.assign.",
        ),
        why="The copy has a name, so the edit is not lost with it; assign is the one line that changes the variable.",
        practice="Whenever you read .numpy() with something done to it on the same line, look for the assign.",
    ),
    InPlace(
        number="4.2",
        function="clipped_step",
        parameters=("w", "x", "y", "learning_rate", "limit"),
        reference=lambda w, x, y, learning_rate, limit: _clip(
            w - learning_rate * _gradient(w, x.astype(np.float64), y.astype(np.float64)), limit
        ),
        cases=_step_cases,
        family=st.tuples(st.integers(1, 6), st.integers(1, 3)).flatmap(
            lambda n: st.tuples(
                arrays((n[1], 1)),
                arrays(n, small).map(np.float32),
                arrays((n[0], 1), small).map(np.float32),
                st.sampled_from([0.05, 0.5]),
                st.sampled_from([0.5, 2.0]),
            )
        ),
        dtypes=("float32",),
        rounding=100.0,
        mistakes=(
            Mistake(
                "one side only",
                lambda w, x, y, learning_rate, limit: np.minimum(w - learning_rate * _gradient(w, x, y), limit),
                "Only large positive weights were clipped. np.clip takes both ends: -limit and limit.",
            ),
            Mistake(
                "never clipped",
                lambda w, x, y, learning_rate, limit: w - learning_rate * _gradient(w, x, y),
                "The step is right and nothing was clipped: np.clip works on a copy. Assign its result.",
            ),
            Mistake(
                "clipped before the step",
                lambda w, x, y, learning_rate, limit: (
                    _clip(w, limit) - learning_rate * _gradient(_clip(w, limit), x, y)
                ),
                "The weights were clipped and then moved out of the limits again by the step. Clip last.",
            ),
            Mistake(
                "clipped before the step",
                lambda w, x, y, learning_rate, limit: _clip(w, limit) - learning_rate * _gradient(w, x, y),
                "The weights were clipped and then moved out of the limits again by the step. Clip last.",
            ),
            Mistake(
                "gradient clipped",
                lambda w, x, y, learning_rate, limit: w - learning_rate * _clip(_gradient(w, x, y), limit),
                "The gradient was clipped. Clip the weights, after the step.",
            ),
            Mistake(
                "no step",
                lambda w, x, y, learning_rate, limit: _clip(w, limit),
                "The weights were clipped, but no step was made. First w.assign_sub(learning_rate * gradient).",
            ),
            Mistake(
                "uphill",
                lambda w, x, y, learning_rate, limit: _clip(w + learning_rate * _gradient(w, x, y), limit),
                "The step went uphill. Subtract the gradient: w.assign_sub(...)",
            ),
            Mistake(
                "no learning rate",
                lambda w, x, y, learning_rate, limit: _clip(w - _gradient(w, x, y), limit),
                "The step is the whole gradient. Multiply it by learning_rate.",
            ),
            Mistake(
                "sum instead of mean",
                lambda w, x, y, learning_rate, limit: _clip(w - learning_rate * _gradient(w, x, y) * y.size, limit),
                "The gradient is that of the sum of squares. The loss is their mean: tf.reduce_mean.",
            ),
            Mistake(
                "factor 2 missing",
                lambda w, x, y, learning_rate, limit: _clip(w - learning_rate * _gradient(w, x, y) / 2, limit),
                "The gradient is half of what it should be: the derivative of a square has a factor 2. A GradientTape finds it.",
            ),
        ),
        hints=(
            "Compute the loss inside a tf.GradientTape, ask it for the gradient with respect to w, then write w twice: the step, and the clipping.",
            "The step is w.assign_sub(learning_rate * gradient). After it, np.clip(w.numpy(), -limit, limit) is a copy: what puts it into w?",
            "tape.gradient(loss, w); w.assign_sub(...); w.assign(np.clip(w.numpy(), -limit, limit)).",
        ),
        why="The step and the clipping are both writes to w, outside the tape; np.clip alone would have clipped a copy.",
        practice="Weight clipping after each step is how the first Wasserstein GANs kept their critic bounded; a Keras constraint does the same.",
    ),
    EditsLayer(
        number="4.3",
        function="scale_layer",
        parameters=("layer", "factor"),
        reference=lambda weight, factor: weight * np.float32(factor),
        cases=_layer_cases,
        mistakes=(
            Mistake(
                "twice",
                lambda weight, factor: weight * factor**2,
                "Every weight was scaled twice. Multiply once, write once.",
            ),
            Mistake(
                "replaced by the factor",
                lambda weight, factor: weight * 0 + factor,
                "The weights became the factor itself. Multiply the old values by it.",
            ),
            Mistake("added", lambda weight, factor: weight + factor, "The factor was added. Multiply by it."),
            Mistake(
                "divided", lambda weight, factor: weight / factor, "The weights were divided by the factor. Multiply."
            ),
        ),
        hints=(
            "layer.get_weights() returns a list of NumPy copies. What puts them back?",
            "layer.set_weights takes a list of arrays in the same order. Or go through layer.weights and assign to each.",
            "layer.set_weights([factor * w for w in layer.get_weights()])",
        ),
        why="get_weights copies out, set_weights copies back in: every variable of the layer is written once, and stays the same variable.",
        practice="The list may be empty, or have no bias: code that goes through the whole list works for any layer.",
    ),
]
