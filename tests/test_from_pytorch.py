"""The arrays of lesson 12 are small, plain, and what PyTorch makes where it is installed."""

from importlib import import_module

import numpy as np
import pytest

from course import ROOT

FILE = ROOT / "lessons" / "assignlab" / "from_pytorch.npz"


def test_the_file_is_small_and_needs_no_pickle():
    assert FILE.stat().st_size < 30_000
    with np.load(FILE, allow_pickle=False) as file:
        assert all(file[name].dtype.kind in "fi" for name in file)


def test_the_file_is_what_pytorch_makes():
    pytest.importorskip("torch", reason="PyTorch is not among the requirements: see book/workshop/from_pytorch.py")
    made, file = import_module("from_pytorch").made(), np.load(FILE)
    assert list(made) == list(file)
    for name, array in made.items():
        np.testing.assert_allclose(array, file[name], atol=0.01, err_msg=f"{name}: run book/workshop/from_pytorch.py")
