"""Closed vocabularies that every room shares."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Visibility(TextChoices):
    """Who may see a record."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


VISIBILITY_MOVES: dict[Visibility, frozenset[Visibility]] = {
    Visibility.DRAFT: frozenset({Visibility.PUBLISHED, Visibility.RETIRED}),
    Visibility.PUBLISHED: frozenset({Visibility.DRAFT, Visibility.RETIRED}),
    Visibility.RETIRED: frozenset({Visibility.DRAFT, Visibility.PUBLISHED}),
}


class Verb(TextChoices):
    """What the journal records."""

    CREATED = "created", _("created")
    CHANGED = "changed", _("changed")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("set back to draft")
    RETIRED = "retired", _("retired")
    DELETED = "deleted", _("deleted")
    RESTORED = "restored", _("restored an earlier version of")
    LINKED = "linked", _("linked")
    UNLINKED = "unlinked", _("removed a link of")


class LinkKind(TextChoices):
    """How the later end of a link relates to the earlier one.

    ``took_part`` ties organisations and people to what they did, ``pictured_in`` what is to be seen to its picture; both are
    shown with them, not drawn in the thread.
    """

    ANSWERED_BY = "answered_by", _("answered by")
    LED_TO = "led_to", _("led to")
    SUPPORTS = "supports", _("supports")
    PRESENTED_AT = "presented_at", _("presented at")
    DISCUSSED_AT = "discussed_at", _("discussed at")
    DECIDED_BY = "decided_by", _("put to decision in")
    TAKEN_UP_BY = "taken_up_by", _("taken up by")
    DOCUMENTED_BY = "documented_by", _("documented by")
    TOOK_PART = "took_part", _("took part in")
    PICTURED_IN = "pictured_in", _("pictured in")


ASIDE = (LinkKind.TOOK_PART, LinkKind.PICTURED_IN)
"""The ties that do not belong to the thread."""
