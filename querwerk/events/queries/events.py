"""Reads of the events."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Window
from django.db.models.functions import RowNumber

from querwerk.core.lists import Ties
from querwerk.core.models import Link, Node
from querwerk.core.pictures.models import Download
from querwerk.core.pictures.queries import downloads_by_key
from querwerk.core.prepared import prepared
from querwerk.core.prose.queries import has_public_text
from querwerk.core.queries import visible
from querwerk.core.states import LinkKind, Visibility
from querwerk.events.models import AgendaItem, Contribution, Event, Terms
from querwerk.people.models import Person
from querwerk.programmes.models import WebLink

type Dated = tuple[int, str, str]
"""An event's id, its date and its last day."""


def events(space_id: int, *, with_drafts: bool) -> QuerySet[Event]:
    """Return the events in order of entry; 1 query."""
    return visible(Event.objects.filter(space=space_id), with_drafts=with_drafts)


@prepared
def event(space_id: int, key: str, *, with_drafts: bool) -> QuerySet[Event]:
    """Return one event with its node, and what else it has (``has_text``: a report, ``has_terms``, ``has_contributions``); 1 query."""
    found = events(space_id, with_drafts=with_drafts).filter(key=key).select_related("node", "space")
    return found.annotate(
        has_text=has_public_text("report"),
        has_terms=Exists(Terms.objects.filter(event=OuterRef("pk"))),
        has_contributions=Exists(Contribution.objects.filter(event=OuterRef("pk"))),
    )


@prepared
def _days(space_id: int, *, with_drafts: bool) -> QuerySet[Event, Dated]:
    return events(space_id, with_drafts=with_drafts).values_list("pk", "date", "end")


def in_order(space_id: int, today: str, *, with_drafts: bool) -> tuple[list[int], list[int]]:
    """Return the ids of upcoming events, next one first, and of past ones, latest first; 1 query."""
    upcoming: list[tuple[str, int, int]] = []
    past: list[tuple[str, int, int]] = []
    for _date, last, number, pk in sorted(placed(_days(space_id, with_drafts=with_drafts))):
        (upcoming if last >= today[: len(last)] and last else past).append((_date, number, pk))
    return [pk for *_order, pk in upcoming], [pk for *_order, pk in reversed(past)]


def placed(rows: Sequence[Dated]) -> list[tuple[str, str, int, int]]:
    """Give each event a date to sort by: its own, else that of the event entered before it, else of the one after."""
    known = next((date for _pk, date, _end in rows if date), "")
    places = []
    for number, (pk, date, end) in enumerate(rows):
        known = date or known
        places.append((known, end or known, number, pk))
    return places


def by_id(ids: Sequence[int]) -> list[Event]:
    """Return events in the order of ``ids``; 1 query."""
    rows = {event.pk: event for event in _by_id(ids)}
    return [rows[pk] for pk in ids if pk in rows]


@prepared
def _by_id(ids: Sequence[int]) -> QuerySet[Event]:
    return Event.objects.filter(pk__in=ids)


def hosts_of(found: Iterable[Event]) -> dict[int, Node]:
    """Return the host of each event by the event's node; 1 query."""
    return {host.of_event: host for host in _hosts_of([event.node_id for event in found])}


@prepared
def _hosts_of(node_ids: Iterable[int]) -> QuerySet[Any]:
    hosts = Node.objects.filter(later_links__owner__in=node_ids, later_links__field="host")
    return hosts.annotate(of_event=F("later_links__owner"))


@prepared
def agenda_of(event_id: int, *, with_drafts: bool) -> QuerySet[AgendaItem]:
    """Return the points of an event's agenda with their nodes; 1 query."""
    return visible(AgendaItem.objects.filter(event=event_id), with_drafts=with_drafts).select_related("node")


@prepared
def contributions_to(event_id: int, *, with_drafts: bool) -> QuerySet[Contribution]:
    """Return what was said at an event that is kept, with their nodes; 1 query."""
    found = visible(Contribution.objects.filter(event=event_id), with_drafts=with_drafts)
    return found.select_related("node").order_by("position", "pk")


@prepared
def said_to(question_id: int, *, with_drafts: bool) -> QuerySet[Link]:
    """Return the links from a guiding question, by its node, to what was said at events and answers it; 1 query."""
    shown = [Visibility.PUBLISHED, Visibility.DRAFT] if with_drafts else [Visibility.PUBLISHED]
    links = Link.objects.filter(earlier=question_id, kind=LinkKind.ANSWERED_BY, later__kind="contribution")
    return links.filter(later__visibility__in=shown).select_related("later__part_of").order_by("dated", "pk")


def slides_of(
    items: Iterable[AgendaItem], ties: Ties, space_id: int, *, with_drafts: bool
) -> dict[int, list[Download]]:
    """Return the documents that were shown at each point of an agenda, by the item's number; 1 query, none where there are none."""
    keys = {item.pk: [node.key for node in ties.nodes("slides", by=item)] for item in items}
    wanted = {key for listed in keys.values() for key in listed}
    found = downloads_by_key(space_id, wanted, with_drafts=with_drafts) if wanted else {}
    return {pk: [found[key] for key in listed if key in found] for pk, listed in keys.items()}


def answers_to(questions: Iterable[Node], *, with_drafts: bool, most: int) -> dict[int, list[Link]]:
    """Return the links from each question to what answers it, by the question's id, at most so many of each; 1 query."""
    by_question: dict[int, list[Link]] = defaultdict(list)
    for link in _answers_to([question.pk for question in questions], with_drafts=with_drafts, most=most):
        assert link.earlier_id is not None
        by_question[link.earlier_id].append(link)
    return by_question


@prepared
def _answers_to(node_ids: Iterable[int], *, with_drafts: bool, most: int) -> QuerySet[Link]:
    shown = [Visibility.PUBLISHED, Visibility.DRAFT] if with_drafts else [Visibility.PUBLISHED]
    links = Link.objects.filter(earlier__in=node_ids, kind=LinkKind.ANSWERED_BY, later__visibility__in=shown)
    place = Window(RowNumber(), partition_by=F("earlier"), order_by=[F("dated").asc(), F("pk").asc()])
    return links.annotate(place=place).filter(place__lte=most).select_related("later__part_of").order_by("dated", "pk")


def people(nodes: Sequence[Node]) -> list[Person]:
    """Return the persons behind nodes with their organisations, in the order given; 1 query."""
    by_node = {person.node_id: person for person in _people([node.pk for node in nodes])}
    return [by_node[node.pk] for node in nodes if node.pk in by_node]


@prepared
def _people(node_ids: Iterable[int]) -> QuerySet[Person]:
    return Person.objects.filter(node__in=node_ids).select_related("organisation__node")


@prepared
def web_links(node_id: int) -> QuerySet[WebLink]:
    """Return the pages elsewhere that belong to an event, by its node; 1 query."""
    found = WebLink.objects.filter(node__earlier_links__earlier=node_id).distinct()
    return visible(found, with_drafts=False)
