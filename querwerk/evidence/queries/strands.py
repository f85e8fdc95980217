"""What one record rests on and what came of it, for the panel on its page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from querwerk.core.lists import Ties
from querwerk.core.models import Link, Node
from querwerk.core.prepared import prepared
from querwerk.core.queries import links_touching
from querwerk.core.states import ASIDE, Visibility
from querwerk.core.text import Text
from querwerk.evidence.states import HAS_PART, SILENT_PARTS, TELLING_PARTS, Grade

OUTCOMES = frozenset({"finding", "measure"})
"""Parts that came of their whole; a proposal is what its paper is made of."""


@dataclass(frozen=True, slots=True)
class Strand:
    """One entry of the panel: the far end of a tie, and what is known of the tie."""

    kind: str
    node: Node | None
    words: str
    through: Node | None
    """The part of the record on which the tie hangs, such as the finding that supports a measure."""
    dated: str = ""
    author: str = ""
    source: str = ""
    note: Text | None = None
    grade: str = ""

    @property
    def identity(self) -> tuple[str, int | None, str, int | None]:
        """Return what makes two statements of the same tie the same."""
        node = self.node.pk if self.node is not None else None
        through = self.through.pk if self.through is not None else None
        return self.kind, node, self.words, through

    def joined(self, other: "Strand") -> "Strand":
        """Return the tie with what either statement says of it."""
        return Strand(
            self.kind,
            self.node,
            self.words,
            self.through,
            self.dated or other.dated,
            self.author or other.author,
            self.source or other.source,
            self.note or other.note,
            self.grade or other.grade,
        )


def shown_to(*, with_drafts: bool) -> list[str]:
    """Return the visibilities that a reader sees."""
    return [Visibility.PUBLISHED, Visibility.DRAFT] if with_drafts else [Visibility.PUBLISHED]


def grade_in(extra: Mapping[str, Any]) -> str:
    """Return how well a link is proved, where whoever made it said so."""
    grade = extra.get("grade")
    return grade if grade in Grade.values else ""


def date_of(field: str, dated: str, later: str) -> str:
    """Return when a tie came about: as stated where it was made by hand, else when its later end did.

    A link that a record states in a field bears that record's date, which for a pilot says nothing about its presentation.
    """
    return dated if field == "thread" else later


def strands_of(node_id: int, *, with_drafts: bool, ties: Ties | None = None) -> tuple[list[Strand], list[Strand]]:
    """Return what a record and its parts rest on, and what came of them; 3 queries, none with ``ties``."""
    if ties is not None and ties.node_id == node_id:
        return sorted_strands(node_id, ties.parts, ties.thread())
    parts = {part.pk: part for part in _parts_of(node_id, with_drafts=with_drafts)}
    links = links_touching({node_id, *parts}, with_drafts=with_drafts)
    return sorted_strands(node_id, parts, [link for link in links if link.kind not in ASIDE])


@prepared
def _parts_of(node_id: int, *, with_drafts: bool) -> QuerySet[Node]:
    found = Node.objects.filter(part_of=node_id, visibility__in=shown_to(with_drafts=with_drafts))
    return found.select_related("part_of").order_by("pk")


def sorted_strands(node_id: int, parts: dict[int, Node], links: Iterable[Link]) -> tuple[list[Strand], list[Strand]]:
    """Part the links of a record and its parts into what comes before and what comes after."""
    own = {node_id, *parts}
    before: list[Strand] = []
    after: list[Strand] = []
    for link in links:
        if link.earlier_id in own and link.later_id in own:
            continue
        is_forward = link.earlier_id in own
        later = audible(link.later)
        near, far = (link.earlier_id, link.later) if is_forward else (link.later_id, link.earlier)
        strand = Strand(
            link.kind,
            audible(far),
            link.words,
            telling(parts.get(near or 0)),
            date_of(link.field, link.dated, later.dated if later else ""),
            link.author,
            link.source,
            link.note,
            grade_in(link.extra),
        )
        if strand.node is None or strand.node.pk != node_id:
            (after if is_forward else before).append(strand)
    return joined(before), joined([*after, *_silent_ends(parts.values(), after)])


def _silent_ends(parts: Iterable[Node], after: Iterable[Strand]) -> list[Strand]:
    """Return the findings and measures from which nothing leads on: they too are what came of it."""
    led_on = {strand.through.pk for strand in after if strand.through is not None}
    return [
        Strand(HAS_PART, part, "", None, part.dated)
        for part in parts
        if part.kind in OUTCOMES and part.pk not in led_on
    ]


def audible(node: Node | None) -> Node | None:
    """Return the event in place of its agenda item, the paper in place of a step on its way; others as they are."""
    return node.part_of if node is not None and node.kind in SILENT_PARTS and node.part_of is not None else node


def telling(part: Node | None) -> Node | None:
    """Return a part that says something by itself."""
    return part if part is not None and part.kind in TELLING_PARTS else None


def joined(strands: Iterable[Strand]) -> list[Strand]:
    """Merge ties that were stated from both ends."""
    found: dict[tuple[str, int | None, str, int | None], Strand] = {}
    for strand in strands:
        known = found.get(strand.identity)
        found[strand.identity] = known.joined(strand) if known else strand
    return list(found.values())
