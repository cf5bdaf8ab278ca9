"""What differs with other versions of TensorFlow, Keras and NumPy. The runs are those of `noxfile.py`.

In such a run a notebook goes on after an error, and `note` keeps all that differs from what its claims say.
`python book/workshop/versions.py FOLDER` takes the notes of one run over into `versions.json`, from which this file, a
Sphinx extension too, fills in the book's page of versions. A claim that holds only from some version on says so by a
line `# since keras 3.5: WHY`; before that version it is not proven, and the page shows it.
"""

import json
import os
import platform
import sys
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree

from claims import Claims, installed, pages, release
from course import ROOT

RESULTS = os.environ.get("COURSE_VERSIONS")  # the folder of such a run
FILE = Path(__file__).with_suffix(".json")
MARK = "<!-- versions -->"
NAMES = {"tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy"}


def note(path, result, claims, problems):
    """Keep what differs in a notebook that ran to its end: the problems, and the claims that come later."""
    differs = [text for _, text in problems] + list(claims.problems_of_run(result.nb))
    later = sum(bool(claim.unmet()) for claim in claims.by_id.values())
    if result.error and not differs:
        differs = [result.error.summary]
    noted = {"page": f"{path.parent.name}/{path.name}", "claims": len(claims.by_id), "later": later, "differs": differs}
    folder = Path(RESULTS)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{path.parent.name}-{path.stem}.json").write_text(json.dumps(noted, indent=1), encoding="utf8")


def summary(folder):
    """One run, from its notes and from the tests' report in the folder."""
    notes = [json.loads(file.read_text(encoding="utf8")) for file in sorted(Path(folder).glob("*.json"))]
    tests = ElementTree.parse(Path(folder) / "tests.xml").getroot().find("testsuite").attrib
    return {
        **{package: installed(package) for package in NAMES},
        "python": platform.python_version(),
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "notebooks": len(notes),
        "claims": sum(page["claims"] - page["later"] for page in notes),
        "later": sum(page["later"] for page in notes),
        "tests": int(tests["tests"]) - int(tests["skipped"]),
        "failed": [page["page"] for page in notes if page["differs"]]
        + [f"{tests[kind]} tests" for kind in ("failures", "errors") if int(tests[kind])],
    }


def key(run):
    """What tells one run from another, to sort by."""
    return [release(run[name]) for name in ("tensorflow", "keras", "python")]


def keep(run, file=FILE):
    """Put a run into the file, in the place of an older one with these versions."""
    runs = json.loads(file.read_text(encoding="utf8")) if file.exists() else []
    runs = [other for other in runs if key(other) != key(run)]
    file.write_text(json.dumps(sorted([*runs, run], key=key), indent=1) + "\n", encoding="utf8")


def table(runs):
    """A Markdown table of the runs, the newest versions first."""
    lines = ["| TensorFlow | Keras | NumPy | Python | notebooks | claims proven | not yet true | tests | run on |"]
    lines.append("|---|---|---|---|--:|--:|--:|--:|---|")
    for run in reversed(runs):
        names = ("tensorflow", "keras", "numpy", "python", "notebooks", "claims", "later", "tests", "date")
        cells = (str(run[name]).replace("-", "\N{NON-BREAKING HYPHEN}") for name in names)  # a date stays in one line
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def differences(root=ROOT):
    """Lines for each version of each package from which on something holds: what, and on how many claims of a page."""
    found = sorted(
        (package, release(version), why, page.relative_to(root).with_suffix("").as_posix())
        for page in pages(root)
        for claim in Claims(page, root).by_id.values()
        for package, version, why in claim.since
    )
    found.sort(key=lambda line: (list(NAMES).index(line[0]), [-number for number in line[1]]))
    for (package, version), lines in groupby(found, key=lambda line: line[:2]):
        yield f"**Since {NAMES[package]} {'.'.join(map(str, version))}**\n"
        for why, alike in groupby(lines, key=lambda line: line[2]):
            where = [page for *_, page in alike]
            counted = (f"[](/{page}) ({where.count(page)})" for page in dict.fromkeys(where))
            yield f"- {why}: {', '.join(counted)}"
        yield ""


def fill_in(app, name, source):
    """Put the text where the page has its mark."""
    if MARK in source[0]:
        runs = json.loads(FILE.read_text(encoding="utf8"))
        text = "\n".join([table(runs), "\n## What came later\n", *differences(Path(app.srcdir))])
        source[0] = source[0].replace(MARK, text)


def setup(app):
    """Connect to the build."""
    app.connect("source-read", fill_in)
    return {"parallel_read_safe": True}


if __name__ == "__main__":
    run = summary(sys.argv[1])
    print(json.dumps(run, indent=1))
    if run["failed"]:
        sys.exit(f"Not kept: {', '.join(run['failed'])}. What differs stands in {sys.argv[1]}")
    keep(run)
