"""The body of a document: read, put into its one form, told apart."""

from typing import Any

import pytest

from querwerk.core.prose.blocks import (
    SHAPES,
    InvalidBody,
    block_words,
    body_words,
    content_hash,
    new_key,
    normalise,
    used_media,
)
from querwerk.core.prose.sanitise import KEY

EVERY_TYPE: list[dict[str, Any]] = [
    {"key": "aaaaaaa2", "type": "heading", "level": 3, "html": "Labor <em>2025</em>"},
    {"key": "aaaaaaa3", "type": "paragraph", "html": 'Wie&nbsp;weit?<span data-note="nnnnnnn2"></span>'},
    {
        "key": "aaaaaaa4",
        "type": "list",
        "is_ordered": True,
        "items": [
            {
                "key": "aaaaaaa5",
                "html": "Weberei",
                "items": [{"key": "aaaaaaa6", "html": "Jacquard"}],
                "is_ordered": False,
            },
        ],
    },
    {
        "key": "aaaaaaa7",
        "type": "table",
        "caption": "Betriebe",
        "header_rows": 1,
        "header_columns": 0,
        "rows": [[{"html": "Ort"}, {"html": "Zahl"}], [{"html": "Plauen", "colspan": 2}]],
    },
    {"key": "aaaaaab2", "type": "quote", "html": "Wir weben.<br>Immer.", "source": "Eine Weberin"},
    {"key": "aaaaaab3", "type": "image", "picture": "p1", "alt": "Webstuhl", "caption": "Im Saal"},
    {"key": "aaaaaab4", "type": "gallery", "pictures": ["p2", "p3"], "caption": ""},
    {"key": "aaaaaab5", "type": "file", "file": "f1", "title": "Programm"},
    {"key": "aaaaaab6", "type": "link", "url": "https://example.org/a", "title": "Mehr", "description": "Über uns"},
    {
        "key": "aaaaaab7",
        "type": "video",
        "url": "https://vimeo.com/1",
        "file": "",
        "title": "Film",
        "poster": "p4",
        "transcript": "Es <strong>rattert</strong>.",
    },
]
NOTES = [
    {"key": "nnnnnnn2", "kind": "footnote", "html": "Bis Hof.", "author": "", "at": ""},
    {"key": "nnnnnnn3", "kind": "comment", "html": "Stimmt das?", "author": "Ada", "at": "2021-09-29T10:00:00Z"},
]
BODY = {"blocks": EVERY_TYPE, "notes": NOTES}


def test_the_example_holds_every_type() -> None:
    assert [block["type"] for block in EVERY_TYPE] == list(SHAPES)


def test_a_body_in_its_one_form_stays_as_it_is() -> None:
    assert normalise(BODY) == BODY


def test_missing_fields_are_filled_and_unknown_ones_dropped() -> None:
    body = normalise({"blocks": [{"type": "paragraph", "html": "a", "key": "aaaaaaaa", "style": "x", "onclick": "y"}]})
    assert body == {"blocks": [{"key": "aaaaaaaa", "type": "paragraph", "html": "a"}], "notes": []}


def test_missing_and_doubled_keys_are_made_alike_each_time() -> None:
    raw = {
        "blocks": [
            {"type": "paragraph", "html": "eins"},
            {"type": "paragraph", "html": "zwei", "key": "aaaaaaaa"},
            {"type": "paragraph", "html": "drei", "key": "aaaaaaaa"},
            {"type": "paragraph", "html": "eins"},
        ]
    }
    first = normalise(raw)
    keys = [block["key"] for block in first["blocks"]]
    assert len(set(keys)) == 4
    assert all(KEY.fullmatch(key) for key in keys)
    assert keys[1] == "aaaaaaaa"
    assert normalise(raw) == first
    assert normalise(first) == first


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ([], ()),
        ({"blocks": "x"}, ("blocks",)),
        ({"blocks": [1]}, ("blocks", 0)),
        ({"blocks": [{"type": "marquee"}]}, ("blocks", 0, "type")),
        ({"blocks": [{"type": ["paragraph"]}]}, ("blocks", 0, "type")),
        ({"blocks": [{"type": "paragraph", "html": 3}]}, ("blocks", 0, "html")),
        ({"blocks": [{"type": "paragraph", "html": "x" * 100_001}]}, ("blocks", 0, "html")),
        ({"blocks": [{"type": "heading", "level": "2"}]}, ("blocks", 0, "level")),
        ({"blocks": [{"type": "link", "url": "javascript:alert(1)"}]}, ("blocks", 0, "url")),
        ({"blocks": [{"type": "table", "rows": [1]}]}, ("blocks", 0, "rows")),
        ({"blocks": [{"type": "gallery", "pictures": "p1"}]}, ("blocks", 0, "pictures")),
        ({"notes": [{"kind": "footnote", "html": ""}]}, ("notes", 0, "key")),
        ({"notes": [{"kind": "joke", "key": "aaaaaaaa"}]}, ("notes", 0)),
    ],
)
def test_what_is_wrong_is_named_with_its_place(raw: Any, path: tuple[str | int, ...]) -> None:
    with pytest.raises(InvalidBody) as caught:
        normalise(raw)
    assert [problem.path for problem in caught.value.problems] == [path]


def test_lists_nested_without_end_are_refused() -> None:
    items: list[Any] = []
    for _level in range(30):
        items = [{"html": "x", "items": items}]
    with pytest.raises(InvalidBody):
        normalise({"blocks": [{"type": "list", "items": items}]})


def test_the_hash_of_a_block_is_that_of_its_content() -> None:
    block = EVERY_TYPE[1]
    assert content_hash({**block, "key": new_key()}) == content_hash(block)
    assert content_hash({**block, "html": "anders"}) != content_hash(block)


def test_plain_words_are_in_reading_order() -> None:
    assert [block_words(block) for block in EVERY_TYPE] == [
        "Labor 2025",
        "Wie\xa0weit?",
        "Weberei\nJacquard",
        "Betriebe\nOrt\nZahl\nPlauen",
        "Wir weben.\nImmer.\nEine Weberin",
        "Webstuhl\nIm Saal",
        "",
        "Programm",
        "Mehr\nÜber uns",
        "Film\nEs rattert.",
    ]
    assert body_words(BODY).splitlines()[-1] == "Bis Hof."


def test_what_is_stored_elsewhere_is_named() -> None:
    assert used_media(BODY["blocks"]) == (frozenset({"p1", "p2", "p3", "p4"}), frozenset({"f1"}), frozenset())
