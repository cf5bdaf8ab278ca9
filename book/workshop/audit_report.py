"""Print the proof: how many sentences of each page are proven, the memory, and how many assigns preserve gradients.

Exit status 1 where an assign is unproven, or a page needs too much memory; tests/test_claims.py is red where a sentence
is.
"""

import sys

import claims
from assignlab.audit import Tally
from course import ROOT, notebooks
from notebook_store import NotebookStore

MUST_ASSIGN = ("lessons", "solutions")  # a notebook of these folders that writes no variable proves nothing
MOST_MEMORY = 3000  # MB of one notebook's kernel: with two at once, a machine of 8 GB has room for the rest


def memory(root=ROOT):
    """{notebook, relative to the project: the most memory that its kernel held, in MB}, where that is known."""
    store = NotebookStore(root)
    found = {path.relative_to(root): store.memory(path) for path in notebooks(root)}
    return {path: held for path, held in found.items() if held}


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
    problems += [
        f"{path}: held {held:.0f} MB at its peak; at most {MOST_MEMORY} MB are allowed"
        for path, held in memory(root).items()
        if held > MOST_MEMORY
    ]
    if not total.assigns:
        problems.append("no assign was audited in any notebook")
    if total.preserved != total.assigns:
        problems.append(f"{total.assigns - total.preserved} assigns do not preserve the gradient")
    return f"audit: {total.line(f' in {len(proven)} notebooks')}", problems


if __name__ == "__main__":
    print("claims:", *claims.report(), sep="\n")
    line, problems = report()
    for page, held in sorted(memory().items(), key=lambda item: -item[1])[:1]:
        print(f"memory: at most {held:.0f} MB, in {page}")
    for problem in problems:
        print(f"audit: {problem}", file=sys.stderr)
    print(line)
    sys.exit(bool(problems))
