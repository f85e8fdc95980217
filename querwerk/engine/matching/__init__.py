"""Ranks offers for a challenge, and challenges for an offer, across languages, and says why. Knows no web.

What is named here is loaded when it is first asked for: whoever needs one file of this folder need not load NumPy and the rest.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
_ELSEWHERE = {"Index": "index", "InFolder": "stores", "InMemory": "stores", "InPostgres": "stores"}


def __getattr__(name: str) -> Any:
    """Load what is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_ELSEWHERE.get(name, 'model')}"), name)
    globals()[name] = found
    return found
