"""Compare TensorFlow's gradient with central differences of the loss, and say how exact these are.

Every entry takes part. Entries too many or too faint to be measured one by one are dealt out to blocks; those of a block
move together, all uphill, and the change of the loss is compared with what the gradient promises for it. A wrong entry
shows in its block, and is then looked for.
"""

import inspect
import operator
from contextlib import nullcontext
from dataclasses import dataclass, replace

import ml_dtypes
import numpy as np
import tensorflow as tf

from assignlab import audit

MOST_ERROR = 0.05  # of the gradient: what is measured less exactly is not called verified
STEPS = (1.0, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7)  # how far entries move, beside their size
STEPS_AT_ZERO = (0.1, 0.03, 0.01)  # where the gradient is 0: any shorter step shows none
FAR_STEPS = (3.0, 10.0, 30.0, 100.0, 1e3, 1e4)  # here a loss that depends on the variable shows it, whatever it adds to it
ENTRY_ROUNDING = 2e-3  # that each entry of a gradient may have
LEAST_ROUNDING, MOST_ROUNDING = 1e-4, 1.5e-2  # that all may have together: the most where layers compute in bfloat16
CALLS = 20  # of the loss at one and the same value, to see whether it is noisy
FEWEST_BLOCKS, MOST_FOLLOWED = 4, 32
MEASURABLE = (tf.float16, tf.bfloat16, tf.float32, tf.float64)


@dataclass(frozen=True)
class GradientReport:
    """The outcome of `verify_gradient`: `verdict` is "verified", "differs" or "cannot tell". True when verified.

    autodiff and differences hold float64 slopes of the loss: one per finite entry, in the order of the flattened
    variable; or one per block of entries, along a step of length 1 in it. autodiff is None when TensorFlow returned None.
    """

    verdict: str
    message: str
    autodiff: np.ndarray | None
    differences: np.ndarray

    def __bool__(self):
        return self.verdict == "verified"

    def __repr__(self):
        return self.message


def verify_gradient(loss, variable, max_entries=256):
    """Verify d(loss)/d(variable) at the variable's current value.

    Parameters
    ----------
    loss : callable
        Returns one real number. Takes no argument, or the variable as its only one.
    variable : tf.Variable or keras.Variable
        float16, bfloat16, float32 or float64, of any shape. Its entries are moved, then restored bit for bit.
    max_entries : int
        A variable with more entries is measured in this many blocks, which together hold all of them; in fewer where
        rounding hides what so few entries do to the loss.

    Returns
    -------
    GradientReport
        Prints as a sentence. True when the two gradients agree and the differences are exact enough to say so.

    Raises
    ------
    TypeError
        `variable` is not a floating-point variable, `loss` is not a function of none or one argument, its result is not
        a real number, or `max_entries` is not an integer.
    ValueError
        `max_entries` is below 1; `loss` does not return one finite number, gives a different one at each call, or
        writes to the variable.
    RuntimeError
        It is called inside a `tf.function`, or inside `strategy.scope()` for a variable that has replicas.
    """
    target = _floating_variable(variable)
    evaluate = _no_argument(loss, variable)
    blocks = _at_least_one(max_entries)
    start, running = target.numpy(), audit.current()
    with running.counting_as("numerical") if running else nullcontext():
        try:
            return _Measurement(_MovedLoss(evaluate, target, start), blocks).report()
        finally:
            target.assign(start)


@dataclass(frozen=True)
class _Block:
    """Entries that move together: their flat indices, and how far each goes in a step of size 1."""

    entries: np.ndarray
    step: np.ndarray

    def halves(self):
        parts = (np.array_split(array, 2) for array in (self.entries, self.step))
        return [_Block(*part) for part in zip(*parts, strict=True)]


@dataclass(frozen=True)
class _Change:
    """What a step along a block does to the loss, per unit of its size."""

    block: _Block
    size: float
    seen: float  # (f(x + step) - f(x - step)) / (2 size)
    promised: float  # the gradient's word for it
    error: float  # how far apart the two may be although the gradient is right
    weight: float  # the size of the gradient here: the sum of each entry's, times its step

    @property
    def gap(self):
        return self.seen - self.promised

    @property
    def differs(self):
        return abs(self.gap) > self.error


class _MovedLoss:
    """The loss and its gradient, with blocks of the variable moved."""

    def __init__(self, evaluate, target, start):
        self.evaluate, self.target, self.start = evaluate, target, start
        self.moved = start.reshape(-1).copy()
        self.flat = self.moved.astype(np.float64)
        self.eps = _eps_of(evaluate())

    def move(self, block, size):
        """Move a block; return the step as the dtype made it."""
        with np.errstate(all="ignore"):
            self.moved[block.entries] = self.flat[block.entries] + size * block.step
            taken = self.moved[block.entries].astype(np.float64) - self.flat[block.entries]
        self.target.assign(self.moved.reshape(self.start.shape))
        self.moved[block.entries] = self.start.reshape(-1)[block.entries]
        return taken

    def at(self, block, size):
        """(the loss, the step) with a block moved."""
        taken = self.move(block, size)
        return _number(self.evaluate()), taken

    def slope_at(self, block, size, step):
        """What the gradient, with a block moved, promises for a step."""
        self.move(block, size)
        return float(self.gradient()[block.entries] @ step)

    def gradient(self):
        """The gradient as TensorFlow gives it: a flat float64 array, or None."""
        with tf.GradientTape() as tape:
            value = self.evaluate()
        if not tf.is_tensor(value):  # a Python or NumPy number: nothing of it is on the tape
            return None
        gradient = tape.gradient(value, self.target)
        return None if gradient is None else tf.convert_to_tensor(gradient).numpy().astype(np.float64).reshape(-1)

    def steady_value(self, block, size):
        """(the loss, by how much calls at one value differ); ValueError where that is noise, or the loss writes."""
        self.move(block, size)
        before = self.target.numpy().tobytes()
        values = [_number(self.evaluate()) for _ in range(CALLS)]
        if self.target.numpy().tobytes() != before:
            raise ValueError("The loss writes to the variable, so it has no gradient at one value. Write outside the loss.")
        _refuse_noise(min(values), max(values))
        return values[0], max(values) - min(values)

    def tremble(self, block, size):
        """(rounding and other noise, change) of the loss on the way through a step."""
        line = [self.at(block, size * k / 4)[0] for k in range(-4, 5)]
        with np.errstate(all="ignore"):
            left = np.diff(line, 6)  # a smooth loss leaves nothing; of noise, as the squares of the weights sum to 924:
            return 1.5 * float(np.sqrt(np.mean(left**2) / 924)), np.ptp(line)


class _Measurement:
    """The differences of one loss with respect to one variable."""

    def __init__(self, loss, most_blocks):
        self.loss = loss
        self.movable = np.flatnonzero(np.isfinite(loss.flat))
        self.scale = np.maximum(1.0, np.abs(np.where(np.isfinite(loss.flat), loss.flat, 0.0)))
        self.value, tremble = loss.steady_value(_Block(self.movable, self.scale[self.movable]), 0.0)
        if not np.isfinite(self.value):
            raise ValueError(f"The loss is {self.value} at the variable's current value, so there is nothing to compare.")
        self.noise = max(tremble, loss.eps * abs(self.value))
        gradient = loss.gradient()
        self.had_gradient = gradient is not None
        self.gradient = gradient if self.had_gradient else np.zeros(loss.flat.size)
        self.random = np.random.default_rng(0)  # the same blocks at each call
        signs = np.where(self.gradient, np.sign(self.gradient), self.random.choice([-1.0, 1.0], loss.flat.size))
        self.uphill = self.scale * signs  # all of a block up the slope: most is seen beside the rounding
        self.blocks = self.deal_out(most_blocks)
        self.far_slope, self.ever_changed = 0.0, False

    def deal_out(self, count):
        """Blocks that hold all entries, each entries with like gradients, so that a large one hides no small one."""
        if self.movable.size <= count:
            return [_Block(entry, self.scale[entry]) for entry in self.movable[:, np.newaxis]]
        entries = self.random.permutation(self.movable)
        entries = entries[np.argsort(np.abs(self.gradient[entries]), kind="stable")]
        return [_Block(part, self.uphill[part]) for part in np.array_split(entries, count)]

    # ---- how a block is measured

    def difference(self, block, size):
        """(seen, promised, rounding, step) of a step both ways, per unit of its size."""
        (up, forth), (down, back) = self.loss.at(block, size), self.loss.at(block, -size)
        with np.errstate(all="ignore"):
            step = (forth - back) / (2 * size)
            if np.abs(step).sum() < 0.5 * np.abs(block.step).sum():
                up = np.nan  # the dtype has no value as near as this
            rounding = max(self.noise, self.loss.eps * max(abs(up), abs(down))) / size
            return (up - down) / (2 * size), float(self.gradient[block.entries] @ step), rounding, step

    def change(self, block, size, seen, promised, error):
        """A `_Change`; the rounding of the gradient itself joins its error."""
        promises = np.abs(self.gradient[block.entries] * block.step)
        weight = float(promises.sum())
        error = error + ENTRY_ROUNDING * float(np.linalg.norm(promises)) + self.rounding * weight
        return _Change(block, size, seen, promised, error if np.isfinite(error) else np.inf, weight)

    def measured(self, block, size):
        """The `_Change` along a block; its error is what a step and half of it do not agree on, and the rounding."""
        seen, promised, _, _ = self.difference(block, size)
        half, half_promised, rounding, _ = self.difference(block, size / 2)
        bend = abs((seen - promised) - (half - half_promised))
        return self.change(block, size, half, half_promised, 2 * bend + 2 * rounding)

    def resolved(self, block):
        """The `_Change` at the common step, or at a longer one where rounding hides too much of a small gradient."""
        change = self.measured(block, self.size)
        hidden = 2 * self.noise / self.size
        if self.size >= 1 or not hidden > max(change.error / 2, MOST_ERROR * change.weight / 2) > 0 or not change.weight:
            return change
        longer = min(1.0, 4 * self.size * hidden / (MOST_ERROR * change.weight))
        return min(change, self.measured(block, longer), key=lambda change: change.error)

    def followed(self, block, size, points=12):
        """The `_Change` along a block, less what the gradient tells of the bends on the way: kinks of ReLU, curvature.

        A gradient that is wrong tells them wrongly, and the gap stays. At a kink, any slope between its two is right.
        """
        seen, promised, rounding, step = self.difference(block, size)
        along = np.array([self.loss.slope_at(block, size * (2 * k + 1 - points) / points, step) for k in range(points)])
        near = [self.loss.slope_at(block, size * t, step) for t in (-1e-3, 1e-3)]
        here = min(max(promised, min(near)), max(near))
        coarser = along.mean() - along[1::3].mean()  # the mean of a third of the points is nine times as far off
        mirrored = (along + along[::-1]) / 2
        error = abs(coarser) / 4 + mirrored.std() / 2 / points + 2 * rounding
        return self.change(block, size, seen - along.mean() - coarser / 8 + here, promised, error)

    # ---- what to measure with

    def prepare(self):
        """Find the noise, the step and the blocks; False where no step shows a slope."""
        heaviest = sorted(self.blocks, key=lambda block: -np.abs(self.gradient[block.entries] * block.step).sum())
        self.trial = heaviest[:: max(1, len(heaviest) // 5)]
        self.noise = max(self.noise, self.loss.steady_value(self.trial[0], 0.01)[1])
        self.find_noise(1e-8 if self.loss.start.dtype == np.float64 else 1e-4)
        slope = np.abs(self.gradient * self.scale)[self.movable].sum()
        if slope <= 4 * self.noise:
            self.far_slope = self.find_far_slope()
            if not self.far_slope:
                return False
        self.find_size()
        before = self.noise
        self.find_noise(self.size / 2)
        if self.noise > 2 * before:
            self.find_size()
        visible = int(self.size * slope / self.noise / 100) if self.noise else len(self.blocks)
        if visible < len(self.blocks):
            self.blocks = self.deal_out(max(visible, FEWEST_BLOCKS))
        return True

    def find_noise(self, size):
        """How much the loss trembles, and how much the gradient may, of layers that round like this."""
        found = np.sqrt(np.mean([self.loss.tremble(block, size)[0] ** 2 for block in self.trial[:3]]))
        self.noise = max(self.noise, np.nan_to_num(found))
        layers = min(MOST_ROUNDING, 10 * self.noise / abs(self.value)) if self.value else 0.0
        dtypes = max(self.loss.eps, float(ml_dtypes.finfo(self.loss.start.dtype).eps))
        self.rounding = max(LEAST_ROUNDING, layers, 2 * dtypes)

    def find_size(self):
        """The smallest step at which a few blocks are measured exactly and, if there is one, agree.

        Where layers round to few digits the loss has stairs, and no slope within one of them.
        """
        shares, worst = {}, {}
        for size in STEPS_AT_ZERO if self.far_slope else STEPS:
            found = [self.measured(block, size) for block in self.trial]
            shares[size], gap = self.share(found), self.share(found, "gap")
            worst[size] = gap if gap > shares[size] else shares[size]
            if min(worst.values()) < worst[size] / 30 < np.inf:
                break  # from here on, rounding hides more and more
        good = [size for size in shares if worst[size] <= 2 * min(worst.values())]
        least = min(shares[size] for size in good)
        self.size = min(size for size in good if shares[size] <= 2 * least)

    def find_far_slope(self):
        """The slope of the loss at the smallest step that shows one; None where no step does."""
        anywhere = _Block(self.movable, self.scale[self.movable] * self.random.uniform(-1, 1, self.movable.size))
        for size in (*STEPS[::-1], *FAR_STEPS):
            tremble, change = self.loss.tremble(anywhere, size)
            self.ever_changed |= change != 0
            if change > 8 * max(self.noise, tremble):
                return change / size
        return None

    def share(self, changes, of="error"):
        """The errors (or gaps) of all differences together, beside the gradient."""
        part, weight = (np.linalg.norm([getattr(change, name) for change in changes]) for name in (of, "weight"))
        whole = max(weight, self.far_slope)
        return part / whole if whole else np.inf

    # ---- what it means

    def report(self):
        """The `GradientReport`."""
        if not self.movable.size:
            return self.nothing_to_move()
        if not np.isfinite(self.gradient[self.movable]).all():
            return self.broken_gradient()
        if not self.prepare():
            return self.no_slope()
        changes = [self.resolved(block) for block in self.blocks]
        if not self.had_gradient:
            return self.none(changes)
        wrong, changes = self.check_gaps(changes)
        if wrong:
            return self.verdict("differs", self.where_it_differs(wrong, changes), changes)
        changes = self.refine(changes)
        if self.share(changes) <= MOST_ERROR:
            return self.verdict("verified", self.what_agrees(changes), changes)
        return self.verdict("cannot tell", self.why_not(changes), changes)

    def check_gaps(self, changes):
        """(a change whose gradient is wrong, or None; the changes, those that were looked at more closely exchanged)."""
        everything = _Block(self.movable, self.uphill[self.movable])
        whole = [self.measured(everything, size) for size in STEPS if size <= self.size]
        gaps = [change for change in (*changes, min(whole, key=lambda c: c.error)) if change.differs]
        for change in sorted(gaps, key=lambda c: abs(c.gap) / c.error, reverse=True)[:MOST_FOLLOWED]:
            _refuse_noise(*(self.loss.at(change.block, change.size)[0] for _ in range(2)))
            closer = self.followed(change.block, change.size)
            if closer.differs and self.stays(closer):
                return closer, changes
            changes = [closer if c is change else c for c in changes]
        return None, [replace(c, error=max(c.error, abs(c.gap))) for c in changes]

    def stays(self, change):
        """Whether a gap is the gradient's own: as large at double the step, and at half of it. Those of jumps are not."""
        here, double, half = (self.followed(change.block, change.size * by, points=36) for by in (1, 2, 0.5))
        apart = [abs(other.gap - here.gap) for other in (double, half) if np.isfinite(other.error)]
        allowed = [0.4 * abs(here.gap), max(0.4 * abs(here.gap), half.error if len(apart) > 1 else 0.0)]
        return here.differs and bool(apart) and all(a <= b for a, b in zip(apart, allowed, strict=False))

    def refine(self, changes):
        """The changes, the least exact ones measured in other ways, until they are exact enough."""
        changes = list(changes)
        ways = ((self.followed, 1), (self.measured, 0.1), (self.followed, 3), (self.followed, 0.3), (self.followed, 10))
        for k in sorted(range(len(changes)), key=lambda k: -changes[k].error)[:MOST_FOLLOWED]:
            for measure, by in (*ways, (self.measured, 0.01), (self.measured, 1e-3)):
                if self.share(changes) <= 0.8 * MOST_ERROR:
                    return changes
                closer = measure(changes[k].block, by * self.size)
                if closer.error < changes[k].error and not closer.differs:
                    changes[k] = closer
        return changes

    # ---- how to say it

    def verdict(self, verdict, message, changes=()):
        """A `GradientReport` with the slopes along each block."""
        lengths = np.array([np.linalg.norm(change.block.step) for change in changes])
        promised, seen = (np.array([getattr(c, of) for c in changes]) / lengths for of in ("promised", "seen"))
        return GradientReport(verdict, message, promised if self.had_gradient else None, seen)

    def what_agrees(self, changes):
        """What was compared, as a sentence."""
        count, blocks = self.movable.size, len(self.blocks)
        how = f"each of {count} entries" if blocks == count else f"{count} entries, moved in {blocks} blocks"
        gap = max(abs(change.gap) / np.linalg.norm(change.block.step) for change in changes)
        faint = sum(MOST_ERROR * change.weight < change.error for change in changes if change.weight)
        left = self.loss.flat.size - count
        asides = [f"; at {faint} of these the gradient is too small beside the others to be measured alone"] if faint else []
        asides += [f"; entries that are NaN or infinite were left out: {left}"] if left else []
        return (
            f"Gradient verified: autodiff and central differences agree at {how}, of {self.of_what()} "
            f"(largest gap {gap:.1e}){''.join(asides)}."
        )

    def of_what(self):
        """Shape and dtype, as words."""
        return f"shape {self.loss.start.shape}, {self.loss.target.dtype.name}"

    def index(self, entry):
        """Where an entry stands in the variable."""
        return tuple(int(k) for k in np.unravel_index(entry, self.loss.start.shape))

    def where_it_differs(self, wrong, changes):
        """A sentence that names how many blocks differ, and an entry that does."""
        block = wrong.block
        while block.entries.size > 1:
            block = max(block.halves(), key=lambda half: _excess(self.measured(half, wrong.size)))
        change, entry = self.measured(block, wrong.size), block.entries[0]
        count = sum(change.differs for change in changes) or 1
        parts = "entries" if len(self.blocks) == self.movable.size else "blocks of entries"
        return (
            f"Gradient differs at {count} of {len(self.blocks)} {parts} of {self.of_what()}. Most at {self.index(entry)}: "
            f"autodiff says {self.gradient[entry]:.6g}, central differences say {change.seen / block.step[0]:.6g}. "
            "The loss computes something that the tape does not record as it is: NumPy, a py_function, a custom gradient, "
            "stop_gradient."
        )

    def why_not(self, changes):
        """A sentence on what keeps the differences from being exact, and what helps."""
        share = self.share(changes)
        noise = np.linalg.norm([2 * self.noise / change.size for change in changes])
        if not np.isfinite(share):
            reason = "the loss is not finite where the entries are moved to"
            remedy = "Choose a point further inside (log and sqrt near 0 are such)"
        elif noise > 0.3 * np.linalg.norm([change.error for change in changes]):
            reason = f"the loss is {self.value:.6g}, of which rounding hides changes below {self.noise:.1g}"
            remedy = "Use float64, leave out what the loss adds to the part of this variable, or sum over fewer entries"
        else:
            reason = "the loss bends or jumps within every step that it can show"
            remedy = "Choose a smoother point, or float64, which allows smaller steps"
        exact = f"exact to {share:.0%} of the gradient only" if np.isfinite(share) else "not exact at all"
        return f"Cannot tell: the differences are {exact} ({self.of_what()}), because {reason}. {remedy}."

    def nothing_to_move(self):
        """The report of a variable without a finite entry."""
        if self.loss.flat.size:
            message = "Cannot tell: every entry of the variable is NaN or infinite. Give it finite values."
            return self.verdict("cannot tell", message)
        return self.verdict("verified", f"Gradient verified: a variable of {self.of_what()} has no entry that could differ.")

    def no_slope(self):
        """The report where neither the gradient nor the loss shows a slope."""
        if not self.had_gradient:
            return self.none([])
        message = "Gradient verified: it is 0 but for rounding, and the loss has no slope wherever the variable is moved"
        return self.verdict("verified", f"{message} ({self.of_what()}).")

    def broken_gradient(self):
        """The report of a gradient that is NaN or infinite at a finite entry."""
        broken = self.movable[~np.isfinite(self.gradient[self.movable])]
        block = _Block(broken[:1], self.scale[broken[:1]])
        values = [(size, *(self.loss.at(block, sign * size)[0] for sign in (1, -1))) for size in STEPS]
        slopes = [(up - down) / (2 * size * block.step[0]) for size, up, down in values if np.isfinite(up - down)]
        where = f"{self.index(broken[0])} of {self.of_what()}: autodiff says {self.gradient[broken[0]]}"
        if not slopes:
            message = f"Cannot tell: at {where}, and the loss is not finite beside it. Choose a point further inside."
            return self.verdict("cannot tell", message)
        return self.verdict(
            "differs",
            f"Gradient differs at {broken.size} of {self.movable.size} entries. First at {where}, central differences say "
            f"{slopes[-1]:.6g}. The backward pass divides by 0 or overflows: give tf.where, sqrt, log or a division safe "
            "values also where their result is not used.",
        )

    def none(self, changes):
        """The report where TensorFlow returned None."""
        if not self.loss.target.trainable:
            reason = (
                "the variable is not trainable, so a tape does not watch it by itself: "
                "call tape.watch(variable), or create it trainable"
            )
        elif any(change.differs for change in changes):
            reason = (
                "the loss does change with the variable, but on a path that the tape does not see: "
                "NumPy, .numpy() or tf.numpy_function inside the loss"
            )
        elif self.ever_changed:
            reason = (
                "the loss changes with the variable in jumps, or only far from its current value: "
                "argmax, round, a comparison or a cast to integers has no gradient"
            )
        else:
            reason = (
                "the loss does not change with this variable: "
                "it reads another object (a rebound name, a copy, what assign returned)"
            )
        return self.verdict("differs", f"The gradient is None. Likely reason: {reason}.", changes)


def _excess(change):
    return abs(change.gap) - change.error


def _refuse_noise(one, other):
    """Raise ValueError where two calls at one value differ by more than a sum in another order does."""
    if abs(one - other) > 100 * np.finfo("float32").eps * max(abs(one), abs(other)):
        raise ValueError(
            f"The loss gave {one} and {other} for the same value. "
            "Fix its random numbers or switch dropout off, then compare again."
        )


def _eps_of(value):
    """The relative rounding of the dtype in which a loss is returned: that of float64 for a Python number."""
    dtype = getattr(value, "dtype", None)
    dtype = dtype.as_numpy_dtype if hasattr(dtype, "as_numpy_dtype") else dtype
    try:
        return float(ml_dtypes.finfo(dtype or np.float64).eps)
    except ValueError:  # an integer
        return 0.0


def _floating_variable(variable):
    if not tf.executing_eagerly():
        raise RuntimeError("verify_gradient measures values, which a tf.function has none of yet. Call it outside.")
    inner = getattr(variable, "value", None)
    target = inner if isinstance(inner, tf.Variable) else variable  # keras.Variable -> tf.Variable
    if not isinstance(target, tf.Variable):
        raise TypeError(
            "verify_gradient needs a tf.Variable or keras.Variable as its second argument, "
            f"not {type(variable).__name__}."
        )
    if target.dtype not in MEASURABLE:
        names = ", ".join(dtype.name for dtype in MEASURABLE)
        raise TypeError(f"verify_gradient measures variables of {names}; this one is {target.dtype.name}.")
    try:
        target.handle  # noqa: B018  a tape asks for it
    except ValueError:
        raise RuntimeError("The variable has replicas: call verify_gradient outside strategy.scope().") from None
    return target


def _at_least_one(max_entries):
    try:
        number = operator.index(max_entries)
    except TypeError:
        raise TypeError(f"max_entries must be an integer, 1 or more; it is {max_entries!r}.") from None
    if number < 1:
        raise ValueError(f"max_entries must be 1 or more; it is {number}.")
    return number


def _no_argument(loss, variable):
    if not callable(loss):
        raise TypeError(
            f"verify_gradient needs a function as its first argument, not {type(loss).__name__}. "
            "Write: lambda: tf.reduce_sum(v ** 2)"
        )
    try:
        parameters = inspect.signature(loss).parameters.values()
    except (TypeError, ValueError):  # Python cannot tell
        return loss
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    required = [p for p in parameters if p.default is p.empty and p.kind in positional]
    if len(required) > 1:
        raise TypeError(
            f"The loss takes {len(required)} arguments; it may take the variable alone, or nothing. "
            "Write: lambda: loss(v, other)"
        )
    return (lambda: loss(variable)) if required else loss


def _number(value):
    """The loss as a float; it may be NaN or infinite.

    Raises TypeError or ValueError, with what to do, where it is not one number.
    """
    if value is None:
        raise TypeError("The loss returned None. Let it return the number: return tf.reduce_sum(...)")
    try:
        if isinstance(value, (str, list, tuple)) or "complex" in str(getattr(value, "dtype", "")):
            raise TypeError
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        what = f"of dtype {value.dtype.name}" if hasattr(value, "dtype") else f"a {type(value).__name__}"
        raise TypeError(f"The loss must be one real number; it is {what}.") from None
    if array.size != 1:
        raise ValueError(f"The loss must be one number; it has shape {array.shape}. Sum it: tf.reduce_sum(...)")
    return array.item()
