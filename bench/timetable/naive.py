"""The rival that comes to mind first: the problem written down for OR-Tools CP-SAT as it is told, with nothing else said.

“Meeting in slot” and “busy in slot”; a run of meetings starts where somebody is busy and was not before; the breaks are the
runs less one.
"""

from ortools.sat.python import cp_model

from querwerk.engine.timetable import Problem


def solve(problem: Problem, seconds: float) -> tuple[str, int | None]:
    """Return what CP-SAT calls its status after so much time on one thread, and its breaks if any."""
    model = cp_model.CpModel()
    slots = range(problem.slots)
    at = [{slot: model.new_bool_var("") for slot in problem.slots_of(index)} for index in range(len(problem.meetings))]
    for index, row in enumerate(at):
        model.add_exactly_one(row.values())
        when = sum(slot * literal for slot, literal in row.items())
        for other in problem.meetings[index].after:
            model.add(sum(slot * literal for slot, literal in at[other].items()) < when)
    for slot in slots:
        model.add(sum(row[slot] for row in at if slot in row) <= problem.tables)
    breaks = [
        _breaks(model, slots, [at[index] for index in meetings])
        for meetings in problem.meetings_of()
        if meetings or problem.fairness is not None
    ]
    if problem.fairness is not None:
        least, most = model.new_int_var(0, problem.slots, ""), model.new_int_var(0, problem.slots, "")
        model.add_min_equality(least, breaks)
        model.add_max_equality(most, breaks)
        model.add(most - least <= problem.fairness)
    model.minimize(sum(breaks))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = seconds
    status = solver.status_name(solver.solve(model))
    found = round(solver.objective_value) if status in {"OPTIMAL", "FEASIBLE"} else None
    return status.lower(), found


def _breaks(model: cp_model.CpModel, slots: range, rows: list[dict[int, cp_model.IntVar]]) -> cp_model.LinearExprT:
    if not rows:
        return model.new_constant(0)
    busy = [model.new_bool_var("") for _ in slots]
    starts = [model.new_bool_var("") for _ in slots]
    for slot in slots:
        model.add(sum(row[slot] for row in rows if slot in row) == busy[slot])
        before = busy[slot - 1] if slot else None
        model.add_implication(starts[slot], busy[slot])
        if before is None:
            model.add_implication(busy[slot], starts[slot])
        else:
            model.add_implication(starts[slot], ~before)
            model.add_bool_or(~busy[slot], before, starts[slot])
    count = model.new_int_var(0, len(slots), "")
    model.add(count == sum(starts) - 1)
    return count
