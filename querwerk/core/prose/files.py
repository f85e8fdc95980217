"""In which forms a text can be taken away, and where the files lie that were made once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from querwerk.core.pictures.files import write_whole
from querwerk.core.prose.manuscript import Manuscript

LOOK = 1
"""Raise it when files shall look or be built differently: those made before are not handed out any more."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form in which a text leaves: ending, name for people, what it is good for, media type."""

    ending: str
    name: str | Promise
    purpose: str | Promise
    media_type: str


FORMS = {
    form.ending: form
    for form in (
        Form("pdf", "PDF", _("for printing and reading aloud"), "application/pdf"),
        Form(
            "docx", "Word", _("for working on it"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        Form("epub", "EPUB", _("for e-book readers"), "application/epub+zip"),
        Form("md", "Markdown", _("as plain text"), "text/markdown; charset=utf-8"),
    )
}  # fmt: skip


def written(manuscript: Manuscript, ending: str) -> bytes:
    """Return a text in one of :data:`FORMS`."""
    return WRITERS[ending](manuscript)


def _pdf(manuscript: Manuscript) -> bytes:
    from querwerk.core.prose.pdf import write_pdf  # noqa: PLC0415  (each writer loads a library that few requests need)

    return write_pdf(manuscript)


def _word(manuscript: Manuscript) -> bytes:
    from querwerk.core.prose.word.write import write_word  # noqa: PLC0415

    return write_word(manuscript)


def _epub(manuscript: Manuscript) -> bytes:
    from querwerk.core.prose.epub.write import write_epub  # noqa: PLC0415

    return write_epub(manuscript)


def _markdown(manuscript: Manuscript) -> bytes:
    from querwerk.core.prose.markdown import write_markdown  # noqa: PLC0415

    return write_markdown(manuscript)


WRITERS: dict[str, Callable[[Manuscript], bytes]] = {"pdf": _pdf, "docx": _word, "epub": _epub, "md": _markdown}


def mark_of(manuscript: Manuscript, media: Iterable[str]) -> str:
    """Return a mark of all that a file of the text depends on; ``media`` are the marks of the pictures that it may show."""
    digest = blake2b(digest_size=16)
    for part in (
        LOOK, manuscript.title, manuscript.language, manuscript.body, manuscript.key, manuscript.author, manuscript.kicker,
        manuscript.house, manuscript.summary, manuscript.dated, manuscript.changed_at, manuscript.url,
        manuscript.publicity, manuscript.with_comments, *media,
    ):  # fmt: skip
        digest.update(repr(part).encode("utf-8", "replace") + b"\0")
    return digest.hexdigest()


def kept_file(manuscript: Manuscript, ending: str, *, name: str, mark: str) -> Path:
    """Return the file of a text; it is made when there is none with this mark, and takes the place of older ones.

    ``name`` says whose file it is and must be safe as the name of a folder.
    """
    folder = Path(settings.RENDITIONS_ROOT) / "texts" / name
    path = folder / f"{mark}.{ending}"
    if not path.exists():
        content = written(manuscript, ending)
        older = [other for other in folder.glob(f"*.{ending}") if other != path] if folder.exists() else []
        write_whole(path, content)
        for other in older:
            other.unlink(missing_ok=True)
    return path


type Offer = tuple[Form, str]
"""A form, and the address at which the text is found in it."""
type Offers = Callable[[HttpRequest, Any], list[Offer]]
_offers: list[Offers] = []


def register_offers(offers: Offers) -> None:
    """Say where public texts can be taken away: the room that knows the programmes does (decision 0003)."""
    _offers.append(offers)


def offered(request: HttpRequest, text: Any) -> list[Offer]:
    """Return the forms in which a page's text can be taken away; nothing for what is not public."""
    return [offer for offers in _offers for offer in offers(request, text)]
