"""Holds passages against many concepts: by the meaning of what a concept stands for, and by the words of its names."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from querwerk.engine.matching.model import Encoder, Floats
from querwerk.engine.matching.relevance import unit
from querwerk.engine.matching.words import Postings, Table, features_of, likenesses_of_names, shares_of, table_of

WORDS = 0.3
"""The share of words where concepts are described."""
WORDS_OF_NAMES = 0.45
"""The share where they have names alone: short names are found by words more surely than by meaning (skills, validation)."""


class Vocabulary:
    """Concepts by id, each with names and a vector of length 1 (n × dimension, in the order of the names)."""

    def __init__(self, names: Mapping[str, Sequence[str]], vectors: Floats, *, words: float = WORDS) -> None:
        self.concepts = list(names)
        self._vectors, self._share = vectors, words
        self._names = [(row, name) for row, own in enumerate(names.values()) for name in dict.fromkeys(own)]

    @classmethod
    def of_names(cls, names: Mapping[str, Sequence[str]], encoder: Encoder) -> "Vocabulary":
        """Return a vocabulary whose concepts are known by their names alone, all in one language."""
        owners = np.repeat(np.arange(len(names)), [len(own) for own in names.values()])
        raw = encoder.passage([name for own in names.values() for name in own])
        sums = np.zeros((len(names), raw.shape[1]), np.float32)
        # Names are centred on each other: what all short names have in common says nothing.
        np.add.at(sums, owners, unit(raw - raw.mean(axis=0)))
        return cls(names, unit(sums), words=WORDS_OF_NAMES)

    def likenesses(self, texts: Sequence[str], vectors: Floats) -> Floats:
        """Return how near each passage (centred vectors) is to each concept (passages × concepts)."""
        found = (1 - self._share) * (vectors @ self._vectors.T)
        owners, postings, table = self._words
        for row, text in enumerate(texts):
            said = np.zeros(len(self.concepts), np.float32)
            np.maximum.at(said, owners, likenesses_of_names(shares_of(features_of(text), table), postings))
            found[row] += self._share * said
        return np.asarray(found, np.float32)

    @cached_property
    def _words(self) -> tuple[NDArray[np.intp], Postings, Table]:
        features = [features_of(name) for _, name in self._names]
        table = table_of(features)
        return np.array([row for row, _ in self._names]), Postings(features, table), table
