"""The exercises: what each asks for, and how an answer to it is verified.

A lesson's exercises are data, in `assignlab/checks/` under the lesson's name. Their kinds are here: `InPlace` (the
answer writes into a variable), `MakesVariable` (it returns one), `EditsLayer` (it edits a Keras layer),
`InTraining` (it prepares a training, or edits its state, or stands between other lines), `KeepsVariables` (it leaves
variables as they were), `FillsVariables` (it fills them from files), `MakesFunction` (it returns a function),
`SparingInPlace` and `SparingReader` (it writes, or reads, with little memory) and `OnReplicas` (it works with variables
that have a copy on each device). `exercises()` has them all by number, and `find(number)` one.
"""

from functools import cache
from importlib import import_module
from pathlib import Path

from assignlab.exercises.calling import takes
from assignlab.exercises.diagnosing import compares_with_nan
from assignlab.exercises.edits_layer import EditsLayer, LayerCase
from assignlab.exercises.families import arrays, irregular, quarters, shapes
from assignlab.exercises.fills_variables import FillsVariables
from assignlab.exercises.in_place import InPlace
from assignlab.exercises.in_training import InTraining, Training
from assignlab.exercises.keeps_variables import KeepsVariables
from assignlab.exercises.makes_function import MakesFunction
from assignlab.exercises.makes_variable import MakesVariable
from assignlab.exercises.message import Message
from assignlab.exercises.model import Exercise, Mistake, Wrong
from assignlab.exercises.on_replicas import OnReplicas
from assignlab.exercises.showing import show
from assignlab.exercises.sparing import SparingInPlace, SparingReader, Spent

__all__ = [
    "CHECKS",
    "EditsLayer",
    "Exercise",
    "FillsVariables",
    "InPlace",
    "InTraining",
    "KeepsVariables",
    "LayerCase",
    "MakesFunction",
    "MakesVariable",
    "Message",
    "Mistake",
    "OnReplicas",
    "SparingInPlace",
    "SparingReader",
    "Spent",
    "Training",
    "Wrong",
    "arrays",
    "compares_with_nan",
    "exercises",
    "find",
    "irregular",
    "lesson_done",
    "quarters",
    "shapes",
    "show",
    "takes",
]

CHECKS = Path(__file__).parents[1] / "checks"


@cache
def _lessons():
    """The module of each lesson's checks, by the lesson's number."""
    paths = sorted(CHECKS.glob("[0-9]*.py"))
    return {int(path.stem[:2]): import_module(f"assignlab.checks.{path.stem}") for path in paths}


@cache
def exercises():
    """All exercises by number."""
    return {exercise.number: exercise for lesson in _lessons().values() for exercise in lesson.EXERCISES}


def find(number):
    """The exercise with this number.

    Raises
    ------
    ValueError
        There is none; the message lists those that there are.
    """
    key = str(number).strip()
    if key not in exercises():
        raise ValueError(f"There is no exercise {number!r}. The numbers are {', '.join(exercises())}.")
    return exercises()[key]


def lesson_done(number):
    """What to say when the last exercise of a lesson is solved. number: the lesson's, 2, or an exercise's, "2.3"."""
    return _lessons()[int(str(number).split(".")[0])].LESSON_DONE
