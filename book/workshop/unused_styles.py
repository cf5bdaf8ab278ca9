"""Drops the style rules that no page of a site can use: nine tenths of the theme's."""

import re
from itertools import pairwise

import tinycss2

GROUPS = ("media", "supports")  # rules that hold rules


def drop_unused(static, pages):
    """Rewrite each style sheet below a folder without rules for classes that no page and no script names."""
    words = set()
    for text in (*pages, *(path.read_text(encoding="utf-8") for path in static.rglob("*.js"))):
        words.update(re.findall(r"[A-Za-z_][\w-]*", text))
    for path in static.rglob("*.css"):
        rules = tinycss2.parse_stylesheet(path.read_text(encoding="utf-8"), skip_whitespace=True)
        path.write_text("".join(kept(rules, words)), encoding="utf-8")


def kept(rules, words):
    """The text of each rule that can apply, with those of its selectors that can."""
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [selector for selector in selectors_of(rule) if classes(selector) <= words]
            if selectors:
                prelude = ",".join(tinycss2.serialize(selector).strip() for selector in selectors)
                yield f"{prelude}{{{tinycss2.serialize(rule.content).strip()}}}\n"
        elif rule.type == "at-rule" and rule.lower_at_keyword in GROUPS:
            inner = "".join(kept(tinycss2.parse_rule_list(rule.content, skip_whitespace=True), words))
            if inner:
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}\n"
        elif rule.type != "comment" or rule.value.startswith("!"):  # a licence stays
            yield rule.serialize() + "\n"


def selectors_of(rule):
    """The selectors of a rule: lists of tokens."""
    selectors = [[]]
    for token in rule.prelude:
        if token == ",":
            selectors.append([])
        elif token.type != "comment":
            selectors[-1].append(token)
    return selectors


def classes(selector):
    """The classes that an element must have; not those in `:not(...)` and its like."""
    return {name.value for dot, name in pairwise(selector) if dot == "." and name.type == "ident"}
