"""Finds what speaks for a match: the nearest passages, and the words that weigh most."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from querwerk.engine.matching.model import Floats, Pair, Passage
from querwerk.engine.matching.words import (
    Features,
    Shares,
    Table,
    features_of,
    features_of_word,
    found_in,
    table_of,
    weights_of,
    words_of,
)

MOST_PAIRS = 3
LEAST = 0.15
"""Similarity from which on two passages are shown as a reason."""
WORDS = 0.5
"""The share of words in it: a name or a number in both passages is what a reader looks for first."""
LENGTH = 0.03
"""What a passage that has e times as many sequences gains: it says more."""
MOST_SHARED = 5
SHORTEST = 4
"""Letters of a word that is named as shared."""


def reasons(
    challenge: tuple[Sequence[Passage], Floats], offer: tuple[Sequence[Passage], Floats], table: Table
) -> tuple[Pair, ...]:
    """Return up to three pairs of passages by meaning (centred vectors) and words, the nearest first, no passage twice."""
    (asked, one), (answered, other) = challenge, offer
    if not len(one) or not len(other):
        return ()
    features = [_features_of(passage.text) for passage in answered]
    # What every passage of the offer says does not tell which of them is meant.
    own = table_of(features)
    words = np.stack([found_in(_shares(_features_of(passage.text), table, own), features) for passage in asked])
    lengths = np.log([len(each) + 1 for each in features])
    similarities = (1 - WORDS) * (one @ other.T) + WORDS * words + LENGTH * (lengths - lengths.mean())
    found: list[Pair] = []
    while len(found) < min(MOST_PAIRS, len(one), len(other)):
        row, column = np.unravel_index(int(similarities.argmax()), similarities.shape)
        value = float(similarities[row, column])
        if value < LEAST and found:
            break
        found.append(Pair(asked[int(row)], answered[int(column)], value))
        similarities[row, :] = similarities[:, column] = -np.inf
        if value < LEAST:
            break
    return tuple(found)


@lru_cache(2_000)
def _features_of(text: str) -> Features:
    """Return a passage's sequences; the passages of one challenge are asked for with each of its offers."""
    return features_of(text)


def _shares(features: Features, *tables: Table) -> Shares:
    """Return the share of each sequence, weighed by how rare it is in several tables."""
    weights = np.prod([weights_of(features, table) for table in tables], axis=0)
    total = float(weights.sum())
    return Shares(features, (weights / total).astype(np.float32) if total else weights.astype(np.float32), total)


def shared_words(asked: Shares, offer: str, table: Table) -> tuple[str, ...]:
    """Return words of the offer that stand in the challenge too, inflected or within a compound, the most telling first."""
    weights = dict(zip(asked.features.tolist(), asked.weights.tolist(), strict=True))
    weighed: dict[str, float] = {}
    for word in dict.fromkeys(words_of(offer)):
        if len(word) < SHORTEST or word.isdigit():
            continue
        own = dict.fromkeys(features_of_word(word))
        shared = [weights[feature] for feature in own if feature in weights]
        if len(shared) > 0.6 * len(own):
            weighed[word] = sum(shared)
    best = sorted(weighed, key=lambda word: (-weighed[word], word))[:MOST_SHARED]
    return tuple(word for word in best if _is_rare(word, table))


def _is_rare(word: str, table: Table) -> bool:
    """Return whether a word is not in every other text; the rarest of its sequences tells."""
    own = np.unique(np.array(features_of_word(word), np.uint32))
    if not len(table.features):
        return True
    places = np.minimum(np.searchsorted(table.features, own), len(table.features) - 1)
    counts = table.counts[places][table.features[places] == own]
    return not len(counts) or int(counts.min()) <= max(2, table.texts / 3)
