"""Checks of lesson 04, the NumPy snapshot pitfall."""

import numpy as np
from hypothesis import strategies as st

from assignlab.exercises import (
    EditsLayer,
    InPlace,
    LayerCase,
    Message,
    Mistake,
    arrays,
    compares_with_nan,
    irregular,
    quarters,
    shapes,
)

LESSON_DONE = "Lesson 4 is done. Of all the edits that vanish without a word, none of yours will be one."

NAN, INF = np.nan, np.inf
any_float = quarters | st.sampled_from([NAN, INF, -INF, 60_000.0, -60_000.0])
small = st.integers(-8, 8).map(lambda i: i / 4)


def _shipped_tidy(v, low, high):
    values = v.numpy()
    values[np.isnan(values)] = 0
    v.assign(values)
    values[values < low] = low
    values[values > high] = high


def _tidy_cases():
    yield [[0.75, NAN, -3.0], [7.5, 1.0, INF]], 0.5, 2.0
    yield [NAN, 5.0, -INF], -3.0, -1.0
    yield irregular(41, 3, 5), -1, 1
    yield [[1.0, 2.0]], 0.0, 4.0
    yield -np.ones((2, 1, 3)), 0, 10
    yield [[60_000.0, -60_000.0, NAN], [1e30, -1e30, 2500.0]], -30_000.0, 30_000.0
    yield [[NAN, NAN], [1.0, 2.0]], 1.5, 1.5


def _without_nan(values):
    return np.where(np.isnan(values), 0.0, values)


def _gradient(w, x, y):
    return 2.0 * x.T @ (x @ w - y) / y.size


def _clip(values, limit):
    return np.clip(values, -limit, limit)


def _step_cases():
    x = np.array([[-2.0, 3.0, 2.0], [-3.0, 2.0, -3.0], [3.0, -2.0, -2.0], [-3.0, 3.0, 2.0]], "float32")
    y = np.array([[1.0], [2.0], [-3.0], [-2.0]], "float32")
    yield [[1.5], [0.0], [0.5]], x, y, 0.15, 1.0  # every mistake gives another result here
    x, y = irregular(42, 8, 3).astype("float32"), irregular(43, 8, 1).astype("float32")
    yield irregular(44, 3, 1), x, 5 * y, 0.3, 0.5
    yield irregular(45, 3, 1), x, y, 0.1, 10.0
    yield np.full((3, 1), 2.0), x, y, 0.1, 1
    yield irregular(46, 1, 1), x[:, :1], y, 0.05, 2.0


def _step(gradient):
    """A mistake in the gradient: the step and the clipping are right."""
    return lambda w, x, y, learning_rate, limit: _clip(w - learning_rate * gradient(w, x, y), limit)


def _pairwise_gradient(w, x, y):
    """Of the mean over the (m, m) differences that (m, 1) - (m,) makes."""
    return 2.0 * x.T @ (x @ w - y.mean()) / len(y)


def _folded(w, limit, value):
    return np.where(np.abs(w) > limit, value, w)


def _two_steps(w, x, y, learning_rate):
    once = w - learning_rate * _gradient(w, x, y)
    return once - learning_rate * _gradient(once, x, y)


EXERCISES = [
    InPlace(
        number="4.1",
        function="tidy",
        parameters=("v", "low", "high"),
        shipped=_shipped_tidy,
        reference=lambda values, low, high: np.clip(_without_nan(values), low, high),
        cases=_tidy_cases,
        family=st.tuples(shapes().flatmap(lambda s: arrays(s, any_float)), quarters, quarters).map(
            lambda c: (c[0], *sorted(c[1:]))
        ),
        mistakes=(
            Mistake(
                "assigned too early",
                lambda values, low, high: _without_nan(values),
                "NaN is gone and nothing was clipped: assign stored what the array held at that moment, and the later edits stayed in the array. Assign last.",
                lambda reading: reading.edits_after_write,
            ),
            Mistake(
                "result thrown away",
                lambda values, low, high: _without_nan(values),
                "NaN is gone and nothing was clipped. np.clip leaves its argument alone and returns a new array: it is that array which v must get.",
                lambda reading: reading.uses("clip", "clip_by_value", "minimum", "maximum"),
            ),
            Mistake(
                "not clipped",
                lambda values, low, high: _without_nan(values),
                "NaN is gone and nothing was clipped. v gets what the array holds when it is assigned: print the array in the line above.",
            ),
            Mistake(
                "assigned too early",
                lambda values, low, high: np.nan_to_num(values.astype("float32")),
                "NaN is gone and nothing was clipped: the later edits went into another array. Clip before you assign.",
                lambda reading: reading.edits_after_write,
            ),
            Mistake(
                "not clipped",
                lambda values, low, high: np.nan_to_num(values.astype("float32")),
                "NaN is gone and nothing was clipped. v gets what the array holds when it is assigned.",
            ),
            Mistake(
                "NaN is never equal",
                lambda values, low, high: np.clip(values, low, high),
                "x == np.nan is False everywhere: NaN equals nothing, not even itself. np.isnan finds it.",
                compares_with_nan,
            ),
            Mistake(
                "assigned too early",
                lambda values, low, high: np.clip(values, low, high),
                "The values are clipped; the edit of NaN comes after assign, and stayed in the array. Assign last.",
                lambda reading: reading.edits_after_write and reading.uses("isnan"),
            ),
            Mistake(
                "NaN kept",
                lambda values, low, high: np.clip(values, low, high),
                "The values are clipped and NaN is still there: NaN is neither below low nor above high. Find it with np.isnan, and replace it in the very array that you assign.",
            ),
            Mistake(
                "clipped first",
                lambda values, low, high: _without_nan(np.clip(values, low, high)),
                "The 0 that replaced NaN lies outside the limits: NaN was replaced after the clipping. Replace it before.",
            ),
            Mistake(
                "infinities replaced",
                lambda values, low, high: np.clip(np.where(np.isfinite(values), values, 0.0), low, high),
                "The infinities became 0 before they were clipped. Only NaN becomes 0: inf is above high, -inf is below low. np.isnan finds NaN alone.",
            ),
            Mistake(
                "assigned too early",
                lambda values, low, high: np.minimum(_without_nan(values), high),
                "NaN is gone and the upper side is clipped; the edit of the lower side comes after assign, and stayed in the array. Assign last.",
                lambda reading: reading.edits_after_write,
            ),
            Mistake(
                "assigned too early",
                lambda values, low, high: np.maximum(_without_nan(values), low),
                "NaN is gone and the lower side is clipped; the edit of the upper side comes after assign, and stayed in the array. Assign last.",
                lambda reading: reading.edits_after_write,
            ),
            Mistake(
                "one side only",
                lambda values, low, high: np.minimum(_without_nan(values), high),
                "Values above high were clipped, those below low were not. Clip both sides.",
            ),
            Mistake(
                "one side only",
                lambda values, low, high: np.maximum(_without_nan(values), low),
                "Values below low were clipped, those above high were not. Clip both sides.",
            ),
            Mistake(
                "cleared, not clipped",
                lambda values, low, high: np.where((values >= low) & (values <= high), values, 0.0),
                "Values outside the limits became 0. Clipping moves them to the nearest limit.",
            ),
            Mistake(
                "NaN became a limit",
                lambda values, low, high: np.clip(np.where(np.isnan(values), high, values), low, high),
                "NaN became high. It must become 0 first.",
            ),
            Mistake(
                "NaN became a limit",
                lambda values, low, high: np.clip(np.where(np.isnan(values), low, values), low, high),
                "NaN became low. It must become 0 first, which may be inside the limits.",
            ),
            Mistake(
                "absolute value",
                lambda values, low, high: np.clip(np.abs(_without_nan(values)), low, high),
                "The values lost their signs. Clip them as they are, without abs.",
            ),
            Mistake(
                "comparisons turned around",
                lambda values, low, high: np.maximum(np.minimum(_without_nan(values), low), high),
                "Values above low became low, or those below high became high. It is the values below low that become low, and those above high that become high.",
            ),
            Mistake(
                "sides swapped",
                lambda values, low, high: np.where(
                    _without_nan(values) < low, high, np.where(_without_nan(values) > high, low, _without_nan(values))
                ),
                "What lies below low became high, and what lies above high became low. Swap the two.",
            ),
        ),
        messages=(
            Message(
                r"Shape mismatch",
                "shape",
                "v takes an array of its own shape, {shape}, and this one has the shape {given}. values[mask] takes the chosen entries out: write into the whole array, values[mask] = ...",
            ),
        ),
        hints=(
            "Which lines change `values`, and which one changes v? Follow them from top to bottom.",
            "assign stores what the array holds at that moment. What is edited afterwards stays in the array.",
            "Move v.assign(values) below the last edit.",
        ),
        why="Both edits were in the array when it reached v. assign copies what it is given, so an edit below it would have stayed in the array.",
        practice="When an edit is lost, look for the assign: is there one, and does anything that matters come after it?",
    ),
    InPlace(
        number="4.2",
        function="clipped_step",
        parameters=("w", "x", "y", "learning_rate", "limit"),
        reference=lambda w, x, y, learning_rate, limit: _clip(
            w - learning_rate * _gradient(w, x.astype(np.float64), y.astype(np.float64)), limit
        ),
        cases=_step_cases,
        family=st.tuples(st.integers(1, 6), st.integers(1, 3)).flatmap(
            lambda n: st.tuples(
                arrays((n[1], 1)),
                arrays(n, small).map(np.float32),
                arrays((n[0], 1), small).map(np.float32),
                st.sampled_from([0.05, 0.5]),
                st.sampled_from([0.5, 2.0]),
            )
        ),
        dtypes=("float32",),
        rounding=100.0,
        mistakes=(
            Mistake(
                "stale snapshot",
                lambda w, x, y, learning_rate, limit: _clip(w, limit),
                "The clipped array was read before the step, and assigning it took the step back. Read w.numpy() after w.assign_sub(...)",
                lambda reading: reading.uses("assign_sub", "assign_add"),
            ),
            Mistake(
                "no step",
                lambda w, x, y, learning_rate, limit: _clip(w, limit),
                "The weights were clipped, but no step was made. First w.assign_sub(learning_rate * gradient).",
            ),
            Mistake(
                "never clipped",
                lambda w, x, y, learning_rate, limit: w - learning_rate * _gradient(w, x, y),
                "The step is right and nothing was clipped: np.clip returns a new array, and w.numpy() is a copy. Assign the clipped array to w.",
            ),
            Mistake(
                "one side only",
                lambda w, x, y, learning_rate, limit: np.minimum(w - learning_rate * _gradient(w, x, y), limit),
                "Only large positive weights were clipped. np.clip takes both ends: -limit and limit.",
            ),
            Mistake(
                "one side only",
                lambda w, x, y, learning_rate, limit: np.maximum(w - learning_rate * _gradient(w, x, y), -limit),
                "Only large negative weights were clipped. np.clip takes both ends: -limit and limit.",
            ),
            Mistake(
                "sign lost",
                lambda w, x, y, learning_rate, limit: _folded(w - learning_rate * _gradient(w, x, y), limit, limit),
                "A large negative weight became +limit. It must become -limit: np.clip takes both ends.",
            ),
            Mistake(
                "cleared, not clipped",
                lambda w, x, y, learning_rate, limit: _folded(w - learning_rate * _gradient(w, x, y), limit, 0.0),
                "Weights outside the limits became 0. Clipping moves them to the nearest limit.",
            ),
            Mistake(
                "wrong limits",
                lambda w, x, y, learning_rate, limit: np.clip(w - learning_rate * _gradient(w, x, y), 0, limit),
                "The weights were clipped to [0, limit]. The lower end is -limit.",
            ),
            Mistake(
                "limits swapped",
                lambda w, x, y, learning_rate, limit: np.clip(w - learning_rate * _gradient(w, x, y), limit, -limit),
                "Every weight became -limit. Either the ends of the clipping are swapped (-limit comes first), or the step was far too long: subtract learning_rate times the gradient.",
            ),
            Mistake(
                "clipped before the step",
                lambda w, x, y, learning_rate, limit: (
                    _clip(w, limit) - learning_rate * _gradient(_clip(w, limit), x, y)
                ),
                "The weights were clipped and then moved out of the limits again by the step. Clip last.",
            ),
            Mistake(
                "clipped before the step",
                lambda w, x, y, learning_rate, limit: _clip(w, limit) - learning_rate * _gradient(w, x, y),
                "The weights were clipped and then moved out of the limits again by the step. Clip last.",
            ),
            Mistake(
                "gradient clipped",
                lambda w, x, y, learning_rate, limit: w - learning_rate * _clip(_gradient(w, x, y), limit),
                "The gradient was clipped. Clip the weights, after the step.",
            ),
            Mistake(
                "gradient clipped",
                lambda w, x, y, learning_rate, limit: w - _clip(learning_rate * _gradient(w, x, y), limit),
                "The step was clipped. Clip the weights, after the step.",
            ),
            Mistake(
                "uphill",
                _step(lambda w, x, y: -_gradient(w, x, y)),
                "The step went uphill. Subtract the gradient: w.assign_sub(...)",
            ),
            Mistake(
                "no learning rate",
                lambda w, x, y, learning_rate, limit: _clip(w - _gradient(w, x, y), limit),
                "The step is the whole gradient. Multiply it by learning_rate.",
            ),
            Mistake(
                "divided by the learning rate",
                lambda w, x, y, learning_rate, limit: _clip(w - _gradient(w, x, y) / learning_rate, limit),
                "The gradient was divided by the learning rate. Multiply it.",
            ),
            Mistake(
                "learning rate twice",
                lambda w, x, y, learning_rate, limit: _clip(w - learning_rate**2 * _gradient(w, x, y), limit),
                "The learning rate was applied twice. Multiply the gradient by it once.",
            ),
            Mistake(
                "factor 2 / m missing",
                _step(lambda w, x, y: _gradient(w, x, y) * y.size / 2),
                "The gradient of the mean of m squares is 2 / m times x.T @ (x @ w - y), with m = len(y). That factor is missing.",
                lambda reading: not reading.uses("GradientTape", "gradient"),
            ),
            Mistake(
                "two steps",
                lambda w, x, y, learning_rate, limit: _clip(w - 2 * learning_rate * _gradient(w, x, y), limit),
                "The step is twice as long as it should be. Subtract learning_rate * gradient once.",
            ),
            Mistake(
                "two steps",
                lambda w, x, y, learning_rate, limit: _clip(_two_steps(w, x, y, learning_rate), limit),
                "Two steps were made, one after the other. Make one.",
            ),
            Mistake(
                "only the step stored",
                lambda w, x, y, learning_rate, limit: _clip(learning_rate * _gradient(w, x, y), limit),
                "w holds the step itself. Subtract it from the old weights: w.assign_sub(...)",
            ),
            Mistake(
                "only the step stored",
                lambda w, x, y, learning_rate, limit: _clip(-learning_rate * _gradient(w, x, y), limit),
                "w holds the step itself. Start from the old weights: w - learning_rate * gradient.",
            ),
            Mistake(
                "sum instead of mean",
                _step(lambda w, x, y: _gradient(w, x, y) * y.size),
                "The gradient is that of the sum of squares. The loss is their mean: tf.reduce_mean.",
            ),
            Mistake(
                "factor 2 missing",
                _step(lambda w, x, y: _gradient(w, x, y) / 2),
                "The gradient is half of what it should be: the derivative of a square has a factor 2. A GradientTape finds it.",
            ),
            Mistake(
                "shapes broadcast",
                _step(_pairwise_gradient),
                "x @ w has shape (m, 1). Minus a y of shape (m,) it makes all m times m differences. Leave y as it is: (m, 1).",
            ),
            Mistake(
                "absolute error",
                _step(lambda w, x, y: x.T @ np.sign(x @ w - y) / y.size),
                "This is the gradient of the mean absolute error. The loss is the mean of the squares: ** 2.",
            ),
            Mistake(
                "root of the loss",
                _step(lambda w, x, y: _gradient(w, x, y) / (2 * np.sqrt(np.mean((x @ w - y) ** 2)))),
                "This is the gradient of the root of the mean square. The loss is the mean square itself.",
            ),
            Mistake(
                "wrong divisor",
                _step(lambda w, x, y: _gradient(w, x, y) * y.size / x.size),
                "The sum was divided by the number of entries of x. The mean runs over the m squares: divide by len(y).",
            ),
            Mistake(
                "wrong divisor",
                _step(lambda w, x, y: _gradient(w, x, y) * y.size / w.size),
                "The sum was divided by the number of weights. The mean runs over the m squares: divide by len(y).",
            ),
            Mistake(
                "fixed numbers",
                _step(lambda w, x, y: _gradient(w, x, y) * y.size / 4),
                "The sum was divided by 4, the number of squares in the first example. Here there are others: divide by len(y).",
            ),
            Mistake(
                "another optimizer",
                lambda w, x, y, learning_rate, limit: _clip(w - learning_rate * np.sign(_gradient(w, x, y)), limit),
                "Each weight moved by learning_rate itself, up or down. That is the sign of the gradient, or the first step of Adam. Gradient descent subtracts learning_rate * gradient.",
            ),
            Mistake(
                "mean before the square",
                _step(lambda w, x, y: 2.0 * np.mean(x @ w - y) * x.mean(axis=0)[:, None]),
                "The mean was squared. The loss is the mean of the squares: tf.reduce_mean((x @ w - y) ** 2), with the bracket behind ** 2.",
            ),
            Mistake(
                "wrong sign of y",
                _step(lambda w, x, y: _gradient(w, x, -y)),
                "y was added to x @ w. The loss compares them: x @ w - y.",
            ),
        ),
        messages=(
            Message(
                r"'NoneType'|Attempt to convert a value \(None\)",
                "arguments swapped",
                "The gradient is None: tape.gradient(w, loss) asks how w changes with the loss. The loss comes first: tape.gradient(loss, w)",
                lambda reading: ("gradient", reading.parameters[0]) in reading.first_arguments,
            ),
            Message(
                r"'NoneType'|Attempt to convert a value \(None\)",
                "gradient is None",
                "The gradient is None: the name w was given to another object, which the tape does not watch. Keep w for the variable.",
                lambda reading: reading.rebinds_variable,
            ),
            Message(
                r"'NoneType'|Attempt to convert a value \(None\)",
                "gradient is None",
                "The gradient is None: the tape saw no way from w to the loss. NumPy leaves no trace in it: no w.numpy(), np.dot or np.square in the loss. Compute it from w itself (not from what w.assign returns) with @, ** and tf functions, in the lines that are indented below `with tf.GradientTape() as tape:`, and ask for tape.gradient(loss, w).",
                lambda reading: reading.uses("numpy", "asarray", "array"),
            ),
            Message(
                r"'NoneType'|Attempt to convert a value \(None\)",
                "loss outside the tape",
                "The gradient is None: the tape saw nothing of the loss. Compute it in the lines that are indented below `with tf.GradientTape() as tape:`, from w itself, and ask for tape.gradient(loss, w).",
            ),
            Message(
                r"'numpy\.float\d+' object has no attribute '_id'",
                "loss of NumPy",
                "The loss is a NumPy number, and NumPy leaves no trace in a tape. Compute all of it from w itself, not from w.numpy(), with tf.reduce_mean in place of np.mean.",
            ),
            Message(
                r"Tensor' object has no attribute '(mean|sum)'",
                "no {1} on a tensor",
                "A tensor has no {1}: write tf.reduce_{1}(...). NumPy's {1} would hide the loss from the tape.",
            ),
            Message(
                r"Tensor' object has no attribute '(gradient|backward|grad)'",
                "no {1} on a tensor",
                "A loss has no {1}. The tape has the gradient: tape.gradient(loss, w)",
            ),
            Message(
                r"ResourceVariable' object has no attribute '(gradient|grad)'",
                "no {1} on a variable",
                "A variable has no {1}. The tape has the gradient: tape.gradient(loss, w)",
            ),
            Message(
                r"Tensor' object has no attribute '((?!assign)\w+)'",
                "no {1} on a tensor",
                "A tensor has no {1}. In the loss, use @, ** and tf functions: a NumPy copy would hide it from the tape.",
            ),
            Message(
                r"gradient\(\) missing 1 required positional argument: 'sources'",
                "number of arguments",
                "tape.gradient takes the loss and what it is differentiated by: tape.gradient(loss, w)",
            ),
            Message(
                r"be broadcast|Incompatible shapes",
                "does not broadcast",
                "x @ w, the matrix product, has the shape of y, (m, 1). x * w multiplies entry by entry, and their shapes do not fit.",
            ),
            Message(
                r"can't multiply sequence",
                "list of gradients",
                "tape.gradient(loss, [w]) returns a list. Ask for tape.gradient(loss, w), or take the list's first item.",
            ),
            Message(
                r"shapes must be equal",
                "shape",
                "What is subtracted from w must have w's shape. The gradient has it; the loss is one number.",
            ),
            Message(
                r"has no attribute '_id'",
                "gradient is None",
                "A tape gives gradients with respect to variables and tensors, and this is a NumPy array: tape.gradient(loss, w).",
            ),
            Message(
                r"non-persistent GradientTape can only be used to compute one|A non-persistent",
                "tape used twice",
                "A tape records what is indented below `with tf.GradientTape() as tape:`, and gives its gradient once. Keep it under a name.",
            ),
            Message(
                r"EagerTensor' object has no attribute 'assign",
                "rebound",
                "The name w was given to a tensor, which has no assign. Make the step with w.assign_sub(...), and w stays the variable.",
                lambda reading: reading.rebinds_variable,
            ),
            Message(
                r"Shape mismatch",
                "shape",
                "w has shape (n, 1), and what you assign has another. Look at the shapes of x @ w and y, (m, 1) both, and of the gradient.",
            ),
        ),
        hints=(
            "Compute the loss inside a tf.GradientTape, ask it for the gradient with respect to w, then write w twice: the step, and the clipping.",
            "The step is w.assign_sub(learning_rate * gradient). After it, np.clip(w.numpy(), -limit, limit) is a copy: what puts it into w?",
            "tape.gradient(loss, w); w.assign_sub(...); w.assign(np.clip(w.numpy(), -limit, limit)).",
        ),
        why="The step came first and the clipping last, and what was clipped reached w. No weight is left outside the limits.",
        practice="Weight clipping after each step is how the first Wasserstein GANs kept their critic bounded; a Keras constraint does the same.",
    ),
    EditsLayer(
        number="4.3",
        function="scale_layer",
        parameters=("layer", "factor"),
        reference=lambda weight, factor: weight * np.float64(factor),
        cases=(
            LayerCase("Dense", {"units": 2}, (None, 3), (0.25,)),
            LayerCase("Dense", {"units": 3, "use_bias": False}, (None, 3), (-2.0,)),
            LayerCase("Embedding", {"input_dim": 4, "output_dim": 2}, (None,), (3,)),
            LayerCase("SeparableConv1D", {"filters": 2, "kernel_size": 2}, (None, 5, 3), (10.0,)),
            LayerCase("BatchNormalization", {}, (None, 3), (0.5,)),
        ),
        mistakes=(
            Mistake(
                "twice",
                lambda weight, factor: weight * factor**2,
                "Every weight was scaled twice. Multiply once, write once.",
            ),
            Mistake(
                "replaced by the factor",
                lambda weight, factor: weight * 0 + factor,
                "The weights became the factor itself. Multiply the old values by it.",
            ),
            Mistake("added", lambda weight, factor: weight + factor, "The factor was added. Multiply by it."),
            Mistake(
                "divided", lambda weight, factor: weight / factor, "The weights were divided by the factor. Multiply."
            ),
        ),
        messages=(
            Message(
                r"ndarray' object has no attribute '(assign\w*)'",
                "copies have no assign",
                "layer.get_weights() gives NumPy copies, which have no {1}. layer.weights are the variables, and they have it.",
            ),
            Message(
                r"'list' object is not callable",
                "not a function",
                "layer.weights is a list already: leave out its brackets.",
            ),
            Message(
                r"'NoneType' object has no attribute 'assign",
                "no bias",
                "This layer has no bias. Go through layer.weights: they are all that the layer has.",
            ),
            Message(
                r"'NoneType'",
                "no bias",
                "Something is None: a layer made with use_bias=False has no bias. Go through layer.weights: they are all that the layer has.",
            ),
            Message(
                r"'(\w+)' object has no attribute '(kernel|bias|_kernel|gamma|embeddings)'",
                "not every layer has it",
                "A layer of the class {1} has no {2}. Go through layer.weights: they are all that a layer has.",
            ),
            Message(
                r"index out of range",
                "not every layer has it",
                "This layer has fewer weights than the index asks for. Go through the whole list, whatever its length.",
            ),
            Message(
                r"too many values to unpack|not enough values to unpack",
                "not every layer has it",
                "Layers have one weight, two, or more. Go through the whole list, whatever its length.",
            ),
            Message(
                r"add new elements of state",
                "replaced",
                "A built layer keeps its variables. Write into them: weight.assign(...), or layer.set_weights(...)",
            ),
            Message(
                r"can't set attribute|no setter",
                "no setter",
                "This attribute cannot be replaced. Write into the variable that it holds: weight.assign(...)",
            ),
            Message(
                r"weight list of length",
                "trainable weights only",
                "trainable_variables and trainable_weights leave out what is not trained, and set_weights wants all: use get_weights().",
                lambda reading: reading.uses("trainable_weights", "trainable_variables"),
            ),
            Message(
                r"weight list of length",
                "list of arrays",
                "set_weights takes one list with an array for every weight of the layer, in the order of get_weights(). This list has another length.",
            ),
            Message(
                r"not compatible with provided weight shape",
                "list of arrays",
                "set_weights takes the arrays in the order and the shapes of get_weights().",
            ),
            Message(
                r"inhomogeneous shape|can't multiply sequence|can only concatenate list|unsupported operand type\(s\) for \*=?: '(?:list|float|int)' and '(?:list|float|int)'",
                "list of arrays",
                "get_weights() is a list of arrays of different shapes. Multiply each array in it, not the list.",
            ),
            Message(
                r"'list' object has no attribute '(\w+)'",
                "list of arrays",
                "layer.weights and get_weights() are lists, which have no {1}. Go through them with a loop.",
            ),
            Message(
                r"'(\w+)' object has no attribute '(\w+)'",
                "not of a layer",
                "{1} has no {2}. A layer has layer.weights, the variables, each with assign; and get_weights() and set_weights(...), for arrays.",
            ),
            Message(
                r"unsupported operand type\(s\) for \*",
                "the layer multiplied",
                "A layer is no number: its weights are. Go through layer.weights.",
            ),
        ),
        hints=(
            "layer.get_weights() returns a list of NumPy copies. What puts them back?",
            "layer.set_weights takes a list of arrays in the same order. Or go through layer.weights and assign to each.",
            "layer.set_weights([factor * w for w in layer.get_weights()])",
        ),
        why="Every variable of the layer, trained or not, got its new values and stayed the same object, so an optimizer that knows it still does.",
        practice="A layer may have no weight, no bias, or statistics that are not trained: code that goes through the whole list works for all of them.",
    ),
]
