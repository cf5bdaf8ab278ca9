"""Claims of lesson 10, layers and optimizers."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from assignlab.exercises import find

OPTIMIZERS = keras.optimizers


def trained(make=keras.Variable, optimizer=None, steps=5):
    """A weight of 1, after a few steps towards 0, and the optimizer that made them."""
    weight, optimizer = make(1.0), optimizer or OPTIMIZERS.SGD(0.1, momentum=0.9)
    for _ in range(steps):
        optimizer.apply([2.0 * weight], [weight])
    return weight, optimizer


def kept_of(weight, optimizer):
    """What an optimizer keeps of a weight: {its name without the path: the slot}."""
    path = weight.path.replace("/", "_") if hasattr(weight, "path") else weight.name.replace(":", "_")
    slots = [slot for slot in optimizer.variables if slot.name.startswith(f"{path}_")]
    return {slot.name.removeprefix(path): slot for slot in slots}


def fitted(**options):
    """`one_weight`, fit."""
    one, of_one = one_weight("sgd", **options)
    of_one.fit(x, y, epochs=3, verbose=0)
    return one, of_one


# free: **You will do:** make an optimizer forget one weight, freeze a part of a kernel, write while `fit` runs.
# free: **You will learn:** who writes a weight beside you, when, and where your own write belongs.
# free: **You need:** [lesson 5](05_keep_the_same_variable.ipynb).
# free: place
# free: its turn
# free: constraint
# free: `train_step`
# free: callback
# free: NumPy
# free: no
# free: Mend it.
# free: [Prune a classifier](11_prune_a_classifier.ipynb): real digits, nine weights of ten set to 0, and what holds
#       them there.

# %% setup
# > `one_weight` makes a model with one weight, a 1.
# > The data ask for a 0.
one, of_one = one_weight("sgd")
assert of_one.compiled
assert [weight is one.kernel for weight in of_one.weights] == [True]
np.testing.assert_array_equal(one.kernel, [[1]])
one.kernel.assign([[0.0]])
with tf.GradientTape() as tape:
    loss = tf.reduce_mean((of_one(x) - y) ** 2)
assert loss.numpy() == 0 and tape.gradient(loss, one.kernel).numpy() == 0
assert not np.array(y).any()

# %% trained
# > Five steps towards 0, with momentum:
assert model.optimizer.iterations.numpy() == 5 and model.optimizer.momentum == 0.9
assert -0.6 < _[0, 0] < 1

# %% stale
# > You set a trained weight to 0 and train on.
# > The gradient there is 0, and still the weight moves away from it.
#
# > Now the weight is set to 0, and one more step has the gradient 0.
#
# > It moved: `assign` writes the weight and nothing else, and the momentum carried on.
assert model.optimizer.iterations.numpy() == 6  # one step an epoch
assert _[0, 0] < -0.1
weight, optimizer = 1.0, 0.0
for step in range(6):
    if step == 5:
        weight = 0.0
    optimizer = 0.9 * optimizer - 0.1 * 2 * weight
    weight += optimizer
np.testing.assert_allclose(_, [[weight]], rtol=1e-5)
for make in (tf.Variable, keras.Variable):
    weight, optimizer = trained(make)
    before = [variable.numpy() for variable in optimizer.variables]
    weight.assign(0.0)
    assert [variable.numpy() for variable in optimizer.variables] == before
    optimizer.apply([tf.constant(0.0)], [weight])
    assert abs(weight.numpy()) > 0.01
plain, optimizer = trained(optimizer=OPTIMIZERS.SGD(0.1))  # without momentum there is nothing to carry on
plain.assign(0.0)
optimizer.apply([tf.constant(0.0)], [plain])
assert plain.numpy() == 0

# %% slots
# since keras 3.10: an optimizer lists its slots first, and names Adagrad's accumulator by its weight
# > What an optimizer remembers of a weight is in *slot variables*, beside its step counter and its rate.
#
# > What an optimizer remembers are variables: assign to them, by name.
assert [name for name, value in _] == ["iteration", "learning_rate", "model_dense_kernel_momentum"]
assert _[0][1] == 6 and _[1][1] == np.float32(0.1)
expected = {
    OPTIMIZERS.SGD(momentum=0.9): {"_momentum"},
    OPTIMIZERS.Adam(): {"_momentum", "_velocity"},
    OPTIMIZERS.RMSprop(centered=True): {"_momentum", "_velocity", "_average_gradient"} - {"_momentum"},
    OPTIMIZERS.Adagrad(): {"_accumulator"},
    OPTIMIZERS.SGD(): set(),
}
for optimizer, names in expected.items():
    weight, optimizer = trained(optimizer=optimizer)
    assert set(kept_of(weight, optimizer)) == names
    assert all(isinstance(variable.value, tf.Variable) for variable in optimizer.variables)
    assert any(variable is optimizer.iterations for variable in optimizer.variables)

# %% forget
# > A slot's name is the path of the weight, with `_` for `/`, and what it keeps.
# > It is a variable: assign to it, and the weight stays.
assert layer.kernel.path == "model/dense/kernel"
np.testing.assert_array_equal(_, [[0]])

# %% exercise-10-1
# > Adam reads its step counter too: [the
# > recipe](../book/recipes.ipynb#reset-a-layer-and-the-optimizers-memory-of-it).
#
# > One weight begins anew; the others keep their momentum.
restarted, other = keras.Variable([1.0, 2.0], name="first"), keras.Variable([3.0], name="second")
for optimizer in (OPTIMIZERS.SGD(0.1, momentum=0.9), OPTIMIZERS.RMSprop(0.1, momentum=0.9, centered=True)):
    optimizer.apply([tf.ones(2), tf.ones(1)], [restarted, other])
    before = {name: slot.numpy() for name, slot in kept_of(other, optimizer).items()}
    find("10.1").reference(optimizer, restarted, np.array([7.0, 8.0]))
    np.testing.assert_array_equal(restarted, [7, 8])
    assert not any(slot.numpy().any() for slot in kept_of(restarted, optimizer).values())
    assert before and all(before[name] == slot.numpy() for name, slot in kept_of(other, optimizer).items())
    fresh = type(optimizer).from_config(optimizer.get_config())
    fresh.build([restarted])
    assert all(not slot.numpy().any() for slot in kept_of(restarted, fresh).values())
longest = []
for steps in (0, 2000):  # the step after the slots of an Adam were emptied, by its counter
    weight, optimizer = trained(optimizer=OPTIMIZERS.Adam(0.1), steps=1)
    for slot in kept_of(weight, optimizer).values():
        slot.assign(0.0)
    optimizer.iterations.assign(steps)
    weight.assign(5.0)
    optimizer.apply([tf.constant(1.0)], [weight])
    longest.append(5 - weight.numpy())
assert longest[0] < 0.11 and longest[1] > 0.25

# %% constraint
# > No weight may be negative here.
np.testing.assert_array_equal(_, [[-5]])

# %% constraint-fit
# > The negative number: `assign` does not ask the constraint.
# > The optimizer does, after each of its steps, here even with the rate 0.
np.testing.assert_array_equal(_, [[0]])
for write in (
    lambda kernel: kernel.assign([[-5.0]]),
    lambda kernel: kernel.assign_sub([[5.0]]),
    lambda kernel: kernel.value.assign([[-5.0]]),
    lambda kernel: kernel[0].assign([-5.0]),
    lambda kernel: tf.function(lambda: kernel.assign([[-5.0]]), autograph=False)(),
):
    for optimizer in (OPTIMIZERS.SGD(0.0), OPTIMIZERS.Adam(0.1)):
        one, of_one = one_weight("sgd", kernel_constraint="non_neg")
        write(one.kernel)
        assert one.kernel.numpy() < 0
        optimizer.apply([tf.zeros((1, 1))], [one.kernel])
        assert one.kernel.numpy() == 0
one.set_weights([np.array([[-5.0]])])
assert one.kernel.numpy() == -5
of_tensorflow = tf.Variable(1.0, constraint=lambda weight: tf.maximum(weight, 0))
of_tensorflow.assign(-5.0)
assert of_tensorflow.numpy() == -5

# %% apply
# > To have it at once, apply it yourself:
np.testing.assert_array_equal(_, [[0]])

# %% own
# since keras 3.15: a constraint may be a plain function
# > A constraint of your own (since Keras 3.15, a plain function) is a write after every step: it gets the weight and
# > returns what it should be.
# > `fit` compiles it, so no NumPy.
np.testing.assert_array_equal(_, [[0.25]])
seen = []


def noting(weight):
    seen.append(weight.numpy()[0, 0] if tf.executing_eagerly() else "compiled")
    return keras.ops.clip(weight, 0.25, 0.75)


one, of_one = one_weight("sgd", kernel_constraint=noting)
optimizer = OPTIMIZERS.SGD(1.0)
optimizer.apply([tf.constant([[-4.0]])], [one.kernel])
optimizer.apply([tf.constant([[4.0]])], [one.kernel])
assert seen == [5, 0.75 - 4] and one.kernel.numpy() == 0.25
fitted(kernel_constraint=noting)
assert seen[2:] and set(seen[2:]) == {"compiled"}
with pytest.raises(NotImplementedError, match="only available when eager"):
    fitted(kernel_constraint=lambda weight: np.clip(weight.numpy(), 0, 1))
assert keras.version() >= "3.15"

# %% exercise-10-2
# > A gradient of 0 is not enough: momentum and weight decay [move an entry all the
# > same](../book/myths.ipynb#zero-the-gradient-of-an-entry-and-it-stays).
for optimizer in (OPTIMIZERS.SGD(0.1, momentum=0.9), OPTIMIZERS.AdamW(0.1, weight_decay=0.1)):
    weight = keras.Variable([1.0, 1.0])
    for gradient in ([1.0, 1.0], [1.0, 0.0]):
        before = weight.numpy()
        optimizer.apply([tf.constant(gradient)], [weight])
    assert weight.numpy()[1] < before[1]

# %% average
# > The rate is 0, so no step moves the weight.
#
# > Nearly all of it is gone.
# > The optimizer keeps an average of the weight in a slot, and writes it over the weight when `fit` ends (and after
# > every n steps, with `ema_overwrite_frequency=n`).
np.testing.assert_allclose(_, [[1.99]], rtol=1e-3)
assert list(kept_of(layer.kernel, model.optimizer)) == ["_average"]
np.testing.assert_array_equal(layer.kernel, kept_of(layer.kernel, model.optimizer)["_average"].numpy())
during = []
note = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: during.append(layer.kernel.numpy()[0, 0]))
layer.kernel.assign([[100.0]])
model.fit(x, y, epochs=2, callbacks=[note], verbose=0)
assert during == [100, 100] and layer.kernel.numpy() < 5
often = OPTIMIZERS.SGD(0.0, use_ema=True, ema_overwrite_frequency=3)
one, kept = keras.Variable([0.0]), []
for value in (0.0, 100.0, 100.0, 100.0):
    one.assign([value])
    often.apply([tf.zeros(1)], [one])
    kept.append(one.numpy().item() == value)
assert kept == [True, True, False, True]

# %% compiled
# since keras 3.15: a constraint may be a plain function
# > A layer is frozen between two `fit`.
#
# > It does.
# > The first `fit` compiled a step, with its list of weights and their constraints; after a change of these, compile
# > again.
# > Weights are read in every step, so `assign` counts at once.
#
# > After a change of `trainable` or a constraint, compile again; values count at once.
assert _[1] < _[0]
layer.kernel.assign([[5.0]])
model.fit(x, y, verbose=0)
np.testing.assert_allclose(layer.kernel, [[5 - 0.1 * 2 * 5]], rtol=1e-6)  # from the assigned value; still trained
layer.kernel.constraint = lambda weight: weight * 0 + 7
model.fit(x, y, verbose=0)
np.testing.assert_allclose(layer.kernel, [[4 - 0.1 * 2 * 4]], rtol=1e-6)
layer.trainable = True
model.compile(OPTIMIZERS.SGD(0.1), "mse")
model.fit(x, y, epochs=20, verbose=0)
np.testing.assert_array_equal(layer.kernel, [[7]])
layer.trainable = False
model.compile(OPTIMIZERS.SGD(0.1), "mse")
layer.kernel.assign([[5.0]])
with pytest.warns(UserWarning, match="does not have any trainable weights"):
    model.fit(x, y, epochs=20, verbose=0)
np.testing.assert_array_equal(layer.kernel, [[5]])

# %% places-fit
# > after each step
#
# > each step, where you put it
#
# > between calls of the compiled step
#
# > yes
#
# > A `train_step` of your own can write several weights, after the usual step:
#
# > For a write after every step: a constraint, or `train_step`.
# > For NumPy: a callback, which may come late.
np.testing.assert_array_equal(_, [[0.25]])


class Both(keras.Sequential):
    """Writes two weights after each step; `turns` counts its steps."""

    def train_step(self, data):
        logs = super().train_step(data)
        for weight in self.weights:
            weight.assign(keras.ops.clip(weight, 0.25, 0.75))
        turns.assign_add(1)
        return logs


turns = keras.Variable(0, dtype="int32", trainable=False)
both = Both([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones")])
both.compile("sgd", "mse", steps_per_execution=4)
both.fit(x, y, batch_size=1, verbose=0)
assert turns.numpy() == 8 and all(0.25 <= weight.numpy() <= 0.75 for weight in both.weights)


class WithNumPy(keras.Sequential):
    def train_step(self, data):
        logs = super().train_step(data)
        self.weights[0].assign(np.clip(self.weights[0].numpy(), 0, 1))
        return logs


fails = WithNumPy([keras.Input((1,)), keras.layers.Dense(1)])
fails.compile("sgd", "mse")
with pytest.raises(NotImplementedError, match="only available when eager"):
    fails.fit(x, y, verbose=0)

# %% turns
# since keras 3.11: a callback is told the last of several batches that run in one call, not the first
# > A callback is told the number of the batch.
# > Here `steps_per_execution=4` lets four batches run in one call.
#
# > They count from 0, begin anew in each epoch, and come for the last batch of a call only.
# > (A last call that is not full has the number of a full one.)
assert _ == [3, 7, 3, 7]
assert model.optimizer.iterations.numpy() == 16
numbers.clear()
model.fit(np.ones((13, 1)), np.ones((13, 1)), batch_size=1, callbacks=[note], verbose=0)
assert numbers == [3, 7, 11, 15] and model.optimizer.iterations.numpy() == 16 + 13
for at_once, expected in ((1, [0, 1, 2, 3, 4, 5, 6, 7]), (2, [1, 3, 5, 7]), (8, [7])):
    numbers.clear()
    model.compile(OPTIMIZERS.SGD(0.1), "mse", steps_per_execution=at_once)
    model.fit(x, y, batch_size=1, epochs=2, callbacks=[note], verbose=0)
    assert numbers == expected * 2
by_numpy = keras.callbacks.LambdaCallback(
    on_train_batch_end=lambda batch, logs: layer.kernel.assign(np.full((1, 1), layer.kernel.numpy() * 0 + batch))
)
model.fit(x, y, batch_size=1, callbacks=[by_numpy], verbose=0)
np.testing.assert_array_equal(layer.kernel, [[7]])

# %% exercise-10-3
# since keras 3.11: a callback is told the last of several batches that run in one call, not the first
# > `copy_every` should renew a copy of the kernel, as for a target network.
# > It copies at the wrong times, or never.
target, seen = keras.Variable([[9.0]]), []
note = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(target.numpy()[0, 0]))
for at_once, n, new in ((1, 2, [True, False] * 4), (4, 2, [False, False])):
    model.compile(OPTIMIZERS.SGD(0.01), "mse", steps_per_execution=at_once)
    layer.kernel.assign([[0.7]])
    target.assign([[9.0]])
    seen.clear()
    model.fit(x, y, batch_size=1, callbacks=[copy_every(layer, target, n), note], verbose=0)
    assert (np.diff([9.0, *seen]) != 0).tolist() == new  # after batch 1, 3, ... of two; never
layer.kernel.assign([[0.25]])

# %% gradient
# > `train_step` wrote this kernel after every step.
# > Its gradient agrees with the measured one.
#
# > A layer can write its own variables, too: [a counter](../book/recipes.ipynb#keep-a-count-in-a-layer), [the
# > statistics of a BatchNormalization](../book/recipes.ipynb#set-the-statistics-of-a-batchnormalization).
# > `tf.Variable`s may [share an optimizer](../book/recipes.ipynb#train-a-tfvariable-beside-a-model) with a model.
#
# > `assign` writes the weight.
# > Slots, averages and constraints hear nothing of it.
assert report.verdict == "verified" and isinstance(model, Clipped)
normalization = keras.layers.BatchNormalization()
normalization(np.full((4, 1), 9.0), training=True)
assert normalization.moving_mean.numpy() > 0
raw, own = tf.Variable(1.0), keras.Variable(1.0)
OPTIMIZERS.Adam(0.1).apply([tf.constant(1.0)] * 2, [raw, own])
assert raw.numpy() == own.numpy() < 1
weight, optimizer = trained(optimizer=OPTIMIZERS.Adam(0.1, use_ema=True))
before = [variable.numpy() for variable in optimizer.variables]
weight.assign(100.0)
assert [variable.numpy() for variable in optimizer.variables] == before
