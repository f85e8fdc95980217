"""Blocking pairs: two who are not together and would both gain by it. Counting them, and having as few as possible."""

from typing import Any

import numpy as np

from querwerk.engine.assignment.problem import Side
from querwerk.engine.assignment.space import Flags, Ints, Space
from querwerk.engine.assignment.whole import Whole

NOBODY = 2**61


def blocking(space: Space, chosen: Ints) -> int:
    """Count the blocking pairs of a choice."""
    below = {side: _below(space, side, chosen) for side in Side}
    gains = (space.score > below[Side.AGENT][space.agent]) & (space.score > below[Side.TASK][space.task])
    gains[chosen] = False
    return int(gains.sum())


def _below(space: Space, side: Side, chosen: Ints) -> Ints:
    """Return for each owner the score above which another partner is a gain."""
    owner = space.owner(side)[chosen]
    worst = np.full(space.count(side), NOBODY)
    np.minimum.at(worst, owner, space.score[chosen])
    has_room = np.bincount(owner, minlength=space.count(side)) < space.high[side]
    return np.where(has_room, np.minimum(worst, 0), worst)


class Discontent:
    """Adds to a model how many pairs block, and makes that its objective."""

    def __init__(self, whole: Whole, taken: Ints) -> None:
        self._whole = whole
        self._space = whole.space
        self._is_taken: Flags = np.zeros(self._space.pairs, bool)
        self._is_taken[taken] = True
        self._is_taken |= self._space.pinned
        self._is_possible: Flags = np.zeros(self._space.pairs, bool)
        self._is_possible[whole.pairs] = True
        self._content: dict[tuple[Side, int, int], Any] = {}

    def undecided(self) -> tuple[Ints, int]:
        """Return the pairs that may or may not block, and how many block in any case."""
        always, never = {}, {}
        for side in Side:
            always[side], never[side] = self._limits(side)
        score, agent, task = self._space.score, self._space.agent, self._space.task
        may = (score > never[Side.AGENT][agent]) & (score > never[Side.TASK][task]) & ~self._is_taken
        must = (score > always[Side.AGENT][agent]) & (score > always[Side.TASK][task]) & ~self._is_possible
        return np.flatnonzero(may & ~must), int((may & must).sum())

    def minimise(self, undecided: Ints) -> None:
        """Make the number of blocking pairs among these the objective."""
        model = self._whole.model
        costs = []
        for pair in undecided:
            cost = model.new_bool_var("")
            clause = [cost, *(self._content_with(side, int(pair)) for side in Side)]
            if self._is_possible[pair]:
                clause += self._whole.literals(np.array([pair]))
            model.add_bool_or(clause)
            costs.append(cost)
        self._whole.minimise(sum(costs))

    def _limits(self, side: Side) -> tuple[Ints, Ints]:
        """Return for each owner the score above which a partner is always a gain, and up to which it never is."""
        space, count = self._space, self._space.count(side)
        owner, high, low = space.owner(side), space.high[side], space.low[side]
        worst_taken, worst_possible = np.full(count, NOBODY), np.full(count, NOBODY)
        np.minimum.at(worst_taken, owner[self._is_taken], space.score[self._is_taken])
        np.minimum.at(worst_possible, owner[self._is_possible], space.score[self._is_possible])
        taken = np.bincount(owner[self._is_taken], minlength=count)
        possible = np.bincount(owner[self._is_possible], minlength=count)
        best_possible = np.full(count, -NOBODY)
        np.maximum.at(best_possible, owner[self._is_possible], space.score[self._is_possible])
        # Whoever has anything never has a worst above the best that is possible for them.
        upper = np.minimum(worst_taken, np.where(low > 0, best_possible, np.maximum(best_possible, 0)))
        always = np.where(possible < high, np.minimum(upper, 0), upper)
        is_full = (taken >= high) | (low >= high)
        never = np.where(is_full, worst_possible, np.minimum(worst_possible, 0))
        return always, never

    def _content_with(self, side: Side, pair: int) -> Any:
        """Return a literal that may be true when the pair is no gain for its owner on this side."""
        space, model = self._space, self._whole.model
        owner, score = int(space.owner(side)[pair]), int(space.score[pair])
        key = (side, owner, score)
        if key not in self._content:
            content = self._content[key] = model.new_bool_var("")
            pairs = self._whole.here(space.of(side, owner))
            for literal in self._whole.literals(pairs[space.score[pairs] < score]):
                model.add_implication(content, ~literal if not isinstance(literal, int) else literal)
            if score > 0:
                model.add(self._whole.number(pairs) == int(space.high[side][owner])).only_enforce_if(content)
        return self._content[key]
