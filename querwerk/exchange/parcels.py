"""A programme with its files in one ZIP: the bundle; pictures, films and documents under the hash of what is in them; who agreed to be shown."""

import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import IO, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor, Report, create_space
from querwerk.core.models import Node, Space
from querwerk.core.pictures import files
from querwerk.core.pictures.actions import import_document, import_film, import_picture_file, settle_space
from querwerk.core.pictures.downloads import SORTS
from querwerk.core.pictures.limits import MAX_DOCUMENT_BYTES, MAX_FILM_BYTES, MAX_PICTURE_BYTES, UnusableFile
from querwerk.core.pictures.models import Consent, StoredFile
from querwerk.core.pictures.states import How, Use
from querwerk.exchange.actions import Bundle, Flaw, InvalidBundle, parse_bundle, store_bundle
from querwerk.exchange.queries import export_bundle
from querwerk.exchange.reader import MAX_BYTES, UnreadableFile, read
from querwerk.exchange.writer import as_json, as_yaml

BUNDLE, CONSENTS, FOLDER = "bundle.yaml", "consents.json", "files/"
MEMBER = re.compile(rf"files/([0-9a-f]{{64}})\.(jpg|png|svg|mp4|webm|{'|'.join(SORTS)})")
MAX_MEMBERS = 50_000
MAX_TOTAL = 50_000_000_000
FILMS = frozenset({"mp4", "webm"})
LIMITS = dict.fromkeys(FILMS, MAX_FILM_BYTES) | dict.fromkeys(SORTS, MAX_DOCUMENT_BYTES)


def write_parcel(space: Space, out: IO[bytes]) -> int:
    """Write the parcel of a programme; return how many files went into it. Pictures are packed as they are: they are compressed already."""
    count = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as parcel:
        parcel.writestr(BUNDLE, as_yaml(export_bundle(space)), zipfile.ZIP_DEFLATED)
        parcel.writestr(
            CONSENTS, as_json({"consents": [as_mapping(one) for one in consents(space)]}), zipfile.ZIP_DEFLATED
        )
        for stored in StoredFile.objects.filter(space=space).order_by("sha256", "pk"):
            path = files.path_of(stored.sha256, stored.suffix)
            if MEMBER.fullmatch(f"{FOLDER}{stored.file_name}") and path.exists():
                with (
                    path.open("rb") as source,
                    parcel.open(f"{FOLDER}{stored.file_name}", "w", force_zip64=True) as target,
                ):
                    shutil.copyfileobj(source, target, files.CHUNK)
                count += 1
    return count


def consents(space: Space) -> QuerySet[Consent]:
    """Return every consent of a programme in the order of recording."""
    return Consent.objects.filter(shown_in__space=space).select_related("shown_in", "person").order_by("pk")


def as_mapping(consent: Consent) -> dict[str, Any]:
    """Return a consent as a parcel holds it."""
    return {
        consent.shown_in.kind: consent.shown_in.key,
        "name": consent.name,
        "person": consent.person.key if consent.person is not None else None,
        "given_on": consent.given_on.isoformat(),
        "how": str(consent.how),
        "uses": list(consent.uses),
        "note": consent.note,
        "recorded_by": consent.recorded_by,
        "withdrawn_at": consent.withdrawn_at.isoformat() if consent.withdrawn_at else None,
    }


def import_parcel(path: Path, *, by: Actor, why: str = "") -> Report:
    """Read a parcel into the database; with :class:`InvalidBundle` no record has changed.

    Files come first, each by itself: what is here already stays, and one without a record is swept away later.
    """
    try:
        with zipfile.ZipFile(path) as parcel:
            _check_members(parcel, path.name)
            bundle = _read_bundle(parcel)
            said = _read_consents(parcel, path.name)
            space = create_space(bundle.key)
            for info in parcel.infolist():
                _take_in(parcel, info, space=space, by=by)
    except zipfile.BadZipFile:
        raise _flaw(path.name, _("This is not a ZIP file, or it is damaged.")) from None
    report = store_bundle(bundle, by=by, why=why or _("Import of %(file)s") % {"file": path.name})
    _store_consents(space, said)
    settle_space(space)
    return report


def _flaw(name: str, message: str) -> InvalidBundle:
    return InvalidBundle([Flaw(name, None, (), message)])


def _check_members(parcel: zipfile.ZipFile, name: str) -> None:
    """Refuse what no export wrote: other names, and sizes that no upload would have passed."""
    infos = parcel.infolist()
    total = 0
    for info in infos:
        match = MEMBER.fullmatch(info.filename)
        limit = MAX_BYTES if match is None else LIMITS.get(match[2], MAX_PICTURE_BYTES)
        total += info.file_size
        if (match is None and info.filename not in (BUNDLE, CONSENTS)) or info.file_size > limit:
            raise _flaw(
                name,
                _("“%(member)s” does not belong into a parcel, or is too large.") % {"member": info.filename[:200]},
            )
    if len(infos) > MAX_MEMBERS or total > MAX_TOTAL:
        raise _flaw(name, _("The parcel holds too much."))
    if BUNDLE not in parcel.namelist():
        raise _flaw(name, _("The parcel holds no %(bundle)s.") % {"bundle": BUNDLE})


def _read_member(parcel: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return a member, but never more than its head announced."""
    with parcel.open(info) as member:
        return member.read(info.file_size)


def _read_bundle(parcel: zipfile.ZipFile) -> Bundle:
    try:
        return parse_bundle(read(_read_member(parcel, parcel.getinfo(BUNDLE)), BUNDLE))
    except UnreadableFile as error:
        raise InvalidBundle([Flaw(BUNDLE, error.line, (), error.message)]) from None


def _read_consents(parcel: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    if CONSENTS not in parcel.namelist():
        return []
    try:
        said = json.loads(_read_member(parcel, parcel.getinfo(CONSENTS)))["consents"]
        return [_checked(one) for one in said]
    except (ValueError, KeyError, TypeError):
        raise _flaw(name, _("The consents in the parcel cannot be read.")) from None


def _checked(said: dict[str, Any]) -> dict[str, Any]:
    """Return a consent whose words are of the known vocabularies; raises ``ValueError`` and its like."""
    from django.utils.dateparse import parse_datetime  # noqa: PLC0415

    withdrawn = said.get("withdrawn_at")
    return {
        "shown_in": ("film", str(said["film"])) if "film" in said else ("picture", str(said["picture"])),
        "person": said.get("person"),
        "name": str(said["name"])[:200],
        "given_on": date.fromisoformat(said["given_on"]),
        "how": How(said["how"]),
        "uses": [str(Use(word)) for word in said["uses"]],
        "note": str(said.get("note") or "")[:500],
        "recorded_by": str(said.get("recorded_by") or "")[:200],
        "withdrawn_at": parse_datetime(withdrawn) if withdrawn else None,
    }


def _take_in(parcel: zipfile.ZipFile, info: zipfile.ZipInfo, *, space: Space, by: Actor) -> None:
    match = MEMBER.fullmatch(info.filename)
    if match is None:
        return
    try:
        if match[2] in FILMS:
            with parcel.open(info) as stream:
                import_film(stream=stream, size=info.file_size, sha256=match[1], suffix=match[2], space=space, by=by)
        else:
            take = import_document if match[2] in SORTS else import_picture_file
            take(content=_read_member(parcel, info), sha256=match[1], suffix=match[2], space=space, by=by)
    except UnusableFile as error:
        raise _flaw(info.filename, str(error)) from None


def _store_consents(space: Space, said: list[dict[str, Any]]) -> None:
    """Add what is not known yet; a consent that is known is never made valid again by an import."""
    nodes = Node.objects.filter(space=space, kind__in=("picture", "film", "person"))
    by_name = {(node.kind, node.key): node for node in nodes}
    known = {(one.shown_in_id, one.name, one.given_on): one for one in consents(space)}
    for one in said:
        facts = dict(one)
        node, person = by_name.get(facts.pop("shown_in")), by_name.get(("person", facts.pop("person") or ""))
        if node is None:
            continue
        there = known.get((node.pk, one["name"], one["given_on"]))
        if there is None:
            is_open = Consent.objects.filter(shown_in=node, name=one["name"], withdrawn_at=None).exists()
            if one["withdrawn_at"] is not None or not is_open:
                Consent.objects.create(shown_in=node, person=person, **facts)
        elif one["withdrawn_at"] is not None and there.withdrawn_at is None:
            Consent.objects.filter(pk=there.pk).update(withdrawn_at=one["withdrawn_at"])


def parcel_bytes(space: Space) -> Iterator[bytes]:
    """Yield the parcel for a browser in pieces, through a file on disk: it may be larger than memory."""
    import tempfile  # noqa: PLC0415

    with tempfile.TemporaryFile() as out:
        write_parcel(space, out)
        out.seek(0)
        while piece := out.read(files.CHUNK):
            yield piece
