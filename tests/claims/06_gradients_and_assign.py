"""Claims of lesson 06, gradients and assign."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from assignlab.exercises import find

DTYPES = ("float16", "bfloat16", "float32", "float64")


def variables(values):
    """A variable of TensorFlow and one of Keras with these values, of each dtype."""
    for dtype in DTYPES:
        yield tf.Variable(tf.constant(values, dtype))
        yield keras.Variable(np.array(values), dtype=dtype)


def is_gradient(gradient, expected):
    """Whether it is a tensor of these values, up to the rounding of bfloat16."""
    return tf.is_tensor(gradient) and np.allclose(gradient.numpy().astype(float), expected, rtol=0.02)


def both(function, *arguments):
    """What a function returns in eager mode, and in a tf.function."""
    return function(*arguments), tf.function(lambda: function(*arguments), autograph=False)()


def slope_of(f, v):
    """The gradient of the sum of f(v)."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(f(v))
    return tape.gradient(loss, v)


def write_inside(write, source, target):
    """The gradients of source and target, after target was written inside the tape, and its new values."""
    with tf.GradientTape() as tape:
        write(target, 3 * source)
        read = tf.convert_to_tensor(target)
        loss = tf.reduce_sum(read**2)
    return *tape.gradient(loss, [source, target]), read


def write_between(variable):
    """The gradient of the sum of cubes, asked twice, where `assign` writes after the loss."""
    variable.assign([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        loss = tf.reduce_sum(variable**3)
    variable.assign([10.0, 20.0])
    return tape.gradient(loss, variable), tape.gradient(loss, variable)


def wrapped(wrapper, function, variable):
    """The value that a wrapper of Python gives, and its gradient."""
    with tf.GradientTape() as tape:
        value = wrapper(function, [variable], variable.dtype)
        loss = tf.reduce_sum(value)
    return value, tape.gradient(loss, variable)


def is_cut(f, variable):
    """Whether f(variable) is no tensor and has no gradient in eager mode, and raises in a tf.function."""
    with pytest.raises(NotImplementedError):
        tf.function(lambda: f(variable), autograph=False)()
    return not tf.is_tensor(f(variable)) and slope_of(f, variable) is None


def is_kept(f, variable):
    """Whether f(variable) is a tensor and has a gradient, in eager mode and in a tf.function."""
    return tf.is_tensor(f(variable)) and all(tf.is_tensor(gradient) for gradient in both(slope_of, f, variable))


def arithmetic(other):
    """Functions that compute with `other` on the left of a variable."""
    return (lambda v: other * v, lambda v: other + v, lambda v: other - v, lambda v: other / v)


# free: **You will do:** mend a loss, tame a logarithm, train through rounding.
# free: **You will learn:** what lets a gradient through, and what cuts it without a word.
# free: **You need:** [lesson 5](05_keep_the_same_variable.ipynb).
# free: Ask about each part.
# free: This is called *straight-through*.
# free: If the scale belongs to the model, keep the tensor; for maintenance, assign, between two steps.
# free: Measure a gradient of your own.
# free: Measure it.

# %% setup
# > `slope` asks the tape how the sum of `f(v)` changes with `v`.
asked = tf.Variable([1.0, 2.0])
assert is_gradient(slope(lambda v: v**2, asked), [2, 4])
assert is_gradient(slope(lambda v: v[0] * v[1], asked), [2, 1])

# %% cut
# > Inside the tape, `w` gets three times `u`.
#
# > Only `w`.
# > `assign` stores numbers and not where they came from: `u` gets `None`, and no error.
# > What is kept is `w` itself, still watched, with the gradient 2 `w` at its new values.
#
# > `assign` cuts the path to where the values came from, and keeps the variable's own gradient.
np.testing.assert_array_equal(w, 3 * u.numpy())
assert _[0] is None and is_gradient(_[1], 2 * w.numpy())
for shape in ((), (2,), (2, 1)):
    for source, target in zip(variables(np.full(shape, 2.0)), variables(np.full(shape, 1.0)), strict=True):
        for of_source, of_target, _now in both(write_inside, lambda t, value: t.assign(value), source, target):
            assert of_source is None and is_gradient(of_target, np.full(shape, 12.0))
for write in (
    lambda target, value: target.assign_add(value),
    lambda target, value: target.assign_sub(value),
    lambda target, value: target[:1].assign(value[:1]),
    lambda target, value: target.scatter_nd_update([[0]], value[:1]),
):
    source, target = tf.Variable([2.0, 3.0]), tf.Variable([1.0, 1.0])
    for of_source, of_target, now in both(write_inside, write, source, target):
        assert of_source is None and is_gradient(of_target, 2 * now)
with tf.GradientTape() as tape:  # and what assign returns
    returned = w.assign(3 * u)
    loss = tf.reduce_sum(returned**2)
assert tape.gradient(loss, u) is None
with tf.GradientTape() as tape:
    w.assign(3 * u)
    loss = tf.reduce_sum(w**2)
assert [id(one) for one in tape.watched_variables()].count(id(w)) == 1

# %% tensor
# > To train `u`, leave the product a tensor.
assert is_gradient(_, 18 * u.numpy())
for one in variables([1.0, 2.0]):
    for gradient in both(slope, lambda v: (3 * v) ** 2, one):
        assert is_gradient(gradient, [18, 36])

# %% between
# > The loss is computed from 1 and 2, then `assign` writes 10 and 20.
#
# > At the old ones.
# > The tape keeps the tensor that was read, and a later `assign` leaves it alone.
# > (`tf.recompute_grad` reads again, and so may a gradient of your own.)
assert is_gradient(_, [3, 12])
np.testing.assert_array_equal(w, [10, 20])
for one in variables([1.0, 2.0]):
    read = tf.convert_to_tensor(one)
    for gradients in both(write_between, one):
        assert all(is_gradient(gradient, [3, 12]) for gradient in gradients)
    np.testing.assert_array_equal(read.numpy().astype(float), [1, 2])
again = tf.Variable([1.0, 2.0])
with tf.GradientTape() as tape:
    loss = tf.recompute_grad(lambda: tf.reduce_sum(again**3))()
again.assign([10.0, 20.0])
assert is_gradient(tape.gradient(loss, again), [300, 1200])
own = tf.custom_gradient(lambda x: (tf.pow(x, 3), lambda upstream: upstream * 3 * x**2))
for read, expected in ((lambda one: one, [300, 1200]), (tf.identity, [3, 12])):
    again.assign([1.0, 2.0])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(own(read(again)))
    again.assign([10.0, 20.0])
    assert is_gradient(tape.gradient(loss, again), expected)

# %% rescale-assign
# > Twice the weights get length 1, and the first entry is 0.6.
#
# > One value, two gradients.
assert is_gradient(_, [1, 0])
assert np.isclose(first, 0.6) and np.isclose(tf.norm(w), 1)

# %% rescale-tensor
# > `assign` made the length a number; in the tensor it depends on `w`.
assert is_gradient(_, [0.128, -0.096])
assert np.isclose(first, 0.6) and np.isclose(tf.norm(w / tf.norm(w)), 1)
unit = w.numpy() / 5
np.testing.assert_allclose(_, (np.array([1, 0]) - unit * unit[0]) / 5, rtol=1e-5)  # the length moves with w
with tf.GradientTape() as tape:
    first = (w / tf.norm(w).numpy())[0]
assert is_gradient(tape.gradient(first, w), [0.2, 0])  # a number does not

# %% numpy
# since numpy 2.0: np.where keeps bfloat16 beside a Python number
# > An array times a variable, written in two ways.
#
# > For `array * v`, NumPy leaves the product to the variable.
# > A NumPy *function* computes by itself, and what it returns is a constant to the tape: `None`, and no error.
# > (In a `tf.function`, an error.)
#
# > A NumPy function is a constant to the tape; so is `array * kernel` with a Keras variable.
assert is_gradient(_[0], [3, 5]) and _[1] is None
np.testing.assert_array_equal(array * v, np.multiply(array, v))
plain, operands = [tf.Variable(tf.constant([1.0, 2.0], dtype)) for dtype in DTYPES], (array, array.astype("float64"))
for one in (*plain, tf.Variable(2.0)):
    for other in (*operands, np.float32(3), np.float64(3)):
        assert all(is_kept(product, one) for product in arithmetic(other))
tried = (
    *(np.square, np.exp, np.abs, np.round, np.negative, np.sum, np.mean, np.max, np.prod, np.cumsum, np.ravel),
    *(np.copy, np.asarray, np.squeeze, np.transpose, np.sort, np.linalg.norm),
    lambda v: np.clip(v, 0, 1),
    lambda v: np.where(v > 0, v, 0),
    lambda v: np.dot(array, v),
    lambda v: np.multiply(v, array),
    lambda v: np.matmul(array, v),
    lambda v: np.einsum("i,i->", array, v),
    lambda v: np.concatenate([v, v]),
    lambda v: np.stack([v, v]),
    lambda v: np.reshape(v, (2, 1)),
    lambda v: np.repeat(v, 2),
)
for one in variables([1.0, 2.0]):
    for function in tried:
        if function is not np.linalg.norm or tf.as_dtype(one.dtype) in (tf.float32, tf.float64):  # it has no others
            assert is_cut(function, one)

# %% keras
# > **With a Keras variable, such as `layer.kernel`, NumPy computes `array * v` too.**
# > Put the variable first, or take its `.value`.
assert _[0] is None and is_gradient(_[1], [3, 5])
assert type(array * kernel) is np.ndarray
dense = keras.layers.Dense(1)
dense.build((None, 2))
assert isinstance(dense.kernel.value, tf.Variable)
inputs = np.ones((3, 2), "float32")
assert slope(lambda k: inputs @ k, dense.kernel) is None
assert is_gradient(slope(lambda k: inputs @ k.value, dense.kernel), [[3], [3]])
for dtype in DTYPES:
    for one in (keras.Variable(np.array([1.0, 2.0]), dtype=dtype), keras.Variable(2.0, dtype=dtype)):
        for other in (array, array.astype("float64"), np.float32(3)):
            assert all(is_cut(product, one) for product in arithmetic(other))
            assert all(is_kept(product, one.value) for product in arithmetic(other))
            assert tf.is_tensor(slope(lambda v, a=other: v * a, one))
            assert tf.is_tensor(slope(lambda v, a=other: a * v.value, one))

# %% explain
# > In a longer loss, `explain_gradient` finds the line: of a `None`, and of a 0 or a NaN, too.
#
# > A sum with one part cut still has a gradient, and is called healthy.
assert (_.verdict, _.line) == ("none", "product = array * kernel") and "✂" in repr(_)
CUTS = {
    "none": lambda v: np.square(v),
    "zero": lambda v: tf.nn.relu(v - 9.0),
    "nan": lambda v: tf.sqrt(v - v),
}
for one in variables([1.0, 2.0]):
    for verdict, cut in CUTS.items():
        lost = explain_gradient(lambda v, cut=cut: tf.reduce_sum(tf.cast(cut(v), tf.float32)), one)
        assert (lost.verdict, lost.line.split(":")[0]) == (verdict, f'"{verdict}"'), lost
    cut = lambda v: tf.reduce_sum(tf.cast(v * 1, tf.float32)) + float(np.sum(np.square(v)))  # noqa: E731
    assert tf.is_tensor(slope(cut, one)) and explain_gradient(cut, one).verdict == "healthy"
inputs, wanted, weights = np.ones((3, 2), "float32"), np.ones((3, 1), "float32"), tf.Variable([[0.5], [2.0]])
error = lambda: tf.reduce_mean((inputs @ weights - wanted) ** 2)  # noqa: E731
penalty = lambda: 0.5 * np.sum(np.square(weights))  # noqa: E731
asked = [explain_gradient(part, weights) for part in (lambda: error() + penalty(), error, penalty)]
assert [one.verdict for one in asked] == ["healthy", "healthy", "none"]

# %% exercise-6-1
# > `decayed_step` should pull the weights towards 0 as well.
# > It raises no error, and `strength` has no effect.
#
# > You add a penalty to the loss, and the weights do not feel it.
# > No error: somewhere its gradient was lost.
inputs, wanted = np.array([[1.0, 2.0], [3.0, -1.0]], "float32"), np.array([[1.0], [2.0]], "float32")
found = []
for strength in (0.0, 1.0, 1000.0):
    weights = tf.Variable([[0.5], [2.0]])
    assert decayed_step(weights, inputs, wanted, 0.1, strength) is None
    found.append(weights.numpy())
np.testing.assert_array_equal(found[1:], found[:-1])
assert slope(lambda v: 1000.0 * np.sum(np.square(v)), weights) is None

# %% mask
# > The logarithm counts where `x` is positive, and elsewhere a 0.
#
# > NaN, though the loss is finite.
# > Both branches of `tf.where` are computed, and both get a gradient: the one not taken, 0 times 1/0.
#
# > A branch not taken gets a gradient: keep bad values out.
np.testing.assert_allclose(_, [np.nan, 1, 0.25])
assert np.isfinite(tf.reduce_sum(tf.where(x > 0, tf.math.log(x), 0.0)))
with tf.GradientTape() as tape:
    logarithm = tf.math.log(x)
    chosen = tf.where(x > 0, logarithm, 0.0)
np.testing.assert_array_equal(logarithm, [-np.inf, 0, np.log(np.float32(4))])  # computed at 0 as well
np.testing.assert_array_equal(tape.gradient(chosen, logarithm), [0, 1, 1])
with np.errstate(all="ignore"):
    assert np.isnan(np.float32(0) * (np.float32(1) / np.float32(0)))
for one in variables([0.0, 1.0, 4.0]):
    for gradient in both(slope, lambda v: tf.where(v > 0, tf.math.log(v), 0.0), one):
        np.testing.assert_allclose(gradient.numpy().astype(float), [np.nan, 1, 0.25])
assert np.isnan(slope(lambda v: tf.where(v > 0, 1 / v, 0.0), x)[0])

# %% double-where
# > A second `where` keeps the 0 out of the logarithm, and what comes back there out of `x`.
np.testing.assert_allclose(_, [0, 1, 0.25])
np.testing.assert_allclose(safe_log(x), [0, 0, np.log(4)], rtol=1e-6)
inside = tf.where(x > 0, x, 1.0)
np.testing.assert_array_equal(inside, [1, 1, 4])
not_a_number = tf.constant([np.nan, 1, 1])
np.testing.assert_array_equal(slope(lambda x: tf.where(x > 0, x, 1.0) * not_a_number, x), [0, 1, 1])
for one in variables([0.0, 1.0, 4.0, -1.0]):
    for gradient in both(slope, safe_log, one):
        assert is_gradient(gradient, [0, 1, 0.25, 0])

# %% exercise-6-2
# > Some probabilities are 0.
before, arguments, after = find("6.2").example()
assert (before == 0).any() and (before >= 0).all()

# %% straight
# > The gradient of `tf.round` is `None`.
# > `tf.stop_gradient` keeps a value and cuts its path: here the value is rounded, and the gradient that of `w`.
np.testing.assert_array_equal(_[0], [0, 2])
np.testing.assert_array_equal(_[1], [1, 1])
for one in variables([0.25, 1.75]):
    for function in (tf.round, tf.stop_gradient):
        assert both(slope, function, one) == (None, None)
    np.testing.assert_array_equal(tf.convert_to_tensor(rounded(one)).numpy().astype(float), [0, 2])
    for gradient in both(slope, rounded, one):
        assert is_gradient(gradient, [1, 1])
assert is_gradient(slope(lambda v: 3 * rounded(v), w), [3, 3])

# %% custom
# since numpy 2.1: a bfloat16 number times a Python number is a bfloat16 number
# > `tf.custom_gradient` takes both directions from you: the value, and a function from the gradient above to the one
# > below.
# > In eager mode the value may come from NumPy.
# > (Of a Keras variable, pass its `.value`.)
np.testing.assert_allclose(_, 3 * w.numpy() ** 2)
np.testing.assert_allclose(cube(w), w.numpy() ** 3)
assert is_gradient(slope(lambda v: 5 * cube(v), w), 15 * w.numpy() ** 2)  # the gradient above is 5
assert type(np.power(w, 3)) is np.ndarray
with pytest.raises(NotImplementedError):
    tf.function(lambda: cube(w), autograph=False)()
for one in variables([1.0, 2.0]):
    if isinstance(one, keras.Variable):
        with pytest.raises(TypeError, match="variables"):
            slope(cube, one)
        assert is_gradient(slope(lambda v: cube(v.value), one), [3, 12])
    else:
        assert is_gradient(slope(cube, one), [3, 12])
assert is_gradient(slope(cube, tf.Variable(2.0)), 12)

# %% exercise-6-3
# > The model will be used with whole numbers; the step moves the weights behind them.
before, arguments, after = find("6.3").example()
assert (before % 1 != 0).any() and (after % 1 != 0).any()

# %% wrap
# > `tf.numpy_function` and `tf.py_function` call Python, also inside a `tf.function`.
#
# > (The third line calls TensorFlow.)
#
# > `None` can be noticed.
# > **The 0 of `py_function` is worse:** value and shape are wrong, and Adam takes it without a word.
# > Wrap NumPy in a `tf.custom_gradient`.
lines = printed.splitlines()
assert lines[0] == "None" and "0.0, shape=()" in lines[1] and "[2. 4.]" in lines[2]
wrappers = (tf.numpy_function, np.square), (tf.py_function, np.square), (tf.py_function, tf.square)
for one in (*variables([1.0, 2.0]), tf.Variable(2.0), keras.Variable(2.0)):
    right = 2 * one.numpy().astype(float)
    for number, (wrapper, function) in enumerate(wrappers):
        for value, gradient in both(wrapped, wrapper, function, one):
            np.testing.assert_array_equal(np.asarray(value, dtype=float), (right / 2) ** 2)
            if number == 0:
                assert gradient is None
            elif number == 1:
                assert gradient.shape == () and gradient.numpy() == 0
            else:
                assert is_gradient(gradient, right)
stuck = tf.Variable([1.0, 2.0])
wrong = slope(lambda v: tf.py_function(np.square, [v], tf.float32), stuck)
keras.optimizers.Adam(0.1).apply_gradients([(wrong, stuck)])
np.testing.assert_array_equal(stuck, [1, 2])


@tf.custom_gradient
def square(x):
    return tf.numpy_function(np.square, [x], x.dtype), lambda upstream: upstream * 2 * x


for gradient in both(slope, square, stuck):
    assert is_gradient(gradient, [2, 4])

# %% rows
# > `tf.gather` gives an `IndexedSlices`: rows and their places, repeated ones not yet added up.
# > It has no `.numpy()`; `tf.convert_to_tensor` makes it dense.
#
# > Adam makes another step of it than of the dense one: it squares the parts of a repeated row before it adds them.
assert _[0] == "IndexedSlices"
np.testing.assert_array_equal(_[1], [[0, 0], [2, 2], [0, 0], [1, 1]])
np.testing.assert_array_equal(gradient.indices, [1, 1, 3])
np.testing.assert_array_equal(gradient.values, np.ones((3, 2)))
assert not hasattr(gradient, "numpy")
for one in variables(np.ones((4, 2))):
    for sparse in both(slope, lambda v: tf.gather(v, [1, 1, 3]), one):
        assert isinstance(sparse, tf.IndexedSlices)
        assert is_gradient(tf.convert_to_tensor(sparse), [[0, 0], [2, 2], [0, 0], [1, 1]])
steps, second_moments = [], []
for given in (gradient, tf.convert_to_tensor(gradient)):
    start, adam = tf.Variable(tf.ones((4, 2))), keras.optimizers.Adam(0.1)
    adam.apply_gradients([(given, start)])
    steps.append(start.numpy())
    second_moments.append(adam._velocities[0].numpy()[1] / (1 - adam.beta_2))
np.testing.assert_allclose(steps[0][[0, 2, 3]], steps[1][[0, 2, 3]])
assert (steps[0][1] < steps[1][1] - 0.01).all()
np.testing.assert_allclose(second_moments, [[2, 2], [4, 4]], rtol=1e-3)  # 1² + 1², and (1 + 1)²

# %% gradient
# since numpy 2.0: a number of NumPy's has a dtype that counts beside an array
# > A gradient of your own can be wrong, and nothing says so.
#
# > To differentiate *through* an update, keep the new weights as tensors: [the
# > recipe](../book/recipes.ipynb#differentiate-through-a-new-value-where-assign-cannot-help).
#
# > [Watch the dtype](07_dtypes_and_silent_casts.ipynb): what is cast on the way into a variable, and what that costs.
np.testing.assert_allclose(report.autodiff, 3 * w.numpy() ** 2, rtol=1e-3)


@tf.custom_gradient
def wrong_cube(x):
    return np.power(x, 3), lambda upstream: upstream * x**2


difference = (2.001**3 - 1.999**3) / 0.002
assert slope(wrong_cube, tf.Variable(2.0)) == 4 and np.isclose(difference, 12)  # and no error
rate, fast = tf.Variable(0.1), tf.Variable([1.0, 2.0])
with tf.GradientTape() as tape:
    with tf.GradientTape() as inner:
        loss = tf.reduce_sum(fast**2)
    stepped = fast - rate * inner.gradient(loss, fast)
    loss = tf.reduce_sum(stepped**2)
assert is_gradient(tape.gradient(loss, rate), -16)
