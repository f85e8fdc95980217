"""Names of elements, and how a body's keys travel inside a Word file."""

import re
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
V = "{urn:schemas-microsoft-com:vml}"
WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"

KEY = re.compile(r"[a-z2-7]{8}")
BLOCK_MARK, ITEM_MARK = "_qwb_", "_qwi_"
"""Word keeps hidden bookmarks (those that begin with an underscore) where they are while people write around them. Ours
carry the keys of blocks and list items, so a text that comes back from Word still knows which paragraph is which."""

MARK = re.compile(rf"_qw([bi])_({KEY.pattern})")

PICTURE_NAME = re.compile(r"qw:(?P<id>[\w-]{1,64}):(?P<digest>[0-9a-f]{16})")
"""Name of a picture that we put in: its public id, and the beginning of the SHA-256 of what was put in."""

STYLE_NAMES = {
    "link": "Querwerk Link Card",
    "file": "Querwerk File",
    "video": "Querwerk Film",
    "gallery": "Querwerk Gallery",
    "source": "Querwerk Quote Source",
    "table-caption": "Querwerk Table Caption",
    "table-heading": "Table Heading",
    "imprint": "Querwerk Imprint",
}
"""Paragraph styles for what Word has no word for."""


def attribute(element: Any, name: str = "val") -> str:
    """Return an attribute of the word processing namespace, or an empty text."""
    return str(element.get(W + name, "")) if element is not None else ""


def is_on(element: Any) -> bool:
    """Tell whether a property that can be switched off is there and on (ISO/IEC 29500-1, 17.17.4)."""
    return element is not None and attribute(element) not in ("0", "false", "off", "none")


def number(text: str, otherwise: int = 0) -> int:
    """Return a whole number out of a file that may hold anything."""
    try:
        return int(text)
    except ValueError:
        return otherwise
