"""Why there is no plan in which nobody has a break: whom it takes for that, which slots, and whose absence.

Where each day is one run of slots a solver sees at once what a count of breaks hides from it for long. So this is asked before
single meetings are looked at: mostly few people and few slots are in each other's way, and whoever they do not meet can be left out.
"""

from contextlib import closing
from dataclasses import dataclass, replace

from querwerk.engine.timetable.attended import heed
from querwerk.engine.timetable.clauses import FALSE
from querwerk.engine.timetable.encoding import Contradiction, domains
from querwerk.engine.timetable.oracle import Oracle
from querwerk.engine.timetable.problem import Problem
from querwerk.engine.timetable.result import Stop
from querwerk.engine.timetable.unbroken import Runs, fits

PATIENCE, TRIAL = 20_000, 1_000
"""Conflicts spent on the first question, and on whether something can be left out."""

ABSENCE, TABLES, RUN = range(3)
type Demand = tuple[int, int]
"""Somebody cannot come at times, a slot has so many tables, somebody has no breaks; in the order in which they are left out."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What cannot be together."""

    meetings: list[int]
    """These have to be, as their session, slot and order say."""
    absent: list[int]
    """These people cannot come at times."""
    slots: list[int]
    """These have no more tables than there are."""
    people: list[int]
    """These have no breaks."""


def obstacle(problem: Problem, stop: Stop) -> Obstacle | None:
    """Return why not all can be without breaks; None: no reason was found, or it has nothing to do with breaks.

    Raises Interrupted if `stop` says so.
    """
    everything = list(range(len(problem.meetings)))
    demands = _conflict(problem, stop)
    if demands is None or all(kind != RUN for kind, _ in demands):
        return None
    people = {person for kind, person in demands if kind == RUN}
    theirs = [index for index in everything if not people.isdisjoint(problem.meetings[index].people)]
    smaller = _conflict(part_of(problem, theirs), stop, demands)
    meetings, demands = (everything, demands) if smaller is None else (theirs, smaller)
    absent, slots, without = ([number for kind, number in demands if kind == one] for one in range(3))
    return Obstacle(meetings, absent, slots, without)


def part_of(problem: Problem, meetings: list[int]) -> Problem:
    """Return the problem with these meetings only."""
    number = {index: place for place, index in enumerate(meetings)}
    chosen = [problem.meetings[index] for index in meetings]
    left = (replace(one, after=tuple(number[other] for other in one.after if other in number)) for one in chosen)
    return replace(problem, meetings=tuple(left))


def _conflict(problem: Problem, stop: Stop, among: list[Demand] | None = None) -> list[Demand] | None:
    """Return demands that cannot be met together, few of them, by kind; None: that was not shown."""
    try:
        days = _Days(problem, stop)
    except Contradiction:
        return None
    asked = sorted(days.switches if among is None else days.switches.keys() & set(among))
    with closing(Oracle(days.clauses, stop, is_strict=True)) as oracle:
        found = _core(days, oracle, asked, PATIENCE)
        for demand in found or ():
            if found is not None and demand in found:
                smaller = _core(days, oracle, [other for other in found if other != demand], TRIAL)
                found = found if smaller is None else smaller
    return found


def _core(days: "_Days", oracle: Oracle, demands: list[Demand], conflicts: int) -> list[Demand] | None:
    """Return which of these demands contradict each other; None when they do not, or it takes too long to see."""
    if oracle.ask([days.switches[demand] for demand in demands], conflicts) is not False:
        return None
    core = set(oracle.core())
    return [demand for demand in demands if days.switches[demand] in core]


class _Days(Runs):
    """Days without breaks, each demand with a switch. What is demanded of meetings themselves has none."""

    def __init__(self, problem: Problem, stop: Stop) -> None:
        everywhere = replace(problem, unavailable=())
        super().__init__(everywhere, domains(everywhere), stop)
        self.switches: dict[Demand, int] = {}
        for person, meetings in enumerate(problem.meetings_of()):
            heed(stop)
            self._add_day(person, meetings, problem.unavailable[person])
        self._add_order()
        self._add_tables()

    def _add_day(self, person: int, meetings: list[int], closed: frozenset[int]) -> None:
        columns = self._columns(meetings)
        away = [[-literal] for slot in sorted(closed) for literal in columns[slot]]
        self._demand((ABSENCE, person), away)
        self.busy.append([self._busy(here) for here in columns])
        if len(meetings) > 1:
            self._demand((RUN, person), self._run_of(person, meetings))

    def _demand(self, demand: Demand, clauses: list[list[int]]) -> None:
        if clauses:
            self.switches[demand] = self.clauses.new()
            for clause in clauses:
                self.clauses.add((-self.switches[demand], *clause))

    def _busy(self, here: list[int]) -> int:
        if not here:
            return FALSE
        busy = self.clauses.new()
        self.clauses.at_most_one(here)
        self.clauses.found += [[-busy, *here], *([-literal, busy] for literal in here)]
        return busy

    def _run_of(self, person: int, meetings: list[int]) -> list[list[int]]:
        """Return clauses that make somebody's day one run of slots."""
        choices = [sum(1 << slot for slot in self.meeting_in[index]) for index in meetings]
        run = (1 << len(meetings)) - 1
        starts = [start for start in range(self.problem.slots - len(meetings) + 1) if fits(choices, run << start)]
        if not starts:
            return [[FALSE]]
        from_slot = self._order(starts)
        found = []
        for slot, busy in enumerate(self.busy[person]):
            begun, over = from_slot[max(0, slot - len(meetings) + 1)], from_slot[slot + 1]
            found += [[-busy, begun], [-busy, -over], [-begun, over, busy]]
        return found

    def _count(self, slot: int, most: int, literals: list[int]) -> None:
        if len(literals) > most:
            self._demand((TABLES, slot), [[-self.clauses.counter(literals, most + 1)[most]]])
