"""Files of pictures: sizes for pages, originals for whoever may have them; documents to fetch."""

from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from querwerk.core.pictures import files
from querwerk.core.pictures.addresses import download_name, mark_of
from querwerk.core.pictures.credits import with_credit
from querwerk.core.pictures.models import Picture
from querwerk.core.pictures.queries import download_by_address, picture_by_address
from querwerk.core.pictures.renditions import rendition
from querwerk.core.pictures.serving import (
    ASK_AGAIN,
    POLICY,
    has_pass,
    has_role_for,
    may_fetch,
    name_for_download,
    rendition_file,
    send_file,
)
from querwerk.core.pictures.states import FOR_THE_PRESS, FileKind, Licence

type Answer = HttpResponse | StreamingHttpResponse


def picture_or_404(request: HttpRequest, space: str, key: str) -> Picture:
    """Return a picture whose files the visitor may have; what they may not have does not exist for them."""
    found = picture_by_address.first(space, key)
    if found is None or found.stored is None or not may_fetch(request, found):
        raise Http404
    return found


@require_safe
def rendition_view(request: HttpRequest, space: str, key: str, mark: str, name: str) -> Answer:
    """Send a picture in one of its sizes."""
    picture = picture_or_404(request, space, key)
    stored = picture.stored
    assert stored is not None
    if mark != mark_of(picture):
        raise Http404
    if stored.kind == FileKind.DRAWING:
        if name != "drawing.svg":
            raise Http404
        path, media_type = files.path_of(stored.sha256, stored.suffix), stored.media_type
    else:
        wanted = rendition(name, stored.width, stored.height, has_alpha=stored.has_alpha)
        if wanted is None:
            raise Http404
        path, media_type = rendition_file(picture, wanted), wanted.media_type
    return send_file(request, path, media_type=media_type, mark=f"{mark}-{name}", is_public=picture.is_shown)


@require_safe
def original(request: HttpRequest, space: str, key: str) -> Answer:
    """Send the original with its credit inside: to everybody where the licence allows, else to those who work with it."""
    picture = picture_or_404(request, space, key)
    stored = picture.stored
    assert stored is not None
    is_free = picture.is_shown and picture.licence in FOR_THE_PRESS
    if not is_free and not has_pass(request, picture):
        raise Http404
    try:
        content = files.path_of(stored.sha256, stored.suffix).read_bytes()
    except FileNotFoundError:
        raise Http404 from None
    licence = str(Licence(picture.licence).label) if picture.licence else ""
    body = with_credit(
        content, stored.media_type, credit=picture.credit, licence=licence, licence_url=picture.licence_url
    )
    response = HttpResponse(body, content_type=stored.media_type)
    name = name_for_download(picture, stored)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = ASK_AGAIN
    response["Content-Security-Policy"] = POLICY
    return response


@require_safe
def document(request: HttpRequest, space: str, key: str, name: str) -> Answer:
    """Send a document, always to be saved and never shown inside the site; to everybody once it is published."""
    found = download_by_address.first(space, key)
    if found is None or found.stored is None or not (found.is_shown or has_role_for(request, found)):
        raise Http404
    stored = found.stored
    return send_file(
        request, files.path_of(stored.sha256, stored.suffix), media_type=stored.media_type, mark=stored.sha256,
        is_public=False, download_as=download_name(found),
    )  # fmt: skip


@require_safe
def sample(request: HttpRequest, mark: str = "") -> Answer:
    """Lead to the drawing that the gallery of primitives shows."""
    return redirect(static("core/gallery-sample.svg"))
