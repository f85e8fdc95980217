"""After the event: sheets without names, their results, and mails that thank each reader once."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.mail import EmailMessage
from django.core.serializers import serialize
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from querwerk.audience.actions import feedback as boxes
from querwerk.audience.actions import floor as floors
from querwerk.audience.actions import thanks as mails
from querwerk.audience.models import FeedbackBox, FloorQuestion, Thanks
from querwerk.core.actions import save_record
from querwerk.core.clock import perform_due
from querwerk.core.models import Space
from querwerk.core.prose.models import Document
from querwerk.core.prose.queries import head_of
from querwerk.core.text import Text
from querwerk.desk.personal import erase_account
from querwerk.desk.reports import propose_newsflash
from querwerk.events.actions import doors, forgetting
from querwerk.events.actions.letters import claim_letter
from querwerk.events.actions.registering import cancel_registration
from querwerk.events.actions.terms import Places, save_question, save_terms
from querwerk.events.models import Event, Letter, Question, Registration, Terms
from querwerk.events.queries import doors as doors_read
from querwerk.events.states import Attendance, DoorAct, LetterState, Occasion, QuestionSort, RegistrationState
from querwerk.events.tasks.sending import send_letter
from querwerk.meetings.actions.setup import create_networking
from querwerk.people.models import User
from tests.factories.programmes import TESTER
from tests.rooms.desk.conftest import SignIn
from tests.rooms.events.guests import create_space, create_terms, days_away, register, run_jobs

EVENT = "/de/werk/events/treffen/"
RESULTS = "/de/desk/werk/audience/treffen/feedback/"
THANKS = "/de/desk/werk/audience/treffen/thanks/"


def come(terms: Terms, *people: Registration) -> None:
    for person in people:
        note = doors.Note(uuid.uuid4(), DoorAct.IN, timezone.now(), registration_id=person.pk)
        doors.take_note(terms=terms, note=note, by=TESTER)


def asking(space: Space, number: int = 6) -> tuple[Terms, FeedbackBox, list[Registration], list[Question]]:
    """An event with so many guests, whose form for feedback is open."""
    terms = create_terms(space, onsite=20)
    people = [register(terms, f"Gast{place}") for place in range(number)]
    assert boxes.propose_questions(terms=terms, by=TESTER) == 5
    box = boxes.create_box(terms)
    boxes.open_box(box=box, is_open=True, by=TESTER)
    return terms, box, people, list(terms.questions.filter(occasion=Occasion.FEEDBACK).order_by("position"))


def sheet(questions: list[Question], words: str, again: str = "yes") -> dict[str, str]:
    worth, home, met, come_again, other = (question.field_name for question in questions)
    return {worth: "very", home: words, met: "yes", come_again: again, other: ""}


def test_each_gives_one_sheet_and_nothing_tells_whose_it_is(space: Space) -> None:
    _terms, _box, people, questions = asking(space)
    browser = Client()
    for number, person in enumerate(people):
        for _time in range(2):
            browser.post(f"{EVENT}mine/{person.code}/feedback/", sheet(questions, f"Satz {number}"))
    box = FeedbackBox.objects.get()
    home = str(questions[1].pk)
    assert sorted(one[home] for one in box.sheets) == [f"Satz {number}" for number in range(6)]
    assert box.used == sorted(boxes.mark_of(person) for person in people)
    stored = str(box.sheets)
    assert [(person.code in stored, person.name in stored) for person in people] == [(False, False)] * 6
    assert set(Letter.objects.values_list("registration", flat=True)).issubset({one.pk for one in people})


def test_an_empty_sheet_comes_back_and_a_closed_form_takes_none(space: Space) -> None:
    _terms, box, people, questions = asking(space, 1)
    page = f"{EVENT}mine/{people[0].code}/feedback/"
    assert Client().post(page, {}).status_code == 422
    boxes.open_box(box=box, is_open=False, by=TESTER)
    Client().post(page, sheet(questions, "Zu spät"))
    assert FeedbackBox.objects.get().sheets == []


def test_results_show_from_five_sheets_on_with_numbers_and_words(space: Space, sign_in: SignIn) -> None:
    _terms, box, people, questions = asking(space)
    organiser = sign_in("organiser")

    def give(person: Registration, words: str, again: str = "yes") -> None:
        Client().post(f"{EVENT}mine/{person.code}/feedback/", sheet(questions, words, again))

    for person in people[:4]:
        give(person, "Die Spitze")
    assert "Die Spitze" not in organiser.get(RESULTS).content.decode()
    assert organiser.get(f"{RESULTS[:-1]}.csv").status_code == 403
    give(people[4], "=Böse", "no")
    text = organiser.get(RESULTS).content.decode()
    assert ("Die Spitze" in text, "80 %" in text) == (True, True)
    table = organiser.get(f"{RESULTS[:-1]}.csv").content.decode()
    assert ("'=Böse" in table, table.count("Die Spitze")) == (True, 4)
    Question.objects.filter(pk=questions[0].pk).update(label=Text({"de": "=1+1"}))
    assert organiser.get(f"{RESULTS[:-1]}.csv").content.decode().startswith("\ufeff'=1+1,")
    organiser.post(RESULTS, {"do": "strike", "question": str(questions[1].pk), "words": "=Böse"})
    assert "Böse" not in str(FeedbackBox.objects.get(pk=box.pk).sheets)
    assert [sign_in("reader").get(path).status_code for path in (RESULTS, THANKS)] == [403, 403]


def test_only_who_had_a_place_or_was_there_gives_feedback(space: Space) -> None:
    terms, _box, people, _questions = asking(space, 2)
    cancel_registration(registration=people[0])
    Registration.objects.filter(pk=people[1].pk).update(state=RegistrationState.WAITING)

    def answers() -> list[int]:
        return [Client().get(f"{EVENT}mine/{one.code}/feedback/").status_code for one in people]

    assert answers() == [404, 404]
    come(terms, *people)
    assert answers() == [200, 200]


def test_no_answer_spoils_the_results_for_all(space: Space, sign_in: SignIn) -> None:
    terms, _box, people, questions = asking(space, 6)
    number = save_question(
        terms=terms, question=None, by=TESTER, occasion=Occasion.FEEDBACK,
        values={"sort": QuestionSort.NUMBER, "label": Text({"de": "Wie viele?"})},
    )  # fmt: skip
    for person in people[:5]:
        Client().post(f"{EVENT}mine/{person.code}/feedback/", {number.field_name: "3"})
    huge = Client().post(f"{EVENT}mine/{people[5].code}/feedback/", {number.field_name: "9" * 400})
    assert huge.status_code == 422
    Client().post(f"{EVENT}mine/{people[5].code}/feedback/", {number.field_name: "6"})
    organiser = sign_in("organiser")
    assert " 3,5</p>" in organiser.get(RESULTS).content.decode()
    # What is answered already neither goes nor becomes something else.
    desk = "/de/desk/werk/registrations/treffen/feedback/questions/"
    assert organiser.get(desk).status_code == 200
    organiser.post(desk, {"question": number.pk, "do": "delete"})
    organiser.post(f"{desk}{questions[1].pk}/", {"sort": "number", "label_de": "Was nehmen Sie mit?"})
    assert Question.objects.get(pk=number.pk).sort == QuestionSort.NUMBER
    assert organiser.get(RESULTS).status_code == 200


def test_marks_go_with_the_data_and_sheets_stay(space: Space) -> None:
    terms, _box, people, questions = asking(space)
    for person in people:
        Client().post(f"{EVENT}mine/{person.code}/feedback/", sheet(questions, "Gut"))
    assert forgetting.data_of(people[0])["audience"]["has_given_feedback"] is True
    forgetting.forget_participants(terms=terms, now=timezone.now())
    box = FeedbackBox.objects.get()
    assert (box.used, len(box.sheets)) == ([], 6)


# --- Thanks ------------------------------------------------------------------


def written(terms: Terms) -> Thanks:
    draft = mails.draft_of(terms)
    return mails.save_draft(
        terms=terms, values={name: getattr(draft, name) for name in mails.FIELDS}, by=TESTER, expected_version=0
    )


def test_who_came_and_who_missed_it_get_different_mails_once(space: Space, mailoutbox: list[EmailMessage]) -> None:
    terms, _box, people, _questions = asking(space, 3)
    come(terms, people[0], people[1])
    thanks = written(terms)
    run_jobs()
    mailoutbox.clear()
    sent = [mails.send_thanks(terms=terms, by=TESTER, expected_version=thanks.version) for _time in range(2)]
    run_jobs()
    run_jobs()
    assert sent == [3, 0]
    told = sorted(
        (mail.to[0].partition("@")[0], mail.subject.partition(":")[0], "feedback/" in str(mail.body))
        for mail in mailoutbox
    )
    assert told == [
        ("gast0", "Danke fürs Kommen", True),
        ("gast1", "Danke fürs Kommen", True),
        ("gast2", "Wir haben Sie vermisst", False),
    ]
    own = next(mail for mail in mailoutbox if mail.to == ["gast0@web.example"])
    assert f"mine/{people[0].code}/feedback/" in str(own.body)


def test_a_worker_that_dies_in_the_middle_thanks_nobody_twice(space: Space, mailoutbox: list[EmailMessage]) -> None:
    terms, _box, _people, _questions = asking(space, 3)
    thanks = written(terms)
    run_jobs()
    mailoutbox.clear()
    mails.send_thanks(terms=terms, by=TESTER, expected_version=thanks.version)
    first, second, _third = Letter.objects.filter(occasion=mails.CAME).order_by("pk")
    send_letter.func(first.pk)
    assert claim_letter(second.pk)  # and here the worker is killed, before or after the server took it
    run_jobs()
    assert sorted(mail.to[0].partition("@")[0] for mail in mailoutbox) == ["gast0", "gast2"]
    second.refresh_from_db()
    assert second.state == LetterState.HANDED


def test_a_draft_that_changed_meanwhile_is_not_sent(space: Space) -> None:
    terms, *_rest = asking(space, 1)
    thanks = written(terms)
    with pytest.raises(mails.UnableToThank):
        mails.send_thanks(terms=terms, by=TESTER, expected_version=thanks.version + 1)
    assert Thanks.objects.get().sent_at is None


def test_drafted_looked_at_and_sent_at_the_desk(space: Space, sign_in: SignIn, mailoutbox: list[EmailMessage]) -> None:
    asking(space, 2)
    run_jobs()
    mailoutbox.clear()
    desk = sign_in("organiser")
    draft: dict[str, Any] = dict.fromkeys(
        ("came_subject_en", "came_body_en", "missed_subject_en", "missed_body_en"), ""
    )
    draft |= {
        "came_subject_de": "Schön war es",
        "came_body_de": "Danke!",
        "missed_subject_de": "Schade",
        "version": "0",
    }
    assert desk.post(THANKS, draft).status_code == 422
    assert desk.post(THANKS, {**draft, "missed_body_de": "Beim nächsten Mal."}).status_code == 302
    look = desk.get(f"{THANKS}look/").content.decode()
    assert ("Schön war es" in look, "Beim nächsten Mal." in look, mailoutbox) == (True, True, [])
    for _time in range(2):
        desk.post(f"{THANKS}look/", {"version": "1"})
    run_jobs()
    assert [mail.subject for mail in mailoutbox] == ["Schön war es"] * 2


# --- After the organiser's period ---------------------------------------------


def stored(app: str) -> str:
    """Everything that the tables of a room hold."""
    models = apps.get_app_config(app).get_models()
    return "\n".join(serialize("json", model._default_manager.all(), ensure_ascii=False) for model in models)


def test_the_clock_takes_everything_personal_and_leaves_the_numbers(space: Space) -> None:
    terms, _box, people, questions = asking(space, 3)
    Terms.objects.filter(pk=terms.pk).update(keep_days=10)
    come(terms, *people[:2])
    floor = floors.create_floor(terms.event)
    floors.set_item(floor=floor, item=None, is_open=True, is_moderated=False, by=TESTER)
    for person in people:
        browser = Client()
        browser.get(f"{EVENT}mine/{person.code}/floor/")
        browser.post(f"{EVENT}floor/{floor.code}/", {"words": f"Frage {person.pk}", "point": "0", "name": person.name})
        browser.post(f"{EVENT}mine/{person.code}/feedback/", sheet(questions, "Gut"))
    run_jobs()
    mails.send_thanks(terms=terms, by=TESTER, expected_version=written(terms).version)
    end = forgetting.end_of(terms)
    assert end is not None
    for days, is_there in ((10 - 1 / 24, True), (10 + 1 / 24, False)):
        perform_due(end + timedelta(days=days))
        kept = stored("events") + stored("audience")
        assert [("Gast" in kept), ("web.example" in kept)] == [is_there, is_there]
    terms.refresh_from_db()
    assert doors_read.people_present(terms) == (2, 1)
    assert doors_read.groups_present(terms.event_id) == {"cci": 2}
    box = FeedbackBox.objects.get()
    assert (len(box.sheets), box.used) == (3, [])
    assert sorted(FloorQuestion.objects.values_list("words", "name", "asker")) == [
        (f"Frage {one.pk}", "", "") for one in people
    ]


def test_a_newsflash_begins_with_the_counted_numbers_and_what_was_said(space: Space) -> None:
    terms, _box, people, _questions = asking(space, 3)
    come(terms, *people[:2])
    floor = floors.create_floor(terms.event)
    floors.set_item(floor=floor, item=None, is_open=True, is_moderated=False, by=TESTER)
    Client().post(f"{EVENT}floor/{floor.code}/", {"words": "Was kostet es?", "point": "0"})
    event = Event.objects.select_related("node", "space").get(pk=terms.event_id)
    floors.keep_questions(event=event, questions=list(FloorQuestion.objects.all()), guiding=[], by=TESTER)
    newsflash = propose_newsflash(event=event, space=space, by=TESTER)
    german = next(row for row in Document.objects.filter(node=newsflash.node) if row.language == "de")
    text = str(head_of(german).body)
    assert "2 Personen nahmen teil: Kultur- und Kreativwirtschaft (2)." in text
    assert "Was kostet es?" in text


def test_who_sent_the_mails_is_named_as_long_as_there_is_an_account(space: Space, sign_in: SignIn) -> None:
    terms, _box, _people, _questions = asking(space, 1)
    written(terms)
    organiser = sign_in("organiser")
    organiser.post(f"{THANKS}look/", {"version": "1"})
    assert Thanks.objects.get().sent_by == "organiser "
    other = sign_in("organiser", email="other@example.org")
    User.objects.filter(email="other@example.org").update(name="Olga")
    Registration.objects.all().delete()
    erase_account(user=User.objects.get(email="organiser-werk@example.org"))
    assert Thanks.objects.get().sent_by == ""
    assert " von ." not in other.get(THANKS).content.decode()


@pytest.mark.parametrize("path", ["audience/", "meetings/", "registrations/"])
def test_a_list_of_events_asks_as_much_for_six_as_for_one(sign_in: SignIn, db: None, path: str) -> None:
    def queries(more: range) -> int:
        for place in more:
            raw = {"id": f"tag-{place}", "title": f"Tag {place}", "date": days_away(9 + place), "host": "weberei"}
            save_record(spec=Event.SPEC, raw=raw, space=space, by=TESTER)
            if place % 2:
                event = Event.objects.select_related("space").get(key=f"tag-{place}")
                save_terms(event=event, values={}, places=[Places(Attendance.ONSITE, 5)], by=TESTER, expected_version=0)
        organiser.get(f"/de/desk/werk/{path}")
        with CaptureQueriesContext(connection) as asked:
            assert organiser.get(f"/de/desk/werk/{path}").status_code == 200
        return len(asked)

    space = create_space()
    create_networking(create_terms(space), by=TESTER)
    organiser = sign_in("editor", organisation="weberei")
    assert queries(range(2)) == queries(range(2, 6))
