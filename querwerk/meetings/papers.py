"""What is printed for an event, as PDF in exact sizes: badges, personal plans, signs for tables.

Typst sets the pages (``papers.typ``); words reach it as JSON, so nothing that somebody writes can be read as a command. A badge
for each of 500 people takes about two seconds of computing, a plan for each three: short enough to wait for.
"""

import io
import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import ceil
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext

from querwerk.core.prose.typesetting import as_pdf

TITLES = {
    "badges": gettext_lazy("Badges"),
    "plans": gettext_lazy("Personal plans"),
    "signs": gettext_lazy("Signs for the tables"),
}
NO_FILES: Mapping[str, bytes] = MappingProxyType({})
LOOKS = Path(__file__).with_name("papers.typ")
LONGEST_TITLE = 64
HALF_HEIGHT_MM, LINE_MM, GAP_MM = 78.0, 3.5, 3.1
"""What half a sheet has for meetings, and what a line and the space of a row take at ten points."""
SIZES_OF_HALVES = (10.0, 9.0, 8.0, 7.0, 6.2, 5.5)


@dataclass(frozen=True, slots=True)
class Format:
    """A badge's size in millimetres, and how many of it stand on a sheet of A4."""

    width: int
    height: int
    columns: int
    rows: int


FORMATS = {"90x55": Format(90, 55, 2, 5), "74x105": Format(74, 105, 2, 2), "148x105": Format(148, 105, 1, 2)}


@dataclass(frozen=True, slots=True)
class Badge:
    """What stands on one badge; ``group`` chooses the colour of its edge, ``field`` are the words for it."""

    name: str
    organisation: str
    group: str
    field: str
    languages: str
    ticket: str
    """As the doors read it."""
    ticket_shown: str
    language: str


@dataclass(frozen=True, slots=True)
class Row:
    """One meeting in a personal plan."""

    time: str
    day: str
    table: str
    room: str
    name: str
    about: str
    why: str


@dataclass(frozen=True, slots=True)
class PersonalPlan:
    """All meetings of one person, in their language."""

    name: str
    organisation: str
    language: str
    dated: str
    foot: str
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SignRow:
    """Who sits at a table when."""

    time: str
    who: str


@dataclass(frozen=True, slots=True)
class Sign:
    """What stands on a table."""

    name: str
    room: str
    stand: str
    chips: list[str]
    dated: str
    rows: list[SignRow] = field(default_factory=list)


def badges_pdf(event: str, badges: Sequence[Badge], sheet: Format, language: str) -> bytes:
    """Return badges on A4, each with the ticket of the doors, between marks to cut along."""
    files: dict[str, bytes] = {}
    made = []
    for number, badge in enumerate(badges):
        name = f"code-{number}.svg"
        files[name] = _code(badge.ticket)
        with override(badge.language):
            alt = _("Ticket %(code)s as a QR code") % {"code": badge.ticket_shown}
        made.append({**asdict(badge), "ticket": badge.ticket_shown, "code": name, "code_alt": alt})
    data = {**asdict(sheet), "badges": made}
    return _pdf("badges", event, language, data, files)


def _code(ticket: str) -> bytes:
    import segno  # noqa: PLC0415  (only who prints badges needs it)

    drawn = io.BytesIO()
    segno.make_qr(f"QW:{ticket}", error="m").save(drawn, kind="svg", border=4, scale=1)
    return drawn.getvalue()


def plans_pdf(event: str, plans: Sequence[PersonalPlan], per_sheet: int, language: str) -> bytes:
    """Return personal plans, one on a sheet or two; one that is too long for half a sheet gets a whole one."""
    made = []
    for plan in plans:
        with override(plan.language):
            labels = [_("Time"), _("Where"), _("With whom")]
            nothing = _("No meeting could be arranged for you.")
        made.append({**asdict(plan), "labels": labels, "none": nothing, "size": size_of_half(plan.rows)})
    return _pdf("plans", event, language, {"plans": made, "per_sheet": per_sheet})


def size_of_half(rows: Iterable[Row]) -> float:
    """Return in which size of type, in points, meetings fit on half a sheet; 0 where they do not."""
    lines = [max(2, ceil(len(row.name) / 62) + ceil((len(row.about) + len(row.why) + 3) / 84)) for row in rows]
    height = sum(number * LINE_MM + GAP_MM for number in lines)
    return next((size for size in SIZES_OF_HALVES if height * size / 10 <= HALF_HEIGHT_MM), 0)


def signs_pdf(event: str, signs: Sequence[Sign], language: str) -> bytes:
    """Return a sheet for each table, to be folded once: both sides can be read."""
    with override(language):
        made = [{**asdict(sign), "label": pgettext("furniture", "Table")} for sign in signs]
    return _pdf("signs", event, language, {"signs": made})


def _pdf(sort: str, event: str, language: str, data: dict[str, Any], files: Mapping[str, bytes] = NO_FILES) -> bytes:
    shown = textwrap.shorten(event, LONGEST_TITLE, placeholder=" …")
    with override(language):
        title = f"{TITLES[sort]}: {shown}"
    whole = {"sort": sort, "event": shown, "language": language, "title": title, **data}
    content = json.dumps(whole, ensure_ascii=False).encode()
    return as_pdf({"main.typ": LOOKS.read_bytes(), "data.json": content, **files}, None)
