"""What stands about meetings on pages of lower rooms."""

from typing import Any

from django.http import HttpRequest

from querwerk.core.registry import Panel
from querwerk.events.models import Registration, Terms
from querwerk.meetings.queries.people import networking_of
from querwerk.meetings.rules import may_take_part
from querwerk.meetings.states import Phase


def _mine(_request: HttpRequest, registration: Registration) -> dict[str, Any] | None:
    """Lead from a registration to its meetings, as soon as there is something to see."""
    if not may_take_part(state=registration.state, wants_networking=registration.wants_networking):
        return None
    networking = networking_of(registration.terms_id)
    if networking is None or networking.phase == Phase.PREPARING:
        return None
    return {"registration": registration, "networking": networking}


def _at_desk(_request: HttpRequest, terms: Terms) -> dict[str, Any] | None:
    """Lead from the registrations of an event to its meetings, where people were asked whether they want any."""
    return {"event": terms.event} if terms.asks_networking else None


MINE = Panel(frozenset({"registration"}), "meetings/mine_panel.html", _mine)
AT_DESK = Panel(frozenset({"registrations"}), "meetings/desk_panel.html", _at_desk, order=40)
