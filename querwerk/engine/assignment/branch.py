"""The highest total by branch and bound on linear relaxations (SCIP): for problems whose floors and loads leave pairs split.

There CP-SAT finds good assignments but its bound hardly falls. The choice is judged in whole numbers by the caller; the bound is
SCIP's own, right up to its tolerance of a billionth.
"""

from importlib import import_module
from typing import Any

import numpy as np

from querwerk.engine.assignment.patience import Interrupted, run
from querwerk.engine.assignment.problem import UNIT, Side
from querwerk.engine.assignment.relaxation import Tightened
from querwerk.engine.assignment.result import Stop
from querwerk.engine.assignment.space import OPEN, Floats, Floors, Ints, Space
from querwerk.engine.assignment.whole import Answer

PARAMETERS = """
limits/gap = 0
limits/nodes = {nodes}
numerics/feastol = 1e-9
randomization/randomseedshift = {seed}
"""
TOLERANCE = 1e-9
"""Relative, of the bound."""


def branch(
    space: Space, pairs: Ints, floors: Floors, taken: Ints, start: Ints | None, *, nodes: int, seed: int, stop: Stop
) -> Answer:
    """Maximise the total over these pairs, `taken` being in; floors with exceptions (`levels`) are not known here.

    Ends after so many nodes of the tree at most, or with `stop`.
    """
    program = _Program(space, pairs, floors, taken)
    program.hint(start)
    return program.solve(nodes, seed, stop)


class _Program:
    """One integer program, in units of score so that its numbers are near 1."""

    def __init__(self, space: Space, pairs: Ints, floors: Floors, taken: Ints) -> None:
        # OR-Tools takes a moment to load, and reading a file does not need it.
        pywraplp: Any = import_module("ortools.linear_solver.pywraplp")
        self._api = pywraplp.Solver
        self._solver = pywraplp.Solver.CreateSolver("SCIP")
        tight = Tightened(space, floors)
        self._space = space
        self._pairs = pairs[~tight.is_closed[pairs]]
        must = space.pinned.copy()
        must[taken] = True
        self._place = np.full(space.pairs, -1, np.int64)
        self._place[self._pairs] = np.arange(len(self._pairs))
        self._variables = [self._solver.IntVar(float(must[pair]), 1.0, "") for pair in self._pairs]
        self._maximise(space.score[self._pairs] / UNIT)
        for side in Side:
            for owner in range(space.count(side)):
                own = space.of(side, owner)
                self._row(own, np.ones(len(own)), float(space.low[side][owner]), float(space.high[side][owner]))
                if floors.side(side)[owner] > OPEN:
                    floor = float(floors.side(side)[owner]) / UNIT
                    self._row(own, tight.weights[side][own] / UNIT, floor, self._solver.infinity())
        for row in space.quotas:
            self._row(row.pairs, np.ones(len(row.pairs)), float(row.low), float(row.high))
        if floors.total > OPEN:
            self._row(self._pairs, space.score[self._pairs] / UNIT, floors.total / UNIT, self._solver.infinity())

    def _maximise(self, worth: Floats) -> None:
        objective = self._solver.Objective()
        objective.SetMaximization()
        for variable, value in zip(self._variables, worth.tolist(), strict=True):
            objective.SetCoefficient(variable, value)

    def _row(self, pairs: Ints, weights: Floats, low: float, high: float) -> None:
        places = self._place[pairs]
        is_here = places >= 0
        row = self._solver.Constraint(low, high)
        for place, weight in zip(places[is_here].tolist(), weights[is_here].tolist(), strict=True):
            row.SetCoefficient(self._variables[place], weight)

    def hint(self, chosen: Ints | None) -> None:
        """Tell the solver where to begin."""
        if chosen is None:
            return
        flags = np.isin(self._pairs, chosen)
        self._solver.SetHint(self._variables, flags.astype(float).tolist())

    def solve(self, nodes: int, seed: int, stop: Stop) -> Answer:
        """Search; the bound is in the space's own units."""
        self._solver.SetSolverSpecificParametersAsString(PARAMETERS.format(nodes=nodes, seed=seed))
        status = run(self._solver.Solve, self._solver.InterruptSolve, stop)
        if status == self._api.INFEASIBLE:
            return Answer(None, 0, 0, is_closed=True)
        if status not in {self._api.OPTIMAL, self._api.FEASIBLE}:
            if stop():
                raise Interrupted
            return Answer(None, 0, 0, is_closed=False)
        flags = np.array([variable.solution_value() > 0.5 for variable in self._variables], bool)
        chosen = self._pairs[flags]
        value = int(self._space.score[chosen].sum())
        bound = self._solver.Objective().BestBound() * UNIT
        highest = max(value, int(bound + TOLERANCE * abs(bound)))
        return Answer(chosen, value, highest, status == self._api.OPTIMAL)
