"""Begin a lesson: `make lesson NAME=06_slices` makes its files from `book/workshop/template/` and enters its name.

What it makes runs at once. Each place where something of your own belongs says so, after the word TODO, and
`make test` lists these places.
"""

import json
import keyword
import re
import string
import subprocess
import sys
from pathlib import Path

import nbformat

from course import ROOT, lessons

TEMPLATE = Path(__file__).parent / "template"
FILES = {  # what is made: the template of it
    "lessons/{}.ipynb": "lesson.txt",
    "solutions/{}.ipynb": "solution.txt",
    "lessons/assignlab/checks/{}.py": "checks.txt",
    "tests/answers/{}.py": "answers.txt",
    "tests/claims/{}.py": "claims.txt",
    "tests/claims/solutions/{}.py": "claims_of_solution.txt",
}
DRAW_FIGURES = "book/workshop/draw_figures.py"
LAST = "[Recipes](../book/recipes.ipynb) for the task that you came with."  # what comes next after the last lesson
CELL = re.compile(r"^%% (markdown|code) (\S+)(?: (.+))?\n", re.MULTILINE)  # `%% KIND ID OPTION` begins a cell
METADATA = {  # by option
    None: {},
    "quiet": {"tags": ["remove-output"]},
    "raises": {"tags": ["raises-exception"]},
    **{
        f"folded {name}": {
            "jupyter": {"source_hidden": True},
            "mystnb": {"code_prompt_hide": "Hide it", "code_prompt_show": f"Show the {name}"},
            "tags": ["hide-cell"],
        }
        for name in ("answer", "other ways")
    },
}


def refusal(name, root=ROOT):
    """Why no lesson can be made under this name, as a sentence, or None."""
    if not re.fullmatch(r"(?!00)\d\d_[a-z][a-z0-9_]*", name):
        return f'Name the lesson by its number and its subject, such as make lesson NAME=06_slices; "{name}" is not so.'
    taken = [path.name for path in lessons(root) if path.name[:2] == name[:2]]
    if taken:
        used = max(int(path.name[:2]) for path in lessons(root))
        return f"Lesson {name[:2]} is there already: lessons/{taken[0]}. The next number is {used + 1:02}."
    there = [file for file in (pattern.format(name) for pattern in FILES) if (root / file).exists()]
    if there:
        return f"{there[0]} is there already. Move it away, or choose another name."
    subject = name[3:]
    taken = re.search(rf"^(def|import|from) .*\b{subject}\b", (root / DRAW_FIGURES).read_text(encoding="utf8"), re.M)
    if keyword.iskeyword(subject) or taken:
        return f"The figure's function would be called `{subject}`, which has a meaning in {DRAW_FIGURES} already."
    return None


def filled(template, name, following):
    """The text of a template file for the lesson `name`; `following` is what stands under its ## Next."""
    words = {"NAME": name, "N": int(name[:2]), "SUBJECT": name[3:], "NEXT": following}
    return string.Template((TEMPLATE / template).read_text(encoding="utf8")).substitute(words)


def notebook(text):
    """The notebook that a filled template describes, as the text of its file."""
    _, *parts = CELL.split(text)
    made = nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for kind, cell_id, option, source in zip(parts[::4], parts[1::4], parts[2::4], parts[3::4], strict=True):
        new = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
        made.cells.append(new(source.strip("\n"), id=cell_id, metadata=METADATA[option]))
    nbformat.validate(made)
    return nbformat.writes(made) + "\n"


def contents_with(name, contents):
    """The text of _toc.yml with the lesson and its solution in their places."""
    for folder in ("lessons", "solutions"):
        chapters = list(re.finditer(rf"^ *- file: {folder}/(\d\d_\w+)\n", contents, re.MULTILINE))
        before = [chapter for chapter in chapters if chapter[1] < name]
        at = before[-1].end() if before else chapters[0].start()
        contents = f"{contents[:at]}{chapters[0][0].replace(chapters[0][1], name)}{contents[at:]}"
    return contents


def leading_to(name, path):
    """The text of the notebook at `path` with a link to the lesson `name` under its ## Next, above what stood there."""
    read = nbformat.read(path, 4)
    before, heading, old = read.cells[-1].source.partition("## Next\n\n")
    if not heading:
        sys.exit(f"lessons/{path.name}: its last cell has no ## Next. Give it one, then make the lesson.")
    read.cells[-1].source = f"{before}{heading}[TODO]({name}.ipynb): TODO, in the place of\n\n{old}"
    return nbformat.writes(read) + "\n"


def changes(name, root=ROOT):
    """{path: text} of all files that the new lesson makes or changes."""
    before = [path for path in lessons(root) if path.stem < name]
    after = [path for path in lessons(root) if path.stem > name]
    following = f"[TODO]({after[0].name}): TODO, what it is about." if after else LAST
    texts = {before[-1]: leading_to(name, before[-1])} if before else {}
    for pattern, template in FILES.items():
        text = filled(template, name, following)
        texts[root / pattern.format(name)] = notebook(text) if pattern.endswith(".ipynb") else text
    contents = root / "_toc.yml"
    texts[contents] = contents_with(name, contents.read_text(encoding="utf8"))
    ids = root / "tests" / "cell_ids.json"
    released = json.loads(ids.read_text(encoding="utf8"))
    released[f"{name}.ipynb"] = [cell.id for cell in nbformat.reads(texts[root / f"lessons/{name}.ipynb"], 4).cells]
    texts[ids] = json.dumps(dict(sorted(released.items())), indent=1) + "\n"
    figures = root / DRAW_FIGURES
    functions, main, rest = figures.read_text(encoding="utf8").partition('if __name__ == "__main__":')
    texts[figures] = f"{functions}{filled('figure.txt', name, following)}\n\n{main}{rest}"
    return texts


def begin(name, root=ROOT):
    """Make the lesson `name` and return the paths of what was made or changed. Exit, saying why, where it cannot be."""
    why = refusal(name, root)
    if why:
        sys.exit(why)
    texts = changes(name, root)
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf8", newline="\n")
    return list(texts)


if __name__ == "__main__":
    made = begin(" ".join(sys.argv[1:]))
    subprocess.run([sys.executable, ROOT / DRAW_FIGURES], check=True)
    print("Made or changed:", *(f"  {path.relative_to(ROOT).as_posix()}" for path in made), sep="\n")
    print('Now make test: it lists what is left to do. CONTRIBUTING.md, "Add a lesson", says how.')
