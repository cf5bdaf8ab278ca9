"""Change every official solution a little, in every place, and see whether its check notices.

`make mutants` prints the score. A small mutator of its own: mutmut and cosmic-ray mutate modules, not the cells of a
notebook, and judge by a test run, not by a check.
"""

import ast
import copy
import sys
from itertools import zip_longest

import keras
import numpy as np
import tensorflow as tf

import logical_cpus
from assignlab import guard
from assignlab.checker import examine
from course import exercise_cells

SOLUTIONS = exercise_cells("solutions")

COMPARISONS = {
    ast.Gt: (ast.GtE, ast.Lt),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.LtE: (ast.Lt, ast.GtE),
}
OPERATORS = {
    ast.Mult: (ast.Div, ast.Add),
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Div: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
}
METHODS = {
    "assign": ("assign_add",),
    "assign_sub": ("assign_add", "assign"),
    "mean": ("sum", "max"),
    "reduce_mean": ("reduce_sum",),
    "isfinite": ("isnan", "isinf"),
}

EQUIVALENT = {  # (exercise, mutated line): why no check can notice it
    (
        "3.3",
        "filters = kernel.numpy().reshape(-2, kernel.shape[-1])",
    ): "NumPy takes any negative length for the unknown one",
    ("4.1", "values[values <= low] = low"): "an entry that is low becomes low",
    ("4.1", "values[values >= high] = high"): "an entry that is high becomes high",
    ("4.1", "values[values > high] = high"): "the two ends change places: as low <= high, either may be clipped first",
    ("4.2", "w.assign(np.clip(-limit, w.numpy(), limit))"): "np.clip takes the larger of its first two arguments",
    ("6.1", "penalty = strength * tf.reduce_sum(tf.square(w))"): "the two parts of a sum change places",
    ("6.2", "inside = tf.where(p > 0, p, 2.0)"): "a constant takes what comes back, whatever its value",
    ("6.2", "inside = tf.where(p > 0, p, 0.0)"): "NaN comes back, and ends in the constant too",
    (
        "6.2",
        "likelihood = tf.reduce_sum(tf.where(p >= 0, counts * tf.math.log(inside), 0.0))",
    ): "where p is 0, log(1) is added: 0",
    (
        "6.2",
        "likelihood = tf.reduce_sum(tf.where(p > -1, counts * tf.math.log(inside), 0.0))",
    ): "where p is 0, log(1) is added: 0",
    (
        "6.2",
        "likelihood = tf.reduce_sum(tf.where(p > 0, counts * tf.math.log(inside), 1.0))",
    ): "a constant in the sum has no slope",
    (
        "6.2",
        "likelihood = tf.reduce_sum(tf.where(p > 0, counts * tf.math.log(inside), -1.0))",
    ): "a constant in the sum has no slope",
    ("7.2", "image.assign(np.clip(0, np.rint(values), 255))"): "np.clip takes the larger of its first two arguments",
    ("7.3", "return np.array_equal(values, stored, equal_nan=True)"): "equal is equal in either order",
    ("7.3", "with np.errstate():"): "only the warnings of NumPy come back",
    ("9.3", ""): "the variable is made below the function, which finds it when it is called",
    ("10.1", "path = weight.path.replace('/', '_')"): "two lines change places, and neither needs the other",
    (
        "10.2",
        "layer.kernel.constraint = lambda weight: keras.ops.where(mask, start, weight)",
    ): "two lines change places: start is read when fit calls the constraint, and is there by then",
    ("10.3", "def on_train_batch_end(self, batch, logs=None):"): "the two methods change places",
    ("11.2", "layer.kernel.constraint = lambda weight: weight * keep"): "keep is read when fit calls the constraint",
    ("11.2", ""): "two lines change places: keep is read when fit calls the constraint",
    ("11.2", "keep = keras.Variable(np.ones(layer.kernel.shape))"): "no optimizer is given the mask",
    (
        "11.2",
        "order = np.argsort(np.abs(layer.kernel.numpy()), axis=None)",
    ): "two lines change places, and neither needs the other",
    ("11.3", "for layer, kernel in zip(layers, kernels):"): "there is a kernel for each layer",
    (
        "11.3",
        "layer.kernel.constraint = lambda weight, mask=mask: keras.ops.where(mask, weight, 0.0)",
    ): "two lines change places: assign does not ask the constraint",
    ("12.2", "parts = np.split(vector, np.cumsum(sizes)[:-1])"): "cut before the lengths are compared",
    ("12.2", "for v, part in zip(variables, parts):"): "there are as many parts as variables",
    ("12.3", "values[len(old):] = old.mean(axis=0)"): "the two parts change places",
    (
        "13.1",
        "checkpoint.read(path).assert_existing_objects_matched()",
    ): "expect_partial only silences a warning about what the file holds besides",
    ("13.3", "rows, columns = np.minimum(table.shape, old.shape)"): "the smaller of two, in either order",
    ("14.1", "np.multiply(factor, np.asarray(v.value()), out=buffer)"): "a product is the same in either order",
    ("14.1", "np.clip(-limit, buffer, limit, out=buffer)"): "np.clip takes the larger of its first two arguments",
    ("14.1", "np.multiply(np.asarray(v), factor, out=buffer)"): "this copy of v is gone before assign makes its own",
    ("14.2", "return max(-float(view.min()), float(view.max()))"): "the larger is the same in either order",
    ("14.3", "index = np.arange(start, min(v.shape[0], start + rows))"): "the smaller is the same in either order",
    ("15.3", "total.values[0].assign_add(start)"): "the copy holds 0: start is added to it, or put in its place",
    ("15.3", "total.values[1].assign(start)"): "any one of the copies may hold the start",
    ("15.3", "total.values[-1].assign(start)"): "any one of the copies may hold the start",
}


def mutations(node):
    """Replacements for one node of the tree."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        for other in COMPARISONS[type(node.ops[0])]:
            yield ast.Compare(node.left, [other()], node.comparators)
    if isinstance(node, ast.BinOp):
        for other in OPERATORS.get(type(node.op), ()):
            yield ast.BinOp(node.left, other(), node.right)
        yield node.left
        yield node.right
    if isinstance(node, ast.UnaryOp):
        yield node.operand
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)
    if isinstance(node, ast.Constant) and node.value is None:
        yield ast.Constant(1)
    if isinstance(node, ast.Attribute):
        for other in METHODS.get(node.attr, ()):
            yield ast.Attribute(node.value, other, node.ctx)
        if node.attr == "T":
            yield node.value
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr not in ("assign", "assign_sub", "numpy"):
            yield node.func.value  # without the call
        if node.keywords:
            yield ast.Call(node.func, node.args, node.keywords[1:])
        if len(node.args) > 1:
            yield ast.Call(node.func, [node.args[1], node.args[0], *node.args[2:]], node.keywords)


def mutants(function):
    """(line as changed, source) for each mutant of a function.

    One expression changed, one statement left out, or two neighbours swapped.
    """
    before = ast.unparse(function).splitlines()
    for number, place in enumerate(_places(function)):
        for variant in _variants(*place):
            changed = copy.deepcopy(function)
            parent, field, i = _places(changed)[number]
            if variant is SWAP:
                statements = getattr(parent, field)
                statements[i], statements[i + 1] = statements[i + 1], statements[i]
            elif i is None:
                setattr(parent, field, variant)
            else:
                getattr(parent, field)[i] = variant
            text = ast.unparse(ast.fix_missing_locations(changed))
            differs = [new.strip() for new, old in zip_longest(text.splitlines(), before, fillvalue="") if new != old]
            yield differs[0] if differs else text, text


SWAP = object()  # the variant of a statement that changes places with the next


def _places(function):
    """(parent, field, index) of every node below a function's first line; index is None outside lists."""
    return [
        (parent, field, i)
        for parent in ast.walk(function)
        for field, value in ast.iter_fields(parent)
        if not isinstance(parent, ast.arguments) and not isinstance(value, ast.arguments)
        for i in _indices(value)
    ]


def _indices(value):
    if isinstance(value, ast.AST):
        return [None]
    return [i for i, item in enumerate(value) if isinstance(item, ast.AST)] if isinstance(value, list) else []


def _variants(parent, field, i):
    child = getattr(parent, field) if i is None else getattr(parent, field)[i]
    if not isinstance(child, ast.stmt):
        return list(mutations(child))
    if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
        return []  # the docstring
    return [ast.Pass(), SWAP] if i + 1 < len(getattr(parent, field)) else [ast.Pass()]


def survivors(number):
    """(number of mutants, those that the exercise's check lets pass and that are not known to be equivalent)."""
    node, alive, count = SOLUTIONS[number].node, [], 0
    for line, source in mutants(node):
        names = {"np": np, "tf": tf, "keras": keras}
        exec(compile(source, "<mutant>", "exec"), names)
        count += 1
        if examine(number, names[node.name]) and (number, line) not in EQUIVALENT:
            alive.append(line)
    return count, alive


if __name__ == "__main__":
    guard.SECONDS = 2.0
    logical_cpus.two()
    total = left = 0
    for exercise in SOLUTIONS:
        count, alive = survivors(exercise)
        total, left = total + count, left + len(alive)
        print(
            f"{exercise}: {count - len(alive)} of {count} mutants noticed",
            *(f"\n     survived: {line}" for line in alive),
        )
    share = (total - left) / total
    print(f"score: {total - left} of {total} mutants noticed ({share:.0%}); {len(EQUIVALENT)} more are equivalent")
    sys.exit(bool(left))
