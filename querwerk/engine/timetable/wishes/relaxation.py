"""What is possible at most: a linear program that chooses meetings without giving them slots.

Each meeting is held or not (a fraction is allowed), nobody has more than they have slots for, and there are no more than
tables and interpreters for all slots together. For pairs this is the fractional b-matching, whose best solutions are whole
and half numbers, so what it says about whole meetings is nearly always right. Every plan satisfies it; therefore it bounds.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from querwerk.engine.timetable.attended import completed, heed
from querwerk.engine.timetable.result import Stop
from querwerk.engine.timetable.wishes.layout import Layout, Mode, Service

SAFETY = 1e-6
"""Relative to the value: what rounding in the linear program may amount to."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A bound, and how much of each meeting the best choice has."""

    shortfall: int
    """At least so many guaranteed meetings are missing in any plan."""
    value: int
    """No plan with a shortfall up to the one asked about is worth more."""
    share: list[float]


class Impossible(Exception):
    """Not all meetings that have to take place can."""


def relax(layout: Layout, shortfall: int | None = None, stop: Stop = lambda: False) -> Relaxation:
    """Bound the value of plans with this shortfall at most; None: with the smallest that the program allows.

    Raises Impossible, and Interrupted if `stop` says so.
    """
    program = _Program(layout, stop)
    meetings = layout.problem.meetings
    weights = {
        variable: float(meetings[mode.meeting].weight or 0)
        for mode, variable in zip(layout.modes, program.held, strict=True)
    }
    least, best = 0, program.solve(weights)
    # Few guarantees are in danger, so they are demanded only where the program would break them.
    while broken := program.broken_guarantees():
        program.demand(broken)
        least = math.ceil(-program.solve(dict.fromkeys(program.missing, -1.0)) - SAFETY)
        program.limit_missing(least if shortfall is None else max(shortfall, least))
        best = program.solve(weights)
    share = [0.0] * len(meetings)
    for mode, variable in zip(layout.modes, program.held, strict=True):
        share[mode.meeting] += variable.solution_value()
    return Relaxation(least, math.floor(best + SAFETY * (1 + abs(best))), share)


class _Program:
    def __init__(self, layout: Layout, stop: Stop) -> None:
        self._stop = stop
        pywraplp: Any = import_module("ortools.linear_solver.pywraplp")  # only where there are wishes
        self.solver: Any = pywraplp.Solver.CreateSolver("GLOP")
        self.infinity = self.solver.infinity()
        self.held = [self.solver.NumVar(0, 1, "") for _ in layout.modes]
        self.missing: list[Any] = []
        self._limit: Any = None
        self._days: list[list[Any]] = []
        self._demanded: set[int] = set()
        self._optimal = pywraplp.Solver.OPTIMAL
        self._layout = layout
        for add in (self._add_meetings, self._add_people, self._add_total):
            heed(stop)
            add()
        for service, kinds in (
            (layout.tables, [mode.table for mode in layout.modes]),
            (layout.voices, [mode.voice for mode in layout.modes]),
        ):
            heed(stop)
            self._add_service(service, kinds)

    def solve(self, weights: dict[Any, float]) -> float:
        """Return the largest sum of these weights."""
        objective = self.solver.Objective()
        objective.Clear()
        for variable, weight in weights.items():
            objective.SetCoefficient(variable, weight)
        objective.SetMaximization()
        if completed(self.solver.Solve, self._stop, self.solver.InterruptSolve) != self._optimal:
            raise Impossible
        value: float = objective.Value()
        return value

    def broken_guarantees(self) -> list[int]:
        """Return people with fewer meetings than guaranteed of whom that is not demanded yet."""
        return [
            person
            for person, rules in enumerate(self._layout.rules)
            if rules.least
            and person not in self._demanded
            and sum(variable.solution_value() for variable in self._days[person]) < rules.least - SAFETY
        ]

    def demand(self, people: list[int]) -> None:
        """Count the guaranteed meetings that these people miss."""
        if self._limit is not None:
            self._limit.SetBounds(-self.infinity, self.infinity)
        for person in people:
            least = self._layout.rules[person].least
            self.missing.append(self.solver.NumVar(0, least, ""))
            row = self._row(self._days[person], self.infinity, least)
            row.SetCoefficient(self.missing[-1], 1)
        self._demanded.update(people)

    def limit_missing(self, most: int) -> None:
        """Let no more of the guaranteed meetings that are demanded be missing."""
        if self._limit is None:
            self._limit = self.solver.Constraint(-self.infinity, most)
        for variable in self.missing:
            self._limit.SetCoefficient(variable, 1)
        self._limit.SetBounds(-self.infinity, most)

    def _row(self, variables: list[Any], most: float, least: float | None = None) -> Any:
        row = self.solver.Constraint(-self.infinity if least is None else least, most)
        for variable in variables:
            row.SetCoefficient(variable, 1)
        return row

    def _add_meetings(self) -> None:
        layout = self._layout
        for index, meeting in enumerate(layout.problem.meetings):
            modes = self.held[layout.mode_of[index] : layout.mode_of[index + 1]]
            if meeting.weight is None:
                if not modes:
                    raise Impossible
                self._row(modes, 1, 1)
            elif len(modes) > 1:
                self._row(modes, 1)

    def _add_people(self) -> None:
        layout = self._layout
        days: list[list[int]] = [[] for _ in range(layout.problem.people)]
        for number, mode in enumerate(layout.modes):
            for person in mode.people:
                days[person].append(number)
        for person, modes in enumerate(days):
            slots = 0
            for number in modes:
                slots |= layout.modes[number].slots
            most = min(layout.most(person), slots.bit_count())
            variables = [self.held[number] for number in modes]
            self._days.append(variables)
            if len(modes) > most:
                self._row(variables, most)

    def _add_total(self) -> None:
        """Each slot has so many tables, and so many pairs of people who can come."""
        layout = self._layout
        everything = range(len(layout.tables.things))
        total = sum(
            min(
                sum(layout.tables.things[table][1] >> slot & 1 for table in everything),
                sum(bits >> slot & 1 for bits in layout.open) // 2,
            )
            for slot in range(layout.problem.slots)
        )
        self._row(self.held, total)

    def _add_service(self, service: Service, kinds: list[int]) -> None:
        """Whatever needs one of these things and no others cannot be more than they have slots."""
        members: defaultdict[int, list[Any]] = defaultdict(list)
        for kind, variable in zip(kinds, self.held, strict=True):
            if kind >= 0:
                members[kind].append(variable)
        whole = frozenset(range(len(service.things)))
        for kind, users in enumerate(service.users):
            if users == whole and service is self._layout.tables:
                continue  # counted already
            inner = [other for other, found in enumerate(service.users) if found <= users]
            room = sum(service.things[thing][1].bit_count() for thing in users)
            variables = [variable for other in inner for variable in members[other]]
            if len(variables) > room and kind in members:
                self._row(variables, room)


def chosen_first(layout: Layout, relaxation: Relaxation | None) -> list[int]:
    """Return the meetings in the order in which they should find places.

    Those that have to be, then what the relaxation chose, the most and the tightest first, then the rest by weight.
    """
    meetings = layout.problem.meetings
    load = [0.0] * layout.problem.people
    share = relaxation.share if relaxation else [0.0] * len(meetings)
    for index, meeting in enumerate(meetings):
        for person in meeting.people:
            load[person] += share[index]
    first: list[Mode | None] = [
        layout.modes[layout.mode_of[index]] if layout.mode_of[index] < layout.mode_of[index + 1] else None
        for index in range(len(meetings))
    ]

    def rank(index: int) -> tuple[float, ...]:
        mode, weight = first[index], meetings[index].weight
        if mode is None:
            return (2, 0, 0, 0)
        tightness = sum(load[person] / max(1, layout.most(person)) for person in mode.people)
        width = mode.slots.bit_count()
        if weight is None:
            return (0, width, -tightness, 0)
        taken = share[index] > 1 - SAFETY
        return (1, -share[index] if taken else 1 - share[index], 0 if taken else -weight, -tightness)

    return sorted(range(len(meetings)), key=rank)
