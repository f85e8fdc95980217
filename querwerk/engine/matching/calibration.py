"""What ranking learns from the texts at hand, without labels: the means of languages, how rare words are, who is near to all.

A calibration is a value with a version that is made of its contents. A shown match carries it, so that its score can be
computed again as long as the calibration and the texts are kept.
"""

import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np

from querwerk.engine.matching.model import Entry, Floats, Passage, Role
from querwerk.engine.matching.relevance import unit
from querwerk.engine.matching.words import Table, table_of

RULES = 3
"""Changes whenever the same texts and numbers would get another score."""
STEADY_PAIRS = 100
"""Likewise for the spread of a pair of languages, in pairs of texts."""
STEADY_CHALLENGES = 50
"""Likewise for exposure, in challenges."""
BEST = 3
"""How many challenges tell how exposed an offer is, and how many offers how broad a challenge is."""
STEADY = 3.0
"""A mean counts as if this many texts with the more general mean were among its own."""


@dataclass(frozen=True, slots=True)
class Constants:
    """The numbers that were chosen by measuring; bench/RESULTS.md says on what."""

    words: float = 0.55
    """The share of words beside meaning where both texts are in one language, for long texts."""
    words_across: float = 0.3
    """The same between languages: names, numbers and words that they share."""
    few_words: float = 120.0
    """Sequences of letters (some nine words) of texts whose words have half that share: names are often made of other words."""
    tags: float = 0.3
    """The share of tags where people gave tags to both sides; found ones repeat what the vectors say, which they were found by."""
    exposure: float = 0.5
    """Half of this times the mean of an offer's three best relevances is taken off, and likewise a challenge's."""
    distance: float = 0.02
    """What the farthest sector is worth in a list."""
    diversity: float = 0.2
    """What likeness to an offer higher in the list costs (1 - λ of MMR)."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How the likenesses of many pairs lie."""

    pairs: int
    mean: float
    deviation: float


@dataclass(frozen=True)
class Calibration:
    """Everything that a score depends on beside the texts themselves."""

    encoder: str
    """Version of the encoder."""
    dimension: int
    means: Mapping[tuple[str, Role], tuple[int, Floats]] = field(default_factory=dict)
    """For each language and role how many texts there were and the mean of their vectors; the language "" is the role's."""
    table: Table = field(default_factory=lambda: table_of(()))
    spreads: Mapping[tuple[str, str], Spread] = field(default_factory=dict)
    """How likenesses lie between challenges of one language and offers of another; ("", "") between all."""
    exposure: Mapping[str, float] = field(default_factory=dict)
    """For each offer the mean of its three best relevances over the open challenges, or what is expected where there are fewer."""
    breadth: Mapping[str, float] = field(default_factory=dict)
    """For each challenge the mean of its three best relevances over the offers: a broad one is near to everybody."""
    constants: Constants = field(default_factory=Constants)
    rules: int = RULES

    @cached_property
    def basis(self) -> str:
        """Return what has to be the same for a score to be computed again with it."""
        return basis_of(self.encoder, self.rules)

    @cached_property
    def version(self) -> str:
        """Return 12 hexadecimal digits that change with anything in it."""
        digest = hashlib.sha256(json.dumps([self.basis, self.dimension, repr(self.constants)]).encode())
        for (language, role), (count, mean) in sorted(self.means.items()):
            digest.update(f"{language}/{role}/{count}".encode() + np.ascontiguousarray(mean).tobytes())
        digest.update(str(self.table.texts).encode() + self.table.features.tobytes() + self.table.counts.tobytes())
        digest.update(repr(sorted(self.spreads.items())).encode())
        digest.update(json.dumps([sorted(values.items()) for values in (self.exposure, self.breadth)]).encode())
        return digest.hexdigest()[:12]

    @cached_property
    def means_version(self) -> str:
        """Return 12 hexadecimal digits that change with the encoder or the means: with what centred vectors depend on."""
        digest = hashlib.sha256(json.dumps([self.encoder, self.dimension]).encode())
        for (language, role), (_, mean) in sorted(self.means.items()):
            digest.update(f"{language}/{role}".encode() + np.ascontiguousarray(mean).tobytes())
        return digest.hexdigest()[:12]

    def mean(self, language: str, role: Role) -> Floats:
        """Return what is taken off a vector: the language's mean in this role, that of the role for an unknown language."""
        _, general = self.means.get(("", role), (0, np.zeros(self.dimension, np.float32)))
        return self.means.get((language, role), (0, general))[1]

    def centred(self, vectors: Floats, languages: Iterable[str], role: Role) -> Floats:
        """Return the vectors (n × dimension) without what their language and role have in common, with length 1."""
        several = list(languages)
        if not several:
            return vectors
        known = {language: self.mean(language, role) for language in set(several)}
        return unit(vectors - np.stack([known[language] for language in several]))

    def fair(self, likenesses: Floats, challenge: str, offers: Sequence[str]) -> Floats:
        """Return likenesses (of offers, or challenges × offers) as if every pair of languages were as near to each other as any two.

        Words are shared within a language, and encoders see their own language first; without this, good offers in other languages
        stand below average ones in the challenge's. Each pair's values get the mean and deviation of all pairs.
        """
        if (general := self.spreads.get(("", ""))) is None or not general.deviation:
            return likenesses
        scaled = {language: self._scale(challenge, language, general) for language in set(offers)}
        factors, terms = np.array([scaled[language] for language in offers], np.float32).reshape(-1, 2).T
        return likenesses * factors + terms

    def _scale(self, challenge: str, offer: str, general: Spread) -> tuple[float, float]:
        own = self.spreads.get((challenge, offer))
        if own is None:
            return 1.0, 0.0
        share = own.pairs / (own.pairs + STEADY_PAIRS)
        mean = share * own.mean + (1 - share) * general.mean
        deviation = share * own.deviation + (1 - share) * general.deviation
        factor = general.deviation / deviation if deviation else 1.0
        return factor, general.mean - factor * mean

    def tags_share(self, challenge: Entry, offer: Entry) -> float:
        """Return the share of tags in the relevance of a pair: none unless people tagged both."""
        return self.constants.tags if challenge.tags and offer.tags else 0.0

    def words_shares(self, sequences: int, challenge: str, offers: Sequence[str]) -> Floats:
        """Return the share of words for each offer, given how many sequences of letters a challenge has, and all languages.

        It grows with the length of the challenge and of the texts at hand (the product of the two against the square of `few_words`):
        the same words in two sentences say something, different words in two names do not.
        """
        constants = self.constants
        length = sequences * (self.table.length if self.table.texts else sequences)
        telling = length**2 / (length**2 + constants.few_words**4)
        is_own = np.array(offers, np.str_) == challenge
        return np.where(is_own, constants.words, constants.words_across).astype(np.float32) * np.float32(telling)

    @cached_property
    def usual_exposure(self) -> tuple[float, float]:
        """Return the mean and the deviation of the exposures."""
        values = np.fromiter(self.exposure.values(), np.float64, len(self.exposure))
        return (float(values.mean()), float(values.std())) if len(values) else (0.0, 0.0)

    def exposed(self, offers: Sequence[str]) -> Floats:
        """Return what is taken off each offer; one that came after the calibration gets what is usual."""
        usual, _deviation = self.usual_exposure
        return np.array([self.exposure.get(offer, usual) for offer in offers], np.float32) * (
            self.constants.exposure / 2
        )

    @cached_property
    def _usual_breadth(self) -> float:
        return float(np.mean(list(self.breadth.values()))) if self.breadth else 0.0

    def broad(self, challenge: str) -> float:
        """Return what is taken off a challenge with all offers, so that an offer's challenges can be compared."""
        return self.breadth.get(challenge, self._usual_breadth) * self.constants.exposure / 2


def basis_of(encoder: str, rules: int = RULES) -> str:
    """Return how scores come about: by which encoder and which rules."""
    return f"{encoder} by rules {rules}"


def means_of(
    vectors: Iterable[tuple[Role, list[Passage], Floats]],
    dimension: int,
    usual: Mapping[str, Floats] | None = None,
) -> dict[tuple[str, Role], tuple[int, Floats]]:
    """Return for each language and role, and for each role (language ""), how many passages there are and what to take off.

    Few texts say little about a language, and one that is alone would be taken off itself. So a role's mean is steadied by
    that of the language in both roles, this by the mean of all, and that by what is usual for the encoder.
    """
    sums: dict[tuple[str, Role | None], Floats] = {}
    counts: Counter[tuple[str, Role | None]] = Counter()
    for role, passages, rows in vectors:
        for passage, row in zip(passages, rows, strict=True):
            for key in {(language, side) for language in (passage.language, "") for side in (role, None)}:
                sums[key] = sums.get(key, np.zeros(dimension, np.float32)) + row
                counts[key] += 1
    usual = usual or {}

    def steadied(key: tuple[str, Role | None], before: Floats) -> Floats:
        return np.asarray((sums.get(key, 0) + STEADY * before) / (counts[key] + STEADY), np.float32)

    middle: Floats = np.mean(list(usual.values()), axis=0) if usual else np.zeros(dimension, np.float32)
    every = steadied(("", None), middle)
    found = {}
    for role in Role:
        found["", role] = counts["", role], steadied(("", role), every)
        for language in {language for language, _ in counts} | usual.keys():
            if language:
                own = steadied((language, None), every + usual.get(language, middle) - middle)
                found[language, role] = counts[language, role], steadied((language, role), own)
    return found


def spreads_of(likenesses: Floats, challenges: Sequence[str], offers: Sequence[str]) -> dict[tuple[str, str], Spread]:
    """Return how likenesses (challenges × offers) lie for each pair of languages, given the language of each."""
    if not likenesses.size:
        return {}
    found = {("", ""): _spread(likenesses)}
    asking, answering = np.array(challenges), np.array(offers)
    for one in sorted(set(challenges)):
        for other in sorted(set(offers)):
            found[one, other] = _spread(likenesses[asking == one][:, answering == other])
    return found


def _spread(values: Floats) -> Spread:
    return Spread(values.size, round(float(values.mean()), 6), round(float(values.std()), 6))


def exposure_of(relevances: Floats, offers: Sequence[str]) -> dict[str, float]:
    """Return how exposed each offer is, from relevances (challenges × offers)."""
    if not relevances.size:
        return {}
    few = min(BEST, len(relevances))
    return exposure_from(
        np.partition(relevances, -few, axis=0)[-few:], float(relevances.mean()), offers, len(relevances)
    )


def exposure_from(best: Floats, average: float, offers: Sequence[str], challenges: int) -> dict[str, float]:
    """Return how exposed each offer is, from its three best relevances (at most 3 × offers), the average of all, and of how many challenges.

    Of few challenges one must not make an offer pay for being the right answer: those that are missing to three count as average, and
    the fewer there are, the nearer all offers are brought to the same.
    """
    values = (best.sum(axis=0) + (BEST - len(best)) * average) / BEST
    values = values.mean() + challenges / (challenges + STEADY_CHALLENGES) * (values - values.mean())
    return {offer: round(float(value), 6) for offer, value in zip(offers, values, strict=True)}


def breadth_of(relevances: Floats, challenges: Sequence[str]) -> dict[str, float]:
    """Return how broad each challenge is, from relevances (challenges × offers)."""
    if not relevances.size:
        return {}
    few = min(BEST, relevances.shape[1])
    best = np.partition(relevances, -few, axis=1)[:, -few:]
    values = (best.sum(axis=1) + (BEST - few) * relevances.mean()) / BEST
    return {challenge: round(float(value), 6) for challenge, value in zip(challenges, values, strict=True)}


def dump(calibration: Calibration) -> bytes:
    """Return a calibration as bytes (NumPy's npz without pickled objects)."""
    keys = sorted(calibration.means)
    exposed, broad = sorted(calibration.exposure.items()), sorted(calibration.breadth.items())
    head = {
        "encoder": calibration.encoder,
        "dimension": calibration.dimension,
        "means": [[language, str(role), calibration.means[language, role][0]] for language, role in keys],
        "texts": calibration.table.texts,
        "spreads": [
            [*pair, spread.pairs, spread.mean, spread.deviation] for pair, spread in sorted(calibration.spreads.items())
        ],
        "exposed": [key for key, _ in exposed],
        "broad": [key for key, _ in broad],
        "constants": {name.name: getattr(calibration.constants, name.name) for name in fields(Constants)},
        "rules": calibration.rules,
    }
    stream = io.BytesIO()
    np.savez_compressed(
        stream,
        head=np.frombuffer(json.dumps(head).encode(), np.uint8),
        means=np.stack([calibration.means[key][1] for key in keys]) if keys else np.zeros((0, calibration.dimension)),
        features=calibration.table.features,
        counts=calibration.table.counts,
        exposure=np.array([value for _, value in exposed], np.float64),
        breadth=np.array([value for _, value in broad], np.float64),
    )
    return stream.getvalue()


def load(data: bytes) -> Calibration:
    """Return what `dump` wrote."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        head = json.loads(arrays["head"].tobytes())
        rows = arrays["means"].astype(np.float32)
        return Calibration(
            head["encoder"],
            head["dimension"],
            {
                (language, Role(role)): (count, row)
                for (language, role, count), row in zip(head["means"], rows, strict=True)
            },
            Table(head["texts"], arrays["features"], arrays["counts"]),
            {(one, other): Spread(*spread) for one, other, *spread in head["spreads"]},
            dict(zip(head["exposed"], arrays["exposure"].tolist(), strict=True)),
            dict(zip(head["broad"], arrays["breadth"].tolist(), strict=True)),
            Constants(**head["constants"]),
            head["rules"],
        )
