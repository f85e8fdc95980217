"""Measures the timetable engine on the published benchmark: ``make bench-timetable``.

The problems are not part of this repository, because their authors state no licence; BENCH_DATA names the folder in which
``b2b/*.dzn`` and ``b2b/published.csv`` are. Time is CPU seconds of one thread.
"""

import argparse
import csv
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import rival

from querwerk.engine.timetable import Status, check, read, solve

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 30.0
"""CPU seconds for each problem."""


@dataclass(frozen=True, slots=True)
class Row:
    """One problem."""

    instance: str
    published: str
    ours: str
    proved: bool
    bound: int
    first_plan_seconds: float | None
    cpu_seconds: float
    rival_seconds: float | None
    rival: str | None
    wrong: str
    """Why the answer is wrong; empty: it is not."""

    @property
    def ratio(self) -> float | None:
        """Return how many times as long the rival takes."""
        return self.rival_seconds / max(self.cpu_seconds, 0.001) if self.rival_seconds is not None else None


def measure(file: Path, published: str, fairness: int, *, rivals: bool) -> Row:
    """Solve one problem, check the plan, and let the rival solve it too."""
    problem = read(file, fairness=fairness)
    began = time.process_time()
    result = solve(problem, stop=lambda: time.process_time() - began > LIMIT)
    answer = str(result.breaks) if result.status in {Status.OPTIMAL, Status.FEASIBLE} else str(result.status)
    proved = result.status in {Status.OPTIMAL, Status.INFEASIBLE}
    wrong = ""
    if result.plan is not None:
        verdict = check(problem, result.plan)
        wrong = "; ".join(verdict.faults) or ("breaks miscounted" if verdict.breaks != result.breaks else "")
    theirs = rival.solve(problem) if rivals else None
    their_answer = None if theirs is None else "infeasible" if theirs.breaks is None else str(theirs.breaks)
    if proved and answer not in {published or answer, their_answer or answer}:
        wrong = f"published is {published or '-'}, the rival has {their_answer or '-'}"
    return Row(
        file.stem, published, answer, proved, result.bound, result.first_plan_seconds, result.cpu_seconds,
        theirs.cpu_seconds if theirs else None, their_answer, wrong,
    )  # fmt: skip


def rows(folder: Path, pattern: str, fairness: int, *, rivals: bool) -> Iterator[Row]:
    """Measure each problem in a process of its own, so that none profits from another."""
    with (folder / "published.csv").open(newline="") as table:
        known = {row["file"]: row["published_optimum"] for row in csv.DictReader(table)}
    for file in sorted(folder.glob(f"{pattern}.dzn")):
        published = known.get(file.name, "") if fairness == 2 else ""
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            yield pool.apply(measure, (file, published, fairness), {"rivals": rivals})


def line(row: Row) -> str:
    """Return one line of the table."""
    first = "" if row.first_plan_seconds is None else f"{row.first_plan_seconds:.3f}"
    theirs = "" if row.rival_seconds is None else f"{row.rival_seconds:8.2f} {row.ratio:6.1f}"
    mark = "proved" if row.proved else f"≥ {row.bound}"
    return f"{row.instance:30} {row.published:>10} {row.ours:>10} {mark:6} {first:>6} {row.cpu_seconds:8.2f} {theirs} {row.wrong}"


def main() -> int:
    """Print the table; exit code 1 when an answer is wrong or missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="which problems, such as “*.original”")
    parser.add_argument("--fairness", type=int, default=2, metavar="D")
    parser.add_argument("--without-rival", action="store_true", help="leave python-sat's RC2 out")
    arguments = parser.parse_args()
    folder = Path(os.environ.get("BENCH_DATA") or ROOT.parent / "shared" / "data") / "b2b"
    if not folder.is_dir():
        print(f"There are no problems in {folder}; set BENCH_DATA.", file=sys.stderr)
        return 2
    print(f"{'instance':30} {'published':>10} {'ours':>10} {'':6} {'first':>6} {'CPU s':>8} {'RC2 s':>8} {'ratio':>6}")
    done = []
    for row in rows(folder, arguments.only, arguments.fairness, rivals=not arguments.without_rival):
        done.append(row)
        print(line(row), flush=True)
    ours, theirs = sum(row.cpu_seconds for row in done), sum(row.rival_seconds or 0 for row in done)
    slowest = max((row.first_plan_seconds or 0 for row in done), default=0)
    print(f"{sum(row.proved for row in done)} of {len(done)} proved in {ours:.1f} s; RC2: {theirs:.1f} s; "
          f"slowest first plan {slowest:.3f} s")  # fmt: skip
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(row) | {"ratio": row.ratio} for row in done], indent=1) + "\n")
    return int(any(row.wrong or not row.proved for row in done))


if __name__ == "__main__":
    sys.exit(main())
