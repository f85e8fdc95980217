"""Why a wish was not fulfilled, one sentence for each, true of the plan at hand."""

from dataclasses import dataclass
from itertools import combinations, product

from querwerk.engine.timetable.problem import Meeting, Problem
from querwerk.engine.timetable.result import Cause, Plan, Unplaced
from querwerk.engine.timetable.wishes.kernel import Board, has_units, in_order, route
from querwerk.engine.timetable.wishes.layout import Layout, Mode


def reasons(layout: Layout, plan: Plan) -> tuple[Unplaced, ...]:
    """Return a reason for each meeting that does not take place."""
    if all(placement is not None for placement in plan):
        return ()
    board = layout.board(1, [0] * len(plan), 0)
    layout.enter(board, plan)
    judge = _Judge(layout, board)
    return tuple(judge.reason(index) for index, placement in enumerate(plan) if placement is None)


@dataclass(slots=True)
class _Judge:
    layout: Layout
    board: Board

    @property
    def problem(self) -> Problem:
        return self.layout.problem

    def reason(self, index: int) -> Unplaced:
        modes = self.layout.modes[self.layout.mode_of[index] : self.layout.mode_of[index + 1]]
        if not modes:
            return Unplaced(index, *self._never_possible(index))
        # Of several delegates the one who came closest gives the reason.
        found = [self._obstacle(index, number) for number in range(len(modes))]
        cause, words = max(found, key=lambda pair: list(Cause).index(pair[0]))
        return Unplaced(index, cause, words)

    # --- Without regard to the plan -----------------------------------------------

    def _never_possible(self, index: int) -> tuple[Cause, str]:
        meeting = self.problem.meetings[index]
        choices = [(*meeting.people, *chosen) for chosen in product(*meeting.choices)]
        found = [self._ban(index, people) for people in choices if len(set(people)) == len(people)]
        return max(found, key=lambda pair: list(Cause).index(pair[0]))

    def _ban(self, index: int, people: tuple[int, ...]) -> tuple[Cause, str]:
        """Say why these people can never have this meeting."""
        problem, meeting, layout = self.problem, self.problem.meetings[index], self.layout
        for pair in combinations(sorted(people), 2):
            if pair in problem.never:
                return Cause.NEVER, f"{problem.person(pair[0])} and {problem.person(pair[1])} must never meet"
        names = self._names(people)
        bits = sum(1 << slot for slot in problem.slots_of(index))
        for person in people:
            bits &= layout.open[person]
        if not bits:
            return Cause.NO_COMMON_SLOT, f"{names} have no slot in common{self._where(index)}"
        if not layout.tables.open[layout.table_kind(meeting, people)] & bits:
            return Cause.NO_TABLE, self._no_table(meeting, people)
        languages = meeting.languages.union(*(layout.rules[person].languages for person in people))
        what = f"no interpreter for {', '.join(sorted(languages))}"
        return Cause.NO_INTERPRETER, f"there is {what} in the slots that {names} have in common"

    def _where(self, index: int) -> str:
        meeting = self.problem.meetings[index]
        if meeting.slot is not None:
            return f", since the meeting is fixed to {self.problem.slot(meeting.slot)}"
        return "" if meeting.session == "any" else f" in the {meeting.session}"

    def _no_table(self, meeting: Meeting, people: tuple[int, ...]) -> str:
        needs = meeting.needs.union(*(self.layout.rules[person].needs for person in people))
        stands = sorted({table for person in people for table in self.layout.stand_of.get(person, ())})
        offered = " and ".join(f"“{need}”" for need in sorted(needs))
        names = self._names(people)
        if stands and needs:
            stand = " or ".join(self.problem.table(table) for table in stands)
            return f"{names} would have to meet at {stand}, which does not offer {offered} when they can come"
        if needs:
            return f"no table for {names} offers {offered} when they can come"
        return f"there is no table at which {names} may sit when they can come"

    # --- In this plan -------------------------------------------------------------

    def _obstacle(self, index: int, number: int) -> tuple[Cause, str]:
        mode = self.layout.modes[self.layout.mode_of[index] + number]
        if full := self._full(mode):
            return full
        free = [slot for slot in self._slots(mode.slots) if all(self._is_free(person, slot) for person in mode.people)]
        names = self._names(mode.people)
        if not free:
            return Cause.NO_FREE_SLOT, f"{names} have no free slot in common"
        count = self._count(len(free))
        at = self.layout.mode_of[index] + number
        seated = [slot for slot in free if route(self.board, self.board.need[2 * at], 0, slot) >= 0]
        if not seated:
            kind = self.layout.tables.users[mode.table]
            what = "all tables are" if len(kind) == self.problem.tables else f"{self._tables(kind)} taken"
            what = f"{what} taken" if what.endswith("are") else what
            return Cause.TABLES_FULL, f"{what} {count} in which {names} are free"
        spoken = [slot for slot in seated if has_units(self.board, at, slot)]
        if not spoken:
            return Cause.INTERPRETERS_FULL, f"no interpreter is free {count} in which {names} are free"
        if not any(in_order(self.board, index, slot) for slot in spoken):
            return Cause.ORDER, f"the order of meetings does not allow it {count} in which {names} are free"
        return Cause.TIME, f"the search was ended before {names} got a place"

    def _full(self, mode: Mode) -> tuple[Cause, str] | None:
        problem, counts = self.problem, self.board.load
        for person in mode.people:
            most = self.layout.rules[person].most
            if most is not None and counts[person] >= most:
                return Cause.PERSON_FULL, f"{problem.person(person)} has {most} meetings, the most allowed"
        for person in mode.people:
            if not any(self._is_free(person, slot) for slot in self._slots(mode.slots)):
                where = self._count(mode.slots.bit_count())
                return Cause.PERSON_FULL, f"{problem.person(person)} has other meetings {where} in which it could be"
        return None

    def _tables(self, kind: frozenset[int]) -> str:
        names = [self.problem.table(table) for table in sorted(kind)[:3]]
        if len(kind) > 3:
            return f"the {len(kind)} tables that will do are"
        return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'}"

    def _is_free(self, person: int, slot: int) -> bool:
        return self.board.at[person * self.board.slots + slot] < 0

    def _slots(self, bits: int) -> list[int]:
        return [slot for slot in range(self.board.slots) if bits >> slot & 1]

    def _names(self, people: tuple[int, ...]) -> str:
        words = [self.problem.person(person) for person in people]
        return f"{', '.join(words[:-1])} and {words[-1]}"

    @staticmethod
    def _count(number: int) -> str:
        return "in the only slot" if number == 1 else f"in all {number} slots"
