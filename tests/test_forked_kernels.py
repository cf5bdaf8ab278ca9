"""Forked kernels: each notebook starts from nothing, draws, and gives what a fresh Python gives."""

import sys

import pytest

import forked_kernels

SOURCE = """import random, sys, threading
import numpy as np, tensorflow as tf, matplotlib.pyplot as plt
started = "tensorflow" in vars(), len(threading.enumerate()) > 0, "left" in vars(tf)
tf.left = True
v = tf.Variable([1.0, 2.0])
v.assign(v.numpy() * 2)
v.numpy().tolist(), started, sys.path[0]"""
CHANCE = "import random\nimport numpy as np\n(random.random(), np.random.random())"
DRAWING = "import matplotlib.pyplot as plt\nplt.figure().add_subplot().plot([1, 2]);"


def shown(result):
    """The outputs of the last cell, as text and by kind."""
    assert result.error is None, result.error
    return [(one.output_type, one.get("data", {}).get("text/plain")) for one in result.nb.cells[-1].outputs]


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux")
def test_forked_kernels_start_from_nothing_and_do_what_fresh_ones_do(run_notebook, monkeypatch):
    monkeypatch.setenv("FORK", "off")
    assert not forked_kernels.wanted()
    fresh = [shown(run_notebook(source)) for source in (SOURCE, DRAWING)]
    monkeypatch.setenv("FORK", "on")
    assert forked_kernels.wanted()
    for _again in range(2):
        assert [shown(run_notebook(source)) for source in (SOURCE, DRAWING)] == fresh
    assert shown(run_notebook(CHANCE)) != shown(run_notebook(CHANCE)), "two kernels draw the same random numbers"
