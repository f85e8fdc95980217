"""Writing with a form that needs no script, uploads too."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from querwerk.core.numbers import whole
from querwerk.core.pictures.downloads import ACCEPT
from querwerk.core.pictures.limits import UnusableFile
from querwerk.core.prose.actions import (
    save_patch,
)
from querwerk.core.prose.blocks import InvalidBody
from querwerk.core.prose.models import Document
from querwerk.core.prose.queries import (
    clashes_of,
    head_of,
    source_of,
)
from querwerk.core.prose.siblings import pairs
from querwerk.core.spec import TEXT_LENGTH
from querwerk.core.text import Text
from querwerk.desk.queries import SpaceOptions
from querwerk.desk.texts import BLOCK_LABELS, PER_PAGE, PlainForm, form_block
from querwerk.desk.views.files import take_document
from querwerk.desk.views.frame import (
    actor,
    require,
    sent,
)
from querwerk.desk.views.texts.place import Place
from querwerk.desk.views.uploads import take_in
from querwerk.programmes.pages import Request
from querwerk.programmes.rules import may_create

SITTING_LENGTH = 32
MOST_PICTURES = 100
"""How many pictures a field suggests, the newest first; older ones are named by their id."""


def media_options(request: Request) -> dict[str, list[tuple[str, str]]]:
    """Return key and title of what a block can show, by type of block; 2 queries."""
    known = SpaceOptions(request.viewer, request.frame.space_id)
    return {
        "file": known.pairs(("file",)),
        "video": known.pairs(("film",)),
        "image": known.pairs(("picture",))[-MOST_PICTURES:],
    }


def plain(place: Place, document: Document) -> HttpResponse:
    """Write with a form that needs no script, sixty blocks at a time."""
    request = place.request
    body = head_of(document).body
    number = whole(request.GET.get("page", ""), 1)
    pages = max(1, -(-len(body["blocks"]) // PER_PAGE))
    number = min(max(number, 1), pages)
    start = (number - 1) * PER_PAGE
    shown = body["blocks"][start : start + PER_PAGE]
    options = media_options(request)
    context: dict[str, Any] = {
        "pictures": options["image"],
        "accept": ACCEPT,
        "base": document.revision,
        "after": body["blocks"][start - 1]["key"] if start else "",
        "keys": " ".join(block["key"] for block in shown),
        "blocks": [form_block(block, options) for block in shown],
    }
    errors: list[str] = []
    if request.method == "POST":
        form = PlainForm(request.POST.dict() | uploaded(place, errors), body, options)
        done = plain_sent(place, document, form, context, errors)
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
    place: Place, document: Document, form: PlainForm, context: dict[str, Any], errors: list[str]
) -> HttpResponse | None:
    """Do what the plain form asks for; return where to go, or nothing to show the form again."""
    request = place.request
    command = sent(request, "do")
    context |= {"base": form.base, "after": form.after, "keys": " ".join(form.original)}
    if errors:
        context["blocks"] = form.typed()
        return None
    try:
        if command != "save":
            form.run(command)
            context["blocks"] = form.shown()
            return None
        patch = form.patch()
        sitting = sent(request, "once")[:SITTING_LENGTH]
        saved = save_patch(document=document, patch=patch, by=actor(request), sitting=sitting)
    except InvalidBody as error:
        errors += [problem.message for problem in error.problems]
        context["blocks"] = form.typed()
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


def uploaded(place: Place, errors: list[str]) -> dict[str, str]:
    """Take in the files that came with the form; return which of its fields name them now, or note what is wrong."""
    request = place.request
    fields: dict[str, str] = {}
    for name in request.FILES:
        file: Any = request.FILES[name]
        number, _dot, what = name.partition(".")
        kind = sent(request, f"{number}.type")
        if what != "upload" or kind not in TAKERS:
            continue
        require(may_create(request.viewer, kind="picture" if kind == "image" else "file"))
        try:
            fields |= TAKERS[kind](place, number, file)
        except UnusableFile as error:
            errors.append(f"{file.name}: {error}")
    return fields


def document_taken(place: Place, number: str, file: Any) -> dict[str, str]:
    """Take in a document for a block; raises :class:`UnusableFile`."""
    title = sent(place.request, f"{number}.title")
    filed = take_document(place.request, file, language=place.language, title=title)
    return {f"{number}.file": filed.download.key}


def picture_taken(place: Place, number: str, file: Any) -> dict[str, str]:
    """Take in a picture for a block, with what is to be seen in it; raises :class:`UnusableFile`."""
    alt = sent(place.request, f"{number}.alt")
    if not alt:
        raise UnusableFile(
            _("Say what is to be seen in the picture, for those who do not see it; then choose it again.")
        )
    done = take_in(place.request, file, Text({place.language: alt[:TEXT_LENGTH]}))
    return {f"{number}.picture": done.picture.key}


TAKERS = {"file": document_taken, "image": picture_taken}
