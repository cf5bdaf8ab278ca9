"""`make lab` in a real browser: it shows the lessons alone, greets with nothing, and changes no notebook unasked."""

import os
import shutil
import socket
import subprocess
import sys

from course import ROOT, lessons
from in_browser import opens_pages  # noqa: F401  the fixture new_page

CONFIG = ROOT / "book" / "workshop" / "lab" / "config.py"
START = 60_000  # milliseconds that JupyterLab may take to be there


def test_a_lesson_opens_as_it_is_stored(new_page, tmp_path):
    shutil.copytree(ROOT / "lessons", tmp_path / "lessons", ignore=shutil.ignore_patterns("__pycache__", ".ipynb*"))
    lesson = tmp_path / "lessons" / lessons()[0].name
    stored = lesson.read_bytes()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--ServerApp.port={port}", "--IdentityProvider.token=", f"--ServerApp.root_dir={tmp_path}"]
    command = [sys.executable, "-m", "jupyterlab", f"--config={CONFIG}", "--no-browser", "--allow-root", *options]
    home = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "JUPYTER_PREFER_ENV_PATH": "1"}
    with (tmp_path / "log").open("w") as log:
        lab = subprocess.Popen(command, env=os.environ | home, stdout=log, stderr=log)
    try:
        page = new_page()
        wait_for(port, lab)
        page.goto(f"http://127.0.0.1:{port}/")
        names = page.locator(".jp-DirListing-itemText")
        names.first.wait_for(timeout=START)
        assert names.all_inner_texts() == [path.name for path in lessons()]
        page.get_by_text(lesson.name).dblclick()
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=START)  # the kernel answered
        page.locator(".jp-mod-dirty").wait_for(state="detached", timeout=START)  # it is, for a moment, while it opens
        assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0
        with page.expect_response(is_saving, timeout=START):
            page.keyboard.press("Control+s")
        assert lesson.read_bytes() == stored
        page.close()
    finally:
        lab.terminate()
        try:
            lab.wait(60)
        except subprocess.TimeoutExpired:  # asked to end while it is busy, it may hang on a lock of its own
            lab.kill()
            lab.wait()


def is_saving(answer):
    """Whether the server says that it has written a file."""
    return answer.request.method == "PUT" and "/api/contents/" in answer.url


def wait_for(port, process):
    """Return when the process listens on the port; fail where it ended."""
    while process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("JupyterLab ended at once")
