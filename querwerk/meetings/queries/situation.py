"""Reads everything that a timetable depends on."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.timezone import localtime

from querwerk.meetings.models import (
    Block,
    Networking,
    Pair,
    Participant,
    Plan,
    Seat,
    Slot,
    Table,
    Unavailable,
    Unmet,
    Wish,
)
from querwerk.meetings.planning import Attendee, Place, Sitting, Situation, Wanted
from querwerk.meetings.queries.people import is_active
from querwerk.meetings.rules import weight_of
from querwerk.meetings.states import STANDING, PairSort


def situation_of(networking: Networking, base: Plan | None = None, *, now: datetime | None = None) -> Situation:
    """Return what a timetable depends on at this moment; 8 queries, 11 with a version to start from."""
    slots = list(Slot.objects.filter(networking=networking).order_by("begins_at", "pk"))
    sittings = tuple(sittings_of(base)) if base is not None else ()
    attendees = _attendees(networking, {one for sitting in sittings for one in sitting.people})
    is_long = len({localtime(slot.begins_at).date() for slot in slots}) > 1
    at = now or timezone.now()
    return Situation(
        attendees=attendees,
        slots=tuple(slot.pk for slot in slots),
        slot_names=tuple(f"{localtime(slot.begins_at):{'%d.%m. %H:%M' if is_long else '%H:%M'}}" for slot in slots),
        places=_places(networking, {sitting.table for sitting in sittings}),
        wanted=tuple(_wanted(networking)),
        never=frozenset(_never(networking)),
        base=sittings,
        known=frozenset(_known(base, sittings)) if base is not None else frozenset(),
        since=sum(slot.begins_at <= at for slot in slots),
    )


def _attendees(networking: Networking, in_base: set[int]) -> tuple[Attendee, ...]:
    closed: dict[int, set[int]] = defaultdict(set)
    for participant, slot in Unavailable.objects.filter(participant__networking=networking).values_list(
        "participant", "slot"
    ):
        closed[participant].add(slot)
    found = []
    rows = Participant.objects.filter(networking=networking).select_related("registration", "team").order_by("pk")
    for row in rows:
        has_left = row.is_absent or not is_active(row)
        if has_left and row.pk not in in_base:
            continue
        most = networking.most if row.most is None else row.most
        found.append(
            Attendee(
                row.pk,
                languages=frozenset(row.languages),
                needs_accessible=row.needs_accessible,
                least=min(networking.least if row.least is None else row.least, most),
                most=most,
                team=row.team_id,
                comes_together=row.team is not None and row.team.comes_together,
                closed=frozenset(closed[row.pk]),
                has_left=has_left,
            )
        )
    return tuple(found)


def _places(networking: Networking, in_base: set[int]) -> tuple[Place, ...]:
    rows = Table.objects.filter(networking=networking).order_by("pk")
    return tuple(
        Place(row.pk, row.name, tuple(row.languages), row.is_accessible, row.stand_of_id, row.is_closed)
        for row in rows
        if not row.is_closed or row.pk in in_base
    )


def _wanted(networking: Networking) -> Iterable[Wanted]:
    """Yield the wishes that stand, each with its weight by its place in the sender's list, and what has to be."""
    wishes = Wish.objects.filter(sender__networking=networking, state__in=STANDING).order_by("sender", "rank", "pk")
    sender, place = 0, 0
    for sent_by, receiver, state, is_noted in wishes.values_list("sender", "receiver", "state", "is_noted"):
        place = place + 1 if sent_by == sender else 0
        sender = sent_by
        yield Wanted(sent_by, receiver, weight_of(place=place, state=state), is_noted)
    musts = Pair.objects.filter(networking=networking, sort=PairSort.MUST).order_by("first", "second")
    for first, second in musts.values_list("first", "second"):
        yield Wanted(first, second, None)


def _never(networking: Networking) -> Iterable[tuple[int, int]]:
    never = Pair.objects.filter(networking=networking, sort=PairSort.NEVER)
    yield from never.values_list("first", "second")
    for one, other in Block.objects.filter(participant__networking=networking).values_list("participant", "other"):
        yield min(one, other), max(one, other)


def sittings_of(plan: Plan) -> Iterable[Sitting]:
    """Yield who sits together in a version, each two people once; 1 query."""
    rows = Seat.objects.filter(plan=plan).order_by("meeting", "pk")
    found = rows.values_list("slot", "meeting__table", "participant", "other", "meeting__is_locked")
    pairs = {
        (min(one, other), max(one, other)): (slot, table, is_locked) for slot, table, one, other, is_locked in found
    }
    yield from (Sitting(slot, table, people, is_locked) for people, (slot, table, is_locked) in pairs.items())


def _known(base: Plan, sittings: Iterable[Sitting]) -> Iterable[tuple[int, int]]:
    for sitting in sittings:
        yield min(sitting.people), max(sitting.people)
    yield from Unmet.objects.filter(plan=base).values_list("first", "second")
