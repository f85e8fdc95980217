"""When one may register, which questions are asked, and who works with the registrations: yes or no, and why."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from querwerk.core import ical
from querwerk.events.states import Mode
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
