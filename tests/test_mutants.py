"""The checks notice every small change of an official solution, save those that are shown to be equivalent."""

import pytest

from mutants import EQUIVALENT, SOLUTIONS, survivors


@pytest.mark.parametrize("number", SOLUTIONS)
def test_every_mutant_is_noticed(number):
    count, alive = survivors(number)
    assert count >= 2
    assert not alive


def test_each_equivalent_mutant_has_its_reason():
    assert all(number in SOLUTIONS and len(reason) > 10 for (number, _), reason in EQUIVALENT.items())
