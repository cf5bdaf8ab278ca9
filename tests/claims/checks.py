"""Claims of the page on how the checks work."""

import builtins
import contextlib
import io
import json
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
import warnings
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.eager import context

from answers import answers
from assignlab import __main__ as commands
from assignlab import guard, learner_progress
from assignlab.checker import examine
from assignlab.copy_lessons import DEFAULT, copy_lessons
from assignlab.exercises import (
    EditsLayer,
    FillsVariables,
    InPlace,
    InTraining,
    KeepsVariables,
    MakesFunction,
    MakesVariable,
    OnReplicas,
    SparingInPlace,
    SparingReader,
    exercises,
)
from assignlab.exercises.families import GENERATED, generated
from course import ROOT, exercise_cells

PAGE = (ROOT / "book/checks.md").read_text(encoding="utf8")
POSIX_MAIN = os.name == "posix" and threading.current_thread() is threading.main_thread()


def right(v, factors):
    """Solve exercise 1.1."""
    v.assign(v.numpy() * factors[:, None])


def calls_of(number):
    """The arguments of each call that a check makes, as its first parameter was before it, seen by a right answer."""
    solved, seen = exercise_cells("solutions")[number].function(), []

    def answer(first, *others):
        weights = getattr(first, "weights", [first])
        seen.append([np.array(weight) for weight in weights])
        return solved(first, *others)

    names = ", ".join(exercises()[number].parameters)
    scope = {"answer": answer}
    exec(f"def spy({names}):\n    return answer({names})", scope)
    assert examine(number, scope["spy"])
    return seen


# free: your answer
# free: what happens
# free: runs without end
# free: That has limits:
# free: To see it, in a notebook or on the command line:

# %% values
# > A check calls your function many times, and looks at what it did.
#
# > **The values:** an exercise that writes into a variable is tried on its example, on other written cases, and on
# > twenty generated ones. The written cases come in those of float16, float32 and float64 that suit the task, the
# > generated ones in float32; where a task is about bytes, all in uint8. An exercise that makes a variable is tried on
# > written and on twenty generated start values. One that edits a layer is tried on several written layers, in float32.
# > One that leaves its variables as they were is tried in several written calls, and every bit of them is compared. One
# > that returns a function is tried in several written programs, which call it again and again. One that has to do with
# > a training is tried in several, and what counts is where each ends. One that fills variables from a file has a file
# > of its own in each call. Where memory counts, a large variable is given as well, and the arrays that NumPy then
# > holds are counted. A fixed number from the example does not pass.
assert GENERATED == 20
for exercise in exercises().values():
    if isinstance(exercise, InPlace):
        assert len(generated(exercise.family)) == 20 and len(list(exercise.cases())) > 1
        floats = set(exercise.dtypes) <= {"float16", "float32", "float64"} and exercise.dtypes[0] == "float32"
        assert floats or (
            exercise.dtypes == ("uint8",) and "uint8" in exercise_cells("lessons")[exercise.number].source
        )
    elif isinstance(exercise, MakesVariable):
        assert len(generated(exercise.family)) == 20 and len(list(exercise.cases())) > 1
    else:
        kinds = EditsLayer | FillsVariables | InTraining | KeepsVariables | MakesFunction | OnReplicas
        assert isinstance(exercise, kinds) and len(exercise.cases) > 2
for number, solved in ((n, exercise_cells("solutions")[n].function()) for n in ("14.1", "14.2", "14.3")):
    sizes, names = [], ", ".join(exercises()[number].parameters)
    scope = {"solved": solved, "sizes": sizes}
    exec(f"def spy({names}):\n    sizes.append(v.shape.num_elements())\n    return solved({names})", scope)
    assert isinstance(exercises()[number], SparingInPlace | SparingReader) and examine(number, scope["spy"])
    assert sizes[-1] == 2**20 and max(sizes[:-1]) < 100
assert "NumPy held 2 arrays as large as the variable at once" in str(
    examine("14.1", lambda v, factor, limit, buffer: v.assign(np.clip(v.numpy() * factor, -limit, limit)))
)
of_each_kind = {type(exercise): number for number, exercise in reversed(exercises().items())}
seen = calls_of(of_each_kind[InPlace])
exercise = exercises()[of_each_kind[InPlace]]
np.testing.assert_array_equal(seen[0][0], exercise.example()[0])
assert len(seen) == len(list(exercise.cases())) * len(exercise.dtypes) + 20
assert {weight.dtype.name for (weight,) in seen[:-20]} == set(exercise.dtypes)
assert {weight.dtype.name for (weight,) in seen[-20:]} == {"float32"}
exercise = exercises()[of_each_kind[MakesVariable]]
assert len(calls_of(exercise.number)) == len(list(exercise.cases())) + 20
exercise = exercises()[of_each_kind[EditsLayer]]
seen = calls_of(exercise.number)
assert len(seen) == len(exercise.cases) and {w.dtype.name for weights in seen for w in weights} == {"float32"}


def loses_a_bit(v, change, measure):
    old = np.nextafter(v.numpy(), np.float32(9))
    v.assign_add(change)
    try:
        return measure()
    finally:
        v.assign(old)


exercise, trainings = exercises()["10.3"], []


def ends_elsewhere(layer, target, n):
    """Right until the third training ends, and a little beside it there."""
    trainings.append(n)
    callback = exercise.reference(layer, target, n)
    if len(trainings) == 3:
        callback.on_train_end = lambda logs=None: target.assign(target + 0.01)
    return callback


assert exercise.function == "copy_every" and not examine(exercise.number, ends_elsewhere)
assert len(trainings) == 3 < len(exercise.cases)
exercise = exercises()["5.3"]
assert len(calls_of(exercise.number)) == len(exercise.cases)
assert isinstance(exercise, KeepsVariables) and exercise.function == "with_change"
assert examine(exercise.number, loses_a_bit).diagnosis == "not exact"

exercise, paths = exercises()[of_each_kind[FillsVariables]], []
assert examine(exercise.number, lambda table, path: paths.append(path) or exercise.reference(table, path))
assert len(paths) == len(exercise.cases) == len(set(paths))


def loses_the_last_bit(table, path):
    exercise.reference(table, path)
    table.assign(np.nextafter(table.numpy(), table.dtype.as_numpy_dtype(9)))


assert not examine(exercise.number, loses_the_last_bit)


def the_values(v, factors):
    v.assign([[10.0, 20.0], [300.0, 400.0]])


def the_factors(v, factors):
    v.assign(v.numpy() * [[10.0], [100.0]])


assert not examine("1.1", the_values) and not examine("1.1", the_factors)


# %% lost
# > Where a wrong answer asks a tape for a gradient that it has lost, the line `lost in` shows the line of your code and
# > the cause, as [`explain_gradient`](toolkit.ipynb#explain-a-lost-gradient) names it.
# > It is left out where the cause is not sure.
# (Answers of many kinds: tests/test_losing.py.)
from assignlab import explain_gradient


def rounds(w, x, y, learning_rate):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ tf.round(w) - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


def outside(w, x, y, learning_rate):
    loss = tf.reduce_mean((x @ tf.round(w) - y) ** 2) + tf.reduce_sum(w)
    with tf.GradientTape() as tape:
        pass
    w.assign_sub(learning_rate * tape.gradient(loss, w))


lost, unsure = (dict(examine("6.3", answer).lines) for answer in (rounds, outside))
w, x, y = tf.Variable([[0.25]]), np.ones((2, 1), "float32"), np.ones((2, 1), "float32")
explained = explain_gradient(lambda: tf.reduce_mean((x @ tf.round(w) - y) ** 2), w)
assert lost["lost in"] == f"loss = tf.reduce_mean((x @ tf.round(w) - y) ** 2)  # {explained.cause}"
assert "lost in" not in unsure and "try" in unsure


# %% variable
# > **The variable:** it must be the same resource, of the same dtype, and still trainable.
#
# > The line `verified` under a right answer says what was tried.
def swaps(v, factors):
    right(v, factors)
    v._handle = tf.Variable(v.numpy()).handle


def retypes(v, factors):
    right(v, factors)
    v._dtype = tf.float64


def freezes(v, factors):
    right(v, factors)
    v._trainable = False


for answer in (swaps, retypes, freezes):
    assert examine("1.1", answer).diagnosis == "resource changed"
verified = dict(examine("1.1", right).lines)["verified"]
assert "(2, 2)" in verified and "float16" in verified and "20 generated" in verified


# %% arguments
# > **The arrays that were given:** they must be untouched.
def edits_its_argument(v, factors):
    right(v, factors)
    factors *= 2


assert examine("1.1", edits_its_argument).diagnosis == "argument changed"


# %% gradient
# > **The gradient:** where they are floats, the sum of the squares of the new values must have the gradient that it
# > should have.
class Cut(type(tf.Variable(1.0))):
    """A variable whose reads carry no gradient."""

    def value(self):
        return tf.stop_gradient(super().value())

    def _dense_var_to_tensor(self, *arguments, **named):
        return tf.stop_gradient(super()._dense_var_to_tensor(*arguments, **named))


def cuts(v, factors):
    right(v, factors)
    v.__class__ = Cut


assert examine("1.1", cuts).diagnosis == "gradient cut"


# %% freedom
# > How you write it does not matter: NumPy, TensorFlow, a loop, a slice, `assign_add` of a difference. The
# > course's tests keep wrong and right answers for every exercise as data. Beside each wrong one stands the diagnosis
# > that it must get.
def with_tensorflow(v, factors):
    v.assign(v * tf.cast(factors[:, None], v.dtype))


def in_a_loop(v, factors):
    for row, factor in enumerate(factors):
        v[row].assign(v[row] * tf.cast(factor, v.dtype))


def by_a_slice(v, factors):
    v[:].assign(v.numpy() * factors[:, None])


def by_a_difference(v, factors):
    v.assign_add(v.numpy() * factors[:, None] - v.numpy())


for answer in (right, with_tensorflow, in_a_loop, by_a_slice, by_a_difference):
    assert examine("1.1", answer), answer.__name__
kept = list(answers())
assert {answer.number for answer in kept} == set(exercises())
for number in exercises():
    wrong = [answer for answer in kept if answer.number == number and answer.diagnosis]
    assert len(wrong) < sum(answer.number == number for answer in kept)
    assert examine(number, wrong[0].function).diagnosis == wrong[0].diagnosis

# %% earlier-cells
# > A check runs in a state of its own. What an earlier cell has set does not decide over your answer: not `np.seterr`,
# > not the dtype policy of Keras, not `tf.debugging.enable_check_numerics`, not `tf.config.run_functions_eagerly`.
# > Your settings come back afterwards. What your answer changes of them is put back after each call, so that one call
# > does not decide over the next.
from assignlab import process_state


def settings():
    """(np.seterr, dtype policy, what enable_check_numerics adds, run_functions_eagerly)."""
    watching = any("check_numerics" in repr(one) for one in context.context().op_callbacks)
    kinds, policy = set(np.geterr().values()), keras.config.dtype_policy().name
    return kinds, policy, watching, tf.config.functions_run_eagerly()


def changes_them():
    np.seterr(all="raise")
    keras.config.set_dtype_policy("float16")
    tf.debugging.enable_check_numerics()
    tf.config.run_functions_eagerly(True)


def notes_and_changes(v, factors):
    inside.append(settings())
    right(v, factors)
    changes_them()


own, odd, inside = ({"ignore"}, "float32", False, False), ({"raise"}, "float16", True, True), []
put_back = process_state.snapshot(whole=True)
try:
    changes_them()
    assert settings() == odd
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"(?i)nan|inf"):  # such a setting does decide outside
        tf.constant(1.0) / 0.0
    for number in ("1.1", "2.3", "4.3"):
        assert examine(number, exercise_cells("solutions")[number].function())
    assert examine("1.1", notes_and_changes)
    assert settings() == odd  # yours, after the check
finally:
    put_back()
assert len(inside) > 20 and all(seen == own for seen in inside)  # each call, whatever the one before it has set

# %% time
# > each call is stopped after five seconds, also one that catches every exception, and a whole check after sixty
assert (guard.SECONDS, guard.CHECK_SECONDS) == (5, 60)


def endless(*arguments):
    while True:
        pass


def endless_and_catching(*arguments):
    while True:
        try:
            time.sleep(0.01)
        except BaseException:
            continue


calls = []


def slow(v, factors):
    calls.append(time.sleep(0.2))
    right(v, factors)


patch = pytest.MonkeyPatch()
try:
    patch.setattr(guard, "SECONDS", 0.3)  # the same with shorter times: for a call, then for a check
    for answer in (endless, endless_and_catching) if POSIX_MAIN else (endless,):
        started = time.monotonic()
        assert examine("1.1", answer).diagnosis == "too slow"
        assert 0.3 <= time.monotonic() - started < 5
    patch.undo()
    patch.setattr(guard, "CHECK_SECONDS", 1.0)
    assert examine("1.1", slow).diagnosis == "too slow" and 2 <= len(calls) <= 5
finally:
    patch.undo()


# %% says-so
# > calls itself without end, or asks for more memory than there is
#
# > the check says so
#
# > asks for something by `input`, or opens the debugger `pdb`
#
# > it gets an error at once, since nobody is there to type
#
# > calls `sys.exit`, raises anything at all
#
# > the check says so, and the notebook goes on
def deep(v, factors):
    return deep(v, factors)


def huge(v, factors):
    return np.ones(2**50)


def leaves(v, factors):
    sys.exit(3)


def asks(v, factors):
    return input("factor? ")


def asks_and_goes_on(v, factors):
    with pytest.raises(guard.NoInput):
        input("factor? ")
    right(v, factors)


def debugs(v, factors):
    pdb.Pdb().set_trace()
    right(v, factors)


def looks_at_an_error(v, factors):
    try:
        v.assign(factors)
    except ValueError:
        pdb.post_mortem()


def raises_its_own(v, factors):
    raise type("Mine", (BaseException,), {})("mine")


words = {deep: "calls itself", huge: "memory", leaves: "leave Python", raises_its_own: "Mine"}
words |= dict.fromkeys((asks, debugs, looks_at_an_error), "nobody to type")
for answer, word in words.items():
    started = time.monotonic()
    result = examine("1.1", answer)
    assert result.status == "wrong" and word in str(result), str(result)
    assert answer is deep or time.monotonic() - started < guard.SECONDS / 2, answer
assert examine("1.1", asks_and_goes_on)


# %% printed
# > prints a million lines
#
# > the first eight are shown
def chatty(v, factors):
    for line in range(1_000_000 if v.shape[0] else 0):
        print(line)


printed = dict(examine("1.1", chatty).lines)["printed"].splitlines()
assert printed == [*map(str, range(8)), "…"]

# %% put-back
# > it is put back
#
# > they are put back
#
# > changes seeds, warnings, print options, the dtype policy, environment variables, the folder
#
# > replaces a function of NumPy, TensorFlow, Keras or Python
FUNCTIONS = (
    (np, "sum"),
    (np.linalg, "norm"),
    (np.random, "default_rng"),
    (tf, "reduce_sum"),
    (tf.nn, "relu"),
    (tf.math, "is_finite"),
    (tf.Variable, "assign"),
    (keras.ops, "clip"),
    (keras.Variable, "assign"),
    (json, "dumps"),
    (builtins, "len"),
)


def state():
    policy = keras.config.dtype_policy().name
    generator = tf.random.get_global_generator()
    return {
        "NumPy's seed": np.random.get_state()[1].tolist(),
        "Python's seed": random.getstate(),
        "TensorFlow's seed": context.global_seed(),
        "TensorFlow's generator": (id(generator), generator.state.numpy().tolist()),
        "warnings": list(warnings.filters),
        "print options": np.get_printoptions(),
        "dtype policy": policy,
        "environment": dict(os.environ),
        "folder": os.getcwd(),
    }


def changes_everything(v, factors):
    right(v, factors)
    np.random.seed(1)
    random.seed(1)
    tf.random.set_seed(1)
    tf.random.set_global_generator(tf.random.Generator.from_seed(1))
    warnings.simplefilter("error")
    np.set_printoptions(precision=1)
    keras.config.set_dtype_policy("float16")
    os.environ["LEFT_BEHIND"] = "1"
    os.chdir(tempfile.gettempdir())
    seen.append(state())
    for owner, name in FUNCTIONS[:-1]:
        setattr(owner, name, None)
    builtins.len = None


tf.random.set_seed(7)
drawn = tf.random.uniform((2,)).numpy()
tf.random.set_seed(7)
before, seen, functions = state(), [], [vars(owner).get(name, getattr(owner, name)) for owner, name in FUNCTIONS]
assert examine("1.1", changes_everything)
assert all(seen[0][name] != value for name, value in before.items())  # the answer did change each of them
np.testing.assert_array_equal(tf.random.uniform((2,)), drawn)
assert state() == before
for (owner, name), function in zip(FUNCTIONS, functions, strict=True):
    assert vars(owner).get(name, getattr(owner, name)) is function, name
assert examine("1.1", right)

# %% named
# > What cannot be put back is named in the result.
here = os.getcwd()
with tempfile.TemporaryDirectory() as folder:
    gone = Path(folder) / "gone"
    gone.mkdir()
    os.chdir(gone)

    def removes_the_folder(v, factors):
        os.chdir(folder)
        if gone.exists():
            gone.rmdir()

    result = examine("1.1", removes_the_folder)
    os.chdir(here)
assert "the working folder" in dict(result.lines)["still changed"]


# %% cheating
# > A check runs in the same process as your answer.
#
# > The guards are made for mistakes, not for intent. An answer that means to cheat can: it may read the expected values
# > out of the check, or patch the check itself. The checks are there for you, and not for marking.
def peeks(v, factors):
    frame = sys._getframe()
    while "case" not in frame.f_locals:
        frame = frame.f_back
    v.assign(frame.f_locals["case"].expected)


def patches(v, factors):
    v.assign([[10.0, 20.0], [300.0, 400.0]])  # right for the example only
    InPlace.verify_case = lambda *anything: None


processes = []
assert examine("1.1", lambda v, factors: processes.append(os.getpid()) or right(v, factors))
assert set(processes) == {os.getpid()}
assert examine("1.1", peeks)
verify_case = InPlace.verify_case
try:
    assert examine("1.1", patches)
finally:
    InPlace.verify_case = verify_case
assert not examine("1.1", lambda v, factors: v.assign([[10.0, 20.0], [300.0, 400.0]]))

# %% long-call
# > One long call into NumPy or TensorFlow is stopped only when it returns.
many = np.random.default_rng(1).random(6_000_000)
outcome = guard.call(lambda: many.sort(kind="stable"), seconds=0.1)
assert isinstance(outcome.error, guard.TimeLimit) and (many[:-1] <= many[1:]).all(), "it had not returned"


# %% windows
# > On Windows, and outside the main thread, there is no alarm to stop a call. A loop is stopped all the same, but
# > `time.sleep` and an answer that catches every exception are not. Interrupt the kernel then; an answer that catches
# > that too ends when you restart the kernel.
import _thread


def catching(until, caught, interrupted=False):
    while True:
        try:
            while time.monotonic() < until:
                if interrupted and KeyboardInterrupt not in caught:
                    _thread.interrupt_main()
                time.sleep(0.01)
            return "to the end"
        except BaseException as error:
            caught.append(type(error))


def timed(function, *arguments):
    """(Outcome, seconds) of a guarded call with a limit of 0.05 s."""
    started = time.monotonic()
    return guard.call(function, *arguments, seconds=0.05), time.monotonic() - started


def outside(function, *arguments):
    """The same in another thread."""
    found = []
    thread = threading.Thread(target=lambda: found.append(timed(function, *arguments)))
    thread.start()
    thread.join()
    return found[0]


def without_alarm(function, *arguments):
    """The same where Python has no `signal.setitimer`, as on Windows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "_timer", None)
        return timed(function, *arguments)


for stopped in (outside, without_alarm):
    assert stopped(time.sleep, 0.5)[1] >= 0.5
    assert stopped(catching, time.monotonic() + 0.5, caught := [])[1] >= 0.4 and guard.TimeLimit in caught
    outcome, seconds = stopped(lambda: [None for _ in iter(int, 1)])
    assert isinstance(outcome.error, guard.TimeLimit) and seconds < 3
if POSIX_MAIN:
    assert timed(time.sleep, 0.5)[1] < 0.4  # with an alarm

if threading.current_thread() is threading.main_thread():
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores Ctrl-C
    try:
        without_alarm(catching, until := time.monotonic() + 0.4, caught := [], True)
    finally:
        signal.signal(signal.SIGINT, handler)
    assert KeyboardInterrupt in caught and time.monotonic() >= until  # it catches that too, and goes on

# %% exit
# > Your notebook file is not touched.
#
# > `os._exit`, or a crash inside a C library, ends the kernel.
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

code = "import os\nfrom assignlab import guard\nguard.call(lambda: os._exit(7))\nprint('after')"
run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
assert run.returncode == 7 and "after" not in run.stdout
crash = "ctypes.string_at(0)" if os.name == "posix" else "os.abort()"  # on Windows ctypes makes an exception of it
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "mine.ipynb"
    answer = f"import ctypes, os\nfrom assignlab import check\ncheck('1.1', lambda v, factors: {crash})"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(answer)]), file)
    saved = file.read_bytes()
    client = NotebookClient(nbformat.read(file, 4), resources={"metadata": {"path": folder}}, kernel_name="python3")
    with pytest.raises(DeadKernelError):
        client.execute()
    assert file.read_bytes() == saved and [path.name for path in Path(folder).iterdir()] == [file.name]

# %% memory
# > The limit on memory (4 GiB more than the kernel has) exists on Linux only.
assert guard.MEMORY == 4 * 2**30
if sys.platform.startswith("linux"):
    assert isinstance(guard.call(lambda: np.empty(5 * 2**30, "uint8")).error, MemoryError)
    assert guard.call(lambda: np.empty(2**30, "uint8").size).value == 2**30
missing = pytest.MonkeyPatch()
missing.setattr(Path, "exists", lambda path: False)  # /proc/self/statm, which only Linux has
limits = []
missing.setattr(guard, "resource", type("Resource", (), {"setrlimit": lambda *given: limits.append(given)}))
guard._limit_memory()
missing.undo()
assert not limits

# %% left-behind
# > Files that your answer writes or deletes stay written or deleted. Threads and programs that it starts go on running.
# > What it changes inside an object of yours, such as a list of an earlier cell, stays changed.
with tempfile.TemporaryDirectory() as folder:
    started = []

    def leaves_behind(v, factors):
        right(v, factors)
        if not started:
            (Path(folder) / "left.txt").write_text("left")
            started.extend([subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])])
            started.extend([end := threading.Event(), threading.Thread(target=end.wait, args=(30,), daemon=True)])
            started[2].start()

    examine("1.1", leaves_behind)
    assert (Path(folder) / "left.txt").read_text() == "left" and started  # the list, too, is as the answer left it
    program, end, thread = started
    assert thread.is_alive() and program.poll() is None
    end.set()
    program.kill()
    program.wait()

# %% progress
# > A right answer is noted in `.assignlab-progress.json`, in the folder where you work.
# > It is a readable file, it is written whole or not at all, and it never enters the course's repository.
#
# > `--reset` starts anew and keeps the old file beside the new one.
patch = pytest.MonkeyPatch()
with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as said:
    file = Path(folder) / ".assignlab-progress.json"
    patch.setenv("ASSIGNLAB_PROGRESS", "on")
    learner_progress.record("1.1", folder)
    noted = file.read_text(encoding="utf8")
    assert list(json.loads(noted)["solved"]) == ["1.1"]
    patch.setattr(os, "replace", lambda *paths: (_ for _ in ()).throw(OSError("the disk is full")))
    assert learner_progress.record("1.2", folder) is None
    patch.undo()
    assert file.read_text(encoding="utf8") == noted and len(list(Path(folder).iterdir())) == 1
    commands.main(["progress", folder, "--reset"])
    assert not file.exists() and (Path(folder) / f"{file.name}.old").read_text(encoding="utf8") == noted
assert ".assignlab-progress.json" in (ROOT / ".gitignore").read_text(encoding="utf8")

# %% own-copy
# > To leave the originals as they are, copy the lessons to a folder of your own:
#
# > The default is `my_lessons`. A lesson that is there already is never overwritten. If you edit the originals instead,
# > an update of the course by nbgitpuller keeps your answers: a test merges a new release over edited lessons.
assert DEFAULT == "my_lessons"
with tempfile.TemporaryDirectory() as folder:
    originals = {path: path.read_bytes() for path in (ROOT / "lessons").glob("*.ipynb")}
    _, copied, _ = copy_lessons(folder)
    edited = Path(folder) / copied[0]
    edited.write_text("mine")
    _, again, kept = copy_lessons(folder)
    assert edited.read_text() == "mine" and not again and sorted(kept) == sorted(path.name for path in originals)
    assert {path: path.read_bytes() for path in originals} == originals
merged = (ROOT / "tests/test_learner_work.py").read_text(encoding="utf8")
assert '"""nbgitpuller itself merges the new release over the learner\'s edited lessons."""' in merged
