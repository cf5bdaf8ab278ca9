"""Checks of lesson 07, dtypes and silent casts."""

import numpy as np
import tensorflow as tf
from hypothesis import strategies as st

from assignlab.exercises import InPlace, KeepsVariables, Message, Mistake, arrays, irregular, shapes

LESSON_DONE = "Lesson 7 is done. What goes into a variable now is what you meant, or you hear of it."


def _shipped_correct(v, correction):
    step = tf.constant(correction)
    v.assign_add(step)


def _correct_cases():
    yield [[1.0, 2.0], [3.0, 4.0]], np.array([[1.1, -0.2], [2.3, 0.4]])
    yield irregular(71, 3), irregular(72, 3)
    yield irregular(73, 2, 3), irregular(74, 2, 3)
    yield 1.5, np.array(-2.57)
    yield irregular(75, 1, 4), irregular(76, 1, 4)
    yield irregular(77, 2, 1, 3), irregular(78, 2, 1, 3)


def _pixel_cases():
    yield [[9, 9, 9], [9, 9, 9]], np.array([[-3.2, 0.5, 99.7], [254.4, 255.6, 1e4]])
    yield [0, 1, 2, 3], np.array([1.5, 2.5, 255.0, 0.0])
    yield [[7], [8]], np.array([[-0.4], [256.0]])
    yield [[200]], np.array([[255.5]])
    yield [[[1, 2]], [[3, 4]]], np.array([[[12.49, 300.0]], [[-300.0, 127.51]]])
    yield [5, 6, 7], np.array([0.51, 254.5, -1.0], "float32")
    yield [4, 4], np.array([511.6, 767.9])
    yield [1, 1], np.array([255.25, -0.25])


BYTES = st.integers(-60, 330).map(float) | st.integers(-240, 1320).map(lambda i: i / 4)
FITS = (
    "v = tf.Variable([1.0, 2.0])\nvalues = np.array([0.5, 2.0])",
    "v = tf.Variable([1.0, 2.0])\nvalues = np.array([0.1, 2.0])",
    "v = tf.Variable([1.0, 2.0])\nvalues = np.array([np.nan, -np.inf])",
    "v = tf.Variable([1.0, 2.0])\nvalues = np.array([1.0, 2.0])",
    "v = tf.Variable([1, 2])\nvalues = np.array([3.0, -4.0])",
    "v = tf.Variable([1, 2])\nvalues = np.array([3.0, 4.5])",
    "v = tf.Variable([1, 2])\nvalues = np.array([np.nan, 4.0])",
    "v = tf.Variable([7, 7], dtype=tf.uint8)\nvalues = np.array([0, 255])",
    "v = tf.Variable([7, 7], dtype=tf.uint8)\nvalues = np.array([300, 1])",
    "v = tf.Variable([7, 7], dtype=tf.uint8)\nvalues = np.array([-1, 1], dtype='int8')",
    "v = tf.Variable([1.0, 2.0], dtype=tf.float16)\nvalues = np.array([2048, -0.25])",
    "v = tf.Variable([1.0, 2.0], dtype=tf.float16)\nvalues = np.array([70000.0, 1.0])",
    "v = tf.Variable([1.0, 2.0], dtype=tf.float16)\nvalues = np.array([2049, 1])",
    "v = tf.Variable([1.0, 2.0])\nvalues = np.array([16777217, 1])",
    "v = tf.Variable([1.0, 2.0])\nvalues = np.array([16777216, 1])",
    "v = tf.Variable([1.0, 2.0], dtype=tf.bfloat16)\nvalues = np.array([1.0, -0.5])",
    "v = tf.Variable([1.0, 2.0], dtype=tf.bfloat16)\nvalues = np.array([1.001, 1.0])",
    "v = tf.Variable([1.0, 2.0], dtype=tf.float64)\nvalues = np.array([0.1, 3e38], dtype='float32')",
    "v = tf.Variable([1, 2], dtype=tf.int64)\nvalues = np.array([2**53 + 1, -5])",
    "v = tf.Variable([1, 2])\nvalues = np.array([2**31, 1])",
    "v = tf.Variable(0.5)\nvalues = np.array(0.1)",
    "v = tf.Variable([[0.5], [1.5]])\nvalues = np.array([[1e39], [1.0]])",
    "v = tf.Variable([0.5, 1.5])\nvalues = np.array([1e-50, 1.0])",
)


def _cast(v, values):
    with np.errstate(all="ignore"):
        return values.astype(v.dtype.as_numpy_dtype)


def _fits(v, values):
    return np.array_equal(_cast(v, values), values, equal_nan=True)


def _assigned(v, values):
    v.assign(values)
    return np.array_equal(v.numpy(), values, equal_nan=True)


def _tried(v, values):
    v.assign(values)
    return True


def _tried_as_list(v, values):
    try:
        tf.constant(values.tolist(), v.dtype)
    except (TypeError, ValueError):
        return False
    return True


def _within(v, values):
    with np.errstate(all="ignore"):
        return bool(np.all((values >= v.dtype.min) & (values <= v.dtype.max)))


def _there_and_back(v, values, equal_nan=True):
    with np.errstate(all="ignore"):
        return np.array_equal(_cast(v, values).astype(values.dtype), values, equal_nan=equal_nan)


DTYPES_ALONE = (
    "The dtypes alone do not tell: float64 values such as 0.5 fit into float32, and others do not. Cast the values, and "
    "compare them with what they were."
)

EXERCISES = [
    InPlace(
        number="7.1",
        function="correct",
        parameters=("v", "correction"),
        shipped=_shipped_correct,
        reference=lambda values, correction: values + correction,
        cases=_correct_cases,
        family=shapes().flatmap(lambda s: st.tuples(arrays(s), arrays(s))),
        rounding=2.0,
        mistakes=(
            Mistake(
                "replaced",
                lambda values, correction: correction,
                "v holds the correction itself. Add it to what v held: assign_add, or the sum in assign.",
            ),
            Mistake(
                "subtracted",
                lambda values, correction: values - correction,
                "The correction was subtracted. Add it: assign_add.",
            ),
            Mistake(
                "cut to integers",
                lambda values, correction: values + np.trunc(correction),
                "The correction lost its fractions before it was added: a cast to integers. Give assign_add the array as it is.",
            ),
            Mistake(
                "cut to integers",
                lambda values, correction: np.trunc(values + correction),
                "The sum lost its fractions: a cast to integers. Give assign the float array, and let assign cast.",
            ),
            Mistake(
                "added twice",
                lambda values, correction: values + 2 * correction,
                "The correction was added twice. One assign_add is enough.",
            ),
            Mistake(
                "multiplied",
                lambda values, correction: values * correction,
                "v was multiplied by the correction. Add it.",
            ),
        ),
        hints=(
            "The error names two dtypes: that of v, and that of the tensor. Which line made a tensor, and did v need one?",
            "assign_add casts an array to v's dtype. It is tf.constant that took this away.",
            "v.assign_add(...) with the array itself in the brackets.",
        ),
        why="Whatever was added came to v in v's own dtype, and v kept that dtype.",
        practice="Updates from SciPy, pandas or a file are float64. Hand them to assign as arrays, or cast them to v.dtype.",
    ),
    InPlace(
        number="7.2",
        function="store_pixels",
        parameters=("image", "values"),
        reference=lambda before, values: np.clip(np.rint(values), 0, 255),
        cases=_pixel_cases,
        family=shapes(most=2).flatmap(lambda s: st.tuples(arrays(s, st.integers(0, 255).map(float)), arrays(s, BYTES))),
        dtypes=("uint8",),
        mistakes=(
            Mistake(
                "not rounded",
                lambda before, values: np.trunc(np.clip(values, 0, 255)),
                "The fractions were cut off: 99.7 became 99. A cast to integers does not round; np.rint does.",
            ),
            Mistake(
                "clipped too late",
                lambda before, values: np.clip(np.rint(values).astype("int64").astype("uint8"), 0, 255),
                "The values were bytes when they were clipped, and had wrapped around by then. Clip floats, then cast.",
                lambda reading: reading.uses("clip", "clip_by_value", "minimum", "maximum"),
            ),
            Mistake(
                "not clipped",
                lambda before, values: np.rint(values).astype("int64").astype("uint8"),
                "Values below 0 or above 255 wrapped around, or worse. Clip them before the cast: np.clip(..., 0, 255)",
            ),
            Mistake(
                "neither rounded nor clipped",
                lambda before, values: values.astype("int64").astype("uint8"),
                "The fractions were cut off, and values out of range wrapped around. Two steps before assign: np.rint, np.clip.",
            ),
            Mistake(
                "only the upper end",
                lambda before, values: np.minimum(np.rint(values), 255).astype("int64").astype("uint8"),
                "Values above 255 are right, and those below 0 wrapped around. They must become 0.",
            ),
            Mistake(
                "only the lower end",
                lambda before, values: np.maximum(np.rint(values), 0).astype("int64").astype("uint8"),
                "Values below 0 are right, and those above 255 wrapped around. They must become 255.",
            ),
            Mistake(
                "halves rounded up",
                lambda before, values: np.clip(np.floor(values + 0.5), 0, 255),
                "Adding a half and cutting off rounds 0.5 up to 1. np.rint goes to the even neighbour, 0.",
            ),
            Mistake(
                "rounded up",
                lambda before, values: np.clip(np.ceil(values), 0, 255),
                "Every fraction was rounded up. np.rint goes to the nearest whole number.",
            ),
            Mistake(
                "clipped at 256",
                lambda before, values: np.clip(np.rint(values), 0, 256).astype("int64").astype("uint8"),
                "256 is one too many for a byte: it became 0. The largest is 255.",
                lambda reading: 256 in reading.constants,
            ),
            Mistake(
                "out of range set to 0",
                lambda before, values: np.where((np.rint(values) < 0) | (np.rint(values) > 255), 0, np.rint(values)),
                "What is above 255 became 0. It must become 255, the nearest that a byte holds: np.clip does both ends.",
            ),
            Mistake(
                "out of range set to 0",
                lambda before, values: np.where((values < 0) | (values > 255), 0, np.rint(values)),
                "What is above 255 became 0. It must become 255, the nearest that a byte holds: np.clip does both ends.",
            ),
            Mistake(
                "absolute value",
                lambda before, values: np.minimum(np.rint(np.abs(values)), 255),
                "Negative values lost their sign. They must become 0.",
            ),
            Mistake(
                "clipped to 1",
                lambda before, values: np.clip(np.rint(values), 0, 1),
                "The values were clipped to 1. These pixels go up to 255.",
            ),
            Mistake(
                "spread over the range",
                lambda before, values: np.rint((values - values.min()) / np.ptp(values) * 255),
                "The values were spread over 0 to 255. Those in range keep their place; only those outside move, to the ends.",
            ),
            Mistake(
                "added",
                lambda before, values: np.clip(np.rint(before + values), 0, 255),
                "The values were added to the image. They replace it: assign.",
            ),
        ),
        hints=(
            "Two things happen to a float on its way into a byte: its fraction is cut off, and out of range it becomes anything. Prevent both, before the cast.",
            "np.rint rounds, np.clip(..., lowest, highest) keeps a range. The cast is then assign's, and changes nothing.",
            "image.assign(np.clip(np.rint(...), ..., ...)).",
        ),
        why="Each value was a whole number that a byte can hold before the cast.",
        practice="Quantized weights, images and counts are stored like this: scale, round, clip, cast, in this order.",
    ),
    KeepsVariables(
        number="7.3",
        function="fits",
        parameters=("v", "values"),
        reference=_fits,
        cases=FITS,
        mistakes=(
            Mistake(
                "no error to wait for",
                _tried,
                "assign casts an array without an error, whatever is lost, and v now holds the values. Make the cast on a copy, values.astype(v.dtype.as_numpy_dtype), and compare.",
            ),
            Mistake(
                "no error to wait for",
                _tried_as_list,
                "A list is refused for its kind: floats where v holds integers. Where digits are lost there is no error. Make the cast, values.astype(v.dtype.as_numpy_dtype), and compare.",
            ),
            Mistake(
                "assigned",
                _assigned,
                "The answer is right, but v now holds values. Ask without assigning: values.astype(v.dtype.as_numpy_dtype) is the same cast, on a copy.",
            ),
            Mistake(
                "NaN unequal",
                lambda v, values: np.array_equal(_cast(v, values), values),
                "NaN equals nothing, not even the NaN that it became. np.array_equal(..., equal_nan=True)",
            ),
            Mistake(
                "NaN unequal",
                lambda v, values: _there_and_back(v, values, equal_nan=False),
                "NaN equals nothing, not even the NaN that it became. np.array_equal(..., equal_nan=True)",
            ),
            Mistake("dtypes compared", lambda v, values: values.dtype == v.dtype.as_numpy_dtype, DTYPES_ALONE),
            Mistake(
                "dtypes compared", lambda v, values: np.can_cast(values.dtype, v.dtype.as_numpy_dtype), DTYPES_ALONE
            ),
            Mistake(
                "dtypes compared",
                lambda v, values: np.can_cast(values.dtype, v.dtype.as_numpy_dtype, "same_kind"),
                DTYPES_ALONE,
            ),
            Mistake(
                "dtypes compared",
                lambda v, values: np.result_type(values, v.dtype.as_numpy_dtype) == v.dtype.as_numpy_dtype,
                DTYPES_ALONE,
            ),
            Mistake(
                "nearly",
                lambda v, values: np.allclose(_cast(v, values), values, equal_nan=True),
                "Nearly is not exactly: float32 is near 0.1, and holds another number. Compare with np.array_equal.",
            ),
            Mistake(
                "nearly",
                lambda v, values: np.allclose(_cast(v, values), values),
                "Nearly is not exactly: float32 is near 0.1, and holds another number. Compare with np.array_equal.",
            ),
            Mistake(
                "whole numbers",
                lambda v, values: np.array_equal(np.rint(values), values, equal_nan=True),
                "It asks whether the values are whole numbers. 0.5 fits into a float, and 300 not into a byte: compare them with what the cast to v's dtype makes of them.",
            ),
            Mistake(
                "whole numbers",
                lambda v, values: np.array_equal(np.rint(values), values),
                "It asks whether the values are whole numbers. 0.5 fits into a float, and 300 not into a byte: compare them with what the cast to v's dtype makes of them.",
            ),
            Mistake(
                "range alone",
                _within,
                "The range is one half of it. 0.1 is in the range of float32, 1.5 in that of int32, and neither holds it.",
            ),
            Mistake(
                "sign lost",
                _there_and_back,
                "There and back again, -1 from int8 comes out of uint8 as -1, though 255 would have been stored. Compare the cast values themselves with the given ones.",
            ),
            Mistake(
                "one is enough",
                lambda v, values: bool(np.any(_cast(v, values) == values)),
                "It says True where some of the values fit. All must.",
            ),
            Mistake(
                "turned round",
                lambda v, values: not _fits(v, values),
                "It says True where a value is lost, and False where none is. Turn it round.",
            ),
            Mistake(
                "one for each",
                lambda v, values: _cast(v, values) == values,
                "An array of answers came back, one for each value. Return one: np.array_equal, or np.all.",
            ),
            Mistake(
                "values of v compared",
                lambda v, values: np.array_equal(v.numpy(), values),
                "The values were compared with those that v holds now. Compare them with what the cast makes of them.",
            ),
            Mistake(
                "no error to wait for",
                lambda v, values: True,
                "An array is cast without an error, whatever is lost: there is nothing to catch. Make the cast, values.astype(v.dtype.as_numpy_dtype), and compare.",
                lambda reading: reading.uses("assign", "constant", "convert_to_tensor", "cast"),
            ),
            Mistake(
                "a number",
                lambda v, values: int(_fits(v, values)),
                "It is 1 or 0 where True or False was asked for. Return what the comparison gives, without int.",
            ),
            Mistake("one answer for all", lambda v, values: True, "It says True, whatever it is given."),
            Mistake("one answer for all", lambda v, values: False, "It says False, whatever it is given."),
        ),
        messages=(
            Message(
                r"Cannot interpret 'tf\.|data type 'tf\.|Cannot interpret",
                "dtype of TensorFlow",
                "v.dtype is a dtype of TensorFlow, which NumPy does not know. Its own is v.dtype.as_numpy_dtype",
            ),
        ),
        hints=(
            "assign casts an array without a word. Can you make the same cast on a copy, and see what it did?",
            "values.astype(v.dtype.as_numpy_dtype) is that cast. Compare what comes out with what went in: every value, NaN too.",
            "return np.array_equal(..., values, equal_nan=True), with the cast in place of the dots.",
        ),
        why="The cast was tried on a copy: where it changed nothing, assign will change nothing.",
        practice="Put it before an assign of what comes from outside: `if not fits(v, values): raise ValueError(...)`",
    ),
]
