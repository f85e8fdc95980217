"""Films in texts: the room that keeps them says how each is shown (decision 0003)."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

type Reel = Mapping[str, Any]
"""What the primitive ``film`` shows, with the film's record as ``film`` and the host of its address as ``place``."""
type FindReels = Callable[[int, str, Collection[str], bool], Mapping[str, Reel]]
"""Number and key of the space, keys of films, whether drafts are seen → those that the reader may see, by key."""

_finders: list[FindReels] = []


def register_films(find: FindReels) -> None:
    """Say how films are found."""
    _finders.append(find)


def reels_by_key(space_id: int, space_key: str, keys: Collection[str], *, with_drafts: bool) -> dict[str, Reel]:
    """Return those of some films that the reader may see; 2 queries, none without keys."""
    found: dict[str, Reel] = {}
    for find in _finders if keys else ():
        found |= find(space_id, space_key, keys, with_drafts)
    return found
