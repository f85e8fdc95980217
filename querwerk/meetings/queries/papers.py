"""Reads what is printed, in the language of whoever it is for."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from querwerk.core.templatetags.ui import language_name
from querwerk.events.models import Registration, Terms
from querwerk.events.queries.doors import sorted_by_name
from querwerk.events.states import Attendance, Group, RegistrationState
from querwerk.meetings.models import Networking, Participant, Plan, Seat, Slot, Table, Wish
from querwerk.meetings.papers import Badge, PersonalPlan, Row, Sign, SignRow
from querwerk.meetings.queries import people, plans
from querwerk.meetings.rules import why_they_meet
from querwerk.meetings.states import STANDING

type Between = tuple[set[tuple[int, int]], dict[tuple[int, int], str]]
"""Who wished for whom, and as what people meet."""


def people_to_print(terms: Terms) -> QuerySet[Registration]:
    """Return everybody who has a place on site; 1 query."""
    return Registration.objects.filter(
        terms=terms, state=RegistrationState.CONFIRMED, contingent__attendance=Attendance.ONSITE, forgotten_at__isnull=True
    )  # fmt: skip


def groups_of(terms: Terms) -> list[str]:
    """Return the fields from which people come; 1 query."""
    found = people_to_print(terms).exclude(group="").values_list("group", flat=True)
    return sorted(set(found.order_by()), key=list(Group.values).index)


def languages_of(registrations: Iterable[Registration]) -> dict[int, list[str]]:
    """Return the languages that people said they can talk in, by registration; 1 query."""
    rows = Participant.objects.filter(registration__in=[one.pk for one in registrations])
    return dict(rows.values_list("registration", "languages"))


def badges(registrations: QuerySet[Registration], language: str) -> list[Badge]:
    """Return badges by name; ``language`` empty: each in the person's own; 2 queries."""
    found = sorted_by_name(registrations)
    spoken = languages_of(found)
    return [_badge(one, spoken.get(one.pk, []), language or own_language(one)) for one in found]


def own_language(registration: Registration) -> str:
    """Return the language of somebody's registration, if the site speaks it."""
    known = [code for code, _name in settings.LANGUAGES]
    return registration.language if registration.language in known else known[0]


def _badge(registration: Registration, spoken: Sequence[str], language: str) -> Badge:
    with override(language):
        return Badge(
            name=registration.name,
            organisation=registration.organisation,
            group=registration.group,
            field=registration.get_group_display() if registration.group else "",
            languages=", ".join(language_name(code) for code in spoken),
            ticket=registration.ticket,
            ticket_shown=registration.ticket_shown,
            language=language,
        )


def personal_plans(plan: Plan, chosen: Iterable[Participant], language: str) -> list[PersonalPlan]:
    """Return the plans of some people by name; ``language`` empty: each in the person's own; 3 queries."""
    found = {one.registration_id: one for one in chosen}
    ordered = [found[one.pk] for one in sorted_by_name([one.registration for one in found.values()])]
    seats = plans.seats_of_many(plan, [one.pk for one in ordered])
    wished = set(
        Wish.objects.filter(sender__networking=plan.networking_id, state__in=STANDING).values_list("sender", "receiver")
    )
    roles = people.roles_between(plan.networking_id)
    return [
        _personal(plan, one, seats.get(one.pk, []), (wished, roles), language or own_language(one.registration))
        for one in ordered
    ]


def _personal(
    plan: Plan, participant: Participant, seats: Sequence[Seat], between: Between, language: str
) -> PersonalPlan:
    days = {localdate(seat.slot.begins_at) for seat in seats}
    with override(language):
        at = date_format(localtime(plan.published_at or plan.created_at), "SHORT_DATETIME_FORMAT")
        foot = _("Version %(number)s of %(at)s.") % {"number": plan.number, "at": at}
        return PersonalPlan(
            name=participant.registration.name,
            organisation=participant.registration.organisation,
            language=language,
            dated=" – ".join(date_format(day, "DATE_FORMAT") for day in sorted({min(days), max(days)})) if days else "",
            foot=f"{foot} {_('If something changes for you, you get a mail.')}",
            rows=[_row(seat, between, is_long=len(days) > 1) for seat in seats],
        )


def _row(seat: Seat, between: Between, *, is_long: bool) -> Row:
    me, other = seat.participant_id, seat.other_id
    wished, roles = between
    table = seat.meeting.table
    return Row(
        time=str(seat.slot),
        day=date_format(localtime(seat.slot.begins_at), "D j.n." if is_long else "") if is_long else "",
        table=_("Table %(name)s") % {"name": table.name},
        room=table.room,
        name=seat.other.party_name,
        about=roles.get((other, me), seat.other.registration.organisation),
        why=why_they_meet(is_mine=(me, other) in wished, is_theirs=(other, me) in wished),
    )


def signs(networking: Networking, plan: Plan | None, language: str) -> list[Sign]:
    """Return a sign for each table that can be used, and for each day on which people meet; 2 queries, 3 with a version."""
    tables = [table for table in plans.tables_of(networking) if not table.is_closed]
    if plan is None:
        with override(language):
            return [_sign(table, "", []) for table in tables]
    slots: dict[Any, list[Slot]] = defaultdict(list)
    for slot in plans.slots_of(networking):
        slots[localdate(slot.begins_at)].append(slot)
    at = {(seat.meeting.table_id, seat.slot_id): seat for seat in plans.halves(plan)}
    with override(language):
        return [
            _sign(table, date_format(day, "l, j. F" if language == "de" else "l, j F"), [(slot, at.get((table.pk, slot.pk))) for slot in of_day])
            for table in tables
            for day, of_day in slots.items()
        ]  # fmt: skip


def _sign(table: Table, dated: str, sittings: Sequence[tuple[Slot, Seat | None]]) -> Sign:
    chips = [_("accessible without steps")] if table.is_accessible else []
    if table.languages:
        chips.append(" – ".join(language_name(code) for code in table.languages))
    rows = [
        SignRow(str(slot).partition("–")[0], f"{seat.participant.party_name} · {seat.other.party_name}")
        for slot, seat in sittings
        if seat is not None
    ]
    stand = _("Stand of %(name)s") % {"name": table.stand_of.name} if table.stand_of is not None else ""
    return Sign(table.name, table.room, stand, chips, dated, rows)


def chosen_participants(networking: Networking, plan: Plan, registrations: QuerySet[Registration]) -> list[Participant]:
    """Return those among some registered people who meet somebody in a version; 2 queries."""
    meeting = plans.loads(plan)
    rows = people.active(networking.pk).filter(registration__in=registrations)
    return [one for one in rows if one.pk in meeting]
