"""Print what Lighthouse finds on a phone for three pages of the built site (`make lighthouse`); it needs Node.js."""

import json
import os
import shutil
import subprocess
import sys
import threading

import serve
from browsers import browser_path

PAGES = ("book/index.html", "lessons/02_masked_replacement.html", "book/errors.html")
LIGHTHOUSE = "lighthouse@12.8.2"
MEASURES = {"FCP": "first-contentful-paint", "LCP": "largest-contentful-paint", "weight": "total-byte-weight"}


def audited(address, npx, browser):
    """Lighthouse's report on a page."""
    command = [npx, "--yes", LIGHTHOUSE, address, "--quiet", "--output=json", "--chrome-flags=--headless --no-sandbox"]
    done = subprocess.run(command, env=os.environ | {"CHROME_PATH": browser}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"Lighthouse failed:\n{done.stderr[-1000:]}")
    return json.loads(done.stdout)


def line(report):
    """The four scores and some measures of a report."""
    scores = ", ".join(f"{part['title'].lower()} {100 * part['score']:.0f}" for part in report["categories"].values())
    measures = (f"{name} {report['audits'][key]['numericValue']:.0f}" for name, key in MEASURES.items())
    return f"{scores}; {', '.join(measures)} (ms, bytes)"


if __name__ == "__main__":
    npx, browser = shutil.which("npx"), browser_path()
    if not (npx and browser):
        sys.exit("Lighthouse needs Node.js (npx) and Chromium or Chrome on this machine.")
    server = serve.server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for page in PAGES:
        report = audited(f"http://127.0.0.1:{server.server_port}/{page}", npx, browser)
        print(f"{page}: {line(report)}", flush=True)
    server.shutdown()
