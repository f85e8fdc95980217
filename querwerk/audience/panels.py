"""What stands about the floor and feedback on pages of lower rooms."""

from typing import Any

from django.http import HttpRequest

from querwerk.audience.actions.feedback import has_answered
from querwerk.audience.models import FeedbackBox, FloorItem
from querwerk.core.registry import Panel
from querwerk.events.models import Registration, Terms
from querwerk.events.states import RegistrationState


def _mine(_request: HttpRequest, registration: Registration) -> dict[str, Any] | None:
    """Lead from a registration to the questions, and to the feedback that it has not given yet."""
    if registration.state != RegistrationState.CONFIRMED:
        return None
    terms = registration.terms
    box = FeedbackBox.objects.filter(terms=terms, is_open=True).first()
    found = {
        "registration": registration,
        "has_floor": FloorItem.objects.filter(floor__event=terms.event_id, is_open=True).exists(),
        "has_feedback": box is not None and not has_answered(box, registration),
    }
    return found if found["has_floor"] or found["has_feedback"] else None


def _at_desk(_request: HttpRequest, terms: Terms) -> dict[str, Any]:
    """Lead from the registrations of an event to what its audience says."""
    return {"event": terms.event}


MINE = Panel(frozenset({"registration"}), "audience/mine_panel.html", _mine, order=20)
AT_DESK = Panel(frozenset({"registrations"}), "audience/desk_panel.html", _at_desk)
