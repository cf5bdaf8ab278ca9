"""Checks of lesson 08, slices and scatter."""

import numpy as np
from hypothesis import strategies as st

from assignlab.exercises import InPlace, Message, Mistake, arrays, irregular

LESSON_DONE = "Lesson 8 is done. You can write anywhere in a variable now, and leave the rest in peace."

# What the three have in common --------------------------------------------------------------------------------------

OF_PLACES = (
    Message(
        r"Dimensions \[0,1\) of indices\[shape=(\[[\d,]*\])\].* of updates\[shape=(\[[\d,]*\])\]",
        "places and values do not fit",
        "The places have the shape {1}, what is written there {2}: they must begin alike, with one place for each value or row. Places stand in a list of lists, [[row], ...] or [[row, column], ...].",
    ),
    Message(
        r"of input\[shape=(\[[\d,]*\])\] must match .* of updates\[shape=(\[[\d,]*\])\]",
        "places and values do not fit",
        "A place with one number is a row of {v}, and takes the whole row; one with two numbers is an entry, and takes one number. What is written here has the shape {2}, and {v} the shape {1}.",
    ),
    Message(
        r"Must have updates\.shape = indices\.shape",
        "places and values do not fit",
        "An IndexedSlices has values of the shape (k, d), one row for each index, and a flat list of k indices.",
    ),
    Message(
        r"Argument `sparse_delta` must be",
        "no IndexedSlices",
        "scatter_update, scatter_add and their kin take a tf.IndexedSlices(rows, indices). scatter_nd_update, scatter_nd_add and their kin take places and values: scatter_nd_add([[row], ...], rows).",
    ),
    Message(
        r"attr 'Tindices'",
        "places are whole numbers",
        "Places must be int32 or int64, and an empty list counts as float. Make an array of them: np.array(..., dtype=int)",
    ),
    Message(
        r"Only integers, slices",
        "array as an index",
        "Between its brackets a variable takes numbers and slices, and no array. Let NumPy take the array, on a copy, or use {v}.scatter_nd_update(places, values).",
    ),
    Message(
        r"'ResourceVariable' object is not subscriptable|object has no attribute 'at'",
        "no at",
        "A variable has no .at. np.add.at takes an array: the copy, {v}.numpy(), which you then assign.",
    ),
    Message(
        r"EagerTensor' object has no attribute 'assign",
        "brackets twice",
        "Only what is cut from the variable itself has assign, and no second pair of brackets may follow: {v}[a:b, c:d].assign(...). (assign_add it never has.)",
        lambda reading: not reading.rebinds_variable,
    ),
)


# 8.1 ----------------------------------------------------------------------------------------------------------------


def _window(values, patch, row, column):
    """The part of an array that a patch covers, and the part of the patch that is inside."""
    part = values[row : row + patch.shape[0], column : column + patch.shape[1]]
    return part, patch[: part.shape[0], : part.shape[1]]


def _pasted(values, patch, row, column, write=None):
    """The values with the patch in them; write(part, inside) is how it gets there."""
    after = values.copy()
    part, inside = _window(after, patch, int(row), int(column))
    part[...] = inside if write is None else write(part, inside)
    return after


def _whole_or_not(values, patch, row, column):
    _part, inside = _window(values, patch, int(row), int(column))
    return _pasted(values, patch, row, column) if inside.shape == patch.shape else values


def _last_of_patch(values, patch, row, column):
    after = values.copy()
    part, _ = _window(after, patch, int(row), int(column))
    part[...] = patch[patch.shape[0] - part.shape[0] :, patch.shape[1] - part.shape[1] :]
    return after


def _moved_inwards(values, patch, row, column):
    lengths = zip(values.shape, patch.shape, (row, column), strict=True)
    return _pasted(values, patch, *(max(0, min(at, length - size)) for length, size, at in lengths))


def _wrapped(values, patch, row, column):
    after = values.copy()
    for (i, j), x in np.ndenumerate(patch):
        after[(row + i) % values.shape[0], (column + j) % values.shape[1]] = x
    return after


def _paste_cases():
    yield np.arange(12).reshape(3, 4), np.array([[20, 30], [40, 50], [60, 70]], "float32"), 1, 2  # a row sticks out
    yield irregular(81, 4, 5), irregular(82, 2, 2), 0, 0
    yield irregular(83, 4, 5), irregular(84, 3, 2), 2, 1
    yield irregular(85, 2, 3), irregular(86, 4, 5), 0, 1
    yield irregular(87, 3, 3), irregular(88, 2, 2), 2, 2
    yield irregular(89, 5, 1), irregular(90, 1, 1), 4, 0
    yield irregular(91, 5, 4), irregular(92, 2, 4), 2, 0


LENGTHS = st.integers(1, 5)
PASTE = st.tuples(LENGTHS, LENGTHS, LENGTHS, LENGTHS).flatmap(
    lambda n: st.tuples(
        arrays(n[:2]), arrays(n[2:]).map(np.float32), st.integers(0, n[0] - 1), st.integers(0, n[1] - 1)
    )
)


# 8.2 ----------------------------------------------------------------------------------------------------------------


def _set(values, columns, written, write=None):
    """The values with written[i] in row i at columns[i], counted from the end where it is negative."""
    after = values.copy()
    for i, (column, x) in enumerate(zip(np.asarray(columns).astype(int), written, strict=True)):
        at = (i, column % values.shape[1])
        after[at] = x if write is None else write(after[at], x)
    return after


def _passed_over(values, columns, written):
    after = values.copy()
    for i, (column, x) in enumerate(zip(columns, written, strict=True)):
        if column >= 0:
            after[i, int(column)] = x
    return after


def _flat(values, columns, written):
    """Row i and column i change roles."""
    after = values.copy()
    after[np.asarray(columns).astype(int), np.arange(len(written))] = written
    return after


def _whole_columns(values, columns, written):
    after = values.copy()
    for column, x in zip(columns, written, strict=True):
        after[:, int(column)] = x
    return after


def _block(values, columns, written):
    after = values.copy()
    after[:, np.asarray(columns).astype(int)] = written
    return after


def _set_cases():
    yield np.arange(12).reshape(3, 4), np.array([1, -1, 0]), np.array([50, 60, 70], "float32")
    yield irregular(93, 4, 3), np.array([2, 0, 0, 1]), irregular(94, 4)
    yield irregular(95, 2, 5), np.array([-5, 4]), irregular(96, 2)
    yield irregular(97, 5, 5), np.array([0, -1, 2, -3, 4]), irregular(98, 5)
    yield irregular(99, 1, 1), np.array([-1]), irregular(100, 1)
    yield irregular(101, 3, 2), np.array([-2, -1, -2], "int32"), irregular(102, 3)


SET = st.tuples(LENGTHS, LENGTHS).flatmap(
    lambda n: st.tuples(
        arrays(n),
        st.lists(st.integers(-n[1], n[1] - 1), min_size=n[0], max_size=n[0]).map(np.array),
        arrays(n[0]).map(np.float32),
    )
)


# 8.3 ----------------------------------------------------------------------------------------------------------------


def _added(values, ids, vectors, keep=lambda ids: ids >= 0, name=lambda ids: ids):
    """Vectors added to the rows that name(ids) gives, where keep(ids); a negative name counts from the end."""
    after, ids = values.copy(), np.asarray(ids).astype(int)
    for i, vector in zip(name(ids)[keep(ids)], vectors[keep(ids)], strict=True):
        after[i] += vector
    return after


def _everywhere(ids):
    return np.ones(len(ids), bool)


def _once(values, ids, vectors, last=True, keep=lambda ids: ids >= 0):
    """Of the vectors for one row, only the last or the first is added."""
    after, taken = values.copy(), {}
    for i, vector in zip(ids[keep(ids)], vectors[keep(ids)], strict=True):
        if last or i not in taken:
            taken[i] = vector
    for i, vector in taken.items():
        after[i] = values[i] + vector
    return after


def _replaced(values, ids, vectors, keep=lambda ids: ids >= 0):
    after = values.copy()
    for i, vector in zip(ids[keep(ids)], vectors[keep(ids)], strict=True):
        after[i] = vector
    return after


def _averaged(values, ids, vectors):
    after = values.copy()
    for i in np.unique(ids[ids >= 0]):
        after[i] += vectors[ids == i].mean(axis=0)
    return after


def _summed(values, ids, vectors):
    """Each row holds the sum of its vectors, and the old values are gone there."""
    after = values.copy()
    for i in np.unique(ids[ids >= 0]):
        after[i] = vectors[ids == i].sum(axis=0)
    return after


def _misaligned(values, ids, vectors):
    """The padding is taken out of the ids, and not out of the vectors."""
    after, kept = values.copy(), ids[ids >= 0]
    for i, vector in zip(kept, vectors[: len(kept)], strict=True):
        after[i] += vector
    return after


def _first_alone(values, ids, vectors):
    after, kept = values.copy(), ids >= 0
    if kept.any():
        after[ids[kept][0]] += vectors[kept][0]
    return after


def _add_cases():
    yield (
        np.arange(8).reshape(4, 2),
        np.array([2, -1, 0, 2]),
        np.array([[10, 20], [30, 40], [50, 60], [70, 90]], "float32"),
    )
    yield irregular(103, 3, 3), np.array([1, 1, 1, 0]), irregular(104, 4, 3)
    yield irregular(105, 5, 1), np.array([-1, 4, -7, 4, 0, -1]), irregular(106, 6, 1)
    yield irregular(107, 2, 4), np.array([-1, -2]), irregular(108, 2, 4)
    yield irregular(109, 1, 2), np.array([0, 0], "int32"), irregular(110, 2, 2)
    yield irregular(111, 3, 2), np.array([], int), np.zeros((0, 2))


ADD = st.tuples(LENGTHS, st.integers(1, 3), LENGTHS).flatmap(
    lambda n: st.tuples(
        arrays(n[:2]),
        st.lists(st.integers(-2, n[0] - 1), min_size=n[2], max_size=n[2]).map(np.array),
        arrays((n[2], n[1])).map(np.float32),
    )
)


EXERCISES = [
    InPlace(
        number="8.1",
        function="paste",
        parameters=("v", "patch", "row", "column"),
        reference=_pasted,
        cases=_paste_cases,
        family=PASTE,
        mistakes=(
            Mistake(
                "corner swapped",
                lambda v, patch, row, column: _pasted(v, patch, column, row),
                "row and column changed places. The first index of v counts rows.",
            ),
            Mistake(
                "the patch's other end",
                _last_of_patch,
                "What sticks out is the patch's right or lower part, and what was dropped is its left or upper one. Keep its beginning: patch[:height, :width].",
            ),
            Mistake(
                "only if it fits",
                _whole_or_not,
                "Where the patch sticks out, nothing was written. What lies inside is to be written, and only the rest dropped.",
            ),
            Mistake(
                "moved inwards",
                _moved_inwards,
                "The patch was moved until it fits. Its corner must lie at (row, column), and what sticks out is dropped.",
            ),
            Mistake(
                "wrapped round",
                _wrapped,
                "What sticks out came in again on the other side. It is to be dropped.",
            ),
            Mistake(
                "added",
                lambda v, patch, row, column: _pasted(v, patch, row, column, lambda part, inside: part + inside),
                "The patch was added to what was there. It replaces it.",
            ),
            Mistake(
                "one number",
                lambda v, patch, row, column: _pasted(v, patch, row, column, lambda part, inside: patch[0, 0]),
                "The whole window holds the patch's first number, which a slice repeats. Give it as much of the patch as is inside.",
            ),
            Mistake(
                "one row repeated",
                lambda v, patch, row, column: _pasted(v, patch, row, column, lambda part, inside: inside[0]),
                "Every row of the window is the patch's first row: a slice repeats a single row. Give it all rows that are inside.",
            ),
            Mistake(
                "one column repeated",
                lambda v, patch, row, column: _pasted(v, patch, row, column, lambda part, inside: inside[:, :1]),
                "Every column of the window is the patch's first column: a slice repeats it. Give it all columns that are inside.",
            ),
            Mistake(
                "counted from 1",
                lambda v, patch, row, column: _pasted(v, patch, row - 1, column - 1),
                "The patch lies one row too high and one column too far left. row and column count from 0, as indices do.",
            ),
            Mistake(
                "one too far",
                lambda v, patch, row, column: _pasted(v, patch, row + 1, column + 1),
                "The patch lies one row too low and one column too far right. Its corner belongs at (row, column) itself.",
            ),
            Mistake(
                "corner at the origin",
                lambda v, patch, row, column: _pasted(v, patch, 0, 0),
                "The patch lies in the corner of v. Begin the slices at row and column.",
            ),
            Mistake(
                "rest emptied",
                lambda v, patch, row, column: _pasted(v * 0, patch, row, column),
                "Outside the patch everything became 0. Write into the slice alone, or into a copy of v's values.",
            ),
            Mistake(
                "first row only",
                lambda v, patch, row, column: _pasted(v, patch[:1], row, column),
                "Only the first row of the patch was written. The window is as high as the patch.",
            ),
            Mistake(
                "one row short",
                lambda v, patch, row, column: _pasted(v, patch[:-1, :-1], row, column),
                "The last row and the last column of the patch are missing. A slice ends before its second number: row + height, without - 1.",
            ),
        ),
        messages=(
            Message(
                r"Cannot broadcast input shape \[([\d,]*)\] into final shape \[([\d,]*)\]",
                "the patch sticks out",
                "The slice has the shape [{2}], since it ends at the edge of v, and the patch [{1}]. Cut the patch to the slice's shape, part.shape.",
            ),
            Message(
                r"could not broadcast input array from shape (\([\d, ]*\)) into shape (\([\d, ]*\))",
                "the patch sticks out",
                "The slice has the shape {2}, since it ends at the edge, and the patch {1}. Cut the patch to the slice's shape, part.shape.",
            ),
            Message(
                r"is out of bounds for axis|does not index into shape|slice index .* out of bounds",
                "the patch sticks out",
                "An entry of the patch would lie outside v. A slice ends at the edge by itself; a loop must stop there.",
            ),
            *OF_PLACES,
        ),
        hints=(
            "A slice that reaches over the edge is cut off there. How large is it then, and which part of the patch is as large?",
            "part = v[row : row + height, column : column + width] has a shape, and assign.",
            "height, width = patch.shape; then part.assign(patch[: part.shape[0], : part.shape[1]])",
        ),
        why="A slice ends at the edge, its shape says how much of the patch is inside, and that part went into it.",
        practice="Sprites into a canvas, a small kernel into a larger one, tiles into a map: each asks what happens at the edge.",
    ),
    InPlace(
        number="8.2",
        function="set_one_per_row",
        parameters=("v", "columns", "values"),
        reference=_set,
        cases=_set_cases,
        family=SET,
        mistakes=(
            Mistake(
                "rows and columns swapped",
                _flat,
                "Row and column changed places: place i is (columns[i], i), and it must be (i, columns[i]).",
            ),
            Mistake(
                "whole columns",
                _whole_columns,
                "Whole columns were overwritten. Each number belongs into one entry: row i, column columns[i].",
            ),
            Mistake(
                "whole columns",
                _block,
                "v[:, columns] are whole columns, all rows of them. Name the row of each entry as well: np.arange(n) beside columns.",
            ),
            Mistake(
                "whole rows",
                lambda v, columns, values: np.broadcast_to(values[:, None], v.shape),
                "Whole rows were overwritten. Name the column of each entry as well.",
            ),
            Mistake(
                "negative passed over",
                _passed_over,
                "Negative columns were passed over. They count from the end: column % m says where that is.",
            ),
            Mistake(
                "sign dropped",
                lambda v, columns, values: _set(v, np.abs(columns) % v.shape[1], values),
                "The sign of negative columns was dropped: -1 became 1. It means the last column: column % m says where that is.",
            ),
            Mistake(
                "negative made 0",
                lambda v, columns, values: _set(v, np.maximum(columns, 0), values),
                "Negative columns became column 0. They count from the end: column % m says where that is.",
            ),
            Mistake(
                "end counted from -2",
                lambda v, columns, values: _set(v, np.where(columns < 0, columns - 1, columns), values),
                "-1 is the last column, and here it became the one before: add m to a negative column, and nothing more.",
            ),
            Mistake(
                "added",
                lambda v, columns, values: _set(v, columns, values, lambda old, x: old + x),
                "The numbers were added to what was there. They replace it: scatter_nd_update.",
            ),
            Mistake(
                "first value everywhere",
                lambda v, columns, values: _set(v, columns, values * 0 + values[0]),
                "Every row got the first number. Row i gets values[i].",
            ),
            Mistake(
                "rest emptied",
                lambda v, columns, values: _set(v * 0, columns, values),
                "The other entries became 0. They must stay as they are.",
            ),
            Mistake(
                "counted from 1",
                lambda v, columns, values: _set(v, columns - 1, values),
                "Every number lies one column too far left. Columns count from 0.",
            ),
            Mistake(
                "one row only",
                lambda v, columns, values: np.concatenate([_set(v[:1], columns[:1], values[:1]), v[1:]]),
                "Only the first row was written. Each place needs a list of its own: [[0, c], [1, d], ...].",
            ),
            Mistake(
                "a larger entry kept",
                lambda v, columns, values: _set(v, columns, values, max),
                "Where the old entry was larger, it stayed. The new number replaces it: scatter_nd_update.",
            ),
        ),
        messages=(
            Message(
                r"does not index into shape",
                "negative columns",
                "A scatter knows no negative index: -1 is outside for it. columns % v.shape[1] counts them from the start.",
            ),
            Message(
                r"index .* is out of bounds for axis 0",
                "rows and columns swapped",
                "The first index counts rows, and a column stands in its place: the entry is [i, columns[i]].",
            ),
            *OF_PLACES,
        ),
        hints=(
            "A place is a row and a column. Which rows are there, and where does a negative column lie, counted from the start?",
            "np.stack([np.arange(n), columns % m], axis=1) has one place in each line, and scatter_nd_update takes it.",
            "n, m = v.shape; places = np.stack([...], axis=1); v.scatter_nd_update(places, values)",
        ),
        why="Each place named its row and its column, counted from the start, and one number went to each.",
        practice="The entry of the right class in each row of a table of scores, the action taken in each state of a Q-table: one place a row.",
    ),
    InPlace(
        number="8.3",
        function="add_to_rows",
        parameters=("table", "ids", "vectors"),
        reference=_added,
        cases=_add_cases,
        family=ADD,
        rounding=8.0,
        mistakes=(
            Mistake(
                "added once",
                _once,
                "Where an id comes twice, only its last vector was added: values[ids] += ... reads all rows first, then writes, and the last one stays. scatter_nd_add and np.add.at add each.",
            ),
            Mistake(
                "added once, padding to the last rows",
                lambda table, ids, vectors: _once(table, ids, vectors, keep=_everywhere),
                "Two things: where an id comes twice, only its last vector was added (scatter_nd_add and np.add.at add each); and -1, the padding, is the last row for NumPy. Leave it out: ids >= 0.",
            ),
            Mistake(
                "added once",
                lambda table, ids, vectors: _once(table, ids, vectors, last=False),
                "Where an id comes twice, only its first vector was added. Add each.",
            ),
            Mistake(
                "padding to the last rows",
                lambda table, ids, vectors: _added(table, ids, vectors, _everywhere),
                "The padding was added to the end of the table: for NumPy, -1 is the last row. Leave it out: ids >= 0.",
            ),
            Mistake(
                "row 0 left out",
                lambda table, ids, vectors: _added(table, ids, vectors, lambda ids: ids > 0),
                "Row 0 got nothing: 0 is an id like the others. Only what is negative is padding: ids >= 0.",
            ),
            Mistake(
                "padding to row 0",
                lambda table, ids, vectors: _added(table, ids, vectors, _everywhere, lambda ids: np.maximum(ids, 0)),
                "The padding was added to row 0. Leave its vectors out as well: vectors[ids >= 0].",
            ),
            Mistake(
                "padding to other rows",
                lambda table, ids, vectors: _added(
                    table, ids, vectors, _everywhere, lambda ids: np.abs(ids) % len(table)
                ),
                "The padding lost its sign and was added to a row. Leave it out: ids >= 0.",
            ),
            Mistake(
                "vectors not left out",
                _misaligned,
                "The padding was taken out of the ids and left in the vectors, so that they no longer belong together. One mask for both: ids[keep], vectors[keep].",
            ),
            Mistake(
                "replaced",
                _replaced,
                "The vectors replaced the rows. Add them: scatter_nd_add.",
            ),
            Mistake(
                "replaced",
                lambda table, ids, vectors: _replaced(table, ids, vectors, _everywhere),
                "The vectors replaced the rows, and the padding, -1, the last one. Add them, and leave the padding out.",
            ),
            Mistake(
                "old values gone",
                _summed,
                "The rows hold the sums of their vectors, and the old values are gone. Add the sums to them.",
            ),
            Mistake(
                "averaged",
                _averaged,
                "Of several vectors for one row, the mean was added. Each counts: add their sum.",
            ),
            Mistake(
                "subtracted",
                lambda table, ids, vectors: _added(table, ids, -vectors),
                "The vectors were subtracted. Add them.",
            ),
            Mistake(
                "added twice",
                lambda table, ids, vectors: _added(table, ids, 2 * vectors),
                "Every vector was added twice. Once is enough.",
            ),
            Mistake(
                "one row only",
                _first_alone,
                "Only the first vector was added: of a flat list of places, eager mode takes the first alone, without a word. Give each place brackets of its own: ids[:, None].",
            ),
            Mistake(
                "added to every row",
                lambda table, ids, vectors: table + vectors[ids >= 0].sum(axis=0),
                "Every row got all vectors. Row ids[i] gets vectors[i].",
            ),
        ),
        messages=(
            Message(
                r"does not index into shape|is not in \[0",
                "padding",
                "A scatter knows no negative index, and padding has one. Leave it out, of both: keep = ids >= 0, then ids[keep] and vectors[keep].",
            ),
            *OF_PLACES,
            Message(
                r"be broadcast|Incompatible shapes|cannot assign \d+ input values",
                "vectors not left out",
                "There are more vectors than ids, or fewer: the padding must be left out of both. One mask: ids[keep], vectors[keep].",
            ),
        ),
        hints=(
            "Two traps: an id that comes twice, and padding, which names no row. Which scatter adds each time?",
            "keep = ids >= 0 picks from both, ids[keep] and vectors[keep]. scatter_nd_add wants each row's number in a list of its own.",
            "table.scatter_nd_add(ids[keep][:, None], vectors[keep])",
        ),
        why="Every vector was added to its row, also where a row came twice, and the padding went nowhere.",
        practice="This is how the gradient of an embedding arrives: one vector for each token of the batch, added where they belong.",
    ),
]
