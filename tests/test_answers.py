"""No wrong answer passes or gets another's diagnosis; no right answer is refused, however unusual."""

from collections import Counter
from pathlib import Path

import pytest

import answers as answers_package
from answers import answers
from assignlab.checker import examine
from assignlab.exercises import CHECKS, exercises

FOLDER = Path(answers_package.__file__).parent
WRONG = [answer for answer in answers() if answer.diagnosis]
RIGHT = [answer for answer in answers() if not answer.diagnosis]
LEAST_WRONG, LEAST_RIGHT = 6, 3


@pytest.mark.parametrize("answer", WRONG, ids=str)
def test_a_wrong_answer_gets_its_diagnosis(answer):
    result = examine(answer.number, answer.function)
    assert not result, f"{answer.place} is wrong, and passed: add a case to checks/{answer.place.split(':')[0]}"
    assert (result.diagnosis or result.status) == answer.diagnosis, f"{answer.place} got\n{result}"


@pytest.mark.parametrize("answer", RIGHT, ids=str)
def test_a_right_answer_passes(answer):
    result = examine(answer.number, answer.function)
    assert result, f"{answer.place} is right, and was refused:\n{result}"


@pytest.mark.parametrize("kind, all_of_them, least", [("wrong", WRONG, LEAST_WRONG), ("right", RIGHT, LEAST_RIGHT)])
def test_there_are_enough_of_both_for_every_exercise(kind, all_of_them, least):
    found = Counter(answer.number for answer in all_of_them)
    few = [
        f"exercise {number} has {found[number]} {kind} answers in tests/answers/; it needs {least}"
        for number in exercises()
        if found[number] < least
    ]
    assert not few, "\n".join(few)


def test_answers_belong_to_an_exercise():
    strange = {answer.place for answer in answers() if answer.number not in exercises()}
    assert not strange, f"no check has the number of the answers at {', '.join(sorted(strange))}"


def test_answers_are_named_like_the_checks():
    checks, found = ({path.name for path in folder.glob("[0-9]*.py")} for folder in (CHECKS, FOLDER))
    assert not checks - found, (
        f"make tests/answers/{', '.join(sorted(checks - found))}, with the answers to its exercises"
    )
    assert not found - checks, f"tests/answers/{', '.join(sorted(found - checks))} has no checks of that name"
