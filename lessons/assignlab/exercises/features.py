"""What is special about a case: said when an answer is right in other cases and wrong in this one."""

import numpy as np

MOST = 3  # that a person reads


def in_this_case(case, passed, only_shapes=False):
    """A sentence about what a case has that those before had not. All are dicts: {parameter: value}."""

    def of(arguments):
        return [feature for name, value in arguments.items() for feature in _features(name, value, only_shapes)]

    own, known = of(case), [set(of(other)) for other in passed]
    new = [f for f in own if not any(f in other for other in known)] or [f for f in own if f not in known[0]]
    if not new:
        return "Right for the first example, and not with these numbers."
    return f"Right for the first example. What is different here: {'; '.join(new[:MOST])}."


def _features(name, value, only_shapes):
    """Short descriptions of an argument, the most telling first."""
    if isinstance(value, tuple):
        return []
    array = np.asarray(value)
    if array.dtype.kind not in "iuf":
        return []
    shape = _of_shape(name, array.shape) if isinstance(value, np.ndarray) else ()
    if only_shapes:
        return list(shape)
    dtype = [f"{name} is {array.dtype}"] if isinstance(value, np.ndarray) else ()
    return [*shape, *_of_entries(name, array), *dtype]


def _of_shape(name, shape):
    if len(shape) not in (0, 2):
        yield f"{name} has {len(shape)} {'axis' if len(shape) == 1 else 'axes'}"
    if len(shape) == 2 and shape[0] != shape[1]:
        yield f"{name} is not square"
    if len(shape) > 2 and len(set(shape)) > 1:
        yield f"the axes of {name} have different lengths"
    if len(shape) > 1 and shape[0] > shape[-1]:
        yield f"{name} has more entries along its first axis than along its last"
    if 1 in shape:
        yield f"{name} has an axis of length 1"
    yield f"{name} has shape {shape}"


def _of_entries(name, array):
    numbers = array.astype(np.float64)
    finite = np.isfinite(numbers)
    kinds = (
        ("NaN", np.isnan(numbers)),
        ("infinite", np.isinf(numbers)),
        ("negative", numbers < 0),
        ("0", numbers == 0),
        ("not a whole number", finite & (numbers != np.trunc(numbers))),
        ("larger than 1000", finite & (np.abs(numbers) > 1000)),
    )
    for kind, where in kinds:
        if where.any():
            yield f"{name} is {kind}" if array.ndim == 0 else f"an entry of {name} is {kind}"
    if array.ndim and not (numbers <= 0).any():
        yield f"all entries of {name} are positive"
