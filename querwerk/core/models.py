"""Spaces, nodes, links, the journal, and the abstract record that every room's content derives from."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q

from querwerk.core.fields import PartialDateColumn, TextColumn
from querwerk.core.states import LinkKind, Verb, Visibility

if TYPE_CHECKING:
    from querwerk.core.spec import Spec


class Space(models.Model):
    """The frame in which keys are unique: one per programme."""

    key = models.SlugField(max_length=80, unique=True)

    def __str__(self) -> str:
        """Return the key."""
        return self.key


class Node(models.Model):
    """One row per record of any kind, so that links, search and journal need a single foreign key (decision 0004)."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=160)
    title = TextColumn()
    dated = PartialDateColumn()
    part_of = models.ForeignKey("self", models.CASCADE, related_name="parts", null=True, blank=True)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PUBLISHED)
    """Effective: a part is never more visible than what it is part of."""

    class Meta:
        """One node per key and kind in a space."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["space", "kind", "key"], name="node_unique_in_space"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["space", "visibility", "kind"], name="node_by_kind")
        ]

    def __str__(self) -> str:
        """Return kind and key, which is unique within a space."""
        return f"{self.kind}:{self.key}"


class Link(models.Model):
    """A typed, dated, sourced tie between an earlier and a later node, kept where it was stated.

    ``owner`` and ``field`` say which record states the link ("pilot labor-2025, presented_at"), ``position`` its place
    in that statement. A target that is no record of ours stays as ``words``.
    """

    space = models.ForeignKey(Space, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=LinkKind)
    earlier = models.ForeignKey(Node, models.CASCADE, related_name="later_links", null=True, blank=True)
    later = models.ForeignKey(Node, models.CASCADE, related_name="earlier_links", null=True, blank=True)
    words = models.TextField(blank=True)
    owner = models.ForeignKey(Node, models.CASCADE, related_name="stated_links")
    field = models.CharField(max_length=40)
    position = models.PositiveIntegerField(default=0)
    dated = PartialDateColumn()
    author = models.CharField(max_length=200, blank=True)
    source = models.TextField(blank=True)
    note = TextColumn()
    extra = models.JSONField(default=dict, blank=True)

    class Meta:
        """Both ends are nodes, or one is a node and the other is words."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(earlier__isnull=False, later__isnull=False, words="")
                | (~Q(words="") & (Q(earlier__isnull=False) ^ Q(later__isnull=False))),
                name="link_has_two_ends",
            ),
            models.CheckConstraint(
                condition=Q(earlier__isnull=True) | Q(later__isnull=True) | ~Q(earlier=models.F("later")),
                name="link_not_to_itself",
            ),
            models.UniqueConstraint(fields=["owner", "field", "position"], name="link_one_per_place"),
        ]

    def __str__(self) -> str:
        """Return where the link was stated, which is unique."""
        return f"{self.owner_id}.{self.field}[{self.position}]"


class Record(models.Model):
    """What every content row has. Rooms add their columns and a ``SPEC`` that ties them to bundle keys."""

    SPEC: ClassVar["Spec"]

    space = models.ForeignKey(Space, models.CASCADE, related_name="+")
    node = models.OneToOneField(Node, models.CASCADE, related_name="+")
    key = models.CharField(max_length=160)
    has_own_key = models.BooleanField(default=True)
    """False where the key was made from the record's place because its author gave none."""
    position = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PUBLISHED)
    source = models.TextField(blank=True)
    gaps = models.JSONField(default=dict, blank=True)
    """Field → "unknown" (a source was sought, nothing found) or "none" (stated to be empty)."""
    extra = models.JSONField(default=dict, blank=True)
    """Facts that came with the record and have no field of their own."""
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        """Keys are unique in a space."""

        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["space", "key"], name="%(app_label)s_%(class)s_key_unique"),
        ]

    def __str__(self) -> str:
        """Return kind and key."""
        return f"{self.SPEC.kind}:{self.key}"

    def is_unknown(self, field: str) -> bool:
        """Tell whether the field is stated to be unknown, as opposed to not mentioned or empty."""
        return bool(self.gaps.get(field) == "unknown")

    @property
    def parent_key(self) -> str:
        """Return the key of what this is part of, or an empty text."""
        parent = self.SPEC.parent
        return getattr(self, parent).key if parent else ""


class JournalEntry(models.Model):
    """Who did what to which record, when and why. Holds no foreign keys, so history never blocks a deletion."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    batch = models.UUIDField(db_index=True)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=200)
    verb = models.CharField(max_length=12, choices=Verb)
    space_key = models.CharField(max_length=80)
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=160)
    title = TextColumn()
    version = models.PositiveIntegerField(default=0)
    why = models.TextField(blank=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)

    class Meta:
        """Read by record, newest first."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["space_key", "kind", "key", "-id"], name="journal_by_record"),
        ]

    def __str__(self) -> str:
        """Return verb, record and number."""
        return f"{self.pk}: {self.verb} {self.kind}:{self.key}"


class Edition(models.Model):
    """A single number raised by every write and never given twice; pages cached under an older number are never shown."""

    number = models.BigIntegerField(default=1)

    class Meta:
        """There is exactly one row."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(pk=1), name="edition_is_single"),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.number)


class Once(models.Model):
    """A thing that may happen only once: its key is written in the same transaction as the effect."""

    key = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField(auto_now_add=True)
    result = models.JSONField(null=True, blank=True)

    def __str__(self) -> str:
        """Return the key."""
        return self.key


class Beat(models.Model):
    """The heartbeat of one worker process; see :mod:`querwerk.core.worker`."""

    worker_id = models.CharField(max_length=64, unique=True)
    count = models.PositiveBigIntegerField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        """Return the worker."""
        return self.worker_id


class DutyState(models.Model):
    """When a duty is due next and was last done; see :mod:`querwerk.core.clock`."""

    name = models.CharField(max_length=80, unique=True)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Return the name."""
        return self.name


def record_models() -> dict[str, type[Record]]:
    """Return every concrete kind of record, by kind."""
    found: dict[str, type[Record]] = {}
    pending: list[Any] = list(Record.__subclasses__())
    while pending:
        model = pending.pop()
        pending.extend(model.__subclasses__())
        if not model._meta.abstract:
            found[model.SPEC.kind] = model
    return found
