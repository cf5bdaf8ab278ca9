"""Two logical CPUs, as lesson 15 has them, for a process that checks its exercises or draws its figure."""

from contextlib import suppress

import tensorflow as tf


def two():
    """Divide the CPU of this process in two, before TensorFlow's first operation. Later, all stays as it is."""
    (cpu,) = tf.config.list_physical_devices("CPU")
    with suppress(RuntimeError):
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
