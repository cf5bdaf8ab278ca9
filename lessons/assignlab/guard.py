"""Call a learner's function so that nothing it does can hang, crash or change the notebook around it.

What this cannot do is said in the book (`book/checks.md`): a single long call into C code is stopped only when it returns, Windows has no alarm, and
`os._exit` or a crash inside a C library ends the kernel.
"""

import builtins
import gc
import io
import os
import random
import signal
import sys
import threading
import traceback
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.python.eager import context
from tensorflow.python.framework import op_callbacks
from tensorflow.python.ops import resource_variable_ops as rvo

try:
    import resource
except ImportError:  # Windows
    resource = None

SECONDS = 5.0  # a call that takes longer is stopped
MEMORY = 4 * 2**30  # bytes that a call may ask for beyond what the process has
MOST_OUTPUT = 2_000  # characters of the answer's own output that are kept

printed = ""  # what the last call printed


class TimeLimit(BaseException):
    """Raised inside an answer that takes too long. Not an Exception, so that `except Exception` does not stop it."""


@dataclass(frozen=True)
class Outcome:
    """What a call did: its value, or the exception it raised."""

    value: object = None
    error: BaseException | None = None

    def error_line(self):
        """The line of the answer in which the error arose, or ''."""
        frames = traceback.extract_tb(self.error.__traceback__)[1:]  # the first is the call in this file
        return (frames[0].line or "") if frames else ""


def call(function, *arguments, seconds=None):
    """Call `function(*arguments)` and return its `Outcome`. Global state is afterwards as it was before.

    seconds: float, default SECONDS; the call is stopped after that (in the main thread, where the system has an alarm).
    """
    global printed
    output = _Capped()
    with _state_restored(), _output_to(output), _memory_limit():
        try:
            with _time_limit(SECONDS if seconds is None else seconds):
                outcome = Outcome(function(*arguments))
        except BaseException as error:  # sys.exit and KeyboardInterrupt too: an answer must not end the notebook
            outcome = Outcome(None, error)
    printed = output.getvalue()
    return outcome


@contextmanager
def _time_limit(seconds):
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    tracing, alarms = sys.gettrace(), 0

    def at_every_line(frame, event, argument):
        if event == "line":  # not "exception": that one is still inside the `try`
            raise TimeLimit(f"stopped after {seconds:g} seconds")
        return at_every_line

    def stop(signum, frame):
        nonlocal alarms
        alarms += 1
        if alarms > 1:  # the answer caught the first: raise again in its own `except`, which its `try` does not cover
            sys.settrace(at_every_line)
            while frame is not None and frame.f_code.co_filename != __file__:
                frame.f_trace, frame = at_every_line, frame.f_back
        raise TimeLimit(f"stopped after {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.settrace(tracing)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _memory_limit():
    """Let a huge allocation fail with MemoryError instead of ending the kernel (where the system can)."""
    statistics = Path("/proc/self/statm")
    if resource is None or not statistics.exists():
        yield
        return
    limits = resource.getrlimit(resource.RLIMIT_AS)
    used = int(statistics.read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(
        resource.RLIMIT_AS, (used + MEMORY if limits[1] < 0 else min(used + MEMORY, limits[1]), limits[1])
    )
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


class _Capped(io.StringIO):
    """Keeps the first characters that are written and drops the rest."""

    def write(self, text):
        if self.tell() < MOST_OUTPUT:
            super().write(text[: MOST_OUTPUT - self.tell()])
        return len(text)

    def close(self):
        pass  # an answer that closes stdout closes nothing


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
    restore = [*map(_namespace, _namespaces()), *_settings()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            for put_back in restore:
                put_back()


def _namespaces():
    """Modules and classes whose functions an answer may replace."""
    keras = sys.modules.get("keras")  # importing it costs a second: only if the lesson uses it
    return [
        builtins,
        np,
        tf,
        tf.Variable,
        rvo.BaseResourceVariable,
        rvo.ResourceVariable,
        *([keras.Variable] if keras else []),
    ]


def _namespace(owner):
    before = dict(vars(owner))

    def put_back():
        for name, value in before.items():
            if vars(owner).get(name) is not value and not name.startswith("__"):
                setattr(owner, name, value)

    return put_back


def _settings():
    """A function for each global setting that puts it back to what it is now."""
    keras = sys.modules.get("keras")
    eager = context.context()
    seed, generator = context.global_seed(), getattr(eager, "_rng", None)
    state = generator and generator.getstate()
    yield _putting_back(np.random.set_state, np.random.get_state())
    yield _putting_back(random.setstate, random.getstate())
    yield lambda: _put_seed_back(seed, generator, state)
    yield _putting_back(lambda errors: np.seterr(**errors), np.geterr())
    yield _putting_back(lambda options: np.set_printoptions(**options), np.get_printoptions())
    yield _putting_back(sys.setrecursionlimit, sys.getrecursionlimit())
    yield _putting_back(os.chdir, os.getcwd())
    yield _putting_back(lambda names: (os.environ.clear(), os.environ.update(names)), dict(os.environ))
    yield _putting_back(lambda enabled: gc.enable() if enabled else gc.disable(), gc.isenabled())
    yield _putting_back(_set_op_callbacks, list(eager.op_callbacks))
    if threading.current_thread() is threading.main_thread():
        yield _putting_back(lambda handler: signal.signal(signal.SIGINT, handler), signal.getsignal(signal.SIGINT))
    yield _putting_back(tf.config.run_functions_eagerly, tf.config.functions_run_eagerly())
    if keras:
        yield _putting_back(keras.config.set_floatx, keras.config.floatx())
        yield _putting_back(keras.config.set_dtype_policy, keras.config.dtype_policy())


def _putting_back(put, value):
    return lambda: put(value)


def _put_seed_back(seed, generator, state):
    if context.global_seed() != seed or getattr(context.context(), "_rng", None) is not generator:
        context.set_global_seed(seed)  # only then: it also empties TensorFlow's cache of kernels, which is slow
        generator = context.context()._rng
    if state:
        generator.setstate(state)


def _set_op_callbacks(callbacks):
    for callback in callbacks:
        if callback not in context.context().op_callbacks:
            op_callbacks.add_op_callback(callback)
