"""Documents that readers can fetch: brought in at the desk and from texts, shown in them, sent to those who may have them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from querwerk.core.actions import set_visibility
from querwerk.core.models import JournalEntry, Node, Space
from querwerk.core.pictures.addresses import download_url
from querwerk.core.pictures.models import Download, StoredFile
from querwerk.core.prose.actions import create_document, publish_document
from querwerk.core.prose.blocks import normalise
from querwerk.core.prose.models import Document
from querwerk.core.prose.queries import head_of
from querwerk.core.states import Visibility
from tests.factories.office import EXCEL, PDF, office
from tests.factories.programmes import TESTER
from tests.reading import read_page, words_in
from tests.rooms.core.prose.test_patch import A, paragraph
from tests.rooms.desk.conftest import SignIn

SHEET = office(EXCEL)
FILES = "/de/desk/werk/files/"
FILM = {
    "id": "rundgang",
    "title_de": "Rundgang",
    "url": "https://vimeo.com/123",
    "transcript_de": "Man sieht Webstühle.",
}

pytestmark = pytest.mark.usefixtures("media")


def send(client: Client, content: bytes = PDF, name: str = "Bericht.pdf", **more: Any) -> Any:
    fields = {"title": "Bericht über Größe", "language": "de", **more}
    return client.post(FILES, {"file": SimpleUploadedFile(name, content), **fields})


def only() -> Download:
    return Download.objects.select_related("stored", "space", "node").get()


@pytest.fixture
def draft(werk: Space, sign_in: SignIn) -> Download:
    send(sign_in("editor", organisation="weberei"))
    return only()


@pytest.fixture
def text(werk: Space) -> Callable[..., Document]:
    """Return what makes the published text of the newsflash out of blocks."""

    def made(*blocks: dict[str, Any]) -> Document:
        node = Node.objects.get(space=werk, kind="newsflash")
        body = normalise({"blocks": [paragraph(A, "Eins"), *blocks]})
        document = create_document(node=node, role="body", language="de", by=TESTER, body=body)
        return publish_document(document=document, by=TESTER)

    return made


def block(key: str, title: str = "") -> dict[str, Any]:
    return {"key": "ffffffff", "type": "file", "file": key, "title": title}


@pytest.mark.parametrize(
    ("role", "organisation", "answers"),
    [("organiser", "", (200, 302)), ("editor", "weberei", (200, 302)), ("reader", "", (200, 403)), ("", "", (403, 403))],
)  # fmt: skip
def test_the_list_is_open_to_those_who_work_here(
    werk: Space, sign_in: SignIn, role: str, organisation: str, answers: tuple[int, int]
) -> None:
    client = sign_in(role, organisation=organisation)
    assert (client.get(FILES).status_code, send(client).status_code) == answers
    assert Download.objects.count() == (answers[1] == 302)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("title", {"title": " "}), ("language", {"language": "xx"}), ("file", {"file": ""})],
)
def test_what_lacks_is_said_at_its_field_and_nothing_typed_is_lost(
    werk: Space, sign_in: SignIn, field: str, wrong: dict[str, Any]
) -> None:
    response = send(sign_in("organiser"), **wrong)
    page = read_page(response.content.decode())
    assert (response.status_code, page.by_id(f"{field}-error").text != "") == (422, True)
    assert page.by_id("title").attributes["value"] == wrong.get("title", "Bericht über Größe")
    assert StoredFile.objects.count() == 0


def test_the_same_file_twice_is_one(draft: Download, sign_in: SignIn) -> None:
    response = send(sign_in("editor", organisation="weberei"), name="Kopie.pdf", title="Anders")
    assert (response["Location"], Download.objects.count()) == (f"{FILES}{draft.key}/", 1)


VIEWERS = [("organiser", ""), ("reader", ""), ("editor", "weberei"), ("editor", "atelier"), ("", "")]


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        (Visibility.DRAFT, [200, 200, 200, 404, 404]),
        (Visibility.PUBLISHED, [200, 200, 200, 200, 200]),
        (Visibility.RETIRED, [200, 404, 404, 404, 404]),
    ],
)
def test_a_file_is_for_those_who_may_see_it(
    draft: Download, sign_in: SignIn, state: Visibility, seen: list[int]
) -> None:
    if state != Visibility.DRAFT:
        set_visibility(record=draft, visibility=state, by=TESTER)
    clients = [sign_in(role, organisation=organisation) if role else Client() for role, organisation in VIEWERS]
    assert [client.get(download_url(draft)).status_code for client in clients] == seen


def test_a_published_file_is_saved_and_never_shown(draft: Download) -> None:
    set_visibility(record=draft, visibility=Visibility.PUBLISHED, by=TESTER)
    assert download_url(draft).endswith(f"/media/werk/files/{draft.key}/bericht-ueber-groesse.pdf")
    response = Client().get(download_url(draft))
    assert response.content == PDF
    assert {name: response[name] for name in ("Content-Type", "Content-Disposition", "X-Content-Type-Options", "Cache-Control")} == {
        "Content-Type": "application/pdf",
        "Content-Disposition": "attachment; filename*=UTF-8''Bericht%20%C3%BCber%20Gr%C3%B6%C3%9Fe.pdf",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
    }  # fmt: skip
    assert Client().get(f"/media/werk/files/{draft.key}/anders.html")["Content-Type"] == "application/pdf"
    assert Client().get(f"/media/werk/files/{'a' * 12}/a.pdf").status_code == 404


def test_a_file_without_language_is_not_published(draft: Download, sign_in: SignIn) -> None:
    Download.objects.update(language="")
    sign_in("organiser").post(f"/de/desk/werk/records/file/{draft.key}/publish/", {})
    assert only().visibility == "draft"


def test_a_newer_file_takes_the_place_under_the_same_address(draft: Download, sign_in: SignIn) -> None:
    set_visibility(record=draft, visibility=Visibility.PUBLISHED, by=TESTER)
    url, client = download_url(draft), sign_in("editor", organisation="weberei")
    wrong = client.post(f"{FILES}{draft.key}/", {"file": SimpleUploadedFile("a.pdf", b"<html>")})
    assert (wrong.status_code, b"file-error" in wrong.content) == (422, True)
    client.post(f"{FILES}{draft.key}/", {"file": SimpleUploadedFile("a.xlsx", SHEET)})
    response = Client().get(url)
    assert (response.content, response["Content-Disposition"][-5:]) == (SHEET, ".xlsx")
    assert sign_in("reader").post(f"{FILES}{draft.key}/", {}).status_code == 403
    assert sign_in("editor", organisation="atelier").get(f"{FILES}{draft.key}/").status_code == 200


def test_a_retired_file_can_be_destroyed_and_its_record_stays(
    draft: Download, sign_in: SignIn, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    client = sign_in("organiser")
    client.post(f"{FILES}{draft.key}/erase/")
    assert len(list((media / "media").rglob("*.pdf"))) == 1
    set_visibility(record=draft, visibility=Visibility.RETIRED, by=TESTER)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{FILES}{draft.key}/erase/", {"why": "Irrtum"})
    assert (list((media / "media").rglob("*.pdf")), only().stored) == ([], None)
    assert JournalEntry.objects.order_by("-pk")[0].why == "Irrtum"
    assert (client.get(f"{FILES}{draft.key}/").status_code, client.get(FILES).status_code) == (200, 200)


def test_a_text_shows_title_sort_and_size_of_a_file_that_is_public(
    draft: Download, text: Callable[..., Document]
) -> None:
    text(block(draft.key))
    path = "/de/werk/news/1/"
    assert read_page(Client().get(path).content.decode()).all(cls="prose__file") == []
    set_visibility(record=draft, visibility=Visibility.PUBLISHED, by=TESTER)
    card = read_page(Client().get(path).content.decode()).one(cls="prose__file")
    assert " ".join(card.text.split()) == "Bericht über Größe PDF, 77 Bytes"
    assert card.one("a").attributes["href"] == download_url(draft)
    english = read_page(Client().get("/en/werk/news/1/").content.decode()).one(cls="prose__file")
    assert " ".join(english.text.split()) == "Bericht über Größe PDF, 77 bytes, in German"
    set_visibility(record=only(), visibility=Visibility.RETIRED, by=TESTER)
    assert read_page(Client().get(path).content.decode()).all(cls="prose__file") == []


@pytest.mark.parametrize("form", ["md", "epub", "docx", "pdf"])
def test_files_made_of_a_text_say_where_its_file_is(draft: Download, text: Callable[..., Document], form: str) -> None:
    set_visibility(record=draft, visibility=Visibility.PUBLISHED, by=TESTER)
    text(block(draft.key, "Der Bericht"))
    url, path = f"http://testserver{download_url(draft)}", f"/de/werk/texts/newsflash/1/body/de.{form}"
    response = Client().get(path)
    content = b"".join(response) if response.streaming else response.content
    assert (response.status_code, url in words_in(content, form)) == (200, True)
    set_visibility(record=only(), visibility=Visibility.DRAFT, by=TESTER)
    again = Client().get(path)
    assert url not in words_in(b"".join(again) if again.streaming else again.content, form)


def test_an_editor_without_scripts_brings_a_file_in_with_the_text(draft: Download, sign_in: SignIn) -> None:
    node = Node.objects.get(kind="newsflash")
    document = create_document(
        node=node, role="body", language="de", by=TESTER, body={"blocks": [paragraph(A, "Eins")], "notes": []}
    )
    url, client = "/de/desk/werk/records/newsflash/1/text/body/de/?plain", sign_in("organiser")
    added = client.post(url, {**fields(client.get(url).content), "do": "add", "new-type": "file"})
    form = read_page(added.content.decode())
    assert (draft.key, "Bericht über Größe") in [
        (option.attributes["value"], option.text) for option in form.by_id("f1-file").all("option")
    ]
    typed = fields(added.content) | {"1.title": "Tabelle", "do": "save"}
    refused = client.post(url, {**typed, "1.upload": SimpleUploadedFile("a.xlsx", b"<html>")})
    assert (refused.status_code, 'value="Tabelle"' in refused.content.decode()) == (422, True)
    client.post(url, {**typed, "1.upload": SimpleUploadedFile("a.xlsx", SHEET)})
    document.refresh_from_db()
    kept = Download.objects.exclude(pk=draft.pk).get()
    assert head_of(document).body["blocks"][1] | {"key": ""} == {
        "key": "",
        "type": "file",
        "file": kept.key,
        "title": "Tabelle",
    }
    assert (kept.title["de"], kept.language, kept.visibility) == ("Tabelle", "de", "draft")


def fields(content: bytes) -> dict[str, str]:
    """Return what a browser would send of a plain form without files."""
    page = read_page(content.decode())
    found = {
        one.attributes["name"]: one.attributes.get("value", "")
        for one in page.all("input")
        if "." in one.attributes.get("name", "")
        or one.attributes.get("name") in ("base", "after", "keys", "count", "once")
    }
    found |= {one.attributes["name"]: one.text.strip() for one in page.all("textarea")}
    for select in page.all("select"):
        chosen = [option for option in select.all("option") if "selected" in option.attributes]
        found[select.attributes["name"]] = chosen[0].attributes["value"] if chosen else ""
    return {name: value for name, value in found.items() if not name.endswith(".upload")}


def test_the_editor_uploads_as_json(werk: Space, sign_in: SignIn) -> None:
    client, url = sign_in("organiser"), f"{FILES}upload/"
    answers = [
        client.post(url, {"file": SimpleUploadedFile("Lage.pdf", content), "lang": language})
        for content, language in ((PDF, "de"), (PDF, "de"), (PDF, "xx"), (b"<html>", "de"))
    ]
    assert [answer.status_code for answer in answers] == [201, 200, 422, 422]
    assert answers[0].json() == {"id": only().key, "title": "Lage", "is_new": True}
    assert sign_in("reader").post(url).status_code == 403


def test_a_text_shows_a_film_of_the_programme(werk: Space, text: Callable[..., Document]) -> None:
    from querwerk.core.actions import save_record  # noqa: PLC0415
    from querwerk.publishing.models import Film  # noqa: PLC0415

    film = save_record(spec=Film.SPEC, raw=FILM, space=werk, by=TESTER)
    text({"key": "vvvvvvvv", "type": "video", "file": "rundgang", "title": ""})
    response = Client().get("/de/werk/news/1/")
    shown = read_page(response.content.decode()).one(cls="prose__film")
    assert "Rundgang" in shown.one(cls="film__title").text
    assert "Man sieht Webstühle." in shown.one(cls="film__transcript").text
    assert "frame-src https://player.vimeo.com" in response["Content-Security-Policy"]
    set_visibility(record=film, visibility=Visibility.RETIRED, by=TESTER)
    assert read_page(Client().get("/de/werk/news/1/").content.decode()).all(cls="prose__film") == []


def test_whoever_publishes_a_text_learns_what_readers_would_not_see(draft: Download, sign_in: SignIn) -> None:
    node = Node.objects.get(kind="newsflash")
    body = normalise({"blocks": [block(draft.key), {"type": "image", "picture": "nirgends"}]})
    document = create_document(node=node, role="body", language="de", by=TESTER, body=body)
    url, client = "/de/desk/werk/records/newsflash/1/text/body/de/publish/", sign_in("organiser")
    page = read_page(client.get(url).content.decode())
    assert [item.text for item in page.one(cls="notice--warning").all("li")] == [
        "Bild: nirgends (nicht in der Mediathek)", "Datei: Bericht über Größe",
    ]  # fmt: skip
    client.post(url, {"do": "publish", "with_files": "1"})
    document.refresh_from_db()
    assert (document.state, only().visibility) == ("published", "published")
