"""The advice for an exception, as data."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """An exception whose text holds `piece`: the mistake's short name and the advice.

    `when` takes the answer's `Reading` and says whether the advice fits it (None: always). In the advice, {v} stands
    for the first parameter, {1}, {2}, … for what the groups of `piece`, a regular expression, have matched, {shape} and
    {given} for the shape of the variable and that of the array which assign refused.
    """

    piece: str
    diagnosis: str
    advice: str
    when: Callable | None = None
