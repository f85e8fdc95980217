"""Ranks offers for a challenge and challenges for an offer. `Index` is the door to everything in this folder."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import batched, islice

import numpy as np

from querwerk.engine.matching.calibration import Calibration, Constants, basis_of
from querwerk.engine.matching.eligibility import obstacles
from querwerk.engine.matching.encoder import Bundled, is_lexical
from querwerk.engine.matching.entries import Prepared, Preparer, Report
from querwerk.engine.matching.explain import reasons, shared_words
from querwerk.engine.matching.learning import learn, mixed
from querwerk.engine.matching.listing import Candidate, arrange, score_in_list
from querwerk.engine.matching.model import (
    Challenge,
    Encoder,
    Entry,
    Explanation,
    Filters,
    Floats,
    Match,
    Offer,
    Parts,
    Role,
    Text,
    Why,
)
from querwerk.engine.matching.relevance import meaning
from querwerk.engine.matching.search import Hit, WordIndex, with_meaning
from querwerk.engine.matching.sides import Side
from querwerk.engine.matching.stores import InMemory, Stores
from querwerk.engine.matching.tagging import Suggestion
from querwerk.engine.matching.taxonomy import Taxonomy, bundled
from querwerk.engine.matching.words import likenesses, question, shares_of

ADDED_TOGETHER = 256
CANDIDATES = 200
"""How many entries are looked at closely where there are too many to compare all of them."""
DUPLICATE = 0.85
"""Meaning from which on two offers are taken for the same, written twice."""
NOTED = 0.03
"""Exposure below this moves nobody in a list and is not mentioned."""
ROUNDING = 1e-6
"""More than the last digits of a score can differ by."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """A challenge and an offer with their score."""

    challenge: Prepared
    offer: Prepared
    parts: Parts
    obstacles: tuple[Why, ...]

    def side(self, role: Role) -> Prepared:
        """Return one of the two."""
        return self.offer if role is Role.OFFER else self.challenge


@dataclass(frozen=True, slots=True)
class Scored:
    """What is known of many offers for one challenge, but for what sectors add."""

    offers: Sequence[Prepared]
    near: Floats
    words: Floats
    tags: list[float | None]
    relevances: list[float]
    exposed: list[float]


class Index:
    """Challenges and offers, ready to be ranked. The same entries and calibration give the same lists.

    Any number of threads may ask while one adds; where several processes share a store, each adds and removes for itself.
    """

    def __init__(
        self,
        *,
        encoder: Encoder | None = None,
        calibration: Calibration | None = None,
        taxonomy: Taxonomy | None = None,
        constants: Constants | None = None,
        stores: Stores | None = None,
    ) -> None:
        self.encoder: Encoder = encoder or Bundled()
        self.taxonomy = taxonomy or bundled()
        self.calibration = calibration or Calibration(
            self.encoder.version, self.encoder.dimension, constants=constants or Constants()
        )
        if self.calibration.basis != (ours := basis_of(self.encoder.version)):
            raise ValueError(
                f"the calibration was made with {self.calibration.basis}, but {ours} is in use: calibrate anew"
            )
        self._stores: Stores = stores or InMemory()
        self._preparer = Preparer(self.encoder, self.taxonomy)
        self._sides = {role: Side(role, self._preparer, self._stores, self.calibration) for role in Role}
        self._directory: WordIndex | None = None
        self._turn = threading.RLock()

    @classmethod
    def build(
        cls,
        offers: Iterable[Offer],
        challenges: Iterable[Challenge] = (),
        *,
        encoder: Encoder | None = None,
        constants: Constants | None = None,
        stores: Stores | None = None,
        report: Report | None = None,
    ) -> "Index":
        """Return an index of these entries with a calibration made of them."""
        index = cls(encoder=encoder, constants=constants, stores=stores)
        index.add(*offers, *challenges, report=report)
        index.calibrate()
        return index

    # --- what is in it ---

    def add(self, *entries: Entry, report: Report | None = None) -> None:
        """Add challenges and offers, or replace those with the same id; they are found at once, with the calibration as it is."""
        for some in batched(self.prepare(entries, report), ADDED_TOGETHER, strict=False):
            self._put(some)

    def add_encoded(self, *entries: Entry) -> list[Entry]:
        """Add those all of whose passages have vectors in the cache that is the encoder; return the others. Nothing is encoded."""
        lacking: list[Entry] = []
        for some in batched(entries, ADDED_TOGETHER, strict=False):
            ready, others = self._preparer.prepare_encoded(some)
            lacking += others
            self._put(ready)
        return lacking

    def remove(self, role: Role, *keys: str) -> None:
        """Take entries out; those that are not there are no error."""
        with self._turn:
            self._sides[role].remove(keys)
            if role is Role.OFFER and self._directory is not None:
                for key in keys:
                    self._directory.remove(key)

    def keys(self, role: Role) -> list[str]:
        """Return the ids of the challenges or the offers."""
        return list(self._sides[role].prepared)

    def calibrate(self) -> Calibration:
        """Learn anew from all entries: language means, rare words, spreads and exposure. Challenges lacking, offers stand in."""
        offers, challenges = (list(self._sides[role].prepared.values()) for role in (Role.OFFER, Role.CHALLENGE))
        self.use(learn(offers, challenges, self._preparer, self.calibration))
        return self.calibration

    def use(self, calibration: Calibration) -> None:
        """Go over to another calibration, one that another process has made."""
        with self._turn:
            self.calibration = calibration
            for side in self._sides.values():
                side.use(calibration)

    def settle(self) -> None:
        """Do now what the first question would wait for, where there is too much to compare with all of it."""
        with self._turn:
            for role, side in self._sides.items():
                if len(side.prepared) > CANDIDATES and (role is Role.CHALLENGE or not side.is_small):
                    side.settle()

    def forget_former(self) -> None:
        """Delete vectors that were kept for other calibrations, once no process ranks with these any more."""
        self._stores.forget_others(self.calibration.means_version)

    def prepare(self, entries: Iterable[Entry], report: Report | None = None) -> Iterator[Prepared]:
        """Yield entries with passages, vectors and tags."""
        return self._preparer.prepare(entries, report)

    # --- questions ---

    def rank(
        self, challenge: Challenge, k: int = 10, filters: Filters | None = None, *, plain: bool = False
    ) -> list[Match]:
        """Return the k offers for a challenge, best first; the challenge need not be in the index. Plain: by score alone."""
        filters = filters or Filters()
        asked = self._one(challenge)
        scored = self._scored(asked, *self._candidates(asked, k, filters))
        found = [
            Pairing(asked, scored.offers[at], self._parts(asked, scored, at), against)
            for at, against in self._contenders(asked, scored, k, filters)
        ]
        return self._listed(found, Role.OFFER, k, filters, plain=plain)

    def rank_back(self, offer: Offer, k: int = 10, filters: Filters | None = None) -> list[Match]:
        """Return the k challenges of the index for an offer, best first; each score is that of `rank`."""
        filters = filters or Filters()
        asked = self._one(offer)
        found = []
        for challenge in self._asking(asked, k, filters):
            # Seen from the challenge, so that both sides are told the same.
            kept = replace(filters, only=None, without=frozenset())
            against = obstacles(challenge.challenge, offer, kept)
            if filters.leaves_out(challenge.entry.id):
                against = (Why.EXCLUDED, *against)
            found.append(Pairing(challenge, asked, self._pair(challenge, asked), against))
        return self._listed(found, Role.CHALLENGE, k, filters)

    def score(self, challenge: Challenge, offer: Offer) -> Parts:
        """Return where the score of one pair comes from; with the calibration of a shown match, the score that was shown."""
        return self._pair(self._one(challenge), self._one(offer))

    def explain(
        self, challenge: Challenge, offer: Offer, match: Match | None = None, *, capped: bool = False
    ) -> Explanation:
        """Return why an offer fits a challenge; with the match of a list, that one's place."""
        one, other = self._one(challenge), self._one(offer)
        if match is None:
            against = obstacles(challenge, offer, Filters())
            match = Match(challenge.id, offer.id, 0, self.score(challenge, offer), against, self.calibration.version)
        pairs = reasons(
            (one.passages, self._centred(one)), (other.passages, self._centred(other)), self.calibration.table
        )
        facts = {
            "exposure": match.parts.exposure > self._usual_exposure(),
            "distance": (match.parts.distance or 0) > 0.5,
        }
        return Explanation(
            match,
            pairs,
            tuple(sorted(one.tags & other.tags)),
            tuple(sorted(challenge.tags - other.tags)),
            shared_words(shares_of(one.features, self.calibration.table), other.text, self.calibration.table),
            (one.language, other.language),
            is_lexical(self.encoder),
            tuple(fact for fact, holds in (facts | {"capped": capped}).items() if holds),
        )

    def similar(self, offer: Offer, least: float = DUPLICATE) -> list[tuple[str, float]]:
        """Return offers that say the same as this one: by their ids, with their meaning, nearest first."""
        prepared = self._one(offer)
        side = self._sides[Role.OFFER]
        with self._turn:
            if is_lexical(self.encoder):
                near = side.alike(question(prepared.said, self.calibration.table))
            else:
                near = side.near(self._centred(prepared), 20)
        found = [(key, value) for key, value in near if key != offer.id and value >= least]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def search(self, text: str, k: int = 20) -> list[Hit]:
        """Return the offers that a reader of the directory looks for: by words as people type them, and by meaning."""
        with self._turn:
            if self._directory is None:  # whoever only ranks does not need it
                self._directory = WordIndex()
                _put_words(self._directory, self._sides[Role.OFFER].prepared.values())
        hits = self._directory.search(text, k)
        if is_lexical(self.encoder) or not text.strip():
            return hits
        asked = self._one(Challenge(id="", texts=(Text(text),)))
        near = self._sides[Role.OFFER].near(self._centred(asked), k)
        return with_meaning(hits, near, k)

    def suggest(self, entry: Entry) -> list[Suggestion]:
        """Return what people might tag an entry with: skills that its texts name or mean, and sectors, the surest first."""
        prepared = self._one(entry)
        (raw,) = self._preparer.raw([prepared])
        tagger = self._preparer.tagger
        return tagger.suggest(entry, tagger.read(prepared.passages, prepared.said, raw))

    # --- inside ---

    def _put(self, several: Sequence[Prepared]) -> None:
        with self._turn:
            for role in Role:
                self._sides[role].put([prepared for prepared in several if prepared.role is role])
            if self._directory is not None:
                _put_words(self._directory, (each for each in several if each.role is Role.OFFER))

    def _pair(self, challenge: Prepared, offer: Prepared) -> Parts:
        near = meaning(self._centred(challenge), self._centred(offer))
        scored = self._scored(challenge, [offer], np.array([near], np.float32), self._words(challenge, [offer]))
        return self._parts(challenge, scored, 0)

    def _words(self, challenge: Prepared, offers: Sequence[Prepared]) -> Floats:
        table = self.calibration.table
        return likenesses(question(challenge.said, table), [offer.said for offer in offers], table)

    def _centred(self, prepared: Prepared) -> Floats:
        kept = self._sides[prepared.role].kept(prepared)
        return self._preparer.centred([prepared], self.calibration)[0] if kept is None else kept

    def _asking(self, offer: Prepared, k: int, filters: Filters) -> list[Prepared]:
        """Return the challenges that come into question for an offer."""
        side = self._sides[Role.CHALLENGE]
        with self._turn:
            if len(side.prepared) <= CANDIDATES:
                return list(side.prepared.values())
            asked = question(offer.said, self.calibration.table)
            keys = side.nearest(self._centred(offer), asked, max(CANDIDATES, 4 * k), filters.only)
            return [side.prepared[key] for key in keys]

    def _candidates(self, challenge: Prepared, k: int, filters: Filters) -> tuple[list[Prepared], Floats, Floats]:
        """Return the offers that come into question with their meaning and words."""
        side, vectors = self._sides[Role.OFFER], self._centred(challenge)
        asked = question(challenge.said, self.calibration.table)
        with self._turn:
            wanted = len(side.prepared) if side.is_small else max(CANDIDATES, 4 * k)
            while True:
                keys = (
                    list(side.prepared)
                    if wanted >= len(side.prepared)
                    else side.nearest(vectors, asked, wanted, filters.only)
                )
                rows = [side.prepared[key] for key in keys]
                eligible = (row for row in rows if not obstacles(challenge.challenge, row.offer, filters))
                # Where filters leave too little, look farther.
                if wanted >= len(side.prepared) or len(list(islice(eligible, k))) == k:
                    return rows, *side.compared(vectors, asked, keys)
                wanted *= 4

    def _scored(self, challenge: Prepared, offers: Sequence[Prepared], near: Floats, words: Floats) -> Scored:
        languages = [offer.language_for(challenge.language) for offer in offers]
        shares = self.calibration.words_shares(len(challenge.features), challenge.language, languages)
        together = mixed(near, words, shares, lexical=is_lexical(self.encoder))
        alike = self.calibration.fair(together, challenge.language, languages).tolist()
        tags = [shared_tags(challenge.tags, offer.tags) for offer in offers]
        relevances = []
        for offer, value, shared in zip(offers, alike, tags, strict=True):
            weight = 0.0 if shared is None else self.calibration.tags_share(challenge.entry, offer.entry)
            relevances.append((1 - weight) * value + weight * (shared or 0.0))
        exposed = self.calibration.exposed([offer.entry.id for offer in offers]).tolist()
        return Scored(offers, near, words, tags, relevances, exposed)

    def _contenders(
        self, challenge: Prepared, scored: Scored, k: int, filters: Filters
    ) -> Iterator[tuple[int, tuple[Why, ...]]]:
        """Yield which offers may stand in a list of k, with what stands against them: all, where it does not get full."""
        scores = np.array(scored.relevances) - np.array(scored.exposed)
        if filters.points:
            scores -= np.array([filters.points.get(offer.entry.id, 0.0) for offer in scored.offers])
        bonus = self.calibration.constants.distance
        left, least = looked_at(k), -np.inf
        for at in np.argsort(-scores, kind="stable").tolist():
            # Nobody below can get past those that fill the list, not even from the farthest sector.
            if scores[at] < least:
                return
            against = obstacles(challenge.challenge, scored.offers[at].offer, filters)
            left -= not against
            if not left:
                least = scores[at] - bonus - ROUNDING
                left = -1
            yield at, against

    def _parts(self, challenge: Prepared, scored: Scored, at: int) -> Parts:
        relevance, shown = scored.relevances[at], scored.exposed[at]
        distance = self.taxonomy.distance(challenge.sector, scored.offers[at].sector)
        broad = self.calibration.broad(challenge.entry.id)
        score = score_in_list(relevance - shown - broad, distance, self.calibration.constants)
        return Parts(
            float(scored.near[at]), float(scored.words[at]), scored.tags[at], relevance, shown, broad, distance, score
        )

    def _listed(
        self, found: Sequence[Pairing], role: Role, k: int, filters: Filters, *, plain: bool = False
    ) -> list[Match]:
        def worth(pair: Pairing) -> float:
            return pair.parts.score - filters.points.get(pair.side(role).entry.id, 0.0)

        found = sorted(found, key=lambda pair: (-worth(pair), pair.side(role).entry.id))
        best = [pair for pair in found if not pair.obstacles][: k if plain else looked_at(k)]
        middles = self._sides[role].store.means([pair.side(role).entry.id for pair in best])
        candidates = [
            Candidate(pair.side(role).entry.id, worth(pair), pair.side(role).entry.organisation, middle)
            for pair, middle in zip(best, middles, strict=True)
        ]
        order = range(len(best)) if plain else arrange(candidates, k, self.calibration.constants, filters)
        listed = [best[at] for at in order]
        if filters.shows_ineligible:
            listed += [pair for pair in found if pair.obstacles][: k - len(listed)]
        version = self.calibration.version
        return [
            Match(pair.challenge.entry.id, pair.offer.entry.id, rank, pair.parts, pair.obstacles, version)
            for rank, pair in enumerate(listed, start=1)
        ]

    def _usual_exposure(self) -> float:
        if not self.calibration.exposure:
            return float(np.inf)
        return max(sum(self.calibration.usual_exposure) * self.calibration.constants.exposure / 2, NOTED)

    def _one(self, entry: Entry) -> Prepared:
        role = Role.CHALLENGE if isinstance(entry, Challenge) else Role.OFFER
        known = self._sides[role].prepared.get(entry.id)
        return known if known is not None and known.entry == entry else next(self.prepare([entry]))


def _put_words(words: WordIndex, offers: Iterable[Prepared]) -> None:
    for offer in offers:
        words.put(offer.entry.id, "\n".join(text.text for text in offer.entry.texts))


def looked_at(k: int) -> int:
    """Return how many of the best are arranged into a list of k."""
    return max(5 * k, 50)


def shared_tags(wanted: frozenset[str], offered: frozenset[str]) -> float | None:
    """Return which share of the wanted concepts an offer has; None where one side carries none."""
    return len(wanted & offered) / len(wanted) if wanted and offered else None
