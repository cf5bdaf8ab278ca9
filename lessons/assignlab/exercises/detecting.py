"""Ways in which any answer can be wrong, whatever its exercise: recognised by the values that it left.

Two kinds: a *hypothesis* says how the values were computed, and must explain those of every case; a *description* says
what is wrong with those of one case. Both give (diagnosis, advice).
"""

from itertools import combinations, permutations

import numpy as np

from assignlab.exercises.comparing import identical, same_values


def detect(seen):
    """(diagnosis, advice) of the first hypothesis or description that fits what was `Seen`, or None."""
    for hypotheses in (_of_arguments, _of_the_method, _of_damage, _of_places):
        for diagnosis, gives, advice in hypotheses(seen):
            if seen.explained_by(gives):
                return diagnosis, advice
    if seen.unused:
        return _not_used(seen)
    if identical(seen.got, seen.case.before):
        return None
    with np.errstate(all="ignore"):
        return next(filter(None, (describe(seen) for describe in DESCRIPTIONS)), None)


def fixed_numbers(seen):
    """(diagnosis, advice) where the arguments of the first case were used in a later one, or None."""
    first = seen.passed[0].arguments if seen.passed else ()
    for index, argument in enumerate(first):
        name = seen.names[index + 1]
        if seen.explained_by(lambda case, i=index, a=argument: _with_argument(seen, case, i, a)):
            return "fixed numbers", f"{name} is used as it was in the first example. Take it from the argument {name}."
    if len(first) > 1 and seen.explained_by(lambda case: seen.reference(case.before, *first)):
        return "fixed numbers", "The numbers of the first example were used here too. Take them from the arguments."
    return None


def _not_used(seen):
    names = [seen.names[index + 1] for index in seen.unused]
    listed = f"{', '.join(names[:-1])} and {names[-1]} are" if names[1:] else f"{names[0]} is"
    advice = (
        f"{listed} not used in your function. Each call brings other values: use what comes as an argument, and no "
        "number of your own in its place."
    )
    return "argument not used", advice


def first_difference(seen):
    """A sentence about the first wrong entry."""
    wrong = ~np.isclose(seen.got.astype(np.float64), seen.case.expected.astype(np.float64), equal_nan=True)
    if not wrong.any():
        return ""
    first = _first(wrong)
    return f"The first entry that differs is {first}: {_at(seen.got, first)}, not {_at(seen.case.expected, first)}."


def _with_argument(seen, case, index, value):
    return seen.reference(case.before, *case.arguments[:index], value, *case.arguments[index + 1 :])


# Hypotheses: (diagnosis, function of a case that gives the wrong values, advice) ------------------------------------

ALTERED = (  # (diagnosis, what was done to an argument, advice about the argument {a})
    ("cut to integers", np.trunc, "{a} lost its fractions on the way: int(...) or an integer dtype. Use it as it is."),
    ("rounded", np.rint, "{a} was rounded to whole numbers. Use it as it is."),
    ("wrong sign", np.negative, "{a} was used with the opposite sign. Use it as it is."),
    ("absolute value", np.abs, "{a} was used without its sign (abs). Use it as it is."),
    ("reversed", np.flip, "{a} was used back to front. Use it in its own order."),
    ("one entry for all", lambda a: np.full_like(a, a.flat[0]), "The first entry of {a} was used everywhere. Use all."),
    ("one entry for all", lambda a: np.full_like(a, a.flat[-1]), "The last entry of {a} was used everywhere. Use all."),
    (
        "one number for all",
        lambda a: np.full_like(a, a.mean()),
        "The mean of {a} was used everywhere. Use its entries.",
    ),
    ("one number for all", lambda a: np.full_like(a, a.sum()), "The sum of {a} was used everywhere. Use its entries."),
)


def _of_arguments(seen):
    names = seen.names[1:]
    for index, argument in enumerate(seen.case.arguments):
        if isinstance(argument, int | float | np.ndarray):
            for diagnosis, alter, advice in ALTERED:

                def gives(case, index=index, alter=alter):
                    return _with_argument(seen, case, index, alter(np.asarray(case.arguments[index], np.float64)))

                yield diagnosis, gives, advice.format(a=names[index])
    for order in permutations(range(len(names))):
        moved = [names[i] for i, place in enumerate(order) if i != place]
        if moved:

            def gives(case, order=order):
                return seen.reference(case.before, *(case.arguments[i] for i in order))

            yield "arguments swapped", gives, f"{' and '.join(moved)} changed places. Look up what each of them is for."
    for index, name in enumerate(names):

        def gives(case, index=index):
            return np.broadcast_to(case.arguments[index], case.expected.shape)

        yield "argument stored", gives, f"{seen.name} holds {name} itself. Compute the new values from the old ones."


def _of_the_method(seen):
    store = f"To store values, use {seen.name}.assign(...)"
    yield (
        "added to the old values",
        lambda case: case.before + case.expected,
        f"{seen.name} holds its old values plus the right ones. Is it assign_add, which adds, or are the old values "
        f"part of your sum? {store}",
    )
    yield (
        "subtracted from the old values",
        lambda case: case.before - case.expected,
        f"{seen.name} holds its old values minus the right ones. Is it assign_sub, which subtracts, or do you subtract "
        f"from the old values? {store}",
    )
    yield (
        "only the change",
        lambda case: case.expected - case.before,
        f"{seen.name} holds the new values minus the old ones. Store the new values themselves.",
    )
    yield (
        "wrong sign",
        lambda case: -case.expected,
        "Every value has the wrong sign. Look for a minus, or for a difference taken the other way round.",
    )


def _of_damage(seen):
    lost = (
        "The fractions are gone: the values were rounded, or went through integers (int(...), astype(int), an array "
        f"made of whole numbers). Make that array float: dtype={seen.name}.numpy().dtype"
    )
    old = f"The old values of {seen.name} lost their fractions: int(...) or an integer dtype."
    yield "cut to integers", lambda case: np.trunc(case.expected), lost
    yield "cut to integers", lambda case: seen.reference(np.trunc(case.before), *case.arguments), old
    yield "cut to integers", lambda case: np.trunc(seen.reference(np.trunc(case.before), *case.arguments)), old
    yield (
        "rounded",
        lambda case: np.rint(case.expected),
        "The values were rounded to whole numbers. Store them as they are.",
    )


def _of_places(seen):
    elsewhere = "The values are right and stand elsewhere: "
    axes = range(seen.got.ndim)
    for order in permutations(axes):
        if order != tuple(axes):
            advice = f"{elsewhere}their axes are in the order {order}. Look at each transpose."
            yield "transposed", lambda case, order=order: case.expected.transpose(order), advice
    for some in (chosen for count in range(1, len(axes) + 1) for chosen in combinations(axes, count)):
        along = f"axis {some[0]}" if len(some) == 1 else f"axes {' and '.join(map(str, some))}"
        advice = f"{elsewhere}they are back to front along {along}. Look for [::-1] or np.flip."
        yield "reversed", lambda case, some=some: np.flip(case.expected, some), advice
    for axis in axes:
        for step in (1, -1):
            advice = f"{elsewhere}they are shifted by one along axis {axis}. Look for an index that is one off."
            yield "shifted", lambda case, axis=axis, step=step: np.roll(case.expected, step, axis), advice


# Descriptions of one case -------------------------------------------------------------------------------------------


def _precision_lost(seen):
    for dtype in {"float64": ("float32", "float16"), "float32": ("float16",)}.get(str(seen.got.dtype), ()):
        if same_values(seen.got, seen.case.expected, dtype, rounding=1 / 8):
            advice = (
                f"{seen.name} is {seen.got.dtype} here, and the values are right as {dtype} only: something was cast "
                f"to {dtype}, or rounded, on the way. Leave the cast to assign."
            )
            return "precision lost", advice
    return None


def _one_value(seen):
    if not seen.passed and np.unique(seen.got).size == 1 and np.unique(seen.case.expected).size > 1:
        value = _at(seen.got, (0,) * seen.got.ndim)
        return "one value everywhere", f"Every entry of {seen.name} is {value}. Which step loses the others?"
    return None


def _zero_and_one(seen):
    both = np.unique(seen.got).size == 2 and np.isin(seen.got, (0, 1)).all()
    if both and not np.isin(seen.case.expected, (0, 1)).all():
        return (
            "mask stored",
            "Only 0 and 1 were stored: a mask. Use it to choose entries, as an index or in np.where.",
        )
    return None


def _only_some_lines(seen):
    """Along one axis some slices are right as a whole, and the others are old, or empty: a loop that stops early.

    Only where most entries must change; elsewhere it may be a mask.
    """
    if _differ(seen.case.before, seen.case.expected).mean() < 0.75:
        return None
    for axis in range(seen.got.ndim if seen.got.ndim > 1 else 0):
        slices = range(seen.got.shape[axis])
        right = [i for i in slices if _same_slice(seen, axis, i, seen.got, seen.case.expected)]
        done = [i for i in right if not _same_slice(seen, axis, i, seen.case.before, seen.case.expected)]
        missed = [i for i in slices if i not in right]
        old = all(_same_slice(seen, axis, i, seen.got, seen.case.before) for i in missed)
        empty = not any(seen.got.take(i, axis).any() for i in missed)
        if done and missed and (old or empty):
            one, many = (("row", "rows"), ("column", "columns"))[axis] if seen.got.ndim == 2 else ("slice", "slices")
            where = "" if seen.got.ndim == 2 else f" along axis {axis}"
            advice = (
                f"Of the {many} of {seen.name}{where}, {_listed(one, many, done)} right and "
                f"{_listed(one, many, missed)} {'still old' if old else 'all 0'}. There are {len(slices)}: does your "
                "loop or index reach each of them?"
            )
            return f"only some {many}", advice
    return None


def _same_slice(seen, axis, index, first, second):
    return same_values(first.take(index, axis), second.take(index, axis), seen.got.dtype, seen.rounding)


def _listed(one, many, indices):
    shown = ", ".join(map(str, indices[:4])) + (", …" if len(indices) > 4 else "")
    return f"{one} {shown} is" if len(indices) == 1 else f"{many} {shown} are"


def _other_entries(seen):
    """Of an edit by a mask: entries that must change did not, or others changed."""
    asked, wrong = _differ(seen.case.before, seen.case.expected), _differ(seen.got, seen.case.expected)
    changed = _differ(seen.got, seen.case.before)
    missed, extra = wrong & asked & ~changed, wrong & ~asked
    if (wrong & ~missed & ~extra).any() or not ((asked & ~wrong).any() or extra.any()):
        return None
    parts = []
    if missed.any():
        first = _first(missed)
        parts.append(
            f"{missed.sum()} of the {asked.sum()} entries that must change are as they were: the first is {first}, "
            f"{_at(seen.case.before, first)}."
        )
    if extra.any():
        first = _first(extra)
        parts.append(
            f"{extra.sum()} of the {(~asked).sum()} entries that must stay were changed: the first is {first}, "
            f"{_at(seen.case.before, first)} before and {_at(seen.got, first)} now."
        )
    diagnosis = "other entries" if len(parts) == 2 else "too few entries" if missed.any() else "too many entries"
    return diagnosis, f"{' '.join(parts)} Follow one of them through your lines."


def _differ(a, b):
    return ~np.isclose(a.astype(np.float64), b.astype(np.float64), rtol=1e-3, atol=1e-3, equal_nan=True)


def _not_a_number(seen):
    made = np.isnan(seen.got) & ~np.isnan(seen.case.expected) & ~np.isnan(seen.case.before)
    if not made.any():
        return None
    advice = (
        f"NaN stands at {_first(made)}. If you did not put it there, it was computed: infinity times 0, infinity minus "
        "infinity and 0 / 0 are NaN. Choose entries with np.where or a mask index, and do not compute with the others."
    )
    return "NaN made", advice


def _same_numbers(seen):
    kept, wanted = (np.sort(array, axis=None) for array in (seen.got, seen.case.expected))
    if np.unique(seen.got).size < 3 or not same_values(kept, wanted, seen.got.dtype, seen.rounding):
        return None
    advice = "These are the right numbers in the wrong places. Follow one of them from the old array to the new one."
    return "wrong places", advice


def _off_by_a_constant(seen):
    expected = seen.case.expected.astype(np.float64)
    if not np.isfinite(seen.got).all() or np.unique(expected).size < 3:
        return None
    got, nonzero = seen.got.astype(np.float64), expected != 0
    difference, factor = np.median(got - expected), np.median(got[nonzero] / expected[nonzero])
    if seen.got_is(expected + difference):
        direction = "large" if difference > 0 else "small"
        return (
            "off by a constant",
            f"Every entry is {abs(difference):.4g} too {direction}. What adds or subtracts that?",
        )
    if factor and seen.got_is(expected * factor):
        return (
            "off by a factor",
            f"Every entry is {factor:.4g} times what it should be. What multiplies or divides by that?",
        )
    return None


def _first(mask):
    index = tuple(int(i) for i in np.argwhere(mask)[0])
    return index[0] if len(index) == 1 else index


def _at(array, index):
    return f"{float(array[index]):.4g}"


DESCRIPTIONS = (
    _precision_lost,
    _only_some_lines,
    _other_entries,
    _one_value,
    _zero_and_one,
    _same_numbers,
    _not_a_number,
    _off_by_a_constant,
)
