"""Sphinx extension: where this build is published, from the environment, and so which links its pages offer.

CONTRIBUTING.md ("Publish the book") lists the variables. What is not known is not offered.
"""

import os

BINDER, COLAB = "https://mybinder.org", "https://colab.research.google.com"


def with_slash(address):
    """The address of a site with one slash at its end; "" stays, for a site whose address is not known."""
    address = address.strip().rstrip("/")
    return f"{address}/" if address else ""


def repository(environ):
    """(address, branch) of the repository; ("", "") where it is not known. In a GitHub workflow it is."""
    on_github, branch = environ.get("GITHUB_REPOSITORY"), "main"
    address = environ.get("BOOK_REPOSITORY") or (on_github and f"{environ['GITHUB_SERVER_URL']}/{on_github}") or ""
    if environ.get("GITHUB_REF_TYPE") == "branch" and not environ.get("BOOK_REPOSITORY"):
        branch = environ["GITHUB_REF_NAME"]
    address = address.strip().rstrip("/").removesuffix(".git")
    return (address, environ.get("BOOK_BRANCH") or branch) if address else ("", "")


def theme_options(environ):
    """The options of sphinx-book-theme that follow from the environment."""
    address, branch = repository(environ)
    if not address:
        return {}
    buttons = {
        "binderhub_url": BINDER,
        "jupyterhub_url": environ.get("BOOK_HUB", ""),
        "notebook_interface": "jupyterlab",
    }
    if environ.get("BOOK_COLAB_BRANCH"):
        buttons["colab_url"] = COLAB
    offered = dict.fromkeys(("use_repository_button", "use_edit_page_button", "use_issues_button"), True)
    return {"repository_url": address, "repository_branch": branch, **offered, "launch_buttons": buttons}


def lead_colab_to_the_site(buttons, branch, site_branch):
    """Change the theme's Colab buttons, in place: of the site's notebooks, the first cell installs what Colab lacks.

    The theme knows one branch, that of the sources; Colab opens what is in a repository, and nothing else.
    """
    for button in (button for group in buttons for button in group.get("buttons", [])):
        if button.get("url", "").startswith(COLAB):
            button["url"] = button["url"].replace(f"/blob/{branch}/", f"/blob/{site_branch}/_sources/", 1)


def setup(app):
    """Connect to the build."""
    environ = os.environ

    def fill_in(app, config):
        config.html_baseurl = with_slash(environ.get("BOOK_URL") or config.html_baseurl)
        config.html_theme_options = {**config.html_theme_options, **theme_options(environ)}

    def correct_colab(app, pagename, templatename, context, doctree):
        if environ.get("BOOK_COLAB_BRANCH"):
            lead_colab_to_the_site(
                context.get("header_buttons", []), repository(environ)[1], environ["BOOK_COLAB_BRANCH"]
            )

    app.connect("config-inited", fill_in)
    app.connect("html-page-context", correct_colab, priority=900)  # after the theme has made its buttons
    return {"parallel_read_safe": True}
