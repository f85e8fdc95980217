"""Small files of office programs, with nothing in them but what says what they are."""

import io
import zipfile

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
OPEN_SHEET = "application/vnd.oasis.opendocument.spreadsheet"


def zipped(members: dict[str, str]) -> bytes:
    """Return a ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, words in members.items():
            made.writestr(name, words)
    return out.getvalue()


def office(media_type: str, **more: str) -> bytes:
    """Return a file of Microsoft's formats; ``more``: further members."""
    listed = f'<Types><Override PartName="/main.xml" ContentType="{media_type}.main+xml"/></Types>'
    return zipped({"[Content_Types].xml": listed, "main.xml": "<main/>", **more})


def open_document(media_type: str, **more: str) -> bytes:
    """Return a file of the OpenDocument formats."""
    return zipped({"mimetype": media_type, "content.xml": "<office/>", **more})
