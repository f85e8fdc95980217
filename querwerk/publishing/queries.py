"""Reads of the public site: newsflashes, films, and what the home of a programme shows."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import BigIntegerField, Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber

from querwerk.core.models import Link, Node
from querwerk.core.pictures.queries import LEAD, Shown, words_of
from querwerk.core.pictures.showing import described, person
from querwerk.core.pictures.states import Withheld
from querwerk.core.prepared import prepared
from querwerk.core.queries import counted, visible
from querwerk.core.states import LinkKind, Visibility
from querwerk.people.models import Person
from querwerk.publishing.models import Film, Newsflash, SearchEntry


def shown_states(*, with_drafts: bool) -> list[Visibility]:
    """Return which records a reader may see."""
    return [Visibility.PUBLISHED, Visibility.DRAFT] if with_drafts else [Visibility.PUBLISHED]


def newsflashes(space_id: int, *, with_drafts: bool) -> QuerySet[Newsflash]:
    """Return the newsflashes, newest number first; 1 query."""
    found = visible(Newsflash.objects.filter(space=space_id), with_drafts=with_drafts)
    return found.select_related("node").order_by("-position", "-pk")


@prepared
def stretch_of_news(space_id: int, *, with_drafts: bool, start: int, stop: int) -> QuerySet[Newsflash]:
    """Return some of the newsflashes; 1 query."""
    return newsflashes(space_id, with_drafts=with_drafts)[start:stop]


@prepared
def number_of_news(space_id: int, *, with_drafts: bool) -> QuerySet[Newsflash, int]:
    """Return how many newsflashes there are, nothing for none; 1 query."""
    return counted(newsflashes(space_id, with_drafts=with_drafts))


@prepared
def newsflash(space_id: int, key: str, *, with_drafts: bool) -> QuerySet[Newsflash]:
    """Return one newsflash; 1 query."""
    return newsflashes(space_id, with_drafts=with_drafts).filter(key=key)


@prepared
def news_about(node_id: int, *, with_drafts: bool) -> QuerySet[Newsflash]:
    """Return the newsflashes that report on a record; 1 query."""
    links = Link.objects.filter(earlier=node_id, kind=LinkKind.DOCUMENTED_BY).values("later")
    found = visible(Newsflash.objects.filter(node__in=links), with_drafts=with_drafts)
    return found.select_related("node").order_by("-position", "-pk")


def authors_of(node_ids: Iterable[int], programme_key: str) -> dict[int, dict[str, Any]]:
    """Return the authors of newsflashes whom everybody may know, by the newsflash's node; 1 query, 2 where one has a record.

    Each is a mapping: name, affiliation, url (empty where nothing is known).
    """
    found = {link.owner_id: Shown(link.words or name_of(link), link.earlier) for link in _authors(sorted(node_ids))}
    known = described((one.node for one in found.values() if one.node is not None), programme_key)
    return {owner: person(one, known, programme_key) for owner, one in found.items()}


def name_of(link: Link) -> str:
    """Return the name of the person from whom a link leads."""
    return words_of(link.earlier.title) if link.earlier is not None else ""


@prepared
def _authors(node_ids: Sequence[int]) -> QuerySet[Link]:
    public = Q(earlier=None) | Q(earlier__visibility=Visibility.PUBLISHED)
    return Link.objects.filter(public, owner__in=node_ids, field="author").select_related("earlier__part_of")


@prepared
def films_of(node_id: int, *, with_drafts: bool) -> QuerySet[Film]:
    """Return the films that show a record, and whether they name a poster (``has_poster``); 1 query."""
    links = Link.objects.filter(earlier=node_id, kind=LinkKind.DOCUMENTED_BY).values("later")
    named = Exists(Link.objects.filter(owner=OuterRef("node"), field=LEAD))
    return shown_films(Film.objects.filter(node__in=links), with_drafts=with_drafts).annotate(has_poster=named)


def shown_films(films: QuerySet[Film], *, with_drafts: bool) -> QuerySet[Film]:
    """Keep the films that a reader may see; what somebody in it has withdrawn nobody sees."""
    found = visible(films, with_drafts=with_drafts)
    return found.exclude(withheld=Withheld.WITHDRAWN) if with_drafts else found.filter(withheld=Withheld.NOT)


@prepared
def _films(space_id: int, keys: Sequence[str], *, with_drafts: bool) -> QuerySet[Film]:
    return shown_films(Film.objects.filter(space=space_id, key__in=keys), with_drafts=with_drafts)


def films_by_key(space_id: int, keys: Collection[str], *, with_drafts: bool) -> dict[str, Film]:
    """Return those of some films that a reader may see, by key; 1 query."""
    return {film.key: film for film in _films(space_id, sorted(keys), with_drafts=with_drafts)}


def counts(space_id: int, *, with_drafts: bool) -> Counter[str]:
    """Return how many records of each kind there are; 1 query."""
    return Counter(dict(_counts(space_id, with_drafts=with_drafts)))


@prepared
def _counts(space_id: int, *, with_drafts: bool) -> QuerySet[Node, tuple[str, int]]:
    found = Node.objects.filter(space=space_id, visibility__in=shown_states(with_drafts=with_drafts))
    return found.values_list("kind").annotate(Count("pk")).order_by()


def newest(space_id: int, *, with_drafts: bool, most: int) -> dict[str, list[Node]]:
    """Return the newest events and newsflashes, and the guiding questions in their order; 1 query.

    Events are sorted by date, newsflashes by the order of their numbers, which is also known where the date is not.
    """
    by_kind: dict[str, list[Node]] = defaultdict(list)
    for node in _newest(space_id, with_drafts=with_drafts, most=most):
        by_kind[node.kind].append(node)
    return by_kind


@prepared
def _newest(space_id: int, *, with_drafts: bool, most: int) -> QuerySet[Node]:
    last = Window(
        RowNumber(),
        partition_by=F("kind"),
        order_by=[
            Case(When(kind="event", then=F("dated")), default=Value("")).desc(),
            Case(When(kind="question", then=-F("pk")), default=F("pk"), output_field=BigIntegerField()).desc(),
        ],
    )
    found = Node.objects.filter(
        space=space_id,
        kind__in=("event", "newsflash", "question"),
        visibility__in=shown_states(with_drafts=with_drafts),
    )
    return found.annotate(place=last).filter(place__lte=most).order_by("kind", "place")


@prepared
def answers(space_id: int, *, with_drafts: bool, most: int) -> QuerySet[Link]:
    """Return the links from guiding questions to what answers them; 1 query."""
    shown = shown_states(with_drafts=with_drafts)
    found = Link.objects.filter(
        space=space_id, kind=LinkKind.ANSWERED_BY, earlier__kind="question", later__visibility__in=shown
    )
    return found.select_related("later__part_of").order_by("pk")[:most]


def shared_node(space_id: int, kind: str, key: str, *, with_drafts: bool) -> Node | None:
    """Return what a page is about, if the reader may see it; 1 query."""
    shown = shown_states(with_drafts=with_drafts)
    return Node.objects.filter(space=space_id, kind=kind, key=key, visibility__in=shown).first()


def public_nodes(space_ids: list[int], kinds: frozenset[str]) -> QuerySet[Node]:
    """Return what visitors may see of some kinds; 1 query."""
    found = Node.objects.filter(space__in=space_ids, kind__in=kinds, visibility=Visibility.PUBLISHED)
    return found.only("space_id", "kind", "key").order_by("space_id", "kind", "pk")


def search_entries(node_ids: list[int]) -> dict[int, SearchEntry]:
    """Return the search's entries with their nodes; 1 query."""
    return {entry.pk: entry for entry in _search_entries(node_ids)}


@prepared
def _search_entries(node_ids: list[int]) -> QuerySet[SearchEntry]:
    found = SearchEntry.objects.filter(pk__in=node_ids).select_related("node__part_of__part_of")
    return found.only("texts", "node")


def homes_of_persons(node_ids: list[int], *, with_drafts: bool) -> dict[int, Node]:
    """Return the organisations on whose pages persons stand, because they have no page of their own; 1 query."""
    shown = shown_states(with_drafts=with_drafts)
    found = Person.objects.filter(node__in=node_ids, organisation__visibility__in=shown)
    people = found.select_related("organisation__node")
    return {person.node_id: person.organisation.node for person in people if person.organisation is not None}
