"""The public site: the front of the installation, the home of a programme, its news and the search."""

import json

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from querwerk.core import registry
from querwerk.core.lists import Pages, Ties
from querwerk.core.pictures.queries import lead_pictures
from querwerk.core.prose.queries import public_text
from querwerk.core.spec import spec_of
from querwerk.core.templatetags.ui import partial_date, plain
from querwerk.pilots.queries import first_pilots
from querwerk.programmes.lists import pins
from querwerk.programmes.pages import Request, origin_of, page_language, programme_page
from querwerk.programmes.queries import partners, programmes_public
from querwerk.publishing import home, queries, results
from querwerk.publishing.feeds import NewsFeed, as_json_feed, news_article
from querwerk.publishing.search.find import find
from querwerk.publishing.search.words import MOST_QUERY_LETTERS
from querwerk.publishing.share import photo_of, share_picture

NEWS_PER_PAGE = 30
NEWEST = 3
TEASERS = 4
MOST_QUESTIONS = 12
MOST_ANSWERS = 60
RESULTS_PER_PAGE = 30


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Show the programmes of this installation; where there is only one, go there."""
    programmes = list(programmes_public().select_related("node")[:200])
    if len(programmes) == 1:
        return redirect("publishing:home", programme=programmes[0].key)
    return render(request, "publishing/front.html", {"programmes": programmes})


@programme_page
def programme_home(request: Request) -> HttpResponse:
    """Show the face of a programme."""
    frame, with_drafts = request.frame, request.with_drafts
    space_id = frame.space_id
    counts = queries.counts(space_id, with_drafts=with_drafts)
    carriers = partners(space_id, with_drafts=with_drafts)
    newest = queries.newest(space_id, with_drafts=with_drafts, most=MOST_QUESTIONS)
    links = queries.answers(space_id, with_drafts=with_drafts, most=MOST_ANSWERS)
    pilots = first_pilots(space_id, with_drafts=with_drafts, most=TEASERS)
    context = {
        "programme": frame.programme,
        "figures": home.figures(frame.programme, counts, carriers),
        "layers": home.layers(counts, frame.key),
        "questions": home.questions(newest["question"], links, frame.key),
        "events": newest["event"][:NEWEST],
        "newsflashes": newest["newsflash"][:NEWEST],
        "pilots": pilots,
        "pilot_pictures": lead_pictures([pilot.node_id for pilot in pilots], with_drafts=with_drafts),
        "counts": counts,
        "pins": pins(carriers, frame.key),
        "urls": home.addresses(frame.key),
    }
    return render(request, "publishing/home.html", context)


@programme_page
def news_list(request: Request) -> HttpResponse:
    """Show the newsflashes, newest first."""
    space_id, with_drafts = request.frame.space_id, request.with_drafts
    found = Pages(
        queries.number_of_news.first(space_id, with_drafts=with_drafts),
        lambda start, stop: queries.stretch_of_news(space_id, with_drafts=with_drafts, start=start, stop=stop),
        NEWS_PER_PAGE,
    )
    page = found.get_page(request.GET.get("page"))
    return render(request, "publishing/news_list.html", {"page": page})


@programme_page
def news_detail(request: Request, key: str) -> HttpResponse:
    """Show one newsflash: what is known of it, and where the original can be read."""
    found = queries.newsflash.first(request.frame.space_id, key, with_drafts=request.with_drafts)
    if found is None:
        raise Http404
    ties = request.ties = Ties(found, with_drafts=request.with_drafts)
    author = (
        queries.authors_of([found.node_id], request.frame.key).get(found.node_id) if ties.stated("author") else None
    )
    context = {
        "newsflash": found,
        "author": author,
        "text": public_text(found.node_id, "body", page_language()),
        "originals": home.originals(found),
        "about": ties.nodes("about"),
        "panels": registry.panels_for(request, found),
        "linked_data": news_article(found, request.frame, origin_of(request), author),
    }
    return render(request, "publishing/news_detail.html", context)


@programme_page
def feed(request: Request) -> HttpResponse:
    """Give the newsflashes to feed readers."""
    response: HttpResponse = NewsFeed()(request)
    return response


@programme_page
def json_feed(request: Request) -> HttpResponse:
    """Give the newsflashes to programs that rather read JSON Feed than Atom."""
    content = as_json_feed(request.frame, origin_of(request))
    return HttpResponse(json.dumps(content, ensure_ascii=False), content_type="application/feed+json; charset=utf-8")


@programme_page
def share(request: Request, kind: str, key: str) -> HttpResponse:
    """Draw the picture under which a record's page is shared."""
    node = queries.shared_node(request.frame.space_id, kind, key, with_drafts=request.with_drafts)
    if node is None or kind not in registry.page_kinds() | registry.single_page_kinds():
        raise Http404
    face = lead_pictures([node.pk], with_drafts=request.with_drafts).get(node.pk)
    picture = share_picture(
        title=plain(node.title),
        kicker=" · ".join(filter(None, [str(spec_of(kind).label), partial_date(node.dated)])),
        programme=request.frame.programme.name,
        key=node.key,
        photo=photo_of(face) if face is not None else None,
    )
    return HttpResponse(picture, content_type="image/png")


@programme_page
def search(request: Request) -> HttpResponse:
    """Find records of the programme by words."""
    query = request.GET.get("q", "").replace("\0", " ").strip()[:MOST_QUERY_LETTERS]
    found = find(query, results.scope(request))
    kind = request.GET.get("kind", "")
    groups = results.groups(found, kind)
    page = Paginator(groups[0].matches, RESULTS_PER_PAGE).get_page(request.GET.get("page")) if kind and groups else None
    shown = [match for group in groups for match in (page.object_list if page else group.matches[: results.FIRST])]
    context = {
        "search_query": query,
        "found": found,
        "groups": groups,
        "page": page,
        "kind": kind,
        "hits": results.hits(request, shown, found),
    }
    return render(request, "publishing/search.html", context)
