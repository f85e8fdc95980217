"""Turns records of a programme into what its pages list: pins of the map, and who took part in what."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from querwerk.core.lists import Ties
from querwerk.core.models import Link, Node
from querwerk.core.registry import anchor, node_url
from querwerk.core.spec import Label, spec_of
from querwerk.core.states import LinkKind
from querwerk.core.templatetags.ui import plain
from querwerk.core.terms import term
from querwerk.people.queries import persons_by_node
from querwerk.programmes.models import Partner

LEAD_WORDS = ("lead partner", "leitpartner", "federführ")


def is_lead(partner: Partner) -> bool:
    """Tell whether the stated role is the lead of the whole programme."""
    roles = [words.casefold() for words in partner.role.values() if words]
    return any(role.startswith(LEAD_WORDS) for role in roles)


def place_of(partner: Partner) -> str:
    """Return city or region, and country."""
    organisation = partner.organisation
    where = organisation.city or plain(organisation.region)
    country = str(term(partner.country or organisation.country))
    return ", ".join(part for part in (where, country) if part)


def pins(partners: Iterable[Partner], programme_key: str) -> list[dict[str, Any]]:
    """Return a pin for each partner whose place is known to the degree."""
    return [
        {
            "label": plain(partner.organisation.name),
            "lat": partner.organisation.latitude,
            "lon": partner.organisation.longitude,
            "url": node_url(partner.organisation.node, programme_key),
            "is_lead": is_lead(partner),
            "place": place_of(partner),
        }
        for partner in partners
        if partner.organisation.latitude is not None and partner.organisation.longitude is not None
    ]


def described(nodes: Iterable[Node], programme_key: str) -> dict[int, tuple[Any, str]]:
    """Return each person's affiliation as the source states it, and where the person is named with an organisation; 1 query."""
    found = {}
    for person in persons_by_node([node.pk for node in nodes]):
        organisation = person.organisation
        url = f"{node_url(organisation.node, programme_key)}#{anchor(person.node)}" if organisation else ""
        found[person.node_id] = (person.affiliation or (organisation.name if organisation else ""), url)
    return found


@dataclass(slots=True)
class Part:
    """One thing in which somebody took part, with the roles in which they did."""

    node: Node
    roles: list[Label] = field(default_factory=list)


def role_in(link: Link) -> Label:
    """Return the role that a link gives: the label of the field that states it, at whichever end."""
    for node in (link.later, link.earlier):
        if node is not None and node.pk == link.owner_id and link.field != "thread":
            return spec_of(node.kind).field(link.field).label
    return LinkKind(link.kind).label


def took_part(ties: Ties, node_id: int) -> list[tuple[Label, list[Part]]]:
    """Return what a node took part in, grouped by kind and sorted by date; undated things stand last."""
    by_kind: dict[str, dict[int, Part]] = defaultdict(dict)
    for link in ties.links:
        if link.kind != LinkKind.TOOK_PART or link.earlier_id != node_id or link.later is None:
            continue
        part = by_kind[link.later.kind].setdefault(link.later.pk, Part(link.later))
        role = role_in(link)
        if role not in part.roles:
            part.roles.append(role)
    return [
        (spec_of(kind).label_plural, sorted(parts.values(), key=lambda part: part.node.dated or "9999"))
        for kind, parts in by_kind.items()
    ]
