"""Turns the matches of a search into what its page shows: groups by kind, and each hit with its excerpt."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from querwerk.core.models import Node
from querwerk.core.registry import anchor, node_url
from querwerk.core.spec import Label, spec_of
from querwerk.programmes.pages import Request, page_language
from querwerk.publishing import queries
from querwerk.publishing.search.excerpt import excerpt, title
from querwerk.publishing.search.find import Found, findable_kinds
from querwerk.publishing.search.matching import Match, Scope

FIRST = 5
"""How many of each kind are shown together; the rest has a page per kind."""


@dataclass(slots=True)
class Group:
    """The matches of one kind."""

    kind: str
    label: Label
    matches: list[Match] = field(default_factory=list)

    @property
    def first(self) -> list[Match]:
        """Return the best."""
        return self.matches[:FIRST]

    @property
    def has_more(self) -> bool:
        """Tell whether some are left out."""
        return len(self.matches) > FIRST


@dataclass(frozen=True, slots=True)
class Hit:
    """One match as it is shown. ``language`` and ``text_language`` are empty where they are the page's or not stated."""

    node: Node
    url: str
    title: SafeString
    language: str
    text: SafeString
    text_language: str


def scope(request: Request) -> Scope:
    """Return where a visitor may search."""
    visibilities = tuple(str(one) for one in queries.shown_states(with_drafts=request.with_drafts))
    return Scope(request.frame.space_id, visibilities, findable_kinds(), page_language())


def groups(found: Found, kind: str) -> list[Group]:
    """Group the matches by kind, the kind with the best match first; only one kind where the visitor chose it."""
    by_kind: dict[str, Group] = {}
    for match in found.matches:
        if not kind or match.kind == kind:
            group = by_kind.setdefault(match.kind, Group(match.kind, spec_of(match.kind).label_plural))
            group.matches.append(match)
    return list(by_kind.values())


def hits(request: Request, shown: Sequence[Match], found: Found) -> dict[int, Hit]:
    """Return what is shown of each match; 2 queries, 1 where there are no persons."""
    entries = queries.search_entries([match.node_id for match in shown])
    persons = [match.node_id for match in shown if match.kind == "person"]
    homes = queries.homes_of_persons(persons, with_drafts=request.with_drafts) if persons else {}
    language = page_language()
    made = {}
    for pk, entry in entries.items():
        node = entry.node
        home = homes.get(pk)
        url = f"{node_url(home, request.frame.key)}#{anchor(node)}" if home else node_url(node, request.frame.key)
        named = node.title or (node.part_of.title if node.part_of else node.title)
        passage = named.best(language)
        text, text_language = excerpt(entry.texts, found.terms, language)
        made[pk] = Hit(
            node,
            url,
            title(passage, found.terms),
            passage.language if passage.is_substitute else "",
            text,
            text_language if text_language != language else "",
        )
    return made
