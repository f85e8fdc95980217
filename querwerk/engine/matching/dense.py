"""Keeps vectors in memory and compares one entry's passages with all of them, exactly."""

from collections.abc import Sequence

import numpy as np

from querwerk.engine.matching.model import Floats
from querwerk.engine.matching.relevance import MEANING, unit


class Flat:
    """A `Store` that is one matrix, laid out anew after changes."""

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._entries: dict[str, Floats] = {}
        self._laid_out: tuple[Floats, Floats, np.ndarray, np.ndarray] | None = None

    def __len__(self) -> int:
        return len(self._entries)

    def keys(self) -> Sequence[str]:
        """Return the ids in order."""
        return list(self._entries)

    def put(self, key: str, vectors: Floats) -> None:
        """Add an entry with its passages, or replace it."""
        self._entries[key] = np.asarray(vectors, np.float32).reshape(-1, self._dimension)
        self._laid_out = None

    def remove(self, key: str) -> None:
        """Take an entry out; one that is not there is no error."""
        if self._entries.pop(key, None) is not None:
            self._laid_out = None

    def vectors(self, key: str) -> Floats:
        """Return the passages of an entry."""
        return self._entries[key]

    def meanings(self, vectors: Floats) -> Floats:
        """Return the exact meaning of these passages with every entry."""
        result = np.zeros(len(self._entries), np.float32)
        passages, means, starts, filled = self._layout()
        if not len(vectors) or not len(filled):
            return result
        pairs = vectors @ passages.T
        counts = np.diff(np.append(starts, len(passages)))
        forth = np.maximum.reduceat(pairs, starts, axis=1).mean(axis=0)
        back = np.add.reduceat(pairs.max(axis=0), starts) / counts
        result[filled] = MEANING[0] * (means @ unit(vectors.sum(axis=0))) + MEANING[1] * forth + MEANING[2] * back
        return result

    def nearest(self, vectors: Floats, k: int) -> list[tuple[str, float]]:
        """Return the k nearest entries and their meaning, best first; ties in the order of the entries."""
        scores = self.meanings(vectors)
        order = np.argsort(-scores, kind="stable")[:k]
        keys = self.keys()
        return [(keys[row], float(scores[row])) for row in order]

    def _layout(self) -> tuple[Floats, Floats, np.ndarray, np.ndarray]:
        if self._laid_out is None:
            rows = [(number, vectors) for number, vectors in enumerate(self._entries.values()) if len(vectors)]
            empty = np.zeros((0, self._dimension), np.float32)
            passages = np.concatenate([vectors for _, vectors in rows]) if rows else empty
            means = unit(np.stack([vectors.sum(axis=0) for _, vectors in rows])) if rows else empty
            starts = np.cumsum([0, *(len(vectors) for _, vectors in rows)])[:-1]
            self._laid_out = passages, means, starts, np.array([number for number, _ in rows], np.intp)
        return self._laid_out
