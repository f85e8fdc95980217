"""What every file that goes out needs: which runs a block has, where links lead, pictures that the format can show."""

import io
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

from querwerk.core.prose.inline import Run, joined, runs_of
from querwerk.core.prose.manuscript import Manuscript, Picture

MAX_SIDE = 2000
"""Pixels: 17 cm of a page in 300 dots per inch."""
MAX_PIXELS = 100_000_000
JPEG_QUALITY = 86
WEB = ("http://", "https://", "mailto:", "tel:")


class Outgoing:
    """A manuscript on its way out: pictures fetched once, footnotes numbered in the order of their anchors."""

    def __init__(self, manuscript: Manuscript) -> None:
        """Begin."""
        self.manuscript = manuscript
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

    def _outside(self, run: Run) -> Run:
        if not run.href or run.href.startswith(WEB):
            return run
        base = self.manuscript.url
        address = urljoin(base, run.href) if base and not run.href.startswith("#") else ""
        return replace(run, href=address if address.startswith(WEB) else "", title=run.title if address else "")


def fit_for_paper(picture: Picture) -> Picture | None:
    """Return a picture as PNG, JPEG or SVG of a sensible size; nothing for what cannot be read."""
    if picture.mime == "image/svg+xml":
        return picture
    from PIL import Image, ImageOps  # noqa: PLC0415  (heavy)

    try:
        with Image.open(io.BytesIO(picture.content)) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                return None
            if opened.format in ("PNG", "JPEG") and max(opened.size) <= MAX_SIDE and not opened.getexif():
                return replace(picture, mime=f"image/{opened.format.lower()}")
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
        files: Any = {"main.typ": source.encode(), "picture.svg": svg}  # its stub knows one file only
        made: Any = typst.compile(files, format="png", ppi=72)
    except (RuntimeError, ValueError):
        return b""
    return bytes(made if isinstance(made, bytes) else made[0])


def items_of(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield items of a list and of the lists in it, in reading order."""
    for item in items:
        yield item
        yield from items_of(item.get("items", []))
