"""What the public site puts on other rooms' pages: the news about a record, and its films."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from querwerk.core.films import allow_frame, screening
from querwerk.core.lists import Ties
from querwerk.core.models import Record
from querwerk.core.pictures.queries import lead_pictures
from querwerk.core.pictures.showing import pictures_of, plates
from querwerk.core.registry import Panel
from querwerk.publishing import queries
from querwerk.publishing.cinema import reel

ABOUT = frozenset({"event", "pilot", "paper", "uptake", "follow_up"})
FILMED = frozenset({"event", "pilot"})


def may_reach(request: HttpRequest, kind: str) -> bool:
    """Tell whether it is worth asking for records of a kind: not where the page has loaded its links and none leads there."""
    ties: Ties | None = getattr(request, "ties", None)
    return ties is None or ties.reaches(kind)


def is_documented(request: HttpRequest, record: Record, kind: str) -> bool:
    """Tell whether the page's links may lead to such a document; spares a query for the many records that have none."""
    ties: Ties | None = getattr(request, "ties", None)
    return ties is None or ties.node_id != record.node_id or ties.reaches(kind)


def news_panel(request: HttpRequest, record: Record) -> dict[str, Any] | None:
    """Return the newsflashes that report on the record."""
    if not may_reach(request, "newsflash"):
        return None
    if not is_documented(request, record, "newsflash"):
        return None
    found = queries.news_about(record.node_id, with_drafts=getattr(request, "with_drafts", False))
    return {"newsflashes": found} if found else None


def film_panel(request: HttpRequest, record: Record) -> dict[str, Any] | None:
    """Return the record's films, and let the page load those that can be shown in place after a click."""
    if not may_reach(request, "film"):
        return None
    if not is_documented(request, record, "film"):
        return None
    found = queries.films_of(record.node_id, with_drafts=getattr(request, "with_drafts", False))
    named = [film.node_id for film in found if film.has_poster]  # type: ignore[attr-defined]
    posters = lead_pictures(named, with_drafts=False) if named else {}
    films = []
    for film in found:
        place = screening(film.url)
        if place.embed_url and not film.file:
            allow_frame(request, place.embed_url)
        films.append(reel(film, place, posters.get(film.node_id), request.frame.key))  # type: ignore[attr-defined]
    return {"films": films} if films else None


def gallery_panel(request: HttpRequest, record: Record) -> dict[str, Any] | None:
    """Return the record's gallery, each picture with its page."""
    found = pictures_of(request, record)
    if not found:
        return None
    frame = request.frame  # type: ignore[attr-defined]
    of = {"programme": frame.key, "kind": record.SPEC.kind, "of": record.key}
    rows = [
        {"plate": plate, "url": reverse("publishing:album_picture", kwargs={**of, "key": plate.picture.key})}
        for plate in plates(found, frame.key)
    ]
    return {"rows": rows, "press_url": reverse("publishing:press", kwargs={"programme": frame.key})}


NEWS = Panel(ABOUT, "publishing/news_panel.html", news_panel, order=70)
FILMS = Panel(FILMED, "publishing/film_panel.html", film_panel, order=60)
GALLERY = Panel(FILMED | {"profile"}, "publishing/gallery_panel.html", gallery_panel, order=55)
