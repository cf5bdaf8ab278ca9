"""Forked kernels: each notebook starts from nothing, draws, and gives what a fresh Python gives."""

import ast
import re
import subprocess
import sys
from contextlib import suppress

import psutil
import pytest

import forked_kernels
from assignlab.environment import QUIET

SOURCE = """import os, random, sys, tempfile, threading
import numpy as np, tensorflow as tf, matplotlib.pyplot as plt
started = "tensorflow" in vars(), len(threading.enumerate()) > 0, "left" in vars(tf)
tf.left = True
v = tf.Variable([1.0, 2.0])
v.assign(v.numpy() * 2)
own_folder = tempfile.gettempdir() == os.environ["TMPDIR"]
v.numpy().tolist(), started, sys.path[0], own_folder"""
CHANCE = "import random\nimport numpy as np\n(random.random(), np.random.random())"
FILE = re.compile(r"/\S+/ipykernel_\d+/\d+\.py")  # where Python finds the source of a cell
STARTING = """import os
os.environ.clear()
import forked_kernels
forked_kernels.PRELOADED.clear()
process = forked_kernels.start_server().Process(target=exec, args=("import os; print(dict(os.environ))",))
process.start()
process.join()"""
KILLED = """import asyncio, os, signal
import forked_kernels
forked_kernels.PRELOADED.clear()

async def start_and_die():
    manager = forked_kernels.ForkedKernels(kernel_name="python3")
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(60)
    print(manager.provisioner.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(start_and_die())"""
SAYING = """import warnings, sys
import tensorflow as tf, keras, logging
from absl import logging as absl_logging
tf.get_logger().info("info"), tf.get_logger().warning("warning"), tf.compat.v1.logging.error("error")
absl_logging.info("info"), absl_logging.warning("warning"), logging.warning("plain"), warnings.warn("of Python")
print("printed", file=sys.stderr)"""
DRAWING = "import matplotlib.pyplot as plt\nplt.figure().add_subplot().plot([1, 2]);"


def shown(result):
    """The outputs of the last cell, as text and by kind."""
    assert result.error is None, result.error
    outputs = result.nb.cells[-1].outputs
    texts = [one.get("text") or one.get("data", {}).get("text/plain", "") for one in outputs]
    return [(one.output_type, FILE.sub("cell", text)) for one, text in zip(outputs, texts, strict=True)]


@pytest.fixture
def printed(tmp_path):
    """What a new Python prints that knows the modules of this one, when it ends: a process that it leaves may go on."""

    def run(code):
        known = f"import sys; sys.path[:] = {sys.path}\n"
        with open(tmp_path / "printed.txt", "w+", encoding="utf8") as file:
            subprocess.run([sys.executable, "-c", known + code], stdout=file, stderr=subprocess.DEVNULL)
            file.seek(0)
            return file.read().strip()

    return run


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux")
def test_forked_kernels_start_from_nothing_and_do_what_fresh_ones_do(run_notebook, monkeypatch):
    monkeypatch.setenv("FORK", "off")
    assert not forked_kernels.wanted()
    fresh = [shown(run_notebook(source)) for source in (SOURCE, SAYING, DRAWING)]
    monkeypatch.setenv("FORK", "on")
    assert forked_kernels.wanted()
    for _again in range(2):
        assert [shown(run_notebook(source)) for source in (SOURCE, SAYING, DRAWING)] == fresh
    assert shown(run_notebook(CHANCE)) != shown(run_notebook(CHANCE)), "two kernels draw the same random numbers"


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux")
def test_the_fork_server_imports_tensorflow_with_the_flags_of_a_kernel_whatever_it_was_started_from(printed):
    """A flag set after the import would do nothing: one notebook would compute otherwise than in `make test`."""
    assert QUIET.items() <= ast.literal_eval(printed(STARTING)).items()


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux")
def test_a_forked_kernel_ends_with_the_run_that_was_killed(monkeypatch, printed):
    monkeypatch.setenv("FORK", "on")
    kernel = int(printed(KILLED))
    with suppress(psutil.NoSuchProcess):  # it has ended already
        left = psutil.Process(kernel)
        try:
            left.wait(timeout=30)
        finally:
            left.kill()
