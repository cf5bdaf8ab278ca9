"""No wrong answer passes or gets another's diagnosis; no right answer is refused, however unusual."""

from collections import Counter
from pathlib import Path

import pytest

import answers as answers_package
from answers import answers
from assignlab.checker import examine
from assignlab.exercise import CHECKS, exercises

WRONG = [answer for answer in answers() if answer.diagnosis]
RIGHT = [answer for answer in answers() if not answer.diagnosis]


@pytest.mark.parametrize("answer", WRONG, ids=str)
def test_a_wrong_answer_gets_its_diagnosis(answer):
    result = examine(answer.number, answer.function)
    assert not result, f"passed: {answer}"
    assert (result.diagnosis or result.status) == answer.diagnosis, str(result)


@pytest.mark.parametrize("answer", RIGHT, ids=str)
def test_a_right_answer_passes(answer):
    result = examine(answer.number, answer.function)
    assert result, str(result)


def test_there_are_enough_of_both_for_every_exercise():
    wrong, right = (Counter(answer.number for answer in kind) for kind in (WRONG, RIGHT))
    assert all(wrong[number] >= 6 and right[number] >= 3 for number in exercises()), (wrong, right)


def test_answers_lie_beside_the_checks_under_the_same_names():
    assert [path.name for path in sorted(CHECKS.glob("[0-9]*.py"))] == [
        path.name for path in sorted(Path(answers_package.__file__).parent.glob("[0-9]*.py"))
    ]
