import numpy as np
import pytest

from querwerk.engine.matching import Passage, Role
from querwerk.engine.matching.calibration import Calibration, breadth_of, dump, exposure_of, load, means_of, spreads_of
from querwerk.engine.matching.model import Floats
from querwerk.engine.matching.relevance import unit
from querwerk.engine.matching.words import features_of, table_of


def make_entries(languages: list[str], *, seed: int = 3) -> list[tuple[Role, list[Passage], Floats]]:
    """Entries whose vectors lie in the corner of their language."""
    random = np.random.default_rng(seed)
    corner = {"de": 4, "en": -4}
    found = []
    for language in languages:
        vectors = random.normal(size=(1, 16)).astype(np.float32)
        vectors[0, 0] += corner.get(language, 0)
        found.append((Role.OFFER, [Passage("x", 0, 0, 1, language)], unit(vectors)))
    return found


def make_calibration(entries: list[tuple[Role, list[Passage], Floats]]) -> Calibration:
    return Calibration("test", 16, means_of(entries, 16), table_of([features_of("Holz"), features_of("Holzbau")]))


def test_what_a_language_has_in_common_is_taken_off() -> None:
    entries = make_entries(["de", "en"] * 50)
    calibration = make_calibration(entries)
    centred = {
        language: np.mean([
            calibration.centred(vectors, [language], Role.OFFER)[0, 0]
            for _, passages, vectors in entries if passages[0].language == language
        ]) for language in ("de", "en")
    }  # fmt: skip
    assert centred == pytest.approx({"de": 0, "en": 0}, abs=0.15)


def test_a_language_of_one_text_is_not_zero() -> None:
    entries = make_entries(["de"] * 30 + ["cs"])
    calibration = make_calibration(entries)
    assert np.linalg.norm(calibration.centred(entries[-1][2], ["cs"], Role.OFFER)) == pytest.approx(1, abs=1e-5)


def test_no_language_stands_higher_because_it_is_the_readers() -> None:
    random = np.random.default_rng(5)
    likenesses = random.normal(0.1, 0.1, (40, 60)).astype(np.float32)
    languages = ["de", "cs"] * 30
    likenesses[:, ::2] = likenesses[:, ::2] * 1.5 + 0.2
    spreads = spreads_of(likenesses, ["de"] * 40, languages)
    calibration = Calibration("test", 16, spreads=spreads)
    fair = np.stack([calibration.fair(row, "de", languages) for row in likenesses])
    assert np.array_equal(fair, calibration.fair(likenesses, "de", languages))
    own = np.mean([np.argsort(-row)[:10] % 2 == 0 for row in fair])
    assert own == pytest.approx(0.5, abs=0.1)  # the pair's own spread counts 1200 of 1300
    assert np.mean([np.argsort(-row)[:10] % 2 == 0 for row in likenesses]) > 0.9


def test_the_right_answer_to_one_challenge_does_not_pay_for_it() -> None:
    relevances = np.array([[0.9, 0.1, 0.2]], np.float32)
    exposure = exposure_of(relevances, ["a", "b", "c"])
    assert exposure["a"] - exposure["b"] == pytest.approx(0.8 / 3 / 51, abs=1e-5)  # hardly anything of the difference


def test_what_a_challenge_has_with_every_offer_is_taken_off_all_of_them() -> None:
    relevances = np.array([[0.9, 0.8, 0.7, 0.6], [0.9, 0.1, 0.1, 0.1]], np.float32)
    calibration = Calibration("test", 16, breadth=breadth_of(relevances, ["broad", "narrow"]))
    assert calibration.broad("broad") == pytest.approx(0.25 * 0.8, abs=1e-6)
    assert calibration.broad("narrow") == pytest.approx(0.25 * 1.1 / 3, abs=1e-6)
    assert calibration.broad("new") == pytest.approx((0.25 * 0.8 + 0.25 * 1.1 / 3) / 2, abs=1e-6)


def test_words_count_little_between_names_and_most_between_texts() -> None:
    texts = Calibration("test", 16, table=table_of([np.arange(500, dtype=np.uint32)] * 2))
    names = Calibration("test", 16, table=table_of([np.arange(60, dtype=np.uint32)] * 2))
    long, question = texts.words_shares(500, "de", ["de"])[0], texts.words_shares(40, "de", ["de"])[0]
    assert long > 0.5 > question > texts.words_shares(40, "de", ["cs"])[0] > 0.15
    assert names.words_shares(40, "de", ["de"])[0] < 0.05


def test_it_comes_back_as_it_was_with_the_same_version() -> None:
    plain = make_calibration(make_entries(["de", "en"]))
    made = Calibration(
        plain.encoder, 16, plain.means, plain.table, spreads_of(np.eye(2, dtype=np.float32), ["de", "en"], ["de", "en"]),
        {"b": 0.25, "a": 0.125}, {"d": 0.5, "c": 0.375},
    )  # fmt: skip
    again = load(dump(made))
    assert again.version == made.version != plain.version
    assert (again.exposure, again.breadth, again.spreads) == (made.exposure, made.breadth, made.spreads)
    assert np.array_equal(again.mean("de", Role.OFFER), made.mean("de", Role.OFFER))
