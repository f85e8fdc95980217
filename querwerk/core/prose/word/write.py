"""A text becomes a Word document: real styles and numberings, footnotes, comments, languages, alternative texts.

python-docx makes the package, the pictures and the comments; footnotes and numberings it does not know (:mod:`.parts`).
"""

import io
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from querwerk.core.prose.inline import Run, runs_of
from querwerk.core.prose.manuscript import Manuscript, Picture
from querwerk.core.prose.outgoing import Outgoing, drawn
from querwerk.core.prose.word.grid import write_table
from querwerk.core.prose.word.look import dress, language_tag
from querwerk.core.prose.word.names import BLOCK_MARK, ITEM_MARK, W
from querwerk.core.prose.word.parts import Footnotes, Lists

TEXT_WIDTH_CM, TEXT_HEIGHT_CM, MARGIN_CM = 16.0, 19.0, 2.5
SVG_WIDTH = 1400
EMUS_PER_CM = 360_000
DOTS_PER_CM = 96 / 2.54
LONGEST_BOOKMARK = 40
MARKS = {"strong": "b", "em": "i", "s": "strike"}


def write_word(manuscript: Manuscript) -> bytes:
    """Return a text as a .docx file."""
    import docx  # noqa: PLC0415  (heavy, and only downloads need it)

    document = docx.Document()
    dress(document, manuscript.language)
    writer = Writer(document, manuscript)
    writer.all()
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


class Writer:
    """Writes one document."""

    def __init__(self, document: Any, manuscript: Manuscript) -> None:
        """Begin with an empty document that has our styles."""
        self.document = document
        self.out = Outgoing(manuscript)
        self.manuscript = self.out.manuscript
        self.footnotes = Footnotes(document)
        self.lists = Lists(document)
        self.marks = 0
        """Bookmarks so far: each needs a number."""

    def all(self) -> None:
        """Write everything."""
        from docx.shared import Cm  # noqa: PLC0415

        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(MARGIN_CM)
        section.top_margin = section.bottom_margin = Cm(MARGIN_CM)
        self.properties()
        self.head()
        for block in self.manuscript.blocks:
            WRITERS[block["type"]](self, block)
        self.foot(section)
        self.footnotes.store()

    def properties(self) -> None:
        """State title, author and language."""
        core, text = self.document.core_properties, self.manuscript
        core.title, core.author, core.language = text.title[:255], text.author[:255], language_tag(text.language)
        core.subject, core.comments, core.keywords = text.kicker[:255], "", ""
        core.last_modified_by = text.author[:255]
        core.created = core.modified = (text.changed_at or datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None)

    def head(self) -> None:
        """Write kind, title, author and date."""
        text = self.manuscript
        above = " · ".join(part for part in (text.house, text.kicker) if part)
        if above:
            self.imprint(self.document, above)
        self.begin("Title").add_run(text.title)
        below = " · ".join(part for part in (text.author, text.dated) if part)
        if below:
            self.imprint(self.document, below)

    def imprint(self, parent: Any, words: str) -> Any:
        """Write a line that stands around the text."""
        paragraph = parent.add_paragraph(words)
        paragraph._p.style = "Imprint"
        return paragraph

    def foot(self, section: Any) -> None:
        """Write the funder's publicity at the foot of the first page, number and address at that of the others."""
        from docx.shared import Cm  # noqa: PLC0415

        publicity = self.manuscript.publicity
        section.different_first_page_header_footer = True
        line = self.imprint(section.footer, f"{self.manuscript.house or self.manuscript.title}  ·  ")
        line.add_run().element.extend(self.lists.page_number())
        if publicity is None:
            return
        emblem = drawn(publicity.emblem, 600) if publicity.emblem else b""
        line = self.imprint(section.first_page_footer, "")
        if emblem:
            shape = line.add_run().add_picture(io.BytesIO(emblem), height=Cm(1.4))
            describe(shape, publicity.emblem_alt, "emblem")
        self.imprint(section.first_page_footer, publicity.statement)

    # --- blocks ---

    def heading(self, block: dict[str, Any]) -> None:
        """Write a heading; the document's title is level 1, so "Heading 1" is the body's level 2."""
        self.lines(block["html"], f"Heading{block['level'] - 1}", BLOCK_MARK + block["key"])

    def paragraph(self, block: dict[str, Any]) -> None:
        """Write a paragraph."""
        self.lines(block["html"], "", BLOCK_MARK + block["key"])

    def begin(self, style: str = "") -> Any:
        """Begin a paragraph. python-docx would look the style's name up among all styles, for every paragraph anew."""
        paragraph = self.document.add_paragraph()
        if style:
            paragraph._p.style = style
        return paragraph

    def lines(self, html: str, style: str, *marks: str) -> Any:
        """Write inline HTML as a paragraph of a style."""
        paragraph = self.begin(style)
        self.mark(paragraph, *marks)
        self.runs(paragraph, self.out.runs(html))
        return paragraph

    def quote(self, block: dict[str, Any]) -> None:
        """Write a quote and whose it is."""
        self.lines(block["html"], "Quote", BLOCK_MARK + block["key"])
        if block["source"]:
            self.lines(block["source"], "QuoteSource")

    def bullets(self, block: dict[str, Any]) -> None:
        """Write a list."""
        self.items(block["items"], 0, block["key"], is_ordered=block["is_ordered"])

    def items(self, items: list[dict[str, Any]], depth: int, key: str = "", *, is_ordered: bool) -> None:
        """Write the items of a list, each of which may hold another."""
        number = self.lists.begin(depth, is_ordered=is_ordered) if items else 0
        for item in items:
            marks = [BLOCK_MARK + key] if key else []
            key = ""
            paragraph = self.lines(item["html"], "ListParagraph", *marks, ITEM_MARK + item["key"])
            self.lists.number(paragraph, number, depth)
            if item.get("items"):
                self.items(item["items"], depth + 1, is_ordered=item["is_ordered"])

    def table(self, block: dict[str, Any]) -> None:
        """Write a table with the caption above it."""
        if block["caption"]:
            self.lines(block["caption"], "TableCaption")
        write_table(self, block)

    def image(self, block: dict[str, Any]) -> None:
        """Write a picture with its caption."""
        picture = self.out.picture(block["picture"])
        if picture is None:
            return
        paragraph = self.begin()
        paragraph.paragraph_format.keep_with_next = bool(block["caption"])
        self.mark(paragraph, BLOCK_MARK + block["key"])
        self.picture(paragraph, block["picture"], picture, block["alt"], 1.0)
        caption = self.out.runs(block["caption"])
        if caption:
            paragraph = self.begin("Caption")
            self.runs(paragraph, caption)
        self.credit(block)

    def gallery(self, block: dict[str, Any]) -> None:
        """Write pictures side by side, and their caption below."""
        shown = [(number, picture) for number in block["pictures"] if (picture := self.out.picture(number))]
        if not shown:
            return
        paragraph = self.begin("Gallery")
        self.mark(paragraph, BLOCK_MARK + block["key"])
        for number, picture in shown:
            self.picture(paragraph, number, picture, "", 0.48 if len(shown) > 1 else 1.0)
            paragraph.add_run(" ")
        caption = self.out.runs(block["caption"])
        if caption:
            paragraph.add_run().add_break()
            self.runs(paragraph, caption)
        self.credit(block)

    def credit(self, block: dict[str, Any]) -> None:
        """Write who made the pictures above, in a line that does not belong to the text."""
        credit = self.out.credit(block)
        if credit:
            self.begin("Imprint").add_run(credit)

    def picture(self, paragraph: Any, number: str, picture: Picture, alt: str, share: float) -> None:
        """Put a picture into a paragraph, at most ``share`` of the text's width."""
        content = drawn(picture.content, SVG_WIDTH) if picture.mime == "image/svg+xml" else picture.content
        if not content:
            return
        shape = paragraph.add_run().add_picture(io.BytesIO(content))
        scale = min(
            TEXT_WIDTH_CM * share * EMUS_PER_CM / shape.width, TEXT_HEIGHT_CM * EMUS_PER_CM / shape.height, 1.0
        ) if picture.mime != "image/svg+xml" else TEXT_WIDTH_CM * share * EMUS_PER_CM / shape.width  # fmt: skip
        shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
        describe(shape, alt or picture.alt, f"qw:{number}:{sha256(content).hexdigest()[:16]}")

    def card(self, block: dict[str, Any]) -> None:
        """Write a link card: title as link, description below."""
        paragraph = self.begin("LinkCard")
        self.mark(paragraph, BLOCK_MARK + block["key"])
        self.runs(paragraph, [Run(block["title"] or block["url"], href=block["url"])])
        if block["description"]:
            self.runs(paragraph, [Run("\n"), *runs_of(plain_html(block["description"]))])

    def video(self, block: dict[str, Any]) -> None:
        """Write where a film can be seen."""
        self.elsewhere("FilmLine", block)

    def file(self, block: dict[str, Any]) -> None:
        """Write where a file can be fetched, and what it is."""
        self.elsewhere("FileLine", block)

    def elsewhere(self, style: str, block: dict[str, Any]) -> None:
        """Write a title that leads to what lies on the web; whoever may not have it reads the title alone."""
        paragraph = self.begin(style)
        self.mark(paragraph, BLOCK_MARK + block["key"])
        found = self.out.elsewhere(block)
        if found is None:
            self.runs(paragraph, [Run(block["title"])])
            return
        self.runs(paragraph, [Run(found.title, href=found.url)])
        if found.about:
            self.runs(paragraph, [Run(f" ({found.about})")])

    # --- inside a paragraph ---

    def mark(self, paragraph: Any, *names: str) -> None:
        """Put bookmarks at the beginning of a paragraph."""
        from docx.oxml import OxmlElement  # noqa: PLC0415

        for name in names:
            start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
            start.set(f"{W}id", str(self.marks))
            start.set(f"{W}name", name[:LONGEST_BOOKMARK])
            end.set(f"{W}id", str(self.marks))
            paragraph._p.extend([start, end])
            self.marks += 1

    def runs(self, paragraph: Any, runs: Iterable[Run]) -> None:
        """Write runs, those of a link inside it."""
        link, address = None, ("", "")
        for run in runs:
            if run.note:
                self.note(paragraph, run.note)
                continue
            if (run.href, run.title) != address:
                address = (run.href, run.title)
                link = self.link(paragraph, run) if run.href else None
            made = paragraph.add_run()
            if link is not None:
                link.append(made.element)
            self.dress_run(made, run)

    def dress_run(self, made: Any, run: Run) -> None:
        """Give a run its words and marks."""
        from docx.oxml import OxmlElement  # noqa: PLC0415

        if run.is_break:
            made.add_break()
        else:
            made.text = run.words
        if run.href:
            made.element.style = "Hyperlink"
        font = made.font
        font.bold, font.italic = ("strong" in run.marks) or None, ("em" in run.marks) or None
        font.strike = ("s" in run.marks) or None
        if "u" in run.marks and not run.href:
            font.underline = True
        if run.marks & {"sup", "sub"}:
            setattr(font, "superscript" if "sup" in run.marks else "subscript", True)
        if "code" in run.marks:
            font.name = "Consolas"
        if run.language:
            language = OxmlElement("w:lang")
            language.set(f"{W}val", language_tag(run.language))
            made.element.get_or_add_rPr().append(language)

    def link(self, paragraph: Any, run: Run) -> Any:
        """Begin a link."""
        from docx.opc.constants import RELATIONSHIP_TYPE  # noqa: PLC0415
        from docx.oxml import OxmlElement  # noqa: PLC0415
        from docx.oxml.ns import qn  # noqa: PLC0415

        element = OxmlElement("w:hyperlink")
        element.set(qn("r:id"), paragraph.part.relate_to(run.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        if run.title:
            element.set(f"{W}tooltip", run.title)
        paragraph._p.append(element)
        return element

    def note(self, paragraph: Any, key: str) -> None:
        """Anchor a footnote or a comment."""
        note = self.out.notes[key]
        if note["kind"] == "footnote":
            self.footnotes.anchor(paragraph, key, lambda inside: self.note_text(inside, key))
            return
        last = paragraph.runs[-1] if paragraph.runs else paragraph.add_run()
        comment = self.document.add_comment(
            last, author=note["author"], initials="".join(part[0] for part in note["author"].split())[:3]
        )
        if note["at"]:
            comment._comment_elm.set(f"{W}date", note["at"])
        else:
            comment._comment_elm.attrib.pop(f"{W}date", None)
        inside = comment.paragraphs[0]
        self.note_text(inside, key)

    def note_text(self, paragraph: Any, key: str) -> None:
        """Write what a note says."""
        self.mark(paragraph, BLOCK_MARK + key)
        self.runs(paragraph, self.out.note_runs(key))


def describe(shape: Any, alt: str, name: str) -> None:
    """Give a picture its alternative text."""
    properties = shape._inline.docPr
    properties.set("name", name)
    properties.set("descr", alt)


def plain_html(words: str) -> str:
    """Return words as inline HTML."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


WRITERS: dict[str, Callable[[Writer, dict[str, Any]], None]] = {
    "heading": Writer.heading,
    "paragraph": Writer.paragraph,
    "list": Writer.bullets,
    "table": Writer.table,
    "quote": Writer.quote,
    "image": Writer.image,
    "gallery": Writer.gallery,
    "file": Writer.file,
    "link": Writer.card,
    "video": Writer.video,
}
