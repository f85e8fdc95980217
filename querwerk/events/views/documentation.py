"""What documents an event, ready to be shown: slides at the points of its agenda, and what was said."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat

from querwerk.core.lists import Ties
from querwerk.core.models import Node
from querwerk.core.pictures.addresses import download_url
from querwerk.core.pictures.downloads import SORTS
from querwerk.core.pictures.models import Download
from querwerk.core.registry import Panel, anchor, node_url
from querwerk.core.templatetags.ui import language_name, plain
from querwerk.events.models import Contribution
from querwerk.events.queries.events import people, said_to
from querwerk.events.queries.schedule import named
from querwerk.programmes.pages import Request

MOST_SAID = 20
"""Questions and remarks on the page of a guiding question; the events have all."""


def slide_links(files: Iterable[Download]) -> list[dict[str, Any]]:
    """Return documents as links that say what is behind them before somebody fetches it."""
    return [
        {"kind": _sort(file), "title": file.title, "url": download_url(file), "has_about": True}
        for file in files
        if file.stored is not None
    ]


def _sort(file: Download) -> str:
    assert file.stored is not None
    said = [str(SORTS[file.stored.suffix].label), filesizeformat(file.stored.size)]
    return ", ".join([*said, language_name(file.language)] if file.language else said)


def said_at(contributions: Sequence[Contribution], ties: Ties, programme_key: str) -> list[dict[str, Any]]:
    """Return what was said with who answered, at which point, and which guiding questions it answers; 1 query at most."""
    nodes = {node.pk: node for row in contributions for node in ties.nodes("people", by=row)}
    answering = {person.node_id: person for person in people(list(nodes.values()))} if nodes else {}
    return [
        {
            "id": anchor(row.node),
            "row": row,
            "item": _linked(ties.nodes("item", by=row), programme_key),
            "people": [
                named(answering[node.pk]) if node.pk in answering else plain(node.title)
                for node in ties.nodes("people", by=row)
            ],
            "questions": _linked(ties.nodes("guiding_questions", by=row), programme_key),
        }
        for row in contributions
    ]


def _linked(nodes: Iterable[Node], programme_key: str) -> list[dict[str, Any]]:
    return [{"title": node.title, "url": node_url(node, programme_key)} for node in nodes]


# --- On the page of a guiding question --------------------------------------------------------------------------------


def _answers(request: HttpRequest, question: Any) -> dict[str, Any] | None:
    """Return what was said at events to a guiding question; 1 query."""
    inside = cast("Request", request)
    links = list(said_to(question.node_id, with_drafts=inside.with_drafts)[:MOST_SAID])
    nodes = [link.later for link in links if link.later is not None]
    rows = [
        {
            "title": node.title,
            "url": node_url(node, inside.frame.key),
            "event": node.part_of.title if node.part_of else "",
        }
        for node in nodes
    ]
    return {"rows": rows} if rows else None


ANSWERS = Panel(frozenset({"question"}), "events/said_panel.html", _answers)
