"""Time this project's pipeline against the default one, in one run, and what each part costs (`make bench`).

The default one: `pytest --nbmake` serially, then `jupyter-book build` with `execute_notebooks: force`, so that every
notebook runs twice.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from course import FOLDERS, ROOT, exercise_cells, notebooks
from notebook_store import KERNEL_ENVIRONMENT

BIN = Path(sys.executable).parent
DEFAULT_ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in KERNEL_ENVIRONMENT}
TEXTS = ("README.md", "LICENSE", "CITATION.cff")  # the wheel and the site carry them
IGNORED = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")


def copy_of_the_project(folder):
    for name in (*FOLDERS, "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=IGNORED)
    for name in ("_config.yml", "_toc.yml", "conftest.py", "pyproject.toml", "requirements.txt", *TEXTS):
        shutil.copy(ROOT / name, folder)
    return folder


def make_default(folder):
    """Turn a copy into what Jupyter Book and nbmake do by themselves."""
    (folder / "conftest.py").unlink()
    config = yaml.safe_load((folder / "_config.yml").read_text(encoding="utf8"))
    config["execute"]["execute_notebooks"] = "force"
    ours = config["sphinx"].pop("local_extensions")
    extensions = config["sphinx"]["config"]["extensions"]
    config["sphinx"]["config"]["extensions"] = [name for name in extensions if name not in ours]
    (folder / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf8")
    return folder


def seconds(*command, cwd, env):
    start = time.perf_counter()
    done = subprocess.run([str(BIN / command[0]), *command[1:]], cwd=cwd, env=env, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return time.perf_counter() - start


def pipelines():
    tests = ("python", "-m", "pytest", "--nbmake", "-q", *FOLDERS)
    book = ("jupyter-book", "build", ".", "-W", "-n", "--keep-going", "-q")
    with tempfile.TemporaryDirectory() as folder:
        ours = copy_of_the_project(Path(folder) / "ours")
        quiet = {**os.environ, **KERNEL_ENVIRONMENT}
        mine = {
            "run the notebooks, audited": seconds(*tests, "-n", "auto", cwd=ours, env=quiet),
            "build the site": seconds(*book, cwd=ours, env=quiet),
        }
        again = seconds(*tests, "-n", "auto", cwd=ours, env=quiet)
        default = make_default(copy_of_the_project(Path(folder) / "default"))
        theirs = {
            "run the notebooks": seconds(*tests, cwd=default, env=DEFAULT_ENVIRONMENT),
            "build the site, running them again": seconds(*book, cwd=default, env=DEFAULT_ENVIRONMENT),
        }
    print(f"{len(notebooks())} notebooks, {os.cpu_count()} cores, from nothing, in seconds:")
    for title, parts in (("default", theirs), ("this project", mine)):
        print(
            f"  {title:<13}{sum(parts.values()):6.1f}  = "
            + " + ".join(f"{value:.1f} ({name})" for name, value in parts.items())
        )
    print(
        f"  this project is {sum(theirs.values()) / sum(mine.values()):.1f} times faster; "
        f"with nothing changed its notebooks take {again:.1f} s"
    )


def imports():
    def best(code):
        return min(seconds("python", "-c", code, cwd=ROOT, env={**os.environ, **KERNEL_ENVIRONMENT}) for _ in range(3))

    bare, package, tensorflow, both = map(
        best,
        ("pass", "import assignlab", "import tensorflow", "import tensorflow, assignlab.checker, assignlab.gradient"),
    )
    print(
        f"import tensorflow {tensorflow - bare:.2f} s; import assignlab {package - bare:.3f} s; "
        f"all of it beside TensorFlow {both - tensorflow:+.2f} s"
    )


def checks():
    from assignlab.checker import examine
    from assignlab.exercises import exercises

    solutions = exercise_cells("solutions")
    times = {n: timed(lambda n=n: examine(n, solutions[n].function())) for n in exercises()}
    slowest = max(times, key=times.get)
    print(
        f"a check answers in {statistics.median(times.values()):.2f} s (median of {len(times)}), "
        f"the slowest, {slowest}, in {times[slowest]:.2f} s"
    )


def timed(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def doctor_cost():
    import tensorflow as tf

    from assignlab import explain_gradient

    v, x = tf.Variable(tf.ones((1000, 1000))), tf.ones((8, 1000))

    def lost():
        return tf.reduce_sum(tf.stop_gradient(tf.nn.relu(x @ v)) ** 2)

    first, later = timed(lambda: explain_gradient(lost, v)), timed(lambda: explain_gradient(lost, v))
    print(f"explain_gradient of a million weights answers in {later:.2f} s, the first time in {first:.2f} s")


def audit_cost():
    import tensorflow as tf

    from assignlab import audit

    for side, times in ((4, 200), (1000, 20), (4096, 5)):
        v, value = tf.Variable(tf.zeros((side, side))), tf.ones((side, side))
        bare = best_of_writes(v, value, times)
        running = audit.start()
        audited = best_of_writes(v, value, times)
        cell = min(timed(running.inspect_all) for _ in range(3))
        audit.stop()
        print(
            f"an assign of {side} x {side}: {bare * 1e3:.3f} ms; the audit adds {(audited - bare) * 1e3:.2f} ms, "
            f"and {cell * 1e3:.1f} ms at the end of a cell"
        )


def best_of_writes(variable, value, times):
    """Seconds of one assign: the best of five runs of some."""

    def writes():
        for _ in range(times):
            variable.assign(value)

    writes()
    return min(timed(writes) for _ in range(5)) / times


if __name__ == "__main__":
    os.environ.update(KERNEL_ENVIRONMENT)
    imports()
    checks()
    doctor_cost()
    audit_cost()
    pipelines()
