"""The linear relaxation: pairs may be split, so it is solved fast, and nothing whole can be better.

Only promising pairs (candidates) get a column; with the prices of the answer every other pair is looked at, and joins when
it would help (pricing). A bound is never taken from the solver: it is calculated anew from the prices over all pairs
(weak duality), so it holds whatever the solver's rounding was.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from querwerk.engine.assignment.patience import Interrupted, run
from querwerk.engine.assignment.problem import UNIT, Side
from querwerk.engine.assignment.result import Stop
from querwerk.engine.assignment.space import OPEN, Flags, Floats, Floors, Ints, Space

HIGHEST = 2**61
SAFETY = 1e-9
"""Relative; above what rounding can do to a sum of this length."""
NEGLIGIBLE = 1e-6
"""Of the bound: more columns would not bring more than this."""
NEARLY = 0.02
"""Of the highest worth of a pair, how much one may lose and still become a candidate."""
ROUNDS = 40
"""Of pricing; the bound holds after each."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What one more unit of each limit would bring; signs are put right before they are used."""

    load: Floats
    coverage: Floats
    task_floor: Floats
    agent_floor: Floats
    quotas: Floats
    total: float


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The answer of a relaxation."""

    bound: float
    """No whole assignment has a higher objective."""
    gain: Floats
    """For each pair: what taking it changes at these prices; a pair far below 0 is in no good assignment."""
    share: Floats
    """For each pair between 0 and 1."""


class Tightened:
    """Floors said more sharply: the same for whole assignments, less room for split ones.

    A pair that cannot be in any sum up to the floor, even with the best partners, is closed. A score counts no more than
    the floor needs when the other partners are the lowest possible: so nobody reaches a floor with nine tenths of a pair.
    """

    def __init__(self, space: Space, floors: Floors) -> None:
        self.is_closed: Flags = np.zeros(space.pairs, bool)
        self.weights = {side: space.score.copy() for side in Side}
        for side in Side:
            for owner in np.flatnonzero(floors.side(side) > OPEN):
                self._tighten(space, side, int(owner), int(floors.side(side)[owner]))
        self.is_closed &= ~space.pinned

    def _tighten(self, space: Space, side: Side, owner: int, floor: int) -> None:
        pairs = space.of(side, owner)
        low, high = int(space.low[side][owner]), int(space.high[side][owner])
        scores = np.sort(space.score[pairs])
        others = np.maximum(scores[::-1][: high - 1], 0).sum() if low < high else scores[::-1][: high - 1].sum()
        self.is_closed[pairs[space.score[pairs] + others < floor]] = True
        left = scores[scores + others >= floor][: high - 1]
        if low < high:
            cap = max(floor - int(np.minimum(left, 0).sum()), 0)
        else:
            # With a cap below the other partners a floor that everybody reaches would become impossible.
            cap = max(floor - int(left.sum()), int(left.max(initial=-HIGHEST)))
        self.weights[side][pairs] = np.minimum(space.score[pairs], cap)


class Relaxation:
    """Relaxations of one space; candidates found for one help the next."""

    def __init__(self, space: Space, stop: Stop) -> None:
        self.space = space
        self.stop = stop
        self._candidates: Flags = space.pinned.copy()
        self._depth = 0
        self._deepen()
        self._first = self._candidates.copy()

    def solve(self, objective: Floats, floors: Floors, rounds: int = ROUNDS) -> Relaxed | None:
        """Maximise a sum over pairs; None: nothing fulfils the limits, even with split pairs.

        With fewer rounds of pricing the bound is higher than need be, but as right.
        """
        tight = Tightened(self.space, floors)
        for turn in range(ROUNDS):
            columns = np.flatnonzero(self._candidates & ~tight.is_closed)
            answer = self._attempt(columns, objective, floors, tight)
            if answer is None:
                if self._candidates.all():
                    return None
                self._deepen()
                continue
            prices, share = answer
            bound, gain = bound_of(self.space, objective, floors, tight, prices)
            reached = float((share * objective).sum())
            if turn + 1 >= rounds or bound - reached <= NEGLIGIBLE * abs(bound) or not self._admit(gain, objective):
                break
        return Relaxed(bound, gain, share)

    def highest_floor(self, side: Side, owners: Flags, floors: Floors) -> float:
        """Return a bound on how high the lowest sum among these owners can be."""
        tight = Tightened(self.space, floors)
        candidates = self._first
        while True:
            columns = np.flatnonzero(candidates & ~tight.is_closed)
            program = _Program(self.space, columns, np.zeros(self.space.pairs), floors, tight)
            rows = program.add_lowest(side, np.flatnonzero(owners))
            if program.run(self.stop):
                break
            if candidates.all():
                return float("inf")
            candidates = self._candidates
            self._deepen()
        weights = np.zeros(self.space.count(side))
        weights[owners] = np.maximum(-program.duals()[rows], 0)
        if weights.sum() <= 0:
            return float("inf")
        weights /= weights.sum()
        # With fixed weights the lowest sum is at most the weighted mean, and that is an ordinary objective.
        answer = self.solve(weights[self.space.owner(side)] * self.space.score, floors)
        return float("inf") if answer is None else answer.bound

    def _attempt(
        self, columns: Ints, objective: Floats, floors: Floors, tight: Tightened
    ) -> tuple[Prices, Floats] | None:
        program = _Program(self.space, columns, objective, floors, tight)
        return (program.prices(), program.shares()) if program.run(self.stop) else None

    def _deepen(self) -> None:
        """Give every owner their next best pairs as candidates."""
        space = self.space
        self._depth = max(12, self._depth * 3)
        for side in Side:
            for owner in range(space.count(side)):
                pairs = space.of(side, owner)
                wanted = self._depth + 4 * int(space.high[side][owner])
                if len(pairs) > wanted:
                    pairs = pairs[np.argpartition(-space.score[pairs], wanted)[:wanted]]
                self._candidates[pairs] = True
        for row in space.quotas:
            wanted = self._depth // 4 + row.low
            best = np.argsort(-space.score[row.pairs], kind="stable")[:wanted]
            self._candidates[row.pairs[best]] = True

    def _admit(self, gain: Floats, objective: Floats) -> bool:
        """Make pairs candidates that would raise the objective; false: there are none."""
        scale = max(float(np.abs(objective).max(initial=0)), 1.0)
        if not np.any((gain > 1e-7 * scale) & ~self._candidates):
            return False
        # Those that are nearly as good come along, or each round would find a few more.
        missing = np.flatnonzero((gain > -NEARLY * scale) & ~self._candidates)
        most = 10 * (self.space.problem.agents + self.space.problem.tasks)
        if len(missing) > most:
            missing = missing[np.argpartition(-gain[missing], most)[:most]]
        self._candidates[missing] = True
        return True


def bound_of(space: Space, objective: Floats, floors: Floors, tight: Tightened, prices: Prices) -> tuple[float, Floats]:
    """Return the bound that prices prove (weak duality), and each pair's gain; right for any prices whatsoever."""
    task = np.where(floors.task > OPEN, np.minimum(prices.task_floor, 0), 0)
    agent = np.where(floors.agent > OPEN, np.minimum(prices.agent_floor, 0), 0)
    total = min(prices.total, 0) if floors.total > OPEN else 0.0
    gain = objective - prices.load[space.agent] - prices.coverage[space.task]
    gain -= tight.weights[Side.TASK] * task[space.task] + tight.weights[Side.AGENT] * agent[space.agent]
    gain -= space.score * total
    gain[tight.is_closed] = -np.inf
    parts = [
        _worth(prices.load, space.low[Side.AGENT], space.high[Side.AGENT]),
        _worth(prices.coverage, space.low[Side.TASK], space.high[Side.TASK]),
        float((task * floors.task).sum()), float((agent * floors.agent).sum()), total * floors.total,
    ]  # fmt: skip
    for row, price in zip(space.quotas, prices.quotas, strict=True):
        if price:
            gain[row.pairs] -= price
            parts.append(price * (row.high if price > 0 else row.low))
    parts += [float(np.maximum(gain[~space.pinned], 0).sum()), float(gain[space.pinned].sum())]
    return sum(parts) + SAFETY * sum(map(abs, parts)), gain


def _worth(prices: Floats, low: Ints, high: Ints) -> float:
    return float((prices * np.where(prices > 0, high, low)).sum())


class _Program:
    """One linear program, in units of score so that its numbers are near 1."""

    def __init__(self, space: Space, columns: Ints, objective: Floats, floors: Floors, tight: Tightened) -> None:
        # OR-Tools takes a moment to load, and reading a file does not need it.
        from ortools.linear_solver.python import model_builder_helper  # noqa: PLC0415

        self._helper: Any = model_builder_helper
        self._model: Any = model_builder_helper.ModelBuilderHelper()
        self._space, self._columns, self._floors, self._tight = space, columns, floors, tight
        self._scale = max(float(np.abs(objective).max(initial=0)), 1.0)
        self._variables = self._add_columns(objective / self._scale)
        self._place = np.full(space.pairs, -1, np.int64)
        self._place[columns] = np.arange(len(columns))
        self._solver: Any = None
        self._rows = 0
        self._add_rows()

    def run(self, stop: Stop) -> bool:
        """Solve; false: nothing fulfils the limits."""
        self._solver = self._helper.ModelSolverHelper("glop")
        self._solver.set_solver_specific_parameters("use_dual_simplex: true")
        run(lambda: self._solver.solve(self._model), self._solver.interrupt_solve, stop)
        if stop():
            raise Interrupted
        return bool(self._solver.has_solution())

    def duals(self) -> Floats:
        """Return the price of each row, in the order in which they were added."""
        return np.array(self._solver.dual_values())

    def shares(self) -> Floats:
        """Return how much of each pair is taken."""
        share = np.zeros(self._space.pairs)
        share[self._columns] = np.array(self._solver.variable_values())[: len(self._columns)]
        return share

    def prices(self) -> Prices:
        """Return the prices in the objective's own unit."""
        duals, at = self.duals() * self._scale, 0
        agents, tasks = self._space.problem.agents, self._space.problem.tasks
        parts = []
        for length in (agents, tasks, tasks, agents, len(self._space.quotas), 1):
            parts.append(duals[at : at + length])
            at += length
        load, coverage, task, agent, quotas, total = parts
        return Prices(load, coverage, task / UNIT, agent / UNIT, quotas, float(total[0]) / UNIT)

    def add_lowest(self, side: Side, owners: Ints) -> list[int]:
        """Make the lowest sum among owners the objective; return the numbers of the rows that say so."""
        lowest = self._variable(-np.inf, np.inf, 1.0)
        rows = []
        for owner in owners:
            pairs = self._space.of(side, int(owner))
            rows.append(self._row(pairs, self._space.score[pairs] / UNIT, 0, np.inf))
            self._model.add_terms_to_constraint(rows[-1], [lowest], [-1.0])
        return rows

    def _add_columns(self, objective: Floats) -> Any:
        variables = np.empty(len(self._columns), object)
        low = self._space.pinned[self._columns].astype(float)
        for at, column in enumerate(self._columns):
            variables[at] = self._variable(low[at], 1.0, float(objective[column]))
        self._model.set_maximize(True)
        return variables

    def _variable(self, low: float, high: float, worth: float) -> Any:
        index = self._model.add_var()
        self._model.set_var_lower_bound(index, low)
        self._model.set_var_upper_bound(index, high)
        self._model.set_var_objective_coefficient(index, worth)
        return self._helper.Variable(self._model, index)

    def _add_rows(self) -> None:
        space = self._space
        for side in Side:
            for owner in range(space.count(side)):
                pairs = space.of(side, owner)
                self._row(pairs, np.ones(len(pairs)), int(space.low[side][owner]), int(space.high[side][owner]))
        for side in (Side.TASK, Side.AGENT):
            for owner, floor in enumerate(self._floors.side(side)):
                pairs = space.of(side, owner) if floor > OPEN else space.order[side][:0]
                weights = self._tight.weights[side][pairs] / UNIT
                self._row(pairs, weights, floor / UNIT if floor > OPEN else -np.inf, np.inf)
        for row in space.quotas:
            self._row(row.pairs, np.ones(len(row.pairs)), row.low, row.high)
        floor = self._floors.total
        pairs = self._columns if floor > OPEN else self._columns[:0]
        self._row(pairs, space.score[pairs] / UNIT, floor / UNIT if floor > OPEN else -np.inf, np.inf)

    def _row(self, pairs: Ints, weights: Floats, low: float, high: float) -> int:
        places = self._place[pairs]
        is_column = places >= 0
        row: int = self._model.add_linear_constraint()
        self._model.set_constraint_lower_bound(row, float(low))
        self._model.set_constraint_upper_bound(row, float(high))
        self._model.add_terms_to_constraint(row, list(self._variables[places[is_column]]), weights[is_column].tolist())
        return row
