"""A text becomes a tagged PDF: PDF/UA-1 (ISO 14289-1) and PDF/A-2a (ISO 19005-2) in one file.

Typst sets the type and refuses to make a file that breaks these standards (a picture without alternative text, a skipped
level of headings), so what leaves here has passed its checks. The words reach it as JSON in a file of their own: nothing
that somebody writes can be read as a command. How the pages look stands in ``pdf.typ``.
"""

import json
import re
from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import override

from querwerk.core.prose.inline import Run, plain
from querwerk.core.prose.manuscript import Manuscript
from querwerk.core.prose.outgoing import Outgoing, aspect_of, laid_out
from querwerk.core.prose.rowheads import with_row_heads
from querwerk.core.prose.typesetting import as_pdf
from querwerk.core.weave import weave

HERE = Path(__file__).parent

LONG_WORDS, LONG_HEADINGS = 1800, 6
"""From here on a text gets a cover and a table of contents."""
TEXT_WIDTH_CM, PICTURE_HEIGHT_CM = 14.4, 15.0
TITLE_SIZES = ((28, 38), (60, 32), (110, 26), (10_000, 20))
"""Up to so many letters, so many points; texts with a cover."""
ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}
CONTENTS_LINES = 42
LIGHTEST, HEAVIEST = 6, 40
"""Bounds for the width of a column, in letters."""

LINES = {
    "weave__warp": 'stroke="#8d949c"', "weave__cloth": 'stroke="#23282f"', "weave__thread": 'stroke="#c4281b"',
    "weave__over": 'stroke="#23282f"',
}  # fmt: skip


def write_pdf(manuscript: Manuscript) -> bytes:
    """Return a text as a tagged PDF file."""
    with override(manuscript.language):
        pages = Pages(manuscript)
        files = pages.files()
    return with_row_heads(as_pdf(files, manuscript.changed_at), pages.headings)


class Pages:
    """Turns a manuscript into the files that Typst gets."""

    def __init__(self, manuscript: Manuscript) -> None:
        """Begin."""
        self.out = Outgoing(manuscript)
        self.manuscript = self.out.manuscript
        self.found: dict[str, bytes] = {}
        self.noted: set[str] = set()
        self.level = 0
        self.headings: list[list[list[bool]]] = []
        """For each table and each of its rows below the header, whether each cell heads the row."""

    def files(self) -> dict[str, bytes]:
        """Return name → content."""
        data = json.dumps(self.data(), ensure_ascii=False).encode()
        main = (HERE / "pdf.typ").read_bytes()
        return {"main.typ": main, "data.json": data, "weave.svg": cover(self.manuscript.key).encode(), **self.found}

    def data(self) -> dict[str, Any]:
        """Return all that the pages show."""
        text = self.manuscript
        blocks = [made for block in text.blocks if (made := BLOCKS[block["type"]](self, block)) is not None]
        levels = [block["level"] for block in blocks if block["kind"] == "heading"]
        is_long = len(levels) >= LONG_HEADINGS and len(json.dumps(blocks)) > LONG_WORDS * 9
        size = next(points for letters, points in TITLE_SIZES if len(text.title) <= letters)
        title = text.title or _("Untitled")
        return {
            "title": title,
            "title_size": size if is_long else min(size, 25),
            "language": text.language or "und",
            "author": text.author,
            "summary": text.summary,
            "keywords": [part for part in (text.house, text.kicker) if part],
            "house": text.house,
            "kicker": text.kicker,
            "dated": text.dated,
            "url": text.url,
            "address": text.url.removeprefix("https://").removeprefix("http://").rstrip("/"),
            "running": " · ".join(part for part in (text.house, title) if part)[:110],
            "publicity": self.publicity(),
            "labels": {"contents": _("Contents"), "online": _("On the web:"), "transcript": _("Transcript:")},
            "is_long": is_long,
            "contents_depth": contents_depth(levels),
            "blocks": blocks,
            "notes": {key: self.runs_data(self.out.note_runs(key)) for key in self.noted},
        }

    def publicity(self) -> dict[str, str] | None:
        """Return the funder's emblem and statement."""
        publicity = self.manuscript.publicity
        if publicity is None:
            return None
        shown = {"statement": publicity.statement}
        if publicity.emblem:
            self.found["emblem.svg"] = publicity.emblem
            shown |= {"emblem": "emblem.svg", "alt": publicity.emblem_alt}
        return shown

    # --- words ---

    def runs(self, html: str) -> list[dict[str, Any]]:
        """Return inline HTML as Typst gets it."""
        return self.runs_data(self.out.runs(html))

    def runs_data(self, runs: Iterable[Run]) -> list[dict[str, Any]]:
        """Return runs as data, those of a link together."""
        found: list[dict[str, Any]] = []
        for href, linked in groupby(runs, key=lambda run: "" if run.note else run.href):
            made = [self.run_data(run) for run in linked]
            found += [{"href": href, "runs": made}] if href else made
        return found

    def run_data(self, run: Run) -> dict[str, Any]:
        """Return one run as data."""
        if run.note:
            again = run.note in self.noted
            self.noted.add(run.note)
            return {"note": run.note, "again": again}
        if run.is_break:
            return {"br": True}
        made: dict[str, Any] = {"w": run.words, **dict.fromkeys(run.marks, True)}
        return {**made, "lang": run.language.split("-")[0]} if run.language else made

    # --- blocks ---

    def heading(self, block: dict[str, Any]) -> dict[str, Any] | None:
        """Return a heading; no level is skipped on the way down, which PDF/UA forbids."""
        runs = self.runs(block["html"])
        if not plain(block["html"]):
            return None
        self.level = min(block["level"] - 1, self.level + 1)
        return {"kind": "heading", "level": self.level, "runs": runs}

    def paragraph(self, block: dict[str, Any]) -> dict[str, Any] | None:
        """Return a paragraph."""
        runs = self.runs(block["html"])
        return {"kind": "paragraph", "runs": runs} if runs else None

    def quote(self, block: dict[str, Any]) -> dict[str, Any]:
        """Return a quote."""
        return {"kind": "quote", "runs": self.runs(block["html"]), "source": self.runs(block["source"])}

    def bullets(self, block: dict[str, Any]) -> dict[str, Any] | None:
        """Return a list."""
        return (
            {"kind": "list", "is_ordered": block["is_ordered"], "items": self.items(block)} if block["items"] else None
        )

    def items(self, holder: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the items of a list or item."""
        return [
            {
                "runs": self.runs(item["html"]),
                "items": self.items(item),
                "is_ordered": item.get("is_ordered", False),
            }
            for item in holder.get("items", ())
        ]

    def table(self, block: dict[str, Any]) -> dict[str, Any] | None:
        """Return a table; a cell does not reach out of the header."""
        caption = self.runs(block["caption"])
        header = min(block["header_rows"], len(block["rows"]))
        grid, columns = laid_out(block["rows"], header)
        if not columns:
            return None
        rows = [
            [
                {
                    "runs": self.runs(place.cell["html"]),
                    "colspan": place.colspan,
                    "rowspan": place.rowspan,
                    "is_heading": y < header or place.column < block["header_columns"],
                }
                for place in row
                if place.cell is not None
            ]
            for y, row in enumerate(grid)
        ]
        self.headings.append([[cell["is_heading"] for cell in row] for row in rows[header:]])
        return {
            "kind": "table",
            "caption": caption,
            "columns": columns,
            "widths": self.widths(grid, columns),
            "head": rows[:header],
            "body": rows[header:],
        }

    def widths(self, grid: Iterable[Iterable[Any]], columns: int) -> list[int]:
        """Return how the columns share the width: by their longest words and the length of their texts."""
        widths = [LIGHTEST] * columns
        for row in grid:
            for place in row:
                if place.cell is None or place.colspan > 1:
                    continue
                words = plain(place.cell["html"])
                longest = max((len(word) for word in words.split()), default=0)
                wanted = max(min(longest, HEAVIEST), min(len(words), HEAVIEST * 2) // 2)
                widths[place.column] = max(widths[place.column], wanted)
        return widths

    def image(self, block: dict[str, Any]) -> dict[str, Any] | None:
        """Return a picture."""
        shown = self.picture(block["picture"], block["alt"] or plain(block["caption"]))
        return (
            {"kind": "image", "picture": shown, "caption": self.runs_data(self.out.caption_runs(block))}
            if shown
            else None
        )

    def gallery(self, block: dict[str, Any]) -> dict[str, Any] | None:
        """Return pictures that belong together."""
        pictures = [shown for number in block["pictures"] if (shown := self.picture(number))]
        return (
            {"kind": "gallery", "pictures": pictures, "caption": self.runs_data(self.out.caption_runs(block))}
            if pictures
            else None
        )

    def picture(self, number: str, alt: str = "") -> dict[str, Any] | None:
        """Return where a picture lies, what it shows, and its width in per cent of the text's."""
        picture = self.out.picture(number)
        if picture is None:
            return None
        path = f"picture-{re.sub(r'[^A-Za-z0-9]', '', number)}.{ENDINGS[picture.mime]}"
        self.found[path] = picture.content
        width, height = aspect_of(picture)
        share = min(1.0, PICTURE_HEIGHT_CM / TEXT_WIDTH_CM * width / height)
        return {
            "path": path,
            "alt": alt or picture.alt or _("Picture without description"),
            "width": round(share * 100),
        }

    def link(self, block: dict[str, Any]) -> dict[str, Any] | None:
        """Return a link card."""
        return self.card("", block["url"], block["title"], block["description"]) if block["url"] else None

    def file(self, block: dict[str, Any]) -> dict[str, Any] | None:
        """Return where a file can be fetched, and what it is."""
        found = self.out.elsewhere(block)
        return self.card(_("File"), found.url, found.title, found.about) if found is not None else None

    def video(self, block: dict[str, Any]) -> dict[str, Any] | None:
        """Return where a film can be seen, and what is said in it."""
        found = self.out.elsewhere(block)
        if found is None:
            return None
        card = self.card(_("Film"), found.url, found.title, found.about, transcript=block["transcript"])
        poster = self.picture(block["poster"], block["title"]) if block["poster"] else None
        return card | {"poster": poster} if poster else card

    def card(self, label: str, url: str, title: str, about: str = "", transcript: str = "") -> dict[str, Any]:
        """Return a card that leads somewhere."""
        host = (urlsplit(url).hostname or "").removeprefix("www.")
        return {
            "kind": "card", "label": label, "url": url, "title": title or url, "description": about, "host": host,
            "transcript": self.runs(transcript),
        }  # fmt: skip


def contents_depth(levels: list[int]) -> int:
    """Return how deep the table of contents goes: as deep as fits on about a page."""
    return next((depth for depth in (3, 2) if sum(level <= depth for level in levels) <= CONTENTS_LINES), 1)


def cover(key: str) -> str:
    """Return the woven pattern of a text in the colours of paper."""
    svg = weave(key).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ').replace("xMidYMid slice", "none")
    for name, colour in LINES.items():
        svg = svg.replace(f'class="{name}"', colour)
    return svg.replace(' stroke="currentColor"', "").replace('class="weave" ', "")


BLOCKS: dict[str, Callable[[Pages, dict[str, Any]], dict[str, Any] | None]] = {
    "heading": Pages.heading,
    "paragraph": Pages.paragraph,
    "list": Pages.bullets,
    "table": Pages.table,
    "quote": Pages.quote,
    "image": Pages.image,
    "gallery": Pages.gallery,
    "file": Pages.file,
    "link": Pages.link,
    "video": Pages.video,
}
