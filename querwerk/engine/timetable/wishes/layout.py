"""A problem as flat lists of numbers: modes, classes and kinds, as `kernel` wants them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, combinations, product

from querwerk.engine.timetable.problem import Meeting, Person, Problem, Session, Table
from querwerk.engine.timetable.result import Placement, Plan
from querwerk.engine.timetable.wishes.kernel import FIELDS, REACH, Board, Ints, leave, put, wait

UNFAIR = 4
"""What a break beyond the fair number costs, in breaks."""


@dataclass(frozen=True, slots=True)
class Mode:
    """A meeting with its people chosen."""

    meeting: int
    people: tuple[int, ...]
    slots: int
    """Bits: where it can be."""
    table: int
    """The kind of table it needs."""
    voice: int
    """The kind of interpreter; -1: none."""


@dataclass(slots=True)
class Service:
    """A resource: things in classes, and the kinds that are asked for."""

    things: list[tuple[object, int]]
    """For each thing what it can do, and its open slots as bits."""
    slots: int
    kinds: dict[object, int] = field(default_factory=dict)
    users: list[frozenset[int]] = field(default_factory=list)
    """For each kind the things that will do."""
    open: list[int] = field(default_factory=list)
    """For each kind the slots in which there is any."""

    def kind(self, key: object, things: Iterable[int]) -> int:
        """Return the number of a kind, which is the same for the same key."""
        if key not in self.kinds:
            self.kinds[key] = len(self.users)
            users = frozenset(things)
            self.users.append(users)
            bits = 0
            for thing in users:
                bits |= self.things[thing][1]
            self.open.append(bits)
        return self.kinds[key]

    def classes(self) -> list[list[int]]:
        """Return the things that no kind and no slot tells apart, together; those that fewer kinds want come first."""
        wanted: list[list[int]] = [[] for _ in self.things]
        for kind, users in enumerate(self.users):
            for thing in users:
                wanted[thing].append(kind)
        groups: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        for thing, (_, bits) in enumerate(self.things):
            groups[(bits, *wanted[thing])].append(thing)
        return sorted(groups.values(), key=lambda group: (len(wanted[group[0]]), group))


class Layout:
    """A problem in numbers, from which boards are made."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.whole = (1 << problem.slots) - 1
        self.rules = problem.persons or (Person(),) * problem.people
        is_needed = any(meeting.needs for meeting in problem.meetings) or any(rules.needs for rules in self.rules)
        self.equipment = problem.equipment or ((Table(),) * problem.tables if is_needed else ())
        """The tables one by one; empty: they are alike, and nobody needs a special one."""
        self.open = [self.whole & ~_bits(closed) for closed in problem.unavailable]
        self.stand_of: defaultdict[int, list[int]] = defaultdict(list)
        """For each person the stands they stay at."""
        for table, one in enumerate(self.equipment):
            for holder in one.holders if one.is_stand else ():
                self.stand_of[holder].append(table)
        self.tables = Service(
            [(table.offers, self.whole & ~_bits(table.closed)) for table in self.equipment]
            or [(frozenset(), self.whole)] * problem.tables,
            problem.slots,
        )
        self.voices = Service(
            [(one.languages, self.whole & ~_bits(one.unavailable)) for one in problem.interpreters], problem.slots
        )
        self._reserved = {table: one.holders for table, one in enumerate(self.equipment) if one.holders}
        self.modes: list[Mode] = []
        self.mode_of = [0]
        for index, meeting in enumerate(problem.meetings):
            self.modes += self._modes(index, meeting)
            self.mode_of.append(len(self.modes))
        self.table_classes = self.tables.classes()
        self.voice_classes = self.voices.classes()

    # --- Modes ----------------------------------------------------------------

    def _modes(self, index: int, meeting: Meeting) -> Iterable[Mode]:
        slots = self._session(meeting)
        for chosen in product(*meeting.choices):
            people = (*meeting.people, *chosen)
            if chosen and len(set(people)) < len(people):
                continue
            if self.problem.never and self._is_forbidden(people):
                continue
            bits = slots
            for person in people:
                bits &= self.open[person]
            table = self.table_kind(meeting, people)
            voice = self.voice_kind(meeting, people)
            bits &= self.tables.open[table] & (self.whole if voice < 0 else self.voices.open[voice])
            if bits:
                yield Mode(index, people, bits, table, voice)

    def _session(self, meeting: Meeting) -> int:
        morning = (1 << self.problem.morning_slots) - 1
        part = {Session.ANY: self.whole, Session.MORNING: morning, Session.AFTERNOON: self.whole & ~morning}
        return part[meeting.session] if meeting.slot is None else part[meeting.session] & 1 << meeting.slot

    def _is_forbidden(self, people: tuple[int, ...]) -> bool:
        return any(pair in self.problem.never for pair in combinations(sorted(people), 2))

    def table_kind(self, meeting: Meeting, people: tuple[int, ...]) -> int:
        """Return the kind of table that a meeting of these people needs."""
        if not self.equipment:
            return self.tables.kind(None, range(self.problem.tables))
        needs = meeting.needs.union(*(self.rules[person].needs for person in people))
        stands = frozenset(table for person in people for table in self.stand_of.get(person, ()))
        mine = stands or frozenset(table for table, holders in self._reserved.items() if holders & set(people))
        key = (needs, mine, bool(stands))
        if key in self.tables.kinds:
            return self.tables.kinds[key]
        return self.tables.kind(
            key,
            [
                table
                for table, one in enumerate(self.equipment)
                if needs <= one.offers and (table in mine or not (stands or one.holders))
            ],
        )

    def voice_kind(self, meeting: Meeting, people: tuple[int, ...]) -> int:
        """Return the kind of interpreter that a meeting of these people needs; -1: none."""
        needs = meeting.languages.union(*(self.rules[person].languages for person in people))
        if not needs:
            return -1
        speakers = [index for index, one in enumerate(self.problem.interpreters) if needs <= one.languages]
        return self.voices.kind(needs, speakers)

    # --- Boards ---------------------------------------------------------------

    def most(self, person: int) -> int:
        """Return how many meetings a person can have."""
        slots, most = self.open[person].bit_count(), self.rules[person].most
        return slots if most is None else min(slots, most)

    def board(self, seed: int, worth: Sequence[int], guarantee: int) -> Board:
        """Return a board on which every meeting that has a mode waits."""
        problem, slots = self.problem, self.problem.slots
        classes = [*self.table_classes, *self.voice_classes]
        class_of, found = self._kinds()
        meetings, seats = len(problem.meetings), problem.tables
        rows = {bits: bytes(bits >> slot & 1 for slot in range(slots)) for bits in {mode.slots for mode in self.modes}}
        before = [meeting.after for meeting in problem.meetings]
        behind: list[list[int]] = [[] for _ in problem.meetings]
        for index, others in enumerate(before):
            for other in others:
                behind[other].append(index)
        deals: list[list[int]] = [[] for _ in range(problem.people)]
        for mode in self.modes:
            for person in mode.people:
                if not deals[person] or deals[person][-1] != mode.meeting:
                    deals[person].append(mode.meeting)
        shift = len(self.tables.users)
        fair = slots if problem.fairness is None else problem.fairness
        board = Board(
            slots=slots, people=problem.people, meetings=meetings, seats=seats,
            mode_of=self.mode_of,
            who_of=_starts(mode.people for mode in self.modes), who=[p for mode in self.modes for p in mode.people],
            allowed=b"".join(rows[mode.slots] for mode in self.modes),  # type: ignore[arg-type]
            need=[kind for m in self.modes for kind in (m.table, m.voice if m.voice < 0 else m.voice + shift)],
            class_of=class_of, classes=found,
            room=[n for group in self.table_classes for n in self._room(self.tables, group)]
            + [n for group in self.voice_classes for n in self._room(self.voices, group)],
            entwined=[int(_overlap(self.tables)), int(_overlap(self.voices))],
            before_of=_starts(before), before=[other for others in before for other in others],
            behind_of=_starts(behind), behind=[other for others in behind for other in others],
            deals_of=_starts(deals), deals=[index for found in deals for index in found],
            worth=list(worth), least=[rules.least for rules in self.rules],
            most=[self.most(person) for person in range(problem.people)], guarantee=[guarantee],
            price=[0, *(count + UNFAIR * max(0, count - fair) for count in range(slots + 1))],
            slot=[-1] * meetings, mode=[-1] * meetings, unit=[-1] * (2 * meetings),
            at=[-1] * (problem.people * slots), used=[0] * (len(classes) * slots),
            load=[0] * problem.people, runs=[0] * problem.people,
            crowd=[0] * (seats * slots), crowd_size=[0] * slots, crowd_at=[0] * meetings,
            waiting=[0] * meetings, waiting_size=[0], waiting_at=[-1] * meetings, totals=[0, 0],
            chance=[seed * 7_919 % 2_147_483_646 + 1], stamp=[0, 0], mark=[0] * meetings, chain=[0] * (meetings + 1),
            queue=[0] * (len(classes) + 1), seen=[0] * len(classes), came=[0] * len(classes), via=[0] * len(classes),
            victims=[0] * (meetings + 1),
            hot=[-1],
            tree=[0] * (FIELDS * REACH),
        )  # fmt: skip
        for index in range(meetings):
            if self.mode_of[index] < self.mode_of[index + 1]:
                wait(board, index)
        return board

    def _kinds(self) -> tuple[Ints, Ints]:
        lists = []
        for service, groups, first in (
            (self.tables, self.table_classes, 0),
            (self.voices, self.voice_classes, len(self.table_classes)),
        ):
            place = {thing: number for number, group in enumerate(groups, start=first) for thing in group}
            lists += [sorted({place[thing] for thing in users}) for users in service.users]
        return _starts(lists), [number for numbers in lists for number in numbers]

    def _room(self, service: Service, group: list[int]) -> Iterable[int]:
        bits = service.things[group[0]][1]
        return (len(group) * (bits >> slot & 1) for slot in range(self.problem.slots))

    # --- Plans ----------------------------------------------------------------

    def plan(self, board: Board) -> Plan:
        """Return the plan on a board, with tables and interpreters by name."""
        return self.plan_of(board.slot, board.mode, board.unit)

    def plan_of(self, slots: Sequence[int], modes: Sequence[int], units: Sequence[int]) -> Plan:
        """Return the plan of these numbers, which a board had."""
        taken: Counter[tuple[int, int]] = Counter()
        groups = [*self.table_classes, *self.voice_classes]

        def pick(number: int, slot: int) -> int | None:
            if number < 0:
                return None
            taken[number, slot] += 1
            return groups[number][taken[number, slot] - 1]

        plan: list[Placement | None] = []
        for index, (slot, meeting) in enumerate(zip(slots, self.problem.meetings, strict=True)):
            if slot < 0:
                plan.append(None)
                continue
            table, voice = pick(units[2 * index], slot), pick(units[2 * index + 1], slot)
            delegates = self.modes[modes[index]].people[len(meeting.people) :]
            plan.append(Placement(slot, table or 0, delegates, voice))
        return tuple(plan)

    def enter(self, board: Board, plan: Plan) -> bool:
        """Put a plan on an empty board; false where a meeting does not fit."""
        fits = True
        for index, placement in enumerate(plan):
            if placement is not None:
                mode = self.mode_with(index, placement.delegates)
                is_allowed = mode >= 0 and self.modes[mode].slots >> placement.slot & 1
                is_in = bool(is_allowed) and put(board, index, mode, placement.slot)
                if is_in:
                    leave(board, index)
                fits = fits and is_in
        return fits

    def mode_with(self, index: int, delegates: tuple[int, ...]) -> int:
        """Return the mode of a meeting in which these delegates take part; -1: there is none."""
        people = (*self.problem.meetings[index].people, *delegates)
        found = range(self.mode_of[index], self.mode_of[index + 1])
        return next((mode for mode in found if self.modes[mode].people == people), -1)


def _bits(slots: Iterable[int]) -> int:
    return sum(1 << slot for slot in slots)


def _starts(parts: Iterable[Sequence[int]]) -> Ints:
    return [0, *accumulate(len(part) for part in parts)]


def _overlap(service: Service) -> bool:
    """Say whether two kinds share some things but not all."""
    wanted = Counter(thing for users in set(service.users) for thing in users)
    return any(times > 1 for times in wanted.values())
