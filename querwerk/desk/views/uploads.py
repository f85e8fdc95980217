"""Pictures for a text: taken in where somebody drops them, picked from what is there. Both answer in JSON."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from querwerk.core.pictures.actions import Upload, add_picture
from querwerk.core.pictures.addresses import preview_url
from querwerk.core.pictures.limits import MAX_PICTURE_BYTES, UnusableFile
from querwerk.core.pictures.models import Picture
from querwerk.core.pictures.states import Withheld
from querwerk.core.spec import TEXT_LENGTH
from querwerk.core.templatetags.ui import plain
from querwerk.core.text import LANGUAGES, Text
from querwerk.desk.queries import search, seen_by
from querwerk.desk.views.frame import actor, desk_page, require, sent
from querwerk.programmes.pages import Request
from querwerk.programmes.rules import may_create

PICKED = 24


def as_json(picture: Picture) -> dict[str, Any]:
    """Return what an editor needs to put a picture into a text."""
    stored = picture.stored
    assert stored is not None
    return {
        "id": picture.key,
        "title": plain(picture.title),
        "alt": plain(picture.alt),
        "alts": {language: words for language, words in picture.alt.items() if words},
        "is_decorative": picture.is_decorative,
        "credit": picture.credit,
        "width": stored.width,
        "height": stored.height,
        "url": preview_url(picture),
        "is_published": picture.is_shown,
    }


def owner_for(request: Request) -> str:
    """Return the organisation to which a new picture belongs: an editor's own."""
    return "" if request.viewer.is_organiser else min(request.viewer.organisations, default="")


def take_in(request: Request, file: Any, alt: Text | None = None) -> Upload:
    """Take in one uploaded file; raises :class:`UnusableFile`."""
    if file.size > MAX_PICTURE_BYTES:
        raise UnusableFile(
            _("The picture has %(size)d MB; at most %(limit)d MB are possible.")
            % {"size": file.size // 1_000_000, "limit": MAX_PICTURE_BYTES // 1_000_000}
        )
    return add_picture(
        content=file.read(), name=file.name or "", space=request.frame.space, by=actor(request), alt=alt,
        owner=owner_for(request),
    )  # fmt: skip


def alt_from(request: Request) -> Text:
    """Return the description that came along: ``alt`` in the language ``lang``, or ``alt_de``, ``alt_en`` and so on."""
    language = request.POST.get("lang", "")
    if language not in LANGUAGES:
        language = (get_language() or settings.LANGUAGE_CODE).split("-", 1)[0]
    words = {code: sent(request, f"alt_{code}") for code in LANGUAGES if f"alt_{code}" in request.POST}
    words |= {language: sent(request, "alt")} if sent(request, "alt") else {}
    return Text({code: said[:TEXT_LENGTH] for code, said in words.items() if said})


@desk_page
def upload(request: Request) -> HttpResponse:
    """Take in a picture and say how it is called: ``file``, and ``alt`` with ``lang``."""
    require(may_create(request.viewer, kind=Picture.SPEC.kind))
    if request.method != "POST" or "file" not in request.FILES:
        return JsonResponse({"error": _("Please choose a file.")}, status=400)
    try:
        done = take_in(request, request.FILES["file"], alt_from(request))
    except UnusableFile as error:
        return JsonResponse({"error": str(error)}, status=422)
    return JsonResponse(as_json(done.picture) | {"is_new": done.is_new}, status=201 if done.is_new else 200)


@desk_page
def pick(request: Request) -> HttpResponse:
    """List the pictures that can be put into a text, newest first: ``q`` looks in names and ids, ``page`` turns."""
    found = Picture.objects.filter(space=request.frame.space_id, stored__isnull=False).exclude(
        withheld=Withheld.WITHDRAWN
    )
    found = seen_by(request.viewer, found, request.frame.space_id).select_related("stored", "space", "node")
    words = request.GET.get("q", "")[:200]
    page = Paginator(search(found, words).order_by("-pk"), PICKED).get_page(request.GET.get("page"))
    following = page.next_page_number() if page.has_next() else None
    return JsonResponse({"pictures": [as_json(picture) for picture in page], "next": following})
