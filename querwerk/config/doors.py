"""What stands at the doors: turns away requests that no browser sends, packs what goes out where packing helps."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

NUL = "\0"


class NulMiddleware:
    """Refuse addresses with a NUL character: PostgreSQL cannot compare a text with one, and would fail."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Wrap the rest of the stack."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 400, or go on."""
        if NUL in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in address")
        return self.get_response(request)


class TextGZipMiddleware(GZipMiddleware):
    """Compress what is for one reader, but no pictures and films: they are compressed, and a part of one must stay as long as it says."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Leave files as they are."""
        kind = response.get("Content-Type", "").partition("/")[0]
        is_packed = kind in ("image", "video") and response["Content-Type"] != "image/svg+xml"
        if is_packed or response.has_header("Content-Range") or response.get("Content-Type") == "application/zip":
            return response
        return super().process_response(request, response)
