"""What visitors find by words; the same on every database."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from querwerk.core.models import Node, Space
from querwerk.core.states import Visibility
from querwerk.pilots.models import Pilot
from querwerk.publishing.models import SearchEntry, SearchWord
from querwerk.publishing.search.find import Found, find, findable_kinds
from querwerk.publishing.search.matching import Scope
from querwerk.publishing.search.store import index_nodes, rebuild
from querwerk.publishing.search.words import distance, query_words, stems
from tests.factories.programmes import create_programme, import_again, small_bundle
from tests.rooms.conftest import Visit

pytestmark = pytest.mark.django_db

VISITOR = (str(Visibility.PUBLISHED),)


def pilots(*titles: str, **fields: Any) -> dict[str, Any]:
    """Return a bundle with pilots of these titles, keyed p0, p1, …"""
    rows = [{"id": f"p{index}", "title_de": title, **fields} for index, title in enumerate(titles)]
    return small_bundle(pilots=rows, events=[], thread=[], uptake=[])


def ask(space: Space, query: str, *, language: str = "de", visibilities: tuple[str, ...] = VISITOR) -> Found:
    return find(query, Scope(space.pk, visibilities, findable_kinds(), language))


def keys(space: Space, query: str, **scope: Any) -> list[str]:
    """Return the keys of what is found, best first."""
    found = [match.node_id for match in ask(space, query, **scope).matches]
    names = dict(Node.objects.filter(pk__in=found).values_list("pk", "key"))
    return [names[pk] for pk in found]


@pytest.mark.parametrize("query", ["Straße", "strasse", "STRASSE", "Strasse", "straßen"])
def test_sharp_s(query: str) -> None:
    assert keys(create_programme(pilots("Kunst auf der Straße", "Anderes")), query) == ["p0"]


@pytest.mark.parametrize("query", ["Förderung", "foerderung", "FÖRDERUNGEN", "Fo\u0308rderung"])
def test_umlauts_and_their_spellings(query: str) -> None:
    assert keys(create_programme(pilots("Förderung für Kreative", "Anderes")), query) == ["p0"]


def test_accents_of_neighbours() -> None:
    space = create_programme(pilots("Škofja Loka", "Anderes"))
    assert keys(space, "skofja") == keys(space, "ŠKOFJA") == ["p0"]


def test_inflection_in_both_languages() -> None:
    space = create_programme(pilots("Häuser der Künste"))
    assert keys(space, "haus kunst") == ["p0"]
    rows = [{"id": "p0", "title_en": "Workshops for creatives"}]
    space = create_programme(small_bundle(pilots=rows, events=[], thread=[], uptake=[]))
    assert keys(space, "workshop creative", language="en") == ["p0"]


def test_a_word_is_found_inside_compounds_after_the_word_itself() -> None:
    space = create_programme(pilots("Kreativwirtschaft stärken", "Wirtschaft und Kultur", "Wirtschaftsförderung"))
    first, *others = keys(space, "wirtschaft")
    assert (first, set(others)) == ("p1", {"p0", "p2"})


def test_all_words_are_asked_for_and_fillers_are_not() -> None:
    space = create_programme(pilots("Garn und Licht", "Garn"))
    assert keys(space, "was ist das Licht im Garn") == ["p0"]


def test_where_no_record_has_all_words_those_with_some_are_shown() -> None:
    found = ask(create_programme(pilots("Seil", "Licht")), "Seil Licht")
    assert len(found.matches) == 2
    assert not found.has_all_words


def test_titles_count_more_than_texts_and_the_readers_language_more_than_others() -> None:
    rows = [
        {"id": "text", "title_de": "Eins", "summary_de": "Hier geht es um Radar und anderes."},
        {"id": "title", "title_de": "Radar"},
    ]
    assert keys(create_programme(small_bundle(pilots=rows, events=[], thread=[], uptake=[])), "radar") == [
        "title",
        "text",
    ]
    rows = [{"id": "de", "title_de": "Radar", "title_en": "One"}, {"id": "en", "title_de": "Eins", "title_en": "Radar"}]
    other = small_bundle(pilots=rows, events=[], thread=[], uptake=[])
    other["programme"] |= {"id": "zwei"}
    space = create_programme(other)
    assert keys(space, "radar", language="de") == ["de", "en"]
    assert keys(space, "radar", language="en") == ["en", "de"]


@pytest.mark.parametrize(
    ("slip", "meant"),
    [("Kreativwirtschft", "Kreativwirtschaft"), ("Makerreigon", "Makerregion"), ("neue Wekrstatt", "neue Werkstatt")],
)
def test_slips_of_the_finger_are_noticed(slip: str, meant: str) -> None:
    space = create_programme(pilots("Neue Kreativwirtschaft", "Neue Makerregion", "Neue Werkstatt"))
    assert ask(space, slip).suggestion == meant


def test_suggestions_give_no_draft_away() -> None:
    space = create_programme(pilots("Geheimvorhaben", visibility="draft"))
    assert ask(space, "Geheimvorhabn").suggestion == ""
    assert keys(space, "Geheimvorhaben") == []
    assert keys(space, "Geheimvorhaben", visibilities=("published", "draft")) == ["p0"]


def test_suggestions_come_from_this_programme_only() -> None:
    create_programme(pilots("Sonnenfinsternis"))
    other = pilots("Anderes")
    other["programme"] |= {"id": "anders"}
    assert ask(create_programme(other), "Sonnenfinsterns").suggestion == ""


def test_edits_are_found_at_once_and_dropped_parts_are_gone() -> None:
    space = create_programme()
    assert keys(space, "leuchtet")
    bundle = small_bundle()
    bundle["pilots"][0]["findings"] = bundle["pilots"][0]["findings"][:1]
    bundle["pilots"][0]["title"] = "Altes Seil"
    import_again(bundle)
    assert keys(space, "leuchtet") == []
    assert keys(space, "seil") == ["garn"]


def test_deleted_programmes_leave_nothing_behind() -> None:
    before = SearchEntry.objects.count()
    space = create_programme(pilots("Garn"))
    assert SearchEntry.objects.count() > before
    space.delete()
    assert SearchEntry.objects.count() == before


def test_indexing_twice_changes_nothing() -> None:
    space = create_programme()
    before = list(SearchEntry.objects.order_by("pk").values())
    index_nodes(Node.objects.values_list("pk", flat=True))
    assert rebuild() == len(before)
    assert list(SearchEntry.objects.order_by("pk").values()) == before
    assert keys(space, "garn")


def test_facts_lists_and_persons_are_found(demo: Space) -> None:
    assert "josephine-hage" in keys(demo, "Josephine Hage")
    assert "werkschau-2021" in keys(demo, "Möbel Interieur")


HOSTILE = [
    "",
    "   ",
    "'",
    '"',
    '"" OR 1',
    "garn*",
    "NEAR(garn)",
    "garn NEAR/2 licht",
    "title_de:garn",
    "garn AND",
    "-garn",
    "^garn",
    "garn & | ! <-> (",
    "garn:*",
    "\\",
    "%",
    "_____",
    "\x01garn\x01",
    "\ud83d\ude00",
    "🧵",
    "½ ﬁ ſ",
    "a" * 10_000,
    "garn " * 5_000,
    "ﷺ" * 100,
    "'); DROP TABLE core_node; --",
]


@pytest.mark.parametrize("query", HOSTILE, ids=[f"{index}" for index in range(len(HOSTILE))])
def test_hostile_queries_are_only_words(query: str, client: Client) -> None:
    create_programme(pilots("Garn"))
    if "\ud83d" in query:
        query = query.encode("utf-16", "surrogatepass").decode("utf-16")
    response = client.get("/de/werk/search/", {"q": query, "kind": query, "page": query})
    assert response.status_code == 200
    assert Node.objects.exists()


def test_hostile_bytes_in_the_address(client: Client) -> None:
    create_programme()
    assert client.get("/de/werk/search/?q=%ff%fe%01&kind=%01").status_code == 200


def test_hostile_text_is_escaped_in_excerpts(client: Client) -> None:
    create_programme(
        pilots("Garn <script>alert(1)</script>", summary_de="Garn <img src=x> & mehr über Garn und Seil im Werk")
    )
    page = client.get("/de/werk/search/?q=garn+<b>").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<mark>Garn</mark> &lt;img" in page


def test_page_groups_marks_and_links(demo: Space, visit: Visit) -> None:
    page = visit("inducci/search/?q=kreativwirtschaft")
    group = page.by_id("kind-pilot")
    assert group.text == "Pilotaktionen"
    hits = page.one("main").all("ol", cls="hits")
    assert all(hit.all("mark") for hits_of_kind in hits for hit in hits_of_kind.all("li"))
    assert "/de/inducci/papers/linz-strategy/" in page.links.values()


def test_page_of_one_kind(demo: Space, visit: Visit) -> None:
    page = visit("inducci/search/?q=chemnitz&kind=organisation")
    (hits,) = page.one("main").all("ol", cls="hits")
    assert len(hits.all("li")) > 5
    assert all("/organisations/" in url for url in hits.links.values())


def test_page_says_what_was_meant(demo: Space, visit: Visit) -> None:
    page = visit("inducci/search/?q=Kreativwirtschft")
    assert page.one("main").links["Kreativwirtschaft"] == "?q=Kreativwirtschaft"
    assert "Nichts gefunden" in page.one("main").text


def test_person_leads_to_the_organisation(demo: Space, visit: Visit) -> None:
    links = visit("inducci/search/?q=Josephine").one("main").links
    assert "/de/inducci/organisations/kreatives-sachsen/#person-josephine-hage" in links.values()


def test_retired_records_are_not_found(demo: Space) -> None:
    Node.objects.filter(kind="pilot", key="labor-2025").update(visibility=Visibility.RETIRED)
    assert "labor-2025" not in keys(demo, "Labor 2025")
    assert Pilot.objects.filter(key="labor-2025").exists()


def test_number_of_queries_does_not_grow(queries_of: Callable[[str], int]) -> None:
    counts = []
    for number in (1, 40):
        space = create_programme(pilots(*["Garnwerk und Garn"] * number))
        counts.append(queries_of("werk/search/?q=garn"))
        space.delete()
    assert counts == [8, 8]


def test_words_that_fold_into_odd_characters_stay_words() -> None:
    for word in ("½", "ﷺ", "ﬁnden", "İstanbul", "Straße", "2025", "x" * 300):
        assert all(stem.isalnum() for stem in stems(word).both)
    assert query_words("die der das") == ["die", "der", "das"]


@pytest.mark.parametrize(
    ("one", "other", "slips"), [("haus", "haus", 0), ("haus", "huas", 1), ("haus", "hau", 1), ("ab", "cd", 2)]
)
def test_distance(one: str, other: str, slips: int) -> None:
    assert distance(one, other, 2) == slips
    assert distance("werkstatt", "x", 2) == 3


def test_vocabulary_is_kept_once() -> None:
    create_programme(pilots("Garn Garne Garns"))
    assert SearchWord.objects.filter(stem="garn").count() == 1
