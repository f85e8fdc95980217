"""What the room does when records are written anywhere: the file of a challenge follows its public face."""

from collections.abc import Iterable
from typing import Any

from querwerk.matching.actions.challenges import keep_with_records
from querwerk.matching.actions.personal import forget_name


def follow_records(sender: Any, *, node_ids: Iterable[int], **kwargs: Any) -> None:
    """Bring the files of the challenges among what was written up to date."""
    keep_with_records(node_ids)


def forget_account(sender: Any, *, instance: Any, **kwargs: Any) -> None:
    """Take the name of an account out of what it did here, before it is deleted."""
    forget_name(instance)
