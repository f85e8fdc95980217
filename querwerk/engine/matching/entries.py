"""Prepares challenges and offers: their passages, vectors, words and tags."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from querwerk.engine.matching.cache import VectorCache
from querwerk.engine.matching.calibration import Calibration
from querwerk.engine.matching.model import Challenge, Encoder, Entry, Floats, Offer, Passage, Role
from querwerk.engine.matching.passages import passages_of
from querwerk.engine.matching.tagging import Tagger
from querwerk.engine.matching.taxonomy import Taxonomy
from querwerk.engine.matching.words import Features, Said

ENCODED_TOGETHER = 64

type Report = Callable[[int, int], None]
"""Told how many passages are encoded, and of how many."""


@dataclass(frozen=True)
class Prepared:
    """An entry with what is computed from its texts alone."""

    entry: Entry
    role: Role
    passages: list[Passage]
    raw: Floats | None
    """The vectors of its passages as the encoder gave them; None: they are asked for again, from where they are kept."""
    said: Said
    """Its words, as sequences of letters."""
    tags: frozenset[str]
    sector: str
    """As people gave it, or as the texts clearly mean it; empty: unknown."""

    @property
    def features(self) -> Features:
        """Return the sequences of all of it."""
        return self.said.whole

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

    def language_for(self, reader: str) -> str:
        """Return the language in which it meets a text in another one's: that one, where a part of it is written in it."""
        return reader if any(passage.language == reader for passage in self.passages) else self.language

    @cached_property
    def text(self) -> str:
        """Return all of it."""
        return "\n".join(passage.text for passage in self.passages)


class Preparer:
    """Turns entries into prepared ones, with one encoder and one taxonomy."""

    def __init__(self, encoder: Encoder, taxonomy: Taxonomy) -> None:
        self.encoder, self.tagger = encoder, Tagger(taxonomy, encoder)

    def prepare(self, entries: Iterable[Entry], report: Report | None = None) -> Iterator[Prepared]:
        """Yield entries with passages, vectors and tags; many passages are encoded together."""
        every = [(entry, passages_of(entry.texts)) for entry in entries]
        total, done = sum(len(passages) for _, passages in every), 0
        if isinstance(self.encoder, VectorCache):
            self._encode_first(self.encoder, every, report)
            report = None
        for start in range(0, len(every), ENCODED_TOGETHER):
            some = every[start : start + ENCODED_TOGETHER]
            rows = self._encoded([(_role(entry), passages) for entry, passages in some])
            for entry, passages in some:
                raw, rows = rows[: len(passages)], rows[len(passages) :]
                yield self._prepared(entry, passages, raw)
                done += len(passages)
            if report:
                report(done, total)

    def prepare_encoded(self, entries: Iterable[Entry]) -> tuple[list[Prepared], list[Entry]]:
        """Return the entries all of whose passages have vectors, prepared, and the others; encode nothing."""
        assert isinstance(self.encoder, VectorCache)
        ready, others = [], []
        for entry in entries:
            passages = passages_of(entry.texts)
            texts, asks = [passage.text for passage in passages], _role(entry) is Role.CHALLENGE
            rows = [row for row in self.encoder.kept(texts, asks=asks) if row is not None]
            if len(rows) < len(passages):
                others.append(entry)
                continue
            raw = np.stack(rows) if rows else np.zeros((0, self.encoder.dimension), np.float32)
            ready.append(self._prepared(entry, passages, raw))
        return ready, others

    def light(self, prepared: Prepared) -> Prepared:
        """Return an entry without its vectors where they are kept anyway."""
        return replace(prepared, raw=None) if isinstance(self.encoder, VectorCache) else prepared

    def raw(self, several: Sequence[Prepared]) -> list[Floats]:
        """Return the vectors of entries as the encoder gave them."""
        lacking = [each for each in several if each.raw is None]
        rows = self._encoded([(each.role, each.passages) for each in lacking])
        ends = np.cumsum([len(each.passages) for each in lacking], dtype=np.intp)
        fetched = iter(np.split(rows, ends[:-1]) if lacking else ())
        return [next(fetched) if each.raw is None else each.raw for each in several]

    def centred(self, several: Sequence[Prepared], calibration: Calibration) -> list[Floats]:
        """Return the vectors of entries as they are compared."""
        return [
            calibration.centred(raw, [passage.language for passage in each.passages], each.role)
            for each, raw in zip(several, self.raw(several), strict=True)
        ]

    # --- inside ---

    def _prepared(self, entry: Entry, passages: list[Passage], raw: Floats) -> Prepared:
        said = Said.of([passage.text for passage in passages])
        read = self.tagger.read(passages, said, raw)
        tags, sector = self.tagger.tags(entry, read), self.tagger.sector(entry, read)
        return Prepared(entry, _role(entry), passages, raw, said, tags, sector)

    def _encode_first(
        self, cache: VectorCache, every: Sequence[tuple[Entry, list[Passage]]], report: Report | None
    ) -> None:
        """Encode all at once: texts of a length go through the encoder together, and progress counts what is new."""
        for role in Role:
            texts = [passage.text for entry, passages in every if _role(entry) is role for passage in passages]
            cache.encode(texts, asks=role is Role.CHALLENGE, progress=report)

    def _encoded(self, several: Sequence[tuple[Role, list[Passage]]]) -> Floats:
        texts = {
            role: [passage.text for side, passages in several for passage in passages if side is role] for role in Role
        }
        rows = {
            Role.CHALLENGE: iter(self.encoder.query(texts[Role.CHALLENGE])),
            Role.OFFER: iter(self.encoder.passage(texts[Role.OFFER])),
        }
        found = [next(rows[role]) for role, passages in several for _ in passages]
        return np.stack(found) if found else np.zeros((0, self.encoder.dimension), np.float32)


def _role(entry: Entry) -> Role:
    return Role.CHALLENGE if isinstance(entry, Challenge) else Role.OFFER
