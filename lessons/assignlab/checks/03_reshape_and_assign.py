"""Checks of lesson 03, reshape and assign."""

import numpy as np
from hypothesis import strategies as st

from assignlab.exercises import InPlace, MakesVariable, Message, Mistake, arrays, irregular, shapes

LESSON_DONE = (
    "Lesson 3 is done. Sixteen numbers have travelled through every shape there is, and all of them came home."
)

SIXTEEN = np.arange(16.0).reshape(4, 4)


def _seen_as_cases():
    yield SIXTEEN, (2, 8), np.arange(2.0, 10.0)
    yield irregular(31, 2, 3), (3, 2), np.array([10.0, 1.0])
    yield irregular(32, 6), (2, 3), np.array([1.0, 0.0, -1.0])
    yield irregular(33, 2, 3, 4), (6, 4), np.array([1, 2, 3, 4])
    yield irregular(34, 4, 2), (2, 2, 2), np.array([2.0, 0.5])
    yield irregular(35, 3, 2), (2, 3), np.array([[2.0], [0.5]])
    yield irregular(36, 4, 4), (16,), np.arange(-8.0, 8.0)


def _conv_cases():
    yield irregular(41, 2, 2, 2, 3), irregular(42, 3, 2, 2, 2).astype("float32")  # every wrong order fits this shape
    yield irregular(43, 3, 2, 2, 4), irregular(44, 4, 2, 3, 2)
    yield irregular(45, 1, 4, 3, 3), irregular(46, 3, 3, 1, 4)
    yield irregular(47, 2, 2, 2, 2), irregular(48, 2, 2, 2, 2)
    yield irregular(49, 2, 3, 1, 1), np.arange(-3, 3).reshape(1, 1, 2, 3)


def _center_cases():
    numbers = [3.0, -1, 4, 1, -5, 9, 2, -6, 5, 3, -8, 7, 6, 2, -4, 8, 1, -6, 7, 5, 2, -2, 1, 7]
    yield (np.array(numbers).reshape(2, 2, 3, 2),)
    yield (np.round(irregular(50, 2, 2, 2, 2)),)
    yield (irregular(51, 1, 2, 2, 4),)
    yield (irregular(52, 1, 2, 3, 3),)
    yield (irregular(53, 3, 1, 1, 1),)
    yield (irregular(54, 2, 3, 4, 2) + 50,)


def _resizable_cases():
    yield SIXTEEN.astype("float32")
    yield irregular(61, 3)
    yield np.array([[1, -2], [3, 4]])
    yield np.array([0.5, -2.0], "float16")
    yield np.array(7.25)
    yield np.array([[[200, 7]]], "uint8")


def _in_order(*order):
    """The wrong order of a transpose, and the axes that it mixes up."""
    named = ["outputs", "inputs", "height", "width"]
    wanted = ["height", "width", "inputs", "outputs"]
    found = [named[axis] for axis in order]
    return Mistake(
        "height and width swapped" if order == (3, 2, 1, 0) else "wrong axis order",
        lambda kernel, weight: np.transpose(weight, order),
        f"The axes arrive as ({', '.join(found)}) and must be ({', '.join(wanted)}). A shape that fits does not tell them apart."
        + (
            " weight.T turns the whole order around; weight.transpose(...) takes the order that you name."
            if order == (3, 2, 1, 0)
            else ""
        ),
    )


def _demeaned(kernel, axis):
    return kernel - kernel.mean(axis=axis, keepdims=True)


EXERCISES = [
    InPlace(
        number="3.1",
        function="scale_seen_as",
        parameters=("v", "shape", "factors"),
        reference=lambda values, shape, factors: (values.reshape(shape) * factors).reshape(values.shape),
        cases=_seen_as_cases,
        family=st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3)).flatmap(
            lambda n: st.tuples(arrays((n[0] * n[1], n[2])), st.just((n[0], n[1] * n[2])), arrays(n[1] * n[2]))
        ),
        mistakes=(
            Mistake(
                "column order",
                lambda values, shape, factors: (values.reshape(shape, order="F") * factors).reshape(
                    values.shape, order="F"
                ),
                "The entries were read down the columns. Leave out order='F': reshape reads row by row.",
            ),
            Mistake(
                "column order",
                lambda values, shape, factors: (values.reshape(shape) * factors).reshape(values.shape, order="F"),
                "On the way back the entries were laid down the columns. Leave out order='F'.",
            ),
            Mistake(
                "transposed",
                lambda values, shape, factors: (values.T.reshape(shape) * factors).reshape(values.shape),
                "The entries are in transposed order. Reshape alone, without .T, keeps the reading order.",
            ),
            Mistake(
                "transposed",
                lambda values, shape, factors: (values.reshape(shape) * factors).T.reshape(values.shape),
                "The entries came back in transposed order. Leave out the transpose: reshape alone keeps the reading order.",
            ),
            Mistake(
                "transposed",
                lambda values, shape, factors: (values.T.reshape(shape) * factors).reshape(values.T.shape).T,
                "The factors met the entries in transposed order. Leave out both .T: reshape alone keeps the reading order.",
            ),
            Mistake(
                "transposed",
                lambda values, shape, factors: (values.T.reshape(shape) * factors).T.reshape(values.shape),
                "The entries are in transposed order. Leave out both .T: reshape alone keeps the reading order.",
            ),
            Mistake(
                "divided",
                lambda values, shape, factors: (values.reshape(shape) / factors).reshape(values.shape),
                "The values were divided by the factors. Multiply.",
            ),
            Mistake(
                "not reshaped",
                lambda values, shape, factors: values * factors,
                "The factors met the variable's own shape. Reshape the snapshot to `shape` before multiplying.",
            ),
            Mistake(
                "added",
                lambda values, shape, factors: (values.reshape(shape) + factors).reshape(values.shape),
                "The factors were added. Multiply by them.",
            ),
            Mistake(
                "twice",
                lambda values, shape, factors: (values.reshape(shape) * factors**2).reshape(values.shape),
                "The factors were applied twice. Multiply once, assign once.",
            ),
            Mistake(
                "replaced",
                lambda values, shape, factors: np.broadcast_to(factors, shape).reshape(values.shape),
                "The factors themselves were stored. Multiply the old values by them.",
            ),
        ),
        messages=(
            Message(
                r"Shape mismatch",
                "shape",
                "The product has the shape that you worked in, and v keeps its own. Go back before you assign: .reshape(v.shape)",
            ),
            Message(
                r"(?:be broadcast|Incompatible shapes).*[(\[]\d+, ?1[)\]]",
                "does not broadcast",
                "factors broadcasts to `shape` as it is, without a new axis: v.numpy().reshape(shape) * factors",
            ),
            Message(
                r"be broadcast|Incompatible shapes",
                "does not broadcast",
                "factors fits `shape`, not v's own shape. See the values in that shape first: v.numpy().reshape(shape) * factors",
            ),
        ),
        hints=(
            "Reshape, edit, reshape back, assign: four steps, and only NumPy sees the other shape.",
            "The array that you assign must have v's shape again: .reshape(v.shape).",
            "Take v.numpy().reshape(shape), multiply by factors, .reshape(v.shape), and give that to v.assign.",
        ),
        why="Both shapes have the same reading order, so every number met its own factor and went back to its own place. v never changed its shape.",
        practice="The same steps let you treat a weight as blocks, as heads of attention, or as one long vector for an optimizer from SciPy.",
    ),
    InPlace(
        number="3.2",
        function="store_conv_weight",
        parameters=("kernel", "weight"),
        reference=lambda kernel, weight: np.transpose(weight, (2, 3, 1, 0)),
        cases=_conv_cases,
        family=shapes(4, 4, longest=3).flatmap(lambda s: st.tuples(arrays(s), arrays((s[3], s[2], s[0], s[1])))),
        mistakes=(
            Mistake(
                "reshaped",
                lambda kernel, weight: np.reshape(weight, kernel.shape),
                "The shape fits, the entries are in the wrong places: reshape keeps the reading order and moves no axis. Use weight.transpose(...)",
            ),
            Mistake(
                "reshaped",
                lambda kernel, weight: np.reshape(weight, kernel.shape, order="F"),
                "The shape fits, the entries are in the wrong places: reshape moves no axis, in neither order. Use weight.transpose(...)",
            ),
            Mistake(
                "not transposed",
                lambda kernel, weight: weight,
                "The weight was stored in PyTorch's own order: with these lengths it fits, and every axis is another one. Use weight.transpose(...)",
            ),
            _in_order(3, 2, 1, 0),
            _in_order(2, 1, 3, 0),
            _in_order(3, 1, 2, 0),
            _in_order(1, 2, 3, 0),
            _in_order(1, 3, 2, 0),
            _in_order(2, 3, 0, 1),
        ),
        messages=(
            Message(
                r"no attribute 'permute'",
                "unknown method",
                "PyTorch's permute is called transpose in NumPy: weight.transpose(...), with the axes in the kernel's order.",
            ),
            Message(
                r"transpose\(\) takes from 1 to 2 positional",
                "number of arguments",
                "np.transpose takes the order as one tuple, np.transpose(weight, (...)); the method takes the numbers: weight.transpose(...)",
            ),
            Message(
                r"Shape mismatch",
                "shape",
                "The axes do not stand in the kernel's order yet. Write both orders one under the other, and name for each axis of the kernel the axis of weight: weight.transpose(...)",
            ),
        ),
        hints=(
            "Write both orders one under the other. Where does each axis of the kernel come from?",
            "Height is axis 2 of weight, width is axis 3. Which are inputs and outputs? transpose takes the four numbers in the kernel's order.",
            "Give weight.transpose(2, 3, 1, 0) to kernel.assign.",
        ),
        why="Height, width, inputs and outputs each stand where Keras looks for them. A reshape, or the plain .T of a square kernel, fits as well and raises nothing.",
        practice="PyTorch stores a Linear weight as (outputs, inputs), Keras a Dense kernel as (inputs, outputs): there .T is right, and a square one raises no error without it.",
    ),
    InPlace(
        number="3.3",
        function="center_filters",
        parameters=("kernel",),
        reference=lambda kernel: kernel - kernel.mean(axis=(0, 1, 2)),
        cases=_center_cases,
        family=shapes(4, 4, longest=3).flatmap(lambda s: st.tuples(arrays(s))),
        dtypes=("float32", "float64"),
        rounding=20.0,
        mistakes=(
            Mistake(
                "one mean for all",
                lambda kernel: kernel - kernel.mean(),
                "One mean of the whole kernel was subtracted. Each filter is a column of the matrix: take the mean along axis 0.",
            ),
            Mistake(
                "wrong axis",
                lambda kernel: _demeaned(kernel, 3),
                "The mean ran over the filters (axis 1 of the matrix). Each filter is a column: take the mean along axis 0.",
            ),
            Mistake(
                "inputs left out",
                lambda kernel: _demeaned(kernel, (0, 1)),
                "The mean was taken for each input on its own. A filter is kernel[..., k]: its mean runs over the inputs as well, and over height and width.",
            ),
            Mistake(
                "wrong axis",
                lambda kernel: _demeaned(kernel, 0),
                "The mean ran over the height only. Reshape to a matrix first, with one column per filter.",
            ),
            Mistake(
                "input channels",
                lambda kernel: _demeaned(kernel, (0, 1, 3)),
                "These are the input channels, centred. A filter makes one output: kernel[..., k].",
            ),
            Mistake(
                "wrong axis",
                lambda kernel: _demeaned(kernel, 2),
                "The mean ran over the inputs only. A filter is kernel[..., k]: its mean runs over height and width as well.",
            ),
            Mistake(
                "rows instead of columns",
                lambda kernel: _demeaned(kernel.reshape(kernel.shape[-1], -1), 1).reshape(kernel.shape),
                "What was centred are the rows of kernel.reshape(outputs, -1), or kernel[k]: slices along the first axis. The outputs are the last axis: kernel[..., k], or the columns of kernel.reshape(-1, outputs).",
            ),
            Mistake(
                "wrong axis",
                lambda kernel: _demeaned(kernel.reshape(-1, kernel.shape[2]), 0).reshape(kernel.shape),
                "The matrix has as many columns as there are inputs. Its columns must be the outputs, the last axis: kernel.reshape(-1, kernel.shape[-1]).",
            ),
            Mistake(
                "wrong axis",
                lambda kernel: kernel - kernel.mean(axis=(1, 2, 3)),
                "The means were taken along the height, and met the outputs. The outputs are axis 3: the mean runs over axes 0, 1 and 2.",
            ),
            Mistake(
                "divided",
                lambda kernel: kernel / kernel.mean(axis=(0, 1, 2)),
                "The filters were divided by their means. Subtract them.",
            ),
            Mistake(
                "standardised",
                lambda kernel: (
                    (kernel - kernel.mean(axis=(0, 1, 2)))
                    / np.where(kernel.std(axis=(0, 1, 2)) > 0, kernel.std(axis=(0, 1, 2)), 1)
                ),
                "The filters were also divided by their deviation. Subtract the mean, nothing else.",
            ),
            Mistake(
                "sum instead of mean",
                lambda kernel: kernel - kernel.sum(axis=(0, 1, 2)),
                "The sum of each filter was subtracted. Subtract its mean.",
            ),
            Mistake(
                "median instead of mean",
                lambda kernel: kernel - np.median(kernel, axis=(0, 1, 2)),
                "The median of each filter was subtracted. Subtract its mean.",
            ),
            Mistake(
                "mean kept",
                lambda kernel: kernel * 0 + kernel.mean(axis=(0, 1, 2)),
                "The means themselves were stored. Assign the kernel minus its means; assign_sub subtracts what it gets, here one time too many.",
            ),
            Mistake(
                "mean added",
                lambda kernel: kernel + kernel.mean(axis=(0, 1, 2)),
                "The means were added. Subtract them.",
            ),
        ),
        messages=(
            Message(
                r"be broadcast|Incompatible shapes",
                "does not broadcast",
                "Each filter is a column of the matrix, so its mean runs down the rows, .mean(axis=0): one number per column, which broadcasts as it is, without a new axis.",
            ),
            Message(
                r"shapes must be equal",
                "shape",
                "assign_sub takes exactly the kernel's shape and repeats nothing. Subtract in NumPy, and assign the result.",
            ),
            Message(
                r"assigned value shape \(\d+, \d+\)",
                "shape",
                "The matrix has two axes, and the kernel four. Go back before you assign: .reshape(kernel.shape)",
            ),
        ),
        hints=(
            "A kernel has shape (height, width, inputs, outputs). As a matrix with outputs columns, each column is one filter.",
            "kernel.numpy().reshape(-1, outputs) is that matrix, with outputs = kernel.shape[-1]. Its column means are .mean(axis=0).",
            "Subtract the column means from the matrix, reshape it back to kernel.shape, assign.",
        ),
        why="Each filter kernel[..., k] lost its own mean: the outputs are the last axis, so the mean runs over the three before it, which are the rows of the matrix.",
        practice="Filters with mean 0 ignore a constant brightness; the same view is used to orthogonalise or to measure filters.",
    ),
    MakesVariable(
        number="3.4",
        function="make_resizable",
        parameters=("values",),
        cases=_resizable_cases,
        family=shapes().flatmap(arrays),
        takes=((2, 8), (16,), (3, 1, 5), ()),
        messages=(
            Message(
                r"not compatible with the explicitly supplied `shape`",
                "fixed rank",
                "[] is the shape of one number, [None] has one axis, (None, None) two: the values must have as many. shape=tf.TensorShape(None) leaves that open.",
            ),
            Message(
                r"Eager execution of tf.constant with unsupported shape",
                "not a variable",
                "tf.constant makes a tensor, which has one shape for good and no assign. Make a variable: tf.Variable(values, ...)",
            ),
            Message(
                r"`initial_value` arg",
                "no start values",
                "A variable is made of its start values: tf.Variable(values, ...)",
            ),
            Message(
                r"Dimension -1 must be >= 0|TensorShape.__init__\(\) missing|Dimension value must be|Failed to convert .* to a shape",
                "not a shape",
                "An unknown shape is written tf.TensorShape(None).",
            ),
            Message(
                r"Tensor conversion requested dtype",
                "tensor of another dtype",
                "tf.Variable casts a NumPy array, but not a tensor. Give it the array itself, or tf.cast(values, tf.float32).",
            ),
        ),
        hints=(
            "The shape of a variable is decided when it is made, by an argument of tf.Variable.",
            "shape=None is not enough: it means the shape of the values. The lesson used an object for a shape that is not known.",
            "Return tf.Variable with the values, dtype=tf.float32 and shape=tf.TensorShape(None).",
        ),
        why="A shape of which nothing is known, not even the number of axes, gives assign nothing to refuse. The dtype is still fixed.",
        practice="Keep it for buffers. Optimizers with slot variables, such as Adam, refuse a variable of unknown shape.",
    ),
]
