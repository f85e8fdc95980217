"""Turns counted records into what the home of a programme shows: figures, questions, the thread in small."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from querwerk.core.models import Link, Node
from querwerk.core.registry import node_url
from querwerk.core.spec import Label, spec_of
from querwerk.core.text import UNSTATED
from querwerk.programmes.models import Partner, Programme
from querwerk.programmes.pages import address
from querwerk.publishing.models import Newsflash

MOST_ANSWERS = 4

LAYERS: tuple[tuple[Label, Label, tuple[str, ...], str], ...] = (
    (_("Question"), _("Questions"), ("question",), ""),
    (_("Pilot"), _("Pilots"), ("pilot",), "pilots:pilot_list"),
    (_("Finding"), _("Findings"), ("finding",), ""),
    (_("Proposal"), _("Proposals"), ("proposal",), "strategy:paper_list"),
    (_("Decision"), _("Decisions"), ("decision",), ""),
    (_("Measure"), _("Measures"), ("measure",), "strategy:paper_list"),
    (_("Uptake"), _("Uptake"), ("uptake",), "evidence:uptake_list"),
)
"""From the first question to what became of it, the order in which the thread is drawn."""

PAGES = {
    "about": "programmes:about",
    "partners": "programmes:partner_list",
    "organisations": "programmes:organisation_list",
    "pilots": "pilots:pilot_list",
    "events": "events:event_list",
    "papers": "strategy:paper_list",
    "uptake": "evidence:uptake_list",
    "thread": "evidence:thread",
    "news": "publishing:news_list",
}


def addresses(programme_key: str) -> dict[str, str]:
    """Return the pages to which the home leads."""
    return {name: address(url_name, programme=programme_key) for name, url_name in PAGES.items()}


def layers(counts: Counter[str], programme_key: str) -> list[dict[str, Any]]:
    """Return each layer of the thread with its number of records."""
    found = []
    for one, many, kinds, url_name in LAYERS:
        number = sum(counts[kind] for kind in kinds)
        label = one if number == 1 else many
        url = address(url_name, programme=programme_key) if url_name and number else ""
        found.append({"label": label, "number": number, "url": url})
    return found


def figures(programme: Programme, counts: Counter[str], partners: Sequence[Partner]) -> list[dict[str, Any]]:
    """Return the numbers of a programme; what is stated wins over what can be counted here."""
    countries = len({partner.country for partner in partners if partner.country})
    return [
        {"label": _("Partners"), "value": programme.partner_count or len(partners) or None},
        {"label": _("Countries"), "value": programme.country_count or countries or None},
        {"label": _("Pilots"), "value": counts["pilot"]},
        {"label": _("Events"), "value": counts["event"]},
        {"label": _("Organisations that took part"), "value": counts["organisation"]},
    ]


def questions(nodes: Iterable[Node], links: Iterable[Link], programme_key: str) -> list[dict[str, Any]]:
    """Return the guiding questions, each with what answers it."""
    answers: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
    for link in links:
        node = link.later
        url = node_url(node, programme_key) if node is not None else ""
        if node is not None and url and len(answers[link.earlier_id]) < MOST_ANSWERS:
            answers[link.earlier_id].append({"kind": spec_of(node.kind).label, "title": node.title, "url": url})
    return [
        {"number": number, "title": node.title, "url": node_url(node, programme_key), "answers": answers[node.pk]}
        for number, node in enumerate(nodes, start=1)
    ]


def originals(newsflash: Newsflash) -> list[tuple[str, str]]:
    """Return language and address of each original, known ones first; no address where one was sought in vain.

    A page in two languages, or stated twice, is listed once.
    """
    found: dict[str, tuple[str, str]] = {}
    for language, url in sorted(
        newsflash.address.items(), key=lambda item: (not item[1], item[0] != UNSTATED, item[0])
    ):
        code = newsflash.language if language == UNSTATED else language
        found.setdefault(url or f"unknown in {code}", (code, url or ""))
    return list(found.values())
