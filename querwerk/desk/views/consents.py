"""Who agreed to be shown in a picture or film, who took it back, and what is taken off with that."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from querwerk.core.fields import is_partial_date
from querwerk.core.pictures.actions import readmit as readmit_shown
from querwerk.core.pictures.actions import record_consent, take_off, withdraw_consent
from querwerk.core.pictures.models import Consent, ShowsPeople
from querwerk.core.pictures.queries import people_in
from querwerk.core.pictures.states import How, Use
from querwerk.desk.queries import owners
from querwerk.desk.views import films, pictures
from querwerk.desk.views.frame import actor, desk_page, record_or_404, require, sent
from querwerk.desk.views.shown import ask, page_url
from querwerk.programmes.pages import Request
from querwerk.programmes.rules import may_edit

PAGES: dict[str, Callable[..., HttpResponse]] = {"picture": pictures.page, "film": films.page}


def editable(request: Request, kind: str, key: str) -> ShowsPeople:
    """Return a picture or film that the viewer may change."""
    shown = record_or_404(request, kind, key)
    require(may_edit(request.viewer, kind=kind, owners=owners(shown)))
    assert isinstance(shown, ShowsPeople)
    return shown


def back(request: Request, shown: ShowsPeople) -> HttpResponse:
    """Go back to the picture or film."""
    return redirect(page_url(request, shown))


@desk_page
def consent(request: Request, key: str, kind: str) -> HttpResponse:
    """Note that somebody shown agreed."""
    shown = editable(request, kind, key)
    if request.method != "POST":
        return back(request, shown)
    name, given_on = " ".join(sent(request, "name").split())[:200], sent(request, "given_on")
    uses = [Use(word) for word in request.POST.getlist("uses") if word in Use.values]
    errors = mistakes(request, name, given_on, uses)
    if errors:
        return PAGES[kind](request, shown, errors=errors)
    people = people_in([shown.node_id]).get(shown.node_id, [])
    record_consent(
        shown=shown, name=name, given_on=date.fromisoformat(given_on), how=How(request.POST["how"]), uses=uses,
        by=actor(request), person=next((one.node for one in people if one.name == name), None),
        note=sent(request, "note")[:500],
    )  # fmt: skip
    messages.success(request, _("The consent is recorded."))
    return back(request, shown)


def mistakes(request: Request, name: str, given_on: str, uses: list[Use]) -> dict[str, str]:
    """Return what is wrong with what was typed, by field."""
    errors = {}
    if not name:
        errors["name"] = _("Please say who agreed.")
    if len(given_on) != len("2021-06-22") or not is_partial_date(given_on):
        errors["given_on"] = _("Please give the day on which the person agreed.")
    if request.POST.get("how") not in How.values:
        errors["how"] = _("Please say how the person agreed.")
    if not uses:
        errors["uses"] = _("Please tick what the person agreed to.")
    return errors


@desk_page
def consent_withdraw(request: Request, key: str, number: int, kind: str) -> HttpResponse:
    """Ask, then note that somebody has taken consent back; picture or film is gone from every page with it."""
    shown = editable(request, kind, key)
    found = Consent.objects.filter(shown_in=shown.node, pk=number).select_related("shown_in").first()
    if found is None:
        raise Http404
    is_film = kind == "film"
    if request.method == "POST":
        withdraw_consent(consent=found, by=actor(request))
        messages.success(
            request,
            _("The consent is withdrawn. The film is no longer shown anywhere.")
            if is_film
            else _("The consent is withdrawn. The picture is no longer shown anywhere."),
        )
        return back(request, shown)
    words = {
        "heading": _("Withdraw this consent?"),
        "text": _(
            "The film disappears from every page and every text at once, and its file is no longer sent to anybody. "
            "The journal notes that a consent was withdrawn, without a name."
        )
        if is_film
        else _(
            "The picture disappears from every page at once, its sizes are destroyed and its file is no longer sent to anybody. "
            "The journal notes that a consent was withdrawn, without a name."
        ),
        "name": found.name,
        "button": _("Withdraw"),
    }
    return ask(request, shown, words)


@desk_page
def withdraw(request: Request, key: str, kind: str) -> HttpResponse:
    """Ask, then take a picture or film off every page."""
    shown = editable(request, kind, key)
    is_film = kind == "film"
    if request.method == "POST":
        take_off(shown=shown, by=actor(request), why=sent(request, "why")[:1000])
        messages.success(
            request,
            _("The film is no longer shown anywhere.") if is_film else _("The picture is no longer shown anywhere."),
        )
        return back(request, shown)
    words = {
        "heading": _("Take this film off every page?") if is_film else _("Take this picture off every page?"),
        "text": _("It disappears at once, and its file is no longer sent to anybody.")
        if is_film
        else _("It disappears at once, its sizes are destroyed and its file is no longer sent to anybody."),
        "button": _("Take it off"),
        "asks_why": "yes",
    }
    return ask(request, shown, words)


@desk_page
def readmit(request: Request, key: str, kind: str) -> HttpResponse:
    """Let what was taken off be published again."""
    shown = editable(request, kind, key)
    if request.method == "POST":
        readmit_shown(shown=shown, by=actor(request), why=sent(request, "why")[:1000])
        messages.success(request, _("It may be published again, unless somebody has withdrawn consent."))
    return back(request, shown)
