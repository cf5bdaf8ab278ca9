"""Whether values are equal, up to the rounding that any right way of computing them has."""

import numpy as np

from assignlab import guard

LARGE = 1_000.0  # entries above it are compared relative to themselves, and do not loosen the comparison of the others


def same_values(got, expected, dtype, rounding=1.0):
    """Equal up to `rounding` times the usual error of `dtype`, none for integers; NaN equal to NaN, shapes equal."""
    got, expected = np.asarray(got), np.asarray(expected)
    if got.shape != expected.shape:
        return False
    eps = 0.0 if np.dtype(dtype).kind in "biu" else float(np.finfo(dtype).eps)
    with np.errstate(all="ignore"):
        got, expected = got.astype(np.float64), expected.astype(dtype).astype(np.float64)
        size = np.abs(expected)
        scale = size[size <= LARGE].max(initial=1.0)
        return np.allclose(got, expected, rtol=16 * eps * rounding, atol=4 * eps * scale * rounding, equal_nan=True)


def identical(got, expected):
    """Equal in every bit that counts: shapes equal, NaN equal to NaN."""
    with np.errstate(all="ignore"):
        return np.array_equal(got, expected, equal_nan=True)


def same_returned(returned, expected):
    """Whether what an answer returned holds the expected values, in whatever shape. It may be any object at all."""

    def compare():
        return same_values(np.ravel(np.asarray(returned)), np.ravel(expected), np.float16)

    return returned is not None and guard.call(compare).value is True


def same_list_returned(returned, expected):
    """Whether a list came back that holds each of the expected arrays."""

    def compare():
        return len(returned) == len(expected) and all(map(same_returned, returned, expected))

    return isinstance(returned, list | tuple) and guard.call(compare).value is True
