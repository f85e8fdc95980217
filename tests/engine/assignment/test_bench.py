"""The generated problems of the benchmark are the same everywhere, and of the size of the goal."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from querwerk.engine.assignment import Goal, Status, check, solve

GENERATOR = Path(__file__).resolve().parents[3] / "bench" / "assignment" / "generate.py"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_assignment_generate", GENERATOR)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_same_seed_makes_the_same_problem(generate: ModuleType) -> None:
    one, two, other = (generate.programme_round(seed, 40, 10) for seed in (7, 7, 8))
    assert np.array_equal(one.scores, two.scores)
    assert (one.pinned, one.quotas) == (two.pinned, two.quotas)
    assert not np.array_equal(one.scores, other.scores)


def test_a_small_conference_is_solved_and_proved(generate: ModuleType) -> None:
    problem = generate.conference(3, 60, 40)
    result = solve(problem, goals=[Goal.WORST_TASK, Goal.TOTAL])
    assert result.status is Status.OPTIMAL
    assert result.assignment is not None
    verdict = check(problem, result.assignment)
    assert (verdict.faults, verdict.worst_task, verdict.total) == (
        (), result.stages[0].value, result.stages[1].value
    )  # fmt: skip


def test_a_whole_round_is_solved_and_proved_with_its_quotas(generate: ModuleType) -> None:
    problem = generate.programme_round(1, 200, 40)
    result = solve(problem)
    assert result.status is Status.OPTIMAL
    assert result.assignment is not None
    assert check(problem, result.assignment).faults == ()
