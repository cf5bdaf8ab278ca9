"""The commands and links of the README, the environment check, and what the Makefile says when the machine lacks something."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from assignlab import __main__ as commands
from assignlab import environment

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf8")
PYTHONS = ("python3", "python3.13", "python3.12", "python3.11", "python")  # every name the Makefile tries

needs_make = pytest.mark.skipif(
    shutil.which("make") is None, reason="the README gives another way where there is no make"
)


def make(*arguments, folder=ROOT, path=()):
    """Run make as a person would: without what an outer make (`make test`) passes on, and with `path` searched first."""
    outer = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "PYTHON", "PORT", "JOBS"}
    env = {name: value for name, value in os.environ.items() if name not in outer}
    env["PATH"] = os.pathsep.join([*map(str, path), env["PATH"]])
    return subprocess.run(["make", *arguments], cwd=folder, env=env, capture_output=True, text=True, timeout=60)


def script(path, text):
    """An executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def project(tmp_path):
    """A copy of what the Makefile reads to make an environment, in a folder with a space in its name."""
    folder = tmp_path / "my course"
    folder.mkdir()
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


# --- the README ---


MAKE_COMMANDS = sorted(set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE)))


@needs_make
def test_every_make_command_exists_and_help_lists_it():
    assert {"book", "lab", "test", "help"} <= set(MAKE_COMMANDS)
    listed = re.findall(r"make (\w+)", make().stdout)
    for target in MAKE_COMMANDS:
        run = make("-n", target)
        assert run.returncode == 0, f"README names `make {target}`: {run.stderr}"
        assert target in listed


def test_every_link_and_picture_is_there():
    targets = re.findall(r"\]\(([^)\s]+)\)", README)
    assert targets
    missing = [target for target in targets if "://" not in target and not (ROOT / target).exists()]
    assert not missing, f"README links to what is not there: {missing}"


def test_every_picture_has_alt_text():
    assert all(len(alt) > 20 for alt in re.findall(r"!\[(.*?)\]", README))


def test_the_python_commands_name_what_exists():
    modules = set(re.findall(r"-m (\w+)", README))
    assert {"venv", "pip", "assignlab", "jupyterlab"} <= modules
    assert not [module for module in modules if importlib.util.find_spec(module) is None]
    files = re.findall(r"-r (\S+)", README)
    assert files
    assert all((ROOT / file).is_file() for file in files)
    scripts = {name for name in re.findall(r"Scripts\\([\w-]+)", README) if name != "python"}
    assert scripts <= {entry.name for entry in metadata.entry_points(group="console_scripts")}


def test_one_range_of_pythons_everywhere():
    oldest, newest = environment.OLDEST, environment.NEWEST
    minors = [f"3.{minor}" for minor in range(oldest[1], newest[1] + 1)]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
    assert project["requires-python"] == f">=3.{oldest[1]},<3.{newest[1] + 1}"
    assert f"Python {', '.join(minors[:-1])} or {minors[-1]}" in README
    assert f"in {'|'.join(minors)})" in (ROOT / "Makefile").read_text(encoding="utf8")
    workflow = (ROOT / ".github/workflows/test.yml").read_text(encoding="utf8")
    assert re.findall(r'"(3\.\d+)"', workflow) == minors
    assert (ROOT / ".binder/runtime.txt").read_text().strip().removeprefix("python-") in minors


# --- python -m assignlab ---


def test_this_environment_is_ready():
    run = subprocess.run([sys.executable, "-m", "assignlab"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"[ OK ] tensorflow {environment.pins()['tensorflow']}" in run.stdout
    assert "[ OK ] assign: a variable changed with NumPy" in run.stdout
    assert run.stdout.splitlines()[-1].startswith("Ready")
    assert run.stderr == ""


@pytest.fixture
def installed(monkeypatch):
    """Change what appears to be installed: {package: version, or None for missing}."""
    changed, real = {}, metadata.version

    def version(name):
        if changed.get(name, "") is None:
            raise metadata.PackageNotFoundError(name)
        return changed.get(name) or real(name)

    monkeypatch.setattr(environment.metadata, "version", version)
    monkeypatch.setattr(environment, "check_tensorflow", lambda: ("OK", "assign: not run here"))
    return changed


def test_a_missing_package_fails_and_says_how_to_get_it(installed, capsys):
    installed["keras"] = None
    assert commands.main([]) == 1
    printed = capsys.readouterr().out
    assert (
        f"[FAIL] keras: not installed. To install it: python -m pip install keras=={environment.pins()['keras']}"
        in printed
    )
    assert printed.splitlines()[-1].startswith("1 to repair")


def test_another_version_warns_and_does_not_fail(installed, capsys):
    installed["numpy"] = "2.3.0"
    wanted = environment.pins()["numpy"]
    assert commands.main(["environment"]) == 0
    printed = capsys.readouterr().out
    assert (
        f"[WARN] numpy 2.3.0: the course is tested with {wanted}. To change it: python -m pip install numpy=={wanted}"
        in printed
    )


def test_without_requirements_the_versions_are_only_reported(tmp_path):
    assert environment.pins(tmp_path / "requirements.txt") == {}
    assert environment.check_package(("numpy",), {})[0] == "OK"


@pytest.mark.parametrize(
    ("version", "status"), [((3, 10, 9), "FAIL"), ((3, 11, 0), "OK"), ((3, 13, 5), "OK"), ((3, 14, 0), "FAIL")]
)
def test_the_range_of_pythons(version, status):
    assert environment.check_python(version)[0] == status


def test_a_broken_numpy_is_reported_and_does_not_end_the_report(tmp_path, monkeypatch):
    (tmp_path / "numpy.py").write_text("raise ImportError('DLL load failed')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    status, message = environment.check_tensorflow()
    assert status == "FAIL"
    assert "DLL load failed" in message


def test_a_tensorflow_that_ends_the_process_is_reported(tmp_path, monkeypatch):
    for module in ("keras", "tensorflow"):
        (tmp_path / f"{module}.py").write_text("import os; os._exit(132)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    status, message = environment.check_tensorflow()
    assert (status, "status 132" in message) == ("FAIL", True)


def test_a_kernel_of_another_python_fails(tmp_path, monkeypatch):
    kernel = tmp_path / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    kernel.write_text(
        '{"argv": ["/elsewhere/bin/python", "-m", "ipykernel_launcher"], "display_name": "Python 3", "language": "python"}'
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    status, message = environment.check_kernel()
    assert (status, "/elsewhere/bin/python" in message) == ("FAIL", True)


# --- what the Makefile says ---


@needs_make
def test_an_old_python_is_refused_with_a_way_out(project, tmp_path):
    for name in PYTHONS:
        script(tmp_path / "bin" / name, "echo 3.9")
    run = make("book", folder=project, path=[tmp_path / "bin"])
    assert run.returncode != 0
    assert "needs Python 3.11, 3.12 or 3.13" in run.stdout
    assert "python3 is 3.9" in run.stdout
    assert "make book PYTHON=/path/to/python3.12" in run.stdout
    assert not (project / ".venv").exists()


@needs_make
def test_a_python_that_does_not_run_is_passed_over(project, tmp_path):
    for name in PYTHONS:
        script(tmp_path / "bin" / name, "echo 'pyenv: command not found' >&2; exit 127")
    good = script(tmp_path / "bin" / "python3.11", fake_python("3.11"))
    run = make("check", folder=project, path=[tmp_path / "bin"])
    assert f"Making .venv with {good.name} 3.11" in run.stdout


@needs_make
def test_a_named_python_that_is_not_there_is_refused(project):
    run = make("book", "PYTHON=/nowhere/python3.12", folder=project)
    assert run.returncode != 0
    assert "Looked for: /nowhere/python3.12. Found: none that runs." in run.stdout


@needs_make
def test_a_missing_venv_module_is_named(project, tmp_path):
    python = script(tmp_path / "python3.12", 'case "$2" in *venv*) exit 1;; *) echo 3.12;; esac')
    run = make("book", f"PYTHON={python}", folder=project)
    assert run.returncode != 0
    assert "sudo apt install python3.12-venv" in run.stdout


def fake_python(version, pip="exit 1"):
    """A Python of `version` whose environments hold a copy of it, and whose pip does what `pip` says."""
    return f"""case "$1 $2" in
    "-c import sys"*) echo {version};;
    "-m venv") mkdir -p "$4/bin"; cp "$0" "$4/bin/python"; echo "command = $0 -m venv $PWD/$4" > "$4/pyvenv.cfg";;
    "-m pip") echo "pip $*" >> pip.log; {pip};;
    "-V "*) echo Python {version}.0;;
esac"""


@needs_make
def test_a_failed_install_leaves_no_stamp_and_is_tried_again(project, tmp_path):
    python = script(tmp_path / "python3.12", fake_python("3.12", pip="echo 'No space left on device' >&2; exit 1"))
    for attempt in (1, 2):
        run = make("check", f"PYTHON={python}", folder=project)
        assert run.returncode != 0
        assert "No space left on device" in run.stderr
        assert "run the same command again" in run.stdout
        assert not (project / ".venv/.ready").exists()
        assert len((project / "pip.log").read_text().splitlines()) == attempt


@needs_make
def test_the_environment_is_made_once_and_again_only_when_it_must(project, tmp_path):
    python = script(tmp_path / "python3.12", fake_python("3.12", pip="exit 0"))
    newer = script(tmp_path / "python3.13", fake_python("3.13", pip="exit 0"))

    def steps(*arguments):
        printed = make(".venv/.ready", *arguments, folder=project).stdout
        return ("Making" in printed, "Installing" in printed)

    assert steps(f"PYTHON={python}") == (True, True)
    assert steps(f"PYTHON={python}") == steps() == (False, False)

    later = (project / ".venv/.ready").stat().st_mtime + 10
    os.utime(project / "requirements.txt", (later, later))
    assert steps() == (False, True), "newer requirements are installed into the same environment"

    os.utime(project / "requirements.txt", (0, 0))
    assert steps(f"PYTHON={newer}") == (True, True), "another Python was asked for"
    (project / ".venv/bin/python").unlink()
    assert steps(f"PYTHON={python}") == (True, True), "the Python of the environment is gone"

    moved = project.rename(project.with_name("moved"))
    assert "Making" in make(".venv/.ready", f"PYTHON={python}", folder=moved).stdout


@needs_make
def test_the_site_is_built_again_when_anything_it_shows_changed(project, tmp_path):
    python = script(tmp_path / "python3.12", fake_python("3.12", pip="exit 0"))
    shown = [
        "lessons/01 mine.ipynb",
        "book/index.md",
        "_build/executed/ab12/base.ipynb",
        "book/workshop/notebook_store.py",
        "_config.yml",
        "_toc.yml",
    ]
    for file in [*shown, "solutions/old.ipynb"]:
        (project / file).parent.mkdir(parents=True, exist_ok=True)
        (project / file).touch()
    make(".venv/.ready", f"PYTHON={python}", folder=project)
    builder = script(
        project / ".venv/bin/jupyter-book",
        "mkdir -p _build/html && touch _build/html/index.html _build/executed/global.db",
    )

    def built():
        run = make("site", folder=project)
        return run.returncode == 0 and "Building" in run.stdout

    for path in (project, *project.rglob("*")):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert built()
    assert not built(), "nothing changed"
    stamp = project / "_build/.site"
    for file in shown:
        os.utime(stamp, (1_500_000_000, 1_500_000_000))
        os.utime(project / file, (1_600_000_000, 1_600_000_000))
        assert built(), f"{file} changed"
        os.utime(project / file, (1_000_000_000, 1_000_000_000))
    os.utime(stamp, (1_500_000_000, 1_500_000_000))
    (project / "solutions/old.ipynb").unlink()
    assert built(), "a page is gone"

    script(builder, "exit 1")
    (project / "book/index.md").touch()
    assert make("site", folder=project).returncode != 0
    assert not stamp.exists(), "a build with a warning must not count as done"


@needs_make
def test_clean_keeps_the_work_of_a_learner(project):
    for made in ("_build/html/index.html", ".venv/bin/python", "lessons/assignlab/__pycache__/x.pyc", ".ruff_cache/x"):
        (project / made).parent.mkdir(parents=True)
        (project / made).touch()
    kept = [
        "lessons/01 mine.ipynb",
        "lessons/.ipynb_checkpoints/01.ipynb",
        "solutions/01.ipynb",
        "book/notes.md",
        "tests/mine.py",
    ]
    for file in kept:
        (project / file).parent.mkdir(parents=True, exist_ok=True)
        (project / file).touch()
    assert make("clean", folder=project).returncode == 0
    left = {str(path.relative_to(project)) for path in project.rglob("*") if path.is_file()}
    assert left == {*kept, "Makefile", "requirements.txt", "pyproject.toml"}
