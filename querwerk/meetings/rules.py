"""Who may do what with meetings, what a wish counts, and when slots are: pure, and with the reason."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from querwerk.events.states import RegistrationState
from querwerk.meetings.states import PLAN_MOVES, STANDING, Phase, PlanState, WishState
from querwerk.programmes.rules import YES, Verdict, Viewer, may_edit
from querwerk.programmes.states import RoleName

MOST_SLOTS = 200
"""Of one event: beyond that somebody has mistyped a time."""
MOST_TABLES = 500
MOST_ROLES = 3
"""Beside the one in which somebody registered."""
FIRST_RANK_WEIGHT = 20
"""What the wish at the top of somebody's list counts; each further one counts one less, the last ones one."""
ACCEPTED_COUNTS = 3
"""How many times as much a wish counts that the other side has accepted; one that is left to the organisers counts twice."""
LEFT_COUNTS = 2


# --- Who ---------------------------------------------------------------------


def may_plan(viewer: Viewer, *, owners: Collection[str]) -> Verdict:
    """Whoever may edit the event makes its timetable; they see names, so readers do not."""
    if RoleName.READER in viewer.roles and not viewer.is_organiser:
        return Verdict(is_allowed=False, why=_("Readers do not see who wants to meet whom."))
    return may_edit(viewer, kind="event", owners=owners)


def may_see_meetings(viewer: Viewer) -> Verdict:
    """Whoever may edit some event finds the meetings at the desk."""
    if viewer.roles & {RoleName.ORGANISER, RoleName.EDITOR}:
        return YES
    return Verdict(is_allowed=False, why=_("Readers do not see who wants to meet whom."))


def may_take_part(*, state: str, wants_networking: bool) -> Verdict:
    """Only who has a place and has said yes to networking is shown to others and sees them."""
    if state != RegistrationState.CONFIRMED:
        return Verdict(is_allowed=False, why=_("Meetings are for those who have a place."))
    if not wants_networking:
        return Verdict(is_allowed=False, why=_("You have not said that you want to meet others. You can change that in your registration."))  # fmt: skip
    return YES


def may_wish(*, phase: str, may_wish: bool, is_able: bool, standing: int, most: int) -> Verdict:
    """Decide whether somebody may ask for one more meeting; ``standing`` wishes they have, at most ``most``."""
    if phase == Phase.PREPARING:
        return Verdict(is_allowed=False, why=_("Wishes cannot be made yet."))
    if phase == Phase.CLOSED:
        return Verdict(is_allowed=False, why=_("The time for wishes is over; the timetable is being made."))
    if not may_wish:
        return Verdict(is_allowed=False, why=_("At this event the organisers arrange who meets whom."))
    if not is_able:
        return Verdict(is_allowed=False, why=_("Meetings are for those who have a place and want to meet others."))
    if standing >= most:
        return Verdict(
            is_allowed=False, why=_("You have made as many wishes as there may be. Withdraw one to make another.")
        )
    return YES


def may_answer(*, phase: str, state: str) -> Verdict:
    """Decide whether the one who was asked may answer; after the wishes are closed too, as long as it helps."""
    if phase == Phase.PREPARING or state == WishState.WITHDRAWN:
        return Verdict(is_allowed=False, why=_("This wish was withdrawn."))
    return YES


def may_open(*, slots: int, tables: int) -> Verdict:
    """Decide whether participants may begin to wish."""
    if not slots:
        return Verdict(is_allowed=False, why=_("First say when meetings take place."))
    if not tables:
        return Verdict(is_allowed=False, why=_("First say at which tables meetings take place."))
    return YES


def may_publish(*, state: str) -> Verdict:
    """Decide whether a version may become the one that counts."""
    if PlanState.PUBLISHED in PLAN_MOVES[PlanState(state)]:
        return YES
    return Verdict(is_allowed=False, why=_("Only a computed timetable that is not published yet can be published."))


# --- What a wish counts ------------------------------------------------------


def weight_of(*, place: int, state: str) -> int:
    """Return what a wish is worth: its place in the list of its sender (from 0), and what the other side said."""
    assert state in STANDING
    times = {WishState.ACCEPTED: ACCEPTED_COUNTS, WishState.LEFT: LEFT_COUNTS}.get(WishState(state), 1)
    return max(1, FIRST_RANK_WEIGHT - place) * times


def why_they_meet(*, is_mine: bool, is_theirs: bool) -> str:
    """Say to somebody why a meeting is in their timetable."""
    if is_mine and is_theirs:
        return str(_("You wished for each other."))
    if is_mine:
        return str(_("You wished for this meeting."))
    return str(_("They wished for this meeting.") if is_theirs else _("The organisers brought you together."))


# --- When --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hours:
    """A session as it is typed: from, to, how long a meeting and the pause after it take, and a longer break."""

    day: date
    begins: time
    ends: time
    minutes: int
    pause: int = 0
    break_from: time | None = None
    break_to: time | None = None


def slots_in(hours: Hours, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Yield beginning and end of each meeting that fits whole into a session, outside its break."""
    start = datetime.combine(hours.day, hours.begins, zone)
    end = datetime.combine(hours.day, hours.ends, zone)
    pausing = [datetime.combine(hours.day, at, zone) for at in (hours.break_from, hours.break_to) if at is not None]
    length, step = timedelta(minutes=hours.minutes), timedelta(minutes=hours.minutes + hours.pause)
    while start + length <= end:
        if len(pausing) == 2 and start < pausing[1] and start + length > pausing[0]:
            start = pausing[1]
            continue
        yield start, start + length
        start += step


def is_overlapping(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> bool:
    """Tell whether two spans have a moment in common."""
    return one[0] < other[1] and other[0] < one[1]
