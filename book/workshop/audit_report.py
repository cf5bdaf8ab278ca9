"""Print the proof: how many sentences of each page are proven and, last, how many assigns preserve gradients.

Exit status 1 where an assign is unproven; tests/test_claims.py is red where a sentence is.
"""

import sys

import claims
from course import ROOT, notebooks
from notebook_store import NotebookStore

MUST_ASSIGN = ("lessons", "solutions")  # a notebook of these folders that writes no variable proves nothing


def report(root=ROOT):
    """(line, list of problems) for all notebooks of the project."""
    store = NotebookStore(root)
    tallies = {path.relative_to(root): store.tally(path) for path in notebooks(root)}
    problems = [f"{path}: has not passed as it is now" for path, tally in tallies.items() if not tally]
    proven = {path: tally for path, tally in tallies.items() if tally}
    problems += [
        f"{path}: no assign was audited"
        for path, t in proven.items()
        if path.parts[0] in MUST_ASSIGN and not t["assigns"]
    ]
    assigns, preserved, integers = (
        sum(t[name] for t in proven.values()) for name in ("assigns", "preserved", "integers")
    )
    if not assigns:
        problems.append("no assign was audited in any notebook")
    if preserved != assigns:
        problems.append(f"{assigns - preserved} assigns do not preserve the gradient")
    aside = f" ({integers} writes to integer variables, which have none, are not counted)" if integers else ""
    return f"audit: {assigns} assigns in {len(proven)} notebooks, {preserved} preserve gradients{aside}", problems


if __name__ == "__main__":
    print("claims:", *claims.report(), sep="\n")
    line, problems = report()
    for problem in problems:
        print(f"audit: {problem}", file=sys.stderr)
    print(line)
    sys.exit(bool(problems))
