"""Whole assignments: the integer program over some of the pairs, solved by CP-SAT in one thread."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from querwerk.engine.assignment.patience import Interrupted, run
from querwerk.engine.assignment.problem import Side
from querwerk.engine.assignment.result import Stop
from querwerk.engine.assignment.space import OPEN, Flags, Floors, Ints, Space


@dataclass(frozen=True, slots=True)
class Answer:
    """What came out: the best choice found, and how good the objective can be at most."""

    chosen: Ints | None
    """Numbers of pairs."""
    value: int
    """Of the objective; 0 without a choice."""
    bound: int
    is_closed: bool
    """The choice is the best, or it is proved that there is none."""


@dataclass(slots=True)
class Whole:
    """A model over these pairs, the others being left out; one objective may be added."""

    space: Space
    pairs: Ints
    floors: Floors
    taken: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    """Pairs that are in every assignment looked for; a part of `pairs`."""
    model: Any = None
    variables: Any = None
    _place: Any = None
    _is_taken: Any = None
    _is_maximised: bool = True

    def __post_init__(self) -> None:
        # OR-Tools takes a moment to load, and reading a file does not need it.
        from ortools.sat.python import cp_model  # noqa: PLC0415

        space = self.space
        self.model = cp_model.CpModel()
        is_taken = space.pinned.copy()
        is_taken[self.taken] = True
        self._place = np.full(space.pairs, -1, np.int64)
        self._place[self.pairs] = np.arange(len(self.pairs))
        self._is_taken = is_taken[self.pairs]
        self.variables = np.empty(len(self.pairs), object)
        for at, pair in enumerate(self.pairs):
            self.variables[at] = self.model.new_constant(1) if is_taken[pair] else self.model.new_bool_var("")
        for side in Side:
            for owner in range(space.count(side)):
                low, high = int(space.low[side][owner]), int(space.high[side][owner])
                self.model.add_linear_constraint(self.number(space.of(side, owner)), low, high)
        for row in space.quotas:
            self.model.add_linear_constraint(self.number(row.pairs), row.low, row.high)
        self._add_floors()

    def _add_floors(self) -> None:
        for side in Side:
            for owner in np.flatnonzero(self.floors.side(side) > OPEN):
                self.model.add(self.sum(self.space.of(side, int(owner))) >= int(self.floors.side(side)[owner]))
        if self.floors.total > OPEN:
            self.model.add(self.total() >= self.floors.total)
        for level in self.floors.levels:
            self.add_level(level.side, level.owners, level.value, level.exceptions)

    def add_level(self, side: Side, owners: Flags, value: Any, exceptions: int) -> None:
        """Ask all but a few owners for a sum of at least so much."""
        spared = []
        for owner in np.flatnonzero(owners):
            row = self.model.add(self.sum(self.space.of(side, int(owner))) >= value)
            if exceptions:
                spared.append(self.model.new_bool_var(""))
                row.only_enforce_if(~spared[-1])
        if spared:
            self.model.add(sum(spared) <= exceptions)

    def here(self, pairs: Ints) -> Ints:
        """Return those of the pairs that are in the model."""
        found: Ints = pairs[self._place[pairs] >= 0]
        return found

    def literals(self, pairs: Ints) -> list[Any]:
        """Return the variables of pairs that are in the model."""
        return list(self.variables[self._place[pairs]])

    def number(self, pairs: Ints) -> Any:
        """Return an expression: how many of these pairs are chosen."""
        return sum(self.literals(self.here(pairs)))

    def sum(self, pairs: Ints) -> Any:
        """Return an expression: the sum of scores of those of these pairs that are chosen."""
        pairs = self.here(pairs)
        pairs = pairs[self.space.score[pairs] != 0]
        return _weighted(self.literals(pairs), self.space.score[pairs])

    def total(self) -> Any:
        """Return an expression: the sum of all scores."""
        return self.sum(self.pairs)

    def hint(self, chosen: Ints | None) -> None:
        """Tell the solver where to begin."""
        if chosen is None:
            return
        is_chosen = np.zeros(self.space.pairs, bool)
        is_chosen[chosen] = True
        for variable, flag, is_taken in zip(self.variables, is_chosen[self.pairs], self._is_taken, strict=True):
            if not is_taken:
                self.model.add_hint(variable, bool(flag))

    def maximise(self, expression: Any) -> None:
        """Set the objective."""
        self.model.maximize(expression)

    def minimise(self, expression: Any) -> None:
        """Set the objective."""
        self.model.minimize(expression)
        self._is_maximised = False

    def solve(self, *, seed: int, effort: float, stop: Stop) -> Answer:
        """Search with so much effort at most (a measure of work, about a second each), or until `stop`."""
        from ortools.sat.python import cp_model  # noqa: PLC0415

        solver = cp_model.CpSolver()
        parameters = solver.parameters
        parameters.num_workers = 1
        parameters.random_seed = seed
        parameters.max_deterministic_time = effort
        parameters.catch_sigint_signal = False
        # The relaxation is nearly whole here; without all rows in it single problems took minutes instead of 20 ms.
        parameters.linearization_level = 2
        has_objective = self.model.has_objective()
        status = run(lambda: solver.solve(self.model), solver.stop_search, stop)
        if status == cp_model.MODEL_INVALID:
            raise ValueError(self.model.validate())
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            if stop():
                raise Interrupted
            bound = round(solver.best_objective_bound) if has_objective and status == cp_model.UNKNOWN else 0
            return Answer(None, 0, bound, status == cp_model.INFEASIBLE)
        flags = np.array([solver.value(variable) for variable in self.variables], bool)
        value, bound = (round(solver.objective_value), round(solver.best_objective_bound)) if has_objective else (0, 0)
        return Answer(self.pairs[flags], value, bound, status == cp_model.OPTIMAL)


def _weighted(variables: list[Any], weights: Ints) -> Any:
    from ortools.sat.python import cp_model  # noqa: PLC0415

    return cp_model.LinearExpr.weighted_sum(variables, weights.tolist()) if variables else 0
