"""Why somebody has a task, and why not: one reason for every pair, read off the assignment itself."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from querwerk.engine.assignment.problem import Bar, Problem, Quota, Side
from querwerk.engine.assignment.result import Assignment

NAMED = 3
"""So many others at most are named in a reason."""


class ReasonKind(StrEnum):
    """What decided about a pair."""

    PINNED = "pinned"
    FIRST = "first"
    """Together: nobody who may have the task scores higher."""
    CHOSEN = "chosen"
    """Together, though `others` score higher for the task; they are elsewhere."""
    BARRED = "barred"
    BOTH_FULL = "both_full"
    AGENT_FULL = "agent_full"
    TASK_FULL = "task_full"
    QUOTA = "quota"
    NO_GAIN = "no_gain"
    """Both have room, but the score is not above 0."""
    OPEN = "open"
    """Both have room and it would be a gain: the other goals or the time were in the way."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Parts from which a sentence in any language can be made; agents and tasks count from 0."""

    kind: ReasonKind
    agent: int
    task: int
    score: float
    rank: int = 0
    """Place of the agent among all who may have the task, by score; 1 is the highest."""
    choices: int = 0
    """How many may have the task."""
    others: tuple[int, ...] = ()
    """Agents: those with a higher score who are elsewhere; or those whom the full task has."""
    tasks: tuple[int, ...] = ()
    """What the full agent has instead."""
    bar: Bar = Bar.NONE
    group: str = ""
    """Whose quota is in the way."""


class Reasons:
    """Reasons for one assignment."""

    def __init__(self, problem: Problem, assignment: Assignment) -> None:
        self._problem = problem
        self._given = frozenset(assignment)
        self._agents: list[list[int]] = [[] for _ in range(problem.agents)]
        self._tasks: list[list[int]] = [[] for _ in range(problem.tasks)]
        for agent, task in sorted(self._given):
            self._agents[agent].append(task)
            self._tasks[task].append(agent)

    def why(self, agent: int, task: int) -> Reason:
        """Return why the two are together, or why not."""
        score = int(self._problem.units[agent, task]) / 1_000_000
        bar = self._problem.bar(agent, task)
        if bar:
            return Reason(ReasonKind.BARRED, agent, task, score, bar=bar)
        column = self._problem.units[:, task]
        may = self._problem.bars[:, task] == Bar.NONE
        better = np.flatnonzero(may & (column > column[agent]))
        rank, choices = len(better) + 1, int(may.sum())
        if (agent, task) in self._given:
            elsewhere = [int(other) for other in better if (int(other), task) not in self._given]
            elsewhere.sort(key=lambda other: -int(column[other]))
            kind = ReasonKind.CHOSEN if elsewhere else ReasonKind.FIRST
            if (agent, task) in self._problem.pinned:
                kind = ReasonKind.PINNED
            return Reason(kind, agent, task, score, rank, choices, tuple(elsewhere[:NAMED]))
        return self._why_not(Reason(ReasonKind.OPEN, agent, task, score, rank, choices))

    def left_out(self) -> Iterator[tuple[int, Reason | None]]:
        """Return the agents who have nothing, each with the reason at the task they score highest for; None: no task."""
        for agent, tasks in enumerate(self._agents):
            if tasks:
                continue
            may = np.flatnonzero(self._problem.bars[agent] == Bar.NONE)
            best = int(may[np.argmax(self._problem.units[agent, may])]) if len(may) else None
            yield agent, None if best is None else self.why(agent, best)

    def open_places(self) -> list[tuple[int, int]]:
        """Return the tasks that could have more agents, each with the number of places left."""
        return [
            (task, most - len(agents))
            for task, (agents, (_, most)) in enumerate(zip(self._tasks, self._problem.coverage, strict=True))
            if len(agents) < most
        ]

    def _why_not(self, reason: Reason) -> Reason:
        problem, agent, task = self._problem, reason.agent, reason.task
        has_agent_room = len(self._agents[agent]) < problem.loads[agent][1]
        has_task_room = len(self._tasks[task]) < problem.coverage[task][1]
        group = self._quota_in_the_way(agent, task)
        kind = ReasonKind.BOTH_FULL
        if has_agent_room and has_task_room:
            kind = ReasonKind.QUOTA if group else ReasonKind.NO_GAIN if reason.score <= 0 else ReasonKind.OPEN
        elif has_agent_room:
            kind = ReasonKind.TASK_FULL
        elif has_task_room:
            kind = ReasonKind.AGENT_FULL
        return Reason(
            kind, agent, task, reason.score, reason.rank, reason.choices,
            tuple(self._tasks[task][:NAMED]) if not has_task_room else (),
            tuple(self._agents[agent][:NAMED]) if not has_agent_room else (),
            group=group,
        )  # fmt: skip

    def _quota_in_the_way(self, agent: int, task: int) -> str:
        return next((quota.group for quota in self._problem.quotas if self._is_used_up(quota, agent, task)), "")

    def _is_used_up(self, quota: Quota, agent: int, task: int) -> bool:
        owner, partner = (agent, task) if quota.each is Side.AGENT else (task, agent)
        if (
            quota.at_most is None
            or partner not in quota.members
            or (quota.only is not None and owner not in quota.only)
        ):
            return False
        partners = self._agents[owner] if quota.each is Side.AGENT else self._tasks[owner]
        return Counter(other in quota.members for other in partners)[True] >= quota.at_most
