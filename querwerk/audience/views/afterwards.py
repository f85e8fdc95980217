"""After the event: a sheet of feedback from each, its results at the desk, and the mail that thanks."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from querwerk.audience.actions import feedback as boxes
from querwerk.audience.actions import thanks as mails
from querwerk.audience.forms import FeedbackForm, ThanksForm
from querwerk.audience.models import FeedbackBox
from querwerk.audience.queries import feedback as reads
from querwerk.audience.rules import may_see_results
from querwerk.audience.tasks import preview_of
from querwerk.audience.views.floor import participant_or_404
from querwerk.audience.views.moderating import event_for, framed
from querwerk.desk.registration_tables import as_csv
from querwerk.desk.views.frame import actor, attempt, desk_page, require, sent
from querwerk.events import rules as event_rules
from querwerk.events.models import Registration, Terms
from querwerk.events.queries.registrations import terms_of
from querwerk.programmes.pages import Request, visitor_page

# --- For participants --------------------------------------------------------


@visitor_page
def feedback(request: Request, key: str, code: str) -> HttpResponse:
    """Ask how it was; what somebody answers is stored without them."""
    registration = participant_or_404(request, key, code)
    box = box_for(registration)
    asked = reads.asked_in(registration.terms)
    context: dict[str, Any] = {"event": registration.terms.event, "registration": registration, "box": box}
    if boxes.has_answered(box, registration):
        return render(request, "audience/feedback_done.html", context)
    if not box.is_open or not asked:
        return render(request, "audience/feedback_closed.html", context)
    form = FeedbackForm(request.POST if request.method == "POST" else None, questions=asked)
    if form.is_valid():
        boxes.give_feedback(box=box, registration=registration, answers=form.answers)
        return redirect("audience:feedback", request.frame.key, key, code)
    return render(request, "audience/feedback.html", {**context, "form": form}, status=422 if form.errors else 200)


def box_for(registration: Registration) -> FeedbackBox:
    """Return the box into which somebody can put a sheet, as long as there is one."""
    box = reads.box_of(registration.terms)
    if box is None:
        raise Http404
    return box


# --- At the desk -------------------------------------------------------------


def terms_for(request: Request, key: str) -> Terms:
    """Return the terms of an event whose audience the viewer may handle."""
    event = event_for(request, key)
    terms = terms_of.first(event.pk)
    if terms is None:
        raise Http404
    terms.event = event
    return terms


@desk_page
def results(request: Request, key: str) -> HttpResponse:
    """Open the form for feedback, and read what was answered: numbers and words, but never whose."""
    terms = terms_for(request, key)
    if request.method == "POST":
        _at_box(request, terms)
        return redirect("audience:results", request.frame.key, key)
    box = reads.box_of(terms)
    sheets = box.sheets if box is not None else []
    verdict = may_see_results(sheets=len(sheets))
    asked = reads.asked_in(terms)
    came, _missed = mails.readers(terms)
    context = framed(
        request, terms.event, "feedback", terms=terms, box=box, asked=asked, verdict=verdict, number=len(sheets),
        invited=len(came), results=reads.results(asked, sheets) if verdict else [],
        may_export=event_rules.may_export(request.viewer),
    )  # fmt: skip
    return render(request, "audience/desk_feedback.html", context)


def _at_box(request: Request, terms: Terms) -> None:
    """Do what a button says."""
    by = actor(request)
    match sent(request, "do"):
        case "propose":
            number = boxes.propose_questions(terms=terms, by=by)
            if number:
                messages.success(request, _("Five questions are ready; change them as you like."))
        case "open":
            boxes.open_box(box=boxes.create_box(terms), is_open=True, by=by)
        case "close":
            boxes.open_box(box=boxes.create_box(terms), is_open=False, by=by)
        case "strike":
            typed, words = sent(request, "question"), request.POST.get("words", "")
            if typed.isdecimal() and len(typed) < 12:
                boxes.strike_out(box=boxes.create_box(terms), question=int(typed), words=words, by=by)


@desk_page
def results_file(request: Request, key: str) -> HttpResponse:
    """Give out the sheets as CSV, in no order."""
    terms = terms_for(request, key)
    require(event_rules.may_export(request.viewer))
    box = reads.box_of(terms)
    sheets = box.sheets if box is not None else []
    require(may_see_results(sheets=len(sheets)))
    head, rows = reads.table(reads.asked_in(terms), sheets)
    name = f'attachment; filename="{terms.event.key}-feedback.csv"'
    return HttpResponse(
        as_csv(head, rows), content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name}
    )


@desk_page
def thank(request: Request, key: str) -> HttpResponse:
    """Write the two mails."""
    terms = terms_for(request, key)
    thanks = mails.draft_of(terms)
    form = ThanksForm(request.POST if request.method == "POST" and thanks.sent_at is None else None, thanks=thanks)
    if form.is_valid():
        values = {name: form.text(name) for name in mails.FIELDS}
        try:
            attempt(
                request,
                lambda: (
                    mails.save_draft(
                        terms=terms, values=values, by=actor(request), expected_version=_version(request)
                    ).version
                ),
            )
        except mails.UnableToThank as error:
            form.add_error(None, str(error))
        else:
            return redirect("audience:thank_look", request.frame.key, key)
    context = framed(
        request, terms.event, "thanks", terms=terms, thanks=thanks, form=form,
        version=sent(request, "version") if form.is_bound else thanks.version,
        came_fields=form.group("came_"), missed_fields=form.group("missed_"),
    )  # fmt: skip
    return render(request, "audience/desk_thanks.html", context, status=422 if form.errors else 200)


def _version(request: Request) -> int:
    typed = sent(request, "version")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else -1


@desk_page
def thank_look(request: Request, key: str) -> HttpResponse:
    """Show both mails as they arrive, and who gets which; send them once."""
    terms = terms_for(request, key)
    thanks = mails.draft_of(terms)
    if thanks.version == 0:
        return redirect("audience:thank", request.frame.key, key)
    if request.method == "POST":
        try:
            number = mails.send_thanks(terms=terms, by=actor(request), expected_version=_version(request))
        except mails.UnableToThank as error:
            messages.error(request, str(error))
        else:
            words = ngettext("%(number)s mail is on its way.", "%(number)s mails are on their way.", number)
            messages.success(
                request, words % {"number": number} if number else _("These mails have been sent already.")
            )
        return redirect("audience:thank_look", request.frame.key, key)
    came, missed = mails.readers(terms)
    is_over = (end := event_rules.ending_of(terms.event)) is not None and end <= timezone.now()
    context = framed(
        request, terms.event, "thanks", terms=terms, thanks=thanks, came=len(came), missed=len(missed), is_over=is_over,
        previews=[(label, preview_of(terms, kind)) for kind, label in ((mails.CAME, _("To those who came")), (mails.MISSED, _("To those who missed it")))],
    )  # fmt: skip
    return render(request, "audience/desk_thanks_look.html", context)
