"""Markdown and EPUB: every word arrives, and the book is put together as its readers demand."""

import io
import posixpath
import re
import zipfile
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from querwerk.core.prose.blocks import normalise
from querwerk.core.prose.epub.write import write_epub
from querwerk.core.prose.markdown import write_markdown
from tests.factories.papers import TITLE, strategy_body, strategy_paper

XHTML, OPF, OPS = (
    "{http://www.w3.org/1999/xhtml}",
    "{http://www.idpf.org/2007/opf}",
    "{http://www.idpf.org/2007/ops}",
)
DC = "{http://purl.org/dc/elements/1.1/}"


class Words(HTMLParser):
    """Collects the words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def words(html: str) -> list[str]:
    reader = Words()
    reader.feed(html.replace("<br", " <br").replace("</", " </"))
    return "".join(reader.found).split()


def shown(markdown: str) -> str:
    return str(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


def paragraph(html: str) -> str:
    """Return the Markdown of a paragraph alone."""
    body = normalise({"blocks": [{"type": "paragraph", "html": html}]})
    paper = strategy_paper(body=body, title="T", kicker="", author="", dated="", url="", publicity=None)
    return write_markdown(paper).decode().removeprefix("# T\n\n").strip()


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("Maß <strong>und</strong> <em>Größe</em>", "Maß **und** *Größe*"),
        ("<strong> mit Rand </strong>x", " **mit Rand** x".strip()),
        ('<a href="https://example.org/a(b)">Haus</a>', "[Haus](<https://example.org/a(b)>)"),
        ("CO<sub>2</sub>", "CO<sub>2</sub>"),
        ("eins<br>zwei", "eins\\\nzwei"),
        ("# kein Titel", "\\# kein Titel"),
        ("1. keine Liste", "1\\. keine Liste"),
        ("- keine Liste<br>+ auch nicht", "\\- keine Liste\\\n\\+ auch nicht"),
        ("*Stern* _Strich_ `Code` [x](y) a|b", "\\*Stern\\* \\_Strich\\_ \\`Code\\` \\[x\\](y) a\\|b"),
        ("&lt;script&gt; &amp;amp; Fuß", "\\<script\\> \\&amp; Fuß"),
    ],
)
def test_markdown_says_what_the_text_says(html: str, expected: str) -> None:
    markdown = paragraph(html)
    assert markdown == expected
    assert words(shown(markdown)) == words(html)


def test_markdown_of_the_whole_paper_has_its_structure() -> None:
    html = shown(write_markdown(strategy_paper(picture_url=lambda name: f"https://example.org/{name}.png")).decode())
    body = strategy_body()
    for level in range(2, 6):
        headings = [block for block in body["blocks"] if block["type"] == "heading" and block["level"] == level]
        assert html.count(f"<h{level}>") == len(headings)
    assert (html.count("<table>"), html.count("<img ")) == (14, 14)
    assert html.count("<blockquote>") == 12
    assert html.count("[^") == 2 * sum(note["kind"] == "footnote" for note in body["notes"])
    assert "Gefördert von der Europäischen Union" in html
    assert "Jörg Müßig" not in html


class Book:
    """An EPUB file taken apart."""

    def __init__(self, data: bytes) -> None:
        self.zip = zipfile.ZipFile(io.BytesIO(data))
        self.package = ET.fromstring(self.zip.read("book/package.opf"))
        self.manifest = {str(item.get("id")): item for item in self.package.iter(f"{OPF}item")}
        self.spine = [
            str(self.manifest[str(ref.get("idref"))].get("href")) for ref in self.package.iter(f"{OPF}itemref")
        ]
        self.pages = {
            str(item.get("href")): ET.fromstring(self.zip.read(f"book/{item.get('href')}"))
            for item in self.manifest.values()
            if item.get("media-type") == "application/xhtml+xml"
        }

    def meta(self, name: str) -> list[str]:
        return [str(meta.text) for meta in self.package.iter(f"{OPF}meta") if meta.get("property") == name]


@pytest.fixture(scope="module")
def book() -> Book:
    return Book(write_epub(strategy_paper()))


def test_the_first_entry_says_what_the_file_is_and_is_not_compressed(book: Book) -> None:
    first = book.zip.infolist()[0]
    assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
    assert book.zip.read("mimetype") == b"application/epub+zip"
    container = ET.fromstring(book.zip.read("META-INF/container.xml"))
    roots = [
        str(root.get("full-path"))
        for root in container.iter("{urn:oasis:names:tc:opendocument:xmlns:container}rootfile")
    ]
    assert roots == ["book/package.opf"]


def test_the_package_lists_every_file_once(book: Book) -> None:
    listed = sorted(f"book/{item.get('href')}" for item in book.manifest.values())
    stored = sorted(name for name in book.zip.namelist() if name.startswith("book/") and name != "book/package.opf")
    assert listed == stored
    assert [str(item.get("href")) for item in book.manifest.values() if item.get("properties") == "nav"] == [
        "nav.xhtml"
    ]
    assert book.spine[:3] == ["title.xhtml", "nav.xhtml", "chapter-1.xhtml"]
    assert len(book.spine) == 2 + 13


def test_the_book_says_title_language_and_accessibility(book: Book) -> None:
    assert [str(found.text) for found in book.package.iter(f"{DC}title")] == [TITLE]
    assert [str(found.text) for found in book.package.iter(f"{DC}language")] == ["de"]
    assert len(book.meta("dcterms:modified")) == 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", book.meta("dcterms:modified")[0])
    assert "alternativeText" in book.meta("schema:accessibilityFeature")
    assert {page.get("lang") for page in book.pages.values()} == {"de"}


def test_every_link_in_the_book_leads_somewhere(book: Book) -> None:
    ids = {
        f"{name}#{element.get('id')}"
        for name, page in book.pages.items()
        for element in page.iter()
        if element.get("id")
    }
    files = {name.removeprefix("book/") for name in book.zip.namelist()}
    for name, page in book.pages.items():
        for element in page.iter():
            address = element.get("href") or element.get("src") or ""
            if not address or address.startswith(("http", "mailto")):
                continue
            target = f"{name}{address}" if address.startswith("#") else posixpath.normpath(address)
            assert target in (ids if "#" in target else files), f"{name}: {address}"


def test_the_table_of_contents_has_the_headings_nested(book: Book) -> None:
    (nav,) = [element for element in book.pages["nav.xhtml"].iter(f"{XHTML}nav") if element.get(f"{OPS}type") == "toc"]

    def depths(parent: Any, depth: int) -> list[int]:
        found = []
        for item in parent.findall(f"{XHTML}li"):
            assert [child.tag for child in item] in ([f"{XHTML}a"], [f"{XHTML}a", f"{XHTML}ol"])
            found.append(depth)
            for inner in item.findall(f"{XHTML}ol"):
                found += depths(inner, depth + 1)
        return found

    headings = [block["level"] for block in strategy_body()["blocks"] if block["type"] == "heading"]
    assert depths(nav.find(f"{XHTML}ol"), 2) == [2, *headings]


def test_every_picture_has_words_and_every_note_an_anchor(book: Book) -> None:
    images = [element for name in book.spine for element in book.pages[name].iter(f"{XHTML}img")]
    assert [image.get("alt") for image in images if image.get("src") != "emblem.svg"] == [
        block["alt"] for block in strategy_body()["blocks"] if block["type"] == "image"
    ]
    anchors = [
        link for page in book.pages.values() for link in page.iter(f"{XHTML}a") if link.get(f"{OPS}type") == "noteref"
    ]
    notes = [note for page in book.pages.values() for note in page.iter(f"{XHTML}aside")]
    assert len(anchors) == len(notes) == sum(note["kind"] == "footnote" for note in strategy_body()["notes"])


def test_the_same_text_gives_the_same_book() -> None:
    body = normalise({"blocks": [{"type": "paragraph", "html": "Gleich"}]})
    when = strategy_paper().changed_at
    assert when is None
    one, two = (Book(write_epub(strategy_paper(body=body))) for _ in range(2))
    assert one.zip.read("book/chapter-1.xhtml") == two.zip.read("book/chapter-1.xhtml")
    assert [str(found.text) for found in one.package.iter(f"{DC}identifier")] == [
        str(found.text) for found in two.package.iter(f"{DC}identifier")
    ]
