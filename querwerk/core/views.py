"""Pages that belong to no programme."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import translate_url
from django.views.decorators.http import require_safe

from querwerk.core.gallery import sample


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every primitive in every state."""
    languages = [(code, name, translate_url(request.path, code)) for code, name in settings.LANGUAGES]
    return render(request, "core/gallery.html", {**sample(), "alternates": languages})
