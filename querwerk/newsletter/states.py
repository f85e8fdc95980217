"""What a subscription, an issue and a delivery can be, and become."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SubscriberState(TextChoices):
    """Where a subscription stands."""

    PENDING = "pending", _("not confirmed yet")
    ACTIVE = "active", _("subscribed")
    ENDED = "ended", _("unsubscribed")
    BOUNCED = "bounced", _("address does not work")


SUBSCRIBER_MOVES: dict[SubscriberState, frozenset[SubscriberState]] = {
    SubscriberState.PENDING: frozenset({SubscriberState.ACTIVE, SubscriberState.ENDED}),
    SubscriberState.ACTIVE: frozenset({SubscriberState.ENDED, SubscriberState.BOUNCED}),
    SubscriberState.ENDED: frozenset(),
    SubscriberState.BOUNCED: frozenset(),
}
"""Whoever comes back after the end subscribes anew and confirms anew: the old proof stays what it was."""


class IssueState(TextChoices):
    """Where an issue stands."""

    DRAFT = "draft", _("draft")
    SENDING = "sending", _("being sent")
    STOPPED = "stopped", _("stopped")
    SENT = "sent", _("sent")


ISSUE_MOVES: dict[IssueState, frozenset[IssueState]] = {
    IssueState.DRAFT: frozenset({IssueState.SENDING}),
    IssueState.SENDING: frozenset({IssueState.STOPPED, IssueState.SENT}),
    IssueState.STOPPED: frozenset({IssueState.SENDING}),
    IssueState.SENT: frozenset(),
}


class DeliveryState(TextChoices):
    """What became of one mail."""

    WAITING = "waiting", _("waiting")
    HANDED = "handed", _("answer of the mail server unknown")
    SENT = "sent", _("sent")
    REFUSED = "refused", _("refused")
    RETURNED = "returned", _("returned")
    DROPPED = "dropped", _("unsubscribed before")


DELIVERY_MOVES: dict[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.WAITING: frozenset({DeliveryState.HANDED, DeliveryState.DROPPED}),
    DeliveryState.HANDED: frozenset({DeliveryState.SENT, DeliveryState.REFUSED, DeliveryState.WAITING}),
    DeliveryState.SENT: frozenset({DeliveryState.RETURNED}),
    DeliveryState.REFUSED: frozenset(),
    DeliveryState.RETURNED: frozenset(),
    DeliveryState.DROPPED: frozenset(),
}
"""From “handed” back to “waiting” only where the server said no for now, or an organiser decides to send again."""


class Step(TextChoices):
    """What happened to a consent."""

    ASKED = "asked", _("asked for the newsletter")
    CONFIRMED = "confirmed", _("confirmed by the link in the mail")
    CHANGED = "changed", _("changed language or topics")
    ENDED = "ended", _("unsubscribed")
    RETURNED = "returned", _("ended because mails came back")


class Way(TextChoices):
    """By which door it happened."""

    FORM = "form", _("form on the website")
    LINK = "link", _("link in a mail")
    ONE_CLICK = "one-click", _("button of the mail program")
    ORGANISER = "organiser", _("organiser, at the person's request")
    SERVER = "server", _("mail server")
