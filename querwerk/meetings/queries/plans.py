"""Reads of the versions of a timetable: for everybody, for one person, and what is different between two of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from querwerk.matching.models import Match
from querwerk.meetings.models import (
    Feedback,
    GoingOn,
    Meeting,
    Networking,
    Participant,
    Plan,
    Seat,
    Slot,
    Table,
    Unmet,
    Wish,
)
from querwerk.meetings.queries.people import active
from querwerk.meetings.states import COMPUTING, STANDING, WITH_MEETINGS, PlanState


def plans_of(networking: Networking) -> QuerySet[Plan]:
    """Return the versions, newest first, with how many meetings each has; 1 query."""
    found = Plan.objects.filter(networking=networking).select_related("based_on")
    return found.annotate(size=Count("meetings")).order_by("-number")


def published(networking_id: int) -> Plan | None:
    """Return the version that counts; 1 query."""
    return Plan.objects.filter(networking=networking_id, state=PlanState.PUBLISHED).first()


def printable(networking: Networking) -> list[Plan]:
    """Return the versions that have meetings, the one that counts first; 1 query."""
    found = Plan.objects.filter(networking=networking, state__in=WITH_MEETINGS)
    return sorted(found.order_by("-number"), key=lambda plan: plan.state != PlanState.PUBLISHED)


def computing(networking_id: int) -> Plan | None:
    """Return the version that is being computed; 1 query."""
    return Plan.objects.filter(networking=networking_id, state__in=COMPUTING).first()


def base_for(networking: Networking) -> Plan | None:
    """Return the version to start from: the published one, else the latest; 1 or 2 queries."""
    latest = Plan.objects.filter(networking=networking, state__in=WITH_MEETINGS).order_by("-number")
    return published(networking.pk) or latest.first()


PARTY, OTHER_PARTY = "participant__team__members__registration", "other__team__members__registration"
"""What has to be loaded to name a person with those who always come along."""


def seats_of(plan: Plan, participant: Participant) -> list[Seat]:
    """Return somebody's meetings in order; 1 query, 2 more where they meet a team."""
    rows = Seat.objects.filter(plan=plan, participant=participant)
    rows = rows.select_related("slot", "meeting__table", "other__registration", "other__team")
    return list(rows.prefetch_related(OTHER_PARTY).order_by("slot__begins_at", "pk"))


def latest_seat(participant: Participant, other: Participant) -> Seat | None:
    """Return when two people met, by the last version that was published and had them meet; 1 query."""
    rows = Seat.objects.filter(participant=participant, other=other, plan__published_at__isnull=False)
    return rows.select_related("slot").order_by("-plan__number").first()


@dataclass(frozen=True, slots=True)
class Sides:
    """Who sat on which side of a meeting: where teams always come together, more than one."""

    own: frozenset[int]
    other: frozenset[int]


def sides_of(seats: Sequence[Seat]) -> dict[int, Sides]:
    """Return the sides of each of somebody's meetings, by seat; 1 query."""
    rows = Seat.objects.filter(meeting__in={seat.meeting_id for seat in seats})
    there: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for meeting, participant, other in rows.values_list("meeting", "participant", "other"):
        there[meeting].append((participant, other))
    found = {}
    for seat in seats:
        # Those of one side face the same one of the other.
        own = frozenset(one for one, other in there[seat.meeting_id] if other == seat.other_id)
        found[seat.pk] = Sides(own, frozenset(one for one, _other in there[seat.meeting_id]) - own)
    return found


@dataclass(frozen=True, slots=True)
class Wanting:
    """Who of each side said that they want to go on."""

    own: list[Participant]
    other: list[Participant]


def wanting(sides: Mapping[int, Sides]) -> dict[int, Wanting]:
    """Return for each meeting, by any number that names it, who said yes to it, in the order of their numbers; 1 query."""
    people = frozenset(chain.from_iterable(one.own | one.other for one in sides.values()))
    rows = Feedback.objects.filter(participant__in=people, other__in=people, goes_on=True)
    said = list(rows.select_related("participant__registration__terms__event__space").order_by("participant"))

    def of(one: frozenset[int], about: frozenset[int]) -> list[Participant]:
        found = {
            row.participant_id: row.participant for row in said if row.participant_id in one and row.other_id in about
        }
        return list(found.values())

    return {name: Wanting(of(one.own, one.other), of(one.other, one.own)) for name, one in sides.items()}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A meeting that goes on, as the organisers see it."""

    names: str
    record: Match | None


def going_on(networking: Networking) -> list[Outcome]:
    """Return who goes on after a meeting, with the match that was made of it, the latest first; 2 queries."""
    rows = GoingOn.objects.filter(networking=networking).order_by("-pk")
    rows = rows.select_related("first__registration", "second__registration", "record")
    found = []
    for row in rows.prefetch_related("also__registration"):
        also = sorted(row.also.all(), key=lambda one: one.pk)
        # Whoever said so later belongs to the team of one of the two.
        first = [row.first, *(one for one in also if one.team_id is not None and one.team_id == row.first.team_id)]
        second = [row.second, *(one for one in also if one not in first)]
        sides = [" & ".join(one.registration.name for one in side) for side in (first, second)]
        found.append(Outcome(" – ".join(sides), row.record))
    return found


def halves(plan: Plan) -> QuerySet[Seat]:
    """Return each meeting of a version once, in order, with both sides; 1 query, up to 4 more where there are teams."""
    back = Seat.objects.filter(
        meeting=OuterRef("meeting"), participant=OuterRef("other"), other=OuterRef("participant")
    )
    rows = Seat.objects.filter(Exists(back), plan=plan, participant__lt=F("other"))
    rows = rows.select_related("slot", "meeting__table", "participant__registration", "participant__team", "other__registration", "other__team")  # fmt: skip
    rows = rows.prefetch_related(PARTY, OTHER_PARTY)
    return rows.order_by("slot__begins_at", "meeting__table__pk", "pk")


def unmet_of(plan: Plan) -> QuerySet[Unmet]:
    """Return who does not meet and why, by name; 1 query."""
    rows = Unmet.objects.filter(plan=plan).select_related("first__registration", "second__registration")
    return rows.order_by("cause", "first__registration__name", "second__registration__name", "pk")


def unmet_about(plan: Plan, participant: Participant) -> dict[int, str]:
    """Return the cause for each person whom somebody does not meet; 1 query."""
    rows = Unmet.objects.filter(Q(first=participant) | Q(second=participant), plan=plan)
    return {
        second if first == participant.pk else first: cause
        for first, second, cause in rows.values_list("first", "second", "cause")
    }


def waiting_wishes(plan: Plan, sender: Participant | None = None) -> frozenset[int]:
    """Return the wishes of which a version does not know yet, because they came later; 4 queries.

    A wish for one of a team is one for the team: it waits for nothing when another of the team is met.
    """
    teams = dict(
        Participant.objects.filter(networking=plan.networking_id, team__isnull=False).values_list("pk", "team")
    )

    def parties(one: int, other: int) -> frozenset[tuple[bool, int]]:
        return frozenset((pk in teams, teams.get(pk, pk)) for pk in (one, other))

    halves_ = Seat.objects.filter(plan=plan, participant__lt=F("other")).values_list("participant", "other")
    unmet = Unmet.objects.filter(plan=plan).values_list("first", "second")
    known = {parties(one, other) for one, other in chain(halves_, unmet)}
    there = active(plan.networking_id).filter(is_absent=False).values("pk")
    wishes = Wish.objects.filter(state__in=STANDING, sender__in=there, receiver__in=there)
    if sender is not None:
        wishes = wishes.filter(sender=sender)
    rows = wishes.values_list("pk", "sender", "receiver")
    # Two of one team share their meetings and meet nobody by wishing for each other.
    return frozenset(pk for pk, one, other in rows if len(wanted := parties(one, other)) > 1 and wanted not in known)


def is_over_days(slots: Iterable[Slot]) -> bool:
    """Tell whether times are on several days, so that each needs its day beside it."""
    return len({localdate(slot.begins_at) for slot in slots}) > 1


def slots_of(networking: Networking) -> list[Slot]:
    """Return the slots in order; 1 query."""
    return list(Slot.objects.filter(networking=networking).order_by("begins_at", "pk"))


def arrival_of(slots: Sequence[Slot], closed: Mapping[int, bool]) -> int | None:
    """Return from which slot on somebody comes, where the organisers noted that they come later; ``closed``: slot → by organisers."""
    late = 0
    while late < len(slots) and closed.get(slots[late].pk):
        late += 1
    return slots[late].pk if 0 < late < len(slots) else None


def tables_of(networking: Networking) -> list[Table]:
    """Return the tables, numbers in the order of numbers; 1 query."""
    rows = Table.objects.filter(networking=networking).select_related("stand_of")
    return sorted(rows, key=lambda row: (row.is_closed, len(row.name) if row.name.isdecimal() else 99, row.name))


@dataclass(frozen=True, slots=True)
class Spot:
    """Where and when a meeting is."""

    begins_at: datetime
    table: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Two people whose meeting is not where it was; None: it did not, or does not, take place."""

    first: int
    second: int
    before: Spot | None
    after: Spot | None


def _spots(plan: Plan | None) -> dict[tuple[int, int], Spot]:
    if plan is None:
        return {}
    rows = Seat.objects.filter(plan=plan).values_list("participant", "other", "slot__begins_at", "meeting__table__name")
    return {(min(one, other), max(one, other)): Spot(begins_at, table) for one, other, begins_at, table in rows}


def differences(before: Plan | None, after: Plan) -> list[Difference]:
    """Return whose meetings are different in a later version, in the order of time; 2 queries."""
    old, new = _spots(before), _spots(after)
    found = [
        Difference(*pair, old.get(pair), new.get(pair))
        for pair in old.keys() | new.keys()
        if old.get(pair) != new.get(pair)
    ]
    return sorted(found, key=lambda one: (_earliest(one), one.first, one.second))


def _earliest(difference: Difference) -> datetime:
    return min(spot.begins_at for spot in (difference.before, difference.after) if spot is not None)


def concerned(changed: Iterable[Difference]) -> frozenset[int]:
    """Return the numbers of those who have to be told."""
    return frozenset(one for difference in changed for one in (difference.first, difference.second))


def grid(plan: Plan, networking: Networking) -> tuple[list[Slot], list[tuple[Table, list[Seat | None]]]]:
    """Return the slots, and for each table who sits there in each of them; 3 queries."""
    slots = slots_of(networking)
    at: dict[int, dict[int, Seat]] = defaultdict(dict)
    for seat in halves(plan):
        at[seat.meeting.table_id][seat.slot_id] = seat
    tables = [table for table in tables_of(networking) if table.pk in at or not table.is_closed]
    return slots, [(table, [at[table.pk].get(slot.pk) for slot in slots]) for table in tables]


def loads(plan: Plan) -> dict[int, int]:
    """Return how many meetings each person has; 1 query."""
    rows: Any = Seat.objects.filter(plan=plan).values_list("participant").annotate(number=Count("pk")).order_by()
    return dict(rows)


def meeting_of(plan: Plan, number: int) -> Meeting | None:
    """Return one meeting; 1 query."""
    return Meeting.objects.filter(plan=plan, pk=number).first()


def seats_of_many(plan: Plan, participants: Iterable[int]) -> dict[int, list[Seat]]:
    """Return the meetings of several people in order; 1 query, 2 more where there are teams."""
    rows = Seat.objects.filter(plan=plan, participant__in=list(participants))
    found: dict[int, list[Seat]] = defaultdict(list)
    rows = rows.select_related("slot", "meeting__table", "other__registration", "other__team")
    for seat in rows.prefetch_related(OTHER_PARTY).order_by("slot__begins_at", "pk"):
        found[seat.participant_id].append(seat)
    return found
