"""Proofs for problems of ordinary size: the whole problem for CP-SAT, one goal after the other.

Goals, in this order: few missing guaranteed meetings, much weight, little unfairness, few breaks. What one goal reaches is
kept while the next is pursued. Tables and interpreters are flows from kinds to classes, so nothing is counted twice.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from querwerk.engine.timetable.attended import attended
from querwerk.engine.timetable.result import Placement, Plan
from querwerk.engine.timetable.wishes.layout import Layout, Service

EFFORT = 20.0
"""CP-SAT's measure of work for each goal, in about seconds; the same on every machine."""


@dataclass(frozen=True, slots=True)
class Step:
    """What was found out about one goal."""

    plan: Plan | None
    bound: int
    is_proved: bool
    """The goal's value in the plan is the bound; without a plan: there is none."""


class Exact:
    """The model; ask for one goal after the other, each keeps what came before."""

    def __init__(self, layout: Layout, seed: int, stop: Callable[[], bool]) -> None:
        from ortools.sat.python import cp_model  # noqa: PLC0415 -- takes half a second

        self._cp = cp_model
        self._layout = layout
        self._seed = seed
        self._stop = stop
        self._model: Any = cp_model.CpModel()
        slots = range(layout.problem.slots)
        self._held = [
            {slot: self._model.new_bool_var("") for slot in slots if mode.slots >> slot & 1} for mode in layout.modes
        ]
        self._busy: list[list[list[Any]]] = [[[] for _ in slots] for _ in range(layout.problem.people)]
        for mode, at in zip(layout.modes, self._held, strict=True):
            for slot, variable in at.items():
                for person in mode.people:
                    self._busy[person][slot].append(variable)
        self._add_meetings()
        self._add_people()
        self._add_service(layout.tables, layout.table_classes, [mode.table for mode in layout.modes])
        self._add_service(layout.voices, layout.voice_classes, [mode.voice for mode in layout.modes])
        self._add_order()
        self._days: list[Any] | None = None
        self.shortfall = self._missing()
        self.value = self._cp.LinearExpr.weighted_sum(
            [variable for at in self._held for variable in at.values()],
            [layout.problem.meetings[m.meeting].weight or 0 for m, at in zip(layout.modes, self._held, strict=True) for _ in at],
        )  # fmt: skip

    # --- The problem ------------------------------------------------------------

    def _add_meetings(self) -> None:
        layout = self._layout
        for index, meeting in enumerate(layout.problem.meetings):
            modes = range(layout.mode_of[index], layout.mode_of[index + 1])
            places = [variable for mode in modes for variable in self._held[mode].values()]
            if meeting.weight is None:
                self._model.add_exactly_one(places)
            else:
                self._model.add_at_most_one(places)

    def _add_people(self) -> None:
        for person, day in enumerate(self._busy):
            for variables in day:
                if len(variables) > 1:
                    self._model.add_at_most_one(variables)
            everything = [variable for variables in day for variable in variables]
            most = self._layout.most(person)
            if len(everything) > most:
                self._model.add(sum(everything) <= most)

    def _add_service(self, service: Service, groups: list[list[int]], kinds: list[int]) -> None:
        place = {thing: number for number, group in enumerate(groups) for thing in group}
        for slot in range(self._layout.problem.slots):
            asked: defaultdict[int, list[Any]] = defaultdict(list)
            for kind, at in zip(kinds, self._held, strict=True):
                if kind >= 0 and slot in at:
                    asked[kind].append(at[slot])
            given: defaultdict[int, list[Any]] = defaultdict(list)
            for kind, variables in asked.items():
                classes = sorted({place[thing] for thing in service.users[kind]})
                if len(classes) == 1:
                    given[classes[0]] += variables
                    continue
                flows = [self._model.new_int_var(0, len(groups[number]), "") for number in classes]
                self._model.add(sum(flows) == sum(variables))
                for number, flow in zip(classes, flows, strict=True):
                    given[number].append(flow)
            for number, flows in given.items():
                room = len(groups[number]) * (service.things[groups[number][0]][1] >> slot & 1)
                self._model.add(sum(flows) <= room)

    def _add_order(self) -> None:
        layout = self._layout
        for index, meeting in enumerate(layout.problem.meetings):
            for other in meeting.after:
                for slot in range(layout.problem.slots):
                    late = self._places(other, range(slot, layout.problem.slots))
                    early = self._places(index, range(slot + 1))
                    if late and early:
                        self._model.add(sum(late) + sum(early) <= 1)

    def _places(self, meeting: int, slots: range) -> list[Any]:
        modes = range(self._layout.mode_of[meeting], self._layout.mode_of[meeting + 1])
        return [self._held[mode][slot] for mode in modes for slot in slots if slot in self._held[mode]]

    def _missing(self) -> Any:
        missing = []
        for person, rules in enumerate(self._layout.rules):
            if rules.least:
                variable = self._model.new_int_var(0, rules.least, "")
                self._model.add(variable + sum(v for day in self._busy[person] for v in day) >= rules.least)
                missing.append(variable)
        return sum(missing) if missing else None

    def _breaks(self) -> list[Any]:
        """Return for each person the number of breaks."""
        if self._days is None:
            self._days = [self._breaks_of(day) for day in self._busy]
        return self._days

    def _breaks_of(self, day: list[list[Any]]) -> Any:
        possible = [slot for slot, variables in enumerate(day) if variables]
        if not possible or possible[-1] - possible[0] < 2:
            return 0
        busy = [sum(variables) for variables in day]
        starts = []
        for slot, here in enumerate(busy):
            start = self._model.new_bool_var("")
            before = busy[slot - 1] if slot else 0
            self._model.add(start >= here - before)
            self._model.add(start <= here)
            self._model.add(start <= 1 - before)
            starts.append(start)
        comes = self._model.new_bool_var("")
        for here in busy:
            self._model.add(comes >= here)
        self._model.add(comes <= sum(busy))
        return sum(starts) - comes

    # --- Goals ------------------------------------------------------------------

    def fewest_missing(self, plan: Plan | None) -> Step:
        """Minimise the guaranteed meetings that are missing."""
        return self._pursue(self.shortfall, plan)

    def most_value(self, plan: Plan | None) -> Step:
        """Maximise the weight of fulfilled wishes."""
        step = self._pursue(-self.value, plan)
        return Step(step.plan, -step.bound, step.is_proved)

    def least_unfair(self, plan: Plan | None) -> Step:
        """Minimise by how much the breaks of two people differ more than is fair."""
        return self._pursue(self._unfairness(), plan)

    def fewest_breaks(self, plan: Plan | None) -> Step:
        """Minimise the breaks."""
        return self._pursue(sum(self._breaks()), plan)

    def fewest_told(self, before: Sequence[Placement | None], plan: Plan) -> Step:
        """Minimise the people whose meetings are not as before, among plans worth as much as this one."""
        meetings = self._layout.problem.meetings
        worth = sum(meeting.weight or 0 for meeting, place in zip(meetings, plan, strict=True) if place is not None)
        self._model.add(self.value >= worth)
        if self.shortfall is not None:
            load = Counter(person for m, place in zip(meetings, plan, strict=True) if place for person in m.people)
            load.update(person for place in plan if place for person in place.delegates)
            missing = sum(max(0, rules.least - load[p]) for p, rules in enumerate(self._layout.rules))
            self._model.add(self.shortfall <= missing)
        told: dict[int, Any] = {}
        for index, place in enumerate(before):
            self._add_told(index, place, told)
        return self._pursue(sum(told.values()) if told else 0, plan)

    def _add_told(self, index: int, place: Placement | None, told: dict[int, Any]) -> None:
        layout = self._layout
        number = -1 if place is None else layout.mode_with(index, place.delegates)
        stays = self._held[number].get(place.slot, 0) if place is not None and number >= 0 else 0
        people = () if place is None else (*layout.problem.meetings[index].people, *place.delegates)
        for person in people:
            self._model.add(self._told(person, told) >= 1 - stays)
        for mode in range(layout.mode_of[index], layout.mode_of[index + 1]):
            for slot, variable in self._held[mode].items():
                if place is None or mode != number or slot != place.slot:
                    for person in layout.modes[mode].people:
                        self._model.add(self._told(person, told) >= variable)

    def _told(self, person: int, told: dict[int, Any]) -> Any:
        if person not in told:
            told[person] = self._model.new_bool_var("")
        return told[person]

    def demand_fairness(self) -> None:
        """Let no two people's breaks differ by more than is fair."""
        self._model.add(self._unfairness() == 0)

    def _unfairness(self) -> Any:
        slots = self._layout.problem.slots
        largest, smallest, excess = (self._model.new_int_var(0, slots, "") for _ in range(3))
        for breaks in self._breaks():
            self._model.add(largest >= breaks)
            self._model.add(smallest <= breaks)
        self._model.add(excess >= largest - smallest - (self._layout.problem.fairness or 0))
        return excess

    def _pursue(self, goal: Any, plan: Plan | None) -> Step:
        self._hint(plan)
        self._model.clear_objective()
        if not isinstance(goal, int):
            self._model.minimize(goal)
        solver = self._cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = self._seed
        solver.parameters.max_deterministic_time = EFFORT
        status = self._run(solver)
        if status == self._cp.INFEASIBLE:
            return Step(None, 0, is_proved=True)
        bound = goal if isinstance(goal, int) else round(solver.best_objective_bound)
        if status not in {self._cp.OPTIMAL, self._cp.FEASIBLE}:
            return Step(None, bound, is_proved=False)
        if not isinstance(goal, int):
            self._model.add(goal <= round(solver.objective_value))
        return Step(self._plan(solver), bound, is_proved=status == self._cp.OPTIMAL)

    def _run(self, solver: Any) -> Any:
        """Solve, while somebody looks whether to stop."""
        return attended(lambda: solver.solve(self._model), self._stop, solver.stop_search)

    def _hint(self, plan: Plan | None) -> None:
        self._model.clear_hints()
        if plan is None:
            return
        for number, (mode, at) in enumerate(zip(self._layout.modes, self._held, strict=True)):
            placement = plan[mode.meeting]
            chosen = placement is not None and self._layout.mode_with(mode.meeting, placement.delegates) == number
            for slot, variable in at.items():
                self._model.add_hint(variable, chosen and placement is not None and placement.slot == slot)

    def _plan(self, solver: Any) -> Plan:
        layout = self._layout
        board = layout.board(1, [0] * len(layout.problem.meetings), 0)
        places: list[Placement | None] = [None] * len(layout.problem.meetings)
        for mode, at in zip(layout.modes, self._held, strict=True):
            people = layout.problem.meetings[mode.meeting].people
            for slot, variable in at.items():
                if solver.boolean_value(variable):
                    places[mode.meeting] = Placement(slot, 0, mode.people[len(people) :])
        if not layout.enter(board, tuple(places)):
            raise AssertionError("a plan of the model does not fit the tables")
        return layout.plan(board)
