"""Registering without an account: proof of the address, places in order, own questions, and nothing told to strangers."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from querwerk.core.codes import address_hash
from querwerk.core.models import Space
from querwerk.core.text import Text
from querwerk.events.actions import forgetting, places, registering, terms
from querwerk.events.models import Consent, Contingent, Letter, Needs, Question, Registration
from querwerk.events.states import (
    Attendance,
    LetterKind,
    LetterState,
    Mode,
    QuestionSort,
    RegistrationState,
)
from querwerk.events.views.registering import MAILS_A_DAY
from tests.factories.programmes import TESTER
from tests.reading import read_page
from tests.rooms.events.guests import (
    ask,
    contingent_of,
    create_terms,
    links_in,
    register,
    run_jobs,
    states,
    typed_by,
)

URL = "/de/werk/events/treffen/register/"


def test_the_whole_way_with_the_digits_of_the_mail(
    client: Client, space: Space, mailoutbox: list[EmailMessage]
) -> None:
    wanted = create_terms(space)
    page = client.post(URL, typed_by(wanted, "Frieda"))
    run_jobs()
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == (["frieda@web.example"], "Bitte bestätigen: Großes Treffen")
    (digits,) = re.findall(r"^    (\d{6})$", str(mail.body), re.MULTILINE)
    registration = Registration.objects.get()
    assert registration.state == RegistrationState.UNCONFIRMED
    wrong = f"{(int(digits) + 1) % 1_000_000:06d}"
    assert client.post(page["Location"], {"digits": wrong}).status_code == 422
    answer = client.post(page["Location"], {"digits": f"{digits[:3]} {digits[3:]}"})
    assert answer["Location"] == f"/de/werk/events/treffen/mine/{registration.code}/"
    registration.refresh_from_db()
    assert (registration.state, registration.number) == (RegistrationState.CONFIRMED, 1)
    run_jobs()
    ticket = mailoutbox[1]
    assert registration.ticket_shown in str(ticket.body)
    parts = [part.get_content_type() for part in ticket.message().walk()]
    assert parts.count("text/calendar") == 1
    assert parts.count("image/png") == 2  # the ticket and the funder's emblem
    assert client.get(f"{answer['Location']}ticket.svg")["Content-Type"] == "image/svg+xml"


def test_opening_the_link_confirms_nothing_but_its_button_does(
    client: Client, space: Space, mailoutbox: list[EmailMessage]
) -> None:
    wanted = create_terms(space)
    client.post(URL, typed_by(wanted, "Frieda"))
    run_jobs()
    link = links_in(mailoutbox[0].body)[0]
    assert client.get(link).status_code == 200
    assert states(wanted) == {"Frieda": "unconfirmed"}
    client.post(link)
    client.post(link)  # a double click
    assert states(wanted) == {"Frieda": "confirmed"}
    run_jobs()
    assert Letter.objects.filter(kind=LetterKind.TICKET, state=LetterState.SENT).count() == 1


def test_after_six_wrong_codes_only_the_link_helps(space: Space) -> None:
    registration = ask(create_terms(space), "Frieda")
    right = registering.six_digits(registration)
    wrong = "000000" if right != "000000" else "111111"
    tries = [registering.check_digits(registration=registration, digits=wrong) for _number in range(registering.TRIES)]
    assert tries == [False] * registering.TRIES
    assert not registering.check_digits(registration=registration, digits=right)


def test_places_go_by_order_and_then_comes_the_waiting_list(space: Space) -> None:
    wanted = create_terms(space, onsite=2)
    people = [register(wanted, name) for name in ("Ada", "Bela", "Cem", "Dora")]
    assert [person.state for person in people] == ["confirmed", "confirmed", "waiting", "waiting"]
    assert [person.number for person in people] == [1, 2, 3, 4]
    registering.cancel_registration(registration=people[0])
    assert states(wanted) == {"Ada": "cancelled", "Bela": "confirmed", "Cem": "offered", "Dora": "waiting"}
    # Somebody new does not overtake, although a place is free for a moment.
    assert register(wanted, "Emil").state == "waiting"
    people[2].refresh_from_db()
    assert registering.accept_offer(registration=people[2])
    assert states(wanted)["Cem"] == "confirmed"
    assert contingent_of(wanted).taken == 2


def test_an_offer_that_nobody_accepts_goes_to_who_is_next(space: Space, mailoutbox: list[EmailMessage]) -> None:
    wanted = create_terms(space, onsite=1, accept_hours=24)
    ada, bela, _cem = (register(wanted, name) for name in ("Ada", "Bela", "Cem"))
    registering.cancel_registration(registration=ada)
    late = timezone.now() + timedelta(hours=25)
    assert places.expire_offers(timezone.now()) == 0
    assert places.expire_offers(late) == 1
    assert places.expire_offers(timezone.now()) == 0
    assert states(wanted) == {"Ada": "cancelled", "Bela": "expired", "Cem": "offered"}
    assert not registering.accept_offer(registration=bela)
    run_jobs()
    about = [(mail.to[0].partition("@")[0], mail.subject.partition(":")[0]) for mail in mailoutbox]
    # What is no longer true when its turn comes, such as the places on the waiting list, is not sent.
    assert about == [
        ("ada", "Abgemeldet"),
        ("bela", "Das Angebot ist abgelaufen"),
        ("cem", "Ein Platz ist für Sie frei"),
    ]


def test_the_database_refuses_one_place_too_many(space: Space) -> None:
    wanted = create_terms(space, onsite=1)
    register(wanted, "Ada")
    register(wanted, "Bela")
    with pytest.raises(IntegrityError), transaction.atomic():
        Contingent.objects.update(taken=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(name="Bela").update(number=1)
    with pytest.raises(terms.UnableToChangePlaces):
        terms.save_terms(
            event=wanted.event, values={}, places=[terms.Places(Attendance.ONSITE, 0)], by=TESTER, expected_version=1
        )


def test_more_places_go_to_who_waits(space: Space) -> None:
    wanted = create_terms(space, onsite=1, accept_hours=0)
    for name in ("Ada", "Bela", "Cem"):
        register(wanted, name)
    terms.save_terms(
        event=wanted.event, values={}, places=[terms.Places(Attendance.ONSITE, 2)], by=TESTER, expected_version=1
    )
    assert states(wanted) == {"Ada": "confirmed", "Bela": "confirmed", "Cem": "waiting"}


def test_a_form_sent_too_often_says_how_long_it_waits_and_keeps_what_was_typed(client: Client, space: Space) -> None:
    wanted = create_terms(space)
    for _time in range(MAILS_A_DAY):
        assert client.post(URL, typed_by(wanted, "Frieda")).status_code == 302
    refused = client.post(URL, typed_by(wanted, "Frieda"))
    assert refused.status_code == 422
    page = read_page(refused.content.decode())
    assert page.one(cls="errors__list").text == (
        "Das kam von Ihnen oder über Ihren Anschluss gerade sehr oft. Bitte versuchen Sie es morgen noch einmal."
    )
    assert page.by_id("id_name").attributes["value"] == "Frieda"


def test_another_form_means_its_own_order(space: Space) -> None:
    wanted = create_terms(space, onsite=1, online=5)
    ada, bela = register(wanted, "Ada"), register(wanted, "Bela")
    online = contingent_of(wanted, Attendance.ONLINE)
    wish = registering.Wish(contingent_id=online.pk, name="Ada", email=ada.email, language="de", group="science")
    changed = registering.change_registration(registration=ada, wish=wish)
    bela.refresh_from_db()
    online.refresh_from_db()
    assert (changed.state, changed.number, changed.group, bela.state) == ("confirmed", 1, "science", "offered")
    assert (contingent_of(wanted).taken, online.taken) == (1, 1)


def test_form_answers_the_same_for_a_known_address(
    client: Client, space: Space, mailoutbox: list[EmailMessage]
) -> None:
    wanted = create_terms(space)
    registration = register(wanted, "Frieda")
    Registration.objects.update(mailed_at=None)
    answer = client.post(URL, typed_by(wanted, "Frieda", organisation="Fremd"))
    assert answer.status_code == 302
    registration.refresh_from_db()
    assert (registration.organisation, registration.state) == ("", RegistrationState.CONFIRMED)
    run_jobs()
    assert [mail.subject for mail in mailoutbox][-1] == "Sie sind schon angemeldet: Großes Treffen"
    assert Registration.objects.count() == 1


def test_approval_and_invitation(client: Client, space: Space) -> None:
    wanted = create_terms(space, mode=Mode.INVITATION)
    page = client.get(URL).content.decode()
    assert "Sie brauchen eine Einladung" in page
    assert client.post(URL, typed_by(wanted, "Frieda")).status_code == 200
    assert Registration.objects.count() == 0
    invitation = wanted.invitations.create(uses=1)
    client.post(URL, typed_by(wanted, "Frieda", code=invitation.code.lower()))
    client.post(URL, typed_by(wanted, "Gerda", code=invitation.code))
    frieda, gerda = Registration.objects.order_by("pk")
    registering.confirm_address(registration=frieda)
    answer = client.post(f"/de/werk/events/treffen/confirm/{gerda.code}/")
    assert (answer.status_code, "schon verwendet" in answer.content.decode()) == (409, True)
    assert states(wanted) == {"Frieda": "confirmed", "Gerda": "unconfirmed"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"opens_at": timedelta(hours=1)}, "Die Anmeldung öffnet am"),
        ({"closes_at": timedelta(hours=-1)}, "Die Anmeldung ist seit"),
    ],
)
def test_outside_its_time_the_form_says_when(
    client: Client, space: Space, values: dict[str, timedelta], said: str
) -> None:
    moments: dict[str, Any] = {name: timezone.now() + away for name, away in values.items()}
    wanted = create_terms(space, **moments)
    assert said in client.get(URL).content.decode()
    client.post(URL, typed_by(wanted, "Frieda"))
    assert Registration.objects.count() == 0


def _question(wanted: Any, sort: str, label: str, **values: Any) -> Question:
    options = [{"key": key, "label": {"de": key.upper()}} for key in values.pop("options", "")]
    said = {"sort": sort, "label": Text({"de": label}), "options": options, **values}
    return terms.save_question(terms=wanted, question=None, values=said, by=TESTER)


def test_own_questions_are_checked_only_where_they_are_asked(client: Client, space: Space) -> None:
    wanted = create_terms(space)
    hotel = _question(wanted, QuestionSort.YES_NO, "Hotel?", is_required=True)
    nights = _question(
        wanted, QuestionSort.NUMBER, "Nächte?", is_required=True, least=1, most=3, depends_on=hotel, depends_value="yes"
    )
    early = _question(wanted, QuestionSort.DATE, "Ab wann?", is_required=True, depends_on=nights, depends_value="2")
    tracks = _question(wanted, QuestionSort.SEVERAL, "Was?", options="abc")
    typed = typed_by(wanted, "Frieda")

    def errors(**more: Any) -> list[str]:
        found = client.post(URL, {**typed, **more}).context["form"].errors
        return sorted(found)

    def sent(**more: Any) -> dict[int, Any]:
        assert client.post(URL, {**typed, **more}).status_code == 302
        return dict(Registration.objects.get().answers.values_list("question", "value"))

    h, n, e, t = (question.field_name for question in (hotel, nights, early, tracks))
    assert errors() == [h]
    assert errors(**{h: "yes"}) == [n]
    assert errors(**{h: "yes", n: "4"}) == [n]
    assert errors(**{h: "yes", n: "2"}) == [e]
    assert errors(**{h: "no", t: ["z"]}) == [t]
    assert sent(**{h: "no", n: "99", e: "never", t: ["a", "c"]}) == {hotel.pk: False, tracks.pk: ["a", "c"]}
    assert sent(**{h: "yes", n: "2", e: "2027-01-05"}) == {hotel.pk: True, nights.pk: 2, early.pk: "2027-01-05"}


def test_photographs_are_asked_apart_never_ticked_and_proved(client: Client, space: Space) -> None:
    wanted = create_terms(space, asks_photo=True)
    page = " ".join(client.get(URL).content.decode().split())
    assert "checked" not in re.sub(r'name="contingent"[^>]*', "", page)
    assert client.post(URL, typed_by(wanted, "Frieda")).status_code == 422
    client.post(URL, typed_by(wanted, "Frieda", photo="yes"))
    registration = registering.confirm_address(registration=Registration.objects.get())
    client.post(f"/de/werk/events/treffen/mine/{registration.code}/change/", typed_by(wanted, "Frieda", photo="no"))
    proofs = list(Consent.objects.order_by("pk").values_list("is_given", "language", "words"))
    assert [proof[:2] for proof in proofs] == [(True, "de"), (False, "de")]
    assert proofs[0][2] in page


def test_needs_go_first_then_the_person_and_numbers_stay(space: Space) -> None:
    wanted = create_terms(space, asks_photo=True, keep_days=10)
    question = _question(wanted, QuestionSort.CHOICE, "Woher?", options="ab")
    said = {"needs": {"diet": "vegan"}, "answers": {question.pk: "a"}, "photo": True, "photo_words": "Ja?"}
    ada = register(wanted, "Ada", **said)
    register(wanted, "Bela", answers={question.pk: "b"}, photo=False, photo_words="Ja?")
    end = forgetting.end_of(wanted)
    assert end is not None
    assert forgetting.forget_by_time(end + timedelta(days=1)) == 0
    assert Needs.objects.count() == 1
    forgetting.forget_by_time(end + timedelta(days=3))
    assert Needs.objects.count() == 0
    assert forgetting.forget_by_time(end + timedelta(days=11)) == 2
    rows = set(Registration.objects.values_list("name", "email", "organisation", "group", "state"))
    assert rows == {("", "", "", "cci", "confirmed")}
    wanted.refresh_from_db()
    assert wanted.statistics == {str(question.pk): {"a": 1, "b": 1}}
    # Who agreed to be shown can still be told apart, by a hash and only by that.
    hashes = list(Registration.objects.order_by("pk").values_list("address_hash", flat=True))
    assert hashes == [address_hash(ada.email), ""]
    assert forgetting.data_about("Ada@web.example")[0]["photographs"][0]["words"] == "Ja?"
    assert forgetting.forget_address("ada@web.example") == 1
    assert Consent.objects.count() == 0


def test_unconfirmed_registrations_are_forgotten(space: Space) -> None:
    wanted = create_terms(space)
    ask(wanted, "Frieda", needs={"diet": "vegan"})
    register(wanted, "Gerda")
    assert forgetting.forget_unconfirmed(timezone.now() + timedelta(days=1)) == 0
    assert forgetting.forget_unconfirmed(timezone.now() + timedelta(days=3)) == 1
    assert states(wanted) == {"Gerda": "confirmed"}


def test_reminder_comes_once_and_only_to_who_has_a_place(space: Space, mailoutbox: list[EmailMessage]) -> None:
    wanted = create_terms(space, onsite=1, remind_days=2)
    register(wanted, "Ada")
    register(wanted, "Bela")
    run_jobs()
    mailoutbox.clear()
    soon = timezone.now() + timedelta(days=28, hours=18)
    assert (forgetting.remind(timezone.now()), forgetting.remind(soon), forgetting.remind(soon)) == (0, 1, 0)
    run_jobs()
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [(["ada@web.example"], "Bald: Großes Treffen")]


def test_deleting_ones_own_data_gives_the_place_back(client: Client, space: Space) -> None:
    wanted = create_terms(space, onsite=1, accept_hours=0)
    ada, _bela = register(wanted, "Ada"), register(wanted, "Bela")
    assert client.post(f"/de/werk/events/treffen/mine/{ada.code}/", {"forget": "yes"}).status_code == 200
    assert states(wanted) == {"": "cancelled", "Bela": "confirmed"}
    assert client.get(f"/de/werk/events/treffen/mine/{ada.code}/").status_code == 404


def test_a_letter_that_is_no_longer_true_is_not_sent(space: Space, mailoutbox: list[EmailMessage]) -> None:
    wanted = create_terms(space)
    registering.cancel_registration(registration=register(wanted, "Ada"))
    run_jobs()
    assert [mail.subject.partition(":")[0] for mail in mailoutbox] == ["Abgemeldet"]
    assert sorted(Letter.objects.values_list("state", flat=True)) == ["dropped", "dropped", "sent"]
