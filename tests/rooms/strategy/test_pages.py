"""What visitors read about strategy papers and the decisions on them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from querwerk.core.models import Space
from tests.factories.programmes import create_programme, small_bundle
from tests.rooms.conftest import Visit

CHEMNITZ = "inducci/papers/cwe-strategy/"

pytestmark = pytest.mark.django_db


def test_list_says_where_each_paper_stands(demo: Space, visit: Visit) -> None:
    papers = visit("inducci/papers/").all("li", cls="paper")
    assert [paper.one(cls="state").text for paper in papers] == [
        "Vorlage angekündigt · Beschluss unbekannt",
        "Veröffentlicht · Beschluss unbekannt",
        "In Arbeit · Beschluss unbekannt",
    ]
    assert "3 Maßnahmen" in papers[0].text
    assert "6 Vorschläge" in papers[1].text


def test_chemnitz_says_from_whom_and_for_whom(demo: Space, visit: Visit) -> None:
    who = visit(CHEMNITZ).by_id("who")
    assert who.facts == {
        "Verfasst von": "CWE - Chemnitzer Wirtschaftsförderungs- und Entwicklungsgesellschaft mbH",
        "Region": "Chemnitz und Region",
        "Gerichtet an": "(politische) Entscheidungsträgerinnen und Entscheidungsträger der Region",
        "Vorlage geplant für": "Ende 2021",
        "Stand in Worten": "diskutiert in Plauen am 29. September 2021; Vorlage zur Beschlussfassung angekündigt",
        "Anmerkung zum Beschluss": "Ein Beleg für einen Beschluss wurde nicht gefunden.",
    }


def test_chemnitz_came_about_step_by_step_and_ends_open(demo: Space, visit: Visit) -> None:
    steps = visit(CHEMNITZ).by_id("process").all("li")
    assert [step.one("h3").text for step in steps] == [
        "regionale Analyse",
        "Maßnahmen mit der regionalen Fokusgruppe formuliert",
        "fünftes Treffen der Fokusgruppe in Form einer Pressekonferenz",
        "Diskussion auf der Veranstaltung in Plauen",
        "Vorlage bei den Entscheidungstragenden zur Beschlussfassung (angekündigt)",
        "Beschluss über das Strategiepapier für Chemnitz und die Region",
    ]
    assert "/de/inducci/events/plauen-2021/" in steps[3].links.values()
    assert steps[3].one(cls="timeline__date").text == "29. September 2021"
    assert "timeline__step--open" in steps[5].attributes["class"]
    assert "Beschluss unbekannt" in steps[5].text


def test_measures_have_anchors_and_say_what_they_rest_on(demo: Space, visit: Visit) -> None:
    page = visit(CHEMNITZ)
    measure = page.by_id("measure-cwe-massnahme-2")
    assert measure.one("h3").text.startswith("KreativMINT")
    assert "/de/inducci/pilots/labor-2025/#finding-labor-bildungsangebot" in measure.links.values()
    assert "thematisch" in measure.text
    assert len(page.by_id("measures").all("li", cls="clause")) == 3
    assert page.by_id("proposals").text == "Vorschläge Die Vorschläge im Einzelnen: unbekannt"


def test_linz_has_six_proposals_and_says_where_the_list_was_cut(demo: Space, visit: Visit) -> None:
    page = visit("inducci/papers/linz-strategy/", language="en")
    proposals = page.by_id("proposals").all("li", cls="clause")
    numbers = [proposal.one(cls="clause__number").text for proposal in proposals]
    assert numbers == ["5.1", "5.2", "6.1", "6.2", "7.1", "7.2"]
    assert "table of contents" in page.by_id("proposals").text
    assert page.by_id("who").facts["Number of recommendations"] == "5"
    assert page.by_id("who").facts["Addressee"] == "unknown"
    assert page.one("h1").text == "Oberösterreich + Kreativwirtschaft = Zukunft in German only"


def test_unknown_steps_measures_and_proposals_are_said_to_be_unknown(demo: Space, visit: Visit) -> None:
    page = visit("inducci/papers/transnational-recommendation/")
    for part in ("process", "measures", "proposals"):
        assert "unbekannt" in page.by_id(part).text


def test_decision_page_says_that_nobody_knows(demo: Space, visit: Visit) -> None:
    page = visit("inducci/decisions/cwe-beschluss/").by_id("main")
    assert "Beschluss unbekannt" in page.text
    assert page.facts["Datum"] == "unbekannt"
    assert "/de/inducci/papers/cwe-strategy/" in page.links.values()


@pytest.mark.parametrize("path", ["papers/nichts/", "decisions/nichts/"])
def test_not_there(path: str, demo: Space, client: Client) -> None:
    assert client.get(f"/de/inducci/{path}").status_code == 404


def many_papers(number: int) -> dict[str, Any]:
    papers = [
        {
            "id": f"papier-{index}",
            "title_de": f"Papier {index}",
            "author": "agentur",
            "process": [{"step": f"Schritt {step}", "event": "schau"} for step in range(number)],
            "measures": [{"id": f"m-{index}-{part}", "no": part, "de": f"Maßnahme {part}"} for part in range(number)],
            "proposals": [{"id": f"v-{index}-{part}", "ref": "1", "de": f"Vorschlag {part}"} for part in range(number)],
        }
        for index in range(number)
    ]
    decisions = [
        {"id": f"beschluss-{index}", "title_de": "Beschluss", "paper": f"papier-{index}", "outcome": "adopted"}
        for index in range(number)
    ]
    thread = [{"from": "finding:fund", "to": f"measure:m-0-{part}", "kind": "supports"} for part in range(number)]
    return small_bundle(strategy=papers, decisions=decisions, thread=thread)


@pytest.mark.parametrize(("path", "expected"), [("", 8), ("papier-0/", 12)])
def test_number_of_queries_does_not_grow(path: str, expected: int, queries_of: Callable[[str], int]) -> None:
    counts = []
    for number in (1, 5):
        space = create_programme(many_papers(number))
        counts.append(queries_of(f"werk/papers/{path}"))
        space.delete()
    assert counts == [expected, expected]
