"""A plan that was good until somebody did not come: mend it, refill it, and move others only when asked to.

Without moves nobody who is not concerned hears of anything: what has become impossible goes or finds another place, which are
the fewest changes there can be. Refilling gives free places to wishes that had none, at the price of further changes. With
moves, chains make room, each the one of which the fewest people have to be told.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, combinations, product

from querwerk.engine.timetable.problem import InvalidProblem, Meeting, Person, Problem, Session, Table
from querwerk.engine.timetable.result import Placement, Plan


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different from what was planned; everything counts from 0."""

    absent: tuple[tuple[int, frozenset[int]], ...] = ()
    """People, and slots in which they cannot come: no-shows, late arrivals."""
    closed: tuple[tuple[int, frozenset[int]], ...] = ()
    """Tables, and slots in which they cannot be used."""
    cancelled: frozenset[int] = frozenset()
    """Meetings that nobody wants any more."""
    added: tuple[Meeting, ...] = ()
    """New meetings; they are numbered after the others."""
    since: int = 0
    """The first slot that has not begun; what was before stays as it was."""


@dataclass(frozen=True, slots=True)
class Change:
    """A meeting that is not where it was; None: it did not, or does not, take place."""

    meeting: int
    before: Placement | None
    after: Placement | None


@dataclass(frozen=True)
class Repaired:
    """The repaired plan, and what is different."""

    original: Problem
    changes: Changes
    plan: Plan
    """One more placement for each added meeting."""
    changed: tuple[Change, ...]
    told: frozenset[int]
    """Who has to be told."""
    bound: int
    """At least so many meetings had to change, in any plan: those that have become impossible where they were, and, where free
    places are not filled, the new ones that found a place."""

    @cached_property
    def problem(self) -> Problem:
        """The problem as it is now, by which the plan can be checked; made when somebody asks for it."""
        return changed_problem(self.original, self.changes, self.plan)


def changed_problem(problem: Problem, changes: Changes, plan: Plan = ()) -> Problem:
    """Return the problem after changes; raises InvalidProblem.

    Meetings that had to be need not be where a change makes them impossible. What `plan` has in slots that are over counts
    as possible: it has happened.
    """
    past = frozenset(range(changes.since))
    absent = _merged(changes.absent)
    closed = _merged(changes.closed)
    _require(problem, changes)
    unavailable = tuple(
        slots | (absent[person] - past) if person in absent else slots
        for person, slots in enumerate(problem.unavailable)
    )
    equipment = problem.equipment
    if closed:
        equipment = tuple(
            replace(table, closed=table.closed | (closed[index] - past)) if index in closed else table
            for index, table in enumerate(equipment or (Table(),) * problem.tables)
        )
    meetings = (*problem.meetings, *changes.added)
    # What is not in the plan cannot be demanded any more: the worth of keeping it is its weight, or the highest.
    loosened = tuple(
        replace(meeting, weight=_weight(meeting), slot=None if index in changes.cancelled else meeting.slot)
        if meeting.weight is None and (not plan or plan[index] is None)
        else meeting
        for index, meeting in enumerate(meetings)
    )
    return replace(problem, unavailable=unavailable, equipment=equipment, meetings=loosened)


MUST = 1_000
"""What a meeting that had to be is worth when a change makes it impossible: as much as the heaviest wish."""


def _weight(meeting: Meeting) -> int:
    return MUST if meeting.weight is None else meeting.weight


def _require(problem: Problem, changes: Changes) -> None:
    """Refuse changes of what does not exist."""
    asked = [person for meeting in changes.added for person in (*meeting.people, *chain(*meeting.choices))]
    for what, numbers, count in (
        ("person", [*(person for person, _ in changes.absent), *asked], problem.people),
        ("table", [table for table, _ in changes.closed], problem.tables),
        ("meeting", changes.cancelled, len(problem.meetings)),
    ):
        for number in numbers:
            if not 0 <= number < count:
                raise InvalidProblem(f"there is no {what} {number + 1}")


def repair(problem: Problem, plan: Plan, changes: Changes, *, refill: bool = True) -> Repaired:
    """Take out what has become impossible and give it another place if there is one; nobody else is moved.

    With ``refill`` free places go to wishes that had none. Without, only what was lost or is new finds a place: no plan that
    has the new meetings differs in fewer. Raises InvalidProblem when changes name what does not exist.
    """
    _require(problem, changes)
    state = _Day(problem, plan, changes)
    lost = state.take_out()
    for index in state.candidates(lost, refill=refill):
        state.place(index)
    new = sum(placement is not None for placement in state.plan[len(problem.meetings) :])
    return state.repaired(len(lost) + (0 if refill else new))


@dataclass(slots=True)
class _Day:
    """A plan in which places are looked for, with nothing made that is not needed."""

    problem: Problem
    before: Plan
    changes: Changes
    plan: list[Placement | None] = field(init=False)
    meetings: tuple[Meeting, ...] = field(init=False)
    busy: list[int] = field(init=False)
    load: list[int] = field(init=False)
    taken: dict[int, set[int]] = field(init=False)
    """slot: tables in use."""
    room: int = field(init=False)
    """The slots in which a table is free, as bits."""
    heard: dict[int, set[int]] = field(init=False)
    """slot: interpreters in use."""
    open: list[int] = field(init=False)
    rules: tuple[Person, ...] = field(init=False)
    equipment: tuple[Table, ...] = field(init=False)
    stands: dict[int, set[int]] = field(init=False)
    freed: set[int] = field(init=False)
    has_order: bool = field(init=False)

    def __post_init__(self) -> None:
        problem, changes = self.problem, self.changes
        self.plan = [*self.before, *(None for _ in changes.added)]
        self.meetings = (*problem.meetings, *changes.added)
        future = ((1 << problem.slots) - 1) & ~((1 << changes.since) - 1)
        self.open = [future & ~_bits(slots) if slots else future for slots in problem.unavailable]
        for person, slots in changes.absent:
            self.open[person] &= ~_bits(slots)
        closed = _merged(changes.closed)
        plain = problem.equipment or ((Table(),) * problem.tables if closed else ())
        self.equipment = tuple(
            replace(table, closed=table.closed | closed[index]) if index in closed else table
            for index, table in enumerate(plain)
        )
        self.rules = problem.persons or (Person(),) * problem.people
        self.stands = {}
        for index, table in enumerate(problem.equipment):
            for holder in table.holders if table.is_stand else ():
                self.stands.setdefault(holder, set()).add(index)
        self.busy, self.load = [0] * problem.people, [0] * problem.people
        self.taken, self.heard = defaultdict(set), defaultdict(set)
        self.room = (1 << problem.slots) - 1
        self.freed = set()
        self.has_order = any(meeting.after for meeting in self.meetings)
        for meeting, placement in zip(problem.meetings, self.before, strict=True):
            if placement is not None:
                self._enter(meeting, placement)

    def _enter(self, meeting: Meeting, placement: Placement) -> None:
        bit = 1 << placement.slot
        for person in (*meeting.people, *placement.delegates) if placement.delegates else meeting.people:
            self.busy[person] |= bit
            self.load[person] += 1
        taken = self.taken[placement.slot]
        taken.add(placement.table)
        if len(taken) >= self.problem.tables:
            self.room &= ~bit
        if placement.interpreter is not None:
            self.heard[placement.slot].add(placement.interpreter)

    # --- What goes ------------------------------------------------------------------

    def take_out(self) -> list[int]:
        """Take out the meetings that a change makes impossible."""
        absent = {person: _bits(slots) for person, slots in _merged(self.changes.absent).items()}
        closed = _merged(self.changes.closed)
        lost = []
        for index, (meeting, placement) in enumerate(zip(self.problem.meetings, self.before, strict=True)):
            if placement is None or placement.slot < self.changes.since:
                continue
            is_lost = index in self.changes.cancelled
            if absent and not (
                absent.keys().isdisjoint(meeting.people) and absent.keys().isdisjoint(placement.delegates)
            ):
                people = (*meeting.people, *placement.delegates)
                is_lost = is_lost or any(absent.get(person, 0) >> placement.slot & 1 for person in people)
            if closed:
                is_lost = is_lost or placement.slot in closed.get(placement.table, ())
            if is_lost:
                lost.append(index)
                self._remove(meeting, placement, index)
        return lost

    def _remove(self, meeting: Meeting, placement: Placement, index: int) -> None:
        people = (*meeting.people, *placement.delegates)
        for person in people:
            self.busy[person] &= ~(1 << placement.slot)
            self.load[person] -= 1
        self.freed.update(people)
        self.taken[placement.slot].discard(placement.table)
        self.room |= 1 << placement.slot
        if placement.interpreter is not None:
            self.heard[placement.slot].discard(placement.interpreter)
        self.plan[index] = None

    def candidates(self, lost: list[int], *, refill: bool) -> list[int]:
        """Return what may find a place: what was lost or is new, and wishes that a freed person or table may serve."""
        new = range(len(self.problem.meetings), len(self.meetings))
        found = {index for index in (*lost, *new) if index not in self.changes.cancelled}
        if refill:
            for index, (meeting, placement) in enumerate(zip(self.problem.meetings, self.before, strict=True)):
                if placement is None and index not in self.changes.cancelled and self._has_hope(meeting):
                    found.add(index)
        return sorted(found, key=lambda index: (self._is_guaranteed(index), -_weight(self.meetings[index]), index))

    def _has_hope(self, meeting: Meeting) -> bool:
        """Say cheaply whether all who have to come have a slot in common; most waiting wishes have none."""
        bits = self.room
        for person in meeting.people:
            bits &= self.open[person] & ~self.busy[person]
        return bits != 0

    def _is_guaranteed(self, index: int) -> bool:
        """Return false, which comes first, for a meeting that somebody was guaranteed."""
        return not any(self.load[person] < self.rules[person].least for person in self.meetings[index].people)

    # --- What comes -----------------------------------------------------------------

    def place(self, index: int) -> bool:
        """Put a meeting into the free place with the fewest breaks, if there is one."""
        meeting = self.meetings[index]
        if not self._has_hope(meeting):
            return False
        best: tuple[int, Placement] | None = None
        for chosen in product(*meeting.choices):
            people = (*meeting.people, *chosen)
            for slot in self._slots(meeting, people):
                breaks = sum(_breaks(self.busy[p] | 1 << slot) - _breaks(self.busy[p]) for p in people)
                if (best is None or breaks < best[0]) and self._keeps_order(index, slot):
                    found = self._seated(meeting, people, chosen, slot)
                    best = best if found is None else (breaks, found)
        if best is None:
            return False
        self.plan[index] = best[1]
        self._enter(meeting, best[1])
        return True

    def _slots(self, meeting: Meeting, people: tuple[int, ...]) -> Iterable[int]:
        if len(set(people)) < len(people):
            return
        if self.problem.never and any(pair in self.problem.never for pair in combinations(sorted(people), 2)):
            return
        bits = self.room
        for person in people:
            most = self.rules[person].most
            if most is not None and self.load[person] >= most:
                return
            bits &= self.open[person] & ~self.busy[person]
        for slot in range(self.changes.since, self.problem.slots):
            if bits >> slot & 1 and meeting.slot in (None, slot):
                is_morning = slot < self.problem.morning_slots
                if meeting.session is not (Session.AFTERNOON if is_morning else Session.MORNING):
                    yield slot

    def _keeps_order(self, index: int, slot: int) -> bool:
        for other in self.meetings[index].after:
            earlier = self.plan[other]
            if earlier is not None and earlier.slot >= slot:
                return False
        for later, meeting in enumerate(self.meetings) if self.has_order else ():
            placement = self.plan[later]
            if index in meeting.after and placement is not None and placement.slot <= slot:
                return False
        return True

    def _seated(
        self, meeting: Meeting, people: tuple[int, ...], delegates: tuple[int, ...], slot: int
    ) -> Placement | None:
        tables = (table for table in range(self.problem.tables) if table not in self.taken[slot])
        table = next((table for table in tables if self._suits(table, meeting, people, slot)), None)
        if table is None:
            return None
        languages = meeting.languages.union(*(self.rules[person].languages for person in people))
        if not languages:
            return Placement(slot, table, delegates)
        voices = enumerate(self.problem.interpreters)
        free = (i for i, one in voices if i not in self.heard[slot] and slot not in one.unavailable)
        voice = next((i for i in free if languages <= self.problem.interpreters[i].languages), None)
        return None if voice is None else Placement(slot, table, delegates, voice)

    def _suits(self, index: int, meeting: Meeting, people: tuple[int, ...], slot: int) -> bool:
        table = self.equipment[index] if self.equipment else Table()
        needs = meeting.needs.union(*(self.rules[person].needs for person in people))
        if slot in table.closed or not needs <= table.offers or (table.holders and not table.holders & set(people)):
            return False
        stands = {stand for person in people for stand in self.stands.get(person, ())}
        return not stands or index in stands

    # --- What came of it --------------------------------------------------------------

    def repaired(self, bound: int) -> Repaired:
        """Return the plan as it is now."""
        old = [*self.before, *(None for _ in self.changes.added)]
        return outcome(self.problem, self.changes, old, tuple(self.plan), bound)


def outcome(problem: Problem, changes: Changes, old: list[Placement | None], plan: Plan, bound: int) -> Repaired:
    """Compare two plans."""
    meetings = (*problem.meetings, *changes.added)
    changed = tuple(
        Change(index, before, after)
        for index, (before, after) in enumerate(zip(old, plan, strict=True))
        if before is not after and before != after
    )
    told = frozenset(
        person
        for change in changed
        for placement in (change.before, change.after)
        if placement is not None
        for person in (*meetings[change.meeting].people, *placement.delegates)
    )
    return Repaired(problem, changes, plan, changed, told, bound)


def _merged(pairs: Iterable[tuple[int, frozenset[int]]]) -> dict[int, frozenset[int]]:
    found: dict[int, frozenset[int]] = {}
    for number, slots in pairs:
        found[number] = found.get(number, frozenset()) | slots
    return found


def _bits(slots: Iterable[int]) -> int:
    return sum(1 << slot for slot in slots)


def _breaks(busy: int) -> int:
    return (busy & ~(busy << 1)).bit_count() - 1 if busy else 0
