"""Make the environment of the course, `.venv`, and install what it needs: `python3 book/workshop/make_env.py`.

On Windows: `py book/workshop/make_env.py`. A sound environment is left as it is; `make` asks before each command.
Only the standard library, and only what a Python of 3.6 understands: one too old for the course can still say so.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

SUITABLE = ("3.11", "3.12", "3.13")
WINDOWS = os.name == "nt"
ROOT = Path(__file__).resolve().parents[2]
VENV = (ROOT / ".venv").resolve()  # resolved: where `.venv` is a link, the environment it leads to is asked and mended
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
READY = VENV / ".ready"  # holds what was installed; written last, so that half an installation never counts as one
NAME_ANOTHER = (
    "py book/workshop/make_env.py --python C:/path/to/python.exe" if WINDOWS else "make book PYTHON=/path/to/python3.12"
)


def candidates():
    """The commands that may start a suitable Python, as lists of words: the running one first."""
    if Path(sys.prefix).resolve() != VENV:  # not the one that may have to be replaced
        yield [sys.executable]
    if WINDOWS:
        yield from (["py", f"-{version}"] for version in reversed(SUITABLE))
    else:
        yield from ([f"python{version}"] for version in ("3", *reversed(SUITABLE)))
    yield ["python"]


def version_of(command, needs="sys"):
    """The version, such as "3.12.1", of the Python that `command` starts; None if it does not run or import `needs`.

    Starting it is the only proof: a pyenv shim or an alias of the Microsoft Store can be on the path and still not run.
    """
    code = f"import sys, {needs}; print('%d.%d.%d' % sys.version_info[:3])"
    try:
        said = subprocess.check_output([*map(str, command), "-c", code], stderr=subprocess.DEVNULL, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    return said.decode().strip()


def minor(version):
    """The first two numbers of a version: "3.12" of "3.12.1"."""
    return ".".join(version.split(".")[:2])


def choose(asked=None):
    """(command, version) of the Python to use: the one that is asked for, or the first that suits."""
    commands, found = [[asked]] if asked else list(candidates()), []
    for command in commands:
        version = version_of(command)
        if version and minor(version) in SUITABLE:
            return command, version
        if version:
            found.append(f"{' '.join(command)} is {version}.")
    sys.exit(
        f"The course needs Python {', '.join(SUITABLE[:-1])} or {SUITABLE[-1]}.\n"
        f"Looked for: {', '.join(map(' '.join, commands))}. Found: {' '.join(found) or 'none that runs.'}\n"
        f"Install one from https://www.python.org/downloads/ or, if you have one, name it: {NAME_ANOTHER}"
    )


def fault(asked=None):
    """Why the environment has to be made anew, or None where it is sound."""
    if not VENV.exists():
        return "there is none yet"
    version = version_of([PYTHON], needs="pip")
    if version is None:
        return "its Python does not run"
    if minor(version) not in SUITABLE:
        return f"its Python is {version}"
    if asked and version_of([asked]) != version:
        return f"its Python is {version}, not {asked}"
    # The scripts in it name the folder that it was made in, and so does this file, where venv notes its own command.
    if os.path.normcase(str(VENV)) not in os.path.normcase((VENV / "pyvenv.cfg").read_text(encoding="utf8")):
        return "this folder was moved"
    return None


def make(asked, why):
    """Make `.venv`, in the place of what may be there."""
    command, version = choose(asked)
    shown = " ".join(command)
    if not version_of(command, needs="venv, ensurepip"):
        sys.exit(
            f"{shown}, Python {version}, has no venv module. On Debian and Ubuntu: "
            f"sudo apt install python{minor(version)}-venv\nOr name another Python: {NAME_ANOTHER}"
        )
    print(f"Making .venv ({why}) with {shown}, Python {version}", flush=True)
    if subprocess.call([*command, "-m", "venv", "--clear", str(VENV)]):
        sys.exit("It was not made; the lines above say why. Is the disk full, or is .venv open in another program?")


def wanted():
    """What decides the installed packages, as one text: not the settings of pytest and ruff."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf8").partition("[tool.pytest")[0]
    return (ROOT / "requirements.txt").read_text(encoding="utf8") + project


def installed():
    """Whether the packages are those of requirements.txt as it is now."""
    return READY.exists() and READY.read_text(encoding="utf8") == wanted()


def steps():
    """What pip is told, one command after the other. With LOCKED=1, only files whose hash requirements.lock knows."""
    if os.environ.get("LOCKED"):
        return [["--require-hashes", "-r", "requirements.lock"], ["--no-deps", "--no-build-isolation", "-e", "."]]
    return [["-r", "requirements.txt"]]


def install():
    """Install the pinned packages into the environment."""
    if READY.exists():
        READY.unlink()
    print("Installing the pinned packages into .venv: some minutes and 2.5 GB the first time ...", flush=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if any(subprocess.call(pip + step, cwd=str(ROOT)) for step in steps()):
        sys.exit(
            "Installing did not finish; the lines above say why.\nCheck the network and the free space on the disk, "
            "then run the same command again: what was downloaded is kept."
        )
    READY.write_text(wanted(), encoding="utf8")


def main(arguments=None):
    """Make, mend or leave the environment."""
    parser = argparse.ArgumentParser(description="Make the environment of the course, .venv, where it is not sound.")
    parser.add_argument("--python", metavar="PATH", help="the Python to make it with (default: the first that suits)")
    parser.add_argument("--quiet", action="store_true", help="say nothing where there is nothing to do")
    options = parser.parse_args(arguments)
    why = fault(options.python)
    if why:
        make(options.python, why)
    if why or not installed():
        install()
    elif options.quiet:
        return
    print(f"The environment is ready. Its Python: {PYTHON}")


if __name__ == "__main__":
    main()
