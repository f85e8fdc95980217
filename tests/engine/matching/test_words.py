import pytest

from querwerk.engine.matching.words import Postings, folded, likeness, table_of, vector_of

TEXTS = ["Ausstellungsgestaltung für Museen", "Messebau aus Holz", "wooden exhibition stands", "", "Holz Holz Holz"]


def test_all_at_once_is_one_by_one() -> None:
    table = table_of(TEXTS)
    vectors = [vector_of(text, table) for text in TEXTS]
    postings = Postings(vectors)
    for asked in (*TEXTS, "Holzbauten"):
        vector = vector_of(asked, table)
        assert postings.likenesses(vector) == pytest.approx([likeness(vector, other) for other in vectors], abs=1e-6)


def test_compounds_and_typing_errors_are_near() -> None:
    table = table_of(TEXTS)
    asked = vector_of("Austellungs-Gestalter", table)
    scores = [likeness(asked, vector_of(text, table)) for text in TEXTS]
    assert scores.index(max(scores)) == 0
    assert scores[1] < scores[0] / 3


@pytest.mark.parametrize(
    ("one", "other"),
    [("Philharmonie", "filharmonia"), ("Architektur", "architecture"), ("Grafik", "grafyka"), ("Straße", "strasse")],
)
def test_words_that_languages_share_begin_alike(one: str, other: str) -> None:
    assert folded(one.lower())[:5] == folded(other.lower())[:5]


def test_saying_a_word_often_does_not_make_it_weigh_more() -> None:
    table = table_of(TEXTS)
    assert likeness(vector_of("Holz Bau", table), vector_of("Holz", table)) == likeness(
        vector_of("Holz Holz Holz Bau", table), vector_of("Holz", table)
    )
