"""For everybody in the room: ask, vote, see what is asked; the screen on the stage. No account, and nothing that needs a script."""

import uuid
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from querwerk.audience import marks
from querwerk.audience.actions import floor as writes
from querwerk.audience.forms import AskForm, CodeForm
from querwerk.audience.models import Floor, FloorQuestion
from querwerk.audience.queries import floor as reads
from querwerk.audience.rules import may_speak
from querwerk.audience.states import SEEN, QuestionState
from querwerk.core.letters import site
from querwerk.core.limits import TEN_MINUTES, is_too_often, too_often_words
from querwerk.events.models import Registration
from querwerk.events.views.pages import event_or_404
from querwerk.events.views.registering import registration_or_404
from querwerk.programmes.pages import Request, page_language, visitor_page

COOKIE = "floor"
ASKED_BY_ONE, ASKED_FROM_HERE = 6, 300
"""Questions in ten minutes from one phone, and from one connection: a hall has one for all."""
VOTED_BY_ONE, VOTED_FROM_HERE = 60, 6000
ON_SCREEN = 6
"""Questions that the screen shows: what can be read from the last row."""


def floor_or_404(request: Request, key: str, code: str) -> Floor:
    """Return the floor whose code somebody has."""
    event = event_or_404(request, key)
    found = reads.floor_by_code(event.pk, code)
    if found is None:
        raise Http404
    found.event = event
    return found


def token_of(request: Request) -> str:
    """Return what the phone is known by; nothing before it has asked or voted."""
    return marks.token_in(request.COOKIES.get(COOKIE, ""))


def mark_of(request: Request, floor: Floor) -> str:
    """Return the mark under which somebody asks and votes here; empty for a phone that has none yet."""
    token = token_of(request)
    return marks.mark_of(floor.pk, token) if token else ""


def remember(response: HttpResponse, token: str) -> HttpResponse:
    """Let the phone keep its mark; it serves nothing else than one vote each."""
    response.set_cookie(
        COOKIE, marks.signed(token), max_age=marks.LASTS, httponly=True, samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )  # fmt: skip
    return response


def is_flooding(request: Request, floor: Floor, mark: str, name: str, most: tuple[int, int]) -> bool:
    """Tell whether too much came from one phone or from one connection."""
    of_one, from_here = (
        f"floor-{name}:{floor.pk}:{who}" for who in (mark, get_adapter(request).get_client_ip(request))
    )
    # Both count, whichever is over.
    return any([is_too_often(of_one, most[0], TEN_MINUTES), is_too_often(from_here, most[1], TEN_MINUTES)])


@visitor_page
def entrance(request: Request, key: str) -> HttpResponse:
    """Ask for the code that stands on the screen."""
    event = event_or_404(request, key)
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        found = reads.floor_by_code(event.pk, form.cleaned_data["code"])
        if found is not None:
            return redirect("audience:floor", request.frame.key, key, found.code)
        form.add_error("code", _("No floor has this code. Please compare it with the screen, letter by letter."))
    context = {"event": event, "form": form}
    return render(request, "audience/floor_entrance.html", context, status=422 if form.errors else 200)


def participant_or_404(request: Request, key: str, code: str) -> Registration:
    """Return whom a link in a mail belongs to, as far as they take part."""
    registration = registration_or_404(request, key, code)
    if not may_speak(state=registration.state, was_there=registration.presences.exists()):
        raise Http404
    return registration


@visitor_page
def from_registration(request: Request, key: str, code: str) -> HttpResponse:
    """Come in by one's own link: the same person on each of their devices."""
    registration = participant_or_404(request, key, code)
    floor = reads.floor_of(registration.terms.event_id)
    if floor is None:
        raise Http404
    response = redirect("audience:floor", request.frame.key, key, floor.code)
    return remember(response, marks.token_of_registration(registration))


@visitor_page
def floor_page(request: Request, key: str, code: str) -> HttpResponse:
    """Show the questions and take another one."""
    floor = floor_or_404(request, key, code)
    points = reads.points_of(floor)
    open_points = [point for point in points if point.is_open]
    is_sent = request.method == "POST"
    # Where everything was closed meanwhile, the form still holds what somebody wrote.
    form = AskForm(request.POST if is_sent else None, points=open_points) if open_points or is_sent else None
    if form is not None and form.is_valid() and (taken := take_question(request, floor, form)) is not None:
        return taken
    context = {**shown_on(request, floor, points), "form": form}
    return render(request, "audience/floor.html", context, status=422 if form is not None and form.errors else 200)


def take_question(request: Request, floor: Floor, form: AskForm) -> HttpResponse | None:
    """Store a question and lead back to the list, where its owner sees what became of it; nothing where the form says why not."""
    token = token_of(request) or marks.new_token()
    mark = marks.mark_of(floor.pk, token)
    if is_flooding(request, floor, mark, "asked", (ASKED_BY_ONE, ASKED_FROM_HERE)):
        form.add_error(None, too_often_words(TEN_MINUTES))
        return None
    point, typed = form.chosen(), form.cleaned_data
    assert point.setting is not None
    try:
        made = writes.ask(
            setting=point.setting, words=typed["words"], name=typed["name"], may_name=typed["may_name"],
            language=page_language(), asker=mark, client_id=typed["client"] or uuid.uuid4(),
        )  # fmt: skip
    except writes.UnableToAsk as error:
        form.add_error("point", str(error))
        return None
    is_waiting = made.state == QuestionState.WAITING
    messages.success(
        request,
        _("Thank you. The moderators see your question and let it through.")
        if is_waiting
        else _("Your question is shown."),
    )
    return remember(redirect("audience:floor", request.frame.key, floor.event.key, floor.code), token)


def shown_on(request: Request, floor: Floor, points: list[reads.Point]) -> dict[str, Any]:
    """Return what the list of questions shows to this phone; 2 queries."""
    mark = mark_of(request, floor)
    seen = reads.seen_by(reads.questions_of(floor), mark)
    return {
        "event": floor.event,
        "floor": floor,
        "points": reads.with_questions(points, seen),
        "mine": {row.pk for row in seen if mark and row.asker == mark},
        "voted": reads.votes_of(floor, mark),
        "tag": tag_of(request, floor),
    }


def tag_of(request: Request, floor: Floor) -> str:
    """Return what names this state of the list, for this phone."""
    return f'"{floor.version}-{mark_of(request, floor)[:12]}"'


def question_or_404(floor: Floor, number: str) -> FloorQuestion:
    """Return a question of this floor."""
    found = FloorQuestion.objects.filter(
        floor=floor, pk=int(number) if number.isdecimal() and len(number) < 12 else 0
    ).first()
    if found is None:
        raise Http404
    return found


def live(request: Request, template: str, tag: str, context: Callable[[], dict[str, Any]]) -> HttpResponse:
    """Send a part alone, for a page that is open already; almost nothing where the page shows this state."""
    if request.headers.get("If-None-Match", "") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    response = render(request, template, context())
    response.headers["ETag"] = tag
    return response


@visitor_page
def floor_live(request: Request, key: str, code: str) -> HttpResponse:
    """Send the list alone."""
    floor = floor_or_404(request, key, code)
    template = "audience/floor_list.html"
    return live(request, template, tag_of(request, floor), lambda: shown_on(request, floor, reads.points_of(floor)))


@visitor_page
def vote(request: Request, key: str, code: str) -> HttpResponse:
    """Vote for a question, or take the vote back."""
    floor = floor_or_404(request, key, code)
    question = question_or_404(floor, request.POST.get("question", ""))
    token = token_of(request) or marks.new_token()
    mark = marks.mark_of(floor.pk, token)
    response = redirect(f"{reverse('audience:floor', args=[request.frame.key, key, floor.code])}#q{question.pk}")
    if is_flooding(request, floor, mark, "voted", (VOTED_BY_ONE, VOTED_FROM_HERE)):
        messages.error(request, too_often_words(TEN_MINUTES))
        return response
    try:
        writes.vote(question=question, voter=mark, is_wanted=request.POST.get("vote") != "no")
    except writes.UnableToAsk as error:
        messages.error(request, str(error))
    return remember(response, token)


# --- The screen --------------------------------------------------------------


def on_stage(floor: Floor) -> dict[str, Any]:
    """Return what the screen shows: the question that is being answered, and those with most votes; 1 query."""
    rows = [row for row in reads.questions_of(floor) if row.state in SEEN]
    return {
        "event": floor.event,
        "floor": floor,
        "now": next((row for row in rows if row.is_on_stage), None),
        "next": [row for row in rows if row.state == QuestionState.SHOWN and not row.is_on_stage][:ON_SCREEN],
        "tag": f'"{floor.version}"',
    }


@visitor_page
def stage(request: Request, key: str, code: str) -> HttpResponse:
    """Show the screen: how to get in, and the questions."""
    floor = floor_or_404(request, key, code)
    where = site(reverse("audience:entrance", args=[request.frame.key, key])).partition("://")[2]
    return render(request, "audience/stage.html", {**on_stage(floor), "where": where})


@visitor_page
def stage_live(request: Request, key: str, code: str) -> HttpResponse:
    """Send what changes on the screen."""
    floor = floor_or_404(request, key, code)
    return live(request, "audience/stage_list.html", f'"{floor.version}"', lambda: on_stage(floor))


@visitor_page
def qr(request: Request, key: str, code: str) -> HttpResponse:
    """Draw the way in as a QR code."""
    import segno  # noqa: PLC0415  (only who shows a code needs it)

    floor = floor_or_404(request, key, code)
    address = site(reverse("audience:floor", args=[request.frame.key, key, floor.code]))
    drawn = segno.make_qr(address, error="m").svg_inline(scale=6, border=3, light="#fff")
    drawn = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return HttpResponse(drawn, content_type="image/svg+xml")
