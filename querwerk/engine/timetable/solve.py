"""One call from a problem to the best plan, with what is proved about it."""

import time
from contextlib import closing

from querwerk.engine.timetable.attended import Interrupted, heed
from querwerk.engine.timetable.days import fewest_breaks
from querwerk.engine.timetable.encoding import Contradiction, Encoding, domains
from querwerk.engine.timetable.explain import conflict, crowding, unfairness
from querwerk.engine.timetable.oracle import Kind, Oracle
from querwerk.engine.timetable.problem import Problem
from querwerk.engine.timetable.proof import Proof
from querwerk.engine.timetable.result import Placement, Plan, Progress, Report, Result, Status, Stop
from querwerk.engine.timetable.search import Search, breaks_of
from querwerk.engine.timetable.unbroken import Unbroken
from querwerk.engine.timetable.wishes.run import solve_wishes

PLACING = 20
"""Steps for each meeting in which the placement has to find a first plan; the proof goes on without one."""
WARMING_UP = 4_000
"""Steps of annealing before the proof begins, again and again until the plan is fair, but at most WARM_UPS times."""
WARM_UPS = 8
BETWEEN, LONGEST = 4_000, 16_000
"""Steps of annealing when the proof makes its first pause, twice as many in each further one, and at most: hard problems get
a good plan long before the best, and the others do not wait for it."""
ANNEALING = 2_000_000
"""Steps of annealing where the problem is too large for a proof."""
PROVABLE = 40_000
"""Meetings times slots up to which the proof is tried; beyond that its clauses take too much time and memory."""


def solve(problem: Problem, *, seed: int = 1, stop: Stop = lambda: False, report: Report = lambda _: None) -> Result:
    """Plan all meetings that have to be, and of the wishes as much as possible.

    The result depends on problem and seed alone, unless `stop` ends the work earlier; then it is the best so far.
    """
    if not problem.is_plain:
        return solve_wishes(problem, seed, stop, report)
    return _Run(problem, seed, stop, report).result()


class _Run:
    def __init__(self, problem: Problem, seed: int, stop: Stop, report: Report) -> None:
        self._problem = problem
        self._seed = seed
        self._stop = stop
        self._report = report
        self._began = time.process_time()
        self._search: Search | None = None
        self._days = problem.meetings_of()
        self._best: list[int] | None = None
        self._breaks: int | None = None
        self._bound = 0
        self._between = BETWEEN
        self._first_plan: float | None = None

    def result(self) -> Result:
        status, reasons = Status.UNKNOWN, tuple[str, ...]()
        try:
            if not self._is_done():
                status = Status.INFEASIBLE
        except Contradiction:
            status = Status.INFEASIBLE
        except Interrupted:
            pass
        if status is Status.INFEASIBLE:
            reasons = conflict(self._problem, self._stop) or self._unfairness()
        elif self._breaks is not None:
            status = Status.OPTIMAL if self._breaks == self._bound else Status.FEASIBLE
        return Result(
            status,
            None if self._best is None else seated(self._best),
            self._breaks,
            self._bound,
            self._spent(),
            self._seed,
            self._first_plan,
            reasons,
        )

    def _unfairness(self) -> tuple[str, ...]:
        """Say that fairness is in the way, where a plan without it was found."""
        if self._search is None or self._problem.fairness is None:
            return ()
        return (unfairness(self._problem.fairness),)

    def _is_done(self) -> bool:
        """Search until the best plan is proved or nothing further can be tried; false when it is proved that there is none."""
        if crowding(self._problem):
            return False  # a solver would try to seat them in every way
        slots = domains(self._problem)
        if len(self._problem.meetings) * self._problem.slots > PROVABLE:
            self._place(slots)
            self._warm_up(ANNEALING)
            return True
        all_alike = self._problem.fairness == 0
        if not all_alike:
            self._place(slots)
            self._warm_up(WARMING_UP)
        unbroken = self._breaks == 0 or self._is_unbroken(slots)
        if unbroken:
            return True
        if all_alike:
            self._place(slots)  # such a plan is hardly ever fair, so it can wait
        if unbroken is False:
            if all_alike and any(len(meetings) < 2 for meetings in self._days):
                return False  # some can have no breaks, so nobody may
            self._raise_bound(self._problem.people if all_alike else 1)
        self._raise_bound(fewest_breaks(self._problem, slots, self._stop))
        self._anneal(WARMING_UP)
        return self._breaks == self._bound or self._is_proved_by_clauses(slots)

    def _place(self, slots: list[list[int]]) -> None:
        """Find a slot for each meeting, fair or not."""
        search = Search(self._problem, slots, self._seed, self._stop)
        if search.place(PLACING * len(self._problem.meetings)):
            self._search = search
            self._note(search.slots)
        heed(self._stop)

    def _warm_up(self, steps: int) -> None:
        """Anneal until the plan is fair, or it takes too long."""
        for _ in range(WARM_UPS):
            if self._best is None:
                self._anneal(steps, only_until_fair=True)
        heed(self._stop)

    def _is_unbroken(self, slots: list[list[int]]) -> bool | None:
        """Find a plan without breaks, or prove that there is none; None: that would take long."""
        try:
            unbroken = Unbroken(self._problem, slots, self._stop)
        except Contradiction:
            return False
        with (
            closing(Oracle(unbroken.clauses, self._stop, is_strict=True)) as thorough,
            closing(Oracle(unbroken.clauses, self._stop, Kind.MINISAT)) as quick,
        ):
            for oracle, effort in (
                (quick, 3_000),
                (thorough, 600),
                (thorough, 4_000),
                (thorough, 8_000),
                (thorough, 8_000),
            ):
                answer = oracle.ask([], effort)
                if answer:
                    self._note(unbroken.slots_in(oracle.model()))
                if answer is not None:
                    return answer
        return None

    def _is_proved_by_clauses(self, slots: list[list[int]]) -> bool:
        proof = Proof(Encoding(self._problem, slots, self._stop), self._stop, self._note, self._raise_bound)
        proof.meanwhile = self._anneal_between
        proof.best, proof.bound = self._breaks, self._bound
        return proof.run()

    def _anneal_between(self) -> int | None:
        self._anneal(self._between)
        self._between = min(2 * self._between, LONGEST)
        return self._breaks

    def _anneal(self, steps: int, *, only_until_fair: bool = False) -> None:
        search = self._search
        if search is None:
            return

        def note(_: int) -> bool:
            self._note(search.slots)
            return self._breaks is None or (self._breaks > self._bound and not only_until_fair)

        search.improve(steps, note)

    def _note(self, slots: list[int]) -> int:
        """Keep a plan if it is fair and the best so far; return the breaks of the best."""
        counts = [breaks_of(sum(1 << slots[index] for index in day)) for day in self._days]
        breaks, fairness = sum(counts), self._problem.fairness
        is_fair = fairness is None or max(counts) - min(counts) <= fairness
        if is_fair and (self._breaks is None or breaks < self._breaks):
            self._best, self._breaks = list(slots), breaks
            if self._first_plan is None:
                self._first_plan = self._spent()
            self._report(Progress(breaks, self._bound, self._spent()))
        return self._breaks if self._breaks is not None else breaks

    def _raise_bound(self, bound: int) -> None:
        if bound <= self._bound:
            return
        self._bound = bound
        self._report(Progress(self._breaks, bound, self._spent()))

    def _spent(self) -> float:
        return time.process_time() - self._began


def seated(slots: list[int]) -> Plan:
    """Give the meetings of each slot tables, from the first on."""
    taken: dict[int, int] = {}
    plan = []
    for slot in slots:
        plan.append(Placement(slot, taken.get(slot, 0)))
        taken[slot] = taken.get(slot, 0) + 1
    return tuple(plan)
