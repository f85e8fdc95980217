"""Pictures of profiles that are not for everybody are kept as drafts are: whoever may see the profile sees them, and fetches them."""

from django.conf import settings
from django.http import HttpRequest

from querwerk.core.models import Link, Record
from querwerk.core.pictures.models import Picture
from querwerk.core.pictures.queries import GALLERY, LEAD
from querwerk.core.queries import current_edition
from querwerk.core.states import Visibility
from querwerk.people import queries
from querwerk.people.models import Profile
from querwerk.people.rules import Reader, may_edit_profile, may_see_profile
from querwerk.programmes.pages import viewer_in
from querwerk.programmes.queries import frame_of


def opens_album(profile: Profile, reader: Reader) -> bool:
    """Tell whether a reader sees a profile's draft pictures: where not everybody sees the profile, but the reader does."""
    is_for_some = profile.visibility != Visibility.PUBLISHED
    return is_for_some and bool(may_see_profile(reader, profile_id=profile.pk, shown_to=profile.shown_to))


def reader_for(request: HttpRequest, space_key: str) -> Reader | None:
    """Return what a visitor is in a programme's directory; nobody for who has no session."""
    frame = frame_of(space_key, current_edition())
    if frame is None or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    viewer = viewer_in(request, frame)
    return queries.reader_of(viewer.user_id, frame.space_id, is_organiser=viewer.is_organiser, has_role=viewer.has_role)


def may_fetch_of_profile(request: HttpRequest, record: Record) -> bool:
    """Tell whether a visitor may have a draft picture because it is shown with a profile that they may see; 2 or 3 queries.

    What lacks a consent is for those alone who edit the profile.
    """
    if record.visibility != Visibility.DRAFT or not isinstance(record, Picture):
        return False
    reader = reader_for(request, record.space.key)
    if reader is None or not (reader.is_member or reader.is_organiser):
        return False
    owners = Link.objects.filter(later=record.node_id, field__in=(LEAD, GALLERY)).values("owner")
    may_be = opens_album if not record.withheld else edits
    return any(may_be(profile, reader) for profile in Profile.objects.filter(node__in=owners))


def edits(profile: Profile, reader: Reader) -> bool:
    """Tell whether a reader edits a profile."""
    return bool(may_edit_profile(reader, profile_id=profile.pk))
