"""Pictures by themselves: one with all that is said about it, leafing through a record's gallery, what the press may take."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from querwerk.core.models import Node, Record
from querwerk.core.pictures.models import Picture
from querwerk.core.pictures.queries import gallery_for_some, gallery_of, pictures_by_key, press_pictures, used_in
from querwerk.core.pictures.showing import plates
from querwerk.core.queries import find_record
from querwerk.core.registry import node_url
from querwerk.core.spec import all_specs
from querwerk.core.states import Visibility
from querwerk.people.models import Profile
from querwerk.programmes.pages import Request, programme_page
from querwerk.programmes.profiles.pictures import opens_album
from querwerk.programmes.profiles.reading import reader_in

PER_PAGE = 24
WITH_ALBUM = ("event", "pilot", "profile")
"""The kinds of records that have a gallery."""


@programme_page
def picture_page(request: Request, key: str) -> HttpResponse:
    """Show a picture with all that is said about it, and where it is used."""
    found = pictures_by_key(request.frame.space_id, [key], with_drafts=request.with_drafts).get(key)
    if found is None:
        raise Http404
    return render(request, "publishing/picture.html", about(request, found))


def about(request: Request, picture: Picture) -> dict[str, Any]:
    """Return the picture as a figure, and the records on whose pages it stands."""
    (plate,) = plates([picture], request.frame.key)
    shown = [link.owner for link in used_in(picture.node_id) if may_read(request, link.owner)]
    uses = [(node, node_url(node, request.frame.key)) for node in dict.fromkeys(shown)]
    return {"plate": plate, "uses": uses}


def may_read(request: Request, node: Node) -> bool:
    """Tell whether the reader may see a record that uses the picture."""
    return node.visibility == Visibility.PUBLISHED or (request.with_drafts and node.visibility == Visibility.DRAFT)


def record_or_404(request: Request, kind: str, key: str) -> Record:
    """Return the record whose gallery this is."""
    if kind not in WITH_ALBUM or kind not in all_specs():
        raise Http404
    record = find_record(all_specs()[kind], request.frame.space_id, key)
    if record is None or not (may_read(request, record.node) or is_open(request, record)):
        raise Http404
    return record


def is_open(request: Request, record: Record) -> bool:
    """Tell whether the reader sees the record's draft pictures, because it is a profile that is for them."""
    return isinstance(record, Profile) and opens_album(record, reader_in(request))


@programme_page
def album_picture(request: Request, key: str, kind: str, of: str) -> HttpResponse:
    """Show one picture of a record's gallery, with the ways to the one before and the one after."""
    record = record_or_404(request, kind, of)
    is_for_some = not request.with_drafts and is_open(request, record)
    album = (
        gallery_for_some(record.node_id) if is_for_some else gallery_of(record.node_id, with_drafts=request.with_drafts)
    )
    place = next((number for number, picture in enumerate(album) if picture.key == key), None)
    if place is None:
        raise Http404

    def url_of(number: int) -> str:
        names = {"programme": request.frame.key, "kind": kind, "of": of, "key": album[number].key}
        return reverse("publishing:album_picture", kwargs=names)

    context = about(request, album[place]) | {
        "record": record,
        "title": record.node.title,
        "record_url": node_url(record.node, request.frame.key),
        "number": place + 1,
        "count": len(album),
        "before": url_of(place - 1) if place else "",
        "after": url_of(place + 1) if place + 1 < len(album) else "",
    }
    return render(request, "publishing/picture.html", context)


@programme_page
def press(request: Request) -> HttpResponse:
    """Show the pictures whose originals anybody may take, with the credit to print."""
    page = Paginator(press_pictures(request.frame.space_id), PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        {"plate": plate, "url": reverse("publishing:picture", args=[request.frame.key, plate.picture.key])}
        for plate in plates(page, request.frame.key)
    ]
    return render(request, "publishing/press.html", {"page": page, "rows": rows})
