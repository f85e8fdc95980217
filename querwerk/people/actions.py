"""Writes of the room: profiles, and what is forgotten by itself."""

from collections.abc import Iterable
from datetime import datetime
from itertools import batched

from django.contrib.sessions.models import Session
from django.db.models import F

from querwerk.people.models import DirectoryChange, DirectoryCount, Profile

CHUNK = 2000


def count_changes(*, node_ids: Iterable[int], space_id: int) -> list[int]:
    """Note that profiles were written, in the surrounding transaction; return which of the nodes are profiles.

    The row of the count is locked until that commits, so that whoever reads a number can see all that was counted up to it.
    """
    changed = [
        node
        for some in batched(node_ids, CHUNK, strict=False)
        for node in Profile.objects.filter(node__in=some).values_list("node", flat=True)
    ]
    if not changed:
        return []
    if not DirectoryCount.objects.filter(space=space_id).update(number=F("number") + 1):
        DirectoryCount.objects.create(space_id=space_id, number=1)
    number = DirectoryCount.objects.values_list("number", flat=True).get(space=space_id)
    for some in batched(changed, CHUNK, strict=False):
        DirectoryChange.objects.bulk_create(
            [DirectoryChange(space_id=space_id, node=node, number=number) for node in some],
            update_conflicts=True,
            unique_fields=["space", "node"],
            update_fields=["number"],
        )
    return changed


def forget_ended_sessions(now: datetime) -> int:
    """Delete sessions whose time is over, with the sign-in codes in them; return how many."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]
