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
from querwerk.publishing.queries import newsflashes

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
        """Return the newest newsflashes that everybody may see."""
        return list(newsflashes(obj.space_id, with_drafts=False).select_related("space")[:NEWEST])

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
