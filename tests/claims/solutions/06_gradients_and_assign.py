"""Claims of the solutions of lesson 06, gradients and assign."""

import inspect

import numpy as np
import tensorflow as tf


def gradient_of(loss, w):
    """The gradient of loss(w)."""
    with tf.GradientTape() as tape:
        value = loss(w)
    return tape.gradient(value, w)


X, Y = np.array([[1.0, -2.0], [3.0, 1.0]], "float32"), np.array([[1.0], [2.0]], "float32")

# free: The worked answers of [the lesson](../lessons/06_gradients_and_assign.ipynb).
# free: Try each exercise there first: an answer is worth more when you have one of your own to hold beside it.

# %% exercise-6-1
# > `np.square(w)` is an array, so the penalty was a number to the tape.
# > The rest of the loss kept its gradient: a sum of which one part is cut has a gradient, and it is the wrong one.
#
# > [Lesson: What assign cuts, and what it keeps](../lessons/06_gradients_and_assign.ipynb)
w = tf.Variable([[0.5], [-2.0]])
assert type(np.square(w)) is np.ndarray
assert not tf.is_tensor(3.0 * np.sum(np.square(w)))
of_error = gradient_of(lambda w: tf.reduce_mean((X @ w - Y) ** 2), w)
cut = gradient_of(lambda w: tf.reduce_mean((X @ w - Y) ** 2) + 3.0 * np.sum(np.square(w)), w)
whole = gradient_of(lambda w: tf.reduce_mean((X @ w - Y) ** 2) + 3.0 * tf.reduce_sum(tf.square(w)), w)
np.testing.assert_array_equal(cut, of_error)
assert not np.allclose(cut, whole)

# %% exercise-6-1-others
# > The penalty's gradient is 2 `strength` `w`.
# > It can be added by hand.
w = tf.Variable([[0.5], [-2.0]])
np.testing.assert_allclose(gradient_of(lambda w: 3.0 * tf.reduce_sum(tf.square(w)), w), 2 * 3.0 * w)
assert "2 * strength * w" in inspect.getsource(decayed_by_hand)

# %% exercise-6-2
# > Where `p` is 0 the logarithm gets a 1.
# > That is a constant: what comes back there ends in it, and `p` gets 0.
p = tf.Variable([0.0, 0.5])
with tf.GradientTape(persistent=True) as tape:
    inside = tf.where(p > 0, p, 1.0)
    logarithm = tf.math.log(inside)
    chosen = tf.where(p > 0, logarithm, 0.0)
assert inside[0] == 1
np.testing.assert_array_equal(tape.gradient(logarithm, inside), [1, 2])
np.testing.assert_array_equal(tape.gradient(chosen, p), [0, 2])
for sent in (1.0, np.inf, np.nan):  # whatever comes back
    of_p = tape.gradient(inside, p, output_gradients=tf.constant([sent, 1.0]))
    np.testing.assert_array_equal(of_p, [0, 1])

# %% exercise-6-2-others
# > Take out the entries that count: where nothing else is computed, nothing needs a guard.
# > Or do without the tape: NumPy knows the gradient too, and is asked for it where it is finite.
for function in (likelihood_step_of_chosen, likelihood_step_in_numpy):
    p = tf.Variable([0.0, 0.5])
    function(p, np.array([1.0, 2.0], "float32"), 0.25)
    np.testing.assert_array_equal(p, [0, 1.5])
    assert "where" not in inspect.getsource(function)
assert "Tape" not in inspect.getsource(likelihood_step_in_numpy)

# %% exercise-6-3
# > Forward, `w` cancels and the rounded value remains.
# > Backward, the bracket is a constant, and the gradient goes to `w` as if nothing had been rounded.
# > Several small steps move a weight past the half, and then its rounded value jumps.
w = tf.Variable([[0.75], [-2.25]])
np.testing.assert_array_equal(w + tf.stop_gradient(tf.round(w) - w), [[1], [-2]])
assert gradient_of(lambda w: tf.reduce_sum(tf.stop_gradient(tf.round(w) - w)), w) is None
np.testing.assert_array_equal(gradient_of(lambda w: 3 * (w + tf.stop_gradient(tf.round(w) - w)), w), [[3], [3]])
w, one, seen = tf.Variable([[0.0]]), np.ones((1, 1), "float32"), []
for _step in range(8):
    rounded_step(w, one, one, 0.05)
    seen.append(float(tf.round(w)[0, 0]))
assert seen[:4] == [0, 0, 0, 0] and seen[-1] == 1 and sorted(seen) == seen

# %% exercise-6-3-others
# > A custom gradient, with NumPy's rounding; or the gradient of the loss at the rounded tensor, which the tape gives
# > when it is asked to watch that tensor.
assert "np.round" in inspect.getsource(straight_through.__wrapped__)
for function in (rounded_step_with_custom_gradient, rounded_step_of_watched_tensor):
    expected, found = tf.Variable([[0.75], [-2.25]]), tf.Variable([[0.75], [-2.25]])
    rounded_step(expected, X, Y, 0.1)
    function(found, X, Y, 0.1)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
rounded = tf.round(found)
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(rounded**2)
assert tape.gradient(loss, rounded) is None  # it is not watched unasked
