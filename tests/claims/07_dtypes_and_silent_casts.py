"""Claims of lesson 07, dtypes and silent casts."""

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

from assignlab.exercises import find

FLOATS = ("float16", "bfloat16", "float32", "float64")
INTEGERS = ("int8", "uint8", "int16", "int32", "int64")


def stored(dtype, values):
    """What a tf.Variable of this dtype holds after an assign, eager and in a tf.function; they must agree."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shape = np.shape(values)
        eager, traced = tf.Variable(tf.zeros(shape, dtype)), tf.Variable(tf.zeros(shape, dtype))
        eager.assign(values)
        tf.function(lambda: traced.assign(values), autograph=False)()
    np.testing.assert_array_equal(eager.numpy().tobytes(), traced.numpy().tobytes())
    assert eager.dtype == dtype
    return eager.numpy()


def refused(dtype, values, kinds, text=""):
    """Whether a variable of this dtype refuses values, and keeps its own."""
    variable = tf.Variable(tf.ones(np.shape(values) if not isinstance(values, list) else (2,), dtype))
    with pytest.raises(kinds, match=text):
        variable.assign(values)
    return bool((variable.numpy() == 1).all())


# free: **You will do:** mend a refused update, round pixels, write a guard against casts that change values.
# free: **You will learn:** what raises, what is cast exactly, and what is cast wrongly without a word.
# free: **You need:** [lesson 5](05_keep_the_same_variable.ipynb).
# free: No.
# free: So round and clip before you assign.
# free: Write `fits`.
# free: For floats.
# free: [Write only a part](08_slices_and_scatter.ipynb): what a slice takes, what a scatter takes, and what a part
#       costs.

# %% setup
# > A variable has one dtype for life.
# > What you assign is made to fit, and often nobody says what that cost.
#
# > Keras casts by rules of its own.
for dtype in (*FLOATS, *INTEGERS):
    variable = tf.Variable(tf.ones(2, dtype))
    with pytest.raises(AttributeError):
        variable.dtype = tf.float64
    for values in (np.array([0.5, 2.0]), np.array([3, 4]), [5, 6]):
        assert variable.assign(values).dtype == variable.dtype == dtype

# %% array
# > NumPy makes float64, this variable is float32.
# > `assign` casts the array:
assert np.array([0.1, 0.2]).dtype == np.float64
assert _[0] == tf.float32 and _[1].tobytes() == np.array([0.1, 0.2], "float32").tobytes()
for dtype in FLOATS:
    for values in (np.array([0.1, 0.2]), np.array(0.1), np.float64(0.1), np.zeros((0, 3)), np.array([[1], [2]])):
        np.testing.assert_array_equal(stored(dtype, values), values.astype(tf.as_dtype(dtype).as_numpy_dtype))

# %% tensor
# raises ValueError: Tensor conversion requested dtype float32 for Tensor with dtype float64
# > `tf.constant` makes a tensor of the same array.
#
# > A tensor keeps its dtype, here float64.
# > Leave the array as it is, or say the dtype: `tf.constant(array, v.dtype)`, `tf.cast(tensor, v.dtype)`.
#
# > Operators do the same.
# > On the right of a variable, an array takes its dtype; a tensor of another one raises an error:
assert tf.constant(np.array([0.1, 0.2])).dtype == tf.float64
array = np.array([0.1, 0.2])
for dtype in FLOATS:
    variable = tf.Variable(tf.ones(2, dtype))
    for other in {*FLOATS, "int32"} - {dtype}:
        tensor = tf.cast(array, other)
        assert refused(dtype, tensor, ValueError, "Tensor conversion requested dtype")
        assert refused(dtype, tf.Variable(tensor), ValueError)
        for operate in (tf.Variable.__mul__, tf.Variable.__add__, tf.Variable.__sub__, tf.Variable.__truediv__):
            with pytest.raises((tf.errors.InvalidArgumentError, TypeError)):
                operate(variable, tensor)
            assert operate(variable, np.array([3.0, 4.0])).dtype == dtype
    for tensor in (tf.constant(array, variable.dtype), tf.cast(tf.constant(array), variable.dtype)):
        np.testing.assert_array_equal(variable.assign(tensor).numpy(), stored(dtype, array))

# %% operators
assert _ == tf.float32

# %% exercise-7-1
# > `correct` works for a float64 variable.
# > For the others it raises.
for dtype in FLOATS:
    variable = tf.Variable(tf.ones(2, dtype))
    if dtype == "float64":
        find("7.1").shipped(variable, np.array([0.5, 1.0]))
        np.testing.assert_array_equal(variable, [1.5, 2.0])
    else:
        with pytest.raises(ValueError):
            find("7.1").shipped(variable, np.array([0.5, 1.0]))

# %% integers
# > An array of fractions goes into a variable of integers.
#
# > What is behind the point is cut off, without a warning.
# > NumPy's numbers, too: `counts * np.float64(2.7)` multiplies by 2.
# > Python's own 2.7 is refused, and so is a list of such numbers:
np.testing.assert_array_equal(_, [1, -1, 2])
np.testing.assert_array_equal(tf.Variable([1, 2]) * np.float64(2.7), [2, 4])
for dtype in INTEGERS:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        variable = tf.Variable(tf.zeros(2, dtype))
        np.testing.assert_array_equal(variable.assign(np.array([1.7, 2.9])), [1, 2])
        np.testing.assert_array_equal(variable.assign_add(np.array([0.9, 1.9])), [1, 3])
        np.testing.assert_array_equal(variable * np.float64(2.7), [2, 6])
        for number in (np.float64(1.7), np.float32(1.7), np.array(1.7)):
            np.testing.assert_array_equal(tf.Variable(tf.zeros((), dtype)).assign(number), 1)
    with pytest.raises(TypeError):
        variable * 2.7
    assert refused(dtype, 2.7, TypeError)

# %% list
# raises TypeError: Cannot convert [1.7, -1.7, 2.5] to EagerTensor of dtype int32
# > A list is refused for its floats, even `[2.0]`, and not for its range (up to 64 bits).
#
# > An unsigned byte holds 0 to 255.
np.testing.assert_array_equal(counts, [1, -1, 2])
for dtype in INTEGERS:
    for floats in ([1.5, 2.0], [2.0, 2.0], [np.nan, 1.0], [1, 2.5], [np.float32(1), np.float64(1)]):
        assert refused(dtype, floats, TypeError, "Cannot convert")
    bits = 8 * tf.as_dtype(dtype).size
    for whole in (2**31, -(2**31) - 1, 2**40 + 5, 2**63 - 1, -(2**63)):
        wrapped = np.array([whole % 2**bits], f"uint{bits}").astype(dtype)
        np.testing.assert_array_equal(stored(dtype, [whole]), wrapped)
    for whole in (2**63, 2**64, -(2**63) - 1):
        assert refused(dtype, [whole, 1], ValueError, "out-of-range integer")
assert (tf.uint8.min, tf.uint8.max) == (0, 255)

# %% range
# > Integers wrap around: 256 is 0 again.
# > What a *float* out of range becomes, or a NaN, depends on the processor; NumPy prints a warning at most.
#
# > With `values = [[-3.2, 0.5, 99.7], [254.4, 255.6, 1e4]]`, the image becomes `[[0, 0, 100], [254, 255, 255]]`.
np.testing.assert_array_equal(_, [44, 255, 0, 255])
for dtype, bits in (("uint8", 8), ("uint16", 16), ("int16", 16), ("int32", 32)):
    for values in (np.array([2**bits, 2**bits + 5, 3]), np.array([-(2**bits), 5 - 2**bits, 3])):
        np.testing.assert_array_equal(stored(dtype, values), values % 2**bits)
with pytest.warns(RuntimeWarning, match="invalid value encountered in cast"):
    tf.Variable([0, 0]).assign(np.array([np.nan, 1e30]))
before, arguments, after = find("7.2").example()
np.testing.assert_array_equal(arguments["values"], [[-3.2, 0.5, 99.7], [254.4, 255.6, 1e4]])
np.testing.assert_array_equal(after, [[0, 0, 100], [254, 255, 255]])

# %% digits
# > A float loses digits, in float32 too: 16777217 becomes 16777216.
# > In 16 bits it is plain to see; what is too large or small goes altogether:
np.testing.assert_array_equal(_, np.array([0.1, np.inf, 0], "float16"))
assert abs(float(_[0]) - 0.1) > 1e-5
for values in (np.array([16777217]), [16777217], [16777217.0]):
    np.testing.assert_array_equal(stored("float32", values), [16777216])

# %% steps
# > bfloat16 has nearly the range of float32 and 8 binary digits.
# > A thousand steps of 0.001, from 1:
#
# > Above 1, the next bfloat16 is 1.0078: each sum was rounded back.
# > Add up in a wide dtype, and assign once:
assert _ == 1 and weight.dtype == tf.bfloat16
assert 0.99 < float(tf.bfloat16.max) / float(tf.float32.max) < 1
np.testing.assert_array_equal(stored("bfloat16", np.array([255, 256, 257.0])), [255, 256, 256])
following = stored("bfloat16", np.array(1 + 2.0**-7))
assert f"{float(following):.4f}" == "1.0078" and stored("bfloat16", np.array(1 + 2.0**-8)) == 1

# %% total
assert _ == 2

# %% meaning
# > A masked array, a missing value, text, a date.
#
# > No error.
# > The mask is dropped and 999 goes in; `None` becomes NaN; numbers written as text are read; dates are counted, these
# > in days.
#
# > raises
#
# > cast exactly
#
# > cast, without an error, to something else
#
# > a tensor of another dtype
#
# > float32 into float64
#
# > an array of fractions into integers
#
# > a list of floats into integers
#
# > small integers into floats
#
# > integers out of range
#
# > a list with text, `None` or complex numbers
#
# > an array of bool into numbers
#
# > digits, and range, of a shorter float
#
# > rows that differ in length, named fields
#
# > big-endian, reversed, every second entry
#
# > an array with masks, `None`, text, dates, complex
for got, expected in zip(_, [[1, 999], [1, np.nan], [1.5, 2], [1, 10957]], strict=True):
    np.testing.assert_array_equal(got, expected)
with pytest.warns(np.exceptions.ComplexWarning, match="discards the imaginary part"):
    v.assign(np.array([1 + 2j, 3]))
np.testing.assert_array_equal(v, [1, 3])
rows = np.empty(2, object)
rows[:] = [[1.0], [2.0, 3.0]]
fields = np.array([(1.0, 2.0), (3.0, 4.0)], [("a", "f4"), ("b", "f4")])
for dtype in (*FLOATS, *INTEGERS):
    for mixed in ([1 + 2j, 3], ["1.5", "2"], [1, None], [1.0, None], [1.0, "2"]):
        assert refused(dtype, mixed, (TypeError, ValueError))
    for ragged in ([[1.0, 2.0], [3.0]], [[1], [2, 3]]):
        assert refused(dtype, ragged, ValueError, "non-rectangular")
    assert refused(dtype, rows, (TypeError, ValueError), "sequence|list")
    assert refused(dtype, fields, TypeError)
with pytest.raises(ValueError):
    v.assign(np.array(["1.5", "two"]))
minutes = np.array(["1970-01-02T00:01"], "datetime64[m]")  # another unit, another count
np.testing.assert_array_equal(stored("float64", minutes), [24 * 60 + 1])
narrow = np.array([0.1, 3e38, np.nan, np.inf, -0.0], "float32")
assert stored("float64", narrow).astype("float32").tobytes() == narrow.tobytes()
for dtype, largest in (("float16", 2**11), ("bfloat16", 2**8), ("float32", 2**24), ("float64", 2**53)):
    whole = np.array([-largest, -3, 0, largest])
    np.testing.assert_array_equal(stored(dtype, whole).astype("int64"), whole)
for dtype in (*FLOATS, *INTEGERS):
    np.testing.assert_array_equal(stored(dtype, np.array([True, False])), [1, 0])
for dtype in ("float32", "float64"):
    for layout in (
        np.array([1.5, 2, 3], ">f4"),
        np.arange(6.0)[::-1],
        np.arange(6.0)[::2],
        np.arange(6.0).reshape(2, 3).T,
    ):
        np.testing.assert_array_equal(stored(dtype, layout), layout)
np.testing.assert_array_equal(stored("int32", np.array([1, 2], ">i8")), [1, 2])

# %% keras
# since keras 3.7: a keras.Variable casts a list, too, and without a word
# > A `keras.Variable` casts lists of floats, too, and tensors:
#
# > Its operators give a float instead of raising.
# > Under mixed precision the weights stay float32; only the layer computes in 16 bits:
np.testing.assert_array_equal(_[0], [1, 2])
np.testing.assert_allclose(_[1], [2.7, 5.4])
for values in ([1.7, 2.2], (1.7, 2.2), tf.constant([1.7, 2.2]), tf.constant([1.7, 2.2], tf.float64)):
    np.testing.assert_array_equal(keras.Variable([0, 0], dtype="int32").assign(values), [1, 2])
    if not tf.is_tensor(values):
        assert refused("int32", list(values), TypeError)
    else:
        assert refused("int32", values, ValueError)
for strange in (np.array([1.7, 2], object), np.array([1, 2], object), np.array(["1", "2"]), dates):
    with pytest.raises((ValueError, tf.errors.UnimplementedError)):
        keras.Variable([0, 0], dtype="int32").assign(strange)
    tf.Variable([0, 0]).assign(strange)
    keras.Variable([0.0, 0.0]).assign(strange)
np.testing.assert_allclose(keras.Variable([0.0], dtype="float32").assign(tf.constant([0.1], tf.float64)), [0.1])
with pytest.raises(TypeError):
    tf.Variable([1, 2]) * 2.7
for policy in ("mixed_float16", "mixed_bfloat16"):
    mixed = keras.layers.Dense(1, dtype=policy)
    out = mixed(tf.ones((1, 2)))
    mixed.kernel.assign(np.array([[0.1], [1e-20]]))
    assert out.dtype == mixed.compute_dtype == policy[6:]
    assert mixed.kernel.numpy().tobytes() == np.array([[0.1], [1e-20]], "float32").tobytes()

# %% policy
assert _ == ("float32", "bfloat16")


# %% exercise-7-3
# > Into float32, `[0.5, 2]` fits, and `[0.1, 2]` does not: float32 holds another number beside 0.1.
# > NaN fits into a float.
#
# > Inside `call` it reads them in 16 bits: there, [small updates get
# > lost](../book/errors.ipynb#no-error-but-the-small-update-is-lost).
class Slow(keras.layers.Layer):
    def build(self, shape):
        self.level = self.add_weight(initializer="ones")

    def call(self, inputs):
        read.append(tf.convert_to_tensor(self.level).dtype)
        self.level.assign(self.level + 1e-4)
        return inputs


for policy in ("mixed_float16", "mixed_bfloat16"):
    read, slow = [], Slow(dtype=policy)
    slow(np.ones((1, 1)))
    assert read == [policy[6:]] and slow.level.dtype == "float32" and slow.level.numpy() == 1
reference = find("7.3").reference
single = tf.Variable([1.0, 2.0])
assert reference(single, np.array([0.5, 2])) and not reference(single, np.array([0.1, 2]))
assert float(np.float32(0.1)) != 0.1
for dtype in FLOATS:
    assert reference(tf.Variable(tf.ones(2, dtype)), np.array([np.nan, 1.0]))

# %% gradient
# > A tape does not watch integers: their gradient is `None`.
#
# > A pandas column counts as an array.
#
# > `assign` casts arrays and lists; a tensor must have the variable's dtype.
#
# > Into integers: round and clip first.
#
# > Into 16 bits: add up in a wide dtype, assign once.
#
# > From an array, masks, `None`, text and dates arrive as plain numbers.
#
# > Keras casts tensors as well.
assert _.verdict == "verified"
for dtype in (*INTEGERS, "bool"):
    whole = tf.Variable(tf.ones(2, dtype))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.cast(whole, tf.float32) ** 2)
    assert tape.gradient(loss, whole) is None


class Column:
    """What pandas gives: an object that NumPy asks for an array."""

    def __array__(self, dtype=None, copy=None):
        return np.array([1.7, 2.9], dtype)


np.testing.assert_array_equal(tf.Variable([0, 0]).assign(Column()), [1, 2])
np.testing.assert_array_equal(tf.Variable([0.0, 0.0]).assign(Column()), np.array([1.7, 2.9], "float32"))
