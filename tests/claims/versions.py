"""Claims of the page of versions."""

import json

from claims import Claims, pages
from course import ROOT
from versions import FILE, differences

runs = json.loads(FILE.read_text(encoding="utf8"))

# free: The course is made with the versions on the [set-up page](setup.md).

# %% runs
# > With these it was run as well, by `make versions`: every lesson, solution, recipe and error message with its proofs,
# > and the tests of the toolkit.
#
# > **Claims proven** are the proofs behind cells.
assert runs and not [run for run in runs if run["failed"]]
assert all(run["notebooks"] > 30 and run["claims"] > 500 and run["tests"] > 500 for run in runs)
assert "versions:" in (ROOT / "Makefile").read_text(encoding="utf8")

# %% later
# > **Not yet true** are those that hold only from a later version on: they are not proven there, and what came later is
# > named above.
told = "\n".join(differences())
for page in pages():
    for claim in Claims(page).by_id.values():
        assert all(f"- {why}: " in told for *_, why in claim.since)
        assert not claim.unmet() or Claims(page).prove(claim.id, {}) is None
