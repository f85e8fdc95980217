"""Films of our own: the file in the parts that a player asks for, subtitles, and what the page shows."""

from collections.abc import Collection
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import get_script_prefix
from django.views.decorators.http import require_safe

from querwerk.core.films import Screening, screening
from querwerk.core.pictures import files
from querwerk.core.pictures.addresses import MARK, preview_url
from querwerk.core.pictures.footage import MEDIA_TYPES
from querwerk.core.pictures.models import Picture
from querwerk.core.pictures.queries import lead_pictures
from querwerk.core.pictures.serving import ASK_AGAIN, may_fetch, send_file
from querwerk.core.pictures.subtitles import as_webvtt
from querwerk.core.templatetags.ui import language_name
from querwerk.core.text import UNSTATED
from querwerk.publishing.models import Film
from querwerk.publishing.queries import films_by_key

POSTER_WIDTH = 1280


def folder_of(film: Film, space_key: str) -> str:
    """Return the beginning that the addresses of a film's files share."""
    return f"{get_script_prefix()}media/{space_key}/films/{film.key}/"


def reel(film: Film, place: Screening, poster: Picture | None, space_key: str) -> dict[str, Any]:
    """Return what the page shows of a film."""
    folder = folder_of(film, space_key)
    sha256, _dot, suffix = film.file.partition(".")
    return {
        "film": film,
        "place": place,
        "poster": poster,
        "poster_url": preview_url(poster, POSTER_WIDTH) if poster is not None else "",
        "file_url": f"{folder}{sha256[:MARK]}.{suffix}" if suffix in MEDIA_TYPES else "",
        "media_type": MEDIA_TYPES.get(suffix, ""),
        "tracks": [
            (language, language_name(language), f"{folder}{language}.vtt")
            for language, words in film.subtitles.items()
            if words and language != UNSTATED
        ],
    }


def reels(space_id: int, space_key: str, keys: Collection[str], with_drafts: bool) -> dict[str, dict[str, Any]]:  # noqa: FBT001
    """Return the films that a text names and its reader may see; 2 queries."""
    films = films_by_key(space_id, keys, with_drafts=with_drafts)
    posters = lead_pictures([film.node_id for film in films.values()], with_drafts=False) if films else {}
    return {key: reel(film, screening(film.url), posters.get(film.node_id), space_key) for key, film in films.items()}


@require_safe
def film_file(request: HttpRequest, space: str, key: str, name: str) -> HttpResponse | StreamingHttpResponse:
    """Send a film's file, or its subtitles in a language."""
    film = Film.objects.filter(space__key=space, key=key).select_related("space", "node").first()
    if film is None or not may_fetch(request, film):
        raise Http404
    stem, _dot, suffix = name.rpartition(".")
    if suffix == "vtt":
        return subtitles(film, stem)
    sha256, _dot, own = film.file.partition(".")
    if not sha256 or (stem, suffix) != (sha256[:MARK], own):
        raise Http404
    path = files.path_of(sha256, own)
    return send_file(request, path, media_type=MEDIA_TYPES[own], mark=stem, is_public=film.is_shown)


def subtitles(film: Film, language: str) -> HttpResponse:
    """Send the subtitles in a language, whatever they were written in."""
    words = film.subtitles.get(language)
    if not words:
        raise Http404
    headers = {"Cache-Control": ASK_AGAIN, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(as_webvtt(words), content_type="text/vtt; charset=utf-8", headers=headers)
