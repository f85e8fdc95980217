"""What a screen reader, an archive and a search engine find in our PDF files: the tag tree is read back."""

import io
import re
from collections import Counter
from typing import Any

import pikepdf
import pytest

from querwerk.core.prose.blocks import normalise
from querwerk.core.prose.manuscript import Picture
from querwerk.core.prose.pdf import cover, write_pdf
from tests.factories.papers import EMBLEM, TITLE, picture, strategy_body, strategy_paper


class Tagged:
    """A PDF with its structure tree."""

    def __init__(self, data: bytes) -> None:
        self.pdf = pikepdf.open(io.BytesIO(data))
        self.root = self.pdf.Root
        self.elements: list[Any] = []
        self._walk(self.root.StructTreeRoot)

    def _walk(self, element: Any) -> None:
        if isinstance(element, pikepdf.Array):
            for child in element:
                self._walk(child)
        elif isinstance(element, pikepdf.Dictionary):
            if "/S" in element:
                self.elements.append(element)
            if "/K" in element:
                self._walk(element.K)

    @property
    def roles(self) -> Counter[str]:
        """Count the elements by what they are for a reader (custom names resolved by the role map)."""
        roles: Any = self.root.StructTreeRoot.get("/RoleMap", {})
        return Counter(str(roles.get(str(element.S), element.S)).removeprefix("/") for element in self.elements)

    def named(self, role: str) -> list[Any]:
        return [element for element in self.elements if str(element.S) == f"/{role}"]

    @property
    def bookmarks(self) -> list[str]:
        with self.pdf.open_outline() as outline:
            found: list[str] = []

            def walk(items: Any) -> None:
                for item in items:
                    found.append(str(item.title))
                    walk(item.children)

            walk(outline.root)
        return found

    @property
    def words(self) -> str:
        """Extract the words as a search engine would: by the fonts' maps from glyphs to letters."""
        return "".join(words_of_page(page) for page in self.pdf.pages)


CODE = re.compile(r"<([0-9A-Fa-f]+)>")


def letters_of(font: Any) -> dict[int, str]:
    """Return glyph → letters by a font's ToUnicode map."""
    found: dict[int, str] = {}
    for line in font.ToUnicode.read_bytes().decode("latin-1").splitlines():
        codes = CODE.findall(line)
        if len(codes) == 2:
            found[int(codes[0], 16)] = bytes.fromhex(codes[1]).decode("utf-16-be")
        elif len(codes) == 3 and "begin" not in line:
            start, end, first = int(codes[0], 16), int(codes[1], 16), int(codes[2], 16)
            found |= {start + step: chr(first + step) for step in range(end - start + 1)}
    return found


def drawn(page: Any) -> list[tuple[Any, Any]]:
    """Return the steps by which a page is drawn: what with, and how."""
    steps: Any = pikepdf.parse_content_stream(page)
    return [(operands, operator) for operands, operator in steps]


def words_of_page(page: Any) -> str:
    """Return the words of a page; where it says what a stretch of glyphs stands for, that counts."""
    fonts = {str(name): letters_of(font) for name, font in page.Resources.get("/Font", {}).items()}
    found: list[str] = []
    letters: dict[int, str] = {}
    stands_for: list[str | None] = []
    for operands, operator in drawn(page):
        name = str(operator)
        if name in ("BDC", "BMC"):
            actual = operands[1].get("/ActualText") if name == "BDC" and "/ActualText" in operands[1] else None
            stands_for.append(None if actual is None else str(actual))
        elif name == "EMC":
            found.append(stands_for.pop() or "")
        elif name == "Tf":
            letters = fonts[str(operands[0])]
        elif name in ("Tj", "TJ") and not any(stands_for):
            strings = operands[0] if name == "TJ" else [operands[0]]
            codes = b"".join(bytes(part) for part in strings if isinstance(part, pikepdf.String))
            found.append("".join(letters.get(int.from_bytes(codes[at : at + 2]), "") for at in range(0, len(codes), 2)))
        elif name == "ET":
            found.append(" ")
    return "".join(found)


@pytest.fixture(scope="module")
def paper() -> Tagged:
    return Tagged(write_pdf(strategy_paper()))


def test_the_file_says_what_it_is(paper: Tagged) -> None:
    assert str(paper.root.Lang).startswith("de")
    assert paper.root.MarkInfo.Marked
    assert paper.root.ViewerPreferences.DisplayDocTitle
    with paper.pdf.open_metadata() as meta:
        assert meta["pdfuaid:part"] == "1"
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "A")
        assert str(meta["dc:title"]) == TITLE
        assert list(meta["dc:creator"]) == ["Agentur für Übermorgen"]
        assert list(meta["dc:language"]) == ["de"]


def test_the_tag_tree_has_every_heading_table_list_note_and_picture(paper: Tagged) -> None:
    body, roles = strategy_body(), paper.roles
    headings = Counter(block["level"] for block in body["blocks"] if block["type"] == "heading")
    assert {level: roles[f"H{level}"] for level in (1, 2, 3, 4)} == {level - 1: n for level, n in headings.items()}
    assert roles["Table"] == 14
    assert roles["TH"] == 14 * (3 + 5)  # three columns, five rows
    assert roles["Note"] == sum(note["kind"] == "footnote" for note in body["notes"])
    assert roles["TOC"] >= 1
    assert roles["TOCI"] > 12
    assert roles["L"] >= 12
    assert roles["BlockQuote"] == 12


def test_every_picture_says_what_it_shows(paper: Tagged) -> None:
    body = strategy_body()
    alternatives = [str(element.Alt) for element in paper.elements if "/Alt" in element and str(element.S) == "/Figure"]
    expected = [block["alt"] for block in body["blocks"] if block["type"] == "image"]
    assert alternatives == ["Europaflagge", *expected]


def test_links_can_be_announced(paper: Tagged) -> None:
    links = [note for page in paper.pdf.pages for note in page.get("/Annots", []) if note.Subtype == "/Link"]
    assert links
    assert all(str(link.get("/Contents", "")) for link in links)


def test_headings_are_bookmarks(paper: Tagged) -> None:
    headings = [block for block in strategy_body()["blocks"] if block["type"] == "heading"]
    assert len(paper.bookmarks) == len(headings)
    assert "1. Ausgangslage und Auftrag" in paper.bookmarks


def test_umlauts_and_the_funders_words_can_be_searched(paper: Tagged) -> None:
    words = re.sub(r"\s", "", paper.words)  # where a font changes there is no knowing whether a word ends
    assert "Größezeigen" in words
    assert "GefördertvonderEuropäischenUnion" in words
    assert "Brünn,ŁódźundGyőr" in words
    assert "4.200m²" in words
    assert words.count("FärbereiSüß&Söhne,2021") == 12


def test_fonts_are_ours_and_embedded(paper: Tagged) -> None:
    names = {str(font.BaseFont).partition("+")[2] for page in paper.pdf.pages for font in page.Resources.Font.values()}
    families = {re.split("Sans|[0-9-]", name)[0] for name in names}
    # Libertinus for raised figures, DejaVu for signs that no other has; both come with Typst.
    assert families == {"BricolageGrotesque", "DejaVu", "Instrument", "LibertinusSerif"}


def short(html: str, **changes: Any) -> Tagged:
    body = normalise({"blocks": [{"type": "paragraph", "html": html}], "notes": []})
    return Tagged(write_pdf(strategy_paper(body=body, **changes)))


def test_a_short_text_has_no_cover_but_the_publicity() -> None:
    found = short("Kurz.")
    assert len(found.pdf.pages) == 1
    assert "Gefördert von der Europäischen Union" in re.sub(r"\s+", " ", found.words)


@pytest.mark.parametrize(
    "words",
    [
        '#panic("x")',
        "$ x^2 $ *fett* _kursiv_ `code`",
        "#sys.inputs @label <label> = Titel",
        "\\ ~ -- --- ... '\"",
        "- + / // /* */",
    ],
)
def test_words_are_never_read_as_commands(words: str) -> None:
    html = words.replace("<", "&lt;").replace(">", "&gt;")
    found = short(html, title=words, author=words, summary=words)
    assert words.replace(" ", "") in found.words.replace(" ", "")


def test_a_language_inside_the_text_is_marked() -> None:
    found = short('ein <span lang="cs">dílna</span> hier')
    marked = [
        str(operands[1].Lang)
        for operands, operator in drawn(found.pdf.pages[0])
        if str(operator) == "BDC" and "/Lang" in operands[1]
    ]
    assert marked == ["cs"]


def test_odd_bodies_still_become_files() -> None:
    blocks: list[dict[str, Any]] = [
        {"type": "heading", "level": 5, "html": "Zu tief"},
        {"type": "heading", "level": 2, "html": ""},
        {"type": "paragraph", "html": ""},
        {"type": "list", "is_ordered": True, "items": []},
        {"type": "list", "is_ordered": True, "items": [{"html": ""}]},
        {"type": "table", "rows": []},
        {"type": "table", "rows": [[]]},
        {"type": "table", "header_rows": 2, "rows": [[{"html": "a", "rowspan": 3}, "b"], ["c"]]},
        {"type": "table", "header_rows": 1, "rows": [[{"html": "a", "rowspan": 3}, "b"], ["c"], ["d", "e"]]},
        {"type": "quote", "html": ""},
        {"type": "image", "picture": "weg"},
        {"type": "image", "picture": "kaputt"},
        {"type": "gallery", "pictures": ["bild1", "weg"]},
        {"type": "file", "title": ""},
        {"type": "link", "url": ""},
        {"type": "video", "url": "https://vimeo.com/1", "poster": "bild1"},
        {"type": "video"},
        {
            "type": "paragraph",
            "html": '<a href="/intern">hier</a> <a href="#n">dort</a> <span data-note="aaaaaaaa"></span>',
        },
    ]
    pictures = {"bild1": Picture(picture(1), "image/png"), "kaputt": Picture(b"GIF8nope", "image/gif", "x")}
    found = Tagged(write_pdf(strategy_paper(body=normalise({"blocks": blocks}), picture_bytes=pictures.get)))
    assert found.roles["H1"] == 1
    assert found.roles["Table"] == 2


def test_a_letter_that_no_font_has_does_not_stop_the_file() -> None:
    assert "geht" in short("geht 漢字 🧵 weiter").words


def test_the_cover_is_made_of_the_key_alone() -> None:
    assert cover("a") == cover("a") != cover("b")
    assert "class=" not in cover("a")
    assert "currentColor" not in cover("a")
    assert EMBLEM


def test_cells_that_head_a_row_say_so() -> None:
    """Both kinds of headings, cells over several rows, a table without any, one that runs over pages."""
    from dataclasses import replace  # noqa: PLC0415

    def row(*words: str) -> list[dict[str, Any]]:
        return [{"html": word} for word in words]

    spanning = [[{"html": "Halle", "rowspan": 2}, *row("Garn", "1")], row("Tuch", "2"), row("Hof", "Seil", "3")]
    long = [row(f"Zeile {number}", "x") for number in range(90)]
    body = normalise({"blocks": [
        {"type": "table", "header_rows": 1, "header_columns": 1, "rows": [row("Ort", "Was", "Zahl"), *spanning]},
        {"type": "table", "rows": [row("a", "b")]},
        {"type": "table", "header_columns": 1, "rows": long},
    ]})  # fmt: skip
    data = write_pdf(replace(strategy_paper(), body=body))
    found = Tagged(data)
    heads = [element for element in found.named("TH") if "Row" in str(element.A[0].get("/Scope", ""))]
    assert (len(heads), len(found.named("TH")), len(found.named("TD"))) == (2 + 90, 3 + 2 + 90, 6 + 2 + 90)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert pdf.check_pdf_syntax() == []
