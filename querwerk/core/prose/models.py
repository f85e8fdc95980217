"""Documents: longer texts in one language, attached to a record in a role, with every version."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from querwerk.core.models import Node
from querwerk.core.prose.blocks import empty
from querwerk.core.prose.states import DocumentState, Origin


class Document(models.Model):
    """One text of a record in one language. Its siblings in other languages share node and role."""

    node = models.ForeignKey(Node, models.CASCADE, related_name="+")
    role = models.SlugField(max_length=20)
    """What the text is for its record, as registered in :mod:`querwerk.core.prose.roles`."""
    language = models.CharField(max_length=8)
    state = models.CharField(max_length=10, choices=DocumentState, default=DocumentState.DRAFT)
    revision = models.PositiveBigIntegerField(default=0)
    """Raised by every write of its words, so that a writer can tell what is new since they last looked."""
    head_number = models.PositiveIntegerField(default=1)
    public_number = models.PositiveIntegerField(null=True, blank=True)
    """The version that the public reads; with ``public_from`` ahead, the one that it will read."""
    public_from = models.DateTimeField(null=True, blank=True)
    next_number = models.PositiveIntegerField(null=True, blank=True)
    """The version that takes the place of the public one at ``next_from``; the public reads the old one until then."""
    next_from = models.DateTimeField(null=True, blank=True)
    first_public_at = models.DateTimeField(null=True, blank=True)
    source_language = models.CharField(max_length=8, blank=True)
    """The sibling of which this is a translation."""
    basis = models.JSONField(default=dict, blank=True)
    """Own block → key and content hash of the block that it translates, as it was when it was translated."""
    public_gaps = models.PositiveIntegerField(default=0)
    """How many blocks of the source's public version this public version does not say, or says as they once were."""
    stamps = models.JSONField(default=dict, blank=True)
    """Block → revision, sitting, time and account of its last change."""

    class Meta:
        """One text per record, role and language."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["node", "role", "language"], name="prose_document_unique"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"], public_number__isnull=True)
                | Q(state__in=["scheduled", "published"], public_number__isnull=False, public_from__isnull=False),
                name="prose_document_public_version",
            ),
            models.CheckConstraint(
                condition=Q(next_number__isnull=True, next_from__isnull=True)
                | Q(state="published", next_number__isnull=False, next_from__isnull=False),
                name="prose_document_next_version",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "public_from"], name="prose_document_due"),
            models.Index(fields=["next_from"], name="prose_document_next_due"),
        ]

    def __str__(self) -> str:
        """Return record, role and language."""
        return f"{self.node_id}.{self.role}.{self.language}"

    def is_public(self, now: datetime) -> bool:
        """Tell whether the public reads this document: published, or scheduled for an hour that has come."""
        return self.public_number is not None and self.public_from is not None and self.public_from <= now

    def read_now(self, now: datetime) -> tuple[int, datetime] | None:
        """Return the number of the version that the public reads, and since when; nothing where it reads none."""
        if self.next_number is not None and self.next_from is not None and self.next_from <= now:
            return self.next_number, self.next_from
        if self.public_number is not None and self.public_from is not None and self.public_from <= now:
            return self.public_number, self.public_from
        return None


class Version(models.Model):
    """What a document said at one time. The newest one changes while its sitting lasts; all others stay as they are."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.JSONField(default=empty)
    authors = models.JSONField(default=list)
    """Who wrote it: ``[account id or null, name]`` each, in the order of their first words."""
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.WRITTEN)
    why = models.CharField(max_length=1000, blank=True)
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    is_closed = models.BooleanField(default=False)
    """Published, imported or restored: the next word begins a version of its own."""
    pieces = models.JSONField(null=True, blank=True)
    """The public HTML (see :mod:`querwerk.core.prose.render`), made when the version is published."""
    outline = models.JSONField(null=True, blank=True)
    """The headings of the public HTML: id, level, words."""

    class Meta:
        """Versions are numbered within their document."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["document", "number"], name="prose_version_unique"),
        ]

    def __str__(self) -> str:
        """Return document and number."""
        return f"{self.document_id} v{self.number}"

    @property
    def names(self) -> str:
        """Return the authors' names for display."""
        return ", ".join(name for _id, name in self.authors)


class Presence(models.Model):
    """Who has a text open right now; forgotten two minutes after the last sign of life."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="+")
    sitting = models.CharField(max_length=32)
    """One open editor: two windows of one person are two sittings."""
    user_id = models.BigIntegerField()
    name = models.CharField(max_length=200)
    block = models.CharField(max_length=8, blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        """One row per sitting."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["document", "sitting"], name="prose_presence_unique"),
        ]

    def __str__(self) -> str:
        """Return document and name."""
        return f"{self.document_id}: {self.name}"


class Clash(models.Model):
    """Two people changed the same block at once: what stands in the text, and what did not get in, until somebody chooses."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="clashes")
    key = models.CharField(max_length=8)
    block = models.JSONField(null=True)
    """What the second writer wrote; null where they had removed the block."""
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=200)
    sitting = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        """One open clash per block and sitting: who goes on typing replaces their own words."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["document", "key", "sitting"], name="prose_clash_unique"),
        ]

    def __str__(self) -> str:
        """Return document and block."""
        return f"{self.document_id}: {self.key}"
