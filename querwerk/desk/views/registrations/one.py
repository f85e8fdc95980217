"""One registration: everything about it, and what is decided."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from querwerk.desk.registration_tables import answer_words
from querwerk.desk.views.frame import actor, desk_page, one_time_key, sent
from querwerk.desk.views.registrations.frame import around, registration_for
from querwerk.desk.views.registrations.listing import MOVES, TONES
from querwerk.events.forms.registering import contingent_name
from querwerk.events.models import Registration
from querwerk.events.queries.registrations import agreed_to_photo, place_in_line
from querwerk.events.states import ENDED, RegistrationState
from querwerk.programmes.pages import Request

POSSIBLE: dict[str, tuple[str, ...]] = {
    RegistrationState.UNCONFIRMED: ("cancel",),
    RegistrationState.AWAITING: ("approve", "decline", "place", "cancel"),
    RegistrationState.WAITING: ("place", "decline", "cancel"),
    RegistrationState.OFFERED: ("place", "decline", "cancel"),
    RegistrationState.CONFIRMED: ("decline", "cancel"),
}
"""State → what organisers may decide, the likeliest first."""


@desk_page
def registration_one(request: Request, key: str, number: int) -> HttpResponse:
    """Show a registration; decide."""
    registration = registration_for(request, key, number)
    if request.method == "POST":
        return decide(request, registration)
    state = RegistrationState(registration.state)
    answers = registration.answers.select_related("question").order_by("question__position", "pk")
    context = {
        "registration": registration,
        "state": state.label,
        "tone": TONES[state],
        "place": contingent_name(registration.contingent),
        "line": place_in_line(registration) if state == RegistrationState.WAITING else 0,
        "answers": [(answer.question.label, answer_words(answer.question, answer.value)) for answer in answers],
        "needs": getattr(registration, "needs", None),
        "photo": agreed_to_photo(registration),
        "consents": registration.consents.order_by("pk"),
        "letters": registration.letters.order_by("-pk"),
        "moves": POSSIBLE.get(state, ()),
        "has_ended": state in ENDED,
        "once": one_time_key(),
    }
    return render(request, "desk/registration_one.html", {**around(request, registration.terms), **context})


def decide(request: Request, registration: Registration) -> HttpResponse:
    """Approve, decline, cancel or give a place, with a reason."""
    move = MOVES.get(sent(request, "do"))
    if move is not None:
        if move(registration=registration, by=actor(request), why=sent(request, "why")[:500]):
            messages.success(request, _("Done; a mail says so."))
        else:
            messages.warning(request, _("Nothing is changed: somebody else was faster, or it has ended."))
    return redirect("desk:registration", request.frame.key, registration.terms.event.key, registration.pk)
