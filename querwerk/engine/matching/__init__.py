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
    Text,
    Why,
)
from querwerk.engine.matching.stores import InFolder, InMemory, InPostgres

__all__ = [
    "Challenge",
    "Encoder",
    "Explanation",
    "Filters",
    "InFolder",
    "InMemory",
    "InPostgres",
    "Index",
    "Match",
    "Offer",
    "Pair",
    "Parts",
    "Passage",
    "Role",
    "Text",
    "Why",
]
