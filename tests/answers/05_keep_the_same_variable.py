"""Answers to the exercises of lesson 05, keeping the same variable."""

import copy
from contextlib import contextmanager

import numpy as np
import tensorflow as tf

from answers import right, wrong

# 5.1 follow

wrong("5.1", "returned", lambda average, weights, rate: average + rate * (weights - average))
wrong("5.1", "returned", lambda average, weights, rate: tf.Variable(average + rate * (weights - average)))
wrong("5.1", "replaced", lambda average, weights, rate: average.assign(weights))
wrong("5.1", "the wrong way", lambda average, weights, rate: average.assign_sub(rate * (weights - average)))
wrong("5.1", "the wrong way", lambda average, weights, rate: average.assign_add(rate * (average - weights)))
wrong("5.1", "only the step", lambda average, weights, rate: average.assign(rate * (weights - average)))
wrong("5.1", "added", lambda average, weights, rate: average.assign_add(rate * weights))
wrong("5.1", "rates swapped", lambda average, weights, rate: average.assign(rate * average + (1 - rate) * weights))
wrong(
    "5.1",
    "added to the old values",
    lambda average, weights, rate: average.assign_add(average + rate * (weights - average)),
)
wrong("5.1", "halfway", lambda average, weights, rate: average.assign((average + weights) / 2))
wrong("5.1", "shrunk", lambda average, weights, rate: average.assign((1 - rate) * average))
wrong("5.1", "only the weights' part", lambda average, weights, rate: average.assign(rate * weights))
wrong("5.1", "fixed numbers", lambda average, weights, rate: average.assign_add(0.25 * (weights - average)))


@wrong("5.1", "returned")
def _(average, weights, rate):
    average = average.numpy() + rate * (weights - average)
    return average


@wrong("5.1", "rebound")
def _(average, weights, rate):
    average = average + rate * (weights - average)


@wrong("5.1", "rebound")
def _(average, weights, rate):
    average = tf.Variable(average)
    average.assign_add(rate * (weights - average))


@wrong("5.1", "in-place operator")
def _(average, weights, rate):
    average += rate * (weights - average)


@wrong("5.1", "in-place operator")
def _(average, weights, rate):
    average *= 1 - rate
    average += rate * weights


@wrong("5.1", "copy edited")
def _(average, weights, rate):
    values = average.numpy()
    values += rate * (weights - values)


@wrong("5.1", "new variable")
def _(average, weights, rate):
    moved = tf.Variable(average)
    moved.assign_add(rate * (weights - moved))


@wrong("5.1", "new variable")
def _(average, weights, rate):
    other = copy.deepcopy(average)
    other.assign_add(rate * (weights - other))


@wrong("5.1", "item assignment")
def _(average, weights, rate):
    average[:] = average + rate * (weights - average)


@wrong("5.1", "no assign on a tensor")
def _(average, weights, rate):
    moved = average + rate * (weights - average)
    moved.assign(average)


@wrong("5.1", "rebound")
def _(average, weights, rate):
    average = average + rate * (weights - average)
    average.assign(average)


@wrong("5.1", "not called")
def _(average, weights, rate):
    moved = average + rate * (weights - average)
    average.assign  # noqa: B018
    return moved.shape


@wrong("5.1", "used before it has a value")
def _(average, weights, rate):
    step = rate * distance  # noqa: F821
    distance = weights - average
    average.assign_add(step)


@wrong("5.1", "argument changed")
def _(average, weights, rate):
    weights -= average.numpy()
    average.assign_add(rate * weights)


right("5.1", lambda average, weights, rate: average.assign(average + rate * (weights - average)))
right("5.1", lambda average, weights, rate: average.assign_add(rate * (weights - average)))
right("5.1", lambda average, weights, rate: average.assign_sub(rate * (average - weights)))
right("5.1", lambda average, weights, rate: average.assign((1 - rate) * average.numpy() + rate * weights))


@right("5.1")
def _(average, weights, rate):
    values = average.numpy()
    values += rate * (weights - values)
    average.assign(values)


@right("5.1")
def _(average, weights, rate):
    moved = average + rate * (weights - average)
    average = average.assign(moved)
    return average


@right("5.1")
def _(average, weights, rate):
    same = copy.copy(average)
    same.assign_add(rate * (weights - same))


# 5.2 same_variable

wrong("5.2", "objects compared", lambda a, b: a is b)
wrong("5.2", "objects compared", lambda a, b: id(a) == id(b))
wrong("5.2", "objects compared", lambda a, b: a.ref() == b.ref())
wrong("5.2", "objects compared", lambda a, b: copy.copy(a) is b)
wrong("5.2", "turned round", lambda a, b: a.handle is not b.handle)
wrong("5.2", "names compared", lambda a, b: a.name == b.name)
wrong("5.2", "values compared", lambda a, b: np.array_equal(a, b))
wrong("5.2", "values compared", lambda a, b: a.numpy().tobytes() == b.numpy().tobytes())
wrong("5.2", "values compared", lambda a, b: np.array_equal(a.numpy(), b.numpy()) and a.dtype == b.dtype)
wrong("5.2", "shapes compared", lambda a, b: a.shape == b.shape)
wrong("5.2", "dtypes compared", lambda a, b: a.dtype == b.dtype)
wrong("5.2", "copies compared", lambda a, b: a.numpy() is b.numpy())
wrong("5.2", "copies compared", lambda a, b: np.shares_memory(a.numpy(), b.numpy()))
wrong("5.2", "one answer for all", lambda a, b: False)
wrong("5.2", "one answer for all", lambda a, b: isinstance(b, tf.Variable))
wrong("5.2", "one answer for all", lambda a, b: a.device == b.device)
wrong("5.2", "== on handles", lambda a, b: a.handle == b.handle)
wrong("5.2", "nothing returned", lambda a, b: print(a.handle is b.handle))
wrong("5.2", "values", lambda a, b: a == b)
wrong("5.2", "not a key", lambda a, b: len({a, b}) == 1)


@wrong("5.2", "not restored")
def _(a, b):
    a.assign(tf.zeros_like(a))
    return not b.numpy().any()


@wrong("5.2", "not restored")
def _(a, b):
    if a.shape != b.shape:
        return False
    before = b.numpy()
    b.assign(np.ones(b.shape))
    same = a.numpy().all()
    b.assign_add(before)
    return same


@wrong("5.2", "nothing returned")
def _(a, b):
    a.handle is b.handle  # noqa: B015


right("5.2", lambda a, b: a.handle is b.handle)
right("5.2", lambda a, b: id(a.handle) == id(b.handle))
right("5.2", lambda a, b: bool(a.handle is b.handle))
right("5.2", lambda a, b: np.bool_(a.handle is b.handle))
right("5.2", lambda a, b: tf.constant(a.handle is b.handle))
right("5.2", lambda a, b: a.handle.ref() == b.handle.ref())


@right("5.2")
def _(a, b):
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    old_a, old_b = a.numpy(), b.numpy()
    try:
        a.assign(tf.zeros_like(a))
        b.assign(tf.ones_like(b))
        return bool(a.numpy().all())
    finally:
        a.assign(old_a)
        b.assign(old_b)


# 5.3 with_change


@contextmanager
def changed(v, change):
    old = v.numpy()
    v.assign(old + change)
    try:
        yield
    finally:
        v.assign(old)


wrong("5.3", "measured without the change", lambda v, change, measure: measure())
wrong("5.3", "nothing returned", lambda v, change, measure: len("nothing") and None)
wrong("5.3", "number of arguments", lambda v, change, measure: measure(v + change))
wrong("5.3", "not a function", lambda v, change, measure: v())


@wrong("5.3", "not restored")
def _(v, change, measure):
    v.assign_add(change)
    return measure()


@wrong("5.3", "not restored")
def _(v, change, measure):
    old = v
    v.assign_add(change)
    result = measure()
    v.assign(old)
    return result


@wrong("5.3", "not restored")
def _(v, change, measure):
    old = copy.copy(v)
    v.assign_add(change)
    try:
        return measure()
    finally:
        v.assign(old)


@wrong("5.3", "not restored")
def _(v, change, measure):
    old = v.assign_add(change)
    try:
        return measure()
    finally:
        v.assign(old)


@wrong("5.3", "rebound")
def _(v, change, measure):
    old = v.numpy()
    v.assign(old + change)
    result = measure()
    v = old
    return result


@wrong("5.3", "not restored")
def _(v, change, measure):
    v.assign_add(change)
    old = v.numpy()
    try:
        return measure()
    finally:
        v.assign(old)


@wrong("5.3", "not exact")
def _(v, change, measure):
    v.assign_add(change)
    result = measure()
    v.assign_sub(change)
    return result


@wrong("5.3", "not exact")
def _(v, change, measure):
    v.assign_add(change)
    try:
        return measure()
    finally:
        v.assign_add(-change)


@wrong("5.3", "not exact")
def _(v, change, measure):
    v.assign(v.numpy() + change)
    try:
        return measure()
    finally:
        v.assign(v.numpy() - change)


@wrong("5.3", "not exact")
def _(v, change, measure):
    old = np.round(v.numpy(), 6)
    v.assign(old + change)
    try:
        return measure()
    finally:
        v.assign(old.astype("float16"))


@wrong("5.3", "not restored after an error")
def _(v, change, measure):
    old = v.numpy()
    v.assign_add(change)
    result = measure()
    v.assign(old)
    return result


@wrong("5.3", "not restored after an error")
def _(v, change, measure):
    old = tf.identity(v)
    v.assign_add(change)
    try:
        result = measure()
    except ValueError:
        v.assign(old)
        raise
    v.assign(old)
    return result


@wrong("5.3", "error swallowed")
def _(v, change, measure):
    old = v.numpy()
    v.assign_add(change)
    try:
        return measure()
    except Exception:
        return None
    finally:
        v.assign(old)


@wrong("5.3", "error swallowed")
def _(v, change, measure):
    old, result = v.numpy(), None
    v.assign_add(change)
    try:
        result = measure()
    finally:
        v.assign(old)
        return result  # noqa: B012


@wrong("5.3", "error swallowed")
def _(v, change, measure):
    old, result = v.numpy(), 0.0
    v.assign_add(change)
    try:
        result = measure()
    except Exception as error:
        print(error)
    v.assign(old)
    return result


@wrong("5.3", "nothing returned")
def _(v, change, measure):
    old = v.numpy()
    v.assign_add(change)
    try:
        measure()
    finally:
        v.assign(old)


@wrong("5.3", "nothing returned")
def _(v, change, measure):
    old = v.numpy()
    v.assign_add(change)
    print(measure())
    v.assign(old)


@wrong("5.3", "rebound")
def _(v, change, measure):
    v = v + change
    return measure()


@wrong("5.3", "in-place operator")
def _(v, change, measure):
    v += change
    return measure()


@wrong("5.3", "new variable")
def _(v, change, measure):
    w = tf.Variable(v)
    w.assign_add(change)
    return measure()


@wrong("5.3", "rebound")
def _(v, change, measure):
    v = copy.deepcopy(v)
    v.assign_add(change)
    return measure()


@wrong("5.3", "copy edited")
def _(v, change, measure):
    values = v.numpy()
    values += change
    return measure()


@wrong("5.3", "measured without the change")
def _(v, change, measure):
    old = v.numpy()
    v.assign_add(change)
    v.assign(old)
    return measure()


@wrong("5.3", "measured without the change")
def _(v, change, measure):
    old, result = v.numpy(), measure()
    v.assign_add(change)
    v.assign(old)
    return result


@wrong("5.3", "replaced")
def _(v, change, measure):
    old = v.numpy()
    v.assign(change)
    try:
        return measure()
    finally:
        v.assign(old)


@wrong("5.3", "subtracted")
def _(v, change, measure):
    old = v.numpy()
    v.assign_sub(change)
    try:
        return measure()
    finally:
        v.assign(old)


@wrong("5.3", "only the difference")
def _(v, change, measure):
    old, without = v.numpy(), measure()
    v.assign_add(change)
    try:
        return measure() - without
    finally:
        v.assign(old)


@wrong("5.3", "values")
def _(v, change, measure):
    old = v.numpy()
    v.assign_add(change)
    try:
        return measure
    finally:
        v.assign(old)


@right("5.3")
def _(v, change, measure):
    old = v.numpy()
    v.assign_add(change)
    try:
        return measure()
    finally:
        v.assign(old)


@right("5.3")
def _(v, change, measure):
    old = tf.identity(v)
    v.assign(v + change)
    try:
        result = measure()
    finally:
        v.assign(old)
    return result


@right("5.3")
def _(v, change, measure):
    old = copy.deepcopy(v)
    try:
        v.assign_add(change)
        return measure()
    finally:
        v.assign(old)


@right("5.3")
def _(v, change, measure):
    old = v.numpy()
    v.assign_add(change)
    try:
        result = measure()
    except BaseException:
        v.assign(old)
        raise
    v.assign(old)
    return result


@right("5.3")
def _(v, change, measure):
    with changed(v, change):
        return measure()


@right("5.3")
def _(v, change, measure):
    old = np.asarray(v.value())
    v.assign(old + change)
    try:
        return measure()
    finally:
        v.assign(old)
