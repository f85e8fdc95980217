import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from querwerk.engine.matching import kernels
from querwerk.engine.matching.folding import fold
from querwerk.engine.matching.search import Hit, WordIndex, query_words, with_meaning

ENTRIES = {
    "blau": ("Atelier Blau", "Wir sind in der Kreativwirtschaft zu Hause und machen Textildesign."),
    "guss": ("Eisenfrau", "Gießerei für Kunstguss, Möbel aus Stahl, öffentliche Räume"),
    "müller": ("Weberei Müller", "Handweberei mit alten Webstühlen in Plauen; Spitze und Stickerei"),
    "pixel": ("Pixelwerk", "Software und Spiele, Wirtschaftsinformatik, KI für Museen"),
    "tresses": ("Tresses", "Atelier de tissage à Lyon : dentelle, étoffes légères"),
}


@pytest.fixture
def index() -> WordIndex:
    index = WordIndex()
    for key, (title, text) in ENTRIES.items():
        index.put(key, text, title=title)
    return index


def test_words_that_were_kept_find_the_same_and_hold_nothing_of_what_was_removed(index: WordIndex) -> None:
    index.remove("tresses")
    data = index.dump()
    kept = WordIndex.load(data)
    assert b"tissage" not in data
    for query in ("webrei müller", "Wirtschaft", "moebel", "tissage", "Lyon"):
        assert kept.search(query) == index.search(query)
    kept.put("neu", "Tissage à Lyon")
    assert [hit.key for hit in kept.search("tissage")] == ["neu"]
    assert WordIndex.load(WordIndex().dump()).search("Weberei") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Weberei", ["müller"]),
        ("weberei müller", ["müller"]),
        ("webrei", ["müller"]),  # a letter is missing
        ("wbeerei", ["müller"]),  # swapped
        ("Webstuhl", ["müller"]),  # another form
        ("Mueller", ["müller"]),
        ("MULLER", ["müller"]),
        ("Mu\u0308ller", ["müller"]),
        ("giesserei", ["guss"]),
        ("Giesere", ["guss"]),
        ("moebel", ["guss"]),
        ("wirtschaft", ["pixel", "blau"]),
        ("Kreativ", ["blau"]),
        ("design", ["blau"]),
        ("guss", ["guss"]),
        ("stick", ["müller"]),
        ("Stickereispitzen", ["müller"]),  # a compound of two known words
        ("KI", ["pixel"]),
        ("etoffes", ["tresses"]),
        ("dentele", ["tresses"]),
        ("Atelier", ["blau", "tresses"]),
        ("in der Weberei", ["müller"]),
        ("Weberei Raumschiff", ["müller"]),  # nobody knows the second word
        ("", []),
        ("   ?! ", []),
        ("Raumschiff", []),
        ("\0 \U0001f9f5", []),
    ],
)
def test_entries_are_found_as_people_type(index: WordIndex, query: str, expected: list[str]) -> None:
    assert [hit.key for hit in index.search(query)] == expected


def test_a_hit_names_the_words_to_mark(index: WordIndex) -> None:
    (hit,) = index.search("webrei muehler")
    assert hit.words == ("weberei", "handweberei", "muller")
    assert {fold(word) for word in ("Weberei", "Handweberei", "Müller")} == set(hit.words)


def test_the_same_word_is_before_its_likes_and_a_name_before_a_text() -> None:
    index = WordIndex()
    index.put("1", "Eine Färberei am Fluss")
    index.put("2", "Am Fluss", title="Färberei")
    index.put("3", "Eine Gerberei am Fluss")
    index.put("4", "Eine Blaufärberei am Fluss")
    assert [hit.key for hit in index.search("Färberei")] == ["2", "1", "4", "3"]
    assert index.search("Färberei")[0].score == 1


def test_saying_a_word_often_does_not_help() -> None:
    index = WordIndex()
    index.put("honest", "Druck und Papier", title="Druckerei")
    index.put("loud", "Druckerei " * 200)
    assert [hit.key for hit in index.search("Druckerei")] == ["honest", "loud"]


def test_all_words_count_and_rare_ones_most() -> None:
    index = WordIndex()
    for number in range(30):
        index.put(f"{number:02}", "Design aus Chemnitz")
    index.put("both", "Design aus Plauen")
    index.put("rare", "Spitze aus Plauen")
    assert [hit.key for hit in index.search("Design Plauen")] == ["both", "rare"]


def test_only_what_is_asked_for_is_found(index: WordIndex) -> None:
    assert [hit.key for hit in index.search("atelier", among={"tresses", "nobody"})] == ["tresses"]
    assert index.search("atelier", among=set()) == []
    assert [hit.key for hit in index.search("atelier", 1)] == ["blau"]


def test_a_long_query_asks_for_its_first_words() -> None:
    assert query_words("der die das") == ["der", "die", "das"]
    assert len(query_words(" ".join(f"wort{number}" for number in range(500)))) == 8
    assert WordIndex().search("x" * 100_000) == []


changes = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["", *(text for _, text in ENTRIES.values())])))


@given(changes=changes)
@settings(max_examples=60)
def test_any_sequence_of_changes_ends_as_if_built_at_once(changes: list[tuple[str, str]]) -> None:
    index, wanted = WordIndex(), dict[str, str]()
    for key, text in changes:
        wanted.pop(key, None)
        if text:
            wanted[key] = text
            index.put(key, text)
        else:
            index.remove(key)
    again = WordIndex()
    for key, text in wanted.items():
        again.put(key, text)
    assert len(index) == len(again)
    for query in ("weberei", "wirtschaft", "möbel", "atelier de"):
        # Words that nobody holds any more change no score.
        assert index.search(query) == again.search(query)


def test_many_changes_do_not_pile_up() -> None:
    index = WordIndex()
    for number in range(5000):
        index.put(str(number % 10), f"Wort{number} Weberei")
    assert len(index._keys) < 1100
    assert len(index._vocabulary.spelled) < 1200
    assert [hit.key for hit in index.search("weberei")] == [str(number) for number in range(10)]
    assert [hit.key for hit in index.search("wort4999")] == ["9"]


@given(asked=st.text("abc", min_size=1, max_size=7), words=st.lists(st.text("abc", max_size=9), min_size=1, max_size=5))
@settings(max_examples=200)
def test_slips_are_counted_as_defined(asked: str, words: list[str]) -> None:
    codes = np.array([ord(letter) for word in words for letter in word], np.uint32)
    starts = np.cumsum([0, *map(len, words)])
    found = np.empty((len(words), 2), np.int64)
    letters = np.array([ord(letter) for letter in asked], np.uint32)
    kernels.count_slips(letters, codes, starts, np.arange(len(words)), found)
    parts = {
        word: [word[start:stop] for start in range(len(word) + 1) for stop in range(start, len(word) + 1)]
        for word in words
    }
    assert found[:, 0].tolist() == [slips(asked, word) for word in words]
    assert found[:, 1].tolist() == [min(slips(asked, part) for part in parts[word]) for word in words]


def slips(one: str, other: str) -> int:
    """Optimal string alignment, straight from its recurrence."""
    table = [[max(row, column) for column in range(len(other) + 1)] for row in range(len(one) + 1)]
    for row in range(1, len(one) + 1):
        for column in range(1, len(other) + 1):
            same = one[row - 1] == other[column - 1]
            best = min(table[row - 1][column] + 1, table[row][column - 1] + 1, table[row - 1][column - 1] + (not same))
            if row > 1 and column > 1 and one[row - 2 : row] == other[column - 2 : column][::-1]:
                best = min(best, table[row - 2][column - 2] + 1)
            table[row][column] = best
    return table[-1][-1]


def test_meaning_adds_to_words() -> None:
    hits = [Hit("typo", 0.3, ("weberei",)), Hit("name", 1, ("weber",))]
    near = [("meant", 0.7), ("typo", 0.5), ("far", 0.1)]
    found = with_meaning(hits, near, 3)
    assert [(hit.key, round(hit.score, 3), hit.words) for hit in found] == [
        ("name", 0.7, ("weber",)),
        ("typo", 0.36, ("weberei",)),
        ("meant", 0.21, ()),
    ]
