"""Claims of lesson 13, saving and restoring."""

import gc
import logging
import tempfile
import warnings
import zipfile
from contextlib import contextmanager

import keras
import numpy as np
import pytest
import tensorflow as tf

from assignlab.exercises import find
from own_process import alone

FLOATS = ("float16", "bfloat16", "float32", "float64")
MORE = (*FLOATS, "int8", "int32", "bool", "complex64")
ODD = [0.1, -0.0, np.nan, -np.inf]
VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"


def write(folder, **attributes):
    """The path of a checkpoint of these."""
    return tf.train.Checkpoint(**attributes).write(f"{tempfile.mkdtemp(dir=folder.name)}/c")


def write_two(folder):
    """The path of a checkpoint of the variables a and b."""
    return write(folder, a=tf.Variable([1.0, 2.0]), b=tf.Variable([3.0, 4.0]))


def same(values, other):
    """Whether two arrays have the same bits."""
    return np.asarray(values).tobytes() == np.asarray(other).tobytes()


@contextmanager
def what_is_logged():
    """The list that TensorFlow's warnings go into, those of objects that go away included."""
    records, handler = [], logging.Handler()
    handler.emit = lambda record: records.append(record.getMessage())
    gc.collect()
    tf.get_logger().addHandler(handler)
    try:
        yield records
        gc.collect()
    finally:
        tf.get_logger().removeHandler(handler)


def sequential(*units, inputs=2, **options):
    """A model of Dense layers."""
    return keras.Sequential([keras.Input((inputs,)), *(keras.layers.Dense(n, **options) for n in units)])


def filled(model):
    """The model, every weight another number."""
    for i, weight in enumerate(model.weights):
        weight.assign(np.full(weight.shape, i + 1))
    return model


class Scale(tf.Module):
    """One variable, one function."""

    def __init__(self):
        super().__init__()
        self.w = tf.Variable([1.0, 2.0], name="another")

    @tf.function(input_signature=[tf.TensorSpec([2])])
    def __call__(self, x):
        return x * self.w


# free: **You will do:** make a restore that fails loudly, load what fits, move weights into a larger table.
# free: **You will learn:** by what a file finds a variable, what a partial restore does not tell you, what another
#       process needs.
# free: **You need:** [lesson 5](05_keep_the_same_variable.ipynb).
# free: Write `load_fitting`, which never leaves its caller in doubt.
# free: Another Python has nothing of this one but the files.
# free: (It imports TensorFlow first: some seconds.)

# %% setup
# > You restore last night's weights, and the loss begins where it began last night. No error: the file and the model
# > call one thing by two names.
#
# > Every file of this lesson goes into a temporary `folder`.
begun = tf.Variable([3.0, 4.0])
trained = tf.Variable(begun)
trained.assign_sub(0.1 * 2 * trained)
path = write(folder, weights=trained)
morning = tf.Variable(begun)
tf.train.Checkpoint(kernel=morning).read(path).expect_partial()
loss = lambda v: tf.reduce_sum(v**2).numpy()  # noqa: E731
assert loss(morning) == loss(begun) > loss(trained)
assert folder.name.startswith(tempfile.gettempdir())

# %% write
# > A checkpoint takes variables as attributes, or what keeps track of some: a list, a module, a layer, an optimizer.
#
# > `write` saves their values of this moment; `read` writes them into the variable that is there. Who knows that
# > variable, such as a trace, goes on with them.
one = lambda: tf.Variable([1.0, 2.0])  # noqa: E731
module, layer = tf.Module(), keras.layers.Dense(1)
module.inner = one()
layer.build((None, 2))
holders = (one(), keras.Variable([1.0, 2.0]), [one(), one()], {"a": one()}, module, layer, keras.optimizers.SGD())
for holder in holders:
    assert any(VALUE in key for key, _ in tf.train.list_variables(write(folder, held=holder)))
plain = type("Plain", (), {"inner": one()})()
# the last three hold variables, and TensorFlow does not track them
for holder in (np.ones(2), 3.0, tf.constant(3.0), plain, keras.metrics.Mean(), keras.random.SeedGenerator(1)):
    with pytest.raises(ValueError, match="trackable object"):
        tf.train.Checkpoint(held=holder)
given = one()
path = write(folder, held=given)
given.assign([8.0, 9.0])
np.testing.assert_array_equal(tf.train.load_variable(path, "held" + VALUE), [1, 2])

# %% read
# since keras 3.6: a keras.Variable may be complex
# > A restore writes into the variable that is there: traces, optimizers and tapes go on with it.
np.testing.assert_array_equal(_, [10, 20])
for dtype in MORE:
    for make in (tf.Variable, lambda values: keras.Variable(values, dtype=values.dtype.name)):
        values = tf.cast(ODD if dtype in FLOATS else [1, 0, 1, 0], dtype)
        kept = make(values)
        path, before = write(folder, kept=kept), kept.numpy()
        inner = getattr(kept, "value", kept) if isinstance(kept, keras.Variable) else kept
        handle = inner.handle
        kept.assign(tf.zeros_like(values))
        status = tf.train.Checkpoint(kept=kept).read(path)
        assert same(kept.numpy(), before) and inner.handle is handle
        status.assert_consumed()
weight, optimizer = tf.Variable([1.0, 2.0]), keras.optimizers.SGD(0.5)
optimizer.apply([tf.zeros(2)], [weight])
path = write(folder, weight=weight)
weight.assign([7.0, 7.0])
with tf.GradientTape() as tape:
    early = tf.reduce_sum(weight**2)
    tf.train.Checkpoint(weight=weight).read(path)
    late = tf.reduce_sum(weight**2)
    total = early + late
np.testing.assert_array_equal(tape.gradient(total, weight), [14 + 2, 14 + 4])
optimizer.apply([tf.ones(2)])
np.testing.assert_array_equal(weight, [0.5, 1.5])

# %% names
# > A variable called `kernel` was saved as `weights`. One of these two has the name, the other the attribute.
#
# > The one with the attribute. The file keeps the way to a variable, attribute by attribute; names do not count.
# > `named` got nothing, and no error.
np.testing.assert_array_equal(_, [[0, 0], [1, 2]])
assert (v.name, named.name, other.name) == ("kernel:0", "kernel:0", "other:0")
for make in (tf.Variable, keras.Variable):
    for name in ("kernel", "other", "a_b"):
        inner = tf.Module()
        inner.list = [make([1.0, 2.0], name="kernel")]
        path = write(folder, model=inner)
        assert f"model/list/0{VALUE}" in dict(tf.train.list_variables(path))
        inner.list = [make([0.0, 0.0], name=name)]
        tf.train.Checkpoint(model=inner).read(path)
        np.testing.assert_array_equal(inner.list[0], [1, 2])

# %% status
# raises AssertionError: Found 1 Python objects that were not bound to checkpointed values
# > `read` returns a status, which can be asked.
#
# > `assert_existing_objects_matched()`: each variable made so far got its value. The file may hold more.
#
# > `assert_consumed()`: that, and each value of the file found a variable.
#
# > `expect_partial()` asks nothing. It silences a warning about values of the file that nobody took; **of a variable
# > that got nothing, no warning speaks.**
#
# > A value whose shape does not fit, or of another dtype, raises an error unasked.
#
# > A checkpoint goes by attributes, not by names. Of what got nothing it is silent: ask by
# > `assert_existing_objects_matched()`.
two = write_two(folder)
for here, existing, consumed in (("ab", True, True), ("a", True, False), ("abc", False, False), ("c", False, False)):
    for method, holds in (("assert_existing_objects_matched", existing), ("assert_consumed", consumed)):
        attributes = {name: tf.Variable([0.0, 0.0]) for name in here}
        status = tf.train.Checkpoint(**attributes).read(two)
        assert status.expect_partial() is status
        if holds:
            assert getattr(status, method)() is status
        else:
            with pytest.raises(AssertionError):
                getattr(status, method)()
        np.testing.assert_array_equal(attributes.get("a", [1, 2]), [1, 2])
for here, partial, logged in (("ab", False, 0), ("a", False, 1), ("a", True, 0), ("abc", False, 0), ("c", False, 2)):
    with what_is_logged() as records:
        status = tf.train.Checkpoint(**{name: tf.Variable([0.0, 0.0]) for name in here}).read(two)
        if partial:
            status.expect_partial()
        assert not records  # it comes with the end of the status
        del status
    found = [line for line in records if "could not be found in the restored object" in line]
    assert len(set(found)) == logged and not any(".c" in line for line in found)
for kept, kind in (
    (tf.Variable([0.0, 0.0, 0.0]), ValueError),
    (tf.Variable([[0.0, 0.0]]), ValueError),
    (keras.Variable([0.0]), ValueError),
    (tf.Variable([[0.0]], shape=tf.TensorShape([None, None])), ValueError),
    (tf.Variable([0, 0]), tf.errors.InvalidArgumentError),
    (tf.Variable([0.0, 0.0], dtype=tf.bfloat16), tf.errors.InvalidArgumentError),
    (tf.Variable([0.0, 0.0], dtype=tf.float64), tf.errors.InvalidArgumentError),
):
    before = kept.numpy()
    with pytest.raises(kind):
        tf.train.Checkpoint(a=kept).read(two).expect_partial()
    assert same(kept.numpy(), before)
open_shape = tf.Variable([0.0], shape=tf.TensorShape([None]))
tf.train.Checkpoint(a=open_shape).read(two).expect_partial()
np.testing.assert_array_equal(open_shape, [1, 2])

# %% exercise-13-1
# > The file calls it `kernel`. `warm_start` restores nothing, and says nothing.
task = find("13.1")
with task.made(task.cases[0]) as (kernel, path), what_is_logged() as records:
    assert f"kernel{VALUE}" in dict(tf.train.list_variables(path))
    before = kernel.numpy()
    warm_start(kernel, path)
    assert same(kernel.numpy(), before)
assert not records

# %% momentum
# > One step, saved, and then a step with gradient 0: the momentum alone moves `w`.
np.testing.assert_allclose(_, [0.81, 1.81])
np.testing.assert_allclose(tf.train.load_variable(night, "w" + VALUE), [0.9, 1.9])
for momentum, moves in ((0.9, True), (0.0, False)):
    weight, plain = tf.Variable([1.0, 2.0]), keras.optimizers.SGD(0.1, momentum=momentum)
    plain.apply([tf.ones(2)], [weight])
    plain.apply([tf.zeros(2)])
    assert np.allclose(weight, [0.9, 1.9]) is not moves

# %% resume
# > The next morning: a new variable, a new optimizer with another rate. Its momentum variable is not made before the
# > first step, *after* the restore.
#
# > It does, bit for bit. What an optimizer makes later gets its value then. Call a model of your own class once, then
# > restore. The rate is the saved one: assign another *after* the restore.


class OfItsOwn(keras.Model):
    def __init__(self):
        super().__init__()
        self.out = keras.layers.Dense(1)

    def call(self, inputs):
        return self.out(inputs)


known, inputs = OfItsOwn(), np.ones((1, 2), "float32")
known(inputs)
known.out.kernel.assign([[5.0], [6.0]])
path = write(folder, model=known)
for early in (True, False):
    other = OfItsOwn()
    if not early:
        other(inputs)
    tf.train.Checkpoint(model=other).read(path)
    assert (other(inputs).numpy() == known(inputs).numpy()).all() != early
assert same(newcomer.numpy(), w.numpy()) and fresh.learning_rate.numpy() == np.float32(0.1)
for make, slots in ((lambda rate: keras.optimizers.SGD(rate, momentum=0.9), 1), (keras.optimizers.Adam, 2)):
    old, weight = make(0.1), tf.Variable([1.0, 2.0])
    old.apply([tf.ones(2)], [weight])
    path = write(folder, weight=weight, optimizer=old)
    old.apply([tf.constant([0.3, 0.7])])
    new, another = make(0.5), tf.Variable([0.0, 0.0])
    begun = len(new.variables)
    status = tf.train.Checkpoint(weight=another, optimizer=new).read(path)
    with pytest.raises(AssertionError, match="Unresolved object"):
        status.assert_consumed()
    assert len(new.variables) == begun and new.learning_rate.numpy() == np.float32(0.1)
    new.apply([tf.constant([0.3, 0.7])], [another])
    assert len(new.variables) == begun + slots
    status.assert_consumed()
    assert same(another.numpy(), weight.numpy())
    assert all(same(one.numpy(), other.numpy()) for one, other in zip(old.variables, new.variables, strict=True))
    new.learning_rate.assign(0.5)
    assert new.learning_rate.numpy() == 0.5
late = tf.train.Checkpoint()
status = late.read(write_two(folder))
late.a = tf.Variable([0.0, 0.0])
np.testing.assert_array_equal(late.a, [1, 2])
with pytest.raises(AssertionError):
    status.assert_consumed()
late.b = tf.Variable([0.0, 0.0])
status.assert_consumed()

# %% formats
# > `.keras` holds layers and weights; `.weights.h5` weights, for a model that your code makes. Both hold a compiled
# > model's optimizer. `export` writes a SavedModel: functions and variables, no layers.
with zipfile.ZipFile(f"{folder.name}/model.keras") as parts:
    assert {"config.json", "model.weights.h5"} <= set(parts.namelist())
    assert b'"body"' in parts.read("config.json")
with pytest.raises(ValueError):
    keras.models.load_model(f"{folder.name}/model.weights.h5")
again = make(1)
again.load_weights(f"{folder.name}/model.weights.h5")
assert all(same(one, other) for one, other in zip(again.get_weights(), model.get_weights(), strict=True))
exported = tf.saved_model.load(f"{folder.name}/exported")
assert len(exported.variables) == 4 and callable(exported.serve) and not hasattr(exported, "layers")
compiled = make(1)
compiled.compile(keras.optimizers.Adam(0.25), "mse")
compiled.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
compiled.save(f"{folder.name}/compiled.keras")
compiled.save_weights(f"{folder.name}/compiled.weights.h5")
again = make(1)
again.compile(keras.optimizers.Adam(0.5), "mse")
again.optimizer.build(again.trainable_variables)
again.load_weights(f"{folder.name}/compiled.weights.h5")
for other in (again, keras.models.load_model(f"{folder.name}/compiled.keras")):
    for one, saved in zip(other.optimizer.variables, compiled.optimizer.variables, strict=True):
        assert same(one, saved)
    assert other.optimizer.learning_rate.numpy() == 0.25 and other.optimizer.iterations.numpy() == 1

# %% process
# > The assigned values, twice. A layer of your own class needs its class there, in a `.keras` file; a SavedModel needs
# > none of your code.
assert printed.replace(" ", "") == "[[1.2.]\n[3.4.]]\n[[1.2.]\n[3.4.]]\n\n"


class Doubling(keras.layers.Dense):
    """A layer that only this process knows."""

    def call(self, inputs):
        return 2 * super().call(inputs)


own = keras.Sequential([keras.Input((2,)), Doubling(1, use_bias=False, kernel_initializer="ones")])
own.layers[0].kernel.assign([[0.1], [2.0]])
own.save(f"{folder.name}/own.keras")
own.export(f"{folder.name}/own")
there = alone(f"""
loaded = tf.saved_model.load("{folder.name}/own")
print(loaded.variables[0].numpy().tobytes().hex(), loaded.serve(np.ones((1, 2), "float32")).numpy().item())
try:
    keras.models.load_model("{folder.name}/own.keras")
except TypeError as error:
    print("Could not locate class 'Doubling'" in str(error))
""").split()
assert there[0] == own.layers[0].kernel.numpy().tobytes().hex()
assert abs(float(there[1]) - 4.2) < 1e-5 and there[2] == "True"

# %% fits
# since keras 3.5: loading a `.keras` file removes no `model.weights.h5` that lies beside it
# > The file has one output, this model three.
assert printed.startswith("A total of 1 objects could not be loaded.") and "name=head" in printed
assert model.output_shape == (None, 1) and wider.output_shape == (None, 3)

# %% body
# since keras 3.5: loading a `.keras` file removes no `model.weights.h5` that lies beside it
# > Those of the file. Every layer is tried before the error comes. With `skip_mismatch=True` a warning comes in its
# > place, and says the same.
#
# > After an error, a part may be loaded; `load_weights` has tried every layer.
np.testing.assert_array_equal(_, [[1, 2], [3, 4]])
misfit = f"{folder.name}/misfit.weights.h5"
filled(sequential(3, 2, 4, 3)).save_weights(misfit)
for place in range(4):
    units = [3, 2, 4, 3]
    units[place] = 5  # two layers do not fit, or the last alone
    tried = sequential(*units)
    first = tried.get_weights()
    with pytest.raises(ValueError, match="objects could not be loaded") as raised:
        tried.load_weights(misfit)
    after_error = tried.get_weights()
    loaded = [(array == i + 1).all() for i, array in enumerate(after_error)]
    assert [all(loaded[2 * i : 2 * i + 2]) for i in range(4)] == [i not in (place, place + 1) for i in range(4)]
    tried.set_weights(first)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        tried.load_weights(misfit, skip_mismatch=True)
    (warning,) = [one for one in caught if one.category is UserWarning]
    assert str(warning.message) == str(raised.value)
    assert all(same(one, other) for one, other in zip(tried.get_weights(), after_error, strict=True))
# a checkpoint stops where a shape does not fit, and has written what came before
a, b = tf.Variable([0.0, 0.0]), tf.Variable([0.0, 0.0, 0.0])
with pytest.raises(ValueError):
    tf.train.Checkpoint(a=a, b=b).read(write_two(folder))
np.testing.assert_array_equal(a, [1, 2])

# %% short
# since keras 3.5: loading a `.keras` file removes no `model.weights.h5` that lies beside it
# > Neither the error nor the warning speaks of a layer that only the file has, nor of names: in a Sequential or
# > functional model, a layer is found by its class and its place.
np.testing.assert_array_equal(_, [[1, 2], [3, 4]])


def functional(*units, name=None):
    x = inputs = keras.Input((2,))
    for i, n in enumerate(units):
        x = keras.layers.Dense(n, name=name and f"{name}_{i}")(x)
    return keras.Model(inputs, x)


for kind in (sequential, functional):
    path = f"{folder.name}/{kind.__name__}.weights.h5"
    filled(kind(3, 2, 1)).save_weights(path)
    for skip in (False, True):
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            fewer = kind(3, 2)
            fewer.load_weights(path, skip_mismatch=skip)
        assert all((weight.numpy() == i + 1).all() for i, weight in enumerate(fewer.weights))
renamed = functional(3, 2, 1, name="unheard_of")
renamed.load_weights(path)
assert all((weight.numpy() == i + 1).all() for i, weight in enumerate(renamed.weights))
between = keras.Sequential(
    [keras.Input((2,)), keras.layers.Dense(3), keras.layers.LayerNormalization(), *sequential(2, 1, inputs=3).layers]
)
with pytest.raises(ValueError, match=r"A total of 1 objects .*layer_normalization"):
    between.load_weights(path)
dense = [layer for layer in between.layers if isinstance(layer, keras.layers.Dense)]
weights = [weight for layer in dense for weight in layer.weights]
assert all((weight.numpy() == i + 1).all() for i, weight in enumerate(weights))

# %% npz
# > `np.savez` keeps arrays by names of your choice.
#
# > A float32 and a bfloat16 variable go into a file.
#
# > `V2`: the bits of `b` are there, and nobody knows that they are numbers; `assign` refuses them.
# > `arrays["b"].view(b.dtype.as_numpy_dtype)` says so, and each bit is back. Checkpoints and Keras's files know
# > bfloat16.
assert printed == "float32 |V2\n" and v.dtype == tf.float32
with np.load(f"{folder.name}/arrays.npz") as reread:
    assert reread.files == ["v", "b"]
    bits = reread["b"]
assert same(bits, b.numpy())
for wanted in (b, keras.Variable([0.0, 0.0], dtype="bfloat16")):
    with pytest.raises((ValueError, TypeError)):
        wanted.assign(bits)
drawn = np.random.default_rng(0).integers(0, 2**16, 4096, dtype="uint16").view(tf.bfloat16.as_numpy_dtype)
np.savez(f"{folder.name}/drawn.npz", drawn=drawn)
with np.load(f"{folder.name}/drawn.npz") as reread:
    every = tf.Variable(np.zeros_like(drawn))
    every.assign(reread["drawn"].view(every.dtype.as_numpy_dtype))
assert same(every.numpy(), drawn)
for dtype in FLOATS:
    layer = keras.layers.Dense(2, dtype=dtype)
    kept = keras.Sequential([keras.Input((2,)), layer])
    layer.kernel.assign(tf.reshape(tf.cast(ODD, dtype), (2, 2)))
    bits = layer.kernel.numpy().tobytes()
    kept.save(f"{folder.name}/kept.keras")
    kept.save_weights(f"{folder.name}/kept.weights.h5")
    layer.kernel.assign(tf.zeros((2, 2), dtype))
    kept.load_weights(f"{folder.name}/kept.weights.h5")
    reloaded = keras.models.load_model(f"{folder.name}/kept.keras").layers[0].kernel
    assert layer.kernel.numpy().tobytes() == reloaded.numpy().tobytes() == bits

# %% keys
# > Where a checkpoint refuses a shape, read the array. Its key begins with the attributes.
#
# > Where a shape differs, read the array and copy what both have.
np.testing.assert_array_equal(_, [1, 2])
assert type(_) is np.ndarray and f"('weights{VALUE}', [2])" in printed
assert dict(tf.train.list_variables(write_two(folder))).keys() >= {f"a{VALUE}", f"b{VALUE}"}

# %% exercise-13-3
# > From a file with `[[1, 2], [3, 4]]`, a table of 3 rows and 3 columns gets these four, and keeps its other five. The
# > old table may be larger, too.
task = find("13.3")
with task.made(task.cases[0]) as (table, path):
    np.testing.assert_array_equal(tf.train.load_variable(path, f"table{VALUE}"), [[1, 2], [3, 4]])
    task.reference(table, path)
    np.testing.assert_array_equal(table, [[1, 2, 9], [3, 4, 9], [9, 9, 9]])
with task.made(task.cases[2]) as (table, path):
    assert dict(tf.train.list_variables(path))[f"table{VALUE}"] == [3, 2] and table.shape == (2, 3)

# %% loaded
# > A SavedModel comes back with its variables, and `assign` changes what its functions compute.
assert [name.split("/", 1)[1] for name in _] == ["body/kernel:0", "body/bias:0", "head/kernel:0", "head/bias:0"]

# %% edit
# > Of a `tf.Module` its attributes come back: what was saved as `module.w` is `loaded.w`.
np.testing.assert_allclose(_, [[2]], rtol=1e-6)
module = Scale()
module.w.assign([5.0, 6.0])
tf.saved_model.save(module, f"{folder.name}/scale")
back = tf.saved_model.load(f"{folder.name}/scale")
assert not hasattr(back, "variables") and not hasattr(back, "trainable_variables")
np.testing.assert_array_equal(back([1.0, 1.0]), [5, 6])
back.w.assign([7.0, 8.0])
np.testing.assert_array_equal(back([1.0, 1.0]), [7, 8])
np.testing.assert_array_equal(module.w, [5, 6])

# %% gradient
# > The loaded variable came from a file and was changed by `assign`. A tape watches it all the same.
#
# > [Know what a write costs](14_what_it_costs.ipynb): which lines copy, in time and memory.
#
# > A model converted for TFLite keeps the values of that moment: assign before you convert.
np.testing.assert_array_equal(kernel, [[2, 4], [6, 8]])
with tf.GradientTape() as tape:
    assert tape.gradient(tf.reduce_sum(loaded.serve(x)), kernel) is not None
assert kernel.trainable and isinstance(kernel, tf.Variable)


def of_lite(content):
    """What a TFLite model makes of ones."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runner = tf.lite.Interpreter(model_content=content)
    runner.allocate_tensors()
    (given,), (result,) = runner.get_input_details(), runner.get_output_details()
    runner.set_tensor(given["index"], np.ones(given["shape"], "float32"))
    runner.invoke()
    return runner.get_tensor(result["index"])


module = Scale()
module.w.assign([5.0, 6.0])
converters = (
    tf.lite.TFLiteConverter.from_saved_model(f"{folder.name}/scale"),
    tf.lite.TFLiteConverter.from_concrete_functions([module.__call__.get_concrete_function()], module),
)
converted = [converter.convert() for converter in converters]
module.w.assign([0.0, 0.0])
for content in converted:
    np.testing.assert_array_equal(of_lite(content), [5, 6])
