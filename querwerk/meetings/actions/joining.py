"""Whoever has a place and said yes to networking takes part in the meetings, from the moment that both are true."""

from querwerk.events.models import Registration
from querwerk.meetings.models import Networking, Participant
from querwerk.meetings.queries import people
from querwerk.meetings.rules import may_take_part


def follow_registration(registration: Registration) -> Participant | None:
    """Make somebody a participant whose registration was written, if they may and the event has meetings; 1 query, 3 for who is new.

    Whoever may not any more stays, with what they have said, and is shown to nobody.
    """
    if registration.forgotten_at is not None:
        return None
    if not may_take_part(state=registration.state, wants_networking=registration.wants_networking):
        return None
    networking = Networking.objects.filter(terms=registration.terms_id).first()
    if networking is None:
        return None
    return Participant.objects.get_or_create(registration=registration, defaults={"networking": networking})[0]


def create_participants(networking: Networking) -> int:
    """Make everybody a participant who has a place and said yes to networking; return how many are new."""
    missing = people.without_participant(networking)
    rows = [Participant(networking=networking, registration_id=pk) for pk in missing]
    Participant.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)
