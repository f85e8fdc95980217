"""What organisers say before anybody wishes: hours, tables, teams, limits, and when wishes begin and end."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import RestrictedError
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor, write_journal
from querwerk.core.states import Verb
from querwerk.core.text import Text
from querwerk.events.models import Terms
from querwerk.meetings.actions.joining import create_participants
from querwerk.meetings.models import Networking, Session, Slot, Table, Team
from querwerk.meetings.rules import MOST_SLOTS, MOST_TABLES, Hours, is_overlapping, may_open, slots_in
from querwerk.meetings.states import PHASE_MOVES, Phase


class UnableToArrange(Exception):
    """It cannot be like this; the message says why."""


class UnableToOverwriteSettings(Exception):
    """Somebody else changed the settings since they were read."""


def journal(
    networking: Networking, *, by: Actor, before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None,
    why: str = "",
) -> None:  # fmt: skip
    """Note what an organiser did. No names stand in the journal, which is kept for ever; people are numbers."""
    event = networking.terms.event
    write_journal(
        by=by, verb=Verb.CHANGED if before else Verb.CREATED,
        space_key=event.space.key, kind="meetings", key=event.key, title=Text(event.title), why=why[:1000],
        before=dict(before) if before else None, after=dict(after) if after else None,
    )  # fmt: skip


def locked(networking: Networking) -> Networking:
    """Lock an event's networking, so that those who arrange it wait for each other."""
    rows = Networking.objects.select_for_update(of=("self",)).select_related("terms__event__space")
    return rows.get(pk=networking.pk)


@transaction.atomic
def create_networking(terms: Terms, *, by: Actor) -> Networking:
    """Return the networking of an event, made if it is new, with everybody who has a place and said yes to it."""
    networking, is_new = Networking.objects.get_or_create(terms=terms)
    if is_new:
        create_participants(networking)
        journal(networking, by=by)
    return networking


SETTINGS = ("least", "most", "most_wishes", "may_wish")


@transaction.atomic
def save_settings(*, networking: Networking, values: Mapping[str, Any], by: Actor, expected_version: int) -> Networking:
    """Store limits and who may wish. Raises :class:`UnableToOverwriteSettings`."""
    current = locked(networking)
    if current.version != expected_version:
        raise UnableToOverwriteSettings
    before = {name: getattr(current, name) for name in SETTINGS}
    for name in SETTINGS:
        setattr(current, name, values[name])
    after = {name: getattr(current, name) for name in SETTINGS}
    if before == after:
        return current
    current.version += 1
    current.save()
    journal(current, by=by, before=before, after=after)
    return current


@transaction.atomic
def move_phase(*, networking: Networking, phase: Phase, by: Actor) -> Networking:
    """Open or close the wishes; a second click changes nothing. Raises :class:`UnableToArrange`."""
    current = locked(networking)
    before = Phase(current.phase)
    if phase == before:
        return current
    if phase not in PHASE_MOVES[before]:
        raise UnableToArrange(_("Wishes that were open once can only be closed."))
    if phase == Phase.OPEN:
        verdict = may_open(slots=current.slots.count(), tables=current.tables.filter(is_closed=False).count())
        if not verdict:
            raise UnableToArrange(str(verdict.why))
    current.phase = phase
    current.save(update_fields=["phase"])
    journal(current, by=by, before={"phase": before}, after={"phase": phase})
    return current


# --- Hours -------------------------------------------------------------------


@transaction.atomic
def save_session(*, networking: Networking, session: Session | None, hours: Hours, by: Actor) -> Session:
    """Store a session and its slots. Slots that stay as they are keep everything that hangs on them.

    Raises :class:`UnableToArrange` where nothing fits, sessions overlap, or a timetable uses a slot that would go.
    """
    current = locked(networking)
    wanted = list(slots_in(hours, ZoneInfo(settings.TIME_ZONE)))
    if not wanted:
        raise UnableToArrange(_("Between beginning and end there is no room for a meeting."))
    others = Slot.objects.filter(networking=current).exclude(session=session)
    if any(is_overlapping(span, (slot.begins_at, slot.ends_at)) for slot in others for span in wanted):
        raise UnableToArrange(_("There is another session at this time already."))
    if others.count() + len(wanted) > MOST_SLOTS:
        raise UnableToArrange(_("More than %(most)s meetings one after the other are too many.") % {"most": MOST_SLOTS})
    is_new = session is None
    session = session or Session(networking=current)
    session.day, session.begins, session.ends = hours.day, hours.begins, hours.ends
    session.minutes, session.pause = hours.minutes, hours.pause
    session.break_from, session.break_to = hours.break_from, hours.break_to
    session.save()
    _make_slots(current, session, wanted)
    journal(current, by=by, before=None if is_new else {"session": session.pk}, after={"session": session.pk, "slots": len(wanted)})  # fmt: skip
    return session


def _make_slots(networking: Networking, session: Session, wanted: Sequence[tuple[Any, Any]]) -> None:
    have = {slot.begins_at: slot for slot in session.slots.all()}
    ends = dict(wanted)
    _delete(session.slots.exclude(begins_at__in=list(ends)))
    for start, end in ends.items():
        if start not in have:
            Slot.objects.create(networking=networking, session=session, begins_at=start, ends_at=end)
        elif have[start].ends_at != end:
            Slot.objects.filter(pk=have[start].pk).update(ends_at=end)


def _delete(rows: Any) -> None:
    try:
        rows.delete()
    except RestrictedError:
        raise UnableToArrange(
            _("A timetable has meetings there. Delete the drafts that are not needed, or leave it as it is.")
        ) from None


@transaction.atomic
def delete_session(*, session: Session, by: Actor) -> None:
    """Delete a session with its slots. Raises :class:`UnableToArrange` where a timetable uses them."""
    current = locked(session.networking)
    number = session.pk
    _delete(Session.objects.filter(pk=session.pk))
    journal(current, by=by, before={"session": number})


# --- Tables and teams ----------------------------------------------------------

TABLE = ("name", "room", "languages", "is_accessible", "stand_of", "is_closed")


@transaction.atomic
def add_tables(*, networking: Networking, first: int, last: int, values: Mapping[str, Any], by: Actor) -> int:
    """Add tables that are called by numbers; those that are there stay as they are. Return how many are new."""
    current = locked(networking)
    have = set(current.tables.values_list("name", flat=True))
    names = [str(number) for number in range(first, last + 1) if str(number) not in have]
    if len(have) + len(names) > MOST_TABLES:
        raise UnableToArrange(_("More than %(most)s tables are too many.") % {"most": MOST_TABLES})
    Table.objects.bulk_create([Table(networking=current, name=name, **values) for name in names])
    if names:
        journal(current, by=by, after={"tables": len(names)})
    return len(names)


@transaction.atomic
def save_table(*, networking: Networking, table: Table | None, values: Mapping[str, Any], by: Actor) -> Table:
    """Store one table. Raises :class:`UnableToArrange` for a name that another one has."""
    current = locked(networking)
    before = {"table": table.name} if table is not None else None
    table = table or Table(networking=current)
    for name in TABLE:
        setattr(table, name, values[name])
    try:
        with transaction.atomic():
            table.save()
    except IntegrityError:
        raise UnableToArrange(_("There is a table of this name already.")) from None
    journal(current, by=by, before=before, after={"table": table.name, "is_closed": table.is_closed})
    return table


@transaction.atomic
def delete_table(*, table: Table, by: Actor) -> None:
    """Delete a table; one that stands in a timetable is closed instead."""
    current = locked(table.networking)
    if table.meetings.exists():
        Table.objects.filter(pk=table.pk).update(is_closed=True)
    else:
        Table.objects.filter(pk=table.pk).delete()
    journal(current, by=by, before={"table": table.name})


@transaction.atomic
def save_team(
    *,
    networking: Networking,
    team: Team | None,
    name: str,
    members: Iterable[int],
    comes_together: bool = False,
    by: Actor,
) -> Team:
    """Store a team with its members, who leave other teams. Raises :class:`UnableToArrange` for a name that is taken."""
    current = locked(networking)
    team = team or Team(networking=current)
    team.name, team.comes_together = name, comes_together
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError:
        raise UnableToArrange(_("There is a team of this name already.")) from None
    people = current.participants.all()
    people.filter(team=team).exclude(pk__in=list(members)).update(team=None)
    people.filter(pk__in=list(members)).update(team=team)
    journal(current, by=by, after={"team": team.pk, "members": people.filter(team=team).count(), "comes_together": comes_together})  # fmt: skip
    return team


@transaction.atomic
def delete_team(*, team: Team, by: Actor) -> None:
    """Delete a team; its members have meetings of their own again."""
    current = locked(team.networking)
    number = team.pk
    Team.objects.filter(pk=number).delete()
    journal(current, by=by, before={"team": number})
