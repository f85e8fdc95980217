"""Creating, editing, previewing, publishing and retiring records."""

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from querwerk.core.actions import InvalidRecords, UnableToOverwrite, given_key, set_visibility
from querwerk.core.models import JournalEntry, Record
from querwerk.core.queries import find_record, snapshot
from querwerk.core.spec import KEY, Problems, Spec, spec_of
from querwerk.core.states import VISIBILITY_MOVES, Visibility
from querwerk.desk.actions import UnableToPreview, new_key, preview, save_form, with_visibility
from querwerk.desk.forms import Known, RecordForm
from querwerk.desk.queries import SpaceOptions, details, differences, labelled, owners, readable, records_of, title_of
from querwerk.desk.views.frame import (
    LIBRARIES,
    MOVES,
    TONES,
    actor,
    address,
    attempt,
    desk_page,
    kind_url,
    may_create_kind,
    one_time_key,
    public_url,
    record_or_404,
    require,
    sent,
    spec_or_404,
    surrounding,
)
from querwerk.desk.views.texts.listing import text_links
from querwerk.events.queries.registrations import terms_of
from querwerk.events.rules import may_see_numbers, may_see_registrations
from querwerk.programmes.pages import Request
from querwerk.programmes.rules import may_edit, may_link, may_publish, may_read_history

MAIN = re.compile(rb"<main\b[^>]*>")


def known_of(spec: Spec, record: Record | None, raw: dict[str, Any], space_key: str) -> Known:
    """Return what is stored of a record, with the numbers that its parts ever had."""
    if record is None:
        return Known(spec, None, "")
    versions = JournalEntry.objects.filter(space_key=space_key, kind=spec.kind, key=record.key, after__isnull=False)
    history = [after for after in versions.values_list("after", flat=True) if isinstance(after, dict)]
    return Known(spec, raw, record.key, history)


def registrations_url(request: Request, event: Record) -> str:
    """Return where an event's registrations are, or where it begins to take some."""
    terms = terms_of.first(event.pk)
    if terms is not None and may_see_numbers(request.viewer, owners=owners(event)):
        return address(request, "registrations", event.key)
    if terms is None and may_see_registrations(request.viewer, owners=owners(event)):
        return address(request, "registration_terms", event.key)
    return ""


class Editing:
    """One form on its way: what is stored, what was typed, and what to do with it."""

    def __init__(self, request: Request, spec: Spec, record: Record | None) -> None:
        """Load what is stored."""
        self.request = request
        self.spec = spec
        self.record = record
        self.stored = snapshot(record) if record is not None else {}
        options = SpaceOptions(request.viewer, request.frame.space_id)
        key = record.key if record is not None else ""
        known = known_of(spec, record, self.stored, request.frame.space.key)
        self.form = RecordForm(spec, options, key=key, known=known)
        self.why = sent(request, "@why")[:1000]
        self.key_words = request.POST.get("@id", request.GET.get("id", "")).strip()

    @property
    def version(self) -> int:
        """Return the version on which the typed content is based."""
        words = self.request.POST.get("@version", "")
        if words.isdecimal() and len(words) < 10:
            return int(words)
        return self.record.version if self.record is not None else 0

    @property
    def fallback_key(self) -> str:
        """Return the key of a record whose author gave it none."""
        return given_key(self.record) if self.record is not None else ""

    def raw(self, visibility: str) -> dict[str, Any]:
        """Return what was typed as a bundle would hold it; the form notes what is wrong."""
        if self.record is not None:
            identity = (
                {self.spec.key_field: self.stored[self.spec.key_field]} if self.spec.key_field in self.stored else {}
            )
            return with_visibility({**identity, **self.form.as_raw()}, visibility)
        typed = self.form.as_raw()
        if self.spec.key_from:
            self.form.key = str(typed.get(self.spec.key_from, ""))
            return with_visibility(typed, visibility)
        key = self.new_key(typed)
        if str(key) != self.form.key:
            # The parts are named after their whole, so they are read again once it has a name.
            self.form.key = str(key)
            typed = self.form.as_raw() if self.form.is_valid else typed
        return with_visibility({self.spec.key_field: key, **typed}, visibility)

    def new_key(self, typed: dict[str, Any]) -> str | int:
        """Return the typed id, or a fresh one."""
        space_id = self.request.frame.space_id
        if not self.key_words:
            return new_key(self.spec, typed, space_id)
        if self.spec.key_field == "no" and self.key_words.isdecimal():
            key: str | int = int(self.key_words)
        else:
            key = self.key_words
        if not KEY.fullmatch(str(key)):
            self.form.errors.append(
                _("The id “%(key)s” may only have small letters, digits and hyphens.") % {"key": key}
            )
        elif find_record(self.spec, space_id, str(key)) is not None:
            self.form.errors.append(_("The id “%(key)s” is already taken.") % {"key": key})
        return key

    def page(self, *, status: int = 200, focus: str = "") -> HttpResponse:
        """Show the form."""
        request, record = self.request, self.record
        context: dict[str, Any] = {
            "spec": self.spec,
            "form": self.form,
            "record": record,
            "title": title_of(record) if record is not None else "",
            "version": self.version,
            "once": request.POST.get("once") or one_time_key(),
            "why": self.why,
            "key_words": self.key_words,
            "focus": focus,
            "mistakes": list(self.form.mistakes()),
            "list_url": kind_url(request, self.spec.kind),
            "options_url": address(request, "options"),
            **self.around(record),
        }
        return render(
            request, "desk/record_form.html", {**surrounding(request, self.spec.kind), **context}, status=status
        )

    def around(self, record: Record | None) -> dict[str, Any]:
        """Return the state of a stored record and where one can go from it."""
        if record is None:
            return {}
        request, kind = self.request, self.spec.kind
        mine = owners(record)
        moves = [
            (move, address(request, "record_move", kind, record.key, move))
            for move, target in MOVES.items()
            if target in VISIBILITY_MOVES[Visibility(record.visibility)]
            and may_publish(request.viewer, kind=kind, owners=mine)
        ]
        return {
            "state": Visibility(record.visibility).label,
            "tone": TONES[Visibility(record.visibility)],
            "moves": moves,
            "public_url": public_url(request, record),
            "history_url": address(request, "record_history", kind, record.key)
            if may_read_history(request.viewer, visibility=record.visibility, owners=mine)
            else "",
            "film_files_url": address(request, "film_files", record.key)
            if kind == "film" and may_edit(request.viewer, kind=kind, owners=mine)
            else "",
            "library_url": address(request, kind, record.key) if kind in LIBRARIES else "",
            "texts": text_links(request, record)
            if may_read_history(request.viewer, visibility=record.visibility, owners=mine)
            else [],
            "links_url": address(request, "record_links", kind, record.key) if may_link(request.viewer) else "",
            "registrations_url": registrations_url(request, record) if kind == "event" else "",
            "newsflash_url": address(request, "newsflash_propose", record.key)
            if kind == "event" and may_create_kind(request, spec_of("newsflash"), 0)
            else "",
        }


@desk_page
def record_new(request: Request, kind: str) -> HttpResponse:
    """Create a record: first as a draft, or published at once."""
    spec = spec_or_404(kind)
    if kind in LIBRARIES:
        return redirect(kind_url(request, kind))
    if spec.is_single:
        existing = find_single(request, spec)
        if existing is not None:
            return redirect("desk:record_edit", request.frame.key, kind, existing.key)
    require(may_create_kind(request, spec, 0))
    editing = Editing(request, spec, None)
    if request.method != "POST":
        return editing.page()
    editing.form.receive(request.POST)
    return carry_out(editing)


def find_single(request: Request, spec: Spec) -> Record | None:
    """Return the only record of a kind of which there is one."""
    found: Record | None = records_of(spec.kind, request.frame.space_id).first()
    return found


@desk_page
def record_edit(request: Request, kind: str, key: str) -> HttpResponse:
    """Edit a record."""
    record = record_or_404(request, kind, key)
    verdict = may_edit(request.viewer, kind=kind, owners=owners(record))
    if request.method != "POST" and not verdict:
        return show(request, record, str(verdict.why))
    require(verdict)
    editing = Editing(request, record.SPEC, record)
    if request.method != "POST":
        editing.form.load(editing.stored)
        return editing.page()
    editing.form.receive(request.POST)
    return carry_out(editing)


def show(request: Request, record: Record, why: str) -> HttpResponse:
    """Show a record to somebody who may read it at the desk, but not change it."""
    context = {
        "record": record,
        "spec": record.SPEC,
        "title": title_of(record),
        "why": why,
        "rows": details(record, snapshot(record)),
        "state": Visibility(record.visibility).label,
        "tone": TONES[Visibility(record.visibility)],
        "public_url": public_url(request, record),
        "list_url": kind_url(request, record.SPEC.kind),
    }
    return render(request, "desk/record_show.html", {**surrounding(request, record.SPEC.kind), **context})


def carry_out(editing: Editing) -> HttpResponse:
    """Do what the pressed button says."""
    command = editing.request.POST.get("do", "save")
    if command in ("save", "publish", "draft"):
        return save(editing, command)
    if command == "preview":
        return show_preview(editing)
    if command in ("merge", "mine"):
        return merge(editing, only_mine=command == "mine")
    if command in ("again", "language"):
        return editing.page()
    return editing.page(focus=editing.form.do(command))


def target_visibility(editing: Editing, command: str) -> str:
    """Return the visibility that the button asks for."""
    if editing.record is None:
        return Visibility.PUBLISHED if command == "publish" else Visibility.DRAFT
    return editing.record.visibility


def save(editing: Editing, command: str) -> HttpResponse:
    """Store what was typed; come back with it when something is wrong or somebody else was faster."""
    raw = editing.raw(target_visibility(editing, command))
    return store(editing, raw, editing.version)


def store(editing: Editing, raw: dict[str, Any], version: int) -> HttpResponse:
    """Write once, whatever the browser repeats."""
    request, spec = editing.request, editing.spec
    if not editing.form.is_valid:
        return checked(editing, raw)

    def effect() -> dict[str, Any]:
        record = save_form(
            spec=spec, raw=raw, space=request.frame.space, viewer=request.viewer, by=actor(request),
            expected_version=version, why=editing.why, fallback_key=editing.fallback_key,
        )  # fmt: skip
        return {"key": record.key, "is_new": editing.record is None, "is_changed": record.version != version}

    try:
        result = attempt(request, effect)
    except InvalidRecords as error:
        editing.form.refuse(error.problems)
        return editing.page(status=422)
    except UnableToOverwrite as error:
        return conflict(editing, raw, error)
    messages.success(
        request,
        _("Created.") if result["is_new"] else _("Saved.") if result["is_changed"] else _("Nothing has changed."),
    )
    return redirect("desk:record_edit", request.frame.key, spec.kind, result["key"])


def checked(editing: Editing, raw: dict[str, Any]) -> HttpResponse:
    """Show the mistakes; also those that only storing would find, so that all can be mended at once."""
    problems = Problems()
    editing.spec.parse(raw, (), problems, fallback_key=editing.fallback_key)
    editing.form.refuse(problems.found)
    return editing.page(status=422)


def show_preview(editing: Editing) -> HttpResponse:
    """Show the public page with what was typed; nothing is stored."""
    request, spec = editing.request, editing.spec
    raw = editing.raw(Visibility.PUBLISHED)
    if not editing.form.is_valid:
        return checked(editing, raw)
    note = render(request, "desk/preview_note.html").content
    try:
        response = preview(
            request=request,
            spec=spec,
            raw=raw,
            space=request.frame.space,
            by=actor(request),
            programme_key=request.frame.key,
            fallback_key=editing.fallback_key,
        )
    except InvalidRecords as error:
        editing.form.refuse(error.problems)
        return editing.page(status=422)
    except UnableToPreview:
        rows = [
            (label, readable(spec.kind, {key: raw[key] for key in keys})) for label, keys in labelled(spec.kind, raw)
        ]
        return render(request, "desk/preview_plain.html", {"spec": spec, "rows": rows})
    page = HttpResponse(MAIN.sub(lambda found: found[0] + note, response.content, count=1))
    for name in ("Content-Type", "Content-Language"):
        if name in response:
            page[name] = response[name]
    return page


def conflict(editing: Editing, mine: dict[str, Any], error: UnableToOverwrite) -> HttpResponse:
    """Show both versions side by side, field by field, and let the person decide; what was typed rides along."""
    theirs = error.current
    rows = differences(editing.spec.kind, theirs, mine)
    last = (
        JournalEntry.objects.filter(
            space_key=editing.request.frame.space.key, kind=editing.spec.kind, key=error.record.key
        )
        .order_by("-pk")
        .first()
    )
    carried = [
        (name, value) for name, values in editing.request.POST.lists() for value in values if not is_protocol(name)
    ]
    context = {
        "spec": editing.spec,
        "record": error.record,
        "title": title_of(error.record),
        "rows": rows,
        "entry": last,
        "carried": carried,
        "version": error.record.version,
        "once": one_time_key(),
        "edit_url": address(editing.request, "record_edit", editing.spec.kind, error.record.key)
        if editing.record is not None
        else "",
    }
    return render(
        editing.request,
        "desk/record_conflict.html",
        {**surrounding(editing.request, editing.spec.kind), **context},
        status=409,
    )


def is_protocol(name: str) -> bool:
    """Tell whether a posted name belongs to the sending, not to the content."""
    return name in ("csrfmiddlewaretoken", "@version", "once", "do") or name.startswith("take:")


def merge(editing: Editing, *, only_mine: bool) -> HttpResponse:
    """Store the fields that the person chose: their own, or those of whoever saved in between."""
    if editing.record is None:
        raise Http404
    mine = editing.raw(editing.record.visibility)
    if only_mine:
        return store(editing, mine, editing.version)
    taken = {
        row["key"]
        for row in differences(editing.spec.kind, editing.stored, mine)
        if editing.request.POST.get(f"take:{row['key']}") == "theirs"
    }
    merged = dict(mine)
    for _label, keys in labelled(editing.spec.kind, [*editing.stored, *mine]):
        if taken & set(keys):
            for key in keys:
                merged.pop(key, None)
                if key in editing.stored:
                    merged[key] = editing.stored[key]
    return store(editing, merged, editing.version)


@desk_page
def record_move(request: Request, kind: str, key: str, move: str) -> HttpResponse:
    """Ask, then publish, set back or retire; nothing is ever deleted."""
    record = record_or_404(request, kind, key)
    require(may_publish(request.viewer, kind=kind, owners=owners(record)))
    target = MOVES.get(move)
    if target is None:
        raise Http404
    edit_url = address(request, "record_edit", kind, key)
    if target not in VISIBILITY_MOVES[Visibility(record.visibility)]:
        return redirect(edit_url)
    if request.method == "POST":
        return change_visibility(request, record, move, target)
    context = {"record": record, "spec": record.SPEC, "title": title_of(record), "move": move, "edit_url": edit_url}
    return render(request, "desk/record_move.html", {**surrounding(request, kind), **context})


def change_visibility(request: Request, record: Record, move: str, target: Visibility) -> HttpResponse:
    """Publish, set back or retire, unless somebody else changed the record at the same moment."""
    why = sent(request, "why")[:1000]
    try:
        set_visibility(record=record, visibility=target, by=actor(request), why=why)
    except UnableToOverwrite as error:
        messages.warning(request, str(error))
    except InvalidRecords as error:
        messages.error(request, " ".join(problem.message for problem in error.problems))
    else:
        done = {"publish": _("Published."), "withdraw": _("Set back to draft."), "retire": _("Retired.")}
        messages.success(request, done[move])
    return redirect("desk:record_edit", request.frame.key, record.SPEC.kind, record.key)
