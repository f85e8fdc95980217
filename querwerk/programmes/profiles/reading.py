"""Pages for readers: the directory as a list and as a map, and one profile."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from querwerk.core import registry
from querwerk.core.films import allow_frame, screening
from querwerk.core.lists import Ties
from querwerk.core.maps import HEIGHT, WIDTH
from querwerk.core.pictures.queries import lead_pictures, leads_for_some
from querwerk.people import queries
from querwerk.people.directory import Found, Pin, Wish, directory_of
from querwerk.people.models import Contact, Profile
from querwerk.people.regions import region_name
from querwerk.people.rules import Reader, may_claim, may_edit_profile, may_see, may_see_profile
from querwerk.people.states import Availability, Origin, language_label
from querwerk.programmes import lists
from querwerk.programmes.pages import Request, programme_page
from querwerk.programmes.profiles.choosing import facets, read_wish, words_of
from querwerk.programmes.profiles.pictures import opens_album

PER_PAGE = 24
MOST_PINS = 200
"""Rows beside the map."""


def reader_in(request: Request) -> Reader:
    """Return what the visitor is in this programme's directory; no query for who has no account."""
    viewer = request.viewer
    return queries.reader_of(
        viewer.user_id, request.frame.space_id, is_organiser=viewer.is_organiser, has_role=viewer.has_role
    )


class FoundPages(Paginator[Any]):
    """Pages of a list whose rows somebody else cut out."""

    def __init__(self, count: int) -> None:
        """Take how many rows there are."""
        super().__init__(range(count), PER_PAGE)


@programme_page
def directory(request: Request) -> HttpResponse:
    """List the profiles that fit, with what else can be chosen."""
    wish, reader = read_wish(request.GET), reader_in(request)
    number = page_number(request)
    found = ask(request, wish, reader, start=(number - 1) * PER_PAGE)
    pages = FoundPages(found.count)
    page = pages.get_page(number)
    if page.number != number:
        found = ask(request, wish, reader, start=(page.number - 1) * PER_PAGE)
    profiles = queries.profiles_by_node(found.nodes)
    context = {
        "page": page,
        "rows": rows(profiles, reader),
        **choices(request, wish, found),
    }
    return render(request, "programmes/directory.html", context)


@programme_page
def directory_map(request: Request) -> HttpResponse:
    """Show where those are that fit; the list beside says the same."""
    wish, reader = read_wish(request.GET), reader_in(request)
    found = ask(request, wish, reader, start=0)
    pins = sorted(found.pins, key=lambda pin: -pin.count)[:MOST_PINS]
    context = {
        "pins": [pin_of(request, pin) for pin in pins if is_on_map(pin)],
        "outside": sum(pin.count for pin in found.pins if not is_on_map(pin)),
        **choices(request, wish, found),
    }
    return render(request, "programmes/directory_map.html", context)


def is_on_map(pin: Pin) -> bool:
    """Tell whether a place lies within the drawing, which shows central Europe."""
    return 0 <= pin.x <= WIDTH and 0 <= pin.y <= HEIGHT


def ask(request: Request, wish: Wish, reader: Reader, *, start: int) -> Found:
    """Return what the directory finds, from one place on."""
    held = directory_of(request.frame.space_id)
    return held.find(wish, reader, today=timezone.localdate(), start=start, stop=start + PER_PAGE)


def page_number(request: Request) -> int:
    """Return which page is asked for; the first where that is no number."""
    asked = request.GET.get("page", "1")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1


def choices(request: Request, wish: Wish, found: Found) -> dict[str, Any]:
    """Return what list and map share: what can be chosen and what is."""
    query = request.GET.copy()
    query.pop("page", None)
    away = []
    for name, words in words_of(wish):
        left = query.copy()
        left.pop(name, None)
        away.append((words, f"?{left.urlencode()}"))
    return {
        "wish": wish,
        "found": found,
        "facets": facets(wish, found),
        "available": found.counts["available"].get("1", 0),
        "away": away,
        "query": f"?{query.urlencode()}" if query else "",
    }


def pin_of(request: Request, pin: Pin) -> dict[str, Any]:
    """Return a pin for the map: a profile's page where there is one, else the list of this place."""
    query = request.GET.copy()
    query.pop("page", None)
    query["cell"] = pin.cell
    list_url = reverse("programmes:directory", kwargs={"programme": request.frame.key})
    return {"x": pin.x, "y": pin.y, "count": pin.count, "label": pin.place, "url": f"{list_url}?{query.urlencode()}"}


def rows(profiles: Sequence[Profile], reader: Reader) -> list[dict[str, Any]]:
    """Return profiles with their pictures; 1 query for the pictures, 2 where some profiles are not for everybody."""
    some = [profile.node_id for profile in profiles if opens_album(profile, reader)]
    others = [profile.node_id for profile in profiles if profile.node_id not in some]
    pictures = lead_pictures(others, with_drafts=reader.is_organiser) if others else {}
    if some:
        pictures |= lead_pictures(some, with_drafts=True) if reader.is_organiser else leads_for_some(some)
    return [{"profile": profile, "picture": pictures.get(profile.node_id)} for profile in profiles]


@programme_page
def profile_page(request: Request, key: str) -> HttpResponse:
    """Show a profile to whom it is for: what somebody offers and looks for, the portfolio, and the thread."""
    reader = reader_in(request)
    profile = queries.find_profile(request.frame.space_id, key)
    if profile is None and (moved := queries.alias_of(request.frame.space_id, key)):
        return redirect("programmes:profile", request.frame.key, moved, permanent=True)
    if profile is None or not may_see_profile(reader, profile_id=profile.pk, shown_to=profile.shown_to):
        raise Http404
    return render(request, "programmes/profile_detail.html", about(request, profile, reader))


def about(request: Request, profile: Profile, reader: Reader) -> dict[str, Any]:
    """Return all that a profile's page shows this reader."""
    with_drafts = request.with_drafts
    ties = request.ties = Ties(profile, with_drafts=with_drafts)
    request.album_of = profile.node_id if opens_album(profile, reader) else None
    organisation = profile.organisation
    if organisation is not None and organisation.visibility != "published":
        organisation = None
    return {
        "profile": profile,
        "organisation": organisation,
        "belongs_to": ties.nodes("belongs_to"),
        "groups": lists.took_part(ties, profile.node_id),
        "ways": ways(queries.contact_of(profile), profile, reader),
        "films": films(request, profile),
        "languages": [str(language_label(code)) for code in profile.languages],
        "region": region_name(profile.region) if profile.region else "",
        "is_paused": profile.availability == Availability.PAUSED,
        "may_claim": is_claimable(profile),
        "may_edit": bool(may_edit_profile(reader, profile_id=profile.pk)),
        "panels": registry.panels_for(request, profile),
    }


def is_claimable(profile: Profile) -> bool:
    """Tell whether an imported profile waits for its owner; 1 query for those, else none."""
    is_imported = profile.origin == Origin.IMPORTED
    return is_imported and bool(
        may_claim(origin=profile.origin, has_speakers=bool(queries.speakers_of([profile.pk])[profile.pk]))
    )


def ways(contact: Contact | None, profile: Profile, reader: Reader) -> dict[str, str]:
    """Return the ways of reaching somebody that this reader may see."""
    if contact is None:
        return {}
    stated = {name: str(getattr(contact, name)) for name in ("person", "email", "phone")}
    return {
        name: words
        for name, words in stated.items()
        if words and may_see(reader, profile_id=profile.pk, audience=getattr(contact, f"{name}_audience"))
    }


def films(request: Request, profile: Profile) -> list[dict[str, str]]:
    """Return the films of a portfolio; one that can be shown in place is loaded after a click only."""
    found = []
    for url in profile.films:
        place = screening(url)
        if place.embed_url:
            allow_frame(request, place.embed_url)
        found.append({"url": url, "embed_url": place.embed_url, "provider": place.provider})
    return found
