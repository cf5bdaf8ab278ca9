"""Reduces the theme's icon font to the icons that the style sheets still name."""

import re
from pathlib import Path

from fontTools.subset import Options, Subsetter, load_font, save_font

ICON = re.compile("[\ue000-\uf8ff]")  # characters for private use
FONT_FACE = re.compile(r"@font-face\s*\{[^}]*?url\(([^)]*/)(fa-[\w-]+)\.woff2\)[^}]*\}")
SOURCES = re.compile(r"src:[^;}]*")


def keep_used_icons(static):
    """Write each icon font below a folder anew, with the used icons alone; one without any goes, and its rule."""
    sheets = {path: path.read_text(encoding="utf-8") for path in static.rglob("*.css")}
    icons = {ord(sign) for text in sheets.values() for sign in ICON.findall(text)}
    for path, text in sheets.items():
        path.write_text(FONT_FACE.sub(lambda rule, at=path: _face(rule, at.parent, icons), text), encoding="utf-8")
    for font in (*static.rglob("fa-*.woff2"), *static.rglob("fa-*.ttf")):
        font.unlink()


def _face(rule, folder, icons):
    """The `@font-face` rule of a font for these icons, which is written; nothing where it has none of them."""
    address, name = rule.groups()
    options = Options(flavor="woff", name_IDs=["*"], notdef_outline=True)  # its licence is among the names
    font = load_font(Path(folder, f"{address}{name}.ttf"), options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=icons)
    if "brands" in name or not icons & set(font.getBestCmap()):
        return ""
    subsetter.subset(font)
    save_font(font, Path(folder, f"{address}{name}.woff"), options)
    return SOURCES.sub(f'src:url({address}{name}.woff) format("woff")', rule.group())
