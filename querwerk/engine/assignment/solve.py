"""One call from a problem to the best assignment, with what is proved about it."""

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from querwerk.engine.assignment.explain import conflict
from querwerk.engine.assignment.patience import Interrupted
from querwerk.engine.assignment.problem import UNIT, Problem, Side
from querwerk.engine.assignment.relaxation import Relaxation
from querwerk.engine.assignment.repair import Repair
from querwerk.engine.assignment.result import (
    GOALS,
    Assignment,
    CurvePoint,
    Demand,
    Goal,
    Progress,
    Report,
    Result,
    Stage,
    Status,
    Stop,
)
from querwerk.engine.assignment.space import Floors, Ints, Level, Space
from querwerk.engine.assignment.stability import Discontent, blocking
from querwerk.engine.assignment.total import EFFORT, PROVABLE, TRIAL, Impossible, Total
from querwerk.engine.assignment.whole import Whole

UNDECIDED = 30_000
"""Pairs that may or may not block, up to which their number is minimised."""
NEAR_ENOUGH = 500
"""The part of the bound that may be left between it and what is reached in a problem too large for a proof."""
STEPS = 1
"""Halvings of what is left between a reached floor and its bound where the problem is too large for a proof."""


def solve(
    problem: Problem,
    *,
    goals: Sequence[Goal] = GOALS,
    levels: int = 1,
    seed: int = 1,
    stop: Stop = lambda: False,
    report: Report = lambda _: None,
) -> Result:
    """Assign, goal by goal; `levels`: raise so many of the worst, one after the other, where a goal is about the worst.

    The result depends on the arguments alone, unless `stop` ends the work earlier; then it is the best so far.
    """
    return _Run(problem, goals=goals, levels=levels, seed=seed, stop=stop, report=report).result()


def curve(
    problem: Problem, points: int, *, seed: int = 1, stop: Stop = lambda: False, report: Report = lambda _: None
) -> tuple[CurvePoint, ...]:
    """Return what raising the worst task costs in total: points from the best total to the best worst task."""
    return _Run(problem, goals=GOALS, levels=1, seed=seed, stop=stop, report=report).curve(points)


class _Run:
    def __init__(
        self, problem: Problem, *, goals: Sequence[Goal], levels: int, seed: int, stop: Stop, report: Report
    ) -> None:
        self._problem = problem
        self._goals = tuple(goals)
        self._levels = levels
        self._seed = seed
        self._stop = stop
        self._report = report
        self._began = time.process_time()
        self._space = Space(problem)
        self._total = Total(self._space, Relaxation(self._space, stop), seed, stop)
        self._floors = self._space.open_floors()
        self._best: Ints | None = None
        self._plainest: Ints | None = None
        self._first: float | None = None
        self._stages: list[Stage] = []
        self._is_provable = self._space.pairs <= PROVABLE

    def result(self) -> Result:
        status, reasons = Status.UNKNOWN, tuple[Demand, ...]()
        try:
            self._begin()
            for goal in self._goals:
                self._pursue(goal)
        except Impossible:
            status = Status.INFEASIBLE
            reasons = conflict(self._problem, self._seed, self._stop)
        except Interrupted:
            self._salvage()
        if self._best is not None:
            self._finish_stages()
            status = Status.OPTIMAL if all(stage.proved for stage in self._stages) else Status.FEASIBLE
        return Result(
            status,
            None if self._best is None else self._assignment(self._best),
            tuple(self._stages),
            self._spent(),
            self._seed,
            self._first,
            reasons,
        )

    def curve(self, points: int) -> tuple[CurvePoint, ...]:
        """Return the points reached until `stop`."""
        found: list[CurvePoint] = []
        try:
            self._begin()
            assert self._best is not None
            low = int(self._space.sums(Side.TASK, self._best).min())
            self._raise_worst(Side.TASK, 1)
            high = round(self._stages[-1].value * UNIT)
            wanted = np.unique(np.linspace(low, high, max(points, 2)).astype(np.int64))
            everyone = self._space.able(Side.TASK)
            for floor in (int(value) for value in wanted):
                if not found or floor > round(found[-1].worst_task * UNIT):
                    found.append(self._point(self._space.open_floors().raised(Side.TASK, everyone, floor)))
        except (Impossible, Interrupted):
            pass
        return tuple(found)

    def _point(self, floors: Floors) -> CurvePoint:
        answer = self._total.highest(floors, self._best, EFFORT)
        chosen = answer.chosen if answer.chosen is not None else self._best
        assert chosen is not None
        worst = int(self._space.sums(Side.TASK, chosen).min())
        value = int(self._space.score[chosen].sum())
        return CurvePoint(worst / UNIT, value / UNIT, answer.bound / UNIT, proved=answer.is_closed)

    def _begin(self) -> None:
        """Find a first assignment, the one with the highest total, or see that there is none."""
        plain = Repair(self._space, self._floors, self._stop).first()
        if self._total.fulfils(plain, self._floors):
            # Whoever breaks off during the first relaxation, which takes seconds in a large problem, has something.
            self._keep(plain)
            self._plainest = plain
        answer = self._total.highest(self._floors, None, TRIAL)
        if answer.chosen is None and self._best is None:
            answer = self._total.any(self._floors, EFFORT)
            if answer.chosen is None:
                raise Impossible if answer.is_closed else Interrupted
        if answer.chosen is not None:
            self._keep(answer.chosen)

    def _pursue(self, goal: Goal) -> None:
        match goal:
            case Goal.WORST_TASK:
                self._raise_levels(Side.TASK)
            case Goal.WORST_AGENT:
                self._raise_levels(Side.AGENT)
            case Goal.TOTAL:
                self._raise_total()
            case Goal.STABLE:
                self._settle()

    def _keep(self, chosen: Ints) -> None:
        self._best = chosen
        if self._first is None:
            self._first = self._spent()

    # --- The worst ------------------------------------------------------------

    def _raise_levels(self, side: Side) -> None:
        owners = self._space.able(side)
        if not owners.any():
            self._note(_goal(side), 1, 0, 0)
        for level in range(1, min(self._levels, int(owners.sum())) + 1):
            self._raise_worst(side, level)

    def _raise_worst(self, side: Side, level: int) -> None:
        """Raise the worst but level - 1; what is reached becomes a floor, or a level where exceptions are left."""
        space, owners, goal = self._space, self._space.able(side), _goal(side)
        highest = space.highest_sums(side)
        bound = int(np.sort(highest[owners])[level - 1])
        partner = Side.AGENT if side is Side.TASK else Side.TASK
        if owners.sum() >= level + space.high[partner].sum():
            # There is not enough for everybody, so somebody has nothing.
            bound = min(bound, 0)
        reached = self._reached(side, level)
        self._tell(goal, reached, bound)
        if reached < bound:
            bound = self._reach_for(side, level, highest, bound)
        reached = min(self._reached(side, level), bound)
        spared = owners & (highest < reached)
        if spared.sum() == level - 1:
            self._floors = self._floors.raised(side, owners & ~spared, reached)
        else:
            entry = Level(side, owners, reached, level - 1)
            self._floors = replace(self._floors, levels=(*self._floors.levels, entry))
        self._note(goal, level, reached, bound)

    def _reach_for(self, side: Side, level: int, highest: Ints, bound: int) -> int:
        """Try the bound itself, then what split pairs allow, then whatever can be; return the bound that is proved then."""
        is_lifted = self._lift(side, highest, bound)
        if is_lifted is None and level == 1:
            # Only now: what split pairs can reach, a bound of theirs cannot rule out.
            owners = self._space.able(side)
            bound = int(min(bound, self._total.relaxation.highest_floor(side, owners, self._floors)) // 1)
            is_lifted = self._reached(side, level) >= bound or self._lift(side, highest, bound)
        return bound if is_lifted else self._approach(side, level, highest, bound)

    def _reached(self, side: Side, level: int) -> int:
        assert self._best is not None
        sums = self._space.sums(side, self._best)[self._space.able(side)]
        return int(np.sort(sums)[level - 1])

    def _lift(self, side: Side, highest: Ints, value: int) -> bool | None:
        """Look for an assignment in which everybody who could have so much has it; None: there is none."""
        owners = self._space.able(side) & (highest >= value)
        try:
            answer = self._total.highest(self._floors.raised(side, owners, value), self._best, TRIAL, is_enough=True)
        except Impossible:
            return None
        if answer.chosen is None:
            self._keep_if_better(side)
            return False
        self._keep(answer.chosen)
        return True

    def _salvage(self) -> None:
        """Broken off while a worst was raised: keep what was put together by hand when it is better."""
        pending = [goal for goal in self._goals if not any(stage.goal is goal for stage in self._stages)]
        if self._best is not None and pending and pending[0] in {Goal.WORST_TASK, Goal.WORST_AGENT}:
            self._keep_if_better(Side.TASK if pending[0] is Goal.WORST_TASK else Side.AGENT)

    def _keep_if_better(self, side: Side) -> None:
        """Keep what was put together by hand when it misses the new floor but is above what was reached."""
        able = self._space.able(side)
        for found in (self._total.repaired, self._plainest):
            if found is None or not self._total.fulfils(found, self._floors):
                continue
            if self._space.sums(side, found)[able].min() > self._reached(side, 1):
                self._keep(found)

    def _approach(self, side: Side, level: int, highest: Ints, bound: int) -> int:
        """Come as near to the bound as possible; return the bound that is proved then."""
        if not self._is_provable:
            low, high = self._reached(side, level), bound
            for _ in range(STEPS):
                middle = (low + high + 1) // 2
                if high - low <= max(1, abs(bound) // NEAR_ENOUGH):
                    break
                high = high if self._lift(side, highest, middle) else middle
                low = self._reached(side, level)
            return bound
        whole = Whole(self._space, np.arange(self._space.pairs), self._floors)
        reached = self._reached(side, level)
        lowest = whole.model.new_int_var(min(reached, bound), max(reached, bound), "")
        whole.add_level(side, self._space.able(side), lowest, level - 1)
        whole.maximise(lowest)
        whole.hint(self._best)
        answer = whole.solve(seed=self._seed, effort=EFFORT, stop=self._stop)
        if answer.chosen is not None:
            self._keep(answer.chosen)
        return min(bound, answer.bound) if answer.chosen is not None else bound

    # --- The total ------------------------------------------------------------

    def _raise_total(self) -> None:
        answer = self._total.highest(self._floors, self._best, EFFORT, on_bound=self._tell_total)
        assert self._best is not None
        value = int(self._space.score[self._best].sum())
        if answer.chosen is not None and answer.value >= value:
            self._keep(answer.chosen)
            value = answer.value
        self._floors = replace(self._floors, total=value)
        self._note(Goal.TOTAL, 1, value, max(answer.bound, value) if not answer.is_closed else value)

    def _tell_total(self, bound: int) -> None:
        assert self._best is not None
        self._tell(Goal.TOTAL, int(self._space.score[self._best].sum()), bound)

    # --- Blocking pairs ---------------------------------------------------------

    def _settle(self) -> None:
        """Choose among what is equally good the assignment with the fewest blocking pairs."""
        assert self._best is not None
        count, bound = blocking(self._space, self._best), 0
        if count:
            pairs, taken = self._total.within(self._floors, self._best)
            whole = Whole(self._space, pairs, self._floors, taken)
            discontent = Discontent(whole, taken)
            undecided, bound = discontent.undecided()
            if bound < count and len(undecided) <= UNDECIDED:
                discontent.minimise(undecided)
                whole.hint(self._best)
                answer = whole.solve(seed=self._seed, effort=EFFORT, stop=self._stop)
                bound += answer.bound
                if answer.chosen is not None and blocking(self._space, answer.chosen) <= count:
                    self._keep(answer.chosen)
                    count = blocking(self._space, answer.chosen)
        self._stages.append(Stage(Goal.STABLE, 1, count, bound, proved=count == bound))

    # --- What is told -----------------------------------------------------------

    def _note(self, goal: Goal, level: int, value: int, bound: int) -> None:
        self._stages.append(Stage(goal, level, value / UNIT, bound / UNIT, proved=value >= bound))
        self._tell(goal, value, bound)

    def _tell(self, goal: Goal, value: int, bound: int) -> None:
        self._report(Progress(goal, value / UNIT, bound / UNIT, self._spent()))

    def _finish_stages(self) -> None:
        """State for goals that were not reached in time what the assignment has, unproved."""
        assert self._best is not None
        for goal in self._goals:
            if not any(stage.goal is goal for stage in self._stages):
                value, bound = self._plain(goal)
                self._stages.append(Stage(goal, 1, value, bound, proved=False))

    def _plain(self, goal: Goal) -> tuple[float, float]:
        assert self._best is not None
        match goal:
            case Goal.STABLE:
                return blocking(self._space, self._best), 0
            case Goal.TOTAL:
                return int(self._space.score[self._best].sum()) / UNIT, self._highest_total() / UNIT
            case Goal.WORST_TASK | Goal.WORST_AGENT:
                side = Side.TASK if goal is Goal.WORST_TASK else Side.AGENT
                able = self._space.able(side)
                if not able.any():
                    return 0.0, 0.0
                return self._reached(side, 1) / UNIT, int(self._space.highest_sums(side)[able].min()) / UNIT

    def _highest_total(self) -> float:
        """Return the relaxation's bound, or what could be at most if nobody stood in anybody's way."""
        if self._total.first_bound is not None:
            return self._total.first_bound
        return min(int(self._space.highest_sums(side).sum()) for side in Side)

    def _assignment(self, chosen: Ints) -> Assignment:
        return tuple((int(self._space.agent[pair]), int(self._space.task[pair])) for pair in np.sort(chosen))

    def _spent(self) -> float:
        return time.process_time() - self._began


def _goal(side: Side) -> Goal:
    return Goal.WORST_TASK if side is Side.TASK else Goal.WORST_AGENT
