"""From an event to a newsflash: the Plauen newsflash is the test case."""

import re

import pytest

from querwerk.core.actions import save_record
from querwerk.core.models import Space
from querwerk.core.prose.models import Document
from querwerk.core.prose.queries import head_of
from querwerk.core.prose.states import DocumentState
from querwerk.core.queries import snapshot
from querwerk.core.text import Text
from querwerk.desk.reports import propose_newsflash
from querwerk.events.models import Event
from querwerk.people.models import Person
from querwerk.publishing.models import Newsflash
from tests.factories.programmes import TESTER
from tests.rooms.desk.conftest import SignIn

URL = "/de/desk/inducci/records/event/plauen-2021/newsflash/"


def words(document: Document) -> str:
    return re.sub(r"<[^>]+>", "", str(head_of(document).body))


@pytest.mark.django_db
def test_everything_known_about_plauen_is_in_place(demo: Space) -> None:
    event = Event.objects.get(space=demo, key="plauen-2021")
    newsflash = propose_newsflash(event=event, space=demo, by=TESTER)
    assert isinstance(newsflash, Newsflash)
    assert (newsflash.key, newsflash.visibility) == ("8", "draft")
    assert (
        newsflash.title["de"]
        == "Vom Industriestandort zur Makerregion?! Impulse für neue Kooperationen zwischen Industrie und Kreativwirtschaft"
    )
    assert newsflash.summary == Text(
        {
            "de": "29. September 2021, Plauen. Knapp 40 Personen nahmen teil: Kultur- und Kreativwirtschaft, Industrieunternehmen, Verwaltung.",
            "en": "29 September 2021, Plauen. Just under 40 people took part: cultural and creative industries, industrial companies, administration.",
        }
    )
    german, english = Document.objects.filter(node=newsflash.node).order_by("pk")
    assert (german.language, english.language, english.source_language) == ("de", "en", "de")
    assert {german.state, english.state} == {DocumentState.DRAFT}
    for expected in (
        "Welche Wege führen", "Labor 2025", "WerkSchau 2021", "Living Lab", "29. September 2021, Plauen",
        "Kofinanziert durch die Europäische Union", "/de/inducci/pilots/labor-2025/",
    ):  # fmt: skip
        assert expected in str(head_of(german).body), expected
    assert "/en/inducci/pilots/labor-2025/" in str(head_of(english).body)
    assert [block["key"] for block in head_of(german).body["blocks"]] == [
        block["key"] for block in head_of(english).body["blocks"]
    ]


def test_it_is_about_the_event_and_what_was_presented(demo: Space, sign_in: SignIn) -> None:
    organiser = sign_in("organiser", "inducci")
    assert organiser.post(URL, {"once": "a"})["Location"] == "/de/desk/inducci/records/newsflash/8/"
    assert organiser.post(URL, {"once": "a"})["Location"] == "/de/desk/inducci/records/newsflash/8/"
    assert Newsflash.objects.filter(space=demo).count() == 8
    page = organiser.get("/de/inducci/news/8/").content.decode()
    about = re.findall(r"/de/inducci/(\w+/[\w-]+)/", page.partition('id="about"')[2].partition("</section>")[0])
    assert about == [
        "events/plauen-2021",
        "pilots/labor-2025",
        "pilots/werkschau-2021",
        "pilots/living-lab-cwe",
        "papers/cwe-strategy",
    ]


@pytest.mark.parametrize(
    ("role", "organisation", "status"),
    [("", "", 403), ("reader", "", 403), ("editor", "lvkkws", 403), ("organiser", "", 302)],
)
def test_only_who_may_write_news_may_begin_one(
    demo: Space, sign_in: SignIn, role: str, organisation: str, status: int
) -> None:
    client = sign_in(role, "inducci", organisation)
    assert client.post(URL).status_code == status
    assert ('action="' + URL in client.get("/de/desk/inducci/records/event/plauen-2021/").content.decode()) == (
        status == 302
    )


def test_event_of_which_little_is_known_gives_a_short_draft(werk: Space) -> None:
    event = Event.objects.get(space=werk, key="schau")
    Event.objects.filter(pk=event.pk).update(date="", participants={}, place=Text(), venue=Text())
    event.refresh_from_db()
    newsflash = propose_newsflash(event=event, space=werk, by=TESTER)
    assert isinstance(newsflash, Newsflash)
    assert newsflash.summary == Text({"de": "", "en": ""})
    assert "<strong>" not in str(head_of(Document.objects.filter(node=newsflash.node)[0]).body)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "author"), [("Kim Muster", "Kim Muster"), ("Linda Scheibe", "linda"), ("kim", None), ("", None)]
)
def test_whoever_begins_it_is_proposed_as_its_author(demo: Space, name: str, author: str | None) -> None:
    save_record(spec=Person.SPEC, raw={"id": "linda", "name": "Linda Scheibe"}, space=demo, by=TESTER)
    event = Event.objects.get(space=demo, key="plauen-2021")
    newsflash = propose_newsflash(event=event, space=demo, by=TESTER, author=name)
    assert snapshot(newsflash).get("author") == author
