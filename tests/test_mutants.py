"""The checks notice every small change of an official solution, save those that are shown to be equivalent."""

import pytest

from mutants import EQUIVALENT, SOLUTIONS, mutants, survivors


@pytest.mark.parametrize("number", SOLUTIONS)
def test_every_mutant_is_noticed(number):
    count, alive = survivors(number)
    assert count, f"book/workshop/mutants.py finds nothing to change in the solution of exercise {number}"
    assert not alive, (
        f"the check of exercise {number} passes its solution with these lines changed: {alive}. Add a case to its "
        "checks, or say in EQUIVALENT of book/workshop/mutants.py why no case can tell"
    )


@pytest.mark.parametrize("number, line", EQUIVALENT)
def test_each_equivalent_mutant_exists_and_has_its_reason(number, line):
    assert len(EQUIVALENT[number, line]) > 10, f"EQUIVALENT of book/workshop/mutants.py: no reason for {line!r}"
    found = number in SOLUTIONS and line in [changed for changed, _ in mutants(SOLUTIONS[number].node)]
    assert found, f"EQUIVALENT of book/workshop/mutants.py: exercise {number} has no mutant {line!r}: remove it"
