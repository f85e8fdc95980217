"""At the desk: when and where people meet, under which limits, who takes part, and when wishes begin."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from querwerk.core import ical
from querwerk.core.spec import UNSTORABLE
from querwerk.desk.queries import owners
from querwerk.desk.views.frame import actor, attempt, desk_page, one_time_key, require, sent, surrounding
from querwerk.events.models import Terms
from querwerk.events.queries.registrations import events_with_terms
from querwerk.meetings import planning, words
from querwerk.meetings.actions import planning as plan_actions
from querwerk.meetings.actions import setup
from querwerk.meetings.forms import PersonForm, SessionForm, SettingsForm, TableForm, TablesForm, TeamForm
from querwerk.meetings.models import Networking, Participant, Slot
from querwerk.meetings.queries import people, plans
from querwerk.meetings.queries.people import is_active
from querwerk.meetings.queries.situation import situation_of
from querwerk.meetings.rules import may_plan, may_see_meetings
from querwerk.meetings.states import PHASE_MOVES, Phase
from querwerk.meetings.views.mine import offer_slots
from querwerk.programmes.pages import Request
from querwerk.programmes.queries import owners_of_each

CURRENT = "meetings:home"
PAGE_SIZE = 50
TONES = {Phase.PREPARING: "plain", Phase.OPEN: "good", Phase.CLOSED: "note"}
PLACES = {
    "people": "people",
    "person": "people",
    "pairs": "pairs",
    "plans": "plans",
    "plan": "plans",
    "publish": "plans",
}
"""To which of the pages beside each other an address belongs; all others are settings."""
type Act = Callable[[], Any]


@desk_page
def home(request: Request) -> HttpResponse:
    """List the events that take registrations, with what there is of meetings."""
    require(may_see_meetings(request.viewer))
    found = list(events_with_terms(request.frame.space_id))
    belongs = owners_of_each([terms.event.node_id for terms in found])
    begun = people.networkings_of(found)
    rows = []
    for terms in found:
        if may_plan(request.viewer, owners=belongs[terms.event.node_id]):
            networking = begun.get(terms.pk)
            phase = Phase(networking.phase) if networking else None
            rows.append({"terms": terms, "state": phase.label if phase else "", "tone": TONES[phase] if phase else ""})
    return render(request, "meetings/desk_home.html", {**surrounding(request, CURRENT), "rows": rows})


class NotBegun(Http404):
    """Nobody has said yet that people meet at this event."""

    def __init__(self, terms: Terms) -> None:
        """Keep the terms of the event."""
        super().__init__()
        self.terms = terms


def networking_or_404(request: Request, key: str) -> Networking:
    """Return the networking of an event whose timetable the viewer may make; raises :class:`NotBegun` as well."""
    terms = Terms.objects.filter(event__space=request.frame.space_id, event__key=key, forgotten_at__isnull=True)
    found = terms.select_related("event__space", "event__node").first()
    if found is None:
        raise Http404
    require(may_plan(request.viewer, owners=owners(found.event)))
    networking = people.networking_of(found.pk)
    if networking is None:
        raise NotBegun(found)
    networking.terms = found
    return networking


def framed(request: Request, networking: Networking, **context: Any) -> dict[str, Any]:
    """Return what every page about an event's meetings shows."""
    event = networking.terms.event
    once = one_time_key()
    place = request.resolver_match.url_name if request.resolver_match is not None else ""
    return {
        **surrounding(request, CURRENT), "event": event, "networking": networking, "once": once,
        "page_name": PLACES.get(place or "", "arrange"), **context,
    }  # fmt: skip


def attempted(request: Request, act: Act, done: str = "") -> bool:
    """Do something once and say so, or say why it is not possible."""

    def effect() -> None:
        act()

    try:
        attempt(request, effect)
    except setup.UnableToArrange as error:
        messages.error(request, str(error))
        return False
    if done:
        messages.success(request, done)
    return True


@desk_page
def arrange(request: Request, key: str) -> HttpResponse:
    """Show and change everything that has to be said before anybody wishes; begin, where nobody has."""
    try:
        networking = networking_or_404(request, key)
    except NotBegun as error:
        return _begin(request, error.terms)
    form = SettingsForm.of(networking, request.POST if request.method == "POST" else None)
    if form.is_valid():
        typed = sent(request, "version")
        version = int(typed) if typed.isdecimal() and len(typed) < 10 else 0
        try:
            setup.save_settings(
                networking=networking, values=form.cleaned_data, by=actor(request), expected_version=version
            )
        except setup.UnableToOverwriteSettings:
            form.add_error(
                None, _("Somebody else has changed the settings in the meantime. Please look at the page again.")
            )
        else:
            messages.success(request, _("The settings are saved."))
            return redirect("meetings:arrange", request.frame.key, key)
    phase = Phase(networking.phase)
    context = framed(
        request, networking, form=form, state=phase.label, tone=TONES[phase], figures=people.figures(networking),
        phases=sorted(PHASE_MOVES[phase]), sessions=networking.sessions.order_by("day", "begins", "pk").prefetch_related("slots"),
        tables=plans.tables_of(networking), teams=networking.teams.order_by("name", "pk").prefetch_related("members__registration"),
        promise=_promise(networking),
    )  # fmt: skip
    return render(request, "meetings/desk_arrange.html", context, status=422 if form.errors else 200)


def _begin(request: Request, terms: Terms) -> HttpResponse:
    if request.method == "POST":
        setup.create_networking(terms, by=actor(request))
        return redirect("meetings:arrange", request.frame.key, terms.event.key)
    context = {**surrounding(request, CURRENT), "event": terms.event, "asks": terms.asks_networking}
    return render(request, "meetings/desk_begin.html", context)


def _promise(networking: Networking) -> list[str]:
    situation = situation_of(networking)
    if not situation.slots or not situation.places or len(situation.attendees) < 2:
        return []
    return words.promise_of(planning.promised(situation))


@desk_page
def phase(request: Request, key: str) -> HttpResponse:
    """Open or close the wishes."""
    networking = networking_or_404(request, key)
    wanted = sent(request, "phase")
    if request.method == "POST" and wanted in Phase.values:
        attempted(request, lambda: setup.move_phase(networking=networking, phase=Phase(wanted), by=actor(request)))
    return redirect("meetings:arrange", request.frame.key, key)


def _edited(
    request: Request, networking: Networking, title: str, form: Any, acts: tuple[Act, Act | None]
) -> HttpResponse:
    """Show a form and save what was typed, or delete what it is about."""
    save, delete = acts
    key = networking.terms.event.key
    if request.method == "POST" and "delete" in request.POST and delete is not None:
        if attempted(request, delete, _("It is deleted.")):
            return redirect("meetings:arrange", request.frame.key, key)
    elif form.is_valid():
        try:
            save()
        except setup.UnableToArrange as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It is saved."))
            return redirect("meetings:arrange", request.frame.key, key)
    context = framed(request, networking, form=form, title=title, can_delete=delete is not None)
    return render(request, "meetings/desk_form.html", context, status=422 if form.errors else 200)


def _one(rows: Any, number: int | None) -> Any:
    found = rows.filter(pk=number).first() if number is not None else None
    if number is not None and found is None:
        raise Http404
    return found


def _posted(request: Request) -> Any:
    return request.POST if request.method == "POST" and "delete" not in request.POST else None


@desk_page
def session(request: Request, key: str, number: int | None = None) -> HttpResponse:
    """Enter, change or delete hours in which people meet."""
    networking = networking_or_404(request, key)
    found = _one(networking.sessions, number)
    day = networking.terms.event.date
    form = SessionForm.of(found, _posted(request), day if ical.is_exact(day) else None)
    by = actor(request)
    acts = (
        lambda: setup.save_session(networking=networking, session=found, hours=form.hours(), by=by),
        (lambda: setup.delete_session(session=found, by=by)) if found else None,
    )
    return _edited(request, networking, _("Session"), form, acts)


@desk_page
def table(request: Request, key: str, number: int | None = None) -> HttpResponse:
    """Enter, change or delete one table."""
    networking = networking_or_404(request, key)
    found = _one(networking.tables, number)
    form = TableForm(_posted(request), networking=networking, table=found)
    by = actor(request)
    acts = (
        lambda: setup.save_table(
            networking=networking, table=found, values={"is_closed": False, **form.cleaned_data}, by=by
        ),
        (lambda: setup.delete_table(table=found, by=by)) if found else None,
    )
    return _edited(request, networking, pgettext("furniture", "Table"), form, acts)


@desk_page
def tables(request: Request, key: str) -> HttpResponse:
    """Enter several tables at once."""
    networking = networking_or_404(request, key)
    form = TablesForm(_posted(request))

    def save() -> None:
        typed = form.cleaned_data
        values = {"room": typed["room"], "is_accessible": typed["is_accessible"]}
        setup.add_tables(
            networking=networking, first=typed["first"], last=typed["last"], values=values, by=actor(request)
        )

    return _edited(request, networking, _("Several tables"), form, (save, None))


@desk_page
def team(request: Request, key: str, number: int | None = None) -> HttpResponse:
    """Enter, change or delete a team whose members share their meetings."""
    networking = networking_or_404(request, key)
    found = _one(networking.teams, number)
    form = TeamForm(_posted(request), networking=networking, team=found)
    by = actor(request)

    def save() -> None:
        typed = form.cleaned_data
        setup.save_team(
            networking=networking, team=found, name=typed["name"], members=[member.pk for member in typed["members"]],
            comes_together=typed["comes_together"], by=by,
        )  # fmt: skip

    delete = (lambda: setup.delete_team(team=found, by=by)) if found else None
    return _edited(request, networking, _("Team"), form, (save, delete))


# --- Who takes part ------------------------------------------------------------


@desk_page
def people_list(request: Request, key: str) -> HttpResponse:
    """Show who takes part, with their wishes in numbers."""
    networking = networking_or_404(request, key)
    typed = UNSTORABLE.sub("", request.GET.get("q", ""))[:200].strip()
    page = Paginator(people.for_desk(networking, typed), PAGE_SIZE).get_page(request.GET.get("page"))
    plan = plans.base_for(networking)
    loads = plans.loads(plan) if plan is not None else {}
    rows = [{"one": one, "is_active": is_active(one), "meetings": loads.get(one.pk, 0)} for one in page]
    context = framed(request, networking, page=page, rows=rows, words=typed, plan=plan)
    return render(request, "meetings/desk_people.html", context)


@desk_page
def person(request: Request, key: str, number: int) -> HttpResponse:
    """Show one person's wishes and meetings; note that they did not come, are late, or have other limits."""
    networking = networking_or_404(request, key)
    found = Participant.objects.filter(networking=networking, pk=number, registration__forgotten_at__isnull=True)
    one = found.select_related("registration", "team").first()
    if one is None:
        raise Http404
    one.networking = networking
    slots = plans.slots_of(networking)
    if request.method == "POST" and "quick" in request.POST:
        _note_quickly(request, one, slots)
        return redirect("meetings:person", request.frame.key, key, number)
    closed = dict(one.unavailable.values_list("slot", "is_by_organiser"))
    initial = {"is_absent": one.is_absent, "least": one.least, "most": one.most, "open_slots": [slot.pk for slot in slots if slot.pk not in closed]}  # fmt: skip
    form = PersonForm(request.POST if request.method == "POST" else None, initial=initial)
    offer_slots(form, [slot for slot in slots if closed.get(slot.pk, True)])
    if form.is_valid():
        _save_person(request, one, form.cleaned_data)
        messages.success(request, _("It is saved. The timetable changes when you mend it."))
        return redirect("meetings:person", request.frame.key, key, number)
    plan = plans.base_for(networking)
    context = framed(
        request, networking, one=one, form=form, plan=plan, seats=plans.seats_of(plan, one) if plan else [],
        slots=slots, arrival=plans.arrival_of(slots, closed), roles=one.roles.order_by("pk"), wishes=people.wishes_of(one), asked=people.received_by(one),
        own_closed=[slot for slot in slots if closed.get(slot.pk) is False],
    )  # fmt: skip
    return render(request, "meetings/desk_person.html", context, status=422 if form.errors else 200)


def _note_quickly(request: Request, one: Participant, slots: list[Slot]) -> None:
    """Note with one tap that somebody did not come, is here after all, or comes later."""
    deed, arrives, by = sent(request, "quick"), sent(request, "arrives"), actor(request)
    if deed == "later":
        first = next((slot for slot in slots if str(slot.pk) == arrives), None)
        plan_actions.note_arrival(participant=one, first=first, by=by)
    elif deed in ("absent", "here"):
        closed = one.unavailable.filter(is_by_organiser=True).values_list("slot", flat=True) if deed == "absent" else ()
        plan_actions.note_absence(participant=one, is_absent=deed == "absent", closed=closed, by=by)
    else:
        return
    messages.success(request, _("It is saved. The timetable changes when you mend it."))


def _save_person(request: Request, one: Participant, typed: dict[str, Any]) -> None:
    wanted = {int(number) for number in typed["open_slots"]}
    own = set(one.unavailable.filter(is_by_organiser=False).values_list("slot", flat=True))
    closed = [slot.pk for slot in plans.slots_of(one.networking) if slot.pk not in wanted and slot.pk not in own]
    by = actor(request)
    plan_actions.note_absence(participant=one, is_absent=typed["is_absent"], closed=closed, by=by)
    if (typed["least"], typed["most"]) != (one.least, one.most):
        plan_actions.set_limits(participant=one, least=typed["least"], most=typed["most"], by=by)
