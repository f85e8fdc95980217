"""Which words changed."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from querwerk.engine.textdiff import Kind, align, compare

SAME, REMOVED, ADDED = Kind.SAME, Kind.REMOVED, Kind.ADDED


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", []),
        ("", "Neu.", [(ADDED, "Neu.")]),
        ("Alt.", "", [(REMOVED, "Alt.")]),
        ("Das Garn hält.", "Das Garn hält.", [(SAME, "Das Garn hält.")]),
        (
            "Das Garn hält lange.",
            "Das Garn hält sehr lange.",
            [(SAME, "Das Garn hält "), (ADDED, "sehr "), (SAME, "lange.")],
        ),
        (
            "Die Weberei in Plauen öffnet im Mai.",
            "Die Weberei in Chemnitz öffnet im Juni.",
            [
                (SAME, "Die Weberei in "),
                (REMOVED, "Plauen"),
                (ADDED, "Chemnitz"),
                (SAME, " öffnet im "),
                (REMOVED, "Mai"),
                (ADDED, "Juni"),
                (SAME, "."),
            ],
        ),
        # Nothing but "and" and spaces in common: one passage out, one in.
        (
            "Rot und Blau",
            "Hund und Katze",
            [(REMOVED, "Rot"), (ADDED, "Hund"), (SAME, " und "), (REMOVED, "Blau"), (ADDED, "Katze")],
        ),
        ("a b a b a", "c d e f", [(REMOVED, "a b a b a"), (ADDED, "c d e f")]),
    ],
)
def test_changed_words_are_found(before: str, after: str, expected: list[tuple[Kind, str]]) -> None:
    assert compare(before, after) == expected


TEXT = st.lists(st.sampled_from(["a", "b", "c", "und", "Garn", " ", ".", "\n", "hält"]), max_size=25).map("".join)


@given(TEXT, TEXT)
def test_both_texts_can_be_read_out_of_the_comparison(before: str, after: str) -> None:
    found = compare(before, after)
    assert "".join(words for kind, words in found if kind != ADDED) == before
    assert "".join(words for kind, words in found if kind != REMOVED) == after


@given(TEXT, TEXT)
def test_no_stretch_is_empty_or_could_be_joined_with_the_next(before: str, after: str) -> None:
    found = compare(before, after)
    assert all(words for _kind, words in found)
    assert all(one.kind != other.kind for one, other in itertools.pairwise(found))


KEYS = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(KEYS, KEYS)
def test_every_block_stands_in_exactly_one_row(before: list[str], after: list[str]) -> None:
    rows = align(before, after)
    assert sorted(row.before for row in rows if row.before is not None) == list(range(len(before)))
    assert [row.after for row in rows if row.after is not None] == list(range(len(after)))
    assert all(
        before[row.before] == after[row.after] for row in rows if row.before is not None and row.after is not None
    )


def test_moved_and_removed_blocks_stand_where_a_reader_looks_for_them() -> None:
    assert align("abcd", "dac") == [(3, 0, True), (0, 1, False), (1, None, False), (2, 2, False)]
