"""When one may register, which questions are asked, and who works with the registrations: yes or no, and why."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from querwerk.core import ical
from querwerk.events.states import Attendance, Audience, Mode, RegistrationState
from querwerk.programmes.rules import YES, Verdict, Viewer, may_edit
from querwerk.programmes.states import RoleName

UNCONFIRMED_LASTS = timedelta(days=2)
"""After that a registration whose address nobody confirmed is forgotten without a trace."""
NEEDS_LAST = timedelta(days=2)
"""After the event, until what somebody needed is deleted."""


# --- When --------------------------------------------------------------------


def beginning(day: str, words: str, zone: ZoneInfo) -> datetime | None:
    """Return the instant at which an event begins: of its time, else of its day; nothing where the day is not known."""
    if not ical.is_exact(day):
        return None
    clock = ical.times(words)
    return datetime.combine(date.fromisoformat(day), clock[0] if clock else time(), zone)


def ending(day: str, last_day: str, zone: ZoneInfo) -> datetime | None:
    """Return the midnight after an event's last day."""
    last = last_day or day
    return datetime.combine(date.fromisoformat(last) + timedelta(days=1), time(), zone) if ical.is_exact(last) else None


def ending_of(event: Any) -> datetime | None:
    """Return the midnight after an event, in the time of the installation."""
    return ending(event.date, event.end, ZoneInfo(settings.TIME_ZONE))


def may_register(
    *,
    mode: str,
    opens_at: datetime | None,
    closes_at: datetime | None,
    ends_at: datetime | None,
    now: datetime,
    has_invitation: bool,
) -> Verdict:
    """Decide whether the form takes a registration now."""
    if opens_at is not None and now < opens_at:
        return Verdict(is_allowed=False, why=_("Registration opens on %(day)s.") % {"day": _instant(opens_at)})
    if closes_at is not None and now >= closes_at:
        return Verdict(is_allowed=False, why=_("Registration closed on %(day)s.") % {"day": _instant(closes_at)})
    if ends_at is not None and now >= ends_at:
        return Verdict(is_allowed=False, why=_("The event is over."))
    if mode == Mode.INVITATION and not has_invitation:
        return Verdict(
            is_allowed=False, why=_("You need an invitation: please open the link in it, or enter its code.")
        )
    return YES


def _instant(at: datetime) -> str:
    return date_format(localtime(at), "DATETIME_FORMAT")


def offer_ends(now: datetime, hours: int, begins_at: datetime | None) -> datetime:
    """Return until when an offered place is kept: never beyond the beginning."""
    until = now + timedelta(hours=hours)
    return until if begins_at is None else min(until, begins_at)


ONLINE_OPENS = timedelta(minutes=30)
"""Before the beginning somebody who takes part online can say that they are here."""


def may_say_here(
    *, attendance: str, state: str, begins_at: datetime | None, ends_at: datetime | None, now: datetime
) -> Verdict:
    """Decide whether somebody can note themselves as present: online, with a place, while the event is on."""
    if attendance != Attendance.ONLINE or state != RegistrationState.CONFIRMED:
        return Verdict(is_allowed=False, why=_("Only who has a place online notes this; on site the doors do."))
    if begins_at is None or ends_at is None:
        return Verdict(is_allowed=False, why=_("The day of the event is not known."))
    if now < begins_at - ONLINE_OPENS:
        return Verdict(
            is_allowed=False,
            why=_("From %(at)s you can note here that you take part.") % {"at": _instant(begins_at - ONLINE_OPENS)},
        )
    if now >= ends_at:
        return Verdict(is_allowed=False, why=_("The event is over."))
    return YES


# --- Questions ---------------------------------------------------------------


def is_asked(question: Any, by_id: Mapping[int, Any], answers: Mapping[int, Any]) -> bool:
    """Tell whether a question is asked, given the answers to others by their number; follows chains of conditions."""
    seen: set[int] = set()
    while question.depends_on_id is not None:
        if question.pk in seen or question.depends_on_id not in by_id:
            return False
        seen.add(question.pk)
        if not _fits(answers.get(question.depends_on_id), question.depends_value):
            return False
        question = by_id[question.depends_on_id]
    return True


def _fits(answer: Any, wanted: str) -> bool:
    if isinstance(answer, bool):
        return wanted == ("yes" if answer else "no")
    if isinstance(answer, list):
        return wanted in answer
    return answer is not None and str(answer) == wanted


# --- What counts --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Count:
    """What an event adds to an indicator of the funder, and why."""

    indicator: str
    number: int
    why: str
    is_flagged: bool = False
    """A person has to look at it before it is reported."""


def counted(*, audience: str, present: int, without_proof: int, countries: Collection[str]) -> list[Count]:
    """Return what an event counts for RCO81 and RCO115 (Interreg 2021-2027, common output indicators).

    RCO81 counts participations in closed and expert events from the lists of attendance, never internal meetings;
    RCO115 counts a public event as one and excludes RCO81. "Across borders" needs partners of two countries.
    ``present``: different people with a proof; ``without_proof``: people with a place of whom nobody noted that they came.
    """
    if audience == Audience.INTERNAL:
        return [Count("RCO81", 0, _("Internal meetings never count.")), Count("RCO115", 0, _("It was not public."))]
    if audience == Audience.PUBLIC:
        rows = [
            Count("RCO115", 1, _("A public event counts as one, however many come.")),
            Count("RCO81", 0, _("Participations in public events are not counted; a mixed event has to be split.")),
        ]
    else:
        rows = [
            Count("RCO81", present, _("Different people in the list of attendance.")),
            Count("RCO115", 0, _("It was not open to everybody.")),
        ]
        if without_proof:
            rows.append(_without_proof(without_proof))
    if len(set(countries)) < 2:
        rows.append(_single_country(countries))
    return rows


def _without_proof(number: int) -> Count:
    why = _("%(number)s people had a place, but nobody noted that they came. They are not counted.") % {
        "number": number
    }
    return Count("RCO81", 0, why, is_flagged=True)


def _single_country(countries: Collection[str]) -> Count:
    why = _("Hosts and co-hosts come from one country only (%(countries)s). “Across borders” needs two; please check.")
    return Count("RCO81, RCO115", 0, why % {"countries": ", ".join(countries) or "?"}, is_flagged=True)


# --- Who ---------------------------------------------------------------------


def may_see_registrations(viewer: Viewer, *, owners: Collection[str]) -> Verdict:
    """Whoever may edit the event sees who comes; a reader sees the numbers only."""
    if RoleName.READER in viewer.roles and not viewer.is_organiser:
        return Verdict(is_allowed=False, why=gettext_lazy("Readers see numbers, but neither names nor addresses."))
    return may_edit(viewer, kind="event", owners=owners)


def may_see_numbers(viewer: Viewer, *, owners: Collection[str]) -> Verdict:
    """Readers, and whoever may edit the event."""
    return YES if RoleName.READER in viewer.roles else may_edit(viewer, kind="event", owners=owners)


def may_see_needs(viewer: Viewer) -> Verdict:
    """What somebody needs may tell of health or belief: organisers only."""
    if viewer.is_organiser:
        return YES
    return Verdict(is_allowed=False, why=gettext_lazy("Only organisers see what participants need."))


def may_export(viewer: Viewer) -> Verdict:
    """A file with all names and addresses leaves the house: organisers only."""
    if viewer.is_organiser:
        return YES
    return Verdict(is_allowed=False, why=gettext_lazy("Only organisers take the list of participants with them."))
