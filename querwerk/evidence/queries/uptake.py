"""Reads of uptake and of the programmes that carried something on."""

from django.db.models import Case, Count, IntegerField, QuerySet, When

from querwerk.core.models import Link
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


def counts_by_grade(space_id: int, *, with_drafts: bool) -> dict[str, int]:
    """Return how many uptakes there are of each grade; 1 query."""
    found = visible(Uptake.objects.filter(space=space_id), with_drafts=with_drafts).order_by("grade")
    return dict(found.values_list("grade").annotate(count=Count("pk")))


def follow_ups(space_id: int, *, with_drafts: bool) -> QuerySet[FollowUp]:
    """Return the programmes that carry something on; 1 query."""
    return visible(FollowUp.objects.filter(space=space_id), with_drafts=with_drafts).select_related("node")


def ends_of(records: list[Uptake], *, with_drafts: bool) -> dict[int, dict[str, Link]]:
    """Return for each uptake the links that it states ("from" and "to"), by its node; 1 query.

    A link to what the reader may not see is left out.
    """
    shown = shown_to(with_drafts=with_drafts)
    found: dict[int, dict[str, Link]] = {record.node_id: {} for record in records}
    links = Link.objects.filter(
        owner__in=list(found), kind__in=(LinkKind.TAKEN_UP_BY, LinkKind.LED_TO), field__in=("from", "to")
    ).select_related("earlier__part_of", "later__part_of")
    for link in links:
        far = link.earlier if link.field == "from" else link.later
        if far is None or far.visibility in shown:
            found[link.owner_id][link.field] = link
    return found


def hosts_of(records: list[FollowUp], *, with_drafts: bool) -> dict[int, list[Link]]:
    """Return for each follow-up programme its organisations with their roles, by its node; 1 query."""
    shown = shown_to(with_drafts=with_drafts)
    found: dict[int, list[Link]] = {record.node_id: [] for record in records}
    links = (
        Link.objects.filter(owner__in=list(found), kind=LinkKind.TOOK_PART, earlier__visibility__in=shown)
        .select_related("earlier__part_of")
        .order_by("pk")
    )
    for link in links:
        found[link.owner_id].append(link)
    return found
