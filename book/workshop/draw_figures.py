"""Draw the lessons' opening figures into `book/assets/figures/`. Every number in them is computed here with TensorFlow and NumPy.

Run it with `make figures` after a change; a test compares the files with what this draws.
"""

from pathlib import Path

import numpy as np
import tensorflow as tf

from assignlab.picture import Panel, draw

FIGURES = Path(__file__).parents[1] / "assets" / "figures"


def broadcast_scaling():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    before, halved = v.numpy(), v.numpy() * np.float32(0.5)
    v.assign(halved)
    return draw(
        Panel(before, "variable"),
        "numpy() × 0.5",
        Panel(halved, "NumPy copy", "copy", changed=halved != before),
        "assign",
        Panel(v.numpy(), "same variable", changed=v.numpy() != before),
        alt="The variable 1 2 3 4 is copied by numpy(), halved in NumPy, and written back by assign.",
    )


def masked_replacement():
    v = tf.Variable(np.arange(10, dtype="float32").reshape(2, 5))
    before, edited = v.numpy(), v.numpy()
    mask = edited > 5
    edited[mask] = -1
    v.assign(edited)
    return draw(
        Panel(before, "variable"),
        "numpy()",
        Panel(edited, "copy, entries > 5 set to −1", "copy", changed=mask),
        "assign",
        Panel(v.numpy(), "same variable", changed=mask),
        alt="The variable 0 to 9 is copied, the entries over 5 become minus 1 in the copy, and assign writes the copy back.",
    )


def reshape_and_assign():
    v = tf.Variable(np.arange(16, dtype="float32").reshape(4, 4))
    before, doubled = v.numpy(), v.numpy().reshape(2, 8) * 2
    v.assign(doubled.reshape(v.shape))
    return draw(
        Panel(before, "variable (4, 4)"),
        "reshape",
        Panel(doubled, "copy as (2, 8), doubled", "copy", changed=doubled != before.reshape(2, 8)),
        "reshape, assign",
        Panel(v.numpy(), "same variable (4, 4)", changed=v.numpy() != before),
        alt="Sixteen numbers of a 4 by 4 variable are seen as 2 by 8, doubled, put back into 4 by 4 and assigned.",
    )


def numpy_snapshot_pitfall():
    v = tf.Variable([[1.0, -2.0], [-3.0, 4.0]])
    edited = v.numpy()
    mask = edited < 0
    edited[mask] = 0
    lost = v.numpy()
    v.assign(edited)
    return draw(
        Panel(edited, "edited copy", "copy", changed=mask),
        "no assign",
        Panel(lost, "variable: as it was"),
        "assign",
        Panel(v.numpy(), "variable: changed", changed=mask),
        alt="Editing the copy that numpy() returns leaves the variable as it was; only assign writes back.",
    )


DRAWN = {
    "01_broadcast_scaling": broadcast_scaling,
    "02_masked_replacement": masked_replacement,
    "03_reshape_and_assign": reshape_and_assign,
    "04_numpy_snapshot_pitfall": numpy_snapshot_pitfall,
}

if __name__ == "__main__":
    FIGURES.mkdir(exist_ok=True)
    for name, figure in DRAWN.items():
        (FIGURES / f"{name}.svg").write_text(figure().svg, encoding="utf8")
