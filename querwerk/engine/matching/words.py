"""How much of one text's words another has: sequences of letters, weighed by how rare they are (TF-IDF, BM25).

Sequences of 3 to 5 letters meet inflected forms, German compounds and typing errors; letters are folded first, so that
words that languages share meet as well (Architektur, architecture, architettura).
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from querwerk.engine.matching.model import Floats

type Features = NDArray[np.uint32]

SHORTEST, LONGEST = 3, 5
SPACE = 1 << 22
"""Sequences are kept as numbers below this; two of them share a number in one of thousands of cases."""

_WORD = re.compile(r"\w+")
_FOLDED = str.maketrans({"ß": "ss", "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe"})
_SOUNDS = (("ph", "f"), ("th", "t"), ("ck", "k"), ("qu", "kv"), ("sch", "s"), ("sz", "s"), ("cz", "c"), ("w", "v"),
           ("c", "k"), ("y", "i"), ("j", "i"), ("z", "s"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shares:
    """The sequences of a text that asks, sorted by number, and the share of each in it; the shares sum to 1, or there are none."""

    features: Features
    weights: Floats
    total: float
    """What the sequences weigh together."""


@dataclass(frozen=True)
class Table:
    """How many of the texts have each sequence."""

    texts: int
    features: Features
    counts: NDArray[np.uint32]

    @cached_property
    def length(self) -> float:
        """Return how many different sequences a text has on average."""
        return float(self.counts.sum()) / self.texts if self.texts else 1.0


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters."""
    return _WORD.findall(text.lower())


@lru_cache(100_000)
def folded(word: str) -> str:
    """Return a word without accents, and written as other languages of Europe would: philharmonie and filharmonia are near."""
    plain = unicodedata.normalize("NFKD", word.translate(_FOLDED))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    for letters, sound in _SOUNDS:
        plain = plain.replace(letters, sound)
    return plain


@lru_cache(50_000)
def features_of_word(word: str) -> tuple[int, ...]:
    """Return the sequences of one word in small letters."""
    padded = f" {folded(word)} "
    found = [padded] if len(padded) <= SHORTEST else []
    for size in range(SHORTEST, LONGEST + 1):
        found += [padded[start : start + size] for start in range(len(padded) - size + 1)]
    return tuple(zlib.crc32(gram.encode("utf-8", "replace")) % SPACE for gram in found)


@lru_cache(50_000)
def _array_of_word(word: str) -> Features:
    return np.array(features_of_word(word), np.uint32)


def features_of(text: str) -> Features:
    """Return the sequences of a text, sorted; how often a word is said does not matter."""
    every = [_array_of_word(word) for word in dict.fromkeys(words_of(text))]
    return np.unique(np.concatenate(every)) if every else np.zeros(0, np.uint32)


def table_of(texts: Iterable[Features]) -> Table:
    """Count in how many texts each sequence occurs."""
    seen = list(texts)
    features, counts = np.unique(np.concatenate(seen) if seen else np.zeros(0, np.uint32), return_counts=True)
    return Table(len(seen), features.astype(np.uint32), counts.astype(np.uint32))


def weights_of(features: Features, table: Table) -> Floats:
    """Return how much each sequence weighs: the square of 1 + ln((1 + texts) / (1 + texts with it))."""
    frequency = np.zeros(len(features))
    if len(table.features):
        places = np.minimum(np.searchsorted(table.features, features), len(table.features) - 1)
        frequency = np.where(table.features[places] == features, table.counts[places], 0)
    return np.asarray((1 + np.log((1 + table.texts) / (1 + frequency))) ** 2, np.float32)


def shares_of(features: Features, table: Table) -> Shares:
    """Return how much each sequence of a text weighs in it."""
    weights = weights_of(features, table)
    total = float(weights.sum(dtype=np.float64))
    return Shares(features, (weights / total).astype(np.float32) if total else weights, total)


def damped(lengths: NDArray[np.int_], table: Table) -> Floats:
    """Return by how much what is found in a text counts: less in long ones, which have a little of everything.

    BM25's denominator (k₁ = 1.2, b = 0.75) where everything occurs once, 1 for a text of average length.
    """
    return (1 / (0.59 + 0.41 * np.asarray(lengths) / max(table.length, 1))).astype(np.float32)


def found_in(asked: Shares, texts: Sequence[Features]) -> Floats:
    """Return which share of what is asked each text has, between 0 and 1."""
    lengths = np.array([len(features) for features in texts], np.intp)
    if not lengths.sum() or not len(asked.features):
        return np.zeros(len(texts), np.float32)
    every = np.concatenate(texts)
    places = np.minimum(np.searchsorted(asked.features, every), len(asked.features) - 1)
    found = np.where(asked.features[places] == every, asked.weights[places], 0)
    return np.bincount(np.repeat(np.arange(len(texts)), lengths), found, len(texts)).astype(np.float32)


def likenesses(asked: Shares, texts: Sequence[Features], table: Table) -> Floats:
    """Return which share of what is asked each text has, damped by its length: 0, about 1, at most 1.7."""
    lengths = np.array([len(features) for features in texts], np.intp)
    return found_in(asked, texts) * damped(lengths, table)


def likenesses_of_names(asked: Shares, names: "Postings") -> Floats:
    """Return how much names are in a text: half the share of the text that a name has, half the share of the name that the text has.

    For names of concepts only: of offers the shortest would win, whatever it says.
    """
    shares = names.found_in(asked)
    return (shares * (names.damped + asked.total / np.maximum(names.totals, 1e-6)) / 2).astype(np.float32)


class Postings:
    """All texts by their sequences, to compare one text with all of them at once."""

    def __init__(self, texts: Sequence[Features], table: Table) -> None:
        lengths = np.array([len(features) for features in texts], np.intp)
        features = np.concatenate(texts) if texts else np.zeros(0, np.uint32)
        order = np.argsort(features, kind="stable")
        self._features = features[order]
        self._rows = np.repeat(np.arange(len(texts), dtype=np.int32), lengths)[order]
        self.damped = damped(lengths, table)
        weights = weights_of(features, table)
        self.totals = np.bincount(np.repeat(np.arange(len(texts)), lengths), weights, len(texts)).astype(np.float32)
        """What the sequences of each text weigh together."""

    def likenesses(self, asked: Shares) -> Floats:
        """Return the same as the function of this name."""
        return self.found_in(asked) * self.damped

    def found_in(self, asked: Shares) -> Floats:
        """Return the same as the function of this name."""
        starts = np.searchsorted(self._features, asked.features, side="left")
        lengths = np.searchsorted(self._features, asked.features, side="right") - starts
        if not lengths.sum():
            return np.zeros(len(self.damped), np.float32)
        at = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths) + np.arange(lengths.sum())
        return np.bincount(self._rows[at], np.repeat(asked.weights, lengths), len(self.damped)).astype(np.float32)
