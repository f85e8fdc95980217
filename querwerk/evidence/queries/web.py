"""The thread of a whole programme as plain data: for the picture, the list and the downloads."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import Count, QuerySet

from querwerk.core.models import Link, Node
from querwerk.core.prepared import prepared
from querwerk.core.states import ASIDE, LinkKind
from querwerk.core.text import Text
from querwerk.evidence.models import Uptake
from querwerk.evidence.queries.strands import date_of, grade_in, shown_to
from querwerk.evidence.states import FOLDED_PARTS, HAS_PART, LAYER_OF, MISSING, PART_OF, TELLING_PARTS, WORDS, Grade
from querwerk.strategy.models import Decision, Paper
from querwerk.strategy.states import PaperState

DRAWN = 600
"""Most records that one picture shows; above, there is an overview with ways down."""
MISSING_FROM = -1_000_000_000
"""Ids of gaps count down from here; those of words from -1."""
DECIDED = (PaperState.ADOPTED, PaperState.CHANGED, PaperState.DEFERRED, PaperState.REJECTED)


@dataclass(frozen=True, slots=True)
class Knot:
    """A record in the thread, or the words that stand for one; shaped like a node for :func:`registry.node_url`."""

    id: int
    kind: str
    key: str
    title: Text
    dated: str = ""
    part_of: "Knot | None" = None
    state: str = ""
    """An uptake's grade, a decision's outcome, what is known of a missing decision."""

    @property
    def name(self) -> str:
        """Return kind and key, as in an address."""
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, slots=True)
class Edge:
    """A tie of the thread, from the earlier to the later knot."""

    kind: str
    earlier: int
    later: int
    dated: str = ""
    author: str = ""
    source: str = ""
    note: Text | None = None
    grade: str = ""
    """How well the source proves the tie, where it was graded."""
    is_weak: bool = False
    """True where no source proves the tie, or a decision that it passes is not known."""


@dataclass(frozen=True)
class Web:
    """Knots by id, and the ties between them."""

    knots: Mapping[int, Knot]
    edges: tuple[Edge, ...]

    def find(self, name: str) -> Knot | None:
        """Return the knot of a name such as "pilot:labor-2025"."""
        return self._by_name.get(name)

    @cached_property
    def remembered(self) -> dict[Hashable, Any]:
        """What was worked out from the web; it goes when the web goes, with the next edition."""
        return {}

    @cached_property
    def _by_name(self) -> dict[str, Knot]:
        return {knot.name: knot for knot in self.knots.values()}

    def only(self, ids: Iterable[int]) -> "Web":
        """Return what lies between some knots."""
        kept = set(ids)
        return Web(
            {number: knot for number, knot in self.knots.items() if number in kept},
            tuple(edge for edge in self.edges if edge.earlier in kept and edge.later in kept),
        )

    def reach(self, start: int, *, is_forward: bool, most_steps: int | None = None) -> set[int]:
        """Return every knot on a way from or to one, at most so many steps away."""
        after, before = self.ties
        ways = after if is_forward else before
        found, rim, steps = {start}, {start}, 0
        while rim and (most_steps is None or steps < most_steps):
            rim = {
                edge.later if is_forward else edge.earlier for number in rim for edge in ways.get(number, ())
            } - found
            found |= rim
            steps += 1
        return found

    @cached_property
    def ties(self) -> tuple[dict[int, list[Edge]], dict[int, list[Edge]]]:
        """Return the ties by their earlier and by their later end."""
        after: dict[int, list[Edge]] = defaultdict(list)
        before: dict[int, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            after[edge.earlier].append(edge)
            before[edge.later].append(edge)
        return after, before


@lru_cache(maxsize=4)
def web_of(space_id: int, edition: int, *, name: str, with_drafts: bool) -> Web:
    """Return the thread of a programme as of an edition; 4 queries, none while nothing is written.

    ``name`` is what the programme itself is called in the thread: its full title would fill the picture.
    """
    shown = shown_to(with_drafts=with_drafts)
    knots, stands_for = _knots(space_id, shown, name)
    _tell_states(space_id, knots)
    edges: dict[tuple[str, int, int], Edge] = {}
    for edge in _stated(space_id, knots, stands_for):
        known = edges.get((edge.kind, edge.earlier, edge.later))
        edges[edge.kind, edge.earlier, edge.later] = _joined(known, edge) if known else edge
    parts = [
        Edge(HAS_PART, knot.part_of.id, knot.id) if knot.kind != "proposal" else Edge(PART_OF, knot.id, knot.part_of.id)
        for knot in knots.values()
        if knot.kind in TELLING_PARTS and knot.part_of is not None
    ]
    return Web(knots, (*edges.values(), *parts))


@lru_cache(maxsize=4)
def chain_of(space_id: int, edition: int, *, name: str, with_drafts: bool) -> Web:
    """Return the same with decisions between papers and measures, and gaps where they are missing; no further query."""
    return through_decisions(web_of(space_id, edition, name=name, with_drafts=with_drafts))


def _knots(space_id: int, shown: list[str], name: str) -> tuple[dict[int, Knot], dict[int, int]]:
    """Return the knots, and for each part that is none the whole that stands for it."""
    kinds = [kind for kind in LAYER_OF if kind not in (WORDS, MISSING)]
    rows = list(
        Node.objects.filter(space=space_id, visibility__in=shown, kind__in=[*kinds, *FOLDED_PARTS])
        .order_by("pk")
        .values_list("pk", "kind", "key", "title", "dated", "part_of")
    )
    knots: dict[int, Knot] = {}
    stands_for: dict[int, int] = {}
    for pk, kind, key, title, dated, _whole in rows:
        if kind not in FOLDED_PARTS:
            knots[pk] = Knot(pk, kind, key, Text(name) if kind == "programme" else title, dated)
    for pk, kind, _key, _title, _dated, whole in rows:
        if kind in FOLDED_PARTS and whole in knots:
            stands_for[pk] = whole
        elif whole in knots:
            knots[pk] = replace(knots[pk], part_of=knots[whole])
    return knots, stands_for


def _tell_states(space_id: int, knots: dict[int, Knot]) -> None:
    """Note the grades of uptake, the outcomes of decisions and what papers say of theirs; 2 queries."""
    grades = Uptake.objects.filter(space=space_id).values_list("node", "grade")
    outcomes = Decision.objects.filter(space=space_id).values_list("node", "outcome")
    for node_id, state in grades.union(outcomes, all=True):
        if node_id in knots:
            knots[node_id] = replace(knots[node_id], state=state)
    for pk, state, adopted, gaps in Paper.objects.filter(space=space_id).values_list(
        "node", "state", "adopted", "gaps"
    ):
        if pk in knots:
            knots[pk] = replace(knots[pk], state=_decision_of(state, adopted, gaps))


def _decision_of(state: str, adopted: str, gaps: Mapping[str, str]) -> str:
    """Return what a paper itself says about its decision: an outcome, "unknown", or nothing."""
    if state in DECIDED:
        return state
    if adopted:
        return str(PaperState.ADOPTED)
    is_unknown = gaps.get("adopted") == "unknown" or state in (PaperState.SUBMITTED, PaperState.ANNOUNCED)
    return "unknown" if is_unknown else ""


def _stated(space_id: int, knots: dict[int, Knot], stands_for: Mapping[int, int]) -> Iterable[Edge]:
    """Yield the links between visible records; words become knots of their own; 1 query."""
    rows = (
        Link.objects.filter(space=space_id)
        .exclude(kind__in=ASIDE)
        .order_by("dated", "pk")
        .values_list("kind", "earlier", "later", "words", "dated", "author", "source", "note", "extra", "field")
    )
    by_words: dict[str, int] = {}
    for kind, earlier, later, words, dated, author, source, note, extra, field in rows:
        ends = [stands_for.get(earlier, earlier), stands_for.get(later, later)]
        if words and any(end in knots for end in ends):
            if words not in by_words:
                number = by_words[words] = -1 - len(by_words)
                knots[number] = Knot(number, WORDS, f"words-{-number}", Text(words))
            ends = [by_words[words] if end is None else end for end in ends]
        if ends[0] in knots and ends[1] in knots and ends[0] != ends[1]:
            grade = grade_in(extra)
            when = date_of(field, dated, knots[ends[1]].dated)
            is_weak = any(knots[end].kind == "uptake" and knots[end].state != Grade.EXPLICIT for end in ends)
            is_weak = is_weak or grade in (Grade.ORGANISATIONAL, Grade.THEMATIC)
            yield Edge(kind, ends[0], ends[1], when, author, source, note, grade, is_weak=is_weak)


def _joined(one: Edge, other: Edge) -> Edge:
    """Return a tie that was stated twice with what either says of it."""
    return replace(
        one,
        dated=one.dated or other.dated,
        author=one.author or other.author,
        source=one.source or other.source,
        note=one.note or other.note,
        grade=one.grade or other.grade,
        is_weak=one.is_weak and other.is_weak,
    )


def through_decisions(web: Web) -> Web:
    """Lead from each paper to its measures through its decision; where none is recorded, through a gap."""
    knots = dict(web.knots)
    decisions: dict[int, list[int]] = defaultdict(list)
    for edge in web.edges:
        if edge.kind == LinkKind.DECIDED_BY and knots[edge.later].kind == "decision":
            decisions[edge.earlier].append(edge.later)
    found: list[Edge] = []
    for paper in [knot for knot in web.knots.values() if knot.kind == "paper" and knot.id not in decisions]:
        number = MISSING_FROM - paper.id
        knots[number] = Knot(number, MISSING, paper.key, paper.title, part_of=paper, state=paper.state or "none")
        decisions[paper.id].append(number)
        found.append(Edge(LinkKind.DECIDED_BY, paper.id, number, is_weak=paper.state not in DECIDED))
    for edge in web.edges:
        if edge.kind == HAS_PART and knots[edge.later].kind == "measure":
            for decision in decisions[edge.earlier]:
                is_open = knots[decision].state not in DECIDED
                found.append(replace(edge, earlier=decision, is_weak=is_open))
        else:
            found.append(edge)
    return Web(knots, tuple(found))


def counts_by_kind(space_id: int, *, with_drafts: bool) -> dict[str, int]:
    """Return how many records of each kind there are; 1 query."""
    return dict(_counts_by_kind(space_id, with_drafts=with_drafts))


@prepared
def _counts_by_kind(space_id: int, *, with_drafts: bool) -> QuerySet[Node, tuple[str, int]]:
    rows = Node.objects.filter(space=space_id, visibility__in=shown_to(with_drafts=with_drafts)).values_list("kind")
    return rows.annotate(count=Count("pk")).order_by("kind")


@lru_cache(maxsize=4)
def ties_by_kind(space_id: int, edition: int, *, with_drafts: bool) -> dict[tuple[str, str], int]:
    """Return how many links lead from one kind to another as of an edition; 1 query over all of them."""
    shown = shown_to(with_drafts=with_drafts)
    rows = (
        Link.objects.filter(space=space_id, earlier__visibility__in=shown, later__visibility__in=shown)
        .exclude(kind__in=ASIDE)
        .values_list("earlier__kind", "later__kind")
        .annotate(count=Count("pk"))
        .order_by("earlier__kind", "later__kind")
    )
    return {(earlier, later): count for earlier, later, count in rows}


def nodes_of_kinds(space_id: int, kinds: Iterable[str], *, with_drafts: bool) -> QuerySet[Node]:
    """Return the records of some kinds, oldest first."""
    shown = shown_to(with_drafts=with_drafts)
    return (
        Node.objects.filter(space=space_id, visibility__in=shown, kind__in=list(kinds))
        .select_related("part_of")
        .order_by("pk")
    )


@prepared
def questions_of(space_id: int, *, with_drafts: bool) -> QuerySet[Node]:
    """Return the guiding questions, oldest first; 1 query."""
    return nodes_of_kinds(space_id, ["question"], with_drafts=with_drafts)


def contracted(web: Web, is_kept: Callable[[Knot], bool]) -> Web:
    """Leave some knots out and tie what stood before them to what stood after."""
    edges = {(edge.earlier, edge.later): edge for edge in web.edges}
    after: dict[int, set[int]] = defaultdict(set)
    before: dict[int, set[int]] = defaultdict(set)
    for earlier, later in edges:
        after[earlier].add(later)
        before[later].add(earlier)
    for knot in [knot for knot in web.knots.values() if not is_kept(knot)]:
        for earlier in sorted(before[knot.id]):
            for later in sorted(after[knot.id]):
                is_weak = edges[earlier, knot.id].is_weak or edges[knot.id, later].is_weak
                if earlier != later and (earlier, later) not in edges:
                    edges[earlier, later] = Edge(LinkKind.LED_TO, earlier, later, is_weak=is_weak)
                    after[earlier].add(later)
                    before[later].add(earlier)
        for earlier in before.pop(knot.id):
            after[earlier].discard(knot.id)
            edges.pop((earlier, knot.id), None)
        for later in after.pop(knot.id, set()):
            before[later].discard(knot.id)
            edges.pop((knot.id, later), None)
    return Web({number: knot for number, knot in web.knots.items() if is_kept(knot)}, tuple(edges.values()))
