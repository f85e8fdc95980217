"""All challenges against all offers at once, with each step of the engine switched on or off, and the rivals in the same way."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from querwerk.engine.matching.calibration import Calibration, Constants, exposure_of, means_of
from querwerk.engine.matching.encoder import Bundled, usual_means
from querwerk.engine.matching.entries import Prepared
from querwerk.engine.matching.learning import mixed, spreads_between
from querwerk.engine.matching.relevance import MEANING, unit
from querwerk.engine.matching.words import Postings, features_of, shares_of, table_of

type Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Steps:
    """What is switched on."""

    meaning: bool = True
    centring: bool = True
    best_pairs: bool = True
    words: bool = True
    fair: bool = True
    tags: bool = True
    exposure: float = Constants().exposure


STEPS = {
    "all steps": Steps(),
    "- centring": Steps(centring=False),
    "- best pairs": Steps(best_pairs=False),
    "- words": Steps(words=False),
    "- equal languages": Steps(fair=False),
    "- tags": Steps(tags=False),
    "- exposure": Steps(exposure=0),
    "exposure 1": Steps(exposure=1),
    "raw encoder": Steps(centring=False, best_pairs=False, words=False, fair=False, tags=False, exposure=0),
    "words alone": Steps(meaning=False, fair=False, tags=False, exposure=0),
}


def scores(asked: Sequence[Prepared], offered: Sequence[Prepared], steps: Steps) -> Floats:
    """Return scores (challenges × offers) as `Index.rank` gives them before variety."""
    dimension = raw(asked[0]).shape[1]
    every = [*asked, *offered]
    means = (
        means_of(((each.role, each.passages, raw(each)) for each in every), dimension, usual_means(Bundled()))
        if steps.centring
        else {}
    )
    table = table_of(each.features for each in every)
    calibration = Calibration("bench", dimension, means, table)
    spoken = {
        language: [each.language_for(language) for each in offered] for language in {each.language for each in asked}
    }
    near = _meanings(asked, offered, calibration, steps) if steps.meaning else None
    found = near if near is not None else np.zeros((len(asked), len(offered)), np.float32)
    if steps.words:
        postings = Postings([each.features for each in offered], table)
        said = np.stack([postings.likenesses(shares_of(each.features, table)) for each in asked])
        found = said if near is None else np.stack([
            mixed(row, words, calibration.words_shares(len(each.features), each.language, spoken[each.language])) for row, words, each in zip(near, said, asked, strict=True)
        ])  # fmt: skip
    if steps.fair:
        fair = Calibration("bench", dimension, spreads=spreads_between(found, asked, offered))
        found = np.stack([
            fair.fair(row, each.language, spoken[each.language]) for row, each in zip(found, asked, strict=True)
        ])  # fmt: skip
    if steps.tags:
        found = _tagged(found, asked, offered)
    if steps.exposure:
        names = [each.entry.id for each in offered]
        exposed = exposure_of(found, names)
        found = found - steps.exposure / 2 * np.array([exposed[name] for name in names], np.float32)
    return found


def _tagged(found: Floats, asked: Sequence[Prepared], offered: Sequence[Prepared]) -> Floats:
    """Return relevances with the share of the challenge's automatic tags that an offer has, where both sides carry some."""
    concepts = sorted({concept for each in [*asked, *offered] for concept in each.tags})
    wanted, there = (
        np.array([[concept in each.tags for concept in concepts] for each in side], np.float32).reshape(len(side), -1)
        for side in (asked, offered)
    )
    sizes = wanted.sum(axis=1, keepdims=True)
    both = (sizes > 0) & (there.sum(axis=1) > 0)
    shared = (wanted @ there.T) / np.maximum(sizes, 1)
    return np.where(both, (1 - Constants().tags_found) * found + Constants().tags_found * shared, found).astype(
        np.float32
    )


def _meanings(asked: Sequence[Prepared], offered: Sequence[Prepared], calibration: Calibration, steps: Steps) -> Floats:
    passages, starts = _stacked(offered, calibration)
    sizes = np.diff(np.append(starts, len(passages)))
    middles = unit(np.add.reduceat(passages, starts, axis=0))
    rows = []
    for each in asked:
        vectors = centred(each, calibration)
        middle = middles @ unit(vectors.sum(axis=0))
        if not steps.best_pairs:
            rows.append(middle)
            continue
        pairs = vectors @ passages.T
        forth = np.maximum.reduceat(pairs, starts, axis=1).mean(axis=0)
        back = np.add.reduceat(pairs.max(axis=0), starts) / sizes
        rows.append(MEANING[0] * middle + MEANING[1] * forth + MEANING[2] * back)
    return np.stack(rows)


def _stacked(entries: Sequence[Prepared], calibration: Calibration) -> tuple[Floats, NDArray[np.intp]]:
    """Return all passages one after the other, and where each entry's begin; an entry without any has a zero."""
    rows = [vectors if len(vectors) else np.zeros((1, calibration.dimension), np.float32)
            for vectors in (centred(each, calibration) for each in entries)]  # fmt: skip
    return np.concatenate(rows), np.cumsum([0, *map(len, rows)])[:-1]


def centred(each: Prepared, calibration: Calibration) -> Floats:
    """Return the vectors of a freshly prepared entry as they are compared."""
    return calibration.centred(raw(each), [passage.language for passage in each.passages], each.role)


def raw(each: Prepared) -> Floats:
    """Return the vectors of a freshly prepared entry as the encoder gave them."""
    assert each.raw is not None
    return each.raw


# --- rivals -----------------------------------------------------------------


def bm25(asked: Sequence[Prepared], offered: Sequence[Prepared]) -> Floats:
    """Return the scores of bm25s (Lù 2024) over words, with its defaults."""
    import bm25s  # noqa: PLC0415

    retriever = bm25s.BM25()
    retriever.index(
        bm25s.tokenize([each.text for each in offered], stopwords=None, show_progress=False), show_progress=False
    )
    found = np.zeros((len(asked), len(offered)), np.float32)
    for row, each in enumerate(asked):
        words = bm25s.tokenize([each.text], stopwords=None, show_progress=False, return_ids=False)[0]
        if known := [word for word in words if word in retriever.vocab_dict]:
            found[row] = retriever.get_scores(known)
    return found


def character_tf_idf(asked: Sequence[Prepared], offered: Sequence[Prepared]) -> Floats:
    """Return cosines of TF-IDF over sequences of 3 to 5 letters."""
    table = table_of(features_of(each.text) for each in [*asked, *offered])
    found = np.zeros((len(asked), len(offered)), np.float32)
    weights = [np.sqrt(shares_of(each.features, table).weights) for each in offered]
    columns: dict[int, list[tuple[int, float]]] = {}
    for number, (each, own) in enumerate(zip(offered, weights, strict=True)):
        for feature, weight in zip(each.features.tolist(), own.tolist(), strict=True):
            columns.setdefault(feature, []).append((number, weight))
    for row, each in enumerate(asked):
        shares = shares_of(each.features, table)
        for feature, weight in zip(shares.features.tolist(), np.sqrt(shares.weights).tolist(), strict=True):
            for number, other in columns.get(feature, ()):
                found[row, number] += weight * other
    return found


def fused(one: Floats, other: Floats) -> Floats:
    """Return reciprocal-rank fusion (Cormack et al. 2009, k = 60)."""
    return sum((1 / (60 + 1 + _ranks(matrix)) for matrix in (one, other)), np.zeros_like(one)).astype(np.float32)


def _ranks(matrix: Floats) -> Floats:
    return np.argsort(np.argsort(-matrix, axis=1, kind="stable"), axis=1, kind="stable").astype(np.float32)
