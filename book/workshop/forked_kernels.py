"""Kernels that are forked from a process which has TensorFlow imported, for the notebooks of the tests and the book.

Importing TensorFlow and Keras costs a fresh kernel more than most lessons cost it. With `FORK=on`, on Linux, Python's
own fork server imports them once, before TensorFlow makes its context or starts a thread, and forks a process for each
notebook: memory, variables and seeds of one never meet another's. Without it, each notebook gets a fresh Python.
"""

import multiprocessing
import os
import random
import sys

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

# What every kernel of this book imports; none of it starts a thread of Python's. Not Matplotlib's pyplot: imported
# before there is a shell, it would not draw into the notebook.
PRELOADED = ["tensorflow", "keras", "ipykernel.kernelapp", "forked_kernels"]
PRELOADED += [f"assignlab.{name}" for name in ("audit", "checker", "doctor", "gradient", "picture")]
INLINE = "module://matplotlib_inline.backend_inline"


def wanted():
    """Whether kernels are forked here."""
    return os.environ.get("FORK") == "on" and sys.platform == "linux"


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
        server = multiprocessing.get_context("forkserver")
        server.set_forkserver_preload(PRELOADED)
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


def _be_kernel(arguments, environment, folder):
    """Become the kernel that a fresh Python would be with this environment and these arguments."""
    import numpy as np
    from ipykernel.kernelapp import launch_new_instance

    os.setsid()  # a signal to it reaches the processes that it starts, and no other kernel
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    before = [entry for entry in environment.get("PYTHONPATH", "").split(os.pathsep) if entry]
    sys.path[:] = [*before, *(entry for entry in sys.path if entry and entry not in before)]
    random.seed()
    np.random.seed()
    if "matplotlib" in sys.modules:  # it read this variable, which ipykernel sets, when it was imported
        sys.modules["matplotlib"].rcParams["backend"] = environment.get("MPLBACKEND", INLINE)
    launch_new_instance(argv=arguments)
