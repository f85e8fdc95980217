"""The solver against a judge that shares nothing with it, and on tiny problems against trying everything."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from querwerk.engine.assignment import (
    GOALS,
    Assignment,
    Goal,
    Pair,
    Problem,
    Progress,
    Quota,
    Side,
    Status,
    check,
    curve,
    demand_words,
    solve,
)
from querwerk.engine.assignment.branch import branch
from querwerk.engine.assignment.relaxation import Relaxation
from querwerk.engine.assignment.space import Space
from querwerk.engine.assignment.total import Total
from querwerk.engine.assignment.whole import Whole


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    agents, tasks = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    cell = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.5, 0.75, 1.0, -0.5, float("nan")])
    scores = np.array([[draw(cell) for _ in range(tasks)] for _ in range(agents)])
    every = [(agent, task) for agent in range(agents) for task in range(tasks)]
    rarely = st.frozensets(st.sampled_from(every), max_size=2)
    problem = Problem(
        scores=scores,
        loads=tuple(_range(draw, tasks) for _ in range(agents)),
        coverage=tuple(_range(draw, agents) for _ in range(tasks)),
        conflicts=draw(rarely) if draw(st.booleans()) else frozenset(),
        excluded=draw(rarely) if draw(st.booleans()) else frozenset(),
        agent_organisations=tuple(draw(st.sampled_from(["", "", "A", "B"])) for _ in range(agents)),
        task_organisations=tuple(draw(st.sampled_from(["", "", "A", "C"])) for _ in range(tasks)),
        quotas=tuple(_quota(draw, agents, tasks, f"group{index}") for index in range(draw(st.integers(0, 2)))),
    )
    free = [pair for pair in every if not problem.bar(*pair)]
    if not free:
        return problem
    return replace(problem, pinned=draw(st.frozensets(st.sampled_from(free), max_size=1)))


def _range(draw: st.DrawFn, partners: int) -> tuple[int, int]:
    least = min(draw(st.sampled_from([0, 0, 0, 1, 1, 2])), partners)
    return least, draw(st.integers(least, partners))


def _quota(draw: st.DrawFn, agents: int, tasks: int, group: str) -> Quota:
    each = draw(st.sampled_from(Side))
    own, other = (agents, tasks) if each is Side.AGENT else (tasks, agents)
    least = draw(st.integers(0, 1))
    return Quota(
        each,
        group,
        draw(st.frozensets(st.integers(0, other - 1), min_size=1)),
        least,
        draw(st.none() | st.integers(least, 2)),
        draw(st.none() | st.frozensets(st.integers(0, own - 1), min_size=1)),
    )


def valid(problem: Problem) -> Iterator[tuple[Assignment, tuple[float, float, float, int]]]:
    """Try everything, judged by the checker; with each how good it is."""
    every = [pair for pair in np.ndindex(problem.agents, problem.tasks) if not problem.bar(pair[0], pair[1])]
    for size in range(len(every) + 1):
        for chosen in itertools.combinations(every, size):
            pairs: Assignment = tuple((agent, task) for agent, task in chosen)
            verdict = check(problem, pairs)
            if verdict.is_valid:
                yield pairs, (verdict.worst_task, verdict.worst_agent, verdict.total, -verdict.blocking)


@settings(max_examples=60)
@given(problems())
def test_solver_finds_what_trying_everything_finds(problem: Problem) -> None:
    result = solve(problem)
    best = max((worth for _, worth in valid(problem)), default=None)
    if best is None:
        assert (result.status, result.assignment, result.stages) == (Status.INFEASIBLE, None, ())
        return
    assert result.status is Status.OPTIMAL
    assert result.assignment is not None
    verdict = check(problem, result.assignment)
    assert verdict.faults == ()
    assert (verdict.worst_task, verdict.worst_agent, verdict.total, -verdict.blocking) == best
    values = {stage.goal: stage.value for stage in result.stages}
    expected = dict(zip(GOALS, (*best[:3], -best[3]), strict=True))
    assert values == {goal: expected[goal] for goal in values}
    assert all(stage.proved and stage.bound == stage.value for stage in result.stages)


@settings(max_examples=30)
@given(problems())
def test_next_worst_are_raised_in_turn(problem: Problem) -> None:
    result = solve(problem, goals=[Goal.WORST_TASK, Goal.TOTAL], levels=problem.tasks)
    best = max((_sorted_sums(problem, pairs) for pairs, _ in valid(problem)), default=None)
    if best is None:
        assert result.status is Status.INFEASIBLE
        return
    assert result.assignment is not None
    assert _sorted_sums(problem, result.assignment) == best
    assert [stage.value for stage in result.stages if stage.goal is Goal.WORST_TASK] == [
        value / 1_000_000 for value in best
    ]


def _sorted_sums(problem: Problem, pairs: Assignment) -> list[int]:
    sums = [0] * problem.tasks
    for agent, task in pairs:
        sums[task] += int(problem.units[agent, task])
    return sorted(sums)


@settings(max_examples=60)
@given(problems())
def test_a_conflict_ends_when_any_of_its_demands_is_left_out(problem: Problem) -> None:
    result = solve(problem)
    if result.status is not Status.INFEASIBLE:
        return
    every = [(agent, task) for agent in range(problem.agents) for task in range(problem.tasks)]
    assert result.conflict
    for left_out in (None, *result.conflict):
        demands = [demand_words(problem, demand) for demand in result.conflict if demand is not left_out]
        can_be = any(
            all(_is_met(problem, words, frozenset(chosen)) for words in demands)
            for size in range(len(every) + 1)
            for chosen in itertools.combinations(every, size)
        )
        assert can_be == (left_out is not None)


def _is_met(problem: Problem, words: str, chosen: frozenset[Pair]) -> bool:
    """Judge a demand by its words alone, as a reader would."""
    if " is pinned to task " in words:
        agent, task = words.removeprefix("agent ").split(" is pinned to task ")
        return (int(agent) - 1, int(task) - 1) in chosen
    side, number, *rest = words.split()
    at = 0 if side == "agent" else 1
    own = [pair for pair in chosen if pair[at] == int(number) - 1]
    if rest[:2] == ["cannot", "have"]:
        names = words.partition("have ")[2].partition(":")[0].replace(" and ", ", ").split(", ")
        assert "others" not in words
        return not any(f"agent {agent + 1}" in names for agent, _ in own)
    for quota in problem.quotas:
        if f"“{quota.group}”" in rest:
            return _counts(rest, sum(pair[1 - at] in quota.members for pair in own))
    return _counts(rest, len(own))


def _counts(rest: list[str], count: int) -> bool:
    return count >= int(rest[3]) if rest[2] == "least" else count <= int(rest[3])


def fair() -> Problem:
    """Twelve jurors and eight applications, some of them hard to judge."""
    scores = np.random.default_rng(5).random((12, 8)).round(3)
    scores[:, 0] *= 0.3
    return Problem(scores, ((0, 3),) * 12, ((3, 3),) * 8)


def test_a_later_goal_costs_an_earlier_one_nothing() -> None:
    worst_first, total_first = solve(fair()), solve(fair(), goals=[Goal.TOTAL, Goal.WORST_TASK])
    assert worst_first.status is total_first.status is Status.OPTIMAL
    by_worst = {stage.goal: stage.value for stage in worst_first.stages}
    by_total = {stage.goal: stage.value for stage in total_first.stages}
    assert by_worst[Goal.WORST_TASK] >= by_total[Goal.WORST_TASK]
    assert by_worst[Goal.TOTAL] <= by_total[Goal.TOTAL]


def test_the_curve_leads_from_the_best_total_to_the_best_worst_task() -> None:
    points = curve(fair(), 5)
    best_total = solve(fair(), goals=[Goal.TOTAL]).stages[0].value
    best_worst = solve(fair()).stages[0].value
    assert points[0].total == best_total
    assert points[-1].worst_task == best_worst
    assert [point.total for point in points] == sorted((point.total for point in points), reverse=True)
    assert all(point.proved and point.bound == point.total for point in points)


def test_same_seed_same_assignment() -> None:
    assert solve(fair(), seed=3).assignment == solve(fair(), seed=3).assignment


def test_stopped_at_once_the_plainest_assignment_is_returned() -> None:
    result = solve(fair(), goals=[Goal.TOTAL], stop=lambda: True)
    assert result.assignment is not None
    assert result.status is Status.FEASIBLE
    assert check(fair(), result.assignment).is_valid
    best = solve(fair(), goals=[Goal.TOTAL]).stages[0].value
    assert result.stages[0].value <= best <= result.stages[0].bound


def test_stopped_at_once_without_a_plain_assignment_nothing_is_known() -> None:
    """The first two tasks take the agents that suit them best, and leave none for the third."""
    scores = np.array([[1.0, 0.0, 0.5], [0.5, 0.5, 0.0], [0.0, 1.0, 0.5]])
    apart = frozenset({(0, 1), (1, 2), (2, 0)})
    problem = Problem(scores, ((0, 1),) * 3, ((1, 1),) * 3, excluded=apart)
    result = solve(problem, stop=lambda: True)
    assert (result.status, result.assignment, result.stages) == (Status.UNKNOWN, None, ())


def test_stopped_later_the_best_so_far_is_returned_with_its_bounds() -> None:
    best = solve(fair())
    for patience in range(1, 12):
        calls = itertools.count()
        result = solve(fair(), stop=lambda calls=calls, patience=patience: next(calls) > patience)  # type: ignore[misc]
        if result.assignment is None:
            assert result.status is Status.UNKNOWN
            continue
        assert check(fair(), result.assignment).is_valid
        assert sorted(stage.goal for stage in result.stages) == sorted(GOALS)
        assert result.stages[0].value <= best.stages[0].value <= result.stages[0].bound
        assert result.status in {Status.OPTIMAL, Status.FEASIBLE}


def test_progress_tells_of_each_goal() -> None:
    told: list[Progress] = []
    result = solve(fair(), report=told.append)
    assert {progress.goal for progress in told} == set(GOALS[:3])
    last = {progress.goal: (progress.value, progress.bound) for progress in told}
    assert last == {stage.goal: (stage.value, stage.bound) for stage in result.stages[:3]}


def test_demands_that_only_whole_pairs_break_are_named() -> None:
    """Exactly one of every two of three agents: halves would do, whole ones do not."""
    pairs = {"first two": (0, 1), "last two": (1, 2), "outer two": (0, 2)}
    quotas = tuple(Quota(Side.TASK, name, frozenset(pair), 1, 1) for name, pair in pairs.items())
    problem = Problem(np.ones((3, 1)), ((0, 1),) * 3, ((0, 3),), quotas=quotas)
    result = solve(problem)
    assert result.status is Status.INFEASIBLE
    assert sorted(demand_words(problem, demand) for demand in result.conflict) == [
        "task 1 has at least 1 agent of “first two”",
        "task 1 has at least 1 agent of “last two”",
        "task 1 has at least 1 agent of “outer two”",
        "task 1 has at most 1 agent of “first two”",
        "task 1 has at most 1 agent of “last two”",
        "task 1 has at most 1 agent of “outer two”",
    ]


@pytest.mark.parametrize("goal", GOALS)
def test_each_goal_alone(goal: Goal) -> None:
    result = solve(fair(), goals=[goal])
    assert [(stage.goal, stage.proved) for stage in result.stages] == [(goal, True)]


def test_branch_and_bound_finds_what_the_search_over_all_pairs_finds() -> None:
    generator = np.random.default_rng(7)
    for _ in range(6):
        scores = generator.integers(-20, 100, (7, 5)) / 100
        quota = Quota(Side.TASK, "one of the first", frozenset({0, 1, 2}), 1, 2)
        problem = Problem(scores, ((1, 3),) * 7, ((2, 2),) * 5, pinned=frozenset({(0, 0)}), quotas=(quota,))
        space = Space(problem)
        everything = np.arange(space.pairs)
        floors = space.open_floors().raised(Side.TASK, space.able(Side.TASK), 300_000)
        whole = Whole(space, everything, floors)
        whole.maximise(whole.total())
        expected = whole.solve(seed=1, effort=10, stop=lambda: False)
        found = branch(space, everything, floors, everything[:0], None, nodes=10_000, seed=1, stop=lambda: False)
        assert found.chosen is not None
        assert (found.value, found.bound, found.is_closed) == (expected.value, expected.bound, True)
        assert Total(space, Relaxation(space, lambda: False), 1, lambda: False).fulfils(found.chosen, floors)
