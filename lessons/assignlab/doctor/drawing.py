"""The path from a variable to the loss as a row of boxes, in text and as SVG, with the cut marked."""

from dataclasses import dataclass, replace
from html import escape

from assignlab.look import CHANGED, COLOURS, INK, PAPER, QUIET
from assignlab.picture import CARD, _svg

LETTER, HIGH, BETWEEN, MARGIN = 8, 30, 34, 12
MOST = 4  # operations that are shown; those left out are in the middle


@dataclass(frozen=True)
class Box:
    """`kind` is a key of COLOURS; `cut` marks the box at which the gradient ends."""

    label: str
    kind: str = "tensor"
    cut: bool = False


def row(name, finding):
    """The boxes of a `Finding`, from the variable to the loss; without a path, these two alone."""
    short = "/".join(name.split("/")[-2:])  # of a Keras model: layer and weight
    boxes = [
        Box(_label(link.step), "tensor", link.step is finding.cut) for link in finding.links if _shown(link, finding)
    ]
    if isinstance(finding.cut, str):  # it leaves TensorFlow
        boxes.append(Box(finding.cut, "copy", True))
    lost = finding.verdict in ("none", "nan") and not any(box.cut for box in boxes)  # where the last box stands
    if lost and boxes:
        boxes[-1] = replace(boxes[-1], cut=True)
    cut = next((i for i, box in enumerate(boxes) if box.cut), len(boxes) - 1)
    kept = [0, *range(max(1, cut - MOST + 3), min(cut + 2, len(boxes)))] if boxes else []
    shown = []
    for before, k in zip([-1, *kept], kept, strict=False):
        shown += ([Box("…")] if k > before + 1 else []) + [boxes[k]]
    shown += [Box("…")] if kept and kept[-1] < len(boxes) - 1 else []
    return Box(short, "variable", lost and not boxes), *shown, Box("loss", "tensor")


def _label(step):
    return "tf.function" if step.is_function() else "py_function" if step.op == "EagerPyFunc" else step.op


def _shown(link, finding):
    """A read is a step for TensorFlow, and the variable itself for a reader."""
    return link.step.op != "ReadVariableOp" or link.step is finding.cut


def text(boxes):
    """The row as one line: v → Mul → ✂ Round ⇢ loss."""
    line, alive = "", True
    for i, box in enumerate(boxes):
        line += f" {'→' if alive else '⇢'} " * bool(i) + "✂ " * box.cut + box.label
        alive = alive and not box.cut
    return line


def svg(boxes):
    """The row as an SVG, with the same in words as its description."""
    x, alive, pieces = MARGIN, True, []
    for i, box in enumerate(boxes):
        if i:
            pieces.append(_arrow(x, alive))
            x += BETWEEN
        width = LETTER * len(box.label) + 18
        fill, frame = CHANGED if box.cut else COLOURS[box.kind]
        pieces.append(
            f'<rect x="{x}" y="{MARGIN + 10}" width="{width}" height="{HIGH}" rx="5" fill="{fill}" stroke="{frame}" '
            f'stroke-width="{2.5 if box.cut else 1}"/>'
            f'<text x="{x + width / 2}" y="{MARGIN + 30}" text-anchor="middle" fill="{INK}" '
            f'font-weight="{700 if box.cut else 400}">{escape(box.label)}</text>'
        )
        if box.cut:
            pieces.append(
                f'<text x="{x + width / 2}" y="{MARGIN + 3}" text-anchor="middle" fill="{frame}">✂ cut</text>'
            )
        x, alive = x + width, alive and not box.cut
    alt = "The path from the variable to the loss: " + text(boxes)
    body = f'<rect {CARD} fill="{PAPER}"/>{"".join(pieces)}'
    return _svg(x + MARGIN, HIGH + 2 * MARGIN + 14, alt, body)


def _arrow(x, alive):
    left, right, y = x + 5, x + BETWEEN - 5, MARGIN + 10 + HIGH / 2
    dashes = "" if alive else ' stroke-dasharray="3 3"'
    return f'<g fill="none" stroke="{QUIET}" stroke-width="1.5"><path d="M{left} {y}H{right}"{dashes}/>' + (
        f'<path d="M{right - 6} {y - 5}l6 5l-6 5"/></g>'
    )


def html(message, boxes):
    """The picture above the text, for a notebook; the picture in the text is left out."""
    lines = [line for line in message.split("\n") if not boxes or line.strip() != text(boxes)]
    picture = svg(boxes) if boxes else ""
    return f'{picture}<pre style="white-space:pre-wrap">{escape(chr(10).join(lines))}</pre>'
