"""The site map: every public page in every language, each naming its other languages."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from querwerk.core import registry
from querwerk.core.pages import mark_public
from querwerk.core.registry import node_url
from querwerk.programmes.queries import programmes_public
from querwerk.publishing import queries

MOST_ADDRESSES = 50_000
"""The most that one file may hold (sitemaps.org)."""

OWN_PAGES = ("publishing:home", "programmes:about", "programmes:organisation_list", "newsletter:subscribe")
"""Pages of a programme that stand neither in the navigation nor for one record."""


def paths() -> Iterator[str]:
    """Return the path of each public page in the current language; 2 queries."""
    programmes = list(programmes_public().select_related("space"))
    # With a single programme the front only leads on to its home.
    if len(programmes) != 1:
        yield reverse("publishing:front")
    lists = (*OWN_PAGES, *(entry.url_name for entry in registry.navigation()))
    for programme in programmes:
        for url_name in lists:
            try:
                yield reverse(url_name, kwargs={"programme": programme.key})
            except NoReverseMatch:
                continue
    keys = {programme.space_id: programme.key for programme in programmes}
    for node in queries.public_nodes(list(keys), registry.page_kinds()):
        yield node_url(node, keys[node.space_id])


def entry(origin: str, path: str, others: list[tuple[str, str]]) -> str:
    """Return one address with its languages."""
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{escape(origin + other)}"/>' for code, other in others
    )
    return f"<url><loc>{escape(origin + path)}</loc>{links}</url>"


def entries(origin: str) -> list[str]:
    """Return every address in every language."""
    codes = [code for code, _name in settings.LANGUAGES]
    with translation.override(codes[0]):
        first = list(paths())
    found = []
    for path in first:
        others = [(code, f"/{code}/{path.split('/', 2)[2]}") for code in codes]
        found += [entry(origin, other, others) for _code, other in others]
    return found


def document(everything: list[str], origin: str, part: str) -> str:
    """Return one part of the map, or the list of its parts where one file would be too long."""
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    ns = "http://www.sitemaps.org/schemas/sitemap/0.9"
    parts = -(-len(everything) // MOST_ADDRESSES)
    if parts > 1 and part not in {str(number) for number in range(1, parts + 1)}:
        own = origin + reverse("sitemap")
        listed = "".join(f"<sitemap><loc>{escape(own)}?part={number}</loc></sitemap>" for number in range(1, parts + 1))
        return f'{head}<sitemapindex xmlns="{ns}">{listed}</sitemapindex>'
    start = (int(part) - 1) * MOST_ADDRESSES if parts > 1 else 0
    body = "".join(everything[start : start + MOST_ADDRESSES])
    return f'{head}<urlset xmlns="{ns}" xmlns:xhtml="http://www.w3.org/1999/xhtml">{body}</urlset>'


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Give the map to crawlers."""
    origin = f"{request.scheme}://{request.get_host()}"
    body = document(entries(origin), origin, request.GET.get("part", ""))
    return mark_public(HttpResponse(body, content_type="application/xml"))
