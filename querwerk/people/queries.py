"""Reads of organisations and persons."""

from collections.abc import Sequence

from django.db.models import QuerySet

from querwerk.core.prepared import prepared
from querwerk.core.queries import counted, visible
from querwerk.people.models import Organisation, Person


def organisations(
    space_id: int, side: str | None = None, country: str | None = None, *, with_drafts: bool
) -> QuerySet[Organisation]:
    """Return the organisations of a side and a country, in order of entry; 1 query."""
    found = visible(Organisation.objects.filter(space=space_id), with_drafts=with_drafts)
    if side is not None:
        found = found.filter(side=side)
    return found if country is None else found.filter(country=country)


@prepared
def stretch_of_organisations(
    space_id: int, side: str | None, country: str | None, *, with_drafts: bool, start: int, stop: int
) -> QuerySet[Organisation]:
    """Return some of the organisations with their nodes; 1 query."""
    return organisations(space_id, side, country, with_drafts=with_drafts).select_related("node")[start:stop]


@prepared
def number_of_organisations(
    space_id: int, side: str | None, country: str | None, *, with_drafts: bool
) -> QuerySet[Organisation, int]:
    """Return how many organisations there are, nothing for none; 1 query."""
    return counted(organisations(space_id, side, country, with_drafts=with_drafts))


@prepared
def organisation(space_id: int, key: str, *, with_drafts: bool) -> QuerySet[Organisation]:
    """Return one organisation with its node; 1 query."""
    return organisations(space_id, with_drafts=with_drafts).filter(key=key).select_related("node")


@prepared
def countries(space_id: int, *, with_drafts: bool) -> QuerySet[Organisation, str]:
    """Return the countries in which organisations sit, sorted by code; 1 query."""
    known = visible(Organisation.objects.filter(space=space_id), with_drafts=with_drafts).exclude(country="")
    return known.order_by("country").values_list("country", flat=True).distinct()


@prepared
def persons_of(organisation_id: int, *, with_drafts: bool) -> QuerySet[Person]:
    """Return whom a public source names with an organisation; 1 query."""
    people = Person.objects.filter(organisation=organisation_id)
    return visible(people, with_drafts=with_drafts).select_related("node")


@prepared
def persons_by_node(node_ids: Sequence[int]) -> QuerySet[Person]:
    """Return published persons with their nodes and organisations; 1 query."""
    people = visible(Person.objects.filter(node__in=node_ids), with_drafts=False)
    return people.select_related("node", "organisation__node")
