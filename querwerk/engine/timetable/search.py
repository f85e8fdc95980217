"""The first plan at once, and a better one while somebody waits: guided ejection, then annealing with Kempe chains.

A Kempe chain between two slots is a set of meetings that can trade these slots without anybody being asked to be at two
tables: whoever is in the middle of a chain is busy in both slots before and after, so only its two ends change their day.
"""

import math
import random
from collections.abc import Callable

from querwerk.engine.timetable.problem import Problem

UNFAIR = 4
"""What a break beyond the fair number costs, in breaks."""
WARM, COLD = 0.7, 0.12
"""Temperatures of the annealing, in breaks."""
LOOK = 128
"""Steps between two looks at whether to stop."""

type Chain = tuple[list[int], list[int], list[int]]
"""Meetings that leave the first slot, meetings that leave the second, and the people at the ends."""


def breaks_of(busy: int) -> int:
    """Count the breaks of a day whose busy slots are the bits of a number."""
    return (busy & ~(busy << 1)).bit_count() - 1 if busy else 0


class Search:
    """A plan that changes. Use `place`, then `improve`."""

    def __init__(self, problem: Problem, domains: list[list[int]], seed: int, stop: Callable[[], bool]) -> None:
        self._random = random.Random(seed)  # noqa: S311 -- chance has to be repeatable here
        self._stop = stop
        self._tables = problem.tables
        self._domains = domains
        self._allowed = [sum(1 << slot for slot in slots) for slots in domains]
        self._people = [meeting.people for meeting in problem.meetings]
        self._before = [list(meeting.after) for meeting in problem.meetings]
        self._behind: list[list[int]] = [[] for _ in problem.meetings]
        for index, meeting in enumerate(problem.meetings):
            for other in meeting.after:
                self._behind[other].append(index)
        self._ordered = [bool(before or behind) for before, behind in zip(self._before, self._behind, strict=True)]
        self._at = [[-1] * problem.slots for _ in range(problem.people)]
        self._busy = [0] * problem.people
        self._in: list[list[int]] = [[] for _ in range(problem.slots)]
        # A fixed fairness for everybody; where all have breaks, this asks for more than it has to.
        fair = problem.fairness if problem.fairness is not None else problem.slots
        self._fair = fair
        self._price = [count + UNFAIR * max(0, count - fair) for count in range(problem.slots + 1)]
        self.slots = [-1] * len(problem.meetings)

    @property
    def price(self) -> int:
        """Return the number of breaks, and more where they are unfair."""
        return sum(self._price[breaks_of(busy)] for busy in self._busy)

    # --- Placement --------------------------------------------------------

    def place(self, steps: int) -> bool:
        """Find a slot for every meeting, driving others out where needed; false when that did not work out.

        Each time a meeting finds no free slot it becomes more precious, and the cheapest others are driven out: the
        guided ejection of Nagata and Bräysy. Just driven out, a meeting cannot come back to the same slot for a while.
        """
        waiting = sorted(range(len(self.slots)), key=lambda index: len(self._domains[index]), reverse=True)
        worth = [1] * len(self.slots)
        tabu: dict[tuple[int, int], int] = {}
        for step in range(steps):
            if not waiting:
                return True
            if step % LOOK == 0 and self._stop():
                return False
            index = waiting.pop()
            slot, victims = self._least_harm(index, worth, tabu, step)
            worth[index] += bool(victims)
            for victim in victims:
                self._take(victim)
                tabu[victim, slot] = step + 3 + self._random.randrange(8)
                waiting.append(victim)
            self._put(index, slot)
        return not waiting

    def _least_harm(
        self, index: int, worth: list[int], tabu: dict[tuple[int, int], int], step: int
    ) -> tuple[int, list[int]]:
        best: tuple[float, int, list[int]] | None = None
        for slot in self._domains[index]:
            victims = self._victims(index, slot)
            harm = 100.0 * sum(worth[victim] for victim in victims)
            if tabu.get((index, slot), 0) > step:
                harm += 10_000
            harm += sum(breaks_of(self._busy[person] | 1 << slot) for person in self._people[index])
            harm += self._random.random()
            if best is None or harm < best[0]:
                best = harm, slot, victims
        if best is None:
            raise ValueError("a meeting without slots cannot be placed")
        return best[1], best[2]

    def _victims(self, index: int, slot: int) -> list[int]:
        found = {self._at[person][slot] for person in self._people[index]} - {-1}
        if len(self._in[slot]) - len(found) >= self._tables:
            others = [other for other in self._in[slot] if other not in found]
            found.add(self._random.choice(others))
        if self._ordered[index]:
            found |= {other for other in self._before[index] if self.slots[other] >= slot}
            found |= {other for other in self._behind[index] if -1 < self.slots[other] <= slot}
        return sorted(found)

    def _put(self, index: int, slot: int) -> None:
        self.slots[index] = slot
        self._in[slot].append(index)
        for person in self._people[index]:
            self._at[person][slot] = index
            self._busy[person] |= 1 << slot

    def _take(self, index: int) -> None:
        slot = self.slots[index]
        self.slots[index] = -1
        self._in[slot].remove(index)
        for person in self._people[index]:
            self._at[person][slot] = -1
            self._busy[person] &= ~(1 << slot)

    # --- Annealing --------------------------------------------------------

    def improve(self, steps: int, on_better: Callable[[int], bool]) -> None:
        """Anneal for a number of steps; `on_better` hears of each lower price and says whether to go on."""
        movable = [index for index, slots in enumerate(self._domains) if len(slots) > 1]
        price = best = self.price
        unfair: list[int] = []
        if not movable or not on_better(best):
            return
        cooling = (COLD / WARM) ** (1 / max(1, steps // LOOK))
        temperature = WARM
        for step in range(steps):
            if step % LOOK == 0:
                temperature *= cooling
                unfair = self._unfair(movable)
                if self._stop():
                    return
            # As long as somebody has too many breaks, every second step is for them: a first plan has to be fair soon.
            choice = unfair if unfair and step % 2 else movable
            price += self._try_chain(self._random.choice(choice), temperature)
            if price < best:
                best = price
                if not on_better(best):
                    return

    def _unfair(self, movable: list[int]) -> list[int]:
        """Return the meetings of those who have more than a fair number of breaks."""
        people = {person for person, busy in enumerate(self._busy) if breaks_of(busy) > self._fair}
        return [index for index in movable if not people.isdisjoint(self._people[index])] if people else []

    def _try_chain(self, index: int, temperature: float) -> int:
        """Trade along one chance chain if that is good enough; return the change of the price."""
        first, second = self.slots[index], self._random.choice(self._domains[index])
        chain = self._chain(index, first, second) if first != second else None
        if chain is None:
            return 0
        leave, come, ends = chain
        flip = 1 << first | 1 << second
        price, busy = self._price, self._busy
        change = sum(price[breaks_of(busy[person] ^ flip)] - price[breaks_of(busy[person])] for person in ends)
        if change > 0 and self._random.random() >= math.exp(-change / temperature):
            return 0
        if not self._fits(chain, first, second):
            return 0
        for other in (*leave, *come):
            self._take(other)
        for other in leave:
            self._put(other, second)
        for other in come:
            self._put(other, first)
        return change

    def _chain(self, index: int, first: int, second: int) -> Chain | None:
        """Follow the chain from a meeting to both sides; None: somebody on it cannot trade."""
        leave, come, ends = [index], list[int](), list[int]()
        for start in self._people[index]:
            person, slot, other_slot = start, second, first
            while (meeting := self._at[person][slot]) >= 0:
                if meeting == index:
                    return leave, come, []  # a ring: both sides are the same
                if not self._allowed[meeting] >> other_slot & 1:
                    return None
                (come if slot == second else leave).append(meeting)
                one, two = self._people[meeting]
                person = two if one == person else one
                slot, other_slot = other_slot, slot
            ends.append(person)
        return leave, come, ends

    def _fits(self, chain: Chain, first: int, second: int) -> bool:
        surplus = len(chain[0]) - len(chain[1])
        if len(self._in[second]) + surplus > self._tables or len(self._in[first]) - surplus > self._tables:
            return False
        is_free = not any(self._ordered[index] for index in (*chain[0], *chain[1]))
        return is_free or self._keeps_order(chain, first, second)

    def _keeps_order(self, chain: Chain, first: int, second: int) -> bool:
        moved = dict.fromkeys(chain[0], second) | dict.fromkeys(chain[1], first)
        for index, slot in moved.items():
            if any(moved.get(other, self.slots[other]) >= slot for other in self._before[index]):
                return False
            if any(moved.get(other, self.slots[other]) <= slot for other in self._behind[index]):
                return False
        return True
