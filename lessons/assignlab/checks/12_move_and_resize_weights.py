"""Checks of lesson 12, move and resize weights."""

import numpy as np
from hypothesis import strategies as st

from assignlab.exercises import InPlace, InTraining, Message, Mistake, Training, arrays, irregular

LESSON_DONE = "Lesson 12 is done. Weights may move, stretch and line up in one row: the outputs say that they arrived."

# 12.1 ---------------------------------------------------------------------------------------------------------------


GRU = """\
zeros = {{"kernel_initializer": "zeros", "recurrent_initializer": "zeros"}}
layer = keras.layers.GRU({units}, return_sequences=True, dtype="float32", name="gru", **zeros)
layer.build((None, None, {inputs}))
cell, x = layer.cell, np.linspace(-1, 1, {numbers}).reshape(2, 2, {inputs})
kernel, recurrent_kernel, bias = cell.kernel, cell.recurrent_kernel, cell.bias
{arrays}
outputs = layer(x).numpy()"""
STEPS = """\
outputs = layer(x).numpy()
kernel, recurrent_kernel, bias = cell.kernel, cell.recurrent_kernel, cell.bias"""


def _gru_case(units, inputs, seed):
    """A Keras layer, and four arrays as PyTorch's GRU has them."""
    shapes = {
        "weight_ih": (3 * units, inputs),
        "weight_hh": (3 * units, units),
        "bias_ih": (3 * units,),
        "bias_hh": (3 * units,),
    }
    given = [
        f"{name} = np.array({(irregular(seed + i, *shape) / 2).round(2).tolist()})"
        for i, (name, shape) in enumerate(shapes.items())
    ]
    return Training(GRU.format(units=units, inputs=inputs, numbers=4 * inputs, arrays="\n".join(given)), STEPS)


# Small for the example; in the third, units and inputs are alike, and each matrix fits the other's place
GRUS = (_gru_case(1, 2, 1210), _gru_case(2, 3, 1220), _gru_case(2, 2, 1230), _gru_case(4, 1, 1240))


def _ordered(array, order):
    """The three gates of an array of PyTorch's, in another order."""
    return np.concatenate([np.split(array, 3)[i] for i in order])


def _gru(order=(1, 0, 2), of_biases=None, way=np.transpose, biases=lambda ih, hh: np.stack([ih, hh]), turned=False):
    """A way to store PyTorch's GRU in a layer; with the defaults, the right one."""

    def store(layer, weight_ih, weight_hh, bias_ih, bias_hh):
        if turned and weight_ih.shape == weight_hh.shape:  # elsewhere it raises
            weight_ih, weight_hh = weight_hh, weight_ih
        matrices = [way(_ordered(weight, order)) for weight in (weight_ih, weight_hh)]
        pair = [_ordered(bias, of_biases or order) for bias in (bias_ih, bias_hh)]
        layer.set_weights([*matrices, biases(*pair)])

    return store


def _reshaped(weight):
    return weight.reshape(weight.shape[::-1])


ORDER = "PyTorch keeps a GRU's gates in the order r, z, n (reset, update, new), Keras in the order z, r, n."
WRONG_ORDER = f"{ORDER} Here they arrived in another one."
BOTH_BIASES = "Keras keeps both biases of a GRU, since one of them is multiplied by the reset gate: row 0 of the third array is bias_ih, row 1 is bias_hh."

# 12.2 ---------------------------------------------------------------------------------------------------------------

BACK = "a, b, c = variables"


def _restoring(a, b, c, *numbers):
    """Three variables, made by these lines, and a vector."""
    made = f"a, b, c = tf.Variable({a}), tf.Variable({b}), tf.Variable({c})"
    return Training(f"{made}\nvariables, vector = [a, b, c], np.array([{', '.join(map(str, numbers))}])", BACK)


SQUARE = "[[1.0, 2.0], [3.0, 4.0]]", "[5.0, 6.0]", "7.0"
RESTORED = (
    _restoring(*SQUARE, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0),
    _restoring("[5.0, 6.0, 7.0]", "8.0", "[[[1.0, 2.0]], [[4.0, 5.0]]]", 0.1, -0.2, 0.3, -0.4, 0.5, -0.6, 0.7, -0.8),
    _restoring("[[1.0], [2.0], [3.0]], dtype=tf.float64", "tf.zeros((0, 3))", "[[4.0, 5.0]]", 0.1, 0.2, 0.3, 2.0, 1.0),
    _restoring(*SQUARE, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0),
    _restoring(*SQUARE, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0),
    _restoring("[1.0, 2.0]", "[3.0, 4.0]", "[5.0, 6.0]", 10.0, 20.0),
    _restoring("1.0", "2.0", "3.0", 4.0, 5.0, 6.0, 7.0),
)


def _parts(variables, vector):
    """The vector cut where each variable ends, so far as it goes."""
    ends = np.cumsum([int(np.prod(v.shape)) for v in variables])
    return np.split(vector, ends[:-1])


def _restore(variables, vector):
    if vector.size != sum(int(np.prod(v.shape)) for v in variables):
        raise ValueError("the vector has another length")
    for v, part in zip(variables, _parts(variables, vector), strict=True):
        v.assign(part.reshape(v.shape))


def _one_by_one(variables, vector):
    for v, part in zip(variables, _parts(variables, vector), strict=True):
        v.assign(part.reshape(v.shape))


def _checked_at_the_end(variables, vector):
    start = 0
    for v in variables:
        size = int(np.prod(v.shape))
        v.assign(vector[start : start + size].reshape(v.shape))
        start += size
    if start != vector.size:
        raise ValueError("the vector has another length")


def _cut_off(variables, vector):
    start = 0
    for v in variables:
        size = int(np.prod(v.shape))
        v.assign(vector[start : start + size].reshape(v.shape))
        start += size


def _too_long_taken(variables, vector):
    if vector.size >= sum(int(np.prod(v.shape)) for v in variables):
        _cut_off(variables, vector)
    else:
        raise ValueError("the vector is too short")


def _silent(variables, vector):
    if vector.size == sum(int(np.prod(v.shape)) for v in variables):
        _one_by_one(variables, vector)


def _of_the_checked(change):
    """A wrong way to restore a vector of the right length: change(variables, vector) gives what is written."""

    def restore(variables, vector):
        if vector.size != sum(int(np.prod(v.shape)) for v in variables):
            raise ValueError("the vector has another length")
        for v, part in zip(variables, change(variables, vector), strict=True):
            v.assign(part)

    return restore


def _down_the_columns(variables, vector):
    return [p.reshape(tuple(v.shape), order="F") for v, p in zip(variables, _parts(variables, vector), strict=True)]


def _always_the_beginning(variables, vector):
    return [vector[: int(np.prod(v.shape))].reshape(v.shape) for v in variables]


def _from_the_end(variables, vector):
    turned = _parts(variables[::-1], vector)[::-1]
    return [part.reshape(v.shape) for v, part in zip(variables, turned, strict=True)]


def _vector_reversed(variables, vector):
    return [p.reshape(v.shape) for v, p in zip(variables, _parts(variables, vector[::-1]), strict=True)]


def _through_float32(variables, vector):
    return [p.astype("float32").reshape(v.shape) for v, p in zip(variables, _parts(variables, vector), strict=True)]


def _first_number(variables, vector):
    return [
        np.full(v.shape, p.ravel()[0] if p.size else 0.0)
        for v, p in zip(variables, _parts(variables, vector), strict=True)
    ]


def _added(variables, vector):
    return [v.numpy() + p.reshape(v.shape) for v, p in zip(variables, _parts(variables, vector), strict=True)]


def _only_the_first(variables, vector):
    if vector.size != sum(int(np.prod(v.shape)) for v in variables):
        raise ValueError("the vector has another length")
    variables[0].assign(_parts(variables, vector)[0].reshape(variables[0].shape))


def _nothing(variables, vector):
    pass


TOO_LATE = "Some variables were written before the length was found out to be wrong, and half of the weights are new. Compare the lengths first: vector.size, and the sum of the variables' sizes."

# 12.3 ---------------------------------------------------------------------------------------------------------------


def _grow_cases():
    yield (
        [[0.5, 0.25], [-0.5, 1.0], [0.25, -1.0], [-0.75, 0.5], [1.0, -0.25]],
        np.array([[1.0, -2.0], [3.0, 6.0], [5.0, 2.0]], "float32"),
    )
    yield irregular(1231, 5, 3), irregular(1232, 2, 3).astype("float32")
    yield irregular(1233, 3, 4), irregular(1234, 3, 4).astype("float32")  # no new row
    yield irregular(1235, 6, 1), irregular(1236, 1, 1).astype("float32")
    yield irregular(1237, 5, 2), irregular(1238, 4, 2)


def _grown(new_rows):
    """The old rows, then new_rows(table, old), which has to fit below them."""

    def grow(table, old):
        rows = len(table) - len(old)
        return np.concatenate([old, np.broadcast_to(new_rows(table, old), (rows, table.shape[1]))])

    return grow


def _old_at_the_end(table, old):
    rows = len(table) - len(old)
    return np.concatenate([np.broadcast_to(old.mean(axis=0), (rows, table.shape[1])), old])


EXERCISES = [
    InTraining(
        number="12.1",
        function="store_gru",
        parameters=("layer", "weight_ih", "weight_hh", "bias_ih", "bias_hh"),
        reference=_gru(),
        cases=GRUS,
        watched=("outputs",),
        each="call",
        mistakes=(
            Mistake(
                "gates not reordered",
                _gru(order=(0, 1, 2)),
                f"{ORDER} They arrived as they came. "
                + "Cut each array into three, np.split(array, 3), and join the parts in Keras's order.",
            ),
            Mistake(
                "biases not reordered",
                _gru(of_biases=(0, 1, 2)),
                "The matrices are in Keras's order, and the biases still in PyTorch's. They have the same gates: reorder them too.",
            ),
            Mistake(
                "only the biases reordered",
                _gru(order=(0, 1, 2), of_biases=(1, 0, 2)),
                "The biases are in Keras's order, and the matrices still in PyTorch's. Reorder the rows of both matrices too.",
            ),
            *(
                Mistake("gates in another order", _gru(order=order), WRONG_ORDER)
                for order in ((2, 1, 0), (0, 2, 1), (1, 2, 0), (2, 0, 1))
            ),
            Mistake(
                "reshaped, not transposed",
                _gru(way=_reshaped),
                "reshape keeps the reading order, and the numbers end up in wrong places. Rows become columns by .T",
            ),
            Mistake(
                "reshaped, not transposed",
                _gru(order=(0, 1, 2), way=_reshaped),
                "reshape keeps the reading order, and the numbers end up in wrong places. Rows become columns by .T; and the gates change their order.",
            ),
            Mistake(
                "biases added",
                _gru(biases=lambda ih, hh: np.stack([ih + hh, 0 * hh])),
                f"The biases were added up, which an LSTM allows. {BOTH_BIASES}",
            ),
            Mistake(
                "biases added",
                _gru(biases=lambda ih, hh: np.stack([0 * hh, ih + hh])),
                f"The biases were added up, which an LSTM allows. {BOTH_BIASES}",
            ),
            Mistake(
                "biases added",
                _gru(biases=lambda ih, hh: np.stack([ih + hh, ih + hh])),
                f"Both rows of the bias hold the sum. {BOTH_BIASES}",
            ),
            Mistake(
                "biases swapped",
                _gru(biases=lambda ih, hh: np.stack([hh, ih])),
                f"The two biases changed places. {BOTH_BIASES}",
            ),
            Mistake(
                "one bias only",
                _gru(biases=lambda ih, hh: np.stack([ih, 0 * hh])),
                f"bias_hh did not arrive. {BOTH_BIASES}",
            ),
            Mistake(
                "one bias only",
                _gru(biases=lambda ih, hh: np.stack([ih, ih])),
                f"bias_hh did not arrive. {BOTH_BIASES}",
            ),
            Mistake(
                "one bias only",
                _gru(biases=lambda ih, hh: np.stack([0 * ih, hh])),
                f"bias_ih did not arrive. {BOTH_BIASES}",
            ),
            Mistake(
                "no biases",
                _gru(biases=lambda ih, hh: np.stack([0 * ih, 0 * hh])),
                f"The biases did not arrive. {BOTH_BIASES}",
            ),
            Mistake(
                "matrices swapped",
                _gru(turned=True),
                "weight_ih meets the inputs: it is the first array. weight_hh meets the state before: it is the second. Here they changed places.",
            ),
            Mistake(
                "copy edited",
                lambda layer, *arrays: None,
                "get_weights() and numpy() give copies, and editing them changes no layer. Give the arrays back: layer.set_weights([...])",
                lambda reading: reading.uses("get_weights", "numpy") and not reading.uses("set_weights", "assign"),
            ),
            Mistake(
                "not written",
                lambda layer, *arrays: None,
                "The layer's weights are what they were, whatever was computed or returned. Write them: layer.set_weights([...])",
                lambda reading: not reading.uses("set_weights", "assign"),
            ),
        ),
        messages=(
            Message(
                r"expecting 3 weights",
                "number of arrays",
                f"set_weights takes three arrays here: kernel, recurrent_kernel, bias. {BOTH_BIASES}",
            ),
            Message(
                r"not compatible with provided weight shape \(\d+,\)|target variable.shape=\(2, \d+\).*target value.shape=\(\d+,\)",
                "bias of one row",
                f"The bias has two rows. {BOTH_BIASES} np.stack([...]) makes the rows.",
            ),
            Message(
                r"shape=?\((\d+), (\d+)\),.*shape=?\(\2, \1\)|shape \((\d+), (\d+)\) is not .* shape \(\4, \3\)",
                "not transposed",
                "PyTorch keeps one row per output, and Keras one column: transpose the matrix with .T. (The third array has one row for each bias.)",
            ),
            Message(
                r"shape \((\d+), (\d+)\) is not .* shape \((?!\1,)\d+, \2\)",
                "matrices swapped",
                "weight_ih meets the inputs: it is the first array. weight_hh meets the state before: it is the second. Here they changed places.",
            ),
            Message(
                r"array split does not result in an equal division",
                "split along the inputs",
                "After .T the gates stand side by side, in the columns: split along axis=1 there, or before .T along the rows.",
            ),
        ),
        hints=(
            "Three things differ: rows and columns, the order of the gates, the shape of the bias. Which of them would raise an error?",
            "r, z, n = np.split(weight_ih, 3) cuts along the rows. Join them as z, r, n, then transpose. Biases have gates too.",
            "A function swapped(array) that splits, reorders and joins; then layer.set_weights([swapped(weight_ih).T, swapped(weight_hh).T, np.stack([..., ...])])",
        ),
        why="The layer gives, step by step, what PyTorch's GRU gives with these arrays: that was compared, not the shapes.",
        practice="Each library has an order of its own: ONNX, for one, has z, r, n one below the other. A comparison of outputs finds a wrong one, and no shape does.",
    ),
    InTraining(
        number="12.2",
        function="restore",
        parameters=("variables", "vector"),
        reference=_restore,
        cases=RESTORED,
        watched=("a", "b", "c"),
        each="call",
        mistakes=(
            Mistake("half written", _one_by_one, TOO_LATE),
            Mistake("half written", _checked_at_the_end, TOO_LATE),
            Mistake(
                "too long taken",
                _too_long_taken,
                "A vector that is too long was taken, and its end left over. Nobody hears of it: raise ValueError.",
            ),
            Mistake(
                "too long taken",
                _cut_off,
                "A slice beyond the end of an array is shorter, without an error. Compare the lengths first, and raise ValueError.",
            ),
            Mistake("no error", _silent, "Nothing was written, and nobody heard why: raise ValueError(...)"),
            Mistake(
                "column order",
                _of_the_checked(_down_the_columns),
                "The numbers were laid down the columns. Leave out order='F': ravel had read them row by row.",
            ),
            Mistake(
                "always the beginning",
                _of_the_checked(_always_the_beginning),
                "Every variable got the beginning of the vector. Each part begins where the one before ended.",
            ),
            Mistake(
                "order of the variables",
                _of_the_checked(_from_the_end),
                "The parts were dealt out from the last variable on. The first part belongs to the first variable.",
            ),
            Mistake(
                "vector reversed",
                _of_the_checked(_vector_reversed),
                "The vector was read from its end. Its first number belongs to the first entry of the first variable.",
            ),
            Mistake(
                "one number for all",
                _of_the_checked(_first_number),
                "Each variable was filled with one number. It needs its whole part of the vector: vector[start:end]",
            ),
            Mistake(
                "added to the old values",
                _of_the_checked(_added),
                "The numbers were added to the old values. They are the new values: assign.",
            ),
            Mistake(
                "first variable only",
                _only_the_first,
                "Only the first variable was written. Is return inside the loop?",
            ),
            Mistake(
                "precision lost",
                _of_the_checked(_through_float32),
                "The numbers went through float32, and a variable of float64 holds more of them. Leave the dtype of vector as it is.",
            ),
            Mistake(
                "rebound",
                _nothing,
                "`v = ...` in a loop gives the name v to something new, and the variable keeps its values. Write into it: v.assign(...)",
                lambda reading: not reading.uses("assign") and not reading.uses("numpy"),
            ),
            Mistake(
                "copy edited",
                _nothing,
                "The variables hold what they held: an edited copy from numpy(), `v = ...` in a loop, or parts that are returned reach none of them. Write into each: v.assign(...)",
                lambda reading: reading.uses("numpy") and not reading.uses("assign"),
            ),
        ),
        messages=(
            Message(
                r"AssertionError",
                "another error",
                "`assert` raises AssertionError, and Python leaves it out when run with -O. Write: if ...: raise ValueError(...)",
            ),
            Message(
                r"slice indices must be integers",
                "a size that is no integer",
                "np.prod(()), the size of a scalar, is the float 1.0. Take int(np.prod(v.shape)), or v.numpy().size.",
            ),
            Message(
                r"cannot reshape array of size",
                "cut elsewhere",
                "A part is not as long as its variable. np.split wants the places of the cuts, not the lengths: np.cumsum adds these up.",
            ),
            Message(
                r"Shape mismatch",
                "shape",
                "A part of the vector is flat. Give it the shape of its variable: part.reshape(v.shape)",
            ),
        ),
        hints=(
            "np.split cuts a vector of any length. Often only the last part does not fit, and the others are written by then. What can be known before the first assign?",
            "The sum of v.numpy().size over the variables is the length that vector must have. If it has not, raise ValueError.",
            "if vector.size != sum(...): raise ValueError(...); then the loop of the lesson, with assign and reshape.",
        ),
        why="A vector of the right length went into every variable; another one was refused before anything changed.",
        practice="Optimizers of SciPy, evolution strategies and saved vectors all come back through such a function. Weights that are half new give a loss, and no error.",
    ),
    InPlace(
        number="12.3",
        function="grow_into",
        parameters=("table", "old"),
        reference=_grown(lambda table, old: old.astype(np.float64).mean(axis=0)),
        cases=_grow_cases,
        family=st.tuples(st.integers(1, 4), st.integers(0, 3), st.integers(1, 4)).flatmap(
            lambda n: st.tuples(arrays((n[0] + n[1], n[2])), arrays((n[0], n[2])).map(np.float32))
        ),
        dtypes=("float32", "float16"),
        rounding=4.0,
        mistakes=(
            Mistake(
                "new rows left",
                _grown(lambda table, old: table[len(old) :]),
                "The old rows are in place, and the new ones are still what the initializer made. Give each the mean of the old rows.",
            ),
            Mistake(
                "new rows are 0",
                _grown(lambda table, old: 0.0),
                "The new rows are 0. They should be the mean of the old rows: old.mean(axis=0)",
            ),
            Mistake(
                "mean of all entries",
                _grown(lambda table, old: old.mean()),
                "One number fills the new rows: the mean of all entries. A row needs a mean for each column: axis=0",
            ),
            Mistake(
                "wrong axis",
                _grown(lambda table, old: np.resize(old.mean(axis=1), (len(table) - len(old), 1))),
                "axis=1 averages along each row. The mean row has one number per column: axis=0",
            ),
            Mistake(
                "sum instead of mean",
                _grown(lambda table, old: old.sum(axis=0)),
                "The new rows are the sum of the old ones. Take their mean: old.mean(axis=0)",
            ),
            Mistake(
                "median",
                _grown(lambda table, old: np.median(old, axis=0)),
                "The new rows are the median of the old ones. Take their mean: old.mean(axis=0)",
            ),
            Mistake(
                "last row repeated",
                _grown(lambda table, old: old[-1]),
                "The new rows repeat the last old one. They should be the mean of all old rows. (np.pad with mode='edge' repeats the edge; mode='mean' averages.)",
            ),
            Mistake(
                "first row repeated",
                _grown(lambda table, old: old[0]),
                "The new rows repeat the first old one. They should be the mean of all old rows.",
            ),
            Mistake(
                "old rows repeated",
                lambda table, old: np.resize(old, table.shape),
                "The old rows begin again where they end: np.resize and np.tile repeat. The new rows should be their mean.",
            ),
            Mistake(
                "old rows at the end",
                _old_at_the_end,
                "The old rows stand at the end, so that every token has another one's vector. They come first: token i keeps row i.",
            ),
            Mistake(
                "mean of the new table",
                _grown(lambda table, old: table.mean(axis=0)),
                "The mean was taken of the table's own rows, which the initializer made. Take it of old.",
            ),
            Mistake(
                "mean of both",
                _grown(lambda table, old: np.concatenate([old, table[len(old) :]]).mean(axis=0)),
                "The mean was taken after the old rows had been put in, and the new ones counted too. Take it of old alone.",
            ),
            Mistake(
                "mean everywhere",
                lambda table, old: np.broadcast_to(old.mean(axis=0), table.shape),
                "Every row is the mean, and the old rows are lost. They stay in the first rows.",
            ),
        ),
        messages=(
            Message(
                r"Shape mismatch",
                "shape",
                "table has more rows than old. Make an array of table's own shape, old above and the new rows below, and assign that.",
            ),
        ),
        hints=(
            "A snapshot of table has the right shape already. Which of its rows are old's, and what belongs into the others?",
            "values[:len(old)] are the old rows. values[len(old):] takes one row of means, and repeats it by broadcasting.",
            "values = table.numpy(); values[: len(old)] = old; values[len(old) :] = old.mean(axis=0); then assign.",
        ),
        why="Row i is what it was, so every known token keeps its vector; the new ones begin at the mean of the others.",
        practice="A language model that learns new tokens begins in this way. Its output layer, where it is not tied to the table, grows by the same function.",
    ),
]
