"""The organiser's desk for registrations: who may see what, decisions, files without formulas, messages, questions, times."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from querwerk.core.models import JournalEntry, Space
from querwerk.events.models import Invitation, Letter, Question, Registration, Terms
from querwerk.events.states import Mode, RegistrationState
from tests.rooms.desk.conftest import SignIn
from tests.rooms.events.guests import contingent_of, create_space, create_terms, days_away, register, run_jobs, states

HOME = "/de/desk/werk/registrations/"
EVENT = f"{HOME}treffen/"
PAGES = (
    "",
    "+/",
    "message/",
    "terms/",
    "questions/",
    "questions/+/",
    "times/",
    "invitations/",
    "list.csv",
    "list.xlsx",
)


@pytest.fixture
def space(db: None) -> Space:
    cache.clear()
    return create_space()


@pytest.fixture
def organiser(space: Space, sign_in: SignIn) -> Client:
    return sign_in("organiser")


def page(client: Client, path: str = "", **query: str) -> str:
    response = client.get(EVENT + path, query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def number_of(name: str) -> int:
    return Registration.objects.get(name=name).pk


@pytest.mark.parametrize(
    ("role", "organisation", "allowed"),
    [
        ("organiser", "", PAGES),
        ("editor", "weberei", tuple(path for path in PAGES if not path.startswith("list"))),
        ("editor", "atelier", ()),
        ("reader", "", ("",)),
        ("", "", ()),
    ],
)
def test_who_opens_what(space: Space, sign_in: SignIn, role: str, organisation: str, allowed: tuple[str, ...]) -> None:
    registration = register(create_terms(space), "Ada")
    client = sign_in(role, organisation=organisation)
    opened = tuple(path for path in PAGES if client.get(EVENT + path).status_code == 200)
    assert opened == allowed
    one = client.get(f"{EVENT}{registration.pk}/").status_code
    assert one == (200 if len(allowed) > 1 else 403)


def test_a_reader_counts_but_reads_no_name(space: Space, sign_in: SignIn) -> None:
    register(create_terms(space), "Ada")
    reader = sign_in("reader")
    seen = page(reader)
    assert ("Ada" in seen, "Kultur- und Kreativwirtschaft: 1" in seen) == (False, True)
    assert reader.post(EVENT, {"do": "cancel", "pick": number_of("Ada")}).status_code == 403
    assert states(Terms.objects.get()) == {"Ada": "confirmed"}


def test_needs_are_for_organisers(space: Space, sign_in: SignIn, organiser: Client) -> None:
    registration = register(create_terms(space), "Ada", needs={"diet": "ohne Nüsse"})
    path = f"{registration.pk}/"
    editor = sign_in("editor", organisation="weberei")
    assert ("ohne Nüsse" in page(organiser, path), "ohne Nüsse" in page(editor, path)) == (True, False)
    assert "ohne Nüsse" not in organiser.get(f"{EVENT}list.csv").content.decode()
    assert "ohne Nüsse" in organiser.get(f"{EVENT}list.csv?needs=1").content.decode()


def test_terms_are_saved_and_a_colleague_is_not_overwritten(organiser: Client) -> None:
    assert "Bedingungen der Anmeldung" in page(organiser, "terms/")
    typed = {
        "version": "0", "mode": "open", "audience": "experts", "has_onsite": "on", "onsite": "40", "accept_hours": "48", "remind_days": "2",
        "keep_days": "90", "opens_at": "2026-01-05T09:00", "note_de": "Willkommen!",
    }  # fmt: skip
    assert organiser.post(f"{EVENT}terms/", typed).status_code == 302
    terms = Terms.objects.get()
    assert (contingent_of(terms).capacity, dict(terms.note)) == (40, {"de": "Willkommen!"})
    assert terms.opens_at is not None
    assert terms.opens_at.isoformat() == "2026-01-05T08:00:00+00:00"  # nine o'clock in Berlin
    late = organiser.post(f"{EVENT}terms/", typed | {"onsite": "50"})
    assert (late.status_code, contingent_of(terms).capacity) == (409, 40)
    assert "Willkommen!" in organiser.get("/de/werk/events/treffen/register/").content.decode()
    assert JournalEntry.objects.filter(kind="registration_terms").count() == 1


def test_an_event_without_a_day_takes_no_registrations(sign_in: SignIn, db: None) -> None:
    create_space(date="2030-05")
    organiser = sign_in("organiser")
    assert "Der Tag der Veranstaltung fehlt" in page(organiser, "terms/")
    typed = {"version": "0", "mode": "open", "accept_hours": "1", "remind_days": "1", "keep_days": "1"}
    organiser.post(f"{EVENT}terms/", typed)
    assert Terms.objects.count() == 0


def test_decisions_with_a_reason_each_mailed_once(
    space: Space, organiser: Client, mailoutbox: list[EmailMessage]
) -> None:
    terms = create_terms(space, onsite=1, mode=Mode.APPROVAL)
    for name in ("Ada", "Bela", "Cem"):
        register(terms, name)
    run_jobs()
    mailoutbox.clear()
    assert set(states(terms).values()) == {"awaiting"}
    organiser.post(EVENT, {"do": "approve", "pick": [number_of("Ada"), number_of("Bela")]})
    organiser.post(f"{EVENT}{number_of('Cem')}/", {"do": "decline", "why": "Diesmal nur Webereien."})
    organiser.post(f"{EVENT}{number_of('Cem')}/", {"do": "decline", "why": "Diesmal nur Webereien."})
    assert states(terms) == {"Ada": "confirmed", "Bela": "waiting", "Cem": "declined"}
    organiser.post(EVENT, {"do": "place", "pick": number_of("Bela")})
    assert states(terms)["Bela"] == "confirmed"
    assert contingent_of(terms).capacity == 2
    run_jobs()
    assert sorted((mail.to[0], mail.subject.partition(":")[0]) for mail in mailoutbox) == [
        ("ada@web.example", "Sie sind angemeldet"),
        ("bela@web.example", "Sie sind angemeldet"),
        ("cem@web.example", "Kein Platz"),
    ]
    (decline,) = (mail for mail in mailoutbox if mail.to == ["cem@web.example"])
    assert "Diesmal nur Webereien." in str(decline.body)
    # The journal is kept for ever: nobody's name or address gets in.
    told = str(list(JournalEntry.objects.filter(kind="registration").values("title", "key", "before", "after")))
    assert ("Cem" in told, "cem@" in told) == (False, False)


def test_a_table_holds_no_formula(space: Space, organiser: Client) -> None:
    register(create_terms(space), "Ada", organisation="=HYPERLINK(1)")
    text = organiser.get(f"{EVENT}list.csv").content.decode("utf-8-sig")
    (row,) = csv.DictReader(StringIO(text))
    assert (row["Name"], row["Organisation"]) == ("Ada", "'=HYPERLINK(1)")
    with ZipFile(BytesIO(organiser.get(f"{EVENT}list.xlsx").content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        strings = book.read("xl/sharedStrings.xml").decode()
    assert ("<f>" in sheet, "=HYPERLINK(1)" in strings) == (False, True)


def test_a_message_reaches_those_chosen_once(space: Space, organiser: Client, mailoutbox: list[EmailMessage]) -> None:
    terms = create_terms(space, onsite=2)
    register(terms, "Ada", group="industry")
    register(terms, "Bela", group="industry", language="en")
    register(terms, "Cem", group="cci")
    run_jobs()
    mailoutbox.clear()
    typed = {
        "subject_de": "Anderer Raum", "subject_en": "Another room", "body_de": "Wir treffen uns\n\nim Saal.",
        "body_en": "We meet in the hall.", "once": "einmal",
    }  # fmt: skip
    for _click in range(2):
        assert organiser.post(f"{EVENT}message/?group=industry", typed).status_code == 302
    run_jobs()
    assert [(mail.to[0], mail.subject) for mail in mailoutbox] == [
        ("ada@web.example", "Anderer Raum"),
        ("bela@web.example", "Another room"),
    ]


def test_people_are_entered_by_hand_or_come_without_registration(space: Space, organiser: Client) -> None:
    terms = create_terms(space, onsite=0)
    typed = {"contingent": contingent_of(terms).pk, "name": "Ada", "group": "cci", "language": "de"}
    assert organiser.post(f"{EVENT}+/", typed | {"walk-in": "yes"}).status_code == 302
    assert organiser.post(f"{EVENT}+/", typed | {"name": "Bela", "email": "bela@web.example"}).status_code == 302
    again = organiser.post(f"{EVENT}+/", typed | {"name": "Bela", "email": "BELA@web.example"})
    assert (again.status_code, "schon angemeldet" in again.content.decode()) == (422, True)
    rows = list(Registration.objects.order_by("pk").values_list("name", "way", "state"))
    assert rows == [("Ada", "walk-in", "confirmed"), ("Bela", "organiser", "confirmed")]
    assert Letter.objects.count() == 1


def test_the_form_speaks_of_somebody_else_and_asks_the_browser_for_nothing(
    space: Space, organiser: Client, client: Client
) -> None:
    create_terms(space, asks_networking=True, asks_needs=True)

    form = organiser.get(f"{EVENT}+/").context["form"]

    words = [str(bound.label) for bound in form]
    assert [word for word in words if {"Ihr", "Ihre", "Sie", "Ich"} & set(word.split())] == []
    assert {form.fields[name].widget.attrs["autocomplete"] for name in ("name", "email", "organisation")} == {"off"}
    own = client.get("/de/werk/events/treffen/register/").content.decode()
    assert ("Ihr Name" in own, 'autocomplete="name"' in own) == (True, True)


def test_invitations_in_bulk(space: Space, organiser: Client, mailoutbox: list[EmailMessage]) -> None:
    create_terms(space, mode=Mode.INVITATION)
    typed = {"guests": "ada@web.example, Weberei\nbela@web.example\n", "language": "en"}
    assert organiser.post(f"{EVENT}invitations/", typed).status_code == 302
    assert organiser.post(f"{EVENT}invitations/", typed).status_code == 302
    wrong = organiser.post(f"{EVENT}invitations/", {**typed, "guests": "ada@\ncem@web.example"})
    assert (wrong.status_code, "Das sind keine E-Mail-Adressen: ada@" in wrong.content.decode()) == (422, True)
    organiser.post(f"{EVENT}invitations/", {"number": "3", "uses": "5", "note": "Messe"})
    assert Invitation.objects.count() == 5
    run_jobs()
    assert [(mail.to[0], mail.subject) for mail in mailoutbox] == [
        ("ada@web.example", "Invitation: Great meeting"),
        ("bela@web.example", "Invitation: Great meeting"),
    ]


def test_questions_are_built_and_keep_their_keys(space: Space, organiser: Client) -> None:
    create_terms(space)
    typed = {"label_de": "Womit?", "sort": "choice", "options_de": "Bahn\nRad", "options_en": "Train\nBike"}
    organiser.post(f"{EVENT}questions/+/", typed)
    first = Question.objects.get()
    assert [option["key"] for option in first.options] == ["bahn", "rad"]
    organiser.post(f"{EVENT}questions/{first.pk}/", typed | {"options_de": "Fahrrad\nZug", "options_en": "Bike\nTrain"})
    first.refresh_from_db()
    assert [option["key"] for option in first.options] == ["rad", "bahn"]

    def errors(**more: Any) -> list[str]:
        response = organiser.post(f"{EVENT}questions/+/", {"label_de": "Wann?", "sort": "text", **more})
        return sorted(response.context["form"].errors) if response.status_code == 422 else []

    assert errors(sort="choice", options_de="nur eine") == ["options_de"]
    assert errors(options_de="a\nb", options_en="a") == ["options_en"]
    assert errors(sort="number", least="3", most="2") == ["most"]
    assert errors(depends_on=str(first.pk), depends_value="Boot") == ["depends_value"]
    assert errors(depends_on=str(first.pk), depends_value="Zug") == []
    assert Question.objects.get(label__de="Wann?").depends_value == "bahn"
    organiser.post(f"{EVENT}questions/", {"question": first.pk, "do": "delete"})
    assert list(Question.objects.values_list("depends_on", flat=True)) == [None]


def test_times_of_an_exhibition_are_made_all_at_once(space: Space, organiser: Client, client: Client) -> None:
    terms = create_terms(space, onsite=-1)
    typed = {
        "first": days_away(30), "last": days_away(31), "begins": "10:00", "ends": "13:30", "minutes": "60",
        "capacity": "2",
    }  # fmt: skip
    organiser.post(f"{EVENT}times/", typed)
    organiser.post(f"{EVENT}times/", typed)
    assert terms.contingents.count() == 6
    first, second, *_rest = terms.contingents.order_by("begins_at")
    people = [register(terms, name, contingent_id=first.pk) for name in ("Ada", "Bela", "Cem")]
    assert [person.state for person in people] == ["confirmed", "confirmed", "waiting"]
    form = client.get("/de/werk/events/treffen/register/").content.decode()
    assert ("10:00–11:00 (Warteliste)" in form, "11:00–12:00 (2 Plätze frei)" in form) == (True, True)
    organiser.post(f"{EVENT}times/", {"slot": first.pk, "capacity": "3"})
    organiser.post(f"{EVENT}times/", {"slot": second.pk, "close": "yes"})
    people[2].refresh_from_db()
    assert people[2].state == RegistrationState.OFFERED
    # Of the two days one still has that time.
    assert client.get("/de/werk/events/treffen/register/").content.decode().count("11:00–12:00") == 1
    # A visit has its own time in the calendar.
    calendar = client.get(f"/de/werk/events/treffen/mine/{people[0].code}/calendar.ics").content.decode()
    day = (timezone.localdate() + timedelta(days=30)).strftime("%Y%m%d")
    assert f"DTSTART;TZID=Europe/Berlin:{day}T100000" in calendar


def test_mails_that_did_not_arrive_are_shown_and_sent_again(space: Space, organiser: Client) -> None:
    register(create_terms(space), "Ada")
    Letter.objects.filter(kind="ticket").update(state="handed")
    assert "Einige E-Mails kamen nicht an" in page(organiser)
    organiser.post(EVENT, {"again": "yes"})
    run_jobs()
    assert Letter.objects.get(kind="ticket").state == "sent"
