"""Pictures of any array: no shape or dtype crashes the drawing, and what is drawn is named in words."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from assignlab import draw
from assignlab.picture import Panel

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
