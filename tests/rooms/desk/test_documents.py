"""A Word file becomes a version at the desk: shown first, made once, only by who may write."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from querwerk.core.models import Node, Space
from querwerk.core.pictures.models import Picture
from querwerk.core.prose.actions import create_document, replace_body
from querwerk.core.prose.models import Document
from querwerk.core.prose.queries import head_of
from querwerk.core.prose.word.read import read_word
from querwerk.desk import imports
from tests.factories.papers import picture
from tests.factories.programmes import TESTER
from tests.factories.word_files import drawing, p, word_file
from tests.reading import Element, read_page
from tests.rooms.desk.conftest import SignIn

BASE = "/de/desk/werk/records/newsflash/1/text/body/de/"
TWO = {
    "blocks": [
        {"key": "aaaaaaaa", "type": "paragraph", "html": "Eins"},
        {"key": "bbbbbbbb", "type": "video", "url": "https://vimeo.com/1", "title": "Film", "transcript": "Gesagt"},
    ],
    "notes": [],
}


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, settings: Any) -> None:
    settings.RENDITIONS_ROOT, settings.MEDIA_ROOT = tmp_path / "renditions", tmp_path / "media"


@pytest.fixture
def document(werk: Space) -> Document:
    node = Node.objects.get(space=werk, kind="newsflash", key="1")
    made = create_document(node=node, role="body", language="de", by=TESTER)
    replace_body(document=made, body=TWO, by=TESTER)
    made.refresh_from_db()
    return made


def sent_file(data: bytes, name: str = "Entwurf Größe.docx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def preview(client: Client, data: bytes) -> Element:
    response = client.post(f"{BASE}import/", {"file": sent_file(data)})
    assert response.status_code == 200
    return read_page(response.content.decode())


def hidden(page: Element) -> dict[str, str]:
    (form,) = [form for form in page.all("form") if form.attributes.get("action", "").endswith("/import/")]
    return {
        field.attributes["name"]: field.attributes["value"]
        for field in form.all("input")
        if field.attributes["name"] in ("token", "once")
    }


def test_a_word_file_is_shown_first_and_becomes_one_version_however_often_the_button_is_pressed(
    document: Document, sign_in: SignIn
) -> None:
    client = sign_in("organiser")
    data = word_file(
        p("Kapitel", "berschrift1") + p("Kapitel zwei", "berschrift1") + p(drawing("bild", "Ein Webstuhl")),
        relations={"bild": ("image", "media/image1.png")},
        files={"word/media/image1.png": picture(1), "word/vbaProject.bin": b"x"},
    )
    page = preview(client, data)
    assert head_of(document).body == head_of(document).body
    assert Picture.objects.count() == 0
    assert "Kapitel zwei" in page.one(cls="prose__text").text
    assert "Makros" in page.one(cls="report").text
    fields = hidden(page)
    for _click in range(2):
        assert client.post(f"{BASE}import/", fields).status_code == 302
    document.refresh_from_db()
    assert document.head_number == 3
    blocks = head_of(document).body["blocks"]
    assert [block["type"] for block in blocks] == ["heading", "heading", "image"]
    (stored,) = Picture.objects.all()
    assert (blocks[2]["picture"], blocks[2]["alt"]) == (stored.key, "Ein Webstuhl")
    assert (stored.visibility, stored.alt.as_json()) == ("draft", {"de": "Ein Webstuhl"})


def test_a_text_comes_back_from_word_with_what_word_cannot_hold(document: Document, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    response = client.get(f"{BASE}file/docx/")
    assert response["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    page = preview(client, response.content)
    assert "unverändert: 2" in page.one(cls="report").text
    assert client.post(f"{BASE}import/", hidden(page)).status_code == 302
    document.refresh_from_db()
    assert head_of(document).body["blocks"][1]["transcript"] == "Gesagt"
    assert document.head_number == 2  # nothing has changed, so there is no new version


@pytest.mark.parametrize("form", ["pdf", "docx", "epub", "md"])
def test_the_desk_gives_the_newest_version_in_each_form(document: Document, sign_in: SignIn, form: str) -> None:
    response = sign_in("organiser").get(f"{BASE}file/{form}/")
    assert response.status_code == 200
    assert len(response.content) > 40


def test_comments_travel_to_those_who_write(document: Document, sign_in: SignIn) -> None:
    note = {
        "key": "cccccccc",
        "kind": "comment",
        "html": "Stimmt das?",
        "author": "Ada Größe",
        "at": "2021-09-29T10:00:00Z",
    }
    block = {"key": "aaaaaaaa", "type": "paragraph", "html": 'Eins<span data-note="cccccccc"></span>'}
    replace_body(document=document, body={"blocks": [block], "notes": [note]}, by=TESTER)
    data = sign_in("organiser").get(f"{BASE}file/docx/").content
    assert read_word(data, store_picture=lambda _content, _mime, _alt: "x").body["notes"] == [note]


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"%PDF-1.7", "ein PDF"), (b"", "leer"), (b"PK\x03\x04", "beschädigt"), (None, "wählen Sie eine Datei")],
)
def test_a_wrong_file_is_refused_with_a_reason(
    document: Document, sign_in: SignIn, data: bytes | None, words: str
) -> None:
    fields = {} if data is None else {"file": sent_file(data or b"", "x.docx")}
    response = sign_in("organiser").post(f"{BASE}import/", fields)
    assert response.status_code == 422
    assert words in read_page(response.content.decode()).one(cls="errors").text


def test_only_those_who_may_write_import_and_only_those_inside_take_drafts_away(
    document: Document, sign_in: SignIn
) -> None:
    expected = {"organiser": (200, 200), "reader": (403, 200), "editor": (403, 403), "": (403, 403)}
    found = {}
    for role in expected:
        client = sign_in(role, organisation="weberei" if role == "editor" else "")
        found[role] = client.get(f"{BASE}import/").status_code, client.get(f"{BASE}file/md/").status_code
    assert found == expected
    assert Client().get(f"{BASE}file/md/").status_code == 302


def test_a_kept_file_belongs_to_who_sent_it(document: Document, sign_in: SignIn) -> None:
    fields = hidden(preview(sign_in("organiser"), word_file(p("geheim"))))
    other = sign_in("organiser", email="other@example.org")
    assert other.post(f"{BASE}import/", fields).status_code == 422
    assert other.post(f"{BASE}import/", {**fields, "token": "../../etc/passwd"}).status_code == 422
    assert head_of(document).body["blocks"][0]["html"] == "Eins"


def test_a_file_that_nobody_confirms_is_cleared_away_after_a_day(document: Document, sign_in: SignIn) -> None:
    from querwerk.core import registry  # noqa: PLC0415

    client = sign_in("organiser")
    fields = hidden(preview(client, word_file(p("Zwei"))))
    (duty,) = [duty for duty in registry.duties() if duty.name == "unconfirmed_imports"]
    now = timezone.now()
    duty.act(now + timedelta(hours=23))
    assert len(list(imports.folder().glob("*/*.docx"))) == 1
    duty.act(now + timedelta(hours=25))
    duty.act(now + timedelta(hours=25))
    assert list(imports.folder().glob("*/*.docx")) == []
    answer = client.post(f"{BASE}import/", fields)
    assert (answer.status_code, "nicht mehr hier" in answer.content.decode()) == (422, True)
