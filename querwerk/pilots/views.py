"""Pages of the pilots."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from querwerk.core import registry
from querwerk.core.lists import Pages, Ties
from querwerk.core.models import Link, Node
from querwerk.core.pictures.queries import lead_pictures
from querwerk.core.states import LinkKind
from querwerk.core.templatetags.ui import fact_value
from querwerk.core.terms import fact_label, term
from querwerk.pilots import queries
from querwerk.pilots.models import Pilot, PilotGap
from querwerk.programmes.pages import Request, programme_page

PER_PAGE = 36
ROLES = ("host", "co_hosts", "cooperation", "partner_orgs", "venue_of_result")


@programme_page
def pilot_list(request: Request) -> HttpResponse:
    """List the pilots by country, with the partners of whom none was found."""
    space_id, with_drafts = request.frame.space_id, request.with_drafts
    missing = queries.gaps(space_id)
    sorts, countries = queries.facets(space_id, with_drafts=with_drafts)
    country, sort = request.GET.get("country", ""), request.GET.get("sort", "")
    asked = (space_id, country or None, sort or None)
    found: Pages[Any] = Pages(
        queries.count.first(*asked, with_drafts=with_drafts),
        lambda start, stop: queries.stretch(*asked, with_drafts=with_drafts, start=start, stop=stop),
        PER_PAGE,
    )
    page = found.get_page(request.GET.get("page"))
    shown_gaps = [] if sort or page.has_next() else [gap for gap in missing if country in ("", country_of(gap))]
    return render(
        request,
        "pilots/pilot_list.html",
        {
            "page": page,
            "groups": by_country(list(page), with_drafts=with_drafts),
            "gaps": shown_gaps,
            "sorts": by_label(sorts),
            "countries": by_label({*countries, *filter(None, map(country_of, missing))}),
            "country": country,
            "sort": sort,
        },
    )


def country_of(gap: PilotGap) -> str:
    """Return the country of a partner without a pilot."""
    return gap.partner.organisation.country


def by_label(words: Any) -> list[tuple[str, str]]:
    """Return words with what the reader calls them, in the reader's order."""
    return sorted(((word, str(term(word))) for word in words), key=lambda pair: pair[1].casefold())


def by_country(found: list[Any], *, with_drafts: bool) -> list[tuple[str, list[dict[str, Any]]]]:
    """Group pilots with their hosts and pictures by country, countries in order of first appearance."""
    hosts = queries.hosts_of(found)
    pictures = lead_pictures([pilot.node_id for pilot in found], with_drafts=with_drafts)
    groups: dict[str, list[dict[str, Any]]] = {}
    for pilot in found:
        country = pilot.country or ""
        groups.setdefault(country, []).append(
            {"pilot": pilot, "host": hosts.get(pilot.node_id), "picture": pictures.get(pilot.node_id)}
        )
    return list(groups.items())


@programme_page
def pilot_detail(request: Request, key: str) -> HttpResponse:
    """Show one pilot with everything known about it."""
    pilot = queries.pilot.first(request.frame.space_id, key, with_drafts=request.with_drafts)
    if pilot is None:
        raise Http404
    workshops = queries.workshops_of(pilot.pk, with_drafts=request.with_drafts)
    findings = queries.findings_of(pilot.pk, with_drafts=request.with_drafts)
    ties = request.ties = Ties(pilot, [*workshops, *findings], with_drafts=request.with_drafts)
    return render(
        request,
        "pilots/pilot_detail.html",
        {
            "pilot": pilot,
            "roles": roles(pilot, ties),
            "figures": figures(pilot),
            "workshops": [(workshop, ties.nodes("partner", by=workshop)) for workshop in workshops],
            "findings": [(finding, supported(ties, finding.node_id)) for finding in findings],
            "follow_up": ties.stated("follow_up"),
            "events": presented_at(ties, pilot.node_id),
            "panels": registry.panels_for(request, pilot),
        },
    )


def roles(pilot: Pilot, ties: Ties) -> list[tuple[str, list[Node], bool]]:
    """Return who took part in which role: label, organisations, whether they are stated to be unknown."""
    rows = [(str(Pilot.SPEC.field(field).label), ties.nodes(field), pilot.is_unknown(field)) for field in ROLES]
    return [row for row in rows if row[1] or row[2]]


def figures(pilot: Pilot) -> dict[str, Any]:
    """Split what is said about participants into numbers, shown big, and the rest; an unknown number is one too."""
    said = pilot.participants
    counted = {key: value for key, value in said.items() if value is None or isinstance(value, int | float)}
    rows = [{"label": fact_label(key), "value": fact_value(value)} for key, value in counted.items()]
    return {"rows": rows, "rest": {key: value for key, value in said.items() if key not in counted}}


def supported(ties: Ties, node_id: int) -> list[Link]:
    """Return the links from a finding to what it led to or supports."""
    return [link for link in ties.thread() if link.earlier_id == node_id and link.later is not None]


def presented_at(ties: Ties, node_id: int) -> list[Node]:
    """Return the events at which the pilot was shown, each once, also where only a point of the agenda names it."""
    shown: dict[int, Node] = {}
    for link in ties.thread():
        if link.kind == LinkKind.PRESENTED_AT and link.earlier_id == node_id and link.later is not None:
            event = link.later.part_of or link.later
            shown[event.pk] = event
    return sorted(shown.values(), key=lambda event: event.dated or "9")
