"""How many breaks the days alone cost, whoever meets whom, where places are scarce.

Each person chooses one pattern of busy and idle slots; all together may not be busier than there are tables. A linear program
finds what a place is worth in each slot. At these prices everybody takes the pattern that is cheapest for them, breaks
and places together, which no plan can undercut: so the bound is summed up in whole numbers, and holds even if the program erred.
"""

from collections import Counter
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from querwerk.engine.timetable.attended import completed
from querwerk.engine.timetable.problem import Problem
from querwerk.engine.timetable.result import Stop

SCARCE = 0.8
"""Places are scarce when meetings need more than this part of them."""
FINE = 840
"""Prices are rounded to this part of a break; a number with many divisors, because prices mostly are simple fractions."""

type State = tuple[int, int]
"""Meetings a person has had, and whether they are busy: 0 not yet or no longer, 1 busy, 2 in a break."""
BUSY, BREAK = 1, 2


@dataclass(frozen=True, slots=True)
class Step:
    """From one slot to the next in somebody's day."""

    slot: int
    before: State
    after: State

    @property
    def is_busy(self) -> bool:
        """Say whether it takes a place."""
        return self.after[1] == BUSY

    @property
    def breaks(self) -> int:
        """Return 1 where a break begins."""
        return int(self.before[1] == BUSY and self.after[1] == BREAK)


def fewest_breaks(problem: Problem, slots: list[list[int]], stop: Stop = lambda: False) -> int:
    """Return a number of breaks that no plan can undercut; 0 where places are not scarce. `slots` are those of the meetings.

    Raises Interrupted if `stop` says so.
    """
    if len(problem.meetings) <= SCARCE * problem.slots * problem.tables:
        return 0
    kinds = Counter(tuple(tuple(slots[index]) for index in day) for day in problem.meetings_of() if day)
    days: Counter[tuple[Step, ...]] = Counter()
    for choices, count in kinds.items():
        days[_steps(problem.slots, choices)] += count
    places = 2 * problem.tables
    prices = _prices(problem.slots, places, days, stop)
    cheapest = sum(count * _cheapest(day, prices) for day, count in days.items())
    return max(0, -((places * sum(prices) - cheapest) // FINE))


def _steps(count: int, choices: tuple[tuple[int, ...], ...]) -> tuple[Step, ...]:
    """Return all steps of the days that somebody with such meetings can have, in the order of slots."""
    possible = {slot for choice in choices for slot in choice}
    least = [sum(choice[-1] <= slot for choice in choices) for slot in range(count)]
    most = [sum(choice[0] <= slot for choice in choices) for slot in range(count)]
    steps: list[Step] = []
    states: set[State] = {(0, 0)}
    for slot in range(count):
        here = [
            Step(slot, before, after)
            for before in sorted(states)
            for after in ((before[0] + 1, BUSY), (before[0], BREAK if 0 < before[0] < len(choices) else 0))
            if least[slot] <= after[0] <= most[slot] and (after[1] != BUSY or slot in possible)
        ]
        states = {step.after for step in here}
        steps += here
    return tuple(steps)


def _prices(count: int, places: int, days: Counter[tuple[Step, ...]], stop: Stop) -> list[int]:
    """Return what a place is worth in each slot."""
    pywraplp: Any = import_module("ortools.linear_solver.pywraplp")  # only where places are scarce
    solver = pywraplp.Solver.CreateSolver("GLOP")
    limits = [solver.Constraint(-solver.infinity(), places) for _ in range(count)]
    objective = solver.Objective()
    for day, people in days.items():
        balance: dict[tuple[int, State], Any] = {}
        for step in day:
            variable = solver.NumVar(0, people, "")
            objective.SetCoefficient(variable, step.breaks)
            if step.is_busy:
                limits[step.slot].SetCoefficient(variable, 1)
            for node, sign in (((step.slot, step.before), -1), ((step.slot + 1, step.after), 1)):
                if node[0] < count:
                    if node not in balance:
                        start = people if node[0] == 0 else 0
                        balance[node] = solver.Constraint(-start, -start)
                    balance[node].SetCoefficient(variable, sign)
    objective.SetMinimization()
    if completed(solver.Solve, stop, solver.InterruptSolve) != solver.OPTIMAL:
        return [0] * count
    return [max(0, round(-FINE * limit.dual_value())) for limit in limits]


def _cheapest(day: tuple[Step, ...], prices: list[int]) -> int:
    """Return what the cheapest pattern costs at these prices."""
    costs: dict[State, int] = {(0, 0): 0}
    reached: dict[State, int] = {}
    slot = 0
    for step in day:
        if step.slot > slot:
            costs, reached, slot = reached, {}, step.slot
        cost = costs[step.before] + FINE * step.breaks + prices[slot] * step.is_busy
        reached[step.after] = min(cost, reached.get(step.after, cost))
    return min(reached.values(), default=0)
