"""The commands, links and pictures of README.md and CONTRIBUTING.md, and what other files repeat of them."""

import importlib.util
import re
import tomllib
from importlib import metadata

import pytest
import yaml

import make_env
from assignlab import environment
from course import ROOT

PAGES = {name: (ROOT / name).read_text(encoding="utf8") for name in ("README.md", "CONTRIBUTING.md")}
README = PAGES["README.md"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf8")


def test_the_readme_names_the_commands_to_begin_with():
    assert {"book", "test", "lab", "help"} <= set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES)
def test_every_make_command_exists(page):
    listed = re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE)
    for command in re.findall(r"(?:^|`)make ([a-z-]+)", PAGES[page], re.MULTILINE):
        assert command in listed, f"{page} names `make {command}`; the Makefile has {', '.join(listed)}"


@pytest.mark.parametrize("page", PAGES)
def test_every_link_and_picture_is_there(page):
    targets = re.findall(r"\]\(([^)\s]+)\)", PAGES[page])
    missing = [target for target in targets if "://" not in target and not (ROOT / target).exists()]
    assert not missing, f"{page} links to what is not there: {missing}"


def test_every_picture_has_alt_text():
    alts = re.findall(r"!\[(.*?)\]", README)
    assert alts
    assert all(len(alt) > 20 for alt in alts), "README.md: a picture needs a sentence of alternative text"


@pytest.mark.parametrize("page", PAGES)
def test_the_python_commands_name_what_exists(page):
    for module in set(re.findall(r"-m (\w+)", PAGES[page])):
        assert importlib.util.find_spec(module), f"{page} names `python -m {module}`"
    scripts = {name for name in re.findall(r"Scripts\\([\w-]+)", PAGES[page]) if name != "python"}
    assert scripts <= {entry.name for entry in metadata.entry_points(group="console_scripts")}
    for file in re.findall(r"(?:py|python) (\S+\.py)", PAGES[page]):
        assert (ROOT / file.replace("\\", "/")).is_file(), f"{page} names {file}"


def test_one_range_of_pythons_everywhere():
    oldest, newest = environment.OLDEST, environment.NEWEST
    minors = [f"3.{minor}" for minor in range(oldest[1], newest[1] + 1)]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf8"))
    assert project["requires-python"] == f">=3.{oldest[1]},<3.{newest[1] + 1}"
    assert list(make_env.SUITABLE) == minors
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == minors
    assert (ROOT / ".binder/runtime.txt").read_text().strip().removeprefix("python-") in minors
    for text in (README, MAKEFILE):
        assert f"{', '.join(minors[:-1])} or {minors[-1]}" in text


def test_one_version_everywhere():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]["version"]
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf8"))["version"] == version
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf8")


def test_the_systems_that_are_promised_are_tested():
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf8"))
    tested = workflow["jobs"]["test"]["strategy"]["matrix"]["system"]
    for promised, runner in {"Linux": "ubuntu", "macOS": "macos", "Windows": "windows"}.items():
        assert promised in README
        assert any(name.startswith(runner) for name in tested), f"README promises {promised}"


@pytest.mark.parametrize("file", sorted((ROOT / ".github").rglob("*.yml")), ids=lambda path: path.name)
def test_what_github_reads_is_valid_yaml(file):
    read = yaml.safe_load(file.read_text(encoding="utf8"))
    assert isinstance(read, dict), f"{file.relative_to(ROOT)} holds no settings"
