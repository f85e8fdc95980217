"""The desk itself: choosing a programme, what needs attention, the lists."""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from querwerk.core.queries import current_edition
from querwerk.core.states import Visibility
from querwerk.desk.queries import (
    KINDS,
    SORTS,
    Matter,
    SpaceOptions,
    is_editable,
    journal_for,
    matters_for,
    own_node_ids,
    records_of,
    search,
    seen_by,
    spec_or_none,
    title_of,
)
from querwerk.desk.views.frame import (
    LIBRARIES,
    TONES,
    address,
    desk_page,
    kind_url,
    may_create_kind,
    public_url,
    spec_or_404,
    surrounding,
)
from querwerk.desk.views.history import entry_row
from querwerk.people.models import User
from querwerk.people.queries import profiles_of
from querwerk.programmes.models import Programme
from querwerk.programmes.pages import Request

SHOWN = 5
PAGE_SIZE = 40
QUICK = ("pilot", "event", "paper", "uptake", "newsflash", "organisation", "person")


@never_cache
@require_safe
@login_required
def choose(request: HttpRequest) -> HttpResponse:
    """Offer the programmes in which the account has a role; with one, go straight on; who only has a profile finds it with the account."""
    programmes = list(Programme.objects.filter(roles__user=request.user.pk).distinct().order_by("key"))
    if len(programmes) == 1:
        return redirect("desk:home", programmes[0].key)
    if not programmes and profiles_of(cast("User", request.user).pk).exists():
        return redirect("account_home")
    return render(request, "desk/choose.html", {"programmes": programmes}, status=200 if programmes else 403)


def matter_row(request: Request, matter: Matter) -> dict[str, Any]:
    """Return what a template shows of something that needs attention."""
    spec = spec_or_404(matter.kind)
    url = (
        address(request, "record_edit", matter.kind, matter.key)
        if matter.key
        else address(request, "record_new", matter.kind)
    )
    if matter.sort == "pages" and not matter.key:
        url += f"?id={matter.title}"
    return {"kind": spec.label, "title": matter.title, "url": url, "fields": [str(field) for field in matter.fields]}


@desk_page
def home(request: Request) -> HttpResponse:
    """Show what needs attention, what happened last, and what can be begun."""
    matters = matters_for(request.viewer, request.frame.space_id, current_edition())
    attention = [
        {
            "sort": sort,
            "number": len(matters[sort.key]),
            "rows": [matter_row(request, matter) for matter in matters[sort.key][:SHOWN]],
            "url": address(request, "attention", sort.key) if len(matters[sort.key]) > SHOWN else "",
        }
        for sort in SORTS
        if sort.key in matters
    ]
    entries = journal_for(request.viewer, request.frame.space.key, request.frame.space_id)[:8]
    quick = [
        (spec.label, address(request, "record_new", kind))
        for kind in QUICK
        if (spec := spec_or_none(kind)) and may_create_kind(request, spec, 0)
    ]
    context = {"attention": attention, "entries": [entry_row(request, entry) for entry in entries], "quick": quick}
    return render(request, "desk/home.html", {**surrounding(request, "home"), **context})


@desk_page
def attention(request: Request, sort: str) -> HttpResponse:
    """Show everything of one sort that needs attention."""
    found = next((one for one in SORTS if one.key == sort), None)
    if found is None:
        raise Http404
    matters = matters_for(request.viewer, request.frame.space_id, current_edition()).get(sort, [])
    page = Paginator(matters, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [matter_row(request, matter) for matter in page]
    return render(request, "desk/attention.html", {**surrounding(request), "sort": found, "rows": rows, "page": page})


@desk_page
def record_list(request: Request, kind: str) -> HttpResponse:
    """Show the records of a kind: search, filter, go on to one of them."""
    spec = spec_or_404(kind)
    if kind in LIBRARIES:
        return redirect(kind_url(request, kind))
    records = seen_by(request.viewer, records_of(kind, request.frame.space_id), request.frame.space_id)
    total = records.count()
    words, visibility = request.GET.get("q", "")[:200].strip(), request.GET.get("visibility", "")
    if visibility in Visibility.values:
        records = records.filter(visibility=visibility)
    page = Paginator(search(records, words), PAGE_SIZE).get_page(request.GET.get("page"))
    own = own_node_ids(request.viewer, request.frame.space_id)
    rows = [
        {
            "record": record,
            "title": title_of(record),
            "state": Visibility(record.visibility).label,
            "tone": TONES[Visibility(record.visibility)],
            "url": address(request, "record_edit", kind, record.key),
            "public_url": public_url(request, record),
            "is_mine": record.node_id in own and is_editable(request.viewer, kind, request.viewer.organisations),
        }
        for record in page
    ]
    context = {
        "spec": spec,
        "rows": rows,
        "page": page,
        "total": total,
        "words": words,
        "visibility": visibility,
        "visibilities": Visibility.choices,
        "new_url": address(request, "record_new", kind) if may_create_kind(request, spec, total) else "",
        "list_url": kind_url(request, kind),
    }
    return render(request, "desk/record_list.html", {**surrounding(request, kind), **context})


@desk_page
def options(request: Request) -> HttpResponse:
    """Answer a text box that looks for records while somebody types; without JavaScript a title or id does."""
    kinds = [kind for kind in request.GET.get("kinds", "").split("-") if kind]
    known = SpaceOptions(request.viewer, request.frame.space_id)
    found = known.matching(request.GET.get("q", "")[:200], kinds) if len(kinds) <= len(KINDS) + 20 else []
    return JsonResponse({"options": found, "none": _("Nothing found")})
