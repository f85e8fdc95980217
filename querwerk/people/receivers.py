"""What the room does when profiles are written anywhere: it counts, so that every process reads them again, and encodes."""

from collections.abc import Iterable
from itertools import batched
from typing import Any

from querwerk.people.actions import count_changes
from querwerk.people.tasks import encode_changed

ENCODED_TOGETHER = 100
"""Profiles in one job, so that others get their turn."""


def note_changes(sender: Any, *, node_ids: Iterable[int], space_id: int, **kwargs: Any) -> None:
    """Count what was written or is about to be deleted, and have it encoded."""
    changed = count_changes(node_ids=node_ids, space_id=space_id)
    for some in batched(changed, ENCODED_TOGETHER, strict=False):
        encode_changed.enqueue(space_id, list(some))
