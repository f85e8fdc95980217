"""An independent judge of plans. Shares nothing with the solver but the data classes, and is kept simple on purpose."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

from querwerk.engine.timetable.problem import Meeting, Person, Problem, Session, Table
from querwerk.engine.timetable.result import Placement, Plan


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a plan, how many breaks it has, and what it is worth."""

    faults: tuple[str, ...]
    breaks: int
    largest: int
    """The breaks of the person who has the most."""
    smallest: int
    value: int = 0
    """Sum of the weights of the wishes that are fulfilled."""
    shortfall: int = 0
    """So many meetings people have less than they were guaranteed."""

    @property
    def is_valid(self) -> bool:
        """Say whether the plan keeps all promises."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class _Seen:
    """A meeting that takes place, as it is planned."""

    number: int
    meeting: Meeting
    placement: Placement
    people: tuple[int, ...]

    @property
    def slot(self) -> int:
        return self.placement.slot

    @property
    def words(self) -> str:
        return f"meeting {self.number} in slot {self.slot + 1}"


def breaks_of_day(slots: list[int]) -> int:
    """Count the runs of idle slots between the first and the last of these."""
    return sum(later > earlier + 1 for earlier, later in pairwise(sorted(slots)))


def check(problem: Problem, plan: Plan) -> Verdict:
    """Judge a plan by the problem's own words, one demand after the other."""
    if len(plan) != len(problem.meetings):
        reason = f"the plan has {len(plan)} meetings, but the problem {len(problem.meetings)}"
        return Verdict((reason,), 0, 0, 0)
    seen = [
        _Seen(number, meeting, placement, (*meeting.people, *placement.delegates))
        for number, (meeting, placement) in enumerate(zip(problem.meetings, plan, strict=True), start=1)
        if placement is not None
    ]
    days: list[list[int]] = [[] for _ in range(problem.people)]
    for one in seen:
        for person in one.people:
            if 0 <= person < problem.people:
                days[person].append(one.slot)
    faults = [
        f"meeting {number} has to take place, but is not planned"
        for number, (meeting, placement) in enumerate(zip(problem.meetings, plan, strict=True), start=1)
        if placement is None and meeting.weight is None
    ]
    for one in seen:
        faults += _faults_of_time(problem, one)
        faults += _faults_of_people(problem, one)
        faults += _faults_of_table(problem, one)
        faults += _faults_of_interpreter(problem, one)
    faults += [*_order_faults(problem, plan), *_shared_faults(problem, seen, days)]
    counts = [breaks_of_day(day) for day in days]
    largest, smallest = max(counts), min(counts)
    if problem.fairness is not None and not problem.has_wishes and largest - smallest > problem.fairness:
        faults.append(
            f"somebody has {largest} breaks and somebody {smallest}, but the difference may only be {problem.fairness}"
        )
    value = sum(one.meeting.weight or 0 for one in seen)
    missing = sum(max(0, rules.least - len(day)) for rules, day in zip(problem.persons, days, strict=False))
    return Verdict(tuple(faults), sum(counts), largest, smallest, value, missing)


def _rules(problem: Problem, person: int) -> Person:
    return problem.persons[person] if problem.persons else Person()


def _faults_of_time(problem: Problem, one: _Seen) -> Iterator[str]:
    if not 0 <= one.slot < problem.slots:
        yield f"{one.words}: there is no such slot"
    is_morning = one.slot < problem.morning_slots
    if one.meeting.session is (Session.AFTERNOON if is_morning else Session.MORNING):
        yield f"{one.words}: it has to be in the {one.meeting.session}"
    if one.meeting.slot is not None and one.meeting.slot != one.slot:
        yield f"{one.words}: it is fixed to slot {one.meeting.slot + 1}"


def _faults_of_people(problem: Problem, one: _Seen) -> Iterator[str]:
    groups, delegates = one.meeting.choices, one.placement.delegates
    if len(delegates) != len(groups) or any(d not in group for d, group in zip(delegates, groups, strict=True)):
        yield f"{one.words}: somebody takes part who is not of the organisation"
        return
    if len(set(one.people)) < len(one.people):
        yield f"{one.words}: somebody takes part twice"
    for person in one.people:
        if one.slot in problem.unavailable[person]:
            yield f"{one.words}: {problem.person(person)} cannot come"
    for first, second in combinations(sorted(one.people), 2):
        if (first, second) in problem.never:
            yield f"{one.words}: {problem.person(first)} and {problem.person(second)} must never meet"


def _faults_of_table(problem: Problem, one: _Seen) -> Iterator[str]:
    index = one.placement.table
    if not 0 <= index < problem.tables:
        yield f"{one.words}: there is no table {index + 1}"
        return
    table = problem.equipment[index] if problem.equipment else Table()
    if one.slot in table.closed:
        yield f"{one.words}: {problem.table(index)} is closed"
    needed = one.meeting.needs.union(*(_rules(problem, person).needs for person in one.people))
    for need in sorted(needed - table.offers):
        yield f"{one.words}: {problem.table(index)} does not offer “{need}”"
    if table.holders and not table.holders & set(one.people):
        yield f"{one.words}: {problem.table(index)} is reserved for others"
    owners = {person for other in problem.equipment if other.is_stand for person in other.holders} & set(one.people)
    if owners and not (table.is_stand and table.holders & owners):
        yield f"{one.words}: {problem.person(min(owners))} stays at their stand"


def _faults_of_interpreter(problem: Problem, one: _Seen) -> Iterator[str]:
    needed = one.meeting.languages.union(*(_rules(problem, person).languages for person in one.people))
    index = one.placement.interpreter
    if index is None:
        if needed:
            yield f"{one.words}: an interpreter for {', '.join(sorted(needed))} is missing"
        return
    if not 0 <= index < len(problem.interpreters):
        yield f"{one.words}: there is no interpreter {index + 1}"
        return
    interpreter = problem.interpreters[index]
    if not needed:
        yield f"{one.words}: {interpreter.name} has nothing to interpret"
    for language in sorted(needed - interpreter.languages):
        yield f"{one.words}: {interpreter.name} does not speak {language}"
    if one.slot in interpreter.unavailable:
        yield f"{one.words}: {interpreter.name} cannot come"


def _order_faults(problem: Problem, plan: Plan) -> list[str]:
    faults = []
    for number, (meeting, placement) in enumerate(zip(problem.meetings, plan, strict=True), start=1):
        for other in meeting.after:
            earlier = plan[other]
            if placement is not None and earlier is not None and earlier.slot >= placement.slot:
                faults.append(
                    f"meeting {number} in slot {placement.slot + 1}: "
                    f"meeting {other + 1} has to come before, but is in slot {earlier.slot + 1}"
                )
    return faults


def _shared_faults(problem: Problem, seen: list[_Seen], days: list[list[int]]) -> list[str]:
    faults = [
        f"{problem.person(person)} has {times} meetings in slot {slot + 1}"
        for person, day in enumerate(days)
        for slot, times in sorted(Counter(day).items())
        if times > 1
    ]
    for person, (rules, day) in enumerate(zip(problem.persons, days, strict=False)):
        if rules.most is not None and len(day) > rules.most:
            faults.append(f"{problem.person(person)} has {len(day)} meetings, but may have at most {rules.most}")
    seats = Counter((one.slot, one.placement.table) for one in seen)
    faults += [
        f"table {table + 1} has {times} meetings in slot {slot + 1}"
        for (slot, table), times in sorted(seats.items())
        if times > 1
    ]
    voices = Counter((one.slot, one.placement.interpreter) for one in seen if one.placement.interpreter is not None)
    return faults + [
        f"interpreter {interpreter + 1} has {times} meetings in slot {slot + 1}"
        for (slot, interpreter), times in sorted(voices.items())
        if times > 1 and interpreter is not None
    ]
