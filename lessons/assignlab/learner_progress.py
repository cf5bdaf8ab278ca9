"""What a learner has solved, kept in a small file in the learner's own folder.

The file is readable JSON, written whole or not at all (a crash leaves the old one), and never committed
(`.gitignore`). A damaged file is set aside, not overwritten.
"""

import json
import os
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from pathlib import Path

from assignlab.look import FONT, PAPER, STATES

NAME = ".assignlab-progress.json"
SWITCH = "ASSIGNLAB_PROGRESS"  # "off": nothing is recorded (the test run and the book)
(TICK, DONE), (_, OPEN) = STATES["right"], STATES["not attempted"]


@dataclass(frozen=True)
class Progress:
    """Which exercises are solved, of all that there are. Displays as text, and in a notebook as a picture.

    current: the exercise that was checked last, where that is known; new: whether it is solved for the first time.
    """

    numbers: tuple
    solved: tuple
    note: str = ""
    current: str | None = None
    new: bool = False

    @property
    def next(self):
        """The next unsolved exercise, first of the current lesson, then of those after it; None if all are done."""
        here = self.numbers.index(self.current) + 1 if self.current in self.numbers else 0
        ahead = [number for number in self.numbers[here:] + self.numbers[:here] if number not in self.solved]
        return min(ahead, key=lambda number: _lesson(number) != _lesson(self.current), default=None)

    @property
    def lesson_just_done(self):
        """Whether the current exercise was the last of its lesson."""
        return self.new and all(done for _, done in self.lessons().get(_lesson(self.current), ()))

    def lessons(self):
        """{lesson number: [(exercise number, solved)]}"""
        grouped = {}
        for number in self.numbers:
            grouped.setdefault(_lesson(number), []).append((number, number in self.solved))
        return grouped

    def summary(self):
        """One sentence: how far, and what is next."""
        ahead = f"Next: exercise {self.next}." if self.next else "All done. Well worked."
        return f"{len(self.solved)} of {len(self.numbers)} exercises solved. {ahead}"

    def __str__(self):
        rows = [
            f"lesson {lesson}  " + "  ".join(f"[{'x' if done else ' '}] {number}" for number, done in row)
            for lesson, row in self.lessons().items()
        ]
        return "\n".join([*rows, self.summary(), *([self.note] if self.note else [])])

    __repr__ = __str__

    def _repr_html_(self):
        note = f"<p>{escape(self.note)}</p>" if self.note else ""
        return f"<div>{self.svg()}<p>{escape(self.summary())}</p>{note}</div>"

    def svg(self):
        """A row of numbered fields for each lesson: filled with a tick when solved, an empty frame when open."""
        lessons, fields = self.lessons(), []
        for r, (lesson, row) in enumerate(lessons.items()):
            y = 8 + 40 * r
            fields.append(f'<text x="0" y="{y + 20}" fill="currentColor">Lesson {lesson}</text>')
            for c, (number, done) in enumerate(row):
                x = 80 + 70 * c
                look = f'fill="{DONE}"' if done else f'fill="none" stroke="{OPEN}" stroke-dasharray="4 3"'
                text = f'fill="{PAPER}" font-weight="700"' if done else 'fill="currentColor"'
                shown = f"{TICK} {number}" if done else number
                fields.append(f'<rect x="{x}" y="{y}" width="60" height="30" rx="4" {look}/>')
                fields.append(f'<text x="{x + 30}" y="{y + 20}" text-anchor="middle" {text}>{shown}</text>')
        width, height = 90 + 70 * max(map(len, lessons.values())), 10 + 40 * len(lessons)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" style="max-width:100%;height:auto" {FONT}>'
            f"<title>{escape(self.summary())}</title>{''.join(fields)}</svg>"
        )


def _lesson(number):
    return number.split(".")[0] if number else None


def progress(folder="."):
    """Which exercises are solved, as right answers to `check` have noted in a folder.

    Parameters
    ----------
    folder : str or Path
        Default: the notebook's own. One that does not exist holds no solved exercise.

    Returns
    -------
    Progress
        Prints as a table, shows itself as a picture in a notebook. `numbers` and `solved` are tuples of strings, `next`
        is the number of the next unsolved exercise, or None.
    """
    from assignlab.exercises import exercises

    solved, note = _read(Path(folder) / NAME)
    numbers = tuple(exercises())
    return Progress(numbers, tuple(number for number in numbers if number in solved), note)


def record(number, folder="."):
    """Note that an exercise is solved. Returns the new `Progress`, or None where nothing is recorded."""
    if os.environ.get(SWITCH) == "off":
        return None
    try:
        folder = Path(folder).resolve()
        if folder.name == "solutions":  # the worked answers are not the learner's
            return None
        solved, _ = _read(folder / NAME)
        new = number not in solved
        solved.setdefault(number, datetime.now().isoformat(timespec="seconds"))
        _write(folder / NAME, solved)
    except OSError:
        return None  # a folder that is gone or cannot be written must not spoil a right answer
    return replace(progress(folder), current=number, new=new)


def reset(folder="."):
    """Start anew. The old file is kept, with `.old` at its end. Returns its path, or None if there was none."""
    path = Path(folder) / NAME
    if not path.exists():
        return None
    return path.replace(path.with_name(path.name + ".old"))


def _read(path):
    """({exercise number: when solved}, a note for the learner)."""
    try:
        solved = json.loads(path.read_text(encoding="utf8"))["solved"]
        return {str(number): str(when) for number, when in solved.items()}, ""
    except FileNotFoundError:
        return {}, ""
    except (ValueError, KeyError, TypeError, AttributeError):
        aside = path.with_name(path.name + ".damaged")
        path.replace(aside)
        aside_note = f"The progress file could not be read and was set aside as {aside.name}."
        return {}, f"{aside_note} Run the cells of solved exercises again to count them."


def _write(path, solved):
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf8") as file:
            json.dump({"solved": dict(sorted(solved.items()))}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
