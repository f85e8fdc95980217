"""Keeps the words of many entries, as sequences of letters, and compares a text with them.

Each entry's sequences stand one after the other in an array that grows in place, so comparing with all entries is one pass. Where
entries are many, the rarest sequences of each lead to those that are worth comparing.
"""

import threading
from array import array
from collections.abc import Sequence

import numpy as np

from querwerk.engine.matching.columns import Column
from querwerk.engine.matching.model import Floats
from querwerk.engine.matching.words import SPACE, Features, Shares, Table, damped, shares_of

RAREST = 128
"""Sequences by which an entry can be found; they weigh most, the others are in every other text."""
_SIEVE = 1 << 16


class Grams:
    """The sequences of entries by key, weighed by one table; entries come and go in place. Its threads take turns."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._turn = threading.RLock()
        self._weight_of = np.zeros(SPACE, np.float32)
        self._begin()

    def __len__(self) -> int:
        return len(self._rows)

    def keys(self) -> list[str]:
        """Return the keys in the order in which the entries were put."""
        return list(self._rows)

    def put(self, key: str, features: Features) -> None:
        """Add an entry, or put it in the place of the one with this key."""
        with self._turn:
            self.remove(key)
            row, size = len(self._keys), len(features)
            self._rows[key] = row
            self._keys.append(key)
            self._starts.append(self._filled)
            self._sizes.append(size)
            self._features.reach(self._filled + size)[self._filled : self._filled + size] = features
            self._filled += size
            for feature in _heaviest(shares_of(features, self._table))[0].tolist():
                self._holders.setdefault(feature, array("q")).append(row)

    def remove(self, key: str) -> None:
        """Take an entry out; one that is not there is no error."""
        with self._turn:
            row = self._rows.pop(key, None)
            if row is not None:
                self._gone += self._sizes[row] + 1
                self._sizes[row] = -1
                if self._gone > 10_000 + self._filled // 2:
                    self._compact()

    def likenesses(self, asked: Shares, keys: Sequence[str] | None = None) -> Floats:
        """Return `words.likenesses` of entries (KeyError: one is not there), or of all of them in the order of `keys`."""
        from querwerk.engine.matching import kernels  # noqa: PLC0415 - loads Numba

        with self._turn:
            rows = np.fromiter(self._rows.values() if keys is None else (self._rows[key] for key in keys), np.int64)
            found = np.zeros(len(rows), np.float32)
            starts, sizes = np.array(self._starts)[rows], np.array(self._sizes)[rows]
            sieve = np.zeros(_SIEVE, np.bool_)
            sieve[asked.features % _SIEVE] = True
            self._weight_of[asked.features] = asked.weights
            kernels.sparse_sums(self._features.items, starts, sizes, (sieve, self._weight_of), found)
            self._weight_of[asked.features] = 0
            return found * damped(sizes, self._table)

    def nearest(self, asked: Shares, most: int) -> list[str]:
        """Return the entries that have most of the rarest sequences: those that are worth comparing."""
        with self._turn:
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
        self._features = Column(None, np.uint32)
        self._filled = self._gone = 0
        self._holders: dict[int, array[int]] = {}

    def _compact(self) -> None:
        """Leave out what removed entries have left behind."""
        old = [(key, self._starts[row], self._sizes[row]) for key, row in self._rows.items()]
        features = self._features.items
        self._begin()
        for key, start, size in old:
            self.put(key, features[start : start + size])


_NOBODY = array("q")


def _heaviest(shares: Shares) -> tuple[Features, Floats]:
    """Return the sequences with the largest shares."""
    if len(shares.features) <= RAREST:
        return shares.features, shares.weights
    best = np.argsort(-shares.weights, kind="stable")[:RAREST]
    return shares.features[best], shares.weights[best]
