"""Reads that every room shares."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from querwerk.core.models import Edition, JournalEntry, Link, Node, Record, record_models
from querwerk.core.prepared import prepared
from querwerk.core.spec import Links, Parts, Spec, spec_of
from querwerk.core.states import Visibility

CHUNK = 5000
"""Most values in one IN list; SQLite takes 32,766."""


def current_edition() -> int:
    """Return the number that every write raises; 1 query."""
    return _edition.first() or 0


@prepared
def _edition() -> QuerySet[Edition, int]:
    return Edition.objects.filter(pk=1).values_list("number", flat=True)


def visible[R: Record](records: QuerySet[R], *, with_drafts: bool) -> QuerySet[R]:
    """Keep what a reader may see, in the order of entry."""
    shown = [Visibility.PUBLISHED, Visibility.DRAFT] if with_drafts else [Visibility.PUBLISHED]
    return records.filter(visibility__in=shown).order_by("position", "pk")


def counted(records: QuerySet[Any]) -> QuerySet[Any, int]:
    """Return how many records there are, as a query that can be prepared; all are of one space; no row for none."""
    found: QuerySet[Any, int] = (
        records.order_by().values("space").annotate(number=Count("pk")).values_list("number", flat=True)
    )
    return found


def journal_of(record: Record) -> QuerySet[JournalEntry]:
    """Return the journal of one record, newest first."""
    return JournalEntry.objects.filter(space_key=record.space.key, kind=record.SPEC.kind, key=record.key).order_by(
        "-pk"
    )


def links_stated_by(node_ids: Iterable[int]) -> QuerySet[Link]:
    """Return the links that these nodes state, in the order of statement, with both ends."""
    return (
        Link.objects.filter(owner__in=list(node_ids))
        .select_related("earlier__part_of", "later__part_of")
        .order_by("owner_id", "field", "position")
    )


def thread_statements(space_id: int) -> QuerySet[Link]:
    """Return the links made by hand, in order, with both ends."""
    return (
        Link.objects.filter(space=space_id, field="thread")
        .select_related("earlier", "later")
        .order_by("position", "pk")
    )


def links_touching(node_ids: Iterable[int], *, with_drafts: bool) -> list[Link]:
    """Return every link at which one of these nodes stands, in either direction, with both ends; 2 queries.

    Links to what the reader may not see are left out. Ends are fetched once each, not joined once per link.
    """
    links = _links_at(node_ids)
    nodes = nodes_with_wholes({end for link in links for end in (link.earlier_id, link.later_id) if end is not None})
    hidden = {Visibility.RETIRED} if with_drafts else {Visibility.RETIRED, Visibility.DRAFT}
    shown = []
    for link in links:
        ends = [nodes[end] for end in (link.earlier_id, link.later_id) if end is not None]
        if any(node.visibility in hidden for node in ends):
            continue
        # Put where Django keeps what it has fetched: its own setter checks types and routers, ten times as long.
        link._state.fields_cache.update(earlier=nodes.get(link.earlier_id or 0), later=nodes.get(link.later_id or 0))
        shown.append(link)
    return shown


@prepared
def _links_at(node_ids: Iterable[int]) -> QuerySet[Link]:
    return Link.objects.filter(Q(earlier__in=node_ids) | Q(later__in=node_ids)).order_by("dated", "pk")


def nodes_with_wholes(node_ids: Iterable[int]) -> dict[int, Node]:
    """Return nodes by id, each with the node that it is part of; 1 query for up to 5,000 ids."""
    wanted = list(node_ids)
    return {
        node.pk: node
        for start in range(0, len(wanted), CHUNK)
        for node in _nodes_with_wholes(wanted[start : start + CHUNK])
    }


@prepared
def _nodes_with_wholes(node_ids: Iterable[int]) -> QuerySet[Node]:
    return Node.objects.filter(pk__in=node_ids).select_related("part_of")


class Loaded:
    """Gives the links and parts of many records at once, from a fixed number of queries (see :class:`spec.Related`)."""

    def __init__(self, records: Sequence[Record], *, with_parts: bool = True) -> None:
        """Load what hangs on ``records``, at any depth."""
        self._parts: dict[tuple[int, str], list[Record]] = defaultdict(list)
        self._links: dict[tuple[int, str], list[Link]] = defaultdict(list)
        self._inline: dict[int, Record] = {}
        everything = list(records)
        by_kind: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            by_kind[record.SPEC.kind].append(record)
        while with_parts and by_kind:
            by_kind = self._load_parts(by_kind)
            everything.extend(record for found in by_kind.values() for record in found)
        owners = [record.node_id for record in everything]
        for start in range(0, len(owners), CHUNK):
            for link in links_stated_by(owners[start : start + CHUNK]):
                self._links[link.owner_id, link.field].append(link)
        self._load_inline(everything)

    def _load_parts(self, by_kind: dict[str, list[Record]]) -> dict[str, list[Record]]:
        found: dict[str, list[Record]] = defaultdict(list)
        models = record_models()
        for kind, wholes in by_kind.items():
            for declared in spec_of(kind).fields:
                if isinstance(declared, Parts):
                    spec = spec_of(declared.kind)
                    parts = models[declared.kind]._default_manager.filter(
                        **{f"{spec.parent}__in": [whole.pk for whole in wholes]}
                    )
                    owner_of = {whole.pk: whole.node_id for whole in wholes}
                    for part in parts.order_by("position", "pk"):
                        owner = owner_of[getattr(part, f"{spec.parent}_id")]
                        self._parts[owner, declared.key].append(part)
                        found[declared.kind].append(part)
        return found

    def _load_inline(self, records: Iterable[Record]) -> None:
        wanted: dict[str, set[int]] = defaultdict(set)
        for record in records:
            for declared in record.SPEC.fields:
                if isinstance(declared, Links) and declared.inline_kind:
                    for link in self._links[record.node_id, declared.key]:
                        node_id = link.later_id if declared.is_owner_earlier else link.earlier_id
                        if node_id is not None:
                            wanted[declared.inline_kind].add(node_id)
        models = record_models()
        for kind, node_ids in wanted.items():
            for record in models[kind]._default_manager.filter(node__in=node_ids, has_own_key=False):
                self._inline[record.node_id] = record

    def links(self, record: Record, field_key: str) -> Sequence[Link]:
        """Return the links stated in a field, in order."""
        return self._links.get((record.node_id, field_key), [])

    def parts(self, record: Record, field_key: str) -> Sequence[Record]:
        """Return the parts listed in a field, in order."""
        return self._parts.get((record.node_id, field_key), [])

    def inline(self, link: Link) -> Record | None:
        """Return the record at a link's far end when it was written inline."""
        for node_id in (link.later_id, link.earlier_id):
            if node_id in self._inline:
                return self._inline[node_id]
        return None


def snapshot(record: Record) -> dict[str, Any]:
    """Return the record as a bundle would hold it, parts and links included."""
    return record.SPEC.dump(record, Loaded([record]))


def find_record(spec: Spec, space_id: int, key: str) -> Record | None:
    """Return one record by its key; 1 query with its node."""
    model = record_models()[spec.kind]
    return model._default_manager.filter(space_id=space_id, key=key).select_related("node", "space").first()


def nodes_by_name(space_id: int, names: Collection[tuple[str, str]] | None = None) -> dict[tuple[str, str], int]:
    """Return the id of every node of a space by kind and key, or of those that bear these names; 1 query."""
    found = Node.objects.filter(space=space_id)
    if names is not None:
        found = found.filter(kind__in={kind for kind, _key in names}, key__in={key for _kind, key in names})
    return {(kind, key): pk for pk, kind, key in found.values_list("pk", "kind", "key")}
