"""Finds what speaks for a match: the nearest passages, and the words that weigh most."""

from collections.abc import Sequence

import numpy as np

from querwerk.engine.matching.model import Floats, Pair, Passage
from querwerk.engine.matching.words import Table, features_of, likenesses, shares_of, words_of

MOST_PAIRS = 3
LEAST = 0.15
"""Similarity from which on two passages are shown as a reason."""
WORDS = 0.3
"""The share of words in it: a name or a number in both passages is what a reader looks for first."""
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
    features = [features_of(passage.text) for passage in answered]
    words = np.stack([likenesses(shares_of(features_of(passage.text), table), features, table) for passage in asked])
    similarities = (1 - WORDS) * (one @ other.T) + WORDS * words
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


def shared_words(challenge: str, offer: str, table: Table) -> tuple[str, ...]:
    """Return words of the offer that stand in the challenge too, inflected or within a compound, the most telling first."""
    asked = shares_of(features_of(challenge), table)
    weighed: dict[str, float] = {}
    for word in dict.fromkeys(words_of(offer)):
        if len(word) < SHORTEST or word.isdigit():
            continue
        own = features_of(word)
        shared = np.isin(own, asked.features)
        if shared.mean() > 0.6:
            weighed[word] = float(asked.weights[np.isin(asked.features, own)].sum())
    best = sorted(weighed, key=lambda word: (-weighed[word], word))[:MOST_SHARED]
    return tuple(word for word in best if _is_rare(word, table))


def _is_rare(word: str, table: Table) -> bool:
    """Return whether a word is not in every other text; the rarest of its sequences tells."""
    if table.texts < 4:
        return True
    own = features_of(word)
    known = np.isin(table.features, own)
    return not known.any() or int(table.counts[known].min()) <= table.texts / 3
