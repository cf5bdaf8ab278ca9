"""Exceptions that answers raise, by a piece of their text, and the advice for each. The first that fits is taken.

`Exercise.messages` come before these. {v} is the exercise's variable, {1} what the first group of the piece matched,
{shapes} how an array of the wrong shape can be made to fit.
"""

import numpy as np

from assignlab.exercises.message import Message

NO_VALUES_YET = "Inside a tf.function there are no values yet, so NumPy cannot work there. Leave out @tf.function, or use TensorFlow's functions only."
OF_ARRAYS = "|".join(name for name in dir(np.ndarray) if not name.startswith("_"))
BACK = "Compute with {v}.numpy(), then assign the result to {v}."

MESSAGES = (
    # inside a tf.function
    Message(r"numpy\(\) is only available when eager", "no values in a tf.function", NO_VALUES_YET),
    Message(
        r"[Ss]ymbolic ?[`t].*has no attribute 'numpy'|SymbolicTensor' object has no attribute 'numpy'",
        "no values in a tf.function",
        NO_VALUES_YET,
    ),
    Message(
        r"[Cc]annot convert a symbolic|symbolic `?tf.Tensor`? .*not allowed",
        "no values in a tf.function",
        NO_VALUES_YET,
    ),
    Message(
        r"singleton tf.Variable|only supports? .*created on the first call",
        "variable made in a tf.function",
        "A tf.function may make a variable in its first call only. Make none: write into {v}.",
    ),
    Message(
        r"is out of scope",
        "tensor of a tf.function",
        "A tensor that a tf.function makes inside lives only while it runs. Return it, and use what the call returns.",
    ),
    # dtypes
    Message(
        r"Tensor conversion requested dtype (\w+) for Tensor with dtype bool",
        "mask stored",
        "The mask itself was given to assign. Use it as an index of the NumPy copy, or in np.where, and assign the array of values.",
    ),
    Message(
        r"Tensor conversion requested dtype",
        "tensor of another dtype",
        "assign casts a NumPy array, but not a tensor. Give it the array itself, or cast the tensor: tf.cast(..., {v}.dtype)",
    ),
    Message(
        r"that does not match type|was expected to be an? \w+ tensor but is",
        "tensor of another dtype",
        "Two tensors of different dtypes met, and TensorFlow casts neither. Cast one: tf.cast(..., {v}.dtype)",
    ),
    Message(
        r"Cannot interpret '.*' as a data type",
        "axes",
        "In this call the second argument is a dtype. Several axes are one argument, a tuple: axis=(0, 1)",
    ),
    Message(
        r"Cannot cast ufunc .* input",
        "dtype",
        "The dtype that this line names does not hold the values. Leave dtype out: assign casts to {v}'s own.",
    ),
    Message(
        r"Cannot cast ufunc",
        "in-place dtype",
        "An in-place operation keeps the array's dtype, and the result has another. Write values = values * x instead of values *= x.",
    ),
    # shapes
    Message(
        r"Shape mismatch",
        "shape",
        "Assigning to the whole variable takes exactly its shape and repeats nothing. {shapes}",
    ),
    Message(
        r"Cannot broadcast input shape \[([\d, ]*)\] into final shape \[([\d, ]*)\]",
        "shape",
        "The slice has shape ({2}), what you assign has shape ({1}). Print both, and slice or repeat one of them.",
    ),
    Message(
        r"cannot reshape array of size (\d+) into shape",
        "reshape",
        "reshape keeps the number of entries, and there are {1}. Take the lengths from a shape that has as many.",
    ),
    Message(
        r"could not broadcast input array from shape|cannot assign \d+ input values",
        "shape",
        "What stands right of = does not fit the place left of it. Print both shapes.",
    ),
    Message(
        r"axes don't match array|is not a permutation|Dimension must be \d+ but is \d+ for .*transpose",
        "axes",
        "transpose needs each axis of the array once: as many numbers as it has axes, counted from 0.",
    ),
    Message(
        r"repeated axis in transpose", "axes", "One axis is named twice, and another one not at all. Name each once."
    ),
    Message(
        r"axis (-?\d+) is out of bounds for array of dimension (\d+)",
        "axes",
        "There is no axis {1}: this array has {2}, counted from 0.",
    ),
    Message(
        r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)",
        "index out of range",
        "Axis {2} has {3} entries, counted from 0, so there is no entry {1}. Indices and loops stay below the length of their axis.",
    ),
    Message(
        r"slice index .* out of bounds",
        "index out of range",
        "The index is larger than the axis is long. Indices and loops stay below the length of their axis.",
    ),
    Message(
        r"boolean index did not match",
        "mask of another shape",
        "A mask must have the shape of the array that it indexes. Print both shapes.",
    ),
    Message(
        r"too many indices for array",
        "too many indices",
        "The array has fewer axes than the index names. Print its shape.",
    ),
    Message(
        r"be broadcast",
        "does not broadcast",
        "NumPy lines shapes up from the right. Write both shapes one under the other, see which lengths differ, and give the smaller array an axis of length 1 there: [:, None].",
    ),
    Message(
        r"Incompatible shapes",
        "does not broadcast",
        "Shapes are lined up from the right. Write both shapes one under the other, see which lengths differ, and give the smaller array an axis of length 1 there: [:, None].",
    ),
    Message(
        r"Matrix size-incompatible|mismatch in its core dimension|shapes .* not aligned",
        "matrix product",
        "In a @ b, the last length of a must be the first of b. Print both shapes.",
    ),
    Message(r"are incompatible", "shape", "The shapes do not fit. {shapes}"),
    Message(
        r"with wrong shape|: Shapes \(",
        "shape",
        "A variable's shape is fixed when it is made. Work in the other shape in NumPy, then return to the variable's own: .reshape({v}.shape)",
    ),
    Message(
        r"inhomogeneous shape|non-rectangular",
        "list of arrays",
        "The rows or arrays in this list have different lengths, so they make no array. Treat them one by one.",
    ),
    Message(
        r"shapes must be equal",
        "shape",
        "assign_add and assign_sub take exactly the shape of {v} and repeat nothing. Compute in NumPy, and assign the result.",
    ),
    # what variables, tensors and arrays do not have
    Message(
        r"'(?:float|int|numpy\.\w+|tuple)' object does not support item assignment",
        "item assignment",
        "This name holds one number (or a tuple) and no array, so nothing can be put into it. Where did it get its value?",
    ),
    Message(
        r"only integer scalar arrays|does not support item assignment",
        "item assignment",
        "Neither a variable nor a tensor takes `x[...] = ...`. Edit a NumPy copy, values = {v}.numpy(), and assign it to {v}.",
    ),
    Message(
        r"with `tf.Variable`s is not supported",
        "in-place operator",
        "A variable has no += or *=. Compute the new values, then call {v}.assign(...)",
    ),
    Message(
        r"'type' object does not support the context manager|object has no attribute '__enter__'",
        "brackets missing",
        "What stands after `with` is the class itself: write its brackets, as in tf.GradientTape()",
    ),
    Message(
        r"'(?:builtin_function_or_method|function|method)' object|'method' and|and 'method'|bound method",
        "brackets missing",
        "A method was used and not called: write its brackets, as in {v}.numpy().",
    ),
    Message(
        r"ndarray' object has no attribute '(assign\w*)'",
        "rebound",
        "The name {v} was given to a NumPy array, which has no {1}. Give the copy a name of its own: values = {v}.numpy()",
        lambda reading: reading.rebinds_variable,
    ),
    Message(
        r"'(?:numpy\.)?ndarray' object has no attribute '(assign\w*)'",
        "no assign on an array",
        "A NumPy array has no {1}: only the variable has. Write {v}.assign(...), with the array in the brackets.",
    ),
    Message(
        r"'(?:numpy\.)?(?:ndarray|float\d*)' object has no attribute 'numpy'",
        "array already",
        "This is a NumPy array already: leave out .numpy().",
    ),
    Message(
        r"'(?:numpy\.)?ndarray' object has no attribute '(\w+)'",
        "unknown method",
        "A NumPy array has no {1}. Compare the spelling with the lesson's.",
    ),
    Message(
        r"EagerTensor' object has no attribute 'assign|SymbolicTensor' object has no attribute 'assign",
        "rebound",
        "The name {v} was given to a tensor, which has no assign. Keep {v} for the variable, and give the result a name of its own.",
        lambda reading: reading.rebinds_variable,
    ),
    Message(
        r"Tensor' object has no attribute '(assign\w*)'",
        "no assign on a tensor",
        "A tensor has no {1}. A mask index of {v}, arithmetic with it and a loop over it give tensors. Edit the NumPy copy and assign that to the variable.",
    ),
    Message(
        rf"ResourceVariable' object has no attribute '({OF_ARRAYS})'",
        "no {1} on a variable",
        "A variable has no {1}. Its NumPy copy has: {v}.numpy().{1}",
    ),
    Message(
        r"ResourceVariable' object has no attribute '(\w+)'",
        "no {1} on a variable",
        "A variable has no {1}. {v}.numpy() gives its values as an array to compute with, and {v}.assign(...) writes new ones.",
    ),
    Message(
        r"Tensor' object has no attribute '(mean|sum|max|min|prod|any|all|std)'",
        "no {1} on a tensor",
        "A tensor has no {1}. The function is called tf.reduce_{1}(...); or take the NumPy copy, .numpy().{1}(...)",
    ),
    Message(
        r"Tensor' object has no attribute '(\w+)'",
        "no {1} on a tensor",
        "A tensor has no {1}. Take its NumPy copy with .numpy() first, then assign the result to {v}.",
    ),
    Message(
        r"'list' object has no attribute '(\w+)'|list indices must be integers",
        "list",
        "This is a Python list. Make an array of it: np.array(...)",
    ),
    Message(
        r"can't multiply sequence|can only concatenate list",
        "list of arrays",
        "This is a list: * and + repeat and join lists. Treat each array in it, or make an array of numbers with np.array.",
    ),
    Message(
        r"'NoneType' object is not subscriptable|'NoneType' object has no attribute|and 'NoneType'|'NoneType' and",
        "None",
        "Something is None: a function that edits in place (np.putmask, np.copyto, array.resize, list.sort) returns nothing. Use the array that it edited.",
    ),
    Message(
        r"Attempt to convert a value \(None\)",
        "None assigned",
        "The value is None: np.putmask and other in-place functions return nothing. Assign the array that they edited.",
    ),
    Message(
        r"'NoneType'", "None", "A value is None here. Print what each step gives, and see which one gives nothing."
    ),
    Message(
        r"unhashable",
        "not a key",
        "A variable or an array cannot be a key of a dict or a member of a set. Use a list, or id(...).",
    ),
    Message(
        r"return arrays must be of ArrayType",
        "out is no array",
        "out= takes a NumPy array, and {v} is a variable. " + BACK,
    ),
    Message(
        r"property 'shape' of .* has no setter|can't set attribute 'shape'",
        "shape",
        "The shape of a variable cannot be set. Work in the other shape in NumPy, then go back: .reshape({v}.shape)",
    ),
    Message(
        r"shape of the target variable and the shape of the target value",
        "shape",
        "Each variable takes an array of its own shape. {shapes}",
    ),
    Message(
        r"'ResourceVariable' object is not callable",
        "not a function",
        "The value of a Keras variable is an attribute: weight.value, without brackets.",
    ),
    Message(
        r"'([\w.]+)' object is not callable",
        "not a function",
        "Round brackets call a function, and this is of the type {1}. Square brackets pick entries.",
    ),
    # conditions
    Message(
        r"truth value of an array|[Nn]on-scalar tensor.*boolean|as a Python `bool`",
        "ambiguous truth value",
        "and, or, not, in, if and a <= x <= b want one truth value. Join masks with &, | and ~, each comparison in brackets.",
    ),
    Message(
        r"bitwise_and' not supported|bitwise_or' not supported|unsupported operand type\(s\) for [&|]",
        "brackets missing",
        "& and | came before the comparison: put each comparison in brackets.",
    ),
    Message(
        r"only (?:length-1|0-dimensional|size-1) arrays",
        "one number wanted",
        "A function of Python's math (or int, float) takes one number, not an array. NumPy's function of the same name takes the whole array.",
    ),
    Message(
        r"bad operand type for unary ~|ufunc 'invert' not supported",
        "not a mask",
        "~ turns a mask around, not numbers. Put the comparison in brackets: ~(a > x)",
    ),
    Message(
        r"setting an array element with a sequence",
        "one number wanted",
        "One entry, or .fill, takes one number, and was given a whole array. Use [:] = to fill several entries at once.",
    ),
    Message(
        r"'(?:numpy\.)?float\d*' object cannot be interpreted as an integer",
        "whole number wanted",
        "range counts in whole numbers, and this number has a fraction. To ask what lies between two numbers, compare: >= and <=.",
        lambda reading: reading.uses("range"),
    ),
    Message(
        r"'list' object cannot be interpreted as an integer",
        "axes",
        "Several axes are written as a tuple, not as a list: axis=(0, 1)",
        lambda reading: not reading.uses("range", "broadcast_to", "reshape", "full", "zeros", "ones"),
    ),
    Message(
        r"'([\w.]+)' object cannot be interpreted as an integer",
        "not a shape",
        "A whole number was wanted here, as in a shape or an axis, and came a {1}. Are the arguments of this function in the right order?",
    ),
    Message(
        r"expected a sequence of integers",
        "not a shape",
        "A shape or a whole number was expected here. Are the arguments of this function in the right order?",
    ),
    Message(
        r"either both or neither of x and y",
        "number of arguments",
        "np.where takes three arguments: the mask, what to put where it is True, what to keep elsewhere.",
    ),
    Message(
        r"tuple index out of range",
        "too few axes",
        "A shape was asked for a length that it does not have: there may be one axis, two, or more.",
    ),
    Message(
        r"boolean negative|boolean subtract",
        "not a mask",
        "~ turns a mask around; - does not.",
    ),
    Message(
        r"has no len\(\)",
        "no len of a variable",
        "A variable has no len. {v}.shape[0] is the length of its first axis.",
    ),
    Message(
        r"are valid indices|slice indices must be integers|arrays used as indices must be of integer",
        "not an index",
        "An index is made of whole numbers, slices or a mask. Values are not positions: compare with them, and use the mask.",
    ),
    # views
    Message(
        r"read-only",
        "read-only view",
        "np.broadcast_to returns a read-only view. Assign it as it is, or edit a copy of it: .copy()",
        lambda reading: reading.uses("broadcast_to"),
    ),
    Message(
        r"read-only",
        "read-only view",
        "This array is a read-only view of a tensor. Take .numpy(): it is a copy that you may edit.",
    ),
    # names and calls
    Message(
        r"UnboundLocalError.*'(\w+)'",
        "used before it has a value",
        "{1} gets its value in this function, but only after this line. Move the line that sets it up, or give it another name; where it is a name of the function around this one, begin with `nonlocal {1}`.",
    ),
    Message(
        r"NameError: name '(\w+)' is not defined",
        "unknown name",
        "Nothing is called {1} here. Compare its spelling with the first line of the function, and with the imports under Setup.",
    ),
    Message(
        r"module 'tensorflow' has no attribute '(mean|sum|max|min|prod|any|all|std)'",
        "unknown function",
        "TensorFlow's name for it is tf.reduce_{1}(...)",
    ),
    Message(
        r"module '([\w.]+)' has no attribute '(\w+)'",
        "unknown function",
        "{1} has no {2}. Compare the spelling with the lesson's.",
    ),
    Message(
        r"unexpected keyword argument '(\w+)'",
        "unknown keyword",
        "The function that you call has no argument {1}. help(...) lists those that it has.",
    ),
    Message(
        r"clip\(\) missing \d+ required",
        "number of arguments",
        "np.clip takes the array, the lower end and the upper end: np.clip(values, low, high)",
    ),
    Message(
        r"missing \d+ required (?:positional|keyword-only) argument|takes .* positional arguments? but|takes no arguments|takes exactly|Missing required positional argument",
        "number of arguments",
        "A function in this line is called with too many or too few arguments. help(...) shows what it takes.",
    ),
    Message(r"ZeroDivisionError", "division by zero", "A number is divided by 0 here. Which argument may be 0?"),
)
