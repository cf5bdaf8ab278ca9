"""Claims of the solutions of lesson 10, layers and optimizers."""

import tempfile

import tensorflow as tf

# free: The worked answers of [the lesson](../lessons/10_layers_and_optimizers.ipynb).
# free: Try each exercise there first: an answer is worth more when you have one of your own to hold beside it.


def built():
    """A Dense(2) for 3 inputs, and a mask of its kernel."""
    layer = keras.layers.Dense(2)
    layer.build((None, 3))
    return layer, np.array([[True, False], [False, True], [False, False]])


def two_at_once():
    """A Dense(1), and a model of it that runs two batches in one call."""
    layer = keras.layers.Dense(1)
    model = keras.Sequential([keras.Input((1,)), layer])
    model.compile("sgd", "mse", steps_per_execution=2)
    return layer, model


# %% exercise-10-1
# > A slot is a variable like another, and `assign` empties it.
# > Whole names are compared: `kernel_2_momentum` begins like `kernel`, too, and has the same shape.
# > The learning rate and the step counter stand in the same list, and keep their values.
#
# > [Lesson: Who else writes this weight?](../lessons/10_layers_and_optimizers.ipynb)
weight, other = keras.Variable([1.0, 2.0], name="kernel"), keras.Variable([3.0, 4.0], name="kernel_2")
optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
optimizer.apply([weight * 1, other * 1], [weight, other])
names = ["iteration", "learning_rate", "kernel_momentum", "kernel_2_momentum"]
assert [slot.name for slot in optimizer.variables] == names
assert all(isinstance(slot.value, tf.Variable) for slot in optimizer.variables)
assert optimizer.variables[2].shape == optimizer.variables[3].shape
restart(optimizer, weight, np.array([7.0, 8.0]))
np.testing.assert_array_equal(weight, [7, 8])
np.testing.assert_array_equal(optimizer.variables[2], [0, 0])
np.testing.assert_allclose(optimizer.variables[3], [-0.3, -0.4])
assert optimizer.iterations.numpy() == 1 and optimizer.learning_rate.numpy() == np.float32(0.1)

# %% exercise-10-1-others
# > What remains of a name without the path says what the slot keeps.
weight = keras.Variable([1.0, 2.0], name="kernel")
for kind, kept in ((keras.optimizers.SGD, {"_momentum"}), (keras.optimizers.RMSprop, {"_momentum", "_velocity"})):
    optimizer = kind(0.1, momentum=0.9)
    optimizer.build([weight])
    assert {slot.name.removeprefix("kernel") for slot in optimizer.variables[2:]} == kept

# %% exercise-10-2
# since keras 3.15: a constraint may be a plain function
# > `start` is a copy from before the training.
# > The optimizer calls the constraint after each step and assigns what comes back: whatever moved an entry under the
# > mask, the start is there again before the next step reads it.
for optimizer in (keras.optimizers.AdamW(0.1, weight_decay=0.5), keras.optimizers.SGD(0.1, momentum=0.9)):
    one, mask = built()
    optimizer.apply([one.kernel * 0 + 1], [one.kernel])  # a momentum gathers before
    start = one.kernel.numpy()
    freeze(one, mask)
    for _ in range(3):
        optimizer.apply([one.kernel * 1], [one.kernel])
        np.testing.assert_array_equal(one.kernel.numpy()[mask], start[mask])
        assert (one.kernel.numpy()[~mask] != start[~mask]).all()

# %% exercise-10-2-others
# since keras 3.15: a constraint may be a plain function
# > A class of its own can be saved with the model, once it is registered; products choose as well as `where`, as long
# > as no entry is NaN or infinite.
one, mask = built()
one.kernel.assign(np.full((3, 2), np.nan))
start = np.ones((3, 2), "float32")
chosen = keras.ops.where(mask, start, one.kernel).numpy()
product = Frozen(start, mask.astype("float32"))(one.kernel).numpy()
assert np.isfinite(chosen[mask]).all() and np.isnan(product[mask]).all()
one.kernel.assign(np.full((3, 2), 5.0))
np.testing.assert_array_equal(
    keras.ops.where(mask, start, one.kernel), Frozen(start, mask.astype("float32"))(one.kernel)
)


@keras.saving.register_keras_serializable("of_the_proof")
class Registered(Frozen):
    def __init__(self, start, mask):
        super().__init__(np.array(start, "float32"), np.array(mask, "float32"))

    def get_config(self):
        return {"start": self.start.tolist(), "mask": self.mask.tolist()}


constraint = Registered([[1.0]], [[1.0]])
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_constraint=constraint)])
with tempfile.TemporaryDirectory() as folder:
    model.save(f"{folder}/model.keras")
    loaded = keras.models.load_model(f"{folder}/model.keras")
assert isinstance(loaded.layers[0].kernel.constraint, Registered)

# %% exercise-10-3
# since keras 3.11: a callback is told the last of several batches that run in one call, not the first
# > After the batch with the number `batch`, `batch + 1` are done.
# > The whole part of that by `n` grows when a multiple of `n` is reached or passed, whether or not the callback has its
# > turn there.
# > Each epoch counts from 0.
for n in range(1, 9):
    for before in range(40):
        for done in range(before + 1, before + 12):
            passed = any(number % n == 0 for number in range(before + 1, done + 1))
            assert (done // n > before // n) == passed
_layer, model = two_at_once()
numbers = []
note = keras.callbacks.LambdaCallback(
    on_train_batch_end=lambda batch, logs: numbers.append((batch + 1, int(model.optimizer.iterations)))
)
model.fit(np.ones((4, 1)), np.ones((4, 1)), batch_size=1, epochs=2, callbacks=[note], verbose=0)
assert numbers == [(2, 2), (4, 4), (2, 6), (4, 8)]

# %% exercise-10-3-others
# since keras 3.11: a callback is told the last of several batches that run in one call, not the first
# > A callback knows its model, and the model how many batches run in one call: so nothing has to be remembered.
layer, model = two_at_once()
callback = copy_every_without_memory(layer, keras.Variable([[0.0]]), 2)
model.fit(np.ones((4, 1)), np.ones((4, 1)), batch_size=1, callbacks=[callback], verbose=0)
assert callback.model is model and model.steps_per_execution == 2
assert not hasattr(callback, "done")
