"""What people say after a meeting, in two taps: did it take place, and shall it go on. Two yeses make a match."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import override

from querwerk.events.states import Group
from querwerk.matching.actions.met import Party, create_match_of_meeting
from querwerk.meetings.models import Feedback, GoingOn, Participant
from querwerk.meetings.queries.people import known_as
from querwerk.meetings.queries.plans import latest_seat


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
    _go_on(participant, other)
    return True


def _go_on(participant: Participant, other: Participant) -> None:
    """Make a match of it, once, however often the two think better of it."""
    one, two = sorted((participant.pk, other.pk))
    made, is_new = GoingOn.objects.get_or_create(networking_id=participant.networking_id, first_id=one, second_id=two)
    if not is_new:
        return
    rows = Participant.objects.filter(pk__in=(one, two)).select_related("registration__terms__event__space")
    people = list(rows.select_related("registration__terms__event__node").order_by("pk"))
    event = people[0].registration.terms.event
    seat = latest_seat(people[0], people[1])
    made.record = create_match_of_meeting(
        occasion=event, title=event.title, day=localdate(seat.slot.begins_at if seat is not None else made.at),
        parties=[_party(person) for person in people], source=_source(event),
    )  # fmt: skip
    made.save(update_fields=["record"])


def _party(person: Participant) -> Party:
    """Return somebody as the house knows them: their profile and organisation, else their field; the draft stays when names are deleted."""
    label = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            group = person.registration.group
            label[language] = str(Group(group).label) if group else _("somebody")
    return Party(known_as(person.registration), label)


def _source(event: Any) -> str:
    with override(settings.LANGUAGE_CODE):
        title = event.title.best(settings.LANGUAGE_CODE).words
        return _("Meeting at “%(event)s”; both sides said that they want to go on") % {"event": title}
