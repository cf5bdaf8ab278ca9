"""Claims of the page on old code: each old name is gone, or does what is said, and the new line does the task."""

import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from pytest import raises, warns

OLD = tf.compat.v1
K = tf.keras.backend


def some(kind=tf.Variable):
    """A variable of its own for a proof: [[1, 2], [3, 4]]."""
    return kind([[1.0, 2.0], [3.0, 4.0]])


def weight():
    """A layer's weight: [[1, 2], [3, 4]]."""
    layer = keras.layers.Dense(2, use_bias=False)
    layer.build((None, 2))
    layer.kernel.assign([[1, 2], [3, 4]])
    return layer.kernel


def dense():
    """A compiled model: two inputs, two Dense layers."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def gone(names, *places):
    """True if none of the names, given as one text, is in any of the places."""
    left = [name for name in names.split() for place in places if hasattr(place, name)]
    assert not left, left
    return True


def leaves(write, expected, kinds=(some, lambda: some(keras.Variable), weight)):
    """True if the write gives [[1, 2], [3, 4]] these values, in a variable of each of the kinds."""
    for make in kinds:
        write(variable := make())
        np.testing.assert_allclose(variable.numpy(), expected, rtol=1e-6)
    return True


RAW = (some,)  # scatter writes: a Keras variable has none
x, before, i = np.array([[10, 20], [30, 40]], "float32"), np.array([[1, 2], [3, 4]], "float32"), [1]
row = x[:1]

# free: Much of what is found about `tf.Variable` was written for TensorFlow 1 or for Keras 2.
# free: Look for the old name on the left, and write what stands on the right.
# free: `v` is a `tf.Variable`, `k` a layer's weight, `x` the new values, `i` the numbers of rows.
# free: More than names has changed:
# What TensorFlow Model Optimization 0.8.1 says; it is not among the requirements.
# free: `tfmot.sparsity.keras.prune_low_magnitude(model)`
# free: [a mask held by a constraint](recipes.ipynb#clip-or-mask-after-every-training-step); of a model of Keras 3 it
#       says `can only prune an object of the following types`
# free: In old code
# free: Now

# %% changed
# > A variable has its values once it is made, and a write is done when its line runs.
# > Nothing is initialized, and nothing has to be run afterwards.
#
# > There is no list of all variables.
# > A variable is found through the object that holds it: a layer, a model, a `tf.Module`, a list of your own.
#
# > A `tf.Variable` is not found again by its name.
# > Two may have the same one.
v = tf.Variable(x, name="w")
np.testing.assert_array_equal(v.numpy(), x)
v.assign(x * 2)
np.testing.assert_array_equal(v.numpy(), x * 2)
written = tf.Variable(0.0)
tf.function(lambda: (written.assign(5), None)[1])()
assert written.numpy() == 5
assert OLD.global_variables() == OLD.trainable_variables() == []
module = tf.Module()
module.held = [v]
assert module.variables == (v,)
assert tf.Variable(0.0, name="w").name == v.name == "w:0"

# %% variables
# > `tf.assign(v, x)`, `v.load(x, session)`
#
# > `v.assign(x)`
#
# > `tf.assign_add(v, x)`, `tf.assign_sub(v, x)`
#
# > `v.assign_add(x)`, `v.assign_sub(x)`
#
# > `tf.assign(v, x, validate_shape=False)`
#
# > a variable [made for every shape](recipes.ipynb#let-the-shape-itself-change)
#
# > `tf.scatter_update(v, i, x)`
#
# > `v.scatter_update(tf.IndexedSlices(x, i))`
#
# > `tf.scatter_add(v, i, x)`, `tf.scatter_sub(v, i, x)`
#
# > `v.scatter_add(tf.IndexedSlices(x, i))`, `v.scatter_sub(tf.IndexedSlices(x, i))`
#
# > `tf.scatter_nd_update(v, places, x)`
#
# > `v.scatter_nd_update(places, x)`
gone("assign assign_add assign_sub scatter_update scatter_add scatter_sub scatter_nd_update", tf)
assert leaves(lambda v: v.assign(x), x)
assert leaves(lambda v: OLD.assign(v, x), x, RAW)
assert leaves(lambda v: v.load(x, None), x, RAW)
assert leaves(lambda v: v.assign_add(x), before + x)
assert leaves(lambda v: v.assign_sub(x), before - x)
for old, new, expected in (
    (OLD.scatter_update, "scatter_update", [[1, 2], [10, 20]]),
    (OLD.scatter_add, "scatter_add", [[1, 2], [13, 24]]),
    (OLD.scatter_sub, "scatter_sub", [[1, 2], [-7, -16]]),
):
    assert leaves(lambda v, old=old: old(v, i, row), expected, RAW)
    assert leaves(lambda v, new=new: getattr(v, new)(tf.IndexedSlices(row, i)), expected, RAW)
for write in (OLD.scatter_nd_update, lambda v, places, x: v.scatter_nd_update(places, x)):
    assert leaves(lambda v, write=write: write(v, [[1, 0]], [7.0]), [[1, 2], [7, 4]], RAW)
with raises(ValueError, match="Shape mismatch"):
    OLD.assign(some(), x[0], validate_shape=False)

# %% making
# > `tf.get_variable("w", [2, 3])`
#
# > `tf.Variable(keras.initializers.GlorotUniform()((2, 3)))`
#
# > `tf.get_variable("w", initializer=x)`
#
# > `tf.Variable(x)`
gone("get_variable", tf)
drawn = OLD.get_variable("drawn", [200, 300])
new = tf.Variable(keras.initializers.GlorotUniform()((200, 300)))
limit = np.sqrt(6 / (200 + 300))
for made in (drawn, new):
    assert 0.99 * limit < np.abs(made.numpy()).max() <= limit and made.dtype == tf.float32
np.testing.assert_array_equal(OLD.get_variable("given", initializer=x).numpy(), tf.Variable(x).numpy())

# %% finding
# > `tf.global_variables()`, `tf.get_collection(...)`
#
# > `model.variables`, `module.variables`
#
# > `tf.trainable_variables()`
#
# > `model.trainable_variables`
#
# > `tf.global_variables_initializer()`
#
# > nothing
#
# > `v.initialized_value()`, `v.read_value()`
#
# > `v.value()`
#
# > `v.eval()`, `session.run(v)`
#
# > `v.numpy()`
gone("global_variables get_collection trainable_variables global_variables_initializer Session", tf)
model = dense()
model.layers[0].trainable = False
assert len(model.trainable_variables) == 2 and {*map(id, model.weights)} <= {*map(id, model.variables)}
with raises(NotImplementedError):
    some().initialized_value()
np.testing.assert_array_equal(some().read_value(), some().value())
with raises(RuntimeError, match="not supported when eager execution is enabled"):
    some().eval()

# %% compat
# > `tf.compat.v1` still has the functions of this table.
# > Its lists of variables are empty now, and its `get_variable` makes a new variable at each call, also under
# > `variable_scope` with `reuse=tf.AUTO_REUSE`: keep your variables in a dictionary or a module.
# > On a layer's weight those that write fail: [`'str' object has no attribute
# > '_is_ref_dtype'`](errors.ipynb#str-object-has-no-attribute-_is_ref_dtype).
names = """assign assign_add assign_sub scatter_update scatter_add scatter_sub scatter_nd_update get_variable
           global_variables get_collection trainable_variables global_variables_initializer Session"""
assert all(hasattr(OLD, name) for name in names.split())
for reuse in (None, True, OLD.AUTO_REUSE):
    with OLD.variable_scope("shared", reuse=reuse):
        one, two = (OLD.get_variable("w", [2]) for _call in range(2))
        assert one is not two and not np.array_equal(one, two)
assert OLD.global_variables() == OLD.trainable_variables() == OLD.get_collection("variables") == []
for write in (
    lambda k: OLD.assign(k, x),
    lambda k: OLD.assign_add(k, x),
    lambda k: OLD.assign_sub(k, x),
    lambda k: OLD.scatter_update(k, i, row),
    lambda k: OLD.scatter_add(k, i, row),
    lambda k: OLD.scatter_sub(k, i, row),
    lambda k: OLD.scatter_nd_update(k, [[1, 0]], [7.0]),
):
    with raises(AttributeError, match="'str' object has no attribute '_is_ref_dtype'"):
        write(weight())

# %% graphs
# > `session.run(op, {placeholder: x})`
#
# > a function that takes `x`, with `@tf.function` above it
#
# > `tf.placeholder(...)`
#
# > a parameter of that function
#
# > `tf.gradients(loss, v)`
#
# > `tape.gradient(loss, v)`
#
# > `tf.control_dependencies([write])`
#
# > nothing: in a `tf.function`, [reads and writes keep the order of the
# > lines](../lessons/09_inside_tf_function.ipynb)
#
# > `graph.gradient_override_map(...)`
#
# > `tf.custom_gradient`
#
# > `tf.py_func(f, [v], tf.float32)`
#
# > `tf.numpy_function(f, [v], tf.float32)`
#
# > `tf.reduce_sum(v, reduction_indices=0, keep_dims=True)`
#
# > `tf.reduce_sum(v, axis=0, keepdims=True)`
gone("placeholder py_func", tf)
v = some()
double = tf.function(lambda x: v.assign(x) * 2)
np.testing.assert_array_equal(double(x), 2 * x)
np.testing.assert_array_equal(v.numpy(), x)
with raises(RuntimeError, match=r"tf.gradients is not supported when eager execution is enabled"):
    tf.gradients(tf.reduce_sum(v), v)
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(v**2)
np.testing.assert_array_equal(tape.gradient(loss, v), 2 * x)


@tf.function
def in_order():
    first = v.read_value()
    v.assign(first + 1)
    second = v.read_value()
    v.assign(second * 10)
    return first, second


first, second = in_order()
np.testing.assert_array_equal(second, first + 1)
np.testing.assert_array_equal(v.numpy(), 10 * second)


@tf.custom_gradient
def passed_on(values):
    return tf.round(values), lambda upstream: upstream


with tf.GradientTape() as tape:
    loss = tf.reduce_sum(passed_on(v.value()))
np.testing.assert_array_equal(tape.gradient(loss, v), np.ones((2, 2)))
np.testing.assert_array_equal(tf.numpy_function(np.sqrt, [some()], tf.float32), np.sqrt(some().numpy()))
for old in ({"keep_dims": True}, {"reduction_indices": 0}):
    with raises(TypeError, match="unexpected keyword argument"):
        tf.reduce_sum(some(), **old)
np.testing.assert_array_equal(tf.reduce_sum(some(), axis=0, keepdims=True), [[4, 6]])

# %% files
# > `tf.train.AdamOptimizer(0.1).minimize(loss)`
#
# > `keras.optimizers.Adam(0.1).apply(gradients, variables)`
#
# > `tf.train.Saver().save(session, path)`
#
# > `tf.train.Checkpoint(model=model).save(path)`
#
# > a file that a `tf.train.Saver` can read
#
# > `tf.compat.v1.train.Saver({"w": v}).save(None, path, write_meta_graph=False)`
#
# > `tf.train.init_from_checkpoint(path, {"w": v})`, a variable `w` from a file of `tf.train.Saver`
#
# > `v.assign(tf.train.load_checkpoint(path).get_tensor("w"))`
gone("AdamOptimizer Saver init_from_checkpoint", tf.train)
v = some()
keras.optimizers.Adam(0.1).apply([tf.ones((2, 2))], [v])
np.testing.assert_allclose(v.numpy(), some().numpy() - 0.1, rtol=1e-5)
with tempfile.TemporaryDirectory() as folder:
    with OLD.Graph().as_default(), OLD.Session() as session:
        w = OLD.get_variable("w", initializer=x)
        session.run(OLD.global_variables_initializer())
        path = OLD.train.Saver().save(session, f"{folder}/old")
    v.assign(tf.train.load_checkpoint(path).get_tensor("w"))
    np.testing.assert_array_equal(v.numpy(), x)
    v.assign(x * 2)
    path = OLD.train.Saver({"w": v}).save(None, f"{folder}/written", write_meta_graph=False)
    with OLD.Graph().as_default(), OLD.Session() as session:
        w = OLD.get_variable("w", initializer=x)
        OLD.train.Saver().restore(session, path)
        np.testing.assert_array_equal(session.run(w), x * 2)
    model = dense()
    path, kept = tf.train.Checkpoint(model=model).save(f"{folder}/new"), model.get_weights()
    model.set_weights([0 * array for array in kept])
    tf.train.Checkpoint(model=model).restore(path).assert_existing_objects_matched()
    np.testing.assert_array_equal(model.get_weights()[0], kept[0])

# %% grows
# > `session.run(v.assign(x))` in a loop
#
# > `v.assign(x)`; in a session, each such turn adds operations to the graph, and the loop gets slower: make
# > `v.assign(placeholder)` once
with OLD.Graph().as_default() as graph, OLD.Session() as session:
    v = OLD.get_variable("grown", initializer=x)
    session.run(OLD.global_variables_initializer())
    given = OLD.placeholder(tf.float32, [2, 2])
    write, sizes = v.assign(given), []
    for _turn in range(3):
        session.run(v.assign(x))
        sizes.append(len(graph.get_operations()))
    assert sizes[0] < sizes[1] < sizes[2]
    for _turn in range(3):
        session.run(write, {given: x})
    assert len(graph.get_operations()) == sizes[2]

# %% eager
# > `tf.disable_eager_execution()`
#
# > leave it out, also as `tf.compat.v1.disable_eager_execution()`: after it, `v.numpy()` raises an error, and
# > `v.assign(x)` writes nothing until a session runs what it returned
#
# > `Could not find variable`, with `In TF1, it can also mean the variable is uninitialized`
#
# > no session, where each needs its own `session.run(tf.global_variables_initializer())`
gone("disable_eager_execution", tf)
code = """
import tensorflow as tf
old = tf.compat.v1
old.disable_eager_execution()
v = tf.Variable(1.0)
written = v.assign(7.0)
with old.Session() as session:
    session.run(old.global_variables_initializer())
    print(session.run(v), session.run(written), session.run(v))
    try:
        old.Session().run(v)
    except tf.errors.FailedPreconditionError as error:
        print(error.message)
v.numpy()
"""
ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
assert ran.returncode and "numpy() is only available when eager execution is enabled" in ran.stderr
assert ran.stdout.startswith("1.0 7.0 7.0\n") and "Could not find variable" in ran.stdout
assert "In TF1, it can also mean the variable is uninitialized" in ran.stdout

# %% half
# > These messages come of code that is half old:
#
# > The message
#
# > `tf.placeholder() is not compatible with eager execution`
#
# > a parameter of a function
#
# > `The Session graph is empty`
#
# > no session: `v.numpy()`
#
# > `Attempting to capture an EagerTensor without building a function`
#
# > no `with tf.Graph().as_default()` round the code
#
# > `` `loss` passed to Optimizer.compute_gradients should be a function ``
#
# > `minimize(lambda: loss(v))`, or a tape and an optimizer of Keras
#
# > `Tensor.name is undefined when eager execution is enabled`
#
# > a name of your own; a variable has `v.name`
v = tf.Variable(1.0, name="w")


def in_a_graph():
    with tf.Graph().as_default():
        return v * 2


for old_way, words in (
    (lambda: OLD.placeholder(tf.float32), r"tf.placeholder\(\) is not compatible with eager execution"),
    (lambda: OLD.Session().run(v), "The Session graph is empty"),
    (in_a_graph, "Attempting to capture an EagerTensor without building a function"),
    (
        lambda: OLD.train.AdamOptimizer(0.1).minimize(v**2),
        "passed to Optimizer.compute_gradients should be a function",
    ),
):
    with raises(RuntimeError, match=words):
        old_way()
with raises(AttributeError, match=r"Tensor\.name is undefined when eager execution is enabled"):
    (v * 2).name
OLD.train.AdamOptimizer(0.1).minimize(lambda: v**2)
np.testing.assert_allclose(v.numpy(), 0.9, rtol=1e-5)
assert v.name == "w:0"

# %% backend
# > `tf.keras.backend` still has the functions of the first six rows, `keras.backend` does not.
# > Those that write refuse a layer's weight, but for `moving_average_update`.
#
# > `K.variable(x)`
#
# > `keras.Variable(x, dtype="float32")`
#
# > `K.get_value(k)`, `K.eval(k)`, `K.batch_get_value(weights)`
#
# > `k.numpy()`, `[k.numpy() for k in weights]`
#
# > `K.set_value(k, x)`, `K.update(k, x)`
#
# > `k.assign(x)`
#
# > `K.batch_set_value(pairs)`
#
# > `for k, x in pairs: k.assign(x)`
#
# > `K.update_add(k, x)`, `K.update_sub(k, x)`
#
# > `k.assign_add(x)`, `k.assign_sub(x)`
#
# > `K.moving_average_update(k, x, 0.9)`
#
# > `k.assign(0.9 * k + 0.1 * x)`
names = """variable get_value eval batch_get_value set_value update batch_set_value update_add update_sub
           moving_average_update"""
assert gone(names, keras.backend) and all(hasattr(K, name) for name in names.split())
doubles = np.ones(2)
assert K.variable(doubles).dtype == "float32" == keras.Variable(doubles, dtype="float32").dtype
assert keras.Variable(doubles).dtype == "float64"
k = weight()
for read in (K.get_value, K.eval, lambda k: K.batch_get_value([k])[0], lambda k: k.numpy()):
    np.testing.assert_array_equal(read(k), before)
for write in (
    lambda k: K.set_value(k, x),
    lambda k: K.update(k, x),
    lambda k: K.batch_set_value([(k, x)]),
    lambda k: K.update_add(k, x),
    lambda k: K.update_sub(k, x),
):
    with raises(AttributeError, match="'str' object has no attribute"):
        write(weight())
assert leaves(lambda k: K.update(k, x), x, RAW) and leaves(lambda k: K.set_value(k, x), x, RAW)
assert leaves(lambda k: K.update_add(k, x), before + x, RAW)
assert leaves(lambda k: K.update_sub(k, x), before - x, RAW)
assert leaves(lambda k: K.moving_average_update(k, x, 0.9), 0.9 * before + 0.1 * x, (weight,))
assert leaves(lambda k: k.assign(0.9 * k + 0.1 * x), 0.9 * before + 0.1 * x)

# %% functions
# > `K.function([model.input], [layer.output])`
#
# > `keras.Model(model.inputs, layer.output)`
#
# > `K.in_train_phase(a, b)`, `K.learning_phase()`
#
# > `call(self, x, training=False)`, and in it `a if training else b`
#
# > `K.gradients(loss, weights)`
#
# > `tape.gradient(loss, weights)`
gone("function in_train_phase learning_phase", K, keras.backend)
gone("gradients", keras.backend)
model = dense()
part = keras.Model(model.inputs, model.layers[0].output)
np.testing.assert_allclose(part([x]), model.layers[0](x), rtol=1e-6)


class Doubles(keras.layers.Layer):
    def call(self, x, training=False):
        return 2 * x if training else x


np.testing.assert_array_equal(Doubles()(x), x)
np.testing.assert_array_equal(Doubles()(x, training=True), 2 * x)
training = keras.Sequential([keras.Input((2,)), Doubles()])
training.compile("sgd", "mse")
assert training.train_on_batch(x, 2 * x) == 0 and training.test_on_batch(x, x) == 0
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(model(x) ** 2)
assert all(gradient is not None for gradient in tape.gradient(loss, model.trainable_weights))

# %% layers
# > `self.add_update(k.assign(x))` in `call`
#
# > `k.assign(x)`
#
# > `self.add_weight("w", (2, 3))`
#
# > `self.add_weight(name="w", shape=(2, 3))`
#
# > `Dense(2, weights=[a, b])`
#
# > [first weights](recipes.ipynb#give-a-layer-initial-weights-made-with-numpy)
#
# > `model.reset_states()`
#
# > `layer.reset_state()` for each layer that has one
gone("add_update", keras.layers.Layer)
gone("reset_states", keras.Model)


class Counts(keras.layers.Layer):
    def build(self, shape):
        self.count = self.add_weight(name="count", shape=(), initializer="zeros", trainable=False)

    def call(self, x):
        self.count.assign(self.count + 1)
        return x


counting = keras.Sequential([keras.Input((2,)), Counts()])
counting.predict(x, batch_size=1, verbose=0)
assert counting.layers[0].count.numpy() == 2
with raises(ValueError, match="`name` must be passed as a keyword argument"):
    keras.layers.Dense(1).add_weight("w", (2, 3))
assert keras.layers.Dense(1).add_weight(name="w", shape=(2, 3)).shape == (2, 3)
with raises(ValueError, match="Unrecognized keyword arguments passed to Dense"):
    keras.layers.Dense(2, weights=[x, x[0]])
lstm = keras.layers.LSTM(2, stateful=True)
lstm(np.ones((1, 3, 2)))
assert lstm.states[0].numpy().any()
lstm.reset_state()
assert not lstm.states[0].numpy().any()

# %% models
# > `model.fit_generator(batches, steps_per_epoch=3)`
#
# > `model.fit(batches, steps_per_epoch=3)`
#
# > `model.fit(..., nb_epoch=5)`
#
# > `model.fit(..., epochs=5)`
#
# > `model.predict_classes(x)`
#
# > `model.predict(x).argmax(axis=-1)`
#
# > `model.load_weights(path, by_name=True)`
#
# > the same for an `.h5` file of Keras 2; for a `.weights.h5` file, [what
# > fits](recipes.ipynb#load-what-fits-of-another-model)
#
# > `if "bn" in k.name`
#
# > `if "bn" in k.path`
#
# > `model.load_weights("ckpt").expect_partial()`
#
# > [a checkpoint of Keras 2](errors.ipynb#no-error-but-a-checkpoint-of-keras-2-changed-nothing)
#
# > `model.save_weights(path, save_format="h5")`
#
# > `model.save_weights("w.weights.h5")`
#
# > `ModelCheckpoint(path, period=5)`
#
# > `ModelCheckpoint(path, save_freq=5 * batches)`, where an epoch has so many batches
#
# > `ModelCheckpoint("{val_acc}.keras")`
#
# > a name that is in the history: `"{val_accuracy}.keras"`
#
# > `load_model(folder)` of a SavedModel
#
# > `tf.saved_model.load(folder)`
gone("fit_generator predict_classes", keras.Model)
model = dense()
model.fit(((x, np.ones((2, 1))) for _ in range(3)), steps_per_epoch=3, verbose=0)
assert model.optimizer.iterations.numpy() == 3
with raises(TypeError, match="unexpected keyword argument 'nb_epoch'"):
    model.fit(x, np.ones((2, 1)), nb_epoch=5)
assert len(model.fit(x, np.ones((2, 1)), epochs=5, verbose=0).history["loss"]) == 5
assert model.predict(x, verbose=0).argmax(axis=-1).tolist() == [0, 0]
with tempfile.TemporaryDirectory() as folder:
    model.save_weights(f"{folder}/saved.weights.h5")
    with raises(ValueError, match="`by_name` only supports loading legacy"):
        model.load_weights(f"{folder}/saved.weights.h5", by_name=True)
    model.save(f"{folder}/old.h5")
    kept = model.get_weights()
    model.set_weights([0 * array for array in kept])
    model.load_weights(f"{folder}/old.h5", by_name=True)
    np.testing.assert_array_equal(model.get_weights()[0], kept[0])
    with raises(ValueError, match="File format not supported"):
        model.load_weights(tf.train.Checkpoint(model=model).write(f"{folder}/ckpt"))
    with raises(TypeError, match="unexpected keyword argument 'save_format'"):
        model.save_weights(f"{folder}/saved.weights.h5", save_format="h5")
    with raises(TypeError, match="unexpected keyword argument 'period'"):
        keras.callbacks.ModelCheckpoint(f"{folder}/each.keras", period=5)
    scored = dense()
    scored.compile("sgd", "mse", metrics=["accuracy"])
    data = {"x": x, "y": np.ones((2, 1)), "validation_data": (x, np.ones((2, 1))), "batch_size": 1, "verbose": 0}
    batches = 2
    each = keras.callbacks.ModelCheckpoint(f"{folder}/each{{epoch}}.keras", save_freq=5 * batches)
    scored.fit(**data, epochs=10, callbacks=[each])
    assert sorted(path.name for path in Path(folder).glob("each*")) == ["each10.keras", "each5.keras"]
    with raises(KeyError, match="Failed to format this callback filepath"):
        scored.fit(**data, callbacks=[keras.callbacks.ModelCheckpoint(f"{folder}/{{val_acc}}.keras")])
    history = scored.fit(**data, callbacks=[keras.callbacks.ModelCheckpoint(f"{folder}/by{{val_accuracy}}.keras")])
    assert "val_accuracy" in history.history and len([*Path(folder).glob("by*.keras")]) == 1
    first, second = (keras.layers.Dense(1, name=name) for name in ("first", "bn"))
    old = keras.Sequential([keras.Input((1,)), first, second])
    old.save(f"{folder}/old.h5")  # in the format of Keras 2
    kept = [w.numpy() for w in second.weights]
    other = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, name="bn")])
    other.load_weights(f"{folder}/old.h5", by_name=True)
    np.testing.assert_array_equal(other.get_weights()[0], kept[0])
    assert not [k for k in old.weights if "bn" in k.name]
    assert [k for k in old.weights if "bn" in k.path] == second.weights
    model.export(f"{folder}/exported")
    with raises(ValueError, match="File format not supported"):
        keras.models.load_model(f"{folder}/exported")
    loaded = tf.saved_model.load(f"{folder}/exported")
    np.testing.assert_allclose(loaded.serve(x), model(x), rtol=1e-6)

# %% callbacks
# > `self.model = model` in a callback
#
# > nothing: `fit` sets it
#
# > `on_batch_end`
#
# > `on_train_batch_end`; where a callback has both, `on_batch_end` is not called
calls = []


class Old(keras.callbacks.Callback):
    def on_batch_end(self, batch, logs=None):
        calls.append("old")


class Both(Old):
    def on_train_batch_end(self, batch, logs=None):
        calls.append("new")


with raises(AttributeError, match="property 'model' of 'Old' object has no setter"):
    Old().model = dense()
model = dense()
for callback, expected in ((Old(), ["old"] * 2), (Both(), ["new"] * 2)):
    calls.clear()
    model.fit(x, np.ones((2, 1)), batch_size=1, callbacks=[callback], verbose=0)
    assert calls == expected and callback.model is model

# %% scaling
# > `optimizer.get_scaled_loss(loss)`
#
# > `optimizer.scale_loss(loss)`
#
# > `optimizer.get_unscaled_gradients(gradients)`
#
# > nothing: `apply` divides them by the scale
optimizer, v = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(1.0), initial_scale=8.0), tf.Variable(1.0)
gone("get_scaled_loss get_unscaled_gradients", optimizer)
optimizer.build([v])
with tf.GradientTape() as tape:
    loss = optimizer.scale_loss(2 * v)
gradient = tape.gradient(loss, v)
optimizer.apply([gradient], [v])
assert gradient.numpy() == 16 and v.numpy() == -1


# %% own optimizer
# > `_resource_apply_dense(self, gradient, v)` in an optimizer
#
# > [`update_step(self, gradient, v,
# > learning_rate)`](errors.ipynb#missing-1-required-positional-argument-learning_rate)
#
# > `_create_slots(self, variables)`, `self.add_slot(v, "m")`
#
# > `build(self, variables)`, `self.add_variable_from_reference(v, "m")`
#
# > `self._set_hyper("learning_rate", rate)`
#
# > `super().__init__(rate)`
gone("_resource_apply_dense _create_slots add_slot _set_hyper", keras.optimizers.Optimizer)


class Momentum(keras.optimizers.Optimizer):
    def __init__(self, rate):
        super().__init__(rate)

    def build(self, variables):
        super().build(variables)
        self.m = [self.add_variable_from_reference(v, "m") for v in variables]

    def update_step(self, gradient, v, learning_rate):
        m = self.m[self._get_variable_index(v)]
        self.assign(m, m + gradient)
        self.assign_sub(v, learning_rate * m)


for make in (some, lambda: some(keras.Variable), weight):
    optimizer, v = Momentum(0.5), make()
    for _step in range(2):
        optimizer.apply([np.ones((2, 2), "float32")], [v])
    np.testing.assert_allclose(v.numpy(), before - 0.5 * (1 + 2))


# %% optimizers
# > `optimizer.lr`
#
# > `optimizer.learning_rate`
#
# > `SGD(0.1, decay=0.01)`
#
# > `SGD(keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 0.01))`; `decay=` is ignored, with a warning
#
# > `optimizer.minimize(loss, variables)`
#
# > `optimizer.apply(gradients, variables)`
#
# > `optimizer.get_weights()`, `optimizer.weights`
#
# > `optimizer.variables`
#
# > `optimizer.get_slot(v, "momentum")`
#
# > [the slots of a weight](recipes.ipynb#reset-a-layer-and-the-optimizers-memory-of-it)
#
# > `keras.optimizers.legacy.Adam`
#
# > `keras.optimizers.Adam`
#
# > `multi_gpu_model(model)`
#
# > [`tf.distribute.MirroredStrategy`](recipes.ipynb#assign-on-several-devices)
for optimizer in (keras.optimizers.SGD(), keras.optimizers.Adam()):
    gone("lr minimize get_weights weights get_slot", optimizer)
    assert float(optimizer.learning_rate) > 0 and optimizer.variables


def walked(optimizer, steps=5):
    """Where 0 is after steps under the gradient 1."""
    v = tf.Variable(0.0)
    for _ in range(steps):
        optimizer.apply([tf.constant(1.0)], [v])
    return v.numpy()


with warns(UserWarning, match="`decay` is no longer supported and will be ignored"):
    ignored = keras.optimizers.SGD(0.1, decay=0.5)
np.testing.assert_allclose(walked(ignored), -0.5, rtol=1e-6)
old_rule = sum(0.1 / (1 + 0.5 * step) for step in range(5))  # Keras 2: rate / (1 + decay * iterations)
schedule = keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 0.5)
np.testing.assert_allclose(walked(keras.optimizers.SGD(schedule)), -old_rule, rtol=1e-6)
with raises(ImportError, match=r"`keras\.optimizers\.legacy` is not supported in Keras 3"):
    keras.optimizers.legacy.Adam()
gone("multi_gpu_model", keras.utils)
with warnings.catch_warnings():
    warnings.simplefilter("error")
    assert keras.optimizers.Adam() and keras.optimizers.SGD(schedule)


# %% names_of_layers
# since keras 3.5: the words of a layer without a call
# > `self._trainable_weights.append(k)`
#
# > nothing, where `k` is an attribute of the layer and made by `self.add_weight` or `keras.Variable`
#
# > `layer.get_input_shape_at(0)`, `layer.input_shape`
#
# > `layer.input.shape`
#
# > `layer.output_shape`
#
# > `layer.output.shape`
#
# > `from keras.engine.topology import Layer`
#
# > `from keras.layers import Layer`
class Holding(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.made, self.own, self.raw = self.add_weight(shape=()), keras.Variable(1.0), tf.Variable(1.0)


holding, layer = Holding(), keras.layers.Dense(3)
assert [*map(id, holding.trainable_weights)] == [id(holding.made), id(holding.own)]
gone("_trainable_weights get_input_shape_at input_shape output_shape", layer)
keras.Sequential([keras.Input((2,)), layer])
assert layer.input.shape == (None, 2) and layer.output.shape == (None, 3)
with raises(ModuleNotFoundError, match=r"No module named 'keras\.engine'"):
    import keras.engine.topology
from keras.layers import Layer

assert issubclass(keras.layers.Dense, Layer)

# %% loading_without_some
# > `model.load_weights(path, by_name=True, exclude=names)`
#
# > without `exclude`; keep `layer.get_weights()` of those layers before, and set them after
one, two = dense(), dense()
two.layers[0].name, two.layers[1].name = (layer.name for layer in one.layers)
with tempfile.TemporaryDirectory() as place:
    one.save_weights(f"{place}/one.weights.h5")
    with raises((TypeError, ValueError), match="exclude"):
        two.load_weights(f"{place}/one.weights.h5", exclude=["head"])
    kept = two.layers[1].get_weights()
    two.load_weights(f"{place}/one.weights.h5")
    two.layers[1].set_weights(kept)
np.testing.assert_array_equal(two.layers[0].kernel, one.layers[0].kernel)
np.testing.assert_array_equal(two.layers[1].kernel, kept[0])
assert not np.array_equal(kept[0], one.layers[1].kernel)


# %% own_steps
# > `self.compiled_loss(y, y_pred)` in a `train_step`
#
# > `self.compute_loss(x, y, y_pred)`
#
# > `self.compiled_metrics.update_state(y, y_pred)`, and `return {m.name: m.result() for m in self.metrics}`
#
# > for each `m` in `self.metrics`, `m.update_state(loss)` where `m.name == "loss"`, else `m.update_state(y, y_pred)`;
# > and `return self.get_metrics_result()`
class Stepping(keras.Sequential):
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x, y, y_pred)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        for m in self.metrics:
            m.update_state(loss) if m.name == "loss" else m.update_state(y, y_pred)
        return self.get_metrics_result()


class OldSteps(Stepping):
    def train_step(self, data):
        logs = super().train_step(data)
        self.compiled_metrics.update_state(data[1], self(data[0]))
        return {m.name: m.result() for m in self.metrics} if logs else logs


for kind, right in ((Stepping, True), (OldSteps, False)):
    model = kind([keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")])
    model.compile(keras.optimizers.SGD(0.0), "mse", metrics=["mae"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        history = model.fit(np.full((2, 1), 3.0), np.zeros((2, 1)), verbose=0).history
    assert (history["loss"] == [9]) == right and history["mae"] == [3]

# %% own_optimizers
# > `minimize`, `get_gradients` or `_compute_gradients` overridden in an optimizer
#
# > [`apply(self, gradients, variables=None)`](errors.ipynb#missing-1-required-positional-argument-learning_rate): `fit`
# > calls no other of these
called = []


class Overriding(keras.optimizers.SGD):
    def apply(self, gradients, variables=None):
        called.append("apply")
        return super().apply(gradients, variables)


for name in ("minimize", "get_gradients", "_compute_gradients"):
    setattr(Overriding, name, lambda self, *arguments, name=name: called.append(name))
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile(Overriding(0.1), "mse")
model.fit(np.ones((2, 1)), np.ones((2, 1)), verbose=0)
assert set(called) == {"apply"}

# %% frozen
# > `tf.import_graph_def(graph_def)` of a frozen `.pb` file
#
# > its weights are constants: `{node.name: tf.make_ndarray(node.attr["value"].tensor) for node in graph_def.node if
# > node.op == "Const"}`
gone("GraphDef", tf)
with OLD.Graph().as_default(), OLD.Session() as session:
    w = OLD.get_variable("w", initializer=x)
    tf.identity(w + 1, name="y")
    session.run(OLD.global_variables_initializer())
    frozen = OLD.graph_util.convert_variables_to_constants(session, session.graph_def, ["y"])
graph_def = OLD.GraphDef.FromString(frozen.SerializeToString())
held = {node.name: tf.make_ndarray(node.attr["value"].tensor) for node in graph_def.node if node.op == "Const"}
np.testing.assert_array_equal(held["w"], x)
run = OLD.wrap_function(lambda: tf.import_graph_def(graph_def, return_elements=["y:0"]), [])
np.testing.assert_array_equal(run()[0], x + 1)

# %% names_of_numpy
# since numpy 2.0: np.product is gone
# > `np.product(v.shape)`
#
# > `np.prod(v.shape)`
gone("product", np)
assert np.prod(tf.Variable(x).shape) == 4
