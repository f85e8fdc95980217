"""A film's own files: the film itself and its subtitles."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from querwerk.core.actions import InvalidRecords, UnableToOverwrite, save_record
from querwerk.core.models import Record
from querwerk.core.pictures.actions import store_film
from querwerk.core.pictures.limits import MAX_FILM_BYTES, MAX_SUBTITLE_BYTES, UnusableFile
from querwerk.core.pictures.models import ShowsPeople
from querwerk.core.pictures.subtitles import as_webvtt, decoded
from querwerk.core.queries import snapshot
from querwerk.core.templatetags.ui import language_name
from querwerk.core.text import LANGUAGES
from querwerk.desk.queries import owners, title_of
from querwerk.desk.views.frame import actor, address, desk_page, record_or_404, require, surrounding
from querwerk.desk.views.shown import consent_context
from querwerk.programmes.pages import Request
from querwerk.programmes.rules import may_edit

KIND = "film"


@desk_page
def film_files(request: Request, key: str) -> HttpResponse:
    """Show and take in the files of a film, and who agreed to be seen in it."""
    film = record_or_404(request, KIND, key)
    require(may_edit(request.viewer, kind=KIND, owners=owners(film)))
    errors: dict[str, str] = {}
    if request.method == "POST":
        change = read(request, errors)
        if change is not None and not errors:
            store(request, film, change, errors)
        if not errors:
            return redirect("desk:film_files", request.frame.key, key)
    return page(request, film, errors=errors)


def page(request: Request, film: Record, *, errors: dict[str, str]) -> HttpResponse:
    """Show the page of a film, with what is wrong in its forms."""
    assert isinstance(film, ShowsPeople)
    stated = snapshot(film)
    own = [code for code, _name in settings.LANGUAGES]
    context = {
        **consent_context(request, film, is_mine=True, errors=errors),
        "film": film,
        "title": title_of(film),
        "file": stated.get("file") or "",
        "subtitles": [language_name(code) for code in LANGUAGES if stated.get(f"subtitles_{code}")],
        "languages": [(code, language_name(code)) for code in (*own, *(code for code in LANGUAGES if code not in own))],
        "limit": MAX_FILM_BYTES // 1_000_000,
        "edit_url": address(request, "record_edit", KIND, film.key),
        "list_url": address(request, "record_list", KIND),
    }
    status = 422 if errors else 200
    return render(request, "desk/film_files.html", {**surrounding(request, KIND), **context}, status=status)


def read(request: Request, errors: dict[str, str]) -> dict[str, Any] | None:
    """Return which fields of the film change, or note what is wrong with the file."""
    name = request.POST.get("do", "")
    if name == "remove":
        return {"file": None}
    if name not in ("film", "subtitles"):
        return None
    file = request.FILES.get(name)
    if file is None:
        errors[name] = _("Please choose a file.")
        return None
    try:
        return take_film(request, file) if name == "film" else take_subtitles(request, file)
    except UnusableFile as error:
        errors[name] = str(error)
        return None


def take_film(request: Request, file: Any) -> dict[str, Any]:
    """Take the film in; raises :class:`UnusableFile`."""
    stored = store_film(stream=file, size=file.size, name=file.name or "", space=request.frame.space, by=actor(request))
    return {"file": stored.file_name}


def take_subtitles(request: Request, file: Any) -> dict[str, Any]:
    """Take subtitles in, as WebVTT; raises :class:`UnusableFile`."""
    language = request.POST.get("language", "")
    if language not in LANGUAGES:
        raise UnusableFile(_("Please choose the language of the subtitles."))
    if file.size > MAX_SUBTITLE_BYTES:
        raise UnusableFile(_("This file is too large for subtitles."))
    return {f"subtitles_{language}": as_webvtt(decoded(file.read()))}


def store(request: Request, film: Record, change: dict[str, Any], errors: dict[str, str]) -> None:
    """Write the change, unless somebody else was faster."""
    raw = {key: value for key, value in {**snapshot(film), **change}.items() if key not in change or value is not None}
    try:
        save_record(
            spec=film.SPEC, raw=raw, space=request.frame.space, by=actor(request), expected_version=film.version
        )
    except (InvalidRecords, UnableToOverwrite) as error:
        errors["film"] = str(error)
    else:
        messages.success(request, _("Saved."))
