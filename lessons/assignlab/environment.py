"""Is everything here that the course needs? One line a thing, each with what to do about it: `python -m assignlab`."""

import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

# Both are needed, before TensorFlow is imported, to keep its C++ log lines out of what a reader sees.
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2", "TF_ENABLE_ONEDNN_OPTS": "0"}

OLDEST, NEWEST = (3, 11), (3, 13)
PACKAGES = (
    ("tensorflow-cpu", "tensorflow"),
    ("keras",),
    ("numpy",),
    ("matplotlib",),
    ("scipy",),
    ("scikit-learn",),
    ("jupyterlab",),
    ("ipykernel",),
    ("assignlab",),
)
INSTALL_ALL = "python -m pip install -r requirements.txt"
REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements.txt"  # there when installed with `pip install -e .`

# Run by a Python of its own: a TensorFlow built for another processor ends the process without a Python exception.
PROBE = """
import keras, tensorflow as tf
backend = keras.backend.backend()
assert backend == "tensorflow", "Keras has another backend; set the environment variable KERAS_BACKEND=tensorflow"
weights = tf.Variable([1.0, 2.0])
weights.assign(weights.numpy() * 2)
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(weights**2)
gradient = tape.gradient(loss, weights).numpy().tolist()
assert gradient == [4.0, 8.0], f"the gradient of sum(w**2) at w = [2, 4] came back as {gradient}, not [4.0, 8.0]"
"""


def pins(requirements=REQUIREMENTS):
    """The versions the course is tested with, as {package: version}; empty where there is no requirements.txt."""
    if not requirements.is_file():
        return {}
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", requirements.read_text(encoding="utf8"), re.MULTILINE))


def check_python(version=None):
    """(status, message) for the running Python, or for `version`, a tuple such as `(3, 12, 1)`."""
    version = tuple(version or sys.version_info[:3])
    shown = f"Python {'.'.join(map(str, version))}"
    if OLDEST <= version[:2] <= NEWEST:
        return "OK", shown
    return (
        "FAIL",
        f"{shown}: the course needs 3.{OLDEST[1]} to 3.{NEWEST[1]}. Get one from https://www.python.org/downloads/",
    )


def check_package(names, tested):
    """(status, message) for a package installed under any of `names`; `tested` are the versions of `pins()`."""
    installed = next((name for name in names if _version(name)), None)
    shown = names[-1]
    if installed is None:
        install = "-e ." if shown == "assignlab" else f"{shown}=={tested[shown]}" if shown in tested else shown
        return "FAIL", f"{shown}: not installed. To install it: python -m pip install {install}"
    version = _version(installed)
    if tested.get(installed, version) != version:
        wanted = tested[installed]
        change = f"python -m pip install {installed}=={wanted}"
        return "WARN", f"{shown} {version}: the course is tested with {wanted}. To change it: {change}"
    return "OK", f"{shown} {version}"


def _version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def check_tensorflow(timeout=300):
    """(status, message) after really running one `assign` and one gradient; `timeout` is in seconds."""
    try:
        run = subprocess.run(
            [sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=timeout, env={**os.environ, **QUIET}
        )
    except subprocess.TimeoutExpired:
        return "FAIL", f"assign: TensorFlow did not answer within {timeout} s. Try again when the machine is less busy"
    if run.returncode == 0:
        return "OK", "assign: a variable changed with NumPy, and its gradient is right"
    said = run.stderr.strip().splitlines() or [f"Python ended with status {run.returncode}"]
    again = f"{INSTALL_ALL} --force-reinstall"
    return "FAIL", f"assign: {said[-1]}. Where the packages above are in order, install them again: {again}"


def check_kernel():
    """(status, message) on whether notebooks run this same Python."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager

        command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except Exception as problem:  # a broken Jupyter may raise anything, and this page is where it is looked for
        return "FAIL", f"kernel: none found ({problem}). To install it: python -m ipykernel install --sys-prefix"
    # Jupyter puts the running Python in the place of a bare `python`. Links are not followed: those of two environments
    # can meet in one Python.
    if os.path.dirname(command) in ("", os.path.dirname(sys.executable)):
        return "OK", "kernel: notebooks run this Python"
    change = "python -m ipykernel install --sys-prefix"
    return "FAIL", f"kernel: notebooks run {command}, not {sys.executable}. To change it: {change}"


def main():
    """Print one line per thing the course needs and one on what to do; return the exit status, 1 if anything fails."""
    print(f"Environment of {sys.executable}")
    tested = pins()
    checks = [
        check_python,
        *(lambda names=names: check_package(names, tested) for names in PACKAGES),
        check_kernel,
        check_tensorflow,
    ]
    failed = 0
    for check in checks:
        status, message = check()
        failed += status == "FAIL"
        print(f"[{status:^4}] {message}", flush=True)
    print(
        f"{failed} to repair, one by one as said above or all at once: {INSTALL_ALL}"
        if failed
        else "Ready: open lessons/ and start."
    )
    return min(failed, 1)
