"""Sphinx extension: the first page's working picture, recorded from a real run, and a card for each lesson."""

import json
import re
from html import escape
from pathlib import Path

import nbformat

PICTURE, CARDS = "<!-- the working picture -->", "<!-- a card for each lesson -->"
LINES = {"copy": "values = v.numpy()", "edit": "values[values > 5] = -1", "assign": "v.assign(values)"}
STATIC = "../_static/figures/04_numpy_snapshot_pitfall.svg"
PANELS = {
    "v": "variable <code>v</code>",
    "values": "copy <code>values</code>",
    "gradient": "gradient of <code>sum(v ** 2)</code>",
}


def recorded():
    """What v, the copy and the gradient hold before and after each line: {name of the state: what is seen}.

    Each sentence stands beside the assertion that makes it true.
    """
    import tensorflow as tf  # takes seconds, and other pages do not need it

    v, values = tf.Variable([[2.0, 7.0], [9.0, 4.0]]), None
    original, states = v, {}

    def record(name, sentence):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(v**2)
        arrays = {
            "v": v.numpy(),
            "values": None if values is None else values.copy(),
            "gradient": tape.gradient(loss, v).numpy(),
        }
        seen = {key: None if array is None else array.astype(int).tolist() for key, array in arrays.items()}
        states[name] = {"says": sentence, **seen}
        return arrays

    start = record("start", "A variable of four entries, and the gradient of a loss. Press the first line.")
    values = v.numpy()
    copied = record("copy", "The copy has the same entries and memory of its own. Now edit it.")
    assert (copied["values"] == start["v"]).all()
    values[values > 5] = -1
    edited = record("edit", "Two entries of the copy changed. The variable did not, nor did its gradient. And now?")
    assert (edited["values"] != copied["values"]).sum() == 2
    assert (edited["v"] == start["v"]).all() and (edited["gradient"] == start["gradient"]).all()
    forgotten = record("forget", "Nothing was raised, and the edit is lost: the variable never heard of it.")
    assert (forgotten["v"] == start["v"]).all()
    v.assign(values)
    assigned = record("assign", "The same variable has the new values, and the gradient is that at the new values.")
    assert v is original and (assigned["v"] == values).all() and (assigned["gradient"] == 2 * values).all()
    return states


def picture():
    """The working picture as HTML: `stepper.js` moves it; where scripts are off, there is a still one."""
    panels = "".join(
        f'<table class="panel {key}"><caption>{title}</caption><tbody>'
        + f"<tr>{'<td></td>' * 2}</tr>" * 2
        + "</tbody></table>"
        for key, title in PANELS.items()
    )
    buttons = "".join(
        f'<button type="button" data-press="{name}"><code>{escape(line)}</code></button>'
        for name, line in LINES.items()
    )
    buttons += '<button type="button" data-press="forget">forget the last line</button>'
    buttons += '<button type="button" data-press="start">Again</button>'
    states = escape(json.dumps(recorded()), quote=True)
    alt = "Editing the copy that numpy() returns leaves the variable as it was; only assign writes back."
    return (
        f'<div class="stepper pst-js-only" data-states="{states}" role="group" aria-label="The three lines, to try">'
        f'<div class="panels">{panels}</div><p class="says" role="status"></p><div class="lines">{buttons}</div></div>'
        f'<noscript><img src="{STATIC}" alt="{alt}"></noscript>'
    )


def cards(root):
    """A card for each lesson as HTML: its number, title, picture, what you will do, minutes."""
    found = [_card(path) for path in sorted(Path(root, "lessons").glob("[0-9][0-9]_*.ipynb"))]
    return f'<ul class="cards">{"".join(found)}</ul>'


def _card(path):
    opening = nbformat.read(path, 4).cells[0].source
    title = re.search(r"^# (.+)$", opening, re.MULTILINE)[1]
    seen = re.search(r"!\[([^\]]+)\]", opening)[1]
    does = re.search(r"\*\*You will do:\*\* (.+)$", opening, re.MULTILINE)[1]
    minutes = re.search(r"\*\*Time:\*\* (.+)$", opening, re.MULTILINE)[1]
    return (
        f'<li><img src="../_static/figures/{path.stem}_narrow.svg" alt="{escape(seen)}" loading="lazy">'
        f'<a href="../lessons/{path.stem}.html">{int(path.stem[:2])}. {escape(title)}</a>'
        f"<span>{escape(re.sub('`', '', does[0].upper() + does[1:]))}</span><small>{escape(minutes)}</small></li>"
    )


def fill_in(app, name, source):
    """Put both where the page has their marks."""
    for mark, html in ((PICTURE, picture), (CARDS, lambda: cards(app.srcdir))):
        if mark in source[0]:
            source[0] = source[0].replace(mark, f"```{{raw}} html\n{html()}\n```")


def setup(app):
    """Connect to the build."""
    app.connect("source-read", fill_in)
    return {"parallel_read_safe": True}
