"""An independent judge of plans. Shares nothing with the solver but the data classes, and is kept simple on purpose."""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from querwerk.engine.timetable.problem import Problem, Session
from querwerk.engine.timetable.result import Plan


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a plan, and how many breaks it has."""

    faults: tuple[str, ...]
    breaks: int
    largest: int
    """The breaks of the person who has the most."""
    smallest: int

    @property
    def is_valid(self) -> bool:
        """Say whether the plan keeps all promises."""
        return not self.faults


def breaks_of_day(slots: list[int]) -> int:
    """Count the runs of idle slots between the first and the last of these."""
    return sum(later > earlier + 1 for earlier, later in pairwise(sorted(slots)))


def check(problem: Problem, plan: Plan) -> Verdict:
    """Judge a plan by the problem's own words, one demand after the other."""
    if len(plan) != len(problem.meetings):
        reason = f"the plan has {len(plan)} meetings, but the problem {len(problem.meetings)}"
        return Verdict((reason,), 0, 0, 0)
    days: list[list[int]] = [[] for _ in range(problem.people)]
    for meeting, placement in zip(problem.meetings, plan, strict=True):
        for person in meeting.people:
            days[person].append(placement.slot)
    faults = [*_lone_faults(problem, plan), *_order_faults(problem, plan), *_shared_faults(problem, plan, days)]
    counts = [breaks_of_day(day) for day in days]
    largest, smallest = max(counts), min(counts)
    if problem.fairness is not None and largest - smallest > problem.fairness:
        faults.append(
            f"somebody has {largest} breaks and somebody {smallest}, but the difference may only be {problem.fairness}"
        )
    return Verdict(tuple(faults), sum(counts), largest, smallest)


def _lone_faults(problem: Problem, plan: Plan) -> list[str]:
    faults = []
    for number, (meeting, placement) in enumerate(zip(problem.meetings, plan, strict=True), start=1):
        where = f"meeting {number} in slot {placement.slot + 1}"
        if not 0 <= placement.slot < problem.slots:
            faults.append(f"{where}: there is no such slot")
        if not 0 <= placement.table < problem.tables:
            faults.append(f"{where}: there is no table {placement.table + 1}")
        is_morning = placement.slot < problem.morning_slots
        if meeting.session is (Session.AFTERNOON if is_morning else Session.MORNING):
            faults.append(f"{where}: it has to be in the {meeting.session}")
        if meeting.slot is not None and meeting.slot != placement.slot:
            faults.append(f"{where}: it is fixed to slot {meeting.slot + 1}")
        faults += [
            f"{where}: {problem.person(person)} cannot come"
            for person in meeting.people
            if placement.slot in problem.unavailable[person]
        ]
    return faults


def _order_faults(problem: Problem, plan: Plan) -> list[str]:
    return [
        f"meeting {number} in slot {plan[number - 1].slot + 1}: "
        f"meeting {other + 1} has to come before, but is in slot {plan[other].slot + 1}"
        for number, meeting in enumerate(problem.meetings, start=1)
        for other in meeting.after
        if plan[other].slot >= plan[number - 1].slot
    ]


def _shared_faults(problem: Problem, plan: Plan, days: list[list[int]]) -> list[str]:
    faults = [
        f"{problem.person(person)} has {times} meetings in slot {slot + 1}"
        for person, day in enumerate(days)
        for slot, times in sorted(Counter(day).items())
        if times > 1
    ]
    seats = Counter((placement.slot, placement.table) for placement in plan)
    return faults + [
        f"table {table + 1} has {times} meetings in slot {slot + 1}"
        for (slot, table), times in sorted(seats.items())
        if times > 1
    ]
