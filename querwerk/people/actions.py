"""Writes of the room: profiles, and what is forgotten by itself."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import batched, count
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.text import slugify

from querwerk.core.actions import Actor, given_key, raise_edition, save_record, set_visibility
from querwerk.core.models import JournalEntry, Link, Space
from querwerk.core.pictures.models import Picture
from querwerk.core.queries import snapshot
from querwerk.core.signals import records_deleted
from querwerk.core.states import LinkKind, Verb, Visibility
from querwerk.core.text import Text
from querwerk.people.meaning import forget_texts
from querwerk.people.models import Contact, DirectoryChange, DirectoryCount, Profile, Spokesperson, User
from querwerk.people.queries import contact_of
from querwerk.people.states import Audience, Origin, ProfileSort

CHUNK = 2000
OWN_KINDS = ("profile", "contact", "spokesperson")
"""What the journal tells about a profile."""
MOVING = (Visibility.PUBLISHED, Visibility.DRAFT)
ERASED = "erased account"
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})


def count_changes(*, node_ids: Iterable[int], space_id: int) -> list[int]:
    """Note that profiles were written, in the surrounding transaction; return which of the nodes are profiles.

    The row of the count is locked until that commits, so that whoever reads a number can see all that was counted up to it.
    """
    changed = [
        node
        for some in batched(node_ids, CHUNK, strict=False)
        for node in Profile.objects.filter(node__in=some).values_list("node", flat=True)
    ]
    if not changed:
        return []
    if not DirectoryCount.objects.filter(space=space_id).update(number=F("number") + 1):
        DirectoryCount.objects.create(space_id=space_id, number=1)
    number = DirectoryCount.objects.values_list("number", flat=True).get(space=space_id)
    for some in batched(changed, CHUNK, strict=False):
        DirectoryChange.objects.bulk_create(
            [DirectoryChange(space_id=space_id, node=node, number=number) for node in some],
            update_conflicts=True,
            unique_fields=["space", "node"],
            update_fields=["number"],
        )
    return changed


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody types to enter the directory."""

    name: str
    side: str
    summary: str
    language: str
    audience: str
    sort: str = ""


def actor_of(user: User) -> Actor:
    """Return who writes when an account does."""
    return Actor(user.pk, user.display_name)


@transaction.atomic
def enter_profile(*, space: Space, entry: Entry, user: User) -> Profile:
    """Make a profile for which its author speaks; the address of the account is on file for the organisers alone."""
    Space.objects.select_for_update().get(pk=space.pk)
    raw = {
        "id": free_key(space.pk, entry.name),
        "name": entry.name,
        **({"kind": entry.sort} if entry.sort else {}),
        "side": entry.side,
        f"summary_{entry.language}": entry.summary,
        "languages": [entry.language],
        "audience": entry.audience,
        "newcomer_since": timezone.localdate().isoformat(),
        "origin": str(Origin.ENTERED),
    }
    saved = save_record(spec=Profile.SPEC, raw=raw, space=space, by=actor_of(user))
    assert isinstance(saved, Profile)
    Spokesperson.objects.create(profile=saved, user=user)
    Contact.objects.create(profile=saved, email=user.email, language=entry.language)
    return saved


def free_key(space_id: int, name: str) -> str:
    """Return a key made of a name that no profile of the space has."""
    stem = slugify(name.translate(UMLAUTS))[:80].strip("-_").replace("_", "-") or "profile"
    taken = set(Profile.objects.filter(space=space_id, key__startswith=stem).values_list("key", flat=True))
    return next(key for number in count(1) if (key := stem if number == 1 else f"{stem}-{number}") not in taken)


def edit_profile(
    *, profile: Profile, changes: Mapping[str, Any], by: Actor, expected_version: int | None = None, why: str = ""
) -> Profile:
    """Change some keys of a profile's bundle form; an empty value takes a key away.

    Raises :class:`~querwerk.core.actions.InvalidRecords` and :class:`~querwerk.core.actions.UnableToOverwrite`.
    """
    raw = snapshot(profile)
    for key, value in changes.items():
        raw.pop(key, None)
        if value not in (None, "", [], {}):
            raw[key] = value
    saved = save_record(
        spec=Profile.SPEC, raw=raw, space=profile.space, by=by, why=why, expected_version=expected_version,
        fallback_key=given_key(profile),
    )  # fmt: skip
    assert isinstance(saved, Profile)
    return saved


@transaction.atomic
def set_audience(*, profile: Profile, audience: str, by: Actor) -> Profile:
    """Choose who sees a profile; its own pictures follow it."""
    saved = edit_profile(profile=profile, changes={"audience": audience}, by=by)
    shown = Visibility.PUBLISHED if saved.shown_to == Audience.PUBLIC else Visibility.DRAFT
    stated = Link.objects.filter(owner=saved.node_id, field__in=("picture", "pictures")).values("later")
    elsewhere = Link.objects.filter(kind=LinkKind.PICTURED_IN, later=OuterRef("node")).exclude(owner=saved.node_id)
    own = Picture.objects.filter(~Exists(elsewhere), node__in=stated, visibility__in=MOVING).exclude(visibility=shown)
    for picture in own.select_related("space", "node"):
        set_visibility(record=picture, visibility=shown, by=by)
    return saved


@transaction.atomic
def set_contact(*, profile: Profile, changes: Mapping[str, str], by: Actor) -> Contact:
    """Change how somebody is reached. The journal says what was changed, not to what."""
    contact = contact_of(profile) or Contact(profile=profile)
    changed = [name for name, value in changes.items() if getattr(contact, name) != value]
    for name in changed:
        setattr(contact, name, changes[name])
    contact.save()
    if changed:
        note(profile=profile, kind="contact", verb=Verb.CHANGED, by=by, after={"changed": changed})
        raise_edition()
    return contact


def note(
    *, profile: Profile, kind: str, verb: Verb, by: Actor, after: dict[str, Any] | None = None, why: str = ""
) -> None:
    """Write into the journal what happened about a profile beside its record."""
    JournalEntry.objects.create(
        batch=uuid.uuid4(), by_id=by.id, by_name=by.name[:200], verb=verb, space_key=profile.space.key, kind=kind,
        key=profile.key, title=profile.name, why=why, after=after,
    )  # fmt: skip


@transaction.atomic
def add_speaker(*, profile: Profile, user: User, by: Actor, why: str = "") -> bool:
    """Let an account speak for a profile; once more changes nothing."""
    _one, is_new = Spokesperson.objects.get_or_create(profile=profile, user=user)
    if is_new:
        note(profile=profile, kind="spokesperson", verb=Verb.CREATED, by=by, why=why)
    return is_new


@transaction.atomic
def erase_profile(*, profile: Profile, by: Actor) -> None:
    """Delete a profile with all that hangs on it; the journal keeps that there was one, nothing of what it said."""
    space = Space.objects.select_for_update().get(pk=profile.space_id)
    forget_texts(profile)
    entries = JournalEntry.objects.filter(space_key=space.key, key=profile.key, kind__in=OWN_KINDS)
    entries.update(before=None, after=None, title={}, why="")
    Link.objects.filter(owner=profile.node_id).delete()
    records_deleted.send(Profile, node_ids=[profile.node_id], space_id=space.pk)
    profile.name = Text()
    note(profile=profile, kind="profile", verb=Verb.DELETED, by=by)
    profile.node.delete()
    raise_edition()


def forget_account(*, user: User) -> int:
    """Erase what an account alone stands for: a person's profiles, and its address on organisations' profiles."""
    others = Spokesperson.objects.filter(profile=OuterRef("pk")).exclude(user=user)
    alone = Profile.objects.filter(~Exists(others), spokespersons__user=user).select_related("space", "node")
    own = list(alone.exclude(sort=ProfileSort.ORGANISATION))
    for profile in own:
        erase_profile(profile=profile, by=Actor(None, ERASED))
    return len(own) + forget_address(user.email)


def forget_address(email: str) -> int:
    """Take an address off every profile; return how many had it."""
    return Contact.objects.filter(email__iexact=email).update(person="", email="", phone="")


def forget_ended_sessions(now: datetime) -> int:
    """Delete sessions whose time is over, with the sign-in codes in them; return how many."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]
