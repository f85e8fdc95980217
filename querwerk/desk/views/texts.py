"""Longer texts at the desk: what there is, writing, comparing versions, publishing."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from querwerk.core.models import Record
from querwerk.core.pictures.addresses import preview_url
from querwerk.core.pictures.queries import pictures_by_key
from querwerk.core.prose.actions import (
    UnableToPublish,
    UnableToWrite,
    create_document,
    end_presence,
    mark_translated,
    note_presence,
    publish_document,
    resolve_clash,
    restore_version,
    save_patch,
    withdraw_document,
)
from querwerk.core.prose.blocks import Body, InvalidBody, block_words, empty, used_media
from querwerk.core.prose.files import FORMS
from querwerk.core.prose.models import Document, Version
from querwerk.core.prose.patch import read_patch
from querwerk.core.prose.queries import (
    PublicText,
    body_of,
    clashes_of,
    documents_of,
    find_document,
    head_of,
    others_present,
    source_of,
    versions_of,
)
from querwerk.core.prose.render import outline
from querwerk.core.prose.render import render as render_body
from querwerk.core.prose.roles import TextRole, find_role, roles_of
from querwerk.core.prose.sanitise import KEY
from querwerk.core.prose.siblings import Pair, gaps, pairs
from querwerk.core.prose.states import DocumentState
from querwerk.core.templatetags.ui import language_name
from querwerk.core.text import LANGUAGES
from querwerk.desk import editor
from querwerk.desk.queries import owners, title_of
from querwerk.desk.texts import BLOCK_LABELS, PER_PAGE, PlainForm, form_block
from querwerk.desk.views.frame import (
    actor,
    address,
    attempt,
    desk_page,
    one_time_key,
    public_url,
    record_or_404,
    require,
    sent,
    surrounding,
)
from querwerk.engine.textdiff import Stretch, align, compare
from querwerk.programmes.pages import Request
from querwerk.programmes.rules import may_edit, may_publish, may_read_history

TONES = {
    DocumentState.DRAFT: "open",
    DocumentState.SCHEDULED: "note",
    DocumentState.PUBLISHED: "good",
    DocumentState.WITHDRAWN: "plain",
}
SITTING_LENGTH = 32


class Place:
    """A text's place: the record, the role, the language; and who may do what there."""

    def __init__(self, request: Request, kind: str, key: str, role: str, language: str = "") -> None:
        """Find record and role, or answer 404."""
        self.request = request
        self.record: Record = record_or_404(request, kind, key)
        found = find_role(kind, role)
        if found is None or (language and language not in LANGUAGES):
            raise Http404
        self.role: TextRole = found
        self.language = language
        self.owners = owners(self.record)

    @property
    def may_write(self) -> bool:
        """Tell whether the viewer may change the text."""
        return bool(may_edit(self.request.viewer, kind=self.record.SPEC.kind, owners=self.owners))

    def require_writing(self) -> None:
        """Go on only if the viewer may change the text."""
        require(may_edit(self.request.viewer, kind=self.record.SPEC.kind, owners=self.owners))

    def require_reading(self) -> None:
        """Go on only if the viewer may read what is not public of it."""
        require(may_read_history(self.request.viewer, visibility=self.record.visibility, owners=self.owners))

    def document(self) -> Document:
        """Return the document, or answer 404."""
        found = find_document(self.record.node_id, self.role.role, self.language)
        if found is None:
            raise Http404
        return found

    def url(self, name: str, *more: Any, language: str = "") -> str:
        """Return the address of a page of this text."""
        own = [self.record.SPEC.kind, self.record.key, self.role.role]
        code = language or self.language
        return address(self.request, name, *own, *([code] if code else []), *more)

    def context(self, **more: Any) -> dict[str, Any]:
        """Return what each page of a text shows."""
        own = [self.record.SPEC.kind, self.record.key]
        return {
            **surrounding(self.request, self.record.SPEC.kind),
            "record": self.record,
            "title": title_of(self.record),
            "role": self.role,
            "language": self.language,
            "language_name": language_name(self.language) if self.language else "",
            "record_url": address(self.request, "record_edit", *own),
            "texts_url": address(self.request, "text_list", *own, self.role.role),
            "may_write": self.may_write,
            "once": one_time_key(),
            **more,
        }


@desk_page
def text_list(request: Request, kind: str, key: str, role: str) -> HttpResponse:
    """Show a record's text in all its languages, and begin one in another."""
    place = Place(request, kind, key, role)
    place.require_reading()
    found = documents_of(place.record.node_id, role)
    if request.method == "POST":
        return begin(place, found)
    rows = [
        {
            "document": document,
            "name": language_name(document.language),
            "state": DocumentState(document.state).label,
            "tone": TONES[DocumentState(document.state)],
            "source": language_name(document.source_language) if document.source_language else "",
            "edit_url": place.url("text_edit", language=document.language),
            "preview_url": place.url("text_preview", language=document.language),
            "versions_url": place.url("text_versions", language=document.language),
            "publish_url": place.url("text_publish", language=document.language),
            "import_url": place.url("text_import", language=document.language),
            "files": [
                (form, place.url("text_file", form.ending, language=document.language)) for form in FORMS.values()
            ],
            "version": versions_of(document)[0],
        }
        for document in found
    ]
    taken = {document.language for document in found}
    codes = [code for code, _name in settings.LANGUAGES if code not in taken]
    codes += [code for code in LANGUAGES if code not in taken and code not in codes]
    context = place.context(
        rows=rows,
        public_url=public_url(request, place.record),
        languages=[(code, language_name(code)) for code in codes],
        sources=[(document.language, language_name(document.language)) for document in found],
    )
    return render(request, "desk/text_list.html", context)


def begin(place: Place, found: list[Document]) -> HttpResponse:
    """Begin the text in a language, as a translation of another one or afresh."""
    place.require_writing()
    language, source = sent(place.request, "language"), sent(place.request, "source")
    if language not in LANGUAGES:
        raise Http404
    known = {document.language for document in found}
    create_document(
        node=place.record.node, role=place.role.role, language=language, by=actor(place.request),
        source_language=source if source in known else "",
    )  # fmt: skip
    return redirect(place.url("text_edit", language=language))


@desk_page
def text_edit(request: Request, kind: str, key: str, role: str, language: str) -> HttpResponse:
    """Write: the editor, or the plain form, which needs no script."""
    place = Place(request, kind, key, role, language)
    place.require_writing()
    document = place.document()
    if request.method == "POST" or "plain" in request.GET:
        return plain(place, document)
    source = source_of(document)
    context = place.context(
        document=document,
        state=DocumentState(document.state).label,
        tone=TONES[DocumentState(document.state)],
        source_name=language_name(source.language) if source else "",
        sync_url=place.url("text_sync"),
        plain_url=f"{place.url('text_edit')}?plain",
        versions_url=place.url("text_versions"),
        import_url=place.url("text_import"),
        publish_url=place.url("text_publish"),
        preview_url=place.url("text_preview"),
        clash_url=place.url("text_clash"),
        translated_url=place.url("text_translated"),
        upload_url=address(request, "picture_upload"),
        pick_url=address(request, "picture_pick"),
        sitting=one_time_key(),
        author=request.viewer.name,
        editor_tools=editor.tools(),
        table_tools=editor.table_tools(),
        shortcuts=editor.shortcuts(),
        dialogs=editor.dialogs(),
        texts=editor.texts(),
    )
    return render(request, "desk/text_edit.html", context)


@desk_page
def text_sync(request: Request, kind: str, key: str, role: str, language: str) -> HttpResponse:
    """Give the editor the text, take what was typed, say who else is there and what they changed."""
    place = Place(request, kind, key, role, language)
    place.require_writing()
    document = place.document()
    if request.method != "POST":
        return JsonResponse(opening(document))
    try:
        given = json.loads(request.body)
        patch = read_patch(given)
    except (ValueError, InvalidBody) as error:
        return JsonResponse({"message": str(error)}, status=422)
    sitting = str(given.get("sitting", ""))[:SITTING_LENGTH]
    if given.get("is_leaving") is True:
        end_presence(document=document, sitting=sitting)
    else:
        at_block = given.get("block")
        block = at_block if isinstance(at_block, str) and KEY.fullmatch(at_block) else ""
        note_presence(document=document, sitting=sitting, by=actor(request), block=block)
    saved = save_patch(document=document, patch=patch, by=actor(request), sitting=sitting)
    return JsonResponse(answer(saved.document, saved.version, sitting, patch.base))


def opening(document: Document) -> dict[str, Any]:
    """Return what the editor needs to begin."""
    head = head_of(document)
    return {
        "revision": document.revision,
        "version": head.number,
        "blocks": head.body["blocks"],
        "notes": head.body["notes"],
        "pairs": source_pairs(document, head.body),
        "clashes": open_clashes(document),
        "pictures": picture_urls(document, head.body),
    }


def picture_urls(document: Document, body: Body) -> dict[str, str]:
    """Return where the pictures of a text can be seen while it is written; 1 query, none without pictures."""
    wanted = sorted(used_media(body))
    found = pictures_by_key(document.node.space_id, wanted, with_drafts=True) if wanted else {}
    return {key: preview_url(picture) for key, picture in found.items() if picture.stored is not None}


def source_pairs(document: Document, body: Body) -> list[dict[str, Any]]:
    """Return each block of the source with its HTML and how its translation stands to it."""
    source = source_of(document)
    if source is None:
        return []
    said = head_of(source).body
    return [pair_row(pair) for pair in pairs(said, body, document.basis)]


def pair_row(pair: Pair) -> dict[str, Any]:
    """Return a pair for the page; what is shown beside the translation has no anchors of its own."""
    pieces = render_body({"blocks": [{**pair.source}], "notes": []})
    html = "".join(piece if isinstance(piece, str) else "" for piece in pieces)
    return {
        "key": pair.key,
        "source": pair.source["key"],
        "mark": pair.mark,
        "fit": str(pair.fit),
        "html": html.replace(' id="', ' data-id="'),
        "words": block_words(pair.source),
    }


def open_clashes(document: Document) -> list[dict[str, Any]]:
    """Return what two people wrote in the same block at once."""
    return [
        {
            "id": clash.pk,
            "key": clash.key,
            "by": clash.by_name,
            "words": block_words(clash.block) if clash.block else "",
            "is_removal": clash.block is None,
        }
        for clash in clashes_of(document)
    ]


def answer(document: Document, head: Version, sitting: str, base: int) -> dict[str, Any]:
    """Return what an editor must know after its change: what others changed since, who is there, what clashes."""
    changed = {key for key, stamp in document.stamps.items() if stamp[0] > base and stamp[1] != sitting}
    is_theirs = document.revision > base and any(
        stamp[1] != sitting for stamp in document.stamps.values() if stamp[0] > base
    )
    blocks = head.body["blocks"]
    return {
        "revision": document.revision,
        "version": head.number,
        "saved_at": head.saved_at.isoformat(timespec="seconds"),
        "order": [block["key"] for block in blocks] if is_theirs or document.revision > base + 1 else None,
        "put": [block for block in blocks if block["key"] in changed],
        "notes": [note for note in head.body["notes"] if note["key"] in changed],
        "others": [{"name": other.name, "block": other.block} for other in others_present(document, sitting)],
        "clashes": open_clashes(document),
    }


def plain(place: Place, document: Document) -> HttpResponse:
    """Write with a form that needs no script, sixty blocks at a time."""
    request = place.request
    body = head_of(document).body
    number = int(request.GET.get("page", "1")) if request.GET.get("page", "1").isdecimal() else 1
    pages = max(1, -(-len(body["blocks"]) // PER_PAGE))
    number = min(max(number, 1), pages)
    start = (number - 1) * PER_PAGE
    shown = body["blocks"][start : start + PER_PAGE]
    context: dict[str, Any] = {
        "base": document.revision,
        "after": body["blocks"][start - 1]["key"] if start else "",
        "keys": " ".join(block["key"] for block in shown),
        "blocks": [form_block(block) for block in shown],
    }
    errors: list[str] = []
    if request.method == "POST":
        done = plain_sent(place, document, body, context, errors)
        if done is not None:
            return done
    source = source_of(document)
    said = {pair.key: pair for pair in pairs(head_of(source).body, body, document.basis)} if source else {}
    context |= {
        "rows": [(block, said.get(block.key)) for block in context["blocks"]],
        "errors": errors,
        "types": list(BLOCK_LABELS.items()),
        "pages": [
            (n, f"{place.url('text_edit')}?plain&page={n}", n == number) for n in range(1, pages + 1) if pages > 1
        ],
        "editor_url": place.url("text_edit"),
        "document": document,
        "clashes": clashes_of(document),
        "clash_url": place.url("text_clash"),
    }
    status = 422 if errors else 200
    return render(request, "desk/text_plain.html", place.context(**context), status=status)


def plain_sent(
    place: Place, document: Document, body: Body, context: dict[str, Any], errors: list[str]
) -> HttpResponse | None:
    """Do what the plain form asks for; return where to go, or nothing to show the form again."""
    request = place.request
    form = PlainForm(request.POST.dict(), body)
    command = sent(request, "do")
    try:
        if command != "save":
            form.run(command)
            context |= {"base": form.base, "after": form.after, "keys": " ".join(form.original), "blocks": form.shown()}
            return None
        patch = form.patch()
        sitting = sent(request, "once")[:SITTING_LENGTH]
        saved = save_patch(document=document, patch=patch, by=actor(request), sitting=sitting)
    except InvalidBody as error:
        errors += [problem.message for problem in error.problems]
        context["blocks"] = [form_block(block) for block in form.blocks if block["key"] in form.known]
        return None
    if saved.clashes:
        number = len(saved.clashes)
        message = ngettext(
            "Somebody else changed %(number)d block while you were writing. Both texts are kept: choose below.",
            "Somebody else changed %(number)d blocks while you were writing. Both texts are kept: choose below.",
            number,
        )
        messages.warning(request, message % {"number": number})
    else:
        messages.success(request, _("Saved."))
    return redirect(f"{place.url('text_edit')}?{request.GET.urlencode() or 'plain'}")


@desk_page
def text_clash(request: Request, kind: str, key: str, role: str, language: str) -> HttpResponse:
    """Choose between two texts of the same block; one that is settled already stays as it is."""
    place = Place(request, kind, key, role, language)
    place.require_writing()
    number, takes = sent(request, "clash"), sent(request, "takes")
    clash = clashes_of(place.document()).filter(pk=int(number)).first() if number.isdecimal() else None
    if request.method == "POST" and clash is not None and takes in ("mine", "theirs", "both"):
        resolve_clash(clash=clash, takes=takes, by=actor(request))
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"clashes": open_clashes(place.document())})
    return redirect(f"{place.url('text_edit')}?plain")


@desk_page
def text_translated(request: Request, kind: str, key: str, role: str, language: str) -> HttpResponse:
    """Say that a block of a translation is right for its source as it is now."""
    place = Place(request, kind, key, role, language)
    place.require_writing()
    document = place.document()
    own, source_key, mark = (sent(request, name) for name in ("key", "source", "mark"))
    if request.method == "POST" and KEY.fullmatch(own) and KEY.fullmatch(source_key):
        mark_translated(document=document, key=own, source_key=source_key, mark=mark[:32])
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"pairs": source_pairs(place.document(), head_of(document).body)})
    return redirect(f"{place.url('text_edit')}?plain")


@desk_page
def text_preview(request: Request, kind: str, key: str, role: str, language: str) -> HttpResponse:
    """Show the newest version (or another one) as the public would read it."""
    place = Place(request, kind, key, role, language)
    place.require_reading()
    document = place.document()
    number = request.GET.get("version", "")
    wanted = int(number) if number.isdecimal() else document.head_number
    body = body_of(document, wanted)
    if body is None:
        raise Http404
    text = PublicText(
        language, render_body(body, deeper=int(place.role.is_section)), outline(body), 0, document.source_language,
        wanted, timezone.now(), (),
    )  # fmt: skip
    return render(request, "desk/text_preview.html", place.context(text=text, edit_url=place.url("text_edit")))


@desk_page
def text_versions(request: Request, kind: str, key: str, role: str, language: str) -> HttpResponse:
    """Show the versions, two of them side by side; bring an earlier one back."""
    place = Place(request, kind, key, role, language)
    place.require_reading()
    document = place.document()
    if request.method == "POST":
        return restore(place, document)
    left, right = chosen(request.GET.get("left", ""), document), chosen(request.GET.get("right", ""), document)
    left = left if left is not None else max(document.head_number - 1, 1)
    right = right if right is not None else document.head_number
    context = place.context(
        document=document,
        versions=versions_of(document),
        left=left,
        right=right,
        rows=compared(body_of(document, left) or empty(), body_of(document, right) or empty()),
        edit_url=place.url("text_edit"),
        preview_url=place.url("text_preview"),
    )
    return render(request, "desk/text_versions.html", context)


def chosen(words: str, document: Document) -> int | None:
    """Return the number of a version that there is."""
    return int(words) if words.isdecimal() and len(words) < 9 and 0 < int(words) <= document.head_number else None


def restore(place: Place, document: Document) -> HttpResponse:
    """Bring an earlier version back, once however often the button is pressed."""
    place.require_writing()
    number = chosen(sent(place.request, "version"), document)
    if number is None:
        raise Http404

    def effect() -> None:
        restore_version(document=document, number=number, by=actor(place.request))

    try:
        attempt(place.request, effect)
    except UnableToWrite as error:
        messages.error(place.request, str(error))
    else:
        messages.success(place.request, _("Version %(number)d is back.") % {"number": number})
    return redirect(place.url("text_versions"))


def compared(before: Body, after: Body) -> list[dict[str, Any]]:
    """Return the rows of a comparison: what each block said before and says now, its words compared."""
    old, new = before["blocks"], after["blocks"]
    rows = []
    for row in align([block["key"] for block in old], [block["key"] for block in new]):
        was = block_words(old[row.before]) if row.before is not None else ""
        now = block_words(new[row.after]) if row.after is not None else ""
        block = new[row.after] if row.after is not None else old[row.before or 0]
        is_same = row.before is not None and row.after is not None and old[row.before] == new[row.after]
        rows.append(
            {
                "key": block["key"],
                "label": BLOCK_LABELS[block["type"]],
                "is_moved": row.is_moved,
                "is_same": is_same and not row.is_moved,
                "is_new": row.before is None,
                "is_gone": row.after is None,
                "is_other_form": not is_same and was == now,
                "stretches": [Stretch(*stretch) for stretch in compare(was, now)] if not is_same else [],
                "words": now,
            }
        )
    return rows


@desk_page
def text_publish(request: Request, kind: str, key: str, role: str, language: str) -> HttpResponse:
    """Publish now or at an hour, or withdraw; a translation with gaps needs a conscious yes."""
    place = Place(request, kind, key, role, language)
    require(may_publish(request.viewer, kind=kind, owners=place.owners))
    document = place.document()
    error = ""
    if request.method == "POST":
        try:
            publish_sent(place, document)
        except UnableToPublish as refused:
            error = str(refused)
        else:
            return redirect(address(request, "text_list", kind, key, role))
    source = source_of(document)
    head = head_of(document)
    said = body_of(source, source.public_number or source.head_number) if source else None
    context = place.context(
        document=document,
        head=head,
        state=DocumentState(document.state).label,
        tone=TONES[DocumentState(document.state)],
        missing=gaps(said, head.body, document.basis) if said else 0,
        source_name=language_name(source.language) if source else "",
        is_newer=document.public_number is not None and document.public_number != document.head_number,
        typed={"day": sent(request, "day"), "hour": sent(request, "hour")},
        error=error,
        record_is_public=place.record.visibility == "published",
        edit_url=place.url("text_edit"),
        zone=settings.TIME_ZONE,
    )
    return render(request, "desk/text_publish.html", context, status=422 if error else 200)


def publish_sent(place: Place, document: Document) -> None:
    """Do what the form says; raises :class:`UnableToPublish`."""
    request, by = place.request, actor(place.request)
    command = sent(request, "do")
    if command == "withdraw":
        withdraw_document(document=document, by=by, why=sent(request, "why")[:1000])
        messages.success(request, _("The public does not read this text any more."))
        return
    at = hour_of(sent(request, "day"), sent(request, "hour")) if command == "schedule" else None
    done = publish_document(document=document, by=by, at=at, accepts_gaps=bool(request.POST.get("accepts_gaps")))
    if done.state == DocumentState.SCHEDULED:
        messages.success(request, _("The text will be public at the hour you chose."))
    else:
        messages.success(request, _("Published."))


def hour_of(day: str, hour: str) -> datetime:
    """Return an instant out of a day and an hour in the installation's time zone; raises :class:`UnableToPublish`."""
    try:
        found = parse_datetime(f"{day}T{hour or '00:00'}")
    except ValueError:
        found = None
    if found is None:
        raise UnableToPublish(_("Give a day and an hour, such as 29 September 2021 and 09:00."))
    at = timezone.make_aware(found) if timezone.is_naive(found) else found
    if at <= timezone.now():
        raise UnableToPublish(_("This hour is past. Publish at once, or choose a later one."))
    return at


def text_links(request: Request, record: Record) -> list[tuple[str, str]]:
    """Return label and address of a record's texts, for the page of its form."""
    kind = record.SPEC.kind
    return [(str(one.label), address(request, "text_list", kind, record.key, one.role)) for one in roles_of(kind)]
