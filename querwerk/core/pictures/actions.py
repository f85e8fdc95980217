"""Writes: files are taken in, pictures made, agreed to, taken off; documents to fetch made, replaced, erased."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor, raise_edition, save_record, set_visibility, write_journal
from querwerk.core.models import Node, Space, record_models
from querwerk.core.pictures import files
from querwerk.core.pictures.downloads import read_document
from querwerk.core.pictures.footage import MEDIA_TYPES, forget_place, kind_of_film
from querwerk.core.pictures.limits import UnusableFile
from querwerk.core.pictures.models import Consent, Download, Picture, ShowsPeople, StoredFile, new_id
from querwerk.core.pictures.queries import people_in, said_about
from querwerk.core.pictures.reading import Reading, is_clean, read_picture
from querwerk.core.pictures.rules import withheld
from querwerk.core.pictures.states import FileKind, How, Use, Withheld
from querwerk.core.pictures.tasks import make_renditions
from querwerk.core.queries import snapshot
from querwerk.core.signals import records_written
from querwerk.core.states import Verb, Visibility
from querwerk.core.text import Text

MAX_NAME = 200


class UnableToWithdraw(Exception):
    """There is no such consent to take back."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What became of an uploaded picture."""

    picture: Picture
    is_new: bool
    """False where the library had the same picture already."""


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of an uploaded document."""

    download: Download
    is_new: bool
    """False where the library had the same document already."""


def store_picture_file(*, content: bytes, name: str, space: Space, by: Actor) -> tuple[StoredFile, Reading | None]:
    """Take a picture's file in: cleaned, once. Returns what was read, or nothing where the file was here already.

    Raises :class:`~querwerk.core.pictures.limits.UnusableFile`.
    """
    came_as = files.digest_of(content)
    known = StoredFile.objects.filter(
        space=space, came_as=came_as, kind__in=(FileKind.PICTURE, FileKind.DRAWING)
    ).first()
    if known is not None and files.path_of(known.sha256, known.suffix).exists():
        return known, None
    reading = read_picture(content)
    # The file first: a row without a file would be a broken picture, a file without a row is swept away.
    sha256 = files.put(reading.content, reading.suffix)
    is_drawing = reading.media_type == "image/svg+xml"
    defaults = {
        "came_as": came_as, "suffix": reading.suffix, "media_type": reading.media_type, "size": len(reading.content),
        "width": reading.width, "height": reading.height, "has_alpha": reading.has_alpha,
        "name": last_part(name), "by_id": by.id,
    }  # fmt: skip
    kind = FileKind.DRAWING if is_drawing else FileKind.PICTURE
    stored, _is_new = StoredFile.objects.get_or_create(space=space, sha256=sha256, kind=kind, defaults=defaults)
    return stored, reading


def store_film(*, stream: IO[bytes], size: int, name: str, space: Space, by: Actor) -> StoredFile:
    """Take a film file in, without the place where it was taken; the same file again is the file that is there.

    Raises :class:`~querwerk.core.pictures.limits.UnusableFile`.
    """
    head = stream.read(4096)
    suffix = kind_of_film(head, size)
    stream.seek(0)
    sha256, length = files.put_stream(stream, suffix, forget_place if suffix == "mp4" else None)
    stored, _is_new = StoredFile.objects.get_or_create(
        space=space, sha256=sha256, kind=FileKind.FILM,
        defaults={
            "suffix": suffix, "media_type": MEDIA_TYPES[suffix], "size": length, "name": last_part(name), "by_id": by.id,
        },
    )  # fmt: skip
    return stored


def store_document(*, content: bytes, name: str, space: Space, by: Actor) -> StoredFile:
    """Take a document in; the same content again is the file that is there.

    Raises :class:`~querwerk.core.pictures.limits.UnusableFile`.
    """
    sort, kept = read_document(content, name)
    sha256 = files.put(kept, sort.suffix)
    stored, _is_new = StoredFile.objects.get_or_create(
        space=space, sha256=sha256, kind=FileKind.DOCUMENT,
        defaults={
            "suffix": sort.suffix, "media_type": sort.media_type, "size": len(kept), "name": last_part(name), "by_id": by.id,
        },
    )  # fmt: skip
    return stored


def add_document(
    *, content: bytes, name: str, space: Space, by: Actor, language: str, title: str = "", owner: str = ""
) -> Filed:
    """Make a document that readers can fetch of an uploaded file, as a draft; the same file again leads to the one that is there.

    ``language``: of the file, and of the title. ``owner``: key of the organisation to which it belongs. Raises
    :class:`~querwerk.core.pictures.limits.UnusableFile`.
    """
    stored = store_document(content=content, name=name, space=space, by=by)
    raw: dict[str, Any] = {
        "id": new_id(), f"title_{language}": title[:MAX_NAME] or title_from(name), "file": stored.file_name,
        "language": language, "visibility": "draft",
    }  # fmt: skip
    if owner:
        raw["owner"] = owner
    with transaction.atomic():
        Space.objects.select_for_update().get(pk=space.pk)
        there = Download.objects.filter(space=space, stored=stored).exclude(visibility=Visibility.RETIRED)
        known = there.select_related("stored", "space", "node").order_by("pk").first()
        if known is None:
            save_record(spec=Download.SPEC, raw=raw, space=space, by=by)
        found = known or Download.objects.select_related("stored", "space", "node").get(space=space, key=raw["id"])
    return Filed(found, is_new=known is None)


def replace_document(*, download: Download, content: bytes, name: str, by: Actor) -> None:
    """Put a newer file in the place of a document's; its address stays, and what was there is kept for the journal.

    Raises :class:`~querwerk.core.pictures.limits.UnusableFile`.
    """
    stored = store_document(content=content, name=name, space=download.space, by=by)
    raw = {**snapshot(download), "file": stored.file_name}
    save_record(spec=Download.SPEC, raw=raw, space=download.space, by=by, expected_version=download.version)


@transaction.atomic
def erase_document(*, download: Download, by: Actor, why: str) -> None:
    """Destroy the file of a retired document; the record stays and says so. Twice does nothing more."""
    stored = download.stored
    if stored is None or download.visibility != Visibility.RETIRED:
        return
    sha256, suffix = stored.sha256, stored.suffix
    stored.delete()
    _note(download, by=by, verb=Verb.DELETED, why=why or _("The file was erased."))
    transaction.on_commit(lambda: drop_unnamed(sha256, suffix))


def settle_document(download: Download) -> None:
    """Find a document's file by its name."""
    sha256, _dot, suffix = download.file.partition(".")
    download.stored = StoredFile.objects.filter(
        space=download.space_id, sha256=sha256, suffix=suffix, kind=FileKind.DOCUMENT
    ).first()
    Download.objects.filter(pk=download.pk).update(stored=download.stored)


def last_part(name: str) -> str:
    """Return a file's name without its folders and without what cannot be printed."""
    words = name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in words if character.isprintable())[-MAX_NAME:]


def title_from(name: str) -> str:
    """Return what a picture is called in the library until somebody names it."""
    stem = last_part(name).rpartition(".")[0] or last_part(name)
    return " ".join(stem.replace("_", " ").split())[:MAX_NAME] or _("Picture")


def add_picture(
    *,
    content: bytes,
    name: str,
    space: Space,
    by: Actor,
    alt: Text | None = None,
    owner: str = "",
    facts: dict[str, Any] | None = None,
) -> Upload:
    """Make a picture of an uploaded file, as a draft; the same file again leads to the picture that is there.

    ``alt``: description by language. ``owner``: key of the organisation to which it belongs. ``facts``: further fields in
    bundle form. Call it outside a transaction: unpacking takes a second, in which SQLite's lock would be held. Raises
    :class:`~querwerk.core.pictures.limits.UnusableFile`.
    """
    stored, reading = store_picture_file(content=content, name=name, space=space, by=by)
    raw: dict[str, Any] = {"id": new_id(), "title": title_from(name), "file": stored.file_name, "visibility": "draft"}
    raw |= {f"alt_{language}": words for language, words in (alt or Text()).items() if words}
    if reading is not None and reading.credit.words:
        raw["credit"] = reading.credit.words
    if owner:
        raw["owner"] = owner
    return _enter(stored, raw | (facts or {}), space=space, by=by)


@transaction.atomic
def _enter(stored: StoredFile, raw: dict[str, Any], *, space: Space, by: Actor) -> Upload:
    Space.objects.select_for_update().get(pk=space.pk)
    there = Picture.objects.filter(space=space, stored=stored).exclude(visibility=Visibility.RETIRED)
    known = there.select_related("stored", "space", "node").order_by("pk").first()
    if known is not None:
        return Upload(known, is_new=False)
    record = save_record(spec=Picture.SPEC, raw=raw, space=space, by=by)
    transaction.on_commit(lambda: plan_renditions(stored))
    return Upload(Picture.objects.select_related("stored", "space", "node").get(pk=record.pk), is_new=True)


def plan_renditions(stored: StoredFile) -> None:
    """Have a worker make the sizes; who asks before gets them made at once."""
    if stored.kind == FileKind.PICTURE:
        make_renditions.enqueue(stored.pk)


def settle(shown: ShowsPeople) -> None:
    """Find out anew whether a picture or film must be withheld, and a picture's file by its name.

    What was withheld has no renditions any more.
    """
    stored = _file_of(shown) if isinstance(shown, Picture) else None
    named = [person.name for person in people_in([shown.node_id]).get(shown.node_id, [])]
    shown.withheld = withheld(
        has_file=stored is not None or not isinstance(shown, Picture), is_taken_off=shown.withdrawn_at is not None,
        basis=shown.basis, named=named, said=said_about(shown.node_id),
    )  # fmt: skip
    found: dict[str, Any] = {"withheld": shown.withheld}
    if isinstance(shown, Picture):
        shown.stored = stored
        found["stored"] = stored
    type(shown)._default_manager.filter(pk=shown.pk).update(**found)
    if shown.withheld == Withheld.WITHDRAWN and stored is not None:
        transaction.on_commit(lambda: forget_renditions(stored.sha256))


def _file_of(picture: Picture) -> StoredFile | None:
    sha256, _dot, suffix = picture.file.partition(".")
    kinds = (FileKind.PICTURE, FileKind.DRAWING)
    return StoredFile.objects.filter(space=picture.space_id, sha256=sha256, suffix=suffix, kind__in=kinds).first()


def shown_at(node: Node) -> ShowsPeople:
    """Return the picture or film of a node."""
    found = record_models()[node.kind]._default_manager.select_related("space", "node").get(node=node)
    assert isinstance(found, ShowsPeople)
    return found


def forget_renditions(sha256: str) -> None:
    """Take renditions away, unless another picture that is shown has the same file."""
    shown = Picture.objects.filter(stored__sha256=sha256, visibility=Visibility.PUBLISHED, withheld=Withheld.NOT)
    if not shown.exists():
        files.drop_renditions(sha256)


@transaction.atomic
def record_consent(
    *,
    shown: ShowsPeople,
    name: str,
    given_on: date,
    how: How,
    uses: Sequence[Use],
    by: Actor,
    person: Node | None = None,
    note: str = "",
) -> Consent:
    """Note that somebody shown agreed; noted twice it stays single, and says what was said last."""
    Space.objects.select_for_update().get(pk=shown.space_id)
    consent, is_new = Consent.objects.get_or_create(
        shown_in=shown.node,
        name=name,
        withdrawn_at=None,
        defaults={
            "person": person, "given_on": given_on, "how": how, "uses": [str(use) for use in uses], "note": note,
            "recorded_by_id": by.id, "recorded_by": by.name[:200],
        },
    )  # fmt: skip
    if not is_new:
        consent.given_on, consent.how, consent.uses = given_on, how, [str(use) for use in uses]
        consent.person, consent.note = person, note
        consent.save()
    # What was taken off because of one person comes back only when an organiser publishes it again.
    _tell(shown, by=by, verb=Verb.CHANGED, why=_("A consent was recorded."))
    return consent


@transaction.atomic
def withdraw_consent(*, consent: Consent, by: Actor) -> None:
    """Note that somebody has taken consent back; picture or film is nowhere to be seen from now on. Twice does nothing more."""
    shown = shown_at(consent.shown_in)
    Space.objects.select_for_update().get(pk=shown.space_id)
    changed = Consent.objects.filter(pk=consent.pk, withdrawn_at=None).update(
        withdrawn_at=timezone.now(), withdrawn_by=by.name[:200]
    )
    if changed:
        _take_off(shown, by=by, why=_("A consent was withdrawn."))


@transaction.atomic
def take_off(*, shown: ShowsPeople, by: Actor, why: str) -> None:
    """Take a picture or film off every page, whoever objects; twice does nothing more."""
    Space.objects.select_for_update().get(pk=shown.space_id)
    same = type(shown)._default_manager.filter(pk=shown.pk, withdrawn_at=None)
    if same.update(withdrawn_at=timezone.now()):
        _take_off(shown, by=by, why=why or _("It was taken off."))


@transaction.atomic
def readmit(*, shown: ShowsPeople, by: Actor, why: str) -> None:
    """Let what was taken off be published again; whoever withdrew consent must have given it anew."""
    same = type(shown)._default_manager.filter(pk=shown.pk, withdrawn_at__isnull=False)
    if same.update(withdrawn_at=None):
        _tell(shown, by=by, verb=Verb.CHANGED, why=why or _("It may be shown again."))


def _take_off(shown: ShowsPeople, *, by: Actor, why: str) -> None:
    current = shown_at(shown.node)
    if current.visibility == Visibility.RETIRED:
        _tell(current, by=by, verb=Verb.CHANGED, why=why)
        return
    set_visibility(record=current, visibility=Visibility.RETIRED, by=by, why=why)


def _tell(shown: ShowsPeople, *, by: Actor, verb: Verb, why: str) -> None:
    """Write into the journal without a name, find the state anew, and make cached pages outdated."""
    current = shown_at(shown.node)
    _note(current, by=by, verb=verb, why=why)
    settle(current)


def _note(record: ShowsPeople | Download, *, by: Actor, verb: Verb, why: str) -> None:
    write_journal(
        by=by, verb=verb, space_key=record.space.key,
        kind=record.SPEC.kind, key=record.key, title=record.node.title, version=record.version, why=why,
    )  # fmt: skip
    raise_edition()


@transaction.atomic
def set_focus(*, picture: Picture, x: int, y: int, by: Actor) -> Picture:
    """Say which point every cut keeps, in percent from the left and from the top."""
    raw = {**snapshot(picture), "focus_x": x, "focus_y": y}
    record = save_record(spec=Picture.SPEC, raw=raw, space=picture.space, by=by, expected_version=picture.version)
    return Picture.objects.select_related("stored", "space", "node").get(pk=record.pk)


@transaction.atomic
def erase_file(*, picture: Picture, by: Actor, why: str) -> None:
    """Destroy the file of a picture that was taken off; the record stays and says so."""
    stored = picture.stored
    if stored is None:
        return
    Picture.objects.filter(stored=stored).update(stored=None, withheld=Withheld.NO_FILE)
    sha256, suffix = stored.sha256, stored.suffix
    stored.delete()
    _tell(picture, by=by, verb=Verb.DELETED, why=why or _("The file was erased."))
    transaction.on_commit(lambda: drop_unnamed(sha256, suffix))


def drop_unnamed(sha256: str, suffix: str) -> None:
    """Take a content from the disk that no space names any more."""
    if not StoredFile.objects.filter(sha256=sha256).exists():
        files.drop(sha256, suffix)


def import_picture_file(*, content: bytes, sha256: str, suffix: str, space: Space, by: Actor) -> None:
    """Take in a picture's file that came with a parcel, under the name by which its picture refers to it.

    Cleaning it again would change its bytes and so its name; it must be clean already. Raises
    :class:`~querwerk.core.pictures.limits.UnusableFile`.
    """
    if files.digest_of(content) != sha256:
        raise UnusableFile(_("The file has changed since it was exported."))
    reading = read_picture(content)
    if reading.suffix != suffix or not is_clean(content, reading):
        raise UnusableFile(_("The file is not as an export writes it; please upload it in the media library instead."))
    files.put(content, suffix)
    kind = FileKind.DRAWING if suffix == "svg" else FileKind.PICTURE
    StoredFile.objects.get_or_create(
        space=space, sha256=sha256, kind=kind,
        defaults={
            "came_as": sha256, "suffix": suffix, "media_type": reading.media_type, "size": len(content),
            "width": reading.width, "height": reading.height, "has_alpha": reading.has_alpha, "by_id": by.id,
        },
    )  # fmt: skip


def import_film(*, stream: IO[bytes], size: int, sha256: str, suffix: str, space: Space, by: Actor) -> None:
    """Take in a film's file that came with a parcel; raises :class:`~querwerk.core.pictures.limits.UnusableFile`."""
    if StoredFile.objects.filter(space=space, sha256=sha256).exists() and files.path_of(sha256, suffix).exists():
        return
    stored = store_film(stream=stream, size=size, name="", space=space, by=by)
    if (stored.sha256, stored.suffix) != (sha256, suffix):
        stored.delete()
        raise UnusableFile(_("The file has changed since it was exported."))


def import_document(*, content: bytes, sha256: str, suffix: str, space: Space, by: Actor) -> None:
    """Take in a document that came with a parcel, under the name by which its record refers to it.

    Raises :class:`~querwerk.core.pictures.limits.UnusableFile`.
    """
    stored = store_document(content=content, name=f"{sha256}.{suffix}", space=space, by=by)
    if (stored.sha256, stored.suffix) != (sha256, suffix):
        raise UnusableFile(_("The file has changed since it was exported."))


def settle_space(space: Space) -> None:
    """Find file and state of every picture, film and document of a space anew, after files came."""
    for model in record_models().values():
        if not issubclass(model, ShowsPeople | Download):
            continue
        nodes = list(model._default_manager.filter(space=space).values_list("node_id", flat=True))
        records_written.send(model, node_ids=nodes, space_id=space.pk)
    raise_edition()
