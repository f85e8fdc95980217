"""A film of our own: taken in at the desk, shown with its subtitles, sent in parts, to those who may see it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from querwerk.core.actions import save_record
from querwerk.core.models import JournalEntry, Node, Space
from querwerk.core.pictures.models import Consent, StoredFile
from querwerk.core.prose.actions import create_document, publish_document
from querwerk.core.prose.blocks import normalise
from querwerk.core.queries import current_edition, snapshot
from querwerk.publishing.models import Film
from tests.factories.programmes import TESTER, create_programme, small_bundle
from tests.reading import read_page
from tests.rooms.core.pictures.test_films import EXPECTED, SRT, mp4
from tests.rooms.desk.conftest import SignIn

FILES = "/de/desk/werk/films/rundgang/files/"
FILM = {"id": "rundgang", "title_de": "Rundgang", "event": "schau", "transcript_de": "Man sieht Webstühle."}

pytestmark = pytest.mark.usefixtures("media")


@pytest.fixture
def werk(db: None) -> Space:
    return create_programme(small_bundle(videos=[FILM]))


def upload(client: Client, name: str, content: bytes, **more: str) -> Any:
    return client.post(FILES, {"do": name, name: SimpleUploadedFile(f"{name}.x", content), **more})


def test_a_film_of_our_own_stands_on_the_page_with_subtitles_and_transcript(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    upload(client, "film", mp4())
    upload(client, "subtitles", SRT.encode(), language="de")
    page = read_page(Client().get("/de/werk/events/schau/").content.decode())
    source, track = page.one("source"), page.one("track")
    assert track.attributes["srclang"] == "de"
    assert Client().get(track.attributes["src"]).content.decode() == EXPECTED
    answer = Client().get(source.attributes["src"], headers={"Range": "bytes=4-7"})
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (206, b"ftyp", "video/mp4")
    assert "Man sieht Webstühle." in page.one(cls="film__transcript").text
    assert b"xyz" not in Client().get(source.attributes["src"]).content


def test_the_same_film_twice_is_one_file(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    for _time in range(2):
        upload(client, "film", mp4())
    assert StoredFile.objects.filter(kind="film").count() == 1


@pytest.mark.parametrize(
    ("name", "content", "language"),
    [("film", b"%PDF", ""), ("subtitles", b"ein Brief", "de"), ("subtitles", SRT.encode(), "xx"), ("film", mp4()[:70], "")],
)  # fmt: skip
def test_what_cannot_be_taken_says_why_at_its_field(
    werk: Space, sign_in: SignIn, name: str, content: bytes, language: str
) -> None:
    response = upload(sign_in("organiser"), name, content, language=language)
    page = read_page(response.content.decode())
    assert (response.status_code, page.by_id(f"{name}-error").text != "") == (422, True)


@pytest.mark.parametrize(
    ("role", "organisation", "status"), [("organiser", "", 302), ("editor", "weberei", 403), ("reader", "", 403), ("", "", 403)]
)  # fmt: skip
def test_organisers_bring_films_in(werk: Space, sign_in: SignIn, role: str, organisation: str, status: int) -> None:
    assert upload(sign_in(role, organisation=organisation), "film", mp4()).status_code == status


def test_a_draft_film_is_for_those_who_work_here(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    upload(client, "film", mp4())
    url = read_page(Client().get("/de/werk/events/schau/").content.decode()).one("source").attributes["src"]
    client.post("/de/desk/werk/records/film/rundgang/withdraw/")
    found = [one.get(url).status_code for one in (client, sign_in("reader"), Client())]
    assert found == [200, 200, 404]


def test_the_file_can_be_removed(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    upload(client, "film", mp4())
    client.post(FILES, {"do": "remove"})
    assert read_page(Client().get("/de/werk/events/schau/").content.decode()).all("video") == []


FILM_URL = "/de/desk/werk/films/rundgang/"
AGREED = {"given_on": "2021-09-29", "how": "writing", "uses": ["site"]}


@pytest.fixture
def shown(werk: Space, sign_in: SignIn) -> Film:
    """A film of our own with Ada and Kim in it, both of whom agreed; on the page of the event and in a text."""
    client = sign_in("organiser")
    upload(client, "film", mp4())
    raw = {**snapshot(Film.objects.get()), "people": ["ada", "Kim Muster"], "basis": "consent"}
    film = save_record(spec=Film.SPEC, raw=raw, space=werk, by=TESTER)
    assert places(werk) == {"event": False, "text": False, "file": False, "subtitles": False, "word": False}
    for name in ("Dr. Ada Größe", "Kim Muster"):
        client.post(f"{FILM_URL}consent/", {"name": name, **AGREED})
    upload(client, "subtitles", SRT.encode(), language="de")
    body = normalise({"blocks": [{"type": "video", "file": "rundgang", "title": "Rundgang"}]})
    document = create_document(
        node=Node.objects.get(kind="newsflash"), role="body", language="de", by=TESTER, body=body
    )
    publish_document(document=document, by=TESTER)
    assert isinstance(film, Film)
    return film


def places(space: Space) -> dict[str, bool]:
    """Where a stranger meets the film."""
    film, client = Film.objects.get(space=space), Client()
    pages = {"event": "/de/werk/events/schau/", "text": "/de/werk/news/1/"}
    seen = {name: b"<video" in client.get(path).content for name, path in pages.items()}
    folder = "/media/werk/films/rundgang/"
    seen["file"] = client.get(f"{folder}{film.file[:12]}.mp4").status_code == 200
    seen["subtitles"] = client.get(f"{folder}de.vtt").status_code == 200
    made = client.get("/de/werk/texts/newsflash/1/body/de.md")
    content = b"".join(made) if made.streaming else made.content
    return {**seen, "word": b"films/rundgang" in content}


def by_consent(client: Client) -> None:
    client.post(f"{FILM_URL}consent/{Consent.objects.order_by('pk')[0].pk}/withdraw/")


def by_objection(client: Client) -> None:
    client.post(f"{FILM_URL}withdraw/", {"why": "Einspruch"})


@pytest.mark.parametrize("withdraw", [by_consent, by_objection])
def test_who_takes_consent_back_takes_the_film_off_every_page_at_once(
    shown: Film, werk: Space, sign_in: SignIn, withdraw: Callable[[Client], None]
) -> None:
    assert set(places(werk).values()) == {True}
    organiser, edition = sign_in("organiser"), current_edition()
    withdraw(organiser)
    assert (set(places(werk).values()), current_edition() > edition) == ({False}, True)
    assert organiser.get(f"/media/werk/films/rundgang/{shown.file[:12]}.mp4").status_code == 404
    entry = JournalEntry.objects.filter(kind="film").order_by("-pk")[0]
    assert (entry.verb, "Ada" in f"{entry.why}{entry.title}") == ("retired", False)
    # No other door brings it back.
    organiser.post("/de/desk/werk/records/film/rundgang/publish/", {})
    save_record(spec=Film.SPEC, raw={**snapshot(Film.objects.get()), "visibility": "published"}, space=werk, by=TESTER)
    assert set(places(werk).values()) == {False}


def test_consent_given_anew_lets_the_film_be_shown_again(shown: Film, werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    by_consent(client)
    client.post(f"{FILM_URL}consent/", {"name": "Dr. Ada Größe", **AGREED})
    assert set(places(werk).values()) == {False}
    client.post("/de/desk/werk/records/film/rundgang/publish/", {})
    assert set(places(werk).values()) == {True}


@pytest.mark.parametrize("deed", ["consent/", "withdraw/", "readmit/"])
@pytest.mark.parametrize(("role", "organisation"), [("reader", ""), ("editor", "atelier"), ("", "")])
def test_others_change_nothing_about_consents_for_a_film(
    shown: Film, sign_in: SignIn, deed: str, role: str, organisation: str
) -> None:
    response = sign_in(role, organisation=organisation).post(f"{FILM_URL}{deed}", {"name": "x", **AGREED})
    assert (response.status_code, Consent.objects.count()) == (403, 2)


def test_what_is_wrong_with_a_consent_stands_on_the_page_of_the_film(shown: Film, sign_in: SignIn) -> None:
    response = sign_in("organiser").post(f"{FILM_URL}consent/", {"name": "Neu", **AGREED, "uses": []})
    page = read_page(response.content.decode())
    assert (response.status_code, page.by_id("name").attributes["value"]) == (422, "Neu")
