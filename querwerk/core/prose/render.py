"""Makes public HTML of a body, once for each version.

The result is a list of pieces: markup that never changes, and mappings for what is decided anew whenever a page is made,
because it may be taken off at any time (pictures, files, films) or speaks the reader's language (the heading of the notes).
:func:`fill` puts them together.
"""

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.utils.safestring import SafeString

from querwerk.core.prose.blocks import PLACE_HOLDERS, Block
from querwerk.core.prose.sanitise import words

type Piece = str | dict[str, Any]

ANCHOR = re.compile(r'<span data-note="([a-z2-7]{8})"></span>')
OUTSIDE = re.compile(r'<a href="(https?:[^"]*)"')


class Entry(NamedTuple):
    """A line of the table of contents: the id of a heading's element, its level (2-6) and its words."""

    id: str
    level: int
    words: str


def block_id(key: str) -> str:
    """Return the id of the element that shows a block; it stays the same in all versions."""
    return f"b-{key}"


def outline(body: Mapping[str, Any]) -> list[Entry]:
    """Return the headings in their order."""
    return [
        Entry(block_id(block["key"]), block["level"], text)
        for block in body["blocks"]
        if block["type"] == "heading" and (text := words(block["html"]).strip())
    ]


def render(body: Mapping[str, Any], *, deeper: int = 0) -> list[Piece]:
    """Return the pieces of which the body's public HTML is made; comments stay out of them.

    ``deeper``: how many levels the headings go down, for a text that stands in a section of its page.
    """
    return _Rendering(body, deeper).run()


def fill(pieces: list[Piece], show: Callable[[Mapping[str, Any]], str]) -> SafeString:
    """Return the HTML of a page; ``show`` gives the markup of each piece that is decided now (``type``: a block's, or "notes")."""
    return SafeString("".join(piece if isinstance(piece, str) else show(piece) for piece in pieces))


class _Rendering:
    """One body being rendered: numbers its footnotes in the order of their anchors."""

    def __init__(self, body: Mapping[str, Any], deeper: int) -> None:
        self.body = body
        self.deeper = deeper
        self.footnotes = {note["key"]: note for note in body["notes"] if note["kind"] == "footnote"}
        self.numbers: dict[str, int] = {}

    def run(self) -> list[Piece]:
        pieces: list[Piece] = []
        run: list[str] = []
        for block in self.body["blocks"]:
            if block["type"] in PLACE_HOLDERS:
                pieces += ["".join(run), self.place_holder(block)]
                run = []
            else:
                run.append(BLOCKS[block["type"]](self, block, block_id(block["key"])))
        pieces.append("".join(run))
        if self.numbers:
            pieces.append({"type": "notes", "notes": [self.note(key) for key in self.numbers]})
        return [piece for piece in pieces if piece]

    def place_holder(self, block: Block) -> dict[str, Any]:
        texts: Block = {name: self.html(block[name]) for name in ("caption", "transcript") if name in block}
        return {**block, **texts, "id": block_id(block["key"])}

    def note(self, key: str) -> dict[str, Any]:
        # A note within a note would number itself without end: its anchors are dropped.
        html = OUTSIDE.sub(r'<a rel="external" href="\1"', ANCHOR.sub("", self.footnotes[key]["html"]))
        return {"key": key, "number": self.numbers[key], "html": html}

    def html(self, html: str) -> str:
        """Return inline HTML with its footnotes numbered and links that lead out marked."""
        if "<" not in html:
            return html
        return OUTSIDE.sub(r'<a rel="external" href="\1"', ANCHOR.sub(self.anchor, html))

    def anchor(self, found: re.Match[str]) -> str:
        key = found[1]
        if key not in self.footnotes:
            return ""
        is_first = key not in self.numbers
        number = self.numbers.setdefault(key, len(self.numbers) + 1)
        own = f' id="r-{key}"' if is_first else ""
        return f'<sup class="prose__mark"><a{own} href="#n-{key}" role="doc-noteref">{number}</a></sup>'

    def heading(self, block: Block, name: str) -> str:
        level = min(block["level"] + self.deeper, 6)
        return f'<h{level} id="{name}">{self.html(block["html"])}</h{level}>'

    def paragraph(self, block: Block, name: str) -> str:
        html = self.html(block["html"])
        return f'<p id="{name}">{html}</p>' if html else ""

    def quote(self, block: Block, name: str) -> str:
        source = f"<figcaption>{self.html(block['source'])}</figcaption>" if block["source"] else ""
        return f'<figure class="prose__quote" id="{name}"><blockquote><p>{self.html(block["html"])}</p></blockquote>{source}</figure>'

    def bullets(self, block: Block, name: str) -> str:
        return self.items(block["items"], f' id="{name}"', is_ordered=block["is_ordered"])

    def items(self, items: list[Block], own: str = "", *, is_ordered: bool) -> str:
        tag = "ol" if is_ordered else "ul"
        lines = [
            f"<li>{self.html(item['html'])}"
            + (self.items(item["items"], is_ordered=item["is_ordered"]) if item.get("items") else "")
            + "</li>"
            for item in items
        ]
        return f"<{tag}{own}>{''.join(lines)}</{tag}>" if lines else ""

    def table(self, block: Block, name: str) -> str:
        caption = f'<caption id="{name}-c">{self.html(block["caption"])}</caption>' if block["caption"] else ""
        label = f' role="region" aria-labelledby="{name}-c"' if caption else ""
        head, body = block["rows"][: block["header_rows"]], block["rows"][block["header_rows"] :]
        columns = block["header_columns"]
        rows = "".join(f"<tr>{''.join(self.cell(cell, 'col') for cell in row)}</tr>" for row in head)
        thead = f"<thead>{rows}</thead>" if rows else ""
        rows = "".join(
            f"<tr>{''.join(self.cell(cell, 'row' if x < columns else '') for x, cell in enumerate(row))}</tr>"
            for row in body
        )
        tbody = f"<tbody>{rows}</tbody>" if rows else ""
        return f'<div class="table" id="{name}" tabindex="0"{label}><table>{caption}{thead}{tbody}</table></div>'

    def cell(self, cell: Block, scope: str) -> str:
        spans = "".join(f' {span}="{cell[span]}"' for span in ("colspan", "rowspan") if span in cell)
        tag, scoped = ("th", f' scope="{scope}"') if scope else ("td", "")
        return f"<{tag}{scoped}{spans}>{self.html(cell['html'])}</{tag}>"

    def link(self, block: Block, name: str) -> str:
        if not block["url"]:
            return ""
        title = escape(block["title"] or block["url"])
        about = f'<span class="prose__about">{escape(block["description"])}</span>' if block["description"] else ""
        host = escape((urlsplit(block["url"]).hostname or "").removeprefix("www."))
        return (
            f'<p class="prose__card" id="{name}"><a rel="external" href="{escape(block["url"])}">{title}</a>'
            f'{about}<span class="prose__host">{host}</span></p>'
        )


BLOCKS: dict[str, Callable[[_Rendering, Block, str], str]] = {
    "heading": _Rendering.heading,
    "paragraph": _Rendering.paragraph,
    "list": _Rendering.bullets,
    "table": _Rendering.table,
    "quote": _Rendering.quote,
    "link": _Rendering.link,
}
