"""Hostile and unlucky answers: a clear message each time, global state as before, later checks unharmed."""

import asyncio
import builtins
import gc
import os
import random
import signal
import sys
import time
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

from answers import answers
from assignlab import guard
from assignlab.checker import check, examine

RIGHT = next(answer.function for answer in answers() if answer.number == "1.1" and not answer.diagnosis)
HOSTILE = []


def hostile(diagnosis, says=""):
    """Add an answer to exercise 1.1: the diagnosis that it must get and a word that its message must hold. "right" for one that does its task as well."""
    return lambda function: HOSTILE.append((diagnosis, says, function)) or function


@hostile("too slow", "never ends")
def endless(v, factors):
    while True:
        pass


@hostile("too slow")
def endless_that_catches_exception(v, factors):
    while True:
        try:
            time.sleep(0.01)
        except Exception:
            pass


@hostile("too slow")
def endless_that_catches_everything(v, factors):
    while True:
        try:
            time.sleep(0.01)
        except BaseException:
            pass


@hostile("too slow")
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


@hostile("memory", "memory")
def huge(v, factors):
    v.assign(np.ones(10**12))


@hostile("memory")
def large(v, factors):
    return np.ones(2**33)


@hostile("values", "printed")
def chatty(v, factors):
    for i in range(1_000_000):
        print(i)
    wrong = factors * 0
    RIGHT(v, wrong)


@hostile("right")
def noisy(v, factors):
    sys.stderr.write("noise\n" * 1000)
    warnings.warn("a warning of the answer's own", stacklevel=1)
    RIGHT(v, factors)


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("cannot be printed")


@hostile("raised", "Unprintable")
def raising_the_unprintable(v, factors):
    raise Unprintable


@hostile("raised", "of my own")
def raising(v, factors):
    raise ZeroDivisionError("of my own")


@hostile("not run", "yield")
def generator(v, factors):
    yield RIGHT(v, factors)


@hostile("not run", "async")
async def coroutine(v, factors):
    await asyncio.sleep(0)


@hostile("unchanged")
class AClass:
    def __init__(self, v, factors):
        pass


@hostile("raised", "broken")
def patching_assign(v, factors):
    def broken(self, *args, **kwargs):
        raise RuntimeError("broken")

    type(v).assign = tf.Variable.assign = broken
    v.assign(v * factors[:, None])


@hostile("right")
def patching_numpy_and_print(v, factors):
    RIGHT(v, factors)
    np.where = np.array_equal = np.allclose = lambda *a, **k: True
    builtins.print = len
    tf.reduce_sum = None


@hostile("right")
def closing_stdout(v, factors):
    sys.stdout.close()
    sys.stderr.close()
    RIGHT(v, factors)


@hostile("right")
def replacing_stdout(v, factors):
    sys.stdout = sys.stderr = None
    RIGHT(v, factors)


@hostile("right")
def changing_settings(v, factors):
    tf.random.set_seed(1)
    np.random.seed(1)
    random.seed(1)
    np.seterr(all="raise")
    np.set_printoptions(precision=1)
    os.chdir("/")
    os.environ["ASSIGNLAB_TEST"] = "left behind"
    sys.setrecursionlimit(500)
    gc.disable()
    warnings.simplefilter("error")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("mixed_float16")
    tf.config.run_functions_eagerly(True)
    RIGHT(v, factors)


def state():
    """What an answer could have changed."""
    return [
        sys.stdout,
        sys.stderr,
        sys.gettrace(),
        sys.getrecursionlimit(),
        np.random.get_state()[1].tolist(),
        random.getstate(),
        tf.random.get_global_generator().state.numpy().tolist(),
        np.geterr(),
        np.get_printoptions()["precision"],
        os.getcwd(),
        dict(os.environ),
        gc.isenabled(),
        list(warnings.filters),
        signal.getsignal(signal.SIGALRM),
        signal.getsignal(signal.SIGINT),
        signal.getitimer(signal.ITIMER_REAL),
        keras.config.floatx(),
        keras.config.dtype_policy().name,
        tf.config.functions_run_eagerly(),
        np.where,
        np.array_equal,
        builtins.print,
        tf.reduce_sum,
        tf.Variable.assign,
        type(tf.Variable(0.0)).assign,
    ]


@pytest.mark.parametrize(("diagnosis", "says", "answer"), HOSTILE, ids=[answer.__name__ for _, _, answer in HOSTILE])
def test_a_hostile_answer_harms_nothing(diagnosis, says, answer, monkeypatch):
    monkeypatch.setattr(guard, "SECONDS", 1.0)
    before, started = state(), time.monotonic()
    result = examine("1.1", answer)
    assert (result.diagnosis or result.status) == diagnosis, str(result)
    assert says in str(result)
    assert len(str(result)) < 4_000
    assert state() == before
    assert time.monotonic() - started < 30
    assert examine("1.1", RIGHT)


@pytest.mark.parametrize("thing", [None, 3, "scale_rows", [], np.ones(3)], ids=str)
def test_what_is_not_a_function_is_explained(thing):
    assert examine("1.1", thing).diagnosis == "not a function"


def test_the_answer_of_another_exercise_is_explained():
    other = next(answer.function for answer in answers() if answer.number == "2.1" and not answer.diagnosis)
    result = examine("1.1", other)
    assert result.diagnosis == "signature"
    assert "scale_rows(v, factors)" in str(result)


def test_what_a_wrong_answer_prints_is_shown():
    def answer(v, factors):
        print("the shape is", factors.shape)
        v.assign(v.numpy() * factors)

    assert "the shape is (2,)" in str(examine("1.1", answer))


def test_a_check_works_off_the_main_thread(capsys):
    import threading

    results = []
    thread = threading.Thread(target=lambda: results.append(check("1.1", RIGHT)))
    thread.start()
    thread.join()
    assert results[0]


def test_hostile_answers_leave_an_audited_notebook_green(run_notebook):
    """In a notebook, with the audit on: the kernel lives on, and later cells run."""
    hostile_cell = (
        "def scale_rows(v, factors):\n    type(v).assign = None\n    raise SystemExit\n"
        "assert not check('1.1', scale_rows)\n"
        "assert not check('1.1', lambda v, factors: exec('while True: pass'))\n"
    )
    setup = "from assignlab import check, guard\nguard.SECONDS = 0.5\nimport tensorflow as tf"
    result = run_notebook(setup, hostile_cell, "v = tf.Variable([1.0])\nv.assign([2.0])\nassert v.numpy() == [2.0]")
    assert result.error is None, result.error
