"""Writes of documents: begun, changed block by block, published, withdrawn, restored; all or nothing, journaled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor, raise_edition, write_journal
from querwerk.core.models import Node
from querwerk.core.prose.blocks import Block, Body, content_hash, empty, normalise
from querwerk.core.prose.models import Clash, Document, Presence, Version
from querwerk.core.prose.patch import Patch, apply, difference
from querwerk.core.prose.queries import body_of, documents_due, head_of, others_present, source_of
from querwerk.core.prose.render import outline, render
from querwerk.core.prose.roles import find_role
from querwerk.core.prose.siblings import gaps, scaffold
from querwerk.core.prose.signals import document_scheduled
from querwerk.core.prose.states import DocumentState, Origin
from querwerk.core.signals import records_written
from querwerk.core.states import Verb

SITTING = timedelta(minutes=30)
"""After so long a pause the same person begins a new version."""
FORGET_PRESENCE = timedelta(minutes=2)


class UnableToPublish(Exception):
    """The document cannot become public (or be taken back) like this; the message says why."""


class UnableToWrite(Exception):
    """The text cannot be changed like this; the message says why."""


class OtherVersion(Exception):
    """A file rests on another version of the text than there is."""

    def __init__(self, document: Document, version: int) -> None:
        """Say which versions meet."""
        super().__init__(
            _(
                "This text has been changed since: it is at version %(here)d, the file rests on version %(there)d. "
                "Export it again, or take the version out of the file to replace what stands here (it is kept as a version)."
            )
            % {"here": document.head_number, "there": version}
        )


@dataclass(frozen=True, slots=True)
class Saved:
    """What a write of words did."""

    document: Document
    version: Version
    is_changed: bool
    clashes: tuple[str, ...] = ()


def _locked(document: Document) -> Document:
    """Return the document as it is now; whoever writes it waits for each other."""
    return Document.objects.select_for_update().select_related("node__space").get(pk=document.pk)


@transaction.atomic
def create_document(
    *, node: Node, role: str, language: str, by: Actor, source_language: str = "", body: Body | None = None
) -> Document:
    """Return the record's text in a role and language, begun if there is none; a translation begins as its source's scaffold."""
    document, is_new = Document.objects.get_or_create(node=node, role=role, language=language)
    if not is_new:
        return document
    origin = Origin.WRITTEN
    if source_language and source_language != language and body is None:
        source = Document.objects.filter(node=node, role=role, language=source_language).first()
        if source is not None:
            body, origin = scaffold(head_of(source).body), Origin.TRANSLATED
            document.source_language = source_language
            document.save(update_fields=["source_language"])
    now = timezone.now()
    Version.objects.create(
        document=document, number=1, body=body or empty(), authors=[[by.id, by.name[:200]]], origin=origin,
        begun_at=now, saved_at=now,
    )  # fmt: skip
    _journal(document, Verb.CREATED, by=by)
    return document


@transaction.atomic
def save_patch(*, document: Document, patch: Patch, by: Actor, sitting: str) -> Saved:
    """Merge a small change into the text; the same patch sent twice changes nothing more.

    What clashes with somebody else's newer words is kept as a :class:`Clash` and reported; everything else gets in.
    """
    document = _locked(document)
    head = head_of(document)
    applied = apply(head.body, patch, stamps=document.stamps, sitting=sitting)
    now = timezone.now()
    for key, block in applied.clashes.items():
        Clash.objects.update_or_create(
            document=document, key=key, sitting=sitting,
            defaults={"block": block, "by_id": by.id, "by_name": by.name[:200], "at": now},
        )  # fmt: skip
    is_translated = _note_translations(document, patch)
    if applied.is_changed:
        document.revision += 1
        stamp = [document.revision, sitting, now.isoformat(timespec="seconds"), by.id]
        kept = {block["key"] for block in applied.body["blocks"]} | {note["key"] for note in applied.body["notes"]}
        document.stamps = {key: old for key, old in document.stamps.items() if key in kept}
        document.stamps |= {key: stamp for key in applied.changed if key in kept}
        head = _write_version(document, head, applied.body, by=by, now=now, sitting=sitting)
    if applied.is_changed or is_translated:
        document.save(update_fields=["revision", "stamps", "head_number", "basis"])
    return Saved(document, head, applied.is_changed, tuple(applied.clashes))


def _note_translations(document: Document, patch: Patch) -> bool:
    """Remember what the blocks of a translation rest on, as far as the writer has seen it."""
    if not document.source_language:
        return False
    stated = {put.block["key"]: put.translates.split(":", 1) for put in patch.put if ":" in put.translates}
    changed = {key: basis for key, basis in stated.items() if document.basis.get(key) != basis}
    document.basis |= changed
    return bool(changed)


def _write_version(document: Document, head: Version, body: Body, *, by: Actor, now: datetime, sitting: str) -> Version:
    """Store the body in the version of this sitting, or in a new one."""
    author = [by.id, by.name[:200]]
    is_mine = author in head.authors
    if not head.is_closed and now - head.saved_at < SITTING and (is_mine or _is_joined(document, head, sitting)):
        head.body, head.saved_at = body, now
        head.authors = head.authors if is_mine else [*head.authors, author]
        head.save(update_fields=["body", "saved_at", "authors"])
        return head
    return _new_version(document, body, by=by, now=now)


def _is_joined(document: Document, head: Version, sitting: str) -> bool:
    """Tell whether one of the version's authors is in the text now: people who write together share a version."""
    writing = {author_id for author_id, _name in head.authors}
    return any(present.user_id in writing for present in others_present(document, sitting))


def _new_version(
    document: Document, body: Body, *, by: Actor, now: datetime, origin: Origin = Origin.WRITTEN, why: str = "",
) -> Version:  # fmt: skip
    document.head_number += 1
    version = Version.objects.create(
        document=document, number=document.head_number, body=body, authors=[[by.id, by.name[:200]]], origin=origin,
        why=why[:1000], begun_at=now, saved_at=now, is_closed=origin in (Origin.IMPORTED, Origin.RESTORED),
    )  # fmt: skip
    _journal(document, Verb.RESTORED if origin == Origin.RESTORED else Verb.CHANGED, by=by, why=why)
    return version


@transaction.atomic
def replace_body(
    *, document: Document, body: Any, by: Actor, origin: Origin = Origin.IMPORTED, why: str = ""
) -> Version:
    """Give the text another body as a version of its own: an import, an earlier version; the same body again changes nothing.

    Raises :class:`~querwerk.core.prose.blocks.InvalidBody`.
    """
    clean = normalise(body)
    document = _locked(document)
    head = head_of(document)
    if head.body == clean:
        return head
    now = timezone.now()
    changed = difference(head.body, clean, document.revision)
    document.revision += 1
    stamp = [document.revision, "", now.isoformat(timespec="seconds"), by.id]
    kept = {one["key"] for one in (*clean["blocks"], *clean["notes"])}
    document.stamps = {key: old for key, old in document.stamps.items() if key in kept}
    document.stamps |= {put.block["key"]: stamp for put in changed.put}
    version = _new_version(document, clean, by=by, now=now, origin=origin, why=why)
    document.save(update_fields=["revision", "stamps", "head_number"])
    return version


@transaction.atomic
def restore_version(*, document: Document, number: int, by: Actor) -> Version:
    """Bring an earlier version back as the newest one; those in between stay."""
    body = body_of(document, number)
    if body is None:
        raise UnableToWrite(_("There is no version %(number)d of this text.") % {"number": number})
    why = _("Version %(number)d") % {"number": number}
    return replace_body(document=document, body=body, by=by, origin=Origin.RESTORED, why=why)


@transaction.atomic
def publish_document(
    *, document: Document, by: Actor, at: datetime | None = None, accepts_gaps: bool = False, number: int | None = None
) -> Document:
    """Let the public read a version (the newest unless said otherwise), now or from an hour on.

    A translation that does not say what its source says needs ``accepts_gaps``. Publishing what is public already changes
    nothing. A newer version with an hour leaves the public one in its place until then. Raises :class:`UnableToPublish`.
    """
    document = _locked(document)
    now = timezone.now()
    is_later = at is not None and at > now
    due = document.read_now(now)
    if due is not None and (document.state, document.public_number) != (DocumentState.PUBLISHED, due[0]):
        _put_before_the_public(document, *due, document.public_gaps)  # its hour has come, the job is on its way
    version = document.versions.get(number=number or document.head_number)
    if document.state == DocumentState.PUBLISHED and document.public_number == version.number and not is_later:
        return document if document.next_number is None else cancel_next(document=document, by=by)
    if is_later and document.state == DocumentState.PUBLISHED and document.public_number == version.number:
        raise UnableToPublish(_("The public reads this version already. Write the newer one first."))
    if not version.body["blocks"]:
        raise UnableToPublish(_("There is nothing in this text yet."))
    missing = _gaps(document, version.body)
    if missing and not accepts_gaps:
        raise UnableToPublish(
            _(
                "%(number)d blocks are not translated, or have changed since. Say that you want to publish it all the same."
            )
            % {"number": missing}
        )
    version.pieces, version.outline, version.is_closed = (
        render(version.body, deeper=_depth(document)),
        outline(version.body),
        True,
    )
    version.save(update_fields=["pieces", "outline", "is_closed"])
    if at is not None and is_later:
        _schedule(document, version.number, at, missing)
    else:
        _put_before_the_public(document, version.number, now, missing)
    document.save(update_fields=PUBLIC_FIELDS)
    _recount_translations(document)
    _journal(document, Verb.PUBLISHED, by=by)
    _made_public(document)
    return document


PUBLIC_FIELDS = (
    "state", "public_number", "public_gaps", "public_from", "first_public_at", "next_number", "next_from",
)  # fmt: skip


def _schedule(document: Document, number: int, at: datetime, missing: int) -> None:
    """Give a version its hour: beside the public one, or as the first that will be public."""
    if document.state == DocumentState.PUBLISHED:
        document.next_number, document.next_from = number, at
    else:
        document.state, document.public_number = DocumentState.SCHEDULED, number
        document.public_from, document.public_gaps = at, missing
    document_scheduled.send(Document, at=at)


def _put_before_the_public(document: Document, number: int, since: datetime, missing: int) -> None:
    """Let the public read a version; whatever waited for an hour waits no more."""
    document.state, document.public_number = DocumentState.PUBLISHED, number
    document.public_from, document.public_gaps = since, missing
    document.next_number, document.next_from = None, None
    document.first_public_at = document.first_public_at or since


@transaction.atomic
def cancel_next(*, document: Document, by: Actor) -> Document:
    """Take the hour from a newer version; the public goes on reading what it reads. Twice changes nothing."""
    document = _locked(document)
    if document.next_number is None:
        return document
    document.next_number, document.next_from = None, None
    document.save(update_fields=["next_number", "next_from"])
    _journal(document, Verb.CHANGED, by=by, why=_("The newer version lost its hour."))
    return document


def _depth(document: Document) -> int:
    """Return how many levels the headings go down on the record's page."""
    role = find_role(document.node.kind, document.role)
    return int(role is not None and role.is_section)


def _gaps(document: Document, body: Body) -> int:
    """Count what a translation does not say of what the public reads (or, before that, of what is written) in its source."""
    source = source_of(document)
    if source is None:
        return 0
    said = body_of(source, source.public_number or source.head_number)
    return gaps(said, body, document.basis) if said else 0


def _recount_translations(source: Document) -> None:
    """Mark the public translations of a text that has just changed for its readers."""
    translations = Document.objects.filter(
        node=source.node_id, role=source.role, source_language=source.language, public_number__isnull=False
    )
    for translation in translations:
        body = body_of(translation, translation.public_number)
        number = _gaps(translation, body) if body else 0
        if number != translation.public_gaps:
            Document.objects.filter(pk=translation.pk).update(public_gaps=number)


@transaction.atomic
def withdraw_document(*, document: Document, by: Actor, why: str = "") -> Document:
    """Take a text from the public, or its hour from a scheduled one; doing it twice changes nothing."""
    document = _locked(document)
    state = DocumentState(document.state)
    if state in (DocumentState.DRAFT, DocumentState.WITHDRAWN):
        return document
    is_read = document.read_now(timezone.now()) is not None
    document.state = DocumentState.WITHDRAWN if is_read else DocumentState.DRAFT
    document.public_number, document.public_from, document.public_gaps = None, None, 0
    document.next_number, document.next_from = None, None
    document.save(update_fields=PUBLIC_FIELDS)
    _journal(document, Verb.WITHDRAWN, by=by, why=why)
    _made_public(document)
    return document


@transaction.atomic
def publish_due() -> int:
    """Say of the documents whose hour has come, and of newer versions of public ones, that they are published; return how many."""
    now = timezone.now()
    due = list(documents_due(now).select_for_update(of=("self",)).select_related("node__space"))
    for document in due:
        number, since = document.read_now(now) or (document.head_number, now)
        body = body_of(document, number)
        _put_before_the_public(document, number, since, _gaps(document, body) if body else 0)
        document.save(update_fields=PUBLIC_FIELDS)
        _recount_translations(document)
        _made_public(document)
    return len(due)


@transaction.atomic
def resolve_clash(*, clash: Clash, takes: str, by: Actor) -> None:
    """End a clash: ``theirs`` leaves the text as it is, ``mine`` puts the other words there, ``both`` puts them behind."""
    document = _locked(clash.document)
    body = head_of(document).body
    if takes == "mine":
        body = {**body, "blocks": _with_mine(body["blocks"], clash)}
    elif takes == "both" and clash.block is not None:
        body = {**body, "blocks": _with_both(body["blocks"], clash)}
    replace_body(document=document, body=body, by=by, origin=Origin.WRITTEN)
    clash.delete()


def _with_mine(blocks: list[Block], clash: Clash) -> list[Block]:
    """Put the other words in the place of those in the text; another removal removes them."""
    mine = [clash.block] if clash.block is not None else []
    if all(block["key"] != clash.key for block in blocks):
        return [*blocks, *mine]
    return [one for block in blocks for one in (mine if block["key"] == clash.key else [block])]


def _with_both(blocks: list[Block], clash: Clash) -> list[Block]:
    """Put the other words behind those in the text, as a block of their own."""
    assert clash.block is not None
    mine = {**clash.block, "key": ""}
    if all(block["key"] != clash.key for block in blocks):
        return [*blocks, mine]
    return [one for block in blocks for one in ([block, mine] if block["key"] == clash.key else [block])]


@transaction.atomic
def mark_translated(*, document: Document, key: str, source_key: str, mark: str) -> None:
    """Say that a block of a translation is right for its source as it is now."""
    document = _locked(document)
    document.basis[key] = [source_key, mark]
    document.save(update_fields=["basis"])


@dataclass(frozen=True, slots=True)
class Stated:
    """A text as a file states it: its newest words, the words that are public, since or from when, and on what they rest."""

    body: Body
    public: Body
    state: DocumentState
    public_from: datetime | None
    source_language: str
    basis: dict[str, list[str]]
    version: int | None
    following: Body | None = None
    """The newer version that takes the place of the public one at ``next_from``."""
    next_from: datetime | None = None


@transaction.atomic
def import_document(*, node: Node, role: str, language: str, stated: Stated, by: Actor, why: str = "") -> Document:
    """Store a text as a file states it; the same file again changes nothing.

    Raises :class:`OtherVersion` where the text here says something else and is not at the version that the file names.
    """
    known = Document.objects.filter(node=node, role=role, language=language).first()
    if known is None:
        return _import_new(node, role, language, stated, by=by, why=why)
    document = _locked(known)
    head = head_of(document)
    if head.body != stated.body and stated.version is not None and stated.version != document.head_number:
        raise OtherVersion(document, stated.version)
    replace_body(document=document, body=stated.body, by=by, why=why)
    document.refresh_from_db()
    if stated.source_language and (document.source_language, document.basis) != (stated.source_language, stated.basis):
        document.source_language, document.basis = stated.source_language, stated.basis
        document.save(update_fields=["source_language", "basis"])
    is_public = document.state in (DocumentState.PUBLISHED, DocumentState.SCHEDULED)
    if stated.state in (DocumentState.PUBLISHED, DocumentState.SCHEDULED):
        if not is_public or (stated.public is stated.body and document.public_number != document.head_number):
            _publish_imported(document, stated, by=by)
    elif is_public:
        withdraw_document(document=document, by=by, why=why)
    document.refresh_from_db()
    if stated.next_from is not None and stated.following is stated.body and document.next_from != stated.next_from:
        _schedule_imported(document, stated, by=by)
    return document


def _import_new(node: Node, role: str, language: str, stated: Stated, *, by: Actor, why: str) -> Document:
    document = create_document(node=node, role=role, language=language, by=by, body=stated.public)
    document.versions.update(origin=Origin.IMPORTED, is_closed=True)
    document.source_language, document.basis = stated.source_language, stated.basis
    document.save(update_fields=["source_language", "basis"])
    if stated.state == DocumentState.WITHDRAWN:
        document.state = DocumentState.WITHDRAWN
        document.save(update_fields=["state"])
    elif stated.state != DocumentState.DRAFT:
        _publish_imported(document, stated, by=by)
    if stated.next_from is not None and stated.following is not None:
        replace_body(document=document, body=stated.following, by=by, why=why)
        document.refresh_from_db()
        _schedule_imported(document, stated, by=by)
    replace_body(document=document, body=stated.body, by=by, why=why)
    document.refresh_from_db()
    return document


def _schedule_imported(document: Document, stated: Stated, *, by: Actor) -> None:
    """Give the newest version the hour that a file states for it; an hour that is past is now."""
    if document.state == DocumentState.PUBLISHED and document.public_number != document.head_number:
        publish_document(document=document, by=by, at=stated.next_from, accepts_gaps=True)


def _publish_imported(document: Document, stated: Stated, *, by: Actor) -> None:
    """Publish as a file says it, with the hour since when it is public."""
    if not stated.public["blocks"]:
        return
    done = publish_document(document=document, by=by, at=stated.public_from, accepts_gaps=True)
    if stated.public_from is not None and done.public_from != stated.public_from:
        Document.objects.filter(pk=done.pk).update(public_from=stated.public_from, first_public_at=stated.public_from)


def note_presence(*, document: Document, sitting: str, by: Actor, block: str = "") -> None:
    """Remember that somebody has the text open; forget who has gone."""
    now = timezone.now()
    Presence.objects.filter(seen_at__lt=now - FORGET_PRESENCE).delete()
    Presence.objects.update_or_create(
        document=document,
        sitting=sitting,
        defaults={"user_id": by.id or 0, "name": by.name[:200], "block": block, "seen_at": now},
    )


def end_presence(*, document: Document, sitting: str) -> None:
    """Forget a sitting that has ended."""
    Presence.objects.filter(document=document, sitting=sitting).delete()


@transaction.atomic
def forget_author(*, user_id: int, instead: str) -> None:
    """Put another word where an account's name stood: in versions, comments, open clashes; its presence is deleted."""
    Presence.objects.filter(user_id=user_id).delete()
    Clash.objects.filter(by_id=user_id).update(by_id=None, by_name=instead)
    for version in Version.objects.defer("pieces", "outline").order_by("pk").iterator():
        names = {name for author_id, name in version.authors if author_id == user_id}
        if not names:
            continue
        version.authors = [[None, instead] if author[0] == user_id else author for author in version.authors]
        for note in version.body["notes"]:
            if note["author"] in names:
                note["author"] = instead
        version.save(update_fields=["authors", "body"])
    for document in Document.objects.only("stamps").order_by("pk").iterator():
        stamps = {
            key: [*stamp[:3], None if stamp[3] == user_id else stamp[3]] for key, stamp in document.stamps.items()
        }
        if stamps != document.stamps:
            document.stamps = stamps
            document.save(update_fields=["stamps"])


def _made_public(document: Document) -> None:
    """Make pages and search show what the public reads now."""
    raise_edition()
    records_written.send(Document, node_ids=[document.node_id], space_id=document.node.space_id)


def _journal(document: Document, verb: Verb, *, by: Actor, why: str = "") -> None:
    node = document.node
    about = _("Text “%(role)s” (%(language)s), version %(number)d") % {
        "role": document.role, "language": document.language, "number": document.head_number,
    }  # fmt: skip
    write_journal(
        by=by, verb=verb, space_key=node.space.key, kind=node.kind,
        key=node.key, title=node.title, why=f"{about}: {why}" if why else about,
    )  # fmt: skip


def basis_for(source: Mapping[str, Any]) -> str:
    """Return what an editor sends with words that translate a block: its key and content hash."""
    return f"{source['key']}:{content_hash(source)}"
