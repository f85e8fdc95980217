"""Downloading a whole programme; the desk links here."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from querwerk.exchange.parcels import parcel_bytes
from querwerk.exchange.queries import export_bundle
from querwerk.exchange.writer import as_json, as_yaml
from querwerk.programmes.pages import enter
from querwerk.programmes.rules import may_export

FORMATS = {"yaml": ("application/yaml", as_yaml), "json": ("application/json", as_json)}


@never_cache
@require_safe
def export(request: HttpRequest, programme: str, form: str) -> HttpResponse | StreamingHttpResponse:
    """Hand out everything of a programme, as an import would read it; for who may not, it does not exist."""
    frame = enter(request, programme)
    if form not in (*FORMATS, "zip") or not may_export(request.viewer):  # type: ignore[attr-defined]
        raise Http404
    if form == "zip":
        parcel = StreamingHttpResponse(parcel_bytes(frame.space), content_type="application/zip")
        parcel["Content-Disposition"] = f'attachment; filename="{frame.key}.zip"'
        return parcel
    content_type, write = FORMATS[form]
    response = HttpResponse(write(export_bundle(frame.space)), content_type=f"{content_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{frame.key}.{form}"'
    return response
