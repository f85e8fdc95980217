"""Mails about registrations: each is written down in the transaction that causes it, and claimed before it is handed over."""

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q

from querwerk.core.fields import TextColumn
from querwerk.events.models.registrations import Invitation, Registration, Terms
from querwerk.events.states import LetterKind, LetterState


def new_mark() -> str:
    """Return what names a mail in its Message-ID."""
    return secrets.token_hex(10)


class Message(models.Model):
    """What an organiser writes to many of those concerned."""

    terms = models.ForeignKey(Terms, models.CASCADE, related_name="messages")
    subject = TextColumn()
    body = TextColumn()
    chosen = models.JSONField(default=dict, blank=True)
    """The filters that chose the readers, as shown in the list."""
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        """Return event and number."""
        return f"{self.terms_id}: {self.pk}"


class Letter(models.Model):
    """One mail to one person, about a registration or an invitation."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="letters", null=True, blank=True)
    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="letters", null=True, blank=True)
    message = models.ForeignKey(Message, models.CASCADE, related_name="letters", null=True, blank=True)
    kind = models.CharField(max_length=10, choices=LetterKind)
    occasion = models.CharField(max_length=60)
    """Of what it tells: there is one letter for each."""
    state = models.CharField(max_length=10, choices=LetterState, default=LetterState.WAITING)
    mark = models.CharField(max_length=24, unique=True, default=new_mark)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True)
    """What the mail server said when it refused."""

    class Meta:
        """One letter for each person and occasion."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["registration", "occasion"], condition=Q(registration__isnull=False), name="letter_once"
            ),
            models.UniqueConstraint(
                fields=["invitation", "occasion"], condition=Q(invitation__isnull=False), name="letter_invites_once"
            ),
            models.CheckConstraint(
                condition=Q(registration__isnull=False) ^ Q(invitation__isnull=False), name="letter_to_somebody"
            ),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.pk)
