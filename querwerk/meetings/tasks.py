"""Jobs: a version of the timetable is computed; what the letter about a published one says."""

from typing import Any

from django.db.models import Max
from django.tasks import task
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from querwerk.events.models import Letter, Registration
from querwerk.events.tasks.letters import FurtherLetter, Words
from querwerk.meetings.actions.planning import LETTERS
from querwerk.meetings.calendars import calendar_of, meetings_url, place_of
from querwerk.meetings.models import Participant, Plan
from querwerk.meetings.queries.people import roles_between
from querwerk.meetings.queries.plans import published, seats_of


@task
def compute(plan_id: int) -> None:
    """Compute a version of the timetable."""
    from querwerk.meetings.actions.computing import compute_plan  # noqa: PLC0415  (loads the engine, which only this job needs)

    compute_plan(plan_id)


@task
def read_words(participant_id: int) -> None:
    """Let the encoder read what somebody says about themselves."""
    from querwerk.meetings.actions.reading import read_words as read  # noqa: PLC0415

    read(participant_id)


def queue_words(sender: Any, participant: Participant, **_more: Any) -> None:
    """Queue the reading in the transaction in which it was said."""
    read_words.enqueue(participant.pk)


def queue_plan(sender: Any, plan: Plan, **_more: Any) -> None:
    """Queue the computing in the transaction that asked for it."""
    compute.enqueue(plan.pk)


def _write(registration: Registration, name: dict[str, str]) -> Words:
    participant = Participant.objects.select_related("registration__terms__event__space").get(registration=registration)
    plan = published(participant.networking_id)
    assert plan is not None
    seats = seats_of(plan, participant)
    roles = roles_between(participant.networking_id, [participant.pk])
    is_first = not Plan.objects.filter(networking=participant.networking_id, number__lt=plan.number).exclude(published_at=None).exists()  # fmt: skip
    subject = _("Your meetings: %(event)s") if is_first else _("Your meetings have changed: %(event)s")
    paragraphs = [_("These are your meetings:") if seats else _("We are sorry: no meeting could be arranged for you.")]
    return Words(
        subject % name,
        paragraphs,
        facts=[
            (
                f"{date_format(localtime(seat.slot.begins_at), 'SHORT_DATE_FORMAT')} {seat.slot}",
                ", ".join(filter(None, (seat.other.party_name, roles.get((seat.other_id, participant.pk), seat.other.registration.organisation), place_of(seat)))),
            )
            for seat in seats
        ],
        button=_("See my meetings"),
        url=meetings_url(participant),
        end=_("The calendar file puts them into your calendar, and takes out those that are off."),
        calendar=calendar_of(participant, plan),
    )  # fmt: skip


def _is_true(letter: Letter) -> bool:
    """A later letter about the timetable says everything that this one would, and what is so now."""
    of_room = Letter.objects.filter(registration=letter.registration, occasion__startswith=f"{LETTERS}:")
    last = of_room.aggregate(last=Max("pk"))["last"]
    return bool(last == letter.pk) and Participant.objects.filter(registration=letter.registration).exists()


LETTER = FurtherLetter(_write, _is_true)
