"""Publishing a text, now or at an hour, and withdrawing it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from querwerk.core.actions import set_visibility
from querwerk.core.models import Node
from querwerk.core.pictures.models import Download
from querwerk.core.pictures.queries import downloads_by_key, pictures_by_key
from querwerk.core.prose.actions import (
    UnableToPublish,
    cancel_next,
    publish_document,
    withdraw_document,
)
from querwerk.core.prose.blocks import Body, used_media
from querwerk.core.prose.films import reels_by_key
from querwerk.core.prose.models import Document
from querwerk.core.prose.queries import (
    body_of,
    head_of,
    source_of,
)
from querwerk.core.prose.siblings import gaps
from querwerk.core.prose.states import DocumentState
from querwerk.core.spec import spec_of
from querwerk.core.states import Visibility
from querwerk.core.templatetags.ui import language_name, plain
from querwerk.desk.queries import owners
from querwerk.desk.views.frame import (
    LIBRARIES,
    actor,
    address,
    desk_page,
    require,
    sent,
)
from querwerk.desk.views.texts.place import TONES, Place
from querwerk.programmes.pages import Request
from querwerk.programmes.rules import may_publish


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
        unseen=unseen(place, head.body),
        files_to_publish=files_to_publish(place, head.body),
        record_is_public=place.record.visibility == "published",
        edit_url=place.url("text_edit"),
        zone=settings.TIME_ZONE,
    )
    return render(request, "desk/text_publish.html", context, status=422 if error else 200)


def publish_sent(place: Place, document: Document) -> None:
    """Do what the form says; raises :class:`UnableToPublish`."""
    request, by = place.request, actor(place.request)
    command = sent(request, "do")
    if command == "cancel":
        cancel_next(document=document, by=by)
        messages.success(
            request, _("The newer version has no hour any more; the public goes on reading what it reads.")
        )
        return
    if command == "withdraw":
        withdraw_document(document=document, by=by, why=sent(request, "why")[:1000])
        messages.success(request, _("The public does not read this text any more."))
        return
    if request.POST.get("with_files"):
        for file in files_to_publish(place, head_of(document).body):
            set_visibility(record=file, visibility=Visibility.PUBLISHED, by=by)
    at = hour_of(sent(request, "day"), sent(request, "hour")) if command == "schedule" else None
    publish_document(document=document, by=by, at=at, accepts_gaps=bool(request.POST.get("accepts_gaps")))
    if at is not None:
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
    if at.astimezone(UTC).astimezone(at.tzinfo).replace(tzinfo=None) != at.replace(tzinfo=None):
        raise UnableToPublish(
            _("On this day the clocks are put forward and skip this hour. Choose one before or after it.")
        )
    if at <= timezone.now():
        raise UnableToPublish(_("This hour is past. Publish at once, or choose a later one."))
    return at


def unseen(place: Place, body: Body) -> list[tuple[str, str, str]]:
    """Return what a text shows and readers would not see: what it is, its title, where it can be published."""
    request, space_id = place.request, place.request.frame.space_id
    used = used_media(body["blocks"])
    shown: dict[str, tuple[frozenset[str], Mapping[str, Any]]] = {
        "picture": (used.pictures, pictures_by_key(space_id, used.pictures, with_drafts=False)),
        "file": (used.files, downloads_by_key(space_id, used.files, with_drafts=False)),
        "film": (used.films, reels_by_key(space_id, request.frame.key, used.films, with_drafts=False)),
    }
    found = []
    for kind, (keys, public) in shown.items():
        lacking = keys - public.keys()
        titles = dict(Node.objects.filter(space=space_id, kind=kind, key__in=lacking).values_list("key", "title"))
        for key in sorted(lacking):
            url = address(
                request, kind if kind in LIBRARIES else "record_edit", *([] if kind in LIBRARIES else [kind]), key
            )
            label = str(spec_of(kind).label)
            found.append((label, plain(titles[key]), url) if key in titles else (label, key, ""))
    return found


def files_to_publish(place: Place, body: Body) -> list[Download]:
    """Return the drafts among a text's files that could be published with it by whoever looks at it."""
    keys = used_media(body["blocks"]).files
    found = Download.objects.filter(
        space=place.request.frame.space_id, key__in=keys, visibility=Visibility.DRAFT, stored__isnull=False
    )
    return [
        file
        for file in found.exclude(language="").select_related("node", "space").order_by("pk")
        if may_publish(place.request.viewer, kind="file", owners=owners(file))
    ]
