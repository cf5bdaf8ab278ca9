"""Exercises on variables of which each device has a copy."""

from collections.abc import Sequence
from dataclasses import dataclass

import tensorflow as tf

from assignlab.exercises.in_programs import InPrograms
from assignlab.exercises.model import Wrong

DEVICES = 2


@dataclass(frozen=True, kw_only=True)
class OnReplicas(InPrograms):
    """The answer works with variables that have a copy on each of two logical CPUs; the `result` is what these hold.

    The kernel must have these two: TensorFlow makes them before its first operation, or not at all. dtypes: those of
    the variables.
    """

    dtypes: Sequence[str] = ("float32",)

    def verify(self, answer):
        if not two_devices():
            raise Wrong(
                "one device",
                "This kernel has one CPU, and the exercise needs two logical ones. Restart the kernel, and run the "
                "Setup of the lesson before any other cell.",
                got=f'tf.config.list_logical_devices("CPU") of length {len(tf.config.list_logical_devices("CPU"))}',
                expected=f"a length of {DEVICES}",
            )
        return super().verify(answer)

    def sample(self):
        return super().sample() if two_devices() else None

    def verified(self, count):
        kept = "; gradient alive and exact" if tf.as_dtype(self.dtypes[0]).is_floating else ""
        return f"every copy at the end of {count} programs{kept}"


def two_devices():
    """Whether this process has the devices that the exercises ask for."""
    return len(tf.config.list_logical_devices("CPU")) >= DEVICES
