"""Makes a calibration of the entries at hand, in portions, so that a hundred thousand offers fit into memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import batched

import numpy as np

from querwerk.engine.matching.calibration import (
    BEST,
    Calibration,
    Spread,
    breadth_of,
    exposure_from,
    means_of,
    spreads_of,
)
from querwerk.engine.matching.encoder import is_lexical, usual_means
from querwerk.engine.matching.entries import Prepared, Preparer
from querwerk.engine.matching.exact import Exact
from querwerk.engine.matching.grams import Grams
from querwerk.engine.matching.model import Floats, Passage, Role
from querwerk.engine.matching.words import question, table_of

ASKING = 500
"""Challenges whose likenesses with offers are looked at; of more, a sample by a hash of their ids."""
ANSWERING = 5_000
"""Offers from which spreads are learnt, likewise."""
MEETING = 500
"""Offers that every challenge is held against to see how broad it is, likewise."""
TOGETHER = 1_000
"""Offers compared at once."""


def learn(
    offers: Sequence[Prepared], challenges: Sequence[Prepared], preparer: Preparer, before: Calibration
) -> Calibration:
    """Return language means, rare words, spreads, exposure and breadth, learnt from all entries. Challenges lacking, offers stand in."""
    every = [*offers, *challenges]
    fresh = Calibration(
        preparer.encoder.version,
        preparer.encoder.dimension,
        means_of(_vectors(every, preparer), preparer.encoder.dimension, usual_means(preparer.encoder)),
        table_of(each.features for each in every),
        constants=before.constants,
    )
    asking = _sample(challenges or offers, ASKING)
    if not asking or not offers:
        return fresh
    comparison = Comparison(asking, preparer, fresh)
    some = _sample(offers, ANSWERING)
    likenesses = np.concatenate([matrix for _, matrix in comparison.with_each(some)], axis=1)
    fresh = replace(fresh, spreads=spreads_between(likenesses, asking, some))
    if not challenges:
        return fresh
    fresh = replace(fresh, breadth=_breadth(challenges, _sample(offers, MEETING), preparer, fresh))
    if len(some) < len(offers):
        return replace(fresh, exposure=_exposure(comparison.with_each(offers), asking, fresh))
    return replace(fresh, exposure=_exposure(iter([(some, likenesses)]), asking, fresh))


class Comparison:
    """Some challenges, compared with any number of offers without a store."""

    def __init__(self, asking: Sequence[Prepared], preparer: Preparer, calibration: Calibration) -> None:
        self._preparer, self._calibration = preparer, calibration
        self._vectors = preparer.centred(asking, calibration)
        self._languages = [each.language for each in asking]
        self._asked = [(len(each.features), question(each.said, calibration.table)) for each in asking]

    def with_each(self, offers: Sequence[Prepared]) -> Iterator[tuple[Sequence[Prepared], Floats]]:
        """Yield offers in portions with the likeness of each challenge to each of them (challenges × offers)."""
        for some in batched(offers, TOGETHER, strict=False):
            rows = self._preparer.centred(some, self._calibration)
            store = Exact(dimension=self._calibration.dimension)
            store.put_many([str(at) for at in range(len(some))], np.concatenate(rows), [len(row) for row in rows])
            grams = Grams(self._calibration.table)
            for at, each in enumerate(some):
                grams.put(str(at), each.said)
            met = _met(some, self._languages)
            yield some, np.stack([
                mixed(
                    store.meanings(vectors), grams.likenesses(asked),
                    self._calibration.words_shares(sequences, language, met[language]),
                    lexical=is_lexical(self._preparer.encoder),
                )
                for vectors, (sequences, asked), language in zip(self._vectors, self._asked, self._languages, strict=True)
            ])  # fmt: skip


def mixed(near: Floats, words: Floats, shares: Floats, *, lexical: bool = False) -> Floats:
    """Return likenesses of meaning and of words as one; without an encoder there are only words."""
    return words if lexical else ((1 - shares) * near + shares * words).astype(np.float32)


def spreads_between(
    likenesses: Floats, asking: Sequence[Prepared], offers: Sequence[Prepared]
) -> dict[tuple[str, str], Spread]:
    """Return how likenesses (challenges × offers) lie for each pair of languages, and for all together."""
    languages = np.array([each.language for each in asking])
    found = spreads_of(likenesses, [""] * len(asking), [""] * len(offers))
    for one in sorted(set(languages.tolist())):
        rows = likenesses[languages == one]
        own = spreads_of(rows, [one] * len(rows), [each.language_for(one) for each in offers])
        found |= {pair: spread for pair, spread in own.items() if pair != ("", "")}
    return found


def _exposure(
    portions: Iterator[tuple[Sequence[Prepared], Floats]], asking: Sequence[Prepared], calibration: Calibration
) -> dict[str, float]:
    best, sums, keys = [], 0.0, list[str]()
    for offers, matrix in portions:
        fairly = _fairly(matrix, asking, offers, calibration)
        best.append(np.sort(fairly, axis=0)[-BEST:])
        sums += float(fairly.sum(dtype=np.float64))
        keys += [each.entry.id for each in offers]
    return exposure_from(np.concatenate(best, axis=1), sums / (len(keys) * len(asking)), keys, len(asking))


def _breadth(
    challenges: Sequence[Prepared], offers: Sequence[Prepared], preparer: Preparer, calibration: Calibration
) -> dict[str, float]:
    found: dict[str, float] = {}
    for some in batched(challenges, TOGETHER, strict=False):
        portions = Comparison(some, preparer, calibration).with_each(offers)
        matrix = np.concatenate([likenesses for _, likenesses in portions], axis=1)
        found |= breadth_of(_fairly(matrix, some, offers, calibration), [each.entry.id for each in some])
    return found


def _fairly(matrix: Floats, asking: Sequence[Prepared], offers: Sequence[Prepared], calibration: Calibration) -> Floats:
    languages = [each.language for each in asking]
    fairly = np.empty_like(matrix)
    for language, met in _met(offers, languages).items():
        rows = np.array(languages) == language
        fairly[rows] = calibration.fair(matrix[rows], language, met)
    return fairly


def _met(offers: Sequence[Prepared], languages: Iterable[str]) -> dict[str, list[str]]:
    """Return in which language the offers meet texts in each of these: they are few, the pairs of texts are millions."""
    return {language: [offer.language_for(language) for offer in offers] for language in dict.fromkeys(languages)}


def _vectors(every: Sequence[Prepared], preparer: Preparer) -> Iterator[tuple[Role, list[Passage], Floats]]:
    for some in batched(every, TOGETHER, strict=False):
        for each, raw in zip(some, preparer.raw(some), strict=True):
            yield each.role, each.passages, raw


def _sample(entries: Sequence[Prepared], most: int) -> Sequence[Prepared]:
    """Return at most so many entries, the same ones whatever order they came in; all of them in their own order."""
    if len(entries) <= most:
        return entries
    return sorted(entries, key=lambda each: blake2b(each.entry.id.encode(), digest_size=8).digest())[:most]
