"""Answers to the exercises of lesson 13, saving and restoring."""

import numpy as np
import tensorflow as tf

from answers import right, wrong

# 13.1 warm_start

KERNEL = "kernel/.ATTRIBUTES/VARIABLE_VALUE"


@wrong("13.1", "silent")
def _(kernel, path):
    tf.train.Checkpoint(kernel=kernel).read(path)


@wrong("13.1", "silent")
def _(kernel, path):
    checkpoint = tf.train.Checkpoint(kernel=kernel)
    return checkpoint.read(path).expect_partial()


@wrong("13.1", "too strict")
def _(kernel, path):
    tf.train.Checkpoint(kernel=kernel).read(path).assert_consumed()


@wrong("13.1", "attribute")
def _(kernel, path):
    tf.train.Checkpoint(weights=kernel).read(path).assert_existing_objects_matched()


@wrong("13.1", "attribute")
def _(kernel, path):
    tf.train.Checkpoint(v=kernel).read(path)


@wrong("13.1", "new variable")
def _(kernel, path):
    restored = tf.Variable(kernel)
    tf.train.Checkpoint(kernel=restored).read(path).assert_existing_objects_matched()


@wrong("13.1", "restore for read")
def _(kernel, path):
    tf.train.Checkpoint(kernel=kernel).restore(path).assert_existing_objects_matched()


@wrong("13.1", "error swallowed")
def _(kernel, path):
    try:
        tf.train.Checkpoint(kernel=kernel).read(path).assert_existing_objects_matched()
    except AssertionError:
        print("no kernel")


@wrong("13.1", "silent")
def _(kernel, path):
    reader = tf.train.load_checkpoint(path)
    if reader.has_tensor(KERNEL):
        kernel.assign(reader.get_tensor(KERNEL))


@wrong("13.1", "another error")
def _(kernel, path):
    kernel.assign(tf.train.load_variable(path, KERNEL))


@wrong("13.1", "another error")
def _(kernel, path):
    kernel.assign(tf.train.load_variable(path, "kernel"))


@wrong("13.1", "not a variable")
def _(kernel, path):
    tf.train.Checkpoint(kernel=kernel.numpy()).read(path).assert_existing_objects_matched()


@wrong("13.1", "not the status")
def _(kernel, path):
    checkpoint = tf.train.Checkpoint(kernel=kernel)
    checkpoint.read(path)
    checkpoint.assert_existing_objects_matched()


@wrong("13.1", "how it is called")
def _(kernel, path):
    tf.train.Checkpoint(kernel=kernel).read(path, kernel=kernel)


@wrong("13.1", "rebound")
def _(kernel, path):
    kernel = tf.train.load_variable(path, KERNEL)


@wrong("13.1", "how it is called")
def _(kernel, path):
    tf.train.Checkpoint(kernel).read(path).assert_existing_objects_matched()


@wrong("13.1", "raised too often")
def _(kernel, path):
    before = kernel.numpy()
    tf.train.Checkpoint(kernel=kernel).read(path)
    assert not np.array_equal(before, kernel.numpy()), "nothing was restored"


@wrong("13.1", "raised too often")
def _(kernel, path):
    if "kernel" not in dict(tf.train.list_variables(path)):
        raise AssertionError
    tf.train.Checkpoint(kernel=kernel).read(path)


@right("13.1")
def _(kernel, path):
    tf.train.Checkpoint(kernel=kernel).read(path).assert_existing_objects_matched()


@right("13.1")
def _(kernel, path):
    status = tf.train.Checkpoint(kernel=kernel).read(path)
    status.expect_partial()
    status.assert_nontrivial_match()
    return kernel


@right("13.1")
def _(kernel, path):
    checkpoint = tf.train.Checkpoint()
    checkpoint.kernel = kernel
    status = checkpoint.read(path)
    assert status.assert_existing_objects_matched()


@right("13.1")
def _(kernel, path):
    reader = tf.train.load_checkpoint(path)
    assert reader.has_tensor(KERNEL), f"no kernel in {path}"
    kernel.assign(reader.get_tensor(KERNEL))


@right("13.1")
def _(kernel, path):
    keys = [key for key, shape in tf.train.list_variables(path)]
    if KERNEL not in keys:
        raise AssertionError(keys)
    tf.train.Checkpoint(kernel=kernel).read(path).expect_partial()


# 13.2 load_fitting


def fitting(variables, path, left):
    arrays = np.load(path)
    for name, variable in variables.items():
        if name in arrays and arrays[name].shape == variable.shape:
            variable.assign(arrays[name])
        else:
            left.append(name)


@wrong("13.2", "nothing returned")
def _(variables, path):
    fitting(variables, path, [])


@wrong("13.2", "not sorted")
def _(variables, path):
    left = []
    fitting(variables, path, left)
    return left


@wrong("13.2", "loaded names returned")
def _(variables, path):
    left = []
    fitting(variables, path, left)
    return sorted(name for name in variables if name not in left)


@wrong("13.2", "not a list")
def _(variables, path):
    left = []
    fitting(variables, path, left)
    return set(left)


@wrong("13.2", "how many")
def _(variables, path):
    left = []
    fitting(variables, path, left)
    return len(left)


@wrong("13.2", "missing name")
def _(variables, path):
    arrays, left = np.load(path), []
    for name, variable in variables.items():
        if arrays[name].shape == variable.shape:
            variable.assign(arrays[name])
        else:
            left.append(name)
    return sorted(left)


@wrong("13.2", "shape")
def _(variables, path):
    arrays, left = np.load(path), []
    for name, variable in variables.items():
        if name in arrays:
            variable.assign(arrays[name])
        else:
            left.append(name)
    return sorted(left)


@wrong("13.2", "missing names left out")
def _(variables, path):
    arrays, left = np.load(path), []
    for name, variable in variables.items():
        if name in arrays:
            if arrays[name].shape == variable.shape:
                variable.assign(arrays[name])
            else:
                left.append(name)
    return sorted(left)


@wrong("13.2", "misfits left out")
def _(variables, path):
    fitting(variables, path, [])
    return sorted(set(variables) - set(np.load(path).files))


@wrong("13.2", "names of the file")
def _(variables, path):
    arrays, left = np.load(path), []
    for name in arrays:
        if name in variables and variables[name].shape == arrays[name].shape:
            variables[name].assign(arrays[name])
        else:
            left.append(name)
    return sorted(left)


@wrong("13.2", "stopped early")
def _(variables, path):
    arrays, left = np.load(path), [*variables]
    for name, variable in variables.items():
        if name not in arrays or arrays[name].shape != variable.shape:
            break
        variable.assign(arrays[name])
        left.remove(name)
    return sorted(left)


@wrong("13.2", "made to fit")
def _(variables, path):
    arrays, left = np.load(path), []
    for name, variable in variables.items():
        if name in arrays and arrays[name].size == tf.size(variable):
            variable.assign(arrays[name].reshape(variable.shape))
        else:
            left.append(name)
    return sorted(left)


@wrong("13.2", "made to fit")
def _(variables, path):
    arrays, left = np.load(path), []
    for name, variable in variables.items():
        try:
            variable.assign(np.broadcast_to(arrays[name], variable.shape))
        except (KeyError, ValueError):
            left.append(name)
    return sorted(left)


@wrong("13.2", "dict changed")
def _(variables, path):
    arrays, left = np.load(path), []
    for name, variable in list(variables.items()):
        if name in arrays and arrays[name].shape == variable.shape:
            variables[name] = arrays[name]
        else:
            left.append(name)
    return sorted(left)


@wrong("13.2", "dict changed")
def _(variables, path):
    arrays = np.load(path)
    for name in variables:
        if name in arrays and arrays[name].shape == variables[name].shape:
            variables[name] = tf.Variable(arrays[name])


@wrong("13.2", "dtype compared")
def _(variables, path):
    arrays, left = np.load(path), []
    for name, variable in variables.items():
        if name in arrays and arrays[name].shape == variable.shape and arrays[name].dtype == variable.dtype:
            variable.assign(arrays[name])
        else:
            left.append(name)
    return sorted(left)


@wrong("13.2", "names, not variables")
def _(variables, path):
    arrays = np.load(path)
    return sorted(v for v in variables if v not in arrays or v.shape != arrays[v].shape)


@right("13.2")
def _(variables, path):
    left = []
    fitting(variables, path, left)
    return sorted(left)


@right("13.2")
def _(variables, path):
    with np.load(path) as arrays:
        shapes = {name: arrays[name].shape for name in arrays.files}
        fit = {name for name in variables if shapes.get(name) == tuple(variables[name].shape)}
        for name in fit:
            variables[name].assign(arrays[name])
    return sorted(set(variables) - fit)


@right("13.2")
def _(variables, path):
    arrays, left = np.load(path), []
    for name in sorted(variables):
        try:
            variables[name].assign(arrays[name])
        except (KeyError, ValueError):
            left.append(name)
    return left


# 13.3 grow

TABLE = "table/.ATTRIBUTES/VARIABLE_VALUE"


def old_table(path):
    return tf.train.load_variable(path, TABLE)


@wrong("13.3", "restored as a whole")
def _(table, path):
    tf.train.Checkpoint(table=table).read(path)


@wrong("13.3", "not a variable")
def _(table, path):
    tf.train.Checkpoint(table=table[:2, :2]).read(path)


@wrong("13.3", "not NumPy's file")
def _(table, path):
    table[:2, :2].assign(np.load(path))


@wrong("13.3", "a reader")
def _(table, path):
    old = tf.train.load_checkpoint(path)["table"]
    table[: len(old)].assign(old)


@wrong("13.3", "key")
def _(table, path):
    old = tf.train.load_variable(path, "table")
    table[: len(old)].assign(old)


@wrong("13.3", "shape")
def _(table, path):
    table.assign(old_table(path))


@wrong("13.3", "shape")
def _(table, path):
    old = old_table(path)
    rows, columns = old.shape
    table[:rows, :columns].assign(old)


@wrong("13.3", "shape")
def _(table, path):
    old = old_table(path)
    rows, columns = np.maximum(old.shape, table.shape)
    table[:rows, :columns].assign(old[:rows, :columns])


@wrong("13.3", "rest cleared")
def _(table, path):
    old = old_table(path)
    rows, columns = np.minimum(old.shape, table.shape)
    new = np.zeros(table.shape, dtype=old.dtype)
    new[:rows, :columns] = old[:rows, :columns]
    table.assign(new)


@wrong("13.3", "rest cleared")
def _(table, path):
    old = old_table(path)
    table.assign(np.pad(old, [(0, new - length) for new, length in zip(table.shape, old.shape, strict=True)]))


@wrong("13.3", "other corner")
def _(table, path):
    old = old_table(path)
    rows, columns = np.minimum(old.shape, table.shape)
    values = table.numpy()
    values[-rows:, -columns:] = old[-rows:, -columns:]
    table.assign(values)


@wrong("13.3", "end of the old table")
def _(table, path):
    old = old_table(path)
    rows, columns = np.minimum(old.shape, table.shape)
    table[:rows, :columns].assign(old[-rows:, -columns:])


@wrong("13.3", "added")
def _(table, path):
    old = old_table(path)
    rows, columns = np.minimum(old.shape, table.shape)
    values = table.numpy()
    values[:rows, :columns] += old[:rows, :columns]
    table.assign(values)


@wrong("13.3", "flattened")
def _(table, path):
    old, values = old_table(path), table.numpy()
    count = min(old.size, values.size)
    values.flat[:count] = old.flat[:count]
    table.assign(values)


@wrong("13.3", "repeated")
def _(table, path):
    table.assign(np.resize(old_table(path), table.shape))


@wrong("13.3", "copy edited")
def _(table, path):
    old, values = old_table(path), table.numpy()
    rows, columns = np.minimum(old.shape, values.shape)
    values[:rows, :columns] = old[:rows, :columns]


@right("13.3")
def _(table, path):
    old = old_table(path)
    rows, columns = np.minimum(old.shape, table.shape)
    table[:rows, :columns].assign(old[:rows, :columns])


@right("13.3")
def _(table, path):
    old, values = old_table(path), table.numpy()
    part = old[: len(values), : values.shape[1]]
    values[: part.shape[0], : part.shape[1]] = part
    table.assign(values)


@right("13.3")
def _(table, path):
    old = tf.train.load_checkpoint(path).get_tensor(TABLE)
    for row in range(min(len(old), table.shape[0])):
        for column in range(min(old.shape[1], table.shape[1])):
            table[row, column].assign(old[row, column])


@right("13.3")
def _(table, path):
    shape = dict(tf.train.list_variables(path))[TABLE]
    old = tf.Variable(tf.zeros(shape, table.dtype))
    tf.train.Checkpoint(table=old).read(path).expect_partial()
    rows, columns = np.minimum(shape, table.shape)
    table[:rows, :columns].assign(old[:rows, :columns])
