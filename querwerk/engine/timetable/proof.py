"""The proof: core-guided search from below (OLL), which meets the best plan from above.

A core is a set of breaks of which at least one is unavoidable. Each core raises the bound by one and is replaced by a
counter whose outputs say “two of them”, “three of them” …; when all assumptions hold, the plan has as many breaks as the
bound says.

Two things keep the solver from long searches in vain. Cores that share nothing are only taken as long as they come easily;
a plan that keeps all other assumptions is hard to find and says little. And as soon as there are counters, circles of people
who meet are asked about first: breaks that compete for the same hours show there at once, and in the whole after minutes.
"""

from collections.abc import Callable

from querwerk.engine.timetable.encoding import Encoding
from querwerk.engine.timetable.oracle import Oracle

SOON, SLICE = 2_000, 20_000
"""Conflicts before the first pause and between later pauses for looking for a better plan elsewhere."""
UNLUCKY = 120_000
"""Conflicts at one question after which a fresh solver tries it, guessing the other way: how long it takes to find a plan is
a matter of luck."""
TRIAL = 1_000
"""Conflicts spent on making a core smaller, on raising its count at once, or on one more core while others wait."""
CIRCLE = 300
"""Conflicts spent on one circle of people."""
MISSES = 8
"""So many literals in vain, and a core counts as small."""


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
        self._oracle = Oracle(encoding.clauses, stop, guess=encoding.has_few_tables)
        self._counters: dict[int, tuple[list[int], int]] = {}
        self._assumed: dict[int, None] = dict.fromkeys(encoding.soft)
        self._circles = encoding.circles()
        self._patience = SOON
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
        """Take cores that share nothing, as long as they come easily; None: there is no plan at all."""
        cores: list[list[int]] = []
        circles = list(self._circles) if self._counters else []
        if circles and self._patience == SOON:
            self._pause()  # this takes longer, so whoever waits should see a good plan meanwhile
        while (core := self._next_core(circles, is_patient=not cores)) is not None:
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
                break
        return cores

    def _next_core(self, circles: list[set[int]], *, is_patient: bool) -> list[int] | None:
        """Return assumptions that contradict each other; None: there are none, or none that is found soon."""
        while circles:
            inside = [literal for literal in self._assumed if literal in self._counters or literal in circles[-1]]
            if self._oracle.ask(inside, CIRCLE) is False:
                return self._oracle.core()
            circles.pop()
        assumed = list(self._assumed)
        answer = self._solve(assumed) if is_patient else self._oracle.ask(assumed, TRIAL)
        if answer:
            self._note_plan()
        return self._oracle.core() if answer is False else None

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
        index = 0
        while index < min(len(core), MISSES) and len(core) > 1:
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
        spent, enough = 0, UNLUCKY
        while (answer := self._oracle.ask(assumptions, self._patience)) is None:
            spent += self._patience
            self._pause()  # the solver goes on where it was
            if spent >= enough:
                self._oracle.renew()
                spent, enough = 0, 2 * enough
        return answer

    def _pause(self) -> None:
        """Look for a better plan elsewhere; one as good as the bound ends the whole search."""
        self._patience = SLICE
        self.best = self.meanwhile()
        if self.best is not None and self.bound >= self.best:
            raise Met

    def _note_plan(self) -> None:
        self.best = self._on_plan(self._encoding.slots_in(self._oracle.model()))

    def _raise_bound(self) -> None:
        self.bound += 1
        self._on_bound(self.bound)
