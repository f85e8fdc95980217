"""What visitors read about partners, organisations and the programme itself."""

from collections.abc import Callable

import pytest
from django.test import Client

from querwerk.core.models import Space
from querwerk.core.states import Visibility
from querwerk.people.models import Organisation, User
from querwerk.programmes.models import Programme, Role
from querwerk.programmes.states import RoleName
from tests.factories.programmes import create_programme, small_bundle
from tests.rooms.conftest import Visit

pytestmark = pytest.mark.django_db


def test_partners_stand_on_the_map_and_in_the_list(demo: Space, visit: Visit) -> None:
    page = visit("inducci/partners/")
    pins = page.by_id("map").all(cls="map__pin")
    assert len(pins) == 8
    assert len(page.by_id("map").all(cls="map__pin--lead")) == 1
    rows = page.by_id("roles").all("ul", cls="rows")[0].all("li")
    # Of one partner the budget is known; of the others nobody said that it was sought.
    assert [end.text for row in rows for end in row.all(cls="rows__end")] == ["180.000 €"]
    assert "Leitpartner" in rows[0].text


def test_partner_without_a_known_place_is_in_the_list_only(visit: Visit) -> None:
    create_programme()
    page = visit("werk/partners/")
    assert [element for element in page.walk() if element.attributes.get("id") == "map"] == []
    assert page.by_id("roles").links["Agentur für Übermorgen"] == "/de/werk/organisations/agentur/"


def test_organisation_tells_what_it_is_and_took_part_in(demo: Space, visit: Visit) -> None:
    page = visit("inducci/organisations/kreatives-sachsen/")
    assert page.by_id("facts").facts["Seite"] == "Mittlerorganisation"
    assert page.by_id("facts").facts["Ort"] == "unbekannt"
    took_part = page.by_id("took-part")
    assert [heading.text for heading in took_part.all("h3")][:2] == ["Veranstaltungen", "Pilotaktionen"]
    labor = next(row for row in took_part.all("li") if "Labor 2025" in row.text)
    assert labor.links == {"Labor 2025": "/de/inducci/pilots/labor-2025/"}
    assert "In Kooperation mit" in labor.text
    assert "8. März 2021" in labor.text


def test_organisation_names_people_and_where_they_are_named(demo: Space, visit: Visit) -> None:
    person = visit("inducci/organisations/kreatives-sachsen/").by_id("person-josephine-hage")
    assert person.one("h3").text == "Josephine Hage"
    assert "/de/inducci/events/plauen-2021/" in person.links.values()
    assert "Newsflash 6 vom 27. Oktober 2021" in person.links


def test_unknown_is_said_and_absent_is_silent(demo: Space, visit: Visit) -> None:
    facts = visit("inducci/organisations/q-hub/", language="en").by_id("facts").facts
    assert facts["Side"] == facts["Place"] == facts["Country"] == facts["Website"] == "unknown"
    assert "Region" not in facts


def test_organisations_are_filtered(demo: Space, client: Client) -> None:
    def shown(query: str) -> set[str]:
        return {organisation.key for organisation in client.get(f"/de/inducci/organisations/{query}").context["page"]}

    science = shown("?side=science")
    assert "fraunhofer-enas" in science
    assert "cwe" not in science
    assert shown("?side=science&country=IT") == {"ca-foscari"}
    assert shown("?side=nonsense&country=XX&page=999") == shown("")


def test_draft_and_unknown_organisations_are_not_there(demo: Space, client: Client) -> None:
    Organisation.objects.filter(key="cwe").update(visibility=Visibility.DRAFT)
    assert client.get("/de/inducci/organisations/cwe/").status_code == 404
    assert client.get("/de/inducci/organisations/nobody/").status_code == 404


def test_about_page_counts_and_admits(demo: Space, visit: Visit) -> None:
    page = visit("inducci/about/")
    assert page.by_id("facts").facts["Davon EFRE"] == "unbekannt"
    assert page.by_id("facts").facts["Gesamtbudget"] == "2.027.542,49 €"
    assert len(page.by_id("work-packages").all("h3")) == 3
    assert page.by_id("work_package-wp3").links["Creative Region Linz & Upper Austria GmbH"].endswith("/creare/")


def test_operator_page_and_its_link_in_the_footer(demo: Space, visit: Visit) -> None:
    page = visit("inducci/pages/imprint/")
    assert page.one("h1").text == "Impressum"
    assert page.one("footer").links["Impressum"] == "/de/inducci/pages/imprint/"


def test_only_organisers_learn_that_an_operator_page_is_missing(client: Client) -> None:
    create_programme()
    assert client.get("/de/werk/pages/imprint/").status_code == 404
    for role, status in ((RoleName.READER, 404), (RoleName.ORGANISER, 200)):
        user = User.objects.create_user(f"{role}@example.org")
        Role.objects.create(user=user, programme=Programme.objects.get(key="werk"), name=role)
        client.force_login(user)
        assert client.get("/de/werk/pages/imprint/").status_code == status
        assert client.get("/de/werk/pages/something/").status_code == 404


PATHS = {"partners/": 5, "organisations/": 7, "organisations/org-0/": 9, "about/": 9}


@pytest.mark.parametrize("path", PATHS)
def test_number_of_queries_does_not_grow(path: str, queries_of: Callable[[str], int]) -> None:
    counts = []
    for number in (1, 5):
        keys = [f"org-{index}" for index in range(number)]
        bundle = small_bundle(
            organisations=[
                {
                    "id": key,
                    "name": key,
                    "kind": "industry",
                    "city": "Plauen",
                    "country": "DE",
                    "lat": 50.5,
                    "lon": 12.1,
                }
                for key in keys
            ],
            partners=[{"id": key, "org": key, "role": "partner", "country": "DE"} for key in keys],
            people=[{"id": f"person-{index}", "name": "Ada", "org": "org-0"} for index in range(number)],
            pilots=[{"id": f"pilot-{index}", "title": "Garn", "host": "org-0"} for index in range(number)],
            events=[
                {"id": "schau", "title": "Schau", "people_on_photo": [f"person-{index}" for index in range(number)]}
            ],
            strategy=[],
            uptake=[],
            thread=[],
        )
        bundle["programme"] |= {
            "work_packages": [{"id": f"wp{index}", "title": "Paket", "lead": "org-0"} for index in range(number)],
            "trainings": [{"id": f"t{index}", "title": "Schulung", "host": "org-0"} for index in range(number)],
        }
        space = create_programme(bundle)
        counts.append(queries_of(f"werk/{path}"))
        space.delete()
    assert counts == [PATHS[path]] * 2
