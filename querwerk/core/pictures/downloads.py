"""Documents that readers may fetch: told by what is in them, never by what they are called; what runs by itself is refused.

They are kept as they came, with the names that their programs wrote into them; nobody opens them here, and browsers are told to save them.
"""

import io
import zipfile
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from querwerk.core.pictures.limits import MAX_DOCUMENT_BYTES, UnusableFile

MAX_LISTED_BYTES = 1_000_000
"""Of the one member of an office file that says what it is; a longer one was made to fill the memory."""
OFFICE = "application/vnd.openxmlformats-officedocument"
OPEN = "application/vnd.oasis.opendocument"


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of document: ending, media type, and what people call it."""

    suffix: str
    media_type: str
    label: str | Promise


SORTS: dict[str, Sort] = {
    sort.suffix: sort
    for sort in (
        Sort("pdf", "application/pdf", "PDF"),
        Sort("docx", f"{OFFICE}.wordprocessingml.document", "Word"),
        Sort("xlsx", f"{OFFICE}.spreadsheetml.sheet", "Excel"),
        Sort("pptx", f"{OFFICE}.presentationml.presentation", "PowerPoint"),
        Sort("odt", f"{OPEN}.text", gettext_lazy("OpenDocument text")),
        Sort("ods", f"{OPEN}.spreadsheet", gettext_lazy("OpenDocument spreadsheet")),
        Sort("odp", f"{OPEN}.presentation", gettext_lazy("OpenDocument presentation")),
        Sort("csv", "text/csv; charset=utf-8", gettext_lazy("CSV table")),
        Sort("txt", "text/plain; charset=utf-8", gettext_lazy("plain text")),
    )
}
MAIN_PARTS = {f"{sort.media_type}.main+xml": sort for sort in SORTS.values() if sort.media_type.startswith(OFFICE)}
ACCEPT = ",".join(f".{suffix}" for suffix in SORTS)
"""For the dialog in which somebody chooses a file."""


def read_document(content: bytes, name: str) -> tuple[Sort, bytes]:
    """Return what sort of document a content is, and the content as it is kept; raises :class:`UnusableFile`.

    Only a plain text is changed: it is kept as UTF-8. ``name`` tells a table from a text, which look alike.
    """
    check_size(len(content))
    if not content.strip():
        raise UnusableFile(_("The file is empty."))
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return SORTS["pdf"], content
    if content[:4] == b"PK\x03\x04":
        return _office(content), content
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise UnusableFile(
            _("This is a file of an old Office program. Please save it as .docx, .xlsx or .pptx, or as PDF.")
        )
    return _text(content, name)


def check_size(size: int) -> None:
    """Raise :class:`UnusableFile` for what is too large, before anybody reads it."""
    if size > MAX_DOCUMENT_BYTES:
        raise UnusableFile(
            _("The file has %(size)d MB; at most %(limit)d MB are possible.")
            % {"size": size // 1_000_000, "limit": MAX_DOCUMENT_BYTES // 1_000_000}
        )


def _unknown() -> UnusableFile:
    return UnusableFile(
        _("Files can be PDF, Word, Excel, PowerPoint, OpenDocument, CSV or plain text. This one is none of these.")
    )


def _office(content: bytes) -> Sort:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = set(parts.namelist())
            if any("vbaproject" in name.lower() or name.startswith("Basic/") for name in names):
                raise UnusableFile(
                    _("This file holds macros, programs that run when it is opened. Please save it without them.")
                )
            if "mimetype" in names:
                said = _member(parts, "mimetype").decode("ascii", "replace").strip()
                found = next((sort for sort in SORTS.values() if sort.media_type == said), None)
            else:
                listed = _member(parts, "[Content_Types].xml").decode("utf-8", "replace")
                found = next((sort for main, sort in MAIN_PARTS.items() if f'"{main}"' in listed), None)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError):
        found = None
    if found is None:
        raise UnusableFile(
            _(
                "A ZIP archive cannot be offered: readers cannot see what is in it. Please upload its files one by one, or a PDF."
            )
            if _is_archive(content)
            else _("The file is damaged. Please save it once more.")
        )
    return found


def _member(parts: zipfile.ZipFile, name: str) -> bytes:
    with parts.open(name) as member:
        return member.read(MAX_LISTED_BYTES)


def _is_archive(content: bytes) -> bool:
    return zipfile.is_zipfile(io.BytesIO(content))


def _text(content: bytes, name: str) -> tuple[Sort, bytes]:
    """Take words and nothing else: no control characters, no page that a browser would run."""
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            words = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _unknown()
    if any(ord(letter) < ord(" ") and letter not in "\t\n\r\f" for letter in words) or words.lstrip().startswith("<"):
        raise _unknown()
    suffix = "csv" if name.lower().endswith((".csv", ".tsv")) else "txt"
    return SORTS[suffix], words.encode()
