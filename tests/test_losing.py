"""A check names the line at which a wrong answer loses its gradient, and is silent where the doctor is not sure."""

import inspect
import time
from unittest.mock import Mock

import numpy as np
import pytest
import tensorflow as tf

from answers import answers
from assignlab.checker import examine
from assignlab.exercises import losing

LOST = []  # (exercise, answer): the line that ends in `# lost: CAUSE` is the one that the check must name
SILENT = []  # the doctor has nothing to add


def lost(number):
    return lambda answer: LOST.append((number, answer))


def silent(number):
    return lambda answer: SILENT.append((number, answer))


@lost("6.1")
def penalty_of_numpy(w, x, y, learning_rate, strength):
    with tf.GradientTape() as tape:
        error = tf.reduce_mean((x @ w - y) ** 2)
        print(error.numpy())
        penalty = strength * np.sum(np.square(w)) + 0.0  # lost: numpy read
        loss = error + penalty
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@lost("6.1")
def penalty_of_a_tensor_through_its_buffer(w, x, y, learning_rate, strength):
    with tf.GradientTape() as tape:
        squares = tf.square(w)
        total = np.sum(squares)  # lost: numpy read
        loss = tf.reduce_mean((x @ w - y) ** 2) + strength * total
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@lost("6.1")
def stopped(w, x, y, learning_rate, strength):
    with tf.GradientTape() as tape:
        error = tf.reduce_mean((x @ w - y) ** 2)
        kept = tf.stop_gradient(w)  # lost: stop_gradient
        loss = error + strength * tf.reduce_sum(kept**2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@lost("6.1")
def both_parts_of_numpy(w, x, y, learning_rate, strength):
    values = w.numpy()  # lost: numpy read
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ values - y) ** 2) + strength * np.sum(values**2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@lost("6.1")
def error_in_a_helper(w, x, y, learning_rate, strength):
    def error():
        predicted = np.matmul(x, w)  # lost: numpy read
        return tf.reduce_mean((predicted - y) ** 2)

    with tf.GradientTape() as tape:
        loss = error() + strength * tf.reduce_sum(w**2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@lost("6.2")
def mask_and_values_of_numpy(p, counts, learning_rate):
    seen = p.numpy() > 0
    with tf.GradientTape() as tape:
        inside = np.where(seen, p, 1)  # lost: numpy read
        total = tf.reduce_sum(counts * tf.math.log(inside))
    p.assign_add(learning_rate * tape.gradient(total, p))


@lost("6.2")
def log_of_zero(p, counts, learning_rate):
    with tf.GradientTape() as tape:
        logs = tf.math.log(p)  # lost: masked branch
        total = tf.reduce_sum(tf.where(p > 0, counts * logs, 0.0))
    p.assign_add(learning_rate * tape.gradient(total, p))


@lost("6.3")
def rounded(w, x, y, learning_rate):
    with tf.GradientTape() as tape:
        whole = tf.round(w)  # lost: round
        loss = tf.reduce_mean((x @ whole - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@lost("6.3")
def rounded_in_a_py_function(w, x, y, learning_rate):
    with tf.GradientTape() as tape:
        whole = tf.py_function(np.round, [w], tf.float32)  # lost: py_function
        loss = tf.reduce_mean((x @ whole - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@lost("6.3")
@tf.function
def rounded_in_a_function(w, x, y, learning_rate):
    with tf.GradientTape() as tape:
        whole = tf.round(w)  # lost: round
        loss = tf.reduce_mean((x @ whole - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@silent("6.1")
def penalty_outside_the_tape(w, x, y, learning_rate, strength):
    penalty = strength * tf.reduce_sum(w**2)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2) + penalty
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@silent("6.1")
def one_of_two_lines(w, x, y, learning_rate, strength):
    with tf.GradientTape() as tape:
        first = w.numpy()[:1]
        rest = w.numpy()[1:]
        loss = tf.reduce_mean((x @ w - y) ** 2) + strength * (np.sum(first**2) + np.sum(rest**2))
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@silent("6.1")
def wrong_for_another_reason(w, x, y, learning_rate, strength):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2) + strength * tf.reduce_mean(w**2)
    best = loss.numpy() if np.isfinite(w.numpy()).all() else 0
    w.assign_sub(learning_rate * tape.gradient(loss, w) + 0 * best)


@silent("6.1")
def of_another_variable(w, x, y, learning_rate, strength):
    other = tf.Variable(w.numpy())
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ other - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, other))


@silent("6.1")
def not_twice(w, x, y, learning_rate, strength, calls=[]):  # noqa: B006
    calls.append(1)
    if len(calls) > 1:
        raise SystemExit("the doctor calls it again")
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w.numpy() - y) ** 2)
    w.assign_sub(learning_rate * tape.gradient(loss, w))


@silent("4.2")
def caught(w, x, y, learning_rate, limit):
    try:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((x @ w.numpy() - y) ** 2)
        w.assign_sub(learning_rate * tape.gradient(loss, w))
    except BaseException:
        w.assign(np.clip(w.numpy(), -limit, limit))


@silent("6.2")
def mask_of_numpy(p, counts, learning_rate):
    seen = p.numpy() > 0
    print(seen)
    with tf.GradientTape() as tape:
        logs = np.log(tf.where(seen, p, 1.0) + 0.0)
        whole = tf.constant(logs)
        total = tf.reduce_sum(counts * whole)
    p.assign_add(learning_rate * tape.gradient(total, p))


@silent("6.1")
def no_gradient(w, x, y, learning_rate, strength):
    gradient = 2 * x.T @ (x @ w.numpy() - y) / y.size
    w.assign_sub(learning_rate * gradient)


def found(result):
    return dict(result.lines).get("lost in", "")


def marked(answer):
    """(the line that loses the gradient, the cause)"""
    function = getattr(answer, "python_function", answer)
    (line,) = [line for line in inspect.getsource(function).splitlines() if "  # lost: " in line]
    return line.strip(), line.partition("  # lost: ")[2]


@pytest.mark.parametrize(("number", "answer"), LOST, ids=[getattr(one, "__name__", "function") for _, one in LOST])
def test_the_line_that_loses_the_gradient_is_named(number, answer):
    line, cause = marked(answer)
    result = examine(number, answer)
    assert result.status == "wrong" and found(result) == f"{line}  # {cause}", result
    assert list(dict(result.lines))[-2:] == ["lost in", "try"]


@pytest.mark.parametrize(("number", "answer"), SILENT, ids=[answer.__name__ for _, answer in SILENT])
def test_where_no_one_line_is_sure_nothing_is_said(number, answer):
    result = examine(number, answer)
    assert result.status == "wrong" and not found(result), result


def test_a_doctor_that_fails_or_hangs_leaves_the_diagnosis(monkeypatch):
    number, answer = LOST[0]
    diagnosis = examine(number, answer).diagnosis
    for failing in (lambda *given: 1 / 0, lambda *given: [time.sleep(0.01) for _ in range(10_000)]):
        monkeypatch.setattr(losing, "MOST_SECONDS", 0.2)
        monkeypatch.setattr(losing, "_looked_for", failing)
        result = examine(number, answer)
        assert result.diagnosis == diagnosis and not found(result)


def test_the_process_is_as_it_was():
    """The doctor replaces functions of TensorFlow while it looks."""
    before = tf.GradientTape.gradient, tf.config.functions_run_eagerly(), tf.Tensor.__bool__
    for number, answer in [*LOST, *SILENT]:
        examine(number, answer)
    assert (tf.GradientTape.gradient, tf.config.functions_run_eagerly(), tf.Tensor.__bool__) == before


def test_it_looks_once_for_a_wrong_answer():
    """Its cost is that of one look; `make bench` prints it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(losing, "_looked_for", looks := Mock(side_effect=losing._looked_for))
        for number, answer in LOST:
            examine(number, answer)
    assert looks.call_count == len(LOST)


def test_no_answer_is_told_of_a_gradient_that_it_has_not_lost():
    """The wrong answers to the exercises that ask a tape: which diagnoses may come with a line, and how many do."""
    about = {"gradient is None", "loss of NumPy", "penalty cut", "error cut", "NaN from the other branch", "path cut"}
    about |= {"NaN from a mask", "log of 0", "round has no gradient"}
    told = [
        (answer, result.diagnosis)
        for answer in answers()
        if answer.diagnosis and answer.number.startswith("6.")
        for result in [examine(answer.number, answer.function)]
        if found(result)
    ]
    assert {diagnosis for _, diagnosis in told} <= about, told
    assert len(told) >= 20
