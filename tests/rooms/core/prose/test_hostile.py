"""Hostile HTML comes out harmless, whatever its way in; tests/browser/test_hostile.py shows the same in a real browser."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from querwerk.core.prose.blocks import SHAPES, Block, normalise
from querwerk.core.prose.render import render
from querwerk.core.prose.sanitise import ADDRESS, KEPT, inline

FAMILIES: dict[str, list[str]] = json.loads((Path(__file__).parent / "hostile.json").read_text())["families"]
VECTORS = [vector for family in FAMILIES.values() for vector in family]
ATTRIBUTES = {"href", "title", "hreflang", "lang", "data-note"}


class Strict(HTMLParser):
    """Notes what inline HTML must not hold."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in KEPT:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ATTRIBUTES or (name == "href" and not ADDRESS.fullmatch(value or "")):
                self.found.append(f"{tag} {name}={value}")

    def handle_comment(self, data: str) -> None:
        self.found.append("comment")

    def handle_pi(self, data: str) -> None:
        self.found.append("pi")

    def unknown_decl(self, data: str) -> None:
        self.found.append("declaration")


def faults(html: str) -> list[str]:
    reader = Strict()
    reader.feed(html)
    reader.close()
    return reader.found


def test_the_collection_is_large_and_has_nothing_twice() -> None:
    assert len(VECTORS) >= 200
    assert len(set(VECTORS)) == len(VECTORS)
    assert min(len(family) for family in FAMILIES.values()) >= 10


@pytest.mark.parametrize("vector", VECTORS)
def test_a_vector_comes_out_harmless(vector: str) -> None:
    cleaned = inline(vector)
    assert faults(cleaned) == []
    assert inline(cleaned) == cleaned


def hostile_block(kind: str, vector: str) -> Block:
    """A block that carries the vector wherever a block of its kind may hold words."""
    inside: dict[str, Any] = {name: vector for name in SHAPES[kind] if name not in ("url", "level", "is_ordered")}
    inside |= {
        name: [{"html": vector, "key": vector, "items": [{"html": vector}]}]
        if name == "items"
        else [[{"html": vector, "colspan": 2}]]
        for name in SHAPES[kind]
        if name in ("items", "rows")
    }
    inside |= {name: 1 for name in SHAPES[kind] if name.startswith("header_")}
    inside |= {"pictures": [vector]} if kind == "gallery" else {}
    short = {name: value[:60] if name in ("picture", "file", "poster") else value for name, value in inside.items()}
    return {"type": kind, "key": vector, **short, **({"pictures": [vector[:60]]} if kind == "gallery" else {})}


@pytest.mark.parametrize("kind", SHAPES)
def test_no_field_of_any_block_lets_one_through(kind: str) -> None:
    rendered = "".join(
        piece if isinstance(piece, str) else piece.get("caption", "") + piece.get("transcript", "")
        for vector in VECTORS
        for piece in render(normalise({"blocks": [hostile_block(kind, vector)]}))
    )
    tags = set(re.findall(r"<([a-z][a-z0-9]*)", rendered))
    allowed = KEPT | {"p", "h2", "ul", "ol", "li", "div", "table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert tags <= allowed | {"figure", "blockquote", "figcaption"}
    names = {name for tag in re.findall(r"<[a-z][^>]*>", rendered) for name in re.findall(r'\s([a-z-]+)="', tag)}
    assert names <= ATTRIBUTES | {
        "id",
        "class",
        "rel",
        "role",
        "tabindex",
        "scope",
        "colspan",
        "rowspan",
        "aria-labelledby",
    }
