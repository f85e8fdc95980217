"""Gives out and forgets what participants said about meetings; it lives no longer than their registration's data."""

from typing import Any

from django.db import transaction

from querwerk.events.models import Registration
from querwerk.meetings.actions.reading import forget_words
from querwerk.meetings.models import Feedback, Meeting, OtherRole, Participant
from querwerk.meetings.queries import people


def data_of(registration: Registration) -> dict[str, Any]:
    """Return everything that is stored about somebody's meetings, fit for JSON; nothing for who takes no part.

    Who asked to meet them stands in it, but not who has blocked them.
    """
    found = Participant.objects.filter(registration=registration).select_related("team", "networking").first()
    if found is None:
        return {}
    seats = found.seats.select_related("slot", "meeting__table", "plan", "other__registration")
    return {
        "sentence": found.sentence,
        "further_roles": list(found.roles.order_by("pk").values("title", "group", "sentence")),
        "languages": found.languages,
        "needs_accessible_table": found.needs_accessible,
        "team": found.team.name if found.team else None,
        "cannot_come": [row.slot.begins_at.isoformat() for row in found.unavailable.select_related("slot").order_by("slot__begins_at")],
        "did_not_come": found.is_absent,
        "wishes": [
            {"for": wish.receiver.registration.name, "state": wish.state, "at": wish.created_at.isoformat()}
            for wish in people.wishes_of(found)
        ],
        "asked_by": [
            {"name": wish.sender.registration.name, "state": wish.state, "reason": wish.reason}
            for wish in people.asked_of(found)
        ],
        "blocked": [other.registration.name for other in people.blocked_by(found)],
        "meetings": [
            {"with": seat.other.registration.name, "at": seat.slot.begins_at.isoformat(), "table": seat.meeting.table.name, "version": seat.plan.number}
            for seat in seats.exclude(plan__published_at=None).order_by("plan__number", "slot__begins_at")
        ],
        "said_afterwards": [
            {"about": row.other.registration.name, "took_place": row.took_place, "goes_on": row.goes_on}
            for row in Feedback.objects.filter(participant=found).select_related("other__registration").order_by("pk")
        ],
    }  # fmt: skip


@transaction.atomic
def forget(registration: Registration) -> int:
    """Forget somebody's part in the meetings, with their half of each meeting; return how many that were."""
    found = Participant.objects.filter(registration=registration)
    roles = OtherRole.objects.filter(participant__in=found)
    said = [*found.values_list("sentence", flat=True), *roles.values_list("sentence", flat=True)]
    Meeting.objects.filter(seats__participant__in=found).delete()
    number = found.delete()[1].get("meetings.Participant", 0)
    forget_words(said)
    return number
