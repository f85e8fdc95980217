"""All challenges against all offers at once, with each step of the engine switched on or off, and the rivals in the same way."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from querwerk.engine.matching.calibration import Calibration, Constants, breadth_of, exposure_of, means_of
from querwerk.engine.matching.encoder import Bundled, usual_means
from querwerk.engine.matching.entries import Prepared
from querwerk.engine.matching.grams import Grams
from querwerk.engine.matching.learning import mixed, spreads_between
from querwerk.engine.matching.listing import Candidate, arrange
from querwerk.engine.matching.model import Filters
from querwerk.engine.matching.relevance import MEANING, unit
from querwerk.engine.matching.words import Postings, Table, question, shares_of, table_of

type Floats = NDArray[np.float32]

LISTED, LOOKED_AT = 10, 50
"""How many are listed, and among how many variety is sought, as in `Index.rank`."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What is switched on."""

    meaning: bool = True
    centring: bool = True
    best_pairs: bool = True
    words: bool = True
    fair: bool = True
    exposure: float = Constants().exposure
    breadth: float = Constants().exposure
    """Moves no offer in a challenge's list, but a challenge in an offer's."""
    diversity: bool = False
    """Off in the figures: variety is not relevance, and what it costs is a row of its own."""


STEPS = {
    "all steps": Steps(),
    "- centring": Steps(centring=False),
    "- best pairs": Steps(best_pairs=False),
    "- words": Steps(words=False),
    "- equal languages": Steps(fair=False),
    "- exposure": Steps(exposure=0),
    "- breadth": Steps(breadth=0),
    "exposure 1": Steps(exposure=1),
    "+ diversity": Steps(diversity=True),
    "raw encoder": Steps(centring=False, best_pairs=False, words=False, fair=False, exposure=0, breadth=0),
    "words alone": Steps(meaning=False, fair=False, exposure=0, breadth=0),
}


class Comparison:
    """Challenges and offers, and what several ways of ranking them need: computed once."""

    def __init__(self, asked: Sequence[Prepared], offered: Sequence[Prepared]) -> None:
        self.asked, self.offered = asked, offered
        self._table = table_of(each.features for each in [*asked, *offered])
        self._spoken = {
            language: [each.language_for(language) for each in offered]
            for language in {each.language for each in asked}
        }
        self._near: dict[bool, tuple[Floats, Floats, Floats]] = {}

    def scores(self, steps: Steps) -> Floats:
        """Return scores (challenges × offers) as `Index.rank` gives them, plain unless there is to be variety."""
        near = self._meaning(steps) if steps.meaning else None
        found = near if near is not None else np.zeros((len(self.asked), len(self.offered)), np.float32)
        if steps.words:
            found = self.words if near is None else self._mixed(near)
        if steps.fair:
            fair = Calibration("bench", 1, spreads=spreads_between(found, self.asked, self.offered))
            found = np.stack([
                fair.fair(row, each.language, self._spoken[each.language])
                for row, each in zip(found, self.asked, strict=True)
            ])  # fmt: skip
        names = [each.entry.id for each in self.offered]
        broad = np.array(list(breadth_of(found, [str(row) for row in range(len(found))]).values()), np.float32)
        if steps.exposure:
            exposed = exposure_of(found, names)
            found = found - steps.exposure / 2 * np.array([exposed[name] for name in names], np.float32)
        found = found - steps.breadth / 2 * broad[:, None]
        return self._varied(found) if steps.diversity else found

    @cached_property
    def words(self) -> Floats:
        """Return likenesses by words."""
        grams = Grams(self._table)
        for at, each in enumerate(self.offered):
            grams.put(str(at), each.said)
        return np.stack([grams.likenesses(question(each.said, self._table)) for each in self.asked])

    @cached_property
    def lexical(self) -> Floats:
        """Return cosines of TF-IDF over sequences of 3 to 5 letters: a rival."""
        return character_tf_idf(self.asked, self.offered, self._table)

    # --- inside ---

    def _mixed(self, near: Floats) -> Floats:
        calibration = Calibration("bench", 1, table=self._table)
        return np.stack([
            mixed(row, words, calibration.words_shares(len(each.features), each.language, self._spoken[each.language]))
            for row, words, each in zip(near, self.words, self.asked, strict=True)
        ])  # fmt: skip

    def _meaning(self, steps: Steps) -> Floats:
        if steps.centring not in self._near:
            self._near[steps.centring] = _meanings(self.asked, self.offered, self._calibration(steps))
        middle, forth, back = self._near[steps.centring]
        return MEANING[0] * middle + MEANING[1] * forth + MEANING[2] * back if steps.best_pairs else middle

    def _calibration(self, steps: Steps) -> Calibration:
        dimension, every = raw(self.asked[0]).shape[1], [*self.asked, *self.offered]
        vectors = ((each.role, each.passages, raw(each)) for each in every)
        means = means_of(vectors, dimension, usual_means(Bundled())) if steps.centring else {}
        return Calibration("bench", dimension, means)

    def _varied(self, found: Floats) -> Floats:
        """Return scores in which the first ten of each list stand as they are shown: not ten times nearly the same."""
        calibration = self._calibration(Steps())
        middles = unit(np.stack([centred(each, calibration).sum(axis=0) for each in self.offered]))
        result = found.copy()
        for row, scores in enumerate(found):
            best = np.argsort(-scores, kind="stable")[:LOOKED_AT]
            candidates = [Candidate(str(at), float(scores[at]), "", middles[at]) for at in best]
            order = arrange(candidates, LISTED, calibration.constants, Filters())
            result[row, best[order]] = scores.max() + 1 - np.arange(len(order)) / LOOKED_AT
        return result


def _meanings(
    asked: Sequence[Prepared], offered: Sequence[Prepared], calibration: Calibration
) -> tuple[Floats, Floats, Floats]:
    """Return the likenesses of the means, of the best pairs for what is asked, and of those for what is offered."""
    passages, starts = _stacked(offered, calibration)
    if all(len(each.passages) == 1 for each in [*asked, *offered]):
        # Names: the mean is the only passage, and the only pair is the best one.
        pairs = np.concatenate([centred(each, calibration) for each in asked]) @ passages.T
        return pairs, pairs, pairs
    sizes = np.diff(np.append(starts, len(passages)))
    middles = unit(np.add.reduceat(passages, starts, axis=0))
    rows = []
    for each in asked:
        vectors = centred(each, calibration)
        pairs = vectors @ passages.T
        forth = np.maximum.reduceat(pairs, starts, axis=1).mean(axis=0)
        back = np.add.reduceat(pairs.max(axis=0), starts) / sizes
        rows.append((middles @ unit(vectors.sum(axis=0)), forth, back))
    middle, forth, back = (np.stack(part).astype(np.float32) for part in zip(*rows, strict=True))
    return middle, forth, back


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


def character_tf_idf(asked: Sequence[Prepared], offered: Sequence[Prepared], table: Table) -> Floats:
    """Return cosines of TF-IDF over sequences of 3 to 5 letters."""
    postings = Postings([each.features for each in offered], table)
    lengths = np.sqrt(np.maximum(postings.totals, 1e-6))
    rows = []
    for each in asked:
        shares = shares_of(each.features, table)
        # The weights are squares already: what two texts share, over the lengths of both.
        rows.append(postings.found_in(shares) * np.float32(np.sqrt(shares.total)) / lengths)
    return np.stack(rows)


def fused(one: Floats, other: Floats) -> Floats:
    """Return reciprocal-rank fusion (Cormack et al. 2009, k = 60)."""
    return sum((1 / (60 + 1 + _ranks(matrix)) for matrix in (one, other)), np.zeros_like(one)).astype(np.float32)


def _ranks(matrix: Floats) -> Floats:
    return np.argsort(np.argsort(-matrix, axis=1, kind="stable"), axis=1, kind="stable").astype(np.float32)
