"""Finds the nearest entries exactly: a pass over one byte per dimension with a proved error, then the few that can be best.

Each vector x is kept beside its int8 codes c and scale s; |x - s c| is known, so by Cauchy and Schwarz the score q·x lies within
|q| |x - s c| of q·(s c). The first pass reads a quarter of the bytes of a float pass; what it cannot rule out is scored with
the float32 vectors themselves. The answer is that of a full pass, not an approximation.
"""

import threading
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from querwerk.engine.matching.model import Floats
from querwerk.engine.matching.relevance import MEANING
from querwerk.engine.matching.store import Rows, Store, query_limit

type Mask = NDArray[np.bool_]

FEW = 5_000
"""Up to here every entry is compared passage by passage; above, the means choose which."""
CANDIDATES = 200
"""How many entries the means choose at least."""


class Exact:
    """Entries in memory or in a shared folder (`Store`), compared with a query; one object serves any number of threads.

    One core scores the means of 100,000 entries of 384 dimensions in some 3 ms, a million in 20.
    """

    few = FEW

    def __init__(self, folder: Path | None = None, *, dimension: int = 384) -> None:
        self.store = Store(folder, dims=dimension)
        self._rooms = threading.local()

    def __len__(self) -> int:
        return len(self.store)

    def __contains__(self, key: str) -> bool:
        return bool(self.store.rows([key])[0] >= 0)

    def keys(self) -> list[str]:
        """Return the keys in the order in which the entries were put."""
        return [self.store.key(int(row)) for row in self.store.used_rows()]

    def put(self, key: str, vectors: Floats) -> None:
        """Add an entry with its passages (n, d), n may be 0, or put it in the place of the one with this key."""
        self.store.put([key], vectors, [len(vectors)])

    def put_many(self, keys: Sequence[str], vectors: Floats, counts: Sequence[int] | Rows) -> None:
        """Add many entries: ``vectors`` (sum of counts, d) are their passages one after the other."""
        self.store.put(keys, vectors, counts)

    def remove(self, key: str) -> None:
        """Take an entry out; one that is not there is no error."""
        self.store.remove([key])

    def vectors(self, key: str) -> Floats:
        """Return the passages of an entry; KeyError when it is not there."""
        (found,) = self.vectors_of([key])
        if found is None:
            raise KeyError(key)
        return found

    def vectors_of(self, keys: Sequence[str]) -> list[Floats | None]:
        """Return the passages of entries; None for one that is not there."""
        return [self.store.passages(int(row)).copy() if row >= 0 else None for row in self.store.rows(keys)]

    def means(self, keys: Sequence[str]) -> Floats:
        """Return the means of entries (n, d), each of length 1; zeros for one that is not there."""
        rows = self.store.rows(keys)
        found = np.zeros((len(keys), self.store.dims), np.float32)
        found[rows >= 0] = self.store.means.items[rows[rows >= 0]]
        return found

    def meanings(self, vectors: Floats) -> Floats:
        """Return the exact meaning of these passages with every entry, in the order of `keys`."""
        return self.meanings_of_rows(vectors, self.store.used_rows())

    def meanings_of(self, vectors: Floats, keys: Sequence[str]) -> Floats:
        """Return the exact meaning of these passages with each of the entries; 0 for one that is not there."""
        rows = self.store.rows(keys)
        found = np.zeros(len(keys), np.float32)
        found[rows >= 0] = self.meanings_of_rows(vectors, rows[rows >= 0])
        return found

    def nearest(self, vectors: Floats, k: int, *, among: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Return the k entries whose passages mean most nearly the same, and their meaning; equal ones by key.

        Above `FEW` entries the nearest means choose max(`CANDIDATES`, 4 k) that are compared. ``among`` limits the search to these keys.
        """
        if k < 1 or not len(self.store) or not len(vectors):
            return []
        mask = None if among is None else self.mask(among)
        if len(self.store) > FEW:
            query = np.asarray(vectors, np.float32).sum(axis=0)
            rows, _ = self.nearest_rows(query, max(CANDIDATES, 4 * k), mask)
        else:
            rows = self.store.used_rows()
            rows = rows if mask is None else rows[rows < len(mask)][mask[rows[rows < len(mask)]]]
        meanings = self.meanings_of_rows(vectors, rows)
        # The key decides between equal ones, so all that equal the last one must be looked at.
        least = np.partition(meanings, -k)[-k] if len(meanings) > k else -np.inf
        best = np.flatnonzero(meanings >= least)
        named = sorted((-float(meanings[at]), self.store.key(int(rows[at]))) for at in best)
        return [(key, -meaning) for meaning, key in named[:k]]

    def mask(self, keys: Collection[str]) -> Mask:
        """Return which rows hold these keys, for `nearest_rows`."""
        mask = np.zeros(self.store.height, np.bool_)
        rows = self.store.rows(list(keys))
        mask[rows[rows >= 0]] = True
        return mask

    def nearest_rows(self, query: Floats, most: int, mask: Mask | None = None) -> tuple[Rows, Floats]:
        """Return the rows whose means score highest, and query · mean for each, best first; all that equal the last one too.

        ``query`` (d,) need not have length 1. ``mask`` says which rows may be found; rows added after it was made are not.
        """
        from querwerk.engine.matching import kernels  # noqa: PLC0415 - loads Numba

        query = self._queries(np.asarray(query)[None])[0]
        stamps = self._stamps(mask)
        if most < 1 or not stamps.any():
            return np.empty(0, np.int64), np.empty(0, np.float32)
        rows = self._contenders(query, most, stamps)
        scores = np.empty(len(rows), np.float32)
        kernels.scores(self.store.means.items, rows, query, scores)
        # A row that was given to another entry meanwhile belongs to neither of the two.
        same = self.store.stamps.items[rows] == stamps[rows]
        rows, scores = rows[same], scores[same]
        order = np.argsort(-scores, kind="stable")
        rows, scores = rows[order], scores[order]
        kept = len(scores) if len(scores) <= most else int(np.searchsorted(-scores, -scores[most - 1], side="right"))
        return rows[:kept], scores[:kept]

    def meanings_of_rows(self, vectors: Floats, rows: Rows) -> Floats:
        """Return the exact meaning of passages (m, d) with each of the rows; 0 where one side has none."""
        from querwerk.engine.matching import kernels  # noqa: PLC0415 - loads Numba

        queries = self._queries(vectors)
        if not len(queries):
            return np.zeros(len(rows), np.float32)
        mean, found = np.empty((1, self.store.dims), np.float32), np.empty((len(rows), 3), np.float32)
        kernels.means(queries, np.array([len(queries)]), mean)
        kernels.scores(self.store.means.items, rows, mean[0], found[:, 0])
        spans = self.store.part_spans.items[rows]
        kernels.best_pairs(self.store.parts.items, spans[:, 0], spans[:, 1] & 0xFFFF, queries, found[:, 1:])
        return found @ np.array(MEANING, np.float32)

    # --- inside ---

    def _queries(self, vectors: Floats) -> Floats:
        queries = np.ascontiguousarray(vectors, np.float32)
        if queries.shape[1:] != (self.store.dims,) or not np.isfinite(queries).all():
            raise ValueError(f"Vectors of shape {queries.shape} cannot be held against {self.store.dims} dimensions.")
        return queries

    def _stamps(self, mask: Mask | None) -> NDArray[np.int64]:
        """Return the stamps of all rows as they are now, 0 for those that may not be found."""
        stamps = self.store.stamps_now().copy()
        if mask is not None:
            stamps[: len(mask)][~mask[: len(stamps)]] = 0
            stamps[len(mask) :] = 0
        return stamps

    def _contenders(self, query: Floats, most: int, stamps: NDArray[np.int64]) -> Rows:
        """Return every row that can be among the best ``most``."""
        from querwerk.engine.matching import kernels  # noqa: PLC0415 - loads Numba

        store, largest = self.store, float(np.abs(query).max())
        step = largest / query_limit(store.dims) if largest else 1.0
        estimates = self._room(len(stamps))
        whole = np.rint(query / step).astype(np.int16)
        kernels.estimate(store.codes.items, store.scales.items, whole, stamps, estimates)
        # Estimates are in steps of the rounded query, so the query's length is, too.
        heap, length = np.empty(min(most, len(stamps)), np.float32), np.float32(np.linalg.norm(query) / step * 1.000001)
        kernels.threshold(estimates, store.slack.items, length, heap)
        rows = np.empty(most + 1024, np.int64)
        count = kernels.contenders(estimates, store.slack.items, length, heap[0], rows)
        if count > len(rows):
            rows = np.empty(count, np.int64)
            kernels.contenders(estimates, store.slack.items, length, heap[0], rows)
        return rows[:count]

    def _room(self, size: int) -> Floats:
        """Return an array to work in, one for each thread; taken from the system anew, a large one costs more than the search."""
        room: Floats | None = getattr(self._rooms, "floats", None)
        if room is None or len(room) < size:
            room = np.empty(size + size // 2, np.float32)
            self._rooms.floats = room
        return room[:size]
