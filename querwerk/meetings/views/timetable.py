"""At the desk: versions of the timetable, how they are computed, what is different, and their publication."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from querwerk.desk.views.frame import actor, desk_page, sent
from querwerk.meetings import words
from querwerk.meetings.actions import planning
from querwerk.meetings.actions.setup import UnableToArrange
from querwerk.meetings.forms import ComputeForm, PairForm
from querwerk.meetings.models import Networking, Pair, Participant, Plan
from querwerk.meetings.queries import people, plans
from querwerk.meetings.rules import may_publish
from querwerk.meetings.states import COMPUTING, WITH_MEETINGS, Cause, Method, PairSort, PlanState
from querwerk.meetings.views.arranging import attempted, framed, networking_or_404
from querwerk.programmes.pages import Request

PAGE_SIZE = 100
TONES = {
    PlanState.WAITING: "open", PlanState.RUNNING: "open", PlanState.READY: "note", PlanState.IMPOSSIBLE: "warn",
    PlanState.FAILED: "warn", PlanState.PUBLISHED: "good", PlanState.REPLACED: "plain",
}  # fmt: skip
VIEWS = ("slots", "people", "tables", "unmet")


def row_of(plan: Plan) -> dict[str, Any]:
    """Return what a template shows of a version."""
    state = PlanState(plan.state)
    return {"plan": plan, "state": state.label, "tone": TONES[state], "certificate": plan.certificate}


@desk_page
def plan_list(request: Request, key: str) -> HttpResponse:
    """Show the versions, and let one be computed."""
    networking = networking_or_404(request, key)
    has_base, published = plans.base_for(networking) is not None, plans.published(networking.pk)
    initial = {"method": Method.FEWEST if published else Method.ANEW}
    form = ComputeForm(request.POST if request.method == "POST" else None, initial=initial)
    if not has_base:
        form.fields["method"].choices = Method.choices[:1]  # type: ignore[attr-defined]
    if form.is_valid():
        typed = form.cleaned_data
        try:
            plan = planning.start_plan(
                networking=networking, method=Method(typed["method"]), seconds=typed["seconds"], by=actor(request)
            )
        except UnableToArrange as error:
            form.add_error(None, str(error))
        else:
            return redirect("meetings:plan", request.frame.key, key, plan.number)
    context = framed(
        request, networking, form=form, rows=[row_of(plan) for plan in plans.plans_of(networking)],
        going_on=plans.going_on(networking), computing=plans.computing(networking.pk), figures=people.figures(networking), pairs=networking.pairs.count(),
        published=published, waiting=len(plans.waiting_wishes(published)) if published is not None else 0, seconds=form.fields["seconds"].initial,
    )  # fmt: skip
    return render(request, "meetings/desk_plans.html", context, status=422 if form.errors else 200)


@desk_page
def pairs(request: Request, key: str) -> HttpResponse:
    """Say who has to meet and who must not, and note spontaneous wishes."""
    networking = networking_or_404(request, key)
    is_removal = "remove" in request.POST
    form = PairForm(request.POST if request.method == "POST" and not is_removal else None, networking=networking)
    if is_removal:
        _remove(request, networking)
        return redirect("meetings:pairs", request.frame.key, key)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            _say(request, networking, typed)
        except UnableToArrange as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It is saved. The timetable changes when you mend it."))
            return redirect("meetings:pairs", request.frame.key, key)
    rows = networking.pairs.select_related("first__registration", "second__registration").order_by("sort", "pk")
    context = framed(request, networking, form=form, rows=rows)
    return render(request, "meetings/desk_pairs.html", context, status=422 if form.errors else 200)


def _say(request: Request, networking: Networking, typed: dict[str, Any]) -> None:
    if typed["sort"] == "wish":
        planning.wish_on_behalf(sender=typed["first"], receiver=typed["second"], by=actor(request))
    else:
        planning.set_pair(
            networking=networking, first=typed["first"], second=typed["second"], sort=PairSort(typed["sort"]), by=actor(request)
        )  # fmt: skip


def _remove(request: Request, networking: Networking) -> None:
    number = sent(request, "remove")
    if number.isdecimal() and len(number) < 10:
        pair = Pair.objects.filter(networking=networking, pk=int(number)).select_related("first", "second").first()
        if pair is not None:
            planning.set_pair(networking=networking, first=pair.first, second=pair.second, sort=None, by=actor(request))


def plan_or_404(networking: Networking, number: int) -> Plan:
    """Return a version."""
    found = plans.plans_of(networking).filter(number=number).first()
    if found is None:
        raise Http404
    found.networking = networking
    return found


@desk_page
def plan(request: Request, key: str, number: int) -> HttpResponse:
    """Show a version: how far it is, what is proved about it, and who meets when and where."""
    networking = networking_or_404(request, key)
    found = plan_or_404(networking, number)
    shown = request.GET.get("view", "")
    shown = shown if shown in VIEWS else VIEWS[0]
    context = framed(
        request, networking, **row_of(found), is_computing=found.state in COMPUTING, has_meetings=found.state in WITH_MEETINGS,
        view=shown, views=[(name, label) for name, label in zip(VIEWS, _labels(), strict=True)],
        proofs=words.proofs_of(found), conflict=words.conflict_of(found), helps=words.helps_of(found),
        can_publish=may_publish(state=found.state), can_discard=found.published_at is None and found.state not in COMPUTING,
        unmet_number=found.unmet.count(), fill=found.certificate.get("fill") if may_publish(state=found.state) else None,
    )  # fmt: skip
    if found.state in WITH_MEETINGS:
        context |= READERS[shown](request, found, networking)
    return render(request, "meetings/desk_plan.html", context)


def _labels() -> tuple[str, ...]:
    return _("By time"), _("By person"), _("By table"), _("Wishes not fulfilled")


def _by_slot(_request: Request, plan: Plan, networking: Networking) -> dict[str, Any]:
    at: dict[int, list[Any]] = {}
    for seat in plans.halves(plan):
        at.setdefault(seat.slot_id, []).append(seat)
    slots = plans.slots_of(networking)
    taken = [(slot, at[slot.pk]) for slot in slots if slot.pk in at]
    now = timezone.now()
    return {
        "past": [row for row in taken if row[0].ends_at <= now], "to_come": [row for row in taken if row[0].ends_at > now],
        "free": [slot for slot in slots if slot.pk not in at], "has_days": plans.is_over_days(slots),
    }  # fmt: skip


def _by_person(request: Request, plan: Plan, networking: Networking) -> dict[str, Any]:
    page = Paginator(people.for_desk(networking), PAGE_SIZE).get_page(request.GET.get("page"))
    seats = plans.seats_of_many(plan, [one.pk for one in page])
    return {"page": page, "by_person": [(one, seats.get(one.pk, [])) for one in page]}


def _by_table(_request: Request, plan: Plan, networking: Networking) -> dict[str, Any]:
    slots, tables = plans.grid(plan, networking)
    return {"slots": slots, "by_table": tables}


def _not_met(request: Request, plan: Plan, _networking: Networking) -> dict[str, Any]:
    page = Paginator(plans.unmet_of(plan), PAGE_SIZE).get_page(request.GET.get("page"))
    return {"page": page, "unmet": [(row, Cause(row.cause).label) for row in page]}


READERS: dict[str, Callable[[Request, Plan, Networking], dict[str, Any]]] = {
    "slots": _by_slot, "people": _by_person, "tables": _by_table, "unmet": _not_met,
}  # fmt: skip


@desk_page
def do(request: Request, key: str, number: int) -> HttpResponse:
    """Stop the computing, lock a meeting or release it, or throw a version away."""
    networking = networking_or_404(request, key)
    found = plan_or_404(networking, number)
    deed, _colon, target = sent(request, "do").partition(":")
    if request.method == "POST" and deed == "stop":
        planning.ask_to_stop(plan=found)
    elif request.method == "POST" and deed == "discard":
        planning.discard_plan(plan=found, by=actor(request))
        return redirect("meetings:plans", request.frame.key, key)
    elif request.method == "POST" and deed in ("lock", "release") and target.isdecimal() and len(target) < 10:
        meeting = plans.meeting_of(found, int(target))
        if meeting is not None:
            planning.lock_meeting(meeting=meeting, is_locked=deed == "lock", by=actor(request))
    return redirect("meetings:plan", request.frame.key, key, number)


@desk_page
def publish(request: Request, key: str, number: int) -> HttpResponse:
    """Show what is different for whom, ask, then publish and write to those concerned."""
    networking = networking_or_404(request, key)
    found = plan_or_404(networking, number)
    if request.method == "POST":
        told: list[int] = []
        if attempted(request, lambda: told.append(planning.publish_plan(plan=found, by=actor(request)))) and told:
            words_ = ngettext("The timetable is published; %(number)s person is written to.", "The timetable is published; %(number)s people are written to.", told[0])  # fmt: skip
            messages.success(request, words_ % {"number": told[0]})
        return redirect("meetings:plan", request.frame.key, key, number)
    if not may_publish(state=found.state):
        return redirect("meetings:plan", request.frame.key, key, number)
    before = plans.published(networking.pk)
    changed = plans.differences(before, found)
    concerned = plans.concerned(changed)
    rows = Participant.objects.filter(pk__in=concerned).select_related("registration")
    by_id = {row.pk: row for row in rows}
    context = framed(
        request, networking, **row_of(found), before=before, told=len(concerned),
        changed=[{"first": by_id[one.first], "second": by_id[one.second], "before": one.before, "after": one.after} for one in changed[:500]],
        number_changed=len(changed),
    )  # fmt: skip
    return render(request, "meetings/desk_publish.html", context)
