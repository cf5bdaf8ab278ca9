"""Sphinx extension: tells the search in which sections names of code and messages stand that no heading has.

Sphinx's own index knows the page of a word, not its section. What is added to it is small: the names with an underscore
or with capitals inside, such as `scale_loss` and `MirroredStrategy`, and of each the sections that have it most often;
and what the prose quotes of other messages than that of the heading.
"""

import ast
import json
import re
from collections import Counter, defaultdict
from pathlib import Path

from docutils import nodes

NAME = re.compile(r"\b(?:[A-Za-z]+_\w+|[A-Z][a-z]+\w*[A-Z]\w*)\b")
MOST = 4  # sections of one name
FEWEST = 3  # words of a message


def own_code(section):
    """The code of a section, in prose and in cells, without that of the sections in it."""
    for node in section.findall(lambda node: isinstance(node, nodes.literal | nodes.literal_block)):
        holder = node.parent
        while not isinstance(holder, nodes.section):
            holder = holder.parent
        if holder is section:
            yield node


def is_message(node):
    """Whether this is a message quoted in prose: no heading, no link to the section of another, and no Python."""
    if isinstance(node, nodes.literal_block) or isinstance(node.parent, nodes.title | nodes.reference):
        return False
    try:
        ast.parse(node.astext())
    except SyntaxError:
        return len(re.findall(r"\w+", node.astext())) >= FEWEST
    return False


def section_words(env, documents):
    """The sections, as `document#id`; {name in lower case: numbers of sections, the one that has it most first}; and
    the messages, each with the number of its section.
    """
    sections, places, messages = [], defaultdict(list), []
    for document in documents:
        for section in env.get_doctree(document).findall(nodes.section):
            code = list(own_code(section))
            for name, count in Counter(name for node in code for name in NAME.findall(node.astext())).items():
                places[name.lower()].append((-count, len(sections)))
            messages += [(node.astext(), len(sections)) for node in code if is_message(node)]
            sections.append(f"{document}#{section['ids'][0]}")
    names = {name: [number for _, number in sorted(found)[:MOST]] for name, found in sorted(places.items())}
    return {"sections": sections, "names": names, "messages": messages}


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
