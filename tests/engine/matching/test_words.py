import pytest

from querwerk.engine.matching.words import (
    Postings,
    Said,
    features_of,
    folded,
    likenesses,
    likenesses_of_names,
    question,
    shares_of,
    table_of,
)

TEXTS = ["Ausstellungsgestaltung für Museen", "Messebau aus Holz", "wooden exhibition stands", "", "Holz Holz Holz"]
SAID = [Said.of([text]) for text in TEXTS]
TABLE = table_of(said.whole for said in SAID)


def test_compounds_and_typing_errors_are_near() -> None:
    scores = likenesses(question(Said.of(["Austellungs-Gestalter"]), TABLE), SAID, TABLE)
    assert scores.argmax() == 0
    assert scores[1] < scores[0] / 3


def test_a_text_that_has_a_little_of_everything_counts_less() -> None:
    asked = question(Said.of(["Holz"]), TABLE)
    short, long = likenesses(asked, [SAID[1], Said.of([" ".join(TEXTS) + " und noch vieles andere mehr"])], TABLE)
    assert long < short


def test_words_that_one_passage_has_count_more_than_words_scattered_over_several() -> None:
    asked = question(Said.of(["Messebau aus Holz", "Ausstellungsgestaltung für Museen"]), TABLE)
    together = Said.of(["Messebau aus Holz", "Ausstellungsgestaltung für Museen"])
    scattered = Said.of(["Messebau für Museen", "Ausstellungsgestaltung aus Holz"])
    one, other = likenesses(asked, [together, scattered], TABLE)
    assert together.whole.tolist() == scattered.whole.tolist()
    assert one > other > 0


def test_a_name_is_in_a_text_that_contains_it_more_than_one_that_shares_an_ending() -> None:
    asked = shares_of(features_of("Wer baut uns einen Stand aus Holz für die Messe?"), TABLE)
    contained, shared = likenesses_of_names(asked, Postings([features_of("Holz"), features_of("Stolz")], TABLE))
    assert contained > 2 * shared


@pytest.mark.parametrize(
    ("one", "other"),
    [("Philharmonie", "filharmonia"), ("Architektur", "architecture"), ("Grafik", "grafyka"), ("Straße", "strasse")],
)
def test_words_that_languages_share_begin_alike(one: str, other: str) -> None:
    assert folded(one.lower())[:5] == folded(other.lower())[:5]


def test_saying_a_word_often_does_not_make_it_weigh_more() -> None:
    assert features_of("Holz Holz Holz Bau").tolist() == features_of("Holz Bau").tolist()
