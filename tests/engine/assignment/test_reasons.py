from dataclasses import replace

import numpy as np

from querwerk.engine.assignment import Problem, Quota, Reasons, Side, reason_words

PROBLEM = Problem(
    scores=np.array([[0.9, 0.8], [0.7, 0.6], [0.5, 0.0], [0.4, 0.3], [0.1, float("nan")]]),
    loads=((0, 1), (0, 1), (0, 2), (0, 0), (0, 2)),
    coverage=((1, 2), (1, 2)),
    conflicts=frozenset({(1, 1)}),
    agent_names=("Anna", "Ben", "Cem", "Dana", "Eva"),
    task_names=("Alpha", "Beta"),
)


def words(problem: Problem, agent: int, task: int, *assignment: tuple[int, int]) -> str:
    return reason_words(problem, Reasons(problem, assignment).why(agent, task))


def test_each_pair_has_a_sentence() -> None:
    given = ((0, 1), (1, 0), (2, 0))
    assert [words(PROBLEM, agent, task, *given) for agent in range(5) for task in range(2)] == [
        (
            "Anna does not have Alpha: Anna is fully used with Beta, and "
            "Alpha is full with Ben and Cem (the score here would be 0.9)."
        ),
        "Anna has Beta: score 0.8, and of the 3 who may have Beta nobody left over scores higher.",
        (
            "Ben has Alpha: score 0.7, place 2 of 5 for Alpha; "
            "Anna would score higher, but the assignment as a whole is better with them elsewhere."
        ),
        "Ben does not have Beta: they have a conflict of interest.",
        (
            "Cem has Alpha: score 0.5, place 3 of 5 for Alpha; "
            "Anna would score higher, but the assignment as a whole is better with them elsewhere."
        ),
        "Cem does not have Beta: both have room, but the score is only 0.",
        "Dana does not have Alpha: Alpha is full with Ben and Cem (the score here would be 0.4).",
        "Dana does not have Beta: Dana takes no tasks.",
        "Eva does not have Alpha: Alpha is full with Ben and Cem (the score here would be 0.1).",
        "Eva does not have Beta: this pair has no score.",
    ]


def test_pins_and_quotas_are_named() -> None:
    problem = replace(PROBLEM, pinned=frozenset({(0, 0)}), quotas=(Quota(Side.TASK, "music", frozenset({0, 2}), 0, 1),))
    assert words(problem, 0, 0, (0, 0)) == "Anna has Alpha: this pair is pinned."
    assert words(problem, 2, 0, (0, 0)) == "Cem does not have Alpha: the quota for “music” is used up."
    assert words(problem, 1, 0, (0, 0)) == (
        "Ben does not have Alpha: both have room, but other goals go first, or the search was ended early."
    )


def test_nobody_is_left_out_without_a_reason() -> None:
    problem = replace(PROBLEM, conflicts=frozenset({(4, 0), (1, 1)}))
    reasons = Reasons(problem, ((0, 1), (1, 0), (2, 0)))
    assert [(agent, None if reason is None else reason.task) for agent, reason in reasons.left_out()] == [
        (3, 0),
        (4, None),
    ]
    assert reasons.open_places() == [(1, 1)]
