"""What can be promised before anybody has booked: so many meetings for everybody, whoever they wish for.

Wishes are a graph, and a plan colours its edges with slots. What is always possible follows from theorems about that:

- a graph in which everybody has k edges at most can be coloured with k + 1 colours (Vizing 1964), between two groups with k
  (König 1916), and n people who all meet need n - 1 slots when n is even and n when it is odd;
- colours can be used equally often (de Werra 1971; McDiarmid 1972), so tables suffice when they do on average;
- where people cannot always come, edges have lists of colours: k + k/2 (rounded down) common slots suffice (Borodin,
  Kostochka and Woodall 1997), between two groups k (Galvin 1995), where there is a table for everybody;
- one after the other, a meeting finds a slot as long as those taken by its two people and those without a table are fewer
  than they have in common.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from querwerk.engine.timetable.problem import Person, Problem


@dataclass(frozen=True, slots=True)
class Promise:
    """So many meetings for everybody, and why."""

    meetings: int
    people: int
    """To so many people it applies: those who need no special table and no interpreter."""
    why: str
    limit: str
    """Why one more cannot be promised."""
    is_best: bool
    """One more is impossible for some wishes; otherwise it is only not proved."""


def promise(problem: Problem, *, side: frozenset[int] | None = None) -> Promise:
    """Return how many meetings everybody can be promised, whatever the wishes.

    With `side`, one of two groups, only meetings between the groups are wished for. Meetings that are fixed to a slot are
    kept free; all others in the problem count as wishes.
    """
    return _Capacity(problem, side).promise()


class _Capacity:
    def __init__(self, problem: Problem, side: frozenset[int] | None) -> None:
        self.problem = problem
        self.rules = problem.persons or (Person(),) * problem.people
        stands = {person for table in problem.equipment if table.is_stand for person in table.holders}
        self.people = [
            person
            for person, rules in enumerate(self.rules)
            if not rules.needs and not rules.languages and person not in stands
        ]
        self.tables = [problem.tables] * problem.slots
        for table in problem.equipment:
            for slot in range(problem.slots) if table.holders else table.closed:
                self.tables[slot] -= 1
        taken: list[set[int]] = [set(closed) for closed in problem.unavailable]
        for meeting in problem.meetings:
            if meeting.slot is not None and meeting.weight is None:
                self.tables[meeting.slot] = max(0, self.tables[meeting.slot] - 1)
                for person in meeting.people:
                    taken[person].add(meeting.slot)
        usable = [slot for slot in range(problem.slots) if self.tables[slot] > 0]
        self.open = {person: sum(1 << slot for slot in usable if slot not in taken[person]) for person in self.people}
        self.side = None if side is None else side & set(self.people)

    # --- The promise ----------------------------------------------------------------

    def promise(self) -> Promise:
        count = len(self.people)
        if count < 2:
            return Promise(0, count, "", "there are fewer than two people without special needs", is_best=True)
        most = min((rules.most for rules in self.rules if rules.most is not None), default=self.problem.slots)
        best, why = 0, ""
        for meetings in range(1, min(most, self.problem.slots, self._partners()) + 1):
            found = self._proof(meetings)
            if found is None:
                break
            best, why = meetings, found
        limit = self._obstacle(best + 1, most)
        return Promise(best, count, why, limit or f"whether {best + 1} are always possible is not known", bool(limit))

    def _partners(self) -> int:
        if self.side is None:
            return len(self.people) - 1
        return max(len(self.side), len(self.people) - len(self.side))

    def _edges(self, meetings: int) -> int:
        if self.side is None:
            return len(self.people) * meetings // 2
        return meetings * min(len(self.side), len(self.people) - len(self.side))

    def _colours(self, meetings: int) -> int:
        if self.side is not None or meetings == 1:
            return meetings
        count = len(self.people)
        return min(meetings + 1, count if count % 2 else count - 1)

    def _proof(self, meetings: int) -> str | None:
        return self._by_colouring(meetings) or self._by_lists(meetings) or self._one_by_one(meetings)

    def _by_colouring(self, meetings: int) -> str | None:
        """Use only slots in which everybody can come, all equally."""
        common = -1
        for bits in self.open.values():
            common &= bits
        tables = sorted((self.tables[slot] for slot in _slots(common, self.problem.slots)), reverse=True)
        edges = self._edges(meetings)
        for slots in range(self._colours(meetings), len(tables) + 1):
            needed = -(-edges // slots)
            if tables[slots - 1] >= needed:
                theorem = "König" if self.side is not None else "Vizing"
                return (
                    f"everybody can come in {len(tables)} slots; {slots} of them suffice for {meetings} meetings each "
                    f"({theorem}), with at most {needed} meetings at a time"
                )
        return None

    def _by_lists(self, meetings: int) -> str | None:
        """Use all slots in which there is a table for everybody who can come."""
        wide = 0
        for slot, tables in enumerate(self.tables):
            if 2 * tables >= sum(bits >> slot & 1 for bits in self.open.values()):
                wide |= 1 << slot
        needed = meetings if self.side is not None else meetings + meetings // 2
        if self._fewest_common(wide) < needed:
            return None
        theorem = "Galvin" if self.side is not None else "Borodin, Kostochka and Woodall"
        return f"any two have {needed} slots in common in which there is a table for everybody ({theorem})"

    def _one_by_one(self, meetings: int) -> str | None:
        tables = min((tables for tables in self.tables if tables > 0), default=0)
        if not tables:
            return None
        needed = 2 * (meetings - 1) + (self._edges(meetings) - 1) // tables + 1
        if self._fewest_common(-1) < needed:
            return None
        return f"any two have {needed} slots in common, more than can be taken before it is their turn"

    def _fewest_common(self, among: int) -> int:
        """Return how many of these slots the two have in common who have the fewest."""
        if self.side is None:
            return _fewest(self.open.values(), self.open.values(), among, same=True)
        mine = [bits for person, bits in self.open.items() if person in self.side]
        return _fewest(mine, (bits for p, bits in self.open.items() if p not in self.side), among, same=False)

    # --- Why not more -----------------------------------------------------------------

    def _obstacle(self, meetings: int, most: int) -> str:
        person = min(self.people, key=lambda one: self.open[one].bit_count())
        fewest = self.open[person].bit_count()
        places, edges = sum(self.tables), self._edges(meetings)
        usable = sum(tables > 0 for tables in self.tables)
        is_ring = self.side is None and meetings == usable and meetings % 2 == 0 and len(self.people) > meetings
        obstacles = (
            (meetings > self._partners(), "nobody has more people to meet"),
            (meetings > most, f"somebody may have at most {most} meetings"),
            (fewest < meetings, f"{self.problem.person(person)} can come in only {fewest} slots"),
            (edges > places, f"{meetings} for everybody are {edges} meetings, and all tables have {places} places"),
            (meetings == 1 and self._fewest_common(-1) == 0, "two people have no slot in common"),
            (
                is_ring,
                f"{meetings + 1} people who all wish for each other need {meetings + 1} slots; there are {usable}",
            ),
        )
        return next((words for holds, words in obstacles if holds), "")


def _slots(bits: int, end: int) -> list[int]:
    return [slot for slot in range(end) if bits >> slot & 1]


def _fewest(some: Iterable[int], others: Iterable[int], among: int, *, same: bool) -> int:
    """Return the smallest number of common bits of one of each; with `same` of two different people."""
    first, second = Counter(some), Counter(others)
    return min(
        (
            (a & b & among).bit_count()
            for a, times in first.items()
            for b in second
            if not (same and a == b and times == 1)
        ),
        default=0,
    )
