"""Claims of the solutions of lesson 13, saving and restoring."""

import numpy as np
import pytest
import tensorflow as tf

from assignlab.exercises import find

WARM_START, LOAD_FITTING, GROW = map(find, ("13.1", "13.2", "13.3"))

# free: The worked answers of [the lesson](../lessons/13_save_and_restore.ipynb).
# free: Try each exercise there first: an answer is worth more when you have one of your own to hold beside it.
# %% exercise-13-1
# > What stands before the `=` is what the file is asked for. The status knows of each variable whether a value came,
# > and the assertion asks for that alone: `assert_consumed` would also refuse a file that holds more.
#
# > [Lesson: Save and restore](../lessons/13_save_and_restore.ipynb)
with WARM_START.made(WARM_START.cases[0]) as (kernel, path):
    status = tf.train.Checkpoint(kernel=kernel).read(path).expect_partial()
    assert status.assert_existing_objects_matched() is status
    with pytest.raises(AssertionError, match="Unresolved object"):
        status.assert_consumed()
with WARM_START.made(WARM_START.cases[2]) as (kernel, path):
    status = tf.train.Checkpoint(kernel=kernel).read(path).expect_partial()
    with pytest.raises(AssertionError, match="not bound to checkpointed values"):
        status.assert_existing_objects_matched()

# %% exercise-13-1-others
# > Ask the file first, and then assign what it holds.
with WARM_START.made(WARM_START.cases[2]) as (kernel, path):
    before = kernel.numpy()
    with pytest.raises(AssertionError, match="no kernel in"):
        warm_start_in_numpy(kernel, path)
    np.testing.assert_array_equal(kernel, before)

# %% exercise-13-2
# > The loop goes through the variables, so each of them is either written or named. Going through the file, one would
# > never meet a variable that the file lacks.
for lines in LOAD_FITTING.cases:
    with LOAD_FITTING.made(lines) as (variables, path), np.load(path) as arrays:
        before = {name: variable.numpy() for name, variable in variables.items()}
        left = load_fitting(variables, path)
        for name, variable in variables.items():
            if name in left:
                np.testing.assert_array_equal(variable, before[name])
            else:
                np.testing.assert_array_equal(variable, arrays[name].astype(variable.dtype.name))
with LOAD_FITTING.made(LOAD_FITTING.cases[1]) as (variables, path), np.load(path) as arrays:
    assert "bias" in variables and "bias" not in list(arrays)

# %% exercise-13-2-others
# > Let it fail: a missing name is a `KeyError`, and `assign` refuses another shape with a `ValueError`, before it
# > writes anything.
with LOAD_FITTING.made(LOAD_FITTING.cases[0]) as (variables, path), np.load(path) as arrays:
    with pytest.raises(KeyError):
        arrays["nowhere"]
    before = variables["bias"].numpy()
    for array in (arrays["bias"], np.ones((1, 2)), np.float32(1), np.ones((2, 1))):
        with pytest.raises(ValueError):
            variables["bias"].assign(array)
        np.testing.assert_array_equal(variables["bias"], before)

# %% exercise-13-3
# > The array needs no variable of its shape. Of each axis, both tables have the smaller of the two lengths, and a slice
# > of a variable has `assign`: the rest is not touched.
for lines in GROW.cases:
    with GROW.made(lines) as (table, path):
        old, before = tf.train.load_variable(path, "table/.ATTRIBUTES/VARIABLE_VALUE"), table.numpy()
        grow(table, path)
        values = table.numpy()
        rows, columns = min(len(old), len(values)), min(old.shape[1], values.shape[1])
        assert values[:rows, :columns].tobytes() == old[:rows, :columns].tobytes()
        assert values[rows:].tobytes() == before[rows:].tobytes()
        assert values[:, columns:].tobytes() == before[:, columns:].tobytes()

# %% exercise-13-3-others
# > Edit a snapshot of the new table, and write it back as a whole.
with GROW.made(GROW.cases[0]) as (table, path):
    grow_in_numpy(table, path)
    np.testing.assert_array_equal(table, [[1, 2, 9], [3, 4, 9], [9, 9, 9]])
