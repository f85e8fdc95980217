"""How near two texts are by their words: sequences of letters, weighed by how rare they are (TF-IDF).

Sequences of 3 to 5 letters meet inflected forms, German compounds and typing errors; letters are folded first, so that
words that languages share meet as well (Architektur, architecture, architettura).
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

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
class Vector:
    """The sequences of a text and their weights, sorted by number; the squares of the weights sum to 1, or there are none."""

    features: Features
    weights: Floats


@dataclass(frozen=True, slots=True)
class Table:
    """How many of the texts have each sequence."""

    texts: int
    features: Features
    counts: NDArray[np.uint32]


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
def _features_of(word: str) -> tuple[int, ...]:
    padded = f" {folded(word)} "
    found = [padded] if len(padded) <= SHORTEST else []
    for size in range(SHORTEST, LONGEST + 1):
        found += [padded[start : start + size] for start in range(len(padded) - size + 1)]
    return tuple(zlib.crc32(gram.encode("utf-8", "replace")) % SPACE for gram in found)


def counts_of(text: str) -> tuple[Features, Floats]:
    """Return the sequences of a text and how often each occurs; a word counts once, however often it is said."""
    every = [number for word in dict.fromkeys(words_of(text)) for number in _features_of(word)]
    features, counts = np.unique(np.array(every, np.uint32), return_counts=True)
    return features, counts.astype(np.float32)


def table_of(texts: Iterable[str]) -> Table:
    """Count in how many texts each sequence occurs."""
    seen = [counts_of(text)[0] for text in texts]
    features, counts = np.unique(np.concatenate(seen) if seen else np.zeros(0, np.uint32), return_counts=True)
    return Table(len(seen), features.astype(np.uint32), counts.astype(np.uint32))


def vector_of(text: str, table: Table) -> Vector:
    """Return a text's sequences with their weights: (1 + ln count) · (1 + ln((1 + texts) / (1 + texts with it)))."""
    features, counts = counts_of(text)
    if not len(features):
        return Vector(features, counts)
    places = np.searchsorted(table.features, features)
    places[places == len(table.features)] = 0
    known = table.features[places] == features if len(table.features) else np.zeros(len(features), bool)
    frequency = np.where(known, table.counts[places] if len(table.features) else 0, 0)
    weights = (1 + np.log(counts)) * (1 + np.log((1 + table.texts) / (1 + frequency)))
    return Vector(features, (weights / np.linalg.norm(weights)).astype(np.float32))


def likeness(a: Vector, b: Vector) -> float:
    """Return the cosine of two texts' words, 0 to 1."""
    _, left, right = np.intersect1d(a.features, b.features, assume_unique=True, return_indices=True)
    return float(a.weights[left] @ b.weights[right])


class Postings:
    """All texts by their sequences, to compare one text with all of them at once."""

    def __init__(self, vectors: Sequence[Vector]) -> None:
        self._size = len(vectors)
        rows = np.repeat(np.arange(len(vectors)), [len(vector.features) for vector in vectors])
        features = np.concatenate([vector.features for vector in vectors]) if vectors else np.zeros(0, np.uint32)
        weights = np.concatenate([vector.weights for vector in vectors]) if vectors else np.zeros(0, np.float32)
        order = np.argsort(features, kind="stable")
        self._features, self._rows, self._weights = features[order], rows[order].astype(np.int32), weights[order]

    def likenesses(self, vector: Vector) -> Floats:
        """Return the cosine of a text's words with every text's."""
        starts = np.searchsorted(self._features, vector.features, side="left")
        stops = np.searchsorted(self._features, vector.features, side="right")
        lengths = stops - starts
        if not lengths.sum():
            return np.zeros(self._size, np.float32)
        at = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths) + np.arange(lengths.sum())
        shares = self._weights[at] * np.repeat(vector.weights, lengths)
        return np.bincount(self._rows[at], shares, self._size).astype(np.float32)
