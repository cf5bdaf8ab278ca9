"""Time and memory of a build against the number of its notebooks (`make growth`).

The notebooks are copies of lessons 1 to 4 under other names, with their claims, in a copy of the project: they alone
run, and its book is the first page and they. Each build is from nothing.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import psutil
import yaml

from assignlab.look import COLOURS
from bench import BIN, copy_of_the_project
from course import ROOT, lessons
from notebook_store import KERNEL_ENVIRONMENT

COUNTS = (4, 8, 16, 32, 64)
PLOT = ROOT / "_build" / "growth.svg"
RUN = (sys.executable, "-m", "pytest", "--nbmake", "-q", "-n", "auto", "-k", "copy_of", "lessons")
BUILD = (str(BIN / "jupyter-book"), "build", ".", "-q")


def generated(folder, count):
    """A copy of the project in `folder` whose notebooks are `count` copies of the first four lessons."""
    copy_of_the_project(folder)
    sources = lessons()[:4]
    names = [f"{i:02}_copy_of_{sources[i % 4].stem}" for i in range(count)]
    for i, name in enumerate(names):
        shutil.copy(sources[i % 4], folder / "lessons" / f"{name}.ipynb")
        shutil.copy(ROOT / "tests" / "claims" / f"{sources[i % 4].stem}.py", folder / "tests" / "claims" / f"{name}.py")
    chapters = [{"file": f"lessons/{name}"} for name in names]
    (folder / "_toc.yml").write_text(yaml.safe_dump({"format": "jb-book", "root": "book/index", "chapters": chapters}))
    return folder


def held(process):
    """MB that a process and its children hold, what they share counted once."""
    total = 0
    for one in [process, *process.children(recursive=True)]:
        with suppress(psutil.Error):  # it has ended
            total += one.memory_full_info().pss
    return total / 1e6


def measure(command, folder):
    """Seconds, and the most MB held at once, of a command in a folder."""
    environment = {**os.environ, **KERNEL_ENVIRONMENT}
    start, most = time.perf_counter(), 0
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        said = []
        reader = threading.Thread(target=lambda: said.append(process.stdout.read()))
        reader.start()
        while reader.is_alive():
            most = max(most, held(psutil.Process(process.pid)))
            reader.join(0.5)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{said[0].decode()[-3000:]}")
    return time.perf_counter() - start, most


def plot(titled):
    """Draw the columns of {title: [(count, seconds, MB)]} against the count of notebooks."""
    figure, (above, below) = plt.subplots(2, sharex=True, figsize=(6, 6))
    for (title, rows), kind in zip(titled.items(), ("variable", "copy"), strict=True):
        counts, seconds, memory = zip(*rows, strict=True)
        for axes, numbers in ((above, seconds), (below, memory)):
            axes.plot(counts, numbers, "o-", color=COLOURS[kind][1], label=title)
    above.set(ylabel="seconds", ylim=0)
    below.set(xlabel="notebooks", ylabel="MB held at once", ylim=0, xticks=counts)
    above.legend()
    PLOT.parent.mkdir(exist_ok=True)
    figure.savefig(PLOT)


if __name__ == "__main__":
    titled = {"run the notebooks": [], "build the site": []}
    print("notebooks" + "".join(f"   {title:>20}" for title in titled))
    for count in COUNTS:
        with tempfile.TemporaryDirectory() as folder:
            project = generated(Path(folder) / "project", count)
            for rows, command in zip(titled.values(), (RUN, BUILD), strict=True):
                rows.append((count, *measure(command, project)))
        print(f"{count:9}" + "".join("{:10.1f} s {:8.0f} MB".format(*rows[-1][1:]) for rows in titled.values()))
    for title, rows in titled.items():
        counts, seconds, memory = zip(*rows, strict=True)
        (more, first), (mb, _) = np.polyfit(counts, seconds, 1), np.polyfit(counts, memory, 1)
        print(f"{title}: {first:.1f} s, and {more:.2f} s and {mb:.1f} MB more for each notebook")
    plot(titled)
    print(f"drawn: {PLOT.relative_to(ROOT)}")
