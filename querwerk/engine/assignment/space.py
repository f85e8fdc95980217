"""The problem as arrays: one entry for each pair that may be, and the rows that limit them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from querwerk.engine.assignment.problem import Bar, Problem, Quota, Side

type Ints = NDArray[np.int64]
type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]

OPEN = -(2**60)
"""A floor that asks nothing."""


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """One owner's quota: at least and at most so many of these pairs."""

    pairs: Ints
    low: int
    high: int
    quota: Quota
    owner: int


@dataclass(frozen=True, slots=True)
class Level:
    """All but a few of these owners have a sum of at least so much. Split pairs do not know it, whole ones do."""

    side: Side
    owners: Flags
    value: int
    exceptions: int


@dataclass(frozen=True, slots=True)
class Floors:
    """What earlier goals have reached and later ones must keep; sums of scores in millionths."""

    task: Ints
    agent: Ints
    total: int = OPEN
    levels: "tuple[Level, ...]" = ()

    def side(self, side: Side) -> Ints:
        """Return the floors of one side."""
        return self.task if side is Side.TASK else self.agent

    def raised(self, side: Side, owners: Flags, value: int) -> "Floors":
        """Return floors that ask these owners for at least so much."""
        raised = np.where(owners, np.maximum(self.side(side), value), self.side(side))
        return replace(self, task=raised) if side is Side.TASK else replace(self, agent=raised)


class Space:
    """All pairs that may be. `agent`, `task` and `score` have one entry for each, sorted by agent and task."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        allowed = problem.bars == Bar.NONE
        allowed &= (np.array([most for _, most in problem.loads]) > 0)[:, None]
        allowed &= (np.array([most for _, most in problem.coverage]) > 0)[None, :]
        for agent, task in problem.pinned:
            allowed[agent, task] = True
        agents, tasks = np.nonzero(allowed)
        self.agent: Ints = agents.astype(np.int64)
        self.task: Ints = tasks.astype(np.int64)
        self.score: Ints = problem.units[self.agent, self.task]
        self.pairs = len(self.agent)
        self.pinned: Flags = np.zeros(self.pairs, bool)
        for agent, task in problem.pinned:
            self.pinned[self.index(agent, task)] = True
        self.low = {Side.AGENT: _column(problem.loads, 0), Side.TASK: _column(problem.coverage, 0)}
        self.high = {Side.AGENT: _column(problem.loads, 1), Side.TASK: _column(problem.coverage, 1)}
        self.starts = {side: _starts(self.owner(side), self.count(side)) for side in Side}
        self.order = {side: np.argsort(self.owner(side), kind="stable") for side in Side}
        self.quotas = [row for quota in problem.quotas for row in self._rows(quota)]

    def index(self, agent: int, task: int) -> int:
        """Return the number of a pair that may be."""
        start, end = np.searchsorted(self.agent, [agent, agent + 1])
        return int(start + np.searchsorted(self.task[start:end], task))

    def owner(self, side: Side) -> Ints:
        """Return for each pair its agent, or its task."""
        return self.agent if side is Side.AGENT else self.task

    def count(self, side: Side) -> int:
        """Return how many agents or tasks there are."""
        return self.problem.agents if side is Side.AGENT else self.problem.tasks

    def of(self, side: Side, owner: int) -> Ints:
        """Return the pairs of an agent, or of a task."""
        start = self.starts[side]
        pairs: Ints = self.order[side][start[owner] : start[owner + 1]]
        return pairs

    def sums(self, side: Side, chosen: Ints) -> Ints:
        """Return for each owner the sum of scores of the chosen pairs."""
        sums = np.zeros(self.count(side), np.int64)
        np.add.at(sums, self.owner(side)[chosen], self.score[chosen])
        return sums

    def able(self, side: Side) -> Flags:
        """Return who may have anything; every task counts, whatever may be."""
        if side is Side.TASK:
            return np.ones(self.count(side), bool)
        return np.diff(self.starts[side]) > 0

    def open_floors(self) -> Floors:
        """Return floors that ask nothing."""
        return Floors(np.full(self.problem.tasks, OPEN), np.full(self.problem.agents, OPEN))

    def highest_sums(self, side: Side) -> Ints:
        """Return for each owner the highest sum that could be, if nobody else wanted anything."""
        limits: dict[int, list[QuotaRow]] = {}
        for row in self.quotas:
            if row.quota.each is side:
                limits.setdefault(row.owner, []).append(row)
        return np.array(
            [self._highest_sum(side, owner, limits.get(owner, [])) for owner in range(self.count(side))], np.int64
        )

    def _highest_sum(self, side: Side, owner: int, limits: list[QuotaRow]) -> int:
        """Take the best pairs, pinned ones first; quotas count where no pair is in two of them."""
        pairs = self.of(side, owner)
        pairs = pairs[np.lexsort((-self.score[pairs], ~self.pinned[pairs]))]
        grouped = np.concatenate([row.pairs for row in limits]) if limits else pairs[:0]
        if len(grouped) and len(np.unique(grouped)) == len(grouped):
            for row in limits:
                members = np.flatnonzero(np.isin(pairs, row.pairs, assume_unique=True))
                pairs = np.delete(pairs, members[max(row.high, int(self.pinned[row.pairs].sum())) :])
        chosen = pairs[: self.high[side][owner]]
        needed = max(int(self.low[side][owner]), int(self.pinned[chosen].sum()))
        scores = self.score[chosen]
        return int(scores[:needed].sum() + np.maximum(scores[needed:], 0).sum())

    def _rows(self, quota: Quota) -> list[QuotaRow]:
        partner = Side.AGENT if quota.each is Side.TASK else Side.TASK
        is_member = np.zeros(self.count(partner), bool)
        is_member[list(quota.members)] = True
        owners = range(self.count(quota.each)) if quota.only is None else sorted(quota.only)
        rows = []
        for owner in owners:
            pairs = self.of(quota.each, owner)
            pairs = pairs[is_member[self.owner(partner)[pairs]]]
            high = len(pairs) if quota.at_most is None else quota.at_most
            if quota.at_least > 0 or high < min(len(pairs), self.high[quota.each][owner]):
                rows.append(QuotaRow(pairs, quota.at_least, high, quota, owner))
        return rows


def _column(ranges: tuple[tuple[int, int], ...], at: int) -> Ints:
    return np.array([entry[at] for entry in ranges], np.int64)


def _starts(owners: Ints, count: int) -> Ints:
    return np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=count))]).astype(np.int64)
