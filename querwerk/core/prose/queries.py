"""Reads of documents."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from querwerk.core.prepared import prepared
from querwerk.core.prose.blocks import Body, body_words
from querwerk.core.prose.models import Clash, Document, Presence, Version
from querwerk.core.prose.render import Entry, Piece

PRESENT = timedelta(seconds=45)
"""How long somebody counts as present after the last sign of life."""
KEPT = 32
"""Texts kept in memory by each process: at most some 25 MB, were each a paper of two hundred pages."""


@dataclass(frozen=True, slots=True)
class PublicText:
    """What a page shows of a text: the pieces of its HTML, its headings, and what there is to say about it."""

    language: str
    pieces: list[Piece]
    outline: list[Entry]
    gaps: int
    source_language: str
    number: int
    public_from: datetime
    other_languages: tuple[str, ...]
    owner: tuple[str, str, str] = ("", "", "")
    """Kind and key of the record, and the role; empty for what is not public."""


def public_text(node_id: int, role: str, language: str) -> PublicText | None:
    """Return a record's public text for a reader of ``language``: in it, else in German, English, any.

    1 query, 2 with a text that this process has not shown yet.
    """
    now = timezone.now()
    found = {document.language: document for document in _published(node_id, role) if document.read_now(now)}
    document = next((found[code] for code in (language, "de", "en", *found) if code in found), None)
    read = document.read_now(now) if document is not None else None
    if document is None or read is None:
        return None
    number, since = read
    try:
        pieces, outline = rendered(document.pk, number)
    except Overtaken:
        pieces, outline = [], []
    others = tuple(code for code in found if code != document.language)
    owner = (document.node.kind, document.node.key, role)
    return PublicText(
        document.language, pieces, outline, document.public_gaps, document.source_language, number, since, others, owner
    )


class Overtaken(LookupError):
    """Between two questions another version became the public one, or none is left."""


@lru_cache(maxsize=KEPT)
def rendered(document_id: int, number: int) -> tuple[list[Piece], list[Entry]]:
    """Return the pieces of a public version and its headings, kept in memory: what was published once never changes.

    Raises :class:`Overtaken` where this is not the public version any more.
    """
    for found, pieces, outline in _rendered(document_id):
        if found == number:
            return pieces or [], [Entry(*entry) for entry in outline or []]
    raise Overtaken


@prepared
def _published(node_id: int, role: str) -> QuerySet[Document]:
    found = Document.objects.filter(node=node_id, role=role, public_number__isnull=False).select_related("node")
    return found.only(
        "language", "public_number", "public_from", "next_number", "next_from", "public_gaps", "source_language",
        "node__kind", "node__key",
    ).order_by("pk")  # fmt: skip


@prepared
def _rendered(document_id: int) -> QuerySet[Version, tuple[int, list[Piece] | None, list[list[Any]] | None]]:
    # By a column, not by a value: what stands in for it while the question is made does not fit PostgreSQL's short integers.
    public = Q(number=F("document__public_number")) | Q(number=F("document__next_number"))
    return Version.objects.filter(public, document=document_id).values_list("number", "pieces", "outline")


def has_public_text(role: str) -> Exists:
    """Return the condition that a record has a public text in a role: asked with the record it spares a query."""
    return Exists(Document.objects.filter(node=OuterRef("node"), role=role, public_number__isnull=False))


def public_words(node_ids: Iterable[int]) -> dict[int, dict[str, list[str]]]:
    """Return the plain words of the public texts of records, by node and language, for the search; 1 query."""
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    versions = Version.objects.filter(
        number=F("document__public_number"),
        document__public_from__lte=timezone.now(),
        document__node__in=list(node_ids),
    )
    for node_id, language, body in versions.order_by("pk").values_list(
        "document__node_id", "document__language", "body"
    ):
        found[node_id][language].append(body_words(body))
    return found


def documents_of(node_id: int, role: str) -> list[Document]:
    """Return a record's texts in a role, the one that others translate first; 1 query."""
    found = Document.objects.filter(node=node_id, role=role).defer("stamps", "basis").order_by("pk")
    return sorted(found, key=lambda document: bool(document.source_language))


def find_document(node_id: int, role: str, language: str) -> Document | None:
    """Return one text; 1 query with its record's node."""
    return Document.objects.filter(node=node_id, role=role, language=language).select_related("node__space").first()


def documents_showing(space_id: int, key: str) -> list[Document]:
    """Return the texts in whose newest version the id of a picture, file or film stands; 1 query."""
    words = Version.objects.filter(number=F("document__head_number"), document__node__space=space_id)
    found = words.annotate(written=Cast("body", TextField())).filter(written__contains=f'"{key}"').values("document")
    return list(Document.objects.filter(pk__in=found).select_related("node").defer("stamps", "basis").order_by("pk"))


def head_of(document: Document) -> Version:
    """Return the newest version; 1 query."""
    return document.versions.get(number=document.head_number)


def versions_of(document: Document) -> QuerySet[Version]:
    """Return the versions without what they say, newest first; 1 query."""
    return document.versions.defer("body", "pieces", "outline").order_by("-number")


def source_of(document: Document) -> Document | None:
    """Return the sibling of which this is a translation; 1 query."""
    if not document.source_language:
        return None
    return find_document(document.node_id, document.role, document.source_language)


def body_of(document: Document, number: int | None) -> Body | None:
    """Return what a version says; 1 query."""
    found: Body | None = document.versions.filter(number=number or 0).values_list("body", flat=True).first()
    return found


def others_present(document: Document, sitting: str) -> QuerySet[Presence]:
    """Return who else has the text open now; 1 query."""
    return (
        Presence.objects.filter(document=document, seen_at__gt=timezone.now() - PRESENT)
        .exclude(sitting=sitting)
        .order_by("name", "pk")
    )


def clashes_of(document: Document) -> QuerySet[Clash]:
    """Return what did not get in because two people changed the same block; 1 query."""
    return Clash.objects.filter(document=document).order_by("pk")


def documents_due(now: datetime) -> QuerySet[Document]:
    """Return the documents whose hour has come and that do not say so yet."""
    return Document.objects.filter(Q(state="scheduled", public_from__lte=now) | Q(next_from__lte=now)).order_by("pk")


def written_by(user_id: int) -> list[dict[str, Any]]:
    """Return what an account wrote, for its personal data: record, role, language and version; 1 query."""
    versions = Version.objects.select_related("document__node").defer("body", "pieces", "outline").order_by("pk")
    return [
        {
            "record": str(version.document.node),
            "text": version.document.role,
            "language": version.document.language,
            "version": version.number,
            "at": version.saved_at.isoformat(),
        }
        for version in versions.iterator()
        if any(author[0] == user_id for author in version.authors)
    ]
