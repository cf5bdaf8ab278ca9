"""Exercises whose answer works with variables and leaves each of them exactly as it was."""

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from assignlab import guard
from assignlab.exercises.comparing import same_values
from assignlab.exercises.diagnosing import advice_for, error_text
from assignlab.exercises.in_place import identity_of
from assignlab.exercises.model import Exercise, Mistake, Run
from assignlab.exercises.showing import show, show_both


@dataclass(frozen=True)
class Effect:
    """What a call did: what it returned or raised, and the values that each variable then held."""

    returned: object
    error: BaseException | None
    values: Sequence[np.ndarray]

    @property
    def bits(self):
        """Of each variable."""
        return [array.tobytes() for array in self.values]

    def same_as(self, other):
        """Whether both did the same."""
        return self.bits == other.bits and same_end(self, other)

    @property
    def value(self):
        """What it returned, by the name that an outcome of the guard has for it."""
        return self.returned


@dataclass(frozen=True, kw_only=True)
class KeepsVariables(Exercise):
    """The answer returns, or raises, what `reference` does, and each variable is then as it was, bit for bit.

    cases are the lines of Python, with np and tf, that give the parameters their arguments, the example first. They run
    anew for each call. A mistake's `gives` is a wrong answer, called like the reference.
    """

    reference: Callable
    cases: Sequence[str]
    mistakes: Sequence[Mistake] = ()

    def verify(self, answer):
        passed = self.verify_each(answer, self.cases)
        kept = "every variable as it was, bit for bit, its gradient alive and exact"
        return f"what came back in {len(passed)} calls; {kept}"

    def sample(self):
        lines = self.cases[0]
        effect = self.effect(self.reference, lines)
        with self.made(lines) as arguments:
            named = zip(self.names_of_variables(arguments), effect.values, strict=True)
        after = [f"{show(values, f'{name} = ')} afterwards" for name, values in named]
        return self.call_text(lines), "\n".join([end_of(effect), *after])

    def call_text(self, lines):
        """The lines that make the arguments and call the answer."""
        return f"{lines}\n{self.function}({', '.join(self.parameters)})"

    def verify_case(self, answer, lines, passed):
        """Raise `Wrong` unless the answer is right with these arguments; `passed` are those with which it was."""
        with self.made(lines) as arguments:
            self.verify_call(answer, lines, arguments, passed)

    def verify_call(self, answer, lines, arguments, passed):
        """The same, once the arguments are made."""
        kept, names = variables_of(arguments), self.names_of_variables(arguments)
        identities, before = list(map(identity_of, kept)), [variable.numpy() for variable in kept]
        expected, outcome = self.effect(self.reference, lines), guard.call(answer, *arguments)
        run = Run(self.call_text(lines), answer, outcome.value, outcome.printed)
        if outcome.error is not None and type(outcome.error) is not type(expected.error):
            found = advice_for(outcome.error, self.messages, run.reading, self.variable_name)
            raise run.wrong(*found, error_text(outcome), end_of(expected) if expected.error else "no exception")
        if list(map(identity_of, kept)) != identities:
            raise run.wrong("resource changed", "Leave the variable itself alone, and write its values with assign.")
        now = [variable.read_value().numpy() for variable in kept]
        effect = Effect(outcome.value, outcome.error, now)
        if not self.same(effect, expected):
            values = list(zip(names, before, now, strict=True))
            texts = self.texts(effect, expected, values)
            raise run.wrong(*self.diagnose(run, effect, expected, lines, passed, values), *texts)
        for variable in kept:
            if variable.dtype.is_floating and type(variable).__name__ != "_UnreadVariable":
                self.verify_gradient(variable, run)

    @contextmanager
    def made(self, lines, **names):
        """New arguments, made by these lines, which know np, tf and `names`."""
        names |= {"np": np, "tf": tf}
        exec(lines, names)
        yield [names[parameter] for parameter in self.parameters]

    def effect(self, function, lines):
        """The `Effect` of calling a function with new arguments."""
        with self.made(lines) as arguments:
            kept = variables_of(arguments)
            outcome = guard.call(function, *arguments)
            return Effect(outcome.value, outcome.error, [variable.numpy() for variable in kept])

    def same(self, effect, expected):
        """Whether a call did what it should."""
        return effect.same_as(expected)

    def texts(self, effect, expected, values):
        """(got, expected) as text: the first of the `values` that differs, or else what came back."""
        for name, old, new in values:
            if old.tobytes() != new.tobytes():
                got, wanted = show_both(name, new, old)
                return f"{got} afterwards", f"{wanted} afterwards"
        return end_of(effect), end_of(expected)

    def names_of_variables(self, arguments):
        """How to write each variable among the arguments."""
        return names_of(dict(zip(self.parameters, arguments, strict=True)))

    def diagnose(self, run, effect, expected, lines, passed, values):
        """(diagnosis, advice) for what a wrong answer did; values: (name, before, now) of each variable."""
        fitting = [mistake for mistake in self.mistakes if mistake.when is None or mistake.when(run.reading)]
        here = [mistake for mistake in fitting if self.explains(mistake, effect, lines, passed)]
        known = next(iter(self.explain_all(run.answer, here) or here), None)
        if known:
            return known.diagnosis, known.advice
        return self.diagnose_rest(effect, expected, values)

    def diagnose_rest(self, effect, expected, values):
        """(diagnosis, advice) for what no mistake explains."""
        name = self.variable_name
        if effect.bits != expected.bits:
            if all(_near(old, new) for _, old, new in values):
                return "not exact", (
                    f"{name} is nearly as it was: computing back loses the last digits. Keep its values before you "
                    "change them, and assign these."
                )
            when = f"{self.function} was left by an exception, and {name} is not as it was"
            if effect.error is None:
                when = f"{name} is not as it was"
            return "not restored", f"{when}. Keep a copy of its values first, and assign the copy at the end."
        if expected.error is not None:
            return "error swallowed", (
                f"An exception ({type(expected.error).__name__}) should reach the caller, and did not. Without "
                "`except`, and without `return` under `finally`, it goes on by itself."
            )
        if effect.returned is None:
            return "nothing returned", "The function returned nothing. The result stands behind `return`."
        return "values", "What came back is not what was asked for. Print what each step gives."

    def explains(self, mistake, effect, lines, passed):
        """Whether the mistake does the same in this call, and the right thing in those that the answer has passed."""
        return self.same(self.effect(mistake.gives, lines), effect) and all(
            self.same(self.effect(mistake.gives, other), self.effect(self.reference, other)) for other in passed
        )

    def explain_all(self, answer, mistakes):
        """Those of the mistakes that do the same as the answer in every case."""
        for lines in self.cases if len(mistakes) > 1 else ():
            effect = self.effect(answer, lines)
            mistakes = [mistake for mistake in mistakes if self.same(self.effect(mistake.gives, lines), effect)]
        return mistakes


def variables_of(arguments):
    """The variables among the arguments, and in those that are dicts."""
    inner = [list(argument.values()) if isinstance(argument, dict) else [argument] for argument in arguments]
    return [value for values in inner for value in values if isinstance(value, tf.Variable)]


def names_of(arguments):
    """How to write each of the variables among the arguments, {name: argument}."""
    found = []
    for name, argument in arguments.items():
        if isinstance(argument, tf.Variable):
            found.append(name)
        elif isinstance(argument, dict):
            found += [f'{name}["{key}"]' for key, value in argument.items() if isinstance(value, tf.Variable)]
    return found


def _same_returned(returned, expected):
    """Whether both are the same truth value, numbers or names. `returned` may be any object at all."""

    def compare():
        if returned is None or expected is None:
            return returned is expected
        if isinstance(expected, list | tuple | set):
            return type(returned) is type(expected) and _same_items(returned, expected)
        got, wanted = np.asarray(returned), np.asarray(expected)
        if got.dtype.kind == "V":  # bfloat16 and its like, which NumPy does not know
            got = got.astype("float32")
        if wanted.dtype == bool:
            return got.dtype == bool and got.shape == wanted.shape and bool((got == wanted).all())
        return got.dtype.kind in "iuf" and same_values(got, wanted, "float32")

    return guard.call(compare).value is True


def _same_items(got, wanted):
    """Whether both are equal, NaN to NaN; lists in lists too."""
    if isinstance(wanted, list | tuple) and type(got) is type(wanted):
        return len(got) == len(wanted) and all(map(_same_items, got, wanted))
    return bool(got == wanted or (got != got and wanted != wanted))


def _near(old, new):
    """Whether values differ by rounding at most."""
    with np.errstate(all="ignore"):
        old, new = old.astype(np.float64), new.astype(np.float64)
        return np.allclose(new, old, rtol=0.02, atol=1e-3, equal_nan=True)


def same_end(effect, other):
    """Whether both calls returned the same, or raised an exception of the same type."""
    if effect.error is not None or other.error is not None:
        return type(effect.error) is type(other.error)
    return _same_returned(effect.value, other.value)


def end_of(effect):
    """What came back, as text."""
    return f"raised {type(effect.error).__name__}" if effect.error is not None else show(effect.value, "returned ")
