"""Regions of the European Union, Iceland, Liechtenstein, Norway and Switzerland: NUTS codes, names there, where about they lie.

NUTS 2021, level 2, with names as Eurostat writes them; the points are rounded middles (Eurostat, GISCO), good enough for a pin on a
small map. The map shows central Europe alone: who is elsewhere stands in the list.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("regions.tsv")
LEVEL_2 = 4
"""Letters of a code of level 2; longer codes are districts within."""


@dataclass(frozen=True, slots=True)
class Region:
    """A region of level 2."""

    code: str
    name: str
    latitude: float
    longitude: float


@cache
def regions() -> dict[str, Region]:
    """Return all regions by code, in the order of their codes."""
    _head, *rows = TABLE.read_text(encoding="utf-8").splitlines()
    found = (row.split("\t") for row in rows)
    return {code: Region(code, name, float(lat), float(lon)) for code, name, lat, lon in found}


def region_of(code: str) -> Region | None:
    """Return the region in which a code of any level from 2 lies; nothing for a whole country or an unknown code."""
    return regions().get(code[:LEVEL_2])


def region_name(code: str) -> str:
    """Return a region's name, with the code of a district; an unknown code stands for itself."""
    region = region_of(code)
    if region is None:
        return code
    return region.name if len(code) <= LEVEL_2 else f"{region.name} ({code})"
