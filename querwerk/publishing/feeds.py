"""The Atom feed of a programme's newsflashes.

Atom wants to know when each entry was last changed. That is when its record changed here, which is always known; the
day of the newsflash stands in ``published``, and where it is not known ``published`` is left out rather than guessed.
Ids are made from the record's key alone, so they stay when the site moves.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from querwerk.core.templatetags.ui import plain
from querwerk.programmes.pages import page_language
from querwerk.programmes.queries import Frame
from querwerk.publishing.models import Newsflash
from querwerk.publishing.queries import authors_of, newsflashes

NEWEST = 50


def stable_id(*parts: str) -> str:
    """Return an id that depends on nothing but these names."""
    return uuid5(NAMESPACE_URL, "querwerk:" + ":".join(parts)).urn


class NewsFeed(Feed[Newsflash, Frame]):
    """Newsflashes of one programme in the page's language."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Frame:
        """Return the frame that the view found."""
        frame: Frame = request.frame  # type: ignore[attr-defined]
        return frame

    def title(self, obj: Frame) -> str:
        """Name the feed."""
        return _("News of %(name)s") % {"name": obj.programme.name}

    def subtitle(self, obj: Frame) -> str:
        """Say what the programme is."""
        return plain(obj.programme.tagline)

    def link(self, obj: Frame) -> str:
        """Lead to the list of news."""
        return reverse("publishing:news_list", kwargs={"programme": obj.key})

    def feed_url(self, obj: Frame) -> str:
        """Return the feed's own address."""
        return reverse("publishing:feed", kwargs={"programme": obj.key})

    def feed_guid(self, obj: Frame) -> str:
        """Return an id per language, because each is a feed of its own."""
        return stable_id(obj.key, "news", page_language())

    def author_name(self, obj: Frame) -> str:
        """Return the programme, because Atom wants an author."""
        return obj.programme.name

    def items(self, obj: Frame) -> list[Newsflash]:
        """Return the newest newsflashes that everybody may see; 2 queries."""
        found = list(newsflashes(obj.space_id, with_drafts=False).select_related("space")[:NEWEST])
        self.authors = authors_of((item.node_id for item in found), obj.key)
        return found

    def item_author_name(self, item: Newsflash) -> str | None:
        """Return who wrote it; without one, the feed's own author stands for it."""
        author = self.authors.get(item.node_id)
        return author["name"] if author is not None else None

    def item_title(self, item: Newsflash) -> str:
        """Return number and title."""
        return _("Newsflash %(number)s: %(title)s") % {"number": item.key, "title": plain(item.title)}

    def item_description(self, item: Newsflash) -> str:
        """Return the summary, else the topics."""
        return plain(item.summary) or ", ".join(plain(topic) for topic in item.topics)

    def item_link(self, item: Newsflash) -> str:
        """Lead to the newsflash's page."""
        return reverse("publishing:news_detail", kwargs={"programme": item.space.key, "key": item.key})

    def item_guid(self, item: Newsflash) -> str:
        """Return an id that is the same in every language and at every address."""
        return stable_id(item.space.key, "newsflash", item.key)

    def item_pubdate(self, item: Newsflash) -> datetime | None:
        """Return the first day that the stated date may mean, or nothing."""
        if not item.date:
            return None
        year, month, day = (*map(int, item.date.split("-")), 1, 1)[:3]
        return datetime(year, month, day, tzinfo=UTC)

    def item_updateddate(self, item: Newsflash) -> datetime:
        """Return when the record was changed here."""
        return item.changed_at


def as_json_feed(frame: Frame, origin: str) -> dict[str, Any]:
    """Return the same as JSON Feed 1.1 (jsonfeed.org)."""
    feed, language = NewsFeed(), page_language()
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title(frame),
        "home_page_url": origin + feed.link(frame),
        "feed_url": origin + reverse("publishing:json_feed", kwargs={"programme": frame.key}),
        "description": feed.subtitle(frame),
        "language": language,
        "authors": [{"name": frame.programme.name}],
        "items": [_json_item(feed, item, origin) for item in feed.items(frame)],
    }


def _json_item(feed: NewsFeed, item: Newsflash, origin: str) -> dict[str, Any]:
    published, author = feed.item_pubdate(item), feed.authors.get(item.node_id)
    return {
        "id": feed.item_guid(item),
        "url": origin + feed.item_link(item),
        "title": feed.item_title(item),
        "content_text": feed.item_description(item) or feed.item_title(item),
        "image": origin + share_url(item),
        "date_modified": feed.item_updateddate(item).isoformat(),
        "tags": [plain(topic) for topic in item.topics],
        **({"date_published": published.isoformat()} if published else {}),
        **({"authors": [_as_person(author, origin)]} if author is not None else {}),
    }


def share_url(record: Newsflash) -> str:
    """Return where the picture is under which a newsflash is shared."""
    names = {"programme": record.space.key, "kind": "newsflash", "key": record.key}
    return reverse("publishing:share", kwargs=names)


def _as_person(author: dict[str, Any], origin: str) -> dict[str, str]:
    """Return an author with the address at which more can be read, where there is one."""
    return {"name": author["name"], **({"url": origin + author["url"]} if author["url"] else {})}


def news_article(newsflash: Newsflash, frame: Frame, origin: str, author: dict[str, Any] | None) -> dict[str, Any]:
    """Return what search engines read of a newsflash (schema.org, NewsArticle); nothing that is not known."""
    names = {"programme": frame.key, "kind": "newsflash", "key": newsflash.key}
    home = reverse("publishing:home", kwargs={"programme": frame.key})
    found = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": plain(newsflash.title),
        "description": plain(newsflash.summary),
        "author": {"@type": "Person", **_as_person(author, origin)} if author is not None else None,
        "datePublished": newsflash.date,
        "dateModified": newsflash.changed_at.isoformat(),
        "inLanguage": page_language(),
        "url": origin + reverse("publishing:news_detail", kwargs={"programme": frame.key, "key": newsflash.key}),
        "image": origin + reverse("publishing:share", kwargs=names),
        "publisher": {"@type": "Organization", "name": frame.programme.name, "url": origin + home},
    }
    return {name: value for name, value in found.items() if value}
