"""``querwerk assignment``: assign agents to tasks and check assignments, without the web platform."""

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from querwerk.cli.command import ENGINES, Commands, Refusal, add
from querwerk.engine.assignment import (
    GOALS,
    CurvePoint,
    Goal,
    Problem,
    Progress,
    Reasons,
    Result,
    Stage,
    Status,
    Stop,
    Unreadable,
    check,
    curve,
    demand_words,
    read,
    read_assignment,
    reason_words,
    solve,
)

FILE = "the problem: .json, .npy, .npz, or a folder with tables"
GOAL_WORDS = {
    Goal.WORST_TASK: "worst-served task",
    Goal.WORST_AGENT: "worst-served agent",
    Goal.TOTAL: "total",
    Goal.STABLE: "blocking pairs",
}


def add_to(commands: Commands) -> None:
    """Add the commands of this group."""
    group = commands.add_parser("assignment", help=ENGINES["assignment"])
    assignment = group.add_subparsers(dest="subcommand", required=True, metavar="COMMAND")
    solver = add(
        assignment,
        "solve",
        run_solve,
        "Assign goal by goal, by default: raise the worst-served task, then the worst-served agent, then the total, then "
        "have few blocking pairs. Ctrl-C ends with the best so far. Exit code 1 when neither an assignment was found nor "
        "proved that there is none.",
        without_django=True,
    )
    _add_file(solver)
    solver.add_argument("--goals", type=_goals, default=GOALS, metavar="GOALS", help=f"in order: {','.join(GOALS)}")
    solver.add_argument("--levels", type=int, default=1, metavar="K", help="raise so many of the worst in turn (1)")
    solver.add_argument("--curve", type=int, metavar="N", help="show what raising the worst task costs, at N points")
    solver.add_argument("--why", nargs=2, metavar=("AGENT", "TASK"), help="say why these two are together, or why not")
    solver.add_argument("--seconds", type=float, default=60, help="the longest time to take (60)")
    solver.add_argument("--seed", type=int, default=1, help="another seed, another way of searching (1)")
    solver.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")
    text = "Check an assignment by the problem's own words; exit code 1 when it breaks a promise."
    judge = add(assignment, "check", run_check, text, without_django=True)
    _add_file(judge)
    judge.add_argument("assignment", type=Path, metavar="ASSIGNMENT", help="what `assignment solve --json` printed")


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help=FILE)
    parser.add_argument(
        "--load", type=_range, default=(0, 1), metavar="MIN-MAX", help="where the file states none (0-1)"
    )
    parser.add_argument("--coverage", type=_range, default=(1, 1), metavar="MIN-MAX", help="where it states none (1)")


def _range(text: str) -> tuple[int, int]:
    low, dash, high = text.partition("-")
    try:
        return int(low), int(high if dash else low)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is neither a number nor two with a hyphen, such as 0-4") from None


def _goals(text: str) -> tuple[Goal, ...]:
    names = [name.strip() for name in text.split(",")]
    if unknown := [name for name in names if name not in {str(goal) for goal in Goal}]:
        raise argparse.ArgumentTypeError(f"there is no goal “{unknown[0]}”; known are {', '.join(Goal)}")
    if len(set(names)) < len(names):
        raise argparse.ArgumentTypeError("a goal is named twice")
    return tuple(Goal(name) for name in names)


def run_solve(arguments: argparse.Namespace) -> int:
    """Assign, and print the assignment and what is proved about it."""
    _require_sense(arguments)
    problem = _problem(arguments)
    why = None if arguments.why is None else _named_pair(problem, *arguments.why)
    with _patience(arguments.seconds) as (stop, report):
        points = (
            curve(problem, arguments.curve, seed=arguments.seed, stop=stop, report=report) if arguments.curve else ()
        )
        result = solve(
            problem, goals=arguments.goals, levels=arguments.levels, seed=arguments.seed, stop=stop, report=report
        )
    if arguments.json:
        print(json.dumps(document_of(problem, result, points), ensure_ascii=False))
    else:
        print("\n".join([*_sentences(problem, result, why), *map(point_words, points), *_summary(problem, result)]))
    return 1 if result.status is Status.UNKNOWN else 0


def _require_sense(arguments: argparse.Namespace) -> None:
    if not arguments.seconds > 0:
        raise Refusal("--seconds must be more than 0.")
    if arguments.levels < 1:
        raise Refusal("--levels must be 1 or more.")
    if arguments.curve is not None and arguments.curve < 2:
        raise Refusal("--curve must be 2 or more.")


def _named_pair(problem: Problem, agent: str, task: str) -> tuple[int, int]:
    agents = {problem.agent(index): index for index in range(problem.agents)}
    tasks = {problem.task(index): index for index in range(problem.tasks)}
    if agent not in agents:
        raise Refusal(f"there is no agent called “{agent}”.")
    if task not in tasks:
        raise Refusal(f"there is no task called “{task}”.")
    return agents[agent], tasks[task]


@contextmanager
def _patience(seconds: float) -> Iterator[tuple[Stop, Callable[[Progress], None]]]:
    """Give a stop for time and Ctrl-C, and a progress line when a person looks."""
    end = time.monotonic() + seconds
    interrupts: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: interrupts.append(number))
    is_watched = sys.stderr.isatty()
    try:
        yield lambda: bool(interrupts) or time.monotonic() > end, _show if is_watched else lambda _: None
    finally:
        signal.signal(signal.SIGINT, before)
        if is_watched:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def _show(progress: Progress) -> None:
    """Write the line on the terminal anew."""
    words = GOAL_WORDS[progress.goal]
    value = "nothing yet" if progress.value is None else f"{progress.value:g}"
    bound = "" if progress.bound is None else f", at most {progress.bound:g}"
    print(f"\r\033[K{words}: {value}{bound} ({progress.cpu_seconds:.1f} s)", end="", file=sys.stderr, flush=True)


def document_of(problem: Problem, result: Result, points: tuple[CurvePoint, ...]) -> dict[str, object]:
    """Return a result for machines, with names; a reason for each pair and for each agent who has nothing."""
    reasons = Reasons(problem, result.assignment or ())
    document: dict[str, object] = {
        "status": str(result.status),
        "stages": [
            {"goal": str(stage.goal), "level": stage.level, "value": stage.value, "bound": stage.bound,
             "proved": stage.proved}
            for stage in result.stages
        ],
        "pairs": [
            {"agent": problem.agent(agent), "task": problem.task(task),
             "score": int(problem.units[agent, task]) / 1_000_000,
             "why": reason_words(problem, reasons.why(agent, task))}
            for agent, task in result.assignment or ()
        ],
        "left_out": [] if result.assignment is None else [
            {"agent": problem.agent(agent), "why": _left_out(problem, agent, reason_words(problem, reason) if reason else "")}
            for agent, reason in reasons.left_out()
        ],
        "cpu_seconds": round(result.cpu_seconds, 3),
        "seed": result.seed,
    }  # fmt: skip
    if result.status is Status.INFEASIBLE:
        document["conflict"] = [demand_words(problem, demand) for demand in result.conflict]
    if points:
        document["curve"] = [
            {"worst_task": point.worst_task, "total": point.total, "bound": point.bound, "proved": point.proved}
            for point in points
        ]
    return document


def _left_out(problem: Problem, agent: int, words: str) -> str:
    return words or f"{problem.agent(agent)} has nothing: there is no task that {problem.agent(agent)} may have."


def _sentences(problem: Problem, result: Result, why: tuple[int, int] | None) -> Iterator[str]:
    if result.assignment is None:
        return
    reasons = Reasons(problem, result.assignment)
    if why is not None:
        yield reason_words(problem, reasons.why(*why))
        return
    for agent, task in sorted(result.assignment, key=lambda pair: (pair[1], pair[0])):
        yield reason_words(problem, reasons.why(agent, task))
    for agent, reason in reasons.left_out():
        yield _left_out(problem, agent, reason_words(problem, reason) if reason else "")
    for task, places in reasons.open_places():
        yield f"{problem.task(task)} could have {places} more."


def point_words(point: CurvePoint) -> str:
    """Return a point of the curve as a line."""
    words = "proved" if point.proved else f"at most {point.bound:g}"
    return f"worst-served task {point.worst_task:g}: total {point.total:g} ({words})"


def _summary(problem: Problem, result: Result) -> Iterator[str]:
    for stage in result.stages:
        yield _stage_words(stage)
    match result.status:
        case Status.OPTIMAL:
            yield "optimal: each goal is as good as the goals before it allow"
        case Status.FEASIBLE:
            yield "feasible: a better assignment may exist, up to the bounds"
        case Status.UNKNOWN:
            yield "unknown: nothing was found in the time given, and it is not proved that there is nothing"
        case Status.INFEASIBLE if result.conflict:
            yield "infeasible: these demands cannot be met together:"
            yield from (f"- {demand_words(problem, demand)}" for demand in result.conflict)
        case Status.INFEASIBLE:
            yield "infeasible: there is no assignment"
    yield f"{result.cpu_seconds:.2f} s of computing, seed {result.seed}"


def _stage_words(stage: Stage) -> str:
    words = GOAL_WORDS[stage.goal] if stage.level == 1 else f"{GOAL_WORDS[stage.goal]} number {stage.level}"
    if stage.proved:
        return f"{words}: {stage.value:g}, proved"
    limit = "at least" if stage.goal is Goal.STABLE else "at most"
    return f"{words}: {stage.value:g}; {limit} {stage.bound:g} can be"


def run_check(arguments: argparse.Namespace) -> int:
    """Say what is wrong with an assignment, or how good it is."""
    problem = _problem(arguments)
    try:
        assignment = read_assignment(arguments.assignment, problem)
    except Unreadable as error:
        raise Refusal(str(error)) from None
    verdict = check(problem, assignment)
    for fault in verdict.faults:
        print(fault)
    if verdict.is_valid:
        print(
            f"valid: {len(assignment)} pairs, worst-served task {verdict.worst_task:g}, "
            f"worst-served agent {verdict.worst_agent:g}, total {verdict.total:g}, {verdict.blocking} blocking pairs"
        )
    return 0 if verdict.is_valid else 1


def _problem(arguments: argparse.Namespace) -> Problem:
    try:
        return read(arguments.file, load=arguments.load, coverage=arguments.coverage)
    except Unreadable as error:
        raise Refusal(str(error)) from None
