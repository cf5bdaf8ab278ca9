"""Call a learner's function so that nothing it does can hang, crash or change the notebook around it.

What this cannot do is said in the book (`book/checks.md`): a single long call into C code is stopped only when it
returns, and `os._exit` or a crash inside a C library ends the kernel.
"""

import builtins
import ctypes
import io
import os
import signal
import sys
import sysconfig
import tempfile
import threading
import time
import traceback
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from assignlab import namespaces, process_state

try:
    import resource
except ImportError:  # Windows
    resource = None

# Where Python looks up print, len, vars for the functions below: an answer that breaks those does not break these.
__builtins__ = dict(vars(builtins))

SECONDS = 5.0  # a call that takes longer is stopped
CHECK_SECONDS = 60.0  # a check with all its calls
AGAIN = 0.2  # seconds between the attempts to stop it
MEMORY = 4 * 2**30  # bytes that a call may ask for beyond what the process has
MOST_OUTPUT = 2_000  # characters of the answer's own output that are kept
PACKAGE = str(Path(__file__).parent)
LIBRARIES = tuple({*map(sysconfig.get_path, ("purelib", "platlib", "stdlib")), PACKAGE})


class TimeLimit(BaseException):
    """Raised inside an answer that takes too long. Not an Exception, so that `except Exception` does not stop it."""

    def __str__(self):
        return self.args[0] if self.args else "stopped: it took too long"


class NoInput(RuntimeError):
    """Raised where an answer waits for someone to type."""


class NestedCheck(RuntimeError):
    """Raised in an answer that calls its own check."""


@dataclass(frozen=True)
class Outcome:
    """What a call did.

    Its value or the exception it raised, what it printed or displayed, and the names of what could not be put back.
    """

    value: object = None
    error: BaseException | None = None
    printed: str = ""
    left: tuple = ()

    def error_line(self):
        """The line of the answer in which the error arose, or ''."""
        frames = traceback.extract_tb(self.error.__traceback__)
        own = [frame for frame in frames if not frame.filename.startswith(LIBRARIES)]
        return (own[0].line or "") if own else ""

    def error_text(self):
        """The error's type and the first line of its message, if it can be printed."""
        message = call(str, self.error).value or ""
        return f"{type(self.error).__name__}: {message.strip().partition(chr(10))[0][:200]}"


def call(function, *arguments, seconds=None):
    """Call `function(*arguments)` and return its `Outcome`. Global state is afterwards as it was before.

    seconds: float, default SECONDS; the call is stopped after that.
    """
    return _call(function, arguments, SECONDS if seconds is None else seconds, process_state.snapshot())


def call_neutral(function, *arguments, seconds=None):
    """The same for a whole check, default CHECK_SECONDS, in a state that no earlier cell of the notebook decides.

    What is displayed, or printed past Python, counts as printed; the functions of every module are put back.

    Raises
    ------
    NestedCheck
        This is called while it runs: by the answer.
    """
    global _checking
    if _checking:
        raise NestedCheck("check stands inside the function that it checks: move it out, to the left edge of the cell")
    _checking = True
    try:
        put_back = process_state.snapshot(whole=True)
        with _file() as past_python:
            prepare = partial(_prepare_check, past_python)
            outcome = _call(function, arguments, CHECK_SECONDS if seconds is None else seconds, put_back, prepare)
            past_python.seek(0)
            more = past_python.read(MOST_OUTPUT).decode(errors="replace")
    finally:
        _checking = False
    return replace(outcome, printed=outcome.printed + more)


_checking = False


def _prepare_check(past_python):
    process_state.neutralise()
    _redirect_displays()
    for descriptor in process_state.DESCRIPTORS:
        os.dup2(past_python.fileno(), descriptor)


def _call(function, arguments, seconds, put_back, prepare=lambda: None):
    process, time_limit, built_in = _process(), _time_limit(seconds), namespaces.names_of([builtins])
    output = _Capped()
    value = error = None
    try:
        prepare()
        _redirect(output)
        _limit_memory()
        with time_limit:
            try:
                value = function(*arguments)
            finally:
                built_in()
    except BaseException as raised:  # sys.exit and KeyboardInterrupt too: an answer must not end the notebook
        error = raised
    if _process() != process:
        _leave(0)  # a copy of this process, made by os.fork in the answer: there must be one notebook
    left = put_back()
    return Outcome(value, error, output.getvalue(), left)


# Held here, so that they are still there after an answer that takes them out of their modules.
_process, _leave, _now = os.getpid, os._exit, time.monotonic
_trace, _handle, _timer = sys.settrace, signal.signal, getattr(signal, "setitimer", None)


# Time and memory ----------------------------------------------------------------------------------------------------


def _time_limit(seconds):
    """The context manager that stops what it surrounds: by a signal where there is one, else from another thread."""
    main = threading.current_thread() is threading.main_thread()
    return _Alarm(seconds) if main and _timer else _Watch(seconds)


class _Alarm:
    """Stops by SIGALRM, again and again. The timer that was set before goes on afterwards."""

    def __init__(self, seconds):
        self.seconds, self.rings = seconds, 0

    def __enter__(self):
        self.tracing, self.started = sys.gettrace(), _now()
        self.handler = _handle(signal.SIGALRM, self.ring)
        self.remaining, self.interval = _timer(signal.ITIMER_REAL, self.seconds, AGAIN)
        if 0 < self.remaining < self.seconds:
            _timer(signal.ITIMER_REAL, self.remaining, AGAIN)

    def __exit__(self, *raised):
        _timer(signal.ITIMER_REAL, 0)
        if self.rings > 1:
            _trace(self.tracing)
        _handle(signal.SIGALRM, self.handler)
        if self.remaining:
            remaining = max(self.remaining - (_now() - self.started), 0.001)
            _timer(signal.ITIMER_REAL, remaining, self.interval)

    def ring(self, signum, frame):
        self.rings += 1
        if self.rings > 1:  # it caught the first: raise again in its own `except`, which its `try` does not cover
            _trace(self.at_every_line)
            while frame is not None and frame.f_code.co_filename != __file__:
                frame.f_trace, frame = self.at_every_line, frame.f_back
        raise TimeLimit(f"stopped after {self.seconds:g} seconds")

    def at_every_line(self, frame, event, argument):
        if event == "line":  # not "exception": that one is still inside the `try`
            raise TimeLimit(f"stopped after {self.seconds:g} seconds")
        return self.at_every_line


class _Watch:
    """Stops from a thread of its own, between two steps of Python: not a `time.sleep`, nor who catches everything."""

    def __init__(self, seconds):
        self.seconds, self.target, self.lock = seconds, threading.get_ident(), threading.Lock()
        self.done = threading.Event()

    def __enter__(self):
        threading.Thread(target=self.watch, daemon=True).start()

    def __exit__(self, *raised):
        with self.lock:
            self.done.set()
            self.interrupt(None)

    def watch(self):
        wait = self.seconds
        while not self.done.wait(wait):
            wait = AGAIN
            with self.lock:
                if not self.done.is_set():
                    self.interrupt(TimeLimit)

    def interrupt(self, error):
        """Raise `error` in the thread of the answer; None takes back one that has not been raised yet."""
        raised = None if error is None else ctypes.py_object(error)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.target), raised)


def _limit_memory():
    """Let a huge allocation fail with MemoryError instead of ending the kernel (where the system can)."""
    statistics = Path("/proc/self/statm")
    if resource is None or not statistics.exists():
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = int(statistics.read_text().split()[0]) * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard < 0 else min(wanted, hard), hard))


# Output and input ---------------------------------------------------------------------------------------------------


class _Capped(io.StringIO):
    """Keeps the first characters that are written and drops the rest."""

    def write(self, text):
        if self.tell() < MOST_OUTPUT:
            super().write(text[: MOST_OUTPUT - self.tell()])
        return len(text)

    def close(self):
        pass  # an answer that closes stdout closes nothing


class _NoKeyboard(io.StringIO):
    """Standard input during a call: nobody is there to type."""

    def read(self, *size):
        return _refuse_input()

    readline = read


def _refuse_input(*prompt):
    raise NoInput("A check calls your function many times and cannot wait for someone to type: use the arguments")


class _TextDisplay:
    """IPython's publisher during a check: what is displayed is printed."""

    is_publishing = False

    def publish(self, data, *arguments, **named):
        print(data.get("text/plain", ""))

    def clear_output(self, wait=False):
        pass


def _redirect_displays():
    shell = process_state.shell()
    if shell:
        shell.ask_exit = sys.exit  # what `exit()` in a cell does: it must not end the kernel
        shell.display_pub = _TextDisplay()
        shell.display_formatter.active_types = ["text/plain"]  # no picture is drawn that nobody will see


def _file():
    """A file of its own for what goes past Python; nowhere, if there is no room for one."""
    try:
        return tempfile.TemporaryFile()
    except OSError:
        return open(os.devnull, "r+b")


def _redirect(output):
    sys.stdout = sys.stderr = output
    sys.stdin, builtins.input = _NoKeyboard(), _refuse_input
