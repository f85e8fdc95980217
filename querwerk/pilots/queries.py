"""Reads of the pilots."""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from querwerk.core.prepared import prepared
from querwerk.core.queries import counted, visible
from querwerk.people.models import Organisation
from querwerk.pilots.models import Finding, Pilot, PilotGap, Workshop


def pilots(space_id: int, *, with_drafts: bool) -> QuerySet[Pilot]:
    """Return the pilots in order of entry; 1 query."""
    return visible(Pilot.objects.filter(space=space_id), with_drafts=with_drafts)


@prepared
def pilot(space_id: int, key: str, *, with_drafts: bool) -> QuerySet[Pilot]:
    """Return one pilot with its node; 1 query."""
    return pilots(space_id, with_drafts=with_drafts).filter(key=key).select_related("node", "space")


@prepared
def first_pilots(space_id: int, *, with_drafts: bool, most: int) -> QuerySet[Pilot]:
    """Return the first pilots with their nodes; 1 query."""
    return pilots(space_id, with_drafts=with_drafts).select_related("node")[:most]


def with_country(found: QuerySet[Pilot]) -> QuerySet[Any]:
    """Add the country of the host as ``country``; empty where it is not known."""
    hosts = Organisation.objects.filter(node__later_links__owner=OuterRef("node"), node__later_links__field="host")
    return found.annotate(country=Subquery(hosts.values("country")[:1]))


def chosen(space_id: int, country: str | None, sort: str | None, *, with_drafts: bool) -> QuerySet[Any]:
    """Return the pilots that a visitor asked for, with the country of the host."""
    found = with_country(pilots(space_id, with_drafts=with_drafts))
    if country is not None:
        found = found.filter(country=country)
    return found if sort is None else found.filter(sort=sort)


@prepared
def stretch(
    space_id: int, country: str | None, sort: str | None, *, with_drafts: bool, start: int, stop: int
) -> QuerySet[Any]:
    """Return some of the chosen pilots; 1 query."""
    return chosen(space_id, country, sort, with_drafts=with_drafts)[start:stop]


@prepared
def count(space_id: int, country: str | None, sort: str | None, *, with_drafts: bool) -> QuerySet[Any, int]:
    """Return how many pilots were chosen, nothing for none; 1 query."""
    return counted(chosen(space_id, country, sort, with_drafts=with_drafts))


def facets(space_id: int, *, with_drafts: bool) -> tuple[list[str], list[str]]:
    """Return the sorts and the countries that occur among the pilots; 1 query."""
    pairs = _sorts_and_countries(space_id, with_drafts=with_drafts)
    return sorted({sort for sort, _country in pairs if sort}), sorted({country for _sort, country in pairs if country})


@prepared
def _sorts_and_countries(space_id: int, *, with_drafts: bool) -> QuerySet[Any, tuple[str, str]]:
    found = with_country(pilots(space_id, with_drafts=with_drafts))
    return found.order_by().values_list("sort", "country").distinct()


def hosts_of(found: Iterable[Pilot]) -> dict[int, Organisation]:
    """Return the host of each pilot by the pilot's node; 1 query."""
    return {host.of_pilot: host for host in _hosts_of([pilot.node_id for pilot in found])}


@prepared
def _hosts_of(node_ids: Iterable[int]) -> QuerySet[Any]:
    hosts = Organisation.objects.filter(node__later_links__owner__in=node_ids, node__later_links__field="host")
    return hosts.annotate(of_pilot=F("node__later_links__owner")).select_related("node")


@prepared
def workshops_of(pilot_id: int, *, with_drafts: bool) -> QuerySet[Workshop]:
    """Return a pilot's workshops with their nodes; 1 query."""
    return visible(Workshop.objects.filter(pilot=pilot_id), with_drafts=with_drafts).select_related("node")


@prepared
def findings_of(pilot_id: int, *, with_drafts: bool) -> QuerySet[Finding]:
    """Return a pilot's findings with their nodes; 1 query."""
    return visible(Finding.objects.filter(pilot=pilot_id), with_drafts=with_drafts).select_related("node")


@prepared
def gaps(space_id: int) -> QuerySet[PilotGap]:
    """Return the partners of whom no pilot was found; 1 query."""
    return visible(PilotGap.objects.filter(space=space_id), with_drafts=False).select_related(
        "node", "partner__organisation__node"
    )
