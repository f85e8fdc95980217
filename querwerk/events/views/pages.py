"""Pages of the events, and the file for one's calendar."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from querwerk.core import ical, registry
from querwerk.core.lists import Ties, shown_as
from querwerk.core.models import Link, Node
from querwerk.core.pictures.models import Download
from querwerk.core.pictures.showing import Plate, face_of, plates
from querwerk.core.prose.queries import public_text
from querwerk.core.registry import anchor, node_url
from querwerk.core.templatetags.ui import lang_of, plain
from querwerk.core.terms import term
from querwerk.events.models import AgendaItem, Event
from querwerk.events.queries import events as queries
from querwerk.events.queries.registrations import terms_of
from querwerk.events.views.documentation import said_at, slide_links
from querwerk.programmes.pages import Request, origin_of, page_language, programme_page

PER_PAGE = 40
MOST_ANSWERS = 12
"""Answers to one guiding question that the page of an event lists."""


@programme_page
def event_list(request: Request) -> HttpResponse:
    """List what is coming and what has been; an event without a date stands where it was entered."""
    today = timezone.localdate().isoformat()
    upcoming, past = queries.in_order(request.frame.space_id, today, with_drafts=request.with_drafts)
    page = Paginator([*upcoming, *past], PER_PAGE).get_page(request.GET.get("page"))
    shown = queries.by_id(list(page))
    hosts = queries.hosts_of(shown)
    rows: list[dict[str, Any]] = [{"event": event, "host": hosts.get(event.node_id)} for event in shown]
    coming = set(upcoming)
    context = {
        "page": page,
        "upcoming": [row for row in rows if row["event"].pk in coming],
        "past": [row for row in rows if row["event"].pk not in coming],
    }
    return render(request, "events/event_list.html", context)


def event_or_404(request: Request, key: str) -> Event:
    """Return an event that the viewer may see."""
    event = queries.event.first(request.frame.space_id, key, with_drafts=request.with_drafts)
    if event is None:
        raise Http404
    return event


@programme_page
def event_detail(request: Request, key: str) -> HttpResponse:
    """Show one event: its questions with their answers, its agenda, who was there and what documents it."""
    event = event_or_404(request, key)
    items = queries.agenda_of(event.pk, with_drafts=request.with_drafts)
    has_contributions: bool = event.has_contributions  # type: ignore[attr-defined]
    contributions = (
        list(queries.contributions_to(event.pk, with_drafts=request.with_drafts)) if has_contributions else []
    )
    ties = request.ties = Ties(event, [*items, *contributions], with_drafts=request.with_drafts)
    slides = queries.slides_of(items, ties, event.space_id, with_drafts=request.with_drafts)
    context = {
        "event": event,
        "text": public_text(event.node_id, "report", page_language()) if event.has_text else None,  # type: ignore[attr-defined]
        "hosts": ties.nodes("host"),
        "co_hosts": ties.nodes("co_host"),
        "participants": participants(event.participants),
        "questions": questions(ties.nodes("guiding_questions"), request),
        "agenda": [agenda_item(item, ties, slides[item.pk], request.frame.key) for item in items],
        "said": said_at(contributions, ties, request.frame.key),
        "has_schedule": any(item.time or item.room for item in items),
        "photo": photo(request, event),
        "people": people(ties.nodes("people_on_photo"), request.frame.key),
        "web_links": queries.web_links(event.node_id) if ties.reaches("web_link") else [],
        "registering": registering(event, request.frame.key),
        "calendar_url": calendar_url(event, request.frame.key),
        "panels": registry.panels_for(request, event),
        "linked_data": linked_data(event, ties.nodes("host"), origin_of(request) + request.path),
    }
    return render(request, "events/event_detail.html", context)


def linked_data(event: Event, hosts: list[Node], url: str) -> dict[str, Any]:
    """Return what search engines read of an event (schema.org, Event); nothing that is not known."""
    town = {"addressLocality": plain(event.place), "addressCountry": event.country}
    address = {"@type": "PostalAddress"} | {name: value for name, value in town.items() if value}
    place = {"@type": "Place", "name": plain(event.venue) or plain(event.place), "address": address}
    found = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": plain(event.title),
        "description": plain(event.summary),
        "startDate": event.date,
        "endDate": event.end,
        "location": place if place["name"] else "",
        "organizer": [{"@type": "Organization", "name": plain(host.title)} for host in hosts],
        "inLanguage": page_language(),
        "url": url,
    }
    return {name: value for name, value in found.items() if value}


def participants(said: dict[str, Any]) -> dict[str, Any]:
    """Return how many came, in words ("just under 40"), from which groups, and whatever else is said."""
    approximate, qualifier = said.get("approx"), said.get("qualifier") or "about"
    number = "" if approximate is None else f"{term(qualifier)} {approximate}"
    rest = {key: value for key, value in said.items() if key not in ("approx", "qualifier", "groups")}
    return {
        "number": number,
        "is_unknown": "approx" in said and approximate is None,
        "groups": said.get("groups") or [],
        "is_groups_unknown": "groups" in said and said["groups"] is None,
        "rest": rest,
    }


def questions(nodes: list[Node], request: Request) -> list[dict[str, Any]]:
    """Return the guiding questions, each with what answers it and how sure that is."""
    if not nodes:
        return []
    answers = queries.answers_to(nodes, with_drafts=request.with_drafts, most=MOST_ANSWERS + 1)
    return [question(node, answers.get(node.pk, []), request.frame.key) for node in nodes]


def question(node: Node, links: list[Link], programme_key: str) -> dict[str, Any]:
    """Return one question for the primitive; a note that all its answers share is said once.

    Where there are more answers than fit, the question's own page has all of them.
    """
    shown, has_more = links[:MOST_ANSWERS], len(links) > MOST_ANSWERS
    url = node_url(node, programme_key)
    notes = [link.note for link in shown if link.note]
    return {
        "id": anchor(node),
        "title": node.title,
        "url": url,
        "answers": [
            {**shown_as(link.later, programme_key), "grade": term(link.extra.get("grade") or ""), "tone": "open"}
            for link in shown
            if link.later is not None
        ]
        + ([{"title": _("All answers"), "url": url}] if has_more else []),
        "note": notes[0] if notes and all(note == notes[0] for note in notes) else "",
    }


def agenda_item(item: AgendaItem, ties: Ties, slides: list[Download], programme_key: str) -> dict[str, Any]:
    """Return one point of the agenda for the primitive, with what was shown or discussed."""
    nodes = [*ties.nodes("pilots", by=item), *ties.nodes("strategy", by=item)]
    who = [*ties.nodes("speakers", by=item), *ties.nodes("moderators", by=item)]
    about = [plain(item.room), ", ".join(plain(node.title) for node in who)]
    return {
        "id": anchor(item.node),
        "time": item.time.replace("-", "–"),
        "title": item.item,
        "text": " · ".join(filter(None, about)),
        "links": [*(shown_as(node, programme_key) for node in nodes), *slide_links(slides)],
    }


def photo(request: Request, event: Event) -> Plate | None:
    """Return the event's picture with those in it."""
    found = face_of(request, event)
    return plates([found], request.frame.key)[0] if found is not None else None


def people(nodes: list[Node], programme_key: str) -> list[dict[str, Any]]:
    """Return those on the photo from left to right, each with the affiliation that the source states."""
    if not nodes:
        return []
    return [
        {
            "name": plain(person.name),
            "affiliation": person.affiliation or (person.organisation.name if person.organisation else ""),
            "url": node_url(person.organisation.node, programme_key) if person.organisation else "",
        }
        for person in queries.people(nodes)
    ]


def registering(event: Event, programme_key: str) -> dict[str, str]:
    """Return where one registers, and from when or until when; nothing for an event without terms, or one that is over.

    The page is kept in memory until something is written, or until midnight; what depends on the hour stands behind the link.
    """
    if not event.has_terms:  # type: ignore[attr-defined]
        return {}
    terms = terms_of.first(event.pk)
    last = event.end or event.date
    if terms is None or terms.forgotten_at is not None or last < timezone.localdate().isoformat()[: len(last)]:
        return {}
    now, words = timezone.now(), ""
    if terms.opens_at is not None and terms.opens_at > now:
        words = _("from %(day)s") % {"day": date_format(timezone.localtime(terms.opens_at), "DATETIME_FORMAT")}
    elif terms.closes_at is not None:
        words = _("until %(day)s") % {"day": date_format(timezone.localtime(terms.closes_at), "DATETIME_FORMAT")}
    url = reverse("events:register", kwargs={"programme": programme_key, "key": event.key})
    return {"url": url, "words": words}


def calendar_url(event: Event, programme_key: str) -> str:
    """Return the address of the calendar file; none for an event whose day is not known."""
    if not ical.has_calendar(event.date, event.end):
        return ""
    return reverse("events:event_calendar", kwargs={"programme": programme_key, "key": event.key})


@programme_page
def event_calendar(request: Request, key: str) -> HttpResponse:
    """Send the event as a file for one's calendar."""
    event = event_or_404(request, key)
    if not ical.has_calendar(event.date, event.end):
        raise Http404
    page = reverse("events:event_detail", kwargs={"programme": request.frame.key, "key": key})
    entry = ical.Entry(
        identity=f"{request.frame.key}:event:{event.key}",
        title=plain(event.title),
        language=lang_of(event.title),
        date=event.date,
        end=event.end,
        time=event.time,
        place=", ".join(filter(None, (plain(event.venue), plain(event.place)))),
        text=plain(event.summary),
        url=request.build_absolute_uri(page),
        changed_at=event.changed_at,
        version=event.version,
    )
    body = ical.calendar_file(entry, ZoneInfo(settings.TIME_ZONE))
    name = f'attachment; filename="{event.key}.ics"'
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers={"Content-Disposition": name})
