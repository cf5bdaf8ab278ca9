"""Claims of lesson 02, masked replacement."""

import ast
import itertools
import warnings
from unittest.mock import patch

import keras
import numpy as np
import tensorflow as tf
from pytest import raises

from assignlab.checker import examine
from course import ROOT, cells, lessons, title

LESSON = ROOT / "lessons" / "02_masked_replacement.ipynb"
FLOATS = (tf.float16, tf.float32, tf.float64, tf.bfloat16)


def floats(values):
    """A tf.Variable of each floating dtype with these values, and a Keras variable."""
    yield from (tf.Variable(tf.cast(values, dtype)) for dtype in FLOATS)
    yield keras.Variable(np.asarray(values, "float32"))


# free: **You will do:** replace, clip, clean and prune entries.
# free: **You will learn:** how masks combine, what they do to NaN, what training does to a replaced entry.
# free: **You need:** [lesson 1](01_broadcast_scaling.ipynb).
# free: The usual imports.

# %% setup
# > In the morning every prediction is NaN, and one bad weight is enough for that.
#
# > The cure touches this entry and leaves its neighbours alone; a mask says which it is.
x = np.random.default_rng(0).normal(size=(50, 3))
for last in (keras.layers.Dense(1), keras.layers.Dense(4, activation="softmax")):
    hidden = keras.layers.Dense(8, activation="relu")
    network = keras.Sequential([keras.Input((3,)), hidden, last])
    healthy = hidden.kernel.numpy()
    bad = healthy.copy()
    bad[1, 2] = np.nan
    hidden.kernel.assign(bad)
    assert np.isnan(network(x)).all()
    cured = hidden.kernel.numpy()
    cured[np.isnan(cured)] = 0
    hidden.kernel.assign(cured)
    assert np.isfinite(network(x)).all()
    assert np.argwhere(hidden.kernel.numpy() != healthy).tolist() == [[1, 2]]
for lesson in lessons():  # "The same imports as in every lesson."
    setup = next(source for source in cells(lesson, "code"))
    assert all(
        line in setup for line in ("import numpy as np\n", "import tensorflow as tf\n", "from assignlab import ")
    )

# %% mask
# > Ask an array whether it is greater than 5, and every entry answers for itself.
#
# > The answers are a *mask*: an array of the same shape, of `True` and `False`.
np.testing.assert_array_equal(_, [[False] * 5, [False, True, True, True, True]])
assert _.dtype == bool and _.shape == values.shape
for some in ([5.0, 6.0], [[np.nan, np.inf]], 6.0, np.zeros((2, 0, 3))):
    asked = np.asarray(some) > 5
    assert asked.shape == np.shape(some) and asked.dtype == bool
    assert np.ravel(asked).tolist() == [entry > 5 for entry in np.ravel(some)]

# %% replace
# > On the left of `=`, the mask picks the entries to overwrite.
#
# > That edits the snapshot; the variable learns of it from `assign`.
np.testing.assert_array_equal(_, [[0, 1, 2, 3, 4], [5, -1, -1, -1, -1]])
for some in floats(np.arange(10.0).reshape(2, 5)):
    taken = some.numpy()
    taken[taken > 5] = -1
    np.testing.assert_array_equal(taken.astype("float32"), _)
    np.testing.assert_array_equal(some.numpy().astype("float32"), np.arange(10).reshape(2, 5))
    some.assign(taken)
    np.testing.assert_array_equal(some.numpy().astype("float32"), _)

# %% same-index
# raises AttributeError: EagerTensor' object has no attribute 'assign'
# > No.
#
# > The variable can be read with the same mask: `v[mask]` gives the four chosen entries.
#
# > `v[mask]` is a new tensor, which took the values along and forgot where they came from.
assert v[mask].shape == (4,) and tf.is_tensor(v[mask])
np.testing.assert_array_equal(v[mask], v.numpy()[mask])
np.testing.assert_array_equal(v, [[0, 1, 2, 3, 4], [5, -1, -1, -1, -1]])  # unchanged by the error
some = tf.Variable([1.0, 9.0])
read = some[np.array([False, True])]
some.assign([1.0, 2.0])
np.testing.assert_array_equal(read, [9])
for other in floats([1.0, 9.0]):
    with raises(AttributeError, match="has no attribute 'assign'"):
        other[np.array([False, True])].assign([0])

# %% one-row
# > A slice remembers: `v[i].assign(row)` writes row `i` alone, in a large embedding too.
np.testing.assert_array_equal(_, [[10, 20, 30, 40, 50], [5, -1, -1, -1, -1]])
embedding = keras.layers.Embedding(1000, 4)
embedding.build(None)
variables = [*floats(np.ones((3, 2))), tf.Variable(tf.ones((2, 3, 2), tf.int32)), embedding.embeddings]
for some, i in itertools.product(variables, (0, 1, -1)):
    expected = some.numpy()
    expected[i] = 7
    some[i].assign(expected[i])
    np.testing.assert_array_equal(some.numpy(), expected)

# %% where
# > `np.where(mask, x, values)`: a new array, with `x` where the mask is `True`.
np.testing.assert_array_equal(_, [[0, 1, 2, 3, 4], [5, -1, -1, -1, -1]])
np.testing.assert_array_equal(values, np.arange(10).reshape(2, 5))
made = np.where(values > 5, -1, values)
assert not np.shares_memory(made, values) and made.dtype == "float32"

# %% clip
# > `np.clip(values, low, high)`: entries outside the range are clamped to its nearer end.
#
# > `np.putmask(values, mask, x)`: edits the array and returns `None`, so assign the array.
np.testing.assert_array_equal(_, [[2, 2, 2, 3, 4], [5, 6, 6, 6, 6]])
for entry, low, high in itertools.product((-9.5, 0.0, 2.5, 9.0, np.inf, -np.inf), (-1, 2), (2, 7)):
    nearer = entry if low <= entry <= high else min((low, high), key=lambda end: abs(end - np.clip(entry, -99, 99)))
    assert np.clip(np.array([entry]), low, high)[0] == nearer
for some in floats(np.arange(10.0).reshape(2, 5)):
    edited = some.numpy()
    assert np.putmask(edited, edited > 5, -1) is None
    some.assign(edited)
    np.testing.assert_array_equal(some.numpy().astype("float32"), [[0, 1, 2, 3, 4], [5, -1, -1, -1, -1]])
    with raises(ValueError):
        some.assign(np.putmask(edited, edited > 5, -1))

# %% exercise-2-1
# > An entry equal to the limit stays.
assert examine("2.1", lambda v, limit, value: v.assign(np.where(v.numpy() > limit, value, v.numpy())))
assert not examine("2.1", lambda v, limit, value: v.assign(np.where(v.numpy() >= limit, value, v.numpy())))

# %% conditions
# > `&` joins two masks where both must hold, `|` where one is enough, `~` turns a mask around.
#
# > Each comparison needs brackets, because `&` binds more tightly than `>=`.
np.testing.assert_array_equal(_, [[False, False, False, True, True], [True, True, False, False, False]])
one, other = np.array([False, False, True, True]), np.array([False, True, False, True])
assert (one & other).tolist() == [a and b for a, b in zip(one, other, strict=True)]
assert (one | other).tolist() == [a or b for a, b in zip(one, other, strict=True)]
assert (~one).tolist() == [not a for a in one]
compared = ast.parse("values >= 3 & values <= 6", mode="eval").body
assert isinstance(compared, ast.Compare) and ast.unparse(compared.comparators[0]) == "3 & values"
with raises(TypeError):
    bool(values >= 3 & values <= 6)
with raises(ValueError, match="ambiguous"):
    counted = values.astype("int32")
    bool(counted >= 3 & counted <= 6)

# %% and
# raises ValueError: truth value of an array with more than one element is ambiguous
# > Python's `and` asks a whole array for one truth value, and NumPy refuses to guess.
asked = []


class Mask:
    def __bool__(self):
        asked.append(self)
        return True


both = Mask(), Mask()
assert (both[0] and both[1]) is both[1] and asked == [both[0]]
for mask in (np.array([True, False]), np.array([True, True]), np.zeros((2, 2))):
    with raises(ValueError, match="ambiguous"):
        bool(mask)

# %% exercise-2-2
# > Both ends belong to the band.
bands = (
    lambda x, low, high: (x >= low) & (x <= high),
    lambda x, low, high: (x > low) & (x <= high),
    lambda x, low, high: (x >= low) & (x < high),
)
for k, band in enumerate(bands):

    def clear(v, low, high, band=band):
        v.assign(np.where(band(v.numpy(), low, high), 0, v.numpy()))

    assert bool(examine("2.2", clear)) == (k == 0)

# %% nan
# > Some replace without an index: they multiply by the mask of the good entries.
#
# > Two NaNs: NaN times 0 is NaN, and so is infinity times 0 (NumPy's warning is silenced here).
#
# > A mask used as an index never computes with the bad entries.
np.testing.assert_array_equal(_, [1, np.nan, np.nan, 4])
assert np.isnan(np.float32([np.nan, -np.nan]) * 0).all()
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    assert np.isnan(np.float32([np.inf, -np.inf]) * 0).all()
assert ["invalid value" in str(one.message) for one in warned] == [True]
with np.errstate(all="raise"):
    for bad in (np.nan, np.inf, -np.inf):
        entries = np.array([1, bad, 4], "float32")
        entries[~np.isfinite(entries)] = 0
        assert entries.tolist() == [1, 0, 4]

# %% exercise-2-3
# > `x == np.nan` finds nothing: NaN equals nothing, not even itself.
for some in (np.array([np.nan, 1, np.inf, 0]), np.float32(np.nan), np.array([1, 2]), float("nan"), np.array(["nan"])):
    assert not np.any(some == np.nan)
assert examine("2.3", lambda v, value: v.assign(np.where(np.isfinite(v.numpy()), v.numpy(), value)))
assert not examine("2.3", lambda v, value: v.assign(np.where(v.numpy() == np.nan, value, v.numpy())))

# %% exercise-2-4
# > Pruning takes its mask from another array of the same shape: each weight has a score, and a low score makes it 0.
#
# > `values[scores < threshold]` chooses them.


def by_score(w, scores, threshold):
    chosen = w.numpy()
    chosen[scores < threshold] = 0
    w.assign(chosen)


assert examine("2.4", by_score)
weights, scores = tf.Variable([[1.0, np.nan], [np.inf, 4.0]]), np.array([[0.9, 0.1], [0.2, 0.8]])
np.testing.assert_array_equal(weights.numpy()[scores < 0.5], [np.nan, np.inf])
by_score(weights, scores, 0.5)
np.testing.assert_array_equal(weights, [[1, 0], [0, 4]])

# %% tape
# > `fit` takes gradients out of sight, a `tf.GradientTape` ([tape](../book/glossary.md)) in the open: it records what
# > TensorFlow computes under the `with`.
#
# > Then `tape.gradient(loss, w)` says for each entry of `w` how fast the loss grows with it.
#
# > Here, the slope of `w ** 2` at 3:
assert _ == 6
np.testing.assert_allclose(((3 + 1e-4) ** 2 - (3 - 1e-4) ** 2) / 2e-4, _)
network = keras.Sequential([keras.layers.Dense(1)])
network.compile("sgd", "mse")
with patch.object(tf, "GradientTape", wraps=tf.GradientTape) as taken:
    network.fit(np.ones((2, 1)), np.ones((2, 1)), verbose=0)
assert taken.called

some = tf.Variable([1.0, 2.0])
outside = tf.reduce_sum(some**2)
with tf.GradientTape(persistent=True) as tape:
    inside = tf.reduce_sum(some**3)
    by_numpy = tf.constant((some.numpy() ** 3).sum())
np.testing.assert_allclose(tape.gradient(inside, some), [3, 12])
assert tape.gradient(outside, some) is None and tape.gradient(by_numpy, some) is None
for k in range(2):
    step = np.eye(2)[k] * 1e-4
    grown = (((some.numpy() + step) ** 3).sum() - ((some.numpy() - step) ** 3).sum()) / 2e-4
    np.testing.assert_allclose(tape.gradient(inside, some)[k], grown, rtol=1e-5)

# %% entry-gradient
# > A mask sets the second of two weights to 0.
#
# > The loss is the sum of `(w - 1) ** 2`.
np.testing.assert_array_equal(_, [4, -2])
np.testing.assert_array_equal(w, [3, 0])
assert loss.numpy() == (3 - 1) ** 2 + (0 - 1) ** 2

# %% revive
# > It is -2: the replaced entry is an ordinary weight, and the next training step moves it away from 0.
#
# > Here is one by hand, with learning rate 0.1 (`w.assign_sub(d)` subtracts `d`); then the mask once more, to hold the
# > entry.
np.testing.assert_allclose(_, [2.6, 0.2], rtol=1e-6)
assert gradient.numpy()[1] == -2
for optimizer in (keras.optimizers.SGD(0.1), keras.optimizers.Adam(0.1), keras.optimizers.RMSprop(0.1)):
    trained = tf.Variable([3.0, 0.0])
    optimizer.apply_gradients([(gradient, trained)])
    assert trained.numpy()[1] > 0
for some in (tf.Variable([3.0, 0.0]), keras.Variable([3.0, 0.0])):
    some.assign_sub([1.0, 2.0])
    np.testing.assert_array_equal(some.numpy(), [2, -2])

# %% mask-again
np.testing.assert_allclose(_, [2.6, 0], rtol=1e-6)
trained, mask = tf.Variable([3.0, 0.0]), np.array([True, False])
for _step in range(20):
    with tf.GradientTape() as tape:
        value = tf.reduce_sum((trained - 1) ** 2)
    trained.assign_sub(0.1 * tape.gradient(value, trained))
    trained.assign(np.where(mask, trained.numpy(), 0))
    assert trained.numpy()[1] == 0
assert abs(trained.numpy()[0] - 1) < 0.05

# %% gradient
# > A small regression predicts `y` with the masked `v`.
#
# > As in lesson 1, the gradient of its loss is measured twice.
#
# > `.numpy()` raises an error inside a `tf.function` (code that TensorFlow compiles), as in `fit`'s compiled step;
# > `tf.where` and `tf.clip_by_value` [work there](../book/recipes.ipynb#edit-weights-inside-tffunction).
#
# > `fit` moves pruned weights away from 0, unless it [masks after every
# > step](../book/recipes.ipynb#clip-or-mask-after-every-training-step).
#
# > Setting the *gradient* of an entry to 0 need not hold it, since Adam goes on in the direction of earlier gradients.
# > [What does](../book/recipes.ipynb#keep-entries-frozen-during-training) is a recipe.
#
# > Mask, replace, assign: `values = v.numpy()`, `values[mask] = x`, `v.assign(values)`.
#
# > Join masks with `&`, `|`, `~`, each comparison in brackets.
#
# > Multiplying by a mask removes no NaN.
#
# > A replaced entry has a gradient: mask after every step.
#
# > [Reshape, edit, assign](03_reshape_and_assign.ipynb)
assert title(LESSON.with_name("03_reshape_and_assign.ipynb")) == "Reshape, edit, assign"
assert report and "autodiff" in str(report) and "central differences" in str(report)
np.testing.assert_array_equal(v, [[0, 1, 2, 3, 4], [5, -1, -1, -1, -1]])
assert (report.autodiff.reshape(2, 5)[1, 1:] != 0).all()  # at the replaced entries
assert np.isnan(np.array([np.nan]) * np.array([False])).all()
joined = (values < 3) | ~(values <= 6)
assert values[joined].tolist() == [0, 1, 2, 7, 8, 9]


class TakesASnapshot(keras.layers.Layer):
    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1],), initializer="ones")

    def call(self, inputs):
        return inputs * float(self.w.numpy()[0])


some = tf.Variable(np.arange(10, dtype="float32").reshape(2, 5))
with raises(NotImplementedError, match="only available when eager execution is enabled"):
    tf.function(some.numpy)()
network = keras.Sequential([TakesASnapshot()])
network.compile("sgd", "mse")
with raises(Exception, match="only available when eager execution is enabled"):
    network.fit(np.ones((4, 2)), np.ones((4, 2)), verbose=0)
tf.function(lambda: some.assign(tf.where(some > 5, -1.0, some)))()
np.testing.assert_array_equal(some, v)
tf.function(lambda: some.assign(tf.clip_by_value(some, 1, 4)))()
np.testing.assert_array_equal(some, np.clip(v, 1, 4))

keep = np.array([[True], [False], [True]])
inputs, outputs = np.random.default_rng(0).normal(size=(64, 3)), np.random.default_rng(1).normal(size=(64, 1))


class Pruned(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        kernel = self.model.layers[0].kernel
        kernel.assign(np.where(keep, kernel.numpy(), 0))


for optimizer, callbacks in itertools.product(("sgd", "adam"), ([], [Pruned()])):
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    network.compile(optimizer, "mse")
    kernel = network.layers[0].kernel
    kernel.assign(np.where(keep, kernel.numpy(), 0))
    network.fit(inputs, outputs, epochs=2, verbose=0, callbacks=callbacks)
    assert (kernel.numpy()[1, 0] == 0) == bool(callbacks)


def after_steps(optimizer, start, unmasked, slope=1.0, steps=20):
    """The second weight after `unmasked` steps with a gradient of `slope` and `steps` with that gradient set to 0."""
    trained = tf.Variable([3.0, start])
    for _step in range(unmasked):
        optimizer.apply_gradients([(tf.fill(2, slope), trained)])
    trained.assign([3.0, start])
    for _step in range(steps):
        optimizer.apply_gradients([(tf.constant([1.0, 0.0]), trained)])
    return trained.numpy()[1]


for start in (0.0, 2.0, -1.0):
    assert (
        after_steps(keras.optimizers.Adam(0.1), start, unmasked=0) == start
    )  # "need not": from the first step it holds
    assert after_steps(keras.optimizers.Adam(0.1), start, unmasked=5) < start - 0.1
    assert after_steps(keras.optimizers.Adam(0.1), start, unmasked=5, slope=-1.0) > start + 0.1
