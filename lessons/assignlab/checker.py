"""`check` an answer and give a `hint`: what a learner calls in a lesson."""

from dataclasses import dataclass, field
from html import escape

from IPython.core.getipython import get_ipython
from IPython.display import display

from assignlab import exercise, guard
from assignlab.learner_progress import record
from assignlab.picture import Panel, draw

_hints_given = {}


@dataclass(frozen=True)
class Result:
    """The outcome of a check. True when the answer is right. `diagnosis` names the mistake; `lines` are what a person reads."""

    number: str
    status: str  # "right", "wrong" or "not attempted"
    diagnosis: str = ""
    lines: list = field(default_factory=list)  # (label, text) pairs
    picture: object = None

    def __bool__(self):
        return self.status == "right"

    def __str__(self):
        mark = {"right": "✓", "wrong": "✗", "not attempted": "·"}[self.status]
        rows = [
            f"  {label} ".ljust(15 if label else 2) + text.replace("\n", "\n" + " " * 15) for label, text in self.lines
        ]
        return "\n".join([f"{mark} Exercise {self.number}: {self.status}", *rows])

    def __repr__(self):
        return str(self)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": str(self), "text/html": self.html()}

    def html(self):
        """The same content as `str(self)`, laid out, with a picture of expected and actual values."""
        colour = {"right": "#00775a", "wrong": "#c04000", "not attempted": "#57606a"}[self.status]
        mark = {"right": "✓", "wrong": "✗", "not attempted": "·"}[self.status]
        rows = "".join(
            f'<div style="display:flex;gap:1em">{_label(label)}'
            f'<span style="overflow-wrap:anywhere;min-width:0;white-space:pre-wrap">{escape(text)}</span></div>'
            for label, text in self.lines
        )
        picture = f'<div style="margin-top:.5em">{self.picture.svg}</div>' if self.picture else ""
        return (
            f'<div class="assignlab" style="border-left:4px solid {colour};padding:.25em 0 .25em 1em;line-height:1.5">'
            f"<strong>{mark} Exercise {escape(self.number)}: {self.status}</strong>{rows}{picture}</div>"
        )

    def _ipython_display_(self):
        pass  # check() has shown it already, also inside `assert check(...)`


def check(number, answer):
    """Check the answer to an exercise, show what was found, and return a `Result` that is true when the answer is right.

    Parameters
    ----------
    number : str
        The exercise, for example "2.3".
    answer : callable
        The function itself, without brackets: check("2.3", clean).

    Raises
    ------
    ValueError
        There is no exercise with this number.
    """
    result = examine(number, answer)
    recorded = record(result.number) if result else None
    if recorded:
        result.lines.append(("progress", recorded.summary()))
    if get_ipython():
        display(result._repr_mimebundle_(), raw=True)
    else:
        print(result)
    return result


def examine(number, answer):
    """The `Result` of checking an answer, shown to nobody."""
    task = exercise.find(number)
    if not callable(answer):
        called = f"{task.function}(...)"
        advice = f'Give check the function itself, without brackets: check("{task.number}", {task.function})'
        return Result(
            task.number,
            "wrong",
            "not a function",
            [("got", f"{exercise.show(answer)}, not a function"), ("try", advice), ("called", called)][:2],
        )
    if exercise.is_stub(answer):
        return Result(
            task.number,
            "not attempted",
            "",
            [("", f'Write {task.function}, then run this cell again. Stuck? Run hint("{task.number}")')],
        )
    fits, signature = exercise.takes(answer, len(task.parameters))
    if not fits:
        return Result(
            task.number,
            "wrong",
            "signature",
            [
                ("got", f"a function of {signature}"),
                ("expected", f"{task.function}({', '.join(task.parameters)})"),
                ("try", "Keep the first line of the function as the exercise gives it."),
            ],
        )
    try:
        verified = task.verify(answer)
    except exercise.Wrong as wrong:
        labelled = [
            ("called", wrong.called),
            ("printed", _first_lines(guard.printed)),
            ("got", wrong.got),
            ("expected", wrong.expected),
            ("try", wrong.advice),
        ]
        return Result(
            task.number, "wrong", wrong.diagnosis, [(k, v) for k, v in labelled if v], _picture(wrong.picture)
        )
    return Result(task.number, "right", "", [("verified", verified), ("why", task.why), ("in practice", task.practice)])


def hint(number):
    """Show the next hint of an exercise; after the last one, start again at the first.

    Raises
    ------
    ValueError
        There is no exercise with this number.
    """
    task = exercise.find(number)
    given = _hints_given.get(task.number, 0) % len(task.hints)
    _hints_given[task.number] = given + 1
    print(f"Hint {given + 1} of {len(task.hints)} for exercise {task.number}: {task.hints[given]}")


def _first_lines(text, most=8):
    lines = text.rstrip().splitlines()
    return "\n".join([*lines[:most], "…"] if len(lines) > most else lines)


def _label(text):
    return f'<span style="min-width:6em;opacity:.75">{escape(text)}</span>' if text else ""


def _picture(arrays):
    if arrays is None or any(a.ndim > 2 for a in arrays):
        return None
    before, expected, got = arrays
    differs = ~((got == expected) | ((got != got) & (expected != expected)))
    alt = f"Before, expected and actual values; {int(differs.sum())} of {differs.size} entries differ and are framed."
    return draw(
        Panel(before, "before"), "", Panel(expected, "expected"), "", Panel(got, "yours", changed=differs), alt=alt
    )
