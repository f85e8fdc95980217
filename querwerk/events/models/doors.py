"""The day itself: what was noted at the doors, and who was there as follows from it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from querwerk.events.models.registrations import Registration, Terms
from querwerk.events.states import DoorAct


class DoorEntry(models.Model):
    """What somebody noted at a door. It is never changed; who is there follows from all entries, in the order of their time.

    A door without a network keeps its entries and hands them over later, under the names that it gave them itself.
    """

    terms = models.ForeignKey(Terms, models.CASCADE, related_name="door_entries")
    client_id = models.UUIDField(unique=True)
    """Given by the door, so that an entry that is handed over twice counts once."""
    act = models.CharField(max_length=10, choices=DoorAct)
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="door_entries", null=True, blank=True)
    day = models.DateField()
    at = models.DateTimeField()
    """By the clock of the door, never later than when it was handed over."""
    received_at = models.DateTimeField(auto_now_add=True)
    door = models.CharField(max_length=60, blank=True)
    by_name = models.CharField(max_length=200, blank=True)
    words = models.CharField(max_length=40, blank=True)
    """Of a ticket that nobody has: what was read."""

    class Meta:
        """An entry is about somebody, or about a ticket that nobody has."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(registration__isnull=False) | ~Q(words=""), name="door_entry_about"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["registration", "day", "at"], name="door_entry_by_person")
        ]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.pk)


class Presence(models.Model):
    """Somebody was there on a day: follows from the entries of the doors, and is made anew with each of them."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="presences")
    day = models.DateField()
    at = models.DateTimeField()
    door = models.CharField(max_length=60, blank=True)

    class Meta:
        """Nobody is there twice."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["registration", "day"], name="presence_once"),
        ]

    def __str__(self) -> str:
        """Return registration and day."""
        return f"{self.registration_id}: {self.day}"
