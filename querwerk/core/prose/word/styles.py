"""What the styles and numberings of a Word file mean for the structure of the text."""

import re
from dataclasses import dataclass, field
from typing import Any

from querwerk.core.prose.word.names import STYLE_NAMES, W, attribute, is_on, number
from querwerk.core.prose.word.package import Package

DEEPEST = 12
"""Styles that are based on each other more often than this are a mistake, or a trap."""
HEADING = re.compile(r"(?:heading|überschrift|titre|titolo|encabezado|nagłówek|nadpis|címsor|kop|rubrik)\s?(\d)")
KINDS = {
    "title": "title", "titel": "title",
    "subtitle": "subtitle", "untertitel": "subtitle",
    "caption": "caption", "beschriftung": "caption", "figure": "caption", "illustration": "caption",
    "table": "table-caption",  # LibreOffice's caption of a table
    "quote": "quote", "intense quote": "quote", "zitat": "quote", "intensives zitat": "quote", "quotations": "quote",
    "block text": "quote",
    "list continue": "continue", "list continue 2": "continue", "list continue 3": "continue",
    "table contents": "plain", "table heading": "table-heading",
    **{name.lower(): kind for kind, name in STYLE_NAMES.items()},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Numbered:
    """A paragraph's place in a numbering: which, how deep, and whether it counts."""

    list_id: str
    level: int
    is_ordered: bool


@dataclass(slots=True)
class Style:
    """One style of the file, with what it is based on resolved."""

    name: str
    based_on: str
    kind: str = ""
    heading: int = 0
    numbering: tuple[str, int] | None = None
    marks: frozenset[str] = frozenset()
    language: str = ""
    is_hidden: bool = False


@dataclass
class Styles:
    """The styles of a file, by id."""

    by_id: dict[str, Style] = field(default_factory=dict)
    default: str = ""
    language: str = ""

    def get(self, style_id: str) -> Style:
        """Return a style; what a file does not define is the plain one."""
        return self.by_id.get(style_id) or self.by_id.get(self.default) or Style("", "")


def read_styles(package: Package) -> Styles:
    """Read the styles part; a file without one has plain paragraphs only."""
    name = package.related("styles")
    root = package.xml_or_none(name) if name else None
    found = Styles()
    if root is None:
        return found
    found.language = attribute(root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang"))
    elements = {attribute(element, "styleId"): element for element in root.iterchildren(f"{W}style")}
    for style_id, element in elements.items():
        found.by_id[style_id] = _style(element)
        if attribute(element, "type") == "paragraph" and attribute(element, "default") in ("1", "true", "on"):
            found.default = style_id
    for style_id in list(found.by_id):
        _inherit(found, style_id)
    return found


def _style(element: Any) -> Style:
    name = attribute(element.find(f"{W}name")).strip()
    style = Style(name, attribute(element.find(f"{W}basedOn")), KINDS.get(name.lower(), ""))
    level = HEADING.fullmatch(name.lower())
    outline = element.find(f"{W}pPr/{W}outlineLvl")
    if level:
        style.heading = number(level[1])
    elif outline is not None and number(attribute(outline), 9) < 9 and not style.kind:
        style.heading = number(attribute(outline)) + 1
    numbering = element.find(f"{W}pPr/{W}numPr")
    if numbering is not None:
        style.numbering = attribute(numbering.find(f"{W}numId")), number(attribute(numbering.find(f"{W}ilvl")))
    properties = element.find(f"{W}rPr")
    if properties is not None:
        style.language = attribute(properties.find(f"{W}lang"))
        style.is_hidden = is_on(properties.find(f"{W}vanish"))
        if attribute(element, "type") == "character":
            style.marks = marks_of(properties)
    return style


def _inherit(styles: Styles, style_id: str) -> None:
    """Take from the styles below what the style itself leaves open."""
    style = parent = styles.by_id[style_id]
    for _depth in range(DEEPEST):
        above = styles.by_id.get(parent.based_on)
        if above is None or above is style:
            return
        parent = above
        style.kind = style.kind or ("" if style.heading else parent.kind)
        style.heading = style.heading or (0 if style.kind else parent.heading)
        style.numbering = style.numbering or parent.numbering
        style.marks |= parent.marks
        style.language = style.language or parent.language
        style.is_hidden = style.is_hidden or parent.is_hidden


def marks_of(properties: Any) -> frozenset[str]:
    """Return the marks that properties of a run switch on."""
    marks = set()
    if is_on(properties.find(f"{W}b")):
        marks.add("strong")
    if is_on(properties.find(f"{W}i")):
        marks.add("em")
    if is_on(properties.find(f"{W}u")):
        marks.add("u")
    if is_on(properties.find(f"{W}strike")) or is_on(properties.find(f"{W}dstrike")):
        marks.add("s")
    vertical = attribute(properties.find(f"{W}vertAlign"))
    marks |= {"superscript": {"sup"}, "subscript": {"sub"}}.get(vertical, set())
    if is_code_font(attribute(properties.find(f"{W}rFonts"), "ascii")):
        marks.add("code")
    return frozenset(marks)


def is_code_font(name: str) -> bool:
    """Tell whether a font is one for code."""
    return name.lower() in ("consolas", "courier new", "courier", "menlo", "source code pro", "dejavu sans mono")


@dataclass
class Numberings:
    """Which numbering counts and which has bullets, by its id and level."""

    formats: dict[str, dict[int, str]] = field(default_factory=dict)

    def place(self, numbering: tuple[str, int] | None) -> Numbered | None:
        """Return the place in a list; ``None`` for text without number or bullet."""
        if numbering is None or numbering[0] in ("", "0"):
            return None
        list_id, level = numbering
        form = self.formats.get(list_id, {}).get(level, "")
        if form in ("", "none"):
            return None
        return Numbered(list_id, max(0, min(level, 8)), form != "bullet")


def read_numberings(package: Package) -> Numberings:
    """Read the numbering part."""
    name = package.related("numbering")
    root = package.xml_or_none(name) if name else None
    if root is None:
        return Numberings()
    abstract, links = {}, {}
    for element in root.iterchildren(f"{W}abstractNum"):
        number_id = attribute(element, "abstractNumId")
        abstract[number_id] = _formats(element)
        linked = attribute(element.find(f"{W}styleLink"))
        if linked:
            links[linked] = number_id
    for element in root.iterchildren(f"{W}abstractNum"):
        linked = attribute(element.find(f"{W}numStyleLink"))
        if linked in links:
            abstract[attribute(element, "abstractNumId")] = abstract[links[linked]]
    found = {}
    for element in root.iterchildren(f"{W}num"):
        formats = dict(abstract.get(attribute(element.find(f"{W}abstractNumId")), {}))
        for override in element.iterchildren(f"{W}lvlOverride"):
            formats |= _formats(override)
        found[attribute(element, "numId")] = formats
    return Numberings(found)


def _formats(element: Any) -> dict[int, str]:
    return {
        number(attribute(level, "ilvl")): attribute(level.find(f"{W}numFmt")) or "decimal"
        for level in element.iterchildren(f"{W}lvl")
    }
