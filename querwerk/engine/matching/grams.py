"""Keeps the words of many entries, as sequences of letters, and compares a text with them.

Each entry's sequences, and then those of each of its passages, stand one after the other in an array that grows in place, so comparing with all entries is one pass. Where
entries are many, the rarest sequences of each lead to those that are worth comparing.
"""

import threading
from array import array
from collections import defaultdict
from collections.abc import Sequence
from itertools import batched

import numpy as np

from querwerk.engine.matching.columns import Column
from querwerk.engine.matching.model import Floats
from querwerk.engine.matching.words import SPACE, Features, Question, Said, Shares, Table, damped, shares_by, weights_of

RAREST = 128
"""Sequences by which an entry can be found; they weigh most, the others are in every other text."""
_SIEVE = 1 << 16
_HELD_TOGETHER = 256


class Grams:
    """The sequences of entries by key, weighed by one table; entries come and go in place. Its threads take turns."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._turn = threading.RLock()
        self._weight_of = np.zeros(SPACE, np.float32)
        self._held = 0
        self._begin()

    def __len__(self) -> int:
        return len(self._rows)

    def keys(self) -> list[str]:
        """Return the keys in the order in which the entries were put."""
        return list(self._rows)

    def put(self, key: str, said: Said) -> None:
        """Add an entry, or put it in the place of the one with this key."""
        with self._turn:
            self.remove(key)
            row = len(self._keys)
            self._rows[key] = row
            self._keys.append(key)
            self._starts.append(self._filled)
            self._sizes.append(len(said.whole))
            self._first_pieces.append(len(self._piece_starts))
            self._pieces.append(len(said.pieces))
            self._append(said.whole)
            for piece in said.pieces:
                # A single passage is the whole, which stands there already.
                alone = len(said.pieces) == 1
                self._piece_starts.append(self._starts[row] if alone else self._filled)
                self._piece_sizes.append(len(piece))
                if not alone:
                    self._append(piece)

    def remove(self, key: str) -> None:
        """Take an entry out; one that is not there is no error."""
        with self._turn:
            row = self._rows.pop(key, None)
            if row is not None:
                # Its passages take about as much again.
                self._gone += 2 * self._sizes[row] + 1
                self._sizes[row] = -1
                if self._gone > 10_000 + self._filled // 2:
                    self._compact()

    def likenesses(self, asked: Question, keys: Sequence[str] | None = None) -> Floats:
        """Return `words.likenesses` of entries (KeyError: one is not there), or of all of them in the order of `keys`."""
        from querwerk.engine.matching import kernels  # noqa: PLC0415 - loads Numba

        with self._turn:
            rows = np.fromiter(self._rows.values() if keys is None else (self._rows[key] for key in keys), np.int64)
            found = np.zeros(len(rows), np.float32)
            starts, sizes = np.array(self._starts)[rows], np.array(self._sizes)[rows]
            sieve, whole = np.zeros(_SIEVE, np.bool_), asked.whole
            sieve[whole.features % _SIEVE] = True
            self._weight_of[whole.features] = whole.weights
            kernels.sparse_sums(self._features.items, starts, sizes, (sieve, self._weight_of), found)
            self._weight_of[whole.features] = 0
            by_pieces = np.zeros(len(rows), np.float32)
            kernels.sparse_pairs(
                self._features.items,
                (np.array(self._first_pieces)[rows], np.array(self._pieces)[rows], np.array(self._piece_starts), np.array(self._piece_sizes)),
                (sieve, asked.features, asked.ends, asked.passages, asked.weights, asked.parts),
                by_pieces,
            )  # fmt: skip
            return ((found * damped(sizes, self._table) + by_pieces) / 2).astype(np.float32)

    def hold(self) -> None:
        """Note by which sequences entries are found: those that came since somebody looked for the nearest."""
        with self._turn:
            for rows in batched(range(self._held, len(self._keys)), _HELD_TOGETHER, strict=False):
                # Of what was removed since, nothing is left to be found.
                ends = [self._starts[row] + max(self._sizes[row], 0) for row in rows]
                owned = [self._features.items[self._starts[row] : end] for row, end in zip(rows, ends, strict=True)]
                weights = weights_of(np.concatenate(owned), self._table)
                for row, own in zip(rows, owned, strict=True):
                    shares, weights = shares_by(own, weights[: len(own)]), weights[len(own) :]
                    for feature in _heaviest(shares)[0].tolist():
                        self._holders[feature].append(row)
            self._held = len(self._keys)

    def nearest(self, asked: Shares, most: int) -> list[str]:
        """Return the entries that have most of the rarest sequences: those that are worth comparing."""
        with self._turn:
            self.hold()
            heaviest, weights = _heaviest(asked)
            holders = [np.array(self._holders.get(feature, _NOBODY)) for feature in heaviest.tolist()]
            if not sum(map(len, holders)):
                return []
            sums = np.bincount(
                np.concatenate(holders), np.repeat(weights, [len(rows) for rows in holders]), len(self._keys)
            )
            sizes = np.array(self._sizes)
            sums[sizes < 0] = 0
            rows = np.flatnonzero(sums)
            scores = sums[rows] * damped(sizes[rows], self._table)
            # Equal ones by the order in which they came: this only chooses what is compared.
            return [self._keys[row] for row in rows[np.argsort(-scores, kind="stable")[:most]].tolist()]

    # --- inside ---

    def _begin(self) -> None:
        self._rows: dict[str, int] = {}
        self._keys: list[str] = []
        self._starts, self._sizes = array("q"), array("q")
        self._first_pieces, self._pieces = array("q"), array("q")
        self._piece_starts, self._piece_sizes = array("q"), array("q")
        self._features = Column(None, np.uint32)
        self._filled = self._gone = 0
        self._holders: defaultdict[int, array[int]] = defaultdict(lambda: array("q"))
        self._held = 0

    def _compact(self) -> None:
        """Leave out what removed entries have left behind."""
        features, old = self._features.items, {}
        for key, row in self._rows.items():
            pieces = range(self._first_pieces[row], self._first_pieces[row] + self._pieces[row])
            runs = [(self._piece_starts[piece], self._piece_sizes[piece]) for piece in pieces]
            whole, *parts = (
                features[start : start + size] for start, size in [(self._starts[row], self._sizes[row]), *runs]
            )
            old[key] = Said(whole, tuple(parts))
        self._begin()
        for key, said in old.items():
            self.put(key, said)

    def _append(self, features: Features) -> None:
        """Write sequences behind the others."""
        self._features.reach(self._filled + len(features))[self._filled : self._filled + len(features)] = features
        self._filled += len(features)


_NOBODY = array("q")


def _heaviest(shares: Shares) -> tuple[Features, Floats]:
    """Return the sequences with the largest shares."""
    if len(shares.features) <= RAREST:
        return shares.features, shares.weights
    best = np.argsort(-shares.weights, kind="stable")[:RAREST]
    return shares.features[best], shares.weights[best]
