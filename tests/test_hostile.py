"""Hostile and unlucky answers: a clear result each time, global state as before, later checks unharmed."""

import builtins
import gc
import io
import logging
import os
import random
import signal
import sys
import tempfile
import threading
import time
import types
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python import pywrap_tfe
from tensorflow.python.eager import context
from tensorflow.python.framework import ops
from tensorflow.python.ops.numpy_ops import np_dtypes

from answers import answers
from assignlab import guard, process_state
from assignlab.checker import check, examine
from assignlab.exercises import InTraining, find
from assignlab.exercises.families import generated
from hostile_answers import HOSTILE, Endless, Evil, ShowsLiar, right

RIGHT = {}
for answer in answers():
    if not answer.diagnosis:
        RIGHT.setdefault(answer.number, answer.function)


def settings():
    """What an answer could have set."""
    local = context.context()._thread_local_data
    return {
        "streams": (sys.stdin, sys.stdout, sys.stderr, sys.displayhook, sys.excepthook, sys.unraisablehook),
        "files": [os.fstat(descriptor)[:3] for descriptor in (1, 2)],
        "tracing": (sys.gettrace(), sys.getprofile(), sys.getrecursionlimit(), sys.getswitchinterval()),
        "garbage": (gc.isenabled(), gc.get_threshold(), list(gc.callbacks)),
        "random": (random.getstate(), np.random.get_state()[1].tolist(), type(np.random.get_bit_generator())),
        "tf random": (context.global_seed(), context.context()._rng.getstate(), tf.random.get_global_generator()),
        "numpy": (np.geterr(), np.get_printoptions()),
        "folder": (os.getcwd(), tempfile.tempdir),
        "environment": dict(os.environ),
        "paths": (list(sys.path), list(sys.meta_path)),
        "modules": {name: sys.modules[name] for name in ("numpy", "tensorflow", "assignlab", "os", "builtins")},
        "warnings": (list(warnings.filters), warnings.showwarning),
        "logs": (logging.root.level, list(logging.root.handlers), logging.root.manager.disable),
        "interrupt": signal.getsignal(signal.SIGINT),
        "keras": (keras.config.floatx(), keras.config.epsilon(), keras.config.image_data_format()),
        "policy": keras.config.dtype_policy().name,
        "eager": (tf.executing_eagerly(), tf.config.functions_run_eagerly(), tf.__internal__.tf2.enabled()),
        "placement": (
            context.context().log_device_placement,
            tf.config.get_soft_device_placement(),
            tf.config.optimizer.get_jit(),
        ),
        "scopes": (local.device_name, local.scope_name, tf.distribute.get_strategy()),
        "stacks": (len(ops._default_graph_stack.stack), len(context.context().context_switches.stack)),
        "no tape": pywrap_tfe.TFE_Py_TapeSetIsEmpty(),
        "op callbacks": list(context.context().op_callbacks),
        "tf behaviour": (ops.get_dtype_conversion_mode(), ops._numpy_style_slicing, np_dtypes.is_prefer_float32()),
        "figures": sys.modules["matplotlib.pyplot"].get_fignums() if "matplotlib.pyplot" in sys.modules else [],
        "threads": {thread for thread in threading.enumerate() if not thread.daemon},
    }


def alarms():
    """The same where there are alarms and limits."""
    if not hasattr(signal, "setitimer"):
        return {}
    import resource

    mask = os.umask(0o077)
    os.umask(mask)
    return {
        "umask": mask,
        "open files": resource.getrlimit(resource.RLIMIT_NOFILE),
        "alarm": (signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)),
        "blocked": signal.pthread_sigmask(signal.SIG_BLOCK, ()),
        "memory": resource.getrlimit(resource.RLIMIT_AS),
    }


def functions():
    """{(module or class, name): function} of all loaded modules, and of the classes that matter."""
    owners = {name: module for name, module in list(sys.modules.items()) if isinstance(module, types.ModuleType)}
    for kind in (type(tf.Variable(0.0)), type(tf.constant(0)), keras.Variable, keras.layers.Dense, tf.TensorShape):
        owners.update({base: base for base in kind.__mro__ if base is not object})
    return {
        (owner, name): value
        for owner, names in owners.items()
        for name, value in list(vars(names).items())
        if callable(value) or isinstance(value, property)
    }


def changed(before, after):
    """The names of what differs. Functions may come with newly loaded modules, so only the old ones are compared."""
    return [name for name, value in before.items() if name not in after or not same(after[name], value)]


def same(one, other):
    return one is other or (not callable(one) and one == other)


@pytest.fixture(scope="module", autouse=True)
def everything_loaded():
    """What is made at first use is there before the state is compared; a job in the background hears Ctrl-C as well."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    tf.random.set_seed(5)
    assert examine("1.1", right)
    assert examine("4.3", RIGHT["4.3"])


@pytest.fixture
def hurry(monkeypatch):
    """Stop endless answers early. Not any answer: a busy machine may take its time."""
    monkeypatch.setattr(guard, "SECONDS", 0.5)


@pytest.mark.parametrize(("diagnosis", "says", "answer"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_answer_harms_nothing(diagnosis, says, answer, request):
    if diagnosis == "too slow":
        request.getfixturevalue("hurry")
    before, names, started = settings() | alarms(), functions(), time.monotonic()
    result = examine("1.1", answer)
    took, after = time.monotonic() - started, settings() | alarms()
    assert not changed(before, after), {name: (before[name], after[name]) for name in changed(before, after)}
    assert not changed(names, functions())
    assert not hasattr(np, "float")
    assert not hasattr(builtins, "my_own")
    assert (result.diagnosis or result.status) == diagnosis if diagnosis else not result, str(result)
    assert all(text in str(result) for text in says), str(result)
    assert len(str(result)) < 4_000
    assert result.html()
    assert took < 40
    assert examine("1.1", right)
    assert not examine("1.1", lambda v, factors: v)


@pytest.mark.skipif(os.name != "posix", reason="Windows does not remove a folder that is in use")
def test_values_of_the_toolkit_are_put_back():
    from assignlab import checker, guard
    from assignlab.exercises import Exercise
    from hostile_answers import changing_values_of_the_toolkit

    before = guard.SECONDS, checker.LONGEST, Exercise.invitation
    assert examine("1.1", changing_values_of_the_toolkit)
    assert (guard.SECONDS, checker.LONGEST, Exercise.invitation) == before
    assert not hasattr(guard, "spare") and not hasattr(Exercise, "spare")


def test_what_cannot_be_put_back_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)

    def answer(v, factors):
        if gone.exists():
            gone.rmdir()
        os.chdir("/")
        right(v, factors)

    result = examine("1.1", answer)
    assert result
    assert "the working folder" in dict(result.lines)["still changed"]
    assert check("1.1", right)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_forked_copy_never_leaves_the_check(tmp_path):
    seen = tmp_path / "seen"

    def answer(v, factors):
        os.fork()
        right(v, factors)

    assert examine("1.1", answer)
    with open(seen, "a") as file:
        file.write(f"{os.getpid()}\n")
    time.sleep(0.2)
    assert seen.read_text().split() == [str(os.getpid())]


# A state that an earlier cell has set -------------------------------------------------------------------------------


def nothing():
    pass


def raise_on_overflow():
    np.seterr(all="raise")


def check_numerics():
    tf.debugging.enable_check_numerics()


def half_precision():
    keras.config.set_floatx("float16")
    keras.config.set_dtype_policy("float16")
    keras.config.set_epsilon(1.0)
    keras.config.set_image_data_format("channels_first")


def mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")


def safe_numpy_behaviour():
    tf.experimental.numpy.experimental_enable_numpy_behavior(dtype_conversion_mode="safe")


def all_numpy_behaviour():
    tf.experimental.numpy.experimental_enable_numpy_behavior(True, dtype_conversion_mode="all")


def no_version_2():
    tf.compat.v1.disable_v2_behavior()


def open_scopes():
    tf.distribute.MirroredStrategy(["/CPU:0"]).scope().__enter__()
    tf.GradientTape().__enter__()
    tf.Graph().as_default().__enter__()


def odd_settings():
    np.set_printoptions(precision=1, threshold=2, suppress=True)
    warnings.simplefilter("error")
    keras.utils.set_random_seed(7)
    tf.config.run_functions_eagerly(True)
    sys.setrecursionlimit(250)


STATES = (
    *(nothing, raise_on_overflow, check_numerics, half_precision, mixed_precision),
    *(safe_numpy_behaviour, all_numpy_behaviour, no_version_2, open_scopes, odd_settings),
)


def fit_works():
    """Whether Keras can train a layer in the present state."""
    layer = keras.layers.Dense(1)
    model = keras.Sequential([keras.Input((3,)), layer])
    try:
        model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse", steps_per_execution=2)
        model.fit(np.ones((4, 3)), np.ones((4, 1)), epochs=2, batch_size=1, verbose=0)
    except Exception:
        return False
    return True


NO_FIT = (safe_numpy_behaviour, all_numpy_behaviour, no_version_2, open_scopes, odd_settings)


@pytest.mark.parametrize("set_state", STATES, ids=lambda state: state.__name__)
def test_no_earlier_cell_decides_over_a_right_answer(set_state):
    """In some states Keras itself cannot train: there, an exercise that ends in a training has no right answer."""
    put_back = process_state.snapshot(whole=True)
    try:
        set_state()
        generated.cache_clear()  # as in a new kernel: the arrays are drawn in this state
        assert fit_works() == (set_state not in NO_FIT)
        tried = [number for number in RIGHT if set_state not in NO_FIT or not isinstance(find(number), InTraining)]
        before = settings()
        results = {number: examine(number, RIGHT[number]) for number in tried}
        found = changed(before, settings())
    finally:
        put_back()
    assert all(results.values()), "\n".join(str(result) for result in results.values() if not result)
    assert not found  # the cell's state is still as it set it


# Other clear messages -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("thing", [None, 3, "scale_rows", [], np.ones(3)], ids=str)
def test_what_is_not_a_function_is_explained(thing):
    assert examine("1.1", thing).diagnosis == "not a function"


@pytest.mark.parametrize("thing", [Evil(), ShowsLiar(), Endless()], ids=lambda thing: type(thing).__name__)
def test_what_cannot_even_be_shown_is_a_result(thing, hurry, monkeypatch):
    monkeypatch.setattr(guard, "CHECK_SECONDS", 2.0)
    assert examine("1.1", thing).status == "wrong"


def test_the_answer_of_another_exercise_is_explained():
    result = examine("1.1", RIGHT["2.1"])
    assert result.diagnosis == "signature"
    assert "scale_rows(v, factors)" in str(result)


def test_what_a_wrong_answer_prints_or_displays_is_shown():
    def answer(v, factors):
        print("the shape is", factors.shape)
        v.assign(v.numpy() * factors)

    assert "the shape is (2,)" in str(examine("1.1", answer))


def test_a_check_works_off_the_main_thread_and_stops_there_too(hurry, capsys):
    results = []

    def endless(v, factors):
        while True:
            pass

    def both():
        results.extend([check("1.1", right), check("1.1", endless)])

    thread = threading.Thread(target=both)
    thread.start()
    thread.join()
    assert results[0]
    assert results[1].diagnosis == "too slow"


def test_other_threads_can_log_after_an_answer_was_stopped_while_it_logged(hurry):
    logger, handler = logging.getLogger("any"), logging.StreamHandler(io.StringIO())

    def holding(v, factors):
        logging._lock.acquire()
        handler.acquire()
        while True:
            pass

    def log():
        logger.setLevel(logging.INFO)  # takes the one lock
        handler.handle(logging.makeLogRecord({"msg": "said"}))  # and the other

    assert examine("1.1", holding).diagnosis == "too slow"
    thread = threading.Thread(target=log, daemon=True)
    thread.start()
    thread.join(5)
    assert not thread.is_alive()


def test_the_alarm_of_the_notebook_goes_on():
    """A time limit around a check, a learner's own or a test's, is still there afterwards."""
    rung = []
    if not hasattr(signal, "setitimer"):
        pytest.skip("no alarm")
    handler = signal.signal(signal.SIGALRM, lambda *arguments: rung.append(True))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        guard.call(time.sleep, 0.1)
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] < 0.45
        guard.call(time.sleep, 0.6)
        time.sleep(0.1)
        assert rung
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)


def test_hostile_answers_leave_an_audited_notebook_green(run_notebook):
    """In a notebook, with the audit on: the kernel lives on, later cells run, and no answer floods the page."""
    hostile_cell = (
        "def scale_rows(v, factors):\n    type(v).assign = None\n    raise SystemExit\n"
        "assert not check('1.1', scale_rows)\n"
        "assert not check('1.1', lambda v, factors: exec('while True: pass'))\n"
        "assert 'use the arguments' in str(check('1.1', lambda v, factors: input('?')))\n"
        "assert check('1.1', lambda v, factors: exit()).diagnosis == 'exit'\n"
    )
    noisy_cell = (
        "import os, matplotlib.pyplot as plt\n"
        "def scale_rows(v, factors):\n"
        "    plt.plot([1, 2]); plt.show(); display('shown'); tf.print('printed'); os.system('echo past Python')\n"
        "    v.assign(v.numpy() * factors[:, None])\n"
        "assert check('1.1', scale_rows)\n"
    )
    setup = "from assignlab import check, guard\nguard.SECONDS = 0.5\nimport tensorflow as tf"
    later = "v = tf.Variable([1.0])\nv.assign([2.0])\nassert v.numpy() == [2.0]\ndisplay('still displayed')"
    result = run_notebook(setup, hostile_cell, noisy_cell, later)
    assert result.error is None, result.error
    assert len(result.nb.cells[2].outputs) == 1, result.nb.cells[2].outputs
    assert "still displayed" in str(result.nb.cells[3].outputs)
