"""Claims of CONTRIBUTING.md."""

import re
from pathlib import Path

import new_lesson
from answers import answers
from assignlab.exercises import exercises
from course import ROOT

# free: To report a problem, open an issue with the cell, what you expected, and what this prints:
# free: To change something, run the tests before and after.
# free: What is red names a file and says what to do there.
# free: A change with one subject, and one reason for it, is read soonest.
# free: A claim stands in the file of its page, under the id of the cell that it follows.
# free: It quotes a sentence of the page and proves it, with the names of the notebook; the odd cases that the page
#       does not show are tried there.
# free: What a page still lacks, ready to paste:
# free: The word TODO marks each place where something of your own belongs, and the tests list these places.
# free: A new cell gets words as its id: open the file as text and write them there.
# free: Time it with a person.
# free: Once released, a cell keeps its id: by it an update finds a learner's answer.

# %% add-a-lesson
# > `make lesson NAME=05_slices` makes the files of steps 2 to 6 from a template that runs.
# (That it runs: tests/test_new_lesson.py.)
#
# > **The lesson**, `lessons/05_slices.ipynb`: one idea, at most 40 cells, two exercises or more where they belong
# > in the flow.
#
# > **The checks**, `lessons/assignlab/checks/05_slices.py`: per exercise its cases, a family of arrays,
# > the typical mistakes with the advice that their author needs, and three hints, from a nudge to the shape
# > of the answer.
#
# > **The solutions**, `solutions/05_slices.ipynb`: the same stubs, answered; why it works; other ways.
#
# > **The proofs**: `tests/answers/05_slices.py`, with six wrong and three right answers per exercise at least;
# > `tests/claims/05_slices.py` and `tests/claims/solutions/05_slices.py`, with what the pages show and say.
#
# > **The figures**: a function for each in `book/workshop/draw_figures.py`, then `make figures`.
#
# > **The links**: the end of the lesson before, a row in `book/index.md`, the recipes that the lesson explains, a line
# > in `CHANGELOG.md`; the ids of new cells in `tests/cell_ids.json`.
#
# > Then `make format` and `make test`.
steps = Path("CONTRIBUTING.md").read_text(encoding="utf8").partition("## Add a lesson")[2]
named = set(re.findall(r"`([\w/]+\.\w+)`", steps))
made = {path.relative_to(ROOT).as_posix() for path in new_lesson.changes("05_slices")}
assert {pattern.format("05_slices") for pattern in new_lesson.FILES} <= named & made
assert all(Path(file).exists() for file in named - made), named - made
assert all(len(exercise.hints) == 3 for exercise in exercises().values())
kept = [(answer.number, bool(answer.diagnosis)) for answer in answers()]
assert all(kept.count((n, True)) >= 6 and kept.count((n, False)) >= 3 for n in exercises())
assert "len(notebook.cells) > 40" in Path("tests/test_pages.py").read_text(encoding="utf8")
