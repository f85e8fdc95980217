"""The proof, from below: it meets the best plan from above.

First core-guided search (OLL) takes what comes easily. A core is a set of breaks of which at least one is unavoidable. Each
core raises the bound by one and is replaced by a counter whose outputs say “two of them”, “three of them” …

Then the bound is climbed: a fresh solver is asked for a plan with as many breaks as the bound, and told so as a fact, not as
an assumption that it may have to take back. What follows from a fact is settled once, which made the same questions up
to ten times as fast, whether the answer is a plan or that there is none.
"""

from collections.abc import Callable

from querwerk.engine.timetable.clauses import Clauses
from querwerk.engine.timetable.encoding import Encoding
from querwerk.engine.timetable.oracle import Oracle

SOON, LONGEST = 2_000, 4_000
"""Conflicts before the first pause for looking for a better plan elsewhere and whether to stop, and before each further one.
Four thousand take up to 0.8 s on the hardest published problems; with half as many, some of them are not proved in half a minute."""
UNLUCKY = 120_000
"""Conflicts at one question after which a fresh solver tries it with other chances: how long it takes to find a plan is a
matter of luck."""
STRICT = 2
"""So few breaks allow hardly anything."""
TRIAL = 1_000
"""Conflicts spent on one more core."""
DROPPING = 200
"""Conflicts spent on the question whether a core is one without a literal."""
MANY = 8
"""Unavoidable breaks from which it is worth saying where they are."""
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
        self._stop = stop
        self._on_plan = on_plan
        self._on_bound = on_bound
        self._clauses = encoding.clauses
        self._oracle = Oracle(encoding.clauses, stop)
        self._counters: dict[int, tuple[list[int], int]] = {}
        self._assumed: dict[int, None] = dict.fromkeys(encoding.soft)
        self._soft = list(encoding.soft)
        self._hard = encoding.clauses.copy()
        self._cores = 0
        self.bound = 0
        """What is proved; may be more than the cores say."""
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
        """Take what comes easily, then climb."""
        while cores := self._collect():
            for core in cores:
                if not core:
                    return False
                self._replace(core)
        if self.best is None and not self._solve(self._hard):
            return False
        while self.best is None or self.bound < self.best:
            if not self._solve(self._question(), is_strict=self.bound <= STRICT):
                self._raise_bound()
        return True

    def _question(self) -> Clauses:
        """Return clauses for a plan with as many breaks as the bound.

        Where many cores are known, it is told that each has its one break and nobody has another; that is only asked once.
        """
        if self.bound < MANY or self.bound > self._cores or not self._assumed:
            return self._at_most(self.bound)
        clauses = self._clauses.copy()
        clauses.found += [[literal] for literal in self._assumed]
        self._assumed.clear()
        return clauses

    def _at_most(self, breaks: int) -> Clauses:
        """Return clauses that allow so many breaks, as a fact: a solver sees much further than where it may take that back."""
        clauses = self._hard.copy()
        if breaks:
            outputs = clauses.counter([-literal for literal in self._soft], breaks + 1)
            clauses.add([-literal for literal in outputs[breaks:]])
        else:
            clauses.found += [[literal] for literal in self._soft]
        return clauses

    def _collect(self) -> list[list[int]]:
        """Take cores that share nothing, as long as they come easily; an empty one: there is no plan at all."""
        cores: list[list[int]] = []
        while (self.best is None or self.bound < self.best) and self._trial(list(self._assumed)) is False:
            core = self._oracle.core()
            if not core:
                return [core]
            if self.best is None or self.bound + 1 < self.best:
                core = self._shrunk(core)  # a last core needs no beauty
            for literal in core:
                del self._assumed[literal]
            self._count_core()
            if len(core) == 1:
                self._clauses.add((-core[0],))
            cores.append(core)
        return cores

    def _replace(self, core: list[int]) -> None:
        """Put counters where the cores were."""
        for literal in core:
            if literal in self._counters:
                outputs, at = self._counters[literal]
                self._assume_output(outputs, at + 1)
        if len(core) == 1:
            return
        most = len(core) if self.best is None else min(len(core), self.best - self._cores + 1)
        outputs = self._clauses.counter([-literal for literal in core], most)
        at = 1
        while at < len(outputs) and self._trial([-outputs[at]]) is False:
            self._clauses.add((outputs[at],))
            self._count_core()
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
            if self._trial(rest, DROPPING) is False:
                kept = set(self._oracle.core())
                core = [literal for literal in rest if literal in kept]
            else:
                index += 1
        return core

    def _trial(self, assumptions: list[int], conflicts: int | None = None) -> bool | None:
        """Solve with little work; None: not known."""
        answer = self._oracle.ask(assumptions, conflicts or TRIAL)
        if answer:
            self._note_plan(self._oracle)
        return answer

    def _solve(self, clauses: Clauses, *, is_strict: bool = False) -> bool:
        """Find a plan, or prove that there is none."""
        oracle = Oracle(clauses, self._stop, is_strict=is_strict)
        patience, spent, enough = SOON, 0, UNLUCKY
        try:
            while (answer := oracle.ask([], patience)) is None:
                spent += patience
                patience = min(2 * patience, LONGEST)
                self._pause()  # the solver goes on where it was
                if spent >= enough:
                    oracle.renew()
                    patience, spent, enough = SOON, 0, 2 * enough
            if answer:
                self._note_plan(oracle)
        finally:
            oracle.close()
        return answer

    def _pause(self) -> None:
        """Look for a better plan elsewhere; one as good as the bound ends the whole search."""
        self.best = self.meanwhile()
        if self.best is not None and self.bound >= self.best:
            raise Met

    def _note_plan(self, oracle: Oracle) -> None:
        self.best = self._on_plan(self._encoding.slots_in(oracle.model()))

    def _count_core(self) -> None:
        self._cores += 1
        if self._cores > self.bound:
            self._raise_bound()

    def _raise_bound(self) -> None:
        self.bound += 1
        self._on_bound(self.bound)
