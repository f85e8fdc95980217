"""Measures the assignment engine: ``make bench-assignment``.

The published problems are not part of this repository, because their authors state no licence; BENCH_DATA names the folder in
which ``assignment/midl/*.npy`` and ``assignment/pref/*.npz`` are. The large ones are generated. Time is CPU seconds of one
thread, without importing the libraries. Each problem has a process of its own.
"""

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import generate
import numpy as np
import rival

from querwerk.engine.assignment import Assignment, Goal, Problem, Result, Status, check, curve, read, solve

ROOT = Path(__file__).resolve().parents[2]
GOALS = (Goal.WORST_TASK, Goal.TOTAL)
PUBLISHED = {"midl": "FairFlow 0.94/197.67, FairIR 0.93/201.83, PeerReview4All 0.92/197.32"}
LIMIT = 60.0
"""CPU seconds for each problem; on an idle machine about seconds on the clock."""


@dataclass(frozen=True, slots=True)
class Row:
    """One problem and one way to solve it."""

    instance: str
    solver: str
    published: str
    worst_task: float | None
    total: float | None
    worst_task_bound: float | None
    total_bound: float | None
    proved: bool
    cpu_seconds: float
    seconds: float
    ratio: float | None
    """How many times as long as ours it takes."""
    wrong: str
    """Why the answer is wrong; empty: it is not."""


def midl(folder: Path, *, at_least: bool) -> Problem:
    """Return MIDL 2018, with or without the smallest loads."""
    scores, covs = np.load(folder / "scores.npy"), np.load(folder / "covs.npy")
    most, least = np.load(folder / "loads.npy"), np.load(folder / "loads-lb.npy")
    loads = tuple((int(low) if at_least else 0, int(high)) for low, high in zip(least, most, strict=True))
    return Problem(scores, loads, tuple((int(cov), int(cov)) for cov in covs))


def preferences(file: Path) -> Problem:
    """Return bids, three reviews for each paper and so much for each reviewer that there is some choice."""
    agents, tasks = np.load(file)["similarity_matrix"].shape
    return read(file, load=(0, 3 * tasks // agents + 2), coverage=(3, 3))


def instances(folder: Path) -> dict[str, Callable[[], Problem]]:
    """Return all problems by name, small ones first."""
    return {
        "midl": lambda: midl(folder / "midl", at_least=False),
        "midl with smallest loads": lambda: midl(folder / "midl", at_least=True),
        **{file.stem: lambda file=file: preferences(file) for file in sorted((folder / "pref").glob("*.npz"))},  # type: ignore[misc]
        "round 1000 x 200": lambda: generate.programme_round(1),
        "conference 2600 x 1400": lambda: generate.conference(1),
    }


def measure(name: str, folder: Path, *, rivals: bool) -> list[Row]:
    """Solve one problem, check the answer, and let the rivals solve it too."""
    problem = instances(folder)[name]()
    solve(Problem(np.ones((2, 2)), ((0, 1),) * 2, ((1, 1),) * 2))  # Loads the libraries.
    cpu, clock = time.process_time(), time.monotonic()
    result = solve(problem, goals=GOALS, stop=lambda: time.process_time() - cpu > LIMIT)
    spent = time.process_time() - cpu, time.monotonic() - clock
    ours = _row(name, problem, "querwerk", result.assignment, spent, result=result)
    rows = [ours]
    if rivals:
        ways: dict[str, Callable[[], rival.Answer]] = {"greatest total": lambda: rival.greatest_total(problem)}
        if problem.agents * problem.tasks < 50_000:
            ways |= {
                "naive CP-SAT": lambda: rival.naive(problem, LIMIT / 2),
                "like FairFlow": lambda: rival.fair_flow(problem),
                "like FairIR": lambda: rival.fair_ir(problem),
            }
        if problem.quotas:
            ways = {}
        for solver, way in ways.items():
            clock = time.monotonic()
            answer = way()
            spent = answer.cpu_seconds, time.monotonic() - clock
            rows.append(_row(name, problem, solver, answer.assignment, spent, ours=ours.cpu_seconds))
    return rows


def _row(
    name: str, problem: Problem, solver: str, assignment: Assignment | None, spent: tuple[float, float], *,
    result: Result | None = None, ours: float | None = None,
) -> Row:  # fmt: skip
    verdict = None if assignment is None else check(problem, assignment)
    bounds = {stage.goal: stage.bound for stage in result.stages} if result else {}
    wrong = "nothing found" if verdict is None else "; ".join(verdict.faults[:2])
    if result and verdict:
        said = {stage.goal: stage.value for stage in result.stages}
        if (said[Goal.WORST_TASK], said[Goal.TOTAL]) != (verdict.worst_task, verdict.total):
            wrong = wrong or "the checker measures something else"
    return Row(
        name, solver, PUBLISHED.get(name, ""),
        verdict.worst_task if verdict else None, verdict.total if verdict else None,
        bounds.get(Goal.WORST_TASK), bounds.get(Goal.TOTAL),
        bool(result) and result.status is Status.OPTIMAL, spent[0], spent[1],
        None if ours is None else spent[0] / max(ours, 0.001), wrong,
    )  # fmt: skip


def line(row: Row) -> str:
    """Return one line of the table."""
    bounds = "" if row.worst_task_bound is None else f"{row.worst_task_bound:8.4f} {row.total_bound:10.4f}"
    values = f"{'-':>8} {'-':>10}" if row.worst_task is None else f"{row.worst_task:8.4f} {row.total:10.4f}"
    ratio = "" if row.ratio is None else f"{row.ratio:.1f}"
    mark = "proved" if row.proved else ""
    return f"{row.instance:25} {row.solver:15} {values} {bounds:19} {mark:6} {row.cpu_seconds:7.2f} {row.seconds:7.2f} {ratio:>6} {row.wrong}"


def in_own_process(name: str, folder: Path, *, rivals: bool) -> Iterator[Row]:
    """Measure in a process that has done nothing yet, so that none profits from another."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        yield from pool.apply(measure, (name, folder), {"rivals": rivals})


def print_curve(name: str, problem: Problem, points: int) -> None:
    """Print what raising the worst task costs."""
    cpu = time.process_time()
    print(f"\n{name}: worst task, best total, bound")
    for point in curve(problem, points, stop=lambda: time.process_time() - cpu > 5 * LIMIT):
        print(f"{point.worst_task:10.4f} {point.total:10.4f} {point.bound:10.4f} {'proved' if point.proved else ''}")


def main() -> int:
    """Print the tables; exit code 1 when an answer is wrong or missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there")
    parser.add_argument("--only", default="", metavar="TEXT", help="only problems whose name begins so")
    parser.add_argument("--without-rivals", action="store_true")
    parser.add_argument("--curve", type=int, default=0, metavar="N", help="print the curves of MIDL with N points")
    arguments = parser.parse_args()
    folder = Path(os.environ.get("BENCH_DATA") or ROOT.parent / "shared" / "data") / "assignment"
    if not folder.is_dir():
        print(f"There are no problems in {folder}; set BENCH_DATA.", file=sys.stderr)
        return 2
    print(
        f"{'instance':25} {'solver':15} {'worst':>8} {'total':>10} {'at most':>8} {'at most':>10} {'':6} {'CPU s':>7} {'s':>7} {'ratio':>6}"
    )
    done = []
    for name in instances(folder):
        if name.startswith(arguments.only):
            for row in in_own_process(name, folder, rivals=not arguments.without_rivals):
                done.append(row)
                print(line(row), flush=True)
    if arguments.curve:
        for at_least in (False, True):
            words = "midl with smallest loads" if at_least else "midl"
            print_curve(words, midl(folder / "midl", at_least=at_least), arguments.curve)
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(row) for row in done], indent=1) + "\n")
    return int(any(row.wrong for row in done if row.solver == "querwerk"))


if __name__ == "__main__":
    sys.exit(main())
