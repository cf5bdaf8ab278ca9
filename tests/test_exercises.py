"""Lessons, solutions and checks are one set: same names, same stubs, red as shipped, green when solved."""

import ast

import pytest

from assignlab import exercise
from assignlab.checker import examine, hint
from course import exercise_cells, lessons

LESSONS = [path.stem for path in lessons()]
NUMBERS = list(exercise.exercises())


STUBS, SOLUTIONS = exercise_cells("lessons"), exercise_cells("solutions")


def test_each_lesson_has_a_solution_and_checks_of_its_name(root):
    assert sorted(path.stem for path in (root / "solutions").glob("*.ipynb")) == LESSONS
    assert sorted(path.stem for path in exercise.CHECKS.glob("[0-9]*.py")) == LESSONS


def test_lessons_solutions_and_checks_have_the_same_exercises():
    assert list(STUBS) == NUMBERS
    assert list(SOLUTIONS) == NUMBERS
    assert all(sum(number.startswith(f"{int(lesson[:2])}.") for number in NUMBERS) >= 3 for lesson in LESSONS)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_exercise_stands_in_the_lesson_of_its_number(number):
    assert STUBS[number].lesson == SOLUTIONS[number].lesson
    assert int(STUBS[number].lesson[:2]) == int(number.split(".")[0])


@pytest.mark.parametrize("number", NUMBERS)
def test_stub_and_solution_have_the_same_signature_and_docstring(number):
    stub, solution, task = STUBS[number].node, SOLUTIONS[number].node, exercise.find(number)
    assert ast.unparse(stub.args) == ast.unparse(solution.args)
    assert ast.get_docstring(stub) == ast.get_docstring(solution)
    assert stub.name == solution.name == task.function
    assert [a.arg for a in stub.args.args] == list(task.parameters)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_stub_is_not_attempted(number):
    result = examine(number, STUBS[number].function())
    assert result.status == "not attempted"
    assert not result
    assert len(str(result).splitlines()) == 2  # calm


@pytest.mark.parametrize("number", NUMBERS)
def test_the_solution_is_right_and_says_why(number):
    result = examine(number, SOLUTIONS[number].function())
    assert result, str(result)
    labels = dict(result.lines)
    assert "gradient alive" in labels["verified"]
    assert labels["why"]
    assert labels["in practice"]


@pytest.mark.parametrize("number", NUMBERS)
def test_an_answer_that_does_nothing_is_wrong(number):
    """The stub with one statement that has no effect: attempted, and red."""
    result = examine(number, eval(f"lambda {', '.join(exercise.find(number).parameters)}: len('nothing')"))
    assert result.status == "wrong"
    assert dict(result.lines)["try"]


@pytest.mark.parametrize("number", NUMBERS)
def test_three_hints_from_nudge_to_shape(number, capsys):
    task = exercise.find(number)
    assert len(task.hints) == 3
    for _ in range(4):
        hint(number)
    shown = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in shown] == [f"Hint {i} of 3 for exercise {number}" for i in (1, 2, 3, 1)]
    assert all(text in line for text, line in zip(task.hints, shown, strict=False))


@pytest.mark.parametrize("number", ["9.9", "x", 7, None])
def test_an_unknown_number_lists_the_known(number):
    with pytest.raises(ValueError, match=r"There is no exercise .*1\.1, 1\.2"):
        examine(number, print)


def test_calling_instead_of_passing_the_function_is_explained():
    result = examine("1.1", None)
    assert result.diagnosis == "not a function"
    assert 'check("1.1", scale_rows)' in str(result)


def test_a_changed_first_line_is_explained():
    result = examine("1.1", lambda v: v)
    assert result.diagnosis == "signature"
    assert "scale_rows(v, factors)" in str(result)
