"""For participants, behind the link of their registration: whom they want to meet, when, and their own timetable."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from querwerk.core.spec import UNSTORABLE
from querwerk.events.views.registering import registration_or_404
from querwerk.meetings import papers
from querwerk.meetings.actions import afterwards, wishing
from querwerk.meetings.calendars import calendar_of
from querwerk.meetings.forms import IntroductionForm, RoleForm, languages
from querwerk.meetings.models import Feedback, OtherRole, Participant, Plan, Slot, Wish
from querwerk.meetings.queries import papers as paper_queries
from querwerk.meetings.queries import people, plans
from querwerk.meetings.queries.suggestions import suggestions
from querwerk.meetings.rules import may_take_part, may_wish, why_they_meet
from querwerk.meetings.states import ANSWERS, STANDING, Cause, Phase, WishState
from querwerk.meetings.views.files import as_file
from querwerk.programmes.pages import Request, page_language, visitor_page

PAGE_SIZE = 24
TONES = {WishState.SENT: "open", WishState.ACCEPTED: "good", WishState.LEFT: "note", WishState.DECLINED: "plain"}
PAGES = ("mine", "mine_people", "mine_me")


def participant_or_404(request: Request, key: str, code: str) -> Participant:
    """Return whom the link belongs to, as far as they take part in the meetings."""
    registration = registration_or_404(request, key, code)
    networking = people.networking_of(registration.terms_id)
    verdict = may_take_part(state=registration.state, wants_networking=registration.wants_networking)
    if networking is None or networking.phase == Phase.PREPARING or not verdict:
        raise Http404
    participant = Participant.objects.filter(registration=registration).select_related("team").first()
    if participant is None:
        raise Http404
    participant.registration, participant.networking = registration, networking
    return participant


def _frame(participant: Participant, page: str) -> dict[str, Any]:
    networking = participant.networking
    wishes = list(people.wishes_of(participant))
    standing = sum(wish.state in STANDING for wish in wishes)
    verdict = may_wish(
        phase=networking.phase, may_wish=networking.may_wish, is_able=True, standing=standing, most=networking.most_wishes
    )  # fmt: skip
    return {
        "event": participant.registration.terms.event,
        "registration": participant.registration,
        "participant": participant,
        "networking": networking,
        "page_name": page,
        "wishes": wishes,
        "standing": standing,
        "may_wish": verdict,
    }


@visitor_page
def overview(request: Request, key: str, code: str) -> HttpResponse:
    """Show the own timetable, who asked, and the own wishes."""
    participant = participant_or_404(request, key, code)
    context = _frame(participant, "mine")
    plan = plans.published(participant.networking_id)
    unmet = plans.unmet_about(plan, participant) if plan is not None else {}
    waiting = plans.waiting_wishes(plan, participant) if plan is not None else frozenset()
    met = set()
    if plan is not None:
        context |= _timetable(participant, plan, context["wishes"])
        met = {row["seat"].other_id for row in context["seats"]}
    context["wish_rows"] = [
        {
            "wish": wish,
            "tone": TONES[WishState(wish.state)],
            "state": WishState(wish.state).label,
            "why_not": _why_not(unmet[wish.receiver_id]) if wish.receiver_id in unmet and wish.receiver_id not in met else "",
            "is_waiting": wish.pk in waiting,
        }
        for wish in context["wishes"]
    ]  # fmt: skip
    asked = list(people.asked_of(participant))
    context |= {
        "plan": plan, "unanswered": [wish for wish in asked if wish.state == WishState.SENT],
        "answered": [wish for wish in asked if wish.state != WishState.SENT],
    }  # fmt: skip
    return render(request, "meetings/mine.html", context)


def _why_not(cause: str) -> str:
    """Say why a wish was not fulfilled; that somebody has blocked somebody is told to nobody."""
    if cause == Cause.NEVER:
        return _("It could not be arranged.")
    return str(Cause(cause).label)


def _timetable(participant: Participant, plan: Plan, wishes: list[Wish]) -> dict[str, Any]:
    now = timezone.now()
    mine = {wish.receiver_id for wish in wishes}
    asking = set(Wish.objects.filter(receiver=participant, state__in=STANDING).values_list("sender", flat=True))
    said = {row.other_id: row for row in Feedback.objects.filter(participant=participant)}
    seats = plans.seats_of(plan, participant)
    sides = plans.sides_of(seats)
    yeses = plans.wanting(sides)
    roles = people.roles_between(participant.networking_id, [participant.pk])
    rows: list[dict[str, Any]] = []
    for seat in seats:
        feedback, yes = said.get(seat.other_id), yeses[seat.pk]
        is_mutual = bool(feedback and feedback.goes_on and yes.other)
        rows.append({
            "seat": seat,
            "as": roles.get((seat.other_id, participant.pk), ""),
            "mine_as": roles.get((participant.pk, seat.other_id), ""),
            "why": why_they_meet(is_mine=seat.other_id in mine, is_theirs=seat.other_id in asking),
            "is_over": seat.slot.ends_at <= now,
            # Nothing is asked about it any more; where both go on, the address stays in sight.
            "is_settled": feedback is not None and (not feedback.took_place or feedback.goes_on is not None) and not is_mutual,
            "is_now": seat.slot.begins_at <= now < seat.slot.ends_at,
            "feedback": feedback,
            "is_mutual": is_mutual,
            # Addresses only of who said yes, and only for who did.
            "theirs": yes.other if is_mutual else [],
            "mates": " & ".join(one.registration.name for one in yes.own if one.pk != participant.pk) if yes.other else "",
            "is_team": len(sides[seat.pk].own) + len(sides[seat.pk].other) > 2,
        })  # fmt: skip
    coming = next((row for row in rows if row["seat"].slot.ends_at > now), None)
    is_today = coming is not None and timezone.localdate(coming["seat"].slot.begins_at) == timezone.localdate(now)
    return {
        "seats": rows, "next": coming if is_today else None, "has_days": plans.is_over_days(row["seat"].slot for row in rows),
        "to_come": [row for row in rows if not row["is_over"]],
        "past": [row for row in rows if row["is_over"] and not row["is_settled"]],
        "settled": [row for row in rows if row["is_over"] and row["is_settled"]],
    }  # fmt: skip


@visitor_page
def people_page(request: Request, key: str, code: str) -> HttpResponse:
    """Show who takes part: suggestions with reasons, search, chance."""
    participant = participant_or_404(request, key, code)
    words = UNSTORABLE.sub("", request.GET.get("q", ""))[:200].strip()
    context = _frame(participant, "mine_people")
    found = Paginator(people.others_of(participant, words), PAGE_SIZE).get_page(request.GET.get("page"))
    states = {wish.receiver_id: WishState(wish.state) for wish in context["wishes"]}
    roles = people.roles_of([participant, *found])
    context |= {
        "found": found,
        "rows": [
            {"one": one, "state": states[one.pk].label if one.pk in states else "", "roles": roles.get(one.pk, [])}
            for one in found
        ],
        "words": words,
        "is_published": plans.published(participant.networking_id) is not None,
        "suggested": None if words or found.number > 1 else suggestions(participant, people.strangers(participant)),
        "my_roles": roles.get(participant.pk, []),
    }
    return render(request, "meetings/mine_people.html", context)


@visitor_page
def me(request: Request, key: str, code: str) -> HttpResponse:
    """Let somebody say who they are to the others, when they can come, and whom they do not want to meet."""
    participant = participant_or_404(request, key, code)
    slots = plans.slots_of(participant.networking)
    closed = dict(participant.unavailable.values_list("slot", "is_by_organiser"))
    initial = {
        "sentence": participant.sentence, "languages": participant.languages,
        "needs_accessible": participant.needs_accessible, "open_slots": [slot.pk for slot in slots if slot.pk not in closed],
    }  # fmt: skip
    form = IntroductionForm(request.POST if request.method == "POST" else None, initial=initial)
    form.fields["languages"].choices = languages()  # type: ignore[attr-defined]
    offer_slots(form, [slot for slot in slots if not closed.get(slot.pk)])
    if form.is_valid():
        typed = form.cleaned_data
        wishing.introduce(
            participant=participant, sentence=" ".join(typed["sentence"].split()), languages=typed["languages"],
            needs_accessible=typed["needs_accessible"],
        )  # fmt: skip
        wishing.say_when(participant=participant, open_slots=map(int, typed["open_slots"]))
        messages.success(request, _("Your changes are saved."))
        return redirect("meetings:mine_me", request.frame.key, key, code)
    context = {
        **_frame(participant, "mine_me"), "form": form, "blocked": people.blocked_by(participant),
        "roles": participant.roles.order_by("pk"),
    }  # fmt: skip
    return render(request, "meetings/mine_me.html", context, status=422 if form.errors else 200)


@visitor_page
def role(request: Request, key: str, code: str, number: int | None = None) -> HttpResponse:
    """Let somebody say as what else they are here, change it, or take it back."""
    participant = participant_or_404(request, key, code)
    found = participant.roles.filter(pk=number).first() if number is not None else None
    if number is not None and found is None:
        raise Http404
    if request.method == "POST" and "delete" in request.POST and found is not None:
        wishing.delete_role(role=found)
        return redirect("meetings:mine_me", request.frame.key, key, code)
    initial = {name: getattr(found, name) for name in RoleForm.base_fields} if found is not None else {}
    form = RoleForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        typed = form.cleaned_data
        title, sentence = (" ".join(typed[name].split()) for name in ("title", "sentence"))
        try:
            wishing.save_role(participant=participant, role=found, title=title, group=typed["group"], sentence=sentence)
        except wishing.UnableToWish as error:
            form.add_error("title", str(error))
        else:
            messages.success(request, _("Your changes are saved."))
            return redirect("meetings:mine_me", request.frame.key, key, code)
    context = {**_frame(participant, "mine_me"), "form": form, "role": found}
    return render(request, "meetings/mine_role.html", context, status=422 if form.errors else 200)


def offer_slots(form: Any, slots: list[Slot]) -> None:
    """Offer slots to be ticked, with their day where there are several."""
    has_days = plans.is_over_days(slots)
    form.fields["open_slots"].choices = [
        (slot.pk, f"{timezone.localtime(slot.begins_at):%d.%m.} {slot}" if has_days else str(slot)) for slot in slots
    ]


@visitor_page
def calendar(request: Request, key: str, code: str) -> HttpResponse:
    """Send somebody's meetings as a file for their calendar."""
    participant = participant_or_404(request, key, code)
    plan = plans.published(participant.networking_id)
    if plan is None:
        raise Http404
    name = f'attachment; filename="{participant.registration.terms.event.key}-meetings.ics"'
    body = calendar_of(participant, plan)
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers={"Content-Disposition": name})


@visitor_page
def plan_file(request: Request, key: str, code: str) -> HttpResponse:
    """Send somebody's own plan as a page to print."""
    participant = participant_or_404(request, key, code)
    plan = plans.published(participant.networking_id)
    if plan is None:
        raise Http404
    language = page_language()
    title = participant.registration.terms.event.title.best(language).words
    sheet = papers.plans_pdf(title, paper_queries.personal_plans(plan, [participant], language), 1, language)
    return as_file(sheet, f"{key}-meetings.pdf")


# --- What somebody does with one click -----------------------------------------


@visitor_page
def do(request: Request, key: str, code: str) -> HttpResponse:
    """Do what a button says; pressed twice it does it once."""
    participant = participant_or_404(request, key, code)
    name, _colon, number = request.POST.get("do", "").partition(":")
    if request.method == "POST" and name in DEEDS:
        try:
            DEEDS[name](request, participant, int(number) if number.isdecimal() and len(number) < 10 else 0)
        except wishing.UnableToWish as error:
            messages.error(request, str(error))
    page = request.POST.get("page", "")
    return redirect(f"meetings:{page if page in PAGES else 'mine'}", request.frame.key, key, code)


def _other(participant: Participant, number: int) -> Participant:
    found = people.active(participant.networking_id).filter(pk=number).first()
    if found is None:
        raise wishing.UnableToWish(_("This person does not take part in the meetings."))
    return found


def _role(participant: Participant, typed: str) -> OtherRole | None:
    return participant.roles.filter(pk=int(typed)).first() if typed.isdecimal() and len(typed) < 10 else None


def _own_wish(participant: Participant, number: int) -> Wish:
    found = Wish.objects.filter(sender=participant, pk=number).first()
    if found is None:
        raise wishing.UnableToWish(_("This wish was withdrawn."))
    return found


def _wish(request: Request, participant: Participant, number: int) -> None:
    other = _other(participant, number)
    roles = _role(participant, request.POST.get("as", "")), _role(other, request.POST.get("role", ""))
    wishing.wish_for(sender=participant, receiver=other, roles=roles)
    messages.success(request, _("Noted: you would like to meet %(name)s.") % {"name": other.registration.name})


def _surprise(request: Request, participant: Participant, _number: int) -> None:
    wish = wishing.be_surprised(sender=participant)
    messages.success(request, _("Chance has chosen %(name)s for you.") % {"name": wish.receiver.registration.name})


def _withdraw(_request: Request, participant: Participant, number: int) -> None:
    wishing.withdraw_wish(wish=_own_wish(participant, number))


def _move(by_places: int) -> Callable[[Request, Participant, int], None]:
    return lambda _request, participant, number: wishing.move_wish(
        wish=_own_wish(participant, number), by_places=by_places
    )


def _answer(answer: WishState) -> Callable[[Request, Participant, int], None]:
    def act(request: Request, participant: Participant, number: int) -> None:
        wish = people.asked_of(participant).filter(pk=number).first()
        if wish is None:
            raise wishing.UnableToWish(_("This wish was withdrawn."))
        reason = UNSTORABLE.sub("", request.POST.get("reason", "")).strip()
        wishing.answer_wish(wish=wish, answer=answer, reason=reason)

    return act


def _block(request: Request, participant: Participant, number: int) -> None:
    wishing.block(participant=participant, other=_other(participant, number))
    messages.success(request, _("You will not meet, and nobody learns why."))


def _unblock(_request: Request, participant: Participant, number: int) -> None:
    wishing.unblock(participant=participant, other=_other(participant, number))


def _afterwards(*, took_place: bool, goes_on: bool | None) -> Callable[[Request, Participant, int], None]:
    def act(request: Request, participant: Participant, number: int) -> None:
        plan = plans.published(participant.networking_id)
        seats = plans.seats_of(plan, participant) if plan is not None else []
        seat = next((one for one in seats if one.other_id == number and one.slot.begins_at <= timezone.now()), None)
        if seat is None:
            raise wishing.UnableToWish(_("There is no such meeting."))
        is_match = afterwards.say_afterwards(
            participant=participant, other=seat.other, took_place=took_place, goes_on=goes_on
        )
        if is_match:
            messages.success(request, _("Both sides want to go on."))

    return act


DEEDS: dict[str, Callable[[Request, Participant, int], None]] = {
    "wish": _wish,
    "surprise": _surprise,
    "withdraw": _withdraw,
    "up": _move(-1),
    "down": _move(1),
    **{state.value: _answer(state) for state in ANSWERS},
    "block": _block,
    "unblock": _unblock,
    "took-place": _afterwards(took_place=True, goes_on=None),
    "not-held": _afterwards(took_place=False, goes_on=None),
    "go-on": _afterwards(took_place=True, goes_on=True),
    "stop-here": _afterwards(took_place=True, goes_on=False),
}
