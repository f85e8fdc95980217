"""Writes of the room: profiles, and what is forgotten by itself."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched, count
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext

from querwerk.core.actions import (
    Actor,
    InvalidRecords,
    given_key,
    raise_edition,
    save_record,
    set_visibility,
    write_journal,
    write_records,
)
from querwerk.core.models import JournalEntry, Link, Space
from querwerk.core.pictures.models import Picture
from querwerk.core.queries import snapshot
from querwerk.core.signals import records_deleted
from querwerk.core.spec import Problems
from querwerk.core.states import LinkKind, Verb, Visibility
from querwerk.core.text import Text
from querwerk.people import word_files
from querwerk.people.importing import Row as ImportRow
from querwerk.people.meaning import forget_texts
from querwerk.people.models import (
    Claim,
    Contact,
    DirectoryChange,
    DirectoryCount,
    Inquiry,
    Merger,
    Profile,
    ProfileAlias,
    SpeakerInvitation,
    Spokesperson,
    User,
)
from querwerk.people.queries import contact_of, uninvited
from querwerk.people.signals import answer_wanted, invitation_wanted
from querwerk.people.states import Audience, ClaimState, Origin, ProfileSort

CHUNK = 2000
OWN_KINDS = ("profile", "contact", "spokesperson", "speaker_invitation")
"""What the journal tells about a profile."""
MOVING = (Visibility.PUBLISHED, Visibility.DRAFT)
KEEP_INQUIRIES = timedelta(days=365)
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


def stem_of(name: str) -> str:
    """Return a name as it can stand in an address."""
    return re.sub(r"[-_]+", "-", slugify(name.translate(UMLAUTS)))[:80].strip("-") or "profile"


def free_key(space_id: int, name: str) -> str:
    """Return a key made of a name that no profile of the space has, or ever had."""
    stem = stem_of(name)
    taken = set(Profile.objects.filter(space=space_id, key__startswith=stem).values_list("key", flat=True))
    taken |= set(ProfileAlias.objects.filter(space=space_id, key__startswith=stem).values_list("key", flat=True))
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
    *, profile: Profile, kind: str, verb: Verb, by: Actor, after: dict[str, Any] | None = None, why: str = "",
    before: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write into the journal what happened about a profile beside its record."""
    write_journal(
        by=by, verb=verb, space_key=profile.space.key, kind=kind,
        key=profile.key, title=profile.name, why=why, before=before, after=after,
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
    word_files.forget(profile.space_id)
    # What was merged into it is told under its own key.
    keys = [profile.key, *ProfileAlias.objects.filter(profile=profile).values_list("key", flat=True)]
    entries = JournalEntry.objects.filter(space_key=space.key, key__in=keys, kind__in=OWN_KINDS)
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
    """Take an address off every profile and delete its messages; return how many there were."""
    asked, _kinds = Inquiry.objects.filter(email__iexact=email).delete()
    # A merge that holds the address, wherever it is in there, can be undone no more.
    held = [one.pk for one in Merger.objects.iterator() if _holds(one.photograph, email.casefold())]
    Merger.objects.filter(pk__in=held).delete()
    invited, _kinds = SpeakerInvitation.objects.filter(email__iexact=email).delete()
    return asked + invited + Contact.objects.filter(email__iexact=email).update(person="", email="", phone="")


def _holds(said: Any, email: str) -> bool:
    if isinstance(said, Mapping):
        return any(_holds(value, email) for value in said.values())
    if isinstance(said, list):
        return any(_holds(value, email) for value in said)
    return isinstance(said, str) and said.casefold() == email


# --- Import, invitation, claim ---


def new_key(name: str, taken: set[str]) -> str:
    """Return a key made of a name that is none of those taken, and take it."""
    stem = stem_of(name)
    key = next(key for number in count(1) if (key := stem if number == 1 else f"{stem}-{number}") not in taken)
    taken.add(key)
    return key


@transaction.atomic
def import_profiles(*, space: Space, rows: Sequence[ImportRow], by: Actor) -> int:
    """Write the new and changed rows of a plan, all or nothing; return how many profiles were written."""
    problems = Problems()
    position = Profile.objects.filter(space=space).count()
    parsed = [
        Profile.SPEC.parse(row.raw, ("profiles", number), problems, position=position + number)
        for number, row in enumerate(rows)
    ]
    if problems.found:
        raise InvalidRecords(problems.found)
    if not parsed:
        return 0
    write_records(parsed, space=space, by=by, why=gettext("Import"))
    pks = dict(Profile.objects.filter(space=space, key__in=[row.key for row in rows]).values_list("key", "pk"))
    for row in rows:
        if row.contact:
            Contact.objects.update_or_create(profile_id=pks[row.key], defaults=row.contact)
    return len(parsed)


def invite_owners(*, space: Space, profile_ids: Sequence[int] | None, by: Actor) -> int:
    """Queue one mail to each owner of an imported profile who got none yet: these, or all; return how many."""
    now = timezone.now()
    found = uninvited(space.pk)
    number = 0
    for profile in found if profile_ids is None else found.filter(pk__in=profile_ids):
        # The condition in the UPDATE decides: of two clicks at once only one gets the row.
        if Contact.objects.filter(profile=profile, invited_at__isnull=True).update(invited_at=now):
            invitation_wanted.send(Profile, profile_id=profile.pk)
            number += 1
    if number:
        write_journal(
            by=by, verb=Verb.CREATED, space_key=space.key,
            kind="invitation", key="invitations", after={"number": number},
        )  # fmt: skip
    return number


@transaction.atomic
def take_over(*, profile: Profile, user: User, why: str = "") -> Profile:
    """Give an imported profile to its owner, who speaks for it from now on."""
    by = actor_of(user)
    add_speaker(profile=profile, user=user, by=by, why=why)
    Claim.objects.filter(profile=profile, user=user, state=ClaimState.OPEN).update(
        state=ClaimState.GRANTED, settled_at=timezone.now()
    )
    if profile.origin != Origin.IMPORTED:
        return profile
    return edit_profile(profile=profile, changes={"origin": str(Origin.CLAIMED)}, by=by, why=why)


@transaction.atomic
def ask_for_profile(*, profile: Profile, user: User, words: str) -> Claim:
    """Ask the organisers for a profile; asking again changes the words."""
    claim, is_new = Claim.objects.update_or_create(
        profile=profile, user=user, state=ClaimState.OPEN, defaults={"words": words}
    )
    if is_new:
        note(profile=profile, kind="claim", verb=Verb.CREATED, by=actor_of(user))
    return claim


@transaction.atomic
def settle_claim(*, claim: Claim, is_granted: bool, by: Actor) -> None:
    """Grant or decline a claim; one that is settled stays so."""
    state = ClaimState.GRANTED if is_granted else ClaimState.DECLINED
    if not Claim.objects.filter(pk=claim.pk, state=ClaimState.OPEN).update(state=state, settled_at=timezone.now()):
        return
    note(profile=claim.profile, kind="claim", verb=Verb.CHANGED, by=by, after={"state": str(state)})
    if is_granted:
        take_over(profile=claim.profile, user=claim.user)


@transaction.atomic
def take_inquiry(*, space: Space, name: str, email: str, words: str, consent: str, language: str) -> Inquiry:
    """Take a message to the organisers; the journal says that one came, not from whom."""
    inquiry = Inquiry.objects.create(
        space=space, name=name, email=email, words=words, consent=consent, language=language
    )
    _note_inquiry(inquiry, Verb.CREATED, Actor(None, ""))
    return inquiry


@transaction.atomic
def answer_inquiry(*, inquiry: Inquiry, answer: str, by: Actor) -> bool:
    """Keep the answer and have it sent; answered once, it is not answered again."""
    open_ones = Inquiry.objects.filter(pk=inquiry.pk, answered_at__isnull=True)
    if not open_ones.update(answer=answer, answered_at=timezone.now(), answered_by=by.name[:200]):
        return False
    _note_inquiry(inquiry, Verb.CHANGED, by)
    answer_wanted.send(Inquiry, inquiry_id=inquiry.pk)
    return True


def _note_inquiry(inquiry: Inquiry, verb: Verb, by: Actor) -> None:
    write_journal(
        by=by, verb=verb, space_key=inquiry.space.key, kind="inquiry",
        key=str(inquiry.pk),
    )  # fmt: skip


def forget_inquiries(now: datetime) -> int:
    """Delete messages a year after they were answered; return how many."""
    return Inquiry.objects.filter(answered_at__lt=now - KEEP_INQUIRIES).delete()[0]


def forget_ended_sessions(now: datetime) -> int:
    """Delete sessions whose time is over, with the sign-in codes in them; return how many."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]
