"""Reads of the programme: its frame for every page, its partners, its roles."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language

from querwerk.core.addresses import host_of
from querwerk.core.models import Link, Space
from querwerk.core.prepared import prepared
from querwerk.core.queries import current_edition, visible
from querwerk.core.states import LinkKind, Visibility
from querwerk.core.text import UNSTATED, Text
from querwerk.programmes.models import Funder, OperatorPage, Output, Partner, Programme, Role, Training, WorkPackage
from querwerk.programmes.rules import STRANGER, Viewer
from querwerk.programmes.states import RoleName

OWNER_FIELDS = ("host", "co_hosts", "co_host", "partner_orgs", "cooperation", "author", "owner")
"""The fields that make a record belong to an organisation."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page of a programme needs, the same for all visitors."""

    programme: Programme
    space: Space
    funder: Funder | None
    pages: tuple[OperatorPage, ...]
    around: dict[str, dict[str, Any]] = field(default_factory=dict, compare=False)
    """What surrounds each page, by language; the pages' room puts it there when it is first asked for."""

    @property
    def key(self) -> str:
        """Return the programme's key, which is also its address."""
        return self.programme.key

    @property
    def space_id(self) -> int:
        """Return the id of the programme's space."""
        return self.space.pk

    def source_name(self, source: str) -> dict[str, str | None] | None:
        """Return what the bundle says about a named source ("seed"), or nothing."""
        meta = (self.programme.meta or {}).get("meta")
        names = meta.get("source_names") if isinstance(meta, dict) else None
        found = names.get(source) if isinstance(names, dict) else None
        return found if isinstance(found, dict) else None

    def source_of(self, source: str) -> tuple[str, str]:
        """Return the name by which a source is shown, and its address; a page elsewhere is named by its host."""
        host = host_of(source)
        if host:
            return host.removeprefix("www."), source
        said = self.source_name(source) or {}
        labels = {code: said.get(f"label_{code}") or said.get(code) for code in ("de", "en")}
        labels |= {UNSTATED: said.get("label")}
        name = Text(labels).best((get_language() or "de").split("-", 1)[0]).words
        url = str(said.get("url") or "")
        return name or source, url if host_of(url) else ""


@lru_cache(maxsize=64)
def frame_of(programme_key: str, edition: int) -> Frame | None:
    """Return a programme's frame as of an edition; 3 queries, none while nothing is written."""
    programme = Programme.objects.filter(key=programme_key).select_related("space", "node").first()
    if programme is None:
        return None
    space = programme.space
    return Frame(
        programme,
        space,
        Funder.objects.filter(space=space, visibility=Visibility.PUBLISHED).first(),
        tuple(visible(OperatorPage.objects.filter(space=space), with_drafts=False)),
    )


def frame_for(programme_key: str) -> Frame:
    """Return the frame, as it is now, of a programme that exists: for mails, which are written outside of any page."""
    frame = frame_of(programme_key, current_edition())
    assert frame is not None
    return frame


def viewer_of(user_id: int | None, name: str, programme: Programme) -> Viewer:
    """Return what an account is in a programme; 1 query, none for strangers."""
    if user_id is None:
        return STRANGER
    roles = list(Role.objects.filter(user=user_id, programme=programme).select_related("organisation"))
    return Viewer(
        user_id,
        name,
        frozenset(RoleName(role.name) for role in roles),
        frozenset(role.organisation.key for role in roles if role.organisation is not None),
    )


def owners_of(node_id: int) -> frozenset[str]:
    """Return the keys of the organisations to which a record belongs; 1 query."""
    return owners_of_each([node_id])[node_id]


def owners_of_each(node_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Return the keys of the organisations to which each of some records belongs, by its node; 1 query."""
    found = Link.objects.filter(
        owner__in=node_ids, kind=LinkKind.TOOK_PART, field__in=OWNER_FIELDS, earlier__kind="organisation"
    )
    keys: dict[int, set[str]] = {node_id: set() for node_id in node_ids}
    for owner, key in found.values_list("owner", "earlier__key"):
        keys[owner].add(key)
    return {node_id: frozenset(of_node) for node_id, of_node in keys.items()}


@prepared
def partners(space_id: int, *, with_drafts: bool) -> QuerySet[Partner]:
    """Return the partners with their organisations, in order; 1 query."""
    return visible(Partner.objects.filter(space=space_id), with_drafts=with_drafts).select_related("organisation__node")


def programmes_public() -> QuerySet[Programme]:
    """Return the programmes that visitors may see."""
    return visible(Programme.objects.all(), with_drafts=False)


@prepared
def partner_of(organisation_id: int, *, with_drafts: bool) -> QuerySet[Partner]:
    """Return what an organisation is in the programme, if it carries it; 1 query."""
    return visible(Partner.objects.filter(organisation=organisation_id), with_drafts=with_drafts)


@prepared
def operator_page(space_id: int, key: str, *, with_drafts: bool) -> QuerySet[OperatorPage]:
    """Return one page of the operator; 1 query."""
    return visible(OperatorPage.objects.filter(space=space_id, key=key), with_drafts=with_drafts).select_related("node")


@prepared
def work_packages_of(programme_id: int, *, with_drafts: bool) -> QuerySet[WorkPackage]:
    """Return the work packages; 1 query."""
    return visible(WorkPackage.objects.filter(programme=programme_id), with_drafts=with_drafts).select_related("node")


@prepared
def outputs_of(programme_id: int, *, with_drafts: bool) -> QuerySet[Output]:
    """Return what the programme promised to produce; 1 query."""
    return visible(Output.objects.filter(programme=programme_id), with_drafts=with_drafts).select_related("node")


@prepared
def trainings_of(programme_id: int, *, with_drafts: bool) -> QuerySet[Training]:
    """Return the trainings; 1 query."""
    return visible(Training.objects.filter(programme=programme_id), with_drafts=with_drafts).select_related("node")
