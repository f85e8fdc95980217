"""Reads of the pilots."""

from django.db.models import QuerySet

from querwerk.core.queries import visible
from querwerk.pilots.models import Finding, Pilot, PilotGap, Workshop


def pilots(space_id: int, *, with_drafts: bool) -> QuerySet[Pilot]:
    """Return the pilots in order of entry; 1 query."""
    return visible(Pilot.objects.filter(space=space_id), with_drafts=with_drafts)


def workshops_of(pilot: Pilot) -> QuerySet[Workshop]:
    """Return a pilot's workshops; 1 query."""
    return visible(Workshop.objects.filter(pilot=pilot), with_drafts=True)


def findings_of(pilot: Pilot) -> QuerySet[Finding]:
    """Return a pilot's findings; 1 query."""
    return visible(Finding.objects.filter(pilot=pilot), with_drafts=True)


def gaps(space_id: int) -> QuerySet[PilotGap]:
    """Return the partners of whom no pilot was found; 1 query."""
    return visible(PilotGap.objects.filter(space=space_id), with_drafts=False).select_related("partner__organisation")
