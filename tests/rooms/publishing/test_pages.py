"""What visitors read on the front, the home of a programme and its news; what feed readers and crawlers get."""

from collections.abc import Callable
from datetime import datetime
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from querwerk.core.models import Space
from querwerk.core.states import Visibility
from querwerk.programmes.models import Programme
from tests.factories.programmes import create_programme, import_again, small_bundle
from tests.rooms.conftest import Visit

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"

pytestmark = pytest.mark.django_db


def test_front_leads_to_the_only_programme(demo: Space, client: Client) -> None:
    response = client.get("/en/")
    assert response.status_code == 302
    assert response["Location"] == "/en/inducci/"


def test_front_lists_several_programmes_and_hides_drafts(demo: Space, visit: Visit) -> None:
    create_programme()
    other = small_bundle()
    other["programme"] |= {"id": "geheim", "acronym": "Geheim"}
    create_programme(other)
    Programme.objects.filter(key="geheim").update(visibility=Visibility.DRAFT)
    assert [card.one("h3").text for card in visit("").all("article", cls="card")] == ["InduCCI", "Werk"]


def test_front_without_programmes(visit: Visit) -> None:
    Programme.objects.update(visibility=Visibility.RETIRED)
    assert visit("").one(cls="empty").one(cls="empty__title").text == "Noch ist kein Programm öffentlich"


def test_home_shows_the_face_of_the_programme(demo: Space, visit: Visit) -> None:
    page = visit("inducci/")
    assert page.one("h1").text.startswith("InduCCI Acht Partner in sieben Ländern")
    strip = page.one(cls="publicity-strip")
    assert "Europäische" in strip.text
    order = page.walk()
    assert order.index(strip) < order.index(page.one("main")), "the emblem stands above the content"
    assert [item.one("h3").text for item in page.by_id("questions").all("li", cls="question")] == [
        "Welche Wege führen vom Industriestandort zur Makerregion?",
        "Welche Pilotaktionen haben die deutschen Partner umgesetzt?",
        "Welche Strategievorschläge liegen für Chemnitz und Region vor?",
        "Wie gehen die Erkenntnisse in Chemnitz2025 ein?",
    ]
    assert list(page.by_id("now").links.values())[:3] == [
        f"/de/inducci/events/{key}/" for key in ("final-2022", "zukunftsforum-2022", "plauen-2021")
    ]
    assert [flash.one(cls="flash__number").text for flash in page.by_id("now").all("li", cls="flash")] == [
        f"Newsflash {number}" for number in (7, 6, 5)
    ]
    assert len(page.by_id("partners").all(cls="map__pin")) == 8


def test_home_counts_and_says_what_is_unknown(demo: Space, visit: Visit) -> None:
    numbers = visit("inducci/").by_id("numbers")
    assert numbers.facts["Pilotaktionen"] == "9"
    assert numbers.facts["Veranstaltungen"] == "10"
    assert "davon EFRE unbekannt" in numbers.text


def test_home_of_a_bare_programme(visit: Visit) -> None:
    create_programme({"programme": {"id": "neu", "title_de": "Ganz neu"}})
    page = visit("neu/", language="en")
    assert page.one("h1").text == "neu"
    assert page.by_id("numbers").facts["Partners"] == "unknown"
    assert page.by_id("thread").text.count("none recorded") == 7


def test_news_are_sorted_by_number_with_unknown_dates(demo: Space, visit: Visit) -> None:
    flashes = visit("inducci/news/").all("li", cls="flash")
    assert len(flashes) == 7
    assert "Datum unbekannt" in flashes[0].text
    assert "27. Oktober 2021" in flashes[1].text


def test_newsflash_links_the_originals_and_says_which_is_unknown(demo: Space, visit: Visit) -> None:
    page = visit("inducci/news/6/")
    originals = page.by_id("original").all("ul", cls="rows")[0].all("li")
    assert [row.text for row in originals] == ["lvkkwsachsen.de Deutsch", "unbekannt Englisch"]
    assert page.by_id("original").facts["Woher der Titel stammt"] == "aus der Adresse gelesen"
    assert page.one("h1").attributes["lang"] == "de"
    assert "/de/inducci/events/plauen-2021/" in page.by_id("about").links.values()


def test_an_original_with_one_address_for_two_languages_is_listed_once(demo: Space, visit: Visit) -> None:
    originals = visit("inducci/news/4/", language="en").by_id("original").all("ul", cls="rows")[0].all("li")
    assert [row.text for row in originals] == ["lvkkwsachsen.de English"]


def test_no_such_newsflash(demo: Space, client: Client) -> None:
    assert client.get("/de/inducci/news/99/").status_code == 404


def test_event_page_tells_the_news_and_the_film_about_it(demo: Space, visit: Visit) -> None:
    page = visit("inducci/events/plauen-2021/")
    assert "/de/inducci/news/6/" in page.links.values()
    assert any("Video Abschlusstagung" in film.text for film in page.all("div", cls="film"))


def test_feed_is_valid_also_without_dates(demo: Space, client: Client) -> None:
    response = client.get("/de/inducci/news/feed.atom")
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(response.content)
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 7
    ids = [entry.findtext(f"{ATOM}id") for entry in (feed, *entries)]
    assert len(set(ids)) == 8
    for entry in (feed, *entries):
        assert str(entry.findtext(f"{ATOM}id")).startswith("urn:uuid:")
        assert datetime.fromisoformat(str(entry.findtext(f"{ATOM}updated"))).tzinfo is not None
        for link in entry.findall(f"{ATOM}link"):
            assert link.attrib["href"].startswith("http://testserver/de/inducci/news/")
    dated = [entry for entry in entries if entry.find(f"{ATOM}published") is not None]
    assert len(dated) == 4
    assert entries[1].findtext(f"{ATOM}published") == "2021-10-27T00:00:00+00:00"


def test_feed_ids_stay_when_the_site_moves(demo: Space, client: Client, settings: object) -> None:
    def ids(host: str) -> list[str | None]:
        feed = ET.fromstring(client.get("/de/inducci/news/feed.atom", headers={"host": host}).content)
        return [element.text for element in feed.iter(f"{ATOM}id")]

    settings.ALLOWED_HOSTS = ["testserver", "example.org"]  # type: ignore[attr-defined]
    assert ids("testserver") == ids("example.org")


def test_site_map_names_every_page_in_every_language(demo: Space, client: Client) -> None:
    page = ET.fromstring(client.get("/sitemap.xml").content)
    places = [str(url.findtext(f"{MAP}loc")) for url in page]
    assert len(places) == len(set(places)) > 150
    for path in ("", "news/6/", "pilots/labor-2025/", "organisations/cwe/", "pages/imprint/", "thread/"):
        assert {f"http://testserver/{code}/inducci/{path}" for code in ("de", "en")} <= set(places)
    alternates = [link.attrib["hreflang"] for link in page[0] if link.tag.endswith("link")]
    assert alternates == ["de", "en"]


def test_every_page_of_the_site_map_answers(demo: Space, client: Client) -> None:
    page = ET.fromstring(client.get("/sitemap.xml").content)
    paths = [str(url.findtext(f"{MAP}loc")).removeprefix("http://testserver") for url in page]
    assert [path for path in paths[::3] if client.get(path).status_code != 200] == []


def test_site_map_is_cut_into_parts(demo: Space, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("querwerk.publishing.sitemap.MOST_ADDRESSES", 100)
    index = ET.fromstring(client.get("/sitemap.xml").content)
    parts = [str(part.findtext(f"{MAP}loc")).removeprefix("http://testserver") for part in index]
    sizes = [len(ET.fromstring(client.get(part).content)) for part in parts]
    assert len(parts) > 1
    assert sizes[:-1] == [100] * (len(parts) - 1)


PATHS = {"": 10, "news/": 6, "news/1/": 8}


@pytest.mark.parametrize("path", PATHS)
def test_number_of_queries_does_not_grow(path: str, queries_of: Callable[[str], int]) -> None:
    counts = []
    for number in (1, 5):
        bundle = small_bundle(
            newsflashes=[
                {"no": index + 1, "title": "Neues", "date": "2021-10-01", "about": ["garn", "schau"]}
                for index in range(number)
            ],
        )
        bundle["events"] += [{"id": f"event-{index}", "title": "Treffen", "date": "2021"} for index in range(number)]
        bundle["pilots"] += [{"id": f"pilot-{index}", "title": "Versuch"} for index in range(number)]
        space = create_programme(bundle)
        counts.append(queries_of(f"werk/{path}"))
        space.delete()
    assert counts == [PATHS[path]] * 2


def test_news_are_right_at_once_after_an_edit(visit: Visit) -> None:
    create_programme()
    assert "Neues" in visit("werk/news/").text
    import_again(small_bundle(newsflashes=[{"no": 1, "title": "Noch Neueres"}]))
    assert "Noch Neueres" in visit("werk/news/").text
