"""Opens a Word file that a stranger may have made: nothing is unpacked to disk, fetched, expanded or run.

A .docx is a ZIP of XML parts that name each other by relationships (ECMA-376 part 2). What we guard against: parts that
swell when unpacked, documents that declare entities, names that lead out of the archive, pictures elsewhere.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    type Element = Any
    """An element of lxml, which ships no types."""

MAX_FILE = 60 * 1024 * 1024
MAX_PART = 80 * 1024 * 1024
MAX_TOTAL = 400 * 1024 * 1024
MAX_PARTS = 8000

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Beginning of a compound file: Word before 2007, or any Office file behind a password."""
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

STRICT = (
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (
        b"http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing",
        b"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    ),
    (b"http://purl.oclc.org/ooxml/drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/drawingml/picture", b"http://schemas.openxmlformats.org/drawingml/2006/picture"),
)
"""The "strict" form of the format has other names for the same things."""

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


class UnableToRead(Exception):
    """The file cannot be read as a Word document; the message says why and what to do."""


class Relationship(NamedTuple):
    """What a part names: the last word of the type, the part or address, and whether it lies elsewhere."""

    kind: str
    target: str
    is_external: bool


class Package:
    """The parts of a Word file, read when asked for and never more of one than :data:`MAX_PART`."""

    def __init__(self, data: bytes) -> None:
        """Open the archive; raises :class:`UnableToRead`."""
        refuse_by_content(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            entries = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise UnableToRead(_("The file is damaged: it cannot be opened. Please save it again in Word.")) from error
        if len(entries) > MAX_PARTS or sum(entry.file_size for entry in entries) > MAX_TOTAL:
            raise UnableToRead(_("The file unpacks to more than we accept. Please save it again in Word."))
        self._entries = {entry.filename: entry for entry in entries}
        self._taken = 0
        self.main = self._find_main()

    def __contains__(self, name: str) -> bool:
        """Tell whether there is a part of this name."""
        return name in self._entries

    def content(self, name: str) -> bytes:
        """Return a part; the size that the archive states is not believed."""
        entry = self._entries.get(name)
        if entry is None:
            raise UnableToRead(_("The file is damaged: a part of it is missing. Please save it again in Word."))
        if entry.flag_bits & 0x1:
            raise UnableToRead(protected())
        try:
            with self._zip.open(entry) as part:
                content = part.read(MAX_PART + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
            raise UnableToRead(_("The file is damaged: it cannot be opened. Please save it again in Word.")) from error
        self._taken += len(content)
        if len(content) > MAX_PART or self._taken > MAX_TOTAL:
            raise UnableToRead(_("The file unpacks to more than we accept. Please save it again in Word."))
        return content

    def xml(self, name: str) -> "Element":
        """Return the root element of a part; entities, document types and the network are refused."""
        from lxml import etree  # noqa: PLC0415  (heavy, and only imports need it)

        content = self.content(name)
        for strict, usual in STRICT:
            content = content.replace(strict, usual)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
            remove_pis=True,
        )  # fmt: skip
        try:
            root = etree.fromstring(content, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise UnableToRead(
                _("The file is damaged: its text cannot be read. Please save it again in Word.")
            ) from error
        if root is None or root.getroottree().docinfo.doctype:
            raise UnableToRead(_("The file holds declarations that no Word document needs. It was not read."))
        return root

    def xml_or_none(self, name: str) -> "Element | None":
        """Return the root element of a part that need not be there."""
        return self.xml(name) if name in self else None

    def relationships(self, part: str) -> Mapping[str, Relationship]:
        """Return what a part names, by id; names that lead out of the archive name nothing."""
        folder, name = posixpath.split(part)
        root = self.xml_or_none(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = {}
        for child in [] if root is None else root:
            target, is_external = child.get("Target", ""), child.get("TargetMode") == "External"
            if not is_external:
                target = posixpath.normpath(posixpath.join(f"/{folder}", target)).lstrip("/")
            found[child.get("Id", "")] = Relationship(child.get("Type", "").rpartition("/")[2], target, is_external)
        return found

    def related(self, kind: str) -> str:
        """Return the part of a kind that the document names ("footnotes"), or an empty text."""
        for relationship in self.relationships(self.main).values():
            if relationship.kind == kind and not relationship.is_external and relationship.target in self:
                return relationship.target
        return ""

    @property
    def has_macros(self) -> bool:
        """Tell whether programs travel with the document."""
        return any(name.rpartition("/")[2].lower() == "vbaproject.bin" for name in self._entries)

    def _find_main(self) -> str:
        if "[Content_Types].xml" not in self._entries:
            raise UnableToRead(wrong_type(_other_archive(self._entries)))
        for relationship in self.relationships("").values():
            if relationship.kind == "officeDocument" and relationship.target in self:
                if not relationship.target.startswith("word/") and "word/document.xml" not in self:
                    raise UnableToRead(wrong_type(_("an Office file of another kind")))
                return relationship.target
        raise UnableToRead(wrong_type(_("an archive")))


def refuse_by_content(data: bytes) -> None:
    """Refuse what is no Word file by its first bytes, and say what it is."""
    if not data:
        raise UnableToRead(_("The file is empty."))
    if len(data) > MAX_FILE:
        raise UnableToRead(_("The file is larger than %(size)d MB.") % {"size": MAX_FILE // 1024 // 1024})
    if data.startswith(COMPOUND):
        if ENCRYPTED in data:
            raise UnableToRead(protected())
        raise UnableToRead(
            _("This is a Word file of the old kind (.doc). Please open it and save it as “Word document (.docx)”.")
        )
    if not data.startswith(b"PK"):
        raise UnableToRead(wrong_type(_kind_of(data)))


def protected() -> str:
    """Return what to do about a password."""
    return _("The file is protected by a password. Please save it without one and choose it again.")


def wrong_type(what: str) -> str:
    """Return that a file is something else."""
    return _("This is no Word document but %(what)s. Please choose a .docx file.") % {"what": what}


def _kind_of(data: bytes) -> str:
    kinds = (
        (b"%PDF", _("a PDF")),
        (b"{\\rtf", _("an RTF file")),
        (b"\x89PNG", _("a picture")),
        (b"\xff\xd8", _("a picture")),
        (b"<", _("a web page")),
    )
    return next((name for start, name in kinds if data.startswith(start)), _("something else"))


def _other_archive(entries: Mapping[str, Any]) -> str:
    return _("an OpenDocument file") if "content.xml" in entries else _("an archive")
