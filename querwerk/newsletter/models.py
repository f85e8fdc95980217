"""Subscribers and the proof of their consent, issues and what became of each mail."""

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q

from querwerk.core.codes import new_code
from querwerk.core.fields import TextColumn
from querwerk.core.models import Space
from querwerk.newsletter.states import DeliveryState, IssueState, Step, SubscriberState, Way
from querwerk.publishing.models import Newsflash

GONE = [SubscriberState.ENDED, SubscriberState.BOUNCED]


def new_return_code() -> str:
    """Return a code for the address to which a mail returns; mail servers may not keep capitals."""
    return secrets.token_hex(10)


class Topic(models.Model):
    """What a reader may choose, beside "everything"."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="+")
    label = TextColumn()
    position = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        """Return the number."""
        return str(self.pk)


class Subscriber(models.Model):
    """Somebody who asked for the newsletter of a programme.

    After the end the address is gone; its keyed hash stays, so that the consent can still be proved.
    """

    space = models.ForeignKey(Space, models.CASCADE, related_name="+")
    email = models.EmailField(max_length=254, blank=True)
    address_hash = models.CharField(max_length=64, blank=True)
    """HMAC-SHA256 of the address in small letters, under the installation's secret."""
    language = models.CharField(max_length=5)
    topics = models.ManyToManyField(Topic, related_name="subscribers", blank=True)
    """None chosen means everything."""
    state = models.CharField(max_length=10, choices=SubscriberState, default=SubscriberState.PENDING)
    code = models.CharField(max_length=40, unique=True, default=new_code)
    """Stands in the links of this person's mails."""
    created_at = models.DateTimeField(auto_now_add=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    """When the last mail about the subscription itself went out, so that nobody can flood a stranger with them."""
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One running subscription for an address; none keeps an address after its end."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["space", "email"], condition=~Q(email=""), name="subscriber_once"),
            models.CheckConstraint(
                condition=Q(state__in=GONE, email="", ended_at__isnull=False)
                | (~Q(state__in=GONE) & ~Q(email="") & Q(ended_at__isnull=True)),
                name="subscriber_forgotten_at_end",
            ),
            models.CheckConstraint(
                condition=~Q(state=SubscriberState.ACTIVE) | Q(confirmed_at__isnull=False),
                name="subscriber_confirmed_before_mail",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["space", "state"], name="subscriber_by_state")]

    def __str__(self) -> str:
        """Return the number; never the address, which would end up in logs."""
        return str(self.pk)


class Proof(models.Model):
    """One step of a consent: when, what, by which door, and the words that stood there."""

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="proofs")
    at = models.DateTimeField(auto_now_add=True)
    step = models.CharField(max_length=10, choices=Step)
    way = models.CharField(max_length=10, choices=Way)
    language = models.CharField(max_length=5)
    """Of the words; without any, the reader's."""
    words = models.TextField(blank=True)

    def __str__(self) -> str:
        """Return subscription and step."""
        return f"{self.subscriber_id}: {self.step}"


class Issue(models.Model):
    """One newsletter, in all languages of the programme's readers."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=IssueState, default=IssueState.DRAFT)
    subject = TextColumn()
    intro = TextColumn()
    version = models.PositiveIntegerField(default=1)
    run = models.CharField(max_length=32, blank=True)
    """Names the chain of jobs that sends; one that was stopped finds another name here and ends."""
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    moved_at = models.DateTimeField(null=True, blank=True)
    """When the sending last got on."""
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Numbers are unique in a programme."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["space", "number"], name="issue_number_unique"),
        ]

    def __str__(self) -> str:
        """Return space and number."""
        return f"{self.space_id}: {self.number}"


class IssueItem(models.Model):
    """A newsflash in an issue."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="items")
    newsflash = models.ForeignKey(Newsflash, models.CASCADE, related_name="+")
    position = models.PositiveIntegerField(default=0)
    topics = models.ManyToManyField(Topic, related_name="items", blank=True)
    """Who chose topics reads it when one of these is among them; without any it is for everybody."""

    class Meta:
        """A newsflash stands in an issue once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["issue", "newsflash"], name="issue_item_once"),
        ]

    def __str__(self) -> str:
        """Return issue and newsflash."""
        return f"{self.issue_id}: {self.newsflash_id}"


class Delivery(models.Model):
    """One mail to one subscriber. It is claimed before it is handed over, so that nobody ever gets it twice."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="deliveries")
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    code = models.CharField(max_length=24, unique=True, default=new_return_code)
    """Stands in the address to which the mail returns."""
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True)
    """What the mail server said when it refused."""

    class Meta:
        """One mail for each issue and subscriber."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["issue", "subscriber"], name="delivery_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["issue", "state", "id"], name="delivery_queue")]

    def __str__(self) -> str:
        """Return issue and subscription."""
        return f"{self.issue_id}: {self.subscriber_id}"
