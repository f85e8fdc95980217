"""Pages of the strategy papers and of the decisions on them."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from querwerk.core import registry
from querwerk.core.lists import Pages, Ties
from querwerk.core.models import Link, Record
from querwerk.core.prose.queries import public_text
from querwerk.core.states import LinkKind
from querwerk.programmes.pages import Request, page_language, programme_page
from querwerk.strategy import queries

PER_PAGE = 24


@programme_page
def paper_list(request: Request) -> HttpResponse:
    """List the papers with where each one stands."""
    space_id, with_drafts = request.frame.space_id, request.with_drafts
    found: Pages[Any] = Pages(
        queries.count.first(space_id, with_drafts=with_drafts),
        lambda start, stop: queries.stretch(space_id, with_drafts=with_drafts, start=start, stop=stop),
        PER_PAGE,
    )
    page = found.get_page(request.GET.get("page"))
    papers = list(page)
    authors = queries.authors_of(papers)
    decisions = queries.decisions_of(papers, with_drafts=with_drafts)
    rows = [
        {
            "paper": paper,
            "author": authors.get(paper.node_id),
            "standing": queries.standing_of(paper, decisions.get(paper.node_id, [])),
        }
        for paper in papers
    ]
    return render(request, "strategy/paper_list.html", {"page": page, "rows": rows})


@programme_page
def paper_detail(request: Request, key: str) -> HttpResponse:
    """Show one paper: how it came about, what it asks for, what was decided."""
    drafts = request.with_drafts
    paper = queries.paper.first(request.frame.space_id, key, with_drafts=drafts)
    if paper is None:
        raise Http404
    steps = queries.process_of(paper.pk, with_drafts=drafts)
    measures = queries.measures_of(paper.pk, with_drafts=drafts)
    proposals = queries.proposals_of(paper.pk, with_drafts=drafts)
    decisions = queries.decisions_of([paper], with_drafts=drafts).get(paper.node_id, [])
    ties = request.ties = Ties(paper, [*steps, *measures, *proposals], with_drafts=drafts)
    context = {
        "paper": paper,
        "text": public_text(paper.node_id, "text", page_language()),
        "standing": queries.standing_of(paper, decisions),
        "authors": ties.nodes("author"),
        "steps": [{"step": step, "event": next(iter(ties.nodes("event", by=step)), None)} for step in steps],
        "measures": grounded(measures, ties),
        "proposals": grounded(proposals, ties),
        "decisions": decisions,
        "panels": registry.panels_for(request, paper),
    }
    return render(request, "strategy/paper_detail.html", context)


def grounded(parts: Iterable[Record], ties: Ties) -> list[dict[str, Any]]:
    """Put beside each measure or proposal what it rests on, which question it answers and what came of it."""
    thread = ties.thread()
    return [
        {
            "part": part,
            "rests_on": [link for link in thread if is_before(link, part) and link.kind != LinkKind.ANSWERED_BY],
            "answers": [link for link in thread if is_before(link, part) and link.kind == LinkKind.ANSWERED_BY],
            "came_of_it": [link for link in thread if link.earlier_id == part.node_id and link.later is not None],
        }
        for part in parts
    ]


def is_before(link: Link, part: Record) -> bool:
    """Tell whether a link leads to the part from a record."""
    return link.later_id == part.node_id and link.earlier is not None


@programme_page
def decision_detail(request: Request, key: str) -> HttpResponse:
    """Show one decision with the papers it is about."""
    decision = queries.decision.first(request.frame.space_id, key, with_drafts=request.with_drafts)
    if decision is None:
        raise Http404
    ties = request.ties = Ties(decision, with_drafts=request.with_drafts)
    papers = [link.earlier for link in ties.links if link.kind == LinkKind.DECIDED_BY and link.earlier is not None]
    context = {"decision": decision, "papers": papers, "panels": registry.panels_for(request, decision)}
    return render(request, "strategy/decision_detail.html", context)
