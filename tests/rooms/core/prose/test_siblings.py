"""How a translation stands to its source."""

from querwerk.core.prose.blocks import content_hash, normalise
from querwerk.core.prose.siblings import gaps, pairs, scaffold
from querwerk.core.prose.states import Fit
from tests.rooms.core.prose.test_blocks import BODY

SOURCE = normalise(
    {
        "blocks": [
            {"key": "aaaaaaaa", "type": "paragraph", "html": "Eins"},
            {"key": "aaaaaaab", "type": "paragraph", "html": "Zwei"},
            {"key": "aaaaaaac", "type": "image", "picture": "p1"},
        ]
    }
)
MARKS = [content_hash(block) for block in SOURCE["blocks"]]


def test_each_block_says_how_it_fits() -> None:
    translation = normalise(
        {
            "blocks": [
                {"key": "aaaaaaaa", "type": "paragraph", "html": "One"},
                {"key": "bbbbbbbb", "type": "paragraph", "html": "Two"},
            ]
        }
    )
    basis = {"aaaaaaaa": ["aaaaaaaa", "old"], "bbbbbbbb": ["aaaaaaab", MARKS[1]]}
    assert [(pair.key, pair.fit) for pair in pairs(SOURCE, translation, basis)] == [
        ("aaaaaaaa", Fit.NEWER),
        ("bbbbbbbb", Fit.CURRENT),
    ]
    assert gaps(SOURCE, translation, basis) == 1


def test_a_translation_begins_with_the_same_blocks_and_no_words() -> None:
    bare = scaffold(BODY)
    assert [(block["key"], block["type"]) for block in bare["blocks"]] == [
        (block["key"], block["type"]) for block in BODY["blocks"]
    ]
    assert normalise(bare) == bare
    assert bare["blocks"][2]["items"][0]["items"] == [{"key": "aaaaaaa6", "html": ""}]
    assert bare["blocks"][5]["picture"] == "p1"
    assert {pair.fit for pair in pairs(BODY, bare, {})} == {Fit.MISSING}


def test_an_emptied_block_is_not_translated() -> None:
    assert gaps(SOURCE, scaffold(SOURCE), {"aaaaaaaa": ["aaaaaaaa", MARKS[0]], "aaaaaaab": ["aaaaaaab", MARKS[1]]}) == 2
