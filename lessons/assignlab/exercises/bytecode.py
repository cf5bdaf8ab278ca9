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
JUMPS = {*dis.hasjrel, *dis.hasjabs}
CALLS_ONLY = {"PUSH_NULL", "PRECALL"}  # how a call is prepared; differs with where a name was imported
WRITES = {"assign", "assign_add", "assign_sub", "set_weights", "scatter_nd_update"}
LOOKS_UP = {"locals", "vars", "eval", "exec"}  # by these a name may be read that no instruction loads
NEW_ARRAY = {  # what returns a new array, or a view, and leaves its argument as it is
    *("reshape", "transpose", "swapaxes", "moveaxis", "astype", "clip", "clip_by_value", "where", "nan_to_num"),
    *("minimum", "maximum", "multiply", "subtract", "abs", "broadcast_to", "tile", "repeat"),
}
COMPUTES = {"CALL", "CALL_KW", "CALL_FUNCTION_EX", "BINARY_OP", "BINARY_SUBSCR"}


@dataclass(frozen=True)
class Reading:
    """What an answer's code says about itself. All empty for a callable that has no code.

    parameters: the names of its arguments; names: the attributes and globals that it uses, also in functions inside
    it; bound: its local names that get a value; unused: its arguments that it never reads; set_attributes: those of
    `x.name = ...`; constants: its numbers and strings; first_arguments: (method, name) for each call `x.method(name,
    ...)`; dropped: functions that make an array which no name gets; loop_names: those of `for` that are bound again.
    """

    parameters: tuple = ()
    names: frozenset = frozenset()
    bound: frozenset = frozenset()
    unused: frozenset = frozenset()
    set_attributes: frozenset = frozenset()
    constants: frozenset = frozenset()
    first_arguments: frozenset = frozenset()
    dropped: frozenset = frozenset()
    loop_names: frozenset = frozenset()
    edits_after_write: bool = False  # an array is edited, or a new one made, below the last assign or set_weights
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
    parameters = code.co_varnames[: code.co_argcount]
    return Reading(
        parameters=parameters,
        names=frozenset(name for inner in codes for name in inner.co_names),
        bound=frozenset(_names_bound(code)),
        unused=_unused(parameters, code, codes),
        set_attributes=frozenset(
            step.argval for inner in codes for step in dis.get_instructions(inner) if step.opname == "STORE_ATTR"
        ),
        constants=frozenset(constant for inner in codes for constant in _flat(inner.co_consts)),
        first_arguments=frozenset(pair for inner in codes for pair in _first_arguments(inner)),
        dropped=frozenset(name for inner in codes for name in _results_dropped(inner)),
        loop_names=frozenset(_loop_names_bound(code)),
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
    # LOAD_METHOD: 3.11 only, and there LOAD_ATTR where the module was imported in the same cell. It is the longer one,
    # and moves what a jump (of `with`, `for`, `if`) names: a number of bytes
    return [
        (step.opname.replace("LOAD_METHOD", "LOAD_ATTR"), None if step.opcode in JUMPS else _argument(step))
        for step in dis.get_instructions(code)
        if step.opname not in CALLS_ONLY
    ]


def _argument(step):
    """What an instruction works on; of an inner function, its steps."""
    return _steps(step.argval) if isinstance(step.argval, CodeType) else step.argval


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
    if not writes:
        return False
    after = steps[writes[-1] :]
    ends = (i for i, step in enumerate(after) if step.opname == "POP_TOP" or step.opname.startswith("STORE_"))
    below = after[next(ends, 0) :]  # the lines below that of the last write
    return any(step.opname in STORES or _in_place(step) for step in after) or any(
        after.opname == "STORE_FAST" and step.opname in COMPUTES for step, after in pairwise(below)
    )


def _in_place(step):
    return step.opname == "BINARY_OP" and step.argrepr.endswith("=")


def _unused(parameters, code, codes):
    """The parameters whose value no instruction reads."""
    if any(not LOOKS_UP.isdisjoint(inner.co_names) for inner in codes):
        return frozenset()
    read = {name for inner in codes[1:] for name in inner.co_freevars}
    for step in dis.get_instructions(code):
        read.update(_names_read(step))
    return frozenset(parameters) - read


def _names_read(step):
    if "LOAD_FAST" in step.opname or step.opname in ("LOAD_DEREF", "LOAD_CLOSURE"):
        if isinstance(step.argval, str):
            return (step.argval,)
        return step.argval if step.opname.startswith("LOAD") else step.argval[1:]  # 3.13: two names at once
    return ()


def _first_arguments(code):
    steps = [step for step in dis.get_instructions(code) if step.opname not in CALLS_ONLY]
    for method, argument in pairwise(steps):
        if method.opname in ("LOAD_ATTR", "LOAD_METHOD") and argument.opname.startswith("LOAD_FAST"):
            yield method.argval, next(iter(_names_read(argument)), None)


def _results_dropped(code):
    """The functions of NEW_ARRAY in statements that keep nothing and write nothing."""
    statement, before = [], None
    for step in dis.get_instructions(code):
        if step.opname == "POP_TOP" and before in ("CALL", "BINARY_OP"):
            names = [name for name in statement if isinstance(name, str)]
            if WRITES.isdisjoint(names) and "out" not in names:
                yield from NEW_ARRAY.intersection(names)
        if step.opname == "POP_TOP" or step.opname.startswith(("STORE_", "FOR_ITER", "RETURN")):
            statement = []
        elif step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
            statement.append(step.argval)
        elif step.opname == "KW_NAMES":  # 3.11 and 3.12; 3.13 loads the names as a constant
            statement.extend(code.co_consts[step.arg])
        elif step.opname == "LOAD_CONST" and isinstance(step.argval, tuple):
            statement.extend(step.argval)
        before = step.opname


def _loop_names_bound(code):
    """Names of a `for` that its body gives to something new: `for row in values: row = ...`."""
    steps = list(dis.get_instructions(code))
    names = {
        after.argval for step, after in pairwise(steps) if (step.opname, after.opname) == ("FOR_ITER", "STORE_FAST")
    }
    for step, after in pairwise(steps):
        starts_or_ends = step.opname in ("FOR_ITER", "SWAP")  # SWAP: the end of a comprehension, since 3.12
        if after.opname == "STORE_FAST" and after.argval in names and not (starts_or_ends or _in_place(step)):
            yield after.argval


def _dropped(code, wanted):
    """Whether what such a step gives is thrown away by the next one."""
    return any(wanted(step) and after.opname == "POP_TOP" for step, after in pairwise(dis.get_instructions(code)))


def _flat(constants):
    for constant in constants:
        if isinstance(constant, Iterable) and not isinstance(constant, str | bytes):
            yield from _flat(constant)
        elif isinstance(constant, str | int | float):
            yield constant
