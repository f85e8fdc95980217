"""Finds entries by words, as people type them: with slips, without umlauts, as the beginning or as a part of German compounds.

Each word of a query becomes the words of the vocabulary that it may mean, each with a likeness: the same word, its beginning, the
end or another part of a compound, one or two slips away. Candidates come from shared trigrams (an edit destroys at most four of
them, Ukkonen 1992), slips are counted by dynamic programming in the whole word and in any part of it (Sellers 1980). An entry
scores the best likeness for each word, weighted by how rare the word is; saying a word often adds next to nothing.
"""

import io
import json
import re
import threading
import unicodedata
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from querwerk.engine.matching.folding import fold

type Floats = NDArray[np.float32]
type Numbers = NDArray[np.int64]

MOST_QUERY_LETTERS = 300
MOST_QUERY_WORDS = 8
MOST_CANDIDATES = 2_000
"""Words of the vocabulary whose slips are counted for one word of a query."""
MOST_MEANT = 400
"""Words of the vocabulary that one word of a query may mean."""
MEANING_SHARE = 0.3
"""How much meaning counts beside words."""
LEAST_MEANING = 0.3
"""Meaning from which on an entry is found that holds none of the words."""
LEAST_SHARE = 0.35
"""Entries that score less than this share of the best one are left out: they only hold the least telling word."""

_WORD = re.compile(r"[^\W_]+")
FILLERS = frozenset(
    [
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
        "ein",
        "eine",
        "einer",
        "eines",
        "einem",
        "einen",
        "und",
        "oder",
        "in",
        "im",
        "an",
        "am",
        "auf",
        "aus",
        "bei",
        "fur",
        "mit",
        "nach",
        "von",
        "vom",
        "vor",
        "zu",
        "zum",
        "zur",
        "uber",
        "unter",
        "ist",
        "sind",
        "war",
        "wer",
        "wie",
        "wo",
        "was",
        "es",
        "sie",
        "er",
        "wir",
        "the",
        "a",
        "of",
        "on",
        "at",
        "for",
        "with",
        "from",
        "to",
        "by",
        "is",
        "are",
        "and",
        "or",
        "who",
        "how",
        "where",
    ]
)
"""Words, folded, that tell nothing about what somebody looks for."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that holds what was looked for; 1 is the best score there is."""

    key: str
    score: float
    words: tuple[str, ...]
    """The words, folded, that it was found by: `fold` the words of a text to mark them."""


def words(text: str) -> Iterator[str]:
    """Yield the folded words of a text."""
    for match in _WORD.finditer(unicodedata.normalize("NFC", text)):
        folded = fold(match[0])
        if folded:
            yield folded


def query_words(query: str) -> list[str]:
    """Return the words that a query asks for, without fillers unless there is nothing else."""
    found = list(dict.fromkeys(words(query[:MOST_QUERY_LETTERS])))
    return ([word for word in found if word not in FILLERS] or found)[:MOST_QUERY_WORDS]


def trigrams(word: str) -> set[str]:
    """Return every three signs that stand together in a word with its ends marked."""
    marked = f"^{word}$"
    return {marked[at : at + 3] for at in range(len(marked) - 2)}


def slips_allowed(word: str) -> int:
    """Return how many slips are forgiven in a word of this length; none in numbers."""
    if len(word) < 4 or any(letter.isdigit() for letter in word):
        return 0
    return 1 if len(word) < 8 else 2


def with_meaning(hits: Iterable[Hit], near: Iterable[tuple[str, float]], most: int) -> list[Hit]:
    """Put together what was found by words and by meaning: ``near`` are keys and their meaning with the query, at most 1."""
    by_word = {hit.key: hit for hit in hits}
    meanings = dict(near)
    found = []
    for key in by_word.keys() | {key for key, meaning in meanings.items() if meaning >= LEAST_MEANING}:
        hit = by_word.get(key, Hit(key, 0, ()))
        meaning = max(meanings.get(key, 0), 0)
        found.append(Hit(key, (1 - MEANING_SHARE) * hit.score + MEANING_SHARE * meaning, hit.words))
    return sorted(found, key=lambda hit: (-hit.score, hit.key))[:most]


class Vocabulary:
    """Every word that stands in an entry, and the trigrams to find those like another one. It only grows."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.spelled: list[str] = []
        self._grams: dict[str, array[int]] = {}
        self._letters: Letters = Letters()

    def number(self, word: str) -> int:
        """Return a word's number; a new one is added."""
        number = self.numbers.get(word)
        if number is None:
            number = self.numbers[word] = len(self.spelled)
            self.spelled.append(word)
            self._letters.append(word)
            for gram in trigrams(word):
                self._grams.setdefault(gram, array("q")).append(number)
        return number

    def meant_by(self, word: str) -> dict[int, float]:
        """Return the words that somebody may mean, by number, with their likeness above 0 to 1."""
        meant = self._like(word)
        for part, share in self._parts(word):
            for number, likeness in self._like(part, slips=0).items():
                meant[number] = max(meant.get(number, 0), likeness * share)
        best = sorted(meant.items(), key=lambda item: (-item[1], self.spelled[item[0]]))
        return dict(best[:MOST_MEANT])

    def _like(self, word: str, slips: int | None = None) -> dict[int, float]:
        from querwerk.engine.matching import kernels  # noqa: PLC0415 - loads Numba

        allowed = slips_allowed(word) if slips is None else slips
        candidates = self._candidates(word, allowed)
        if not len(candidates):
            return {}
        counted = np.empty((len(candidates), 2), np.int64)
        codes, starts = self._letters.arrays()
        asked = np.frombuffer(word.encode("utf-32-le"), np.uint32)
        kernels.count_slips(asked, codes, starts, candidates, counted)
        found: dict[int, float] = {}
        for number, (whole, inside) in zip(candidates.tolist(), counted.tolist(), strict=True):
            likeness = _likeness(word, self.spelled[number], whole, inside, allowed)
            if likeness > 0:
                found[number] = likeness
        return found

    def _candidates(self, word: str, allowed: int) -> Numbers:
        """Return the words that share enough trigrams, those that share most first."""
        grams = trigrams(word)
        lists = [np.array(self._grams[gram], np.int64) for gram in sorted(grams) if gram in self._grams]
        if not lists:
            return np.empty(0, np.int64)
        shared = np.bincount(np.concatenate(lists), minlength=len(self.spelled))
        # Inside another word both ends are missing; a slip, or two neighbours swapped, costs three or four more.
        least = max(1, len(grams) - max(2, 4 * allowed))
        candidates = np.flatnonzero(shared >= least)
        if len(candidates) > MOST_CANDIDATES:
            candidates = candidates[np.argsort(-shared[candidates], kind="stable")[:MOST_CANDIDATES]]
        exact = self.numbers.get(word)
        return candidates if exact is None or exact in candidates else np.append(candidates, exact)

    def _parts(self, word: str) -> Iterable[tuple[str, float]]:
        """Yield the halves of a compound that are known words, with how much each says: more when both halves are known."""
        for at in range(4, len(word) - 3):
            second = word[at:]
            for first in (word[:at], word[: at - 1] if word[at - 1] in "sn" and at > 4 else ""):
                known = (first in self.numbers) + (second in self.numbers)
                yield from (
                    (half, 0.4 * known * len(half) / len(word)) for half in (first, second) if half in self.numbers
                )


def _likeness(asked: str, word: str, whole: int, inside: int, allowed: int) -> float:
    """Return how likely a word is meant, 0 to 1; ``whole`` and ``inside`` are its slips as a whole and in its best part."""
    if word == asked:
        return 1.0
    more = len(word) - len(asked)
    if len(asked) >= 3 and word.startswith(asked):
        return 0.95 if more <= 3 else 0.85
    if len(word) >= 5 and asked.startswith(word) and more >= -2:
        return 0.85
    if inside == 0 and len(asked) >= 4:
        return 0.8 if word.endswith(asked) else 0.6
    # The shorter a word, the more others are one slip away from it.
    forgiven = 0.25 + 0.05 * min(len(asked), 9)
    if whole <= allowed:
        return forgiven - 0.1 * (whole - 1)
    return forgiven - 0.15 if inside == 1 and len(asked) >= 6 and allowed else 0.0


class Letters:
    """The letters of all words in one array, for the compiled loop."""

    def __init__(self) -> None:
        self._codes, self._starts = array("I"), array("q", [0])
        self._arrays: tuple[NDArray[np.uint32], Numbers] | None = None

    def append(self, word: str) -> None:
        """Add the next word."""
        self._codes.extend(map(ord, word))
        self._starts.append(len(self._codes))
        self._arrays = None

    def arrays(self) -> tuple[NDArray[np.uint32], Numbers]:
        """Return the letters, and where each word begins (and the last one ends)."""
        if self._arrays is None:
            self._arrays = np.array(self._codes, np.uint32), np.array(self._starts, np.int64)
        return self._arrays


def _as_bytes(value: object) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(value).encode(), np.uint8)


class WordIndex:
    """The words of entries, found as people type them; entries come and go in place. Its threads take turns."""

    def __init__(self) -> None:
        self._turn = threading.RLock()
        self._begin()

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def put(self, key: str, text: str, *, title: str = "") -> None:
        """Add an entry, or put it in the place of the one with this key; words of the title count most."""
        named = set(words(title))
        counts = Counter(words(text))
        with self._turn:
            self.remove(key)
            row = self._rows[key] = len(self._keys)
            self._keys.append(key)
            self._is_gone.append(False)
            for word in sorted(named | counts.keys()):
                number = self._vocabulary.number(word)
                while len(self._postings) <= number:
                    self._postings.append((array("q"), array("f")))
                self._postings[number][0].append(row)
                self._postings[number][1].append(1.0 if word in named else 0.65 + 0.05 * min(counts[word], 4))

    def remove(self, key: str) -> None:
        """Take an entry out; one that is not there is no error."""
        with self._turn:
            row = self._rows.pop(key, None)
            if row is not None:
                self._is_gone[row] = True
                if len(self._keys) > 2 * len(self._rows) + 1000:
                    self._compact()

    def search(self, query: str, most: int = 20, *, among: Collection[str] | None = None) -> list[Hit]:
        """Return the entries that answer a query best, best first, equal ones by key."""
        with self._turn:
            scored = self._scored(query_words(query))
            if scored is None:
                return []
            scores, meant = scored
            if among is not None:
                allowed = np.zeros(len(scores), np.bool_)
                allowed[[self._rows[key] for key in among if key in self._rows]] = True
                scores[~allowed] = 0
            rows = np.flatnonzero(scores > LEAST_SHARE * scores.max(initial=0))
            if len(rows) > most:
                rows = rows[scores[rows] >= np.partition(scores[rows], -most)[-most]]
            best = sorted((-float(scores[row]), self._keys[row], int(row)) for row in rows)[:most]
            held = self._words_in([row for _, _, row in best], meant)
            return [Hit(key, -score, tuple(found)) for (score, key, _), found in zip(best, held, strict=True)]

    def dump(self) -> bytes:
        """Return all of it as bytes (NumPy's npz without pickled objects); nothing of removed entries is in them."""
        with self._turn:
            if len(self._keys) > len(self._rows):
                self._compact()
            stream = io.BytesIO()
            np.savez(
                stream,
                head=_as_bytes([self._keys, self._vocabulary.spelled]),
                sizes=np.array([len(rows) for rows, _held in self._postings], np.int64),
                rows=np.concatenate(
                    [np.zeros(0, np.int32), *(np.array(rows, np.int32) for rows, _held in self._postings)]
                ),
                held=np.concatenate(
                    [np.zeros(0, np.float32), *(np.array(held, np.float32) for _rows, held in self._postings)]
                ),
            )
            return stream.getvalue()

    @classmethod
    def load(cls, data: bytes) -> "WordIndex":
        """Return what `dump` wrote; ValueError, KeyError or OSError where it is something else."""
        index = cls()
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            index._keys, spelled = json.loads(arrays["head"].tobytes())
            sizes = arrays["sizes"]
            rows, held = arrays["rows"].astype(np.int64), arrays["held"].astype(np.float32)
        ends = np.cumsum(sizes)
        index._rows = {key: row for row, key in enumerate(index._keys)}
        index._is_gone = bytearray(len(index._keys))
        for word, end, size in zip(spelled, ends.tolist(), sizes.tolist(), strict=True):
            index._vocabulary.number(word)
            some, weights = array("q"), array("f")
            some.frombytes(rows[end - size : end].tobytes())
            weights.frombytes(held[end - size : end].tobytes())
            index._postings.append((some, weights))
        return index

    # --- inside ---

    def _begin(self) -> None:
        self._rows: dict[str, int] = {}
        self._keys: list[str] = []
        self._is_gone = bytearray()
        self._vocabulary = Vocabulary()
        self._postings: list[tuple[array[int], array[float]]] = []

    def _scored(self, asked: Sequence[str]) -> tuple[Floats, list[int]] | None:
        """Return the score of each row, and the words that were taken as meant; None when there are none."""
        gone = np.array(self._is_gone, np.bool_)
        total, weights = np.zeros(len(self._keys), np.float32), 0.0
        every: list[int] = []
        for word in asked:
            meant = self._vocabulary.meant_by(word)
            best = np.zeros(len(self._keys), np.float32)
            for number, likeness in meant.items():
                rows, held = (np.array(part) for part in self._postings[number])
                best[rows] = np.maximum(best[rows], held * np.float32(likeness))
            best[gone] = 0
            # A word that nothing holds says nothing about what is better.
            holders = np.count_nonzero(best)
            if holders:
                rarity = np.log1p(len(self._rows) / holders)
                total += np.float32(rarity) * best
                weights += rarity
                every += meant
        return (total / np.float32(weights), every) if weights else None

    def _words_in(self, rows: Sequence[int], meant: Iterable[int]) -> list[list[str]]:
        """Return which of the words each row holds."""
        found: list[list[str]] = [[] for _ in rows]
        for number in dict.fromkeys(meant):
            holders = np.array(self._postings[number][0])
            places = np.searchsorted(holders, rows)
            for at in np.flatnonzero(holders[np.minimum(places, len(holders) - 1)] == rows):
                found[at].append(self._vocabulary.spelled[number])
        return found

    def _compact(self) -> None:
        """Leave out rows of removed entries, and words that only they held."""
        keys, is_gone, vocabulary, postings = self._keys, self._is_gone, self._vocabulary, self._postings
        self._begin()
        moved = {}
        for row, key in enumerate(keys):
            if not is_gone[row]:
                moved[row] = self._rows[key] = len(self._keys)
                self._keys.append(key)
        self._is_gone.extend(bytes(len(self._keys)))
        for number, (rows, held) in enumerate(postings):
            pairs = [(moved[row], weight) for row, weight in zip(rows, held, strict=True) if row in moved]
            if pairs:
                self._vocabulary.number(vocabulary.spelled[number])
                self._postings.append((array("q", [row for row, _ in pairs]), array("f", [held for _, held in pairs])))
