"""An event of 500 people with 2,500 wishes through the whole room: ``make bench-timetable-event``.

Opening the desk's page, computing a version as the worker does, publishing it (letters are written, not mailed), then ten
people do not come and the timetable is mended. Everything on a database in a folder of its own, in one process. The rival
is a list from which meetings are given out in the order of arrival, each at the first time and table that are free.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LIMIT, MENDING_LIMIT = 120.0, 5.0
"""Seconds of computing that the whole way, and mending, may take."""


class Clock:
    """Adds up CPU seconds by step."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}

    def __call__(self, name: str, work: Callable[[], Any]) -> Any:
        """Do something and note how long it computed."""
        began = time.process_time()
        found = work()
        self.steps[name] = time.process_time() - began
        return found


def create(people: int, wishes: int, tables: int) -> Any:
    """Make the event: ten times of 20 minutes, people of three fields, wishes that crowd on a few."""
    from datetime import time as at  # noqa: PLC0415

    from querwerk.events.models import Registration  # noqa: PLC0415
    from querwerk.meetings.actions import joining  # noqa: PLC0415
    from querwerk.meetings.models import Participant, Wish  # noqa: PLC0415
    from tests.rooms.events.guests import contingent_of, create_space  # noqa: PLC0415
    from tests.rooms.meetings.fair import create_fair  # noqa: PLC0415

    networking = create_fair(create_space(), [], tables=tables, begins=at(10), ends=at(14, 10), most=10, most_wishes=30)
    place, dice = contingent_of(networking.terms), random.Random(1)
    Registration.objects.bulk_create([
        Registration(
            terms=networking.terms, contingent=place, state="confirmed", name=f"Gast {number}", language="de", number=number + 1,
            email=f"g{number}@web.example", group=("cci", "industry", "science")[number % 3], wants_networking=True,
        )
        for number in range(people)
    ])  # fmt: skip
    joining.create_participants(networking)
    numbers = list(Participant.objects.order_by("pk").values_list("pk", flat=True))
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < wishes:
        one, other = dice.choice(numbers), numbers[int(len(numbers) * dice.random() ** 1.5)]
        if one != other:
            pairs.add((one, other))
    states = ("sent", "sent", "accepted", "left")
    Wish.objects.bulk_create([
        Wish(sender_id=one, receiver_id=other, rank=rank, state=dice.choice(states))
        for rank, (one, other) in enumerate(sorted(pairs), start=1)
    ])  # fmt: skip
    return networking


def by_hand(networking: Any) -> int:
    """Give meetings out in the order of arrival; return how many take place."""
    from querwerk.meetings import planning  # noqa: PLC0415
    from querwerk.meetings.queries.situation import situation_of  # noqa: PLC0415

    problem = planning.anew(situation_of(networking)).problem
    busy: list[set[int]] = [set() for _person in range(problem.people)]
    used, met = [0] * problem.slots, 0
    for meeting in problem.meetings:
        one, other = meeting.people
        for slot in range(problem.slots):
            if slot not in busy[one] | busy[other] and used[slot] < problem.tables:
                busy[one].add(slot)
                busy[other].add(slot)
                used[slot] += 1
                met += 1
                break
    return met


def measure(people: int, wishes: int, tables: int, seconds: int) -> dict[str, Any]:
    """Go the whole way and return the figures."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from querwerk.meetings.actions import planning  # noqa: PLC0415
    from querwerk.meetings.actions.computing import compute_plan  # noqa: PLC0415
    from querwerk.meetings.models import Participant, Plan  # noqa: PLC0415
    from querwerk.meetings.states import Method  # noqa: PLC0415
    from querwerk.people.models import User  # noqa: PLC0415
    from querwerk.programmes.models import Programme, Role  # noqa: PLC0415
    from tests.factories.programmes import TESTER  # noqa: PLC0415

    networking = create(people, wishes, tables)
    browser, user = Client(), User.objects.create(email="o@web.example", name="O")
    Role.objects.create(user=user, programme=Programme.objects.get(key="werk"), name="organiser")
    browser.force_login(user)
    clock = Clock()

    def version(method: Method) -> Plan:
        plan = planning.start_plan(networking=networking, method=method, seconds=seconds, by=TESTER)
        compute_plan(plan.pk)
        plan.refresh_from_db()
        return plan

    page = "/de/desk/werk/meetings/treffen/timetable/"
    assert clock("open the page", lambda: browser.get(page)).status_code == 200
    first = clock("compute", lambda: version(Method.ANEW))
    assert clock("look at the difference", lambda: browser.get(f"{page}1/publish/")).status_code == 200
    letters = clock("publish", lambda: planning.publish_plan(plan=first, by=TESTER))
    for paper in ("badges", "plans", "signs"):
        address = f"{page.removesuffix('timetable/')}print/{paper}.pdf"
        assert clock(f"print {paper}", partial(browser.get, address))["Content-Type"] == "application/pdf"
    absent = random.Random(2).sample(list(Participant.objects.order_by("pk")), 10)
    for one in absent:
        planning.note_absence(participant=one, is_absent=True, closed=(), by=TESTER)
    fewest = clock("mend with the fewest changes", lambda: version(Method.FEWEST))
    mended = clock("mend and fill free places", lambda: version(Method.REFILLED))
    told = clock("publish the mended one", lambda: planning.publish_plan(plan=mended, by=TESTER))
    whole = sum(clock.steps[name] for name in ("open the page", "compute", "look at the difference", "publish"))
    return {
        "people": people, "wishes": wishes, "tables": tables, "steps": clock.steps, "whole": whole, "letters": letters,
        "first": first.certificate, "fewest": fewest.certificate, "mended": mended.certificate, "told": told, "by_hand": by_hand(networking),
    }  # fmt: skip


def main() -> int:
    """Measure, print, and fail where a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--wishes", type=int, default=2500)
    parser.add_argument("--tables", type=int, default=180)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"QUERWERK_DATA": folder, "DJANGO_SETTINGS_MODULE": "querwerk.config.settings", "QUERWERK_LOG_LEVEL": "ERROR", "QUERWERK_HOSTS": "testserver"}  # fmt: skip
        sys.path.insert(0, str(ROOT))
        import django  # noqa: PLC0415

        django.setup()
        found = measure(arguments.people, arguments.wishes, arguments.tables, arguments.seconds)
    first, fewest, mended = found["first"], found["fewest"], found["mended"]
    print(f"{found['people']} people, {found['wishes']} wishes, {found['tables']} tables; CPU seconds")
    for name, seconds in found["steps"].items():
        print(f"  {name:26} {seconds:8.2f}")
    print(
        f"from opening the page to a published timetable {found['whole']:.1f} s (limit {LIMIT:.0f}); {found['letters']} letters"
    )
    print(f"meetings {first['met']} of {first['wanted']} wanted, worth {first['value']} of at most {first['value_bound']}; in the order of arrival {found['by_hand']}")  # fmt: skip
    print("after 10 no-shows:")
    for name, one in (("fewest changes", fewest), ("free places filled", mended)):
        print(f"  {name:20} {one['changed']} meetings are different, at least {one['changed_bound']} had to be; {one['told']} people are told, {one['met']} meetings take place")  # fmt: skip
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n")
    mending = max(seconds for name, seconds in found["steps"].items() if name.startswith("mend"))
    is_slow = found["whole"] > LIMIT or mending > MENDING_LIMIT
    return 1 if is_slow or fewest["changed"] != fewest["changed_bound"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
