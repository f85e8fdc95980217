"""How much of one text's words another has: sequences of letters, weighed by how rare they are (TF-IDF, BM25).

Half of it is seen over the whole texts, half passage by passage: a challenge that one work of a portfolio answers word by word is
answered, and the same words scattered over twenty works are not.

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


@dataclass(frozen=True, slots=True)
class Said:
    """The sequences of an entry: of all of it, and of each of its passages."""

    whole: Features
    pieces: tuple[Features, ...]

    @classmethod
    def of(cls, passages: Sequence[str]) -> "Said":
        """Return what passages say."""
        pieces = tuple(features_of(passage) for passage in passages)
        return cls(pieces[0] if len(pieces) == 1 else _together(pieces), pieces)


@dataclass(frozen=True, slots=True)
class Question:
    """What asks, ready to be compared with many: the shares of the whole, and for each sequence in which passages it weighs how much."""

    whole: Shares
    parts: Floats
    """What each passage weighs in the whole; they sum to 1, or there are none."""
    features: Features
    ends: NDArray[np.int64]
    """Sequence i stands in places ends[i] to ends[i + 1] of the following."""
    passages: NDArray[np.int64]
    weights: Floats
    """The share of the sequence in that passage."""


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
    return _together([_array_of_word(word) for word in dict.fromkeys(words_of(text))])


def _together(several: Sequence[Features]) -> Features:
    """Return all sequences, sorted and each once; for so few a third of the time of `np.unique`, which hashes them first."""
    every = np.concatenate(several) if several else np.zeros(0, np.uint32)
    every.sort()
    is_new = np.ones(len(every), np.bool_)
    np.not_equal(every[1:], every[:-1], out=is_new[1:])
    return every[is_new]


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
    return shares_by(features, weights_of(features, table))


def shares_by(features: Features, weights: Floats) -> Shares:
    """Return the same, given what each sequence weighs."""
    total = float(weights.sum(dtype=np.float64))
    return Shares(features, (weights / total).astype(np.float32) if total else weights, total)


def question(said: Said, table: Table) -> Question:
    """Return what asks with its weights."""
    shares = [shares_of(features, table) for features in said.pieces]
    every = np.concatenate([own.features for own in shares]) if shares else np.zeros(0, np.uint32)
    order = np.argsort(every, kind="stable")
    features, first = np.unique(every[order], return_index=True)
    numbers = np.repeat(np.arange(len(shares)), [len(own.features) for own in shares])
    weights = np.concatenate([own.weights for own in shares]) if shares else np.zeros(0, np.float32)
    totals = np.array([own.total for own in shares])
    parts = (totals / totals.sum()).astype(np.float32) if totals.sum() else totals.astype(np.float32)
    ends = np.append(first, len(every)).astype(np.int64)
    return Question(
        shares_of(said.whole, table), parts, features, ends, numbers[order].astype(np.int64), weights[order]
    )


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


def likenesses(asked: Question, others: Sequence[Said], table: Table) -> Floats:
    """Return which share of what is asked each entry has: 0, about 1, at most 1.35.

    Half counts over the whole, damped by length, half by the passage that has most of each passage of what is asked.
    """
    lengths = np.array([len(other.whole) for other in others], np.intp)
    whole = found_in(asked.whole, [other.whole for other in others]) * damped(lengths, table)
    return ((whole + np.array([_by_pieces(asked, other) for other in others], np.float32)) / 2).astype(np.float32)


def _by_pieces(asked: Question, other: Said) -> float:
    best = np.zeros(len(asked.parts), np.float32)
    for piece in other.pieces:
        there = np.repeat(np.isin(asked.features, piece), np.diff(asked.ends))
        best = np.maximum(best, np.bincount(asked.passages[there], asked.weights[there], len(best)))
    return float(best @ asked.parts)


def likenesses_of_names(asked: Shares, names: "Postings") -> Floats:
    """Return how much names are in a text: half the share of the text that a name has, half the share of the name that the text has.

    For names of concepts only: of offers the shortest would win, whatever it says.
    """
    shares = names.found_in(asked)
    return (shares * (names.damped + asked.total / np.maximum(names.totals, 1e-6)) / 2).astype(np.float32)


class Postings:
    """Short texts by their sequences, to compare one text with all of them at once."""

    def __init__(self, texts: Sequence[Features], table: Table) -> None:
        lengths = np.array([len(features) for features in texts], np.intp)
        features = np.concatenate(texts) if texts else np.zeros(0, np.uint32)
        order = np.argsort(features, kind="stable")
        self.features = features[order]
        self.rows = np.repeat(np.arange(len(texts), dtype=np.int32), lengths)[order]
        self.damped = damped(lengths, table)
        weights = weights_of(features, table)
        self.totals = np.bincount(np.repeat(np.arange(len(texts)), lengths), weights, len(texts)).astype(np.float32)
        """What the sequences of each text weigh together."""

    def found_in(self, asked: Shares) -> Floats:
        """Return the same as the function of this name."""
        starts = np.searchsorted(self.features, asked.features, side="left")
        lengths = np.searchsorted(self.features, asked.features, side="right") - starts
        if not lengths.sum():
            return np.zeros(len(self.damped), np.float32)
        at = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths) + np.arange(lengths.sum())
        return np.bincount(self.rows[at], np.repeat(asked.weights, lengths), len(self.damped)).astype(np.float32)
