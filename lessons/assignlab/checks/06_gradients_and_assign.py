"""Checks of lesson 06, gradients and assign."""

import numpy as np
import tensorflow as tf
from hypothesis import strategies as st

from assignlab.exercises import InPlace, Message, Mistake, arrays, irregular, shapes

LESSON_DONE = (
    "Lesson 6 is done. Whatever a tape does not see, you do: NumPy, a branch not taken, a number once rounded."
)

small = st.integers(-8, 8).map(lambda i: i / 4)
rates = st.sampled_from([0.05, 0.5])


def _gradient(w, x, y):
    """Of mean((x @ w - y) ** 2)."""
    return 2.0 * x.T @ (x @ w - y) / y.size


def _regression(columns):
    """A strategy of (w, x, y) for x of up to 6 rows."""
    return st.tuples(st.integers(1, 6), columns).flatmap(
        lambda n: st.tuples(
            arrays((n[1], 1)), arrays(n, small).map(np.float32), arrays((n[0], 1), small).map(np.float32)
        )
    )


# 6.1 ----------------------------------------------------------------------------------------------------------------

X = np.array([[1.0, -2.0, 2.0], [-3.0, 2.0, 1.0], [2.0, 1.0, -1.0], [-1.0, 3.0, 2.0]], "float32")
Y = np.array([[1.0], [2.0], [-3.0], [-2.0]], "float32")


def _shipped_decayed_step(w, x, y, learning_rate, strength):
    with tf.GradientTape() as tape:
        error = tf.reduce_mean((x @ w - y) ** 2)
        penalty = strength * np.sum(np.square(w))
        loss = error + penalty
    w.assign_sub(learning_rate * tape.gradient(loss, w))


def _decayed_cases():
    yield [[1.5], [-0.5], [2.0]], X, Y, 0.1, 0.3  # every mistake gives another result here
    x, y = irregular(61, 8, 3).astype("float32"), irregular(62, 8, 1).astype("float32")
    yield irregular(63, 3, 1), x, 3 * y, 0.2, 0.5
    yield irregular(64, 3, 1), x, y, 0.05, 2.0
    yield [[0.0], [4.0], [-3.0]], x, y, 0.1, 1
    yield irregular(65, 1, 1), x[:, :1], y, 0.05, 0.25


def _decayed(gradient):
    """A step with this gradient of (w, x, y, strength)."""
    return lambda w, x, y, learning_rate, strength: w - learning_rate * gradient(w, x, y, strength)


# 6.2 ----------------------------------------------------------------------------------------------------------------


def _likelihood_cases():
    yield [0.5, 0.0, 0.25, 0.0], np.array([3.0, 2.0, 1.0, 0.0], "float32"), 0.01  # every mistake shows here
    yield [[0.0, 2.0], [0.5, 0.0]], np.array([[2.0, 4.0], [1.0, 0.0]], "float32"), 0.5
    yield [0.25, 0.5, 4.0], np.array([0.0, 5.0, 7.0], "float32"), 2.0
    yield np.abs(irregular(66, 2, 3, 2)) + 0.5, np.abs(irregular(67, 2, 3, 2)).astype("float32"), 1
    yield np.zeros((2, 1)), np.array([[1.0], [0.0]], "float32"), 0.25


def _uphill(slope):
    """A step uphill with this slope, given (p, counts), where p > 0."""
    return lambda p, counts, learning_rate: np.where(p > 0, p + learning_rate * slope(p, counts), p)


def _everywhere(p, counts, learning_rate):
    return p + learning_rate * counts / p


def _where_zero(value):
    """The right step, and this value where p is 0."""
    return lambda p, counts, learning_rate: np.where(p > 0, _everywhere(p, counts, learning_rate), value)


probabilities = st.integers(0, 16).map(lambda i: i / 4)


# 6.3 ----------------------------------------------------------------------------------------------------------------


def _rounded_cases():
    yield [[1.75], [-0.25], [2.25]], X, Y, 0.1  # every mistake gives another result here
    x, y = irregular(68, 8, 3).astype("float32"), irregular(69, 8, 1).astype("float32")
    yield irregular(70, 3, 1), x, 3 * y, 0.2
    yield [[0.5], [1.5], [-2.5]], x, y, 0.05
    yield [[2.0], [-1.0], [0.0]], x, y, 0.1
    yield irregular(71, 1, 1), x[:, :1], y, 0.5


def _straight(forward, gradient=_gradient):
    """A step whose gradient is taken at forward(w)."""
    return lambda w, x, y, learning_rate: w - learning_rate * gradient(forward(w), x, y)


# What both regressions have in common -------------------------------------------------------------------------------

NONE = r"'NoneType'|Attempt to convert a value \(None\)"
OF_THE_TAPE = (
    Message(
        NONE,
        "arguments swapped",
        "The gradient is None: tape.gradient(v, loss) asks how v changes with the loss. The loss comes first.",
        lambda reading: bool(reading.parameters) and ("gradient", reading.parameters[0]) in reading.first_arguments,
    ),
    Message(
        NONE,
        "gradient is None",
        "The gradient is None: the name {v} was given to another object, which the tape does not watch. Keep {v} for the variable.",
        lambda reading: reading.rebinds_variable,
    ),
    Message(
        r"gradient\(\) missing 1 required positional argument: 'sources'",
        "number of arguments",
        "tape.gradient takes the loss and what it is differentiated by: tape.gradient(loss, {v})",
    ),
    Message(
        r"'numpy\.float\d+' object has no attribute '_id'",
        "loss of NumPy",
        "The loss is a NumPy number, and a tape sees nothing of it. Compute all of it from {v} with tf functions: tf.reduce_sum in place of np.sum.",
    ),
    Message(
        r"has no attribute '_id'",
        "loss of NumPy",
        "A tape knows variables and tensors, and this is a NumPy array. Give tape.gradient the loss as a tensor, and {v}.",
    ),
    Message(
        r"Tensor' object has no attribute '(mean|sum)'",
        "no {1} on a tensor",
        "A tensor has no {1}: write tf.reduce_{1}(...). NumPy's {1} would hide the loss from the tape.",
    ),
    Message(
        r"Tensor' object has no attribute '(gradient|backward|grad)'",
        "no {1} on a tensor",
        "A loss has no {1}. The tape has the gradient: tape.gradient(loss, {v})",
    ),
    Message(
        r"non-persistent GradientTape can only be used to compute one|A non-persistent",
        "tape used twice",
        "A tape gives its gradient once. Add up the loss inside the tape, and ask for one gradient.",
    ),
    Message(
        r"EagerTensor' object has no attribute 'assign",
        "rebound",
        "The name {v} was given to a tensor, which has no assign. Write the step into the variable: {v}.assign_sub(...)",
        lambda reading: reading.rebinds_variable,
    ),
)
OF_THE_PRODUCT = (
    Message(
        r"be broadcast|Incompatible shapes",
        "does not broadcast",
        "x @ w, the matrix product, has the shape of y, (m, 1). x * w multiplies entry by entry, and their shapes do not fit.",
    ),
    Message(
        r"shapes must be equal",
        "shape",
        "What is subtracted from w must have w's shape. The gradient has it; the loss is one number.",
    ),
)


EXERCISES = [
    InPlace(
        number="6.1",
        function="decayed_step",
        parameters=("w", "x", "y", "learning_rate", "strength"),
        shipped=_shipped_decayed_step,
        reference=lambda w, x, y, learning_rate, strength: (
            w - learning_rate * (_gradient(w, x.astype(np.float64), y.astype(np.float64)) + 2 * strength * w)
        ),
        cases=_decayed_cases,
        family=st.tuples(_regression(st.integers(1, 3)), rates, st.sampled_from([0.25, 1.5])).map(
            lambda c: (*c[0], *c[1:])
        ),
        dtypes=("float32",),
        rounding=100.0,
        mistakes=(
            Mistake(
                "penalty cut",
                _decayed(lambda w, x, y, strength: _gradient(w, x, y)),
                "The step is that of the error alone: the tape sees no way from w to the penalty. Where NumPy, .numpy(), tf.constant or tf.stop_gradient computes it, it is a constant. Compute it from w itself with tf functions, below `with tf.GradientTape() as tape:`",
                cuts_part=True,
            ),
            Mistake(
                "error cut",
                _decayed(lambda w, x, y, strength: 2 * strength * w),
                "The step is that of the penalty alone: now it is the error that the tape does not see. Compute it from w with @ and tf functions, and leave it in the loss.",
                cuts_part=True,
            ),
            Mistake(
                "mean instead of sum",
                _decayed(lambda w, x, y, strength: _gradient(w, x, y) + 2 * strength * w / w.size),
                "The penalty is a mean over the weights. It must be their sum: tf.reduce_sum.",
            ),
            Mistake(
                "absolute values",
                _decayed(lambda w, x, y, strength: _gradient(w, x, y) + strength * np.sign(w)),
                "The penalty is the sum of absolute values. It must be that of the squares: tf.square(w).",
            ),
            Mistake(
                "not squared",
                _decayed(lambda w, x, y, strength: _gradient(w, x, y) + strength),
                "The penalty is the sum of the weights. It must be the sum of their squares: tf.square(w).",
            ),
            Mistake(
                "root of the sum",
                _decayed(lambda w, x, y, strength: _gradient(w, x, y) + strength * w / np.sqrt(np.sum(w**2))),
                "The penalty is the norm, the root of the sum of squares. Leave out the root: tf.reduce_sum(tf.square(w)).",
            ),
            Mistake(
                "sum before the square",
                _decayed(lambda w, x, y, strength: _gradient(w, x, y) + 2 * strength * np.sum(w)),
                "The sum was squared. The penalty is the sum of the squares: tf.reduce_sum(tf.square(w)).",
            ),
            Mistake(
                "strength not used",
                _decayed(lambda w, x, y, strength: _gradient(w, x, y) + 2 * w),
                "The penalty arrives with strength 1. Multiply it by strength.",
            ),
            Mistake(
                "strength twice",
                _decayed(lambda w, x, y, strength: _gradient(w, x, y) + 2 * strength**2 * w),
                "strength was applied twice, or squared with w. Multiply the sum of squares by it once.",
            ),
            Mistake(
                "strength on both",
                _decayed(lambda w, x, y, strength: strength * (_gradient(w, x, y) + 2 * w)),
                "strength multiplies the error too. It belongs to the penalty alone: error + strength * ...",
            ),
            Mistake(
                "factor 2 missing",
                _decayed(lambda w, x, y, strength: _gradient(w, x, y) + strength * w),
                "The penalty pulls half as hard as it should. The derivative of a square has a factor 2; a tape finds it.",
            ),
            Mistake(
                "penalty twice",
                _decayed(lambda w, x, y, strength: _gradient(w, x, y) + 4 * strength * w),
                "The penalty pulls twice as hard as it should: it was added twice. Once is enough.",
            ),
            Mistake(
                "penalty subtracted",
                _decayed(lambda w, x, y, strength: _gradient(w, x, y) - 2 * strength * w),
                "The penalty pushes the weights away from 0. Add it to the error.",
            ),
            Mistake(
                "uphill",
                _decayed(lambda w, x, y, strength: -_gradient(w, x, y) - 2 * strength * w),
                "The step went uphill. Subtract the gradient: w.assign_sub(...)",
            ),
            Mistake(
                "no learning rate",
                lambda w, x, y, learning_rate, strength: w - _gradient(w, x, y) - 2 * strength * w,
                "The step is the whole gradient. Multiply it by learning_rate.",
            ),
            Mistake(
                "decayed after the step",
                lambda w, x, y, learning_rate, strength: (
                    (w - learning_rate * _gradient(w, x, y)) * (1 - 2 * learning_rate * strength)
                ),
                "The weights were pulled to 0 after the step, from where the step had brought them. Both parts belong to one loss: one gradient, at the old weights.",
            ),
            Mistake(
                "sum instead of mean",
                _decayed(lambda w, x, y, strength: _gradient(w, x, y) * y.size + 2 * strength * w),
                "The error is a sum now. It is a mean, as it was: tf.reduce_mean.",
            ),
        ),
        messages=(
            *OF_THE_TAPE,
            Message(
                NONE,
                "gradient is None",
                "The gradient is None: the tape saw no way from w to the loss. Compute both parts from w itself, with @ and tf functions, in the lines that are indented below `with tf.GradientTape() as tape:`",
            ),
            *OF_THE_PRODUCT,
        ),
        hints=(
            "The tape gives the gradient of what it has seen of the loss. Which part of the loss is computed by NumPy?",
            "np.square(w) and np.sum(...) return plain numbers. TensorFlow has both functions, and their results are tensors.",
            "penalty = strength * tf.reduce_sum(tf.square(w))",
        ),
        why="Both parts of the loss reach w now, and the step is down the slope of their sum.",
        practice="A loss of several parts hides a cut one: the gradient is there, and wrong. Ask for the gradient of each part alone: tape.gradient(penalty, w) would have failed at once.",
    ),
    InPlace(
        number="6.2",
        function="likelihood_step",
        parameters=("p", "counts", "learning_rate"),
        reference=lambda p, counts, learning_rate: np.where(
            p > 0, p + learning_rate * counts.astype(np.float64) / np.where(p > 0, p, 1.0), p
        ),
        cases=_likelihood_cases,
        family=shapes(most=2).flatmap(
            lambda s: st.tuples(arrays(s, probabilities), arrays(s, probabilities).map(np.float32), rates)
        ),
        dtypes=("float32",),
        rounding=10.0,
        mistakes=(
            Mistake(
                "NaN from the other branch",
                _where_zero(np.nan),
                "Where p is 0 the step is NaN. tf.where chooses between results, and the logarithm was computed at 0 all the same: its gradient there is 1/0, and 0 times that is NaN. Put another number into the logarithm: tf.where(p > 0, p, 1.0).",
                lambda reading: reading.uses("where", "multiply_no_nan", "select", "cond"),
            ),
            Mistake(
                "NaN from a mask",
                _where_zero(np.nan),
                "Where p is 0 the step is NaN: 0 times an infinite slope is NaN. Keep the 0 out of the logarithm: tf.where(p > 0, p, 1.0) goes in.",
            ),
            Mistake(
                "log of 0",
                lambda p, counts, learning_rate: np.where(
                    p == 0, np.where(counts == 0, np.nan, np.inf), _everywhere(p, counts, learning_rate)
                ),
                "The slope of the logarithm at 0 is infinite, and 0 times infinite is NaN. The loss is only about the entries with p > 0: put another number in where p is 0.",
            ),
            Mistake(
                "moved where p is 0",
                lambda p, counts, learning_rate: p + learning_rate * counts / np.where(p > 0, p, 1.0),
                "Entries with p = 0 moved. What replaced the 0 still depends on p: with tf.where(p > 0, p, 1.0) it does not. Or the slope was not set to 0 there.",
            ),
            Mistake(
                "moved where p is 0",
                lambda p, counts, learning_rate: np.where(
                    p > 0, _everywhere(p, counts, learning_rate), p + learning_rate * counts
                ),
                "Entries with p = 0 moved. What replaced the 0 still depends on p: p + 1 does, 1.0 does not.",
            ),
            Mistake(
                "downhill",
                _uphill(lambda p, counts: -counts / p),
                "The step went downhill. A likelihood is to grow: add the gradient, p.assign_add(...)",
            ),
            Mistake(
                "no learning rate",
                lambda p, counts, learning_rate: np.where(p > 0, p + counts / p, p),
                "The step is the whole gradient. Multiply it by learning_rate.",
            ),
            Mistake(
                "counts not used",
                _uphill(lambda p, counts: 1 / p),
                "Every entry counts once here. Multiply its logarithm by counts.",
            ),
            Mistake(
                "counts inside the logarithm",
                _uphill(lambda p, counts: np.where(counts > 0, 1 / p, 0)),
                "counts went into the logarithm, where they only add a constant. They multiply it: counts * log(p).",
            ),
            Mistake(
                "another base",
                _uphill(lambda p, counts: counts / p / np.log(2)),
                "This is the logarithm of base 2. tf.math.log is the natural one.",
            ),
            Mistake(
                "another base",
                _uphill(lambda p, counts: counts / p / np.log(10)),
                "This is the logarithm of base 10. tf.math.log is the natural one.",
            ),
            Mistake(
                "log1p",
                _uphill(lambda p, counts: counts / (1 + p)),
                "This is the slope of log(1 + p): another function, which is finite at 0 and has other slopes everywhere. Take log(p), with a safe number where p is 0.",
            ),
            Mistake(
                "log1p",
                lambda p, counts, learning_rate: p + learning_rate * counts / (1 + p),
                "This is the slope of log(1 + p): another function, which is finite at 0 and has other slopes everywhere. Take log(p), with a safe number where p is 0.",
            ),
            Mistake(
                "mean instead of sum",
                _uphill(lambda p, counts: counts / p / p.size),
                "The likelihood is a mean here. It is a sum: tf.reduce_sum.",
            ),
            Mistake(
                "p log p",
                _uphill(lambda p, counts: counts * (np.log(p) + 1)),
                "This is the slope of counts * p * log(p). The likelihood is counts * log(p).",
            ),
            Mistake(
                "two steps",
                _uphill(lambda p, counts: 2 * counts / p),
                "The step is twice as long as it should be. Add learning_rate * gradient once.",
            ),
            Mistake(
                "only the step stored",
                lambda p, counts, learning_rate: np.where(p > 0, learning_rate * counts / p, 0),
                "p holds the step itself. Add it to the old values: p.assign_add(...)",
            ),
        ),
        messages=(
            *OF_THE_TAPE,
            Message(
                NONE,
                "gradient is None",
                "The gradient is None: the tape saw no way from p to the likelihood. np.log and np.where return plain arrays. Take tf.math.log and tf.where, and p itself, below `with tf.GradientTape() as tape:`",
            ),
            Message(
                r"module 'tensorflow' has no attribute 'log'",
                "unknown function",
                "TensorFlow's name for it is tf.math.log",
            ),
            Message(
                r"'IndexedSlices'",
                "gradient of rows",
                "tf.gather gives a gradient of rows, an IndexedSlices. Make it dense: tf.convert_to_tensor(gradient)",
            ),
        ),
        hints=(
            "tf.where around the logarithm does not help: the logarithm of 0 is computed first. What can be put into it instead of 0?",
            "Two tf.where: the inner one gives the logarithm 1.0 where p is 0, the outer one gives the sum 0.0 there.",
            "inside = tf.where(p > 0, p, 1.0); tf.where(p > 0, counts * tf.math.log(inside), 0.0); p.assign_add(learning_rate * gradient)",
        ),
        why="Nothing infinite and no NaN came back to p: entries with p = 0 have the slope 0 and stay where they are.",
        practice="Entropies, norms and divisions have the same trap. A NaN that appears after some steps and not in the loss comes from a branch like this one.",
    ),
    InPlace(
        number="6.3",
        function="rounded_step",
        parameters=("w", "x", "y", "learning_rate"),
        reference=lambda w, x, y, learning_rate: (
            w - learning_rate * _gradient(np.rint(w), x.astype(np.float64), y.astype(np.float64))
        ),
        cases=_rounded_cases,
        family=st.tuples(_regression(st.integers(1, 3)), rates).map(lambda c: (*c[0], c[1])),
        dtypes=("float32",),
        rounding=100.0,
        mistakes=(
            Mistake(
                "not rounded",
                _straight(lambda w: w),
                "The gradient is taken at w itself, as if nothing had been rounded. x must meet the rounded values: what stop_gradient holds back is the difference tf.round(w) - w.",
            ),
            Mistake(
                "difference turned around",
                _straight(lambda w: 2 * w - np.rint(w)),
                "The difference in stop_gradient is turned around. w + (round(w) - w) is round(w): the rounded value comes first.",
            ),
            Mistake(
                "difference alone",
                _straight(lambda w: w + np.rint(w)),
                "w was added and not taken away: w + stop_gradient(round(w)) is about 2 w. What belongs in stop_gradient is the difference, round(w) - w.",
            ),
            Mistake(
                "rounded weights stored",
                lambda w, x, y, learning_rate: np.rint(w) - learning_rate * _gradient(np.rint(w), x, y),
                "The step starts from the rounded weights. It must start from w, or a step smaller than one half is lost: w.assign_sub(...)",
            ),
            Mistake(
                "result rounded",
                lambda w, x, y, learning_rate: np.rint(w - learning_rate * _gradient(np.rint(w), x, y)),
                "The new weights were rounded. w keeps its fractions: they are what small steps add up in.",
            ),
            Mistake(
                "result rounded",
                lambda w, x, y, learning_rate: np.rint(w - learning_rate * _gradient(w, x, y)),
                "The step was made without rounding, and its result rounded. Round inside the loss, and leave w its fractions.",
            ),
            Mistake(
                "only rounded",
                lambda w, x, y, learning_rate: np.rint(w),
                "w was rounded and no step was made. Round inside the loss, and move w by learning_rate * gradient.",
            ),
            Mistake(
                "cut, not rounded",
                _straight(np.trunc),
                "The fractions were cut off (a cast to integers does that). tf.round goes to the nearest whole number.",
            ),
            Mistake(
                "cut, not rounded",
                _straight(np.floor),
                "The values were rounded down. tf.round goes to the nearest whole number.",
            ),
            Mistake(
                "cut, not rounded",
                _straight(np.ceil),
                "The values were rounded up. tf.round goes to the nearest whole number.",
            ),
            Mistake(
                "half rounded up",
                _straight(lambda w: np.floor(w + 0.5)),
                "A half was rounded up each time. tf.round and np.round take the even neighbour: 0.5 becomes 0, 1.5 becomes 2.",
            ),
            Mistake(
                "product rounded",
                lambda w, x, y, learning_rate: w - learning_rate * 2.0 * x.T @ (np.rint(x @ w) - y) / y.size,
                "The product x @ w was rounded. Round the weights, then multiply.",
            ),
            Mistake(
                "uphill",
                _straight(np.rint, lambda w, x, y: -_gradient(w, x, y)),
                "The step went uphill. Subtract the gradient: w.assign_sub(...)",
            ),
            Mistake(
                "no learning rate",
                lambda w, x, y, learning_rate: w - _gradient(np.rint(w), x, y),
                "The step is the whole gradient. Multiply it by learning_rate.",
            ),
            Mistake(
                "gradient doubled",
                _straight(np.rint, lambda w, x, y: 2 * _gradient(w, x, y)),
                "The gradient is twice what it should be. Backwards, round counts as the identity: pass on what comes from above, as it is.",
            ),
            Mistake(
                "gradient times w",
                lambda w, x, y, learning_rate: w - learning_rate * w * _gradient(np.rint(w), x, y),
                "The gradient was multiplied by w. Backwards, round counts as the identity: return what comes from above, as it is.",
            ),
            Mistake(
                "gradient replaced",
                lambda w, x, y, learning_rate: w - learning_rate,
                "Every weight moved by learning_rate: the function of your custom gradient returns 1. It must return what it is given, the gradient from above.",
            ),
            Mistake(
                "sum instead of mean",
                _straight(np.rint, lambda w, x, y: _gradient(w, x, y) * y.size),
                "The gradient is that of the sum of squares. The loss is their mean: tf.reduce_mean.",
            ),
            Mistake(
                "factor 2 missing",
                _straight(np.rint, lambda w, x, y: _gradient(w, x, y) / 2),
                "The gradient is half of what it should be: the derivative of a square has a factor 2.",
            ),
        ),
        messages=(
            *OF_THE_TAPE,
            Message(
                NONE,
                "path cut",
                "The gradient is None: everything that depends on w stands inside tf.stop_gradient, or behind a rounding. Leave one w outside: w + tf.stop_gradient(tf.round(w) - w).",
                lambda reading: reading.uses("stop_gradient"),
            ),
            Message(
                NONE,
                "round has no gradient",
                "The gradient is None: round, floor, casts to integers and NumPy let none through. w + tf.stop_gradient(tf.round(w) - w) has the rounded value, and a path to w.",
            ),
            *OF_THE_PRODUCT,
        ),
        hints=(
            "tf.round(w) alone gives the gradient None. Which tensor has the same value, and a path to w?",
            "w + tf.stop_gradient(...): what must be added to w to make it round(w)?",
            "rounded = w + tf.stop_gradient(tf.round(w) - w), in the place of w in the loss; then w.assign_sub(...)",
        ),
        why="x met whole numbers, the gradient went past the rounding to w, and w kept its fractions, in which small steps add up.",
        practice="Quantisation-aware training does this with the weights of every layer; so does every network with binary units.",
    ),
]
