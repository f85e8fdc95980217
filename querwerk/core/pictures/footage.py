"""Film files: told by their first bytes, freed of the place where they were taken. What is in the picture we do not decode."""

import struct
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from querwerk.core.pictures.limits import MAX_FILM_BYTES, UnusableFile
from querwerk.core.pictures.reading import sniff

MEDIA_TYPES = {"mp4": "video/mp4", "webm": "video/webm"}
CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"moof", b"traf"})
TELLTALES = frozenset({b"udta", b"meta", b"uuid"})
"""Boxes in which telephones note place and device (ISO 14496-12, 8.10; Apple's ©xyz)."""
EBML = b"\x1aE\xdf\xa3"
MAX_BOXES = 100_000


def kind_of_film(head: bytes, size: int) -> str:
    """Return the ending of a film file, mp4 or webm; raises :class:`UnusableFile`."""
    if size > MAX_FILM_BYTES:
        raise UnusableFile(
            _(
                "The film has %(size)d MB; at most %(limit)d MB are possible. Longer films are better kept at PeerTube or Vimeo."
            )
            % {"size": size // 1_000_000, "limit": MAX_FILM_BYTES // 1_000_000}
        )
    if head[:4] == EBML and b"webm" in head[:64]:
        return "webm"
    if sniff(head) == "video/mp4" and head[8:12] not in (b"qt  ", b"crx "):
        return "mp4"
    raise UnusableFile(_("This is not a film that browsers show. Please choose an MP4 (H.264) or WebM file."))


def forget_place(path: Path) -> int:
    """Blank out the boxes of an MP4 file that tell place and device, in place; return how many. Offsets stay as they are."""
    with path.open("r+b") as file:
        return _blank(file, 0, path.stat().st_size, [0])


def _blank(file: IO[bytes], start: int, end: int, count: list[int]) -> int:
    blanked, at = 0, start
    while at + 8 <= end:
        count[0] += 1
        if count[0] > MAX_BOXES:
            raise UnusableFile(_("The film file is damaged. Please export it once more."))
        file.seek(at)
        length, name = struct.unpack(">I4s", file.read(8))
        header = 8
        if length == 1:
            length, header = struct.unpack(">Q", file.read(8))[0], 16
        elif length == 0:
            length = end - at
        if length < header or at + length > end:
            raise UnusableFile(_("The film file is damaged. Please export it once more."))
        if name in TELLTALES:
            _overwrite(file, at, header, length)
            blanked += 1
        elif name in CONTAINERS:
            blanked += _blank(file, at + header, at + length, count)
        at += length
    return blanked


def _overwrite(file: IO[bytes], at: int, header: int, length: int) -> None:
    """Make a box one that players skip, and empty it."""
    file.seek(at + 4)
    file.write(b"free")
    file.seek(at + header)
    left = length - header
    while left > 0:
        file.write(bytes(min(left, 1 << 20)))
        left -= 1 << 20
