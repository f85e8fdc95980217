"""Pictures of a Word file: found, cut as their author cut them, and handed to whoever stores them."""

import io
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from querwerk.core.prose.manuscript import UnableToStorePicture
from querwerk.core.prose.word.names import PICTURE_NAME, WP, A, R, number
from querwerk.core.prose.word.reading import Reading

WHOLE = 100_000
"""Word states how much is cut off each side in thousandths of a per cent."""
SIDES = ("l", "t", "r", "b")
SIGNS = (
    (b"\x89PNG\r\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
)
TO_PNG = (b"BM", b"II*\x00", b"MM\x00*")
"""Windows bitmaps and TIFF, which no browser shows."""
MAX_PIXELS = 60_000_000


@dataclass(frozen=True, slots=True)
class Image:
    """A stored picture with the alternative text that it has in the file."""

    picture: str
    alt: str
    name: str = ""


def in_a_line(words: Any) -> str:
    """Return an alternative text in one line."""
    return str(words).replace("\r", "").replace("\n", " ").strip()


def mime_of(content: bytes) -> str:
    """Return the MIME type by content; an empty text for what no browser shows."""
    for sign, mime in SIGNS:
        if content.startswith(sign) and (mime != "image/webp" or content[8:12] == b"WEBP"):
            return mime
    head = content[:1000].lstrip().lower()
    return "image/svg+xml" if head.startswith((b"<?xml", b"<svg")) and b"<svg" in head else ""


def image_of_drawing(reading: Reading, blip: Any, drawing: Any) -> Image | None:
    """Store the picture of a drawing (DrawingML)."""
    properties = drawing.find(f".//{WP}docPr")
    alt = "" if properties is None else in_a_line(properties.get("descr") or properties.get("title") or "")
    name = "" if properties is None else str(properties.get("name", ""))
    cut = blip.getparent().find(f"{A}srcRect")
    sides = tuple(max(0, number(cut.get(side, "0"))) for side in SIDES) if cut is not None else ()
    is_linked = bool(blip.get(f"{R}link")) and not blip.get(f"{R}embed")
    return _store(reading, str(blip.get(f"{R}link" if is_linked else f"{R}embed", "")), alt, name, sides)


def image_of_vml(reading: Reading, data: Any) -> Image | None:
    """Store a picture of the older form."""
    shape = data.getparent()
    alt = "" if shape is None else in_a_line(shape.get("alt", ""))
    return _store(reading, str(data.get(f"{R}id", "")), alt, "", ())


def _store(reading: Reading, relation: str, alt: str, name: str, sides: tuple[int, ...]) -> Image | None:
    relationship = reading.relationship(relation)
    if relationship is None or relationship.is_external or relationship.target not in reading.package:
        reading.report.note("picture-elsewhere", alt)
        return None
    known = reading.stored.get((relationship.target, f"{sides} {name}"))
    if known:
        return Image(known, alt, name)
    content = reading.package.content(relationship.target)
    own = PICTURE_NAME.fullmatch(name)
    if own and sha256(content).hexdigest().startswith(own["digest"]) and reading.is_known_picture(own["id"]):
        return Image(own["id"], alt, name)
    if any(sides):
        content = _cut(reading, content, sides, alt)
    content = _readable(content)
    mime = mime_of(content)
    if not mime:
        reading.report.note("picture-format", alt or relationship.target.rpartition("/")[2])
        return None
    try:
        stored = reading.store_picture(content, mime, alt)
    except UnableToStorePicture as refused:
        reading.report.note("picture-refused", f"{alt or relationship.target.rpartition('/')[2]}: {refused}")
        return None
    if not alt:
        reading.report.note("no-alt", relationship.target.rpartition("/")[2])
    reading.stored[relationship.target, f"{sides} {name}"] = stored
    return Image(stored, alt, name)


def _cut(reading: Reading, content: bytes, sides: tuple[int, ...], alt: str) -> bytes:
    """Cut off what the author cut off: what lies outside was not meant for anybody's eyes."""
    from PIL import Image as Picture  # noqa: PLC0415  (heavy)

    left, top, right, bottom = (min(side, WHOLE) / WHOLE for side in sides)
    try:
        with Picture.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                return content
            width, height = picture.size
            box = (int(width * left), int(height * top), int(width * (1 - right)), int(height * (1 - bottom)))
            if box[0] >= box[2] or box[1] >= box[3]:
                return content
            form = picture.format or "PNG"
            out = io.BytesIO()
            picture.crop(box).save(out, form, **({"quality": 92} if form == "JPEG" else {}))
    except (OSError, ValueError, Picture.DecompressionBombError):
        return content  # whoever stores it says what is wrong
    reading.report.note("cropped", alt)
    return out.getvalue()


def _readable(content: bytes) -> bytes:
    """Turn a bitmap of a form that browsers do not know into PNG."""
    from PIL import Image as Picture  # noqa: PLC0415

    if not content.startswith(TO_PNG):
        return content
    try:
        with Picture.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                return content
            out = io.BytesIO()
            picture.convert("RGBA").save(out, "PNG", optimize=True)
            return out.getvalue()
    except (OSError, ValueError, Picture.DecompressionBombError):
        return content
