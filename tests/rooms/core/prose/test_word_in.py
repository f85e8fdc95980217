"""What Word, LibreOffice and people write becomes structure; what cannot be kept is told."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import translation
from PIL import Image

from querwerk.core.prose.blocks import normalise
from querwerk.core.prose.manuscript import UnableToStorePicture
from querwerk.core.prose.word.read import Imported, UnableToRead, read_word
from tests.factories.papers import picture
from tests.factories.word_files import W, drawing, item, p, packed, r, word_file


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Reasons are compared in the language of the code."""
    with translation.override("en"):
        yield


class Shelf:
    """Stores pictures in memory."""

    def __init__(self) -> None:
        self.kept: list[tuple[bytes, str, str]] = []

    def __call__(self, content: bytes, mime: str, alt: str) -> str:
        self.kept.append((content, mime, alt))
        return f"pic{len(self.kept)}"


def imported(body: str, shelf: Callable[[bytes, str, str], str] | None = None, **parts: Any) -> Imported:
    return read_word(word_file(body, **parts), store_picture=shelf or Shelf())


def blocks(found: Imported) -> list[dict[str, Any]]:
    """Return the blocks without their keys, after the check that every door demands."""

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: bare(inside) for name, inside in value.items() if name != "key"}
        return [bare(inside) for inside in value] if isinstance(value, list) else value

    assert normalise(found.body) == found.body
    return list(bare(found.body["blocks"]))


def html(body: str, **parts: Any) -> str:
    """Return the HTML of the only paragraph."""
    (block,) = blocks(imported(body, **parts))
    return str(block["html"])


def test_german_headings_and_styles_based_on_them_are_headings() -> None:
    found = imported(p("Titel", "Titel") + p("Eins", "berschrift1") + p("Zwei", "Amtlich") + p("Größe"))
    assert (found.title, found.language) == ("Titel", "de")
    assert blocks(found) == [
        {"type": "heading", "level": 2, "html": "Eins"},
        {"type": "heading", "level": 3, "html": "Zwei"},
        {"type": "paragraph", "html": "Größe"},
    ]


def test_a_single_first_heading_at_the_beginning_is_the_title() -> None:
    found = imported(p("Der Titel", "berschrift1") + p("Ein Kapitel", "berschrift2"))
    assert found.title == "Der Titel"
    assert blocks(found) == [{"type": "heading", "level": 2, "html": "Ein Kapitel"}]


def test_several_first_headings_are_chapters() -> None:
    found = imported(p("A", "berschrift1") + p("B", "berschrift1"))
    assert found.title == ""
    assert [block["level"] for block in blocks(found)] == [2, 2]


def test_words_torn_into_runs_become_whole_again() -> None:
    body = p(
        f"{r('Groß')}<w:proofErr w:type='spellStart'/>{r('mar')}{r('kt', '<w:b/>')}{r('halle', '<w:rStyle w:val="Fett"/>')}"
    )
    assert html(body) == "Großmar<strong>kthalle</strong>"


def test_a_mark_of_a_style_can_be_taken_back() -> None:
    assert html(p(r("laut", '<w:rStyle w:val="Fett"/><w:b w:val="0"/>'))) == "laut"


def test_markup_in_words_stays_words() -> None:
    assert html(p("&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp; 1 &lt; 2")) == (
        "&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp; 1 &lt; 2"
    )


def test_lists_nest_by_level_and_each_numbering_is_a_list() -> None:
    body = item("a", 1) + item("b", 1, 1) + item("c", 1) + item("eins", 2) + item("anders", 3)
    assert blocks(imported(body)) == [
        {
            "type": "list",
            "is_ordered": False,
            "items": [{"html": "a", "items": [{"html": "b"}], "is_ordered": True}, {"html": "c"}],
        },
        {"type": "list", "is_ordered": True, "items": [{"html": "eins"}]},
        {"type": "list", "is_ordered": True, "items": [{"html": "anders"}]},
    ]


def test_a_list_style_makes_a_list_and_an_indented_paragraph_goes_on_in_its_item() -> None:
    body = p("Punkt", "Aufzhlungszeichen") + p("weiter", more='<w:ind w:left="720"/>') + p("Schluss")
    assert blocks(imported(body)) == [
        {"type": "list", "is_ordered": False, "items": [{"html": "Punkt<br>weiter"}]},
        {"type": "paragraph", "html": "Schluss"},
    ]


def test_a_numbered_list_that_goes_on_after_text_is_told() -> None:
    found = imported(item("eins", 2) + p("Zwischenruf") + item("zwei", 2))
    assert found.report.counts["list-restart"] == 1
    assert [remark.samples for remark in found.report.changed] == [("zwei",)]


def cell(words: str, more: str = "", look: str = "") -> str:
    return f"<w:tc><w:tcPr>{more}</w:tcPr>{p(r(words, look)) if words else p()}</w:tc>"


def test_tables_keep_header_rows_and_spans() -> None:
    rows = (
        f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{cell('Ort', '<w:gridSpan w:val="2"/>')}{cell('Fläche')}</w:tr>"
        f"<w:tr>{cell('Plauen', '<w:vMerge w:val="restart"/>')}{cell('A')}{cell('1')}</w:tr>"
        f"<w:tr>{cell('', '<w:vMerge/>')}{cell('B')}{cell('2')}</w:tr>"
    )
    body = p("Tabelle 1: Flächen", "Beschriftung") + f"<w:tbl>{rows}</w:tbl>"
    assert blocks(imported(body)) == [
        {
            "type": "table",
            "caption": "Tabelle 1: Flächen",
            "header_rows": 1,
            "header_columns": 0,
            "rows": [
                [{"html": "Ort", "colspan": 2}, {"html": "Fläche"}],
                [{"html": "Plauen", "rowspan": 2}, {"html": "A"}, {"html": "1"}],
                [{"html": "B"}, {"html": "2"}],
            ],
        }
    ]


def test_a_bold_first_row_is_a_header() -> None:
    rows = f"<w:tr>{cell('A', look='<w:b/>')}{cell('B', look='<w:b/>')}</w:tr><w:tr>{cell('1')}{cell('2')}</w:tr>"
    (table,) = blocks(imported(f"<w:tbl>{rows}</w:tbl>"))
    assert (table["header_rows"], table["rows"][0]) == (1, [{"html": "A"}, {"html": "B"}])


def test_a_table_in_a_table_loses_no_word() -> None:
    inner = f"<w:tbl><w:tr>{cell('innen')}{cell('daneben')}</w:tr></w:tbl>"
    found = imported(f"<w:tbl><w:tr><w:tc>{p('außen')}{inner}{p('danach')}</w:tc></w:tr></w:tbl>")
    (table,) = blocks(found)
    assert table["rows"] == [[{"html": "außen<br>innen | daneben<br>danach"}]]
    assert found.report.counts["nested-table"] == 1


NOTES = {
    "footnotes": ("footnotes", f'<w:footnote w:type="separator" w:id="0">{p()}</w:footnote><w:footnote w:id="2">{p("Siehe S. 3.")}{p("Und S. 4.")}</w:footnote>'),
    "endnotes": ("endnotes", f'<w:endnote w:id="2">{p("Am Ende.")}</w:endnote>'),
    "comments": ("comments", f'<w:comment w:id="7" w:author="Jörg Müßig" w:date="2021-09-30T08:15:00Z">{p("Stimmt das?")}</w:comment>'),
}  # fmt: skip


def test_notes_keep_their_place_and_comments_their_author() -> None:
    body = p(
        f'{r("Wort")}<w:r><w:footnoteReference w:id="2"/></w:r><w:commentRangeStart w:id="7"/>{r(" mehr")}'
        '<w:commentRangeEnd w:id="7"/><w:r><w:commentReference w:id="7"/></w:r><w:r><w:endnoteReference w:id="2"/></w:r>'
    )
    found = imported(body, parts=NOTES)
    first, second, third = found.body["notes"]
    assert [(note["kind"], note["html"], note["author"], note["at"]) for note in (first, second, third)] == [
        ("footnote", "Siehe S. 3.<br>Und S. 4.", "", ""),
        ("comment", "Stimmt das?", "Jörg Müßig", "2021-09-30T08:15:00Z"),
        ("footnote", "Am Ende.", "", ""),
    ]
    anchors = [f'<span data-note="{note["key"]}"></span>' for note in (first, second, third)]
    assert blocks(found)[0]["html"] == f"Wort{anchors[0]} mehr{anchors[1]}{anchors[2]}"
    assert found.report.counts["endnote"] == 1


def test_tracked_changes_are_accepted_and_told() -> None:
    body = (
        p(f'{r("Wir ")}<w:ins w:id="1">{r("alle ")}</w:ins><w:del w:id="2"><w:r><w:delText>nie </w:delText></w:r></w:del>{r("bleiben")}', more='<w:rPr><w:del w:id="3"/></w:rPr>')
        + p(" hier.")
    )  # fmt: skip
    found = imported(body)
    assert [block["html"] for block in blocks(found)] == ["Wir alle bleiben hier."]
    assert found.report.counts["tracked"] == 3


def test_links_come_from_relations_and_fields_and_dangerous_ones_lose_their_address() -> None:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "https://example.org/b" </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{r("Feld")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    body = p(
        f'<w:hyperlink r:id="x">{r("Haus")}</w:hyperlink>{r(" ")}{field}{r(" ")}<w:hyperlink r:id="y">{r("nicht")}</w:hyperlink>'
    )
    found = imported(
        body,
        relations={
            "x": ("hyperlink", "https://example.org/a"),
            "y": ("hyperlink", "javascript://example.org/%0aalert(1)"),
        },
    )
    assert blocks(found)[0]["html"] == (
        '<a href="https://example.org/a">Haus</a> <a href="https://example.org/b">Feld</a> nicht'
    )
    assert found.report.counts["link-refused"] == 1


def test_the_table_of_contents_is_left_out_and_cross_references_keep_their_words() -> None:
    contents = (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        f"<w:sdtContent>{p('Inhalt')}{p('Kapitel 1 … 3')}</w:sdtContent></w:sdt>"
    )
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>TOC \\o "1-3"</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{r("Kapitel 1 … 3")}'
    )
    rest = p(field) + p(f'{r("Kapitel 2 … 9")}<w:r><w:fldChar w:fldCharType="end"/></w:r>')
    body = contents + rest + p(f'{r("siehe ")}<w:fldSimple w:instr="REF _Ref1">{r("Abschnitt 2")}</w:fldSimple>')
    found = imported(body)
    assert [block["html"] for block in blocks(found)] == ["siehe Abschnitt 2"]
    assert found.report.counts["contents"] == 2


def test_text_boxes_follow_their_paragraph_once_though_word_writes_them_twice() -> None:
    box = f"<w:txbxContent>{p('Im Kasten')}</w:txbxContent>"
    body = p(
        f"{r('Davor')}<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:wsp><wps:txbx>{box}</wps:txbx></wps:wsp></w:drawing>"
        f"</mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    found = imported(body)
    assert [block["html"] for block in blocks(found)] == ["Davor", "Im Kasten"]
    assert found.report.counts["text-box"] == 1


def test_pictures_keep_alternative_text_and_caption() -> None:
    shelf = Shelf()
    body = p(drawing("bild", "Zwei Weberinnen")) + p("Abbildung 1: Am Webstuhl", "Beschriftung") + p(drawing("bild"))
    found = imported(
        body, shelf, relations={"bild": ("image", "media/image1.png")}, files={"word/media/image1.png": picture(1)}
    )
    assert blocks(found) == [
        {"type": "image", "picture": "pic1", "alt": "Zwei Weberinnen", "caption": "Abbildung 1: Am Webstuhl"},
        {"type": "image", "picture": "pic1", "alt": "", "caption": ""},
    ]
    assert [(mime, alt) for _content, mime, alt in shelf.kept] == [("image/png", "Zwei Weberinnen")]


def test_what_was_cropped_away_is_not_taken() -> None:
    shelf = Shelf()
    found = imported(
        p(drawing("bild", "x", '<a:srcRect l="50000" b="25000"/>')),
        shelf,
        relations={"bild": ("image", "media/image1.png")},
        files={"word/media/image1.png": picture(1)},
    )
    with Image.open(io.BytesIO(shelf.kept[0][0])) as kept:
        assert kept.size == (480, 450)
    assert found.report.counts["cropped"] == 1


def test_pictures_that_cannot_be_kept_are_told_and_nothing_is_fetched() -> None:
    def refuse(_content: bytes, _mime: str, _alt: str) -> str:
        raise UnableToStorePicture("zu groß")

    found = imported(
        p(drawing("bild", "Diagramm")) + p(drawing("weit")) + p(drawing("alt")),
        refuse,
        relations={"bild": ("image", "media/image1.png"), "weit": ("image", "http://example.org/x.png"), "alt": ("image", "media/a.emf")},
        files={"word/media/image1.png": picture(1), "word/media/a.emf": b"\x01\x00\x00\x00EMF"},
    )  # fmt: skip
    assert blocks(found) == []
    counts = found.report.counts
    assert (counts["picture-refused"], counts["picture-elsewhere"], counts["picture-format"]) == (1, 1, 1)


def test_hidden_words_headers_equations_and_macros_are_told() -> None:
    found = imported(
        p(f"{r('sichtbar')}{r('geheim', '<w:vanish/>')}") + p("<m:oMath><m:r><m:t>E=mc²</m:t></m:r></m:oMath>"),
        parts={"header": ("hdr", p("Vertraulich"))},
        files={"word/vbaProject.bin": b"x"},
    )
    assert [block["html"] for block in blocks(found)] == ["sichtbar", "E=mc²"]
    assert dict(found.report.counts) == {"hidden": 1, "equation": 1, "header-footer": 1, "macros": 1}


def test_words_in_another_language_are_marked() -> None:
    body = p(f"{r('der ')}{r('maker space', '<w:lang w:val="en-GB"/>')}{r(' 2021', '<w:lang w:val="en-GB"/>')}")
    assert html(body) == 'der <span lang="en">maker space</span> 2021'


def test_the_strict_form_of_the_format_is_read() -> None:
    data = word_file(p("Streng")).replace(W.encode(), b"")
    assert data  # archives are compressed: the names are changed below, before packing
    strict = packed(
        {
            "[Content_Types].xml": b"<Types/>",
            "_rels/.rels": b'<Relationships><Relationship Id="a" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument" Target="/word/document.xml"/></Relationships>',
            "word/document.xml": b'<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body><w:p><w:r><w:t>Streng</w:t></w:r></w:p></w:body></w:document>',
        }
    )  # fmt: skip
    assert [block["html"] for block in blocks(read_word(strict, store_picture=Shelf()))] == ["Streng"]


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
DEEP = "<w:sdt><w:sdtContent>" * 5000 + "</w:sdtContent></w:sdt>" * 5000

HOSTILE = {
    "empty": (b"", "The file is empty."),
    "pdf": (b"%PDF-1.7 x", "a PDF"),
    "old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old kind (.doc)"),
    "password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
    "torn": (word_file(p("x"))[:300], "damaged"),
    "archive": (packed({"readme.txt": b"x"}), "an archive"),
    "odt": (packed({"mimetype": b"x", "content.xml": b"<x/>"}), "OpenDocument"),
    "entities": (word_file(p("&a;"), before=BOMB.decode()), "declarations"),
    "outside": (word_file(p("&a;"), before=OUTSIDE.decode()), "declarations"),
    "deep": (word_file(DEEP), "text cannot be read"),
    "no xml": (word_file("</w:body>"), "text cannot be read"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_word_file_or_means_harm_is_refused_with_a_reason(name: str) -> None:
    data, reason = HOSTILE[name]
    with pytest.raises(UnableToRead) as refused:
        read_word(data, store_picture=Shelf())
    assert reason in str(refused.value)


def test_a_part_that_swells_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("querwerk.core.prose.word.package.MAX_PART", 100_000)
    data = word_file(p("a" * 1_000_000))
    assert len(data) < 10_000
    with pytest.raises(UnableToRead, match="more than we accept"):
        read_word(data, store_picture=Shelf())


def test_a_picture_outside_the_archive_is_not_found() -> None:
    found = imported(p(drawing("bild")), relations={"bild": ("image", "../../../../etc/passwd")})
    assert blocks(found) == []
    assert found.report.counts["picture-elsewhere"] == 1
