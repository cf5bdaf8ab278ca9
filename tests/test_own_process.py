"""Code in a process of its own: what it prints, how it ends, and that nothing of it stays."""

import os
import subprocess
import sys

import pytest

import own_process
from own_process import alone

WAYS = [own_process._new, *([own_process._forked] if sys.platform == "linux" else [])]


@pytest.fixture(params=WAYS, ids=lambda way: way.__name__.strip("_"))
def way(request, monkeypatch):
    """Each of the two ways to make such a process."""
    monkeypatch.setattr(own_process, "_forked", request.param)
    return request.param


def test_it_begins_anew_in_this_folder_with_this_environment(way, monkeypatch, tmp_path):
    alone("")  # so that a fork server is there, which has found its own folder for temporary files
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    lines = "import os, tempfile\nleft = tf.left = 1\nprint(os.getpid(), os.getcwd(), tempfile.gettempdir())"
    said = alone(lines).split()
    assert said[1:] == [str(tmp_path)] * 2 and int(said[0]) != os.getpid()
    assert alone("print('left' in globals(), hasattr(tf, 'left'))").split() == ["False", "False"]


def test_its_devices_are_not_started():
    divide = "[cpu] = tf.config.list_physical_devices('CPU')\n"
    divide += "tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)\n"
    assert alone(f"{divide}print(len(tf.config.list_logical_devices('CPU')))") == "2\n"


@pytest.mark.parametrize("code", ["raise ValueError('no such thing')", "import sys\nsys.exit(3)", "os.abort()"])
def test_an_end_that_was_not_asked_for_is_an_error(code):
    code = f"import os\n{code}"
    with pytest.raises(AssertionError):
        alone(code)
    assert "no such thing" in alone(code, fails=True) or "ValueError" not in code


def test_an_error_that_does_not_come_is_an_error():
    with pytest.raises(AssertionError):
        alone("print('well')", fails=True)


def test_one_that_does_not_end_is_ended(way, monkeypatch):
    monkeypatch.setattr(own_process, "PATIENCE", 1)
    with pytest.raises(subprocess.TimeoutExpired):
        alone("import time\ntime.sleep(60)")
