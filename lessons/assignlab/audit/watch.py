"""See every write to a `tf.Variable`, wherever it comes from, and verify that the variable is the same and trainable.

All eager operations and all calls of traced functions pass through a few functions of TensorFlow's C++ core, in every
thread. The audit stands before these. It picks out what writes a known variable and, after the write, verifies

* identity: the same resource, dtype, `trainable` and static shape as when the variable was made, and a value that fits,
* the gradient: what is sent into a read of the variable arrives at the variable unchanged (`probes`).

At the end of each cell of a notebook a fingerprint of every variable is compared with that of its last audited write:
memory that changed in any other way is a failure. Then the other ways of reading are tried, on the variables written
and on one of the audit's own.

It guards against mistakes, not against intent: it shares its process with the lesson. It does not know which values
were meant, nor a handle that went through `tf.identity`.
"""

import functools
import gc
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import tensorflow as tf
from tensorflow.python import pywrap_tfe
from tensorflow.python.ops import resource_variable_ops as rvo

from assignlab.audit import probes
from assignlab.audit.effects import Effects
from assignlab.audit.tally import Tally


class AuditError(AssertionError):
    """A write left a variable that is no longer the same trainable variable."""


@dataclass
class Known:
    """What a variable was when it was made, and its value after the last audited write."""

    variable: weakref.ref
    handle: object
    dtype: tf.DType
    trainable: bool
    shape: tf.TensorShape
    fingerprint: int | None = None
    in_flight: int = 0  # audited operations that are writing it now
    pipeline: bool = False  # a data set may write it whenever it runs
    dirty: bool = False  # written in this cell
    accused: bool = False  # said once; a cell that does not touch it again does not fail again

    def kind(self):
        """As what a write is counted: "assigns" where a tape watches this dtype, else "integers" or "unprobed"."""
        if self.dtype in probes.COMPUTABLE:
            return "assigns"
        return "unprobed" if self.dtype.is_floating else "integers"

    def problem(self, variable):
        """The first thing about `variable` that is not as it was made, or None."""
        if variable._handle is not self.handle or variable.handle is not self.handle:
            return "it no longer owns the resource it was created with: its buffer was swapped for another"
        if variable.dtype != self.dtype:
            return f"its dtype was {self.dtype.name} and is now {variable.dtype.name}"
        if str(variable.shape) != str(self.shape):
            return f"its static shape was {self.shape} and is now {variable.shape}"
        if self.fingerprint is not None:
            held = probes.read(self.handle, self.dtype).shape
            if not self.shape.is_compatible_with(held):
                return f"a value of shape {held} does not fit its static shape {self.shape}"
        return None


class Audit:
    """Watches the variables of this process. Use `start()`, which makes one and keeps it."""

    def __init__(self):
        self.tally = Tally()
        self.known = {}  # id(handle) -> Known; the handle is kept, so its id stays its own
        self.effects = Effects()
        self.namespaces = None  # TensorFlow's functions as they were when the ways of reading were last tried
        self.keras = None  # a KerasWatch, once Keras is there
        self.local, self.lock = threading.local(), threading.RLock()
        self.prober = ThreadPoolExecutor(1, "assignlab-audit")  # a thread of its own: no tape or scope of the lesson

    def remember(self, variable):
        """Note what `variable` is now; later writes are compared with this."""
        handle = variable._handle
        if not isinstance(variable, rvo.BaseResourceVariable) or not hasattr(handle, "numpy"):
            return  # a symbolic handle: a variable being built inside a graph
        self.known[id(handle)] = _known(variable)
        weakref.finalize(variable, self.known.pop, id(handle), None)

    # Writes ------------------------------------------------------------------------------------------------------

    def run(self, op, inputs, attributes, execute):
        """Execute an operation; audit the known variables among its inputs that it writes."""
        if getattr(self.local, "probing", False):
            return execute()
        handles = enumerate(t for given in inputs for t in (given if type(given) is list else [given]))
        touched = [(self.known.get(id(handle)), i) for i, handle in handles]
        effects = [(known, self.effects.of(op, i, attributes)) for known, i in touched if known]
        written = [(known, effect) for known, effect in effects if effect.count]
        for known, _ in written:
            self.before(known)
        try:
            result = execute()
        except BaseException:
            for known, effect in written:  # a scatter that fails half-way has written the first half
                self.after(known, op, effect.perhaps(), raising=False)
            raise
        counted = [effect for known, effect in written if self.after(known, op, effect)]
        if counted and self.effects.is_function(op):
            with self.lock:
                self.tally.calls += 1
                self.tally.uncertain += not all(effect.certain for effect in counted)
        return result

    def before(self, known):
        """A write begins. What the variable holds must be what the last audited write left."""
        with self.lock:
            self.look_for_unaudited(known)
            known.in_flight += 1

    def after(self, known, op, effect, raising=True):
        """A write has ended: verify the variable it went to. Returns whether it was counted as an assign."""
        with self.lock:
            known.in_flight -= 1
            known.pipeline |= effect.later
            old, known.fingerprint = known.fingerprint, probes.fingerprint(known.handle, known.dtype)
            if not effect.certain and known.fingerprint == old:
                return False
            wrong = self.verify(known, effect.count if effect.certain else 1)
        known.accused = bool(wrong)
        if wrong:
            self.fail(f"after {op} on {wrong}", raising)
        return self.counts_as(known) == "assigns"

    def counts_as(self, known):
        """As what this thread's writes to a variable are counted now."""
        return getattr(self.local, "counts_as", None) or known.kind()

    def look_for_unaudited(self, known):
        """A change since the last audited write: a pipeline's is counted, any other is a failure."""
        with self.lock:
            now, variable = probes.fingerprint(known.handle, known.dtype), known.variable()
            if now == known.fingerprint or variable is None or known.in_flight:
                return
            first, known.fingerprint = known.fingerprint is None, now
            if known.pipeline:
                wrong = self.verify(known, 1)
                self.tally.runs += 1
            else:
                wrong = f"{_named(variable)}: its values changed without a write: an alias of its memory was edited"
        if wrong and not first:  # at first it had no value yet
            self.fail(wrong)

    def verify(self, known, writes):
        """Count writes to a variable and verify it, holding the lock. Returns what is wrong with it, or None."""
        variable = known.variable()
        if variable is None:
            return None
        known.dirty = True
        wrong = known.problem(variable) or self.problem_with_trainable(variable, known)
        if known.kind() == "assigns" and not wrong:
            wrong = self.alone(probes.main_read, variable, known)
        kind = self.counts_as(known)
        self.tally.add(kind, writes)
        if kind == "assigns":
            self.tally.add_detail(writes, bool(wrong), variable.trainable)
        return wrong and f"{_named(variable)}: {wrong}"

    def problem_with_trainable(self, variable, known):
        """`trainable` may follow that of the keras.Variable around it (layer.trainable = False); else it must stay."""
        if variable.trainable == known.trainable:
            return None
        owner = self.keras.owner_of(variable) if self.keras else None
        if owner is not None and variable.trainable == owner.trainable:
            return None
        return f"trainable was {known.trainable} and is now {variable.trainable}"

    def alone(self, probe, *arguments):
        """Run a probe where no tape of the lesson records it: here, or where one is open in a thread of its own."""
        if pywrap_tfe.TFE_Py_TapeSetIsEmpty() and not pywrap_tfe.TFE_Py_TapeSetIsStopped():
            return self.probing(probe, *arguments)
        return self.prober.submit(self.probing, probe, *arguments).result()

    def probing(self, probe, *arguments):
        """Run a probe; what it executes is no part of the lesson."""
        before, self.local.probing = getattr(self.local, "probing", False), True
        try:
            return probe(*arguments)
        finally:
            self.local.probing = before

    def fail(self, why, raising=True):
        """Record the failure, then raise it: a `try` in the notebook cannot hide it."""
        self.tally.failures.append(why)
        if raising:
            raise AuditError(why)

    @contextmanager
    def counting_as(self, kind):
        """Count the writes in this block as another kind: "numerical" are those of verify_gradient."""
        before = getattr(self.local, "counts_as", None)
        self.local.counts_as = kind
        try:
            yield
        finally:
            self.local.counts_as = before

    @contextmanager
    def aside(self):
        """A block that is no part of the lesson (a page's proof): nothing is counted, and what it did is not held."""
        failures = len(self.tally.failures)
        try:
            with self.counting_as("nothing"):
                yield
        finally:
            del self.tally.failures[failures:]
            self.accept()

    def accept(self):
        """Take every variable as it is now for what it should be."""
        for known in list(self.known.values()):
            known.fingerprint, known.dirty = probes.fingerprint(known.handle, known.dtype), False
            known.accused = known.variable() is not None and bool(known.problem(known.variable()))
        if self.keras:
            self.keras.accept()

    # The end of a cell -------------------------------------------------------------------------------------------

    def inspect_all(self):
        """Verify every living variable: changed unseen, no longer the same, read in the ways that a person reads it."""
        looks = [functools.partial(self.look_for_unaudited, known) for known in list(self.known.values())]
        tried = set()  # kinds of variables of which one was read in every way
        looks += [functools.partial(self.inspect, known, tried) for known in list(self.known.values())]
        looks += [self.inspect_the_ways_of_reading, self.inspect_hooks, *([self.inspect_keras] if self.keras else [])]
        found = []
        for look in looks:
            try:
                look()
            except AuditError as error:
                found.append(error)
        if found:
            raise found[0]

    def inspect(self, known, tried):
        """Verify one variable; try the ways of reading it if it was written in this cell, the first of its kind."""
        variable, dirty, known.dirty = known.variable(), known.dirty, False
        if known.accused:
            return
        wrong = variable is not None and (known.problem(variable) or self.problem_with_trainable(variable, known))
        if variable is not None and dirty and known.kind() == "assigns" and not wrong:
            ways = probes.ways(known)
            kind = (type(variable), *vars(variable), known.dtype, known.shape.rank, variable.trainable, *ways)
            if kind not in tried:
                tried.add(kind)
                wrong = self.alone(probes.reads_that_fail, variable, known, ways)
        known.accused = bool(wrong)
        if wrong:
            self.fail(f"{_named(variable)}: {wrong}")

    def inspect_the_ways_of_reading(self):
        """Try every way of reading on a variable of the audit's own, where a function that reads was replaced."""
        now = [*probes.namespaces(), *(self.keras.namespaces() if self.keras else [])]
        if now == self.namespaces:
            return
        self.namespaces = now
        wrong = self.alone(_problem_of_a_new_variable)
        if self.keras and not wrong:
            wrong = self.alone(_problem_of_a_new_keras_variable, self.keras)
        if wrong:
            self.fail(f"a variable made to test the ways of reading, shape (2, 3): {wrong}")

    def inspect_hooks(self):
        """Verify that this audit still stands where TensorFlow passes."""
        if _audit is not self or any(getattr(pywrap_tfe, name) is not hook for name, hook in _hooks.items()):
            self.fail("the audit was switched off in this notebook: its place before TensorFlow's core was taken")

    def inspect_keras(self):
        """Verify that Keras's variables and layers hold what they held."""
        wrong = self.keras.problem()
        if wrong:
            self.keras.accept()  # said once
            self.fail(wrong)


def _known(variable):
    known = Known(weakref.ref(variable), variable._handle, variable.dtype, variable.trainable, variable.shape)
    known.fingerprint = probes.fingerprint(known.handle, known.dtype)
    return known


def _problem_of_a_new_variable():
    variable = probes.Variable([[1.0, 0.0, -2.0], [0.0, 3.0, 0.5]])
    known = _known(variable)
    ways = probes.ways(known) | probes.EVERY_WAY
    return probes.main_read(variable, known) or probes.reads_that_fail(variable, known, ways)


def _problem_of_a_new_keras_variable(watch):
    variable = watch.make()
    return probes.reads_that_fail(variable, _known(variable._value), watch.WAYS)


def _named(variable):
    return f"the variable {variable.name!r}, shape {variable.shape}"


# The places where TensorFlow passes --------------------------------------------------------------------------------

_audit = None
_EXECUTE = ("TFE_Py_FastPathExecute", "TFE_Py_Execute", "TFE_Py_ExecuteCancelable")
_original = {name: getattr(pywrap_tfe, name) for name in _EXECUTE}


def _fast_path(ctx, op, name, *arguments):
    execute = _original["TFE_Py_FastPathExecute"]
    if _audit is None or not _audit.effects.can_write(op):
        return execute(ctx, op, name, *arguments)
    return _audit.run(op, arguments, arguments, lambda: execute(ctx, op, name, *arguments))


def _slow_path(original):
    def execute(ctx, device, op, inputs, attributes, *rest):
        name = op.decode() if isinstance(op, bytes) else op
        if _audit is None or not _audit.effects.can_write(name):
            return original(ctx, device, op, inputs, attributes, *rest)
        return _audit.run(name, inputs, attributes or (), lambda: original(ctx, device, op, inputs, attributes, *rest))

    return execute


_hooks = {name: _fast_path if "Fast" in name else _slow_path(function) for name, function in _original.items()}


def start():
    """Audit this process from now on, and return the `Audit`. Calling it again returns the same one."""
    global _audit
    if _audit is None:
        _audit = Audit()
        for thing in gc.get_objects():
            if isinstance(thing, rvo.BaseResourceVariable) and not isinstance(thing, rvo._UnreadVariable):
                _audit.remember(thing)
        _audit.accept()
        for kind in (rvo.ResourceVariable, rvo.UninitializedVariable):
            if not hasattr(kind.__init__, "assignlab"):
                kind.__init__ = _remembering(kind.__init__)
        for name, hook in _hooks.items():
            setattr(pywrap_tfe, name, hook)
    watch_keras()
    return _audit


def watch_keras():
    """Watch Keras's own objects, as soon as the lesson has imported it."""
    if _audit and _audit.keras is None and "keras" in sys.modules:
        from assignlab.audit.keras_watch import KerasWatch

        _audit.keras = KerasWatch()


def current():
    """The running `Audit`, or None."""
    return _audit


def stop():
    """End the audit and take it from TensorFlow's way."""
    global _audit
    audit, _audit = _audit, None
    if audit:
        for name, original in _original.items():
            setattr(pywrap_tfe, name, original)
        if audit.keras:
            audit.keras.stop()


def _remembering(init):
    @functools.wraps(init)
    def __init__(self, *args, **kwargs):
        init(self, *args, **kwargs)
        if _audit:
            _audit.remember(self)

    __init__.assignlab = True
    return __init__
