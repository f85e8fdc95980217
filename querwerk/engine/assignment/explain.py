"""Why there is no assignment: a small set of demands that cannot be met together.

Each demand says how many of some pairs are taken. A relaxation in which each may be broken at a price names those that
contradict each other; then each is left out once more, and stays out when the contradiction stays. So leaving out any one
of what remains ends it. Where only whole pairs contradict, the same is done with whole assignments.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from querwerk.engine.assignment.patience import Interrupted, run
from querwerk.engine.assignment.problem import Bar, Problem, Side
from querwerk.engine.assignment.result import Demand, DemandKind, Stop
from querwerk.engine.assignment.space import Ints

EFFORT = 20.0
"""Of the question whether some demands contradict each other, in CP-SAT's measure of work."""
BROKEN = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """So many of these pairs; a pair is agent × tasks + task."""

    demand: Demand
    pairs: Ints
    low: int
    high: int


def conflict(problem: Problem, seed: int, stop: Stop) -> tuple[Demand, ...]:
    """Return demands that cannot be met together; empty when time is over."""
    rows = _rows(problem)
    try:
        core = _contradiction(rows, stop)
        if core is None:
            core = _halved(rows, seed, stop)
        for row in list(core):
            rest = [other for other in core if other is not row]
            if row not in core or not rest:
                continue
            smaller = _contradiction(rest, stop)
            if smaller is not None:
                core = smaller
            elif _is_contradictory(rest, seed, stop):
                core = rest
    except Interrupted:
        return ()
    return tuple(row.demand for row in core)


def _rows(problem: Problem) -> list[_Row]:
    """Return all demands, the most telling ones last: what comes first is left out first."""
    every = np.arange(problem.agents * problem.tasks).reshape(problem.agents, problem.tasks)
    rows = [
        *_bar_rows(problem, every),
        *(_Row(Demand(DemandKind.PINNED, agent=agent, task=task), every[agent, [task]], 1, 1)
          for agent, task in sorted(problem.pinned)),
    ]  # fmt: skip
    for side, ranges in ((Side.AGENT, problem.loads), (Side.TASK, problem.coverage)):
        for owner, (low, high) in enumerate(ranges):
            pairs = every[owner] if side is Side.AGENT else every[:, owner]
            if high < len(pairs):
                rows.append(_Row(_owned(DemandKind.AT_MOST, side, owner, high), pairs, 0, high))
            if low > 0:
                rows.append(_Row(_owned(DemandKind.AT_LEAST, side, owner, low), pairs, low, len(pairs)))
    return rows + _quota_rows(problem, every)


def _owned(kind: DemandKind, side: Side, owner: int, number: int, group: str = "") -> Demand:
    return Demand(
        kind,
        agent=owner if side is Side.AGENT else None,
        task=owner if side is Side.TASK else None,
        number=number,
        group=group,
    )


def _bar_rows(problem: Problem, every: Ints) -> list[_Row]:
    rows = []
    for task in range(problem.tasks):
        column = problem.bars[:, task]
        for bar in Bar:
            barred = np.flatnonzero(column == bar)
            if bar and len(barred):
                partners = tuple(int(agent) for agent in barred)
                rows.append(
                    _Row(Demand(DemandKind.BARRED, task=task, bar=bar, partners=partners), every[barred, task], 0, 0)
                )
    return rows


def _quota_rows(problem: Problem, every: Ints) -> list[_Row]:
    rows = []
    for quota in problem.quotas:
        owners = range(problem.agents if quota.each is Side.AGENT else problem.tasks)
        for owner in owners if quota.only is None else sorted(quota.only):
            members = sorted(quota.members)
            pairs = every[owner, members] if quota.each is Side.AGENT else every[members, owner]
            if quota.at_least > 0:
                demand = _owned(DemandKind.QUOTA_AT_LEAST, quota.each, owner, quota.at_least, quota.group)
                rows.append(_Row(demand, pairs, quota.at_least, max(len(pairs), quota.at_least)))
            if quota.at_most is not None and quota.at_most < len(pairs):
                demand = _owned(DemandKind.QUOTA_AT_MOST, quota.each, owner, quota.at_most, quota.group)
                rows.append(_Row(demand, pairs, 0, quota.at_most))
    return rows


def _contradiction(rows: list[_Row], stop: Stop) -> list[_Row] | None:
    """Return those of the demands that split pairs cannot meet either; None: they can meet all."""
    from ortools.linear_solver.python import model_builder_helper as helper  # noqa: PLC0415

    model: Any = helper.ModelBuilderHelper()
    variables = {
        int(pair): _variable(helper, model, 1.0, 0.0) for pair in np.unique(np.concatenate([row.pairs for row in rows]))
    }
    slacks = []
    for row in rows:
        number = model.add_linear_constraint()
        model.set_constraint_lower_bound(number, float(row.low))
        model.set_constraint_upper_bound(number, float(row.high))
        terms = [variables[int(pair)] for pair in row.pairs]
        model.add_terms_to_constraint(number, terms, [1.0] * len(terms))
        for sign in (1.0, -1.0):
            slacks.append(_variable(helper, model, np.inf, 1.0))
            model.add_terms_to_constraint(number, [slacks[-1]], [sign])
    model.set_maximize(False)
    solver: Any = helper.ModelSolverHelper("glop")
    run(lambda: solver.solve(model), solver.interrupt_solve, stop)
    if stop() or not solver.has_solution():
        raise Interrupted
    if solver.objective_value() < BROKEN:
        return None
    return [row for row, dual in zip(rows, solver.dual_values(), strict=True) if abs(dual) > BROKEN]


def _variable(helper: Any, model: Any, high: float, worth: float) -> Any:
    index = model.add_var()
    model.set_var_lower_bound(index, 0.0)
    model.set_var_upper_bound(index, high)
    model.set_var_objective_coefficient(index, worth)
    return helper.Variable(model, index)


def _halved(rows: list[_Row], seed: int, stop: Stop) -> list[_Row]:
    """Leave out large parts as long as the rest still contradicts itself, then smaller ones."""
    size = len(rows) // 2
    while size >= 1:
        at = 0
        while at < len(rows):
            rest = rows[:at] + rows[at + size :]
            if rest and _is_contradictory(rest, seed, stop):
                rows = rest
            else:
                at += size
        size //= 2
    return rows


def _is_contradictory(rows: list[_Row], seed: int, stop: Stop) -> bool:
    """Whether it is proved that whole pairs cannot meet these demands."""
    from ortools.sat.python import cp_model  # noqa: PLC0415

    model = cp_model.CpModel()
    pairs = np.unique(np.concatenate([row.pairs for row in rows]))
    variables = {int(pair): model.new_bool_var("") for pair in pairs}
    for row in rows:
        model.add_linear_constraint(sum(variables[int(pair)] for pair in row.pairs), row.low, row.high)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = EFFORT
    solver.parameters.catch_sigint_signal = False
    status = run(lambda: solver.solve(model), solver.stop_search, stop)
    if stop():
        raise Interrupted
    return bool(status == cp_model.INFEASIBLE)
