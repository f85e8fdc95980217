"""Holds passages against many concepts: by the meaning of what a concept stands for, and by the words of its names."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from querwerk.engine.matching.model import Encoder, Floats
from querwerk.engine.matching.relevance import unit
from querwerk.engine.matching.words import SPACE, Features, Postings, features_of, table_of, weights_of

_SIEVE = 1 << 16

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

    def likenesses(self, passages: Sequence[Features], vectors: Floats) -> Floats:
        """Return how near each passage (its sequences, its centred vector) is to each concept (passages × concepts)."""
        from querwerk.engine.matching import kernels  # noqa: PLC0415 - loads Numba

        found = (1 - self._share) * (vectors @ self._vectors.T)
        said = np.zeros((len(passages), len(self.concepts)), np.float32)
        sizes = np.array([len(features) for features in passages], np.int64)
        every = np.concatenate(passages) if passages else np.zeros(0, np.uint32)
        kernels.names_said(every, sizes, self._words, said)
        return np.asarray(found + self._share * said, np.float32)

    @cached_property
    def _words(self) -> tuple[Any, ...]:
        """Return the words of the names as `kernels.names_said` wants them."""
        features = [features_of(name) for _, name in self._names]
        table = table_of(features)
        postings = Postings(features, table)
        known, begins = np.unique(postings.features, return_index=True)
        sieve = np.zeros(_SIEVE, np.bool_)
        sieve[known % _SIEVE] = True
        return (
            sieve, known, weights_of(known, table), weights_of(np.full(1, SPACE, np.uint32), table),
            np.append(begins, len(postings.features)), postings.rows, postings.damped, postings.totals,
            np.array([row for row, _ in self._names]),
        )  # fmt: skip
