"""Call a learner's function so that nothing it does can hang, crash or change the notebook around it."""

import io
import random
import signal
import sys
import threading
import traceback
import warnings
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from tensorflow.python.eager import context
from tensorflow.python.ops import resource_variable_ops as rvo

SECONDS = 5.0  # a call that takes longer is stopped
MOST_OUTPUT = 2_000  # characters of the answer's own output that are kept


class TimeLimit(BaseException):
    """Raised inside an answer that takes too long. Not an Exception, so that `except Exception` does not stop it."""


@dataclass(frozen=True)
class Outcome:
    """What a call did: its value or the exception it raised, and the output it printed."""

    value: object = None
    error: BaseException | None = None
    printed: str = ""

    def error_line(self):
        """The line of the answer in which the error arose, or ''."""
        frames = traceback.extract_tb(self.error.__traceback__)[1:]  # the first is the call in this file
        return (frames[0].line or "") if frames else ""


def call(function, *arguments, seconds=SECONDS):
    """Call `function(*arguments)` and return its `Outcome`. Global state is afterwards as it was before."""
    output = _Capped()
    with _state_restored(), _output_to(output):
        try:
            with _time_limit(seconds):
                return Outcome(function(*arguments), None, output.text())
        except TimeLimit as error:
            return Outcome(None, error, output.text())
        except BaseException as error:  # sys.exit and KeyboardInterrupt too: an answer must not end the notebook
            return Outcome(None, error, output.text())


@contextmanager
def _time_limit(seconds):
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield  # no alarm on Windows or off the main thread: said in the book's page on how checks work
        return

    def stop(signum, frame):
        raise TimeLimit(f"stopped after {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)  # again every 0.2 s, should the answer swallow the first
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class _Capped(io.StringIO):
    """Keeps the first characters that are written and drops the rest."""

    def write(self, text):
        if self.tell() < MOST_OUTPUT:
            super().write(text[: MOST_OUTPUT - self.tell()])
        return len(text)

    def close(self):
        pass  # an answer that closes stdout closes nothing

    def text(self):
        return self.getvalue()


@contextmanager
def _output_to(output):
    streams = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = output
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams


@contextmanager
def _state_restored():
    """Random states, seeds, dtype policy, warnings, recursion limit and TensorFlow's own methods."""
    numpy_state, python_state, limit = np.random.get_state(), random.getstate(), sys.getrecursionlimit()
    seed, rng = context.global_seed(), getattr(context.context(), "_rng", None)
    rng_state = rng.getstate() if rng else None
    keras = sys.modules.get("keras")  # importing it costs a second: only if the lesson uses it
    policy, floatx = (keras.config.dtype_policy(), keras.config.floatx()) if keras else (None, None)
    classes = (tf.Variable, rvo.BaseResourceVariable, rvo.ResourceVariable, *([keras.Variable] if keras else []))
    methods = [dict(vars(kind)) for kind in classes]
    eagerly = tf.config.functions_run_eagerly()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            for kind, before in zip(classes, methods, strict=True):
                for name, value in before.items():
                    if vars(kind).get(name) is not value and callable(value):
                        setattr(kind, name, value)
            np.random.set_state(numpy_state)
            random.setstate(python_state)
            sys.setrecursionlimit(limit)
            if context.global_seed() != seed:
                context.set_global_seed(seed)
                if rng_state is not None:
                    context.context()._rng.setstate(rng_state)
            if keras:
                keras.config.set_floatx(floatx)
                keras.config.set_dtype_policy(policy)
            if tf.config.functions_run_eagerly() != eagerly:
                tf.config.run_functions_eagerly(eagerly)
