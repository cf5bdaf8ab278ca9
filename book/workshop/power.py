"""Measure the power of `verify_gradient`: the smallest wrong factor on a gradient that it finds (`make power`)."""

import numpy as np
import tensorflow as tf

from assignlab import verify_gradient

FACTORS = (1.001, 1.01, 1.02, 1.05, 1.1, 1.2, 1.5, 2.0)
SIDES = (2, 10, 100, 1000)  # of square variables: 4 to 1 000 000 entries
BLOCKS = 16  # instead of 256, to be done in two minutes: a factor on all entries shows in any number of blocks
RANDOM = np.random.default_rng(0)


def relu_net(w):
    """The mean square error of a layer of ReLU and a linear one, for 16 examples."""
    side = w.shape[0]
    shapes = (16, side), (side, 1), (16, 1)
    x, out, y = (tf.constant(np.random.default_rng(1).normal(size=shape), w.dtype) for shape in shapes)
    return tf.reduce_mean((tf.nn.relu(x @ w) @ out / side - y) ** 2)


LOSSES = {
    "sum of squares": lambda w: tf.reduce_sum(w**2),
    "mean square": lambda w: tf.reduce_mean(w**2),
    "small ReLU net": relu_net,
}


def verdict(loss, w, factor):
    """What `verify_gradient` says when all of the gradient is multiplied by a factor."""

    @tf.custom_gradient
    def read(value):
        return tf.identity(value), lambda upstream: upstream * tf.cast(factor, upstream.dtype)

    return verify_gradient(lambda: loss(read(tf.convert_to_tensor(w))), w, max_entries=BLOCKS).verdict


def smallest_found(loss, w, guess):
    """The index of the smallest factor found, len(FACTORS) for none: the list is walked down or up from a guess."""

    def found(k):
        return verdict(loss, w, FACTORS[k]) == "differs"

    if guess < len(FACTORS) and not found(guess):
        return next((k for k in range(guess + 1, len(FACTORS)) if found(k)), len(FACTORS))
    while guess and found(guess - 1):
        guess -= 1
    return guess


def main():
    print(f"The smallest wrong factor on a gradient that verify_gradient finds, of {', '.join(map(str, FACTORS))}.")
    print(f"Variables of over {BLOCKS} entries are moved in {BLOCKS} blocks. The right gradient is tried as well.\n")
    print(f"{'loss':<16}{'dtype':<8}", *(f"{f'{side**2:,} entries':>20}" for side in SIDES), sep="")
    words = [*(f"{factor:g}" for factor in FACTORS), f"over {FACTORS[-1]:g}"]
    for name, loss in LOSSES.items():
        for dtype, sides in (("float32", SIDES), ("float64", SIDES[:-1])):  # the largest once: it takes longest
            print(f"{name:<16}{dtype:<8}", end="", flush=True)
            at = 0
            for side in sides:
                w = tf.Variable(RANDOM.normal(size=(side, side)).astype(dtype))
                at, right = smallest_found(loss, w, at), verdict(loss, w, 1.0)
                print(f"{words[at] if right == 'verified' else f'right one: {right}':>20}", end="", flush=True)
            print()


if __name__ == "__main__":
    main()
