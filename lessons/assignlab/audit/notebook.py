"""The audit in a notebook: `%load_ext assignlab`. A cell with a failed write fails, whatever it catches."""

import functools
import json
import os

import tensorflow as tf

from assignlab.audit.watch import AuditError, start, stop, watch_keras

REPORT_PATH = "ASSIGNLAB_AUDIT_REPORT"  # set by the test run: the audit is enforced and reports to this file


def is_variable(source):
    """Whether a gradient was asked for a variable. (The slice `v[0]` has an `assign` as well, and no name.)"""
    return hasattr(source, "assign") and not isinstance(source, tf.Tensor)


class NotebookAudit:
    """Ties the audit to the cells of a notebook.

    In an enforced run every cell appends a line to the report as soon as it has ended: what has left the process stays.
    """

    def __init__(self, shell):
        self.shell, self.report = shell, os.environ.get(REPORT_PATH)
        self.audit = start()
        self.nones = []  # names of variables whose gradient was None in this cell's own tapes
        self.expected = None  # a piece of the failure that the page means to show in the next cell
        self.gradient = tf.GradientTape.gradient
        tf.GradientTape.gradient = self.noting_none(self.gradient)
        shell.events.register("pre_run_cell", self.before_cell)
        shell.events.register("post_run_cell", self.after_cell)
        self.before_cell(None)
        self.write_report()

    def before_cell(self, info):
        """A cell begins, or a cell within a cell."""
        watch_keras()
        self.failed, self.nones = len(self.audit.tally.failures), []
        self.written = self.audit.tally.assigns + self.audit.tally.integers

    def after_cell(self, result):
        """A cell has ended: look at every variable, fail the cell if anything is wrong, report."""
        tally = self.audit.tally
        watch_keras()
        if self.request() not in tally.cells:
            tally.cells.append(self.request())
        try:
            self.audit.inspect_all()
        except AuditError:
            pass  # recorded; raised below as the cell's own error
        except Exception as error:
            tally.failures.append(f"the audit itself failed, {type(error).__name__}: {error}")
        self.meet_expectation()
        if len(tally.failures) > self.failed:
            self.fail_cell(result, AuditError(tally.failures[self.failed]))
        elif not self.report and tally.assigns + tally.integers > self.written:
            print(f"audit: {tally.line()}")
        if not self.report and self.nones:
            print(
                f"audit: in this cell a tape gave None for {', '.join(self.nones)}: the loss was not computed from it"
            )
        self.write_report()

    def expect(self, piece):
        """The next cell shows what must not be done: the audit has to fail it, with this piece in its reason."""
        self.expected = piece

    def meet_expectation(self):
        """Take an expected failure off the list; that there was none is a failure, too."""
        if self.expected is None:
            return
        piece, self.expected, failures = self.expected, None, self.audit.tally.failures
        found = failures[self.failed :]
        del failures[self.failed :]
        if not any(piece in why for why in found):
            failures.append(f"the audit should have failed this cell, saying {piece!r}; it said {found or 'nothing'}")
        self.audit.accept()

    def request(self):
        """The id of the request that the kernel is answering: a cell run by a cell (%%capture) has its outer cell's."""
        kernel = getattr(self.shell, "kernel", None)
        parent = kernel.get_parent() if kernel else {}
        return parent.get("header", {}).get("msg_id", str(self.shell.execution_count))

    def fail_cell(self, result, error):
        """Make the cell fail with this error, unless it failed by itself."""
        if result is not None and result.success:
            result.error_in_exec = error
            self.shell.showtraceback((AuditError, error, None))

    def noting_none(self, gradient):
        """`GradientTape.gradient`, noting the variables for which it gives None."""

        @functools.wraps(gradient)
        def noting(tape, target, sources, *args, **kwargs):
            got = gradient(tape, target, sources, *args, **kwargs)
            if not getattr(self.audit.local, "probing", False):
                pairs = zip(tf.nest.flatten(sources), tf.nest.flatten(got), strict=False)
                self.nones += [repr(source.name) for source, result in pairs if result is None and is_variable(source)]
            return got

        return noting

    def write_report(self):
        """Append the tally as it is now to the report of the run."""
        if self.report:
            with open(self.report, "a", encoding="utf8") as file:
                file.write(json.dumps(self.audit.tally.as_dict()) + "\n")

    def close(self):
        """Take the audit out of the notebook."""
        tf.GradientTape.gradient = self.gradient
        self.shell.events.unregister("pre_run_cell", self.before_cell)
        self.shell.events.unregister("post_run_cell", self.after_cell)
        stop()


def load(shell):
    """Start the audit in an IPython shell (`%load_ext assignlab`). Loading it again changes nothing."""
    running = getattr(shell, "assignlab_audit", None)
    if running is None:
        running = shell.assignlab_audit = NotebookAudit(shell)
        if not running.report:
            print(
                "audit: on. After each cell that writes a variable: how many assigns, and how many preserve gradients."
            )


def unload(shell):
    """End the audit in an IPython shell (`%unload_ext assignlab`); in an enforced run it goes on."""
    running = getattr(shell, "assignlab_audit", None)
    if running is not None and not running.report:
        running.close()
        shell.assignlab_audit = None
