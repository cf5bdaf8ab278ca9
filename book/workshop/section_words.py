"""Sphinx extension: tells the search in which sections a name of code stands, also one that no heading has.

Sphinx's own index knows the page of a word, not its section. What is added to it is small: the names with an underscore
or with capitals inside, such as `scale_loss` and `MirroredStrategy`, and of each the sections that have it most often.
"""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

from docutils import nodes

NAME = re.compile(r"\b(?:[A-Za-z]+_\w+|[A-Z][a-z]+\w*[A-Z]\w*)\b")
MOST = 4  # sections of one name


def own_words(section):
    """The names in the code of a section and how often each stands there, without its sections' sections."""
    found = Counter()
    for node in section.findall(lambda node: isinstance(node, nodes.literal | nodes.literal_block)):
        holder = node.parent
        while not isinstance(holder, nodes.section):
            holder = holder.parent
        if holder is section:
            found.update(NAME.findall(node.astext()))
    return found


def section_words(env, documents):
    """The sections, as `document#id`, and {name in lower case: numbers of sections, the one that has it most first}."""
    sections, places = [], defaultdict(list)
    for document in documents:
        for section in env.get_doctree(document).findall(nodes.section):
            for name, count in own_words(section).items():
                places[name.lower()].append((-count, len(sections)))
            sections.append(f"{document}#{section['ids'][0]}")
    names = {name: [number for _, number in sorted(found)[:MOST]] for name, found in sorted(places.items())}
    return {"sections": sections, "names": names}


def add_to_index(app, error):
    """Put it before what Sphinx wrote: the search begins as soon as it has read that."""
    index = Path(app.outdir, "searchindex.js")
    if error or not index.exists():
        return
    documents = [name for name in sorted(app.env.found_docs) if not name.startswith("solutions/")]
    words = json.dumps(section_words(app.env, documents), separators=(",", ":"))
    index.write_text(f"Search.sectionWords={words};\n{index.read_text(encoding='utf8')}", encoding="utf8")


def setup(app):
    """Connect to the build."""
    app.connect("build-finished", add_to_index)
    return {"parallel_read_safe": True}
