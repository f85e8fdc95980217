"""The doors: who comes in, by camera, by code or by name; several at once, also without a network for a while."""

import json
import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from querwerk.core.spec import UNSTORABLE
from querwerk.desk.views.frame import actor, desk_page, sent
from querwerk.desk.views.registrations.frame import around, terms_for
from querwerk.events.actions import doors
from querwerk.events.forms.registering import contingent_name
from querwerk.events.models import Presence, Registration, Terms
from querwerk.events.queries import doors as reads
from querwerk.events.states import DoorAct, Group, RegistrationState
from querwerk.programmes.pages import Request

MOST_NOTES = 500
"""Entries in one sending; a door that has more sends again."""


@desk_page
def door(request: Request, key: str) -> HttpResponse:
    """Show the page of a door; without scripts it searches and notes with plain forms."""
    terms = terms_for(request, key)
    if request.method == "POST":
        return note_plainly(request, terms)
    words = request.GET.get("q", "")[:100].strip()
    today = timezone.localdate()
    there = reads.presences(terms, today)
    found = list(_search(reads.expected(terms), words)[:30]) if words else []
    context = {
        "words": words,
        "rows": [(row, contingent_name(row.contingent), there.get(row.pk)) for row in found],
        "crowd": crowd_rows(terms, today),
        "groups": Group.choices,
        "has_places": RegistrationState.CONFIRMED,
        "texts": texts(),
    }
    return render(request, "desk/door.html", {**around(request, terms), **context})


def _search(rows: Any, words: str) -> Any:
    """Search by name, organisation or ticket."""
    ticket = "".join(letter for letter in words.upper().removeprefix("QW:") if letter.isalnum())
    if len(ticket) == 8 and rows.filter(ticket=ticket).exists():
        return rows.filter(ticket=ticket)
    for word in words.split()[:5]:
        rows = rows.filter(name__icontains=word) | rows.filter(organisation__icontains=word)
    return rows


def note_plainly(request: Request, terms: Terms) -> HttpResponse:
    """Note what a plain form says."""
    number = sent(request, "registration")
    note = doors.Note(
        client_id=uuid.uuid4(),
        act=DoorAct.UNDO if "undo" in request.POST else DoorAct.IN,
        at=timezone.now(),
        door=sent(request, "door"),
        registration_id=int(number) if number.isdecimal() and len(number) < 12 else 0,
    )
    outcome = doors.take_note(terms=terms, note=note, by=actor(request))
    if outcome.was_known:
        messages.warning(request, _("Was there already."))
    elif outcome.is_present:
        messages.success(request, _("Is noted."))
    return redirect(f"{request.path}?{request.GET.urlencode()}")


def crowd_rows(terms: Terms, day: date) -> dict[str, Any]:
    """Return the numbers of the moment, fit for a page and for JSON."""
    found = reads.crowd(terms, day)
    names: dict[str, Any] = dict(Group.choices)
    rows = [
        {"name": str(names.get(group, _("not stated"))), "present": present, "expected": expected}
        for group, (present, expected) in sorted(found.by_group.items())
    ]
    return {"present": found.present, "expected": found.expected, "walkIns": found.walk_ins, "groups": rows}


@desk_page
def door_people(request: Request, key: str) -> HttpResponse:
    """Give a door everybody who may come, or since an entry only those about whom another door noted something."""
    terms = terms_for(request, key)
    since = request.GET.get("since", "")
    # Read before the people: what is noted meanwhile is told a second time rather than not at all.
    last = reads.last_entry(terms)
    today = timezone.localdate()
    rows: Iterable[Registration] = reads.expected(terms)
    if since.isdecimal() and len(since) < 15:
        rows = reads.expected(terms).filter(pk__in=reads.touched_since(terms, int(since)))
    there = reads.presences(terms, today)
    people = [_person(row, there.get(row.pk)) for row in rows]
    return JsonResponse({"last": last, "day": today.isoformat(), "people": people, "crowd": crowd_rows(terms, today)})


def _person(row: Registration, presence: Presence | None) -> dict[str, Any]:
    return {
        "id": row.pk,
        "client": str(row.client_id or ""),
        "name": row.name,
        "organisation": row.organisation,
        "group": row.get_group_display(),
        "ticket": row.ticket,
        "place": contingent_name(row.contingent) if row.contingent.begins_at else "",
        "state": "" if row.state == RegistrationState.CONFIRMED else row.get_state_display(),
        "at": presence.at.isoformat() if presence else "",
    }


@desk_page
def door_notes(request: Request, key: str) -> HttpResponse:
    """Take what a door noted; what was taken before is not taken twice."""
    terms = terms_for(request, key)
    if request.method != "POST":
        raise Http404
    try:
        notes = [_note(raw) for raw in json.loads(request.body)["notes"][:MOST_NOTES]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return HttpResponseBadRequest("notes")
    outcomes = doors.take_notes(terms=terms, notes=notes, by=actor(request))
    taken = [
        {
            "client": str(outcome.client_id),
            "registration": outcome.registration_id,
            "present": outcome.is_present,
            "known": outcome.was_known,
        }
        for outcome in outcomes
    ]
    return JsonResponse({"taken": taken, "crowd": crowd_rows(terms, timezone.localdate())})


def _note(raw: dict[str, Any]) -> doors.Note:
    """Read one entry as the page of a door writes it; raises ValueError, KeyError or TypeError for anything else."""
    at = parse_datetime(str(raw["at"]))
    if at is None or at.tzinfo is None:
        raise ValueError("at")
    guest = raw.get("guest")
    number = raw.get("registration")
    return doors.Note(
        client_id=uuid.UUID(str(raw["client"])),
        act=DoorAct(raw["act"]),
        at=_instant(at),
        door=_words(raw.get("door"), 60),
        registration_id=number if isinstance(number, int) and 0 < number < 2**53 else None,
        ticket=_words(raw.get("ticket"), 40),
        guest=_guest(guest) if isinstance(guest, dict) else None,
        guest_id=uuid.UUID(str(raw["guestId"])) if raw.get("guestId") else None,
    )


def _instant(at: datetime) -> datetime:
    """Return an instant that a database can hold."""
    return at if 2000 < at.year < 2200 else timezone.now()


def _guest(raw: dict[str, Any]) -> doors.Guest:
    group = _words(raw.get("group"), 15)
    return doors.Guest(
        name=_words(raw.get("name"), 200),
        organisation=_words(raw.get("organisation"), 200),
        group=group if group in Group.values else "",
        email=_email(_words(raw.get("email"), 254)),
    )


def _words(value: Any, most: int) -> str:
    return UNSTORABLE.sub("", value).strip()[:most] if isinstance(value, str) else ""


def _email(words: str) -> str:
    name, _at, host = words.partition("@")
    return words if name and "." in host and " " not in words else ""


@desk_page
def door_worker(request: Request, key: str) -> HttpResponse:
    """Send the script that keeps a door's page at hand without a network; its address decides for which pages."""
    terms_for(request, key)
    path = finders.find("core/door-worker.js")
    assert isinstance(path, str)
    with open(path, "rb") as script:  # noqa: PTH123
        return HttpResponse(script.read(), content_type="text/javascript; charset=utf-8")


def texts() -> dict[str, str]:
    """Return the words that the script of a door says."""
    return {
        "in": _("Check in"),
        "undo": _("Take back"),
        "known": _("Was there already: %s"),
        "welcome": _("Welcome: %s"),
        "undone": _("Taken back: %s"),
        "nobody": _("Nobody fits."),
        "unknown": _("This ticket is not on the list."),
        "online": _("Connected; everything is handed over."),
        "waiting": _("Connected; handing over %s."),
        "offline": _("No network: go on, nothing is lost. %s wait to be handed over."),
        "signedOut": _("You are signed out. Open the page again to sign in; nothing is lost."),
        "refused": _("The server does not take the entries. Please tell whoever operates it; nothing is lost."),
        "since": _("there since %s"),
        "noCamera": _("The camera cannot be used. Type in the code or the name."),
        "noPlace": _("without a place"),
    }
