"""The proof: core-guided search from below (OLL), which meets the best plan from above.

A core is a set of breaks of which at least one is unavoidable. Each core raises the bound by one and is replaced by a
counter whose outputs say “two of them”, “three of them” …; when all assumptions hold, the plan has as many breaks as the
bound says.
"""

from collections.abc import Callable

from querwerk.engine.timetable.encoding import Encoding
from querwerk.engine.timetable.oracle import Oracle

SLICE = 20_000
"""Conflicts between two pauses for looking for a better plan elsewhere."""
TRIAL = 1_000
"""Conflicts spent on making a core smaller or raising its count at once."""


class Met(Exception):
    """A plan from elsewhere is as good as the bound."""


class Proof:
    """One run; `bound` is right at any time."""

    def __init__(
        self,
        encoding: Encoding,
        stop: Callable[[], bool],
        on_plan: Callable[[list[int]], int],
        on_bound: Callable[[int], None],
    ) -> None:
        self._encoding = encoding
        self._on_plan = on_plan
        self._on_bound = on_bound
        self._clauses = encoding.clauses
        self._oracle = Oracle(encoding.clauses, stop)
        self._counters: dict[int, tuple[list[int], int]] = {}
        self._assumed: dict[int, None] = dict.fromkeys(encoding.soft)
        self.bound = 0
        self.best: int | None = None
        self.meanwhile: Callable[[], int | None] = lambda: self.best
        """Called between two slices of work; returns the breaks of the best plan."""

    def run(self) -> bool:
        """Search until the best plan is proved (true) or it is proved that there is none (false)."""
        try:
            return self._run()
        except Met:
            return True
        finally:
            self._oracle.close()

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
            core = self._oracle.core()
            if not core:
                return None
            if self.best is None or self.bound + 1 < self.best:
                core = self._shrunk(core)  # a last core needs no beauty
            for literal in core:
                del self._assumed[literal]
            self._raise_bound()
            if len(core) == 1:
                self._clauses.add((-core[0],))
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
        at = 1
        while at < len(outputs) and self._trial([-outputs[at]]) is False:
            self._clauses.add((outputs[at],))
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
            smaller = self._oracle.core()
            if len(smaller) >= len(core):
                break
            core = smaller
        if len(core) > 40:
            return core
        index = 0
        while index < len(core) and len(core) > 1:
            rest = core[:index] + core[index + 1 :]
            if self._trial(rest) is False:
                kept = set(self._oracle.core())
                core = [literal for literal in rest if literal in kept]
            else:
                index += 1
        return core

    def _trial(self, assumptions: list[int]) -> bool | None:
        """Solve with little work; None: not known."""
        answer = self._oracle.ask(assumptions, TRIAL)
        if answer:
            self._note_plan()
        return answer

    def _solve(self, assumptions: list[int]) -> bool:
        while (answer := self._oracle.ask(assumptions, SLICE)) is None:
            # The solver goes on where it was. A plan as good as the bound would end the whole search.
            self.best = self.meanwhile()
            if self.best is not None and self.bound >= self.best:
                raise Met
        return answer

    def _note_plan(self) -> None:
        self.best = self._on_plan(self._encoding.slots_in(self._oracle.model()))

    def _raise_bound(self) -> None:
        self.bound += 1
        self._on_bound(self.bound)
