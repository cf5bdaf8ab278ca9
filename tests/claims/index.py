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


def sections(page):
    """{anchor: the text and code of its section} of a notebook, and under "" all of it; of a text page, that alone."""
    if page.suffix == ".md":
        return {"": page.read_text(encoding="utf8")}
    found, anchor = {"": ""}, ""
    for cell in nbformat.read(page, 4).cells:
        heading = cell.cell_type == "markdown" and re.match(r"#{1,3} (.+)$", cell.source, re.MULTILINE)
        anchor = slugify(heading[1]) if heading else anchor
        found[anchor] = found.get(anchor, "") + cell.source + "\n"
        found[""] += cell.source + "\n"
    return found


# free: *How do I change the values of a `tf.Variable` with NumPy without breaking anything else?*
# free: **The first trap.**
# free: In three lines.
# free: Try them:
# free: [Paste it](errors.ipynb), or press Ctrl+K.
# free: I want to …
# free: Recipe
# free: To understand it
# free: scale everything, a row, a column, a channel
# free: [Clip](recipes.ipynb#clip-to-a-range), [clean](recipes.ipynb#remove-nan-and-infinity),
#       [prune](recipes.ipynb#set-the-smallest-entries-to-0), [noise](recipes.ipynb#add-noise)
# free: [Reshape](recipes.ipynb#work-in-another-shape), [transpose](recipes.ipynb#store-a-matrix-transposed)
# free: find out why nothing changed
# free: know whether a popular answer is right
# free: let a model train on after my edit
# free: [Beside a model](recipes.ipynb#train-a-tfvariable-beside-a-model), [a
#       count](recipes.ipynb#keep-a-count-in-a-layer), [batch
#       statistics](recipes.ipynb#set-the-statistics-of-a-batchnormalization)
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
traps = [anchor for anchor in sections(ROOT / "book/errors.ipynb") if anchor.startswith("no-error-but-")]
assert len(traps) > 1 and "no-error-but-the-variable-did-not-change" in traps

# %% lost
# > [`explain_gradient`](toolkit.ipynb#explain-a-lost-gradient) looks in your loss for the cause, and for the line at
# > which the gradient is lost.
from assignlab import explain_gradient

assert "explain_gradient(loss, v)" in sections(ROOT / "book/toolkit.ipynb")["explain-a-lost-gradient"]
CUTS = {
    "none": lambda v: tf.reduce_sum(v.numpy()),
    "zero": lambda v: tf.nn.relu(v - 5.0),
    "nan": lambda v: tf.where(v > 0, tf.math.log(v), 0.0),
}
for make in KINDS:
    for verdict, loss in CUTS.items():
        found = explain_gradient(loss, make([0.0, 1.0]))
        assert (found.verdict, bool(found.cause)) == (verdict, True)
        assert found.line.startswith(f'"{verdict}": lambda v: ')

# %% table
# > set everything to one value or one row
#
# > replace entries that meet a condition
#
# > [Mask](recipes.ipynb#replace-entries-by-a-mask)
#
# > clip to a range, remove NaN, prune, add noise
#
# > change one entry, a slice, some rows
#
# > change a column, a window, a diagonal
#
# > [Column](recipes.ipynb#change-a-column-a-window-or-a-diagonal)
#
# > change one row of an embedding
#
# > write fast: a few entries of a large variable
#
# > write or read a large variable with little memory
#
# > [One buffer](recipes.ipynb#change-a-large-variable-through-one-buffer)
#
# > work in another shape, or transposed
#
# > change the shape itself
#
# > change a Keras layer, or the learning rate
#
# > [Layer](recipes.ipynb#change-a-keras-layers-weights), [by name](recipes.ipynb#find-a-weight-by-its-name), [learning
# > rate](recipes.ipynb#change-the-learning-rate)
#
# > choose a layer's first weights, another size, or one weight for two layers
#
# > [First weights](recipes.ipynb#give-a-layer-initial-weights-made-with-numpy),
# > [size](recipes.ipynb#change-the-size-of-a-layer), [fewer units](recipes.ipynb#remove-units-of-a-layer),
# > [dtype](recipes.ipynb#give-a-layer-another-dtype), [tied](recipes.ipynb#share-one-weight-between-two-layers)
#
# > change weights during training
#
# > [Every step](recipes.ipynb#clip-or-mask-after-every-training-step),
# > [frozen entries](recipes.ipynb#keep-entries-frozen-during-training),
# > [averaged weights](recipes.ipynb#change-weights-that-the-optimizer-averages),
# > [tf.function](recipes.ipynb#edit-weights-inside-tffunction)
#
# > freeze, unfreeze, train with two rates, clip gradients, decay less
#
# > [Unfreeze](recipes.ipynb#unfreeze-a-layer-and-train-on),
# > [two rates](recipes.ipynb#train-some-layers-with-another-rate),
# > [clip gradients](recipes.ipynb#clip-the-gradients), [no decay](recipes.ipynb#leave-weights-out-of-the-weight-decay)
#
# > change weights or numbers beside Keras's callbacks
#
# > [Beside the callbacks](recipes.ipynb#edit-weights-beside-kerass-callbacks),
# > [a Python value](recipes.ipynb#change-a-python-value-during-fit)
#
# > prune a network and keep its zeros
#
# > reset, copy, blend, flatten or save weights
#
# > [Reset](recipes.ipynb#reset-a-layer-and-the-optimizers-memory-of-it),
# > [copy, blend](recipes.ipynb#copy-or-blend-one-model-into-another),
# > [flatten](recipes.ipynb#flatten-all-weights-to-a-vector-and-back),
# > [save](recipes.ipynb#save-and-load-edited-weights)
#
# > change what an LSTM remembers, a spectral norm, int8, or strings
#
# > [States](recipes.ipynb#read-and-set-the-states-of-an-lstm),
# > [spectral norm](recipes.ipynb#set-a-kernel-under-spectral-normalization),
# > [int8](recipes.ipynb#change-the-kernel-of-a-quantized-layer),
# > [strings](recipes.ipynb#change-a-variable-of-strings)
#
# > bring weights from PyTorch, or train with SciPy
#
# > [Transpose](recipes.ipynb#store-a-matrix-transposed), [more
# > layers](recipes.ipynb#bring-layers-from-pytorch-that-differ-in-more-than-the-order)
#
# > bring old code up to date
#
# > [Old code, and what to write now](old_code.md)
#
# > let a target network follow, merge an adapter
#
# > [Follow](recipes.ipynb#let-a-target-network-follow), [merge](recipes.ipynb#merge-a-low-rank-adapter-into-its-kernel)
#
# > store into integers or 16 bits, and lose nothing unseen
#
# > [A guard](recipes.ipynb#refuse-a-cast-that-changes-a-value)
#
# > keep a variable the same one, or change it for a moment
#
# > [Take it back](recipes.ipynb#try-a-change-and-take-it-back)
#
# > use NumPy inside a loss
#
# > know what a `tf.function`, XLA or a second thread makes of a change
#
# > [XLA](recipes.ipynb#compile-an-update-with-xla), [threads](recipes.ipynb#write-from-several-threads)
#
# > try other weights, or make one of two writes
#
# > [Without assigning](recipes.ipynb#try-other-weights-without-assigning-them),
# > [one of two](recipes.ipynb#make-only-one-of-two-writes)
#
# > train *through* the new value
#
# > [Why assign cannot, and what can](recipes.ipynb#differentiate-through-a-new-value-where-assign-cannot-help)
#
# > [Silent traps](errors.ipynb#no-error-but-the-variable-did-not-change)
#
# > find out why my gradient is `None`
#
# > edit a file, restore it, or load what fits of it
#
# > [Edit](recipes.ipynb#edit-a-weights-file-without-its-model),
# > [go on](recipes.ipynb#stop-a-training-and-go-on-with-it),
# > [go back](recipes.ipynb#go-back-to-an-earlier-state-of-a-training),
# > [what fits](recipes.ipynb#load-what-fits-of-another-model),
# > [without code](recipes.ipynb#change-a-model-whose-code-is-gone)
#
# > write to a variable that several devices hold
#
# > [Assign](recipes.ipynb#assign-on-several-devices),
# > [move](recipes.ipynb#move-a-variable-to-another-device),
# > [batch statistics](recipes.ipynb#make-the-copies-of-a-batchnormalization-equal),
# > [a total](recipes.ipynb#restore-a-total-that-several-devices-keep)
#
# > understand an error message
#
# > [Error messages](errors.ipynb)
# Each link leads to a section that does what the wish is about (the patterns), and every recipe is in the table.
E, L1, L2, L3, L4, *_ = ["errors.ipynb", *(f"../lessons/{lesson.name}" for lesson in lessons())]
L6 = "../lessons/06_gradients_and_assign.ipynb"
L8 = "../lessons/08_slices_and_scatter.ipynb"
L10 = "../lessons/10_layers_and_optimizers.ipynb"
L12 = "../lessons/12_move_and_resize_weights.ipynb"
L14 = "../lessons/14_what_it_costs.ipynb"
DOES = {  # wish: {link: what stands there}; a link without a file is a recipe's
    "scale everything, a row, a column, a channel": {
        "#scale-everything-a-row-or-a-column": r"\[:, 1\] \*= 100",
        L1: r"\[:, None\]",
    },
    "set everything to one value or one row": {
        "#fill-with-one-value-or-one-row": r"np\.full\(.+np\.broadcast_to\(",
        L1: r"np\.full|np\.broadcast_to",
    },
    "replace entries that meet a condition": {"#replace-entries-by-a-mask": r"\[values > 5\] = -1", L2: r"mask = "},
    "clip to a range, remove NaN, prune, add noise": {
        "#clip-to-a-range": r"np\.clip\(v\.numpy\(\), 2, 6\)",
        "#remove-nan-and-infinity": r"np\.where\(np\.isfinite\(values\), values, 0\)",
        "#set-the-smallest-entries-to-0": r"np\.quantile\(",
        "#add-noise": r"assign_add\(rng\.normal\(",
        L2: r"np\.clip\(.+np\.nan",
    },
    "change one entry, a slice, some rows": {
        "#change-one-entry-a-slice-or-some-rows": r"v\[0, 0\]\.assign.+v\[1, 2:4\]\.assign.+\[\[0, 3\]\] = -1",
        L8: r"v\[0, 0\]\.assign.+v\[1, ::-1\]\.assign.+scatter_nd_update\(\[\[0\], \[2\]\]",
    },
    "change a column, a window, a diagonal": {
        "#change-a-column-a-window-or-a-diagonal": r"v\[:, 1\]\.assign.+v\[0:2, 2:4\]\.assign.+set_diag",
        L8: r"v\[:, 1:2\]\.assign",
    },
    "change one row of an embedding": {
        "#set-one-row-of-an-embedding": r"embeddings\[2\]\.assign",
        L8: r"embeddings\[2\]\.assign.+scatter_nd_add",
    },
    "write fast: a few entries of a large variable": {
        "#change-a-few-entries-of-a-large-variable": r"scatter_nd_update\(positions",
        L8: r"What a part costs.+np\.shares_memory",
    },
    "write or read a large variable with little memory": {
        "#change-a-large-variable-through-one-buffer": r"out=buffer\).+v\.assign\(buffer\)",
        L14: r"out=buffer\).+def largest\(",
    },
    "work in another shape, or transposed": {
        "#work-in-another-shape": r"reshape\(v\.shape\)",
        "#store-a-matrix-transposed": r"weight\.T",
        L3: r"\.reshape\(.+\.T\b",
    },
    "change the shape itself": {
        "#let-the-shape-itself-change": r"shape=tf\.TensorShape\(None\)",
        L3: r"shape=tf\.TensorShape\(None\)",
    },
    "change a Keras layer, or the learning rate": {
        "#change-a-keras-layers-weights": r"layer\.kernel\.assign.+set_weights",
        "#find-a-weight-by-its-name": r"weight\.path: weight",
        "#change-the-learning-rate": r"learning_rate",
        L4: r"set_weights|get_weights",
    },
    "choose a layer's first weights, another size, or one weight for two layers": {
        "#give-a-layer-initial-weights-made-with-numpy": r"kernel_initializer=diagonal",
        "#change-the-size-of-a-layer": r"keras\.layers\.Dense",
        "#remove-units-of-a-layer": r"kernel\[:, keep\], bias\[keep\], next_kernel\[keep\]",
        "#give-a-layer-another-dtype": r"dtype=\"float16\"",
        "#share-one-weight-between-two-layers": r"self\.words\.embeddings",
        L12: r"What the optimizer remembers.+np\.pad",
    },
    "change weights during training": {
        "#clip-or-mask-after-every-training-step": r"on_train_batch_end",
        "#keep-entries-frozen-during-training": r"apply_gradients.+np\.where\(free",
        "#change-weights-that-the-optimizer-averages": r"use_ema=True",
        "#edit-weights-inside-tffunction": r"@tf\.function\n.+v\.assign",
        L4: r"\bfit\b|optimizer",
    },
    "freeze, unfreeze, train with two rates, clip gradients, decay less": {
        "#unfreeze-a-layer-and-train-on": r"base\.trainable = True\nmodel\.compile\(optimizer",
        "#train-some-layers-with-another-rate": r"slow_optimizer\.apply\(",
        "#clip-the-gradients": r"clipnorm",
        "#leave-weights-out-of-the-weight-decay": r"exclude_from_weight_decay",
        L10: r"layer\.trainable, before = False",
    },
    "change weights or numbers beside Keras's callbacks": {
        "#edit-weights-beside-kerass-callbacks": r"EarlyStopping\(.+callbacks=\[Edit\(\), stop\]",
        "#change-a-python-value-during-fit": r"weight\.assign\(epoch\)",
        L10: r"Callback\(on_train_batch_end=",
    },
    "prune a network and keep its zeros": {
        "#clip-or-mask-after-every-training-step": r"as in pruning",
        "../lessons/11_prune_a_classifier.ipynb": r"keeps\[0\]\.assign\(mask\)",
    },
    "reset, copy, blend, flatten or save weights": {
        "#reset-a-layer-and-the-optimizers-memory-of-it": r"slot\.assign\(np\.zeros",
        "#copy-or-blend-one-model-into-another": r"target\.set_weights.+0\.9 \* copy \+ 0\.1 \* source",
        "#flatten-all-weights-to-a-vector-and-back": r"ravel\(\).+np\.split",
        "#save-and-load-edited-weights": r"save_weights.+load_weights",
    },
    "change what an LSTM remembers, a spectral norm, int8, or strings": {
        "#read-and-set-the-states-of-an-lstm": r"state\.assign\(array\)",
        "#set-a-kernel-under-spectral-normalization": r"SpectralNormalization\(",
        "#change-the-kernel-of-a-quantized-layer": r"kernel_scale\.assign\(scale\)",
        "#change-a-variable-of-strings": r"names == b",
    },
    "bring weights from PyTorch, or train with SciPy": {
        "#store-a-matrix-transposed": r"as in PyTorch",
        "#bring-layers-from-pytorch-that-differ-in-more-than-the-order": r"num_batches_tracked",
        L12: r"from_pytorch\.npz.+L-BFGS-B",
    },
    "let a target network follow, merge an adapter": {
        "#let-a-target-network-follow": r"goal\.assign_add\(rate \* \(weight - goal\)\)",
        "#merge-a-low-rank-adapter-into-its-kernel": r"lora_kernel_b\.assign\(np\.zeros",
    },
    "store into integers or 16 bits, and lose nothing unseen": {
        "#refuse-a-cast-that-changes-a-value": r"array_equal\(one, values, equal_nan=True\)",
        "../lessons/07_dtypes_and_silent_casts.ipynb": r"tf\.uint8.+dtype=tf\.float16",
    },
    "keep a variable the same one, or change it for a moment": {
        "#try-a-change-and-take-it-back": r"finally:\n    v\.assign\(old\)",
        "../lessons/05_keep_the_same_variable.ipynb": r"\.handle is v\.handle.+finally:\n    v\.assign\(old\)",
    },
    "use NumPy inside a loss": {
        "#use-numpy-inside-a-loss-or-a-tffunction": r"numpy_function\(double_over_5",
        L6: r"np\.multiply\(array, v\)",
    },
    "know what a `tf.function`, XLA or a second thread makes of a change": {
        "#compile-an-update-with-xla": r"jit_compile=True\)\ndef replace_above",
        "#write-from-several-threads": r"pool\.submit\(count\.assign_add, 1\.0\).+with lock:",
        "../lessons/09_inside_tf_function.ipynb": r"double = tf\.function\(lambda: v \* scale\)",
    },
    "train *through* the new value": {
        "#differentiate-through-a-new-value-where-assign-cannot-help": r"`assign` cuts the path.+tape\.gradient\(",
        L6: r"leave the product a tensor",
    },
    "try other weights, or make one of two writes": {
        "#try-other-weights-without-assigning-them": r"keras\.StatelessScope\(",
        "#make-only-one-of-two-writes": r"tf\.cond\(",
    },
    "find out why nothing changed": {
        f"{E}#no-error-but-the-variable-did-not-change": r"v\.numpy\(\)\[0, 0\] = 9",
        L4: r"(?i)cop(y|ies)",
    },
    "find out why my gradient is `None`": {
        f"{E}#no-error-but-the-gradient-is-none": r"First cause.+Second cause.+Third cause",
        L6: r"tape\.gradient\(",
    },
    "edit a file, restore it, or load what fits of it": {
        "#edit-a-weights-file-without-its-model": r"h5py\.File\(path, \"r\+\"\)",
        "#stop-a-training-and-go-on-with-it": r"manager\.restore_or_initialize\(\)",
        "#go-back-to-an-earlier-state-of-a-training": r"\[\*model\.variables, \*model\.optimizer\.variables\]",
        "#load-what-fits-of-another-model": r"layer\.set_weights\(weights\).+left\.append",
        "#change-a-model-whose-code-is-gone": r"tf\.saved_model\.load\(.+kernel\.assign\(.+tf\.saved_model\.save\(",
        "../lessons/13_save_and_restore.ipynb": r"\.read\(saved\).+load_weights\(",
    },
    "understand an error message": {E: r"Each section shows a message, then the reason, then what to write"},
    "bring old code up to date": {"old_code.md": r"`tf\.assign\(v, x\)`.+`v\.assign\(x\)`"},
    "know whether a popular answer is right": {"myths.ipynb": r"\*\*False\*\*"},
    "let a model train on after my edit": {
        "#train-a-tfvariable-beside-a-model": r"optimizer\.apply\(",
        "#keep-a-count-in-a-layer": r"rows\.assign_add\(",
        "#set-the-statistics-of-a-batchnormalization": r"moving_mean\.assign\(",
        L10: r"momentum\.assign\(",
    },
    "write to a variable that several devices hold": {
        "#assign-on-several-devices": r"MirroredStrategy.+v\.assign\(",
        "#move-a-variable-to-another-device": r"moved = tf\.Variable\(v\)",
        "#make-the-copies-of-a-batchnormalization-equal": r"MirroredStrategy.+np\.mean\(copies, axis=0\)",
        "#restore-a-total-that-several-devices-keep": r"values\[0\]\.assign\(saved\)",
        "../lessons/15_many_devices.ipynb": r"strategy\.scope\(\).+v\.assign",
    },
}
rows = [re.split(r" *\| *", row.strip("| ")) for row in re.findall(r"^\| .+$", PAGE, re.MULTILINE)][1:]
assert [wish for wish, *_ in rows] == list(DOES)
linked = set()
for wish, *columns in rows:
    links = re.findall(r"\]\(([^)]+)\)", " ".join(columns))
    assert [link.removeprefix("recipes.ipynb") for link in links] == list(DOES[wish]), wish
    for link, does in zip(links, DOES[wish].values(), strict=True):
        page, _, anchor = link.partition("#")
        section = sections(ROOT / "book" / page).get(anchor, "")
        assert re.search(does, section, re.DOTALL), f"book/index.md: `{wish}` links to {link}; there is no {does} there"
        linked.add(link)
recipes = {f"recipes.ipynb#{anchor}" for anchor in list(sections(ROOT / "book/recipes.ipynb"))[2:]}
missing = recipes - linked - {"recipes.ipynb#setup", "recipes.ipynb#next"}
assert not missing, f"book/index.md: no row of the table links to the recipe {', '.join(missing)}"

# %% time
# > A lesson takes 20 to 40 minutes.
stated = [re.search(r"\*\*Time:\*\* ([\d–]+) minutes", cells(lesson, "markdown")[0])[1] for lesson in lessons()]
minutes = [int(number) for times in stated for number in times.split("–")]
assert (min(minutes), max(minutes)) == (20, 40), f"the lessons say {', '.join(stated)} minutes"
