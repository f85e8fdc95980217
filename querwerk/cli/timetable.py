"""``querwerk timetable``: plan meetings, check and repair plans, promise meetings, without the web platform."""

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from querwerk.cli.command import ENGINES, Commands, Refusal, add
from querwerk.cli.timetable_words import repair_document, repair_text, solve_document, solve_text
from querwerk.engine.timetable import (
    InvalidProblem,
    Plan,
    Problem,
    Progress,
    Status,
    Unreadable,
    check,
    promise,
    read,
    read_changes,
    read_plan,
    repair,
    repair_with_moves,
    solve,
    what_helps,
)

FOR_HELP = 0.2
"""Part of the time that is kept for finding out what would help."""


def add_to(commands: Commands) -> None:
    """Add the commands of this group."""
    group = commands.add_parser("timetable", help=ENGINES["timetable"])
    timetable = group.add_subparsers(dest="subcommand", required=True, metavar="COMMAND")
    planner = add(
        timetable,
        "solve",
        run_solve,
        "Plan what has to be, as many wishes as possible and few breaks; Ctrl-C ends with the best plan so far. "
        "Exit code 1 when neither a plan was found nor proved that there is none.",
        without_django=True,
    )
    _add_file(planner)
    planner.add_argument("--seconds", type=float, default=60, help="the longest time to take (60)")
    planner.add_argument("--seed", type=int, default=1, help="another seed, another way of searching (1)")
    planner.add_argument("--fairness", type=int, metavar="D", help="the largest difference between two people's breaks")
    planner.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    text = "Check a plan by the problem's own words; exit code 1 when it breaks a promise."
    judge = add(timetable, "check", run_check, text, without_django=True)
    _add_file(judge)
    judge.add_argument("plan", type=Path, metavar="PLAN", help="what `querwerk timetable solve --json` printed")
    judge.add_argument("--fairness", type=int, metavar="D", help="the largest difference between two people's breaks")
    text = "Say how many meetings everybody can be promised before booking opens, whatever the wishes, and why."
    promising = add(timetable, "promise", run_promise, text, without_django=True)
    _add_file(promising)
    promising.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")
    mender = add(
        timetable,
        "repair",
        run_repair,
        "Mend a plan after no-shows, late arrivals, cancelled tables and new wishes; nobody else is moved.",
        without_django=True,
    )
    _add_file(mender)
    mender.add_argument("plan", type=Path, metavar="PLAN", help="what `querwerk timetable solve --json` printed")
    mender.add_argument("changes", type=Path, metavar="CHANGES", help="what has changed (.json)")
    how = mender.add_mutually_exclusive_group()
    how.add_argument("--fewest", action="store_true", help="change only what has to; free places stay free")
    how.add_argument("--moves", action="store_true", help="move others where that saves meetings, telling few people")
    mender.add_argument("--seconds", type=float, default=60, help="the longest time to look for moves (60)")
    mender.add_argument("--seed", type=int, default=1, help="another seed, another way of searching (1)")
    mender.add_argument("--json", action="store_true", help="print one JSON object instead of a table")


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the problem: .json, .dzn, or a folder with tables")


@contextmanager
def _interrupts() -> Iterator[list[int]]:
    """Collect Ctrl-C instead of ending at once."""
    found: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: found.append(number))
    try:
        yield found
    finally:
        signal.signal(signal.SIGINT, before)


def _until(seconds: float, interrupts: list[int]) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: bool(interrupts) or time.monotonic() > end


def run_solve(arguments: argparse.Namespace) -> int:
    """Plan, and print the plan and what is proved about it."""
    _require_seconds(arguments)
    problem = _problem(arguments)
    progress = _Line() if sys.stderr.isatty() else None
    # With wishes, a part of the time is for the question what would help.
    share = 1 - FOR_HELP if problem.has_wishes else 1.0
    with _interrupts() as interrupts:
        began = time.monotonic()
        try:
            result = solve(
                problem,
                seed=arguments.seed,
                stop=_until(arguments.seconds * share, interrupts),
                report=progress.show if progress else lambda _: None,
            )
        finally:
            if progress:
                progress.clear()
        left = arguments.seconds - (time.monotonic() - began)
        help_ = (
            what_helps(problem, result.plan, stop=_until(left, interrupts)) if result.unplaced and result.plan else ()
        )
    if arguments.json:
        print(json.dumps(solve_document(problem, result, help_), ensure_ascii=False))
    else:
        print(solve_text(problem, result, help_))
    return 1 if result.status is Status.UNKNOWN else 0


def _require_seconds(arguments: argparse.Namespace) -> None:
    if not arguments.seconds > 0:
        raise Refusal("--seconds must be more than 0.")


class _Line:
    """One line on the terminal that says how far things are."""

    def show(self, progress: Progress) -> None:
        """Write the line anew."""
        breaks = "no plan yet" if progress.breaks is None else f"{progress.breaks} breaks"
        if progress.value is not None:
            breaks = f"{breaks}, wishes worth {progress.value} of at most {progress.value_bound}"
        text = f"{breaks}, proved: at least {progress.bound} ({progress.cpu_seconds:.1f} s)"
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the line away."""
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def run_check(arguments: argparse.Namespace) -> int:
    """Say what is wrong with a plan, or how many breaks it has."""
    problem = _problem(arguments)
    plan = _plan(arguments, problem)
    verdict = check(problem, plan)
    for fault in verdict.faults:
        print(fault)
    if verdict.is_valid:
        held = sum(placement is not None for placement in plan)
        words = f"valid: {held} meetings, {verdict.breaks} breaks, per person {verdict.smallest} to {verdict.largest}"
        if problem.has_wishes:
            words += f"; wishes worth {verdict.value}, {verdict.shortfall} guaranteed meetings missing"
        print(words)
    return 0 if verdict.is_valid else 1


def run_promise(arguments: argparse.Namespace) -> int:
    """Say how many meetings everybody can be promised."""
    found = promise(_problem(arguments))
    if arguments.json:
        names = ("meetings", "people", "why", "limit", "is_best")
        print(json.dumps({name: getattr(found, name) for name in names}, ensure_ascii=False))
        return 0
    print(f"{found.meetings} meetings for each of {found.people} people, whatever they wish")
    if found.why:
        print(f"because {found.why}")
    print(f"not {found.meetings + 1}: {found.limit}" if found.is_best else found.limit)
    return 0


def run_repair(arguments: argparse.Namespace) -> int:
    """Mend a plan, and say what is different for whom."""
    _require_seconds(arguments)
    problem = _problem(arguments)
    plan = _plan(arguments, problem)
    if faults := check(problem, plan).faults:
        raise Refusal(f"{arguments.plan}: this is no plan of {arguments.file}: {faults[0]}")
    try:
        changes = read_changes(arguments.changes, problem)
        began = time.process_time()
        if arguments.moves:
            with _interrupts() as interrupts:
                stop = _until(arguments.seconds, interrupts)
                found = repair_with_moves(problem, plan, changes, seed=arguments.seed, stop=stop)
        else:
            found = repair(problem, plan, changes, refill=not arguments.fewest)
        spent = time.process_time() - began
        document = repair_document(found, spent)
    except (Unreadable, InvalidProblem) as error:
        raise Refusal(str(error)) from None
    print(json.dumps(document, ensure_ascii=False) if arguments.json else repair_text(found, spent))
    return 0


def _plan(arguments: argparse.Namespace, problem: Problem) -> Plan:
    try:
        return read_plan(arguments.plan, problem)
    except Unreadable as error:
        raise Refusal(str(error)) from None


def _problem(arguments: argparse.Namespace) -> Problem:
    try:
        return read(arguments.file, fairness=getattr(arguments, "fairness", None))
    except Unreadable as error:
        raise Refusal(str(error)) from None
