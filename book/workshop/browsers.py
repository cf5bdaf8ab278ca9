"""The browser of this machine that the tests, the PDF and Lighthouse use."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def browser_path():
    """The path of Chromium or Chrome; None where there is none in PATH."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def start(playwright):
    """A browser, started by Playwright; playwright's `Error` where there is none."""
    path = browser_path()
    place = {"executable_path": path} if path else {"channel": "chrome"}  # Chrome, where its installer puts it
    return playwright.chromium.launch(args=["--no-sandbox"], **place)
