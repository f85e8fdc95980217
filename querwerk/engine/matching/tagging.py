"""Tags texts with concepts: by the names in them, and by meaning, where a passage says what people with that skill do.

Names alone are too short to be compared with sentences, so each concept has a sentence that describes it (`about.tsv`); its vector is mostly
that sentence's and a little that of its names in all languages. On 44 sentences in eight languages that name no skill, 27 of 34 got a right
tag and 15 tags were wrong, mostly neighbours (animated film, film). Other encoders than the bundled one tag by names only:
how near is near enough was measured with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from pathlib import Path

import numpy as np

from querwerk.engine.matching.encoder import usual_means
from querwerk.engine.matching.model import Encoder, Entry, Floats, Passage
from querwerk.engine.matching.relevance import unit
from querwerk.engine.matching.taxonomy import FOLDER, Taxonomy, bundled
from querwerk.engine.matching.vocabulary import Vocabulary
from querwerk.engine.matching.words import Said

NEAR = 0.37
"""Likeness of a passage and a concept from which on it is tagged."""
BESIDE = 0.04
"""How much less near than a passage's nearest concept another may be."""
MOST = 8
"""Tags by meaning of one entry."""
CLEAR = 0.09
"""How much nearer than all others a sector has to be to be taken without asking."""
LEAST = 0.28
"""Likeness from which on a concept is proposed to people."""
NAMES = 0.2
"""The share of a concept's names in its vector."""
VECTORS = Path(__file__).with_name("concepts.npy")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A concept that a text seems to be about."""

    concept: str
    likeness: float
    """1 where the text names it."""
    passage: Passage | None
    """What says so; None: a name somewhere in the texts."""


@dataclass(frozen=True, slots=True)
class Read:
    """Passages, ready to be held against concepts."""

    passages: Sequence[Passage]
    said: Said
    vectors: Floats | None
    """Without what is usual for their languages; None: there is nothing to tell a meaning by."""


class Tagger:
    """Finds concepts in texts."""

    def __init__(self, taxonomy: Taxonomy, encoder: Encoder) -> None:
        self._taxonomy = taxonomy
        self._usual = usual_means(encoder) if taxonomy is bundled() else {}
        self._middle = np.mean(list(self._usual.values()), axis=0) if self._usual else None

    def read(self, passages: Sequence[Passage], said: Said, raw: Floats) -> Read:
        """Return passages with their words and vectors (as the encoder gave them) ready to be held against concepts."""
        if self._middle is None or not len(passages):
            return Read(passages, said, None)
        usual = np.stack([self._usual.get(passage.language, self._middle) for passage in passages])
        return Read(passages, said, unit(raw - usual))

    def tags(self, entry: Entry, read: Read) -> frozenset[str]:
        """Return the skills of an entry: those that people gave it, those its texts name or mean, without those people took away."""
        concepts, near = _near(read, "skill:")
        meant: list[str] = []
        # In most texts nothing is near enough.
        if near.size and near.max() >= NEAR:
            nearest = near.max(axis=1, keepdims=True)
            best = np.where(near >= np.maximum(NEAR, nearest - BESIDE), near, -1).max(axis=0)
            meant = [concepts[at] for at in np.argsort(-best, kind="stable")[:MOST] if best[at] > 0]
        return (self._taxonomy.tags(entry) | frozenset(meant)) - entry.untagged

    def sector(self, entry: Entry, read: Read) -> str:
        """Return the sector that people gave an entry, or the one that its texts clearly mean; empty: unknown."""
        if entry.sector:
            return entry.sector
        ranked = _sectors(read)
        second = ranked[1].likeness if len(ranked) > 1 else LEAST
        if ranked and ranked[0].likeness >= max(NEAR, second + CLEAR):
            return "" if ranked[0].concept in entry.untagged else ranked[0].concept
        return ""

    def suggest(self, entry: Entry, read: Read) -> list[Suggestion]:
        """Return what people might tag an entry with and have neither added nor taken away: skills first, then up to three sectors."""
        named = [Suggestion(concept, 1.0, None) for concept in sorted(self._taxonomy.tags(entry) - entry.tags)]
        known = {each.concept for each in named} | entry.tags | entry.untagged
        meant = _best(read, "skill:")[:MOST]
        sectors = _sectors(read)[:3] if not entry.sector else []
        return named + [each for each in [*meant, *sectors] if each.concept not in known]


def _sectors(read: Read) -> list[Suggestion]:
    both = [*_best(read, "nace:"), *_best(read, "submarket:")]
    return sorted(both, key=lambda each: (-each.likeness, each.concept))


def _best(read: Read, kind: str) -> list[Suggestion]:
    """Return the concepts that may be proposed, with the passage that says so."""
    concepts, near = _near(read, kind)
    if not near.size:
        return []
    best, where = near.max(axis=0), near.argmax(axis=0)
    found = [
        Suggestion(concepts[at], float(best[at]), read.passages[where[at]]) for at in np.flatnonzero(best >= LEAST)
    ]
    return sorted(found, key=lambda each: (-each.likeness, each.concept))


def _near(read: Read, kind: str) -> tuple[list[str], Floats]:
    """Return the concepts of a kind in the order of their ids, and the likeness of each to each passage (passages × concepts)."""
    if read.vectors is None:
        return [], np.zeros((0, 0), np.float32)
    vocabulary = _described(kind)
    return vocabulary.concepts, vocabulary.likenesses(read.said.pieces, read.vectors)


def descriptions() -> dict[str, str]:
    """Return for each concept that can be tagged by meaning a sentence on what people do."""
    _, *rows = (FOLDER / "about.tsv").read_text(encoding="utf-8").splitlines()
    return dict(row.split("\t") for row in rows)


def concept_vectors(concepts: Sequence[str], encoder: Encoder) -> Floats:
    """Return the vectors of concepts (n × dimension), computed from their descriptions and names."""
    usual, about, taxonomy = usual_means(encoder), descriptions(), bundled()
    told = unit(encoder.passage([about[concept] for concept in concepts]) - usual["en"])
    named = np.stack([
        np.sum([
            unit(unit(encoder.passage(names) - usual[language]).sum(axis=0)) for language, names in taxonomy.concepts[concept].names.items()
        ], axis=0)
        for concept in concepts
    ])  # fmt: skip
    return unit((1 - NAMES) * told + NAMES * unit(named))


@cache
def _described(kind: str) -> Vocabulary:
    rows = sorted(
        ((at, concept) for at, concept in enumerate(descriptions()) if concept.startswith(kind)), key=itemgetter(1)
    )
    names = {
        concept: [name for names in bundled().concepts[concept].names.values() for name in names] for _, concept in rows
    }
    return Vocabulary(names, np.load(VECTORS)[[at for at, _ in rows]].astype(np.float32))
