"""Rivals, written from their published descriptions.

- `greatest_total` is TPMS (Charlin and Zemel): the assignment with the greatest total, a minimum-cost flow.
- `naive` is the obvious CP-SAT model: one Boolean for each pair, first the worst task as objective, then the total.
- `fair_flow` and `fair_ir` follow Kobren, Saha and McCallum, *Paper Matching with Local Fairness Constraints* (KDD 2019).
"""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow
from ortools.linear_solver.python import model_builder_helper
from ortools.sat.python import cp_model

from querwerk.engine.assignment import Assignment, Problem

UNIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rival found; None where it found nothing in its time."""

    assignment: Assignment | None
    cpu_seconds: float


def greatest_total(problem: Problem) -> Answer:
    """Assign for the greatest total alone."""
    began = time.process_time()
    low = [least for least, _ in problem.loads]
    chosen = _flow(problem, problem.units.astype(float), low, [most for _, most in problem.loads], _coverage(problem))
    return Answer(chosen, time.process_time() - began)


def naive(problem: Problem, limit: float) -> Answer:
    """Raise the worst task, then the total, each over all pairs."""
    began = time.process_time()
    model = cp_model.CpModel()
    pairs = _pairs(problem)
    variables = {pair: model.new_bool_var("") for pair in pairs}
    by_agent: dict[int, list[Any]] = {agent: [] for agent in range(problem.agents)}
    by_task: dict[int, list[tuple[int, int]]] = {task: [] for task in range(problem.tasks)}
    for agent, task in pairs:
        by_agent[agent].append(variables[agent, task])
        by_task[task].append((agent, task))
    for agent, (least, most) in enumerate(problem.loads):
        model.add_linear_constraint(sum(by_agent[agent]), least, most)
    worst = model.new_int_var(-100 * UNIT, 100 * UNIT, "")
    units = problem.units
    for task, (least, most) in enumerate(problem.coverage):
        own = [variables[pair] for pair in by_task[task]]
        model.add_linear_constraint(sum(own), least, most)
        model.add(cp_model.LinearExpr.weighted_sum(own, [int(units[pair]) for pair in by_task[task]]) >= worst)
    total = cp_model.LinearExpr.weighted_sum(list(variables.values()), [int(units[pair]) for pair in pairs])
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = limit
    model.maximize(worst)
    if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Answer(None, time.process_time() - began)
    model.add(worst >= solver.value(worst))
    model.clear_objective()
    model.maximize(total)
    found = solver.solve(model) in {cp_model.OPTIMAL, cp_model.FEASIBLE}
    chosen = tuple(pair for pair in pairs if solver.value(variables[pair])) if found else None
    return Answer(chosen, time.process_time() - began)


def fair_flow(problem: Problem) -> Answer:
    """FairFlow: from the greatest total, move agents from well-served tasks to those below a threshold, which is searched."""
    began = time.process_time()
    best: Assignment | None = None
    low, high = 0.0, float(np.sort(problem.units, axis=0)[-max(_coverage(problem)) :].sum(axis=0).min())
    for _ in range(10):
        middle = (low + high) / 2
        found = _fair_flow_at(problem, middle)
        worst = -1 if found is None else min(_sums(problem, found))
        if found is not None and (best is None or worst > min(_sums(problem, best))):
            best = found
        low, high = (middle, high) if worst >= middle - _highest(problem) else (low, middle)
    return Answer(best, time.process_time() - began)


def _fair_flow_at(problem: Problem, threshold: float) -> Assignment | None:
    """Fill up tasks below the threshold with those agents that tasks above it can spare, round by round."""
    highs = [most for _, most in problem.loads]
    chosen = _flow(
        problem, problem.units.astype(float), [least for least, _ in problem.loads], highs, _coverage(problem)
    )
    best = chosen
    for _ in range(8):
        if chosen is None:
            return best
        sums = np.array(_sums(problem, chosen))
        needy = sums < threshold
        if best is None or sums.min() > min(_sums(problem, best)):
            best = chosen
        if not needy.any():
            return chosen
        # The refinement step as a flow: what needy tasks gain counts more than what rich ones lose.
        worth = problem.units * np.where(needy, 4.0, np.where(sums > threshold + _highest(problem), 0.5, 1.0))
        chosen = _flow(problem, worth, [least for least, _ in problem.loads], highs, _coverage(problem))
    return best


def fair_ir(problem: Problem) -> Answer:
    """FairIR: relax with a floor for every task, fix what is whole, drop a floor whose task is nearly fixed, repeat."""
    began = time.process_time()
    low, high = 0.0, float(np.sort(problem.units, axis=0)[-max(_coverage(problem)) :].sum(axis=0).min())
    threshold = high
    for _ in range(6):
        if _relaxed(problem, threshold, {}, set()) is not None:
            break
        threshold = (low + threshold) / 2
    fixed: dict[tuple[int, int], int] = {}
    dropped: set[int] = set()
    while True:
        share = _relaxed(problem, threshold, fixed, dropped)
        if share is None:
            return Answer(None, time.process_time() - began)
        whole = {pair: round(value) for pair, value in share.items() if abs(value - round(value)) < 1e-6}
        if len(whole) == len(share):
            chosen = tuple(sorted(pair for pair, value in whole.items() if value))
            return Answer(chosen, time.process_time() - began)
        is_stuck = len(whole) == len(fixed)
        fixed = whole
        split: dict[int, int] = {}
        for _, task in share.keys() - whole.keys():
            split[task] = split.get(task, 0) + 1
        loose = {task for task, count in split.items() if count <= 3}
        dropped |= loose - dropped or ({min(split, key=lambda task: split[task])} if is_stuck else set())


def _relaxed(
    problem: Problem, threshold: float, fixed: dict[tuple[int, int], int], dropped: set[int]
) -> dict[tuple[int, int], float] | None:
    helper: Any = model_builder_helper
    model: Any = helper.ModelBuilderHelper()
    pairs = _pairs(problem)
    by_agent: list[list[Any]] = [[] for _ in range(problem.agents)]
    by_task: list[list[Any]] = [[] for _ in range(problem.tasks)]
    worth: list[list[float]] = [[] for _ in range(problem.tasks)]
    for agent, task in pairs:
        index = model.add_var()
        at = fixed.get((agent, task))
        model.set_var_lower_bound(index, 0.0 if at is None else float(at))
        model.set_var_upper_bound(index, 1.0 if at is None else float(at))
        score = float(problem.units[agent, task]) / UNIT
        model.set_var_objective_coefficient(index, score)
        variable = helper.Variable(model, index)
        by_agent[agent].append(variable)
        by_task[task].append(variable)
        worth[task].append(score)
    model.set_maximize(True)

    def row(terms: list[Any], weights: list[float], low: float, high: float) -> None:
        number = model.add_linear_constraint()
        model.set_constraint_lower_bound(number, low)
        model.set_constraint_upper_bound(number, high)
        model.add_terms_to_constraint(number, terms, weights)

    for agent, (least, most) in enumerate(problem.loads):
        row(by_agent[agent], [1.0] * len(by_agent[agent]), float(least), float(most))
    for task, (least, most) in enumerate(problem.coverage):
        row(by_task[task], [1.0] * len(by_task[task]), float(least), float(most))
        if task not in dropped:
            row(by_task[task], worth[task], threshold / UNIT - 1e-9, float("inf"))
    solver: Any = helper.ModelSolverHelper("glop")
    solver.set_solver_specific_parameters("use_dual_simplex: true")
    solver.solve(model)
    if not solver.has_solution():
        return None
    return dict(zip(pairs, (float(value) for value in solver.variable_values()), strict=True))


def _flow(
    problem: Problem, worth: NDArray[np.float64], low: list[int], high: list[int], coverage: list[int]
) -> Assignment | None:
    """Solve one minimum-cost flow: source, agents, tasks; what an agent has to have goes over an arc of its own."""
    flow = min_cost_flow.SimpleMinCostFlow()
    pairs = np.array(_pairs(problem))
    agents, tasks = problem.agents, problem.tasks
    source, bonus = agents + tasks, int(np.abs(worth).max()) * (tasks + agents) + 1
    costs = -np.rint(worth[pairs[:, 0], pairs[:, 1]]).astype(np.int64)
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        pairs[:, 0], pairs[:, 1] + agents, np.ones(len(pairs), np.int64), costs
    )
    for agent in range(agents):
        if low[agent]:
            flow.add_arc_with_capacity_and_unit_cost(source, agent, low[agent], -bonus)
        flow.add_arc_with_capacity_and_unit_cost(source, agent, high[agent] - low[agent], 0)
    for task in range(tasks):
        flow.set_node_supply(agents + task, -coverage[task])
    flow.set_node_supply(source, sum(coverage))
    if flow.solve() != flow.OPTIMAL:
        return None
    taken = pairs[flow.flows(arcs) > 0]
    return tuple(sorted((int(agent), int(task)) for agent, task in taken))


def _pairs(problem: Problem) -> list[tuple[int, int]]:
    return [(int(agent), int(task)) for agent, task in np.argwhere(problem.bars == 0)]


def _coverage(problem: Problem) -> list[int]:
    return [most for _, most in problem.coverage]


def _sums(problem: Problem, chosen: Assignment) -> list[int]:
    sums = [0] * problem.tasks
    for agent, task in chosen:
        sums[task] += int(problem.units[agent, task])
    return sums


def _highest(problem: Problem) -> float:
    return float(problem.units.max())
