"""Reads of organisations and persons."""

from django.db.models import QuerySet

from querwerk.core.queries import visible
from querwerk.people.models import Organisation, Person


def organisations(space_id: int, *, with_drafts: bool, side: str = "", country: str = "") -> QuerySet[Organisation]:
    """Return the organisations of a side and a country, in order of entry; 1 query."""
    found = visible(Organisation.objects.filter(space=space_id), with_drafts=with_drafts)
    if side:
        found = found.filter(side=side)
    if country:
        found = found.filter(country=country)
    return found


def countries(space_id: int, *, with_drafts: bool) -> list[str]:
    """Return the countries in which organisations sit, sorted by code; 1 query."""
    known = visible(Organisation.objects.filter(space=space_id), with_drafts=with_drafts).exclude(country="")
    return list(known.order_by("country").values_list("country", flat=True).distinct())


def persons_of(organisation: Organisation, *, with_drafts: bool) -> QuerySet[Person]:
    """Return whom a public source names with an organisation; 1 query."""
    people = Person.objects.filter(organisation=organisation)
    return visible(people, with_drafts=with_drafts).select_related("node")
