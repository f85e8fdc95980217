"""For whoever moderates: by a link of their own, on a phone or a tablet; and at the desk, where the floor is opened."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from querwerk.audience.actions import floor as writes
from querwerk.audience.models import Floor, FloorQuestion
from querwerk.audience.queries import floor as reads
from querwerk.audience.rules import may_handle, may_see_audience
from querwerk.audience.states import SEEN, QuestionState
from querwerk.audience.views.floor import live, question_or_404
from querwerk.core.actions import InvalidRecords, UnableToOverwrite
from querwerk.core.letters import site
from querwerk.core.lists import Ties
from querwerk.core.spec import UNSTORABLE
from querwerk.desk.queries import owners
from querwerk.desk.views.frame import actor, attempt, desk_page, one_time_key, record_or_404, require, sent, surrounding
from querwerk.events.models import AgendaItem, Event
from querwerk.events.queries.events import events
from querwerk.events.views.pages import event_or_404
from querwerk.people.models import User
from querwerk.programmes.pages import Request, page_language, visitor_page
from querwerk.programmes.queries import owners_of_each

CURRENT = "audience:home"
TONES = {
    QuestionState.WAITING: "warn",
    QuestionState.SHOWN: "good",
    QuestionState.ANSWERED: "note",
    QuestionState.HIDDEN: "plain",
}


# --- The moderators' page ----------------------------------------------------


def floor_or_404(request: Request, key: str, code: str) -> Floor:
    """Return the floor whose moderators' link somebody has."""
    event = event_or_404(request, key)
    found = reads.floor_by_moderator(event.pk, code)
    if found is None:
        raise Http404
    found.event = event
    return found


def moderated(floor: Floor, clash: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return what the moderators see: what waits first, then by votes; 3 queries.

    ``clash``: the answer to a question that somebody else wrote while one was typed, with what was typed.
    """
    rows = reads.questions_of(floor)
    language = page_language()
    for row in rows:
        there = row.answer.get(language) or ""
        row.form = {"typed": there, "saw": writes.sum_of(there)}  # type: ignore[attr-defined]
        if clash is not None and clash["question"] == row.pk:
            row.form = clash  # type: ignore[attr-defined]
    waiting = sorted((row for row in rows if row.state == QuestionState.WAITING), key=lambda row: row.pk)
    rest = [row for row in rows if row.state != QuestionState.WAITING]
    return {
        "event": floor.event,
        "floor": floor,
        "waiting": waiting,
        "points": reads.with_questions(reads.points_of(floor), rest),
        "tag": f'"{floor.version}"',
        "language": language,
    }


@visitor_page
def moderate(request: Request, key: str, code: str) -> HttpResponse:
    """Show everything that was asked; do what a button says."""
    floor = floor_or_404(request, key, code)
    if request.method == "POST":
        question = question_or_404(floor, request.POST.get("question", ""))
        deed = DEEDS.get(request.POST.get("do", ""))
        try:
            if deed is not None:
                deed(request, question)
        except writes.UnableToOverwriteAnswer as error:
            clash = {
                "question": question.pk, "typed": _typed(request), "saw": writes.sum_of(error.words), "theirs": error,
            }  # fmt: skip
            return render(request, "audience/moderate.html", moderated(floor, clash), status=409)
        return redirect(f"{request.path}#q{question.pk}")
    return render(request, "audience/moderate.html", moderated(floor))


@visitor_page
def moderate_live(request: Request, key: str, code: str) -> HttpResponse:
    """Send the lists alone, for a page that is open already."""
    floor = floor_or_404(request, key, code)
    return live(request, "audience/moderate_list.html", f'"{floor.version}"', lambda: moderated(floor))


def _move(state: QuestionState) -> Callable[[Request, FloorQuestion], None]:
    def act(_request: Request, question: FloorQuestion) -> None:
        writes.move(question=question, state=state)

    return act


def _stage(*, is_on: bool) -> Callable[[Request, FloorQuestion], None]:
    def act(_request: Request, question: FloorQuestion) -> None:
        if question.state == QuestionState.WAITING:
            writes.move(question=question, state=QuestionState.SHOWN)
        writes.put_on_stage(question=question, is_on=is_on)

    return act


def _typed(request: Request) -> str:
    return UNSTORABLE.sub("", request.POST.get("answer", "")).replace("\r\n", "\n").strip()[:5000]


def _answer(request: Request, question: FloorQuestion) -> None:
    by = request.user if isinstance(request.user, User) else None
    writes.write_answer(
        question=question, language=page_language(), words=_typed(request), by=by,
        expected=request.POST.get("saw", ""),
    )  # fmt: skip


DEEDS: dict[str, Callable[[Request, FloorQuestion], None]] = {
    "show": _move(QuestionState.SHOWN),
    "hide": _move(QuestionState.HIDDEN),
    "answered": _move(QuestionState.ANSWERED),
    "stage": _stage(is_on=True),
    "off": _stage(is_on=False),
    "answer": _answer,
}


# --- At the desk ------------------------------------------------------------


@desk_page
def home(request: Request) -> HttpResponse:
    """List the events whose floor, feedback and thanks the viewer may handle, latest first."""
    require(may_see_audience(request.viewer))
    found = events(request.frame.space_id, with_drafts=True).select_related("node", "space").order_by("-date", "-pk")
    belongs = owners_of_each([event.node_id for event in found])
    rows = [event for event in found if may_handle(request.viewer, owners=belongs[event.node_id])]
    return render(request, "audience/desk_home.html", {**surrounding(request, CURRENT), "rows": rows})


def event_for(request: Request, key: str) -> Event:
    """Return an event whose floor, feedback and thanks the viewer may handle."""
    event = record_or_404(request, "event", key)
    assert isinstance(event, Event)
    require(may_handle(request.viewer, owners=owners(event)))
    return event


def framed(request: Request, event: Event, page: str, **context: Any) -> dict[str, Any]:
    """Return what every page about the audience of an event shows."""
    return {
        **surrounding(request, CURRENT), "event": event, "page_name": page, "once": one_time_key(),
        "has_terms": hasattr(event, "terms"), **context,
    }  # fmt: skip


@desk_page
def arrange(request: Request, key: str) -> HttpResponse:
    """Open the floor for points of the agenda; find its links; keep what was asked with the event."""
    event = event_for(request, key)
    floor = writes.create_floor(event) if request.method == "POST" else reads.floor_of(event.pk)
    if request.method == "POST":
        assert floor is not None
        floor.event = event
        AT_DESK.get(sent(request, "do"), _nothing)(request, floor)
        return redirect("audience:arrange", request.frame.key, key)
    shown = floor or Floor(event=event, pk=0)
    shown.event = event
    rows = [row for row in reads.questions_of(shown) if row.state in SEEN] if floor else []
    context = framed(
        request, event, "floor", floor=floor, points=reads.points_of(shown), questions=rows,
        links=links_of(request, floor) if floor else [], fresh=[row for row in rows if row.kept_at is None],
        guiding=Ties(event, with_drafts=True).nodes("guiding_questions"),
    )  # fmt: skip
    return render(request, "audience/desk_floor.html", context)


def links_of(request: Request, floor: Floor) -> list[tuple[str, str, str]]:
    """Return label, explanation and address of each way onto the floor."""
    place = [request.frame.key, floor.event.key]
    return [
        (
            _("For everybody in the room"), _("Also in the QR code on the screen, and on the page of each registration."),
            site(reverse("audience:floor", args=[*place, floor.code])),
        ),
        (_("The screen"), _("Open it on the computer of the projector."), site(reverse("audience:stage", args=[*place, floor.code]))),
        (
            _("For whoever moderates"), _("Works without an account; hand it to the moderators only."),
            site(reverse("audience:moderate", args=[*place, floor.moderator_code])),
        ),
    ]  # fmt: skip


def _nothing(_request: Request, _floor: Floor) -> None:
    """Do nothing for a button that there is none of."""


def _set(request: Request, floor: Floor) -> None:
    number = sent(request, "point")
    item = AgendaItem.objects.filter(
        event=floor.event_id, pk=int(number) if number.isdecimal() and len(number) < 12 else 0
    ).first()
    if number != "0" and item is None:
        raise Http404
    writes.set_item(
        floor=floor,
        item=item,
        is_open=sent(request, "do") != "close",
        is_moderated="moderated" in request.POST,
        by=actor(request),
    )
    messages.success(request, _("Saved."))


def _renew(request: Request, floor: Floor) -> None:
    writes.renew_links(floor=floor, by=actor(request))
    messages.success(request, _("The links are new; the old ones lead nowhere."))


def _keep(request: Request, floor: Floor) -> None:
    chosen = {int(number) for number in request.POST.getlist("question") if number.isdecimal() and len(number) < 12}
    rows = list(FloorQuestion.objects.filter(floor=floor, pk__in=chosen, state__in=SEEN))
    known = {node.key for node in Ties(floor.event, with_drafts=True).nodes("guiding_questions")}
    guiding = [key for key in request.POST.getlist("guiding") if key in known]

    def effect() -> int:
        return writes.keep_questions(event=floor.event, questions=rows, guiding=guiding, by=actor(request))

    try:
        number = attempt(request, effect)
    except (InvalidRecords, UnableToOverwrite) as error:
        messages.error(request, str(error))
        return
    words = ngettext(
        "%(number)s question stands in the documentation of the event now.",
        "%(number)s questions stand in the documentation of the event now.",
        number,
    )
    messages.success(request, words % {"number": number})


AT_DESK: dict[str, Callable[[Request, Floor], None]] = {
    "open": _set,
    "keep-open": _set,
    "close": _set,
    "renew": _renew,
    "keep": _keep,
}
