"""A Word document becomes a body: structure is kept, styling dropped, and a report tells what could not be kept.

Own code over lxml rather than a converter to HTML: those that exist drop what we need (whose comment and when, the language
of a word, what was cropped, hidden or tracked, the keys of blocks) or accept what a stranger's file may hold.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from querwerk.core.prose.manuscript import Body, StorePicture
from querwerk.core.prose.word.assemble import Assembly
from querwerk.core.prose.word.names import W, attribute
from querwerk.core.prose.word.package import Package, UnableToRead
from querwerk.core.prose.word.paragraphs import Paragraph, Piece, Walker
from querwerk.core.prose.word.reading import Reading
from querwerk.core.prose.word.report import Report
from querwerk.core.prose.word.styles import read_numberings, read_styles

__all__ = ["Imported", "UnableToRead", "read_word"]

DC = "{http://purl.org/dc/elements/1.1/}"


@dataclass(frozen=True, slots=True)
class Imported:
    """What came out of a Word file."""

    title: str
    language: str
    """ISO 639; the one in which the file was checked for spelling, or what the caller said."""
    author: str
    stated_language: str
    """The language in which most of the file says it is; an empty text where it says nothing."""
    body: Body
    report: Report


def read_word(
    data: bytes,
    *,
    store_picture: StorePicture,
    is_known_picture: Callable[[str], bool] = lambda _id: False,
    language: str = "",
) -> Imported:
    """Return the body of a Word document.

    ``language`` is that of the document for which the text is meant; words in another get a mark. Raises
    :class:`UnableToRead` with a reason that is fit to show.
    """
    package = Package(data)
    styles = read_styles(package)
    spoken = language or styles.language.replace("_", "-").split("-")[0].lower()
    reading = Reading(
        package, styles, read_numberings(package), store_picture, is_known_picture, language=spoken, part=package.main
    )
    body = package.xml(package.main).find(f"{W}body")
    if body is None:
        raise UnableToRead(_("The file holds no text."))
    pieces = list(Walker(reading).pieces(body))
    properties = package.xml_or_none("docProps/core.xml")
    title, rest, has_title = title_of(pieces)
    blocks = Assembly(reading, has_title=has_title).make(rest)
    note_surroundings(reading)
    return Imported(
        title or stated(properties, "title"),
        spoken,
        stated(properties, "creator"),
        styles.language.replace("_", "-").split("-")[0].lower(),
        {"blocks": blocks, "notes": reading.notes},
        reading.report,
    )


def stated(properties: Any, name: str) -> str:
    """Return a property that the file states about itself."""
    found = None if properties is None else properties.find(DC + name)
    return " ".join(str(found.text or "").split()) if found is not None else ""


def title_of(pieces: list[Piece]) -> tuple[str, list[Piece], bool]:
    """Return the title, what is left, and whether "Heading 1" is a level of its own below the title.

    The title is a paragraph of the style "Title", else the only heading of the first level if the text begins with it.
    """
    for at, piece in enumerate(pieces):
        if isinstance(piece, Paragraph) and piece.kind == "title" and piece.words:
            return piece.words, [*pieces[:at], *pieces[at + 1 :]], True
    first = [piece for piece in pieces if isinstance(piece, Paragraph) and piece.kind == "heading" and piece.level == 1]
    begins = next((piece for piece in pieces if not isinstance(piece, Paragraph) or piece.words or piece.images), None)
    if len(first) == 1 and begins is first[0] and not first[0].images and not any(run.note for run in first[0].runs):
        return first[0].words, [piece for piece in pieces if piece is not begins], False
    return "", pieces, True


def note_surroundings(reading: Reading) -> None:
    """Note what stands around the text and does not come along."""
    package = reading.package
    if package.has_macros:
        reading.report.note("macros")
    for relationship in package.relationships(package.main).values():
        if relationship.kind not in ("header", "footer") or relationship.target not in package:
            continue
        words = " ".join(
            "".join(paragraph.itertext(f"{W}t"))
            for paragraph in package.xml(relationship.target).iter(f"{W}p")
            if reading.styles.get(attribute(paragraph.find(f"{W}pPr/{W}pStyle"))).kind != "imprint"
        ).strip()
        if words and not words.isdigit():
            reading.report.note("header-footer", words)
