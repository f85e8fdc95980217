"""The directory: what it finds, counts and hides, as a list and on the map."""

from typing import Any

import pytest
from django.test import Client

from querwerk.core.actions import save_record
from querwerk.core.models import Node, Space
from querwerk.people import directory, word_files
from querwerk.people.actions import erase_profile
from querwerk.people.meaning import encode_profiles
from querwerk.people.models import Contact, Profile, Spokesperson, User
from querwerk.programmes.models import Programme, Role
from tests.factories.programmes import PROFILES, TESTER, create_programme, small_bundle
from tests.reading import read_page
from tests.rooms.conftest import RowsOf, Visit

pytestmark = pytest.mark.django_db

SHOWN: tuple[dict[str, Any], ...] = (
    {"id": "kranich", "name": "Studio Kranich", "side": "creative", "submarkets": ["design"], "languages": ["de", "en"],
     "town": "Chemnitz", "region": "DED4", "availability": "open", "offers_de": "Ausstellungen, die man anfassen kann."},
    {"id": "glas", "name": "Glaswerk", "side": "industry", "division": "23", "region": "DED41", "town": "Zwickau"},
    {"id": "pause", "name": "Pausenlos", "side": "creative", "submarkets": ["design", "film"], "availability": "paused"},
    {"id": "brno", "name": "Ateliér Brno", "side": "creative", "submarkets": ["art"], "languages": ["cs"], "region": "CZ064",
     "town": "Brno", "available_from": "2020-01", "offers_cs": "Divadelní scénografie pro tovární haly."},
)  # fmt: skip
HIDDEN: tuple[dict[str, Any], ...] = (
    {"id": "mitglied", "name": "Mitgliederwerk", "audience": "members", "side": "science"},
    {"id": "privat", "name": "Privatwerk", "audience": "private", "side": "science"},
    {"id": "zurueck", "name": "Zurückwerk", "audience": "public", "visibility": "draft", "side": "science"},
)


def save(space: Space, raw: dict[str, Any]) -> Profile:
    saved = save_record(spec=Profile.SPEC, raw={"audience": "public", **raw}, space=space, by=TESTER)
    assert isinstance(saved, Profile)
    return saved


@pytest.fixture
def space(media: Any) -> Space:
    space = create_programme(small_bundle(profiles=PROFILES))
    for raw in (*SHOWN, *HIDDEN):
        save(space, raw)
    return space


def names(page: Any) -> list[str]:
    return [title.text for title in page.all("h2", cls="card__title")]


def sign_in(client: Client, space: Space, role: str = "", speaks_for: str = "") -> User:
    user = User.objects.create_user(f"{role or 'eva'}@example.org")
    if role:
        Role.objects.create(user=user, programme=Programme.objects.get(space=space), name=role)
    if speaks_for:
        Spokesperson.objects.create(profile=Profile.objects.get(key=speaks_for), user=user)
    client.force_login(user)
    return user


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Atelier Žižka", "Ateliér Brno", "Glaswerk", "Pausenlos", "Studio Kranich"]),
        ("?side=creative&submarket=design", ["Atelier Žižka", "Pausenlos", "Studio Kranich"]),
        ("?section=C", ["Glaswerk"]),
        ("?section=23", ["Glaswerk"]),
        ("?region=DED4", ["Glaswerk", "Studio Kranich"]),
        ("?region=CZ", ["Atelier Žižka", "Ateliér Brno"]),
        ("?town=Brno&language=cs", ["Ateliér Brno"]),
        ("?available=1", ["Atelier Žižka", "Ateliér Brno", "Studio Kranich"]),
        ("?q=anfasen", ["Studio Kranich"]),
        ("?q=keramik", []),
        ("?side=creative&nonsense=1&page=99", ["Atelier Žižka", "Ateliér Brno", "Pausenlos", "Studio Kranich"]),
        ("?side=klingon", []),
    ],
)
def test_filters_find_what_fits(space: Space, visit: Visit, query: str, found: list[str]) -> None:
    assert sorted(names(visit(f"werk/directory/{query}"))) == sorted(found)


def test_counts_say_what_another_choice_would_find(space: Space, visit: Visit) -> None:
    page = visit("werk/directory/?side=creative&submarket=film")
    options = {
        select.attributes["name"]: [option.text for option in select.all("option")][1:] for select in page.all("select")
    }
    assert options["submarket"] == ["Kunstmarkt (2)", "Filmwirtschaft (1)", "Designwirtschaft (3)"]
    assert options["side"] == ["Kultur- und Kreativwirtschaft (1)"]
    assert "1 Profil" in page.one("div", cls="filters__result").text


@pytest.mark.parametrize(
    ("role", "speaks_for", "seen"),
    [
        ("", "", []),
        ("", "glas", ["Mitgliederwerk"]),
        ("", "privat", ["Mitgliederwerk", "Privatwerk"]),
        ("reader", "", ["Mitgliederwerk"]),
        ("organiser", "", ["Mitgliederwerk", "Privatwerk"]),
    ],
)
def test_nobody_finds_or_counts_what_is_not_for_them(
    space: Space, client: Client, role: str, speaks_for: str, seen: list[str]
) -> None:
    if role or speaks_for:
        sign_in(client, space, role, speaks_for)
    for query in ("?side=science", "?q=werk&side=science"):
        page = read_page(client.get(f"/de/werk/directory/{query}").content.decode())
        assert names(page) == seen
    for key in ("mitglied", "privat", "zurueck"):
        expected = 200 if role == "organiser" or Profile.objects.get(key=key).name["und"] in seen else 404
        assert client.get(f"/de/werk/profiles/{key}/").status_code == expected
    whole = client.get("/de/werk/search/?q=werk").content.decode()
    assert "Privatwerk" not in whole


def test_a_saved_profile_is_found_at_once_and_a_deleted_one_no_more(space: Space, visit: Visit) -> None:
    assert names(visit("werk/directory/?q=Nachtigall")) == []
    profile = save(space, {"id": "neu", "name": "Haus Nachtigall"})
    assert names(visit("werk/directory/?q=nachtigal")) == ["Haus Nachtigall"]
    save(space, {"id": "neu", "name": "Haus Amsel"})
    assert (names(visit("werk/directory/?q=Nachtigall")), names(visit("werk/directory/?q=Amsel"))) == (
        [],
        ["Haus Amsel"],
    )
    save(space, {"id": "neu", "name": "Haus Amsel", "audience": "private"})
    assert names(visit("werk/directory/?q=Amsel")) == []
    assert Node.objects.filter(pk=profile.node_id).exists()


def test_what_is_meant_is_found_across_languages(space: Space, visit: Visit) -> None:
    assert names(visit("werk/directory/?q=Bühnenbild+für+Fabriken", language="de"))[:1] != ["Ateliér Brno"]
    encode_profiles(space.pk, Profile.objects.filter(space=space).values_list("node", flat=True))
    assert names(visit("werk/directory/?q=Bühnenbild+für+Fabriken", language="en"))[:1] == ["Ateliér Brno"]


def test_the_map_says_the_same_as_the_list_beside_it(space: Space, visit: Visit) -> None:
    page = visit("werk/directory/map/")
    pins = {pin.attributes["href"]: pin.attributes["aria-label"] for pin in page.all("a", cls="map__pin")}
    rows = page.one("ol", cls="map__places").all("li")
    beside = {row.one("a").attributes["href"]: f"{row.one('a').text}: {row.one('span').text}" for row in rows}
    assert pins == beside
    chemnitz = next(url for url, label in pins.items() if label.startswith(("Chemnitz", "Zwickau")))
    assert names(visit(chemnitz.removeprefix("/de/"))) == ["Glaswerk", "Studio Kranich"]


def test_contact_is_shown_to_its_audience_only(space: Space, client: Client) -> None:
    profile = Profile.objects.get(key="kranich")
    Contact.objects.create(
        profile=profile, email="post@kranich.example", phone="0371 12", person="Eva Kranich",
        email_audience="public", phone_audience="members",
    )  # fmt: skip
    shown = ("post@kranich.example", "0371 12", "Eva Kranich")

    def seen() -> list[bool]:
        page = client.get("/en/werk/profiles/kranich/").content.decode()
        return [words in page for words in shown]

    assert seen() == [True, False, False]
    sign_in(client, space, speaks_for="glas")
    assert seen() == [True, True, False]
    Spokesperson.objects.create(profile=profile, user=User.objects.get(email="eva@example.org"))
    assert seen() == [True, True, True]


@pytest.mark.parametrize("path", ["", "?side=creative", "map/"])
def test_a_page_of_many_costs_as_many_queries_as_one_of_few(
    space: Space, client: Client, django_assert_num_queries: Any, path: str
) -> None:
    client.get(f"/de/werk/directory/{path}")
    expected = 4 if path != "map/" else 2
    with django_assert_num_queries(expected):
        client.get(f"/de/werk/directory/{path}{'&' if '?' in path else '?'}x=1")


def test_the_next_process_reads_no_texts_again_but_those_that_were_written(
    space: Space, visit: Visit, rows_of: RowsOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "ENOUGH", 1)
    words = directory.words_of(space.pk)
    assert len(words) == Profile.objects.count()
    # For each profile only when it was written.
    assert rows_of(lambda: directory.words_of(space.pk)) == Profile.objects.count()
    save(space, {"id": "glas", "name": "Glaswerk", "offers_de": "Wir blasen Libellen."})
    assert rows_of(lambda: directory.words_of(space.pk)) == Profile.objects.count() + 1
    directory.forget_directories()
    assert names(visit("werk/directory/?q=Libellen")) == ["Glaswerk"]
    assert names(visit("werk/directory/?q=anfasen")) == ["Studio Kranich"]


def test_what_is_kept_of_words_goes_with_an_erased_profile_and_harms_nobody_when_broken(
    space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "ENOUGH", 1)
    directory.words_of(space.pk)
    file = word_files._file(space.pk)
    assert b"anfass" in file.read_bytes()
    erase_profile(profile=Profile.objects.get(key="kranich"), by=TESTER)
    assert not file.exists()
    number = len(directory.words_of(space.pk))
    whole = file.read_bytes()
    for broken in (b"", whole[:4], whole[:100], whole[: len(whole) // 2], whole[:-1], bytes(len(whole)), b"\xff" * 50):
        file.write_bytes(broken)
        assert len(directory.words_of(space.pk)) == number == Profile.objects.count()
