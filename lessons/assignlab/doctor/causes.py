"""What ends a gradient, by the type of the operation: a cause, why it is so, and the mend."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """`name` is stable; `why` and `mend` are sentences without the full stop, in the words of the reader's code."""

    name: str
    why: str
    mend: str


def _table(*rows):
    return {op: cause for ops, cause in rows for op in ops.split()}


# Before any operation ------------------------------------------------------------------------------------------------

REBOUND = Cause(
    "rebound name",
    "this name holds a {kind}, no variable: an operation such as v * 2 returns a new object, and the name was given "
    "to it. A tape watches variables",
    "Keep the variable under its name: v.assign(v * 2) on a line of its own, or a new name for the result",
)
ASSIGN_RESULT = Cause(
    "assign result",
    "this is what assign returned, a stand-in that a tape does not watch",
    "Keep the variable itself: v.assign(...) on a line of its own, without v = before it",
)
READ_BY_STAND_IN = Cause(
    "assign result",
    "the loss reads this variable through what assign returned, a stand-in that a tape does not watch",
    "Read the variable itself in the loss, and call v.assign(...) on a line of its own",
)
UNWATCHED = Cause(
    "not watched",
    "the loss reads the variable where no tape of yours is at work, as in a replica of strategy.run",
    "Open the tape inside the function that strategy.run calls",
)
NOT_TRAINABLE = Cause(
    "not trainable",
    "the variable was made with trainable=False, so a tape does not watch it by itself",
    "Call tape.watch(variable) before the loss, or make the variable without trainable=False",
)
INTEGER = Cause(
    "integer dtype",
    "a variable of dtype {dtype} has no slope; gradients are for floating-point numbers",
    "Make the variable tf.float32, and cast to {dtype} only what indexes or counts",
)

# Where nothing on the tape leads from the variable to the loss -------------------------------------------------------

NEVER_READ = Cause(
    "never read",
    "the loss never reads this variable{instead}. What it uses was computed before the loss ran, is a copy or another "
    "object, stands in a branch that was not taken, or was computed in another thread, which a tape does not follow",
    "Compute everything that depends on the variable inside the loss, from the variable itself",
)
UNUSED = Cause(
    "result unused",
    "the loss reads the variable, and none of its values go into what it returns; its shape has no slope, and what is "
    "only added drops out of a derivative",
    "Return a loss that is computed from what was read here; where it rightly drops out, nothing is to be mended",
)
NUMPY = Cause(
    "numpy read",
    "here the value leaves TensorFlow as {way}, and a tape records TensorFlow's operations only",
    "Use the function of TensorFlow in place of NumPy's: tf.exp for np.exp, tf.reduce_sum for np.sum, model(x) for "
    "model.predict(x), and no .numpy(), float() or int() on the way to the loss",
)
NUMPY_FUNCTION = Cause(
    "numpy_function",
    "tf.numpy_function has no gradient",
    "Compute it with TensorFlow's operations, or give it a gradient of its own with tf.custom_gradient",
)
DATASET = Cause(
    "data set",
    "a data set computes this when it is asked for an element, and a tape does not see into it",
    "Let the data set deliver the data alone, and compute with the variable in the loss",
)
PY_CAPTURED = Cause(
    "py_function",
    "this tf.py_function reads the variable by itself, and passes gradients only to what it is given",
    "Give it the variable as an input: tf.py_function(f, [x, v], tf.float32)",
)
BRANCH = Cause(
    "python branch",
    "the value only decides which branch Python takes, and a decision has no slope",
    "Compute the loss from the variable's values, not only from a comparison with them",
)
ASSIGN = Cause(
    "through assign",
    "the value goes into another variable, by assign or as its first value, which cuts the history of what is written",
    "Pass the computed tensor on to the loss, and assign it to the other variable outside the loss",
)
UNRECORDED = Cause(
    "not recorded",
    "here no tape records, as within tf.init_scope or tape.stop_recording",
    "Move the line out of that block",
)
DRAWN = Cause(
    "random draw",
    "a draw jumps from one number to another, so it has no slope",
    "Weight the logarithm of its probability with what it earns, or draw noise apart: mean + scale * noise",
)
UNKNOWN_NONE = Cause(
    "no gradient",
    "TensorFlow's operation {op} has no gradient for this input",
    "Use an operation that has a slope, or give this one a gradient with tf.custom_gradient",
)

TRACED = Cause(
    "traced function",
    "somewhere inside this traced function, which runs as one operation, the path ends",
    "Ask about the Python function that it was made from: there each line is seen",
)

# Where an operation ends it: None ------------------------------------------------------------------------------------

CUSTOM_NONE = Cause(
    "custom gradient",
    "the gradient function of this tf.custom_gradient returns None",
    "Return a gradient for each input from the function inside tf.custom_gradient",
)
ARGMAX = Cause(
    "argmax",
    "the position of the largest or smallest entry jumps, so it has no slope",
    "Use the entry itself (tf.reduce_max), or a smooth choice such as tf.nn.softmax",
)
ORDER = Cause(
    "sort order",
    "the order of the entries jumps, so it has no slope",
    "Use the sorted values (tf.sort, or the first result of tf.math.top_k) in place of the indices",
)
CAST = Cause(
    "integer cast",
    "a cast to {out} cuts off the fraction, and integers have no slope",
    "Stay in floating-point numbers on the way to the loss",
)
ROUND = Cause(
    "round",
    "{op} is flat between its jumps, so it passes no slope on",
    "Leave the rounding out of the loss, or round past it: x + tf.stop_gradient(tf.round(x) - x)",
)
COMPARISON = Cause(
    "comparison",
    "a comparison is True or False, and jumps between them",
    "Use a smooth step in its place, such as tf.sigmoid(10 * (x - threshold))",
)
STOP = Cause(
    "stop_gradient",
    "tf.stop_gradient lets the value through, and no gradient",
    "Take tf.stop_gradient away from what this variable must learn from",
)
NEVER_PASSES = _table(
    ("StopGradient PreventGradient", STOP),
    ("Round Rint Floor Ceil FloorDiv", ROUND),
)
TO_INTEGERS = _table(
    ("ArgMax ArgMin", ARGMAX),
    ("TopKV2 TopK NthElement Unique UniqueV2 SearchSorted LowerBound UpperBound", ORDER),
    ("Cast Bitcast", CAST),
    ("Bucketize Round", ROUND),
    ("Multinomial StatelessMultinomial RandomPoissonV2 StatelessRandomPoisson StatelessRandomBinomial", DRAWN),
    ("Greater GreaterEqual Less LessEqual Equal NotEqual ApproximateEqual IsNan IsInf IsFinite Where", COMPARISON),
)

# Where an operation ends it: 0 ---------------------------------------------------------------------------------------

RELU = Cause(
    "dead relu",
    "wherever a gradient arrives at this ReLU, its input is negative or 0 (or above its limit), where it is flat",
    "Start from smaller or other values, lower the learning rate, or use tf.nn.leaky_relu",
)
CLIPPED = Cause(
    "clipped",
    "wherever a gradient arrives, the value lies outside the limits of this clip, minimum or maximum, where it is flat",
    "Widen the limits, bring the values inside, or clip the gradient in place of the value",
)
MASKED_OUT = Cause(
    "masked branch",
    "tf.where takes none of its values from this branch",
    "Check the condition: no entry computed from the variable was chosen",
)
TIMES_ZERO = Cause(
    "multiplied by zero",
    "what is computed from the variable is multiplied by 0 everywhere",
    "Check the mask, the weight or the input that is 0 here",
)
SATURATED = Cause(
    "saturated",
    "{op} is so far out that its slope rounds to 0",
    "Scale its input down, or use the loss that takes logits, such as from_logits=True",
)
UNDERFLOW = Cause(
    "underflow",
    "the gradient is too small for {dtype} and rounds to 0",
    "Scale the loss (keras.mixed_precision's LossScaleOptimizer), or compute in tf.float32",
)
PY_FUNCTION = Cause(
    "py_function",
    "this py_function computes with NumPy inside, so a single 0 comes back as its gradient",
    "Use TensorFlow's operations inside tf.py_function, or give it a gradient with tf.custom_gradient",
)
CUSTOM_ZERO = Cause(
    "custom gradient",
    "the gradient function of this tf.custom_gradient returns 0",
    "Check the function that it returns: its result is the gradient",
)
NOT_TAKEN = Cause(
    "not taken",
    "what {op} takes or lets through comes from elsewhere: none of it was computed from the variable",
    "Check the index, the slice, the size of the parts or the ids: those of the variable are not among them",
)
NOTHING_LEFT = Cause(
    "nothing left",
    "{op} returns no entries here, such as for an empty list of ids or a mask without a True",
    "Check the ids, the mask or the batch: the loss is computed from nothing",
)
OVERWRITTEN = Cause(
    "overwritten",
    "every entry that came from the variable is replaced by another value here",
    "Check the indices: leave the entries that the variable must learn from as they are",
)
ONE_CLASS = Cause(
    "one class",
    "a softmax of one entry is 1, whatever comes in",
    "Use a sigmoid for one output, as many outputs as there are classes, or more than one key for attention",
)
CANCELS = Cause(
    "cancels",
    "the entries of a softmax add up to 1, and here each of them counts alike, so their changes cancel",
    "Compute the loss from the entries, each with a weight or a label of its own",
)
STRAIGHT = Cause(
    "second derivative",
    "the loss takes the slope of a ReLU here, and that slope has none itself: a second derivative of a ReLU is 0",
    "Use an activation that bends, such as tanh, softplus or sin, where the loss needs a second derivative",
)
MINUS_ITSELF = Cause(
    "minus itself",
    "what is subtracted here is the value itself, as in a normalization over one feature or over a batch of one: the "
    "difference is 0, whatever comes in",
    "Normalize over more than one entry: another axis, more units or a larger batch",
)
FLAT = Cause(
    "flat point",
    "the path is whole, and the loss has no slope at this value: a minimum, a plateau, or parts that cancel",
    "Try another value of the variable, or another batch. If it stays 0, look at what this line takes in and gives out",
)
FLATTENS = _table(
    ("Relu Relu6 LeakyRelu", RELU),
    ("Maximum Minimum ClipByValue FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars", CLIPPED),
    ("Select SelectV2", MASKED_OUT),
    ("Sign Round Rint Floor Ceil", ROUND),
    ("Sigmoid Tanh Softmax Softplus Softsign Erf Elu Selu", SATURATED),
    ("ConcatV2 Pack Slice StridedSlice Split SplitV Unpack GatherV2 GatherNd DynamicPartition", NOT_TAKEN),
    ("Max Min TopKV2 UnsortedSegmentSum UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd", NOT_TAKEN),
    ("TensorScatterUpdate", OVERWRITTEN),
)
JOINS = {"ConcatV2", "Pack", "Identity", "Reshape", "Cast", "ExpandDims", "Squeeze", "Transpose"}
SOFTMAX = {"Softmax", "LogSoftmax"}
RELU_SLOPE = {"ReluGrad", "Relu6Grad", "LeakyReluGrad"}
PRODUCTS = {"Mul", "MulNoNan", "MatMul", "BatchMatMulV2", "Conv2D", "Einsum"}

# Where an operation turns it into NaN --------------------------------------------------------------------------------

NAN_VARIABLE = Cause(
    "variable not finite",
    "the variable itself holds NaN or infinity",
    "Give it finite values, and find the step that wrote the others: often too large a learning rate",
)
NAN_DATA = Cause(
    "data not finite",
    "NaN or infinity comes in here from the data, a constant or another variable",
    "Look at what comes in here: clean the data, or find the division by 0 or the log of 0 that made it; "
    "tf.debugging.check_numerics names a tensor that is not finite",
)
NAN_LOSS = Cause(
    "loss not finite",
    "the value itself is NaN or infinite from here on: a log, root or power outside its domain, a division by 0, a "
    "mean of no entries, or an overflow",
    "Keep the input of this operation inside its domain, such as tf.maximum(x, 1e-6), and see that a mean has entries",
)
TOO_LARGE = Cause(
    "loss not finite",
    "the value itself is infinite from here on: it is larger than {dtype} can hold",
    "Let smaller numbers in: clip them with tf.minimum, scale them down, or compute in a wider dtype",
)
GROWS = {"Exp", "Expm1", "Square", "Mul", "MatMul", "BatchMatMulV2", "Conv2D", "Sum", "Prod", "AddV2", "AddN", "Cast"}
ALL_MASKED = Cause(
    "all masked",
    "all entries of one of its rows are minus infinity, and a softmax of these is NaN",
    "Leave such rows out, or mask with a large negative number such as -1e9 (in float16, -6e4)",
)
MASKED_NAN = Cause(
    "masked branch",
    "tf.where or a mask hides the value of this branch, but the backward pass still goes through it: 0 times infinity "
    "is NaN",
    "Give the branch a safe input as well: x = tf.where(mask, x, 1.0) before {op}, and tf.where on the result",
)
INFINITE = Cause(
    "infinite slope",
    "the slope of {op} is infinite or undefined at this value, such as that of a square root at 0",
    "Stay away from that point, such as by tf.sqrt(x + 1e-12), or tf.clip_by_value(x, -0.999, 0.999) before tf.acos",
)
OVERFLOW = Cause(
    "overflow",
    "the gradient is larger than {dtype} can hold",
    "Scale the loss down (keras.mixed_precision's LossScaleOptimizer does so by itself), or compute in tf.float32",
)
CUSTOM_NAN = Cause(
    "custom gradient",
    "the gradient function of this tf.custom_gradient returns NaN or infinity",
    "Check the function that it returns: a division by 0, a log or root outside its domain",
)
MASKS = {"Select", "SelectV2", "Mul", "MulNoNan", "GatherV2", "GatherNd", "StridedSlice", "DynamicPartition"}
