"""Measures large events with more wishes than fit: ``make bench-timetable``, or this file alone.

Each event is made by `generate` from a seed. Times are CPU seconds of one thread, from the problem in memory; the compiled
loops are there already, as after ``scripts/setup``. The rivals get the same seconds: *greedy* takes the wishes by weight and
gives each the first slot; *CP-SAT* gets the obvious model (meeting in slot), the greedy plan as a hint, and one thread.
"""

import argparse
import json
import multiprocessing
import resource
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from generate import event

from querwerk.engine.timetable import Changes, Plan, Problem, Progress, check, repair, solve
from querwerk.engine.timetable.wishes.compiled import loops

PLACING = 5.0
"""Seconds for the value."""
CHEAPENING = 10.0
"""Further seconds for the breaks."""
EVENTS = ((0.36, False), (0.36, True), (0.5, False), (0.5, True))
"""Tables for each person, and whether wishes have weights."""


@dataclass(frozen=True, slots=True)
class Row:
    """One event."""

    event: str
    people: int
    requests: int
    bound: int
    value: int
    """After PLACING seconds."""
    part: float
    """Of the bound."""
    first_seconds: float
    breaks_first: int
    breaks_last: int
    greedy: float
    """Part of the bound that the rivals reach."""
    cp_sat: float | None
    megabytes: int
    wrong: str


def measure(people: int, tables: float, *, weighted: bool, rivals: bool) -> Row:
    """Plan one event, let a judge look at the plan, and let the rivals try."""
    problem = event(people, tables=tables, weighted=weighted)
    loops(len(problem.meetings))
    seen: list[Progress] = []
    began = time.process_time()
    result = solve(problem, stop=lambda: time.process_time() - began > PLACING + CHEAPENING, report=seen.append)
    assert result.plan is not None
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    verdict = check(problem, result.plan)
    bound = result.value_bound or 0
    value = max(progress.value or 0 for progress in seen if progress.cpu_seconds <= PLACING)
    greedy = greedy_slots(problem)
    return Row(
        f"{people} people, {tables} tables each, {'weights' if weighted else 'count'}",
        people,
        len(problem.meetings),
        bound,
        value,
        value / bound,
        result.first_plan_seconds or 0,
        seen[0].breaks or 0,
        verdict.breaks,
        worth(problem, greedy) / bound,
        cp_sat(problem, greedy) / bound if rivals else None,
        megabytes,
        "; ".join(verdict.faults[:3]),
    )


def worth(problem: Problem, slots: list[int]) -> int:
    """Return the weight of the meetings that have a slot."""
    return sum(meeting.weight or 0 for meeting, slot in zip(problem.meetings, slots, strict=True) if slot >= 0)


def greedy_slots(problem: Problem) -> list[int]:
    """Give each wish, heavy ones first, the first slot that is free."""
    free = [set(range(problem.slots)) - closed for closed in problem.unavailable]
    left = [problem.tables] * problem.slots
    most = [problem.slots if rules.most is None else rules.most for rules in problem.persons]
    slots = [-1] * len(problem.meetings)
    for index in sorted(range(len(slots)), key=lambda index: -(problem.meetings[index].weight or 0)):
        one, two = problem.meetings[index].people
        slot = next((slot for slot in sorted(free[one] & free[two]) if left[slot]), None)
        if slot is None or not (most[one] and most[two]):
            continue
        slots[index] = slot
        left[slot] -= 1
        for person in (one, two):
            free[person].discard(slot)
            most[person] -= 1
    return slots


def cp_sat(problem: Problem, hint: list[int]) -> int:
    """Return the weight that CP-SAT reaches with the obvious model in the same time."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 -- must not count in our memory

    model = cp_model.CpModel()
    held: list[dict[int, cp_model.IntVar]] = []
    days: list[list[list[cp_model.IntVar]]] = [[[] for _ in range(problem.slots)] for _ in range(problem.people)]
    for index, meeting in enumerate(problem.meetings):
        held.append({slot: model.new_bool_var("") for slot in problem.slots_of(index)})
        model.add_at_most_one(held[-1].values())
        for slot, variable in held[-1].items():
            model.add_hint(variable, hint[index] == slot)
            for person in meeting.people:
                days[person][slot].append(variable)
    for day, rules in zip(days, problem.persons, strict=True):
        for variables in day:
            model.add_at_most_one(variables)
        model.add(sum(v for variables in day for v in variables) <= (rules.most or problem.slots))
    for slot in range(problem.slots):
        model.add(sum(at[slot] for at in held if slot in at) <= problem.tables)
    model.maximize(sum((m.weight or 0) * v for m, at in zip(problem.meetings, held, strict=True) for v in at.values()))
    return _in_time(cp_model, model)


def _in_time(cp_model: Any, model: Any) -> int:
    """Solve with one thread for PLACING seconds of computing, not of waiting."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(solver.solve(model)))
    began = time.process_time()
    thread.start()
    while thread.is_alive():
        thread.join(0.05)
        if time.process_time() - began > PLACING:
            solver.stop_search()
    return int(solver.objective_value) if answers[0] in {cp_model.OPTIMAL, cp_model.FEASIBLE} else 0


def until_good(people: int) -> tuple[float, float]:
    """Return the CPU seconds until 99.9 % of the bound, or the last gain, and the part that was reached."""
    problem = event(people)
    loops(10**6)
    seen: list[Progress] = []
    began = time.process_time()

    def is_good() -> bool:
        last = seen[-1] if seen else None
        good = last is not None and (last.value or 0) >= 0.999 * (last.value_bound or 0)
        return good or time.process_time() - began > 60

    solve(problem, stop=is_good, report=seen.append)
    good = next((one for one in seen if (one.value or 0) >= 0.999 * (one.value_bound or 1)), seen[-1])
    return good.cpu_seconds, (good.value or 0) / (good.value_bound or 1)


def refill(people: int) -> dict[str, float]:
    """Return milliseconds for repairing after one, three and a fortieth of all people do not come."""
    problem = event(people)
    loops(10**6)
    began = time.process_time()
    plan: Plan | None = solve(problem, stop=lambda: time.process_time() - began > 2).plan
    assert plan is not None
    found = {}
    for count in (1, 3, people // 40):
        everything = frozenset(range(problem.slots))
        changes = Changes(absent=tuple((person, everything) for person in range(0, people, people // count)[:count]))
        times = []
        for _ in range(5):
            start = time.process_time()
            repaired = repair(problem, plan, changes)
            times.append(time.process_time() - start)
        assert check(repaired.problem, repaired.plan).is_valid
        found[f"{count} missing"] = round(1000 * sorted(times)[2], 1)
    return found


def alone[T](work: Callable[..., T], *arguments: object, **named: object) -> T:
    """Run something in a process of its own, so that its memory and time are its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments, named)


def main() -> int:
    """Print the tables; exit code 1 when a plan is wrong or a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--quick", action="store_true", help="two events of 500 people, without CP-SAT")
    parser.add_argument("--without-rival", action="store_true", help="leave CP-SAT out")
    arguments = parser.parse_args()
    print(
        f"{'event':44} {'bound':>6} {'5 s':>6} {'part':>8} {'first':>6} {'breaks':>12} {'greedy':>7} {'CP-SAT':>7} {'MB':>4}"
    )
    rows = []
    events = ((0.36, False), (0.5, True)) if arguments.quick else EVENTS
    people = 500 if arguments.quick else 2_000
    has_rival = not (arguments.without_rival or arguments.quick)
    for tables, weighted in events:
        row = alone(measure, people, tables, weighted=weighted, rivals=has_rival)
        rows.append(row)
        theirs = "" if row.cp_sat is None else f"{row.cp_sat:7.2%}"
        print(f"{row.event:44} {row.bound:6} {row.value:6} {row.part:8.3%} {row.first_seconds:6.2f} "
              f"{row.breaks_first:5} → {row.breaks_last:4} {row.greedy:7.2%} {theirs:>7} {row.megabytes:4} {row.wrong}",
              flush=True)  # fmt: skip
    sizes = (200, 500) if arguments.quick else (200, 500, 1_000, 2_000, 5_000)
    growth = {people: alone(until_good, people) for people in sizes}
    for people, (seconds, part) in growth.items():
        print(f"{people:5} people: {part:.3%} of the bound after {seconds:.2f} s, "
              f"{1e6 * seconds / people / people.bit_length():.0f} µs / (n log n)")  # fmt: skip
    repairs = alone(refill, 1_000)
    print("refill at 1,000 people: " + ", ".join(f"{what} {took} ms" for what, took in repairs.items()))
    if arguments.json:
        document = {"events": [asdict(row) for row in rows], "growth": growth, "refill_ms": repairs}
        arguments.json.write_text(json.dumps(document, indent=1) + "\n")
    goals = all(row.part >= (0.995 if "weights" in row.event else 0.999) for row in rows)
    halved = all(2 * row.breaks_last <= row.breaks_first for row in rows)
    return int(not goals or not halved or any(row.wrong for row in rows) or repairs["1 missing"] > 20)


if __name__ == "__main__":
    sys.exit(main())
