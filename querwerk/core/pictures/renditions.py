"""Pictures in the sizes that screens need: where to cut is arithmetic, the cutting is Pillow's.

A name such as ``960-card.avif`` says width, shape and format; only names of this list exist, so nobody can have us make others.
"""

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from querwerk.core.pictures.reading import _pillow, bare

if TYPE_CHECKING:
    from PIL import Image

WIDTHS = (320, 480, 640, 960, 1280, 1920, 2560)
"""Pixels; from a telephone's thumbnail to a wide screen with two pixels per point."""
SHAPES: dict[str, float | None] = {"full": None, "card": 16 / 9, "square": 1.0, "share": 1200 / 630}
"""Width ÷ height; ``share`` is what social networks show of a link (Open Graph)."""
MEDIA_TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}
NAME = re.compile(r"([1-9][0-9]{1,4})(?:-(card|square|share))?\.(avif|webp|jpg|png)")
QUALITY = {"avif": 60, "webp": 78, "jpg": 80}
AVIF_SPEED = 7
"""libavif's effort from 0 to 10; below 7 each step takes twice as long for about 3 % fewer bytes (bench/pictures)."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """One size, shape and format of a picture."""

    width: int
    shape: str
    suffix: str

    @property
    def name(self) -> str:
        """Return the file's name."""
        shape = "" if self.shape == "full" else f"-{self.shape}"
        return f"{self.width}{shape}.{self.suffix}"

    @property
    def media_type(self) -> str:
        """Return the type that the browser is told."""
        return MEDIA_TYPES[self.suffix]


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture, in pixels of the original."""

    left: int
    top: int
    width: int
    height: int


def cut(width: int, height: int, shape: str, focus: tuple[int, int]) -> Box:
    """Return the largest part in a shape that has the focus (percent from the left and the top) as near its middle as the edge lets it."""
    ratio = SHAPES[shape]
    if ratio is None:
        return Box(0, 0, width, height)
    wide, high = (width, round(width / ratio)) if width / height <= ratio else (round(height * ratio), height)
    wide, high = max(1, min(wide, width)), max(1, min(high, height))
    left = min(max(round(width * focus[0] / 100 - wide / 2), 0), width - wide)
    top = min(max(round(height * focus[1] / 100 - high / 2), 0), height - high)
    return Box(left, top, wide, high)


def widths(width: int, height: int, shape: str = "full") -> tuple[int, ...]:
    """Return the widths in which a picture is offered: those of the list that it has, never more; at least its own."""
    largest = min(cut(width, height, shape, (50, 50)).width, WIDTHS[-1])
    return (*(listed for listed in WIDTHS if listed < largest), largest)


def size(width: int, height: int, shape: str, wanted: int) -> tuple[int, int]:
    """Return width and height of a rendition in pixels."""
    box = cut(width, height, shape, (50, 50))
    return wanted, max(1, round(wanted * box.height / box.width))


def suffixes(*, has_alpha: bool) -> tuple[str, str, str]:
    """Return the formats in the order in which a browser should take them; the last one every browser knows."""
    return ("avif", "webp", "png" if has_alpha else "jpg")


def offered(width: int, height: int, *, has_alpha: bool, shape: str = "full") -> list[Rendition]:
    """Return every rendition of a picture in one shape, format by format."""
    return [
        Rendition(wide, shape, suffix)
        for suffix in suffixes(has_alpha=has_alpha)
        for wide in widths(width, height, shape)
    ]


def rendition(name: str, width: int, height: int, *, has_alpha: bool) -> Rendition | None:
    """Return the rendition of this name, if the picture is offered in it."""
    match = NAME.fullmatch(name)
    if match is None:
        return None
    asked = Rendition(int(match[1]), match[2] or "full", match[3])
    return asked if asked in offered(width, height, has_alpha=has_alpha, shape=asked.shape) else None


def make(content: bytes, wanted: Rendition, focus: tuple[int, int]) -> bytes:
    """Return a rendition of a clean picture."""
    return make_all(content, [wanted], focus)[wanted]


def make_all(content: bytes, wanted: list[Rendition], focus: tuple[int, int]) -> dict[Rendition, bytes]:
    """Return several renditions; the original is unpacked once, each shape is cut once, smaller ones are made of larger ones."""
    pillow = _pillow()
    made: dict[Rendition, bytes] = {}
    with pillow.open(io.BytesIO(content), formats=("JPEG", "PNG")) as original:
        full_width, full_height = original.size
        shapes = {one.shape for one in wanted}
        if shapes == {"full"}:
            # A JPEG can be unpacked at a half, a quarter, an eighth of its size in a fraction of the time.
            original.draft(None, (2 * max(one.width for one in wanted), full_height))
        original.load()
        for shape in sorted(shapes):
            source = _cut_out(original, (full_width, full_height), shape, focus)
            for wide in sorted({one.width for one in wanted if one.shape == shape}, reverse=True):
                source = _resized(source, size(full_width, full_height, shape, wide))
                for one in wanted:
                    if (one.shape, one.width) == (shape, wide):
                        made[one] = encode(source, one.suffix)
    return made


def _cut_out(original: "Image.Image", full: tuple[int, int], shape: str, focus: tuple[int, int]) -> "Image.Image":
    box = cut(*full, shape, focus)
    if shape == "full":
        return original
    # What was unpacked may be smaller than the original.
    scale_x, scale_y = original.width / full[0], original.height / full[1]
    return original.crop(
        (
            round(box.left * scale_x),
            round(box.top * scale_y),
            round((box.left + box.width) * scale_x),
            round((box.top + box.height) * scale_y),
        )
    )


def _resized(image: "Image.Image", to: tuple[int, int]) -> "Image.Image":
    from PIL import Image  # noqa: PLC0415

    return image if image.size == to else image.resize(to, Image.Resampling.LANCZOS, reducing_gap=3.0)


def encode(image: "Image.Image", suffix: str) -> bytes:
    """Return the file; nothing but pixels goes into it."""
    out = io.BytesIO()
    plain = image.copy()
    bare(plain)
    if suffix == "avif":
        plain.save(out, "AVIF", quality=QUALITY[suffix], speed=AVIF_SPEED, max_threads=1)
    elif suffix == "webp":
        plain.save(out, "WEBP", quality=QUALITY[suffix], method=4)
    elif suffix == "jpg":
        plain.convert("RGB").save(out, "JPEG", quality=QUALITY[suffix], optimize=True, progressive=True)
    else:
        plain.save(out, "PNG", optimize=True)
    return out.getvalue()
