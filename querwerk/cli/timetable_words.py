"""How the results of ``querwerk timetable`` are printed: as JSON for machines, as lines for people. All counts from 1."""

from collections import Counter

from querwerk.engine.timetable import Help, Placement, Plan, Problem, Repaired, Result, Status


def solve_document(problem: Problem, result: Result, help_: tuple[Help, ...]) -> dict[str, object]:
    """Return a result for machines."""
    document: dict[str, object] = {
        "status": str(result.status),
        "breaks": result.breaks,
        "bound": result.bound,
        "meetings": _meetings(result.plan or ()),
        "cpu_seconds": round(result.cpu_seconds, 3),
        "seed": result.seed,
    }
    if result.status is Status.INFEASIBLE:
        document["conflict"] = list(result.conflict)
    if problem.has_wishes:
        document |= {
            "value": result.value,
            "value_bound": result.value_bound,
            "shortfall": result.shortfall,
            "shortfall_bound": result.shortfall_bound,
            "unplaced": [
                {"id": one.meeting + 1, "cause": str(one.cause), "reason": one.words} for one in result.unplaced
            ],
            "help": [
                {"what": one.words, "meetings": one.meetings, "value": one.value, "at_most": one.at_most}
                for one in help_
            ],
        }
    return document


def _meetings(plan: Plan) -> list[dict[str, object]]:
    return [_meeting(number, placement) for number, placement in enumerate(plan, start=1) if placement is not None]


def _meeting(number: int, placement: Placement) -> dict[str, object]:
    entry: dict[str, object] = {"id": number, "slot": placement.slot + 1, "table": placement.table + 1}
    if placement.delegates:
        entry["delegates"] = [person + 1 for person in placement.delegates]
    if placement.interpreter is not None:
        entry["interpreter"] = placement.interpreter + 1
    return entry


def _where(problem: Problem, placement: Placement) -> str:
    return f"{problem.slot(placement.slot)}, {problem.table(placement.table)}"


def _who(problem: Problem, index: int, placement: Placement | None) -> str:
    meeting = problem.meetings[index]
    if placement is None:
        return problem.parties(index)
    words = [problem.person(person) for person in (*meeting.people, *placement.delegates)]
    with_voice = "" if placement.interpreter is None else f", with {problem.interpreters[placement.interpreter].name}"
    return f"{', '.join(words[:-1])} and {words[-1]}{with_voice}"


def solve_text(problem: Problem, result: Result, help_: tuple[Help, ...]) -> str:
    """Return a result for people."""
    rows = sorted(
        (placement.slot, placement.table, index, placement)
        for index, placement in enumerate(result.plan or ())
        if placement is not None
    )
    lines = [
        f"{_where(problem, placement)}: meeting {index + 1} of {_who(problem, index, placement)}"
        for _, _, index, placement in rows
    ]
    lines += [
        f"not planned: meeting {one.meeting + 1} of {problem.parties(one.meeting)}: {one.words}"
        for one in result.unplaced
    ]
    if problem.has_wishes and result.plan is not None:
        lines.append(_worth(result, len(rows), len(problem.meetings)))
    lines += [f"would help: {one.words}: +{one.meetings} meetings, +{one.value} worth" for one in help_]
    lines += _status(result)
    return "\n".join([*lines, f"{result.cpu_seconds:.2f} s of computing, seed {result.seed}"])


def _worth(result: Result, held: int, wanted: int) -> str:
    words = f"{held} of {wanted} meetings; wishes worth {result.value}, no plan has more than {result.value_bound}"
    if result.shortfall or result.shortfall_bound:
        words += f"; {result.shortfall} guaranteed meetings are missing, at least {result.shortfall_bound} must be"
    return words


def _status(result: Result) -> list[str]:
    match result.status:
        case Status.OPTIMAL if result.value:
            return [f"optimal: {result.breaks} breaks, and no plan worth as much has fewer"]
        case Status.OPTIMAL:
            return [f"optimal: {result.breaks} breaks, and no plan has fewer"]
        case Status.FEASIBLE:
            return [f"feasible: {result.breaks} breaks; proved is that no plan has fewer than {result.bound}"]
        case Status.UNKNOWN:
            return ["unknown: no plan was found in the time given, and it is not proved that there is none"]
        case Status.INFEASIBLE if result.conflict:
            return ["infeasible: these demands cannot be met together:", *(f"- {words}" for words in result.conflict)]
        case Status.INFEASIBLE:
            return ["infeasible: there is no plan"]


def repair_document(repaired: Repaired, seconds: float) -> dict[str, object]:
    """Return a repaired plan for machines."""
    return {
        "meetings": _meetings(repaired.plan),
        "changed": [
            {
                "id": change.meeting + 1,
                "before": None if change.before is None else _meeting(change.meeting + 1, change.before),
                "after": None if change.after is None else _meeting(change.meeting + 1, change.after),
            }
            for change in repaired.changed
        ],
        "told": sorted(person + 1 for person in repaired.told),
        "bound": repaired.bound,
        "cpu_seconds": round(seconds, 4),
    }


def repair_text(repaired: Repaired, seconds: float) -> str:
    """Say for each person who has to be told what is different."""
    problem = repaired.problem
    lines = []
    words = Counter[str]()
    for person in sorted(repaired.told):
        lines.append(f"{problem.person(person)}:")
        for change in repaired.changed:
            line = _line_for(problem, person, change.meeting, change.before, change.after)
            if line:
                lines.append(f"  {line}")
    for change in repaired.changed:
        words["new" if change.before is None else "gone" if change.after is None else "moved"] += 1
    lines.append(
        f"{words['gone']} meetings gone, {words['new']} new, {words['moved']} moved; {len(repaired.told)} people to tell; "
        f"at least {repaired.bound} meetings had to change"
    )
    return "\n".join([*lines, f"{seconds * 1000:.1f} ms of computing"])


def _line_for(problem: Problem, person: int, index: int, before: Placement | None, after: Placement | None) -> str:
    people = problem.meetings[index].people
    was = before is not None and person in (*people, *before.delegates)
    is_ = after is not None and person in (*people, *after.delegates)
    name = f"meeting {index + 1} of {_who(problem, index, after or before)}"
    if was and is_ and before is not None and after is not None:
        return f"{name}: {_where(problem, after)} instead of {_where(problem, before)}"
    if was and before is not None:
        return f"{name} ({_where(problem, before)}) does not take place"
    if is_ and after is not None:
        return f"{name}: new, {_where(problem, after)}"
    return ""
