"""What the pages about registrations share: the event, its terms, and where one is."""

from typing import Any

from django.http import Http404
from django.utils import timezone

from querwerk.core import registry
from querwerk.desk.queries import owners
from querwerk.desk.views.frame import record_or_404, require, surrounding
from querwerk.events import rules
from querwerk.events.models import Event, Registration, Terms
from querwerk.events.queries.registrations import registration_by_number, terms_of
from querwerk.programmes.pages import Request

CURRENT = "desk:registration_events"


def event_or_404(request: Request, key: str) -> Event:
    """Return an event that the viewer may see at the desk."""
    event = record_or_404(request, "event", key)
    assert isinstance(event, Event)
    return event


def terms_for(request: Request, key: str, *, numbers_only: bool = False) -> Terms:
    """Return the terms of an event whose registrations the viewer may see, or only count."""
    event = event_or_404(request, key)
    may = rules.may_see_numbers if numbers_only else rules.may_see_registrations
    require(may(request.viewer, owners=owners(event)))
    terms = terms_of.first(event.pk)
    if terms is None:
        raise Http404
    terms.event = event
    return terms


def registration_for(request: Request, key: str, number: int) -> Registration:
    """Return a registration that the viewer may see."""
    terms = terms_for(request, key)
    found = registration_by_number(terms.event_id, number)
    if found is None or found.forgotten_at is not None:
        raise Http404
    return found


def around(request: Request, terms: Terms) -> dict[str, Any]:
    """Return what surrounds every page about the registrations of an event."""
    return {
        **surrounding(request, CURRENT),
        "event": terms.event,
        "terms": terms,
        "may_handle": rules.may_see_registrations(request.viewer, owners=owners(terms.event)),
        "may_export": rules.may_export(request.viewer),
        "may_see_needs": rules.may_see_needs(request.viewer),
        "today": timezone.localdate(),
        "here": request.resolver_match.url_name if request.resolver_match is not None else "",
        "further": registry.panels_for(request, terms, "registrations"),
    }
