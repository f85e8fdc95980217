"""What visitors read about pilots."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from querwerk.core.models import Space
from tests.factories.programmes import create_programme, small_bundle
from tests.rooms.conftest import Visit

pytestmark = pytest.mark.django_db


def test_list_groups_all_regions_by_country(demo: Space, visit: Visit) -> None:
    page = visit("inducci/pilots/").by_id("main")
    groups = [(part.one("h2").text, len(part.all("article"))) for part in page.all("section")]
    assert groups == [
        ("Deutschland", 3),
        ("Österreich", 2),
        ("Italien", 1),
        ("Slowenien", 2),
        ("Belgien", 1),
        ("Keine Pilotaktion gefunden", 0),
    ]


def test_list_says_of_whom_no_pilot_was_found(demo: Space, visit: Visit) -> None:
    gaps = visit("inducci/pilots/").by_id("not-found")
    assert [row.one(cls="rows__title").text for row in gaps.all("li")] == [
        "Mikroregion Sokolov-Ost (Mikroregion Sokolov-východ)",
        "Regionale Entwicklungsagentur Bielsko-Biała (ARRSA)",
    ]
    assert gaps.text.count("Eine Pilotaktion dieses Partners wurde nicht gefunden") == 2


@pytest.mark.parametrize(
    ("query", "titles", "gaps"),
    [
        ("country=AT", ["Creative Hackathon", "For Your Business Growth"], 0),
        ("sort=lab", ["Labor 2025"], 0),
        ("country=DE&sort=exhibition", ["WerkSchau 2021 - Made in Sachsen"], 0),
        ("country=CZ", [], 1),
        ("country=DE&sort=hackathon", [], 0),
        ("country=<script>", [], 0),
    ],
)
def test_list_can_be_narrowed_without_script(
    query: str, titles: list[str], gaps: int, demo: Space, visit: Visit
) -> None:
    page = visit(f"inducci/pilots/?{query}").by_id("main")
    assert [card.one("h3").text for card in page.all("article")] == titles
    assert len([row for row in page.all("li") if row.attributes.get("id", "").startswith("pilot_gap-")]) == gaps
    if not titles and not gaps:
        assert "Keine Pilotaktion passt dazu" in page.text


def test_labor_says_who_worked_with_whom(demo: Space, visit: Visit) -> None:
    who = visit("inducci/pilots/labor-2025/").by_id("who")
    assert who.facts == {
        "Ausrichtung": "Klub Solitaer e.V.",
        "In Kooperation mit": "KREATIVES SACHSEN",
        "Mit": "Sächsisches Textilforschungsinstitut e.V. Fraunhofer-Institut für Werkzeugmaschinen und Umformtechnik IWU"
        " Fraunhofer ENAS Zentrum für Mikrotechnologien der TU Chemnitz",
        "Ergebnis gezeigt von": "Ars Electronica Center Linz",
        "Wann": "8.–19. März 2021",
        "Gefördert von": "Kulturhauptstadtbüro Chemnitz 2025",
    }
    assert who.links["Fraunhofer ENAS"] == "/de/inducci/organisations/fraunhofer-enas/"


def test_labor_in_english(demo: Space, visit: Visit) -> None:
    facts = visit("inducci/pilots/labor-2025/", language="en").by_id("who").facts
    assert facts["When"] == "8–19 March 2021"
    assert facts["Host"] == "Klub Solitaer e.V."


def test_labor_has_three_workshops_one_without_title_and_dates(demo: Space, visit: Visit) -> None:
    page = visit("inducci/pilots/labor-2025/")
    first, second, third = page.by_id("workshops").all("li", cls="workshop")
    assert first.one("h3").text == "Faserland"
    assert second.facts["Wann"] == "15.–19. März 2021"
    assert third.one("h3").text == "Workshop 3 Titel unbekannt"
    assert third.facts == {
        "Wann": "unbekannt",
        "Dauer": "5 Tage",
        "Durchgeführt": "online",
        "Mit": "Fraunhofer ENAS Zentrum für Mikrotechnologien der TU Chemnitz",
    }
    assert third.attributes["id"] == "workshop-labor-enas"


def test_labor_figures_call_findings_and_what_followed(demo: Space, visit: Visit) -> None:
    page = visit("inducci/pilots/labor-2025/")
    figures = page.by_id("figures").facts
    assert figures["Insgesamt"] == "unbekannt"
    assert figures["Länder im ENAS-Workshop"] == "9"
    assert page.by_id("taking-part").facts["Bewerbungen"] == "unbekannt"
    finding = page.by_id("finding-labor-bildungsangebot")
    assert "bereichsübergreifendes künstlerisches Bildungsangebot" in finding.text
    assert "/de/inducci/papers/cwe-strategy/#measure-cwe-massnahme-2" in finding.links.values()
    assert "chemnitz-inside.de" in finding.text
    assert len(page.by_id("findings").all("figure")) == 2
    after = page.by_id("next")
    assert after.facts["Was folgte"] == "FUNKEN Akademie"
    assert [address.split("/")[-2] for address in after.links.values()][-3:] == [
        "labor-opening-2021",
        "faserland-update-2021",
        "plauen-2021",
    ]


def test_werkschau_has_nine_sections_hours_and_side_events(demo: Space, visit: Visit) -> None:
    page = visit("inducci/pilots/werkschau-2021/")
    sections = [item.text for item in page.by_id("sections").one("ol").all("li")]
    assert len(sections) == 9
    assert (sections[0], sections[-1]) == ("Design & Illustration", "Verlage & Literatur")
    assert page.by_id("figures").facts == {
        "Ausstellende": "150",
        "Exponate": "500",
        "Begleitveranstaltungen (mindestens)": "20",
        "Besuche": "unbekannt",
    }
    assert page.by_id("taking-part").facts["Uhrzeiten"] == "12:00-18:00"
    assert "3hoch3" in page.by_id("taking-part").text
    assert page.by_id("who").facts["Wo"] == "Brückenstraße 10, 09111 Chemnitz"


def test_living_lab_says_what_is_unknown(demo: Space, visit: Visit) -> None:
    page = visit("inducci/pilots/living-lab-cwe/", language="en")
    assert page.by_id("who").facts == {
        "Host": "CWE - Chemnitzer Wirtschaftsförderungs- und Entwicklungsgesellschaft mbH",
        "With": "unknown",
        "When": "unknown",
    }
    for part in ("figures", "findings"):
        assert page.by_id(part).text.endswith("unknown")
    assert page.by_id("next").facts["What followed"] == "unknown"


def test_what_followed_may_be_words(demo: Space, visit: Visit) -> None:
    facts = visit("inducci/pilots/linz-for-your-business-growth/", language="en").by_id("next").facts
    assert facts["What followed"] == "regular programme of Creative Region"


def test_further_facts_are_shown(demo: Space, visit: Visit) -> None:
    facts = visit("inducci/pilots/linz-creative-hackathon-2021/", language="en").by_id("further").facts
    assert facts["Tie to InduCCI"].startswith("Presented among the InduCCI results")


def test_not_there(demo: Space, client: Client) -> None:
    assert client.get("/de/inducci/pilots/nichts/").status_code == 404


def many_pilots(number: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"garn-{index}",
            "title": f"Garn {index}",
            "kind": "lab",
            "host": "agentur",
            "partner_orgs": ["weberei"],
            "workshops": [
                {"id": f"w-{index}-{part}", "title": "Werk", "partner": ["weberei"]} for part in range(number)
            ],
            "findings": [
                {"id": f"f-{index}-{part}", "de": f"Fund {part}", "supports": ["m1"]} for part in range(number)
            ],
            "presented_at": ["schau"],
        }
        for index in range(number)
    ]


@pytest.mark.parametrize(("path", "expected"), [("", 10), ("garn-0/", 9)])
def test_number_of_queries_does_not_grow(path: str, expected: int, queries_of: Callable[[str], int]) -> None:
    counts = []
    for number in (1, 5):
        event = {"id": "schau", "title": "Schau", "date": "2021-09-29"}
        bundle = small_bundle(pilots=many_pilots(number), events=[event], thread=[], uptake=[])
        space = create_programme(bundle)
        counts.append(queries_of(f"werk/pilots/{path}"))
        space.delete()
    assert counts == [expected, expected]


def test_long_lists_have_pages_that_keep_the_filter(visit: Visit) -> None:
    event = {"id": "schau", "title": "Schau"}
    create_programme(small_bundle(pilots=many_pilots(40), events=[event], thread=[], uptake=[]))
    page = visit("werk/pilots/?sort=lab").by_id("main")
    assert len(page.all("article")) == 36
    assert page.links["Weiter"] == "?sort=lab&page=2"
    assert len(visit("werk/pilots/?sort=lab&page=2").by_id("main").all("article")) == 4
