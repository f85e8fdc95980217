"""Files of timetables: how large one may be, before anything is made of it."""

from pathlib import Path as FilePath

from querwerk.engine import documents
from querwerk.engine.documents import Unreadable, json_of, line_of
from querwerk.engine.timetable.problem import LARGEST

__all__ = ["Unreadable", "json_of", "line_of", "text_of"]

PIECES = 15 * LARGEST
"""Commas and semicolons that a file may have."""
LARGEST_FILE = 50_000_000
"""Bytes. A file of 200,000 meetings has about a third of this."""


def text_of(file: FilePath) -> str:
    """Return the text of a file; raises Unreadable."""
    text = documents.text_of(file, LARGEST_FILE)
    # Small pieces take far more memory than text, so they are counted before anything is made of them.
    if text.count(",") + text.count(";") > PIECES:
        raise Unreadable(file, None, f"has more than {PIECES} entries; a problem of {LARGEST} meetings has fewer")
    return text
