"""What every file that goes out needs: which runs a block has, where links lead, pictures that the format can show."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

from querwerk.core.prose.inline import Run, joined, runs_of
from querwerk.core.prose.manuscript import Elsewhere, Manuscript, Picture
from querwerk.core.prose.typesetting import as_png

MAX_SIDE = 2000
"""Pixels: 17 cm of a page in 300 dots per inch."""
MAX_PIXELS = 100_000_000
JPEG_QUALITY = 86
VIEW_BOX = re.compile(rb"viewBox=[\"'][-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)")
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
WEB = ("http://", "https://", "mailto:", "tel:")


class Outgoing:
    """A manuscript on its way out: pictures fetched once, footnotes numbered in the order of their anchors."""

    def __init__(self, manuscript: Manuscript) -> None:
        """Begin."""
        self.manuscript = manuscript = replace(manuscript, **legal_fields(manuscript))
        self.notes = manuscript.notes
        self._pictures: dict[str, Picture | None] = {}

    def runs(self, html: str) -> list[Run]:
        """Return the runs of inline HTML as they may leave: links that work on paper, notes that the reader may see."""
        return joined(self._outside(run) for run in runs_of(html) if not run.note or self.shows(run.note))

    def shows(self, key: str) -> bool:
        """Tell whether a note goes out."""
        note = self.notes.get(key)
        return note is not None and (note["kind"] == "footnote" or self.manuscript.with_comments)

    def words(self, html: str) -> str:
        """Return the words of inline HTML."""
        return "".join(run.words for run in self.runs(html))

    def note_runs(self, key: str) -> list[Run]:
        """Return what a note says; a note in a note is dropped, as on the page."""
        return [run for run in self.runs(self.notes[key]["html"]) if not run.note]

    def picture(self, number: str) -> Picture | None:
        """Return a picture, or nothing where it was withdrawn or cannot be drawn."""
        if number not in self._pictures:
            found = self.manuscript.picture_bytes(number) if number else None
            self._pictures[number] = fit_for_paper(found) if found is not None else None
        return self._pictures[number]

    def elsewhere(self, block: dict[str, Any]) -> Elsewhere | None:
        """Return where a block's file or film can be had; nothing where the reader may not have it, or there is none."""
        found = self.manuscript.elsewhere.get((block["type"], block["file"]))
        if found is not None:
            return replace(found, title=legal(block["title"] or found.title), about=legal(found.about))
        if block["type"] == "video" and block["url"]:
            return Elsewhere(block["url"], block["title"] or block["url"])
        return None

    def caption_runs(self, block: dict[str, Any]) -> list[Run]:
        """Return a caption with the credit of what it stands under: nobody may print a picture without."""
        caption, credit = self.runs(block["caption"]), self.credit(block)
        return [*caption, Run(f" {credit}" if caption else credit)] if credit else caption

    def credit(self, block: dict[str, Any]) -> str:
        """Return who made the pictures of a block, each name once."""
        pictures = [self.picture(number) for number in block.get("pictures", [block.get("picture", "")])]
        return legal(" · ".join(dict.fromkeys(picture.credit for picture in pictures if picture and picture.credit)))

    def _outside(self, run: Run) -> Run:
        run = replace(run, words=legal(run.words))
        if not run.href or run.href.startswith(WEB):
            return run
        base = self.manuscript.url
        address = urljoin(base, run.href) if base and not run.href.startswith("#") else ""
        return replace(run, href=address if address.startswith(WEB) else "", title=run.title if address else "")


def legal(words: str) -> str:
    """Return words without the signs that XML knows no way to write (XML 1.0, 2.2)."""
    return ILLEGAL.sub("", words)


def legal_fields(manuscript: Manuscript) -> dict[str, Any]:
    """Return the plain fields of a manuscript as they may leave."""
    names = ("title", "author", "kicker", "house", "summary", "dated")
    return {name: legal(" ".join(str(getattr(manuscript, name)).split())) for name in names}


def fit_for_paper(picture: Picture) -> Picture | None:
    """Return a picture as PNG, JPEG or SVG of a sensible size; nothing for what cannot be read."""
    if picture.mime == "image/svg+xml":
        return picture
    from PIL import Image, ImageOps  # noqa: PLC0415  (heavy)

    try:
        with Image.open(io.BytesIO(picture.content)) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                return None
            # A JPEG that says how it is to be turned must be turned; asking a PNG would unpack it.
            is_plain = opened.format == "PNG" or (opened.format == "JPEG" and not opened.getexif())
            if is_plain and max(opened.size) <= MAX_SIDE:
                return replace(picture, mime="image/png" if opened.format == "PNG" else "image/jpeg")
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            return replace(picture, **_encoded(upright, is_photo=opened.format in ("JPEG", "MPO")))
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def _encoded(image: Any, *, is_photo: bool) -> dict[str, Any]:
    out = io.BytesIO()
    if is_photo:
        image.convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
        return {"content": out.getvalue(), "mime": "image/jpeg"}
    image.convert("RGBA").save(out, "PNG", optimize=True)
    return {"content": out.getvalue(), "mime": "image/png"}


@lru_cache(maxsize=64)
def drawn(svg: bytes, width: int) -> bytes:
    """Return an SVG as PNG, ``width`` pixels wide; empty where it cannot be drawn."""
    import typst  # noqa: PLC0415  (heavy)

    source = f'#set page(width: {width}pt, height: auto, margin: 0pt, fill: none)\n#image("picture.svg", width: 100%)'
    try:
        return as_png({"main.typ": source.encode(), "picture.svg": svg})
    except typst.TypstError:
        return b""


def items_of(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield items of a list and of the lists in it, in reading order."""
    for item in items:
        yield item
        yield from items_of(item.get("items", []))


def aspect_of(picture: Picture) -> tuple[float, float]:
    """Return width and height of a picture, in whatever unit it has."""
    if picture.mime == "image/svg+xml":
        box = VIEW_BOX.search(picture.content[:4000])
        return (float(box[1]) or 1, float(box[2]) or 1) if box else (3, 2)
    from PIL import Image  # noqa: PLC0415  (heavy)

    with Image.open(io.BytesIO(picture.content)) as opened:
        return opened.size


@dataclass(slots=True)
class Place:
    """What stands at a place of the grid: a cell, or the lower part of one from above (``cell`` is ``None``)."""

    column: int
    colspan: int
    cell: dict[str, Any] | None
    rowspan: int = 1


def laid_out(rows: list[list[dict[str, Any]]], header: int = 0) -> tuple[list[list[Place]], int]:
    """Return for each row what stands in it from left to right without gaps, and the number of columns.

    No cell reaches below the table, nor from the first ``header`` rows into those under them.
    """
    taken: dict[tuple[int, int], int] = {}
    grid: list[list[Place]] = []
    for y, row in enumerate(rows):
        places: list[Place] = []
        column = 0
        for cell in row:
            column = _pass_over(taken, places, y, column)
            colspan, rowspan = int(cell.get("colspan", 1)), int(cell.get("rowspan", 1))
            rowspan = min(rowspan, (header if y < header else len(rows)) - y)
            places.append(Place(column, colspan, cell, rowspan))
            for below in range(y + 1, y + rowspan):
                taken[below, column] = colspan
            column += colspan
        _pass_over(taken, places, y, column)
        grid.append(places)
    columns = max((row[-1].column + row[-1].colspan for row in grid if row), default=0)
    for places in grid:
        end = places[-1].column + places[-1].colspan if places else 0
        places += [Place(column, 1, {"html": ""}) for column in range(end, columns)]
    return grid, columns


def _pass_over(taken: dict[tuple[int, int], int], places: list[Place], y: int, column: int) -> int:
    """Step over what cells from above cover."""
    while (y, column) in taken:
        colspan = taken[y, column]
        places.append(Place(column, colspan, None))
        column += colspan
    return column
