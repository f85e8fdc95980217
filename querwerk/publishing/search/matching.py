"""What both databases are asked, and what they answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look: one programme, what the reader may see, kinds that can be shown; the reader's language first."""

    space_id: int
    visibilities: tuple[str, ...]
    kinds: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Match:
    """A record that holds the words."""

    node_id: int
    kind: str


class Database(Protocol):
    """The questions that each database answers in its own way."""

    def matches(self, scope: Scope, groups: Sequence[Sequence[str]], most: int) -> list[Match]:
        """Return what holds one stem of every group, best first; 1 query."""

    def has_match(self, scope: Scope, groups: Sequence[Sequence[str]]) -> bool:
        """Tell whether anything holds one stem of every group, without ranking; 1 query."""

    def containing(self, parts: Sequence[str], most: int) -> list[str]:
        """Return stems in which one of the parts stands, shortest first; 1 query."""

    def similar(self, stem: str, most: int) -> list[tuple[str, str]]:
        """Return stems, and how they are written, that share letters with this one; 1 query."""
