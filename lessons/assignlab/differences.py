"""Central differences of a loss beside what the gradient promises for them, and how exact they are.

Every entry takes part. Entries too many or too faint to be measured one by one are dealt out to blocks; those of a
block move together, all uphill, and the change of the loss is compared with what the gradient promises for it. A wrong
entry shows in its block, and is then looked for.
"""

from dataclasses import dataclass, replace

import ml_dtypes
import numpy as np
import tensorflow as tf

MOST_ERROR = 0.05  # of the gradient: what is measured less exactly is not called verified
STEPS = (1.0, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7)  # how far entries move, beside their size
STEPS_AT_ZERO = (0.1, 0.03, 0.01)  # where the gradient is 0: any shorter step shows none
SHORT = (0.03, 0.01)  # where both are exact and differ, the gradient does
# Here a loss that depends on the variable shows it, whatever it adds to it.
FAR_STEPS = (3.0, 10.0, 30.0, 100.0, 1e3, 1e4)
ENTRY_ROUNDING = 2e-3  # that each entry of a gradient may have
LEAST_ROUNDING, MOST_ROUNDING = 1e-4, 1.5e-2  # that all may have together: the most where layers compute in bfloat16
CALLS = 20  # of the loss at one and the same value, to see whether it is noisy
FEWEST_BLOCKS = 4
# In how many directions entries whose gradient is 0 are moved together: by chance, the ups and downs of one cancel.
IDLE_DIRECTIONS = 6
MOST_FOLLOWED = 32  # blocks that are looked at more closely, which costs a gradient for each of 14 points


@dataclass(frozen=True)
class Block:
    """Entries that move together: their flat indices, and how far each goes in a step of size 1."""

    entries: np.ndarray
    step: np.ndarray

    @property
    def length(self):
        return np.linalg.norm(self.step)

    def halves(self):
        parts = (np.array_split(array, 2) for array in (self.entries, self.step))
        return [Block(*part) for part in zip(*parts, strict=True)]


@dataclass(frozen=True)
class Change:
    """What a step along a block does to the loss, per unit of its size."""

    block: Block
    size: float
    seen: float  # (f(x + step) - f(x - step)) / (2 size)
    promised: float  # the gradient's word for it
    error: float  # how far apart the two may be although the gradient is right
    weight: float  # the size of the gradient here: the norm of each entry's, times its step

    @property
    def gap(self):
        return self.seen - self.promised

    @property
    def differs(self):
        return abs(self.gap) > self.error


class MovedLoss:
    """The loss and its gradient, with blocks of the variable moved. `evaluate` takes no argument."""

    def __init__(self, evaluate, target, start):
        self.evaluate, self.target, self.start = evaluate, target, start
        self.moved = start.reshape(-1).copy()
        self.flat = self.moved.astype(np.float64)
        self.rounding = rounding_of(evaluate())

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
        return as_number(self.evaluate()), taken

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
        values = [as_number(self.evaluate()) for _ in range(CALLS)]
        if self.target.numpy().tobytes() != before:
            raise ValueError(
                "The loss writes to the variable, so it has no gradient at one value. Write outside the loss."
            )
        refuse_noise(min(values), max(values))
        return values[0], max(values) - min(values)

    def tremble(self, block, size):
        """(rounding and other noise, change) of the loss on the way through a step."""
        line = [self.at(block, size * k / 8)[0] for k in range(-8, 9)]
        with np.errstate(all="ignore"):
            left = np.diff(line, 6)  # a smooth loss leaves nothing; of noise, as the squares of the weights sum to 924:
            return 1.5 * float(np.sqrt(np.mean(left**2) / 924)), np.ptp(line)


class Measurement:
    """The differences of a loss with respect to a variable: `prepare`, `measure`, `check_gaps`, `refine`, `share`."""

    def __init__(self, loss, most_blocks):
        self.loss = loss
        finite = np.isfinite(loss.flat)
        self.movable = np.flatnonzero(finite)
        self.scale = np.maximum(1.0, np.abs(np.where(finite, loss.flat, 0.0)))
        self.value, tremble = loss.steady_value(Block(self.movable, self.scale[self.movable]), 0.0)
        if not np.isfinite(self.value):
            raise ValueError(
                f"The loss is {self.value} at the variable's current value, so there is nothing to compare."
            )
        self.noise = max(tremble, loss.rounding * abs(self.value))
        gradient = loss.gradient()
        self.had_gradient = gradient is not None
        self.gradient = gradient if self.had_gradient else np.zeros(loss.flat.size)
        self.random = np.random.default_rng(0)  # the same blocks at each call
        self.whole = np.linalg.norm((self.gradient * self.scale)[self.movable])
        signs = np.where(self.gradient, np.sign(self.gradient), self.random.choice([-1.0, 1.0], loss.flat.size))
        self.uphill = self.scale * signs  # all of a block up the slope: most is seen beside the rounding
        self.blocks = self.deal_out(most_blocks)
        self.far_slope, self.ever_changed = 0.0, False

    def deal_out(self, count):
        """Blocks that hold all entries, each entries with like gradients, so that a large one hides no small one."""
        if self.movable.size <= count:
            return [Block(entry, self.scale[entry]) for entry in self.movable[:, np.newaxis]]
        entries = self.random.permutation(self.movable)
        entries = entries[np.argsort(np.abs(self.gradient[entries]), kind="stable")]
        return [Block(part, self.uphill[part]) for part in np.array_split(entries, count)]

    def share(self, changes, of="error"):
        """The errors (or gaps) of all differences together, beside the gradient."""
        part, weight = (np.linalg.norm([getattr(change, name) for change in changes]) for name in (of, "weight"))
        whole = max(weight, self.far_slope)
        return part / whole if whole else np.inf

    # ---- how a block is measured

    def difference(self, block, size):
        """(seen, promised, rounding, step) of a step both ways, per unit of its size."""
        (up, forth), (down, back) = self.loss.at(block, size), self.loss.at(block, -size)
        with np.errstate(all="ignore"):
            step = (forth - back) / (2 * size)
            if np.abs(step).sum() < 0.5 * np.abs(block.step).sum():
                up = np.nan  # the dtype has no value as near as this
            rounding = max(self.noise, self.loss.rounding * max(abs(up), abs(down))) / size
            return (up - down) / (2 * size), float(self.gradient[block.entries] @ step), rounding, step

    def change(self, block, size, seen, promised, error):
        """A `Change`; the rounding of the gradient itself joins its error."""
        promises = np.abs(self.gradient[block.entries] * block.step)
        weight = float(np.linalg.norm(promises))
        error = error + ENTRY_ROUNDING * weight + self.rounding * float(promises.sum())
        return Change(block, size, seen, promised, error if np.isfinite(error) else np.inf, weight)

    def measured(self, block, size):
        """The `Change` along a block; its error is what a step and half of it do not agree on, and the rounding."""
        seen, promised, _, _ = self.difference(block, size)
        half, half_promised, rounding, _ = self.difference(block, size / 2)
        bend = abs((seen - promised) - (half - half_promised))
        return self.change(block, size, half, half_promised, 2 * bend + 2 * rounding)

    def resolved(self, block):
        """The `Change` at the common step, or at a longer one where rounding hides too much of a small gradient.

        Where the gradient is 0, too much is what would matter beside the whole gradient.
        """
        change = self.measured(block, self.size)
        hidden, least = 2 * self.noise / self.size, MOST_ERROR * (change.weight or self.whole)
        if self.size >= 1 or not hidden > max(change.error / 2, least / 2) > 0 or not least:
            return change
        longer = min(1.0, 4 * self.size * hidden / least)
        return min(change, self.measured(block, longer), key=lambda change: change.error)

    def followed(self, block, size, points=12):
        """The `Change` along a block, less what the gradient tells of the bends on the way: kinks of ReLU, curvature.

        A gradient that is wrong tells them wrongly, and the gap stays. At a kink, any slope between its two is right.
        """
        seen, promised, rounding, step = self.difference(block, size)
        along = np.array([self.loss.slope_at(block, size * (2 * k + 1 - points) / points, step) for k in range(points)])
        near = [self.loss.slope_at(block, size * t, step) for t in (-1e-3, 1e-3)]
        here = min(max(promised, min(near)), max(near))
        coarser = along.mean() - along[1::3].mean()  # the mean of a third of the points is nine times as far off
        mirrored = (along + along[::-1]) / 2
        error = abs(coarser) / 4 + mirrored.std() / points + 2 * rounding
        return self.change(block, size, seen - along.mean() - coarser / 8 + here, promised, error)

    # ---- what to measure with

    def prepare(self):
        """Find the noise, the step and the blocks; False where neither the gradient nor the loss shows a slope."""
        self.noise = max(self.noise, self.loss.steady_value(self.trial[0], 0.01)[1])
        self.find_noise(1e-8 if self.loss.start.dtype == np.float64 else 1e-4)
        slope = np.abs(self.gradient * self.scale)[self.movable].sum()
        if slope <= 20 * self.noise:
            self.far_slope = self.find_far_slope()
            if not self.far_slope:
                return False
        for _ in range(3):
            before = self.noise, len(self.blocks)
            self.find_size()
            self.find_noise(self.size / 2)
            visible = int(self.size * slope / self.noise / 100) if self.noise else len(self.blocks)
            if visible < len(self.blocks):
                self.blocks = self.deal_out(max(visible, FEWEST_BLOCKS))
            if self.noise <= 2 * before[0] and len(self.blocks) == before[1]:
                break
        return True

    @property
    def trial(self):
        """A few blocks to try steps with: that with the largest gradient, and others."""
        heaviest = sorted(self.blocks, key=lambda block: -np.abs(self.gradient[block.entries] * block.step).sum())
        return heaviest[:: max(1, len(heaviest) // 5)]

    def find_noise(self, size):
        """How much the loss trembles, and how much the gradient may, of layers that round like this."""
        found = np.sqrt(np.mean([self.loss.tremble(block, size)[0] ** 2 for block in self.trial[:3]]))
        self.noise = max(self.noise, np.nan_to_num(found))
        layers = min(MOST_ROUNDING, 10 * self.noise / abs(self.value)) if self.value else 0.0
        dtypes = max(self.loss.rounding, rounding_of(self.loss.start))
        self.rounding = max(LEAST_ROUNDING, layers, 4 * dtypes)

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
        # Of rounding to whole numbers, long steps show a slope that no short one shows.
        short = [size for size in SHORT if worst.get(size, 0) > shares.get(size, np.inf) + MOST_ERROR]
        if self.size > max(SHORT) and len(short) == len(SHORT) and max(shares[size] for size in SHORT) < MOST_ERROR / 5:
            self.size = max(SHORT)

    def find_far_slope(self):
        """The slope of the loss at the smallest step that shows one; None where no step does."""
        anywhere = Block(self.movable, self.scale[self.movable] * self.random.uniform(-1, 1, self.movable.size))
        for size in (*STEPS[::-1], *FAR_STEPS):
            tremble, change = self.loss.tremble(anywhere, size)
            self.ever_changed |= change != 0
            if change > 8 * max(self.noise, tremble):
                return change / size
        return None

    def is_the_loss(self, other):
        """Whether another function of no argument gives what the loss gives, but for noise, also at other values."""
        direction = self.scale * self.random.choice([-1.0, 1.0], self.scale.size)
        block = Block(self.movable, direction[self.movable])
        for size in (0.0, 0.01, -0.01, 0.1, -0.1):
            value, _ = self.loss.at(block, size)
            gap = abs(as_number(other()) - value)
            if np.isfinite(value) and not gap <= 10 * max(self.noise, self.loss.rounding * abs(value)):
                return False
        return True

    # ---- what is found

    def measure(self):
        """A `Change` for each block."""
        return [self.resolved(block) for block in self.blocks]

    def check_gaps(self, changes):
        """(a change whose gradient is wrong, or None; the changes, those looked at more closely exchanged)."""
        everything = Block(self.movable, self.uphill[self.movable])
        whole = [self.measured(everything, size) for size in STEPS if size <= self.size]
        idle = self.movable[self.gradient[self.movable] == 0]  # no slope says which way is uphill
        signs = self.random.choice([-1.0, 1.0], (IDLE_DIRECTIONS if idle.size > 1 else 0, idle.size))
        idles = [self.measured(Block(idle, self.scale[idle] * sign), self.size) for sign in signs]
        gaps = [change for change in (*changes, *idles, min(whole, key=lambda c: c.error)) if change.differs]
        for change in sorted(gaps, key=lambda c: abs(c.gap) / c.error, reverse=True)[:MOST_FOLLOWED]:
            refuse_noise(*(self.loss.at(change.block, change.size)[0] for _ in range(2)))
            closer = self.followed(change.block, change.size)
            if closer.differs and self.stays(closer):
                return closer, changes
            changes = [closer if c is change else c for c in changes]
        return None, [replace(c, error=max(c.error, abs(c.gap))) for c in changes]

    def stays(self, change):
        """Whether a gap is the gradient's own: as large at double the step and at half of it. That of a jump is not."""
        here, *others = (self.followed(change.block, change.size * by, points=36) for by in (1, 2, 0.5))
        others = [other for other in others if np.isfinite(other.error)]
        gap = abs(here.gap)
        near = (abs(other.gap - here.gap) <= max(gap / 4, min(gap, other.error)) for other in others)
        return here.differs and bool(others) and all(near)

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

    def worst_entry(self, wrong):
        """(the entry that differs most, what the differences say there), sought by halving the block of a `Change`."""
        block = wrong.block
        while block.entries.size > 1:
            block = max(block.halves(), key=lambda half: _excess(self.measured(half, wrong.size)))
        return block.entries[0], self.measured(block, wrong.size).seen / block.step[0]

    def slope_beside(self, entry):
        """The difference at one entry at the smallest step with a finite loss; None where there is none."""
        block = Block(np.array([entry]), self.scale[[entry]])
        ends = [(size, self.loss.at(block, size)[0] - self.loss.at(block, -size)[0]) for size in STEPS]
        return next((rise / (2 * size * block.step[0]) for size, rise in ends[::-1] if np.isfinite(rise)), None)


def _excess(change):
    return abs(change.gap) - change.error


def refuse_noise(one, other):
    """Raise ValueError where two calls at one value differ by more than a sum in another order does."""
    if abs(one - other) > 100 * np.finfo("float32").eps * max(abs(one), abs(other)):
        raise ValueError(
            f"The loss gave {one} and {other} for the same value. "
            "Fix its random numbers or switch dropout off, then compare again."
        )


def rounding_of(value):
    """The largest relative rounding in the dtype of a loss; that of float64 for a Python number."""
    dtype = getattr(value, "dtype", None)
    dtype = dtype.as_numpy_dtype if hasattr(dtype, "as_numpy_dtype") else dtype
    try:
        return float(ml_dtypes.finfo(dtype or np.float64).eps) / 2
    except ValueError:  # an integer
        return 0.0


def as_number(value):
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
