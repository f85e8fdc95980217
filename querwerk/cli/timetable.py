"""``querwerk timetable``: plan meetings and check plans, without the web platform."""

import argparse
import json
import signal
import sys
import time
from pathlib import Path

from querwerk.cli.command import Commands, Refusal, add
from querwerk.engine.timetable import Problem, Progress, Result, Status, Unreadable, check, read, read_plan, solve


def add_to(commands: Commands) -> None:
    """Add the commands of this group."""
    group = commands.add_parser("timetable", help="Plan 1:1 meetings, and check plans.")
    timetable = group.add_subparsers(dest="subcommand", required=True, metavar="COMMAND")
    planner = add(
        timetable,
        "solve",
        run_solve,
        "Plan all meetings with the fewest breaks; Ctrl-C ends with the best plan so far. "
        "Exit code 1 when neither a plan was found nor proved that there is none.",
        without_django=True,
    )
    planner.add_argument("file", type=Path, metavar="FILE", help="the problem: .json, .dzn, or a folder with tables")
    planner.add_argument("--seconds", type=float, default=60, help="the longest time to take (60)")
    planner.add_argument("--seed", type=int, default=1, help="another seed, another way of searching (1)")
    planner.add_argument("--fairness", type=int, metavar="D", help="the largest difference between two people's breaks")
    planner.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    text = "Check a plan by the problem's own words; exit code 1 when it breaks a promise."
    judge = add(timetable, "check", run_check, text, without_django=True)
    judge.add_argument("file", type=Path, metavar="FILE", help="the problem: .json, .dzn, or a folder with tables")
    judge.add_argument("plan", type=Path, metavar="PLAN", help="what `querwerk timetable solve --json` printed")
    judge.add_argument("--fairness", type=int, metavar="D", help="the largest difference between two people's breaks")


def run_solve(arguments: argparse.Namespace) -> int:
    """Plan, and print the plan and what is proved about it."""
    if not arguments.seconds > 0:
        raise Refusal("--seconds must be more than 0.")
    problem = _problem(arguments)
    end = time.monotonic() + arguments.seconds
    interrupts: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: interrupts.append(number))
    progress = _Line() if sys.stderr.isatty() else None
    try:
        result = solve(
            problem,
            seed=arguments.seed,
            stop=lambda: bool(interrupts) or time.monotonic() > end,
            report=progress.show if progress else lambda _: None,
        )
    finally:
        signal.signal(signal.SIGINT, before)
        if progress:
            progress.clear()
    print(json.dumps(document_of(result)) if arguments.json else text_of(problem, result))
    return 1 if result.status is Status.UNKNOWN else 0


class _Line:
    """One line on the terminal that says how far things are."""

    def show(self, progress: Progress) -> None:
        """Write the line anew."""
        breaks = "no plan yet" if progress.breaks is None else f"{progress.breaks} breaks"
        text = f"{breaks}, proved: at least {progress.bound} ({progress.cpu_seconds:.1f} s)"
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the line away."""
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def document_of(result: Result) -> dict[str, object]:
    """Return a result for machines; ids, slots and tables count from 1."""
    meetings = [
        {"id": number, "slot": place.slot + 1, "table": place.table + 1}
        for number, place in enumerate(result.plan or (), start=1)
    ]
    document: dict[str, object] = {
        "status": str(result.status),
        "breaks": result.breaks,
        "bound": result.bound,
        "meetings": meetings,
        "cpu_seconds": round(result.cpu_seconds, 3),
        "seed": result.seed,
    }
    if result.status is Status.INFEASIBLE:
        document["conflict"] = list(result.conflict)
    return document


def text_of(problem: Problem, result: Result) -> str:
    """Return a result for people."""
    lines = [
        f"slot {place.slot + 1}, table {place.table + 1}: "
        f"meeting {number} of {problem.person(meeting.people[0])} and {problem.person(meeting.people[1])}"
        for place, number, meeting in sorted(
            zip(result.plan or (), range(1, len(problem.meetings) + 1), problem.meetings, strict=False),
            key=lambda row: (row[0].slot, row[0].table),
        )
    ]
    match result.status:
        case Status.OPTIMAL:
            lines.append(f"optimal: {result.breaks} breaks, and no plan has fewer")
        case Status.FEASIBLE:
            lines.append(f"feasible: {result.breaks} breaks; proved is that no plan has fewer than {result.bound}")
        case Status.UNKNOWN:
            lines.append("unknown: no plan was found in the time given, and it is not proved that there is none")
        case Status.INFEASIBLE if result.conflict:
            lines += ["infeasible: these demands cannot be met together:", *(f"- {words}" for words in result.conflict)]
        case Status.INFEASIBLE:
            lines.append("infeasible: there is no plan")
    return "\n".join([*lines, f"{result.cpu_seconds:.2f} s of computing, seed {result.seed}"])


def run_check(arguments: argparse.Namespace) -> int:
    """Say what is wrong with a plan, or how many breaks it has."""
    problem = _problem(arguments)
    try:
        plan = read_plan(arguments.plan, problem)
    except Unreadable as error:
        raise Refusal(str(error)) from None
    verdict = check(problem, plan)
    for fault in verdict.faults:
        print(fault)
    if verdict.is_valid:
        print(
            f"valid: {len(plan)} meetings, {verdict.breaks} breaks, per person {verdict.smallest} to {verdict.largest}"
        )
    return 0 if verdict.is_valid else 1


def _problem(arguments: argparse.Namespace) -> Problem:
    try:
        return read(arguments.file, fairness=arguments.fairness)
    except Unreadable as error:
        raise Refusal(str(error)) from None
