"""Reads of the pilots."""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from querwerk.core.queries import visible
from querwerk.people.models import Organisation
from querwerk.pilots.models import Finding, Pilot, PilotGap, Workshop


def pilots(space_id: int, *, with_drafts: bool) -> QuerySet[Pilot]:
    """Return the pilots in order of entry; 1 query."""
    return visible(Pilot.objects.filter(space=space_id), with_drafts=with_drafts)


def with_country(found: QuerySet[Pilot]) -> QuerySet[Any]:
    """Add the country of the host as ``country``; empty where it is not known."""
    hosts = Organisation.objects.filter(node__later_links__owner=OuterRef("node"), node__later_links__field="host")
    return found.annotate(country=Subquery(hosts.values("country")[:1]))


def facets(found: QuerySet[Any]) -> tuple[list[str], list[str]]:
    """Return the sorts and the countries that occur among pilots with a country; 1 query."""
    pairs = set(found.order_by().values_list("sort", "country").distinct())
    return sorted({sort for sort, _country in pairs if sort}), sorted({country for _sort, country in pairs if country})


def hosts_of(found: Iterable[Pilot]) -> dict[int, Organisation]:
    """Return the host of each pilot by the pilot's node; 1 query."""
    hosts = (
        Organisation.objects.filter(
            node__later_links__owner__in=[pilot.node_id for pilot in found], node__later_links__field="host"
        )
        .annotate(of_pilot=F("node__later_links__owner"))
        .select_related("node")
    )
    return {host.of_pilot: host for host in hosts}


def workshops_of(pilot: Pilot, *, with_drafts: bool) -> QuerySet[Workshop]:
    """Return a pilot's workshops with their nodes; 1 query."""
    return visible(Workshop.objects.filter(pilot=pilot), with_drafts=with_drafts).select_related("node")


def findings_of(pilot: Pilot, *, with_drafts: bool) -> QuerySet[Finding]:
    """Return a pilot's findings with their nodes; 1 query."""
    return visible(Finding.objects.filter(pilot=pilot), with_drafts=with_drafts).select_related("node")


def gaps(space_id: int) -> QuerySet[PilotGap]:
    """Return the partners of whom no pilot was found; 1 query."""
    return visible(PilotGap.objects.filter(space=space_id), with_drafts=False).select_related(
        "node", "partner__organisation__node"
    )
