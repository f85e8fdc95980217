"""Writes of the newsletter: subscriptions with their proof, issues, and the claims that keep mails from going out twice."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor, raise_edition, write_journal
from querwerk.core.codes import address_hash
from querwerk.core.models import Space
from querwerk.core.states import Verb
from querwerk.core.text import Text
from querwerk.newsletter.models import GONE, Delivery, Issue, IssueItem, Proof, Subscriber, Topic
from querwerk.newsletter.queries import readers_of
from querwerk.newsletter.states import DeliveryState, IssueState, Step, SubscriberState, Way

QUIET = timedelta(minutes=10)
"""Between two mails about the same subscription."""
UNCONFIRMED = timedelta(days=14)
"""After that a subscription that nobody confirmed is forgotten without a trace."""
SOFT_RETURNS = 3
ATTEMPTS = 4
PAUSES = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=4))
"""Before a mail that the server did not take for now is tried again."""


class UnableToSend(Exception):
    """The issue cannot be sent; the message says why."""


class UnableToDeleteTopic(Exception):
    """Readers depend on the topic; the message says how."""


class UnableToOverwriteIssue(Exception):
    """Somebody else changed the issue since it was read."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to read, as typed into the form, and the words beside the box that was ticked, in their language."""

    email: str
    language: str
    topics: tuple[Topic, ...]
    words: str
    words_language: str


# --- Subscriptions -----------------------------------------------------------


@transaction.atomic
def ask_for_newsletter(*, space: Space, wish: Wish) -> Subscriber | None:
    """Note the wish; return whom to write, or nobody where a mail went out just now.

    An address that is subscribed already is not changed by a form that anybody could fill in: it only gets a mail.
    """
    Space.objects.select_for_update().get(pk=space.pk)
    email = wish.email.strip().lower()
    subscriber = Subscriber.objects.filter(space=space, email=email).first()
    if subscriber is None:
        subscriber = Subscriber.objects.create(
            space=space, email=email, address_hash=address_hash(email), language=wish.language
        )
    if subscriber.state == SubscriberState.PENDING:
        subscriber.language = wish.language
        subscriber.save(update_fields=["language"])
        subscriber.topics.set(wish.topics)
        _prove(subscriber, Step.ASKED, Way.FORM, wish.words, wish.words_language)
    now = timezone.now()
    if subscriber.mailed_at is not None and now - subscriber.mailed_at < QUIET:
        return None
    subscriber.mailed_at = now
    subscriber.save(update_fields=["mailed_at"])
    return subscriber


@transaction.atomic
def confirm_subscription(*, subscriber: Subscriber, words: str, words_language: str) -> bool:
    """Begin the subscription; false where it is not waiting for that any more, so a second click does nothing."""
    waiting = Subscriber.objects.filter(pk=subscriber.pk, state=SubscriberState.PENDING)
    if not waiting.update(state=SubscriberState.ACTIVE, confirmed_at=timezone.now()):
        return False
    _prove(subscriber, Step.CONFIRMED, Way.LINK, words, words_language)
    return True


@transaction.atomic
def change_subscription(*, subscriber: Subscriber, language: str, topics: Sequence[Topic]) -> None:
    """Take another language or other topics; only the link in the person's own mails leads here."""
    current = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    if current.state != SubscriberState.ACTIVE:
        return
    before = (current.language, set(current.topics.values_list("pk", flat=True)))
    if before == (language, {topic.pk for topic in topics}):
        return
    current.language = language
    current.save(update_fields=["language"])
    current.topics.set(topics)
    _prove(current, Step.CHANGED, Way.LINK)


@transaction.atomic
def end_subscription(*, subscriber: Subscriber, way: Way, by: Actor | None = None, why: str = "") -> bool:
    """End a subscription and forget the address; false where it had ended already."""
    state = SubscriberState.BOUNCED if way == Way.SERVER else SubscriberState.ENDED
    running = Subscriber.objects.filter(pk=subscriber.pk).exclude(state__in=GONE)
    if not running.update(state=state, ended_at=timezone.now(), email=""):
        return False
    Delivery.objects.filter(subscriber=subscriber, state=DeliveryState.WAITING).update(state=DeliveryState.DROPPED)
    Delivery.objects.filter(subscriber=subscriber).update(answer="")
    _prove(subscriber, Step.RETURNED if way == Way.SERVER else Step.ENDED, way)
    if by is not None:
        _journal(subscriber.space, by=by, verb=Verb.RETIRED, kind="subscription", key=str(subscriber.pk), why=why)
    return True


@transaction.atomic
def forget_address(email: str) -> int:
    """Erase everything about an address, in all programmes, the proofs too; return how many subscriptions that were."""
    found = Subscriber.objects.filter(address_hash=address_hash(email))
    number = found.count()
    found.delete()
    return number


def data_about(email: str) -> list[dict[str, object]]:
    """Return everything that is stored about an address, fit for JSON."""
    found = Subscriber.objects.filter(address_hash=address_hash(email)).select_related("space").order_by("pk")
    return [
        {
            "programme": subscriber.space.key,
            "address": subscriber.email or "(forgotten, only a hash is left)",
            "state": subscriber.state,
            "language": subscriber.language,
            "topics": [str(topic.label) for topic in subscriber.topics.order_by("pk")],
            "proofs": [
                {
                    "at": proof.at.isoformat(), "step": proof.step, "way": proof.way, "language": proof.language,
                    "words": proof.words,
                }
                for proof in subscriber.proofs.order_by("pk")
            ],
            "mails": [
                {"issue": sent.issue.number, "state": sent.state, "at": sent.at.isoformat() if sent.at else None}
                for sent in subscriber.deliveries.select_related("issue").order_by("pk")
            ],
        }
        for subscriber in found
    ]  # fmt: skip


def forget_unconfirmed(now: datetime) -> int:
    """Delete subscriptions that nobody confirmed in time."""
    old = Subscriber.objects.filter(state=SubscriberState.PENDING, created_at__lt=now - UNCONFIRMED)
    return old.delete()[1].get("newsletter.Subscriber", 0)


def _prove(subscriber: Subscriber, step: Step, way: Way, words: str = "", language: str = "") -> None:
    Proof.objects.create(
        subscriber=subscriber, step=step, way=way, language=language or subscriber.language, words=words
    )


# --- Topics ------------------------------------------------------------------


@transaction.atomic
def save_topics(*, space: Space, labels: Sequence[tuple[int | None, Text]], by: Actor) -> None:
    """Store the topics in this order and delete those left out.

    A topic that somebody chose as the only one stays: without it that reader would get everything, which nobody asked
    for. Raises :class:`UnableToDeleteTopic`.
    """
    Space.objects.select_for_update().get(pk=space.pk)
    kept = {pk for pk, _label in labels if pk is not None}
    leaving = Topic.objects.filter(space=space).exclude(pk__in=kept)
    for topic in leaving:
        readers = Subscriber.objects.filter(pk__in=topic.subscribers.values("pk"))
        if readers.exclude(topics__in=kept).exists():
            raise UnableToDeleteTopic(
                _("“%(topic)s” is the only topic that some readers chose. Rename it, or leave it in place.")
                % {"topic": topic.label.best(settings.LANGUAGE_CODE).words}
            )
    leaving.delete()
    for position, (pk, label) in enumerate(labels):
        if pk is None:
            Topic.objects.create(space=space, label=label, position=position)
        else:
            Topic.objects.filter(space=space, pk=pk).update(label=label, position=position)
    _journal(space, by=by, verb=Verb.CHANGED, kind="newsletter", key="topics")


# --- Issues ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """A newsflash chosen for an issue, with the topics it is for."""

    newsflash_id: int
    topic_ids: tuple[int, ...]


@transaction.atomic
def create_issue(*, space: Space, by: Actor) -> Issue:
    """Begin the next issue."""
    Space.objects.select_for_update().get(pk=space.pk)
    last = Issue.objects.filter(space=space).aggregate(last=Max("number"))["last"] or 0
    issue = Issue.objects.create(space=space, number=last + 1)
    _journal(space, by=by, verb=Verb.CREATED, kind="newsletter", key=str(issue.number))
    return issue


@transaction.atomic
def save_issue(
    *, issue: Issue, subject: Text, intro: Text, choices: Iterable[Choice], by: Actor, expected_version: int
) -> Issue:
    """Store a draft. Raises :class:`UnableToOverwriteIssue` when somebody else did so since it was read."""
    current = Issue.objects.select_for_update().get(pk=issue.pk)
    if current.state != IssueState.DRAFT or current.version != expected_version:
        raise UnableToOverwriteIssue
    before = _stated(current)
    current.subject, current.intro, current.version = subject, intro, current.version + 1
    current.save()
    current.items.all().delete()
    for position, choice in enumerate(choices):
        item = IssueItem.objects.create(issue=current, newsflash_id=choice.newsflash_id, position=position)
        item.topics.set(Topic.objects.filter(space=current.space_id, pk__in=choice.topic_ids))
    change = (before, _stated(current))
    _journal(current.space, by=by, verb=Verb.CHANGED, kind="newsletter", key=str(current.number), change=change)
    return current


def _stated(issue: Issue) -> dict[str, object]:
    numbers = issue.items.order_by("position", "pk").values_list("newsflash__key", flat=True)
    texts = {"subject": issue.subject, "intro": issue.intro}
    said = {f"{name}_{code}": words for name, text in texts.items() for code, words in text.items()}
    return {**said, "newsflashes": list(numbers)}


@transaction.atomic
def send_issue(*, issue: Issue, by: Actor) -> str:
    """Queue a mail for each reader; return the name of the chain of jobs to begin, empty where it was begun before."""
    current = Issue.objects.select_for_update().get(pk=issue.pk)
    if current.state in (IssueState.SENDING, IssueState.SENT):
        return ""
    if current.state == IssueState.DRAFT:
        if not current.subject:
            raise UnableToSend(_("The issue has no subject yet."))
        readers = readers_of(current)
        if not readers:
            raise UnableToSend(_("Nobody would get this issue: no reader has subscribed to what stands in it."))
        Delivery.objects.bulk_create(
            [Delivery(issue=current, subscriber=reader) for reader in readers], batch_size=1000
        )
    current.state, current.run, current.moved_at = IssueState.SENDING, uuid.uuid4().hex, timezone.now()
    current.save(update_fields=["state", "run", "moved_at"])
    _journal(current.space, by=by, verb=Verb.PUBLISHED, kind="newsletter", key=str(current.number))
    return current.run


@transaction.atomic
def stop_issue(*, issue: Issue, by: Actor) -> None:
    """Let nothing more go out until somebody goes on; a second click does nothing."""
    if Issue.objects.filter(pk=issue.pk, state=IssueState.SENDING).update(state=IssueState.STOPPED, run=""):
        _journal(issue.space, by=by, verb=Verb.WITHDRAWN, kind="newsletter", key=str(issue.number))


@transaction.atomic
def take_up_issue(*, issue: Issue, by: Actor) -> str:
    """Go on with a sending that stands still although nobody stopped it; return the name of the new chain of jobs."""
    run = uuid.uuid4().hex
    if not Issue.objects.filter(pk=issue.pk, state=IssueState.SENDING).update(run=run, moved_at=timezone.now()):
        return ""
    _journal(issue.space, by=by, verb=Verb.PUBLISHED, kind="newsletter", key=str(issue.number))
    return run


@transaction.atomic
def send_unclear_again(*, issue: Issue, by: Actor, why: str) -> str:
    """Send again what the mail server may or may not have taken: some readers may get the issue twice, so a person decides."""
    current = Issue.objects.select_for_update().get(pk=issue.pk)
    unclear = Delivery.objects.filter(issue=current, state=DeliveryState.HANDED)
    if current.state not in (IssueState.SENT, IssueState.STOPPED) or not unclear.update(
        state=DeliveryState.WAITING, attempts=0
    ):
        return ""
    current.state, current.run, current.moved_at = IssueState.SENDING, uuid.uuid4().hex, timezone.now()
    current.save(update_fields=["state", "run", "moved_at"])
    _journal(current.space, by=by, verb=Verb.PUBLISHED, kind="newsletter", key=str(current.number), why=why)
    return current.run


# --- Deliveries --------------------------------------------------------------


def claim_delivery(delivery_id: int) -> bool:
    """Take a mail in hand; of two workers one succeeds, and it is committed before the mail server hears of it."""
    waiting = Delivery.objects.filter(pk=delivery_id, state=DeliveryState.WAITING)
    return bool(waiting.update(state=DeliveryState.HANDED, at=timezone.now()))


def note_sent(delivery: Delivery) -> None:
    """Note that the mail server took the mail."""
    Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.HANDED).update(state=DeliveryState.SENT)


@transaction.atomic
def note_refused(delivery: Delivery, *, code: int, answer: str) -> None:
    """Note a refusal: for good (5xx) it ends the subscription, for now (4xx) the mail waits, a few times."""
    email = delivery.subscriber.email
    words = f"{code} {answer.replace(email, '…') if email else answer}"[:300]
    attempts = delivery.attempts + 1
    handed = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.HANDED)
    if code < 500 and attempts < ATTEMPTS:
        later = timezone.now() + PAUSES[attempts - 1]
        handed.update(state=DeliveryState.WAITING, attempts=attempts, not_before=later, answer=words)
        return
    if handed.update(state=DeliveryState.REFUSED, attempts=attempts, answer=words) and code >= 500:
        end_subscription(subscriber=delivery.subscriber, way=Way.SERVER)


@transaction.atomic
def note_returned(delivery: Delivery, *, is_permanent: bool, answer: str) -> None:
    """Note a mail that came back: for good it ends the subscription, for now only after several issues in a row."""
    email = delivery.subscriber.email
    words = (answer.replace(email, "…") if email else answer)[:300]
    gone = Delivery.objects.filter(pk=delivery.pk, state__in=(DeliveryState.SENT, DeliveryState.HANDED))
    if not gone.update(state=DeliveryState.RETURNED, answer=words):
        return
    known = Delivery.objects.filter(
        subscriber=delivery.subscriber_id, state__in=(DeliveryState.SENT, DeliveryState.RETURNED)
    )
    latest = list(known.order_by("-pk").values_list("state", flat=True)[:SOFT_RETURNS])
    if is_permanent or latest == [DeliveryState.RETURNED] * SOFT_RETURNS:
        end_subscription(subscriber=delivery.subscriber, way=Way.SERVER)


@transaction.atomic
def finish_issue(issue: Issue) -> bool:
    """Close an issue of which no mail is waiting any more; from now on everybody can read it on the site."""
    if Delivery.objects.filter(issue=issue, state=DeliveryState.WAITING).exists():
        return False
    sending = Issue.objects.filter(pk=issue.pk, state=IssueState.SENDING)
    if not sending.update(state=IssueState.SENT, sent_at=timezone.now(), run=""):
        return False
    raise_edition()
    return True


def _journal(
    space: Space,
    *,
    by: Actor,
    verb: Verb,
    kind: str,
    key: str,
    why: str = "",
    change: tuple[dict[str, object], dict[str, object]] | None = None,
) -> None:
    """Note what was done. Neither addresses nor names of readers stand in the journal, which is kept for ever."""
    before, after = change or (None, None)
    write_journal(
        by=by, verb=verb, space_key=space.key, kind=kind, key=key,
        title=Text(f"{_('Newsletter')} {key}"), why=why[:1000], before=before, after=after,
    )  # fmt: skip
