"""The states of a document and the moves between them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DocumentState(TextChoices):
    """Who reads a document: nobody yet, nobody until an hour, everybody, nobody any more."""

    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("Scheduled")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


DOCUMENT_MOVES: dict[DocumentState, frozenset[DocumentState]] = {
    DocumentState.DRAFT: frozenset({DocumentState.SCHEDULED, DocumentState.PUBLISHED}),
    DocumentState.SCHEDULED: frozenset({DocumentState.DRAFT, DocumentState.SCHEDULED, DocumentState.PUBLISHED}),
    # From published to published: a newer version takes the place of the one that is read, now or at an hour.
    DocumentState.PUBLISHED: frozenset({DocumentState.PUBLISHED, DocumentState.WITHDRAWN}),
    DocumentState.WITHDRAWN: frozenset({DocumentState.SCHEDULED, DocumentState.PUBLISHED}),
}


class Origin(TextChoices):
    """How a version came about."""

    WRITTEN = "written", _("written")
    IMPORTED = "imported", _("imported")
    RESTORED = "restored", _("restored")
    TRANSLATED = "translated", _("begun as a translation")


class Fit(TextChoices):
    """How a block of a translation stands to the block that it translates."""

    CURRENT = "current", _("translated")
    NEWER = "newer", _("changed since it was translated")
    MISSING = "missing", _("not translated yet")
