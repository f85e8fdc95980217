"""A text that goes out as a Word file and comes back is the same text: no word, note, cell, alternative text or level is lost."""

import io
import re
from collections import Counter
from html import unescape
from typing import Any

import mammoth
from hypothesis import given, settings
from hypothesis import strategies as st

from querwerk.core.prose.blocks import body_words, normalise, texts
from querwerk.core.prose.inline import MARKS, Run, html_of, runs_of
from querwerk.core.prose.sanitise import words
from querwerk.core.prose.word.read import Imported, read_word
from querwerk.core.prose.word.write import write_word
from tests.factories.papers import TITLE, picture_bytes, strategy_body, strategy_paper


def back(data: bytes) -> Imported:
    """Read a file that we wrote; its pictures are known."""

    def refuse(_content: bytes, _mime: str, _alt: str) -> str:
        raise AssertionError("a picture of ours was taken for a new one")

    return read_word(data, store_picture=refuse, is_known_picture=lambda name: picture_bytes(name) is not None)


def spelled(value: Any) -> Any:
    """Return a body with its HTML in the one spelling that runs have."""
    if isinstance(value, dict):
        return {name: html_of(runs_of(inside)) if name in HTML else spelled(inside) for name, inside in value.items()}
    return [spelled(inside) for inside in value] if isinstance(value, list) else value


HTML = ("html", "caption", "source")


def test_a_strategy_paper_of_forty_pages_comes_back_whole_twice() -> None:
    body = strategy_body()
    kinds = [block["type"] for block in body["blocks"]]
    assert (kinds.count("table"), kinds.count("image")) == (14, 14)
    first = back(write_word(strategy_paper(with_comments=True)))
    assert (first.title, first.author, first.language) == (TITLE, "Agentur für Übermorgen", "de")
    assert spelled(normalise(first.body)) == spelled(body)
    second = back(write_word(strategy_paper(body=normalise(first.body), with_comments=True)))
    assert second.body == first.body
    assert body_words(second.body) == body_words(body)
    assert (first.report.lost, first.report.changed) == ([], [])


def test_comments_leave_the_house_only_when_asked_to() -> None:
    found = back(write_word(strategy_paper()))
    assert {note["kind"] for note in found.body["notes"]} == {"footnote"}
    assert "Jörg Müßig".encode() not in write_word(strategy_paper())


def test_another_reader_finds_the_same_words() -> None:
    """Mammoth reads our file as it reads Word's: nothing hangs on our own reader alone."""
    found = mammoth.convert_to_html(io.BytesIO(write_word(strategy_paper()))).value
    page = re.sub(r"<img[^>]*>", "", found)
    letters = re.sub(r"\s", "", unescape(re.sub(r"<[^>]+>", "", page)))
    pieces = [piece for block in strategy_body()["blocks"] for html in texts(block) for piece in words(html).split()]
    assert len(pieces) > 9000
    assert [piece for piece in set(pieces) if piece not in letters] == []
    assert found.count("<table>") == 14
    levels = [block["level"] for block in strategy_body()["blocks"] if block["type"] == "heading"]
    assert {level + 1: found.count(f"<h{level}>") for level in (1, 2, 3, 4)} == Counter(levels)


LETTERS = st.text("abcäöüßéŁ„“‚‘–…·&<>\"'*_#|\\ \u00a02²€", min_size=1, max_size=25)
WORDS = LETTERS.map(str.strip).filter(bool)
KEYS = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=8, max_size=8)


@st.composite
def runs(draw: st.DrawFn) -> str:
    """Return inline HTML that begins and ends with plain words: spaces and breaks there say nothing."""
    found = [Run(draw(WORDS))]
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.integers(0, 5)) == 0:
            found.append(Run("\n"))
            continue
        href = draw(st.sampled_from(["", "", "https://example.org/ä?x=1&y=2", "mailto:a@example.org"]))
        marks = draw(st.frozensets(st.sampled_from([mark for mark in MARKS if mark != "sub"]), max_size=3))
        if href:
            marks -= {"u"}  # links are underlined
        language = draw(st.sampled_from(["", "", "en", "cs"]))
        found.append(Run(f"z{draw(LETTERS)}", marks, language, href, draw(WORDS) if href else ""))
    return html_of([*found, Run(draw(WORDS))])


def items(depth: int = 0) -> st.SearchStrategy[list[dict[str, Any]]]:
    item: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries({"key": KEYS, "html": runs()})
    if depth < 2:
        inside: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
            {"items": items(depth + 1), "is_ordered": st.booleans()}
        )
        item = st.tuples(item, st.one_of(st.just({}), inside)).map(lambda both: both[0] | both[1])
    return st.lists(item, min_size=1, max_size=3)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    columns = draw(st.integers(1, 4))
    rows: list[list[dict[str, Any]]] = []
    for _ in range(draw(st.integers(1, 4))):
        row: list[dict[str, Any]] = []
        left = columns
        while left:
            span = draw(st.integers(1, left))
            row.append({"html": draw(runs()), "colspan": span})
            left -= span
        rows.append(row)
    if draw(st.booleans()) and len(rows) > 1 and len(rows[0]) == len(rows[1]) == columns:
        rows[0][0]["rowspan"] = 2
        del rows[1][0]
    header = draw(st.integers(0, 1)) if "rowspan" not in rows[0][0] else 0
    caption = draw(st.one_of(st.just(""), runs()))
    return {"type": "table", "caption": caption, "header_rows": header, "header_columns": 0, "rows": rows}


def shape(kind: str, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.just(kind), **fields})


BLOCKS = st.one_of(
    shape("heading", level=st.integers(2, 6), html=runs()),
    shape("paragraph", html=runs()),
    shape("list", is_ordered=st.booleans(), items=items()),
    shape("quote", html=runs(), source=st.one_of(st.just(""), runs())),
    shape("image", picture=st.sampled_from(["bild1", "bild2"]), alt=WORDS, caption=st.one_of(st.just(""), runs())),
    shape("gallery", pictures=st.just(["bild1", "bild2"]), caption=runs()),
    shape("link", url=st.just("https://example.org/"), title=WORDS, description=WORDS),
    tables(),
)


@settings(max_examples=20)
@given(st.lists(st.tuples(KEYS, BLOCKS), min_size=1, max_size=6), runs())
def test_any_text_comes_back(listed: list[tuple[str, dict[str, Any]]], footnote: str) -> None:
    note = {"key": "aaaaaaa2", "kind": "footnote", "html": footnote}
    anchor = {"type": "paragraph", "html": 'Anker<span data-note="aaaaaaa2"></span> danach'}
    body = normalise({"blocks": [*({**block, "key": key} for key, block in listed), anchor], "notes": [note]})
    paper = strategy_paper(body=body)
    assert spelled(normalise(back(write_word(paper)).body)) == spelled(body)
