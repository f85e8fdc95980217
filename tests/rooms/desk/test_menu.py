"""The menu of the operator's pages."""

import re

import pytest
from django.test import Client

from querwerk.core.models import JournalEntry, Space
from querwerk.programmes.models import OperatorPage
from tests.factories.programmes import create_programme, small_bundle
from tests.rooms.desk.conftest import SignIn

URL = "/de/desk/werk/menu/"
PAGES = [
    {"id": "imprint", "title_de": "Impressum", "title_en": "Imprint", "body_de": "Wir."},
    {"id": "ueber", "title_de": "Über dieses Programm und alle, die daran mitwirken", "body_de": "Viele."},
    {"id": "geheim", "title_de": "Entwurf", "visibility": "draft"},
]


@pytest.fixture
def space(db: None) -> Space:
    return create_programme(small_bundle(pages=PAGES))


def typed(**changes: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for page in OperatorPage.objects.all():
        found |= {f"{page.key}-version": str(page.version), f"{page.key}-menu": page.menu or "foot"}
    return found | changes


def links(client: Client, part: str) -> list[str]:
    page = client.get("/de/werk/").content.decode()
    (found,) = re.findall(rf'<ul class="{part}">(.*?)</ul>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", item).split()) for item in re.findall(r"<li>(.*?)</li>", found, re.DOTALL)]


@pytest.mark.parametrize(
    ("role", "organisation", "status"),
    [("", "", 403), ("reader", "", 403), ("editor", "agentur", 403), ("organiser", "", 200)],
)
def test_only_organisers_edit_the_menu(
    space: Space, sign_in: SignIn, role: str, organisation: str, status: int
) -> None:
    client = sign_in(role, organisation=organisation)
    assert client.get(URL).status_code == status
    assert client.post(URL, {}).status_code == (422 if role == "organiser" else 403)


def test_pages_go_where_the_organiser_puts_them(space: Space, sign_in: SignIn, client: Client) -> None:
    assert links(client, "foot__links")[:2] == ["Impressum", "Über dieses Programm und alle, die daran mitwirken"]
    changes = {"ueber-menu": "main", "ueber-menu_title_de": "Über uns", "geheim-menu": "main", "geheim-menu_place": "1"}
    organiser = sign_in("organiser")
    assert organiser.post(URL, typed(once="a", **changes)).status_code == 302
    assert organiser.post(URL, typed(once="a", **changes)).status_code == 302
    assert links(client, "nav__list")[-1] == "Über uns"  # the draft stays hidden
    assert links(client, "foot__links")[0] == "Impressum"
    assert "Über uns" not in links(client, "foot__links")
    told = JournalEntry.objects.filter(kind="page", verb="changed").values_list("key", flat=True).order_by("key")
    assert list(told) == ["geheim", "ueber"]


def test_place_decides_the_order(space: Space, sign_in: SignIn, client: Client) -> None:
    sign_in("organiser").post(URL, typed(**{"ueber-menu_place": "1", "imprint-menu_place": "2"}))
    assert links(client, "foot__links")[1] == "Impressum"


def test_two_organisers_do_not_overwrite_each_other(space: Space, sign_in: SignIn) -> None:
    organiser = sign_in("organiser")
    mine = typed(**{"ueber-menu": "main"})
    organiser.post(URL, typed(**{"ueber-menu": "nowhere"}))
    response = organiser.post(URL, mine)
    assert response.status_code == 409
    assert OperatorPage.objects.get(key="ueber").menu == "nowhere"


def test_mistake_is_named_at_its_field_and_nothing_is_lost(space: Space, sign_in: SignIn) -> None:
    response = sign_in("organiser").post(URL, typed(**{"ueber-menu_place": "vorn", "ueber-menu_title_de": "Über uns"}))
    assert response.status_code == 422
    page = response.content.decode()
    assert 'value="vorn"' in page
    assert 'value="Über uns"' in page
