"""Reads of uptake and of the programmes that carried something on."""

from collections.abc import Iterable

from django.db.models import Case, Count, IntegerField, QuerySet, When

from querwerk.core.models import Link
from querwerk.core.prepared import prepared
from querwerk.core.queries import visible
from querwerk.core.states import LinkKind
from querwerk.evidence.models import FollowUp, Uptake
from querwerk.evidence.queries.strands import shown_to
from querwerk.evidence.states import Grade


def uptakes(space_id: int, *, with_drafts: bool) -> QuerySet[Uptake]:
    """Return what came of the programme, best proved first, then in order of entry; 1 query."""
    found = visible(Uptake.objects.filter(space=space_id), with_drafts=with_drafts).select_related("node")
    rank = Case(*(When(grade=grade, then=number) for number, grade in enumerate(Grade)), output_field=IntegerField())
    return found.order_by(rank, "position", "pk")


@prepared
def stretch_of_uptakes(space_id: int, *, with_drafts: bool, start: int, stop: int) -> QuerySet[Uptake]:
    """Return some of the uptakes; 1 query."""
    return uptakes(space_id, with_drafts=with_drafts)[start:stop]


def counts_by_grade(space_id: int, *, with_drafts: bool) -> dict[str, int]:
    """Return how many uptakes there are of each grade; 1 query."""
    return dict(_counts_by_grade(space_id, with_drafts=with_drafts))


@prepared
def _counts_by_grade(space_id: int, *, with_drafts: bool) -> QuerySet[Uptake, tuple[str, int]]:
    found = visible(Uptake.objects.filter(space=space_id), with_drafts=with_drafts).order_by("grade")
    return found.values_list("grade").annotate(count=Count("pk"))


@prepared
def follow_ups(space_id: int, *, with_drafts: bool, most: int) -> QuerySet[FollowUp]:
    """Return the first programmes that carry something on; 1 query."""
    found = visible(FollowUp.objects.filter(space=space_id), with_drafts=with_drafts)
    return found.select_related("node")[:most]


def ends_of(records: list[Uptake], *, with_drafts: bool) -> dict[int, dict[str, Link]]:
    """Return for each uptake the links that it states ("from" and "to"), by its node; 1 query.

    A link to what the reader may not see is left out.
    """
    shown = shown_to(with_drafts=with_drafts)
    found: dict[int, dict[str, Link]] = {record.node_id: {} for record in records}
    for link in _ends_of(found):
        far = link.earlier if link.field == "from" else link.later
        if far is None or far.visibility in shown:
            found[link.owner_id][link.field] = link
    return found


@prepared
def _ends_of(node_ids: Iterable[int]) -> QuerySet[Link]:
    links = Link.objects.filter(
        owner__in=node_ids, kind__in=(LinkKind.TAKEN_UP_BY, LinkKind.LED_TO), field__in=("from", "to")
    )
    return links.select_related("earlier__part_of", "later__part_of")


def hosts_of(records: list[FollowUp], *, with_drafts: bool) -> dict[int, list[Link]]:
    """Return for each follow-up programme its organisations with their roles, by its node; 1 query."""
    found: dict[int, list[Link]] = {record.node_id: [] for record in records}
    for link in _hosts_of(found, with_drafts=with_drafts):
        found[link.owner_id].append(link)
    return found


@prepared
def _hosts_of(node_ids: Iterable[int], *, with_drafts: bool) -> QuerySet[Link]:
    shown = shown_to(with_drafts=with_drafts)
    links = Link.objects.filter(owner__in=node_ids, kind=LinkKind.TOOK_PART, earlier__visibility__in=shown)
    return links.select_related("earlier__part_of").order_by("pk")
