"""Run code in a process of its own, for proofs that need one: devices not started yet, no audit, a crash.

On Linux it is forked from Python's own fork server, which imports TensorFlow and Keras once for all proofs of a page,
before TensorFlow makes its context or starts a thread; elsewhere it is a new Python, which imports them again.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path

IMPORTS = "import keras\nimport numpy as np\nimport tensorflow as tf\n"
PATIENCE = 300  # seconds that such a process may take


def alone(code, fails=False):
    """Run `code`, which knows keras, np and tf, in a process of its own; what it printed, or the error that it must end
    with. Raises AssertionError if it ends otherwise, subprocess.TimeoutExpired if it does not end.
    """
    failed, printed, error = (_forked if sys.platform == "linux" else _new)(IMPORTS + code)
    assert failed == fails, error
    return error if fails else printed


def peak_memory():
    """The most memory that this process has held so far, in MB."""
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset / 1e6
    import resource

    unit = 1 if sys.platform == "darwin" else 1024  # bytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def start_anew(environment, folder):
    """Give a forked process the environment and the folder that a new Python would begin with."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    tempfile.tempdir = None  # the place for temporary files, which was found when TensorFlow was imported


def _new(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE)
    return bool(done.returncode), done.stdout, done.stderr


def _forked(code):
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["tensorflow", "keras"])
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("printed", "error")]
        for file in files:
            file.touch()
        process = server.Process(target=_run, args=(code, files, dict(os.environ), os.getcwd()))
        process.start()
        process.join(PATIENCE)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(code, PATIENCE)
        return bool(process.exitcode), *(file.read_text(encoding="utf8") for file in files)


def _run(code, files, environment, folder):
    """Run the code as a new Python would in this folder, with this environment."""
    for number, file in enumerate(files, start=1):
        os.dup2(os.open(file, os.O_WRONLY), number)
    start_anew(environment, folder)
    ended = 0
    try:
        exec(compile(code, "<string>", "exec"), sys.modules["__main__"].__dict__)
    except SystemExit as asked:
        ended = asked.code
    except BaseException:
        traceback.print_exc()
        ended = 1
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(ended if isinstance(ended, int) else bool(ended))
