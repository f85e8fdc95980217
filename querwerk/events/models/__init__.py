"""Events with their agenda; who registers for them, the letters about it, and the doors on the day."""

from querwerk.events.models.doors import DoorEntry, Presence
from querwerk.events.models.events import AgendaItem, Contribution, Event
from querwerk.events.models.letters import Letter, Message
from querwerk.events.models.registrations import (
    Answer,
    Consent,
    Contingent,
    Invitation,
    Needs,
    Question,
    Registration,
    Terms,
)

__all__ = [
    "AgendaItem",
    "Answer",
    "Consent",
    "Contingent",
    "Contribution",
    "DoorEntry",
    "Event",
    "Invitation",
    "Letter",
    "Message",
    "Needs",
    "Presence",
    "Question",
    "Registration",
    "Terms",
]
