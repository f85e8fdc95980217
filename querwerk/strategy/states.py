"""Where a paper stands on its way, and how a decision can end."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PaperState(TextChoices):
    """From the draft to the decision; "submitted" without a known decision is an honest end."""

    DRAFTING = "drafting", _("Being written")
    DISCUSSED = "discussed", _("Discussed")
    PUBLISHED = "published", _("Published")
    ANNOUNCED = "announced", _("Submission announced")
    SUBMITTED = "submitted", _("Submitted")
    ADOPTED = "adopted", _("Adopted")
    CHANGED = "changed", _("Adopted with changes")
    DEFERRED = "deferred", _("Deferred")
    REJECTED = "rejected", _("Rejected")


PAPER_MOVES: dict[PaperState, frozenset[PaperState]] = {
    PaperState.DRAFTING: frozenset({PaperState.DISCUSSED, PaperState.PUBLISHED, PaperState.ANNOUNCED}),
    PaperState.DISCUSSED: frozenset({PaperState.PUBLISHED, PaperState.ANNOUNCED, PaperState.SUBMITTED}),
    PaperState.PUBLISHED: frozenset({PaperState.ANNOUNCED, PaperState.SUBMITTED}),
    PaperState.ANNOUNCED: frozenset({PaperState.SUBMITTED}),
    PaperState.SUBMITTED: frozenset({PaperState.ADOPTED, PaperState.CHANGED, PaperState.DEFERRED, PaperState.REJECTED}),
    PaperState.DEFERRED: frozenset({PaperState.SUBMITTED, PaperState.ADOPTED, PaperState.CHANGED, PaperState.REJECTED}),
    PaperState.REJECTED: frozenset({PaperState.DRAFTING}),
    PaperState.ADOPTED: frozenset(),
    PaperState.CHANGED: frozenset(),
}


class Outcome(TextChoices):
    """How a body decided."""

    ADOPTED = "adopted", _("Adopted")
    CHANGED = "changed", _("Adopted with changes")
    DEFERRED = "deferred", _("Deferred")
    REJECTED = "rejected", _("Rejected")
