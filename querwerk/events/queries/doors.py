"""Reads of the day: who is expected at the doors, who is there, and the list of attendance."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from querwerk.core.models import Link
from querwerk.core.states import LinkKind
from querwerk.events.models import DoorEntry, Presence, Registration, Terms
from querwerk.events.states import Attendance, RegistrationState
from querwerk.people.models import Organisation

EXPECTED = (
    RegistrationState.CONFIRMED,
    RegistrationState.OFFERED,
    RegistrationState.WAITING,
    RegistrationState.AWAITING,
)
"""Who may stand at a door; who has no place is shown as such, and the door decides."""


def expected(terms: Terms) -> QuerySet[Registration]:
    """Return who may come to the doors; 1 query."""
    found = Registration.objects.filter(
        terms=terms, state__in=EXPECTED, contingent__attendance=Attendance.ONSITE, forgotten_at__isnull=True
    )
    return found.select_related("contingent").order_by("name", "pk")


def presences(terms: Terms, day: date) -> dict[int, Presence]:
    """Return who is there on a day, by registration; 1 query."""
    return {row.registration_id: row for row in Presence.objects.filter(registration__terms=terms, day=day)}


def last_entry(terms: Terms) -> int:
    """Return the number of the last entry of any door; 1 query."""
    return DoorEntry.objects.filter(terms=terms).order_by("-pk").values_list("pk", flat=True).first() or 0


def touched_since(terms: Terms, entry: int) -> set[int]:
    """Return about whom the doors noted something since an entry; 1 query."""
    found = DoorEntry.objects.filter(terms=terms, pk__gt=entry, registration__isnull=False)
    return {pk for pk in found.values_list("registration", flat=True) if pk is not None}


@dataclass(slots=True)
class Crowd:
    """How many are expected and there, in all and by group."""

    expected: int = 0
    present: int = 0
    walk_ins: int = 0
    by_group: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Group → there, expected."""


def crowd(terms: Terms, day: date) -> Crowd:
    """Count who is expected and who is there; 1 query."""
    rows = Registration.objects.filter(terms=terms, contingent__attendance=Attendance.ONSITE)
    counted = rows.values_list("group", "state", "way").annotate(
        number=Count("pk", distinct=True), there=Count("pk", distinct=True, filter=Q(presences__day=day))
    )
    found, came, wanted = Crowd(), Counter[str](), Counter[str]()
    for group, state, way, number, there in counted.order_by():
        if state == RegistrationState.CONFIRMED:
            wanted[group] += number
        came[group] += there
        found.walk_ins += there if way == "walk-in" else 0
    found.expected, found.present = sum(wanted.values()), sum(came.values())
    found.by_group = {group: (came[group], wanted[group]) for group in wanted | came if wanted[group] or came[group]}
    return found


def online(terms: Terms, day: date) -> tuple[int, int]:
    """Return how many said on a day that they take part online, and how many have a place there; 1 query."""
    rows = Registration.objects.filter(terms=terms, contingent__attendance=Attendance.ONLINE)
    found = rows.aggregate(
        there=Count("pk", distinct=True, filter=Q(presences__day=day)),
        wanted=Count("pk", distinct=True, filter=Q(state=RegistrationState.CONFIRMED)),
    )
    return found["there"], found["wanted"]


def days_of(terms: Terms) -> list[date]:
    """Return the days on which somebody was there; 1 query."""
    found = Presence.objects.filter(registration__terms=terms).values_list("day", flat=True)
    return list(found.distinct().order_by("day"))


def attendance(terms: Terms, day: date | None, form: str = "") -> list[dict[str, Any]]:
    """Return the rows of the list of attendance by name, of one form or both: who has a place, and who came anyway; 2 queries."""
    there = presences(terms, day) if day else {}
    rows = Registration.objects.filter(terms=terms, forgotten_at__isnull=True)
    rows = rows.filter(contingent__attendance=form) if form else rows
    wanted = rows.filter(Q(state=RegistrationState.CONFIRMED) | Q(pk__in=there)).select_related("contingent")
    return [{"registration": row, "presence": there.get(row.pk)} for row in sorted_by_name(wanted)]


def sorted_by_name(rows: Iterable[Registration]) -> list[Registration]:
    """Return registrations by name as people sort it: databases disagree about Ä and Ž."""
    return sorted(rows, key=lambda row: (_plain(row.name), row.pk))


def _plain(name: str) -> str:
    """Return a name without accents, for sorting."""
    letters = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


def people_present(terms: Terms) -> tuple[int, int]:
    """Return how many different people were there on any day, and how many had a place of whom nobody noted that; 1 query."""
    rows = Registration.objects.filter(terms=terms)
    found = rows.aggregate(
        present=Count("pk", distinct=True, filter=Q(presences__isnull=False)),
        unproved=Count("pk", distinct=True, filter=Q(presences__isnull=True, state=RegistrationState.CONFIRMED)),
    )
    return found["present"], found["unproved"]


def groups_present(event_id: int) -> dict[str, int]:
    """Return how many different people of each field were there, on site and online, most first; 1 query."""
    rows = Registration.objects.filter(terms__event=event_id, presences__isnull=False).values("group")
    counted = rows.annotate(number=Count("pk", distinct=True)).order_by("-number", "group")
    return dict(counted.values_list("group", "number"))


def countries_of(terms: Terms) -> list[str]:
    """Return the countries of an event's hosts and co-hosts; 2 queries."""
    links = Link.objects.filter(owner=terms.event.node_id, kind=LinkKind.TOOK_PART, field__in=("host", "co_host"))
    hosts = Organisation.objects.filter(node__in=links.values("earlier"))
    return sorted({country for country in hosts.values_list("country", flat=True) if country})
