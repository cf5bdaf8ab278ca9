"""Claims of lesson 11, prune a classifier."""

import io

import keras
import numpy as np
import tensorflow as tf

# free: Nine of ten trained weights are set to 0.
# free: **You will do:** prune a network, keep its zeros while it trains, tighten the mask step by step.
# free: **You will learn:** what moves a pruned weight, and what holding the zeros is worth.
# free: **You need:** [lesson 2](02_masked_replacement.ipynb), [lesson 10](10_layers_and_optimizers.ipynb).
# free: [Move and resize weights](12_move_and_resize_weights.ipynb): from another library, through SciPy, into more
#       rows.
# free: Mend it.

OPTIMIZERS = keras.optimizers


def pruned_then(optimizer, weight=0.0, masked=True, emptied=False):
    """A weight of 1 after three steps, pruned to `weight`, and one more step with its gradient masked or not."""
    w = keras.Variable([1.0, 1.0])
    for _ in range(3):
        optimizer.apply([tf.ones(2)], [w])
    w.assign([weight, 1.0])
    for slot in optimizer.variables[2:] if emptied else []:
        slot.assign(np.zeros(slot.shape))
    optimizer.apply([tf.constant([0.0 if masked else 1.0, 1.0])], [w])
    return w.numpy()[0]


# %% train
# > scikit-learn ships 1797 handwritten digits of 8 × 8 pixels.
# > A quarter is kept for the test.
#
# > Ten epochs, and it reads most of the digits that it has not seen:
assert images.shape == (1797, 64) and set(digits) == set(range(10))
assert len(x_test) == 450 and abs(len(x_test) / len(images) - 0.25) < 0.001
assert _ > 0.9 and model.optimizer.iterations.numpy() == 10 * 22

# %% smallest
# > Magnitude pruning takes the weights nearest to 0 for the least important.
# > A mask of the largest tenth, then one `assign`; the bias stays, for there is little to gain.
assert _[0] == 205 and _[1] == 2048 and _[2] < 0.9
assert np.abs(trained[0][mask]).min() > np.abs(trained[0][~mask]).max()
np.testing.assert_array_equal(hidden.kernel.numpy() != 0, mask)
np.testing.assert_array_equal(hidden.bias, trained[1])
assert hidden.bias.numpy().size == 32

# %% ties
# > Half of these six should go.
#
# > Two: four weights are as large as the threshold, and all of them go.
# > Weights of few bits have many equals.
# > Sort the places instead, and you get the number that you want.
assert _ == 2 and (np.abs(w) == np.quantile(np.abs(w), 0.5)).sum() == 4
few = np.round(trained[0] * 4)
assert len(np.unique(np.abs(few))) < 30
places = np.argsort(np.abs(few), axis=None, kind="stable")
assert len(set(places[:1843])) == 1843

# %% exercise-11-1
# > `np.argsort(..., axis=None)` numbers the entries of a matrix row by row.
np.testing.assert_array_equal(np.argsort(np.array([[4, 1], [3, 2]]), axis=None), [1, 3, 2, 0])

# %% back
# > You train on, and an epoch later most zeros are gone.
#
# > Of 1843 zeros, how many are left after one more epoch?
#
# > The accuracy is back, and so are most of the weights: to the optimizer a 0 is a value like another.
# > Some stay where nothing moves them: the gradient is 0 at a pixel that is dark whenever the unit answers.
assert (~mask).sum() == 1843 and 96 - 10 < _[0] < 1843 / 2 and _[1] > 0.9
blank = x.max(axis=0) == 0
assert blank.any() and not hidden.kernel.numpy()[blank][~mask[blank]].any()
with tf.GradientTape() as tape:
    error = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, model(x)))
gradient = tape.gradient(error, hidden.kernel).numpy()
assert not gradient[blank].any() and np.count_nonzero(gradient) > 1000
answers = (hidden(x).numpy() > 0).T.astype("float32") @ x  # [unit, pixel]
silent = answers.T == 0
assert (silent & ~blank[:, None]).any() and not gradient[silent].any()
stayed = (hidden.kernel.numpy() == 0) & ~mask
assert np.mean(silent[stayed]) > 0.9

# %% four
# > So multiply the gradient by the mask?
# > `revived` tries that: five steps of an optimizer, then the pruning, then one step with a masked gradient.
# > It counts lost zeros.
# > With `emptied`, the slots, which come after counter and rate (in the `inner_optimizer` of a `LossScaleOptimizer`),
# > are emptied in between.
#
# > The two that remember: each had gathered momentum before.
# > Weight decay is innocent: it makes a weight smaller by a part of itself, and a part of 0 is 0.
# > (A frozen weight of another value [it does
# > move](../book/myths.ipynb#zero-the-gradient-of-an-entry-and-it-stays).)
assert _[:2] == (0, 0) and min(_[2:]) > 500
for make, moves in (
    (lambda: OPTIMIZERS.SGD(0.1), False),
    (lambda: OPTIMIZERS.SGD(0.1, weight_decay=0.1), False),
    (lambda: OPTIMIZERS.RMSprop(0.1), False),
    (lambda: OPTIMIZERS.Adagrad(0.1), False),
    (lambda: OPTIMIZERS.SGD(0.1, momentum=0.9), True),
    (lambda: OPTIMIZERS.SGD(0.1, momentum=0.9, nesterov=True), True),
    (lambda: OPTIMIZERS.Adam(0.1), True),
    (lambda: OPTIMIZERS.AdamW(0.1, weight_decay=0.1), True),
    (lambda: OPTIMIZERS.Lion(0.1), True),
):
    assert (pruned_then(make()) != 0) == moves and pruned_then(make(), masked=False) != 0
    assert pruned_then(make(), emptied=True) == 0
scaling = OPTIMIZERS.LossScaleOptimizer(OPTIMIZERS.Adam(0.1))
scaling.build([keras.Variable([1.0])])
inside = [variable.name for variable in scaling.inner_optimizer.variables]
assert inside[:2] == ["iteration", "learning_rate"] and len(inside) == 4
assert [variable.name for variable in scaling.variables] != inside
for make in (lambda: OPTIMIZERS.SGD(0.1, weight_decay=0.1), lambda: OPTIMIZERS.AdamW(0.1, weight_decay=0.1)):
    assert pruned_then(make(), emptied=True) == 0 and pruned_then(make(), weight=2.0, emptied=True) < 2

# %% forget
# > With emptied slots these two hold as well:
assert _ == (0, 0)

# %% hold
# since keras 3.15: a constraint may be a plain function
# > Not every optimizer does.
# > Muon mixes the entries of a gradient, and Ftrl computes a weight anew from its slots.
for optimizer in (OPTIMIZERS.Muon(0.01), OPTIMIZERS.Ftrl(0.1)):
    assert revived(optimizer, emptied=True) > 100
model.set_weights(trained)

# %% hold-fit
# since keras 3.15: a constraint may be a plain function
# > Whatever the optimizer, a constraint comes after its step.
# > These multiply each weight by a mask of ones.
# > The masks are variables: the compiled step reads them anew each time, so `assign` puts in the mask of the day.
# > After three epochs all zeros are there, and most of the accuracy:
#
# > There are other places for a mask:
#
# > way
#
# > holds with
#
# > the kernel has its zeros
#
# > constraint
#
# > every optimizer, without `use_ema`
#
# > every optimizer, [without `use_ema`](../book/recipes.ipynb#clip-or-mask-after-every-training-step)
#
# > every optimizer
#
# > after each step
#
# > callback, after a batch
#
# > after each call of the compiled step
#
# > many
#
# > always
#
# > masked gradient, emptied slots
#
# > `kernel * mask` inside the layer
#
# > when you assign them
assert _[0] == 0 and _[1] > 0.9 and mask.sum() == 205
for optimizer in (OPTIMIZERS.SGD(0.1), OPTIMIZERS.Adam(0.1), OPTIMIZERS.Muon(0.1), OPTIMIZERS.Ftrl(0.1)):
    one, keep = keras.Variable([[1.0, 1.0]] * 2), keras.Variable([[1.0, 0.0], [1.0, 1.0]], trainable=False)
    one.constraint = lambda values, keep=keep: values * keep
    for _ in range(2):
        optimizer.apply([tf.ones((2, 2))], [one])
        assert one.numpy()[0, 1] == 0 and one.numpy()[0, 0] != 1


class Masked(keras.layers.Dense):
    def call(self, inputs):
        return keras.ops.matmul(inputs, self.kernel * [[1.0], [0.0]])


inside = Masked(1, use_bias=False)
of_it = keras.Sequential([keras.Input((2,)), inside])
start = inside.kernel.numpy()
of_it.compile(OPTIMIZERS.SGD(0.1, momentum=0.9), "mse")
of_it.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
assert inside.kernel.numpy()[1] == start[1] != 0 and inside.kernel.numpy()[0] != start[0]
for loses in (False, True):
    thin = keras.layers.Dense(1, use_bias=False)
    thin.build((None, 2))
    thin.kernel.constraint = lambda weight: weight * keras.ops.array([[1.0], [0.0]])
    averaged = keras.Sequential([keras.Input((2,)), thin])
    averaged.compile(OPTIMIZERS.SGD(0.1, use_ema=loses), "mse")
    averaged.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    assert (thin.kernel.numpy()[1] != 0) == loses
again = keras.callbacks.LambdaCallback(
    on_train_batch_end=lambda batch, logs: plain.kernel.assign(plain.kernel.numpy() * [[1], [0]])
)
plain = keras.layers.Dense(1, use_bias=False)
by_callback = keras.Sequential([keras.Input((2,)), plain])
by_callback.compile(OPTIMIZERS.SGD(0.1, momentum=0.9), "mse")
by_callback.fit(np.ones((4, 2)), np.ones((4, 1)), batch_size=1, callbacks=[again], verbose=0)
assert plain.kernel.numpy()[1] == 0 != plain.kernel.numpy()[0]

# %% exercise-11-2
# > Pruned a little in each epoch, a network has time to adapt.
# > In `gradually` the mask of the first epoch stays for all: [the compiled step has frozen an
# > array](09_inside_tf_function.ipynb).
array, variable = np.ones(1, "float32"), tf.Variable([1.0])
frozen = tf.function(lambda: (tf.constant(2.0) * array, tf.constant(2.0) * variable))
frozen()
array[0] = 0
variable.assign([0.0])
assert [part.numpy()[0] for part in frozen()] == [2, 0]

# %% together
# > Nine tenths of *all* weights may go, instead of nine tenths of each layer.
#
# > The last: its weights are fewer and larger.
assert _[0] < 0.1 < 0.15 < _[2] and _[1] == _[3] == 1
assert trained[2].size < trained[0].size and np.abs(trained[2]).mean() > np.abs(trained[0]).mean()
masks = masks_of(trained, 0.9)
assert abs(1 - (masks[0].sum() + masks[2].sum()) / (2048 + 320) - 0.9) < 0.001

# %% exercise-11-3
# > Write `prune_together`: what 11.1 chooses, among several layers, held as above.
assert masks_of(trained, 0.5)[0].shape == hidden.kernel.shape

# %% sweep-ways
# since keras 3.15: a constraint may be a plain function
# > One compiled model serves for all trainings: weights, masks, slots and the step counter are variables, and `train`
# > assigns what each training starts from.
ones = [np.ones(w.shape) for w in trained]
steps = []
for masks in (ones, masks_of(trained, 0.9), ones):
    ended = train(times(trained, masks_of(trained, 0.9)), masks, epochs=1)
    steps.append(model.optimizer.iterations.numpy())
    for keep, wanted in zip(keeps, masks, strict=True):
        np.testing.assert_array_equal(keep, wanted)
    assert (ended[0][~masks_of(trained, 0.9)[0]] == 0).all() == (masks is not ones)
assert steps == [11, 11, 11]
np.testing.assert_array_equal(times([np.array([2.0, 3.0])], [np.array([True, False])]), [[2, 0]])

# %% sweep
# since keras 3.15: a constraint may be a plain function
# > Three networks, each pruned to four degrees.
#
# > Three ways: no training after the pruning; three epochs that may use all weights, then the mask once more; three
# > epochs with the mask held.
# > All end with the same zeros.
assert np.shape(scores) == (3, 4, 3) and (model.get_weights()[0] == 0).sum() > 1800
once, free, held = np.mean(scores, axis=0).T
assert once[0] > 0.85 and free[0] > 0.85 and (held[:2] > 0.9).all()
assert (held[1:] > free[1:] + 0.03).all() and (held[1:] > once[1:] + 0.05).all()
assert [variable.name for variable in model.optimizer.variables[:2]] == ["iteration", "learning_rate"]

# %% plot
# > A thin line is one network, a thick one the mean.
#
# > Freely trained, a network puts to use again what is then taken away; with the mask held, it learns to do without.
#
# > What is trained with its zeros keeps more of its accuracy than what loses them in between.
(lines,) = [axes.get_lines() for _ in range(1)]
assert len(lines) == 3 * 4 and {line.get_linewidth() for line in lines} == {0.5, plt.rcParams["lines.linewidth"]}
np.testing.assert_allclose(lines[3].get_ydata(), np.mean(scores, axis=0)[:, 0])

# %% gradient
# since keras 3.15: a constraint may be a plain function
# > The constraint acts after the gradient, not in it: this one belongs to all entries, also to those that are held.
#
# > A zero takes as much memory and time as any number, and as much of a file, unless it is compressed.
# > And a constraint set on a built weight [is lost when the model is
# > saved](../book/recipes.ipynb#clip-or-mask-after-every-training-step).
#
# > A mask from magnitudes, one `assign`; the places sorted where the number counts.
#
# > A pruned weight is moved by its gradient, and by what the optimizer remembers.
# > Weight decay leaves a 0 at 0.
#
# > A constraint holds zeros with every optimizer, as long as no `use_ema` averages them.
# > Its mask is a variable: `assign` changes it without another `compile`.
assert report.verdict == "verified"
sizes = {}
for name, save in (("plain", np.savez), ("small", np.savez_compressed)):
    for kind, kernel in (("full", trained[0]), ("pruned", trained[0] * mask)):
        save(file := io.BytesIO(), kernel)
        sizes[name, kind] = len(file.getvalue())
assert sizes["plain", "pruned"] == sizes["plain", "full"] and sizes["small", "pruned"] < sizes["small", "full"] / 3
held = keeps[2].numpy() == 0
assert held.sum() > 100 and not output.kernel.numpy()[held].any()
with tf.GradientTape() as tape:
    error = tf.reduce_mean((model(x_test[:50]) - 0.1) ** 2)
assert np.count_nonzero(tape.gradient(error, output.kernel).numpy()[held]) > 50
assert np.zeros((64, 32), "float32").nbytes == trained[0].nbytes
