"""Repairing a plan with moves: make room for what was lost, and tell as few people as possible.

First the plan is refilled without moves. Then each meeting that was lost or is new gets the chain of trades that concerns the
fewest people who would not be told anyway. On problems of ordinary size CP-SAT then looks for a plan of the same worth with
fewer people to tell, and proves how many it takes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from querwerk.engine.timetable.problem import Problem
from querwerk.engine.timetable.repair import Changes, Repaired, outcome, repair
from querwerk.engine.timetable.result import Placement, Plan, Stop
from querwerk.engine.timetable.wishes.exact import Exact
from querwerk.engine.timetable.wishes.kernel import (
    Board,
    all_free,
    gather,
    in_order,
    insert,
    is_promising,
    may_have,
    trade,
)
from querwerk.engine.timetable.wishes.layout import Layout
from querwerk.engine.timetable.wishes.run import PROVABLE, Scale

CROWD = 30
"""Where only a table lacks, so many of the meetings that have one are asked to move."""


def repair_with_moves(
    problem: Problem, plan: Plan, changes: Changes, *, seed: int = 1, stop: Stop = lambda: False
) -> Repaired:
    """Repair a plan, moving others where that lets meetings take place that would be lost.

    What is worth more comes first, then fewer people to tell. The result's `bound` is proved.
    """
    refilled = repair(problem, plan, changes)
    old: list[Placement | None] = [*plan, *(None for _ in changes.added)]
    layout = Layout(refilled.problem)
    _keep_past(layout, refilled.plan, changes)
    scale = Scale(refilled.problem)
    board = layout.board(seed, scale.worth, scale.guarantee)
    layout.enter(board, refilled.plan)
    mover = _Mover(layout, board, set(refilled.told))
    for index in sorted(_wanted(refilled), key=lambda one: (-scale.worth[one], one)):
        if stop():
            break
        mover.make_place(index)
    found = with_old_seats(layout, old, layout.plan(board))
    bound = refilled.bound
    if sum(mode.slots.bit_count() for mode in layout.modes) <= PROVABLE and not stop():
        exact = Exact(layout, seed, stop)
        if exact.shortfall is not None:
            found = exact.fewest_missing(found).plan or found
        found = exact.most_value(found).plan or found
        step = exact.fewest_told(old, found)
        found = with_old_seats(layout, old, step.plan or found)
        party = max((len(mode.people) for mode in layout.modes), default=2)
        bound = max(bound, -(-step.bound // party))
    return outcome(problem, changes, old, found, bound)


def _wanted(refilled: Repaired) -> Iterable[int]:
    """Return the meetings that were lost or are new and have no place yet."""
    lost = {change.meeting for change in refilled.changed if change.after is None}
    new = range(len(refilled.original.meetings), len(refilled.plan))
    return {i for i in (*lost, *new) if refilled.plan[i] is None} - refilled.changes.cancelled


def _keep_past(layout: Layout, plan: Plan, changes: Changes) -> None:
    """Let what has begun stay where it is, and nothing else be there; what is cancelled has no place at all."""
    past = (1 << changes.since) - 1
    for number, mode in enumerate(layout.modes):
        placement = plan[mode.meeting]
        is_over = placement is not None and placement.slot < changes.since
        slots = 0 if mode.meeting in changes.cancelled else mode.slots & ~past
        if is_over and placement is not None:
            slots = 1 << placement.slot
        layout.modes[number] = replace(mode, slots=slots)


@dataclass(slots=True)
class _Mover:
    layout: Layout
    board: Board
    told: set[int]

    def make_place(self, index: int) -> None:
        """Give a meeting a place by the chain that concerns the fewest further people."""
        if insert(self.board, index):
            self.told.update(self.layout.modes[self.board.mode[index]].people)
            return
        chains = sorted(self._chains(index))
        for _, mode, slot, other, seed in chains:
            size = self._chain(mode, slot, other, seed)
            people = self._people(size)
            if not trade(self.board, size, slot, other):
                continue
            if all_free(self.board, mode, slot) and in_order(self.board, index, slot) and insert(self.board, index):
                self.told |= people | set(self.layout.modes[mode].people)
                return
            # The same chain leads back; `chain` still holds it.
            trade(self.board, size, slot, other)

    def _chains(self, index: int) -> Iterable[tuple[int, int, int, int, int]]:
        """Yield how many further people each chain concerns, the mode, the slots, and a meeting on it; -1: the mode's."""
        slots = range(self.board.slots)
        for mode in range(self.layout.mode_of[index], self.layout.mode_of[index + 1]):
            if not may_have(self.board, mode):
                continue
            for slot in slots:
                for other in slots:
                    if is_promising(self.board, mode, slot, other):
                        for seed in self._seeds(mode, slot):
                            if size := self._chain(mode, slot, other, seed):
                                yield len(self._people(size) - self.told), mode, slot, other, seed

    def _seeds(self, mode: int, slot: int) -> list[int]:
        """Return where a chain can begin: with the mode's own people, or, where only a table lacks, with any meeting."""
        board = self.board
        if not all_free(board, mode, slot):
            return [-1]
        start = slot * board.seats
        return list(board.crowd[start : start + min(CROWD, board.crowd_size[slot])])

    def _chain(self, mode: int, slot: int, other: int, seed: int) -> int:
        """Gather the chain that frees all people of a mode, or the table of a meeting, in a slot; 0: there is none."""
        board = self.board
        board.stamp[0] += 1
        found = [board.at[person * board.slots + slot] for person in self.layout.modes[mode].people]
        first = sorted({meeting for meeting in found if meeting >= 0}) if seed < 0 else [seed]
        for place, meeting in enumerate(first):
            board.mark[meeting] = board.stamp[0]
            board.chain[place] = meeting
        size = gather(board, len(first), slot, other)
        chain = set(board.chain[:size])
        comes = [board.at[person * board.slots + other] for person in self.layout.modes[mode].people]
        return 0 if chain & set(comes) else size

    def _people(self, size: int) -> set[int]:
        return {
            person
            for meeting in self.board.chain[:size]
            for person in self.layout.modes[self.board.mode[meeting]].people
        }


def with_old_seats(layout: Layout, old: list[Placement | None], plan: Plan) -> Plan:
    """Give meetings that keep their time their old table and interpreter back, as far as the others allow it."""
    found = list(plan)
    by_slot: dict[int, list[int]] = {}
    for index, placement in enumerate(plan):
        if placement is not None:
            by_slot.setdefault(placement.slot, []).append(index)
    for slot, meetings in by_slot.items():
        modes = {i: layout.modes[layout.mode_with(i, p.delegates)] for i in meetings if (p := plan[i]) is not None}
        staying = {i: before for i in meetings if (before := old[i]) is not None and before.slot == slot}
        tables = _seats(
            {i: layout.tables.users[modes[i].table] for i in meetings},
            {i: before.table for i, before in staying.items()},
            {table for table, (_, bits) in enumerate(layout.tables.things) if bits >> slot & 1},
        )
        voices = _seats(
            {i: layout.voices.users[modes[i].voice] for i in meetings if modes[i].voice >= 0},
            {i: before.interpreter for i, before in staying.items() if before.interpreter is not None},
            {voice for voice, (_, bits) in enumerate(layout.voices.things) if bits >> slot & 1},
        )
        for index in meetings:
            placement = found[index]
            if placement is not None:
                found[index] = replace(placement, table=tables[index], interpreter=voices.get(index))
    return tuple(found)


def _seats(kinds: dict[int, frozenset[int]], wished: dict[int, int], usable: set[int]) -> dict[int, int]:
    """Seat everybody, those with a wish there as long as possible: augmenting paths from that start."""
    holder: dict[int, int] = {}
    for index, seat in wished.items():
        if seat in kinds.get(index, frozenset()) & usable and seat not in holder:
            holder[seat] = index
    waiting = kinds.keys() - holder.values()
    for index in sorted(waiting):
        _seat_one(index, {other: kind & usable for other, kind in kinds.items()}, holder, set())
    return {index: seat for seat, index in holder.items()}


def _seat_one(index: int, kinds: dict[int, frozenset[int]], holder: dict[int, int], tried: set[int]) -> bool:
    for seat in sorted(kinds[index] - tried, key=lambda seat: (seat in holder, seat)):
        if seat in tried:
            continue
        tried.add(seat)
        if seat not in holder or _seat_one(holder[seat], kinds, holder, tried):
            holder[seat] = index
            return True
    return False
