"""What is noted at the doors, by several at once and after a time without a network: it merges in any order.

Entries are only ever added. Whether somebody is there on a day follows from all entries about them, sorted by their time
and then by their name: doors that hand over late, twice or in another order come to the same result.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from querwerk.core.actions import Actor
from querwerk.events.actions.organising import enter_registration
from querwerk.events.actions.registering import UnableToRegister, Wish
from querwerk.events.models import Contingent, DoorEntry, Presence, Registration, Terms
from querwerk.events.states import ENDED, RUNNING, Attendance, DoorAct, Way

OLDEST = timedelta(days=3)
"""A door whose entry is older has a wrong clock, or was forgotten; the entry counts for the day it is handed over."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Who came without registration."""

    name: str
    organisation: str = ""
    group: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """One entry as a door hands it over."""

    client_id: uuid.UUID
    act: DoorAct
    at: datetime
    door: str = ""
    registration_id: int | None = None
    ticket: str = ""
    guest: Guest | None = None
    guest_id: uuid.UUID | None = None
    """Names the guest at the door before the server has given a number."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an entry."""

    client_id: uuid.UUID
    registration_id: int | None
    is_present: bool
    was_known: bool = False
    """They were there already: another door, or the same ticket twice."""


def take_notes(*, terms: Terms, notes: Sequence[Note], by: Actor) -> list[Outcome]:
    """Take what a door noted, each on its own: one that is wrong must not hold up the others."""
    return [take_note(terms=terms, note=note, by=by) for note in sorted(notes, key=_order)]


def _order(note: Note) -> tuple[datetime, uuid.UUID]:
    return note.at, note.client_id


ONLINE = "online"
"""The door of those who take part online."""


def say_here(*, registration: Registration) -> Outcome:
    """Note that somebody takes part online, once a day; their own link is the proof, and the time stands with it."""
    now = timezone.now()
    name = f"{registration.code}:{timezone.localdate(now).isoformat()}"
    note = Note(uuid.uuid5(uuid.NAMESPACE_URL, name), DoorAct.IN, now, ONLINE, registration.pk)
    return take_note(terms=registration.terms, note=note, by=Actor(None, ""))


@transaction.atomic
def take_note(*, terms: Terms, note: Note, by: Actor) -> Outcome:
    """Take one entry; a second time changes nothing."""
    # All doors of an event queue up here, so that neither an entry nor a guest can be made twice at the same moment.
    Terms.objects.select_for_update().get(pk=terms.pk)
    taken = DoorEntry.objects.filter(client_id=note.client_id).first()
    if taken is not None:
        return _outcome(note, taken.registration_id, taken.day, was_known=False)
    registration = _who(terms, note, by)
    now = timezone.now()
    at = now if now - note.at > OLDEST else min(note.at, now)
    day = timezone.localdate(at)
    was_known = registration is not None and Presence.objects.filter(registration=registration, day=day).exists()
    DoorEntry.objects.create(
        terms=terms, client_id=note.client_id, act=note.act, registration=registration, day=day, at=at,
        door=note.door[:60], by_name=by.name[:200], words="" if registration else (note.ticket or "?")[:40],
    )  # fmt: skip
    if registration is None:
        return Outcome(note.client_id, None, is_present=False)
    settle_presence(registration.pk, day)
    return _outcome(note, registration.pk, day, was_known=was_known and note.act == DoorAct.IN)


def _outcome(note: Note, registration_id: int | None, day: date, *, was_known: bool) -> Outcome:
    is_present = Presence.objects.filter(registration=registration_id, day=day).exists() if registration_id else False
    return Outcome(note.client_id, registration_id, is_present=is_present, was_known=was_known)


def settle_presence(registration_id: int, day: date) -> None:
    """Make anew, from all entries, whether and since when somebody is there on a day."""
    first: DoorEntry | None = None
    for entry in DoorEntry.objects.filter(registration=registration_id, day=day).order_by("at", "client_id"):
        if entry.act == DoorAct.UNDO:
            first = None
        elif first is None:
            first = entry
    there = Presence.objects.filter(registration=registration_id, day=day)
    if first is None:
        there.delete()
    else:
        values = {"at": first.at, "door": first.door}
        Presence.objects.update_or_create(registration_id=registration_id, day=day, defaults=values)


def _who(terms: Terms, note: Note, by: Actor) -> Registration | None:
    """Return whom an entry is about; a guest is registered now."""
    people = Registration.objects.filter(terms=terms, forgotten_at__isnull=True)
    if note.registration_id is not None:
        return people.filter(pk=note.registration_id).first()
    if note.guest_id is not None:
        return people.filter(client_id=note.guest_id).first() or _guest(terms, note, by)
    ticket = "".join(letter for letter in note.ticket.upper().removeprefix("QW:") if letter.isalnum())
    return people.filter(ticket=ticket).exclude(state__in=ENDED).first() if ticket else None


def _guest(terms: Terms, note: Note, by: Actor) -> Registration | None:
    """Register who came without; with an address that is registered already they are who is registered."""
    guest = note.guest
    if guest is None or not guest.name.strip():
        return None
    email = guest.email.strip().lower()
    place = _place_at_the_door(terms)
    if email:
        known = Registration.objects.filter(terms=terms, email=email, state__in=RUNNING).first()
        if known is not None:
            return known
    if place is None:
        return None
    wish = Wish(
        contingent_id=place.pk, name=" ".join(guest.name.split())[:200], email=email, language=settings.LANGUAGE_CODE,
        organisation=guest.organisation.strip()[:200], group=guest.group,
    )  # fmt: skip
    try:
        made = enter_registration(terms=terms, wish=wish, way=Way.WALK_IN, by=by)
    except UnableToRegister:
        return None
    Registration.objects.filter(pk=made.pk).update(client_id=note.guest_id)
    return made


def _place_at_the_door(terms: Terms) -> Contingent | None:
    """Return the contingent of who comes without registration: on site, and of timed visits the one that is on now."""
    onsite = terms.contingents.filter(attendance=Attendance.ONSITE)
    whole = onsite.filter(begins_at__isnull=True).first()
    if whole is not None:
        return whole
    now = timezone.now()
    running = onsite.filter(ends_at__gt=now).order_by("begins_at").first()
    return running or onsite.order_by("-begins_at").first()
