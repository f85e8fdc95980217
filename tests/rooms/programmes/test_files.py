"""What the public takes away: only published texts, with the funder's publicity, under a name with umlauts."""

import io
import zipfile
from pathlib import Path

import pikepdf
import pytest
from django.test import Client
from django.utils.translation import override

from querwerk.core.models import Node, Space
from querwerk.core.prose.actions import create_document, publish_document, replace_body, withdraw_document
from querwerk.core.prose.files import FORMS
from querwerk.core.prose.models import Document
from querwerk.core.prose.word.read import read_word
from querwerk.core.states import Visibility
from querwerk.programmes.files import publicity_of
from querwerk.programmes.publicity import RULE_SETS, missing_wording
from querwerk.programmes.queries import frame_of
from tests.factories.papers import TITLE, strategy_body
from tests.factories.programmes import TESTER
from tests.rooms.conftest import Visit

PAPER = "cwe-strategy"
URL = f"/de/inducci/texts/paper/{PAPER}/text/de"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: object) -> None:
    settings.RENDITIONS_ROOT = tmp_path  # type: ignore[attr-defined]


@pytest.fixture
def text(demo: Space) -> Document:
    node = Node.objects.get(space=demo, kind="paper", key=PAPER)
    document = create_document(node=node, role="text", language="de", by=TESTER)
    note = {"key": "aaaaaaaa", "kind": "comment", "html": "Nur für uns", "author": "Ada", "at": ""}
    paragraph = {"key": "bbbbbbbb", "type": "paragraph", "html": 'Größe und Maß<span data-note="aaaaaaaa"></span>'}
    replace_body(document=document, body={"blocks": [paragraph], "notes": [note]}, by=TESTER)
    return publish_document(document=document, by=TESTER)


@pytest.mark.parametrize("form", FORMS)
def test_the_public_takes_a_text_away_in_each_form(text: Document, client: Client, form: str) -> None:
    response = client.get(f"{URL}.{form}")
    assert response.status_code == 200
    assert response["Content-Type"] == FORMS[form].media_type
    assert response["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert response["Content-Disposition"].endswith(f".{form}")
    assert "Nur für uns".encode() not in response.content
    assert client.get(f"{URL}.{form}", headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_each_file_carries_title_words_and_publicity(text: Document, client: Client) -> None:
    title = text.node.title.best("de").words
    word = read_word(client.get(f"{URL}.docx").content, store_picture=lambda _content, _mime, _alt: "x")
    assert (word.title, [block["html"] for block in word.body["blocks"]]) == (title, ["Größe und Maß"])
    with pikepdf.open(io.BytesIO(client.get(f"{URL}.pdf").content)) as pdf, pdf.open_metadata() as meta:
        assert str(meta["dc:title"]) == title
    assert "Größe und Maß" in client.get(f"{URL}.md").content.decode()
    with zipfile.ZipFile(io.BytesIO(client.get(f"{URL}.epub").content)) as book:
        assert "Europäische" in book.read("book/title.xhtml").decode()


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_publicity_of_files_is_what_the_funder_demands(demo: Space, language: str) -> None:
    frame = frame_of("inducci", 0)
    assert frame is not None
    with override(language):
        publicity = publicity_of(frame)
    assert publicity is not None
    assert missing_wording(RULE_SETS["interreg-2014-2020"], language, publicity.statement) == []
    assert publicity.emblem.startswith(b"<svg")
    assert publicity.emblem_alt


def test_what_is_not_public_is_not_there(text: Document, client: Client) -> None:
    assert client.get(f"/de/inducci/texts/paper/{PAPER}/text/en.pdf").status_code == 404
    assert client.get(f"{URL}.exe").status_code == 404
    assert client.get("/de/inducci/texts/paper/nope/text/de.pdf").status_code == 404
    Node.objects.filter(pk=text.node_id).update(visibility=Visibility.DRAFT)
    assert client.get(f"{URL}.pdf").status_code == 404
    Node.objects.filter(pk=text.node_id).update(visibility=Visibility.PUBLISHED)
    withdraw_document(document=text, by=TESTER)
    assert client.get(f"{URL}.pdf").status_code == 404


def test_a_newer_version_is_read_when_it_is_published_and_the_old_file_goes(
    text: Document, client: Client, tmp_path: Path
) -> None:
    client.get(f"{URL}.md")
    newer = {"blocks": [{"type": "paragraph", "html": "Ganz neu"}]}
    replace_body(document=text, body=newer, by=TESTER)
    assert "Ganz neu" not in client.get(f"{URL}.md").content.decode()
    text.refresh_from_db()
    publish_document(document=text, by=TESTER)
    assert "Ganz neu" in client.get(f"{URL}.md").content.decode()
    assert len(list(tmp_path.rglob("*.md"))) == 1


def test_the_page_offers_the_forms(text: Document, visit: Visit) -> None:
    offers = visit(f"inducci/papers/{PAPER}/").one(cls="prose__offers")
    assert [link.attributes["href"] for link in offers.all("a")] == [f"{URL}.{form}" for form in FORMS]


def test_a_file_name_keeps_its_umlauts(text: Document, client: Client) -> None:
    node = text.node
    node.title = type(node.title)({"de": TITLE + " / Teil: 1?"})
    node.save(update_fields=["title"])
    name = client.get(f"{URL}.md")["Content-Disposition"]
    assert "Gr%C3%B6%C3%9Fe%20zeigen%2C%20Ma%C3%9F%20halten%20Teil%201.md" in name


def test_a_long_text_is_taken_away_whole(text: Document, client: Client) -> None:
    replace_body(document=text, body=strategy_body(), by=TESTER)
    text.refresh_from_db()
    publish_document(document=text, by=TESTER)
    word = read_word(client.get(f"{URL}.docx").content, store_picture=lambda _content, _mime, _alt: "x")
    # The pictures of this body are in no library, and comments stay in the house.
    kept = [block for block in strategy_body()["blocks"] if block["type"] != "image"]
    assert [block["key"] for block in word.body["blocks"]] == [block["key"] for block in kept]
