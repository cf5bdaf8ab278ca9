"""`check` an answer and give a `hint`: what a learner calls in a lesson."""

from dataclasses import dataclass, replace
from html import escape

from IPython.core.getipython import get_ipython
from IPython.display import display

from assignlab import guard
from assignlab.exercises import Wrong, find, lesson_done, show, takes
from assignlab.learner_progress import record
from assignlab.look import STATES
from assignlab.picture import comparison, smile, target

CODE = ("called", "printed", "got", "expected", "lost in")  # the lines that are shown as code
MOST_PRINTED = 8  # lines
LONGEST = 120  # characters of a line of code that is not broken
MONOSPACE = "font-family:var(--jp-code-font-family,var(--pst-font-family-monospace,monospace));font-size:.9em"

_hints_given = {}


@dataclass(frozen=True)
class Result:
    """The outcome of a check. True when the answer is right.

    status: "right", "wrong" or "not attempted". diagnosis: the name of the mistake. lines: what a person reads, as
    (label, text) pairs. picture: a `Picture` or None.
    """

    number: str
    status: str
    diagnosis: str = ""
    lines: tuple = ()
    picture: object = None

    def __bool__(self):
        return self.status == "right"

    def heading(self):
        """The exercise and what was found: the name of the mistake, if there is one."""
        return f"{STATES[self.status][0]} Exercise {self.number}: {self.diagnosis or self.status}"

    def __str__(self):
        return "\n".join([self.heading(), *(_as_text(label, text) for label, text in self.lines)])

    __repr__ = __str__

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": str(self), "text/html": self.html()}

    def html(self):
        """The same content as `str(self)`, laid out, with the picture."""
        rows = "".join(_as_html(label, text) for label, text in self.lines if label != TARGET)
        picture = f'<div style="margin-top:.5em">{self.picture.svg}</div>' if self.picture else ""
        return (
            f'<div class="assignlab" style="border-left:4px solid {STATES[self.status][1]};'
            f'padding:.25em 0 .25em 1em;line-height:1.5"><strong>{escape(self.heading())}</strong>'
            f"{rows}{picture}</div>"
        )

    def _ipython_display_(self):
        pass  # check() has shown it already, also inside `assert check(...)`


TARGET = "target"  # the line that says in words what the picture of an unsolved exercise shows


def _as_text(label, text):
    if label in CODE and "\n" in text:  # below its label, so that it can be copied as it stands
        return "\n".join([f"  {label}", *(f"    {line}" for line in text.splitlines())])
    indent = 15 if label else 2
    return f"  {label}".ljust(indent) + text.replace("\n", "\n" + " " * indent)


def _as_html(label, text):
    wide = max(map(len, text.splitlines()), default=0) > LONGEST
    space = "pre-line" if label not in CODE else "pre-wrap;overflow-wrap:anywhere" if wide else "pre;overflow-x:auto"
    look = f"white-space:{space};{MONOSPACE if label in CODE else ''}"
    named = f'<span style="flex:0 0 6.5em;opacity:.75">{label}</span>' if label else ""
    shown = f'<span style="flex:1;min-width:0;{look}">{escape(text)}</span>'
    return f'<div style="display:flex">{named}{shown}</div>'


def check(number, answer):
    """Check the answer to an exercise and show what was found. The `Result` is true when the answer is right.

    Parameters
    ----------
    number : str
        The exercise, for example "2.3".
    answer : callable
        The function itself, without brackets: check("2.3", clean).

    Returns
    -------
    Result
        True when the answer is right. Shown already: as the last line of a cell it does not appear twice.

    Raises
    ------
    ValueError
        There is no exercise with this number.
    """
    result = examine(number, answer)
    if result:
        result = _noted(result)
    if get_ipython():
        display(result._repr_mimebundle_(), raw=True)
    else:
        print(result)
    return result


def _noted(result):
    """The result of a right answer with the learner's progress, and with a smile for a lesson that is now complete."""
    progress = record(result.number)
    if progress is None:
        return result
    lines = (*result.lines, ("progress", progress.summary()))
    if not progress.lesson_just_done:
        return replace(result, lines=lines)
    return replace(result, lines=(*lines, ("", lesson_done(result.number))), picture=smile())


def examine(number, answer):
    """The `Result` of checking an answer, shown to nobody. Whatever the answer does, there is one."""
    task = find(number)
    if guard.call(task.is_untouched, answer).value is True:
        return _not_attempted(task)
    outcome = guard.call_neutral(_examined, task, answer)
    result = outcome.value if outcome.error is None else _unexpected(task, outcome)
    lines = list(result.lines)
    if not result and outcome.printed and "printed" not in dict(lines):
        lines.insert(1, ("printed", _plain(_first_lines(outcome.printed))))
    if outcome.left:
        what = ", ".join(outcome.left)
        remedy = f"Your function changed {what}, and this cannot be put back. Restart the kernel before you go on."
        lines.append(("still changed", remedy))
    return replace(result, lines=tuple(lines))


def _not_attempted(task):
    lines, example = [("", f'{task.invitation} Stuck? Run hint("{task.number}")')], task.example()
    picture = target(task.function, task.variable_name, *example) if example else None
    if picture:
        lines.append((TARGET, picture.alt))
    lines += zip(("called", "expected"), task.sample() or (), strict=False)
    return Result(task.number, "not attempted", lines=tuple(lines), picture=picture)


def _examined(task, answer):
    if not callable(answer):
        advice = f'Give check the function itself, without brackets: check("{task.number}", {task.function})'
        return _wrong(task, "not a function", got=f"{show(answer)}, not a function", advice=advice)
    fits, signature = takes(answer, len(task.parameters))
    if not fits:
        return _wrong(
            task,
            "signature",
            got=f"a function of {signature}",
            expected=f"{task.function}({', '.join(task.parameters)})",
            advice="Keep the first line of the function as the exercise gives it.",
        )
    try:
        verified = task.verify(answer)
    except Wrong as wrong:
        picture = comparison(*wrong.picture) if wrong.picture else None
        return _wrong(task, picture=picture, **{name: getattr(wrong, name) for name in WRONG})
    return Result(
        task.number,
        "right",
        lines=(("verified", verified), ("why", task.why), ("in practice", task.practice)),
    )


WRONG = ("diagnosis", "called", "printed", "got", "expected", "lost", "advice")


def _wrong(task, diagnosis, called="", printed="", got="", expected="", lost="", advice="", picture=None):
    named = dict(called=called, printed=_first_lines(printed), got=got, expected=expected)
    named |= {"lost in": lost, "try": advice}
    lines = [(label, _plain(text)) for label, text in named.items() if text]
    return Result(task.number, "wrong", diagnosis, tuple(lines), picture)


def _unexpected(task, outcome):
    """The result where looking at what the answer did or returned has itself failed."""
    kind = type(outcome.error)  # not isinstance: an error may lie about its class
    if issubclass(kind, guard.TimeLimit):
        advice = "Your function, or what it returned, takes too long. NumPy edits a whole array in one expression."
        return _wrong(task, "too slow", got=f"the whole check was {outcome.error}", advice=advice)
    if issubclass(kind, KeyboardInterrupt):
        return _wrong(task, "interrupted", advice="It was interrupted. Run the cell again when you are ready.")
    return _wrong(
        task,
        "could not be checked",
        printed=outcome.printed,
        got=outcome.error_text(),
        expected="a function that can be called and then looked at",
        advice="The error came when the check looked at what your function did. Leave out what the exercise does not "
        "need. If you see nothing of that kind, restart the kernel and run the cell again.",
    )


def hint(number):
    """Print the next hint of an exercise; after the last one, start again at the first.

    Parameters
    ----------
    number : str
        The exercise, for example "2.3".

    Raises
    ------
    ValueError
        There is no exercise with this number.
    """
    task = find(number)
    given = _hints_given.get(task.number, 0)
    _hints_given[task.number] = given + 1
    which = given % len(task.hints)
    again = " (These are all the hints: they begin again.)" if given and which == 0 else ""
    print(f"Hint {which + 1} of {len(task.hints)} for exercise {task.number}: {task.hints[which]}{again}")


def _first_lines(text):
    lines = text.rstrip().splitlines()
    return "\n".join([*lines[:MOST_PRINTED], "…"] if len(lines) > MOST_PRINTED else lines)


def _plain(text):
    """The text as a notebook can hold it: no subclass of `str`, which a __repr__ may return, and no half characters."""
    return "".join((text,)).encode("utf8", "replace").decode("utf8")
