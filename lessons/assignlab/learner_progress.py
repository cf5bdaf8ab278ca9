"""What a learner has solved, kept in a small file in the learner's own folder.

The file is readable JSON, written whole or not at all (a crash leaves the old one), and never committed (`.gitignore`). A damaged file is set aside, not
overwritten.
"""

import json
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

NAME = ".assignlab-progress.json"
SWITCH = "ASSIGNLAB_PROGRESS"  # "off": nothing is recorded (the test run and the book)
DONE, OPEN, INK = "#00775a", "#8c959f", "#ffffff"


@dataclass(frozen=True)
class Progress:
    """Which exercises are solved, of all that there are. Displays as text, and in a notebook as a picture."""

    numbers: tuple
    solved: tuple
    note: str = ""

    @property
    def next(self):
        """The first unsolved exercise, or None."""
        return next((number for number in self.numbers if number not in self.solved), None)

    def lessons(self):
        """{lesson number: [(exercise number, solved)]}"""
        grouped = {}
        for number in self.numbers:
            grouped.setdefault(number.split(".")[0], []).append((number, number in self.solved))
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
                text = f'fill="{INK}" font-weight="700"' if done else 'fill="currentColor"'
                fields.append(f'<rect x="{x}" y="{y}" width="60" height="30" rx="4" {look}/>')
                fields.append(
                    f'<text x="{x + 30}" y="{y + 20}" text-anchor="middle" {text}>{"✓ " if done else ""}{number}</text>'
                )
        width, height = 90 + 70 * max(map(len, lessons.values())), 10 + 40 * len(lessons)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            'style="max-width:100%;height:auto" font-family="system-ui, sans-serif" font-size="13">'
            f"<title>{escape(self.summary())}</title>{''.join(fields)}</svg>"
        )


def progress(folder="."):
    """The learner's `Progress` in `folder` (default: the notebook's own)."""
    from assignlab.exercise import exercises

    solved, note = _read(Path(folder) / NAME)
    numbers = tuple(exercises())
    return Progress(numbers, tuple(number for number in numbers if number in solved), note)


def record(number, folder="."):
    """Note that an exercise is solved. Returns the new `Progress`, or None where nothing is recorded."""
    folder = Path(folder).resolve()
    if os.environ.get(SWITCH) == "off" or folder.name == "solutions":  # the worked answers are not the learner's
        return None
    solved, _ = _read(folder / NAME)
    solved.setdefault(number, datetime.now().isoformat(timespec="seconds"))
    try:
        _write(folder / NAME, solved)
    except OSError:
        return None  # a folder that cannot be written must not spoil a right answer
    return progress(folder)


def reset(folder="."):
    """Start anew. The old file is kept beside the new one, with `.old` at its end. Returns the path of the old file, or None if there was none."""
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
        return (
            {},
            f"The progress file could not be read and was set aside as {aside.name}. Run the cells of solved exercises again to count them.",
        )


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
