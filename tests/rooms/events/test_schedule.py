"""The schedule as page, JSON and feed; changes are told to those concerned only."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.mail import EmailMessage
from django.test import Client
from icalendar import Calendar

from querwerk.core.actions import save_record
from querwerk.core.models import Space
from querwerk.core.queries import snapshot
from querwerk.events.actions import announcing
from querwerk.events.models import Event, Terms
from querwerk.events.states import Attendance
from tests.factories.programmes import TESTER
from tests.rooms.conftest import Visit
from tests.rooms.events.guests import contingent_of, create_space, create_terms, days_away, register, run_jobs

FIRST, SECOND = days_away(30), days_away(31)
AGENDA: list[dict[str, Any]] = [
    {"id": "ende", "day": SECOND, "time": "16:00", "item_de": "Abschluss", "item_en": "Closing", "room_de": "Saal"},
    {"id": "garn", "time": "14:30-15:00", "item": "Garn", "room_de": "Saal", "track_de": "Stoff", "speakers": ["ada"],
     "languages_de": "Deutsch", "interpretation_de": "Tschechisch", "format": "hybrid", "pilots": ["garn"]},
    {"id": "holz", "time": "14:30-15:30", "item": "Holz", "room_de": "Werkstatt", "track_de": "Raum"},
    {"id": "frei", "item": "Zeit füreinander"},
]  # fmt: skip
SCHEDULE = "werk/events/treffen/schedule"


def scheduled(**changes: Any) -> Space:
    return create_space(**{"end": SECOND, "agenda": AGENDA, **changes})


def test_schedule_goes_by_day_and_time(visit: Visit, db: None) -> None:
    scheduled()
    page = visit(f"{SCHEDULE}/")
    days = page.all("section", cls="schedule")
    told = [[item.one("h3").text for item in day.all("li", cls="schedule__item")] for day in days]
    assert told == [["Garn", "Holz", "Zeit füreinander"], ["Abschluss"]]
    assert [band.text for band in days[0].all("p", cls="schedule__time")] == ["14:30", "–"]
    yarn = days[0].all("li", cls="schedule__item")[0]
    assert "14:30–15:00 · Saal · Stoff" in yarn.text
    assert "Dr. Ada Größe (Atelier Žižka)" in yarn.text
    assert "hybrid · Deutsch · Verdolmetschung: Tschechisch" in yarn.text
    assert yarn.links == {"Neues Garn": "/de/werk/pilots/garn/"}
    only = visit(f"{SCHEDULE}/?room=Werkstatt")
    assert [item.text for item in only.by_id("main").all("h3")] == ["Holz"]


def test_schedule_as_json_and_as_a_feed(client: Client, db: None) -> None:
    scheduled()
    told = json.loads(client.get(f"/de/{SCHEDULE}.json").content)
    first = told["items"][0]
    assert (first["title"], first["start"][:16], first["speakers"]) == (
        "Garn", f"{FIRST}T14:30", ["Dr. Ada Größe (Atelier Žižka)"],
    )  # fmt: skip
    assert [item["start"] is None for item in told["items"]] == [False, False, True, False]
    feed = Calendar.from_ical(client.get(f"/de/{SCHEDULE}.ics").content.decode())
    events = feed.walk("VEVENT")
    assert [str(event["summary"]) for event in events] == ["Garn", "Holz", "Abschluss"]
    assert events[0].decoded("dtend") == datetime.fromisoformat(f"{FIRST}T15:00").replace(
        tzinfo=ZoneInfo("Europe/Berlin")
    )
    assert str(events[0]["location"]) == "Saal, Weisbachsches Haus, Plauen"


def test_number_of_queries_does_not_grow(queries_of: Callable[[str], int], db: None) -> None:
    counts = []
    for number in (2, 12):
        agenda = [{"item": f"Punkt {one}", "time": "10:00", "speakers": ["ada"]} for one in range(number)]
        space = create_space(agenda=agenda)
        counts.append(queries_of(f"{SCHEDULE}/"))
        space.delete()
    assert counts[0] == counts[1]


def change(space: Space, **changes: Any) -> Terms:
    event = Event.objects.select_related("node", "space").get(space=space, key="treffen")
    raw = {**snapshot(event), **changes}
    save_record(spec=Event.SPEC, raw=raw, space=space, by=TESTER, expected_version=event.version)
    return Terms.objects.select_related("event__space").get()


def test_changes_are_told_once_and_only_to_those_concerned(db: None, mailoutbox: list[EmailMessage]) -> None:
    space = scheduled()
    terms = create_terms(space, onsite=1, online=9)
    online = contingent_of(terms, Attendance.ONLINE).pk
    register(terms, "Vor")
    register(terms, "Wartend")
    register(terms, "Online", contingent_id=online, language="en")
    run_jobs()
    mailoutbox.clear()
    assert announcing.changes(terms) == []
    agenda = [{**AGENDA[0], "room_de": "Foyer"}, *AGENDA[1:]]
    terms = change(space, agenda=agenda)
    assert announcing.announce_changes(terms=terms, by=TESTER) == 1
    terms = change(space, time="15:00-18:00")
    assert announcing.announce_changes(terms=terms, by=TESTER) == 3
    assert announcing.announce_changes(terms=terms, by=TESTER) == 0
    run_jobs()
    told = [(mail.to[0].partition("@")[0], "Foyer" in str(mail.body), "15:00" in str(mail.body)) for mail in mailoutbox]
    assert told == [("vor", True, True), ("vor", False, True), ("wartend", False, True), ("online", False, True)]
    assert [mail.subject.partition(":")[0] for mail in mailoutbox][-1] == "Changed"


def test_a_point_held_in_one_form_concerns_only_those_who_take_part_so(
    db: None, mailoutbox: list[EmailMessage]
) -> None:
    agenda = [
        {"id": "bus", "item": "Rundgang", "time": "10:00", "format": "on site"},
        {"id": "netz", "item": "Strom", "time": "10:00", "format": "online"},
    ]
    space = create_space(agenda=agenda)
    terms = create_terms(space, onsite=9, online=9)
    register(terms, "Dort")
    register(terms, "Fern", contingent_id=contingent_of(terms, Attendance.ONLINE).pk)
    run_jobs()
    mailoutbox.clear()
    told = []
    for changed in (
        [{**agenda[0], "time": "11:00"}, agenda[1]],
        [{**agenda[0], "time": "11:00"}],
        [{**agenda[0], "time": "12:00", "format": "hybrid"}],
    ):
        terms = change(space, agenda=changed)
        announcing.announce_changes(terms=terms, by=TESTER)
        run_jobs()
        told.append([mail.to[0].partition("@")[0] for mail in mailoutbox])
        mailoutbox.clear()
    assert told == [["dort"], ["fern"], ["dort", "fern"]]


def test_what_was_said_stands_with_the_event_and_answers_its_guiding_questions(visit: Visit, db: None) -> None:
    said = [{
        "said_de": "Was kostet es?", "answer_de": "Nichts.", "by": "Bela", "item": "garn", "people": ["ada"],
        "guiding_questions": ["wozu"],
    }]  # fmt: skip
    scheduled(contributions=said, guiding_questions=["wozu"])
    page = visit("werk/events/treffen/")
    (row,) = page.by_id("said").all("li")
    assert row.text == (
        "Was kostet es? Bela · Garn Nichts. Antwort von Dr. Ada Größe (Atelier Žižka) Zur Leitfrage Wozu das Ganze?"
    )
    assert row.links["Garn"] == "/de/werk/events/treffen/#agenda_item-garn"
    assert f"/de/werk/events/treffen/#{row.attributes['id']}" in page.by_id("questions").links.values()
    panel = visit("werk/questions/wozu/").by_id("said")
    assert panel.links == {"Was kostet es?": f"/de/werk/events/treffen/#{row.attributes['id']}"}
