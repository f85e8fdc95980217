"""A text that was in Word meanwhile, beside the version that went there: what Word cannot hold, and what became of the blocks."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from querwerk.core.prose.blocks import Block, Body, content_hash

NOT_IN_WORD = ("file", "poster", "transcript", "url")
"""What blocks of films and files have beside their words."""


class Renewal(NamedTuple):
    """How many blocks are the same, changed, new and gone, and how many comments of the version before the file does not hold."""

    same: int
    changed: int
    new: int
    gone: int
    comments_gone: int

    @property
    def is_known(self) -> bool:
        """Tell whether the file came from this text: some block has a key that we know."""
        return bool(self.same or self.changed)


def with_what_word_lacks(body: Body, before: Body) -> Body:
    """Return the body with what films and files had in the version before: a Word file holds only their words."""
    known = {block["key"]: block for block in before["blocks"]}
    return {**body, "blocks": [_renewed(block, known) for block in body["blocks"]]}


def _renewed(block: Block, known: Mapping[str, Block]) -> Block:
    old = known.get(block["key"])
    if block["type"] not in ("file", "video") or old is None or old["type"] != block["type"]:
        return block
    if old["file"] and block["type"] == "video":
        block = block | {"url": old["url"]}  # Word has the address of our own file there
    return block | {name: old[name] for name in NOT_IN_WORD if name in block and not block[name]}


def renewal(body: Body, before: Body) -> Renewal:
    """Compare by keys."""
    old = {block["key"]: content_hash(block) for block in before["blocks"]}
    new: dict[str, Any] = {block["key"]: content_hash(block) for block in body["blocks"]}
    shared = old.keys() & new.keys()
    same = sum(old[key] == new[key] for key in shared)
    kept = {note["key"] for note in body["notes"]}
    comments = sum(note["kind"] == "comment" and note["key"] not in kept for note in before["notes"])
    return Renewal(same, len(shared) - same, len(new) - len(shared), len(old) - len(shared), comments)
