"""Does a read of a variable still carry its gradient? Each way of reading is judged apart, with power at every entry.

The gradient that comes in is known: whole numbers, none of them 0, no two neighbours alike, exact in every floating
dtype. A read passes it on as it is; so a gradient that is cut, halved or doubled, anywhere, is another array, whatever
the variable holds.
"""

import zlib
from functools import lru_cache

import numpy as np
import tensorflow as tf
from tensorflow.python import pywrap_tfe
from tensorflow.python.eager import context, record
from tensorflow.python.framework import ops
from tensorflow.python.ops import (
    array_ops,
    gen_array_ops,
    gen_math_ops,
    gen_resource_variable_ops,
    math_ops,
)
from tensorflow.python.ops import resource_variable_ops as rvo

# What judges is taken now: what a lesson puts in its place later does not reach the audit. (What is judged, below, is
# called by its public name.)
Tape, convert, constant = tf.GradientTape, tf.convert_to_tensor, tf.constant
Variable, cast, asarray, ascontiguous, array_equal, resize, crc32, fast_path = (
    tf.Variable, tf.cast, np.asarray, np.ascontiguousarray, np.array_equal, np.resize, zlib.crc32,
    pywrap_tfe.TFE_Py_FastPathExecute,
)  # fmt: skip

LARGE = 2**16  # entries; the operators of a larger variable are not tried, only the reads below them
COMPUTABLE = (tf.float16, tf.bfloat16, tf.float32, tf.float64, tf.complex64, tf.complex128)  # float8 can only be read
PATTERN = np.array([3, 1, 4, 15, 9, 2, 6, 5, 35, 8, 97, 93, 23, 84, 62], "float32")


def read(handle, dtype):
    """The tensor in a resource, by the op itself: no method of a variable and no tape takes part."""
    with record.stop_recording():
        return fast_path(context.context(), "ReadVariableOp", None, handle, "dtype", dtype.as_datatype_enum)


def array_of(value):
    """The values of a tensor as an array, not copied where that is possible."""
    try:
        return asarray(value)
    except ValueError:  # a scalar of a dtype that NumPy lacks, such as bfloat16
        return asarray(value.numpy())


def fingerprint(handle, dtype):
    """A number that changes with any bit of the resource's value or with its shape; None where it holds no value."""
    try:
        value = read(handle, dtype)
        if value.shape == (0,) and not fast_path(context.context(), "VarIsInitializedOp", None, handle):
            return None  # it was made in a tf.function that failed: an empty array is read
        return of_array(array_of(value))
    except Exception:  # not initialized, or destroyed: there is nothing to compare
        return None


def of_array(array):
    """A number that changes with any bit of an array's values or with its shape."""
    if array.dtype.hasobject:
        return hash((array.shape, *map(bytes, array.reshape(-1))))
    return hash((array.shape, crc32(ascontiguous(array).reshape(-1).view("uint8"))))


def address(array):
    """Where an array's memory begins."""
    return array.__array_interface__["data"][0]


@lru_cache(4)
def incoming(shape, dtype):
    """The gradient that is sent through a read of this shape and dtype."""
    return cast(constant(resize(PATTERN, shape)), dtype)


def main_read(variable, known):
    """What is wrong with the read that every function of TensorFlow makes, or None. It passes over no values."""
    with Tape(watch_accessed_variables=variable.trainable) as tape:
        if not variable.trainable:
            tape.watch(variable)
        value = convert(variable)
    sent = incoming(tuple(value.shape), known.dtype)
    got = tape.gradient(value, variable, output_gradients=sent)
    if got is None:
        return "the gradient with respect to it is None: the tape no longer sees it being read"
    if got is not sent and not same(got, sent):
        return "the gradient that arrives is not the one that was sent: a read no longer carries it as it is"
    if known.in_flight:
        return None  # another thread is writing it: the values may change between two looks
    array = array_of(value)
    if address(array) != address(array_of(read(known.handle, known.dtype))) and of_array(array) != known.fingerprint:
        return "a read gives something else than what was written"
    return None


def ways(known):
    """{how a person reads a variable: a function of the variable, or of a tensor in its place}"""
    found = {
        "value()": lambda v: v.value() if hasattr(v, "assign") else v,
        "read_value()": lambda v: v.read_value() if hasattr(v, "assign") else v,
    }
    if known.dtype in COMPUTABLE and read(known.handle, known.dtype).shape.num_elements() <= LARGE:
        found |= {
            "a slice": lambda v: v[..., None],
            "v * 2": lambda v: v * 2,
            "2 - v": lambda v: 2 - v,
            "a tf.function": lambda v: tf.function(lambda: tf.identity(v), autograph=False).get_concrete_function()(),
        }
    return found


def namespaces():
    """What the names of TensorFlow's functions and methods of reading stand for now."""
    return [tuple(map(id, vars(place).values())) for place in PLACES]


PLACES = [
    tf, tf.math, tf.linalg, tf.Variable, tf.Tensor, ops.EagerTensor, rvo, rvo.BaseResourceVariable,
    rvo.ResourceVariable, gen_resource_variable_ops, gen_array_ops, gen_math_ops, array_ops, math_ops, tf.GradientTape,
]  # fmt: skip
EVERY_WAY = {
    "v + w": lambda v: v + 3.0,
    "w + v": lambda v: 3.0 + v,
    "v - w": lambda v: v - 3.0,
    "w * v": lambda v: 3.0 * v,
    "v / w": lambda v: v / 2.0,
    "-v": lambda v: -v,
    "v ** 2": lambda v: v**2,
    "v @ w": lambda v: v @ constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
    "w @ v": lambda v: constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]) @ v,
    "an array @ v": lambda v: np.array([[1.0, 2.0]], "float32") @ v,
    "tf.reduce_sum": lambda v: tf.reduce_sum(v),
    "tf.square": lambda v: tf.square(v),
    "tf.transpose": lambda v: tf.transpose(v),
    "v[0]": lambda v: v[0],
    "v[:, 1:]": lambda v: v[:, 1:],
    "tf.matmul": lambda v: tf.matmul(v, v, transpose_b=True),
    "tf.gather": lambda v: tf.gather(v, [1, 0, 1]),
    "tf.gather, last axis": lambda v: tf.gather(v, [2, 0], axis=1),
}


def reads_that_fail(variable, known, ways):
    """What is wrong with the first of some ways of reading that does not do what it does with a tensor, or None."""
    twin = constant(array_of(read(known.handle, known.dtype)), known.dtype)
    for name, way in ways.items():
        try:
            expected, expected_gradient = through(way, twin, False)
        except Exception:  # an overflow, say, under enable_check_numerics: it is the same for the variable
            continue
        if expected_gradient is None:
            return f"read by {name}, even a tensor has no gradient"
        try:
            value, gradient = through(way, variable, variable.trainable)
        except Exception as error:  # whatever a function that was put in the place of TensorFlow's may raise
            return f"read by {name}, it raises {type(error).__name__}: {error}"
        if gradient is None:
            return f"read by {name}, its gradient is None"
        if not same(gradient, expected_gradient):
            wrong = f"read by {name}, its gradient is not what it is for a tensor of these values"
        elif not same(value, expected):
            wrong = f"read by {name}, it gives something else than what was written"
        else:
            continue
        return wrong if same(read(known.handle, known.dtype), twin) else None  # else it was written meanwhile
    if not same(variable.numpy(), twin) and same(read(known.handle, known.dtype), twin):
        return "numpy() gives something else than what was written"
    return None


def through(way, source, watched):
    """(value, gradient with respect to `source`) of one way of reading."""
    with Tape(watch_accessed_variables=watched) as tape:
        if not watched:
            tape.watch(source)
        value = way(source)
    return value, tape.gradient(value, source, output_gradients=incoming(tuple(value.shape), value.dtype))


def same(got, expected):
    """Whether two tensors (or sparse gradients) are equal; NaN equals NaN."""
    got, expected = array_of(convert(got)), array_of(convert(expected))
    if got.shape != expected.shape:
        return False
    equal = (got == expected) | ((got != got) & (expected != expected))
    return of_array(got) == of_array(expected) or bool(equal.all())
