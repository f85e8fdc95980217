import numpy as np
import pytest

from querwerk.engine.matching import Passage, Role
from querwerk.engine.matching.calibration import calibrate, dump, load
from querwerk.engine.matching.model import Floats
from querwerk.engine.matching.relevance import unit


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


def test_what_a_language_has_in_common_is_taken_off() -> None:
    entries = make_entries(["de", "en"] * 50)
    calibration = calibrate(encoder="test", dimension=16, vectors=entries, texts=["eins", "zwei"])
    centred = {
        language: np.mean([
            calibration.centred(vectors, [language], Role.OFFER)[0, 0]
            for _, passages, vectors in entries if passages[0].language == language
        ]) for language in ("de", "en")
    }  # fmt: skip
    assert centred == pytest.approx({"de": 0, "en": 0}, abs=0.15)


def test_a_language_of_one_text_is_not_zero() -> None:
    entries = make_entries(["de"] * 30 + ["cs"])
    calibration = calibrate(encoder="test", dimension=16, vectors=entries, texts=[])
    assert np.linalg.norm(calibration.centred(entries[-1][2], ["cs"], Role.OFFER)) == pytest.approx(1, abs=1e-5)


def test_it_comes_back_as_it_was_with_the_same_version() -> None:
    made = calibrate(encoder="test", dimension=16, vectors=make_entries(["de", "en"]), texts=["Holz", "Holzbau"])
    made = made.with_exposure({"b": 0.25, "a": 0.125})
    again = load(dump(made))
    assert again.version == made.version
    assert again.exposure == made.exposure
    assert np.array_equal(again.mean("de", Role.OFFER), made.mean("de", Role.OFFER))
    assert again.version != made.with_exposure({}).version
