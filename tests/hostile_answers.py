"""Hostile and unlucky answers to exercise 1.1, as data: what `test_hostile.py` runs. The plausible ones come first.

`hostile(diagnosis, says)` adds one: the diagnosis it must get ("right" for one that does its task as well, "" for any
refusal), and words that its message must hold.
"""

import asyncio
import builtins
import contextlib
import functools
import gc
import hashlib
import importlib
import inspect
import itertools
import json
import logging
import os
import pdb
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import types
import warnings
from multiprocessing import get_context
from unittest import mock

import hypothesis
import keras
import numpy as np
import tensorflow as tf
from hypothesis.extra import numpy as hnp

HOSTILE = {}  # {name: (diagnosis, words that the message holds, answer)}


def hostile(diagnosis="", *says, where=True):
    """Add an answer; `where` is whether the system has what it needs."""

    def add(function):
        if where:
            HOSTILE[function.__name__] = diagnosis, says, function
        return function

    return add


def right(v, factors):
    """Solve exercise 1.1."""
    v.assign(v.numpy() * factors[:, None])


def right_in_graph(v, factors):
    """The same for a `tf.function`."""
    v.assign(v * tf.cast(factors, v.dtype)[:, None])


LINUX = sys.platform.startswith("linux")
POSIX = os.name == "posix"

# Unlucky: what a learner may write ------------------------------------------------------------------------------------


@hostile("too slow", "stopped after")
def endless(v, factors):
    while True:
        pass


@hostile("too slow")
def endless_that_catches_exception(v, factors):
    while True:
        try:
            time.sleep(0.01)
        except Exception:
            continue


@hostile("too slow", where=POSIX)
def sleeping(v, factors):
    time.sleep(1000)


@hostile("recursion", "calls itself")
def deep(v, factors):
    return deep(v, factors)


@hostile("exit", "leave Python")
def leaving(v, factors):
    sys.exit(3)


@hostile("interrupted")
def interrupted(v, factors):
    raise KeyboardInterrupt


@hostile("memory", "memory", where=LINUX)
def huge(v, factors):
    v.assign(np.ones(10**12))


@hostile("memory", where=LINUX)
def large(v, factors):
    return np.ones(2**33)


@hostile("waits for input", "input", "use the arguments")
def asking(v, factors):
    v.assign(v.numpy() * float(input("factor? ")))


@hostile("", "use the arguments")
def asking_by_stdin(v, factors):
    sys.stdin.readline()


@hostile("", "use the arguments")
def stopping_in_the_debugger(v, factors):
    pdb.Pdb().set_trace()
    right(v, factors)


@hostile("", "printed")
def chatty(v, factors):
    for i in range(100_000):
        print(i)
    right(v, factors * 0)


@hostile("right")
def noisy(v, factors):
    sys.stderr.write("noise\n" * 1000)
    warnings.warn("a warning of the answer's own", stacklevel=1)
    tf.print("printed by TensorFlow", v)
    logging.warning("logged")
    right(v, factors)


@hostile("", "ZeroDivisionError", "of my own")
def raising(v, factors):
    raise ZeroDivisionError("of my own")


@hostile("not run", "yield")
def generator(v, factors):
    yield right(v, factors)


@hostile("not run", "async")
async def coroutine(v, factors):
    await asyncio.sleep(0)


@hostile()
class AClass:
    def __init__(self, v, factors):
        pass


class Callable:
    def __call__(self, v, factors):
        right(v, factors)


HOSTILE["callable"] = "right", (), Callable()


@hostile("right")
def setting_what_is_set_once(v, factors):
    tf.random.set_seed(1)
    np.random.seed(1)
    random.seed(1)
    np.seterr(all="raise")
    np.set_printoptions(precision=1)
    os.environ["ASSIGNLAB_TEST"] = "left behind"
    sys.setrecursionlimit(500)
    warnings.simplefilter("error")
    keras.config.set_floatx("float64")
    keras.config.set_epsilon(0.5)
    keras.config.set_image_data_format("channels_first")
    keras.config.set_dtype_policy("mixed_float16")
    keras.utils.set_random_seed(3)
    tf.config.run_functions_eagerly(True)
    tf.debugging.set_log_device_placement(True)
    right(v, factors)


@hostile("right")
def forgetting_old_numpy(v, factors):
    np.float = float
    np.bool8 = np.bool_
    right(v, factors)


@hostile("right")
def checking_numerics(v, factors):
    tf.debugging.enable_check_numerics()
    right(v, factors)


@hostile("right")
def numpy_behaviour(v, factors):
    right(v, factors)
    tf.experimental.numpy.experimental_enable_numpy_behavior(True, dtype_conversion_mode="all")


@hostile()
def without_eager_execution(v, factors):
    tf.compat.v1.disable_eager_execution()
    v.assign(v * tf.constant(factors[:, None]))


@hostile()
def without_version_2(v, factors):
    tf.compat.v1.disable_v2_behavior()
    right(v, factors)


@hostile()
def with_placeholders(v, factors):
    tf.compat.v1.disable_eager_execution()
    x = tf.compat.v1.placeholder("float32", [None])
    with tf.compat.v1.Session() as session:
        session.run(v.assign(v * x), {x: factors})


@hostile()
def in_a_graph(v, factors):
    tf.Graph().as_default().__enter__()
    v.assign(v * 2.0)


@hostile("right")
def leaving_scopes_open(v, factors):
    tf.name_scope("left").__enter__()
    tf.device("/CPU:0").__enter__()
    tf.GradientTape().__enter__()
    tf.distribute.MirroredStrategy(["/CPU:0"]).scope().__enter__()
    keras.name_scope("left").__enter__()
    right(v, factors)


@hostile()
def returning_a_symbolic_tensor(v, factors):
    leaked = []
    tf.function(lambda x: leaked.append(x * 2))(v)
    return leaked[0]


@hostile("tensor of a tf.function", "TypeError: <tf.Tensor …> is out of scope")
def assigning_a_symbolic_tensor(v, factors):
    leaked = []
    tf.function(lambda x: leaked.append(x * 2))(v)
    v.assign(leaked[0])


@hostile()
def returning_a_keras_tensor(v, factors):
    return keras.Input((2,))


@hostile()
def returning_a_ragged_tensor(v, factors):
    return tf.ragged.constant([[1.0], [2.0, 3.0]])


@hostile()
def returning_a_sparse_tensor(v, factors):
    return tf.sparse.from_dense([[1.0, 0.0], [0.0, 1.0]])


@hostile()
def returning_a_nested_mess(v, factors):
    return {"v": [v, (factors, None, [])], 3: {1, 2}}


@hostile("right")
def clearing_the_session(v, factors):
    keras.backend.clear_session(free_memory=False)
    right(v, factors)


@hostile("right")
def drawing(v, factors):
    import matplotlib.pyplot as plt

    plt.plot(v.numpy())
    right(v, factors)


@hostile("right")
def in_threads(v, factors):
    thread = threading.Thread(target=right, args=(v, factors))
    thread.start()
    thread.join()


@hostile("right")
def reloading_numpy_parts(v, factors):
    importlib.reload(np.linalg)
    right(v, factors)


@hostile("right", where=POSIX)
def starting_a_program(v, factors):
    subprocess.run([sys.executable, "-S", "-c", "print(1)"], check=True)
    right(v, factors)


@hostile("right")
def moving_to_another_folder(v, factors):
    os.chdir(tempfile.gettempdir())
    sys.path.insert(0, "/nowhere")
    right(v, factors)


@hostile("check inside the function", "move it out", "left edge")
def calling_its_own_check(v, factors):
    from assignlab import check

    right(v, factors)
    check("1.1", calling_its_own_check)


@hostile("right")
def asking_for_progress(v, factors):
    from assignlab import progress

    print(progress())
    right(v, factors)


@hostile("right")
def setting_up_logs(v, factors):
    logging.basicConfig(level=logging.DEBUG, force=True)
    logging.error("logged")
    right(v, factors)


@hostile("right")
def configuring_tensorflow(v, factors):
    tf.config.set_soft_device_placement(False)
    tf.config.optimizer.set_jit(True)
    tf.debugging.disable_traceback_filtering()
    tf.random.set_global_generator(tf.random.Generator.from_seed(3))
    tf.variable_creator_scope(lambda creator, **named: 1 / 0).__enter__()
    right(v, factors)


@hostile("right")
def mocking(v, factors):
    mock.patch("numpy.where").start()
    mock.patch.object(tf.Variable, "assign_add").start()
    right(v, factors)


@hostile("right")
def printing_past_python(v, factors):
    sys.__stdout__.write("past\n")
    os.write(1, b"past\n")
    right(v, factors)


@hostile()
def printing_what_no_page_can_hold(v, factors):
    print("\ud800 \0 \x1b[31m </div><script>alert(1)</script>")


@hostile()
def printing_one_long_line(v, factors):
    print("x" * 10_000_000)


@hostile("right")
def leaving_a_thread(v, factors):
    threading.Thread(target=time.sleep, args=(0.05,), daemon=True).start()
    right(v, factors)


@hostile()
def another_handle(v, factors):
    v._handle = tf.Variable(v.numpy() * factors[:, None]).handle


@hostile()
def turning_the_argument(v, factors):
    right(v, factors)
    factors.shape = (-1, 1)


# Hostile: what breaks things ------------------------------------------------------------------------------------------


@hostile("too slow", where=POSIX)
def endless_that_catches_everything(v, factors):
    while True:
        try:
            time.sleep(0.01)
        except BaseException:
            continue


@hostile("too slow", where=POSIX)
def endless_with_an_alarm_of_its_own(v, factors):
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    while True:
        pass


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("cannot be printed")

    __repr__ = __str__


@hostile("raised", "Unprintable")
def raising_the_unprintable(v, factors):
    raise Unprintable


@hostile()
def raising_a_base_exception(v, factors):
    raise type("Mine", (BaseException,), {})("mine")


@hostile()
def raising_generator_exit(v, factors):
    raise GeneratorExit


@hostile()
def raising_a_book(v, factors):
    raise ValueError("long " * 100_000)


class Evil:
    """Every way of looking at it raises."""

    def fail(self, *arguments, **named):
        raise RuntimeError("do not look at me")

    __array__ = __len__ = __iter__ = __eq__ = __repr__ = __str__ = __bool__ = __getattr__ = __float__ = fail
    __hash__ = None


@hostile()
def returning_what_cannot_be_looked_at(v, factors):
    return Evil()


@hostile()
def returning_a_list_of_them(v, factors):
    return [Evil(), Evil()]


class Endless(Evil):
    """Looking at it never ends."""

    def __array__(self, *arguments, **named):
        while True:
            pass

    __len__ = __iter__ = __repr__ = __array__


@hostile()
def returning_what_never_ends(v, factors):
    return Endless()


class Pretender:
    """Says that it is a variable."""

    @property
    def __class__(self):
        return tf.Variable


@hostile()
def returning_a_pretender(v, factors):
    return Pretender()


class OddText(str):
    """A str whose methods raise."""

    def replace(self, *arguments):
        raise RuntimeError("no")

    splitlines = split = strip = __format__ = __str__ = replace


class ShowsOddly(Exception):
    def __str__(self):
        return OddText("odd")


@hostile()
def raising_an_odd_text(v, factors):
    raise ShowsOddly


class ExitsInText(Exception):
    def __str__(self):
        sys.exit(3)


@hostile()
def raising_what_exits(v, factors):
    raise ExitsInText


class NoText(Exception):
    def __str__(self):
        return 3


@hostile("", "NoText")
def raising_what_has_no_text(v, factors):
    raise NoText


class Liar(Exception):
    @property
    def __class__(self):
        raise RuntimeError("no class")


@hostile()
def raising_a_liar(v, factors):
    raise Liar


class ShowsLiar:
    def __repr__(self):
        raise Liar

    def __array__(self, *arguments, **named):
        raise ExitsInText


@hostile()
def returning_what_raises_a_liar(v, factors):
    return [ShowsLiar(), ShowsLiar()]


@hostile()
def raising_a_group(v, factors):
    raise BaseExceptionGroup("two", [KeyboardInterrupt(), ValueError()])


@hostile("interrupted", where=POSIX)
def interrupting_itself(v, factors):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.1)


@hostile()
def returning_a_deep_list(v, factors):
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return nested


@hostile()
def returning_a_list_that_holds_itself(v, factors):
    nested = []
    nested.append(nested)
    return nested


@hostile()
def returning_objects(v, factors):
    return np.array([Evil(), Evil()], object)


@hostile()
def another_static_shape(v, factors):
    v._shape = tf.TensorShape(None)
    v.assign(5.0)


@hostile()
def another_shape_by_raw_op(v, factors):
    tf.raw_ops.AssignVariableOp(resource=v.handle, value=tf.constant([1.0, 2.0, 3.0]))


@hostile()
def an_emptied_variable(v, factors):
    v.__dict__.clear()


@hostile()
def a_destroyed_resource(v, factors):
    tf.raw_ops.DestroyResourceOp(resource=v.handle)


@hostile()
def another_class(v, factors):
    v.__class__ = type("Mine", (type(v),), {"numpy": lambda self: 1 / 0, "read_value": lambda self: 1 / 0})
    right(v, factors)


@hostile("raised", "broken")
def patching_assign(v, factors):
    def broken(self, *args, **kwargs):
        raise RuntimeError("broken")

    type(v).assign = tf.Variable.assign = broken
    v.assign(v * factors[:, None])


@hostile("right")
def patching_the_readers(v, factors):
    right(v, factors)
    type(v).numpy = type(v).read_value = type(v).value = lambda self: tf.zeros(3)
    type(v).__array__ = lambda self, *a: np.zeros(3)
    tf.Tensor.numpy = tf.Tensor.shape = None


@hostile("right")
def patching_numpy_and_print(v, factors):
    right(v, factors)
    np.where = np.array_equal = np.allclose = np.asarray = lambda *a, **k: True
    np.pi, np.nan, np.float64 = 3, 0, np.float16
    builtins.print = len
    tf.reduce_sum = None
    del np.isfinite


@hostile("right")
def patching_parts(v, factors):
    right(v, factors)
    np.linalg.norm = np.random.default_rng = np.testing.assert_array_equal = None
    tf.nn.relu = tf.math.add = keras.ops.add = tf.random.normal = None
    keras.layers.Dense.build = keras.Variable.assign = keras.layers.Layer.weights = None


@hostile("right")
def patching_the_checker(v, factors):
    from assignlab import checker, guard, process_state

    right(v, factors)
    guard.call = guard.call_neutral = guard.Outcome = checker.Result = None
    process_state.snapshot = checker.escape = None
    hypothesis.given = hnp.arrays = None


@hostile()
def patching_the_standard_library(v, factors):
    right(v, factors)
    time.monotonic = os.getpid = os.getcwd = os.chdir = inspect.signature = json.dumps = None
    signal.signal = signal.setitimer = sys.settrace = threading.get_ident = contextlib.contextmanager = None
    hashlib.sha256 = re.compile = itertools.chain = gc.isenabled = random.setstate = None


@hostile("right")
def patching_builtins(v, factors):
    right(v, factors)
    builtins.vars = builtins.len = builtins.isinstance = builtins.dict = builtins.map = None
    builtins.my_own = 3
    del builtins.setattr, builtins.getattr


@hostile("right")
def removing_modules(v, factors):
    right(v, factors)
    for name in ("numpy", "tensorflow", "assignlab", "assignlab.guard", "signal", "os", "builtins"):
        sys.modules.pop(name, None)


@hostile("right")
def closing_the_streams(v, factors):
    sys.stdout.close()
    sys.stderr.close()
    right(v, factors)


@hostile("right")
def replacing_the_streams(v, factors):
    right(v, factors)
    sys.stdout = sys.stderr = sys.stdin = None
    sys.displayhook = sys.excepthook = sys.unraisablehook = None


@hostile("right")
def replacing_lists(v, factors):
    right(v, factors)
    sys.path = []
    sys.meta_path.clear()
    os.environ.clear()
    warnings.filters = []
    tempfile.tempdir = "/nowhere"
    logging.disable(logging.CRITICAL)
    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.setprofile(lambda *a: None)


@hostile("right", where=POSIX)
def blocking_signals(v, factors):
    signal.pthread_sigmask(signal.SIG_SETMASK, set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP})
    right(v, factors)


@hostile("right", where=POSIX)
def forking(v, factors):
    os.fork()
    right(v, factors)


@hostile("raised", where=POSIX)
def forking_and_raising(v, factors):
    os.fork()
    raise ValueError("twice")


@hostile("right", where=LINUX)
def forking_a_pool(v, factors):
    with get_context("fork").Pool(1) as pool:
        pool.map(abs, [1])
    right(v, factors)


@hostile("right", where=LINUX)
def lowering_the_memory_limit(v, factors):
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (soft // 2 if soft > 0 else 2**34, hard))
    right(v, factors)


@hostile("right")
def changing_the_generator(v, factors):
    np.random.set_bit_generator(np.random.PCG64(1))
    right(v, factors)


@hostile("right")
def tracing(v, factors):
    right(v, factors)
    sys.settrace(lambda *arguments: None)
    sys.setswitchinterval(50)
    gc.set_threshold(1)
    gc.callbacks.append(lambda *arguments: None)
    os.umask(0o777)


@hostile("right")
def patching_the_classes_of_the_checker(v, factors):
    from assignlab.checker import Result
    from assignlab.exercises import InPlace, Wrong

    right(v, factors)
    InPlace.verify_case = Result.__bool__ = lambda *arguments: True
    Wrong.__init__ = None


@hostile()
def patching_the_comparison(v, factors):
    from assignlab.exercises import comparing, in_place

    comparing.same_values = in_place.same_values = lambda *arguments: True


@hostile("right")
def changing_values_of_the_toolkit(v, factors):
    from assignlab import checker, guard
    from assignlab.exercises import Exercise

    right(v, factors)
    guard.SECONDS, checker.LONGEST, guard.spare = 1e9, 0, "new"
    Exercise.invitation = property(lambda self: "patched")
    Exercise.spare = "new"


@hostile("right")
def reloading_the_guard(v, factors):
    from assignlab import guard, process_state

    importlib.reload(guard)
    importlib.reload(process_state)
    right(v, factors)


class ClosedModule(types.ModuleType):
    def __getattribute__(self, name):
        raise RuntimeError(name)


@hostile("right")
def changing_the_class_of_a_module(v, factors):
    right(v, factors)
    np.linalg.__class__ = ClosedModule


@hostile("right", where=POSIX)
def closing_standard_output(v, factors):
    os.close(1)
    right(v, factors)
    os.dup2(2, 1)


class Closed:
    def __getattribute__(self, name):
        raise RuntimeError(name)

    def __call__(self, v, factors):
        right(v, factors)


class Wrapped(Callable):
    __signature__, __code__ = 3, 7

    @property
    def __wrapped__(self):
        return self


RIGHT = {
    "closed": Closed(),
    "wrapped": Wrapped(),
    "partial": functools.partial(right),
    "tf": tf.function(right_in_graph),
}
WRONG = {
    "mock": mock.MagicMock(),
    "ufunc": np.multiply,
    "built in": print,
    "class": dict,
    "cached": functools.cache(right),
}
HOSTILE |= {name: ("right", (), answer) for name, answer in RIGHT.items()}
HOSTILE |= {name: ("", (), answer) for name, answer in WRONG.items()}
