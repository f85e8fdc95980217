"""The doors: entries merge in any order, guests are entered once, and the funder's counting rules hold."""

import itertools
import json
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from querwerk.core.models import Space
from querwerk.events import rules
from querwerk.events.actions import doors
from querwerk.events.actions.doors import Guest, Note
from querwerk.events.models import DoorEntry, Presence, Registration, Terms
from querwerk.events.queries import doors as reads
from querwerk.events.states import Attendance, DoorAct
from tests.factories.programmes import TESTER
from tests.rooms.desk.conftest import SignIn
from tests.rooms.events.guests import contingent_of, create_space, create_terms, register

EVENT = "/de/desk/werk/registrations/treffen/"
DOOR = f"{EVENT}door/"


def minutes_ago(number: int) -> datetime:
    return timezone.now() - timedelta(minutes=number)


def note(act: DoorAct, ago: int, **more: Any) -> Note:
    return Note(uuid.uuid4(), act, minutes_ago(ago), **more)


def take(terms: Terms, *notes: Note) -> list[doors.Outcome]:
    return [doors.take_note(terms=terms, note=one, by=TESTER) for one in notes]


def there(terms: Terms) -> list[tuple[str, str]]:
    rows = Presence.objects.filter(registration__terms=terms).order_by("registration__name")
    return list(rows.values_list("registration__name", "door"))


def test_two_doors_without_a_network_merge_in_any_order(space: Space) -> None:
    terms = create_terms(space, onsite=9)
    ada, bela = (register(terms, name).pk for name in ("Ada", "Bela"))
    guest = {"guest_id": uuid.uuid4(), "guest": Guest("Zoe", email="zoe@web.example")}
    notes = [
        note(DoorAct.IN, 9, registration_id=ada, door="Nord"),
        note(DoorAct.IN, 8, registration_id=ada, door="Süd"),
        note(DoorAct.IN, 7, registration_id=bela, door="Süd"),
        note(DoorAct.UNDO, 6, registration_id=bela, door="Nord"),
        note(DoorAct.IN, 5, door="Nord", **guest),
    ]
    for order in itertools.islice(itertools.permutations(notes), 0, None, 11):
        with transaction.atomic():
            take(terms, *order, *order)  # handed over twice, because the answer got lost
            assert there(terms) == [("Ada", "Nord"), ("Zoe", "Nord")]
            assert (DoorEntry.objects.count(), Registration.objects.count()) == (5, 3)
            transaction.set_rollback(True)


def test_a_guest_with_a_registered_address_is_who_is_registered(space: Space) -> None:
    terms = create_terms(space, onsite=1)
    register(terms, "Ada")
    guest = Guest("Ada L.", email="ADA@web.example")
    take(
        terms,
        note(DoorAct.IN, 1, guest_id=uuid.uuid4(), guest=guest),
        note(DoorAct.IN, 1, guest_id=uuid.uuid4(), guest=guest),
    )
    assert there(terms) == [("Ada", "")]


def test_a_full_house_takes_a_guest_all_the_same(space: Space) -> None:
    terms = create_terms(space, onsite=1)
    register(terms, "Ada")
    take(terms, note(DoorAct.IN, 1, guest_id=uuid.uuid4(), guest=Guest("Zoe", group="cci")))
    place = contingent_of(terms)
    assert (place.taken, place.capacity) == (2, 2)
    assert Registration.objects.get(name="Zoe").way == "walk-in"


def test_tickets_are_read_as_scanned_and_as_typed(space: Space) -> None:
    terms = create_terms(space)
    ticket = register(terms, "Ada").ticket
    typed = f"{ticket[:4].lower()}-{ticket[4:].lower()}"
    outcomes = take(terms, *(note(DoorAct.IN, 1, ticket=words) for words in (f"QW:{ticket}", typed, "QW:22222222")))
    assert [(one.is_present, one.was_known) for one in outcomes] == [(True, False), (True, True), (False, False)]
    assert DoorEntry.objects.get(registration=None).words == "QW:22222222"


def test_a_clock_that_runs_ahead_or_stood_still_cannot_move_the_day(space: Space) -> None:
    terms = create_terms(space)
    ada = register(terms, "Ada").pk
    take(terms, note(DoorAct.IN, -600, registration_id=ada), note(DoorAct.IN, 60 * 24 * 300, registration_id=ada))
    assert [row.day for row in Presence.objects.all()] == [timezone.localdate()]
    assert all(row.at <= timezone.now() for row in Presence.objects.all())


@pytest.mark.parametrize(
    ("audience", "countries", "expected"),
    [
        ("public", ["CZ", "DE"], [("RCO115", 1, False), ("RCO81", 0, False)]),
        ("public", ["DE"], [("RCO115", 1, False), ("RCO81", 0, False), ("RCO81, RCO115", 0, True)]),
        ("experts", ["CZ", "DE"], [("RCO81", 38, False), ("RCO115", 0, False), ("RCO81", 0, True)]),
        ("internal", ["CZ", "DE"], [("RCO81", 0, False), ("RCO115", 0, False)]),
    ],
)
def test_what_counts_for_the_funder(audience: str, countries: list[str], expected: list[tuple[str, int, bool]]) -> None:
    counts = rules.counted(audience=audience, present=38, without_proof=4, countries=countries)
    assert [(count.indicator, count.number, count.is_flagged) for count in counts] == expected


def test_people_of_several_days_count_once(space: Space) -> None:
    terms = create_terms(space, audience="experts")
    ada, _bela = register(terms, "Ada").pk, register(terms, "Bela")
    take(terms, note(DoorAct.IN, 1, registration_id=ada), note(DoorAct.IN, 60 * 24, registration_id=ada))
    assert (len(reads.days_of(terms)), reads.people_present(terms)) == (2, (1, 1))


# --- The pages ----------------------------------------------------------------


@pytest.fixture
def terms(db: None) -> Terms:
    return create_terms(create_space(), onsite=9)


@pytest.fixture
def helper(terms: Terms, sign_in: SignIn) -> Client:
    return sign_in("editor", organisation="weberei")


def hand_over(client: Client, *notes: dict[str, Any]) -> Any:
    answer = client.post(f"{DOOR}notes/", json.dumps({"notes": notes}), content_type="application/json")
    assert answer.status_code == 200
    return answer.json()


def noted(**more: Any) -> dict[str, Any]:
    return {"client": str(uuid.uuid4()), "act": "in", "at": timezone.now().isoformat(), **more}


def test_a_door_hears_what_another_one_noted(terms: Terms, helper: Client) -> None:
    ada, _bela = register(terms, "Ada"), register(terms, "Bela")
    first = helper.get(f"{DOOR}people.json").json()
    assert [(person["name"], person["at"]) for person in first["people"]] == [("Ada", ""), ("Bela", "")]
    answer = hand_over(helper, noted(registration=ada.pk), noted(ticket="QW:22222222"))
    assert [(one["registration"], one["present"]) for one in answer["taken"]] == [(ada.pk, True), (None, False)]
    assert answer["crowd"]["groups"] == [{"name": "Kultur- und Kreativwirtschaft", "present": 1, "expected": 2}]
    more = helper.get(f"{DOOR}people.json?since={first['last']}").json()
    assert [(person["name"], bool(person["at"])) for person in more["people"]] == [("Ada", True)]


def test_without_scripts_the_door_works_with_forms(terms: Terms, helper: Client) -> None:
    ada = register(terms, "Ada")
    page = " ".join(helper.get(f"{DOOR}?q=ad").content.decode().split())
    assert f'name="registration" value="{ada.pk}"' in page
    helper.post(f"{DOOR}?q=ad", {"registration": ada.pk})
    helper.post(f"{DOOR}?q=ad", {"registration": ada.pk})  # a double click
    assert there(terms) == [("Ada", "")]
    helper.post(f"{DOOR}?q=ad", {"registration": ada.pk, "undo": "yes"})
    assert there(terms) == []


@pytest.mark.parametrize(
    "body",
    ["", "[]", '{"notes": [1]}', '{"notes": [{"client": "x", "act": "in", "at": "2026-01-01T00:00:00Z"}]}',
     '{"notes": [{"client": "6a2f41a3-c54c-fce8-32d2-0324e1c32e22", "act": "dance", "at": "2026-01-01T00:00:00Z"}]}'],
)  # fmt: skip
def test_what_no_door_writes_is_refused(terms: Terms, helper: Client, body: str) -> None:
    assert helper.post(f"{DOOR}notes/", body, content_type="application/json").status_code == 400
    assert DoorEntry.objects.count() == 0


def test_doors_are_for_those_who_see_names(terms: Terms, sign_in: SignIn) -> None:
    for role, organisation in (("reader", ""), ("editor", "atelier")):
        client = sign_in(role, organisation=organisation)
        answers = {
            client.get(EVENT + path).status_code
            for path in ("door/", "door/people.json", "door/worker.js", "attendance/")
        }
        assert answers == {403}
        assert client.post(f"{DOOR}notes/", "{}", content_type="application/json").status_code == 403


def test_list_of_attendance_to_sign_and_as_proof(terms: Terms, helper: Client, sign_in: SignIn) -> None:
    ada, _bela = register(terms, "Ada", organisation="=1+1"), register(terms, "Bela")
    hand_over(helper, noted(registration=ada.pk, door="Nord"))
    proof = helper.get(f"{EVENT}attendance/").content.decode()
    assert ("Ada" in proof, "Bela" in proof, "Nord" in proof) == (True, False, True)
    to_sign = helper.get(f"{EVENT}attendance/?sign=1").content.decode()
    assert ("Ada" in to_sign, "Bela" in to_sign, "Unterschrift" in to_sign) == (True, True, True)
    assert helper.get(f"{EVENT}attendance.csv").status_code == 403
    lines = sign_in("organiser").get(f"{EVENT}attendance.csv").content.decode().splitlines()
    assert (len(lines), lines[1].startswith("1,Ada,'=1+1,")) == (3, True)


# --- Online ------------------------------------------------------------------


def test_who_takes_part_online_notes_it_with_their_own_link(db: None, sign_in: SignIn) -> None:
    create_space(date=timezone.localdate().isoformat(), time="")
    terms = create_terms(Space.objects.get(key="werk"), onsite=9, online=9, audience="experts")
    online = contingent_of(terms, Attendance.ONLINE).pk
    ada, bela = register(terms, "Ada", contingent_id=online), register(terms, "Bela")
    browser = Client()
    for person in (ada, ada, bela):
        browser.post(f"/de/werk/events/treffen/mine/{person.code}/", {"here": "yes"})
    assert there(terms) == [("Ada", "online")]
    assert (reads.people_present(terms), DoorEntry.objects.count()) == ((1, 1), 1)
    assert reads.crowd(terms, timezone.localdate()).present == 0
    assert "Sie sind dabei" in browser.get(f"/de/werk/events/treffen/mine/{ada.code}/").content.decode()
    organiser = sign_in("organiser")
    proof = organiser.get(f"{EVENT}attendance/").content.decode()
    assert ("Ada" in proof, "davon 1 online" in proof) == (True, True)
    assert "Ada" not in organiser.get(f"{EVENT}attendance/?sign=1").content.decode()
    assert "Ada,,Kultur- und Kreativwirtschaft,online," in organiser.get(f"{EVENT}attendance.csv").content.decode()


@pytest.mark.parametrize(
    ("attendance", "state", "minutes", "expected"),
    [
        ("online", "confirmed", -29, True),
        ("online", "confirmed", -31, False),
        ("online", "confirmed", 300, False),
        ("online", "waiting", 5, False),
        ("onsite", "confirmed", 5, False),
    ],
)
def test_one_is_online_only_while_the_event_is_on(attendance: str, state: str, minutes: int, *, expected: bool) -> None:
    begins = timezone.now()
    verdict = rules.may_say_here(
        attendance=attendance,
        state=state,
        begins_at=begins,
        ends_at=begins + timedelta(hours=4),
        now=begins + timedelta(minutes=minutes),
    )
    assert bool(verdict) is expected
