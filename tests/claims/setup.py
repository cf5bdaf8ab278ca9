"""Claims of the page on setting up."""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import keras
import numpy as np
import pytest
import tensorflow as tf
from bs4 import BeautifulSoup
from packaging import tags
from packaging.requirements import Requirement
from sphinx_book_theme import header_buttons

import downloads
import finish_site
import make_env
from assignlab import __main__ as commands
from assignlab import audit, environment, explain_gradient, verify_gradient
from course import ROOT, cells
from test_downloads import pip_calls

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf8")
REQUIREMENTS = (ROOT / "requirements.txt").read_text(encoding="utf8")
PAGE = (ROOT / "book/setup.md").read_text(encoding="utf8")
TOOLKIT = "\n".join(cells(ROOT / "book/toolkit.ipynb", "markdown"))
PINS = environment.pins()
LIBRARIES = ("keras", "numpy")


def steps(command):
    """The commands that `make COMMAND` runs, in their order; where there is no make, as its file gives them."""
    if shutil.which("make") and os.name == "posix":
        env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
        return subprocess.check_output(["make", "-n", command], cwd=ROOT, env=env, text=True).splitlines()
    needs, recipe = re.search(rf"^{command}:([^#\n]*).*\n((?:\t.*\n)*)", MAKEFILE, re.MULTILINE).groups()
    variables = dict(re.findall(r"^(\w+) :?= (.*)$", MAKEFILE, re.MULTILINE))
    own = [re.sub(r"\$\((\w+)\)", lambda m: variables.get(m[1], m[0]), line) for line in recipe.splitlines()]
    return [*(step for need in needs.split() for step in steps(need)), *own]


def size(folder):
    """The bytes of all files below a folder."""
    return sum(os.lstat(os.path.join(place, name)).st_size for place, _, names in os.walk(folder) for name in names)


# free: Other versions are not promised; [what was run with them](versions.md) has a page of its own.
# free: In the folder of the course:

# %% versions
# > The course is made with TensorFlow 2.21, Keras 3.15 and NumPy 2.4: exactly the versions in `requirements.txt`, which
# > the commands below install.
#
# > You need Python 3.11, 3.12 or 3.13, about 2.5 GB of disk, and no GPU.
versions = {"tensorflow": "2.21", "tensorflow-cpu": "2.21", "keras": "3.15", "numpy": "2.4"}
assert {name: PINS[name].rpartition(".")[0] for name in versions} == versions
assert (tf.__version__, keras.__version__, np.__version__) == tuple(PINS[name] for name in ("tensorflow", *LIBRARIES))
with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
    asked, ready = [], Path(folder) / "ready"
    patch.setattr(make_env, "READY", ready)
    patch.setattr(make_env.subprocess, "call", lambda command, cwd: asked.append((command, cwd)) or 0)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        make_env.install()
    assert asked[0][0][-2:] == ["-r", "requirements.txt"] and asked[0][1] == str(ROOT)
    assert "2.5 GB" in said.getvalue() and make_env.installed()
    ready.write_text(make_env.wanted().replace(PINS["keras"], "3.0.0"))
    assert not make_env.installed()  # another version is installed anew
suitable = {minor for minor in range(20) if environment.check_python((3, minor, 0))[0] == "OK"}
assert suitable == {11, 12, 13} and [f"3.{minor}" for minor in sorted(suitable)] == list(make_env.SUITABLE)
assert Path(sys.prefix).resolve() != make_env.VENV or 1.5e9 < size(make_env.VENV) < 2.5e9, size(make_env.VENV)
with pytest.MonkeyPatch.context() as patch:
    patch.setenv("CUDA_VISIBLE_DEVICES", "-1")  # no GPU is seen
    patch.setattr(environment, "PROBE", f"{environment.PROBE}\nassert not tf.config.list_physical_devices('GPU')")
    assert environment.check_tensorflow()[0] == "OK"

# %% systems
# > TensorFlow 2.21 exists for Linux, for Macs with Apple silicon, and for 64-bit Windows on Intel and AMD. It does
# > not exist for Intel Macs or for Windows on Arm.
FILES = {  # the platforms of the files of this release, as pip lists them; the same for each of the three Pythons
    "tensorflow": ("macosx_12_0_arm64", "manylinux_2_27_aarch64", "manylinux_2_27_x86_64", "win_amd64"),
    "tensorflow-cpu": ("manylinux_2_27_x86_64", "win_amd64"),
}
RELEASE = "2.21.0"
LINUX = [f"manylinux_2_{minor}" for minor in range(39, 16, -1)]
SYSTEMS = {  # (system, machine): the platforms that its pip takes
    ("Linux", "x86_64"): [f"{linux}_x86_64" for linux in LINUX],
    ("Linux", "aarch64"): [f"{linux}_aarch64" for linux in LINUX],
    ("Darwin", "arm64"): list(tags.mac_platforms((15, 0), "arm64")),
    ("Windows", "AMD64"): ["win_amd64"],
    ("Darwin", "x86_64"): list(tags.mac_platforms((15, 0), "x86_64")),
    ("Windows", "ARM64"): ["win_arm64"],
}


def has_file(system, machine):
    """Whether what requirements.txt chooses for a system exists there."""
    lines = [Requirement(line.split(" #")[0]) for line in REQUIREMENTS.splitlines() if line.startswith("tensorflow")]
    where = {"platform_system": system, "platform_machine": machine}
    (chosen,) = [one for one in lines if one.marker.evaluate(where)]
    assert str(chosen.specifier) == f"=={RELEASE}", "another release is pinned: look up its files, and correct FILES"
    return bool({*FILES[chosen.name]} & {*SYSTEMS[system, machine]})


assert [system for system in SYSTEMS if has_file(*system)] == list(SYSTEMS)[:4]
assert [system for system in SYSTEMS if not has_file(*system)] == [("Darwin", "x86_64"), ("Windows", "ARM64")]
installed = next(name for name in ("tensorflow-cpu", "tensorflow") if environment._version(name))
built_for = re.search(r"^Tag: \w+-\w+-(\w+)", metadata.distribution(installed).read_text("WHEEL"), re.MULTILINE)[1]
assert built_for in FILES[installed] and built_for in set(tags.platform_tags())  # this machine's own is among them

# %% make
# > This makes an environment in `.venv`, installs what the course needs, and opens JupyterLab in `lessons/`.
# > `make book` runs every lesson and builds this site on your machine.
first, *_, last = steps("lab")
assert "book/workshop/make_env.py" in first and make_env.VENV == (ROOT / ".venv").resolve()
assert ".venv/bin/python -m jupyterlab" in last and last.endswith("--config=book/workshop/lab/config.py")
assert '"/lab/tree/lessons"' in (ROOT / "book/workshop/lab/config.py").read_text(encoding="utf8")
ran = "\n".join(steps("book"))
assert re.search(r"make_env\.py.*-m pytest --nbmake.* lessons .*jupyter-book build \.", ran, re.DOTALL)
with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
    done = []  # by the first step, where there is no environment yet
    patch.setattr(make_env, "fault", lambda asked: "there is none yet")
    patch.setattr(make_env, "make", lambda asked, why: done.append("make"))
    patch.setattr(make_env, "install", lambda: done.append("install"))
    make_env.main([])
assert done == ["make", "install"]

# %% without-make
# > The first line makes `.venv` and installs the same versions.
# > Without `py`, on Linux for example, it is `python3 book/workshop/make_env.py`.
# It is the script that `make` runs (the section before); here it is started with a question that changes nothing.
script = re.search(r"^py (\S+)$", PAGE, re.MULTILINE)[1]
assert f"python3 {script}" in PAGE and script in steps("environment")[0]
said = subprocess.run([sys.executable, script, "--help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
assert ".venv" in said and "--python" in said

# %% in-place
# > (on Windows `.venv\Scripts\python -m assignlab`) prints one line for each thing that the course needs, and what to
# > do where something is wrong:
#
# > Another version of a package is a warning, not an error: the line says which one the course is tested with.
quick = mock.patch.object(environment, "check_tensorflow", lambda: ("OK", "assign: not run here"))
with quick, contextlib.redirect_stdout(io.StringIO()) as said:
    commands.main([])
lines = said.getvalue().splitlines()
assert len([line for line in lines if line.startswith("[")]) == len(environment.PACKAGES) + 3
for shown in re.findall(r"^\[ OK \] (\w+) ([\d.]+)$", PAGE, re.MULTILINE):
    assert PINS[shown[0]] == shown[1], f"book/setup.md shows {shown}; requirements.txt says {PINS[shown[0]]}"
with mock.patch.object(environment, "_version", lambda name: "0.0.1"):
    level, said = environment.check_package(("numpy",), PINS)
assert level == "WARN" and f"the course is tested with {PINS['numpy']}" in said
with mock.patch.object(environment, "_version", lambda name: None):
    level, said = environment.check_package(("numpy",), PINS)
assert level == "FAIL" and f"To install it: python -m pip install numpy=={PINS['numpy']}" in said

# %% alone
# > On a lesson's page, the downward arrow and then `.ipynb` save its notebook.
# > Open it in any Jupyter: its first code cell installs what is missing there, and leaves what is there as it is.
# > Where the site was built without its address, this cell asks for a file beside the notebook, which holds
# > `assignlab`: assignlab-1.0.0-py3-none-any.whl.
# (That a lesson then runs, with either: tests/test_downloads.py.)
theme = SimpleNamespace(builder=None, config=SimpleNamespace(html_theme_options={}))
page = {"pathto": lambda name, _: f"../{name}", "page_source_suffix": ".ipynb", "sourcename": "lessons/01.ipynb"}
page["header_buttons"] = []
header_buttons.add_header_buttons(theme, "lessons/01", "page.html", page, None)
(button,) = [
    b for group in page["header_buttons"] if group.get("icon") == "fas fa-download" for b in group["buttons"][:1]
]
assert button["text"] == ".ipynb" and button["url"] == "../_sources/lessons/01.ipynb"
saved = BeautifulSoup(f'<a class="btn-download-source-button" href="{button["url"]}" target="_blank">', "html.parser")
finish_site.mend(saved)
assert saved.a["href"].endswith(".ipynb") and saved.a.has_attr("download") and not saved.a.has_attr("target")
file = re.search(r'href="\.\./downloads/(.+?)" download>(.+?)<', PAGE)
cell = downloads.install_cell("import assignlab", PINS, file[1], "https://example.org/")
assert pip_calls(cell) == [] and pip_calls(cell, ["keras"]) == [[f"keras=={PINS['keras']}"]]
with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
    cell = downloads.install_cell("import assignlab", PINS, file[1])
    with pytest.raises(AssertionError, match=f"put {file[1]}, from .* Set up, beside this notebook"):
        pip_calls(cell, ["assignlab"])
    built = downloads.build_wheel(ROOT, Path(folder))
    assert built.name == file[1] == file[2] and pip_calls(cell, ["assignlab"]) == [[f"./{file[1]}"]]

# %% wheel
# > From this file pip installs [the toolkit alone](toolkit.ipynb#install).
with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(downloads.build_wheel(ROOT, Path(folder))) as wheel:
    (text,) = (wheel.read(name).decode() for name in wheel.namelist() if name.endswith("/METADATA"))
needs = [Requirement(need) for need in re.findall(r"^Requires-Dist: (.+)$", text, re.MULTILINE)]
taken = {
    extra: [n.name for n in needs if not n.marker or n.marker.evaluate({"extra": extra})]
    for extra in ("", "tensorflow")
}
assert "tensorflow" not in taken[""] and taken["tensorflow"] == [*taken[""], "tensorflow"]
assert "## Install\n" in TOOLKIT
assert re.search(r'"\./(.+)\[tensorflow\]"', TOOLKIT)[1] == Path(wheel.filename).name

# %% toolkit
# > The toolkit works there without the course: it verifies a gradient, finds the line at which one is lost, and audits
# > every write to a variable.
# > [Its page](toolkit.ipynb) shows how.
# (From the file alone: tests/claims/toolkit.py.)
v = tf.Variable([1.0, 2.0])
assert verify_gradient(lambda: tf.reduce_sum(v**2), v)
assert "v.numpy()" in explain_gradient(lambda: tf.reduce_sum(v.numpy()), v).line
running = audit.start()
try:
    v.assign([3.0, 4.0])
    assert running.tally.line() == "1 assigns, 1 preserve gradients"
finally:
    audit.stop()
for anchor in ("Verify a gradient", "Explain a lost gradient", "Audit every write"):
    assert f"## {anchor}\n" in TOOLKIT
