"""Run the reader's code apart, and put back what it wrote: variables, random states, how functions run."""

import random
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from contextvars import copy_context

import numpy as np
import tensorflow as tf
from tensorflow.python import pywrap_tfe
from tensorflow.python.eager import context, record
from tensorflow.python.framework import ops
from tensorflow.python.ops import resource_variable_ops as rvo
from tensorflow.python.ops import stateful_random_ops

from assignlab import audit
from assignlab.audit.effects import Effects


def apart(work):
    """Call `work` where no tape of the reader's sees it, with nothing audited, and put back what it changes."""
    if not pywrap_tfe.TFE_Py_TapeSetIsEmpty():  # tapes belong to a thread
        here, keras = copy_context(), dict(_of_keras())

        def elsewhere():
            _of_keras().update(keras)
            return here.run(_restoring, work)

        with ThreadPoolExecutor(1) as other:
            return other.submit(elsewhere).result()
    return _restoring(work)


def _restoring(work):
    running = audit.current()
    with ExitStack() as stack:
        stack.enter_context(running.counting_as("nothing") if running else nullcontext())
        stack.enter_context(_functions_run_eagerly())
        stack.enter_context(_random_states_kept())
        stack.enter_context(_writes_undone())
        return work()


# What TensorFlow says because functions run eagerly, or under a seed that the reader has not set.
OURS = "Even though the `tf.config.experimental_run_functions_eagerly`", r"Seed \d+ from outer graph"
LOGGED = "It looks like tf.function behavior was disabled"


@contextmanager
def _functions_run_eagerly():
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    tf.get_logger().addFilter(_not_ours)
    try:
        with warnings.catch_warnings():
            for beginning in OURS:
                warnings.filterwarnings("ignore", message=beginning)
            yield
    finally:
        tf.get_logger().removeFilter(_not_ours)
        tf.config.run_functions_eagerly(before)


def _not_ours(record):
    return not record.getMessage().startswith(LOGGED)


SEED = 0x0D0C702  # of a random op's kernel, which keeps its state under the seed: not one that the reader would choose


@contextmanager
def _random_states_kept():
    eager = context.context()
    eager.ensure_initialized()
    seed, generator = eager._seed, getattr(eager, "_rng", None)  # the second is not there before a first seed
    python, numpy, of_tensorflow = random.getstate(), np.random.get_state(), stateful_random_ops.global_generator
    keras = dict(_of_keras())
    eager._seed, eager._rng = SEED, random.Random(SEED)
    try:
        yield
    finally:
        eager._seed, eager._rng, stateful_random_ops.global_generator = seed, generator, of_tensorflow
        if generator is None:
            del eager._rng
        for name in set(_of_keras()) - set(keras):  # a seed generator that was made for the loss
            del _of_keras()[name]
        _of_keras().update(keras)
        random.setstate(python)
        np.random.set_state(numpy)


EXECUTE = ("TFE_Py_FastPathExecute", "TFE_Py_Execute", "TFE_Py_ExecuteCancelable")


@contextmanager
def _writes_undone():
    """Keep the value of every resource before an operation of this thread may write it; in the end, put it back.

    All eager operations pass through a few functions of TensorFlow's C++ core, as the audit knows, too.
    """
    kept, effects, thread = {}, Effects(), threading.get_ident()
    execute = {name: getattr(pywrap_tfe, name) for name in EXECUTE}

    def keep(op, inputs, attributes):
        """Keep what the operation may write; give back what has no value yet, and gets its first one."""
        if not effects.can_write(op):
            return
        flat = [one for given in inputs for one in (given if isinstance(given, list | tuple) else [given])]
        for position, one in enumerate(flat):
            resource = isinstance(one, ops.EagerTensor) and one.dtype == tf.resource
            if resource and one._id not in kept and effects.of(op, position, attributes).count:
                kept[one._id] = one, _value(one, execute["TFE_Py_FastPathExecute"])
                if kept[one._id][1] is None:  # it is made now, or holds no value
                    yield one

    def keeping(op, inputs, attributes, run):
        made = list(keep(op, inputs, attributes))
        returned = run()
        for one in made:
            kept[one._id] = one, _value(one, execute["TFE_Py_FastPathExecute"])
        return returned

    def fast_path(eager, op, name, *arguments):
        run = execute["TFE_Py_FastPathExecute"]
        if threading.get_ident() != thread:
            return run(eager, op, name, *arguments)
        arguments = [_read(argument) for argument in arguments]
        return keeping(op, arguments, arguments, lambda: run(eager, op, name, *arguments))

    def slow_path(original):
        def run(eager, device, op, inputs, attributes, *rest):
            if threading.get_ident() != thread:
                return original(eager, device, op, inputs, attributes, *rest)
            name = op.decode() if isinstance(op, bytes) else op
            return keeping(
                name, inputs, attributes or (), lambda: original(eager, device, op, inputs, attributes, *rest)
            )

        return run

    for name, original in execute.items():
        setattr(pywrap_tfe, name, fast_path if name == EXECUTE[0] else slow_path(original))
    try:
        yield
    finally:
        for name, original in execute.items():
            setattr(pywrap_tfe, name, original)
        with record.stop_recording():
            for handle, value in kept.values():
                if value is not None:
                    tf.raw_ops.AssignVariableOp(resource=handle, value=value)


def _read(argument):
    """A variable is read here, by an operation of its own: within the C++ core, it would be read unseen."""
    if isinstance(argument, rvo.BaseResourceVariable):
        return tf.convert_to_tensor(argument)
    if isinstance(argument, list | tuple) and any(isinstance(one, rvo.BaseResourceVariable) for one in argument):
        return [_read(one) for one in argument]
    return argument


def _value(handle, execute):
    """What a variable's resource holds, without a copy: a later write leaves this value as it is. None for others."""
    about = getattr(handle, "_handle_data", None)
    if not about or not about.shape_and_type:
        return None
    eager = context.context()
    callbacks, eager._thread_local_data.op_callbacks = eager._thread_local_data.op_callbacks, []
    try:
        with record.stop_recording(), suppress(Exception):
            if execute(eager, "VarIsInitializedOp", None, handle):  # a read of one that is made now gives no error
                return execute(eager, "ReadVariableOp", None, handle, "dtype", about.shape_and_type[0].dtype)
    finally:
        eager._thread_local_data.op_callbacks = callbacks
    return None


def _of_keras():
    """What Keras keeps for each thread, such as its dtype policy and its seed generator, by name."""
    module = sys.modules.get("keras.src.backend.common.global_state")
    return vars(module.GLOBAL_STATE_TRACKER) if module else {}
