"""What an exercise is, what a mistake is, and the exception that says an answer is wrong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from assignlab import guard
from assignlab.exercises.bytecode import is_stub, read, same_steps
from assignlab.exercises.diagnosing import advice_for, error_text
from assignlab.exercises.message import Message


class Wrong(Exception):
    """An answer that does not pass: a short name of the mistake, and what a person needs to mend it.

    picture: the values before, expected and found, or None. lost: the line at which a gradient is lost, or "".
    """

    def __init__(self, diagnosis, advice, called="", got="", expected="", picture=None, printed="", lost=""):
        super().__init__(diagnosis)
        self.diagnosis, self.advice, self.lost = diagnosis, advice, lost
        self.called, self.got, self.expected, self.picture, self.printed = called, got, expected, picture, printed


@dataclass(frozen=True)
class Mistake:
    """A typical wrong answer: its short name, the values it would leave behind, and the advice that its author needs.

    gives takes the arguments of the exercise's reference and returns the wrong values, or raises where the mistake
    cannot be made; when takes the answer's `Reading` and says whether the advice fits it (None: always). cuts_part says
    that a part of the loss has lost its gradient, while the whole has one.
    """

    diagnosis: str
    gives: Callable
    advice: str
    when: Callable | None = None
    cuts_part: bool = False


@dataclass(frozen=True)
class Run:
    """One call of an answer: the lines that a person would write, what came back, what was printed."""

    called: str
    answer: Callable
    returned: object
    printed: str

    @property
    def reading(self):
        """What the answer's code says about itself."""
        return read(self.answer)

    def wrong(self, diagnosis, advice, got="", expected="", picture=None):
        """The `Wrong` to raise for what this call did."""
        return Wrong(diagnosis, advice, self.called, got, expected, picture, self.printed)


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise of a lesson.

    `parameters` are those of the stub; `hints` go from a nudge to the shape of the answer; `why` and `practice` follow
    success, and fit every right answer. `shipped` is the function of an exercise that asks for mending. `messages` are
    looked up before those that hold for all exercises.
    """

    number: str
    function: str
    parameters: Sequence[str]
    hints: Sequence[str]
    why: str
    practice: str
    shipped: Callable | None = None
    messages: Sequence[Message] = ()

    @property
    def variable_name(self):
        """How advice calls the variable."""
        return self.parameters[0]

    def verify(self, answer):
        """Raise `Wrong` if `answer` is not right; return a sentence that says what was verified."""
        raise NotImplementedError

    def verify_each(self, answer, cases):
        """Call `verify_case` for one case after the other, each with those that passed before; return them all."""
        passed = []
        for case in cases:
            self.verify_case(answer, case, passed)
            passed.append(case)
        return passed

    def example(self):
        """(values before, {parameter: argument}, values after) of the first case, or None where no array is edited."""
        return None

    def sample(self):
        """(call, what must come of it) of the first case as text, or None where `example` shows it."""
        return None

    def is_untouched(self, answer):
        """Whether the answer is still the function that the lesson gives."""
        return is_stub(answer) or (self.shipped is not None and same_steps(answer, self.shipped))

    @property
    def invitation(self):
        """What to do with an untouched function."""
        return f"{'Mend' if self.shipped else 'Write'} {self.function}, then run this cell again."

    def unused_arguments(self, reading):
        """The indices of the arguments beside the variable that an answer never reads."""
        own = reading.parameters
        if len(own) != len(self.parameters):  # a partial function, for one: who gets which argument is not known
            return ()
        return tuple(index for index, name in enumerate(own[1:]) if name in reading.unused)

    def run_answer(self, answer, arguments, called):
        """Call the answer under guard and return its `Run`; an exception becomes `Wrong`."""
        outcome = guard.call(answer, *arguments)
        run = Run(called, answer, outcome.value, outcome.printed)
        if outcome.error is None:
            return run
        diagnosis, advice = advice_for(outcome.error, self.messages, run.reading, self.variable_name)
        raise run.wrong(diagnosis, advice, error_text(outcome), "no exception")

    def verify_gradient(self, variable, run):
        """Raise `Wrong` unless a tape sees the variable: the gradient of sum(v * v) must be 2 v. Integers have none."""
        if not variable.dtype.is_floating:
            return
        with tf.GradientTape() as tape:
            if not variable.trainable:  # a tape watches the others by itself, and must
                tape.watch(variable)
            loss = tf.reduce_sum(variable * variable)
        gradient = tape.gradient(loss, variable)
        with np.errstate(all="ignore"):  # NumPy 1 compares bfloat16 with nothing
            alive = gradient is not None and np.allclose(
                *(x.numpy().astype("float64") for x in (gradient, 2 * variable)), equal_nan=True
            )
        if not alive:
            raise run.wrong(
                "gradient cut",
                "A tape no longer sees the variable. Change its values with assign, and nothing else about it.",
            )
