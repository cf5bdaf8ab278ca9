"""Draw small arrays as SVG: one colour language for the whole course, readable on light and dark pages.

A picture is a row of panels with arrows between them. Colours are never alone: each panel names what it is, and a
changed entry is bold with a thick frame.
"""

import math
from dataclasses import dataclass
from html import escape

import numpy as np

from assignlab.look import CHANGED, COLOURS, FONT, INK, PAPER, QUIET

CELL_W, CELL_H, GAP, MARGIN, TOP = 40, 30, 72, 12, 44
LETTER, BOLD = 8, 9  # the width of a letter, about, in the widest of the common fonts
SHORT, BETWEEN = 48, 28  # the width of an arrow that has no label, and of the space between two panels without one
MOST_ROWS, MOST_COLUMNS = 8, 8


@dataclass(frozen=True)
class Panel:
    """An array to draw.

    values : array_like
        Of any shape and dtype, shown as a matrix, the beginning of a large one.
    title : str
        After a line break, a smaller second line.
    kind : str
        What it is, and so its colour: "variable", "copy", "tensor" or "gradient".
    changed : array_like of bool, optional
        Which entries are bold and framed; broadcast to the shape of the values.
    """

    values: object
    title: str
    kind: str = "variable"
    changed: object = None

    def grid(self):
        """Text and changed-flag of each cell, at most MOST_ROWS by MOST_COLUMNS."""
        values = np.asarray(self.values)
        changed = np.zeros(values.shape, bool) if self.changed is None else np.broadcast_to(self.changed, values.shape)
        rows = values.reshape(math.prod(values.shape[:-1]), values.shape[-1] if values.ndim else 1)
        flags = changed.reshape(rows.shape)
        shown = [
            [(number(x), bool(f)) for x, f in zip(row[:MOST_COLUMNS], flag, strict=False)]
            for row, flag in zip(rows[:MOST_ROWS], flags, strict=False)
        ]
        if rows.shape[1] > MOST_COLUMNS:
            shown = [[*row[:-1], ("…", False)] for row in shown]
        if rows.shape[0] > MOST_ROWS:
            shown[-1] = [("…", False)] * len(shown[-1])
        return shown


class Picture:
    """An SVG that Jupyter displays. `svg` is its text, `alt` its description, `parts` what was drawn."""

    def __init__(self, svg, alt, parts=()):
        self.svg, self.alt, self.parts = svg, alt, parts

    def within(self, width):
        """The same parts, in as many rows as a width in pixels needs."""
        return draw(*self.parts, alt=self.alt, width=width)

    def _repr_svg_(self):
        return self.svg

    def __repr__(self):
        return self.alt


def number(x):
    """`x` as short text: 0.5, -1, nan."""
    text = f"{np.asarray(x).item():.4g}" if np.asarray(x).dtype.kind in "fiuc" else str(x)
    return text.replace("-", "\u2212")


def draw(*parts, alt, width=None):
    """Draw panels and the arrows between them.

    Parameters
    ----------
    parts : Panel or str
        In the order in which they are read; a string is the label of an arrow to the next panel.
    alt : str
        What is seen, in words.
    width : int, optional
        In pixels: a panel that would end beyond it starts a new row, with its arrow. Default: one row.

    Returns
    -------
    Picture
        Shows itself in a notebook. `svg` is its text, to be written to a file.

    Raises
    ------
    TypeError
        A part is neither a Panel nor a string.
    ValueError
        There is no Panel, the kind of one is not known, or its `changed` does not broadcast to its values.
    """
    _look_over(parts)
    rows, pieces, right, y = _rows(parts, width), [], 0, 0
    for row in rows:
        grids = [part.grid() if isinstance(part, Panel) else () for part in row]
        height, x = TOP + CELL_H * max(map(len, grids)), MARGIN
        for part, grid in zip(row, grids, strict=True):
            if isinstance(part, Panel):
                pieces.append(_panel(part, grid, x, y))
            elif part is not None:
                pieces.append(_arrow(x, _width(part), part, y + (TOP + height) / 2))
            x += _width(part)
        right, y = max(right, x), y + height
    svg = _svg(right + MARGIN, y + MARGIN, alt, f'<rect {CARD} fill="{PAPER}"/>{"".join(pieces)}')
    return Picture(svg, alt, parts)


def _look_over(parts):
    """Raise what `draw` promises to raise."""
    for part in parts:
        if not isinstance(part, Panel | str):
            raise TypeError(f"draw takes panels and strings, not {type(part).__name__}. Write: Panel(values, title)")
        if isinstance(part, Panel) and part.kind not in COLOURS:
            raise ValueError(f"There is no kind {part.kind!r} of panel. The kinds are {', '.join(COLOURS)}.")
    if not any(isinstance(part, Panel) for part in parts):
        raise ValueError("There is no panel to draw. Write: draw(Panel(values, title), alt=...)")


CARD = 'width="100%" height="100%" rx="8"'


def _svg(width, height, alt, body):
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" style="max-width:100%;height:auto" {FONT}>'
        f"<title>{escape(alt)}</title>{body}</svg>\n"
    )


def _rows(parts, width):
    """The parts, row by row; None is the space between two panels that have no arrow."""
    rows, row, leading = [], [], []
    for part in parts:
        if isinstance(part, str):
            leading = [*leading, part]
            continue
        if row and not leading:
            leading = [None]
        if row and width and MARGIN + sum(map(_width, [*row, *leading, part])) + MARGIN > width:
            rows.append(row)
            row, leading = [], [one for one in leading if one is not None]
        row, leading = [*row, *leading, part], []
    return [*rows, [*row, *leading]]


def _width(part):
    if part is None:
        return BETWEEN
    if isinstance(part, str):
        return max(GAP, LETTER * len(part) + 24) if part else SHORT
    return max(CELL_W * max(map(len, part.grid()), default=1), BOLD * max(map(len, part.title.split("\n"))))


def _panel(panel, grid, x, y):
    fill, frame = COLOURS[panel.kind]
    pieces = _title(panel.title, frame, x, y)
    for r, row in enumerate(grid):
        for c, (text, changed) in enumerate(row):
            cell_fill, cell_frame = CHANGED if changed else (fill, frame)
            left, top = x + c * CELL_W, y + TOP - 8 + r * CELL_H
            pieces.append(
                f'<rect x="{left + 1.5}" y="{top + 1.5}" width="{CELL_W - 3}" height="{CELL_H - 3}" rx="3" '
                f'fill="{cell_fill}" stroke="{cell_frame}" stroke-width="{2.5 if changed else 1}"/>'
                f'<text x="{left + CELL_W / 2}" y="{top + 20}" text-anchor="middle" fill="{INK}" '
                f'font-weight="{700 if changed else 400}"{_smaller(text)}>{escape(text)}</text>'
            )
    return "".join(pieces)


def _title(text, colour, x, y):
    """The title above a panel; after a line break, what is worth a smaller second line."""
    first, _, second = text.partition("\n")
    pieces = [
        f'<text x="{x}" y="{y + (12 if second else 24)}" fill="{colour}" font-weight="600">{escape(first)}</text>'
    ]
    if second:
        pieces.append(f'<text x="{x}" y="{y + 26}" fill="{QUIET}" font-size="11">{escape(second)}</text>')
    return pieces


def _smaller(text):
    """The attribute that fits a long number into its cell."""
    return "" if len(text) <= 4 else f' font-size="{13 * 4.5 / len(text):.1f}"'


def _arrow(x, gap, label, y):
    left, right = x + 12, x + gap - 12
    return (
        f'<text x="{x + gap / 2}" y="{y - 8}" text-anchor="middle" fill="{QUIET}">{escape(label)}</text>'
        f'<path d="M{left} {y}H{right}m-7 -5l7 5l-7 5" fill="none" stroke="{QUIET}" stroke-width="1.5"/>'
    )


# What a check draws -------------------------------------------------------------------------------------------------

WIDTH = 700  # of a picture below a cell, in pixels


def comparison(before, expected, got):
    """The three arrays side by side, the entries of `got` that differ framed."""
    fits = np.shape(got) == np.shape(expected)
    differs = ~((got == expected) | ((got != got) & (expected != expected))) if fits else np.ones(np.shape(got), bool)
    found = f"{int(differs.sum())} of {differs.size} entries differ and are framed" if fits else "the shapes differ"
    return draw(
        Panel(before, _named("before", before)),
        "",
        Panel(expected, _named("expected", expected)),
        Panel(got, _named("yours", got), changed=differs),
        alt=f"Before, expected and actual values; {found}.",
        width=WIDTH,
    )


def target(function, name, before, arguments, after):
    """What an exercise asks for: the variable before, the arguments, the variable after, changed entries framed.

    Parameters
    ----------
    function, name : str
        The exercise's function, and its first parameter: the variable.
    before, after : array_like
        The values of the variable, of one shape.
    arguments : dict
        {parameter: value} of the others: an array gets a panel of its own, anything else stands on the arrow.
    """
    before, after = np.asarray(before), np.asarray(after)
    arrays = {key: value for key, value in arguments.items() if np.ndim(value) and isinstance(value, np.ndarray)}
    others = ", ".join(f"{key} = {value}" for key, value in arguments.items() if key not in arrays)
    changed = (before != after) & ~(np.isnan(before) & np.isnan(after))
    given = " and ".join(f"{key} = {words(value)}" for key, value in arguments.items())
    alt = f"{name} = {words(before)}{f' with {given}' if given else ''} must become {words(after)}"
    return draw(
        Panel(before, _named(f"{name} before", before)),
        *(Panel(value, _named(key, value), "copy") for key, value in arrays.items()),
        others or function,
        Panel(after, _named(f"{name} after", after), changed=changed),
        alt=alt,
        width=WIDTH,
    )


def _named(title, values):
    """The title of a panel; that of an array with more than two axes says that it is seen as a matrix."""
    shape = np.shape(values)
    return title if len(shape) < 3 else f"{title}\n{shape} as a matrix"


def words(value):
    """An array on one line, as nested lists where that is short; anything else as Python writes it."""
    if not isinstance(value, np.ndarray):
        return str(value)
    if value.size > MOST_WORDS:
        return f"an array of shape {value.shape}"
    short = {"float": lambda x: f"{x:.4g}"}
    text = np.array2string(value, separator=", ", formatter=short, max_line_width=10**6)
    return " ".join(text.split())


MOST_WORDS = 16  # entries
SMILE = ("       ", "  # #  ", "  # #  ", "       ", " #   # ", "  ###  ", "       ")


def smile():
    """A small matrix whose changed entries smile: for the end of a lesson."""
    (fill, frame), size = COLOURS["variable"], 18
    cells = "".join(
        f'<rect x="{8 + size * c}" y="{8 + size * r}" width="{size - 3}" height="{size - 3}" rx="3" '
        + (f'fill="{CHANGED[1]}"/>' if entry == "#" else f'fill="{fill}" stroke="{frame}" stroke-opacity=".35"/>')
        for r, row in enumerate(SMILE)
        for c, entry in enumerate(row)
    )
    side = 13 + size * len(SMILE)
    alt = "A matrix of seven by seven entries: those that changed form a smile."
    return Picture(_svg(side, side, alt, f'<rect {CARD} fill="{PAPER}"/>{cells}'), alt)
