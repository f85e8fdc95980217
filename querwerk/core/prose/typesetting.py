"""Typst at work: it gets a folder of its own and sees nothing outside it."""

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

FONTS = Path(__file__).parent / "fonts"
STANDARDS = ["ua-1", "a-2a"]
"""PDF/UA-1 (ISO 14289-1) and PDF/A-2a (ISO 19005-2); no later pair of the two fits into one file."""


@lru_cache(maxsize=1)
def fonts() -> Any:
    """Return our typefaces and those that Typst brings, read once."""
    import typst  # noqa: PLC0415  (heavy, and only files that go out need it)

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONTS])


def as_pdf(files: Mapping[str, bytes], moment: datetime | None) -> bytes:
    """Return a PDF of ``main.typ``; raises :class:`typst.TypstError` where it would break :data:`STANDARDS`."""
    stamp = int((moment or datetime.now(UTC)).timestamp())
    return _compiled(files, format="pdf", pdf_standards=STANDARDS, timestamp=stamp)


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
