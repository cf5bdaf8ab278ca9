"""The built site in a real browser, served as `make serve` does: the fixture `new_page`."""

import os
import threading

import pytest
from playwright.sync_api import Error, sync_playwright

import browsers
import serve


def browser_of(playwright):
    """A browser of this machine, started. Without one the tests are skipped, but under CI they fail."""
    try:
        return browsers.start(playwright)
    except Error:
        remedy = "no Chromium or Chrome could be started, so the site was not tried. On Debian: apt install chromium"
        pytest.fail(remedy) if os.environ.get("CI") else pytest.skip(remedy)


@pytest.fixture(scope="module", name="new_page")
def opens_pages():
    """A function that opens an empty page of a width, in a colour scheme; `page.said` collects its complaints."""
    if not (serve.SITE / "index.html").exists():
        pytest.fail("The site is not built. Run `make book` first; `make test` does it by itself.")
    server = serve.server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = browser_of(playwright)

        def opened(width=1400, scheme="light", **options):
            address = f"http://127.0.0.1:{server.server_port}"
            size = {"width": width, "height": 900}
            page = browser.new_page(base_url=address, viewport=size, color_scheme=scheme, **options)
            page.said = []
            page.on("pageerror", lambda error: page.said.append(str(error)))
            page.on("console", lambda line: page.said.append(line.text) if line.type == "error" else None)
            return page

        yield opened
        browser.close()
    server.shutdown()
    server.server_close()
