"""Small changes, merged block by block."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from querwerk.core.prose.blocks import Block, Body, InvalidBody
from querwerk.core.prose.patch import Applied, Patch, Put, apply, difference, read_patch

KEYS = [f"aaaaaaa{letter}" for letter in "abcdefghij"]


def paragraph(key: str, html: str = "") -> Block:
    return {"key": key, "type": "paragraph", "html": html or key}


def body(*keys: str) -> Body:
    return {"blocks": [paragraph(key) for key in keys], "notes": []}


def keys(applied: Applied) -> list[str]:
    return [block["key"] for block in applied.body["blocks"]]


A, B, C, D = KEYS[:4]


def stamps(**of: int) -> dict[str, list[Any]]:
    return {{"a": A, "b": B, "c": C}[name]: [revision, "theirs", "", 1] for name, revision in of.items()}


def test_a_changed_block_takes_the_place_of_the_old_one() -> None:
    done = apply(body(A, B), Patch(0, (Put(paragraph(B, "neu")),)), stamps={}, sitting="mine")
    assert done.body["blocks"] == [paragraph(A), paragraph(B, "neu")]
    assert done.changed == {B}


def test_a_new_block_goes_where_it_belongs() -> None:
    for put, expected in [
        (Put(paragraph(C), after=A), [A, C, B]),
        (Put(paragraph(C), before=A), [C, A, B]),
        (Put(paragraph(C), after=""), [C, A, B]),
        (Put(paragraph(C), after=D, before=B), [A, C, B]),
        (Put(paragraph(C), after=D), [A, B, C]),
    ]:
        assert keys(apply(body(A, B), Patch(0, (put,)), stamps={}, sitting="mine")) == expected


def test_the_same_patch_twice_does_no_more() -> None:
    patch = Patch(3, (Put(paragraph(C, "neu"), after=A), Put(paragraph(A, "anders"))), remove=(B,))
    once = apply(body(A, B), patch, stamps={}, sitting="mine")
    stamped = {key: [4, "mine", "", 1] for key in once.changed}
    again = apply(once.body, patch, stamps=stamped, sitting="mine")
    assert (again.body, again.is_changed, again.clashes) == (once.body, False, {})


def test_two_people_in_different_blocks_do_not_meet() -> None:
    done = apply(body(A, B), Patch(0, (Put(paragraph(A, "mein")),)), stamps=stamps(b=1), sitting="mine")
    assert done.clashes == {}
    assert done.body["blocks"][0]["html"] == "mein"


def test_two_people_in_the_same_block_clash_and_no_word_is_lost() -> None:
    done = apply(body(A, B), Patch(0, (Put(paragraph(A, "mein")),)), stamps=stamps(a=1), sitting="mine")
    assert done.clashes == {A: paragraph(A, "mein")}
    assert done.body == body(A, B)


def test_what_somebody_else_has_just_changed_is_not_removed() -> None:
    done = apply(body(A, B), Patch(0, remove=(A,)), stamps=stamps(a=1), sitting="mine")
    assert done.clashes == {A: None}
    assert keys(done) == [A, B]


def test_what_somebody_else_removed_and_i_changed_comes_back() -> None:
    done = apply(body(A), Patch(0, (Put(paragraph(B, "mein"), after=A),)), stamps={}, sitting="mine")
    assert done.body["blocks"] == [paragraph(A), paragraph(B, "mein")]


def test_going_on_in_one_s_own_block_is_no_clash() -> None:
    own = {A: [5, "mine", "", 1]}
    done = apply(body(A), Patch(0, (Put(paragraph(A, "weiter")),)), stamps=own, sitting="mine")
    assert done.clashes == {}


def test_a_block_moves() -> None:
    done = apply(body(A, B, C), Patch(0, (Put(paragraph(C), after="", is_moved=True),)), stamps={}, sitting="m")
    assert keys(done) == [C, A, B]
    assert done.is_changed


@given(st.lists(st.sampled_from(KEYS), unique=True), st.lists(st.sampled_from(KEYS), unique=True), st.integers(0, 3))
def test_the_difference_of_two_bodies_leads_from_one_to_the_other(was: list[str], now: list[str], every: int) -> None:
    before = body(*was)
    after = {
        "blocks": [paragraph(key, f"{key}{'!' if every and n % every else ''}") for n, key in enumerate(now)],
        "notes": [],
    }
    done = apply(before, difference(before, after, 0), stamps={}, sitting="mine")
    assert done.body == after


@pytest.mark.parametrize(
    "raw",
    [
        None,
        {},
        {"base": "1"},
        {"base": 1, "put": "x"},
        {"base": 1, "put": [{"block": {"type": "marquee"}}]},
        {"base": 1, "notes": [{"kind": "joke"}]},
    ],
)
def test_what_is_no_patch_is_refused(raw: Any) -> None:
    with pytest.raises(InvalidBody):
        read_patch(raw)


def test_a_patch_is_cleaned_on_its_way_in() -> None:
    raw = {
        "base": 7,
        "put": [
            {"block": {"key": A, "type": "paragraph", "html": "<b>x</b><script>y</script>"}, "after": B, "moved": True}
        ],
        "remove": [C, "../../etc", 4],
    }
    assert read_patch(raw) == Patch(7, (Put(paragraph(A, "<strong>x</strong>"), after=B, is_moved=True),), remove=(C,))
