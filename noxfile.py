"""Run the course with other versions of TensorFlow, with the Keras and the NumPy of their time: `make versions`.

One of them: `nox -s "versions(2.18.1-3.11)"`; `nox -l` lists them. A Python that the machine does not have
is left out. `PRE=1 make versions` runs the newest pre-release of TensorFlow alone.
"""

import os
import re
import sys
from pathlib import Path

import nox

nox.options.default_venv_backend = "venv"
nox.options.envdir = "_build/nox"
OF_THEIR_TIME = {  # TensorFlow: Keras, NumPy, the Pythons that it supports and the course does
    "2.16.2": ("3.3.3", "1.26.4", ("3.11", "3.12")),
    "2.17.1": ("3.4.1", "1.26.4", ("3.11", "3.12")),
    "2.18.1": ("3.6.0", "2.0.2", ("3.11", "3.12")),
    "2.19.1": ("3.9.2", "2.1.3", ("3.11", "3.12")),
    "2.20.0": ("3.11.3", "2.3.5", ("3.11", "3.12", "3.13")),
    "2.21.0": ("3.15.1", "2.4.6", ("3.11", "3.12", "3.13")),
}
TENSORFLOW = "tensorflow" if sys.platform == "darwin" else "tensorflow-cpu"
FREE = ("matplotlib", "scikit-learn", "scipy")  # whichever fits that NumPy
NEEDED = ("ipykernel", "hypothesis", "hatchling", "pytest", "nbmake", "pytest-xdist")  # as requirements.txt pins them
TOOLKIT = ("audit_lawful", "audit_sabotage", "doctor", "gradient", "losing", "replay")


def pinned(name):
    """The line of requirements.txt for a package, without its comment."""
    return re.search(rf"^{name}==\S+", Path("requirements.txt").read_text(encoding="utf8"), re.MULTILINE)[0]


def prove(session, packages, name):
    """Install these packages, run everything with them, and keep what differs."""
    folder = Path("_build", "versions", name).resolve()
    for old in folder.glob("*.json"):
        old.unlink()
    session.install(*packages, *FREE, *map(pinned, NEEDED))
    session.install("--no-build-isolation", "--no-deps", "-e", ".")
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "2", "TF_ENABLE_ONEDNN_OPTS": "0", "JUPYTER_PREFER_ENV_PATH": "1"}
    environment = {**quiet, "COURSE_VERSIONS": str(folder)}
    pytest = ("python", "-m", "pytest", "-n", os.environ.get("JOBS", "auto"), "-q", "-p", "no:cacheprovider")
    session.run(*pytest, "--nbmake", "lessons", "solutions", "book", env=environment, success_codes=[0, 1])
    tests = [f"tests/test_{name}.py" for name in TOOLKIT]
    session.run(*pytest, f"--junitxml={folder}/tests.xml", *tests, env=environment, success_codes=[0, 1])
    session.run("python", "book/workshop/versions.py", str(folder), env={"PYTHONPATH": "book/workshop"})


SESSIONS = [
    nox.param(python, version, id=f"{version}-{python}")
    for version, (*_, pythons) in OF_THEIR_TIME.items()
    for python in pythons
]


@nox.session
@nox.parametrize("python,tensorflow", SESSIONS)
def versions(session, tensorflow):
    """The course with a version of TensorFlow, and the Keras and NumPy of its time."""
    keras, numpy, _ = OF_THEIR_TIME[tensorflow]
    packages = (f"{TENSORFLOW}=={tensorflow}", f"keras=={keras}", f"numpy=={numpy}")
    prove(session, packages, f"{tensorflow}-{session.python}")


@nox.session(default=False)
def prerelease(session):
    """The course with the newest pre-release of TensorFlow and Keras: what will break."""
    prove(session, ("--pre", "--upgrade", TENSORFLOW, "keras", "numpy"), "prerelease")


@nox.session(default=False)
def lock(session):
    """Every package that requirements.txt leads to, for each system and Python, with its hashes: requirements.lock."""
    session.install("uv==0.13.9")
    lines = Path("requirements.txt").read_text(encoding="utf8").splitlines()
    wanted = Path(session.create_tmp(), "requirements.in")
    wanted.write_text("\n".join(line for line in lines if not line.startswith("-e")), encoding="utf8")
    options = (
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
        "--no-annotate",
        "--no-header",
        "--quiet",
    )
    session.run("uv", "pip", "compile", *options, str(wanted), "--output-file", "requirements.lock")
