"""In a real browser: a pasted error message, or the whole traceback, leads first to its section; words still search."""

import re
import tempfile
import traceback
from urllib.parse import quote

import keras
import nbformat
import numpy as np
import pytest
import tensorflow as tf

from course import ROOT
from in_browser import opens_pages  # noqa: F401  the fixture new_page
from notebook_store import NotebookStore

SITE = ROOT / "_build" / "html"
ERRORS = ROOT / "book" / "errors.ipynb"
FRAME = re.compile(r'File "[^"]*", line \d+(, in)?')  # what the script leaves out of a query
LONGEST = 2000  # characters: what it leaves of a longer one


@pytest.fixture(scope="module")
def page(new_page):
    """An open page of the built site."""
    page = new_page()
    page.route("**/*.html", without_excerpts)
    yield page
    page.close()


def without_excerpts(route):
    """The search fetches each page that it found, for an excerpt; the tests look at the titles only."""
    route.fulfill(body="") if route.request.resource_type == "fetch" else route.continue_()


def results(page, query):
    """The titles that the search shows for a query, best first, as the form sends it."""
    page.goto(f"/search.html?q={quote(FRAME.sub('', query)[-LONGEST:])}")
    page.wait_for_selector("#search-results .search-summary >> text=/ /")
    assert not page.said, page.said
    return page.eval_on_selector_all("#search-results li > a", "links => links.slice(0, 5).map(a => a.textContent)")


def letters(text):
    """A title without its marks."""
    return re.sub(r"[\W_]+", "", text)


def messages():
    """{heading: (message, traceback)} of each section of the errors page that shows an error, as it passed."""
    found, heading = {}, None
    shown = {cell.id: cell.get("outputs", []) for cell in NotebookStore().outputs(ERRORS).cells}
    for cell in nbformat.read(ERRORS, 4).cells:  # its words may have changed since it ran
        if cell.cell_type == "markdown":
            heading = (re.findall(r"^##+ (.*)$", cell.source, re.MULTILINE) or [heading])[-1]
        for output in shown.get(cell.id, []):
            if output.output_type == "error" and heading.startswith("`") and heading not in found:
                said = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(output.traceback))
                found[heading] = (f"{output.ename}: {output.evalue}", said)
    return found


def test_every_message_of_the_errors_page_leads_to_its_section(page):
    wrong = {
        heading: found
        for heading, said in messages().items()
        for text in said
        if letters(heading) not in letters((found := results(page, text) or [""])[0])
    }
    assert not wrong


# What people get: other shapes, dtypes and names, with or without the traceback ---------------------------------------


def table(dtype="float32"):
    return tf.Variable(np.zeros((7, 3), dtype), name="word_table")


def built(layer, shape=(None, 6)):
    layer.build(shape)
    return layer


def set_rate():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    keras.optimizers.SGD(schedule).learning_rate = 0.01


def other_variable():
    optimizer = keras.optimizers.Adam()
    optimizer.build([table()])
    optimizer.apply_gradients([(tf.ones(3), tf.Variable(tf.ones(3), name="late"))])


def make_twice():
    make = tf.function(lambda x: tf.Variable(x))
    make(1.0), make(2.0)


def ask_twice():
    weights = table()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(weights * 2)
    tape.gradient(loss, weights), tape.gradient(loss, weights)


def gradient_of_a_snapshot():
    weights = table()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(weights.numpy())
    print(tape.gradient(loss, weights).numpy())


def open_twice():
    with tf.GradientTape() as tape, tape:
        pass


def one_gradient_of_two():
    product = tf.custom_gradient(lambda x, y: (x * y, lambda upstream: upstream * y))
    with tf.GradientTape() as tape:
        tape.watch(x := tf.constant(2.0))
        z = product(x, tf.constant(3.0))
    tape.gradient(z, x)


def signed_otherwise():
    tf.function(lambda x: x, input_signature=[tf.TensorSpec([3], tf.float32)])(tf.ones(3, "float64"))


def models(*units, bias=True):
    """A model, and the same with or without biases."""
    return [
        keras.Sequential([keras.Input((6,)), *(keras.layers.Dense(n, use_bias=use) for n in units)])
        for use in (True, bias)
    ]


def load(saved, model):
    with tempfile.TemporaryDirectory() as folder:
        saved.save_weights(f"{folder}/net.weights.h5")
        model.load_weights(f"{folder}/net.weights.h5")


def save_lone():
    weights, module = table(), tf.Module()
    module.call = tf.function(lambda x: x @ weights, input_signature=[tf.TensorSpec((None, 7))])
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder)


def edit(target, index, value):
    target[index] = value


PASTED = {
    "object does not support item assignment": [
        lambda: edit(table(), 2, [1, 2, 3]),
        lambda: edit(tf.constant([1, 2, 3]), 0, 9),
        lambda: edit(keras.Variable(np.ones(4), name="scale"), 0, 9),
    ],
    "object has no attribute 'assign'": [lambda: (table() * 2).assign(np.ones((7, 3)))],
    "object has no attribute 'assign_add'": [lambda: table()[1:3, 0].assign(np.ones(2))[0].assign_add(1.0)],
    "Attempting to slice scalar input": [
        lambda: tf.Variable(0.1, name="rate")[0],
        lambda: keras.Variable(0.1, name="rate")[:].assign(0.2),
        lambda: tf.function(lambda x: x[-1])(tf.constant(0.1)),
    ],
    "Only integers, slices": [lambda: table()[{0, 2}], lambda: table()[np.array([0.5])]],
    "Shape mismatch.The variable shape": [
        lambda: table().assign(np.zeros((3, 7))),
        lambda: table().assign(tf.zeros((7, 1))),
    ],
    "The shape of the target variable and the shape of the target value": [
        lambda: built(keras.layers.Dense(5, name="logits")).kernel.assign(np.zeros((5, 6))),
    ],
    "Tensor conversion requested dtype float32 for Tensor with dtype float64": [
        lambda: table().assign(tf.zeros((7, 3), "float64")),
        lambda: table("float16").assign(tf.zeros((7, 3), "int64")),
    ],
    "shapes must be equal": [lambda: table().assign_add(np.ones(3))],
    "operands could not be broadcast together": [lambda: np.zeros((3, 4)) * np.zeros((4, 3))],
    "Incompatible shapes": [
        lambda: table() * np.ones(7),
        lambda: keras.Variable(np.ones(4), name="scale") + tf.ones(5),
        lambda: keras.optimizers.Adam().apply_gradients([(tf.ones((3, 7)), table())]),
    ],
    "could not broadcast input array": [
        lambda: edit(table().numpy(), 2, [1, 2]),
        lambda: edit(table().numpy(), slice(None), np.zeros((3, 7))),
    ],
    "cannot reshape array of size": [lambda: table().numpy().reshape(4, 5)],
    "setting an array element with a sequence": [lambda: np.array([[1, 2], [3]])],
    "boolean index did not match indexed array": [lambda: table().numpy()[np.array([True] * 6)]],
    "The truth value of an array with more than one element is ambiguous": [lambda: bool(table().numpy() > 0)],
    "assignment destination is read-only": [lambda: edit(np.asarray(table().value()), 0, 1)],
    "to EagerTensor of dtype": [
        lambda: tf.Variable([1, 2]).assign([1.5, 2.5]),
        lambda: tf.Variable(np.arange(4)).assign([0.5, 1, 2, 3]),
        lambda: tf.Variable([True, False]).assign([1, 0]),
        lambda: table().assign("zeros"),
    ],
    "Value for attr 'T'": [
        lambda: tf.reduce_mean(keras.Variable(np.ones(4), name="scale") > 0),
        lambda: tf.sqrt(tf.Variable([1, 4, 9])),
    ],
    "Cannot cast ufunc 'multiply' output": [lambda: np.multiply(a := np.ones(3, "int16"), 1.5, out=a)],
    "'ResourceVariable' object has no attribute 'reshape'": [lambda: table().reshape(21)],
    "If you are looking for numpy-related methods": [
        lambda: (table() + 1).T,
        lambda: table()[0].astype("int64"),
        lambda: tf.function(lambda x: x.reshape(18))(tf.ones((9, 2))),
    ],
    "Variable is unhashable": [lambda: {table(): 1}],
    "Cannot convert a symbolic tf.Tensor": [lambda: tf.function(lambda x: np.asarray(x))(tf.ones(3))],
    "Using a symbolic `tf.Tensor` as a Python `bool` is not allowed": [
        lambda: tf.function(lambda x: sorted([x[0], x[1]]))(tf.ones(2)),
        lambda: tf.function(lambda x: x * 2 if x > 1 else x, autograph=False)(tf.constant(3.0)),
    ],
    "Detected unsupported operations when trying to compile graph": [
        lambda: tf.function(lambda x: tf.py_function(tf.sort, [x], "float32"), jit_compile=True)(tf.ones(3)),
    ],
    "'SymbolicTensor' object has no attribute 'numpy'": [lambda: tf.function(lambda x: x.numpy())(tf.ones((9, 2)))],
    "tf.function only supports singleton tf.Variables created on the first call": [make_twice],
    "You must build the layer before accessing": [
        lambda: keras.layers.Embedding(7, 3, name="words").embeddings[2].assign([1, 2, 3]),
        lambda: keras.layers.Conv2D(4, 3).kernel.assign(np.zeros((3, 3, 1, 4))),
    ],
    "objects could not be loaded": [lambda: load(models(2)[0], models(2, 4)[0]), lambda: load(*models(3, bias=False))],
    "is not compatible with provided weight shape": [
        lambda: built(keras.layers.Embedding(7, 3, name="words"), None).set_weights([np.zeros((8, 3))]),
    ],
    "but the layer was expecting 0 weights": [
        lambda: keras.Sequential([keras.layers.Dense(4)], name="net").set_weights([np.zeros((2, 4)), np.zeros(4)]),
        lambda: keras.layers.Dense(4, name="head").set_weights([np.zeros((2, 4)), np.zeros(4)]),
    ],
    "with a weight list of length": [
        lambda: built(keras.layers.Dense(5, name="logits")).set_weights([np.zeros((6, 5))]),
        lambda: built(keras.layers.Dense(5, use_bias=False)).set_weights([np.zeros((6, 5)), np.zeros(5)]),
        lambda: built(keras.layers.Dense(5)).set_weights([]),
    ],
    "property 'kernel' of 'Dense' object has no setter": [
        lambda: setattr(built(keras.layers.Dense(5, name="logits")), "kernel", np.zeros((6, 5))),
    ],
    "Unknown variable": [other_variable],
    "argument 1 must be a numpy.ndarray": [lambda: np.copyto(table(), 1, where=np.ones((7, 3), bool))],
    "has no len()": [
        lambda: np.random.default_rng(0).shuffle(table()),
        lambda: len(keras.Variable(np.ones(4), name="scale")),
    ],
    "of 'ResourceVariable' object has no setter": [lambda: setattr(table(), "dtype", "float64")],
    "is not supported when eager execution is enabled": [lambda: table().eval()],
    "module 'tensorflow' has no attribute": [lambda: tf.Session(), lambda: tf.get_variable("w", [2])],
    "arrays can be converted to Python scalars": [lambda: float(table()), lambda: float(keras.Variable([0.1]))],
    "unsupported format string passed to": [lambda: f"{keras.Variable(0.1):.3f}", lambda: f"{table():8.2f}"],
    "object cannot be interpreted as an integer": [lambda: range(keras.Variable(3, dtype="int32"))],
    "Unable to avoid copy while creating an array as requested": [lambda: np.asarray(table(), copy=False)],
    "matmul: Input operand 1 has a mismatch": [lambda: np.ones((7, 3)) @ table().numpy()],
    "has different ndims": [lambda: table() @ np.ones(3, "float32")],
    "axes don't match array": [lambda: table().numpy().transpose(0, 2, 1)],
    "object of type 'RaggedTensor' has no len()": [lambda: tf.Variable(tf.ragged.constant([["a"], []]))],
    "No OpKernel was registered": [lambda: tf.Variable([True]).assign_sub([True])],
    "not inexact": [lambda: np.finfo(tf.dtypes.experimental.float8_e5m2.as_numpy_dtype)],
    "object has no attribute '_unique_id'": [
        lambda: keras.optimizers.Adam().apply_gradients([(tf.ones((7, 3)), table().numpy())]),
        lambda: keras.optimizers.SGD().apply([tf.ones((7, 3))], [table() * 2]),
    ],
    "object has no attribute 'minimize'": [lambda: keras.optimizers.Adam(0.1).minimize(lambda: 1, [table()])],
    "apply_gradients() takes 2 positional arguments but 3 were given": [
        lambda: keras.optimizers.Adam().apply_gradients([tf.ones(3)], [tf.Variable(tf.ones(3))]),
    ],
    "object has no attribute 'get_weights'": [lambda: keras.optimizers.SGD().get_weights()],
    "that has not yet been built": [lambda: keras.optimizers.Adam().set_weights([np.zeros(3)])],
    "object has no attribute 'lr'": [lambda: keras.optimizers.Adam(0.1).lr],
    "module 'keras.backend' has no attribute 'set_value'": [lambda: keras.backend.set_value(table(), 0)],
    "A KerasTensor cannot be used as input to a TensorFlow function": [
        lambda: tf.reduce_mean(keras.Input((5,), name="words"), axis=1),
    ],
    "unsupported operand type(s) for *: 'float' and 'NoneType'": [lambda: 0.01 * None],
    "A non-persistent GradientTape can only be used to compute one set of gradients": [ask_twice],
    "'IndexedSlices' object has no attribute 'numpy'": [lambda: tf.IndexedSlices(tf.ones(3), [0, 1, 1]).numpy()],
    "'NoneType' object has no attribute 'numpy'": [gradient_of_a_snapshot],
    "No gradients provided for any variable": [lambda: keras.optimizers.Adam().apply_gradients([(None, table())])],
    "hence its learning rate is not settable": [set_rate],
    "should be float, or an instance of LearningRateSchedule": [
        lambda: keras.optimizers.Adam(1),
        lambda: keras.optimizers.SGD(tf.Variable(0.1, name="rate"), momentum=0.9),
    ],
    "'ResourceVariable' object is not callable": [
        lambda: table()(2, 1),
        lambda: built(keras.layers.Dense(5, name="logits")).kernel.value(),
    ],
    "'numpy.ndarray' object has no attribute 'numpy'": [
        lambda: built(keras.layers.Dense(5)).get_weights()[0].numpy(),
        lambda: np.sqrt(table()).numpy(),
    ],
    "Can't convert Python sequence with out-of-range integer": [
        lambda: tf.constant(2**64),
        lambda: tf.Variable([1, 2]).assign([3, 2**70]),
    ],
    "Can't convert Python sequence with mixed types": [
        lambda: tf.Variable([0.1, "a"]),
        lambda: keras.Variable(np.ones(2)).assign([1.0, None]),
    ],
    "Unsupported object type": [
        lambda: tf.constant(np.array([0.1, None])),
        lambda: keras.Variable(np.array([[1, 2], [3]], dtype=object)),
    ],
    "'NoneType' object has no attribute 'assign'": [
        lambda: built(keras.layers.Conv2D(4, 3, use_bias=False), (None, 9, 9, 1)).bias.assign(np.zeros(4)),
    ],
    "property 'weights' of 'Dense' object has no setter": [
        lambda: setattr(built(keras.layers.Dense(5, name="logits")), "weights", [np.zeros((6, 5))]),
    ],
    "The filename must end in `.weights.h5`": [lambda: models(2)[0].save_weights("net.ckpt")],
    "to be a trackable object": [
        lambda: tf.train.Checkpoint(table=np.zeros((7, 3))),
        lambda: tf.train.Checkpoint(step=0),
    ],
    "references an 'untracked' resource": [save_lone],
    # From here on, messages that stand in the prose of a section, not in its heading.
    "Attempt to convert a value (None) with an unsupported type": [
        lambda: tf.function(lambda: tf.Variable(1.0).assign_sub(None), autograph=False)(),
    ],
    "can't multiply sequence by non-int of type 'float'": [
        lambda: built(keras.layers.Dense(4)).get_weights() - built(keras.layers.Dense(4)).get_weights(),
    ],
    "file signature not found": [lambda: keras.models.load_model("nowhere.keras")],
    "the second derivative is None": [open_twice],
    "grad_fn must accept keyword argument": [one_gradient_of_two],  # its numbers are others than those quoted
    "Graphs and files of TensorFlow 1": [lambda: tf.compat.v1.Session().run(tf.constant(1.0))],
}


def pasted(act):
    """(message, traceback) of what an act raises."""
    try:
        act()
    except Exception as error:
        return f"{type(error).__name__}: {error}", traceback.format_exc()
    pytest.fail("it raised nothing")


@pytest.mark.parametrize("heading", PASTED)
def test_what_people_get_leads_to_its_section(heading, page):
    for act in PASTED[heading]:
        for text in pasted(act):
            found = results(page, text)
            assert found and letters(heading) in letters(found[0]), (text[-200:], found)


WORDS = {  # what a person types: what must be among the first three
    "constructor": "Error messages",
    "one": "more than one element",
    "its": "its",
    "+=": "+=",
    "mask": "Replace entries by a mask",
    "learning rate": "Change the learning rate",
    "change one embedding row": "Set one row of an embedding",
    "clip to a range": "Clip to a range",
    "gradient None": "the gradient is None",
    "gradient zero": "the gradient is 0",
    "memory grows": "the memory grows",
    "threads": "Write from several threads",
    "prune": "Prune a classifier",
    "several devices": "Assign on several devices",
    "bfloat16 sum": "the sum of a bfloat16 snapshot",
    "XLA": "Compile an update with XLA",
    "transpose": "transpose",
    "snapshot": "",
    "scatter_nd_update": "scatter_nd_update",
    "MirroredStrategy": "Assign on several devices",  # from here on, names that no heading has
    "gradient_accumulation_steps": "a step after my assign used gradients from before",
    "how do I use scale_loss": "the optimizer skipped my step",
    "exclude_from_weight_decay": "Leave weights out of the weight decay",
    "SwapEMAWeights": "Change weights that the optimizer averages",
}


@pytest.mark.parametrize("query", WORDS)
def test_words_are_found(query, page):
    found = results(page, query)[:3]
    assert any(WORDS[query].lower() in title.lower() for title in found), found


def test_the_box_on_the_errors_page_takes_a_traceback(page):
    frames = 'File "model.py", line 7, in step\n' * 100
    for pasted_text in (frames + pasted(set_rate)[1], pasted(set_rate)[0] + frames):
        page.goto("/book/errors.html")
        page.get_by_label("Paste your message").fill(pasted_text)
        page.get_by_role("button", name="Find its section").click()
        page.wait_for_selector("#search-results li > a")
        assert "not settable" in page.locator("#search-results li > a").first.text_content()
        assert len(page.url) < 3 * LONGEST
