"""What the pages say, and the proofs of it: `tests/claims/NAME.py` proves `lessons/NAME.ipynb` or the page `book/NAME`.

A claims file is Python with six kinds of comments; CONTRIBUTING.md shows one.

    # %% ID                    the claim of the code cell ID; it runs after that cell, in a copy of the cell's names
    # raises TYPE: MESSAGE     what the cell must raise (` ... ` in the message stands for anything)
    # accused PIECE            the cell shows what the audit must refuse, with this piece in its reason
    # since PACKAGE X.Y: WHY   it holds from this version of tensorflow, keras or numpy on; before, it is not proven
    # > SENTENCE               a sentence of the page that this claim proves, as it stands there
    # free: SENTENCE           a sentence that claims nothing: an aim, a greeting, the task of an exercise

What stands before the first `# %%` runs before every proof. On a page without cells the ids are free names.
`python book/workshop/claims.py PAGE` prints what is not proven yet; without a page, a table of all pages.
"""

import ast
import linecache
import re
import sys
import traceback
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from course import ROOT, notebooks

EXERCISE = re.compile(r"exercise-(\d+)-(\d+)(-others)?")  # stubs and answers: tests/test_exercises.py proves them
SINCE = r"^# since (tensorflow|keras|numpy) (\d+\.\d+): (.+)"
SHORTEST = 12  # characters of a message: less would match nearly any error
BOILERPLATE = re.compile(  # sentences that stand on many pages and claim nothing
    r"""(\*\*)?Predict,\ then\ run\.(\*\*)?|Stuck\?|`hint\("[\d.]+"\)`\ gives\ a\ nudge\.
    |\*\*Time:\*\*\ \d+–\d+\ minutes|\[[^\]]*\]\([^)]*\)\.?|(Now\ write|Write)\ `\w+`\.
    |Explained\ in\ \[[^\]]*\]\([^)]*\)\.
    |\*\*(Why\ it\ works|Other\ ways)\.\*\*|.*\?(\*\*)?|\W*""",
    re.VERBOSE,
)


@dataclass
class Claim:
    """The proof that follows one cell: its code, the error that the cell must raise, the sentences that it proves."""

    id: str
    line: int  # of the file, where the code begins
    raises: tuple = ()  # (type, message)
    accused: str = ""  # a piece of what the audit must say against the cell
    since: list = field(default_factory=list)  # (package, version, why)
    quotes: list = field(default_factory=list)
    code: str = ""

    def unmet(self):
        """The `since` lines for which an installed package is too old."""
        return [line for line in self.since if release(installed(line[0])) < release(line[1])]

    def problem_with(self, error):
        """What is wrong with the `error` output of the cell (None: it raised nothing), or None."""
        if not self.raises:
            return error and f"it raised {error.ename}: {error.evalue}; its claim declares no error"
        kind, message = self.raises
        if error is None:
            return f"it raised nothing; its claim declares {kind}: {message}"
        if error.ename != kind or not re.search(".*".join(map(re.escape, message.split(" ... "))), error.evalue, re.S):
            return f"it raised {error.ename}: {error.evalue}; its claim declares {kind}: {message}"
        return None


def installed(package):
    """The version of a package, such as "3.15.1"; TensorFlow's has one of two names."""
    from importlib.metadata import PackageNotFoundError, version  # here: it takes a while

    try:
        return version(package)
    except PackageNotFoundError:
        return version(f"{package}-cpu")


def release(version):
    """The first two numbers of a version: (3, 15) of "3.15.1"."""
    return tuple(map(int, version.split(".")[:2]))


class Claims:
    """The claims of one page (a path), as `tests/claims/` holds them."""

    def __init__(self, page, root=ROOT):
        page = Path(page).resolve().relative_to(root)
        self.page, self.root = root / page, root
        folder = "solutions" if page.parts[0] == "solutions" else ""
        self.path = root / "tests" / "claims" / folder / f"{page.stem.lower()}.py"
        self.name = self.path.relative_to(root).as_posix()
        self.text = self.path.read_text(encoding="utf8") if self.path.exists() else ""
        self.prelude, *sections = re.split(r"^# %% *", self.text, flags=re.MULTILINE)
        self.free = [
            " ".join(line.split()) for line in re.findall(r"^# free: (.*(?:\n#      .*)*)", self.text, re.MULTILINE)
        ]
        self.free = [line.replace(" # ", " ") for line in self.free]
        line, self.by_id, self.twice = self.prelude.count("\n") + 1, {}, []
        for section in sections:
            claim = _parsed(section, line)
            self.twice += [claim.id] if claim.id in self.by_id else []
            self.by_id[claim.id] = claim
            line += section.count("\n")

    def prove(self, cell_id, names):
        """Run the proof of a cell in a copy of `names`. Returns what does not hold, as text, or None."""
        claim, scope = self.by_id[cell_id], dict(names)
        if claim.unmet():
            return None
        source, file = "\n" * claim.line + claim.code, f"{self.path}:{cell_id}"
        # A source of its own: AutoGraph, to find one lambda, would parse the whole file, which takes it seconds.
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        try:
            exec(self.before, scope)
            exec(compile(source, file, "exec"), scope)
        except BaseException as error:  # pytest's own failures are no Exception
            frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename in (file, str(self.path))]
            where = f"{self.name}:{frames[-1].lineno}: {frames[-1].line}" if frames else self.name
            said = "\n".join(f"  > {quote}" for quote in claim.quotes)
            return f"the claim about `{cell_id}` does not hold.\n{where}\n{type(error).__name__}: {error}\n{said}"
        return None

    @cached_property
    def before(self):
        """The compiled code that runs before every proof."""
        return compile(self.prelude, self.path, "exec")

    def code(self):
        """What decides whether the proofs hold, as text: their code without comments, and what each cell must raise."""
        declared = [(claim.id, claim.raises, claim.accused, claim.since) for claim in self.by_id.values()]
        proofs = [self.prelude, *(claim.code for claim in self.by_id.values())]
        return repr(declared) + "".join(ast.dump(ast.parse(proof)) for proof in proofs)

    @cached_property
    def quotes(self):
        """All quotes of the file."""
        return [quote for claim in self.by_id.values() for quote in claim.quotes]

    def unquoted(self):
        """The sentences of the page that no claim quotes and that are not said to claim nothing."""
        said = {sentence for quote in [*self.quotes, *self.free] for sentence in _sentences(quote)}
        return [sentence for sentence in Prose(self.page).claiming() if sentence not in said]

    def proven(self):
        """The sentences of the page that a claim quotes."""
        quoted = {sentence for quote in self.quotes for sentence in _sentences(quote)}
        return [sentence for sentence in Prose(self.page).claiming() if sentence in quoted]

    def problems(self):
        """What is wrong with the file itself, without running anything."""
        prose, ids = Prose(self.page), None
        if self.page.suffix == ".ipynb":
            import nbformat  # here: see notebook_store

            cells = [cell for cell in nbformat.read(self.page, 4).cells if cell.cell_type == "code"]
            ids = {cell.id for cell in cells}
            for cell in cells:
                if re.search(r"^(for _ in|_ =|.*\b_, .*=|.*, _\b.* =)", cell.source, re.MULTILINE):
                    yield f"{self.page.name}: the cell `{cell.id}` binds `_`, which is the displayed value to a claim"
        for claim in self.by_id.values():
            here = f"{self.name}: the claim `{claim.id}`"
            if ids is not None and claim.id not in ids:
                yield f"{here} belongs to no code cell of {self.page.name}; the ids are {', '.join(sorted(ids))}"
            if not claim.raises and not claim.accused and not _asserts(claim.code):
                yield f"{here} proves nothing: give it an assert or a `# raises` line"
            if claim.raises and len(claim.raises[1]) < SHORTEST:
                yield f"{here} declares too little of the message: {claim.raises[1]!r} is in nearly any error"
            if len(re.findall(r"^# since ", claim.code, re.MULTILINE)) != len(re.findall(SINCE, claim.code, re.M)):
                yield f"{here} has a `# since` line that is not like `# since keras 3.5: WHY`"
            if len(re.findall(r"^# raises ", claim.code, re.MULTILINE)) > 1 or re.search(r"^#%%|^#>", claim.code, re.M):
                yield f"{here} has two `# raises` lines, or a `#%%` or `#>` without its space"
            for quote in claim.quotes:
                if not prose.says(quote):
                    yield f'{here} quotes what no longer stands on the page. Read its proof again: "{quote}"'
        for sentence in self.free:
            if not prose.says(sentence):
                yield f"{self.name}: `# free: {sentence}` no longer stands on the page"
        for cell_id in self.twice:
            yield f"{self.name}: there are two claims about `{cell_id}`; make them one"

    def problems_of_run(self, notebook):
        """What is wrong with an executed notebook: something shown without a claim, another error than declared."""
        if not self.text:
            yield f"{self.name} is missing: it must prove what {self.page.name} shows and says"
            return
        for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
            claim = self.by_id.get(cell.id)
            if claim and claim.unmet():
                continue
            hidden = cell.id == "setup" and "remove-output" in cell.metadata.get("tags", [])
            error = next((output for output in cell.outputs if output.output_type == "error"), None)
            wrong = claim and claim.problem_with(error)
            if wrong:
                yield f"the cell `{cell.id}`: {wrong} ({self.name}:{claim.line})"
            if cell.outputs and not claim and not hidden and not self.is_exercise(cell):
                yield f"the cell `{cell.id}` shows something and has no claim: add `# %% {cell.id}` to {self.name}"

    def is_exercise(self, cell):
        """Whether a cell is a stub or an answer that tests/test_exercises.py proves: its id says which."""
        found = EXERCISE.fullmatch(cell.id)
        called = found and f'check("{found[1]}.{found[2]}", ' in cell.source
        return bool(called) and self.page.parent.name in ("lessons", "solutions")


def _asserts(code):
    """Whether code has an assertion that can fail: an assert, `raises` or a test of NumPy's, not of a constant."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant | ast.Tuple):
            return True
        if isinstance(node, ast.Call) and re.search(r"(^|\.)(raises|assert_\w+)$", ast.unparse(node.func)):
            return True
    return False


def _parsed(section, line):
    """The `Claim` of the text between two `# %%` lines; `line` is the number of its first line."""
    head, *lines = section.split("\n")
    claim, quoting = Claim(head.strip(), line), False
    for text in lines:
        if text.startswith("# raises "):
            kind, _, message = text.removeprefix("# raises ").partition(": ")
            claim.raises = (kind.strip(), message.strip())
        elif found := re.match(SINCE, text):
            claim.since.append(found.groups())
        elif text.startswith("# accused "):
            claim.accused = text.removeprefix("# accused ").strip()
        elif text.startswith("# >"):
            words = " ".join(text.removeprefix("# >").split())
            if quoting:
                claim.quotes[-1] += f" {words}"
            else:
                claim.quotes.append(words)
        quoting = text.startswith("# >")
    claim.code = "\n".join(lines)
    return claim


class Prose:
    """The text of a page, block by block: paragraphs, list items, table cells; no code blocks, pictures, headings."""

    def __init__(self, page):
        text = Path(page).read_text(encoding="utf8")
        if page.suffix == ".ipynb":
            import nbformat

            text = "\n\n".join(c.source for c in nbformat.reads(text, 4).cells if c.cell_type == "markdown")
        text = re.sub(r"^(```|~~~).*?^\1$|<!--.*?-->|<[a-z]+[^>]*>|</[a-z]+>", "", text, flags=re.MULTILINE | re.DOTALL)
        text = re.sub(r"^#+ .*$|^:::.*$|^ *:[a-z-]+:.*$|!\[[^\]]*\]\([^)]*\)", "\n", text, flags=re.MULTILINE)
        text = re.sub(r"^\|.*$", lambda row: row[0].replace("|", "\n\n"), text, flags=re.MULTILINE)
        blocks = re.split(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )", text)
        self.blocks = [" ".join(re.sub(r"^\s*([-*]|\d+\.) ", "", block).split()) for block in blocks if block.strip()]

    def says(self, quote):
        """Whether the words stand on the page, within one block."""
        return any(quote in block for block in self.blocks)

    def claiming(self):
        """All sentences but questions and boilerplate."""
        return [s for block in self.blocks for s in _sentences(block) if not BOILERPLATE.fullmatch(s)]


def _sentences(block):
    """The sentences of a block, split after . ! ? and :, but never inside inline code."""
    codes = []
    hidden = re.sub(r"(`+)(.+?)\1", lambda m: f"\0{len(codes)}\0{codes.append(m[0]) or ''}", block)
    parts = re.findall(r".+?(?:[.!?][\"”)*_]*(?=\s)|$)\s*", hidden)
    return [re.sub(r"\0(\d+)\0", lambda m: codes[int(m[1])], part).strip() for part in parts]


def pages(root=ROOT):
    """Every page whose prose is proven: notebooks, the book's text pages, README and CONTRIBUTING."""
    texts = [*sorted((root / "book").glob("*.md")), root / "README.md", root / "CONTRIBUTING.md"]
    return [*notebooks(root), *(path for path in texts if path.exists())]


def prove_here(page, cell_id, root=ROOT, shown=True, printed=""):
    """Run the proof of a cell in this notebook's kernel; what it does to variables is neither counted nor held.

    The proof knows what the cell showed: `_` is the displayed value (if there was one), `printed` what it printed.
    """
    from contextlib import nullcontext

    from IPython.core.getipython import get_ipython

    from assignlab import audit

    running = audit.current()
    names = {name: value for name, value in get_ipython().user_ns.items() if shown or name != "_"}
    with running.aside() if running else nullcontext(), _keras_numbers_kept():
        return _claims(page, Path(root)).prove(cell_id, names | {"printed": printed})


_claims = cache(Claims)  # of one page, as it was when its kernel began: to read it takes a while


@contextmanager
def _keras_numbers_kept():
    """Keras numbers the layers that it names; those that a proof makes must not move the numbers on the page."""
    state = sys.modules.get("keras.src.backend.common.global_state")
    numbers = state.get_global_attribute("object_name_uids") if state else None
    before = dict(numbers or {})
    try:
        yield
    finally:
        numbers = state.get_global_attribute("object_name_uids") if state else None
        if numbers is not None:
            numbers.clear()
            numbers.update(before)


def report(root=ROOT):
    """Lines of a table: for each page, how many sentences claim something, and how many of them no claim quotes."""
    rows = []
    for page in pages(root):
        said, missing = len(Prose(page).claiming()), len(Claims(page, root).unquoted())
        name = page.relative_to(root).as_posix()
        rows.append(f"  {name:44} {said:4} sentences, {missing:3} of them neither proven nor said to be free")
    return rows


if __name__ == "__main__":
    missing = []
    for page in map(Path, sys.argv[1:]):
        claims = Claims(page)
        missing += [*claims.problems(), *(f"# > {sentence}" for sentence in claims.unquoted())]
    print("\n".join(missing if sys.argv[1:] else report()))
    sys.exit(bool(missing))
