"""The journal: who changed what, when and why; going back to an earlier version."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from querwerk.core import registry
from querwerk.core.actions import InvalidRecords, UnableToOverwrite
from querwerk.core.models import JournalEntry, Record
from querwerk.core.queries import find_record, journal_of, snapshot
from querwerk.core.spec import all_specs
from querwerk.core.states import Verb
from querwerk.desk.actions import restore_version
from querwerk.desk.queries import KINDS, differences, journal_for, owners, title_of
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
from querwerk.programmes.rules import may_edit, may_read_history

PAGE_SIZE = 40
VERSION_DIGITS = 10


def entry_row(request: Request, entry: JournalEntry) -> dict[str, Any]:
    """Return an entry as the journal primitive shows it."""
    spec = all_specs().get(entry.kind)
    kind = str(spec.label) if spec else str(registry.journaled(entry.kind)[0]) or _("Role")
    has_page = entry.verb not in (Verb.LINKED, Verb.UNLINKED) or entry.kind == "role"
    return {
        "entry": entry,
        "when": date_format(localtime(entry.at), "SHORT_DATETIME_FORMAT"),
        "who": entry.by_name,
        "verb": entry.get_verb_display(),
        "kind": kind,
        "title": entry.title,
        "why": entry.why,
        "url": address(request, "journal_entry", entry.pk),
        "is_link": not has_page,
    }


@desk_page
def journal(request: Request) -> HttpResponse:
    """Show the journal of the programme."""
    entries = journal_for(request.viewer, request.frame.space.key, request.frame.space_id)
    page = Paginator(entries, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [entry_row(request, entry) for entry in page]
    return render(request, "desk/journal.html", {**surrounding(request, "journal"), "rows": rows, "page": page})


@desk_page
def record_history(request: Request, kind: str, key: str) -> HttpResponse:
    """Show the journal of one record."""
    record = record_or_404(request, kind, key)
    require(may_read_history(request.viewer, visibility=record.visibility, owners=owners(record)))
    page = Paginator(journal_of(record), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "record": record,
        "title": title_of(record),
        "rows": [entry_row(request, entry) for entry in page],
        "page": page,
        "edit_url": address(request, "record_edit", kind, key),
    }
    return render(request, "desk/journal.html", {**surrounding(request, kind), **context})


@desk_page
def journal_entry(request: Request, number: int) -> HttpResponse:
    """Show what an entry changed, and offer the version after or before it."""
    entry = journal_for(request.viewer, request.frame.space.key, request.frame.space_id).filter(pk=number).first()
    if entry is None:
        raise Http404
    record = find_record(all_specs()[entry.kind], request.frame.space_id, entry.key) if entry.kind in KINDS else None
    is_version = entry.verb not in (Verb.LINKED, Verb.UNLINKED)
    context = {
        "row": entry_row(request, entry),
        "record": record,
        "changes": differences(entry.kind, entry.before, entry.after),
        "edit_url": address(request, "record_edit", entry.kind, entry.key) if record is not None else "",
        "restore_after": restore_url(request, entry, record, "after") if is_version else "",
        "restore_before": restore_url(request, entry, record, "before") if is_version else "",
    }
    return render(request, "desk/journal_entry.html", {**surrounding(request, "journal"), **context})


def restore_url(request: Request, entry: JournalEntry, record: Record | None, side: str) -> str:
    """Return where one can go back to a version, if it differs from how things are and the viewer may."""
    raw = entry.before if side == "before" else entry.after
    if record is None or raw is None or raw == snapshot(record):
        return ""
    if not may_edit(request.viewer, kind=entry.kind, owners=owners(record)):
        return ""
    return address(request, "restore", entry.pk, side)


@desk_page
def restore(request: Request, number: int, side: str) -> HttpResponse:
    """Ask, with the differences, then bring a version back."""
    entry = journal_for(request.viewer, request.frame.space.key, request.frame.space_id).filter(pk=number).first()
    if (
        entry is None
        or side not in ("before", "after")
        or entry.kind not in KINDS
        or entry.verb in (Verb.LINKED, Verb.UNLINKED)
    ):
        raise Http404
    record = record_or_404(request, entry.kind, entry.key)
    require(may_edit(request.viewer, kind=entry.kind, owners=owners(record)))
    version = entry.before if side == "before" else entry.after
    if version is None:
        raise Http404
    problem, is_outdated = "", False
    if request.method == "POST":
        try:
            bring_back(request, entry, is_before=side == "before")
        except InvalidRecords as error:
            problem = " ".join(one.message for one in error.problems)
        except UnableToOverwrite:
            is_outdated = True
        else:
            messages.success(request, _("The earlier version is back. This is in the journal too and can be undone."))
            return redirect("desk:record_edit", request.frame.key, entry.kind, entry.key)
    context = {
        "record": record,
        "title": title_of(record),
        "row": entry_row(request, entry),
        "changes": differences(entry.kind, snapshot(record), version),
        "once": one_time_key(),
        "problem": problem,
        "is_outdated": is_outdated,
        "entry_url": address(request, "journal_entry", entry.pk),
    }
    status = 409 if is_outdated else 422 if problem else 200
    return render(request, "desk/restore.html", {**surrounding(request, entry.kind), **context}, status=status)


def bring_back(request: Request, entry: JournalEntry, *, is_before: bool) -> None:
    """Restore once, on top of the version that the person has seen."""
    typed = request.POST.get("version", "")
    version = int(typed) if typed.isdecimal() and len(typed) < VERSION_DIGITS else 0
    why = sent(request, "why")[:1000]

    def effect() -> int:
        return restore_version(
            entry=entry,
            is_before=is_before,
            viewer=request.viewer,
            by=actor(request),
            expected_version=version,
            why=why,
        ).version

    attempt(request, effect)
