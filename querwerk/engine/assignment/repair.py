"""From split pairs to a whole assignment by hand: round, fill up, lift whoever is below their floor, then raise the total.

For problems too large for a whole search. Every move keeps loads, coverage and quotas, or brings them nearer.
"""

import numpy as np

from querwerk.engine.assignment.problem import Side
from querwerk.engine.assignment.result import Stop
from querwerk.engine.assignment.space import OPEN, Flags, Floats, Floors, Ints, Space

NARROW = 2
"""The same where the task is above its floor and only the total can rise."""
LEVELS = 7
"""Steps in which the common floor rises."""
SWEEPS = 4
"""Over all tasks, as long as something becomes better."""
BREADTH = 12
"""So many busy agents are asked, best first, whether another task can spare them."""


class Repair:
    """One assignment in the making."""

    def __init__(self, space: Space, floors: Floors, stop: Stop) -> None:
        self._space = space
        self._floors = floors
        self._stop = stop
        self._floor: Ints = np.minimum(floors.task, OPEN)
        """What no move takes from a task; it rises up to the floors."""
        self._is_on: Flags = space.pinned.copy()
        chosen = np.flatnonzero(self._is_on)
        self._load = np.bincount(space.agent[chosen], minlength=space.problem.agents)
        self._cover = np.bincount(space.task[chosen], minlength=space.problem.tasks)
        self._sums = {side: space.sums(side, chosen) for side in Side}
        self._sorted: dict[int, Ints] = {}
        self._rows: dict[int, list[int]] = {}
        for number, row in enumerate(space.quotas):
            for pair in row.pairs.tolist():
                self._rows.setdefault(pair, []).append(number)
        self._counts = [int(self._is_on[row.pairs].sum()) for row in space.quotas]

    def first(self) -> Ints:
        """Return the plainest assignment: each task takes the best agents who have room, whoever comes later takes what is left."""
        space = self._space
        choice = np.diff(space.starts[Side.TASK])
        for task in np.argsort(choice, kind="stable").tolist():
            self._fill(task)
        for agent in np.flatnonzero(self._load < space.low[Side.AGENT]):
            self._employ(int(agent))
        return np.flatnonzero(self._is_on)

    def run(self, share: Floats) -> Ints:
        """Return what became of these shares; whether it fulfils everything is for the caller to see."""
        self._round(share)
        for task in range(self._space.problem.tasks):
            self._fill(task)
        for agent in np.flatnonzero(self._load < self._space.low[Side.AGENT]):
            self._employ(int(agent))
        self._lift_all()
        for _ in range(SWEEPS):
            if sum(self._improve(task) for task in range(self._space.problem.tasks) if not self._stop()) == 0:
                break
        return np.flatnonzero(self._is_on)

    # --- A first assignment -----------------------------------------------------

    def _round(self, share: Floats) -> None:
        taken = np.flatnonzero((share > 1e-6) & ~self._is_on)
        for pair in taken[np.lexsort((-self._space.score[taken], -share[taken].round(6)))].tolist():
            if self._has_room(pair):
                self._set(pair, on=True)

    def _fill(self, task: int) -> None:
        while self._cover[task] < self._space.low[Side.TASK][task]:
            free = self._free(task)
            added = next((pair for pair in free.tolist() if self._keeps_quotas(pair, -1)), None)
            if added is None:
                return
            self._set(added, on=True)

    def _employ(self, agent: int) -> None:
        """Give an agent below their least load the tasks where they cost least."""
        pairs = self._space.of(Side.AGENT, agent)
        pairs = pairs[~self._is_on[pairs]]
        for pair in pairs[np.argsort(-self._space.score[pairs], kind="stable")].tolist():
            if self._load[agent] >= self._space.low[Side.AGENT][agent]:
                return
            task = int(self._space.task[pair])
            if self._cover[task] < self._space.high[Side.TASK][task] and self._keeps_quotas(pair, -1):
                self._set(pair, on=True)
                continue
            floor = self._floor[task]
            for old in self._own(task).tolist():
                loss = self._space.score[old] - self._space.score[pair]
                if (
                    self._sums[Side.TASK][task] - loss >= floor
                    and self._can_leave(old)
                    and self._keeps_quotas(pair, old)
                ):
                    self._replace(old, pair)
                    break

    def _lift_all(self) -> None:
        """Raise tasks to their floors; where that fails, raise a common floor step by step as far as it goes."""
        highest = int(self._floors.task.max())
        if highest == OPEN or self._is_lifted_to(highest):
            return
        lowest = int(self._sums[Side.TASK].min())
        for level in np.linspace(lowest, highest, LEVELS).astype(np.int64)[:-1]:
            if not self._is_lifted_to(int(level)):
                break
        self._floor = np.minimum(self._floors.task, self._sums[Side.TASK].min())

    def _is_lifted_to(self, level: int) -> bool:
        """Raise those below a common floor; whoever is above it may be lowered to it."""
        self._floor = np.minimum(self._floors.task, level)
        for _ in range(SWEEPS):
            below = np.flatnonzero(self._sums[Side.TASK] < self._floor)
            if sum(self._lift(int(task)) for task in below if not self._stop()) == 0:
                break
        return not np.any(self._sums[Side.TASK] < self._floor)

    # --- Moves --------------------------------------------------------------------

    def _lift(self, task: int) -> bool:
        """Raise a task towards its floor; true when it became better."""
        before = self._sums[Side.TASK][task]
        self._improve(task)
        if self._sums[Side.TASK][task] < self._floor[task]:
            self._borrow(task, is_needy=True)
        return bool(self._sums[Side.TASK][task] > before)

    def _improve(self, task: int) -> bool:
        """Take better agents who have room, then such whom another task can spare; true when the total rose."""
        is_better = False
        free = self._free(task)
        if self._cover[task] < self._space.high[Side.TASK][task]:
            for pair in free[self._space.score[free] > 0][:1].tolist():
                if self._keeps_quotas(pair, -1):
                    self._set(pair, on=True)
                    is_better = True
        for old in self._own(task).tolist():
            better = free[(self._space.score[free] > self._space.score[old]) & ~self._is_on[free]]
            new = next((pair for pair in better[:BREADTH].tolist() if self._keeps_quotas(pair, old)), None)
            if new is not None and self._can_leave(old):
                self._replace(old, new)
                is_better = True
        return self._borrow(task, is_needy=False) or is_better

    def _borrow(self, task: int, *, is_needy: bool) -> bool:
        """Take a busy agent from a task that finds another; for a needy task the total may fall."""
        space = self._space
        for old in self._own(task).tolist():
            pairs = self._best_first(task)
            agents = space.agent[pairs]
            is_better = ~self._is_on[pairs] & (space.score[pairs] > space.score[old])
            busy = pairs[is_better & (self._load[agents] >= space.high[Side.AGENT][agents])][
                : BREADTH if is_needy else NARROW
            ]
            for new in busy.tolist():
                if self._keeps_quotas(new, old) and self._spare(old, new, is_needy=is_needy):
                    return True
        return False

    def _spare(self, old: int, new: int, *, is_needy: bool) -> bool:
        """Free the agent of `new` from a task that gets somebody else, and let them take the place of `old`."""
        space = self._space
        gain = int(space.score[new] - space.score[old])
        pairs = space.of(Side.AGENT, int(space.agent[new]))
        for given in pairs[self._is_on[pairs] & ~space.pinned[pairs]].tolist():
            other = int(space.task[given])
            slack = int(self._sums[Side.TASK][other] - self._floor[other])
            for instead in self._substitutes(other, old):
                loss = int(space.score[given] - space.score[instead])
                if loss > slack or (loss >= gain and not is_needy):
                    break
                # Two who trade places keep their loads; otherwise one has a task less.
                is_trade = space.agent[instead] == space.agent[old]
                if self._keeps_quotas(instead, given) and (is_trade or self._can_leave(old)):
                    self._set(old, on=False)
                    self._replace(given, instead)
                    self._set(new, on=True)
                    return True
        return False

    def _substitutes(self, task: int, freed: int) -> list[int]:
        """Return who could come to a task, the best first: agents with room, and the one who is freed elsewhere."""
        space, agent = self._space, int(self._space.agent[freed])
        found = self._free(task)[:BREADTH]
        found = found[space.agent[found] != agent]
        pairs = space.of(Side.AGENT, agent)
        at = int(np.searchsorted(space.task[pairs], task))
        if at < len(pairs) and space.task[pairs[at]] == task and not self._is_on[pairs[at]]:
            found = np.append(found, pairs[at])
            found = found[np.argsort(-space.score[found], kind="stable")]
        return [int(pair) for pair in found]

    # --- State ----------------------------------------------------------------------

    def _own(self, task: int) -> Ints:
        """Return the pairs that the task has and may lose, the least first."""
        pairs = self._best_first(task)
        return pairs[self._is_on[pairs] & ~self._space.pinned[pairs]][::-1]

    def _free(self, task: int) -> Ints:
        """Return the pairs of the task whose agents have room, the best first."""
        space, pairs = self._space, self._best_first(task)
        agents = space.agent[pairs]
        return pairs[~self._is_on[pairs] & (self._load[agents] < space.high[Side.AGENT][agents])]

    def _best_first(self, task: int) -> Ints:
        if task not in self._sorted:
            pairs = self._space.of(Side.TASK, task)
            self._sorted[task] = pairs[np.argsort(-self._space.score[pairs], kind="stable")]
        return self._sorted[task]

    def _can_leave(self, pair: int) -> bool:
        agent = int(self._space.agent[pair])
        left = self._sums[Side.AGENT][agent] - self._space.score[pair]
        return bool(self._load[agent] > self._space.low[Side.AGENT][agent] and left >= self._floors.agent[agent])

    def _has_room(self, pair: int) -> bool:
        agent, task = int(self._space.agent[pair]), int(self._space.task[pair])
        return bool(
            self._load[agent] < self._space.high[Side.AGENT][agent]
            and self._cover[task] < self._space.high[Side.TASK][task]
            and self._keeps_quotas(pair, -1)
        )

    def _keeps_quotas(self, new: int, old: int) -> bool:
        """Whether quotas allow one pair instead of another (-1: of none)."""
        if not self._rows:
            return True
        more, less = set(self._rows.get(new, ())), set(self._rows.get(old, ()))
        quotas = self._space.quotas
        return all(self._counts[number] < quotas[number].high for number in more - less) and all(
            self._counts[number] > quotas[number].low for number in less - more
        )

    def _replace(self, old: int, new: int) -> None:
        self._set(old, on=False)
        self._set(new, on=True)

    def _set(self, pair: int, *, on: bool) -> None:
        sign = 1 if on else -1
        self._is_on[pair] = on
        self._load[self._space.agent[pair]] += sign
        self._cover[self._space.task[pair]] += sign
        for side in Side:
            self._sums[side][self._space.owner(side)[pair]] += sign * self._space.score[pair]
        for number in self._rows.get(pair, ()):
            self._counts[number] += sign
