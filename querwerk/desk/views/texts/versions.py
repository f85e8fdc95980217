"""Versions of a text: as the public would read them, side by side, brought back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from querwerk.core.numbers import whole
from querwerk.core.prose.actions import (
    UnableToWrite,
    restore_version,
)
from querwerk.core.prose.blocks import Body, block_words, empty
from querwerk.core.prose.models import Document
from querwerk.core.prose.queries import (
    PublicText,
    body_of,
    versions_of,
)
from querwerk.core.prose.render import outline
from querwerk.core.prose.render import render as render_body
from querwerk.desk.texts import BLOCK_LABELS
from querwerk.desk.views.frame import (
    actor,
    attempt,
    desk_page,
    sent,
)
from querwerk.desk.views.texts.place import Place
from querwerk.engine.textdiff import Stretch, align, compare
from querwerk.programmes.pages import Request


@desk_page
def text_preview(request: Request, kind: str, key: str, role: str, language: str) -> HttpResponse:
    """Show the newest version (or another one) as the public would read it."""
    place = Place(request, kind, key, role, language)
    place.require_reading()
    document = place.document()
    number = request.GET.get("version", "")
    wanted = whole(number) if number else document.head_number
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
    return number if 0 < (number := whole(words)) <= document.head_number else None


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
