"""The first question of a proof: whether there is a plan in which nobody has a break.

Without breaks somebody's day is one run of slots and known by its start. That takes a tenth of the clauses which count
breaks, and a solver sees a day as a whole at once. Each start that leaves some meeting without a slot is ruled out before.
"""

from functools import reduce
from itertools import pairwise
from operator import or_

from querwerk.engine.timetable.attended import heed
from querwerk.engine.timetable.clauses import FALSE, TRUE
from querwerk.engine.timetable.encoding import Contradiction, Seating
from querwerk.engine.timetable.matching import all_have_one
from querwerk.engine.timetable.problem import Problem
from querwerk.engine.timetable.result import Stop

type Starts = dict[int, list[int]]
"""For each person with more than one meeting the slots in which their day can begin."""


def runs(problem: Problem, slots: list[list[int]], stop: Stop = lambda: False) -> tuple[list[list[int]], Starts]:
    """Return which slots of each meeting, and which starts of each day, are left where nobody has a break."""
    slots = list(slots)
    days = problem.meetings_of()
    starts = {
        person: list(range(problem.slots - len(meetings) + 1))
        for person, meetings in enumerate(days)
        if len(meetings) > 1
    }
    waiting = dict.fromkeys(starts)
    while waiting:
        heed(stop)
        person, _ = waiting.popitem()
        meetings = days[person]
        choices = [sum(1 << slot for slot in slots[index]) for index in meetings]
        run = (1 << len(meetings)) - 1
        starts[person] = [start for start in starts[person] if fits(choices, run << start)]
        if not starts[person]:
            raise Contradiction
        reach = 0
        for start in starts[person]:
            reach |= run << start
        for index, choice in zip(meetings, choices, strict=True):
            if choice & ~reach:
                slots[index] = [slot for slot in slots[index] if reach >> slot & 1]
                waiting.update(dict.fromkeys(other for other in problem.meetings[index].people if other in starts))
    return slots, starts


def fits(choices: list[int], day: int) -> bool:
    """Say whether each meeting can have a slot of the day to itself; slots are the bits of a number."""
    inside = sorted((choice & day for choice in choices), key=int.bit_count)
    if not inside[0] or reduce(or_, inside) != day:
        return False
    # Mostly the n-th to choose has at least n slots, and nothing has to be matched.
    if all(choice.bit_count() > place for place, choice in enumerate(inside)):
        return True
    return all_have_one([[slot for slot in range(day.bit_length()) if choice >> slot & 1] for choice in inside])


class Runs(Seating):
    """Meetings in slots where days are runs of slots, each known by its start."""

    def _add_tables(self) -> None:
        """Count meetings alone where tables are few: without breaks that is up to ten times faster than both counts."""
        for slot in range(self.problem.slots):
            heed(self._stop)
            if self._is_crowded(slot):
                self._count_meetings(slot)
            else:
                self._count_people(slot)

    def _columns(self, meetings: list[int]) -> list[list[int]]:
        """Return for each slot the literals for these meetings in it."""
        columns: list[list[int]] = [[] for _ in range(self.problem.slots)]
        for index in meetings:
            for slot, literal in self.meeting_in[index].items():
                columns[slot].append(literal)
        return columns

    def _order(self, starts: list[int]) -> list[int]:
        """Return for each slot, and one after the last, the literal “the day begins here or later”."""
        literals = [TRUE, *(self.clauses.new() for _ in starts[1:]), FALSE]
        self.clauses.found += [[-later, earlier] for earlier, later in pairwise(literals[1:-1])]
        passed = 0
        found = []
        for slot in range(self.problem.slots + 1):
            while passed < len(starts) and starts[passed] < slot:
                passed += 1
            found.append(literals[passed])
        return found


class Unbroken(Runs):
    """A plan without breaks as clauses; raises Contradiction where it shows at once that there is none."""

    def __init__(self, problem: Problem, slots: list[list[int]], stop: Stop = lambda: False) -> None:
        slots, starts = runs(problem, slots, stop)
        super().__init__(problem, slots, stop)
        for person, meetings in enumerate(problem.meetings_of()):
            heed(stop)
            if person in starts:
                self.busy.append(self._run(meetings, starts[person]))
            else:
                self.busy.append([here[0] if here else FALSE for here in self._columns(meetings)])
        self._add_order()
        self._add_tables()

    def _run(self, meetings: list[int], starts: list[int]) -> list[int]:
        """Bind meetings to one run of slots; return for each slot whether it is in the run."""
        from_slot = self._order(starts)
        busy = []
        for slot, here in enumerate(self._columns(meetings)):
            if not here:
                busy.append(FALSE)
                continue
            # The day begins neither so early that it is over, nor later than this slot.
            begun, over = from_slot[max(0, slot - len(meetings) + 1)], from_slot[slot + 1]
            inside = begun if over == FALSE else -over if begun == TRUE else self.clauses.new()
            if inside not in {begun, -over}:
                self.clauses.found += [[-inside, begun], [-inside, -over], [-begun, over, inside]]
            self.clauses.at_most_one(here)
            if inside == TRUE:
                self.clauses.found.append(here)
            else:
                self.clauses.found += [[*here, -inside], *([-literal, inside] for literal in here)]
            busy.append(inside)
        return busy
