"""Measures the timetable engine on the published benchmark: ``make bench-timetable``.

The problems are not part of this repository, because their authors state no licence; BENCH_DATA names the folder in which
``b2b/*.dzn`` and ``b2b/published.csv`` are. All of them are solved with a fairness of 2, the originals with 0, 1 and 3 as
well; each in a process of its own, so that none profits from another. Time is CPU seconds of one thread from the problem
in memory to the answer, code that has to be loaded included.
"""

import argparse
import csv
import json
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import naive
import rc2
from variants import KINDS, variant

from querwerk.engine.timetable import Problem, Progress, Status, check, read, solve

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 30.0
"""CPU seconds for each problem."""
SOON = 2.0
"""CPU seconds after which the best plan so far is noted."""
FIRST = 0.1
"""CPU seconds for the first plan."""
ALL_RIVALS = ("rc2", "naive")


@dataclass(frozen=True, slots=True)
class Ours:
    """What the engine answered."""

    answer: str
    proved: bool
    bound: int
    first_plan_seconds: float | None
    soon: int | None
    """The breaks of the best plan after SOON seconds."""
    cpu_seconds: float
    wrong: str
    """What the checker has against the plan."""


@dataclass(frozen=True, slots=True)
class Theirs:
    """What a rival answered."""

    answer: str
    """Empty: nothing in the time given."""
    proved: bool
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Row:
    """One problem."""

    instance: str
    fairness: int
    published: str
    ours: Ours
    rivals: dict[str, Theirs]
    ratio: float | None
    """How many times as long RC2 takes; at least so many where it did not end."""
    wrong: str
    """Why the answer is wrong; empty: it is not."""


@dataclass(frozen=True, slots=True)
class Task:
    """One problem to be measured."""

    name: str
    file: Path
    fairness: int
    published: str = ""
    change: tuple[str, int] | None = None
    """The kind and seed of the variant."""

    def problem(self) -> Problem:
        """Read the problem."""
        problem = read(self.file, fairness=self.fairness)
        return variant(problem, *self.change) if self.change else problem


def measure(task: Task) -> Ours:
    """Solve one problem and check the plan."""
    problem = task.problem()
    soon: list[Progress] = []
    began = time.process_time()
    result = solve(
        problem,
        stop=lambda: time.process_time() - began > LIMIT,
        report=lambda progress: soon.append(progress) if progress.cpu_seconds <= SOON else None,
    )
    wrong = ""
    if result.plan is not None:
        verdict = check(problem, result.plan)
        wrong = "; ".join(verdict.faults) or ("breaks miscounted" if verdict.breaks != result.breaks else "")
    elif result.status is Status.INFEASIBLE and not result.conflict:
        wrong = "impossible, but nothing says why"
    return Ours(
        str(result.status if result.breaks is None else result.breaks),
        result.status in {Status.OPTIMAL, Status.INFEASIBLE},
        result.bound,
        result.first_plan_seconds,
        soon[-1].breaks if soon else None,
        result.cpu_seconds,
        wrong,
    )


def measure_rc2(task: Task) -> Theirs:
    """Let python-sat's RC2 solve the published encoding."""
    problem = task.problem()
    began = time.process_time()
    breaks = rc2.solve(problem)
    return Theirs("infeasible" if breaks is None else str(breaks), proved=True, cpu_seconds=time.process_time() - began)


def measure_naive(task: Task, limit: float) -> Theirs:
    """Let CP-SAT solve the problem as anybody would write it down."""
    problem = task.problem()
    began = time.process_time()
    status, breaks = naive.solve(problem, limit)
    answer = status if breaks is None else str(breaks)
    return Theirs(answer, status in {"optimal", "infeasible"}, time.process_time() - began)


def alone[T](job: Callable[[], T], limit: float | None = None) -> T | None:
    """Do a job in a process of its own; None: it took more than `limit` CPU seconds and was ended."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_do, args=(job, sender, limit))
    process.start()
    sender.close()
    try:
        found: T | None = receiver.recv()
    except EOFError:
        found = None
    process.join()
    if found is None and limit is None:
        raise RuntimeError(f"the process ended with {process.exitcode}")
    return found


def _do[T](job: Callable[[], T], sender: Connection, limit: float | None) -> None:
    if limit is not None:
        # The start of the process takes some of it, too.
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 2, int(limit) + 3))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sender.send(job())


def tasks(folder: Path, arguments: argparse.Namespace) -> Iterator[Task]:
    """Yield the problems that were asked for."""
    with (folder / "published.csv").open(newline="") as table:
        known = {row["file"]: row["published_optimum"] for row in csv.DictReader(table)}
    files = sorted(folder.glob(f"{arguments.only}.dzn"))
    if arguments.quick:
        files = first_of_each_kind(files)
    originals = [file for file in files if file.stem.endswith(".original")]
    for number in range(arguments.unseen):
        file, kind = originals[number % len(originals)], KINDS[number // len(originals) % len(KINDS)]
        seed = number // (len(originals) * len(KINDS)) + 1
        yield Task(f"{file.stem.removesuffix('.original')}.{kind}-{seed}", file, 2, change=(kind, seed))
    if arguments.unseen:
        return
    for fairness in [2] if arguments.quick else arguments.fairness:
        for file in files if fairness == 2 else originals:
            yield Task(file.stem, file, fairness, known.get(file.name, "") if fairness == 2 else "")


def first_of_each_kind(files: list[Path]) -> list[Path]:
    """Return one problem of each family (forum, forumt, tic, ticf) and variant."""
    kinds = {(file.stem.partition("-")[0], file.stem.partition(".")[2]): file for file in reversed(files)}
    return sorted(kinds.values())


def missed(done: list[Row], *, is_whole: bool) -> Iterator[str]:
    """Yield the goals that were not reached; the lead over RC2 comes from hard problems, so only the whole set tells."""
    if any(found.wrong or not found.ours.proved for found in done):
        yield "every answer right, and proved in 30 s"
    ours = sum(found.ours.cpu_seconds for found in done if found.fairness == 2)
    theirs = [found.rivals["rc2"].cpu_seconds for found in done if found.fairness == 2 and "rc2" in found.rivals]
    if is_whole and theirs and 2 * ours > sum(theirs):
        yield "at most half of RC2's time with a fairness of 2"
    if any(found.fairness >= 2 and (found.ours.first_plan_seconds or 0) > FIRST for found in done):
        yield f"a first plan in {FIRST} s with a fairness of 2 and 3"


def row(task: Task, rivals: list[str], limit: float) -> Row:
    """Measure one problem, and the rivals with it."""
    ours = alone(partial(measure, task))
    assert ours is not None
    found: dict[str, Theirs] = {}
    if "rc2" in rivals:
        found["rc2"] = alone(partial(measure_rc2, task), limit) or Theirs("", proved=False, cpu_seconds=limit)
    if "naive" in rivals:
        found["naive"] = alone(partial(measure_naive, task, limit)) or Theirs("", proved=False, cpu_seconds=limit)
    wrong = ours.wrong
    others = {name: rival.answer for name, rival in found.items() if rival.proved} | {"published": task.published}
    for name, answer in others.items():
        if ours.proved and answer not in {"", ours.answer}:
            wrong = f"{name} is {answer}"
    ratio = found["rc2"].cpu_seconds / max(ours.cpu_seconds, 0.001) if "rc2" in found else None
    return Row(task.name, task.fairness, task.published, ours, found, ratio, wrong)


def head(rivals: list[str]) -> str:
    """Return the head of the table."""
    theirs = "".join(f" {rival + ' s':>9} {'':10}" for rival in rivals)
    return f"{'instance':30} {'d':>1} {'published':>10} {'ours':>10} {'':7} {'first':>6} {'2 s':>4} {'CPU s':>7}{theirs} {'ratio':>6}"


def line(found: Row) -> str:
    """Return one line of the table."""
    ours = found.ours
    first = "" if ours.first_plan_seconds is None else f"{ours.first_plan_seconds:.3f}"
    theirs = "".join(
        f" {'' if rival.proved else '>'}{rival.cpu_seconds:{9 if rival.proved else 8}.2f} {rival.answer:10}"
        for rival in found.rivals.values()
    )
    mark = "proved" if ours.proved else f"≥ {ours.bound}"
    ratio = "" if found.ratio is None else f"{found.ratio:6.1f}"
    soon = "" if ours.soon is None else str(ours.soon)
    return (f"{found.instance:30} {found.fairness} {found.published:>10} {ours.answer:>10} {mark:7} {first:>6} {soon:>4} "
            f"{ours.cpu_seconds:7.2f}{theirs} {ratio} {found.wrong}")  # fmt: skip


def summary(done: list[Row]) -> Iterator[str]:
    """Yield what the run comes to, for each fairness."""
    for fairness in sorted({found.fairness for found in done}):
        rows = [found for found in done if found.fairness == fairness]
        seconds = [found.ours.cpu_seconds for found in rows]
        first = [found.ours.first_plan_seconds for found in rows if found.ours.first_plan_seconds is not None]
        originals = [found for found in rows if found.instance.endswith(".original") and found.ours.soon is not None]
        soon = sum(str(found.ours.soon) == found.ours.answer and found.ours.proved for found in originals)
        yield (f"fairness {fairness}: {sum(found.ours.proved for found in rows)} of {len(rows)} proved in {sum(seconds):.1f} s, "
               f"the slowest in {max(seconds):.1f} s; slowest first plan {max(first, default=0):.3f} s; "
               f"originals with their best plan after {SOON:.0f} s: {soon} of {len(originals)}")  # fmt: skip
        for rival in rows[0].rivals:
            theirs = sum(found.rivals[rival].cpu_seconds for found in rows)
            unsolved = sum(not found.rivals[rival].proved for found in rows)
            yield f"  {rival}: {theirs:.1f} s, {theirs / sum(seconds):.1f} times as long; {unsolved} not proved in its time"


def main() -> int:
    """Print the table; exit code 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there")
    parser.add_argument("--quick", action="store_true", help="one problem of each family and variant, fairness 2")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="which problems, such as “*.original”")
    parser.add_argument(
        "--fairness", type=int, nargs="+", default=[2, 0, 1, 3], metavar="D", help="2 0 1 3 if left out"
    )
    parser.add_argument(
        "--unseen", type=int, default=0, metavar="N", help="so many new variants of the originals instead"
    )
    parser.add_argument(
        "--rivals", nargs="*", choices=ALL_RIVALS, default=["rc2"], help="rc2 if left out; nothing: none"
    )
    parser.add_argument("--rival-limit", type=float, default=120, metavar="S", help="CPU seconds for a rival (120)")
    arguments = parser.parse_args()
    folder = Path(os.environ.get("BENCH_DATA") or ROOT.parent / "shared" / "data") / "b2b"
    if not folder.is_dir():
        print(f"There are no problems in {folder}; set BENCH_DATA.", file=sys.stderr)
        return 2
    print(head(arguments.rivals), flush=True)
    done = []
    for task in tasks(folder, arguments):
        done.append(row(task, arguments.rivals, arguments.rival_limit))
        print(line(done[-1]), flush=True)
        if arguments.json:
            arguments.json.write_text(json.dumps([asdict(found) for found in done], indent=1) + "\n")
    print("\n".join(summary(done)))
    is_whole = not (arguments.quick or arguments.unseen) and arguments.only == "*"
    goals = list(missed(done, is_whole=is_whole))
    print("\n".join(f"MISSED: {goal}" for goal in goals) or "All goals are met.")
    return int(not done or bool(goals))


if __name__ == "__main__":
    sys.exit(main())
