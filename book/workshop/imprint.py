"""Sphinx extension: what a site says of itself: version, licence, how to cite; and its address, where it is known."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

MISSING = """<h1>There is no such page</h1>
<p>The address is mistyped, or the page has moved. Search for it (Ctrl+K), or begin at the front.</p>"""


def footer(root, to_root):
    """The footer of a page as HTML; `to_root` is the way from the page to the folder of the site."""
    version = tomllib.loads(Path(root, "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return (
        f"<p>Version {version}, built on {datetime.now(UTC):%Y-%m-%d}. "
        f'<a href="{to_root}LICENSE">Code under the MIT licence, text and pictures under CC BY 4.0</a>. '
        f'<a href="{to_root}CITATION.cff">How to cite</a>. '
        f'<a href="{to_root}book/this_build.html">What this build proved</a>.</p>'
    )


def tell_address(app, config):
    """Let shared links, and the page for missing addresses, know where the site is."""
    address = config.html_baseurl
    config.notfound_urls_prefix = urlsplit(address).path or "/"
    config.notfound_context = {"title": "There is no such page", "body": MISSING}
    config.ogp_site_url = address
    config.ogp_social_cards = {"enable": bool(address), "line_color": "#0072b2"}


def write_site_map(app, exception):
    """Write sitemap.xml and robots.txt for a site whose address is known."""
    address = app.config.html_baseurl
    if exception or app.builder.name != "html" or not address:
        return
    pages = "".join(f"<url><loc>{address}{name}.html</loc></url>" for name in sorted(app.env.found_docs))
    site_map = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{pages}</urlset>'
    Path(app.outdir, "sitemap.xml").write_text(
        f'<?xml version="1.0" encoding="utf-8"?>\n{site_map}\n', encoding="utf-8"
    )
    Path(app.outdir, "robots.txt").write_text(f"User-agent: *\nSitemap: {address}sitemap.xml\n", encoding="utf-8")


def setup(app):
    """Connect to the build."""
    app.connect("config-inited", tell_address, priority=600)  # after published_at
    app.connect("build-finished", write_site_map)
    return {"parallel_read_safe": True}
