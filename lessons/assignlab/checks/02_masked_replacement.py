"""Checks of lesson 02, masked replacement."""

import numpy as np
from hypothesis import strategies as st

from assignlab.exercises import InPlace, Message, Mistake, arrays, compares_with_nan, irregular, quarters, shapes

LESSON_DONE = "Lesson 2 is done. NaN still equals nothing, not even itself, and you find it all the same."

TEN = np.arange(10.0).reshape(2, 5)
NAN, INF = np.nan, np.inf
any_float = quarters | st.sampled_from([NAN, INF, -INF, 60_000.0, -60_000.0])


def _above_cases():
    yield TEN, 6.0, -1.0
    yield [[0.25, 0.75], [0.5, 1.0]], 0.5, -2.5
    yield np.round(irregular(21, 4, 3)), 0, 9
    yield np.round(irregular(22, 7)), 2.0, -3.5
    yield [1.0, 2.0, 3.0], 10.0, 0.0
    yield np.round(irregular(23, 2, 2, 3)), -1.5, -2.0
    yield [[250.0, -250.0], [0.5, 2.0]], 100.0, 0.75


def _band_cases():
    yield TEN, 3.0, 6.0
    yield [[-2.0, -1.0, 0.5], [1.0, 2.0, 4.0]], -1.0, 1.0
    yield np.round(irregular(24, 5, 5)), -2, 2
    yield irregular(25, 9), 1.5, 3.25
    yield [[-3.0, -2.0], [5.0, 6.0]], 0.0, 4.0
    yield [[60_000.0, -60_000.0, 250.0]], 100.0, 60_000.0


def _clean_cases():
    yield [[1.0, NAN, 3.0], [INF, 5.0, -INF]], 9.0
    yield [[NAN, NAN], [2.0, -3.0]], -1
    yield [INF, 1.0, -INF, 2.0], 8.0
    yield [1.0, 2.0, 3.0], 7.0
    yield [[[NAN, 1.0]], [[2.0, INF]]], 0.5
    yield [[60_000.0, NAN, -60_000.0], [3e38, INF, -3e38]], 0.25


def _prune_cases():
    low_and_high = np.array([[1.5, -0.7, 0.8, 0.2, 0.5], [0.3, 0.6, -0.4, 0.5, -0.9]])
    yield (TEN + 1) / 10, low_and_high, 0.5
    yield [[1.0, -2.0], [3.0, -4.0]], np.array([[1.0, 0.0], [0.0, 1.0]]), 0.5
    yield irregular(26, 4, 3), np.round(irregular(27, 4, 3)).astype(int), 1
    yield irregular(28, 6), irregular(29, 6), 0.0
    yield [[NAN, NAN, 2.0], [INF, -INF, INF]], np.array([[1.0, -1.0, 2.0], [3.0, -2.0, -3.0]]), 0.0


def _where(change):
    """A mistake that replaces entries by `change(values, ...)`: a boolean mask and the value to put there."""

    def gives(values, *arguments):
        mask, value = change(values, *arguments)
        return np.where(mask, value, values)

    return gives


NAN_IS_NEVER_EQUAL = (
    "x == np.nan is False everywhere: NaN equals nothing, not even itself. np.isfinite finds NaN and both infinities."
)

PICKED = Message(
    r"Shape mismatch",
    "shape",
    "{v} takes an array of its own shape, {shape}, and this one has the shape {given}. Is it values[mask], which takes the chosen entries out, or np.where of the mask alone, which gives their positions? Write into the whole array: values[mask] = ..., or np.where(mask, new, values)",
)

EXERCISES = [
    InPlace(
        number="2.1",
        function="replace_above",
        parameters=("v", "limit", "value"),
        reference=lambda values, limit, value: np.where(values > limit, value, values),
        cases=_above_cases,
        family=st.tuples(shapes().flatmap(arrays), quarters, quarters),
        mistakes=(
            Mistake(
                "off by one",
                _where(lambda values, limit, value: (values >= limit, value)),
                "Entries equal to the limit were replaced too. Above means strictly greater: >",
            ),
            Mistake(
                "mask inverted",
                _where(lambda values, limit, value: (values <= limit, value)),
                "The other entries were replaced. Turn the comparison around, or swap the last two arguments of np.where.",
            ),
            Mistake(
                "mask inverted",
                _where(lambda values, limit, value: (values < limit, value)),
                "The entries below the limit were replaced. Turn the comparison around.",
            ),
            Mistake(
                "clipped",
                lambda values, limit, value: np.minimum(values, limit),
                "The entries became the limit: that is clipping. They must become `value`.",
            ),
            Mistake(
                "absolute value",
                _where(lambda values, limit, value: (np.abs(values) > limit, value)),
                "Large negative entries were replaced too. Compare the values themselves, without abs.",
            ),
            Mistake(
                "all replaced",
                lambda values, limit, value: np.full_like(values, value),
                "Every entry was replaced. Only those where the mask is True should be.",
            ),
            Mistake(
                "multiplied by mask",
                lambda values, limit, value: values * (values <= limit),
                "The entries became 0: that is what multiplying by a mask gives. Put `value` there.",
            ),
            Mistake(
                "others lost",
                lambda values, limit, value: np.where(values > limit, value, 0.0),
                "`value` is where it belongs, and the other entries became 0. They must keep their values: np.where(mask, value, values)",
            ),
            Mistake(
                "others lost",
                lambda values, limit, value: np.where(values > limit, value, limit),
                "`value` is where it belongs, and the other entries became the limit. They must keep their values: np.where(mask, value, values)",
            ),
            Mistake(
                "mask stored",
                lambda values, limit, value: values > limit,
                "The mask itself was stored, as 0 and 1. Use it to choose where `value` goes.",
            ),
            Mistake(
                "arguments swapped",
                _where(lambda values, limit, value: (values > value, limit)),
                "limit and value changed places: compare with limit, store value.",
            ),
            Mistake(
                "added",
                _where(lambda values, limit, value: (values > limit, values + value)),
                "`value` was added to the entries. They must become equal to it.",
            ),
        ),
        messages=(PICKED,),
        hints=(
            "Take a snapshot, make a mask by comparing it with the limit, replace, assign.",
            "a > limit is an array of True and False of a's shape. Use it as an index, or as the first argument of np.where.",
            "a = v.numpy(), then a[a > limit] = value, then give a to v.assign.",
        ),
        why="The comparison looked at every entry and chose those above the limit; the others kept their values, and the limit itself is not above the limit.",
        practice="With a limit from a percentile instead of a fixed number, this is how outlying weights are reset.",
    ),
    InPlace(
        number="2.2",
        function="clear_band",
        parameters=("v", "low", "high"),
        reference=lambda values, low, high: np.where((values >= low) & (values <= high), 0.0, values),
        cases=_band_cases,
        family=st.tuples(shapes().flatmap(arrays), quarters, quarters).map(lambda c: (c[0], *sorted(c[1:]))),
        mistakes=(
            Mistake(
                "ends excluded",
                _where(lambda values, low, high: ((values > low) & (values < high), 0.0)),
                "The two ends stayed. The band includes low and high: use >= and <=.",
            ),
            Mistake(
                "one end excluded",
                _where(lambda values, low, high: ((values >= low) & (values < high), 0.0)),
                "Entries equal to high stayed. The band includes both ends: use <= for high.",
            ),
            Mistake(
                "one end excluded",
                _where(lambda values, low, high: ((values > low) & (values <= high), 0.0)),
                "Entries equal to low stayed. The band includes both ends: use >= for low.",
            ),
            Mistake(
                "or instead of and",
                _where(lambda values, low, high: ((values >= low) | (values <= high), 0.0)),
                "Every entry is above low or below high, so all were cleared. Both conditions must hold: join them with &.",
            ),
            Mistake(
                "mask inverted",
                _where(lambda values, low, high: ((values < low) | (values > high), 0.0)),
                "The entries outside the band were cleared. Clear those inside.",
            ),
            Mistake(
                "mask inverted",
                _where(lambda values, low, high: ((values <= low) | (values >= high), 0.0)),
                "The entries outside the band were cleared. Clear those inside.",
            ),
            Mistake(
                "one condition only",
                _where(lambda values, low, high: (values >= low, 0.0)),
                "Entries above high were cleared too. Join the two conditions with &.",
            ),
            Mistake(
                "one condition only",
                _where(lambda values, low, high: (values <= high, 0.0)),
                "Entries below low were cleared too. Join the two conditions with &.",
            ),
            Mistake(
                "clipped",
                lambda values, low, high: np.clip(values, low, high),
                "np.clip moves entries to the ends of the band. Here they become 0.",
            ),
            Mistake(
                "mask stored",
                lambda values, low, high: (values >= low) & (values <= high),
                "The mask itself was stored, as 0 and 1. Use it to choose what becomes 0.",
            ),
            Mistake(
                "mask stored",
                lambda values, low, high: (values < low) | (values > high),
                "The mask itself was stored, as 0 and 1. Use it to choose what keeps its value.",
            ),
            Mistake(
                "ends only",
                _where(lambda values, low, high: ((values == low) | (values == high), 0.0)),
                "The two ends became 0, and what lies between them stayed. Compare with >= and <=.",
            ),
        ),
        messages=(
            PICKED,
            Message(
                r"too many indices|boolean index did not match",
                "two masks",
                "a[one][other] looks for `other` in the entries that a[one] has taken out, and a[one, other] means two axes. Join both into one mask: a[(one) & (other)]",
            ),
        ),
        hints=(
            "Two conditions, and both must hold. How does NumPy join two masks?",
            "Use &, and put each comparison in round brackets: & binds more tightly than >=.",
            "a[(a >= low) & (a <= high)] = 0, between the snapshot and the assign.",
        ),
        why="Both conditions were asked of every entry, and both ends belong to the band. As masks, & joins them, each comparison in its own brackets.",
        practice="Clearing the band around 0 is magnitude pruning: small weights go, large ones of both signs stay.",
    ),
    InPlace(
        number="2.3",
        function="clean",
        parameters=("v", "value"),
        reference=lambda values, value: np.where(np.isfinite(values), values, value),
        cases=_clean_cases,
        family=st.tuples(shapes().flatmap(lambda s: arrays(s, any_float)), quarters),
        mistakes=(
            Mistake(
                "NaN is never equal",
                _where(lambda values, value: (np.isinf(values), value)),
                NAN_IS_NEVER_EQUAL,
                compares_with_nan,
            ),
            Mistake(
                "infinities kept",
                _where(lambda values, value: (np.isnan(values), value)),
                "NaN is gone, the infinities are still there. np.isfinite is False for NaN and for both infinities.",
            ),
            Mistake(
                "NaN kept",
                _where(lambda values, value: (np.isinf(values), value)),
                "The infinities are gone, NaN is still there. np.isfinite is False for NaN and for both infinities.",
            ),
            Mistake(
                "NaN is never equal",
                _where(lambda values, value: (values == np.inf, value)),
                NAN_IS_NEVER_EQUAL,
                compares_with_nan,
            ),
            Mistake(
                "NaN kept",
                _where(lambda values, value: (values == np.inf, value)),
                "inf is gone, NaN and -inf are still there. np.isfinite is False for all three.",
            ),
            Mistake(
                "one infinity kept",
                _where(lambda values, value: (np.isnan(values) | (values == np.inf), value)),
                "-inf is still there. np.isfinite is False for NaN and for both infinities.",
            ),
            Mistake(
                "one infinity kept",
                _where(lambda values, value: (np.isnan(values) | (values == -np.inf), value)),
                "inf is still there. np.isfinite is False for NaN and for both infinities.",
            ),
            Mistake(
                "mask inverted",
                _where(lambda values, value: (np.isfinite(values), value)),
                "The good entries were replaced. np.isfinite is True for those to keep: turn it around with ~.",
            ),
            Mistake(
                "NaN is never equal",
                lambda values, value: np.where(np.isfinite(values), values, np.nan),
                NAN_IS_NEVER_EQUAL,
                compares_with_nan,
            ),
            Mistake(
                "nan_to_num",
                lambda values, value: np.nan_to_num(values, posinf=value, neginf=value),
                "NaN became 0: np.nan_to_num does that unless you name another number. nan=value",
            ),
            Mistake(
                "multiplied by mask",
                lambda values, value: values * np.isfinite(values) + value * ~np.isfinite(values),
                "NaN times 0 is NaN, and infinity times 0 is NaN too. Replace with np.where or a mask index; do not multiply.",
            ),
            Mistake(
                "multiplied by mask",
                lambda values, value: values * np.isfinite(values),
                "NaN times 0 is NaN, and infinity times 0 is NaN too. Replace with np.where or a mask index; do not multiply.",
            ),
            Mistake(
                "nan_to_num",
                lambda values, value: np.nan_to_num(values.astype("float32"), nan=value),
                "np.nan_to_num replaces the infinities by huge numbers of its own. Name them too: posinf=value, neginf=value.",
            ),
            Mistake(
                "nan_to_num",
                lambda values, value: np.nan_to_num(values.astype("float32")),
                "np.nan_to_num puts 0 and huge numbers of its own. Name all three: nan=value, posinf=value, neginf=value.",
            ),
            Mistake(
                "nan_to_num",
                lambda values, value: np.nan_to_num(values.astype("float32"), nan=value, posinf=value),
                "np.nan_to_num replaces -inf by a huge number of its own. Name it too: neginf=value.",
            ),
            Mistake(
                "nan_to_num",
                lambda values, value: np.nan_to_num(values.astype("float32"), nan=value, posinf=value, neginf=-value),
                "-inf became -value. All three become `value`: neginf=value.",
            ),
            Mistake(
                "all replaced",
                lambda values, value: np.full_like(values, value),
                "Every entry was replaced. Only those that are not finite should be.",
            ),
            Mistake(
                "value not used",
                _where(lambda values, value: (~np.isfinite(values), 0.0)),
                "The right entries were found, and became 0. They must become `value`.",
            ),
        ),
        messages=(
            PICKED,
            Message(
                r"only (?:length-1|0-dimensional|size-1) arrays",
                "one number wanted",
                "math.isnan and math.isinf take one number, not an array. np.isnan, np.isinf and np.isfinite take the whole array.",
            ),
        ),
        hints=(
            "x == np.nan is False even for NaN, so a comparison cannot find it. NumPy has functions that can.",
            "np.isfinite is False for NaN, inf and -inf. You want the entries where it is False: ~ turns a mask around.",
            "a[~np.isfinite(a)] = value, between the snapshot and the assign.",
        ),
        why="NaN and both infinities were found, large finite numbers stayed, and nothing was computed with the bad entries.",
        practice="An optimizer keeps arrays of its own for each weight. Clean those too: their NaN would come back with the next step.",
    ),
    InPlace(
        number="2.4",
        function="prune",
        parameters=("w", "scores", "threshold"),
        reference=lambda values, scores, threshold: np.where(scores < threshold, 0.0, values),
        cases=_prune_cases,
        family=shapes().flatmap(lambda s: st.tuples(arrays(s, any_float), arrays(s), quarters)),
        mistakes=(
            Mistake(
                "mask of the wrong array",
                _where(lambda values, scores, threshold: (values < threshold, 0.0)),
                "The mask was computed on w. It belongs to the scores: scores < threshold.",
            ),
            Mistake(
                "mask of the wrong array",
                _where(lambda values, scores, threshold: (np.abs(values) < threshold, 0.0)),
                "The mask was computed on w. It belongs to the scores: scores < threshold.",
            ),
            Mistake(
                "absolute value",
                _where(lambda values, scores, threshold: (np.abs(scores) < threshold, 0.0)),
                "Entries with a negative score stayed. A negative score is below the threshold too: leave out abs.",
            ),
            Mistake(
                "off by one",
                _where(lambda values, scores, threshold: (scores <= threshold, 0.0)),
                "Entries whose score equals the threshold were pruned too. Below means strictly less: <",
            ),
            Mistake(
                "mask inverted",
                _where(lambda values, scores, threshold: (scores >= threshold, 0.0)),
                "The entries with high scores went. Those below the threshold should.",
            ),
            Mistake(
                "mask inverted",
                _where(lambda values, scores, threshold: (scores > threshold, 0.0)),
                "The entries with high scores went. Those below the threshold should.",
            ),
            Mistake(
                "scores written",
                lambda values, scores, threshold: np.where(scores < threshold, 0.0, scores),
                "The scores were stored in w. Keep w's own values where the score is high.",
            ),
            Mistake(
                "multiplied by scores",
                lambda values, scores, threshold: values * scores,
                "w was multiplied by its scores. The scores choose what becomes 0; the rest keeps its value.",
            ),
            Mistake(
                "multiplied by scores",
                lambda values, scores, threshold: values * np.where(scores < threshold, 0.0, scores),
                "w was multiplied by its scores. Where the score is high, w keeps its value.",
            ),
            Mistake(
                "multiplied by mask",
                lambda values, scores, threshold: values * (scores >= threshold),
                "NaN times 0 is NaN; infinity times 0 and infinity minus infinity are NaN too, so these entries were not pruned. Use np.where or a mask index, and compute nothing with them.",
            ),
            Mistake(
                "mask stored",
                lambda values, scores, threshold: scores >= threshold,
                "The mask itself was stored, as 0 and 1. Use it to choose what becomes 0.",
            ),
            Mistake(
                "mask stored",
                lambda values, scores, threshold: scores < threshold,
                "The mask itself was stored, as 0 and 1. Use it to choose what becomes 0.",
            ),
            Mistake(
                "all replaced",
                lambda values, scores, threshold: np.zeros_like(values),
                "Every entry became 0. Only those with a low score should.",
            ),
            Mistake(
                "threshold written",
                _where(lambda values, scores, threshold: (scores < threshold, threshold)),
                "The right entries were chosen, and became the threshold. They must become 0.",
            ),
        ),
        messages=(PICKED,),
        hints=(
            "The mask and the array that it edits may be two different arrays, as long as their shapes agree.",
            "Compute the mask from scores, apply it to the snapshot of w.",
            "a = w.numpy(), a[scores < threshold] = 0, then assign a to w.",
        ),
        why="The scores decided, and w changed: a mask may come from any array of the same shape. NaN and infinity were pruned as well, since nothing was computed with them.",
        practice="Scores may be magnitudes, gradients times weights, or activation counts. To keep pruned entries at 0, apply the mask again after each step.",
    ),
]
