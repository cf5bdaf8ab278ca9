"""Whether an answer can be called as its exercise asks."""

import inspect


def takes(answer, count):
    """Whether a callable takes `count` arguments (True where Python cannot tell), and its signature as text."""
    try:
        signature = inspect.signature(answer)
    except Exception:  # a C function has none, and an object may raise anything when asked
        return True, ""
    try:
        signature.bind(*range(count))
    except TypeError:
        return False, str(signature)
    return True, str(signature)
