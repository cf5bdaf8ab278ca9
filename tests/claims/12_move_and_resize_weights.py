"""Claims of lesson 12, move and resize weights."""

from importlib.util import find_spec
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.optimize import minimize

from assignlab.exercises import find

MADE_BY = Path("../book/workshop/from_pytorch.py")


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm_of_pytorch(x, weight_ih, weight_hh, bias_ih, bias_hh):
    """By the formulas of PyTorch's documentation of LSTM."""
    h = c = np.zeros((len(x), weight_hh.shape[1]))
    outputs = []
    for step in range(x.shape[1]):
        gates = x[:, step] @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh
        i, f, g, o = np.split(gates, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        outputs.append(h)
    return np.stack(outputs, axis=1)


def gru_of_pytorch(x, weight_ih, weight_hh, bias_ih, bias_hh):
    """By the formulas of PyTorch's documentation of GRU."""
    h, outputs = np.zeros((len(x), weight_hh.shape[1])), []
    for step in range(x.shape[1]):
        r, z, n = np.split(x[:, step] @ weight_ih.T + bias_ih, 3, axis=1)
        of_r, of_z, of_n = np.split(h @ weight_hh.T + bias_hh, 3, axis=1)
        r, z = sigmoid(r + of_r), sigmoid(z + of_z)
        h = (1 - z) * np.tanh(n + r * of_n) + z * h
        outputs.append(h)
    return np.stack(outputs, axis=1)


def of(arrays, name):
    """The four arrays of a recurrent model, in the order in which the formulas take them."""
    return [arrays[f"{name}.{part}_l0"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]


# free: Weights come from another library, go through an optimizer of SciPy's, get more rows.
# free: **You will do:** move a GRU from PyTorch, put a long vector back, grow an embedding.
# free: **You will learn:** to compare outputs, never only shapes.
# free: **You need:** [lesson 3](03_reshape_and_assign.ipynb) and [lesson 5](05_keep_the_same_variable.ipynb).
# free: Write `store_gru`: `set_weights` takes the matrix for the input, that for the state, the biases.
# free: Write `restore`, which notices in time.
# free: Write `grow_into`.
# free: They may as well begin at the mean of the others.
# free: [Save and restore](13_save_and_restore.ipynb): what a file finds a variable by, and what a partial restore does
#       not say.

# %% setup
# > The file holds what PyTorch made: the weights of three models, their inputs, and what came out.
assert {name.split(".")[0] for name in arrays} == {"net", "lstm", "gru", "pictures", "kinds", "words"}
assert [name for name in arrays if name.endswith("outputs")] == ["net.outputs", "lstm.outputs", "gru.outputs"]
if MADE_BY.exists():
    assert "import torch\n" in MADE_BY.read_text(encoding="utf8")
for name, formulas in (("lstm", lstm_of_pytorch), ("gru", gru_of_pytorch)):
    np.testing.assert_allclose(formulas(arrays["words"], *of(arrays, name)), arrays[f"{name}.outputs"], atol=1e-6)
if find_spec("torch"):  # then they are made once more
    import torch

    for name, kind in (("lstm", torch.nn.LSTM), ("gru", torch.nn.GRU)):
        layer = kind(3, 2, batch_first=True)
        state = {key: torch.from_numpy(arrays[f"{name}.{key}"]) for key in layer.state_dict()}
        layer.load_state_dict(state)
        found = layer(torch.from_numpy(arrays["words"]))[0].detach().numpy()
        np.testing.assert_allclose(found, arrays[f"{name}.outputs"], atol=1e-6)

# %% arrays
# > `net` tells four kinds of line apart: lying, standing, rising, falling.
# > Of 20 pictures, PyTorch named 20 rightly.
# > Its weights are what `net.state_dict()` has in PyTorch, each with `.numpy()`.
#
# > The numbers in the names count PyTorch's layers: 0 is a convolution, 3 a `Linear`; ReLU and flatten between them
# > have no weights.
assert _ == {
    "net.0.weight": (3, 2, 3, 3),
    "net.0.bias": (3,),
    "net.3.weight": (4, 108),
    "net.3.bias": (4,),
    "net.outputs": (20, 4),
}
np.testing.assert_array_equal(arrays["net.outputs"].argmax(axis=1), arrays["kinds"])
assert arrays["pictures"].shape == (20, 2, 8, 8)
for picture, kind in zip(arrays["pictures"][:, 0], arrays["kinds"], strict=True):
    sums = [
        picture.sum(axis=1).max(),
        picture.sum(axis=0).max(),
        np.trace(picture[::-1]),
        np.trace(picture),
    ]
    assert np.argmax(sums) == kind  # the sum along the best row, column, rising and falling diagonal
if MADE_BY.exists():
    source = MADE_BY.read_text(encoding="utf8")
    assert "value.numpy() for key, value in module.state_dict().items()" in source
    assert "nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 6 * 6, KINDS))" in source

# %% model
# > Keras wants the channels of a picture last.
assert model.input_shape == (None, 8, 8, 2) and model.layers[0].data_format == "channels_last"
np.testing.assert_array_equal(x[0, :, :, 1], arrays["pictures"][0, 1])

# %% move
# > Every shape fits, and the model may know nothing now.
#
# > Both matrices are turned as [lesson 3](03_reshape_and_assign.ipynb) does it, and nothing raises.
#
# > A quarter: it guesses.
# > `Flatten` lays out the channels last, and PyTorch's first, so that each row of the Dense kernel met a number that
# > was meant for another.
assert _ <= 0.5  # of four kinds, each as frequent as the others
assert np.bincount(arrays["kinds"]).tolist() == [5, 5, 5, 5]
numbered = np.arange(108).reshape(1, 3, 6, 6)  # as PyTorch has it: channels first
last = np.asarray(keras.layers.Flatten()(numbered.transpose(0, 2, 3, 1)))[0]
assert (last != numbered.ravel()).sum() >= 106  # all but the first and the last
ends = np.flatnonzero(last == numbered.ravel())
assert set(ends) <= {0, 107}

# %% turn
# > A matrix after a flatten is a convolution in disguise.
# > Give it its four axes, turn those, flatten again.
# > Then compare the *outputs*.
#
# > The outputs reach 12, so this is rounding.
assert _ < 1e-4 and 12 < np.abs(arrays["net.outputs"]).max() < 13
assert (model(x).numpy().argmax(axis=1) == arrays["kinds"]).all()
features = model.layers[0](x)
whole = keras.layers.Conv2D(4, 6)  # the matrix as a convolution that sees the whole picture
whole.build((None, 6, 6, 3))
whole.set_weights([turned, arrays["net.3.bias"]])
np.testing.assert_allclose(whole(features)[:, 0, 0], arrays["net.outputs"], atol=1e-4)

# %% lstm-store
# > An LSTM keeps its four gates together, in each of its two matrices.
# > PyTorch and Keras have them in the same order, and in another one they would fit as well.
# > PyTorch has two biases, and adds them up; Keras has the sum.
assert _ < 1e-5
wrong = keras.layers.LSTM(2, return_sequences=True)
wrong.build((None, None, 3))
for order in ([0, 2, 1, 3], [1, 0, 2, 3], [0, 3, 1, 2]):
    wrong.set_weights([np.concatenate([np.split(w, 4, -1)[i] for i in order], -1) for w in lstm.get_weights()])
    assert np.abs(wrong(arrays["words"]) - arrays["lstm.outputs"]).max() > 0.01
assert len(of(arrays, "lstm")) == 4 and len(lstm.weights) == 3

# %% exercise-12-1
# > A GRU has three.
# > In PyTorch's arrays they follow each other as r, z, n (reset, update, new); in Keras's matrices they stand side by
# > side as z, r, n.
# > And Keras keeps both biases, as two rows of one array.
for units, inputs, seed in ((2, 3, 0), (1, 1, 1), (5, 2, 2)):
    gru, rng = keras.layers.GRU(units, return_sequences=True), np.random.default_rng(seed)
    gru.build((None, None, inputs))
    assert gru.get_weights()[2].shape == (2, 3 * units) and gru.reset_after
    shapes = [(3 * units, inputs), (3 * units, units), (3 * units,), (3 * units,)]
    theirs = of(arrays, "gru") if seed == 0 else [rng.normal(size=shape).astype("float32") for shape in shapes]
    x = arrays["words"] if seed == 0 else rng.normal(size=(2, 4, inputs)).astype("float32")
    find("12.1").reference(gru, *theirs)
    np.testing.assert_allclose(gru(x), gru_of_pytorch(x, *theirs), atol=1e-5)
    if seed == 0:
        np.testing.assert_allclose(gru(x), arrays["gru.outputs"], atol=1e-5)

# %% curve
# > Optimizers of SciPy's, such as L-BFGS, know one vector.
# > Here a model with 13 weights is to follow a curve.
with pytest.raises(ValueError, match="one dimension"):
    minimize(lambda x: (x**2).sum(), np.ones((2, 2)), method="L-BFGS-B")
assert sum(w.numpy().size for w in model.weights) == 13

# %% flatten
# > `ravel` makes each array flat, `np.concatenate` joins them.
# > The way back cuts the vector where a variable ends.
kinds = [tf.Variable([[1.0, 2.0], [3.0, 4.0]]), tf.Variable(5.0), keras.Variable([[6.0], [7.0]]), tf.Variable([])]
np.testing.assert_array_equal(flatten(kinds), np.arange(1.0, 8.0))
put_back(kinds, flatten(kinds) * 10)
np.testing.assert_array_equal(kinds[0], [[10, 20], [30, 40]])
assert kinds[1].numpy() == 50 and kinds[2].numpy().tolist() == [[60], [70]]

# %% fit
# > SciPy calls a function with one vector after another.
# > It gets the loss there and, since `jac=True` says so, the gradient.
#
# > The curve is met.
# > `put_back` comes once more at the end: what SciPy tried last need not be the best that it found.
assert before > 0.3 and result.fun < 0.01
np.testing.assert_allclose(model(x), y, atol=0.3)
np.testing.assert_allclose(flatten(weights), result.x, rtol=1e-6, atol=1e-7)
tried = []


def bowl(vector):
    tried.append(vector.copy())
    return ((vector - 3) ** 2).sum(), 2 * (vector - 3)


found = minimize(bowl, [0.0, 1.0], jac=True, method="L-BFGS-B")
assert len(tried) == found.nfev > 1 and {one.shape for one in tried} == {(2,)}
np.testing.assert_allclose(found.x, [3, 3], atol=1e-5)
tried.clear()
found = minimize(lambda vector: bowl(vector)[0], [0.0, 1.0], method="Nelder-Mead", options={"maxiter": 12})
assert found.fun < bowl(tried[-1])[0]

# %% measured
# > Without a gradient, SciPy measures one itself.
#
# > Nowhere, and it calls that a success.
# > It measured with a step of 1e-8: in float32, 1 + 1e-8 is 1, and the gradient 0.
# > Give SciPy the tape's gradient.
success, reached = _
assert success and reached.tolist() == [1, 2] and np.float32(1) + np.float32(1e-8) == 1
tried = []


def noted(vector):
    tried.append(vector.copy())
    return distance(vector)


found = minimize(noted, np.array([1.0, 2.0]), method="L-BFGS-B")
np.testing.assert_allclose(tried[1] - tried[0], [1e-8, 0], atol=1e-12)
np.testing.assert_array_equal(found.jac, [0, 0])
wide = tf.Variable([1.0, 2.0], dtype=tf.float64)


def wide_distance(vector):
    wide.assign(vector)
    return tf.reduce_sum((wide - 5) ** 2).numpy()


np.testing.assert_allclose(minimize(wide_distance, [1.0, 2.0], method="L-BFGS-B").x, [5, 5], atol=1e-3)


def with_gradient(vector):
    v.assign(vector)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum((v - 5) ** 2)
    return loss.numpy(), tape.gradient(loss, v).numpy()


np.testing.assert_allclose(minimize(with_gradient, [1.0, 2.0], jac=True, method="L-BFGS-B").x, [5, 5], atol=1e-3)

# %% exercise-12-2
# > With one entry too many, `put_back` fails at the last variable: the others are new by then.
#
# > Flat and back: the length first, then `assign`.
# > Give SciPy the gradient, and put `result.x` back.
for shapes in ([(2, 2), (2,)], [(3,), (), (1, 2)], [(2,), (0, 3)], [(0,), (1,)], [(5,)], [()]):
    for kind in (tf.Variable, keras.Variable):
        several = [kind(np.full(shape, 9, "float32")) for shape in shapes]
        numbers = np.arange(1.0 + sum(v.numpy().size for v in several))
        with pytest.raises(ValueError, match="cannot reshape"):
            put_back(several, numbers)
        *others, last = [v.numpy().ravel() for v in several]
        assert (last == 9).all() and all((other < 9).all() for other in others)

# %% grow
# > Two tokens join the four of an embedding, which has been trained.
# > A layer's weights keep their shapes: for more rows, make a larger layer.
# > The old rows go first, since a token's number is the number of its row.
#
# > `np.pad` gave the new tokens zeros.
np.testing.assert_array_equal(_[:4], small.embeddings)
np.testing.assert_array_equal(_[4:], np.zeros((2, 2)))
np.testing.assert_array_equal(small(np.array([2]))[0], small.embeddings[2])
assert adam.iterations.numpy() == 3
for variable in (small.embeddings, small.embeddings.value):
    with pytest.raises(ValueError, match=r"[Ss]hape"):
        variable.assign(np.zeros((6, 2)))

# %% exercise-12-3
# > The old rows stay, and each new one is their mean.
#
# > More rows: the old ones first, and the optimizer's memory with them.
grown = find("12.3").reference(np.zeros((4, 2)), np.array([[1.0, 2.0], [3.0, 6.0]]))
np.testing.assert_array_equal(grown, [[1, 2], [3, 6], [2, 4], [2, 4]])

# %% memory
# > The larger table needs a new Adam.
# > Each table makes a step with the gradient 0.
#
# > No: the old Adam has momentum, the new one none.
assert _ > 0.05
with pytest.raises(ValueError, match="Unknown variable"):
    adam.apply([tf.zeros((6, 2))], [large.embeddings])
(old_momentum,), (new_momentum,) = ([s for s in a.variables if s.name.endswith("momentum")] for a in (adam, new_adam))
assert (old_momentum.numpy() > 0).all() and not new_momentum.numpy().any()

# %% carry
# > What Adam remembers of a weight is variables of its shape.
# > They grow in the same way; the counter and the learning rate go along as they are.
for shape in ((4, 2), (3,), (), (0, 2)):
    for options in ({}, {"amsgrad": True}, {"use_ema": True}):
        one, weight = keras.optimizers.Adam(0.1, **options), keras.Variable(np.ones(shape))
        one.build([weight])
        kept = [s for s in one.variables if s.name not in ("iteration", "learning_rate")]
        assert len(kept) == 2 + len(options) and all(tuple(s.shape) == shape for s in kept)
names = [(old.name, new.name) for old, new in zip(adam.variables, new_adam.variables, strict=True)]
assert [old for old, new in names[:2]] == [new for old, new in names[:2]] == ["iteration", "learning_rate"]
assert [old.rsplit("_", 1)[1] for old, new in names[2:]] == [new.rsplit("_", 1)[1] for old, new in names[2:]]
assert new_adam.iterations.numpy() == adam.iterations.numpy() == 4

# %% step
# > Not one bit apart.
assert _ == 0
rng = np.random.default_rng(0)
for _step in range(3):
    some = rng.normal(size=(4, 2)).astype("float32")
    adam.apply([tf.constant(some)], [small.embeddings])
    new_adam.apply([tf.constant(np.pad(some, [(0, 2), (0, 0)]))], [large.embeddings])
    assert large.embeddings.numpy()[:4].tobytes() == small.embeddings.numpy().tobytes()

# %% gradient
# > The LSTM's kernel came from PyTorch.
# > Its gradient agrees with the measured one.
#
# > A [target network](../book/recipes.ipynb#let-a-target-network-follow), [tied
# > weights](../book/recipes.ipynb#share-one-weight-between-two-layers), a [low-rank
# > adapter](../book/recipes.ipynb#merge-a-low-rank-adapter-into-its-kernel) and [new random
# > weights](../book/recipes.ipynb#reset-a-layer-and-the-optimizers-memory-of-it) are recipes.
#
# > Compare outputs with those of the source, never only shapes.
#
# > After a flatten: four axes, turn, flatten again.
# > In a recurrent layer: the order of the gates, and the biases.
np.testing.assert_array_equal(lstm.cell.kernel, arrays["lstm.weight_ih_l0"].T)
assert report.autodiff.size == 24
