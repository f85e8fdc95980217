"""An event at which people meet, made through the same doors as a real one."""

from collections.abc import Sequence
from datetime import time
from typing import Any

from django.utils import timezone

from querwerk.core.models import Space
from querwerk.events.actions import organising
from querwerk.events.states import Way
from querwerk.meetings.actions import planning, setup, wishing
from querwerk.meetings.models import Networking, Participant, Plan, Seat, Wish
from querwerk.meetings.rules import Hours
from querwerk.meetings.states import Method, Phase
from tests.factories.programmes import TESTER
from tests.rooms.events.guests import create_terms, run_jobs, wish_of

SETTINGS = {"least": 0, "most": 4, "most_wishes": 3, "may_wish": True}


def create_fair(
    space: Space, names: Sequence[str], *, tables: int = 2, begins: time = time(14), ends: time = time(15, 40), **values: Any
) -> Networking:  # fmt: skip
    """An event in thirty days with times of 20 minutes, five in between, open for wishes."""
    terms = create_terms(space, onsite=None, asks_networking=True)
    networking = setup.create_networking(terms, by=TESTER)
    networking = setup.save_settings(
        networking=networking, values={**SETTINGS, **values}, by=TESTER, expected_version=1
    )
    day = timezone.localdate().fromisoformat(terms.event.date)
    hours = Hours(day=day, begins=begins, ends=ends, minutes=20, pause=5)
    setup.save_session(networking=networking, session=None, hours=hours, by=TESTER)
    setup.add_tables(networking=networking, first=1, last=tables, values={"room": "Saal"}, by=TESTER)
    for name in names:
        join(networking, name)
    return setup.move_phase(networking=networking, phase=Phase.OPEN, by=TESTER)


def join(networking: Networking, name: str, **said: Any) -> Participant:
    """Somebody who has a place and wants to meet others."""
    wanted = wish_of(networking.terms, name, wants_networking=True, **said)
    registration = organising.enter_registration(terms=networking.terms, wish=wanted, way=Way.WALK_IN, by=TESTER)
    return Participant.objects.get(registration=registration)


def person(name: str) -> Participant:
    rows = Participant.objects.select_related("registration__terms__event__space", "networking")
    return rows.get(registration__name=name)


def wish(sender: str, receiver: str) -> Wish:
    return wishing.wish_for(sender=person(sender), receiver=person(receiver))


def compute(networking: Networking, method: Method = Method.ANEW) -> Plan:
    """A version, computed as the worker would."""
    plan = planning.start_plan(networking=networking, method=method, seconds=60, by=TESTER)
    run_jobs()
    plan.refresh_from_db()
    return plan


def timetable(plan: Plan) -> dict[frozenset[str], tuple[str, str]]:
    """Who meets → when and at which table."""
    rows = Seat.objects.filter(plan=plan).select_related("slot", "meeting__table", "participant__registration", "other__registration")  # fmt: skip
    return {
        frozenset((seat.participant.registration.name, seat.other.registration.name)): (
            str(seat.slot)[:5],
            seat.meeting.table.name,
        )
        for seat in rows
    }


def mine(name: str, page: str = "") -> str:
    """The address of somebody's page."""
    return f"/de/werk/events/treffen/mine/{person(name).registration.code}/meetings/{page}"
