"""Documents to fetch: told by what is in them."""

import pytest

from querwerk.core.pictures import downloads
from querwerk.core.pictures.downloads import read_document
from querwerk.core.pictures.limits import UnusableFile
from tests.factories.office import EXCEL, OPEN_SHEET, PDF, SLIDES, WORD, office, open_document, zipped

MACRO = {"word/vbaProject.bin": "…"}


@pytest.mark.parametrize(
    ("content", "name", "suffix"),
    [
        (PDF, "böse.exe", "pdf"),
        (office(WORD), "brief.zip", "docx"),
        (office(EXCEL), "", "xlsx"),
        (office(SLIDES), "", "pptx"),
        (open_document(OPEN_SHEET), "", "ods"),
        ("Größe;Wert\n1;2\n".encode(), "tabelle.CSV", "csv"),
        ("Ein Brief über Größe".encode(), "brief.txt", "txt"),
    ],
)
def test_a_document_is_told_by_what_is_in_it(content: bytes, name: str, suffix: str) -> None:
    sort, kept = read_document(content, name)
    assert (sort.suffix, kept) == (suffix, content)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_old_programs_texts_are_kept_as_utf_8(encoding: str) -> None:
    sort, kept = read_document("Größe".encode(encoding), "a.txt")
    assert (sort.media_type, kept.decode()) == ("text/plain; charset=utf-8", "Größe")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "leer"),
        (b" \n", "leer"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "nichts davon"),
        (b"\xef\xbb\xbf  <svg xmlns='http://www.w3.org/2000/svg'/>", "nichts davon"),
        (b"MZ\x90\x00\x03", "nichts davon"),
        (b"\xff\xd8\xff\xe0JFIF\x00", "nichts davon"),
        (zipped({"a.txt": "x"}), "ZIP-Archiv"),
        (b"PK\x03\x04 cut off", "beschädigt"),
        (office(WORD, **MACRO), "Makros"),
        (open_document(OPEN_SHEET, **{"Basic/Standard/script.xml": "x"}), "Makros"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "alten Office"),
    ],
)
def test_what_is_refused_is_told_why(content: bytes, words: str) -> None:
    with pytest.raises(UnusableFile, match=words):
        read_document(content, "bericht.pdf")


def test_too_large_a_document_is_refused_with_both_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "MAX_DOCUMENT_BYTES", 3_000_000)
    with pytest.raises(UnusableFile, match="4 MB; möglich sind höchstens 3 MB"):
        read_document(PDF + bytes(4_000_000), "a.pdf")
