"""The page of the thread, its downloads, and the panel on every record's page."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from querwerk.core.models import Node, Record
from querwerk.core.queries import current_edition
from querwerk.core.registry import node_url
from querwerk.core.templatetags.ui import partial_date
from querwerk.core.text import Text
from querwerk.evidence.queries.attributions import attributions
from querwerk.evidence.queries.selection import (
    Choice,
    Selection,
    UnknownKnotError,
    by_kind,
    chosen,
    folded,
    kept,
    web_of_kinds,
)
from querwerk.evidence.queries.strands import Strand, strands_of
from querwerk.evidence.queries.web import (
    DRAWN,
    Knot,
    Web,
    chain_of,
    counts_by_kind,
    nodes_of_kinds,
    questions_of,
    ties_by_kind,
    web_of,
)
from querwerk.evidence.states import BACKWARD, DOCUMENTS, LAYER_OF, LAYERS, MISSING, ONWARD, WORDS, Grade
from querwerk.evidence.views.downloads import as_csv, as_prov
from querwerk.evidence.views.listing import Listing, rows
from querwerk.evidence.views.picture import Addresses, drawing
from querwerk.evidence.views.wording import (
    TONES,
    counted,
    kind_name,
    kind_names,
    knot_kind,
    knot_title,
    knot_url,
    query,
    thread_url,
)
from querwerk.programmes.pages import Request, programme_page

NOT_COUNTED = frozenset({"organisation", "profile", "programme"})
"""Kinds that stand in the thread only where something is tied to them."""
QUIET_KINDS = frozenset({"organisation", "person", "profile", "partner", "newsflash", "film", "web_link"})
"""Kinds whose pages say nothing where nothing is tied to them: nobody expects a thread there."""
PER_PAGE = 60
SELECTABLE = tuple(kind for kind in LAYER_OF if kind not in (MISSING, WORDS))


def selection_of(request: HttpRequest) -> Selection:
    """Read what part of the thread is asked for; raises 404 for a kind that does not exist."""
    kinds = frozenset(request.GET.getlist("kind"))
    if kinds - set(SELECTABLE):
        raise Http404(_("There is no such kind of record in the thread."))
    return Selection(request.GET.get("question", ""), request.GET.get("node", ""), kinds)


def asked_for(request: HttpRequest) -> dict[str, str | list[str]]:
    """Return the selection as parameters of an address."""
    selection = selection_of(request)
    return {"question": selection.question, "node": selection.node, "kind": sorted(selection.kinds)}


def edition_of(request: HttpRequest) -> int:
    """Return the edition under which this request reads; asked for once."""
    edition: int | None = getattr(request, "edition", None)
    return current_edition() if edition is None else edition


def whole(request: Request) -> Web:
    """Return the programme's thread for this viewer."""
    return web_of(
        request.frame.space_id, edition_of(request), name=request.frame.programme.name, with_drafts=request.with_drafts
    )


def chain(request: Request) -> Web:
    """Return the same as it is shown, with the places that nobody filled."""
    name = request.frame.programme.name
    return chain_of(request.frame.space_id, edition_of(request), name=name, with_drafts=request.with_drafts)


@programme_page
def thread(request: Request) -> HttpResponse:
    """Show the thread of the programme: as a picture, as a list, or as an overview where it is too large for both."""
    selection = selection_of(request)
    if request.GET.get("of") and not selection:
        nodes = nodes_of_kinds(request.frame.space_id, [known_kind(request)], with_drafts=request.with_drafts)
        return members(request, nodes)
    if not selection:
        counts = counts_by_kind(request.frame.space_id, with_drafts=request.with_drafts)
        counts = {
            kind: counts[kind]
            for kind in counts
            if LAYER_OF.get(kind, DOCUMENTS) != DOCUMENTS and kind not in NOT_COUNTED
        }
        if sum(counts.values()) > DRAWN:
            ties = ties_by_kind(request.frame.space_id, edition_of(request), with_drafts=request.with_drafts)
            return overview(request, counts, ties, None)
    try:
        choice = chosen(chain(request), selection)
    except UnknownKnotError as error:
        raise Http404(_("There is no such record in the thread.")) from error
    if request.GET.get("of"):
        kind = known_kind(request)
        return members(request, [knot for knot in choice.web.knots.values() if knot.kind == kind])
    if len(choice.web.knots) > DRAWN:
        return overview(request, *by_kind(choice.web), choice.focus)
    if request.GET.get("view") == "list":
        return render(request, "evidence/thread_list.html", around(request, choice) | listed(request, choice))
    return render(request, "evidence/thread_picture.html", around(request, choice) | drawn(request, choice))


def around(request: Request, choice: Choice) -> dict[str, Any]:
    """Return what stands round picture and list: filters, the record in focus, downloads."""
    selection = selection_of(request)
    asked = asked_for(request)
    focus = choice.focus
    return {
        "selection": selection,
        "is_list": request.GET.get("view") == "list",
        "picture_url": f"?{query(**asked)}",
        "list_url": f"?{query(**asked, view='list')}",
        "downloads": query(**asked),
        "questions": questions_of(request.frame.space_id, with_drafts=request.with_drafts),
        "kinds": [
            (str(title), [(kind, kind_names(kind), kind in selection.kinds) for kind in SELECTABLE if kind in kinds])
            for title, kinds in LAYERS
        ],
        "focus": focus,
        "steps": choice.steps,
        "focus_title": knot_title(focus) if focus else "",
        "focus_kind": knot_kind(focus) if focus else "",
        "focus_url": knot_url(focus, request.frame.key) if focus else "",
        "loose": [
            {"title": knot_title(knot), "kind": kind_name(knot.kind), "url": knot_url(knot, request.frame.key)}
            for knot in choice.loose
            if knot.kind not in NOT_COUNTED
        ],
    }


def drawn(request: Request, choice: Choice) -> dict[str, Any]:
    """Return the picture."""
    key = request.frame.key
    addresses = Addresses(
        page=lambda knot: knot_url(knot, key),
        focus=lambda knot: "" if knot is choice.focus or knot.kind in (WORDS, MISSING) else f"?{query(node=knot.name)}",
    )
    return {"picture": drawing(folded(choice.web), addresses, focus=choice.focus)}


def listed(request: Request, choice: Choice) -> dict[str, Any]:
    """Return the list: the thread of one record in both directions, or the whole from either end."""
    if choice.focus is not None:
        return {
            "before": rows(Listing(choice.web, request.frame, is_forward=False).of(choice.focus)),
            "after": rows(Listing(choice.web, request.frame, is_forward=True).of(choice.focus)),
        }
    is_forward = request.GET.get("from") != "end"
    return {"is_forward": is_forward, "rows": rows(Listing(choice.web, request.frame, is_forward=is_forward).roots())}


def overview(
    request: Request, counts: dict[str, int], ties: dict[tuple[str, str], int], focus: Knot | None
) -> HttpResponse:
    """Show how much of each kind there is, and lead down to it."""
    web = web_of_kinds(counts, ties)
    asked = asked_for(request)
    addresses = Addresses(page=lambda knot: f"?{query(**asked, of=knot.key)}", focus=lambda _knot: "")
    named = [
        Knot(knot.id, knot.kind, knot.key, Text(f"{kind_names(knot.kind)}: {counted(counts[knot.kind])}"))
        for knot in web.knots.values()
    ]
    picture = drawing(Web({knot.id: knot for knot in named}, web.edges), addresses, with_ends=False)
    context = around(request, Choice(web, focus, ())) | {
        "picture": picture,
        "total": sum(counts.values()),
        "most": DRAWN,
        "counts": [
            (kind_names(kind), f"?{query(**asked, of=kind)}", count)
            for kind, count in sorted(counts.items(), key=lambda row: LAYER_OF[row[0]])
        ],
        "ties": [
            (kind_names(earlier), kind_names(later), count)
            for (earlier, later), count in sorted(
                ties.items(), key=lambda row: (LAYER_OF.get(row[0][0], 99), LAYER_OF.get(row[0][1], 99))
            )
            if earlier in counts and later in counts
        ],
    }
    return render(request, "evidence/thread_overview.html", context)


def known_kind(request: Request) -> str:
    """Return the kind whose records are asked for; raises 404 for one that does not exist."""
    kind = request.GET.get("of", "")
    if kind not in SELECTABLE:
        raise Http404(_("There is no such kind of record in the thread."))
    return kind


def members(request: Request, nodes: "QuerySet[Node] | Sequence[Knot]") -> HttpResponse:
    """List the records of one kind with a way to the thread of each."""
    page: Page[Any] = Paginator(nodes, PER_PAGE).get_page(request.GET.get("page"))
    entries = [
        {
            "title": node.title,
            "date": partial_date(node.dated),
            "thread_url": thread_url(request.frame.key, f"{node.kind}:{node.key}"),
        }
        for node in page
    ]
    context = {"page": page, "entries": entries, "kind": kind_names(known_kind(request))}
    return render(request, "evidence/thread_members.html", context)


@programme_page
def thread_csv(request: Request) -> HttpResponse:
    """Hand out the thread, or the part asked for, one line per tie."""
    return HttpResponse(as_csv(_asked(request)), content_type="text/csv; charset=utf-8")


@programme_page
def thread_prov(request: Request) -> HttpResponse:
    """Hand out the thread, or the part asked for, as PROV-JSON."""
    web = _asked(request)
    agents = attributions(request.frame.space_id, web.knots, with_drafts=request.with_drafts)
    origin = f"{request.scheme}://{request.get_host()}"
    return JsonResponse(
        as_prov(web, agents, request.frame, origin), json_dumps_params={"ensure_ascii": False, "indent": 1}
    )


def _asked(request: Request) -> Web:
    """Return the thread as it was stated, without gaps and folds."""
    selection = selection_of(request)
    web = whole(request)
    try:
        return kept(web, selection) if selection else web
    except UnknownKnotError as error:
        raise Http404(_("There is no such record in the thread.")) from error


def panel(request: HttpRequest, record: Record) -> dict[str, Any] | None:
    """Return what a record rests on and what came of it; nothing for kinds of which nobody expects a thread."""
    inside = cast("Request", request)
    before, after = strands_of(record.node_id, with_drafts=inside.with_drafts, ties=inside.ties)
    kind = record.SPEC.kind
    if not before and not after and kind in QUIET_KINDS:
        return None
    return {
        "rests_on": entries(inside, before, is_forward=False),
        "came_of_it": entries(inside, after, is_forward=True),
        "thread_url": thread_url(inside.frame.key, f"{kind}:{record.key}") if kind in LAYER_OF else "",
    }


def entries(request: Request, strands: Iterable[Strand], *, is_forward: bool) -> list[dict[str, Any]]:
    """Return a panel's entries, ready to be shown."""
    words = ONWARD if is_forward else BACKWARD
    key = request.frame.key
    return [
        {
            "relation": words.get(strand.kind, ""),
            "kind": kind_name(strand.node.kind) if strand.node else "",
            "title": title_of(request, strand.node) if strand.node else Text(strand.words),
            "url": node_url(strand.node, key) if strand.node else "",
            "within": _whole_of(strand.node),
            "through": strand.through,
            "through_kind": kind_name(strand.through.kind) if strand.through else "",
            "through_url": node_url(strand.through, key) if strand.through else "",
            "date": partial_date(strand.dated),
            "author": strand.author,
            "source": strand.source,
            "note": strand.note,
            "grade": Grade(strand.grade).label if strand.grade else "",
            "tone": TONES.get(strand.grade, "plain"),
        }
        for strand in strands
    ]


def title_of(request: Request, node: Node) -> Text:
    """Return a record's title; a programme's short name."""
    return Text(request.frame.programme.name) if node.kind == "programme" else node.title


def _whole_of(node: Node | None) -> Text | None:
    return node.part_of.title if node is not None and node.part_of is not None else None
