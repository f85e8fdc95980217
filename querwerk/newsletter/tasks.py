"""Jobs: mails about a subscription, and the sending of an issue, a slice at a time so that other jobs get their turn."""

import logging
import smtplib
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import mailers
from django.db.models import Min, Q
from django.tasks import task
from django.utils import timezone

from querwerk.newsletter import actions
from querwerk.newsletter.letters import Letter, issue_letter, issue_message, message, subscription_letter
from querwerk.newsletter.models import GONE, Delivery, Issue, Subscriber
from querwerk.newsletter.queries import items_of, wanted
from querwerk.newsletter.states import DeliveryState, IssueState
from querwerk.programmes.queries import Frame, frame_for

log = logging.getLogger(__name__)
SLICE = timedelta(seconds=10)
"""As many mails as the rate allows in this time are sent by one job."""
LOOK_EVERY = 10
"""Mails between two looks at whether somebody has stopped the sending."""
LATER = timedelta(minutes=2)
"""When to try again after the mail server did not answer at all."""


@task
def send_subscription_mail(subscriber_id: int) -> None:
    """Write about a subscription; when the worker dies in the middle twice is better than never."""
    subscriber = Subscriber.objects.select_related("space").exclude(state__in=GONE).filter(pk=subscriber_id).first()
    if subscriber is None:
        return
    letter = subscription_letter(subscriber, frame_for(subscriber.space.key))
    headers = {"X-Auto-Response-Suppress": "All"}
    message(letter, subscriber.email, code=subscriber.code, headers=headers).send()


@task
def send_test_mail(issue_id: int, email: str, language: str) -> None:
    """Send an issue as it stands to the person who writes it; the link "unsubscribe" in it leads nowhere."""
    issue = Issue.objects.select_related("space").filter(pk=issue_id).first()
    if issue is not None:
        letter = issue_letter(issue, items_of(issue), language, frame_for(issue.space.key))
        message(letter, email, code="test", headers={}).send()


@task
def send_slice(issue_id: int, run: str) -> None:
    """Send the next mails of an issue, then let the next job go on; ends where the chain was stopped or replaced."""
    issue = Issue.objects.select_related("space").filter(pk=issue_id, state=IssueState.SENDING, run=run).first()
    if issue is None or actions.finish_issue(issue):
        return
    now = timezone.now()
    per_slice = max(1, round(settings.ENV.mail_rate * SLICE / timedelta(minutes=1)))
    pause = max(SLICE, per_slice * timedelta(minutes=1) / settings.ENV.mail_rate)
    pause = _Sending(issue, run).send(per_slice) or pause
    Issue.objects.filter(pk=issue.pk).update(moved_at=timezone.now())
    if actions.finish_issue(issue):
        return
    due = Delivery.objects.filter(issue=issue, state=DeliveryState.WAITING).aggregate(due=Min("not_before"))["due"]
    has_more = Delivery.objects.filter(issue=issue, state=DeliveryState.WAITING, not_before__isnull=True).exists()
    start = now + pause
    if due is not None and not has_more:
        start = max(start, due)
    send_slice.using(run_after=start).enqueue(issue_id, run)


class _Sending:
    """One slice: the letters made so far, and the connection to the mail server."""

    def __init__(self, issue: Issue, run: str) -> None:
        self.issue = issue
        self.run = run
        self.frame: Frame = frame_for(issue.space.key)
        self.items = items_of(issue)
        self.letters: dict[tuple[str, tuple[int, ...]], Letter] = {}

    def send(self, most: int) -> timedelta | None:
        """Send so many mails; return how long to wait where the server cannot be reached."""
        connection = mailers.default
        try:
            connection.open()
        except (OSError, smtplib.SMTPException):
            log.exception("the mail server does not answer; newsletter %s waits", self.issue.pk)
            return LATER
        try:
            for delivery in self.queue(most):
                if not self.deliver(delivery, connection):
                    return LATER
        finally:
            # What was sent is sent; a farewell that fails changes nothing.
            with suppress(OSError, smtplib.SMTPException):
                connection.close()
        return None

    def queue(self, most: int) -> Iterator[Delivery]:
        """Yield the next mails in hand, each claimed before it is yielded, until somebody stops the sending."""
        ready = Q(not_before__isnull=True) | Q(not_before__lte=timezone.now())
        waiting = Delivery.objects.filter(ready, issue=self.issue, state=DeliveryState.WAITING)
        found = waiting.select_related("subscriber").prefetch_related("subscriber__topics").order_by("pk")[:most]
        for number, delivery in enumerate(found):
            if (
                number % LOOK_EVERY == 0
                and not Issue.objects.filter(pk=self.issue.pk, state=IssueState.SENDING, run=self.run).exists()
            ):
                return
            if actions.claim_delivery(delivery.pk):
                yield delivery

    def deliver(self, delivery: Delivery, connection: Any) -> bool:
        """Hand a mail over; false where the connection broke, and then nobody knows whether it was taken."""
        try:
            connection.send_messages([issue_message(self.letter_for(delivery.subscriber), delivery, self.frame)])
        except smtplib.SMTPRecipientsRefused as refusal:
            code, answer = next(iter(refusal.recipients.values()))
            actions.note_refused(delivery, code=code, answer=_words(answer))
        except smtplib.SMTPServerDisconnected:
            log.warning("the mail server hung up during mail %s", delivery.pk)
            return False
        except smtplib.SMTPResponseException as refusal:
            actions.note_refused(delivery, code=_not_the_readers_fault(refusal), answer=_words(refusal.smtp_error))
        except OSError:
            log.exception("the connection to the mail server broke during mail %s", delivery.pk)
            return False
        else:
            actions.note_sent(delivery)
        return True

    def letter_for(self, reader: Subscriber) -> Letter:
        """Return the issue as this reader gets it, made once for all who read the same."""
        items = wanted(self.items, [topic.pk for topic in reader.topics.all()])
        key = (reader.language, tuple(item.pk for item in items))
        if key not in self.letters:
            self.letters[key] = issue_letter(self.issue, items, reader.language, self.frame)
        return self.letters[key]


def _not_the_readers_fault(refusal: smtplib.SMTPResponseException) -> int:
    """Return the code of a refusal that is about our sender or our mail, as one that passes: the address is not wrong."""
    return min(refusal.smtp_code, 499) if refusal.smtp_code >= 500 else refusal.smtp_code


def _words(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


def begin(issue: Issue, run: str) -> None:
    """Start the chain of jobs that sends an issue."""
    if run:
        send_slice.enqueue(issue.pk, run)


def write_to(subscriber: Subscriber | None) -> None:
    """Queue the mail about a subscription, so that the website answers equally fast whether or not the address is known."""
    if subscriber is not None:
        send_subscription_mail.enqueue(subscriber.pk)
