"""Ranks offers for a challenge and challenges for an offer. `Index` is the door to everything in this folder."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

import numpy as np

from querwerk.engine.matching import calibration as calibrating
from querwerk.engine.matching.calibration import Calibration, Constants
from querwerk.engine.matching.eligibility import obstacles
from querwerk.engine.matching.encoder import Bundled, is_lexical, usual_means
from querwerk.engine.matching.exact import Exact
from querwerk.engine.matching.explain import reasons, shared_words
from querwerk.engine.matching.grams import Grams
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
    Passage,
    Role,
    Text,
    Why,
)
from querwerk.engine.matching.passages import passages_of
from querwerk.engine.matching.relevance import meaning
from querwerk.engine.matching.search import Hit, WordIndex, with_meaning
from querwerk.engine.matching.taxonomy import Taxonomy, bundled
from querwerk.engine.matching.words import Features, Postings, features_of, likenesses, shares_of, table_of

FEW = 5_000
"""Up to here everything is compared with everything; above, meaning chooses the candidates."""
CANDIDATES = 200
DUPLICATE = 0.85
"""Meaning from which on two offers are taken for the same, written twice."""
ENCODED_TOGETHER = 64
NOTED = 0.03
"""Exposure below this moves nobody in a list and is not mentioned."""

type Report = Callable[[int, int], None]
"""Told how many passages are encoded, and of how many."""


@dataclass(frozen=True)
class Prepared:
    """An entry with what is computed from its texts alone."""

    entry: Entry
    role: Role
    passages: list[Passage]
    raw: Floats
    features: Features
    tags: frozenset[str]

    @property
    def offer(self) -> Offer:
        """Return it as an offer."""
        assert isinstance(self.entry, Offer)
        return self.entry

    @property
    def challenge(self) -> Challenge:
        """Return it as a challenge."""
        assert isinstance(self.entry, Challenge)
        return self.entry

    @cached_property
    def language(self) -> str:
        """Return the language in which most of it is written."""
        letters: Counter[str] = Counter()
        for passage in self.passages:
            letters[passage.language] += len(passage.text)
        return max(letters, key=lambda language: (letters[language], language), default="")

    @cached_property
    def text(self) -> str:
        """Return all of it."""
        return "\n".join(passage.text for passage in self.passages)


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


class Side:
    """All challenges, or all offers."""

    def __init__(self, role: Role, dimension: int) -> None:
        self.role = role
        self.prepared: dict[str, Prepared] = {}
        self.store = Exact(dimension=dimension)
        self.grams = Grams(table_of(()))
        self._postings: tuple[Calibration, Postings] | None = None

    def put(self, prepared: Prepared, calibration: Calibration) -> None:
        """Add an entry or replace it."""
        key = prepared.entry.id
        self.prepared.pop(key, None)
        self.prepared[key] = prepared
        self.store.put(key, centred(prepared, calibration))
        self.grams.put(key, prepared.features)
        self._postings = None

    def remove(self, key: str) -> None:
        """Take an entry out; one that is not there is no error."""
        if self.prepared.pop(key, None) is not None:
            self.store.remove(key)
            self.grams.remove(key)
            self._postings = None

    def centre(self, calibration: Calibration) -> None:
        """Put all vectors anew, after the calibration changed."""
        every = [centred(prepared, calibration) for prepared in self.prepared.values()]
        if every:
            self.store.put_many(list(self.prepared), np.concatenate(every), [len(vectors) for vectors in every])
        self.grams = Grams(calibration.table)
        for key, prepared in self.prepared.items():
            self.grams.put(key, prepared.features)
        self._postings = None

    def postings(self, calibration: Calibration) -> Postings:
        """Return the words of all entries."""
        if self._postings is None or self._postings[0] is not calibration:
            every = [prepared.features for prepared in self.prepared.values()]
            self._postings = calibration, Postings(every, calibration.table)
        return self._postings[1]


class Index:
    """Challenges and offers, ready to be ranked. The same entries and calibration give the same lists."""

    def __init__(
        self,
        *,
        encoder: Encoder | None = None,
        calibration: Calibration | None = None,
        taxonomy: Taxonomy | None = None,
        constants: Constants | None = None,
    ) -> None:
        self.encoder: Encoder = encoder or Bundled()
        self.taxonomy = taxonomy or bundled()
        self.calibration = calibration or Calibration(
            self.encoder.version, self.encoder.dimension, constants=constants or Constants()
        )
        if self.calibration.encoder != self.encoder.version:
            raise ValueError(
                f"the calibration is of the encoder {self.calibration.encoder}, but {self.encoder.version} is in use: calibrate anew"
            )
        self._sides = {role: Side(role, self.encoder.dimension) for role in Role}
        self._directory = WordIndex()

    @classmethod
    def build(
        cls,
        offers: Iterable[Offer],
        challenges: Iterable[Challenge] = (),
        *,
        encoder: Encoder | None = None,
        constants: Constants | None = None,
        report: Report | None = None,
    ) -> "Index":
        """Return an index of these entries with a calibration made of them."""
        index = cls(encoder=encoder, constants=constants)
        index.add(*offers, *challenges, report=report)
        index.calibrate()
        return index

    # --- what is in it ---

    def add(self, *entries: Entry, report: Report | None = None) -> None:
        """Add challenges and offers, or replace those with the same id; they are found at once, with the calibration as it is."""
        for prepared in self.prepare(entries, report):
            self._sides[prepared.role].put(prepared, self.calibration)
            if prepared.role is Role.OFFER:
                self._directory.put(prepared.entry.id, "\n".join(text.text for text in prepared.entry.texts))

    def remove(self, role: Role, *keys: str) -> None:
        """Take entries out; those that are not there are no error."""
        for key in keys:
            self._sides[role].remove(key)
            if role is Role.OFFER:
                self._directory.remove(key)

    def keys(self, role: Role) -> list[str]:
        """Return the ids of the challenges or the offers."""
        return list(self._sides[role].prepared)

    def calibrate(self) -> Calibration:
        """Learn anew from all entries: language means, rare words, spreads and exposure. Challenges lacking, offers stand in."""
        offers, challenges = (self._sides[role] for role in (Role.OFFER, Role.CHALLENGE))
        every = [*offers.prepared.values(), *challenges.prepared.values()]
        vectors = ((each.role, each.passages, each.raw) for each in every)
        means = calibrating.means_of(vectors, self.encoder.dimension, usual_means(self.encoder))
        fresh = Calibration(
            self.encoder.version,
            self.encoder.dimension,
            means,
            table_of(each.features for each in every),
            constants=self.calibration.constants,
        )
        self._use(fresh)
        asking = list(challenges.prepared.values()) or list(offers.prepared.values())
        answering = list(offers.prepared.values())
        if asking and answering and len(answering) <= FEW:
            rows = np.stack([self._mixed(*self._compared(each)) for each in asking])
            languages = [each.language for each in asking], [each.language for each in answering]
            fresh = replace(fresh, spreads=calibrating.spreads_of(rows, *languages))
            fairly = np.stack([
                fresh.fair(row, each.language, languages[1]) for row, each in zip(rows, asking, strict=True)
            ])  # fmt: skip
            if challenges.prepared:
                fresh = replace(fresh, exposure=calibrating.exposure_of(fairly, list(offers.prepared)))
            self.calibration = fresh
        return self.calibration

    def _use(self, calibration: Calibration) -> None:
        self.calibration = calibration
        for side in self._sides.values():
            side.centre(calibration)

    # --- questions ---

    def rank(
        self, challenge: Challenge, k: int = 10, filters: Filters | None = None, *, plain: bool = False
    ) -> list[Match]:
        """Return the k offers for a challenge, best first; the challenge need not be in the index. Plain: by score alone."""
        filters = filters or Filters()
        asked = self._one(challenge)
        rows, near, words = self._candidates(asked, k, filters)
        found = [
            Pairing(asked, offer, part, obstacles(challenge, offer.offer, filters))
            for offer, part in zip(rows, self._parts(asked, rows, near, words), strict=True)
        ]
        return self._listed(found, Role.OFFER, k, filters, plain=plain)

    def rank_back(self, offer: Offer, k: int = 10, filters: Filters | None = None) -> list[Match]:
        """Return the k challenges of the index for an offer, best first; each score is that of `rank`."""
        filters = filters or Filters()
        asked = self._one(offer)
        side = self._sides[Role.CHALLENGE]
        keys: Iterable[str] = side.prepared
        if len(side.prepared) > CANDIDATES:
            vectors = centred(asked, self.calibration)
            keys = [key for key, _ in side.store.nearest(vectors, max(CANDIDATES, 4 * k), among=filters.only)]
        found = []
        for challenge in (side.prepared[key] for key in keys):
            # Seen from the challenge, so that both sides are told the same.
            kept = replace(filters, only=None, without=frozenset())
            against = obstacles(challenge.challenge, offer, kept)
            if challenge.entry.id in filters.without or challenge.entry.id not in (
                filters.only or {challenge.entry.id}
            ):
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
            (one.passages, centred(one, self.calibration)),
            (other.passages, centred(other, self.calibration)),
            self.calibration.table,
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
        near = side.store.nearest(centred(prepared, self.calibration), 20)
        if is_lexical(self.encoder):
            asked = shares_of(prepared.features, self.calibration.table)
            scores = side.grams.likenesses(asked)
            near = [(key, float(score)) for key, score in zip(side.prepared, scores, strict=True)]
        found = [(key, value) for key, value in near if key != offer.id and value >= least]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def search(self, text: str, k: int = 20) -> list[Hit]:
        """Return the offers that a reader of the directory looks for: by words as people type them, and by meaning."""
        hits = self._directory.search(text, k)
        if is_lexical(self.encoder) or not text.strip():
            return hits
        asked = self._one(Challenge(id="", texts=(Text(text),)))
        near = self._sides[Role.OFFER].store.nearest(centred(asked, self.calibration), k)
        return with_meaning(hits, near, k)

    # --- inside ---

    def _pair(self, challenge: Prepared, offer: Prepared) -> Parts:
        near = meaning(centred(challenge, self.calibration), centred(offer, self.calibration))
        return self._parts(challenge, [offer], np.array([near], np.float32), self._words(challenge, [offer]))[0]

    def _words(self, challenge: Prepared, offers: Sequence[Prepared]) -> Floats:
        table = self.calibration.table
        return likenesses(shares_of(challenge.features, table), [offer.features for offer in offers], table)

    def _compared(self, challenge: Prepared) -> tuple[Floats, Floats]:
        """Return meaning and words of a challenge with every offer."""
        side = self._sides[Role.OFFER]
        vectors = centred(challenge, self.calibration)
        near = side.store.meanings_of(vectors, list(side.prepared)) if side.prepared else np.zeros(0, np.float32)
        asked = shares_of(challenge.features, self.calibration.table)
        return near, side.postings(self.calibration).likenesses(asked)

    def _candidates(self, challenge: Prepared, k: int, filters: Filters) -> tuple[list[Prepared], Floats, Floats]:
        """Return the offers that come into question with their meaning and words."""
        side = self._sides[Role.OFFER]
        if len(side.prepared) <= FEW:
            near = side.store.meanings(centred(challenge, self.calibration))
            words = side.grams.likenesses(shares_of(challenge.features, self.calibration.table))
            return list(side.prepared.values()), near, words
        wanted = max(CANDIDATES, 4 * k)
        while True:
            keys, near, words = self._nearest(challenge, wanted, filters)
            rows = [side.prepared[key] for key in keys]
            eligible = (row for row in rows if not obstacles(challenge.challenge, row.offer, filters))
            # Where filters leave too little, look farther.
            if len(list(islice(eligible, k))) == k or wanted >= len(side.prepared):
                return rows, near, words
            wanted *= 4

    def _nearest(self, challenge: Prepared, most: int, filters: Filters) -> tuple[list[str], Floats, Floats]:
        """Return the offers that are nearest by meaning and those that are by words, with both."""
        side, vectors = self._sides[Role.OFFER], centred(challenge, self.calibration)
        asked = shares_of(challenge.features, self.calibration.table)
        keys = dict.fromkeys(side.grams.nearest(asked, most))
        if not is_lexical(self.encoder):
            keys |= dict.fromkeys(key for key, _ in side.store.nearest(vectors, most, among=filters.only))
        if filters.only is not None:
            keys = {key: None for key in keys if key in filters.only}
        found = list(keys)
        return found, side.store.meanings_of(vectors, found), side.grams.likenesses(asked, found)

    def _mixed(self, near: Floats, words: Floats) -> Floats:
        share = 1.0 if is_lexical(self.encoder) else self.calibration.constants.words
        return ((1 - share) * near + share * words).astype(np.float32)

    def _parts(self, challenge: Prepared, offers: Sequence[Prepared], near: Floats, words: Floats) -> list[Parts]:
        constants = self.calibration.constants
        languages = [offer.language for offer in offers]
        alike = self.calibration.fair(self._mixed(near, words), challenge.language, languages)
        exposed = self.calibration.exposed([offer.entry.id for offer in offers])
        parts = []
        for offer, meant, said, value, shown in zip(offers, near, words, alike, exposed, strict=True):
            tags = shared_tags(challenge.tags, offer.tags)
            relevance = float(value) if tags is None else (1 - constants.tags) * float(value) + constants.tags * tags
            distance = self.taxonomy.distance(challenge.entry.sector, offer.entry.sector)
            score = score_in_list(relevance - float(shown), distance, constants)
            parts.append(Parts(float(meant), float(said), tags, relevance, float(shown), distance, score))
        return parts

    def _listed(
        self, found: Sequence[Pairing], role: Role, k: int, filters: Filters, *, plain: bool = False
    ) -> list[Match]:
        found = sorted(found, key=lambda pair: (-pair.parts.score, pair.side(role).entry.id))
        best = [pair for pair in found if not pair.obstacles][: k if plain else max(5 * k, 50)]
        middles = self._sides[role].store.means([pair.side(role).entry.id for pair in best])
        candidates = [
            Candidate(pair.side(role).entry.id, pair.parts.score, pair.side(role).entry.organisation, middle)
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
        exposure = list(self.calibration.exposure.values())
        if not exposure:
            return float(np.inf)
        return max(float(np.mean(exposure) + np.std(exposure)) * self.calibration.constants.exposure / 2, NOTED)

    def _one(self, entry: Entry) -> Prepared:
        role = Role.CHALLENGE if isinstance(entry, Challenge) else Role.OFFER
        known = self._sides[role].prepared.get(entry.id)
        return known if known is not None and known.entry == entry else next(self.prepare([entry]))

    def prepare(self, entries: Iterable[Entry], report: Report | None = None) -> Iterator[Prepared]:
        """Yield entries with passages, vectors and tags; many passages are encoded together."""
        every = [(entry, passages_of(entry.texts)) for entry in entries]
        total, done = sum(len(passages) for _, passages in every), 0
        for start in range(0, len(every), ENCODED_TOGETHER):
            some = every[start : start + ENCODED_TOGETHER]
            rows = self._encoded(some)
            for entry, passages in some:
                role = Role.CHALLENGE if isinstance(entry, Challenge) else Role.OFFER
                raw, rows = rows[: len(passages)], rows[len(passages) :]
                features = features_of("\n".join(passage.text for passage in passages))
                yield Prepared(entry, role, passages, raw, features, self.taxonomy.tags(entry))
                done += len(passages)
            if report:
                report(done, total)

    def _encoded(self, entries: Sequence[tuple[Entry, list[Passage]]]) -> Floats:
        texts = {role: [
            passage.text for entry, passages in entries for passage in passages if isinstance(entry, Challenge) is (role is Role.CHALLENGE)
        ] for role in Role}  # fmt: skip
        rows = {
            Role.CHALLENGE: iter(self.encoder.query(texts[Role.CHALLENGE])),
            Role.OFFER: iter(self.encoder.passage(texts[Role.OFFER])),
        }
        found = [
            next(rows[Role.CHALLENGE if isinstance(entry, Challenge) else Role.OFFER])
            for entry, passages in entries for _ in passages
        ]  # fmt: skip
        return np.stack(found) if found else np.zeros((0, self.encoder.dimension), np.float32)


def centred(prepared: Prepared, calibration: Calibration) -> Floats:
    """Return an entry's vectors as they are compared."""
    return calibration.centred(prepared.raw, [passage.language for passage in prepared.passages], prepared.role)


def shared_tags(wanted: frozenset[str], offered: frozenset[str]) -> float | None:
    """Return which share of the wanted concepts an offer has; None where one side carries none."""
    return len(wanted & offered) / len(wanted) if wanted and offered else None
