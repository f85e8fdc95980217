import numpy as np

from querwerk.engine.assignment import Problem, Quota, Side, check

PROBLEM = Problem(
    scores=np.array([[0.9, 0.2, 0.5], [0.4, float("nan"), 0.1], [0.8, 0.3, -0.2]]),
    loads=((1, 2), (0, 1), (0, 2)),
    coverage=((1, 2), (1, 1), (0, 1)),
    conflicts=frozenset({(2, 0)}),
    excluded=frozenset({(0, 2)}),
    pinned=frozenset({(1, 0)}),
    quotas=(Quota(Side.TASK, "music", frozenset({0, 2}), 1, 1, frozenset({0, 1})),),
    agent_names=("Anna", "Ben", "Cem"),
    task_names=("Alpha", "Beta", "Gamma"),
    agent_organisations=("", "", "HTW"),
    task_organisations=("", "", "HTW"),
)


def faults(*pairs: tuple[int, int]) -> list[str]:
    return list(check(PROBLEM, pairs).faults)


def test_a_valid_assignment_is_measured() -> None:
    verdict = check(PROBLEM, ((0, 0), (1, 0), (2, 1)))
    assert verdict.faults == ()
    assert (verdict.worst_task, verdict.worst_agent, verdict.total) == (0.0, 0.3, 1.6)
    assert verdict.blocking == 0


def test_whoever_both_gain_by_each_other_block() -> None:
    verdict = check(PROBLEM, ((0, 1), (1, 0)))
    assert verdict.faults == ("Alpha has 0 of “music”, not 1",)
    assert verdict.blocking == 2, (
        "Anna and Alpha have room for each other; Cem has room, and Beta likes him more than Anna"
    )


def test_every_demand_is_judged() -> None:
    valid = ((0, 0), (1, 0), (2, 1))
    assert faults(*valid, (2, 1)) == [
        "Cem and Beta are paired 2 times",
        "Beta has 2 agents, not 1",
        "Beta has 2 of “music”, not 1",
    ]
    assert faults(*valid, (2, 2)) == ["Cem and Gamma must not be paired: both belong to HTW"]
    assert faults(*valid, (0, 2)) == ["Anna and Gamma must not be paired: this pair is excluded"]
    assert faults((0, 0), (2, 1)) == ["Ben is pinned to Alpha, but not assigned"]
    assert faults((1, 0), (2, 1)) == ["Anna has 0 tasks, not 1 to 2", "Alpha has 0 of “music”, not 1"]
    assert faults(*valid, (1, 2)) == ["Ben has 2 tasks, not 0 to 1"]
    assert faults((0, 0), (1, 0)) == ["Beta has 0 agents, not 1", "Beta has 0 of “music”, not 1"]
    assert "Cem and Alpha must not be paired: they have a conflict of interest" in faults(*valid, (2, 0))
    assert "Ben and Beta must not be paired: this pair has no score" in faults(*valid, (1, 1))
    assert faults((3, 0), (0, -1)) == [
        "there is no pair of agent 4 and task 1",
        "there is no pair of agent 1 and task 0",
    ]
