"""Checks of lesson 13, saving and restoring."""

from contextlib import suppress

import numpy as np
import tensorflow as tf

from assignlab.exercises import FillsVariables, Message, Mistake

LESSON_DONE = "Lesson 13 is done. What you save tonight is what you find in the morning, or you hear of it."

TABLE = "table/.ATTRIBUTES/VARIABLE_VALUE"  # how a checkpoint calls the values of its attribute `table`


def _shipped_warm_start(kernel, path):
    checkpoint = tf.train.Checkpoint(weights=kernel)
    checkpoint.read(path).expect_partial()


def _warm_start(kernel, path):
    status = tf.train.Checkpoint(kernel=kernel).read(path).expect_partial()
    status.assert_existing_objects_matched()


def _silent(kernel, path):
    tf.train.Checkpoint(kernel=kernel).read(path).expect_partial()


def _swallows(kernel, path):
    with suppress(Exception):
        _warm_start(kernel, path)


def _nothing(kernel, path):
    pass


WARM_START = (
    "kernel = tf.Variable([[0.0, 0.0], [0.0, 0.0]])\nsource = tf.Variable([[1.0, 2.0], [3.0, 4.0]])\n"
    'path = tf.train.Checkpoint(kernel=source, bias=tf.Variable([5.0])).write(f"{folder.name}/old")',
    "kernel = tf.Variable([0.0, 0.0, 0.0])\n"
    'path = tf.train.Checkpoint(kernel=tf.Variable([0.1, 0.2, 0.3])).write(f"{folder.name}/old")',
    'kernel = tf.Variable([8.0, 8.0], name="kernel")\nsource = tf.Variable([1.0, 2.0], name="kernel")\n'
    'path = tf.train.Checkpoint(weights=source).write(f"{folder.name}/old")',
    'kernel = tf.Variable([0.0, 0.0], name="head")\nsource = tf.Variable([1.0, 2.0], name="body")\n'
    'path = tf.train.Checkpoint(kernel=source, step=tf.Variable(7)).write(f"{folder.name}/old")',
    "kernel = tf.Variable([0.0, 0.0, 0.0], dtype=tf.bfloat16)\n"
    "source = tf.Variable([0.1, -0.0, np.nan], dtype=tf.bfloat16)\n"
    'path = tf.train.Checkpoint(kernel=source, steps=[tf.Variable(7)]).write(f"{folder.name}/old")',
    "kernel = tf.Variable([[8.0], [8.0]])\n"
    'path = tf.train.Checkpoint(kernel=tf.Variable([1.0, 2.0])).write(f"{folder.name}/old")',
    "kernel = tf.Variable([1.0, 2.0])\n"
    'path = tf.train.Checkpoint(kernel=kernel, bias=tf.Variable([5.0])).write(f"{folder.name}/old")',
    "kernel = tf.Variable(8.0, trainable=False, dtype=tf.float64)\n"
    'path = tf.train.Checkpoint(bias=tf.Variable(1.0), model=tf.train.Checkpoint(kernel=kernel)).write(f"{folder.name}/old")',
)


def _fits(variable, array):
    return variable.shape == array.shape


def _load(fits=_fits, left=lambda wanted, names: sorted(set(wanted) - names), new=lambda variable, array: array):
    """A way of loading: what is assigned, and what is returned for the names wanted and those loaded."""

    def load_fitting(variables, path):
        loaded = set()
        with np.load(path) as arrays:
            for name, variable in variables.items():
                if name in arrays and fits(variable, arrays[name]):
                    variable.assign(new(variable, arrays[name]))
                    loaded.add(name)
        return left(variables, loaded)

    return load_fitting


def _first_misfit_ends(variables, path):
    left = [*variables]
    with np.load(path) as arrays:
        for name, variable in variables.items():
            if name not in arrays or variable.shape != arrays[name].shape:
                break
            variable.assign(arrays[name])
            left.remove(name)
    return sorted(left)


def _only_misfits_listed(variables, path):
    _load()(variables, path)
    with np.load(path) as arrays:
        return sorted(name for name in variables if name in arrays and not _fits(variables[name], arrays[name]))


def _only_missing_listed(variables, path):
    _load()(variables, path)
    with np.load(path) as arrays:
        return sorted(name for name in variables if name not in arrays)


def _left_in_the_file_too(variables, path):
    left = _load()(variables, path)
    with np.load(path) as arrays:
        return sorted({*left, *(name for name in arrays if name not in variables)})


def _from_the_file(variables, path):
    _load()(variables, path)
    with np.load(path) as arrays:
        return sorted(name for name in arrays if name not in variables or not _fits(variables[name], arrays[name]))


def _repeats(variable, array):
    try:
        return np.broadcast_to(array, variable.shape).shape == variable.shape
    except ValueError:
        return False


def _reshaped(variable, array):
    return np.reshape(array, variable.shape)


NAMES = "What came back are not the names that were left out"
LOAD_FITTING = (
    'variables = {"kernel": tf.Variable([[0.0, 0.0], [0.0, 0.0]]), "bias": tf.Variable([9.0, 9.0])}\n'
    'path = f"{folder.name}/old.npz"\n'
    "np.savez(path, kernel=np.array([[1.0, 2.0], [3.0, 4.0]]), bias=np.array([5.0, 6.0, 7.0]))",
    'variables = {"scale": tf.Variable([1.0, 1.0]), "kernel": tf.Variable([[0.0, 0.0]]), "bias": tf.Variable(0.0)}\n'
    'path = f"{folder.name}/old.npz"\nnp.savez(path, kernel=np.array([[0.1, 0.2]]), scale=np.array([3.0, 4.0]))',
    'variables = {"z": tf.Variable([0.0]), "b": tf.Variable([0.0, 0.0]), "a": tf.Variable([[0.0], [0.0]])}\n'
    'path = f"{folder.name}/old.npz"\nnp.savez(path, a=np.ones((1, 2)), b=np.ones(2), z=np.float32(7))',
    'variables = {"kernel": tf.Variable([[0.0, 0.0], [0.0, 0.0]]), "bias": tf.Variable([0.0, 0.0])}\n'
    'path = f"{folder.name}/old.npz"\nnp.savez(path, kernel=np.array([[0.1, -0.0], [np.nan, np.inf]], "float32"),\n'
    "         bias=np.array([1.0, 2.0]), head=np.ones(5))",
    'variables = {"kernel": tf.Variable([[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]), "steps": tf.Variable([1, 2])}\n'
    'path = f"{folder.name}/old.npz"\nnp.savez(path, kernel=np.ones((1, 3)), steps=np.array([[5, 6]]))',
    'variables = {"kernel": tf.Variable([1.0, 2.0]), "bias": tf.Variable([3.0])}\n'
    'path = f"{folder.name}/old.npz"\nnp.savez(path, tail=np.ones(2))',
    'variables = {"b": tf.Variable([0, 0]), "a": tf.Variable([0.0, 0.0], dtype=tf.float16)}\n'
    'path = f"{folder.name}/old.npz"\nnp.savez(path, a=np.array([0.1, 70_000.0]), b=np.array([5, 6]))',
)


def _grow(table, path):
    old = tf.train.load_variable(path, TABLE)
    rows, columns = np.minimum(old.shape, table.shape)
    table[:rows, :columns].assign(old[:rows, :columns])


def _grown(edit):
    """A way of growing: edit(old array, values of the table) returns the new values."""

    def grow(table, path):
        table.assign(edit(tf.train.load_variable(path, TABLE), table.numpy()))

    return grow


def _both(old, values):
    return np.minimum(old.shape, values.shape)


def _rest_cleared(old, values):
    rows, columns = _both(old, values)
    new = np.zeros_like(values)
    new[:rows, :columns] = old[:rows, :columns]
    return new


def _at_the_end(old, values):
    rows, columns = _both(old, values)
    values[-rows:, -columns:] = old[-rows:, -columns:]
    return values


def _end_of_the_old(old, values):
    rows, columns = _both(old, values)
    values[:rows, :columns] = old[-rows:, -columns:]
    return values


def _added(old, values):
    rows, columns = _both(old, values)
    values[:rows, :columns] += old[:rows, :columns]
    return values


def _flat(old, values):
    count = min(old.size, values.size)
    values.flat[:count] = old.flat[:count]
    return values


def _first_row_only(old, values):
    _, columns = _both(old, values)
    values[0, :columns] = old[0, :columns]
    return values


GROW = (
    "table = tf.Variable([[9.0, 9.0, 9.0], [9.0, 9.0, 9.0], [9.0, 9.0, 9.0]])\n"
    "small = tf.Variable([[1.0, 2.0], [3.0, 4.0]])\n"
    'path = tf.train.Checkpoint(table=small).write(f"{folder.name}/small")',
    "table = tf.Variable([[9.0, 9.5], [8.0, 8.5], [7.0, 7.5]])\nsmall = tf.Variable([[0.1, 0.2], [0.3, 0.4]])\n"
    'path = tf.train.Checkpoint(table=small).write(f"{folder.name}/small")',
    "table = tf.Variable([[9.0, 9.5, 7.0], [8.0, 8.5, 6.0]])\n"
    "large = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])\n"
    'path = tf.train.Checkpoint(table=large, step=tf.Variable(7)).write(f"{folder.name}/large")',
    "table = tf.Variable([[9.0]])\nlarge = tf.Variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])\n"
    'path = tf.train.Checkpoint(table=large).write(f"{folder.name}/large")',
    "table = tf.Variable([[9.0, -0.0], [np.nan, 0.1]], dtype=tf.bfloat16)\n"
    "small = tf.Variable([[0.1, np.inf]], dtype=tf.bfloat16)\n"
    'path = tf.train.Checkpoint(table=small, bias=tf.Variable([1.0])).write(f"{folder.name}/small")',
    "table = tf.Variable([[9.0, 8.0], [7.0, 6.0]], trainable=False, dtype=tf.float64)\n"
    "same = tf.Variable([[0.1, 0.2], [0.3, 0.4]], dtype=tf.float64)\n"
    'path = tf.train.Checkpoint(table=same).write(f"{folder.name}/same")',
)

EXERCISES = [
    FillsVariables(
        number="13.1",
        function="warm_start",
        parameters=("kernel", "path"),
        shipped=_shipped_warm_start,
        reference=_warm_start,
        cases=WARM_START,
        mistakes=(
            Mistake(
                "rebound",
                _nothing,
                "`kernel = ...` gives the name to what was read, and the variable stays as it was. Write into it: kernel.assign(...)",
                lambda reading: reading.rebinds_variable,
            ),
            Mistake(
                "new variable",
                _nothing,
                "The values went into a new variable. Give the checkpoint the variable that came as an argument: tf.train.Checkpoint(kernel=kernel)",
                lambda reading: reading.uses("Variable", "deepcopy", "identity"),
            ),
            Mistake(
                "attribute",
                _shipped_warm_start,
                "The file holds a `kernel`, and you ask it for another attribute. What stands before the = is looked up in the file: tf.train.Checkpoint(kernel=kernel)",
                lambda reading: reading.uses("Checkpoint"),
            ),
            *(
                Mistake(
                    "error swallowed",
                    gives,
                    "The file has no `kernel`, or one of another shape, and the caller hears nothing of it. Leave out `except`: the error is the message.",
                    lambda reading: reading.uses("assert_existing_objects_matched", "assert_nontrivial_match"),
                )
                for gives in (_swallows, _silent)
            ),
            Mistake(
                "silent",
                _silent,
                "This file has no `kernel`: nothing was restored, and the caller hears nothing of it. Ask the status that read returns: assert_existing_objects_matched()",
            ),
            Mistake(
                "silent",
                _swallows,
                "This file has no `kernel`: nothing was restored, and the caller hears nothing of it. Ask the status that read returns: assert_existing_objects_matched()",
            ),
        ),
        messages=(
            Message(
                r"'save_counter:0'",
                "restore for read",
                "restore belongs to save, which counts: it also asks for a save_counter, and this file was made by write. For that, there is read.",
            ),
            Message(
                r"Unresolved object in checkpoint",
                "too strict",
                "assert_consumed wants each value of the file to have found a variable, and this file holds more than the kernel, as it may. Ask for less: assert_existing_objects_matched()",
            ),
            Message(
                r"not bound to checkpointed values",
                "attribute",
                "The file holds a `kernel`, and you ask it for another attribute. What stands before the = is looked up in the file: tf.train.Checkpoint(kernel=kernel)",
            ),
            Message(
                r"trackable object",
                "not a variable",
                "A checkpoint takes variables, and what keeps track of some; an array has nothing to be restored into. Give it kernel itself.",
            ),
            Message(
                r"truth value of an array",
                "how it is called",
                "The variable comes by the name of its attribute: tf.train.Checkpoint(kernel=kernel)",
                lambda reading: reading.uses("Checkpoint"),
            ),
            Message(
                r"^AssertionError",
                "raised too often",
                "The file has a `kernel` here. Its key is kernel/.ATTRIBUTES/VARIABLE_VALUE, and it may hold the values that are there already. The status knows whether it was restored: assert_existing_objects_matched()",
            ),
            Message(
                r"Key (\S+) not found in checkpoint|(\S+) not found in checkpoint",
                "another error",
                "load_variable and get_tensor want the whole key, such as kernel/.ATTRIBUTES/VARIABLE_VALUE, and say NotFoundError where it is missing. AssertionError is what the status raises: assert_existing_objects_matched()",
            ),
            Message(
                r"has no attribute 'assert_\w+'|has no attribute 'expect_partial'",
                "not the status",
                "These are methods of the status, which read and restore return: status = tf.train.Checkpoint(kernel=kernel).read(path)",
            ),
            Message(
                r"unexpected keyword argument|takes from 1 to 2 positional",
                "how it is called",
                "The variable comes by the name of its attribute, the file afterwards: tf.train.Checkpoint(kernel=kernel).read(path)",
            ),
        ),
        hints=(
            "Two things are wrong: the file calls it `kernel`; and nobody asks whether anything was restored.",
            "read returns a status. Of its questions, one is about the variables here, and lets the file hold more.",
            "tf.train.Checkpoint(kernel=...).read(path), and on what comes back .assert_existing_objects_matched()",
        ),
        why="The kernel got its value from the attribute of this name, or the caller got an error; what else the file holds did not matter.",
        practice="A training that starts from a file must fail loudly where the file does not fit: a layer that was renamed starts from random numbers otherwise, and only the loss shows it.",
    ),
    FillsVariables(
        number="13.2",
        function="load_fitting",
        parameters=("variables", "path"),
        reference=_load(),
        returns=True,
        cases=LOAD_FITTING,
        mistakes=(
            Mistake(
                "dict changed",
                _load(new=lambda variable, array: variable),
                "`variables[name] = ...` puts an array into the dict, and the variable stays as it was. Write into it: variables[name].assign(...)",
                lambda reading: not reading.uses("assign"),
            ),
            Mistake(
                "dict changed",
                _load(new=lambda variable, array: variable, left=lambda wanted, loaded: None),
                "`variables[name] = ...` puts an array into the dict, and the variable stays as it was. Write into it, variables[name].assign(...), and return the names that were left out.",
                lambda reading: not reading.uses("assign"),
            ),
            Mistake(
                "dtype compared",
                _load(fits=lambda variable, array: _fits(variable, array) and variable.dtype == array.dtype),
                "An array of the right shape and of another dtype was left out. assign casts an array to the dtype of the variable: compare the shapes alone.",
            ),
            Mistake(
                "nothing returned",
                _load(left=lambda wanted, loaded: None),
                "The variables are right, and nothing came back. Return the sorted list of the names that were left out.",
            ),
            Mistake(
                "loaded names returned",
                _load(left=lambda wanted, loaded: sorted(loaded)),
                f"{NAMES}, they are those that were loaded. Turn it round.",
            ),
            Mistake(
                "not sorted",
                _load(left=lambda wanted, loaded: [name for name in wanted if name not in loaded]),
                "The names are right, in the order of the dict. Sort them: sorted(...)",
            ),
            Mistake(
                "not a list",
                _load(left=lambda wanted, loaded: set(wanted) - loaded),
                "A set came back. sorted(...) makes a list of it.",
            ),
            Mistake(
                "not a list",
                _load(left=lambda wanted, loaded: tuple(sorted(set(wanted) - loaded))),
                "A tuple came back. sorted(...) makes a list.",
            ),
            Mistake(
                "how many",
                _load(left=lambda wanted, loaded: len(wanted) - len(loaded)),
                "A number came back. Return the names themselves.",
            ),
            Mistake(
                "missing names left out",
                _only_misfits_listed,
                f"{NAMES}: one that the file lacks was not loaded either, and belongs to them.",
            ),
            Mistake(
                "misfits left out",
                _only_missing_listed,
                f"{NAMES}: one whose array has another shape was not loaded either, and belongs to them.",
            ),
            Mistake(
                "names of the file",
                _left_in_the_file_too,
                f"{NAMES}: those that only the file has are no variables. Go through variables, not through the file.",
            ),
            Mistake(
                "names of the file",
                _from_the_file,
                f"{NAMES}: you go through the file, which may lack some and have others. Go through variables.",
            ),
            Mistake(
                "stopped early",
                _first_misfit_ends,
                "After the first name that does not fit, the others were not loaded. `continue` goes on where `return` and `break` end.",
            ),
            Mistake(
                "made to fit",
                _load(fits=lambda variable, array: variable.shape.num_elements() == array.size, new=_reshaped),
                "An array of another shape was loaded, since it has as many entries. Compare the shapes.",
            ),
            Mistake(
                "made to fit",
                _load(fits=_repeats, new=lambda variable, array: np.broadcast_to(array, variable.shape)),
                "An array of another shape was loaded, repeated until it fits. Compare the shapes.",
            ),
        ),
        messages=(
            Message(
                r"is not a file in the archive",
                "missing name",
                "The file lacks this name. Ask first: `name in arrays`.",
            ),
            Message(
                r"Shape mismatch",
                "shape",
                "This array has another shape than its variable. Compare the shapes, and assign what fits: it is the others whose names are asked for.",
            ),
            Message(
                r"is not compatible with|cannot reshape array",
                "shape",
                "This array has another shape than its variable. Leave it out, and note its name.",
            ),
            Message(
                r"'str' object has no attribute '(assign|shape|numpy)'",
                "names, not variables",
                "Going through a dict gives its keys. variables.items() gives names and variables: for name, variable in variables.items()",
            ),
            Message(
                r"NpzFile' object has no attribute",
                "not a dict",
                "np.load returns an NpzFile. It has `name in arrays`, arrays[name], and arrays.files, the list of its names.",
            ),
        ),
        hints=(
            "Go through the variables. When does an array of the file fit one, and what of the others?",
            "arrays = np.load(path); `name in arrays`; arrays[name].shape. A list collects the names that do not fit.",
            "for name, variable in variables.items(): if it is there and the shapes are equal, variable.assign(arrays[name]); else its name goes into a list, which is returned sorted.",
        ),
        why="Each variable got its array where name and shape fit, and stayed as it was elsewhere; and the caller knows which.",
        practice="A warm start from another model's weights is this loop. What it returns belongs into the log: an empty list is the only one that nobody must read.",
    ),
    FillsVariables(
        number="13.3",
        function="grow",
        parameters=("table", "path"),
        reference=_grow,
        cases=GROW,
        mistakes=(
            Mistake(
                "copy edited",
                _nothing,
                "Nothing was written: the edit stayed in an array. Assign it: table.assign(...), or write into the slice, table[...].assign(...)",
                lambda reading: reading.uses("numpy", "load_variable", "get_tensor") and not reading.uses("assign"),
            ),
            Mistake(
                "rest cleared",
                _grown(_rest_cleared),
                "The entries that the file does not have became 0. They keep their values: begin with table.numpy(), or write into a slice of table.",
            ),
            Mistake(
                "other corner",
                _grown(_at_the_end),
                "The old values stand in the last rows and columns. They belong in the first ones: table[:rows, :columns]",
            ),
            Mistake(
                "end of the old table",
                _grown(_end_of_the_old),
                "Where the old table is larger, its last rows or columns were taken. Take the first ones: old[:rows, :columns]",
            ),
            Mistake(
                "added",
                _grown(_added),
                "The old values were added to what was there. They replace it: assign.",
            ),
            Mistake(
                "flattened",
                _grown(_flat),
                "The entries were copied one after another, and the rows have different lengths now. Copy by rows and columns: table[:rows, :columns]",
            ),
            Mistake(
                "repeated",
                _grown(lambda old, values: np.resize(old, values.shape)),
                "np.resize repeats the old entries until all places are full. Only what both tables have is replaced.",
            ),
            Mistake(
                "first row only",
                _grown(_first_row_only),
                "Only the first row was copied. Copy every row that both have.",
            ),
        ),
        messages=(
            Message(
                r"Received incompatible tensor with shape",
                "restored as a whole",
                "A checkpoint restores a variable of the same shape, or refuses. Read the array itself, and copy what fits: tf.train.load_variable(path, key)",
            ),
            Message(
                r"trackable object",
                "not a variable",
                "A checkpoint takes variables, and a slice of one is a tensor. Read the array itself: tf.train.load_variable(path, key)",
            ),
            Message(
                r"No such file or directory",
                "not NumPy's file",
                "The path is that of a checkpoint, which NumPy cannot read: tf.train.load_variable(path, key)",
            ),
            Message(
                r"CheckpointReader' object",
                "a reader",
                "tf.train.load_checkpoint gives a reader: reader.get_tensor(key). tf.train.load_variable(path, key) gives the array at once.",
            ),
            Message(
                r"not found in checkpoint",
                "key",
                'The key is the attribute and an ending: "table/.ATTRIBUTES/VARIABLE_VALUE". tf.train.list_variables(path) shows them.',
            ),
            Message(
                r"Shape mismatch",
                "shape",
                "Assigning to the whole table takes exactly its shape. Write into the part that both have: table[:rows, :columns].assign(...)",
            ),
            Message(
                r"Cannot broadcast input shape|could not broadcast input array",
                "shape",
                "What is copied and the slice that takes it have different shapes. Cut both alike: rows and columns are the smaller of the two lengths.",
            ),
            Message(
                r"index can't contain negative values",
                "shape",
                "The old table may be larger than the new one, and np.pad cannot cut. Take the smaller of the two lengths, and slices.",
            ),
        ),
        hints=(
            "read would refuse the shape. The array can be read without a variable; which part of it has a place?",
            "tf.train.load_variable(path, key) gives an array. Of rows and columns, both have the smaller of the two numbers.",
            "rows, columns = np.minimum(old.shape, table.shape); then table[:rows, :columns].assign(...)",
        ),
        why="What both tables have came from the file, bit for bit; what only the new one has stayed as it was.",
        practice="A vocabulary that grew, a classifier with one class more. The slots of its optimizer have the old shape, too: begin a new optimizer.",
    ),
]
