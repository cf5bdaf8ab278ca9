"""Serve the built site as a good host does: compressed, and under a strict policy.

    serve.py PORT

POLICY is the Content-Security-Policy that the site needs and that CONTRIBUTING.md gives to those who publish it: no
inline script or style, nothing from another host.
"""

import contextlib
import functools
import gzip
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SITE = Path(__file__).resolve().parents[2] / "_build" / "html"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
TEXT = {".html", ".css", ".js", ".svg", ".json", ".ipynb", ".xml", ".txt"}


class Handler(SimpleHTTPRequestHandler):
    """Sends files of a folder; its `404.html` for what is not there."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        found = path.is_file()
        page = path if found else Path(self.directory, "404.html")
        body = page.read_bytes() if page.is_file() else b"There is no such page."
        packed = page.suffix in TEXT and "gzip" in self.headers.get("Accept-Encoding", "")
        body = gzip.compress(body, mtime=0) if packed else body
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", f"{self.guess_type(str(page))}")
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        # An address with a "?" holds a digest of the file.
        self.send_header(
            "Cache-Control", "max-age=86400" if "_static/" in self.path and "?" in self.path else "no-cache"
        )
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # a browser went away
            self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Says nothing of browsers that went away."""

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def server(port=0, folder=SITE):
    """A server of the folder on this machine alone, to be run by `serve_forever`; port 0 takes a free one."""
    return Server(("127.0.0.1", port), functools.partial(Handler, directory=folder))


if __name__ == "__main__":
    try:
        serving = server(int(sys.argv[1]))
    except OSError as error:
        sys.exit(f"Port {sys.argv[1]} cannot be used ({error.strerror}). Another one: make serve PORT=9000")
    print(f"Serving http://localhost:{sys.argv[1]}/ until Ctrl-C", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        serving.serve_forever()
