"""What an answer could change in the process around it, and how each piece is put back.

A *setting* (a row of SETTINGS) is read before the answer runs and written afterwards. Some have a neutral state, in
which checks run: what an earlier cell of the notebook has set must not decide over an answer. The functions of modules
and classes are in `namespaces`.

What is in neither stays as the answer left it: files, threads, the insides of other objects.
"""

import builtins
import gc
import logging
import os
import random
import signal
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import numpy as np
import tensorflow as tf
from tensorflow.python import tf2
from tensorflow.python.compat import v2_compat
from tensorflow.python.eager import backprop, context, forwardprop
from tensorflow.python.framework import op_callbacks, ops
from tensorflow.python.ops import stateful_random_ops
from tensorflow.python.ops.numpy_ops import np_dtypes

from assignlab import namespaces

try:
    import resource
except ImportError:  # Windows
    resource = None

# Where Python looks up print, len, vars for the functions below: an answer that breaks those does not break these.
__builtins__ = dict(vars(builtins))


@dataclass(frozen=True)
class Setting:
    """A piece of global state: its name for a reader, how to read it, to write it, and to make it fit for a check."""

    name: str
    read: Callable
    write: Callable
    neutralise: Callable | None = None


def attribute(name, owner, where, neutral=None):
    """The setting in `owner.where`; `neutral` is its value during a check, None for any."""

    def write(value):
        setattr(owner, where, value)

    return Setting(name, lambda: getattr(owner, where), write, None if neutral is None else lambda: write(neutral))


def contents(name, owner, where):
    """The list or mapping in `owner.where`: the same object, with the same contents."""

    def read():
        held = getattr(owner, where)
        return held, list(held) if isinstance(held, list) else dict(held)

    def write(value):
        held, before = value
        setattr(owner, where, held)
        if isinstance(held, list):
            held[:] = before
        elif dict(held) != before:
            held.clear()
            held.update(before)

    return Setting(name, read, write)


# Python -------------------------------------------------------------------------------------------------------------


def _if_changed(read, write, before):
    """A tracer or profiler that is written in C does not survive being set again."""
    if read() is not before:
        write(before)


def _ignore_warnings():
    caught = warnings.catch_warnings()
    caught.__enter__()
    warnings.simplefilter("ignore")
    return caught


def _modules_back(before):
    """Modules that were removed or replaced return; those that the answer imported stay."""
    for name, module in before.items():
        if sys.modules.get(name) is not module:
            sys.modules[name] = module


def _signals():
    """The handler of the interrupt, and the blocked signals. Only the main thread may set a handler."""
    main = threading.current_thread() is threading.main_thread()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ()) if hasattr(signal, "pthread_sigmask") else None
    return signal.getsignal(signal.SIGINT) if main else None, mask


def _set_signals(before):
    handler, mask = before
    if handler is not None:
        signal.signal(signal.SIGINT, handler)
    if mask is not None:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


LIMITS = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]  # none on Windows


def _limits():
    return {limit: resource.getrlimit(limit) for limit in LIMITS}


def _set_limits(before):
    for limit, value in before.items():
        if resource.getrlimit(limit) != value:
            resource.setrlimit(limit, value)


def _umask():
    mask = os.umask(0o077)  # it can only be read by setting it
    os.umask(mask)
    return mask


def _figures():
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set(pyplot.get_fignums()) if pyplot else set()


def _close_figures(before):
    for number in _figures() - before:
        sys.modules["matplotlib.pyplot"].close(number)


def shell():
    """The IPython shell of the notebook, or None."""
    ipython = sys.modules.get("IPython")
    return ipython and ipython.get_ipython()


def _displays():
    running = shell()
    return running and (running, running.ask_exit, running.display_pub, list(running.display_formatter.active_types))


def _set_displays(before):
    if before:
        running, running.ask_exit, running.display_pub, running.display_formatter.active_types = before


DESCRIPTORS = 1, 2  # of the process itself: where TensorFlow and other programs write


def _keep_descriptors():
    return [(descriptor, os.dup(descriptor)) for descriptor in DESCRIPTORS]


def _descriptors_back(kept):
    for stream in (sys.__stdout__, sys.__stderr__):
        with suppress(Exception):  # it may be None, or closed
            stream.flush()
    for descriptor, copy in kept:
        os.dup2(copy, descriptor)
        os.close(copy)


def _held_locks():
    """The locks of logging that this thread holds. Stopped between taking one and giving it back, it would keep it."""
    handlers = [reference() for reference in logging._handlerList]
    locks = [logging._lock, *(handler.lock for handler in handlers if handler)]
    return [lock for lock in locks if lock and lock._is_owned()]


def _release_locks(before):
    for lock in _held_locks():
        while lock not in before and lock._is_owned():
            lock.release()


PYTHON = [
    *(attribute(f"sys.{name}", sys, name) for name in ("stdin", "stdout", "stderr")),
    *(
        attribute(f"sys.{name}", sys, name)
        for name in ("displayhook", "excepthook", "unraisablehook", "breakpointhook")
    ),
    Setting("the tracer", sys.gettrace, partial(_if_changed, sys.gettrace, sys.settrace)),
    Setting("the profiler", sys.getprofile, partial(_if_changed, sys.getprofile, sys.setprofile)),
    Setting("the signals", _signals, _set_signals),
    Setting("the recursion limit", sys.getrecursionlimit, sys.setrecursionlimit),
    Setting("the switch interval", sys.getswitchinterval, sys.setswitchinterval),
    contents("sys.path", sys, "path"),
    contents("sys.meta_path", sys, "meta_path"),
    contents("the environment variables", os, "environ"),
    Setting("the warnings", _ignore_warnings, lambda caught: caught.__exit__(None, None, None)),
    Setting("the working folder", os.getcwd, os.chdir),
    Setting("the random state of Python", random.getstate, random.setstate),
    Setting("the garbage collector", gc.isenabled, lambda on: gc.enable() if on else gc.disable()),
    Setting("the threshold of the garbage collector", gc.get_threshold, lambda three: gc.set_threshold(*three)),
    contents("the callbacks of the garbage collector", gc, "callbacks"),
    attribute("tempfile.tempdir", tempfile, "tempdir"),
    attribute("logging.disable", logging.root.manager, "disable"),
    Setting("the log level", lambda: logging.root.level, logging.root.setLevel),
    contents("the log handlers", logging.root, "handlers"),
    Setting("the locks of logging", _held_locks, _release_locks),
    Setting("the figures", _figures, _close_figures),
    Setting("the limits of the process", _limits, _set_limits),
    Setting("the umask", _umask, os.umask),
]
# NumPy and TensorFlow -----------------------------------------------------------------------------------------------

NUMPY_PRINTS = dict(  # NumPy's own defaults
    edgeitems=3, infstr="inf", linewidth=75, nanstr="nan", precision=8, suppress=False, threshold=1000, formatter=None
)


def _set_callbacks(wanted):
    now = list(context.context().op_callbacks)
    for callback in now:
        if callback not in wanted:
            op_callbacks.remove_op_callback(callback)
    for callback in wanted:
        if callback not in now:
            op_callbacks.add_op_callback(callback)


def _no_callbacks():
    _set_callbacks([])


# Of this thread: what an open `with` block has set, and how functions run.
SCOPES = ("is_eager", "device_name", "device_spec", "scope_name", "function_call_options")


def _scopes():
    """The execution mode, and the graphs, devices, names and strategies whose scopes are open in this thread."""
    eager, graph = context.context(), ops.get_default_graph()
    outermost = ops._default_graph_stack._GetGlobalDefaultGraph()  # its stacks count in eager execution
    stacks = (
        *(ops._default_graph_stack.stack, eager.context_switches.stack),
        *(graph._distribution_strategy_stack, outermost._distribution_strategy_stack),
    )
    return (
        context.default_execution_mode,
        {name: getattr(eager._thread_local_data, name) for name in SCOPES},
        [(stack, list(stack)) for stack in stacks],
        [(one, one._variable_creator_stack) for one in (graph, outermost)],
    )


def _set_scopes(before):
    context.default_execution_mode, local, stacks, creators = before
    for name, value in local.items():
        setattr(context.context()._thread_local_data, name, value)
    for stack, held in stacks:
        stack[:] = held
    for graph, stack in creators:
        graph._variable_creator_stack = stack


# Each records what its thread computes until its `with` block ends; TensorFlow has no list of those that do.
RECORDERS = (
    (backprop.GradientTape, "_push_tape", "_pop_tape"),
    (forwardprop.ForwardAccumulator, "_push_accumulator", "_pop_accumulator"),
)


_thread = threading.get_ident  # held here: an answer may take it out of its module


def _note_recorders():
    """Note from now on which tapes and accumulators begin to record in this thread."""
    here, noted = _thread(), []

    def noting(begin, end):
        def begin_noted(recorder):
            begin(recorder)
            if _thread() == here:
                noted.append((recorder, end))

        return begin_noted

    kept = [(kind, begin, vars(kind)[begin], vars(kind)[end]) for kind, begin, end in RECORDERS]
    for kind, name, begin, end in kept:
        setattr(kind, name, noting(begin, end))
    return kept, noted


def _end_recorders(before):
    kept, noted = before
    for kind, name, begin, _ in kept:
        setattr(kind, name, begin)
    for recorder, end in reversed(noted):
        if recorder._recording:
            end(recorder)


def _go_eager():
    context.default_execution_mode = context.EAGER_MODE
    context.context()._thread_local_data.is_eager = True
    outermost = ops._default_graph_stack._GetGlobalDefaultGraph()
    outermost._distribution_strategy_stack.clear()
    outermost._variable_creator_stack = ()


def _set_v2(enabled):
    if enabled != tf2.enabled():
        context.default_execution_mode = context.EAGER_MODE  # without it, there is no way back to eager execution
        (v2_compat.enable_v2_behavior if enabled else v2_compat.disable_v2_behavior)()


def _seed():
    """TensorFlow's global seed, its generator, and the state of that."""
    generator = getattr(context.context(), "_rng", None)
    return context.global_seed(), generator, generator and generator.getstate()


def _set_seed(before):
    seed, generator, state = before
    if context.global_seed() != seed or getattr(context.context(), "_rng", None) is not generator:
        context.set_global_seed(seed)  # only then: it also empties TensorFlow's cache of kernels, which is slow
        generator = context.context()._rng
    if state:
        generator.setstate(state)


def of_context(name):
    """The setting that TensorFlow's context keeps under this name."""
    return Setting(
        name, lambda: getattr(context.context(), name), lambda value: setattr(context.context(), name, value)
    )


def _random():
    return np.random.get_bit_generator(), np.random.get_state()


def _set_random(before):
    generator, state = before
    np.random.set_bit_generator(generator)
    np.random.set_state(state)


LIBRARIES = [
    Setting("the random state of NumPy", _random, _set_random),
    Setting("np.seterr", np.geterr, lambda kinds: np.seterr(**kinds), lambda: np.seterr(all="ignore")),
    Setting(
        "np.set_printoptions",
        np.get_printoptions,
        lambda options: np.set_printoptions(**options),
        lambda: np.set_printoptions(**NUMPY_PRINTS),
    ),
    Setting("TensorFlow 2 behaviour", tf2.enabled, _set_v2, lambda: _set_v2(True)),
    Setting("eager execution", _scopes, _set_scopes, _go_eager),
    Setting("the open tapes", _note_recorders, _end_recorders),
    Setting("the op callbacks", lambda: list(context.context().op_callbacks), _set_callbacks, _no_callbacks),
    Setting("the random state of TensorFlow", _seed, _set_seed),
    Setting(
        "run_functions_eagerly",
        tf.config.functions_run_eagerly,
        tf.config.run_functions_eagerly,
        lambda: tf.config.run_functions_eagerly(False),
    ),
    # It warns of retracing, and takes the functions of an answer's many calls for one.
    Setting(
        "TensorFlow's log level",
        lambda: tf.get_logger().level,
        lambda level: tf.get_logger().setLevel(level),
        lambda: tf.get_logger().setLevel(logging.ERROR),
    ),
    attribute("the global generator", stateful_random_ops, "global_generator"),
    *map(of_context, ("log_device_placement", "soft_device_placement", "_optimizer_jit")),
    attribute("NumPy's dtype conversion", ops, "_dtype_conversion_mode", ops.PromoMode.OFF),
    attribute("NumPy's slicing", ops, "_numpy_style_slicing", False),
    attribute("NumPy's preferred dtype", np_dtypes, "_prefer_float32", False),
]


# Keras takes a second to import, so its settings are read only where something has imported it.


def _keras(name, default):
    """A setting of `keras.config`; `default` is its value where Keras is not loaded, and during a check."""

    def read():
        keras = sys.modules.get("keras")
        return getattr(keras.config, name)() if keras else default

    def write(value):
        keras = sys.modules.get("keras")
        if keras:
            getattr(keras.config, f"set_{name}")(value)

    return Setting(f"keras.config.{name}", read, write, lambda: write(default))


def _policy():
    """The dtype policy as Keras holds it: None until it is first asked for, then no longer following floatx."""
    held = sys.modules.get("keras.src.backend.common.global_state")
    return held and held.get_global_attribute("dtype_policy")


def _set_policy(policy):
    held = sys.modules.get("keras.src.backend.common.global_state")
    if held:
        held.set_global_attribute("dtype_policy", policy)


KERAS = [
    _keras("floatx", "float32"),
    _keras("epsilon", 1e-7),
    _keras("image_data_format", "channels_last"),
    Setting("keras.config.dtype_policy", _policy, _set_policy, lambda: _set_policy(None)),
]

SETTINGS = [*PYTHON, *LIBRARIES, *KERAS]
WHOLE = [  # put back after a whole check only
    Setting("the loaded modules", lambda: dict(sys.modules), _modules_back),
    Setting("the notebook's displays", _displays, _set_displays),
    Setting("standard output", _keep_descriptors, _descriptors_back),
]

# All together -------------------------------------------------------------------------------------------------------


def snapshot(whole=False):
    """Remember the state of the process, and return a function that puts it back.

    That function returns the names of what it could not put back. whole: bool, also the functions and classes of every
    loaded module, a hundred thousand.
    """
    steps = [
        ("the built-in functions", namespaces.names_of([builtins])),
        ("functions of NumPy, TensorFlow or Keras", namespaces.names_of(namespaces.public_owners())),
        (
            "functions of a module",
            namespaces.names_of(namespaces.all_owners() if whole else namespaces.own_modules(), functions_only=True),
        ),
    ]
    for setting in [*SETTINGS, *WHOLE] if whole else SETTINGS:
        try:
            value = setting.read()
        except Exception:  # the working folder, for one, may be gone
            continue
        steps.append((setting.name, partial(setting.write, value)))
    return partial(_put_back, steps)


def _put_back(steps):
    failed = []
    for name, step in steps:
        try:
            step()
        except BaseException:  # one step that fails must not keep the others from their work
            failed.append(name)
    return tuple(failed)


def neutralise():
    """Bring every setting that could decide over an answer into the state in which checks run."""
    for setting in SETTINGS:
        if setting.neutralise:
            setting.neutralise()
