import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from querwerk.engine.matching.grams import Grams
from querwerk.engine.matching.words import Question, Said, likenesses, question, table_of

TEXTS = [
    Said.of(passages)
    for passages in (
        ["Handweberei mit alten Webstühlen in Plauen"],
        ["Weberei und Stickerei", "Spitze aus dem Vogtland"],
        ["Software und Spiele für Museen"],
        ["Atelier de tissage à Lyon", "Nous tissons", "des rubans"],
        [],
        ["Kunstguss und Möbel aus Stahl"],
    )
]
TABLE = table_of(said.whole for said in TEXTS)


def asked(*passages: str) -> Question:
    return question(Said.of(passages), TABLE)


def test_likeness_is_that_of_the_definition() -> None:
    index, query = Grams(TABLE), asked("Weberei sucht Software", "und Spitze", "aus dem Vogtland")
    for number, said in enumerate(TEXTS):
        index.put(str(number), said)
    truth = likenesses(query, TEXTS, TABLE).tolist()
    assert index.likenesses(query).tolist() == pytest.approx(truth, abs=1e-6)
    assert index.likenesses(query, ["2", "0"]).tolist() == pytest.approx([truth[2], truth[0]], abs=1e-6)
    assert index.likenesses(asked("")).tolist() == [0.0] * len(TEXTS)
    assert index.nearest(query.whole, 2) == ["1", "2"] == sorted("012345", key=lambda key: -truth[int(key)])[:2]
    assert index.nearest(asked("").whole, 3) == []
    with pytest.raises(KeyError, match="9"):
        index.likenesses(query, ["9"])


@given(changes=st.lists(st.tuples(st.sampled_from("abcd"), st.integers(-1, 5)), max_size=40))
@settings(max_examples=60)
def test_any_sequence_of_changes_ends_as_if_built_at_once(changes: list[tuple[str, int]]) -> None:
    index, wanted = Grams(TABLE), dict[str, Said]()
    for key, number in changes:
        wanted.pop(key, None)
        if number < 0:
            index.remove(key)
        else:
            wanted[key] = TEXTS[number]
            index.put(key, TEXTS[number])
    query = asked("Weberei und", "Spiele")
    truth = likenesses(query, list(wanted.values()), TABLE)
    assert index.keys() == list(wanted)
    assert index.likenesses(query).tolist() == pytest.approx(truth.tolist(), abs=1e-6)
    # What shares only sequences that are in every other text is not worth comparing.
    assert set(index.nearest(query.whole, 10)) <= {
        key for key, likeness in zip(wanted, truth, strict=True) if likeness > 0
    }


def test_many_changes_do_not_pile_up() -> None:
    index = Grams(TABLE)
    for number in range(3000):
        index.put(str(number % 5), TEXTS[number % 4])
    assert len(index._keys) < 1000
    assert index.keys() == ["0", "1", "2", "3", "4"]
    assert index.nearest(question(TEXTS[3], TABLE).whole, 2) == ["0", "4"]
