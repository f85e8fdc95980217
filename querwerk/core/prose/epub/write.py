"""A text becomes an e-book: EPUB 3.3 with table of contents, notes that open in place, and what it says about its accessibility.

The format is a ZIP of XHTML with a list of its parts (https://www.w3.org/TR/epub-33/). Small enough to write ourselves: the
library there is (EbookLib) would add a dependency for these two hundred lines and leaves notes and accessibility to its caller.
"""

import io
import zipfile
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from django.utils.translation import gettext as _
from django.utils.translation import override

from querwerk.core.prose.epub.chapters import Chapter, Chapters, Entry
from querwerk.core.prose.manuscript import Manuscript
from querwerk.core.prose.outgoing import Outgoing

STYLE = Path(__file__).parent / "style.css"
ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}
CONTAINER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
EPOCH = (1980, 1, 1, 0, 0, 0)
"""ZIP's first day: the same text gives the same file."""


def write_epub(manuscript: Manuscript) -> bytes:
    """Return a text as an EPUB file."""
    with override(manuscript.language):
        return Book(manuscript).packed()


class Book:
    """One e-book."""

    def __init__(self, manuscript: Manuscript) -> None:
        """Begin."""
        self.out = Outgoing(manuscript)
        self.manuscript = self.out.manuscript
        self.pictures: dict[str, tuple[str, str, bytes]] = {}
        """Public id → name in the book, MIME type, content."""

    def keep(self, number: str) -> str:
        """Keep a picture; return its address in the book."""
        picture = self.out.picture(number)
        if picture is None:
            return ""
        name = f"pictures/{len(self.pictures) + 1}.{ENDINGS[picture.mime]}"
        return self.pictures.setdefault(number, (name, picture.mime, picture.content))[0]

    def packed(self) -> bytes:
        """Return the file; the first entry says what it is and is not compressed, as the format demands."""
        text = self.manuscript
        title = text.title or _("Untitled")
        cutter = Chapters(self.out, self.keep)
        chapters = cutter.cut(text.blocks, title)
        files = {"title.xhtml": self.page(title, self.title_page(title), "titlepage").encode()}
        for chapter in chapters:
            notes = self.notes(cutter, chapter)
            files[chapter.name] = self.page(chapter.title, "\n".join(chapter.parts) + notes, "bodymatter").encode()
        files["nav.xhtml"] = self.page(_("Contents"), self.navigation(cutter.entries, title), "frontmatter").encode()
        files["style.css"] = STYLE.read_bytes()
        if text.publicity is not None and text.publicity.emblem:
            files["emblem.svg"] = text.publicity.emblem
        files |= {name: content for name, _mime, content in self.pictures.values()}
        files["package.opf"] = self.package(title, chapters, files).encode()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
            book.writestr(zipfile.ZipInfo("mimetype", EPOCH), "application/epub+zip", zipfile.ZIP_STORED)
            book.writestr(zipfile.ZipInfo("META-INF/container.xml", EPOCH), CONTAINER, zipfile.ZIP_DEFLATED)
            for name, content in files.items():
                book.writestr(zipfile.ZipInfo(f"book/{name}", EPOCH), content, zipfile.ZIP_DEFLATED)
        return out.getvalue()

    def notes(self, cutter: Chapters, chapter: Chapter) -> str:
        """Return the notes of a chapter."""
        if not chapter.notes:
            return ""
        return f'\n<section epub:type="footnotes"><h2>{_("Notes")}</h2>{"".join(cutter.note(key) for key in chapter.notes)}</section>'

    def page(self, title: str, body: str, kind: str) -> str:
        """Return a file of the book."""
        language = escape(self.manuscript.language or "und")
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
            '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'
            f' lang="{language}" xml:lang="{language}">\n<head><meta charset="utf-8"/><title>{escape(title, quote=False)}</title>'
            f'<link rel="stylesheet" type="text/css" href="style.css"/></head>\n<body epub:type="{kind}">\n{body}\n</body></html>\n'
        )

    def title_page(self, title: str) -> str:
        """Return title, author, date, the funder's publicity and the address on the web."""
        text = self.manuscript
        above = " · ".join(part for part in (text.house, text.kicker) if part)
        below = " · ".join(part for part in (text.author, text.dated) if part)
        parts = [f"<p>{escape(above, quote=False)}</p>" if above else "", f"<h1>{escape(title, quote=False)}</h1>"]
        parts += [f"<p>{escape(words, quote=False)}</p>" for words in (below, text.summary) if words]
        if text.publicity is not None:
            if text.publicity.emblem:
                alt = escape(text.publicity.emblem_alt)
                parts.append(f'<p><img class="emblem" src="emblem.svg" alt="{alt}"/></p>')
            parts.append(f"<p>{escape(text.publicity.statement, quote=False)}</p>")
        if text.url:
            parts.append(f'<p>{_("On the web:")} <a href="{escape(text.url)}">{escape(text.url, quote=False)}</a></p>')
        return "\n".join(part for part in parts if part)

    def navigation(self, entries: list[Entry], title: str) -> str:
        """Return the table of contents: lists in lists, as readers demand."""
        lines = [f'<li><a href="title.xhtml">{escape(title, quote=False)}</a></li>']
        depth, out = 2, "".join(lines)
        is_open = False
        for entry in entries:
            if entry.level > depth:
                out += "<ol>"
                depth += 1
            else:
                out += "</li>" if is_open else ""
                out += "</ol></li>" * (depth - entry.level)
                depth = entry.level
            out += f'<li><a href="{entry.address}">{escape(entry.words, quote=False)}</a>'
            is_open = True
        out += "</li>" * is_open + "</ol></li>" * (depth - 2)
        return f'<nav epub:type="toc" role="doc-toc"><h1>{_("Contents")}</h1><ol>{out}</ol></nav>'

    def package(self, title: str, chapters: list[Chapter], files: dict[str, bytes]) -> str:
        """Return the list of parts with what is known of the book."""
        text = self.manuscript
        modified = (text.changed_at or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        identity = uuid5(NAMESPACE_URL, text.url or f"{text.house}/{text.key}/{title}")
        mimes = {name: mime for name, mime, _content in self.pictures.values()} | {"emblem.svg": "image/svg+xml"}
        items = []
        for number, name in enumerate(files):
            mime = mimes.get(name) or ("text/css" if name.endswith(".css") else "application/xhtml+xml")
            role = ' properties="nav"' if name == "nav.xhtml" else ""
            items.append(f'<item id="i{number}" href="{name}" media-type="{mime}"{role}/>')
        ids = {name: f"i{number}" for number, name in enumerate(files)}
        spine = "".join(
            f'<itemref idref="{ids[name]}"/>' for name in ("title.xhtml", "nav.xhtml", *(c.name for c in chapters))
        )
        modes = ["textual", *(["visual"] if self.pictures else [])]
        features = [
            "structuralNavigation",
            "tableOfContents",
            "readingOrder",
            *(["alternativeText"] if self.pictures else []),
        ]
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<package xmlns="http://www.idpf.org/2007/opf" version="3.0"'
            f' unique-identifier="id" xml:lang="{escape(text.language or "und")}">\n'
            '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f'<dc:identifier id="id">urn:uuid:{identity}</dc:identifier><dc:title>{escape(title, quote=False)}</dc:title>'
            f"<dc:language>{escape(text.language or 'und')}</dc:language>"
            + (f"<dc:creator>{escape(text.author, quote=False)}</dc:creator>" if text.author else "")
            + (f"<dc:publisher>{escape(text.house, quote=False)}</dc:publisher>" if text.house else "")
            + (f"<dc:source>{escape(text.url, quote=False)}</dc:source>" if text.url else "")
            + f'<meta property="dcterms:modified">{modified}</meta>'
            + "".join(f'<meta property="schema:accessMode">{mode}</meta>' for mode in modes)
            + '<meta property="schema:accessModeSufficient">textual</meta>'
            + "".join(f'<meta property="schema:accessibilityFeature">{feature}</meta>' for feature in features)
            + '<meta property="schema:accessibilityHazard">none</meta>'
            f"</metadata>\n<manifest>{''.join(items)}</manifest>\n<spine>{spine}</spine>\n</package>\n"
        )
