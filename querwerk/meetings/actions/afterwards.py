"""What people say after a meeting, in two taps: did it take place, and shall it go on. A yes of each side makes a match.

Of a team that always comes together each member answers for themselves, and one yes is the team's: whoever said yes learns who of
the other side did, and the match names them. A no binds nobody else, and nobody's address is shown who has not said yes.
"""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import override

from querwerk.events.states import Group
from querwerk.matching.actions.met import Party, create_match_of_meeting, name_sides_of_match
from querwerk.meetings.models import Feedback, GoingOn, Participant, Seat
from querwerk.meetings.queries.people import known_as
from querwerk.meetings.queries.plans import Sides, Wanting, latest_seat, sides_of, wanting


@transaction.atomic
def say_afterwards(*, participant: Participant, other: Participant, took_place: bool, goes_on: bool | None = None) -> bool:  # fmt: skip
    """Store what somebody said about a meeting; return whether both sides want to go on now, and this one did not before.

    All who sat there are locked in one order, so that of two yeses at the same moment one sees the other.
    """
    seat = latest_seat(participant, other)
    sides = sides_of([seat])[seat.pk] if seat is not None else Sides(frozenset({participant.pk}), frozenset({other.pk}))
    list(Participant.objects.select_for_update().filter(pk__in=sides.own | sides.other).order_by("pk"))
    before = Feedback.objects.filter(participant=participant, other=other).first()
    said = goes_on if took_place else None
    Feedback.objects.update_or_create(
        participant=participant, other=other, defaults={"took_place": took_place, "goes_on": said}
    )
    was_yes = before is not None and before.goes_on is True
    now = wanting({0: sides})[0]
    if not said or was_yes or not now.other:
        return False
    _go_on(participant, now, sides, seat)
    return True


def _go_on(participant: Participant, now: Wanting, sides: Sides, seat: Seat | None) -> None:
    """Make one match of a meeting, however often people think better of it; one more of a team joins it."""
    everybody = sides.own | sides.other
    made = GoingOn.objects.filter(first__in=everybody, second__in=everybody).order_by("pk").first()
    is_new = made is None
    if made is None:
        one, two = sorted((participant.pk, now.other[0].pk))
        made = GoingOn.objects.create(networking_id=participant.networking_id, first_id=one, second_id=two)
    made.also.add(*({one.pk for one in (*now.own, *now.other)} - {made.first_id, made.second_id}))
    event = now.own[0].registration.terms.event
    # Whose number is smaller stands first, whoever presses first.
    ordered = sorted((now.own, now.other), key=lambda side: side[0].pk)
    parties = [[_party(person) for person in side] for side in ordered]
    if is_new:
        made.record = create_match_of_meeting(
            occasion=event, title=event.title, day=localdate(seat.slot.begins_at if seat is not None else made.at),
            sides=parties, source=_source(event),
        )  # fmt: skip
        made.save(update_fields=["record"])
    elif made.record is not None:
        name_sides_of_match(match=made.record, title=event.title, sides=parties)


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
