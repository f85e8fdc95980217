"""Ranks offers for a challenge, and challenges for an offer, across languages, and says why. Knows no web."""

from querwerk.engine.matching.index import Index
from querwerk.engine.matching.model import (
    Challenge,
    Encoder,
    Explanation,
    Filters,
    Match,
    Offer,
    Pair,
    Parts,
    Passage,
    Role,
    Store,
    Text,
    Why,
)

__all__ = [
    "Challenge", "Encoder", "Explanation", "Filters", "Index", "Match", "Offer", "Pair", "Parts", "Passage", "Role", "Store",
    "Text", "Why",
]  # fmt: skip
