"""`python -m assignlab` says what an environment lacks; `make_env.py` makes one, mends one, or says what it needs."""

import ast
import os
import re
import subprocess
import sys
from importlib import metadata

import pytest

import make_env
from assignlab import __main__ as commands
from assignlab import environment
from course import ROOT

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
        '{"argv": ["/elsewhere/bin/python", "-m", "ipykernel_launcher"], '
        '"display_name": "Python 3", "language": "python"}'
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    status, message = environment.check_kernel()
    assert (status, "/elsewhere/bin/python" in message) == ("FAIL", True)


# --- make_env.py ---


def fake_python(path, version, pip="true"):
    """A Python of `version` whose environments hold a copy of it, and whose pip does `pip`. None: it has no venv."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"""#!/bin/sh
case "$*" in
    "-c "*ensurepip*) {"exit 1" if pip is None else f"echo {version}"};;
    "-c "*) echo {version};;
    "-m venv --clear "*)
        rm -rf "$4"; mkdir -p "$4/bin"; cp "$0" "$4/bin/python"
        echo "command = $0 $*" > "$4/pyvenv.cfg";;
    "-m pip "*) echo "$*" >> pip.log; {pip};;
esac
""")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder, with a space in its name, in which make_env works."""
    if os.name == "nt":
        pytest.skip("the stand-ins for Python are shell scripts")
    folder = tmp_path / "my course"
    folder.mkdir()
    for name in ("requirements.txt", "pyproject.toml"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    live_in(folder, monkeypatch)
    return folder


def live_in(folder, monkeypatch):
    monkeypatch.setattr(make_env, "ROOT", folder)
    monkeypatch.setattr(make_env, "VENV", folder / ".venv")
    monkeypatch.setattr(make_env, "PYTHON", folder / ".venv/bin/python")
    monkeypatch.setattr(make_env, "READY", folder / ".venv/.ready")


def refusal(*arguments):
    """What make_env says when it gives up."""
    with pytest.raises(SystemExit) as stopped:
        make_env.main([*arguments])
    return str(stopped.value)


def test_an_old_python_can_read_make_env():
    source = (ROOT / "book/workshop/make_env.py").read_text(encoding="utf8")
    ast.parse(source, feature_version=(3, 7))
    imported = [
        name.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import) for name in node.names
    ]
    assert set(imported) <= sys.stdlib_module_names, "it runs before anything is installed"


def test_an_old_python_is_refused_with_a_way_out(project, tmp_path, monkeypatch):
    old = fake_python(tmp_path / "python3", "3.9.18")
    monkeypatch.setattr(make_env, "candidates", lambda: [[old], ["/nowhere/python3.12"]])
    said = refusal()
    assert "needs Python 3.11, 3.12 or 3.13" in said
    assert f"{old} is 3.9.18" in said
    assert "Looked for: " in said
    assert "make book PYTHON=/path/to/python3.12" in said
    assert not (project / ".venv").exists()


def test_a_python_that_does_not_run_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr(make_env, "candidates", lambda: [["/nowhere/python"], [sys.executable]])
    assert make_env.choose() == ([sys.executable], ".".join(map(str, sys.version_info[:3])))


@pytest.mark.parametrize("windows", [False, True])
def test_the_running_python_comes_first(monkeypatch, windows, tmp_path):
    monkeypatch.setattr(make_env, "WINDOWS", windows)
    monkeypatch.setattr(make_env, "VENV", tmp_path)
    names = [["py", "-3.13"], ["py", "-3.12"], ["py", "-3.11"]]
    if not windows:
        names = [["python3"], ["python3.13"], ["python3.12"], ["python3.11"]]
    assert list(make_env.candidates()) == [[sys.executable], *names, ["python"]]
    monkeypatch.setattr(make_env, "VENV", make_env.Path(sys.prefix).resolve())
    assert list(make_env.candidates()) == [*names, ["python"]], "an environment is not made with itself"


def test_a_named_python_that_is_not_there_is_refused(project):
    assert "Looked for: /nowhere/python3.12. Found: none that runs." in refusal("--python", "/nowhere/python3.12")


def test_a_missing_venv_module_is_named(project, tmp_path):
    python = fake_python(tmp_path / "python3.12", "3.12.1", pip=None)
    assert "sudo apt install python3.12-venv" in refusal("--python", python)


def test_a_failed_install_leaves_no_stamp_and_is_tried_again(project, tmp_path, capfd):
    python = fake_python(tmp_path / "python3.12", "3.12.1", pip="echo 'No space left on device' >&2; exit 1")
    for attempt in (1, 2):
        said = refusal("--python", python)
        assert "Check the network and the free space on the disk, then run the same command again" in said
        assert "No space left on device" in capfd.readouterr().err
        assert not (project / ".venv/.ready").exists()
        assert len((project / "pip.log").read_text().splitlines()) == attempt


def test_the_environment_is_made_once_and_again_only_when_it_must(project, tmp_path, monkeypatch, capfd):
    python = fake_python(tmp_path / "python3.12", "3.12.1")
    newer = fake_python(tmp_path / "python3.13", "3.13.0")

    def steps(*arguments):
        make_env.main(["--quiet", *arguments])
        printed = capfd.readouterr().out
        assert bool(printed) == ("The environment is ready." in printed)
        return [word for word in ("there is none", "not /", "does not run", "moved", "Installing") if word in printed]

    assert steps("--python", python) == ["there is none", "Installing"]
    assert steps("--python", python) == steps() == []

    (project / "requirements.txt").touch()
    assert steps() == [], "the same requirements"
    with (project / "requirements.txt").open("a") as requirements:
        requirements.write("another==1.0\n")
    assert steps() == ["Installing"], "other requirements, into the same environment"
    with (project / "pyproject.toml").open("a") as settings:
        settings.write("# a setting of ruff\n")
    assert steps() == []

    assert steps("--python", newer) == ["not /", "Installing"]
    (project / ".venv/bin/python").unlink()
    assert steps("--python", python) == ["does not run", "Installing"]

    moved = project.rename(project.with_name("moved"))
    live_in(moved, monkeypatch)
    assert steps("--python", python) == ["moved", "Installing"]


def test_by_hand_it_says_that_there_is_nothing_to_do(project, tmp_path, capfd):
    make_env.main(["--python", fake_python(tmp_path / "python3.12", "3.12.1")])
    capfd.readouterr()
    make_env.main([])
    assert capfd.readouterr().out == f"The environment is ready. Its Python: {project / '.venv/bin/python'}\n"


def test_an_environment_of_an_unsuitable_python_is_not_sound(project, tmp_path):
    fake_python(project / ".venv/bin/python", "3.9.18")
    assert make_env.fault() == "its Python is 3.9.18"


def test_this_environment_is_sound():
    assert make_env.fault() is None or make_env.PYTHON.parent != make_env.Path(sys.executable).parent


# --- requirements.lock ---
LOCKED = re.compile(r"^([\w.-]+)==([^\s;]+)[^\n]*((?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)+)$", re.MULTILINE)


def test_the_lock_holds_every_requirement_with_its_hashes():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf8")
    locked = {name: version for name, version, _ in LOCKED.findall(lock)}
    written = re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / "requirements.txt").read_text(encoding="utf8"), re.MULTILINE)
    assert {name: locked.get(name) for name, _ in written} == dict(written), "write requirements.lock anew: make lock"
    starts = re.findall(r"^[\w.-]+==", lock, re.MULTILINE)
    assert len(starts) == len(LOCKED.findall(lock)) > 100, "an entry without a hash"
    assert "://" not in lock, "the lock names a place to download from"


def test_with_the_lock_pip_takes_only_files_that_it_knows(project, tmp_path, monkeypatch):
    monkeypatch.setenv("LOCKED", "1")
    make_env.main(["--python", fake_python(tmp_path / "python3.12", "3.12.1")])
    first, second = (project / "pip.log").read_text().splitlines()
    assert first.endswith("--require-hashes -r requirements.lock")
    assert second.endswith("--no-deps --no-build-isolation -e .")
