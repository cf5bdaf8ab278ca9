"""Claims of the first page."""

import re

import keras
import nbformat
import numpy as np
import tensorflow as tf
from mdit_py_plugins.anchors.index import slugify

from course import ROOT, cells, lessons

PAGE = (ROOT / "book/index.md").read_text(encoding="utf8")
LINES = re.search(r"```python\n(.+?)```", PAGE, re.DOTALL)[1].splitlines()
KINDS = [lambda values: tf.Variable(values), lambda values: keras.Variable(values)]
START = np.arange(10, dtype="float32").reshape(2, 5)
AFTER = [[0, 1, 2, 3, 4], [5, -1, -1, -1, -1]]


def run(v, *lines):
    """Run some of the page's three lines on a variable."""
    exec("\n".join(lines), {"v": v, "np": np})


def headings(page):
    """The headings of a notebook or a text page of the book."""
    text = "\n".join(cells(page, "markdown")) if page.suffix == ".ipynb" else page.read_text(encoding="utf8")
    return re.findall(r"^#+ (.+)$", text, re.MULTILINE)


# free: *How do I change the values of a `tf.Variable` with NumPy without breaking anything else?*
# free: **The first trap.**
# free: I want to …
# free: Recipe
# free: To understand it
# free: scale everything, a row, a column, a channel
# free: [Clip](recipes.ipynb#clip-to-a-range), [clean](recipes.ipynb#remove-nan-and-infinity)
# free: [Reshape](recipes.ipynb#work-in-another-shape), [transpose](recipes.ipynb#store-a-matrix-transposed)
# free: find out why nothing changed
# free: know whether a popular answer is right
# free: [Set up](setup.md), then start with [lesson 1](../lessons/01_broadcast_scaling.ipynb).

# %% why-it-works
# > `assign` replaces the values and keeps the variable: the same object, dtype and shape, still watched by tapes,
# > still known to its optimizer.
# > The next tape gives the gradient at the new values.
for make in KINDS:
    for dtype in ("float16", "bfloat16", "float32", "float64"):
        v = make(tf.cast(START, dtype))
        inner = getattr(v, "value", None) if isinstance(v, keras.Variable) else v
        same, handle, shape = v, inner.handle, v.shape
        optimizer = keras.optimizers.SGD(0.5, momentum=0.9)
        optimizer.build([v])
        run(v, *LINES)
        np.testing.assert_array_equal(v.numpy().astype("float32"), AFTER)
        assert v is same and inner.handle is handle
        assert v.shape == shape and tf.as_dtype(v.dtype) == dtype
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(v))
        gradient = tape.gradient(loss, v)
        np.testing.assert_array_equal(tf.cast(gradient, tf.float32), 2 * np.array(AFTER))
        optimizer.apply([tf.ones_like(gradient)], [v])  # another variable would be "Unknown variable"
        np.testing.assert_array_equal(v.numpy().astype("float32"), np.array(AFTER) - 0.5)

# %% first-trap
# > Line 2 alone changes nothing. `.numpy()` returns a copy, and editing a copy is silent.
# > If the variable did not change, look whether line 3 is there.
import warnings

for make in KINDS:
    for dtype in ("bfloat16", "float32", "int32"):
        v = make(tf.cast(START, dtype))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            run(v, *LINES[:2])
        np.testing.assert_array_equal(v.numpy().astype("float32"), START)
        assert v.numpy().flags.owndata

# %% other-traps
# > If it is, another of the [silent traps](errors.ipynb#no-error-but-the-variable-did-not-change) has you.
v = tf.Variable(START)
run(v, LINES[0], "values[values > 5][0] = -1", LINES[2])  # line 3 is there, and the edit went into a second copy
np.testing.assert_array_equal(v, START)
traps = [heading for heading in headings(ROOT / "book/errors.ipynb") if heading.startswith("No error, but")]
assert len(traps) > 1

# %% table
# > set everything to one value or one row
#
# > replace entries that meet a condition
#
# > [Mask](recipes.ipynb#replace-entries-by-a-mask)
#
# > clip to a range, remove NaN
#
# > change one entry, a slice, some rows
#
# > [Slice](recipes.ipynb#change-one-entry-a-slice-or-some-rows),
# > [few of many](recipes.ipynb#change-a-few-entries-of-a-large-variable),
# > [an embedding's row](recipes.ipynb#set-one-row-of-an-embedding)
#
# > work in another shape, or transposed
#
# > change the shape itself
#
# > change a Keras layer, or the learning rate
#
# > [Layer](recipes.ipynb#change-a-keras-layers-weights), [learning rate](recipes.ipynb#change-the-learning-rate)
#
# > choose a layer's first weights, or another size for it
#
# > [First weights](recipes.ipynb#give-a-layer-initial-weights-made-with-numpy),
# > [size](recipes.ipynb#change-the-size-of-a-layer)
#
# > change weights during training
#
# > [Every step](recipes.ipynb#clip-or-mask-after-every-training-step),
# > [frozen entries](recipes.ipynb#keep-entries-frozen-during-training),
# > [averaged weights](recipes.ipynb#change-weights-that-the-optimizer-averages),
# > [tf.function](recipes.ipynb#edit-weights-inside-tffunction)
#
# > reset, copy, blend, flatten or save weights
#
# > [Reset](recipes.ipynb#reset-a-layer-and-the-optimizers-memory-of-it),
# > [copy, blend](recipes.ipynb#copy-or-blend-one-model-into-another),
# > [flatten](recipes.ipynb#flatten-all-weights-to-a-vector-and-back),
# > [save](recipes.ipynb#save-and-load-edited-weights)
#
# > use NumPy inside a loss
#
# > train *through* the new value
#
# > [Why assign cannot, and what can](recipes.ipynb#differentiate-through-a-new-value-where-assign-cannot-help)
#
# > [Silent traps](errors.ipynb#no-error-but-the-variable-did-not-change)
#
# > find out why a gradient is `None`
#
# > understand an error message
#
# > [Error messages](errors.ipynb)
# Each link leads to a heading that is there, and every recipe is in the table.
rows = [re.split(r" *\| *", row.strip("| ")) for row in re.findall(r"^\| .+$", PAGE, re.MULTILINE)][1:]
linked = {}
for wish, recipe, *_ in rows:
    for target, anchor in re.findall(r"\]\(([\w./]+)#([\w-]+)\)", recipe):
        found = [heading for heading in headings(ROOT / "book" / target) if slugify(heading) == anchor]
        assert found, f"book/index.md: the row `{wish}` links to {target}#{anchor}, which is not there"
        linked.setdefault(target, []).append(found[0])
recipes = [heading for heading in headings(ROOT / "book/recipes.ipynb")[1:] if heading not in ("Setup", "Next")]
missing = set(recipes) - set(linked["recipes.ipynb"])
assert not missing, f"book/index.md: no row of the table links to the recipe {', '.join(missing)}"

# %% time
# > A lesson takes 25 to 40 minutes.
stated = [re.search(r"⏱ ([\d–]+) minutes", cells(lesson, "markdown")[0])[1] for lesson in lessons()]
minutes = [int(number) for times in stated for number in times.split("–")]
assert (min(minutes), max(minutes)) == (25, 40), f"the lessons say {', '.join(stated)} minutes"
