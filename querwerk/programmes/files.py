"""Texts of a programme as files: with its name, the funder's publicity, and the pictures that the reader may see."""

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from querwerk.core.models import Link, Record
from querwerk.core.pictures import files as stored_files
from querwerk.core.pictures.addresses import download_url, preview_url
from querwerk.core.pictures.downloads import SORTS
from querwerk.core.pictures.models import Picture as StoredPicture
from querwerk.core.pictures.queries import downloads_by_key, pictures_by_key
from querwerk.core.pictures.renditions import Rendition, suffixes, widths
from querwerk.core.pictures.serving import rendition_file
from querwerk.core.pictures.states import FileKind
from querwerk.core.prose.blocks import Body, used_media
from querwerk.core.prose.files import FORMS, Offer
from querwerk.core.prose.films import reels_by_key
from querwerk.core.prose.manuscript import Elsewhere, Manuscript, Picture, Publicity
from querwerk.core.prose.queries import PublicText
from querwerk.core.registry import node_url
from querwerk.core.templatetags.ui import partial_date, plain
from querwerk.programmes.pages import origin_of, publicity
from querwerk.programmes.queries import Frame

EMBLEM = Path(__file__).parent.parent / "core/static/core/eu-emblem.svg"
FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
LONGEST_NAME = 120
PAPER_WIDTH = 1920
"""Pixels of a picture on paper: 16 cm in 300 dots per inch."""


def offers(request: HttpRequest, text: PublicText) -> list[Offer]:
    """Return where the public finds a text as a file."""
    frame: Frame | None = getattr(request, "frame", None)
    if frame is None or not text.owner[0]:
        return []
    return [(form, file_url(frame, text.owner, text.language, form.ending)) for form in FORMS.values()]


def file_url(frame: Frame, owner: tuple[str, str, str], language: str, ending: str) -> str:
    """Return the address of a public text as a file; ``owner``: kind and key of the record, and the role."""
    return reverse("programmes:text_file", args=[frame.key, *owner, language, ending])


def file_name(manuscript: Manuscript, ending: str) -> str:
    """Return what a downloaded file is called: the text's title, without what file systems refuse."""
    words = " ".join(FORBIDDEN.sub(" ", manuscript.title).split()).strip(". ")[:LONGEST_NAME].strip()
    return f"{words or manuscript.key}.{ending}"


class Pictures:
    """The pictures of one text that its reader may see: bytes for paper, addresses for what holds none."""

    def __init__(self, frame: Frame, body: Body, language: str, *, with_drafts: bool, origin: str) -> None:
        """Find them; 1 query, none for a text without."""
        wanted = used_media(body["blocks"]).pictures
        self.found = pictures_by_key(frame.space_id, wanted, with_drafts=with_drafts) if wanted else {}
        self.language, self.origin = language, origin

    @property
    def marks(self) -> list[str]:
        """Return what the files depend on: which pictures, and what is said about them."""
        return [
            f"{key} {picture.file} {picture.version} {picture.stored_id}" for key, picture in sorted(self.found.items())
        ]

    def content(self, key: str) -> Picture | None:
        """Return a picture for paper."""
        picture = self.found.get(key)
        if picture is None or picture.stored is None:
            return None
        stored = picture.stored
        if stored.kind == FileKind.DRAWING:
            path = stored_files.path_of(stored.sha256, stored.suffix)
        else:
            fitting = [width for width in widths(stored.width, stored.height) if width <= PAPER_WIDTH]
            wide = fitting[-1] if fitting else stored.width
            path = rendition_file(picture, Rendition(wide, "full", suffixes(has_alpha=stored.has_alpha)[-1]))
        mime = {"svg": "image/svg+xml", "png": "image/png"}.get(path.suffix.lstrip("."), "image/jpeg")
        return Picture(path.read_bytes(), mime, self.alt(picture), picture.credit)

    def alt(self, picture: StoredPicture) -> str:
        """Return what is to be seen, in the text's language where somebody said it."""
        return picture.alt.best(self.language).words

    def url(self, key: str) -> str:
        """Return where a picture lies on the web."""
        picture = self.found.get(key)
        return self.origin + preview_url(picture, PAPER_WIDTH) if picture is not None and picture.stored else ""


def elsewhere_of(
    frame: Frame, body: Body, language: str, *, with_drafts: bool, origin: str
) -> dict[tuple[str, str], Elsewhere]:
    """Return the files and films of a text that its reader may have; 1 query for files, 2 for films, none for a text without."""
    wanted = used_media(body["blocks"])
    found: dict[tuple[str, str], Elsewhere] = {}
    files = downloads_by_key(frame.space_id, wanted.files, with_drafts=with_drafts) if wanted.files else {}
    for key, file in files.items():
        assert file.stored is not None
        about = f"{SORTS[file.stored.suffix].label}, {filesizeformat(file.stored.size)}"
        found["file", key] = Elsewhere(origin + download_url(file), file.title.best(language).words, about)
    for key, reel in reels_by_key(frame.space_id, frame.key, wanted.films, with_drafts=with_drafts).items():
        url = reel["film"].url or (origin + reel["file_url"] if reel["file_url"] else "")
        if url:
            found["video", key] = Elsewhere(url, reel["film"].title.best(language).words)
    return found


def manuscript_of(
    request: HttpRequest,
    record: Record,
    body: Body,
    language: str,
    *,
    changed_at: datetime,
    with_drafts: bool = False,
    with_comments: bool = False,
) -> tuple[Manuscript, list[str]]:
    """Return a record's text with all that stands around it on paper, and the marks of its pictures, files and films; 1 to 5 queries."""
    frame: Frame = request.frame  # type: ignore[attr-defined]
    origin = origin_of(request)
    pictures = Pictures(frame, body, language, with_drafts=with_drafts, origin=origin)
    with override(language):
        elsewhere = elsewhere_of(frame, body, language, with_drafts=with_drafts, origin=origin)
        made = Manuscript(
            title=record.node.title.best(language).words,
            language=language,
            body=body,
            key=record.key,
            author=", ".join(authors_of(record, language)),
            kicker=str(record.SPEC.label),
            house=frame.programme.name,
            summary=plain(getattr(record, "summary", "")),
            dated=str(partial_date(record.node.dated)),
            changed_at=changed_at.astimezone(timezone.get_default_timezone()),
            url=origin + node_url(record.node, frame.key),
            publicity=publicity_of(frame),
            with_comments=with_comments,
            picture_url=pictures.url,
            picture_bytes=pictures.content,
            elsewhere=elsewhere,
        )
    return made, [*pictures.marks, *(f"{key} {one}" for key, one in sorted(elsewhere.items()))]


def authors_of(record: Record, language: str) -> Iterable[str]:
    """Return who is named as the record's author; 1 query."""
    links = Link.objects.filter(owner=record.node_id, field="author").select_related("earlier").order_by("position")
    for link in links:
        yield link.words or (link.earlier.title.best(language).words if link.earlier is not None else "")


def publicity_of(frame: Frame) -> Publicity | None:
    """Return the funder's emblem and the words that must stand beside it, in the language that is active."""
    found: dict[str, Any] | None = publicity(frame)
    if found is None:
        return None
    parts = [found["statement"], found["fund"], found["name"]]
    words = ". ".join(part.rstrip(".") for number, part in enumerate(parts) if part and part not in parts[:number])
    return Publicity(f"{words}." if words else "", EMBLEM.read_bytes(), found["emblem_alt"])
