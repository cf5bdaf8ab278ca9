"""Checks of lesson 05, keeping the same variable."""

import numpy as np
from hypothesis import strategies as st

from assignlab.exercises import (
    InPlace,
    KeepsVariables,
    Message,
    Mistake,
    arrays,
    irregular,
    shapes,
)

LESSON_DONE = "Lesson 5 is done. Values come and go; the variable is still the one that you made."


def _shipped_follow(average, weights, rate):
    average = average + rate * (weights - average)
    return average


def _follow_cases():
    yield [[1.0, 2.0], [3.0, 4.0]], np.array([[5.0, 2.0], [-1.0, 4.5]], "float32"), 0.25
    yield irregular(51, 3), irregular(52, 3), 0.5
    yield irregular(53, 2, 3), irregular(54, 2, 3), 0.0625
    yield 1.5, np.array(-2.5), 0.75
    yield irregular(55, 1, 4), irregular(56, 1, 4), 1
    yield irregular(57, 2, 1, 3), irregular(58, 2, 1, 3), 0.125


ONE_OR_TWO = (
    "a = tf.Variable([1.0, 2.0])\nb = a.assign([3.0, 4.0])",
    "a = tf.Variable([1.0, 2.0])\nb = tf.Variable([1.0, 2.0])",
    "a = tf.Variable([1.0, 2.0])\nb = a",
    'a = tf.Variable([1.0, 2.0], name="kernel")\nb = tf.Variable([3.0, 4.0], name="kernel")',
    "import copy\n\na = tf.Variable([np.nan, -0.0])\nb = copy.copy(a)",
    "import copy\n\na = tf.Variable([1.0, 2.0])\nb = copy.deepcopy(a)",
    "a = tf.Variable([1.0, 2.0])\nb = tf.Variable(a)",
    "a = tf.Variable([1.0, 2.0])\nb = tf.Variable([1.0, 2.0])\nb.assign(a)",
    "v = tf.Variable([1.0, 2.0, 3.0])\na = v.assign_add([1.0, 1.0, 1.0])\nb = v[1:].assign([5.0, 6.0])",
    "a = tf.Variable([[1.0]])\nb = tf.Variable(1.0)",
    "a = tf.Variable(7)\nb = a.assign_add(1)",
    "a = tf.Variable(7)\nb = tf.Variable(7.0)",
    "a = tf.Variable([True, False])\nb = tf.Variable([True, False])",
    "a = tf.Variable([0.1, np.inf], trainable=False, dtype=tf.bfloat16)\nb = a.assign([0.1, np.inf])",
    "import keras\n\nlayer = keras.layers.Dense(2, kernel_initializer='ones')\nlayer.build((None, 3))\n"
    "a = layer.kernel.value\nb = layer.weights[0].value",
)


def _same_variable(a, b):
    return a.handle is b.handle


WITH_CHANGE = (
    "v = tf.Variable([0.1, 2.0])\nchange = np.array([0.3, -1.0])\nmeasure = lambda: v.numpy()",
    "v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])\nchange = np.array([[0.5, 0.0], [0.0, -1.0]])\n"
    "measure = lambda: tf.reduce_sum(v**2).numpy()",
    "v = tf.Variable([0.1, 2.0])\nchange = np.array([0.3, -1.0])\nmeasure = lambda: 1 / 0",
    "v = tf.Variable(0.1)\nchange = np.array(1e8)\nmeasure = lambda: v.numpy()",
    "v = tf.Variable([-0.0, np.nan, 3e38, 0.1])\nchange = np.array([0.0, 1.0, -3e38, 1e10])\n"
    "measure = lambda: np.isfinite(v.numpy()).sum()",
    "v = tf.Variable([0.1, 1000.0], dtype=tf.float16)\nchange = np.array([1000.0, 0.5])\nmeasure = lambda: v.numpy()[::-1]",
    "v = tf.Variable([0.1, 2.0], dtype=tf.float64)\nchange = np.array([0.2, 0.7])\nmeasure = lambda: next(iter([]))",
    "v = tf.Variable([0.1, 2.0], trainable=False)\nchange = np.array([-0.1, -2.0])\nmeasure = lambda: v.numpy().max()",
    "v = tf.Variable([0.1, 2.0])\nchange = np.array([np.inf, -np.inf])\nmeasure = lambda: {}[v.numpy()[0]]",
)


def _with_change(v, change, measure):
    old = v.numpy()
    v.assign(old + change)
    try:
        return measure()
    finally:
        v.assign(old)


def _taken_back(v, change, measure):
    v.assign_add(change)
    try:
        return measure()
    finally:
        v.assign_sub(change)


def _taken_back_without_finally(v, change, measure):
    v.assign_add(change)
    result = measure()
    v.assign_sub(change)
    return result


def _taken_back_in_numpy(v, change, measure):
    v.assign(v.numpy() + change)
    result = measure()
    v.assign(v.numpy() - change)
    return result


def _without_finally(v, change, measure):
    old = v.numpy()
    v.assign(old + change)
    result = measure()
    v.assign(old)
    return result


def _never_restored(v, change, measure):
    v.assign_add(change)
    return measure()


def _nothing_returned(v, change, measure):
    _without_finally(v, change, measure)


def _nothing_returned_with_finally(v, change, measure):
    _with_change(v, change, measure)


def _swallows(v, change, measure):
    try:
        return _with_change(v, change, measure)
    except Exception:
        return None


def _change_assigned(v, change, measure):
    old = v.numpy()
    v.assign(change)
    try:
        return measure()
    finally:
        v.assign(old)


def _subtracted(v, change, measure):
    return _with_change(v, -change, measure)


def _change_returned(v, change, measure):
    without = measure()
    return _with_change(v, change, measure) - without


NO_FINALLY = "When measure raises, the lines below it do not run, and v keeps the change. What stands under `finally:` runs in either case: try: return measure(), finally: v.assign(...)"
TOO_LATE = (
    "The change has come and gone, or has not come yet, when measure is called. Call measure between the two writes."
)

EXERCISES = [
    InPlace(
        number="5.1",
        function="follow",
        parameters=("average", "weights", "rate"),
        shipped=_shipped_follow,
        reference=lambda average, weights, rate: average + rate * (weights - average),
        cases=_follow_cases,
        family=shapes().flatmap(
            lambda s: st.tuples(arrays(s), arrays(s), st.sampled_from([0.125, 0.25, 0.5, 0.75, 1.0]))
        ),
        rounding=4.0,
        mistakes=(
            Mistake(
                "replaced",
                lambda average, weights, rate: weights,
                "average became the weights themselves. It should go only a part of the way, rate of the distance.",
            ),
            Mistake(
                "the wrong way",
                lambda average, weights, rate: average - rate * (weights - average),
                "average moved away from the weights. The way leads from average to weights: weights - average.",
            ),
            Mistake(
                "rates swapped",
                lambda average, weights, rate: weights + rate * (average - weights),
                "average keeps the part rate of itself. It is the weights that count by rate: with rate 0.25, three quarters of average remain.",
            ),
            Mistake(
                "only the step",
                lambda average, weights, rate: rate * (weights - average),
                "average holds the step itself. Add it to the old values: assign_add, or average + the step in assign.",
            ),
            Mistake(
                "added",
                lambda average, weights, rate: average + rate * weights,
                "rate * weights was added, and nothing of average was taken away. The step is rate times the distance, weights - average.",
            ),
            Mistake(
                "no rate",
                lambda average, weights, rate: 2 * weights - average,
                "average overshot the weights by as much as it was away from them. The step is rate times the distance.",
            ),
            Mistake(
                "halfway",
                lambda average, weights, rate: (average + weights) / 2,
                "average is halfway to the weights, whatever rate is. Go rate of the distance.",
            ),
            Mistake(
                "shrunk",
                lambda average, weights, rate: (1 - rate) * average,
                "Only (1 - rate) * average is there: the part of the weights is missing.",
            ),
            Mistake(
                "only the weights' part",
                lambda average, weights, rate: rate * weights,
                "Only rate * weights is there: the part of average is missing.",
            ),
        ),
        hints=(
            "`average = ...` gives the name to a new tensor, and return hands that out. Who still has the variable?",
            "The right-hand side is right already. What writes it into the variable that was given?",
            "average.assign(...) with the right-hand side in the brackets; or average.assign_add(...) with the step alone.",
        ),
        why="The new values went into the variable that was given, so whoever holds it sees them.",
        practice="Averaged weights (Polyak averaging), the target network of Q-learning and the teacher of a student network follow in this way.",
    ),
    KeepsVariables(
        number="5.2",
        function="same_variable",
        parameters=("a", "b"),
        reference=_same_variable,
        cases=ONE_OR_TWO,
        mistakes=(
            Mistake(
                "objects compared",
                lambda a, b: a is b,
                "This compares Python objects, and two of them can stand for one variable: what assign returns does. Compare what they hold: the handle.",
            ),
            Mistake(
                "turned round",
                lambda a, b: a.handle is not b.handle,
                "It says True for two variables and False for one. Turn it round.",
            ),
            Mistake(
                "names compared",
                lambda a, b: a.name == b.name,
                "Names say nothing here: two variables may have one name, and what assign returns is called UnreadVariable. Compare the handles.",
            ),
            Mistake(
                "values compared",
                lambda a, b: np.array_equal(a.numpy(), b.numpy()),
                "Two variables may hold equal values. Compare the handles, or write through one and read the other.",
            ),
            Mistake(
                "values compared",
                lambda a, b: np.array_equal(
                    a.numpy(), b.numpy(), equal_nan=a.dtype.is_floating and b.dtype.is_floating
                ),
                "Two variables may hold equal values. Compare the handles, or write through one and read the other.",
            ),
            Mistake(
                "shapes compared",
                lambda a, b: a.shape == b.shape,
                "Two variables may have one shape. Compare the handles.",
            ),
            Mistake(
                "dtypes compared",
                lambda a, b: a.dtype == b.dtype,
                "Two variables may have one dtype. Compare the handles.",
            ),
            Mistake(
                "copies compared",
                lambda a, b: False,
                "numpy() makes a new copy in each call, so this compares copies: it is False for one variable as well. Compare the handles.",
                lambda reading: reading.uses(
                    "numpy", "asarray", "shares_memory", "may_share_memory", "value", "read_value"
                ),
            ),
            Mistake(
                "one answer for all", lambda a, b: False, "It says False, whatever it is given. Compare the handles."
            ),
            Mistake(
                "one answer for all", lambda a, b: True, "It says True, whatever it is given. Compare the handles."
            ),
        ),
        messages=(
            Message(
                r"Op 'Equal'",
                "== on handles",
                "== compares the values of tensors entry by entry, and a handle has none. Ask whether both are one object: `is`.",
            ),
            Message(
                r"unhashable",
                "not a key",
                "A variable cannot be a key of a dict or a member of a set; the handle cannot either. Ask with `is`.",
            ),
            Message(
                r"with `tf.Variable`s is not supported",
                "in-place operator",
                "A variable has no +=. To write through one name, use assign; afterwards, put the old values back.",
            ),
            Message(
                r"Shape mismatch|are incompatible|Incompatible shapes",
                "shape",
                "The two may have different shapes: then they are two variables. Look at the shapes first, or compare the handles.",
            ),
        ),
        hints=(
            "Two Python objects may stand for one variable, and two variables may look alike in name and values. What do operations find a variable by?",
            "a.handle and b.handle are tensors of the dtype resource, which == cannot compare. Which operator asks for identity?",
            "return ... is ..., with the handles.",
        ),
        why="Two objects are one variable where they share the resource: what is assigned to either shows in both.",
        practice="Where weights are tied, a list of weights may hold one variable twice: scaled once for each place, it is scaled twice.",
    ),
    KeepsVariables(
        number="5.3",
        function="with_change",
        parameters=("v", "change", "measure"),
        reference=_with_change,
        cases=WITH_CHANGE,
        mistakes=(
            Mistake(
                "rebound",
                lambda v, change, measure: measure(),
                "`v = ...` gives the name v to something new. measure reads the variable, which has not changed: v.assign(...)",
                lambda reading: reading.rebinds_variable and not reading.uses("assign"),
            ),
            Mistake(
                "new variable",
                lambda v, change, measure: measure(),
                "The change went into a new variable, and measure reads the one that was given. Write into that: v.assign(...)",
                lambda reading: reading.uses("Variable", "deepcopy"),
            ),
            Mistake(
                "copy edited",
                lambda v, change, measure: measure(),
                "The change went into a copy, and measure reads the variable. Write it: v.assign(...)",
                lambda reading: reading.uses("numpy") and not reading.uses("assign", "assign_add"),
            ),
            Mistake("measured without the change", lambda v, change, measure: measure(), TOO_LATE),
            Mistake(
                "rebound",
                _never_restored,
                "`v = ...` gives the name v to the copy, and the variable keeps the change. Write the copy back: v.assign(...)",
                lambda reading: reading.rebinds_variable,
            ),
            Mistake(
                "not restored",
                _never_restored,
                "v keeps the change. Either the snapshot follows the variable (old = v, copy.copy(v) and what assign returns are no copies of its values: take v.numpy()), or it was taken after the change, or it was not assigned.",
                lambda reading: len(reading.bound - {"result", "measured", "value"}) > 0,
            ),
            Mistake(
                "not restored",
                _never_restored,
                "v keeps the change. Take a copy of its values first, and assign it when measure is done.",
            ),
            *(
                Mistake(
                    "not exact",
                    function,
                    "Adding and subtracting again rounds twice: not every value comes back. Keep old = v.numpy() and assign that.",
                )
                for function in (_taken_back, _taken_back_without_finally, _taken_back_in_numpy)
            ),
            Mistake(
                "nothing returned",
                _nothing_returned,
                "measure was called at the right moment, and its result was dropped: return it.",
            ),
            Mistake(
                "nothing returned",
                _nothing_returned_with_finally,
                "measure was called at the right moment, and its result was dropped: return it.",
            ),
            Mistake("not restored after an error", _without_finally, NO_FINALLY),
            Mistake(
                "error swallowed",
                _swallows,
                "The error of measure must reach the caller. `finally` without `except` lets it through.",
            ),
            Mistake(
                "replaced",
                _change_assigned,
                "v held the change itself when measure read it. Add it to the old values.",
            ),
            Mistake("subtracted", _subtracted, "The change was subtracted. Add it."),
            Mistake(
                "only the difference",
                _change_returned,
                "The difference of two measurements came back. Return what measure returns while v is changed.",
            ),
        ),
        messages=(
            Message(
                r"Variable' object is not callable|ndarray' object is not callable",
                "not a function",
                "measure is the function, and takes no argument: measure()",
            ),
            Message(
                r"takes 0 positional arguments but",
                "number of arguments",
                "measure takes no argument: it reads v by itself. measure()",
            ),
        ),
        hints=(
            "Three steps: keep the old values, write the changed ones, put the old ones back. What if the second line of three raises?",
            "old = v.numpy() is a snapshot. What stands under `finally:` runs also when the lines under `try:` return or raise.",
            "old = ...; v.assign(...); try: return measure(); finally: v.assign(old).",
        ),
        why="The snapshot has the old values to the last bit, and they went back whether measure returned or raised.",
        practice="Sensitivity of a weight, evaluation with averaged weights, the inner step of sharpness-aware training: change, measure, go back.",
    ),
]
