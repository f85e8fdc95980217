"""What the room does when records are written anywhere: it keeps the search up to date, in the same transaction.

Deleted nodes take their entries along by themselves (a cascading foreign key).
"""

from collections.abc import Iterable
from typing import Any

from querwerk.publishing.search.store import index_nodes


def keep_index(sender: Any, *, node_ids: Iterable[int], **kwargs: Any) -> None:
    """Index what was written."""
    index_nodes(node_ids)
