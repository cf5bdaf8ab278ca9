"""Draw small arrays as SVG: one colour language for the whole course, readable on light and dark pages.

A picture is a row of panels with arrows between them. Colours are never alone: each panel names what it is, and a changed entry is bold with a thick frame.
"""

from dataclasses import dataclass
from html import escape

import numpy as np

# Tints of Okabe and Ito's colour-blind safe palette: (fill, frame)
COLOURS = {
    "variable": ("#d6eaf8", "#0072b2"),  # the variable's buffer
    "copy": ("#fdebc8", "#b36b00"),  # a NumPy copy
    "tensor": ("#f4dfec", "#a6407c"),
    "gradient": ("#d3f0e5", "#00775a"),
}
CHANGED = ("#ffd9c7", "#c04000")
INK, QUIET, PAPER = "#1b1f24", "#57606a", "#ffffff"
CELL_W, CELL_H, GAP, MARGIN, TOP = 40, 30, 72, 12, 44
MOST_ROWS, MOST_COLUMNS = 8, 8


@dataclass(frozen=True)
class Panel:
    """An array to draw: `values` of any shape (shown as a matrix), a title, a kind from COLOURS, and a mask of changed entries."""

    values: object
    title: str
    kind: str = "variable"
    changed: object = None

    def grid(self):
        """Text and changed-flag of each cell, at most MOST_ROWS by MOST_COLUMNS."""
        values = np.asarray(self.values)
        changed = np.zeros(values.shape, bool) if self.changed is None else np.broadcast_to(self.changed, values.shape)
        rows = values.reshape(-1, values.shape[-1]) if values.ndim > 1 else values.reshape(1, -1)
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
    """An SVG that Jupyter displays. `svg` is its text, `alt` its description."""

    def __init__(self, svg, alt):
        self.svg, self.alt = svg, alt

    def _repr_svg_(self):
        return self.svg

    def __repr__(self):
        return self.alt


def number(x):
    """`x` as short text: 0.5, -1, nan."""
    text = f"{np.asarray(x).item():.4g}" if np.asarray(x).dtype.kind in "fiuc" else str(x)
    return text.replace("-", "\u2212")


def draw(*parts, alt):
    """Draw panels in a row. `parts` are `Panel`s, and strings: the label of the arrow to the next panel. `alt` says in words what is seen."""
    x, height, drawn = MARGIN, 0, []
    for part in parts:
        if isinstance(part, Panel):
            grid = part.grid()
            width = max(CELL_W * max((len(row) for row in grid), default=1), 7 * len(part.title))
            drawn.append(_panel(part, grid, x))
            height = max(height, TOP + CELL_H * len(grid))
            x += width
        else:
            gap = max(GAP, 7 * len(part) + 24)
            drawn.append((x, gap, part))
            x += gap
    middle = (TOP + height) / 2
    body = "".join(piece if isinstance(piece, str) else _arrow(*piece, middle) for piece in drawn)
    width, height = x + MARGIN, height + MARGIN
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" role="img" '
        f'style="max-width:100%;height:auto" font-family="system-ui, sans-serif" font-size="13">'
        f"<title>{escape(alt)}</title>"
        f'<rect width="100%" height="100%" rx="8" fill="{PAPER}"/>{body}</svg>\n'
    )
    return Picture(svg, alt)


def _panel(panel, grid, x):
    fill, frame = COLOURS[panel.kind]
    pieces = [f'<text x="{x}" y="24" fill="{frame}" font-weight="600">{escape(panel.title)}</text>']
    for r, row in enumerate(grid):
        for c, (text, changed) in enumerate(row):
            cell_fill, cell_frame = CHANGED if changed else (fill, frame)
            left, top = x + c * CELL_W, TOP - 8 + r * CELL_H
            pieces.append(
                f'<rect x="{left + 1.5}" y="{top + 1.5}" width="{CELL_W - 3}" height="{CELL_H - 3}" rx="3" fill="{cell_fill}" stroke="{cell_frame}" '
                f'stroke-width="{2.5 if changed else 1}"/>'
                f'<text x="{left + CELL_W / 2}" y="{top + 20}" text-anchor="middle" fill="{INK}" font-weight="{700 if changed else 400}">{escape(text)}</text>'
            )
    return "".join(pieces)


def _arrow(x, gap, label, y):
    left, right = x + 12, x + gap - 12
    return (
        f'<text x="{x + gap / 2}" y="{y - 8}" text-anchor="middle" fill="{QUIET}">{escape(label)}</text>'
        f'<path d="M{left} {y}H{right}m-7 -5l7 5l-7 5" fill="none" stroke="{QUIET}" stroke-width="1.5"/>'
    )
