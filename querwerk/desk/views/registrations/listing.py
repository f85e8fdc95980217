"""The events that take registrations; who registered for one; what is done with many at once; files."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from querwerk.desk.queries import owners
from querwerk.desk.registration_forms import ChosenForm, EntryForm, MessageForm
from querwerk.desk.registration_tables import as_csv, as_workbook, participants_table
from querwerk.desk.views.frame import actor, attempt, desk_page, one_time_key, require, sent, surrounding
from querwerk.desk.views.registrations.frame import CURRENT, around, terms_for
from querwerk.events import rules
from querwerk.events.actions import announcing, letters, organising
from querwerk.events.actions.registering import UnableToRegister
from querwerk.events.forms.registering import contingent_name
from querwerk.events.models import Registration, Terms
from querwerk.events.queries import registrations as reads
from querwerk.events.states import Group, RegistrationState, Way
from querwerk.programmes.pages import Request
from querwerk.programmes.queries import owners_of_each
from querwerk.programmes.rules import may_edit

PAGE_SIZE = 50
TONES = {
    RegistrationState.UNCONFIRMED: "plain",
    RegistrationState.AWAITING: "warn",
    RegistrationState.WAITING: "open",
    RegistrationState.OFFERED: "note",
    RegistrationState.CONFIRMED: "good",
    RegistrationState.CANCELLED: "plain",
    RegistrationState.DECLINED: "plain",
    RegistrationState.EXPIRED: "plain",
}
MOVES: dict[str, Callable[..., bool]] = {
    "approve": organising.approve_registration,
    "place": organising.give_place,
    "decline": organising.decline_registration,
    "cancel": organising.cancel_for,
}
"""What organisers decide, for one or for many."""


@desk_page
def event_index(request: Request) -> HttpResponse:
    """List the events with registrations and their numbers, and those that could have some."""
    space_id = request.frame.space_id
    found = list(reads.events_with_terms(space_id)[:200])
    counts = reads.counts_of(found)
    without = list(reads.events_without_terms(space_id, timezone.localdate().isoformat())[:100])
    belongs = owners_of_each([event.node_id for event in (*(terms.event for terms in found), *without)])
    rows = [
        {"terms": terms, "event": terms.event, "counts": _counted(counts[terms.pk])}
        for terms in found
        if rules.may_see_numbers(request.viewer, owners=belongs[terms.event.node_id])
    ]
    coming = [event for event in without if may_edit(request.viewer, kind="event", owners=belongs[event.node_id])]
    context = {"rows": rows, "coming": coming}
    return render(request, "desk/registration_events.html", {**surrounding(request, CURRENT), **context})


def _counted(counts: Any) -> list[tuple[Any, int]]:
    return [(state.label, counts[state]) for state in RegistrationState if counts.get(state)]


@desk_page
def registration_list(request: Request, key: str) -> HttpResponse:
    """Show numbers to whoever may count, and the list to whoever may see it; decide about many."""
    terms = terms_for(request, key, numbers_only=True)
    context = around(request, terms)
    if request.method == "POST":
        return decide_many(request, terms)
    places = list(terms.contingents.all())
    figures = reads.figures(terms)
    context |= {
        "states": _counted(figures.states),
        "groups": [(group.label, figures.groups[group]) for group in Group if figures.groups.get(group)],
        "networking": figures.networking,
        "places": [
            (contingent_name(place), place, figures.by_contingent[place.pk])
            for place in sorted(places, key=lambda place: (place.begins_at is not None, place.begins_at or 0, place.pk))
            if place.begins_at is None
        ],
        "slots": sum(place.begins_at is not None for place in places),
        "once": one_time_key(),
    }
    if context["may_handle"] and terms.forgotten_at is None:
        context |= _listed(request, terms)
        context["changes"] = found = announcing.changes(terms)
        context["concerned"] = (
            sum(len(people) for people in announcing.concerned(terms, found).values()) if found else 0
        )
        context["troubles"] = reads.letters_in_trouble(terms)[:20]
    return render(request, "desk/registration_list.html", context)


def _listed(request: Request, terms: Terms) -> dict[str, Any]:
    form = ChosenForm(request.GET)
    chosen = form.chosen()
    page = Paginator(reads.registrations(terms, chosen), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [
        {"registration": row, "tone": TONES[RegistrationState(row.state)], "place": contingent_name(row.contingent)}
        for row in page
    ]
    query = request.GET.copy()
    query.pop("page", None)
    return {
        "chosen": chosen,
        "page": page,
        "rows": rows,
        "query": query.urlencode(),
        "all_states": RegistrationState.choices,
        "all_groups": Group.choices,
        "all_places": [(place.pk, contingent_name(place)) for place in reads.contingents(terms)],
    }


def decide_many(request: Request, terms: Terms) -> HttpResponse:
    """Do the same with all who are ticked, each on its own: what cannot be done with one hinders no other."""
    require(rules.may_see_registrations(request.viewer, owners=owners(terms.event)))
    move = MOVES.get(sent(request, "do"))
    if "announce" in request.POST:
        tell_changes(request, terms)
    elif "again" in request.POST:
        letters.send_unclear_again(list(reads.letters_in_trouble(terms).values_list("pk", flat=True)))
        messages.success(request, _("The mails are queued again."))
    elif move is not None:
        numbers = [int(pk) for pk in request.POST.getlist("pick") if pk.isdecimal() and len(pk) < 12]
        picked = Registration.objects.filter(terms=terms, pk__in=numbers).order_by("contingent", "number", "pk")
        why, by = sent(request, "why")[:500], actor(request)
        done = sum(move(registration=row, by=by, why=why) for row in picked.select_related("terms__event__space"))
        message = ngettext("%(number)s registration is changed.", "%(number)s registrations are changed.", done)
        messages.success(request, message % {"number": done})
    return redirect(f"{request.path}?{request.GET.urlencode()}")


def tell_changes(request: Request, terms: Terms) -> None:
    """Tell those concerned what has changed, or take it as of no concern."""
    if sent(request, "announce") == "no":
        announcing.remember_told(terms)
        return
    number = announcing.announce_changes(terms=terms, by=actor(request))
    message = ngettext("%(number)s mail is on its way.", "%(number)s mails are on their way.", number)
    messages.success(request, message % {"number": number})


@desk_page
def registration_file(request: Request, key: str, form: str) -> HttpResponse:
    """Give out the chosen list as CSV or workbook; what somebody needs only where it is asked for expressly."""
    terms = terms_for(request, key)
    require(rules.may_export(request.viewer))
    if form not in ("csv", "xlsx"):
        raise Http404
    with_needs = "needs" in request.GET and bool(rules.may_see_needs(request.viewer))
    found = reads.registrations(terms, ChosenForm(request.GET).chosen()).prefetch_related("answers")
    head, rows = participants_table(found, reads.questions(terms), with_needs=with_needs)
    if form == "csv":
        body, kind = as_csv(head, rows), "text/csv; charset=utf-8"
    else:
        body = as_workbook(_("Registrations"), head, rows)
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    name = f'attachment; filename="{terms.event.key}.{form}"'
    return HttpResponse(body, content_type=kind, headers={"Content-Disposition": name})


@desk_page
def registration_new(request: Request, key: str) -> HttpResponse:
    """Enter somebody by hand; whoever is at the door counts as come without registration."""
    terms = terms_for(request, key)
    form = EntryForm(
        request.POST if request.method == "POST" else None,
        terms=terms, contingents=reads.contingents(terms), questions=reads.questions(terms),
    )  # fmt: skip
    if form.is_valid():
        way = Way.WALK_IN if "walk-in" in request.POST else Way.ORGANISER
        wish = form.wish(form.cleaned_data["language"])
        try:
            attempt(
                request,
                lambda: organising.enter_registration(terms=terms, wish=wish, way=way, by=actor(request)).pk,
            )
        except UnableToRegister as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("%(name)s is registered.") % {"name": wish.name})
            return redirect("desk:registrations", request.frame.key, key)
    context = {"form": form, "once": one_time_key()}
    status = 422 if form.errors else 200
    return render(request, "desk/registration_new.html", {**around(request, terms), **context}, status=status)


@desk_page
def message_write(request: Request, key: str) -> HttpResponse:
    """Write to those who are chosen in the list."""
    terms = terms_for(request, key)
    chosen = ChosenForm(request.GET).chosen()
    readers = list(reads.registrations(terms, chosen).exclude(state=RegistrationState.UNCONFIRMED).exclude(email=""))
    form = MessageForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        number = attempt(
            request,
            lambda: organising.write_to_many(
                terms=terms, registrations=readers, subject=form.text("subject"), body=form.text("body"),
                chosen=chosen.as_json(), by=actor(request),
            ),
        )  # fmt: skip
        message = ngettext("%(number)s mail is on its way.", "%(number)s mails are on their way.", number)
        messages.success(request, message % {"number": number})
        return redirect("desk:registrations", request.frame.key, key)
    context = {
        "form": form,
        "readers": readers,
        "query": request.GET.urlencode(),
        "sent": terms.messages.order_by("-pk")[:20],
        "once": one_time_key(),
    }
    status = 422 if form.errors else 200
    return render(request, "desk/registration_message.html", {**around(request, terms), **context}, status=status)
