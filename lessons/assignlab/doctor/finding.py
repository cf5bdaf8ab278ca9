"""What is found out about the gradient of one variable."""

from dataclasses import dataclass, field

from assignlab.doctor import causes, source


@dataclass
class Finding:
    """What is said about one variable."""

    verdict: str
    cause: causes.Cause | None
    place: source.Place | None = None
    links: list = field(default_factory=list)  # from the variable, up to where the path is cut
    cut: object = None  # the step
    words: dict = field(default_factory=dict)  # for the sentences of the cause
    note: str = ""
    head: str = ""  # of the sentence, where it is not that of the verdict
