"""Longer texts in a plain form: each block as fields that work without a script, and back again."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from querwerk.core.numbers import whole
from querwerk.core.prose.blocks import MOST_LEVELS, SHAPES, Block, Body, content_hash, new_key, normalise
from querwerk.core.prose.patch import Patch, Put, difference
from querwerk.core.prose.sanitise import KEY

type Label = str | Promise

BLOCK_LABELS: dict[str, Label] = {
    "heading": _("Heading"),
    "paragraph": _("Paragraph"),
    "list": _("List"),
    "table": _("Table"),
    "quote": _("Quotation"),
    "image": _("Picture"),
    "gallery": _("Gallery"),
    "file": _("File"),
    "link": _("Link card"),
    "video": _("Film"),
}
FIELD_LABELS: dict[str, Label] = {
    "html": _("Words"),
    "level": _("Level (2 to 6)"),
    "is_ordered": _("Numbered"),
    "items": _("Points, one a line; two spaces before a point put it one level deeper"),
    "caption": _("Caption"),
    "header_rows": _("Heading rows"),
    "header_columns": _("Heading columns"),
    "rows": _("Rows, one a line, with | between the cells"),
    "source": _("Who says so"),
    "picture": _("Id of the picture"),
    "alt": _("What is to be seen (for those who do not see it)"),
    "pictures": _("Ids of the pictures"),
    "file": _("File of the library"),
    "title": _("Title"),
    "url": _("Address"),
    "description": _("Description"),
    "poster": _("Id of the picture that stands for the film"),
    "transcript": _("What is said in the film"),
}
LONG = frozenset({"html", "items", "rows", "transcript"})
NUMBERS = frozenset({"level", "header_rows", "header_columns"})
PER_PAGE = 60
"""Blocks on one page of the plain form: a browser sends no more than some hundred fields gladly."""


FIELD_LABELS_OF: dict[tuple[str, str], Label] = {
    ("video", "file"): _("A film of this programme"),
    ("video", "url"): _("Or an address at YouTube, Vimeo or PeerTube"),
}
UPLOADS: dict[str, Label] = {"file": _("Or a new file"), "image": _("Or a new picture")}
"""Blocks that take in a file with the form, and how its field is called."""

type Options = Mapping[str, Sequence[tuple[str, str]]]
"""Type of block → value and label of what can be chosen as its ``file``."""


class FormField(NamedTuple):
    """One field of a block as the form shows it; ``widget``: long, number, check, choice, upload or short."""

    name: str
    label: Label
    value: str
    widget: str
    options: Sequence[tuple[str, str]] = ()


class FormBlock(NamedTuple):
    """One block as the form shows it; ``was``: the hash of its content when it was read, empty for a new one."""

    key: str
    type: str
    label: Label
    was: str
    fields: list[FormField]


def form_block(block: Block, options: Options, was: str | None = None) -> FormBlock:
    """Return the fields of a block."""
    kind = block["type"]
    fields = [_field(kind, name, as_words(name, block[name]), options) for name in SHAPES[kind]]
    if kind in UPLOADS:
        fields.insert(1, FormField("upload", UPLOADS[kind], "", "upload"))
    mark = content_hash(block) if was is None else was
    return FormBlock(block["key"], kind, BLOCK_LABELS[kind], mark, fields)


def _field(kind: str, name: str, value: str, options: Options) -> FormField:
    label = FIELD_LABELS_OF.get((kind, name), FIELD_LABELS[name])
    if name != "file":
        return FormField(name, label, value, _widget(name))
    # What the author may not choose, or what is gone, stays chosen until somebody chooses something else.
    known = [("", "–"), *options.get(kind, ())]
    return FormField(name, label, value, "choice", known if value in dict(known) else [*known, (value, value)])


def _widget(name: str) -> str:
    if name in LONG:
        return "long"
    if name in NUMBERS:
        return "number"
    return "check" if name == "is_ordered" else "short"


def as_words(name: str, value: Any) -> str:
    """Return a block's value as somebody types it."""
    if name == "items":
        return "\n".join(_item_lines(value))
    if name == "rows":
        return "\n".join(" | ".join(typed(cell["html"]).replace("\n", " ") for cell in row) for row in value)
    if name == "pictures":
        return " ".join(value)
    if name in ("html", "caption", "source", "transcript"):
        return typed(value)
    if value is None:
        return ""
    return ("1" if value else "") if isinstance(value, bool) else str(value)


def typed(html: str) -> str:
    """Return inline HTML with line breaks as lines and, where it has no elements, as plain words."""
    lines = html.replace("<br>", "\n")
    return lines if "<" in lines else unescape(lines)


def untyped(text: str) -> str:
    """Return what was typed as HTML: words are taken as they are, unless they hold elements that a text may have."""
    text = text.replace("\r\n", "\n").strip("\n")
    if not re.search(r"</?(?:a|strong|em|u|s|sub|sup|code|span|b|i)\b[^<>]*>", text):
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\n", "<br>")


def _item_lines(items: list[Block], depth: int = 0) -> Iterator[str]:
    for item in items:
        yield "  " * depth + typed(item["html"]).replace("\n", " ")
        yield from _item_lines(item.get("items", []), depth + 1)


def read_items(text: str, known: Block | None, *, is_ordered: bool) -> list[Block]:
    """Return nested points out of indented lines; a point keeps the key of the one that stood at its place."""
    keys = [key for key, _html in _walk(known["items"])] if known is not None and known["type"] == "list" else []
    root: list[Block] = []
    levels: list[list[Block]] = [root]
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    for number, line in enumerate(lines):
        depth = (len(line) - len(line.lstrip(" "))) // 2
        depth = min(depth, len(levels) - 1, MOST_LEVELS - 1)
        item: Block = {"key": keys[number] if number < len(keys) else new_key(), "html": untyped(line.strip())}
        levels[depth].append(item)
        inner: list[Block] = []
        item |= {"items": inner, "is_ordered": is_ordered}
        levels[depth + 1 :] = [inner]
    return root


def _walk(items: list[Block]) -> Iterator[tuple[str, str]]:
    for item in items:
        yield item["key"], item["html"]
        yield from _walk(item.get("items", []))


def read_rows(text: str) -> list[list[Block]]:
    """Return the cells of a table out of lines."""
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    return [[{"html": untyped(cell.strip())} for cell in line.split("|")] for line in lines]


class PlainForm:
    """What was sent: the blocks of one page of the text, in their order, and what to do with them."""

    def __init__(self, sent: Mapping[str, str], body: Body, options: Options) -> None:
        """Read the fields; ``body`` is the text as it is now, in which untouched blocks are found."""
        self.sent = sent
        self.options = options
        self.known = {block["key"]: block for block in body["blocks"]}
        self.base = whole(sent.get("base", ""))
        self.after = sent.get("after", "") if KEY.fullmatch(sent.get("after", "")) else ""
        self.original = [key for key in sent.get("keys", "").split() if KEY.fullmatch(key)]
        count = whole(sent.get("count", ""))
        read = [self._block(number) for number in range(min(count, PER_PAGE * 4))]
        found = [(block, mark) for block, mark in read if block is not None]
        self.blocks: list[Block] = [block for block, _mark in found]
        self.was = {block["key"]: mark for block, mark in found}

    def _block(self, number: int) -> tuple[Block | None, str]:
        key, kind = self.sent.get(f"{number}.key", ""), self.sent.get(f"{number}.type", "")
        if not KEY.fullmatch(key) or kind not in SHAPES:
            return None, ""
        known = self.known.get(key)
        mark = self.sent.get(f"{number}.was", "")
        if known is not None and known["type"] == kind and self._is_untouched(number, known):
            return known, mark
        block: Block = {"key": key, "type": kind}
        for name in SHAPES[kind]:
            block[name] = self._value(number, name, known)
        return block, mark

    def _is_untouched(self, number: int, known: Block) -> bool:
        """Tell whether every field says what the block says: the form cannot show all that a block may hold."""
        return all(
            self.sent.get(f"{number}.{name}", "").replace("\r\n", "\n").strip("\n")
            == as_words(name, known[name]).strip("\n")
            for name in SHAPES[known["type"]]
        )

    def _value(self, number: int, name: str, known: Block | None) -> Any:
        words = self.sent.get(f"{number}.{name}", "")
        if name == "items":
            is_ordered = bool(self.sent.get(f"{number}.is_ordered"))
            return read_items(words, known, is_ordered=is_ordered)
        if name == "rows":
            return read_rows(words)
        if name == "pictures":
            return words.split()
        if name == "is_ordered":
            return bool(words)
        if name in NUMBERS:
            return int(words) if words.isdecimal() and len(words) < 5 else None
        return untyped(words) if name in ("html", "caption", "source", "transcript") else words.strip()

    def run(self, command: str) -> None:
        """Add, move or remove a block in what is shown; nothing is stored."""
        move, _colon, rest = command.partition(":")
        place = min(whole(rest, len(self.blocks)), len(self.blocks) - 1)
        if move == "add":
            kind = self.sent.get("new-type", "")
            kind = kind if kind in SHAPES else "paragraph"
            added = normalise({"blocks": [{"key": new_key(), "type": kind}]})["blocks"][0]
            self.blocks.insert(place + 1, added)
            self.was[added["key"]] = ""
        elif not self.blocks:
            return
        elif move == "remove":
            del self.blocks[place]
        elif move in ("up", "down"):
            other = max(0, min(place + (-1 if move == "up" else 1), len(self.blocks) - 1))
            self.blocks.insert(other, self.blocks.pop(place))

    def patch(self) -> Patch:
        """Return what the form changes; raises :class:`~querwerk.core.prose.blocks.InvalidBody`."""
        now = normalise({"blocks": self.blocks})
        by_key = {block["key"]: block for block in now["blocks"]}
        before = {
            "blocks": [
                by_key[key] if key in by_key and content_hash(by_key[key]) == self.was.get(key) else {"key": key}
                for key in self.original
            ],
            "notes": [],
        }
        found = difference(before, now, self.base)
        put = tuple(one if one.after or not self.after else placed(one, self.after) for one in found.put)
        return Patch(self.base, put, found.remove)

    def typed(self) -> list[FormBlock]:
        """Return the blocks with exactly what was typed, right or wrong."""
        return [form_block(block, self.options, self.was.get(block["key"], "")) for block in self.blocks]

    def shown(self) -> list[FormBlock]:
        """Return the blocks as the form shows them."""
        return [
            form_block(block, self.options, self.was.get(block["key"], ""))
            for block in normalise({"blocks": self.blocks})["blocks"]
        ]


def placed(put: Put, after: str) -> Put:
    """Return the first of the changed blocks behind the page before it."""
    return Put(put.block, after=after, is_moved=put.is_moved)
