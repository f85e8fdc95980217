"""The problem as clauses.

The variables that matter are “meeting m is in slot t”, “person p is busy in slot t” and “person p has had at least j
meetings by slot t”. With the last kind a break is local: the j-th meeting was by t, the next one not by t + 1. Tables
are counted by busy people, two for each meeting, because breaks depend on who is busy. Where tables are few beside the
people, meetings are counted too, each in the name of one of its people, which leaves few things to count: there either
count alone is many times slower on some problems. Where half of the people can be busy, the second count only costs time.
"""

from collections import Counter

from querwerk.engine.timetable.attended import heed
from querwerk.engine.timetable.clauses import FALSE, TRUE, Clauses
from querwerk.engine.timetable.problem import Problem
from querwerk.engine.timetable.result import Stop

FEW = 4
"""Tables are few when there are more people for each."""


class Contradiction(Exception):
    """There is no plan, and it shows before any search."""


def domains(problem: Problem) -> list[list[int]]:
    """Return the slots that each meeting can have when the order of meetings is respected."""
    slots = [problem.slots_of(index) for index in range(len(problem.meetings))]
    if not all(slots):
        raise Contradiction
    days = problem.meetings_of()
    pairs = [(other, index) for index, meeting in enumerate(problem.meetings) for other in meeting.after]
    settled: set[int] = set()
    while _settle(problem, days, slots, settled) + sum(_narrow(slots, earlier, later) for earlier, later in pairs):
        pass  # until nothing can be taken away
    for meetings in days:
        if len({slot for index in meetings for slot in slots[index]}) < len(meetings):
            raise Contradiction
    return slots


def _settle(problem: Problem, days: list[list[int]], slots: list[list[int]], settled: set[int]) -> int:
    """Keep the slot of each meeting that has only one from the other meetings of its people; return how many there were."""
    found = [index for index, choice in enumerate(slots) if len(choice) == 1 and index not in settled]
    for index in found:
        settled.add(index)
        for other in {other for person in problem.meetings[index].people for other in days[person]} - {index}:
            slots[other] = [slot for slot in slots[other] if slot != slots[index][0]]
            if not slots[other]:
                raise Contradiction
    return len(found)


def _narrow(slots: list[list[int]], earlier: int, later: int) -> bool:
    """Take slots away that leave no room for the other meeting; return whether there were any."""
    before = len(slots[earlier]) + len(slots[later])
    slots[later] = [slot for slot in slots[later] if slot > slots[earlier][0]]
    if not slots[later]:
        raise Contradiction
    slots[earlier] = [slot for slot in slots[earlier] if slot < slots[later][-1]]
    if not slots[earlier]:
        raise Contradiction
    return len(slots[earlier]) + len(slots[later]) < before


class Seating:
    """Every meeting in one slot, in the given order, and no more of them at once than there are tables.

    Raises Interrupted if `stop` says so: the clauses of thousands of meetings take seconds to make.
    """

    def __init__(self, problem: Problem, slots: list[list[int]], stop: Stop = lambda: False) -> None:
        self.problem = problem
        self._stop = stop
        self.clauses = Clauses()
        self.meeting_in = [{slot: self.clauses.new() for slot in choice} for choice in slots]
        self.busy: list[list[int]] = []
        """For each person and slot the literal “is in a meeting”."""
        for at in self.meeting_in:
            self.clauses.add(at.values())
            self.clauses.at_most_one(list(at.values()))

    def slots_in(self, model: list[int]) -> list[int]:
        """Return the slot of each meeting in a model of the clauses."""
        true = {literal for literal in model if literal > 0}
        return [next(slot for slot, literal in at.items() if literal in true) for at in self.meeting_in]

    def _add_order(self) -> None:
        for index, meeting in enumerate(self.problem.meetings):
            for other in meeting.after:
                first, second = self.meeting_in[other], self.meeting_in[index]
                for slot, literal in second.items():
                    self.clauses.add((-literal, *(at for when, at in first.items() if when < slot)))
                for slot, literal in first.items():
                    self.clauses.add((-literal, *(at for when, at in second.items() if when > slot)))

    def _add_tables(self) -> None:
        for slot in range(self.problem.slots):
            heed(self._stop)
            self._count_people(slot)
            if self._is_crowded(slot):
                self._count_meetings(slot)

    def _is_crowded(self, slot: int) -> bool:
        """Say whether tables are few beside the people who can be busy in a slot."""
        return sum(row[slot] != FALSE for row in self.busy) > FEW * self.problem.tables

    def _count_people(self, slot: int) -> None:
        busy = [row[slot] for row in self.busy if row[slot] not in {TRUE, FALSE}]
        always = sum(row[slot] == TRUE for row in self.busy)
        self._count(slot, 2 * self.problem.tables - always, busy)

    def _count_meetings(self, slot: int) -> None:
        self._count(slot, self.problem.tables, self._hosts(slot))

    def _count(self, _slot: int, most: int, literals: list[int]) -> None:
        self.clauses.at_most(most, literals)

    def _hosts(self, slot: int) -> list[int]:
        """Return few literals, at least as many of them true as there are meetings in a slot.

        Each meeting is given to one of its people, to those with the most meetings first; a host has one at a time.
        """
        left = {index: at[slot] for index, at in enumerate(self.meeting_in) if slot in at}
        hosts = []
        while left:
            share = Counter(person for index in left for person in self.problem.meetings[index].people)
            host = max(share, key=lambda person: (share[person], -person))
            meetings = [left.pop(index) for index in list(left) if host in self.problem.meetings[index].people]
            literal = meetings[0]
            if len(meetings) > 1:
                literal = self.clauses.new()
                for meeting in meetings:
                    self.clauses.add((-meeting, literal))
            hosts.append(literal)
        return hosts


class Encoding(Seating):
    """All demands of a problem as clauses, and the literals of which each false one costs one break."""

    def __init__(self, problem: Problem, slots: list[list[int]], stop: Stop = lambda: False) -> None:
        super().__init__(problem, slots, stop)
        self.soft: list[int] = []
        self._limits: list[list[int]] = []
        self._real: list[list[int]] = []
        # Whether somebody's many breaks can be made fair by everybody else having some, too.
        self._needs_witnesses = problem.fairness is not None and all(
            len(meetings) > 1 for meetings in problem.meetings_of()
        )
        for person, meetings in enumerate(problem.meetings_of()):
            heed(stop)
            self._add_person(person, meetings)
        self._add_order()
        self._add_tables()
        self._add_fairness()

    def _add_person(self, person: int, meetings: list[int]) -> None:
        busy = []
        for slot in range(self.problem.slots):
            here = [self.meeting_in[index][slot] for index in meetings if slot in self.meeting_in[index]]
            if not here:
                busy.append(FALSE)
                continue
            literal = self.clauses.new()
            busy.append(literal)
            self.clauses.at_most_one(here)
            self.clauses.add((-literal, *here))
            for meeting in here:
                self.clauses.add((-meeting, literal))
        self.busy.append(busy)
        if len(meetings) > 1:
            self._add_breaks(self._meetings_by(busy, meetings), len(meetings))
        else:
            self._limits.append([])
            self._real.append([])

    def _meetings_by(self, busy: list[int], meetings: list[int]) -> list[list[int]]:
        """Return for each slot t and j ≤ count + 1 the literal “at least j meetings by slot t”."""
        count = len(meetings)
        before = [TRUE] + [FALSE] * (count + 1)
        rows = []
        for literal, (least, most) in zip(busy, self._counts(busy, meetings), strict=True):
            counted = (TRUE if j <= least else FALSE if j > most else self.clauses.new() for j in range(1, count + 1))
            row = [TRUE, *counted, FALSE]
            for j in range(1, count + 2):
                self.clauses.add((-before[j], row[j]))
                self.clauses.add((-before[j - 1], -literal, row[j]))
                self.clauses.add((-row[j], before[j], literal))
                self.clauses.add((-row[j], before[j - 1]))
            rows.append(row)
            before = row
        return rows

    def _counts(self, busy: list[int], meetings: list[int]) -> list[tuple[int, int]]:
        """Return for each slot how many meetings a person has by then at least and at most.

        A solver would have to find that out by trying all ways of putting n meetings into n - 1 slots.
        """
        slots = range(self.problem.slots)
        ends = [max(self.meeting_in[index]) for index in meetings]
        starts = [min(self.meeting_in[index]) for index in meetings]
        least = [sum(end <= slot for end in ends) for slot in slots]
        most = [sum(start <= slot for start in starts) for slot in slots]
        can = [literal != FALSE for literal in busy]
        for slot in slots:
            most[slot] = min(most[slot], can[slot] + (most[slot - 1] if slot else 0))
        for slot in reversed(slots[:-1]):
            least[slot] = max(least[slot], least[slot + 1] - can[slot + 1])
        return list(zip(least, most, strict=True))

    def _add_breaks(self, by: list[list[int]], count: int) -> None:
        gaps, real = [], []
        for j in range(1, count):
            gap = self.clauses.new()
            pairs = [(by[slot][j], by[slot + 1][j + 1]) for slot in range(self.problem.slots - 1)]
            pairs = [(done, following) for done, following in pairs if done != FALSE and following != TRUE]
            for done, following in pairs:
                self.clauses.add((-done, following, gap))
            if pairs:
                gaps.append(gap)
                real.append(self._witness(pairs) if self._needs_witnesses else gap)
        most = len(gaps)
        if self.problem.fairness is not None and not self._needs_witnesses:
            most = min(most, self.problem.fairness + 1)
        limits = self.clauses.counter(gaps, most)
        self.soft += [-limit for limit in limits]
        self._limits.append(limits)
        self._real.append(real)

    def _witness(self, pairs: list[tuple[int, int]]) -> int:
        """Return a literal that can only be true where there is a break."""
        witness = self.clauses.new()
        choices = []
        for done, following in pairs:
            choice = self.clauses.new()
            self.clauses.add((-choice, done))
            self.clauses.add((-choice, -following))
            choices.append(choice)
        self.clauses.add((-witness, *choices))
        return witness

    def _add_fairness(self) -> None:
        """Whoever has more than `fairness` breaks by j obliges everybody to have j."""
        if self.problem.fairness is None:
            return
        most = max((len(limits) for limits in self._limits), default=0)
        for j in range(1, most - self.problem.fairness + 1):
            everybody = self._everybody_has(j)
            for limits in self._limits:
                if len(limits) >= self.problem.fairness + j:
                    self.clauses.add((-limits[self.problem.fairness + j - 1], everybody))

    def _everybody_has(self, breaks: int) -> int:
        if not self._needs_witnesses or any(len(real) < breaks for real in self._real):
            return FALSE
        everybody = self.clauses.new()
        for real in self._real:
            heed(self._stop)
            idle = self.clauses.counter([-witness for witness in real], len(real))
            # Not more than len(real) - breaks of them may be without a break.
            self.clauses.add((-everybody, -idle[len(real) - breaks]))
        return everybody
