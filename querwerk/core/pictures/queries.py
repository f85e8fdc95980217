"""Reads of pictures and files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from querwerk.core.models import Link, Node
from querwerk.core.pictures.models import Consent, Download, Picture
from querwerk.core.pictures.rules import Said
from querwerk.core.pictures.states import FOR_THE_PRESS, Withheld
from querwerk.core.prepared import prepared
from querwerk.core.states import LinkKind, Visibility
from querwerk.core.text import Text

LEAD, GALLERY = "picture", "pictures"
"""The fields in which records name their picture and their pictures."""


@prepared
def picture(space_id: int, key: str) -> QuerySet[Picture]:
    """Return a picture with its file, whoever may see it; 1 query."""
    return Picture.objects.filter(space=space_id, key=key).select_related("stored", "space", "node")


@prepared
def picture_by_address(space_key: str, key: str) -> QuerySet[Picture]:
    """Return a picture with its file by what stands in its files' addresses; 1 query."""
    return Picture.objects.filter(space__key=space_key, key=key).select_related("stored", "space")


def _shown(pictures: QuerySet[Picture], *, with_drafts: bool) -> QuerySet[Picture]:
    """Keep what a reader may see; what must not be shown nobody sees."""
    states = [Visibility.PUBLISHED, Visibility.DRAFT] if with_drafts else [Visibility.PUBLISHED]
    found = pictures.filter(visibility__in=states, stored__isnull=False).select_related("stored", "space", "node")
    if with_drafts:
        return found.exclude(withheld=Withheld.WITHDRAWN)
    return found.filter(withheld=Withheld.NOT)


@prepared
def _by_keys(space_id: int, keys: Sequence[str], *, with_drafts: bool) -> QuerySet[Picture]:
    return _shown(Picture.objects.filter(space=space_id, key__in=keys), with_drafts=with_drafts)


def pictures_by_key(space_id: int, keys: Iterable[str], *, with_drafts: bool) -> dict[str, Picture]:
    """Return those of some pictures that a reader may see, by key; 1 query."""
    return {found.key: found for found in _by_keys(space_id, sorted(set(keys)), with_drafts=with_drafts)}


@prepared
def _of_nodes(node_ids: Sequence[int], field: str, *, with_drafts: bool) -> QuerySet[Picture]:
    stated = Picture.objects.filter(node__earlier_links__owner__in=node_ids, node__earlier_links__field=field)
    found = _shown(stated, with_drafts=with_drafts)
    return found.annotate(of_node=F("node__earlier_links__owner"), place=F("node__earlier_links__position")).order_by(
        "of_node", "place"
    )


def lead_pictures(node_ids: Iterable[int], *, with_drafts: bool) -> dict[int, Picture]:
    """Return the picture of each record that has one to show, by the record's node; 1 query."""
    found: Any = _of_nodes(sorted(node_ids), LEAD, with_drafts=with_drafts)
    return {one.of_node: one for one in found}


def gallery_of(node_id: int, *, with_drafts: bool) -> list[Picture]:
    """Return the pictures of a record in its order; 1 query."""
    return _of_nodes([node_id], GALLERY, with_drafts=with_drafts)


def leads_for_some(node_ids: Iterable[int]) -> dict[int, Picture]:
    """Return the picture of each record that is not for everybody, for whom it is: a draft, but none that lacks a consent; 1 query."""
    return {node: one for node, one in lead_pictures(node_ids, with_drafts=True).items() if not one.withheld}


def gallery_for_some(node_id: int) -> list[Picture]:
    """Return the gallery of a record that is not for everybody, for whom it is: drafts, but none that lacks a consent; 1 query."""
    return [one for one in gallery_of(node_id, with_drafts=True) if not one.withheld]


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody in a picture: the name, the affiliation that a record states, and the record."""

    name: str
    node: Node | None = None


def people_in(node_ids: Iterable[int]) -> dict[int, list[Shown]]:
    """Return who is shown in pictures from left to right, by the picture's node; 1 query."""
    found: dict[int, list[Shown]] = {}
    for link in _people_links(sorted(node_ids)):
        node = link.earlier
        name = link.words or (words_of(node.title) if node is not None else "")
        found.setdefault(link.owner_id, []).append(Shown(name, node))
    return found


@prepared
def _people_links(node_ids: Sequence[int]) -> QuerySet[Link]:
    return (
        Link.objects.filter(owner__in=node_ids, field="people", kind=LinkKind.PICTURED_IN)
        .select_related("earlier__part_of")
        .order_by("owner", "position")
    )


def words_of(text: Text) -> str:
    """Return a person's name, which is the same in every language."""
    return next((words for words in text.values() if words), "")


def used_in(node_id: int) -> list[Link]:
    """Return the links by which records show a picture; 1 query."""
    return list(
        Link.objects.filter(later=node_id, kind=LinkKind.PICTURED_IN, field__in=(LEAD, GALLERY))
        .select_related("owner__part_of")
        .order_by("owner__kind", "owner_id", "field")
    )


def consents_of(node_id: int) -> QuerySet[Consent]:
    """Return what those shown in a picture or film have said, in the order of recording; 1 query."""
    return Consent.objects.filter(shown_in=node_id).order_by("pk")


def said_about(node_id: int) -> list[Said]:
    """Return the same for the rule."""
    return [Said(one.name, one.withdrawn_at is not None, tuple(one.uses)) for one in consents_of(node_id)]


@prepared
def press_pictures(space_id: int) -> QuerySet[Picture]:
    """Return the shown pictures whose original anybody may take, newest first; 1 query."""
    pictures = Picture.objects.filter(space=space_id, licence__in=sorted(FOR_THE_PRESS))
    return _shown(pictures, with_drafts=False).order_by("-taken", "-pk")


@prepared
def download_by_address(space_key: str, key: str) -> QuerySet[Download]:
    """Return a document with its file by what stands in its address, whoever may see it; 1 query."""
    return Download.objects.filter(space__key=space_key, key=key).select_related("stored", "space")


@prepared
def _downloads(space_id: int, keys: Sequence[str], *, with_drafts: bool) -> QuerySet[Download]:
    states = [Visibility.PUBLISHED, Visibility.DRAFT] if with_drafts else [Visibility.PUBLISHED]
    found = Download.objects.filter(space=space_id, key__in=keys, visibility__in=states, stored__isnull=False)
    return found.select_related("stored", "space")


def downloads_by_key(space_id: int, keys: Iterable[str], *, with_drafts: bool) -> dict[str, Download]:
    """Return those of some documents that a reader may fetch, by key; 1 query."""
    return {found.key: found for found in _downloads(space_id, sorted(set(keys)), with_drafts=with_drafts)}
