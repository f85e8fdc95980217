"""What stands beside a picture: its words, those in it from left to right, and the record that it is the face of."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from querwerk.core.lists import Ties
from querwerk.core.models import Node, Record
from querwerk.core.pictures.models import Picture
from querwerk.core.pictures.queries import Shown, gallery_for_some, gallery_of, lead_pictures, leads_for_some, people_in
from querwerk.core.registry import node_url

type Description = tuple[Any, str]
"""Affiliation, and the address at which more can be read."""
type Describe = Callable[[Iterable[Node], str], Mapping[int, Description]]

_describers: list[Describe] = []


def register_people(describe: Describe) -> None:
    """Say what is known about persons: the room that has their records does (decision 0003)."""
    _describers.append(describe)


@dataclass(frozen=True, slots=True)
class Plate:
    """A picture with those in it, as a figure shows it."""

    picture: Picture
    people: list[dict[str, Any]]


def plates(pictures: Iterable[Picture], programme_key: str) -> list[Plate]:
    """Return pictures with those in them; 1 query, 2 where somebody has a record."""
    shown = list(pictures)
    people = people_in([picture.node_id for picture in shown]) if shown else {}
    known = described((one.node for row in people.values() for one in row if one.node is not None), programme_key)
    return [
        Plate(picture, [person(one, known, programme_key) for one in people.get(picture.node_id, [])])
        for picture in shown
    ]


def described(nodes: Iterable[Node], programme_key: str) -> dict[int, Description]:
    """Return what is known about persons, by node; 1 query, none for nobody."""
    people = {node.pk: node for node in nodes}
    known: dict[int, Description] = {}
    for describe in _describers if people else ():
        known |= describe(people.values(), programme_key)
    return known


def person(shown: Shown, known: Mapping[int, Description], programme_key: str) -> dict[str, Any]:
    """Return somebody in a picture for the primitive."""
    if shown.node is None:
        return {"name": shown.name, "affiliation": "", "url": ""}
    affiliation, url = known.get(shown.node.pk, ("", ""))
    return {"name": shown.name, "affiliation": affiliation, "url": url or node_url(shown.node, programme_key)}


def face_of(request: Any, record: Record) -> Picture | None:
    """Return a record's picture; no query where the page has loaded its links and none leads to one."""
    with_drafts = bool(getattr(request, "with_drafts", False))
    if getattr(request, "album_of", None) == record.node_id and not with_drafts:
        return leads_for_some([record.node_id]).get(record.node_id)
    ties: Ties | None = getattr(request, "ties", None)
    if ties is not None and ties.node_id == record.node_id and not ties.nodes("picture"):
        return None
    return lead_pictures([record.node_id], with_drafts=with_drafts).get(record.node_id)


def pictures_of(request: Any, record: Record) -> list[Picture]:
    """Return a record's gallery; no query where the page has loaded its links and none leads to one."""
    with_drafts = bool(getattr(request, "with_drafts", False))
    if getattr(request, "album_of", None) == record.node_id and not with_drafts:
        return gallery_for_some(record.node_id)
    ties: Ties | None = getattr(request, "ties", None)
    if ties is not None and ties.node_id == record.node_id and not ties.nodes("pictures"):
        return []
    return gallery_of(record.node_id, with_drafts=with_drafts)
