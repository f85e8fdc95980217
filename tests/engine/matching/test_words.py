import pytest

from querwerk.engine.matching.words import (
    Postings,
    features_of,
    folded,
    likenesses,
    likenesses_of_names,
    shares_of,
    table_of,
)

TEXTS = ["Ausstellungsgestaltung für Museen", "Messebau aus Holz", "wooden exhibition stands", "", "Holz Holz Holz"]
FEATURES = [features_of(text) for text in TEXTS]
TABLE = table_of(FEATURES)


def test_all_at_once_is_one_by_one() -> None:
    postings = Postings(FEATURES, TABLE)
    for asked in (*TEXTS, "Holzbauten", "漢字"):
        shares = shares_of(features_of(asked), TABLE)
        alone = [likenesses(shares, [features], TABLE)[0] for features in FEATURES]
        assert postings.likenesses(shares) == pytest.approx(alone, abs=1e-6)
        assert likenesses(shares, FEATURES, TABLE) == pytest.approx(alone, abs=1e-6)


def test_compounds_and_typing_errors_are_near() -> None:
    scores = likenesses(shares_of(features_of("Austellungs-Gestalter"), TABLE), FEATURES, TABLE)
    assert scores.argmax() == 0
    assert scores[1] < scores[0] / 3


def test_a_text_that_has_a_little_of_everything_counts_less() -> None:
    asked = shares_of(features_of("Holz"), TABLE)
    short, long = likenesses(asked, [FEATURES[1], features_of(" ".join(TEXTS) + " und noch vieles andere mehr")], TABLE)
    assert long < short


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
