"""Reads what stands inside a paragraph of Word: words with their marks, links, fields, notes, pictures."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from querwerk.core.prose.inline import BREAK, Run, joined
from querwerk.core.prose.word import notes
from querwerk.core.prose.word.names import MARK, MC, WP, WPS, A, M, R, V, W, attribute, is_on
from querwerk.core.prose.word.pictures import Image, image_of_drawing, image_of_vml
from querwerk.core.prose.word.reading import CONTENTS_FIELDS, FieldInCourse, Reading
from querwerk.core.prose.word.styles import marks_of

SCHEMES = frozenset({"http", "https", "mailto", "tel"})
HYPERLINK = re.compile(
    r'HYPERLINK\s+(?P<local>\\l\s+)?"(?P<target>[^"]*)"(?:.*?\\o\s+"(?P<title>[^"]*)")?', re.IGNORECASE
)
LETTER = re.compile(r"[^\W\d_]")
SYMBOLS = {
    "F0B7": "•", "F0A7": "▪", "F0D8": "➢", "F0FC": "✓", "F0FB": "✗", "F0E0": "→", "F0DF": "←", "F0E8": "➔",
    "F0A8": "☐", "F0FE": "☑", "F06F": "☐", "F04A": "☺", "F028": "☎", "F02A": "✉",
}  # fmt: skip
"""Wingdings and Symbol, the ones that people use."""


@dataclass
class Content:
    """What was found in a paragraph."""

    runs: list[Run] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    """"b" and "i" → the key of the block or list item, where our bookmark stands here."""


@dataclass
class Link:
    """A link around runs."""

    href: str = ""
    title: str = ""


class ContentReader:
    """Walks through a paragraph; a method for each element that means something, others are opened and passed through."""

    def __init__(self, reading: Reading) -> None:
        """Begin a paragraph."""
        self.reading = reading
        self.content = Content()
        self.link = Link()

    def read(self, paragraph: Any) -> Content:
        """Return the content of a paragraph (``w:p``)."""
        self.walk(paragraph)
        self.content.runs = joined(self.content.runs)
        return self.content

    def walk(self, parent: Any) -> None:
        """Read the children of an element in order."""
        for child in parent:
            handler = HANDLERS.get(child.tag)
            if handler is not None:
                handler(self, child)
            elif child.tag not in PASSED_OVER:
                self.walk(child)

    # --- words ---

    def run(self, element: Any) -> None:
        """Read a run: all its words look the same."""
        properties = element.find(f"{W}rPr")
        style = self.reading.styles.get(attribute(properties.find(f"{W}rStyle"))) if properties is not None else None
        marks = frozenset() if properties is None else marks_of(properties)
        is_hidden = properties is not None and is_on(properties.find(f"{W}vanish"))
        language = attribute(properties.find(f"{W}lang")) if properties is not None else ""
        if style is not None:
            marks |= style.marks
            marks -= switched_off(properties)
            is_hidden = is_hidden or style.is_hidden
            language = language or style.language
        if self.link.href:
            marks -= {"u"}
        look = Run("", marks, language.replace("_", "-").split("-")[0].lower(), self.link.href, self.link.title)
        self.inside(element, look, is_hidden=is_hidden)

    def inside(self, element: Any, look: Run, *, is_hidden: bool) -> None:
        """Read the children of a run."""
        for child in element:
            words = words_of(child)
            if child.tag == f"{W}sym":
                words = self.symbol(child)
            if words:
                self.say(words, look, is_hidden=is_hidden)
            elif child.tag == f"{W}fldChar":
                self.field_mark(attribute(child, "fldCharType"))
            elif child.tag == f"{W}instrText":
                self.instruct(child.text or "")
            elif child.tag in HANDLERS:
                HANDLERS[child.tag](self, child)

    def say(self, words: str, look: Run, *, is_hidden: bool) -> None:
        """Add words, unless they are hidden or belong to the machinery of a field."""
        if any(not course.has_result for course in self.reading.fields) or self.reading.is_in_contents:
            return
        if is_hidden:
            self.reading.report.note("hidden", words)
            return
        language = look.language if look.language != self.reading.language and LETTER.search(words) else ""
        for number, line in enumerate(words.split(BREAK)):
            if number:
                self.content.runs.append(Run(BREAK, look.marks, language, look.href, look.title))
            if line:
                self.content.runs.append(Run(line, look.marks, language, look.href, look.title))

    def symbol(self, element: Any) -> str:
        """Return the character of a symbol font as the character that it looks like."""
        code = attribute(element, "char").upper()
        found = SYMBOLS.get(code) or SYMBOLS.get(f"F0{code[-2:]}", "")
        if not found:
            self.reading.report.note("symbol", "".join(run.words for run in self.content.runs)[-40:])
        return found

    # --- links and fields ---

    def hyperlink(self, element: Any) -> None:
        """Read a link; one inside the document keeps its words only."""
        relationship = self.reading.relationship(str(element.get(f"{R}id", "")))
        before, anchor = self.link, attribute(element, "anchor")
        if relationship is not None and relationship.is_external:
            target = f"{relationship.target}#{anchor}" if anchor else relationship.target
            self.link = Link(self.allowed(target, element), attribute(element, "tooltip"))
        self.walk(element)
        self.link = before

    def allowed(self, target: str, element: Any = None) -> str:
        """Return an address that a public page may link to, or an empty text."""
        try:
            scheme = urlsplit(target).scheme.lower()
        except ValueError:
            scheme = ""
        if scheme in SCHEMES:
            return target
        words = "".join(element.itertext(f"{W}t")) if element is not None else ""
        self.reading.report.note("link-refused", words or target)
        return ""

    def field_mark(self, kind: str) -> None:
        """Begin a field, go from its instruction to its result, or end it."""
        fields = self.reading.fields
        if kind == "begin":
            fields.append(FieldInCourse())
        elif kind == "separate" and fields:
            fields[-1].has_result = True
            self.begin_result(fields[-1])
        elif kind == "end" and fields and fields.pop().name == "HYPERLINK":
            self.link = Link()

    def begin_result(self, course: FieldInCourse) -> None:
        """Note what a field's result is."""
        if course.name in ("TOC", "INDEX", "TOA"):
            self.reading.report.note("contents")
        found = HYPERLINK.match(course.instruction.strip())
        if found and not found["local"]:
            self.link = Link(self.allowed(found["target"]), found["title"] or "")

    def instruct(self, words: str) -> None:
        """Read on in a field's instruction."""
        if self.reading.fields and not self.reading.fields[-1].has_result:
            self.reading.fields[-1].instruction += words

    def simple_field(self, element: Any) -> None:
        """Read a field that is written as one element."""
        course = FieldInCourse(attribute(element, "instr"), has_result=True)
        if course.name in CONTENTS_FIELDS:
            self.reading.report.note("contents")
            return
        before = self.link
        self.begin_result(course)
        self.walk(element)
        self.link = before

    # --- what hangs on the text ---

    def footnote(self, element: Any) -> None:
        """Anchor a footnote."""
        self.anchor("footnotes", attribute(element, "id"))

    def endnote(self, element: Any) -> None:
        """Anchor an endnote."""
        self.anchor("endnotes", attribute(element, "id"))

    def comment(self, element: Any) -> None:
        """Anchor a comment."""
        self.anchor("comments", attribute(element, "id"))

    def anchor(self, part: str, number: str) -> None:
        """Anchor a note that another part of the file holds."""
        if self.reading.is_in_contents:
            return
        key = notes.note_key(self.reading, part, number, ContentReader)
        if key:
            self.content.runs.append(Run("", note=key))

    def bookmark(self, element: Any) -> None:
        """Find the keys of blocks and items that an export put there."""
        found = MARK.fullmatch(attribute(element, "name"))
        if found:
            self.content.keys.setdefault(found[1], found[2])

    def drawing(self, element: Any) -> None:
        """Read a picture, a text box, or note that there is a drawing which we cannot show."""
        boxes = list(element.iter(f"{W}txbxContent"))
        if boxes:
            self.content.boxes += boxes
            self.reading.report.note("text-box", "".join(boxes[0].itertext(f"{W}t")), len(boxes))
            return
        blips = list(element.iter(f"{A}blip"))
        for blip in blips:
            image = image_of_drawing(self.reading, blip, element)
            if image:
                self.content.images.append(image)
        if not blips:
            properties = element.find(f".//{WP}docPr")
            self.reading.report.note("drawing", "" if properties is None else str(properties.get("descr", "")))

    def picture(self, element: Any) -> None:
        """Read a picture or text box in the older form (VML)."""
        boxes = list(element.iter(f"{W}txbxContent"))
        self.content.boxes += boxes
        if boxes:
            self.reading.report.note("text-box", "".join(boxes[0].itertext(f"{W}t")), len(boxes))
        for data in element.iter(f"{V}imagedata"):
            image = image_of_vml(self.reading, data)
            if image:
                self.content.images.append(image)

    def embedded(self, element: Any) -> None:
        """Note a file inside the file; its preview is seldom fit to be shown."""
        self.reading.report.note("embedded", attribute(element.find(f"{W}objectEmbed"), "progId"))

    def alternative(self, element: Any) -> None:
        """Read one of two forms of the same: the newer where it is one that we know."""
        for choice in element.iterchildren(f"{MC}Choice"):
            if choice.find(f".//{A}blip") is not None or choice.find(f".//{WPS}txbx") is not None:
                self.walk(choice)
                return
        fallback = element.find(f"{MC}Fallback")
        if fallback is not None and len(fallback):
            self.walk(fallback)
        elif len(element):
            self.walk(element[0])

    def equation(self, element: Any) -> None:
        """Keep an equation as its signs in a row."""
        words = "".join(element.itertext(f"{M}t"))
        self.reading.report.note("equation", words)
        self.say(words, Run("", href=self.link.href), is_hidden=False)

    # --- tracked changes ---

    def inserted(self, element: Any) -> None:
        """Accept words that were added."""
        self.reading.report.note("tracked", "".join(element.itertext(f"{W}t")))
        self.walk(element)

    def deleted(self, element: Any) -> None:
        """Accept that words were taken out; a field's mark among them still counts."""
        self.reading.report.note("tracked", "".join(element.itertext(f"{W}delText")))
        for mark in element.iter(f"{W}fldChar"):
            self.field_mark(attribute(mark, "fldCharType"))

    def content_control(self, element: Any) -> None:
        """Read what a form field of Word holds, unless it is the table of contents."""
        if is_contents(element):
            self.reading.report.note("contents")
            return
        inside = element.find(f"{W}sdtContent")
        self.walk(() if inside is None else inside)


def is_contents(control: Any) -> bool:
    """Tell whether a content control (``w:sdt``) holds the table of contents."""
    gallery = control.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return attribute(gallery) in ("Table of Contents", "Bibliography Contents")


def words_of(element: Any) -> str:
    """Return the words that an element inside a run stands for."""
    if element.tag == f"{W}t":
        return str(element.text or "").replace(BREAK, " ").replace("\t", " ")
    if element.tag == f"{W}br":
        return BREAK if attribute(element, "type") in ("", "textWrapping") else ""
    return FIXED.get(element.tag, "")


def switched_off(properties: Any) -> frozenset[str]:
    """Return the marks that a run takes back from its style."""
    names = {"b": "strong", "i": "em", "u": "u", "strike": "s"}
    return frozenset(
        mark
        for name, mark in names.items()
        if properties.find(W + name) is not None and not is_on(properties.find(W + name))
    )


FIXED = {
    f"{W}tab": " ",
    f"{W}cr": BREAK,
    f"{W}noBreakHyphen": "\u2011",
    f"{W}softHyphen": "\u00ad",
    f"{W}ptab": " ",
}

HANDLERS: dict[str, Callable[[ContentReader, Any], None]] = {
    f"{W}r": ContentReader.run,
    f"{W}hyperlink": ContentReader.hyperlink,
    f"{W}fldSimple": ContentReader.simple_field,
    f"{W}footnoteReference": ContentReader.footnote,
    f"{W}endnoteReference": ContentReader.endnote,
    f"{W}commentReference": ContentReader.comment,
    f"{W}bookmarkStart": ContentReader.bookmark,
    f"{W}drawing": ContentReader.drawing,
    f"{W}pict": ContentReader.picture,
    f"{W}object": ContentReader.embedded,
    f"{MC}AlternateContent": ContentReader.alternative,
    f"{M}oMath": ContentReader.equation,
    f"{W}ins": ContentReader.inserted,
    f"{W}moveTo": ContentReader.inserted,
    f"{W}del": ContentReader.deleted,
    f"{W}moveFrom": ContentReader.deleted,
    f"{W}sdt": ContentReader.content_control,
}

PASSED_OVER = frozenset({f"{W}pPr", f"{W}rPr", f"{W}tblPr", f"{W}sdtPr", f"{W}del", f"{W}rt"})
