"""What came of the programme: uptake by grade, follow-up programmes, and the guiding questions."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from querwerk.core import registry
from querwerk.core.lists import Pages, Ties
from querwerk.core.models import Link, Node, Record
from querwerk.core.queries import visible
from querwerk.core.registry import node_url
from querwerk.core.spec import spec_of
from querwerk.core.states import LinkKind
from querwerk.core.templatetags.ui import partial_date
from querwerk.core.text import Text
from querwerk.evidence.models import FollowUp, Uptake
from querwerk.evidence.queries.selection import Selection, chosen
from querwerk.evidence.queries.uptake import counts_by_grade, ends_of, follow_ups, hosts_of, stretch_of_uptakes
from querwerk.evidence.queries.web import DRAWN
from querwerk.evidence.states import GRADE_MEANING, Grade
from querwerk.evidence.views.listing import Listing, rows
from querwerk.evidence.views.thread import PER_PAGE, chain, title_of
from querwerk.evidence.views.wording import TONES, kind_name, thread_url
from querwerk.programmes.models import GuidingQuestion
from querwerk.programmes.pages import Request, programme_page

UPTAKES = 25
"""Uptakes on a page."""
CARRIED_ON = 12
"""Follow-up programmes that are shown below; the others are found in the list of their kind."""


def one[R: Record](request: Request, model: type[R], key: str) -> R:
    """Return a record that the viewer may see, with its node; raises 404."""
    records = visible(
        model._default_manager.filter(space=request.frame.space_id, key=key), with_drafts=request.with_drafts
    )
    record = records.select_related("node").first()
    if record is None:
        raise Http404
    return record


def end(request: Request, link: Link | None, node: Node | None) -> dict[str, Any] | None:
    """Return one end of an uptake, ready to be shown."""
    if link is None:
        return None
    if node is None:
        return {"title": Text(link.words), "kind": "", "url": ""}
    return {"title": title_of(request, node), "kind": kind_name(node.kind), "url": node_url(node, request.frame.key)}


def shown_uptake(request: Request, record: Uptake, links: dict[str, Link]) -> dict[str, Any]:
    """Return one uptake with both its ends."""
    origin, target = links.get("from"), links.get("to")
    return {
        "record": record,
        "grade": Grade(record.grade).label,
        "meaning": GRADE_MEANING[record.grade],
        "tone": TONES[record.grade],
        "is_proof": record.grade == Grade.EXPLICIT,
        "date": partial_date(record.date),
        "url": node_url(record.node, request.frame.key),
        "origin": end(request, origin, origin.earlier if origin else None),
        "target": end(request, target, target.later if target else None),
    }


@programme_page
def uptake_list(request: Request) -> HttpResponse:
    """Show what came of the programme, best proved first, and where it goes on."""
    space_id, with_drafts = request.frame.space_id, request.with_drafts
    counts = counts_by_grade(space_id, with_drafts=with_drafts)
    paginator = Pages(
        sum(counts.values()),
        lambda start, stop: stretch_of_uptakes(space_id, with_drafts=with_drafts, start=start, stop=stop),
        UPTAKES,
    )
    page = paginator.get_page(request.GET.get("page"))
    records = list(page)
    ends = ends_of(records, with_drafts=with_drafts)
    shown = [shown_uptake(request, record, ends[record.node_id]) for record in records]
    grades = [
        (grade.label, grade.value, GRADE_MEANING[grade], [row for row in shown if row["record"].grade == grade])
        for grade in Grade
    ]
    context = {
        # Every grade is explained once, on the first page; further pages show what is left of theirs.
        "grades": [row for row in grades if row[3] or page.number == 1],
        "page": page,
        "counts": counts,
        "total": paginator.count,
        "proved": counts.get(Grade.EXPLICIT, 0),
        "follow_ups": carried_on(request) if page.number == 1 else [],
        "most_follow_ups": CARRIED_ON,
    }
    return render(request, "evidence/uptake_list.html", context)


def carried_on(request: Request) -> list[tuple[FollowUp, Any]]:
    """Return the programmes that carry something on, with their organisations."""
    records = follow_ups(request.frame.space_id, with_drafts=request.with_drafts, most=CARRIED_ON)
    hosts = hosts_of(records, with_drafts=request.with_drafts)
    return [(record, hosts_shown(request, hosts[record.node_id])) for record in records]


def hosts_shown(request: Request, links: list[Link]) -> list[tuple[Any, list[tuple[Text, str]]]]:
    """Return label and organisations of each role, as the record's declaration names and orders them."""
    found: list[tuple[Any, list[tuple[Text, str]]]] = []
    for declared in spec_of("follow_up").fields:
        stated = [link.earlier for link in links if link.field == declared.key and link.earlier is not None]
        if stated:
            found.append((declared.label, [(node.title, node_url(node, request.frame.key)) for node in stated]))
    return found


@programme_page
def uptake_detail(request: Request, key: str) -> HttpResponse:
    """Show one uptake: from what to what, how well proved, and by which source."""
    record = one(request, Uptake, key)
    ties = request.ties = Ties(record, with_drafts=request.with_drafts)
    links = {field: link for field in ("from", "to") for link in ties.stated(field)}
    context = shown_uptake(request, record, links) | {"panels": registry.panels_for(request, record)}
    return render(request, "evidence/uptake_detail.html", context)


@programme_page
def follow_up_detail(request: Request, key: str) -> HttpResponse:
    """Show a programme that carries something on: its strands and figures, and what it goes back to."""
    record = one(request, FollowUp, key)
    ties = request.ties = Ties(record, with_drafts=request.with_drafts)
    hosts = [link for link in ties.links if link.owner_id == record.node_id and link.kind == LinkKind.TOOK_PART]
    blocks = {name: value for name, value in record.extra.items() if isinstance(value, dict)}
    facts = {name: value for name, value in record.extra.items() if name not in blocks}
    return render(
        request,
        "evidence/follow_up_detail.html",
        {
            "record": record,
            "hosts": hosts_shown(request, hosts),
            "figures": [(name, figures_of(block), str(block.get("source") or "")) for name, block in blocks.items()],
            "more": facts,
            "panels": registry.panels_for(request, record),
        },
    )


def figures_of(block: dict[str, Any]) -> dict[str, Any]:
    """Return a block of figures without the source, which stands below it."""
    return {name: value for name, value in block.items() if name != "source"}


@programme_page
def question_detail(request: Request, key: str) -> HttpResponse:
    """Show a guiding question and what answers it along the thread."""
    record = one(request, GuidingQuestion, key)
    choice = chosen(chain(request), Selection(question=key))
    is_drawable = len(choice.web.knots) <= DRAWN
    listing = Listing(choice.web, request.frame, is_forward=True)
    answers = listing.of(choice.focus, is_deep=is_drawable) if choice.focus else []
    shown = answers if is_drawable else answers[:PER_PAGE]
    others = visible(GuidingQuestion.objects.filter(space=request.frame.space_id), with_drafts=request.with_drafts)
    return render(
        request,
        "evidence/question_detail.html",
        {
            "record": record,
            "rows": rows(shown),
            "left_out": len(answers) - len(shown),
            "count": len(choice.web.knots) - 1,
            "others": [(other, other.pk == record.pk) for other in others.select_related("node")],
            "thread_url": thread_url(request.frame.key) + f"?question={key}",
            "panels": registry.panels_for(request, record),
        },
    )
