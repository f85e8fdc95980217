"""Questions from the floor: one voice each, moderated, answered, and kept with the event."""

import json
import re
import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import signing
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from querwerk.audience import marks
from querwerk.audience.actions import floor as writes
from querwerk.audience.actions import forgetting
from querwerk.audience.models import Floor, FloorQuestion, FloorVote
from querwerk.audience.states import QuestionState
from querwerk.audience.views.floor import ASKED_BY_ONE
from querwerk.core.models import JournalEntry, Space
from querwerk.events.actions.forgetting import data_of
from querwerk.events.models import AgendaItem, Contribution, Event
from querwerk.people.models import User
from tests.factories.programmes import TESTER
from tests.installation import installation
from tests.reading import read_page
from tests.rooms.conftest import Visit
from tests.rooms.desk.conftest import SignIn
from tests.rooms.events.guests import create_space, create_terms, days_away, register

EVENT = "/de/werk/events/treffen/"
AT_DESK = "/de/desk/werk/audience/treffen/"


def open_floor(*, is_moderated: bool = True, item: AgendaItem | None = None) -> Floor:
    event = Event.objects.select_related("space", "node").get(key="treffen")
    floor = writes.create_floor(event)
    writes.set_item(floor=floor, item=item, is_open=True, is_moderated=is_moderated, by=TESTER)
    return floor


def question_from(browser: Client, floor: Floor, words: str, **more: str) -> FloorQuestion | None:
    browser.post(f"{EVENT}floor/{floor.code}/", {"words": words, "point": "0", **more})
    return FloorQuestion.objects.filter(words=words).first()


def vote_of(client: Client, floor: Floor, question: FloorQuestion, vote: str = "yes") -> int:
    client.post(f"{EVENT}floor/{floor.code}/vote/", {"question": str(question.pk), "vote": vote})
    question.refresh_from_db()
    return question.votes


def deed(client: Client, floor: Floor, question: FloorQuestion, do: str, **more: str) -> FloorQuestion:
    url = f"{EVENT}floor/moderate/{floor.moderator_code}/"
    assert client.post(url, {"question": str(question.pk), "do": do, **more}).status_code == 302
    question.refresh_from_db()
    return question


def words_on(page: Any) -> list[str]:
    return re.findall(r'class="floor__words"[^>]*>([^<]+)<', page.content.decode())


def test_a_moderated_question_shows_to_its_owner_first_and_then_to_all(space: Space) -> None:
    floor = open_floor()
    owner, other, moderator = Client(), Client(), Client()
    question = question_from(owner, floor, "Wer zahlt das?")
    assert question is not None
    page = f"{EVENT}floor/{floor.code}/"
    assert [words_on(one.get(page)) for one in (owner, other)] == [["Wer zahlt das?"], []]
    assert vote_of(other, floor, question) == 0
    deed(moderator, floor, question, "show")
    assert words_on(other.get(page)) == ["Wer zahlt das?"]
    deed(moderator, floor, question, "hide")
    assert words_on(other.get(page)) == []


def test_everybody_has_one_vote_and_none_for_the_own_question(space: Space) -> None:
    floor = open_floor(is_moderated=False)
    owner, first, second = Client(), Client(), Client()
    question = question_from(owner, floor, "Und danach?")
    assert question is not None
    counts = [vote_of(one, floor, question) for one in (owner, first, first, second)]
    assert counts == [0, 1, 1, 2]
    assert vote_of(second, floor, question, "no") == 1
    assert vote_of(second, floor, question, "no") == 1
    assert FloorVote.objects.count() == 1


def test_whoever_asks_too_often_is_told_how_long_to_wait(space: Space) -> None:
    cache.clear()
    floor = open_floor(is_moderated=False)
    phone, page = Client(), f"{EVENT}floor/{floor.code}/"
    answers = [phone.post(page, {"words": f"Frage {number}", "point": "0"}) for number in range(ASKED_BY_ONE + 1)]
    assert [answer.status_code for answer in answers] == [302] * ASKED_BY_ONE + [422]
    assert (
        "Das kam von Ihnen oder über Ihren Anschluss gerade sehr oft. Bitte versuchen Sie es in zehn Minuten noch einmal."
        in read_page(answers[-1].content.decode()).text
    )


def test_the_desk_names_the_event_once_above_what_the_page_is_about(space: Space, sign_in: SignIn) -> None:
    page = read_page(sign_in("organiser").get(AT_DESK).content.decode()).one("main")
    assert page.one(cls="crumbs").text == "Schreibtisch Publikum Großes Treffen"
    day = Event.objects.get(key="treffen").date
    assert (
        page.one(cls="desk__head").text == f"{date_format(date.fromisoformat(day), 'DATE_FORMAT')} Fragen aus dem Saal"
    )


def test_a_question_sent_twice_is_asked_once(space: Space) -> None:
    floor = open_floor()
    client = Client()
    form = {"client": str(uuid.uuid4())}
    for words in ("Warum?", "Warum?", "Warum  ? "):
        question_from(client, floor, words, **form)
    question_from(client, floor, "Warum?", client=str(uuid.uuid4()))
    assert list(FloorQuestion.objects.values_list("words", flat=True)) == ["Warum?"]
    question_from(Client(), floor, "Warum?")
    assert FloorQuestion.objects.count() == 2


def test_too_many_questions_from_one_phone_are_refused(space: Space) -> None:
    floor = open_floor()
    client = Client()
    for number in range(9):
        question_from(client, floor, f"Frage {number}")
    assert FloorQuestion.objects.count() == 6
    answer = client.post(f"{EVENT}floor/{floor.code}/", {"words": "Noch eine?", "point": "0"})
    assert (answer.status_code, "Noch eine?</textarea>" in answer.content.decode()) == (422, True)


@pytest.mark.parametrize("words", ["", "x" * 501, "\x01\x02", "a\x00b"])
def test_a_question_that_cannot_be_read_comes_back(space: Space, client: Client, words: str) -> None:
    floor = open_floor()
    answer = client.post(f"{EVENT}floor/{floor.code}/", {"words": words, "name": "Ada"})
    assert (answer.status_code, FloorQuestion.objects.count()) == (422, 0)
    assert 'value="Ada"' in answer.content.decode()


def test_what_somebody_wrote_is_neither_lost_nor_put_to_another_point_when_theirs_closes(
    client: Client, db: None
) -> None:
    create_space(agenda=[{"id": "garn", "item": "Garn"}, {"id": "farbe", "item": "Farbe"}])
    first, second = AgendaItem.objects.filter(event__key="treffen").order_by("pk")
    floor = open_floor(item=first)
    path = f"{EVENT}floor/{floor.code}/"
    page = read_page(client.get(path).content.decode())
    typed = {
        "words": "Welches Garn?",
        "point": next(one for one in page.all("input") if one.attributes["name"] == "point").attributes["value"],
    }
    writes.set_item(floor=floor, item=first, is_open=False, is_moderated=True, by=TESTER)
    writes.set_item(floor=floor, item=second, is_open=True, is_moderated=True, by=TESTER)
    answer = client.post(path, typed)
    again = answer.content.decode()
    assert (answer.status_code, FloorQuestion.objects.count()) == (422, 0)
    assert ["Welches Garn?</textarea>" in again, "Zu diesem Punkt werden keine Fragen mehr angenommen." in again] == [
        True,
        True,
    ]
    writes.set_item(floor=floor, item=second, is_open=False, is_moderated=True, by=TESTER)
    answer = client.post(path, typed)
    assert (answer.status_code, "Welches Garn?</textarea>" in answer.content.decode()) == (422, True)
    writes.set_item(floor=floor, item=second, is_open=True, is_moderated=True, by=TESTER)
    client.post(path, {**typed, "point": str(second.pk)})
    assert FloorQuestion.objects.get().item == second


def test_a_point_that_closes_or_is_moderated_from_now_on_is_so_for_who_is_asking_already(space: Space) -> None:
    floor = open_floor(is_moderated=False)
    as_it_was = floor.items.get()
    said: dict[str, Any] = {"name": "", "may_name": False, "language": "de", "asker": "ada"}
    writes.set_item(floor=floor, item=None, is_open=True, is_moderated=True, by=TESTER)
    made = writes.ask(setting=as_it_was, words="Eins?", client_id=uuid.uuid4(), **said)
    assert made.state == QuestionState.WAITING
    writes.set_item(floor=floor, item=None, is_open=False, is_moderated=True, by=TESTER)
    with pytest.raises(writes.UnableToAsk):
        writes.ask(setting=as_it_was, words="Zwei?", client_id=uuid.uuid4(), **said)


def test_nothing_is_asked_where_nothing_is_open_and_nobody_enters_without_a_code(space: Space, client: Client) -> None:
    floor = writes.create_floor(Event.objects.get(key="treffen"))
    assert question_from(client, floor, "Hallo?") is None
    typed = client.get(f"{EVENT}floor/?code={floor.code[:4].lower()}-{floor.code[4:].lower()}")
    assert typed.headers["Location"] == f"{EVENT}floor/{floor.code}/"
    assert client.get(f"{EVENT}floor/?code=AAAA").status_code == 422
    paths = [
        "floor/AAAAAAAA/",
        "floor/moderate/x/",
        "floor/AAAAAAAA/live/",
        "floor/AAAAAAAA/stage/",
        "floor/AAAAAAAA/qr.svg",
    ]
    assert {client.get(EVENT + path).status_code for path in paths} == {404}


def test_a_code_opens_only_its_own_event(space: Space, client: Client) -> None:
    floor = open_floor()
    elsewhere = Event.objects.exclude(key="treffen").first()
    assert elsewhere is not None
    assert client.get(f"/de/werk/events/{elsewhere.key}/floor/{floor.code}/").status_code == 404


def test_the_screen_shows_one_question_large_and_the_others_by_votes(space: Space, visit: Visit) -> None:
    floor = open_floor(is_moderated=False)
    rows = [question_from(Client(), floor, words) for words in ("Eins?", "Zwei?", "Drei?")]
    first, second, third = (row for row in rows if row is not None)
    for number in (1, 2):
        assert vote_of(Client(), floor, third) == number
    vote_of(Client(), floor, second)
    moderator = Client()
    deed(moderator, floor, first, "stage")
    deed(moderator, floor, second, "stage")
    stage = visit(f"werk/events/treffen/floor/{floor.code}/stage/")
    assert stage.one(cls="stage__words").text == "Zwei?"
    assert [row.one("p").text for row in stage.one(cls="stage__list").all("li")] == ["Drei?", "Eins?"]
    assert deed(moderator, floor, second, "answered").is_on_stage is False
    assert FloorQuestion.objects.filter(is_on_stage=True).count() == 0


def test_a_page_that_is_open_asks_cheaply_whether_it_is_current(space: Space, client: Client) -> None:
    floor = open_floor(is_moderated=False)
    live = f"{EVENT}floor/{floor.code}/live/"
    tag = client.get(live).headers["ETag"]
    assert client.get(live, headers={"If-None-Match": tag}).status_code == 304
    question_from(Client(), floor, "Neu?")
    answer = client.get(live, headers={"If-None-Match": tag})
    assert (answer.status_code, "Neu?" in answer.content.decode()) == (200, True)


def test_an_answer_is_written_in_a_language_and_answers(space: Space, visit: Visit) -> None:
    floor = open_floor(is_moderated=False)
    question = question_from(Client(), floor, "Wann?")
    assert question is not None
    deed(Client(), floor, question, "answer", answer="Im Mai.\r\nSpätestens.")
    assert (question.state, dict(question.answer)) == (QuestionState.ANSWERED, {"de": "Im Mai.\nSpätestens."})
    assert "Im Mai." in visit(f"werk/events/treffen/floor/{floor.code}/").by_id(f"q{question.pk}").text


def answers_form(browser: Client, floor: Floor, question: FloorQuestion) -> dict[str, str]:
    """What the form for the answer sends, as it was opened."""
    page = read_page(browser.get(f"{EVENT}floor/moderate/{floor.moderator_code}/").content.decode())
    form = page.by_id(f"q{question.pk}").one("details").one("form")
    sent = {one.attributes["name"]: one.attributes.get("value", "") for one in form.all("input")}
    return {"saw": sent["saw"], "answer": form.one("textarea").text.strip()}


def test_the_second_of_two_who_answer_is_told_who_wrote_what_and_saves_over_it_knowingly(space: Space) -> None:
    floor = open_floor(is_moderated=False)
    question = question_from(Client(), floor, "Wann?")
    assert question is not None
    ada, bela = Client(), Client()
    ada.force_login(User.objects.create_user("ada@example.org", "Ada Faden"))
    opened = answers_form(bela, floor, question)
    deed(ada, floor, question, "answer", **answers_form(ada, floor, question) | {"answer": "Im Mai."})
    url = f"{EVENT}floor/moderate/{floor.moderator_code}/"
    sent = {"question": str(question.pk), "do": "answer", **opened, "answer": "Im Juni."}
    refused = bela.post(url, sent)
    question.refresh_from_db()
    assert (refused.status_code, dict(question.answer)) == (409, {"de": "Im Mai."})
    form = read_page(refused.content.decode()).by_id(f"q{question.pk}").one("details")
    assert "open" in form.attributes
    told = form.one(cls="errors").text
    assert ("Ada Faden" in told, "ada@example.org" in told, "Im Mai." in told) == (True, False, True)
    assert form.one("textarea").text.strip() == "Im Juni."
    again = {one.attributes["name"]: one.attributes.get("value", "") for one in form.all("input")}
    deed(bela, floor, question, "answer", saw=again["saw"], answer="Im Juni.")
    assert dict(question.answer) == {"de": "Im Juni."}


def test_the_same_answer_twice_is_no_conflict_nor_is_another_language(space: Space) -> None:
    floor = open_floor(is_moderated=False)
    question = question_from(Client(), floor, "Wann?")
    assert question is not None
    opened = answers_form(Client(), floor, question)
    for _click in range(2):
        deed(Client(), floor, question, "answer", saw=opened["saw"], answer="Im Mai.")
    url = f"/en/werk/events/treffen/floor/moderate/{floor.moderator_code}/"
    sent = {"question": str(question.pk), "do": "answer", "saw": "", "answer": "In May."}
    assert Client().post(url, sent).status_code == 302
    question.refresh_from_db()
    assert dict(question.answer) == {"de": "Im Mai.", "en": "In May."}


def test_an_answer_that_was_taken_away_meanwhile_is_told_and_the_one_of_nobody_known_has_no_name(space: Space) -> None:
    floor = open_floor(is_moderated=False)
    question = question_from(Client(), floor, "Wann?")
    assert question is not None
    deed(Client(), floor, question, "answer", saw="", answer="Im Mai.")
    url = f"{EVENT}floor/moderate/{floor.moderator_code}/"
    sent = {"question": str(question.pk), "do": "answer", "answer": "Im Juni.", "saw": ""}
    assert "Jemand anderes hat inzwischen um" in Client().post(url, sent).content.decode()
    opened = answers_form(Client(), floor, question)
    deed(Client(), floor, question, "answer", saw=opened["saw"], answer="")
    taken = Client().post(url, {**sent, "saw": opened["saw"]})
    assert (taken.status_code, "hat die Antwort inzwischen weggenommen" in taken.content.decode()) == (409, True)


def test_who_answered_is_forgotten_with_the_other_marks_and_with_the_account(space: Space) -> None:
    floor = open_floor(is_moderated=False)
    question = question_from(Client(), floor, "Wann?")
    assert question is not None
    ada = Client()
    user = User.objects.create_user("ada@example.org", "Ada Faden")
    ada.force_login(user)
    deed(ada, floor, question, "answer", saw="", answer="Im Mai.")
    sent = {"question": str(question.pk), "do": "answer", "answer": "Im Juni.", "saw": ""}
    user.delete()
    url = f"{EVENT}floor/moderate/{floor.moderator_code}/"
    assert "Jemand anderes hat inzwischen um" in Client().post(url, sent).content.decode()
    forgetting.forget_floor(floor)
    question.refresh_from_db()
    assert question.answer_marks == {}
    bela = User.objects.create_user("bela@example.org", "Bela Garn")
    writes.write_answer(question=question, language="de", words="Im Juli.", by=bela)
    question.refresh_from_db()
    assert question.answer_marks["de"]["by"] is None


# --- What stays --------------------------------------------------------------


def asked_at_an_item() -> tuple[Floor, FloorQuestion, FloorQuestion]:
    create_space(agenda=[{"id": "garn", "item": "Garn"}], guiding_questions=["wozu"])
    item = AgendaItem.objects.get(key="garn")
    floor = open_floor(is_moderated=False, item=item)
    named = question_from(Client(), floor, "Was kostet es?", point=str(item.pk), name="Ada", may_name="on")
    unnamed = question_from(Client(), floor, "Wer macht mit?", point=str(item.pk), name="Bela")
    assert named is not None
    assert unnamed is not None
    deed(Client(), floor, named, "answer", answer="Nichts.")
    return floor, named, unnamed


def test_what_was_asked_stays_with_the_item_and_answers_a_guiding_question(
    db: None, sign_in: SignIn, visit: Visit
) -> None:
    _floor, named, unnamed = asked_at_an_item()
    editor = sign_in("organiser")
    form = {"do": "keep", "question": [str(named.pk), str(unnamed.pk)], "guiding": ["wozu", "nowhere"]}
    for _time in range(2):
        assert editor.post(AT_DESK, form).status_code == 302
    kept = {row.words.get("de"): row.name for row in Contribution.objects.all()}
    assert kept == {"Was kostet es?": "Ada", "Wer macht mit?": ""}
    page = visit("werk/events/treffen/")
    first, second = page.by_id("said").all("li")
    assert "Ada · Garn" in first.text
    assert "Nichts." in first.text
    assert "Bela" not in second.text
    said = [link for link in page.by_id("questions").links if "Was kostet es?" in link]
    assert len(said) == 1


def test_only_who_may_edit_the_event_opens_the_floor(space: Space, sign_in: SignIn) -> None:
    roles = [("organiser", ""), ("editor", "weberei"), ("editor", "atelier"), ("reader", "")]
    answers = []
    for role, organisation in roles:
        client = sign_in(role, organisation=organisation)
        answers.append(
            (client.get(AT_DESK).status_code, client.post(AT_DESK, {"do": "open", "point": "0"}).status_code)
        )
    assert answers == [(200, 302), (200, 302), (403, 403), (403, 403)]
    assert Client().get(AT_DESK).status_code == 302


def test_new_links_shut_the_old_ones(space: Space, sign_in: SignIn) -> None:
    floor = open_floor()
    sign_in("organiser").post(AT_DESK, {"do": "renew"})
    old = (f"{EVENT}floor/{floor.code}/", f"{EVENT}floor/moderate/{floor.moderator_code}/")
    assert [Client().get(path).status_code for path in old] == [404, 404]


def test_marks_and_names_go_with_the_participants_data_and_what_was_shown_stays(db: None) -> None:
    create_space(date=days_away(1))
    terms = create_terms(Space.objects.get(key="werk"), onsite=9, keep_days=10)
    ada = register(terms, "Ada")
    floor = open_floor(is_moderated=True)
    browser = Client()
    browser.get(f"{EVENT}mine/{ada.code}/floor/")
    shown = question_from(browser, floor, "Gezeigt?", name="Ada L.")
    waiting = question_from(Client(), floor, "Wartet?", name="Bela")
    assert shown is not None
    assert waiting is not None
    deed(Client(), floor, shown, "show")
    vote_of(Client(), floor, shown)
    assert data_of(ada)["audience"]["questions"][0]["question"] == "Gezeigt?"
    end = timezone.now() + timedelta(days=2)
    assert forgetting.forget_by_time(end + timedelta(days=9)) == 0
    assert forgetting.forget_by_time(end + timedelta(days=10)) == 1
    rows = list(FloorQuestion.objects.values_list("words", "name", "asker", "votes"))
    assert rows == [("Gezeigt?", "", "", 1)]
    assert FloorVote.objects.count() == 0


def test_what_is_asked_after_the_forgetting_is_forgotten_too(db: None) -> None:
    create_space(date=days_away(-40))
    floor = open_floor(is_moderated=False)
    late = timezone.now() + timedelta(days=90)
    assert forgetting.forget_by_time(late) == 1
    question = question_from(Client(), floor, "Noch da?", name="Ada")
    assert question is not None
    vote_of(Client(), floor, question)
    assert forgetting.forget_by_time(late) == 1
    assert list(FloorQuestion.objects.values_list("name", "asker")) == [("", "")]
    assert (FloorVote.objects.count(), forgetting.forget_by_time(late)) == (0, 0)


def test_who_wants_to_be_forgotten_is_named_nowhere_any_more(db: None, sign_in: SignIn, visit: Visit) -> None:
    terms = create_terms(create_space(), onsite=9)
    ada = register(terms, "Ada")
    floor = open_floor(is_moderated=False)
    browser = Client()
    browser.get(f"{EVENT}mine/{ada.code}/floor/")
    question = question_from(browser, floor, "Was kostet es?", name="Ada L.", may_name="on")
    assert question is not None
    sign_in("organiser").post(AT_DESK, {"do": "keep", "question": [str(question.pk)]})
    assert "Ada L." in visit("werk/events/treffen/").by_id("said").text
    live = f"{EVENT}floor/{floor.code}/live/"
    tag = browser.get(live).headers["ETag"]
    browser.post(f"{EVENT}mine/{ada.code}/", {"forget": "yes"})
    assert browser.get(live, headers={"If-None-Match": tag}).status_code == 200
    assert "Was kostet es?" in visit("werk/events/treffen/").by_id("said").text
    journal = [str(row) for row in JournalEntry.objects.values_list("before", "after")]
    questions = [str(row) for row in FloorQuestion.objects.values_list()]
    kept = [str(row) for row in Contribution.objects.values_list()]
    assert [words for words in (*journal, *questions, *kept) if "Ada L." in words] == []


def test_a_hall_votes_while_the_question_goes_on_the_screen_and_is_answered(tmp_path: Path) -> None:
    with installation(tmp_path / "data") as here:
        here.run("migrate")
        found = json.loads(here.run(module="tests.rooms.audience.hall"))
    assert found == {"failed": [], "votes": 100, "cast": 75, "named": 0}


def test_what_one_visitor_is_told_does_not_stand_on_the_page_of_the_next(space: Space) -> None:
    floor = open_floor(is_moderated=False)
    owner = Client()
    question = question_from(owner, floor, "Wer zahlt das?")
    assert question is not None
    owner.get(f"{EVENT}floor/{floor.code}/")
    vote_of(owner, floor, question)  # their own: a script sends this, and shows no page
    told = [one.get(EVENT).content.decode().count("Das ist Ihre eigene Frage") for one in (owner, Client(), owner)]
    assert told == [1, 0, 0]


def test_only_who_has_a_place_comes_in_by_their_own_link_and_their_phone_does_not_keep_it(space: Space) -> None:
    terms = create_terms(space, onsite=1)
    ada, ben = register(terms, "Ada"), register(terms, "Ben")
    open_floor()
    browsers = Client(), Client()
    answers = [
        browser.get(f"{EVENT}mine/{one.code}/floor/").status_code
        for browser, one in zip(browsers, (ada, ben), strict=True)
    ]
    assert answers == [302, 404]
    cookie = browsers[0].cookies["floor"].value
    assert ada.code not in str(signing.loads(cookie, salt=marks.SALT))


@pytest.mark.parametrize("number", [1, 6])
def test_moderators_ask_as_much_for_six_questions_as_for_one(
    db: None, client: Client, number: int, django_assert_num_queries: Any
) -> None:
    create_space(agenda=[{"id": "garn", "item": "Garn"}])
    item = AgendaItem.objects.get(key="garn")
    floor = open_floor(item=item)
    for place in range(number):
        question_from(Client(), floor, f"Frage {place}", point=str(item.pk))
    live = f"{EVENT}floor/moderate/{floor.moderator_code}/live/"
    client.get(live)
    with django_assert_num_queries(6):
        assert client.get(live).content.decode().count("Garn") == number
