"""explain_gradient: the cause and the line of each lost gradient; no healthy one accused; nothing changed."""

import inspect
import random
import re
import sys
from xml.etree import ElementTree

import keras
import numpy as np
import pytest
import tensorflow as tf
from IPython.core.interactiveshell import InteractiveShell
from keras.src.backend.common import global_state
from tensorflow.python import pywrap_tfe
from tensorflow.python.eager import context
from tensorflow.python.framework import ops
from tensorflow.python.ops import custom_gradient, script_ops
from traitlets.config import Config

from assignlab import audit, explain_gradient, look
from assignlab.doctor import numpy_reads, source, undo
from claims import release

RANDOM = np.random.default_rng(0)
OTHER = tf.Variable([3.0, 4.0], name="other")


# ---- broken losses of a variable: each has one line that is to be named, marked "cut" -------------------------------
BROKEN = {}


def broken(verdict, cause, values=(1.0, -2.0)):
    def keep(loss):
        BROKEN[loss.__name__] = verdict, cause, values, loss
        return loss

    return keep


@broken("none", "numpy read")
def numpy_method(v):
    array = v.numpy()  # cut
    return tf.reduce_sum(array**2) * 2.0


@broken("none", "numpy read")
def numpy_function_of_a_variable(v):
    y = np.exp(v)  # cut
    return tf.reduce_sum(y)


@broken("none", "numpy read")
def numpy_function_of_a_tensor(v):
    x = v * 2.0
    y = np.sum(x)  # cut
    return tf.constant(y) + 1.0


@broken("none", "numpy read")
def numpy_array_of_a_tensor(v):
    doubled = tf.square(v) * 2.0
    array = np.asarray(doubled)  # cut
    return tf.reduce_mean(tf.constant(array))


@broken("none", "numpy read")
def a_python_float(v):
    total = tf.reduce_sum(v**2)
    return float(total)  # cut


@broken("none", "numpy read")
def a_numpy_result(v):
    return np.mean(v.numpy() ** 2)  # cut


@broken("none", "numpy read")
def printed_first_then_numpy(v):
    print("before", v.numpy())
    x = tf.sin(v)
    array = x.numpy()  # cut
    return tf.reduce_sum(tf.constant(array))


@broken("none", "numpy read")
def numpy_after_a_branch(v):
    x = v * 3.0
    if x[0] > 0:
        x = x + 1.0
    y = np.maximum(x, 0)  # cut
    return tf.reduce_sum(y)


@broken("none", "numpy read")
def a_python_sum_of_floats(v):
    total = 0.0
    for entry in v:
        total += float(entry)  # cut
    return tf.constant(total) * 2.0


@broken("none", "numpy_function")
def numpy_function(v):
    y = tf.numpy_function(np.square, [v], tf.float32)  # cut
    return tf.reduce_sum(y)


@broken("none", "numpy_function")
def numpy_function_of_an_intermediate(v):
    x = tf.exp(v)
    y = tf.numpy_function(lambda a: a * 2, [x], tf.float32)  # cut
    return tf.reduce_sum(y) + 1.0


@broken("zero", "py_function")
def py_function_with_numpy(v):
    y = tf.py_function(lambda x: np.square(x.numpy()), [v], tf.float32)  # cut
    return tf.reduce_sum(y)


@broken("zero", "py_function")
def py_function_of_numpy(v):
    print("before", v.numpy())
    y = tf.py_function(np.sum, [v * 2.0], tf.float32)  # cut
    return y * 2.0


@broken("none", "argmax")
def variables_in_a_list(v):
    rows = tf.stack((v, v))
    best = tf.argmax(rows, axis=1)  # cut
    return tf.reduce_sum(tf.gather(OTHER, best))


@broken("none", "stop_gradient")
def stopped(v):
    x = v * 2.0
    x = tf.stop_gradient(x)  # cut
    return tf.reduce_sum(x**2)


@broken("none", "stop_gradient")
def stopped_after_a_condition(v):
    x = tf.where(v > 0, v * 2.0, v * 0.5)
    x = tf.stop_gradient(tf.sin(x))  # cut
    return tf.reduce_sum(x * 2.0)


@broken("none", "stop_gradient")
def stopped_after_it_was_sorted(v):
    x = tf.gather(v * 2.0, tf.argsort(v))
    x = tf.stop_gradient(x)  # cut
    return tf.reduce_sum(x * [1.0, 2.0])


@broken("none", "argmax")
def argmax_beside_a_target(v):
    target = tf.stop_gradient(v)
    best = tf.argmax(v)  # cut
    return tf.reduce_sum(tf.gather(OTHER, best) + target)


@broken("none", "stop_gradient")
def stopped_by_keras(v):
    target = keras.ops.stop_gradient(v)  # cut
    return tf.reduce_sum((target - 1.0) ** 2)


@broken("none", "stop_gradient")
def stopped_on_each_of_two_paths(v):
    first = tf.stop_gradient(v)  # cut
    second = tf.stop_gradient(v + 1.0)
    return tf.reduce_sum(first * second)


@broken("none", "integer cast")
def cast_to_integers(v):
    whole = tf.cast(v * 10.0, tf.int32)  # cut
    return tf.reduce_sum(tf.cast(whole, tf.float32))


@broken("none", "integer cast")
def cast_to_an_index(v):
    index = tf.cast(v[0], tf.int32)  # cut
    row = tf.gather([1.0, 2.0, 3.0], index)
    return row * 2.0


@broken("none", "argmax")
def argmax(v):
    best = tf.argmax(v)  # cut
    return tf.cast(best, tf.float32) * 2.0


@broken("none", "argmax")
def argmax_as_index(v):
    x = tf.nn.softmax(v)
    best = tf.argmax(x)  # cut
    return tf.gather([1.0, 2.0], best)


@broken("none", "argmax")
def argmax_as_one_hot(v):
    chosen = tf.one_hot(tf.argmax(v), 2)  # cut
    return tf.reduce_sum(chosen * [3.0, 4.0])


@broken("none", "argmax")
def integers_returned(v):
    return tf.argmax(v)  # cut


@broken("none", "sort order")
def argsort(v):
    order = tf.argsort(v)  # cut
    return tf.reduce_sum(tf.gather([1.0, 5.0], order) * [1.0, 2.0])


@broken("none", "sort order")
def indices_of_top_k(v):
    x = v + 1.0
    _, indices = tf.math.top_k(x, 1)  # cut
    return tf.reduce_sum(tf.cast(indices, tf.float32))


@broken("none", "round")
def rounded(v):
    x = tf.round(v * 3.0)  # cut
    return tf.reduce_sum(x**2)


@broken("none", "round")
def floored(v):
    x = v / 0.3
    x = tf.floor(x)  # cut
    return tf.reduce_mean(x)


@broken("none", "round")
def divided_to_whole_numbers(v):
    return tf.reduce_sum(v // 0.7)  # cut


@broken("zero", "round")
def signs(v):
    x = tf.sign(v)  # cut
    return tf.reduce_sum(x * [1.0, 2.0])


@broken("none", "round")
def rounded_before_it_is_stopped(v):
    x = tf.round(v)  # cut
    return tf.reduce_sum(tf.stop_gradient(x) * 2.0)


@broken("none", "comparison")
def accuracy(v):
    right = tf.equal(v > 0, [True, True])  # cut
    return tf.reduce_mean(tf.cast(right, tf.float32))


@broken("none", "comparison")
def a_mask_alone(v):
    mask = tf.cast(v > 0.5, tf.float32)  # cut
    return tf.reduce_sum(mask * [2.0, 3.0])


@broken("none", "comparison")
def a_condition_alone(v):
    chosen = tf.where(v > 0, [1.0, 2.0], [3.0, 4.0])  # cut
    return tf.reduce_sum(chosen)


@broken("none", "python branch")
def only_decides(v):
    x = tf.constant(2.0)
    if tf.reduce_sum(v) > 0:  # cut
        x = x * 2.0
    return x


@broken("none", "through assign")
def through_assign(v):
    OTHER.assign(v * 2.0)  # cut
    return tf.reduce_sum(OTHER**2)


@broken("none", "through assign")
def through_assign_add(v):
    step = tf.exp(v)
    OTHER.assign_add(step)  # cut
    return tf.reduce_sum(OTHER * 3.0)


@broken("none", "through assign")
def through_a_slice(v):
    OTHER[:1].assign(v[:1] * 2.0)  # cut
    return tf.reduce_sum(OTHER)


@broken("none", "never read")
def never_read(v):
    return tf.reduce_sum(OTHER**2)


@broken("none", "result unused")
def only_its_size(v):
    count = tf.size(tf.convert_to_tensor(v))  # cut
    return tf.reduce_sum(OTHER) / tf.cast(count, tf.float32)


@broken("none", "result unused")
def computed_in_vain(v):
    x = v * 2.0  # cut
    del x
    return tf.reduce_sum(OTHER)


@tf.custom_gradient
def without_gradient(x):
    return x * 2.0, lambda upstream: None


@tf.custom_gradient
def with_gradient_zero(x):
    return x * 2.0, lambda upstream: tf.zeros_like(upstream)


@tf.custom_gradient
def straight_through(x):
    return tf.round(x), lambda upstream: upstream


@broken("none", "stop_gradient")
def stopped_after_a_custom_gradient(v):
    x = straight_through(tf.convert_to_tensor(v))
    x = tf.stop_gradient(x)  # cut
    return tf.reduce_sum(x**2)


@broken("zero", "dead relu", (-1.0, -2.0))
def dead_relu_before_a_custom_gradient(v):
    x = tf.nn.relu(v)  # cut
    return tf.reduce_sum(straight_through(x) + 1.0)


@broken("none", "custom gradient")
def a_custom_gradient_of_none(v):
    x = without_gradient(tf.convert_to_tensor(v))  # cut
    return tf.reduce_sum(x)


@broken("zero", "custom gradient")
def a_custom_gradient_of_zero(v):
    x = with_gradient_zero(tf.convert_to_tensor(v))  # cut
    return tf.reduce_sum(x)


@broken("zero", "dead relu", (-1.0, -2.0))
def dead_relu(v):
    x = v * 2.0
    x = tf.nn.relu(x)  # cut
    return tf.reduce_sum(x + 1.0)


@broken("zero", "dead relu", (-1.0, -2.0))
def dead_relu_of_keras(v):
    hidden = keras.activations.relu(tf.reshape(v, (1, 2)))  # cut
    return tf.reduce_sum(hidden @ [[1.0], [2.0]])


@broken("zero", "clipped", (5.0, -6.0))
def clipped(v):
    x = tf.clip_by_value(v, -1.0, 1.0)  # cut
    return tf.reduce_sum(x**2)


@broken("zero", "clipped", (-5.0, -6.0))
def below_a_maximum(v):
    hinge = tf.maximum(v + 1.0, 0.0)  # cut
    return tf.reduce_mean(hinge)


@broken("zero", "dead relu", (-1.0, -2.0))
def dead_relu_beside_a_stopped_path(v):
    stopped = tf.stop_gradient(v)
    x = tf.nn.relu(v)  # cut
    return tf.reduce_sum(x + stopped)


@broken("zero", "dead relu", (-1.0, -2.0))
def dead_relu_beside_an_assign(v):
    OTHER.assign(v)
    x = tf.nn.relu(v)  # cut
    return tf.reduce_sum(x + OTHER)


@broken("zero", "masked branch", (-5.0, -6.0))
def never_chosen(v):
    x = tf.where(v > 0, v * 2.0, 1.0)  # cut
    return tf.reduce_sum(x)


@broken("zero", "multiplied by zero")
def under_a_mask_of_zeros(v):
    mask = tf.zeros(2)
    x = v * mask  # cut
    return tf.reduce_sum(x) + tf.reduce_sum(OTHER)


@broken("zero", "saturated", (200.0, 300.0))
def saturated(v):
    x = tf.sigmoid(v)  # cut
    return tf.reduce_sum(x)


@broken("zero", "underflow")
def underflow(v):
    half = tf.cast(v, tf.float16)
    return tf.reduce_sum(tf.cast(half, tf.float32) * 1e-12)  # cut


@broken("nan", "masked branch", (0.0, 1.0))
def log_in_a_masked_branch(v):
    safe = tf.math.log(v)  # cut
    return tf.reduce_sum(tf.where(v > 0.5, safe, 0.0))


@broken("nan", "masked branch", (0.0, 1.0))
def a_division_in_a_masked_branch(v):
    return tf.reduce_sum(
        tf.where(
            v > 0.5,
            1.0 / v,  # cut
            0.0,
        )
    )


@broken("nan", "infinite slope", (0.0, 0.0))
def a_norm_at_zero(v):
    return tf.norm(v)  # cut


@broken("nan", "infinite slope", (0.0, 4.0))
def a_root_at_zero(v):
    x = tf.sqrt(v)  # cut
    return tf.reduce_sum(x)


@broken("nan", "loss not finite", (-1.0, 2.0))
def log_of_a_negative(v):
    x = v * 2.0
    x = tf.math.log(x)  # cut
    return tf.reduce_sum(x**2)


@broken("nan", "data not finite")
def nan_in_the_data(v):
    data = tf.constant([np.nan, 1.0])
    x = v * data  # cut
    return tf.reduce_sum(x**2)


@broken("nan", "all masked")
def a_softmax_of_a_masked_row(v):
    scores = v + tf.constant([[-np.inf, -np.inf], [0.0, 0.0]])
    x = tf.nn.softmax(scores)  # cut
    return tf.reduce_sum(x * [1.0, 2.0])


@broken("zero", "not taken")
def a_slice_beside_it(v):
    longer = tf.concat([v, [5.0, 6.0]], 0)
    tail = longer[2:]  # cut
    return tf.reduce_sum(tail**2)


@broken("zero", "not taken")
def the_other_part_of_a_split(v):
    both = tf.concat([v, [5.0, 6.0]], 0)
    _, second = tf.split(both, 2)  # cut
    return tf.reduce_sum(second**2)


@broken("zero", "not taken")
def rows_of_others(v):
    table = tf.concat([v, [5.0, 6.0]], 0)
    rows = tf.gather(table, [2, 3, 3])  # cut
    return tf.reduce_sum(rows**2)


@broken("zero", "not taken")
def never_the_largest(v):
    longer = tf.concat([v, [5.0, 6.0]], 0)
    return tf.reduce_max(longer) ** 2  # cut


@broken("zero", "dead relu", (-1.0, -2.0))
def dead_beside_others(v):
    longer = tf.concat([v, [5.0, 6.0]], 0)
    return tf.reduce_sum(tf.nn.relu(longer) ** 2)  # cut


@broken("zero", "multiplied by zero")
def masked_beside_others(v):
    longer = tf.concat([v, [5.0, 6.0]], 0)
    x = longer * [0.0, 0.0, 1.0, 1.0]  # cut
    return tf.reduce_sum(x**2)


@broken("zero", "not taken")
def dropped_segments(v):
    sums = tf.math.unsorted_segment_sum(v, [-1, -1], 3)  # cut
    return tf.reduce_sum((sums - 1.0) ** 2)


@broken("zero", "overwritten")
def overwritten(v):
    x = tf.tensor_scatter_nd_update(v * 2.0, [[0], [1]], [7.0, 8.0])  # cut
    return tf.reduce_sum(x**2)


@broken("zero", "nothing left")
def a_lookup_of_no_rows(v):
    rows = tf.gather(v, tf.constant([], tf.int32))  # cut
    return tf.reduce_sum(rows**2)


@broken("zero", "multiplied by zero")
def a_one_hot_of_padding(v):
    rows = tf.one_hot([-1, -1], 2) @ v[:, None]  # cut
    return tf.reduce_sum(rows**2)


@broken("zero", "clipped", (70.0, 80.0))
def quantized_beyond_its_limits(v):
    x = tf.quantization.fake_quant_with_min_max_args(v, -6, 6)  # cut
    return tf.reduce_sum(x**2)


@broken("zero", "underflow")
def underflow_within_float16(v):
    half = tf.cast(v, tf.float16)
    small = half * tf.constant(1e-4, tf.float16)  # cut
    return tf.cast(tf.reduce_mean(small), tf.float32) * 1e-6


@broken("zero", "one class", (200.0, 300.0))
def a_softmax_of_one_entry(v):
    x = tf.nn.softmax(v[:, None])  # cut
    return tf.reduce_sum(x**2 * [[1.0], [2.0]])


@broken("zero", "minus itself")
def a_mean_over_one_feature(v):
    mean, variance = tf.nn.moments(v[:, None], axes=[1])  # cut
    return tf.reduce_sum(((v - mean) / tf.sqrt(variance + 1e-3)) ** 2)


@broken("zero", "minus itself")
def a_batch_of_one(v):
    x = keras.layers.BatchNormalization()(v[None], training=True)  # cut
    return tf.reduce_sum((x - 1.0) ** 2)


@broken("none", "numpy read")
def a_memory_view(v):
    x = v * 2.0
    return tf.constant(np.frombuffer(memoryview(x), "float32"))  # cut


@broken("none", "numpy read")
def a_list_of_floats(v):
    numbers = []
    for entry in tf.unstack(v * 2.0):
        numbers.append(float(entry))  # cut
    return tf.reduce_sum(tf.constant(numbers))


@broken("none", "numpy read")
def drawn_by_numpy(v):
    noisy = np.random.normal(v * 1.0, 1.0)  # cut
    return tf.reduce_sum(tf.constant(noisy))


@broken("none", "not recorded")
def within_init_scope(v):
    with tf.init_scope():
        x = v * 2.0  # cut
    return tf.reduce_sum(x**2)


@broken("none", "random draw")
def drawn_by_tensorflow(v):
    drawn = tf.random.categorical(v[None], 3)  # cut
    return tf.reduce_mean(tf.cast(drawn, tf.float32))


@broken("nan", "overflow")
def overflow_on_the_way_back(v):
    half = tf.cast(v, tf.float16)
    x = tf.cast(half, tf.float32)  # cut
    return tf.reduce_sum(x) * 1e6


@broken("nan", "loss not finite", (300.0, 400.0))
def too_large_for_float32(v):
    x = tf.exp(v)  # cut
    return tf.reduce_sum(x)


@broken("none", "data set")
def mapped_by_a_data_set(v):
    rows = tf.data.Dataset.from_tensor_slices([[1.0, 2.0]]).map(lambda row: row * v)  # cut
    return tf.add_n([tf.reduce_sum(row) for row in rows])


@broken("none", "py_function")
def captured_by_a_py_function(v):
    x = tf.py_function(lambda data: data * v, [[1.0, 2.0]], tf.float32)  # cut
    return tf.reduce_sum(x)


def variable_of(values):
    OTHER.assign([3.0, 4.0])
    return tf.Variable(values)


def marked(loss):
    """The line of a loss that is marked, and its number."""
    lines, first = inspect.getsourcelines(loss)
    found = [(line.strip(), first + i) for i, line in enumerate(lines) if line.rstrip().endswith("# cut")]
    assert len(found) == 1, f"{loss.__name__} needs one line that is marked"
    return found[0]


def truth(loss, variable):
    """What a tape gives, in a word."""
    with tf.GradientTape() as tape:
        result = loss()
    gradient = tape.gradient(result, variable) if tf.is_tensor(result) else None
    if gradient is None:
        return "none"
    entries = tf.convert_to_tensor(gradient).numpy()
    return "nan" if not np.isfinite(entries).all() else "healthy" if entries.any() else "zero"


@pytest.mark.parametrize("way", ["eager", "function"])
@pytest.mark.parametrize("name", BROKEN)
def test_a_lost_gradient_is_explained(name, way):
    verdict, cause, values, loss = BROKEN[name]
    v = variable_of(values)

    def eager():  # cut
        return loss(v)

    function = tf.function(eager, autograph=False)
    explained = explain_gradient(eager if way == "eager" else function, v)
    line, number = marked(loss if cause != "never read" else eager)
    assert (explained.verdict, explained.cause) == (verdict, cause), explained
    assert (explained.line, explained.where) == (line, f"test_doctor.py:{number}"), explained
    assert explained.mend.endswith(".")
    assert not explained
    np.testing.assert_array_equal(v, np.float32(values))
    np.testing.assert_array_equal(OTHER, [3, 4])
    assert truth(eager, v) == verdict


def test_there_are_enough_lost_gradients():
    assert len(BROKEN) >= 30


# ---- random losses: sound operations, and among them one that cuts ---------------------------------------------------
SOUND = [
    lambda x: x * 1.5 + 0.2,
    tf.sin,
    lambda x: tf.reverse(x, [0]),
    lambda x: x + tf.stop_gradient(x),
    lambda x: tf.where(x > 0, x * 2.0, x * 0.5),
    lambda x: tf.concat([x[:2], x[2:] * 2.0], 0),
    lambda x: tf.gather(x, [3, 1, 0, 2]),
    lambda x: x + tf.round(x),
    lambda x: tf.gather(x, tf.argsort(x)),
    lambda x: tf.nn.softmax(x) + x,
    lambda x: tf.py_function(lambda e: e * 0.9, [x], tf.float32),
    lambda x: tf.recompute_grad(lambda e: tf.sin(e) + e)(x),
    lambda x: straight_through(x) * 0.5,
]
CUTS = {
    "stop_gradient": tf.stop_gradient,
    "round": tf.floor,
    "argmax": lambda x: tf.one_hot(tf.argmax(x), 4),
    "sort order": lambda x: tf.cast(tf.argsort(x), tf.float32),
    "integer cast": lambda x: tf.cast(tf.cast(x * 10.0, tf.int32), tf.float32),
    "comparison": lambda x: tf.cast(x > 0.1, tf.float32),
    "numpy read": lambda x: tf.constant(np.exp(np.clip(x, -3, 3))),
    "numpy_function": lambda x: tf.numpy_function(lambda a: a * 2, [x], tf.float32),
    "dead relu": lambda x: tf.nn.relu(x - 1e4),
    "clipped": lambda x: tf.clip_by_value(x, 1e5, 1e6),
    "multiplied by zero": lambda x: x * tf.zeros(4),
}


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("cause", CUTS)
def test_a_cut_is_found_among_sound_operations(cause, seed):
    chosen = random.Random(f"{cause} {seed}")
    before, after = (chosen.choices(SOUND, k=chosen.randint(0, 4)) for _ in range(2))
    v = tf.Variable([0.3, -0.7, 1.1, -1.9])

    def loss(cut):
        x = tf.convert_to_tensor(v)
        for operation in (*before, *cut, *after):
            x = operation(x)
        return tf.reduce_sum(x * [1.0, 2.0, 3.0, 4.0])

    explained = explain_gradient(lambda: loss([CUTS[cause]]), v)
    assert explained.cause == cause, explained
    assert explain_gradient(lambda: loss([]), v)


# ---- the variable itself: what was passed is none, or is one that no tape watches ----------------------------------
def test_a_name_rebound_to_a_tensor():
    v = tf.Variable([1.0, 2.0])
    v = v * 2.0  # cut
    explained = explain_gradient(lambda: tf.reduce_sum(v**2), v)
    assert (explained.verdict, explained.cause) == ("none", "rebound name")
    assert explained.line == "v = v * 2.0  # cut"
    assert explained.where == f"test_doctor.py:{marked(test_a_name_rebound_to_a_tensor)[1]}"


def test_a_name_rebound_to_an_array():
    class Model:
        pass

    model = Model()
    model.w = tf.Variable([1.0, 2.0])
    model.w = model.w.numpy() * 2.0  # cut
    explained = explain_gradient(lambda: tf.reduce_sum(model.w), variable=model.w)
    assert (explained.cause, explained.line) == ("rebound name", "model.w = model.w.numpy() * 2.0  # cut")
    assert "this name holds a NumPy array" in explained.message


def test_a_keras_variable_plus_equals():
    k = keras.Variable([1.0, 2.0])
    k += 1.0  # cut
    explained = explain_gradient(lambda: tf.reduce_sum(k), [k])
    assert (explained.cause, explained.line) == ("rebound name", "k += 1.0  # cut")


def test_what_assign_returned():
    v = tf.Variable([1.0, 2.0])
    v = v.assign([3.0, 4.0])  # cut
    explained = explain_gradient(lambda: tf.reduce_sum(v**2), v)
    assert (explained.verdict, explained.cause) == ("none", "assign result")
    assert explained.line == "v = v.assign([3.0, 4.0])  # cut"


@pytest.mark.skipif(release(keras.__version__) < (3, 5), reason="before Keras 3.5 it returned None")
def test_what_assign_of_a_keras_variable_returned():
    k = keras.Variable([1.0, 2.0])
    k = k.assign([3.0, 4.0])  # cut
    explained = explain_gradient(lambda: tf.reduce_sum(k**2), k)
    assert (explained.cause, explained.line) == ("assign result", "k = k.assign([3.0, 4.0])  # cut")


def test_a_read_through_what_assign_returned():
    v = tf.Variable([1.0, 2.0])
    returned = v.assign([3.0, 4.0])

    def loss():
        return tf.reduce_sum(returned**2)  # cut

    explained = explain_gradient(loss, v)
    assert (explained.verdict, explained.cause) == ("none", "assign result")
    assert explained.line == "return tf.reduce_sum(returned**2)  # cut"


@pytest.mark.parametrize("kind", [tf.Variable, keras.Variable])
def test_a_variable_that_is_not_trainable(kind):
    frozen = kind([1.0, 2.0], trainable=False)  # cut
    explained = explain_gradient(lambda: tf.reduce_sum(frozen**2), frozen)
    assert (explained.verdict, explained.cause) == ("none", "not trainable")
    assert explained.line == "frozen = kind([1.0, 2.0], trainable=False)  # cut"


def test_a_variable_of_integers():
    counts = tf.Variable([1, 2])  # cut
    explained = explain_gradient(lambda: tf.reduce_sum(tf.cast(counts, tf.float32)), counts)
    assert (explained.verdict, explained.cause) == ("none", "integer dtype")
    assert explained.line == "counts = tf.Variable([1, 2])  # cut"


def test_a_variable_that_holds_nan():
    v = tf.Variable([np.nan, 2.0])
    explained = explain_gradient(lambda: tf.reduce_sum(v**2), v)
    assert (explained.verdict, explained.cause) == ("nan", "variable not finite")


def test_a_tensor_computed_before_the_loss():
    v = variable_of([1.0, 2.0])
    x = v * 2.0
    explained = explain_gradient(lambda: tf.reduce_sum(x * OTHER), v)
    assert (explained.verdict, explained.cause) == ("none", "never read")
    assert explain_gradient(lambda w: tf.reduce_sum(x * OTHER), v).line.startswith("assert explain_gradient(lambda w")
    assert "it reads 'other' of shape (2,)" in explained.message


def test_the_layer_is_named():
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4, "relu", bias_initializer="ones", name="hidden"),
            keras.layers.Dense(1),
        ]
    )
    model.layers[0].bias.assign([-100.0] * 4)

    def loss():
        return tf.reduce_mean((model(tf.ones((2, 3))) - 1.0) ** 2)  # cut

    explained = explain_gradient(loss, model.layers[0].kernel)
    assert (explained.verdict, explained.cause) == ("zero", "dead relu")
    assert explained.line == marked(test_the_layer_is_named)[0]
    assert "(in the layer 'hidden')" in explained.message


def test_autograph_is_seen_through():
    class Module(tf.Module):
        def __init__(self):
            self.w = tf.Variable([1.0, 2.0])

        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def loss(self, threshold):
            total = tf.reduce_sum(self.w)
            if total > threshold:
                total = tf.round(total)  # cut
            return total

    module = Module()
    module.loss(0.0)
    explained = explain_gradient(lambda: module.loss(tf.constant(0.0)), module.w)
    assert (explained.cause, explained.line) == ("round", "total = tf.round(total)  # cut")
    assert explained.where == f"test_doctor.py:{marked(test_autograph_is_seen_through)[1]}"


def test_a_replica_has_no_tape_of_yours():
    devices = tf.config.list_logical_devices("CPU")
    strategy = tf.distribute.MirroredStrategy([device.name for device in devices])
    with strategy.scope():
        v = tf.Variable([1.0, 2.0])
    explained = explain_gradient(lambda: strategy.run(lambda: tf.reduce_sum(v**2)), v)
    assert (explained.verdict, explained.cause) == ("none", "not watched")
    assert explain_gradient(lambda: tf.reduce_sum(v**2), v)


def test_a_traced_function_is_one_operation():
    v = tf.Variable([1.0, 2.0])
    traced = tf.function(lambda: tf.reduce_sum(tf.round(v)), autograph=False).get_concrete_function()

    def loss():
        return traced() * 2.0  # cut

    explained = explain_gradient(loss, v)
    assert (explained.cause, explained.line) == ("traced function", marked(test_a_traced_function_is_one_operation)[0])
    assert "v → ✂ tf.function ⇢ Mul ⇢ loss" in explained.message


def test_an_operation_without_a_rule():
    v = tf.Variable([[2.0, 1.0], [1.0, 3.0]])

    def loss():
        x = v * 2.0
        counts = tf.histogram_fixed_width(x, [0.0, 5.0])  # cut
        return tf.reduce_sum(tf.cast(counts, tf.float32) * 2.0)

    explained = explain_gradient(loss, v)
    assert (explained.verdict, explained.cause) == ("none", "no gradient")
    assert explained.line == "counts = tf.histogram_fixed_width(x, [0.0, 5.0])  # cut"
    assert "HistogramFixedWidth has no gradient" in explained.message


def test_an_operation_for_which_tensorflow_has_no_rule_at_all():
    v = tf.Variable([[2.0, 1.0], [1.0, 3.0]])

    def loss():
        lu, _ = tf.linalg.lu(v * 2.0)  # cut
        return tf.reduce_sum(lu)

    with pytest.raises(LookupError), tf.GradientTape() as tape:
        tape.gradient(loss(), v)
    explained = explain_gradient(loss, v)
    assert (explained.verdict, explained.cause) == ("none", "no gradient")
    assert explained.line == "lu, _ = tf.linalg.lu(v * 2.0)  # cut"


def test_other_cuts_are_named_beside_the_one_that_is_hardly_meant():
    v = tf.Variable([1.0, 2.0])

    def loss():
        target = tf.stop_gradient(v)
        x = tf.round(v * 2.0)  # cut
        y = tf.constant(tf.exp(v).numpy())
        return tf.reduce_sum((x - target) * y)

    line, number = marked(test_other_cuts_are_named_beside_the_one_that_is_hardly_meant)
    explained = explain_gradient(loss, v)
    assert (explained.cause, explained.line) == ("round", line)
    assert explained.message.split("\n")[1] == (
        "Beside it, the path is cut at other places: "
        f"stop_gradient at test_doctor.py:{number - 1}, numpy read at test_doctor.py:{number + 1}."
    )


def test_a_py_function_for_which_the_backward_pass_fails():
    v = tf.Variable([[1.0, 2.0]])

    def loss():
        x = tf.reshape(v, (2,))
        y = tf.py_function(np.tanh, [x], tf.float32)  # cut
        return tf.reduce_sum(y)

    with pytest.raises(tf.errors.InvalidArgumentError), tf.GradientTape() as tape:
        tape.gradient(loss(), v)
    explained = explain_gradient(loss, v)
    assert (explained.verdict, explained.cause) == ("none", "py_function")
    assert explained.line == "y = tf.py_function(np.tanh, [x], tf.float32)  # cut"


def test_a_backward_pass_that_fails_otherwise():
    @tf.custom_gradient
    def wrong(x):
        return x * 1.0, lambda upstream: tf.ones(3)

    v = tf.Variable([[1.0, 2.0]])
    explained = explain_gradient(lambda: tf.reduce_sum(wrong(tf.reshape(v, (2,)))), v)
    assert (explained.verdict, explained.cause) == ("cannot tell", None)
    assert "The backward pass fails: InvalidArgumentError" in explained.message


def test_training_inside_the_loss_leaves_tensorflow():
    model, x, y = dense_model()
    model.compile("sgd", "mse")
    explained = explain_gradient(lambda: model.train_on_batch(x, y), model.layers[0].kernel)
    assert (explained.verdict, explained.cause) == ("none", "numpy read")


def test_what_no_python_function_hears_of_is_not_guessed():
    v = tf.Variable([1.0, 2.0])

    def loss():
        x = v * 2.0  # cut
        copied = tf.experimental.dlpack.from_dlpack(tf.experimental.dlpack.to_dlpack(x))
        return tf.reduce_sum(copied**2)

    explained = explain_gradient(loss, v)
    assert (explained.verdict, explained.cause, explained.mend) == ("cannot tell", None, None)
    assert explained.line == "x = v * 2.0  # cut"
    assert "The last of 2 operations on the variable runs here" in explained.message


# ---- healthy losses: none is accused -------------------------------------------------------------------------------
def images(*shape):
    return RANDOM.normal(size=shape).astype("float32")


def of_layers(*layers, shape, dtype="float32", batch=4, **call):
    """A loss of a Keras model of these layers, and its variables."""
    model = keras.Sequential([keras.Input(shape, dtype=dtype), *layers])
    x = images(batch, *shape) if dtype == "float32" else RANDOM.integers(0, 5, size=(batch, *shape))
    wanted = images(*model(x).shape)
    return lambda: tf.reduce_mean((tf.cast(model(x, **call), tf.float32) - wanted) ** 2), model.trainable_weights


def of_one(loss, values=(0.5, -1.5)):
    v = tf.Variable(values)
    return lambda: loss(v), [v]


L = keras.layers


@tf.custom_gradient
def numpy_with_gradient(x):
    return tf.constant(np.square(x.numpy())) if tf.executing_eagerly() else x**2, lambda up: up * 2 * x


def scanned(v):
    return tf.reduce_sum(tf.scan(lambda a, x: a * 0.5 + x, v))


def looped(v):
    return tf.reduce_sum(tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * v), (0, tf.ones(2)))[1])


def branched(v):
    return tf.cond(tf.reduce_sum(v) > 0, lambda: tf.reduce_sum(v**2), lambda: tf.reduce_sum(v**3))


def python_control(v):
    total = tf.constant(0.0)
    for i in range(3):
        if v[0] > 0:
            total += tf.reduce_sum(v) * float(i)
    return total


def logged(v):
    seen = [v.numpy().sum(), float(tf.reduce_max(v))]
    print("seen", seen, np.mean(v))
    return tf.reduce_sum(v**2)


def bend(u, x):
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = u(x)
        first = inner.gradient(y, x)
    second = outer.gradient(first, x)
    return tf.reduce_mean(((0.0 if second is None else second) - 1.0) ** 2)


def slope_of_a_leaky_relu(v):
    x = tf.constant([[1.0], [2.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.nn.leaky_relu(x * v)
    return tf.reduce_mean((tape.gradient(y, x) - 1.0) ** 2)


def gradient_penalty(v):
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(tf.sin(x * v))
    return tf.reduce_sum(tape.gradient(y, x) ** 2)


def assigned_on_the_way(v):
    v.assign(v * 2.0)
    return tf.reduce_sum(v**2)


def checkpointed(v):
    return tf.reduce_sum(tf.recompute_grad(lambda x: tf.sin(x) ** 2)(v * 2.0))


def ragged(v):
    return tf.reduce_sum(tf.RaggedTensor.from_row_splits(v * 2.0, [0, 1, 2]) ** 2)


def several_results(v):
    return {"a": tf.reduce_sum(v), "b": [v * 2.0, v**3]}


HEALTHY = {
    "Dense": lambda: of_layers(L.Dense(8, "relu"), L.Dense(1), shape=(5,)),
    "Conv2D": lambda: of_layers(L.Conv2D(3, 3, activation="relu"), L.MaxPooling2D(), L.Flatten(), shape=(8, 8, 2)),
    "depthwise and transposed": lambda: of_layers(L.DepthwiseConv2D(3), L.Conv2DTranspose(2, 3), shape=(6, 6, 2)),
    "LSTM": lambda: of_layers(L.LSTM(4), L.Dense(1), shape=(6, 3)),
    "GRU": lambda: of_layers(L.GRU(4, return_sequences=True), shape=(6, 3)),
    "bidirectional": lambda: of_layers(L.Bidirectional(L.SimpleRNN(3)), shape=(5, 2)),
    "Embedding": lambda: of_layers(L.Embedding(5, 3), L.GlobalAveragePooling1D(), shape=(4,), dtype="int32"),
    "BatchNormalization": lambda: of_layers(L.Dense(3), L.BatchNormalization(), L.ReLU(), shape=(4,), training=True),
    "Dropout": lambda: of_layers(L.Dense(9), L.Dropout(0.5), L.Dense(2), shape=(4,), training=True),
    "LayerNormalization": lambda: of_layers(L.LayerNormalization(), L.Dense(2), shape=(4,)),
    "attention": lambda: of_layers(L.Dense(4), L.Reshape((2, 2)), L.LSTM(3), shape=(3,)),
    "mixed precision": lambda: of_layers(
        L.Dense(4, "relu", dtype="mixed_float16"), L.Dense(2, dtype="mixed_bfloat16"), shape=(5,)
    ),
    "power": lambda: of_one(lambda v: tf.reduce_sum(v**2)),
    "not reduced": lambda: of_one(lambda v: v**2),
    "the variable itself": lambda: of_one(lambda v: v),
    "several results": lambda: of_one(several_results),
    "gather, IndexedSlices": lambda: of_one(lambda v: tf.reduce_sum(tf.gather(v, [0, 0]))),
    "embedding_lookup": lambda: of_one(
        lambda v: tf.reduce_sum(tf.nn.embedding_lookup(v, [1, 1]) ** 2), np.eye(2) * 0.3
    ),
    "a slice": lambda: of_one(lambda v: tf.reduce_sum(v[1:] ** 2)),
    "boolean_mask": lambda: of_one(lambda v: tf.reduce_sum(tf.boolean_mask(v, v > 0))),
    "ragged": lambda: of_one(ragged),
    "sorted values": lambda: of_one(lambda v: tf.reduce_sum(tf.sort(v) * [1.0, 2.0])),
    "top_k values": lambda: of_one(lambda v: tf.math.top_k(v, 1).values[0]),
    "while_loop": lambda: of_one(looped),
    "cond": lambda: of_one(branched),
    "scan": lambda: of_one(scanned),
    "map_fn": lambda: of_one(lambda v: tf.reduce_sum(tf.map_fn(lambda x: x**2, v))),
    "Python control flow": lambda: of_one(python_control, (0.5, 1.0)),
    "NumPy reads beside the path": lambda: of_one(logged),
    "custom_gradient of NumPy": lambda: of_one(lambda v: tf.reduce_sum(numpy_with_gradient(v * 1.0))),
    "gradient checkpointing": lambda: of_one(checkpointed),
    "a gradient in the loss": lambda: of_one(gradient_penalty),
    "the bend of tanh": lambda: of_one(lambda v: bend(lambda x: tf.nn.tanh(x * v), tf.constant([[1.0], [2.0]]))),
    "the slope of a leaky relu": lambda: of_one(slope_of_a_leaky_relu),
    "py_function": lambda: of_one(lambda v: tf.reduce_sum(tf.py_function(tf.square, [v], tf.float32))),
    "stop_gradient on another path": lambda: of_one(lambda v: tf.reduce_sum(v * tf.stop_gradient(v))),
    "straight-through rounding": lambda: of_one(lambda v: tf.reduce_sum((v + tf.stop_gradient(tf.round(v) - v)) ** 2)),
    "round on another path": lambda: of_one(lambda v: tf.reduce_sum(v + tf.round(v))),
    "argmax on another path": lambda: of_one(lambda v: tf.gather(v, tf.argmax(v))),
    "numpy_function on another path": lambda: of_one(
        lambda v: tf.reduce_sum(v * tf.numpy_function(np.square, [v], tf.float32))
    ),
    "half of a relu": lambda: of_one(lambda v: tf.reduce_sum(tf.nn.relu(v))),
    "half of a clip": lambda: of_one(lambda v: tf.reduce_sum(tf.clip_by_value(v, -1.0, 1.0))),
    "where with a safe branch": lambda: of_one(
        lambda v: tf.reduce_sum(tf.where(v > 0, tf.math.log(tf.where(v > 0, v, 1.0)), 0.0))
    ),
    "assign before the read": lambda: of_one(assigned_on_the_way),
    "complex": lambda: of_one(lambda v: tf.math.real(tf.reduce_sum(v * tf.math.conj(v))), np.complex64([1 + 2j])),
    "float64": lambda: of_one(lambda v: tf.reduce_sum(tf.cast(v, tf.float32)), np.float64([1, 2])),
    "bfloat16": lambda: of_one(lambda v: tf.reduce_sum(v * 2), tf.constant([1, 2], tf.bfloat16)),
    "linear algebra": lambda: of_one(
        lambda v: tf.linalg.logdet(v @ tf.transpose(v) + tf.eye(2)), [[1.0, 0.1], [0.2, 2.0]]
    ),
    "einsum": lambda: of_one(lambda v: tf.reduce_sum(tf.einsum("i,j->ij", v, v))),
    "fft": lambda: of_one(lambda v: tf.reduce_sum(tf.abs(tf.signal.rfft(v)) ** 2)),
    "a numpy-like module": lambda: of_one(lambda v: tf.reduce_sum(tf.experimental.numpy.exp(v))),
    "keras.ops": lambda: of_one(lambda v: keras.ops.sum(keras.ops.softmax(v) * keras.ops.array([1.0, 2.0]))),
}


@pytest.mark.parametrize("way", ["eager", "function"])
@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_gradient_is_not_accused(name, way):
    keras.utils.set_random_seed(1)
    loss, variables = HEALTHY[name]()
    before = [v.numpy() for v in variables]
    explained = explain_gradient(loss if way == "eager" else tf.function(loss, autograph=False), variables)
    assert explained.verdict == "healthy", explained
    assert explained
    assert explained.cause is explained.line is explained.where is explained.mend is None
    assert len(explained.each) == len(variables)
    for value, v in zip(before, variables, strict=True):
        np.testing.assert_array_equal(v, value)


def test_there_are_enough_healthy_gradients():
    assert len(HEALTHY) >= 20


def test_a_first_derivative_of_a_relu_is_not_accused():
    def penalty(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.nn.relu(x @ v[:, None])
        return tf.reduce_mean((tf.norm(tape.gradient(y, x), axis=1) - 1.0) ** 2)

    x = tf.constant([[1.0, 2.0]])
    for values, loss, cause in (
        ([1.0, 0.0], lambda: penalty(x), "flat point"),  # the least it can be
        ([1.0, 2.0], lambda: (penalty(x), tf.constant(3.0))[1], "result unused"),
    ):
        v = tf.Variable(values)
        assert explain_gradient(loss, v).cause == cause


def test_what_comes_back_from_numpy_is_no_unused_result():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.ones((4, 2), "float32"), np.full((4, 1), 9.0, "float32")
    explained = explain_gradient(lambda: tf.convert_to_tensor(model.test_on_batch(x, y)), model)
    assert {one.cause for one in explained.each} == {"numpy read"}


def test_a_frozen_model_has_nothing_to_explain():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.trainable = False
    model.compile("sgd", "mse")
    for ask in (
        lambda: explain_gradient(lambda: tf.reduce_sum(model(np.ones((1, 2)))), model),
        lambda: explain_gradient(model, (np.ones((1, 2)), np.ones((1, 1)))),
    ):
        with pytest.raises(ValueError, match="All weights of this model are frozen"):
            ask()


def test_an_optimizer_that_the_loss_builds_remembers_nothing():
    v, adam = tf.Variable([1.0, 2.0]), keras.optimizers.Adam(0.1)

    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(v**2)
        adam.apply([tape.gradient(loss, v)], [v])
        return loss

    assert explain_gradient(step, v)
    assert adam.iterations.numpy() == 0 and not any(slot.numpy().any() for slot in adam.variables[2:])
    np.testing.assert_array_equal(v, [1, 2])
    np.testing.assert_allclose(adam.learning_rate, 0.1)


def test_a_relu_has_no_second_derivative():
    for verdict, u in (
        ("zero", lambda x, v: tf.nn.relu(x * v)),
        ("none", lambda x, v: tf.nn.leaky_relu(x) @ v[:, None]),
    ):
        v = tf.Variable([1.0, 2.0])
        explained = explain_gradient(lambda u=u, v=v: bend(lambda x: u(x, v), tf.constant([[1.0, 2.0]])), v)
        assert (explained.verdict, explained.cause) == (verdict, "second derivative"), explained
        assert explained.line == "first = inner.gradient(y, x)"


# ---- what a tape calls healthy, and is not ---------------------------------------------------------------------------
def test_a_loss_that_is_not_finite_is_not_healthy():
    for values, loss in (
        ([-1.0, 2.0], lambda v: tf.reduce_sum(tf.math.log(v))),
        ([300.0, 400.0], lambda v: tf.cast(tf.reduce_sum(tf.cast(v, tf.float16) ** 2), tf.float32)),
        ([1.0, 2.0], lambda v: tf.reduce_mean(tf.boolean_mask(v, [False, False]) ** 2)),
    ):
        v = tf.Variable(values)
        assert truth(lambda v=v, loss=loss: loss(v), v) in ("healthy", "zero")
        explained = explain_gradient(lambda v=v, loss=loss: loss(v), v)
        assert (explained.verdict, explained.cause) == ("nan", "loss not finite"), explained
        assert explained.message.startswith("The loss is not finite, whatever the gradient of")


def test_what_only_rounding_makes_is_not_healthy():
    x = np.random.default_rng(3).normal(size=(8, 4)).astype("float32")
    y = (x[:, :1] > 0).astype("float32")
    for columns, cause, loss in (
        (1, "one class", lambda v: tf.reduce_mean((tf.nn.softmax(x @ v) - y) ** 2)),
        (3, "cancels", lambda v: tf.reduce_sum(tf.nn.softmax(x @ v))),
    ):
        v = tf.Variable(np.random.default_rng(4).normal(size=(4, columns)).astype("float32"))
        explained = explain_gradient(lambda v=v, loss=loss: loss(v), v)
        assert (explained.verdict, explained.cause) == ("zero", cause), explained
    v = tf.Variable(np.random.default_rng(4).normal(size=(4, 3)).astype("float32"))
    assert explain_gradient(lambda: 1e-9 * tf.reduce_sum(tf.nn.softmax(x @ v)[:, 0]), v)  # small, and not by rounding
    assert explain_gradient(lambda: tf.reduce_sum(tf.nn.softmax(x @ v)) + 1e-9 * tf.reduce_sum(v), v)


@pytest.mark.parametrize("of", [lambda m: tf.linalg.eigh(m)[1][:, 0], lambda m: tf.linalg.svd(m)[1]])
def test_an_operation_of_several_outputs_is_no_obstacle(of):
    v = tf.Variable(np.diag([1.0, 2.0, 3.0]).astype("float32"))
    assert explain_gradient(lambda: tf.reduce_sum(of(v)), v).verdict in ("zero", "healthy")


# ---- what a loss makes stays as it made it ---------------------------------------------------------------------------
def test_a_layer_that_the_loss_builds_keeps_its_weights():
    layer, v = keras.layers.Dense(2), tf.Variable(1.0)
    x = np.ones((3, 4), "float32")
    assert explain_gradient(lambda: tf.reduce_sum(layer(x) * v), v)
    assert layer.kernel.numpy().shape == (4, 2) and layer.kernel.numpy().any()
    assert layer(x).shape == (3, 2)


def test_a_variable_that_the_loss_makes_keeps_its_value():
    v = tf.Variable([1.0, 2.0])

    class Loss:
        made = None

        def __call__(self):
            if self.made is None:
                self.made = tf.Variable([2.0, 3.0])
            return tf.reduce_sum(v * self.made)

    loss = Loss()
    assert explain_gradient(loss, v)
    np.testing.assert_array_equal(loss.made, [2, 3])


def test_slots_that_the_loss_makes_stay():
    v, other, optimizer = tf.Variable(1.0), tf.Variable([1.0, 2.0]), keras.optimizers.Adam(0.5)

    def loss():
        optimizer.apply([tf.ones(2)], [other])
        return v**2

    assert explain_gradient(loss, v)
    np.testing.assert_array_equal(other, [1, 2])  # written by the loss, and put back
    assert [part.numpy().shape for part in optimizer.variables] == [(), (), (2,), (2,)]
    loss()


# ---- models and lists ------------------------------------------------------------------------------------------------
class StepsByItself(keras.Model):
    def __init__(self):
        super().__init__()
        self.out = keras.layers.Dense(1)

    def call(self, x):
        return self.out(x)

    def train_step(self, data):
        return {"loss": tf.reduce_mean(tf.cast(tf.argmax(self(data[0])), tf.float32))}


def test_a_train_step_of_its_own_is_told():
    model, batch = StepsByItself(), (np.ones((3, 2), "float32"), np.zeros((3, 1), "float32"))
    model(batch[0])
    model.compile("sgd", "mse")
    assert "The model has a train_step of its own" in explain_gradient(model, batch).message
    model = StepsByItself()
    model.compile("sgd")
    with pytest.raises(ValueError, match="train_step computes its loss"):
        explain_gradient(model, batch)


def test_nameless_variables_of_a_list_have_numbers():
    listed = [tf.Variable([1.0]), tf.Variable([2.0])]
    explained = explain_gradient(lambda: tf.reduce_sum(tf.round(listed[0]) + tf.floor(listed[1])), list(listed))
    assert "number 0 of them" in explained.message and "number 1 of them" in explained.message


def test_an_object_that_is_called_has_a_line():
    class Loss:
        def __call__(self):  # cut
            return tf.constant(1.0)

    explained = explain_gradient(Loss(), tf.Variable([1.0]))
    assert (explained.cause, explained.line) == ("never read", "def __call__(self):  # cut")


def test_another_object_of_the_same_name_is_told():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    clone, x = keras.models.clone_model(model), np.ones((3, 2), "float32")
    assert "it reads another object of the same name" in explain_gradient(lambda: clone(x), model).message


def test_tensorflow_does_not_complain_of_what_the_doctor_does(caplog):
    v = tf.Variable([1.0, 2.0])
    explain_gradient(lambda: tf.reduce_sum(tf.vectorized_map(lambda row: row * v, tf.ones((3, 2)))), v)
    assert "tf.function behavior was disabled" not in caplog.text
    assert not tf.get_logger().filters


def test_no_line_of_tensorflow_is_named():
    v = tf.Variable([1.0, 2.0])
    explained = explain_gradient(lambda: tf.reduce_sum(tf.vectorized_map(lambda one: tf.floor(one * 3), v)), v)
    assert explained.verdict == "none" and "control_flow_ops" not in explained.message


FLAT = {
    "a minimum": lambda v: tf.reduce_sum((v - 1.0) ** 2),
    "a difference of two reads": lambda v: tf.reduce_sum(v - v),
    "a collapsed variance": lambda v: tf.nn.moments(v, axes=[0])[1],
    "a maximum": lambda v: tf.reduce_sum(tf.cos(v - 1.0)),
    "a relu against a sum": lambda v: tf.reduce_sum(tf.nn.relu(v * 1.0) - v),
    "a relu against the same tensor": lambda v: (lambda x: tf.reduce_sum(tf.nn.relu(x) - x))(v * 2.0),
    "a log of a softmax": lambda v: tf.reduce_mean(tf.math.log(tf.nn.softmax(v))),
    "a py_function": lambda v: (print(v.numpy()), tf.py_function(lambda x: tf.cos(x - 1.0), [v], tf.float32))[1],
    "a custom gradient against a sum": lambda v: (lambda x: tf.reduce_sum(without_effect(x) - x))(v * 2.0),
}


@tf.custom_gradient
def without_effect(x):
    return tf.identity(x), lambda upstream: upstream


@pytest.mark.parametrize("name", FLAT)
def test_a_flat_point_is_zero_on_a_whole_path(name):
    v = tf.Variable([1.0, 1.0])
    explained = explain_gradient(lambda: FLAT[name](v), v)
    assert (explained.verdict, explained.cause) == ("zero", "flat point")
    assert "the path is whole" in explained.message
    assert "✂" not in explained.message
    assert explained.mend.startswith("Try another value")


def test_the_step_that_is_at_fault_is_named_beside_others():
    v = tf.Variable([0.0, 0.0])

    def loss():
        x = v * 1.0
        smooth = tf.reduce_sum(tf.sin(x))
        root = tf.sqrt(x)  # cut
        return smooth + tf.reduce_sum(root)

    explained = explain_gradient(loss, v)
    assert (explained.cause, explained.line) == ("infinite slope", "root = tf.sqrt(x)  # cut")


def test_a_nan_that_is_hidden_is_not_the_one_in_the_loss():
    v = tf.Variable([-1.0, 2.0])

    def loss():
        hidden = tf.where(v > 0, tf.math.log(v), 0.0)
        root = tf.sqrt(v)  # cut
        return tf.reduce_sum(hidden + root)

    explained = explain_gradient(loss, v)
    assert (explained.cause, explained.line) == ("loss not finite", "root = tf.sqrt(v)  # cut")


# ---- several variables, and Keras models ---------------------------------------------------------------------------
def test_of_several_variables_the_gravest_comes_first():
    a, b, c = (tf.Variable([1.0, 2.0], name=name) for name in "abc")

    def loss():
        return tf.reduce_sum(a**2 + tf.stop_gradient(b) + tf.stop_gradient(c))  # cut

    explained = explain_gradient(loss, [a, b, c])
    assert [one.verdict for one in explained.each] == ["healthy", "none", "none"]
    assert (explained.verdict, explained.cause) == ("none", "stop_gradient")
    assert explained.line == marked(test_of_several_variables_the_gravest_comes_first)[0]
    assert explained.message.startswith("1 of 3 gradients are healthy.")
    assert explained.message.endswith("The same holds for c.")
    assert not explained


def dense_model():
    keras.utils.set_random_seed(2)
    model = keras.Sequential([keras.Input((3,)), L.Dense(4, "relu", name="hidden"), L.Dense(1, name="out")])
    return model, images(5, 3), images(5, 1)


def test_a_model_with_a_loss_stands_for_its_trainable_weights():
    model, x, y = dense_model()
    explained = explain_gradient(lambda: tf.reduce_mean((model(x) - y) ** 2), model)
    assert explained, explained
    assert len(explained.each) == 4
    assert "out/kernel" in repr(explained.each[2])


def test_a_compiled_model_with_a_batch():
    model, x, y = dense_model()
    model.compile("sgd", "mse")
    assert explain_gradient(model, (x, y))
    assert explain_gradient(model, (x, y, np.ones(5, "float32")))
    model.layers[0].bias.assign([-100.0] * 4)
    explained = explain_gradient(model, (x, y))
    assert [one.verdict for one in explained.each] == ["zero", "zero", "zero", "healthy"]
    with tf.GradientTape():
        beside_a_tape = explain_gradient(model, (x, y))
    for one in (explained, beside_a_tape):
        assert (one.cause, one.where, one.line) == ("dead relu", "the layer 'hidden'", None)


def test_a_layer_of_the_readers_own_is_named_by_its_line():
    class Stopped(keras.layers.Layer):
        def call(self, x):
            return tf.stop_gradient(x)  # cut

    model = keras.Sequential([keras.Input((3,)), L.Dense(4), Stopped(name="mine"), L.Dense(1)])
    model.compile("sgd", "mse")
    explained = explain_gradient(model, (images(5, 3), images(5, 1)))
    assert [one.verdict for one in explained.each] == ["none", "none", "healthy", "healthy"]
    assert explained.line == marked(test_a_layer_of_the_readers_own_is_named_by_its_line)[0]


def test_a_frozen_layer_is_not_among_a_models_trainable_weights():
    model, x, y = dense_model()
    model.layers[0].trainable = False
    assert len(explain_gradient(lambda: tf.reduce_mean((model(x) - y) ** 2), model).each) == 2


def test_a_loss_of_the_variable_takes_it_as_its_argument():
    v = tf.Variable([1.0, 2.0])
    assert explain_gradient(lambda w: tf.reduce_sum(w**2), v)
    assert explain_gradient(lambda both: tf.reduce_sum(both[0] * both[1]), [v, v])


# ---- nothing has changed ---------------------------------------------------------------------------------------------
def numbers():
    """One number from every source of random numbers."""
    return [
        tf.random.uniform(()).numpy(),
        tf.random.uniform((), seed=5).numpy(),
        tf.random.normal(()).numpy(),
        tf.random.get_global_generator().normal(()).numpy(),
        keras.random.uniform(()).numpy(),
        np.random.random(),
        random.random(),
    ]


def seeded():
    global_state.set_global_attribute("global_seed_generator", None)  # an older Keras keeps it under a new seed
    keras.utils.set_random_seed(7)
    tf.random.set_global_generator(tf.random.Generator.from_seed(7))
    return numbers()


def test_random_states_are_as_before():
    v = tf.Variable([1.0, 2.0])
    expected = [*seeded(), *numbers()]
    found = seeded()
    explain_gradient(lambda: tf.reduce_sum(v) * float(np.sum(numbers())), v)
    assert [*found, *numbers()] == expected


def test_what_the_loss_writes_is_put_back():
    model = keras.Sequential([keras.Input((3,)), L.Dense(4), L.BatchNormalization(), L.Dropout(0.5), L.Dense(1)])
    adam, count = keras.optimizers.Adam(0.1), tf.Variable(0)
    adam.build(model.trainable_variables)
    free = tf.Variable([[1.0, 2.0]], shape=tf.TensorShape(None))
    x, changing = images(6, 3), [*model.variables, *adam.variables, count, free]

    @tf.function
    def step():
        count.assign_add(1)
        free.assign([5.0])
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(model(x, training=True) ** 2)
        adam.apply_gradients(
            zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables, strict=True)
        )
        return loss

    before = [v.numpy().tobytes() for v in changing]
    for loss in (step, step.python_function):
        explain_gradient(loss, model)
        assert [v.numpy().tobytes() for v in changing] == before
    concrete = step.get_concrete_function()
    explain_gradient(lambda: concrete(), model)
    assert [v.numpy().tobytes() for v in changing] == before


ODD_BITS = np.array([-0.0, 0.0, 1e-45, -1e-40, np.nan, np.inf, 1.5, -2.0], "float32")


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt])
def test_an_exception_of_the_loss_passes_through_and_leaves_nothing(error):
    v = tf.Variable(ODD_BITS)

    def loss():
        v.assign(tf.zeros_like(v))
        raise error("the reader's own")

    before = state()
    with pytest.raises(error, match="the reader's own"):
        explain_gradient(loss, v)
    assert v.numpy().tobytes() == ODD_BITS.tobytes()
    assert state() == before


def test_an_open_tape_sees_nothing():
    v, w = tf.Variable([1.0, 2.0]), tf.Variable([3.0, 4.0])
    with tf.GradientTape(persistent=True) as tape:
        assert explain_gradient(lambda: tf.reduce_sum(v * w), v)
        assert explain_gradient(lambda: tf.reduce_sum(tf.stop_gradient(v) * w), v).cause == "stop_gradient"
        assert tape.watched_variables() == ()
        y = tf.reduce_sum(v**2)
    assert tape.watched_variables() == (v,)
    np.testing.assert_array_equal(tape.gradient(y, v), [2, 4])


def test_an_open_tape_keeps_the_settings_of_keras():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        v, seen = tf.Variable([[1.0, 2.0]]), []

        def loss():
            seen.append(keras.config.dtype_policy().name)
            return tf.reduce_sum(v)

        with tf.GradientTape():
            explain_gradient(loss, v)
        assert seen == ["mixed_float16"]
    finally:
        keras.config.set_dtype_policy("float32")


def test_functions_are_traced_as_often_as_before():
    v, traces = tf.Variable([1.0, 2.0]), []

    @tf.function
    def used():
        traces.append(0)
        return tf.reduce_sum(v**2)

    new = tf.function(lambda: tf.reduce_sum(v**3))
    used()
    assert explain_gradient(used, v)
    assert explain_gradient(lambda: new() + used(), v)
    used()
    assert used.experimental_get_tracing_count() == 1
    assert new.experimental_get_tracing_count() == 0


def state():
    eager = context.context()
    return (
        *(getattr(pywrap_tfe, name) for name in undo.EXECUTE),
        *(vars(ops._EagerTensorBase).get(name) for name in numpy_reads.WAYS),
        script_ops.py_func_common,
        script_ops.EagerFunc._call,
        custom_gradient._eager_mode_decorator,
        tf.Tensor.__bool__,
        eager.op_callbacks[:],
        tf.config.functions_run_eagerly(),
        eager._seed,
        getattr(eager, "_rng", None),
        pywrap_tfe.TFE_Py_TapeSetIsEmpty(),
        ops.get_default_graph(),
    )


@pytest.mark.parametrize("name", ["numpy_function_of_a_tensor", "numpy_after_a_branch", "stopped"])
def test_global_state_is_as_before(name):
    before = state()
    v = variable_of(BROKEN[name][2])
    explain_gradient(lambda: BROKEN[name][3](v), v)
    assert state() == before


def test_under_the_audit():
    running = audit.start()
    try:
        v, w = tf.Variable([1.0, 2.0]), tf.Variable([3.0, 4.0])
        w.assign([5.0, 6.0])
        counted = running.tally.assigns
        explained = explain_gradient(lambda: tf.reduce_sum(w.assign(v * 2.0) * 1.0), v)
        assert explained.cause == "through assign"
        np.testing.assert_array_equal(w, [5, 6])
        running.inspect_all()
        assert running.tally.assigns == counted
        assert not running.tally.failures
    finally:
        audit.stop()


# ---- how much work it is ---------------------------------------------------------------------------------------------
def test_one_run_and_one_backward_pass_for_all_variables(monkeypatch):
    model = keras.Sequential([keras.Input((100,)), *(L.Dense(560, "relu") for _ in range(4)), L.Dense(10)])
    assert model.count_params() > 1_000_000
    x, runs, passes, places = images(32, 100), [], [], []
    gradient, here = tf.GradientTape.gradient, source.here
    monkeypatch.setattr(tf.GradientTape, "gradient", lambda *a, **k: passes.append(0) or gradient(*a, **k))
    monkeypatch.setattr(source, "here", lambda: places.append(0) or here())

    def loss():
        runs.append(0)
        return tf.reduce_mean(model(x) ** 2)

    explained = explain_gradient(loss, model)
    assert explained, explained
    assert (len(runs), len(passes)) == (1, 1)
    assert len(places) < 60  # one for each operation


# ---- clumsy input ----------------------------------------------------------------------------------------------------
BAD_LOSS = {
    "needs a function as its first argument, not float": 3.0,
    "needs a function as its first argument, not EagerTensor": tf.constant(1.0),
    "The loss takes 2 arguments": lambda v, other: v,
    r"The loss returned None\. It may lack a return\.": lambda: None,
    "The loss must return numbers; it returned str": lambda: "3",
    "it returned NoneType": lambda: [tf.constant(1.0), None],
    "it returned EagerTensor": lambda: tf.constant("a"),
    "it returned object": lambda: object(),
}


@pytest.mark.parametrize("message", BAD_LOSS)
def test_a_bad_loss_is_told_in_one_sentence(message):
    with pytest.raises(TypeError, match=message):
        explain_gradient(BAD_LOSS[message], tf.Variable([1.0, 2.0]))


@pytest.mark.parametrize("bad", [None, 3.0, "v", {"v": 1}, object(), tf.Variable, [None]])
def test_a_bad_variable_is_told_in_one_sentence(bad):
    with pytest.raises(TypeError, match=r"^explain_gradient needs a tf.Variable, a keras.Variable, a list of them or"):
        explain_gradient(lambda: 1.0, bad)


def test_an_empty_list_and_a_bad_batch_are_told():
    model, x, y = dense_model()
    with pytest.raises(TypeError, match="the list is empty"):
        explain_gradient(lambda: 1.0, [])
    with pytest.raises(ValueError, match=r"call model\.compile"):
        explain_gradient(model, (x, y))
    with pytest.raises(TypeError, match=r"needs a batch as its second argument: \(x, y\)"):
        explain_gradient(model, x)
    with pytest.raises(ValueError, match="has no weights yet"):
        explain_gradient(lambda: 1.0, keras.Sequential([L.Dense(1)]))


def test_inside_a_function_or_a_strategy_is_refused():
    v = tf.Variable([1.0])
    with pytest.raises(RuntimeError, match="Call it outside"):
        tf.function(lambda: explain_gradient(lambda: tf.reduce_sum(v), v))()
    devices = tf.config.list_logical_devices("CPU")
    with tf.distribute.MirroredStrategy([device.name for device in devices]).scope():
        replicated = tf.Variable([1.0])
        with pytest.raises(RuntimeError, match=r"outside strategy\.scope"):
            explain_gradient(lambda: tf.reduce_sum(replicated), replicated)


# ---- as it is read ---------------------------------------------------------------------------------------------------
def test_the_text():
    v = tf.Variable([1.0, 2.0])

    def loss():
        return tf.reduce_sum(tf.stop_gradient(v * 2.0) ** 2)  # cut

    line, number = marked(test_the_text)
    assert repr(explain_gradient(loss, v)).split("\n") == [
        "The gradient of v, shape (2,), float32, is None: tf.stop_gradient lets the value through, and no gradient.",
        f"    test_doctor.py:{number}   {line}",
        "    v → Mul → ✂ StopGradient ⇢ Pow ⇢ … ⇢ loss",
        "Mend: Take tf.stop_gradient away from what this variable must learn from.",
    ]


@pytest.mark.parametrize("name", ["stopped", "numpy_function_of_a_tensor", "argmax_as_index", "dead_relu"])
def test_the_picture(name):
    v = variable_of(BROKEN[name][2])
    html = explain_gradient(lambda: BROKEN[name][3](v), v)._repr_html_()
    svg = ElementTree.fromstring(re.search(r"<svg.*</svg>", html, re.S).group())
    space = "{http://www.w3.org/2000/svg}"
    assert svg.find(f"{space}title").text.startswith("The path from the variable to the loss: v → ")
    frames = [box.get("stroke") for box in svg.iter(f"{space}rect")]
    assert frames.count(look.CHANGED[1]) == 1
    assert look.COLOURS["variable"][1] in frames
    boxes = [box for box in svg.iter(f"{space}rect") if box.get("stroke")]
    rights = [float(box.get("x")) + float(box.get("width")) for box in boxes]
    assert all(right < float(after.get("x")) for right, after in pairwise_of(rights, boxes))
    assert rights[-1] < float(svg.get("width")) < 900


@pytest.mark.parametrize("name", BROKEN)
def test_the_cut_is_marked_once_and_never_at_the_loss(name):
    _, _, values, loss = BROKEN[name]
    v = variable_of(values)
    path = explain_gradient(lambda: loss(v), v).path
    assert [box.cut for box in path].count(True) == 1, path
    assert not path[-1].cut
    assert (path[0].label, path[-1].label) == ("v", "loss")
    assert len(path) <= 9


def pairwise_of(rights, boxes):
    return zip(rights, boxes[1:], strict=False)


def test_a_long_path_is_drawn_short():
    v = tf.Variable([1.0, 2.0])

    def loss():
        x = v
        for _ in range(50):
            x = tf.sin(x)
        return tf.reduce_sum(tf.round(x) * 2.0)

    explained = explain_gradient(loss, v)
    assert [box.label for box in explained.path] == ["v", "Sin", "…", "Sin", "Round", "Mul", "…", "loss"]
    assert [box.label for box in explained.path if box.cut] == ["Round"]


def test_cells_of_a_notebook_are_named(monkeypatch):
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    before = {name: getattr(sys, name) for name in ("displayhook", "excepthook")}
    try:
        for cell in (
            "import numpy as np, tensorflow as tf\nfrom assignlab import explain_gradient\nv = tf.Variable([1.0, 2.0])",
            "def loss():\n    return tf.reduce_sum(np.exp(v * 2))",
            "numpy = explain_gradient(loss, v)",
            "w = v\nw = w * 2",
            "rebound = explain_gradient(lambda: tf.reduce_sum(w), w)",
        ):
            shell.run_cell(cell, store_history=True).raise_error()
    finally:
        vars(sys).update(before)
    numpy, rebound = shell.user_ns["numpy"], shell.user_ns["rebound"]
    assert (numpy.line, numpy.where) == ("return tf.reduce_sum(np.exp(v * 2))", "Cell In[2]:2")
    assert (rebound.line, rebound.where) == ("w = w * 2", "Cell In[4]:2")
