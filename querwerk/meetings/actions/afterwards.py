"""What people say after a meeting, in two taps: did it take place, and shall it go on."""

from django.db import transaction

from querwerk.meetings.models import Feedback, Participant
from querwerk.meetings.signals import going_on


@transaction.atomic
def say_afterwards(*, participant: Participant, other: Participant, took_place: bool, goes_on: bool | None = None) -> bool:  # fmt: skip
    """Store what somebody said about a meeting; return whether both want to go on now, and did not before.

    Both rows are locked in one order, so that of two yeses at the same moment one sees the other.
    """
    list(Participant.objects.select_for_update().filter(pk__in=(participant.pk, other.pk)).order_by("pk"))
    before = Feedback.objects.filter(participant=participant, other=other).first()
    said = goes_on if took_place else None
    Feedback.objects.update_or_create(
        participant=participant, other=other, defaults={"took_place": took_place, "goes_on": said}
    )
    was_yes = before is not None and before.goes_on is True
    is_mutual = Feedback.objects.filter(participant=other, other=participant, goes_on=True).exists()
    if not said or was_yes or not is_mutual:
        return False
    going_on.send(Feedback, first=participant, second=other)
    return True
