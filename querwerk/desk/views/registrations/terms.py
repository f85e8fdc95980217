"""The terms of an event: the form's questions, times of visits, invitations."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from querwerk.core import ical
from querwerk.desk.queries import owners
from querwerk.desk.registration_forms import CodesForm, GuestsForm, QuestionForm, SlotsForm, TermsForm
from querwerk.desk.views.frame import actor, attempt, desk_page, one_time_key, require, sent, surrounding
from querwerk.desk.views.registrations.frame import CURRENT, around, event_or_404, terms_for
from querwerk.events import rules
from querwerk.events.actions import organising
from querwerk.events.actions import terms as writes
from querwerk.events.forms.registering import contingent_name
from querwerk.events.models import Event, Question, Terms
from querwerk.events.queries import registrations as reads
from querwerk.events.states import Occasion
from querwerk.programmes.pages import Request


@desk_page
def terms_edit(request: Request, key: str) -> HttpResponse:
    """Say how one registers; the first time this opens the event for registrations."""
    event = event_or_404(request, key)
    require(rules.may_see_registrations(request.viewer, owners=owners(event)))
    terms = reads.terms_of.first(event.pk)
    if terms is not None and terms.forgotten_at is not None:
        raise Http404
    has_day = ical.has_calendar(event.date, event.end)
    form = TermsForm(request.POST if request.method == "POST" else None, terms=terms)
    is_outdated = False
    if has_day and form.is_valid():
        try:
            save(request, event, form)
        except writes.UnableToOverwriteTerms:
            is_outdated = True
        except writes.UnableToChangePlaces as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The terms are saved."))
            return redirect("desk:registrations", request.frame.key, key)
    context = {
        **surrounding(request, CURRENT),
        "event": event,
        "terms": terms,
        "has_day": has_day,
        "form": form,
        "version": sent(request, "version") if form.is_bound else terms.version if terms else 0,
        "is_outdated": is_outdated,
        "once": one_time_key(),
    }
    status = 409 if is_outdated else 422 if form.errors else 200
    return render(request, "desk/registration_terms.html", context, status=status)


def save(request: Request, event: Event, form: TermsForm) -> None:
    """Store the terms on top of the version that the person has seen."""
    typed = sent(request, "version")
    version = int(typed) if typed.isdecimal() and len(typed) < 10 else -1

    def effect() -> int:
        return writes.save_terms(
            event=event, values=form.values(), places=form.places(), by=actor(request), expected_version=version
        ).version

    attempt(request, effect)


# --- Questions ---------------------------------------------------------------

ADDRESSES = {
    Occasion.REGISTRATION: ("desk:questions", "desk:question_new", "desk:question"),
    Occasion.FEEDBACK: ("desk:feedback_questions", "desk:feedback_question_new", "desk:feedback_question"),
}
"""Of each form: the list of its questions, a new one, one of them."""


def question_or_404(terms: Terms, occasion: Occasion, number: int) -> Question:
    """Return a question of one form of these terms."""
    found = terms.questions.filter(pk=number, occasion=occasion).first()
    if found is None:
        raise Http404
    found.terms = terms
    return found


@desk_page
def question_list(request: Request, key: str, occasion: Occasion = Occasion.REGISTRATION) -> HttpResponse:
    """Show the questions; move and delete them."""
    terms = terms_for(request, key)
    if request.method == "POST":
        number = sent(request, "question")
        question = question_or_404(terms, occasion, int(number) if number.isdecimal() and len(number) < 12 else 0)
        match sent(request, "do"):
            case "up":
                writes.move_question(question=question, by_places=-1)
            case "down":
                writes.move_question(question=question, by_places=1)
            case "delete":
                try:
                    writes.delete_question(question=question, by=actor(request))
                except writes.UnableToDelete as error:
                    messages.error(request, str(error))
        return redirect(ADDRESSES[occasion][0], request.frame.key, key)
    context = {
        "questions": reads.questions(terms, occasion),
        "answered": dict.fromkeys(reads.answered_questions(terms), True),
        "is_feedback": occasion == Occasion.FEEDBACK,
        "addresses": ADDRESSES[occasion],
    }
    return render(request, "desk/registration_questions.html", {**around(request, terms), **context})


@desk_page
def question_edit(
    request: Request, key: str, number: int = 0, occasion: Occasion = Occasion.REGISTRATION
) -> HttpResponse:
    """Write a question."""
    terms = terms_for(request, key)
    question = question_or_404(terms, occasion, number) if number else None
    rows = reads.questions(terms, occasion)
    before = [row for row in rows if question is None or row.position < question.position]
    has_answers = question is not None and question.pk in reads.answered_questions(terms)
    data = request.POST if request.method == "POST" else None
    form = QuestionForm(data, question=question, others=before, has_answers=has_answers)
    if form.is_valid():

        def effect() -> int:
            values = form.values()
            saved = writes.save_question(
                terms=terms, question=question, values=values, by=actor(request), occasion=occasion
            )
            return saved.pk

        attempt(request, effect)
        messages.success(request, _("The question is saved."))
        return redirect(ADDRESSES[occasion][0], request.frame.key, key)
    context = {
        "form": form,
        "question": question,
        "has_answers": has_answers,
        "once": one_time_key(),
    }
    status = 422 if form.errors else 200
    return render(request, "desk/registration_question.html", {**around(request, terms), **context}, status=status)


# --- Times of visits -------------------------------------------------------------


@desk_page
def slot_list(request: Request, key: str) -> HttpResponse:
    """Make times of visits, all at once; change the places of one."""
    terms = terms_for(request, key)
    is_change = request.method == "POST" and "slot" in request.POST
    form = SlotsForm(request.POST if request.method == "POST" and not is_change else None, day=terms.event.date)
    if is_change:
        return slot_change(request, terms)
    if form.is_valid():
        number = attempt(
            request,
            lambda: writes.add_slots(
                terms=terms, slots=form.slots, capacity=form.cleaned_data["capacity"], by=actor(request)
            ),
        )
        message = ngettext("%(number)s time is added.", "%(number)s times are added.", number)
        messages.success(request, message % {"number": number})
        return redirect("desk:slots", request.frame.key, key)
    figures = reads.figures(terms)
    context: dict[str, Any] = {
        "form": form,
        "slots": [(contingent_name(slot), slot, figures.by_contingent[slot.pk]) for slot in reads.slots(terms)],
        "once": one_time_key(),
    }
    status = 422 if form.errors else 200
    return render(request, "desk/registration_slots.html", {**around(request, terms), **context}, status=status)


def slot_change(request: Request, terms: Terms) -> HttpResponse:
    """Change the places of one time, close or open it."""
    number, typed = sent(request, "slot"), sent(request, "capacity")
    slot = terms.contingents.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 12 else None
    if slot is None:
        raise Http404
    try:
        capacity = int(typed) if typed.isdecimal() and len(typed) < 7 else slot.capacity
        writes.change_slot(contingent=slot, capacity=capacity, is_open="close" not in request.POST, by=actor(request))
    except writes.UnableToChangePlaces as error:
        messages.error(request, str(error))
    return redirect("desk:slots", request.frame.key, terms.event.key)


# --- Invitations -------------------------------------------------------------


@desk_page
def invitation_list(request: Request, key: str) -> HttpResponse:
    """Invite by mail, make codes, see which were used."""
    terms = terms_for(request, key)
    is_codes = "number" in request.POST
    guests = GuestsForm(request.POST if request.method == "POST" and not is_codes else None)
    codes = CodesForm(request.POST if request.method == "POST" and is_codes else None)
    if guests.is_valid():
        data = guests.cleaned_data
        made = attempt(
            request, lambda: organising.invite(terms=terms, guests=data["guests"], language=data["language"])
        )
        message = ngettext("%(number)s person is invited.", "%(number)s people are invited.", made)
        messages.success(request, message % {"number": made})
        return redirect("desk:invitations", request.frame.key, key)
    if codes.is_valid():
        data = codes.cleaned_data
        attempt(request, lambda: len(organising.make_codes(terms=terms, **data)))
        messages.success(request, _("The codes are made."))
        return redirect("desk:invitations", request.frame.key, key)
    context = {
        "guests": guests,
        "codes": codes,
        "invitations": reads.invitations(terms)[:1000],
        "once": one_time_key(),
    }
    status = 422 if guests.errors or codes.errors else 200
    return render(request, "desk/registration_invitations.html", {**around(request, terms), **context}, status=status)
