"""Who gets a place: everything that takes or frees one holds the lock of its contingent and goes through here.

The lock is ``SELECT … FOR UPDATE`` on PostgreSQL and the one writer that SQLite has. Whatever fails or is killed in the
middle leaves nothing behind, because place, number, state and letter are written in one transaction; and should this
code ever count wrong, the database refuses one place too many.
"""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from querwerk.core.actions import Actor, write_journal
from querwerk.core.states import Verb
from querwerk.core.text import Text
from querwerk.events import rules
from querwerk.events.actions.letters import write_letter
from querwerk.events.models import Contingent, Registration
from querwerk.events.states import (
    ENDED,
    REGISTRATION_MOVES,
    SEATED,
    LetterKind,
    Mode,
    RegistrationState,
)

LETTER_OF = {
    RegistrationState.AWAITING: LetterKind.AWAITING,
    RegistrationState.WAITING: LetterKind.WAITING,
    RegistrationState.OFFERED: LetterKind.OFFER,
    RegistrationState.CONFIRMED: LetterKind.TICKET,
    RegistrationState.CANCELLED: LetterKind.CANCELLED,
    RegistrationState.DECLINED: LetterKind.DECLINED,
    RegistrationState.EXPIRED: LetterKind.EXPIRED,
}
MOST_AT_ONCE = 200
"""Places given from one waiting list in one transaction; the rest follows with the next look."""


def lock_contingents(ids: Iterable[int]) -> dict[int, Contingent]:
    """Lock contingents, always in the same order, so that nobody waits for each other in a circle."""
    found = Contingent.objects.select_for_update(of=("self",)).select_related("terms__event__space")
    return {contingent.pk: contingent for contingent in found.filter(pk__in=set(ids)).order_by("pk")}


def locked(registration: Registration, *others: int) -> tuple[Registration, dict[int, Contingent]]:
    """Lock the contingents of a registration and then itself; it may have moved to another one meanwhile."""
    while True:
        held = Registration.objects.values_list("contingent", flat=True).get(pk=registration.pk)
        contingents = lock_contingents([held, *others])
        current = Registration.objects.select_for_update().get(pk=registration.pk)
        if current.contingent_id in contingents:
            current.contingent = contingents[current.contingent_id]
            return current, contingents


def begins_at(contingent: Contingent) -> datetime | None:
    """Return when a visit, or else the event, begins."""
    event = contingent.terms.event
    return contingent.begins_at or rules.beginning(event.date, event.time, ZoneInfo(settings.TIME_ZONE))


def move(registration: Registration, state: RegistrationState, *, tell: bool = True) -> None:
    """Bring a registration into a state, with its place counted and its letter written; its contingent is locked."""
    before = RegistrationState(registration.state)
    assert state in REGISTRATION_MOVES[before], f"{before} → {state}"
    contingent, now = registration.contingent, timezone.now()
    contingent.taken += (state in SEATED) - (before in SEATED)
    contingent.save(update_fields=["taken"])
    registration.state, registration.version = state, registration.version + 1
    registration.ended_at = now if state in ENDED else None
    registration.offered_until = None
    if state == RegistrationState.OFFERED:
        registration.offered_until = rules.offer_ends(now, contingent.terms.accept_hours, begins_at(contingent))
    registration.save()
    if tell:
        write_letter(registration, LETTER_OF[state])


def queue_up(registration: Registration) -> None:
    """Give a registration the next place in the order of its contingent, which is locked."""
    contingent = registration.contingent
    contingent.last_number += 1
    contingent.save(update_fields=["last_number"])
    registration.number = contingent.last_number


def settle(registration: Registration, *, is_approved: bool = False, tell: bool = True) -> None:
    """Decide about a registration that has just queued up: approval, place, or the waiting list."""
    contingent = registration.contingent
    if contingent.terms.mode == Mode.APPROVAL and not is_approved and registration.invitation_id is None:
        move(registration, RegistrationState.AWAITING, tell=tell)
    elif contingent.is_full or is_anybody_waiting(contingent):
        move(registration, RegistrationState.WAITING, tell=tell)
    else:
        move(registration, RegistrationState.CONFIRMED, tell=tell)


def is_anybody_waiting(contingent: Contingent) -> bool:
    """Tell whether others would be overtaken."""
    return contingent.registrations.filter(state=RegistrationState.WAITING).exists()


def promote(contingent: Contingent) -> int:
    """Give places that are free to those who wait, in their order; the contingent is locked. Return how many."""
    start, given = begins_at(contingent), 0
    if start is not None and timezone.now() >= start:
        return 0
    waiting = contingent.registrations.filter(state=RegistrationState.WAITING).order_by("number")
    free = MOST_AT_ONCE if contingent.free is None else min(contingent.free, MOST_AT_ONCE)
    state = RegistrationState.OFFERED if contingent.terms.accept_hours else RegistrationState.CONFIRMED
    for registration in waiting.select_for_update()[: max(free, 0)]:
        registration.contingent = contingent
        move(registration, state)
        given += 1
    return given


@transaction.atomic
def promote_waiting(*, contingent: Contingent) -> int:
    """Give places that are free to those who wait; return how many."""
    return promote(lock_contingents([contingent.pk])[contingent.pk])


def promote_all(now: datetime) -> int:
    """Look for places that are free although somebody waits: more than one transaction gives at once, or a change by hand."""
    waiting = Contingent.objects.filter(registrations__state=RegistrationState.WAITING)
    free = waiting.filter(Q(capacity__isnull=True) | Q(taken__lt=F("capacity")))
    return sum(promote_waiting(contingent=contingent) for contingent in free.distinct().order_by("pk"))


def expire_offers(now: datetime) -> int:
    """End the offers that nobody accepted in time, and offer each place to who is next; return how many ended."""
    late = Registration.objects.filter(state=RegistrationState.OFFERED, offered_until__lte=now)
    return sum(expire_offer(registration, now) for registration in late.order_by("offered_until", "pk"))


@transaction.atomic
def expire_offer(registration: Registration, now: datetime) -> bool:
    """End one offer, if it is still open and late."""
    current, _contingents = locked(registration)
    if current.state != RegistrationState.OFFERED or current.offered_until is None or current.offered_until > now:
        return False
    move(current, RegistrationState.EXPIRED)
    promote(current.contingent)
    return True


def journal(registration: Registration, *, by: Actor, before: str, why: str = "", verb: Verb = Verb.CHANGED) -> None:
    """Note what an organiser did. Neither names nor addresses stand in the journal, which is kept for ever."""
    event = registration.terms.event
    write_journal(
        by=by, verb=verb, space_key=event.space.key,
        kind="registration", key=str(registration.pk), title=Text(event.title), why=why[:1000],
        before={"state": before} if before else None, after={"state": registration.state},
    )  # fmt: skip
