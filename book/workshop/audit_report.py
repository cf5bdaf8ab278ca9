"""Print the proof: how many sentences of each page are proven and, last, how many assigns preserve gradients.

Exit status 1 where an assign is unproven; tests/test_claims.py is red where a sentence is.
"""

import sys

import claims
from assignlab.audit import Tally
from course import ROOT, notebooks
from notebook_store import NotebookStore

MUST_ASSIGN = ("lessons", "solutions")  # a notebook of these folders that writes no variable proves nothing


def tallies(root=ROOT):
    """{notebook, relative to the project: its `Tally`, or None where it has not passed as it is now}."""
    store = NotebookStore(root)
    found = {path.relative_to(root): store.tally(path) for path in notebooks(root)}
    return {path: Tally(**tally) if tally else None for path, tally in found.items()}


def report(root=ROOT):
    """(line, list of problems) for all notebooks of the project."""
    found = tallies(root)
    proven = {path: tally for path, tally in found.items() if tally}
    total = sum(proven.values(), Tally())
    problems = [f"{path}: has not passed as it is now" for path, tally in found.items() if not tally]
    problems += [
        f"{path}: no assign was audited"
        for path, tally in proven.items()
        if path.parts[0] in MUST_ASSIGN and not tally.assigns
    ]
    if not total.assigns:
        problems.append("no assign was audited in any notebook")
    if total.preserved != total.assigns:
        problems.append(f"{total.assigns - total.preserved} assigns do not preserve the gradient")
    return f"audit: {total.line(f' in {len(proven)} notebooks')}", problems


if __name__ == "__main__":
    print("claims:", *claims.report(), sep="\n")
    line, problems = report()
    for problem in problems:
        print(f"audit: {problem}", file=sys.stderr)
    print(line)
    sys.exit(bool(problems))
