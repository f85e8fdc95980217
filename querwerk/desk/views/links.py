"""The thread tied by hand: what a record rests on and what came of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from querwerk.core.actions import LinkStatement, add_link, remove_link
from querwerk.core.models import Node, Record
from querwerk.core.registry import node_url
from querwerk.core.spec import Date, Parsed, Problems, Source, Texts, spec_of
from querwerk.core.states import ASIDE, LinkKind
from querwerk.core.text import Text
from querwerk.desk.queries import SpaceOptions, parts_of, shorten, thread_at, title_of
from querwerk.desk.views.frame import (
    actor,
    address,
    attempt,
    desk_page,
    one_time_key,
    record_or_404,
    require,
    sent,
    surrounding,
)
from querwerk.programmes.pages import Request
from querwerk.programmes.rules import may_link

KINDS = (
    "question", "challenge", "match", "pilot", "workshop", "finding", "event", "agenda_item", "paper", "process_step", "proposal", "measure",
    "decision", "uptake", "follow_up", "newsflash", "film", "web_link", "organisation", "output", "programme",
)  # fmt: skip
LINK_KINDS = [(value, label) for value, label in LinkKind.choices if value not in ASIDE]
DETAILS = (Date("date", "", column="date"), Source("source", "", column="source"), Texts("note", "", column="note"))


@desk_page
def record_links(request: Request, kind: str, key: str) -> HttpResponse:
    """Show the thread at a record; tie and untie links."""
    record = record_or_404(request, kind, key)
    require(may_link(request.viewer))
    parts = parts_of(record)
    errors: dict[str, str] = {}
    if request.method == "POST":
        if "remove" in request.POST:
            untie(request, record, parts)
            return redirect("desk:record_links", request.frame.key, kind, key)
        statement = read_statement(request, record, parts, errors)
        if statement is not None:
            tie(request, statement)
            return redirect("desk:record_links", request.frame.key, kind, key)
    return page(request, record, parts, errors)


def page(request: Request, record: Record, parts: list[Node], errors: dict[str, str]) -> HttpResponse:
    """Show the links and the form for another one."""
    kind = record.SPEC.kind
    rows = thread_at(record, parts)
    for row in rows:
        there = row["there"]
        row["url"] = node_url(there, request.frame.key) if there is not None else ""
        row["label"] = spec_of(there.kind).label if there is not None else ""
        row["relation"] = LinkKind(row["link"].kind).label
    context: dict[str, Any] = {
        "record": record,
        "title": title_of(record),
        "rests_on": [row for row in rows if not row["is_earlier"]],
        "came_of_it": [row for row in rows if row["is_earlier"]],
        "ends": [(str(record.node), _("This record as a whole")), *part_choices(parts)],
        "link_kinds": LINK_KINDS,
        "options": SpaceOptions(request.viewer, request.frame.space_id).choices(KINDS),
        "kinds": "-".join(KINDS),
        "typed": request.POST if request.method == "POST" else {},
        "errors": errors,
        "once": one_time_key(),
        "edit_url": address(request, "record_edit", kind, record.key),
        "options_url": address(request, "options"),
    }
    return render(
        request, "desk/record_links.html", {**surrounding(request, kind), **context}, status=422 if errors else 200
    )


def part_choices(parts: list[Node]) -> list[tuple[str, str]]:
    """Return name and label of each part."""
    return [
        (str(part), f"{spec_of(part.kind).label}: {shorten(str(part.title.best('de').words or part.key), 90)}")
        for part in parts
    ]


def read_statement(request: Request, record: Record, parts: list[Node], errors: dict[str, str]) -> LinkStatement | None:
    """Return the link that was typed, or note what is wrong."""
    post = request.POST
    ends = {str(node): (node.kind, node.key) for node in (record.node, *parts)}
    here = ends.get(post.get("here", ""), (record.SPEC.kind, record.key))
    options = SpaceOptions(request.viewer, request.frame.space_id)
    typed = post.get("there", "").strip()
    value = options.read(typed, KINDS) if typed else None
    there = full_name(value, request.frame.space_id) if value else None
    if there is None:
        near = "; ".join(options.near(typed, KINDS)) if typed else ""
        errors["there"] = (
            _("Please choose a record.") if not typed else _("“%(words)s” was not found.") % {"words": typed[:80]}
        )
        errors["there"] += " " + _("Did you mean: %(near)s?") % {"near": near} if near else ""
    elif there == here:
        errors["there"] = _("A record cannot be linked to itself.")
    if post.get("kind") not in dict(LINK_KINDS):
        errors["kind"] = _("Please choose how the two hang together.")
    details = read_details(request, errors)
    if errors or there is None:
        return None
    earlier, later = (here, there) if post.get("direction") != "earlier" else (there, here)
    return LinkStatement(
        earlier=earlier,
        later=later,
        kind=LinkKind(post["kind"]),
        dated=details.columns.get("date", ""),
        author=actor(request).signature,
        source=details.columns.get("source", ""),
        note=details.columns["note"],
    )


def read_details(request: Request, errors: dict[str, str]) -> Parsed:
    """Read date, source and note with the same rules as those of a record."""
    fields = ("date", "source", "note_de", "note_en")
    raw = {name: request.POST.get(name, "").strip() for name in fields}
    details = Parsed(spec_of("programme"), "", (), {}, columns={"note": Text()})
    problems = Problems()
    for declared in DETAILS:
        declared.parse({name: words for name, words in raw.items() if words}, details, problems)
    for problem in problems.found:
        errors[str(problem.path[0]) if problem.path else "date"] = problem.message
    return details


def full_name(value: str, space_id: int) -> tuple[str, str] | None:
    """Return kind and key of a chosen record."""
    kind, colon, key = value.rpartition(":")
    nodes = Node.objects.filter(space=space_id, key=key, kind__in=[kind] if colon else KINDS)
    found = {node.kind: node.key for node in nodes}
    return next(((other, found[other]) for other in KINDS if other in found), None)


def tie(request: Request, statement: LinkStatement) -> None:
    """Store the link once."""
    why = sent(request, "why")[:1000]

    def effect() -> bool:
        return add_link(space=request.frame.space, statement=statement, by=actor(request), why=why)

    is_new = attempt(request, effect)
    if is_new:
        messages.success(request, _("Linked."))
    else:
        messages.info(request, _("This link was already there."))


def untie(request: Request, record: Record, parts: list[Node]) -> None:
    """Remove a link made by hand at this record."""
    wanted = request.POST["remove"]
    for row in thread_at(record, parts):
        link = row["link"]
        if row["is_by_hand"] and row["value"] == wanted:
            remove_link(
                space=request.frame.space,
                earlier=(link.earlier.kind, link.earlier.key),
                later=(link.later.kind, link.later.key),
                kind=LinkKind(link.kind),
                by=actor(request),
            )
            messages.success(request, _("The link is removed."))
