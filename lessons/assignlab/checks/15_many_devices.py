"""Checks of lesson 15, many devices."""

import numpy as np
import tensorflow as tf

from assignlab.exercises import Message, Mistake, OnReplicas

LESSON_DONE = "Lesson 15 is done. Before you trust a variable's numbers, you ask whose copy you are reading."

# Not by collectives, of which TensorFlow numbers those of each strategy alike: they would meet those of the notebook's.
MADE = """\
add_up = tf.distribute.ReductionToOneDevice()
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"], cross_device_ops=add_up)
"""
STRATEGY = MADE + "with strategy.scope():\n"
ONE_REPLICA_ONLY = Message(
    r"different number of|merge_call|different aggregation",
    "one replica alone",
    "One replica reached this call and another did not, and they would wait for each other. Call it in every replica.",
)


# 15.1 ---------------------------------------------------------------------------------------------------------------


def _shipped_zero_rows(table, rows):
    for row in rows:
        table[row].assign(tf.zeros(table.shape[1]))


def _zero_rows(table, rows):
    for copy in table.values:
        values = copy.numpy()
        values[rows] = 0
        copy.assign(values)


def _edits(edit):
    """A mistake that edits the values of every copy: edit(values, rows)."""

    def answer(table, rows):
        for copy in table.values:
            values = copy.numpy()
            edit(values, rows)
            copy.assign(values)

    return answer


def _others(values, rows):
    values[np.setdiff1d(np.arange(len(values)), rows)] = 0


def _columns(values, rows):
    values[:, rows] = 0


def _all(values, rows):
    values[:] = 0


def _first_row(values, rows):
    values[rows[:1]] = 0


def _products(values, rows):
    keep = np.ones((len(values), 1))
    keep[rows] = 0
    values *= keep


def _other_copies_only(table, rows):
    for copy in table.values[1:]:
        for row in rows:
            copy[row].assign(tf.zeros(table.shape[1]))


TABLE = "    table = tf.Variable({table})\n{more}rows = np.array({rows}, int)\nzero_rows(table, rows)\n"
COPIES = "result = [copy.numpy() for copy in table.values]"


def _table(table, rows, more=""):
    return STRATEGY + TABLE.format(table=table, rows=rows, more=more) + COPIES


# 15.2 ---------------------------------------------------------------------------------------------------------------


def _all_reduced(value, how="MEAN"):
    return tf.distribute.get_replica_context().all_reduce(how, value)


def _share(v, value):
    v.assign(_all_reduced(value))


def _first_value(v, value):
    first = float(tf.distribute.get_replica_context().replica_id_in_sync_group == 0)
    v.assign(_all_reduced(value * first, "SUM"))


VALUES = """\
values = np.array({values}, "float32")
each = strategy.experimental_distribute_values_from_function(
    lambda context: tf.constant(values[context.replica_id_in_sync_group])
)
"""
SHARED = STRATEGY + "    v = tf.Variable({v})\n" + VALUES
RUN = "strategy.run(share, args=(v, each))\n"
RESULT = "result = [copy.numpy() for copy in v.values]"


def _shared(v, values, run=RUN):
    return SHARED.format(v=v, values=values) + run + RESULT


# 15.3 ---------------------------------------------------------------------------------------------------------------

ON_READ, ON_WRITE = tf.VariableSynchronization.ON_READ, tf.VariableSynchronization.ON_WRITE
SUM = tf.VariableAggregation.SUM


def _total(strategy, start, synchronization=ON_READ, aggregation=SUM, dtype=tf.int32, trainable=False):
    with strategy.scope():
        return tf.Variable(
            start, synchronization=synchronization, aggregation=aggregation, dtype=dtype, trainable=trainable
        )


def _make_total(strategy, start):
    total = _total(strategy, 0)
    total.values[0].assign(start)
    return total


def _assigned(strategy, start):
    total = _total(strategy, 0)
    total.assign(start)
    return total


def _from_zero(strategy, start):
    return _total(strategy, 0)


ADDED = """\
copies = strategy.experimental_local_results(total)
read, before = total.numpy(), [copy.numpy() for copy in copies]


def add():
    total.assign_add(1 + tf.distribute.get_replica_context().replica_id_in_sync_group)


{runs}
result = [read, total.numpy(), *(copy.numpy() - old for copy, old in zip(copies, before))]"""


def _totals(start, times=1):
    run = "strategy.run(add)" if times == 1 else f"for time in range({times}):\n    strategy.run(add)"
    return MADE + f"total = make_total(strategy, {start})\n" + ADDED.format(runs=run)


EXERCISES = [
    OnReplicas(
        number="15.1",
        function="zero_rows",
        parameters=("table", "rows"),
        shipped=_shipped_zero_rows,
        reference=_zero_rows,
        cases=(
            _table("[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]", "[0, 2]"),
            _table("[[1.0, 2.0], [np.nan, np.inf], [5.0, 6.0]]", "[1]"),
            _table("[[1.0, 2.0], [3.0, 4.0]]", "[]"),
            _table("[[1.0], [2.0], [3.0], [4.0]]", "[3, 1, 3]", "table.assign(table * 10)\n"),
            _table(
                "tf.ones((3, 3))",
                "[0, 1, 2]",
                "with tf.GradientTape() as tape:\n    loss = tf.reduce_sum(table**2)\ntable.assign_sub(tape.gradient(loss, table))\n",
            ),
            STRATEGY
            + "    table = tf.Variable(tf.reshape(tf.range(12.0), (4, 3)))\nzero_rows(table, np.array([1]))\n"
            + "table.assign_add(tf.ones((4, 3)))\nzero_rows(table, np.array([2]))\n"
            + COPIES,
        ),
        mistakes=(
            Mistake(
                "first copy only",
                _shipped_zero_rows,
                "The second copy kept its rows: a slice of table is a slice of the first copy. Assign the whole variable, let scatter_update write the rows, or go through table.values.",
            ),
            Mistake(
                "first copy left out",
                _other_copies_only,
                "The first copy kept its rows, and the others lost them. Write every one of table.values.",
            ),
            Mistake(
                "copy edited",
                lambda table, rows: None,
                "table.numpy() gives an array of its own: editing it changes no copy. Put it back: table.assign(values)",
                lambda reading: reading.uses("numpy", "array", "asarray") and not reading.uses("assign"),
            ),
            Mistake(
                "rebound",
                lambda table, rows: None,
                "`table = ...` gives the name to something new, and the caller's variable keeps its values. Write into it: table.assign(...)",
                lambda reading: "table" in reading.bound,
            ),
            Mistake(
                "unchanged",
                lambda table, rows: None,
                "No copy was written. Compute all values of the table, and assign them: table.assign(...)",
            ),
            Mistake(
                "other rows",
                _edits(_others),
                "The named rows were kept, and all others became 0. It is the other way round.",
            ),
            Mistake("all rows", _edits(_all), "Every row became 0. Leave those alone that rows does not name."),
            Mistake(
                "columns", _edits(_columns), "Columns became 0. The first axis of table has the rows: values[rows]"
            ),
            Mistake(
                "one row", _edits(_first_row), "The first of the rows became 0, the others did not: values[rows] = 0"
            ),
            Mistake(
                "NaN times 0",
                _edits(_products),
                "A row with NaN or infinity is not 0 afterwards: times 0 they give NaN. Write the 0 itself: values[rows] = 0, or tf.where.",
            ),
        ),
        messages=(
            Message(
                r"^NotImplementedError: ?$",
                "not for copies",
                "A variable with copies has no scatter_nd_update: it raises NotImplementedError. scatter_update(tf.IndexedSlices(values, rows)) writes rows in every copy; and assign writes all.",
            ),
            Message(
                r"property 'values'|has no setter",
                "values replaced",
                "table.values are the copies themselves. Go through them, and assign to each: for copy in table.values: copy.assign(...)",
            ),
            Message(
                r"does not support item assignment",
                "item assignment",
                "A variable takes no values in square brackets. Edit a NumPy copy, values = table.numpy(), and assign it: table.assign(values)",
            ),
            Message(
                r"'tuple' object has no attribute",
                "all copies at once",
                "table.values is a tuple of the copies. Go through it: for copy in table.values: ...",
            ),
        ),
        hints=(
            "Print [copy.numpy() for copy in table.values] after the call. Which of the two did table[row] belong to?",
            "assign of the whole table writes every copy. Where do the values come from that it should have then?",
            "values = table.numpy(); values[rows] = 0; table.assign(...)",
        ),
        why="Every copy got the zeros, so that all devices go on with the same table.",
        practice="So embeddings are reset, filters pruned and NaN repaired while a model trains on several devices: by whole assigns, or by scatter_update.",
    ),
    OnReplicas(
        number="15.2",
        function="share",
        parameters=("v", "value"),
        reference=_share,
        cases=(
            _shared("[0.0, 0.0]", "[[1.0, 5.0], [3.0, -5.0]]"),
            _shared("[1.0, -2.0]", "[[2.0, 4.0], [4.0, 1.0]]"),
            _shared("7.0", "[10.0, -30.0]"),
            _shared("[[1.0, 2.0], [3.0, 4.0]]", "[[[8.0, 6.0], [4.0, 2.0]], [[0.0, 2.0], [1.0, 4.0]]]", RUN + RUN),
            _shared(
                "[4.0, 5.0, 6.0]",
                "[[1.0, 2.0, 3.0], [3.0, 4.0, 6.0]]",
                "step = tf.function(lambda: strategy.run(share, args=(v, each)), autograph=False)\nstep()\nv.assign([0.0, 1.0, 2.0])\nstep()\n",
            ),
        ),
        mistakes=(
            Mistake(
                "each its own",
                lambda v, value: v.assign(value),
                "Each replica wrote its own value, and now the copies differ. First context = tf.distribute.get_replica_context(), then context.all_reduce gives each of them the mean of all.",
            ),
            Mistake(
                "sum",
                lambda v, value: v.assign(_all_reduced(value, "SUM")),
                'The copies hold the sum of what the replicas have. all_reduce gives the mean with "MEAN".',
            ),
            Mistake(
                "divided, not added",
                lambda v, value: v.assign(value / 2),
                "Each replica divided its own value, and none heard of the other's. all_reduce brings them together.",
            ),
            Mistake(
                "divided twice",
                lambda v, value: v.assign(_all_reduced(value) / 2),
                "The mean was divided once more. With MEAN, all_reduce has done that.",
            ),
            Mistake(
                "added",
                lambda v, value: v.assign_add(_all_reduced(value)),
                "The mean was added to what v held. Write it in its place: v.assign(...)",
            ),
            Mistake(
                "first replica only",
                _first_value,
                "Every copy holds what the first replica has. The mean of all was asked for.",
            ),
            Mistake(
                "mean of the entries",
                lambda v, value: v.assign(tf.ones_like(value) * tf.reduce_mean(value)),
                "tf.reduce_mean goes over the entries of one value, in one replica. all_reduce goes over the replicas, entry by entry.",
            ),
            Mistake(
                "rebound",
                lambda v, value: None,
                "`v = ...` gives the name to something new. Write into the variable: v.assign(...)",
                lambda reading: "v" in reading.bound,
            ),
            Mistake(
                "not written",
                lambda v, value: None,
                "No copy was written. What all_reduce returns goes into v.assign(...)",
                lambda reading: not reading.uses("assign"),
            ),
            Mistake(
                "old values",
                lambda v, value: None,
                "The copies hold what v held before. Give all_reduce the value, and assign what it returns.",
            ),
        ),
        messages=(
            Message(
                r"requires being in cross-replica context|cross-replica",
                "in a replica",
                "strategy.reduce is for the program around the replicas. In a replica it is tf.distribute.get_replica_context().all_reduce(...)",
            ),
            Message(
                r"'(\w*Strategy\w*)' object has no attribute 'all_reduce'",
                "not of the strategy",
                "all_reduce belongs to the replica context: tf.distribute.get_replica_context().all_reduce(...)",
            ),
            Message(
                r"object has no attribute '(get_)?replica_context'|takes \d+ positional arguments? but",
                "replica context",
                "The replica context is what tf.distribute.get_replica_context() returns, called without arguments.",
            ),
            Message(
                r"missing \d+ required positional argument: 'value'|missing 1 required positional argument",
                "number of arguments",
                'all_reduce takes two arguments, how and what: context.all_reduce("MEAN", value)',
            ),
            Message(
                r"destinations|object has no attribute 'dtype'|object has no attribute 'device'",
                "not a tensor",
                "all_reduce takes a tensor, no variable, number or list: give it value itself, or v.read_value().",
            ),
            Message(
                r"is only available when eager|symbolic",
                "NumPy in the step",
                "Replicas mostly run in a tf.function, where there is nothing for NumPy. all_reduce and assign take the tensors as they are.",
            ),
            Message(
                r"ReduceOp|reduce op|not a valid|Unsupported",
                "kind of reduction",
                'all_reduce knows "SUM" and "MEAN".',
            ),
            ONE_REPLICA_ONLY,
        ),
        hints=(
            "A replica sees its own value alone. Which call brings together what all replicas have?",
            'tf.distribute.get_replica_context() has all_reduce, which takes "SUM" or "MEAN" and a tensor, and returns the same in every replica.',
            'mean = tf.distribute.get_replica_context().all_reduce("MEAN", value); then write it into v.',
        ),
        why="Every replica got the same mean before it wrote, so its own copy became what the others became.",
        practice="So gradients become one step, and statistics one set, also between machines: there it is the same line.",
    ),
    OnReplicas(
        number="15.3",
        function="make_total",
        parameters=("strategy", "start"),
        dtypes=("int32",),
        reference=_make_total,
        cases=(_totals(7), _totals(0), _totals(-3, 3), _totals(2**24 + 1, 2)),
        mistakes=(
            Mistake(
                "start in every copy",
                lambda strategy, start: _total(strategy, start),
                "Before anything was added it reads twice the start: the initial value goes into every copy. Begin with 0, and give the start to one copy.",
            ),
            Mistake(
                "half dropped",
                _assigned,
                "It reads less than start: assign gives every copy its share, and an integer drops the rest. Give the whole start to one copy: total.values[0].assign(start)",
            ),
            Mistake(
                "begins at 0",
                _from_zero,
                "It begins at 0. Give the start to one of the copies: total.values[0].assign(start)",
            ),
            Mistake(
                "added on writing",
                lambda strategy, start: _total(strategy, start, ON_WRITE),
                "The total is right, and every assign_add waited for all replicas: each copy got what both added. Say synchronization=tf.VariableSynchronization.ON_READ.",
            ),
            Mistake(
                "one copy is read",
                lambda strategy, start: _total(strategy, start, ON_WRITE, tf.VariableAggregation.NONE),
                "Reading gives the first copy, and what other replicas added is not in it. Two arguments make a total: synchronization ON_READ and aggregation SUM.",
            ),
            Mistake(
                "one copy is read",
                lambda strategy, start: _total(strategy, start, aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA),
                "Reading gives the first copy, and what other replicas added is not in it: aggregation SUM adds them.",
            ),
            Mistake(
                "first replica's counts",
                lambda strategy, start: _total(
                    strategy, start, ON_WRITE, aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA
                ),
                "What the first replica added went into every copy, and what others added is lost. Two arguments make a total: synchronization ON_READ and aggregation SUM.",
            ),
            Mistake(
                "outside the scope",
                lambda strategy, start: tf.Variable(start),
                "This variable has one copy, in which all replicas write: it was made outside of the strategy's scope. Make it under `with strategy.scope():`",
            ),
        ),
        messages=(
            Message(
                r"'NoneType' object has no attribute",
                "nothing returned",
                "make_total returned None. Return the variable.",
            ),
            Message(
                r"requested dtype (\w+) for Tensor with dtype int32",
                "not an integer",
                "The total is {1}, and counts are added to it as int32. Begin with 0, or say dtype=tf.int32.",
            ),
            Message(
                r"'[\w.]*(Tensor|PerReplica|Mirrored|int|ndarray|int32|tuple|list)' object has no attribute",
                "not a variable",
                "What came back is no variable. assign returns the values: return total itself.",
            ),
            Message(
                r"VariableAggregation.* to ?`tf\.distribute\.ReduceOp|Could not convert from `tf\.VariableAggregation`",
                "no aggregation",
                "ON_READ without an aggregation cannot be read: nothing says how the copies become one number. Add aggregation=tf.VariableAggregation.SUM",
            ),
            Message(
                r"aggregation=MEAN and a non-floating",
                "mean of integers",
                "Integers have no mean here, and a total is a sum: aggregation=tf.VariableAggregation.SUM",
            ),
            Message(
                r"does not support `assign_(add|sub)` in cross-replica",
                "added from outside",
                "From your program a total takes assign and no assign_add. To add the start, write into one copy: total.values[0].assign(start)",
            ),
            Message(
                r"Invalid variable (synchronization|aggregation)|unexpected keyword|has no attribute '(ON_\w+|SUM)'",
                "options",
                "The options are synchronization=tf.VariableSynchronization.ON_READ and aggregation=tf.VariableAggregation.SUM",
            ),
        ),
        hints=(
            "Which two arguments of tf.Variable made the total of this lesson? And what did a start of 7 become in it?",
            "Reading adds the copies. So one of them must hold the start, and the others 0: total.values are variables.",
            "with strategy.scope(): total = tf.Variable(0, synchronization=..., aggregation=...); total.values[0].assign(start); return total",
        ),
        why="One copy holds the start and the others 0, so their sum is exact, and no replica waits for another.",
        practice="Examples seen, tokens and steps skipped are counted so; Keras's metrics keep their sums in each replica as well. A checkpoint shares the sum out again: check what it restores.",
    ),
]
