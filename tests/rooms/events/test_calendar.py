"""The file for one's calendar, read back with the same library and looked at byte by byte."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from icalendar import Calendar

from querwerk.core import ical
from querwerk.core.models import Space
from tests.factories.programmes import create_programme, small_bundle

BERLIN = ZoneInfo("Europe/Berlin")
ENTRY = ical.Entry(
    identity="werk:event:schau",
    title="Große Schau: Straßen, Plätze; Bühnen",
    language="de",
    date="2021-09-29",
    end="",
    time="",
    place="Plauen",
    text="",
    url="https://example.org/de/werk/events/schau/",
    changed_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
    version=3,
)


def event_of(entry: ical.Entry) -> Any:
    """Read the only event of a file."""
    (event,) = Calendar.from_ical(ical.calendar_file(entry, BERLIN)).walk("VEVENT")
    return event


def test_without_a_time_the_event_takes_the_day() -> None:
    event = event_of(ENTRY)
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (date(2021, 9, 29), date(2021, 9, 30))


def test_several_days_end_on_the_first_free_day() -> None:
    event = event_of(replace(ENTRY, end="2021-10-02", time="18:00"))
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (date(2021, 9, 29), date(2021, 10, 3))


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("14:30-15:00", datetime(2021, 9, 29, 14, 30, tzinfo=BERLIN), datetime(2021, 9, 29, 15, tzinfo=BERLIN)),
        ("9.30 – 11.00 Uhr", datetime(2021, 9, 29, 9, 30, tzinfo=BERLIN), datetime(2021, 9, 29, 11, tzinfo=BERLIN)),
        ("22:00-01:00", datetime(2021, 9, 29, 22, tzinfo=BERLIN), datetime(2021, 9, 30, 1, tzinfo=BERLIN)),
    ],
)
def test_times_are_those_of_the_place(words: str, start: datetime, end: datetime) -> None:
    event = event_of(replace(ENTRY, time=words))
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (start, end)
    assert event["dtstart"].params["TZID"] == "Europe/Berlin"


def test_the_zone_is_described_in_the_file() -> None:
    body = ical.calendar_file(replace(ENTRY, time="18:00"), BERLIN).decode()
    assert "BEGIN:VTIMEZONE" in body
    assert "DTSTART;TZID=Europe/Berlin:20210929T180000" in body
    assert "DTEND" not in body


@pytest.mark.parametrize("words", ["", "abends", "25:00", "18 Uhr bis spät", "10:00-99:99"])
def test_other_words_are_no_time(words: str) -> None:
    assert ical.times(words) is None


def test_read_times() -> None:
    assert ical.times("18:00") == (time(18), None)
    assert ical.times("9:05–10:00") == (time(9, 5), time(10))


@pytest.mark.parametrize(
    ("day", "end", "expected"),
    [
        ("2021-09-29", "", True),
        ("2021-09-29", "2021-09-30", True),
        ("2021-09-29", "2021-10", False),
        ("2019-06", "", False),
        ("2020", "", False),
        ("", "", False),
    ],
)
def test_only_a_known_day_goes_into_a_calendar(day: str, end: str, *, expected: bool) -> None:
    assert ical.has_calendar(day, end) is expected


def test_identity_stays_when_all_else_changes() -> None:
    other = replace(ENTRY, title="Anders", date="2022-01-01", version=9, url="https://elsewhere.example/")
    assert event_of(ENTRY)["uid"] == event_of(other)["uid"]
    assert event_of(ENTRY)["uid"] != event_of(replace(ENTRY, identity="werk:event:andere"))["uid"]
    assert (event_of(ENTRY)["sequence"], event_of(other)["sequence"]) == (2, 8)


def test_long_lines_are_folded_between_characters_and_umlauts_survive() -> None:
    title = "Öffentliche Führung durch die Spinnerei mit größtem Vergnügen und Grüßen aus Žižkov – " * 3
    body = ical.calendar_file(replace(ENTRY, title=title), BERLIN)
    assert b"\r\n" in body
    for line in body.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    assert event_of(replace(ENTRY, title=title))["summary"] == title
    assert event_of(ENTRY)["summary"] == ENTRY.title
    assert event_of(ENTRY)["summary"].params["LANGUAGE"] == "de"


@pytest.mark.django_db
class TestDownload:
    def test_plauen(self, demo: Space, client: Client) -> None:
        path = "/de/inducci/events/plauen-2021/calendar.ics"
        for _twice in range(2):  # the second time from memory
            response = client.get(path)
            assert response.status_code == 200
            assert response["Content-Type"] == "text/calendar; charset=utf-8"
            assert response["Content-Disposition"] == 'attachment; filename="plauen-2021.ics"'
        (event,) = Calendar.from_ical(response.content).walk("VEVENT")
        assert str(event["summary"]).startswith("Vom Industriestandort zur Makerregion?!")
        assert event.decoded("dtstart") == date(2021, 9, 29)
        assert event["location"] == "Plauen"
        assert event["url"] == "http://testserver/de/inducci/events/plauen-2021/"

    def test_a_stream_has_its_hours(self, demo: Space, client: Client) -> None:
        response = client.get("/en/inducci/events/faserland-update-2021/calendar.ics")
        (event,) = Calendar.from_ical(response.content).walk("VEVENT")
        assert event.decoded("dtstart") == datetime(2021, 4, 29, 14, 30, tzinfo=BERLIN)
        assert event.decoded("dtend") == datetime(2021, 4, 29, 15, tzinfo=BERLIN)

    @pytest.mark.parametrize("key", ["kickoff-padova-2019", "beta-2020", "focusgroup-5-cwe"])
    def test_no_file_where_the_day_is_not_known(self, key: str, demo: Space, client: Client) -> None:
        assert client.get(f"/de/inducci/events/{key}/calendar.ics").status_code == 404
        assert b"calendar.ics" not in client.get(f"/de/inducci/events/{key}/").content

    def test_the_file_is_the_same_in_both_languages_but_for_the_words(self, client: Client) -> None:
        create_programme(
            small_bundle(
                events=[{"id": "fest", "title_de": "Fest", "title_en": "Feast", "date": "2021-09-29"}],
                pilots=[],
                thread=[],
                uptake=[],
            )
        )
        german, english = (
            Calendar.from_ical(client.get(f"/{language}/werk/events/fest/calendar.ics").content).walk("VEVENT")[0]
            for language in ("de", "en")
        )
        assert german["uid"] == english["uid"]
        assert (german["summary"], english["summary"]) == ("Fest", "Feast")
