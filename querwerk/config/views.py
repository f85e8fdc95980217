"""The few addresses that belong to the installation and to no room."""

import contextlib
from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


@require_safe
def front_door(request: HttpRequest) -> HttpResponse:
    """Send a visitor of the bare address to the language of their cookie or browser."""
    response = HttpResponseRedirect(f"/{translation.get_language_from_request(request)}/")
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


@require_safe
@cache_control(max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    """Everything public may be found; work rooms and accounts are not worth a crawler's visit."""
    lines = [
        "User-agent: *",
        *(f"Disallow: /{code}/{room}/" for code, _ in settings.LANGUAGES for room in ("desk", "account")),
    ]
    with contextlib.suppress(NoReverseMatch):
        lines.append(f"Sitemap: {settings.ENV.url}{reverse('sitemap')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@require_safe
@cache_control(max_age=3600)
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell about a security hole (RFC 9116), when the operator has said so."""
    if not settings.ENV.security_contact:
        raise Http404
    expires = (timezone.now() + timedelta(days=180)).replace(microsecond=0).isoformat()
    lines = [
        f"Contact: {settings.ENV.security_contact}",
        f"Expires: {expires}",
        f"Preferred-Languages: {', '.join(settings.ENV.languages)}",
        f"Canonical: {settings.ENV.url}{request.path}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
