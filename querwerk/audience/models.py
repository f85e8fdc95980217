"""The floor of an event with its questions and votes, the box for feedback, and the thanks."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from querwerk.audience.states import QuestionState
from querwerk.core.codes import new_code
from querwerk.core.fields import TextColumn
from querwerk.events.models import AgendaItem, Event, Terms
from querwerk.events.models.registrations import new_ticket


class Floor(models.Model):
    """Where questions about an event are asked. The codes in its links are all that one needs to come in."""

    event = models.OneToOneField(Event, models.CASCADE, related_name="+")
    code = models.CharField(max_length=8, unique=True, default=new_ticket)
    """For everybody in the room: in the QR code, and short enough to be typed."""
    moderator_code = models.CharField(max_length=40, unique=True, default=new_code)
    """For whoever moderates, with or without an account."""
    version = models.PositiveIntegerField(default=1)
    """Goes up with everything that a page about the floor shows, so that a page asks cheaply whether it is current."""
    forgotten_at = models.DateTimeField(null=True, blank=True)
    """When the marks of who asked and voted were deleted."""

    def __str__(self) -> str:
        """Return the event's number."""
        return str(self.event_id)


class FloorItem(models.Model):
    """How questions are taken at a point of the agenda, or about the event as a whole."""

    floor = models.ForeignKey(Floor, models.CASCADE, related_name="items")
    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="+", null=True, blank=True)
    is_open = models.BooleanField(default=False)
    is_moderated = models.BooleanField(default=True)
    """Questions show only when a moderator has let them through."""

    class Meta:
        """One for each point, and one for the whole."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["floor", "item"], condition=Q(item__isnull=False), name="floor_item_once"),
            models.UniqueConstraint(fields=["floor"], condition=Q(item__isnull=True), name="floor_whole_once"),
        ]

    def __str__(self) -> str:
        """Return floor and number."""
        return f"{self.floor_id}: {self.pk}"


class FloorQuestion(models.Model):
    """A question that somebody in the room asked."""

    floor = models.ForeignKey(Floor, models.CASCADE, related_name="questions")
    item = models.ForeignKey(AgendaItem, models.SET_NULL, related_name="+", null=True, blank=True)
    state = models.CharField(max_length=10, choices=QuestionState)
    words = models.CharField(max_length=500)
    language = models.CharField(max_length=5)
    name = models.CharField(max_length=100, blank=True)
    may_name = models.BooleanField(default=False)
    """The name may stand with the question in the documentation."""
    asker = models.CharField(max_length=64, blank=True)
    """A mark under a key of the installation; leads to nobody, and is deleted with the participants' data."""
    client_id = models.UUIDField(unique=True, default=uuid.uuid4)
    """Given by the form, so that a question that is sent twice is asked once."""
    votes = models.PositiveIntegerField(default=0)
    is_on_stage = models.BooleanField(default=False)
    answer = TextColumn()
    answer_marks = models.JSONField(default=dict, blank=True)
    """``{language: {"by": number of an account or nothing, "at": instant}}`` of who wrote the answer last; deleted with the other marks."""
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)
    """When it was taken into the documentation of the event."""

    class Meta:
        """One question is on the screen at a time."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["floor"], condition=Q(is_on_stage=True), name="floor_stage_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["floor", "state"], name="floor_by_state")]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.pk)


class FloorVote(models.Model):
    """Somebody wants to hear the answer, too."""

    question = models.ForeignKey(FloorQuestion, models.CASCADE, related_name="cast")
    voter = models.CharField(max_length=64)

    class Meta:
        """One vote each."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["question", "voter"], name="floor_vote_once"),
        ]

    def __str__(self) -> str:
        """Return question and number."""
        return f"{self.question_id}: {self.pk}"


class FeedbackBox(models.Model):
    """A box into which each participant puts one sheet without a name.

    All sheets lie in one row, shuffled with each new one, and the marks of who has answered lie beside them, sorted: neither
    order, number nor time of a row could tell later whose sheet is whose.
    """

    terms = models.OneToOneField(Terms, models.CASCADE, related_name="+")
    is_open = models.BooleanField(default=False)
    sheets = models.JSONField(default=list, blank=True)
    """``[{question: answer}, …]``"""
    used = models.JSONField(default=list, blank=True)
    """Who has answered, as marks under a key of the installation; deleted with the participants' data."""

    def __str__(self) -> str:
        """Return the terms."""
        return str(self.terms_id)


class Thanks(models.Model):
    """The mail after an event: one for those who came, another for those who missed it."""

    terms = models.OneToOneField(Terms, models.CASCADE, related_name="+")
    came_subject = TextColumn()
    came_body = TextColumn()
    missed_subject = TextColumn()
    missed_body = TextColumn()
    version = models.PositiveIntegerField(default=1)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        """Return the terms."""
        return str(self.terms_id)
