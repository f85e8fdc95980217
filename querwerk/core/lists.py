"""Turns the links of a record into what a page shows: who took part in which role, and what stands before and after."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.core.paginator import Page, Paginator

from querwerk.core.models import Link, Node, Record
from querwerk.core.queries import links_touching
from querwerk.core.registry import node_url
from querwerk.core.spec import spec_of
from querwerk.core.states import ASIDE


def shown_as(node: Node, programme_key: str) -> dict[str, Any]:
    """Return what the primitives show of a record in a list: sort, name, address."""
    return {"kind": spec_of(node.kind).label, "title": node.title, "url": node_url(node, programme_key)}


class Pages[Row](Paginator[Row]):
    """A paginator over prepared questions: the database counts and cuts."""

    def __init__(self, count: int | None, rows: Callable[[int, int], list[Row]], per_page: int) -> None:
        """Take how many rows there are, and how to get those from one place to another."""
        super().__init__([], per_page)
        self.count = count or 0
        self._rows = rows

    def page(self, number: int | str) -> Page[Row]:
        """Return one page; 1 query, none where there is nothing."""
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        return Page(self._rows(start, start + self.per_page) if self.count else [], number, self)


class Ties:
    """All links at a record and its parts, loaded with one query and sorted for display."""

    def __init__(self, record: Record, parts: Iterable[Record] = (), *, with_drafts: bool) -> None:
        """Load the links that touch the record or one of its parts; nodes must have been loaded with both."""
        self.node_id = record.node_id
        self.parts = {part.node_id: part.node for part in parts}
        for node in self.parts.values():
            node.part_of = record.node  # spares a query for each part whose address is asked for
        self.own = {record.node_id, *self.parts}
        self.links = links_touching(self.own, with_drafts=with_drafts)
        # An event of 300 points asks this 1,500 times of 600 links.
        self._stated: dict[tuple[int | None, str], list[Link]] = defaultdict(list)
        for link in self.links:
            self._stated[link.owner_id, link.field].append(link)

    def stated(self, field: str, *, by: Record | None = None) -> list[Link]:
        """Return the links that the record (or one of its parts) states in a field, in order."""
        owner = by.node_id if by is not None else self.node_id
        return sorted(self._stated.get((owner, field), ()), key=lambda link: link.position)

    def nodes(self, field: str, *, by: Record | None = None) -> list[Node]:
        """Return the records at the far end of a field's links, in order."""
        return [node for link in self.stated(field, by=by) if (node := self.far_end(link)) is not None]

    def far_end(self, link: Link) -> Node | None:
        """Return the end of a link that is not this record, nor one of its parts."""
        return link.later if link.earlier_id in self.own else link.earlier

    def by_kind(self, kinds: Iterable[str]) -> dict[str, list[Node]]:
        """Return the records of some kinds to which this one is tied in any way, each once."""
        found: dict[str, dict[int, Node]] = defaultdict(dict)
        wanted = set(kinds)
        for link in self.links:
            node = self.far_end(link)
            if node is not None and node.kind in wanted:
                found[node.kind].setdefault(node.pk, node)
        return {kind: list(nodes.values()) for kind, nodes in found.items()}

    def reaches(self, kind: str) -> bool:
        """Tell whether any link leads to a record of a kind; spares a query where none does."""
        return any((node := self.far_end(link)) is not None and node.kind == kind for link in self.links)

    def thread(self) -> list[Link]:
        """Return the links that belong to the thread: all but who took part."""
        return [link for link in self.links if link.kind not in ASIDE]
