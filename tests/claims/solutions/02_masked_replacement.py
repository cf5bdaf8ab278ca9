"""Claims of the solutions 02, masked replacement."""

import ast
import inspect
import itertools
import textwrap

import numpy as np
import tensorflow as tf
from pytest import raises

from course import ROOT, title

FLOATS = (tf.float16, tf.float32, tf.float64, tf.bfloat16)
TEN = np.arange(10.0).reshape(2, 5)


def ten():
    """A new variable with the numbers 0 to 9."""
    return tf.Variable(TEN.astype("float32"))


# free: The worked answers of [the lesson](../lessons/02_masked_replacement.ipynb).
# free: Try each exercise there first; open an answer here when you want to compare.
# free: The other way round: keep what lies outside.

# %% exercise-2-1
# > The mask is computed on the snapshot and stands as an index on the left of `=`, so only the entries above the limit
# > are overwritten.
#
# > The last line is the one that changes the variable.
v = ten()
replace_above(v, 5, -1)
np.testing.assert_array_equal(v, [[0, 1, 2, 3, 4], [5, -1, -1, -1, -1]])
body = ast.parse(inspect.getsource(replace_above)).body[0].body
assert isinstance(body[-2], ast.Assign) and ast.unparse(body[-2].targets[0]) == "values[values > limit]"
v, limit, value = ten(), 5, -1
for line in body[1:-1]:
    exec(ast.unparse(line))
np.testing.assert_array_equal(v, TEN)
exec(ast.unparse(body[-1]))
np.testing.assert_array_equal(v, [[0, 1, 2, 3, 4], [5, -1, -1, -1, -1]])

# %% exercise-2-1-others
# > `np.where` makes a new array instead of editing one, and fits on a line.
#
# > `tf.where` does the same without NumPy, and so it works inside a `tf.function` too.
made = np.where(TEN > 5, -1, TEN)
assert not np.shares_memory(made, TEN) and TEN.max() == 9
v = ten()
tf.function(replace_in_tensorflow)(v, 5, -1)
np.testing.assert_array_equal(v, made)
v = ten()
replace_in_tensorflow(v, 5, -1)
np.testing.assert_array_equal(v, made)
with raises(NotImplementedError, match="eager execution"):
    tf.function(replace_with_where)(ten(), 5, -1)

# %% exercise-2-2
# > Both conditions must hold, so `&` joins them.
#
# > The brackets are needed because `&` binds more tightly than `>=`.
v = ten()
clear_band(v, 3, 6)
np.testing.assert_array_equal(v, [[0, 1, 2, 0, 0], [0, 0, 7, 8, 9]])
compared = ast.parse("values >= low & values <= high", mode="eval").body
assert isinstance(compared, ast.Compare) and ast.unparse(compared.comparators[0]) == "low & values"
with raises(TypeError):
    bool(TEN >= 3.0 & TEN <= 6.0)

# %% exercise-2-2-others
# > `np.logical_and` is `&` with a name, and needs no brackets.
one, other = np.array([False, False, True, True]), np.array([False, True, False, True])
np.testing.assert_array_equal(np.logical_and(one, other), one & other)
np.testing.assert_array_equal(np.logical_and(TEN >= 3, TEN <= 6), (TEN >= 3) & (TEN <= 6))
v = ten()
clear_band_by_keeping(v, 3, 6)
np.testing.assert_array_equal(v, [[0, 1, 2, 0, 0], [0, 0, 7, 8, 9]])

# %% exercise-2-3
# > `np.isfinite` is `False` for NaN and both infinities; `~` turns the mask around.
#
# > Writing through an index never computes with the bad entries.
for dtype in FLOATS:
    entries = tf.cast([1, np.nan, np.inf, -np.inf, 0], dtype).numpy()
    assert np.isfinite(entries).tolist() == [True, False, False, False, True]
    assert (~np.isfinite(entries)).tolist() == [False, True, True, True, False]
    with np.errstate(all="raise"):
        entries[~np.isfinite(entries)] = 7
    assert entries.tolist() == [1, 7, 7, 7, 0]

# %% exercise-2-3-others
# > `np.nan_to_num` does it when all three replacements are named; without them infinity becomes the largest number of
# > the dtype, about 3.4e38 in float32, and minus infinity its negative.
#
# > (A bfloat16 array it returns as it came.)
#
# > `tf.math.is_finite` is the same test for tensors.
entries = np.array([1, np.nan, np.inf, -np.inf])
for dtype in FLOATS:
    bad = tf.cast(entries, dtype)
    np.testing.assert_array_equal(tf.math.is_finite(bad), np.isfinite(bad.numpy()))
for dtype in ("float16", "float32", "float64"):
    bad, largest = entries.astype(dtype), np.finfo(dtype).max
    assert np.nan_to_num(bad, nan=7, posinf=7, neginf=7).tolist() == [1, 7, 7, 7]
    assert np.nan_to_num(bad).tolist() == [1, 0, largest, -largest]
assert np.isclose(np.finfo("float32").max, 3.4e38, rtol=1e-2)
short = tf.cast(entries, tf.bfloat16).numpy()
np.testing.assert_array_equal(np.nan_to_num(short, nan=7, posinf=7, neginf=7).astype("float32"), entries)

# %% exercise-2-4
# > A mask is an array of its own.
#
# > This one comes from `scores` and is applied to the snapshot of `w`; the shapes must agree.
w, scores = ten(), TEN[::-1]
mask = scores < 5
assert mask.base is None and not np.shares_memory(mask, scores)
prune(w, scores, 5)
np.testing.assert_array_equal(w, [[0, 1, 2, 3, 4], [0, 0, 0, 0, 0]])
with raises(IndexError, match="did not match"):
    prune(ten(), TEN.T, 5)

# %% exercise-2-4-others
# > `np.where` keeps the old value where the score is high enough.
#
# > Of a large `tf.Variable`, `scatter_nd_update` writes a few entries and needs no snapshot: `np.argwhere` lists where
# > they are.
#
# > [Lesson: Replace entries by a mask](../lessons/02_masked_replacement.ipynb)
lesson = ROOT / "lessons" / "02_masked_replacement.ipynb"
assert title(lesson) == "Replace entries by a mask"
w, scores = ten(), TEN[::-1]
prune_with_where(w, scores, 5)
np.testing.assert_array_equal(w, [[0, 1, 2, 3, 4], [0, 0, 0, 0, 0]])
places = np.argwhere(scores < 5)
assert places.tolist() == [[1, k] for k in range(5)]
assert "numpy()" not in inspect.getsource(prune_by_indices)
large = tf.Variable(tf.ones((1000, 1000)))
large.scatter_nd_update([[3, 4], [999, 0]], [0.0, 0.0])
assert np.argwhere(large.numpy() == 0).tolist() == [[3, 4], [999, 0]]
