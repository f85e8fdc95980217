"""Writes events as a calendar file (RFC 5545)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

TIMES = re.compile(r"(\d{1,2})[:.](\d{2})(?:\s*[-–—]\s*(\d{1,2})[:.](\d{2}))?(?:\s*(?:h|Uhr))?")
DAY_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """What a calendar file says; texts are in one language."""

    identity: str
    """What stays the same when everything else about the event changes."""
    title: str
    language: str
    date: str
    end: str
    time: str
    place: str
    text: str
    url: str
    changed_at: datetime
    version: int
    is_cancelled: bool = False


def is_exact(day: str) -> bool:
    """Tell whether a partial date is known to the day."""
    return len(day) == DAY_LENGTH


def has_calendar(day: str, end: str) -> bool:
    """Tell whether an event can stand in a calendar: its day is known, and its last day if it has one."""
    return is_exact(day) and (not end or is_exact(end))


def times(words: str) -> tuple[time, time | None] | None:
    """Read "18:00" or "14:30-15:00"; nothing where the words say something else."""
    match = TIMES.fullmatch(words.strip())
    if match is None:
        return None
    numbers = [int(part) for part in match.groups() if part is not None]
    try:
        start = time(numbers[0], numbers[1])
        return start, time(numbers[2], numbers[3]) if len(numbers) > 2 else None
    except ValueError:
        return None


def calendar_file(entry: Entry, zone: ZoneInfo) -> bytes:
    """Return the file. Without a time, or over several days, the event takes whole days."""
    return calendar_of([entry], zone)


def calendar_of(entries: Iterable[Entry], zone: ZoneInfo, *, name: str = "") -> bytes:
    """Return the file of several events; with a name it is a feed that programs look at again and again (RFC 7986)."""
    calendar = Calendar()
    calendar.add("prodid", "-//Querwerk//Querwerk//EN")
    calendar.add("version", "2.0")
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
    for entry in entries:
        calendar.add_component(calendar_event(entry, zone))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def calendar_event(entry: Entry, zone: ZoneInfo) -> Event:
    """Return one event of a calendar."""
    event = Event()
    event.add("uid", f"{uuid5(NAMESPACE_URL, f'querwerk:{entry.identity}')}")
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.version - 1)
    spoken = {"language": entry.language} if entry.language else {}
    event.add("summary", entry.title, parameters=spoken)
    add_span(event, entry, zone)
    if entry.place:
        event.add("location", entry.place)
    if entry.text:
        event.add("description", entry.text)
    event.add("url", entry.url)
    if entry.is_cancelled:
        event.add("status", "CANCELLED")
    return event


def add_span(event: Event, entry: Entry, zone: ZoneInfo) -> None:
    """Say when the event begins and ends."""
    first, last = date.fromisoformat(entry.date), date.fromisoformat(entry.end or entry.date)
    clock = times(entry.time) if first == last else None
    if clock is None:
        event.add("dtstart", first)
        event.add("dtend", max(first, last) + timedelta(days=1))  # the end is the first day that is free again
        return
    start, until = clock
    event.add("dtstart", datetime.combine(first, start, zone))
    if until is not None:
        closing = first if until > start else first + timedelta(days=1)
        event.add("dtend", datetime.combine(closing, until, zone))
