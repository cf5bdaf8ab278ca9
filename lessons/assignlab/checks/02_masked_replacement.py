"""Checks of lesson 02, masked replacement."""

import numpy as np
from hypothesis import strategies as st

from assignlab.exercise import InPlace, Mistake, arrays, quarters, shapes

TEN = np.arange(10.0).reshape(2, 5)


def _above_cases():
    rng = np.random.default_rng(21)
    yield TEN, 5.0, -1.0
    yield [[0.25, 0.75], [0.5, 1.0]], 0.5, 0.0
    yield rng.integers(-4, 5, size=(4, 3)).astype(float), 0.0, 9.0
    yield rng.integers(-4, 5, size=7).astype(float), 2.0, -3.5
    yield [1.0, 2.0, 3.0], 10.0, 0.0
    yield rng.integers(-4, 5, size=(2, 2, 3)).astype(float), -1.0, -2.0


def _band_cases():
    rng = np.random.default_rng(22)
    yield TEN, 3.0, 6.0
    yield [[-2.0, -1.0, 0.5], [1.0, 2.0, 4.0]], -1.0, 1.0
    yield rng.integers(-4, 5, size=(5, 5)).astype(float), -2.0, 2.0
    yield rng.integers(-4, 5, size=9).astype(float), 1.0, 3.0
    yield [[-3.0, -2.0], [5.0, 6.0]], 0.0, 4.0


def _clean_cases():
    nan, inf = np.nan, np.inf
    yield [[1.0, nan, 3.0], [inf, 5.0, -inf]], 0.0
    yield [[nan, nan], [2.0, -3.0]], -1.0
    yield [inf, 1.0, -inf, 2.0], 8.0
    yield [1.0, 2.0, 3.0], 7.0
    yield np.array([[[nan, 1.0]], [[2.0, inf]]]), 0.5


def _prune_cases():
    rng = np.random.default_rng(24)
    yield TEN / 10, np.array([[0.9, 0.1, 0.8, 0.2, 0.7], [0.3, 0.6, 0.4, 0.5, 0.0]]), 0.5
    yield [[1.0, -2.0], [3.0, -4.0]], np.array([[1.0, 0.0], [0.0, 1.0]]), 0.5
    yield rng.integers(1, 9, size=(4, 3)).astype(float), rng.integers(0, 5, size=(4, 3)).astype(float), 2.0
    yield rng.integers(1, 9, size=6).astype(float), rng.integers(-3, 3, size=6).astype(float), 0.0


def _where(change):
    """A mistake that replaces entries by `change(values, ...)`: a boolean mask and the value to put there."""

    def gives(values, *arguments):
        mask, value = change(values, *arguments)
        return np.where(mask, value, values)

    return gives


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
        hints=(
            "Take a snapshot, make a mask by comparing it with the limit, replace, assign.",
            "a > limit is an array of True and False of a's shape. Use it as an index, or as the first argument of np.where.",
            "a = v.numpy(), then a[a > limit] = value, then give a to v.assign.",
        ),
        why="The mask picks entries by their values; indexing with it on the left side writes into the snapshot, and assign stores the whole snapshot.",
        practice="With a mask from a percentile instead of a fixed limit, this is how outlying weights are reset.",
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
                "mask inverted",
                _where(lambda values, low, high: ((values <= low) | (values >= high), 0.0)),
                "The entries outside the band were cleared. Clear those inside.",
            ),
        ),
        hints=(
            "Two conditions, and both must hold. How does NumPy join two masks?",
            "Use &, and put each comparison in round brackets: & binds more tightly than >=.",
            "a[(a >= low) & (a <= high)] = 0, between the snapshot and the assign.",
        ),
        why="& joins two masks entry by entry; the brackets matter because & binds more tightly than a comparison.",
        practice="Clearing the band around 0 is magnitude pruning: small weights go, large ones of both signs stay.",
    ),
    InPlace(
        number="2.3",
        function="clean",
        parameters=("v", "value"),
        reference=lambda values, value: np.where(np.isfinite(values), values, value),
        cases=_clean_cases,
        family=st.tuples(
            shapes().flatmap(lambda s: arrays(s, quarters | st.sampled_from([np.nan, np.inf, -np.inf]))), quarters
        ),
        mistakes=(
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
                "one infinity kept",
                _where(lambda values, value: (np.isnan(values) | (values == np.inf), value)),
                "-inf is still there. np.isfinite is False for NaN and for both infinities.",
            ),
            Mistake(
                "mask inverted",
                _where(lambda values, value: (np.isfinite(values), value)),
                "The good entries were replaced. np.isfinite is True for those to keep: turn it around with ~.",
            ),
            Mistake(
                "multiplied by mask",
                lambda values, value: values * np.isfinite(values) + value * ~np.isfinite(values),
                "NaN times 0 is NaN, and infinity times 0 is NaN too. Replace with np.where or a mask index; do not multiply.",
            ),
            Mistake(
                "nan_to_num",
                lambda values, value: np.nan_to_num(values.astype("float32"), nan=value),
                "np.nan_to_num replaces the infinities by huge numbers of its own. Name them too: posinf=value, neginf=value.",
            ),
            Mistake(
                "one infinity kept",
                _where(lambda values, value: (np.isnan(values) | (values == -np.inf), value)),
                "inf is still there. np.isfinite is False for NaN and for both infinities.",
            ),
            Mistake(
                "nan_to_num",
                lambda values, value: np.nan_to_num(values.astype("float32"), nan=value, posinf=value),
                "np.nan_to_num replaces -inf by a huge number of its own. Name it too: neginf=value.",
            ),
            Mistake(
                "all replaced",
                lambda values, value: np.full_like(values, value),
                "Every entry was replaced. Only those that are not finite should be.",
            ),
        ),
        hints=(
            "x == np.nan is False even for NaN, so a comparison cannot find it. NumPy has functions that can.",
            "np.isfinite is False for NaN, inf and -inf. You want the entries where it is False: ~ turns a mask around.",
            "a[~np.isfinite(a)] = value, between the snapshot and the assign.",
        ),
        why="np.isfinite finds NaN and both infinities at once, and writing through a mask never computes with them.",
        practice="Clean the optimizer's slot variables too: their NaNs would come back with the next step.",
    ),
    InPlace(
        number="2.4",
        function="prune",
        parameters=("w", "scores", "threshold"),
        reference=lambda values, scores, threshold: np.where(scores < threshold, 0.0, values),
        cases=_prune_cases,
        family=shapes().flatmap(lambda s: st.tuples(arrays(s), arrays(s), quarters)),
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
                "scores written",
                lambda values, scores, threshold: np.where(scores < threshold, 0.0, scores),
                "The scores were stored in w. Keep w's own values where the score is high.",
            ),
            Mistake(
                "mask inverted",
                _where(lambda values, scores, threshold: (scores > threshold, 0.0)),
                "The entries with high scores went. Those below the threshold should.",
            ),
            Mistake(
                "mask stored",
                lambda values, scores, threshold: scores >= threshold,
                "The mask itself was stored, as 0 and 1. Use it to choose what becomes 0.",
            ),
            Mistake(
                "all replaced",
                lambda values, scores, threshold: values * 0,
                "Every entry became 0. Only those with a low score should.",
            ),
        ),
        hints=(
            "The mask and the array that it edits may be two different arrays, as long as their shapes agree.",
            "Compute the mask from scores, apply it to the snapshot of w.",
            "a = w.numpy(), a[scores < threshold] = 0, then assign a to w.",
        ),
        why="A mask is an array of its own: computed on the scores, applied to the snapshot. Only shapes must agree.",
        practice="Scores may be magnitudes, gradients times weights, or activation counts. To keep pruned entries at 0, apply the mask again after each step.",
    ),
]
