"""What the body of a document is made of: ordered blocks with stable keys, and the notes anchored in them.

A body is plain data: ``{"blocks": [block, ...], "notes": [note, ...]}``. Each block has a ``key`` (8 letters of a-z2-7, unique in
the document and the same in each of its versions) and a ``type``; its other fields stand in :data:`SHAPES`. Fields named ``html``,
``caption``, ``source`` and ``transcript`` are inline HTML, cleaned by :mod:`querwerk.core.prose.sanitise`. Everything here is pure.
"""

import json
import secrets
from base64 import b32encode
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from querwerk.core.prose.sanitise import KEY, inline, words
from querwerk.core.spec import UNSTORABLE, Path, Problems, check_words, is_web_address, wrong_type

type Block = dict[str, Any]
type Body = dict[str, Any]

MOST_BLOCKS = 20_000
MOST_ROWS, MOST_COLUMNS = 2_000, 60
MOST_LEVELS = 8
"""How deep lists may be nested."""
HTML_LENGTH = 100_000
ID_LENGTH = 64
PLACE_HOLDERS = ("image", "gallery", "file", "video")
"""Blocks that show something which is stored elsewhere and may be taken off any day."""
NOTE_KINDS = ("footnote", "comment")


class InvalidBody(Exception):
    """The text cannot be read; ``problems`` says what is wrong, and where."""

    def __init__(self, problems: Problems) -> None:
        """Keep the problems."""
        super().__init__("; ".join(problem.message for problem in problems.found))
        self.problems = problems.found


def new_key() -> str:
    """Return a fresh random key."""
    return b32encode(secrets.token_bytes(5)).decode().lower()


def content_hash(block: Mapping[str, Any]) -> str:
    """Return a mark of what a block says, whatever its key: 16 hexadecimal digits."""
    content = {name: value for name, value in block.items() if name != "key"}
    return blake2b(json.dumps(content, sort_keys=True, ensure_ascii=False).encode(), digest_size=8).hexdigest()


@dataclass(slots=True)
class Reading:
    """One body on its way in: what is wrong with it, and the keys that are taken."""

    problems: Problems = field(default_factory=Problems)
    taken: set[str] = field(default_factory=set)

    def key(self, given: Any, content: Any) -> str:
        """Return a usable key: the given one, else one made of the content, so that reading twice gives the same."""
        if isinstance(given, str) and KEY.fullmatch(given) and given not in self.taken:
            self.taken.add(given)
            return given
        words, number = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str), 0
        while True:
            mark = blake2b(f"{number} {words}".encode("utf-8", "replace"), digest_size=5).digest()
            made = b32encode(mark).decode().lower()
            if made not in self.taken:
                self.taken.add(made)
                return made
            number += 1

    def wrong(self, path: Path, expected: str, value: Any) -> None:
        """Note a value of the wrong type."""
        self.problems.add(path, wrong_type(expected, value))


type Reader = Callable[[Any, Path, Reading], Any]


def _inline(value: Any, path: Path, reading: Reading) -> str:
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        reading.wrong(path, _("a text"), value)
        return ""
    if len(value) > HTML_LENGTH:
        check_words(UNSTORABLE.sub("", value), path, reading.problems, HTML_LENGTH)
        return ""
    return inline(value)


def _words(value: Any, path: Path, reading: Reading, limit: int = 2000) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        value = UNSTORABLE.sub("", value)
    return value if check_words(value, path, reading.problems, limit) else ""


def _address(value: Any, path: Path, reading: Reading) -> str:
    address = _words(value, path, reading).strip()
    if address and not is_web_address(address):
        reading.wrong(path, _("a web address that begins with http:// or https://"), address)
        return ""
    return address


def _identity(value: Any, path: Path, reading: Reading) -> str:
    return _words(value, path, reading, ID_LENGTH).strip()


def _identities(value: Any, path: Path, reading: Reading) -> list[str]:
    if not isinstance(value, list):
        if value is not None:
            reading.wrong(path, _("a list"), value)
        return []
    found = [_identity(one, (*path, number), reading) for number, one in enumerate(value)]
    return [one for one in found if one]


def _is_on(value: Any, path: Path, reading: Reading) -> bool:
    if value is not None and not isinstance(value, bool):
        reading.wrong(path, _("true or false"), value)
    return value is True


def _number(least: int, most: int, default: int) -> Reader:
    def read(value: Any, path: Path, reading: Reading) -> int:
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool):
            reading.wrong(path, _("a number"), value)
            return default
        return min(max(value, least), most)

    return read


def _items(value: Any, path: Path, reading: Reading, depth: int = 1) -> list[Block]:
    if value is None:
        return []
    if not isinstance(value, list) or depth > MOST_LEVELS:
        reading.wrong(path, _("a list, nested at most %(depth)d deep") % {"depth": MOST_LEVELS}, value)
        return []
    found = []
    for number, given in enumerate(value):
        at = (*path, number)
        if not isinstance(given, Mapping):
            reading.wrong(at, _("a mapping"), given)
            continue
        key = reading.key(given.get("key"), given)
        item: Block = {"key": key, "html": _inline(given.get("html"), (*at, "html"), reading)}
        inner = _items(given.get("items"), (*at, "items"), reading, depth + 1)
        if inner:
            item |= {"items": inner, "is_ordered": given.get("is_ordered") is True}
        found.append(item)
    return found


def _rows(value: Any, path: Path, reading: Reading) -> list[list[Block]]:
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MOST_ROWS or not all(isinstance(row, list) for row in value):
        reading.wrong(path, _("a list of at most %(rows)d rows") % {"rows": MOST_ROWS}, value)
        return []
    return [
        [_cell(cell, (*path, y, x), reading) for x, cell in enumerate(row[:MOST_COLUMNS])]
        for y, row in enumerate(value)
    ]


def _cell(value: Any, path: Path, reading: Reading) -> Block:
    if isinstance(value, str):
        value = {"html": value}
    if not isinstance(value, Mapping):
        reading.wrong(path, _("a mapping"), value)
        return {"html": ""}
    cell: Block = {"html": _inline(value.get("html"), (*path, "html"), reading)}
    for span, most in (("colspan", MOST_COLUMNS), ("rowspan", MOST_ROWS)):
        number = _number(1, most, 1)(value.get(span), (*path, span), reading)
        if number > 1:
            cell[span] = number
    return cell


SHAPES: dict[str, dict[str, Reader]] = {
    "heading": {"level": _number(2, 6, 2), "html": _inline},
    "paragraph": {"html": _inline},
    "list": {"is_ordered": _is_on, "items": _items},
    "table": {
        "caption": _inline,
        "header_rows": _number(0, MOST_ROWS, 0),
        "header_columns": _number(0, MOST_COLUMNS, 0),
        "rows": _rows,
    },
    "quote": {"html": _inline, "source": _inline},
    "image": {"picture": _identity, "alt": _words, "caption": _inline},
    "gallery": {"pictures": _identities, "caption": _inline},
    "file": {"file": _identity, "title": _words},
    "link": {"url": _address, "title": _words, "description": _words},
    "video": {
        "url": _address,
        "file": _identity,
        "title": _words,
        "poster": _identity,
        "transcript": _inline,
    },
}
"""Type of block → its fields beside ``key`` and ``type``, each with what reads it."""


def read_block(given: Any, path: Path, reading: Reading) -> Block | None:
    """Return one block with all its fields and none besides; what is wrong is noted."""
    if not isinstance(given, Mapping):
        reading.wrong(path, _("a mapping"), given)
        return None
    kind = given.get("type")
    shape = SHAPES.get(kind) if isinstance(kind, str) else None
    if shape is None:
        expected = _("one of %(allowed)s") % {"allowed": ", ".join(SHAPES)}
        reading.wrong((*path, "type"), expected, kind)
        return None
    content = {name: read(given.get(name), (*path, name), reading) for name, read in shape.items()}
    return {"key": reading.key(given.get("key"), given), "type": kind, **content}


def read_note(given: Any, path: Path, reading: Reading) -> Block | None:
    """Return one note; what is wrong is noted."""
    if not isinstance(given, Mapping) or given.get("kind") not in NOTE_KINDS:
        reading.wrong(path, _("a note of the kind footnote or comment"), given)
        return None
    html = _inline(given.get("html"), (*path, "html"), reading)
    # A note's key stands in the text, so it cannot be replaced here.
    if not isinstance(given.get("key"), str) or not KEY.fullmatch(given["key"]) or given["key"] in reading.taken:
        reading.problems.add((*path, "key"), _("A note needs a key of its own: eight letters of a-z and 2-7."))
        return None
    reading.taken.add(given["key"])
    rest = {name: _words(given.get(name), (*path, name), reading, 200) for name in ("author", "at")}
    return {"key": given["key"], "kind": given["kind"], "html": html, **rest}


def normalise(given: Any) -> Body:
    """Return a body in its one form: cleaned, complete, every key valid and unique.

    Missing or doubled keys are made from the content, so that ``normalise(normalise(body)) == normalise(body)``.
    Raises :class:`InvalidBody` for what is no body.
    """
    reading = Reading()
    body: Body = {"blocks": [], "notes": []}
    if not isinstance(given, Mapping):
        reading.wrong((), _("a mapping"), given)
    else:
        for part, read in (("notes", read_note), ("blocks", read_block)):
            listed = given.get(part) or []
            if not isinstance(listed, list) or len(listed) > MOST_BLOCKS:
                reading.wrong((part,), _("a list of at most %(blocks)d blocks") % {"blocks": MOST_BLOCKS}, listed)
                continue
            read_all = (read(one, (part, number), reading) for number, one in enumerate(listed))
            body[part] = [one for one in read_all if one is not None]
    if reading.problems.found:
        raise InvalidBody(reading.problems)
    return body


def empty() -> Body:
    """Return a body without content."""
    return {"blocks": [], "notes": []}


def texts(block: Mapping[str, Any]) -> Iterator[str]:
    """Yield each piece of inline HTML of a block, in reading order."""
    if block["type"] == "list":
        yield from _item_texts(block["items"])
    elif block["type"] == "table":
        yield block["caption"]
        yield from (cell["html"] for row in block["rows"] for cell in row)
    else:
        yield from (block[name] for name in ("html", "source", "caption", "transcript") if name in block)


def _item_texts(items: list[Block]) -> Iterator[str]:
    for item in items:
        yield item["html"]
        yield from _item_texts(item.get("items", []))


PLAIN_FIELDS = ("title", "description", "alt")


def block_words(block: Mapping[str, Any]) -> str:
    """Return the plain words of a block, a line for each of its pieces."""
    plain = [block[name] for name in PLAIN_FIELDS if block.get(name)]
    return "\n".join(piece for piece in (*plain, *(words(html) for html in texts(block))) if piece)


def body_words(body: Mapping[str, Any]) -> str:
    """Return the plain words of a body with its footnotes, for searching and comparing; comments stay out."""
    notes = (words(note["html"]) for note in body["notes"] if note["kind"] == "footnote")
    return "\n".join(piece for piece in (*(block_words(block) for block in body["blocks"]), *notes) if piece)


class Media(NamedTuple):
    """The ids of what a body shows, by kind of record."""

    pictures: frozenset[str]
    files: frozenset[str]
    films: frozenset[str]


def used_media(blocks: Iterable[Mapping[str, Any]]) -> Media:
    """Return the ids of what blocks show that is stored elsewhere."""
    pictures, stored = set[str](), defaultdict[str, set[str]](set)
    for block in blocks:
        if block["type"] in PLACE_HOLDERS:
            pictures.update(block.get("pictures", ()))
            pictures.update(block.get(name, "") for name in ("picture", "poster"))
            stored[block["type"]].add(block.get("file", ""))
    return Media(*(frozenset(found) - {""} for found in (pictures, stored["file"], stored["video"])))
