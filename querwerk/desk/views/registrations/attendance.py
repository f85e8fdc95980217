"""The list of attendance as a funder wants it, and what the event counts."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from querwerk.core.fields import is_partial_date
from querwerk.desk.registration_tables import as_csv
from querwerk.desk.views.frame import desk_page, require
from querwerk.desk.views.registrations.frame import around, terms_for
from querwerk.events import rules
from querwerk.events.models import Terms
from querwerk.events.queries import doors as reads
from querwerk.events.states import Attendance, Audience
from querwerk.programmes.pages import Request


def day_in(request: Request, terms: Terms) -> date:
    """Return the day whose list is wanted: the one in the address, else the event's first."""
    words = request.GET.get("day", "")
    if len(words) == len("2021-09-29") and is_partial_date(words):
        return date.fromisoformat(words)
    days = reads.days_of(terms)
    return (
        days[0]
        if days
        else date.fromisoformat(terms.event.date)
        if len(terms.event.date) == 10
        else timezone.localdate()
    )


@desk_page
def attendance_list(request: Request, key: str) -> HttpResponse:
    """Show the list to print: with a column to sign, or with the proof of the doors."""
    terms = terms_for(request, key)
    day = day_in(request, terms)
    present, unproved = reads.people_present(terms)
    with_signature = "sign" in request.GET
    # Nobody signs from afar.
    rows = reads.attendance(terms, day, Attendance.ONSITE if with_signature else "")
    there, wanted = reads.online(terms, day)
    counts = rules.counted(
        audience=terms.audience, present=present, without_proof=unproved, countries=reads.countries_of(terms)
    )
    context: dict[str, Any] = {
        "day": day,
        "days": reads.days_of(terms),
        "rows": rows if with_signature else [row for row in rows if row["presence"]],
        "with_signature": with_signature,
        "number": sum(row["presence"] is not None for row in rows),
        "online": there,
        "has_online": wanted or there,
        "counts": counts,
        "audience": Audience(terms.audience).label,
        "query": request.GET.urlencode(),
        "funder": request.frame.funder,
    }
    return render(request, "desk/attendance.html", {**around(request, terms), **context})


@desk_page
def attendance_file(request: Request, key: str) -> HttpResponse:
    """Give out the list of attendance of a day as CSV."""
    terms = terms_for(request, key)
    require(rules.may_export(request.viewer))
    day = day_in(request, terms)
    head = [
        _("No."),
        _("Name"),
        _("Organisation"),
        _("Field"),
        _("Takes part"),
        _("Checked in"),
        _("Door"),
        _("Signature"),
    ]
    rows = [
        [
            number,
            row["registration"].name,
            row["registration"].organisation,
            row["registration"].get_group_display(),
            row["registration"].contingent.get_attendance_display(),
            f"{timezone.localtime(row['presence'].at):%Y-%m-%d %H:%M}" if row["presence"] else "",
            row["presence"].door if row["presence"] else "",
            "",
        ]
        for number, row in enumerate(reads.attendance(terms, day), start=1)
    ]
    name = f'attachment; filename="{terms.event.key}-{day.isoformat()}.csv"'
    body = as_csv(head, rows)
    return HttpResponse(body, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})
