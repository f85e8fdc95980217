"""The SAT solver, as far as it is used here."""

from collections.abc import Callable
from typing import Any

from querwerk.engine.timetable.clauses import Clauses

OPTIONS = {"stabilizeonly": 1, "lucky": 0, "phase": 1}
"""What CaDiCaL does otherwise than by itself: no hasty restarts, which on timetables lose what a search has settled; and
no tries of constant values at each question."""


class Interrupted(Exception):
    """The search was told to stop."""


class Oracle:
    """Answers whether clauses can be satisfied under assumptions; further clauses may come between two questions."""

    def __init__(self, clauses: Clauses, stop: Callable[[], bool]) -> None:
        # This takes a moment to load, and only proofs need it.
        from pysolvers import error  # noqa: PLC0415

        self._clauses = clauses
        self._stop = stop
        self._solver: Any
        self._broken_off: type[Exception] = error
        self._seed = 0
        self._begin()

    def _begin(self) -> None:
        from pysat.solvers import Cadical195  # noqa: PLC0415

        self._solver = Cadical195()
        self._solver.configure(OPTIONS | {"seed": self._seed})
        self._handed_over = 0

    def renew(self) -> None:
        """Forget all that was learnt, and begin with other chances: where one search has no luck, another need not have none."""
        self.close()
        self._seed += 1
        self._begin()

    def ask(self, assumptions: list[int], conflicts: int) -> bool | None:
        """Answer with so much work at most; None: not known. Raises Interrupted if `stop` says so before.

        What is asked again goes on where it was, but begins its rhythm of looking back anew, so small portions are slow.
        """
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
