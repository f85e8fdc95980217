"""The highest total under floors: a relaxation, and a whole search among the few pairs that can still matter.

With the relaxation's prices every pair has a gain. An assignment within δ of the bound takes every pair that gains more
than δ and none that loses more than δ. So a search among the others finds the best of all assignments within δ, or proves
that there is none; then δ grows. The relaxation is nearly whole, so a small δ is enough, and few pairs are left.
"""

from collections.abc import Callable

import numpy as np

from querwerk.engine.assignment.branch import branch
from querwerk.engine.assignment.problem import Side
from querwerk.engine.assignment.relaxation import ROUNDS, Relaxation, Relaxed
from querwerk.engine.assignment.repair import Repair
from querwerk.engine.assignment.result import Stop
from querwerk.engine.assignment.space import Floors, Ints, Space
from querwerk.engine.assignment.whole import Answer, Whole

PROVABLE = 60_000
"""Pairs up to which a search over all of them is tried; beyond, assignments are also repaired by hand."""
NEAR = 0.0005
"""Of the bound, how far the search looks at first."""
WIDEST = 12_000
"""Pairs; more of them take a whole search too long where the problem is large."""
EFFORT = 60.0
"""Of one search over all pairs, in CP-SAT's measure of work."""
TRIAL = 6.0
"""Of one search among good pairs."""
BRIEF = 2.0
"""Of a search that may be followed by branch and bound, where it does not end."""
NODES = 20_000
"""Of branch and bound; a few minutes at most."""
WIDENING = 4
"""How much further the search looks each time."""


class Impossible(Exception):
    """It is proved that nothing fulfils the limits."""


class Total:
    """Searches for the highest total; keeps what it learned for the next search."""

    def __init__(self, space: Space, relaxation: Relaxation, seed: int, stop: Stop) -> None:
        self.relaxation = relaxation
        self.first_bound: float | None = None
        """The bound without any floors; None until a first relaxation was solved."""
        self.repaired: Ints | None = None
        """The last one that was put together by hand; it may miss floors."""
        self._space = space
        self._seed = seed
        self._stop = stop
        self._worth = space.score.astype(float)

    def highest(
        self, floors: Floors, start: Ints | None, effort: float, *,
        is_enough: bool = False, on_bound: Callable[[int], None] = lambda _: None,
    ) -> Answer:  # fmt: skip
        """Return the best assignment found, or with `is_enough` any that keeps the floors.

        Raises Impossible when there is none even with split pairs.
        """
        is_rough = is_enough and self._space.pairs > PROVABLE
        relaxed = self._relaxed(floors, 1) if is_rough else self._relaxed(floors)
        bound = int(relaxed.bound // 1)
        on_bound(bound)
        chosen = start if start is not None and self.fulfils(start, floors) else None
        rounded = self._rounded(relaxed, floors)
        if rounded is not None and (chosen is None or self._sum(rounded) > self._sum(chosen)):
            chosen = rounded
        if chosen is not None and self._sum(chosen) >= bound:
            return Answer(chosen, bound, bound, is_closed=True)
        if rounded is None and chosen is None:
            repaired = Repair(self._space, floors, self._stop).run(relaxed.share)
            self.repaired = repaired
            if self.fulfils(repaired, floors):
                chosen = repaired
            if is_rough:
                return Answer(chosen, self._value(chosen), bound, is_closed=False)
        if chosen is not None and (is_enough or self._sum(chosen) >= bound):
            return Answer(chosen, self._sum(chosen), bound, is_closed=self._sum(chosen) >= bound)
        return self._widen(relaxed, floors, chosen, effort)

    def any(self, floors: Floors, effort: float) -> Answer:
        """Look among all pairs for any assignment at all."""
        whole = Whole(self._space, np.arange(self._space.pairs), floors)
        return whole.solve(seed=self._seed, effort=effort, stop=self._stop)

    def within(self, floors: Floors, chosen: Ints) -> tuple[Ints, Ints]:
        """Return the pairs that can be in an assignment at least as good as this one, and those that have to be."""
        relaxed = self._relaxed(floors)
        slack = max(relaxed.bound - self._sum(chosen), 0) + 1
        return self._near(relaxed, slack)

    def _relaxed(self, floors: Floors, rounds: int = ROUNDS) -> Relaxed:
        relaxed = self.relaxation.solve(self._worth, floors, rounds)
        if relaxed is None:
            raise Impossible
        if self.first_bound is None:
            self.first_bound = relaxed.bound
        return relaxed

    def _widen(self, relaxed: Relaxed, floors: Floors, chosen: Ints | None, effort: float) -> Answer:
        bound = int(relaxed.bound // 1)
        gap = float("inf") if chosen is None else bound - self._sum(chosen)
        reach = min(self._first_reach(relaxed), gap)
        while True:
            pairs, taken = self._near(relaxed, reach + 1)
            if len(pairs) > WIDEST and chosen is not None and self._space.pairs > PROVABLE:
                return Answer(chosen, self._value(chosen), bound, is_closed=False)
            if len(pairs) == np.isfinite(relaxed.gain).sum():
                reach = float("inf")
            whole = Whole(self._space, pairs, floors, taken)
            whole.maximise(whole.total())
            whole.hint(chosen)
            may_branch = effort > TRIAL and not floors.levels
            answer = whole.solve(seed=self._seed, effort=BRIEF if may_branch else effort, stop=self._stop)
            if may_branch and not answer.is_closed:
                answer = self._branched(pairs, floors, taken, answer, chosen)
            if answer.chosen is not None and (chosen is None or answer.value > self._sum(chosen)):
                chosen = answer.chosen
            gap = float("inf") if chosen is None else bound - self._sum(chosen)
            if not answer.is_closed:
                known = max(answer.bound, bound - reach) if answer.chosen is not None else bound
                return Answer(chosen, self._value(chosen), int(min(bound, known)), is_closed=False)
            if reach >= gap or np.isinf(reach):
                return Answer(chosen, self._value(chosen), self._value(chosen), is_closed=True)
            reach = gap if chosen is not None else reach * WIDENING

    def _branched(self, pairs: Ints, floors: Floors, taken: Ints, brief: Answer, chosen: Ints | None) -> Answer:
        """Go on by branch and bound where the brief search among these pairs did not end; return the better of both."""
        start = brief.chosen if brief.chosen is not None else chosen
        found = branch(self._space, pairs, floors, taken, start, nodes=NODES, seed=self._seed, stop=self._stop)
        if found.chosen is None:
            return found if found.is_closed and brief.chosen is None else brief
        if not self.fulfils(found.chosen, floors):
            return brief
        better = found if brief.chosen is None or found.value >= brief.value else brief
        bound = min(found.bound, brief.bound) if brief.chosen is not None else found.bound
        return Answer(better.chosen, better.value, max(bound, better.value), found.is_closed)

    def _near(self, relaxed: Relaxed, reach: float) -> tuple[Ints, Ints]:
        """Return the pairs that an assignment within reach of the bound can have, and those that it must have."""
        pairs = np.flatnonzero((relaxed.gain >= -reach) | self._space.pinned)
        return pairs, np.flatnonzero(relaxed.gain > reach)

    def _first_reach(self, relaxed: Relaxed) -> float:
        """Choose the reach so that each agent and task has a few pairs to choose from."""
        wanted = 3 * int(self._space.high[Side.TASK].sum()) + self._space.problem.agents
        if wanted >= self._space.pairs:
            return float("inf")
        return max(float(np.partition(-relaxed.gain, wanted)[wanted]), abs(relaxed.bound) * NEAR)

    def _rounded(self, relaxed: Relaxed, floors: Floors) -> Ints | None:
        """Return the relaxation's answer when it is whole already."""
        if np.any((relaxed.share > 1e-6) & (relaxed.share < 1 - 1e-6)):
            return None
        chosen = np.flatnonzero(relaxed.share > 0.5)
        return chosen if self.fulfils(chosen, floors) else None

    def fulfils(self, chosen: Ints, floors: Floors) -> bool:
        """Say whether a choice keeps all limits and floors."""
        space = self._space
        is_chosen = np.zeros(space.pairs, bool)
        is_chosen[chosen] = True
        for side in Side:
            count = np.bincount(space.owner(side)[chosen], minlength=space.count(side))
            if np.any(count < space.low[side]) or np.any(count > space.high[side]):
                return False
            if np.any(space.sums(side, chosen) < floors.side(side)):
                return False
        if any(not row.low <= is_chosen[row.pairs].sum() <= row.high for row in space.quotas):
            return False
        levels = all(
            int((space.sums(level.side, chosen)[level.owners] < level.value).sum()) <= level.exceptions
            for level in floors.levels
        )
        return levels and bool(is_chosen[space.pinned].all()) and self._sum(chosen) >= floors.total

    def _sum(self, chosen: Ints) -> int:
        return int(self._space.score[chosen].sum())

    def _value(self, chosen: Ints | None) -> int:
        return 0 if chosen is None else self._sum(chosen)
