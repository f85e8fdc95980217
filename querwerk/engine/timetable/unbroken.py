"""The first question of a proof: whether there is a plan in which nobody has a break.

Without breaks somebody's day is one run of slots and known by its start. That takes a tenth of the clauses which count
breaks, and a solver sees a day as a whole at once. Each start that leaves some meeting without a slot is ruled out before.
"""

from itertools import pairwise

from querwerk.engine.timetable.clauses import FALSE, TRUE
from querwerk.engine.timetable.encoding import Contradiction, Seating
from querwerk.engine.timetable.matching import all_have_one
from querwerk.engine.timetable.problem import Problem

type Starts = dict[int, list[int]]
"""For each person with more than one meeting the slots in which their day can begin."""


def runs(problem: Problem, slots: list[list[int]]) -> tuple[list[list[int]], Starts]:
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
        person, _ = waiting.popitem()
        meetings = days[person]
        choices = [set(slots[index]) for index in meetings]
        starts[person] = [start for start in starts[person] if _fits(choices, range(start, start + len(meetings)))]
        if not starts[person]:
            raise Contradiction
        reach = {slot for start in starts[person] for slot in range(start, start + len(meetings))}
        for index, choice in zip(meetings, choices, strict=True):
            if not choice <= reach:
                slots[index] = [slot for slot in slots[index] if slot in reach]
                waiting.update(dict.fromkeys(other for other in problem.meetings[index].people if other in starts))
    return slots, starts


def _fits(choices: list[set[int]], day: range) -> bool:
    inside = [choice.intersection(day) for choice in choices]
    return all(inside) and len(set[int]().union(*inside)) == len(day) and all_have_one(inside)


class Unbroken(Seating):
    """A plan without breaks as clauses; raises Contradiction where it shows at once that there is none."""

    def __init__(self, problem: Problem, slots: list[list[int]]) -> None:
        slots, starts = runs(problem, slots)
        super().__init__(problem, slots)
        for person, meetings in enumerate(problem.meetings_of()):
            if person in starts:
                self.busy.append(self._run(meetings, starts[person]))
            else:
                self.busy.append([self._here(meetings, slot)[0] for slot in range(problem.slots)])
        self._add_order()
        self._add_tables()

    def _here(self, meetings: list[int], slot: int) -> list[int]:
        """Return the literals for these meetings in a slot."""
        return [self.meeting_in[index][slot] for index in meetings if slot in self.meeting_in[index]] or [FALSE]

    def _run(self, meetings: list[int], starts: list[int]) -> list[int]:
        """Bind meetings to one run of slots; return for each slot whether it is in the run."""
        from_slot = self._order(starts)
        busy = []
        for slot in range(self.problem.slots):
            here = self._here(meetings, slot)
            if here == [FALSE]:
                busy.append(FALSE)
                continue
            # The day begins neither so early that it is over, nor later than this slot.
            begun, over = from_slot[max(0, slot - len(meetings) + 1)], from_slot[slot + 1]
            inside = begun if over == FALSE else -over if begun == TRUE else self.clauses.new()
            if inside not in {begun, -over}:
                self.clauses.found += [[-inside, begun], [-inside, -over], [-begun, over, inside]]
            self.clauses.at_most_one(here)
            self.clauses.add((-inside, *here))
            if inside != TRUE:
                self.clauses.found += [[-literal, inside] for literal in here]
            busy.append(inside)
        return busy

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
