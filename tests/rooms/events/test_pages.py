"""What visitors read about events, on the demonstration programme and on small ones."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client

from querwerk.core.models import Space
from querwerk.core.states import Visibility
from querwerk.events.models import Event
from tests.factories.programmes import create_programme, small_bundle
from tests.rooms.conftest import Visit

PLAUEN = "inducci/events/plauen-2021/"

pytestmark = pytest.mark.django_db


def test_plauen_says_what_when_where_and_by_whom(demo: Space, visit: Visit) -> None:
    page = visit(PLAUEN)
    assert page.one("h1").text.startswith("Vom Industriestandort zur Makerregion?!")
    facts = page.by_id("facts")
    assert facts.facts == {
        "Wann": "29. September 2021",
        "Wo": "Plauen · Deutschland",
        "Veranstaltungsort": "unbekannt",
        "Ausrichtung": "Landesverband der Kultur- und Kreativwirtschaft Sachsen e.V.",
        "Mitausrichtung": "Kreative Deutschland Quelle: programme2014-20.interreg-central.eu",
        "Teilnehmende": "knapp 40",
    }
    assert facts.links["Kreative Deutschland"] == "/de/inducci/organisations/kreative-deutschland/"


def test_plauen_in_english(demo: Space, visit: Visit) -> None:
    page = visit(PLAUEN, language="en")
    assert page.one("h1").text.startswith("From industrial location to maker region?!")
    assert page.by_id("facts").facts["When"] == "29 September 2021"
    assert page.by_id("participants").text == (
        "Who was there just under 40 people took part They came from"
        " cultural and creative industries industrial companies administration"
    )


def test_plauen_links_each_guiding_question_to_what_answers_it(demo: Space, visit: Visit) -> None:
    questions = visit(PLAUEN).by_id("questions").all("li", cls="question")
    assert [question.one("h3").text for question in questions] == [
        "Welche Wege führen vom Industriestandort zur Makerregion?",
        "Welche Pilotaktionen haben die deutschen Partner umgesetzt?",
        "Welche Strategievorschläge liegen für Chemnitz und Region vor?",
        "Wie gehen die Erkenntnisse in Chemnitz2025 ein?",
    ]
    answers = [
        [link.attributes["href"] for item in question.all("ul") for link in item.all("a")] for question in questions
    ]
    assert answers[0] == [f"/de/inducci/papers/cwe-strategy/#measure-cwe-massnahme-{number}" for number in (1, 2, 3)]
    assert answers[1] == [f"/de/inducci/pilots/{key}/" for key in ("labor-2025", "werkschau-2021", "living-lab-cwe")]
    assert answers[2] == ["/de/inducci/papers/cwe-strategy/"]
    assert len(questions[3].all("ul")[0].all("li")) == 5
    assert [state.text for state in questions[0].all(cls="state")] == ["thematisch"] * 3
    assert questions[0].one(cls="question__note").text.startswith("Thematische Zuordnung")


def test_plauen_agenda_names_pilots_and_paper(demo: Space, visit: Visit) -> None:
    first, second, third = visit(PLAUEN).by_id("agenda").all("li", cls="agenda__item")
    assert list(first.links) == ["Labor 2025", "WerkSchau 2021 - Made in Sachsen", "Living Lab"]
    assert list(second.links.values()) == ["/de/inducci/papers/cwe-strategy/"]
    assert third.one("h3").text == "Austausch und Vernetzung"
    assert first.attributes["id"] == "agenda_item-plauen-2021-agenda-1"


def test_plauen_names_five_people_from_left_to_right_without_the_photo(demo: Space, visit: Visit) -> None:
    photo = visit(PLAUEN).by_id("photo")
    people = [person.text for person in photo.one("ol").all("li")]
    assert people == [
        "Josephine Hage KREATIVES SACHSEN",
        "Katrin Hoffmann Industrieverein Sachsen 1828 e. V.",
        "Susan Strebe Kreatives Chemnitz",
        "Dr. Mario Geißler Q‑Hub GmbH",
        "Maik Kästner IHK Chemnitz",
    ]
    assert photo.links["Susan Strebe"] == "/de/inducci/organisations/kreatives-chemnitz/"
    assert photo.all("img") == []
    assert "Von links nach rechts" in photo.text


def test_plauen_has_film_newsflash_links_and_the_funder(demo: Space, visit: Visit) -> None:
    page = visit(PLAUEN)
    main = page.by_id("main")
    assert "Es gibt einen Film; seine Adresse ist nicht bekannt." in main.text
    assert main.all("iframe") == []
    assert "Nationale Abschlussveranstaltung in Plauen" in main.text
    assert page.by_id("links").links["Einladung zur Veranstaltung in Plauen"].startswith("https://www.lvkkwsachsen.de/")
    assert "Kofinanziert durch die Europäische Union" in page.one("footer").text


def test_headings_go_down_one_step_at_a_time(demo: Space, visit: Visit) -> None:
    for path in (PLAUEN, "inducci/events/", "inducci/events/midterm-2020/"):
        levels = [int(element.name[1]) for element in visit(path).walk() if element.name in ("h1", "h2", "h3", "h4")]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))


def test_unknown_date_is_said_to_be_unknown_with_its_note(demo: Space, visit: Visit) -> None:
    page = visit("inducci/events/focusgroup-5-cwe/")
    assert page.by_id("facts").facts["Wann"] == "unbekannt (Vor dem 17. September 2021)"
    assert page.by_id("facts").facts["Teilnehmende"] == "unbekannt"


def test_unknown_agenda_and_groups_are_said_to_be_unknown(demo: Space, visit: Visit) -> None:
    assert visit("inducci/events/beta-2020/").by_id("agenda").text.endswith("unbekannt")
    crowd = visit("inducci/events/zukunftsforum-2022/").by_id("participants").text
    assert crowd == "Wer dabei war rund 400 Menschen nahmen teil Aus welchen Bereichen sie kamen: unbekannt"


def test_list_puts_an_undated_event_where_it_was_entered(demo: Space, visit: Visit) -> None:
    rows = visit("inducci/events/").by_id("past").all("li", cls="event-row")
    keys = [row.one("a").attributes["href"].split("/")[-2] for row in rows]
    assert keys == [
        "final-2022",
        "zukunftsforum-2022",
        "plauen-2021",
        "focusgroup-5-cwe",
        "faserland-update-2021",
        "labor-opening-2021",
        "midterm-2020",
        "beta-2020",
        "linz-2019",
        "kickoff-padova-2019",
    ]
    assert "Datum unbekannt" in rows[3].text
    assert "Vor dem 17. September 2021" in rows[3].text


def test_list_tells_upcoming_from_past() -> None:
    create_programme(
        small_bundle(
            events=[
                {"id": "alt", "title": "Alt", "date": "2019-06"},
                {"id": "spaet", "title": "Spät", "date": "2999-12-31"},
                {"id": "bald", "title": "Bald", "date": "2998"},
            ],
            pilots=[],
            thread=[],
            uptake=[],
        )
    )
    response = Client().get("/de/werk/events/")
    assert [row["event"].key for row in response.context["upcoming"]] == ["bald", "spaet"]
    assert [row["event"].key for row in response.context["past"]] == ["alt"]


def test_draft_is_not_there_for_visitors(demo: Space, client: Client) -> None:
    Event.objects.filter(key="plauen-2021").update(visibility=Visibility.DRAFT)
    for path in ("", "calendar.ics"):
        assert client.get(f"/de/{PLAUEN}{path}").status_code == 404
    assert b"plauen-2021" not in client.get("/de/inducci/events/").content


def test_no_such_event(demo: Space, client: Client) -> None:
    assert client.get("/de/inducci/events/nichts/").status_code == 404
    assert client.get("/de/nichts/events/").status_code == 404


def many_events(number: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"treffen-{index}",
            "title": f"Treffen {index}",
            "date": "2021-09-29",
            "host": "agentur",
            "guiding_questions": ["wozu"],
            "agenda": [{"item": f"Punkt {point}", "pilots": ["garn"]} for point in range(number)],
            "people_on_photo": ["ada"],
        }
        for index in range(number)
    ]


@pytest.mark.parametrize(("path", "expected"), [("", 7), ("treffen-0/", 10)])
def test_number_of_queries_does_not_grow(path: str, expected: int, queries_of: Callable[[str], int]) -> None:
    counts = []
    for number in (1, 5):
        pilot = {"id": "garn", "title": "Garn"}
        space = create_programme(small_bundle(events=many_events(number), pilots=[pilot], thread=[], uptake=[]))
        counts.append(queries_of(f"werk/events/{path}"))
        space.delete()
    assert counts == [expected, expected]
