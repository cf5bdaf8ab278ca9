"""Audit every write to a `tf.Variable`: identity kept, gradient alive and exact. `watch` says how.

One module each: what operations do (`effects`), how a variable is read (`probes`), what Keras holds (`keras_watch`),
the count (`tally`), the notebook (`notebook`). TensorFlow is imported only when the audit is asked for.
"""

from importlib import import_module

_HOME = {
    "Audit": "watch",
    "AuditError": "watch",
    "Tally": "tally",
    "current": "watch",
    "load": "notebook",
    "start": "watch",
    "stop": "watch",
    "unload": "notebook",
}
__all__ = list(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module 'assignlab.audit' has no attribute {name!r}; it offers {', '.join(__all__)}")
    return getattr(import_module(f"assignlab.audit.{_HOME[name]}"), name)
