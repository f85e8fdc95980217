"""Reads of the strategy papers."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from querwerk.core.models import Node
from querwerk.core.prepared import prepared
from querwerk.core.queries import counted, visible
from querwerk.core.states import LinkKind
from querwerk.strategy.models import Decision, Measure, Paper, ProcessStep, Proposal
from querwerk.strategy.rules import Standing, standing


def papers(space_id: int, *, with_drafts: bool) -> QuerySet[Paper]:
    """Return the papers in order of entry; 1 query."""
    return visible(Paper.objects.filter(space=space_id), with_drafts=with_drafts)


def with_counts(found: QuerySet[Paper]) -> QuerySet[Paper]:
    """Add how many measures and proposals each paper has."""
    return found.annotate(measures_known=parts_count(Measure), proposals_known=parts_count(Proposal))


@prepared
def stretch(space_id: int, *, with_drafts: bool, start: int, stop: int) -> QuerySet[Any]:
    """Return some of the papers with their counts; 1 query."""
    return with_counts(papers(space_id, with_drafts=with_drafts))[start:stop]


@prepared
def count(space_id: int, *, with_drafts: bool) -> QuerySet[Any, int]:
    """Return how many papers there are, nothing for none; 1 query."""
    return counted(papers(space_id, with_drafts=with_drafts))


@prepared
def paper(space_id: int, key: str, *, with_drafts: bool) -> QuerySet[Paper]:
    """Return one paper with its node; 1 query."""
    return papers(space_id, with_drafts=with_drafts).filter(key=key).select_related("node", "space")


def parts_count(model: type[Any]) -> Coalesce:
    """Return the number of published parts of the paper in the outer query."""
    parts = visible(model._default_manager.filter(paper=OuterRef("pk")), with_drafts=False).order_by()
    counted = parts.values("paper").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def authors_of(found: Iterable[Paper]) -> dict[int, Node]:
    """Return the author of each paper by the paper's node; 1 query."""
    return {author.of_paper: author for author in _authors_of([paper.node_id for paper in found])}


@prepared
def _authors_of(node_ids: Iterable[int]) -> QuerySet[Any]:
    authors = Node.objects.filter(later_links__owner__in=node_ids, later_links__field="author")
    return authors.annotate(of_paper=F("later_links__owner"))


def decisions_of(found: Iterable[Paper], *, with_drafts: bool) -> dict[int, list[Decision]]:
    """Return the decisions on each paper by the paper's node, oldest first; 1 query."""
    by_paper: dict[int, list[Decision]] = defaultdict(list)
    for decision in _decisions_of([paper.node_id for paper in found], with_drafts=with_drafts):
        by_paper[decision.of_paper].append(decision)
    return by_paper


@prepared
def _decisions_of(node_ids: Iterable[int], *, with_drafts: bool) -> QuerySet[Any]:
    decisions = visible(
        Decision.objects.filter(
            node__earlier_links__kind=LinkKind.DECIDED_BY, node__earlier_links__earlier__in=node_ids
        ),
        with_drafts=with_drafts,
    ).annotate(of_paper=F("node__earlier_links__earlier"))
    return decisions.select_related("node").order_by("date", "position", "pk")


def standing_of(paper: Paper, decisions: Iterable[Decision]) -> Standing:
    """Return where a paper stands."""
    return standing(
        state=paper.state,
        gaps=paper.gaps,
        is_submission_planned=bool(paper.submission_planned),
        submitted=paper.submitted,
        adopted=paper.adopted,
        outcomes=[decision.outcome for decision in decisions],
    )


@prepared
def process_of(paper_id: int, *, with_drafts: bool) -> QuerySet[ProcessStep]:
    """Return the steps on the way to a paper with their nodes; 1 query."""
    return visible(ProcessStep.objects.filter(paper=paper_id), with_drafts=with_drafts).select_related("node")


@prepared
def measures_of(paper_id: int, *, with_drafts: bool) -> QuerySet[Measure]:
    """Return a paper's measures with their nodes; 1 query."""
    return visible(Measure.objects.filter(paper=paper_id), with_drafts=with_drafts).select_related("node")


@prepared
def proposals_of(paper_id: int, *, with_drafts: bool) -> QuerySet[Proposal]:
    """Return a paper's proposals with their nodes; 1 query."""
    return visible(Proposal.objects.filter(paper=paper_id), with_drafts=with_drafts).select_related("node")


@prepared
def decision(space_id: int, key: str, *, with_drafts: bool) -> QuerySet[Decision]:
    """Return one decision with its node; 1 query."""
    found = visible(Decision.objects.filter(space=space_id, key=key), with_drafts=with_drafts)
    return found.select_related("node", "space")
