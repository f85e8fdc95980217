"""Texts come in as Word files and are taken away as files, published or not."""

from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from querwerk.core.pictures.actions import add_picture
from querwerk.core.pictures.limits import UnusableFile
from querwerk.core.pictures.models import Picture
from querwerk.core.pictures.states import Withheld
from querwerk.core.prose.actions import replace_body
from querwerk.core.prose.blocks import Body, InvalidBody, body_words, normalise
from querwerk.core.prose.files import FORMS, written
from querwerk.core.prose.manuscript import UnableToStorePicture
from querwerk.core.prose.models import Document
from querwerk.core.prose.queries import PublicText, head_of
from querwerk.core.prose.render import outline
from querwerk.core.prose.render import render as render_body
from querwerk.core.prose.states import Origin
from querwerk.core.prose.word.package import MAX_FILE
from querwerk.core.prose.word.read import Imported, UnableToRead, read_word
from querwerk.core.prose.word.renew import renewal, with_what_word_lacks
from querwerk.core.templatetags.ui import language_name
from querwerk.core.text import Text
from querwerk.desk import imports
from querwerk.desk.queries import seen_by
from querwerk.desk.views.frame import actor, attempt, desk_page, sent
from querwerk.desk.views.texts.place import Place
from querwerk.desk.views.uploads import owner_for
from querwerk.programmes.files import file_name, manuscript_of
from querwerk.programmes.pages import Request
from querwerk.programmes.rules import may_create

NOT_YET = "new"
"""Stands for a picture that will be stored when the import is confirmed."""


@desk_page
def text_file(request: Request, *, kind: str, key: str, role: str, language: str, form: str) -> HttpResponse:
    """Give the newest version as a file, with its comments; made anew each time."""
    place = Place(request, kind, key, role, language)
    place.require_reading()
    if form not in FORMS:
        raise Http404
    head = head_of(place.document())
    manuscript, _media = manuscript_of(
        request, place.record, head.body, language, changed_at=head.saved_at, with_drafts=True, with_comments=True
    )
    response = HttpResponse(written(manuscript, form), content_type=FORMS[form].media_type)
    response.headers["Content-Disposition"] = attachment(file_name(manuscript, form))
    return response


def attachment(name: str) -> str:
    """Return the header that lets a browser save a file under a name with umlauts (RFC 6266)."""
    return f"attachment; filename*=UTF-8''{quote(name)}"


@dataclass(frozen=True, slots=True)
class Reading:
    """A Word file read for a text, beside the version that it would follow."""

    found: Imported
    body: Body
    before: Body


def known_pictures(request: Request) -> set[str]:
    """Return the ids of the pictures that the viewer may put into a text; 1 query."""
    pictures = Picture.objects.filter(space=request.frame.space_id, stored__isnull=False)
    seen = seen_by(request.viewer, pictures.exclude(withheld=Withheld.WITHDRAWN), request.frame.space_id)
    return set(seen.values_list("key", flat=True))


def read(place: Place, document: Document, data: bytes, *, stores: bool) -> Reading:
    """Read a Word file; pictures are stored only when somebody has said so. Raises :class:`UnableToRead`."""
    request, known = place.request, known_pictures(place.request)
    may_store = may_create(request.viewer, kind=Picture.SPEC.kind)

    def store(content: bytes, _mime: str, alt: str) -> str:
        if not may_store:
            raise UnableToStorePicture(str(may_store.why))
        if not stores:
            return NOT_YET
        try:
            done = add_picture(
                content=content, name=alt[:80], space=request.frame.space, by=actor(request),
                alt=Text({place.language: alt}) if alt else None, owner=owner_for(request),
            )  # fmt: skip
        except UnusableFile as error:
            raise UnableToStorePicture(str(error)) from error
        return done.picture.key

    found = read_word(data, store_picture=store, is_known_picture=known.__contains__, language=place.language)
    before = head_of(document).body
    try:
        body = normalise(with_what_word_lacks(normalise(found.body), before))
    except InvalidBody as error:
        raise UnableToRead(" ".join(problem.message for problem in error.problems)) from error
    return Reading(found, body, before)


@desk_page
def text_import(request: Request, kind: str, key: str, role: str, language: str) -> HttpResponse:
    """Take a Word file, show what comes out of it, and make a version of it when somebody says so."""
    place = Place(request, kind, key, role, language)
    place.require_writing()
    document = place.document()
    if request.method == "POST" and sent(request, "token"):
        return confirmed(place, document)
    if request.method != "POST":
        return page(place)
    file = request.FILES.get("file")
    if file is None:
        return page(place, _("Please choose a file."))
    if (file.size or 0) > MAX_FILE:
        return page(place, _("The file is larger than %(size)d MB.") % {"size": MAX_FILE // 1024 // 1024})
    data = file.read()
    try:
        reading = read(place, document, data, stores=False)
    except UnableToRead as error:
        return page(place, str(error))
    return preview(place, document, reading, imports.keep(data, request.user.pk or 0))


def page(place: Place, error: str = "") -> HttpResponse:
    """Show the form."""
    context = place.context(error=error, edit_url=place.url("text_edit"), limit=MAX_FILE // 1024 // 1024)
    return render(place.request, "desk/text_import.html", context, status=422 if error else 200)


def preview(place: Place, document: Document, reading: Reading, token: str) -> HttpResponse:
    """Show what comes out of the file, what could not be kept, and how it stands to the version before."""
    shown = {**reading.body, "blocks": [stand_in(block) for block in reading.body["blocks"]]}
    text = PublicText(
        place.language,
        render_body(shown, deeper=int(place.role.is_section)),
        outline(shown),
        0,
        "",
        0,
        timezone.now(),
        (),
    )
    found, title = reading.found, place.record.node.title.best(place.language).words
    is_other_language = found.stated_language not in ("", place.language)
    context = place.context(
        token=token,
        text=text,
        report=found.report,
        renewal=renewal(reading.body, reading.before),
        has_before=bool(body_words(reading.before).strip()),
        words=len(body_words(reading.body).split()),
        pictures=pictures_in(reading.body),
        new_pictures=NOT_YET in str([block.get("picture", block.get("pictures")) for block in reading.body["blocks"]]),
        file_title=found.title if found.title and found.title != title else "",
        file_language=language_name(found.stated_language) if is_other_language else "",
        edit_url=place.url("text_edit"),
        import_url=place.url("text_import"),
        version=document.head_number + 1,
    )
    return render(place.request, "desk/text_import_preview.html", context)


def pictures_in(body: Body) -> int:
    """Count the pictures of a text."""
    return sum(
        len(block.get("pictures", [block.get("picture")]))
        for block in body["blocks"]
        if block["type"] in ("image", "gallery")
    )


def stand_in(block: dict[str, Any]) -> dict[str, Any]:
    """Return the words of a picture that is not stored yet, in its place."""
    if block["type"] != "image" or block["picture"] != NOT_YET:
        return block
    words = f"<em>{_('Picture')}: {escape(block['alt'] or _('without description'), quote=False)}</em>"
    caption = f"<br>{block['caption']}" if block["caption"] else ""
    return {"key": block["key"], "type": "paragraph", "html": words + caption}


def confirmed(place: Place, document: Document) -> HttpResponse:
    """Make a version of a file that was shown; pressed twice it is made once."""
    request = place.request
    data = imports.kept(sent(request, "token"), request.user.pk or 0)
    if data is None:
        return page(place, _("The file is not here any more. Please choose it again."))
    try:
        # Pictures first and outside the transaction; the same picture again leads to the one that is there.
        reading = read(place, document, data, stores=True)
    except UnableToRead as error:
        return page(place, str(error))

    def effect() -> dict[str, int]:
        version = replace_body(
            document=document, body=reading.body, by=actor(request), origin=Origin.IMPORTED, why=_("Imported from Word")
        )
        return {"number": version.number}

    number = attempt(request, effect)["number"]
    refused = reading.found.report.counts["picture-refused"]
    if refused:
        message = ngettext("%(n)d picture was refused.", "%(n)d pictures were refused.", refused) % {"n": refused}
        samples = "; ".join(reading.found.report.samples.get("picture-refused", ()))
        messages.warning(request, f"{message} {samples}")
    messages.success(request, _("The Word file is version %(number)d of this text now.") % {"number": number})
    return redirect(place.url("text_edit"))
