"""Families of arrays: the cases that no answer can foresee, drawn by Hypothesis, the same ones in every run."""

import tempfile
from functools import cache

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir, storage_directory
from hypothesis.extra import numpy as hnp

GENERATED = 20  # cases drawn from a family
quarters = st.integers(-40, 40).map(lambda i: i / 4)  # exact in every floating dtype


def arrays(shape, elements=quarters):
    """A strategy of float64 arrays whose entries are multiples of 1/4 between -10 and 10."""
    return hnp.arrays("float64", shape, elements=elements)


def shapes(least=1, most=3, longest=5):
    """A strategy of shapes with `least` to `most` axes of lengths 1 to `longest`."""
    return hnp.array_shapes(min_dims=least, max_dims=most, max_side=longest)


@cache
def generated(family):
    """The cases drawn from a family, small ones first."""
    found = []

    @settings(
        max_examples=GENERATED,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(family)
    def collect(case):
        found.append(case)

    home = storage_directory(intent_to_write=False).home_directory
    with tempfile.TemporaryDirectory() as elsewhere:  # Hypothesis writes a folder of its own, also without a database
        set_hypothesis_home_dir(elsewhere)
        try:
            collect()
        finally:
            set_hypothesis_home_dir(home)
    return sorted(found, key=lambda case: np.size(case[0]))


def irregular(seed, *shape):
    """An array of both signs whose entries have two digits after the point, and repeat hardly ever."""
    return np.round(np.random.default_rng(seed).normal(0, 2, shape), 2)
