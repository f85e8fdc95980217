"""What the room does when profiles are written anywhere: it counts, so that every process knows what to read again."""

from collections.abc import Iterable
from typing import Any

from querwerk.people.actions import count_changes


def note_changes(sender: Any, *, node_ids: Iterable[int], space_id: int, **kwargs: Any) -> None:
    """Count what was written or is about to be deleted."""
    count_changes(node_ids=node_ids, space_id=space_id)
