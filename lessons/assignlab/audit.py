"""Audit every write to a `tf.Variable`: identity kept, gradient alive and exact.

TensorFlow calls an op callback after each eagerly executed op and each call of a traced function. The audit picks out
the ones that write a variable and verifies, after each write, that

* the variable still owns the resource (the buffer) that it was created with,
* dtype, `trainable` and static shape are what they were, and the new value fits that shape,
* the gradient of the probe ``0.5 * sum(v * v)`` with respect to the variable is there and equals the new value.

Integer, boolean and string variables have no gradient: they get the first two checks and are counted apart. Which ops
and function arguments write is TensorFlow's own bookkeeping (`auto_control_deps_utils.RESOURCE_READ_OPS` and the
attribute `_read_only_resource_inputs`).
"""

import functools
import gc
import json
import os
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.python.eager import context
from tensorflow.python.framework import auto_control_deps_utils, op_callbacks
from tensorflow.python.ops import resource_variable_ops as rvo

REPORT_PATH = "ASSIGNLAB_AUDIT_REPORT"  # set by the test run: the audit is enforced and reports to this file
WRITING_METHODS = [
    name
    for name in vars(rvo.BaseResourceVariable)
    if name.startswith(("assign", "scatter_", "batch_scatter_")) or name == "_strided_slice_assign"
]
NOT_WRITES = {"DestroyResourceOp", "VarHandleOp", "VarIsInitializedOp", "DisableCopyOnRead"}


class AuditError(AssertionError):
    """A write left a variable that is no longer the same trainable variable."""


@dataclass
class Tally:
    """What the audit has seen. Counts are writes, not variables."""

    assigns: int = 0  # writes to floating-point or complex variables
    preserved: int = 0  # of these, how many kept an exact gradient
    integers: int = 0  # writes to variables that have no gradient
    numerical: int = 0  # writes made by verify_gradient while it measures; verified, not counted as assigns
    cells: int = 0
    failures: list = field(default_factory=list)

    def line(self):
        """One line for a reader."""
        text = f"{self.assigns} assigns, {self.preserved} preserve gradients"
        if self.integers:
            text += f"; {self.integers} to integer variables (no gradient to preserve)"
        return text


@dataclass
class Known:
    """What a variable was when it was created."""

    variable: weakref.ref
    handle: object
    dtype: tf.DType
    trainable: bool
    shape: tf.TensorShape


class Audit:
    """Watches the variables of this process. Use `start()`, which makes one and keeps it."""

    def __init__(self):
        self.tally = Tally()
        self.known = {}  # id(handle) -> Known; the handle is kept, so its id stays its own
        self.by_variable = {}  # id(variable) -> Known
        self.read_only_arguments = {}  # function name -> indices of arguments that it only reads
        self.local = threading.local()
        self.prober = ThreadPoolExecutor(
            1, "assignlab-audit"
        )  # a thread of its own: no tape, scope or callback of the lesson

    # Variables -----------------------------------------------------------------------------------------------------

    def remember(self, variable):
        """Note what `variable` is now; later writes are compared with this."""
        handle = variable._handle
        if (
            not isinstance(variable, rvo.BaseResourceVariable)
            or not tf.is_tensor(handle)
            or not hasattr(handle, "numpy")
        ):
            return  # a symbolic handle: a variable being built inside a graph
        known = Known(weakref.ref(variable), handle, variable.dtype, variable.trainable, variable.shape)
        self.known[id(handle)] = known
        self.by_variable[id(variable)] = known
        weakref.finalize(variable, self._forget, id(handle), id(variable))

    def _forget(self, handle_id, variable_id):
        self.known.pop(handle_id, None)
        self.by_variable.pop(variable_id, None)

    def what_is_wrong(self, variable, known):
        """The first thing about `variable` that is not as it was created, or None."""
        if variable._handle is not known.handle or variable.handle is not known.handle:
            return "it no longer owns the resource it was created with: its buffer was swapped for another"
        if variable.dtype != known.dtype:
            return f"its dtype was {known.dtype.name} and is now {variable.dtype.name}"
        if variable.trainable != known.trainable and variable.trainable != _trainable_of_keras_owner(variable):
            return f"trainable was {known.trainable} and is now {variable.trainable}"
        if str(variable.shape) != str(known.shape):
            return f"its static shape was {known.shape} and is now {variable.shape}"
        return None

    # Writes --------------------------------------------------------------------------------------------------------

    def watch_this_thread(self):
        """Op callbacks belong to a thread; make sure this one has ours."""
        if self.after_op not in context.context().op_callbacks:
            if getattr(self.local, "watching", False):
                self.fail("the audit was switched off in this notebook: its op callback was removed")
            op_callbacks.add_op_callback(self.after_op)
            self.local.watching = True

    def after_op(self, op_type, inputs, attrs, outputs, op_name=None, graph=None):
        """The op callback: audit each variable that the op has written."""
        if graph is not None:
            return  # a graph is being built, nothing has run
        name = op_type.decode() if isinstance(op_type, bytes) else op_type
        resources = [(i, t) for i, t in enumerate(inputs) if id(t) in self.known]
        if not resources or name in auto_control_deps_utils.RESOURCE_READ_OPS or name in NOT_WRITES:
            return
        read_only = self._read_only_arguments(name)
        for i, handle in resources:
            if i not in read_only:
                self.verify(self.known[id(handle)], name)

    def _read_only_arguments(self, name):
        if name not in self.read_only_arguments:
            found = set()
            if context.context().has_function(name):
                definition = context.context().get_function_def(name)
                arguments = {a.name: i for i, a in enumerate(definition.signature.input_arg)}
                found = set(arguments.values())
                for node in definition.node_def:
                    reads = (
                        set(node.attr["_read_only_resource_inputs"].list.i)
                        if "_read_only_resource_inputs" in node.attr
                        else set()
                    )
                    for position, source in enumerate(node.input):
                        if (
                            source in arguments
                            and node.op not in auto_control_deps_utils.RESOURCE_READ_OPS
                            and position not in reads
                        ):
                            found.discard(arguments[source])
            self.read_only_arguments[name] = found
        return self.read_only_arguments[name]

    def verify(self, known, op):
        """Count a write and verify the variable it went to."""
        variable = known.variable()
        if variable is None:
            return
        differentiable = known.dtype.is_floating or known.dtype.is_complex
        counted = not getattr(self.local, "aside", False)
        if not counted:
            pass
        elif getattr(self.local, "numerical", False):
            self.tally.numerical += 1
        elif differentiable:
            self.tally.assigns += 1
        else:
            self.tally.integers += 1
        wrong = (
            self.what_is_wrong(variable, known) or self.prober.submit(probe, variable, known, differentiable).result()
        )
        if wrong:
            self.fail(f"after {op} on the variable {variable.name!r}, shape {variable.shape}: {wrong}")
        if counted and differentiable and not getattr(self.local, "numerical", False):
            self.tally.preserved += 1

    def fail(self, why):
        """Record the failure, then raise it: a `try` in the notebook cannot hide it."""
        self.tally.failures.append(why)
        raise AuditError(why)

    def inspect_all(self):
        """Verify every living variable without a write (done after each cell)."""
        for known in list(self.known.values()):
            variable = known.variable()
            wrong = variable is not None and self.what_is_wrong(variable, known)
            if wrong:
                self.fail(f"the variable {variable.name!r}, shape {variable.shape}: {wrong}")

    @contextmanager
    def measuring(self):
        """Count writes in this block as numerical measurement. They are verified like any other."""
        self.local.numerical = True
        try:
            yield
        finally:
            self.local.numerical = False

    @contextmanager
    def aside(self):
        """Verify the writes in this block and count none: a page's proofs are no part of what the page does."""
        self.local.aside = True
        try:
            yield
        finally:
            self.local.aside = False


def _trainable_of_keras_owner(variable):
    """`trainable` of the keras.Variable around `variable` (layer.trainable = False is a lawful change), or None."""
    for owner in gc.get_referrers(variable):
        attributes = owner if isinstance(owner, dict) else getattr(owner, "__dict__", {})
        if attributes.get("_value") is variable and "_trainable" in attributes:
            return attributes["_trainable"]
    return None


def probe(variable, known, differentiable):
    """What is wrong with the value and the gradient of `variable`, or None. Its thread records nothing else."""
    value = rvo.gen_resource_variable_ops.read_variable_op(known.handle, known.dtype)
    if not known.shape.is_compatible_with(value.shape):
        return f"a value of shape {value.shape} does not fit its static shape {known.shape}"
    if not differentiable:
        return None
    with tf.GradientTape(watch_accessed_variables=variable.trainable) as tape:
        if not variable.trainable:
            tape.watch(variable)
        loss = tf.reduce_sum(tf.convert_to_tensor(variable) * variable.read_value())
    gradient = tape.gradient(loss, variable, output_gradients=tf.constant(0.5, known.dtype))
    if gradient is None:
        return "the gradient with respect to it is None: the tape no longer sees it being read"
    expected = tf.math.conj(value).numpy() if known.dtype.is_complex else value.numpy()
    if gradient.shape != value.shape or not _same(gradient.numpy(), expected):
        cut = "a read no longer carries the gradient, or reads something else"
        return f"the gradient of 0.5 * sum(v * v) is not its new value: {cut}"
    return None


def _same(gradient, value):
    if np.iscomplexobj(value):  # a complex product with an infinite part is NaN
        finite = np.isfinite(value)
        return np.allclose(gradient[finite], value[finite], rtol=0, atol=1e-37)
    if np.array_equal(gradient, value):
        return True
    gradient, value = (
        gradient.astype(np.float64),
        value.astype(np.float64),
    )  # ml_dtypes' bfloat16 has no allclose of its own
    return np.allclose(
        gradient, value, rtol=0, atol=1e-37, equal_nan=True
    )  # atol: TensorFlow flushes denormals to zero


_audit = None


def start():
    """Audit this process from now on, and return the `Audit`. Calling it again returns the same one."""
    global _audit
    if _audit is None:
        _audit = Audit()
        for thing in gc.get_objects():
            if isinstance(thing, rvo.BaseResourceVariable) and not isinstance(thing, rvo._UnreadVariable):
                _audit.remember(thing)
        _wrap_constructors()
        _wrap_writing_methods()
    _audit.watch_this_thread()
    return _audit


def current():
    """The running `Audit`, or None."""
    return _audit


def stop():
    """End the audit and undo its hooks."""
    global _audit
    audit, _audit = _audit, None
    if audit and audit.after_op in context.context().op_callbacks:
        op_callbacks.remove_op_callback(audit.after_op)


def _wrap_constructors():
    for kind in (rvo.ResourceVariable, rvo.UninitializedVariable):
        if not hasattr(kind.__init__, "assignlab"):
            kind.__init__ = _remembering(kind.__init__)


def _remembering(init):
    @functools.wraps(init)
    def __init__(self, *args, **kwargs):
        init(self, *args, **kwargs)
        if _audit:
            _audit.remember(self)

    __init__.assignlab = True
    return __init__


def _wrap_writing_methods():
    for kind in (
        rvo.BaseResourceVariable,
        rvo.ResourceVariable,
    ):  # TensorFlow redefines some of the methods on the subclass
        for name in WRITING_METHODS:
            method = vars(kind).get(name)
            if method and not hasattr(method, "assignlab"):
                setattr(kind, name, _audited(method))


def _audited(method):
    """The op callback audits. This gives it to the thread, and blames a swapped resource on the method called."""

    @functools.wraps(method)
    def write(self, *args, **kwargs):
        __tracebackhide__ = True  # IPython leaves this frame out of a lesson's traceback
        if not _audit or not tf.executing_eagerly():
            return method(self, *args, **kwargs)
        _audit.watch_this_thread()
        result = method(self, *args, **kwargs)
        known = _audit.by_variable.get(id(self))
        wrong = known and known.variable() is self and _audit.what_is_wrong(self, known)
        if wrong:
            _audit.fail(f"after {method.__name__} on the variable {self.name!r}, shape {self.shape}: {wrong}")
        return result

    write.assignlab = True
    return write


# In a notebook -----------------------------------------------------------------------------------------------------


class NotebookAudit:
    """Ties the audit to the cells of a notebook: a cell with a failed write fails, whatever it catches."""

    def __init__(self, shell):
        self.shell, self.report = shell, os.environ.get(REPORT_PATH)
        self.audit = start()
        shell.events.register("pre_run_cell", self.before_cell)
        shell.events.register("post_run_cell", self.after_cell)
        self.before_cell(None)
        self.write_report()

    def before_cell(self, info):
        self.failures_before = len(self.audit.tally.failures)
        self.assigns_before = self.audit.tally.assigns + self.audit.tally.integers

    def after_cell(self, result):
        tally = self.audit.tally
        tally.cells += 1
        try:
            self.audit.watch_this_thread()
            self.audit.inspect_all()
        except AuditError:
            pass  # recorded; raised below as the cell's own error
        if len(tally.failures) > self.failures_before:
            self.fail_cell(result, AuditError(tally.failures[self.failures_before]))
        elif not self.report and tally.assigns + tally.integers > self.assigns_before:
            print(f"audit: {tally.line()}")
        self.write_report()

    def fail_cell(self, result, error):
        if result is not None and result.success:
            result.error_in_exec = error
            self.shell.showtraceback((AuditError, error, None))

    def write_report(self):
        if self.report:
            Path(self.report).write_text(json.dumps(asdict(self.audit.tally)), encoding="utf8")

    def close(self):
        if self.report:
            raise AuditError("the audit is enforced in this run and cannot be switched off")
        self.shell.events.unregister("pre_run_cell", self.before_cell)
        self.shell.events.unregister("post_run_cell", self.after_cell)
        stop()


def load(shell):
    """Start the audit in an IPython shell (`%load_ext assignlab`)."""
    shell.assignlab_audit = NotebookAudit(shell)
    if not shell.assignlab_audit.report:
        print("audit: on. After each cell that writes a variable: how many assigns, and how many preserve gradients.")


def unload(shell):
    """End the audit in an IPython shell (`%unload_ext assignlab`)."""
    shell.assignlab_audit.close()
