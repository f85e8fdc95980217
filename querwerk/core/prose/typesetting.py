"""Typst at work: it gets a folder of its own and sees nothing outside it."""

import logging
import re
import tempfile
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

FONTS = Path(__file__).parent / "fonts"
STANDARDS = ["ua-1", "a-2a"]
"""PDF/UA-1 (ISO 14289-1) and PDF/A-2a (ISO 19005-2); no later pair of the two fits into one file."""


MISSING = re.compile(r'the text `"(.+?)"` could not be displayed')
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
MOST_ROUNDS = 12
LATIN_END, PLANE = 0x24F, 0xFFFF
BOX = "□"
logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def fonts() -> Any:
    """Return our typefaces and those that Typst brings, read once."""
    import typst  # noqa: PLC0415  (heavy, and only files that go out need it)

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONTS])


def as_pdf(files: Mapping[str, bytes], moment: datetime | None) -> bytes:
    """Return a PDF of ``main.typ`` and ``data.json``; raises :class:`typst.TypstError` where it would break :data:`STANDARDS`.

    The standards forbid letters that no font has. Ours have what Europe writes; others become boxes, and the log says which.
    """
    import typst  # noqa: PLC0415

    stamp = int((moment or datetime.now(UTC)).timestamp())
    given = dict(files)
    for _round in range(MOST_ROUNDS):
        try:
            return _compiled(given, format="pdf", pdf_standards=STANDARDS, timestamp=stamp)
        except typst.TypstError as error:
            missing = MISSING.search(error.message)
            if not missing:
                raise
            logger.warning("no font for %s; it becomes a box in the PDF", missing[1])
            given["data.json"] = without_relatives(given["data.json"].decode(), missing[1]).encode()
    return _compiled(given, format="pdf", pdf_standards=STANDARDS, timestamp=stamp)


def without_relatives(data: str, missing: str) -> str:
    """Return data with boxes for the missing letters and those of the same writing: they will be missing too."""
    letters = ESCAPED.sub(lambda found: chr(int(found[1], 16)), missing)
    writings = {writing_of(letter) for letter in letters if ord(letter) > LATIN_END}
    return "".join(BOX if ord(letter) > LATIN_END and writing_of(letter) in writings else letter for letter in data)


def writing_of(letter: str) -> str:
    """Return what a letter is written in: the first word of its name ("CJK", "HIRAGANA"), or "symbol" for what has none."""
    name = unicodedata.name(letter, "")
    return (
        name.split()[0]
        if name and unicodedata.category(letter)[0] == "L"
        else "symbol"
        if ord(letter) > PLANE
        else letter
    )


def as_png(files: Mapping[str, bytes], dots_per_inch: float = 72) -> bytes:
    """Return the only page of ``main.typ`` as a picture; a point is a pixel at 72 dots per inch."""
    return _compiled(files, format="png", ppi=dots_per_inch)


def _compiled(files: Mapping[str, bytes], **options: Any) -> bytes:
    import typst  # noqa: PLC0415

    # Typst takes files from memory as well, but those must be UTF-8, which pictures are not.
    with tempfile.TemporaryDirectory(prefix="querwerk-typst-") as name:
        folder = Path(name)
        for path, content in files.items():
            (folder / path).write_bytes(content)
        made: Any = typst.compile(
            folder / "main.typ", root=folder, font_paths=fonts(), ignore_system_fonts=True, **options
        )
    return bytes(made if isinstance(made, bytes) else made[0])
