"""``querwerk timetable``: plan meetings and check plans, without the web platform."""

import argparse
from pathlib import Path

from querwerk.cli.command import Commands, Refusal, add
from querwerk.engine.timetable import Problem, Unreadable, check, read, read_plan


def add_to(commands: Commands) -> None:
    """Add the commands of this group."""
    group = commands.add_parser("timetable", help="Plan 1:1 meetings, and check plans.")
    timetable = group.add_subparsers(dest="subcommand", required=True, metavar="COMMAND")
    text = "Check a plan by the problem's own words; exit code 1 when it breaks a promise."
    judge = add(timetable, "check", run_check, text, without_django=True)
    judge.add_argument("file", type=Path, metavar="FILE", help="the problem: .json, .dzn, or a folder with tables")
    judge.add_argument("plan", type=Path, metavar="PLAN", help="what `querwerk timetable solve --json` printed")
    judge.add_argument("--fairness", type=int, metavar="D", help="the largest difference between two people's breaks")


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
