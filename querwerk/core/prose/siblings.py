"""How a translation stands to its source, block by block. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from querwerk.core.prose.blocks import PLACE_HOLDERS, Block, Body, block_words, content_hash
from querwerk.core.prose.states import Fit

type Basis = Mapping[str, list[str]]

TEXT_FIELDS = ("html", "source", "caption", "transcript", "title", "description", "alt")


class Pair(NamedTuple):
    """A block of the source, its content hash, the block that translates it (its key, else empty), and how they fit."""

    source: Block
    mark: str
    key: str
    fit: Fit


def pairs(source: Body, translation: Body, basis: Basis) -> list[Pair]:
    """Return each block of the source that has words, with how its translation stands to it, in order."""
    own = {block["key"]: block for block in translation["blocks"]}
    translated_by = {stated[0]: key for key, stated in basis.items() if key in own}
    return [_pair(block, own, translated_by, basis) for block in source["blocks"] if block_words(block)]


def _pair(block: Block, own: Mapping[str, Block], translated_by: Mapping[str, str], basis: Basis) -> Pair:
    mark = content_hash(block)
    key = translated_by.get(block["key"], "")
    if key and (block_words(own[key]) or own[key]["type"] in PLACE_HOLDERS):
        return Pair(block, mark, key, Fit.CURRENT if basis[key][1] == mark else Fit.NEWER)
    return Pair(block, mark, block["key"] if block["key"] in own else "", Fit.MISSING)


def gaps(source: Body, translation: Body, basis: Basis) -> int:
    """Count the blocks of the source that the translation does not say, or says as they once were."""
    return sum(pair.fit != Fit.CURRENT for pair in pairs(source, translation, basis))


def scaffold(source: Body) -> Body:
    """Return the body with which a translation begins: the same blocks under the same keys, without words."""
    return {"blocks": [_without_words(block) for block in source["blocks"]], "notes": []}


def _without_words(block: Block) -> Block:
    bare: dict[str, Any] = {name: "" if name in TEXT_FIELDS else value for name, value in block.items()}
    if block["type"] == "list":
        bare["items"] = [_bare_item(item) for item in block["items"]]
    elif block["type"] == "table":
        bare["rows"] = [[{**cell, "html": ""} for cell in row] for row in block["rows"]]
    return bare


def _bare_item(item: Block) -> Block:
    bare = {**item, "html": ""}
    if "items" in item:
        bare["items"] = [_bare_item(inner) for inner in item["items"]]
    return bare
