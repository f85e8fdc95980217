"""All challenges, or all offers, of an index: their words and tags in memory, their vectors in a store."""

from collections.abc import Collection, Iterable, Sequence
from itertools import batched

import numpy as np

from querwerk.engine.matching.calibration import Calibration
from querwerk.engine.matching.encoder import is_lexical
from querwerk.engine.matching.entries import Prepared, Preparer
from querwerk.engine.matching.grams import Grams
from querwerk.engine.matching.model import Floats, Role
from querwerk.engine.matching.stores import Store, Stores
from querwerk.engine.matching.words import Question

TOGETHER = 256
"""Entries whose vectors are put at once."""


class Side:
    """Entries of one role; knows only those that were put through it, whatever else others put into the same store."""

    def __init__(self, role: Role, preparer: Preparer, stores: Stores, calibration: Calibration) -> None:
        self.role = role
        self.prepared: dict[str, Prepared] = {}
        self._preparer, self._stores = preparer, stores
        self._opened: tuple[str, Store] | None = None
        self._grams = Grams(calibration.table)
        self._calibration = calibration

    @property
    def store(self) -> Store:
        """Return the store of the calibration's means."""
        version = self._calibration.means_version
        if self._opened is None or self._opened[0] != version:
            self._opened = version, self._stores.open(self.role, self._preparer.encoder.dimension, version)
        return self._opened[1]

    @property
    def is_small(self) -> bool:
        """Return whether everything is compared with everything."""
        return len(self.prepared) <= self.store.few

    def put(self, several: Sequence[Prepared]) -> None:
        """Add entries or replace them; in the store only what is not there already."""
        self._keep_vectors(several)
        for prepared in several:
            key = prepared.entry.id
            self.prepared.pop(key, None)
            self.prepared[key] = self._preparer.light(prepared)
            self._grams.put(key, prepared.said)

    def remove(self, keys: Iterable[str]) -> None:
        """Take entries out; those that are not there are no error."""
        for key in keys:
            if self.prepared.pop(key, None) is not None:
                self.store.remove(key)
                self._grams.remove(key)

    def use(self, calibration: Calibration) -> None:
        """Go over to another calibration."""
        former, self._calibration = self._calibration, calibration
        if former.means_version != calibration.means_version:
            for some in batched(self.prepared.values(), TOGETHER, strict=False):
                self._keep_vectors(some)
        if former.table is not calibration.table:
            self._grams = Grams(calibration.table)
            for key, prepared in self.prepared.items():
                self._grams.put(key, prepared.said)

    def settle(self) -> None:
        """Do what the first look for the nearest would do otherwise."""
        self._grams.hold()

    def compared(self, vectors: Floats, asked: Question, keys: Sequence[str]) -> tuple[Floats, Floats]:
        """Return meaning and words of a text with each of the entries."""
        return self.store.meanings_of(vectors, keys), self._grams.likenesses(asked, keys)

    def kept(self, prepared: Prepared) -> Floats | None:
        """Return an entry's vectors as they are compared, where the store has them; None: another one stands there, or nobody."""
        if prepared is not self.prepared.get(prepared.entry.id):
            return None
        (found,) = self.store.vectors_of([prepared.entry.id])
        return found

    def nearest(self, vectors: Floats, asked: Question, most: int, among: Collection[str] | None) -> list[str]:
        """Return the entries that are nearest by meaning and those that are by words."""
        keys = dict.fromkeys(self._grams.nearest(asked.whole, most))
        if not is_lexical(self._preparer.encoder):
            keys |= dict.fromkeys(key for key, _ in self.near(vectors, most, among))
        return [key for key in keys if among is None or key in among]

    def near(self, vectors: Floats, most: int, among: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Return the entries that are nearest by meaning, with it; without those that others have put and nobody told us of."""
        return [pair for pair in self.store.nearest(vectors, most, among=among) if pair[0] in self.prepared]

    def alike(self, asked: Question) -> list[tuple[str, float]]:
        """Return words in common with every entry."""
        keys = list(self.prepared)
        return [(key, float(value)) for key, value in zip(keys, self._grams.likenesses(asked, keys), strict=True)]

    # --- inside ---

    def _keep_vectors(self, several: Sequence[Prepared]) -> None:
        """Put vectors where the store lacks them: another process may have put the same ones before."""
        rows = self._preparer.centred(several, self._calibration)
        kept = self.store.vectors_of([prepared.entry.id for prepared in several])
        new = [
            (prepared.entry.id, vectors)
            for prepared, vectors, there in zip(several, rows, kept, strict=True)
            if there is None or not np.array_equal(there, vectors)
        ]
        if new:
            vectors = np.concatenate([vectors for _, vectors in new])
            self.store.put_many([key for key, _ in new], vectors, [len(vectors) for _, vectors in new])
