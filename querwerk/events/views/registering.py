"""For participants, without an account: register, prove the address, see, change and cancel."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.core import signing
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from querwerk.core import ical, registry
from querwerk.core.codes import address_hash
from querwerk.core.limits import DAY, HOUR, is_too_often, too_often_words
from querwerk.events import rules
from querwerk.events.actions import doors, forgetting, places, registering
from querwerk.events.actions.forgetting import data_of, end_of
from querwerk.events.forms.registering import DigitsForm, RegistrationForm
from querwerk.events.models import Event, Invitation, Registration, Terms
from querwerk.events.queries import registrations as reads
from querwerk.events.states import ENDED, Attendance, Mode, RegistrationState
from querwerk.events.tasks.letters import calendar_of, facts_of
from querwerk.events.views.pages import event_or_404
from querwerk.programmes.pages import Request, page_language, visitor_page
from querwerk.programmes.rules import Verdict

PER_HOUR = 300
"""Forms sent from one connection for one event; a company or a trade fair has one connection for many."""
MAILS_A_DAY = 8
"""To one address about one event."""
PENDING = "event-registration"
"""The salt of the address that leads from the form to the page for the six digits."""
TONES = {
    RegistrationState.UNCONFIRMED: "warn",
    RegistrationState.AWAITING: "open",
    RegistrationState.WAITING: "open",
    RegistrationState.OFFERED: "warn",
    RegistrationState.CONFIRMED: "good",
    RegistrationState.CANCELLED: "plain",
    RegistrationState.DECLINED: "plain",
    RegistrationState.EXPIRED: "plain",
}


def terms_or_404(event: Event) -> Terms:
    """Return the terms of an event that takes registrations; afterwards there is nothing to register for."""
    terms = reads.terms_of.first(event.pk)
    if terms is None or terms.forgotten_at is not None:
        raise Http404
    return terms


def registration_or_404(request: Request, key: str, code: str) -> Registration:
    """Return whom the link in a mail belongs to."""
    event = event_or_404(request, key)
    found = reads.registration_by_code(event.pk, code)
    if found is None:
        raise Http404
    return found


def admission(terms: Terms, invitation: Invitation | None) -> Verdict:
    """Decide whether somebody may register now."""
    return rules.may_register(
        mode=terms.mode, opens_at=terms.opens_at, closes_at=terms.closes_at, ends_at=end_of(terms), now=timezone.now(),
        has_invitation=invitation is not None,
    )  # fmt: skip


@visitor_page
def register(request: Request, key: str) -> HttpResponse:
    """Show the form, or why there is none at this time; take a wish."""
    event = event_or_404(request, key)
    terms = terms_or_404(event)
    typed_code = str(request.POST.get("code", request.GET.get("code", "")))[:40]
    invitation = reads.invitation_by_code(terms, typed_code)
    verdict = admission(terms, invitation)
    offered = reads.contingents(terms)
    context: dict[str, Any] = {
        "event": event,
        "terms": terms,
        "verdict": verdict,
        "code": typed_code,
        "is_code_wrong": bool(typed_code) and invitation is None,
        "asks_code": terms.mode == Mode.INVITATION and not verdict,
    }
    if not verdict or not offered:
        return render(request, "events/register_closed.html", context, status=200)
    initial = {"email": invitation.email} if invitation else {}
    form = RegistrationForm(
        request.POST if request.method == "POST" else None,
        terms=terms, contingents=offered, questions=reads.questions(terms), initial=initial,
    )  # fmt: skip
    if form.is_valid():
        if wait := flooded_for(request, event, form.cleaned_data["email"]):
            form.add_error(None, too_often_words(wait))
        else:
            return take_wish(request, terms, form, invitation)
    context |= {"form": form, "all_full": all(place.is_full for place in offered)}
    return render(request, "events/register.html", context, status=422 if form.errors else 200)


def take_wish(request: Request, terms: Terms, form: RegistrationForm, invitation: Invitation | None) -> HttpResponse:
    """Note the wish and lead to the page for the six digits, whether or not the address was known."""
    wish = form.wish(page_language(), invitation.code if invitation else "")
    registration = registering.ask_to_register(terms=terms, wish=wish)
    pending = signing.dumps(registration.pk, salt=PENDING)
    return redirect("events:digits", request.frame.key, terms.event.key, pending)


def flooded_for(request: Request, event: Event, email: str) -> int:
    """Tell for how many seconds nothing more is taken, from one connection or for one address; 0: it is taken."""
    here = f"event-forms:{event.pk}:{get_adapter(request).get_client_ip(request)}"
    there = f"event-mails:{event.pk}:{address_hash(email)}"
    # Both count, whichever is over.
    over = {HOUR: is_too_often(here, PER_HOUR, HOUR), DAY: is_too_often(there, MAILS_A_DAY, DAY)}
    return max((seconds for seconds, is_over in over.items() if is_over), default=0)


@visitor_page
def digits(request: Request, key: str, pending: str) -> HttpResponse:
    """Ask for the six digits; the same page whether or not the address had registered before."""
    event = event_or_404(request, key)
    try:
        number = signing.loads(pending, salt=PENDING, max_age=rules.UNCONFIRMED_LASTS)
    except signing.BadSignature:
        raise Http404 from None
    registration = reads.registration_by_number(event.pk, number)
    if registration is None:
        return redirect("events:register", request.frame.key, key)
    form = DigitsForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if registering.check_digits(registration=registration, digits=form.cleaned_data["digits"]):
            return confirmed(request, registration)
        form.add_error("digits", _("This is not the code, or it is too old. Please use the link in the mail."))
    context = {"event": event, "form": form}
    return render(request, "events/register_digits.html", context, status=422 if form.errors else 200)


def confirmed(request: Request, registration: Registration) -> HttpResponse:
    """Take the registration and lead to its page; an invitation may have been used up meanwhile."""
    event = registration.terms.event
    try:
        registering.confirm_address(registration=registration)
    except registering.UnableToRegister as error:
        context = {"event": event, "verdict": Verdict(is_allowed=False, why=str(error)), "terms": registration.terms}
        return render(request, "events/register_closed.html", context, status=409)
    return redirect("events:mine", request.frame.key, event.key, registration.code)


@visitor_page
def confirm(request: Request, key: str, code: str) -> HttpResponse:
    """Ask before confirming: mail scanners open links, but they press no buttons."""
    registration = registration_or_404(request, key, code)
    if registration.state != RegistrationState.UNCONFIRMED:
        return redirect("events:mine", request.frame.key, key, code)
    if request.method == "POST":
        return confirmed(request, registration)
    context = {"event": registration.terms.event, "registration": registration, "facts": facts_of(registration)}
    return render(request, "events/register_confirm.html", context)


@visitor_page
def mine(request: Request, key: str, code: str) -> HttpResponse:
    """Show a registration: what is next, the ticket, the waiting list; take answers."""
    registration = registration_or_404(request, key, code)
    if registration.state == RegistrationState.UNCONFIRMED:
        return redirect("events:confirm", request.frame.key, key, code)
    if request.method == "POST":
        return _do(request, registration)
    state = RegistrationState(registration.state)
    terms = registration.terms
    now, end = timezone.now(), end_of(terms)
    is_over = end is not None and now >= end
    is_online = registration.contingent.attendance == Attendance.ONLINE and state == RegistrationState.CONFIRMED
    context = {
        "event": terms.event,
        "terms": terms,
        "registration": registration,
        "state": state.label,
        "tone": TONES[state],
        "place": reads.place_in_line(registration) if state == RegistrationState.WAITING else 0,
        "facts": facts_of(registration),
        "has_ticket": state == RegistrationState.CONFIRMED
        and registration.contingent.attendance == Attendance.ONSITE
        and not is_over,
        "has_calendar": state == RegistrationState.CONFIRMED and ical.has_calendar(terms.event.date, terms.event.end),
        "is_running": state not in ENDED,
        "is_over": is_over,
        "is_saved": "saved" in request.GET,
        "here": here_of(registration) if is_online and not is_over else None,
        "panels": registry.panels_for(request, registration, "registration"),
    }
    return render(request, "events/mine.html", context)


def here_of(registration: Registration) -> dict[str, Any]:
    """Return whether somebody who takes part online can say so now, and since when they do; 1 query."""
    now = timezone.now()
    verdict = rules.may_say_here(
        attendance=registration.contingent.attendance, state=registration.state,
        begins_at=places.begins_at(registration.contingent), ends_at=end_of(registration.terms), now=now,
    )  # fmt: skip
    said = registration.presences.filter(day=timezone.localdate(now)).first()
    return {"verdict": verdict, "at": said.at if said is not None else None}


def _do(request: Request, registration: Registration) -> HttpResponse:
    """Accept an offer, cancel, or cancel and delete."""
    event = registration.terms.event
    if "accept" in request.POST:
        registering.accept_offer(registration=registration)
    elif "here" in request.POST:
        if here_of(registration)["verdict"]:
            doors.say_here(registration=registration)
    elif "forget" in request.POST:
        forgetting.forget_registration(registration=registration, now=timezone.now())
        return render(request, "events/register_gone.html", {"event": event})
    elif "cancel" in request.POST:
        registering.cancel_registration(registration=registration)
    return redirect("events:mine", request.frame.key, event.key, registration.code)


@visitor_page
def change(request: Request, key: str, code: str) -> HttpResponse:
    """Change what was said, and how or when somebody comes."""
    registration = registration_or_404(request, key, code)
    terms = registration.terms
    end = end_of(terms)
    if registration.state in ENDED or (end is not None and timezone.now() >= end):
        return redirect("events:mine", request.frame.key, key, code)
    offered = reads.contingents(terms)
    if registration.contingent_id not in {place.pk for place in offered}:
        offered.insert(0, registration.contingent)
    form = RegistrationForm(
        request.POST if request.method == "POST" else None,
        terms=terms, contingents=offered, questions=reads.questions(terms), registration=registration,
    )  # fmt: skip
    if form.is_valid():
        registering.change_registration(registration=registration, wish=form.wish(page_language()))
        response = redirect("events:mine", request.frame.key, key, code)
        response["Location"] += "?saved"
        return response
    context = {"event": terms.event, "terms": terms, "registration": registration, "form": form}
    return render(request, "events/register_change.html", context, status=422 if form.errors else 200)


@visitor_page
def ticket(request: Request, key: str, code: str) -> HttpResponse:
    """Send the QR code of a ticket as a drawing."""
    import segno  # noqa: PLC0415  (only who shows tickets needs it)

    registration = registration_or_404(request, key, code)
    drawn = segno.make_qr(f"QW:{registration.ticket}", error="m").svg_inline(scale=6, border=4, light="#fff")
    drawn = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return HttpResponse(drawn, content_type="image/svg+xml")


@visitor_page
def calendar(request: Request, key: str, code: str) -> HttpResponse:
    """Send somebody's part in the event as a file for their calendar."""
    registration = registration_or_404(request, key, code)
    event = registration.terms.event
    if not ical.has_calendar(event.date, event.end):
        raise Http404
    name = f'attachment; filename="{event.key}.ics"'
    body = calendar_of(registration, is_cancelled=registration.state in ENDED)
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers={"Content-Disposition": name})


@visitor_page
def data(request: Request, key: str, code: str) -> HttpResponse:
    """Give out everything that is stored about a registration."""
    registration = registration_or_404(request, key, code)
    headers = {"Content-Disposition": 'attachment; filename="registration.json"'}
    return JsonResponse(data_of(registration), headers=headers, json_dumps_params={"ensure_ascii": False, "indent": 2})
