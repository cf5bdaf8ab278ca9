"""Checks of lesson 09, inside a tf.function."""

import tensorflow as tf

from assignlab.exercises import MakesFunction, Message, Mistake

LESSON_DONE = "Lesson 9 is done. Python runs while TensorFlow traces, and what must change comes in as an argument."


def _shipped_make_scaler(v, scale):
    @tf.function
    def step():
        v.assign(v * scale)

    return step


def _make_scaler(v, scale):
    return lambda: v.assign(v * scale)


def _scaled_once(v, scale):
    copy = scale.copy()
    return lambda: v.assign(v * copy)


SCALERS = (
    "v = tf.Variable([1.0, 2.0])\nscale = np.array([2.0, 2.0])\nstep = make_scaler(v, scale)\nstep()\nscale[:] = 10\n"
    "step()\nresult = v.numpy()",
    "v = tf.Variable([1.0, 2.0])\nscale = np.array([2.0, 0.5])\nstep = make_scaler(v, scale)\nscale[1] = 4\nstep()\n"
    "v.assign([3.0, 3.0])\nstep()\nresult = v.numpy()",
    "v = tf.Variable([[1.0], [2.0]])\nscale = np.array([[1.0], [3.0]])\nstep = make_scaler(v, scale)\nresult = []\n"
    "for _ in range(4):\n    step()\n    scale += 1\n    result.append(v.numpy())",
    "v = tf.Variable([1.0, 2.0], dtype=tf.float64)\nscale = np.array([0.5, 2.0])\nother = np.array([3.0, 3.0])\n"
    "step, second = make_scaler(v, scale), make_scaler(v, other)\nstep()\nsecond()\nother[0] = 0.25\nsecond()\n"
    "result = v.numpy()",
    "v = tf.Variable([1.0, 2.0], dtype=tf.float16)\nscale = np.array([2.0, 2.0])\nstep = make_scaler(v, scale)\nstep()\n"
    "scale *= 2\nstep()\nresult = v.numpy()",
)


def _make_decay(v):
    @tf.function(input_signature=[tf.TensorSpec([], v.dtype)])
    def decay(rate):
        v.assign(v * rate)

    return decay


def _retraced(v):
    @tf.function
    def decay(rate):
        v.assign(v * rate)

    return decay


def _decay_as_int(v):
    @tf.function(input_signature=[tf.TensorSpec([], tf.int32)])
    def decay(rate):
        v.assign(v * tf.cast(rate, v.dtype))

    return decay


def _decay_kept(v):
    start = v.numpy()

    @tf.function(input_signature=[tf.TensorSpec([], v.dtype)])
    def decay(rate):
        v.assign(start * rate)

    return decay


def _decay_once(v):
    @tf.function
    def decay(rate):
        v.assign(v * 0.5)

    return decay


def _decay_dropped(v):
    return tf.function(lambda rate: v * rate, input_signature=[tf.TensorSpec([], v.dtype)])


def _traced_before(v):
    decay = _retraced(v)
    decay.get_concrete_function(tf.TensorSpec([], v.dtype))
    return decay


def _decay_subtracts(v):
    @tf.function(input_signature=[tf.TensorSpec([], v.dtype)])
    def decay(rate):
        v.assign_sub(v * rate)

    return decay


def _decay_adds(v):
    @tf.function(input_signature=[tf.TensorSpec([], v.dtype)])
    def decay(rate):
        v.assign_add(v * rate)

    return decay


TRACED = "result = [*v.numpy().ravel(), decay.experimental_get_tracing_count()]"
DECAYS = (
    f"v = tf.Variable([8.0, 16.0])\ndecay = make_decay(v)\nfor rate in (0.5, 0.25, 0.125):\n    decay(rate)\n{TRACED}",
    f"v = tf.Variable([8.0, 16.0])\ndecay = make_decay(v)\nfor rate in (2, 3, 0.5, 1):\n    decay(rate)\n{TRACED}",
    f"v = tf.Variable([[1.0], [2.0]])\ndecay = make_decay(v)\ndecay(0.5)\nv.assign([[5.0], [7.0]])\ndecay(2.0)\n{TRACED}",
    f"v = tf.Variable(3.0)\ndecay = make_decay(v)\nfor rate in (0.5, 4, 0.25):\n    decay(rate)\n{TRACED}",
    "w = tf.Variable([1.0])\nv = tf.Variable([4.0])\nother, decay = make_decay(w), make_decay(v)\nother(3.0)\ndecay(0.5)\n"
    f"other(0.5)\ndecay(0.25)\n{TRACED}",
    f"v = tf.Variable([8.0, 16.0], dtype=tf.float64)\ndecay = make_decay(v)\nfor rate in (0.1, 2):\n    decay(rate)\n{TRACED}",
    f"v = tf.Variable([8.0, 16.0], dtype=tf.float16)\ndecay = make_decay(v)\nfor rate in (0.5, 4):\n    decay(rate)\n{TRACED}",
)


def _make_counter():
    count = tf.Variable(0)

    @tf.function
    def counter():
        return count.assign_add(1)

    return counter


def _python_counter():
    count = 0

    @tf.function
    def counter():
        nonlocal count
        count += 1
        return tf.constant(count)

    return counter


def _never_written():
    count = tf.Variable(0)
    return tf.function(lambda: count + 1)


def _python_alone():
    count = 0

    def counter():
        nonlocal count
        count += 1
        return count

    return counter


def _read_late():
    count = tf.Variable(0)
    return lambda: count.assign_add(1)


def _from_zero():
    count = tf.Variable(-1)
    return lambda: count.assign_add(1).numpy()


COUNTERS = (
    "counter = make_counter()\nresult = [int(counter()) for _ in range(3)]",
    "first, second = make_counter(), make_counter()\nfound = [int(one()) for one in (first, first, second, first, second)]\n"
    "result = [one - found[0] + 1 for one in found]",
    "counter = make_counter()\n\n\n@tf.function\ndef twice():\n    return counter() + counter()\n\n\n"
    "result = [int(twice()), int(counter()), int(twice())]",
    "counter = make_counter()\nfor _ in range(20):\n    last = int(counter())\nresult = [last]",
)

RETRACED = (
    "It was traced anew for each number: a Python number is a constant to a trace. Say that rate is a tensor: "
    "tf.function(input_signature=[tf.TensorSpec([], v.dtype)])"
)
COMPILED = (
    "What came back is no tf.function, so nobody can ask how often it was traced. Return the decorated function itself."
)

EXERCISES = [
    MakesFunction(
        number="9.1",
        function="make_scaler",
        parameters=("v", "scale"),
        shipped=_shipped_make_scaler,
        reference=_make_scaler,
        cases=SCALERS,
        mistakes=(
            Mistake(
                "frozen",
                _shipped_make_scaler,
                "The array was read once, when the function was traced; that value is a constant now. Give it in as an argument at each call, or keep it in a variable that is assigned at each call.",
            ),
            Mistake(
                "copied too early",
                _scaled_once,
                "The array was copied or converted when the function was made. Read it in each call.",
            ),
            Mistake(
                "added",
                lambda v, scale: lambda: v.assign(v + scale),
                "scale was added. Multiply v by it.",
            ),
            Mistake(
                "replaced",
                lambda v, scale: lambda: v.assign(scale),
                "v became scale itself. Multiply v by it: v.assign(v * ...)",
            ),
            Mistake(
                "not written",
                lambda v, scale: lambda: v * scale,
                "The product was computed and dropped: v is as it was. Write it: v.assign(...)",
            ),
            Mistake(
                "called already",
                lambda v, scale: v.assign(v * scale),
                "make_scaler must return a function, and change nothing by itself. Put the work into an inner function, and return that without brackets behind its name.",
            ),
            Mistake("nothing returned", lambda v, scale: None, "make_scaler returned None. Return the inner function."),
        ),
        messages=(
            Message(
                r"missing (a|\d+) required",
                "wants an argument",
                "The caller calls what make_scaler returns without an argument. Return a function that gives the array on: lambda: step(scale)",
            ),
        ),
        hints=(
            "When is scale read: when the function is made, when it is traced, or at each call? What would have to change?",
            "A traced function takes arrays as arguments, without another trace. Who can give it the array at each call?",
            "Let step take the factors: v.assign(v * tf.cast(factors, v.dtype)). Then return lambda: step(scale).",
        ),
        why="Each call read the array that the caller holds, with the values that it had then.",
        practice="Masks and schedules that change during training go in as arguments, or live in variables of their own.",
    ),
    MakesFunction(
        number="9.2",
        function="make_decay",
        parameters=("v",),
        reference=_make_decay,
        cases=DECAYS,
        mistakes=(
            Mistake(
                "retraced",
                _retraced,
                RETRACED,
            ),
            Mistake(
                "integers",
                _decay_as_int,
                "The signature takes integers: 0.5 does not fit. Say v.dtype there.",
            ),
            Mistake(
                "started anew",
                _decay_kept,
                "Each call began with the values of long ago: what .numpy() gave when the function was made is frozen. Multiply v itself.",
            ),
            Mistake(
                "not written", _decay_dropped, "v * rate was computed, and v is as it was. Write it: v.assign(v * rate)"
            ),
            Mistake("retraced", _traced_before, RETRACED),
            Mistake("a fixed number", _decay_once, "It multiplied by one number whatever rate was. Multiply by rate."),
            Mistake("subtracted", _decay_subtracts, "v lost rate times itself. Multiply v by rate: v.assign(v * rate)"),
            Mistake("added", _decay_adds, "rate times v was added to v. Multiply v by rate: v.assign(v * rate)"),
        ),
        messages=(
            Message(r"experimental_get_tracing_count", "not compiled", COMPILED),
            Message(
                r"Can not cast TensorSpec\(shape=\(\).* to TensorSpec\(shape=(?!\(\))",
                "shape of the signature",
                "The signature says another shape than that of a number, which is []: tf.TensorSpec([], v.dtype)",
            ),
            Message(
                r"has type float\d+ that does not match|expected .*float\d+.* (?:got|but)|must be from the same type",
                "dtype of the signature",
                "rate and v meet with different dtypes: v need not be float32. Say v.dtype in the signature, or cast rate to it.",
            ),
        ),
        hints=(
            "A Python number is part of the trace: another number, another trace. A tensor is not.",
            "tf.function takes input_signature, a list with one tf.TensorSpec(shape, dtype) for each argument; what comes in is made a tensor first. Which shape has a number?",
            "@tf.function(input_signature=[tf.TensorSpec([], v.dtype)]) above def decay(rate): v.assign(...).",
        ),
        why="rate came in as a tensor, so one trace served all calls.",
        practice="Learning rates, step counters and temperatures are Python numbers that change at each step: this is where training loops lose their time.",
    ),
    MakesFunction(
        number="9.3",
        function="make_counter",
        parameters=(),
        reference=_make_counter,
        cases=COUNTERS,
        mistakes=(
            Mistake(
                "not written",
                _never_written,
                "The sum was computed, and the variable keeps its 0. Write it: count.assign_add(1)",
                when=lambda reading: reading.uses("Variable") and not reading.uses("assign", "assign_add"),
            ),
            Mistake(
                "Python counts traces",
                _python_counter,
                "It returned 1 each time. A Python count is raised once, while TensorFlow traces, and not again: what must change from call to call belongs into a tf.Variable.",
            ),
            Mistake(
                "Python counts traces",
                _python_alone,
                "Inside another tf.function it counts that one's traces: Python runs while it is traced, and not again. What must change from call to call belongs into a tf.Variable.",
            ),
            Mistake(
                "read too late",
                _read_late,
                "Inside another tf.function, what assign_add returns is a promise: it is read where it is used, after both calls. Put @tf.function above the inner function, or return count.read_value().",
            ),
            Mistake("from zero", _from_zero, "It began with 0. The first call returns 1."),
        ),
        messages=(
            Message(
                r"only supports singleton|on a non-first call",
                "variable in each call",
                "The variable is made inside the traced function, which would make one at each trace. Make it one line above, outside of the inner function.",
            ),
            Message(
                r"numpy\(\) is only available|has no attribute 'numpy'",
                "no values in a tf.function",
                "The counter is called inside a tf.function as well, where nothing has a value yet. Return the tensor: count.read_value(), without .numpy()",
                when=lambda reading: not reading.uses("function"),
            ),
            Message(
                r"NoneType'(?! object is not callable)",
                "no number",
                "The inner function returned None. Return the count after adding 1.",
            ),
        ),
        hints=(
            "What does Python do at the second call of a tf.function? What does TensorFlow do?",
            "A tf.Variable keeps its value between calls. It must be made once: outside of the traced function.",
            "count = tf.Variable(0); @tf.function def counter(): return count.assign_add(1); return counter.",
        ),
        why="The count is in a variable, which every call reads and writes; Python's part ran once.",
        practice="Step counters, running means and random generators of a layer are variables for this reason.",
    ),
]
