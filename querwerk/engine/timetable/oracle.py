"""The SAT solver, as far as it is used here."""

from collections.abc import Callable
from typing import Any

from querwerk.engine.timetable.clauses import Clauses

SOLVER = "cadical195"


class Interrupted(Exception):
    """The search was told to stop."""


class Oracle:
    """Answers whether clauses can be satisfied under assumptions; further clauses may come between two questions."""

    def __init__(self, clauses: Clauses, stop: Callable[[], bool]) -> None:
        # These take a moment to load, and only proofs need them.
        from pysat.solvers import Solver  # noqa: PLC0415
        from pysolvers import error  # noqa: PLC0415

        self._clauses = clauses
        self._stop = stop
        self._solver: Any = Solver(name=SOLVER, bootstrap_with=clauses.found)
        self._handed_over = len(clauses.found)
        self._broken_off: type[Exception] = error

    def ask(self, assumptions: list[int], conflicts: int) -> bool | None:
        """Answer with so much work at most; None: not known."""
        if self._stop():
            raise Interrupted
        if self._handed_over < len(self._clauses.found):
            self._solver.append_formula(self._clauses.found[self._handed_over :])
            self._handed_over = len(self._clauses.found)
        self._solver.conf_budget(conflicts)
        try:
            answer: bool | None = self._solver.solve_limited(assumptions=assumptions)
        except self._broken_off:
            # The solver handles Ctrl-C itself while it works, and cannot go on afterwards.
            raise Interrupted from None
        return answer

    def core(self) -> list[int]:
        """Return assumptions that contradict the clauses, after an answer that was false."""
        return list(self._solver.get_core() or [])

    def model(self) -> list[int]:
        """Return what is true, after an answer that was true."""
        return list(self._solver.get_model())

    def close(self) -> None:
        """Free its memory."""
        self._solver.delete()
