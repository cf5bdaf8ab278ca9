"""Claims of the solutions of lesson 15, many devices."""

import numpy as np
import pytest

# free: The worked answers of [the lesson](../lessons/15_many_devices.ipynb).
# free: Try each exercise there first: an answer is worth more when you have one of your own to hold beside it.

# Not by collectives: TensorFlow numbers those of each strategy alike, and they would meet.
add_up = tf.distribute.ReductionToOneDevice()
apart = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"], cross_device_ops=add_up)


def made(values, **options):
    """A variable with two copies."""
    with apart.scope():
        return tf.Variable(values, **options)


def copies(variable):
    """What the copies hold, as lists."""
    return [copy.numpy().tolist() for copy in variable.values]


def number():
    return 1.0 + tf.cast(tf.distribute.get_replica_context().replica_id_in_sync_group, tf.float32)


# %% exercise-15-1
# > NumPy edits any choice of rows in one line, and `assign` of the whole table writes every copy.
# > On the way it makes the copies equal, if they were not: all get the values of the first.
#
# > [Lesson: Write to every copy](../lessons/15_many_devices.ipynb)
table = made([[1.0], [2.0], [3.0]])
table.values[1].assign([[7.0], [8.0], [9.0]])
zero_rows(table, np.array([0]))
assert copies(table) == [[[0], [2], [3]]] * 2

# %% exercise-15-1-others
# > `scatter_update` sends the rows alone to each device, and leaves all else in a copy as it is.
# > A variable whose aggregation is a sum or a mean refuses it.
for answer in (zero_rows_by_scatter, zero_rows_copy_by_copy):
    table = made([[1.0], [2.0], [3.0]])
    table.values[1].assign([[7.0], [8.0], [9.0]])
    answer(table, np.array([0]))
    assert copies(table) == [[[0], [2], [3]], [[0], [8], [9]]]
for aggregation in tf.VariableAggregation:
    table = made([[1.0], [2.0]], aggregation=aggregation)
    if aggregation in (tf.VariableAggregation.SUM, tf.VariableAggregation.MEAN):
        with pytest.raises(NotImplementedError, match="only supported for mirrored variable"):
            zero_rows_by_scatter(table, np.array([0]))
    else:
        zero_rows_by_scatter(table, np.array([0]))
        assert copies(table) == [[[0], [2]]] * 2

# %% exercise-15-2
# > `all_reduce` waits until every replica has called it, and returns the same to each.
# > So every replica must reach this line, none of them under an `if` of its own.


def under_an_if():
    if tf.distribute.get_replica_context().replica_id_in_sync_group == 0:
        tf.distribute.get_replica_context().all_reduce("MEAN", number())


reduced = apart.run(lambda: tf.distribute.get_replica_context().all_reduce("MEAN", number()))
assert [each.numpy() for each in reduced.values] == [1.5, 1.5]
with pytest.raises(RuntimeError, match="different number of"):
    apart.run(under_an_if)

# %% exercise-15-2-others
# > `merge_call` leaves the replicas for a moment: its function runs once, as in your program, with what all of them
# > gave.
calls = []


def merge(strategy, value):
    calls.append([each.numpy() for each in value.values])
    assert tf.distribute.in_cross_replica_context()


apart.run(lambda: (tf.distribute.get_replica_context().merge_call(merge, args=(number(),)), 0)[1])
assert calls == [[1, 2]]

# %% exercise-15-3
# > Each of `total.values` is a variable of one device, whose `assign` shares nothing out.
# > One copy holds the start, the others 0, and the sum is exact for every integer.
for start in (7, 0, -3, 2**31 - 1, -(2**31)):
    total = make_total(apart, start)
    assert copies(total) == [start, 0] and total.numpy() == start
    assert [type(copy).__name__ for copy in total.values] == ["ResourceVariable"] * 2

# %% exercise-15-3-others
# > A replica may write as well: there, `assign` goes to its own copy.
total = make_total_in_replicas(apart, 7)
assert copies(total) == [7, 0] and total.numpy() == 7
