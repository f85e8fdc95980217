"""The meetings at the desk: who may, what forms do, and that nobody else sees who wants to meet whom."""

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from querwerk.meetings.models import Meeting, Networking, Pair, Participant, Plan, Session, Table, Team, Unavailable
from querwerk.meetings.states import Phase, PlanState
from tests.rooms.desk.conftest import SignIn
from tests.rooms.events.guests import run_jobs
from tests.rooms.meetings.fair import person, wish

DESK = "/de/desk/werk/meetings/"
EVENT = f"{DESK}treffen/"
PAGES = ("", "sessions/+/", "tables/+/", "tables/several/", "teams/+/", "people/", "timetable/", "timetable/pairs/")


def statuses(client: Client) -> set[int]:
    return {client.get(f"{EVENT}{page}").status_code for page in PAGES}


def test_organisers_and_editors_of_the_host_may(sign_in: SignIn, fair: Networking) -> None:
    assert statuses(sign_in("organiser")) == {200}
    assert statuses(sign_in("editor", organisation="weberei")) == {200}


def test_others_may_not(client: Client, sign_in: SignIn, fair: Networking) -> None:
    for browser in (sign_in("editor", organisation="atelier"), sign_in("reader")):
        assert statuses(browser) == {403}
        assert browser.post(f"{EVENT}phase/", {"phase": "closed"}).status_code == 403
    assert statuses(client) == {302}
    assert "meetings/treffen" not in sign_in("editor", organisation="atelier").get(DESK).content.decode()
    fair.refresh_from_db()
    assert fair.phase == Phase.OPEN


def test_another_programmes_organiser_finds_nothing(sign_in: SignIn, fair: Networking) -> None:
    assert sign_in("organiser").get(f"{DESK}gibt-es-nicht/").status_code == 404


@pytest.fixture
def organiser(sign_in: SignIn, fair: Networking) -> Client:
    return sign_in("organiser")


def test_hours_tables_and_teams_are_typed_in(organiser: Client, fair: Networking) -> None:
    hours = {"day": "2030-05-01", "begins": "09:00", "ends": "12:00", "minutes": "20", "pause": "5"}
    wrong = organiser.post(f"{EVENT}sessions/+/", {**hours, "ends": "08:00", "break_from": "10:00"})
    assert wrong.status_code == 422
    assert "Das Ende muss nach dem Anfang liegen." in wrong.content.decode()
    assert 'value="09:00"' in wrong.content.decode()
    pause = {"break_from": "10:00", "break_to": "10:30"}
    assert organiser.post(f"{EVENT}sessions/+/", {**hours, **pause}).status_code == 302
    morning = Session.objects.get(day="2030-05-01")
    assert [str(slot)[:5] for slot in morning.slots.order_by("begins_at")] == [
        "09:00",
        "09:25",
        "10:30",
        "10:55",
        "11:20",
    ]
    assert organiser.post(f"{EVENT}tables/several/", {"first": "2", "last": "4", "room": "Foyer"}).status_code == 302
    assert set(Table.objects.values_list("name", "room")) == {
        ("1", "Saal"),
        ("2", "Saal"),
        ("3", "Foyer"),
        ("4", "Foyer"),
    }
    assert organiser.post(f"{EVENT}tables/+/", {"name": "4"}).status_code == 422
    members = [person("Ada").pk, person("Ben").pk]
    typed = {"name": "Weberei", "members": members, "comes_together": "on"}
    assert organiser.post(f"{EVENT}teams/+/", typed).status_code == 302
    team = Team.objects.get()
    assert team.comes_together
    assert "immer zusammen" in organiser.get(EVENT).content.decode()
    table = Table.objects.get(name="4")
    organiser.post(f"{EVENT}tables/{table.pk}/", {"name": "4", "stand_of": team.pk, "languages": ["de", "cs"]})
    table.refresh_from_db()
    assert (table.stand_of, table.languages) == (team, ["de", "cs"])
    for kind, found in (("tables", table), ("teams", team), ("sessions", morning)):
        assert organiser.get(f"{EVENT}{kind}/{found.pk}/").status_code == 200
        assert organiser.post(f"{EVENT}{kind}/{found.pk}/", {"delete": "yes"}).status_code == 302
    assert (Table.objects.count(), Team.objects.count(), Session.objects.count()) == (3, 0, 1)


def test_settings_of_two_people_do_not_overwrite_each_other(organiser: Client, fair: Networking) -> None:
    typed = {"most": "6", "least": "1", "most_wishes": "9", "may_wish": "on", "version": str(fair.version)}
    assert organiser.post(EVENT, typed).status_code == 302
    late = organiser.post(EVENT, {**typed, "most": "7"})
    assert late.status_code == 422
    assert 'value="7"' in late.content.decode()
    fair.refresh_from_db()
    assert (fair.most, fair.least) == (6, 1)


def test_the_whole_way_from_pairs_to_publication(
    organiser: Client, fair: Networking, mailoutbox: list[EmailMessage]
) -> None:
    wish("Ada", "Ben")
    typed = {"first": person("Cem").pk, "second": person("Dora").pk, "sort": "must"}
    assert organiser.post(f"{EVENT}timetable/pairs/", typed).status_code == 302
    never = {"first": person("Dora").pk, "second": person("Emil").pk, "sort": "never"}
    organiser.post(f"{EVENT}timetable/pairs/", never)
    organiser.post(f"{EVENT}timetable/pairs/", {"remove": Pair.objects.get(sort="never").pk})
    assert Pair.objects.count() == 1
    for _click in range(2):
        answer = organiser.post(f"{EVENT}timetable/", {"method": "anew", "seconds": "5"})
        assert answer["Location"] == f"{EVENT}timetable/1/"
    assert 'http-equiv="refresh"' in organiser.get(f"{EVENT}timetable/1/").content.decode()
    organiser.post(f"{EVENT}timetable/1/do/", {"do": "stop"})
    run_jobs()
    for view in ("slots", "people", "tables", "unmet"):
        assert organiser.get(f"{EVENT}timetable/1/?view={view}").status_code == 200
    body = organiser.get(f"{EVENT}timetable/1/").content.decode()
    assert "Alle Wünsche sind erfüllt." in body
    meeting = Meeting.objects.order_by("pk").first()
    assert meeting is not None
    for deed, wanted in (("lock", True), ("release", False)):
        organiser.post(f"{EVENT}timetable/1/do/", {"do": f"{deed}:{meeting.pk}"})
        meeting.refresh_from_db()
        assert meeting.is_locked is wanted
    assert organiser.get(f"{EVENT}timetable/1/publish/").status_code == 200
    for _click in range(2):
        organiser.post(f"{EVENT}timetable/1/publish/", {"once": "abc"})
    run_jobs()
    assert sorted(mail.to[0] for mail in mailoutbox) == [
        f"{name}@web.example" for name in ("ada", "ben", "cem", "dora")
    ]
    organiser.post(f"{EVENT}timetable/1/do/", {"do": "discard"})
    assert Plan.objects.get().state == PlanState.PUBLISHED
    organiser.post(f"{EVENT}people/{person('Ben').pk}/", {"is_absent": "on", "open_slots": []})
    organiser.post(f"{EVENT}timetable/", {"method": "refilled", "seconds": "5"})
    run_jobs()
    assert "Ada – Ben" in organiser.get(f"{EVENT}timetable/2/publish/").content.decode()


def test_on_the_day_one_tap_notes_a_no_show_or_a_late_train(organiser: Client, fair: Networking) -> None:
    slots = list(fair.slots.order_by("begins_at"))
    address = f"{EVENT}people/{person('Ada').pk}/"
    organiser.post(address, {"quick": "later", "arrives": slots[2].pk})
    assert set(Unavailable.objects.values_list("slot", flat=True)) == {slots[0].pk, slots[1].pk}
    assert f'value="{slots[2].pk}" selected' in organiser.get(address).content.decode()
    organiser.post(address, {"quick": "absent"})
    assert (person("Ada").is_absent, Unavailable.objects.count()) == (True, 2)
    organiser.post(address, {"quick": "here"})
    assert (person("Ada").is_absent, Unavailable.objects.count()) == (False, 0)


def test_meetings_begin_when_somebody_says_so_and_not_by_looking(organiser: Client, fair: Networking) -> None:
    Networking.objects.all().delete()
    for page in PAGES[1:]:
        assert organiser.get(f"{EVENT}{page}").status_code == 404
    assert organiser.get(EVENT).status_code == 200
    assert (Networking.objects.count(), Participant.objects.count()) == (0, 0)
    for _click in range(2):
        organiser.post(EVENT)
    assert (Networking.objects.count(), Participant.objects.count()) == (1, 5)


def test_a_late_train_is_noted_beside_what_the_person_said(organiser: Client, fair: Networking) -> None:
    slots = list(fair.slots.order_by("begins_at"))
    ada = person("Ada")
    Unavailable.objects.create(participant=ada, slot=slots[3])
    address = f"{EVENT}people/{ada.pk}/"
    assert organiser.get(address).status_code == 200
    typed = {"open_slots": [slots[1].pk, slots[2].pk], "least": "3", "most": "2"}
    assert organiser.post(address, typed).status_code == 422
    assert organiser.post(address, {**typed, "least": ""}).status_code == 302
    said = Unavailable.objects.filter(participant=ada).order_by("slot__begins_at")
    assert list(said.values_list("slot", "is_by_organiser")) == [(slots[0].pk, True), (slots[3].pk, False)]
    assert Participant.objects.get(pk=ada.pk).most == 2


def test_the_registrations_lead_to_the_meetings_and_back(organiser: Client, fair: Networking) -> None:
    page = organiser.get("/de/desk/werk/registrations/treffen/").content.decode()
    assert f'href="{EVENT}">Gespräche</a>' in page
    assert page.split('<nav class="quick"')[1].count('aria-current="page"') == 1
    assert 'href="/de/desk/werk/registrations/treffen/"' in organiser.get(EVENT).content.decode()
    terms = fair.terms
    terms.asks_networking = False
    terms.save()
    assert EVENT not in organiser.get("/de/desk/werk/registrations/treffen/").content.decode()
