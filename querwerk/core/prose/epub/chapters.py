"""Blocks as XHTML, cut into chapters: a file for each heading of the second level."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from querwerk.core.prose.inline import MARKS, Run, plain
from querwerk.core.prose.outgoing import Outgoing


@dataclass
class Chapter:
    """One file: its name, what stands in it, its notes in order, and whether it holds drawings."""

    name: str
    title: str
    parts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table of contents."""

    level: int
    words: str
    address: str


class Chapters:
    """Cuts a text into chapters."""

    def __init__(self, out: Outgoing, keep: Callable[[str], str]) -> None:
        """Begin; ``keep`` takes a picture's id and returns its address in the book, or an empty text."""
        self.out = out
        self.keep = keep
        self.chapters: list[Chapter] = []
        self.entries: list[Entry] = []
        self.numbers: dict[str, int] = {}
        self.level = 1

    def cut(self, blocks: Iterable[dict[str, Any]], title: str) -> list[Chapter]:
        """Return the chapters; words before the first heading are one of their own."""
        for block in blocks:
            is_new = block["type"] == "heading" and block["level"] == 2
            if is_new or not self.chapters:
                name = f"chapter-{len(self.chapters) + 1}.xhtml"
                self.chapters.append(Chapter(name, plain(block["html"]) if is_new else title))
            made = BLOCKS[block["type"]](self, block)
            if made:
                self.chapters[-1].parts.append(made)
        return self.chapters

    # --- words ---

    def html(self, html: str) -> str:
        """Return inline HTML as XHTML."""
        return self.runs(self.out.runs(html))

    def runs(self, runs: Iterable[Run]) -> str:
        """Return runs as XHTML."""
        parts = []
        for (href, title), linked in groupby(runs, key=lambda run: ("", "") if run.note else (run.href, run.title)):
            inside = "".join(self.run(run) for run in linked)
            about = f' title="{escape(title)}"' if title else ""
            parts.append(f'<a href="{escape(href)}"{about}>{inside}</a>' if href else inside)
        return "".join(parts)

    def run(self, run: Run) -> str:
        """Return one run."""
        if run.note:
            return self.anchor(run.note)
        if run.is_break:
            return "<br/>"
        inside = escape(run.words, quote=False)
        for mark in reversed(MARKS):
            if mark in run.marks:
                inside = f"<{mark}>{inside}</{mark}>"
        if run.language:
            language = escape(run.language)
            inside = f'<span lang="{language}" xml:lang="{language}">{inside}</span>'
        return inside

    def anchor(self, key: str) -> str:
        """Return the mark of a note; the note stands at the end of the chapter in which it is met first."""
        chapter, is_new = self.chapters[-1], key not in self.numbers
        number = self.numbers.setdefault(key, len(self.numbers) + 1)
        if is_new:
            chapter.notes.append(key)
        place = next(name.name for name in self.chapters if key in name.notes)
        address = f"#n-{key}" if place == chapter.name else f"{place}#n-{key}"
        own = f' id="r-{key}"' if is_new else ""
        return f'<sup><a{own} href="{address}" epub:type="noteref" role="doc-noteref">{number}</a></sup>'

    def note(self, key: str) -> str:
        """Return a note."""
        back = f'<a href="#r-{key}" role="doc-backlink">{self.numbers[key]}</a>'
        return (
            f'<aside id="n-{key}" epub:type="footnote" role="doc-footnote">'
            f"<p>{back} {self.runs(self.out.note_runs(key))}</p></aside>"
        )

    # --- blocks ---

    def heading(self, block: dict[str, Any]) -> str:
        """Return a heading, and note it for the table of contents; no level is skipped."""
        self.level = min(block["level"], self.level + 1)
        words = plain(block["html"])
        if not words:
            return ""
        self.entries.append(Entry(self.level, words, f"{self.chapters[-1].name}#b-{block['key']}"))
        return f'<h{self.level} id="b-{block["key"]}">{self.html(block["html"])}</h{self.level}>'

    def paragraph(self, block: dict[str, Any]) -> str:
        """Return a paragraph."""
        html = self.html(block["html"])
        return f"<p>{html}</p>" if html else ""

    def quote(self, block: dict[str, Any]) -> str:
        """Return a quote."""
        source = f'<p class="source">{self.html(block["source"])}</p>' if block["source"] else ""
        return f"<blockquote><p>{self.html(block['html'])}</p>{source}</blockquote>"

    def bullets(self, block: dict[str, Any]) -> str:
        """Return a list."""
        return self.items(block["items"], is_ordered=block["is_ordered"])

    def items(self, items: list[dict[str, Any]], *, is_ordered: bool) -> str:
        """Return the items of a list."""
        if not items:
            return ""
        tag = "ol" if is_ordered else "ul"
        lines = "".join(
            f"<li>{self.html(item['html'])}{self.items(item.get('items', []), is_ordered=item.get('is_ordered', False))}</li>"
            for item in items
        )
        return f"<{tag}>{lines}</{tag}>"

    def table(self, block: dict[str, Any]) -> str:
        """Return a table."""
        if not any(block["rows"]):
            return ""
        caption = f"<caption>{self.html(block['caption'])}</caption>" if block["caption"] else ""
        header, columns = block["header_rows"], block["header_columns"]
        head = "".join(f"<tr>{''.join(self.cell(cell, 'col') for cell in row)}</tr>" for row in block["rows"][:header])
        body = "".join(
            f"<tr>{''.join(self.cell(cell, 'row' if x < columns else '') for x, cell in enumerate(row))}</tr>"
            for row in block["rows"][header:]
        )
        inside = (f"<thead>{head}</thead>" if head else "") + (f"<tbody>{body}</tbody>" if body else "")
        return f"<table>{caption}{inside}</table>"

    def cell(self, cell: dict[str, Any], scope: str) -> str:
        """Return a cell."""
        spans = "".join(f' {span}="{cell[span]}"' for span in ("colspan", "rowspan") if cell.get(span, 1) > 1)
        tag, scoped = ("th", f' scope="{scope}"') if scope else ("td", "")
        return f"<{tag}{scoped}{spans}>{self.html(cell['html'])}</{tag}>"

    def image(self, block: dict[str, Any]) -> str:
        """Return a picture."""
        shown = self.picture(block["picture"], block["alt"])
        caption = self.caption(block)
        return f"<figure>{shown}{caption}</figure>" if shown else ""

    def gallery(self, block: dict[str, Any]) -> str:
        """Return pictures that belong together."""
        shown = "".join(self.picture(number, "") for number in block["pictures"])
        caption = self.caption(block)
        return f"<figure>{shown}{caption}</figure>" if shown else ""

    def caption(self, block: dict[str, Any]) -> str:
        """Return what stands under a picture."""
        words = self.runs(self.out.caption_runs(block))
        return f"<figcaption>{words}</figcaption>" if words else ""

    def picture(self, number: str, alt: str) -> str:
        """Return the element that shows a picture."""
        picture = self.out.picture(number)
        if picture is None:
            return ""
        return f'<img src="{escape(self.keep(number))}" alt="{escape(alt or picture.alt)}"/>'

    def link(self, block: dict[str, Any]) -> str:
        """Return a link card."""
        return self.card(block["url"], block["title"], block["description"]) if block["url"] else ""

    def file(self, block: dict[str, Any]) -> str:
        """Return where a file can be fetched, and what it is."""
        return self.elsewhere(block, _("File"))

    def video(self, block: dict[str, Any]) -> str:
        """Return where a film can be seen, and what is said in it."""
        transcript = self.html(block["transcript"])
        return self.elsewhere(block, _("Film")) + (f"<p>{transcript}</p>" if transcript else "")

    def elsewhere(self, block: dict[str, Any], label: str) -> str:
        """Return a card that leads to what lies on the web; nothing where the reader may not have it."""
        found = self.out.elsewhere(block)
        if found is None:
            return ""
        return self.card(found.url, found.title, f"{label}, {found.about}" if found.about else label)

    def card(self, url: str, title: str, about: str) -> str:
        """Return a card that leads somewhere."""
        words = escape(title or url, quote=False)
        link = f'<a href="{escape(url)}">{words}</a>' if url else words
        below = f'<br/><span class="about">{escape(about, quote=False)}</span>' if about else ""
        return f'<p class="card">{link}{below}</p>'


BLOCKS: dict[str, Callable[[Chapters, dict[str, Any]], str]] = {
    "heading": Chapters.heading,
    "paragraph": Chapters.paragraph,
    "list": Chapters.bullets,
    "table": Chapters.table,
    "quote": Chapters.quote,
    "image": Chapters.image,
    "gallery": Chapters.gallery,
    "file": Chapters.file,
    "link": Chapters.link,
    "video": Chapters.video,
}
