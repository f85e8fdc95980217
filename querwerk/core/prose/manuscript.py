"""What is handed to those who make a file of a text, and what comes back from a file: plain data, no Django models.

Pictures travel through callables, so that neither side knows where they are kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

type Body = dict[str, Any]
"""``{"blocks": [...], "notes": [...]}``, see :mod:`querwerk.core.prose.blocks`."""

type PictureBytes = Callable[[str], "Picture | None"]
"""Public id → picture; ``None`` where it is withdrawn or gone, and the file is made without it."""

type StorePicture = Callable[[bytes, str, str], str]
"""Bytes, MIME type, alternative text → public id; raises :class:`UnableToStorePicture`."""


class UnableToStorePicture(Exception):
    """A picture of a file was refused; the message is fit to show."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture for a file: JPEG, PNG, GIF, WebP or SVG."""

    content: bytes
    mime: str
    alt: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A file or film of the programme that the reader may have: where it lies on the web, its title, what it is ("PDF, 1.2 MB")."""

    url: str
    title: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Publicity:
    """The funder's emblem (SVG), what it shows, and the words that must stand beside it."""

    statement: str
    emblem: bytes = b""
    emblem_alt: str = ""


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A text with everything that stands around it on paper. ``key`` decides on the woven pattern of the cover."""

    title: str
    language: str
    body: Body
    key: str = ""
    author: str = ""
    kicker: str = ""
    """What kind of text it is: "Strategy paper"."""
    house: str = ""
    """Whose text it is: the programme's name."""
    summary: str = ""
    dated: str = ""
    """The day as words, in the text's language."""
    changed_at: datetime | None = None
    """When this version was made."""
    url: str = ""
    """Where the text can be read on the web; also where links that begin with "/" start from."""
    publicity: Publicity | None = None
    with_comments: bool = False
    """Comments go to those who write the text, never to the public."""
    picture_url: Callable[[str], str] = field(default=lambda _id: "")
    """Public id → where the picture lies on the web; for files that hold no pictures."""
    picture_bytes: PictureBytes = field(default=lambda _id: None)
    elsewhere: Mapping[tuple[str, str], Elsewhere] = field(default_factory=dict)
    """Type of block ("file", "video") and public id → what the block shows."""

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """Return the blocks in order."""
        return list(self.body.get("blocks", ()))

    @property
    def notes(self) -> Mapping[str, dict[str, Any]]:
        """Return footnotes and comments by key."""
        return {note["key"]: note for note in self.body.get("notes", ())}
