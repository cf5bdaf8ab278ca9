"""`explain_gradient`: why a gradient is None, 0 or NaN, and the line at which it is lost."""

from dataclasses import replace

import tensorflow as tf

from assignlab.doctor import arguments, causes, drawing, source
from assignlab.doctor.diagnosis import Diagnosis
from assignlab.doctor.explanation import GradientExplanation
from assignlab.doctor.finding import Finding
from assignlab.doctor.recording import record_loss
from assignlab.doctor.undo import apart
from assignlab.losses import no_argument

GRAVEST = ("none", "nan", "zero", "cannot tell", "healthy")
HEADS = {
    "healthy": "The gradient of {subject}, is healthy",
    "none": "The gradient of {subject}, is None",
    "zero": "The gradient of {subject}, is 0",
    "nan": "The gradient of {subject}, is not finite",
    "cannot tell": "The gradient of {subject}: cannot tell what is wrong",
    "rounding": "The gradient of {subject}, is 0 but for rounding",
    "loss": "The loss is not finite, whatever the gradient of {subject}, is",
}


def explain_gradient(loss, variable):
    """Say why the gradient of a loss is None, 0 or NaN: the cause, the line of your code, and the mend.

    The loss runs once, eagerly and outside of any tape of yours; where NumPy hides what it reads, it is traced, too.
    What it writes to variables is put back, and so are the global random states of TensorFlow, NumPy and Python. What
    else it does (prints, files, your own objects such as an np.random.Generator, the next element of a data set) it
    does.

    Parameters
    ----------
    loss : callable or keras.Model
        What your tape records: returns numbers or tensors of any shape, whose sum is differentiated. Takes no argument,
        or what is given as `variable`. May be a tf.function, which is not traced. A compiled model stands for its own
        loss, in training, on a batch.
    variable : tf.Variable, keras.Variable, list or tuple of them, keras.Model, or a batch
        Of any shape and dtype. A model stands for its trainable weights. With a model as the loss: a batch (x, y) or
        (x, y, sample_weight). A tensor or array that took the variable's name is told as such.

    Returns
    -------
    GradientExplanation
        Prints as text, shows itself with a picture of the path in a notebook. True when the gradient is healthy; of
        several variables, when all are.

    Raises
    ------
    TypeError
        `variable` is nothing that has a gradient or had one, `loss` is not a function of none or one argument, or what
        it returns is not made of numbers.
    ValueError
        The model has no loss, no weights yet, or none that is trained.
    RuntimeError
        It is called inside a `tf.function`, or inside `strategy.scope()` for a variable that has replicas.

    An exception of the loss itself passes through as it is.
    """
    if not tf.executing_eagerly():
        raise RuntimeError("explain_gradient looks at values, which a tf.function has none of yet. Call it outside.")
    caller = source.readers_frame()
    if arguments.is_model(loss):
        evaluate, (subjects, several) = arguments.of_model(loss, variable), arguments.subjects(loss)
    else:
        subjects, several = arguments.subjects(variable)
        evaluate = no_argument(loss, variable, "explain_gradient")
    findings = apart(lambda: _findings(evaluate, subjects))
    if arguments.is_model(loss):
        for finding in findings:
            finding.place = _within_model(finding.place, caller)
    explained = []
    for position, (subject, finding) in enumerate(zip(subjects, findings, strict=True)):
        written = source.as_passed(caller, position if several else None)
        if several and not written and subject.name in arguments.NAMELESS:
            written = f"number {position} of them"
        if finding.place is None and finding.cause in BOUND:
            finding.place = source.where_bound(caller, written)
        explained.append(_explanation(subject.named(written), finding))
    own_step = arguments.is_model(loss) and arguments.steps_by_itself(loss)
    return _together(explained, OWN_STEP if own_step else "") if several else explained[0]


OWN_STEP = (
    "\n\nThe model has a train_step of its own, which fit runs. This is about the loss that compile was given; for the "
    "other, give explain_gradient the loss of that train_step as a function."
)
BOUND = (causes.REBOUND, causes.ASSIGN_RESULT, causes.NOT_TRAINABLE, causes.INTEGER)  # the line is where it was made


def _findings(loss, subjects):
    """A `Finding` for each subject. The loss does not run where none of them is a variable."""
    variables = [subject.variable for subject in subjects if subject.variable is not None]
    judged = iter(())
    if variables:
        run = record_loss(loss)
        arguments.check_result(run.result)
        diagnosis = Diagnosis(loss, run, variables)
        judged = iter(
            [diagnosis.judge(v, gradient) for v, gradient in zip(variables, diagnosis.gradients, strict=True)]
        )
    return [next(judged) if subject.variable is not None else _rebound(subject) for subject in subjects]


def _rebound(subject):
    kind = "NumPy array" if subject.array else "tensor"
    return Finding("none", causes.REBOUND, words={"kind": kind})


def _within_model(place, caller):
    """Without the line that calls explain_gradient, the only one of the reader's where Keras does all the rest."""
    if place and caller and (place.file, place.number) == (caller.f_code.co_filename, caller.f_lineno):
        return replace(place, file="", number=0) if place.layer else None
    return place


def _explanation(subject, finding):
    """The sentences about one subject."""
    place, cause = finding.place, finding.cause
    if cause is causes.REBOUND and place and ".assign" in (place.line or ""):  # keras.Variable.assign returns a tensor
        cause = causes.ASSIGN_RESULT
    why = f": {cause.why.format(**finding.words)}." if cause else "."
    message = [HEADS[finding.head or finding.verdict].format(subject=subject) + why]
    mend = f"{cause.mend.format(**finding.words)}." if cause else None
    if finding.note:
        message.append(finding.note)
    if place:
        layer = f"   (in the layer {place.layer!r})" if place.layer and place.file else ""
        message.append(f"    {place.where}   {place.line or ''}{layer}".rstrip())
    boxes = drawing.row(subject.name, finding)
    if len(boxes) > 2:
        message.append(f"    {drawing.text(boxes)}")
    if mend:
        message.append(f"Mend: {mend}")
    line, where = (place.line, place.where) if place else (None, None)
    name = cause.name if cause else None
    return GradientExplanation(finding.verdict, name, line, where, mend, "\n".join(message), boxes)


def _together(explained, note):
    """One explanation of several: what is alike is said once, and the note below."""
    worst = min(explained, key=lambda one: GRAVEST.index(one.verdict))
    healthy = sum(map(bool, explained))
    message = [f"{healthy} of {len(explained)} gradients are healthy."]
    groups = {}
    for one in explained:
        if not one:
            groups.setdefault((one.verdict, one.cause, one.where), []).append(one)
    for alike in groups.values():
        message.append(alike[0].message)
        if alike[1:]:
            message.append("The same holds for " + ", ".join(one.path[0].label for one in alike[1:]) + ".")
    fields = worst.verdict, worst.cause, worst.line, worst.where, worst.mend
    return GradientExplanation(*fields, "\n\n".join(message) + note, worst.path, tuple(explained))
