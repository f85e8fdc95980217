import pytest

from querwerk.engine.matching import Text
from querwerk.engine.matching.passages import clean, passages, passages_of

PROSE = (
    "Wir gestalten Ausstellungen für Museen, z. B. für das Industriemuseum.  Unser Büro arbeitet seit 1998 in Chemnitz.\n\n"
    "Dr. Weber leitet das Team; am 3. Mai 2021 eröffnete die erste Schau."
)


def words(count: int, start: int = 0) -> str:
    return " ".join(f"wort{number}" for number in range(start, start + count))


def test_a_passage_stands_where_it_says_in_the_text_as_written() -> None:
    text = f"\n  {words(40)}.   {words(40, 40)}!\r\n\r\n🎭 {words(5, 80)}  "
    found = passages(text, language="de")
    assert [text[passage.start : passage.end] for passage in found] == [
        f"{words(40)}.", f"{words(40, 40)}!\r\n\r\n🎭 {words(5, 80)}",
    ]  # fmt: skip
    assert found[1].text == f"{words(40, 40)}! 🎭 {words(5, 80)}"


def test_shortened_words_and_days_do_not_end_a_sentence() -> None:
    from querwerk.engine.matching.passages import sentences  # noqa: PLC0415

    assert [PROSE[start:end] for start, end in sentences(PROSE)] == [
        "Wir gestalten Ausstellungen für Museen, z. B. für das Industriemuseum.",
        "Unser Büro arbeitet seit 1998 in Chemnitz.",
        "Dr. Weber leitet das Team; am 3. Mai 2021 eröffnete die erste Schau.",
    ]


@pytest.mark.parametrize("text", ["", "   \n", "\x00", "...", "\u200b", "—"])
def test_what_says_nothing_has_no_passages(text: str) -> None:
    assert passages(text) == []


def test_a_long_text_has_32_passages_of_at_most_60_words() -> None:
    found = passages(words(20_000))
    assert len(found) == 32
    assert {passage.text.count(" ") + 1 for passage in found} == {60}


def test_a_hundred_thousand_letters_without_a_space_are_cut() -> None:
    found = passages("".join(chr(0x4E00 + number * 7 % 20_011) for number in range(100_000)))
    assert len(found) == 32
    assert {len(passage.text) for passage in found} == {600}


def test_what_cannot_be_encoded_is_replaced_and_every_text_can_be() -> None:
    assert clean("Film\x00kunst \ud83d und a\u0308 \u200b mehr") == "Film kunst \ufffd und ä mehr"


def test_saying_it_two_hundred_times_is_saying_it_once() -> None:
    assert clean("Industrie 4.0 " * 200) == "Industrie 4.0"
    assert clean("Smart Factory, " * 50 + "und Holz") == "Smart Factory, und Holz"
    stuffed = PROSE + " " + "Industrie 4.0. " * 200
    assert [passage.text for passage in passages(stuffed)] == [
        passage.text for passage in passages(PROSE + " Industrie 4.0.")
    ]


def test_works_of_a_portfolio_share_the_96_passages() -> None:
    works = [Text(words(600, 1000 * number), "de") for number in range(20)]
    found = passages_of(works)
    assert len(found) == 96
    assert {passage.source for passage in found} == set(range(20))
    assert [passage.source for passage in found] == sorted(passage.source for passage in found)
