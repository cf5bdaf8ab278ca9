"""What the bytecode of an answer tells: the names it uses and binds, and whether it is still as the lesson gives it.

Instructions are renamed between releases of Python. Those read here exist in 3.11, 3.12 and 3.13; where a release
has another name for one, the comment beside it says so.
"""

import dis
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from types import CodeType

STUB = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}  # RETURN_CONST: 3.12 and 3.13
STORES = {"STORE_SUBSCR", "STORE_SLICE"}  # a[i] = x; STORE_SLICE for a[i:j] = x since 3.12
CALLS_ONLY = {"PUSH_NULL", "PRECALL"}  # how a call is prepared; differs with where a name was imported
WRITES = {"assign", "assign_add", "assign_sub", "set_weights", "scatter_nd_update"}


@dataclass(frozen=True)
class Reading:
    """What an answer's code says about itself. All empty for a callable that has no code.

    parameters: the names of its arguments; names: the attributes and globals that it uses, also in functions inside
    it; bound: its local names that get a value; set_attributes: those of `x.name = ...`; constants: its numbers and
    strings.
    """

    parameters: tuple = ()
    names: frozenset = frozenset()
    bound: frozenset = frozenset()
    set_attributes: frozenset = frozenset()
    constants: frozenset = frozenset()
    edits_after_write: bool = False  # an array is edited below the last assign or set_weights
    write_not_called: bool = False  # `v.assign` without brackets
    comparison_dropped: bool = False  # `a[mask] == x` on a line of its own

    @property
    def rebinds_variable(self):
        """Whether the name of the first parameter is given to another object."""
        return bool(self.parameters) and self.parameters[0] in self.bound

    def uses(self, *names):
        """Whether the answer uses one of these attributes or globals."""
        return not self.names.isdisjoint(names)


def read(answer):
    """The `Reading` of an answer, through tf.function, functools.partial and other wrappers."""
    code = code_of(answer)
    if code is None:
        return Reading()
    codes = list(_nested(code))
    return Reading(
        parameters=code.co_varnames[: code.co_argcount],
        names=frozenset(name for inner in codes for name in inner.co_names),
        bound=frozenset(_names_bound(code)),
        set_attributes=frozenset(
            step.argval for inner in codes for step in dis.get_instructions(inner) if step.opname == "STORE_ATTR"
        ),
        constants=frozenset(constant for inner in codes for constant in _flat(inner.co_consts)),
        edits_after_write=_edits_after_write(code),
        write_not_called=any(_dropped(inner, _names_write) for inner in codes),
        comparison_dropped=any(_dropped(inner, lambda step: step.opname == "COMPARE_OP") for inner in codes),
    )


def code_of(answer):
    """The code object of a callable, or None."""
    try:
        for _ in range(4):  # wrappers of wrappers; a mock has every attribute, and would go on for ever
            code = getattr(answer, "__code__", None)
            if isinstance(code, CodeType):
                return code
            answer = next(
                (getattr(answer, name) for name in ("python_function", "__wrapped__", "func") if hasattr(answer, name)),
                None,
            )
    except Exception:  # an answer may be an object whose attributes raise
        pass
    return None


def is_stub(answer):
    """Whether a function is a docstring, `...`, `pass` or `return`, and nothing else."""
    code = code_of(answer)
    if code is None:
        return False
    operations = {step.opname for step in dis.get_instructions(code)}
    return operations <= STUB and set(code.co_consts) <= {None, getattr(answer, "__doc__", None), Ellipsis}


def same_steps(answer, other):
    """Whether two functions do the same, step by step; comments, docstrings and the layout do not count."""
    first, second = code_of(answer), code_of(other)
    return first is not None and second is not None and _steps(first) == _steps(second)


def _steps(code):
    # LOAD_METHOD: 3.11 only, and there LOAD_ATTR where the module was imported in the same cell
    return [
        (step.opname.replace("LOAD_METHOD", "LOAD_ATTR"), step.argval)
        for step in dis.get_instructions(code)
        if step.opname not in CALLS_ONLY
    ]


def _nested(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)


def _names_bound(code):
    for step in dis.get_instructions(code):
        if step.opname in ("STORE_FAST", "STORE_DEREF"):
            yield step.argval
        elif step.opname == "STORE_FAST_STORE_FAST":  # 3.13: two at once
            yield from step.argval
        elif step.opname == "STORE_FAST_LOAD_FAST":  # 3.13: the first is stored, the second read
            yield step.argval[0]


def _names_write(step):
    return step.opname in ("LOAD_ATTR", "LOAD_METHOD") and step.argval in WRITES


def _edits_after_write(code):
    steps = list(dis.get_instructions(code))
    writes = [i for i, step in enumerate(steps) if _names_write(step)]
    in_place = (step.opname == "BINARY_OP" and step.argrepr.endswith("=") for step in steps[max(writes, default=0) :])
    return bool(writes) and (any(step.opname in STORES for step in steps[writes[-1] :]) or any(in_place))


def _dropped(code, wanted):
    """Whether what such a step gives is thrown away by the next one."""
    return any(wanted(step) and after.opname == "POP_TOP" for step, after in pairwise(dis.get_instructions(code)))


def _flat(constants):
    for constant in constants:
        if isinstance(constant, Iterable) and not isinstance(constant, str | bytes):
            yield from _flat(constant)
        elif isinstance(constant, str | int | float):
            yield constant
