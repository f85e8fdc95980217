"""What other sites and programs get of a page: a title and a picture, facts for search engines, the feed as JSON."""

import io
import json
import re
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from querwerk.core.models import Space
from querwerk.publishing.share import share_picture

pytestmark = pytest.mark.usefixtures("demo")
NEWS = "/de/inducci/news/6/"
EVENT = "/en/inducci/events/plauen-2021/"


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def linked_data(client: Client, path: str) -> dict[str, Any]:
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page(client, path), re.DOTALL)
    content: dict[str, Any] = json.loads(found)
    return content


@pytest.mark.parametrize(
    "path",
    [
        NEWS,
        EVENT,
        "/de/inducci/pilots/labor-2025/",
        "/de/inducci/papers/cwe-strategy/",
        "/de/inducci/organisations/cwe/",
    ],
)
def test_a_page_is_shared_under_a_title_and_a_picture(client: Client, db: None, path: str) -> None:
    meta = dict(re.findall(r'<meta property="(og:\w+)" content="([^"]*)">', page(client, path)))
    assert meta["og:title"]
    url = meta["og:image"].removeprefix("http://testserver")
    response = client.get(url)
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    with Image.open(io.BytesIO(response.content)) as picture:
        assert picture.size == (1200, 630)
    assert len(response.content) < 100_000


@pytest.mark.parametrize("path", ["share/newsflash/99.png", "share/nonsense/6.png", "share/programme/sonstwas.png"])
def test_no_picture_of_what_has_no_page(client: Client, db: None, path: str) -> None:
    assert client.get(f"/de/inducci/{path}").status_code == 404


def test_no_picture_of_a_draft(client: Client, demo: Space, db: None) -> None:
    from querwerk.core.actions import set_visibility  # noqa: PLC0415
    from querwerk.core.states import Visibility  # noqa: PLC0415
    from querwerk.publishing.models import Newsflash  # noqa: PLC0415
    from tests.factories.programmes import TESTER  # noqa: PLC0415

    assert client.get("/de/inducci/share/newsflash/6.png").status_code == 200
    record = Newsflash.objects.get(space=demo, key="6")
    set_visibility(record=record, visibility=Visibility.DRAFT, by=TESTER)
    assert client.get("/de/inducci/share/newsflash/6.png").status_code == 404


@pytest.mark.parametrize(
    "title",
    [
        "Labor 2025",
        "Ž" * 90,
        "Donaudampfschifffahrtsgesellschaftskapitänsmütze " * 9,
        "",
        "Ein sehr langer Titel " * 20,
        "日本語 🙂",
    ],
)
def test_any_title_finds_room(title: str) -> None:
    drawn = share_picture(title=title, kicker="Newsflash", programme="InduCCI", key="x")
    assert drawn == share_picture(title=title, kicker="Newsflash", programme="InduCCI", key="x")
    with Image.open(io.BytesIO(drawn)) as picture:
        # Nothing is written over the cloth: the first row of pixels beside it is paper.
        strip = picture.convert("RGB").crop((1200 - 420 - 60, 0, 1200 - 420 - 4, 630))
        assert strip.getcolors() == [(56 * 630, (250, 247, 241))]


def test_search_engines_learn_what_is_known_and_nothing_else(client: Client, db: None) -> None:
    event = linked_data(client, EVENT)
    assert (event["@type"], event["startDate"], event["location"]["address"]) == (
        "Event",
        "2021-09-29",
        {"@type": "PostalAddress", "addressLocality": "Plauen", "addressCountry": "DE"},
    )
    assert "endDate" not in event
    news = linked_data(client, NEWS)
    assert (news["@type"], news["headline"], news["datePublished"]) == (
        "NewsArticle",
        "Nationale Abschlussveranstaltung in Plauen",
        "2021-10-27",
    )


def test_facts_cannot_end_their_element() -> None:
    from querwerk.core.templatetags.ui import json_ld  # noqa: PLC0415

    written = json_ld({"headline": "</script><script>alert(1)</script> & <!--"})
    assert written.count("<") == 2
    assert json.loads(written.partition(">")[2].rpartition("<")[0]) == {
        "headline": "</script><script>alert(1)</script> & <!--"
    }


def test_json_feed_says_what_atom_says(client: Client, db: None) -> None:
    feed = json.loads(page(client, "/de/inducci/news/feed.json"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["url"].rpartition("/news/")[2] for item in feed["items"]] == [
        f"{number}/" for number in range(7, 0, -1)
    ]
    atom = page(client, "/de/inducci/news/feed.atom")
    assert [item["id"] in atom for item in feed["items"]] == [True] * 7
    assert feed["items"][1]["title"] == "Newsflash 6: Nationale Abschlussveranstaltung in Plauen"


def test_an_author_is_named_wherever_the_newsflash_goes(client: Client, demo: Space, db: None) -> None:
    from querwerk.core.actions import save_record, set_visibility  # noqa: PLC0415
    from querwerk.core.queries import snapshot  # noqa: PLC0415
    from querwerk.core.states import Visibility  # noqa: PLC0415
    from querwerk.people.models import Person  # noqa: PLC0415
    from querwerk.publishing.models import Newsflash  # noqa: PLC0415
    from tests.factories.programmes import TESTER  # noqa: PLC0415

    ada = {"id": "ada", "name": "Dr. Ada Größe", "org": "cwe"}
    person = save_record(spec=Person.SPEC, raw=ada, space=demo, by=TESTER)
    named = {
        "@type": "Person",
        "name": "Dr. Ada Größe",
        "url": "http://testserver/de/inducci/organisations/cwe/#person-ada",
    }

    def shown(author: str) -> list[Any]:
        raw = {**snapshot(Newsflash.objects.get(space=demo, key="6")), "author": author}
        save_record(spec=Newsflash.SPEC, raw=raw, space=demo, by=TESTER)
        item = json.loads(page(client, "/de/inducci/news/feed.json"))["items"][1]
        entry = page(client, "/de/inducci/news/feed.atom").split("<entry>")[2]
        byline = re.findall(r'<p class="byline">(.*?)</p>', page(client, NEWS))
        return [
            item.get("authors"), re.findall("<author><name>(.*?)</name>", entry),
            [re.sub("<[^>]+>", "", words) for words in byline], linked_data(client, NEWS).get("author"),
        ]  # fmt: skip

    who = {name: value for name, value in named.items() if name != "@type"}
    assert shown("ada") == [
        [who], ["Dr. Ada Größe"], ["Von Dr. Ada Größe, CWE - Chemnitzer Wirtschaftsförderungs- und Entwicklungsgesellschaft mbH"], named,
    ]  # fmt: skip
    assert shown("Kim Muster") == [
        [{"name": "Kim Muster"}], ["Kim Muster"], ["Von Kim Muster"], {"@type": "Person", "name": "Kim Muster"},
    ]  # fmt: skip
    assert snapshot(Newsflash.objects.get(space=demo, key="6"))["author"] == "Kim Muster"
    shown("ada")
    set_visibility(record=person, visibility=Visibility.DRAFT, by=TESTER)
    nobody = shown("ada")
    assert nobody == [None, [], [], None]
