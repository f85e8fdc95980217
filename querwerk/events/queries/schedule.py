"""The schedule of an event: its agenda by day and time, with rooms, tracks and people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from querwerk.core import ical
from querwerk.core.lists import Ties, shown_as
from querwerk.core.models import Node
from querwerk.core.registry import anchor
from querwerk.core.templatetags.ui import plain
from querwerk.events.models import AgendaItem, Event
from querwerk.people.models import Person


@dataclass(slots=True)
class Entry:
    """A point of the agenda, ready to be shown."""

    item: AgendaItem
    id: str
    day: str
    start: time | None
    end: time | None
    speakers: list[Node]
    moderators: list[Node]
    links: list[dict[str, Any]]


@dataclass(slots=True)
class Band:
    """What begins at the same time."""

    time: str
    entries: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class Day:
    """A day of the schedule; points without a time come last."""

    day: str
    bands: list[Band] = field(default_factory=list)


def entries_of(event: Event, items: Sequence[AgendaItem], ties: Ties, programme_key: str) -> list[Entry]:
    """Return the points of an agenda in the order of their days and times; no query."""
    found = [_entry(event, item, ties, programme_key) for item in items]
    places = {id(entry): place for place, entry in enumerate(found)}
    return sorted(found, key=lambda entry: (entry.day, entry.start is None, entry.start or time(), places[id(entry)]))


def _entry(event: Event, item: AgendaItem, ties: Ties, programme_key: str) -> Entry:
    clock = ical.times(item.time)
    nodes = [*ties.nodes("pilots", by=item), *ties.nodes("strategy", by=item)]
    return Entry(
        item, anchor(item.node), item.day or event.date, clock[0] if clock else None, clock[1] if clock else None,
        ties.nodes("speakers", by=item), ties.nodes("moderators", by=item),
        [shown_as(node, programme_key) for node in nodes],
    )  # fmt: skip


def by_day(entries: Iterable[Entry]) -> list[Day]:
    """Return the entries as days with bands of what begins at the same time."""
    days: list[Day] = []
    for entry in entries:
        if not days or days[-1].day != entry.day:
            days.append(Day(entry.day))
        bands = days[-1].bands
        start = f"{entry.start:%H:%M}" if entry.start else ""
        if not bands or bands[-1].time != start:
            bands.append(Band(start))
        bands[-1].entries.append(entry)
    return days


def choices(entries: Iterable[Entry], name: str) -> list[str]:
    """Return the different tracks or rooms in the order in which they first come, in the reader's language."""
    return list(dict.fromkeys(words for entry in entries if (words := plain(getattr(entry.item, name)))))


def names_of(nodes: Iterable[Node], people: dict[int, Person]) -> list[str]:
    """Return persons with where they come from."""
    return [named(people[node.pk]) if node.pk in people else plain(node.title) for node in nodes]


def named(person: Person) -> str:
    """Return a person's name with the affiliation that the source states."""
    place = person.affiliation or (plain(person.organisation.name) if person.organisation else "")
    return f"{plain(person.name)} ({place})" if place else plain(person.name)
