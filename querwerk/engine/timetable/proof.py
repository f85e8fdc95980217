"""The proof: core-guided search from below (OLL), which meets the best plan from above.

A core is a set of breaks of which at least one is unavoidable. Each core raises the bound by one and is replaced by a
counter whose outputs say “two of them”, “three of them” …; when all assumptions hold, the plan has as many breaks as the
bound says.
"""

from collections.abc import Callable
from typing import Any

from querwerk.engine.timetable.encoding import Encoding

SLICE = 20_000
"""Conflicts between two looks at whether to stop; a search that is taken up again costs time, so not too few."""
TRIAL = 1_000
"""Conflicts spent on making a core smaller or raising its count at once."""
SOLVER = "cadical195"


class Interrupted(Exception):
    """The search was told to stop."""


class Proof:
    """One run; `bound` is right at any time."""

    def __init__(
        self,
        encoding: Encoding,
        stop: Callable[[], bool],
        on_plan: Callable[[list[int]], int],
        on_bound: Callable[[int], None],
    ) -> None:
        # SAT solvers take a moment to load, and nothing but the proof needs one.
        from pysat.solvers import Solver  # noqa: PLC0415

        self._encoding = encoding
        self._stop = stop
        self._on_plan = on_plan
        self._on_bound = on_bound
        self._clauses = encoding.clauses
        self._solver: Any = Solver(name=SOLVER, bootstrap_with=self._clauses.found)
        self._handed_over = len(self._clauses.found)
        self._counters: dict[int, tuple[list[int], int]] = {}
        self._assumed: dict[int, None] = dict.fromkeys(encoding.soft)
        self.bound = 0
        self.best: int | None = None

    def run(self) -> bool:
        """Search until the best plan is proved (true) or it is proved that there is none (false)."""
        try:
            return self._run()
        finally:
            self._solver.delete()

    def _run(self) -> bool:
        while self.best is None or self.bound < self.best:
            found = self._collect()
            if found is None:
                return False
            for core in found:
                self._replace(core)
        return True

    def _collect(self) -> list[list[int]] | None:
        """Take cores that share nothing until the rest can be satisfied; None: there is no plan at all."""
        cores: list[list[int]] = []
        while not self._solve(list(self._assumed)):
            core = self._core()
            if not core:
                return None
            core = self._shrunk(core)
            for literal in core:
                del self._assumed[literal]
            self._raise_bound()
            if len(core) == 1:
                self._add((-core[0],))
            cores.append(core)
            if self.best is not None and self.bound >= self.best:
                return cores
        self._note_plan()
        return cores

    def _replace(self, core: list[int]) -> None:
        """Put counters where the cores were."""
        for literal in core:
            if literal in self._counters:
                outputs, at = self._counters[literal]
                self._assume_output(outputs, at + 1)
        if len(core) == 1:
            return
        outputs = self._clauses.counter([-literal for literal in core], len(core))
        self._hand_over()
        at = 1
        while at < len(outputs) and self._trial([-outputs[at]]) is False:
            self._add((outputs[at],))
            self._raise_bound()
            at += 1
        self._assume_output(outputs, at)

    def _assume_output(self, outputs: list[int], at: int) -> None:
        if at < len(outputs):
            self._assumed[-outputs[at]] = None
            self._counters[-outputs[at]] = (outputs, at)

    def _shrunk(self, core: list[int]) -> list[int]:
        """Leave out what is not needed, as far as little work shows it."""
        while len(core) > 1 and self._trial(core) is False:
            smaller = self._core()
            if len(smaller) >= len(core):
                break
            core = smaller
        if len(core) > 40:
            return core
        index = 0
        while index < len(core) and len(core) > 1:
            rest = core[:index] + core[index + 1 :]
            if self._trial(rest) is False:
                kept = set(self._core())
                core = [literal for literal in rest if literal in kept]
            else:
                index += 1
        return core

    def _core(self) -> list[int]:
        return list(self._solver.get_core() or [])

    def _trial(self, assumptions: list[int]) -> bool | None:
        """Solve with little work; None: not known."""
        if self._stop():
            raise Interrupted
        self._solver.conf_budget(TRIAL)
        answer: bool | None = self._solver.solve_limited(assumptions=assumptions)
        if answer:
            self._note_plan()
        return answer

    def _solve(self, assumptions: list[int]) -> bool:
        while True:
            if self._stop():
                raise Interrupted
            self._solver.conf_budget(SLICE)
            answer: bool | None = self._solver.solve_limited(assumptions=assumptions)
            if answer is not None:
                return answer

    def _note_plan(self) -> None:
        self.best = self._on_plan(self._encoding.slots_in(self._solver.get_model()))

    def _raise_bound(self) -> None:
        self.bound += 1
        self._on_bound(self.bound)

    def _add(self, clause: tuple[int, ...]) -> None:
        self._clauses.add(clause)
        self._hand_over()

    def _hand_over(self) -> None:
        self._solver.append_formula(self._clauses.found[self._handed_over :])
        self._handed_over = len(self._clauses.found)
