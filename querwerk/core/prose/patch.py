"""Small changes of a body: what an editor sends while somebody types, merged block by block. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from querwerk.core.prose.blocks import (
    MOST_BLOCKS,
    Block,
    Body,
    InvalidBody,
    Reading,
    content_hash,
    read_block,
    read_note,
)
from querwerk.core.prose.sanitise import KEY

type Stamps = Mapping[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Put:
    """One block as it shall be; a new or moved one goes behind ``after`` ("": to the start), else before ``before``, else to the end."""

    block: Block
    after: str | None = None
    before: str = ""
    is_moved: bool = False
    translates: str = ""
    """Key and content hash of the source block that these words translate, with a colon between."""
    base: int | None = None
    """The revision on which these words rest, where it is older than that of the patch."""


@dataclass(frozen=True, slots=True)
class Patch:
    """What a sitting changed since revision ``base``."""

    base: int
    put: tuple[Put, ...] = ()
    remove: tuple[str, ...] = ()
    notes: tuple[Block, ...] = ()
    remove_notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Applied:
    """The body after a patch, which keys it changed, and what did not get in because somebody else was faster."""

    body: Body
    changed: set[str] = field(default_factory=set)
    clashes: dict[str, Block | None] = field(default_factory=dict)
    is_changed: bool = False


def read_patch(given: Any) -> Patch:
    """Return a patch out of JSON, cleaned; raises :class:`InvalidBody`."""
    reading = Reading()
    if not isinstance(given, Mapping) or not isinstance(given.get("base"), int):
        reading.wrong((), _("a mapping"), given)
        raise InvalidBody(reading.problems)
    put = []
    for number, one in enumerate(_listed(given, "put", reading)):
        path = ("put", number)
        block = read_block(one.get("block") if isinstance(one, Mapping) else None, path, reading)
        if block is not None:
            texts = {name: one[name] for name in ("after", "before", "translates") if isinstance(one.get(name), str)}
            base = one["base"] if isinstance(one.get("base"), int) else None
            put.append(Put(block, is_moved=one.get("moved") is True, base=base, **texts))
    notes = [read_note(one, ("notes", n), reading) for n, one in enumerate(_listed(given, "notes", reading))]
    removed = {
        name: tuple(key for key in _listed(given, name, reading) if isinstance(key, str) and KEY.fullmatch(key))
        for name in ("remove", "remove_notes")
    }
    if reading.problems.found:
        raise InvalidBody(reading.problems)
    return Patch(given["base"], tuple(put), notes=tuple(note for note in notes if note is not None), **removed)


def _listed(given: Mapping[str, Any], name: str, reading: Reading) -> list[Any]:
    found = given.get(name) or []
    if isinstance(found, list) and len(found) <= MOST_BLOCKS:
        return found
    reading.wrong((name,), _("a list"), found)
    return []


def apply(body: Body, patch: Patch, *, stamps: Stamps, sitting: str) -> Applied:
    """Return the body with the patch merged in; applying it twice does no more than once.

    A block that somebody else changed after ``patch.base`` keeps their words, and the patch's become a clash. Changes of
    different blocks never clash. What somebody else removed and this sitting changed comes back, so that no word is lost.
    """
    return _Merging(body, patch, stamps, sitting).run()


class _Merging:
    def __init__(self, body: Body, patch: Patch, stamps: Stamps, sitting: str) -> None:
        self.blocks = {block["key"]: block for block in body["blocks"]}
        self.order = [block["key"] for block in body["blocks"]]
        self.notes = {note["key"]: note for note in body["notes"]}
        self.patch, self.stamps, self.sitting = patch, stamps, sitting
        self.out = Applied(body)

    def run(self) -> Applied:
        for key in self.patch.remove:
            self.remove(key)
        for put in self.patch.put:
            self.put(put)
        for note in self.patch.notes:
            if self.notes.get(note["key"]) != note:
                self.notes[note["key"]] = note
                self.note_change(note["key"])
        for key in self.patch.remove_notes:
            if self.notes.pop(key, None) is not None:
                self.note_change(key)
        if self.out.is_changed:
            self.out.body = {"blocks": [self.blocks[key] for key in self.order], "notes": list(self.notes.values())}
        return self.out

    def note_change(self, key: str) -> None:
        self.out.changed.add(key)
        self.out.is_changed = True

    def is_newer(self, key: str, base: int | None = None) -> bool:
        """Tell whether somebody else wrote this block after the writer last looked."""
        stamp = self.stamps.get(key)
        looked = self.patch.base if base is None else base
        return stamp is not None and stamp[0] > looked and stamp[1] != self.sitting

    def remove(self, key: str) -> None:
        if key not in self.blocks:
            return
        if self.is_newer(key):
            self.out.clashes[key] = None
            return
        del self.blocks[key]
        self.order.remove(key)
        self.note_change(key)

    def put(self, put: Put) -> None:
        key = put.block["key"]
        known = self.blocks.get(key)
        if known is None:
            self.place(put)
            self.blocks[key] = put.block
            self.note_change(key)
            return
        if known != put.block and self.is_newer(key, put.base):
            self.out.clashes[key] = put.block
        elif known != put.block:
            self.blocks[key] = put.block
            self.note_change(key)
        if put.is_moved:
            was = self.order.index(key)
            del self.order[was]
            self.place(put, fallback=was)
            self.out.is_changed = self.out.is_changed or self.order.index(key) != was

    def place(self, put: Put, fallback: int | None = None) -> None:
        key = put.block["key"]
        if put.after == "":
            self.order.insert(0, key)
        elif put.after in self.blocks and put.after != key:
            self.order.insert(self.order.index(put.after) + 1, key)
        elif put.before in self.blocks and put.before != key:
            self.order.insert(self.order.index(put.before), key)
        else:
            self.order.insert(len(self.order) if fallback is None else fallback, key)


def difference(was: Body, now: Body, base: int) -> Patch:
    """Return the patch that leads from one body to another."""
    known = {block["key"]: block for block in was["blocks"]}
    present = {block["key"] for block in now["blocks"]}
    kept = [key for key in known if key in present]
    place = {key: number for number, key in enumerate(kept)}
    steady = _longest_rising([place[block["key"]] for block in now["blocks"] if block["key"] in known])
    stays = {kept[place] for place in steady}
    put, after = [], ""
    for block in now["blocks"]:
        key = block["key"]
        if known.get(key) != block or key not in stays:
            put.append(Put(block, after=after, is_moved=key in known and key not in stays))
        after = key
    notes = {note["key"]: note for note in was["notes"]}
    current = {note["key"] for note in now["notes"]}
    return Patch(
        base,
        tuple(put),
        tuple(key for key in known if key not in present),
        tuple(note for note in now["notes"] if notes.get(note["key"]) != note),
        tuple(key for key in notes if key not in current),
    )


def _longest_rising(numbers: list[int]) -> list[int]:
    """Return a longest rising subsequence: the blocks that need not be called moved."""
    ends: list[int] = []
    before: list[int | None] = [None] * len(numbers)
    for place, number in enumerate(numbers):
        low, high = 0, len(ends)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if numbers[ends[middle]] < number else (low, middle)
        before[place] = ends[low - 1] if low else None
        ends[low : low + 1] = [place]
    found: list[int] = []
    at = ends[-1] if ends else None
    while at is not None:
        found.append(numbers[at])
        at = before[at]
    return found[::-1]


def hashes(body: Body) -> dict[str, str]:
    """Return the content hash of each block."""
    return {block["key"]: content_hash(block) for block in body["blocks"]}
