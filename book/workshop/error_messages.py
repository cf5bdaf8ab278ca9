"""Colours the errors that cells raise, whatever their messages quote.

Sphinx warns where a lexer meets what it does not know; a message may hold backticks, diagrams or lines of another
language, and that is no mistake of the page.
"""

from ipython_pygments_lexers import IPythonTracebackLexer
from pygments.token import Error, Text


class ErrorMessages(IPythonTracebackLexer):
    """The lexer of error outputs, to which a character that it does not know is text."""

    def get_tokens_unprocessed(self, text):
        for at, token, value in super().get_tokens_unprocessed(text):
            yield at, Text if token is Error else token, value


def setup(app):
    """Put it in the place of IPython's."""
    app.add_lexer("ipythontb", ErrorMessages)
    return {"parallel_read_safe": True}
