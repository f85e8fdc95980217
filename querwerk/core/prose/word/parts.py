"""Parts of a Word file that python-docx does not know: footnotes, and numberings that begin anew with each list."""

from collections.abc import Callable
from typing import Any

from querwerk.core.prose.word.names import W

NAMESPACES = f'xmlns:w="{W[1:-1]}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
FIRST_FREE = 1
"""Word's own two, the lines that divide notes from the text, are -1 and 0."""
BULLETS = ("•", "–", "▪")
FORMATS = ("decimal", "lowerLetter", "lowerRoman")
LEVELS = 9
INDENT = 397
"""7 mm for each level, in twentieths of a point."""
ABSTRACT = 90
"""Far from the numberings that python-docx's template brings."""


class Footnotes:
    """The footnotes part; it is stored when everything is written."""

    def __init__(self, document: Any) -> None:
        """Begin without notes."""
        from docx.opc.packuri import PackURI  # noqa: PLC0415  (heavy)
        from docx.oxml import parse_xml  # noqa: PLC0415
        from docx.parts.story import StoryPart  # noqa: PLC0415

        divider = '<w:footnote w:type="{0}" w:id="{1}"><w:p><w:r><w:{0}/></w:r></w:p></w:footnote>'
        root = parse_xml(
            f"<w:footnotes {NAMESPACES}>{divider.format('separator', -1)}"
            f"{divider.format('continuationSeparator', 0)}</w:footnotes>"
        )
        self.document = document
        self.part = StoryPart(PackURI("/word/footnotes.xml"), TYPE, root, document.part.package)
        self.numbers: dict[str, int] = {}

    def anchor(self, paragraph: Any, key: str, write: Callable[[Any], None]) -> None:
        """Put the mark of a note into a paragraph; the note is written when its first mark is put."""
        from docx.oxml import parse_xml  # noqa: PLC0415

        is_new = key not in self.numbers
        number = self.numbers.setdefault(key, len(self.numbers) + FIRST_FREE)
        run = paragraph.add_run()
        run.element.style = "FootnoteReference"
        run.element.append(parse_xml(f'<w:footnoteReference {NAMESPACES} w:id="{number}"/>'))
        if is_new:
            self._write(number, write)

    def _write(self, number: int, write: Callable[[Any], None]) -> None:
        from docx.oxml import parse_xml  # noqa: PLC0415
        from docx.text.paragraph import Paragraph  # noqa: PLC0415

        note = parse_xml(
            f'<w:footnote {NAMESPACES} w:id="{number}"><w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr>'
            '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r>'
            '<w:r><w:t xml:space="preserve"> </w:t></w:r></w:p></w:footnote>'
        )
        self.part.element.append(note)
        write(Paragraph(note[0], _InPart(self.part)))

    def store(self) -> None:
        """Add the part to the package, where there are notes."""
        from docx.oxml import parse_xml  # noqa: PLC0415

        if not self.numbers:
            return
        self.document.part.relate_to(self.part, RELATION)
        settings = self.document.settings.element
        own = parse_xml(f'<w:footnotePr {NAMESPACES}><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>')
        follower = settings.find(f"{W}compat")
        if follower is None:
            settings.append(own)
        else:
            follower.addprevious(own)


class _InPart:
    """What python-docx asks a paragraph's parent for."""

    def __init__(self, part: Any) -> None:
        self.part = part


class Lists:
    """Numberings: each list is one of its own, so that none counts on from the one before."""

    def __init__(self, document: Any) -> None:
        """Define bullets and numbers."""
        self.root = document.part.numbering_part.element
        for child in list(self.root):
            self.root.remove(child)
        self.root.append(self._abstract(ABSTRACT, is_ordered=False))
        self.root.append(self._abstract(ABSTRACT + 1, is_ordered=True))
        self.last = 0

    def _abstract(self, number: int, *, is_ordered: bool) -> Any:
        from docx.oxml import parse_xml  # noqa: PLC0415  (heavy)

        levels = "".join(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/>'
            f'<w:numFmt w:val="{FORMATS[level % 3] if is_ordered else "bullet"}"/>'
            f'<w:lvlText w:val="{f"%{level + 1}." if is_ordered else BULLETS[level % 3]}"/><w:lvlJc w:val="left"/>'
            f'<w:pPr><w:ind w:left="{INDENT * (level + 1)}" w:hanging="{INDENT}"/></w:pPr></w:lvl>'
            for level in range(LEVELS)
        )
        return parse_xml(
            f'<w:abstractNum {NAMESPACES} w:abstractNumId="{number}">'
            f'<w:multiLevelType w:val="hybridMultilevel"/>{levels}</w:abstractNum>'
        )

    def begin(self, depth: int, *, is_ordered: bool) -> int:
        """Return the id of a new numbering that begins with 1 at a depth."""
        from docx.oxml import parse_xml  # noqa: PLC0415

        self.last += 1
        restart = f'<w:lvlOverride w:ilvl="{min(depth, LEVELS - 1)}"><w:startOverride w:val="1"/></w:lvlOverride>'
        self.root.append(
            parse_xml(
                f'<w:num {NAMESPACES} w:numId="{self.last}"><w:abstractNumId w:val="{ABSTRACT + is_ordered}"/>'
                f"{restart if is_ordered else ''}</w:num>"
            )
        )
        return self.last

    def number(self, paragraph: Any, number: int, depth: int) -> None:
        """Make a paragraph an item of a numbering."""
        properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = min(depth, LEVELS - 1)
        properties.get_or_add_numId().val = number

    def page_number(self) -> list[Any]:
        """Return the elements of a field that shows the page's number."""
        from docx.oxml import parse_xml  # noqa: PLC0415

        return [
            parse_xml(f'<w:fldChar {NAMESPACES} w:fldCharType="begin"/>'),
            parse_xml(f'<w:instrText {NAMESPACES} xml:space="preserve"> PAGE </w:instrText>'),
            parse_xml(f'<w:fldChar {NAMESPACES} w:fldCharType="separate"/>'),
            parse_xml(f"<w:t {NAMESPACES}>1</w:t>"),
            parse_xml(f'<w:fldChar {NAMESPACES} w:fldCharType="end"/>'),
        ]
