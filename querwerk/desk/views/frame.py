"""What every page of the desk shares: who may enter, what stands at its side, one-time keys of forms."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from querwerk.core import registry
from querwerk.core.actions import Actor, once
from querwerk.core.models import Record
from querwerk.core.queries import find_record
from querwerk.core.registry import node_url
from querwerk.core.spec import UNSTORABLE, Spec, spec_of
from querwerk.core.states import Visibility
from querwerk.desk.queries import GROUPS, counts, owners, spec_or_none
from querwerk.people.models import User
from querwerk.programmes.pages import Request, enter
from querwerk.programmes.pages import address as room_address
from querwerk.programmes.rules import (
    Verdict,
    may_create,
    may_edit_menu,
    may_export,
    may_manage_roles,
    may_see,
    may_use_desk,
)

LIBRARIES = {"picture": "library", "file": "files"}
"""The kinds that have a list of their own at the desk, and a page named after the kind."""
MOVES = {"publish": Visibility.PUBLISHED, "withdraw": Visibility.DRAFT, "retire": Visibility.RETIRED}
TONES = {Visibility.PUBLISHED: "good", Visibility.DRAFT: "open", Visibility.RETIRED: "plain"}


class Refused(Exception):
    """The viewer may not do this; the verdict says why."""

    def __init__(self, verdict: Verdict) -> None:
        """Keep the reason."""
        super().__init__(str(verdict.why))
        self.verdict = verdict


def require(verdict: Verdict) -> None:
    """Go on only when it is allowed."""
    if not verdict:
        raise Refused(verdict)


def desk_page[**P](
    view: Callable[Concatenate[Request, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Make a page of the desk: signed in, with a role in the programme, never kept in a cache."""

    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def page(request: HttpRequest, programme: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        enter(request, programme)
        inside = cast("Request", request)
        try:
            require(may_use_desk(inside.viewer))
            return view(inside, *args, **kwargs)
        except Refused as refused:
            return render(request, "desk/refused.html", {"why": refused.verdict.why}, status=403)

    return page


def actor(request: Request) -> Actor:
    """Return who writes."""
    user = cast("User", request.user)
    return Actor(user.pk, user.display_name)


def address(request: Request, name: str, *args: str | int) -> str:
    """Return an address within the programme's desk."""
    return reverse(f"desk:{name}", args=[request.frame.key, *args])


def surrounding(request: Request, current: str = "") -> dict[str, Any]:
    """Return what stands at the side of every page."""
    number = counts(request.viewer, request.frame.space_id)
    groups = [
        (
            title,
            [
                (
                    spec_of(kind).label_plural if not spec_of(kind).is_single else spec_of(kind).label,
                    kind_url(request, kind),
                    number.get(kind, 0),
                    kind == current,
                )
                for kind in kinds
            ],
        )
        for title, kinds in GROUPS
    ]
    return {
        "side": groups,
        "current": current,
        "desk_url": address(request, "home"),
        "journal_url": address(request, "journal"),
        "menu_url": address(request, "menu") if may_edit_menu(request.viewer) else "",
        "roles_url": address(request, "roles") if may_manage_roles(request.viewer) else "",
        "tools": [
            (tool.label, reverse(tool.url_name, args=[request.frame.key]), tool.url_name == current)
            for tool in registry.tools()
            if tool.may_use(request.viewer)
        ],
        "exports": [
            (form.upper(), room_address("exchange:export", programme=request.frame.key, form=form))
            for form in ("yaml", "json", "zip")
            if may_export(request.viewer)
        ],
    }


def kind_url(request: Request, kind: str) -> str:
    """Return the address of a kind's list."""
    return address(request, LIBRARIES[kind]) if kind in LIBRARIES else address(request, "record_list", kind)


def spec_or_404(kind: str) -> Spec:
    """Return a kind that the desk knows."""
    spec = spec_or_none(kind)
    if spec is None:
        raise Http404
    return spec


def record_or_404(request: Request, kind: str, key: str) -> Record:
    """Return a record that the viewer may see at the desk; what they may not see does not exist for them."""
    record = find_record(spec_or_404(kind), request.frame.space_id, key)
    if record is None or not may_see(request.viewer, visibility=record.visibility, owners=owners(record)):
        raise Http404
    return record


def public_url(request: Request, record: Record) -> str:
    """Return where the public reads the record, or nothing while it is not public."""
    return node_url(record.node, request.frame.key) if record.visibility == Visibility.PUBLISHED else ""


def sent(request: Request, name: str) -> str:
    """Return a text that was sent beside the content of a record, without what a database refuses."""
    return UNSTORABLE.sub("", request.POST.get(name, "")).strip()


def one_time_key() -> str:
    """Return a key under which a form does its work once, however often it is sent."""
    return uuid.uuid4().hex


def once_name(request: Request) -> str:
    """Return the name of this sending for :func:`querwerk.core.actions.once`."""
    return f"desk:{request.user.pk}:{sent(request, 'once')[:64]}"


def has_once(request: Request) -> bool:
    """Tell whether the form carries its one-time key."""
    return bool(request.POST.get("once"))


def attempt(request: Request, effect: Callable[[], Any]) -> Any:
    """Run once under the form's key; a double click or a reload gets the result of the first time."""
    return once(once_name(request), effect) if has_once(request) else effect()


def may_create_kind(request: Request, spec: Spec, number: int) -> Verdict:
    """Tell whether the viewer may create a record of this kind now."""
    if spec.is_single and number:
        return Verdict(is_allowed=False)
    return may_create(request.viewer, kind=spec.kind)
