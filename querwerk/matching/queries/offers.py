"""Reads of what creatives can bring: their profiles are their offers (decision 0018)."""

from functools import lru_cache

from django.utils.translation import get_language

from querwerk.engine.matching.taxonomy import bundled

SUBMARKET, DIVISION = "submarket:", "nace:"


def submarket_choices() -> list[tuple[str, str]]:
    """Return code and name of each creative submarket, in the reader's language."""
    return list(_submarkets((get_language() or "de").split("-", 1)[0]))


@lru_cache(maxsize=16)
def _submarkets(language: str) -> tuple[tuple[str, str], ...]:
    names = (
        (concept, one.name(language)) for concept, one in bundled().concepts.items() if concept.startswith(SUBMARKET)
    )
    return tuple((concept.removeprefix(SUBMARKET), name) for concept, name in names)


def submarket_name(code: str) -> str:
    """Return what readers call a submarket; an unknown one by its code."""
    return dict(submarket_choices()).get(code, code)
