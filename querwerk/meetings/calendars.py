"""Somebody's meetings as a calendar file; each version of the timetable replaces the one before."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from querwerk.core import ical
from querwerk.core.letters import site
from querwerk.meetings.models import Participant, Plan, Seat
from querwerk.meetings.queries.people import roles_between
from querwerk.meetings.queries.plans import seats_of
from querwerk.meetings.states import PlanState


def meetings_url(participant: Participant) -> str:
    """Return the full address of somebody's own page; terms, event and space are loaded."""
    registration = participant.registration
    event = registration.terms.event
    return site(reverse("meetings:mine", args=[event.space.key, event.key, registration.code]))


def place_of(seat: Seat) -> str:
    """Return where a meeting is."""
    table = seat.meeting.table
    return ", ".join(filter(None, (_("Table %(name)s") % {"name": table.name}, table.room)))


def calendar_of(participant: Participant, plan: Plan) -> str:
    """Return the meetings of a version; those of earlier versions that are off are cancelled. 3 queries."""
    seats = seats_of(plan, participant)
    kept = {seat.other_id for seat in seats}
    former = Seat.objects.filter(participant=participant, plan__state=PlanState.REPLACED).exclude(other__in=kept)
    former = former.select_related("slot", "meeting__table", "other__registration", "other__team").order_by(
        "plan__number", "pk"
    )
    gone = {seat.other_id: seat for seat in former}
    roles = roles_between(participant.networking_id, [participant.pk])
    entries = [_entry(participant, seat, plan, roles, is_cancelled=False) for seat in seats]
    entries += [_entry(participant, seat, plan, roles, is_cancelled=True) for seat in gone.values()]
    return ical.calendar_of(entries, ZoneInfo(settings.TIME_ZONE)).decode()


def _entry(
    participant: Participant, seat: Seat, plan: Plan, roles: Mapping[tuple[int, int], str], *, is_cancelled: bool
) -> ical.Entry:
    start, end = localtime(seat.slot.begins_at), localtime(seat.slot.ends_at)
    other = seat.other.registration
    return ical.Entry(
        identity=f"meeting:{participant.pk}:{seat.other_id}",
        title=_("Meeting: %(name)s") % {"name": seat.other.party_name},
        language=(get_language() or settings.LANGUAGE_CODE).split("-", 1)[0],
        date=start.date().isoformat(),
        end="",
        time=f"{start:%H:%M}-{end:%H:%M}",
        place=place_of(seat),
        text=roles.get((seat.other_id, participant.pk), other.organisation),
        url=meetings_url(participant),
        changed_at=plan.published_at or timezone.now(),
        version=plan.number,
        is_cancelled=is_cancelled,
    )
