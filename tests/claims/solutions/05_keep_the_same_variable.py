"""Claims of the solutions of lesson 05, keeping the same variable."""

import ast
import inspect

import numpy as np
import pytest
import tensorflow as tf

# free: The worked answers of [the lesson](../lessons/05_keep_the_same_variable.ipynb).
# free: Try each exercise there first: an answer is worth more when you have one of your own to hold beside it.
# %% exercise-5-1
# > `average = ...` gave the name to a tensor, and `return` handed that out.
# > The same right-hand side, in the brackets of `assign`, goes into the variable that the caller holds.
# > So there is nothing to return.
#
# > [Lesson: Keep the same variable](../lessons/05_keep_the_same_variable.ipynb)
from assignlab.exercises import find

shipped, variable = find("5.1").shipped, tf.Variable([1.0, 2.0])
weights = np.array([3.0, 4.0])
handed = shipped(variable, weights, 0.5)
assert tf.is_tensor(handed) and not isinstance(handed, tf.Variable)
np.testing.assert_array_equal(handed, [2, 3])
np.testing.assert_array_equal(variable, [1, 2])
assert follow(variable, weights, 0.5) is None
np.testing.assert_array_equal(variable, [2, 3])
assigned = ast.parse(inspect.getsource(shipped)).body[0].body[0]
assert f"average.assign({ast.unparse(assigned.value)})" in inspect.getsource(follow)

# %% exercise-5-1-others
# > `assign_add` takes the step alone.
# > An edited snapshot goes back with `assign`.
for function in (follow_by_a_step, follow_in_numpy):
    variable = tf.Variable([1.0, 2.0])
    function(variable, np.array([3.0, 4.0]), 0.5)
    np.testing.assert_array_equal(variable, [2, 3])
assert "average.assign_add(rate * (weights - average))" in inspect.getsource(follow_by_a_step)

# %% exercise-5-2
# > A variable and what its `assign` returns are two Python objects with one handle.
# > Two variables have two handles, whatever their names and values.
# > `is` compares identity; `==` would compare the entries of two tensors, and a handle has none to compare.
for dtype in ("float16", "bfloat16", "float32", "int32", "bool"):
    for values in ([1, 0], 1) if dtype != "bfloat16" else ([1, 0],):
        variable = tf.Variable(tf.cast(values, dtype), name="kernel")
        returned = variable.assign(variable)
        assert returned is not variable and returned.handle is variable.handle
        assert tf.Variable(variable, name="kernel").handle is not variable.handle
with pytest.raises(tf.errors.InvalidArgumentError, match="Op 'Equal'"):
    variable.handle == returned.handle  # noqa: B015
assert variable.handle.dtype == tf.resource
np.testing.assert_array_equal(tf.constant([1, 2]) == tf.constant([1, 3]), [True, False])

# %% exercise-5-2-others
# > Without the handle: write through both names, and see whether the second write shows under the first.
# > Then put the old values back.
variable = tf.Variable([1.0, 2.0])
other = tf.Variable([1.0, 2.0])
assert same_by_writing(variable, variable) and not same_by_writing(variable, other)
np.testing.assert_array_equal(variable, [1, 2])
np.testing.assert_array_equal(other, [1, 2])
assert "handle" not in inspect.getsource(same_by_writing)

# %% exercise-5-3
# > `old` is a copy, which no later write reaches, and it goes back bit for bit.
# > `finally` runs after `return` has its value and before the caller gets it.
# > It runs after an exception too, and lets that through.
variable = tf.Variable([np.nan, -0.0, 0.1])
old, bits = variable.numpy(), variable.numpy().tobytes()
for write in (
    lambda: variable.assign([1.0, 2.0, 3.0]),
    lambda: variable[1:].assign([7.0, 8.0]),
    lambda: variable.scatter_nd_update([[0]], [9.0]),
    lambda: tf.function(lambda: variable.assign_add([1.0, 1.0, 1.0]), autograph=False)(),
):
    write()
    assert old.tobytes() == bits
variable.assign(old)
assert variable.numpy().tobytes() == bits
order = []


def ordered():
    try:
        return order.append("value")
    finally:
        order.append("finally")


ordered()
order.append("caller")
assert order == ["value", "finally", "caller"]
with pytest.raises(ZeroDivisionError):
    with_change(variable, np.ones(3), lambda: 1 / 0)
assert variable.numpy().tobytes() == bits

# %% exercise-5-3-others
# > A tensor is a snapshot as well: `tf.identity(v)`.
for dtype in ("float16", "bfloat16", "float32", "float64"):
    variable = tf.Variable([0.1, -0.0], dtype=dtype)
    bits, snapshot = variable.numpy().tobytes(), tf.identity(variable)
    variable.assign([5.0, 5.0])
    assert tf.is_tensor(snapshot) and snapshot.numpy().tobytes() == bits
    variable.assign(snapshot)
    with_change_in_tensorflow(variable, tf.cast([1e3, 1.0], dtype), variable.numpy)
    assert variable.numpy().tobytes() == bits
