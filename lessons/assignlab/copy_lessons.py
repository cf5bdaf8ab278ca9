"""Copy the lessons to the learner's own folder, for those who prefer not to edit the originals."""

import json
import os
import re
from pathlib import Path

LESSONS = Path(__file__).resolve().parents[1]
DEFAULT = "my_lessons"


def copy_lessons(folder=None):
    """Copy each lesson that `folder` does not hold yet; a lesson that is there is never touched.

    Parameters
    ----------
    folder : str or Path, optional
        Made if missing. Default: `my_lessons` beside `lessons`.

    Returns
    -------
    (Path, list of str, list of str)
        The folder, the names copied, the names left as they were.

    Raises
    ------
    FileNotFoundError
        The course's lessons are not beside the installed package.
    NotADirectoryError
        `folder` is a file.
    """
    originals = sorted(LESSONS.glob("[0-9]*.ipynb"))
    if not originals:
        raise FileNotFoundError(
            "The lessons are not beside the installed package. "
            "Run this from a copy of the course installed with: pip install -e ."
        )
    folder = Path(folder) if folder else LESSONS.parent / DEFAULT
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file. Name a folder, or leave the name out: the default is {DEFAULT}")
    folder.mkdir(parents=True, exist_ok=True)
    names = [original.name for original in originals]
    copied = [original.name for original in originals if _copied(original, folder)]
    return folder, copied, [name for name in names if name not in copied]


def _copied(original, folder):
    """Whether the notebook was written; one that is there stays as it is."""
    try:
        with open(folder / original.name, "x", encoding="utf8") as file:  # "x": fails rather than overwrites
            json.dump(_relinked(original, folder), file, indent=1, ensure_ascii=False)
            file.write("\n")
    except FileExistsError:
        return False
    return True


def _relinked(original, folder):
    """The notebook, with its links to pictures and other pages leading from the new folder."""
    notebook = json.loads(original.read_text(encoding="utf8"))
    top = Path(os.path.relpath(LESSONS.parent, folder.resolve())).as_posix()
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = [re.sub(r"\]\(\.\./", f"]({top}/", line) for line in cell["source"]]
    return notebook
