"""The line of a wrong answer at which the gradient that it takes is lost, as `explain_gradient` finds it."""

from contextlib import contextmanager

import tensorflow as tf

from assignlab import guard

MOST_SECONDS = 2.0  # of the doctor; it is asked once a check, and takes 0.05 s


class _Asked(BaseException):
    """Ends an answer where it asks its tape for the gradient. Not an Exception, which answers catch."""


def lost_at(answer, variable, arguments, parts=False):
    """The line, with the name of the cause, at which the gradient of `variable` is lost in a call of the answer; or "".

    The answer is called as far as its first `tape.gradient` of this variable. What it gives to that is taken for the
    loss.

    parts : whether a part of the loss may be cut, while the gradient of the others is as it should be
    """
    outcome = guard.call(_looked_for, answer, variable, arguments, parts, seconds=MOST_SECONDS)
    return outcome.value or ""


def _looked_for(answer, variable, arguments, parts):
    from assignlab.doctor.asking import cut_of

    def loss():
        with _asking_ends(variable) as asked:
            answer(variable, *arguments)
        return asked

    cut = cut_of(loss, variable, parts)
    return cut and f"{cut.place.line}  # {cut.cause.name}"


@contextmanager
def _asking_ends(variable):
    """Until the block asks a tape for the gradient of this variable. What it wants differentiated comes in the list."""
    asked, gradient = [], tf.GradientTape.gradient

    def ending(tape, target, sources, *args, **kwargs):
        if not any(source is variable for source in tf.nest.flatten(sources)):
            return gradient(tape, target, sources, *args, **kwargs)
        asked.append(target)
        raise _Asked

    tf.GradientTape.gradient = ending
    try:
        yield asked
        asked.clear()  # it was never asked, or the answer caught the question and went on
    except _Asked:
        pass
    finally:
        tf.GradientTape.gradient = gradient
