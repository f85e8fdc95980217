"""Who took part in what stands in the thread, for the downloads."""

from collections.abc import Container
from dataclasses import dataclass

from querwerk.core.models import Link
from querwerk.core.states import LinkKind
from querwerk.core.text import Text
from querwerk.evidence.queries.strands import shown_to


@dataclass(frozen=True, slots=True)
class Attribution:
    """An organisation or person, and the record in which it took part."""

    kind: str
    key: str
    title: Text
    record: int
    role: str
    """The field of the record that names it, such as "host"."""


def attributions(space_id: int, records: Container[int], *, with_drafts: bool) -> list[Attribution]:
    """Return who took part in some records; 1 query."""
    rows = (
        Link.objects.filter(
            space=space_id,
            kind=LinkKind.TOOK_PART,
            earlier__kind__in=("organisation", "person"),
            earlier__visibility__in=shown_to(with_drafts=with_drafts),
        )
        .order_by("pk")
        .values_list("earlier__kind", "earlier__key", "earlier__title", "later", "field")
    )
    return [Attribution(*row) for row in rows if row[3] in records]
