"""Pictures of any array, and the result of a check: no shape crashes the drawing, what is drawn is said in words."""

import html
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from assignlab import draw
from assignlab.checker import examine
from assignlab.exercises import exercises
from assignlab.look import COLOURS, STATES
from assignlab.picture import WIDTH, Panel, comparison, smile, target

ARRAYS = {
    "scalar": 3.0,
    "vector": [1.0, 2.0],
    "empty": np.zeros((0, 3)),
    "kernel": np.zeros((2, 2, 3, 4)),
    "large": np.zeros((50, 60)),
    "not finite": [np.nan, np.inf, -np.inf],
    "booleans": [True, False],
    "text": ["<b>", "&"],
    "complex": [1 + 2j],
    "integers": np.arange(3),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_any_array_can_be_drawn(name):
    picture = draw(
        Panel(ARRAYS[name], "an <array>"),
        "to",
        Panel(ARRAYS[name], "copy", "copy", changed=True),
        alt="two arrays & an arrow",
    )
    root = ET.fromstring(picture.svg)
    assert root.attrib["role"] == "img"
    assert root[0].text == repr(picture) == "two arrays & an arrow"


def test_changed_entries_differ_by_more_than_colour():
    svg = draw(Panel([1.0, 2.0], "v", changed=[True, False]), alt="one changed entry").svg
    assert svg.count('font-weight="700"') == 1
    assert svg.count('stroke-width="2.5"') == 1


def width_of(picture):
    return float(ET.fromstring(picture.svg).attrib["width"])


@pytest.mark.parametrize("shape", [(), (3,), (0, 2), (2, 2, 3, 4), (50, 60)], ids=str)
@pytest.mark.parametrize("other", [(), (4,), (2, 2)], ids=str)
def test_two_arrays_of_any_shapes_can_be_compared(shape, other):
    same, differs = (comparison(np.ones(shape), np.ones(shape), np.ones(found)) for found in (shape, other))
    assert "0 of" in same.alt
    assert shape == other or "the shapes differ" in differs.alt
    assert width_of(same) <= WIDTH


def test_a_target_shows_the_arguments_and_frames_what_changes():
    before, weight = np.arange(8.0).reshape(2, 2, 1, 2), np.full((3, 9), np.nan)
    picture = target("edit", "kernel", before, {"limit": 0.5, "weight": weight, "shape": (2, 4)}, before * 2)
    text = "".join(ET.fromstring(picture.svg).itertext())
    for shown in ("limit = 0.5, shape = (2, 4)", "weight", "kernel after", "(2, 2, 1, 2) as a matrix"):
        assert shown in text
    assert picture.svg.count('stroke-width="2.5"') == 7  # twice 0 is 0
    assert "kernel = [[[[0, 1]], [[2, 3]]]," in picture.alt
    assert "weight = an array of shape (3, 9)" in picture.alt
    assert width_of(picture) <= WIDTH


def test_a_target_without_arguments_names_the_function():
    assert "tidy" in target("tidy", "v", np.zeros(2), {}, np.array([0, np.nan])).svg


def test_parts_that_do_not_fit_into_the_width_start_a_new_row():
    parts = Panel(np.zeros((2, 8)), "a"), "then", Panel(np.zeros((2, 8)), "b"), Panel(np.zeros((2, 8)), "c")
    narrow, wide = draw(*parts, alt="three", width=400), draw(*parts, alt="three")
    assert width_of(narrow) <= 400 + 72 + 24  # the arrow goes with its panel
    assert width_of(wide) > 960


# What a check shows -------------------------------------------------------------------------------------------------


def edits_nothing(v, factors):
    print("<b>the shape is", v.shape)


def of_another_shape(v, factors):
    v.assign(factors)


def stub(v, factors):
    """As the lesson gives it."""
    ...


RESULTS = {
    "stub": lambda: examine("1.1", stub),
    "nothing written": lambda: examine("1.1", edits_nothing),
    "raised": lambda: examine("1.1", of_another_shape),
    "not a function": lambda: examine("1.1", "<i>"),
    "signature": lambda: examine("1.1", lambda v: v),
}


def words(text):
    return re.findall(r"[^\s·✓✗]+", text)


@pytest.mark.parametrize("name", RESULTS)
def test_text_and_html_say_the_same(name):
    result = RESULTS[name]()
    seen = re.sub("<svg.*?<title>(.*?)</title>.*?</svg>", r" target \1 " if name == "stub" else "", result.html())
    assert words(html.unescape(re.sub("<[^>]*>", " ", seen))) == words(str(result))
    ET.fromstring(result.html())  # whole, and nothing of the answer is taken for markup


def test_the_name_of_the_mistake_is_the_heading():
    result = examine("1.1", edits_nothing)
    assert str(result).startswith(f"✗ Exercise 1.1: {result.diagnosis}\n")
    assert STATES["wrong"][1] in result.html()


def test_the_call_can_be_copied_and_run():
    import tensorflow as tf

    result, called = examine("1.1", edits_nothing), []
    code = dict(result.lines)["called"]
    exec(code, {"np": np, "tf": tf, "scale_rows": lambda *arguments: called.append(arguments)})
    assert isinstance(called[0][0], tf.Variable)
    assert all(f"    {line}" in str(result).splitlines() for line in code.splitlines())
    assert code in html.unescape(result.html())


@pytest.mark.parametrize("number", exercises())
def test_an_untouched_exercise_shows_its_target(number):
    task = exercises()[number]
    untouched = task.shipped or eval(f"lambda {', '.join(task.parameters)}: ...")
    result = examine(number, untouched)
    assert result.status == "not attempted"
    assert (result.picture is not None) == (task.example() is not None)
    if result.picture:
        assert dict(result.lines)["target"] == result.picture.alt
        assert width_of(result.picture) <= WIDTH
        assert 'stroke-width="2.5"' in result.picture.svg, "nothing changes in the first case"


def test_a_smile_is_drawn_in_the_colours_of_the_course():
    assert ET.fromstring(smile().svg)[0].text == repr(smile())
    assert COLOURS["variable"][0] in smile().svg


@pytest.mark.parametrize("page", ["#ffffff", "#111111", "#14181e"])  # light, JupyterLab's dark, the site's dark
@pytest.mark.parametrize("state", STATES)
def test_marks_are_seen_on_light_and_dark_pages(state, page):
    """A contrast of at least 3 : 1, what WCAG asks of graphics."""
    darker, lighter = sorted(map(luminance, (STATES[state][1], page)))
    assert (lighter + 0.05) / (darker + 0.05) >= 3


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return np.dot(linear, [0.2126, 0.7152, 0.0722])
