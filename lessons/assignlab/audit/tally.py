"""What the audit has seen, and the line that says so."""

from dataclasses import asdict, dataclass, field


@dataclass
class Tally:
    """Counts of writes. Those of a traced function are counted one by one where its graph says how many there are."""

    assigns: int = 0  # writes to floating-point or complex variables
    preserved: int = 0  # of these, how many kept an exact gradient
    not_trainable: int = 0  # of the preserved, those to variables that no tape watches by itself
    calls: int = 0  # calls of functions that made some of the writes
    uncertain: int = 0  # of the calls, those that wrote in a loop or a branch: counted as one write a variable
    runs: int = 0  # writes by a data pipeline, found when it had run: counted as one a variable
    integers: int = 0  # writes to variables that have no gradient
    unprobed: int = 0  # writes to float8 variables, which a tape does not watch
    numerical: int = 0  # writes made by verify_gradient while it measures; verified, not counted as assigns
    cells: list = field(default_factory=list)  # the requests that ran: what the kernel calls their ids
    failures: list = field(default_factory=list)

    def add(self, kind, writes):
        """Count writes as "assigns", "integers" or "numerical"; as "nothing", not at all."""
        if kind != "nothing":
            setattr(self, kind, getattr(self, kind) + writes)

    def add_detail(self, writes, damaged, trainable):
        """Note how writes that count as assigns went."""
        self.preserved += 0 if damaged else writes
        self.not_trainable += 0 if damaged or trainable else writes

    def __add__(self, other):
        return Tally(**{name: value + getattr(other, name) for name, value in vars(self).items()})

    def line(self, where=""):
        """One line for a reader."""
        return "; ".join([f"{self.assigns} assigns{where}, {self.preserved} preserve gradients", *self.details()])

    def details(self):
        """What the two numbers do not say."""
        if self.calls:
            unsure = f", {self.uncertain} of which loop or branch and count as one a variable" if self.uncertain else ""
            yield f"some in {self.calls} calls of functions{unsure}"
        if self.runs:
            yield f"{self.runs} found after a data pipeline had run"
        if self.not_trainable:
            yield f"{self.not_trainable} of them to variables that a tape sees only when told to watch (not trainable)"
        if self.integers:
            yield f"{self.integers} writes to integer variables, which have no gradient, are not counted"
        if self.unprobed:
            yield f"{self.unprobed} writes to float8 variables, which a tape does not watch, are not counted"

    def as_dict(self):
        """The numbers, for a report."""
        return asdict(self)
