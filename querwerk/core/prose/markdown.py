"""A text becomes Markdown: CommonMark 0.31 with the tables and footnotes of GitHub's dialect.

What Markdown has no sign for is written in the nearest form that loses no word: cells that span others stand once, the rest of
their place is empty; a table's caption is a line above it.
"""

import re
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from querwerk.core.prose.inline import Run
from querwerk.core.prose.manuscript import Manuscript
from querwerk.core.prose.outgoing import Outgoing, laid_out

SPECIAL = re.compile(r"[\\`*_\[\]<>&~|$^]")
AT_START = re.compile(r"^(\s*)([#+=-]|\d+(?=[.)]))")
"""What begins a heading, a list or a rule where it stands first in a line."""
SIGNS = (("s", "~~"), ("em", "*"), ("strong", "**"))
TAGS = ("code", "u", "sub", "sup")
BREAK = "\\\n"


def write_markdown(manuscript: Manuscript) -> bytes:
    """Return a text as Markdown in UTF-8."""
    return Markdown(manuscript).all().encode()


def escaped(words: str) -> str:
    """Return words so that none of their signs means anything."""
    return SPECIAL.sub(r"\\\g<0>", words.replace("\n", " "))


def line(text: str) -> str:
    """Return a line that begins no heading, list or rule by accident."""

    def guarded(found: re.Match[str]) -> str:
        space, sign = found.groups()
        return f"{space}{sign}\\" if sign.isdigit() else f"{space}\\{sign}"

    return "\n".join(AT_START.sub(guarded, part) for part in text.split("\n"))


def marked(words: str, marks: frozenset[str]) -> str:
    """Return escaped words with their marks; for some there are only HTML's."""
    for tag in (tag for tag in TAGS if tag in marks):
        words = f"<{tag}>{words}</{tag}>"
    for mark, sign in SIGNS:
        if mark in marks:
            words = f"{sign}{words}{sign}"
    return words


class Markdown:
    """Writes one text."""

    def __init__(self, manuscript: Manuscript) -> None:
        """Begin."""
        self.out = Outgoing(manuscript)
        self.manuscript = self.out.manuscript
        self.numbers: dict[str, int] = {}

    def all(self) -> str:
        """Return the whole file."""
        text = self.manuscript
        about = " · ".join(escaped(part) for part in (text.kicker, text.author, text.dated) if part)
        parts = [
            f"# {escaped(text.title)}",
            line(about),
            *(BLOCKS[block["type"]](self, block) for block in text.blocks),
        ]
        for key in list(self.numbers):  # a note's words stand in one paragraph: lines in it are breaks
            note = self.runs(self.out.note_runs(key)).replace("\n", "\n    ")
            parts.append(f"[^{self.numbers[key]}]: {note}")
        if text.publicity is not None:
            parts += ["---", line(escaped(text.publicity.statement))]
        if text.url:
            parts.append(f"<{text.url}>")
        return "\n\n".join(part for part in parts if part) + "\n"

    # --- words ---

    def html(self, html: str) -> str:
        """Return inline HTML as Markdown."""
        return self.runs(self.out.runs(html))

    def runs(self, runs: Iterable[Run]) -> str:
        """Return runs as Markdown, links around theirs."""
        parts = []
        for (href, title), linked in groupby(runs, key=lambda run: ("", "") if run.note else (run.href, run.title)):
            inside = "".join(self.run(run) for run in linked)
            about = f' "{escaped(title).replace(chr(34), chr(92) + chr(34))}"' if title else ""
            parts.append(f"[{inside}](<{target(href)}>{about})" if href else inside)
        return "".join(parts)

    def run(self, run: Run) -> str:
        """Return one run; spaces at its ends stay outside its marks, which would not count otherwise."""
        if run.note:
            number = self.numbers.setdefault(run.note, len(self.numbers) + 1)
            return f"[^{number}]"
        if run.is_break:
            return BREAK
        words = run.words.strip()
        if not words or not run.marks:
            return escaped(run.words)
        before, _words, after = run.words.partition(words)
        return f"{before}{marked(escaped(words), run.marks)}{after}"

    # --- blocks ---

    def heading(self, block: dict[str, Any]) -> str:
        """Return a heading."""
        words = self.html(block["html"]).replace(BREAK, " ")
        return f"{'#' * block['level']} {words}" if words.strip() else ""

    def paragraph(self, block: dict[str, Any]) -> str:
        """Return a paragraph."""
        return line(self.html(block["html"]))

    def quote(self, block: dict[str, Any]) -> str:
        """Return a quote with its source."""
        lines = line(self.html(block["html"])).split("\n")
        if block["source"]:
            lines += ["", f"— {self.html(block['source'])}"]
        return "\n".join(f"> {part}".rstrip() for part in lines)

    def bullets(self, block: dict[str, Any]) -> str:
        """Return a list."""
        return "\n".join(self.items(block["items"], is_ordered=block["is_ordered"]))

    def items(self, items: list[dict[str, Any]], *, is_ordered: bool) -> list[str]:
        """Return the lines of a list; what is inside an item is indented under its words."""
        lines = []
        for number, item in enumerate(items, start=1):
            sign = f"{number}. " if is_ordered else "- "
            inside = line(self.html(item["html"])).split("\n")
            if item.get("items"):
                inside += ["", *self.items(item["items"], is_ordered=item["is_ordered"])]
            lines.append(sign + inside[0])
            lines += [" " * len(sign) + part if part else "" for part in inside[1:]]
        return lines

    def table(self, block: dict[str, Any]) -> str:
        """Return a table; its first row is the header that this dialect demands, empty where there is none."""
        grid, columns = laid_out(block["rows"], block["header_rows"])
        if not columns:
            return ""
        rows = []
        for row in grid:
            cells: list[str] = []
            for place in row:
                words = self.html(place.cell["html"]).replace(BREAK, "<br>") if place.cell is not None else ""
                cells += [words, *[""] * (place.colspan - 1)]
            rows.append(f"| {' | '.join(cells)} |")
        head = rows[: 1 if block["header_rows"] else 0] or [f"|{'  |' * columns}"]
        body = rows[1 if block["header_rows"] else 0 :]
        caption = f"**{self.html(block['caption'])}**\n\n" if block["caption"] else ""
        return caption + "\n".join([*head, f"|{' --- |' * columns}", *body])

    def image(self, block: dict[str, Any]) -> str:
        """Return a picture by its address on the web, and its caption below."""
        caption = self.runs(self.out.caption_runs(block))
        return "\n\n".join(part for part in (self.picture(block["picture"], block["alt"]), line(caption)) if part)

    def gallery(self, block: dict[str, Any]) -> str:
        """Return pictures below each other."""
        pictures = [self.picture(number, "") for number in block["pictures"]]
        return "\n\n".join(part for part in (*pictures, line(self.runs(self.out.caption_runs(block)))) if part)

    def picture(self, number: str, alt: str) -> str:
        """Return a picture, or what it shows where it has no address."""
        url = self.manuscript.picture_url(number)
        picture = None if alt else self.out.picture(number)
        words = escaped(alt or (picture.alt if picture else ""))
        return f"![{words}](<{target(url)}>)" if url else line(words)

    def link(self, block: dict[str, Any]) -> str:
        """Return a link card."""
        if not block["url"]:
            return ""
        link = f"[{escaped(block['title'] or block['url'])}](<{target(block['url'])}>)"
        return f"{link}{BREAK}{line(escaped(block['description']))}" if block["description"] else link

    def file(self, block: dict[str, Any]) -> str:
        """Return where a file can be fetched, and what it is."""
        return self.elsewhere(block)

    def video(self, block: dict[str, Any]) -> str:
        """Return where a film can be seen, and what is said in it."""
        transcript = line(self.html(block["transcript"]))
        return "\n\n".join(part for part in (self.elsewhere(block), transcript) if part)

    def elsewhere(self, block: dict[str, Any]) -> str:
        """Return a link to what lies on the web; nothing where the reader may not have it."""
        found = self.out.elsewhere(block)
        if found is None:
            return ""
        link = f"[{escaped(found.title)}](<{target(found.url)}>)"
        return f"{link} ({escaped(found.about)})" if found.about else link


def target(address: str) -> str:
    """Return an address as it may stand between angle brackets."""
    return address.replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C").replace("\n", "")


BLOCKS: dict[str, Callable[[Markdown, dict[str, Any]], str]] = {
    "heading": Markdown.heading,
    "paragraph": Markdown.paragraph,
    "list": Markdown.bullets,
    "table": Markdown.table,
    "quote": Markdown.quote,
    "image": Markdown.image,
    "gallery": Markdown.gallery,
    "file": Markdown.file,
    "link": Markdown.link,
    "video": Markdown.video,
}
