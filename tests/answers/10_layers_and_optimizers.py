"""Answers to the exercises of lesson 10, layers and optimizers."""

import keras
import numpy as np
import tensorflow as tf

from answers import right, wrong

# 10.1 restart


def path_of(weight):
    """As it begins the name of a slot."""
    return weight.path.replace("/", "_")


def empty(slots):
    """Set slots to 0."""
    for slot in slots:
        slot.assign(np.zeros(slot.shape))


wrong("10.1", "slots kept", lambda optimizer, weight, values: weight.assign(values))
wrong(
    "10.1",
    "learning rate as well",
    lambda optimizer, weight, values: (weight.assign(values), empty(optimizer.variables)),
)
wrong("10.1", "nothing written", lambda optimizer, weight, values: values)


@wrong("10.1", "values not written")
def _(optimizer, weight, values):
    empty(s for s in optimizer.variables if s.name == f"{path_of(weight)}_momentum")


@wrong("10.1", "rebound")
def _(optimizer, weight, values):
    weight.assign(values)
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
    optimizer.build([weight])


@wrong("10.1", "no slot found")
def _(optimizer, weight, values):
    weight.assign(values)
    empty(s for s in optimizer.variables if s is weight)


@wrong("10.1", "no slot found")
def _(optimizer, weight, values):
    weight.assign(values)
    empty(s for s in optimizer.variables if s.name == f"momentum_{weight.path}")


@wrong("10.1", "slots kept")
def _(optimizer, weight, values):
    weight.assign(values)
    for momentum in optimizer.momentums:
        momentum = momentum * 0


@wrong("10.1", "counter as well")
def _(optimizer, weight, values):
    weight.assign(values)
    empty(s for s in optimizer.variables if s.name != "learning_rate")


@wrong("10.1", "counter as well")
def _(optimizer, weight, values):
    weight.assign(values)
    optimizer.iterations.assign(0)
    empty(s for s in optimizer.variables if s.name in {f"{path_of(weight)}_momentum", f"{path_of(weight)}_velocity"})


@wrong("10.1", "other weights as well")
def _(optimizer, weight, values):
    weight.assign(values)
    empty(optimizer.momentums)


@wrong("10.1", "namesake as well")
def _(optimizer, weight, values):
    weight.assign(values)
    empty(s for s in optimizer.variables if s.name.startswith(path_of(weight)))


@wrong("10.1", "namesake as well")
def _(optimizer, weight, values):
    weight.assign(values)
    empty(s for s in optimizer.variables if weight.name in s.name)


@wrong("10.1", "shape compared")
def _(optimizer, weight, values):
    weight.assign(values)
    empty(s for s in optimizer.variables if s.shape == weight.shape)


@wrong("10.1", "one slot only")
def _(optimizer, weight, values):
    weight.assign(values)
    empty(s for s in optimizer.variables if s.name == f"{path_of(weight)}_momentum")


@wrong("10.1", "one slot only")
def _(optimizer, weight, values):
    weight.assign(values)
    empty(
        s for s in optimizer.variables if s.name in [f"{path_of(weight)}_{kept}" for kept in ("momentum", "velocity")]
    )


@wrong("10.1", "name, not path")
def _(optimizer, weight, values):
    weight.assign(values)
    kept = ("momentum", "velocity", "average_gradient")
    empty(s for s in optimizer.variables if s.name in [f"{weight.name}_{one}" for one in kept])


@wrong("10.1", "name, not path")
def _(optimizer, weight, values):
    weight.assign(values)
    kept = ("momentum", "velocity", "average_gradient")
    empty(s for s in optimizer.variables if s.name in [f"{weight.path}_{one}" for one in kept])


@wrong("10.1", "slots hold the values")
def _(optimizer, weight, values):
    weight.assign(values)
    for slot in optimizer.variables:
        if slot.name == f"{weight.path}_momentum":
            slot.assign(values)


@wrong("10.1", "shape")
def _(optimizer, weight, values):
    weight.assign(values)
    for slot in optimizer.variables:
        slot.assign(np.zeros(weight.shape))


@wrong("10.1", "shape")
def _(optimizer, weight, values):
    weight.assign(values)
    optimizer.momentums[0].assign(0)


@wrong("10.1", "not of an optimizer")
def _(optimizer, weight, values):
    weight.assign(values)
    optimizer.set_weights([w * 0 for w in optimizer.get_weights()])


@wrong("10.1", "built anew")
def _(optimizer, weight, values):
    weight.assign(values)
    optimizer.built = False
    optimizer.__init__(0.1, momentum=0.9)
    optimizer.build([weight])


@right("10.1")
def _(optimizer, weight, values):
    weight.assign(values)
    names = {f"{path_of(weight)}_{kept}" for kept in ("momentum", "velocity", "average_gradient")}
    empty(s for s in optimizer.variables if s.name in names)


@right("10.1")
def _(optimizer, weight, values):
    for slot in optimizer.variables:
        if slot.name.removeprefix(path_of(weight)) in ("_momentum", "_velocity", "_average_gradient"):
            slot.assign(tf.zeros_like(slot))
    weight.assign(values)


@right("10.1")
def _(optimizer, weight, values):
    """The slots are where the optimizer itself looks for them."""
    weight.assign(values)
    index = optimizer._get_variable_index(weight)
    for name in ("momentums", "_momentums", "_velocities", "_average_gradients"):
        slots = getattr(optimizer, name, [])
        if len(slots) > index:
            slots[index].assign(np.zeros(weight.shape))


@right("10.1")
def _(optimizer, weight, values):
    """Others' slots are named, too: the longest path that fits owns a slot."""
    weight.assign(values)
    paths = sorted((path_of(w) for w in optimizer._trainable_variables), key=len, reverse=True)
    for slot in optimizer.variables:
        owner = next((path for path in paths if slot.name.startswith(path)), None)
        if owner == path_of(weight):
            slot.value.assign(tf.zeros_like(slot.value))


@wrong("10.1", "NaN times 0")
def _(optimizer, weight, values):
    weight.assign(values)
    for slot in optimizer.variables:
        if slot.name.removeprefix(path_of(weight)) in ("_momentum", "_velocity", "_average_gradient"):
            slot.assign(slot * 0)


@wrong("10.1", "no slot found")
def _(optimizer, weight, values):
    weight.assign(values)
    for slot in optimizer.variables:
        if slot.name.startswith(path_of(weight)):
            slot.numpy()[:] = 0


# 10.2 freeze


def constrain(constraint):
    """The answer that gives the kernel a constraint, called with the weight, the start and the mask."""

    def answer(layer, mask):
        start = layer.kernel.numpy()
        layer.kernel.constraint = lambda weight: constraint(weight, start, mask)

    return answer


where = keras.ops.where
wrong("10.2", "mask turned round", constrain(lambda weight, start, mask: where(mask, weight, start)))
wrong("10.2", "zeros, not the start", constrain(lambda weight, start, mask: where(mask, 0, weight)))
wrong("10.2", "zeros, not the start", constrain(lambda weight, start, mask: weight * (1.0 - mask)))
wrong("10.2", "the others zeroed", constrain(lambda weight, start, mask: start * mask))
wrong("10.2", "the others zeroed", constrain(lambda weight, start, mask: weight * keras.ops.cast(mask, "float32")))
wrong("10.2", "added", constrain(lambda weight, start, mask: weight + start * mask))
wrong("10.2", "whole kernel", constrain(lambda weight, start, mask: start))
wrong("10.2", "NumPy in the step", constrain(lambda weight, start, mask: np.where(mask, start, weight)))
wrong("10.2", "NumPy in the step", constrain(lambda weight, start, mask: np.where(mask, start, weight.numpy())))
wrong("10.2", "NumPy in the step", constrain(lambda weight, start, mask: weight + mask * (start - weight)))
wrong("10.2", "nothing returned", constrain(lambda weight, start, mask: None))
wrong("10.2", "number of arguments", constrain(lambda weight, start, mask: where(mask, start)))
wrong("10.2", "written once", lambda layer, mask: layer.kernel.assign(layer.kernel * (mask * 1.0)))
wrong("10.2", "written once", lambda layer, mask: layer.kernel.assign(layer.kernel * (1.0 - mask)))
wrong("10.2", "moved", lambda layer, mask: layer.kernel.assign(layer.kernel.numpy()))


@wrong("10.2", "constraint of the layer")
def _(layer, mask):
    start = layer.kernel.numpy()
    layer.kernel_constraint = lambda weight: where(mask, start, weight)


@wrong("10.2", "no snapshot")
def _(layer, mask):
    layer.kernel.constraint = lambda weight: where(mask, layer.kernel, weight)


@wrong("10.2", "no snapshot")
def _(layer, mask):
    start = layer.kernel
    layer.kernel.constraint = lambda weight: where(mask, start, weight)


@wrong("10.2", "no snapshot")
def _(layer, mask):
    start = layer.kernel.numpy()
    layer.constraint = lambda weight: where(mask, start, weight)


@wrong("10.2", "callback not used")
def _(layer, mask):
    start = layer.kernel.numpy()

    def put_back(batch, logs):
        layer.kernel.assign(np.where(mask, start, layer.kernel.numpy()))

    return keras.callbacks.LambdaCallback(on_train_batch_end=put_back)


@wrong("10.2", "whole layer")
def _(layer, mask):
    layer.trainable = False


@wrong("10.2", "whole kernel")
def _(layer, mask):
    layer.kernel.trainable = False


@wrong("10.2", "not a constraint")
def _(layer, mask):
    start = layer.kernel.numpy()
    layer.kernel.constraint = where(mask, start, layer.kernel)


@wrong("10.2", "not a constraint")
def _(layer, mask):
    start = layer.kernel.numpy()
    layer.kernel.constraint = lambda: where(mask, start, layer.kernel)


@wrong("10.2", "not of a layer")
def _(layer, mask):
    layer.weights.constraint = lambda weight: weight


right("10.2", constrain(lambda weight, start, mask: where(mask, start, weight)))
right("10.2", constrain(lambda weight, start, mask: tf.where(mask, start, weight)))
right("10.2", constrain(lambda weight, start, mask: (weight - start) * (1.0 - mask) + start))
right("10.2", constrain(lambda weight, start, mask: where(tf.constant(~mask), weight, tf.constant(start))))


class Held(keras.constraints.Constraint):
    def __init__(self, start, mask):
        self.start, self.mask = start, mask

    def __call__(self, weight):
        return where(self.mask, self.start, weight)


@right("10.2")
def _(layer, mask):
    layer.kernel.constraint = Held(layer.get_weights()[0], mask)


@right("10.2")
def _(layer, mask):
    start = tf.identity(layer.kernel)
    for weight in layer.weights:
        if weight.name == "kernel":
            weight.constraint = lambda weight: where(mask, start, weight)
    return layer


# 10.3 copy_every

LambdaCallback = keras.callbacks.LambdaCallback


def copying(due):
    """The answer whose callback copies where due(batch, n) is true."""

    def answer(layer, target, n):
        def copy(batch, logs):
            if due(batch, n):
                target.assign(layer.kernel)

        return LambdaCallback(on_train_batch_end=copy)

    return answer


wrong("10.3", "number, not count", copying(lambda batch, n: not batch % n))
wrong("10.3", "numbers skipped", copying(lambda batch, n: (batch + 1) % n == 0))
wrong("10.3", "at every turn", copying(lambda batch, n: True))
wrong("10.3", "one batch late", copying(lambda batch, n: batch > 0 and batch % n == 0))
wrong("10.3", "never written", copying(lambda batch, n: False))


@wrong("10.3", "turns counted")
def _(layer, target, n):
    turns = []

    def copy(batch, logs):
        turns.append(batch)
        if len(turns) % n == 0:
            target.assign(layer.kernel)

    return LambdaCallback(on_train_batch_end=copy)


class Every(keras.callbacks.Callback):
    def __init__(self, layer, target, n):
        super().__init__()
        self.layer, self.target, self.n, self.done = layer, target, n, 0

    def copy(self):
        self.target.assign(self.layer.kernel)

    def on_train_batch_end(self, batch, logs=None):
        if (batch + 1) // self.n > self.done // self.n:
            self.copy()
        self.done = batch + 1


wrong("10.3", "not started anew", lambda layer, target, n: Every(layer, target, n))


@wrong("10.3", "not started anew")
def _(layer, target, n):
    class Smaller(Every):
        def on_train_batch_end(self, batch, logs=None):
            if batch + 1 < self.done:
                self.done = 0
            super().on_train_batch_end(batch, logs)

    return Smaller(layer, target, n)


@wrong("10.3", "used before it has a value")
def _(layer, target, n):
    done = 0

    def copy(batch, logs):
        if (batch + 1) // n > done // n:  # noqa: F823
            target.assign(layer.kernel)
        done = batch + 1

    return LambdaCallback(on_train_batch_end=copy)


@wrong("10.3", "epochs run together")
def _(layer, target, n):
    class Total(Every):
        total = last = 0

        def on_epoch_begin(self, epoch, logs=None):
            self.last = 0

        def on_train_batch_end(self, batch, logs=None):
            before = self.total
            self.total += batch + 1 - self.last
            self.last = batch + 1
            if self.total // n > before // n:
                self.copy()

    return Total(layer, target, n)


@wrong("10.3", "end of the epoch")
def _(layer, target, n):
    return LambdaCallback(on_epoch_end=lambda epoch, logs: target.assign(layer.kernel))


@wrong("10.3", "copied at once")
def _(layer, target, n):
    target.assign(layer.kernel)
    return LambdaCallback()


@wrong("10.3", "wrong way round")
def _(layer, target, n):
    class Other(Every):
        def on_epoch_begin(self, epoch, logs=None):
            self.done = 0

        def copy(self):
            layer.kernel.assign(target)

    return Other(layer, target, n)


@wrong("10.3", "never written")
def _(layer, target, n):
    def copy(batch, logs):
        target = layer.kernel.numpy()
        return target

    return LambdaCallback(on_train_batch_end=copy)


@wrong("10.3", "callback not returned")
def _(layer, target, n):
    LambdaCallback(on_train_batch_end=lambda batch, logs: target.assign(layer.kernel))


@wrong("10.3", "not a callback")
def _(layer, target, n):
    def copy(batch, logs):
        target.assign(layer.kernel)

    return copy


@wrong("10.3", "number of arguments")
def _(layer, target, n):
    return LambdaCallback(on_train_batch_end=lambda batch: target.assign(layer.kernel))


@right("10.3")
def _(layer, target, n):
    class Anew(Every):
        def on_epoch_begin(self, epoch, logs=None):
            self.done = 0

    return Anew(layer, target, n)


@right("10.3")
def _(layer, target, n):
    done = 0

    def begin(epoch, logs):
        nonlocal done
        done = 0

    def copy(batch, logs):
        nonlocal done
        before, done = done, batch + 1
        if done // n != before // n:
            target.assign(layer.kernel.numpy())

    return LambdaCallback(on_epoch_begin=begin, on_train_batch_end=copy)


@right("10.3")
def _(layer, target, n):
    class OfTheModel(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            at_once = self.model.steps_per_execution
            if any(number % n == 0 for number in range(batch + 2 - at_once, batch + 2)):
                target.assign(layer.kernel)

    return OfTheModel()


@right("10.3")
def _(layer, target, n):
    following = [n]

    def copy(batch, logs):
        done = batch + 1
        if done < following[0] - n:
            following[0] = n
        if done >= following[0]:
            target.assign(layer.kernel)
            following[0] = (done // n + 1) * n

    def begin(epoch, logs):
        following[0] = n

    return LambdaCallback(on_train_batch_end=copy, on_epoch_begin=begin)
