"""Draw the book's figures into `book/assets/figures/`. Every number in them is computed here with TensorFlow and NumPy.

One function a figure, under `@figure(NAME)`: the opening figure of a lesson has the lesson's name, a second one adds a
word to it. Each is drawn a second time in rows, for a phone: `NAME_narrow.svg`. Run `make figures` after a change; a
test compares the files with what this draws.
"""

import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

import logical_cpus
from assignlab.picture import Panel, draw

FIGURES = Path(__file__).parents[1] / "assets" / "figures"
PHONE = 345  # pixels: two panels of four columns, or one of eight
logical_cpus.two()
DRAWN = {}  # {name of the file without its ending: the function that draws it}


def figure(name):
    """Decorator: what the function returns, a `Picture`, is the figure `NAME.svg`."""

    def add(function):
        if name in DRAWN:
            raise ValueError(f"there are two figures named {name!r} in {Path(__file__).name}")
        DRAWN[name] = function
        return function

    return add


@figure("01_broadcast_scaling")
def broadcast_scaling():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    before, halved = v.numpy(), v.numpy() * np.float32(0.5)
    v.assign(halved)
    return draw(
        Panel(before, "variable"),
        "numpy() × 0.5",
        Panel(halved, "NumPy copy", "copy", changed=halved != before),
        "assign",
        Panel(v.numpy(), "same variable", changed=v.numpy() != before),
        alt="The variable 1 2 3 4 is copied by numpy(), halved in NumPy, and written back by assign.",
    )


@figure("01_broadcast_scaling_repeated")
def row_and_column_repeated():
    v = tf.Variable([[0.5, 1.0], [1.5, 2.0]])
    row = np.array([1, 100], dtype="float32")
    column = row[:, None]
    by_row, by_column = v.numpy() * row, v.numpy() * column
    return draw(
        Panel(row, "row (2,)", "copy"),
        "repeated down",
        Panel(np.broadcast_to(row, v.shape), "as (2, 2)", "copy"),
        "× copy of v",
        Panel(by_row, "columns scaled", "copy", changed=by_row != v.numpy()),
        Panel(column, "column (2, 1)", "copy"),
        "repeated right",
        Panel(np.broadcast_to(column, v.shape), "as (2, 2)", "copy"),
        "× copy of v",
        Panel(by_column, "rows scaled", "copy", changed=by_column != v.numpy()),
        alt="Repeated downwards, the row 1 100 scales the columns; "
        "as a column, repeated to the right, it scales the rows.",
        width=560,
    )


@figure("02_masked_replacement")
def masked_replacement():
    v = tf.Variable(np.arange(10, dtype="float32").reshape(2, 5))
    before, edited = v.numpy(), v.numpy()
    mask = edited > 5
    edited[mask] = -1
    v.assign(edited)
    return draw(
        Panel(before, "variable"),
        "numpy()",
        Panel(edited, "copy, entries > 5 set to −1", "copy", changed=mask),
        "assign",
        Panel(v.numpy(), "same variable", changed=mask),
        alt="In a copy of the variable 0 to 9 the entries over 5 become minus 1, and assign writes the copy back.",
    )


@figure("02_masked_replacement_step")
def step_and_mask():
    w, mask = tf.Variable([3.0, 0.0]), np.array([True, False])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum((w - 1) ** 2)
    gradient = tape.gradient(loss, w)
    start = w.numpy()
    w.assign_sub(0.1 * gradient)
    stepped = w.numpy()
    w.assign(np.where(mask, stepped, 0))
    return draw(
        Panel(start, "masked weights"),
        "tape",
        Panel(gradient, "gradient", "gradient"),
        "− 0.1 × gradient",
        Panel(stepped, "after the step", changed=stepped != start),
        "mask",
        Panel(w.numpy(), "0 again", changed=w.numpy() != stepped),
        alt="A gradient step moves the weights 3 and 0 to 2.6 and 0.2; the mask makes the second 0 again.",
    )


@figure("03_reshape_and_assign")
def reshape_and_assign():
    v = tf.Variable(np.arange(16, dtype="float32").reshape(4, 4))
    before, doubled = v.numpy(), v.numpy().reshape(2, 8) * 2
    v.assign(doubled.reshape(v.shape))
    return draw(
        Panel(before, "variable (4, 4)"),
        "reshape",
        Panel(doubled, "copy as (2, 8), doubled", "copy", changed=doubled != before.reshape(2, 8)),
        "reshape, assign",
        Panel(v.numpy(), "same variable (4, 4)", changed=v.numpy() != before),
        alt="Sixteen numbers of a 4 by 4 variable are seen as 2 by 8, doubled, put back into 4 by 4 and assigned.",
    )


@figure("03_reshape_or_transpose")
def reshape_or_transpose():
    start = np.arange(6, dtype="float32").reshape(3, 2)
    turned = start.reshape(2, 3).T
    return draw(
        Panel(start, "array (3, 2)", "copy"),
        "reshape(2, 3)",
        Panel(start.reshape(2, 3), "same order (2, 3)", "copy"),
        ".T",
        Panel(turned, "other places (3, 2)", "copy", changed=turned != start),
        alt="Six numbers go from (3, 2) to (2, 3) by reshape and back to (3, 2) by .T: four of them have moved.",
    )


@figure("04_numpy_snapshot_pitfall")
def numpy_snapshot_pitfall():
    v = tf.Variable([[1.0, -2.0], [-3.0, 4.0]])
    edited = v.numpy()
    mask = edited < 0
    edited[mask] = 0
    lost = v.numpy()
    v.assign(edited)
    return draw(
        Panel(edited, "edited copy", "copy", changed=mask),
        "no assign",
        Panel(lost, "variable: as it was"),
        "assign",
        Panel(v.numpy(), "variable: changed", changed=mask),
        alt="Editing the copy that numpy() returns leaves the variable as it was; only assign writes back.",
    )


@figure("04_copies_and_views")
def copies_and_views():
    v = tf.Variable([[1.0, -2.0], [-3.0, 4.0]])
    tensor = v.value()
    view = np.asarray(tensor)
    edited = view.copy()
    edited[0, 0] = 7
    return draw(
        Panel(v.numpy(), "variable"),
        "value()",
        Panel(tensor, "tensor", "tensor"),
        "np.asarray",
        Panel(view, "read-only view", "tensor"),
        "copy()",
        Panel(edited, "copy, edited", "copy", changed=edited != view),
        alt="The tensor that value() returns and NumPy's view of it are locked; a copy can be edited, "
        "and the variable keeps its values.",
    )


@figure("05_keep_the_same_variable")
def keep_the_same_variable():
    v = variable = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    before, doubled = variable.numpy(), variable.numpy() * 2
    v = v * 2
    rebound, lost = v, variable.numpy()
    variable.assign(doubled)
    return draw(
        Panel(before, "v: a variable"),
        "v = v * 2",
        Panel(rebound, "v: a tensor", "tensor"),
        Panel(lost, "variable: as it was"),
        "assign",
        Panel(variable.numpy(), "variable: changed", changed=variable.numpy() != before),
        alt="v = v * 2 gives the name v to a new tensor and leaves the variable as it was; "
        "assign changes the variable itself.",
    )


@figure("06_gradients_and_assign")
def gradients_and_assign():
    u, w = tf.Variable([1.0, 2.0]), tf.Variable([0.0, 0.0])
    with tf.GradientTape(persistent=True) as tape:
        w.assign(3 * u)
        of_variable = tf.reduce_sum(w**2)
        tensor = 3 * u
        of_tensor = tf.reduce_sum(tensor**2)
    return draw(
        Panel(u.numpy(), "variable u"),
        "3 × u, assign",
        Panel(w.numpy(), "variable w"),
        "tape",
        Panel(tape.gradient(of_variable, w), "gradient of w only", "gradient"),
        Panel(u.numpy(), "variable u"),
        "3 × u",
        Panel(tensor, "tensor", "tensor"),
        "tape",
        Panel(tape.gradient(of_tensor, u), "gradient of u", "gradient"),
        alt="Assigned to w, three times u has a gradient in w and none in u; "
        "kept as a tensor, it passes the gradient on to u.",
        width=590,
    )


@figure("07_dtypes_and_silent_casts")
def dtypes_and_silent_casts():
    array = np.array([0.5, 2.7])
    floats, counts, kept = tf.Variable([0.0, 0.0]), tf.Variable([0, 0]), tf.Variable([0.0, 0.0])
    floats.assign(array)
    counts.assign(array)
    tensor = tf.constant(array)
    try:
        kept.assign(tensor)
    except ValueError:
        refused = kept.numpy()
    return draw(
        Panel(array, "float64 array", "copy"),
        "assign",
        Panel(floats.numpy(), "float32: cast", changed=floats.numpy() != 0),
        Panel(array, "float64 array", "copy"),
        "assign",
        Panel(counts.numpy(), "int32: cut off", changed=counts.numpy() != 0),
        Panel(tensor, "float64 tensor", "tensor"),
        "raises",
        Panel(refused, "float32: kept"),
        alt="An array is cast to the variable's dtype, a tensor of another dtype is refused, "
        "and a fraction cast to an integer loses what is behind the point.",
        width=400,
    )


@figure("08_slices_and_scatter")
def slices_and_scatter():
    v = tf.Variable(np.arange(12, dtype="float32").reshape(3, 4))
    before = v.numpy()
    v[:, 1].assign(-1)
    sliced = v.numpy()
    v.scatter_nd_update([[0, 3], [2, 0]], [20, 30])
    return draw(
        Panel(before, "variable"),
        "v[:, 1].assign",
        Panel(sliced, "one column", changed=sliced != before),
        "scatter_nd_update",
        Panel(v.numpy(), "two entries", changed=v.numpy() != sliced),
        alt="A slice assign sets one column of the variable to minus 1; "
        "scatter_nd_update sets two entries that lie apart to 20 and 30.",
    )


@figure("09_inside_tf_function")
def inside_tf_function():
    v, scale = tf.Variable([1.0, 2.0]), np.array([2.0, 2.0])
    double = tf.function(lambda: v * scale)
    first = double().numpy()
    scale[:] = 10
    frozen = double().numpy()
    v.assign([3.0, 4.0])
    seen = double().numpy()
    return draw(
        Panel([2.0, 2.0], "array scale", "copy"),
        "trace, call",
        Panel(first, "v × scale", "tensor"),
        Panel(scale, "scale, edited", "copy", changed=scale != 2),
        "call",
        Panel(frozen, "as before", "tensor"),
        Panel(v.numpy(), "v, assigned", changed=v.numpy() != [1, 2]),
        "call",
        Panel(seen, "v is read", "tensor", changed=seen != frozen),
        alt="An array that a traced function uses is a constant of the trace; a variable is read at each call.",
        width=370,
    )


@figure("10_layers_and_optimizers")
def layers_and_optimizers():
    w = keras.Variable([4.0, -2.0], name="w")
    optimizer = keras.optimizers.SGD(0.25, momentum=0.5)
    optimizer.apply([w * 1.0], [w])
    (momentum,) = [slot for slot in optimizer.variables if slot.name == "w_momentum"]
    trained, remembered = w.numpy(), momentum.numpy()
    w.assign(np.zeros(2))
    assigned = w.numpy()
    optimizer.apply([tf.zeros(2)], [w])
    return draw(
        Panel(trained, "trained weight"),
        "assign",
        Panel(assigned, "weight set to 0", changed=assigned != trained),
        Panel(remembered, "slot: momentum"),
        "step, gradient 0",
        Panel(w.numpy(), "weight, moved", changed=w.numpy() != assigned),
        alt="assign sets a trained weight to 0 and leaves the momentum in its slot; "
        "a step whose gradient is 0 moves the weight by it.",
    )


@figure("11_prune_a_classifier")
def prune_a_classifier():
    w = keras.Variable([0.25, -3.0, 2.0, -0.5], name="w")
    optimizer = keras.optimizers.SGD(0.5)
    trained = w.numpy()
    mask = np.abs(trained) > 1
    w.assign(trained * mask + 0.0)  # not -0
    pruned = w.numpy()
    optimizer.apply([tf.constant([-1.0, 0.5, 1.0, 2.0])], [w])
    stepped = w.numpy()
    w.assign(np.where(mask, stepped, 0))
    return draw(
        Panel(trained, "trained weights"),
        "smallest to 0",
        Panel(pruned, "pruned", changed=pruned != trained),
        "step",
        Panel(stepped, "back again", changed=~mask),
        "mask",
        Panel(w.numpy(), "held", changed=~mask),
        alt="The two smallest of four trained weights are set to 0; a step of the optimizer moves both, "
        "and a mask makes them 0 again.",
    )


@figure("12_move_and_resize_weights")
def move_and_resize_weights():
    weight = np.array([[11.0, 12.0], [21.0, 22.0], [31.0, 32.0]])  # a GRU of one unit: its gates r, z, n
    r, z, n = np.split(weight, 3)
    swapped = np.concatenate([z, r, n])
    return draw(
        Panel(weight, "PyTorch: r, z, n", "copy"),
        "swap",
        Panel(swapped, "z, r, n", "copy", changed=swapped != weight),
        ".T, assign",
        Panel(tf.Variable(swapped.T).numpy(), "Keras: z, r, n", changed=np.ones((2, 3), bool)),
        alt="PyTorch's matrix has the gates r, z, n one below the other; swapped, they are z, r, n; "
        "transposed, they stand side by side, as in Keras.",
    )


@figure("13_save_and_restore")
def save_and_restore():
    v = tf.Variable([1.0, 2.0])
    with tempfile.TemporaryDirectory() as folder:
        saved = tf.train.Checkpoint(weights=v).write(f"{folder}/saved")
        in_file = tf.train.load_variable(saved, "weights/.ATTRIBUTES/VARIABLE_VALUE")
        found, missed = tf.Variable([0.0, 0.0]), tf.Variable([0.0, 0.0])
        tf.train.Checkpoint(weights=found).read(saved)
        tf.train.Checkpoint(kernel=missed).read(saved).expect_partial()
    return draw(
        Panel(v.numpy(), "v"),
        "write as weights",
        Panel(in_file, "file", "copy"),
        "read as weights",
        Panel(found.numpy(), "found", changed=found.numpy() != 0),
        Panel(v.numpy(), "v"),
        "write as weights",
        Panel(in_file, "file", "copy"),
        "read as kernel",
        Panel(missed.numpy(), "missed", changed=missed.numpy() != 0),
        alt="A checkpoint finds a variable by its attribute: read as weights, the values are there; "
        "read as kernel, nothing happens.",
        width=590,
    )


@figure("14_what_it_costs")
def what_it_costs():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    before, copy = v.numpy(), v.numpy()
    product = copy * 2
    v.assign(product)
    copied_in = v.numpy()
    v.assign(before)
    tensor = v * 2
    v.assign(tensor)
    taken_over = np.asarray(v.value())
    if not np.shares_memory(taken_over, np.asarray(tensor)):
        raise ValueError("the figure says that the variable takes the tensor's memory over")
    return draw(
        Panel(before, "variable"),
        "numpy()",
        Panel(copy, "copy", "copy"),
        "\u00d7 2",
        Panel(product, "product", "copy", changed=product != copy),
        "assign",
        Panel(copied_in, "variable: a copy", changed=copied_in != before),
        Panel(before, "variable"),
        "\u00d7 2",
        Panel(tensor, "tensor", "tensor", changed=tensor.numpy() != before),
        "assign",
        Panel(taken_over, "variable: no copy", changed=taken_over != before),
        alt="numpy(), the product and assign each fill new memory; a tensor's product is made once, "
        "and the variable takes it over.",
        width=640,
    )


@figure("15_many_devices")
def many_devices():
    with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
        v = tf.Variable([1.0, 2.0])

    def copies(title, before):
        now = [copy.numpy() for copy in v.values]
        panels = [Panel(n, f"{title}{i}", changed=n != b) for i, (n, b) in enumerate(zip(now, before, strict=True))]
        return now, panels

    made, first = copies("on device ", [v.numpy()] * 2)
    v[1:].assign([0.0])
    sliced, second = copies("copy ", made)
    v.assign([5.0, 6.0])
    return draw(
        *first,
        "v[1:].assign",
        *second,
        "v.assign",
        *copies("copy ", sliced)[1],
        alt="A slice assign from the program writes the first of two copies of a variable; "
        "an assign of the whole variable writes both.",
        width=PHONE,
    )


def files():
    """{name of a file: its text} of all figures."""
    pictures = {name: function() for name, function in DRAWN.items()}
    narrow = {f"{name}_narrow": picture.within(PHONE) for name, picture in pictures.items()}
    return {f"{name}.svg": picture.svg for name, picture in (pictures | narrow).items()}


if __name__ == "__main__":
    FIGURES.mkdir(exist_ok=True)
    for name, text in files().items():
        (FIGURES / name).write_text(text, encoding="utf8")
