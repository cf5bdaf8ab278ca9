"""The small toolkit of the course *Assign, Don't Mutate*.

Lessons teach with plain TensorFlow and NumPy. They use this package only to check answers (`check`, `hint`,
`progress`), to draw (`draw`, `Panel`), to prove gradients (`verify_gradient`) and to find lost ones
(`explain_gradient`).
`%load_ext assignlab` audits every write to a variable in a notebook; `python -m assignlab` inspects the environment.

Nothing here imports TensorFlow until it is needed.
"""

from importlib import import_module

__version__ = "1.0.0"

_HOME = {
    "Panel": "picture",
    "check": "checker",
    "draw": "picture",
    "explain_gradient": "doctor",
    "hint": "checker",
    "progress": "learner_progress",
    "verify_gradient": "gradient",
}
__all__ = ["Panel", "__version__", "check", "draw", "explain_gradient", "hint", "progress", "verify_gradient"]


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module 'assignlab' has no attribute {name!r}; it offers {', '.join(sorted(_HOME))}")
    return getattr(import_module(f"assignlab.{_HOME[name]}"), name)


def __dir__():
    return __all__


def load_ipython_extension(shell):
    """Audit every write to a variable in this notebook: `%load_ext assignlab`."""
    import_module("assignlab.audit").load(shell)


def unload_ipython_extension(shell):
    """Stop the audit: `%unload_ext assignlab`."""
    import_module("assignlab.audit").unload(shell)
