"""Values as text: short for a person to read, and as Python that can be pasted into a cell."""

import numpy as np
import tensorflow as tf

MOST = 130  # entries of an array that are written in full
DIGITS = 4, 8, 17  # after the point: few where they tell values apart


def show(value, before="", digits=DIGITS[0]):
    """A value as text, matrices as rows. `before` is what stands in front, for example "v = "."""
    if isinstance(value, tf.Tensor | tf.Variable):
        value = value.numpy()
    if isinstance(value, np.ndarray):
        return (
            f"{before}{_nested(value, lambda x: _short(x, digits), len(before))}  ({value.dtype}, shape {value.shape})"
        )
    text = repr(value)
    return before + (text if len(text) < 200 else text[:200] + "…")


def show_both(name, got, expected):
    """Two arrays of one name as text, with as many digits as it takes to tell them apart."""
    for digits in DIGITS:
        texts = tuple(show(value, f"{name} = ", digits) for value in (got, expected))
        if texts[0] != texts[1]:
            break
    return texts


def call_lines(function, arguments, variable=None):
    """The lines of Python that call `function`. arguments: {name: value}; `variable`: the name of the tf.Variable."""
    return "\n".join([*argument_lines(arguments, variable), f"{function}({', '.join(arguments)})"])


def argument_lines(arguments, variable=None):
    """The lines of Python that give each name its value."""
    lines = []
    for name, value in arguments.items():
        made = f"{name} = "
        kind = "tf.Variable" if name == variable else "np.array"
        lines.append(made + (_constructor(kind, value, len(made)) if isinstance(value, np.ndarray) else repr(value)))
    return lines


def _constructor(function, value, indent):
    array = np.asarray(value)
    return f'{function}({_nested(array, _python, indent + len(function) + 1)}, dtype="{array.dtype}")'


def _nested(array, text, indent):
    """Nested lists, aligned: `text` writes one entry, `indent` is the column where the first bracket stands."""
    if array.size > MOST:
        return _abridged(array, text, indent)
    cells = np.array([text(x) for x in array.ravel()], object).reshape(array.shape)
    width = max(map(len, cells.ravel()), default=0) if array.ndim > 1 else 0

    def lay_out(part, column):
        if part.ndim == 0:
            return part.item().rjust(width)
        if part.ndim == 1:
            return "[" + ", ".join(cell.rjust(width) for cell in part) + "]"
        between = "," + "\n" * min(part.ndim - 1, 2) + " " * (column + 1)
        return "[" + between.join(lay_out(inner, column + 1) for inner in part) + "]"

    return lay_out(cells, indent)


def _abridged(array, text, indent):
    return np.array2string(
        array, threshold=0, edgeitems=2, separator=", ", formatter={"all": text}, prefix=" " * indent
    )


def _short(x, digits):
    if not isinstance(x, np.floating) and np.asarray(x).dtype.kind != "f":
        return str(x)
    number = float(x)
    if not np.isfinite(number):
        return str(number)
    if number and not 1e-4 <= abs(number) < 1e7:
        return np.format_float_scientific(x, precision=digits, trim="0")
    return np.format_float_positional(x, precision=digits, trim="0")


def _python(x):
    text = str(x)
    return f"np.{text}" if text in ("nan", "inf") else "-np.inf" if text == "-inf" else text
