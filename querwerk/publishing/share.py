"""The picture under which a page is shared: 1200 × 630 pixels with its title, its woven pattern or photograph, and the programme."""

import io
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.staticfiles import finders

from querwerk.core.pictures.models import Picture
from querwerk.core.pictures.renditions import Rendition, suffixes, widths
from querwerk.core.pictures.serving import rendition_file
from querwerk.core.pictures.states import FileKind
from querwerk.core.weave import HEIGHT as ROWS
from querwerk.core.weave import WIDTH as COLUMNS
from querwerk.core.weave import lift

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

WIDTH, HEIGHT = 1200, 630
"""What the common services ask for (ratio 1.91 : 1)."""
MARGIN = 64
SIDE = 420
"""The strip at the right that shows cloth or photograph."""
PAPER, INK, MUTED, THREAD, WARP = "#faf7f1", "#1d2126", "#5a5f66", "#cc1016", "#e6dfd3"
SIZES = (76, 66, 57, 49, 42)
"""Of the title, from the largest that fits."""
MOST_LINES = 5
TITLE_HEIGHT = 380
FAMILIES = {"title": ("bricolage-grotesque", 700), "words": ("instrument-sans", 500)}
TYPOGRAPHIC = frozenset("–—’‘‚“”„•…€‹›")
"""Beyond Latin-1, yet in the first of the two files of a font."""


def share_picture(*, title: str, kicker: str, programme: str, key: str, photo: bytes | None = None) -> bytes:
    """Return the picture as PNG. ``key`` makes the pattern, which a photograph replaces."""
    from PIL import Image, ImageDraw  # noqa: PLC0415  (takes a moment to load, and most processes never draw)

    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(picture)
    if photo is None:
        _weave(draw, key)
    else:
        picture.paste(_cut(photo), (WIDTH - SIDE, 0))
    draw.rectangle((0, 0, 12, HEIGHT), fill=THREAD)
    room = WIDTH - SIDE - 2 * MARGIN
    _line(draw, (MARGIN, MARGIN), kicker, _fonts("words", 30), MUTED)
    size, lines = _fitting(title, room)
    top = MARGIN + 62
    for number, line in enumerate(lines):
        _line(draw, (MARGIN, top + round(number * size * 1.1)), line, _fonts("title", size), INK)
    _line(draw, (MARGIN, HEIGHT - MARGIN - 36), programme, _fonts("words", 34), INK)
    out = io.BytesIO()
    picture.quantize(128, dither=Image.Dither.NONE).save(out, "PNG", optimize=True) if photo is None else picture.save(
        out, "PNG"
    )
    return out.getvalue()


def photo_of(picture: Picture) -> bytes | None:
    """Return the photograph to put there; nothing for a drawing, whose pattern is better than a scan of it."""
    stored = picture.stored
    if stored is None or stored.kind == FileKind.DRAWING:
        return None
    offered_widths = widths(stored.width, stored.height)
    wide = next((width for width in offered_widths if width >= HEIGHT), offered_widths[-1])
    wanted = Rendition(wide, "full", suffixes(has_alpha=stored.has_alpha)[-1])
    return rendition_file(picture, wanted).read_bytes()


def _weave(draw: Any, key: str) -> None:
    """Draw the record's cloth as the pages do: warp, weft above it, and one red thread."""
    left, step_x, step_y = WIDTH - SIDE, SIDE / COLUMNS, HEIGHT / ROWS
    draw.rectangle((left, 0, WIDTH, HEIGHT), fill="#f1eadf")
    for column in range(COLUMNS):
        x = left + column * step_x
        draw.rectangle((x, 0, x + step_x * 0.6, HEIGHT), fill=WARP)
    red = ROWS // 2
    for row, lifted in enumerate(lift(key)):
        top = row * step_y + step_y * 0.12
        for column, on_top in enumerate(lifted):
            if on_top or row == red:
                x = left + column * step_x
                colour = THREAD if row == red else INK
                draw.rectangle((x, top, x + step_x, top + step_y * 0.76), fill=colour)


def _cut(photo: bytes) -> "Image":
    from PIL import Image, ImageOps  # noqa: PLC0415

    with Image.open(io.BytesIO(photo)) as opened:
        return ImageOps.fit(opened.convert("RGB"), (SIDE, HEIGHT))


def _fitting(title: str, room: int) -> tuple[int, list[str]]:
    """Return the largest size at which the title fits, and its lines; what never fits is shortened."""
    for size in SIZES:
        lines, most = _lines(title, _fonts("title", size), room), int(TITLE_HEIGHT / (size * 1.1))
        is_whole = all(_length(word, _fonts("title", size)) <= room for word in title.split())
        if len(lines) <= min(MOST_LINES, most) and (is_whole or size == SIZES[-1]):
            return size, lines
    last = lines[most - 1]
    while " " in last and _length(f"{last} …", _fonts("title", size)) > room:
        last = last.rpartition(" ")[0]
    return size, [*lines[: most - 1], f"{last.rstrip(' ,.:–')} …"]


def _lines(text: str, fonts: "tuple[FreeTypeFont, FreeTypeFont]", room: int) -> list[str]:
    lines: list[str] = []
    for word in _pieces(text, fonts, room):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and _length(joined, fonts) <= room:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines


def _pieces(text: str, fonts: "tuple[FreeTypeFont, FreeTypeFont]", room: int) -> Iterator[str]:
    """Yield the words of a text; one that is wider than a line comes in pieces with hyphens."""
    for word in text.split():
        rest = word
        while _length(rest, fonts) > room:
            fitting = max(
                1, next(n for n in range(len(rest), 0, -1) if n == 1 or _length(f"{rest[:n]}-", fonts) <= room)
            )
            yield f"{rest[:fitting]}-"
            rest = rest[fitting:]
        yield rest


def _runs(text: str) -> Iterator[tuple[int, str]]:
    """Split a text into runs for the two files of a font: 0 for Latin-1, 1 for the other Latin letters."""
    run, which = "", 0
    for character in text:
        other = int(ord(character) > 0xFF and character not in TYPOGRAPHIC)
        if run and other != which:
            yield which, run
            run = ""
        run, which = run + character, other
    if run:
        yield which, run


def _length(text: str, fonts: "tuple[FreeTypeFont, FreeTypeFont]") -> float:
    return sum(fonts[which].getlength(run) for which, run in _runs(text))


def _line(
    draw: Any, at: tuple[float, float], text: str, fonts: "tuple[FreeTypeFont, FreeTypeFont]", colour: str
) -> None:
    x, y = at
    ascent = fonts[0].getmetrics()[0]
    for which, run in _runs(text):
        draw.text((x, y + ascent), run, font=fonts[which], fill=colour, anchor="ls")
        x += fonts[which].getlength(run)


@lru_cache(maxsize=32)
def _fonts(use: str, size: int) -> "tuple[FreeTypeFont, FreeTypeFont]":
    from PIL import ImageFont  # noqa: PLC0415

    family, weight = FAMILIES[use]
    fonts = []
    for part in ("latin", "latin-ext"):
        found = finders.find(f"core/fonts/{family}-{part}.woff2")
        assert isinstance(found, str)
        font = ImageFont.truetype(Path(found), size)
        font.set_variation_by_axes([weight])
        fonts.append(font)
    return fonts[0], fonts[1]
