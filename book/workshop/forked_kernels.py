"""Kernels that are forked from a process which has TensorFlow imported, for the notebooks of the tests and the book.

Importing TensorFlow and Keras costs a fresh kernel more than most lessons cost it. On Linux, Python's own fork server
imports them once, before TensorFlow makes its context or starts a thread, and forks a process for each notebook:
memory, variables and seeds of one never meet another's. With `FORK=off`, and on other systems, each notebook gets a
fresh Python.
"""

import logging
import multiprocessing
import os
import random
import sys
import threading
from multiprocessing import forkserver
from unittest.mock import patch

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from assignlab.environment import QUIET
from own_process import start_anew

# What every kernel of this book imports; none of it starts a thread of Python's. Not Matplotlib's pyplot: imported
# before there is a shell, it would not draw into the notebook.
PRELOADED = ["tensorflow", "keras", "ipykernel.kernelapp", "forked_kernels"]
PRELOADED += [f"assignlab.{name}" for name in ("audit", "checker", "doctor", "gradient", "picture")]
INLINE = "module://matplotlib_inline.backend_inline"


def wanted():
    """Whether kernels are forked here."""
    return os.environ.get("FORK") != "off" and sys.platform == "linux"


def start_server():
    """The context of multiprocessing whose fork server has everything imported, or is about to."""
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(PRELOADED)
    with patch.dict(os.environ, QUIET):  # TensorFlow reads these when it is imported, not later
        forkserver.ensure_running()
    return server


class ForkedKernels(AsyncKernelManager):
    """A kernel manager whose kernels are forked, where that is wanted."""

    async def _async_pre_start_kernel(self, **kwargs):
        if self.provisioner is None and wanted():
            self.provisioner = ForkProvisioner(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**kwargs)

    pre_start_kernel = _async_pre_start_kernel


class ForkProvisioner(LocalProvisioner):
    """Fork a kernel, where `LocalProvisioner` runs its command."""

    async def launch_kernel(self, cmd, env, cwd=None, **kwargs):
        """Start the kernel of the command `cmd`: [python, ..., "ipykernel_launcher", "-f", connection file, ...]."""
        server = start_server()
        arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
        process = server.Process(target=_be_kernel, args=(arguments, env, cwd or os.getcwd()))  # no daemon: it may fork
        process.start()
        self.process = _Process(process)
        self.pid = self.pgid = process.pid
        self.cwd = cwd
        return self.connection_info


class _Process:
    """A process of multiprocessing as `subprocess.Popen` would show it."""

    stdin = stdout = stderr = None

    def __init__(self, process):
        self.process, self.pid = process, process.pid

    def poll(self):
        return self.process.exitcode

    def wait(self):
        self.process.join()
        return self.process.exitcode

    def send_signal(self, number):
        os.kill(self.pid, number)

    def kill(self):
        self.process.kill()

    def terminate(self):
        self.process.terminate()


def forget_logger():
    """Let TensorFlow set up its logger anew: in a notebook it says more than in the fork server, and says it there."""
    from tensorflow.python.platform import tf_logging

    logging.getLogger("tensorflow").handlers.clear()
    tf_logging._logger = None


def _be_kernel(arguments, environment, folder):
    """Become the kernel that a fresh Python would be with this environment and these arguments."""
    import numpy as np
    from ipykernel.kernelapp import launch_new_instance

    os.setsid()  # a signal to it reaches the processes that it starts, and no other kernel
    start_anew(environment, folder)
    before = [entry for entry in environment.get("PYTHONPATH", "").split(os.pathsep) if entry]
    sys.path[:] = [*before, *(entry for entry in sys.path if entry and entry not in before)]
    random.seed()
    np.random.seed()
    if "tensorflow" in sys.modules:
        forget_logger()
    if "matplotlib" in sys.modules:  # it read this variable, which ipykernel sets, when it was imported
        sys.modules["matplotlib"].rcParams["backend"] = environment.get("MPLBACKEND", INLINE)
    threading.Thread(target=_end_with, args=(multiprocessing.parent_process(),), daemon=True).start()
    launch_new_instance(argv=[*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])


def _end_with(parent):
    """End this process when the one that asked for it ends, even killed: the fork server lives as long as a kernel."""
    parent.join()
    os._exit(1)
