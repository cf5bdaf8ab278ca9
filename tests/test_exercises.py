"""Lessons, solutions and checks are one set: same names, same stubs, red as shipped, green when solved."""

import ast
import subprocess
import sys
import tempfile
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis.configuration import set_hypothesis_home_dir, storage_directory

from assignlab.checker import examine, hint
from assignlab.exercises import (
    CHECKS,
    InPlace,
    InTraining,
    KeepsVariables,
    MakesFunction,
    OnReplicas,
    Wrong,
    exercises,
    find,
    lesson_done,
)
from assignlab.exercises.bytecode import same_steps
from assignlab.exercises.families import generated
from assignlab.exercises.showing import call_lines, show
from course import exercise_cells, lessons

LESSONS = [path.stem for path in lessons()]
NUMBERS = list(exercises())
STUBS, SOLUTIONS = exercise_cells("lessons"), exercise_cells("solutions")
KEPT = [number for number, task in exercises().items() if isinstance(task, KeepsVariables)]
IN_TRAINING = [number for number, task in exercises().items() if isinstance(task, InTraining)]
ON_REPLICAS = [number for number, task in exercises().items() if isinstance(task, OnReplicas)]
IN_PLACE = [number for number, task in exercises().items() if isinstance(task, InPlace)]


def test_each_lesson_has_a_solution_and_checks_of_its_name(root):
    for folder, ending in ((root / "solutions", ".ipynb"), (CHECKS, ".py")):
        names = {path.stem for path in folder.glob(f"[0-9]*{ending}")}
        where = folder.relative_to(root)
        assert not set(LESSONS) - names, f"make {where}/NAME{ending} for {sorted(set(LESSONS) - names)}"
        assert not names - set(LESSONS), f"no lesson is called like {sorted(names - set(LESSONS))} in {where}"


@pytest.mark.parametrize("folder, found", [("lessons", STUBS), ("solutions", SOLUTIONS)])
def test_notebooks_have_the_exercises_of_the_checks(folder, found):
    missing = [number for number in NUMBERS if number not in found]
    assert not missing, f"{folder}/ has no cell with check(...) and its function for exercises {missing}"
    assert list(found) == NUMBERS, f"the exercises in {folder}/ are {list(found)}, those in the checks {NUMBERS}"


def test_a_lesson_has_two_exercises_or_more():
    counts = {lesson: len(list(numbers)) for lesson, numbers in groupby(NUMBERS, lambda n: int(n.split(".")[0]))}
    few = [lesson for lesson in LESSONS if counts.get(int(lesson[:2]), 0) < 2]
    assert not few, f"checks/{few} have fewer than two exercises"


@pytest.mark.parametrize("number", NUMBERS)
def test_the_exercise_stands_in_the_lesson_of_its_number(number):
    for where, cells in (("lessons", STUBS), ("solutions", SOLUTIONS)):
        assert int(cells[number].lesson[:2]) == int(number.split(".")[0]), (
            f"exercise {number} stands in {where}/{cells[number].lesson}.ipynb: move it to the lesson of its number"
        )


@pytest.mark.parametrize("number", NUMBERS)
def test_stub_and_solution_have_the_same_signature_and_docstring(number):
    stub, solution, task = STUBS[number].node, SOLUTIONS[number].node, find(number)
    place = f"exercise {number} in lessons/ and solutions/{STUBS[number].lesson}.ipynb"
    assert ast.unparse(stub.args) == ast.unparse(solution.args), f"the first lines differ: {place}"
    assert ast.get_docstring(stub) == ast.get_docstring(solution), f"the docstrings differ: {place}"
    assert stub.name == solution.name == task.function, f"checks/ calls it {task.function}: {place}"
    assert [a.arg for a in stub.args.args] == list(task.parameters), f"checks/ has {task.parameters}: {place}"


@pytest.mark.parametrize("number", NUMBERS)
def test_the_stub_is_not_attempted(number):
    result = examine(number, STUBS[number].function())
    assert result.status == "not attempted", f"the cell exercise-{number.replace('.', '-')} is taken for an answer"
    assert not result
    assert find(number).invitation in str(result)


@pytest.mark.parametrize("number", [number for number in NUMBERS if find(number).shipped])
def test_what_a_lesson_ships_is_wrong_and_is_what_the_checks_know(number):
    task, shipped = find(number), STUBS[number].function()
    assert same_steps(task.shipped, shipped), (
        f"`shipped` of exercise {number} in checks/{STUBS[number].lesson}.py differs from the lesson's cell: copy it"
    )
    with pytest.raises(Wrong):
        task.verify(shipped)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_solution_is_right_and_says_why(number):
    result = examine(number, SOLUTIONS[number].function())
    assert result, f"the answer in solutions/{SOLUTIONS[number].lesson}.ipynb is refused:\n{result}"
    labels = dict(result.lines)
    floats = find(number).parameters and getattr(find(number), "dtypes", None) not in (("uint8",), ("int32",))
    assert ("gradient alive" in labels["verified"]) == bool(floats)
    assert labels["why"] and labels["in practice"], f"exercise {number} in the checks needs `why` and `practice`"


@pytest.mark.parametrize("number", NUMBERS)
def test_an_answer_that_does_nothing_is_wrong(number):
    """The stub with one statement that has no effect: attempted, and red."""
    result = examine(number, eval(f"lambda {', '.join(find(number).parameters)}: len('nothing')"))
    assert result.status == "wrong"
    assert dict(result.lines)["try"]


@pytest.mark.parametrize("number", NUMBERS)
def test_three_hints_from_nudge_to_shape(number, capsys):
    task = find(number)
    assert len(task.hints) == 3, f"exercise {number} has {len(task.hints)} hints in the checks; it needs three"
    for _ in range(4):
        hint(number)
    shown = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in shown] == [f"Hint {i} of 3 for exercise {number}" for i in (1, 2, 3, 1)]
    assert all(text in line for text, line in zip(task.hints, shown, strict=False))


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_solved_lesson_has_something_to_say(lesson):
    number = int(lesson[:2])
    assert lesson_done(number) == lesson_done(f"{number}.1"), f"checks/{lesson}.py needs LESSON_DONE"
    assert 20 < len(lesson_done(number)) < 140


@pytest.mark.parametrize("number", IN_PLACE)
def test_every_mistake_is_told_from_the_right_answer(number):
    """In the first case where it can be: there its advice is read with the smallest numbers."""
    task = find(number)
    for i, mistake in enumerate(task.mistakes):
        assert any(_shows(task, mistake, case) for case in task.all_cases()), (
            f"no case of exercise {number} tells its mistake {i}, {mistake.diagnosis!r}, from the right answer"
        )


@pytest.mark.parametrize("number", IN_PLACE)
def test_the_first_example_tells_most_mistakes(number):
    task, first = find(number), next(iter(find(number).all_cases()))
    hidden = [mistake.diagnosis for mistake in task.mistakes if not _shows(task, mistake, first)]
    assert len(hidden) <= 2, f"the first example of exercise {number} hides {hidden}: choose other numbers for it"


def _shows(task, mistake, case):
    with np.errstate(all="ignore"):
        try:
            gives = np.asarray(mistake.gives(case.before.astype(np.float64), *case.arguments))
        except ValueError:  # shapes that do not fit: an exception, which shows as well
            return True
        return gives.shape != case.before.shape or not np.allclose(gives, case.expected, equal_nan=True)


@pytest.mark.parametrize("number", IN_PLACE)
def test_the_example_is_small_and_of_the_first_dtype(number):
    before, arguments, after = find(number).example()
    assert before.dtype == after.dtype == find(number).dtypes[0] and before.shape == after.shape
    assert list(arguments) == list(find(number).parameters[1:])
    assert before.size <= 24, f"the first example of exercise {number} has {before.size} entries: nobody reads so many"
    assert not np.array_equal(before, after, equal_nan=True), f"the first example of exercise {number} changes nothing"


@pytest.mark.parametrize("number", NUMBERS)
def test_what_was_called_can_be_pasted(number, folder):
    """The lines under `called` run as they stand in the lesson, and give the arguments of the first case."""
    import keras
    import tensorflow as tf

    def answer(*arguments):
        calls.append(arguments)
        return keras.callbacks.Callback()  # which does nothing, for the exercise that wants one

    task, calls = find(number), []
    with pytest.raises(Wrong) as caught:
        task.verify(answer)
    names = {"np": np, "tf": tf, "keras": keras, "folder": folder, task.function: answer}
    before = len(calls)
    if isinstance(task, MakesFunction):  # what it returns is called
        with pytest.raises(TypeError, match="not callable"):
            exec(caught.value.called, names)
    elif task.function == "make_total":  # what it returns is a variable
        with pytest.raises(AttributeError, match="has no attribute 'numpy'"):
            exec(caught.value.called, names)
    else:
        exec(caught.value.called, names)
    checked, pasted = calls[0], calls[before]
    assert [_plain(value) for value in checked] == [_plain(value) for value in pasted]


@pytest.mark.parametrize("number", KEPT)
def test_an_exercise_without_a_picture_shows_a_call_before_it_is_attempted(number, folder):
    import tensorflow as tf

    task, shown, returned = find(number), dict(examine(number, STUBS[number].function()).lines), []
    names = {"np": np, "tf": tf, "folder": folder}
    names[task.function] = lambda *arguments: returned.append(task.reference(*arguments))
    exec(shown["called"], names)
    expected = shown["expected"].removesuffix(" afterwards")
    if expected.startswith("returned "):
        first, _, expected = expected.partition("\n")
        assert first == show(returned[0], "returned ")
    for line in expected.split(" afterwards\n") if expected else ():
        name, _, _ = line.partition(" = ")
        assert show(eval(name, names), f"{name} = ") == line


@pytest.mark.parametrize("number", [number for number in NUMBERS if isinstance(find(number), MakesFunction)])
def test_a_program_shows_its_result_before_it_is_attempted(number):
    import tensorflow as tf

    task, shown = find(number), dict(examine(number, STUBS[number].function()).lines)
    names = {"np": np, "tf": tf, task.function: task.reference}
    exec(shown["called"], names)
    assert shown["expected"] == show([one if type(one) is int else float(one) for one in names["result"]], "result = ")


@pytest.mark.parametrize("number", ON_REPLICAS)
def test_what_the_copies_hold_is_shown_before_it_is_attempted(number):
    import tensorflow as tf

    task, shown = find(number), dict(examine(number, STUBS[number].function()).lines)
    names = {"np": np, "tf": tf, task.function: task.reference}
    exec(shown["called"], names)
    assert shown["expected"] == show(np.array(names["result"]).tolist(), "result = ")


def test_without_two_devices_a_check_says_what_to_do():
    """In a process of its own, which has one CPU as TensorFlow makes it."""
    program = (
        "import tensorflow as tf\nfrom assignlab.checker import examine\nfrom assignlab.exercises import find\n"
        "tf.zeros(())\nexercise = find('15.1')\n"
        "for answer in (exercise.reference, exercise.shipped):\n    print(examine('15.1', answer))"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "15.1: one device" in shown and "Restart the kernel" in shown
    assert "15.1: not attempted" in shown and "called" not in shown.partition("not attempted")[2]


@pytest.mark.parametrize("number", [*KEPT, *ON_REPLICAS])
def test_a_wrong_answer_is_told_from_the_right_one_by_what_it_does(number):
    for mistake in find(number).mistakes:
        with pytest.raises(Wrong):
            find(number).verify(mistake.gives)


@pytest.fixture
def folder():
    """The folder that a lesson with files has under this name."""
    with tempfile.TemporaryDirectory() as path:
        yield SimpleNamespace(name=path)


@pytest.mark.parametrize("number", IN_TRAINING)
def test_a_training_ends_as_it_is_shown_before_it_is_attempted(number):
    import keras
    import tensorflow as tf

    task, shown = find(number), dict(examine(number, STUBS[number].function()).lines)
    names = {"np": np, "tf": tf, "keras": keras, task.function: task.reference}
    exec(shown["called"], names)
    values = [(name, getattr(names[name], "numpy", lambda name=name: np.array(names[name]))()) for name in task.watched]
    assert shown["expected"] == "\n".join(show(value, f"{name} = ") for name, value in values)


@pytest.mark.parametrize("number", IN_TRAINING)
def test_a_training_tells_each_mistake_from_the_right_answer(number):
    task = find(number)
    for mistake in task.mistakes:
        assert not task.right(mistake.gives, task.cases), f"{number}: no training tells {mistake.diagnosis!r}"


def _plain(value):
    if isinstance(value, list):
        return list(map(_plain, value))
    if hasattr(value, "num_replicas_in_sync"):  # a strategy
        return type(value).__name__, value.num_replicas_in_sync
    if isinstance(value, str):  # a path: the folder differs
        return Path(value).name
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if hasattr(value, "apply_gradients"):
        return type(value).__name__, [_plain(variable) for variable in value.variables]
    if callable(value) and not hasattr(value, "get_weights"):
        return _plain(value())
    if hasattr(value, "get_weights"):
        return type(value).__name__, [_plain(weight) for weight in value.get_weights()]
    array = np.asarray(value)
    return str(array.dtype), array.shape, array.astype(float).round(6).tolist().__repr__()


def test_numbers_that_cannot_be_written_are_pasted_too():
    values = np.array([[np.nan, np.inf], [-np.inf, 0.1]], "float32")
    names = {"np": np, "f": lambda x: x}
    exec(call_lines("f", {"x": values}), names)
    np.testing.assert_array_equal(names["x"], values)
    assert names["x"].dtype == "float32"


def test_matrices_are_shown_as_rows():
    shown = show(np.array([[1.0, -2.5], [30.0, np.nan]], "float32"), "v = ")
    assert shown.splitlines() == ["v = [[ 1.0, -2.5],", "     [30.0,  nan]]  (float32, shape (2, 2))"]


@pytest.mark.parametrize("number", ["9.9", "x", 7, None])
def test_an_unknown_number_lists_the_known(number):
    with pytest.raises(ValueError, match=f"There is no exercise .*{NUMBERS[0]}, {NUMBERS[1]}"):
        examine(number, print)


def test_calling_instead_of_passing_the_function_is_explained():
    result = examine("1.1", None)
    assert result.diagnosis == "not a function"
    assert 'check("1.1", scale_rows)' in str(result)


def test_a_changed_first_line_is_explained():
    result = examine("1.1", lambda v: v)
    assert result.diagnosis == "signature"
    assert "scale_rows(v, factors)" in str(result)


def test_no_check_leaves_files(tmp_path, monkeypatch):
    """Of each kind of exercise, in a folder that stays empty, with families drawn anew: Hypothesis would write there.

    Whether an earlier cell can decide over a right answer is asked in `test_hostile.py`, state by state.
    """
    home = storage_directory(intent_to_write=False).home_directory
    monkeypatch.chdir(tmp_path)
    generated.cache_clear()
    set_hypothesis_home_dir(tmp_path / ".hypothesis")  # as in a notebook: pytest has set it to the project's folder
    try:
        for number in {type(task): number for number, task in exercises().items()}.values():
            assert examine(number, SOLUTIONS[number].function())
    finally:
        set_hypothesis_home_dir(home)
    assert not list(tmp_path.iterdir()), "a check left files in the learner's folder"


def test_an_error_in_a_tf_function_shows_its_own_line_and_message():
    import tensorflow as tf

    @tf.function
    def scale(v, factors):
        v.assign(v * factors)

    with pytest.raises(Wrong) as caught:
        find("1.1").verify(lambda v, factors: scale(v, np.float64(factors)))
    assert caught.value.got.splitlines()[1] == "in the line: v.assign(v * factors)"
    assert "user code" not in caught.value.got


def test_what_is_different_is_said_of_a_later_case():
    wrong = examine("1.1", lambda v, factors: v.assign([v[i] * factors[i] for i in range(2)]))
    assert "Right for the first example" in dict(wrong.lines)["try"]
    assert "v has shape (3, 3)" in dict(wrong.lines)["try"]


def test_a_mistake_that_would_have_failed_before_is_not_suspected():
    """`all replaced` gives these values in one case, but not in those that the answer has passed."""
    wrong = examine("2.3", lambda v, value: v.assign(np.where(~(np.abs(v.numpy()) <= 100), value, v.numpy())))
    assert wrong.diagnosis == "too many entries"


def test_assignlab_does_not_import_tensorflow_before_it_is_needed():
    program = "import assignlab, sys; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0, "assignlab/__init__.py imports TensorFlow"
