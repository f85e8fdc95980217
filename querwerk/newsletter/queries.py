"""Reads of the newsletter."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from querwerk.core.states import Visibility
from querwerk.newsletter.models import Delivery, Issue, IssueItem, Subscriber, Topic
from querwerk.newsletter.states import DeliveryState, IssueState, SubscriberState
from querwerk.publishing.models import Newsflash
from querwerk.publishing.queries import newsflashes


def topics(space_id: int) -> QuerySet[Topic]:
    """Return the topics that readers may choose, in order; 1 query."""
    return Topic.objects.filter(space=space_id).order_by("position", "pk")


def issues(space_id: int) -> QuerySet[Issue]:
    """Return all issues, newest first; 1 query."""
    return Issue.objects.filter(space=space_id).order_by("-number")


def issues_public(space_id: int) -> QuerySet[Issue]:
    """Return the issues that were sent, newest first; 1 query."""
    return issues(space_id).filter(state=IssueState.SENT)


def items_of(issue: Issue) -> list[IssueItem]:
    """Return what stands in an issue and is still public, in order; 2 queries."""
    found = IssueItem.objects.filter(issue=issue, newsflash__visibility=Visibility.PUBLISHED)
    found = found.select_related("newsflash__node", "newsflash__space").prefetch_related("topics")
    return list(found.order_by("position", "pk"))


def chosen_newsflashes(issue: Issue | None) -> dict[int, IssueItem]:
    """Return the items of an issue by newsflash, hidden ones too; 2 queries."""
    if issue is None:
        return {}
    found = IssueItem.objects.filter(issue=issue).prefetch_related("topics").order_by("position", "pk")
    return {item.newsflash_id: item for item in found}


def newsflashes_to_choose(space_id: int) -> list[Newsflash]:
    """Return the newest public newsflashes; 1 query."""
    return list(newsflashes(space_id, with_drafts=False)[:60])


def told_before(space_id: int, *, but: int | None) -> set[int]:
    """Return the newsflashes that stood in an issue that is out or on its way; 1 query."""
    found = IssueItem.objects.filter(issue__space=space_id).exclude(issue__state=IssueState.DRAFT).exclude(issue=but)
    return set(found.values_list("newsflash_id", flat=True))


def subscriber_by_code(space_id: int, code: str) -> Subscriber | None:
    """Return whom a link in a mail belongs to; 1 query."""
    return Subscriber.objects.filter(space=space_id, code=code).first()


def subscribers(space_id: int, words: str = "") -> QuerySet[Subscriber]:
    """Return the running subscriptions, newest first; 2 queries with their topics."""
    found = Subscriber.objects.filter(space=space_id).exclude(email="")
    if words:
        found = found.filter(email__icontains=words)
    return found.prefetch_related("topics").order_by("-pk")


@dataclass(frozen=True, slots=True)
class Figures:
    """How many read, by state, language and topic; how many chose everything."""

    states: dict[str, int]
    languages: dict[str, int]
    topics: dict[int, int]
    everything: int


def figures(space_id: int) -> Figures:
    """Count the subscriptions; 4 queries."""
    everyone = Subscriber.objects.filter(space=space_id)
    active = everyone.filter(state=SubscriberState.ACTIVE)
    return Figures(
        dict(everyone.values_list("state").annotate(Count("pk")).order_by()),
        dict(active.values_list("language").annotate(Count("pk")).order_by()),
        dict(active.filter(topics__isnull=False).values_list("topics").annotate(Count("pk")).order_by()),
        active.filter(topics__isnull=True).count(),
    )


def delivery_counts(issue_ids: Collection[int]) -> dict[int, Counter[str]]:
    """Return what became of the mails of some issues; 1 query."""
    found: dict[int, Counter[str]] = {pk: Counter() for pk in issue_ids}
    rows = Delivery.objects.filter(issue__in=issue_ids).values_list("issue", "state").annotate(Count("pk")).order_by()
    for pk, state, number in rows:
        found[pk][state] = number
    return found


def refused_deliveries(issue: Issue) -> QuerySet[Delivery]:
    """Return the mails that did not arrive, as far as is known; 1 query."""
    states = (DeliveryState.REFUSED, DeliveryState.RETURNED, DeliveryState.HANDED)
    return Delivery.objects.filter(issue=issue, state__in=states).select_related("subscriber").order_by("pk")


def wanted(items: Collection[IssueItem], chosen: Collection[int]) -> list[IssueItem]:
    """Return the items for a reader who chose these topics; without any choice all of them. No query when prefetched."""
    if not chosen:
        return list(items)
    kept = []
    for item in items:
        own = {topic.pk for topic in item.topics.all()}
        if not own or own & set(chosen):
            kept.append(item)
    return kept


def readers_of(issue: Issue) -> list[Subscriber]:
    """Return who will get an issue: everybody subscribed for whom something stands in it; 4 queries."""
    items = items_of(issue)
    active = Subscriber.objects.filter(space=issue.space_id, state=SubscriberState.ACTIVE).prefetch_related("topics")
    return [reader for reader in active.order_by("pk") if wanted(items, [topic.pk for topic in reader.topics.all()])]
