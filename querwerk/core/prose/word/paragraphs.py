"""Takes a Word file's paragraphs and tables in order, each with what it is; :mod:`.assemble` makes blocks of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from querwerk.core.prose.inline import Run, trimmed
from querwerk.core.prose.word.content import ContentReader, is_contents
from querwerk.core.prose.word.names import W, attribute, number
from querwerk.core.prose.word.pictures import Image
from querwerk.core.prose.word.reading import Reading
from querwerk.core.prose.word.styles import Numbered
from querwerk.core.prose.word.tables import TableReader, has_words, numbering_of

THROUGH = frozenset(
    {
        f"{W}sdtContent",
        f"{W}customXml",
        f"{W}smartTag",
        f"{W}ins",
        f"{W}moveTo",
        f"{W}sdt",
        f"{W}txbxContent",
        f"{W}body",
    }
)
LONGEST_HEADING = 90


@dataclass
class Paragraph:
    """A paragraph: its kind (a style's, "heading", "plain"), words and pictures."""

    kind: str
    runs: list[Run]
    level: int = 0
    numbered: Numbered | None = None
    indent: int = 0
    images: list[Image] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Return the words alone."""
        return "".join(run.words for run in self.runs).strip()


@dataclass
class TableHere:
    """A table as a finished block."""

    block: dict[str, Any]


type Piece = Paragraph | TableHere


class Walker:
    """Goes through the body of a file."""

    def __init__(self, reading: Reading) -> None:
        """Begin at the beginning."""
        self.reading = reading
        self.carried: list[Run] = []
        """Words of a paragraph whose end was deleted as a tracked change: they belong to the next."""

    def pieces(self, parent: Any) -> Iterator[Piece]:
        """Yield what the body holds, in order."""
        for child in parent:
            if child.tag == f"{W}p":
                yield from self.paragraph(child)
            elif child.tag == f"{W}tbl":
                yield from self.table(child)
            elif child.tag == f"{W}sdt" and is_contents(child):
                self.reading.report.note("contents")
            elif child.tag in THROUGH:
                yield from self.pieces(child)

    def table(self, element: Any) -> Iterator[Piece]:
        """Yield a table, and its pictures behind it."""
        table = TableReader(self.reading).read(element)
        if has_words(table.block) or not table.images:
            yield TableHere(table.block)
        for image in table.images:
            yield Paragraph("plain", [], images=[image])

    def paragraph(self, element: Any) -> Iterator[Piece]:
        """Yield a paragraph and what hung on it."""
        content = ContentReader(self.reading).read(element)
        properties = element.find(f"{W}pPr")
        runs = [*self.carried, *content.runs]
        self.carried = []
        if properties is not None and properties.find(f"{W}rPr/{W}del") is not None:
            self.reading.report.note("tracked")
            self.carried = runs
            return
        paragraph = self.classified(properties, trimmed(runs))
        paragraph.images, paragraph.keys = content.images, content.keys
        yield paragraph
        for box in content.boxes:
            yield from self.pieces(box)

    def classified(self, properties: Any, runs: list[Run]) -> Paragraph:
        """Return a paragraph with its kind by style, outline level and numbering."""
        style = self.reading.styles.get(attribute(properties.find(f"{W}pStyle")) if properties is not None else "")
        numbering = numbering_of(properties) or style.numbering
        numbered = self.reading.numberings.place(numbering)
        level = style.heading
        if properties is not None and not level and not style.kind and not numbered:
            outline = properties.find(f"{W}outlineLvl")
            level = number(attribute(outline), 9) + 1 if outline is not None else 0
        if 0 < level < 10:
            if numbered and runs:
                self.reading.report.note("heading-number", "".join(run.words for run in runs))
            return Paragraph("heading", runs, level=level)
        indent = number(attribute(properties.find(f"{W}ind"), "left")) if properties is not None else 0
        return Paragraph(style.kind or "plain", runs, numbered=numbered, indent=indent)
