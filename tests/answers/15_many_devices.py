"""Answers to the exercises of lesson 15, many devices."""

import numpy as np
import tensorflow as tf

from answers import right, wrong

# 15.1 zero_rows


@wrong("15.1", "first copy only")
def _(table, rows):
    for row in rows:
        table[row].assign(tf.zeros(table.shape[1:]))


@wrong("15.1", "first copy only")
def _(table, rows):
    for row in rows:
        table[row, :].assign(np.zeros(table.shape[1]))


@wrong("15.1", "first copy only")
def _(table, rows):
    values = table.numpy()
    values[rows] = 0
    table[...].assign(values)


@wrong("15.1", "first copy only")
def _(table, rows):
    values = table.numpy()
    values[rows] = 0
    table.values[0].assign(values)


@wrong("15.1", "first copy left out")
def _(table, rows):
    for row in rows:
        table.values[1][row].assign(tf.zeros(table.shape[1]))


@wrong("15.1", "copy edited")
def _(table, rows):
    table.numpy()[rows] = 0


@wrong("15.1", "copy edited")
def _(table, rows):
    for copy in table.values:
        values = copy.numpy()
        values[rows] = 0


@wrong("15.1", "rebound")
def _(table, rows):
    mask = tf.reduce_any(tf.range(table.shape[0])[:, None] == tf.constant(rows, tf.int32), axis=1)
    table = tf.where(mask[:, None], 0.0, table)


@wrong("15.1", "unchanged")
def _(table, rows):
    return tf.zeros_like(table)


@wrong("15.1", "other rows")
def _(table, rows):
    keep = np.ones(table.shape[0], bool)
    keep[rows] = False
    values = table.numpy()
    values[keep] = 0
    table.assign(values)


@wrong("15.1", "all rows")
def _(table, rows):
    table.assign(tf.zeros_like(table))


@wrong("15.1", "columns")
def _(table, rows):
    values = table.numpy()
    values[:, rows] = 0
    table.assign(values)


@wrong("15.1", "one row")
def _(table, rows):
    values = table.numpy()
    values[rows[0]] = 0
    table.assign(values)


@wrong("15.1", "NaN times 0")
def _(table, rows):
    keep = np.ones((table.shape[0], 1))
    keep[rows] = 0
    table.assign(table.numpy() * keep)


@wrong("15.1", "not for copies")
def _(table, rows):
    table.scatter_nd_update(rows[:, None], tf.zeros((len(rows), table.shape[1])))


@wrong("15.1", "values replaced")
def _(table, rows):
    values = table.numpy()
    values[rows] = 0
    table.values = [values, values]


@wrong("15.1", "item assignment")
def _(table, rows):
    table[rows] = 0


@wrong("15.1", "all copies at once")
def _(table, rows):
    values = table.numpy()
    values[rows] = 0
    table.values.assign(values)


@right("15.1")
def _(table, rows):
    values = table.numpy()
    values[rows] = 0
    table.assign(values)


@right("15.1")
def _(table, rows):
    zeros = tf.zeros((len(rows), table.shape[1]))
    table.scatter_update(tf.IndexedSlices(zeros, rows))


@right("15.1")
def _(table, rows):
    for copy in table.values:
        for row in rows:
            copy[row].assign(tf.zeros(table.shape[1]))


@right("15.1")
def _(table, rows):
    mask = np.isin(np.arange(table.shape[0]), rows)
    table.assign(tf.where(mask[:, None], 0.0, table))


@right("15.1")
def _(table, rows):
    """The strategy itself goes through the copies."""

    def zero(copy):
        for row in rows:
            copy[row].assign(tf.zeros(copy.shape[1]))

    table.distribute_strategy.extended.update(table, zero)


# 15.2 share


def context():
    return tf.distribute.get_replica_context()


wrong("15.2", "each its own", lambda v, value: v.assign(value))
wrong("15.2", "sum", lambda v, value: v.assign(context().all_reduce("SUM", value)))
wrong("15.2", "divided, not added", lambda v, value: v.assign(value / context().num_replicas_in_sync))
wrong("15.2", "divided twice", lambda v, value: v.assign(context().all_reduce("MEAN", value) / 2))
wrong("15.2", "added", lambda v, value: v.assign_add(context().all_reduce("MEAN", value)))
wrong("15.2", "mean of the entries", lambda v, value: v.assign(tf.fill(value.shape, tf.reduce_mean(value))))
wrong("15.2", "old values", lambda v, value: v.assign(context().all_reduce("MEAN", v.read_value())))
wrong("15.2", "not written", lambda v, value: context().all_reduce("MEAN", value))
wrong("15.2", "in a replica", lambda v, value: v.assign(tf.distribute.get_strategy().reduce("MEAN", value, axis=None)))
wrong("15.2", "not of the strategy", lambda v, value: v.assign(tf.distribute.get_strategy().all_reduce("MEAN", value)))
wrong("15.2", "replica context", lambda v, value: v.assign(v.get_replica_context().all_reduce("MEAN", value)))
wrong("15.2", "number of arguments", lambda v, value: v.assign(context().all_reduce(value)))
wrong("15.2", "kind of reduction", lambda v, value: v.assign(context().all_reduce("MAX", value)))


@wrong("15.2", "rebound")
def _(v, value):
    v = context().all_reduce("MEAN", value)


@wrong("15.2", "first replica only")
def _(v, value):
    mine = value if context().replica_id_in_sync_group == 0 else value * 0
    v.assign(context().all_reduce("SUM", mine))


@wrong("15.2", "one replica alone")
def _(v, value):
    if context().replica_id_in_sync_group == 0:
        v.assign(context().all_reduce("MEAN", value))


@right("15.2")
def _(v, value):
    v.assign(context().all_reduce(tf.distribute.ReduceOp.MEAN, value))


@right("15.2")
def _(v, value):
    total = context().all_reduce("SUM", value)
    v.assign(total / context().num_replicas_in_sync)


@right("15.2")
def _(v, value):
    """The replicas write each its own, and then agree on what they have written."""
    v.assign(value)
    v.assign(context().all_reduce("MEAN", v.read_value()))


@right("15.2")
def _(v, value):
    def merge(strategy, v, value):
        v.assign(strategy.reduce("MEAN", value, axis=None))

    context().merge_call(merge, args=(v, value))


# 15.3 make_total

ON_READ, ON_WRITE = tf.VariableSynchronization.ON_READ, tf.VariableSynchronization.ON_WRITE
Aggregation = tf.VariableAggregation


def total_in(strategy, start, **options):
    with strategy.scope():
        return tf.Variable(start, **options)


def making(**options):
    """The answer that makes its variable with these options, and with the start."""
    return lambda strategy, start: total_in(strategy, start, **options)


wrong("15.3", "start in every copy", making(synchronization=ON_READ, aggregation=Aggregation.SUM))
wrong("15.3", "one copy is read", making())
wrong("15.3", "one copy is read", making(synchronization=ON_READ, aggregation=Aggregation.ONLY_FIRST_REPLICA))
wrong("15.3", "first replica's counts", making(aggregation=Aggregation.ONLY_FIRST_REPLICA))
wrong("15.3", "added on writing", making(aggregation=Aggregation.SUM))
wrong("15.3", "no aggregation", making(synchronization=ON_READ))
wrong("15.3", "mean of integers", making(synchronization=ON_READ, aggregation=Aggregation.MEAN))
wrong("15.3", "outside the scope", lambda strategy, start: tf.Variable(start))


@wrong("15.3", "half dropped")
def _(strategy, start):
    total = total_in(strategy, 0, synchronization=ON_READ, aggregation=Aggregation.SUM)
    total.assign(start)
    return total


@wrong("15.3", "half dropped")
def _(strategy, start):
    half = int(start / strategy.num_replicas_in_sync)
    return total_in(strategy, half, synchronization=ON_READ, aggregation=Aggregation.SUM)


@wrong("15.3", "begins at 0")
def _(strategy, start):
    return total_in(strategy, 0, synchronization=ON_READ, aggregation=Aggregation.SUM)


@wrong("15.3", "not an integer")
def _(strategy, start):
    total = total_in(strategy, 0.0, synchronization=ON_READ, aggregation=Aggregation.SUM)
    total.values[0].assign(start)
    return total


@wrong("15.3", "nothing returned")
def _(strategy, start):
    total_in(strategy, 0, synchronization=ON_READ, aggregation=Aggregation.SUM)


@wrong("15.3", "not a variable")
def _(strategy, start):
    total = total_in(strategy, 0, synchronization=ON_READ, aggregation=Aggregation.SUM)
    return total.assign(start)


@wrong("15.3", "added from outside")
def _(strategy, start):
    total = total_in(strategy, 0, synchronization=ON_READ, aggregation=Aggregation.SUM)
    total.assign_add(start)
    return total


@right("15.3")
def _(strategy, start):
    total = total_in(strategy, 0, synchronization=ON_READ, aggregation=Aggregation.SUM)
    total.values[0].assign(start)
    return total


@right("15.3")
def _(strategy, start):
    total = total_in(strategy, start, synchronization=ON_READ, aggregation=Aggregation.SUM)
    for copy in total.values[1:]:
        copy.assign(0)
    return total


@right("15.3")
def _(strategy, start):
    """The replicas themselves write: the first one has the start."""
    total = total_in(strategy, 0, synchronization=ON_READ, aggregation=Aggregation.SUM, dtype=tf.int32)
    strategy.run(lambda: total.assign(start * int(context().replica_id_in_sync_group == 0)))
    return total


@right("15.3")
def _(strategy, start):
    """Whole numbers, as even as they can be."""
    total = total_in(strategy, 0, synchronization=ON_READ, aggregation=Aggregation.SUM)
    share, rest = divmod(start, len(total.values))
    for i, copy in enumerate(total.values):
        copy.assign(share + (i < rest))
    return total
