"""A film of our own: taken in at the desk, shown with its subtitles, sent in parts, to those who may see it."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from querwerk.core.models import Space
from querwerk.core.pictures.models import StoredFile
from tests.factories.programmes import create_programme, small_bundle
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
