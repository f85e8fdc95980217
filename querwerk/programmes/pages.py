"""What every page of a programme shares: finding the programme, knowing the viewer, and what surrounds the page."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Concatenate, cast

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from querwerk.core import registry
from querwerk.core.films import admit_frames
from querwerk.core.lists import Ties
from querwerk.core.models import Record
from querwerk.core.pages import mark_public
from querwerk.core.queries import current_edition
from querwerk.core.states import Visibility
from querwerk.core.templatetags.ui import plain
from querwerk.programmes.queries import Frame, frame_of, owners_of, viewer_of
from querwerk.programmes.rules import STRANGER, Viewer, may_see, may_see_drafts
from querwerk.programmes.states import MenuPlace


class Request(HttpRequest):
    """A request within a programme."""

    frame: Frame
    viewer: Viewer
    ties: Ties | None = None
    """The links of the record that the page shows and of all its parts, where the view has loaded them: panels use them too."""
    album_of: int | None = None
    """The node of a record whose draft pictures the reader sees, for it is not for everybody but for them."""

    @property
    def with_drafts(self) -> bool:
        """Tell whether the viewer sees what is not published yet."""
        return bool(may_see_drafts(self.viewer))


def viewer_in(request: HttpRequest, frame: Frame) -> Viewer:
    """Return what the visitor is in the programme; no query for who has no session."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return STRANGER
    return viewer_of(request.user.pk, str(getattr(request.user, "display_name", "")), frame.programme)


def enter(request: HttpRequest, programme: str) -> Frame:
    """Put frame and viewer on the request; raises 404 for a programme that is not there for this viewer."""
    edition: int | None = getattr(request, "edition", None)
    frame = frame_of(programme, current_edition() if edition is None else edition)
    if frame is None:
        raise Http404
    viewer = viewer_in(request, frame)
    if not may_see(viewer, visibility=frame.programme.visibility, owners=()):
        raise Http404
    request.frame = frame  # type: ignore[attr-defined]
    request.viewer = viewer  # type: ignore[attr-defined]
    request.with_drafts = bool(may_see_drafts(viewer))  # type: ignore[attr-defined]
    request.ties = None  # type: ignore[attr-defined]
    request.album_of = None  # type: ignore[attr-defined]
    return frame


def may_fetch_draft(request: HttpRequest, record: Record) -> bool:
    """Tell whether a visitor may have the files of a record that is not public; no query for who has no session."""
    frame = frame_of(record.space.key, current_edition())
    if frame is None:
        return False
    viewer = viewer_in(request, frame)
    # What is public and yet not for everybody is kept as drafts are.
    visibility = Visibility.DRAFT if record.visibility == Visibility.PUBLISHED else record.visibility
    return viewer.has_role and bool(may_see(viewer, visibility=visibility, owners=owners_of(record.node_id)))


def programme_page[**P](
    view: Callable[Concatenate[Request, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Make a page of a programme: the view finds ``request.frame`` and ``request.viewer``; strangers get it from memory."""

    @require_safe
    @wraps(view)
    def page(request: HttpRequest, programme: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        enter(request, programme)
        response = view(request, *args, **kwargs)  # type: ignore[arg-type]
        admit_frames(request, response)
        if settings.SESSION_COOKIE_NAME not in request.COOKIES and not response.streaming:
            mark_public(response)
        return response

    return page


def visitor_page[**P](
    view: Callable[Concatenate[Request, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Make a page with a form for somebody without an account: never kept in a cache, unlike a programme's other pages."""

    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def page(request: HttpRequest, programme: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        enter(request, programme)
        return view(cast("Request", request), *args, **kwargs)

    return page


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what ``core/base.html`` shows around a page."""
    frame: Frame | None = getattr(request, "frame", None)
    viewer: Viewer = getattr(request, "viewer", STRANGER)
    origin = origin_of(request)
    context: dict[str, Any] = {
        "frame": frame,
        "viewer": viewer,
        "site_origin": origin,
        "canonical": origin + request.path,
        "alternates": alternates(request),
        **account_entry(request, viewer, frame),
    }
    if frame is None:
        return context
    around = same_on_each_page(frame)
    return context | around | {"navigation": navigation(request, around["menu"])}


def origin_of(request: HttpRequest) -> str:
    """Return the site's address as the visitor wrote it; our own where they asked for a host that is not ours."""
    try:
        return f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:  # the page that says so is on its way
        return str(settings.ENV.url)


def same_on_each_page(frame: Frame) -> dict[str, Any]:
    """Return what surrounds all pages of the programme in the page's language alike; made once per edition."""
    language = page_language()
    if language not in frame.around:
        key = frame.key
        around = {
            "site_name": frame.programme.name,
            "site_url": address("publishing:home", programme=key),
            "search_url": address("publishing:search", programme=key),
            "press_url": address("publishing:press", programme=key),
            "feed_url": address("publishing:feed", programme=key),
            "json_feed_url": address("publishing:json_feed", programme=key),
            "newsletter_url": address("newsletter:subscribe", programme=key),
            "menu": [
                *(
                    (str(entry.label), reverse(entry.url_name, kwargs={"programme": key}))
                    for entry in registry.navigation()
                ),
                *links_to_pages(frame, MenuPlace.MAIN),
            ],
            "footer_links": links_to_pages(frame, MenuPlace.FOOT),
            "publicity": publicity(frame),
        }
        frame.around[language] = around | {"foot": render_to_string("core/ui/foot.html", around)}
    return frame.around[language]


def links_to_pages(frame: Frame, place: MenuPlace) -> list[tuple[str, str]]:
    """Return label and address of the operator's pages that are linked in a place, in the operator's order."""
    pages = [page for page in frame.pages if (page.menu or MenuPlace.FOOT) == place]
    pages.sort(key=lambda page: page.menu_order)
    return [(plain(page.menu_words), address("programmes:page", programme=frame.key, key=page.key)) for page in pages]


def address(name: str, **kwargs: str) -> str:
    """Return an address of an upper room, or an empty text where that room is not installed."""
    try:
        return reverse(name, kwargs=kwargs)
    except NoReverseMatch:
        return ""


def navigation(request: HttpRequest, entries: Iterable[tuple[str, str]]) -> list[tuple[str, str, bool]]:
    """Return label, address and whether the page belongs to the entry."""
    return [(label, url, request.path.startswith(url)) for label, url in entries]


def alternates(request: HttpRequest) -> list[tuple[str, str, str]]:
    """Return code, name and address of this page in each language; nothing for a page that does not exist."""
    if request.resolver_match is None:
        return []
    # Only the prefix differs between the languages; Django's translate_url would look the address up four times.
    path, prefix = request.get_full_path(), f"{get_script_prefix()}{page_language()}/"
    own = path.removeprefix(prefix)
    return [
        (code, name, path if own == path else f"{get_script_prefix()}{code}/{own}") for code, name in settings.LANGUAGES
    ]


def account_entry(request: HttpRequest, viewer: Viewer, frame: Frame | None) -> dict[str, str]:
    """Return the link to the desk, the account or the sign-in."""
    # A page that refuses a request at the door knows nobody yet.
    user = getattr(request, "user", None)
    if settings.SESSION_COOKIE_NAME in request.COOKIES and user is not None and user.is_authenticated:
        if frame is not None and viewer.has_role:
            return {"account_url": address("desk:home", programme=frame.key), "account_label": _("Desk")}
        return {"account_url": address("account_home"), "account_label": _("Account")}
    return {"account_url": address("account_login"), "account_label": _("Sign in")}


def publicity(frame: Frame) -> dict[str, str] | None:
    """Return the funder's emblem and statement."""
    funder = frame.funder
    if funder is None:
        return None
    return {
        "emblem_url": static("core/eu-emblem.svg"),
        "emblem_alt": _("Flag of the European Union"),
        "statement": plain(funder.statement),
        "fund": plain(funder.fund),
        "url": funder.url,
        "name": funder.name,
    }


def page_language() -> str:
    """Return the language of the page."""
    return (get_language() or settings.LANGUAGE_CODE).split("-", 1)[0]
