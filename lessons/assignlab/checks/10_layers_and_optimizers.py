"""Checks of lesson 10, layers and optimizers."""

import keras
import numpy as np

from assignlab.exercises import InTraining, Message, Mistake, Training

LESSON_DONE = "Lesson 10 is done. Before you write into a weight, you ask who else does."


# 10.1 ---------------------------------------------------------------------------------------------------------------

THREE = """\
weight, other = keras.Variable([1.0, 2.0], name="kernel"), keras.Variable([3.0, 4.0], name="kernel_2")
bias, values = keras.Variable([0.5], name="bias"), np.array([5.0, -5.0])
optimizer = keras.optimizers.{optimizer}
steps, variables = optimizer.iterations, [weight, other, bias]
for _ in range(3):
    optimizer.apply([1.0 * variable for variable in variables], variables)"""
TWO_MORE = """\
for _ in range(2):
    optimizer.apply([1.0 * variable for variable in variables], variables)"""
NOT_A_NUMBER = "optimizer.apply([np.nan * weight, 1.0 * other, 1.0 * bias], variables)"
OF_A_MODEL = """\
layer = keras.layers.Dense(2, use_bias=False, name="hidden")
last = keras.layers.Dense(1, name="hidden_kernel")
model = keras.Sequential([keras.Input((2,)), layer, last], name="model")
model.set_weights([np.array([[1.0, 2.0], [3.0, -4.0]]), np.array([[0.5], [-0.5]]), np.array([0.25])])
model.compile(keras.optimizers.SGD(0.01, momentum=0.9), "mse")
model.fit(np.eye(2), np.ones((2, 1)), epochs=3, verbose=0)
optimizer, weight, values = model.optimizer, layer.kernel, np.array([[1.0, -1.0], [0.5, 2.0]])
other, bias, steps = last.kernel, last.bias, optimizer.iterations"""

KEPT = ("momentum", "velocity", "average_gradient")


def _slots(optimizer, weight):
    names = {f"{weight.path.replace('/', '_')}_{kept}" for kept in KEPT}
    return [slot for slot in optimizer.variables if slot.name in names]


def _restart(optimizer, weight, values, slots=_slots, fill=0):
    weight.assign(values)
    for slot in slots(optimizer, weight):
        slot.assign(np.full(slot.shape, fill))


def _forgets(slots):
    """A mistake in which slots are set to 0."""
    return lambda optimizer, weight, values: _restart(optimizer, weight, values, slots)


def _of_this_shape(optimizer, weight):
    return [slot for slot in optimizer.variables if tuple(slot.shape) == tuple(weight.shape)]


def _all_but(*names):
    return lambda optimizer, weight: [slot for slot in optimizer.variables if slot.name not in names]


def _called(*kept):
    return lambda optimizer, weight: [
        slot
        for slot in _slots(optimizer, weight)
        if slot.name.removeprefix(f"{weight.path.replace('/', '_')}_") in kept
    ]


# 10.2 ---------------------------------------------------------------------------------------------------------------

LAYER = """\
layer = keras.layers.Dense({units}, name="dense")
layer.build((None, 3))
kernel, bias = layer.weights
kernel.assign(np.array({kernel}))
bias.assign(np.full({units}, 0.25))
mask = np.array({mask})
model = keras.Sequential([keras.Input((3,)), layer], name="model")
x, y = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, -1.0], [2.0, 0.0, 1.0], [1.0, 1.0, 1.0]]), np.full((4, {units}), 3.0)"""
SQUARE = LAYER.format(
    units=2,
    kernel=[[1.0, -2.0], [3.0, 0.5], [-1.0, 2.0]],
    mask=[[True, False], [False, True], [False, False]],
)
COLUMN = LAYER.format(units=1, kernel=[[0.5], [-1.5], [2.0]], mask=[[True], [True], [False]])
FIT = """\
model.compile({optimizer}, "mse"{more})
model.fit(x, y, epochs=3, batch_size=1, shuffle=False, verbose=0)"""


def _freeze(layer, mask, keep=None):
    start = layer.kernel.numpy()
    keep = keep or (lambda weight, start, mask: keras.ops.where(mask, start, weight))
    layer.kernel.constraint = lambda weight: keep(weight, start, mask)


def _freezes(keep):
    """A mistake in what the constraint returns."""
    return lambda layer, mask: _freeze(layer, mask, keep)


def _not_trainable(layer, mask):
    layer.trainable = False


MOVED = "The entries under the mask moved. Something must put them back after every step of the optimizer: a constraint of the kernel does, layer.kernel.constraint = ..."


# 10.3 ---------------------------------------------------------------------------------------------------------------

MODEL = """\
layer = keras.layers.Dense(1, use_bias=False, name="dense")
model = keras.Sequential([keras.Input((1,)), layer], name="model")
kernel, target, n, copies = layer.kernel, keras.Variable([[9.0]], name="target"), {n}, []
kernel.assign([[1.0]])
model.compile(keras.optimizers.SGD(0.1), "mse", steps_per_execution={at_once})"""
WATCHED = """\
watch = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: copies.append(target.numpy()[0, 0]))
x, y = np.ones(({batches}, 1)), np.zeros(({batches}, 1))
model.fit(x, y, epochs={epochs}, batch_size=1, callbacks=[returned, watch], verbose=0)"""


def _copying(n, at_once, batches, epochs=1):
    return Training(MODEL.format(n=n, at_once=at_once), WATCHED.format(batches=batches, epochs=epochs))


def _shipped_copy_every(layer, target, n):
    def copy(batch, logs):
        if batch % n == 0:
            target.assign(layer.kernel)

    return keras.callbacks.LambdaCallback(on_train_batch_end=copy)


class _Copy(keras.callbacks.Callback):
    """Copies whenever due(done, before) is true; `done` and `before` count batches."""

    def __init__(self, layer, target, due, resets=True):
        super().__init__()
        self.layer, self.target, self.due, self.resets, self.done = layer, target, due, resets, 0

    def on_epoch_begin(self, epoch, logs=None):
        self.done = 0 if self.resets else self.done

    def on_train_batch_end(self, batch, logs=None):
        if self.due(batch + 1, self.done):
            self.copy()
        self.done = batch + 1

    def copy(self):
        self.target.assign(self.layer.kernel)


def _copies(due, resets=True, kind=_Copy):
    """The answer whose callback copies where due(done, before, n) is true."""
    return lambda layer, target, n: kind(layer, target, lambda done, before: due(done, before, n), resets)


def _passed(done, before, n):
    return done // n > before // n


class _Counting(_Copy):
    """Goes on counting in the next epoch, by what each call adds: batches, or calls."""

    step = None

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.counted = 0

    def on_train_batch_end(self, batch, logs=None):
        before, self.counted = self.counted, self.counted + (self.step or batch + 1 - self.done)
        if self.due(self.counted, before):
            self.copy()
        self.done = batch + 1


class _CountingCalls(_Counting):
    step = 1


class _StartingOver(_Copy):
    """Sees a new epoch by a smaller number."""

    def on_train_batch_end(self, batch, logs=None):
        self.done = 0 if batch + 1 < self.done else self.done
        super().on_train_batch_end(batch, logs)


class _OtherWay(_Copy):
    def copy(self):
        self.layer.kernel.assign(self.target)


class _AtTheEnd(_Copy):
    def on_epoch_end(self, epoch, logs=None):
        self.copy()


def _copy_now(layer, target, n):
    target.assign(layer.kernel)
    return keras.callbacks.Callback()


EXERCISES = [
    InTraining(
        number="10.1",
        function="restart",
        parameters=("optimizer", "weight", "values"),
        watched=("weight", "other", "bias", "steps"),
        reference=_restart,
        cases=(
            Training(THREE.format(optimizer="SGD(0.1, momentum=0.9)"), TWO_MORE),
            Training(THREE.format(optimizer="RMSprop(0.1, momentum=0.5, centered=True)"), TWO_MORE),
            Training(OF_A_MODEL, "model.fit(np.eye(2), np.ones((2, 1)), epochs=2, verbose=0)"),
            Training(f"{THREE.format(optimizer='SGD(0.1, momentum=0.9)')}\n{NOT_A_NUMBER}", TWO_MORE),
        ),
        mistakes=(
            Mistake(
                "rebound",
                _forgets(lambda optimizer, weight: []),
                "`optimizer = ...` gives the name to another object; the training goes on with the one that was given. Set its slots to 0.",
                lambda reading: "optimizer" in reading.bound,
            ),
            Mistake(
                "no slot found",
                _forgets(lambda optimizer, weight: []),
                "The values are there, and the slots kept what they had: none of them was chosen, or none was written (slot.assign). A slot's name is weight.path, with _ for /, then _ and what it keeps. Print [slot.name for slot in optimizer.variables].",
                lambda reading: reading.uses("variables"),
            ),
            Mistake(
                "slots kept",
                _forgets(lambda optimizer, weight: []),
                "The values are there, and the optimizer still remembers the old way. Its slots are in optimizer.variables: set those of this weight to 0.",
            ),
            Mistake(
                "values not written",
                lambda optimizer, weight, values: _restart(optimizer, weight, weight.numpy()),
                "The optimizer forgot, and the weight has its old values: weight.assign(values)",
            ),
            Mistake(
                "nothing written",
                lambda optimizer, weight, values: None,
                "Neither the weight nor a slot was written: weight.assign(values), and assign 0 to its slots.",
            ),
            Mistake(
                "learning rate as well",
                _forgets(lambda optimizer, weight: optimizer.variables),
                "optimizer.variables also holds the learning rate and the step counter: with the rate 0 nothing is trained any more. Choose by name.",
            ),
            Mistake(
                "counter as well",
                _forgets(_all_but("learning_rate")),
                "The slots of the other weights and the step counter were set to 0, too. Choose those of this weight by name.",
            ),
            Mistake(
                "counter as well",
                lambda optimizer, weight, values: (_restart(optimizer, weight, values), optimizer.iterations.assign(0)),
                "The step counter was set to 0: it belongs to all weights. Leave it.",
            ),
            Mistake(
                "other weights as well",
                _forgets(_all_but("learning_rate", "iteration")),
                "Every slot was set to 0. Those of the other weights keep what they have.",
            ),
            Mistake(
                "shape compared",
                _forgets(_of_this_shape),
                "The slots of another weight were set to 0 as well: it has the same shape. Compare names.",
                lambda reading: reading.uses("shape") and not reading.uses("name", "path"),
            ),
            Mistake(
                "namesake as well",
                _forgets(
                    lambda optimizer, weight: [
                        slot for slot in optimizer.variables if slot.name.startswith(weight.path.replace("/", "_"))
                    ]
                ),
                "The slots of another weight were set to 0 as well: its name begins like this one's, or holds it. Compare whole names.",
            ),
            Mistake(
                "one slot only",
                _forgets(_called("momentum")),
                "RMSprop keeps more than a momentum: velocity, and average_gradient where it is centered. Set each to 0.",
            ),
            Mistake(
                "one slot only",
                _forgets(_called("momentum", "velocity")),
                "A centered RMSprop keeps average_gradient, too. Set it to 0.",
            ),
            Mistake(
                "one slot only",
                _forgets(_called("velocity", "average_gradient")),
                "The momentum kept what it had. Set each slot of this weight to 0.",
            ),
            Mistake(
                "name, not path",
                _forgets(
                    lambda optimizer, weight: [
                        slot for slot in optimizer.variables if slot.name in {f"{weight.name}_{kept}" for kept in KEPT}
                    ]
                ),
                "In a model, the path names the layer too, model/hidden/kernel, and the slot has it with _ for /: weight.path.replace('/', '_').",
            ),
            Mistake(
                "NaN times 0",
                lambda optimizer, weight, values: (
                    weight.assign(values),
                    [slot.assign(slot * 0) for slot in _slots(optimizer, weight)],
                ),
                "NaN * 0 is NaN, so a slot that holds one keeps it. np.zeros(slot.shape) asks nothing of the old values.",
            ),
            Mistake(
                "slots hold the values",
                lambda optimizer, weight, values: (
                    weight.assign(values),
                    [slot.assign(values) for slot in _slots(optimizer, weight)],
                ),
                "The slots got the values of the weight. They begin with 0.",
            ),
        ),
        messages=(
            Message(
                r"Received: value\.shape=\(\)",
                "shape",
                "A 0 is one number, and a slot has the shape of its weight: np.zeros(slot.shape).",
            ),
            Message(
                r"shape of the target variable and the shape of the target value",
                "shape",
                "Each slot takes an array of its own shape, and so does the weight: np.zeros(slot.shape) for a slot. Were slots of other weights among them?",
            ),
            Message(
                r"'(\w+)' object has no attribute '(get_weights|set_weights|weights|get_slot|slots|get_slot_names)'",
                "not of an optimizer",
                "An optimizer of Keras 3 has no {2}. optimizer.variables lists all that it keeps.",
            ),
            Message(
                r"Unknown variable",
                "built anew",
                "The optimizer was built anew, for other variables. Leave it as it is, and write into its slots.",
            ),
            Message(
                r"'_dict' object|cannot be set|built with",
                "built anew",
                "Leave the optimizer as it is, and write into its slots.",
            ),
        ),
        hints=(
            "assign reaches the weight alone. What the optimizer remembers of it are variables too: look at optimizer.variables. Which of them are of this weight?",
            "A slot's name is weight.path with _ in place of /, then _ and momentum, velocity or average_gradient. kernel_2_momentum begins like kernel, too: compare whole names.",
            "weight.assign(values); names = {path + '_momentum', ...}; for slot in optimizer.variables: if slot.name in names: slot.assign(np.zeros(slot.shape))",
        ),
        why="Weight and slots began anew, and nothing else did: other weights kept their momentum, the rate and the counter their values.",
        practice="After pruning, a warm start or a repaired NaN, the memory of one weight is stale and that of the others is not. (Adam needs its step counter too: see the recipe.)",
    ),
    InTraining(
        number="10.2",
        function="freeze",
        parameters=("layer", "mask"),
        watched=("kernel", "bias"),
        reference=_freeze,
        cases=(
            Training(SQUARE, FIT.format(optimizer="keras.optimizers.AdamW(0.1, weight_decay=0.1)", more="")),
            Training(
                COLUMN,
                FIT.format(optimizer="keras.optimizers.SGD(0.02, momentum=0.9)", more=", steps_per_execution=2"),
            ),
            Training(
                f"{SQUARE}\n{FIT.format(optimizer='keras.optimizers.Adam(0.1)', more='')}",
                FIT.format(optimizer="model.optimizer", more=""),  # its momentum has gathered already
            ),
        ),
        mistakes=(
            Mistake(
                "constraint of the layer",
                lambda layer, mask: None,
                "layer.kernel_constraint is read when the layer is built, and this one is built. Give the constraint to the variable: layer.kernel.constraint = ...",
                lambda reading: "kernel_constraint" in reading.set_attributes,
            ),
            Mistake(
                "no snapshot",
                lambda layer, mask: None,
                "The entries moved. Does the constraint put back a snapshot, start = layer.kernel.numpy(), taken outside of it? And is it the kernel's own, layer.kernel.constraint = ...?",
                lambda reading: "constraint" in reading.set_attributes,
            ),
            Mistake(
                "callback not used",
                lambda layer, mask: None,
                "A callback was made, and fit is not given it (between the steps of one call it would get no turn). Leave something in the layer: layer.kernel.constraint = ...",
                lambda reading: reading.uses("Callback", "LambdaCallback"),
            ),
            Mistake("moved", lambda layer, mask: None, MOVED),
            Mistake(
                "written once",
                lambda layer, mask: layer.kernel.assign(np.where(mask, layer.kernel.numpy(), 0)),
                "The kernel was written once, before the training, and its entries outside of the mask are 0 now. Leave the values alone, and give the kernel a constraint: layer.kernel.constraint = ...",
            ),
            Mistake(
                "written once",
                lambda layer, mask: layer.kernel.assign(np.where(mask, 0, layer.kernel.numpy())),
                "The kernel was written once, before the training, and its entries under the mask began at 0. Leave the values alone, and give the kernel a constraint: layer.kernel.constraint = ...",
            ),
            Mistake(
                "mask turned round",
                _freezes(lambda weight, start, mask: keras.ops.where(mask, weight, start)),
                "The entries outside of the mask were kept. Where mask is True, the start; elsewhere what the step made.",
            ),
            Mistake(
                "zeros, not the start",
                _freezes(lambda weight, start, mask: keras.ops.where(mask, 0.0, weight)),
                "The entries under the mask became 0. They should keep what they hold when freeze is called: start = layer.kernel.numpy()",
            ),
            Mistake(
                "the others zeroed",
                _freezes(lambda weight, start, mask: keras.ops.where(mask, start, 0.0)),
                "The entries outside of the mask became 0. They should be trained: return the weight there.",
            ),
            Mistake(
                "the others zeroed",
                _freezes(lambda weight, start, mask: keras.ops.where(mask, weight, 0.0)),
                "The entries outside of the mask became 0. Return the weight there, and the start under the mask.",
            ),
            Mistake(
                "added",
                _freezes(lambda weight, start, mask: weight + mask * start),
                "The start was added to the trained values. Choose between them: keras.ops.where(mask, start, weight).",
            ),
            Mistake(
                "whole layer",
                _not_trainable,
                "Nothing was trained, the bias neither. `trainable` is for whole weights; for entries it takes a constraint.",
            ),
            Mistake(
                "whole kernel",
                _freezes(lambda weight, start, mask: start),
                "The whole kernel was kept. Keep the entries under the mask, and return the weight elsewhere: keras.ops.where(mask, start, weight).",
            ),
            Mistake(
                "whole kernel",
                lambda layer, mask: setattr(layer.kernel, "trainable", False),
                "The whole kernel was kept: `trainable` is for whole weights. For entries it takes a constraint.",
            ),
        ),
        messages=(
            Message(
                r"has no attribute 'numpy'|numpy\(\) is only available|Cannot convert a symbolic|symbolic tf\.Tensor",
                "NumPy in the step",
                "The constraint runs inside the compiled step, where there are no values for NumPy. Take keras.ops.where, and call .numpy() before, outside of the constraint. (Of `array - weight` it is NumPy, too, that computes: write the weight first.)",
            ),
            Message(
                r"Invalid `?constraint|Could not interpret constraint|must be callable|constraint` must be|`constraint`",
                "not a constraint",
                "A constraint is a function of the weight that returns the values which it should have, or a keras.constraints.Constraint.",
            ),
            Message(
                r"`x1` and `x2` either both",
                "number of arguments",
                "keras.ops.where takes three arguments: the mask, the start, and the weight.",
            ),
            Message(
                r"takes 0 positional arguments|takes 1 positional argument but 2|missing \d+ required positional",
                "not a constraint",
                "A constraint is called with one argument, the weight: lambda weight: ...; in a class, def __call__(self, weight).",
            ),
            Message(
                r"NoneType|None values not supported|convert a value \(None\)|unsupported type",
                "nothing returned",
                "The constraint must return the whole weight: the start under the mask, the trained values elsewhere.",
            ),
            Message(
                r"'(\w+)' object has no attribute 'constraint'",
                "not of a layer",
                "A constraint belongs to one variable: layer.kernel.constraint = ...",
            ),
        ),
        hints=(
            "Something must put the entries back after every step, also inside of a compiled one. Who is called there?",
            "The optimizer calls kernel.constraint(kernel) after each step, and assigns what comes back. It needs the old values: a snapshot, taken before.",
            "start = layer.kernel.numpy(); layer.kernel.constraint = lambda weight: keras.ops.where(...)",
        ),
        why="The optimizer itself put the entries back at the end of each step, so neither momentum nor weight decay nor a step that fit hides could keep them moved.",
        practice="Sparse training holds its zeros so, and a word vector that must not move keeps its row. With use_ema, put them back after fit once more.",
    ),
    InTraining(
        number="10.3",
        function="copy_every",
        parameters=("layer", "target", "n"),
        watched=("target", "copies", "kernel"),
        shipped=_shipped_copy_every,
        reference=_copies(_passed),
        cases=(
            _copying(n=3, at_once=1, batches=8),
            _copying(n=6, at_once=4, batches=16),
            _copying(n=2, at_once=4, batches=12, epochs=2),
            _copying(n=6, at_once=4, batches=8, epochs=3),
            _copying(n=1, at_once=1, batches=4, epochs=2),
            _copying(n=4, at_once=8, batches=8, epochs=2),
        ),
        mistakes=(
            Mistake(
                "number, not count",
                _shipped_copy_every,
                "batch is the number of the last batch, counted from 0: after it, batch + 1 are done. And where fit runs several in one call, most numbers never come.",
            ),
            Mistake(
                "numbers skipped",
                _copies(lambda done, before, n: done % n == 0),
                "With steps_per_execution=4 the callback hears of the batches 3, 7, 11 and so on, so batch + 1 may pass a multiple of n without meeting it. Remember what was done at the last turn, and compare (batch + 1) // n.",
            ),
            Mistake(
                "at every turn",
                _copies(lambda done, before, n: True),
                "target was written at every turn of the callback. Only where batch + 1 has reached or passed another multiple of n.",
            ),
            Mistake(
                "one batch late",
                _copies(lambda done, before, n: done > 1 and (done - 1) % n == 0),
                "target was written one batch late: batch is counted from 0, so after it batch + 1 batches are done.",
            ),
            Mistake(
                "turns counted",
                _copies(_passed, True, _CountingCalls),
                "Turns of the callback were counted. With steps_per_execution one turn stands for several batches: batch + 1 says how many.",
            ),
            Mistake(
                "epochs run together",
                _copies(_passed, True, _Counting),
                "The count went on in the second epoch, and batch begins there at 0 again: n batches of an epoch were asked for. on_epoch_begin is the place to start anew.",
            ),
            Mistake(
                "not started anew",
                _copies(_passed, False),
                "In the second epoch batch begins at 0 again, and what you remember is still from the first. on_epoch_begin is the place to forget it.",
            ),
            Mistake(
                "not started anew",
                _copies(_passed, False, _StartingOver),
                "An epoch whose number is not smaller than the last one was taken for the same: where one turn is a whole epoch, each tells the same number. on_epoch_begin is the place to start anew.",
            ),
            Mistake(
                "end of the epoch",
                _copies(lambda done, before, n: False, True, _AtTheEnd),
                "target was written at the end of the epoch. n batches may end before: on_train_batch_end.",
            ),
            Mistake(
                "wrong way round",
                _copies(_passed, True, _OtherWay),
                "The kernel got the values of target. target.assign(layer.kernel) writes into target.",
            ),
            Mistake(
                "copied at once",
                _copy_now,
                "target was written when copy_every was called, before fit. The line belongs into the callback's function, which fit calls.",
            ),
            Mistake(
                "never written",
                lambda layer, target, n: keras.callbacks.Callback(),
                "`target = ...` gives the name to something new. Write into the variable: target.assign(...)",
                lambda reading: "target" in reading.bound,
            ),
            Mistake(
                "never written",
                lambda layer, target, n: keras.callbacks.Callback(),
                "target was never written. fit calls on_train_batch_end of the callback that you return, and there target.assign(layer.kernel) must be reached.",
            ),
        ),
        messages=(
            Message(
                r"'NoneType' object has no attribute 'set_|'NoneType' object has no attribute 'on_",
                "callback not returned",
                "copy_every returned nothing, and fit needs the callback: return it.",
            ),
            Message(
                r"'function' object has no attribute '(?:set_|on_)",
                "not a callback",
                "fit takes callbacks, and this is a function. keras.callbacks.LambdaCallback(on_train_batch_end=...) makes a callback of it.",
            ),
            Message(
                r"missing \d+ required positional argument|takes \d+ positional arguments? but|keyword argument 'logs'",
                "number of arguments",
                "fit calls on_train_batch_end(batch, logs) and on_epoch_begin(epoch, logs), with logs by its name: functions of these two, in a class also of self. Return an object, not the class itself.",
            ),
        ),
        hints=(
            "How many batches are done when the callback gets the number 0? And which numbers does it get with steps_per_execution=4?",
            "Compare counts in whole n: (batch + 1) // n now, and at the last turn. If it grew, a copy is due. Every epoch begins at 0 again.",
            "A class with on_epoch_begin: self.done = 0, and on_train_batch_end: if (batch + 1) // n > self.done // n: copy; then self.done = batch + 1. Return an object of it.",
        ),
        why="What counts is whether a multiple of n was passed since the last turn, not which number the turn has.",
        practice="So the target network of Q-learning is renewed, a checkpoint written every thousand batches, a mask tightened step by step.",
    ),
]
