"""The thread for other programs: CSV and W3C PROV-JSON. The mapping is explained in docs/reference/thread.md."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import override

from querwerk.core.addresses import host_of
from querwerk.core.registry import node_url
from querwerk.core.states import LinkKind
from querwerk.core.text import UNSTATED, Text
from querwerk.evidence.queries.attributions import Attribution
from querwerk.evidence.queries.web import Edge, Knot, Web
from querwerk.evidence.states import HAS_PART, PART_OF, WORDS
from querwerk.evidence.views.wording import knot_title
from querwerk.programmes.queries import Frame

COLUMNS = (
    "from_kind", "from_key", "from_title", "kind", "to_kind", "to_key", "to_title", "date", "author", "source", "grade",
)  # fmt: skip
BYTE_ORDER_MARK = "\ufeff"
"""Without it, spreadsheets read UTF-8 as something else and spoil every umlaut."""
FORMULA = re.compile(r"\s*[=+\-@\t\r]")
ACTIVITIES = frozenset({"pilot", "event", "uptake", "programme"})
AGENTS = frozenset({"organisation", "person", "profile"})
XSD_DATES = {4: "xsd:gYear", 7: "xsd:gYearMonth", 10: "xsd:date"}


def guarded(value: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{value}" if FORMULA.match(value) else value


def as_csv(web: Web) -> str:
    """Return one line per tie; RFC 4180, with a byte order mark."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for edge in web.edges:
        earlier, later = web.knots[edge.earlier], web.knots[edge.later]
        cells = (*_named(earlier), edge.kind, *_named(later), edge.dated, edge.author, edge.source, edge.grade)
        writer.writerow([guarded(cell) for cell in cells])
    return out.getvalue()


def _named(knot: Knot) -> tuple[str, str, str]:
    return knot.kind, "" if knot.kind == WORDS else knot.key, knot_title(knot)


class Prov:
    """Collects the statements of a PROV-JSON document."""

    def __init__(self, frame: Frame, origin: str) -> None:
        """Start a document whose names are addresses of this site."""
        self.frame = frame
        with override(settings.LANGUAGE_CODE):
            self.base = reverse("evidence:thread", kwargs={"programme": frame.key}).removesuffix("thread/")
        self.statements: dict[str, dict[str, Any]] = defaultdict(dict)
        self.document: dict[str, Any] = {
            "prefix": {
                frame.key: f"{origin}{self.base}",
                "qw": f"{origin}/ns#",
                "xsd": "http://www.w3.org/2001/XMLSchema#",
            }
        }

    def name(self, knot: Any) -> str:
        """Return the name of a record: its address, shortened by the site's prefix; the same in every language."""
        address = "" if knot.kind == WORDS else node_url(knot, self.frame.key)
        if not address.startswith(self.base):
            words = slugify(str(knot.title))[:60] if knot.kind == WORDS else knot.key
            address = f"{self.base}thread/#{knot.kind}-{words}"
        return f"{self.frame.key}:{address.removeprefix(self.base)}"

    def element(self, knot: Any) -> str:
        """State a record, once; return its name."""
        name = self.name(knot)
        section = "agent" if knot.kind in AGENTS else "activity" if knot.kind in ACTIVITIES else "entity"
        stated: dict[str, Any] = {
            "prov:type": {"$": f"qw:{knot.kind}", "type": "prov:QUALIFIED_NAME"},
            "prov:label": labels(knot.title),
        }
        if getattr(knot, "dated", ""):
            stated["qw:date"] = dated(knot.dated)
        if getattr(knot, "state", "") and knot.kind in ("uptake", "decision"):
            stated["qw:grade" if knot.kind == "uptake" else "qw:outcome"] = knot.state
        self.statements[section][name] = stated
        return name

    def relate(self, relation: str, ends: Mapping[str, str], details: Mapping[str, Any]) -> None:
        """State a relation."""
        known = self.statements[relation]
        known[f"_:{relation}{len(known) + 1}"] = {**ends, **details}

    def finished(self) -> dict[str, Any]:
        """Return the document."""
        return self.document | dict(self.statements)


def labels(title: Text) -> list[dict[str, str]]:
    """Return a title in each of its languages."""
    return [
        {"$": words} if language == UNSTATED else {"$": words, "lang": language}
        for language, words in title.items()
        if words
    ]


def dated(value: str) -> dict[str, str]:
    """Return a partial date with its type."""
    return {"$": value, "type": XSD_DATES[len(value)]}


def details_of(edge: Edge) -> dict[str, Any]:
    """Return what is known of a tie beside its ends."""
    details: dict[str, Any] = {"prov:type": {"$": f"qw:{edge.kind}", "type": "prov:QUALIFIED_NAME"}}
    if edge.dated:
        details["qw:date"] = dated(edge.dated)
    if edge.author:
        details["qw:author"] = edge.author
    if edge.source:
        details["qw:source"] = {"$": edge.source, "type": "xsd:anyURI"} if host_of(edge.source) else edge.source
    if edge.grade:
        details["qw:grade"] = edge.grade
    if edge.note:
        details["qw:note"] = labels(edge.note)
    return details


def as_prov(web: Web, agents: Iterable[Attribution], frame: Frame, origin: str) -> dict[str, Any]:
    """Return the thread as a PROV-JSON document."""
    prov = Prov(frame, origin)
    with override(settings.LANGUAGE_CODE):
        tied = {end for edge in web.edges for end in (edge.earlier, edge.later)}
        names = {number: prov.element(web.knots[number]) for number in tied}
        for edge in web.edges:
            _relate(prov, edge, web.knots[edge.earlier], web.knots[edge.later], names)
        for agent in agents:
            if agent.record in names:
                name = prov.element(Knot(0, agent.kind, agent.key, agent.title))
                is_activity = web.knots[agent.record].kind in ACTIVITIES
                relation, end = ("wasAssociatedWith", "activity") if is_activity else ("wasAttributedTo", "entity")
                prov.relate(relation, {f"prov:{end}": names[agent.record], "prov:agent": name}, {"qw:role": agent.role})
    return prov.finished()


def _relate(prov: Prov, edge: Edge, earlier: Knot, later: Knot, names: Mapping[int, str]) -> None:
    """State a tie with the relation that PROV has for ends of these sorts."""
    one, two = names[edge.earlier], names[edge.later]
    details = details_of(edge)
    sorts = sort_of(earlier), sort_of(later)
    if edge.kind == PART_OF or (edge.kind == HAS_PART and sorts[0] == "entity"):
        ends = (two, one) if edge.kind == PART_OF else (one, two)
        prov.relate("hadMember", {"prov:collection": ends[0], "prov:entity": ends[1]}, {})
    elif edge.kind == LinkKind.DOCUMENTED_BY or sorts[1] == "agent":
        prov.relate("wasInfluencedBy", {"prov:influencee": two, "prov:influencer": one}, details)
    elif sorts[0] == "agent":
        relation, end = ("wasAssociatedWith", "activity") if sorts[1] == "activity" else ("wasAttributedTo", "entity")
        prov.relate(relation, {f"prov:{end}": two, "prov:agent": one}, details)
    elif sorts == ("entity", "entity"):
        prov.relate("wasDerivedFrom", {"prov:generatedEntity": two, "prov:usedEntity": one}, details)
    elif sorts == ("activity", "entity"):
        prov.relate("wasGeneratedBy", {"prov:entity": two, "prov:activity": one}, details)
    elif sorts == ("entity", "activity"):
        prov.relate("used", {"prov:activity": two, "prov:entity": one}, details)
    else:
        prov.relate("wasInformedBy", {"prov:informed": two, "prov:informant": one}, details)


def sort_of(knot: Knot) -> str:
    """Return what PROV takes a record for."""
    return "agent" if knot.kind in AGENTS else "activity" if knot.kind in ACTIVITIES else "entity"
