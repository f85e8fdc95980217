"""The schedule of an event: a page, to print, as JSON, and as a feed for calendars."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from querwerk.core import ical
from querwerk.core.lists import Ties
from querwerk.core.templatetags.ui import lang_of, plain
from querwerk.events.models import Event
from querwerk.events.queries import events as queries
from querwerk.events.queries.schedule import Entry, by_day, choices, entries_of, names_of
from querwerk.events.views.documentation import slide_links
from querwerk.events.views.pages import event_or_404
from querwerk.programmes.pages import Request, programme_page


def entries_for(request: Request, key: str) -> tuple[Event, list[Entry]]:
    """Return an event that the viewer may see, and its agenda; 3 queries, one more where slides are kept."""
    event = event_or_404(request, key)
    items = queries.agenda_of(event.pk, with_drafts=request.with_drafts)
    ties = Ties(event, items, with_drafts=request.with_drafts)
    found = entries_of(event, items, ties, request.frame.key)
    slides = queries.slides_of(items, ties, event.space_id, with_drafts=request.with_drafts)
    for entry in found:
        entry.links += slide_links(slides[entry.item.pk])
    return event, found


def people_names(entries: Sequence[Entry]) -> dict[int, list[str]]:
    """Return who speaks and who moderates at each point, by the item's number; 1 query for all."""
    nodes = {node.pk: node for entry in entries for node in (*entry.speakers, *entry.moderators)}
    people = {person.node_id: person for person in queries.people(list(nodes.values()))} if nodes else {}
    return {entry.item.pk: names_of((*entry.speakers, *entry.moderators), people) for entry in entries}


@programme_page
def schedule(request: Request, key: str) -> HttpResponse:
    """Show the schedule, all of it or one track or room."""
    event, entries = entries_for(request, key)
    track, room = request.GET.get("track", "")[:300], request.GET.get("room", "")[:300]
    shown = [
        entry
        for entry in entries
        if (not track or plain(entry.item.track) == track) and (not room or plain(entry.item.room) == room)
    ]
    names = people_names(shown)
    days = by_day(shown)
    context = {
        "event": event,
        "days": [
            {
                "day": day.day,
                "id": f"day-{day.day or 'none'}",
                "bands": [
                    {
                        "time": band.time,
                        "entries": [
                            (entry, names[entry.item.pk], _span(entry, beside=band.time)) for entry in band.entries
                        ],
                    }
                    for band in day.bands
                ],
            }
            for day in days
        ],
        "tracks": choices(entries, "track"),
        "rooms": choices(entries, "room"),
        "track": track,
        "room": room,
        "number": len(shown),
        "has_feed": any(_is_exact(entry) for entry in entries),
    }
    return render(request, "events/schedule.html", context)


def _span(entry: Entry, *, beside: str) -> str:
    """Say when, unless it stands beside already."""
    if entry.start is None:
        return entry.item.time
    span = f"{entry.start:%H:%M}–{entry.end:%H:%M}" if entry.end else f"{entry.start:%H:%M}"
    return "" if span == beside else span


@programme_page
def schedule_json(request: Request, key: str) -> HttpResponse:
    """Give the schedule out as JSON; times as ISO 8601 in the time of the place, unknown ones as null."""
    event, entries = entries_for(request, key)
    names = people_names(entries)
    page = reverse("events:schedule", kwargs={"programme": request.frame.key, "key": key})
    told = {
        "event": event.key,
        "title": plain(event.title),
        "url": request.build_absolute_uri(page),
        "items": [_as_json(entry, names[entry.item.pk]) for entry in entries],
    }
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


def _as_json(entry: Entry, names: list[str]) -> dict[str, Any]:
    item, speaking = entry.item, len(entry.speakers)
    return {
        "id": item.key,
        "day": entry.day or None,
        "start": _moment(entry, is_end=False),
        "end": _moment(entry, is_end=True),
        "time": item.time or None,
        "title": plain(item.item),
        "text": plain(item.text) or None,
        "track": plain(item.track) or None,
        "room": plain(item.room) or None,
        "attendance": item.format or None,
        "languages": plain(item.languages) or None,
        "interpretation": plain(item.interpretation) or None,
        "speakers": names[:speaking],
        "moderators": names[speaking:],
    }


def _moment(entry: Entry, *, is_end: bool) -> str | None:
    clock = entry.end if is_end else entry.start
    if clock is None or not ical.is_exact(entry.day):
        return None
    return datetime.combine(date.fromisoformat(entry.day), clock, ZoneInfo(settings.TIME_ZONE)).isoformat()


def _is_exact(entry: Entry) -> bool:
    return ical.is_exact(entry.day) and entry.start is not None


@programme_page
def schedule_feed(request: Request, key: str) -> HttpResponse:
    """Give the schedule out as a calendar to subscribe to: every point whose day and time are known, else the event itself."""
    event, entries = entries_for(request, key)
    page = request.build_absolute_uri(reverse("events:schedule", kwargs={"programme": request.frame.key, "key": key}))
    place = ", ".join(filter(None, (plain(event.venue), plain(event.place))))
    known = [_calendar_entry(request, event, entry, page, place) for entry in entries if _is_exact(entry)]
    body = ical.calendar_of(known, ZoneInfo(settings.TIME_ZONE), name=plain(event.title))
    name = f'inline; filename="{event.key}-schedule.ics"'
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers={"Content-Disposition": name})


def _calendar_entry(request: Request, event: Event, entry: Entry, page: str, place: str) -> ical.Entry:
    item = entry.item
    return ical.Entry(
        identity=f"{request.frame.key}:agenda_item:{item.key}",
        title=plain(item.item),
        language=lang_of(item.item),
        date=entry.day,
        end="",
        time=item.time,
        place=", ".join(filter(None, (plain(item.room), place))),
        text=plain(item.text),
        url=f"{page}#{entry.id}",
        changed_at=item.changed_at,
        version=item.version,
    )
