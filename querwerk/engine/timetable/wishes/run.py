"""From a problem with wishes to the best plan: place at once, let more in, make days cheaper, prove where that is possible."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from querwerk.engine.timetable.attended import Interrupted
from querwerk.engine.timetable.problem import Problem
from querwerk.engine.timetable.result import Plan, Progress, Report, Result, Status, Stop
from querwerk.engine.timetable.wishes.compiled import LARGE, loops, suited
from querwerk.engine.timetable.wishes.conflict import conflict
from querwerk.engine.timetable.wishes.exact import Exact, Step
from querwerk.engine.timetable.wishes.kernel import Board
from querwerk.engine.timetable.wishes.layout import Layout
from querwerk.engine.timetable.wishes.reasons import reasons
from querwerk.engine.timetable.wishes.relaxation import Impossible, Relaxation, chosen_first, relax

PROVABLE = 12_000
"""Meetings times slots, over all choices of delegates, up to which CP-SAT is asked for proofs."""
WARM, COLD = 0.7, 0.1
"""Temperatures of the annealing, in breaks."""
PATIENCE, WORTHWHILE = 8, 5_000
"""Rounds of letting wishes in that bring less than this part of the bound, before days are made cheaper instead."""
TRIES = 24
"""Pairs of slots between which a chain is sought for a meeting."""
LOOKS = 10
"""For each step of letting wishes in so many of handing lacks on, which is about as much work."""
WANDERINGS = 6
"""Chains that are tried to give somebody who lacks a meeting another free slot."""
ROUNDS = 5
"""Rounds of annealing, each twice as long as the one before it, when nobody stops it."""
STAGES = 40
"""Parts of a round; after each the plan is kept if it is the best so far."""
LOOKS_AT_ONCE = 50_000
"""Looks of handing lacks on between two looks at whether to stop."""
STEPS_AT_ONCE, FEWER_AT_ONCE = 10_000, 2_000
"""Steps of annealing between two looks at whether to stop, as machine code and as Python."""


def solve_wishes(problem: Problem, seed: int, stop: Stop, report: Report) -> Result:
    """Plan what has to be and as much of the wishes as possible."""
    return _Run(problem, seed, stop, report).result()


@dataclass(frozen=True, slots=True)
class _Best:
    """The numbers of the best plan so far."""

    slot: Sequence[int]
    mode: Sequence[int]
    unit: Sequence[int]
    missing: int
    """Meetings that have to be and are not there."""
    shortfall: int
    value: int
    unfair: int
    breaks: int

    @property
    def rank(self) -> tuple[int, ...]:
        return self.missing, self.shortfall, -self.value, self.unfair, self.breaks


class Scale:
    """What meetings are worth on a board, so that one goal counts more than all later ones together."""

    def __init__(self, problem: Problem) -> None:
        weights = [meeting.weight or 0 for meeting in problem.meetings]
        guaranteed = sum(rules.least for rules in problem.persons)
        musts = sum(meeting.weight is None for meeting in problem.meetings)
        self.guarantee = sum(weights) + 1 if guaranteed else 0
        # Enough in all but absurd problems, and never more than the compiled loops can count.
        most = 2**61 // (musts + 1)
        self.must = min(self.guarantee * guaranteed + sum(weights) + 1, most)
        self.worth = [self.must if m.weight is None else m.weight for m in problem.meetings]


def portions(work: int, most: int, stop: Stop) -> Iterator[int]:
    """Yield the parts of an amount of work, about equally large, until `stop` says that it is enough; at least one."""
    count = max(1, -(-work // most))
    for number in range(count):
        if number and stop():
            return
        yield work * (number + 1) // count - work * number // count


class _Run:
    def __init__(self, problem: Problem, seed: int, stop: Stop, report: Report) -> None:
        self._began = time.process_time()
        self._problem, self._seed, self._stop, self._report = problem, seed, stop, report
        self._layout = Layout(problem)
        self._loops = loops(len(problem.meetings))
        self._best: _Best | None = None
        self._relaxation: Relaxation | None = None
        self._value_bound = sum(meeting.weight or 0 for meeting in problem.meetings)
        self._shortfall_bound = 0
        self._breaks_bound = 0
        self._unfair_bound = 0
        self._first_plan: float | None = None
        pairs = sum(mode.slots.bit_count() for mode in self._layout.modes)
        self._is_provable = pairs <= PROVABLE

    def result(self) -> Result:
        status, why = Status.UNKNOWN, tuple[str, ...]()
        try:
            self._relax()
            self._board = self._fresh_board()
            self._place()
            if self._is_provable and not self._stop():
                self._prove()
            if not self._is_proved:
                self._cheapen(ROUNDS)
        except Impossible:
            status = Status.INFEASIBLE
            why = conflict(self._layout, self._stop)
        best = self._valid()
        if best is not None:
            status = Status.OPTIMAL if self._is_proved else Status.FEASIBLE
        plan = None if best is None else self._plan_of(best)
        return Result(
            status,
            plan,
            best.breaks if best else None,
            self._breaks_bound,
            self._spent(),
            self._seed,
            self._first_plan,
            why,
            value=best.value if best else None,
            value_bound=self._value_bound,
            shortfall=best.shortfall if best else 0,
            shortfall_bound=self._shortfall_bound,
            unplaced=() if plan is None else reasons(self._layout, plan),
        )

    # --- Steps ------------------------------------------------------------------

    def _relax(self) -> None:
        """Bound what is possible; a first plan can do without."""
        with suppress(Interrupted):
            self._relaxation = relax(self._layout, stop=self._stop)
            self._shortfall_bound = self._relaxation.shortfall

    def _fresh_board(self) -> Board:
        scale = Scale(self._problem)
        board = self._layout.board(self._seed, scale.worth, scale.guarantee)
        return suited(board) if self._is_large else board

    @property
    def _is_large(self) -> bool:
        return len(self._problem.meetings) >= LARGE

    @property
    def _steps(self) -> int:
        """Steps in a round of letting wishes in."""
        return max(100, len(self._problem.meetings) // 4)

    def _place(self) -> None:
        """Find places in a good order, then by chains and ejections, until the bound is reached or nothing changes."""
        order = chosen_first(self._layout, self._relaxation)
        if self._is_large:
            import numpy as np  # noqa: PLC0415 -- small problems do without

            order = np.array(order, dtype=np.int64)  # type: ignore[assignment]
        step = 2_000 if self._is_large else 100
        for start in range(0, len(order), step):
            self._loops.begin(self._board, order, start, min(start + step, len(order)), TRIES)
            if self._stop():
                break
        self._note()
        self._tighten()
        self._fill()

    def _fill(self) -> None:
        """Hand lacks on, then let others in, until the bound is reached or many tries have changed nothing."""
        board, idle = self._board, 0
        while board.waiting_size[0] and idle < PATIENCE and not self._is_full and not self._stop():
            before = board.totals[1]
            for looks in portions(LOOKS * self._steps, LOOKS_AT_ONCE, self._stop):
                self._loops.relay(board, looks, WANDERINGS)
            if board.totals[1] == before and not self._stop():
                self._loops.fill(board, self._steps, TRIES)
            idle = 0 if board.totals[1] > before + self._value_bound // WORTHWHILE else idle + 1
            self._note()

    def _tighten(self) -> None:
        """Bound the value for the shortfall that was reached."""
        if self._best is None or self._relaxation is None:
            return
        if self._best.shortfall <= self._relaxation.shortfall:
            self._value_bound = self._relaxation.value
            return
        with suppress(Interrupted):
            self._value_bound = relax(self._layout, self._best.shortfall, self._stop).value

    def _cheapen(self, rounds: int) -> None:
        """Anneal the days, each round longer than the last."""
        steps = 10 * max(60, len(self._problem.meetings))
        for number in range(rounds):
            warm = WARM if number == 0 else WARM / 2
            for stage in range(STAGES):
                if self._stop() or self._is_proved:
                    return
                temperatures = [warm * (COLD / warm) ** (at / STAGES) for at in (stage, stage + 1)]
                self._anneal(steps * 2**number // STAGES * 4, *temperatures)
                if any(meeting.choices for meeting in self._problem.meetings):
                    self._loops.change_delegates(self._board, steps // STAGES)
                self._note()
            self._fill_again()

    def _anneal(self, steps: int, warm: float, cold: float) -> None:
        done = 0
        for part in portions(steps, STEPS_AT_ONCE if self._is_large else FEWER_AT_ONCE, self._stop):
            begins, ends = (warm * (cold / warm) ** (at / steps) for at in (done, done + part))
            self._loops.anneal(self._board, part, begins, ends)
            done += part

    def _fill_again(self) -> None:
        """After the days have changed, what was impossible may fit; nothing else is moved, or days would be dear again."""
        before = self._board.totals[1]
        if self._board.waiting_size[0] and not self._is_full:
            for looks in portions(LOOKS * self._steps, LOOKS_AT_ONCE, self._stop):
                self._loops.relay(self._board, looks, 0)
            if self._board.totals[1] > before:
                self._note()

    def _prove(self) -> None:
        """Pursue one goal after the other with CP-SAT, starting from what was found."""
        self._cheapen(1)
        if self._is_proved:
            return
        exact = Exact(self._layout, self._seed, self._stop)
        if self._problem.fairness is not None and not self._problem.has_wishes:
            exact.demand_fairness()
        for pursue, settle in self._goals(exact):
            best = self._valid()
            step = pursue(None if best is None else self._plan_of(best))
            self._take_in(step)
            settle(step.bound)
            if not step.is_proved or self._stop():
                return

    def _goals(self, exact: Exact) -> Iterator[tuple[Callable[[Plan | None], Step], Callable[[int], None]]]:
        if exact.shortfall is not None:
            yield exact.fewest_missing, self._settle_shortfall
        if self._problem.has_wishes or self._valid() is None:
            yield exact.most_value, self._settle_value
        if self._problem.fairness is not None and self._problem.has_wishes:
            yield exact.least_unfair, self._settle_unfair
        self._cheapen(1)
        yield exact.fewest_breaks, self._settle_breaks

    def _settle_shortfall(self, bound: int) -> None:
        self._shortfall_bound = max(self._shortfall_bound, bound)

    def _settle_value(self, bound: int) -> None:
        if self._best is not None and self._best.shortfall == self._shortfall_bound:
            self._value_bound = min(self._value_bound, bound)

    def _settle_unfair(self, bound: int) -> None:
        self._unfair_bound = bound

    def _settle_breaks(self, bound: int) -> None:
        self._breaks_bound = max(self._breaks_bound, bound)

    def _take_in(self, step: Step) -> None:
        """Go on from a plan that was found; raises Impossible when it is proved that there is none."""
        if step.plan is None:
            if step.is_proved:
                raise Impossible
            return
        scale = Scale(self._problem)
        board = self._layout.board(self._seed, scale.worth, scale.guarantee)
        self._layout.enter(board, step.plan)
        self._board = suited(board) if self._is_large else board
        self._note()

    # --- What is known ------------------------------------------------------------

    @property
    def _is_full(self) -> bool:
        """Say whether no plan is worth more."""
        best = self._best
        return (
            best is not None
            and best.missing == 0
            and best.shortfall == self._shortfall_bound
            and best.value >= self._value_bound
        )

    @property
    def _is_proved(self) -> bool:
        best = self._best
        return (
            self._is_full
            and best is not None
            and best.unfair <= self._unfair_bound
            and best.breaks == self._breaks_bound
        )

    def _valid(self) -> _Best | None:
        """Return the best plan if it keeps all demands."""
        best = self._best
        if best is None or best.missing:
            return None
        return best if self._problem.has_wishes or not best.unfair else None

    def _note(self) -> None:
        """Keep what is on the board if it is the best so far."""
        board, problem = self._board, self._problem
        runs = [max(0, int(count) - 1) for count in board.runs]
        slots = [int(slot) for slot in board.slot]
        held = [slot >= 0 for slot in slots]
        fairness = problem.slots if problem.fairness is None else problem.fairness
        found = _Best(
            slots,
            [int(mode) for mode in board.mode],
            [int(unit) for unit in board.unit],
            missing=sum(not is_held and m.weight is None for is_held, m in zip(held, problem.meetings, strict=True)),
            shortfall=sum(
                max(0, rules.least - int(n)) for rules, n in zip(self._layout.rules, board.load, strict=True)
            ),
            value=sum(m.weight or 0 for is_held, m in zip(held, problem.meetings, strict=True) if is_held),
            unfair=max(0, max(runs) - min(runs) - fairness),
            breaks=sum(runs),
        )
        if self._best is None or found.rank < self._best.rank:
            self._best = found
            if self._valid() is not None:
                if self._first_plan is None:
                    self._first_plan = self._spent()
                self._report(Progress(found.breaks, self._breaks_bound, self._spent(), found.value, self._value_bound))

    def _plan_of(self, best: _Best) -> Plan:
        return self._layout.plan_of(best.slot, best.mode, best.unit)

    def _spent(self) -> float:
        return time.process_time() - self._began
